//! Tests of parsing and matching metadata filters.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn metadata() -> Metadata {
    let value = json!({"system": {"entities": [{"Label": "WORK_OF_ART"}]}, "topic": "art", "stars": 4});
    value.as_object().cloned().unwrap()
}

/// A budget that no test exhausts.
fn plenty() -> Budget {
    Budget::new(u64::MAX, || false)
}

fn passes(filter: &Value) -> bool {
    MetadataFilter::parse(filter).unwrap().matches(&metadata(), "2024-05-01T12:00:00Z".parse().unwrap(), &plenty())
}

fn error_message(filter: &Value) -> String {
    MetadataFilter::parse(filter).unwrap_err().message().to_owned()
}

fn path(path: &str) -> Value {
    json!({"jsonpath": path})
}

const YES: &str = "$.topic";
const NO: &str = "$.missing";

#[test]
fn an_empty_filter_matches_everything() {
    for filter in [json!(null), json!({}), json!({"where": null, "start_date": null}), json!({"where": {}})] {
        assert!(passes(&filter), "{filter}");
    }
}

#[test]
fn a_path_matches_if_it_finds_anything() {
    assert!(passes(&json!({"where": path("$.system.entities[*] ? (@.Label == \"WORK_OF_ART\")")})));
    assert!(!passes(&json!({"where": path("$.system.entities[*] ? (@.Label == \"PERSON\")")})));
}

#[test]
fn groups_can_be_nested() {
    assert!(passes(&json!({"where": {"and": [path(YES), path("$ ? (@.stars > 3)")]}})));
    assert!(!passes(&json!({"where": {"and": [path(YES), path(NO)]}})));
    assert!(passes(&json!({"where": {"or": [path(NO), path(YES)]}})));
    assert!(!passes(&json!({"where": {"or": [path(NO), path(NO)]}})));
    assert!(passes(&json!({"where": {"or": [path(NO), {"and": [path(YES), {"or": [path(YES)]}]}]}})));
    assert!(!passes(&json!({"where": {"or": [{"and": [path(YES), path(NO)]}]}})));
}

#[test]
fn an_object_with_several_conditions_requires_all() {
    assert!(passes(&json!({"where": {"jsonpath": YES, "and": [path(YES)], "or": [path(NO), path(YES)]}})));
    assert!(!passes(&json!({"where": {"jsonpath": NO, "or": [path(YES)]}})));
    assert!(!passes(&json!({"where": {"jsonpath": YES, "or": [path(NO)]}})));
    assert!(passes(&json!({"where": {"jsonpath": YES, "and": null}})));
}

#[test]
fn both_dates_are_inclusive() {
    assert!(passes(&json!({"start_date": "2024-05-01T12:00:00Z", "end_date": "2024-05-01T14:00:00+02:00"})));
    assert!(!passes(&json!({"start_date": "2024-05-01T12:00:01Z"})));
    assert!(!passes(&json!({"end_date": "2024-05-01T11:59:59.999Z"})));
    assert!(!passes(&json!({"where": path(NO), "start_date": "2024-05-01T00:00:00Z"})));
}

#[test]
fn errors_name_their_place() {
    for (filter, message) in [
        (json!([]), "metadata must be an object"),
        (json!({"jsonpath": "$"}), "metadata has an unknown key \"jsonpath\""),
        (json!({"where": "$.a"}), "metadata.where must be an object"),
        (json!({"where": {"not": []}}), "metadata.where has an unknown key \"not\""),
        (json!({"where": {"jsonpath": 1}}), "metadata.where.jsonpath must be a string"),
        (json!({"where": {"and": []}}), "metadata.where.and must be a list"),
        (json!({"where": {"or": {}}}), "metadata.where.or must be a list"),
        (
            json!({"where": {"and": [{"or": [path("$"), path("$.")]}]}}),
            "metadata.where.and[0].or[1].jsonpath: invalid path",
        ),
        (json!({"where": {"and": [1]}}), "metadata.where.and[0] must be an object"),
        (json!({"start_date": "yesterday"}), "metadata.start_date must be a date"),
        (json!({"end_date": 5}), "metadata.end_date must be a date"),
    ] {
        let error_message = error_message(&filter);
        assert!(error_message.starts_with(message), "{filter}: {error_message}");
    }
}

#[test]
fn depth_and_number_of_conditions_are_limited() {
    let nested = |depth: usize| (1..depth).fold(path(YES), |inner, _| json!({"and": [inner]}));
    assert!(passes(&json!({"where": nested(DEPTH_MAX)})));
    assert!(error_message(&json!({"where": nested(DEPTH_MAX + 1)})).contains("nested too deeply"));
    let wide = |count: usize| json!({"where": {"and": vec![path(YES); count - 1]}});
    assert!(passes(&wide(CONDITIONS_MAX)));
    assert!(error_message(&wide(CONDITIONS_MAX + 1)).contains("too many conditions"));
    assert!(error_message(&json!({"where": path(&"x".repeat(1_001))})).contains("too long"));
}

proptest! {
    #[test]
    fn parsing_never_panics(text in "\\PC{0,30}", key in "(where|and|or|jsonpath|start_date|\\PC{0,4})") {
        let inner = json!({key.clone(): [{key.clone(): text.clone()}], "jsonpath": text});
        for filter in [json!({key: inner.clone()}), json!({"where": inner.clone()}), json!({"where": {"or": [inner]}})] {
            if let Ok(filter) = MetadataFilter::parse(&filter) {
                let _passes = filter.matches(&metadata(), Timestamp::UNIX_EPOCH, &plenty());
            }
        }
    }
}
