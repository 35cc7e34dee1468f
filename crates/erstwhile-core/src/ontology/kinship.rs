//! Words that are akin: "visited" and "visit", "dietary" and "diet", "allergic" and "allergy".

use super::types::{split_words, stems};

/// What derivation adds to a stem: "diet" and "dietari", "allerg" and "allergi".
const SUFFIXES: [&str; 10] = ["i", "e", "ari", "er", "or", "al", "ic", "ist", "ment", "ion"];
/// Shorter stems are only akin to themselves: "car" is no kin of "cari".
const STEM_CHARACTERS_MIN: usize = 4;

/// Whether two stems are of one family.
pub(super) fn akin(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    match long.strip_prefix(short) {
        Some("") => true,
        Some(rest) => short.chars().count() >= STEM_CHARACTERS_MIN && SUFFIXES.contains(&rest),
        None => false,
    }
}

/// Whether a word is akin to one of several.
pub(super) fn akin_to_any(word: &str, others: &[String]) -> bool {
    others.iter().any(|other| akin(word, other))
}

/// The stems of the words of a name: of `cuisineType`, `CUISINE_TYPE` or "Cuisine type".
pub(super) fn name_stems(name: &str) -> Vec<String> {
    stems(&split_words(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_one_family_are_akin() {
        let akin = |one: &str, other: &str| akin(&name_stems(one)[0], &name_stems(other)[0]);
        for (one, other) in
            [("diet", "dietary"), ("allergic", "allergy"), ("visited", "visitor"), ("listening", "listens")]
        {
            assert!(akin(one, other) && akin(other, one), "{one}, {other}");
        }
        for (one, other) in [("car", "cars2"), ("play", "playa"), ("work", "workout"), ("visit", "vision")] {
            assert!(!akin(one, other), "{one}, {other}");
        }
    }
}
