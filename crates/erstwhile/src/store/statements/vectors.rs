//! The statements of an embedding model's vectors.

use super::{GRAPH, Statement};

statements! {
    PUT_VECTOR, GRAPH,
        "INSERT INTO text_vector (graph_id, model, digest, vector) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (graph_id, model, digest) DO UPDATE SET vector = excluded.vector";
    VECTOR, GRAPH, "SELECT vector FROM text_vector WHERE graph_id = $1 AND model = $2 AND digest = $3";
    ANY_VECTOR, GRAPH, "SELECT 1 FROM text_vector WHERE graph_id = $1 LIMIT 1";
    VECTOR_OF_OTHER_MODEL, GRAPH, "SELECT 1 FROM text_vector WHERE graph_id = $1 AND model <> $2 LIMIT 1";
    REMOVE_VECTORS_OF_OTHER_MODELS, GRAPH, "DELETE FROM text_vector WHERE graph_id = $1 AND model <> $2";
    VECTOR_KEYS, GRAPH, "SELECT model, digest FROM text_vector WHERE graph_id = $1";
    REMOVE_VECTOR, GRAPH, "DELETE FROM text_vector WHERE graph_id = $1 AND model = $2 AND digest = $3";
}
