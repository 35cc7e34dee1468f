//! Requests that are repeated, and objects found by the uuids that the server assigned.

use erstwhile::ErrorKind;
use erstwhile::engine::{FactDraft, GraphRef, NewGraph, NewMessage, NewThread, NewUser, NodeDraft};
use erstwhile::model::{EpisodeId, Role};
use uuid::Uuid;

use crate::world::World;

const SEED: Uuid = Uuid::from_u128(7);

#[tokio::test]
async fn what_is_written_twice_with_one_seed_is_there_once() {
    let world = World::new().await;
    let project = world.engine.project(world.project);
    let before = world.facts().await.len();
    let message = NewMessage::new(Role::User, "I like tea.");
    let named = |name: &str| NodeDraft { name: Some(name.to_owned()), ..NodeDraft::default() };
    let draft = FactDraft {
        predicate: "PLAYS".to_owned(),
        statement: "Ann plays chess.".to_owned(),
        source: named("Ann"),
        target: named("chess"),
        ..FactDraft::default()
    };
    let mut answers = Vec::new();
    for _ in 0..2 {
        let project = world.engine.project(world.project).repeatable(SEED);
        let user = project.add_user_without_id(NewUser::named("", "Bea", "Roe")).await.unwrap();
        let posted = project.thread("t").add_messages(vec![message.clone()], &[], false).await.unwrap();
        let (fact, _) = project.graph(GraphRef::User("ann".to_owned())).add_fact(draft.clone()).await.unwrap();
        answers.push((user, posted, fact.fact.id));
    }
    assert_eq!(answers[0], answers[1]);
    let (messages, _) = project.thread("t").messages(0, 10).await.unwrap();
    assert_eq!(messages.iter().filter(|message| message.content == "I like tea.").count(), 1);
    assert_eq!(world.facts().await.len(), before + 1);
}

#[tokio::test]
async fn a_request_that_is_repeated_after_the_deletion_revives_nobody() {
    let world = World::new().await;
    let project = || world.engine.project(world.project);
    let arrive = async || project().repeatable(SEED).add_user(NewUser::named("bea", "Bea", "Roe")).await;
    let begin = async || project().repeatable(SEED).create_thread(NewThread::of("b", "bea")).await;
    let talk =
        async || project().repeatable(SEED).thread("b").add_messages(vec![said("I like tea.")], &[], false).await;
    let share = async || {
        let graph = NewGraph { graph_id: "shared".to_owned(), ..NewGraph::default() };
        project().repeatable(SEED).create_graph(graph).await
    };
    arrive().await.unwrap();
    begin().await.unwrap();
    talk().await.unwrap();
    share().await.unwrap();
    project().user("bea").delete().await.unwrap();
    project().graph("shared").delete().await.unwrap();
    let repeated = [arrive().await.err(), begin().await.err(), talk().await.err(), share().await.err()];
    assert_eq!(repeated.map(|error| error.map(|error| error.kind())), [Some(ErrorKind::NotFound); 4]);
    assert_eq!(project().user("bea").get().await.unwrap_err().kind(), ErrorKind::NotFound);
    let shared = project().graph(GraphRef::Graph("shared".to_owned())).get().await;
    assert_eq!(shared.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn one_seed_in_two_projects_makes_two_users() {
    let world = World::new().await;
    let other = world.engine.ensure_project("other").await.unwrap().id;
    let mut users = Vec::new();
    for project in [world.project, other] {
        users.push(
            world.engine.project(project).repeatable(SEED).add_user_without_id(NewUser::default()).await.unwrap().uuid,
        );
    }
    assert_ne!(users[0], users[1]);
}

#[tokio::test]
async fn a_key_that_was_used_for_another_request_is_refused_and_nothing_is_written() {
    let world = World::new().await;
    let other = world.engine.ensure_project("other").await.unwrap().id;
    let key = Uuid::from_u128(1);
    let asked = |request| world.engine.project(world.project).repeatable_with_key(key, Uuid::from_u128(request));
    let first = asked(1).add_user_without_id(NewUser::named("", "Bea", "Roe")).await.unwrap();
    let again = asked(1).add_user_without_id(NewUser::named("", "Bea", "Roe")).await.unwrap();
    assert_eq!(first, again);
    let refused = asked(2).add_user_without_id(NewUser::named("", "Cyd", "Roe")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::KeyReused);
    let refused = asked(2).thread("t").add_messages(vec![said("I like tea.")], &[], false).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::KeyReused);
    assert_eq!(world.engine.project(world.project).thread("t").messages(0, 10).await.unwrap().1, 0);
    let elsewhere = world.engine.project(other).repeatable_with_key(key, Uuid::from_u128(2));
    elsewhere.add_user_without_id(NewUser::default()).await.unwrap();

    world.clock.advance_s(25 * 60 * 60);
    world.engine.remove_obsolete_rows().await.unwrap();
    asked(2).add_user_without_id(NewUser::named("", "Cyd", "Roe")).await.unwrap();
}

/// A uuid that the application gives.
const GIVEN: EpisodeId = EpisodeId(Uuid::from_u128(0xfeed_4000_8000_0000_0000_0000_0001));

fn said(content: &str) -> NewMessage {
    NewMessage::new(Role::User, content)
}

fn given(content: &str) -> NewMessage {
    NewMessage { id: Some(GIVEN), ..said(content) }
}

#[tokio::test]
async fn a_message_with_a_uuid_of_the_application_is_added_once_and_keeps_it() {
    let world = World::new().await;
    let project = world.engine.project(world.project);
    let thread = project.thread("t");
    let first = thread.add_messages(vec![given("I like tea."), said("I like figs.")], &[], false).await.unwrap();
    assert_eq!(first.messages[0], GIVEN);
    let again = thread.add_messages(vec![given("I like tea.")], &[], false).await.unwrap();
    assert_eq!((again.messages, again.task), (vec![GIVEN], first.task));
    let more = thread.add_messages(vec![said("I like jam."), given("I like tea.")], &[], false).await.unwrap();
    assert_eq!(more.messages[1], GIVEN);
    let texts: Vec<String> =
        thread.messages(0, 10).await.unwrap().0.into_iter().map(|message| message.content).collect();
    assert_eq!(texts, ["I like tea.", "I like figs.", "I like jam."]);
    assert_eq!(project.find_episode(GIVEN).await.unwrap().content, "I like tea.");
    assert_eq!(project.task(first.task).await.unwrap().total, 2);
    let doubled = thread.add_messages(vec![given("I like tea."), given("I like tea.")], &[], false).await.unwrap_err();
    assert_eq!(doubled.kind(), ErrorKind::Invalid);
}

#[tokio::test]
async fn a_uuid_of_another_message_is_a_conflict_and_nothing_is_disclosed_or_changed() {
    let world = World::new().await;
    let project = world.engine.project(world.project);
    project.thread("t").add_messages(vec![given("I like tea.")], &[], false).await.unwrap();
    let assigned = project.thread("t").add_messages(vec![said("I like figs.")], &[], false).await.unwrap().messages[0];
    project.add_user(NewUser::named("bea", "Bea", "Roe")).await.unwrap();
    for (thread, user) in [("other of ann", "ann"), ("of bea", "bea")] {
        let new = NewThread { thread_id: thread.to_owned(), user_id: Some(user.to_owned()), ..NewThread::default() };
        project.create_thread(new).await.unwrap();
    }
    let assigned = NewMessage { id: Some(assigned), ..said("I like figs.") };
    for (thread, message) in [
        ("t", given("I like salt.")),
        ("t", NewMessage { role: Role::Assistant, ..given("I like tea.") }),
        ("other of ann", given("I like tea.")),
        ("of bea", given("I like tea.")),
        ("of bea", given("I like salt.")),
        ("of bea", assigned),
    ] {
        let refused = project.thread(thread).add_messages(vec![said("x"), message], &[], false).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);
        assert!(!refused.message().contains("tea"), "{refused}");
    }
    assert_eq!(project.thread("of bea").messages(0, 10).await.unwrap().1, 0);
    assert_eq!(project.thread("t").messages(0, 10).await.unwrap().1, 2);

    let other = world.engine.project(world.engine.ensure_project("other").await.unwrap().id);
    other.thread("t").ensure().await.unwrap();
    assert!(other.find_episode(GIVEN).await.is_err());
    other.thread("t").add_messages(vec![given("I like salt.")], &[], false).await.unwrap();
    assert_eq!(project.find_episode(GIVEN).await.unwrap().content, "I like tea.");
    assert_eq!(other.find_episode(GIVEN).await.unwrap().content, "I like salt.");
}

#[tokio::test]
async fn a_uuid_is_free_again_when_its_message_is_deleted() {
    let world = World::new().await;
    let project = world.engine.project(world.project);
    let new = NewThread { thread_id: "u".to_owned(), user_id: Some("ann".to_owned()), ..NewThread::default() };
    project.add_user(NewUser::named("bea", "Bea", "Roe")).await.unwrap();
    let of_bea = NewThread { thread_id: "v".to_owned(), user_id: Some("bea".to_owned()), ..NewThread::default() };
    project.create_thread(of_bea).await.unwrap();
    for removal in 0..3 {
        project.create_thread(new.clone()).await.unwrap();
        project.thread("u").add_messages(vec![given("I like tea.")], &[], false).await.unwrap();
        match removal {
            0 => drop(project.delete_episode(GIVEN).await.unwrap()),
            1 => drop(project.thread("u").delete().await.unwrap()),
            _ => drop(project.user("ann").delete().await.unwrap()),
        }
        assert!(project.find_episode(GIVEN).await.is_err());
        if removal == 0 {
            project.thread("u").delete().await.unwrap();
        }
        project.thread("v").add_messages(vec![given("I like tea.")], &[], false).await.unwrap();
        project.delete_episode(GIVEN).await.unwrap();
    }
}

#[tokio::test]
async fn of_many_requests_with_one_uuid_at_the_same_time_one_adds_the_message() {
    let world = World::new().await;
    let project = world.engine.project(world.project);
    let add = || {
        let thread = project.thread("t");
        tokio::spawn(async move { thread.add_messages(vec![given("I like tea.")], &[], false).await })
    };
    let adding: Vec<_> = (0..8).map(|_| add()).collect();
    for added in adding {
        assert_eq!(added.await.unwrap().unwrap().messages, [GIVEN]);
    }
    assert_eq!(project.thread("t").messages(0, 10).await.unwrap().1, 1);
}

#[tokio::test]
async fn a_graph_is_found_by_its_uuid_and_by_that_of_its_user_only() {
    let world = World::new().await;
    let project = world.engine.project(world.project);
    let user = project.user("ann").get().await.unwrap();
    assert_eq!(project.graph_by_uuid(user.graph.0).await.unwrap().reference, GraphRef::User("ann".to_owned()));
    assert_eq!(project.graph_by_uuid(user.uuid.0).await.unwrap().graph.id, user.graph);
    let thread = project.thread("t").get().await.unwrap();
    assert_eq!(project.thread_by_uuid(thread.uuid.0).await.unwrap(), thread);
    assert!(project.graph_by_uuid(thread.uuid.0).await.is_err(), "a thread is no graph");
    assert!(project.thread_by_uuid(user.uuid.0).await.is_err(), "a user is no thread");
    let graph = project.create_graph_without_id(NewGraph::default()).await.unwrap();
    assert_eq!(graph.own_id, graph.id.0.to_string());
}
