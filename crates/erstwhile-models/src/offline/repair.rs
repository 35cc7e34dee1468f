//! Repairs chat English before it is parsed: contractions, slang, fillers, vocatives, comma splices.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};

use super::contractions;
use super::days_in_words;
use super::identifiers::is_joint_name;
use super::joins;
use super::mapped::Mapped;
use super::speakers::ASSISTANT;
use super::spellings::standard_spelling;

/// Words after which a clause continues instead of beginning anew.
const SUBORDINATORS: &[&str] = &[
    "if", "when", "whenever", "since", "because", "after", "before", "while", "although", "though", "as", "once",
    "unless", "even", "until", "whether", "given", "that", "what", "how", "where", "who", "which",
];

/// Beginnings of a question after a comma, whatever stands before.
const ASKING: &[&str] = &[
    "can you ",
    "so can you ",
    "could you ",
    "so could you ",
    "would you ",
    "do you ",
    "does that ",
    "what are ",
    "what should ",
    "what do ",
    "how can ",
    "how do ",
    "how should ",
    "should I ",
    "so should I ",
    "is there ",
    "are there ",
    "is that ",
    "can I ",
    "so how ",
    "so what ",
    "any ",
];

/// Beginnings of a new sentence after a comma.
const SPLICES: &[&str] = &[
    "just moved ",
    "just started ",
    "just got ",
    "just finished ",
    "it's ",
    "it is ",
    "it was ",
    "it has ",
    "that's ",
    "that was ",
    "they're ",
    "they are ",
    "I'm ",
    "I am ",
    "I've ",
    "I was ",
    "I had ",
    "I have ",
    "I'd ",
    "I ",
    "we're ",
    "we ",
    "we've ",
    "here's ",
    "will you ",
    "did you ",
    "and I ",
    "and now I ",
    "and I'm ",
    "but I ",
    "but I'm ",
    "my ",
    "and my ",
    "but my ",
    "and she ",
    "and he ",
    "she ",
    "he ",
    "he's ",
    "she's ",
    "they've ",
    "they ",
];

/// How far before a comma its clause is looked for.
const CLAUSE_BYTES_MAX: usize = 400;

/// Repairs one passage. `names` are the speakers' names, whose vocatives are removed.
pub(super) fn repair(passage: &mut Mapped, names: &[String], is_known_name: impl Fn(&str) -> bool) {
    normalise_marks(passage);
    capitalise_names(passage, is_known_name);
    remove_links(passage);
    joins::rejoin(passage);
    days_in_words::write_as_figures(passage);
    remove_addresses(passage);
    respell(passage);
    contractions::write_out(passage);
    remove_vocatives(passage, names);
    state_news(passage);
    split_splices(passage);
}

/// "Did I tell you Jess got into med school?" tells it.
fn state_news(passage: &mut Mapped) {
    static NEWS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        RegexBuilder::new(r"\bdid I (?:ever )?(?:tell you|mention)(?: that)? ([^.!?]{8,200})\?")
            .case_insensitive(true)
            .build()
            .ok()
    });
    if let Some(news) = NEWS.as_ref() {
        passage.rewrite(news, "$1.", |news| news);
    }
}

/// Straight quotes and apostrophes; dashes between clauses and ellipses end a sentence; symbols vanish.
fn normalise_marks(passage: &mut Mapped) {
    let text = passage.text().to_owned();
    let mut edits: Vec<(Range<usize>, &str)> = Vec::new();
    let bytes = text.as_bytes();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        let spaced = at > 0 && bytes[at - 1] == b' ' && bytes.get(end) == Some(&b' ');
        match c {
            '`' => edits.push((at..end, "")),
            '’' | '‘' | '´' => edits.push((at..end, "'")),
            '“' | '”' | '„' | '«' | '»' => edits.push((at..end, "\"")),
            '—' | '–' if spaced || !text[..at].ends_with(|c: char| c.is_ascii_digit()) => {
                edits.push((at..end, ". "));
            }
            '-' if spaced => edits.push((at..end, ". ")),
            '…' => edits.push((at..end, ". ")),
            '.' if text[end..].starts_with('.') => {
                let mut last = end;
                while text[last..].starts_with('.') {
                    last += 1;
                    chars.next();
                }
                edits.push((at..last, ". "));
            }
            '&' if spaced && !stands_in_a_name(&text[..at], &text[end..]) => edits.push((at..end, "and")),
            '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{feff}'
            | '\u{fe0e}'
            | '\u{fe0f}' => {
                edits.push((at..end, ""));
            }
            c if is_pictograph(c) => {
                let mut last = end;
                while let Some((next, c)) = chars
                    .peek()
                    .copied()
                    .filter(|(_, c)| is_pictograph(*c) || matches!(c, ' ' | '\u{fe0e}' | '\u{fe0f}' | '\u{200d}'))
                {
                    last = next + c.len_utf8();
                    chars.next();
                }
                let before = text[..at].trim_end();
                // A space before it goes, too, unless an edit has taken it.
                let from = before.len().max(edits.last().map_or(0, |(range, _)| range.end));
                let ended = before.is_empty() || before.ends_with(['.', '!', '?', ',', ':', '\n']);
                edits.push((from..last, if ended { " " } else { ". " }));
            }
            c if c.is_control() && c != '\n' => edits.push((at..end, " ")),
            _ => {}
        }
    }
    passage.replace(&edits);
}

fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' | '\u{e0020}'..='\u{e007f}')
}

/// Names that do not begin with a capital, or have one within.
const BRANDS: &[(&str, &str)] = &[
    ("iphone", "iPhone"),
    ("ipad", "iPad"),
    ("imac", "iMac"),
    ("icloud", "iCloud"),
    ("ebay", "eBay"),
    ("macbook", "MacBook"),
    ("airpods", "AirPods"),
    ("playstation", "PlayStation"),
    ("youtube", "YouTube"),
    ("linkedin", "LinkedIn"),
    ("github", "GitHub"),
    ("paypal", "PayPal"),
    ("whatsapp", "WhatsApp"),
];

/// "i live in oslo": names of places and companies that are nothing else get their capital.
fn capitalise_names(passage: &mut Mapped, is_known_name: impl Fn(&str) -> bool) {
    let text = passage.text().to_owned();
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for (at, word) in words(&text) {
        let bare = word.trim_end_matches([',', '.', '!', '?', ';', ':', ')', '\'']);
        let bare = bare.strip_suffix("'s").unwrap_or(bare);
        if let Some((_, name)) = BRANDS.iter().find(|(small, _)| *small == bare) {
            edits.push((at..at + bare.len(), (*name).to_owned()));
        } else if bare.len() > 2 && bare.bytes().all(|byte| byte.is_ascii_lowercase()) && is_known_name(bare) {
            edits.push((at..at + 1, bare[..1].to_uppercase()));
        }
    }
    let edits: Vec<(Range<usize>, &str)> = edits.iter().map(|(range, with)| (range.clone(), with.as_str())).collect();
    passage.replace(&edits);
}

/// Long links say nothing; short ones are names.
fn remove_links(passage: &mut Mapped) {
    let text = passage.text().to_owned();
    let mut edits = Vec::new();
    for (at, word) in words(&text) {
        let link = word.starts_with("http://") || word.starts_with("https://") || word.starts_with("www.");
        if link && (word.len() > 40 || word.contains('?')) {
            edits.push((at..at + word.len(), ""));
        }
    }
    passage.replace(&edits);
}

pub(super) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let base = text.as_ptr() as usize;
    text.split_whitespace().map(move |word| (word.as_ptr() as usize - base, word))
}

fn respell(passage: &mut Mapped) {
    let text = passage.text().to_owned();
    let mut edits: Vec<(Range<usize>, &str)> = Vec::new();
    for (at, word) in words(&text) {
        let bare = word.trim_end_matches([',', '.', '!', '?', ';', ':', ')']);
        let start = at + (bare.len() - bare.trim_start_matches('(').len());
        let bare = bare.trim_start_matches('(');
        if bare.len() > 12 || !bare.is_ascii() {
            continue;
        }
        let lower = bare.to_ascii_lowercase();
        let all_capitals = bare.len() > 1 && bare.chars().all(|c| c.is_ascii_uppercase());
        // "My cuz Tre" is a cousin.
        let owned = text[..at].trim_end().to_ascii_lowercase();
        let cousin = lower == "cuz"
            && ["my", "his", "her", "our"].iter().any(|owner| owned == *owner || owned.ends_with(&format!(" {owner}")));
        if cousin {
            edits.push((start..start + bare.len(), "cousin"));
        } else if let Some(with) = standard_spelling(&lower).filter(|with| *with != bare && !all_capitals) {
            let capital_word = bare.starts_with(|c: char| c.is_ascii_uppercase())
                && !matches!(lower.as_str(), "im" | "ive" | "dont" | "cant");
            let time = matches!(lower.as_str(), "feb" | "aug" | "sept" | "oct" | "nov" | "tues" | "thurs");
            if !capital_word || start == 0 || time {
                edits.push((start..start + bare.len(), with));
            }
        } else if lower.ends_with("in'") && lower.len() > 5 {
            edits.push((start + bare.len() - 1..start + bare.len(), "g"));
        }
    }
    passage.replace(&edits);
}

/// Words by which friends address each other.
const ADDRESSES: &[&str] = &["bro", "bruv", "bruh", "sis", "dude", "yaar", "fam", "bestie", "da", "guys"];

/// "Bro I am crying", "it was in your shoe bro": words that only address.
fn remove_addresses(passage: &mut Mapped) {
    const OWNERS: &[&str] = &[
        "my", "his", "her", "your", "our", "their", "a", "the", "this", "that", "lil", "big", "little", "old", "young",
        "no", "one", "and",
    ];
    const SAYS_OF: &[&str] = &[
        "is", "was", "has", "had", "got", "works", "lives", "said", "says", "went", "just", "of", "and", "who", "can",
        "will",
    ];
    let text = passage.text().to_owned();
    let base = text.as_ptr() as usize;
    let words: Vec<(usize, &str)> = text.split(' ').map(|word| (word.as_ptr() as usize - base, word)).collect();
    let mut edits: Vec<(Range<usize>, &str)> = Vec::new();
    // "Good morning my sister": as one greets a friend.
    let greeting = words.windows(3).find(|three| {
        let [(_, first), (_, my), (_, whom)] = three else { return false };
        let first = first.trim_end_matches(',').to_lowercase();
        let whom = whom.trim_end_matches([',', '.', '!']).to_lowercase();
        matches!(
            first.as_str(),
            "morning" | "afternoon" | "evening" | "hello" | "hi" | "hey" | "thanks" | "congratulations"
        ) && my.eq_ignore_ascii_case("my")
            && matches!(
                whom.as_str(),
                "sister" | "brother" | "dear" | "friend" | "darling" | "guy" | "love" | "dearest"
            )
    });
    // "My sister, how far?"
    if let [(at, my), (whom_at, whom), (_, next), ..] = words.as_slice()
        && my.eq_ignore_ascii_case("my")
        // "My sister, who is a nurse", "my sister, Anna, …": of whom one speaks.
        && !matches!(*next, "who" | "whose" | "whom" | "which" | "and" | "or")
        && !text.get(whom_at + whom.len()..).is_some_and(|rest| {
            rest.split(['.', '!', '?']).next().is_some_and(|sentence| sentence.contains(','))
        })
        && matches!(whom.to_lowercase().as_str(), "sister," | "sister!" | "brother," | "brother!" | "dear," | "friend,")
    {
        edits.push((*at..whom_at + whom.len() + 1, ""));
    }
    if let Some([_, (at, _), (whom_at, whom)]) = greeting {
        let end = whom_at + whom.trim_end_matches([',', '.', '!']).len();
        edits.push((at.saturating_sub(1)..end, ""));
    }
    for (index, (at, word)) in words.iter().enumerate() {
        let bare = word.trim_end_matches(['.', '!', '?', ',']);
        let lower = bare.to_lowercase();
        if !ADDRESSES.contains(&lower.as_str()) {
            continue;
        }
        let before = index.checked_sub(1).and_then(|before| words.get(before)).map_or("", |(_, before)| *before);
        let next = words.get(index + 1).map_or("", |(_, next)| *next).to_lowercase();
        let opens = before.is_empty() || before.ends_with(['.', '!', '?', '\n']);
        let closes = next.is_empty() || word.ends_with(['.', '!', '?']);
        let owned = OWNERS.contains(&before.to_lowercase().as_str());
        let slang =
            matches!(lower.as_str(), "bro" | "bruv" | "bruh" | "sis" | "dude" | "yaar" | "fam" | "bestie" | "guys");
        if opens && slang && !closes && !SAYS_OF.contains(&next.as_str()) {
            edits.push((*at..at + word.len() + 1, ""));
        } else if closes
            && (slang || lower == "da")
            && !opens
            && !owned
            && before.len() > 1
            && before.starts_with(char::is_alphanumeric)
        {
            edits.push((at.saturating_sub(1)..at + bare.len(), ""));
        }
    }
    edits.retain(|(range, _)| range.end <= text.len());
    passage.replace(&edits);
}

/// "Hey Maria, …", "Thanks, John!", "…, Maria?".
fn remove_vocatives(passage: &mut Mapped, names: &[String]) {
    let mut first_names: Vec<&str> = names.iter().filter_map(|name| name.split_whitespace().next()).collect();
    first_names.extend(names.iter().map(String::as_str));
    first_names.retain(|name| name.len() > 1 && !matches!(*name, "User" | ASSISTANT));
    let thanked = thanked_name(passage.text());
    first_names.extend(thanked.as_deref());
    for name in first_names {
        let text = passage.text().to_owned();
        let mut edits: Vec<(Range<usize>, &str)> = Vec::new();
        for (at, found) in text.match_indices(name) {
            let end = at + found.len();
            let before = text[..at].trim_end();
            let after = text[end..].trim_start();
            let greeting = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_lowercase();
            let greets = matches!(
                greeting.as_str(),
                "hey" | "hi" | "hello" | "thanks" | "congrats" | "yes" | "no" | "wow" | "sorry" | "dear" | "morning"
            );
            let opens = before.is_empty() || before.ends_with(['.', '!', '?', '\n']);
            let closes = after.is_empty() || after.starts_with([',', '.', '!', '?']);
            if (opens && after.starts_with([',', '!']) || greets)
                && closes
                && edits.last().is_none_or(|(last, _)| last.end <= at)
            {
                let tail = text[end..].len() - text[end..].trim_start_matches([',', '!', ' ', '.']).len();
                edits.push((at..end + tail, if greets { ". " } else { "" }));
            } else if before.ends_with(',') && closes {
                let comma = text[..at].rfind(',').unwrap_or(at);
                if edits.last().is_none_or(|(last, _)| last.end <= comma) {
                    edits.push((comma..end, ""));
                }
            }
        }
        passage.replace(&edits);
    }
}

/// The name of whom a text thanks or greets at its start: "Thanks, Mell!".
fn thanked_name(text: &str) -> Option<String> {
    let (greeting, rest) = text.trim_start().split_once(", ")?;
    let greets = ["thanks", "thank you", "hey", "hi", "hello", "wow", "congrats", "sorry", "cheers", "morning"];
    let name: String = rest.chars().take_while(|c| c.is_alphabetic()).collect();
    let closes = rest[name.len()..].starts_with(['!', '.', '?', ',']);
    let is_name = name.len() > 1
        && name.starts_with(char::is_uppercase)
        && name.chars().skip(1).all(char::is_lowercase)
        && !matches!(
            name.as_str(),
            "It" | "He" | "She" | "We" | "They" | "That" | "This" | "You" | "No" | "Yes" | "So"
        );
    (greets.contains(&greeting.to_lowercase().as_str()) && closes && is_name).then_some(name)
}

/// Two sentences joined by a comma are two sentences.
fn split_splices(passage: &mut Mapped) {
    let text = passage.text().to_owned();
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut sentence_start = 0;
    for (at, c) in text.char_indices() {
        match c {
            '.' | '!' | '?' => sentence_start = at + 1,
            ',' => {
                let rest = text[at + 1..].strip_prefix(' ').unwrap_or_default();
                let asks = ASKING.iter().any(|opening| rest.starts_with(opening));
                let splice = asks || SPLICES.iter().any(|opening| rest.starts_with(opening));
                if !splice {
                    continue;
                }
                // A longer clause than this is no clause.
                let start = text.ceil_char_boundary(sentence_start.max(at.saturating_sub(CLAUSE_BYTES_MAX)));
                let before = &text[start..at];
                let mut words = before.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
                let is_subordinator = |word: &str| SUBORDINATORS.contains(&word.to_ascii_lowercase().as_str());
                // "I set a goal after I moved, can you help me?" asks at its end, "if I move, can you help me?" does not.
                let subordinate =
                    if asks { words.next().is_some_and(is_subordinator) } else { words.any(is_subordinator) };
                if !subordinate && before.trim().len() >= 8 && !is_adverbial(before) {
                    edits.push((at..at + 1, ".".to_owned()));
                    // The sentence before a question is no question: a capital parts them.
                    if let Some(first) = rest.chars().next().filter(|_| asks) {
                        let from = at + 2;
                        edits.push((from..from + first.len_utf8(), first.to_uppercase().to_string()));
                    }
                    sentence_start = at + 1;
                }
            }
            _ => {}
        }
    }
    let edits: Vec<(Range<usize>, &str)> = edits.iter().map(|(range, with)| (range.clone(), with.as_str())).collect();
    passage.replace(&edits);
}

/// "Marks & Spencer": whether the words on both sides make one name.
fn stands_in_a_name(before: &str, after: &str) -> bool {
    let word =
        |word: &str| word.trim_matches(|c: char| matches!(c, '(' | ')' | '"' | ',' | ';' | ':' | '!' | '?')).to_owned();
    let before = before.split_whitespace().next_back().map(word);
    let after = after.split_whitespace().next().map(word);
    before.zip(after).is_some_and(|(before, after)| is_joint_name(&before, after.trim_end_matches(['.', '\''])))
}

/// Whether the words before a comma are no clause but say when, where or how: "Last month, …", "After work, …".
fn is_adverbial(text: &str) -> bool {
    const LEADS: &[&str] = &[
        "in",
        "on",
        "at",
        "after",
        "before",
        "during",
        "for",
        "since",
        "by",
        "with",
        "without",
        "until",
        "last",
        "next",
        "this",
        "that",
        "every",
        "each",
        "yesterday",
        "today",
        "tonight",
        "tomorrow",
        "recently",
        "lately",
        "currently",
        "earlier",
        "later",
        "then",
        "once",
        "one",
        "two",
        "three",
        "four",
        "five",
        "a",
        "an",
        "the",
        "over",
        "from",
        "as",
        "back",
        "around",
        "about",
        "early",
        "late",
        "these",
        "nowadays",
        "previously",
        "originally",
        "finally",
        "sometimes",
        "usually",
        "normally",
        "first",
        "also",
        "besides",
        "apart",
        "thanks",
        "due",
        "instead",
        "according",
        "among",
        "christmas",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    const SUBJECTS: &[&str] =
        &["i", "we", "you", "he", "she", "they", "it", "there", "who", "is", "are", "was", "were", "has"];
    let lower = text.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.next().is_some_and(|first| LEADS.contains(&first)) && !words.any(|word| SUBJECTS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(text: &str, names: &[&str]) -> String {
        let mut passage = Mapped::slice(text, 0..text.len());
        let names = names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        repair(&mut passage, &names, |word| word == "oslo");
        passage.text().to_owned()
    }

    #[test]
    fn chat_spellings_are_written_out() {
        assert_eq!(repaired("im gonna move, dont worry", &[]), "I'm going to move, don't worry");
        assert_eq!(repaired("ive been workin' there", &[]), "I've been working there");
        assert_eq!(repaired("It's ok", &[]), "It's ok");
    }

    #[test]
    fn words_of_address_are_removed() {
        assert_eq!(repaired("Bro I am crying", &[]), "I am crying");
        assert_eq!(repaired("It was in your own shoe bro. Enjoy", &[]), "It was in your own shoe. Enjoy");
        assert_eq!(repaired("I saw my sis.", &[]), "I saw my sister.");
        assert_eq!(repaired("Good morning my sister. I moved.", &[]), "Good morning. I moved.");
        assert_eq!(repaired("He is a good man.", &[]), "He is a good man.");
    }

    #[test]
    fn vocatives_are_removed() {
        assert_eq!(repaired("Hey Maria, I moved!", &["Maria Lopes"]).trim_start_matches("Hey . "), "I moved!");
        assert_eq!(repaired("I moved, Maria!", &["Maria"]), "I moved!");
        assert_eq!(repaired("I met Maria there.", &["Maria"]), "I met Maria there.");
    }

    #[test]
    fn spliced_sentences_are_split() {
        assert_eq!(repaired("Just started yoga, it's great", &[]), "Just started yoga. it's great");
        assert_eq!(repaired("When I was young, I swam", &[]), "When I was young, I swam");
        assert_eq!(repaired("Last month, I moved", &[]), "Last month, I moved");
        assert_eq!(repaired("Yesterday, my brother called", &[]), "Yesterday, my brother called");
        assert_eq!(repaired("On Monday I met Bo, it was fun", &[]), "On Monday I met Bo. it was fun");
    }
}
