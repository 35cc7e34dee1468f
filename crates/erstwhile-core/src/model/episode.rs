//! Episodes: the units of ingested data. A message and its episode are the same object.

use jiff::Timestamp;

use super::{EpisodeId, Metadata, ModelReading, TaskId};
use crate::boxed::Keyed;

/// The kind of data of an episode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EpisodeKind {
    /// A message of a conversation.
    Message,
    /// Plain text.
    Text,
    /// A JSON document.
    Json,
    /// A fact given directly by the application, as a JSON document.
    FactTriple,
    /// A statement about more than two entities, given directly by the application.
    Hyperedge,
}

/// The role of a message's speaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The user.
    User,
    /// The assistant.
    Assistant,
    /// Instructions to the assistant.
    System,
    /// The result of a function.
    Function,
    /// The result of a tool.
    Tool,
    /// Anything else.
    Norole,
}

/// The state of an episode's ingestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EpisodeState {
    /// Stored and searchable, but not yet ingested.
    Pending,
    /// Ingested: its claims are in the graph.
    Processed,
    /// Stored, but deliberately not ingested.
    Ignored,
    /// Ingestion failed, with the reason; it can be retried.
    Failed(String),
}

/// One unit of ingested data.
#[derive(Debug, Clone, PartialEq)]
pub struct Episode {
    /// Identity; shared with the message.
    pub id: EpisodeId,
    /// Position in its graph, in the caller's order.
    pub seq: i64,
    /// The thread, for messages.
    pub thread: Option<String>,
    /// The kind of data.
    pub kind: EpisodeKind,
    /// The speaker's role, for messages.
    pub role: Option<Role>,
    /// The speaker's name, for messages.
    pub name: Option<String>,
    /// The text or document.
    pub content: String,
    /// The application's data about it.
    pub metadata: Metadata,
    /// The application's description of the source.
    pub source_description: Option<String>,
    /// The application's id of the document that it is part of.
    pub document_id: Option<String>,
    /// When it was said: the reference for relative dates.
    pub reference_time: Timestamp,
    /// When the system received it.
    pub recorded_at: Timestamp,
    /// The state of its ingestion.
    pub state: EpisodeState,
    /// The task that tracks its ingestion.
    pub task: Option<TaskId>,
    /// Whether only entities and facts of declared types are extracted.
    pub strict: bool,
    /// The reading by a language model, if one was asked for; set by the store. Boxed: few episodes have one.
    pub model_reading: Option<Box<ModelReading>>,
}

impl Keyed for Episode {
    type Key = EpisodeId;

    fn key(&self) -> &EpisodeId {
        &self.id
    }
}

impl Episode {
    /// The speaker's name, unless it is only the word for a role, which some clients send.
    pub fn speaker(&self) -> Option<&String> {
        const ROLE_WORDS: [&str; 10] =
            ["human", "user", "ai", "assistant", "bot", "chatbot", "system", "tool", "function", "norole"];
        self.name.as_ref().filter(|name| !ROLE_WORDS.contains(&name.trim().to_lowercase().as_str()))
    }

    /// Whether it belongs to the graph; an ignored message belongs only to its thread.
    pub fn is_in_graph(&self) -> bool {
        self.state != EpisodeState::Ignored
    }
}

impl EpisodeKind {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Text => "text",
            Self::Json => "json",
            // The API has no name for the second one.
            Self::FactTriple | Self::Hyperedge => "fact_triple",
        }
    }

    /// Whether the application stated what it holds, so that there is nothing to read.
    pub fn is_stated(self) -> bool {
        matches!(self, Self::FactTriple | Self::Hyperedge)
    }

    /// Parses the name.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "message" => Some(Self::Message),
            "text" => Some(Self::Text),
            "json" => Some(Self::Json),
            "fact_triple" => Some(Self::FactTriple),
            _ => None,
        }
    }
}

impl Role {
    /// All roles, in the order of the API's documentation.
    pub const ALL: [Self; 6] = [Self::Norole, Self::System, Self::Assistant, Self::User, Self::Function, Self::Tool];

    /// The name in the store and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::System => "system",
            Self::Function => "function",
            Self::Tool => "tool",
            Self::Norole => "norole",
        }
    }

    /// Parses the name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}
