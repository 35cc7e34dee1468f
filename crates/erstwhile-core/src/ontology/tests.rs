//! Tests of validating ontologies and of matching entities and relations.

use proptest::prelude::*;
use serde_json::{from_value, json, to_value};

use super::*;

fn of_types(names: &[&str]) -> Ontology {
    let kind = |name: &&str| EntityType { name: (*name).to_owned(), ..EntityType::default() };
    Ontology { entity_types: names.iter().map(kind).collect(), edge_types: Vec::new() }
}

fn edge(name: &str, pairs: &[(Option<&str>, Option<&str>)]) -> EdgeType {
    let side = |side: Option<&str>| side.map(str::to_owned);
    let pairs = pairs.iter().map(|(source, target)| SourceTarget { source: side(*source), target: side(*target) });
    EdgeType { name: name.to_owned(), source_targets: pairs.collect(), ..EdgeType::default() }
}

fn of_edges(edge_types: Vec<EdgeType>) -> Ontology {
    Ontology { entity_types: Vec::new(), edge_types }
}

fn property(name: &str) -> Property {
    Property { name: name.to_owned(), description: String::new(), kind: PropertyKind::Text }
}

fn predicate<'a>(ontology: &'a Ontology, said: &str, source: Option<&str>, target: Option<&str>) -> Option<&'a str> {
    ontology.predicate(StatedRelation { name: said, source_type: source, target_type: target, statement: "" })
}

fn error_message(ontology: &Ontology) -> String {
    ontology.check().unwrap_err().message().to_owned()
}

fn type_of(types: &[&str], name: &str, statement: &str) -> Option<String> {
    of_types(types).entity_type(None, &[name], &[statement]).map(str::to_owned)
}

#[test]
fn the_wire_format_omits_empty_fields() {
    let ontology: Ontology = from_value(json!({
        "entity_types": [
            {"name": "Restaurant", "description": "a place to eat", "properties": [
                {"name": "cuisine", "description": "what is cooked", "type": "Text"},
                {"name": "stars", "description": "", "type": "int"}
            ]},
            {"name": "Bar", "description": "a place to drink", "properties": null}
        ],
        "edge_types": [
            {"name": "VISITED", "description": "went there", "source_targets": [{"source": "User"}]},
            {"name": "SAW", "source_targets": null}
        ]
    }))
    .unwrap();
    assert_eq!(ontology.entity_types[0].properties[1].kind, PropertyKind::Int);
    assert_eq!(ontology.edge_types[0].source_targets, [SourceTarget { source: Some("User".to_owned()), target: None }]);
    let wire = to_value(&ontology).unwrap();
    assert_eq!(wire["entity_types"][0]["properties"][1]["type"], "Int");
    assert_eq!(wire["entity_types"][1], json!({"name": "Bar", "description": "a place to drink", "properties": []}));
    assert_eq!(wire["edge_types"][1]["source_targets"], json!([]));
    assert_eq!(from_value::<Ontology>(wire).unwrap(), ontology);
    assert_eq!(from_value::<Ontology>(json!({})).unwrap(), Ontology::default());
    assert_eq!(from_value::<Ontology>(json!({"entity_types": null})).unwrap(), Ontology::default());
    assert!(
        from_value::<Ontology>(json!({"entity_types": [{"name": "A", "properties": [{"name": "b", "type": "Date"}]}]}))
            .is_err()
    );
}

#[test]
fn the_default_types_are_valid() {
    let ontology = Ontology::default_types();
    ontology.check().unwrap();
    assert_eq!((ontology.entity_types.len(), ontology.edge_types.len()), (9, 2));
    assert!(ontology.admits_fact("located_at", Some("Object"), Some("Location")));
    assert!(!ontology.admits_fact("LOCATED_AT", Some("Object"), Some("Topic")));
    assert!(ontology.admits_fact("OCCURRED_AT", Some("Event"), None));
}

#[test]
fn names_are_required_and_unique() {
    assert!(error_message(&of_types(&["  "])).contains("needs a name"));
    assert!(error_message(&of_types(&["Bar", "BAR"])).contains("\"BAR\" is declared twice"));
    assert!(error_message(&of_edges(vec![edge("SAW", &[]), edge("saw", &[])])).contains("declared twice"));
    let mut ontology = of_types(&["Bar"]);
    ontology.entity_types[0].properties = vec![property("beer"), property("Beer")];
    assert!(error_message(&ontology).contains("property \"Beer\" of entity type \"Bar\" is declared twice"));
    ontology.entity_types[0].properties = vec![property("")];
    assert!(error_message(&ontology).contains("needs a name"));
    ontology.entity_types[0].properties = Vec::new();
    ontology.entity_types[0].identity_properties = vec![String::new()];
    assert!(error_message(&ontology).contains("identity property"));
    // An entity type and a fact type may share a name.
    let mut ontology = of_types(&["Visit"]);
    ontology.edge_types.push(edge("VISIT", &[]));
    assert!(ontology.check().is_ok());
}

#[test]
fn properties_must_not_have_names_of_fields() {
    for name in ["uuid", "name", "graph_id", "name_embedding", "summary", "created_at", "Summary"] {
        let mut ontology = of_edges(vec![edge("SAW", &[])]);
        ontology.edge_types[0].properties = vec![property(name)];
        assert!(error_message(&ontology).contains("reserved"), "{name}");
    }
}

#[test]
fn everything_is_limited() {
    let numbered = |count: usize| (0..count).map(|number| format!("Type{number}")).collect::<Vec<_>>();
    let types = |count| of_types(&numbered(count).iter().map(String::as_str).collect::<Vec<_>>());
    let edges = |count| of_edges(numbered(count).iter().map(|name| edge(name, &[])).collect());
    assert!(types(ENTITY_TYPES_MAX).check().is_ok() && edges(EDGE_TYPES_MAX).check().is_ok());
    assert!(error_message(&types(ENTITY_TYPES_MAX + 1)).contains("at most 100"));
    assert!(error_message(&edges(EDGE_TYPES_MAX + 1)).contains("at most 100"));
    let changed = |change: fn(&mut Ontology)| {
        let mut ontology = of_types(&["Bar"]);
        ontology.edge_types.push(edge("SAW", &[]));
        change(&mut ontology);
        ontology.check()
    };
    assert!(changed(|it| it.entity_types[0].name = "ü".repeat(100)).is_ok());
    assert!(changed(|it| it.entity_types[0].name = "ü".repeat(101)).is_err());
    assert!(changed(|it| it.entity_types[0].description = "ü".repeat(1_000)).is_ok());
    assert!(changed(|it| it.entity_types[0].description = "ü".repeat(1_001)).is_err());
    assert!(changed(|it| it.entity_types[0].properties = (0..51).map(|n| property(&n.to_string())).collect()).is_err());
    assert!(changed(|it| it.entity_types[0].identity_properties = vec!["a".to_owned(); 51]).is_err());
    assert!(changed(|it| it.edge_types[0].source_targets = vec![SourceTarget::default(); 51]).is_err());
    assert!(changed(|it| it.edge_types[0] = edge("SAW", &[(Some(&"a".repeat(101)), None)])).is_err());
}

#[test]
fn the_extractors_type_takes_precedence() {
    let ontology = of_types(&["Restaurant", "WorkOfArt", "User"]);
    let of = |said| ontology.entity_type(Some(said), &["Nopa Restaurant"], &[]);
    assert_eq!(of("WORK_OF_ART"), Some("WorkOfArt"));
    assert_eq!(of("work of art"), Some("WorkOfArt"));
    assert_eq!(of("works of art"), Some("WorkOfArt"));
    assert_eq!(of("restaurants"), Some("Restaurant"));
    assert_eq!(of("user"), Some("User"));
    assert_eq!(of("Organization"), Some("Restaurant"), "the name decides when the extractor's type is not declared");
    assert_eq!(of(" "), Some("Restaurant"));
}

#[test]
fn a_name_that_ends_with_the_type_has_the_type() {
    let name =
        |name| of_types(&["Restaurant", "CoffeeShop", "Shop"]).entity_type(None, &["It", name], &[]).map(str::to_owned);
    assert_eq!(name("Blue Bottle Restaurant").as_deref(), Some("Restaurant"));
    assert_eq!(name("Joe's Restaurants").as_deref(), Some("Restaurant"));
    assert_eq!(name("Anna's coffee shop").as_deref(), Some("CoffeeShop"));
    assert_eq!(name("Anna's tea shop").as_deref(), Some("Shop"));
    assert_eq!(name("Restaurant Week"), None);
    assert_eq!(name("Shopify"), None);
    assert_eq!(name("House of Blues Restaurant").as_deref(), Some("Restaurant"));
    for other in ["article about restaurants", "fan of restaurants", "reservation at a restaurant"] {
        assert_eq!(name(other), None, "{other}");
    }
}

#[test]
fn a_sentence_that_states_the_type_decides() {
    let types = ["Restaurant", "WorkOfArt"];
    for statement in [
        "Nopa is a restaurant.",
        "Nopa was an excellent small Italian restaurant in Oslo",
        "Ann says that Nopa is the restaurant of her sister",
        "Ann went to the restaurant Nopa",
        "Ann loves the little vegan restaurant Nopa.",
        "Ann met Bob at Nopa, a restaurant near the park",
        "Nopa is a restaurant serving soup",
    ] {
        assert_eq!(type_of(&types, "Nopa", statement).as_deref(), Some("Restaurant"), "{statement}");
    }
    assert_eq!(type_of(&types, "Dusk", "Dusk is a work of art").as_deref(), Some("WorkOfArt"));
    assert_eq!(type_of(&types, "blue door", "The Blue Door is a restaurant").as_deref(), Some("Restaurant"));
}

#[test]
fn a_sentence_about_something_else_does_not_decide() {
    for statement in [
        "Nopa is a restaurant critic",
        "Nopa is a fan of the restaurant",
        "Nopa likes a restaurant",
        "Ann is a restaurant owner. Nopa is a cat",
        "Nopa is near a restaurant",
        "Ann met Nopa, and a restaurant opened",
        "Ann left the restaurant, Nopa stayed",
        "Ann and the restaurant of Nopa",
        "",
        "Nopa",
    ] {
        assert_eq!(type_of(&["Restaurant"], "Nopa", statement), None, "{statement}");
    }
}

#[test]
fn sentences_do_not_make_an_entity_a_speaker() {
    let ontology = Ontology::default_types();
    assert_eq!(ontology.entity_type(Some("Person"), &["Ann", "Power User"], &["Ann is a user"]), None);
    assert_eq!(ontology.entity_type(Some("Assistant"), &["Helper"], &[]), Some("Assistant"));
}

#[test]
fn the_longest_type_wins_and_then_the_first() {
    assert_eq!(type_of(&["Shop", "CoffeeShop"], "Bean", "Bean is a coffee shop").as_deref(), Some("CoffeeShop"));
    let statement = "Bean is a bar. Bean is a pub";
    assert_eq!(type_of(&["Pub", "Bar"], "Bean", statement).as_deref(), Some("Pub"));
    assert_eq!(type_of(&["Bar", "Pub"], "Bean", statement).as_deref(), Some("Bar"));
}

#[test]
fn a_relation_matches_the_fact_type_with_the_same_words() {
    let ontology = of_edges(vec![edge("WorksAt", &[]), edge("HAS_PET", &[]), edge("MemberOf", &[])]);
    let of = |said| predicate(&ontology, said, None, None);
    assert_eq!(of("WORKS_AT"), Some("WorksAt"));
    assert_eq!(of("works at"), Some("WorksAt"));
    assert_eq!(of("WORKING_FOR"), Some("WorksAt"));
    assert_eq!(of("IS_MEMBER_OF"), Some("MemberOf"));
    assert_eq!(of("PETS"), Some("HAS_PET"));
    assert_eq!(of("WORKS_AS"), None, "`as` changes the meaning");
    assert_eq!([of("KNOWS"), of(""), of("__"), of("IS_AT")], [None; 4]);
}

#[test]
fn a_fact_type_matches_only_between_its_types() {
    let ontology = of_edges(vec![
        edge("LIKES", &[(Some("User"), Some("Restaurant"))]),
        edge("Likes_", &[(Some("User"), Some("ENTITY")), (None, Some("Bar"))]),
    ]);
    assert_eq!(predicate(&ontology, "LIKES", Some("user"), Some("restaurant")), Some("LIKES"));
    assert_eq!(predicate(&ontology, "LIKES", Some("User"), None), Some("Likes_"));
    assert_eq!(predicate(&ontology, "LIKES", None, Some("bar")), Some("Likes_"));
    assert_eq!(predicate(&ontology, "LIKES", Some("Person"), Some("Topic")), None);
}

#[test]
fn the_verb_decides_if_exactly_one_fact_type_matches() {
    let visit = || edge("VISITED_RESTAURANT", &[(Some("User"), Some("Restaurant"))]);
    let ontology = of_edges(vec![visit(), edge("VISITED_BAR", &[(Some("User"), Some("Bar"))])]);
    assert_eq!(predicate(&ontology, "VISITS", Some("User"), Some("Bar")), Some("VISITED_BAR"));
    assert_eq!(predicate(&ontology, "VISITS", Some("User"), Some("Topic")), None);
    let place = |name| edge(name, &[(None, Some("Restaurant"))]);
    let named = of_edges(vec![visit(), place("VISITED_PLACE")]);
    assert_eq!(predicate(&named, "VISITS", Some("User"), Some("Restaurant")), Some("VISITED_RESTAURANT"));
    let twice = of_edges(vec![place("VISITED_VENUE"), place("VISITED_PLACE")]);
    assert_eq!(predicate(&twice, "VISITS", Some("User"), Some("Restaurant")), None);
    let unconstrained = of_edges(vec![edge("VISITED_PLACE", &[])]);
    assert_eq!(predicate(&unconstrained, "VISITS", Some("User"), Some("Bar")), None);
}

/// The fact types of Zep's guide.
fn guide() -> Ontology {
    let described = |name: &str, description: &str, target: Option<&str>| EdgeType {
        description: description.to_owned(),
        ..edge(name, &[(Some("User"), target)])
    };
    let allergy = Property { kind: PropertyKind::Boolean, ..property("allergy") };
    let edge_types = vec![
        described("RESTAURANT_VISIT", "Represents the fact that the user visited a restaurant.", Some("Restaurant")),
        described(
            "AUDIOBOOK_LISTEN",
            "Represents the fact that the user listened to or played an audiobook.",
            Some("Audiobook"),
        ),
        EdgeType {
            properties: vec![allergy],
            ..described(
                "DIETARY_PREFERENCE",
                "Represents the fact that the user has a dietary preference or dietary restriction.",
                None,
            )
        },
    ];
    Ontology { edge_types, ..of_types(&["Restaurant", "Audiobook"]) }
}

#[test]
fn a_relation_matches_the_fact_type_that_means_it() {
    let ontology = guide();
    for (said, target, expected) in [
        ("VISITED", Some("Restaurant"), Some("RESTAURANT_VISIT")),
        ("WENT_TO", Some("Restaurant"), Some("RESTAURANT_VISIT")),
        ("VISITED", Some("Location"), None),
        ("LIKES", Some("Restaurant"), None),
        ("WANTS", Some("Restaurant"), None),
        ("LISTENS_TO", Some("Audiobook"), Some("AUDIOBOOK_LISTEN")),
        ("PLAYS", Some("Audiobook"), Some("AUDIOBOOK_LISTEN")),
        ("BOUGHT", Some("Audiobook"), None),
        ("READ", Some("Audiobook"), None),
        ("FOLLOWS_DIET", Some("Value"), Some("DIETARY_PREFERENCE")),
        ("DIET_IS", Some("Value"), Some("DIETARY_PREFERENCE")),
        ("ALLERGIC_TO", Some("Topic"), Some("DIETARY_PREFERENCE")),
        ("PREFERS", Some("Topic"), None),
        ("LIVES_IN", Some("Location"), None),
        ("HAS_CONDITION", Some("Topic"), None),
    ] {
        assert_eq!(predicate(&ontology, said, Some("User"), target), expected, "{said} {target:?}");
    }
    assert_eq!(predicate(&ontology, "VISITED", Some("Person"), Some("Restaurant")), None);
}

#[test]
fn the_sentence_may_say_what_the_relation_leaves_out() {
    let said = |statement| {
        let said = StatedRelation { name: "PREFERS", source_type: Some("User"), target_type: None, statement };
        guide().predicate(said).map(str::to_owned)
    };
    assert_eq!(said("Ann prefers a vegan diet.").as_deref(), Some("DIETARY_PREFERENCE"));
    assert_eq!(said("Ann prefers window seats."), None);
}

#[test]
fn doubt_leaves_the_relation_as_it_is() {
    let job = of_edges(vec![edge("JOB", &[(Some("User"), Some("Company"))])]);
    assert_eq!(predicate(&job, "HAS_JOB", Some("User"), Some("Company")), Some("JOB"));
    assert_eq!(predicate(&job, "LEFT_JOB", Some("User"), Some("Company")), None);
    let wish = EdgeType {
        description: "The user wants to visit a restaurant".to_owned(),
        ..edge("WISH", &[(Some("User"), Some("Restaurant"))])
    };
    assert_eq!(predicate(&of_edges(vec![wish.clone()]), "VISITED", Some("User"), Some("Restaurant")), None);
    let twice =
        |name| EdgeType { description: "The user visited a place".to_owned(), ..edge(name, &[(Some("User"), None)]) };
    let both = of_edges(vec![twice("A_ONE"), twice("B_TWO")]);
    assert_eq!(predicate(&both, "VISITED", Some("User"), Some("Restaurant")), None);
    let anything = EdgeType { description: "The user visited a place".to_owned(), ..edge("X", &[]) };
    assert_eq!(predicate(&of_edges(vec![anything]), "VISITED", Some("User"), Some("Restaurant")), None);
}

#[test]
fn a_noun_of_the_kind_gives_the_type() {
    let types = ["Restaurant", "Company", "Audiobook"];
    assert_eq!(type_of(&types, "Green Leaf Cafe", "").as_deref(), Some("Restaurant"));
    assert_eq!(type_of(&types, "Acme Ltd", "").as_deref(), Some("Company"));
    assert_eq!(type_of(&types, "Nopa", "Nopa is a small bistro").as_deref(), Some("Restaurant"));
    assert_eq!(
        type_of(&types, "Casa Lupe", "Ann ate at a Mexican restaurant called Casa Lupe").as_deref(),
        Some("Restaurant")
    );
    for (name, statement) in [
        ("Cafe", ""),
        ("Cafe Racer", ""),
        ("Diner Dash", ""),
        ("Lupe", "Ann met a restaurant critic called Lupe"),
        ("Ann", "Ann read about audiobooks"),
        ("Ann", "Ann likes an audiobook"),
        ("Chipotle", "Ann asked about a lunch place"),
    ] {
        assert_eq!(type_of(&types, name, statement), None, "{name}: {statement}");
    }
}

#[test]
fn a_work_has_the_type_of_the_only_fact_type_that_leads_to_it() {
    let of = |extracted: Option<&str>, name: &str, said: &str, statement: &str| {
        let said = StatedRelation { name: said, source_type: Some("User"), target_type: None, statement };
        guide().type_by_use(extracted, name, said).map(str::to_owned)
    };
    assert_eq!(of(Some("Work"), "Dune", "LISTENS_TO", "Ann listened to Dune.").as_deref(), Some("Audiobook"));
    assert_eq!(of(None, "Dune", "LISTENS_TO", "Ann listened to Dune.").as_deref(), Some("Audiobook"));
    assert_eq!(of(Some("Person"), "Adele", "LISTENS_TO", "Ann listens to Adele."), None);
    assert_eq!(of(Some("Topic"), "jazz", "LISTENS_TO", "Ann listens to jazz."), None);
    assert_eq!(of(Some("Work"), "Thriller", "LISTENS_TO", "Ann listened to the song Thriller."), None);
    assert_eq!(of(Some("Work"), "Dune", "WATCHED", "Ann watched Dune."), None);
    assert_eq!(of(None, "Oslo", "VISITED", "Ann visited Oslo."), None);
    let mut two = guide();
    two.entity_types.push(EntityType { name: "Song".to_owned(), ..EntityType::default() });
    let said = StatedRelation { name: "LISTENS_TO", source_type: Some("User"), target_type: None, statement: "" };
    assert_eq!(two.type_by_use(Some("Work"), "Dune", said), None);
}

#[test]
fn the_fields_of_a_record_give_its_type() {
    let mut ontology = of_types(&["Restaurant", "Hotel"]);
    ontology.entity_types[0].properties = vec![property("cuisineType"), property("rating")];
    ontology.entity_types[1].properties = vec![property("rating"), property("rooms")];
    let of = |fields: &[&str]| {
        let fields = fields.iter().map(|field| (*field).to_owned()).collect();
        ontology.type_of_record(&fields).map(str::to_owned)
    };
    assert_eq!(of(&["cuisine_type", "rating", "city"]).as_deref(), Some("Restaurant"));
    assert_eq!(of(&["rating"]), None);
    assert_eq!(of(&["rating", "rooms", "cuisine_type"]), None);
    assert_eq!(ontology.type_named("restaurants"), Some("Restaurant"));
    assert_eq!(ontology.type_named("restaurant critic"), None);
}

#[test]
fn a_property_is_found_in_any_spelling() {
    let mut ontology = of_types(&["Restaurant"]);
    ontology.entity_types[0].properties = vec![property("cuisine_type"), property("hasParking")];
    let of = |name| ontology.property(Some("restaurant"), name).map(|property| property.name.as_str());
    assert_eq!([of("cuisineType"), of("Cuisine Type"), of("CUISINE_TYPE")], [Some("cuisine_type"); 3]);
    assert_eq!([of("has_parking"), of("parking")], [Some("hasParking"); 2]);
    assert_eq!([of("cuisine"), of("")], [None; 2]);
    assert_eq!(ontology.property(None, "parking"), None);
}

#[test]
fn the_more_specific_ontology_comes_first_and_replaces() {
    let mut own = of_types(&["Topic", "Bar"]);
    own.edge_types.push(edge("LocatedAt", &[]));
    let both = own.over(Ontology::default_types());
    let names: Vec<&str> = both.entity_types.iter().map(|kind| kind.name.as_str()).collect();
    assert_eq!(names[..3], ["Topic", "Bar", "User"]);
    assert_eq!((names.len(), both.edge_types.len()), (10, 2));
    assert!(both.entity_types[0].description.is_empty());
    assert!(both.edge_types[0].source_targets.is_empty());
    assert_eq!(Ontology::default().over(&own), own);
}

#[test]
fn a_strict_ontology_admits_declared_types_and_speakers() {
    let mut ontology = of_types(&["CoffeeShop"]);
    ontology.edge_types.push(edge("LIKES", &[(Some("User"), Some("CoffeeShop"))]));
    assert!(ontology.admits_entity(Some("coffee shop")));
    assert!(ontology.admits_entity(Some("user")) && ontology.admits_entity(Some("Assistant")));
    assert!(!ontology.admits_entity(Some("Topic")) && !ontology.admits_entity(None));
    assert!(ontology.admits_fact("Likes", Some("User"), Some("CoffeeShop")));
    assert!(!ontology.admits_fact("LIKES", Some("User"), None));
    assert!(!ontology.admits_fact("LOVES", Some("User"), Some("CoffeeShop")));
}

proptest! {
    #[test]
    fn any_text_is_classified_without_panic(said in "\\PC{0,12}", name in "\\PC{0,12}", statement in "\\PC{0,40}") {
        let mut ontology = of_types(&[&said, &name, "Bar", ""]);
        ontology.edge_types = vec![edge(&name, &[(Some(&said), None)]), edge("LIKES", &[])];
        let _type = ontology.entity_type(Some(&said), &[&name, ""], &[&statement]);
        let _predicate = predicate(&ontology, &statement, Some(&said), Some(&name));
        let _checked = ontology.check();
    }

    #[test]
    fn a_plain_sentence_determines_the_type_of_any_name(name in "[A-Z][a-z]{1,8}( [A-Z][a-z]{1,8})?") {
        prop_assume!(!name.to_lowercase().contains("brewery"));
        let kind = type_of(&["Brewery"], &name, &format!("{name} is a brewery."));
        prop_assert_eq!(kind.as_deref(), Some("Brewery"));
    }
}
