//! The generation's response types, and conversions from domain types.

use schemars::JsonSchema;
use std::collections::BTreeMap;

use erstwhile::compat::fact_rating::RatingInstruction;
use erstwhile::engine::{FactTriple, TaskReadings};
use erstwhile::model::{
    Entity, Episode, EpisodeState, Graph, Metadata, ModelUsage, ProjectId, Task, TaskState, Thread, User,
};
use erstwhile::search::{Explanation, Feature, Scored};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::http::model_reading::WireModelReading;
use crate::openapi::domain;

/// Maximum number of a node's episodes in a response.
const NODE_EPISODES_MAX: usize = 100;

/// `{"message": "OK"}`.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Success {
    message: &'static str,
}

impl Success {
    pub(super) const OK: Self = Self { message: "OK" };
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireUser {
    uuid: Uuid,
    /// The numeric id in older generations: increases with the creation time.
    id: i64,
    project_uuid: Uuid,
    graph_uuid: Uuid,
    user_id: String,
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    time_zone: Option<String>,
    metadata: Metadata,
    disable_default_ontology: bool,
    session_count: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    deleted_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<domain::RatingInstruction>")]
    pub(super) fact_rating_instruction: Option<RatingInstruction>,
}

impl From<User> for WireUser {
    fn from(user: User) -> Self {
        Self {
            uuid: user.uuid.0,
            id: user.created_at.as_microsecond(),
            project_uuid: user.project.0,
            graph_uuid: user.graph.0,
            user_id: user.user_id,
            email: user.email,
            first_name: user.first_name,
            last_name: user.last_name,
            time_zone: user.time_zone,
            metadata: user.metadata,
            disable_default_ontology: user.disable_default_ontology,
            session_count: user.thread_count,
            created_at: user.created_at,
            updated_at: user.updated_at,
            deleted_at: None,
            fact_rating_instruction: None,
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireThread {
    uuid: Uuid,
    project_uuid: Uuid,
    graph_uuid: Uuid,
    thread_id: String,
    user_id: Option<String>,
    user_uuid: Option<Uuid>,
    created_at: Timestamp,
}

impl From<Thread> for WireThread {
    fn from(thread: Thread) -> Self {
        Self {
            uuid: thread.uuid.0,
            project_uuid: thread.project.0,
            graph_uuid: thread.graph.0,
            thread_id: thread.thread_id,
            user_id: thread.user_id,
            user_uuid: thread.user_uuid.map(|uuid| uuid.0),
            created_at: thread.created_at,
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireMessage {
    uuid: Uuid,
    role: &'static str,
    name: Option<String>,
    content: String,
    metadata: Metadata,
    created_at: Timestamp,
    processed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<WireModelReading>,
}

impl From<Episode> for WireMessage {
    fn from(episode: Episode) -> Self {
        Self {
            uuid: episode.id.0,
            role: episode.role.map_or("norole", |role| role.as_str()),
            name: episode.name,
            content: episode.content,
            metadata: episode.metadata,
            created_at: episode.reference_time,
            processed: episode.state != EpisodeState::Pending,
            model: WireModelReading::of(episode.model_reading),
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireEpisode {
    uuid: Uuid,
    content: String,
    source: &'static str,
    source_description: Option<String>,
    document_id: Option<String>,
    role: Option<String>,
    role_type: Option<&'static str>,
    thread_id: Option<String>,
    session_id: Option<String>,
    metadata: Metadata,
    created_at: Timestamp,
    processed: bool,
    task_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<WireModelReading>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relevance: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    selection_rank: Option<usize>,
    /// By feature.
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<BTreeMap<&'static str, WireFeature>>,
}

impl From<Episode> for WireEpisode {
    fn from(episode: Episode) -> Self {
        Self {
            uuid: episode.id.0,
            source: episode.kind.as_str(),
            content: episode.content,
            source_description: episode.source_description,
            document_id: episode.document_id,
            role: episode.name,
            role_type: episode.role.map(erstwhile::model::Role::as_str),
            session_id: episode.thread.clone(),
            thread_id: episode.thread,
            metadata: episode.metadata,
            created_at: episode.reference_time,
            processed: episode.state != EpisodeState::Pending,
            task_id: episode.task.map(|task| task.0),
            model: WireModelReading::of(episode.model_reading),
            score: None,
            relevance: None,
            selection_rank: None,
            explanation: None,
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireEdge {
    uuid: Uuid,
    name: String,
    fact: String,
    source_node_uuid: Uuid,
    source_node_name: String,
    source_node_labels: Vec<String>,
    target_node_uuid: Uuid,
    target_node_name: String,
    target_node_labels: Vec<String>,
    episodes: Vec<Uuid>,
    attributes: Metadata,
    created_at: Timestamp,
    valid_at: Option<Timestamp>,
    invalid_at: Option<Timestamp>,
    expired_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relevance: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    selection_rank: Option<usize>,
}

impl From<FactTriple> for WireEdge {
    fn from(triple: FactTriple) -> Self {
        let FactTriple { fact, source, target, .. } = triple;
        Self {
            uuid: fact.id.0,
            name: fact.predicate,
            fact: fact.statement,
            source_node_uuid: source.id.0,
            source_node_labels: labels(source.entity_type.as_ref()),
            source_node_name: source.name,
            target_node_uuid: target.id.0,
            target_node_labels: labels(target.entity_type.as_ref()),
            target_node_name: target.name,
            episodes: fact.episodes.into_iter().map(|id| id.0).collect(),
            attributes: fact.attributes,
            created_at: fact.created_at,
            valid_at: fact.valid_from,
            invalid_at: fact.valid_until,
            expired_at: fact.expired_at,
            score: None,
            relevance: None,
            selection_rank: None,
        }
    }
}

/// Every node has the label `Entity`, and its own type if known.
fn labels(entity_type: Option<&String>) -> Vec<String> {
    let own = entity_type.into_iter().filter(|own| *own != "Entity").cloned();
    std::iter::once("Entity".to_owned()).chain(own).collect()
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireNode {
    uuid: Uuid,
    name: String,
    labels: Vec<String>,
    summary: String,
    attributes: Metadata,
    created_at: Timestamp,
    episodes: Vec<Uuid>,
    episodes_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) degree: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relevance: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    selection_rank: Option<usize>,
}

impl From<Entity> for WireNode {
    fn from(entity: Entity) -> Self {
        let mut attributes = entity.attributes.clone();
        if !entity.aliases.is_empty() {
            attributes.entry("aliases").or_insert_with(|| entity.aliases.clone().into());
        }
        Self {
            uuid: entity.id.0,
            labels: labels(entity.entity_type.as_ref()),
            name: entity.name,
            summary: entity.summary,
            attributes,
            created_at: entity.created_at,
            episodes_truncated: entity.episodes.len() > NODE_EPISODES_MAX,
            episodes: entity.episodes.into_iter().take(NODE_EPISODES_MAX).map(|id| id.0).collect(),
            degree: None,
            score: None,
            relevance: None,
            selection_rank: None,
        }
    }
}

/// A search result with scores.
pub(super) trait Ranked: Sized {
    fn ranked(self, score: f64, relevance: f64, rank: usize) -> Self;

    /// Adds why it has its score, if this kind of result shows that.
    fn explained(self, _explanation: &Explanation) -> Self {
        self
    }
}

/// What was measured, and what it added to the score.
#[derive(Debug, Serialize, JsonSchema)]
struct WireFeature {
    value: f32,
    share: f32,
}

macro_rules! ranked {
    ($($wire:ty),*) => {$(
        impl Ranked for $wire {
            fn ranked(self, score: f64, relevance: f64, rank: usize) -> Self {
                Self { score: Some(score), relevance: Some(relevance), selection_rank: Some(rank), ..self }
            }
        }
    )*};
}

ranked!(WireEdge, WireNode);

impl Ranked for WireEpisode {
    fn ranked(self, score: f64, relevance: f64, rank: usize) -> Self {
        Self { score: Some(score), relevance: Some(relevance), selection_rank: Some(rank), ..self }
    }

    fn explained(self, explanation: &Explanation) -> Self {
        let of = |feature: &Feature| {
            let (value, share) = (explanation.features.get(*feature), explanation.shares.get(*feature));
            (value != 0.0).then(|| (feature.name(), WireFeature { value, share }))
        };
        Self { explanation: Some(Feature::ALL.iter().filter_map(of).collect()), ..self }
    }
}

/// Converts results and numbers them in order, best first.
pub(super) fn ranked<T, W: From<T> + Ranked>(found: Vec<Scored<T>>) -> Vec<W> {
    let results = found.into_iter().enumerate();
    let wire = |(at, found): (usize, Scored<T>)| {
        let wire = W::from(found.item).ranked(found.score, found.relevance, at + 1);
        match found.explanation {
            Some(explanation) => wire.explained(&explanation),
            None => wire,
        }
    };
    results.map(wire).collect()
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireGraph {
    uuid: Uuid,
    /// The numeric id in older clients: increases with the creation time.
    id: i64,
    canonical_graph_uuid: Uuid,
    project_uuid: Uuid,
    graph_id: String,
    name: Option<String>,
    description: Option<String>,
    time_zone: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Graph> for WireGraph {
    fn from(graph: Graph) -> Self {
        Self {
            uuid: graph.id.0,
            id: graph.created_at.as_microsecond(),
            canonical_graph_uuid: graph.id.0,
            project_uuid: graph.project.0,
            graph_id: graph.own_id.clone(),
            name: graph.name,
            description: graph.description,
            time_zone: graph.time_zone,
            created_at: graph.created_at,
            updated_at: graph.updated_at,
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireTask {
    task_id: Uuid,
    #[serde(rename = "type")]
    kind: String,
    status: &'static str,
    progress: WireProgress,
    error: Option<WireTaskError>,
    created_at: Timestamp,
    started_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    completed_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) model: Option<WireTaskReadings>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WireProgress {
    message: String,
    stage: &'static str,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WireTaskError {
    code: &'static str,
    message: String,
}

impl From<Task> for WireTask {
    fn from(task: Task) -> Self {
        let status = match task.state {
            TaskState::Pending => "pending",
            TaskState::Processing => "processing",
            TaskState::Succeeded => "succeeded",
            TaskState::Failed => "failed",
        };
        let error = task.error.map(|message| WireTaskError { code: "ingestion_failed", message });
        Self {
            task_id: task.id.0,
            kind: task.kind,
            status,
            progress: WireProgress { message: format!("{} of {} episodes", task.done, task.total), stage: status },
            error: error.filter(|_| task.failed > 0),
            created_at: task.created_at,
            started_at: (task.done > 0).then_some(task.created_at),
            updated_at: task.completed_at,
            completed_at: task.completed_at,
            model: None,
        }
    }
}

/// How far a language model has read the episodes of a task. No SDK reads this field.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireTaskReadings {
    awaiting: usize,
    read: usize,
    failed: usize,
    cancelled: usize,
    #[schemars(with = "domain::ModelUsage")]
    usage: ModelUsage,
    cost: Option<f64>,
}

impl From<TaskReadings> for WireTaskReadings {
    fn from(readings: TaskReadings) -> Self {
        let TaskReadings { awaiting, read, failed, cancelled, usage, cost } = readings;
        Self { awaiting, read, failed, cancelled, usage, cost }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireProject {
    pub(super) uuid: ProjectUuid,
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) default_time_zone: Option<String>,
    pub(super) created_at: Timestamp,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(transparent)]
pub(super) struct ProjectUuid(Uuid);

impl From<ProjectId> for ProjectUuid {
    fn from(id: ProjectId) -> Self {
        Self(id.0)
    }
}
