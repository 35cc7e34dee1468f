//! Whether what somebody said is worth keeping: a logistic model of how people judged such facts.
//!
//! It reads the signs of a clause, the vectors of two texts (what would be kept, without names, and the whole sentence), and
//! the vectors that the parser has of its words, which know their neighbours.
//! `erstwhile-bench train-salience` fits it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::static_embedder::{StaticEmbedder, StaticEmbedderError};

/// The weights, with the report of their training.
static MODEL: &str = include_str!("../../data/salience.json");

/// By how much vectors of unit length are stretched, so that the penalty of the training weighs on them as on signs.
const SCALE_OF_FACT: f32 = 4.0;
const SCALE_OF_SENTENCE: f32 = 3.0;
/// By how much the vectors of the parser are shrunk, of which each component is about 0.5.
const SCALE_OF_CONTEXT: f32 = 0.6;

/// A fact of an open relation, with what tells whether it is worth keeping.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OpenFact {
    /// The fact as a sentence, without its full stop.
    pub statement: String,
    /// The fact without the name of its subject and without other names.
    pub words: String,
    /// The sentence in which it was said.
    pub sentence: String,
    /// What is so of its clause, each as `name` or `name=value`, sorted.
    pub signs: Vec<String>,
    /// The vectors that the parser has of its words, of its verb and of its sentence; empty if they are not known.
    pub context: Vec<f32>,
}

impl OpenFact {
    pub(super) fn new(subject: &str, statement: String, sentence: &str, signs: Vec<String>) -> Self {
        let said = statement.strip_prefix(subject).unwrap_or(&statement);
        let words = said.split_whitespace().filter(|word| !word.starts_with(char::is_uppercase));
        let words = std::iter::once("someone").chain(words).collect::<Vec<_>>().join(" ");
        Self { statement, words, sentence: sentence.to_owned(), signs, context: Vec::new() }
    }

    /// The vectors of the fact, of its sentence and of its context, one after the other, as the model weighs them.
    pub fn vector(&self, embedder: &StaticEmbedder) -> Vec<f32> {
        let fact = embedder.embed_text(&self.words).into_iter().map(|value| value * SCALE_OF_FACT);
        let sentence = embedder.embed_text(&self.sentence).into_iter().map(|value| value * SCALE_OF_SENTENCE);
        let context = self.context.iter().map(|value| value * SCALE_OF_CONTEXT);
        fact.chain(sentence).chain(context).collect()
    }
}

/// The weights of the model.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
pub struct SalienceModel {
    /// What is added whatever the fact.
    pub intercept: f32,
    /// The probability from which on a fact is kept.
    pub kept_min: f32,
    /// What each sign adds to the logarithm of the odds.
    pub signs: BTreeMap<String, f32>,
    /// What each component of [`OpenFact::vector`] adds.
    pub vector: Vec<f32>,
}

impl SalienceModel {
    /// The probability that a person would keep a fact with such signs and such a vector.
    pub fn probability(&self, signs: &[String], vector: &[f32]) -> f32 {
        let of_signs: f32 = signs.iter().filter_map(|sign| self.signs.get(sign)).sum();
        let of_vector: f32 = self.vector.iter().zip(vector).map(|(weight, value)| weight * value).sum();
        1.0 / (1.0 + (-(self.intercept + of_signs + of_vector)).exp())
    }
}

/// Decides which open facts are kept.
#[derive(Debug)]
pub(super) struct Salience {
    model: SalienceModel,
    embedder: StaticEmbedder,
}

/// Errors of loading the model: a defect of the build.
#[derive(Debug, thiserror::Error)]
pub(super) enum SalienceError {
    #[error("the weights are damaged: {0}")]
    Weights(#[from] serde_json::Error),
    #[error(transparent)]
    Embedder(#[from] StaticEmbedderError),
}

impl Salience {
    pub(super) fn load() -> Result<Self, SalienceError> {
        Ok(Self { model: serde_json::from_str(MODEL)?, embedder: StaticEmbedder::new()? })
    }

    pub(super) fn keeps(&self, fact: &OpenFact) -> bool {
        self.model.probability(&fact.signs, &fact.vector(&self.embedder)) >= self.model.kept_min
    }
}

#[cfg(test)]
mod tests {
    use super::{OpenFact, SalienceModel};

    #[test]
    fn names_do_not_count() {
        let fact =
            OpenFact::new("Nora", "Nora bought a boat from Omar".to_owned(), "I bought a boat from Omar.", Vec::new());
        assert_eq!(fact.words, "someone bought a boat from");
    }

    #[test]
    fn signs_and_vector_add_up_to_the_odds() {
        let model = SalienceModel {
            intercept: -1.0,
            signs: [("number".to_owned(), 0.5)].into(),
            vector: vec![2.0, 0.0],
            ..SalienceModel::default()
        };
        let signs = ["number".to_owned(), "unheard of".to_owned()];
        assert!((model.probability(&signs, &[0.25, 9.0]) - 0.5).abs() < 1e-6);
        assert!(model.probability(&[], &[0.0, 0.0]) < model.probability(&signs, &[0.0, 0.0]));
    }
}
