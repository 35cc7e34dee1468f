//! Builds entities from mentions, facts and edits.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashSet;
use jiff::Timestamp;

use super::mentions::{Mentions, WrittenName};
use super::{Knowledge, anchors, summary};
use crate::identity;
use crate::model::{Entity, EntityId, EpisodeId, Fact, Metadata};
use crate::text::contains_word;
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
            let said = self.mentions.get(&entity)?.iter().filter(|(occurrence, _)| occurrence.episode.is_none());
            let last = said.max_by_key(|(occurrence, written)| (occurrence.recorded_at, &written.name));
            return last.map(|(_, written)| written.name.as_str());
        }
        let mentions = members.iter().filter_map(|name| self.mentions.get(name));
        identity::fullest_name(mentions.flat_map(Mentions::written_names).map(|written| written.name.as_str()))
    }

    /// Builds an entity from its mentions, facts and edits; `None` if it has no mentions.
    pub(super) fn build_entity(&self, entity: EntityId) -> Option<Entity> {
        let members = self.members(entity);
        let name = self.name_of(entity)?.to_owned();
        let mentions = members.iter().filter_map(|id| self.mentions.get(id));
        let mentions: Vec<&Mentions> = mentions.collect();
        let aliases: BTreeSet<String> = mentions
            .iter()
            .flat_map(|mentions| mentions.written_names())
            .map(|written| written.name.clone())
            .filter(|alias| *alias != name)
            .collect();
        let occurrences = || mentions.iter().flat_map(|mentions| mentions.iter());
        let mut episodes: Vec<(Timestamp, EpisodeId)> =
            occurrences().filter_map(|(occurrence, _)| Some((occurrence.recorded_at, occurrence.episode?))).collect();
        episodes.sort();
        let mut seen = HashSet::default();
        let episodes: Vec<EpisodeId> = episodes.into_iter().map(|(_, id)| id).filter(|id| seen.insert(*id)).collect();
        let mut result = Entity {
            id: entity,
            entity_type: self.type_of(
                entity,
                &name,
                &aliases,
                &episodes,
                most_frequent_type(occurrences().map(|(_, written)| written)),
            ),
            summary: self.summarise(entity, None),
            attributes: Metadata::new(),
            created_at: occurrences().map(|(occurrence, _)| occurrence.recorded_at).min()?,
            aliases: aliases.into_iter().collect(),
            episodes,
            name,
        };
        result.attributes = self.value_attributes(entity, result.entity_type.as_deref());
        for patch in members.iter().filter_map(|id| self.entity_edits.get(id)) {
            if let Some(summary) = &patch.summary {
                result.summary.clone_from(summary);
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

    /// The declared type of an entity, if one matches, else that of the extractor.
    fn type_of(
        &self,
        entity: EntityId,
        name: &str,
        aliases: &BTreeSet<String>,
        episodes: &[EpisodeId],
        extracted: Option<String>,
    ) -> Option<String> {
        /// Maximum number of statements to examine.
        const STATEMENTS_MAX: usize = 50;
        /// Maximum number of episodes whose statements are examined, the first ones.
        const EPISODES_MAX: usize = 100;
        // The types of the user and the assistant are fixed, whatever the text says (I1).
        let [user, assistant] = anchors(self.graph);
        if entity == user || entity == assistant {
            return Some(if entity == user { "User" } else { "Assistant" }.to_owned());
        }
        if self.ontology.entity_types.is_empty() {
            return extracted;
        }
        let names: Vec<&str> = std::iter::once(name).chain(aliases.iter().map(String::as_str)).collect();
        let mut statements: Vec<&str> = self.facts_about(entity).map(|fact| fact.statement.as_str()).collect();
        statements.sort_unstable();
        statements.truncate(STATEMENTS_MAX);
        // "Nobu is a restaurant" makes no fact.
        let normal: Vec<String> = names.iter().map(|name| identity::normalise(name)).collect();
        let of_episodes = episodes.iter().take(EPISODES_MAX).flat_map(|episode| self.statements_from(*episode));
        let naming = of_episodes.map(|statement| statement.statement.as_str()).filter(|text| {
            let text = identity::normalise(text);
            normal.iter().any(|name| contains_word(&text, name))
        });
        let mut said: Vec<&str> = naming.collect();
        said.sort_unstable();
        said.truncate(STATEMENTS_MAX);
        statements.extend(said);
        let declared = self.ontology.entity_type(extracted.as_deref(), &names, &statements).map(str::to_owned);
        declared.or(extracted)
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
