//! `graph.query` and `graph.query_stream`: what a graph has on a question, and the language model's answer to it.

use schemars::JsonSchema;
use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use erstwhile::engine::{LocatedGraph, ProjectHandle, Search, SummaryKind};
use erstwhile::search::{Moment, Scored};
use futures::stream;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::checks;
use super::derived::{WireObservation, WireThreadSummary, thread_uuid};
use super::error;
use super::path::identifier;
use super::wire::{EpisodeDetails, Owner, Rank, WireEdge, WireEpisode, WireNode};
use crate::app::App;
use crate::http::body::Body;
use crate::http::caller::Reader;
use crate::http::error::ApiError;
use crate::openapi::{Answer, Description};

/// Number of results of each search.
const FAST: usize = 10;
const DEEP: usize = 30;
/// Maximum number of characters of an episode that the language model reads.
const EPISODE_READ_MAX: usize = 1_000;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct QueryBody {
    graph_uuids: Vec<String>,
    query: String,
    generate_answer: Option<bool>,
    guidance: Option<String>,
    mode: Option<String>,
    stream: Option<bool>,
}

/// The searches of a query, which the events call tools.
#[derive(Debug, Clone, Copy)]
enum Tool {
    Edges,
    Nodes,
    Episodes,
    Observations,
    ThreadSummaries,
}

impl Tool {
    const ALL: [Self; 5] = [Self::Edges, Self::Nodes, Self::Episodes, Self::Observations, Self::ThreadSummaries];

    fn name(self) -> &'static str {
        match self {
            Self::Edges => "search_edges",
            Self::Nodes => "search_nodes",
            Self::Episodes => "search_episodes",
            Self::Observations => "search_observations",
            Self::ThreadSummaries => "search_thread_summaries",
        }
    }

    /// The name of its results.
    fn results(self) -> &'static str {
        match self {
            Self::Edges => "edges",
            Self::Nodes => "nodes",
            Self::Episodes => "episodes",
            Self::Observations => "observations",
            Self::ThreadSummaries => "thread_summaries",
        }
    }

    /// The kind of its results, if an answer can cite them.
    fn cited(self) -> Option<&'static str> {
        match self {
            Self::Edges => Some("edge"),
            Self::Nodes => Some("node"),
            Self::Episodes => Some("episode"),
            Self::Observations | Self::ThreadSummaries => None,
        }
    }
}

/// One result, for the client and for the language model.
struct Record {
    uuid: Uuid,
    wire: Value,
    text: String,
}

impl Record {
    fn new(uuid: Uuid, wire: impl Serialize, text: String) -> Result<Self, ApiError> {
        Ok(Self { uuid, wire: wire_value(wire)?, text })
    }
}

fn wire_value(wire: impl Serialize) -> Result<Value, ApiError> {
    Ok(serde_json::to_value(wire)
        .map_err(|error| erstwhile::Error::internal("a result cannot be written").with_source(error))?)
}

/// A question that is ready to be asked.
struct Question {
    project: ProjectHandle,
    located: LocatedGraph,
    search: Search,
    guidance: String,
    is_answered: bool,
    limit: usize,
}

impl Question {
    async fn new(app: &App, project: ProjectHandle, body: QueryBody) -> Result<Self, ApiError> {
        checks::characters("query", &body.query, app.limits.query_characters_max)?;
        if body.query.trim().is_empty() {
            return Err(ApiError::bad_request("query must not be empty").with_param("query"));
        }
        let guidance = body.guidance.unwrap_or_default();
        checks::characters("guidance", &guidance, app.limits.query_characters_max)?;
        let [graph] = body.graph_uuids.as_slice() else {
            return Err(ApiError::bad_request("graph_uuids must have one item").with_param("graph_uuids"));
        };
        let limit = match body.mode.as_deref() {
            None | Some("fast") => FAST,
            Some("deep") => DEEP,
            Some(_) => return Err(ApiError::bad_request("mode must be one of fast, deep").with_param("mode")),
        };
        let located = project.graph_by_uuid(identifier("graph_uuids", graph)?).await?;
        // One more than is returned, so that it is known whether there are more.
        let search = Search { moment: Moment::CurrentFirst(app.engine.now()), ..Search::new(body.query, limit + 1) };
        // Without a language model, the results are all there is.
        let is_answered = body.generate_answer == Some(true) && project.has_language_model();
        Ok(Self { project, located, search, guidance, is_answered, limit })
    }

    async fn run(&self, tool: Tool) -> Result<Vec<Record>, ApiError> {
        let (handle, owner) = (self.project.graph(&self.located.reference), Owner::from(&self.located));
        match tool {
            Tool::Edges => {
                let found = handle.search_facts(self.search.clone()).await?.into_iter();
                let record = |found: Scored<erstwhile::engine::FactTriple>| {
                    let (rank, fact) = (Rank::of(&found), &found.item.fact);
                    let day = |at: Option<jiff::Timestamp>| at.map(|at| at.strftime("%Y-%m-%d").to_string());
                    let (from, until) = (day(fact.valid_from), day(fact.valid_until));
                    let text = format!(
                        "{} ({} to {})",
                        fact.statement,
                        from.as_deref().unwrap_or("unknown"),
                        until.as_deref().unwrap_or("present")
                    );
                    Record::new(fact.id.0, WireEdge::new(found.item.clone(), owner, rank), text)
                };
                found.map(record).collect()
            }
            Tool::Nodes => {
                let found = handle.search_entities(self.search.clone()).await?.into_iter();
                let record = |found: Scored<erstwhile::model::Entity>| {
                    let rank = Rank::of(&found);
                    let text = format!("{}: {}", found.item.name, found.item.summary);
                    Record::new(found.item.id.0, WireNode::new(found.item, owner, rank), text)
                };
                found.map(record).collect()
            }
            Tool::Episodes => {
                let found = handle.search_episodes(self.search.clone()).await?;
                let said: Vec<_> = found.iter().map(|found| found.item.clone()).collect();
                let details = EpisodeDetails::of(&self.project, owner, &said).await?;
                let record = |found: Scored<erstwhile::model::Episode>| {
                    let rank = Rank::of(&found);
                    let speaker = found.item.speaker().map_or("data", String::as_str);
                    let words: String = found.item.content.chars().take(EPISODE_READ_MAX).collect();
                    let text = format!("{speaker}, {}: {words}", found.item.reference_time.strftime("%Y-%m-%d"));
                    Record::new(found.item.id.0, WireEpisode::new(found.item, owner, &details, rank), text)
                };
                found.into_iter().map(record).collect()
            }
            Tool::Observations => {
                let found = handle.search_observations(&self.search).await?.into_iter();
                let record = |found: Scored<erstwhile::observations::Observation>| {
                    let (rank, text) = (Rank::of(&found), found.item.summary.clone());
                    Record::new(found.item.id, WireObservation::new(found.item, owner, rank), text)
                };
                found.map(record).collect()
            }
            Tool::ThreadSummaries => {
                let mut records = Vec::new();
                for found in handle.search_summaries(SummaryKind::Threads, &self.search).await? {
                    let (rank, text) = (Rank::of(&found), found.item.text.clone());
                    let thread = thread_uuid(&self.project, &found.item).await?;
                    let wire = WireThreadSummary::new(found.item.clone(), self.located.graph.id.0, thread).ranked(rank);
                    records.push(Record::new(found.item.id, wire, text)?);
                }
                Ok(records)
            }
        }
    }
}

/// What was found so far.
#[derive(Default)]
struct Found {
    records: Vec<(Tool, Record)>,
    is_truncated: bool,
}

impl Found {
    /// Adds the results of a search; returns them as the client sees them.
    fn add(&mut self, tool: Tool, mut records: Vec<Record>, limit: usize) -> Vec<Value> {
        self.is_truncated |= records.len() > limit;
        records.truncate(limit);
        let wire = records.iter().map(|record| record.wire.clone()).collect();
        self.records.extend(records.into_iter().map(|record| (tool, record)));
        wire
    }

    /// The end of the query: all results, and the answer with what it cites.
    async fn end(self, question: &Question) -> Result<QueryResult, ApiError> {
        let mut citations: BTreeMap<String, Vec<Uuid>> =
            ["edge", "node", "episode"].map(|kind| (format!("{kind}_uuids"), Vec::new())).into();
        let mut answer = None;
        if question.is_answered {
            let texts: Vec<String> = self.records.iter().map(|(_, record)| record.text.clone()).collect();
            let answered = question.project.answer(&question.search.query, &question.guidance, &texts).await?;
            for (tool, record) in answered.cited.iter().filter_map(|at| self.records.get(*at)) {
                if let Some(kind) = tool.cited() {
                    citations.entry(format!("{kind}_uuids")).or_default().push(record.uuid);
                }
            }
            answer = Some(answered.text);
        }
        let mut results: BTreeMap<&'static str, Vec<Value>> =
            Tool::ALL.into_iter().map(|tool| (tool.results(), Vec::new())).collect();
        for (tool, record) in self.records {
            results.entry(tool.results()).or_default().push(record.wire);
        }
        Ok(QueryResult { answer, citations, results, truncated: self.is_truncated })
    }
}

/// What a query found.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct QueryResult {
    answer: Option<String>,
    /// The uuids of the results that the answer cites, by their kind.
    citations: BTreeMap<String, Vec<Uuid>>,
    /// The results, by the kind of search.
    results: BTreeMap<&'static str, Vec<Value>>,
    truncated: bool,
}

/// The result at once, or a stream of events that ends with it.
#[derive(Debug)]
pub(super) enum QueryAnswer {
    Whole(QueryResult),
    Events(Response),
}

impl IntoResponse for QueryAnswer {
    fn into_response(self) -> Response {
        match self {
            Self::Whole(result) => Json(result).into_response(),
            Self::Events(events) => events,
        }
    }
}

impl Answer for QueryAnswer {
    fn describe(description: &mut Description<'_>) {
        description.answer::<QueryResult>("200", "The result, or events that end with it.");
        description.also_answers("200", "text/event-stream");
    }
}

pub(super) async fn query(
    State(app): State<App>,
    Reader(project): Reader,
    Body(body): Body<QueryBody>,
) -> Result<QueryAnswer, ApiError> {
    let is_streamed = body.stream == Some(true);
    let question = Question::new(&app, project, body).await?;
    if is_streamed {
        let events = stream::unfold(Events::of(question), |mut events| async {
            let event = events.next().await?;
            Some((Ok::<_, Infallible>(Event::default().data(event.to_string())), events))
        });
        return Ok(QueryAnswer::Events(Sse::new(events).into_response()));
    }
    let mut found = Found::default();
    for tool in Tool::ALL {
        found.add(tool, question.run(tool).await?, question.limit);
    }
    Ok(QueryAnswer::Whole(found.end(&question).await?))
}

/// The events of a query, made one after the other as the client takes them.
struct Events {
    question: Question,
    found: Found,
    /// The searches that are left.
    tools: VecDeque<Tool>,
    /// The search that was announced.
    called: Option<Tool>,
    sequence: u64,
    calls: u64,
    is_over: bool,
}

impl Events {
    fn of(question: Question) -> Self {
        let (found, tools) = (Found::default(), Tool::ALL.into());
        Self { question, found, tools, called: None, sequence: 0, calls: 0, is_over: false }
    }

    async fn next(&mut self) -> Option<Value> {
        if self.is_over {
            return None;
        }
        let made = self.make().await.unwrap_or_else(|failed| {
            self.is_over = true;
            let body = json!({ "code": error::code(&failed), "message": failed.message() });
            json!({ "type": "error", "status": failed.status().as_u16(), "error": body })
        });
        let mut event = made;
        event["sequence"] = self.sequence.into();
        self.sequence += 1;
        Some(event)
    }

    async fn make(&mut self) -> Result<Value, ApiError> {
        if self.sequence == 0 {
            return Ok(json!({ "type": "started", "graph_uuids": [self.question.located.graph.id.0], "handles": [] }));
        }
        if let Some(tool) = self.called.take() {
            let began = Instant::now();
            let records = self.question.run(tool).await?;
            let wire = self.found.add(tool, records, self.question.limit);
            return Ok(json!({
                "type": "tool_result", "call_number": self.calls, "tool": tool.name(), "handles": [],
                "duration_ms": u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
                "results": { tool.results(): wire },
            }));
        }
        if let Some(tool) = self.tools.pop_front() {
            self.called = Some(tool);
            self.calls += 1;
            let arguments = json!({ "query": self.question.search.query, "limit": self.question.limit }).to_string();
            return Ok(json!({
                "type": "tool_call", "step": 1, "call_number": self.calls, "tool": tool.name(),
                "arguments": arguments,
            }));
        }
        self.is_over = true;
        let result = std::mem::take(&mut self.found).end(&self.question).await?;
        let mut result = wire_value(result)?;
        result["type"] = "result".into();
        Ok(result)
    }
}
