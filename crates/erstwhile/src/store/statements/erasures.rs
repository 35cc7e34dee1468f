//! The statements of erasures.

use super::{GRAPH, Reach, Statement};

statements! {
    ADD_ERASURE, GRAPH,
        "INSERT INTO erasure (graph_id, erasure_id, project_id, tables, requested_at) VALUES ($1, $2, $3, $4, $5)";
    ADD_RECEIPT, GRAPH,
        "INSERT INTO erasure (graph_id, erasure_id, project_id, tables, requested_at, user_digest, threads, episodes, \
         mentions, assertions) SELECT graph_id, $2, $3, $4, $5, $6, \
         (SELECT count(*) FROM thread WHERE graph_id = $1), (SELECT count(*) FROM episode WHERE graph_id = $1), \
         (SELECT count(*) FROM mention WHERE graph_id = $1), (SELECT count(*) FROM assertion WHERE graph_id = $1) \
         FROM graph WHERE graph_id = $1";
    PENDING_ERASURES, Reach::FanOut,
        "SELECT graph_id, erasure_id, tables, project_id FROM erasure WHERE finished_at IS NULL ORDER BY requested_at LIMIT $1";
    COUNT_PENDING_ERASURES, Reach::FanOut,
        "SELECT count(*) FROM erasure WHERE finished_at IS NULL AND project_id = $1 AND requested_at < $2";
    FINISH_RECEIPT, GRAPH,
        "UPDATE erasure SET finished_at = $3 WHERE graph_id = $1 AND erasure_id = $2 AND finished_at IS NULL \
         AND user_digest IS NOT NULL";
    FINISH_ERASURE, GRAPH,
        "DELETE FROM erasure WHERE graph_id = $1 AND erasure_id = $2 AND user_digest IS NULL";
    RECEIPT, GRAPH,
        "SELECT erasure_id, requested_at, finished_at, user_digest, threads, episodes, mentions, assertions FROM erasure \
         WHERE graph_id = $1 AND erasure_id = $2";
    RECEIPTS, Reach::FanOut,
        "SELECT erasure_id, requested_at, finished_at, user_digest, threads, episodes, mentions, assertions FROM erasure \
         WHERE project_id = $1 AND user_digest IS NOT NULL ORDER BY requested_at DESC, erasure_id DESC LIMIT $2 OFFSET $3";
}
