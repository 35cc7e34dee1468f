//! A sentence encoder that embeds equal texts once: the conversations of a data set share many of their messages.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use erstwhile::ports::{EmbeddingModel, Embeddings, ModelUsage};
use erstwhile_models::sentence_encoder::SentenceEncoder;

/// A sentence encoder with the vectors that it has computed.
#[derive(Debug)]
pub(crate) struct MemoizedEncoder {
    encoder: SentenceEncoder,
    vectors: Mutex<HashMap<String, Vec<f32>>>,
}

impl MemoizedEncoder {
    /// Loads the model in a folder, whose path names its vector space.
    pub(crate) fn load(folder: &Path) -> anyhow::Result<Self> {
        let encoder = SentenceEncoder::load(folder, folder.display().to_string())?;
        Ok(Self { encoder, vectors: Mutex::default() })
    }

    /// Runs `with` on the known vectors.
    fn known<T>(&self, with: impl FnOnce(&mut HashMap<String, Vec<f32>>) -> T) -> T {
        with(&mut self.vectors.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl EmbeddingModel for MemoizedEncoder {
    fn name(&self) -> &str {
        self.encoder.name()
    }

    fn dimensions(&self) -> Option<usize> {
        self.encoder.dimensions()
    }

    fn texts_together(&self) -> usize {
        self.encoder.texts_together()
    }

    async fn embed(&self, texts: &[&str]) -> Embeddings {
        let mut unknown: HashSet<&str> = texts.iter().copied().collect();
        self.known(|known| unknown.retain(|text| !known.contains_key(*text)));
        let unknown: Vec<&str> = unknown.into_iter().collect();
        let mut usage = ModelUsage::default();
        if !unknown.is_empty() {
            let computed = self.encoder.embed(&unknown).await;
            usage = computed.usage;
            match computed.outcome {
                Ok(vectors) => self.known(|known| known.extend(unknown.into_iter().map(str::to_owned).zip(vectors))),
                Err(error) => return Embeddings { outcome: Err(error), usage },
            }
        }
        let vectors = self.known(|known| texts.iter().filter_map(|text| known.get(*text).cloned()).collect());
        Embeddings { outcome: Ok(vectors), usage }
    }
}
