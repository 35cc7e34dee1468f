//! `graph.search_*`, one route for each kind of result.

use axum::Json;
use axum::extract::State;
use erstwhile::engine::{LocatedGraph, ProjectHandle, Search, SummaryKind};
use erstwhile::model::EntityId;
use erstwhile::search::filter::Filter;
use erstwhile::search::{Reranker, Scored};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

use super::checks;
use super::derived::{WireObservation, WireThreadSummary, thread_uuid};
use super::filters::{
    WireEpisodeFilters, WireFilters, WireObservationFilters, WireSummaryFilters, by_violation, for_node_search, ids,
};
use super::page::{CursorQuery, Page, PageQuery, RESULTS_MAX};
use super::path::{PathUuids, identifier};
use super::wire::{EpisodeDetails, Owner, Rank, WireEdge, WireEpisode, WireNode};
use crate::app::App;
use crate::http::body::{Body, Query};
use crate::http::caller::Reader;
use crate::http::error::ApiError;

/// Maximum number of results of one search, over all its pages.
const FOUND_MAX: usize = 1_000;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
#[schemars(rename = "SearchBodyWith{F}")]
pub(super) struct SearchBody<F> {
    query: String,
    reranker: Option<String>,
    mmr_lambda: Option<f32>,
    center_node_uuid: Option<String>,
    bfs_origin_node_uuids: Option<Vec<String>>,
    filter_low_quality_results: Option<bool>,
    filters: Option<F>,
}

/// A search that is ready to run, and the page of its results that is wanted.
struct Prepared {
    project: ProjectHandle,
    located: LocatedGraph,
    search: Search,
    page: PageQuery,
    /// Nothing is known about what the query asks, and the caller wants no results then.
    finds_nothing: bool,
}

impl Prepared {
    async fn new<F>(
        app: &App,
        project: ProjectHandle,
        graph: Uuid,
        page: CursorQuery,
        body: SearchBody<F>,
        parse: impl FnOnce(F) -> Result<Filter, ApiError>,
    ) -> Result<Self, ApiError> {
        let page = PageQuery::from(page);
        checks::characters("query", &body.query, app.limits.query_characters_max)?;
        if body.query.trim().is_empty() {
            return Err(ApiError::bad_request("query must not be empty").with_param("query"));
        }
        let reranker = reranker(&body)?;
        let is_strict = body.filter_low_quality_results == Some(true);
        if is_strict && body.reranker.as_deref() != Some("cross_encoder") {
            let message = "filter_low_quality_results needs the reranker cross_encoder";
            return Err(ApiError::bad_request(message).with_param("filter_low_quality_results"));
        }
        let filter = body.filters.map(parse).transpose()?.unwrap_or_default();
        let moment = filter.default_moment(app.engine.now());
        let origins = ids("bfs_origin_node_uuids", body.bfs_origin_node_uuids, EntityId)?;
        let size = page.size(RESULTS_MAX)?;
        // One more than the pages so far hold, so that it is known whether there is another page.
        let wanted = page.number(size)?.saturating_mul(size).saturating_add(1);
        let limit = usize::try_from(wanted).unwrap_or(FOUND_MAX).min(FOUND_MAX);
        let search = Search { reranker, filter, moment, origins, ..Search::new(body.query, limit) };
        let located = project.graph_by_uuid(graph).await?;
        let finds_nothing = is_strict && {
            let graph = project.graph(&located.reference);
            !graph.answerability(&search.query, &[]).await?.is_known
        };
        Ok(Self { project, located, search, page, finds_nothing })
    }

    fn owner(&self) -> Owner {
        Owner::from(&self.located)
    }

    fn page<T>(&self, mut found: Vec<Scored<T>>) -> Result<Page<Scored<T>>, ApiError> {
        if self.finds_nothing {
            found.clear();
        }
        Ok(self.page.slice(found, RESULTS_MAX)?.without_total())
    }
}

fn reranker<F>(body: &SearchBody<F>) -> Result<Reranker, ApiError> {
    match body.reranker.as_deref() {
        None => Ok(Reranker::Relevance),
        Some("cross_encoder") => Ok(Reranker::CrossEncoder),
        Some("rrf") => Ok(Reranker::Rrf),
        Some("mmr") => match body.mmr_lambda {
            Some(lambda) if (0.0..=1.0).contains(&lambda) => Ok(Reranker::Mmr(lambda)),
            _ => {
                Err(ApiError::bad_request("the reranker mmr needs an mmr_lambda from 0 to 1").with_param("mmr_lambda"))
            }
        },
        Some("node_distance") => {
            let missing = || {
                ApiError::bad_request("the reranker node_distance needs a center_node_uuid")
                    .with_param("center_node_uuid")
            };
            let centre = body.center_node_uuid.as_deref().ok_or_else(missing)?;
            Ok(Reranker::NodeDistance(EntityId(identifier("center_node_uuid", centre)?)))
        }
        Some("episode_mentions") => Ok(Reranker::EpisodeMentions),
        Some(_) => {
            let message = "reranker must be one of rrf, mmr, node_distance, episode_mentions, cross_encoder";
            Err(ApiError::bad_request(message).with_param("reranker"))
        }
    }
}

pub(super) async fn edges(
    State(app): State<App>,
    Reader(project): Reader,
    PathUuids([graph]): PathUuids<1>,
    Query(page): Query<CursorQuery>,
    Body(body): Body<SearchBody<WireFilters>>,
) -> Result<Json<Page<WireEdge>>, ApiError> {
    let prepared = Prepared::new(&app, project, graph, page, body, WireFilters::parse).await?;
    let found = prepared.project.graph(&prepared.located.reference).search_facts(prepared.search.clone()).await?;
    let owner = prepared.owner();
    Ok(Json(prepared.page(found)?.map(|found| {
        let rank = Rank::of(&found);
        WireEdge::new(found.item, owner, rank)
    })))
}

pub(super) async fn nodes(
    State(app): State<App>,
    Reader(project): Reader,
    PathUuids([graph]): PathUuids<1>,
    Query(page): Query<CursorQuery>,
    Body(body): Body<SearchBody<WireFilters>>,
) -> Result<Json<Page<WireNode>>, ApiError> {
    let prepared = Prepared::new(&app, project, graph, page, body, for_node_search).await?;
    let found = prepared.project.graph(&prepared.located.reference).search_entities(prepared.search.clone()).await?;
    let owner = prepared.owner();
    Ok(Json(prepared.page(found)?.map(|found| {
        let rank = Rank::of(&found);
        WireNode::new(found.item, owner, rank)
    })))
}

pub(super) async fn episodes(
    State(app): State<App>,
    Reader(project): Reader,
    PathUuids([graph]): PathUuids<1>,
    Query(page): Query<CursorQuery>,
    Body(body): Body<SearchBody<WireEpisodeFilters>>,
) -> Result<Json<Page<WireEpisode>>, ApiError> {
    if body.filter_low_quality_results == Some(true) {
        return Err(checks::unsupported("filter_low_quality_results"));
    }
    let wanted = body.filters.as_ref().and_then(|filters| filters.content_policy_violated);
    let mut prepared = Prepared::new(&app, project, graph, page, body, WireEpisodeFilters::parse).await?;
    by_violation(&prepared.project, &mut prepared.search.filter, wanted).await?;
    let found = prepared.project.graph(&prepared.located.reference).search_episodes(prepared.search.clone()).await?;
    let (found, page) = prepared.page(found)?.take();
    let ranks: Vec<Rank> = found.iter().map(Rank::of).collect();
    let episodes: Vec<_> = found.into_iter().map(|found| found.item).collect();
    let owner = prepared.owner();
    let details = EpisodeDetails::of(&prepared.project, owner, &episodes).await?;
    let wire = episodes.into_iter().zip(ranks);
    Ok(Json(page.with(wire.map(|(episode, rank)| WireEpisode::new(episode, owner, &details, rank)).collect())))
}

pub(super) async fn observations(
    State(app): State<App>,
    Reader(project): Reader,
    PathUuids([graph]): PathUuids<1>,
    Query(page): Query<CursorQuery>,
    Body(body): Body<SearchBody<WireObservationFilters>>,
) -> Result<Json<Page<WireObservation>>, ApiError> {
    let prepared = Prepared::new(&app, project, graph, page, body, WireObservationFilters::parse).await?;
    let found = prepared.project.graph(&prepared.located.reference).search_observations(&prepared.search).await?;
    let owner = prepared.owner();
    Ok(Json(prepared.page(found)?.map(|found| {
        let rank = Rank::of(&found);
        WireObservation::new(found.item, owner, rank)
    })))
}

pub(super) async fn thread_summaries(
    State(app): State<App>,
    Reader(project): Reader,
    PathUuids([graph]): PathUuids<1>,
    Query(page): Query<CursorQuery>,
    Body(body): Body<SearchBody<WireSummaryFilters>>,
) -> Result<Json<Page<WireThreadSummary>>, ApiError> {
    let prepared = Prepared::new(&app, project, graph, page, body, WireSummaryFilters::parse).await?;
    let handle = prepared.project.graph(&prepared.located.reference);
    let found = handle.search_summaries(SummaryKind::Threads, &prepared.search).await?;
    let (found, page) = prepared.page(found)?.take();
    let mut items = Vec::with_capacity(found.len());
    for found in found {
        let thread = thread_uuid(&prepared.project, &found.item).await?;
        let rank = Rank::of(&found);
        items.push(WireThreadSummary::new(found.item, prepared.located.graph.id.0, thread).ranked(rank));
    }
    Ok(Json(page.with(items)))
}
