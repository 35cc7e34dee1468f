//! Pagination: numbered pages for listings, keyed pages for graph objects.

use axum::Json;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use erstwhile::engine::{Listing, SortBy};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::filters::WireFilters;
use crate::http::body::uuid;
use crate::http::error::ApiError;

/// Default number of rows on a numbered page.
const PAGE_SIZE: i64 = 50;
/// Default number of rows on a keyed page.
const KEYED_PAGE_SIZE: usize = 100;
/// Maximum number of rows on a keyed page.
const KEYED_PAGE_MAX: usize = 1_000;
/// The response header that carries the next page's cursor.
const NEXT_CURSOR: HeaderName = HeaderName::from_static("zep-next-cursor");

/// Query parameters of a numbered page.
#[derive(Debug)]
pub(super) struct PageQuery {
    pub(super) number: Option<i64>,
    pub(super) size: Option<i64>,
    pub(super) search: Option<String>,
    pub(super) asc: Option<bool>,
}

impl PageQuery {
    /// Validates the parameters; `orders` are the allowed values of `order_by`, the default first.
    pub(super) fn listing(self, order_by: Option<&str>, orders: &[(&str, SortBy)]) -> Result<Listing, ApiError> {
        let sort_by = match order_by {
            None => orders.first().map(|(_, sort_by)| *sort_by),
            Some(name) => orders.iter().find(|(known, _)| *known == name).map(|(_, sort_by)| *sort_by),
        };
        let names: Vec<&str> = orders.iter().map(|(name, _)| *name).collect();
        let sort_by =
            sort_by.ok_or_else(|| ApiError::bad_request(format!("order_by must be one of {}", names.join(", "))))?;
        Ok(Listing {
            page_number: self.number.unwrap_or(1),
            page_size: self.size.unwrap_or(PAGE_SIZE),
            search: self.search.unwrap_or_default(),
            sort_by,
            // Newest first by default.
            ascending: self.asc.unwrap_or(false),
        })
    }
}

/// Body parameters of a keyed page.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct KeyedPage {
    pub(super) cursor: Option<String>,
    pub(super) direction: Option<String>,
    pub(super) filters: Option<WireFilters>,
    pub(super) limit: Option<i64>,
    pub(super) order_by: Option<String>,
    pub(super) uuid_cursor: Option<String>,
}

/// Sort order of keyed pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyedOrder {
    Uuid,
    CreatedAt,
    ValidAt,
    Degree,
}

impl KeyedOrder {
    fn as_str(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::CreatedAt => "created_at",
            Self::ValidAt => "valid_at",
            Self::Degree => "degree",
        }
    }
}

/// Rows, with the cursor of the next page in a header.
pub(super) type KeyedRows<W> = (HeaderMap, Json<Vec<W>>);

impl KeyedPage {
    /// Validates `order_by`; `allowed` are the orders of this kind of object.
    pub(super) fn order(&self, allowed: &[KeyedOrder]) -> Result<KeyedOrder, ApiError> {
        let name = self.order_by.as_deref().unwrap_or("uuid");
        allowed.iter().find(|order| order.as_str() == name).copied().ok_or_else(|| {
            let names: Vec<&str> = allowed.iter().map(|order| order.as_str()).collect();
            ApiError::bad_request(format!("order_by must be one of {}", names.join(", ")))
        })
    }

    /// Sorts rows of (key, uuid, row) and returns the page, with the next page's cursor in a header.
    pub(super) fn respond<W: Serialize>(&self, mut rows: Vec<(i64, Uuid, W)>) -> Result<KeyedRows<W>, ApiError> {
        let ascending = match self.direction.as_deref() {
            None | Some("desc") => false,
            Some("asc") => true,
            Some(_) => return Err(ApiError::bad_request("direction must be one of asc, desc")),
        };
        let limit = match self.limit {
            None | Some(0) => KEYED_PAGE_SIZE,
            Some(limit) if limit < 0 => return Err(ApiError::bad_request("limit must not be negative")),
            Some(limit) => usize::try_from(limit).unwrap_or(KEYED_PAGE_MAX).min(KEYED_PAGE_MAX),
        };
        let after = self.after(&rows)?;
        rows.sort_by(|left, right| {
            let order = (left.0, left.1).cmp(&(right.0, right.1));
            if ascending { order } else { order.reverse() }
        });
        let is_later = |row: &(i64, Uuid, W)| {
            after.is_none_or(|after| if ascending { (row.0, row.1) > after } else { (row.0, row.1) < after })
        };
        let mut rest = rows.into_iter().filter(is_later);
        let page: Vec<(i64, Uuid, W)> = rest.by_ref().take(limit).collect();
        let next = page.last().filter(|_| rest.next().is_some()).map(|(key, uuid, _)| format!("{key}.{uuid}"));
        let rows: Vec<W> = page.into_iter().map(|(_, _, row)| row).collect();
        let next = next.and_then(|next| HeaderValue::from_str(&next).ok());
        let headers = next.into_iter().map(|next| (NEXT_CURSOR, next)).collect();
        Ok((headers, Json(rows)))
    }

    /// Returns the key and uuid of the row before the page.
    fn after<W>(&self, rows: &[(i64, Uuid, W)]) -> Result<Option<(i64, Uuid)>, ApiError> {
        if let Some(cursor) = self.cursor.as_deref().filter(|cursor| !cursor.is_empty()) {
            let parsed = cursor.split_once('.').and_then(|(key, id)| Some((key.parse().ok()?, id.parse().ok()?)));
            return parsed
                .map(Some)
                .ok_or_else(|| ApiError::bad_request("cursor must be a value of the Zep-Next-Cursor response header"));
        }
        let Some(cursor) = self.uuid_cursor.as_deref().filter(|cursor| !cursor.is_empty()) else { return Ok(None) };
        let cursor = uuid("uuid_cursor", cursor)?;
        let key = rows.iter().find(|(_, id, _)| *id == cursor).map_or(0, |(key, _, _)| *key);
        Ok(Some((key, cursor)))
    }
}
