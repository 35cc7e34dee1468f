//! The parts of a sentence that describe an entity.

use super::DENIALS;
use crate::ontology::kinship::akin;
use crate::ontology::types::{Token, introduction};

/// Verbs with which a sentence describes its subject.
const DESCRIBES: [&str; 24] = [
    "is",
    "was",
    "are",
    "were",
    "has",
    "have",
    "had",
    "does",
    "did",
    "do",
    "serves",
    "served",
    "offers",
    "offered",
    "provides",
    "provided",
    "features",
    "sells",
    "makes",
    "caters",
    "accommodates",
    "costs",
    "isn",
    "doesn",
];
/// Words after which something else is described.
const TURNS: [&str; 16] = [
    "but", "because", "while", "although", "though", "so", "when", "where", "who", "i", "he", "she", "we", "they",
    "you", "if",
];
/// How many words before a name may describe it: "a small Mexican restaurant called …".
const BEFORE_MAX: usize = 5;

/// Where a name stands in a sentence: the words before and after it.
pub(super) fn places<'s>(sentence: &'s [Token], name: &[Token]) -> Vec<(&'s [Token], &'s [Token])> {
    let is_name = |window: &[Token]| window.iter().zip(name).all(|(one, other)| one.lower == other.lower);
    let found = sentence.windows(name.len()).enumerate().filter(|(_, window)| is_name(window));
    found
        .map(|(at, _)| {
            let (before, rest) = sentence.split_at(at);
            (before, rest.get(name.len()..).unwrap_or_default())
        })
        .collect()
}

/// "A Mexican restaurant called …", "the vegan restaurant …".
pub(super) fn before_name<'s>(before: &'s [Token], nouns: &[String]) -> Option<&'s [Token]> {
    let phrase = introduction(before).unwrap_or(before);
    phrase.last().filter(|noun| nouns.last().is_some_and(|last| akin(last, &noun.stem)))?;
    let ends = |word: &Token| word.is_mark() || word.is_stop_word && !DENIALS.contains(&word.lower.as_str());
    let words = phrase.iter().rev().take(BEFORE_MAX).take_while(|word| !ends(word)).count();
    Some(&phrase[phrase.len() - words..])
}

/// "… has vegetarian options", "…, a Mexican restaurant", "…, which is Mexican", "… (Mexican)", "…'s rating is 4.5".
pub(super) fn after_name<'s>(before: &[Token], after: &'s [Token], nouns: &[String]) -> Option<&'s [Token]> {
    let is_verb = |word: Option<&Token>| word.is_some_and(|word| DESCRIBES.contains(&word.lower.as_str()));
    // "The owner of … is Mexican".
    if is_verb(after.first()) && without_type(before, nouns).last().is_some_and(|word| word.lower == "of") {
        return None;
    }
    let region = match after {
        [mark, rest @ ..] if mark.lower == "(" => rest,
        [comma, article, ..] if comma.lower == "," && article.is_article() => &after[1..],
        [comma, which, rest @ ..] if comma.lower == "," && which.lower == "which" && is_verb(rest.first()) => rest,
        [which, rest @ ..] if matches!(which.lower.as_str(), "which" | "that") && is_verb(rest.first()) => rest,
        [first, ..] if first.lower == "s" || is_verb(Some(first)) => after,
        _ => return None,
    };
    let ends = |at: usize| {
        let word = &region[at];
        let joins = matches!(word.lower.as_str(), "," | "and");
        // "…, and Ann is vegan": a subject of its own.
        let subject = joins
            && !is_verb(region.get(at + 1))
            && region
                .get(at + 1..)
                .unwrap_or_default()
                .iter()
                .take_while(|word| !word.is_mark())
                .any(|word| is_verb(Some(word)));
        subject || word.is_mark() && word.lower != "," || turns(word)
    };
    let end = (0..region.len()).find(|at| ends(*at)).unwrap_or(region.len());
    region.get(..end)
}

/// The words of a sentence before a name, without the article and the name of the entity's type: "the audiobook Dune".
pub(super) fn without_type<'s>(before: &'s [Token], nouns: &[String]) -> &'s [Token] {
    let of_type = |word: &Token| nouns.last().is_some_and(|noun| akin(noun, &word.stem));
    match before.split_last() {
        Some((last, rest)) if of_type(last) => without_article(rest),
        _ => without_article(before),
    }
}

pub(super) fn without_article(words: &[Token]) -> &[Token] {
    words.split_last().filter(|(last, _)| last.is_article()).map_or(words, |(_, rest)| rest)
}

/// Whether something else is described after a word.
pub(super) fn turns(word: &Token) -> bool {
    TURNS.contains(&word.lower.as_str())
}
