//! What the user asked for and the assistant says it does: "Play Dune" – "Playing Dune".
//!
//! An assistant only tells what was done. A request is done when the next turn of the assistant repeats it: the same
//! deed with the same object. What is asked for indefinitely ("some jazz", "my playlist") makes no fact.

use std::sync::LazyLock;

use regex::Regex;

use super::turn::Unit;

/// A deed that programs do for users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Deed {
    /// How it is asked for; the object follows.
    asked: &'static str,
    /// How it is confirmed; the object follows.
    confirmed: &'static str,
    /// The relation of the user to the object.
    pub(super) relation: &'static str,
    /// The verb of the fact.
    pub(super) verb: &'static str,
    /// The type of the object.
    pub(super) object_type: &'static str,
}

const DEEDS: [Deed; 3] = [
    Deed {
        asked: "play|put on|start playing|stream|listen to",
        confirmed: "playing|played|streaming|putting on|starting",
        relation: "LISTENS_TO",
        verb: "listened to",
        object_type: "Work",
    },
    Deed {
        asked: "(?:go|head) to|(?:drive|navigate) (?:me |us )?to|(?:take|bring|get) (?:me|us) to",
        confirmed: "navigating (?:you )?to|heading to|driving (?:you )?to|going to|taking you to|starting navigation to",
        relation: "VISITED",
        verb: "went to",
        object_type: "Location",
    },
    Deed {
        asked: "watch|show me|put on",
        confirmed: "playing|showing|starting",
        relation: "WATCHED",
        verb: "watched",
        object_type: "Work",
    },
];

/// What may stand before a request and its confirmation.
const ASKS: &str = r"(?:(?:ok|okay|hey|hi|alright|great|please|now|then|just|so|well)[,!.]? )*(?:(?:let's|let us|can you|could you|would you|will you|i want to|i'd like to|i would like to|we should|can we|could we|shall we) )?(?:please )?";
const CONFIRMS: &str = r"(?:(?:ok|okay|sure|alright|great|done|got it|certainly|absolutely|now|of course)[,!.:]? )*(?:(?:i'm|i am|we're|we are|i've|i have|i|we) )?(?:now |just )?";

/// Patterns of requests and confirmations, in the order of the deeds.
static PATTERNS: LazyLock<Vec<(Regex, Regex)>> = LazyLock::new(|| {
    let pattern = |before: &str, verb: &str| Regex::new(&format!(r"(?i)^{before}(?:{verb}) (.+)$"));
    let both = |deed: &Deed| Some((pattern(ASKS, deed.asked).ok()?, pattern(CONFIRMS, deed.confirmed).ok()?));
    DEEDS.iter().filter_map(both).collect()
});

/// Words with which an object is not one particular thing.
const INDEFINITE: &[&str] = &[
    "a",
    "an",
    "any",
    "some",
    "something",
    "anything",
    "my",
    "your",
    "our",
    "his",
    "her",
    "their",
    "it",
    "that",
    "this",
    "them",
    "these",
    "those",
    "me",
    "us",
    "more",
    "another",
    "music",
    "songs",
    "one",
    "there",
    "here",
    "home",
    "work",
    "bed",
    "sleep",
];
/// Words with which something else is told of what precedes them: "Thriller by Michael Jackson", "Dune on Audible".
const GOES_ON: &[&str] = &[
    "by", "on", "from", "in", "for", "via", "through", "now", "please", "then", "instead", "tonight", "today", "again",
    "next",
];
/// Longer objects are no names.
const WORDS_MAX: usize = 14;
/// "The 7 habits of highly effective people" is particular by its length, "the news" is not.
const PARTICULAR_WORDS_MIN: usize = 4;

/// A request that was confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) deed: Deed,
    /// What the assistant calls the object, with an article: "the audiobook Dune".
    pub(super) phrase: String,
    /// Its name: "Dune".
    pub(super) name: String,
}

/// The request of the turn before that a sentence of an assistant confirms.
pub(super) fn confirmed(sentence: &str, asked: &[Unit]) -> Option<Request> {
    DEEDS.iter().zip(PATTERNS.iter()).find_map(|(deed, (ask, confirm))| {
        let done = object(confirm, sentence)?;
        let wanted = asked.iter().rev().find_map(|unit| object(ask, unit.text.text()))?;
        let phrase = shared(&done, &wanted)?;
        is_particular(&phrase).then(|| Request { deed: *deed, name: name_of(&phrase), phrase })
    })
}

/// The words after the verb of a request or confirmation.
fn object(pattern: &Regex, sentence: &str) -> Option<Vec<String>> {
    let object = pattern.captures(sentence.trim())?.get(1)?.as_str();
    let end = object.find(". ").unwrap_or(object.len());
    let object = object.get(..end)?.trim_end_matches(['.', '!', '?', '…', ' ']);
    let words: Vec<String> =
        object.split_whitespace().map(|word| word.trim_matches(['"', '“', '”', '*']).to_owned()).collect();
    (!words.is_empty() && words.len() <= WORDS_MAX).then_some(words)
}

/// The words with which both begin, as the first writes them, if nothing else follows than where or when.
fn shared(done: &[String], wanted: &[String]) -> Option<String> {
    let plain = |word: &String| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let same = done.iter().zip(wanted).take_while(|(done, wanted)| plain(done) == plain(wanted)).count();
    let goes_on = |rest: &[String]| rest.first().is_none_or(|word| GOES_ON.contains(&plain(word).as_str()));
    let (Some(rest_done), Some(rest_wanted)) = (done.get(same..), wanted.get(same..)) else { return None };
    if same == 0 || !goes_on(rest_done) || !goes_on(rest_wanted) {
        return None;
    }
    // A name keeps the capitals that either writes.
    let capital = |word: &String| word.starts_with(char::is_uppercase);
    let written = done.iter().zip(wanted).take(same).enumerate().map(|(at, (done, wanted))| {
        if at > 0 && capital(wanted) && !capital(done) { wanted.as_str() } else { done.as_str() }
    });
    let phrase = written.collect::<Vec<_>>().join(" ");
    Some(phrase.trim_end_matches([',', ';', ':']).to_owned())
}

/// Whether an object is one particular thing: it has a capital or a number, or is long.
fn is_particular(phrase: &str) -> bool {
    let words: Vec<&str> = phrase.split(' ').collect();
    let first = words.first().map(|word| word.to_lowercase()).unwrap_or_default();
    let marked = phrase.chars().any(|c| c.is_uppercase() || c.is_ascii_digit());
    !INDEFINITE.contains(&first.as_str()) && (marked || first == "the" && words.len() > PARTICULAR_WORDS_MIN)
}

/// The name in "the audiobook Dune", or the phrase without its article.
fn name_of(phrase: &str) -> String {
    let words: Vec<&str> = phrase.split(' ').collect();
    let lower = |word: &&str| word.starts_with(char::is_lowercase);
    match words.as_slice() {
        [the, noun, name, ..] if *the == "the" && lower(noun) && name.starts_with(char::is_uppercase) => {
            words[2..].join(" ")
        }
        _ => super::nouns::strip_article(phrase).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::mapped::Mapped;
    use super::*;

    fn read(asked: &str, said: &str) -> Option<(&'static str, String)> {
        let text = Mapped::slice(asked, 0..asked.len());
        let unit = Unit { text, question: asked.ends_with('?'), lead: String::new(), corrects: None };
        confirmed(said, &[unit]).map(|request| (request.deed.relation, request.name))
    }

    #[test]
    fn the_patterns_are_valid() {
        assert_eq!(PATTERNS.len(), DEEDS.len());
    }

    #[test]
    fn a_confirmed_request_is_a_deed() {
        for (asked, said, relation, name) in [
            ("Let's go to Green Leaf Cafe", "Navigating to Green Leaf Cafe", "VISITED", "Green Leaf Cafe"),
            (
                "Can you take me to Harbour Hotel, please",
                "Sure! Taking you to Harbour Hotel.",
                "VISITED",
                "Harbour Hotel",
            ),
            (
                "Play the 7 habits of highly effective people",
                "Playing the 7 habits of highly effective people",
                "LISTENS_TO",
                "7 habits of highly effective people",
            ),
            ("play Thriller by Michael Jackson", "Now playing Thriller", "LISTENS_TO", "Thriller"),
            ("Play the audiobook Dune", "Playing the audiobook Dune on Audible", "LISTENS_TO", "Dune"),
            ("watch inception", "Playing Inception", "WATCHED", "Inception"),
        ] {
            assert_eq!(read(asked, said), Some((relation, name.to_owned())), "{asked} – {said}");
        }
    }

    #[test]
    fn what_is_not_confirmed_or_not_particular_is_none() {
        for (asked, said) in [
            ("Let's go to Green Leaf Cafe", "Green Leaf Cafe is closed"),
            ("Let's go to Green Leaf Cafe", "Navigating to Harbour Hotel"),
            ("Play Dune", "Playing Dune is not possible"),
            ("Play Dune", "I cannot play Dune"),
            ("Is Dune any good?", "Playing Dune"),
            ("Play some Jazz", "Playing some Jazz"),
            ("Play my workout playlist", "Playing my workout playlist"),
            ("Take me home", "Taking you home"),
            ("Play the news", "Playing the news"),
            ("Do not play Dune", "Playing Dune"),
        ] {
            assert_eq!(read(asked, said), None, "{asked} – {said}");
        }
    }
}
