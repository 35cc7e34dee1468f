//! Conformance of exports and imports between any two stores.
//!
//! Tests invoke it once for each direction: `export_conformance!(from: open, to: open)`, where each is an
//! async function that returns a new, empty [`Store`] with a guard that keeps its database alive.

mod damage;
mod forged;
pub(crate) mod world;

pub use damage::changed_rows_are_found_and_never_returned;
pub use forged::rows_that_the_program_cannot_read_are_refused;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use erstwhile::engine::{GraphRef, NewThread};
use erstwhile::export::{Imported, Progress};
use erstwhile::store::tables::{ExportUnitKind, TABLES};
use erstwhile::store::{ExportUnitId, ImportOutcome, Queue, Store};
use erstwhile_core::error::ErrorKind;
use erstwhile_core::model::{ImportState, ProjectId};
use world::{World, ann};

/// Instantiates the suite for two drivers: one test for each function of this module.
#[macro_export]
macro_rules! export_conformance {
    (from: $from:path, to: $to:path) => {
        $crate::export_conformance!(@tests $from, $to:
            every_row_is_exported_and_imported
            pending_episodes_are_ingested_at_the_destination
            import_items_distributed_during_the_export_are_added_once
            an_interrupted_export_or_import_resumes
            a_second_run_changes_nothing
            an_export_follows_its_source
            a_damaged_export_is_refused
            rows_that_the_program_cannot_read_are_refused
            different_content_is_not_overwritten
            another_project_of_the_same_name_blocks_the_import
        );
    };
    (@tests $from:path, $to:path: $($name:ident)*) => {
        $(#[tokio::test]
        async fn $name() {
            let (source, _source_guard) = $from().await;
            let (target, _target_guard) = $to().await;
            $crate::export::$name(&source, &target).await;
        })*
    };
}

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("export");
    (folder, path)
}

async fn import(world: &World, path: &Path) -> Imported {
    world.engine.import_from(path, &()).await.unwrap()
}

fn clean(imported: &Imported) {
    assert_eq!((imported.problems.as_slice(), imported.skipped), ([].as_slice(), 0));
}

fn unit_files(path: &Path) -> BTreeSet<PathBuf> {
    fs::read_dir(path.join("units")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// Rows of every kind are imported, and every query returns the same result at the destination.
pub async fn every_row_is_exported_and_imported(source: &Store, target: &Store) {
    let from = World::full(source).await;
    let mut filled = BTreeSet::new();
    for unit in source.list_units().await.unwrap() {
        let unit = source.read_unit(unit).await.unwrap().unwrap();
        filled.extend(unit.tables().filter(|(_, rows)| !rows.is_empty()).map(|(table, _)| table.name));
    }
    assert_eq!(filled, TABLES.iter().map(|table| table.name).collect(), "every table has rows to export");
    let (_guard, path) = folder();
    let exported = from.engine.export_to(&path, &()).await.unwrap();
    assert_eq!(exported.written, exported.projects + exported.graphs);
    let to = World::empty(target, &from);
    let imported = import(&to, &path).await;
    clean(&imported);
    assert_eq!((imported.written, imported.kept, imported.rows), (exported.written, 0, exported.rows));
    let (expected, found) = (from.answers().await, to.answers().await);
    for (expected, found) in expected.iter().zip(&found) {
        assert_eq!(expected, found);
    }
    assert_eq!(expected.len(), found.len());
    assert_eq!(to.engine.authenticate(world::SECRET).await.unwrap().project, from.project, "the key works");
    assert_eq!(target.list_units().await.unwrap(), source.list_units().await.unwrap());
}

/// Episodes that were pending at the source are ingested at the destination; leases are not exported.
pub async fn pending_episodes_are_ingested_at_the_destination(source: &Store, target: &Store) {
    let from = World::full(source).await;
    // A worker of the source holds a lease.
    source
        .claim(Queue::Ingestion, from.engine.now(), from.engine.now() + jiff::SignedDuration::from_hours(1))
        .await
        .unwrap()
        .unwrap();
    let (_guard, path) = folder();
    from.engine.export_to(&path, &()).await.unwrap();
    let to = World::empty(target, &from);
    clean(&import(&to, &path).await);
    let depth = target.queue_depth(Queue::Ingestion).await.unwrap();
    let expected = (5, 3, 0);
    assert_eq!((depth.episodes, depth.graphs, depth.attempts_max), expected, "two messages, and a job of three items");
    to.clock.advance_s(60);
    to.ingest().await;
    assert_eq!(target.queue_depth(Queue::Ingestion).await.unwrap().episodes, 0);
    assert!(to.facts(&ann()).await.iter().any(|fact| fact.contains("likes figs")), "the pending message was ingested");
    assert_eq!(to.engine.project(to.project).import_job(to.bulk).get().await.unwrap().state, ImportState::Succeeded);
    // The source ingests its pending episodes with the same result.
    from.clock.advance_s(7200);
    from.ingest().await;
    assert_eq!(from.facts(&ann()).await, to.facts(&ann()).await);
}

/// An import job whose items are distributed during the export loses no items and adds none twice.
pub async fn import_items_distributed_during_the_export_are_added_once(source: &Store, target: &Store) {
    let from = World::full(source).await;
    let read = async |kind: ExportUnitKind, id| source.read_unit(ExportUnitId { kind, id }).await.unwrap().unwrap();
    let home = read(ExportUnitKind::ImportJob, from.bulk.0).await;
    from.clock.advance_s(60);
    from.ingest().await;
    let graph = from.engine.project(from.project).graph(ann()).get().await.unwrap().id;
    let to = World::empty(target, &from);
    for unit in [read(ExportUnitKind::Project, from.project.0).await, read(ExportUnitKind::Graph, graph.0).await, home]
    {
        assert_eq!(target.write_unit(unit, to.engine.now()).await.unwrap(), ImportOutcome::Written);
    }
    to.clock.advance_s(60);
    to.ingest().await;
    assert_eq!(to.engine.project(to.project).import_job(to.bulk).get().await.unwrap().state, ImportState::Succeeded);
    let texts = async |world: &World| -> Vec<String> {
        let (messages, _) = world.engine.project(world.project).thread("loaded").messages(0, 100).await.unwrap();
        messages.into_iter().map(|message| message.content).collect()
    };
    assert_eq!(texts(&to).await, texts(&from).await);
    assert_eq!(to.facts(&ann()).await, from.facts(&ann()).await);
}

/// Interrupts an export or import after a number of units.
struct Cut {
    left: AtomicUsize,
    cut: CancellationToken,
}

impl Cut {
    fn after(units: usize) -> Self {
        Self { left: AtomicUsize::new(units), cut: CancellationToken::new() }
    }
}

impl Progress for Cut {
    fn start(&self, _: u64) {}

    fn advance(&self) {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.cut.cancel();
        }
    }
}

/// An export or import that is interrupted at any point and run again has the same result as an uninterrupted one.
pub async fn an_interrupted_export_or_import_resumes(source: &Store, target: &Store) {
    let from = World::full(source).await;
    let (_guard, path) = folder();
    let cut = Cut::after(3);
    let ended = tokio::select! {
        biased;
        () = cut.cut.cancelled() => None,
        ended = from.engine.export_to(&path, &cut) => Some(ended),
    };
    assert!(ended.is_none(), "the export was interrupted");
    let to = World::empty(target, &from);
    let error = to.engine.import_from(&path, &()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.message().contains("not a finished export"), "{error}");
    // Simulates a crash: an incomplete line in the index, and an incomplete file.
    let index = path.join("index.jsonl");
    fs::write(&index, fs::read_to_string(&index).unwrap() + "{\"kind\":\"graph\",\"id\":\"").unwrap();
    fs::write(path.join("units/graph-x.jsonl.gz.partial"), "half").unwrap();
    let exported = from.engine.export_to(&path, &()).await.unwrap();
    let units = exported.projects + exported.graphs;
    assert!(exported.kept >= 3 && exported.written > 0, "{exported:?}");
    assert_eq!(unit_files(&path).len() as u64, units);

    let cut = Cut::after(3);
    tokio::select! {
        biased;
        () = cut.cut.cancelled() => {}
        ended = to.engine.import_from(&path, &cut) => panic!("the import was not interrupted: {ended:?}"),
    }
    let imported = import(&to, &path).await;
    clean(&imported);
    assert!(imported.kept >= 3 && imported.written > 0, "{imported:?}");
    assert_eq!(imported.kept + imported.written, units);
    assert_eq!(from.answers().await, to.answers().await);
}

/// A second export or import changes nothing.
pub async fn a_second_run_changes_nothing(source: &Store, target: &Store) {
    let from = World::full(source).await;
    let (_guard, path) = folder();
    let first = from.engine.export_to(&path, &()).await.unwrap();
    let second = from.engine.export_to(&path, &()).await.unwrap();
    assert_eq!((second.kept, second.written, second.removed), (first.written, 0, 0));
    assert_eq!((second.rows, second.bytes), (first.rows, first.bytes));
    let to = World::empty(target, &from);
    clean(&import(&to, &path).await);
    let before = to.answers().await;
    let again = import(&to, &path).await;
    clean(&again);
    assert_eq!((again.kept, again.written), (first.written, 0));
    assert_eq!(to.answers().await, before);
    // Exporting the destination to another folder gives the same rows.
    let (_guard, back) = folder();
    let third = to.engine.export_to(&back, &()).await.unwrap();
    assert_eq!((third.projects, third.graphs, third.rows), (first.projects, first.graphs, first.rows));
    let again = import(&from, &back).await;
    clean(&again);
    assert_eq!(again.written, 0, "the unchanged units are not written again");
}

/// Exporting into an older export updates it, and removes users who were deleted since.
pub async fn an_export_follows_its_source(source: &Store, target: &Store) {
    let from = World::full(source).await;
    let (_guard, path) = folder();
    let first = from.engine.export_to(&path, &()).await.unwrap();
    from.say("t", "one more message").await;
    from.engine.project(from.project).user("bob").delete().await.unwrap();
    let to = World::empty(target, &from);
    let cut = Cut::after(1);
    tokio::select! {
        biased;
        () = cut.cut.cancelled() => {}
        ended = from.engine.export_to(&path, &cut) => panic!("the export was not interrupted: {ended:?}"),
    }
    let error = to.engine.import_from(&path, &()).await.unwrap_err();
    assert!(error.message().contains("not a finished export"), "an incomplete folder must not be importable: {error}");
    let second = from.engine.export_to(&path, &()).await.unwrap();
    assert_eq!((second.written, second.removed, second.graphs), (1, 1, first.graphs - 1), "{second:?}");
    clean(&import(&to, &path).await);
    assert_eq!(to.engine.project(to.project).user("bob").get().await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(from.answers().await, to.answers().await);
    let elsewhere = path.join("..");
    let error = from.engine.export_to(&elsewhere, &()).await.unwrap_err();
    assert!(error.message().contains("neither empty nor an export"), "{error}");
}

/// A damaged, truncated or missing file is reported, and none of it is imported; the other files are imported.
pub async fn a_damaged_export_is_refused(source: &Store, target: &Store) {
    let from = World::full(source).await;
    let (_guard, path) = folder();
    let exported = from.engine.export_to(&path, &()).await.unwrap();
    let file = async |user: &str| {
        let graph = from.engine.project(from.project).graph(GraphRef::User(user.to_owned())).get().await.unwrap();
        path.join("units").join(format!("graph-{}.jsonl.gz", graph.id))
    };
    let (ann, bob) = (file("ann").await, file("bob").await);
    let (whole_ann, whole_bob) = (fs::read(&ann).unwrap(), fs::read(&bob).unwrap());
    let mut flipped = whole_ann.clone();
    flipped[whole_ann.len() / 2] ^= 1;
    fs::write(&ann, flipped).unwrap();
    fs::write(&bob, &whole_bob[..whole_bob.len() - 9]).unwrap();
    let to = World::empty(target, &from);
    let imported = import(&to, &path).await;
    let named: Vec<&str> = imported.problems.iter().map(|problem| problem.name.as_str()).collect();
    assert_eq!(named, ["user ann", "user bob"]);
    assert!(imported.problems.iter().all(|problem| problem.message.contains("checksum")), "{imported:?}");
    assert_eq!(to.engine.project(to.project).user("ann").get().await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(imported.written, exported.written - 2);
    fs::remove_file(&bob).unwrap();
    let imported = import(&to, &path).await;
    assert!(imported.problems[1].message.contains("cannot be read"), "{imported:?}");
    // Exporting again repairs the folder.
    let mended = from.engine.export_to(&path, &()).await.unwrap();
    assert_eq!(mended.written, 2);
    assert_eq!((fs::read(&ann).unwrap(), fs::read(&bob).unwrap()), (whole_ann, whole_bob));
    let imported = import(&to, &path).await;
    clean(&imported);
    assert_eq!(imported.written, 2);
    assert_eq!(from.answers().await, to.answers().await);
    let index = path.join("index.jsonl");
    let shorter: Vec<String> = fs::read_to_string(&index).unwrap().lines().skip(1).map(str::to_owned).collect();
    fs::write(&index, shorter.join("\n")).unwrap();
    let error = to.engine.import_from(&path, &()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    assert!(error.message().contains("index"), "{error}");
}

/// Units with different content are reported and never overwritten; the others are imported.
pub async fn different_content_is_not_overwritten(source: &Store, target: &Store) {
    let from = World::full(source).await;
    let (_guard, path) = folder();
    let exported = from.engine.export_to(&path, &()).await.unwrap();
    let to = World::empty(target, &from);
    clean(&import(&to, &path).await);
    to.say("nobody's", "said at the destination").await;
    to.engine.project(to.project).user("bob").delete().await.unwrap();
    // Another user with the same id.
    to.add_user("bob").await;
    to.engine.project(to.project).create_thread(NewThread::of("of bob", "bob")).await.unwrap();
    let imported = import(&to, &path).await;
    let problems: Vec<(&str, &str)> =
        imported.problems.iter().map(|problem| (problem.name.as_str(), problem.message.as_str())).collect();
    assert_eq!((problems.len(), imported.kept, imported.written), (2, exported.written - 2, 0), "{problems:?}");
    assert!(problems[0].0 == "thread nobody's" && problems[0].1.contains("different content"), "{problems:?}");
    assert!(problems[0].1.contains("episode") && problems[0].1.contains("delete it there"), "{problems:?}");
    assert!(problems[1].0 == "user bob" && problems[1].1.contains("is taken at the destination"), "{problems:?}");
    let (messages, _) = to.engine.project(to.project).thread("nobody's").messages(0, 100).await.unwrap();
    assert!(messages.iter().any(|message| message.content == "said at the destination"));
    assert_eq!(to.engine.project(to.project).user("bob").threads().await.unwrap().len(), 1, "the user is unchanged");
    to.engine.project(to.project).user("bob").delete().await.unwrap();
    to.engine.project(to.project).thread("nobody's").delete().await.unwrap();
    let imported = import(&to, &path).await;
    clean(&imported);
    assert_eq!(imported.written, 2);
    assert_eq!(from.answers().await, to.answers().await);
}

/// Nothing is imported into a destination that has another project of the same name.
pub async fn another_project_of_the_same_name_blocks_the_import(source: &Store, target: &Store) {
    let from = World::full(source).await;
    let (_guard, path) = folder();
    from.engine.export_to(&path, &()).await.unwrap();
    let to = World::empty(target, &from);
    let other: ProjectId = to.engine.ensure_project(world::PROJECT).await.unwrap().id;
    assert_ne!(other, from.project);
    let imported = import(&to, &path).await;
    assert_eq!(imported.problems.len(), 1);
    assert!(imported.problems[0].message.contains("an empty one"), "{imported:?}");
    assert!(imported.skipped > 0);
    assert!(target.list_units().await.unwrap().iter().all(|unit| unit.kind == ExportUnitKind::Project));
}
