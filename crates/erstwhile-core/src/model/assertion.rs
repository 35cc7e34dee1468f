//! What one episode claims, immutable.

use std::ops::Range;

use jiff::Timestamp;

use super::{AssertionId, EntityId, EpisodeId};

/// How exact a point in time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Precision {
    /// To the second or better.
    Instant,
    /// Some time on that day.
    Day,
    /// Some time in that month.
    Month,
    /// Some time in that year.
    Year,
}

/// A point in time with its precision; `at` is the start of the day, month or year that is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TimePoint {
    /// The earliest moment that is meant.
    pub at: Timestamp,
    /// How exact `at` is.
    pub precision: Precision,
}

/// What a claim does to the fact that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ClaimKind {
    /// It holds.
    Asserts,
    /// It held and stops holding at the claim's start.
    Ends,
    /// It does not hold at the claim's start.
    Denies,
}

/// How facts with the same subject and predicate share time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Holding {
    /// One object at a time: lives in, works as, is married to. A later object closes the earlier.
    Exclusive,
    /// Many objects at a time: likes, owns. Objects never close each other.
    Shared,
    /// Something that happened: each day that it happened is a fact of its own.
    Event,
}

/// Byte range in the episode's text that says what is claimed.
pub type Span = Range<usize>;

/// One claim, made by one episode (or by the operator through the API), never changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Assertion {
    /// Identity, derived from the episode and the claim, so that re-ingestion gives the same id.
    pub id: AssertionId,
    /// The episode that says it; `None` when the operator does.
    pub episode: Option<EpisodeId>,
    /// The position of that episode in its graph ([`Episode::seq`](super::Episode::seq)), filled in by the store when
    /// it is read; `None` when there is no episode.
    pub sequence: Option<i64>,
    /// Whom it is about, as named in the text (before aliases are followed).
    pub subject: EntityId,
    /// The relation, `SCREAMING_SNAKE_CASE`.
    pub predicate: String,
    /// What it is related to; `None` only when a claim ends or denies whatever held.
    pub object: Option<EntityId>,
    /// The claim as a self-contained sentence.
    pub statement: String,
    /// Where the episode's text says it.
    pub span: Span,
    /// What it does to the fact.
    pub kind: ClaimKind,
    /// How facts of this predicate share time.
    pub holding: Holding,
    /// True from; `None` when the text does not say.
    pub valid_from: Option<TimePoint>,
    /// True until; `None` when the text does not say.
    pub valid_until: Option<TimePoint>,
    /// When the episode was said: the caller's `created_at`, else arrival.
    pub reference_time: Timestamp,
    /// When the system learned it.
    pub recorded_at: Timestamp,
    /// How sure the extractor is, 0 to 1.
    pub confidence: f64,
    /// Which extractor made it, with its version; `operator` for direct edits.
    pub extractor: String,
    /// Free-form attributes (operators may give them with a fact triple).
    pub attributes: super::Metadata,
}
