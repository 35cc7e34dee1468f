//! The statements of import jobs and their items.

use super::{GRAPH, Reach, Statement};

macro_rules! imports {
    ($rest:literal) => {
        imports!("b.graph_id", $rest)
    };
    ($key:literal, $rest:literal) => {
        concat!(
            "SELECT b.graph_id, b.project_id, b.metadata, b.ignore_roles, b.strict_ontology, b.created_at, b.checksum, \
             b.state, b.updated_at, b.processed_at, b.completed_at, \
             (SELECT count(*) FROM bulk_item i WHERE i.state = 0 AND i.graph_id = ",
            $key,
            "), (SELECT count(*) FROM bulk_item i WHERE i.state = 1 AND i.graph_id = ",
            $key,
            "), (SELECT count(*) FROM bulk_item i WHERE i.state = 2 AND i.graph_id = ",
            $key,
            "), (SELECT count(*) FROM bulk_item i WHERE i.state = 3 AND i.graph_id = ",
            $key,
            ") FROM bulk b ",
            $rest
        )
    };
}

macro_rules! bulk_items {
    ($rest:literal) => {
        concat!(
            "SELECT graph_id, seq, episode_id, target_graph, created_at, target_thread, data, payload, checksum, state, \
             failure, task_id, updated_at FROM bulk_item ",
            $rest
        )
    };
}

/// Clears the content of items whose user, thread or graph is deleted; the rows stay, and pending items fail.
macro_rules! erase_import_items {
    ($which:literal) => {
        concat!(
            "UPDATE bulk_item SET failure = CASE WHEN state < 2 THEN 'its user, thread or graph was deleted' \
             ELSE failure END, state = CASE WHEN state < 2 THEN 3 ELSE state END, data = '{}', payload = NULL, \
             target_thread = NULL, checksum = checksum & 4294967295 WHERE ",
            $which
        )
    };
}

statements! {
    ADD_IMPORT, GRAPH,
        "INSERT INTO bulk (graph_id, project_id, state, metadata, ignore_roles, strict_ontology, created_at, \
         updated_at, processed_at, completed_at, checksum) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, NULL, NULL, $8)";
    SET_IMPORT_STATE, GRAPH,
        "UPDATE bulk SET state = $3, updated_at = $4, processed_at = coalesce(processed_at, $5), \
         completed_at = coalesce(completed_at, $6) WHERE graph_id = $1 AND state = $2";
    IMPORT_BY_GRAPH, GRAPH, imports!("$1", "WHERE b.graph_id = $1");
    IMPORTS, Reach::FanOut,
        imports!("WHERE b.project_id = $1 AND ($2 < 0 OR b.state = $2) ORDER BY b.created_at DESC, b.graph_id DESC LIMIT $3 OFFSET $4");
    ADD_IMPORT_ITEM, GRAPH,
        "INSERT INTO bulk_item (graph_id, seq, episode_id, target_graph, created_at, target_thread, data, payload, \
         checksum, state, failure, task_id, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, NULL, NULL, $5) \
         ON CONFLICT (graph_id, seq) DO NOTHING";
    EXPECT_IMPORT_STATE, GRAPH, "UPDATE bulk SET updated_at = $3 WHERE graph_id = $1 AND state = $2";
    SET_IMPORT_ITEM_STATE, GRAPH,
        "UPDATE bulk_item SET state = $3, failure = $4, task_id = coalesce($5, task_id), updated_at = $6, \
         payload = CASE WHEN CAST($3 AS BIGINT) = 0 THEN payload END, \
         checksum = CASE WHEN CAST($3 AS BIGINT) = 0 THEN checksum ELSE checksum & 4294967295 END \
         WHERE graph_id = $1 AND seq = $2";
    ERASE_IMPORT_ITEM, GRAPH, erase_import_items!("graph_id = $1 AND seq = $2");
    ERASE_IMPORT_ITEMS_OF_GRAPH, Reach::FanOut, erase_import_items!("target_graph = $1");
    ERASE_IMPORT_ITEMS_OF_THREAD, Reach::FanOut, erase_import_items!("target_graph = $1 AND target_thread = $2");
    IMPORT_ITEMS, GRAPH,
        bulk_items!("WHERE graph_id = $1 AND seq > $2 AND ($3 < 0 OR state = $3) ORDER BY seq LIMIT $4");
    COUNT_PENDING_IMPORT_ITEMS, GRAPH,
        "UPDATE ingest_queue SET pending = (SELECT count(*) FROM bulk_item WHERE graph_id = $1 AND state < 2) \
         + (SELECT count(*) FROM bulk WHERE graph_id = $1 AND state IN (1, 2)), \
         attempts = 0, last_error = NULL WHERE graph_id = $1";
}
