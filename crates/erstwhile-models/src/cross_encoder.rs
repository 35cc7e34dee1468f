//! Cross-encoders of the BERT family, such as ms-marco-MiniLM-L-6-v2, computed on the processor: they read a query and a
//! text together and say how well the text answers it.
//!
//! A model is a folder in the layout of the `transformers` library with the architecture `BertForSequenceClassification`
//! and one class. The method is that of Nogueira and Cho, *Passage Re-ranking with BERT* (2019).

mod head;
mod reranker;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use erstwhile::Result;

use crate::bert::{Config, Encoder, ModelFiles, Tokenizer, Tokens, WEIGHTS, Weights};
use head::Head;

pub use reranker::{LocalReranker, LocalRerankerSettings};

/// Number of tokens that are computed together: few, so that a call can end in time.
const TOKENS_TOGETHER: usize = 256;

/// A cross-encoder with its weights. Cloning it is cheap.
#[derive(Debug, Clone)]
pub struct CrossEncoder {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    name: String,
    /// Maximum number of tokens of a query and a text, with those that mark their starts and ends.
    tokens_max: usize,
    tokenizer: Tokenizer,
    encoder: Encoder,
    head: Head,
}

impl CrossEncoder {
    /// Loads the model in a folder.
    ///
    /// # Errors
    /// `Invalid` when a file is missing, cut off, or of another kind of model; the message says which.
    pub fn load(folder: &Path, name: impl Into<String>) -> Result<Self> {
        let files = ModelFiles::new(folder);
        let config = Config::read(&files)?;
        check(&config).map_err(|why| files.refuse("config.json", why))?;
        let tokenizer = Tokenizer::read(&files, &config)?;
        let bytes = files.weights()?;
        let weights = Weights::parse(&bytes)?;
        let encoder = Encoder::read(&weights, &config)?;
        let head = Head::read(weights, &config)?;
        let inner = Inner { name: name.into(), tokens_max: config.positions, tokenizer, encoder, head };
        let loaded = Self { inner: Arc::new(inner) };
        // Weights that are damaged, but of the right size, are usually no numbers.
        if !loaded.logits("memory", &["memory"]).iter().all(|logit| logit.is_finite()) {
            return Err(files.refuse(WEIGHTS, "its weights are damaged"));
        }
        Ok(loaded)
    }

    /// The logarithm of the odds, for each text, that it answers the query. Of a query and a text that are longer together
    /// than the model takes, the longer one is cut.
    pub fn logits(&self, query: &str, texts: &[&str]) -> Vec<f32> {
        batches(&self.pairs(query, texts)).flat_map(|pairs| self.logits_of(pairs)).collect()
    }

    /// The tokens of the query with each text.
    fn pairs(&self, query: &str, texts: &[&str]) -> Vec<Tokens> {
        let Inner { tokenizer, tokens_max, .. } = &*self.inner;
        let query = tokenizer.pieces(query);
        texts.iter().map(|text| tokenizer.pair(&query, &tokenizer.pieces(text), *tokens_max)).collect()
    }

    /// The logits of pairs that are computed together.
    fn logits_of(&self, pairs: &[Tokens]) -> Vec<f32> {
        self.inner.head.logits(&self.inner.encoder.encode(pairs), pairs)
    }
}

/// Says why a model of this shape is no cross-encoder.
fn check(config: &Config) -> Result<(), String> {
    match config.classes {
        Some(1) => {}
        Some(classes) => return Err(format!("it has {classes} classes; a cross-encoder that scores texts has one")),
        None => {
            let why = "it is a sentence encoder, and no cross-encoder (`BertForSequenceClassification`)";
            return Err(format!("{why}: it can only be an embedding model"));
        }
    }
    if config.token_types < 2 {
        return Err("it has one type of tokens, so it cannot tell a query from a text".to_owned());
    }
    Ok(())
}

/// The pairs in groups that are computed together.
fn batches(mut pairs: &[Tokens]) -> impl Iterator<Item = &[Tokens]> {
    std::iter::from_fn(move || {
        let mut count = 0;
        let fits = |tokens: &&Tokens| {
            count += tokens.len();
            count <= TOKENS_TOGETHER
        };
        let some = pairs.iter().take_while(fits).count().max(1);
        let (some, rest) = pairs.split_at_checked(some)?;
        pairs = rest;
        Some(some)
    })
}
