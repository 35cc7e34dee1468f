//! What is derived from a whole graph: observations, patterns, communities and subgraphs.

use serde_json::Value;
use uuid::Uuid;

use super::facts::{FactTriple, triple};
use super::search::check_query;
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
    /// ones it wants, those that are most similar to its words come first. Only those that pass the filter.
    pub async fn observations(&self, filter: &Filter) -> Result<Vec<Observation>> {
        let graph = self.partition().await?;
        let observations = self.project.observations_in(graph, filter).await?;
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
        check_query("query", &search.query)?;
        let observations = self.observations(&search.filter).await?;
        self.project.nearest(&search.query, search.limit, observations, |observation| observation.summary.clone()).await
    }

    /// Recurring structures among the facts that pass a filter.
    pub async fn patterns(&self, filter: &Filter, request: &PatternRequest) -> Result<FoundPatterns> {
        let graph = self.partition().await?;
        self.project
            .walk(graph, |index| {
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
            })
            .await?
    }

    /// The communities of a graph, largest first.
    pub async fn communities(&self) -> Result<Vec<Community>> {
        let graph = self.partition().await?;
        self.project.communities_in(graph).await
    }

    /// The communities whose members' names are most similar to a query, best first.
    pub async fn search_communities(&self, search: &Search) -> Result<Vec<Scored<Community>>> {
        check_query("query", &search.query)?;
        let communities = self.communities().await?;
        self.project.nearest(&search.query, search.limit, communities, |community| community.names.join(", ")).await
    }

    /// The subgraph around some entities.
    pub async fn subgraph(&self, filter: &Filter, request: &SubgraphRequest) -> Result<GraphPart> {
        let graph = self.partition().await?;
        self.project
            .walk(graph, |index| {
                let metadata = |id| index.episode(id).map(|episode| &episode.metadata);
                let passes = |fact: &Fact| filter.fact(fact, &index.knowledge, metadata);
                let part = subgraph(&index.knowledge, request, passes);
                Ok(GraphPart {
                    entities: part.entities.iter().filter_map(|id| index.knowledge.entity(*id)).cloned().collect(),
                    facts: part
                        .facts
                        .iter()
                        .map(|id| triple(index, index.knowledge.fact(*id)))
                        .collect::<Result<_>>()?,
                    truncated: part.truncated,
                })
            })
            .await?
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

    /// Reads the current index of a graph in turn with others that read the whole of theirs.
    pub(super) async fn walk<T>(&self, graph: GraphId, walk: impl FnOnce(&GraphIndex) -> T) -> Result<T> {
        let index = self.index(graph).await?;
        self.state().walk(&index, walk).await
    }

    /// The observations of a graph that pass a filter, newest evidence first.
    pub(super) async fn observations_in(&self, graph: GraphId, filter: &Filter) -> Result<Vec<Observation>> {
        self.walk(graph, |index| {
            let metadata = |id| index.episode(id).map(|episode| &episode.metadata);
            let passes = |one: &Observation| filter.derived(one.created_at, &one.attributes(), &one.episodes, metadata);
            let mut observed = observe(&index.knowledge, |id| index.episode(id).map(|episode| episode.reference_time));
            observed.retain(|one| filter.is_empty() || passes(one));
            observed
        })
        .await
    }

    /// An observation, by its id.
    pub async fn observation(&self, id: Uuid) -> Result<Observation> {
        let graph = self.graph_of(id, "observation").await?;
        let found =
            self.observations_in(graph, &Filter::default()).await?.into_iter().find(|observation| observation.id == id);
        found.ok_or_else(|| Error::not_found("observation"))
    }

    /// A community, by its id.
    pub async fn community(&self, id: Uuid) -> Result<Community> {
        let graph = self.graph_of(id, "community").await?;
        let found = self.communities_in(graph).await?.into_iter().find(|community| community.id == id);
        found.ok_or_else(|| Error::not_found("community"))
    }

    async fn communities_in(&self, graph: GraphId) -> Result<Vec<Community>> {
        self.walk(graph, |index| {
            let groups = communities(&index.knowledge).into_iter();
            groups.filter_map(|members| community(index, graph, &members)).collect()
        })
        .await
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use crate::engine::{Engine, NewGraph};
    use crate::store::Store;
    use crate::store::sqlite::Sqlite;

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_graph_is_walked_off_the_workers_by_as_many_as_there_are_processors() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(Arc::new(Sqlite::open(&folder.path().join("test.db")).unwrap())).await.unwrap();
        let engine = Engine::builder(store).build();
        let project = engine.project(engine.ensure_project("test").await.unwrap().id);
        let graph =
            project.create_graph(NewGraph { graph_id: "g".to_owned(), ..NewGraph::default() }).await.unwrap().id;
        let processors = std::thread::available_parallelism().unwrap().get();
        let counts: Arc<[AtomicUsize; 2]> = Arc::default();
        let walks = (0..3 * processors + 2).map(|_| {
            let (project, counts) = (project.clone(), Arc::clone(&counts));
            tokio::spawn(async move {
                let walk = |_: &_| {
                    let running = counts[0].fetch_add(1, Ordering::SeqCst) + 1;
                    counts[1].fetch_max(running, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(50));
                    counts[0].fetch_sub(1, Ordering::SeqCst);
                };
                project.walk(graph, walk).await.unwrap();
            })
        });
        let walks: Vec<_> = walks.collect();
        for walk in walks {
            walk.await.unwrap();
        }
        // On the only worker, one would run at a time.
        assert_eq!(counts[1].load(Ordering::SeqCst), processors);
    }
}
