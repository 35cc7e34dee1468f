//! `graph.create`, `get`, `update`, `delete`, `list_all` and `warm`: standalone graphs.

use axum::Json;
use erstwhile::engine::{GraphRef, GraphUpdate, NewGraph, SortBy};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checks;
use super::listing::PageQuery;
use super::wire::{Success, WireGraph};
use crate::http::answers::{Accepted, Created};
use crate::http::body::{Body, Field, PathId, Query};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Erased;
use crate::http::error::ApiError;

/// Maximum number of graphs on a page (documented).
const PAGE_SIZE_MAX: i64 = 100;
/// Maximum number of characters of a search for graphs (documented).
const SEARCH_CHARACTERS_MAX: usize = 200;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct CreateGraph {
    graph_id: String,
    name: Option<String>,
    description: Option<String>,
    time_zone: Option<String>,
}

pub(super) async fn create(
    Writer(project): Writer,
    Body(body): Body<CreateGraph>,
) -> Result<Created<WireGraph>, ApiError> {
    let new = NewGraph {
        graph_id: body.graph_id,
        name: body.name,
        description: body.description,
        time_zone: body.time_zone,
        policy: None,
    };
    Ok(Created(project.create_graph(new).await?.into()))
}

pub(super) async fn get(Reader(project): Reader, PathId(graph_id): PathId) -> Result<Json<WireGraph>, ApiError> {
    Ok(Json(project.graph(GraphRef::Graph(graph_id)).get().await?.into()))
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
    PathId(graph_id): PathId,
    Body(body): Body<UpdateGraph>,
) -> Result<Json<WireGraph>, ApiError> {
    let time_zone = body.time_zone.update(Ok)?;
    let update = GraphUpdate { name: body.name, description: body.description, time_zone };
    Ok(Json(project.graph(&graph_id).update(update).await?.into()))
}

pub(super) async fn delete(
    Writer(project): Writer,
    PathId(graph_id): PathId,
) -> Result<Erased<Json<Success>>, ApiError> {
    Ok(Erased(project.graph(&graph_id).delete().await?, Json(Success::OK)))
}

/// The previous generation called graphs groups.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct CloneGraph {
    source_user_id: Option<String>,
    #[serde(alias = "source_group_id")]
    source_graph_id: Option<String>,
    target_user_id: Option<String>,
    #[serde(alias = "target_group_id")]
    target_graph_id: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Cloned {
    user_id: Option<String>,
    graph_id: Option<String>,
    group_id: Option<String>,
    task_id: Uuid,
}

pub(super) async fn clone(Writer(project): Writer, Body(body): Body<CloneGraph>) -> Result<Accepted<Cloned>, ApiError> {
    let named = |what: &str, user_id, graph_id| {
        let message = format!("exactly one of {what}_user_id and {what}_graph_id must be given");
        checks::graph_of(user_id, graph_id).map_err(|_| ApiError::bad_request(message))
    };
    let source = named("source", body.source_user_id, body.source_graph_id)?;
    let target = named("target", body.target_user_id.clone(), body.target_graph_id.clone())?;
    let task = project.copy_graph(&source, &target).await?;
    let cloned = Cloned {
        user_id: body.target_user_id,
        graph_id: body.target_graph_id.clone(),
        group_id: body.target_graph_id,
        task_id: task.0,
    };
    Ok(Accepted(cloned))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct ListGraphs {
    #[serde(rename = "pageNumber")]
    page_number: Option<i64>,
    #[serde(rename = "pageSize")]
    page_size: Option<i64>,
    search: Option<String>,
    order_by: Option<String>,
    asc: Option<bool>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct GraphList {
    graphs: Vec<WireGraph>,
    total_count: i64,
    row_count: usize,
    page_number: i64,
    page_size: i64,
}

pub(super) async fn list_all(
    Reader(project): Reader,
    Query(query): Query<ListGraphs>,
) -> Result<Json<GraphList>, ApiError> {
    if query.page_size.is_some_and(|size| size > PAGE_SIZE_MAX) {
        return Err(ApiError::bad_request(format!("pageSize must be from 1 to {PAGE_SIZE_MAX}")));
    }
    checks::characters("search", query.search.as_deref().unwrap_or_default(), SEARCH_CHARACTERS_MAX)?;
    let page = PageQuery { number: query.page_number, size: query.page_size, search: query.search, asc: query.asc };
    let orders = [("created_at", SortBy::CreatedAt), ("graph_id", SortBy::Id), ("name", SortBy::Name)];
    let listing = page.listing(query.order_by.as_deref(), &orders)?;
    let (graphs, total_count) = project.list_graphs(&listing).await?;
    Ok(Json(GraphList {
        row_count: graphs.len(),
        graphs: graphs.into_iter().map(Into::into).collect(),
        total_count,
        page_number: listing.page_number,
        page_size: listing.page_size,
    }))
}

pub(super) async fn warm(Reader(project): Reader, PathId(graph_id): PathId) -> Result<Json<Success>, ApiError> {
    project.graph(GraphRef::Graph(graph_id)).warm().await?;
    Ok(Json(Success::OK))
}
