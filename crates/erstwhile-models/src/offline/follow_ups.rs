//! Answers that need more than the question right before them: "Names?" - "Tadhg and Aoife", "When was that?" - "2023",
//! "Mine is in November".

use super::dialogue::Said;
use super::questions::has_verb;
use super::turn::Unit;

/// Questions that hand the last question back.
const RETURNED: &[&str] = &["you", "and you", "what about you", "how about you", "yourself", "wbu", "hbu", "u"];

/// Questions for the names of whom was spoken of.
const NAMES: &[&str] = &[
    "names",
    "name",
    "their names",
    "what are their names",
    "what are they called",
    "and their names",
    "what are the names",
    "what are their names and ages",
];

/// Questions for the time of what was said.
const TIMES: &[&str] = &[
    "when was the last time",
    "when was that",
    "when was this",
    "when",
    "since when",
    "how recently",
    "which year",
    "what year",
    "what year was that",
    "when did that happen",
    "when did it happen",
];

/// A question without marks and in lower case.
fn bare(question: &str) -> String {
    let last = question.rsplit(['.', '!', ',']).find(|part| !part.trim().is_empty()).unwrap_or(question);
    last.trim().trim_end_matches(['?', ' ']).to_lowercase()
}

/// What a fragment says in full, given the question that was asked and what was said before.
pub(super) fn full(question: &str, answer: &str, speaker: Option<&str>, said: &[Said]) -> Option<String> {
    let question = bare(question);
    let own = said.iter().rev().filter(|turn| turn.speaker.as_deref() == speaker).find_map(|turn| turn.full.last());
    if NAMES.contains(&question.as_str()) {
        let before = own.map(String::as_str).unwrap_or_default();
        let noun = before.trim_end_matches(['.', '!', ' ']).rsplit(' ').next().filter(|noun| noun.ends_with('s'))?;
        return (!has_verb(answer)).then(|| format!("My {noun} are {answer}"));
    }
    // "Sugar?" - "no sugar".
    let refused = ["no ", "none", "nope", "no"].iter().any(|no| answer.to_ascii_lowercase().starts_with(no));
    if !question.contains(' ') && !question.is_empty() && refused && answer.split(' ').count() <= 3 && !has_verb(answer)
    {
        return Some(format!("I don't have {question}"));
    }
    if let Some(other) = question.strip_suffix(" too").or_else(|| question.strip_suffix(" as well"))
        && !other.contains(' ')
        && ["yes", "yep", "yeah", "sure", "please"].iter().any(|yes| answer.to_ascii_lowercase().starts_with(yes))
    {
        let verb = ["I prefer ", "I like ", "I love ", "I play ", "I use ", "I have "];
        let before = own.map(String::as_str).unwrap_or_default();
        return verb.iter().find(|verb| before.starts_with(**verb)).map(|verb| format!("{verb}{other}"));
    }
    if TIMES.contains(&question.as_str()) && !has_verb(answer) {
        let before = own?.trim_end_matches(['.', '!', ' ']);
        let digits = answer.len() == 4 && answer.bytes().all(|byte| byte.is_ascii_digit());
        let at = if digits { format!("in {answer}") } else { answer.to_owned() };
        let plain = before.strip_prefix("I have been to ").map(|place| format!("I went to {place}"));
        return Some(format!("{} {at}", plain.as_deref().unwrap_or(before)));
    }
    None
}

/// The question that is really asked: "You?" hands back the one that the speaker asked before.
pub(super) fn asked<'s>(question: &'s str, speaker: Option<&str>, said: &'s [Said]) -> &'s str {
    if !RETURNED.contains(&bare(question).as_str()) {
        return question;
    }
    let own = said.iter().rev().filter(|turn| turn.speaker.as_deref() == speaker);
    let questions = own.flat_map(|turn| turn.units.iter().rev().filter(|unit| unit.question));
    questions.map(|unit| unit.text.text()).next().unwrap_or(question)
}

/// "Mine is in November": the thing of one's own that the other one spoke of.
pub(super) fn mine(unit: &Unit, speaker: Option<&str>, said: &[Said]) -> Option<String> {
    let text = unit.text.text();
    let lower = text.to_ascii_lowercase();
    let opens = ["mine is ", "mine's ", "mine was ", "mine are "].iter().find(|lead| lower.starts_with(**lead));
    let place = if opens.is_some() {
        0.."mine".len()
    } else {
        let at = ["had mine ", "have mine ", "got mine ", "did mine ", "love mine", "sold mine", "lost mine"]
            .iter()
            .find_map(|verb| lower.find(verb).map(|at| at + 1 + verb.find(' ').unwrap_or_default()))?;
        at..at + "mine".len()
    };
    let other = said.last().filter(|turn| turn.speaker.as_deref() != speaker)?;
    let thing = other.units.iter().rev().find_map(|unit| own_thing(unit.text.text()))?;
    let after = text.get(place.end..)?;
    let after = after.strip_prefix("'s ").map_or_else(|| after.to_owned(), |rest| format!(" is {rest}"));
    Some(format!("{}my {thing}{after}", text.get(..place.start)?))
}

/// "knee surgery" of "my knee surgery is on the 3rd".
fn own_thing(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let at = if lower.starts_with("my ") { 0 } else { lower.find(" my ")? + 1 };
    let ends = |word: &str| {
        matches!(
            word,
            "is" | "was"
                | "are"
                | "were"
                | "has"
                | "had"
                | "on"
                | "in"
                | "at"
                | "to"
                | "and"
                | "for"
                | "with"
                | "from"
                | "will"
                | "last"
                | "next"
        )
    };
    let mut words = Vec::new();
    for word in text.get(at + 3..)?.split_whitespace().take(4) {
        let clean = word.trim_end_matches(['.', '!', ',', '?']);
        let stem = clean.strip_suffix("'s").unwrap_or(clean);
        if ends(&clean.to_ascii_lowercase()) {
            break;
        }
        words.push(stem);
        if stem.len() < word.len() {
            break;
        }
    }
    (!words.is_empty() && words.len() < 4).then(|| words.join(" "))
}

/// What follows "yes" or "no" in an answer, in full: "two cats" is "I have two cats".
pub(super) fn after_yes_or_no(words: &[&str], yes: bool, rest: &str) -> String {
    let noun_phrase =
        !has_verb(rest) && (rest.starts_with("a ") || rest.starts_with("an ") || rest.starts_with("two "));
    // "Do you have staff?" - "two girls, Tasha and Lou": no children.
    let young = ["girls", "boys", "lads"].iter().any(|young| rest.contains(young))
        && !words.iter().any(|word| matches!(*word, "kids" | "children" | "sons" | "daughters"));
    let owns = !young && words.starts_with(&["do", "you", "have"]) && yes;
    let allergies =
        words.iter().any(|word| matches!(*word, "allergies" | "allergic" | "allergy")) && yes && !has_verb(rest);
    let medicine =
        words.iter().any(|word| matches!(*word, "medication" | "medications" | "medicine" | "meds" | "tablets"))
            && yes
            && !has_verb(rest);
    // "Do you have a partner?" - "yes, Jess".
    let of_kin = words.last().filter(|word| {
        yes && is_name(rest)
            && matches!(
                **word,
                "partner" | "wife" | "husband" | "boyfriend" | "girlfriend" | "fiance" | "manager" | "boss"
            )
    });
    let staff = words.iter().any(|word| matches!(*word, "staff" | "employees" | "team" | "colleagues"));
    let people = rest.rsplit_once(", ").filter(|(count, _)| staff && !has_verb(count)).map(|(_, names)| names);
    let booked = ["booked", "scheduled", "due", "on ", "in "].iter().any(|lead| rest.starts_with(lead));
    let needed = words.iter().any(|word| matches!(*word, "need" | "needing" | "having" | "have"));
    if let Some(names) = people.filter(|names| names.starts_with(char::is_uppercase)) {
        format!("my employees are {names}")
    } else if booked && needed && !has_verb(rest) {
        format!("my {} is {rest}", words.last().unwrap_or(&""))
    } else if allergies {
        format!("I am allergic to {rest}")
    } else if medicine {
        format!("I take {rest}")
    } else if let Some(kin) = of_kin {
        format!("my {kin} is {rest}")
    } else if noun_phrase && owns {
        format!("I have {rest}")
    } else {
        rest.to_owned()
    }
}

/// Whether a text is one or two words with capitals.
fn is_name(text: &str) -> bool {
    let mut words = text.split(' ');
    words.clone().count() <= 2 && words.all(|word| word.starts_with(char::is_uppercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_of_ones_own_ends_before_the_verb() {
        assert_eq!(own_thing("I passed my citizenship test!!!").as_deref(), Some("citizenship test"));
        assert_eq!(own_thing("my knee surgery is on the 3rd").as_deref(), Some("knee surgery"));
        assert_eq!(own_thing("My mother's 80 on Sunday").as_deref(), Some("mother"));
        assert_eq!(own_thing("it rained"), None);
    }

    #[test]
    fn questions_are_told_by_their_words() {
        assert_eq!(bare("Nice! Names?"), "names");
        assert_eq!(bare("And you?"), "and you");
    }
}
