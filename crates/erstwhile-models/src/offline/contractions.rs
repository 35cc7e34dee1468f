//! Contractions in full, and capitals at the beginnings of sentences, where the parser would be misled without them.

use std::ops::Range;

use super::mapped::Mapped;
use super::repair::words;

/// Nouns behind which "'s" before a number or a preposition is "is".
const BEFORE_IS: &str = "nan gran grandad grandma uncle aunt auntie cousin mate friend landlord neighbour son daughter sister \
    brother mum mom dad wife husband birthday wedding flight exam test appointment interview name dog cat \
    baby partner girlfriend boyfriend job rent car phone laptop bike boss mother father weight height salary score goal target budget number pulse deadline mileage";

/// "… finally. broke my wrist": a sentence begins with a capital, or it is taken for the end of the one before. "My
/// son's 4": a contraction before a number or a preposition is "is".
pub(super) fn write_out(passage: &mut Mapped) {
    const AFTER_IS: &[&str] =
        &["on", "at", "in", "the", "not", "from", "been", "called", "now", "still", "about", "coming", "only"];
    let text = passage.text().to_owned();
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let words: Vec<(usize, &str)> = words(&text).collect();
    for pair in words.windows(2) {
        let [(at, word), (next_at, next)] = pair else { continue };
        let ends = word.ends_with(['.', '!'])
            && word.trim_end_matches(['.', '!']).len() > 2
            && !word[..word.len() - 1].contains('.');
        let abbreviation = matches!(
            word.to_ascii_lowercase().as_str(),
            "approx."
                | "dept."
                | "etc."
                | "inc."
                | "ltd."
                | "corp."
                | "prof."
                | "mrs."
                | "feb."
                | "jan."
                | "mar."
                | "apr."
                | "aug."
                | "sept."
                | "oct."
                | "nov."
                | "dec."
        );
        // "On 1 Nov. Then …": the abbreviation ends its sentence.
        if abbreviation && next.starts_with(char::is_uppercase) && month_in_full(word).is_some() {
            let full = month_in_full(word).unwrap_or_default();
            edits.push((*at..at + word.len(), format!("{full}.")));
        } else if ends && !abbreviation && next.starts_with(|c: char| c.is_ascii_lowercase()) {
            edits.push((*next_at..next_at + 1, next[..1].to_uppercase()));
        } else if let Some(edit) = written_out(&text, (*at, word), (*next_at, next)) {
            edits.push(edit);
        } else if let Some(noun) = word.strip_suffix("'s")
            && BEFORE_IS.split_whitespace().any(|known| known.eq_ignore_ascii_case(noun))
            && (AFTER_IS.contains(next) || next.starts_with(|c: char| c.is_ascii_digit()))
            // "Mum's 70th", "at my brother's in Mesa".
            && !["st", "nd", "rd", "th"].iter().any(|ordinal| next.trim_end_matches([',', '.', '!', '?']).ends_with(ordinal))
            && !is_home(&text[..*at], next)
        {
            edits.push((at + noun.len()..at + word.len(), " is".to_owned()));
        }
    }
    let edits: Vec<(Range<usize>, &str)> = edits.iter().map(|(range, with)| (range.clone(), with.as_str())).collect();
    passage.replace(&edits);
}

/// The month of an abbreviation with a full stop.
fn month_in_full(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "jan." => "January",
        "feb." => "February",
        "apr." => "April",
        "aug." => "August",
        "sept." => "September",
        "oct." => "October",
        "nov." => "November",
        "dec." => "December",
        _ => return None,
    })
}

/// "Away to my ma's in Newry": her home.
fn is_home(before: &str, next: &str) -> bool {
    const LEADS: &[&str] = &["to me", "at me", "to my", "at my", "from my", "to her", "to his", "round my", "with my"];
    let before = before.trim_end().to_ascii_lowercase();
    matches!(next, "in" | "at" | "on") && LEADS.iter().any(|lead| before.ends_with(lead))
}

/// Words before which "'s" is "is" or "has".
const NOT_POSSESSED: &str = "the a an my been not getting coming going allergic vegan vegetarian pregnant married engaged \
    divorced retired back away doing having working living moving starting called in at from on still \
    now just only turning studying teaching leaving off";

/// Nouns in "-ing".
const GERUND_LIKE: &[&str] = &[
    "wedding",
    "building",
    "evening",
    "morning",
    "meeting",
    "clothing",
    "training",
    "painting",
    "drawing",
    "writing",
    "feeling",
    "reading",
    "hearing",
    "sibling",
    "offspring",
    "christening",
    "engineering",
    "blessing",
    "opening",
    "ceiling",
    "parking",
    "landing",
    "fishing",
    "cooking",
    "singing",
    "teaching",
];

/// "He's just got back", "she's taken a job": "'s" is "has", also with an adverb between.
fn has_done(text: &str, (at, word): (usize, &str), (next_at, next): (usize, &str)) -> Option<(Range<usize>, String)> {
    const DONE: &[&str] = &[
        "supported",
        "lived",
        "worked",
        "played",
        "started",
        "joined",
        "moved",
        "bought",
        "sold",
        "had",
        "passed",
        "won",
        "lost",
        "studied",
        "taught",
        "always",
        "never",
        "broken",
        "finished",
        "adopted",
        "met",
        "made",
        "written",
    ];
    const BACK: &[&str] =
        &["back", "home", "away", "off", "married", "engaged", "divorced", "to ", "into ", "out", "on ", "full"];
    const TAKEN: &[&str] =
        &["a ", "an ", "the ", "my ", "me ", "us ", "his ", "her ", "their ", "our ", "up ", "over ", "on "];
    let done = |word: &str, rest: &str| {
        DONE.contains(&word)
            || matches!(word, "got" | "gone") && BACK.iter().any(|way| rest.starts_with(way))
            || matches!(word, "taken" | "left" | "given" | "quit" | "bought" | "become")
                && TAKEN.iter().any(|lead| rest.starts_with(lead))
    };
    let rest_of = |at: usize, word: &str| text.get(at + word.len()..).unwrap_or_default().trim_start();
    let after_adverb = || {
        let rest = rest_of(next_at, next);
        let word = rest.split_whitespace().next().unwrap_or_default();
        matches!(next, "just" | "now" | "already" | "finally" | "also" | "recently" | "only")
            && done(word, rest.get(word.len()..).unwrap_or_default().trim_start())
    };
    if let Some(owner) = word.strip_suffix("'s").filter(|_| done(next, rest_of(next_at, next)) || after_adverb()) {
        let gives = next == "given" || next == "taken";
        let person = owner.starts_with(char::is_uppercase) || gives || matches!(owner, "he" | "she" | "it");
        if person {
            return Some((at + owner.len()..at + word.len(), " has".to_owned()));
        }
    }
    None
}

/// "Maureen's the eldest" and "she's got two boys": contractions that the parser takes for a possessive or a passive.
fn written_out(
    text: &str,
    (at, word): (usize, &str),
    (next_at, next): (usize, &str),
) -> Option<(Range<usize>, String)> {
    const POSSESSED: &[&str] = &["a ", "an ", "two ", "three ", "four ", "five ", "no ", "my ", "the ", "some "];
    if let Some(edit) = has_done(text, (at, word), (next_at, next)) {
        return Some(edit);
    }
    // "Margaret's making a cake", but not "Margaret's wedding".
    let acts = |owner: &str| {
        next.len() > 5
            && next.ends_with("ing")
            && !GERUND_LIKE.contains(&next)
            && owner.starts_with(char::is_uppercase)
            && text.get(next_at + next.len()..).is_some_and(|rest| {
                let word = rest.split_whitespace().next().unwrap_or_default();
                matches!(
                    word,
                    "a" | "an"
                        | "the"
                        | "my"
                        | "his"
                        | "her"
                        | "their"
                        | "our"
                        | "in"
                        | "at"
                        | "on"
                        | "to"
                        | "for"
                        | "with"
                )
            })
    };
    if let Some(owner) = word.strip_suffix("'s").filter(|owner| {
        // "The master's in Kumasi" is a degree.
        !owner.is_empty()
            && !matches!(owner.to_lowercase().as_str(), "master" | "bachelor")
            && (NOT_POSSESSED.split_whitespace().any(|known| known == next) || acts(owner))
    }) {
        if is_home(&text[..at], next) {
            return None;
        }
        let verb = if next == "been" { " has" } else { " is" };
        return Some((at + owner.len()..at + word.len(), verb.to_owned()));
    }
    if let Some(owner) =
        word.strip_suffix("'ve").filter(|_| matches!(next, "a" | "an" | "no" | "two" | "three" | "four"))
    {
        return Some((at + owner.len()..at + word.len(), " have".to_owned()));
    }
    // "Her name's Yasmin".
    if let Some(noun) = word.strip_suffix("'s").filter(|noun| noun.eq_ignore_ascii_case("name")) {
        return Some((at + noun.len()..at + word.len(), " is".to_owned()));
    }
    let (owner, verb) = match word.strip_suffix("'s") {
        Some(owner) => (owner, " has"),
        None => (word.strip_suffix("'ve")?, " have"),
    };
    let rest = text.get(next_at + next.len()..)?.trim_start();
    let possesses = next == "got" && POSSESSED.iter().any(|lead| rest.starts_with(lead));
    possesses.then(|| (at + owner.len()..next_at + next.len(), verb.to_owned()))
}
