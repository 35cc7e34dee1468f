//! Tests of the signs, and of the trained estimates by example.

use super::*;
use crate::evidence::Evidence;
use crate::knowledge::sample::{Sample, day, episode, graph};
use crate::model::{Episode, EpisodeId, Holding};
use crate::search::filter::Filter;
use crate::search::{Moment, PendingEmbedding, Reranker, Statements};
use uuid::Uuid;

fn request(query: &str) -> SearchRequest {
    SearchRequest {
        query: query.to_owned(),
        vector: QueryVector::default(),
        limit: 1,
        reranker: Reranker::Relevance,
        filter: Filter::default(),
        moment: Moment::Always,
        known_at: None,
        origins: Vec::new(),
        statements: Statements::Never,
        hearsay: true,
        explain: false,
        ignored: Vec::new(),
    }
}

fn id(number: usize) -> EpisodeId {
    EpisodeId(Uuid::from_u128(number as u128 + 1))
}

/// A graph in which Nora says each text in one thread, without vectors.
fn index(texts: &[&str]) -> GraphIndex {
    let turn = |(number, text): (usize, &&str)| Episode {
        name: Some("Nora".to_owned()),
        thread: Some("t".to_owned()),
        ..episode(id(number), number as i64, text, day(number as i64))
    };
    let mut index = GraphIndex::new(graph(1), 2);
    index.apply(Evidence { episodes: texts.iter().enumerate().map(turn).collect(), ..Evidence::default() });
    index
}

fn turns(index: &GraphIndex, request: &SearchRequest) -> f32 {
    index.signs(request).turns
}

fn near(one: f32, other: f32) -> bool {
    (one - other).abs() < 1e-6
}

#[test]
fn a_turn_and_those_beside_it_repeat_the_words_of_a_query() {
    let index = index(&["Have you a kayak?", "Yes, a red one.", "Nice weather!", "A red kite."]);
    assert!(near(turns(&index, &request("Was the kayak red?")), 1.0), "question and answer together");
    let half = turns(&index, &request("Was the kayak yellow?"));
    assert!(half > 0.0 && half < 0.6, "{half}");
    assert!(near(turns(&index, &request("Was the violin yellow?")), 0.0));
}

#[test]
fn a_rare_word_counts_more_than_a_common_one() {
    let index = index(&["tea and scones", "tea and cake", "tea at noon", "tea alone", "a kayak"]);
    let of = |query| turns(&index, &request(query));
    assert!(of("kayak lessons") < 0.5 && of("tea kayak") > 0.55, "an unknown word counts most, a common one least");
    assert!(of("kayak lessons") > 0.4, "a small graph does not show that a word is rare");
}

#[test]
fn names_of_those_who_talk_and_words_that_only_ask_do_not_count() {
    let index = index(&["I own a kayak.", "Tell me about many things."]);
    let signs = index.signs(&request("Can you tell me how many kayaks Nora mentioned?"));
    assert!(near(signs.turns, 1.0) && near(signs.words, 2.0_f32.ln()), "only the kayaks are asked for");
    let broad = index.answerability(&request("What can you tell me about Nora?"));
    assert!(broad.is_known && near(broad.probability, 1.0), "it asks for everything");
    assert!(index.answerability(&request("What should I cook for the hamster?")).is_known, "it asks for advice");
}

#[test]
fn a_graph_that_repeats_every_word_of_a_short_query_knows_about_it() {
    let index = index(&["I work at a bakery.", "I own a violin."]);
    let query = SearchRequest { vector: vec![1.0, 0.0].into(), ..request("Where do I work?") };
    assert!(index.answerability(&query).is_known, "although no vector is near");
    let query = SearchRequest { vector: vec![1.0, 0.0].into(), ..request("Which hamster?") };
    assert!(!index.answerability(&query).is_known);
}

#[test]
fn ignored_and_later_episodes_do_not_count() {
    let index = index(&["I own a kayak.", "I own a violin."]);
    let query = request("kayak");
    assert!(near(turns(&index, &query), 1.0));
    assert!(near(turns(&index, &SearchRequest { ignored: vec![id(0)], ..query.clone() }), 0.0));
    let violin = SearchRequest { known_at: Some(day(0)), ..request("violin") };
    assert!(near(turns(&index, &violin), 0.0), "nobody had spoken of it");
    assert!(near(turns(&index, &SearchRequest { known_at: Some(day(1)), ..violin }), 1.0));
}

#[test]
fn what_a_fact_says_counts_without_a_turn() {
    let mut sample = Sample::new(graph(1));
    let episode = sample.add_fact(1, ("Nora:Person", "OWNS", "kayak"), Holding::Shared);
    let mut evidence = sample.evidence.clone();
    evidence.episodes.clear();
    let mut index = GraphIndex::new(graph(1), 2);
    index.apply(evidence);
    let signs = index.signs(&request("kayak"));
    assert!(near(signs.turns, 1.0) && near(signs.claims, 1.0));
    let without = SearchRequest { ignored: vec![episode], ..request("kayak") };
    assert!(near(index.signs(&without).claims, 0.0), "only that episode said so");
}

#[test]
fn cosines_are_those_of_the_nearest_turn_that_counts() {
    let mut index = index(&["one", "two"]);
    let vectors = [[1.0, 0.0], [0.6, 0.8]];
    for (number, vector) in vectors.iter().enumerate() {
        let number = index.turns.documents.number(id(number)).expect("a turn");
        index.turns.documents.vectors.put(number, vector);
    }
    let query = SearchRequest { vector: vec![1.0, 0.0].into(), ..request("kayak") };
    assert!((index.signs(&query).turn_cosine - 1.0).abs() < 0.01);
    let without = SearchRequest { ignored: vec![id(0)], ..query.clone() };
    assert!((index.signs(&without).turn_cosine - 0.6).abs() < 0.01);
    let of_model = SearchRequest { vector: QueryVector::of_model(vec![1.0, 0.0]), ..query };
    assert!(near(index.signs(&of_model).turn_cosine, 0.0), "the estimates do not hold for other vectors");
}

#[test]
fn the_trained_estimates_rise_with_every_sign() {
    let trained = AnswerabilityEstimates::trained();
    assert!(!trained.embedder.is_empty());
    let cosines = [trained.with_vectors.weights.turn_cosine, trained.with_vectors.weights.claim_cosine];
    assert!(cosines.iter().all(|weight| *weight > 0.0), "what is known without them stays known");
    for (estimate, cosines) in [(trained.with_vectors, 1.0), (trained.without_vectors, 0.0)] {
        assert!(estimate.weights.turns > 0.0 && estimate.weights.claims > 0.0 && estimate.weights.words > 0.0);
        let words = 4.0_f32.ln();
        let all = Signs { words, turns: 1.0, claims: 1.0, turn_cosine: 0.7 * cosines, claim_cosine: 0.7 * cosines };
        let none = Signs { words, turns: 0.0, claims: 0.0, turn_cosine: 0.1 * cosines, claim_cosine: 0.1 * cosines };
        assert!(estimate.probability(&all) > 0.9 && estimate.known_min < 0.5);
        assert!(estimate.probability(&none) < estimate.known_min);
    }
}

#[test]
fn a_graph_knows_what_was_said_in_it_and_not_what_was_not() {
    let index = index(&["I own a red kayak.", "My sister Ida plays the violin.", "We live near the lake."]);
    let is_known = |query| index.answerability(&request(query)).is_known;
    assert!(is_known("Which colour is the kayak that Nora owns?") && is_known("What does my sister Ida play?"));
    assert!(!is_known("Which vaccinations does the hamster still need?"));
}

/// Sets the vectors of turns, in the order of their ids.
fn embed<'v>(index: &mut GraphIndex, vectors: impl IntoIterator<Item = &'v [f32]>) {
    for (number, vector) in vectors.into_iter().enumerate() {
        let number = index.turns.documents.number(id(number)).expect("a turn");
        index.turns.documents.vectors.put(number, vector);
    }
}

#[test]
fn one_of_several_queries_suffices_and_each_is_decided_as_it_is_alone() {
    let mut sample = Sample::new(graph(1));
    let of_fact = sample.add_fact(1, ("Nora:Person", "OWNS", "canoe"), Holding::Shared);
    let texts = ["I own a red kayak.", "My sister Ida plays the violin.", "We live near the lake."];
    let turns = texts.iter().enumerate().map(|(at, text)| episode(id(at), 10 + at as i64, text, day(at as i64)));
    sample.evidence.episodes.extend(turns);
    let mut index = GraphIndex::new(graph(1), 2);
    let pending = index.apply(sample.evidence.clone());
    let vector = |pending: &PendingEmbedding| {
        if pending.text.contains("canoe") { vec![0.0, 1.0] } else { vec![0.0, -1.0] }
    };
    index.embed(&pending, &pending.iter().map(vector).collect::<Vec<_>>());
    embed(&mut index, [[1.0_f32, 0.0].as_slice(), &[0.8, -0.6], &[0.6, -0.8]]);
    let turn_of_fact = index.turns.documents.number(of_fact).expect("a turn");
    index.turns.documents.vectors.put(turn_of_fact, &[0.6, -0.8]);
    let (near_turn, near_fact, far): (QueryVector, QueryVector, QueryVector) =
        (vec![1.0, 0.0].into(), vec![0.0, 1.0].into(), vec![-1.0, 0.0].into());
    let long = "Which vaccinations does the hamster still need before the flight to Lisbon?";
    let with = |query: &str, vector: &QueryVector| SearchRequest { vector: vector.clone(), ..request(query) };
    let queries = [
        with("Which vaccinations does the hamster still need?", &far),
        with(long, &far),
        with("Who is Ida, and which instrument does she play?", &near_turn),
        with("Which vessel and paddle do I own?", &near_fact),
        SearchRequest { ignored: vec![of_fact, id(0), id(1)], ..with("Which vessel and paddle do I own?", &near_fact) },
        request(long),
        with("Where do I own a red kayak?", &far),
    ];
    let alone: Vec<bool> = queries.iter().map(|query| index.answerability(query).is_known).collect();
    assert_eq!(alone, [false, false, true, true, false, false, true]);
    for searched in &queries {
        for (first, second) in (0..queries.len()).flat_map(|one| (0..queries.len()).map(move |other| (one, other))) {
            let asked = [queries[first].clone(), queries[1].clone(), queries[second].clone()];
            let expected = alone[first] || alone[1] || alone[second];
            let searches = Searches::new(&index, searched);
            assert_eq!(searches.is_any_known(&asked), expected, "{first}, {second}");
            searches.everything();
            assert_eq!(searches.is_any_known(&asked), expected, "{first}, {second} after a search");
        }
    }
    assert!(!Searches::new(&index, &queries[0]).is_any_known(&[]), "nothing is asked");
}

#[test]
fn vectors_that_a_search_has_compared_are_not_compared_again() {
    let mut index = index(&["one", "two"]);
    embed(&mut index, [[1.0_f32, 0.0].as_slice(), &[0.6, 0.8]]);
    let query = SearchRequest { vector: vec![1.0, 0.0].into(), ..request("kayak") };
    let searches = Searches::new(&index, &query);
    assert!(Compared::ALL.iter().all(|compared| searches.compared(*compared).is_none()));
    searches.everything();
    assert!(Compared::ALL.iter().all(|compared| searches.compared(*compared).is_some()));
    let cosines = index.turns.documents.vectors.search(&[1.0, 0.0], &[]);
    assert_eq!(searches.compared(Compared::Turns), Some(cosines.as_slice()));
    let of_model = SearchRequest { vector: QueryVector::of_model(vec![1.0, 0.0]), ..query };
    let searches = Searches::new(&index, &of_model);
    searches.everything();
    assert_eq!(searches.compared(Compared::Turns), None, "the estimates do not hold for other vectors");
}

#[test]
fn a_turn_that_a_search_compared_for_its_words_alone_does_not_change_the_estimate() {
    const TURNS: usize = 4_200;
    let ontology = crate::ontology::Ontology::default();
    let mut large = GraphIndex::with_ontology(ontology, graph(1), 64, 100);
    let text = |at: usize| if at == 0 { "The hamster needs vaccinations." } else { "Nice weather." };
    let turn = |at: usize| episode(id(at), at as i64, text(at), day(at as i64));
    large.apply(Evidence { episodes: (0..TURNS).map(turn).collect(), ..Evidence::default() });
    // As many signs as possible differ from the query's, although the cosine is nearly one.
    let vector = |first: f32, rest: f32| std::iter::once(first).chain([rest; 63]).collect::<Vec<f32>>();
    let (query, far, near) = (vector(1.0, 0.01), vector(1.0, -0.01), vector(0.01, 0.125));
    embed(&mut large, std::iter::once(far.as_slice()).chain(std::iter::repeat_n(near.as_slice(), TURNS - 1)));
    let asked = "Which vaccinations does the hamster need before Lisbon and Porto?";
    let query = SearchRequest { vector: query.into(), ..request(asked) };
    let searches = Searches::new(&large, &query);
    searches.everything();
    assert!(searches.of_turns().cosines[0] > 0.9, "it was compared");
    let is_known = large.answerability(&query).is_known;
    assert_eq!(searches.is_any_known(std::slice::from_ref(&query)), is_known);
    assert!(!is_known);
}
