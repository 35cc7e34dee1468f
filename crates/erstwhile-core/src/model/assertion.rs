//! Assertions: immutable claims of episodes.

use std::ops::Range;

use jiff::Timestamp;

use super::{AssertionId, EntityId, EpisodeId};
use crate::boxed::Keyed;

/// The precision of a point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Precision {
    /// A second or better.
    Instant,
    /// A day.
    Day,
    /// A month.
    Month,
    /// A year.
    Year,
}

/// A point in time with its precision; `at` is the start of the day, month or year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TimePoint {
    /// The earliest possible moment.
    pub at: Timestamp,
    /// The precision of `at`.
    pub precision: Precision,
}

/// The effect of a claim on its fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ClaimKind {
    /// The fact holds.
    Asserts,
    /// The fact held and stops holding at the claim's start.
    Ends,
    /// The fact does not hold at the claim's start.
    Denies,
    /// No fact: a sentence that can be understood alone, for search.
    States,
}

/// The type of objects that are values: ages, amounts, dates, statuses. A value is no entity: it is in no list, search or
/// neighbourhood, and is never joined with anything.
pub const VALUE_TYPE: &str = "Value";

/// The predicate of statements, which support no fact.
pub const STATEMENT: &str = "STATEMENT";

/// How facts with the same subject and predicate may overlap in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Holding {
    /// One object at a time: lives in, works as, is married to. A later object closes the earlier one.
    Exclusive,
    /// Any number of objects at a time: likes, owns. Objects do not close each other.
    Shared,
    /// An event: each day on which it happened is a separate fact.
    Event,
}

/// Byte range of the claim in the episode's text.
pub type Span = Range<usize>;

/// One immutable claim, made by one episode or by the operator through the API.
#[derive(Debug, Clone, PartialEq)]
pub struct Assertion {
    /// Identity, derived from the episode and the claim, so that ingesting again gives the same id.
    pub id: AssertionId,
    /// The episode; `None` for the operator's claims.
    pub episode: Option<EpisodeId>,
    /// The position of that episode in its graph ([`Episode::seq`](super::Episode::seq)), set by the store on reading;
    /// `None` without an episode.
    pub sequence: Option<i64>,
    /// The name id of the subject, before names are resolved to entities.
    pub subject: EntityId,
    /// The relation, `SCREAMING_SNAKE_CASE`.
    pub predicate: String,
    /// The name id of the object; `None` only if the claim ends or denies all facts of the predicate.
    pub object: Option<EntityId>,
    /// The claim as a self-contained sentence.
    pub statement: String,
    /// Its position in the episode's text.
    pub span: Span,
    /// Its effect on the fact.
    pub kind: ClaimKind,
    /// How facts of this predicate may overlap in time.
    pub holding: Holding,
    /// Start of validity, if stated.
    pub valid_from: Option<TimePoint>,
    /// End of validity, if stated.
    pub valid_until: Option<TimePoint>,
    /// The episode's `created_at` from the caller, or else its arrival.
    pub reference_time: Timestamp,
    /// When the system recorded it.
    pub recorded_at: Timestamp,
    /// The extractor's confidence, 0 to 1.
    pub confidence: f64,
    /// Name and version of the extractor; `operator` for direct edits.
    pub extractor: String,
    /// Attributes (operators may set them with a fact triple).
    pub attributes: super::Metadata,
}

/// The highest confidence in what somebody else says about the user who owns the graph.
pub const HEARSAY_CONFIDENCE: f64 = 0.5;

impl Keyed for Assertion {
    type Key = AssertionId;

    fn key(&self) -> &AssertionId {
        &self.id
    }
}

impl Assertion {
    /// Whether it is believed only as long as nothing surer says otherwise, like what others say about the user.
    pub fn is_hearsay(&self) -> bool {
        self.confidence <= HEARSAY_CONFIDENCE
    }
}
