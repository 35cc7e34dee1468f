//! The request type `SearchFilters`.

use erstwhile::model::{AssertionId, EntityId, EpisodeId};
use erstwhile::search::filter::{Comparison, DateFilter, DateTerm, Filter, MetadataGroup, PropertyTerm};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::http::body::{ObjectOnly, time, uuid};
use crate::http::error::ApiError;

/// Maximum number of uuids in one filter (documented).
const IDS_MAX: usize = 256;
/// Maximum number of names of types in one list.
pub(super) const TYPES_MAX: usize = 256;
/// Maximum number of date terms of one field, over all its groups.
const DATES_MAX: usize = 100;
/// Maximum number of terms over properties, and over metadata of episodes in all groups together.
const TERMS_MAX: usize = 100;
/// Maximum nesting depth of groups over metadata of episodes.
const GROUPS_DEPTH_MAX: usize = 8;

#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct WireFilters {
    node_labels: Option<Vec<String>>,
    exclude_node_labels: Option<Vec<String>>,
    edge_types: Option<Vec<String>>,
    exclude_edge_types: Option<Vec<String>>,
    edge_uuids: Option<Vec<String>>,
    source_node_uuids: Option<Vec<String>>,
    target_node_uuids: Option<Vec<String>>,
    connected_node_uuids: Option<Vec<String>>,
    episode_uuids: Option<Vec<String>>,
    created_at: Option<Vec<Vec<WireDate>>>,
    valid_at: Option<Vec<Vec<WireDate>>>,
    invalid_at: Option<Vec<Vec<WireDate>>>,
    expired_at: Option<Vec<Vec<WireDate>>>,
    property_filters: Option<Vec<WireProperty>>,
    episode_metadata_filters: Option<WireMetadataGroup>,
    #[serde(flatten)]
    _object: ObjectOnly,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct WireDate {
    comparison_operator: String,
    date: Option<String>,
    #[serde(flatten)]
    _object: ObjectOnly,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct WireProperty {
    comparison_operator: String,
    property_name: String,
    property_value: Option<Value>,
    #[serde(flatten)]
    _object: ObjectOnly,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct WireMetadataGroup {
    #[serde(rename = "type")]
    kind: Option<String>,
    filters: Option<Vec<WireProperty>>,
    groups: Option<Vec<WireMetadataGroup>>,
    #[serde(flatten)]
    _object: ObjectOnly,
}

impl WireFilters {
    /// Returns whether the filter includes episode metadata.
    pub(super) fn has_episode_metadata(&self) -> bool {
        self.episode_metadata_filters.is_some()
    }

    /// Rejects filters on the ends of edges, for results that are not edges.
    pub(super) fn check_without_edges(&self) -> Result<(), ApiError> {
        let ends = [
            ("source_node_uuids", &self.source_node_uuids),
            ("target_node_uuids", &self.target_node_uuids),
            ("connected_node_uuids", &self.connected_node_uuids),
        ];
        match ends.iter().find(|(_, ids)| ids.as_ref().is_some_and(|ids| !ids.is_empty())) {
            Some((name, _)) => Err(ApiError::bad_request(format!("{name} applies only to edges"))),
            None => Ok(()),
        }
    }

    /// Converts to the engine's filter.
    pub(super) fn parse(self) -> Result<Filter, ApiError> {
        Ok(Filter {
            node_labels: at_most(TYPES_MAX, "node_labels", self.node_labels)?,
            exclude_node_labels: at_most(TYPES_MAX, "exclude_node_labels", self.exclude_node_labels)?,
            edge_types: at_most(TYPES_MAX, "edge_types", self.edge_types)?,
            exclude_edge_types: at_most(TYPES_MAX, "exclude_edge_types", self.exclude_edge_types)?,
            edge_uuids: ids("edge_uuids", self.edge_uuids, AssertionId)?,
            source_node_uuids: ids("source_node_uuids", self.source_node_uuids, EntityId)?,
            target_node_uuids: ids("target_node_uuids", self.target_node_uuids, EntityId)?,
            connected_node_uuids: ids("connected_node_uuids", self.connected_node_uuids, EntityId)?,
            episode_uuids: ids("episode_uuids", self.episode_uuids, EpisodeId)?,
            created_at: dates("created_at", self.created_at)?,
            valid_at: dates("valid_at", self.valid_at)?,
            invalid_at: dates("invalid_at", self.invalid_at)?,
            expired_at: dates("expired_at", self.expired_at)?,
            properties: at_most(TERMS_MAX, "property_filters", self.property_filters)?
                .into_iter()
                .map(|term| property("property_filters", term))
                .collect::<Result<_, _>>()?,
            episode_metadata: self.episode_metadata_filters.map(WireMetadataGroup::parse).transpose()?,
            violations: None,
        })
    }
}

impl WireMetadataGroup {
    /// Converts to the engine's filter.
    pub(super) fn parse(self) -> Result<MetadataGroup, ApiError> {
        let mut terms_left = TERMS_MAX;
        self.parse_within(&mut terms_left, GROUPS_DEPTH_MAX)
    }

    /// `terms_left` is the number of terms and groups, `depth_left` that of levels that are still allowed.
    fn parse_within(self, terms_left: &mut usize, depth_left: usize) -> Result<MetadataGroup, ApiError> {
        let any = match self.kind.as_deref().unwrap_or("and").to_ascii_lowercase().as_str() {
            "and" => false,
            "or" => true,
            other => {
                let message = format!("episode_metadata_filters.type must be `and` or `or`, not `{other}`");
                return Err(ApiError::bad_request(message));
            }
        };
        let (terms, groups) = (self.filters.unwrap_or_default(), self.groups.unwrap_or_default());
        *terms_left = terms_left.checked_sub(terms.len() + groups.len()).ok_or_else(|| {
            ApiError::bad_request(format!("episode_metadata_filters must have at most {TERMS_MAX} filters and groups"))
        })?;
        let depth_left = depth_left.checked_sub(1).ok_or_else(|| {
            let message = format!("episode_metadata_filters must have at most {GROUPS_DEPTH_MAX} levels of groups");
            ApiError::bad_request(message)
        })?;
        let (terms, groups) = (terms.into_iter(), groups.into_iter());
        Ok(MetadataGroup {
            any,
            terms: terms.map(|term| property("episode_metadata_filters", term)).collect::<Result<_, _>>()?,
            groups: groups.map(|group| group.parse_within(terms_left, depth_left)).collect::<Result<_, _>>()?,
        })
    }
}

/// Parses uuids.
pub(super) fn ids<Id>(name: &str, given: Option<Vec<String>>, id: fn(Uuid) -> Id) -> Result<Vec<Id>, ApiError> {
    at_most(IDS_MAX, name, given)?.iter().map(|text| uuid(name, text).map(id)).collect()
}

/// The items of an optional list of at most `max`.
pub(super) fn at_most<T>(max: usize, name: &str, given: Option<Vec<T>>) -> Result<Vec<T>, ApiError> {
    let given = given.unwrap_or_default();
    if given.len() > max {
        return Err(ApiError::bad_request(format!("{name} must have at most {max} items")));
    }
    Ok(given)
}

fn dates(name: &str, groups: Option<Vec<Vec<WireDate>>>) -> Result<DateFilter, ApiError> {
    let term = |term: &WireDate| {
        let comparison = comparison(name, &term.comparison_operator)?;
        let date = term.date.as_ref().map(|date| time(name, date)).transpose()?;
        let needs_date = !matches!(comparison, Comparison::IsNull | Comparison::IsNotNull);
        if needs_date && date.is_none() {
            return Err(ApiError::bad_request(format!("{name}.date is required by this comparison_operator")));
        }
        Ok(DateTerm { comparison, date })
    };
    let groups = at_most(DATES_MAX, name, groups)?;
    if groups.iter().map(Vec::len).sum::<usize>() > DATES_MAX {
        return Err(ApiError::bad_request(format!("{name} must have at most {DATES_MAX} terms in all groups")));
    }
    groups.iter().map(|group| group.iter().map(term).collect()).collect()
}

fn property(name: &str, term: WireProperty) -> Result<PropertyTerm, ApiError> {
    let comparison = comparison(name, &term.comparison_operator)?;
    Ok(PropertyTerm { name: term.property_name, comparison, value: term.property_value.unwrap_or(Value::Null) })
}

fn comparison(name: &str, operator: &str) -> Result<Comparison, ApiError> {
    match operator {
        "=" => Ok(Comparison::Equal),
        "<>" => Ok(Comparison::NotEqual),
        ">" => Ok(Comparison::Greater),
        "<" => Ok(Comparison::Less),
        ">=" => Ok(Comparison::GreaterOrEqual),
        "<=" => Ok(Comparison::LessOrEqual),
        "IS NULL" | "is_null" => Ok(Comparison::IsNull),
        "IS NOT NULL" | "is_not_null" => Ok(Comparison::IsNotNull),
        "CONTAINS" => Ok(Comparison::Contains),
        other => Err(ApiError::bad_request(format!("unknown {name}.comparison_operator `{other}`"))),
    }
}
