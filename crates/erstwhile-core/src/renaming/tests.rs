//! Tests of new names, by example.

use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::knowledge::sample::{Sample, day, graph};
use crate::model::{AssertionId, Holding, ProjectId, UserUuid};

fn named(first_name: &str, last_name: &str) -> User {
    User {
        graph: graph(1),
        project: ProjectId(Uuid::nil()),
        user_id: "noor-1".to_owned(),
        uuid: UserUuid(Uuid::nil()),
        email: None,
        first_name: (!first_name.is_empty()).then(|| first_name.to_owned()),
        last_name: (!last_name.is_empty()).then(|| last_name.to_owned()),
        time_zone: None,
        metadata: Metadata::new(),
        disable_default_ontology: false,
        created_at: day(0),
        updated_at: day(0),
        thread_count: 0,
    }
}

/// What becomes of a fact about the user that was read from a text.
fn reworded(said: &str, statement: &str, before: &User, now: &User) -> String {
    let mut sample = Sample::new(graph(1));
    sample.add_fact(1, ("Noor", "LIKES", "tea"), Holding::Shared);
    let evidence = &mut sample.evidence;
    evidence.mentions.clear();
    evidence.episodes[0].content = said.to_owned();
    evidence.assertions[0].statement = statement.to_owned();
    evidence.assertions[0].subject = user_node(graph(1));
    match reword(evidence, before, now) {
        None => statement.to_owned(),
        Some(Change::Reword(wordings)) => match wordings.as_slice() {
            [Wording::Assertion(assertion)] => assertion.statement.clone(),
            other => panic!("{other:?}"),
        },
        Some(other) => panic!("{other:?}"),
    }
}

#[test]
fn a_sentence_that_has_the_name_from_the_profile_gets_the_new_one() {
    let (before, now) = (named("Noor", "Haddad"), named("Lena", "Lind"));
    let reworded = |said, statement| reworded(said, statement, &before, &now);
    assert_eq!(reworded("I like tea", "Noor Haddad likes tea."), "Lena Lind likes tea.");
    assert_eq!(reworded("my sister likes tea", "Noor Haddad's sister likes tea."), "Lena Lind's sister likes tea.");
    assert_eq!(reworded("I like tea", "Noor likes tea."), "Lena likes tea.", "a model may use the given name");
    assert_eq!(reworded("I like tea", "Noora Haddadi likes tea."), "Noora Haddadi likes tea.");
}

#[test]
fn what_the_text_itself_says_stays_except_at_the_start_of_a_fact_about_the_user() {
    let (before, now) = (named("Noor", "Haddad"), named("Lena", "Lind"));
    let said = "noor haddad was my name, I like tea";
    let reworded = |statement| reworded(said, statement, &before, &now);
    assert_eq!(reworded("Noor Haddad likes tea."), "Lena Lind likes tea.");
    assert_eq!(reworded("Noor Haddad was called Noor Haddad."), "Lena Lind was called Noor Haddad.");
    assert_eq!(reworded("The sister of Noor Haddad likes tea."), "The sister of Noor Haddad likes tea.");
}

#[test]
fn a_new_name_that_contains_the_old_one_is_written_once() {
    let haddad = named("Noor", "Haddad");
    let longer = named("Noor", "Haddad Lind");
    assert_eq!(reworded("I like tea", "Noor Haddad likes tea.", &haddad, &longer), "Noor Haddad Lind likes tea.");
    assert_eq!(reworded("tea, Noor Haddad", "Noor Haddad likes tea.", &haddad, &longer), "Noor Haddad Lind likes tea.");
    assert_eq!(reworded("I like tea", "noor-1 likes tea.", &named("", ""), &haddad), "Noor Haddad likes tea.");
    assert_eq!(reworded("I like tea", "Noor Haddad likes tea.", &haddad, &haddad), "Noor Haddad likes tea.");
}

#[test]
fn names_and_edits_are_reworded_too() {
    let (before, now) = (named("Noor", "Haddad"), named("Lena", "Lind"));
    let mut sample = Sample::new(graph(1));
    sample.add_fact(1, ("Noor Haddad's dog", "LIKES", "tea"), Holding::Shared);
    sample.evidence.episodes[0].content = "my dog likes tea".to_owned();
    let note = FactEdit {
        statement: Some("Noor Haddad's dog loves tea".to_owned()),
        attributes: Metadata::from_iter([("owner".to_owned(), json!(["Noor Haddad", 1]))]),
        ..FactEdit::default()
    };
    sample.evidence.edits.push(Edit::Fact(AssertionId(Uuid::nil()), note));
    let Some(Change::Reword(wordings)) = reword(&sample.evidence, &before, &now) else { panic!("nothing changes") };
    let [Wording::Mention(old, new), Wording::Assertion(assertion), Wording::Edit(Edit::Fact(_, edit))] =
        wordings.as_slice()
    else {
        panic!("{wordings:?}")
    };
    assert_eq!((old.name.as_str(), new.name.as_str()), ("Noor Haddad's dog", "Lena Lind's dog"));
    assert_eq!(old.entity, new.entity);
    assert_eq!(assertion.statement, "Lena Lind's dog likes tea");
    assert_eq!(edit.statement.as_deref(), Some("Lena Lind's dog loves tea"));
    assert_eq!(edit.attributes.get("owner"), Some(&json!(["Lena Lind", 1])));
}
