//! Where facts come from, and what has changed.

use erstwhile::model::AssertionId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::reading::ByUuid;
use crate::mcp::arguments::{items, time, uuid};
use crate::mcp::caller::Caller;
use crate::mcp::failure::Failure;
use crate::mcp::toolbox::Effect::Reads;
use crate::mcp::toolbox::{Entry, entry};
use crate::mcp::wire::{WireFact, WireOrigin};

/// Number of facts of each list, if the caller gives none.
const FACTS: i64 = 50;

pub(super) fn tools() -> Vec<Entry> {
    vec![
        entry(
            Reads,
            "why",
            "Why the memory holds a fact: the words that it rests on, who said them and when, what read \
             them, and what ended it.",
            why,
        ),
        entry(
            Reads,
            "what_changed",
            "What the memory has learned since a time: new facts, and facts that have ended.",
            what_changed,
        ),
    ]
}

async fn why(caller: Caller, arguments: ByUuid) -> Result<WireOrigin, Failure> {
    Ok(caller.project.fact_origin(AssertionId(uuid("uuid", &arguments.uuid)?)).await?.into())
}

/// The arguments of `what_changed`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WhatChanged {
    /// Since when, RFC 3339 or a date.
    since: String,
    /// The user whose graph to look at.
    user_id: Option<String>,
    /// The graph to look at; the default graph if both are absent.
    group_id: Option<String>,
    /// Maximum number of facts of each list (default: 50).
    limit: Option<i64>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Changes {
    /// Facts that the memory did not know then, newest first.
    learned: Vec<WireFact>,
    #[schemars(with = "i64")]
    learned_total: usize,
    /// Facts that it knew then and that have ended since, latest end first.
    ended: Vec<WireFact>,
    #[schemars(with = "i64")]
    ended_total: usize,
}

async fn what_changed(caller: Caller, arguments: WhatChanged) -> Result<Changes, Failure> {
    let since = time("since", &arguments.since)?;
    let limit = usize::try_from(items("limit", arguments.limit, FACTS)?).unwrap_or(usize::MAX);
    let graph = caller.graph(arguments.user_id, arguments.group_id)?;
    let changes = graph.found(graph.handle.changes_since(since).await)?;
    let (learned_total, ended_total) = (changes.learned.len(), changes.ended.len());
    Ok(Changes {
        learned: changes.learned.into_iter().take(limit).map(Into::into).collect(),
        learned_total,
        ended: changes.ended.into_iter().take(limit).map(Into::into).collect(),
        ended_total,
    })
}
