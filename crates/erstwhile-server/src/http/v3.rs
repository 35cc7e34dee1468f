//! The third generation of the cloud API: users, threads and graphs under `/api/v2`.

use serde_json::Value;

use crate::http::error::ErrorBody;
use crate::openapi::{self, Generation, Routes, delete, get, patch, post};

mod audit;
mod batches;
mod checks;
mod data;
mod derived;
mod edges;
mod episodes;
mod erasures;
mod filters;
mod graphs;
mod instructions;
mod listing;
mod messages;
mod model;
mod nodes;
mod ontology;
mod patterns;
mod policy_sets;
mod projects;
mod search;
mod tasks;
mod templates;
mod threads;
mod user_groups;
mod users;
mod webhooks;
mod wire;

/// The OpenAPI document of the generation.
pub fn document() -> Value {
    let generation = Generation {
        title: "Erstwhile, API v3",
        description: "Users, threads and graphs, as the SDKs zep-cloud 3 call them.",
        prefix: "/api/v2",
    };
    openapi::document::<ErrorBody<'_>>(generation, routes().operations())
}

/// Every route of the generation.
pub fn routes() -> Routes {
    Routes::new()
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
        .route("/erasures", get(erasures::list))
        .route("/audit", get(audit::list))
        .route("/webhooks", get(webhooks::list).post(webhooks::add))
        .route("/webhooks/{uuid}", delete(webhooks::remove))
        .route("/webhooks/{uuid}/deliveries", get(webhooks::deliveries))
        .route("/webhooks/{uuid}/deliveries/{delivery_uuid}/redeliver", post(webhooks::redeliver))
        .route("/model/usage", get(model::usage))
        .route("/model/readings", post(model::read))
        .route("/projects/info", get(projects::get).patch(projects::update))
        .route("/projects/observation-steering", get(projects::steering).put(projects::set_steering))
        .route("/threads/{thread_id}/summary", get(threads::summary))
        .route("/graph/clone", post(graphs::clone))
        .route("/graph/nodes", post(nodes::add))
        .route("/graph/patterns", post(patterns::detect))
        .route("/graph/subgraph", post(patterns::subgraph))
        .route(
            "/graph/documents/{*document_path}",
            get(episodes::of_document).described_at("/graph/documents/{document_id}/episodes"),
        )
        .route("/graph/document-summary/graph/{graph_id}", post(derived::document_summaries))
        .route("/graph/thread-summary/user/{user_id}", post(derived::thread_summaries_of_user))
        .route("/graph/thread-summary/graph/{graph_id}", post(derived::thread_summaries_of_graph))
        .route("/graph/observation/user/{user_id}", post(derived::observations_of_user))
        .route("/graph/observation/graph/{graph_id}", post(derived::observations_of_graph))
        .route("/graph/observation/{uuid}", get(derived::observation))
        .route("/entity-types", get(ontology::list).put(ontology::set))
        .route(
            "/custom-instructions",
            get(instructions::list_custom).post(instructions::add_custom).delete(instructions::delete_custom),
        )
        .route(
            "/user-summary-instructions",
            get(instructions::list_summary).post(instructions::add_summary).delete(instructions::delete_summary),
        )
        .route("/context-templates", get(templates::list).post(templates::create))
        .route("/context-templates/{template_id}", get(templates::get).put(templates::update).delete(templates::delete))
        .route("/batches", get(batches::list).post(batches::create))
        .route("/batches/{batch_id}", get(batches::get).delete(batches::delete))
        .route("/batches/{batch_id}/items", get(batches::list_items).post(batches::add_items))
        .route("/batches/{batch_id}/process", post(batches::process))
        .merge(user_group_routes())
        .merge(older_names().deprecated())
}

/// Groups of users, and what they reach.
fn user_group_routes() -> Routes {
    Routes::new()
        .route("/user-groups", get(user_groups::list).post(user_groups::create))
        .route("/user-groups/users/{user_uuid}", get(user_groups::of_user))
        .route(
            "/user-groups/{group_uuid}",
            get(user_groups::get).patch(user_groups::update).delete(user_groups::delete),
        )
        .route("/user-groups/{group_uuid}/members", get(user_groups::members).post(user_groups::add_members))
        .route("/user-groups/{group_uuid}/members/bulk-remove", post(user_groups::remove_members))
        .route("/user-groups/{group_uuid}/members/candidates", get(user_groups::candidates))
        .route("/user-groups/{group_uuid}/members/{user_uuid}", delete(user_groups::remove_member))
        .route("/abac/user-groups/{group_uuid}/policy-sets", get(user_groups::policy_sets).post(user_groups::attach))
        .route("/abac/user-groups/{group_uuid}/policy-sets/{policy_set_uuid}", delete(user_groups::detach))
        .route("/abac/policy-sets", get(policy_sets::list))
        .route(
            "/abac/policy-sets/{policy_set_uuid}",
            get(policy_sets::get).put(policy_sets::put).delete(policy_sets::remove),
        )
}

/// The same handlers under the paths and methods that older versions of the SDKs call.
fn older_names() -> Routes {
    Routes::new()
        // Until 2.10 these lists were read with GET, and graphs were called groups.
        .route("/graph/edge/user/{user_id}", get(edges::by_user))
        .route("/graph/edge/group/{group_id}", get(edges::by_graph).post(edges::by_graph))
        .route("/graph/node/user/{user_id}", get(nodes::by_user))
        .route("/graph/node/group/{group_id}", get(nodes::by_graph).post(nodes::by_graph))
        .route("/graph/episodes/group/{group_id}", get(episodes::last_of_graph))
        // 3.0.0.
        .route("/graphs", post(graphs::create))
        .route("/graphs/list-all", get(graphs::list_all))
        .route("/graphs/{graph_id}", get(graphs::get).patch(graphs::update).delete(graphs::delete))
        // 3.19 and 3.20.
        .route("/graph/community/user/{user_id}", post(derived::communities_of_user))
        .route("/graph/community/graph/{graph_id}", post(derived::communities_of_graph))
        .route("/graph/community/{uuid}", get(derived::community))
        .route("/graph/theme/user/{user_id}", post(derived::observations_of_user))
        .route("/graph/theme/graph/{graph_id}", post(derived::observations_of_graph))
        .route("/graph/theme/{uuid}", get(derived::observation))
        .route("/graph/saga/user/{user_id}", post(derived::sagas_of_user))
        .route("/graph/saga/graph/{graph_id}", post(derived::sagas_of_graph))
}
