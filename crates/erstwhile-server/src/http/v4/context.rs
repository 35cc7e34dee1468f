//! `graph.get_context`

use axum::Json;
use axum::extract::State;
use erstwhile::engine::{ContextRequest, GraphHandle, Search};
use erstwhile::search::Moment;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::checks;
use super::path::PathUuids;
use super::wire::{EpisodeDetails, Owner, Rank, WireEdge, WireEpisode, WireNode};
use crate::app::App;
use crate::http::body::Body;
use crate::http::caller::Reader;
use crate::http::error::ApiError;

/// Default and maximum number of characters of the context.
const CHARACTERS: i64 = 2_500;
const CHARACTERS_MAX: usize = 50_000;
/// Maximum number of results of each kind beside the context.
const RESULTS_MAX: usize = 10;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct GetContext {
    query: String,
    max_characters: Option<i64>,
    include_results: Option<bool>,
    recency_bias: Option<String>,
    filters: Option<Value>,
    template_uuid: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct GraphContext {
    context: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    results: Option<Results>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Results {
    edges: Vec<WireEdge>,
    nodes: Vec<WireNode>,
    episodes: Vec<WireEpisode>,
}

pub(super) async fn get(
    State(app): State<App>,
    Reader(project): Reader,
    PathUuids([graph]): PathUuids<1>,
    Body(body): Body<GetContext>,
) -> Result<Json<GraphContext>, ApiError> {
    checks::characters("query", &body.query, app.limits.query_characters_max)?;
    if body.query.trim().is_empty() {
        return Err(ApiError::bad_request("query must not be empty").with_param("query"));
    }
    check_options(&body)?;
    let characters = checks::from_one_to_max(
        "max_characters",
        Some(body.max_characters.unwrap_or(CHARACTERS)),
        CHARACTERS_MAX,
        CHARACTERS_MAX,
    )?;
    let located = project.graph_by_uuid(graph).await?;
    let handle = project.graph(&located.reference);
    let request = ContextRequest { tokens_max: Some((characters / 4).max(1)), ..ContextRequest::default() };
    let context = handle.context(&body.query, request).await?.text;
    let results = match body.include_results {
        Some(true) => {
            let moment = Moment::Current(app.engine.now());
            let search = Search { moment, ..Search::new(body.query, RESULTS_MAX) };
            let episodes = handle.search_episodes(search.clone()).await?;
            let said: Vec<_> = episodes.iter().map(|found| found.item.clone()).collect();
            let owner = Owner::from(&located);
            let details = EpisodeDetails::of(&project, owner, &said).await?;
            let (edges, nodes) = facts_and_entities(&handle, search, owner).await?;
            let episode = |found: erstwhile::search::Scored<_>| {
                let rank = Rank::of(&found);
                WireEpisode::new(found.item, owner, &details, rank)
            };
            Some(Results { edges, nodes, episodes: episodes.into_iter().map(episode).collect() })
        }
        _ => None,
    };
    Ok(Json(GraphContext { context, results }))
}

async fn facts_and_entities(
    handle: &GraphHandle,
    search: Search,
    owner: Owner,
) -> Result<(Vec<WireEdge>, Vec<WireNode>), ApiError> {
    let edges = handle.search_facts(search.clone()).await?.into_iter().map(|found| {
        let rank = Rank::of(&found);
        WireEdge::new(found.item, owner, rank)
    });
    let nodes = handle.search_entities(search).await?.into_iter().map(|found| {
        let rank = Rank::of(&found);
        WireNode::new(found.item, owner, rank)
    });
    Ok((edges.collect(), nodes.collect()))
}

/// Rejects what this server cannot apply to a context, rather than ignoring it.
fn check_options(body: &GetContext) -> Result<(), ApiError> {
    let is_empty = |filters: &Value| filters.as_object().is_some_and(|all| all.values().all(Value::is_null));
    if !body.filters.as_ref().is_none_or(is_empty) {
        let message = "filters are not supported by the context of a graph";
        return Err(ApiError::bad_request(message).with_code("unsupported_filter").with_param("filters"));
    }
    if body.template_uuid.is_some() {
        return Err(checks::unsupported("template_uuid"));
    }
    match body.recency_bias.as_deref() {
        None | Some("off") => Ok(()),
        Some(_) => Err(checks::unsupported("recency_bias")),
    }
}
