//! The request type `SearchFilters`.

use erstwhile::model::{AssertionId, EntityId, EpisodeId};
use erstwhile::search::filter::{Comparison, DateFilter, DateTerm, Filter, MetadataGroup, PropertyTerm};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::http::body::{ObjectOnly, time, uuid};
use crate::http::error::ApiError;

/// Maximum number of uuids in one filter (documented).
const IDS_MAX: usize = 256;

#[derive(Debug, Clone, Default, Deserialize)]
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

#[derive(Debug, Clone, Deserialize)]
#[serde(expecting = "an object")]
struct WireDate {
    comparison_operator: String,
    date: Option<String>,
    #[serde(flatten)]
    _object: ObjectOnly,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(expecting = "an object")]
struct WireProperty {
    comparison_operator: String,
    property_name: String,
    property_value: Option<Value>,
    #[serde(flatten)]
    _object: ObjectOnly,
}

#[derive(Debug, Clone, Deserialize)]
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
            node_labels: self.node_labels.unwrap_or_default(),
            exclude_node_labels: self.exclude_node_labels.unwrap_or_default(),
            edge_types: self.edge_types.unwrap_or_default(),
            exclude_edge_types: self.exclude_edge_types.unwrap_or_default(),
            edge_uuids: ids("edge_uuids", self.edge_uuids, AssertionId)?,
            source_node_uuids: ids("source_node_uuids", self.source_node_uuids, EntityId)?,
            target_node_uuids: ids("target_node_uuids", self.target_node_uuids, EntityId)?,
            connected_node_uuids: ids("connected_node_uuids", self.connected_node_uuids, EntityId)?,
            episode_uuids: ids("episode_uuids", self.episode_uuids, EpisodeId)?,
            created_at: dates("created_at", self.created_at)?,
            valid_at: dates("valid_at", self.valid_at)?,
            invalid_at: dates("invalid_at", self.invalid_at)?,
            expired_at: dates("expired_at", self.expired_at)?,
            properties: self
                .property_filters
                .unwrap_or_default()
                .into_iter()
                .map(|term| property("property_filters", term))
                .collect::<Result<_, _>>()?,
            episode_metadata: self.episode_metadata_filters.map(WireMetadataGroup::parse).transpose()?,
        })
    }
}

impl WireMetadataGroup {
    pub(super) fn parse(self) -> Result<MetadataGroup, ApiError> {
        let any = match self.kind.as_deref().unwrap_or("and").to_ascii_lowercase().as_str() {
            "and" => false,
            "or" => true,
            other => {
                let message = format!("episode_metadata_filters.type must be `and` or `or`, not `{other}`");
                return Err(ApiError::bad_request(message));
            }
        };
        let terms = self.filters.unwrap_or_default().into_iter();
        let groups = self.groups.unwrap_or_default().into_iter();
        Ok(MetadataGroup {
            any,
            terms: terms.map(|term| property("episode_metadata_filters", term)).collect::<Result<_, _>>()?,
            groups: groups.map(Self::parse).collect::<Result<_, _>>()?,
        })
    }
}

/// Parses uuids.
pub(super) fn ids<Id>(name: &str, given: Option<Vec<String>>, id: fn(Uuid) -> Id) -> Result<Vec<Id>, ApiError> {
    let given = given.unwrap_or_default();
    if given.len() > IDS_MAX {
        return Err(ApiError::bad_request(format!("{name} must have at most {IDS_MAX} items")));
    }
    given.iter().map(|text| uuid(name, text).map(id)).collect()
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
    groups.unwrap_or_default().iter().map(|group| group.iter().map(term).collect()).collect()
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
