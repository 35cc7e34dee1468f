//! `lookup.batch` and the lookups of single objects: from the application's own ids, by which older generations address
//! objects, to uuids.

use axum::Json;
use erstwhile::engine::{GraphRef, ProjectHandle};
use erstwhile::{Error, ErrorKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::wire::{WireGraph, WireThread, WireUser};
use crate::http::body::Body;
use crate::http::caller::Reader;
use crate::http::error::ApiError;

/// Maximum number of ids of one call.
const IDS_MAX: usize = 1_000;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct LookupOne {
    user_id: Option<String>,
    thread_id: Option<String>,
    graph_id: Option<String>,
}

/// The one id that a lookup gives.
enum OwnId {
    User(String),
    Thread(String),
    Graph(String),
}

impl LookupOne {
    fn only(self) -> Result<OwnId, ApiError> {
        let given = |id: Option<String>| id.filter(|id| !id.is_empty());
        match (given(self.user_id), given(self.thread_id), given(self.graph_id)) {
            (Some(id), None, None) => Ok(OwnId::User(id)),
            (None, Some(id), None) => Ok(OwnId::Thread(id)),
            (None, None, Some(id)) => Ok(OwnId::Graph(id)),
            _ => Err(ApiError::bad_request("exactly one of user_id, thread_id and graph_id must be given")),
        }
    }
}

/// Finds a user by its own id, or by that of one of its threads.
pub(super) async fn user(Reader(project): Reader, Body(body): Body<LookupOne>) -> Result<Json<WireUser>, ApiError> {
    let user_id = match body.only()? {
        OwnId::User(id) => id,
        OwnId::Thread(id) => project.thread(id).get().await?.user_id.ok_or_else(|| Error::not_found("user"))?,
        OwnId::Graph(_) => return Err(ApiError::bad_request("a user is looked up by user_id or thread_id")),
    };
    Ok(Json(project.user(user_id).get().await?.into()))
}

pub(super) async fn thread(Reader(project): Reader, Body(body): Body<LookupOne>) -> Result<Json<WireThread>, ApiError> {
    match body.only()? {
        OwnId::Thread(id) => Ok(Json(project.thread(id).get().await?.into())),
        _ => Err(ApiError::bad_request("a thread is looked up by thread_id")),
    }
}

/// Finds a graph by its own id, or by that of its user or of a thread in it.
pub(super) async fn graph(Reader(project): Reader, Body(body): Body<LookupOne>) -> Result<Json<WireGraph>, ApiError> {
    let reference = match body.only()? {
        OwnId::User(id) => GraphRef::User(id),
        OwnId::Thread(id) => GraphRef::Thread(id),
        OwnId::Graph(id) => GraphRef::Graph(id),
    };
    let graph = project.graph(reference).get().await?;
    Ok(Json(project.graph_by_uuid(graph.id.0).await?.into()))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct LookupMany {
    users: Option<Vec<String>>,
    threads: Option<Vec<String>>,
    graphs: Option<Vec<String>>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Found {
    items: Vec<FoundItem>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct FoundItem {
    resource_type: &'static str,
    legacy_id: String,
    found: bool,
    uuid: Option<Uuid>,
}

pub(super) async fn batch(Reader(project): Reader, Body(body): Body<LookupMany>) -> Result<Json<Found>, ApiError> {
    let given = [("user", body.users), ("thread", body.threads), ("graph", body.graphs)];
    let given = given.map(|(kind, ids)| (kind, ids.unwrap_or_default()));
    if given.iter().map(|(_, ids)| ids.len()).sum::<usize>() > IDS_MAX {
        return Err(ApiError::bad_request(format!("a lookup must have at most {IDS_MAX} ids")));
    }
    let mut items = Vec::new();
    for (resource_type, ids) in given {
        for legacy_id in ids {
            let uuid = uuid_of(&project, resource_type, &legacy_id).await?;
            items.push(FoundItem { resource_type, legacy_id, found: uuid.is_some(), uuid });
        }
    }
    Ok(Json(Found { items }))
}

async fn uuid_of(project: &ProjectHandle, kind: &str, id: &str) -> Result<Option<Uuid>, ApiError> {
    let found = match kind {
        "user" => project.user(id).get().await.map(|user| user.uuid.0),
        "thread" => project.thread(id).get().await.map(|thread| thread.uuid.0),
        _ => project.graph(GraphRef::Graph(id.to_owned())).get().await.map(|graph| graph.id.0),
    };
    match found {
        Ok(uuid) => Ok(Some(uuid)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}
