//! Tests of filling declared properties.

use serde_json::json;

use super::*;
use crate::ontology::{EdgeType, EntityType};

fn property(name: &str, kind: PropertyKind, description: &str) -> Property {
    Property { name: name.to_owned(), description: description.to_owned(), kind }
}

fn restaurants() -> Ontology {
    let properties = vec![
        property("cuisine_type", PropertyKind::Text, "The cuisine, for example: American, Mexican, Indian, etc."),
        property("dietary_accommodation", PropertyKind::Text, "If any, for example: vegetarian, vegan, etc."),
        property("rating", PropertyKind::Float, "Stars"),
        property("seats", PropertyKind::Int, "How many seats it has"),
        property("has_outdoor_seating", PropertyKind::Boolean, "Whether one can sit outside"),
    ];
    let kind = EntityType { name: "Restaurant".to_owned(), properties, ..EntityType::default() };
    Ontology { entity_types: vec![kind], edge_types: Vec::new() }
}

fn of_restaurant(statement: &str) -> Json {
    restaurants().entity_attributes(Some("Restaurant"), &["Casa Lupe"], &[statement]).into()
}

#[test]
fn a_sentence_about_the_entity_shows_a_listed_value() {
    for (statement, expected) in [
        ("Noor went to a Mexican restaurant called Casa Lupe.", json!({"cuisine_type": "Mexican"})),
        ("Casa Lupe is a small Indian restaurant", json!({"cuisine_type": "Indian"})),
        ("Noor likes Casa Lupe, a Mexican place", json!({"cuisine_type": "Mexican"})),
        ("Casa Lupe has vegetarian options.", json!({"dietary_accommodation": "vegetarian"})),
        (
            "Casa Lupe is Mexican and has vegan dishes",
            json!({
                "cuisine_type": "Mexican", "dietary_accommodation": "vegan",
            }),
        ),
    ] {
        assert_eq!(of_restaurant(statement), expected, "{statement}");
    }
}

#[test]
fn a_sentence_about_something_else_shows_nothing() {
    for statement in [
        "Noor is vegetarian and likes Casa Lupe.",
        "Casa Lupe is nice, and Noor is vegan.",
        "Casa Lupe is nice but I am vegan",
        "Casa Lupe has no vegetarian options.",
        "Casa Lupe doesn't have vegan dishes",
        "Casa Lupe is owned by an Indian family",
        "Casa Lupe is American and Mexican",
        "Noor met a Mexican critic called Casa Lupe",
        "Noor flew to Mexico",
        "Casa Lupe",
        "",
    ] {
        assert_eq!(of_restaurant(statement), json!({}), "{statement}");
    }
}

#[test]
fn numbers_and_truths_stand_beside_the_name_of_their_property() {
    assert_eq!(of_restaurant("Casa Lupe has a rating of 4.5"), json!({"rating": 4.5}));
    assert_eq!(of_restaurant("Casa Lupe's rating is 4"), json!({"rating": 4.0}));
    assert_eq!(of_restaurant("Casa Lupe has 1,200 seats"), json!({"seats": 1200}));
    assert_eq!(of_restaurant("Casa Lupe has outdoor seating"), json!({"has_outdoor_seating": true}));
    assert_eq!(of_restaurant("Casa Lupe has no outdoor seating"), json!({"has_outdoor_seating": false}));
    assert_eq!(of_restaurant("Casa Lupe has 3 chefs"), json!({}));
}

#[test]
fn the_latest_sentence_wins() {
    let statements = ["Casa Lupe is a Mexican restaurant", "Casa Lupe is an Indian restaurant"];
    let attributes = restaurants().entity_attributes(Some("restaurant"), &["Casa Lupe"], &statements);
    assert_eq!(attributes["cuisine_type"], "Indian");
    assert!(restaurants().entity_attributes(Some("Hotel"), &["Casa Lupe"], &statements).is_empty());
}

fn diets() -> Ontology {
    let properties = vec![
        property(
            "preference_type",
            PropertyKind::Text,
            "Preference type of the user: anything, vegetarian, vegan, peanut allergy, etc.",
        ),
        property("allergy", PropertyKind::Boolean, "Whether it is an allergy: True or false"),
    ];
    let kind = EdgeType { name: "DIETARY_PREFERENCE".to_owned(), properties, ..EdgeType::default() };
    Ontology { entity_types: Vec::new(), edge_types: vec![kind] }
}

#[test]
fn a_fact_shows_listed_values_and_truths() {
    let of = |relation, statement, object| -> Json {
        let fact = StatedFact { relation, statements: &[statement], object, is_value: true, ..StatedFact::default() };
        diets().fact_attributes("DIETARY_PREFERENCE", &fact).into()
    };
    assert_eq!(of("FOLLOWS_DIET", "Ann is vegetarian.", "vegetarian"), json!({"preference_type": "vegetarian"}));
    assert_eq!(
        of("ALLERGIC_TO", "Ann is allergic to peanuts.", "peanuts"),
        json!({"preference_type": "peanut allergy", "allergy": true})
    );
    assert_eq!(of("ALLERGIC_TO", "Ann is allergic to cats.", "cats"), json!({"allergy": true}));
    assert_eq!(of("FOLLOWS_DIET", "Ann is not vegan.", "vegan"), json!({}));
    assert_eq!(of("FOLLOWS_DIET", "Ann eats halal.", "halal"), json!({}));
}

#[test]
fn a_fact_shows_its_object_and_its_dates() {
    let properties = vec![
        property("restaurant_name", PropertyKind::Text, "The name of the restaurant"),
        property("visit_date", PropertyKind::Text, "When"),
        property("end_date", PropertyKind::Text, "Until when"),
        property("user_name", PropertyKind::Text, "Who"),
    ];
    let kind = EdgeType { name: "RESTAURANT_VISIT".to_owned(), properties, ..EdgeType::default() };
    let ontology = Ontology { entity_types: Vec::new(), edge_types: vec![kind] };
    let fact = StatedFact {
        relation: "VISITED",
        statements: &["Ann visited Casa Lupe."],
        object: "Casa Lupe",
        target_type: Some("Restaurant"),
        from: Some("2024-05"),
        ..StatedFact::default()
    };
    let attributes: Json = ontology.fact_attributes("restaurant_visit", &fact).into();
    assert_eq!(attributes, json!({"restaurant_name": "Casa Lupe", "visit_date": "2024-05"}));
    assert!(ontology.fact_attributes("LIKES", &fact).is_empty());
}
