//! Incremental computation gives the same result as computing from the remaining evidence.

use proptest::prelude::*;

use super::*;
use crate::knowledge::sample::{Sample, graph as numbered};
use crate::model::{ClaimKind, Holding, LinkKind, Metadata, STATEMENT, VALUE_TYPE};
use crate::ontology::{EdgeType, EntityType, Property, PropertyKind, SourceTarget};

fn graph() -> GraphId {
    GraphId(Uuid::from_u128(9 << 100))
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_600_000_000 + seconds * 86_400).expect("a time")
}

fn name(number: u8) -> EntityId {
    identity::name_id(graph(), &format!("name {number}"), None)
}

fn episode(number: u8) -> EpisodeId {
    EpisodeId(graph().within(Uuid::from_u128(u128::from(number) + 1)))
}

fn mention(episode_number: u8, number: u8) -> Mention {
    Mention {
        episode: Some(episode(episode_number)),
        name: format!("name {number}"),
        entity: name(number),
        entity_type: None,
        span: 0..1,
        recorded_at: at(i64::from(episode_number)),
    }
}

fn assertion(episode_number: u8, draw: (u8, u8, u8, u8)) -> Assertion {
    let (subject, object, holding, kind) = draw;
    let key = format!("{episode_number} {draw:?}");
    Assertion {
        id: AssertionId(graph().derive(key.as_bytes())),
        episode: Some(episode(episode_number)),
        sequence: None,
        subject: name(subject % 3),
        predicate: if holding.is_multiple_of(2) { "LIVES_IN" } else { "LIKES" }.to_owned(),
        object: Some(name(3 + object % 3)),
        statement: key,
        span: 0..1,
        kind: if kind.is_multiple_of(4) { ClaimKind::Ends } else { ClaimKind::Asserts },
        holding: if holding.is_multiple_of(2) { Holding::Exclusive } else { Holding::Shared },
        valid_from: None,
        valid_until: None,
        reference_time: at(i64::from(episode_number)),
        recorded_at: at(i64::from(episode_number)),
        confidence: 0.9,
        extractor: "test".to_owned(),
        attributes: Metadata::new(),
    }
}

fn link(episode_number: u8, left: u8, right: u8) -> Link {
    Link {
        id: LinkId(graph().derive(format!("link {episode_number} {left} {right}").as_bytes())),
        left: name(left % 6),
        right: name(right % 6),
        kind: LinkKind::Same,
        episode: Some(episode(episode_number)),
        recorded_at: at(i64::from(episode_number)),
    }
}

/// The evidence of one episode: one or two claims and sometimes a link.
fn evidence_of(number: u8, draw: (u8, u8, u8, u8)) -> Evidence {
    let assertion = assertion(number, draw);
    let mentions = vec![mention(number, draw.0 % 3), mention(number, 3 + draw.1 % 3)];
    let links = if draw.3.is_multiple_of(3) { vec![link(number, draw.1, draw.2)] } else { Vec::new() };
    let links: Vec<Link> = links.into_iter().filter(|link| link.left != link.right).collect();
    let linked = links.iter().flat_map(|link| [link.left, link.right]);
    let numbers: Vec<u8> = linked.filter_map(|id| (0..6).find(|number| name(*number) == id)).collect();
    let mentions = mentions.into_iter().chain(numbers.into_iter().map(|other| mention(number, other))).collect();
    let mut mentions: Vec<Mention> = mentions;
    let mut assertions = vec![assertion];
    if draw.1.is_multiple_of(2) {
        // One value with two spellings.
        let text = ["Open", "open", "done"][usize::from(draw.2) % 3];
        let id = identity::value_id(graph(), "STATUS", text);
        let value = Some(VALUE_TYPE.to_owned());
        mentions.push(Mention { name: text.to_owned(), entity: id, entity_type: value, ..mention(number, 0) });
        let key = format!("status {number} {draw:?}");
        assertions.push(Assertion {
            id: AssertionId(graph().derive(key.as_bytes())),
            predicate: "STATUS".to_owned(),
            object: Some(id),
            kind: ClaimKind::Asserts,
            holding: Holding::Exclusive,
            ..assertions[0].clone()
        });
    }
    if draw.2.is_multiple_of(2) {
        let key = format!("statement {number} {draw:?}");
        assertions.push(Assertion {
            id: AssertionId(graph().derive(key.as_bytes())),
            predicate: STATEMENT.to_owned(),
            object: None,
            statement: format!("name {} is a {} restaurant.", draw.0 % 6, ["vegan", "halal"][usize::from(draw.1) % 2]),
            kind: ClaimKind::States,
            holding: Holding::Shared,
            ..assertions[0].clone()
        });
        // What goes on about it.
        if draw.3.is_multiple_of(2) {
            let end = assertions[0].span.end;
            let more = Assertion {
                id: AssertionId(graph().derive(format!("more {key}").as_bytes())),
                statement: "Its likes is jazz.".to_owned(),
                span: end + 1..end + 9,
                ..assertions.last().cloned().unwrap()
            };
            // In any order.
            assertions.insert(usize::from(draw.0 % 2) * assertions.len(), more);
        }
    }
    Evidence { mentions, assertions, links, ..Evidence::default() }
}

/// Types that statements, relations and values of the drawn evidence match.
fn declared() -> Ontology {
    let property = |name: &str, description: &str| Property {
        name: name.to_owned(),
        description: description.to_owned(),
        kind: PropertyKind::Text,
    };
    let restaurant = EntityType {
        name: "Restaurant".to_owned(),
        properties: vec![property("diet", "for example: vegan, halal"), property("likes", ""), property("Status", "")],
        ..EntityType::default()
    };
    let home = EdgeType {
        name: "HOME".to_owned(),
        description: "Somebody lives in a restaurant".to_owned(),
        properties: vec![property("restaurant_name", "")],
        source_targets: vec![SourceTarget { source: None, target: Some("Restaurant".to_owned()) }],
    };
    Ontology { entity_types: vec![restaurant], edge_types: vec![home] }
}

fn shown(knowledge: &Knowledge) -> (Vec<Fact>, Vec<Entity>) {
    let mut facts: Vec<Fact> = knowledge.facts().cloned().collect();
    facts.sort_by_key(|fact| fact.id);
    (facts, knowledge.entities().cloned().collect())
}

/// The statements, and the values in the form of entities.
fn apart(knowledge: &Knowledge) -> (Vec<Assertion>, Vec<Entity>) {
    let mut statements: Vec<Assertion> = knowledge.statements().cloned().collect();
    statements.sort_by_key(|statement| statement.id);
    let values = ["open", "done"].map(|text| identity::value_id(graph(), "STATUS", text));
    (statements, values.iter().filter_map(|id| knowledge.entity_or_value(*id)).cloned().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// T8: after any sequence of additions and removals, the result is that of the remaining episodes.
    #[test]
    fn incremental_computation_equals_recomputation(
        draws in proptest::collection::vec(any::<(u8, u8, u8, u8)>(), 1..12),
        removals in proptest::collection::vec(any::<u8>(), 0..8),
        with_types in any::<bool>(),
    ) {
        let ontology = if with_types { declared() } else { Ontology::default() };
        let mut grown = Knowledge::with_ontology(ontology.clone(), graph());
        for (number, draw) in draws.iter().enumerate() {
            grown.apply(evidence_of(number as u8, *draw));
        }
        let mut left: BTreeSet<u8> = (0..draws.len() as u8).collect();
        for removal in removals {
            let doomed = removal % draws.len() as u8;
            left.remove(&doomed);
            let tombstones = vec![(TombstoneKind::Episode, episode(doomed).0)];
            grown.apply(Evidence { tombstones, ..Evidence::default() });
        }
        let mut fresh = Knowledge::with_ontology(ontology, graph());
        for number in left.iter().rev() {
            fresh.apply(evidence_of(*number, draws[usize::from(*number)]));
        }
        prop_assert_eq!(shown(&grown), shown(&fresh));
        prop_assert_eq!(apart(&grown), apart(&fresh));
        for limit in [0, 2, 4, 100] {
            prop_assert_eq!(grown.known_names(limit), fresh.known_names(limit));
        }
    }

    /// The returned changes suffice to keep a copy up to date.
    #[test]
    fn all_changes_are_returned(
        draws in proptest::collection::vec(any::<(u8, u8, u8, u8)>(), 1..12),
        with_types in any::<bool>(),
    ) {
        let ontology = if with_types { declared() } else { Ontology::default() };
        let mut knowledge = Knowledge::with_ontology(ontology, graph());
        let mut copy: BTreeMap<AssertionId, Fact> = BTreeMap::new();
        let mut names: BTreeMap<EntityId, Entity> = BTreeMap::new();
        let mut statements: BTreeMap<AssertionId, Assertion> = BTreeMap::new();
        for (number, draw) in draws.iter().enumerate() {
            let touched = knowledge.apply(evidence_of(number as u8, *draw));
            for id in touched.facts {
                match knowledge.fact(id).filter(|fact| fact.id == id) {
                    Some(fact) => copy.insert(id, fact.clone()),
                    None => copy.remove(&id),
                };
            }
            for id in touched.entities {
                match knowledge.entity(id).filter(|entity| entity.id == id) {
                    Some(entity) => names.insert(id, entity.clone()),
                    None => names.remove(&id),
                };
            }
            for id in touched.statements {
                match knowledge.statement(id) {
                    Some(statement) => statements.insert(id, statement.clone()),
                    None => statements.remove(&id),
                };
            }
            prop_assert_eq!(statements.values().cloned().collect::<Vec<_>>(), apart(&knowledge).0);
            let (facts, entities) = shown(&knowledge);
            prop_assert_eq!(copy.values().cloned().collect::<Vec<_>>(), facts);
            prop_assert_eq!(names.values().cloned().collect::<Vec<_>>(), entities);
        }
    }
}

#[test]
fn a_name_that_was_deleted_is_new_when_it_is_mentioned_again() {
    let mut warm = Knowledge::new(graph());
    let mentions_of =
        |number| Evidence { mentions: vec![mention(number, 1), mention(number, 2)], ..Evidence::default() };
    warm.apply(mentions_of(1));
    warm.apply(Evidence { tombstones: vec![(TombstoneKind::Name, name(1).0)], ..Evidence::default() });
    warm.apply(mentions_of(2));
    let mut cold = Knowledge::new(graph());
    cold.apply(Evidence { mentions: vec![mention(1, 2), mention(2, 1), mention(2, 2)], ..Evidence::default() });
    assert_eq!(shown(&warm), shown(&cold));
    for number in [1, 2] {
        assert_eq!(warm.mentioned_in(episode(number)), cold.mentioned_in(episode(number)));
    }
}

#[test]
fn a_deleted_name_takes_the_statements_of_its_subject_along() {
    let mut knowledge = Knowledge::new(graph());
    let evidence = evidence_of(1, (0, 0, 0, 1));
    let said = evidence.assertions.iter().filter(|assertion| assertion.kind == ClaimKind::States).count();
    knowledge.apply(evidence);
    assert_eq!((knowledge.statements().count(), said), (1, 1));
    let touched =
        knowledge.apply(Evidence { tombstones: vec![(TombstoneKind::Name, name(0).0)], ..Evidence::default() });
    assert_eq!((knowledge.statements().count(), touched.statements.len()), (0, 1));
}

/// Adds the claim that a subject has a value on a day.
fn add_value(sample: &mut Sample, on: i64, (subject, predicate, text): (&str, &str, &str)) {
    let episode = sample.add_fact(on, (subject, predicate, "x"), Holding::Exclusive);
    let id = identity::value_id(sample.graph, predicate, text);
    let evidence = &mut sample.evidence;
    let mention = evidence.mentions.iter_mut().rfind(|mention| mention.episode == Some(episode)).expect("the object");
    (mention.name, mention.entity, mention.entity_type) = (text.to_owned(), id, Some(VALUE_TYPE.to_owned()));
    evidence.assertions.iter_mut().rfind(|assertion| assertion.episode == Some(episode)).expect("the claim").object =
        Some(id);
}

#[test]
fn a_value_is_the_end_of_a_fact_and_in_no_list() {
    let mut sample = Sample::new(numbered(1));
    add_value(&mut sample, 1, ("Ann:Person", "HAS_AGE", "34"));
    sample.add_fact(2, ("34:Person", "KNOWS", "Bob:Person"), Holding::Shared);
    let knowledge = sample.knowledge();
    let id = identity::value_id(numbered(1), "HAS_AGE", "34");
    let value = knowledge.entity_or_value(id).expect("the value");
    assert_eq!((value.name.as_str(), value.entity_type.as_deref()), ("34", Some("Value")));
    assert!(knowledge.is_value(id) && knowledge.entity(id).is_none());
    let mut names: Vec<&str> = knowledge.entities().map(|entity| entity.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["34", "Ann", "Bob"], "a person of that name is somebody else");
    let episode = sample.evidence.episodes[0].id;
    assert_eq!(knowledge.mentioned_in(episode), BTreeSet::from([sample.entity("Ann:Person")]));
    assert!(knowledge.known_names(9).iter().all(|(_, entity_type)| entity_type.as_deref() != Some(VALUE_TYPE)));
}

#[test]
fn a_node_to_which_the_application_gives_the_type_value_is_an_entity() {
    let mut sample = Sample::new(numbered(1));
    sample.add_fact(1, ("Ann:Person", "HOLDS", "Honesty:Value"), Holding::Shared);
    let knowledge = sample.knowledge();
    assert!(knowledge.entity(sample.entity("Honesty:Value")).is_some());
}

#[test]
fn open_values_are_attributes_and_the_operator_has_the_last_word() {
    let mut sample = Sample::new(numbered(1));
    add_value(&mut sample, 1, ("Ann:Person", "HAS_AGE", "33"));
    add_value(&mut sample, 9, ("Ann:Person", "HAS_AGE", "34"));
    add_value(&mut sample, 2, ("Ann:Person", "STATUS", "single"));
    add_value(&mut sample, 2, ("Ann:Person", "HAS_INCOME", "40000"));
    let ann = sample.entity("Ann:Person");
    let attributes =
        |knowledge: &Knowledge| serde_json::to_value(&knowledge.entity(ann).expect("Ann").attributes).unwrap();
    let plain = serde_json::json!({ "age": 34, "status": "single", "income": 40000 });
    assert_eq!(attributes(&sample.knowledge()), plain);
    let property = |name: &str, kind| Property { name: name.to_owned(), description: String::new(), kind };
    let kinds = [("Age", PropertyKind::Text), ("yearlyIncome", PropertyKind::Int), ("Status", PropertyKind::Boolean)];
    let properties = kinds.map(|(name, kind)| property(name, kind)).to_vec();
    let person = EntityType { name: "Person".to_owned(), properties, ..EntityType::default() };
    let ontology = Ontology { entity_types: vec![person], ..Ontology::default() };
    let mut declared = Knowledge::with_ontology(ontology, numbered(1));
    declared.apply(sample.evidence.clone());
    assert_eq!(attributes(&declared), serde_json::json!({ "Age": "34", "income": 40000 }), "a status is no boolean");
    let patch =
        EntityPatch { attributes: Metadata::from_iter([("age".to_owned(), 35.into())]), ..EntityPatch::default() };
    sample.evidence.edits.push(Edit::Entity(ann, patch));
    let edited = sample.knowledge();
    assert_eq!(attributes(&edited)["age"], 35);
    let own = edited.attributes_without_values(edited.entity(ann).expect("Ann"));
    assert_eq!(own, Metadata::from_iter([("age".to_owned(), 35.into())]));
}

#[test]
fn a_statement_names_the_entities_whose_whole_name_stands_in_it() {
    let mut sample = Sample::new(numbered(1));
    let episode = sample.add_fact(1, ("Ann:Person", "KNOWS", "Bo:Person"), Holding::Shared);
    let statement = |text: &str, subject: EntityId, number: u128| Assertion {
        id: AssertionId(Uuid::from_u128(number)),
        episode: Some(episode),
        subject,
        predicate: STATEMENT.to_owned(),
        object: None,
        statement: text.to_owned(),
        kind: ClaimKind::States,
        ..sample.evidence.assertions[0].clone()
    };
    let nobody = identity::no_subject(numbered(1));
    let texts = ["Bo and Ann went to Bonn.", "Bonn is big.", "Ann sang."];
    let statements: Vec<Assertion> =
        texts.iter().zip(1..).map(|(text, number)| statement(text, nobody, number)).collect();
    let knowledge = sample.knowledge();
    let ends = |statement: &Assertion| {
        let fact = knowledge.statement_as_fact(statement);
        assert_eq!((fact.predicate.as_str(), &fact.attributes["statement"]), (STATEMENT, &true.into()));
        (fact.subject, fact.object)
    };
    let (ann, bo) = (sample.entity("Ann:Person"), sample.entity("Bo:Person"));
    assert_eq!(ends(&statements[0]), (bo, ann));
    assert_eq!(ends(&statements[1]), (nobody, nobody), "nobody is named, and there is no user");
    assert_eq!(ends(&statements[2]), (ann, ann));
    assert_eq!(ends(&Assertion { subject: ann, ..statements[0].clone() }), (ann, bo));
}

#[test]
fn a_statement_says_the_declared_type_of_an_entity() {
    let mut sample = Sample::new(numbered(1));
    let episode = sample.add_fact(1, ("Ann:Person", "VISITED", "Nobu:Person"), Holding::Shared);
    let statement = Assertion {
        id: AssertionId(Uuid::from_u128(7)),
        predicate: STATEMENT.to_owned(),
        object: None,
        statement: "Nobu is a restaurant with 2 stars.".to_owned(),
        kind: ClaimKind::States,
        ..sample.evidence.assertions[0].clone()
    };
    let restaurant = EntityType { name: "Restaurant".to_owned(), ..EntityType::default() };
    let ontology = Ontology { entity_types: vec![restaurant], ..Ontology::default() };
    let mut knowledge = Knowledge::with_ontology(ontology, numbered(1));
    let nobu = sample.entity("Nobu:Person");
    knowledge.apply(sample.evidence.clone());
    let type_of = |knowledge: &Knowledge| knowledge.entity(nobu).and_then(|entity| entity.entity_type.clone());
    assert_eq!(type_of(&knowledge).as_deref(), Some("Person"));
    knowledge.apply(Evidence { assertions: vec![statement.clone()], ..Evidence::default() });
    assert_eq!(type_of(&knowledge).as_deref(), Some("Restaurant"));
    let tombstones = vec![(TombstoneKind::Assertion, statement.id.0)];
    knowledge.apply(Evidence { tombstones, ..Evidence::default() });
    assert_eq!(type_of(&knowledge).as_deref(), Some("Person"));
    assert!(knowledge.facts_from(episode).len() == 1);
}

#[test]
fn a_statement_ends_when_something_said_later_ends_what_it_tells() {
    let mut sample = Sample::new(numbered(1));
    let episode = sample.add_fact(1, ("Ann:Person", "LIVES_IN", "Rome:Location"), Holding::Exclusive);
    let told = sample.evidence.assertions[0].clone();
    let statement = |number: u128, span: std::ops::Range<usize>| Assertion {
        id: AssertionId(Uuid::from_u128(number)),
        episode: Some(episode),
        predicate: STATEMENT.to_owned(),
        object: None,
        statement: "Ann lives in Rome.".to_owned(),
        kind: ClaimKind::States,
        span,
        ..told.clone()
    };
    let (telling, other) = (statement(7, told.span.clone()), statement(8, told.span.end..told.span.end + 9));
    let end = |knowledge: &Knowledge, statement| knowledge.statement_as_fact(statement).valid_until;
    assert_eq!(end(&sample.knowledge(), &telling), None);
    sample.add_fact(2, ("Ann:Person", "LIVES_IN", "Oslo:Location"), Holding::Exclusive);
    let knowledge = sample.knowledge();
    let moved = knowledge.facts().find(|fact| fact.valid_until.is_some()).and_then(|fact| fact.valid_until);
    assert!(moved.is_some());
    assert_eq!((end(&knowledge, &telling), end(&knowledge, &other)), (moved, None));
}

/// A restaurant type with properties, and visits of it.
fn guide() -> Ontology {
    let property = |name: &str, kind, description: &str| Property {
        name: name.to_owned(),
        description: description.to_owned(),
        kind,
    };
    let restaurant = EntityType {
        name: "Restaurant".to_owned(),
        properties: vec![
            property("cuisine_type", PropertyKind::Text, "The cuisine, for example: American, Mexican, etc."),
            property("rating", PropertyKind::Float, ""),
            property("city", PropertyKind::Text, ""),
            property("tags", PropertyKind::Text, ""),
        ],
        ..EntityType::default()
    };
    let visit = EdgeType {
        name: "RESTAURANT_VISIT".to_owned(),
        description: "Somebody visited a restaurant".to_owned(),
        properties: vec![
            property("restaurant_name", PropertyKind::Text, ""),
            property("visit_date", PropertyKind::Text, ""),
        ],
        source_targets: vec![SourceTarget { source: None, target: Some("Restaurant".to_owned()) }],
    };
    Ontology { entity_types: vec![restaurant], edge_types: vec![visit] }
}

#[test]
fn a_declared_fact_shows_its_properties_until_the_declaration_is_gone() {
    let mut sample = Sample::new(numbered(1));
    sample.add_fact(1, ("Ann:Person", "VISITED", "Green Leaf Cafe:Location"), Holding::Event);
    let fact = |knowledge: &Knowledge| {
        let fact = knowledge.facts().next().expect("a fact");
        (fact.predicate.clone(), serde_json::Value::from(fact.attributes.clone()))
    };
    let with = |ontology: Ontology| {
        let mut knowledge = Knowledge::with_ontology(ontology, numbered(1));
        knowledge.apply(sample.evidence.clone());
        knowledge
    };
    let attributes = serde_json::json!({ "restaurant_name": "Green Leaf Cafe", "visit_date": "2024-01-02" });
    assert_eq!(fact(&with(guide())), ("RESTAURANT_VISIT".to_owned(), attributes));
    assert_eq!(fact(&with(Ontology::default())), ("VISITED".to_owned(), serde_json::json!({})));
    // What the operator writes remains.
    let mut edited = with(guide());
    let attributes = Metadata::from_iter([
        ("restaurant_name".to_owned(), "Leaf".into()),
        ("visit_date".to_owned(), serde_json::Value::Null),
    ]);
    let id = sample.evidence.assertions[0].id;
    let edits = vec![Edit::Fact(id, FactEdit { attributes, ..FactEdit::default() })];
    edited.apply(Evidence { edits, ..Evidence::default() });
    assert_eq!(fact(&edited).1, serde_json::json!({ "restaurant_name": "Leaf" }));
}

#[test]
fn the_fields_of_a_record_are_the_properties_of_its_declared_type() {
    let mut sample = Sample::new(numbered(1));
    for (predicate, object, holding) in [
        ("CITY", "Oaxaca:Location", Holding::Exclusive),
        ("TAGS", "cosy:Topic", Holding::Shared),
        ("TAGS", "cheap:Topic", Holding::Shared),
    ] {
        sample.add_fact(1, ("Casa Lupe", predicate, object), holding);
    }
    let lupe = sample.entity("Casa Lupe");
    for (number, (predicate, value)) in
        (100..).zip([("TYPE", "restaurant"), ("CUISINE_TYPE", "Mexican"), ("RATING", "4.5")])
    {
        let id = identity::value_id(numbered(1), predicate, value);
        let told = sample.evidence.assertions[0].clone();
        sample.evidence.mentions.push(Mention {
            name: value.to_owned(),
            entity: id,
            entity_type: Some(VALUE_TYPE.to_owned()),
            ..sample.evidence.mentions[0].clone()
        });
        sample.evidence.assertions.push(Assertion {
            id: AssertionId(Uuid::from_u128(number)),
            predicate: predicate.to_owned(),
            object: Some(id),
            statement: format!("Casa Lupe: {} is {value}.", predicate.to_lowercase()),
            ..told
        });
    }
    let mut knowledge = Knowledge::with_ontology(guide(), numbered(1));
    knowledge.apply(sample.evidence.clone());
    let entity = knowledge.entity(lupe).expect("a restaurant");
    assert_eq!(entity.entity_type.as_deref(), Some("Restaurant"));
    let attributes = serde_json::Value::from(entity.attributes.clone());
    for (name, expected) in [
        ("cuisine_type", serde_json::json!("Mexican")),
        ("rating", serde_json::json!(4.5)),
        ("city", serde_json::json!("Oaxaca")),
    ] {
        assert_eq!(attributes[name], expected, "{attributes}");
    }
    let tags = attributes["tags"].as_str().expect("tags");
    assert!(tags == "cosy, cheap" || tags == "cheap, cosy", "{tags}");
}
