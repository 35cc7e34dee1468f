//! The statements of readings and summaries by a language model, and of what they cost.

use super::{GRAPH, Reach, Statement};

statements! {
    ENQUEUE_FOR_MODEL, GRAPH, enqueue!("model_queue");
    ENQUEUE_MOVED_FOR_MODEL, GRAPH,
        "INSERT INTO model_queue (graph_id, pending, ready_at, lease_until, epoch, attempts, last_error) \
         VALUES ($1, $2, $3, 0, 0, 0, NULL) ON CONFLICT (graph_id) DO NOTHING";
    COUNT_AWAITING, GRAPH,
        "UPDATE model_queue SET last_error = NULL, \
         pending = (SELECT count(*) FROM episode WHERE graph_id = $1 AND model_state = 1) WHERE graph_id = $1";
    RESET_MODEL_ATTEMPTS, GRAPH, "UPDATE model_queue SET attempts = 0, last_error = NULL WHERE graph_id = $1";
    CLAIMABLE_FOR_MODEL, Reach::FanOut, claimable!("model_queue");
    CLAIMABLE_OF_PROJECT_FOR_MODEL, Reach::FanOut, claimable_of_project!("model_queue");
    CLAIMABLE_PROJECTS_FOR_MODEL, Reach::FanOut, claimable_projects!("model_queue");
    CLAIM_FOR_MODEL, GRAPH, claim!("model_queue");
    CLAIM_GRAPH_FOR_MODEL, GRAPH, claim_graph!("model_queue");
    END_MODEL_PAUSE, GRAPH,
        "UPDATE model_queue SET ready_at = $2 WHERE graph_id = $1 AND pending > 0 AND ready_at > $2";
    END_MODEL_PAUSES, Reach::FanOut,
        "UPDATE model_queue SET ready_at = $1 WHERE pending > 0 AND ready_at > $1 AND attempts > 0";
    RELEASE_FROM_MODEL, GRAPH, release!("model_queue");
    EXTEND_MODEL_LEASE, GRAPH, extend!("model_queue");
    MODEL_QUEUE_DEPTH, Reach::FanOut, depth!("model_queue");
    LOST_READINGS, Reach::FanOut, lost!("model_queue", "e.model_state = 1");
    EXPECT_MODEL_LEASE, GRAPH,
        "UPDATE model_queue SET epoch = epoch WHERE graph_id = $1 AND epoch = $2 AND NOT EXISTS (SELECT 1 FROM tombstone \
         WHERE graph_id = $1 AND version > $3 AND kind <> 4)";

    AWAIT_MODEL, GRAPH,
        concat!("UPDATE episode SET model_state = 1, model_report = NULL, version = ", version!(),
         " WHERE graph_id = $1 AND episode_id = $2 AND model_state <> 4");
    READ_BY_MODEL, GRAPH,
        concat!("UPDATE episode SET model_state = 2, model_report = $3, version = ", version!(),
         " WHERE graph_id = $1 AND episode_id = $2 AND model_state = 1");
    SET_MODEL_READING, GRAPH,
        concat!("UPDATE episode SET model_state = $3, model_report = $4, version = ", version!(),
         " WHERE graph_id = $1 AND episode_id = $2 AND model_state = 1");
    CANCEL_READING_OF_ASSERTION, GRAPH,
        concat!("UPDATE episode SET model_state = 4, version = ", version!(), " WHERE graph_id = $1 AND model_state <> 4 \
         AND episode_id IN (SELECT episode_id FROM assertion WHERE graph_id = $1 AND assertion_id = $2)");
    CANCEL_READINGS_OF_NAME, GRAPH,
        concat!("UPDATE episode SET model_state = 4, version = ", version!(), " WHERE graph_id = $1 AND model_state <> 4 \
         AND episode_id IN (SELECT episode_id FROM mention WHERE graph_id = $1 AND entity_id = $2)");
    AWAITING_EPISODES, GRAPH, episodes!("WHERE graph_id = $1 AND model_state = 1 ORDER BY seq LIMIT $2");
    MODEL_READINGS_OF_TASK, GRAPH,
        "SELECT model_state, model_report FROM episode WHERE graph_id = $1 AND seq >= $2 AND seq < $3 \
         AND model_state > 0";
    PUT_WRITTEN_SUMMARY, GRAPH,
        "INSERT INTO written_summary (graph_id, kind, subject, summary, basis, instructions, model, written_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (graph_id, kind, subject) DO UPDATE SET \
         summary = excluded.summary, basis = excluded.basis, instructions = excluded.instructions, \
         model = excluded.model, written_at = excluded.written_at";
    WRITTEN_SUMMARIES, GRAPH,
        "SELECT kind, subject, summary, basis, instructions, model, written_at FROM written_summary \
         WHERE graph_id = $1 ORDER BY kind, subject";
    USER_SUMMARIES_AFTER, Reach::FanOut,
        "SELECT w.graph_id FROM written_summary w CROSS JOIN graph g WHERE g.graph_id = w.graph_id AND g.project_id = $1 \
         AND w.kind = 0 AND w.graph_id > $2 ORDER BY w.graph_id LIMIT $3";
    ADD_MODEL_USAGE, Reach::One("project_id"),
        "INSERT INTO model_usage (project_id, day, model, calls, retries, tokens_in, tokens_cached, tokens_out, cost) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (project_id, day, model) DO UPDATE SET \
         calls = model_usage.calls + excluded.calls, retries = model_usage.retries + excluded.retries, \
         tokens_in = model_usage.tokens_in + excluded.tokens_in, \
         tokens_cached = model_usage.tokens_cached + excluded.tokens_cached, \
         tokens_out = model_usage.tokens_out + excluded.tokens_out, cost = model_usage.cost + excluded.cost";
    MODEL_USAGE_SINCE, Reach::One("project_id"),
        "SELECT day, model, calls, retries, tokens_in, tokens_cached, tokens_out, cost FROM model_usage \
         WHERE project_id = $1 AND day >= $2 ORDER BY day, model";
}
