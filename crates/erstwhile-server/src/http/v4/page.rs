//! Pages of lists, and the cursors between them.
//!
//! Lists of records are read from the store by number, so their cursor is the number of the next page. Lists of what a
//! graph contains are sorted here, so their cursor is the key of the last row, and rows that are added or removed
//! between two pages move no other row.

use erstwhile::engine::{Listing, SortBy};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::http::error::ApiError;

/// Default and maximum number of rows of a page (documented).
const SIZE: i64 = 50;
pub(super) const SIZE_MAX: i64 = 100;
/// Maximum number of results on a page of a search (documented).
pub(super) const RESULTS_MAX: i64 = 50;

/// A page of rows.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PageOf{T}")]
pub(super) struct Page<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
    /// Absent for searches, which do not find everything.
    total_size: Option<i64>,
}

/// Query parameters of a page.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct PageQuery {
    pub(super) page_size: Option<i64>,
    pub(super) cursor: Option<String>,
    pub(super) order_by: Option<String>,
    pub(super) order: Option<String>,
}

/// Query parameters of a page of a list that has one order only.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct CursorQuery {
    pub(super) page_size: Option<i64>,
    pub(super) cursor: Option<String>,
}

impl From<CursorQuery> for PageQuery {
    fn from(query: CursorQuery) -> Self {
        Self { page_size: query.page_size, cursor: query.cursor, ..Self::default() }
    }
}

pub(super) fn invalid_cursor() -> ApiError {
    let message = "cursor must be the next_cursor of a page with the same page_size and order";
    ApiError::bad_request(message).with_code("invalid_cursor").with_param("cursor")
}

impl PageQuery {
    /// The number of rows of the page.
    pub(super) fn size(&self, max: i64) -> Result<i64, ApiError> {
        let size = self.page_size.unwrap_or(SIZE.min(max));
        if (1..=max).contains(&size) {
            return Ok(size);
        }
        Err(ApiError::bad_request(format!("page_size must be from 1 to {max}")).with_param("page_size"))
    }

    fn given_cursor(&self) -> Option<&str> {
        self.cursor.as_deref().filter(|cursor| !cursor.is_empty())
    }

    /// Whether the order is ascending; descending by default.
    pub(super) fn is_ascending(&self) -> Result<bool, ApiError> {
        match self.order.as_deref() {
            None | Some("desc") => Ok(false),
            Some("asc") => Ok(true),
            Some(_) => Err(ApiError::bad_request("order must be one of asc, desc").with_param("order")),
        }
    }

    /// The value of `order_by`; `allowed` are its values, the default first.
    pub(super) fn order_of<T: Copy>(&self, allowed: &[(&str, T)]) -> Result<T, ApiError> {
        let found = match self.order_by.as_deref() {
            None => allowed.first(),
            Some(name) => allowed.iter().find(|(known, _)| *known == name),
        };
        found.map(|(_, order)| *order).ok_or_else(|| {
            let names: Vec<&str> = allowed.iter().map(|(name, _)| *name).collect();
            ApiError::bad_request(format!("order_by must be one of {}", names.join(", "))).with_param("order_by")
        })
    }

    /// Whether a list that is by uuid otherwise is to be ordered by time of creation.
    pub(super) fn is_by_creation(&self) -> Result<bool, ApiError> {
        self.order_of(&[("uuid", false), ("created_at", true)])
    }

    /// The page of a list that the store reads.
    pub(super) fn listing(&self, search: Option<String>, orders: &[(&str, SortBy)]) -> Result<Listing, ApiError> {
        let page_size = self.size(SIZE_MAX)?;
        Ok(Listing {
            page_number: self.number(page_size)?,
            page_size,
            search: search.unwrap_or_default(),
            sort_by: self.order_of(orders)?,
            ascending: self.is_ascending()?,
        })
    }

    /// The number of a page, from 1.
    pub(super) fn number(&self, size: i64) -> Result<i64, ApiError> {
        let Some(cursor) = self.given_cursor() else { return Ok(1) };
        let parts = cursor.split_once('-');
        let parsed: Option<(i64, i64)> =
            parts.and_then(|(number, size)| Some((number.parse().ok()?, size.parse().ok()?)));
        let number = parsed.filter(|(number, of)| *of == size && *number > 1).map(|(number, _)| number);
        number.ok_or_else(invalid_cursor)
    }

    /// A page of rows that are already sorted, of which all are given.
    pub(super) fn slice<T>(&self, rows: Vec<T>, max: i64) -> Result<Page<T>, ApiError> {
        let size = self.size(max)?;
        let number = self.number(size)?;
        let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let skipped = usize::try_from((number - 1).saturating_mul(size)).unwrap_or(usize::MAX);
        let items = rows.into_iter().skip(skipped).take(usize::try_from(size).unwrap_or(0)).collect();
        Ok(Page::numbered(items, number, size, total))
    }

    /// The key and uuid of the row after which the page begins.
    pub(super) fn after(&self) -> Result<Option<(i64, Uuid)>, ApiError> {
        let Some(cursor) = self.given_cursor() else { return Ok(None) };
        let parts = cursor.split_once('.');
        let parsed: Option<(i64, Uuid)> = parts.and_then(|(key, uuid)| Some((key.parse().ok()?, uuid.parse().ok()?)));
        parsed.map(Some).ok_or_else(invalid_cursor)
    }

    /// Sorts rows and returns those of the page.
    pub(super) fn keyed<T>(&self, mut rows: Vec<KeyedRow<T>>) -> Result<Page<T>, ApiError> {
        let (ascending, size) = (self.is_ascending()?, self.size(SIZE_MAX)?);
        let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let after = self.after()?;
        rows.sort_by(|left, right| {
            let order = left.position().cmp(&right.position());
            if ascending { order } else { order.reverse() }
        });
        let is_later = |row: &KeyedRow<T>| {
            after.is_none_or(|after| if ascending { row.position() > after } else { row.position() < after })
        };
        let mut rest = rows.into_iter().filter(is_later);
        let page: Vec<KeyedRow<T>> = rest.by_ref().take(usize::try_from(size).unwrap_or(0)).collect();
        let next = page.last().filter(|_| rest.next().is_some()).map(|row| format!("{}.{}", row.key, row.uuid));
        let items = page.into_iter().map(|row| row.item).collect();
        Ok(Page { items, next_cursor: next, total_size: Some(total) })
    }
}

/// A row with what it is sorted by: its key, then its uuid.
#[derive(Debug)]
pub(super) struct KeyedRow<T> {
    pub(super) key: i64,
    pub(super) uuid: Uuid,
    pub(super) item: T,
}

impl<T> KeyedRow<T> {
    fn position(&self) -> (i64, Uuid) {
        (self.key, self.uuid)
    }
}

impl<T> Page<T> {
    /// A page of a list that the store reads, of `total` rows.
    pub(super) fn of(items: Vec<T>, listing: &Listing, total: i64) -> Self {
        Self::numbered(items, listing.page_number, listing.page_size, total)
    }

    /// The page with converted rows.
    pub(super) fn map<W>(self, convert: impl FnMut(T) -> W) -> Page<W> {
        let items = self.items.into_iter().map(convert).collect();
        Page { items, next_cursor: self.next_cursor, total_size: self.total_size }
    }

    /// The rows, and the page without them.
    pub(super) fn take(self) -> (Vec<T>, Page<()>) {
        (self.items, Page { items: Vec::new(), next_cursor: self.next_cursor, total_size: self.total_size })
    }

    /// The page with these rows instead of its own.
    pub(super) fn with<W>(self, items: Vec<W>) -> Page<W> {
        Page { items, next_cursor: self.next_cursor, total_size: self.total_size }
    }

    /// The page with this number.
    pub(super) fn numbered(items: Vec<T>, number: i64, size: i64, total: i64) -> Self {
        let has_more = number.saturating_mul(size) < total && !items.is_empty();
        Self { items, next_cursor: has_more.then(|| format!("{}-{size}", number + 1)), total_size: Some(total) }
    }

    /// The page with this number of a list of which one more row than fits was read; the number of all rows is unknown.
    pub(super) fn unnumbered(mut items: Vec<T>, number: i64, size: i64) -> Self {
        let fits = usize::try_from(size).unwrap_or(0);
        let has_more = items.len() > fits;
        items.truncate(fits);
        Self { items, next_cursor: has_more.then(|| format!("{}-{size}", number + 1)), total_size: None }
    }

    /// The rows up to those after the cursor of the next page.
    pub(super) fn until(items: Vec<T>, next_cursor: Option<String>) -> Self {
        Self { items, next_cursor, total_size: None }
    }

    /// The same page without the number of all rows.
    pub(super) fn without_total(self) -> Self {
        Self { total_size: None, ..self }
    }
}
