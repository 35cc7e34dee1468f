//! Tests of the conversion of extractions, by example.

use uuid::Uuid;

use super::*;
use crate::evidence::Evidence;
use crate::extraction::{Claim, ExtractedAlias, ExtractedMention, ExtractedStatement};
use crate::identity::{initial_evidence, name_id, namesake_id, no_subject, user_node, value_id};
use crate::knowledge::Knowledge;
use crate::knowledge::sample::{day, episode, graph};
use crate::model::{
    Assertion, ClaimKind, EntityId, EpisodeId, EpisodeKind, Holding, Metadata, ProjectId, Role, UserUuid,
};

fn noor() -> User {
    User {
        graph: graph(1),
        project: ProjectId(Uuid::nil()),
        user_id: "noor-1".to_owned(),
        uuid: UserUuid(Uuid::nil()),
        email: Some("noor@example.org".to_owned()),
        first_name: Some("Noor".to_owned()),
        last_name: Some("Haddad".to_owned()),
        time_zone: None,
        metadata: Metadata::new(),
        disable_default_ontology: false,
        created_at: day(0),
        updated_at: day(0),
        thread_count: 0,
    }
}

/// A message of the user whose messages have no name.
fn said(text: &str) -> Episode {
    Episode { name: None, ..episode(EpisodeId(graph(1).within(Uuid::from_u128(1))), 1, text, day(1)) }
}

fn claim(subject: &str, predicate: &str, object: &str, object_type: Option<&str>) -> Claim {
    Claim {
        subject: subject.to_owned(),
        subject_type: None,
        predicate: predicate.to_owned(),
        object: Some(object.to_owned()),
        object_type: object_type.map(str::to_owned),
        statement: format!("{subject} {predicate} {object}"),
        span: 0..1,
        kind: ClaimKind::Asserts,
        holding: Holding::Exclusive,
        valid_from: None,
        valid_until: None,
        confidence: 1.0,
        attributes: Metadata::new(),
    }
}

fn read(user: Option<&User>, episode: &Episode, extraction: Extraction) -> (Vec<Change>, Vec<DroppedClaim>) {
    let reading = Reading { graph: graph(1), user, extractor: "test", recorded_at: day(2) };
    evidence(&reading, episode, extraction)
}

fn assertions(changes: &[Change]) -> Vec<&Assertion> {
    let mut found = Vec::new();
    for change in changes {
        if let Change::AddAssertion(assertion) = change {
            found.push(assertion);
        }
    }
    found
}

fn ends(changes: &[Change]) -> (EntityId, Option<EntityId>) {
    let [only] = assertions(changes)[..] else { panic!("one assertion: {changes:?}") };
    (only.subject, only.object)
}

fn claims(claims: Vec<Claim>) -> Extraction {
    Extraction { claims, ..Extraction::default() }
}

#[test]
fn a_bare_given_name_in_the_users_own_text_is_somebody_else() {
    let user = noor();
    let other = namesake_id(graph(1), "Noor");
    let own = said("My friend Noor lives in Rome.");
    let lives = || claims(vec![claim("Noor", "LIVES_IN", "Rome", None)]);
    assert_eq!(ends(&read(Some(&user), &own, lives()).0).0, other);
    let friend = claims(vec![claim("Noor Haddad", "HAS_FRIEND", "Noor", Some("Person"))]);
    assert_eq!(ends(&read(Some(&user), &own, friend).0), (user_node(graph(1)), Some(other)));
    let record = Episode { kind: EpisodeKind::Json, role: None, ..own.clone() };
    assert_eq!(ends(&read(Some(&user), &record, lives()).0).0, other, "a shared given name identifies nobody");
}

#[test]
fn everybody_else_calls_the_user_by_the_given_name() {
    let user = noor();
    for role in [Role::Assistant, Role::User] {
        let other = Episode { role: Some(role), name: Some("Paula".to_owned()), ..said("Noor lives in Rome.") };
        let (subject, _) = ends(&read(Some(&user), &other, claims(vec![claim("Noor", "LIVES_IN", "Rome", None)])).0);
        assert_eq!(subject, name_id(graph(1), "Noor", None), "which is linked to the user");
    }
}

#[test]
fn a_speaker_with_a_name_of_the_user_is_the_user() {
    let user = noor();
    for name in ["Noor", "Haddad", "Noor Haddad", "noor@example.org", "noor-1"] {
        let own = Episode { name: Some(name.to_owned()), ..said("I live in Rome.") };
        let (subject, _) = ends(&read(Some(&user), &own, claims(vec![claim(name, "LIVES_IN", "Rome", None)])).0);
        let linked = [user_node(graph(1)), name_id(graph(1), name, None)];
        assert!(linked[..if name == "Haddad" || name == "Noor" { 1 } else { 2 }].contains(&subject), "{name}");
    }
}

#[test]
fn an_alias_of_two_names_of_the_user_tells_nothing_new() {
    let user = noor();
    let alias = ExtractedAlias {
        name: "Noor Haddad".to_owned(),
        alias: "Noor".to_owned(),
        entity_type: Some("Person".to_owned()),
        span: 0..5,
    };
    let changes =
        read(Some(&user), &said("I am Noor."), Extraction { aliases: vec![alias], ..Extraction::default() }).0;
    assert!(changes.is_empty(), "{changes:?}");
}

#[test]
fn nobody_else_takes_or_gives_a_name_of_the_user() {
    let user = noor();
    let take = |name: &str, alias: &str| ExtractedAlias {
        name: name.to_owned(),
        alias: alias.to_owned(),
        entity_type: Some("Person".to_owned()),
        span: 0..5,
    };
    let by = |role, name: &str| Episode {
        role: Some(role),
        name: Some(name.to_owned()),
        ..said("I am Noor Haddad, you are Bob.")
    };
    let own = Extraction { aliases: vec![take("Noor Haddad", "Bob")], ..Extraction::default() };
    let links = |changes: Vec<Change>| changes.iter().filter(|change| matches!(change, Change::AddLink(_))).count();
    assert_eq!(links(read(Some(&user), &by(Role::User, "Noor"), own.clone()).0), 1, "the user may");
    for other in [by(Role::User, "Mallory"), by(Role::Assistant, "Bot"), by(Role::Tool, "Noor Haddad")] {
        assert_eq!(links(read(Some(&user), &other, own.clone()).0), 0, "{other:?}");
        let stolen = Extraction { aliases: vec![take("Mallory", "noor haddad")], ..Extraction::default() };
        assert_eq!(links(read(Some(&user), &other, stolen).0), 0, "{other:?}");
        let friend = Extraction { aliases: vec![take("Mallory", "Mal")], ..Extraction::default() };
        assert_eq!(links(read(Some(&user), &other, friend).0), 1, "{other:?}");
    }
}

#[test]
fn what_others_say_of_the_user_is_hearsay() {
    let user = noor();
    let is_hearsay = |episode: &Episode, subject: &str| {
        let (changes, _) = read(Some(&user), episode, claims(vec![claim(subject, "LIVES_IN", "Rome", None)]));
        assertions(&changes)[0].is_hearsay()
    };
    let text = "Noor Haddad lives in Rome. Mallory lives in Rome.";
    let mallory = Episode { name: Some("Mallory".to_owned()), ..said(text) };
    assert!(
        is_hearsay(&mallory, "Noor Haddad") && is_hearsay(&Episode { role: Some(Role::Tool), ..said(text) }, "noor")
    );
    assert!(!is_hearsay(&mallory, "Mallory") && !is_hearsay(&said(text), "Noor Haddad"));
    let record = Episode { kind: EpisodeKind::Json, role: None, ..said(text) };
    assert!(!is_hearsay(&record, "Noor Haddad"), "the application's own data are no hearsay");
}

#[test]
fn a_claim_about_one_entity_and_itself_is_dropped() {
    let user = noor();
    let (changes, dropped) =
        read(Some(&user), &said("I am Noor Haddad"), claims(vec![claim("Noor Haddad", "KNOWS", "noor haddad", None)]));
    assert!(assertions(&changes).is_empty());
    assert_eq!(dropped[0].reason, "the subject and the object are the same");
}

#[test]
fn a_value_belongs_to_its_relation_and_is_no_subject() {
    let user = noor();
    let age = claims(vec![claim("Noor Haddad", "HAS_AGE", "34", Some(VALUE_TYPE))]);
    let (_, object) = ends(&read(Some(&user), &said("I am 34."), age).0);
    assert_eq!(object, Some(value_id(graph(1), "HAS_AGE", "34")));
    assert_ne!(object, Some(value_id(graph(1), "WEIGHS", "34")));
    let mut odd = claim("34", "IS", "age", None);
    odd.subject_type = Some(VALUE_TYPE.to_owned());
    let mention = ExtractedMention { name: "34".to_owned(), entity_type: Some(VALUE_TYPE.to_owned()), span: 5..7 };
    let extraction = Extraction { mentions: vec![mention], ..claims(vec![odd]) };
    let (changes, dropped) = read(Some(&user), &said("I am 34."), extraction);
    assert_eq!((changes.len(), dropped.len()), (0, 1));
}

fn statement(text: &str, subject: Option<&str>) -> ExtractedStatement {
    ExtractedStatement { text: text.to_owned(), span: 0..3, subject: subject.map(str::to_owned), valid_from: None }
}

#[test]
fn a_statement_is_an_assertion_without_object_and_mentions_nothing() {
    let user = noor();
    let text = "I went to the market with Paula.";
    let stated =
        |user: Option<&User>, statements| read(user, &said(text), Extraction { statements, ..Extraction::default() });
    let (changes, dropped) = stated(Some(&user), vec![statement("Noor went to the market with Paula.", None)]);
    assert_eq!((changes.len(), dropped.len()), (1, 0));
    let only = assertions(&changes)[0];
    assert_eq!((only.kind, only.subject, only.object), (ClaimKind::States, user_node(graph(1)), None));
    let (changes, _) =
        stated(None, vec![statement("The market is big.", None), statement("The  market is big.", None)]);
    assert_eq!(ends(&changes).0, no_subject(graph(1)), "a repeated sentence is stated once");
    let outside = ExtractedStatement { span: 0..99, ..statement("No.", None) };
    let (changes, dropped) = stated(None, vec![outside, statement("  ", None)]);
    assert!(changes.is_empty());
    let reasons: Vec<&str> = dropped.iter().map(|dropped| dropped.reason).collect();
    assert_eq!(reasons, ["the span is not within the text", "the statement is empty"]);
}

#[test]
fn what_is_above_the_limits_is_reported() {
    let text = "x".repeat(20);
    let many = (0..=CLAIMS_MAX).map(|number| claim("x", "LIKES", &format!("x{number}"), None)).collect();
    let statements = (0..=STATEMENTS_MAX).map(|number| statement(&format!("x {number}"), None)).collect();
    let (changes, dropped) = read(None, &said(&text), Extraction { statements, ..claims(many) });
    assert_eq!(assertions(&changes).len(), CLAIMS_MAX + STATEMENTS_MAX);
    assert_eq!(dropped.len(), 2);
    assert!(dropped.iter().all(|dropped| dropped.reason == TOO_MANY));
}

#[test]
fn the_namesake_has_an_entity_of_its_own() {
    let user = noor();
    let own = said("My friend Noor lives in Rome.");
    let mut changes = initial_evidence(&user);
    let lives = claim("Noor", "LIVES_IN", "Rome", None);
    changes.extend(read(Some(&user), &own, claims(vec![lives, claim("Noor Haddad", "HAS_FRIEND", "Noor", None)])).0);
    let mut evidence = Evidence::default();
    for change in changes {
        match change {
            Change::AddMention(mention) => evidence.mentions.push(mention),
            Change::AddAssertion(assertion) => evidence.assertions.push(assertion),
            Change::AddLink(link) => evidence.links.push(link),
            other => panic!("unexpected: {other:?}"),
        }
    }
    let mut knowledge = Knowledge::new(graph(1));
    knowledge.apply(evidence);
    let user = user_node(graph(1));
    assert!(knowledge.facts().all(|fact| fact.subject != fact.object));
    let home = knowledge.facts().find(|fact| fact.predicate == "LIVES_IN").expect("a home");
    assert_ne!(home.subject, user);
    assert_eq!(knowledge.entity(home.subject).map(|entity| entity.name.as_str()), Some("Noor"));
}
