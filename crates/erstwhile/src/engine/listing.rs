//! Numbered pages of listings.

use crate::store::{ListOrder, ListPage};
use erstwhile_core::error::{Error, Result};

/// Rows on a page, at most.
const PAGE_MAX: i64 = 1_000;

/// A page to list.
#[derive(Debug, Clone)]
pub struct Listing {
    /// From 1.
    pub page_number: i64,
    /// Rows on it.
    pub page_size: i64,
    /// Only what contains this in its id or names; empty for everything.
    pub search: String,
    /// Sorted by.
    pub sort_by: SortBy,
    /// From the smallest to the largest.
    pub ascending: bool,
}

/// What listings are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortBy {
    /// Time of creation.
    CreatedAt,
    /// Time of the last change of the row itself.
    UpdatedAt,
    /// The application's own id.
    Id,
    /// A user's e-mail address.
    Email,
    /// A graph's name.
    Name,
    /// A thread's user.
    UserId,
}

impl Listing {
    /// The page for the store.
    ///
    /// # Errors
    /// `Invalid` when the numbers are out of range or the order is not one of `allowed`.
    pub(super) fn page(&self, allowed: &[SortBy]) -> Result<ListPage> {
        if self.page_number < 1 {
            return Err(Error::invalid("the page number must be at least 1"));
        }
        if !(1..=PAGE_MAX).contains(&self.page_size) {
            return Err(Error::invalid(format!("the page size must be from 1 to {PAGE_MAX}")));
        }
        if !allowed.contains(&self.sort_by) {
            return Err(Error::invalid("this listing cannot be sorted so"));
        }
        let order = match self.sort_by {
            SortBy::CreatedAt => ListOrder::Created,
            SortBy::UpdatedAt => ListOrder::Updated,
            SortBy::Id => ListOrder::Id,
            SortBy::Email | SortBy::Name | SortBy::UserId => ListOrder::Other,
        };
        let offset = (self.page_number - 1).saturating_mul(self.page_size);
        Ok(ListPage { order, ascending: self.ascending, offset, limit: self.page_size })
    }
}
