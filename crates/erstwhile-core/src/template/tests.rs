//! Tests of parsing and rendering templates.

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::model::{AssertionId, EntityId, EpisodeId, EpisodeKind, EpisodeState, Holding, Metadata, Precision, Role};

fn only(text: &str) -> Variable {
    Template::parse(text).unwrap().variables().next().unwrap().clone()
}

fn message(text: &str) -> String {
    Template::parse(text).unwrap_err().message().to_owned()
}

fn attributes() -> Metadata {
    json!({"mood": "glad", "times": 3}).as_object().cloned().unwrap()
}

fn fact(statement: &str) -> Fact {
    Fact {
        id: AssertionId(Uuid::from_u128(1)),
        subject: EntityId(Uuid::from_u128(2)),
        predicate: "LIKES".to_owned(),
        object: EntityId(Uuid::from_u128(3)),
        statement: statement.to_owned(),
        holding: Holding::Shared,
        valid_from: Some(Timestamp::UNIX_EPOCH),
        precision: Precision::Day,
        valid_until: None,
        created_at: Timestamp::UNIX_EPOCH,
        expired_at: None,
        closed_by: None,
        episodes: Vec::new(),
        assertions: Vec::new(),
        attributes: attributes(),
    }
}

#[test]
fn text_is_kept_and_variables_are_filled_in_order() {
    let template = Template::parse("About: %{user_summary}\n100%, %% and % {x}\n%{edges}!").unwrap();
    let kinds: Vec<_> = template.variables().map(|variable| variable.kind).collect();
    assert_eq!(kinds, [VariableKind::UserSummary, VariableKind::Edges]);
    let text = template.render(usize::MAX, |variable| vec![format!("<{}>", variable.kind.as_str())]);
    assert_eq!(text, "About: <user_summary>\n100%, %% and % {x}\n<edges>!");
}

#[test]
fn a_doubled_percent_sign_escapes_a_variable() {
    let template = Template::parse("%%{edges} %%%{episodes}").unwrap();
    assert_eq!(template.render(usize::MAX, |_| vec!["E".to_owned()]), "%%{edges} %%E");
}

#[test]
fn a_template_has_a_total_size_and_leaves_out_whole_items_that_do_not_fit() {
    let template = Template::parse(&"%{edges}".repeat(TEMPLATE_CHARACTERS_MAX / 8)).unwrap();
    let items = ["short".to_owned(), "x".repeat(FILLED_BYTES_MAX), "y".repeat(1_000)];
    let text = template.render(usize::MAX, |_| items.to_vec());
    assert!(text.len() <= FILLED_BYTES_MAX, "{}", text.len());
    assert!(text.starts_with("short\nyyy") && !text.contains('x'), "what is too long leaves room for others");
    let whole = text.split(['\n', 's']).filter(|item| item.starts_with('y')).all(|item| item.len() == 1_000);
    assert!(whole, "no item is cut");
}

#[test]
fn values_of_variables_are_not_parsed() {
    let template = Template::parse("%{edges}").unwrap();
    assert_eq!(template.render(usize::MAX, |_| vec!["%{episodes}".to_owned()]), "%{episodes}");
}

#[test]
fn items_for_which_a_text_has_no_room_are_left_out() {
    let template = Template::parse("a %{edges}|%{entities}").unwrap();
    assert_eq!(template.characters(), 3);
    let items = ["ééé".to_owned(), "longer".to_owned(), "x".to_owned()];
    for (characters, text) in [
        (0, "a |"),
        (5, "a x|x"),
        (6, "a ééé|"),
        (8, "a ééé\nx|"),
        (9, "a ééé\nx|x"),
        (100, "a ééé\nlonger\nx|ééé\nlonger\nx"),
    ] {
        let rendered = template.render(characters, |_| items.to_vec());
        assert_eq!(rendered, text, "{characters}");
        assert!(rendered.chars().count() <= characters.max(3));
    }
}

#[test]
fn parameters_are_separated_by_spaces_or_commas() {
    let wanted = Variable {
        kind: VariableKind::Entities,
        limit: Some(7),
        types: vec!["Person".to_owned(), "Work Of Art".to_owned()],
        include_attributes: true,
    };
    for text in [
        "%{entities limit=7 types=[Person,Work Of Art] include_attributes=true}",
        "%{entities,limit=7,types=[Person, Work Of Art],include_attributes=True}",
        "%{entities: limit = 7, types = ['Person', \"Work Of Art\"] include_attributes=true}",
        "%{ entities :limit=7  types=[ Person , Work Of Art ,] , include_attributes= true }",
    ] {
        assert_eq!(only(text), wanted, "{text}");
    }
}

#[test]
fn limits_have_defaults_and_a_maximum() {
    let items = |text| only(text).items_max();
    assert_eq!([items("%{edges}"), items("%{entities}"), items("%{episodes}")], [10, 5, 10]);
    assert_eq!([items("%{observations}"), items("%{thread_summaries}"), items("%{user_summary}")], [5, 5, 1]);
    assert_eq!([items("%{edges limit=1}"), items("%{edges limit=50}"), items("%{edges limit=1000}")], [1, 50, 50]);
}

#[test]
fn errors_name_the_mistake() {
    assert!(message("%{facts}").contains("unknown template variable \"facts\""));
    assert!(message("%{edges size=3}").contains("\"size\" of template variable \"edges\""));
    assert!(message("%{edges five}").contains("\"five\""));
    for limit in ["0", "1001", "-1", "ten", "", "99999999999999999999999"] {
        assert!(message(&format!("%{{edges limit={limit}}}")).contains("limit"), "{limit}");
    }
    assert!(message("%{edges types=A}").contains("types"));
    assert!(message("%{edges types=[A}").contains("types"));
    assert!(message("%{edges include_attributes=1}").contains("include_attributes"));
    assert!(message("see %{edges").contains("closing }"));
    assert!(message("%{}").contains("unknown"));
    assert!(message("  ").contains("empty"));
}

#[test]
fn the_length_of_templates_and_ids_is_limited() {
    assert!(Template::parse(&"ü".repeat(TEMPLATE_CHARACTERS_MAX)).is_ok());
    assert!(message(&"ü".repeat(TEMPLATE_CHARACTERS_MAX + 1)).contains("1200"));
    assert!(Template::check_id(&"é".repeat(ID_CHARACTERS_MAX)).is_ok());
    assert!(Template::check_id(&"é".repeat(ID_CHARACTERS_MAX + 1)).is_err());
    assert!(Template::check_id(" ").is_err());
    for unreachable in ["a/b", "a?b", "a#b", "50%", ".."] {
        assert!(Template::check_id(unreachable).is_err(), "{unreachable}");
    }
}

#[test]
fn facts_include_attributes_only_on_request() {
    let facts = [fact("Ann likes </FACTS> tea"), fact("Ann likes rain"), fact("Ann likes fog")];
    let plain = lines_of_facts(&facts, &only("%{edges limit=2}")).join("\n");
    assert_eq!(
        plain,
        "  - Ann likes &lt;/FACTS> tea (Date range: 1970-01-01 00:00:00 - present)\n  \
           - Ann likes rain (Date range: 1970-01-01 00:00:00 - present)"
    );
    let full = lines_of_facts(&facts[..1], &only("%{edges include_attributes=true}")).join("\n");
    assert!(full.ends_with("present)\n    Attributes:\n      mood: glad\n      times: 3"), "{full}");
}

#[test]
fn entities_include_attributes_only_on_request() {
    let entity = Entity {
        id: EntityId(Uuid::from_u128(1)),
        name: "Ann".to_owned(),
        aliases: Vec::new(),
        entity_type: Some("Person".to_owned()),
        summary: "Ann likes tea.".to_owned(),
        attributes: attributes(),
        created_at: Timestamp::UNIX_EPOCH,
        episodes: Vec::new(),
    };
    let lines = |text| lines_of_entities(std::slice::from_ref(&entity), &only(text)).join("\n");
    assert_eq!(lines("%{entities}"), "  - Name: Ann\n    Label: Person\n    Summary: Ann likes tea.");
    assert!(lines("%{entities include_attributes=true}").contains("\n    Attributes:\n      mood: glad"));
}

#[test]
fn episodes_and_texts_have_one_line_each() {
    let episode = Episode {
        id: EpisodeId(Uuid::from_u128(1)),
        seq: 1,
        thread: None,
        kind: EpisodeKind::Message,
        role: Some(Role::User),
        name: Some("Ann".to_owned()),
        content: "Hello\nthere".to_owned(),
        metadata: Metadata::new(),
        source_description: None,
        document_id: None,
        reference_time: Timestamp::UNIX_EPOCH,
        recorded_at: Timestamp::UNIX_EPOCH,
        state: EpisodeState::Processed,
        task: None,
        strict: false,
        model_reading: None,
    };
    let lines = lines_of_episodes(&[episode], &only("%{episodes}"));
    assert_eq!(lines.join("\n"), "  - Ann: Hello there (1970-01-01 00:00)");
    let texts: Vec<String> = ["one\ntwo", "three"].map(str::to_owned).to_vec();
    assert_eq!(lines_of_texts(&texts, &only("%{observations}")), ["  - one two", "  - three"]);
    assert_eq!(line_of_summary("a\n</USER_SUMMARY>"), "a &lt;/USER_SUMMARY>");
}

proptest! {
    #[test]
    fn parsing_and_rendering_never_panic(text in "(%|%%|\\{|\\}|edges|limit=|types=\\[|\\]|,|:| |=|9|ü|\\PC){0,24}") {
        if let Ok(template) = Template::parse(&text) {
            let filled = template.render(usize::MAX, |variable| vec![format!("{}", variable.items_max())]);
            prop_assert!(template.variables().next().is_some() || filled == text);
        }
    }
}
