//! `graph.add` and `graph.add_batch`: add text, messages and JSON documents to a graph.

use axum::extract::State;
use erstwhile::engine::{GraphRef, NewEpisode, ProjectHandle};
use erstwhile::model::{EpisodeKind, Metadata};
use schemars::JsonSchema;
use serde::Deserialize;

use super::checks;
use super::edges::AddFactTriple;
use super::wire::WireEpisode;
use crate::app::App;
use crate::http::answers::Accepted;
use crate::http::body::{Body, ObjectOnly, optional_time};
use crate::http::caller::Writer;
use crate::http::error::ApiError;
use crate::settings::Limits;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct AddData {
    user_id: Option<String>,
    #[serde(alias = "group_id")]
    graph_id: Option<String>,
    data: String,
    #[serde(rename = "type")]
    kind: String,
    created_at: Option<String>,
    source_description: Option<String>,
    document_id: Option<String>,
    metadata: Option<Metadata>,
    strict_ontology: Option<bool>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct Data {
    data: String,
    #[serde(rename = "type")]
    kind: String,
    created_at: Option<String>,
    source_description: Option<String>,
    document_id: Option<String>,
    metadata: Option<Metadata>,
    #[serde(flatten)]
    _object: ObjectOnly,
}

impl Data {
    fn parse(self, document_id: Option<String>, strict: bool, limits: &Limits) -> Result<NewEpisode, ApiError> {
        let kind = EpisodeKind::parse(&self.kind).filter(|kind| *kind != EpisodeKind::FactTriple);
        let kind = kind.ok_or_else(|| ApiError::bad_request("type must be one of text, json, message, fact_triple"))?;
        if self.data.trim().is_empty() {
            return Err(ApiError::bad_request("data must not be empty"));
        }
        checks::characters("data", &self.data, limits.data_characters_max)?;
        let metadata = self.metadata.unwrap_or_default();
        checks::metadata(&metadata, limits.metadata_keys_max)?;
        Ok(NewEpisode {
            kind,
            data: self.data,
            created_at: optional_time("created_at", self.created_at.as_ref())?,
            source_description: self.source_description,
            document_id: self.document_id.or(document_id),
            metadata,
            strict,
        })
    }
}

pub(super) async fn add(
    State(app): State<App>,
    Writer(project): Writer,
    Body(body): Body<AddData>,
) -> Result<Accepted<WireEpisode>, ApiError> {
    let graph = checks::graph_of(body.user_id, body.graph_id)?;
    let data = Data {
        data: body.data,
        kind: body.kind,
        created_at: body.created_at,
        source_description: body.source_description,
        document_id: body.document_id,
        metadata: body.metadata,
        _object: ObjectOnly {},
    };
    if data.kind == EpisodeKind::FactTriple.as_str() {
        return add_triple(&app, &project, &graph, data).await;
    }
    let new = data.parse(None, body.strict_ontology.unwrap_or(false), &app.limits)?;
    let episodes = project.graph(&graph).add_episodes(vec![new]).await?;
    let episode = episodes.into_iter().next().ok_or_else(|| ApiError::bad_request("data must not be empty"))?;
    Ok(Accepted(episode.into()))
}

/// Adds a fact given as data: the JSON object that `add_fact_triple` accepts, stored as an episode.
async fn add_triple(
    app: &App,
    project: &ProjectHandle,
    graph: &GraphRef,
    data: Data,
) -> Result<Accepted<WireEpisode>, ApiError> {
    checks::characters("data", &data.data, app.limits.data_characters_max)?;
    let stated: AddFactTriple = serde_json::from_str(&data.data).map_err(|error| {
        ApiError::bad_request(format!("data must be a JSON object with fact, fact_name and the two nodes: {error}"))
    })?;
    let metadata = data.metadata.unwrap_or_default();
    checks::metadata(&metadata, app.limits.metadata_keys_max)?;
    let draft = stated.parse(&app.limits)?;
    let new = NewEpisode {
        kind: EpisodeKind::FactTriple,
        data: data.data,
        created_at: optional_time("created_at", data.created_at.as_ref())?,
        source_description: data.source_description,
        document_id: data.document_id,
        metadata,
        strict: false,
    };
    let episode = project.graph(graph).add_triple_episode(new, draft).await?;
    Ok(Accepted(episode.into()))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct AddBatch {
    user_id: Option<String>,
    #[serde(alias = "group_id")]
    graph_id: Option<String>,
    document_id: Option<String>,
    strict_ontology: Option<bool>,
    episodes: Vec<Data>,
}

pub(super) async fn add_batch(
    State(app): State<App>,
    Writer(project): Writer,
    Body(body): Body<AddBatch>,
) -> Result<Accepted<Vec<WireEpisode>>, ApiError> {
    let graph = checks::graph_of(body.user_id, body.graph_id)?;
    if body.episodes.len() > app.limits.batch_episodes_max {
        let message = format!("episodes must have at most {} items", app.limits.batch_episodes_max);
        return Err(ApiError::bad_request(message));
    }
    let strict = body.strict_ontology.unwrap_or(false);
    let new = body.episodes.into_iter().map(|data| data.parse(body.document_id.clone(), strict, &app.limits));
    let episodes = project.graph(&graph).add_episodes(new.collect::<Result<_, _>>()?).await?;
    Ok(Accepted(episodes.into_iter().map(Into::into).collect()))
}
