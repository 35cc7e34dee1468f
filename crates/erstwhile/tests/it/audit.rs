//! The audit log of an engine: who may read it, and requests that are repeated.

use erstwhile::ErrorKind;
use erstwhile::engine::{AuditQuery, AuditScope, Audited, GraphRef, NewThread, ProjectHandle};
use erstwhile::model::{Actor, AuditAction, AuditTargetKind};
use uuid::Uuid;

use crate::world::World;

async fn log(project: &ProjectHandle) -> Vec<Audited> {
    project.audit(&AuditQuery { limit: 100, ..AuditQuery::default() }).await.unwrap()
}

#[tokio::test]
async fn who_reaches_one_graph_neither_reads_nor_verifies_the_log_of_the_project() {
    let world = World::new().await;
    let project = world.engine.project(world.project);
    project.thread("t").delete().await.unwrap();
    assert_eq!(log(&project).await.len(), 1);
    let graph = project.graph(GraphRef::User("ann".to_owned())).get().await.unwrap().id;
    let bound = project.bound_to(graph);
    let refused = bound.audit(&AuditQuery { limit: 100, ..AuditQuery::default() }).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Forbidden);
    assert_eq!(bound.verify_audit(None).await.unwrap_err().kind(), ErrorKind::Forbidden);
}

#[tokio::test]
async fn a_repeated_deletion_is_recorded_once_and_a_failed_one_not_at_all() {
    let world = World::new().await;
    let key = Actor::Key { id: Uuid::from_u128(1).into(), prefix: "ew_12345".to_owned() };
    let project = world.engine.project(world.project).acting_as(key.clone());
    let again = || project.clone().repeatable(Uuid::from_u128(7));
    project.create_thread(NewThread::of("other", "ann")).await.unwrap();
    let episode = world.say("2025-01-01T00:00:00Z", "likes tea").await;
    for _ in 0..2 {
        again().delete_episode(episode).await.unwrap();
    }
    assert_eq!(project.delete_episode(episode).await.unwrap_err().kind(), ErrorKind::NotFound);
    let log = log(&project).await;
    let [only] = log.as_slice() else { panic!("{log:?}") };
    let record = &only.record;
    assert_eq!((&record.actor, record.action, record.kind), (&key, AuditAction::Delete, AuditTargetKind::Episode));
    assert_eq!(record.id, Some(episode.0));
    let of_nobody = AuditScope::Graph(GraphRef::User("nobody".to_owned()));
    let query = AuditQuery { limit: 1, about: Some(of_nobody), before: None };
    assert_eq!(project.audit(&query).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_check_of_the_store_is_not_recorded() {
    let world = World::new().await;
    world.engine.check_graph().await.unwrap();
    let nobody = world.engine.project(Uuid::nil().into());
    assert_eq!(log(&nobody).await, []);
}
