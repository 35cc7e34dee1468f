//! Policy sets: which standalone graphs the members of user groups reach. Zep's service has them in its dashboard, and
//! no method of its SDKs writes them.

use axum::Json;
use axum::response::NoContent;
use erstwhile::engine::{GraphRef, NewPolicySet, ProjectHandle};
use erstwhile::model::{GraphAction, PolicyMode, PolicySet};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::http::body::{Body, PathUuid, uuid};
use crate::http::caller::Admin;
use crate::http::error::ApiError;

/// What is done with a graph that is granted; `graph.add` includes `graph.search`.
const SEARCH: &str = "graph.search";
const ADD: &str = "graph.add";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct PutPolicySet {
    name: String,
    /// `enforce` or `off`; `enforce` by default.
    mode: Option<String>,
    grants: Vec<PutGrant>,
}

/// The graph is named by one of its ids.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct PutGrant {
    graph_id: Option<String>,
    graph_uuid: Option<String>,
    /// `graph.search`, `graph.add` or both.
    actions: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WirePolicySet {
    uuid: Uuid,
    name: String,
    mode: &'static str,
    version: i64,
    grants: Vec<WireGrant>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WireGrant {
    graph_uuid: Uuid,
    actions: Vec<&'static str>,
}

/// The name of a mode.
pub(super) fn mode_name(mode: PolicyMode) -> &'static str {
    match mode {
        PolicyMode::Enforce => "enforce",
        PolicyMode::Off => "off",
    }
}

impl From<PolicySet> for WirePolicySet {
    fn from(set: PolicySet) -> Self {
        let actions = |action| match action {
            GraphAction::Search => vec![SEARCH],
            GraphAction::Add => vec![SEARCH, ADD],
        };
        Self {
            uuid: set.uuid,
            name: set.name,
            mode: mode_name(set.mode),
            version: set.version,
            grants: set
                .grants
                .into_iter()
                .map(|grant| WireGrant { graph_uuid: grant.graph, actions: actions(grant.action) })
                .collect(),
            created_at: set.created_at,
            updated_at: set.updated_at,
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct PolicySetList {
    policy_sets: Vec<WirePolicySet>,
}

impl PutPolicySet {
    async fn parse(self, project: &ProjectHandle) -> Result<NewPolicySet, ApiError> {
        let mode = match self.mode.as_deref() {
            None | Some("enforce") => PolicyMode::Enforce,
            Some("off") => PolicyMode::Off,
            Some(_) => return Err(ApiError::bad_request("mode must be enforce or off")),
        };
        let mut grants = Vec::with_capacity(self.grants.len());
        for grant in self.grants {
            let graph = match (grant.graph_id, grant.graph_uuid) {
                (Some(graph_id), None) => GraphRef::Graph(graph_id),
                (None, Some(text)) => project.graph_by_uuid(uuid("graph_uuid", &text)?).await?.reference,
                _ => return Err(ApiError::bad_request("a grant needs either graph_id or graph_uuid")),
            };
            grants.push((graph, action(&grant.actions)?));
        }
        Ok(NewPolicySet { name: self.name, mode, grants })
    }
}

fn action(names: &[String]) -> Result<GraphAction, ApiError> {
    let parse = |name: &String| match name.as_str() {
        SEARCH => Ok(GraphAction::Search),
        ADD => Ok(GraphAction::Add),
        _ => Err(ApiError::bad_request(format!("actions must be some of {SEARCH} and {ADD}"))),
    };
    let actions = names.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    actions.into_iter().max().ok_or_else(|| ApiError::bad_request("a grant needs an action"))
}

pub(super) async fn list(Admin(project): Admin) -> Result<Json<PolicySetList>, ApiError> {
    let policy_sets = project.policy_sets().await?.into_iter().map(Into::into).collect();
    Ok(Json(PolicySetList { policy_sets }))
}

pub(super) async fn get(Admin(project): Admin, PathUuid(set): PathUuid) -> Result<Json<WirePolicySet>, ApiError> {
    Ok(Json(project.policy_set(set).await?.into()))
}

pub(super) async fn put(
    Admin(project): Admin,
    PathUuid(set): PathUuid,
    Body(body): Body<PutPolicySet>,
) -> Result<Json<WirePolicySet>, ApiError> {
    let new = body.parse(&project).await?;
    Ok(Json(project.put_policy_set(set, new).await?.into()))
}

pub(super) async fn remove(Admin(project): Admin, PathUuid(set): PathUuid) -> Result<NoContent, ApiError> {
    project.remove_policy_set(set).await?;
    Ok(NoContent)
}
