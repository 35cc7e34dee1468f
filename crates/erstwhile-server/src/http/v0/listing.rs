//! Pagination of this generation: ascending, with a number as cursor.

use erstwhile::engine::{Listing, SortBy};
use jiff::Timestamp;
use serde::Deserialize;

use crate::http::error::ApiError;

/// Default and maximum number of rows.
const LIMIT_MAX: i64 = 1_000;
/// Cursors from this value on are ids of rows; smaller ones are numbers of rows to skip.
const FIRST_ID: i64 = 1_000_000_000_000;

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct ListQuery {
    limit: Option<i64>,
    cursor: Option<i64>,
}

/// Where a page starts.
#[derive(Debug, PartialEq)]
pub(super) enum Start {
    /// After this many rows, as the generators of the SDKs count.
    Skip(i64),
    /// After the row created at this time, which is its id.
    After(Timestamp),
}

impl ListQuery {
    /// Where the page starts, and its number of rows.
    pub(super) fn start(&self) -> Result<(Start, i64), ApiError> {
        let (limit, cursor) = (self.limit.unwrap_or(0), self.cursor.unwrap_or(0));
        if limit < 0 || cursor < 0 {
            return Err(ApiError::bad_request("limit and cursor must not be negative"));
        }
        let limit = if limit == 0 { LIMIT_MAX } else { limit.min(LIMIT_MAX) };
        if cursor < FIRST_ID {
            return Ok((Start::Skip(cursor), limit));
        }
        let after = Timestamp::from_microsecond(cursor);
        Ok((Start::After(after.map_err(|_| ApiError::bad_request("cursor is out of range"))?), limit))
    }
}

/// The page of size `limit` that contains the row after `skipped` rows.
pub(super) fn page(skipped: i64, limit: i64) -> Listing {
    Listing {
        page_number: skipped / limit + 1,
        page_size: limit,
        search: String::new(),
        sort_by: SortBy::CreatedAt,
        ascending: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(limit: Option<i64>, cursor: Option<i64>) -> Option<(Start, i64)> {
        ListQuery { limit, cursor }.start().ok()
    }

    #[test]
    fn a_small_cursor_counts_rows_and_a_large_one_is_an_id() {
        assert_eq!(start(None, None), Some((Start::Skip(0), LIMIT_MAX)));
        assert_eq!(start(Some(10), Some(20)), Some((Start::Skip(20), 10)));
        let at = Timestamp::from_microsecond(1_700_000_000_000_000).ok();
        assert_eq!(start(Some(10), Some(1_700_000_000_000_000)), at.map(|at| (Start::After(at), 10)));
        assert_eq!(start(Some(-1), None), None);
    }
}
