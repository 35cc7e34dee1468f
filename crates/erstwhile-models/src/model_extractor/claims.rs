//! Turns what a model answered into claims, as far as the turns' own words carry them.
//!
//! Nothing is believed because the model says so: the quotation must stand in the turn, subject and object must be named
//! there or just before, the relation must be known or said, and dates must have words. What fails is dropped, with the
//! reason.

use std::collections::BTreeSet;

use erstwhile::identity::{ASSISTANT_NAME, normalise};
use erstwhile::model::{ClaimKind, Holding, Metadata, Role, Span, VALUE_TYPE};
use erstwhile::ports::{Claim, DroppedClaim, Extraction, ExtractionRequest, KnownFact, Turn};
use erstwhile::text::contains_word;
use erstwhile::text::sentences::split;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::answer::{
    Answer, AnsweredAttribute, AnsweredClaim, AnsweredEntity, AnsweredKind, AnsweredProperty, ObjectIs,
};
use super::names::{FIRST_PERSON, participants, speaks_for_people};
use super::parts::Part;
use super::quotes::{self, NAMED, Words};
use super::relations::{PLANS, Relation, Relations};
use super::said_values::{is_said_value, said_property};
use super::validity::{Said, validity};
use crate::offline::dates::DateReader;

/// Confidence in a claim of a model whose words are found.
const CONFIDENCE: f64 = 0.9;
/// Confidence in what follows from such a claim.
const CONFIDENCE_INFERRED: f64 = 0.6;
/// The share of a statement's words that must be said or known.
const STATED: f64 = 0.75;
/// Maximum number of characters of a statement.
const STATEMENT_CHARACTERS_MAX: usize = 300;
/// Words that turn a sentence into its opposite.
const DENIALS: [&str; 8] = ["not", "never", "no", "nor", "without", "n't", "none", "nobody"];

/// The number of claims from which most of them show what an answer is worth.
const REFUSED_MIN: usize = 3;

/// What the turns carry of an answer.
pub(super) struct Carried {
    /// What the answer is worth.
    pub(super) worth: Worth,
    /// The turns about which it said more than they carry, or about which it may have: what failed to be read was about
    /// any of them.
    pub(super) incomplete: BTreeSet<usize>,
}

/// What an answer is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Worth {
    /// Most of its claims are carried by the turns.
    Good,
    /// Most are not, but they are too few to judge by.
    Doubtful,
    /// Most are not: it is made up.
    Refused,
}

pub(super) type Checked<T> = Result<T, &'static str>;

/// What one call of the model was about.
pub(super) struct Call<'a> {
    pub(super) request: &'a ExtractionRequest,
    pub(super) parts: &'a [Part<'a>],
    pub(super) relations: Relations<'a>,
    pub(super) dates: &'a DateReader,
    pub(super) zone: &'a TimeZone,
    /// The names of all who take part, normalised.
    pub(super) participants: Vec<String>,
    /// The words of each part, and those with what was said before it: built once, because every claim asks for them.
    own: Vec<Words>,
    near: Vec<Words>,
}

/// A part of a turn in which a quotation was found.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) part: &'a Part<'a>,
    pub(super) turn: &'a Turn,
    /// The words of the part.
    pub(super) own: &'a Words,
    /// The words of the part and of what was said before it.
    pub(super) near: &'a Words,
}

impl<'a> Call<'a> {
    pub(super) fn new(
        request: &'a ExtractionRequest,
        parts: &'a [Part<'a>],
        relations: Relations<'a>,
        (dates, zone): (&'a DateReader, &'a TimeZone),
    ) -> Self {
        let mut before = Words::default();
        for turn in &request.context {
            before.add(&turn.text);
        }
        let (mut own, mut near) = (Vec::with_capacity(parts.len()), Vec::with_capacity(parts.len()));
        for part in parts {
            let mut words = Words::default();
            words.add(part.text);
            before.add(part.text);
            own.push(words);
            near.push(before.clone());
        }
        Self { request, parts, relations, dates, zone, participants: participants(request), own, near }
    }

    /// Adds to the extractions of the turns what they carry of an answer.
    pub(super) fn add(&self, answer: Answer, extractions: &mut [Extraction]) -> Carried {
        let Answer { entities, claims, attributes, dropped, .. } = answer;
        let mut carried = 0;
        let turns = || self.parts.iter().map(|part| part.turn);
        let mut incomplete = BTreeSet::new();
        if !dropped.is_empty() {
            incomplete.extend(turns());
        }
        let answered = claims.len() + dropped.len();
        if let Some(first) = self.parts.first().and_then(|part| extractions.get_mut(part.turn)) {
            first.dropped.extend(dropped);
        }
        for entity in &entities {
            if let Some(place) = self.place(entity.turn)
                && let Some(extraction) = extractions.get_mut(place.part.turn)
            {
                self.add_entity(entity, place, extraction);
            }
        }
        for claim in &claims {
            let Some(place) = self.place(claim.turn) else {
                drop_claim(extractions.first_mut(), &claim.statement, "the turn of the claim does not exist");
                incomplete.extend(turns());
                continue;
            };
            let Some(extraction) = extractions.get_mut(place.part.turn) else { continue };
            match self.claim(claim, place, &entities) {
                Ok(read) => {
                    carried += 1;
                    if read.disagrees {
                        drop_claim(Some(extraction), &claim.statement, "the date is not in the words");
                    }
                    for reason in read.dropped {
                        drop_claim(Some(extraction), &claim.statement, reason);
                    }
                    for claim in read.claims {
                        if !extraction.claims.iter().any(|known| is_same(known, &claim)) {
                            extraction.claims.push(claim);
                        }
                    }
                }
                Err(reason) => {
                    drop_claim(Some(extraction), &claim.statement, reason);
                    incomplete.insert(place.part.turn);
                }
            }
        }
        for attribute in &attributes {
            let Some(place) = self.place(attribute.turn) else { continue };
            let Some(extraction) = extractions.get_mut(place.part.turn) else { continue };
            match self.attribute(attribute, place, &entities) {
                Ok(claim) => extraction.claims.push(claim),
                Err(reason) => drop_claim(Some(extraction), &attribute.quote, reason),
            }
        }
        let worth = if carried * 2 >= answered {
            Worth::Good
        } else if answered < REFUSED_MIN {
            Worth::Doubtful
        } else {
            Worth::Refused
        };
        Carried { worth, incomplete }
    }

    fn place(&self, number: i64) -> Option<Place<'_>> {
        let number = usize::try_from(number).ok()?.checked_sub(1)?;
        let part = self.parts.get(number)?;
        let (own, near) = (self.own.get(number)?, self.near.get(number)?);
        Some(Place { part, turn: self.request.turns.get(part.turn)?, own, near })
    }

    fn claim(&self, answered: &AnsweredClaim, place: Place<'_>, entities: &[AnsweredEntity]) -> Checked<ReadClaims> {
        let span = span_of(place, &answered.quote)?;
        let subject = self.subject(&answered.subject, place)?;
        let own = place.own;
        let restated = self.restated(answered, &subject, own);
        let is_value = answered.object_is == ObjectIs::Value;
        let relation = match restated {
            Some(fact) => Relation { name: fact.predicate.clone(), holding: fact.holding },
            None => self.relations.find(&answered.predicate, is_value, own).ok_or("the relation is not known")?,
        };
        self.check_trust(place.turn, &subject, &relation)?;
        let (kind, relation) = match answered.kind {
            AnsweredKind::Asserts => (ClaimKind::Asserts, relation),
            AnsweredKind::Ends => (ClaimKind::Ends, relation),
            AnsweredKind::Denies => (ClaimKind::Denies, relation),
            AnsweredKind::Plans => (ClaimKind::Asserts, self.planned(relation)),
        };
        let object = match restated {
            Some(fact) => Some((fact.object.clone(), fact.object_type.clone())),
            None => self.object(answered, place, entities)?,
        };
        if object.as_ref().is_some_and(|(name, _)| normalise(name) == normalise(&subject)) {
            return Err("the subject and the object are the same");
        }
        if object.as_ref().is_some_and(|(name, _)| !self.relations.takes(&relation.name, name)) {
            return Err("the relation does not take this value");
        }
        let statement =
            self.statement(answered, &subject, object.as_ref().map(|(name, _)| name.as_str()), &relation, place);
        let said = Said {
            quote: place.turn.text.get(span.clone()).unwrap_or_default(),
            around: around(place.part.text, span.start - place.part.start),
            at: place.turn.reference_time,
            zone: self.zone,
        };
        let when = validity(self.dates, said, (answered.from.as_deref(), answered.until.as_deref()), relation.holding);
        if object.is_none() && kind == ClaimKind::Asserts {
            return Err("the object has no name");
        }
        let attributes = self.properties_of(&relation.name, &answered.properties, own, place.part.text);
        let (object, object_type) = object.unzip();
        let claim = Claim {
            subject_type: self.type_of(&subject, entities),
            subject,
            predicate: relation.name,
            object,
            object_type: object_type.flatten(),
            statement,
            span,
            kind,
            holding: relation.holding,
            valid_from: when.from,
            valid_until: when.until,
            confidence: CONFIDENCE,
            attributes,
        };
        let mut read = ReadClaims { disagrees: when.disagrees, ..ReadClaims::default() };
        if speaks_for_people(place.turn) {
            self.add_consequences(answered, &claim, own, &mut read);
        }
        read.claims.insert(0, claim);
        Ok(read)
    }

    /// What a claim ends: facts that the model names by number, if the turn names their object, and what the vocabulary
    /// says that a relation ends and starts.
    fn add_consequences(&self, answered: &AnsweredClaim, claim: &Claim, own: &Words, read: &mut ReadClaims) {
        for number in &answered.ends {
            let Some(fact) = self.fact(*number) else { continue };
            let is_named = claim.object.as_deref().is_some_and(|object| normalise(object) == normalise(&fact.object))
                // More than half: "the rowing club" does not name "the Chess Club".
                || own.share(&fact.object) > NAMED;
            if normalise(&fact.subject) != normalise(&claim.subject) || !is_named {
                read.dropped.push("an end does not name the subject and the object of what ends");
                continue;
            }
            read.claims.push(Claim {
                predicate: fact.predicate.clone(),
                statement: plain(&fact.subject, &fact.predicate, Some(&fact.object)),
                object: Some(fact.object.clone()),
                object_type: fact.object_type.clone(),
                kind: ClaimKind::Ends,
                holding: fact.holding,
                valid_until: None,
                attributes: Metadata::new(),
                ..claim.clone()
            });
        }
        if claim.kind == ClaimKind::Asserts {
            for started in self.relations.started_by(&claim.predicate) {
                read.claims.push(Claim {
                    predicate: started.to_owned(),
                    statement: plain(&claim.subject, started, claim.object.as_deref()),
                    holding: self.relations.holding(started),
                    confidence: CONFIDENCE_INFERRED,
                    attributes: Metadata::new(),
                    ..claim.clone()
                });
            }
            for (relation, same_object) in self.relations.ended_by(&claim.predicate) {
                let object = same_object.then(|| claim.object.clone()).flatten();
                read.claims.push(Claim {
                    predicate: relation.to_owned(),
                    object_type: claim.object_type.clone().filter(|_| object.is_some()),
                    object,
                    kind: ClaimKind::Denies,
                    holding: self.relations.holding(relation),
                    valid_until: None,
                    attributes: Metadata::new(),
                    ..claim.clone()
                });
            }
        }
    }

    /// A known fact by its number, from 1.
    fn fact(&self, number: i64) -> Option<&'a KnownFact> {
        self.request.facts.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    /// The known fact that a claim says again: it must have the same subject, and an object whose words both the claim and
    /// the turn have.
    fn restated(&self, answered: &AnsweredClaim, subject: &str, own: &Words) -> Option<&'a KnownFact> {
        let mut object = Words::default();
        object.add(&answered.object);
        answered.restates.iter().filter_map(|number| self.fact(*number)).find(|fact| {
            normalise(&fact.subject) == normalise(subject)
                && object.share(&fact.object) >= NAMED
                && own.share(&fact.object) >= NAMED
        })
    }

    /// Plans and wishes are no facts of the relation that is planned.
    fn planned(&self, relation: Relation) -> Relation {
        const OF_PLANS: [&str; 8] =
            [PLANS, "WANTS", "CONSIDERS", "LOOKS_FOR", "PREPARES_FOR", "RESEARCHES", "WAITS_FOR", "HAS_APPOINTMENT"];
        if OF_PLANS.contains(&relation.name.as_str()) {
            return relation;
        }
        Relation { name: PLANS.to_owned(), holding: self.relations.holding(PLANS) }
    }

    /// Assistants and tools only tell what was done; instructions of the system tell nothing.
    fn check_trust(&self, turn: &Turn, subject: &str, relation: &Relation) -> Checked<()> {
        let is_declared = self.request.ontology.edge_types.iter().any(|kind| kind.name == relation.name);
        let is_done = relation.holding == Holding::Event || is_declared && !self.relations.knows(&relation.name);
        match turn.role {
            Some(Role::System) => Err("instructions of the system tell nothing about anybody"),
            Some(Role::Assistant | Role::Function | Role::Tool)
                if !is_done && normalise(subject) != normalise(ASSISTANT_NAME) =>
            {
                Err("an assistant or a tool only tells what was done")
            }
            _ => Ok(()),
        }
    }

    fn object(
        &self,
        answered: &AnsweredClaim,
        place: Place<'_>,
        entities: &[AnsweredEntity],
    ) -> Checked<Option<(String, Option<String>)>> {
        let name = answered.object.split_whitespace().collect::<Vec<_>>().join(" ");
        match answered.object_is {
            ObjectIs::None => Ok(None),
            _ if name.is_empty() => Err("the object has no name"),
            ObjectIs::Value if is_said_value(&name, place.own, place.part.text) => {
                Ok(Some((name, Some(VALUE_TYPE.to_owned()))))
            }
            ObjectIs::Value => Err("the value is not in the turn"),
            ObjectIs::Entity if FIRST_PERSON.contains(&normalise(&name).as_str()) => {
                let speaker = self.first_person(&normalise(&name), place.turn).ok_or("the speaker has no name")?;
                Ok(Some((speaker, Some("Person".to_owned()))))
            }
            ObjectIs::Entity if self.is_named(&name, place) => {
                let entity_type = self.type_of(&name, entities);
                Ok(Some((name, entity_type)))
            }
            ObjectIs::Entity => Err("the object is not named in the turn"),
        }
    }

    /// The model's sentence, if it is made of words that were said or are known; else one made of the claim itself.
    fn statement(
        &self,
        answered: &AnsweredClaim,
        subject: &str,
        object: Option<&str>,
        relation: &Relation,
        place: Place<'_>,
    ) -> String {
        let plain = plain(subject, &relation.name, object);
        let sentence = answered.statement.trim();
        let mut known = place.own.clone();
        known.add(&plain);
        known.add("has had have was were January February March April May June July August September October November December");
        let names_subject = normalise(subject).split(' ').any(|part| contains_word(&normalise(sentence), part));
        let is_short = sentence.chars().count() <= STATEMENT_CHARACTERS_MAX && !sentence.ends_with('?');
        // "Last month" means something else when it is read later.
        let is_relative = |sentence: &str| {
            let dates = self.dates.resolve(sentence, place.turn.reference_time, self.zone);
            dates.iter().any(|date| date.relative)
        };
        // A denial must be said, and so must every name and number.
        let is_denial = |text: &str| DENIALS.iter().any(|word| contains_word(&normalise(text), word));
        let is_turned = is_denial(sentence) && !is_denial(&answered.quote) && answered.kind == AnsweredKind::Asserts;
        let names_are_said = sentence.split_whitespace().all(|word| {
            let is_name = word.starts_with(char::is_uppercase) || word.contains(|c: char| c.is_ascii_digit());
            !is_name || known.share_exactly(word) >= 1.0
        });
        if !sentence.is_empty()
            && is_short
            && !is_turned
            && names_are_said
            && !is_relative(sentence)
            && names_subject
            && known.share(sentence) >= STATED
        {
            sentence.to_owned()
        } else {
            plain
        }
    }

    /// A property of an entity, as a claim about a value.
    fn attribute(
        &self,
        attribute: &AnsweredAttribute,
        place: Place<'_>,
        entities: &[AnsweredEntity],
    ) -> Checked<Claim> {
        if !speaks_for_people(place.turn) && place.turn.role.is_some() {
            return Err("an assistant or a tool only tells what was done");
        }
        let span = span_of(place, &attribute.quote)?;
        let subject = self.subject(&attribute.entity, place)?;
        let subject_type = self.type_of(&subject, entities);
        let property = self.request.ontology.property(subject_type.as_deref(), &attribute.name);
        let property = property.ok_or("the property is not declared for the entity's type")?;
        let own = place.own;
        let value =
            said_property(property, &attribute.value, own, place.part.text).ok_or("the value is not in the turn")?;
        let text = match &value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let name: String = property.name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        Ok(Claim {
            statement: format!("The {} of {subject} is {text}.", property.name.replace('_', " ")),
            subject,
            subject_type,
            predicate: format!("HAS_{}", name.to_uppercase()),
            object: Some(text),
            object_type: Some(VALUE_TYPE.to_owned()),
            span,
            kind: ClaimKind::Asserts,
            holding: Holding::Exclusive,
            valid_from: None,
            valid_until: None,
            confidence: CONFIDENCE,
            attributes: Metadata::new(),
        })
    }

    /// The declared properties of a relation that the turn states.
    fn properties_of(&self, relation: &str, answered: &[AnsweredProperty], own: &Words, text: &str) -> Metadata {
        let Some(kind) = self.request.ontology.edge_types.iter().find(|kind| kind.name == relation) else {
            return Metadata::new();
        };
        let stated = |given: &AnsweredProperty| {
            let property = kind.properties.iter().find(|property| property.name.eq_ignore_ascii_case(&given.name))?;
            Some((property.name.clone(), said_property(property, &given.value, own, text)?))
        };
        answered.iter().filter_map(stated).collect()
    }
}

/// A claim as a sentence made of its parts.
fn plain(subject: &str, relation: &str, object: Option<&str>) -> String {
    let relation = relation.to_lowercase().replace('_', " ");
    // Relations without a verb in their name.
    let be = match relation.split(' ').next().unwrap_or_default() {
        "afraid" | "allergic" | "dating" | "engaged" | "expecting" | "from" | "good" | "interested" | "located"
        | "married" | "named" => "is ",
        "born" => "was ",
        "member" => "is a ",
        _ => "",
    };
    let sentence = format!("{subject} {be}{relation} {}", object.unwrap_or_default());
    format!("{}.", sentence.trim())
}

/// The place of a quotation in the text of its turn.
fn span_of(place: Place<'_>, quote: &str) -> Checked<Span> {
    let found = quotes::find(place.part.text, quote).ok_or("the quotation is not in the turn")?;
    Ok(place.part.start + found.start..place.part.start + found.end)
}

/// The claims that come from one answered claim.
#[derive(Default)]
struct ReadClaims {
    claims: Vec<Claim>,
    dropped: Vec<&'static str>,
    disagrees: bool,
}

fn drop_claim(extraction: Option<&mut Extraction>, statement: &str, reason: &'static str) {
    if let Some(extraction) = extraction {
        extraction.dropped.push(DroppedClaim { statement: statement.to_owned(), reason });
    }
}

/// Whether two claims of a turn say the same.
pub(super) fn is_same(one: &Claim, other: &Claim) -> bool {
    let object = |claim: &Claim| claim.object.as_deref().map(normalise);
    one.kind == other.kind
        && one.predicate == other.predicate
        && normalise(&one.subject) == normalise(&other.subject)
        && object(one) == object(other)
        && one.valid_from == other.valid_from
}

/// Whether two claims connect the same subject and object.
pub(super) fn is_same_pair(one: &Claim, other: &Claim) -> bool {
    let object = |claim: &Claim| claim.object.as_deref().map(normalise);
    normalise(&one.subject) == normalise(&other.subject) && object(one) == object(other)
}

/// Whether what a model read says something about a claim of the rules: restates, ends or contradicts it.
pub(super) fn is_about(read: &Claim, rule: &Claim) -> bool {
    let is_same_slot = read.predicate == rule.predicate && normalise(&read.subject) == normalise(&rule.subject);
    let says_of_all = rule.holding == Holding::Exclusive || read.object.is_none();
    is_same_pair(read, rule) || is_same_slot && says_of_all
}

/// The sentence around a place; the whole text if it is short.
fn around(text: &str, at: usize) -> &str {
    const SHORT: usize = 200;
    if text.len() <= SHORT {
        return text;
    }
    let sentence = split(text).into_iter().find(|sentence| sentence.span.contains(&at));
    sentence.and_then(|sentence| text.get(sentence.span)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_without_a_sentence_gets_a_plain_one() {
        for (relation, sentence) in [
            ("LIVES_IN", "Ann lives in Oslo."),
            ("INTERESTED_IN", "Ann is interested in Oslo."),
            ("BORN_IN", "Ann was born in Oslo."),
            ("MEMBER_OF", "Ann is a member of Oslo."),
        ] {
            assert_eq!(plain("Ann", relation, Some("Oslo")), sentence);
        }
    }
}
