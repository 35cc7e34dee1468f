//! Episodes: the units of ingested data. A message and its episode are one object.

use jiff::Timestamp;

use super::{EpisodeId, Metadata, TaskId};

/// What kind of data an episode holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EpisodeKind {
    /// A turn of a conversation.
    Message,
    /// Plain text.
    Text,
    /// A JSON document.
    Json,
    /// A fact that the application states directly, as a JSON document.
    FactTriple,
}

/// Who speaks in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The person.
    User,
    /// The agent.
    Assistant,
    /// Instructions to the agent.
    System,
    /// A function's answer.
    Function,
    /// A tool's answer.
    Tool,
    /// Anything else.
    Norole,
}

/// Where an episode is on its way into the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EpisodeState {
    /// Stored and findable; not yet understood.
    Pending,
    /// Its claims are in the graph.
    Processed,
    /// Kept and findable, but deliberately not turned into facts.
    Ignored,
    /// Understanding it failed for good; the reason is kept and it can be retried.
    Failed(String),
}

/// One unit of ingested data.
#[derive(Debug, Clone, PartialEq)]
pub struct Episode {
    /// Identity; a message has the same one.
    pub id: EpisodeId,
    /// Position in its graph: the caller's order.
    pub seq: i64,
    /// The thread it belongs to, when it is a message of one.
    pub thread: Option<String>,
    /// What it holds.
    pub kind: EpisodeKind,
    /// Who speaks, for messages.
    pub role: Option<Role>,
    /// The speaker's name, for messages.
    pub name: Option<String>,
    /// The text or document.
    pub content: String,
    /// The application's own data about it.
    pub metadata: Metadata,
    /// Where it came from, in the application's words.
    pub source_description: Option<String>,
    /// The document that it is a part of, in the application's words.
    pub document_id: Option<String>,
    /// When it was said: relative dates are read against this.
    pub reference_time: Timestamp,
    /// When the system received it.
    pub recorded_at: Timestamp,
    /// Where it is on its way into the graph.
    pub state: EpisodeState,
    /// The task that follows its ingestion.
    pub task: Option<TaskId>,
    /// Whether only declared types are kept of what it says.
    pub strict: bool,
}

impl Episode {
    /// The name of whoever speaks; words that only tell a role, as some clients write, are no name.
    pub fn speaker(&self) -> Option<&String> {
        const ROLE_WORDS: [&str; 10] =
            ["human", "user", "ai", "assistant", "bot", "chatbot", "system", "tool", "function", "norole"];
        self.name.as_ref().filter(|name| !ROLE_WORDS.contains(&name.trim().to_lowercase().as_str()))
    }

    /// Whether it belongs to the graph; an ignored message belongs to its thread only.
    pub fn is_in_graph(&self) -> bool {
        self.state != EpisodeState::Ignored
    }
}

impl EpisodeKind {
    /// The stable name used in storage and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Text => "text",
            Self::Json => "json",
            Self::FactTriple => "fact_triple",
        }
    }

    /// Reads the stable name.
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
    /// Every role, in the order of the API's documentation.
    pub const ALL: [Self; 6] = [Self::Norole, Self::System, Self::Assistant, Self::User, Self::Function, Self::Tool];

    /// The stable name used in storage and on the wire.
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

    /// Reads the stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}
