//! What is derived from a whole graph: observations, patterns, communities and subgraphs.

use serde_json::Value;
use uuid::Uuid;

use super::facts::{FactTriple, triple};
use super::{GraphHandle, ProjectHandle, Search};
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{Entity, Fact, GraphId, SettingKind};
use erstwhile_core::observations::{Observation, observe};
use erstwhile_core::patterns::{PatternRequest, Patterns, communities, detect};
use erstwhile_core::search::filter::Filter;
use erstwhile_core::search::{GraphIndex, Scored};
use erstwhile_core::subgraph::{SubgraphRequest, subgraph};

/// A part of a graph.
#[derive(Debug, Clone)]
pub struct GraphPart {
    /// Its entities, nearest to the seeds first.
    pub entities: Vec<Entity>,
    /// The facts between them.
    pub facts: Vec<FactTriple>,
    /// The limit that ended the traversal early, if any.
    pub truncated: Option<&'static str>,
}

/// Patterns with the facts that they occur in.
#[derive(Debug, Clone)]
pub struct FoundPatterns {
    /// The patterns, and how much of the graph was examined.
    pub patterns: Patterns,
    /// The facts that occur in the patterns.
    pub facts: Vec<FactTriple>,
    /// The entities that occur in the patterns.
    pub entities: Vec<Entity>,
}

/// A community: entities that are connected with each other.
#[derive(Debug, Clone)]
pub struct Community {
    /// Identity, computed from the current members.
    pub id: Uuid,
    /// The names of its members, most connected first.
    pub names: Vec<String>,
    /// When its first member was created.
    pub created_at: jiff::Timestamp,
}

impl GraphHandle {
    /// The observations of a graph: what recurs or changed in it, newest evidence first. If the application says which
    /// ones it wants, those that are most similar to its words come first.
    pub async fn observations(&self) -> Result<Vec<Observation>> {
        let graph = self.partition().await?;
        let observations = self.project.observations_in(graph).await?;
        let steering = self.project.observation_steering(graph).await?;
        if steering.is_empty() || observations.is_empty() {
            return Ok(observations);
        }
        let limit = observations.len();
        let steered = self.project.nearest(&steering, limit, observations, |observation| observation.summary.clone());
        Ok(steered.await?.into_iter().map(|scored| scored.item).collect())
    }

    /// The observations that are most similar to a query, best first.
    pub async fn search_observations(&self, search: &Search) -> Result<Vec<Scored<Observation>>> {
        let observations = self.observations().await?;
        self.project.nearest(&search.query, search.limit, observations, |observation| observation.summary.clone()).await
    }

    /// Recurring structures among the facts that pass a filter.
    pub async fn patterns(&self, filter: &Filter, request: &PatternRequest) -> Result<FoundPatterns> {
        let graph = self.partition().await?;
        self.project.index(graph).await?.read(|index| {
            let metadata = |id| index.episode(id).map(|episode| &episode.metadata);
            let passing = index.facts().filter(|fact| filter.fact(fact, &index.knowledge, metadata));
            let patterns = detect(&index.knowledge, passing, request);
            let facts = patterns.patterns.iter().flat_map(|pattern| &pattern.facts);
            let facts: std::collections::BTreeSet<_> = facts.copied().collect();
            let entities = patterns.patterns.iter().flat_map(|pattern| &pattern.entities);
            let entities: std::collections::BTreeSet<_> = entities.copied().collect();
            Ok(FoundPatterns {
                facts: facts.iter().map(|id| triple(index, index.knowledge.fact(*id))).collect::<Result<_>>()?,
                entities: entities.iter().filter_map(|id| index.knowledge.entity(*id)).cloned().collect(),
                patterns,
            })
        })?
    }

    /// The communities of a graph, largest first.
    pub async fn communities(&self) -> Result<Vec<Community>> {
        let graph = self.partition().await?;
        self.project.communities_in(graph).await
    }

    /// The communities whose members' names are most similar to a query, best first.
    pub async fn search_communities(&self, search: &Search) -> Result<Vec<Scored<Community>>> {
        let communities = self.communities().await?;
        self.project.nearest(&search.query, search.limit, communities, |community| community.names.join(", ")).await
    }

    /// The subgraph around some entities.
    pub async fn subgraph(&self, filter: &Filter, request: &SubgraphRequest) -> Result<GraphPart> {
        let graph = self.partition().await?;
        self.project.index(graph).await?.read(|index| {
            let metadata = |id| index.episode(id).map(|episode| &episode.metadata);
            let passes = |fact: &Fact| filter.fact(fact, &index.knowledge, metadata);
            let part = subgraph(&index.knowledge, request, passes);
            Ok(GraphPart {
                entities: part.entities.iter().filter_map(|id| index.knowledge.entity(*id)).cloned().collect(),
                facts: part.facts.iter().map(|id| triple(index, index.knowledge.fact(*id))).collect::<Result<_>>()?,
                truncated: part.truncated,
            })
        })?
    }
}

impl ProjectHandle {
    /// What the application says about the observations that it wants in a graph: its instruction, and the names and
    /// descriptions of types. Empty if it says nothing.
    async fn observation_steering(&self, graph: GraphId) -> Result<String> {
        let settings = self.state().declared_for(self.id, graph, SettingKind::ObservationSteering).await?;
        let mut words = Vec::new();
        for steering in settings.iter().map(|setting| &setting.value) {
            let types = steering["types"].as_array().into_iter().flatten();
            let described = types.flat_map(|declared| [&declared["name"], &declared["description"]]);
            words.extend(std::iter::once(&steering["instruction"]).chain(described).filter_map(Value::as_str));
        }
        Ok(words.join(" ").trim().to_owned())
    }

    pub(super) async fn observations_in(&self, graph: GraphId) -> Result<Vec<Observation>> {
        self.index(graph)
            .await?
            .read(|index| observe(&index.knowledge, |id| index.episode(id).map(|episode| episode.reference_time)))
    }

    /// An observation, by its id.
    pub async fn observation(&self, id: Uuid) -> Result<Observation> {
        let graph = self.graph_of(id, "observation").await?;
        let found = self.observations_in(graph).await?.into_iter().find(|observation| observation.id == id);
        found.ok_or_else(|| Error::not_found("observation"))
    }

    /// A community, by its id.
    pub async fn community(&self, id: Uuid) -> Result<Community> {
        let graph = self.graph_of(id, "community").await?;
        let found = self.communities_in(graph).await?.into_iter().find(|community| community.id == id);
        found.ok_or_else(|| Error::not_found("community"))
    }

    async fn communities_in(&self, graph: GraphId) -> Result<Vec<Community>> {
        self.index(graph).await?.read(|index| {
            let groups = communities(&index.knowledge).into_iter();
            groups.filter_map(|members| community(index, graph, &members)).collect()
        })
    }
}

fn community(index: &GraphIndex, graph: GraphId, members: &[erstwhile_core::model::EntityId]) -> Option<Community> {
    let first = members.iter().min()?;
    let mut entities: Vec<&Entity> = members.iter().filter_map(|id| index.knowledge.entity(*id)).collect();
    entities.sort_by_key(|entity| (std::cmp::Reverse(index.knowledge.degree(entity.id)), entity.id));
    Some(Community {
        id: graph.derive(format!("community\0{first}").as_bytes()),
        created_at: entities.iter().map(|entity| entity.created_at).min()?,
        names: entities.into_iter().map(|entity| entity.name.clone()).collect(),
    })
}
