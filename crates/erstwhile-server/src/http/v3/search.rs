//! `graph.search`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use erstwhile::context::ContextBudget;
use erstwhile::engine::{ContextRequest, Search};
use erstwhile::model::EntityId;
use erstwhile::search::{Moment, Reranker};
use serde::{Deserialize, Serialize};

use super::checks;
use super::filters::{WireFilters, ids};
use super::wire::{WireEdge, WireEpisode, WireNode, ranked};
use crate::app::App;
use crate::http::body::{Body, uuid};
use crate::http::caller::Reader;
use crate::http::error::ApiError;

/// Results when the caller does not say (documented).
const LIMIT: i64 = 10;
/// How much relevance counts against difference when the caller does not say (documented).
const MMR_LAMBDA: f32 = 0.5;
/// Characters of an automatic context when the caller does not say, and at most (documented).
const CONTEXT_CHARACTERS: usize = 2_500;
const CONTEXT_CHARACTERS_MAX: usize = 50_000;

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct SearchBody {
    user_id: Option<String>,
    graph_id: Option<String>,
    query: String,
    scope: Option<String>,
    limit: Option<i64>,
    reranker: Option<String>,
    mmr_lambda: Option<f32>,
    center_node_uuid: Option<String>,
    bfs_origin_node_uuids: Option<Vec<String>>,
    max_characters: Option<usize>,
    return_raw_results: Option<bool>,
    search_filters: Option<WireFilters>,
}

/// Only the array of the scope that was asked for is there.
#[derive(Debug, Default, Serialize)]
pub(super) struct SearchResults {
    #[serde(skip_serializing_if = "Option::is_none")]
    edges: Option<Vec<WireEdge>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nodes: Option<Vec<WireNode>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    episodes: Option<Vec<WireEpisode>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<String>,
}

pub(super) async fn search(
    State(app): State<App>,
    Reader(project): Reader,
    Body(mut body): Body<SearchBody>,
) -> Result<Json<SearchResults>, ApiError> {
    let graph = checks::graph_of(body.user_id.clone(), body.graph_id.clone())?;
    checks::characters("query", &body.query, app.limits.query_characters_max)?;
    if body.query.trim().is_empty() {
        return Err(ApiError::bad_request("query must not be empty"));
    }
    let scope = body.scope.clone().unwrap_or_else(|| "edges".to_owned());
    let characters = body.max_characters.unwrap_or(CONTEXT_CHARACTERS);
    let raw = body.return_raw_results == Some(true);
    if scope != "edges"
        && let Some(filters) = &body.search_filters
    {
        filters.check_without_edges()?;
    }
    if scope == "auto" {
        if matches!(body.reranker.as_deref(), Some("node_distance" | "episode_mentions")) {
            return Err(ApiError::bad_request("the scope `auto` does not take that reranker"));
        }
        // The room of the context decides how much is found.
        body.limit = None;
    }
    let search = parse(&app, body)?;
    let mut results = SearchResults::default();
    match scope.as_str() {
        "edges" => results.edges = Some(ranked(app.engine.search_facts(project, &graph, search).await?)),
        "nodes" => results.nodes = Some(ranked(app.engine.search_entities(project, &graph, search).await?)),
        "episodes" => results.episodes = Some(ranked(app.engine.search_episodes(project, &graph, search).await?)),
        "auto" => {
            let tokens_max = characters.clamp(100, CONTEXT_CHARACTERS_MAX) / 4;
            let budget = ContextBudget { tokens_max, ..ContextBudget::default() };
            let request = ContextRequest { budget: Some(budget), ..ContextRequest::default() };
            results.context = Some(app.engine.query_context(project, &graph, &search.query, request).await?);
            if raw {
                results.edges = Some(ranked(app.engine.search_facts(project, &graph, search.clone()).await?));
                results.nodes = Some(ranked(app.engine.search_entities(project, &graph, search.clone()).await?));
                results.episodes = Some(ranked(app.engine.search_episodes(project, &graph, search).await?));
            }
        }
        "thread_summaries" | "observations" => {
            let message = format!("this server does not implement the scope `{scope}` yet");
            return Err(ApiError::new(StatusCode::NOT_IMPLEMENTED, message));
        }
        _ => return Err(ApiError::bad_request("scope must be one of edges, nodes, episodes, auto")),
    }
    Ok(Json(results))
}

fn parse(app: &App, body: SearchBody) -> Result<Search, ApiError> {
    let limit_max = app.limits.search_results_max;
    let limit = usize::try_from(body.limit.unwrap_or(LIMIT)).ok().filter(|limit| (1..=limit_max).contains(limit));
    let limit = limit.ok_or_else(|| ApiError::bad_request(format!("limit must be from 1 to {limit_max}")))?;
    let reranker = match body.reranker.as_deref() {
        // No cross encoder is configured; the fusion that measured best stands in for it.
        None | Some("cross_encoder") => Reranker::Fused,
        Some("rrf") => Reranker::Rrf,
        Some("mmr") => {
            let lambda = body.mmr_lambda.unwrap_or(MMR_LAMBDA);
            if !(0.0..=1.0).contains(&lambda) {
                return Err(ApiError::bad_request("mmr_lambda must be from 0 to 1"));
            }
            Reranker::Mmr(lambda)
        }
        Some("node_distance") => {
            let centre = body.center_node_uuid.as_deref();
            let centre = centre.ok_or_else(|| ApiError::bad_request("node_distance needs a center_node_uuid"))?;
            Reranker::NodeDistance(EntityId(uuid("center_node_uuid", centre)?))
        }
        Some("episode_mentions") => Reranker::EpisodeMentions,
        Some(_) => {
            let message = "reranker must be one of rrf, mmr, node_distance, episode_mentions, cross_encoder";
            return Err(ApiError::bad_request(message));
        }
    };
    let filter = body.search_filters.unwrap_or_default().parse()?;
    // Current facts by default; whoever filters by time decides that alone.
    let moment = if filter.asks_about_time() { Moment::Always } else { Moment::Current(app.engine.now()) };
    let origins = ids("bfs_origin_node_uuids", body.bfs_origin_node_uuids, EntityId)?;
    Ok(Search { reranker, filter, moment, origins, ..Search::new(body.query, limit) })
}
