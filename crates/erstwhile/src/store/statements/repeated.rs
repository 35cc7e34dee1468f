//! The statements by which repeated requests are recognised.

use super::{Reach, Statement};

const UUID: Reach = Reach::One("uuid");

statements! {
    USE_KEY, Reach::One("key_id"),
        "INSERT INTO request_key (key_id, request, used_at) VALUES ($1, $2, $3) ON CONFLICT (key_id) \
         DO UPDATE SET used_at = request_key.used_at WHERE request_key.request = excluded.request";
    FORGET_KEYS, Reach::FanOut, "DELETE FROM request_key WHERE used_at < $1";

    ADD_GIVEN_UUID, UUID,
        "INSERT INTO given_uuid (uuid, project_id, graph_id) VALUES ($1, $2, $3) \
         ON CONFLICT (uuid, project_id) DO NOTHING";
    GRAPH_OF_GIVEN_UUID, UUID, "SELECT graph_id FROM given_uuid WHERE uuid = $1 AND project_id = $2";
    REMOVE_GIVEN_UUID, UUID, "DELETE FROM given_uuid WHERE uuid = $1 AND project_id = $2";
    REMOVE_GIVEN_UUIDS_OF_THREAD, Reach::FanOut,
        "DELETE FROM given_uuid WHERE graph_id = $1 \
         AND uuid IN (SELECT episode_id FROM episode WHERE graph_id = $1 AND thread_id = $2)";
    REMOVE_GIVEN_UUIDS, Reach::FanOut, "DELETE FROM given_uuid WHERE graph_id = $1";
}
