//! Selects the informative sentences of a text, and the leaves of a document.

use serde_json::Value;

use crate::text::sentences::{Sentence, split};

/// Minimum number of words of an informative sentence.
const WORDS_MIN: usize = 4;
/// Maximum number of words of a courtesy: a longer sentence also says something else.
const COURTESY_WORDS_MAX: usize = 14;
/// Maximum depth of a document's leaves.
const DEPTH_MAX: usize = 32;

/// Interjections at the start of a sentence, which do not count as words.
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

/// Prefixes of sentences that are nothing but courtesies.
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

/// Splits a text into sentences, each on one line.
pub(super) fn sentences(text: &str) -> Vec<String> {
    let on_one_line = |sentence: Sentence| text[sentence.span].split_whitespace().collect::<Vec<_>>().join(" ");
    split(text).into_iter().map(on_one_line).collect()
}

/// Whether a sentence is not a question, a courtesy or a fragment.
pub(super) fn is_informative(sentence: &str) -> bool {
    let end = sentence.trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '?' | '？'));
    if end.ends_with(['?', '？']) {
        return false;
    }
    let plain: String = sentence.to_lowercase().replace('’', "'");
    let all: Vec<&str> = plain.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).collect();
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let opening = all.iter().take_while(|word| OPENERS.contains(&bare(word).as_str())).count();
    // "Thanks for …" is a courtesy including its interjection, "Sure, happy to help" without it.
    let is_courtesy = [0, opening].into_iter().any(|skipped| {
        let rest: Vec<String> = all.iter().skip(skipped).map(|word| bare(word)).collect();
        rest.len() <= COURTESY_WORDS_MAX && starts_with_courtesy(&rest.join(" "))
    });
    !is_courtesy && all.iter().skip(opening).map(|word| word_count(word)).sum::<usize>() >= WORDS_MIN
}

fn starts_with_courtesy(text: &str) -> bool {
    let begins = |courtesy: &&str| {
        let rest = text.strip_prefix(*courtesy);
        rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    COURTESIES.iter().any(begins)
}

/// Counts words: in scripts without spaces, every character counts.
fn word_count(run: &str) -> usize {
    let spaceless = |c: &char| matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2fa1f}');
    run.chars().filter(spaceless).count().max(1)
}

/// Returns the leaves of a JSON document as "key: value"; nested keys are joined by dots.
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
    fn courtesies_questions_and_fragments_are_not_informative() {
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
            assert!(!is_informative(text), "{text}");
        }
        for text in [
            "Hi, I moved to Oslo.",
            "Thanks, my sister lives there.",
            "No, I sold my car.",
            "我住在北京。",
            "Nice shoes cost me 200 crowns.",
        ] {
            assert!(is_informative(text), "{text}");
        }
    }

    #[test]
    fn documents_are_split_into_leaves() {
        let document = serde_json::json!({"name": "Ann", "home": {"city": "Oslo", "note": null}, "pets": ["cat", 2]});
        assert_eq!(leaves(&document), ["home.city: Oslo", "name: Ann", "pets: cat", "pets: 2"]);
        assert_eq!(leaves(&Value::from("alone")), ["alone"]);
    }
}
