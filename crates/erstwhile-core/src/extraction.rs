//! Input and output of extractors, as plain data.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use crate::model::{ClaimKind, EpisodeKind, Holding, Metadata, ModelUsage, Role, Span, TimePoint};
use crate::ontology::Ontology;

mod trace;

pub use trace::{DroppedWords, Stage, TRACE_ENTRIES_MAX, Trace};

/// The input of an extractor.
#[derive(Debug, Clone, Default)]
pub struct ExtractionRequest {
    /// The name of the user who owns the graph, to whom the first person in a user's message refers.
    /// `None` for standalone graphs.
    pub owner: Option<String>,
    /// The turns just before `turns`, oldest first, for resolving pronouns; nothing is extracted from them.
    pub context: Vec<Turn>,
    /// The turns to extract, oldest first.
    pub turns: Vec<Turn>,
    /// Entities of the graph to which the text may refer, most recent first (at most a few hundred).
    pub known: Vec<KnownEntity>,
    /// Current facts of the graph to which the text may refer, the most relevant first.
    pub facts: Vec<KnownFact>,
    /// The declared types that apply to the graph; empty when none are declared.
    pub ontology: Arc<Ontology>,
    /// The operator's own instructions for extraction.
    pub instructions: Vec<String>,
    /// IANA time zone for relative dates; UTC if absent.
    pub time_zone: Option<String>,
    /// Receives what calls of a language model consume, also when extraction fails or is cancelled.
    pub usage: Arc<UsageMeter>,
    /// Whether to say what was dropped and why ([`Extraction::trace`]). Off when episodes are ingested.
    pub trace: bool,
}

/// A message or document to extract from.
#[derive(Debug, Clone)]
pub struct Turn {
    /// The kind of data in `text`.
    pub kind: EpisodeKind,
    /// The speaker's role, for messages.
    pub role: Option<Role>,
    /// The speaker's name, if the message has one.
    pub speaker: Option<String>,
    /// The text or JSON document.
    pub text: String,
    /// When it was said.
    pub reference_time: Timestamp,
    /// Distinguishes conversations: turns of different threads are unrelated.
    pub thread: Option<String>,
}

/// An existing entity of the graph.
#[derive(Debug, Clone)]
pub struct KnownEntity {
    /// Its name.
    pub name: String,
    /// Its type, if known.
    pub entity_type: Option<String>,
    /// Its other names.
    pub aliases: Vec<String>,
}

/// An existing fact of the graph.
#[derive(Debug, Clone)]
pub struct KnownFact {
    /// Name of its subject.
    pub subject: String,
    /// The relation.
    pub predicate: String,
    /// Name of its object, or its value.
    pub object: String,
    /// The object's type.
    pub object_type: Option<String>,
    /// The fact as a sentence.
    pub statement: String,
    /// How facts of the relation may overlap in time.
    pub holding: Holding,
    /// Since when it holds, if known.
    pub valid_from: Option<Timestamp>,
}

/// Adds up what calls of a language model consume.
#[derive(Debug, Default)]
pub struct UsageMeter(Mutex<ModelUsage>);

impl UsageMeter {
    /// Adds the consumption of a call.
    pub fn add(&self, usage: ModelUsage) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += usage;
    }

    /// The total so far.
    pub fn total(&self) -> ModelUsage {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A claim or statement that was dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedClaim {
    /// What it says.
    pub statement: String,
    /// Why it was dropped.
    pub reason: &'static str,
}

/// The result of extracting from one turn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Extraction {
    /// Names that occur in the text.
    pub mentions: Vec<ExtractedMention>,
    /// Claims made by the text.
    pub claims: Vec<Claim>,
    /// Pairs of names that, according to the text, refer to the same entity.
    pub aliases: Vec<ExtractedAlias>,
    /// Sentences that can be understood alone, for search.
    pub statements: Vec<ExtractedStatement>,
    /// Claims that the extractor itself dropped.
    pub dropped: Vec<DroppedClaim>,
    /// What became no claim, if the request asked for it; empty if the extractor does not trace.
    pub trace: Trace,
    /// The number of characters at the end of the text that were not read because the text is too long.
    pub characters_left_out: usize,
    /// Why this must not replace what another extractor has read, if it must not.
    pub refused: Option<&'static str>,
}

/// A sentence of the text that can be understood alone: names for pronouns, absolute dates for relative ones.
#[derive(Debug, Clone, PartialEq)]
pub struct ExtractedStatement {
    /// The sentence.
    pub text: String,
    /// Its position in the text.
    pub span: Span,
    /// Name of who says it, if known.
    pub subject: Option<String>,
    /// The date that it names first, if any.
    pub valid_from: Option<TimePoint>,
}

/// A name that occurs in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct ExtractedMention {
    /// The name, without determiners and possessives.
    pub name: String,
    /// `Person`, `Location`, `Organization`, `Event`, `Object`, `Topic`, …; `None` if uncertain.
    pub entity_type: Option<String>,
    /// Its position in the text.
    pub span: Span,
}

/// Two names for one entity, as in "Robert Smith, everyone calls him Bob".
#[derive(Debug, Clone, PartialEq)]
pub struct ExtractedAlias {
    /// The more complete name.
    pub name: String,
    /// The other name.
    pub alias: String,
    /// Its type, if known.
    pub entity_type: Option<String>,
    /// The position of the statement in the text.
    pub span: Span,
}

/// An extracted claim, before names are resolved to entities.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// Name of the entity that the claim is about: the owner's name for the first person in a user's message.
    pub subject: String,
    /// Type of the subject, if known.
    pub subject_type: Option<String>,
    /// The relation, `SCREAMING_SNAKE_CASE`.
    pub predicate: String,
    /// Name of the entity that the subject is related to; `None` only if the claim ends or denies all facts of
    /// the predicate.
    pub object: Option<String>,
    /// Type of the object, if known.
    pub object_type: Option<String>,
    /// The claim as a self-contained sentence, without first-person pronouns and relative dates.
    pub statement: String,
    /// Its position in the text (byte range, on character boundaries).
    pub span: Span,
    /// Its effect on the fact.
    pub kind: ClaimKind,
    /// How facts of this predicate may overlap in time.
    pub holding: Holding,
    /// Start of validity, if stated.
    pub valid_from: Option<TimePoint>,
    /// End of validity, if stated.
    pub valid_until: Option<TimePoint>,
    /// Confidence, 0 to 1.
    pub confidence: f64,
    /// Properties of the fact that its declared type has.
    pub attributes: Metadata,
}
