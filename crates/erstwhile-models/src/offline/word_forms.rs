//! What a word is by its form, where no list has it: professions, medicines, schools and school years.

use erstwhile_nlp::{Dep, EntityKind, Pos};

use super::sentence::Sentence;

/// "10k", "5km".
pub(super) fn is_distance(word: &str) -> bool {
    let digits = word.strip_suffix("km").or_else(|| word.strip_suffix('k')).unwrap_or_default();
    !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// "Larkfield Catering", "Ostrava Glass": names of companies, by their last word.
pub(super) fn is_company_name(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "catering",
        "ltd",
        "ltd.",
        "limited",
        "inc",
        "inc.",
        "llc",
        "plc",
        "gmbh",
        "ag",
        "corp",
        "corp.",
        "co.",
        "roofing",
        "bank",
        "solutions",
        "group",
        "services",
        "broadband",
        "glass",
        "pharmacy",
        "pharma",
        "foods",
        "systems",
        "labs",
        "studios",
        "energy",
        "logistics",
        "consulting",
        "partners",
        "associates",
        "industries",
        "motors",
        "airlines",
        "airways",
        "analytics",
        "software",
        "technologies",
        "tech",
        "media",
        "records",
        "press",
        "publishing",
        "builders",
        "construction",
        "plumbing",
        "electrical",
        "cleaning",
        "laundry",
        "insurance",
        "holdings",
        "ventures",
        "capital",
        "robotics",
        "digital",
        "interactive",
        "bakery",
        "brewery",
        "motors",
        "telecom",
        "networks",
        "properties",
        "estates",
        "lettings",
        "supplies",
        "veterinary",
        "vets",
        "dental",
        "clinic",
        "hospital",
        "nursery",
        "council",
        "trust",
        "foundation",
        "society",
        "union",
        "supermarket",
        "stores",
        "supermarkets",
        "airport",
        "hotel",
        "hotels",
        "inn",
    ];
    let mut words = name.split(' ').rev();
    let last = words.next().unwrap_or_default().to_lowercase();
    words.next().is_some() && WORDS.contains(&last.as_str())
}

/// "Lincoln High", "IIT Kanpur", "Ysgol Glan Morfa": names of schools.
pub(super) fn is_school_name(lower: &str) -> bool {
    const PARTS: &[&str] =
        &["universi", "college", "school", "academy", "institut", "polytechnic", "conservatoire", "seminary"];
    const WORDS: &[&str] = &[
        "high",
        "primary",
        "elementary",
        "grammar",
        "uni",
        "iit",
        "nit",
        "iim",
        "iiit",
        "aiims",
        "bits",
        "vit",
        "ysgol",
        "mit",
        "ucl",
        "lse",
        "ucla",
        "nyu",
        "sixth",
        "montessori",
        "lycée",
        "gymnasium",
        "tafe",
        "unn",
        "unilag",
    ];
    PARTS.iter().any(|part| lower.contains(part)) || lower.split(' ').any(|word| WORDS.contains(&word))
}

/// "Year 9", "3rd standard", "grade 5", "LKG": where a child is at school.
pub(super) fn is_grade(sentence: &Sentence<'_>, token: usize) -> bool {
    let numbered = sentence.children(token).any(|child| {
        sentence.pos(child) == Pos::Num
            || sentence.text(child).starts_with(|c: char| c.is_ascii_digit())
            || sentence.entity_kind(child) == Some(EntityKind::Ordinal)
    });
    numbered
        && sentence.is_lemma(token, &["year", "standard", "grade", "class", "form", "primary", "std", "semester"])
        && !sentence.is(token, &["years", "classes"])
        && !sentence.has_child_word(token, &["sixth"])
}

/// "geologist", "bookbinder": what one works as, by its ending.
pub(super) fn is_profession(sentence: &Sentence<'_>, token: usize) -> bool {
    const ENDINGS: &[&str] =
        &["ist", "ologist", "ian", "eer", "smith", "maker", "keeper", "binder", "worker", "driver", "logist"];
    let word = sentence.lemma(token);
    sentence.pos(token) == Pos::Noun
        && word.len() > 5
        && matches!(sentence.dep(token), Dep::Attr | Dep::Pobj | Dep::Conj)
        && ENDINGS.iter().any(|ending| word.ends_with(ending))
}

/// "ramipril", "amlodipine": generic names of medicines have endings of their own.
pub(super) fn is_medicine(word: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "pril",
        "sartan",
        "olol",
        "statin",
        "formin",
        "cillin",
        "azole",
        "dipine",
        "dipin",
        "oxetine",
        "prazole",
        "mycin",
        "cycline",
        "gliptin",
        "gabalin",
        "triptyline",
        "thyroxine",
        "setron",
        "floxacin",
        "profen",
        "triptan",
        "tidine",
        "lukast",
        "asone",
        "isolone",
        "parin",
        "afil",
    ];
    word.len() > 6 && ENDINGS.iter().any(|ending| word.ends_with(ending))
}

/// A text with a capital at its start.
pub(super) fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A text without a capital at its start.
pub(super) fn uncapitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
