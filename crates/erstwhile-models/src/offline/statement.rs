//! A whole sentence as a self-contained statement: names for pronouns, absolute dates for relative ones.

use erstwhile_nlp::{Dep, Pos, Tag};

use super::dates::DatedSpan;
use super::nouns::pronoun_free;
use super::people::{FIRST, People, SECOND};
use super::sentence::Sentence;
use super::verb_forms::third_person;

/// Statements of fewer content words say too little to be searched for.
const CONTENT_WORDS_MIN: usize = 2;
/// Minimum number of content words of a sentence without a verb.
const PHRASE_WORDS_MIN: usize = 3;

/// Rewrites a sentence; pronouns that refer to nobody known stay as they are.
pub(super) fn write(sentence: &Sentence<'_>, people: &mut People, dates: &[DatedSpan]) -> String {
    let s = sentence;
    let mut out = String::with_capacity(s.source().len() + 16);
    let mut written_date = None;
    // "But I want to compare it": the statement stands alone.
    let joins = |token: &usize| s.is(*token, &["and", "but", "so", ","]) && s.dep(*token) != Dep::Nsubj;
    for token in s.tokens().skip_while(joins) {
        let Some(data) = s.doc.tokens().get(token) else { continue };
        let start = data.start as usize;
        if let Some(index) = dates.iter().position(|date| date.relative && date.span.contains(&start)) {
            if written_date != Some(index) {
                written_date = Some(index);
                let date = &dates[index];
                out.push_str(&date.describe(s.doc.text().get(date.span.clone()).unwrap_or_default(), false));
                out.push(' ');
            }
            continue;
        }
        let word = word(s, people, token);
        let attached = word.starts_with(['\'', '’']) || word == "n't";
        if attached
            && out.ends_with(' ')
            && !word.starts_with("' ")
            && token > s.start
            && !s.doc.tokens()[token - 1].space_after
        {
            out.pop();
        }
        out.push_str(&word);
        if data.space_after {
            out.push(' ');
        }
    }
    super::claims::sentence_of(&out.replace(" ,", ",").replace(" .", ".").replace("  ", " "))
}

fn word(s: &Sentence<'_>, people: &mut People, token: usize) -> String {
    let lower = s.lower(token);
    if s.pos(token) == Pos::Pron && !matches!(s.dep(token), Dep::Compound) {
        let third = matches!(lower, "he" | "she" | "him" | "his" | "her");
        let resolvable = FIRST.contains(&lower) || SECOND.contains(&lower) || third;
        if resolvable && !lower.ends_with("self") && !lower.ends_with("selves") {
            if matches!(lower, "we" | "us" | "our" | "ours" | "ourselves") && people.speaker.is_some() {
                let name = people.speaker.clone().unwrap_or_default();
                return match lower {
                    "our" | "ours" => format!("{name}'s"),
                    _ => format!("{name} and others"),
                };
            }
            if let Ok(word) = pronoun_free(s, people, token, None)
                && !word.is_empty()
            {
                return word;
            }
        }
    }
    // The verb agrees with the name that replaced "I" or "you".
    let subject = s.child_of(token, &[Dep::Nsubj, Dep::Nsubjpass]);
    let of_head = matches!(s.dep(token), Dep::Aux | Dep::Auxpass)
        .then(|| s.subject(s.head(token)))
        .flatten()
        .filter(|_| s.children(s.head(token)).find(|c| matches!(s.dep(*c), Dep::Aux | Dep::Auxpass)) == Some(token));
    let subject = subject.or(of_head);
    let replaced = subject.is_some_and(|subject| {
        s.lower(subject) == "i" && people.speaker.is_some()
            || s.is(subject, &["you", "u"]) && people.addressee.is_some()
    });
    let shared = s.dep(token) == Dep::Conj
        && s.tag(token) == Tag::Vbp
        && s.subject(token).is_some_and(|subject| s.lower(subject) == "i")
        && people.speaker.is_some();
    if replaced && !s.has_child(token, &[Dep::Aux, Dep::Auxpass]) || shared && !s.has_child(token, &[Dep::Aux]) {
        return match (lower, s.tag(token)) {
            ("'m" | "am" | "are" | "'re", _) => space_before(s, token, "is"),
            ("'ve", _) => space_before(s, token, "has"),
            ("'ll", _) => space_before(s, token, "will"),
            ("'d", Tag::Md) => space_before(s, token, "would"),
            ("'d", _) => space_before(s, token, "had"),
            ("were", _) => "was".to_owned(),
            (_, Tag::Vbp) => third_person(lower),
            _ => s.text(token).to_owned(),
        };
    }
    // "We're" is "Noor and others are".
    let after_we = token > s.start && s.is(token - 1, &["we"]) && people.speaker.is_some();
    match lower {
        "'re" if after_we => space_before(s, token, "are"),
        "'ve" if after_we => space_before(s, token, "have"),
        "'ll" if after_we => space_before(s, token, "will"),
        "'d" if after_we => space_before(s, token, if s.tag(token) == Tag::Md { "would" } else { "had" }),
        _ => s.text(token).to_owned(),
    }
}

/// A contraction in full needs a space before it.
fn space_before(s: &Sentence<'_>, token: usize, word: &str) -> String {
    let glued = token > s.start && !s.doc.tokens()[token - 1].space_after;
    if glued { format!(" {word}") } else { word.to_owned() }
}

/// Whether a sentence says enough to be worth finding: a verb or several content words.
///
/// Wishes and reactions ("Hope you like it", "Sounds great!") say nothing about anybody.
pub(super) fn is_telling(s: &Sentence<'_>) -> bool {
    const REACTIONS: &[&str] =
        &["hope", "hoping", "looks", "sounds", "thanks", "thank", "glad", "congrats", "congratulations", "wow", "good"];
    let first = s.tokens().find(|token| !matches!(s.pos(*token), Pos::Punct | Pos::Intj | Pos::Space));
    if first.is_some_and(|first| s.is(first, REACTIONS) && !s.has_child(first, &[Dep::Nsubj])) {
        return false;
    }
    // "Here's my current code": what follows is shown, not told.
    if first.is_some_and(|first| s.is(first, &["here"]) && first + 1 < s.end && s.lemma(first + 1) == "be") {
        return false;
    }
    let content = s
        .tokens()
        .filter(|token| matches!(s.pos(*token), Pos::Noun | Pos::Propn | Pos::Verb | Pos::Adj | Pos::Num))
        .count();
    let clause = s.tokens().any(|token| matches!(s.pos(token), Pos::Verb | Pos::Aux));
    content >= if clause { CONTENT_WORDS_MIN } else { PHRASE_WORDS_MIN }
}
