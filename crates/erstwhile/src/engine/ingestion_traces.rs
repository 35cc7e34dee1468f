//! What an episode added to its graph, step by step, with the words that each part rests on. Computed from the evidence.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{FactTriple, triple};
use super::why::{Claim, claim, quotation};
use super::{LocatedGraph, ProjectHandle};
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{AssertionId, Closing, Entity, EntityId, Episode, EpisodeId};
use erstwhile_core::search::GraphIndex;

/// What an episode added to its graph.
#[derive(Debug, Clone)]
pub struct IngestionTrace {
    /// The episode.
    pub episode: Episode,
    /// The names in it, with the entities that they were found to be.
    pub names: Vec<TracedName>,
    /// Its claims, without statements.
    pub claims: Vec<TracedClaim>,
    /// The facts that its claims ended, each with the claim.
    pub ended: Vec<(FactTriple, AssertionId)>,
}

/// A name in an episode.
#[derive(Debug, Clone)]
pub struct TracedName {
    /// The entity of the name alone.
    pub id: EntityId,
    /// The name, as written.
    pub name: String,
    /// Its type, if it was recognised.
    pub entity_type: Option<String>,
    /// The sentence in which it stands; empty for a name that the application stated.
    pub words: String,
    /// The entity that it was found to be.
    pub entity: Entity,
}

/// A claim of an episode.
#[derive(Debug, Clone)]
pub struct TracedClaim {
    /// The claim.
    pub claim: Claim,
    /// The fact that it supports; absent for a claim that only ends others.
    pub fact: Option<FactTriple>,
}

impl ProjectHandle {
    /// What an episode of a graph added to it.
    pub async fn ingestion_trace(&self, located: &LocatedGraph, id: EpisodeId) -> Result<IngestionTrace> {
        let episode = self.episode_in(located, id).await?;
        self.index(located.graph.id).await?.read(|index| trace(index, episode))?
    }
}

fn trace(index: &GraphIndex, episode: Episode) -> Result<IngestionTrace> {
    let knowledge = &index.knowledge;
    let mut names: BTreeMap<EntityId, TracedName> = BTreeMap::new();
    for mention in knowledge.mentions_from(episode.id) {
        if let Some(entity) = knowledge.entity(mention.entity) {
            names.entry(mention.entity).or_insert_with(|| TracedName {
                id: mention.entity,
                name: mention.name,
                entity_type: mention.entity_type,
                words: quotation(&episode.content, &mention.span),
                entity: entity.clone(),
            });
        }
    }
    let own = knowledge.assertions_from(episode.id).filter(|own| knowledge.statement(own.id).is_none());
    let mut ids: Vec<AssertionId> = own.map(|own| own.id).collect();
    ids.sort();
    let traced = |id: &AssertionId| {
        let claim = claim(index, *id).ok_or_else(|| Error::corrupt("a claim of an episode is missing"))?;
        let fact = knowledge.fact(*id).map(|fact| triple(index, Some(fact))).transpose()?;
        Ok(TracedClaim { claim, fact })
    };
    let claims = ids.iter().map(traced).collect::<Result<Vec<_>>>()?;
    let own: BTreeSet<AssertionId> = ids.into_iter().collect();
    let mut ended = Vec::new();
    for fact in index.facts() {
        if let Some(Closing::Assertion(by)) = fact.closed_by
            && own.contains(&by)
            // An end that the fact's own claim tells ends nothing else.
            && !fact.assertions.contains(&by)
        {
            ended.push((triple(index, Some(fact))?, by));
        }
    }
    ended.sort_by_key(|(fact, by)| (fact.fact.id, *by));
    Ok(IngestionTrace { episode, names: names.into_values().collect(), claims, ended })
}
