//! Which sentences of a text, and which leaves of a document, are worth picking.

use serde_json::Value;

use crate::text::sentences::{Sentence, split};

/// Words of a sentence that tells something, at least.
const WORDS_MIN: usize = 4;
/// Words of a courtesy, at most: a longer sentence tells something beside it.
const COURTESY_WORDS_MAX: usize = 14;
/// Levels of a document that are looked into.
const DEPTH_MAX: usize = 32;

/// Words with which people begin to speak; what tells something comes after them.
const OPENERS: &[&str] = &[
    "hi",
    "hello",
    "hey",
    "thanks",
    "sure",
    "okay",
    "ok",
    "yes",
    "yeah",
    "yep",
    "no",
    "wow",
    "oh",
    "ah",
    "great",
    "absolutely",
    "certainly",
    "definitely",
    "perfect",
    "awesome",
    "cool",
    "well",
    "haha",
    "aw",
    "aww",
];

/// Beginnings of sentences that are courtesies as a whole.
const COURTESIES: &[&str] = &[
    "thank you",
    "thanks for",
    "thanks so",
    "thanks a",
    "many thanks",
    "you're welcome",
    "you are welcome",
    "good morning",
    "good afternoon",
    "good evening",
    "good night",
    "good luck",
    "let me know",
    "feel free",
    "i hope this",
    "i hope that helps",
    "hope this",
    "hope that",
    "happy to help",
    "i'm happy to help",
    "i'd be happy to",
    "i would be happy to",
    "i'm glad",
    "i am glad",
    "glad to",
    "of course",
    "nice to",
    "it's nice to",
    "great to",
    "it's great to hear",
    "good to",
    "it was nice",
    "have a great",
    "have a good",
    "have a nice",
    "have a wonderful",
    "take care",
    "see you",
    "talk to you",
    "that sounds great",
    "sounds good",
    "that's great",
    "that's a great question",
    "what a great",
    "great question",
    "no problem",
    "no worries",
    "i'm here to help",
    "i'm sorry to hear",
    "sorry to hear",
    "congratulations on",
    "looking forward to",
    "i can help you with that",
];

/// The sentences of a text, each on one line.
pub(super) fn sentences(text: &str) -> Vec<String> {
    let on_one_line = |sentence: Sentence| text[sentence.span].split_whitespace().collect::<Vec<_>>().join(" ");
    split(text).into_iter().map(on_one_line).collect()
}

/// Whether a sentence tells something: it is no question, no courtesy, and no fragment.
pub(super) fn tells(sentence: &str) -> bool {
    let end = sentence.trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '?' | '？'));
    if end.ends_with(['?', '？']) {
        return false;
    }
    let plain: String = sentence.to_lowercase().replace('’', "'");
    let all: Vec<&str> = plain.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).collect();
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let opening = all.iter().take_while(|word| OPENERS.contains(&bare(word).as_str())).count();
    // "Thanks for …" is a courtesy with its opener, "Sure, happy to help" without.
    let is_courtesy = [0, opening].into_iter().any(|skipped| {
        let rest: Vec<String> = all.iter().skip(skipped).map(|word| bare(word)).collect();
        rest.len() <= COURTESY_WORDS_MAX && begins_courteously(&rest.join(" "))
    });
    !is_courtesy && all.iter().skip(opening).map(|word| weight(word)).sum::<usize>() >= WORDS_MIN
}

fn begins_courteously(text: &str) -> bool {
    let begins = |courtesy: &&str| {
        let rest = text.strip_prefix(*courtesy);
        rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    COURTESIES.iter().any(begins)
}

/// How many words a run of characters is: scripts without spaces count by character.
fn weight(run: &str) -> usize {
    let spaceless = |c: &char| matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2fa1f}');
    run.chars().filter(spaceless).count().max(1)
}

/// The leaves of a JSON document as "key: value"; keys of objects inside objects are joined by points.
pub(super) fn leaves(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(document, "", DEPTH_MAX, &mut found);
    found
}

fn collect(value: &Value, path: &str, depth: usize, found: &mut Vec<String>) {
    let text = match value {
        Value::Null => return,
        Value::Object(fields) => {
            for (key, value) in fields.iter().filter(|_| depth > 0) {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                collect(value, &path, depth - 1, found);
            }
            return;
        }
        Value::Array(items) => {
            for item in items.iter().filter(|_| depth > 0) {
                collect(item, path, depth - 1, found);
            }
            return;
        }
        Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    };
    if !text.is_empty() {
        found.push(if path.is_empty() { text } else { format!("{path}: {text}") });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn courtesies_questions_and_fragments_tell_nothing() {
        for text in [
            "Thanks for the help with my garden!",
            "You’re welcome, Ann!",
            "Sure, happy to help you with that today!",
            "How do you like Oslo?",
            "“Where did she go?”",
            "Hi Ann!",
            "In the garden.",
            "Let me know if there is anything else.",
        ] {
            assert!(!tells(text), "{text}");
        }
        for text in [
            "Hi, I moved to Oslo.",
            "Thanks, my sister lives there.",
            "No, I sold my car.",
            "我住在北京。",
            "Nice shoes cost me 200 crowns.",
        ] {
            assert!(tells(text), "{text}");
        }
    }

    #[test]
    fn a_document_is_told_by_its_leaves() {
        let document = serde_json::json!({"name": "Ann", "home": {"city": "Oslo", "note": null}, "pets": ["cat", 2]});
        assert_eq!(leaves(&document), ["home.city: Oslo", "name: Ann", "pets: cat", "pets: 2"]);
        assert_eq!(leaves(&Value::from("alone")), ["alone"]);
    }
}
