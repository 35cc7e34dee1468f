//! Search filters of the API: types, dates in OR-groups of AND-terms, properties, ids.

use jiff::Timestamp;
use serde_json::Value;

use super::Moment;
use crate::knowledge::Knowledge;
use crate::model::{AssertionId, Entity, EntityId, Episode, EpisodeId, Fact, Metadata};

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `>`
    Greater,
    /// `<`
    Less,
    /// `>=`
    GreaterOrEqual,
    /// `<=`
    LessOrEqual,
    /// `IS NULL`
    IsNull,
    /// `IS NOT NULL`
    IsNotNull,
    /// A text contains a substring, or a list an item.
    Contains,
    /// Equal to one of the values in a list; not for dates.
    OneOf,
}

/// A comparison with a date.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DateTerm {
    /// The operator.
    pub comparison: Comparison,
    /// The operand; not needed by null tests.
    pub date: Option<Timestamp>,
}

/// Date terms in OR-groups of AND-terms; empty matches everything.
pub type DateFilter = Vec<Vec<DateTerm>>;

/// A comparison with a property of an entity or fact, or with metadata of an episode.
#[derive(Debug, Clone, PartialEq)]
pub struct PropertyTerm {
    /// The property's name.
    pub name: String,
    /// The operator.
    pub comparison: Comparison,
    /// The operand; not needed by null tests.
    pub value: Value,
}

/// Terms and groups over episode metadata, joined by AND or OR.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MetadataGroup {
    /// Whether the parts are joined by OR instead of AND.
    pub any: bool,
    /// Terms.
    pub terms: Vec<PropertyTerm>,
    /// Nested groups.
    pub groups: Vec<MetadataGroup>,
}

/// Restricts a search or a listing; the default matches everything.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    /// Facts between entities of these types (both ends); entities of these types.
    pub node_labels: Vec<String>,
    /// Excludes entities of these types and their facts.
    pub exclude_node_labels: Vec<String>,
    /// Facts with these relations.
    pub edge_types: Vec<String>,
    /// Excludes facts with these relations.
    pub exclude_edge_types: Vec<String>,
    /// These facts.
    pub edge_uuids: Vec<AssertionId>,
    /// Facts whose subject is one of these entities.
    pub source_node_uuids: Vec<EntityId>,
    /// Facts whose object is one of these entities.
    pub target_node_uuids: Vec<EntityId>,
    /// Facts whose subject or object is one of these entities.
    pub connected_node_uuids: Vec<EntityId>,
    /// Items derived from these episodes.
    pub episode_uuids: Vec<EpisodeId>,
    /// When the system recorded it.
    pub created_at: DateFilter,
    /// Start of validity.
    pub valid_at: DateFilter,
    /// End of validity.
    pub invalid_at: DateFilter,
    /// When the system learned of the end.
    pub expired_at: DateFilter,
    /// Terms over attributes, joined by AND.
    pub properties: Vec<PropertyTerm>,
    /// Metadata of its episodes; `None` matches everything.
    pub episode_metadata: Option<MetadataGroup>,
    /// Episodes that violate the content policy of their graph, or only the others; `None` matches everything.
    pub violations: Option<bool>,
}

impl Filter {
    /// When facts must be valid by default: those that are current at `now` come first, and what has ended behind them. A
    /// filter for validity, expiry or ids of facts chooses among the facts of all times itself.
    pub fn default_moment(&self, now: Timestamp) -> Moment {
        if self.restricts_times_or_ids() { Moment::Always } else { Moment::CurrentFirst(now) }
    }

    /// When facts must be valid that are shown as what is so: now, unless the filter chooses among the facts of all times.
    pub fn present_moment(&self, now: Timestamp) -> Moment {
        if self.restricts_times_or_ids() { Moment::Always } else { Moment::Current(now) }
    }

    /// Whether the filter restricts validity, expiry or ids of facts.
    fn restricts_times_or_ids(&self) -> bool {
        [&self.valid_at, &self.invalid_at, &self.expired_at].iter().any(|dates| !dates.is_empty())
            || !self.edge_uuids.is_empty()
    }

    /// Whether the filter has no condition.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether an episode can meet all conditions: none is about facts, or about types or properties of entities.
    pub fn can_match_episodes(&self) -> bool {
        let labels = [&self.node_labels, &self.exclude_node_labels];
        !self.is_about_facts() && labels.iter().all(|labels| labels.is_empty()) && self.properties.is_empty()
    }

    /// Whether the filter names the types of what it lets pass.
    pub(crate) fn names_types(&self) -> bool {
        !self.edge_types.is_empty() || !self.node_labels.is_empty()
    }

    /// Whether the filter restricts the ends of facts.
    pub(crate) fn restricts_ends(&self) -> bool {
        let labels = [&self.node_labels, &self.exclude_node_labels];
        let ids = [&self.source_node_uuids, &self.target_node_uuids, &self.connected_node_uuids];
        labels.iter().any(|labels| !labels.is_empty()) || ids.iter().any(|ids| !ids.is_empty())
    }

    /// Whether the filter has conditions that only facts can meet.
    pub fn is_about_facts(&self) -> bool {
        let types = [&self.edge_types, &self.exclude_edge_types];
        let ids = [&self.source_node_uuids, &self.target_node_uuids, &self.connected_node_uuids];
        self.restricts_times_or_ids()
            || types.iter().any(|types| !types.is_empty())
            || ids.iter().any(|ids| !ids.is_empty())
    }

    /// The conditions that only facts can meet, without those about entities.
    #[must_use]
    pub fn about_facts(&self) -> Self {
        Self {
            node_labels: Vec::new(),
            exclude_node_labels: Vec::new(),
            episode_uuids: Vec::new(),
            created_at: Vec::new(),
            properties: Vec::new(),
            episode_metadata: None,
            ..self.clone()
        }
    }

    /// Whether a fact passes.
    pub fn fact<'a>(
        &self,
        fact: &Fact,
        knowledge: &Knowledge,
        metadata: impl Fn(EpisodeId) -> Option<&'a Metadata>,
    ) -> bool {
        let touches = |ids: &[EntityId], ends: &[EntityId]| {
            ids.is_empty() || ids.iter().any(|id| ends.contains(&knowledge.entity_of(*id)))
        };
        let any_of = |list: &[String], name: &str| list.iter().any(|entry| entry.eq_ignore_ascii_case(name));
        if !self.edge_types.is_empty() && !any_of(&self.edge_types, &fact.predicate)
            || any_of(&self.exclude_edge_types, &fact.predicate)
        {
            return false;
        }
        let mine = |id: &AssertionId| *id == fact.id || fact.assertions.contains(id);
        if !self.edge_uuids.is_empty() && !self.edge_uuids.iter().any(mine) {
            return false;
        }
        touches(&self.source_node_uuids, &[fact.subject])
            && touches(&self.target_node_uuids, &[fact.object])
            && touches(&self.connected_node_uuids, &[fact.subject, fact.object])
            && (self.episode_uuids.is_empty() || fact.episodes.iter().any(|id| self.episode_uuids.contains(id)))
            && self.ends(fact, knowledge)
            && dates_pass(&self.created_at, Some(fact.created_at))
            && dates_pass(&self.valid_at, fact.valid_from)
            && dates_pass(&self.invalid_at, fact.valid_until)
            && dates_pass(&self.expired_at, fact.expired_at)
            && self.properties.iter().all(|term| property_passes(term, fact.attributes.get(&term.name)))
            && self.comes_from(&fact.episodes, metadata)
    }

    fn ends(&self, fact: &Fact, knowledge: &Knowledge) -> bool {
        if self.node_labels.is_empty() && self.exclude_node_labels.is_empty() {
            return true;
        }
        [fact.subject, fact.object]
            .into_iter()
            .all(|end| self.label(knowledge.entity_or_value(end).and_then(|entity| entity.entity_type.as_deref())))
    }

    fn label(&self, entity_type: Option<&str>) -> bool {
        // Every entity also has the type "Entity".
        let is = |label: &String| {
            label.eq_ignore_ascii_case("Entity") || entity_type.is_some_and(|own| own.eq_ignore_ascii_case(label))
        };
        (self.node_labels.is_empty() || self.node_labels.iter().any(is)) && !self.exclude_node_labels.iter().any(is)
    }

    fn comes_from<'a>(&self, episodes: &[EpisodeId], metadata: impl Fn(EpisodeId) -> Option<&'a Metadata>) -> bool {
        let Some(group) = &self.episode_metadata else { return true };
        episodes.iter().filter_map(|id| metadata(*id)).any(|metadata| group.passes(metadata))
    }

    /// Whether an entity passes.
    pub fn entity<'a>(&self, entity: &Entity, metadata: impl Fn(EpisodeId) -> Option<&'a Metadata>) -> bool {
        self.label(entity.entity_type.as_deref())
            && self.derived(entity.created_at, &entity.attributes, &entity.episodes, metadata)
    }

    /// Whether something passes that follows from episodes, such as an observation or a summary.
    pub fn derived<'a>(
        &self,
        created_at: Timestamp,
        properties: &Metadata,
        episodes: &[EpisodeId],
        metadata: impl Fn(EpisodeId) -> Option<&'a Metadata>,
    ) -> bool {
        dates_pass(&self.created_at, Some(created_at))
            && (self.episode_uuids.is_empty() || episodes.iter().any(|id| self.episode_uuids.contains(id)))
            && self.properties.iter().all(|term| property_passes(term, properties.get(&term.name)))
            && self.comes_from(episodes, metadata)
    }

    /// Whether an episode passes, which violates the content policy of its graph or not.
    pub(super) fn episode(&self, episode: &Episode, is_violating: bool) -> bool {
        dates_pass(&self.created_at, Some(episode.reference_time))
            && (self.episode_uuids.is_empty() || self.episode_uuids.contains(&episode.id))
            && self.episode_metadata.as_ref().is_none_or(|group| group.passes(&episode.metadata))
            && self.violations.is_none_or(|wanted| wanted == is_violating)
    }
}

impl MetadataGroup {
    /// Whether metadata passes.
    pub fn passes(&self, metadata: &Metadata) -> bool {
        let mut results = self
            .terms
            .iter()
            .map(|term| property_passes(term, metadata.get(&term.name)))
            .chain(self.groups.iter().map(|group| group.passes(metadata)));
        if self.any { results.any(|passes| passes) } else { results.all(|passes| passes) }
    }
}

/// Whether a date passes: all terms of at least one group must hold.
pub fn dates_pass(filter: &DateFilter, date: Option<Timestamp>) -> bool {
    filter.is_empty() || filter.iter().any(|group| group.iter().all(|term| date_passes(*term, date)))
}

fn date_passes(term: DateTerm, date: Option<Timestamp>) -> bool {
    match (term.comparison, date, term.date) {
        (Comparison::IsNull, date, _) => date.is_none(),
        (Comparison::IsNotNull, date, _) => date.is_some(),
        (comparison, Some(date), Some(with)) => orders(comparison, date.cmp(&with)),
        _ => false,
    }
}

fn orders(comparison: Comparison, order: std::cmp::Ordering) -> bool {
    match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Greater => order.is_gt(),
        Comparison::Less => order.is_lt(),
        Comparison::GreaterOrEqual => order.is_ge(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::IsNull | Comparison::IsNotNull | Comparison::Contains | Comparison::OneOf => false,
    }
}

fn property_passes(term: &PropertyTerm, found: Option<&Value>) -> bool {
    let found = found.filter(|value| !value.is_null());
    match (term.comparison, found) {
        (Comparison::IsNull, found) => found.is_none(),
        (Comparison::IsNotNull, found) => found.is_some(),
        (Comparison::NotEqual, None) => true,
        (_, None) => false,
        (Comparison::OneOf, found) => term.value.as_array().into_iter().flatten().any(|value| {
            let equal = PropertyTerm { comparison: Comparison::Equal, value: value.clone(), ..term.clone() };
            property_passes(&equal, found)
        }),
        (comparison, Some(Value::Array(items))) => match comparison {
            Comparison::NotEqual => !items.contains(&term.value) && Some(items) != term.value.as_array(),
            _ => items.contains(&term.value) || Some(items) == term.value.as_array(),
        },
        (comparison, Some(found)) => match (found, &term.value) {
            (Value::Number(found), Value::Number(with)) => found
                .as_f64()
                .zip(with.as_f64())
                .and_then(|(found, with)| found.partial_cmp(&with))
                .is_some_and(|order| orders(comparison, order)),
            (Value::String(found), Value::String(with)) if comparison == Comparison::Contains => found.contains(with),
            (Value::String(found), Value::String(with)) => orders(comparison, found.cmp(with)),
            (found, with) => match comparison {
                Comparison::Equal => found == with,
                Comparison::NotEqual => found != with,
                _ => false,
            },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn term(comparison: Comparison, date: &str) -> DateTerm {
        DateTerm { comparison, date: Some(at(date)) }
    }

    #[test]
    fn one_matching_group_suffices() {
        // Before 2020, or in 2024.
        let filter = vec![
            vec![term(Comparison::Less, "2020-01-01T00:00:00Z")],
            vec![
                term(Comparison::GreaterOrEqual, "2024-01-01T00:00:00Z"),
                term(Comparison::Less, "2025-01-01T00:00:00Z"),
            ],
        ];
        for (date, passes) in
            [("2019-06-01T00:00:00Z", true), ("2022-06-01T00:00:00Z", false), ("2024-06-01T00:00:00Z", true)]
        {
            assert_eq!(dates_pass(&filter, Some(at(date))), passes, "{date}");
        }
        assert!(!dates_pass(&filter, None));
        let open = vec![vec![DateTerm { comparison: Comparison::IsNull, date: None }]];
        assert!(dates_pass(&open, None) && !dates_pass(&open, Some(at("2024-06-01T00:00:00Z"))));
    }

    #[test]
    fn one_of_several_values_is_wanted() {
        let passes = |found: Value| {
            let value = serde_json::json!([1, "two"]);
            let term = PropertyTerm { name: "k".to_owned(), comparison: Comparison::OneOf, value };
            property_passes(&term, Some(&found))
        };
        assert!(passes(1.into()) && passes(1.0.into()) && passes("two".into()) && passes(vec!["x", "two"].into()));
        assert!(!passes(2.into()) && !passes("on".into()) && !passes(Value::Null));
    }

    #[test]
    fn properties_compare_numbers_and_list_items() {
        let term = |comparison, value: Value| PropertyTerm { name: "p".to_owned(), comparison, value };
        let passes = |comparison, found: Value, with: Value| property_passes(&term(comparison, with), Some(&found));
        assert!(passes(Comparison::Greater, 10.into(), 9.into()));
        assert!(!passes(Comparison::Greater, "10".into(), "9".into()));
        assert!(passes(Comparison::Equal, serde_json::json!(["a", "b"]), "b".into()));
        assert!(property_passes(&term(Comparison::NotEqual, 1.into()), None));
        assert!(property_passes(&term(Comparison::IsNull, Value::Null), None));
    }
}
