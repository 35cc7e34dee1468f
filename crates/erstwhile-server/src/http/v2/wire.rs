//! The generations' response types: each has all fields that any of their SDKs reads.

use erstwhile::compat::fact_rating::RatingInstruction;
use erstwhile::engine::compat::RatedFact;
use erstwhile::model::{Collection, Document, Episode, EpisodeState, Graph, Metadata, Summary, Thread};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// Approximate number of characters in a token of English text.
const CHARACTERS_PER_TOKEN: usize = 4;

/// Estimates the number of tokens of a text.
fn tokens(text: &str) -> usize {
    text.chars().count().div_ceil(CHARACTERS_PER_TOKEN)
}

/// The numeric id of an object in older generations: its creation time in microseconds, which is increasing
/// and never changes.
pub(super) fn number(created_at: Timestamp) -> i64 {
    created_at.as_microsecond()
}

/// `{"message": "OK"}`.
#[derive(Debug, Serialize)]
pub(super) struct Success {
    message: &'static str,
}

impl Success {
    pub(super) const OK: Self = Self { message: "OK" };
}

#[derive(Debug, Serialize)]
pub(super) struct WireSession {
    uuid: Uuid,
    id: i64,
    project_uuid: Uuid,
    session_id: String,
    user_id: Option<String>,
    metadata: Metadata,
    classifications: Metadata,
    fact_rating_instruction: Option<RatingInstruction>,
    facts: Option<Vec<String>>,
    created_at: Timestamp,
    updated_at: Timestamp,
    deleted_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    /// Always `None`: facts have no versions.
    fact_version_uuid: Option<Uuid>,
}

impl WireSession {
    pub(super) fn new(thread: Thread, fact_rating_instruction: Option<RatingInstruction>) -> Self {
        Self {
            uuid: thread.uuid.0,
            id: number(thread.created_at),
            project_uuid: thread.project.0,
            session_id: thread.thread_id,
            user_id: thread.user_id,
            metadata: thread.metadata,
            classifications: thread.classifications,
            fact_rating_instruction,
            facts: None,
            created_at: thread.created_at,
            updated_at: thread.updated_at,
            deleted_at: None,
            ended_at: thread.ended_at,
            fact_version_uuid: None,
        }
    }
}

/// `role` is the speaker's name, `role_type` the role.
#[derive(Debug, Serialize)]
pub(super) struct WireMessage {
    uuid: Uuid,
    role: Option<String>,
    role_type: &'static str,
    content: String,
    metadata: Metadata,
    token_count: usize,
    processed: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Episode> for WireMessage {
    fn from(episode: Episode) -> Self {
        let role_type = episode.role.map_or("norole", |role| role.as_str());
        Self {
            uuid: episode.id.0,
            role: Some(episode.name.unwrap_or_else(|| role_type.to_owned())),
            role_type,
            token_count: tokens(&episode.content),
            content: episode.content,
            metadata: episode.metadata,
            processed: episode.state != EpisodeState::Pending,
            created_at: episode.reference_time,
            updated_at: episode.recorded_at,
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct WireFact {
    uuid: Uuid,
    fact: String,
    content: String,
    name: String,
    rating: Option<f64>,
    source_node_name: String,
    target_node_name: String,
    created_at: Timestamp,
    valid_at: Option<Timestamp>,
    invalid_at: Option<Timestamp>,
    expired_at: Option<Timestamp>,
}

impl WireFact {
    pub(super) fn text(&self) -> String {
        self.fact.clone()
    }
}

impl From<RatedFact> for WireFact {
    fn from(rated: RatedFact) -> Self {
        let fact = rated.triple.fact;
        Self {
            uuid: fact.id.0,
            fact: fact.statement.clone(),
            content: fact.statement,
            name: fact.predicate,
            rating: rated.rating,
            source_node_name: rated.triple.source.name,
            target_node_name: rated.triple.target.name,
            created_at: fact.created_at,
            valid_at: fact.valid_from,
            invalid_at: fact.valid_until,
            expired_at: fact.expired_at,
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct WireSummary {
    pub(super) uuid: Uuid,
    pub(super) content: String,
    pub(super) metadata: Metadata,
    pub(super) related_message_uuids: Vec<Uuid>,
    pub(super) token_count: usize,
    pub(super) created_at: Timestamp,
}

impl WireSummary {
    pub(super) fn new(uuid: Uuid, content: String, messages: Vec<Uuid>, created_at: Timestamp) -> Self {
        let token_count = tokens(&content);
        Self { uuid, content, metadata: Metadata::new(), related_message_uuids: messages, token_count, created_at }
    }
}

impl From<Summary> for WireSummary {
    fn from(summary: Summary) -> Self {
        let messages = summary.episodes.into_iter().map(|id| id.0).collect();
        Self::new(summary.id, summary.text, messages, summary.recorded_at)
    }
}

#[derive(Debug, Serialize)]
pub(super) struct WireGroup {
    uuid: Uuid,
    id: i64,
    project_uuid: Uuid,
    group_id: String,
    external_id: String,
    name: Option<String>,
    description: Option<String>,
    fact_rating_instruction: Option<RatingInstruction>,
    created_at: Timestamp,
}

impl WireGroup {
    pub(super) fn new(graph: Graph, fact_rating_instruction: Option<RatingInstruction>) -> Self {
        Self {
            uuid: graph.id.0,
            id: number(graph.created_at),
            project_uuid: graph.project.0,
            group_id: graph.own_id.clone(),
            external_id: graph.own_id.clone(),
            name: graph.name,
            description: graph.description,
            fact_rating_instruction,
            created_at: graph.created_at,
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct WireCollection {
    uuid: Uuid,
    name: String,
    description: Option<String>,
    metadata: Metadata,
    embedding_dimensions: usize,
    embedding_model_name: Option<String>,
    is_auto_embedded: bool,
    is_indexed: bool,
    is_normalized: bool,
    document_count: i64,
    document_embedded_count: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl WireCollection {
    pub(super) fn new(collection: Collection, model: &str) -> Self {
        Self {
            uuid: collection.uuid.0,
            name: collection.name,
            description: collection.description,
            metadata: collection.metadata,
            embedding_dimensions: collection.dimensions,
            embedding_model_name: collection.is_auto_embedded.then(|| model.to_owned()),
            is_auto_embedded: collection.is_auto_embedded,
            // Search is exact and needs no index, so a collection is always indexed.
            is_indexed: true,
            is_normalized: true,
            document_count: collection.document_count,
            document_embedded_count: collection.embedded_count,
            created_at: collection.created_at,
            updated_at: collection.updated_at,
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct WireDocument {
    uuid: Uuid,
    document_id: Option<String>,
    content: String,
    metadata: Metadata,
    is_embedded: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    embedding: Option<Vec<f32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) score: Option<f64>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Document> for WireDocument {
    fn from(document: Document) -> Self {
        Self {
            uuid: document.id.0,
            document_id: document.document_id,
            content: document.content,
            metadata: document.metadata,
            is_embedded: true,
            embedding: document.embedding,
            score: None,
            created_at: document.created_at,
            updated_at: document.updated_at,
        }
    }
}
