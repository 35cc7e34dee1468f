//! `group.*`: standalone graphs under their older name.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use erstwhile::compat::fact_rating::RatingInstruction;
use erstwhile::engine::compat::RatingScope;
use erstwhile::engine::{GraphRef, GraphUpdate, Listing, NewGraph, SortBy};
use erstwhile::model::Graph;
use serde::{Deserialize, Serialize};

use super::wire::{Success, WireGroup};
use crate::app::App;
use crate::http::body::{Body, PathId, Query};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Erased;
use crate::http::error::ApiError;

/// Default number of groups on a page.
const PAGE_SIZE: i64 = 100;

async fn group(app: &App, graph: Graph) -> Result<WireGroup, ApiError> {
    let of = RatingScope::Graph(GraphRef::Graph(graph.own_id.clone()));
    let rating = app.engine.project(graph.project).rating(&of).await?;
    Ok(WireGroup::new(graph, rating))
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct AddGroup {
    group_id: String,
    name: Option<String>,
    description: Option<String>,
    fact_rating_instruction: Option<RatingInstruction>,
}

pub(super) async fn add(
    State(app): State<App>,
    Writer(project): Writer,
    Body(body): Body<AddGroup>,
) -> Result<(StatusCode, Json<WireGroup>), ApiError> {
    if let Some(instruction) = &body.fact_rating_instruction {
        instruction.check()?;
    }
    let of = RatingScope::Graph(GraphRef::Graph(body.group_id.clone()));
    let new =
        NewGraph { graph_id: body.group_id, name: body.name, description: body.description, ..NewGraph::default() };
    let graph = project.create_graph(new).await?;
    if let Some(instruction) = &body.fact_rating_instruction {
        project.set_rating(&of, instruction).await?;
    }
    Ok((StatusCode::CREATED, Json(group(&app, graph).await?)))
}

pub(super) async fn get(
    State(app): State<App>,
    Reader(project): Reader,
    PathId(group_id): PathId,
) -> Result<Json<WireGroup>, ApiError> {
    let graph = project.graph(GraphRef::Graph(group_id)).get().await?;
    Ok(Json(group(&app, graph).await?))
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct UpdateGroup {
    name: Option<String>,
    description: Option<String>,
    fact_rating_instruction: Option<RatingInstruction>,
}

pub(super) async fn update(
    State(app): State<App>,
    Writer(project): Writer,
    PathId(group_id): PathId,
    Body(body): Body<UpdateGroup>,
) -> Result<Json<WireGroup>, ApiError> {
    let update = GraphUpdate { name: body.name, description: body.description, time_zone: None };
    let graph = project.graph(&group_id).update(update).await?;
    if let Some(instruction) = &body.fact_rating_instruction {
        project.set_rating(&RatingScope::Graph(GraphRef::Graph(group_id)), instruction).await?;
    }
    Ok(Json(group(&app, graph).await?))
}

pub(super) async fn delete(
    Writer(project): Writer,
    PathId(group_id): PathId,
) -> Result<Erased<Json<Success>>, ApiError> {
    Ok(Erased(project.graph(&group_id).delete().await?, Json(Success::OK)))
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct ListGroups {
    #[serde(rename = "pageNumber")]
    page_number: Option<i64>,
    #[serde(rename = "pageSize")]
    page_size: Option<i64>,
}

#[derive(Debug, Serialize)]
pub(super) struct GroupList {
    groups: Vec<WireGroup>,
    total_count: i64,
    row_count: usize,
}

pub(super) async fn list(
    State(app): State<App>,
    Reader(project): Reader,
    Query(query): Query<ListGroups>,
) -> Result<Json<GroupList>, ApiError> {
    let listing = Listing {
        page_number: query.page_number.filter(|number| *number != 0).unwrap_or(1),
        page_size: query.page_size.filter(|size| *size != 0).unwrap_or(PAGE_SIZE),
        search: String::new(),
        sort_by: SortBy::CreatedAt,
        ascending: false,
    };
    let (graphs, total_count) = project.list_graphs(&listing).await?;
    let mut groups = Vec::with_capacity(graphs.len());
    for graph in graphs {
        groups.push(group(&app, graph).await?);
    }
    Ok(Json(GroupList { row_count: groups.len(), groups, total_count }))
}
