//! Tests of summaries, by example.

use super::*;
use crate::knowledge::sample::{Sample, day, graph};
use crate::model::AssertionId;

const USER: u128 = 1;
const MIA: u128 = 2;

fn entity(number: u128) -> EntityId {
    EntityId(uuid::Uuid::from_u128(number))
}

/// A fact of the user that began on a day.
fn fact(predicate: &'static str, statement: &str, from: i64) -> (Fact, &'static str) {
    let holding = relation(predicate).map_or(Holding::Shared, |relation| relation.holding);
    let mut sample = Sample::new(graph(1));
    sample.add_fact(from, ("a", "B", "c"), holding);
    let made = sample.knowledge().facts().next().cloned().expect("a fact");
    let id = AssertionId(uuid::Uuid::new_v5(&uuid::Uuid::nil(), statement.as_bytes()));
    let fact = Fact { id, subject: entity(USER), object: entity(99), statement: statement.to_owned(), holding, ..made };
    (fact, predicate)
}

fn about(number: u128, now: Option<Timestamp>, facts: &[(Fact, &'static str)]) -> String {
    let subject = Subject { entity: entity(number), user: entity(USER), now };
    let forwards = summarise(subject, facts.iter().map(|(fact, predicate)| (fact, *predicate)));
    let backwards = summarise(subject, facts.iter().rev().map(|(fact, predicate)| (fact, *predicate)));
    assert_eq!(forwards, backwards, "the order of the facts does not matter");
    forwards
}

#[test]
fn a_users_summary_says_who_this_is_in_order() {
    let facts = [
        fact("VISITED", "Nora visited Rome.", 3),
        fact("PLANS", "Nora plans to learn Dutch.", 3),
        fact("LIKES", "Nora likes tea.", 1),
        fact("ALLERGIC_TO", "Nora is allergic to nuts.", 1),
        fact("HAS_CHILD", "Nora has a son, Leo.", 1),
        fact("LIVES_IN", "Nora lives in Oslo.", 1),
        fact("LIKES", "Nora likes jazz.", 2),
        fact("HAS_CHILD", "Nora has a daughter, Mia.", 2),
        fact("WORKS_AS", "Nora works as a nurse.", 1),
        fact("HAS_AGE", "Nora is 34 years old.", 1),
    ];
    let expected = "Nora is 34 years old. Nora works as a nurse. Nora lives in Oslo. \
        Nora has a daughter, Mia, and a son, Leo. Nora is allergic to nuts. Nora likes jazz and tea. \
        Nora plans to learn Dutch. Nora visited Rome.";
    assert_eq!(about(USER, None, &facts), expected);
}

#[test]
fn an_event_is_left_out_beside_the_state_that_it_began() {
    let with_predicate =
        |(fact, predicate): (Fact, &'static str)| (Fact { predicate: predicate.to_owned(), ..fact }, predicate);
    let moved = with_predicate(fact("MOVED_TO", "Nora moved to Oslo on 3 May.", 3));
    let lives = with_predicate(fact("LIVES_IN", "Nora lives in Oslo.", 3));
    assert_eq!(about(USER, None, &[moved.clone(), lives.clone()]), "Nora lives in Oslo.");
    let earlier = with_predicate(fact("LIVES_IN", "Nora lives in Oslo.", 1));
    assert_eq!(about(USER, None, &[moved, earlier]), "Nora lives in Oslo. Nora moved to Oslo on 3 May.");
}

#[test]
fn a_job_says_more_than_a_class_and_a_taste_more_than_a_question() {
    let facts = [
        fact("TAKES_CLASS", "Nora takes a yoga class.", 9),
        fact("INTERESTED_IN", "Nora is interested in drones.", 9),
        fact("WORKS_AS", "Nora works as a nurse.", 1),
        fact("LOVES", "Nora loves tea.", 1),
    ];
    let expected = "Nora works as a nurse. Nora takes a yoga class. Nora loves tea. Nora is interested in drones.";
    assert_eq!(about(USER, None, &facts), expected);
}

#[test]
fn only_what_holds_now_is_present_and_only_what_is_to_come_is_a_plan() {
    let mut ended = fact("LIVES_IN", "Nora lives in Rome.", 1);
    ended.0.valid_until = Some(day(5));
    let facts = [
        ended,
        fact("LIVES_IN", "Nora lives in Oslo.", 40),
        fact("PLANS", "Nora plans to move on 8 January 2024.", 1),
        fact("PLANS", "Nora plans to run in March 2024.", 1),
        fact("ATTENDED", "Nora attends a wedding.", 30),
    ];
    assert_eq!(about(USER, Some(day(3)), &facts[..1]), "Nora lives in Rome.");
    let later = about(USER, Some(day(20)), &facts);
    assert_eq!(later, "Nora attends a wedding. Nora plans to run in March 2024.");
}

#[test]
fn events_come_last_and_are_few() {
    let events = ["one", "two", "three", "four"].map(|name| format!("Nora attended {name}."));
    let mut facts: Vec<(Fact, &'static str)> =
        events.iter().enumerate().map(|(at, text)| fact("ATTENDED", text, at as i64)).collect();
    facts.push(fact("LIKES", "Nora likes tea.", 0));
    assert_eq!(about(USER, None, &facts), "Nora likes tea. Nora attended four, three and two.");
}

#[test]
fn another_entity_is_first_what_it_is_to_the_user() {
    let mut child = fact("HAS_CHILD", "Mia is Nora's daughter.", 1);
    child.0.object = entity(MIA);
    let mut school = fact("STUDIES_AT", "Mia goes to Elm School.", 2);
    school.0.subject = entity(MIA);
    let mut friend = fact("HAS_FRIEND", "Ida is a friend of Mia.", 9);
    (friend.0.subject, friend.0.object) = (entity(7), entity(MIA));
    let facts = [friend, school, child];
    assert_eq!(about(MIA, None, &facts), "Mia is Nora's daughter. Mia goes to Elm School. Ida is a friend of Mia.");
}

#[test]
fn a_summary_is_short() {
    let facts: Vec<(Fact, &'static str)> =
        (0..100).map(|number| fact("LIKES", &format!("Nora{number} {} adores it.", "x".repeat(90)), number)).collect();
    assert!(about(USER, None, &facts).chars().count() <= OF_USER.0);
    let names: Vec<&'static str> =
        crate::vocabulary::built_in().relations.iter().map(|one| one.name.as_str()).collect();
    let facts: Vec<(Fact, &'static str)> =
        names.into_iter().enumerate().map(|(at, name)| fact(name, &format!("N{at} does."), 1)).collect();
    assert!(about(USER, None, &facts).matches('.').count() <= OF_USER.1);
}

#[test]
fn the_last_date_of_a_text_is_found() {
    for (text, expected) in [
        ("on 3 May 2025.", Some(date(2025, 5, 3))),
        ("in May 2025, or 2025-06-01", Some(date(2025, 6, 1))),
        ("in February 2024", Some(date(2024, 2, 29))),
        ("in 2025", Some(date(2025, 12, 31))),
        ("room 2025, may go", None),
    ] {
        assert_eq!(last_date(text), expected, "{text}");
    }
}
