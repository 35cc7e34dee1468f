//! The generation's response types, and conversions from domain types.

use schemars::JsonSchema;
use std::collections::HashMap;

use erstwhile::engine::{FactTriple, GraphRef, LocatedGraph, PolicyOutcome, ProjectHandle};
use erstwhile::model::{Entity, Episode, EpisodeId, EpisodeState, Graph, Metadata, Role, Thread, User};
use erstwhile::search::Scored;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::content_policies::WireEpisodePolicy;
use crate::http::error::ApiError;
use crate::http::model_reading::WireModelReading;
use crate::openapi::without_description;

/// Maximum number of a node's episodes in a response.
const NODE_EPISODES_MAX: usize = 100;

/// An own id, unless the server chose it: then it is the uuid.
fn given_id(own: String, uuid: Uuid) -> Option<String> {
    Some(own).filter(|own| *own != uuid.to_string())
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireUser {
    uuid: Uuid,
    user_id: Option<String>,
    graph_uuid: Uuid,
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    time_zone: Option<String>,
    metadata: Metadata,
    disable_default_ontology: bool,
    created_at: Timestamp,
}

impl From<User> for WireUser {
    fn from(user: User) -> Self {
        Self {
            uuid: user.uuid.0,
            user_id: given_id(user.user_id, user.uuid.0),
            graph_uuid: user.graph.0,
            email: user.email,
            first_name: user.first_name,
            last_name: user.last_name,
            time_zone: user.time_zone,
            metadata: user.metadata,
            disable_default_ontology: user.disable_default_ontology,
            created_at: user.created_at,
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireThread {
    uuid: Uuid,
    thread_id: Option<String>,
    user_uuid: Option<Uuid>,
    graph_uuid: Uuid,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Thread> for WireThread {
    fn from(thread: Thread) -> Self {
        Self {
            uuid: thread.uuid.0,
            thread_id: given_id(thread.thread_id, thread.uuid.0),
            user_uuid: thread.user_uuid.map(|uuid| uuid.0),
            graph_uuid: thread.graph.0,
            created_at: thread.created_at,
            updated_at: thread.updated_at,
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireGraph {
    uuid: Uuid,
    graph_id: Option<String>,
    #[serde(rename = "type")]
    kind: &'static str,
    user_uuid: Option<Uuid>,
    name: Option<String>,
    description: Option<String>,
    time_zone: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl WireGraph {
    fn new(graph: Graph, kind: &'static str, user_uuid: Option<Uuid>) -> Self {
        let own = given_id(graph.own_id, graph.id.0).filter(|_| user_uuid.is_none());
        Self {
            uuid: graph.id.0,
            graph_id: own,
            kind,
            user_uuid,
            name: graph.name,
            description: graph.description,
            time_zone: graph.time_zone,
            created_at: graph.created_at,
            updated_at: graph.updated_at,
        }
    }
}

impl From<Graph> for WireGraph {
    /// A standalone graph.
    fn from(graph: Graph) -> Self {
        Self::new(graph, "standalone", None)
    }
}

impl From<LocatedGraph> for WireGraph {
    fn from(located: LocatedGraph) -> Self {
        let user_uuid = located.user.map(|user| user.uuid.0);
        match located.reference {
            GraphRef::User(_) => Self::new(located.graph, "user", user_uuid),
            GraphRef::Graph(_) => Self::new(located.graph, "standalone", None),
            // Made by an older generation: a session without a user.
            GraphRef::Thread(_) => Self { graph_id: None, ..Self::new(located.graph, "thread", None) },
        }
    }
}

/// The graph and the user of what a response holds.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[schemars(transform = without_description)]
pub(super) struct Owner {
    graph_uuid: Uuid,
    user_uuid: Option<Uuid>,
}

impl From<&LocatedGraph> for Owner {
    fn from(located: &LocatedGraph) -> Self {
        Self { graph_uuid: located.graph.id.0, user_uuid: located.user.as_ref().map(|user| user.uuid.0) }
    }
}

impl From<&Thread> for Owner {
    fn from(thread: &Thread) -> Self {
        Self { graph_uuid: thread.graph.0, user_uuid: thread.user_uuid.map(|uuid| uuid.0) }
    }
}

impl From<&User> for Owner {
    fn from(user: &User) -> Self {
        Self { graph_uuid: user.graph.0, user_uuid: Some(user.uuid.0) }
    }
}

/// The place of a search result.
#[derive(Debug, Clone, Copy, Default, Serialize, JsonSchema)]
#[schemars(transform = without_description)]
pub(super) struct Rank {
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relevance: Option<f64>,
}

impl Rank {
    /// The place of a result of a search.
    pub(super) fn of<T>(found: &Scored<T>) -> Self {
        Self { score: Some(found.score), relevance: Some(found.relevance) }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireMessage {
    uuid: Uuid,
    thread_uuid: Uuid,
    role: Option<&'static str>,
    name: Option<String>,
    content: String,
    metadata: Metadata,
    reference_time: Timestamp,
    created_at: Timestamp,
    processed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<WireModelReading>,
}

/// The name of a role; this generation has none for messages of no role.
fn role_name(role: Option<Role>) -> Option<&'static str> {
    role.filter(|role| *role != Role::Norole).map(Role::as_str)
}

impl WireMessage {
    pub(super) fn new(episode: Episode, thread_uuid: Uuid) -> Self {
        Self {
            uuid: episode.id.0,
            thread_uuid,
            role: role_name(episode.role),
            processed: episode.state != EpisodeState::Pending,
            name: episode.name,
            content: episode.content,
            metadata: episode.metadata,
            reference_time: episode.reference_time,
            created_at: episode.recorded_at,
            model: WireModelReading::of(episode.model_reading),
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireEpisode {
    uuid: Uuid,
    #[serde(flatten)]
    owner: Owner,
    thread_uuid: Option<Uuid>,
    source: &'static str,
    content: String,
    source_description: Option<String>,
    document_id: Option<String>,
    role: Option<&'static str>,
    role_name: Option<String>,
    metadata: Metadata,
    reference_time: Timestamp,
    created_at: Timestamp,
    processed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<WireModelReading>,
    /// Only in a graph whose content policy has rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    content_policy: Option<WireEpisodePolicy>,
    #[serde(flatten)]
    rank: Rank,
}

/// What is shown of some episodes besides themselves.
#[derive(Debug, Default)]
pub(super) struct EpisodeDetails {
    /// The uuids of their threads, by own id.
    threads: HashMap<String, Uuid>,
    /// What the content policy of their graph says about them.
    outcomes: HashMap<EpisodeId, PolicyOutcome>,
}

impl EpisodeDetails {
    /// Looks them up for episodes of one graph.
    pub(super) async fn of(project: &ProjectHandle, owner: Owner, episodes: &[Episode]) -> Result<Self, ApiError> {
        let mut threads = HashMap::new();
        for thread in episodes.iter().filter_map(|episode| episode.thread.as_ref()) {
            if !threads.contains_key(thread) {
                threads.insert(thread.clone(), project.thread(thread).get().await?.uuid.0);
            }
        }
        let outcomes = project.policy_outcomes(owner.graph_uuid.into(), episodes).await?.unwrap_or_default();
        let outcomes = episodes.iter().map(|episode| episode.id).zip(outcomes).collect();
        Ok(Self { threads, outcomes })
    }
}

impl WireEpisode {
    pub(super) fn new(episode: Episode, owner: Owner, details: &EpisodeDetails, rank: Rank) -> Self {
        Self {
            uuid: episode.id.0,
            owner,
            thread_uuid: episode.thread.as_ref().and_then(|thread| details.threads.get(thread)).copied(),
            source: episode.kind.as_str(),
            role: role_name(episode.role),
            processed: episode.state != EpisodeState::Pending,
            content_policy: details
                .outcomes
                .get(&episode.id)
                .map(|outcome| WireEpisodePolicy::new(outcome, &episode.state)),
            content: episode.content,
            source_description: episode.source_description,
            document_id: episode.document_id,
            role_name: episode.name,
            metadata: episode.metadata,
            reference_time: episode.reference_time,
            created_at: episode.recorded_at,
            model: WireModelReading::of(episode.model_reading),
            rank,
        }
    }

    /// Converts episodes that are not results of a search.
    pub(super) async fn all(
        project: &ProjectHandle,
        episodes: Vec<Episode>,
        owner: Owner,
    ) -> Result<Vec<Self>, ApiError> {
        let details = EpisodeDetails::of(project, owner, &episodes).await?;
        let wire = |episode| Self::new(episode, owner, &details, Rank::default());
        Ok(episodes.into_iter().map(wire).collect())
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireEdge {
    uuid: Uuid,
    #[serde(flatten)]
    owner: Owner,
    name: String,
    fact: String,
    source_node_uuid: Uuid,
    source_node_name: String,
    source_node_labels: Vec<String>,
    target_node_uuid: Uuid,
    target_node_name: String,
    target_node_labels: Vec<String>,
    episode_uuids: Vec<Uuid>,
    /// The hyperedge that it is an edge of.
    hyperedge_uuid: Option<Uuid>,
    attributes: Metadata,
    created_at: Timestamp,
    valid_at: Option<Timestamp>,
    invalid_at: Option<Timestamp>,
    expired_at: Option<Timestamp>,
    #[serde(flatten)]
    rank: Rank,
}

impl WireEdge {
    pub(super) fn new(triple: FactTriple, owner: Owner, rank: Rank) -> Self {
        let FactTriple { fact, source, target, hyperedge } = triple;
        Self {
            uuid: fact.id.0,
            owner,
            name: fact.predicate,
            fact: fact.statement,
            source_node_uuid: source.id.0,
            source_node_labels: labels(source.entity_type.as_ref()),
            source_node_name: source.name,
            target_node_uuid: target.id.0,
            target_node_labels: labels(target.entity_type.as_ref()),
            target_node_name: target.name,
            episode_uuids: fact.episodes.into_iter().map(|id| id.0).collect(),
            hyperedge_uuid: hyperedge.map(|id| id.0),
            attributes: fact.attributes,
            created_at: fact.created_at,
            valid_at: fact.valid_from,
            invalid_at: fact.valid_until,
            expired_at: fact.expired_at,
            rank,
        }
    }

    /// Converts facts that are not results of a search.
    pub(super) fn all(facts: Vec<FactTriple>, owner: Owner) -> Vec<Self> {
        facts.into_iter().map(|fact| Self::new(fact, owner, Rank::default())).collect()
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
    #[serde(flatten)]
    owner: Owner,
    name: String,
    labels: Vec<String>,
    summary: String,
    attributes: Metadata,
    episode_uuids: Vec<Uuid>,
    episode_uuids_truncated: bool,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    degree: Option<usize>,
    #[serde(flatten)]
    rank: Rank,
}

impl WireNode {
    pub(super) fn new(entity: Entity, owner: Owner, rank: Rank) -> Self {
        let mut attributes = entity.attributes;
        if !entity.aliases.is_empty() {
            attributes.entry("aliases").or_insert_with(|| entity.aliases.clone().into());
        }
        Self {
            uuid: entity.id.0,
            owner,
            labels: labels(entity.entity_type.as_ref()),
            name: entity.name,
            summary: entity.summary,
            attributes,
            episode_uuids_truncated: entity.episodes.len() > NODE_EPISODES_MAX,
            episode_uuids: entity.episodes.into_iter().take(NODE_EPISODES_MAX).map(|id| id.0).collect(),
            created_at: entity.created_at,
            degree: None,
            rank,
        }
    }

    /// Converts an entity that is not a result of a search.
    pub(super) fn plain(entity: Entity, owner: Owner) -> Self {
        Self::new(entity, owner, Rank::default())
    }

    /// The same node with its number of facts.
    pub(super) fn with_degree(self, degree: usize) -> Self {
        Self { degree: Some(degree), ..self }
    }
}
