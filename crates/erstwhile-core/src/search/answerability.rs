//! Whether a graph says anything about what a query asks: an estimate from how much of the query its turns and claims
//! repeat, in words and in meaning. Scores of results cannot tell, because the best of a graph is always near the top.
//!
//! The weights are in a data file, which `erstwhile-bench train-answerability` writes together with a report of how well
//! they work on conversations that they were not trained on.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::question::topic;
use super::{GraphIndex, QueryVector, SearchRequest, Searches, VectorSpace};
use crate::identity::{assistant_node, user_node};
use crate::text::words;
use estimate::{Compared, Estimate};

mod asked;
mod estimate;

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
        let mut estimate = Estimate::of_words(self, request);
        if has_vector(&request.vector) {
            for compared in Compared::ALL {
                estimate.compare(compared, &compared.vectors(self).search(&request.vector.components, &[]));
            }
        }
        estimate.signs
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
}

impl Searches<'_> {
    /// Whether the graph says anything about what one of some queries asks, which [`GraphIndex::answerability`] estimates.
    ///
    /// It compares no more vectors than it must: the first query is usually decided by its words or by the vectors of turns,
    /// and vectors that a search has compared are not compared again.
    pub fn is_any_known(&self, asked: &[SearchRequest]) -> bool {
        let (first, others) = asked.split_at(asked.len().min(1));
        self.is_any_known_of(first) || self.is_any_known_of(others)
    }

    /// Decides about some queries together, so that each vector of the graph is read once for all of them.
    fn is_any_known_of(&self, asked: &[SearchRequest]) -> bool {
        let mut estimates = Vec::new();
        for request in asked {
            let estimate = Estimate::of_words(self.index, request);
            if estimate.is_known() {
                return true;
            }
            if has_vector(&request.vector) {
                estimates.push(estimate);
            }
        }
        Compared::ALL.into_iter().any(|compared| self.is_any_near(compared, &mut estimates))
    }

    /// Takes the vectors of a kind into account.
    fn is_any_near(&self, compared: Compared, estimates: &mut [Estimate<'_>]) -> bool {
        let own = self.compared(compared);
        let own = |request: &SearchRequest| own.filter(|_| request.vector == self.request.vector);
        let others = estimates.iter().map(|estimate| estimate.request).filter(|request| own(request).is_none());
        let others: Vec<&[f32]> = others.map(|request| request.vector.components.as_slice()).collect();
        let mut others = compared.vectors(self.index).search_each(&others).into_iter();
        estimates.iter_mut().any(|estimate| {
            match own(estimate.request) {
                Some(cosines) => estimate.compare(compared, cosines),
                None => estimate.compare(compared, &others.next().unwrap_or_default()),
            }
            estimate.is_known()
        })
    }

    /// The cosines of all documents of a kind to the request's own query, if a search has compared all of them.
    fn compared(&self, compared: Compared) -> Option<&[f32]> {
        if !has_vector(&self.request.vector) || !compared.vectors(self.index).is_exact() {
            return None;
        }
        let channels = match compared {
            Compared::Turns => self.turns.get(),
            Compared::Facts => self.facts.get(),
            Compared::Statements => self.statements.get(),
        };
        channels.map(|channels| channels.cosines.as_slice())
    }
}

fn has_vector(vector: &QueryVector) -> bool {
    vector.space == VectorSpace::Quick && !vector.is_empty()
}

#[cfg(test)]
mod tests;
