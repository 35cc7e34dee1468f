//! The filters of lists and searches.

use std::borrow::Cow;
use std::collections::BTreeMap;

use erstwhile::ErrorKind;
use erstwhile::engine::ProjectHandle;
use erstwhile::model::{AssertionId, EntityId, EpisodeId};
use erstwhile::search::filter::{Comparison, DateFilter, DateTerm, Filter, MetadataGroup, PropertyTerm};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use uuid::Uuid;

use super::path::identifier;
use crate::http::body::{ObjectOnly, time};
use crate::http::error::ApiError;

/// Maximum number of uuids or names of types in one filter.
const ITEMS_MAX: usize = 256;
/// Maximum number of terms of one kind, in all groups together.
const TERMS_MAX: usize = 100;
/// Maximum nesting depth of groups over metadata.
const GROUPS_DEPTH_MAX: usize = 8;

/// The error about a filter that this server cannot apply.
fn unsupported(message: impl Into<String>) -> ApiError {
    ApiError::bad_request(message).with_code("unsupported_filter").with_param("filters")
}

/// The keys of an object that this server does not know. A filter that it ignored would let everything pass.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Unknown(BTreeMap<String, Option<IgnoredAny>>);

impl Unknown {
    /// Refuses keys with a value; `path` is where they stand.
    pub(super) fn refuse(&self, path: &str) -> Result<(), ApiError> {
        match self.0.iter().find(|(_, value)| value.is_some()) {
            Some((key, _)) => Err(unsupported(format!("{path}: `{key}` is not supported"))),
            None => Ok(()),
        }
    }
}

impl JsonSchema for Unknown {
    fn inline_schema() -> bool {
        ObjectOnly::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        ObjectOnly::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        ObjectOnly::json_schema(generator)
    }
}

/// Filters of lists and searches of edges and nodes; each list has some of them.
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
    date_filters: Option<WireDates>,
    property_filters: Option<Vec<WireTerm>>,
    metadata_filters: Option<WireMetadataGroup>,
    content_policy_violated: Option<bool>,
    #[serde(flatten)]
    unknown: Unknown,
}

/// Filters of lists and searches of observations.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct WireObservationFilters {
    episode_uuids: Option<Vec<String>>,
    date_filters: Option<WireDates>,
    property_filters: Option<Vec<WireTerm>>,
    metadata_filters: Option<WireMetadataGroup>,
    #[serde(flatten)]
    unknown: Unknown,
}

/// Filters of lists and searches of summaries of threads and documents.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct WireSummaryFilters {
    episode_uuids: Option<Vec<String>>,
    date_filters: Option<WireDates>,
    metadata_filters: Option<WireMetadataGroup>,
    #[serde(flatten)]
    unknown: Unknown,
}

/// Filters of lists and searches of episodes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct WireEpisodeFilters {
    pub(super) mentioned_node_uuids: Option<Vec<String>>,
    metadata_filters: Option<WireMetadataGroup>,
    pub(super) content_policy_violated: Option<bool>,
    #[serde(flatten)]
    unknown: Unknown,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct WireDates {
    any_of: Option<Vec<WireDateGroup>>,
    #[serde(flatten)]
    unknown: Unknown,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct WireDateGroup {
    all_of: Option<Vec<WireDate>>,
    #[serde(flatten)]
    unknown: Unknown,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct WireDate {
    field: String,
    operator: String,
    value: Option<String>,
    #[serde(flatten)]
    unknown: Unknown,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct WireTerm {
    property_name: String,
    operator: String,
    value: Option<Value>,
    #[serde(flatten)]
    unknown: Unknown,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct WireMetadataGroup {
    #[serde(rename = "type")]
    kind: Option<String>,
    filters: Option<Vec<WireTerm>>,
    groups: Option<Vec<WireMetadataGroup>>,
    #[serde(flatten)]
    unknown: Unknown,
}

impl WireFilters {
    /// Converts to the engine's filter.
    pub(super) fn parse(self) -> Result<Filter, ApiError> {
        without_violations(self.content_policy_violated)?;
        self.unknown.refuse("filters")?;
        let properties = at_most(TERMS_MAX, "property_filters", self.property_filters)?.into_iter();
        let mut filter = Filter {
            node_labels: at_most(ITEMS_MAX, "node_labels", self.node_labels)?,
            exclude_node_labels: at_most(ITEMS_MAX, "exclude_node_labels", self.exclude_node_labels)?,
            edge_types: at_most(ITEMS_MAX, "edge_types", self.edge_types)?,
            exclude_edge_types: at_most(ITEMS_MAX, "exclude_edge_types", self.exclude_edge_types)?,
            edge_uuids: ids("edge_uuids", self.edge_uuids, AssertionId)?,
            source_node_uuids: ids("source_node_uuids", self.source_node_uuids, EntityId)?,
            target_node_uuids: ids("target_node_uuids", self.target_node_uuids, EntityId)?,
            connected_node_uuids: ids("connected_node_uuids", self.connected_node_uuids, EntityId)?,
            episode_uuids: ids("episode_uuids", self.episode_uuids, EpisodeId)?,
            properties: properties.map(|term| property("property_filters", term)).collect::<Result<_, _>>()?,
            episode_metadata: self.metadata_filters.map(WireMetadataGroup::parse).transpose()?,
            ..Filter::default()
        };
        if let Some(dates) = self.date_filters {
            dates.parse_into(&mut filter)?;
        }
        Ok(filter)
    }
}

/// Converts the filters of a search for nodes, which has none about edges.
pub(super) fn for_node_search(filters: WireFilters) -> Result<Filter, ApiError> {
    let filter = filters.parse()?;
    if filter.is_about_facts() {
        return Err(unsupported("filters about edges are not supported by a search for nodes"));
    }
    Ok(filter)
}

impl WireEpisodeFilters {
    /// Converts to the engine's filter, without the mentioned nodes.
    pub(super) fn parse(self) -> Result<Filter, ApiError> {
        self.unknown.refuse("filters")?;
        let episode_metadata = self.metadata_filters.map(WireMetadataGroup::parse).transpose()?;
        Ok(Filter { episode_metadata, ..Filter::default() })
    }
}

impl WireObservationFilters {
    /// Converts to the engine's filter.
    pub(super) fn parse(self) -> Result<Filter, ApiError> {
        let Self { episode_uuids, date_filters, property_filters, metadata_filters, unknown } = self;
        let filters = WireFilters {
            episode_uuids,
            date_filters,
            property_filters,
            metadata_filters,
            unknown,
            ..WireFilters::default()
        };
        with_creation_only(filters.parse()?)
    }
}

impl WireSummaryFilters {
    /// Converts to the engine's filter.
    pub(super) fn parse(self) -> Result<Filter, ApiError> {
        let Self { episode_uuids, date_filters, metadata_filters, unknown } = self;
        let filters = WireFilters { episode_uuids, date_filters, metadata_filters, unknown, ..WireFilters::default() };
        with_creation_only(filters.parse()?)
    }
}

/// Refuses dates that what follows from episodes does not have.
fn with_creation_only(filter: Filter) -> Result<Filter, ApiError> {
    let others =
        [("valid_at", &filter.valid_at), ("invalid_at", &filter.invalid_at), ("expired_at", &filter.expired_at)];
    match others.iter().find(|(_, dates)| !dates.is_empty()) {
        Some((field, _)) => Err(unsupported(format!("date_filters: the field `{field}` is not supported here"))),
        None => Ok(filter),
    }
}

/// Only episodes can violate a content policy.
fn without_violations(wanted: Option<bool>) -> Result<(), ApiError> {
    wanted.map_or(Ok(()), |_| Err(unsupported("content_policy_violated is supported for episodes only")))
}

/// Lets a filter of episodes pass only those that violate the content policy of the graph, or only the others.
pub(super) async fn by_violation(
    project: &ProjectHandle,
    filter: &mut Filter,
    wanted: Option<bool>,
) -> Result<(), ApiError> {
    if let Some(wanted) = wanted {
        let invalid = |error: erstwhile::Error| match error.kind() {
            ErrorKind::Invalid => unsupported(error.message()),
            _ => error.into(),
        };
        project.filter_violations(filter, wanted).await.map_err(invalid)?;
    }
    Ok(())
}

impl WireDates {
    /// Adds the dates to a filter, which has alternatives for each field apart: so either there is one group, or all
    /// groups are about one field.
    fn parse_into(self, filter: &mut Filter) -> Result<(), ApiError> {
        self.unknown.refuse("date_filters")?;
        let group = |group: WireDateGroup| {
            group.unknown.refuse("date_filters.any_of")?;
            Ok::<_, ApiError>(group.all_of.unwrap_or_default())
        };
        let groups: Vec<Vec<WireDate>> =
            self.any_of.unwrap_or_default().into_iter().map(group).collect::<Result<_, _>>()?;
        if groups.iter().map(Vec::len).sum::<usize>() > TERMS_MAX {
            return Err(ApiError::bad_request(format!("date_filters must have at most {TERMS_MAX} terms")));
        }
        let first = groups.iter().flatten().next().map(|term| term.field.clone());
        let is_about_one = groups.iter().flatten().all(|term| Some(&term.field) == first.as_ref());
        if groups.len() > 1 && !is_about_one {
            return Err(unsupported("date_filters: several groups in any_of must be about the same field"));
        }
        for group in groups {
            let mut terms: [Vec<DateTerm>; 4] = Default::default();
            for term in group {
                let at = ["created_at", "valid_at", "invalid_at", "expired_at"].iter().position(|at| *at == term.field);
                let at = at.and_then(|at| terms.get_mut(at));
                at.ok_or_else(|| unsupported(format!("date_filters: unknown field `{}`", term.field)))?
                    .push(date(&term)?);
            }
            let [created_at, valid_at, invalid_at, expired_at] = terms;
            let fields: [(&mut DateFilter, Vec<DateTerm>); 4] = [
                (&mut filter.created_at, created_at),
                (&mut filter.valid_at, valid_at),
                (&mut filter.invalid_at, invalid_at),
                (&mut filter.expired_at, expired_at),
            ];
            for (field, terms) in fields {
                if !terms.is_empty() {
                    field.push(terms);
                }
            }
        }
        Ok(())
    }
}

fn date(term: &WireDate) -> Result<DateTerm, ApiError> {
    term.unknown.refuse("date_filters")?;
    let comparison = comparison("date_filters", &term.operator)?;
    let date = term.value.as_ref().map(|value| time("date_filters.value", value)).transpose()?;
    if matches!(comparison, Comparison::Contains | Comparison::OneOf) {
        return Err(unsupported(format!("date_filters: the operator `{}` is not for dates", term.operator)));
    }
    let needs_date = !matches!(comparison, Comparison::IsNull | Comparison::IsNotNull);
    if needs_date && date.is_none() {
        return Err(ApiError::bad_request("date_filters.value is required by this operator").with_param("filters"));
    }
    Ok(DateTerm { comparison, date })
}

impl WireMetadataGroup {
    fn parse(self) -> Result<MetadataGroup, ApiError> {
        let mut terms_left = TERMS_MAX;
        self.parse_within(&mut terms_left, GROUPS_DEPTH_MAX)
    }

    /// `terms_left` is the number of terms and groups, `depth_left` that of levels that are still allowed.
    fn parse_within(self, terms_left: &mut usize, depth_left: usize) -> Result<MetadataGroup, ApiError> {
        self.unknown.refuse("metadata_filters")?;
        let any = match self.kind.as_deref().unwrap_or("and").to_ascii_lowercase().as_str() {
            "and" => false,
            "or" => true,
            other => return Err(unsupported(format!("metadata_filters.type must be `and` or `or`, not `{other}`"))),
        };
        let (given, groups) = (self.filters.unwrap_or_default(), self.groups.unwrap_or_default());
        *terms_left = terms_left.checked_sub(given.len() + groups.len()).ok_or_else(|| {
            ApiError::bad_request(format!("metadata_filters must have at most {TERMS_MAX} filters and groups"))
        })?;
        let depth_left = depth_left.checked_sub(1).ok_or_else(|| {
            ApiError::bad_request(format!("metadata_filters must have at most {GROUPS_DEPTH_MAX} levels of groups"))
        })?;
        let groups = groups.into_iter().map(|group| group.parse_within(terms_left, depth_left));
        Ok(MetadataGroup {
            any,
            groups: groups.collect::<Result<_, _>>()?,
            terms: given.into_iter().map(|term| property("metadata_filters", term)).collect::<Result<_, _>>()?,
        })
    }
}

/// Parses uuids.
pub(super) fn ids<Id>(name: &str, given: Option<Vec<String>>, id: fn(Uuid) -> Id) -> Result<Vec<Id>, ApiError> {
    at_most(ITEMS_MAX, name, given)?.iter().map(|text| identifier(name, text).map(id)).collect()
}

/// The items of an optional list of at most `max`.
fn at_most<T>(max: usize, name: &str, given: Option<Vec<T>>) -> Result<Vec<T>, ApiError> {
    let given = given.unwrap_or_default();
    if given.len() > max {
        return Err(ApiError::bad_request(format!("{name} must have at most {max} items")).with_param(name));
    }
    Ok(given)
}

fn property(name: &str, term: WireTerm) -> Result<PropertyTerm, ApiError> {
    term.unknown.refuse(name)?;
    let comparison = comparison(name, &term.operator)?;
    if comparison == Comparison::OneOf {
        let values = term.value.as_ref().and_then(Value::as_array);
        let values = values.ok_or_else(|| {
            ApiError::bad_request(format!("{name}: the operator in needs a list of values")).with_param("filters")
        })?;
        if values.len() > TERMS_MAX {
            return Err(ApiError::bad_request(format!("{name}: at most {TERMS_MAX} values")).with_param("filters"));
        }
    }
    Ok(PropertyTerm { name: term.property_name, comparison, value: term.value.unwrap_or(Value::Null) })
}

fn comparison(name: &str, operator: &str) -> Result<Comparison, ApiError> {
    match operator {
        "eq" => Ok(Comparison::Equal),
        "ne" => Ok(Comparison::NotEqual),
        "gt" => Ok(Comparison::Greater),
        "lt" => Ok(Comparison::Less),
        "gte" => Ok(Comparison::GreaterOrEqual),
        "lte" => Ok(Comparison::LessOrEqual),
        "is_null" => Ok(Comparison::IsNull),
        "is_not_null" => Ok(Comparison::IsNotNull),
        "contains" => Ok(Comparison::Contains),
        "in" => Ok(Comparison::OneOf),
        other => Err(unsupported(format!("{name}: the operator `{other}` is not supported"))),
    }
}
