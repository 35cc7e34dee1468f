//! Sentence encoders of the BERT family, such as all-MiniLM-L6-v2, computed on the processor.
//!
//! A model is a folder in the layout of the `sentence-transformers` library: `config.json`, `model.safetensors` and
//! `tokenizer.json`, and optionally `1_Pooling/config.json` and `sentence_bert_config.json`. The computation is that of
//! BERT, with the pooling of Reimers and Gurevych, *Sentence-BERT* (2019).

mod pooling;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use erstwhile::ports::{EmbeddingModel, Embeddings, ModelUsage};
use erstwhile::{Error, Result};
use ndarray::{Axis, Slice};

use crate::bert::{Config, Encoder, ModelFiles, Tokenizer, Tokens, WEIGHTS, Weights};
use pooling::Pooling;

/// The files beside those of every model that are read, if they are there.
pub const OPTIONAL_FILES: [&str; 2] = ["1_Pooling/config.json", "sentence_bert_config.json"];

/// Number of texts that are encoded in one call.
const TEXTS_TOGETHER: usize = 32;
/// Minimum of the maximum number of tokens of a text: one between the two that mark its start and end.
const TOKENS_MIN: usize = 3;
/// Number of tokens that are computed together, which bounds memory.
const TOKENS_TOGETHER: usize = 2_048;

/// A sentence encoder with its weights. Cloning it is cheap.
#[derive(Debug, Clone)]
pub struct SentenceEncoder {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    name: String,
    dimensions: usize,
    /// Maximum number of tokens of a text, with those that mark its start and end.
    tokens_max: usize,
    pooling: Pooling,
    tokenizer: Tokenizer,
    encoder: Encoder,
}

impl SentenceEncoder {
    /// Loads the model in a folder. `name` is that of its vector space.
    ///
    /// # Errors
    /// `Invalid` when a file is missing, cut off, or of another kind of model; the message says which.
    pub fn load(folder: &Path, name: impl Into<String>) -> Result<Self> {
        let files = ModelFiles::new(folder);
        let config = Config::read(&files)?;
        if config.classes.is_some() {
            let why = "it is a model that classifies texts, such as a cross-encoder, and no sentence encoder";
            return Err(files.refuse("config.json", format!("{why}: it can only be a reranking model")));
        }
        let pooling = Pooling::read(&files)?;
        let tokenizer = Tokenizer::read(&files, &config)?;
        let encoder = Encoder::read(&Weights::parse(&files.weights()?)?, &config)?;
        let tokens_max = tokens_max(&files)?.clamp(TOKENS_MIN, config.positions);
        let inner =
            Inner { name: name.into(), dimensions: config.hidden_size, tokens_max, pooling, tokenizer, encoder };
        let loaded = Self { inner: Arc::new(inner) };
        // Weights that are damaged, but of the right size, are usually no numbers.
        let tried = loaded.encode(&["memory"]);
        if tried.iter().flatten().any(|component| !component.is_finite()) {
            return Err(files.refuse(WEIGHTS, "its weights are damaged"));
        }
        Ok(loaded)
    }

    /// The vectors of texts: of length one, or zeros for a text without a token. A longer text than the model takes is cut.
    pub fn encode(&self, texts: &[&str]) -> Vec<Vec<f32>> {
        self.encode_counted(texts).0
    }

    /// The vectors, and the number of tokens.
    fn encode_counted(&self, texts: &[&str]) -> (Vec<Vec<f32>>, u64) {
        let Inner { tokenizer, encoder, .. } = &*self.inner;
        let tokens: Vec<Tokens> = texts.iter().map(|text| tokenizer.tokens(text, self.inner.tokens_max)).collect();
        let mut vectors = Vec::with_capacity(texts.len());
        let mut rest = tokens.as_slice();
        while !rest.is_empty() {
            let mut count = 0;
            let fits = |tokens: &&Tokens| {
                count += tokens.len();
                count <= TOKENS_TOGETHER
            };
            let (some, others) = rest.split_at(rest.iter().take_while(fits).count().max(1));
            let states = encoder.encode(some);
            let mut first = 0;
            for tokens in some {
                let rows = states.slice_axis(Axis(0), Slice::from(first..first + tokens.len()));
                first += tokens.len();
                let pooled = match self.inner.pooling {
                    Pooling::Mean => rows.mean_axis(Axis(0)),
                    Pooling::First => rows.outer_iter().next().map(|row| row.to_owned()),
                };
                vectors.push(normalised(pooled.map(|pooled| pooled.to_vec()).unwrap_or_default()));
            }
            rest = others;
        }
        (vectors, tokens.iter().map(|tokens| tokens.len() as u64).sum())
    }
}

/// The maximum number of tokens of a text that the model's files name, if they do.
fn tokens_max(files: &ModelFiles<'_>) -> Result<usize> {
    let limit = files.optional_json("sentence_bert_config.json")?;
    let limit = limit.and_then(|limit| limit["max_seq_length"].as_u64()).and_then(|max| usize::try_from(max).ok());
    Ok(limit.unwrap_or(usize::MAX))
}

fn normalised(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|component| component * component).sum::<f32>().sqrt();
    if length > 0.0 {
        for component in &mut vector {
            *component /= length;
        }
    }
    vector
}

#[async_trait]
impl EmbeddingModel for SentenceEncoder {
    fn name(&self) -> &str {
        &self.inner.name
    }

    fn dimensions(&self) -> Option<usize> {
        Some(self.inner.dimensions)
    }

    fn texts_together(&self) -> usize {
        TEXTS_TOGETHER
    }

    async fn embed(&self, texts: &[&str]) -> Embeddings {
        let (encoder, texts) = (self.clone(), texts.iter().map(|text| (*text).to_owned()).collect::<Vec<String>>());
        let encoded = tokio::task::spawn_blocking(move || {
            encoder.encode_counted(&texts.iter().map(String::as_str).collect::<Vec<_>>())
        });
        match encoded.await {
            Ok((vectors, tokens_in)) => {
                let usage = ModelUsage { calls: 1, tokens_in, ..ModelUsage::default() };
                Embeddings { outcome: Ok(vectors), usage }
            }
            Err(_) => {
                let outcome = Err(Error::internal("the sentence encoder stopped unexpectedly"));
                Embeddings { outcome, usage: ModelUsage::default() }
            }
        }
    }
}
