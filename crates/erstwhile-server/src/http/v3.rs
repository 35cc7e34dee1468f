//! The third generation of the cloud API: users, threads and graphs under `/api/v2`.

use axum::Router;
use axum::routing::{delete, get, patch, post};

use crate::app::App;

mod checks;
mod data;
mod edges;
mod episodes;
mod filters;
mod graphs;
mod listing;
mod messages;
mod nodes;
mod projects;
mod search;
mod tasks;
mod threads;
mod unsupported;
mod users;
mod wire;

/// Every route of the generation.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/users", post(users::add))
        .route("/users-ordered", get(users::list_ordered))
        .route("/users/{user_id}", get(users::get).patch(users::update).delete(users::delete))
        .route("/users/{user_id}/node", get(users::node))
        .route("/users/{user_id}/threads", get(users::threads))
        .route("/users/{user_id}/warm", get(users::warm))
        .route("/threads", get(threads::list_all).post(threads::create))
        .route("/threads/{thread_id}", delete(threads::delete))
        .route("/threads/{thread_id}/messages", get(messages::list).post(messages::add))
        .route("/threads/{thread_id}/messages-batch", post(messages::add_batch))
        .route("/threads/{thread_id}/context", get(threads::context))
        .route("/threads/{thread_id}/episodes", get(threads::episodes))
        .route("/messages/{uuid}", patch(messages::update))
        .route("/graph", post(data::add))
        .route("/graph-batch", post(data::add_batch))
        .route("/graph/add-fact-triple", post(edges::add_fact_triple))
        .route("/graph/create", post(graphs::create))
        .route("/graph/list-all", get(graphs::list_all))
        .route("/graph/search", post(search::search))
        .route("/graph/{graph_id}", get(graphs::get).patch(graphs::update).delete(graphs::delete))
        .route("/graph/{graph_id}/warm", get(graphs::warm))
        .route("/graph/edge/user/{user_id}", post(edges::by_user))
        .route("/graph/edge/graph/{graph_id}", post(edges::by_graph))
        .route("/graph/edge/{uuid}", get(edges::get).patch(edges::update).delete(edges::delete))
        .route("/graph/node/user/{user_id}", post(nodes::by_user))
        .route("/graph/node/graph/{graph_id}", post(nodes::by_graph))
        .route("/graph/node/{uuid}", get(nodes::get).patch(nodes::update).delete(nodes::delete))
        .route("/graph/node/{uuid}/entity-edges", get(nodes::edges))
        .route("/graph/node/{uuid}/episodes", get(nodes::episodes))
        .route("/graph/node/{uuid}/neighbors", post(nodes::neighbors))
        .route("/graph/episodes/user/{user_id}", get(episodes::last_of_user).post(episodes::by_user))
        .route("/graph/episodes/graph/{graph_id}", get(episodes::last_of_graph).post(episodes::by_graph))
        .route("/graph/episodes/{uuid}", get(episodes::get).patch(episodes::update).delete(episodes::delete))
        .route("/graph/episodes/{uuid}/mentions", get(episodes::mentions))
        .route("/tasks/{task_id}", get(tasks::get))
        .route("/projects/info", get(projects::get))
        .merge(unsupported::routes())
}
