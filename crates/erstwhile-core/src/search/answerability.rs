//! Whether a graph says anything about what a query asks: an estimate from how much of the query its turns and claims
//! repeat, in words and in meaning. Scores of results cannot tell, because the best of a graph is always near the top.
//!
//! The weights are in a data file, which `erstwhile-bench train-answerability` writes together with a report of how well
//! they work on conversations that they were not trained on.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::hybrid::HybridIndex;
use super::question::topic;
use super::{GraphIndex, QueryVector, SearchRequest, VectorSpace};
use crate::identity::{assistant_node, user_node};
use crate::text::words;
use asked::AskedWords;

mod asked;

/// The share of words from which on all are repeated; a sum of weights is not exact.
const ALL_WORDS: f32 = 0.9999;

static ESTIMATES: LazyLock<AnswerabilityEstimates> =
    LazyLock::new(|| serde_json::from_str(include_str!("answerability/weights.json")).unwrap_or_default());

/// How much of a query a graph repeats. Shares are of the words of the query that name a topic, a rare one counting more
/// than a common one; the names of those who talk do not count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize, Serialize)]
pub struct Signs {
    /// The logarithm of one plus the number of words: of many, few turns repeat all.
    pub words: f32,
    /// The largest share that a turn repeats together with the turns before and after it.
    pub turns: f32,
    /// The largest share that a fact, a statement or the description of an entity repeats.
    pub claims: f32,
    /// The largest cosine of a turn.
    pub turn_cosine: f32,
    /// The largest cosine of a fact or statement.
    pub claim_cosine: f32,
}

impl Signs {
    /// The names of the values.
    pub const NAMES: [&'static str; 5] = ["words", "turns", "claims", "turn_cosine", "claim_cosine"];

    /// The values, in the order of [`Self::NAMES`].
    pub fn values(&self) -> [f32; 5] {
        [self.words, self.turns, self.claims, self.turn_cosine, self.claim_cosine]
    }

    /// The signs with these values, in the order of [`Self::NAMES`].
    pub fn from_values([words, turns, claims, turn_cosine, claim_cosine]: [f32; 5]) -> Self {
        Self { words, turns, claims, turn_cosine, claim_cosine }
    }
}

/// A logistic model of the probability that a graph says something about what a query asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize, Serialize)]
pub struct AnswerabilityEstimate {
    /// What each sign adds to the logarithm of the odds.
    pub weights: Signs,
    /// What is added whatever the signs.
    pub intercept: f32,
    /// The probability below which nothing is known. It is as large as it can be without taking more than one in fifty
    /// questions of any data set that have an answer for ones that have none.
    pub known_min: f32,
}

impl AnswerabilityEstimate {
    /// The probability, if half of all queries had an answer.
    pub fn probability(&self, signs: &Signs) -> f32 {
        let products = self.weights.values().into_iter().zip(signs.values()).map(|(weight, value)| weight * value);
        1.0 / (1.0 + (-(products.sum::<f32>() + self.intercept)).exp())
    }
}

/// The estimates for queries with and without a vector.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
pub struct AnswerabilityEstimates {
    /// The embedder for whose vectors the first one holds: cosines of different embedders are not alike.
    pub embedder: String,
    /// For a query with a vector of that embedder.
    pub with_vectors: AnswerabilityEstimate,
    /// For a query without one.
    pub without_vectors: AnswerabilityEstimate,
}

impl AnswerabilityEstimates {
    /// The estimates of the data file.
    pub fn trained() -> &'static Self {
        &ESTIMATES
    }

    fn of(&self, signs: &Signs, has_vector: bool) -> Answerability {
        let estimate = if has_vector { self.with_vectors } else { self.without_vectors };
        // A query that names no topic, or asks for advice, is about everything. What repeats every word of a query is about
        // it, also where the query is too short for its vector to tell ("Where do I work?").
        if signs.words == 0.0 || signs.turns.max(signs.claims) >= ALL_WORDS {
            return Answerability { probability: 1.0, is_known: true };
        }
        let probability = estimate.probability(signs);
        Answerability { probability, is_known: probability >= estimate.known_min }
    }
}

/// Whether a graph says anything about what a query asks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answerability {
    /// The estimated probability, if half of all queries had an answer.
    pub probability: f32,
    /// Whether it is so large that the graph must be taken to say something.
    pub is_known: bool,
}

impl GraphIndex {
    /// Estimates whether the graph says anything about what a query asks. The vector of the request, if it has one, must be
    /// of the embedder of [`AnswerabilityEstimates::trained`].
    pub fn answerability(&self, request: &SearchRequest) -> Answerability {
        AnswerabilityEstimates::trained().of(&self.signs(request), has_vector(&request.vector))
    }

    /// How much of a query the graph repeats, without the episodes that the request ignores or that were not known.
    pub fn signs(&self, request: &SearchRequest) -> Signs {
        let turns = &self.turns.documents;
        let is_ignored = |id| request.ignored.contains(id);
        let is_known = |recorded| request.known_at.is_none_or(|known_at| recorded <= known_at);
        let turn_counts = |number: u32| {
            let episode = turns.id(number).and_then(|id| self.turns.episode(id));
            let is_shown = |id| request.filter.violations.is_none_or(|wanted| wanted == self.turns.is_violating(id));
            episode.is_some_and(|episode| {
                !is_ignored(&episode.id) && is_known(episode.recorded_at) && is_shown(episode.id)
            })
        };
        let fact_counts = |number: u32| {
            let fact = self.facts.id(number).and_then(|id| self.knowledge.fact(id));
            fact.is_some_and(|fact| {
                is_known(fact.created_at) && (fact.episodes.is_empty() || !fact.episodes.iter().all(is_ignored))
            })
        };
        let statement_counts = |number: u32| {
            let statement = self.statements.id(number).and_then(|id| self.knowledge.statement(id));
            statement.is_some_and(|said| is_known(said.recorded_at) && !said.episode.as_ref().is_some_and(is_ignored))
        };
        let entity_counts = |number: u32| {
            let entity = self.entities.id(number).and_then(|id| self.knowledge.entity(id));
            entity.is_some_and(|entity| {
                is_known(entity.created_at) && (entity.episodes.is_empty() || !entity.episodes.iter().all(is_ignored))
            })
        };
        let query = self.topic_of(&request.query);
        let claims = [
            share(&query, &self.facts, fact_counts),
            share(&query, &self.statements, statement_counts),
            share(&query, &self.entities, entity_counts),
        ];
        let claims = claims.into_iter().fold(0.0, f32::max);
        let best = |documents: &dyn Fn() -> f32| if has_vector(&request.vector) { documents() } else { 0.0 };
        let vector = &request.vector.components;
        let claim_cosine = || {
            let facts = cosine(vector, &self.facts, fact_counts);
            facts.max(cosine(vector, &self.statements, statement_counts))
        };
        Signs {
            words: (1.0 + query.len() as f32).ln(),
            // What a fact says that the application added need not be in any turn.
            turns: self.share_of_turns(&query, turn_counts).max(claims),
            claims,
            turn_cosine: best(&|| cosine(vector, turns, turn_counts)),
            claim_cosine: best(&claim_cosine),
        }
    }

    /// The distinct words of a query that name a topic, without the names of those who talk.
    fn topic_of(&self, query: &str) -> Vec<String> {
        let mut topic = topic(query);
        topic.sort_unstable();
        topic.dedup();
        let (_, speakers) = self.turns.speakers_named(&topic);
        let people = [user_node(self.knowledge.graph()), assistant_node(self.knowledge.graph())];
        let people = people.iter().filter_map(|id| self.knowledge.entity(*id));
        let names = people.flat_map(|person| std::iter::once(&person.name).chain(&person.aliases));
        let names: Vec<String> = names.flat_map(|name| words(name)).collect();
        let is_name = |word: &String| names.contains(word) || speakers.contains(&word.as_str());
        let is_topic: Vec<bool> = topic.iter().map(|word| !is_name(word)).collect();
        topic.into_iter().zip(is_topic).filter(|(_, is_topic)| *is_topic).map(|(word, _)| word).collect()
    }

    /// The largest share of a query that a turn and the turns beside it repeat.
    fn share_of_turns(&self, query: &[String], counts: impl Fn(u32) -> bool) -> f32 {
        let turns = &self.turns.documents;
        let asked = AskedWords::new(query, turns.text(), turns.len());
        let said = asked.said_by(turns.text(), turns.numbers_end(), &counts);
        let beside = |number: usize| {
            let adjacent = self.turns.adjacent(number).into_iter().flatten();
            adjacent.filter_map(|other| said.get(other as usize)).fold(0, |all, said| all | said)
        };
        let together = said.iter().enumerate().filter(|(_, said)| **said != 0).map(|(at, said)| said | beside(at));
        asked.largest_share(together)
    }
}

fn has_vector(vector: &QueryVector) -> bool {
    vector.space == VectorSpace::Quick && !vector.is_empty()
}

/// The largest share of a query that a document repeats.
fn share<Id: Copy + Eq + std::hash::Hash>(
    query: &[String],
    documents: &HybridIndex<Id>,
    counts: impl Fn(u32) -> bool,
) -> f32 {
    let asked = AskedWords::new(query, documents.text(), documents.len());
    asked.largest_share(asked.said_by(documents.text(), documents.numbers_end(), &counts).into_iter())
}

/// The largest cosine of a document and a query.
fn cosine<Id>(query: &[f32], documents: &HybridIndex<Id>, counts: impl Fn(u32) -> bool) -> f32 {
    let mut best = 0.0;
    for (number, cosine) in documents.vectors.search(query, &[]).into_iter().enumerate() {
        if cosine > best && counts(number as u32) {
            best = cosine;
        }
    }
    best
}

#[cfg(test)]
mod tests;
