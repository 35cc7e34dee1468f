//! Numbers and codes with the noun that says what they are: "booking ref QX7LMP", "seat 14C", "postcode SE5 8QT".

use std::ops::Range;

/// Nouns that a code may follow.
const NOUNS: &str = "booking flight seat order ticket case invoice policy account passport licence license membership member \
    reservation confirmation tracking reg registration plate vin postcode postal zip serial contract permit nhs customer jira pr mr \
    student staff employee pnr imei discount promo voucher incident claim parcel shipment patient";

/// Words that say that a code follows, and name no thing.
const LABELS: &str = "no number num ref reference code id";

/// Words between a noun and its code.
const JOINTS: &str = "is are it's its was : # no. new my your the";

/// A code in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Code {
    /// What it is, in words: "booking ref".
    pub(super) noun: String,
    /// The code.
    pub(super) value: String,
    /// Its place.
    pub(super) place: Range<usize>,
}

fn has_word(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|known| known == word)
}

/// The codes in a sentence.
pub(super) fn read(text: &str) -> Vec<Code> {
    let base = text.as_ptr() as usize;
    let words: Vec<(usize, &str)> = text
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')'))
        .map(|word| word.trim_end_matches(['.', '!', '?', ':']).trim_start_matches('#'))
        .filter(|word| !word.is_empty())
        .map(|word| (word.as_ptr() as usize - base, word))
        .collect();
    let mut found: Vec<Code> = Vec::new();
    for (index, (at, word)) in words.iter().enumerate() {
        if found.last().is_some_and(|code| code.place.end > *at) {
            continue;
        }
        let Some(noun) = noun_before(&words[..index]) else { continue };
        let short = matches!(noun.as_str(), "seat" | "flight");
        if !is_code(word, short) {
            continue;
        }
        let mut end = at + word.len();
        if let Some((next_at, next)) = words.get(index + 1)
            && noun.starts_with("post")
            && next.len() == 3
            && next.starts_with(|c: char| c.is_ascii_digit())
        {
            end = next_at + next.len();
        }
        found.push(Code { noun, value: text[*at..end].to_owned(), place: *at..end });
    }
    found
}

/// The noun before a code, with the nouns before that.
fn noun_before(words: &[(usize, &str)]) -> Option<String> {
    let mut nouns: Vec<String> = Vec::new();
    let mut thing = false;
    let mut rest = words.len();
    for (index, (_, word)) in words.iter().enumerate().rev().take(5) {
        let lower = word.to_lowercase();
        let label = has_word(LABELS, &lower);
        if has_word(NOUNS, &lower) || label {
            thing |= !label;
            nouns.insert(0, if matches!(lower.as_str(), "no" | "num") { "number".to_owned() } else { lower });
        } else if !nouns.is_empty() || !has_word(JOINTS, &lower) {
            break;
        }
        rest = index;
    }
    if nouns.is_empty() {
        return None;
    }
    if !thing {
        // "Renewed my passport, new no is …": the thing spoken of before.
        let before = words[..rest].iter().rev().map(|(_, word)| word.to_lowercase());
        let spoken = before.into_iter().find(|word| has_word(NOUNS, word))?;
        nouns.insert(0, spoken);
    }
    Some(nouns.join(" "))
}

/// Whether a word is a code: letters in capitals with digits, or many digits.
fn is_code(word: &str, short: bool) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let capitals = word.bytes().filter(u8::is_ascii_uppercase).count();
    let plain =
        word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'/'));
    let year = word.len() == 4 && capitals == 0;
    plain
        && !year
        && (digits > 0 && capitals > 0 && word.len() >= if short { 2 } else { 3 }
            || digits >= 5 && capitals == 0 && !word.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<(String, String)> {
        read(text).into_iter().map(|code| (code.noun, code.value)).collect()
    }

    #[test]
    fn codes_have_the_noun_before_them() {
        let pair = |noun: &str, value: &str| (noun.to_owned(), value.to_owned());
        assert_eq!(
            codes("Flight BA117 to JFK on 3 Dec, seat 14C, booking ref QX7LMP"),
            [pair("flight", "BA117"), pair("seat", "14C"), pair("booking ref", "QX7LMP")]
        );
        assert_eq!(codes("renewed my passport, new no is GE4471902"), [pair("passport number", "GE4471902")]);
        assert_eq!(codes("near the park, postcode SE5 8QT."), [pair("postcode", "SE5 8QT")]);
        assert_eq!(codes("I bought a ticket in 2024 for 30 people"), []);
    }
}
