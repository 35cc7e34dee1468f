//! Reading graphs: entities, facts, episodes, and what is derived from them.

use std::cmp::Reverse;

use erstwhile::engine::{FactTriple, SummaryKind};
use erstwhile::model::{AssertionId, EntityId, EpisodeId};
use erstwhile::search::filter::Filter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::mcp::arguments::{LIST_MAX, OneOrMany, items, not_empty, uuid};
use crate::mcp::caller::Caller;
use crate::mcp::failure::Failure;
use crate::mcp::toolbox::Effect::Reads;
use crate::mcp::toolbox::{Entry, entry};
use crate::mcp::wire::{WireEpisode, WireFact, WireNode};

/// Number of entities and facts, if the caller gives none.
const ITEMS: i64 = 20;
/// Number of episodes, if the caller gives none.
const EPISODES: i64 = 10;
/// Maximum number of episodes whose entities are read at once.
const UUIDS_MAX: usize = 100;

pub(super) fn tools() -> Vec<Entry> {
    vec![
        entry(Reads, "get_user_nodes", "The entities of a user's graph, those with most facts first.", get_user_nodes),
        entry(
            Reads,
            "get_user_edges",
            "The facts of a user's graph, newest first, including those that have ended.",
            get_user_edges,
        ),
        entry(Reads, "get_node", "An entity, by its uuid.", get_node),
        entry(
            Reads,
            "get_node_edges",
            "The facts about an entity, newest first, including those that have ended.",
            get_node_edges,
        ),
        entry(Reads, "get_edge", "A fact, by its uuid.", get_edge),
        entry(Reads, "get_entity_edge", "A fact, by its uuid.", get_edge),
        entry(Reads, "get_episodes", "The last messages, texts and documents of graphs, newest first.", get_episodes),
        entry(Reads, "get_episode", "A message, text or document, by its uuid.", get_episode),
        entry(Reads, "get_episode_mentions", "The entities and facts that come from an episode.", get_episode_mentions),
        entry(Reads, "get_episode_entities", "The entities and facts that come from episodes.", get_episode_entities),
        entry(Reads, "summarize_saga", "A summary of the episodes that were added with one saga.", summarize_saga),
        entry(
            Reads,
            "build_communities",
            "Groups of entities that are connected with each other. They are computed when they are asked \
             for, so nothing has to be built before.",
            build_communities,
        ),
        entry(Reads, "get_status", "Whether the memory can be used.", get_status),
    ]
}

/// The uuid of something.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ByUuid {
    /// Its uuid.
    pub(super) uuid: String,
}

/// A user, and how much to list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OfUser {
    /// The user.
    user_id: String,
    /// Maximum number of items (default: 20).
    limit: Option<i64>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Nodes {
    nodes: Vec<WireNode>,
    /// How many there are.
    #[schemars(with = "i64")]
    total: usize,
}

async fn get_user_nodes(caller: Caller, arguments: OfUser) -> Result<Nodes, Failure> {
    let limit = limit(arguments.limit)?;
    let mut nodes = caller.graph(Some(arguments.user_id), None)?.handle.entities(&Filter::default()).await?;
    nodes.sort_by_key(|(node, degree)| (Reverse(*degree), node.id));
    let total = nodes.len();
    Ok(Nodes { nodes: nodes.into_iter().take(limit).map(|(node, _)| node.into()).collect(), total })
}

#[derive(Debug, Serialize, JsonSchema)]
struct Edges {
    edges: Vec<WireFact>,
    /// How many there are.
    #[schemars(with = "i64")]
    total: usize,
}

impl Edges {
    /// The newest facts.
    fn newest(mut facts: Vec<FactTriple>, limit: usize) -> Self {
        facts.sort_by_key(|triple| (Reverse(triple.fact.created_at), triple.fact.id));
        let total = facts.len();
        Self { edges: facts.into_iter().take(limit).map(Into::into).collect(), total }
    }
}

async fn get_user_edges(caller: Caller, arguments: OfUser) -> Result<Edges, Failure> {
    let limit = limit(arguments.limit)?;
    let facts = caller.graph(Some(arguments.user_id), None)?.handle.facts(&Filter::default()).await?;
    Ok(Edges::newest(facts, limit))
}

async fn get_node(caller: Caller, arguments: ByUuid) -> Result<WireNode, Failure> {
    Ok(caller.project.entity(EntityId(uuid("uuid", &arguments.uuid)?)).await?.into())
}

/// The arguments of `get_node_edges`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OfNode {
    /// The uuid of the node.
    node_uuid: String,
}

async fn get_node_edges(caller: Caller, arguments: OfNode) -> Result<Edges, Failure> {
    let node = EntityId(uuid("node_uuid", &arguments.node_uuid)?);
    let facts = caller.project.facts_about(node, &Filter::default()).await?;
    Ok(Edges::newest(facts, usize::try_from(LIST_MAX).unwrap_or(usize::MAX)))
}

async fn get_edge(caller: Caller, arguments: ByUuid) -> Result<WireFact, Failure> {
    Ok(caller.project.fact(AssertionId(uuid("uuid", &arguments.uuid)?)).await?.into())
}

/// The arguments of `get_episodes`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GetEpisodes {
    /// The user whose episodes to read.
    user_id: Option<String>,
    /// The number of episodes (default: 10).
    lastn: Option<i64>,
    /// The graphs whose episodes to read, or one; the default graph if absent.
    group_ids: Option<OneOrMany>,
    /// The number of episodes (default: 10); the same as `lastn`.
    max_episodes: Option<i64>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Episodes {
    message: String,
    episodes: Vec<WireEpisode>,
}

async fn get_episodes(caller: Caller, arguments: GetEpisodes) -> Result<Episodes, Failure> {
    let given = arguments.lastn.or(arguments.max_episodes).filter(|count| *count != 0);
    let count = items("lastn or max_episodes", given, EPISODES)?;
    let mut episodes = Vec::new();
    for graph in caller.graphs(arguments.user_id, arguments.group_ids)? {
        episodes.extend(graph.found(graph.handle.last_episodes(count).await)?);
    }
    episodes.sort_by_key(|episode| Reverse(episode.recorded_at));
    episodes.truncate(usize::try_from(count).unwrap_or(usize::MAX));
    let message = format!("{} episodes", episodes.len());
    Ok(Episodes { message, episodes: episodes.into_iter().map(Into::into).collect() })
}

async fn get_episode(caller: Caller, arguments: ByUuid) -> Result<WireEpisode, Failure> {
    Ok(caller.project.find_episode(EpisodeId(uuid("uuid", &arguments.uuid)?)).await?.into())
}

#[derive(Debug, Serialize, JsonSchema)]
struct Mentions {
    nodes: Vec<WireNode>,
    edges: Vec<WireFact>,
}

async fn get_episode_mentions(caller: Caller, arguments: ByUuid) -> Result<Mentions, Failure> {
    mentions(&caller, &[arguments.uuid]).await
}

/// The arguments of `get_episode_entities`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OfEpisodes {
    /// The uuids of the episodes.
    episode_uuids: Vec<String>,
}

async fn get_episode_entities(caller: Caller, arguments: OfEpisodes) -> Result<Mentions, Failure> {
    if !(1..=UUIDS_MAX).contains(&arguments.episode_uuids.len()) {
        return Err(Failure::invalid(format!("episode_uuids must have from 1 to {UUIDS_MAX} items")));
    }
    mentions(&caller, &arguments.episode_uuids).await
}

async fn mentions(caller: &Caller, episodes: &[String]) -> Result<Mentions, Failure> {
    let (mut nodes, mut facts) = (Vec::new(), Vec::new());
    for episode in episodes {
        let (mentioned, stated) = caller.project.mentions(EpisodeId(uuid("uuid", episode)?)).await?;
        nodes.extend(mentioned);
        facts.extend(stated);
    }
    nodes.sort_by_key(|node| node.id);
    nodes.dedup_by_key(|node| node.id);
    facts.sort_by_key(|triple| triple.fact.id);
    facts.dedup_by_key(|triple| triple.fact.id);
    Ok(Mentions {
        nodes: nodes.into_iter().map(Into::into).collect(),
        edges: facts.into_iter().map(Into::into).collect(),
    })
}

/// The arguments of `summarize_saga`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SummarizeSaga {
    /// The `saga` of the episodes, as given to `add_memory`.
    saga_name: String,
    /// Their graph; the default graph if absent.
    group_id: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct SagaSummary {
    uuid: Uuid,
    name: String,
    summary: String,
}

async fn summarize_saga(caller: Caller, arguments: SummarizeSaga) -> Result<SagaSummary, Failure> {
    not_empty("saga_name", &arguments.saga_name)?;
    let graph = caller.graph(None, arguments.group_id)?;
    let summaries = graph.handle.summaries(SummaryKind::Documents, &Filter::default()).await?;
    let own = summaries.into_iter().find(|summary| summary.of == arguments.saga_name);
    let own = own.ok_or_else(|| Failure::from(erstwhile::Error::not_found("saga")))?;
    Ok(SagaSummary { uuid: own.id, name: own.of, summary: own.text })
}

/// The arguments of `build_communities`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct BuildCommunities {
    /// The graphs, or one; the default graph if absent.
    group_ids: Option<OneOrMany>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Communities {
    #[schemars(with = "i64")]
    community_count: usize,
    communities: Vec<WireCommunity>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WireCommunity {
    uuid: Uuid,
    group_id: String,
    /// The names of its entities, those with most facts first.
    name: String,
}

async fn build_communities(caller: Caller, arguments: BuildCommunities) -> Result<Communities, Failure> {
    let mut communities = Vec::new();
    for graph in caller.graphs(None, arguments.group_ids)? {
        let found = graph.found(graph.handle.communities().await)?.into_iter();
        communities.extend(found.map(|community| WireCommunity {
            uuid: community.id,
            group_id: graph.id().to_owned(),
            name: community.names.join(", "),
        }));
    }
    Ok(Communities { community_count: communities.len(), communities })
}

/// No arguments.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Debug, Serialize, JsonSchema)]
struct Status {
    status: &'static str,
    message: String,
    version: &'static str,
}

async fn get_status(caller: Caller, _: Nothing) -> Result<Status, Failure> {
    let project = caller.project.info().await?;
    let message = format!("the memory of the project {} can be used", project.name);
    Ok(Status { status: "ok", message, version: env!("CARGO_PKG_VERSION") })
}

fn limit(given: Option<i64>) -> Result<usize, Failure> {
    let limit = items("limit", given.filter(|limit| *limit != 0), ITEMS)?;
    Ok(usize::try_from(limit).unwrap_or(usize::MAX))
}
