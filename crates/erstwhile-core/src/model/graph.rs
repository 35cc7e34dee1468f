//! Contents of graphs: users, threads, entities and mentions.

use jiff::Timestamp;

use super::{EntityId, EpisodeId, GraphId, Metadata, ProjectId, Span, ThreadUuid, UserUuid};

/// Identity of a node, the API's word for an entity.
pub type NodeId = EntityId;

/// The extractor of assertions that the operator makes through the API.
pub const OPERATOR: &str = "operator";

/// A user of the application.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// The user's graph, which is also the partition key of the user's rows.
    pub graph: GraphId,
    /// The project that owns the user.
    pub project: ProjectId,
    /// The application's id.
    pub user_id: String,
    /// The server's id.
    pub uuid: UserUuid,
    /// E-mail address.
    pub email: Option<String>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// The application's data.
    pub metadata: Metadata,
    /// Whether the default entity and fact types are disabled.
    pub disable_default_ontology: bool,
    /// When the user was added.
    pub created_at: Timestamp,
    /// When the user's fields changed last.
    pub updated_at: Timestamp,
    /// Number of threads.
    pub thread_count: i64,
}

impl User {
    /// The name to which the first person refers: first and last name, else the `user_id`.
    pub fn display_name(&self) -> String {
        let parts: Vec<&str> = [&self.first_name, &self.last_name]
            .into_iter()
            .flatten()
            .map(|part| part.trim())
            .filter(|part| !part.is_empty())
            .collect();
        if parts.is_empty() { self.user_id.clone() } else { parts.join(" ") }
    }
}

/// A conversation, usually of a user.
#[derive(Debug, Clone, PartialEq)]
pub struct Thread {
    /// The graph of its user, or its own graph without a user.
    pub graph: GraphId,
    /// The project that owns it.
    pub project: ProjectId,
    /// The application's id.
    pub thread_id: String,
    /// The server's id.
    pub uuid: ThreadUuid,
    /// The application's id of the user; `None` for a thread without a user.
    pub user_id: Option<String>,
    /// The server's id of the user.
    pub user_uuid: Option<UserUuid>,
    /// The application's data.
    pub metadata: Metadata,
    /// Classes of the thread, by name of the classification.
    pub classifications: Metadata,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its fields changed last.
    pub updated_at: Timestamp,
    /// When the application ended it; an ended thread accepts no messages.
    pub ended_at: Option<Timestamp>,
}

/// A person, place, thing or idea.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    /// Identity: the id of the name that represents the entity.
    pub id: EntityId,
    /// Display name.
    pub name: String,
    /// Other names for it, sorted.
    pub aliases: Vec<String>,
    /// Type, if known.
    pub entity_type: Option<String>,
    /// Summary of its facts.
    pub summary: String,
    /// Attributes.
    pub attributes: Metadata,
    /// When the system first recorded it.
    pub created_at: Timestamp,
    /// The episodes that mention it, oldest first.
    pub episodes: Vec<EpisodeId>,
}

/// A direct edit of an entity by the operator; absent fields do not change the entity.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EntityPatch {
    /// New name.
    pub name: Option<String>,
    /// New summary.
    pub summary: Option<String>,
    /// New type; `Some(None)` clears it.
    pub entity_type: Option<Option<String>>,
    /// Attributes to merge; a null deletes its key.
    pub attributes: Metadata,
}

/// One occurrence of an entity's name in an episode.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// The episode; `None` if the name comes from the operator or from a user's profile.
    pub episode: Option<EpisodeId>,
    /// The name as written.
    pub name: String,
    /// The id derived from name and type, before names are resolved to entities.
    pub entity: EntityId,
    /// Type according to the text.
    pub entity_type: Option<String>,
    /// Position in the episode's text.
    pub span: Span,
    /// When the system recorded it.
    pub recorded_at: Timestamp,
}
