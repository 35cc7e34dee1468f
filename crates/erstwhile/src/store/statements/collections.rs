//! The statements of document collections.

use super::{GRAPH, Reach, Statement};

macro_rules! collections {
    ($rest:literal) => {
        collections!("c.graph_id", $rest)
    };
    ($key:literal, $rest:literal) => {
        concat!(
            "SELECT c.graph_id, c.project_id, c.name, c.uuid, c.dimensions, c.is_auto_embedded, c.created_at, \
             c.description, c.metadata, c.updated_at, c.checksum, \
             (SELECT count(*) FROM document d WHERE d.graph_id = ",
            $key,
            "), (SELECT count(d.embedding) FROM document d WHERE d.graph_id = ",
            $key,
            ") FROM collection c ",
            $rest
        )
    };
}

macro_rules! documents {
    ($rest:literal) => {
        concat!(
            "SELECT graph_id, document_uuid, content, embedding, created_at, document_id, metadata, updated_at, checksum \
             FROM document ",
            $rest
        )
    };
}

statements! {
    ADD_COLLECTION, GRAPH,
        "INSERT INTO collection (graph_id, project_id, name, uuid, dimensions, is_auto_embedded, created_at, \
         description, metadata, updated_at, checksum) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    UPDATE_COLLECTION, GRAPH,
        "UPDATE collection SET description = $2, metadata = $3, updated_at = $4, \
         checksum = (checksum & 4294967295) + $6 WHERE graph_id = $1 AND updated_at = $5";
    COLLECTION_BY_GRAPH, GRAPH, collections!("$1", "WHERE c.graph_id = $1");
    UNCOUNTED_COLLECTION, GRAPH,
        "SELECT graph_id, project_id, name, uuid, dimensions, is_auto_embedded, created_at, description, metadata, \
         updated_at, checksum, 0, 0 FROM collection WHERE graph_id = $1";
    COLLECTIONS, Reach::FanOut,
        collections!("WHERE c.project_id = $1 ORDER BY c.created_at, c.graph_id LIMIT $2");
    ADD_DOCUMENT, GRAPH,
        "INSERT INTO document (graph_id, document_uuid, content, embedding, created_at, document_id, metadata, \
         updated_at, checksum) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (graph_id, document_id) DO NOTHING";
    EXPECT_DOCUMENT, GRAPH,
        "UPDATE document SET updated_at = updated_at WHERE graph_id = $1 AND document_uuid = $2 AND updated_at = $3";
    UPDATE_DOCUMENT, GRAPH,
        "UPDATE document SET document_id = $3, metadata = $4, updated_at = $5, \
         checksum = (checksum & 4294967295) + $6 \
         WHERE graph_id = $1 AND document_uuid = $2 AND NOT EXISTS (SELECT 1 FROM document o \
         WHERE o.graph_id = $1 AND o.document_id = $3 AND o.document_uuid <> $2)";
    REMOVE_DOCUMENT, GRAPH, "DELETE FROM document WHERE graph_id = $1 AND document_uuid = $2";
    DOCUMENT_BY_UUID, GRAPH, documents!("WHERE graph_id = $1 AND document_uuid = $2");
    DOCUMENT_BY_ID, GRAPH, documents!("WHERE graph_id = $1 AND document_id = $2");
    DOCUMENTS, GRAPH, documents!("WHERE graph_id = $1 ORDER BY document_uuid");
}
