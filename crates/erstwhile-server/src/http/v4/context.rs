//! `graph.get_context`

use axum::Json;
use axum::extract::State;
use erstwhile::engine::{ContextRequest, GraphHandle, ProjectHandle, Search, TemplateRef};
use erstwhile::search::Scored;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::checks;
use super::filters::WireFilters;
use super::path::{PathUuids, optional_identifier};
use super::wire::{EpisodeDetails, Owner, Rank, WireEdge, WireEpisode, WireNode};
use crate::app::App;
use crate::http::body::Body;
use crate::http::caller::Reader;
use crate::http::error::ApiError;

/// Default and maximum number of characters of the context. A template limits itself by default.
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
    filters: Option<WireFilters>,
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
    if !matches!(body.recency_bias.as_deref(), None | Some("off")) {
        return Err(checks::unsupported("recency_bias"));
    }
    let template = optional_identifier("template_uuid", body.template_uuid.as_ref())?;
    let default = if template.is_some() { None } else { Some(CHARACTERS) };
    let given = body.max_characters.or(default);
    let characters = checks::from_one_to_max("max_characters", given, usize::MAX, CHARACTERS_MAX)?;
    let filter = body.filters.unwrap_or_default().parse()?;
    let located = project.graph_by_uuid(graph).await?;
    let handle = project.graph(&located.reference);
    let context = match template {
        Some(uuid) => {
            handle.context_by_template(TemplateRef::Uuid(uuid), &body.query, filter.clone(), characters).await?
        }
        None => {
            let tokens_max = Some((characters / 4).max(1));
            let request = ContextRequest { tokens_max, filter: filter.clone(), ..ContextRequest::default() };
            handle.context(&body.query, request).await?.text
        }
    };
    let results = if body.include_results == Some(true) {
        let moment = filter.default_moment(app.engine.now());
        let search = Search { moment, filter, ..Search::new(body.query, RESULTS_MAX) };
        Some(results(&project, &handle, search, Owner::from(&located)).await?)
    } else {
        None
    };
    Ok(Json(GraphContext { context, results }))
}

/// What a search finds of everything that a context may hold: see [`ContextRequest::filter`].
async fn results(
    project: &ProjectHandle,
    handle: &GraphHandle,
    search: Search,
    owner: Owner,
) -> Result<Results, ApiError> {
    let edges = handle.search_facts(search.clone()).await?;
    let nodes = handle.search_entities(search.clone()).await?;
    let episodes = if search.filter.can_match_episodes() { handle.search_episodes(search).await? } else { Vec::new() };
    let said: Vec<_> = episodes.iter().map(|found| found.item.clone()).collect();
    let details = EpisodeDetails::of(project, owner, &said).await?;
    Ok(Results {
        edges: ranked(edges, |item, rank| WireEdge::new(item, owner, rank)),
        nodes: ranked(nodes, |item, rank| WireNode::new(item, owner, rank)),
        episodes: ranked(episodes, |item, rank| WireEpisode::new(item, owner, &details, rank)),
    })
}

fn ranked<T, W>(found: Vec<Scored<T>>, wire: impl Fn(T, Rank) -> W) -> Vec<W> {
    let one = |found: Scored<T>| {
        let rank = Rank::of(&found);
        wire(found.item, rank)
    };
    found.into_iter().map(one).collect()
}
