//! Content policies: of the project, with their revisions, and of graphs, with what violates them.

use axum::Json;
use erstwhile::content_policy::{BoundPolicy, Category, PolicyRevision, PolicyText, Rule};
use erstwhile::engine::{NewCategory, NewPolicy, NewRule, PolicyOutcome};
use erstwhile::model::{EpisodeId, EpisodeState};
use erstwhile::{Error, ErrorKind};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::filters::Unknown;
use super::page::{CursorQuery, KeyedRow, Page, PageQuery, SIZE_MAX};
use super::path::{PathUuids, optional_identifier};
use crate::http::body::{Body, ObjectOnly, Query};
use crate::http::caller::{Reader, Writer};
use crate::http::error::ApiError;

/// Why something was dropped: what is indeterminate, too large or dependent is not told apart here.
const DROP_REASONS: [&str; 4] = ["match", "indeterminate", "oversize", "dependent"];

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct PutCategory {
    key: Option<String>,
    description: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct PutRule {
    category_key: Option<String>,
    description: Option<String>,
    prohibited_examples: Option<Vec<String>>,
    permitted_examples: Option<Vec<String>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct PutPolicy {
    categories: Option<Vec<PutCategory>>,
    rules: Option<Vec<PutRule>>,
}

/// The policy of a new graph, besides that of the project.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct PolicyOfGraph {
    categories: Option<Vec<PutCategory>>,
    rules: Option<Vec<PutRule>>,
    project_revision: Option<i64>,
    #[serde(flatten)]
    _object: ObjectOnly,
}

fn new_policy(
    categories: Option<Vec<PutCategory>>,
    rules: Option<Vec<PutRule>>,
    expected_revision: Option<i64>,
) -> Result<NewPolicy, ApiError> {
    let given = |value: Option<String>, name: &str, number: usize| {
        value.ok_or_else(|| ApiError::bad_request(format!("{name} is missing").replace("[]", &format!("[{number}]"))))
    };
    let mut policy = NewPolicy { expected_revision, ..NewPolicy::default() };
    for (number, category) in categories.unwrap_or_default().into_iter().enumerate() {
        let key = given(category.key, "categories[].key", number)?;
        policy.categories.push(NewCategory { key, description: category.description });
    }
    for (number, rule) in rules.unwrap_or_default().into_iter().enumerate() {
        policy.rules.push(NewRule {
            category_key: given(rule.category_key, "rules[].category_key", number)?,
            description: given(rule.description, "rules[].description", number)?,
            prohibited_examples: rule.prohibited_examples.unwrap_or_default(),
            permitted_examples: rule.permitted_examples.unwrap_or_default(),
        });
    }
    Ok(policy)
}

impl PolicyOfGraph {
    /// Converts to the engine's form.
    pub(super) fn parse(self) -> Result<NewPolicy, ApiError> {
        new_policy(self.categories, self.rules, self.project_revision)
    }
}

/// The error of creating a graph; it conflicts only with a newer revision of the policy.
pub(super) fn stale_revision(error: Error) -> ApiError {
    let is_stale = error.kind() == ErrorKind::Conflict && error.message().starts_with("the content policy");
    let error = ApiError::from(error);
    if is_stale { error.with_code("content_policy_revision_stale").with_param("content_policy") } else { error }
}

#[derive(Debug, Serialize, JsonSchema)]
struct WireCategory {
    id: Uuid,
    key: String,
    description: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WireRule {
    id: Uuid,
    category_key: String,
    description: String,
    prohibited_examples: Vec<String>,
    permitted_examples: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WireText {
    categories: Vec<WireCategory>,
    rules: Vec<WireRule>,
}

impl From<PolicyText> for WireText {
    fn from(text: PolicyText) -> Self {
        let category = |Category { id, key, description }| WireCategory { id, key, description };
        let rule = |rule: Rule| WireRule {
            id: rule.id,
            category_key: rule.category_key,
            description: rule.description,
            prohibited_examples: rule.prohibited_examples,
            permitted_examples: rule.permitted_examples,
        };
        Self {
            categories: text.categories.into_iter().map(category).collect(),
            rules: text.rules.into_iter().map(rule).collect(),
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WirePolicy {
    uuid: Uuid,
    revision: i64,
    #[serde(flatten)]
    text: WireText,
    created_at: Timestamp,
}

impl From<PolicyRevision> for WirePolicy {
    fn from(revision: PolicyRevision) -> Self {
        let PolicyRevision { uuid, number, text, created_at } = revision;
        Self { uuid, revision: number, text: text.into(), created_at }
    }
}

/// The policy that a graph is bound to.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireGraphPolicy {
    #[serde(flatten)]
    policy: WirePolicy,
    project_revision: i64,
    bound_at: Timestamp,
}

impl From<BoundPolicy> for WireGraphPolicy {
    fn from(bound: BoundPolicy) -> Self {
        Self { project_revision: bound.revision.number, policy: bound.revision.into(), bound_at: bound.bound_at }
    }
}

pub(super) async fn get(Reader(project): Reader) -> Result<Json<WirePolicy>, ApiError> {
    Ok(Json(project.content_policy().await?.into()))
}

pub(super) async fn set(Writer(project): Writer, Body(body): Body<PutPolicy>) -> Result<Json<WirePolicy>, ApiError> {
    let policy = new_policy(body.categories, body.rules, None)?;
    Ok(Json(project.set_content_policy(policy).await?.into()))
}

pub(super) async fn revisions(
    Reader(project): Reader,
    Query(query): Query<CursorQuery>,
) -> Result<Json<Page<WirePolicy>>, ApiError> {
    let query = PageQuery::from(query);
    let revisions = project.content_policy_revisions().await?;
    Ok(Json(query.slice(revisions, SIZE_MAX)?.map(Into::into)))
}

pub(super) async fn revision(
    Reader(project): Reader,
    PathUuids([revision]): PathUuids<1>,
) -> Result<Json<WirePolicy>, ApiError> {
    Ok(Json(project.content_policy_revision(revision).await?.into()))
}

pub(super) async fn of_graph(
    Reader(project): Reader,
    PathUuids([graph]): PathUuids<1>,
) -> Result<Json<WireGraphPolicy>, ApiError> {
    let located = project.graph_by_uuid(graph).await?;
    Ok(Json(project.graph_content_policy(&located).await?.into()))
}

/// The content policy's say on an episode.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireEpisodePolicy {
    status: &'static str,
    violated: bool,
    category_keys: Vec<String>,
    revision: i64,
    retained_count: usize,
}

impl WireEpisodePolicy {
    pub(super) fn new(outcome: &PolicyOutcome, state: &EpisodeState) -> Self {
        Self {
            status: match state {
                EpisodeState::Pending => "pending",
                EpisodeState::Processed | EpisodeState::Ignored => "complete",
                EpisodeState::Failed(_) => "failed",
            },
            violated: !outcome.rules.is_empty(),
            category_keys: category_keys(outcome),
            revision: outcome.revision,
            retained_count: outcome.retained,
        }
    }
}

/// The keys of the categories with a rule that is violated, each once.
fn category_keys(outcome: &PolicyOutcome) -> Vec<String> {
    let mut keys: Vec<String> = outcome.rules.iter().map(|(_, key)| key.clone()).collect();
    keys.sort();
    keys.dedup();
    keys
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct EventFilters {
    drop_reason: Option<String>,
    episode_uuid: Option<String>,
    #[serde(flatten)]
    unknown: Unknown,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct ListEvents {
    filters: Option<EventFilters>,
}

/// An episode that violates the policy of its graph; nothing of its text.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireEvent {
    id: Uuid,
    artifact_kind: &'static str,
    drop_reason: &'static str,
    episode_uuid: Uuid,
    category_keys: Vec<String>,
    rule_ids: Vec<Uuid>,
    revision: i64,
    decided_at: Timestamp,
}

fn event((episode, decided_at, outcome): (EpisodeId, Timestamp, PolicyOutcome)) -> WireEvent {
    WireEvent {
        id: Uuid::new_v5(&episode.0, b"content policy event"),
        artifact_kind: "episode",
        drop_reason: "match",
        episode_uuid: episode.0,
        category_keys: category_keys(&outcome),
        rule_ids: outcome.rules.into_iter().map(|(id, _)| id).collect(),
        revision: outcome.revision,
        decided_at,
    }
}

/// Lists the episodes that violate the policy of a graph, newest first.
pub(super) async fn events(
    Reader(project): Reader,
    PathUuids([graph]): PathUuids<1>,
    Query(query): Query<CursorQuery>,
    Body(body): Body<ListEvents>,
) -> Result<Json<Page<WireEvent>>, ApiError> {
    let query = PageQuery::from(query);
    let filters = body.filters.unwrap_or_default();
    filters.unknown.refuse("filters")?;
    if filters.drop_reason.as_deref().is_some_and(|reason| !DROP_REASONS.contains(&reason)) {
        let message = format!("drop_reason must be one of {}", DROP_REASONS.join(", "));
        return Err(ApiError::bad_request(message).with_param("filters"));
    }
    let only = optional_identifier("episode_uuid", filters.episode_uuid.as_ref())?;
    let located = project.graph_by_uuid(graph).await?;
    let mut violations = project.policy_violations(&located).await?;
    violations.retain(|(episode, ..)| only.is_none_or(|only| episode.0 == only));
    if filters.drop_reason.as_deref().is_some_and(|reason| reason != "match") {
        violations.clear();
    }
    let row = |violation: (EpisodeId, Timestamp, PolicyOutcome)| KeyedRow {
        key: violation.1.as_microsecond(),
        uuid: violation.0.0,
        item: violation,
    };
    Ok(Json(query.keyed(violations.into_iter().map(row).collect())?.map(event)))
}
