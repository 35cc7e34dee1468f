//! `graph.create`, `get`, `list`, `update`, `delete`, `clone` and `warm`.

use axum::Json;
use axum::extract::State;
use erstwhile::engine::{GraphRef, GraphUpdate, NewGraph, SortBy};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::content_policies::{PolicyOfGraph, stale_revision};
use super::page::{Page, PageQuery};
use super::path::PathUuids;
use super::tasks::{self, Completed, TaskOnly, WireTask};
use super::wire::WireGraph;
use crate::app::App;
use crate::http::answers::{Accepted, Created};
use crate::http::body::{Body, Field, Query};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Erased;
use crate::http::error::ApiError;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct CreateGraph {
    name: Option<String>,
    description: Option<String>,
    time_zone: Option<String>,
    content_policy: Option<PolicyOfGraph>,
}

pub(super) async fn create(
    Writer(project): Writer,
    Body(body): Body<CreateGraph>,
) -> Result<Created<WireGraph>, ApiError> {
    let policy = body.content_policy.map(PolicyOfGraph::parse).transpose()?;
    let new = NewGraph {
        graph_id: String::new(),
        name: body.name,
        description: body.description,
        time_zone: body.time_zone,
        policy,
    };
    Ok(Created(project.create_graph_without_id(new).await.map_err(stale_revision)?.into()))
}

pub(super) async fn get(Reader(project): Reader, PathUuids([uuid]): PathUuids<1>) -> Result<Json<WireGraph>, ApiError> {
    Ok(Json(project.graph_by_uuid(uuid).await?.into()))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct SearchGraphs {
    search: Option<String>,
}

/// Lists standalone graphs.
pub(super) async fn list(
    Reader(project): Reader,
    Query(query): Query<PageQuery>,
    Body(body): Body<SearchGraphs>,
) -> Result<Json<Page<WireGraph>>, ApiError> {
    let listing = query.listing(body.search, &[("created_at", SortBy::CreatedAt), ("name", SortBy::Name)])?;
    let (graphs, total) = project.list_graphs(&listing).await?;
    Ok(Json(Page::of(graphs.into_iter().map(Into::into).collect(), &listing, total)))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct UpdateGraph {
    name: Option<String>,
    description: Option<String>,
    #[serde(default)]
    time_zone: Field<String>,
}

pub(super) async fn update(
    Writer(project): Writer,
    PathUuids([uuid]): PathUuids<1>,
    Body(body): Body<UpdateGraph>,
) -> Result<Json<WireGraph>, ApiError> {
    let located = project.graph_by_uuid(uuid).await?;
    let time_zone = body.time_zone.update(Ok)?;
    let update = GraphUpdate { name: body.name, description: body.description, time_zone };
    Ok(Json(project.graph(&located.reference).update(update).await?.into()))
}

pub(super) async fn delete(
    State(app): State<App>,
    Writer(project): Writer,
    PathUuids([uuid]): PathUuids<1>,
) -> Result<Erased<Accepted<TaskOnly>>, ApiError> {
    let located = project.graph_by_uuid(uuid).await?;
    let erasure = project.graph(&located.reference).delete().await?;
    Ok(Erased(erasure, Completed::GraphDelete.deleted(&project, uuid, app.engine.now(), erasure)))
}

pub(super) async fn warm(
    State(app): State<App>,
    Reader(project): Reader,
    PathUuids([uuid]): PathUuids<1>,
) -> Result<Accepted<TaskOnly>, ApiError> {
    let located = project.graph_by_uuid(uuid).await?;
    project.graph(&located.reference).warm().await?;
    Ok(Completed::GraphWarm.answer(&project, uuid, app.engine.now()))
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ClonedGraph {
    graph: WireGraph,
    task: WireTask,
}

/// Copies a graph; the server chooses the own id of the copy.
pub(super) async fn clone(
    Writer(project): Writer,
    PathUuids([uuid]): PathUuids<1>,
) -> Result<Accepted<ClonedGraph>, ApiError> {
    let located = project.graph_by_uuid(uuid).await?;
    let own_id = project.new_own_id();
    let target = if located.user.is_some() { GraphRef::User(own_id) } else { GraphRef::Graph(own_id) };
    let task = project.copy_graph(&located.reference, &target).await?;
    let copy = project.graph(&target).get().await?;
    let graph = project.graph_by_uuid(copy.id.0).await?.into();
    Ok(Accepted(ClonedGraph { graph, task: tasks::stored(&project, task).await? }))
}
