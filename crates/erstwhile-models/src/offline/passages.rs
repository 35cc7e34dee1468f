//! Splits a turn into passages of prose: what is code, quoted, pasted or said by someone else is set apart.

use std::ops::Range;

use super::given_names::gender_of_name;
use super::mapped::Mapped;

/// A passage of prose.
#[derive(Debug, Clone)]
pub(super) struct Passage {
    /// Its text.
    pub(super) text: Mapped,
    /// The name before it, if its line has one: "Anna: I live in Oslo."
    pub(super) label: Option<String>,
    /// Whether it quotes someone who is not the speaker.
    pub(super) quoted: bool,
}

impl Passage {
    /// Its place in the turn.
    pub(super) fn place(&self) -> Range<usize> {
        self.text.origin(0..self.text.text().len())
    }
}

/// In longer turns of a person, what follows the first paragraph is often pasted.
const PASTED_WORDS: usize = 400;

/// Headers of quoted e-mails.
const HEADERS: &[&str] = &["from:", "sent:", "to:", "cc:", "subject:", "date:", "von:", "gesendet:", "an:", "betreff:"];

/// Requests after which the rest of the turn is text to work on, not what the speaker says.
const WORK_ORDERS: &[&str] =
    &["translate", "rewrite", "rephrase", "proofread", "summarize", "summarise", "paraphrase", "edit"];

/// The passages of a turn. `labelled` allows names before lines: documents and pasted conversations.
pub(super) fn split(text: &str, labelled: bool) -> Vec<Passage> {
    let mut passages: Vec<Passage> = Vec::new();
    let mut code = false;
    let mut below_reply = false;
    let mut pasted = false;
    let mut header = false;
    let long = text.split_whitespace().take(PASTED_WORDS + 1).count() > PASTED_WORDS;
    let has_labels = has_labels(text, labelled);
    let mut start = 0;
    let mut label: Option<String> = None;
    let lines: Vec<Range<usize>> = text
        .split_inclusive('\n')
        .map(|line| {
            let range = start..start + line.len();
            start = range.end;
            range
        })
        .collect();
    for (index, range) in lines.iter().enumerate() {
        let line = text[range.clone()].trim_end();
        let trimmed = line.trim_start();
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            code = trimmed.matches("```").count() < 2 && !code;
            continue;
        }
        if code || trimmed.is_empty() {
            header = header && !trimmed.is_empty();
            continue;
        }
        if trimmed == "--" || is_separator(trimmed) {
            // A signature, or the mail that this one answers.
            below_reply = true;
            continue;
        }
        if is_header(trimmed)
            && index + 1 < lines.len()
            && (below_reply || header || is_header(text[lines[index + 1].clone()].trim()))
        {
            header = true;
            below_reply = true;
            continue;
        }
        let from = range.start + (line.len() - trimmed.len());
        let quoted = below_reply || trimmed.starts_with('>') || is_bracketed_reply(trimmed);
        if is_attribution(trimmed) {
            continue;
        }
        if !quoted && (is_table_or_data(trimmed) || pasted) {
            continue;
        }
        let mut content = from..range.start + line.len();
        if trimmed.starts_with('>') {
            let marks = trimmed.len() - trimmed.trim_start_matches(['>', ' ']).len();
            content.start += marks;
        }
        if let Some((name, length)) = label_of(&text[content.clone()]).filter(|_| has_labels) {
            content.start += length;
            label = Some(name.to_owned());
        } else if !has_labels {
            label = None;
        }
        content.start += marker_length(&text[content.clone()]);
        content.start += counter_length(&text[content.clone()]);
        if content.start >= content.end {
            continue;
        }
        passages.push(Passage { text: Mapped::slice(text, content), label: label.clone(), quoted });
        let lower = trimmed.to_lowercase();
        if trimmed.ends_with(':')
            && !has_labels
            && !quoted
            && index + 1 < lines.len()
            && (long || is_work_order(&lower))
        {
            pasted = true;
        }
    }
    name_numbered_speakers(&mut passages);
    passages
}

/// Gives "Speaker 2" the name by which that speaker introduces himself or herself.
fn name_numbered_speakers(passages: &mut [Passage]) {
    let is_numbered = |label: &str| {
        label.strip_prefix("Speaker ").is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let introductions: Vec<(String, String)> = passages
        .iter()
        .filter_map(|passage| {
            let label = passage.label.clone().filter(|label| is_numbered(label))?;
            Some((label, introduced_name(passage.text.text())?))
        })
        .collect();
    for passage in passages {
        let known = introductions.iter().find(|(label, _)| passage.label.as_ref() == Some(label));
        if let Some((_, name)) = known {
            passage.label = Some(name.clone());
        }
    }
}

/// "I'm Adaora Nwachukwu", "my name is Lena Brook": a given name and a surname.
fn introduced_name(text: &str) -> Option<String> {
    const INTRODUCTIONS: &[&str] =
        &["I'm ", "I am ", "I\u{2019}m ", "My name is ", "my name is ", "This is ", "this is "];
    let after = INTRODUCTIONS.iter().find_map(|lead| text.split_once(lead).map(|(_, after)| after))?;
    let name: Vec<&str> = after.split_whitespace().take(2).collect();
    let is_name = |word: &&str| {
        let bare = word.trim_end_matches([',', '.', '!', ';']);
        bare.starts_with(char::is_uppercase)
            && bare.chars().skip(1).all(|c| c.is_lowercase() || matches!(c, '-' | '\''))
    };
    let given_is_whole = name.first().is_some_and(|given| given.ends_with(char::is_alphabetic));
    (name.len() == 2 && name.iter().all(is_name) && given_is_whole)
        .then(|| name.join(" ").trim_end_matches([',', '.', '!', ';']).to_owned())
}

/// Given names that stand before a line for what they mean as words, too.
const NAMES_AND_WORDS: &[&str] = &[
    "April", "May", "June", "August", "Mark", "Bill", "Will", "Grace", "Hope", "Joy", "Faith", "Rose", "Art", "Frank",
    "Pat", "Summer", "Dawn", "Ruby", "Pearl", "Olive", "Violet", "Ivy", "Poppy", "Daisy", "Lily", "Holly", "Jasmine",
    "Amber",
];

/// Whether the lines of a text begin with names.
fn has_labels(text: &str, labelled: bool) -> bool {
    let lines = || text.lines().filter(|line| !line.trim().is_empty());
    let named = lines().filter(|line| label_of(line.trim_start()).is_some()).count();
    let count = lines().count();
    // "Tom: I live in Oslo" quotes Tom, "Maths: I failed" quotes nobody.
    let quotes_person = || {
        let label = lines().next().and_then(|line| label_of(line.trim_start()));
        let first = label.and_then(|(name, _)| name.split(' ').next());
        first.is_some_and(|first| gender_of_name(first).is_some() && !NAMES_AND_WORDS.contains(&first))
    };
    named > 0
        && (named * 2 > count && (labelled || named > 1 || count == 1 && quotes_person())
            || labelled && (named > 1 || count == 2))
}

/// Roles before the name of a speaker: "Customer (Ralph Odell):".
const ROLES: &[&str] = &[
    "agent",
    "customer",
    "client",
    "caller",
    "host",
    "guest",
    "interviewer",
    "interviewee",
    "patient",
    "doctor",
    "user",
    "support",
    "advisor",
    "moderator",
];

/// Words before a colon that name no speaker.
const LABELS: &[&str] = &[
    "Note",
    "PS",
    "Update",
    "Edit",
    "Question",
    "Answer",
    "Example",
    "Subject",
    "Re",
    "Fwd",
    "From",
    "To",
    "Date",
    "Also",
    "Warning",
    "Tip",
    "Step",
    "Here",
    "Translate",
    "Input",
    "Output",
    "Total",
    "Summary",
    "Hint",
    "Present",
    "Apologies",
    "Attendees",
    "Absent",
    "Agenda",
    "Minutes",
    "Action",
    "Actions",
    "Decision",
    "Decisions",
    "Venue",
    "Location",
    "Time",
    "When",
    "Where",
    "What",
    "Who",
    "Why",
    "Rent",
    "Deposit",
    "Term",
    "Property",
    "Landlord",
    "Tenant",
    "Price",
    "Address",
    "Phone",
    "Email",
    "Status",
    "Languages",
    "Skills",
    "Education",
    "Experience",
    "Ingredients",
    "Method",
    "Serves",
    "Diagnosis",
    "Treatment",
    "Medication",
    "Allergies",
    "Reminder",
    "Important",
    "Journal",
    "Diary",
    "FYI",
    "TLDR",
];

/// Words before a number that count the parts of a document.
const COUNTED: &[&str] = &[
    "day", "week", "month", "year", "part", "chapter", "step", "section", "item", "note", "question", "scene", "stage",
    "round", "session", "lesson", "phase", "page", "appendix", "episode", "act", "exercise", "slide", "point", "task",
    "goal", "room", "entry", "unit", "week",
];

/// The length of "Day 1: " at the start of a line.
fn counter_length(line: &str) -> usize {
    let Some((before, after)) = line.split_once(':') else { return 0 };
    let Some((word, number)) = before.split_once(' ') else { return 0 };
    let counts = COUNTED.contains(&word.to_lowercase().as_str())
        && (1..=3).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit());
    if counts { before.len() + 1 + (after.len() - after.trim_start().len()) } else { 0 }
}

/// The name before a line and its length: "Anna Berg:", "Bob (assistant):".
fn label_of(line: &str) -> Option<(&str, usize)> {
    let (before, after) = line.split_once(':')?;
    let (outer, inner) = before.split_once(" (").unwrap_or((before, ""));
    let inner = inner.trim_end_matches(')');
    let in_role = ROLES.contains(&outer.trim().to_lowercase().as_str()) && inner.starts_with(char::is_uppercase);
    let name = if in_role { inner } else { outer }.trim().trim_matches('*');
    let words = name.split(' ').count();
    let capital =
        name.split(' ').all(|word| word.starts_with(char::is_uppercase) || word.chars().all(|c| c.is_ascii_digit()));
    let fits = (1..=3).contains(&words)
        && (2..=40).contains(&name.len())
        && capital
        && after.starts_with([' ', '\u{a0}'])
        && !LABELS.contains(&name)
        && counter_length(line) == 0
        && before.len() <= 60;
    fits.then(|| (name, before.len() + 1 + (after.len() - after.trim_start().len())))
}

/// "-----Original Message-----", "________", "---------- Forwarded message ---------".
fn is_separator(line: &str) -> bool {
    let bare = line.trim_matches(|c: char| matches!(c, '-' | '_' | '=' | '*' | ' '));
    let marks = line.len() - bare.len();
    let lower = bare.to_lowercase();
    marks >= 6
        && (bare.is_empty() && line.starts_with('_')
            || lower.contains("original message")
            || lower.contains("forwarded message"))
}

fn is_header(line: &str) -> bool {
    let lower = line.to_lowercase();
    HEADERS.iter().any(|header| lower.starts_with(header))
}

/// "On Mon, 3 Mar 2025, Bob wrote:", "Bob wrote:", "Am 03.03.2025 schrieb Bob:".
fn is_attribution(line: &str) -> bool {
    line.ends_with(':') && line.len() < 200 && {
        let lower = line.to_lowercase();
        ["wrote:", "writes:", "said:"].iter().any(|end| lower.ends_with(end))
            || lower.contains(" schrieb ")
            || lower.contains("a écrit")
    }
}

/// "[reply to Assistant: …]".
fn is_bracketed_reply(line: &str) -> bool {
    let lower = line.to_lowercase();
    lower.starts_with("[reply to") || lower.starts_with("[quote") || lower.starts_with("[replying to")
}

fn is_table_or_data(line: &str) -> bool {
    line.starts_with(['|', '{', '}', '<', '[']) && !line.starts_with("[x]")
        || line.starts_with("import ") && line.ends_with(';')
}

fn is_work_order(lower: &str) -> bool {
    WORK_ORDERS.iter().any(|order| lower.contains(order))
}

/// Whether words only stand in a row, as in keywords for a search engine: many, without punctuation, the same again and
/// again.
pub(super) fn is_keyword_list(sentence: &str) -> bool {
    const WORDS_MIN: usize = 24;
    if sentence.contains([',', ';', ':', '.', '!', '?']) || sentence.split_whitespace().count() < WORDS_MIN {
        return false;
    }
    let mut words: Vec<String> =
        sentence.split_whitespace().map(str::to_lowercase).filter(|word| word.len() > 2).collect();
    words.sort_unstable();
    let most = words.chunk_by(|one, next| one == next).map(<[String]>::len).max().unwrap_or_default();
    most >= 4 && most * 8 >= words.len()
}

/// Whether a text is a list of keywords, one on each line.
pub(super) fn is_keyword_lines(text: &str) -> bool {
    const LINES_MIN: usize = 20;
    const WORDS_MAX: usize = 8;
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let is_short =
        |line: &&&str| line.split(' ').count() <= WORDS_MAX && !line.contains(['.', ',', '!', '?', ':', '"']);
    let short = lines.iter().filter(is_short).count();
    if lines.len() < LINES_MIN || short * 10 < lines.len() * 9 {
        return false;
    }
    let mut words: Vec<String> = Vec::new();
    for line in &lines {
        let mut own: Vec<String> = line
            .split(' ')
            .filter(|word| word.len() > 2)
            .map(|word| word.trim_end_matches('s').to_lowercase())
            .collect();
        own.sort_unstable();
        own.dedup();
        words.append(&mut own);
    }
    words.sort_unstable();
    let most = words.chunk_by(|one, next| one == next).map(<[String]>::len).max().unwrap_or_default();
    most * 5 >= lines.len() * 2
}

/// The length of a list marker: "- ", "1. ", "* ".
fn marker_length(line: &str) -> usize {
    let rest = line.trim_start_matches(['-', '*', '•', '#', '+', ' ']);
    if rest.len() < line.len() && line[..line.len() - rest.len()].ends_with(' ') {
        return line.len() - rest.len();
    }
    let digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
    if digits.len() < line.len()
        && line.len() - digits.len() <= 3
        && (digits.starts_with(". ") || digits.starts_with(") "))
    {
        return line.len() - digits.len() + 2;
    }
    0
}

/// Whether a sentence asks for work on a text: "Translate: I live in Paris."
pub(super) fn asks_for_work(sentence: &str) -> bool {
    let lower = sentence.trim_start().to_lowercase();
    let lower = lower.trim_start_matches("please ").trim_start_matches("can you ").trim_start_matches("could you ");
    WORK_ORDERS.iter().any(|order| lower.starts_with(order)) && sentence.contains(':')
}

/// Whether a sentence begins a play of roles, in which nobody speaks of themself.
pub(super) fn begins_play(sentence: &str) -> bool {
    const BEGINNINGS: &[&str] = &[
        "roleplay",
        "role-play",
        "role play",
        "let's pretend",
        "lets pretend",
        "pretend you are",
        "pretend to be",
        "pretend i'm",
        "pretend i am",
        "act as if you are",
    ];
    let lower = sentence.to_lowercase();
    BEGINNINGS.iter().any(|beginning| lower.contains(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, labelled: bool) -> Vec<(Option<String>, bool, String)> {
        split(text, labelled).into_iter().map(|p| (p.label, p.quoted, p.text.text().to_owned())).collect()
    }

    #[test]
    fn quoted_lines_are_set_apart() {
        let found = read("Bob wrote:\n> I live in Denver.\nI live in Boise.", false);
        assert_eq!(found[0], (None, true, "I live in Denver.".to_owned()));
        assert_eq!(found[1], (None, false, "I live in Boise.".to_owned()));
    }

    #[test]
    fn what_stands_below_a_reply_is_quoted() {
        let text = "I moved to Vienna.\n\n________________\nFrom: Bob\nSent: Monday\nTo: Noor\n\nI moved to Prague.";
        let found = read(text, false);
        assert_eq!(found.iter().map(|(_, quoted, _)| *quoted).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn lines_with_names_are_said_by_them() {
        let found = read("Anna: I live in Oslo.\nBob Lund (user): I live in Bergen.", true);
        assert_eq!(found[0].0.as_deref(), Some("Anna"));
        assert_eq!((found[1].0.as_deref(), found[1].2.as_str()), (Some("Bob Lund"), "I live in Bergen."));
    }

    #[test]
    fn speakers_have_the_names_they_introduce_themselves_with() {
        let found = read("Speaker 1: Hello.\nSpeaker 2: I'm Adaora Nwachukwu, hi.\nAgent (Mina): Hi.", true);
        let labels: Vec<_> = found.iter().map(|(label, ..)| label.as_deref()).collect();
        assert_eq!(labels, [Some("Speaker 1"), Some("Adaora Nwachukwu"), Some("Mina")]);
    }

    #[test]
    fn keywords_in_a_row_are_no_sentence() {
        let list = "cat names for your cat cute cat collar cat toys making cat beds at home matching with my cat bowl \
                    best cat food cat grooming near me cat hotel";
        assert!(is_keyword_list(list));
        let said = "so yesterday I went to the shop with my sister and we bought a huge bag of rice and some beans for the \
                    party that we are having on Sunday";
        assert!(!is_keyword_list(said));
        let lines: Vec<String> = (0..24).map(|n| format!("cute cat names {n}")).collect();
        assert!(is_keyword_lines(&lines.join("\n")));
        let shopping: Vec<String> = (0..24).map(|n| format!("item{n} from aisle{n}")).collect();
        assert!(!is_keyword_lines(&shopping.join("\n").replace("from", "")));
    }

    #[test]
    fn code_is_left_out() {
        let found = read("Look:\n```\nx = 1\n```\nIt works.", false);
        assert_eq!(found.iter().map(|(.., text)| text.as_str()).collect::<Vec<_>>(), ["Look:", "It works."]);
    }

    #[test]
    fn list_markers_are_left_out() {
        assert_eq!(
            read("- tea\n2. coffee\n3 cups", false).into_iter().map(|found| found.2).collect::<Vec<_>>(),
            ["tea", "coffee", "3 cups"]
        );
    }
}
