//! The audit log: its chain goes on, and survives erasure.

use std::sync::Arc;

use erstwhile::store::sql::{Reach, Rows, Sql, Statement, Step};
use erstwhile::store::{AuditListing, AuditSubject, Store};
use erstwhile_core::change::{Batch, BatchPrecondition, Change};
use erstwhile_core::model::{
    Actor, AuditAction, AuditEntry, AuditRecord, AuditTargetKind, BatchId, GraphId, PartitionId, PartitionOwner,
    ProjectId,
};
use uuid::Uuid;

use super::{at, batch, graph_id, new_user, project};

/// An entry about something of a partition.
fn entry(number: u128, partition: Option<PartitionId>, name: &str) -> Change {
    Change::Audit(AuditEntry {
        actor: Actor::Key { id: Uuid::from_u128(7).into(), prefix: "ew_12345".to_owned() },
        action: AuditAction::Delete,
        kind: AuditTargetKind::Thread,
        partition,
        id: Some(Uuid::from_u128(number)),
        name: name.to_owned(),
        salt: Uuid::from_u128(number + 1_000),
    })
}

fn of_project(project: ProjectId, number: u128, changes: Vec<Change>) -> Batch {
    let (id, at) = (BatchId(Uuid::from_u128(number)), at(number as i64));
    Batch { id, project, partition: None, expect: BatchPrecondition::None, at, changes }
}

async fn list(store: &Store, project: ProjectId, about: Option<AuditSubject<'_>>) -> Vec<AuditRecord> {
    store.audit(project, AuditListing { before: i64::MAX, limit: 1_000, about }).await.unwrap()
}

fn numbers(records: &[AuditRecord]) -> Vec<i64> {
    records.iter().map(|record| record.number).collect()
}

/// Each project has a chain of its own; each record follows the one before; a batch that is refused or sent again leaves
/// none; pages are newest first.
pub async fn records_follow_one_another(store: &Store) {
    let (first, second) = (project(1), project(2));
    assert_eq!(store.audit_head(first).await.unwrap().number, 0);
    assert_eq!(store.verify_audit(first, None).await.unwrap().map(|head| head.number), Ok(0));
    for number in 0..3 {
        store.apply(&of_project(first, number, vec![entry(number, None, "t")])).await.unwrap();
    }
    store.apply(&of_project(first, 2, vec![entry(2, None, "t")])).await.unwrap();
    let refused = vec![entry(9, None, "t"), Change::RemoveThread("missing".to_owned())];
    store.apply(&batch(9, graph_id(1), refused)).await.unwrap_err();
    store.apply(&of_project(second, 3, vec![entry(3, None, "t"), entry(4, None, "u")])).await.unwrap();
    let log = list(store, first, None).await;
    assert_eq!(numbers(&log), [3, 2, 1]);
    assert_eq!(numbers(&list(store, second, None).await), [2, 1]);
    assert!(log.windows(2).all(|pair| pair[0].previous == pair[1].digest));
    assert_eq!(log[0].at, at(2));
    assert_eq!(log[0].actor, Actor::Key { id: Uuid::from_u128(7).into(), prefix: "ew_12345".to_owned() });
    assert_ne!(
        log[2].previous,
        list(store, second, None).await[1].previous,
        "chains of two projects begin differently"
    );
    let page = store.audit(first, AuditListing { before: 3, limit: 1, about: None }).await.unwrap();
    assert_eq!(numbers(&page), [2]);
    let head = store.verify_audit(first, None).await.unwrap().unwrap();
    assert_eq!((head.number, head.digest), (3, log[0].digest));
}

/// Whoever has kept an end of the log can tell that it is still in it.
pub async fn a_known_end_must_still_be_in_the_log(store: &Store) {
    let project = project(1);
    for number in 0..2 {
        store.apply(&of_project(project, number, vec![entry(number, None, "t")])).await.unwrap();
    }
    let known = store.audit_head(project).await.unwrap();
    store.apply(&of_project(project, 5, vec![entry(5, None, "t")])).await.unwrap();
    assert!(store.verify_audit(project, Some(known)).await.unwrap().is_ok());
    let forged = erstwhile::store::AuditHead { digest: [1; 32], ..known };
    assert_eq!(store.verify_audit(project, Some(forged)).await.unwrap().unwrap_err().number, 2);
    let later = erstwhile::store::AuditHead { number: 9, ..known };
    assert_eq!(store.verify_audit(project, Some(later)).await.unwrap().unwrap_err().number, 4);
}

/// Removing a user erases what connects records with them, and nothing else; the chain can still be verified.
pub async fn the_chain_survives_the_erasure_of_a_user(store: &Store) {
    let (project, graph, other) = (project(1), graph_id(1), graph_id(2));
    for (number, graph, user) in [(1, graph, "noor"), (2, other, "mia")] {
        store.apply(&batch(number, graph, vec![new_user(project, graph, user, 0)])).await.unwrap();
        let of = |graph: GraphId| Some(PartitionId::from(graph));
        store.apply(&batch(number + 10, graph, vec![entry(number, of(graph), "a thread")])).await.unwrap();
    }
    let before = list(store, project, None).await;
    assert_eq!(numbers(&list(store, project, Some(AuditSubject::Partition(graph.into()))).await), [1]);
    assert_eq!(numbers(&list(store, project, Some(AuditSubject::Name("a thread"))).await), [2, 1]);
    let deletion = vec![Change::RemovePartition(PartitionOwner::User("noor".to_owned())), entry(30, None, "noor")];
    store.apply(&batch(30, graph, deletion)).await.unwrap();
    let after = list(store, project, None).await;
    let erased = AuditRecord { partition: None, id: None, name_digest: None, salt: None, ..before[1].clone() };
    assert_eq!(after[1..], [before[0].clone(), erased]);
    assert_eq!(numbers(&list(store, project, Some(AuditSubject::Name("a thread"))).await), [2]);
    assert_eq!(numbers(&list(store, project, Some(AuditSubject::Name("noor"))).await), [3], "the deletion is found");
    assert_eq!(store.verify_audit(project, None).await.unwrap().map(|head| head.number), Ok(3));
}

/// Writers do not wait for one another's answers, and no record is lost or doubled.
pub async fn records_of_concurrent_writers_make_one_chain(store: &Store) {
    let writers = (0..8_u128).map(|writer| {
        let store = store.clone();
        tokio::spawn(async move {
            for number in 0..8 {
                let number = writer * 100 + number;
                store.apply(&of_project(project(1), number, vec![entry(number, None, "t")])).await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(store.verify_audit(project(1), None).await.unwrap().map(|head| head.number), Ok(64));
    let log = list(store, project(1), None).await;
    assert_eq!(numbers(&log), (1..=64).rev().collect::<Vec<_>>());
}

/// Two programs on one database write to one log at the same time, and a third that comes later goes on with it.
pub async fn the_log_goes_on_in_another_program(programs: [Store; 3]) {
    let [left, right, later] = programs;
    let writing = [(left, 0_u128), (right, 1_000)].map(|(store, from)| {
        tokio::spawn(async move {
            for number in from..from + 20 {
                store.apply(&of_project(project(1), number, vec![entry(number, None, "t")])).await.unwrap();
            }
        })
    });
    for writer in writing {
        writer.await.unwrap();
    }
    later.apply(&of_project(project(1), 2_000, vec![entry(2_000, None, "t")])).await.unwrap();
    assert_eq!(later.verify_audit(project(1), None).await.unwrap().map(|head| head.number), Ok(41));
}

macro_rules! tampering {
    ($($wrong:literal, $name:ident, $sql:literal;)*) => {
        /// What somebody with access to the database could do to a log of four records, each with the number of the first
        /// record that is then wrong.
        const TAMPERING: &[(&Statement, i64)] =
            &[$((&Statement { name: stringify!($name), sql: $sql, reach: Reach::FanOut }, $wrong)),*];
    };
}

tampering! {
    2, CHANGE_TIME, "UPDATE audit SET at = at + 1 WHERE number = 2";
    2, CHANGE_ACTOR, "UPDATE audit SET actor = 1 WHERE number = 2";
    2, CHANGE_KEY, "UPDATE audit SET key_prefix = 'ew_other' WHERE number = 2";
    2, CHANGE_ACTION, "UPDATE audit SET action = 5 WHERE number = 2";
    2, CHANGE_ACTION_TO_NONE, "UPDATE audit SET action = 99 WHERE number = 2";
    2, CHANGE_KIND, "UPDATE audit SET kind = 5 WHERE number = 2";
    2, CHANGE_TARGET, "UPDATE audit SET target_digest = digest WHERE number = 2";
    2, CHANGE_PREVIOUS, "UPDATE audit SET previous = digest WHERE number = 2";
    2, CHANGE_DIGEST, "UPDATE audit SET digest = target_digest WHERE number = 2";
    2, REMOVE, "DELETE FROM audit WHERE number = 2";
    2, REMOVE_AND_RENUMBER, "UPDATE audit SET number = CASE number WHEN 2 THEN 40 ELSE 2 END WHERE number = 2 OR number = 3";
    5, APPEND,
        "INSERT INTO audit SELECT project_id, 5, at, actor, key_id, key_prefix, action, kind, partition_id, target_id, name_digest, \
         salt, target_digest, previous, digest FROM audit WHERE number = 2";
    1, INSERT,
        "INSERT INTO audit SELECT project_id, 0, at, actor, key_id, key_prefix, action, kind, partition_id, target_id, name_digest, \
         salt, target_digest, previous, digest FROM audit WHERE number = 2";
    4, RENUMBER_LAST, "UPDATE audit SET number = 5 WHERE number = 4";
    4, REMOVE_LAST, "DELETE FROM audit WHERE number = 4";
    1, REMOVE_ALL, "DELETE FROM audit";
    4, CHANGE_LAST, "UPDATE audit SET at = at + 1 WHERE number = 4";
    4, CHANGE_HEAD, "UPDATE audit_head SET digest = previous";
    2, CHANGE_PARTITION, "UPDATE audit SET partition_id = salt WHERE number = 2";
    2, CHANGE_ID, "UPDATE audit SET target_id = salt WHERE number = 2";
    2, CHANGE_NAME, "UPDATE audit SET name_digest = digest WHERE number = 2";
    2, ERASE_HALF, "UPDATE audit SET salt = NULL WHERE number = 2";
}

/// Whatever is changed in a log is found, with the first record that is wrong. `open` opens an empty database.
pub async fn tampering_is_found<F: Future<Output = Arc<dyn Sql>>>(open: impl Fn() -> F) {
    for (statement, wrong) in TAMPERING {
        let database = open().await;
        let store = Store::open(Arc::clone(&database)).await.unwrap();
        for number in 1..5 {
            store.apply(&of_project(project(1), number, vec![entry(number, None, "t")])).await.unwrap();
        }
        assert!(store.verify_audit(project(1), None).await.unwrap().is_ok());
        let step = Step { statement, params: Vec::new(), expect: Rows::Any };
        database.transact(vec![step]).await.unwrap();
        let found = store.verify_audit(project(1), None).await.unwrap();
        assert_eq!(found.as_ref().map_err(|broken| broken.number), Err(*wrong), "{}: {found:?}", statement.name);
    }
}
