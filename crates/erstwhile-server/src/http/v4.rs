//! The fourth generation of the cloud API under `/api/v4`: objects are addressed by the uuids that the server assigned,
//! lists have cursors, and errors have codes.

use serde_json::Value;

use crate::openapi::{self, Generation, Routes, delete, get, post};

mod batches;
mod checks;
mod content_policies;
mod context;
mod debug_logs;
mod declarations;
mod derived;
mod edges;
mod episodes;
mod error;
mod filters;
mod graphs;
mod hyperedges;
mod ingestion_traces;
mod lookup;
mod messages;
mod nodes;
mod page;
mod path;
mod projects;
mod query;
mod search;
mod task_list;
mod tasks;
mod templates;
mod threads;
mod unavailable;
mod user_groups;
mod users;
mod wire;

use error::WireError;
pub use error::errors_with_codes;
pub use unavailable::routes as missing_routes;

/// The path prefix of the generation.
pub const PREFIX: &str = "/api/v4";

/// The OpenAPI document of the generation.
pub fn document() -> Value {
    let generation = Generation {
        title: "Erstwhile, API v4",
        description: "Users, threads and graphs by uuid, as the SDK zep-cloud 4 calls them. Agents and trace connections answer 501.",
        prefix: PREFIX,
    };
    openapi::document::<WireError<'_>>(generation, routes().operations())
}

/// Every route of the generation.
pub fn routes() -> Routes {
    people()
        .merge(graphs())
        .merge(projects())
        .route("/lookup", post(lookup::batch))
        .route("/debug-logs/enable", post(debug_logs::enable))
        .route("/tasks", get(task_list::list))
        .route("/tasks/{task_uuid}", get(tasks::get))
        .route("/batches", get(batches::list).post(batches::create))
        .route("/batches/{batch_uuid}", get(batches::get).delete(batches::delete))
        .route("/batches/{batch_uuid}/items", get(batches::list_items).post(batches::add_items))
        .route("/batches/{batch_uuid}/process", post(batches::process))
}

/// Users, their groups, and threads.
fn people() -> Routes {
    Routes::new()
        .route("/users", post(users::create))
        .route("/users/list", post(users::list))
        .route("/users/lookup", post(lookup::user))
        .route("/users/{user_uuid}", get(users::get).patch(users::update).delete(users::delete))
        .route("/users/{user_uuid}/node", get(users::node))
        .route(
            "/users/{user_uuid}/summary-instructions",
            get(declarations::user_summary_instructions).put(declarations::set_user_summary_instructions),
        )
        .route("/users/{user_uuid}/user-groups", get(user_groups::of_user))
        .route("/threads", get(threads::list).post(threads::create))
        .route("/threads/lookup", post(lookup::thread))
        .route("/threads/{thread_uuid}", get(threads::get).delete(threads::delete))
        .route("/threads/{thread_uuid}/context", get(threads::context))
        .route("/threads/{thread_uuid}/episodes", get(threads::episodes))
        .route("/threads/{thread_uuid}/summary", get(threads::summary))
        .route("/threads/{thread_uuid}/messages", get(messages::list).post(messages::add))
        .route("/threads/{thread_uuid}/messages/{message_uuid}", get(messages::get).patch(messages::update))
        .route("/user-groups", post(user_groups::create))
        .route("/user-groups/list", post(user_groups::list))
        .route(
            "/user-groups/{group_uuid}",
            get(user_groups::get).patch(user_groups::update).delete(user_groups::delete),
        )
        .route("/user-groups/{group_uuid}/member-candidates/list", post(user_groups::candidates))
        .route("/user-groups/{group_uuid}/members", post(user_groups::add_members))
        .route("/user-groups/{group_uuid}/members/list", post(user_groups::members))
        .route("/user-groups/{group_uuid}/members/remove", post(user_groups::remove_members))
        .route("/user-groups/{group_uuid}/members/{user_uuid}", delete(user_groups::remove_member))
}

/// Graphs and what they hold.
fn graphs() -> Routes {
    Routes::new()
        .route("/graphs", post(graphs::create))
        .route("/graphs/list", post(graphs::list))
        .route("/graphs/lookup", post(lookup::graph))
        .route("/graphs/query", post(query::query))
        .route("/graphs/{graph_uuid}", get(graphs::get).patch(graphs::update).delete(graphs::delete))
        .route("/graphs/{graph_uuid}/clone", post(graphs::clone))
        .route("/graphs/{graph_uuid}/warm", post(graphs::warm))
        .route("/graphs/{graph_uuid}/context", post(context::get))
        .route("/graphs/{graph_uuid}/content-policy", get(content_policies::of_graph))
        .route("/graphs/{graph_uuid}/content-policy/events/list", post(content_policies::events))
        .route("/graphs/{graph_uuid}/search/edges", post(search::edges))
        .route("/graphs/{graph_uuid}/search/nodes", post(search::nodes))
        .route("/graphs/{graph_uuid}/search/episodes", post(search::episodes))
        .route("/graphs/{graph_uuid}/search/observations", post(search::observations))
        .route("/graphs/{graph_uuid}/search/thread-summaries", post(search::thread_summaries))
        .route("/graphs/{graph_uuid}/subgraph", post(nodes::subgraph))
        .route("/graphs/{graph_uuid}/nodes", post(nodes::add))
        .route("/graphs/{graph_uuid}/nodes/list", post(nodes::list))
        .route("/graphs/{graph_uuid}/nodes/{node_uuid}", get(nodes::get).patch(nodes::update).delete(nodes::delete))
        .route("/graphs/{graph_uuid}/nodes/{node_uuid}/neighbors", post(nodes::neighbors))
        .route("/graphs/{graph_uuid}/edges", post(edges::add))
        .route("/graphs/{graph_uuid}/edges/list", post(edges::list))
        .route("/graphs/{graph_uuid}/edges/{edge_uuid}", get(edges::get).patch(edges::update).delete(edges::delete))
        .merge(hyperedge_routes())
        .route("/graphs/{graph_uuid}/episodes", post(episodes::add))
        .route("/graphs/{graph_uuid}/episodes/list", post(episodes::list))
        .route(
            "/graphs/{graph_uuid}/episodes/{episode_uuid}",
            get(episodes::get).patch(episodes::update).delete(episodes::delete),
        )
        .route("/graphs/{graph_uuid}/episodes/{episode_uuid}/debug-logs", get(debug_logs::get))
        .route("/graphs/{graph_uuid}/episodes/{episode_uuid}/ingestion-traces", get(ingestion_traces::list))
        .route("/graphs/{graph_uuid}/documents/{document_id}/episodes", get(episodes::of_document))
        .route("/graphs/{graph_uuid}/observations/list", post(derived::observations))
        .route("/graphs/{graph_uuid}/observations/{observation_uuid}", get(derived::observation))
        .route("/graphs/{graph_uuid}/thread-summaries/list", post(derived::thread_summaries))
        .route("/graphs/{graph_uuid}/document-summaries/list", post(derived::document_summaries))
        .route("/graphs/{graph_uuid}/ontology", get(declarations::graph_ontology).put(declarations::set_graph_ontology))
        .route(
            "/graphs/{graph_uuid}/instructions",
            get(declarations::graph_instructions).put(declarations::set_graph_instructions),
        )
        .route(
            "/graphs/{graph_uuid}/observation-steering",
            get(declarations::graph_steering).put(declarations::set_graph_steering),
        )
}

/// Statements about more than two nodes.
fn hyperedge_routes() -> Routes {
    Routes::new()
        .route("/graphs/{graph_uuid}/hyperedges", post(hyperedges::add))
        .route("/graphs/{graph_uuid}/hyperedges/list", post(hyperedges::list))
        .route(
            "/graphs/{graph_uuid}/hyperedges/{hyperedge_uuid}",
            get(hyperedges::get).patch(hyperedges::update).delete(hyperedges::delete),
        )
        .route("/graphs/{graph_uuid}/hyperedges/{hyperedge_uuid}/edges", post(hyperedges::create_edge))
        .route("/graphs/{graph_uuid}/hyperedges/{hyperedge_uuid}/edges/{edge_uuid}", delete(hyperedges::delete_edge))
}

/// The project, what it declares, and templates.
fn projects() -> Routes {
    Routes::new()
        .route("/project", get(projects::get).patch(projects::update))
        .route("/project/ontology", get(declarations::project_ontology).put(declarations::set_project_ontology))
        .route(
            "/project/instructions",
            get(declarations::project_instructions).put(declarations::set_project_instructions),
        )
        .route(
            "/project/user-summary-instructions",
            get(declarations::project_summary_instructions).put(declarations::set_project_summary_instructions),
        )
        .route(
            "/project/observation-steering",
            get(declarations::project_steering).put(declarations::set_project_steering),
        )
        .route("/project/content-policy", get(content_policies::get).put(content_policies::set))
        .route("/project/content-policy/revisions", get(content_policies::revisions))
        .route("/project/content-policy/revisions/{revision_uuid}", get(content_policies::revision))
        .route("/context-templates", post(templates::create))
        .route("/context-templates/list", post(templates::list))
        .route(
            "/context-templates/{template_uuid}",
            get(templates::get).put(templates::update).delete(templates::delete),
        )
}
