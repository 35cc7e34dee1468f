//! Builds entities from mentions, facts and edits.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashSet;
use jiff::Timestamp;

use super::mentions::{Mentions, WrittenName};
use super::{Knowledge, anchors, attribute_name, summary};
use crate::identity;
use crate::model::{Assertion, AssertionId, Entity, EntityId, EpisodeId, Fact, Holding};
use crate::ontology::StatedRelation;
use crate::text::{contains_word, inert};
use crate::time;

impl Knowledge {
    /// The display name of an entity.
    fn name_of(&self, entity: EntityId) -> Option<&str> {
        let members = self.members(entity);
        let edited = members.iter().find_map(|name| self.entity_edits.get(name)?.name.as_deref());
        if edited.is_some() {
            return edited;
        }
        // The user and the assistant have the name that the operator set last.
        if anchors(self.graph).contains(&entity) {
            let said = self.mentions_of(entity)?.iter().filter(|(occurrence, _)| occurrence.episode.is_none());
            let last = said.max_by_key(|(occurrence, written)| (occurrence.recorded_at, &written.name));
            return last.map(|(_, written)| written.name.as_ref());
        }
        let mentions = members.iter().filter_map(|name| self.mentions_of(*name));
        let spellings = mentions.flat_map(Mentions::written_names);
        identity::fullest_name(spellings.map(|written| written.name.as_ref()))
    }

    /// Builds an entity from its mentions, facts and edits; `None` if it has no mentions.
    pub(super) fn build_entity(&self, entity: EntityId) -> Option<Entity> {
        let members = self.members(entity);
        let name = self.name_of(entity)?.to_owned();
        let mentions: Vec<&Mentions> = members.iter().filter_map(|id| self.mentions_of(*id)).collect();
        let aliases: BTreeSet<String> = mentions
            .iter()
            .flat_map(|mentions| mentions.written_names())
            .map(|written| written.name.to_string())
            .filter(|alias| *alias != name)
            .collect();
        let occurrences = || mentions.iter().flat_map(|mentions| mentions.iter());
        let mut episodes: Vec<(Timestamp, EpisodeId)> =
            occurrences().filter_map(|(occurrence, _)| Some((occurrence.recorded_at, occurrence.episode?))).collect();
        episodes.sort();
        let mut seen = HashSet::default();
        let episodes: Vec<EpisodeId> = episodes.into_iter().map(|(_, id)| id).filter(|id| seen.insert(*id)).collect();
        let names: Vec<&str> = std::iter::once(name.as_str()).chain(aliases.iter().map(String::as_str)).collect();
        let sentences = self.sentences_about(entity, &names);
        let sentences: Vec<&str> = sentences.iter().map(AsRef::as_ref).collect();
        let extracted = most_frequent_type(occurrences().map(|(_, written)| written));
        let entity_type = self.type_of(entity, &names, &sentences, extracted);
        let mut attributes = self.ontology.entity_attributes(entity_type.as_deref(), &names, &sentences);
        attributes.extend(self.field_attributes(entity, entity_type.as_deref()));
        attributes.extend(self.value_attributes(entity, entity_type.as_deref()));
        let mut result = Entity {
            id: entity,
            entity_type,
            summary: self.summarise(entity, None),
            attributes,
            created_at: occurrences().map(|(occurrence, _)| occurrence.recorded_at).min()?,
            aliases: aliases.iter().map(|alias| inert(alias).into_owned()).collect(),
            episodes,
            name: inert(&name).into_owned(),
        };
        for patch in members.iter().filter_map(|id| self.entity_edits.get(id)) {
            if let Some(summary) = &patch.summary {
                result.summary = inert(summary).into_owned();
            }
            if let Some(entity_type) = &patch.entity_type {
                result.entity_type.clone_from(entity_type);
            }
            time::merge(&mut result.attributes, &patch.attributes);
        }
        Some(result)
    }

    /// The summary of an entity at a moment, made of the facts that hold then, unless the operator wrote one.
    ///
    /// [`Entity::summary`] does not know the present: to it, every fact without an end holds.
    pub fn summary_at(&self, entity: EntityId, now: Timestamp) -> String {
        let entity = self.entity_of(entity);
        let written = self.members(entity).iter().find_map(|id| self.entity_edits.get(id)?.summary.clone());
        written.unwrap_or_else(|| self.summarise(entity, Some(now)))
    }

    fn summarise(&self, entity: EntityId, now: Option<Timestamp>) -> String {
        let subject = summary::Subject { entity, user: identity::user_node(self.graph), now };
        summary::summarise(subject, self.facts_about(entity).map(|fact| (fact, self.stated_predicate(fact))))
    }

    /// The relation of a fact before declared types rename it.
    pub(super) fn stated_predicate<'a>(&'a self, fact: &'a Fact) -> &'a str {
        let edited = fact.assertions.iter().find_map(|id| self.fact_edits.get(id)?.predicate.as_deref());
        let stated = || self.assertions.get(&fact.id).map(|assertion| assertion.predicate.as_str());
        edited.or_else(stated).unwrap_or(&fact.predicate)
    }

    /// The sentences about an entity, oldest first, for its declared type and properties: of its open facts, and
    /// statements of any episode. Empty without declared types.
    fn sentences_about(&self, entity: EntityId, names: &[&str]) -> Vec<Cow<'_, str>> {
        /// Maximum number of facts, and of statements, to examine, the latest ones.
        const SENTENCES_MAX: usize = 50;
        /// Maximum number of statements to look for the names in.
        const CANDIDATES_MAX: usize = 500;
        if !self.declares_types() {
            return Vec::new();
        }
        let facts =
            self.facts_about(entity).filter(|fact| fact.valid_until.is_none() || fact.holding == Holding::Event);
        let mut of_facts: Vec<(Timestamp, AssertionId, Cow<'_, str>)> = facts
            .map(|fact| (fact.valid_from.unwrap_or(fact.created_at), fact.id, fact.statement.as_str().into()))
            .collect();
        of_facts.sort_unstable_by(|one, other| other.cmp(one));
        of_facts.truncate(SENTENCES_MAX);
        let mut said: BTreeMap<(Timestamp, AssertionId), (&Assertion, &str)> = BTreeMap::new();
        for name in names {
            let normal = identity::normalise(name);
            let candidates = self.naming.statements_with(name).take(CANDIDATES_MAX);
            let naming = candidates.filter_map(|(at, id)| Some(((at, id), (self.statement(id)?, *name))));
            let names = |statement: &Assertion| contains_word(&identity::normalise(&statement.statement), &normal);
            said.extend(naming.filter(|(_, (statement, _))| names(statement)).take(SENTENCES_MAX));
        }
        let mut all = of_facts;
        for ((at, id), (statement, name)) in said.into_iter().rev().take(SENTENCES_MAX) {
            all.push((at, id, statement.statement.as_str().into()));
            all.extend(self.continued(statement, name).into_iter().map(|(id, text)| (at, id, text.into())));
        }
        all.sort_unstable();
        all.into_iter().map(|(.., text)| text).collect()
    }

    /// The declared type of an entity, if one matches, else that of the extractor.
    fn type_of(
        &self,
        entity: EntityId,
        names: &[&str],
        sentences: &[&str],
        extracted: Option<String>,
    ) -> Option<String> {
        // The types of the user and the assistant are fixed, whatever the text says (I1).
        let [user, assistant] = anchors(self.graph);
        if entity == user || entity == assistant {
            return Some(if entity == user { "User" } else { "Assistant" }.to_owned());
        }
        if !self.declares_types() {
            return extracted;
        }
        let facts: Vec<&Fact> = self.facts_about(entity).collect();
        let stated = self.kinds_stated(entity, &facts);
        let by_kind = stated.iter().find_map(|kind| self.ontology.type_named(kind));
        let declared = by_kind
            .or_else(|| self.ontology.entity_type(extracted.as_deref(), names, sentences))
            .or_else(|| self.ontology.type_of_record(&self.fields(entity, &facts)))
            .or_else(|| {
                let uses = facts.iter().filter(|fact| fact.object == entity && fact.subject == user);
                let mut types = uses.filter_map(|fact| {
                    let said = StatedRelation {
                        name: self.stated_predicate(fact),
                        source_type: Some("User"),
                        target_type: None,
                        statement: &fact.statement,
                    };
                    self.ontology.type_by_use(extracted.as_deref(), names.first()?, said)
                });
                types.next()
            });
        declared.map(str::to_owned).or(extracted)
    }

    /// What records call an entity, sorted: the value of a field `type`, and the field that holds it: `restaurant`.
    fn kinds_stated(&self, entity: EntityId, facts: &[&Fact]) -> BTreeSet<String> {
        /// Relations whose value is the kind of their subject.
        const KINDS: [&str; 5] = ["TYPE", "KIND", "CATEGORY", "ENTITY_TYPE", "OBJECT_TYPE"];
        let stated = facts.iter().filter_map(|fact| {
            let relation = self.stated_predicate(fact);
            if fact.subject == entity && KINDS.contains(&relation) {
                self.entity_or_value(fact.object).map(|value| value.name.clone())
            } else if fact.object == entity && relation.starts_with("HAS_") {
                Some(attribute_name(relation))
            } else {
                None
            }
        });
        stated.collect()
    }

    /// The names of an entity's attributes that are values.
    fn fields(&self, entity: EntityId, facts: &[&Fact]) -> BTreeSet<String> {
        let of_values = facts.iter().filter(|fact| fact.subject == entity && self.is_value(fact.object));
        of_values.map(|fact| attribute_name(self.stated_predicate(fact))).collect()
    }
}

/// The most frequent type; ties are resolved alphabetically.
fn most_frequent_type<'a>(written_names: impl Iterator<Item = &'a WrittenName>) -> Option<String> {
    let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
    for entity_type in written_names.filter_map(|written| written.entity_type.as_deref()) {
        *votes.entry(entity_type).or_default() += 1;
    }
    votes.into_iter().max_by_key(|(name, count)| (*count, std::cmp::Reverse(*name))).map(|(name, _)| name.to_owned())
}
