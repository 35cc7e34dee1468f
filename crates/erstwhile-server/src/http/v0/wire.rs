//! The generation's response types. The SDKs' document model rejects unknown keys.

use erstwhile::model::{Collection, Document, Episode, Metadata, Thread, User};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// The response body of calls without a result.
pub(super) const OK: &str = "OK";

/// Approximate number of characters in a token of English text.
const CHARACTERS_PER_TOKEN: usize = 4;

pub(super) fn tokens(text: &str) -> usize {
    text.chars().count().div_ceil(CHARACTERS_PER_TOKEN)
}

#[derive(Debug, Serialize)]
pub(super) struct WireUser {
    uuid: Uuid,
    /// The creation time in microseconds: these clients expect an increasing number.
    id: i64,
    user_id: String,
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    metadata: Metadata,
    created_at: Timestamp,
    updated_at: Timestamp,
    deleted_at: Option<Timestamp>,
}

impl From<User> for WireUser {
    fn from(user: User) -> Self {
        Self {
            uuid: user.uuid.0,
            id: user.created_at.as_microsecond(),
            user_id: user.user_id,
            email: user.email,
            first_name: user.first_name,
            last_name: user.last_name,
            metadata: user.metadata,
            created_at: user.created_at,
            updated_at: user.updated_at,
            deleted_at: None,
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct WireSession {
    uuid: Uuid,
    id: i64,
    session_id: String,
    user_id: Option<String>,
    metadata: Metadata,
    created_at: Timestamp,
    updated_at: Timestamp,
    deleted_at: Option<Timestamp>,
}

impl From<Thread> for WireSession {
    fn from(thread: Thread) -> Self {
        Self {
            uuid: thread.uuid.0,
            id: thread.created_at.as_microsecond(),
            session_id: thread.thread_id,
            user_id: thread.user_id,
            metadata: thread.metadata,
            created_at: thread.created_at,
            updated_at: thread.updated_at,
            deleted_at: None,
        }
    }
}

/// `role` is free text, returned as it was sent.
#[derive(Debug, Serialize)]
pub(super) struct WireMessage {
    uuid: Uuid,
    role: String,
    content: String,
    metadata: Metadata,
    token_count: usize,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Episode> for WireMessage {
    fn from(episode: Episode) -> Self {
        let role = episode.role.map_or("norole", |role| role.as_str());
        Self {
            uuid: episode.id.0,
            role: episode.name.unwrap_or_else(|| role.to_owned()),
            token_count: tokens(&episode.content),
            content: episode.content,
            metadata: episode.metadata,
            created_at: episode.reference_time,
            updated_at: episode.recorded_at,
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct WireSummary {
    pub(super) uuid: Uuid,
    pub(super) content: String,
    pub(super) recent_message_uuid: Option<Uuid>,
    pub(super) token_count: usize,
    pub(super) metadata: Metadata,
    pub(super) created_at: Timestamp,
}

#[derive(Debug, Serialize)]
pub(super) struct WireCollection {
    uuid: Uuid,
    name: String,
    description: String,
    metadata: Metadata,
    embedding_dimensions: usize,
    is_auto_embedded: bool,
    is_normalized: bool,
    is_indexed: bool,
    document_count: i64,
    document_embedded_count: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Collection> for WireCollection {
    fn from(collection: Collection) -> Self {
        Self {
            uuid: collection.uuid.0,
            name: collection.name,
            description: collection.description.unwrap_or_default(),
            metadata: collection.metadata,
            embedding_dimensions: collection.dimensions,
            is_auto_embedded: collection.is_auto_embedded,
            is_normalized: true,
            // Search is exact and needs no index, so a collection is always indexed.
            is_indexed: true,
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
    document_id: String,
    content: String,
    metadata: Metadata,
    embedding: Option<Vec<f32>>,
    is_embedded: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) score: Option<f64>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Document> for WireDocument {
    fn from(document: Document) -> Self {
        Self {
            uuid: document.id.0,
            document_id: document.document_id.unwrap_or_default(),
            content: document.content,
            metadata: document.metadata,
            embedding: document.embedding,
            is_embedded: true,
            score: None,
            created_at: document.created_at,
            updated_at: document.updated_at,
        }
    }
}
