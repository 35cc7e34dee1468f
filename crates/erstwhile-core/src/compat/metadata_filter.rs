//! The `metadata` filter of memory and document search in API generations v0 to v2.
//!
//! `{"where": {"jsonpath": "…"} | {"and": […]} | {"or": […]}, "start_date": "…", "end_date": "…"}`;
//! the elements of `and` and `or` are where-objects, too, and an object with several of the three keys
//! requires all of them. A path matches if it finds anything in the metadata (`@?` of PostgreSQL).
//!
//! Pure. Paths come from callers, so parsing and evaluation are bounded: see [`path`].

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::budget::Budget;
use crate::error::{Error, Result};
use crate::model::{Metadata, parse_timestamp};

pub mod path;

use path::Path;

/// Maximum nesting depth of where-objects.
pub const DEPTH_MAX: usize = 16;
/// Maximum number of conditions (paths and groups) of a filter.
pub const CONDITIONS_MAX: usize = 100;

/// Restricts search results by metadata and creation time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MetadataFilter {
    condition: Option<Condition>,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq)]
enum Condition {
    Finds(Path),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

impl MetadataFilter {
    /// Parses a filter; null and an empty object match everything.
    pub fn parse(filter: &Value) -> Result<Self> {
        let mut parsed = Self::default();
        if filter.is_null() {
            return Ok(parsed);
        }
        for (key, value) in object(filter, "metadata")?.iter().filter(|(_, value)| !value.is_null()) {
            match key.as_str() {
                "where" => parsed.condition = Some(Parser::default().condition(value, "metadata.where", 1)?),
                "start_date" => parsed.start = Some(date(value, "metadata.start_date")?),
                "end_date" => parsed.end = Some(date(value, "metadata.end_date")?),
                _ => return Err(unknown_key("metadata", key, "where, start_date and end_date")),
            }
        }
        Ok(parsed)
    }

    /// Whether an object passes; both dates are inclusive. Without steps left in the budget, none does.
    pub fn matches(&self, metadata: &Metadata, created_at: Timestamp, budget: &Budget) -> bool {
        let in_time =
            self.start.is_none_or(|start| start <= created_at) && self.end.is_none_or(|end| created_at <= end);
        let matches = |condition: &Condition| {
            let steps = metadata.values().map(path::weight).sum::<usize>();
            budget.take(steps) && condition.matches(&Value::Object(metadata.clone()), budget)
        };
        in_time && self.condition.as_ref().is_none_or(matches)
    }
}

impl Condition {
    fn matches(&self, metadata: &Value, budget: &Budget) -> bool {
        match self {
            Self::Finds(path) => path.finds(metadata, budget),
            Self::All(conditions) => conditions.iter().all(|condition| condition.matches(metadata, budget)),
            Self::Any(conditions) => conditions.iter().any(|condition| condition.matches(metadata, budget)),
        }
    }
}

/// Parses where-objects and counts their conditions.
#[derive(Debug, Default)]
struct Parser {
    conditions: usize,
}

impl Parser {
    /// `place` is the path of the object in the request, for error messages.
    fn condition(&mut self, value: &Value, place: &str, depth: usize) -> Result<Condition> {
        if depth > DEPTH_MAX {
            return Err(Error::invalid(format!("{place} is nested too deeply: use at most {DEPTH_MAX} levels")));
        }
        let mut all = Vec::new();
        for (key, value) in object(value, place)?.iter().filter(|(_, value)| !value.is_null()) {
            let place = format!("{place}.{key}");
            self.conditions += 1;
            if self.conditions > CONDITIONS_MAX {
                return Err(Error::invalid(format!(
                    "metadata.where has too many conditions: use at most {CONDITIONS_MAX}"
                )));
            }
            all.push(match key.as_str() {
                "jsonpath" => {
                    let text = value.as_str().ok_or_else(|| Error::invalid(format!("{place} must be a string")))?;
                    Condition::Finds(Path::parse(text).map_err(|error| Error::invalid(format!("{place}: {error}")))?)
                }
                "and" => Condition::All(self.group(value, &place, depth)?),
                "or" => Condition::Any(self.group(value, &place, depth)?),
                _ => {
                    return Err(unknown_key(
                        place.trim_end_matches(key).trim_end_matches('.'),
                        key,
                        "jsonpath, and, or",
                    ));
                }
            });
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Condition::All(all) })
    }

    fn group(&mut self, value: &Value, place: &str, depth: usize) -> Result<Vec<Condition>> {
        let invalid = || Error::invalid(format!("{place} must be a list of at least one condition"));
        let list = value.as_array().filter(|list| !list.is_empty()).ok_or_else(invalid)?;
        let conditions = list.iter().enumerate();
        conditions.map(|(at, value)| self.condition(value, &format!("{place}[{at}]"), depth + 1)).collect()
    }
}

fn object<'a>(value: &'a Value, place: &str) -> Result<&'a Map<String, Value>> {
    value.as_object().ok_or_else(|| Error::invalid(format!("{place} must be an object")))
}

fn date(value: &Value, place: &str) -> Result<Timestamp> {
    let date = value.as_str().and_then(parse_timestamp);
    date.ok_or_else(|| Error::invalid(format!("{place} must be a date and time such as 2024-05-01T12:00:00Z")))
}

fn unknown_key(place: &str, key: &str, known: &str) -> Error {
    let key: String = key.chars().take(100).collect();
    Error::invalid(format!("{place} has an unknown key \"{key}\": use {known}"))
}

#[cfg(test)]
mod tests;
