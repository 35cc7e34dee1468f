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
        ("Casa Lupe's food is Mexican", json!({"cuisine_type": "Mexican"})),
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
        "The owner of Casa Lupe is Mexican",
        "The owner of the restaurant Casa Lupe is Mexican",
        "Casa Lupe's owner is Mexican",
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

fn audiobooks() -> Ontology {
    let properties = vec![
        property("genre", PropertyKind::Text, "The genre, for example: self-help, fiction, nonfiction, etc."),
        property("author", PropertyKind::Text, "Who wrote it"),
        property("narrator_name", PropertyKind::Text, "The narrator's name"),
        property("setting", PropertyKind::Text, ""),
        property("length", PropertyKind::Text, "One of: short, long"),
    ];
    let kind = EntityType { name: "Audiobook".to_owned(), properties, ..EntityType::default() };
    Ontology { entity_types: vec![kind], edge_types: Vec::new() }
}

fn of_dune(statement: &str) -> Json {
    audiobooks().entity_attributes(Some("Audiobook"), &["Dune"], &[statement]).into()
}

#[test]
fn a_value_of_the_vocabulary_describes_the_entity() {
    for (statement, expected) in [
        ("Dune is science fiction.", "science fiction"),
        ("Dune was fiction", "fiction"),
        ("Ann finished a fantasy audiobook called Dune.", "fantasy"),
        ("Ann finished a great fantasy audiobook called the Dune.", "fantasy"),
        ("Ann likes the Sci-Fi audiobook Dune", "Sci-Fi"),
        ("Ann listened to Dune, a science fiction classic.", "science fiction"),
        ("Ann listened to Dune, which is epic fantasy, and fell asleep.", "epic fantasy"),
        ("Ann listened to Dune (science fiction).", "science fiction"),
        ("Dune is a horror audiobook narrated by a robot.", "horror"),
        ("Dune is a self-help book", "self-help"),
    ] {
        assert_eq!(of_dune(statement), json!({ "genre": expected }), "{statement}");
    }
    assert_eq!(of_restaurant("Casa Lupe serves Ethiopian food."), json!({"cuisine_type": "Ethiopian"}));
    assert_eq!(of_restaurant("Casa Lupe has Ethiopian food."), json!({"cuisine_type": "Ethiopian"}));
    assert_eq!(of_restaurant("Ann ate at Casa Lupe, a great tex-mex place"), json!({"cuisine_type": "tex-mex"}));
}

#[test]
fn a_value_of_the_vocabulary_that_describes_something_else_is_no_guess() {
    for statement in [
        "Dune is not science fiction.",
        "Dune is fantasy or horror.",
        "Dune has horror",
        "Dune is a horror for Ann",
        "Dune won a fantasy award.",
        "Dune is the talk of the fantasy convention",
        "Ann loves fantasy and finished Dune.",
        "Dune is good, and fantasy is Ann's favourite genre.",
        "Ann likes the science fiction of Dune",
        "Dune is great",
    ] {
        assert_eq!(of_dune(statement), json!({}), "{statement}");
    }
    for statement in
        ["Casa Lupe serves Ethiopian beer", "Casa Lupe is run by Ethiopians", "Casa Lupe is Ethiopian owned"]
    {
        assert_eq!(of_restaurant(statement), json!({}), "{statement}");
    }
    assert_eq!(of_dune("Dune is long"), json!({ "length": "long" }));
    assert_eq!(of_dune("The length of Dune is twenty hours"), json!({}), "the description lists all values");
}

#[test]
fn a_sentence_says_the_property_by_its_name() {
    for (statement, name, expected) in [
        ("The genre of Dune is climate fiction.", "genre", "climate fiction"),
        ("The genre of the audiobook Dune was climate fiction", "genre", "climate fiction"),
        ("Dune's genre is climate fiction.", "genre", "climate fiction"),
        ("Ann started Dune on 29 November 2026, the genre is climate fiction.", "genre", "climate fiction"),
        ("Ann started Dune (genre: climate fiction).", "genre", "climate fiction"),
        ("Dune's setting is the desert planet Arrakis, but Ann skipped it.", "setting", "desert planet Arrakis"),
        ("Dune's author is Frank Herbert.", "author", "Frank Herbert"),
        ("The author of Dune is J.R.R. van Herbert.", "author", "J.R.R. van Herbert"),
        ("Dune's narrator is Scott Brick.", "narrator_name", "Scott Brick"),
        ("The audiobook Dune is narrated by Scott Brick.", "narrator_name", "Scott Brick"),
        ("Ann loves Dune, narrated by Scott Brick, because it is long", "narrator_name", "Scott Brick"),
        ("Dune was written by Frank Herbert in 1965.", "author", "Frank Herbert"),
    ] {
        assert_eq!(of_dune(statement), json!({ name: expected }), "{statement}");
    }
}

#[test]
fn a_judgement_a_doubt_or_somebody_elses_property_is_no_value() {
    for statement in [
        "Dune's genre is great.",
        "The genre of Dune is not climate fiction.",
        "The genre of Dune is unclear.",
        "The genre of Dune is probably climate fiction.",
        "The genre of Dune is climate fiction or satire",
        "The genre of Dune is close to climate fiction",
        "Ann thinks the genre of Dune is climate fiction",
        "Whether the genre of Dune is climate fiction",
        "Is the genre of Dune climate fiction?",
        "Ann finished Dune, and the genre is her favourite.",
        "Dune's setting is changing.",
        "Dune's author is American.",
        "Dune's author is dead.",
        "Dune's author is Frank Herbert's son",
        "Dune's author was a woman",
        "Dune was not narrated by Scott Brick.",
        "Dune was liked by Scott Brick.",
        "Ann finished Dune, but Emma was narrated by Scott Brick.",
        "Emma's author is Jane Austen, and Ann likes Dune",
    ] {
        assert_eq!(of_dune(statement), json!({}), "{statement}");
    }
}
