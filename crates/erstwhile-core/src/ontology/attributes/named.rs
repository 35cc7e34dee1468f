//! Values of text properties that a sentence says outright: "the genre of Dune is science fiction", "its author is Frank
//! Herbert", "narrated by Scott Brick".

use super::regions::{turns, without_article, without_type};
use super::{DOUBTS, content, denies};
use crate::ontology::Property;
use crate::ontology::examples::examples;
use crate::ontology::kinship::akin;
use crate::ontology::types::{Token, split_words, written};
use crate::vocabulary;

/// Verbs between a property's name and its value.
const COPULAS: [&str; 4] = ["is", "was", "are", "were"];
/// The last word of a property's name that may be missing in a sentence: `cuisine_type`.
const OMITTED: [&str; 4] = ["type", "kind", "name", "titl"];
/// Maximum number of words of a value.
const WORDS_MAX: usize = 6;
/// Lower-case words within names of people: "Ludwig van Beethoven".
const PARTICLES: [&str; 12] = ["von", "van", "de", "der", "den", "da", "di", "del", "la", "le", "bin", "al"];
/// Verbs for what people do to works, where the person is not called after the verb.
const DEEDS: [(&str, &str); 4] = [("author", "written"), ("writer", "written"), ("artist", "sung"), ("singer", "sung")];

/// The value that a sentence gives a property of the entity whose name stands between two parts of the sentence.
///
/// `nouns` are the stems of the name of the entity's type.
pub(super) fn named_value(
    property: &Property,
    (before, after): (&[Token], &[Token]),
    nouns: &[String],
) -> Option<String> {
    let name = content(&property.name);
    if name.is_empty() || examples(&property.description).are_all {
        return None;
    }
    let person = is_person(property);
    called(&name, before, after, nouns, person).or_else(|| person.then(|| done_by(&name, after, nouns))?)
}

/// Whether a property's values are people: `author`, `narrator_name`.
fn is_person(property: &Property) -> bool {
    let spaced = split_words(&property.name).to_lowercase();
    let mut words = spaced.split_whitespace().rev().filter(|word| !matches!(*word, "name" | "full"));
    words.next().is_some_and(|word| {
        let lists = ["title", "human", "male", "female"].map(|list| vocabulary::built_in().list(list));
        lists.iter().any(|list| list.iter().any(|noun| noun == word)) || word.ends_with("ator")
    })
}

/// "The genre of Dune is …", "Dune's genre is …", "Dune …, the genre is …", "Dune (genre: …)".
fn called(name: &[String], before: &[Token], after: &[Token], nouns: &[String], person: bool) -> Option<String> {
    let before = without_type(before, nouns);
    let of_name = || {
        let (_, lead) = before.split_last().filter(|(last, _)| last.lower == "of")?;
        let lead = property_at_end(lead, name)?;
        is_start(without_article(lead)).then(|| copula_first(after))?
    };
    let of_possessive = || {
        let (_, rest) = after.split_first().filter(|(first, _)| first.lower == "s")?;
        is_start(before).then(|| copula_first(property_at_start(rest, name)?))?
    };
    value(of_name().or_else(of_possessive).or_else(|| later(name, after))?, person)
}

/// What follows the property and a verb or a colon, later in the sentence that names the entity: "…, the genre is …".
fn later<'s>(name: &[String], after: &'s [Token]) -> Option<&'s [Token]> {
    (0..after.len()).find_map(|at| {
        let (before, rest) = after.split_at(at);
        let opens = before.last().is_some_and(|word| word.is_mark() || matches!(word.lower.as_str(), "and" | "its"));
        let rest = rest.split_first().filter(|(word, _)| word.lower == "the").map_or(rest, |(_, rest)| rest);
        let rest = property_at_start(rest, name).filter(|_| opens)?;
        let colon = rest.split_first().filter(|(mark, _)| mark.lower == ":").map(|(_, rest)| rest);
        colon.or_else(|| copula_first(rest))
    })
}

/// "Narrated by Scott Brick", "written by …".
fn done_by(name: &[String], after: &[Token], nouns: &[String]) -> Option<String> {
    let role = forms(name).last()?.last()?;
    let verb = |word: &Token| {
        let is_participle = word.lower.ends_with("ed") || word.lower.ends_with("en") || word.lower == "sung";
        let of_role = || DEEDS.iter().any(|(who, deed)| akin(who, role) && *deed == word.lower);
        is_participle && (akin(&word.stem, role) || of_role())
    };
    let is_lead = |word: &Token| {
        matches!(word.lower.as_str(), "," | "and")
            || is_copula(word)
            || nouns.last().is_some_and(|noun| akin(noun, &word.stem))
    };
    let end =
        after.iter().position(|word| turns(word) || denies(word) || matches!(word.lower.as_str(), "." | ";" | "?"));
    let clause = &after[..end.unwrap_or(after.len())];
    let at = clause.windows(2).position(|pair| verb(&pair[0]) && pair[1].lower == "by")?;
    let leads = clause[..at].last().is_none_or(is_lead);
    leads.then(|| person_at_start(&clause[at + 2..]))?
}

/// Whether a clause begins after these words.
fn is_start(before: &[Token]) -> bool {
    before.last().is_none_or(|word| word.is_mark() || matches!(word.lower.as_str(), "and" | "but"))
}

/// The words after a property's name, also without its last word if that says little.
fn property_at_start<'s>(words: &'s [Token], name: &[String]) -> Option<&'s [Token]> {
    forms(name).into_iter().find_map(|name| {
        let (said, rest) = words.split_at_checked(name.len())?;
        is_name(said, name).then_some(rest)
    })
}

/// The words before a property's name.
fn property_at_end<'s>(words: &'s [Token], name: &[String]) -> Option<&'s [Token]> {
    forms(name).into_iter().find_map(|name| {
        let (rest, said) = words.split_at_checked(words.len().checked_sub(name.len())?)?;
        is_name(said, name).then_some(rest)
    })
}

fn is_name(said: &[Token], name: &[String]) -> bool {
    said.iter().zip(name).all(|(word, part)| word.stem == *part)
}

fn forms(name: &[String]) -> Vec<&[String]> {
    let short = name.split_last().filter(|(last, rest)| OMITTED.contains(&last.as_str()) && !rest.is_empty());
    std::iter::once(name).chain(short.map(|(_, rest)| rest)).collect()
}

/// The words after a verb between a property and its value.
fn copula_first(words: &[Token]) -> Option<&[Token]> {
    words.split_first().filter(|(word, _)| is_copula(word)).map(|(_, rest)| rest)
}

fn is_copula(word: &Token) -> bool {
    COPULAS.contains(&word.lower.as_str())
}

/// The value at the beginning of words: a person's name, or all words up to the end of the clause if they name something
/// rather than judge it.
fn value(words: &[Token], person: bool) -> Option<String> {
    if person {
        return person_at_start(words);
    }
    let words = words.split_first().filter(|(first, _)| first.is_article()).map_or(words, |(_, rest)| rest);
    let ends = |word: &Token| word.is_mark() || turns(word) || matches!(word.lower.as_str(), "and" | "or");
    let end = words.iter().position(ends).unwrap_or(words.len());
    let (said, rest) = words.split_at(end);
    // Of "fantasy or horror" neither is certain, and of a list each is but a part.
    let is_part = rest.first().is_some_and(|word| matches!(word.lower.as_str(), "or" | "?"))
        || rest.first().is_some_and(|word| word.lower == "and") && !rest.iter().skip(1).any(is_copula);
    let evaluative = vocabulary::built_in().list("evaluative");
    let is_vague = |word: &Token| {
        denies(word) || DOUBTS.contains(&word.lower.as_str()) || evaluative.contains(&word.lower) || word.is_stop_word
    };
    let names = !said.is_empty() && said.len() <= WORDS_MAX && !said.iter().any(is_vague) && !is_part;
    // "Its price is rising", "its name is spelled differently".
    let is_deed = said.last().is_some_and(|last| last.lower.ends_with(if said.len() == 1 { "ing" } else { "ly" }));
    (names && !is_deed).then(|| written(said))
}

/// The name of a person at the beginning of words.
fn person_at_start(words: &[Token]) -> Option<String> {
    let starts_upper = |word: &Token| word.written.chars().next().is_some_and(char::is_uppercase);
    let is_initial = |word: &Token| starts_upper(word) && word.written.chars().count() == 1;
    let mut end = 0;
    for (at, word) in words.iter().enumerate() {
        let of_initial = word.lower == "." && at.checked_sub(1).and_then(|at| words.get(at)).is_some_and(is_initial);
        if starts_upper(word) && !word.is_stop_word {
            end = at + 1;
        } else if !(end > 0 && (of_initial || PARTICLES.contains(&word.lower.as_str()))) {
            break;
        }
    }
    // "Frank Herbert's son" is somebody else, and of several people each is but one.
    let is_other = words.get(end).is_some_and(|word| matches!(word.lower.as_str(), "s" | "and" | "or" | "?"));
    // "Its author is American" names nobody.
    let identities = vocabulary::built_in().list("identity");
    let is_identity = words.first().is_some_and(|word| identities.contains(&word.lower));
    (end > 0 && !is_other && !is_identity).then(|| written(&words[..end]))
}
