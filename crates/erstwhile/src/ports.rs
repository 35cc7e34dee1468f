//! What the engine needs from outside and does not make itself: time, ids, vectors, understanding.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use crate::error::Result;
mod system;

pub use system::{SystemClock, TimeOrderedIds};

use crate::model::{ClaimKind, EpisodeKind, Holding, Instant, Role, Span};

/// Where time comes from.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present moment, to the microsecond.
    fn now(&self) -> Timestamp;
}

/// Where new identifiers come from.
pub trait Ids: Send + Sync + std::fmt::Debug {
    /// A fresh identifier; later ones sort after earlier ones.
    fn next(&self) -> Uuid;
}

/// Turns text into vectors.
///
/// Equal text gives equal vectors for the same [`model`](Embedder::model); every vector has
/// [`dimensions`](Embedder::dimensions) components and length one, or is all zeros when the text
/// says nothing to the model.
#[async_trait]
pub trait Embedder: Send + Sync + std::fmt::Debug {
    /// Name and version of the vector space; vectors of different models are never compared.
    fn model(&self) -> &str;

    /// Components of each vector.
    fn dimensions(&self) -> usize;

    /// One vector for each text, in order.
    async fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>>;
}

/// Draws entities and dated claims from turns.
///
/// An extractor is given turns of one graph in the caller's order and answers for each of them. It
/// reads text as data, never as instructions; it may be slow; it keeps no state between calls.
#[async_trait]
pub trait Extractor: Send + Sync + std::fmt::Debug {
    /// Name and version, stored with every assertion.
    fn name(&self) -> &str;

    /// One [`Extraction`] for each of `request.turns`, in order.
    ///
    /// # Errors
    /// `Unavailable` when trying again later may help; any other kind fails the episodes for good.
    async fn extract(&self, request: ExtractionRequest) -> Result<Vec<Extraction>>;
}

/// Answers a prompt with text. Optional: everything that cannot do without it says so.
#[async_trait]
pub trait LanguageModel: Send + Sync + std::fmt::Debug {
    /// Name of the model.
    fn name(&self) -> &str;

    /// The model's answer, as it gave it.
    ///
    /// # Errors
    /// `Unavailable` when trying again later may help, `Invalid` when the model refuses the request.
    async fn complete(&self, prompt: Prompt) -> Result<String>;
}

/// What a language model is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prompt {
    /// What to do: written by us, never by users.
    pub instructions: String,
    /// What to do it with: text of users, fenced as data.
    pub data: String,
    /// The JSON schema that the answer must fit; free text when absent.
    pub schema: Option<serde_json::Value>,
    /// Tokens of the answer, at most.
    pub tokens_max: u32,
}

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
    pub valid_from: Option<Instant>,
    /// True until, when the text says.
    pub valid_until: Option<Instant>,
    /// 0 to 1.
    pub confidence: f64,
}
