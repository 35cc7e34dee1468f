//! Deleting for good.

use erstwhile::engine::{ErasureReceipt, ErasureState};
use erstwhile::model::{AssertionId, EpisodeId};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::reading::ByUuid;
use crate::mcp::arguments::{NamedGraph, OneOrMany, uuid};
use crate::mcp::caller::Caller;
use crate::mcp::failure::Failure;
use crate::mcp::toolbox::Effect::Removes;
use crate::mcp::toolbox::{Entry, entry};

pub(super) fn tools() -> Vec<Entry> {
    vec![
        entry(Removes, "delete_entity_edge", "Delete a fact for good.", delete_entity_edge),
        entry(
            Removes,
            "delete_episode",
            "Delete an episode for good, with everything that comes from it alone. What it had ended holds \
             again.",
            delete_episode,
        ),
        entry(Removes, "clear_graph", "Delete graphs for good, with everything in them.", clear_graph),
        entry(
            Removes,
            "forget",
            "Forget a user, a thread, an episode or a fact for good, with everything that comes from it \
             alone.",
            forget,
        ),
    ]
}

/// What was forgotten.
#[derive(Debug, Serialize, JsonSchema)]
struct Forgotten {
    message: String,
    /// Whether nothing of it is left in the files of the database. If not, that follows, even after a crash.
    is_erased: bool,
    /// What was removed with a user.
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<WireReceipt>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WireReceipt {
    id: Uuid,
    requested_at: Timestamp,
    finished_at: Option<Timestamp>,
    threads: i64,
    episodes: i64,
    mentions: i64,
    assertions: i64,
}

impl Forgotten {
    fn new(what: &str, state: ErasureState) -> Self {
        Self { message: format!("{what} was forgotten"), is_erased: state == ErasureState::Done, receipt: None }
    }

    fn user(receipt: &ErasureReceipt) -> Self {
        Self {
            message: "the user was forgotten".to_owned(),
            is_erased: receipt.finished_at.is_some(),
            receipt: Some(WireReceipt {
                id: receipt.id,
                requested_at: receipt.requested_at,
                finished_at: receipt.finished_at,
                threads: receipt.threads,
                episodes: receipt.episodes,
                mentions: receipt.mentions,
                assertions: receipt.assertions,
            }),
        }
    }
}

async fn delete_entity_edge(caller: Caller, arguments: ByUuid) -> Result<Forgotten, Failure> {
    fact(&caller, "uuid", &arguments.uuid).await
}

async fn delete_episode(caller: Caller, arguments: ByUuid) -> Result<Forgotten, Failure> {
    episode(&caller, "uuid", &arguments.uuid).await
}

/// The arguments of `clear_graph`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ClearGraph {
    /// The graphs to delete, or one; the default graph if absent.
    group_ids: Option<OneOrMany>,
}

async fn clear_graph(caller: Caller, arguments: ClearGraph) -> Result<Forgotten, Failure> {
    let graphs = caller.graphs(None, arguments.group_ids)?;
    // Nothing is deleted if one of them does not exist.
    for graph in &graphs {
        graph.handle.get().await?;
    }
    let mut state = ErasureState::Done;
    for graph in &graphs {
        if graph.handle.delete().await? == ErasureState::Pending {
            state = ErasureState::Pending;
        }
    }
    let names: Vec<&str> = graphs.iter().map(NamedGraph::id).collect();
    Ok(Forgotten::new(&names.join(", "), state))
}

/// The arguments of `forget`: exactly one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Forget {
    /// A user, with their threads and their graph.
    user_id: Option<String>,
    /// A thread, with its messages.
    thread_id: Option<String>,
    /// A message, a text or a document.
    episode_uuid: Option<String>,
    /// A fact.
    fact_uuid: Option<String>,
}

async fn forget(caller: Caller, arguments: Forget) -> Result<Forgotten, Failure> {
    match (arguments.user_id, arguments.thread_id, arguments.episode_uuid, arguments.fact_uuid) {
        (Some(user_id), None, None, None) => Ok(Forgotten::user(&caller.project.user(user_id).delete().await?)),
        (None, Some(thread_id), None, None) => {
            Ok(Forgotten::new("the thread", caller.project.thread(thread_id).delete().await?))
        }
        (None, None, Some(uuid), None) => episode(&caller, "episode_uuid", &uuid).await,
        (None, None, None, Some(uuid)) => fact(&caller, "fact_uuid", &uuid).await,
        _ => Err(Failure::invalid("give exactly one of user_id, thread_id, episode_uuid, fact_uuid")),
    }
}

async fn fact(caller: &Caller, name: &str, given: &str) -> Result<Forgotten, Failure> {
    let state = caller.project.delete_fact(AssertionId(uuid(name, given)?)).await?;
    Ok(Forgotten::new("the fact", state))
}

async fn episode(caller: &Caller, name: &str, given: &str) -> Result<Forgotten, Failure> {
    let id = caller.project.find_episode(EpisodeId(uuid(name, given)?)).await?.id;
    let state = caller.project.delete_episode(id).await?;
    Ok(Forgotten::new("the episode", state))
}
