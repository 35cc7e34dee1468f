//! The values of a text property that words name: those that its description lists, and those of the vocabulary's list
//! for such properties.

use std::sync::LazyLock;

use crate::ontology::examples::{Examples, examples};
use crate::ontology::kinship::{akin, akin_to_any, name_stems};
use crate::ontology::types::{Token, ends_noun, tokens, written};
use crate::vocabulary;

/// Words after which a value describes something else: "is owned by an Indian family".
const ELSEWHERE: [&str; 9] = ["by", "near", "opposite", "behind", "beside", "than", "unlike", "before", "after"];
/// Words after which a value describes the subject, besides articles and adjectives.
const COPULAS: [&str; 5] = ["is", "was", "are", "were", "s"];
/// Words after which it does so only before a noun: "has Ethiopian food".
const POSSESSES: [&str; 3] = ["has", "have", "had"];
/// The vocabulary's lists of values: the name of the list, words of properties' names, and nouns that a value describes
/// without meaning something else than the entity ("serves Ethiopian food").
const LISTS: [(&str, &[&str], &[&str]); 4] = [
    ("genre", &["genre"], &["classic", "music", "saga", "genre"]),
    ("cuisine", &["cuisine"], &["food", "cuisine", "dish", "dishes", "cooking", "place", "restaurant", "eatery"]),
    ("colour", &["colour", "color"], &["colour", "color"]),
    ("language", &["language"], &["language", "edition", "version", "translation"]),
];
/// The list whose properties belong to works: a noun for a work may follow their values.
const OF_WORKS: &str = "genre";

/// How the words of a value stand in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// One after the other.
    InARow,
    /// Anywhere.
    Any,
}

/// A list of the vocabulary, prepared.
struct List {
    properties: Vec<String>,
    heads: Vec<String>,
    /// The words of each value, in lower case.
    values: Vec<Vec<String>>,
}

static PREPARED: LazyLock<Vec<List>> = LazyLock::new(|| LISTS.iter().map(prepared).collect());

fn prepared((name, properties, heads): &(&str, &[&str], &[&str])) -> List {
    let words = |words: &[&str]| words.iter().flat_map(|word| name_stems(word)).collect::<Vec<String>>();
    // The names of languages are words that the extractor needs, too.
    let values = vocabulary::built_in().values.get(*name).map_or(vocabulary::built_in().list(name), Vec::as_slice);
    let works = vocabulary::built_in().list("work").iter().filter(|_| *name == OF_WORKS);
    List {
        properties: words(properties),
        heads: words(heads).into_iter().chain(works.flat_map(|word| name_stems(word))).collect(),
        values: values.iter().map(|value| lower_case(value)).collect(),
    }
}

fn stems(value: &str) -> Vec<String> {
    tokens(value).into_iter().map(|token| token.stem).collect()
}

fn lower_case(value: &str) -> Vec<String> {
    tokens(value).into_iter().map(|token| token.lower).collect()
}

/// The only value of a description's list that the words of a fact name.
///
/// They may stand anywhere: "allergic to peanuts" for "peanut allergy".
pub(super) fn listed_value(description: &str, words: &[Token]) -> Option<String> {
    only_whole(&listed(&examples(description), words, Order::Any))
}

/// The only value of a property that words about an entity of a type name.
///
/// `nouns` are the stems of the type's name.
pub(super) fn described_value(property: (&[String], &str), words: &[Token], nouns: &[String]) -> Option<String> {
    let (name, description) = property;
    let examples = examples(description);
    let lists = PREPARED.iter().filter(|list| list.properties.iter().any(|word| akin_to_any(word, name)));
    // "…'s food is Mexican", but not "…'s owner is Mexican".
    if let [s, owned, ..] = words
        && s.lower == "s"
        && !name.contains(&owned.stem)
        && !lists.clone().any(|list| list.heads.contains(&owned.stem))
    {
        return None;
    }
    let mut named = listed(&examples, words, Order::InARow);
    if !examples.are_all {
        named.extend(lists.flat_map(|list| list.named(words, nouns)));
    }
    only_whole(&named)
}

/// The values of a description's list that words name, with their stems.
fn listed(examples: &Examples, words: &[Token], order: Order) -> Vec<(String, Vec<String>)> {
    let with_stems = examples.values.iter().map(|value| (value.clone(), stems(value)));
    with_stems
        .filter(|(_, value)| match order {
            Order::Any if value.len() > 1 => value.iter().all(|part| words.iter().any(|word| akin(part, &word.stem))),
            _ => position_of_value(words, value, |word| &word.stem).is_some(),
        })
        .collect()
}

/// The only value that is no part of another: "peanut allergy" contains "peanut".
fn only_whole(named: &[(String, Vec<String>)]) -> Option<String> {
    let is_part = |stems: &[String]| {
        let longer = |other: &[String]| other.len() > stems.len() && stems.iter().all(|stem| other.contains(stem));
        named.iter().any(|(_, other)| longer(other))
    };
    let mut whole = named.iter().filter(|(_, stems)| !is_part(stems));
    let (value, stems) = whole.next()?;
    whole.all(|(_, other)| other == stems).then(|| value.clone())
}

/// Where the words of a value stand one after the other, if they describe the entity itself.
fn position_of_value(words: &[Token], value: &[String], form: impl Fn(&Token) -> &String) -> Option<usize> {
    if value.is_empty() {
        return None;
    }
    let is_value = |window: &[Token]| window.iter().zip(value).all(|(word, part)| form(word) == part);
    let at = words.windows(value.len()).position(is_value)?;
    let elsewhere = words[..at].iter().any(|word| ELSEWHERE.contains(&word.lower.as_str()));
    (!elsewhere).then_some(at)
}

impl List {
    /// The values of the list that words say of an entity, as they are written, with their stems.
    fn named(&self, words: &[Token], nouns: &[String]) -> Vec<(String, Vec<String>)> {
        let found = self.values.iter().filter_map(|value| {
            // Not by stems: a classic is nothing classical.
            let at = position_of_value(words, value, |word| &word.lower)?;
            let (before, rest) = words.split_at(at);
            let (said, after) = rest.split_at(value.len());
            let possesses = before.last().is_some_and(|word| POSSESSES.contains(&word.lower.as_str()));
            let leads = before.last().is_none_or(leads_to_value) || possesses && !after.is_empty();
            let stems = said.iter().map(|word| word.stem.clone()).collect();
            (leads && self.may_follow(after, nouns)).then(|| (written(said), stems))
        });
        found.collect()
    }

    /// Whether what follows a value does not make it a part of something else: "science fiction", "a science fiction
    /// audiobook", but not "a science fiction convention".
    fn may_follow(&self, after: &[Token], nouns: &[String]) -> bool {
        after.first().is_none_or(|word| {
            let is_head = self.heads.contains(&word.stem) || nouns.last().is_some_and(|noun| akin(noun, &word.stem));
            let is_whole = after.get(1).is_none_or(ends_noun);
            word.is_mark() || word.lower == "and" || is_head && is_whole
        })
    }
}

/// Whether a word before a value lets it describe the subject: "is", "a", "great".
fn leads_to_value(word: &Token) -> bool {
    word.is_mark() || word.is_article() || !word.is_stop_word || COPULAS.contains(&word.lower.as_str())
}
