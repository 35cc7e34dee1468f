//! Adding to graphs.

use erstwhile::ErrorKind;
use erstwhile::engine::{FactDraft, GraphRef, NewEpisode, NewGraph, NodeDraft};
use erstwhile::model::{EpisodeKind, Metadata};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::mcp::arguments::{NamedGraph, at_most, node, not_empty, optional_time, uuid};
use crate::mcp::caller::Caller;
use crate::mcp::failure::Failure;
use crate::mcp::toolbox::Effect::Adds;
use crate::mcp::toolbox::{Entry, entry};
use crate::mcp::wire::WireFact;

/// Maximum number of characters of a name.
const NAME_MAX: usize = 500;
/// Maximum number of characters of a description of the source.
const DESCRIPTION_MAX: usize = 2_000;
/// Maximum number of characters of a stated fact, of its relation, and of a node's name, as in the HTTP API.
const FACT_MAX: usize = 250;
const RELATION_MAX: usize = 50;
const NODE_MAX: usize = 50;

pub(super) fn tools() -> Vec<Entry> {
    vec![
        entry(
            Adds,
            "add_memory",
            "Add a text, a message or a JSON document to a graph. Its facts follow within about a second.",
            add_memory,
        ),
        entry(Adds, "add_triplet", "State one fact directly: source, relation and target.", add_triplet),
    ]
}

/// The arguments of `add_memory`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AddMemory {
    /// A name for it, stored as metadata.
    name: String,
    /// What to remember.
    episode_body: String,
    /// The graph to add it to, created if it does not exist; the default graph if absent.
    group_id: Option<String>,
    /// The user to whose graph to add it, instead of `group_id`.
    user_id: Option<String>,
    /// `text` (default), `json` or `message`; a message may begin with `Name: ` or `Name (role): `.
    source: Option<String>,
    /// Where it comes from.
    source_description: Option<String>,
    /// Makes a repetition of this call harmless. The episode gets a uuid of its own.
    uuid: Option<String>,
    /// When it was said or written, RFC 3339 or a date; now if absent.
    reference_time: Option<String>,
    /// What it is a part of, for `summarize_saga`.
    saga: Option<String>,
    /// Has no effect: types are declared for the project, a user or a graph.
    excluded_entity_types: Option<Vec<String>>,
    /// Has no effect: instructions are set for the project, a user or a graph.
    custom_extraction_instructions: Option<String>,
    /// Has no effect: what was said before is known.
    previous_episode_uuids: Option<Vec<String>>,
    /// Has no effect: communities are computed when they are asked for.
    update_communities: Option<bool>,
    /// Has no effect: episodes are in the order in which they are added.
    saga_previous_episode_uuid: Option<String>,
}

impl AddMemory {
    /// The arguments that were given and have no effect.
    fn ignored(&self) -> Vec<&'static str> {
        let given = [
            ("excluded_entity_types", self.excluded_entity_types.as_ref().is_some_and(|types| !types.is_empty())),
            (
                "custom_extraction_instructions",
                self.custom_extraction_instructions.as_ref().is_some_and(|text| !text.is_empty()),
            ),
            ("previous_episode_uuids", self.previous_episode_uuids.as_ref().is_some_and(|uuids| !uuids.is_empty())),
            ("update_communities", self.update_communities == Some(true)),
            ("saga_previous_episode_uuid", self.saga_previous_episode_uuid.is_some()),
        ];
        given.into_iter().filter(|(_, is_given)| *is_given).map(|(name, _)| name).collect()
    }
}

#[derive(Debug, Serialize, JsonSchema)]
struct Added {
    message: String,
    /// The uuid of the episode, which can be found at once; its facts follow.
    episode_uuid: Uuid,
    group_id: String,
    /// Arguments that had no effect.
    ignored_arguments: Vec<&'static str>,
}

async fn add_memory(caller: Caller, arguments: AddMemory) -> Result<Added, Failure> {
    not_empty("episode_body", &arguments.episode_body)?;
    at_most("episode_body", &arguments.episode_body, caller.limits.data_characters_max)?;
    at_most("name", &arguments.name, NAME_MAX)?;
    let description = arguments.source_description.clone().filter(|text| !text.is_empty());
    at_most("source_description", description.as_deref().unwrap_or_default(), DESCRIPTION_MAX)?;
    let saga = arguments.saga.clone().filter(|saga| !saga.is_empty());
    at_most("saga", saga.as_deref().unwrap_or_default(), NAME_MAX)?;
    let kind = match arguments.source.as_deref().filter(|source| !source.is_empty()).unwrap_or("text") {
        "text" => EpisodeKind::Text,
        "json" => EpisodeKind::Json,
        "message" => EpisodeKind::Message,
        _ => return Err(Failure::invalid("source must be one of text, json, message")),
    };
    let (ignored_arguments, seed) = (arguments.ignored(), seed(&arguments)?);
    let mut metadata = Metadata::new();
    if !arguments.name.trim().is_empty() {
        metadata.insert("name".to_owned(), Value::String(arguments.name));
    }
    let new = NewEpisode {
        kind,
        data: arguments.episode_body,
        created_at: optional_time("reference_time", arguments.reference_time.as_ref())?,
        source_description: description,
        document_id: saga,
        metadata,
        strict: false,
    };
    let graph = caller.graph(arguments.user_id, arguments.group_id)?;
    ensure_exists(&caller, &graph).await?;
    let project = match seed {
        Some(seed) => caller.project.repeatable(seed),
        None => caller.project.clone(),
    };
    let added = project.graph(&graph.reference).add_episodes(vec![new]).await?;
    let episode = added.first().ok_or_else(|| Failure::from(erstwhile::Error::internal("nothing was added")))?;
    Ok(Added {
        message: "added; its facts follow within about a second".to_owned(),
        episode_uuid: episode.id.0,
        group_id: graph.id().to_owned(),
        ignored_arguments,
    })
}

/// What identifies a call and its repetitions: its uuid and what is added, so that a uuid that is used again for
/// something else does not hide it.
fn seed(arguments: &AddMemory) -> Result<Option<Uuid>, Failure> {
    let Some(given) = arguments.uuid.as_deref().filter(|given| !given.is_empty()) else { return Ok(None) };
    let uuid = uuid("uuid", given)?;
    let parts = [
        arguments.user_id.as_deref(),
        arguments.group_id.as_deref(),
        arguments.source.as_deref(),
        Some(arguments.name.as_str()),
        Some(arguments.episode_body.as_str()),
    ];
    let identity = serde_json::to_vec(&parts).unwrap_or_default();
    Ok(Some(Uuid::new_v5(&uuid, &identity)))
}

/// Creates a standalone graph that does not exist.
async fn ensure_exists(caller: &Caller, graph: &NamedGraph) -> Result<(), Failure> {
    let GraphRef::Graph(graph_id) = &graph.reference else { return Ok(()) };
    match graph.handle.get().await {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        found => return Ok(found.map(|_| ())?),
    }
    let new = NewGraph { graph_id: graph_id.clone(), ..NewGraph::default() };
    match caller.project.create_graph(new).await {
        // Another caller created it first.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        created => Ok(created.map(|_| ())?),
    }
}

/// The arguments of `add_triplet`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AddTriplet {
    /// The name of the source.
    source_node_name: String,
    /// The relation, such as `WORKS_FOR`.
    edge_name: String,
    /// The fact as a sentence.
    fact: String,
    /// The name of the target.
    target_node_name: String,
    /// The graph to add it to, created if it does not exist; the default graph if absent.
    group_id: Option<String>,
    /// The user to whose graph to add it, instead of `group_id`.
    user_id: Option<String>,
    /// The uuid of an existing source, instead of its name.
    source_node_uuid: Option<String>,
    /// The uuid of an existing target, instead of its name.
    target_node_uuid: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct AddedTriplet {
    message: String,
    edges: Vec<WireFact>,
}

async fn add_triplet(caller: Caller, arguments: AddTriplet) -> Result<AddedTriplet, Failure> {
    for (name, text, max) in [
        ("fact", &arguments.fact, FACT_MAX),
        ("edge_name", &arguments.edge_name, RELATION_MAX),
        ("source_node_name", &arguments.source_node_name, NODE_MAX),
        ("target_node_name", &arguments.target_node_name, NODE_MAX),
    ] {
        not_empty(name, text)?;
        at_most(name, text, max)?;
    }
    let end = |field: &str, given: Option<&String>, name: String| -> Result<NodeDraft, Failure> {
        Ok(NodeDraft { id: node(field, given)?, name: Some(name), ..NodeDraft::default() })
    };
    let draft = FactDraft {
        predicate: arguments.edge_name,
        statement: arguments.fact,
        source: end("source_node_uuid", arguments.source_node_uuid.as_ref(), arguments.source_node_name)?,
        target: end("target_node_uuid", arguments.target_node_uuid.as_ref(), arguments.target_node_name)?,
        ..FactDraft::default()
    };
    let graph = caller.graph(arguments.user_id, arguments.group_id)?;
    ensure_exists(&caller, &graph).await?;
    let (triple, _) = graph.handle.add_fact(draft).await?;
    Ok(AddedTriplet { message: "the fact was added".to_owned(), edges: vec![triple.into()] })
}
