//! Document collections: texts with metadata and vectors, searched by similarity.

use jiff::Timestamp;

use super::{CollectionId, CollectionUuid, DocumentUuid, Metadata, ProjectId};

/// A named collection of documents.
#[derive(Debug, Clone, PartialEq)]
pub struct Collection {
    /// Identity inside the system.
    pub id: CollectionId,
    /// The project that owns it.
    pub project: ProjectId,
    /// The application's own name for it, lower case.
    pub name: String,
    /// The server's id.
    pub uuid: CollectionUuid,
    /// What it is for.
    pub description: Option<String>,
    /// The application's own data.
    pub metadata: Metadata,
    /// Components of each vector.
    pub dimensions: usize,
    /// Whether the server makes the vectors, from the documents' text.
    pub is_auto_embedded: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its own fields changed last.
    pub updated_at: Timestamp,
    /// How many documents it has.
    pub document_count: i64,
    /// How many of them have a vector.
    pub embedded_count: i64,
}

/// A document of a collection.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Identity.
    pub id: DocumentUuid,
    /// The application's own id, unique in the collection.
    pub document_id: Option<String>,
    /// The text.
    pub content: String,
    /// The application's own data, given back as it came.
    pub metadata: Metadata,
    /// The vector that the application brought; vectors that the server makes are not kept.
    pub embedding: Option<Vec<f32>>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
}
