//! `graph.search`

use axum::Json;
use axum::extract::State;
use erstwhile::engine::{ContextRequest, FactTriple, GraphRef, ProjectHandle, Search, SummaryKind};
use erstwhile::model::EntityId;
use erstwhile::search::{Reranker, Scored, Statements};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::checks;
use super::derived::WireDerived;
use super::filters::{WireFilters, ids};
use super::wire::{WireEdge, WireEpisode, WireNode, ranked};
use crate::app::App;
use crate::http::body::{Body, uuid};
use crate::http::caller::Reader;
use crate::http::error::ApiError;

/// Default number of results (documented).
const LIMIT: i64 = 10;
/// Default weight of relevance against diversity (documented).
const MMR_LAMBDA: f32 = 0.5;
/// Default and maximum number of characters of the context of scope `auto` (documented).
const CONTEXT_CHARACTERS: usize = 2_500;
const CONTEXT_CHARACTERS_MAX: usize = 50_000;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct SearchBody {
    user_id: Option<String>,
    #[serde(alias = "group_id")]
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
    /// Beyond Zep: `auto`, `always` or `never`.
    statements: Option<String>,
    /// Beyond Zep: whether episodes say why they have their scores.
    explain: Option<bool>,
    // Parameters of the previous generation.
    min_score: Option<f64>,
    min_fact_rating: Option<f64>,
}

/// Only the array of the requested scope is present.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct SearchResults {
    #[serde(skip_serializing_if = "Option::is_none")]
    edges: Option<Vec<WireEdge>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nodes: Option<Vec<WireNode>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    episodes: Option<Vec<WireEpisode>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    observations: Option<Vec<WireDerived>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread_summaries: Option<Vec<WireDerived>>,
    // The names of versions 3.19 and 3.20.
    #[serde(skip_serializing_if = "Option::is_none")]
    communities: Option<Vec<WireDerived>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    themes: Option<Vec<WireDerived>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sagas: Option<Vec<WireDerived>>,
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
            return Err(ApiError::bad_request(
                "scope auto does not support the rerankers node_distance and episode_mentions",
            ));
        }
        // The size of the context determines the number of results.
        body.limit = None;
    }
    let (score_min, rating_min) = (body.min_score, body.min_fact_rating);
    let search = parse(&app, body)?;
    let mut results = SearchResults::default();
    match scope.as_str() {
        "edges" => {
            let found = with_min_score(project.graph(&graph).search_facts(search).await?, score_min);
            results.edges = Some(ranked(with_min_rating(&project, &graph, found, rating_min).await?));
        }
        "nodes" => {
            let found = project.graph(&graph).search_entities(search).await?;
            results.nodes = Some(ranked(with_min_score(found, score_min)));
        }
        "episodes" => {
            let found = project.graph(&graph).search_episodes(search).await?;
            results.episodes = Some(ranked(with_min_score(found, score_min)));
        }
        "auto" => {
            let tokens_max = characters.clamp(100, CONTEXT_CHARACTERS_MAX) / 4;
            let filter = search.filter.clone();
            let request = ContextRequest { tokens_max: Some(tokens_max), filter, ..ContextRequest::default() };
            results.context = Some(project.graph(&graph).context(&search.query, request).await?.text);
            if raw {
                results.edges = Some(ranked(project.graph(&graph).search_facts(search.clone()).await?));
                results.nodes = Some(ranked(project.graph(&graph).search_entities(search.clone()).await?));
                if search.filter.can_match_episodes() {
                    results.episodes = Some(ranked(project.graph(&graph).search_episodes(search).await?));
                }
            }
        }
        "observations" | "themes" => {
            let found = ranked(project.graph(&graph).search_observations(&search).await?);
            *(if scope == "themes" { &mut results.themes } else { &mut results.observations }) = Some(found);
        }
        "thread_summaries" | "sagas" => {
            let found = project.graph(&graph).search_summaries(SummaryKind::Threads, &search).await?;
            *(if scope == "sagas" { &mut results.sagas } else { &mut results.thread_summaries }) = Some(ranked(found));
        }
        "communities" => {
            results.communities = Some(ranked(project.graph(&graph).search_communities(&search).await?));
        }
        _ => {
            let message = "scope must be one of edges, nodes, episodes, observations, thread_summaries, auto";
            return Err(ApiError::bad_request(message));
        }
    }
    Ok(Json(results))
}

/// Keeps results with a score of at minimum `score_min`.
fn with_min_score<T>(found: Vec<Scored<T>>, score_min: Option<f64>) -> Vec<Scored<T>> {
    found.into_iter().filter(|found| score_min.is_none_or(|minimum| found.score >= minimum)).collect()
}

/// Keeps facts with a rating of at minimum `rating_min`, and facts without a rating.
async fn with_min_rating(
    project: &ProjectHandle,
    graph: &GraphRef,
    found: Vec<Scored<FactTriple>>,
    rating_min: Option<f64>,
) -> Result<Vec<Scored<FactTriple>>, ApiError> {
    let Some(minimum) = rating_min else { return Ok(found) };
    let facts = found.iter().map(|found| found.item.clone()).collect();
    let rated = project.graph(graph).rate_facts(facts).await?;
    let passes = rated.into_iter().map(|rated| rated.rating.is_none_or(|rating| rating >= minimum));
    Ok(found.into_iter().zip(passes).filter(|(_, passes)| *passes).map(|(found, _)| found).collect())
}

fn parse(app: &App, body: SearchBody) -> Result<Search, ApiError> {
    let limit_max = app.limits.search_results_max;
    let limit = usize::try_from(body.limit.unwrap_or(LIMIT)).ok().filter(|limit| (1..=limit_max).contains(limit));
    let limit = limit.ok_or_else(|| ApiError::bad_request(format!("limit must be from 1 to {limit_max}")))?;
    let reranker = match body.reranker.as_deref() {
        None => Reranker::Relevance,
        Some("cross_encoder") => Reranker::CrossEncoder,
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
            let centre = centre
                .ok_or_else(|| ApiError::bad_request("center_node_uuid is required by the reranker node_distance"))?;
            Reranker::NodeDistance(EntityId(uuid("center_node_uuid", centre)?))
        }
        Some("episode_mentions") => Reranker::EpisodeMentions,
        Some(_) => {
            let message = "reranker must be one of rrf, mmr, node_distance, episode_mentions, cross_encoder";
            return Err(ApiError::bad_request(message));
        }
    };
    let statements = match body.statements.as_deref() {
        None => None,
        Some(name) => {
            let parsed = Statements::parse(name);
            Some(parsed.ok_or_else(|| ApiError::bad_request("statements must be one of auto, always, never"))?)
        }
    };
    let filter = body.search_filters.unwrap_or_default().parse()?;
    let moment = filter.default_moment(app.engine.now());
    let origins = ids("bfs_origin_node_uuids", body.bfs_origin_node_uuids, EntityId)?;
    let explain = body.explain.unwrap_or(false);
    Ok(Search { reranker, filter, moment, origins, statements, explain, ..Search::new(body.query, limit) })
}
