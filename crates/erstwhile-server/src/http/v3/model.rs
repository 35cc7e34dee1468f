//! The language model: what it cost, and asking it to read a graph again. Not part of Zep's API.

use axum::Json;
use erstwhile::engine::DayUsage;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::checks;
use crate::http::answers::Accepted;
use crate::http::body::{Body, Query};
use crate::http::caller::{Reader, Writer};
use crate::http::error::ApiError;

/// Number of days of a report, unless a request says.
const DAYS: i64 = 30;

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct UsageQuery {
    days: Option<i64>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct UsageReport {
    days: Vec<WireDay>,
}

/// What the project spent on one model on one day.
#[derive(Debug, Serialize, JsonSchema)]
struct WireDay {
    /// The day, in UTC.
    date: String,
    model: String,
    calls: u64,
    retries: u64,
    tokens_in: u64,
    tokens_cached: u64,
    tokens_out: u64,
    /// In the currency of the configured prices; 0 without prices.
    cost: f64,
}

impl From<DayUsage> for WireDay {
    fn from(spent: DayUsage) -> Self {
        let date = Timestamp::from_second(spent.day.saturating_mul(86_400));
        Self {
            date: date.map(|at| at.strftime("%Y-%m-%d").to_string()).unwrap_or_default(),
            model: spent.model,
            calls: spent.usage.calls,
            retries: spent.usage.retries,
            tokens_in: spent.usage.tokens_in,
            tokens_cached: spent.usage.tokens_cached,
            tokens_out: spent.usage.tokens_out,
            cost: spent.cost,
        }
    }
}

/// What the project spent in the last days, the oldest first.
pub(super) async fn usage(
    Reader(project): Reader,
    Query(query): Query<UsageQuery>,
) -> Result<Json<UsageReport>, ApiError> {
    let spent = project.model_usage(query.days.unwrap_or(DAYS)).await?;
    Ok(Json(UsageReport { days: spent.into_iter().map(Into::into).collect() }))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct ReadGraph {
    user_id: Option<String>,
    graph_id: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Queued {
    /// The number of episodes that wait for the model.
    episodes: usize,
}

/// Asks the language model to read all episodes of a graph, again if it has read them before.
pub(super) async fn read(Writer(project): Writer, Body(body): Body<ReadGraph>) -> Result<Accepted<Queued>, ApiError> {
    let graph = checks::graph_of(body.user_id, body.graph_id)?;
    let episodes = project.graph(graph).read_with_model().await?;
    Ok(Accepted(Queued { episodes }))
}
