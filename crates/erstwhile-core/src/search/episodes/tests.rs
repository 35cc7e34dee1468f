//! Tests of what the learned ranker makes of turns, without vectors.

use jiff::Timestamp;
use uuid::Uuid;

use crate::evidence::Evidence;
use crate::model::{Episode, EpisodeId, EpisodeKind, EpisodeState, GraphId, Metadata, Role};
use crate::search::filter::Filter;
use crate::search::{Explanation, Feature, GraphIndex, Moment, QueryVector, Reranker, SearchRequest, Statements};

/// A turn: thread, role, speaker, day and text.
type Turn = (&'static str, Role, &'static str, &'static str, &'static str);

const USER: Role = Role::User;

fn index(turns: &[Turn]) -> GraphIndex {
    let graph = GraphId(Uuid::from_u128(1));
    let mut index = GraphIndex::new(graph, 2);
    let episode = |(seq, (thread, role, name, day, text)): (usize, &Turn)| {
        let at: Timestamp = format!("{day}T12:00:00Z").parse().expect("a day");
        Episode {
            id: EpisodeId(graph.within(Uuid::from_u128(seq as u128))),
            seq: seq as i64,
            thread: Some((*thread).to_owned()),
            kind: EpisodeKind::Message,
            role: Some(*role),
            name: (!name.is_empty()).then(|| (*name).to_owned()),
            content: (*text).to_owned(),
            metadata: Metadata::new(),
            source_description: None,
            document_id: None,
            reference_time: at,
            recorded_at: at,
            state: EpisodeState::Processed,
            task: None,
            strict: false,
            model_reading: None,
        }
    };
    index.apply(Evidence { episodes: turns.iter().enumerate().map(episode).collect(), ..Evidence::default() });
    index
}

fn request(query: &str) -> SearchRequest {
    SearchRequest {
        query: query.to_owned(),
        vector: QueryVector::default(),
        limit: 10,
        reranker: Reranker::Relevance,
        filter: Filter::default(),
        moment: Moment::Always,
        known_at: None,
        origins: Vec::new(),
        statements: Statements::Never,
        hearsay: true,
        explain: true,
        ignored: Vec::new(),
    }
}

fn found(turns: &[Turn], query: &str) -> Vec<String> {
    index(turns).search_episodes(&request(query)).into_iter().map(|found| found.item.content).collect()
}

#[test]
fn a_query_that_names_a_speaker_prefers_their_turns() {
    let turns: [Turn; 2] =
        [("a", USER, "Tom", "2024-05-01", "Painted a lake."), ("a", USER, "Mira", "2024-05-01", "Painted a lake.")];
    let speakers = |query| -> Vec<String> {
        let found = index(&turns).search_episodes(&request(query));
        found.into_iter().filter_map(|found| found.item.name).collect()
    };
    assert_eq!(speakers("What has Mira painted?"), ["Mira", "Tom"]);
    assert_eq!(speakers("what has tom painted?"), ["Tom", "Mira"]);
}

#[test]
fn a_question_for_a_time_prefers_turns_that_name_one() {
    let turns: [Turn; 2] = [
        ("a", USER, "", "2024-05-01", "I went to the pottery class."),
        ("b", USER, "", "2024-05-01", "I went to the pottery class yesterday."),
    ];
    assert_eq!(found(&turns, "When was the pottery class?")[0], turns[1].4);
    assert_eq!(found(&turns, "Which pottery class was it?")[0], turns[0].4, "the shorter one says less else");
}

#[test]
fn a_named_date_prefers_turns_of_that_day() {
    let turns: [Turn; 3] = [
        ("a", USER, "", "2024-05-01", "The market was lovely."),
        ("b", USER, "", "2024-07-03", "The market was lovely, too."),
        ("c", USER, "", "2024-09-01", "The market was lovely again."),
    ];
    assert_eq!(found(&turns, "What did I like about the market on July 3rd?")[0], turns[1].4);
}

#[test]
fn a_turn_that_answers_is_found_by_the_question_before_it() {
    let turns: [Turn; 4] = [
        ("a", Role::Assistant, "", "2024-05-01", "Which pets do you keep?"),
        ("a", USER, "", "2024-05-01", "Two ferrets."),
        ("b", USER, "", "2024-05-01", "Nothing new."),
        ("b", USER, "", "2024-05-01", "Still nothing new."),
    ];
    let found = found(&turns, "pets");
    assert_eq!(found, [turns[0].4, turns[1].4], "and what has nothing in common with the query is not found");
}

#[test]
fn an_ignored_turn_is_not_found_and_does_not_lower_the_others() {
    let turns: [Turn; 3] = [
        ("a", USER, "", "2024-05-01", "My ferret likes grapes."),
        ("b", USER, "", "2024-05-01", "We flew to Oslo."),
        ("c", USER, "", "2024-05-02", "What does my ferret like to eat for lunch on a Sunday?"),
    ];
    let query = turns[2].4;
    let with = index(&turns[..2]).search_episodes(&request(query));
    let all = index(&turns);
    let ignored = all.episodes().take(1).map(|episode| episode.id).collect();
    let without = all.search_episodes(&SearchRequest { ignored, ..request(query) });
    assert_eq!(without.len(), 1);
    assert_eq!(without[0].item.content, turns[0].4);
    let content = |found: &[crate::search::Scored<Episode>]| {
        found[0].explanation.as_ref().map(|explanation| explanation.features.get(Feature::Content))
    };
    assert_eq!(content(&without), content(&with), "it is the best by its words");
}

#[test]
fn the_shares_of_an_explanation_are_the_features_times_their_weights() {
    let turns: [Turn; 2] = [
        ("a", USER, "Mira", "2024-05-01", "Painted a lake yesterday."),
        ("b", USER, "Tom", "2024-05-01", "Sold a lake."),
    ];
    let found = index(&turns).search_episodes(&request("When has Mira painted the lake?"));
    let explanation: &Explanation = found[0].explanation.as_deref().expect("an explanation");
    let of = |feature: Feature| (explanation.features.get(feature), explanation.shares.get(feature));
    assert!(of(Feature::Speaker).0 > 0.99 && of(Feature::TimeAsked).1 > 0.0 && of(Feature::DateNamed).1 <= 0.0);
    let sum = |at: usize| -> f32 {
        let shares = found[at].explanation.as_ref().map(|explanation| explanation.shares).unwrap_or_default();
        Feature::ALL.iter().map(|feature| shares.get(*feature)).sum()
    };
    assert!(sum(0) > sum(1) && found[0].score > found[1].score);
    let silent = index(&turns).search_episodes(&SearchRequest { explain: false, ..request("lake") });
    assert!(silent.iter().all(|found| found.explanation.is_none()));
}

#[test]
fn a_question_for_a_present_value_finds_the_newer_number_first() {
    let turns: [Turn; 3] = [
        ("a", USER, "Nora", "2024-01-01", "So far, 12 chapters of my crime novel are finished."),
        (
            "b",
            USER,
            "Nora",
            "2024-02-01",
            "Phew, with last week's efforts, long nights and plenty of coffee the crime novel has 15 finished chapters now, dear diary.",
        ),
        (
            "c",
            USER,
            "Omar",
            "2024-03-01",
            "My novel has 20 finished chapters, and some more that nobody should ever read.",
        ),
    ];
    let at = |query: &str, day: &str| {
        let found = found(&turns, query);
        found.iter().position(|text| text.contains(day)).expect("a turn")
    };
    let now = "How many chapters of the crime novel are finished?";
    assert!(at(now, "15") < at(now, "12"), "the number has changed");
    assert!(at(now, "20") > at(now, "12"), "somebody else's number replaces nothing");
    let then = "How many chapters of the crime novel were finished at first?";
    assert!(at(then, "12") < at(then, "15"), "the question is about the past");
    let then = SearchRequest { moment: Moment::At("2024-01-15T00:00:00Z".parse().expect("a time")), ..request(now) };
    assert!(index(&turns).search_episodes(&then)[0].item.content.contains("12"));
    let scores: Vec<f64> = index(&turns).search_episodes(&request(now)).iter().map(|found| found.score).collect();
    assert!(scores.is_sorted_by(|left, right| left >= right), "{scores:?}");
}
