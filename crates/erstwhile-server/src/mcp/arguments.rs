//! Arguments that tools share, and their limits.

use erstwhile::ErrorKind;
use erstwhile::engine::{GraphHandle, GraphRef};
use erstwhile::model::{EntityId, parse_timestamp};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

use super::caller::Caller;
use super::failure::Failure;

/// Maximum number of graphs of one call.
const GRAPHS_MAX: usize = 20;
/// Maximum number of items of a list.
pub(super) const LIST_MAX: i64 = 1_000;

/// One text or several.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum OneOrMany {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl OneOrMany {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

/// A graph with the id by which callers know it.
#[derive(Debug, Clone)]
pub(super) struct NamedGraph {
    pub(super) reference: GraphRef,
    pub(super) handle: GraphHandle,
    /// Whether the caller named no graph.
    is_default: bool,
}

impl NamedGraph {
    /// The application's own id.
    pub(super) fn id(&self) -> &str {
        match &self.reference {
            GraphRef::User(id) | GraphRef::Graph(id) | GraphRef::Thread(id) => id,
        }
    }

    /// What was found in the graph; nothing in the default graph before something is added to it. Errors name the graph.
    pub(super) fn found<T: Default>(&self, found: erstwhile::Result<T>) -> Result<T, Failure> {
        match found {
            Err(error) if error.kind() == ErrorKind::NotFound && self.is_default => Ok(T::default()),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(Failure { code: "not_found", message: format!("{}: {}", self.id(), error.message()) })
            }
            found => Ok(found?),
        }
    }
}

impl Caller {
    fn named(&self, reference: GraphRef) -> NamedGraph {
        NamedGraph { handle: self.project.graph(&reference), reference, is_default: false }
    }

    /// The graph of a user, or a standalone graph, or the default graph.
    pub(super) fn graph(&self, user_id: Option<String>, group_id: Option<String>) -> Result<NamedGraph, Failure> {
        match (user_id, group_id.filter(|id| !id.is_empty())) {
            (Some(_), Some(_)) => Err(Failure::invalid("give a user_id or a group_id, not both")),
            (Some(user_id), None) => Ok(self.named(GraphRef::User(user_id))),
            (None, Some(group_id)) => Ok(self.named(GraphRef::Graph(group_id))),
            (None, None) => {
                let graph = self.named(GraphRef::Graph(self.default_graph.as_ref().to_owned()));
                Ok(NamedGraph { is_default: true, ..graph })
            }
        }
    }

    /// The graph of a user, or standalone graphs, or the default graph.
    pub(super) fn graphs(
        &self,
        user_id: Option<String>,
        group_ids: Option<OneOrMany>,
    ) -> Result<Vec<NamedGraph>, Failure> {
        let group_ids = group_ids.map(OneOrMany::into_vec).unwrap_or_default();
        if group_ids.len() > GRAPHS_MAX {
            return Err(Failure::invalid(format!("group_ids must have at most {GRAPHS_MAX} items")));
        }
        if group_ids.is_empty() {
            return Ok(vec![self.graph(user_id, None)?]);
        }
        group_ids.into_iter().map(|group_id| self.graph(user_id.clone(), Some(group_id))).collect()
    }

    /// The number of results of a search.
    pub(super) fn results(&self, name: &str, given: Option<i64>) -> Result<usize, Failure> {
        let max = i64::try_from(self.limits.search_results_max).unwrap_or(i64::MAX);
        Ok(usize::try_from(within(name, given, 10, max)?).unwrap_or(usize::MAX))
    }

    /// Checks the length of a query.
    pub(super) fn query(&self, query: String) -> Result<String, Failure> {
        not_empty("query", &query)?;
        at_most("query", &query, self.limits.query_characters_max)?;
        Ok(query)
    }
}

/// The number of items of a list.
pub(super) fn items(name: &str, given: Option<i64>, default: i64) -> Result<i64, Failure> {
    within(name, given, default, LIST_MAX)
}

fn within(name: &str, given: Option<i64>, default: i64, max: i64) -> Result<i64, Failure> {
    let number = given.unwrap_or(default.min(max));
    if (1..=max).contains(&number) {
        Ok(number)
    } else {
        Err(Failure::invalid(format!("{name} must be from 1 to {max}")))
    }
}

/// Checks that a text has at most `max` characters.
pub(super) fn at_most(name: &str, text: &str, max: usize) -> Result<(), Failure> {
    if text.chars().count() > max {
        return Err(Failure::invalid(format!("{name} must have at most {max} characters")));
    }
    Ok(())
}

/// Checks that a text has more than white space.
pub(super) fn not_empty(name: &str, text: &str) -> Result<(), Failure> {
    if text.trim().is_empty() { Err(Failure::invalid(format!("{name} must not be empty"))) } else { Ok(()) }
}

/// Parses a time; a date is its start, in UTC.
pub(super) fn time(name: &str, text: &str) -> Result<Timestamp, Failure> {
    parse_timestamp(text).ok_or_else(|| Failure::invalid(format!("{name} must be an RFC 3339 time or a date")))
}

/// Parses an optional time; blank text counts as absent.
pub(super) fn optional_time(name: &str, text: Option<&String>) -> Result<Option<Timestamp>, Failure> {
    text.filter(|text| !text.trim().is_empty()).map(|text| time(name, text)).transpose()
}

/// Parses a UUID.
pub(super) fn uuid(name: &str, text: &str) -> Result<Uuid, Failure> {
    Uuid::parse_str(text.trim()).map_err(|_| Failure::invalid(format!("{name} must be a UUID")))
}

/// Parses the optional UUID of a node; blank text counts as absent.
pub(super) fn node(name: &str, text: Option<&String>) -> Result<Option<EntityId>, Failure> {
    text.filter(|text| !text.trim().is_empty()).map(|text| uuid(name, text).map(EntityId)).transpose()
}
