//! What the generation has and this server does not yet do: a clear answer instead of a wrong one.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{any, patch};

use crate::app::App;
use crate::http::caller::Reader;
use crate::http::error::ApiError;

/// Routes that answer 501.
const ROUTES: &[&str] = &[
    "/abac/user-groups/{group_uuid}/policy-sets",
    "/abac/user-groups/{group_uuid}/policy-sets/{policy_set_uuid}",
    "/batches",
    "/batches/{batch_id}",
    "/batches/{batch_id}/items",
    "/batches/{batch_id}/process",
    "/context-templates",
    "/context-templates/{template_id}",
    "/custom-instructions",
    "/entity-types",
    "/graph/clone",
    "/graph/document-summary/graph/{graph_id}",
    "/graph/documents/{document_id}/episodes",
    "/graph/nodes",
    "/graph/observation/graph/{graph_id}",
    "/graph/observation/user/{user_id}",
    "/graph/observation/{uuid}",
    "/graph/patterns",
    "/graph/subgraph",
    "/graph/thread-summary/graph/{graph_id}",
    "/graph/thread-summary/user/{user_id}",
    "/projects/observation-steering",
    "/threads/{thread_id}/summary",
    "/user-groups",
    "/user-groups/users/{user_uuid}",
    "/user-groups/{group_uuid}",
    "/user-groups/{group_uuid}/members",
    "/user-groups/{group_uuid}/members/bulk-remove",
    "/user-groups/{group_uuid}/members/candidates",
    "/user-groups/{group_uuid}/members/{user_uuid}",
    "/user-summary-instructions",
];

/// The routes.
pub(super) fn routes() -> Router<App> {
    let router = ROUTES.iter().fold(Router::new(), |router, route| router.route(route, any(not_implemented)));
    router.route("/projects/info", patch(not_implemented))
}

async fn not_implemented(_: Reader) -> ApiError {
    ApiError::new(StatusCode::NOT_IMPLEMENTED, "this server does not implement this method yet")
}
