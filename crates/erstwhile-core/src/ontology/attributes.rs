//! Fills declared properties from sentences, without a language model.
//!
//! Only what a sentence shows is filled in: a value that the property's description or the vocabulary lists, what the
//! sentence calls the property ("its author is …"), a number beside the property's name, the property itself if it is
//! true or false, a name, a date. Doubt leaves a property out.

use serde_json::Value as Json;

use super::kinship::{akin, akin_to_any, name_stems};
use super::types::{Token, comparison_key, tokens};
use super::{Ontology, Property, PropertyKind};
use crate::model::Metadata;
use named::named_value;
use regions::{after_name, before_name, places};
use values::{described_value, listed_value};

mod named;
mod regions;
mod values;

/// Words that deny what is around them; "doesn't" is split at its apostrophe.
const DENIALS: [&str; 16] = [
    "not", "no", "never", "without", "non", "neither", "nor", "cannot", "lacks", "doesn", "isn", "don", "hasn", "wasn",
    "aren", "didn",
];
/// Words that make a value doubtful.
const DOUBTS: [&str; 15] = [
    "unknown",
    "unclear",
    "unsure",
    "undecided",
    "probably",
    "perhaps",
    "maybe",
    "possibly",
    "likely",
    "supposedly",
    "allegedly",
    "apparently",
    "irrelevant",
    "similar",
    "different",
];
/// Words between a property's name and its number.
const BETWEEN: [&str; 9] = ["of", "is", "was", "at", "about", "around", "to", "are", "were"];
/// Words of a property's name that say nothing: `has_parking`, `is_vegan`.
const AUXILIARIES: [&str; 9] = ["is", "has", "have", "does", "can", "are", "was", "offer", "of"];
/// The last word of a property that repeats a name.
const NAMES: [&str; 2] = ["name", "titl"];
const STARTS: [&str; 4] = ["date", "day", "sinc", "when"];
const ENDS: [&str; 3] = ["end", "until", "till"];

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
            for (before, after) in names.iter().flat_map(|name| places(&sentence, name)) {
                let regions = before_name(before, &nouns).into_iter().chain(after_name(before, after, &nouns));
                for (region, property) in
                    regions.flat_map(|region| kind.properties.iter().map(move |one| (region, one)))
                {
                    if let Some(value) = of_entity(property, region, &nouns) {
                        attributes.insert(property.name.clone(), value);
                    }
                }
                for property in kind.properties.iter().filter(|property| property.kind == PropertyKind::Text) {
                    if let Some(value) = named_value(property, (before, after), &nouns) {
                        attributes.insert(property.name.clone(), value.into());
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
                shown(property, &tokens(&text))
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

/// The value of a property of an entity that words about it show.
fn of_entity(property: &Property, words: &[Token], nouns: &[String]) -> Option<Json> {
    if property.kind != PropertyKind::Text {
        return number_or_truth(property, words);
    }
    if denied(words) || words.iter().any(|word| DOUBTS.contains(&word.lower.as_str())) {
        return None;
    }
    let name = content(&property.name);
    described_value((&name, &property.description), words, nouns).map(Into::into)
}

/// The value of a property of a fact that its words show.
fn shown(property: &Property, words: &[Token]) -> Option<Json> {
    if property.kind != PropertyKind::Text {
        return number_or_truth(property, words);
    }
    listed_value(&property.description, words).filter(|_| !denied(words)).map(Into::into)
}

/// Whether words deny something.
fn denied(words: &[Token]) -> bool {
    words.iter().any(denies)
}

fn denies(word: &Token) -> bool {
    DENIALS.contains(&word.lower.as_str())
}

/// The number, or the truth, that words show for a property.
fn number_or_truth(property: &Property, words: &[Token]) -> Option<Json> {
    let (name, denied) = (content(&property.name), denied(words));
    match property.kind {
        PropertyKind::Text => None,
        PropertyKind::Int | PropertyKind::Float => {
            number_beside(words, &name).and_then(|text| converted(text, property.kind)).filter(|_| !denied)
        }
        PropertyKind::Boolean => {
            let said = !name.is_empty() && position(words, &name).is_some();
            said.then_some((!denied).into())
        }
    }
}

/// The words of a property's name that say something.
fn content(name: &str) -> Vec<String> {
    name_stems(name).into_iter().filter(|word| !AUXILIARIES.contains(&word.as_str())).collect()
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
