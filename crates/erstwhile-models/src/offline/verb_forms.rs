//! Forms of verbs: contractions in full, the third person, the form in -ing.

use erstwhile_nlp::{Pos, Tag};

use super::sentence::Sentence;

/// A token in full: "'m" is "am".
pub(super) fn expanded(sentence: &Sentence<'_>, token: usize) -> String {
    let lower = sentence.lower(token);
    let modal = sentence.tag(token) == Tag::Md;
    let full = match lower {
        "'m" | "m" if sentence.lemma(token) == "be" => "am",
        "'re" => "are",
        "'ve" | "ve" => "have",
        "'ll" => "will",
        "n't" | "nt" => "not",
        "ca" if modal => "can",
        "wo" if modal => "will",
        "'s" if sentence.lemma(token) == "be" => "is",
        "'s" if sentence.pos(token) == Pos::Aux => "has",
        "'d" => {
            if modal {
                "would"
            } else {
                "had"
            }
        }
        _ if token == sentence.start && sentence.pos(token) != Pos::Propn => lower,
        _ => sentence.text(token),
    };
    full.to_owned()
}

/// The third person singular of a verb in the present: "I go" → "goes".
pub(super) fn third_person(verb: &str) -> String {
    match verb {
        "am" | "are" | "be" => return "is".to_owned(),
        "have" => return "has".to_owned(),
        "do" => return "does".to_owned(),
        "go" => return "goes".to_owned(),
        _ => {}
    }
    if ["s", "sh", "ch", "x", "z"].iter().any(|ending| verb.ends_with(ending)) {
        return format!("{verb}es");
    }
    match verb.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{verb}s"),
    }
}

/// The form in -ing of a verb: "run" → "running".
pub(super) fn gerund(verb: &str) -> String {
    if doubles_its_last(verb) {
        return format!("{verb}{}ing", &verb[verb.len() - 1..]);
    }
    if let Some(stem) = verb.strip_suffix("ie") {
        return format!("{stem}ying");
    }
    match verb.strip_suffix('e') {
        Some(stem) if !stem.ends_with(['e', 'o', 'y']) && verb != "be" => format!("{stem}ing"),
        _ => format!("{verb}ing"),
    }
}

/// Whether a verb of one syllable ends in one vowel and one consonant: "run", "knit", "quit", but not "read" or "fix".
fn doubles_its_last(verb: &str) -> bool {
    const LONGER: &[&str] = &["babysit", "begin", "forget", "parkrun", "unplug", "unwrap", "upset"];
    let is_vowel = |byte: u8| matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u');
    let sounds = verb.strip_prefix("qu").or_else(|| verb.strip_prefix("squ")).unwrap_or(verb).as_bytes();
    LONGER.contains(&verb)
        || matches!(sounds, [start @ .., vowel, last]
            if is_vowel(*vowel)
                && last.is_ascii_alphabetic()
                && !is_vowel(*last)
                && !matches!(last, b'w' | b'x' | b'y')
                && !start.iter().any(|byte| is_vowel(*byte) || *byte == b'y'))
}

#[cfg(test)]
mod tests {
    use super::{gerund, third_person};

    #[test]
    fn forms_in_ing_are_spelled_right() {
        for (base, form) in [
            ("run", "running"),
            ("make", "making"),
            ("see", "seeing"),
            ("lie", "lying"),
            ("dye", "dyeing"),
            ("check", "checking"),
            ("play", "playing"),
            ("quit", "quitting"),
            ("read", "reading"),
            ("fix", "fixing"),
            ("visit", "visiting"),
            ("eat", "eating"),
        ] {
            assert_eq!(gerund(base), form);
        }
    }

    #[test]
    fn verbs_agree_with_a_name() {
        for (base, third) in [
            ("go", "goes"),
            ("watch", "watches"),
            ("study", "studies"),
            ("play", "plays"),
            ("am", "is"),
            ("work", "works"),
        ] {
            assert_eq!(third_person(base), third);
        }
    }
}
