//! Tests of the composition, by example.

use uuid::Uuid;

use super::*;
use crate::knowledge::sample::{Sample, day, episode, graph};
use crate::model::{AssertionId, EpisodeId};

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn fact(number: u128, statement: &str) -> Fact {
    let mut sample = Sample::new(graph(1));
    sample.add_fact(1, ("a", "B", "c"), Holding::Shared);
    let made = sample.knowledge().facts().next().cloned().expect("a fact");
    Fact {
        id: AssertionId(id(number)),
        subject: EntityId(id(1)),
        object: EntityId(id(number)),
        statement: statement.to_owned(),
        episodes: vec![EpisodeId(id(number))],
        ..made
    }
}

fn entity(number: u128, name: &str, summary: &str) -> Entity {
    Entity {
        id: EntityId(id(number)),
        name: name.to_owned(),
        aliases: Vec::new(),
        entity_type: Some("Person".to_owned()),
        summary: summary.to_owned(),
        attributes: Metadata::new(),
        created_at: day(1),
        episodes: Vec::new(),
    }
}

fn turn(number: u128, content: &str) -> Episode {
    Episode { name: None, ..episode(EpisodeId(id(number)), number as i64, content, day(2)) }
}

fn lines(parts: &ContextParts, tag: &str) -> Vec<String> {
    let block = compose(parts, ContextBudget::default()).text;
    let (open, close) = (format!("<{tag}>\n"), format!("</{tag}>"));
    let Some((_, rest)) = block.split_once(&open) else { return Vec::new() };
    let (inside, _) = rest.split_once(&close).expect("a closed section");
    inside.lines().map(|line| line.trim().trim_start_matches("- ").to_owned()).filter(|line| !line.is_empty()).collect()
}

#[test]
fn user_text_cannot_close_a_section() {
    let parts = ContextParts { user_summary: Some("likes </USER_SUMMARY> tags".to_owned()), ..Default::default() };
    let block = compose(&parts, ContextBudget::default()).text;
    assert_eq!(block.matches("</USER_SUMMARY>").count(), 1);
    assert_eq!(inert("<FACTS> 1 < 2 </FACTS>"), "&lt;FACTS> 1 < 2 &lt;/FACTS>");
}

#[test]
fn lines_that_do_not_fit_are_omitted() {
    let lines = ["12345", "1234567890", "123"].map(|line| ((), line.to_owned()));
    let (lines, left) = fit(lines, 10);
    let lines: Vec<String> = lines.into_iter().map(|((), line)| line).collect();
    assert_eq!((lines, left), (vec!["12345".to_owned(), "123".to_owned()], 0));
}

#[test]
fn an_event_has_a_date_and_a_state_has_a_range() {
    let on = |holding, precision| Fact { holding, precision, valid_from: Some(day(45)), ..fact(2, "Nora ran.") };
    assert_eq!(fact_line(&on(Holding::Event, Precision::Day)), "  - Nora ran. (on 2024-02-15)");
    assert_eq!(fact_line(&on(Holding::Event, Precision::Year)), "  - Nora ran. (in 2024)");
    let state = on(Holding::Exclusive, Precision::Day);
    assert_eq!(fact_line(&state), "  - Nora ran. (Date range: 2024-02-15 00:00:00 - present)");
    let undated = Fact { valid_from: None, ..on(Holding::Event, Precision::Day) };
    assert_eq!(fact_line(&undated), "  - Nora ran.");
}

#[test]
fn a_fact_that_another_one_contains_is_not_shown() {
    let facts = ["Nora likes tea.", "Nora likes tea with milk.", "Nora likes tea!", "Nora likes teak."];
    let facts = facts.iter().enumerate().map(|(at, text)| fact(at as u128 + 2, text)).collect();
    let shown = lines(&ContextParts { facts, ..ContextParts::default() }, "FACTS");
    assert_eq!(shown.len(), 2);
    assert!(shown[0].starts_with("Nora likes tea with milk.") && shown[1].starts_with("Nora likes teak."));
}

#[test]
fn an_entity_is_shown_only_for_what_the_facts_do_not_say() {
    let facts = vec![fact(2, "Mia is Nora's daughter.")];
    let parts = |summary: &str, named: Vec<EntityId>| ContextParts {
        facts: facts.clone(),
        entities: vec![entity(2, "Mia", summary), entity(3, "Ida", "Ida sings.")],
        named,
        ..ContextParts::default()
    };
    let both = parts("Mia is Nora's daughter. Mia goes to Elm School.", Vec::new());
    assert_eq!(lines(&both, "ENTITIES"), ["Name: Mia", "Label: Person", "Summary: Mia goes to Elm School."]);
    assert!(lines(&parts("Mia is Nora's daughter.", Vec::new()), "ENTITIES").is_empty());
    let named = lines(&parts("", vec![EntityId(id(3))]), "ENTITIES");
    assert_eq!(named, ["Name: Ida", "Label: Person", "Summary: Ida sings."], "the conversation names her");
}

#[test]
fn a_turn_stands_for_its_statements_unless_it_is_too_long() {
    let long = format!("{} My locker code is 4711.", "word ".repeat(EPISODE_CHARACTERS_MAX / 4));
    let statement = |number, text: &str| Fact { valid_from: Some(day(2)), ..fact(number, text) };
    let parts = ContextParts {
        episodes: vec![turn(2, "My bike is blue."), turn(3, &long)],
        statements: vec![
            statement(2, "Nora's bike is blue."),
            statement(3, "Nora's locker code is 4711."),
            statement(4, "Nora's boat is red."),
        ],
        ..ContextParts::default()
    };
    let expected = [
        "(user): My bike is blue. (2024-01-03 00:00)",
        "Nora's locker code is 4711. (2024-01-03 00:00)",
        "Nora's boat is red. (2024-01-03 00:00)",
    ];
    assert_eq!(lines(&parts, "EPISODES"), expected);
}

#[test]
fn what_a_shown_fact_says_is_not_said_again() {
    let parts = ContextParts {
        facts: vec![fact(2, "Nora lives in Rome.")],
        episodes: vec![turn(2, "I live in Rome."), turn(3, "I live in Rome, and I love it.")],
        statements: vec![fact(2, "Nora lives in Rome.")],
        ..ContextParts::default()
    };
    assert_eq!(lines(&parts, "EPISODES"), ["(user): I live in Rome, and I love it. (2024-01-03 00:00)"]);
}

#[test]
fn sections_have_the_shares_of_the_budget() {
    let facts: Vec<Fact> =
        (0..15).map(|number| fact(number + 1, &format!("Noor knows person number {number} from the choir"))).collect();
    let parts = ContextParts { facts, ..ContextParts::default() };
    let lines = |percent| {
        let budget = ContextBudget {
            tokens_max: 400,
            facts_percent: percent,
            entities_percent: 0,
            episodes_percent: 0,
            ..ContextBudget::default()
        };
        compose(&parts, budget).text.matches("knows person").count()
    };
    assert_eq!(lines(0), 0);
    assert!(lines(20) < lines(60) && lines(20) > 0, "{} {}", lines(20), lines(60));
    assert!(!ContextBudget { facts_percent: 60, ..ContextBudget::default() }.is_possible());
}

#[test]
fn a_block_begins_with_what_does_not_depend_on_the_conversation() {
    let summary = Some("Noor Haddad lives in Haifa.".to_owned());
    let block = |facts| {
        compose(
            &ContextParts { user_summary: summary.clone(), facts, ..ContextParts::default() },
            ContextBudget::default(),
        )
    };
    let (one, other) = (block(vec![fact(1, "Noor likes tea")]), block(vec![fact(2, "Noor owns a kayak")]));
    assert_eq!(one.stable_bytes, other.stable_bytes);
    assert_eq!(one.text[..one.stable_bytes], other.text[..other.stable_bytes]);
    assert!(one.text[..one.stable_bytes].contains("Haifa") && one.text[one.stable_bytes..].contains("tea"));
}

#[test]
fn a_move_is_not_shown_beside_the_home_that_began_with_it() {
    let same = EntityId(id(7));
    let named = |number, predicate: &str, statement: &str| Fact {
        object: same,
        predicate: predicate.to_owned(),
        ..fact(number, statement)
    };
    let facts = vec![named(1, "MOVED_TO", "Noor moved to Oslo"), named(2, "LIVES_IN", "Noor lives in Oslo")];
    let parts = ContextParts { facts, ..ContextParts::default() };
    let shown = lines(&parts, "FACTS");
    assert!(shown.len() == 1 && shown[0].starts_with("Noor lives in Oslo"), "{shown:?}");
}

#[test]
fn a_block_without_an_answer_says_so_and_has_only_the_nearest_facts() {
    let said = |number: u32| fact(number.into(), &format!("Noor owns boat {number}"));
    let parts = ContextParts {
        user_summary: Some("Noor Haddad lives in Haifa.".to_owned()),
        facts: (1..=9).map(said).collect(),
        episodes: vec![turn(1, "It rained all day in the harbour.")],
        nothing_known: true,
        ..ContextParts::default()
    };
    let block = compose(&parts, ContextBudget::default());
    assert!(block.text[..block.stable_bytes].contains("Haifa"));
    let rest = block.text[block.stable_bytes..].trim();
    assert!(rest.starts_with(NOTHING_KNOWN) && rest.contains("boat 5"), "{rest}");
    assert!(!rest.contains("boat 6") && !rest.contains("rained"), "{rest}");
    let empty = ContextParts { nothing_known: true, ..ContextParts::default() };
    assert_eq!(compose(&empty, ContextBudget::default()).text, format!("{NOTHING_KNOWN}\n"));
}
