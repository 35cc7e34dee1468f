//! Features used only by old generations of the API: fact ratings, document collections, metadata filters.
//!
//! The rest of the crate does not depend on this module.

pub mod document_index;
pub mod fact_rating;
pub mod metadata_filter;
