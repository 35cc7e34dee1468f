//! Words that are written apart or together in chats, as the parser knows them: "any more", "its a", "mother-in-law".

use std::ops::Range;

use super::mapped::Mapped;

/// Writes such words as the parser knows them.
pub(super) fn rejoin(passage: &mut Mapped) {
    let text = passage.text().to_owned();
    let apart: Vec<(Range<usize>, &str)> =
        text.match_indices(" any more").map(|(at, found)| (at..at + found.len(), " anymore")).collect();
    passage.replace(&apart);
    // "Policy no. AX-99812": no end of a sentence.
    let text = passage.text().to_owned();
    let numbers = text.match_indices(" no. ").filter(|(at, found)| {
        let next = text[at + found.len()..].split(' ').next().unwrap_or_default();
        next.contains(|c: char| c.is_ascii_digit())
    });
    let numbers: Vec<(Range<usize>, &str)> = numbers.map(|(at, found)| (at..at + found.len(), " number ")).collect();
    passage.replace(&numbers);
    // "Its a Yaris" is "it's a Yaris".
    let text = passage.text().to_owned();
    let is = text.match_indices("ts ").filter(|(at, _)| {
        let rest = text[at + 3..].split([' ', ',']).next().unwrap_or_default();
        let starts = *at > 0 && matches!(text.as_bytes()[at - 1], b'i' | b'I');
        let apart = *at < 2 || !text.as_bytes()[at - 2].is_ascii_alphanumeric();
        starts
            && apart
            && (["a", "an", "the", "been", "not", "now", "my", "our", "called", "due", "in", "on"].contains(&rest))
    });
    let is: Vec<(Range<usize>, &str)> = is.map(|(at, _)| (at + 1..at + 1, "'")).collect();
    passage.replace(&is);
    // The parser takes "mother-in-law" apart.
    for (joined, one) in [
        ("-in-law", "inlaw"),
        (" in law", "inlaw"),
        ("co-brother", "cobrother"),
        ("co-sister", "cosister"),
        ("-handed", "handed"),
    ] {
        let text = passage.text().to_owned();
        let is_kin = |at: usize| {
            joined.starts_with("co-")
                || ["mother", "father", "sister", "brother", "son", "daughter", "left", "right"].iter().any(|kin| {
                    text[..at].ends_with(kin) || text[..at].strip_suffix('s').is_some_and(|one| one.ends_with(kin))
                })
        };
        let edits: Vec<(Range<usize>, &str)> = text
            .match_indices(joined)
            .filter(|(at, _)| is_kin(*at))
            .map(|(at, found)| (at..at + found.len(), one))
            .collect();
        passage.replace(&edits);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_written_as_the_parser_knows_them() {
        let rejoined = |text: &str| {
            let mut passage = Mapped::slice(text, 0..text.len());
            rejoin(&mut passage);
            passage.text().to_owned()
        };
        assert_eq!(rejoined("its a Yaris, its colour is red"), "it's a Yaris, its colour is red");
        assert_eq!(rejoined("my mother-in-law smokes no any more"), "my motherinlaw smokes no anymore");
        assert_eq!(rejoined("my sons-in-law help"), "my sonsinlaw help");
        assert_eq!(rejoined("policy no. AX-99812 and no. I said"), "policy number AX-99812 and no. I said");
    }
}
