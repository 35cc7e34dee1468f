//! Identifiers, versions and code words: they stand in for proper names while a sentence is parsed.
//!
//! A parser trained on news takes "C++" for a number and "python3.11" for an adverb. Each such word is replaced by a
//! well-known name, and put back in what was read.

use std::ops::Range;

use super::given_names::gender_of_name;
use super::mapped::Mapped;

/// Names that the parser knows well as such; those that stand in a sentence are not used in it.
const STAND_INS: &[&str] = &[
    "Kodak",
    "Nokia",
    "Cisco",
    "Intel",
    "Boeing",
    "Siemens",
    "Toyota",
    "Pfizer",
    "Danone",
    "Philips",
    "Unilever",
    "Xerox",
    "Motorola",
    "Hitachi",
    "Toshiba",
    "Samsung",
    "Renault",
    "Volvo",
    "Fujitsu",
    "Bayer",
    "Novartis",
    "Verizon",
    "Chevron",
    "Lufthansa",
    "Ericsson",
    "Panasonic",
];

/// Words before a number that are no part of a name: "May 3", "by 10".
const NO_NAMES: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "oct",
    "nov",
    "dec",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "summer",
    "winter",
    "spring",
    "autumn",
    "i",
    "a",
    "the",
    "at",
    "in",
    "by",
    "until",
    "since",
    "from",
    "to",
    "about",
    "around",
    "over",
    "and",
    "or",
    "is",
    "was",
    "am",
    "are",
    "of",
    "for",
    "step",
    "day",
    "week",
    "level",
    "chapter",
    "part",
    "grade",
    "year",
    "age",
    "top",
    "q1",
    "q2",
    "q3",
    "q4",
    "christmas",
];

/// The identifiers of a sentence with the names that stand in for them.
#[derive(Debug, Default)]
pub(super) struct Identifiers {
    /// What stands in, and what it stands for.
    names: Vec<(&'static str, String)>,
}

/// Nouns that the parser takes for verbs, with nouns that it knows.
const NOUNS: &[(&str, &str)] = &[
    ("gluten", "bread"),
    ("shellfish", "cheese"),
    ("metformin", "aspirin"),
    ("sertraline", "aspirin"),
    ("twin", "brother"),
];

impl Identifiers {
    /// Replaces the identifiers of a text.
    pub(super) fn mask(text: &mut Mapped) -> Self {
        let mut found = Self::default();
        let source = text.text().to_owned();
        let mut edits: Vec<(Range<usize>, &str)> = Vec::new();
        let words = words_of(&source);
        let mut index = 0;
        while let Some((range, word)) = words.get(index).cloned() {
            index += 1;
            if let Some((_, stand_in)) =
                NOUNS.iter().find(|(noun, stand_in)| *noun == word && !source.contains(stand_in))
            {
                edits.push((range.clone(), stand_in));
                found.names.push((stand_in, word.to_owned()));
                continue;
            }
            let used = found.names.len();
            let Some(stand_in) = STAND_INS.iter().filter(|name| !source.contains(**name)).nth(used) else { break };
            let joined = words.get(index).filter(|(next, number)| {
                next.start == range.end + 1 && is_numbered_name(word, number, range.start == 0)
            });
            let partner = words.get(index + 1).filter(|(_, partner)| {
                words.get(index).is_some_and(|(_, sign)| *sign == "&") && is_joint_name(word, partner)
            });
            let range = match joined.or(partner) {
                Some((next, _)) if partner.is_some() => {
                    index += 2;
                    range.start..next.end
                }
                Some((next, _)) => {
                    index += 1;
                    range.start..next.end
                }
                None if is_identifier(word) => range,
                None => continue,
            };
            edits.push((range.clone(), *stand_in));
            found.names.push((*stand_in, source[range].to_owned()));
        }
        text.replace(&edits);
        found
    }

    /// The identifier for which a word stands.
    pub(super) fn original(&self, word: &str) -> Option<&str> {
        self.names.iter().find(|(name, _)| *name == word).map(|(_, original)| original.as_str())
    }

    /// Puts the identifiers back in a name in capitals: `HAS_KODAK_LEVEL`.
    pub(super) fn restore_relation(&self, relation: &mut String) {
        for (name, original) in &self.names {
            let name = name.to_uppercase();
            if relation.split('_').any(|part| part == name) {
                let original = super::claims::relation_name(original);
                *relation = relation.replace(&name, &original);
            }
        }
    }

    /// Puts the identifiers back.
    pub(super) fn restore(&self, text: &mut String) {
        // "Motherinlaw" was written together for the parser.
        if text.contains("inlaw") {
            *text = text.replace("inlaw", "-in-law");
        }
        if text.contains("thanded") {
            *text = text.replace("lefthanded", "left-handed").replace("righthanded", "right-handed");
        }
        for (name, original) in &self.names {
            if text.contains(name) {
                *text = text.replace(name, original);
            }
        }
    }
}

/// Words without the punctuation around them, with their places.
fn words_of(text: &str) -> Vec<(Range<usize>, &str)> {
    let base = text.as_ptr() as usize;
    text.split_whitespace()
        .map(|word| {
            let word = word.trim_end_matches([',', ';', ':', '!', '?', ')', '"', '\'']);
            let word = word.strip_suffix('.').unwrap_or(word);
            let word = word.trim_start_matches(['(', '"', '\'']);
            let word = word.strip_suffix("'s").unwrap_or(word);
            let start = word.as_ptr() as usize - base;
            (start..start + word.len(), word)
        })
        .filter(|(_, word)| !word.is_empty())
        .collect()
}

/// "Marks & Spencer": whether words around "&" are one name, and no two people.
pub(super) fn is_joint_name(before: &str, after: &str) -> bool {
    let is_name = |word: &str| {
        word.starts_with(char::is_uppercase)
            && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '\'' | '-' | '.'))
    };
    let is_person = |word: &str| gender_of_name(word).is_some();
    is_name(before) && is_name(after) && !(is_person(before) && is_person(after))
}

/// "Python 3.11", "iPhone 15", "Room 101", "Comet #0001": a name with its number.
fn is_numbered_name(word: &str, number: &str, first: bool) -> bool {
    let digits = number.trim_start_matches(['v', 'V', '#']);
    let numeric = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
        && digits.len() <= 12;
    let marked = digits.len() < number.len() || digits.contains('.');
    let capital = word.chars().any(char::is_uppercase) && word.chars().all(char::is_alphanumeric);
    let name = word.len() > 1
        && !NO_NAMES.contains(&word.to_lowercase().as_str())
        && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '+' | '#'));
    let year = digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20"));
    // "Jake 9" is a boy with his age, "iPhone 15" a phone.
    let numbered = capital && !first && (has_inner_capital(word) || NUMBERED.contains(&word.to_lowercase().as_str()));
    let versioned = digits.contains('.') && word.chars().all(char::is_alphabetic) && (capital || is_software(word));
    numeric && name && (numbered && !year || versioned || capital && marked && number.starts_with('#'))
}

/// "iPhone", "PlayStation": more than the first letter is a capital.
fn has_inner_capital(word: &str) -> bool {
    word.chars().skip(1).any(char::is_uppercase) && word.chars().any(char::is_lowercase)
}

/// Nouns that stand with a number as a name.
const NUMBERED: &[&str] = &[
    "room",
    "flight",
    "gate",
    "terminal",
    "platform",
    "route",
    "galaxy",
    "pixel",
    "windows",
    "android",
    "xbox",
    "switch",
    "kindle",
    "model",
    "office",
    "suite",
    "unit",
    "apartment",
    "apt",
    "floor",
    "order",
    "invoice",
    "ticket",
    "case",
    "version",
    "boeing",
    "airbus",
    "apollo",
    "formula",
    "comet",
    "ps",
];

/// Lower-case names of software that versions follow.
fn is_software(word: &str) -> bool {
    const SOFTWARE: &[&str] = &[
        "python",
        "java",
        "node",
        "ruby",
        "rust",
        "go",
        "php",
        "flask",
        "django",
        "react",
        "vue",
        "angular",
        "ubuntu",
        "debian",
        "postgres",
        "postgresql",
        "mysql",
        "redis",
        "docker",
        "kubernetes",
        "windows",
        "macos",
        "ios",
        "android",
        "spring",
        "tensorflow",
        "pytorch",
        "numpy",
        "pandas",
        "rails",
        "laravel",
        "typescript",
        "nginx",
        "sqlite",
        "bootstrap",
    ];
    SOFTWARE.contains(&word)
}

/// "`my_module`", "C++", "AB-12", "@noor", "python3.11", ".NET", "AC/DC", "<s3://bucket/key>".
fn is_identifier(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let address = word.split('.').count() == 4 && word.split('.').all(|part| part.parse::<u8>().is_ok());
    if address {
        return true;
    }
    let digits = word.chars().any(|c| c.is_ascii_digit());
    if letters == 0
        || word.len() < 2
        || word.len() > 120
        || word.contains(['"', '(', '\'', '*', '%', '$', '£', '€', '<', '>', '=', '{', '['])
    {
        return false;
    }
    // "CR-V".
    let model = word.contains('-') && word.len() < 8 && word.chars().all(|c| c.is_ascii_uppercase() || c == '-');
    let dashes_only = word.contains('-') && !digits && !model;
    let ordinal = digits && letters == 2 && word.starts_with(|c: char| c.is_ascii_digit());
    let quantity = word.starts_with(|c: char| c.is_ascii_digit());
    let slashed = word.contains('/') && !word.starts_with('/') && word.chars().all(|c| c.is_uppercase() || c == '/');
    let code =
        word.contains(['_', '#']) || word.ends_with("++") || word.starts_with('@') || word.contains("://") || slashed;
    let dotted = word.trim_matches('.').contains('.') && !is_abbreviation(word)
        || word.starts_with('.')
            && letters > 1
            && word[1..].starts_with(char::is_alphabetic)
            && !word[1..].contains('.');
    let mixed = digits && !quantity && !ordinal;
    !dashes_only && !quantity && (code || dotted || mixed || model)
}

/// "U.S.A", "e.g", "a.m": letters with full stops between them.
fn is_abbreviation(word: &str) -> bool {
    word.split('.')
        .all(|part| part.chars().count() <= 1 || part.chars().count() == 2 && part.chars().all(char::is_uppercase))
        || word.split('.').any(str::is_empty)
        || matches!(word.to_lowercase().as_str(), "ph.d" | "b.sc" | "m.sc")
        || word.split('.').next_back().is_some_and(|last| {
            last.starts_with(char::is_uppercase) && last.len() > 1 && word.starts_with(char::is_lowercase)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_masked_and_put_back() {
        let source = "I use C++ and python3.11 in Room 101.";
        let mut text = Mapped::slice(source, 0..source.len());
        let identifiers = Identifiers::mask(&mut text);
        assert_eq!(text.text(), "I use Kodak and Nokia in Cisco.");
        assert_eq!(identifiers.original("Nokia"), Some("python3.11"));
        let source = "Bob & Alice left Johnson & Johnson's labs.";
        let mut text = Mapped::slice(source, 0..source.len());
        Identifiers::mask(&mut text);
        assert_eq!(text.text(), "Bob & Alice left Kodak's labs.");
        let mut restored = "Noor uses Kodak".to_owned();
        identifiers.restore(&mut restored);
        assert_eq!(restored, "Noor uses C++");
    }

    #[test]
    fn ordinary_words_are_no_identifiers() {
        for word in
            ["dog", "well-known", "U.S", "10km", "3rd", "2026", "a.m", "and/or", "mother-in-law", "5-6", "end.Next"]
        {
            assert!(!is_identifier(word), "{word}");
        }
        for word in [
            "my_module",
            "C++",
            "AB-77",
            "@noor_h",
            "noor.dev",
            "Next.js",
            "GPT-4o",
            ".NET",
            "AC/DC",
            "Town3x",
            "10.0.0.5",
            "C#",
            "libfoo.so.1",
        ] {
            assert!(is_identifier(word), "{word}");
        }
        assert!(!is_numbered_name("May", "3", false) && is_numbered_name("iPhone", "15", false));
        assert!(is_numbered_name("Flask", "2.3.1", true) && !is_numbered_name("Summer", "2024", false));
    }
}
