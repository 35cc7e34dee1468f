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
    /// The application's name for it, lower case.
    pub name: String,
    /// The server's id.
    pub uuid: CollectionUuid,
    /// Description.
    pub description: Option<String>,
    /// The application's data.
    pub metadata: Metadata,
    /// Number of components of each vector.
    pub dimensions: usize,
    /// Whether the server embeds the documents' text.
    pub is_auto_embedded: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its fields changed last.
    pub updated_at: Timestamp,
    /// Number of documents.
    pub document_count: i64,
    /// Number of documents with a vector.
    pub embedded_count: i64,
}

/// A document of a collection.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Identity.
    pub id: DocumentUuid,
    /// The application's id, unique in the collection.
    pub document_id: Option<String>,
    /// The text.
    pub content: String,
    /// The application's data, returned unchanged.
    pub metadata: Metadata,
    /// The vector from the application; vectors computed by the server are not stored.
    pub embedding: Option<Vec<f32>>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
}
