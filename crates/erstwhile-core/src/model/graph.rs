//! Graphs and what stands in them: users, threads, entities and mentions.

use jiff::Timestamp;

use super::{EntityId, EpisodeId, GraphId, Metadata, ProjectId, Span, ThreadUuid, UserUuid};

/// Identity of a node; users of the API call entities nodes.
pub type NodeId = EntityId;

/// The extractor name of assertions that the operator makes through the API.
pub const OPERATOR: &str = "operator";

/// A person who talks to the application.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// The graph that the user owns; also the key of everything of theirs.
    pub graph: GraphId,
    /// The project that owns the user.
    pub project: ProjectId,
    /// The application's own id.
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
    /// The application's own data.
    pub metadata: Metadata,
    /// Whether the default entity and fact types are off.
    pub disable_default_ontology: bool,
    /// When the user was added.
    pub created_at: Timestamp,
    /// When the user's fields changed last.
    pub updated_at: Timestamp,
    /// How many threads the user has.
    pub thread_count: i64,
}

impl User {
    /// The name that first person stands for: first and last name, else the `user_id`.
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

/// One conversation, of a user as a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Thread {
    /// The graph of the user it belongs to.
    pub graph: GraphId,
    /// The project that owns it.
    pub project: ProjectId,
    /// The application's own id.
    pub thread_id: String,
    /// The server's id.
    pub uuid: ThreadUuid,
    /// The user, by the application's id; `None` for a thread that belongs to nobody.
    pub user_id: Option<String>,
    /// The user, by the server's id.
    pub user_uuid: Option<UserUuid>,
    /// The application's own data.
    pub metadata: Metadata,
    /// What the thread was classified as, by the name of the classification.
    pub classifications: Metadata,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its own fields changed last.
    pub updated_at: Timestamp,
    /// When the application said that it is over; nothing is added to it after that.
    pub ended_at: Option<Timestamp>,
}

/// A person, place, thing or idea.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    /// Identity: of the name that stands for the entity.
    pub id: EntityId,
    /// The name that stands for it.
    pub name: String,
    /// Other names for it, sorted.
    pub aliases: Vec<String>,
    /// What kind of thing it is, when known.
    pub entity_type: Option<String>,
    /// What is known about it, in sentences.
    pub summary: String,
    /// Free-form attributes.
    pub attributes: Metadata,
    /// When the system first heard of it.
    pub created_at: Timestamp,
    /// The episodes that mention it, oldest first.
    pub episodes: Vec<EpisodeId>,
}

/// A direct edit of an entity by the operator; absent fields are left alone.
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

/// One place in an episode that names an entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// The episode; `None` when the operator (or the existence of a user) made the name known.
    pub episode: Option<EpisodeId>,
    /// The name as written.
    pub name: String,
    /// The identity that the name and type have by themselves, before links are followed.
    pub entity: EntityId,
    /// What kind of thing the text says it is.
    pub entity_type: Option<String>,
    /// Where in the episode's text.
    pub span: Span,
    /// When the system learned it.
    pub recorded_at: Timestamp,
}
