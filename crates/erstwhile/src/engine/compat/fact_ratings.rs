//! Fact ratings, and the facts of a thread, for the API generations that call threads sessions.

use serde_json::Value;

use crate::engine::{FactTriple, GraphHandle, GraphRef, ProjectHandle, Search, ThreadHandle};
use crate::store::{Locate, SettingScope};
use erstwhile_core::change::{Change, SettingChange};
use erstwhile_core::compat::fact_rating::{Anchors, RatingInstruction, rate};
use erstwhile_core::error::{Error, Result};
use erstwhile_core::identity::{name_id, user_node};
use erstwhile_core::model::{
    Assertion, AssertionId, ClaimKind, Episode, EpisodeKind, EpisodeState, GraphId, Holding, Mention, Metadata,
    OPERATOR, Precondition, SettingKind,
};
use erstwhile_core::search::filter::Filter;
use erstwhile_core::search::{GraphIndex, Moment, Scored};

/// Maximum number of facts that one call states.
const STATED_MAX: usize = 100;
/// Maximum number of characters of a stated fact.
const STATED_CHARACTERS_MAX: usize = 1_000;
/// Maximum number of characters of the name of the node that represents a stated fact.
const TOPIC_CHARACTERS_MAX: usize = 50;
/// The relation of stated facts.
const STATED: &str = "STATED";

/// A fact with its rating.
#[derive(Debug, Clone)]
pub struct RatedFact {
    /// The fact with its subject and object.
    pub triple: FactTriple,
    /// How well it matches the rating instruction, from 0 to 1; `None` without an instruction.
    pub rating: Option<f64>,
}

/// What a rating instruction applies to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RatingScope {
    /// The facts of a graph.
    Graph(GraphRef),
    /// The facts of a thread; takes precedence over the instruction of its user's graph.
    Thread(String),
}

impl ProjectHandle {
    async fn rating_scope(&self, of: &RatingScope) -> Result<(GraphId, String)> {
        Ok(match of {
            RatingScope::Graph(reference) => (self.graph(reference).partition().await?, String::new()),
            RatingScope::Thread(thread_id) => {
                (self.locate_graph(Locate::Thread, thread_id, "thread").await?, thread_id.clone())
            }
        })
    }

    /// Sets a rating instruction.
    pub async fn set_rating(&self, of: &RatingScope, instruction: &RatingInstruction) -> Result<()> {
        instruction.check()?;
        let (graph, name) = self.rating_scope(of).await?;
        let value = serde_json::to_value(instruction)
            .map_err(|error| Error::internal("a rating instruction cannot be serialised").with_source(error))?;
        let setting = erstwhile_core::model::Setting {
            kind: SettingKind::RatingInstruction,
            name,
            value,
            updated_at: self.now(),
        };
        self.apply(graph, vec![Change::Setting(SettingChange::Put(setting, Precondition::None))]).await.map(|_| ())
    }

    /// A rating instruction; `None` when it is not set.
    pub async fn rating(&self, of: &RatingScope) -> Result<Option<RatingInstruction>> {
        let (graph, name) = self.rating_scope(of).await?;
        self.rating_in(graph, &name).await
    }

    async fn rating_in(&self, graph: GraphId, name: &str) -> Result<Option<RatingInstruction>> {
        let scope = SettingScope::Graph(graph);
        let setting = self.store().setting(scope, SettingKind::RatingInstruction, name).await?;
        let read = |value: Value| {
            serde_json::from_value(value)
                .map_err(|error| Error::corrupt("a stored rating instruction is malformed").with_source(error))
        };
        setting.map(|setting| read(setting.value)).transpose()
    }

    /// Rates facts by the instruction of their thread, or else of their graph.
    async fn rated(&self, graph: GraphId, thread: Option<&str>, facts: Vec<FactTriple>) -> Result<Vec<RatedFact>> {
        let own = match thread {
            Some(thread) => self.rating_in(graph, thread).await?,
            None => None,
        };
        let instruction = match own {
            Some(own) => Some(own),
            None => self.rating_in(graph, "").await?,
        };
        let anchors = match &instruction {
            Some(instruction) => Anchors::new(instruction, self.embed(&instruction.texts()).await?),
            None => None,
        };
        let Some(anchors) = anchors else {
            return Ok(facts.into_iter().map(|triple| RatedFact { triple, rating: None }).collect());
        };
        let statements: Vec<&str> = facts.iter().map(|triple| triple.fact.statement.as_str()).collect();
        let vectors = self.embed(&statements).await?;
        let rated = facts.into_iter().zip(vectors);
        Ok(rated.map(|(triple, vector)| RatedFact { triple, rating: Some(rate(&vector, &anchors)) }).collect())
    }

    /// One fact with its rating.
    pub async fn rated_fact(&self, id: AssertionId) -> Result<RatedFact> {
        let triple = self.fact(id).await?;
        let graph = self.graph_of(id.0, "fact").await?;
        let rated = self.rated(graph, None, vec![triple]).await?;
        rated.into_iter().next().ok_or_else(|| Error::not_found("fact"))
    }

    async fn current_facts(
        &self,
        graph: GraphId,
        wanted: impl Fn(&GraphIndex, &FactTriple) -> bool,
    ) -> Result<Vec<FactTriple>> {
        let now = self.now();
        let mut facts: Vec<FactTriple> = self.index(graph).await?.read(|index| {
            let current = index.facts().filter(|fact| fact.is_current_at(now));
            let triples = current.map(|fact| crate::engine::facts::triple(index, Some(fact)));
            triples.filter(|triple| triple.as_ref().map_or(true, |triple| wanted(index, triple))).collect::<Result<_>>()
        })??;
        facts.sort_by_key(|triple| (std::cmp::Reverse(triple.fact.created_at), triple.fact.id));
        Ok(facts)
    }

    pub(in crate::engine) async fn found_facts(
        &self,
        graph: GraphId,
        search: Search,
    ) -> Result<Vec<Scored<FactTriple>>> {
        let index = self.index(graph).await?;
        let request = self.search_request(&index, search).await?;
        index.read(|index| {
            let found = index.search_facts(&request).into_iter();
            let whole = |found: Scored<erstwhile_core::model::Fact>| {
                let item = crate::engine::facts::triple(index, Some(&found.item))?;
                Ok(found.with(item))
            };
            found.map(whole).collect()
        })?
    }

    /// The current facts of these threads that are most similar to a query, best first, with their ratings.
    pub(in crate::engine) async fn facts_in_threads(
        &self,
        graph: GraphId,
        threads: &[String],
        query: &str,
    ) -> Result<Vec<(String, Scored<RatedFact>)>> {
        /// Number of search results that are filtered.
        const CANDIDATES: usize = 500;
        let search =
            Search { moment: Moment::Current(self.now()), filter: Filter::default(), ..Search::new(query, CANDIDATES) };
        let found = self.found_facts(graph, search).await?;
        let index = self.index(graph).await?;
        let threads_of = index.read(|index| {
            let thread = |id| index.episode(id).and_then(|episode| episode.thread.clone());
            let first = |found: &Scored<FactTriple>| found.item.fact.episodes.iter().find_map(|id| thread(*id));
            found.iter().map(first).collect::<Vec<_>>()
        })?;
        let mut facts = Vec::new();
        for (found, thread) in found.into_iter().zip(threads_of) {
            if let Some(thread) = thread.filter(|thread| threads.contains(thread)) {
                let rated = self.rated(graph, Some(&thread), vec![found.item]).await?;
                let scored = rated.into_iter().map(|item| Scored {
                    item,
                    score: found.score,
                    relevance: found.relevance,
                    explanation: None,
                });
                facts.extend(scored.map(|scored| (thread.clone(), scored)));
            }
        }
        Ok(facts)
    }
}

impl GraphHandle {
    /// Rates facts of a graph; keeps their order.
    pub async fn rate_facts(&self, facts: Vec<FactTriple>) -> Result<Vec<RatedFact>> {
        let graph = self.partition().await?;
        self.project.rated(graph, None, facts).await
    }

    /// The current facts of a graph, newest first.
    pub async fn rated_facts(&self) -> Result<Vec<RatedFact>> {
        let graph = self.partition().await?;
        let facts = self.project.current_facts(graph, |_, _| true).await?;
        self.project.rated(graph, None, facts).await
    }
}

impl ThreadHandle {
    /// The current facts that a thread's messages support, newest first, with at least this rating.
    pub async fn facts(&self, rating_min: Option<f64>) -> Result<Vec<RatedFact>> {
        let graph = self.get().await?.graph;
        let said_in = |index: &GraphIndex, triple: &FactTriple| {
            let thread = |id| index.episode(id).and_then(|episode| episode.thread.as_deref());
            triple.fact.episodes.iter().any(|id| thread(*id) == Some(self.id()))
        };
        let facts = self.project.current_facts(graph, said_in).await?;
        let rated = self.project.rated(graph, Some(self.id()), facts).await?;
        Ok(at_least(rated, rating_min))
    }

    /// The facts of a thread's graph that are relevant to a query, best first, with at least this rating.
    pub async fn relevant_facts(&self, query: &str, limit: usize, rating_min: Option<f64>) -> Result<Vec<RatedFact>> {
        if query.trim().is_empty() {
            return Ok(Vec::new());
        }
        let graph = self.get().await?.graph;
        let now = self.project.now();
        // What an assistant or a tool said is not the user's fact.
        let search = Search { moment: Moment::Current(now), hearsay: false, ..Search::new(query, limit) };
        let found = self.project.found_facts(graph, search).await?;
        let facts = found.into_iter().map(|found| found.item).collect();
        Ok(at_least(self.project.rated(graph, Some(self.id()), facts).await?, rating_min))
    }

    /// States facts about a thread's user; they are removed with the thread.
    pub async fn state_facts(&self, facts: &[String]) -> Result<()> {
        if facts.is_empty() || facts.len() > STATED_MAX {
            return Err(Error::invalid(format!("facts must have from 1 to {STATED_MAX} items")));
        }
        let too_long = |fact: &&String| fact.chars().count() > STATED_CHARACTERS_MAX || fact.trim().is_empty();
        if facts.iter().any(|fact| too_long(&fact)) {
            return Err(Error::invalid(format!("a fact must have from 1 to {STATED_CHARACTERS_MAX} characters")));
        }
        let graph = self.get_open().await?.graph;
        let now = self.project.now();
        let mut changes = Vec::new();
        for fact in facts {
            let episode = Episode {
                thread: Some(self.id().to_owned()),
                state: EpisodeState::Processed,
                ..self.project.episode(graph, EpisodeKind::FactTriple, fact.clone(), None)
            };
            let topic: String = fact.chars().take(TOPIC_CHARACTERS_MAX).collect();
            let object = name_id(graph, &topic, Some("Topic"));
            let mention = Mention {
                episode: Some(episode.id),
                name: topic,
                entity: object,
                entity_type: Some("Topic".to_owned()),
                span: 0..fact.len(),
                recorded_at: now,
            };
            let assertion = Assertion {
                id: AssertionId(graph.within(self.project.ids().next())),
                episode: Some(episode.id),
                sequence: None,
                subject: user_node(graph),
                predicate: STATED.to_owned(),
                object: Some(object),
                statement: fact.clone(),
                span: 0..fact.len(),
                kind: ClaimKind::Asserts,
                holding: Holding::Shared,
                valid_from: None,
                valid_until: None,
                reference_time: now,
                recorded_at: now,
                confidence: 1.0,
                extractor: OPERATOR.to_owned(),
                attributes: Metadata::new(),
            };
            changes.extend([
                Change::AddEpisodes(vec![episode]),
                Change::AddMention(mention),
                Change::AddAssertion(assertion),
            ]);
        }
        self.project.apply(graph, changes).await.map(|_| ())
    }
}

fn at_least(facts: Vec<RatedFact>, rating_min: Option<f64>) -> Vec<RatedFact> {
    let passes = |fact: &RatedFact| match (rating_min, fact.rating) {
        (Some(least), Some(rating)) => rating >= least,
        _ => true,
    };
    facts.into_iter().filter(passes).collect()
}
