//! Entities, put together from mentions, facts and edits.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashSet;
use jiff::Timestamp;

use super::mentions::{Mentions, Writing};
use super::{Knowledge, anchors, summary};
use crate::identity;
use crate::model::{Entity, EntityId, EpisodeId, Metadata};
use crate::time;

impl Knowledge {
    /// The display name of an entity.
    fn name_of(&self, entity: EntityId) -> Option<&str> {
        let members = self.members(entity);
        let edited = members.iter().find_map(|name| self.entity_edits.get(name)?.name.as_deref());
        if edited.is_some() {
            return edited;
        }
        // A user or an assistant is called what the operator calls it now.
        if anchors(self.graph).contains(&entity) {
            let said = self.mentions.get(&entity)?.iter().filter(|(place, _)| place.episode.is_none());
            let last = said.max_by_key(|(place, writing)| (place.recorded_at, &writing.name));
            return last.map(|(_, writing)| writing.name.as_str());
        }
        let mentions = members.iter().filter_map(|name| self.mentions.get(name));
        identity::fullest_name(mentions.flat_map(Mentions::writings).map(|writing| writing.name.as_str()))
    }

    /// Puts an entity together from its mentions, facts and edits; `None` when nothing tells of it.
    pub(super) fn put_together(&self, entity: EntityId) -> Option<Entity> {
        let members = self.members(entity);
        let name = self.name_of(entity)?.to_owned();
        let mentions = members.iter().filter_map(|id| self.mentions.get(id));
        let mentions: Vec<&Mentions> = mentions.collect();
        let aliases: BTreeSet<String> = mentions
            .iter()
            .flat_map(|mentions| mentions.writings())
            .map(|writing| writing.name.clone())
            .filter(|alias| *alias != name)
            .collect();
        let places = || mentions.iter().flat_map(|mentions| mentions.iter());
        let mut episodes: Vec<(Timestamp, EpisodeId)> =
            places().filter_map(|(place, _)| Some((place.recorded_at, place.episode?))).collect();
        episodes.sort();
        let mut seen = HashSet::default();
        let episodes = episodes.into_iter().map(|(_, id)| id).filter(|id| seen.insert(*id)).collect();
        let mut result = Entity {
            id: entity,
            entity_type: self.declared_type(
                entity,
                &name,
                &aliases,
                likeliest_type(places().map(|(_, writing)| writing)),
            ),
            summary: summary::summarise(entity, self.facts_about(entity)),
            attributes: Metadata::new(),
            created_at: places().map(|(place, _)| place.recorded_at).min()?,
            aliases: aliases.into_iter().collect(),
            episodes,
            name,
        };
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

    /// The declared type of an entity, when one fits; else what the extractor says.
    fn declared_type(
        &self,
        entity: EntityId,
        name: &str,
        aliases: &BTreeSet<String>,
        said: Option<String>,
    ) -> Option<String> {
        /// Statements about an entity that are looked at.
        const STATEMENTS_MAX: usize = 50;
        // The user is a user and the assistant an assistant, whatever the text calls them (I1).
        let [user, assistant] = anchors(self.graph);
        if entity == user || entity == assistant {
            return Some(if entity == user { "User" } else { "Assistant" }.to_owned());
        }
        if self.ontology.entity_types.is_empty() {
            return said;
        }
        let names: Vec<&str> = std::iter::once(name).chain(aliases.iter().map(String::as_str)).collect();
        let mut statements: Vec<&str> = self.facts_about(entity).map(|fact| fact.statement.as_str()).collect();
        statements.sort_unstable();
        statements.truncate(STATEMENTS_MAX);
        let declared = self.ontology.entity_type(said.as_deref(), &names, &statements).map(str::to_owned);
        declared.or(said)
    }
}

/// The type that most mentions give; the first in alphabetical order among equals.
fn likeliest_type<'a>(writings: impl Iterator<Item = &'a Writing>) -> Option<String> {
    let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
    for entity_type in writings.filter_map(|writing| writing.entity_type.as_deref()) {
        *votes.entry(entity_type).or_default() += 1;
    }
    votes.into_iter().max_by_key(|(name, count)| (*count, std::cmp::Reverse(*name))).map(|(name, _)| name.to_owned())
}
