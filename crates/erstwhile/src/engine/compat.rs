//! Features of old generations of the API: fact ratings, document collections, search over threads, and analysis of
//! threads by a language model.

mod collections;
mod fact_ratings;
mod filter_work;
mod thread_analysis;
mod thread_instructions;
mod thread_search;

pub(super) use collections::LoadedCollections;
pub use collections::{DocumentSearch, FoundDocuments, NewCollection, NewDocument};
pub use fact_ratings::{RatedFact, RatingScope};
pub(super) use filter_work::FilterTurns;
pub use filter_work::document_filter;
pub use thread_analysis::{ClassifyRequest, ExtractRequest};
pub use thread_search::{FoundInThread, ThreadSearch};
