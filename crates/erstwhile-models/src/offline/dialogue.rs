//! Answers and corrections: a short turn is completed by the question, or the sentence, before it.

use super::follow_ups;
use super::mapped::Mapped;
use super::own_things;
use super::questions::{self, has_verb, turned};
use super::reader::Trust;
use super::turn::Unit;
use super::updates;

/// How many turns are remembered.
pub(super) const TURNS_MAX: usize = 6;

/// Longer answers speak for themselves.
const ANSWER_WORDS_MAX: usize = 14;
const CORRECTION_WORDS_MAX: usize = 9;

const YES: &[&str] = &[
    "yes",
    "yep",
    "aye",
    "yah",
    "yass",
    "course",
    "totally",
    "obviously",
    "always",
    "yeah",
    "yup",
    "sure",
    "absolutely",
    "definitely",
    "indeed",
    "correct",
    "ya",
];
const NO: &[&str] = &["no", "nope", "nah"];

/// What one turn said.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    pub(super) speaker: Option<String>,
    pub(super) units: Vec<Unit>,
    /// Its sentences as they were read: completed and corrected.
    pub(super) full: Vec<String>,
}

impl Said {
    pub(super) fn new(speaker: Option<&str>, units: Vec<Unit>, full: Vec<String>) -> Self {
        Self { speaker: speaker.map(str::to_owned), units, full }
    }

    /// Whether the turn is about something of its speaker: "did my parcel ship".
    pub(super) fn asks_of_own(&self) -> bool {
        let own = |unit: &Unit| unit.text.text().split(' ').any(|word| word.eq_ignore_ascii_case("my"));
        self.units.iter().any(own)
    }
}

/// The sentences to read in place of one: an answer completed, a correction applied, or the sentence itself.
///
/// `said` are the turns before, `present` the sentences before it in the same turn.
pub(super) fn resolve(unit: &Unit, speaker: Option<&str>, said: &[Said], present: &[Unit], trust: Trust) -> Vec<Unit> {
    if trust != Trust::Speaker {
        return vec![unit.clone()];
    }
    if let Some(corrected) = correction(unit, speaker, said, present) {
        return vec![corrected];
    }
    let earlier = own_units(speaker, said, present);
    let texts: Vec<&str> = earlier.iter().map(|unit| unit.text.text().trim_end_matches(['.', '!', ' '])).collect();
    let text = unit.text.text().trim().trim_end_matches(['.', '!']);
    // "They moved us. It's the 27th now".
    let (before, last) = text.rsplit_once(". ").map_or(("", text), |(before, last)| (before, last));
    let changed = updates::changed(text, &texts).map(|full| (full, ""));
    let changed = changed.or_else(|| Some((updates::changed(last, &texts)?, before)));
    if let Some((full, before)) = changed.filter(|_| !unit.question) {
        let before = Some(before).filter(|before| !before.is_empty()).map(|before| at_place_of(unit, before));
        return before.into_iter().chain([at_place_of(unit, &full)]).collect();
    }
    let placed = updates::placed(text, &texts).filter(|_| !unit.question).map(|full| at_place_of(unit, &full));
    if let Some(since) = been_there(unit)
        && let Some(before) = present.last().or_else(|| own_last(said, speaker))
    {
        let stem = before.text.text().trim_end_matches(['.', '!', ' ']);
        return vec![at_place_of(unit, &format!("{} {since}", perfect(stem)))];
    }
    if let Some(mine) = follow_ups::mine(unit, speaker, said) {
        return vec![at_place_of(unit, &mine)];
    }
    if let Some(placed) = placed {
        return vec![placed];
    }
    // "I'm writing a thesis. It's due in May."
    let before = present
        .last()
        .or_else(|| said.iter().rev().take(2).find(|turn| turn.speaker.as_deref() == speaker)?.units.last());
    if let Some(named) = before.and_then(|before| own_things::named(unit.text.text(), before.text.text())) {
        return vec![at_place_of(unit, &named)];
    }
    // "No! My brother": the answer goes on in the next sentence.
    let opening = polarity_of(present);
    let opens = present.is_empty() || opening.is_some();
    let question = said.last().filter(|before| opens && before.speaker.as_deref() != speaker);
    let question = question.and_then(|before| before.units.last()).filter(|unit| unit.question);
    if let Some(question) = question {
        let answer = unit.text.text().trim().trim_end_matches(['.', '!']);
        if let Some(full) = follow_ups::full(question.text.text(), answer, speaker, said) {
            return vec![at_place_of(unit, &full)];
        }
        // "How long have you lived there?" - "Since 2011": the sentence that was asked about, with its date.
        let asked = question.text.text().to_lowercase();
        let start = unit.text.text().trim_start().to_lowercase();
        if (asked.starts_with("how long") || asked.starts_with("since when"))
            && ["since ", "for ", "about ", "almost "].iter().any(|lead| start.starts_with(lead))
            && let Some(before) =
                said.iter().rev().find(|turn| turn.speaker.as_deref() == speaker).and_then(|turn| turn.units.last())
        {
            let stem = before.text.text().trim_end_matches(['.', '!', ' ']);
            return vec![at_place_of(unit, &format!("{} {}", perfect(stem), unit.text.text()))];
        }
        let answers = answers(follow_ups::asked(question.text.text(), speaker, said), unit, (opening, works_now(said)));
        if !answers.is_empty() {
            return answers;
        }
    }
    vec![unit.clone()]
}

/// Whether sentences say no more than yes or no, and which.
fn polarity_of(present: &[Unit]) -> Option<bool> {
    let [only] = present else { return None };
    let text = format!("{} {}", only.lead, only.text.text()).to_lowercase();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let [first] = words.as_slice() else { return None };
    if YES.contains(first) { Some(true) } else { NO.contains(first).then_some(false) }
}

/// Whether the last questions were about work: "Where are you now?" asks for the employer.
fn works_now(said: &[Said]) -> bool {
    let units = said.iter().rev().take(4).flat_map(|turn| &turn.units).filter(|unit| unit.question);
    units.map(|unit| unit.text.text().to_lowercase()).any(|text| text.contains("work") || text.contains("your job"))
}

/// What the speaker has said, in order.
fn own_units<'s>(speaker: Option<&str>, said: &'s [Said], present: &'s [Unit]) -> Vec<&'s Unit> {
    let own = said.iter().filter(|turn| turn.speaker.as_deref() == speaker).flat_map(|turn| &turn.units);
    own.chain(present).filter(|unit| !unit.question).collect()
}

/// The last sentence of the speaker in an earlier turn.
fn own_last<'s>(said: &'s [Said], speaker: Option<&str>) -> Option<&'s Unit> {
    said.iter().rev().find(|turn| turn.speaker.as_deref() == speaker).and_then(|turn| turn.units.last())
}

/// "Been there since 2017": since when what was said before is so.
fn been_there(unit: &Unit) -> Option<&str> {
    let text = unit.text.text().trim().trim_end_matches(['.', '!']);
    let lower = text.to_ascii_lowercase();
    let lead = ["been there ", "i've been there ", "i have been there ", "been doing it ", "been here "]
        .into_iter()
        .find(|lead| lower.starts_with(lead))?;
    let rest = &text[lead.len()..];
    (["since ", "for "].iter().any(|start| rest.to_ascii_lowercase().starts_with(start))).then_some(rest)
}

/// "I live in Rome" as "I have lived in Rome", as far as it is needed for a duration.
fn perfect(sentence: &str) -> String {
    match sentence.strip_prefix("I live ").or_else(|| sentence.strip_prefix("I'm living ")) {
        Some(rest) => format!("I have lived {rest}"),
        None => match sentence.strip_prefix("I work ") {
            Some(rest) => format!("I have worked {rest}"),
            None => sentence.to_owned(),
        },
    }
}

/// "No, Leeds.", "Sorry, I mean Oslo.", "actually it's May, not April": the sentence before with the right word.
fn correction(unit: &Unit, speaker: Option<&str>, said: &[Said], present: &[Unit]) -> Option<Unit> {
    let corrects = ["no, ", "no ", "sorry", "i mean", "actually", "wait", "correction", "oops", "nope"];
    let text = unit.text.text().trim().trim_end_matches(['.', '!']);
    if text.split_whitespace().count() > CORRECTION_WORDS_MAX || unit.question {
        return None;
    }
    let earlier = own_units(speaker, said, present);
    let corrected = |before: &&Unit, full: &str| Unit {
        corrects: Some(Box::new(at_place_of(unit, before.text.text()).text)),
        ..at_place_of(unit, full)
    };
    if let Some(before) = earlier.last()
        && let Some(full) = updates::of_somebody_else(text, before.text.text().trim_end_matches(['.', '!', ' ']))
    {
        return Some(corrected(before, &full));
    }
    let question = said.last().filter(|before| present.is_empty() && before.speaker.as_deref() != speaker);
    if let Some((right, wrong)) =
        question.and_then(|before| before.units.last()).and_then(|question| updates::chosen(question.text.text(), text))
        && let Some(before) = earlier.iter().rev().take(4).find(|unit| find_word(unit.text.text(), wrong).is_some())
        && let Some(at) = find_word(before.text.text(), wrong)
    {
        return Some(substituted(before, at..at + wrong.len(), right, unit));
    }
    let text = text.split(", sorry").next().unwrap_or(text);
    let bare = [
        "it's ",
        "it is ",
        "its ",
        "that's ",
        "make it ",
        "make that ",
        "i meant ",
        "I meant ",
        "I mean ",
        "ends in ",
        "in ",
        "on ",
        "*",
    ]
    .iter()
    .find_map(|lead| text.strip_prefix(*lead))
    .unwrap_or(text);
    if let Some((right, wrong)) = contrast(bare) {
        let before = earlier.iter().rev().take(4).find(|unit| find_word(unit.text.text(), wrong).is_some())?;
        let at = find_word(before.text.text(), wrong)?;
        return Some(substituted(before, at..at + wrong.len(), right, unit));
    }
    // "*50", "Bristol instead, same month".
    let (bare, replaces) = match bare.split_once(" instead") {
        Some((right, _)) => (right, true),
        None => (bare, text.starts_with('*')),
    };
    // "Oh no, not the lasagne!" corrects nothing.
    let exclaims = bare.to_lowercase().starts_with("not ") || unit.lead.contains("oh no");
    if exclaims
        || !replaces && !corrects.iter().any(|lead| unit.lead.contains(lead))
        || bare.split(' ').count() > 4
        || has_verb(bare)
    {
        return None;
    }
    // "The Bath flat fell through. Bristol instead": of what was said before this turn.
    let turns_before = own_units(speaker, said, &[]);
    let before =
        turns_before.last().filter(|_| bare.len() < text.len() && text.contains(" instead")).or(earlier.last())?;
    let place = last_like(before.text.text(), bare)?;
    Some(substituted(before, place, bare, unit))
}

/// "May not April", "Leeds, not London", "not April but May".
fn contrast(text: &str) -> Option<(&str, &str)> {
    if let Some(rest) = text.strip_prefix("not ") {
        let (wrong, right) = rest.split_once(" but ").or_else(|| rest.split_once(", "))?;
        return Some((right.trim(), wrong.trim()));
    }
    let (right, wrong) = text.split_once(", not ").or_else(|| text.split_once(" not "))?;
    let wrong = wrong.split(',').next().unwrap_or(wrong).trim();
    (right.split(' ').count() <= 3 && wrong.split(' ').count() <= 3).then_some((right.trim(), wrong))
}

fn find_word(text: &str, word: &str) -> Option<usize> {
    let found = text.to_ascii_lowercase().find(&word.to_ascii_lowercase())?;
    text.get(found..found + word.len()).map(|_| found)
}

/// The last part of a sentence that is like the correction: a number for a number, a name for a name, else the last word.
fn last_like(text: &str, right: &str) -> Option<std::ops::Range<usize>> {
    let base = text.as_ptr() as usize;
    let words: Vec<(usize, &str)> = text
        .split(|c: char| c.is_whitespace())
        .map(|word| word.trim_matches(|c: char| matches!(c, ',' | '.' | '!' | '?')))
        .filter(|word| !word.is_empty())
        .map(|word| (word.as_ptr() as usize - base, word))
        .collect();
    let numeric = right.chars().any(|c| c.is_ascii_digit());
    let capital = right.starts_with(char::is_uppercase);
    let like = |(at, word): &&(usize, &str)| {
        if numeric {
            word.chars().any(|c| c.is_ascii_digit())
        } else if capital {
            *at > 0 && word.starts_with(char::is_uppercase) && *word != "I" && !word.starts_with("I'")
        } else {
            true
        }
    };
    let last = words.iter().rposition(|word| like(&word))?;
    let (at, word) = words.get(last)?;
    // "Zenith Bank" is one name.
    let first = words[..last]
        .iter()
        .rev()
        .take_while(|word| capital && !numeric && like(word))
        .last()
        .filter(|(start, _)| !text[*start..*at].contains([',', '.', '!']));
    Some(first.map_or(*at, |(start, _)| *start)..at + word.len())
}

/// A sentence with a part replaced; all of it stands where the correction stands.
fn substituted(before: &Unit, place: std::ops::Range<usize>, right: &str, correction: &Unit) -> Unit {
    let mut text = before.text.text().to_owned();
    text.replace_range(place, right);
    // What it corrects stands where the correction stands, too.
    let corrects = at_place_of(correction, before.text.text()).text;
    Unit { corrects: Some(Box::new(corrects)), ..at_place_of(correction, &text) }
}

fn at_place_of(unit: &Unit, text: &str) -> Unit {
    let mut mapped: Mapped = unit.text.clone();
    let length = mapped.text().len();
    mapped.replace(&[(0..length, text)]);
    Unit { text: mapped, question: false, lead: String::new(), corrects: None }
}

/// What an answer says in full.
///
/// Words that begin no answer: "Thanks! …".
const COURTESIES: &[&str] = &["thanks", "thank", "cheers", "wow", "haha", "aww", "hey", "hi"];

/// `opening` is the yes or no of a sentence before it, `works` whether it was about work.
fn answers(question: &str, answer: &Unit, (opening, works): (Option<bool>, bool)) -> Vec<Unit> {
    let text = answer.text.text().trim().trim_end_matches(['.', '!']);
    if text.is_empty() || text.split_whitespace().count() > ANSWER_WORDS_MAX || answer.question {
        return Vec::new();
    }
    let first = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_lowercase();
    let lead = answer.lead.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let often = ["once", "twice", "of course", "many times", "a few times", "loads of times"];
    let words = question_words(question);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if words.is_empty() || COURTESIES.contains(&first.as_str()) {
        return Vec::new();
    }
    let polarity = [first.as_str(), lead]
        .iter()
        .find_map(|word| if YES.contains(word) { Some(true) } else { NO.contains(word).then_some(false) })
        .or(opening)
        .or_else(|| said_shortly(text))
        .or_else(|| often.contains(&text.to_lowercase().as_str()).then_some(true));
    if works && matches!(words.as_slice(), ["where", "are", "you", ..]) && !has_verb(text) && polarity.is_none() {
        return vec![at_place_of(answer, &format!("I work at {text}"))];
    }
    let names = names_in(question);
    let place = |full: &str| at_place_of(answer, &with_names(full, &names));
    if let Some(full) = polarity.and_then(|yes| {
        let led = answer.lead.is_empty() && opening.is_none();
        let rest = if led { text.get(first.len()..).unwrap_or_default() } else { text };
        kinship(&words, &names, yes, rest.trim_start_matches([',', ' ', '!', '.']))
    }) {
        return vec![place(&full)];
    }
    if let (Some(yes), Some(full)) = (polarity, polarity.and_then(|yes| yes_or_no(&words, yes))) {
        let mut units = vec![place(&full)];
        let rest = if YES.contains(&first.as_str()) || NO.contains(&first.as_str()) {
            text[first.len().min(text.len())..].trim_start_matches([',', ' ', '.'])
        } else {
            text
        };
        // "Did you go to Rome?" - "Yes, in May".
        let times = ["on ", "in ", "last ", "yesterday", "two ", "three ", "a few ", "this "];
        let happened = yes && matches!(words[0], "did" | "have") && !has_verb(rest);
        if happened && times.iter().any(|lead| rest.to_lowercase().starts_with(lead)) {
            return vec![place(&format!("{full} {rest}"))];
        }
        if !rest.is_empty() {
            let rest = follow_ups::after_yes_or_no(&words, yes, rest);
            units.push(at_place_of(answer, &rest));
        }
        return units;
    }
    // "Peru with Alix, we fly on 2 Oct": what follows a comma may be a sentence of its own.
    let (text, remark) = match text.split_once(", ") {
        Some((first, rest)) if (has_verb(rest) || goes_on(rest) || tells_more(rest)) && !has_verb(first) => {
            (first, Some(rest))
        }
        _ => (text, None),
    };
    // "And the Fitbit?" - "still use it".
    let thing = question.trim_end_matches(['?', ' ']);
    let names_thing = !has_verb(thing) && thing.split(' ').count() <= 4 && !words.is_empty() && !thing.is_empty();
    let asks = ["what", "which", "where", "who", "how", "when", "why", "any"].contains(&words[0]);
    if names_thing
        && !asks
        && let Some(stem) = text.strip_suffix(" it").or_else(|| text.strip_suffix(" them"))
        && !stem.contains(" with ")
    {
        let lead = if text.starts_with("I ") || text.starts_with("I'") { "" } else { "I " };
        let thing = thing.strip_prefix("your ").map_or_else(|| thing.to_owned(), |rest| format!("my {rest}"));
        return vec![at_place_of(answer, &format!("{lead}{stem} {thing}"))];
    }
    if has_verb(text) {
        return Vec::new();
    }
    let Some(full) = questions::complete(&words, &names_in(question), text) else { return Vec::new() };
    std::iter::once(place(&full)).chain(remark.map(|part| at_place_of(answer, part))).collect()
}

/// "Nothing, been binging …": a sentence of its own.
fn goes_on(rest: &str) -> bool {
    let first = rest.split(' ').next().unwrap_or_default().to_ascii_lowercase();
    matches!(first.as_str(), "been" | "just" | "done" | "got" | "still" | "currently" | "coming" | "going")
}

/// "I do", "I have": yes; "I don't": no.
fn said_shortly(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "i do" | "i am" | "i'm" | "i have" | "i did" | "we do" | "we are" | "we have" | "we did" => Some(true),
        "i don't" | "i'm not" | "i am not" | "i haven't" | "i didn't" | "we don't" | "not any more" | "not anymore" => {
            Some(false)
        }
        _ => None,
    }
}

/// Whether what follows an answer has a subject of its own: "71, she just had an operation".
fn tells_more(rest: &str) -> bool {
    let lower = rest.to_lowercase();
    ["she ", "he ", "they ", "we ", "it ", "she's ", "he's ", "they're ", "it's ", "we're "]
        .iter()
        .any(|subject| lower.starts_with(subject))
}

/// The words of the last clause of a question, in lower case.
fn question_words(question: &str) -> Vec<String> {
    let clause =
        question.rsplit([',', ';', ':', '-']).find(|part| part.split_whitespace().count() > 1).unwrap_or(question);
    let lower = clause
        .to_lowercase()
        .replace("what's", "what is")
        .replace("where's", "where is")
        .replace("who's", "who is")
        .replace("when's", "when is")
        .replace("how's", "how is");
    let lower = lower.trim_end_matches(|c: char| !c.is_alphanumeric());
    let asked = [
        "atm",
        "at the moment",
        "these days",
        "right now",
        "nowadays",
        "lately",
        "currently",
        "btw",
        "by the way",
        "then",
    ]
    .iter()
    .find_map(|when| lower.strip_suffix(when)?.strip_suffix(' '))
    .unwrap_or(lower);
    let words: Vec<String> = asked
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '\'').to_owned())
        .collect();
    let starts = ["what", "where", "who", "which", "how", "when", "do", "are", "have", "did", "is", "does"];
    let from = words.iter().position(|word| starts.contains(&word.as_str())).unwrap_or_default();
    words.get(from..).unwrap_or_default().to_vec()
}

fn yes_or_no(words: &[&str], yes: bool) -> Option<String> {
    let (first, rest) = words.split_first()?;
    let (second, rest) = rest.split_first()?;
    if rest.is_empty() {
        return None;
    }
    let subject = (*second == "you").then_some("I");
    let tail = turned(rest);
    Some(match (*first, subject, yes) {
        ("will", Some(_), true) => format!("I will {tail}"),
        ("would", Some(_), true) if tail.starts_with("like ") => format!("I want {}", &tail["like ".len()..]),
        ("do", Some(_), true) => format!("I {tail}"),
        ("do", Some(_), false) => format!("I don't {tail}"),
        ("are", Some(_), true) => format!("I am {tail}"),
        ("are", Some(_), false) if tail.starts_with("still ") => {
            format!("I am not {} anymore", tail.trim_start_matches("still "))
        }
        ("are", Some(_), false) => format!("I am not {tail}"),
        ("did", Some(_), true) => {
            let (verb, rest) = tail.split_once(' ').unwrap_or((&tail, ""));
            format!("I {} {rest}", questions::past(verb)).trim_end().to_owned()
        }
        ("did", Some(_), false) => format!("I did not {tail}"),
        ("have", Some(_), true) => format!("I have {tail}"),
        ("have", Some(_), false) => format!("I haven't {tail}"),
        _ => return None,
    })
}

/// The words of a question that begin with a capital.
fn names_in(question: &str) -> Vec<String> {
    // The first word has a capital whatever it is.
    let words = question.split_whitespace().skip(1).map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    let names =
        words.map(|word| word.strip_suffix("'s").unwrap_or(word)).filter(|word| word.starts_with(char::is_uppercase));
    names.map(str::to_owned).collect()
}

/// A sentence made of the words of a question, with the capitals of its names.
fn with_names(full: &str, names: &[String]) -> String {
    let word = |word: &str| {
        let name = names.iter().find(|name| name.len() > 2 && name.to_lowercase() == word);
        name.cloned().unwrap_or_else(|| word.to_owned())
    };
    full.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// "Is Arlo your son?" - "yes, my youngest"; "Is Marcus your husband?" - "no! my brother": who someone is.
fn kinship(words: &[&str], names: &[String], yes: bool, rest: &str) -> Option<String> {
    let ["is" | "was", name, "your", kin @ ..] = words else { return None };
    let name = names.iter().find(|known| known.to_lowercase() == *name)?;
    let said = rest
        .strip_prefix("my ")
        .or_else(|| rest.strip_prefix("My "))
        .map(|said| said.split([',', '.']).next().unwrap_or(said));
    match (yes, said) {
        (true, _) if !kin.is_empty() && kin.len() <= 2 => {
            // "Yep, together since 2021".
            let since = rest.split(", ").find(|part| part.starts_with("together ") || part.starts_with("married "));
            let since = since.map(|since| {
                format!(
                    ". I have been {}",
                    since.replacen("together", &format!("dating {name}"), 1).replacen(
                        "married since",
                        &format!("married to {name} since"),
                        1
                    )
                )
            });
            Some(format!("{name} is my {}{}", kin.join(" "), since.unwrap_or_default()))
        }
        (false, Some(said)) if said.split(' ').count() <= 2 => Some(format!("{name} is my {said}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(text: &str, lead: &str, question: bool) -> Unit {
        Unit { text: Mapped::slice(text, 0..text.len()), question, lead: lead.to_owned(), corrects: None }
    }

    fn resolved(question: &str, answer: &str) -> Vec<String> {
        let said = [Said::new(Some("Assistant"), vec![unit(question, "", true)], Vec::new())];
        let units = resolve(&unit(answer, "", false), Some("Noor"), &said, &[], Trust::Speaker);
        units.into_iter().map(|unit| unit.text.text().to_owned()).collect()
    }

    #[test]
    fn a_short_answer_completes_the_question() {
        assert_eq!(resolved("Where do you live?", "Oslo"), ["I live in Oslo"]);
        assert_eq!(resolved("Nice! What do you do for work?", "a nurse"), ["I work as a nurse"]);
        assert_eq!(resolved("What's your daughter's name?", "Mia"), ["My daughter's name is Mia"]);
        assert_eq!(resolved("Do you have any pets?", "Yes, a cat"), ["I have pets", "I have a cat"]);
        assert_eq!(resolved("Are you vegetarian?", "no"), ["I am not vegetarian"]);
        assert_eq!(resolved("How are you?", "I moved to Rome"), ["I moved to Rome"]);
    }

    #[test]
    fn a_correction_replaces_the_word_that_it_is_like() {
        let before = unit("My test is on the 14th of April", "", false);
        let corrected = |text: &str, lead: &str| {
            let units =
                resolve(&unit(text, lead, false), Some("Noor"), &[], std::slice::from_ref(&before), Trust::Speaker);
            units[0].text.text().to_owned()
        };
        assert_eq!(corrected("it's May not April", "actually, "), "My test is on the 14th of May");
        assert_eq!(corrected("the 15th", "no, "), "My test is on the the 15th of April");
        assert_eq!(corrected("I love tea", "no, "), "I love tea");
    }
}
