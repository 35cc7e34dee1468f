//! Metadata filters of searches, and how much work they may be.

use std::time::Duration;

use serde_json::Value;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use erstwhile_core::budget::{Budget, REQUEST_STEPS_MAX};
use erstwhile_core::compat::metadata_filter::MetadataFilter;
use erstwhile_core::error::{Error, Result};

/// How long the filter of one search may take.
const TIME_MAX: Duration = Duration::from_secs(10);

/// Reads the filter of a search; an absent filter, null and `{}` match everything.
///
/// # Errors
/// `Invalid` when it is malformed.
pub fn document_filter(filter: Option<&Value>) -> Result<Option<MetadataFilter>> {
    match filter {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(fields)) if fields.is_empty() => Ok(None),
        Some(filter) => MetadataFilter::parse(filter).map(Some),
    }
}

/// Lets as many searches filter at the same time as there are processors; the others wait.
#[derive(Debug)]
pub(in crate::engine) struct FilterTurns(Semaphore);

impl FilterTurns {
    pub(in crate::engine) fn new() -> Self {
        Self(Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from)))
    }

    /// Waits for a turn of a search with a filter.
    pub(super) async fn next(&self, filter: Option<&MetadataFilter>) -> Result<Option<SemaphorePermit<'_>>> {
        match filter {
            None => Ok(None),
            Some(_) => {
                let turn = self.0.acquire().await;
                turn.map(Some).map_err(|_| Error::internal("searches with a filter have ended"))
            }
        }
    }
}

/// The budget of one search.
pub(super) fn budget() -> Budget {
    let deadline = Instant::now() + TIME_MAX;
    Budget::new(REQUEST_STEPS_MAX, move || Instant::now() >= deadline)
}
