//! The components of an engine, and its settings.

use std::sync::Arc;

use erstwhile_core::context::ContextBudget;
use erstwhile_core::search::{EXACT_MAX, Fusion, Statements};

use crate::ports::{Clock, Embedder, Extractor, Ids, LanguageModel};
use crate::store::Store;

/// Settings of the engine.
#[derive(Debug, Clone)]
pub struct EngineSettings {
    /// Approximate memory for indexes, in bytes.
    pub index_bytes_max: u64,
    /// Vectors are compared exactly while a graph has at most this many indexed items of one kind.
    pub exact_max: usize,
    /// The size of a context block.
    pub context: ContextBudget,
    /// The default fusion of search.
    pub fusion: Fusion,
    /// Whether searches for facts return statements, unless a request says.
    pub statements: Statements,
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self {
            index_bytes_max: 1 << 30,
            exact_max: EXACT_MAX,
            context: ContextBudget::default(),
            fusion: Fusion::default(),
            statements: Statements::default(),
        }
    }
}

/// The components of an engine.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) embedder: Arc<dyn Embedder>,
    pub(crate) extractor: Arc<dyn Extractor>,
    pub(crate) language_model: Option<Arc<dyn LanguageModel>>,
    pub(crate) settings: EngineSettings,
}
