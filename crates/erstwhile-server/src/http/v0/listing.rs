//! Lists of this generation: ascending, with a number as cursor.

use erstwhile::engine::{Listing, SortBy};
use jiff::Timestamp;
use serde::Deserialize;

use crate::http::error::ApiError;

/// Rows when the caller does not say: all that a server gives at once.
const ALL: i64 = 1_000;
/// Numbers from here on are ids of rows, smaller ones are counts of rows to leave out.
const FIRST_ID: i64 = 1_000_000_000_000;

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct ListQuery {
    limit: Option<i64>,
    cursor: Option<i64>,
}

/// Where a list begins.
#[derive(Debug, PartialEq)]
pub(super) enum Start {
    /// After so many rows: what the generators of the SDKs count.
    Page(i64),
    /// After the row with this id, which is its time of creation.
    After(Timestamp),
}

impl ListQuery {
    /// Where the list begins, and how many rows it has.
    pub(super) fn start(&self) -> Result<(Start, i64), ApiError> {
        let (limit, cursor) = (self.limit.unwrap_or(0), self.cursor.unwrap_or(0));
        if limit < 0 || cursor < 0 {
            return Err(ApiError::bad_request("limit and cursor must not be negative"));
        }
        let limit = if limit == 0 { ALL } else { limit.min(ALL) };
        if cursor < FIRST_ID {
            return Ok((Start::Page(cursor), limit));
        }
        let after = Timestamp::from_microsecond(cursor);
        Ok((Start::After(after.map_err(|_| ApiError::bad_request("cursor is out of range"))?), limit))
    }
}

/// The whole page in which a row stands, and the place of the row on it.
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
        assert_eq!(start(None, None), Some((Start::Page(0), ALL)));
        assert_eq!(start(Some(10), Some(20)), Some((Start::Page(20), 10)));
        let at = Timestamp::from_microsecond(1_700_000_000_000_000).ok();
        assert_eq!(start(Some(10), Some(1_700_000_000_000_000)), at.map(|at| (Start::After(at), 10)));
        assert_eq!(start(Some(-1), None), None);
    }
}
