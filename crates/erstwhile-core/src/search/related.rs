//! What a graph already knows about a text that is about to be read.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Filter, GraphIndex, Moment, QueryVector, Reranker, SearchRequest, Statements};
use crate::extraction::{KnownEntity, KnownFact};
use crate::identity::user_node;
use crate::model::{Entity, EntityId, EpisodeId, Fact};

/// Facts that the search for one text contributes.
const FACTS_PER_TEXT: usize = 6;
/// Facts of each entity that the texts name.
const FACTS_PER_ENTITY: usize = 6;

/// Entities and facts to which texts may refer.
#[derive(Debug, Clone, Default)]
pub struct Related {
    /// Entities, those that the texts name first.
    pub entities: Vec<KnownEntity>,
    /// Facts that hold now and did so when the texts were said, the most relevant first.
    pub facts: Vec<KnownFact>,
}

impl GraphIndex {
    /// What is known about the texts of some episodes from others: the entities that they name and their facts, the facts
    /// that a search for each text finds, and the facts that the user can have only one of at a time. What began after
    /// `said_by`, when the last text was said, is left out: no text can end it.
    pub fn related_to(
        &self,
        episodes: &[(EpisodeId, &str)],
        now: Timestamp,
        said_by: Timestamp,
        entities_max: usize,
        facts_max: usize,
    ) -> Related {
        let mut named: Vec<EntityId> = Vec::new();
        let mut facts: Vec<&Fact> = Vec::new();
        let mut seen = BTreeSet::new();
        let is_own = |id: &EpisodeId| episodes.iter().any(|(own, _)| own == id);
        let began = |fact: &Fact| fact.valid_from.is_none_or(|from| from <= said_by);
        let is_elsewhere = |fact: &Fact| fact.episodes.is_empty() || !fact.episodes.iter().all(is_own);
        let holds = |fact: &&Fact| fact.holds_at(now) && began(fact) && is_elsewhere(fact);
        for (_, text) in episodes {
            for entity in self.entities_named_in(text) {
                if !named.contains(&entity) {
                    named.push(entity);
                    facts.extend(self.knowledge.facts_about(entity).filter(holds).take(FACTS_PER_ENTITY));
                }
            }
        }
        let found = episodes.iter().flat_map(|(_, text)| self.search_facts(&search_for(text, now)));
        facts.extend(found.filter_map(|found| self.knowledge.fact(found.item.id)).filter(holds));
        let of_user = self.knowledge.facts_about(user_node(self.knowledge.graph())).filter(holds);
        facts.extend(of_user.filter(|fact| fact.holding == crate::model::Holding::Exclusive));
        facts.retain(|fact| seen.insert(fact.id));
        facts.truncate(facts_max);
        let ends = facts.iter().flat_map(|fact| [fact.subject, fact.object]).collect::<Vec<_>>();
        for entity in ends {
            if !named.contains(&entity) && !self.knowledge.is_value(entity) {
                named.push(entity);
            }
        }
        let known = |entity: &Entity| KnownEntity {
            name: entity.name.clone(),
            entity_type: entity.entity_type.clone(),
            aliases: entity.aliases.clone(),
        };
        Related {
            entities: named.iter().filter_map(|id| self.knowledge.entity(*id)).take(entities_max).map(known).collect(),
            facts: facts.into_iter().filter_map(|fact| self.known_fact(fact)).collect(),
        }
    }

    fn known_fact(&self, fact: &Fact) -> Option<KnownFact> {
        let subject = self.knowledge.entity(fact.subject)?;
        let object = self.knowledge.entity_or_value(fact.object)?;
        Some(KnownFact {
            subject: subject.name.clone(),
            predicate: fact.predicate.clone(),
            object: object.name.clone(),
            object_type: object.entity_type.clone(),
            statement: fact.statement.clone(),
            holding: fact.holding,
            valid_from: fact.valid_from,
        })
    }
}

fn search_for(text: &str, now: Timestamp) -> SearchRequest {
    SearchRequest {
        query: text.chars().take(400).collect(),
        vector: QueryVector::default(),
        limit: FACTS_PER_TEXT,
        reranker: Reranker::Relevance,
        filter: Filter::default(),
        moment: Moment::At(now),
        known_at: None,
        origins: Vec::new(),
        statements: Statements::Never,
        hearsay: true,
        explain: false,
        ignored: Vec::new(),
    }
}
