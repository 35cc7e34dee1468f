//! Ports that do nothing: the defaults of an engine without models.

use async_trait::async_trait;
use erstwhile_core::error::Result;
use erstwhile_core::extraction::{Extraction, ExtractionRequest};

use super::{Embedder, Extractor};

/// Returns empty vectors, so that search uses keywords only.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoEmbedder;

#[async_trait]
impl Embedder for NoEmbedder {
    fn model(&self) -> &'static str {
        "none"
    }

    fn dimensions(&self) -> usize {
        0
    }

    async fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
        Ok(vec![Vec::new(); texts.len()])
    }
}

/// Extracts nothing; episodes can still be searched.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoExtractor;

#[async_trait]
impl Extractor for NoExtractor {
    fn name(&self) -> &'static str {
        "none"
    }

    async fn extract(&self, request: ExtractionRequest) -> Result<Vec<Extraction>> {
        Ok(vec![Extraction::default(); request.turns.len()])
    }
}
