//! Tests of pattern detection.

use proptest::prelude::*;

use super::*;
use crate::knowledge::sample::{Sample, day, graph};
use crate::model::Holding;

/// A request without any kind of pattern.
fn nothing() -> PatternRequest {
    PatternRequest {
        relationships: false,
        hubs: None,
        paths: None,
        co_occurrences: None,
        clusters: false,
        ..PatternRequest::everything(day(100))
    }
}

fn sample_of(claims: &[(&str, &str, &str)]) -> Sample {
    let mut sample = Sample::new(graph(1));
    for (number, claim) in claims.iter().enumerate() {
        sample.add_fact(number as i64, *claim, Holding::Shared);
    }
    sample
}

fn work() -> Sample {
    sample_of(&[
        ("Ann:Person", "WORKS_AT", "Acme:Organization"),
        ("Bob:Person", "WORKS_AT", "Acme:Organization"),
        ("Cy:Person", "WORKS_AT", "Bolt:Organization"),
        ("Acme:Organization", "LIES_IN", "Oslo:Location"),
        ("Bolt:Organization", "LIES_IN", "Rome:Location"),
        ("Ann:Person", "LIKES", "tea"),
    ])
}

fn found(sample: &Sample, request: &PatternRequest) -> Vec<(String, usize)> {
    let knowledge = sample.knowledge();
    let patterns = detect(&knowledge, knowledge.facts(), request).patterns;
    patterns.into_iter().map(|pattern| (pattern.description, pattern.occurrences)).collect()
}

fn texts(expected: &[(&str, usize)]) -> Vec<(String, usize)> {
    expected.iter().map(|(text, count)| ((*text).to_owned(), *count)).collect()
}

#[test]
fn relations_between_types_are_counted() {
    let request = PatternRequest { relationships: true, ..nothing() };
    let expected = [("Person -WORKS_AT-> Organization", 3), ("Organization -LIES_IN-> Location", 2)];
    assert_eq!(found(&work(), &request), texts(&expected));
    let all = found(&work(), &PatternRequest { min_occurrences: 1, ..request });
    assert!(all.contains(&("Person -LIKES-> Entity".to_owned(), 1)), "an untyped entity has the type Entity");
}

#[test]
fn chains_of_relations_are_counted() {
    let request = PatternRequest { paths: Some(3), ..nothing() };
    assert_eq!(found(&work(), &request), texts(&[("Person -WORKS_AT-> Organization -LIES_IN-> Location", 3)]));
    let knowledge = work().knowledge();
    let pattern = &detect(&knowledge, knowledge.facts(), &request).patterns[0];
    assert_eq!((pattern.labels.len(), pattern.predicates.len()), (3, 2));
    assert_eq!((pattern.facts.len(), pattern.entities.len()), (5, 7));
}

#[test]
fn a_chain_does_not_go_in_circles() {
    let sample = sample_of(&[("A", "KNOWS", "B"), ("B", "KNOWS", "A"), ("A", "KNOWS", "A")]);
    assert!(found(&sample, &PatternRequest { paths: Some(3), min_occurrences: 1, ..nothing() }).is_empty());
}

#[test]
fn types_with_a_common_neighbour_occur_together() {
    let near = found(&work(), &PatternRequest { co_occurrences: Some(1), ..nothing() });
    let expected = [("Organization and Person occur together", 3), ("Location and Organization occur together", 2)];
    assert_eq!(near, texts(&expected));
    let far = found(&work(), &PatternRequest { co_occurrences: Some(2), ..nothing() });
    assert!(far.contains(&("Location and Person occur together".to_owned(), 3)));
}

#[test]
fn entities_of_one_episode_occur_together() {
    let mut sample = sample_of(&[("Ann:Person", "LIKES", "tea"), ("Oslo:Location", "HAS", "fjord")]);
    // The first episode also states the second fact.
    let first = sample.evidence.episodes[0].id;
    sample.evidence.assertions[1].episode = Some(first);
    let all = found(&sample, &PatternRequest { co_occurrences: Some(1), min_occurrences: 1, ..nothing() });
    assert!(all.contains(&("Location and Person occur together".to_owned(), 1)));
}

#[test]
fn an_entity_with_many_facts_is_a_hub() {
    let hubs = found(&work(), &PatternRequest { hubs: Some(3), ..nothing() });
    assert_eq!(hubs, texts(&[("Acme (Organization) takes part in 3 facts", 3)]));
}

/// Two groups of four entities, connected by one fact.
fn two_groups() -> Sample {
    let names = ["A", "B", "C", "D"];
    let mut sample = Sample::new(graph(1));
    for group in ["x", "y"] {
        for (at, left) in names.iter().enumerate() {
            for right in &names[at + 1..] {
                sample.add_fact(1, (&format!("{left}{group}"), "KNOWS", &format!("{right}{group}")), Holding::Shared);
            }
        }
    }
    sample.add_fact(2, ("Ax", "KNOWS", "Ay"), Holding::Shared);
    sample
}

#[test]
fn densely_connected_entities_are_a_cluster() {
    let sample = two_groups();
    let knowledge = sample.knowledge();
    let mut groups: Vec<Vec<String>> = communities(&knowledge)
        .into_iter()
        .map(|group| {
            let mut names: Vec<String> =
                group.into_iter().filter_map(|id| Some(knowledge.entity(id)?.name.clone())).collect();
            names.sort();
            names
        })
        .collect();
    groups.sort();
    assert_eq!(groups, [["Ax", "Bx", "Cx", "Dx"], ["Ay", "By", "Cy", "Dy"]]);
    let patterns = detect(&knowledge, knowledge.facts(), &PatternRequest { clusters: true, ..nothing() }).patterns;
    let sizes: Vec<(usize, usize)> = patterns.iter().map(|one| (one.entities.len(), one.occurrences)).collect();
    assert_eq!(sizes, [(4, 6), (4, 6)], "the fact between the groups belongs to neither");
    assert!(communities(&sample_of(&[("A", "KNOWS", "B")]).knowledge()).is_empty());
}

#[test]
fn seeds_restrict_patterns() {
    let sample = work();
    let with = |seeds: Seeds| {
        let request =
            PatternRequest { seeds, min_occurrences: 1, clusters: false, ..PatternRequest::everything(day(100)) };
        let knowledge = sample.knowledge();
        detect(&knowledge, knowledge.facts(), &request).patterns
    };
    let bolt = sample.entity("Bolt:Organization");
    let around = with(Seeds { nodes: vec![bolt], ..Seeds::default() });
    let relations: Vec<(&str, usize)> = around
        .iter()
        .filter(|one| one.kind == PatternKind::Relationship)
        .map(|one| (one.description.as_str(), one.occurrences))
        .collect();
    assert_eq!(relations, [("Organization -LIES_IN-> Location", 1), ("Person -WORKS_AT-> Organization", 1)]);
    let likes = with(Seeds { predicates: vec!["likes".to_owned()], ..Seeds::default() });
    let direct = likes.iter().filter(|one| one.kind == PatternKind::Relationship);
    assert!(direct.into_iter().all(|one| one.predicates == ["LIKES"]));
    let places = with(Seeds { labels: vec!["location".to_owned()], ..Seeds::default() });
    assert!(!places.is_empty() && places.iter().all(|one| one.labels.contains(&"Location".to_owned())));
}

#[test]
fn old_occurrences_count_less() {
    let mut sample = Sample::new(graph(1));
    for number in 0..3 {
        sample.add_fact(0, (&format!("P{number}:Person"), "LIKES", "tea"), Holding::Shared);
    }
    for number in 0..2 {
        sample.add_fact(100, (&format!("P{number}:Person"), "OWNS", "car"), Holding::Shared);
    }
    let often = PatternRequest { relationships: true, ..nothing() };
    assert_eq!(found(&sample, &often)[0].0, "Person -LIKES-> Entity");
    let lately = PatternRequest { half_life_days: Some(7.0), ..often };
    assert_eq!(found(&sample, &lately)[0].0, "Person -OWNS-> Entity");
}

#[test]
fn an_empty_graph_has_no_patterns() {
    let knowledge = Knowledge::new(graph(1));
    let patterns = detect(&knowledge, knowledge.facts(), &PatternRequest::everything(day(0)));
    assert_eq!(patterns, Patterns::default());
    assert!(communities(&knowledge).is_empty());
}

#[test]
fn limits_hold_in_a_large_graph() {
    let mut sample = Sample::new(graph(1));
    for number in 0..600 {
        let (source, target) =
            (format!("N{}:T{}", number % 40, number % 40), format!("M{}:T{}", number % 37, number % 37));
        sample.add_fact(number, (&source, &format!("P{number}"), &target), Holding::Shared);
    }
    let knowledge = sample.knowledge();
    let request = PatternRequest { min_occurrences: 1, limit: usize::MAX, ..PatternRequest::everything(day(1_000)) };
    let patterns = detect(&knowledge, knowledge.facts(), &request);
    assert_eq!((patterns.patterns.len(), patterns.edges_analyzed), (PATTERNS_MAX, 600));
    assert!(patterns.patterns.iter().all(|one| one.facts.len() <= EXAMPLES_MAX && one.entities.len() <= ENTITIES_MAX));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// The order of the facts does not matter, every fact counts as one relation, and clusters do not overlap.
    #[test]
    fn patterns_are_a_function_of_the_set_of_facts(
        claims in proptest::collection::vec((0_u8..7, 0_u8..3, 0_u8..7), 0..30),
    ) {
        let mut sample = Sample::new(graph(1));
        for (on, (source, predicate, target)) in claims.into_iter().enumerate() {
            let (source, target) = (format!("N{source}:T{}", source % 2), format!("N{target}:T{}", target % 2));
            sample.add_fact(on as i64 % 4, (&source, &format!("P{predicate}"), &target), Holding::Shared);
        }
        let knowledge = sample.knowledge();
        let request = PatternRequest { min_occurrences: 1, limit: 200, half_life_days: Some(2.0), ..PatternRequest::everything(day(9)) };
        let mut facts: Vec<&Fact> = knowledge.facts().collect();
        let patterns = detect(&knowledge, facts.iter().copied(), &request);
        facts.sort_by_key(|fact| fact.id);
        prop_assert_eq!(&detect(&knowledge, facts.iter().rev().copied(), &request), &patterns);
        let relations = PatternRequest { relationships: true, min_occurrences: 1, limit: 200, ..nothing() };
        let relations = detect(&knowledge, knowledge.facts(), &relations).patterns;
        prop_assert_eq!(relations.iter().map(|one| one.occurrences).sum::<usize>(), facts.len());
        let members: Vec<EntityId> = communities(&knowledge).into_iter().flatten().collect();
        prop_assert_eq!(members.iter().collect::<BTreeSet<_>>().len(), members.len());
    }
}
