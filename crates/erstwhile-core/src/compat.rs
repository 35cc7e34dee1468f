//! What only old generations of the API ask for: ratings of facts, document collections, metadata filters.
//!
//! The rest of the crate does not depend on this module.

pub mod document_index;
pub mod fact_rating;
pub mod metadata_filter;
