//! Hybrid search over one graph: full-text and vector search, fusion, filters and reranking.
//!
//! Pure: the result depends only on the index, the query and its vector.

use jiff::Timestamp;

mod answerability;
mod bm25;
mod dense;
mod entities;
mod episodes;
mod facts;
mod features;
pub mod filter;
mod fuse;
mod hearsay;
mod hybrid;
mod index;
mod model_texts;
mod names;
mod passages;
mod question;
mod ranker;
mod ranking;
mod related;
mod relevance;
pub(crate) mod rerank;
mod searches;
mod spaces;
mod statements;
mod turns;
mod updates;
mod vector;

pub use answerability::{Answerability, AnswerabilityEstimate, AnswerabilityEstimates, Signs};
pub use features::{Feature, Features};
pub use index::{GraphIndex, PendingEmbedding};
pub use model_texts::ModelText;
pub use question::is_question;
pub use ranker::{Ranker, Rankers};
pub use related::Related;
pub use searches::Searches;
pub use spaces::{QueryVector, VectorSpace};
pub use vector::EXACT_MAX;

use crate::model::{Entity, EntityId, Episode, EpisodeId, Fact};
use filter::Filter;

/// How results are ordered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reranker {
    /// The default: the order with the best measured results.
    Relevance,
    /// Reciprocal rank fusion of full-text and vector search.
    Rrf,
    /// Maximal marginal relevance with this lambda, 0 to 1.
    Mmr(f32),
    /// By length of the shortest path from this entity.
    NodeDistance(EntityId),
    /// By number of supporting episodes; for episodes, by number of their facts.
    EpisodeMentions,
    /// The default order, of which a model that reads query and text together may reorder the best.
    CrossEncoder,
}

/// When facts must be valid to be returned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Moment {
    /// At any time: includes ended facts.
    Always,
    /// Valid at this moment.
    At(Timestamp),
    /// Current at this moment: valid facts and future events.
    Current(Timestamp),
    /// Ended by this moment.
    Ended(Timestamp),
    /// What is current at this moment, and behind it what matches the query and has ended; together if the query asks for
    /// the past.
    CurrentFirst(Timestamp),
}

impl Moment {
    /// Whether a fact may be returned; of [`Self::CurrentFirst`], among the first.
    pub(crate) fn admits(self, fact: &Fact) -> bool {
        match self {
            Self::Always => true,
            Self::At(at) => fact.holds_at(at),
            Self::Current(at) | Self::CurrentFirst(at) => fact.is_current_at(at),
            Self::Ended(at) => !fact.is_current_at(at),
        }
    }
}

/// A search request.
#[derive(Debug, Clone)]
pub struct SearchRequest {
    /// The query.
    pub query: String,
    /// The query's vector; empty for a search by words alone.
    pub vector: QueryVector,
    /// Maximum number of results.
    pub limit: usize,
    /// How to order results.
    pub reranker: Reranker,
    /// Restricts the results.
    pub filter: Filter,
    /// When facts must be valid.
    pub moment: Moment,
    /// Search what the system knew at this moment; `None` for now.
    pub known_at: Option<Timestamp>,
    /// Facts of these entities are boosted.
    pub origins: Vec<EntityId>,
    /// Whether searches for facts return statements, too.
    pub statements: Statements,
    /// Whether searches for facts and statements return hearsay, behind everything else: see
    /// [`GraphIndex::is_hearsay`].
    pub hearsay: bool,
    /// Whether results explain their scores.
    pub explain: bool,
    /// Episodes that are not found and do not count in comparisons, such as the messages that make up the query.
    pub ignored: Vec<EpisodeId>,
}

/// When a search for facts returns statements: sentences that support no fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Statements {
    /// Behind the facts that match, as far as these do not fill the limit.
    #[default]
    Auto,
    /// Ranked together with the facts.
    Always,
    /// Never: only facts.
    Never,
}

impl Statements {
    /// Parses the name: `auto`, `always` or `never`.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "auto" => Some(Self::Auto),
            "always" => Some(Self::Always),
            "never" => Some(Self::Never),
            _ => None,
        }
    }
}

/// A result with its score, which is comparable within one response only.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored<T> {
    /// The result.
    pub item: T,
    /// The score.
    pub score: f64,
    /// The score relative to the best result, 0 to 1.
    pub relevance: f64,
    /// Why it has its score, if the request asks for it and the learned ranker ranks this kind of result.
    pub explanation: Option<Box<Explanation>>,
}

/// Why a result has its score: what was measured, and what that added to the sum from which the score follows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Explanation {
    /// What was measured.
    pub features: Features,
    /// Each feature times its weight.
    pub shares: Features,
}

/// What a search for everything found, each best first.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Facts and, as the request says, statements.
    pub facts: Vec<Scored<Fact>>,
    /// Entities.
    pub entities: Vec<Scored<Entity>>,
    /// Episodes.
    pub episodes: Vec<Scored<Episode>>,
    /// Statements, in the form of facts.
    pub statements: Vec<Scored<Fact>>,
}

impl<T> Scored<T> {
    /// The same score for another form of the result.
    pub fn with<U>(self, item: U) -> Scored<U> {
        Scored { item, score: self.score, relevance: self.relevance, explanation: self.explanation }
    }
}

impl GraphIndex {
    /// Searches for episodes: messages, texts and documents.
    pub fn search_episodes(&self, request: &SearchRequest) -> Vec<Scored<Episode>> {
        Searches::new(self, request).episodes()
    }

    /// Searches for facts and, as the request says, statements.
    pub fn search_facts(&self, request: &SearchRequest) -> Vec<Scored<Fact>> {
        Searches::new(self, request).facts()
    }

    /// Searches for statements, in the form of facts.
    pub fn search_statements(&self, request: &SearchRequest) -> Vec<Scored<Fact>> {
        Searches::new(self, request).statements()
    }

    /// Searches for entities.
    pub fn search_entities(&self, request: &SearchRequest) -> Vec<Scored<Entity>> {
        Searches::new(self, request).entities()
    }

    /// The entities whose whole name occurs in a text, those with the fewest facts first, without hubs.
    pub fn entities_named_in(&self, text: &str) -> Vec<EntityId> {
        let named = self.names.named_in(text).into_iter().filter_map(|number| self.entities.id(number));
        let mut named: Vec<(usize, EntityId)> = named
            .map(|id| (self.knowledge.degree(id), id))
            .filter(|(degree, _)| *degree * 4 <= self.facts.len().max(16))
            .collect();
        named.sort();
        named.into_iter().map(|(_, id)| id).collect()
    }
}

#[cfg(test)]
mod tests;
