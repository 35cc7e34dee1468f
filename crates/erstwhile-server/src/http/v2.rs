//! The session generations under `/api/v2`: the community edition, cloud v1 and cloud v2.
//!
//! Routes shared with the third generation (users, graphs, ontology) are in [`super::v3`] and return the
//! superset of all fields. This module has the routes that the third generation dropped: sessions, memory,
//! facts, groups and document collections.

use axum::Router;
use axum::routing::{delete, get, patch, post};

use crate::app::App;

mod checks;
mod collections;
mod documents;
mod facts;
mod groups;
mod inference;
mod memory;
mod messages;
mod search;
mod sessions;
mod wire;

/// Every route of these generations.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/sessions", post(sessions::add))
        .route("/sessions-ordered", get(sessions::list))
        .route("/sessions/end", post(sessions::end_many))
        .route("/sessions/search", post(search::search_sessions))
        .route("/sessions/{session_id}", get(sessions::get).patch(sessions::update))
        .route("/sessions/{session_id}/end", post(sessions::end))
        .route("/sessions/{session_id}/classify", post(inference::classify))
        .route("/sessions/{session_id}/extract", post(inference::extract))
        .route("/sessions/{session_id}/synthesize_question", get(inference::synthesize_question))
        .route("/sessions/{session_id}/facts", get(facts::of_session).post(facts::add_to_session))
        .route("/sessions/{session_id}/memory", get(memory::get).post(memory::add).delete(memory::delete))
        .route("/sessions/{session_id}/messages", get(messages::list))
        .route("/sessions/{session_id}/messages/{uuid}", get(messages::get).patch(messages::update))
        .route("/sessions/{session_id}/search", post(search::search_memory))
        .route("/sessions/{session_id}/summary", get(memory::summaries))
        .route("/users/{user_id}/sessions", get(sessions::of_user))
        .route("/users/{user_id}/facts", get(facts::of_user))
        .route("/facts/{uuid}", get(facts::get).delete(facts::delete))
        .route("/groups", post(groups::add))
        .route("/groups-ordered", get(groups::list))
        .route("/groups/{group_id}", get(groups::get).patch(groups::update).delete(groups::delete))
        .route("/groups/{group_id}/facts", get(facts::of_group))
        .route("/collections", get(collections::list))
        .route(
            "/collections/{name}",
            get(collections::get).post(collections::add).patch(collections::update).delete(collections::delete),
        )
        .route("/collections/{name}/documents", post(documents::add))
        .route("/collections/{name}/documents/batchGet", post(documents::get_many))
        .route("/collections/{name}/documents/batchUpdate", patch(documents::update_many))
        .route("/collections/{name}/documents/batchDelete", post(documents::delete_many))
        .route(
            "/collections/{name}/documents/uuid/{uuid}",
            get(documents::get).patch(documents::update).merge(delete(documents::delete)),
        )
        .route("/collections/{name}/search", post(documents::search))
}
