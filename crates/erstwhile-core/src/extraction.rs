//! What an extractor is given and what it answers: plain data.

use jiff::Timestamp;

use crate::model::{ClaimKind, EpisodeKind, Holding, Role, Span, TimePoint};

/// What an extractor is given.
#[derive(Debug, Clone, Default)]
pub struct ExtractionRequest {
    /// The name of the user who owns the graph; first person in a user's turn stands for it.
    /// `None` for standalone graphs.
    pub owner: Option<String>,
    /// Turns just before the first of `turns`, oldest first: for reading pronouns, not extracted.
    pub context: Vec<Turn>,
    /// The turns to extract, oldest first.
    pub turns: Vec<Turn>,
    /// Entities of the graph that may be meant, most recent first (at most a few hundred).
    pub known: Vec<KnownEntity>,
    /// IANA time zone in which relative dates are read; UTC when absent.
    pub time_zone: Option<String>,
}

/// One turn or document to read.
#[derive(Debug, Clone)]
pub struct Turn {
    /// What kind of data `text` is.
    pub kind: EpisodeKind,
    /// Who speaks, for messages.
    pub role: Option<Role>,
    /// The speaker's name, when the message has one.
    pub speaker: Option<String>,
    /// The text or JSON document.
    pub text: String,
    /// When it was said.
    pub reference_time: Timestamp,
    /// Distinguishes conversations: turns of different threads do not answer each other.
    pub thread: Option<String>,
}

/// An entity that the graph has already.
#[derive(Debug, Clone)]
pub struct KnownEntity {
    /// Its name.
    pub name: String,
    /// What kind of thing it is, when known.
    pub entity_type: Option<String>,
}

/// What an extractor read in one turn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Extraction {
    /// Names that stand in the text.
    pub mentions: Vec<ExtractedMention>,
    /// Claims that the text makes.
    pub claims: Vec<Claim>,
    /// Pairs of names that the text says mean the same.
    pub aliases: Vec<ExtractedAlias>,
}

/// A name that stands in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct ExtractedMention {
    /// The name, cleaned of determiners and possessives.
    pub name: String,
    /// `Person`, `Location`, `Organization`, `Event`, `Object`, `Topic`, …; `None` when in doubt.
    pub entity_type: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// Two names for one entity, as in "Robert Smith, everyone calls him Bob".
#[derive(Debug, Clone, PartialEq)]
pub struct ExtractedAlias {
    /// The fuller name.
    pub name: String,
    /// The other name.
    pub alias: String,
    /// What kind of thing it is, when known.
    pub entity_type: Option<String>,
    /// Where the text says so.
    pub span: Span,
}

/// A claim as read, before identities are resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// Name of the entity it is about: the owner's name for first person in a user's turn.
    pub subject: String,
    /// Type of the subject, when known.
    pub subject_type: Option<String>,
    /// The relation, `SCREAMING_SNAKE_CASE`.
    pub predicate: String,
    /// Name of the entity that the subject is related to; `None` only for ends and denials of
    /// whatever held.
    pub object: Option<String>,
    /// Type of the object, when known.
    pub object_type: Option<String>,
    /// The claim as a self-contained sentence: no pronoun of the first person, no relative date.
    pub statement: String,
    /// Where the text says it (byte range, on character boundaries).
    pub span: Span,
    /// What it does to the fact.
    pub kind: ClaimKind,
    /// How facts of this predicate share time.
    pub holding: Holding,
    /// True from, when the text says.
    pub valid_from: Option<TimePoint>,
    /// True until, when the text says.
    pub valid_until: Option<TimePoint>,
    /// 0 to 1.
    pub confidence: f64,
}
