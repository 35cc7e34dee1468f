//! An extractor that leaves out statements: most texts of a graph are statements, which take hours to embed and have no part
//! in how turns are ranked.

use async_trait::async_trait;
use erstwhile::Result;
use erstwhile::ports::{Extraction, ExtractionRequest, Extractor};
use erstwhile_models::offline::OfflineExtractor;

/// The offline extractor without its statements.
#[derive(Debug)]
pub(crate) struct FactsOnly(OfflineExtractor);

impl FactsOnly {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self(OfflineExtractor::new()?))
    }
}

#[async_trait]
impl Extractor for FactsOnly {
    fn name(&self) -> &str {
        self.0.name()
    }

    async fn extract(&self, request: ExtractionRequest) -> Result<Vec<Extraction>> {
        let mut extractions = self.0.extract(request).await?;
        for extraction in &mut extractions {
            extraction.statements.clear();
        }
        Ok(extractions)
    }
}
