//! Fills declared properties from sentences, without a language model.
//!
//! Only what a sentence shows is filled in: a value that the property's description lists, a number beside the
//! property's name, the property itself if it is true or false, a name, a date. Doubt leaves a property out.

use serde_json::Value as Json;

use super::examples::examples;
use super::kinship::{akin, akin_to_any, name_stems};
use super::types::{Token, comparison_key, tokens};
use super::{Ontology, Property, PropertyKind};
use crate::model::Metadata;

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
/// Words that deny what is around them; "doesn't" is split at its apostrophe.
const DENIALS: [&str; 16] = [
    "not", "no", "never", "without", "non", "neither", "nor", "cannot", "lacks", "doesn", "isn", "don", "hasn", "wasn",
    "aren", "didn",
];
/// Words after which a value describes something else: "is owned by an Indian family".
const ELSEWHERE: [&str; 9] = ["by", "near", "opposite", "behind", "beside", "than", "unlike", "before", "after"];
/// Words between a property's name and its number.
const BETWEEN: [&str; 9] = ["of", "is", "was", "at", "about", "around", "to", "are", "were"];
/// Words of a property's name that say nothing: `has_parking`, `is_vegan`.
const AUXILIARIES: [&str; 9] = ["is", "has", "have", "does", "can", "are", "was", "offer", "of"];
/// The last word of a property that repeats a name.
const NAMES: [&str; 2] = ["name", "titl"];
const STARTS: [&str; 4] = ["date", "day", "sinc", "when"];
const ENDS: [&str; 3] = ["end", "until", "till"];
/// How many words before a name may describe it: "a small Mexican restaurant called …".
const BEFORE_MAX: usize = 5;

/// A fact, for filling in the properties of its type.
#[derive(Debug, Clone, Copy, Default)]
pub struct StatedFact<'a> {
    /// Its relation, as extracted.
    pub relation: &'a str,
    /// The sentences that state it, oldest first.
    pub statements: &'a [&'a str],
    /// The name of its object, or a value.
    pub object: &'a str,
    /// The type of its object; `None` for a value.
    pub target_type: Option<&'a str>,
    /// Whether the object is a value.
    pub is_value: bool,
    /// The date since when it holds, if it is known to the day, month or year.
    pub from: Option<&'a str>,
    /// The date until when it holds.
    pub until: Option<&'a str>,
}

impl Ontology {
    /// The properties of an entity's declared type that sentences show.
    ///
    /// `names` are all names of the entity, its display name first; `statements` are sentences that name it, oldest
    /// first: of several, the latest that shows a value wins.
    pub fn entity_attributes(&self, entity_type: Option<&str>, names: &[&str], statements: &[&str]) -> Metadata {
        let mut attributes = Metadata::new();
        let Some(declared) = entity_type.map(comparison_key) else { return attributes };
        let Some(kind) = self.entity_types.iter().find(|kind| comparison_key(&kind.name) == declared) else {
            return attributes;
        };
        if kind.properties.is_empty() {
            return attributes;
        }
        let nouns = name_stems(&kind.name);
        let names: Vec<Vec<Token>> = names.iter().map(|name| tokens(name)).filter(|name| !name.is_empty()).collect();
        for statement in statements {
            let sentence = tokens(statement);
            for region in names.iter().flat_map(|name| regions(&sentence, name, &nouns)) {
                for property in &kind.properties {
                    if let Some(value) = shown(property, region, Order::InARow) {
                        attributes.insert(property.name.clone(), value);
                    }
                }
            }
        }
        attributes
    }

    /// The properties of a fact's declared type that the fact shows.
    pub fn fact_attributes(&self, predicate: &str, fact: &StatedFact<'_>) -> Metadata {
        let mut attributes = Metadata::new();
        let Some(kind) = self.edge_type(predicate).filter(|kind| !kind.properties.is_empty()) else {
            return attributes;
        };
        let relation = name_stems(fact.relation);
        for property in &kind.properties {
            let words = name_stems(&property.name);
            let of_sentence = |statement: &&str| {
                let text = format!("{statement} ; {}", fact.object);
                shown(property, &tokens(&text), Order::Any)
            };
            let of_relation = || {
                let is_meant = !words.is_empty() && words.iter().all(|word| akin_to_any(word, &relation));
                (fact.is_value && is_meant).then(|| converted(fact.object, property.kind)).flatten()
            };
            let value = named(&words, fact)
                .or_else(|| dated(property, &words, fact))
                .or_else(|| fact.statements.iter().rev().find_map(of_sentence))
                .or_else(of_relation);
            if let Some(value) = value {
                attributes.insert(property.name.clone(), value);
            }
        }
        attributes
    }
}

/// The name of the object, for `restaurant_name` of a fact about a restaurant.
fn named(words: &[String], fact: &StatedFact<'_>) -> Option<Json> {
    let (last, of) = words.split_last()?;
    let kind = name_stems(fact.target_type.filter(|_| !fact.is_value)?);
    let is_of_object = of.iter().all(|word| akin_to_any(word, &kind));
    (NAMES.contains(&last.as_str()) && is_of_object).then(|| fact.object.into())
}

/// The start or the end of a fact, for `visit_date` or `since`.
fn dated(property: &Property, words: &[String], fact: &StatedFact<'_>) -> Option<Json> {
    if property.kind != PropertyKind::Text {
        return None;
    }
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let date = if has(&ENDS) { fact.until } else { fact.from.filter(|_| has(&STARTS)) };
    date.map(Into::into)
}

/// The parts of a sentence that describe the entity with this name.
fn regions<'s>(sentence: &'s [Token], name: &[Token], nouns: &[String]) -> Vec<&'s [Token]> {
    let mut found = Vec::new();
    for (at, window) in sentence.windows(name.len()).enumerate() {
        if !window.iter().zip(name).all(|(one, other)| one.lower == other.lower) {
            continue;
        }
        let (before, rest) = sentence.split_at(at);
        found.extend(before_name(before, nouns));
        found.extend(after_name(rest.get(name.len()..).unwrap_or_default()));
    }
    found
}

/// "A Mexican restaurant called …", "the vegan restaurant …".
fn before_name<'s>(before: &'s [Token], nouns: &[String]) -> Option<&'s [Token]> {
    let phrase = match before.split_last() {
        Some((verb, phrase)) if matches!(verb.lower.as_str(), "called" | "named") => phrase,
        _ => before,
    };
    phrase.last().filter(|noun| nouns.last().is_some_and(|last| akin(last, &noun.stem)))?;
    let ends = |word: &Token| word.is_mark() || word.is_stop_word && !DENIALS.contains(&word.lower.as_str());
    let words = phrase.iter().rev().take(BEFORE_MAX).take_while(|word| !ends(word)).count();
    Some(&phrase[phrase.len() - words..])
}

/// "… has vegetarian options", "…, a Mexican restaurant", "…'s rating is 4.5".
fn after_name(after: &[Token]) -> Option<&[Token]> {
    let region = match after {
        [comma, article, ..] if comma.lower == "," && article.is_article() => &after[1..],
        [first, ..] if first.lower == "s" || DESCRIBES.contains(&first.lower.as_str()) => after,
        _ => return None,
    };
    let is_verb = |word: Option<&Token>| word.is_some_and(|word| DESCRIBES.contains(&word.lower.as_str()));
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
        subject || word.is_mark() && word.lower != "," || TURNS.contains(&word.lower.as_str())
    };
    let end = (0..region.len()).find(|at| ends(*at)).unwrap_or(region.len());
    region.get(..end)
}

/// How the words of a value stand in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// One after the other.
    InARow,
    /// Anywhere: "allergic to peanuts" for "peanut allergy".
    Any,
}

/// The value of a property that words show.
fn shown(property: &Property, words: &[Token], order: Order) -> Option<Json> {
    let denied = words.iter().any(|word| DENIALS.contains(&word.lower.as_str()));
    match property.kind {
        PropertyKind::Text if denied => None,
        PropertyKind::Text => listed_value(&property.description, words, order).map(Into::into),
        PropertyKind::Int | PropertyKind::Float => {
            let name = content(&property.name);
            number_beside(words, &name).and_then(|text| converted(text, property.kind)).filter(|_| !denied)
        }
        PropertyKind::Boolean => {
            let name = content(&property.name);
            let said = !name.is_empty() && position(words, &name).is_some();
            said.then_some((!denied).into())
        }
    }
}

/// The words of a property's name that say something.
fn content(name: &str) -> Vec<String> {
    name_stems(name).into_iter().filter(|word| !AUXILIARIES.contains(&word.as_str())).collect()
}

/// The only value of a description's list that the words name.
fn listed_value(description: &str, words: &[Token], order: Order) -> Option<String> {
    let all = examples(description);
    let stems = |value: &str| -> Vec<String> { tokens(value).into_iter().map(|token| token.stem).collect() };
    let named: Vec<(String, Vec<String>)> = all
        .into_iter()
        .map(|value| (stems(&value), value))
        .filter(|(value, _)| match order {
            Order::Any if value.len() > 1 => value.iter().all(|part| words.iter().any(|word| akin(part, &word.stem))),
            _ => position_of_value(words, value).is_some(),
        })
        .map(|(stems, value)| (value, stems))
        .collect();
    // "Peanut allergy" contains "peanut".
    let mut whole = named.iter().filter(|(value, stems)| {
        !named.iter().any(|(other, longer)| {
            other != value && longer.len() > stems.len() && stems.iter().all(|stem| longer.contains(stem))
        })
    });
    let (value, _) = whole.next()?;
    whole.next().is_none().then(|| value.clone())
}

/// Where the words of a value stand one after the other, if they describe the entity itself.
fn position_of_value(words: &[Token], value: &[String]) -> Option<usize> {
    if value.is_empty() {
        return None;
    }
    let at = words
        .windows(value.len())
        .position(|window| window.iter().zip(value).all(|(word, part)| word.stem == *part))?;
    let elsewhere = words[..at].iter().any(|word| ELSEWHERE.contains(&word.lower.as_str()));
    (!elsewhere).then_some(at)
}

/// Where the words of a name stand one after the other.
fn position(words: &[Token], name: &[String]) -> Option<usize> {
    if name.is_empty() {
        return None;
    }
    words.windows(name.len()).position(|window| window.iter().zip(name).all(|(word, part)| akin(&word.stem, part)))
}

/// The number beside a name: "a rating of 4.5", "120 seats".
fn number_beside<'w>(words: &'w [Token], name: &[String]) -> Option<&'w str> {
    let at = position(words, name)?;
    let is_number = |word: &&Token| word.lower.starts_with(|c: char| c.is_ascii_digit());
    let after = words[at + name.len()..].iter().find(|word| !BETWEEN.contains(&word.lower.as_str()));
    let before = || words.get(at.checked_sub(1)?).filter(is_number);
    after.filter(is_number).or_else(before).map(|word| word.lower.as_str())
}

/// A text as a value of a declared kind; `None` if it is none.
pub(crate) fn converted(text: &str, kind: PropertyKind) -> Option<Json> {
    let number = || text.trim_start_matches(['$', '€', '£']).replace(',', "").trim().parse::<f64>().ok();
    match kind {
        PropertyKind::Text => Some(text.into()),
        PropertyKind::Int => {
            let number = number().filter(|number| number.fract() == 0.0 && number.abs() < 9e15)?;
            Some((number as i64).into())
        }
        PropertyKind::Float => serde_json::Number::from_f64(number()?).map(Json::Number),
        PropertyKind::Boolean => match text.to_lowercase().as_str() {
            "true" | "yes" => Some(true.into()),
            "false" | "no" => Some(false.into()),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests;
