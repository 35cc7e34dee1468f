//! Numbered pages of lists.

use crate::store::{ListOrder, ListPage};
use erstwhile_core::error::{Error, Result};

/// Maximum number of rows of a page.
const PAGE_MAX: i64 = 1_000;
/// Maximum number of characters of a searched text; databases refuse long patterns.
const SEARCH_CHARACTERS_MAX: usize = 2_000;

/// A page to list.
#[derive(Debug, Clone)]
pub struct Listing {
    /// Number of the page, from 1.
    pub page_number: i64,
    /// Maximum number of rows of a page.
    pub page_size: i64,
    /// Lists only rows whose id or names contain this text, of at most 2,000 characters; all rows when empty.
    pub search: String,
    /// The sort key.
    pub sort_by: SortBy,
    /// Whether the order is ascending.
    pub ascending: bool,
}

/// Sort keys of lists.
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

impl SortBy {
    /// Its name in the API.
    fn name(self) -> &'static str {
        match self {
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
            Self::Id => "id",
            Self::Email => "email",
            Self::Name => "name",
            Self::UserId => "user_id",
        }
    }
}

impl Listing {
    /// The page for the store.
    ///
    /// # Errors
    /// `Invalid` when the numbers are out of range, the searched text is too long, or the order is not one of `allowed`.
    pub(super) fn page(&self, allowed: &[SortBy]) -> Result<ListPage> {
        if self.page_number < 1 {
            return Err(Error::invalid("the page number must be at least 1"));
        }
        if !(1..=PAGE_MAX).contains(&self.page_size) {
            return Err(Error::invalid(format!("the page size must be from 1 to {PAGE_MAX}")));
        }
        if self.search.len() > SEARCH_CHARACTERS_MAX && self.search.chars().count() > SEARCH_CHARACTERS_MAX {
            return Err(Error::invalid(format!("search must have at most {SEARCH_CHARACTERS_MAX} characters")));
        }
        if !allowed.contains(&self.sort_by) {
            let names: Vec<&str> = allowed.iter().copied().map(SortBy::name).collect();
            return Err(Error::invalid(format!("this list can be sorted by {} only", names.join(", "))));
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
