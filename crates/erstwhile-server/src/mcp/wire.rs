//! The results of tools. Facts and entities have the names of the API: edges and nodes.

use erstwhile::engine::{Claim, FactClosing, FactOrigin, FactTriple};
use erstwhile::model::{ClaimKind, Entity, Episode, EpisodeState, Metadata, Role, Thread, User};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

/// Maximum number of episodes of a node.
const EPISODES_MAX: usize = 20;

/// A fact.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(super) struct WireFact {
    /// Its id, for `why`, `get_edge` and `forget`.
    uuid: Uuid,
    /// The relation.
    name: String,
    /// The fact as a sentence.
    fact: String,
    source_node_uuid: Uuid,
    source_node_name: String,
    target_node_uuid: Uuid,
    target_node_name: String,
    /// When it became true.
    valid_at: Option<Timestamp>,
    /// When it stopped being true; absent while it holds.
    invalid_at: Option<Timestamp>,
    /// When the memory learned of it.
    created_at: Timestamp,
    /// When the memory learned that it had stopped being true.
    expired_at: Option<Timestamp>,
    /// The episodes that state it.
    episodes: Vec<Uuid>,
    attributes: Metadata,
}

impl From<FactTriple> for WireFact {
    fn from(triple: FactTriple) -> Self {
        let FactTriple { fact, source, target, .. } = triple;
        Self {
            uuid: fact.id.0,
            name: fact.predicate,
            fact: fact.statement,
            source_node_uuid: source.id.0,
            source_node_name: source.name,
            target_node_uuid: target.id.0,
            target_node_name: target.name,
            valid_at: fact.valid_from,
            invalid_at: fact.valid_until,
            created_at: fact.created_at,
            expired_at: fact.expired_at,
            episodes: fact.episodes.into_iter().map(|id| id.0).collect(),
            attributes: fact.attributes,
        }
    }
}

/// An entity.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(super) struct WireNode {
    uuid: Uuid,
    name: String,
    /// `Entity`, and its own type if it is known.
    labels: Vec<String>,
    summary: String,
    attributes: Metadata,
    created_at: Timestamp,
    /// The last episodes that mention it.
    episodes: Vec<Uuid>,
}

impl From<Entity> for WireNode {
    fn from(entity: Entity) -> Self {
        let mut attributes = entity.attributes;
        if !entity.aliases.is_empty() {
            attributes.entry("aliases").or_insert_with(|| entity.aliases.into());
        }
        let own = entity.entity_type.into_iter().filter(|own| own != "Entity");
        let skipped = entity.episodes.len().saturating_sub(EPISODES_MAX);
        Self {
            uuid: entity.id.0,
            name: entity.name,
            labels: std::iter::once("Entity".to_owned()).chain(own).collect(),
            summary: entity.summary,
            attributes,
            created_at: entity.created_at,
            episodes: entity.episodes.into_iter().skip(skipped).map(|id| id.0).collect(),
        }
    }
}

/// A message, a text or a JSON document, as it was added.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(super) struct WireEpisode {
    uuid: Uuid,
    content: String,
    /// `message`, `text`, `json` or `fact_triple`.
    source: &'static str,
    source_description: Option<String>,
    document_id: Option<String>,
    thread_id: Option<String>,
    /// The role of the speaker.
    role: Option<&'static str>,
    /// The name of the speaker.
    name: Option<String>,
    metadata: Metadata,
    /// When it was said or written.
    created_at: Timestamp,
    /// Whether its facts are in the graph.
    processed: bool,
}

impl From<Episode> for WireEpisode {
    fn from(episode: Episode) -> Self {
        Self {
            uuid: episode.id.0,
            content: episode.content,
            source: episode.kind.as_str(),
            source_description: episode.source_description,
            document_id: episode.document_id,
            thread_id: episode.thread,
            role: episode.role.map(Role::as_str),
            name: episode.name,
            metadata: episode.metadata,
            created_at: episode.reference_time,
            processed: episode.state != EpisodeState::Pending,
        }
    }
}

/// A user.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(super) struct WireUser {
    user_id: String,
    uuid: Uuid,
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    time_zone: Option<String>,
    metadata: Metadata,
    thread_count: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<User> for WireUser {
    fn from(user: User) -> Self {
        Self {
            user_id: user.user_id,
            uuid: user.uuid.0,
            email: user.email,
            first_name: user.first_name,
            last_name: user.last_name,
            time_zone: user.time_zone,
            metadata: user.metadata,
            thread_count: user.thread_count,
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

/// A thread.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(super) struct WireThread {
    thread_id: String,
    uuid: Uuid,
    user_id: Option<String>,
    created_at: Timestamp,
}

impl From<Thread> for WireThread {
    fn from(thread: Thread) -> Self {
        Self {
            thread_id: thread.thread_id,
            uuid: thread.uuid.0,
            user_id: thread.user_id,
            created_at: thread.created_at,
        }
    }
}

/// A claim with the words that make it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(super) struct WireClaim {
    /// The claim as a sentence.
    claim: String,
    /// `asserts`, `ends`, `denies` or `states`.
    kind: &'static str,
    /// The words of the episode that make the claim; empty when it was made through the API.
    words: String,
    episode_uuid: Option<Uuid>,
    thread_id: Option<String>,
    /// The name or the role of the speaker.
    speaker: Option<String>,
    /// When it was said.
    said_at: Timestamp,
    /// When the memory recorded it.
    recorded_at: Timestamp,
    /// What read it: the rules, a language model, or `operator` for the API.
    read_by: String,
    /// How sure the reader was, from 0 to 1.
    confidence: f64,
}

impl From<Claim> for WireClaim {
    fn from(claim: Claim) -> Self {
        let Claim { assertion, words, episode } = claim;
        let speaker = episode
            .as_ref()
            .and_then(|episode| episode.name.clone().or_else(|| episode.role.map(|role| role.as_str().to_owned())));
        Self {
            claim: assertion.statement,
            kind: match assertion.kind {
                ClaimKind::Asserts => "asserts",
                ClaimKind::Ends => "ends",
                ClaimKind::Denies => "denies",
                ClaimKind::States => "states",
            },
            words,
            episode_uuid: assertion.episode.map(|id| id.0),
            thread_id: episode.and_then(|episode| episode.thread),
            speaker,
            said_at: assertion.reference_time,
            recorded_at: assertion.recorded_at,
            read_by: assertion.extractor,
            confidence: assertion.confidence,
        }
    }
}

/// Why the memory holds a fact.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(super) struct WireOrigin {
    fact: WireFact,
    /// The claims that it rests on, oldest first.
    claims: Vec<WireClaim>,
    /// The claim that ended it, if one did.
    ended_by: Option<WireClaim>,
    /// Whether it was ended by an edit through the API.
    ended_by_edit: bool,
}

impl From<FactOrigin> for WireOrigin {
    fn from(origin: FactOrigin) -> Self {
        let ended_by_edit = matches!(origin.closing, Some(FactClosing::Edit));
        Self {
            fact: origin.fact.into(),
            claims: origin.claims.into_iter().map(Into::into).collect(),
            ended_by: match origin.closing {
                Some(FactClosing::Claim(claim)) => Some((*claim).into()),
                Some(FactClosing::Edit) | None => None,
            },
            ended_by_edit,
        }
    }
}
