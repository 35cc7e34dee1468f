//! Requests that are repeated, and objects found by the uuids that the server assigned.

use erstwhile::engine::{FactDraft, GraphRef, NewGraph, NewMessage, NewUser, NodeDraft};
use erstwhile::model::Role;
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
