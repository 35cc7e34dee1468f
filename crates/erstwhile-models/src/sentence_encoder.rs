//! Sentence encoders of the BERT family, such as all-MiniLM-L6-v2, computed on the processor.
//!
//! A model is a folder in the layout of the `sentence-transformers` library: `config.json`, `model.safetensors` and
//! `tokenizer.json`, and optionally `1_Pooling/config.json` and `sentence_bert_config.json`. The computation is that of
//! Devlin et al., *BERT* (2019), with the pooling of Reimers and Gurevych, *Sentence-BERT* (2019).

mod config;
mod layers;
#[cfg(test)]
mod tests;
mod tokens;
mod weights;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use erstwhile::ports::{EmbeddingModel, Embeddings, ModelUsage};
use erstwhile::{Error, Result};
use ndarray::{Axis, Slice};

use config::{Config, Pooling};
use layers::Encoder;
use tokens::Tokenizer;

/// The files of a model that are read; those of the second list may be absent.
pub const REQUIRED_FILES: [&str; 3] = ["config.json", "model.safetensors", "tokenizer.json"];
/// See [`REQUIRED_FILES`].
pub const OPTIONAL_FILES: [&str; 2] = ["1_Pooling/config.json", "sentence_bert_config.json"];

/// Number of texts that are encoded in one call.
const TEXTS_TOGETHER: usize = 32;
/// Number of tokens that are computed together, which bounds memory.
const TOKENS_TOGETHER: usize = 2_048;
/// Maximum number of bytes of a file of a model.
const BYTES_MAX: u64 = 2 << 30;

/// A sentence encoder with its weights. Cloning it is cheap.
#[derive(Debug, Clone)]
pub struct SentenceEncoder {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    name: String,
    config: Config,
    tokenizer: Tokenizer,
    encoder: Encoder,
}

impl SentenceEncoder {
    /// Loads the model in a folder. `name` is that of its vector space.
    ///
    /// # Errors
    /// `Invalid` when a file is missing, cut off, or of another kind of model; the message says which.
    pub fn load(folder: &Path, name: impl Into<String>) -> Result<Self> {
        let files = ModelFiles { folder };
        let config = Config::read(&files)?;
        let tokenizer = Tokenizer::read(&files, &config)?;
        let encoder = Encoder::read(&files.bytes("model.safetensors")?, &config)?;
        let loaded = Self { inner: Arc::new(Inner { name: name.into(), config, tokenizer, encoder }) };
        // Weights that are damaged, but of the right size, are usually no numbers.
        let tried = loaded.encode(&["memory"]);
        if tried.iter().flatten().any(|component| !component.is_finite()) {
            return Err(files.refuse("model.safetensors", "its weights are damaged"));
        }
        Ok(loaded)
    }

    /// The vectors of texts: of length one, or zeros for a text without a token. A longer text than the model takes is cut.
    pub fn encode(&self, texts: &[&str]) -> Vec<Vec<f32>> {
        self.encode_counted(texts).0
    }

    /// The vectors, and the number of tokens.
    fn encode_counted(&self, texts: &[&str]) -> (Vec<Vec<f32>>, u64) {
        let Inner { config, tokenizer, encoder, .. } = &*self.inner;
        let ids: Vec<Vec<u32>> = texts.iter().map(|text| tokenizer.ids(text)).collect();
        let mut vectors = Vec::with_capacity(texts.len());
        let mut rest = ids.as_slice();
        while !rest.is_empty() {
            let mut tokens = 0;
            let fits = |ids: &&Vec<u32>| {
                tokens += ids.len();
                tokens <= TOKENS_TOGETHER
            };
            let (some, others) = rest.split_at(rest.iter().take_while(fits).count().max(1));
            let states = encoder.encode(some);
            let mut first = 0;
            for ids in some {
                let rows = states.slice_axis(Axis(0), Slice::from(first..first + ids.len()));
                first += ids.len();
                let pooled = match config.pooling {
                    Pooling::Mean => rows.mean_axis(Axis(0)),
                    Pooling::First => rows.outer_iter().next().map(|row| row.to_owned()),
                };
                vectors.push(normalised(pooled.map(|pooled| pooled.to_vec()).unwrap_or_default()));
            }
            rest = others;
        }
        (vectors, ids.iter().map(|ids| ids.len() as u64).sum())
    }
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
        Some(self.inner.config.hidden_size)
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

/// The files of a model.
#[derive(Debug, Clone, Copy)]
struct ModelFiles<'a> {
    folder: &'a Path,
}

impl ModelFiles<'_> {
    fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    fn bytes(&self, file: &str) -> Result<Vec<u8>> {
        let path = self.path(file);
        let size = std::fs::metadata(&path).map_err(|error| self.refuse(file, error))?.len();
        if size > BYTES_MAX {
            return Err(self.refuse(file, "it is larger than 2 GiB"));
        }
        std::fs::read(&path).map_err(|error| self.refuse(file, error))
    }

    /// A JSON document.
    fn json(&self, file: &str) -> Result<serde_json::Value> {
        serde_json::from_slice(&self.bytes(file)?).map_err(|error| self.refuse(file, error))
    }

    /// A JSON document that may be absent.
    fn optional_json(&self, file: &str) -> Result<Option<serde_json::Value>> {
        if self.path(file).exists() { self.json(file).map(Some) } else { Ok(None) }
    }

    /// Why a file cannot be used.
    fn refuse(&self, file: &str, why: impl std::fmt::Display) -> Error {
        Error::invalid(format!("the model in `{}` cannot be used: {file}: {why}", self.folder.display()))
    }
}
