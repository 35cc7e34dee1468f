//! Features of old generations of the API: fact ratings, document collections, search over threads, and analysis of
//! threads by a language model.

mod collections;
mod fact_ratings;
mod thread_analysis;
mod thread_instructions;
mod thread_search;

pub(super) use collections::LoadedCollections;
pub use collections::{DocumentSearch, FoundDocuments, NewCollection, NewDocument, document_filter};
pub use fact_ratings::{RatedFact, RatingScope};
pub use thread_analysis::{ClassifyRequest, ExtractRequest};
pub use thread_search::{FoundInThread, ThreadSearch};
