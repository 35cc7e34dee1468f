//! What is deleted is gone from the database's files, byte by byte.

use std::sync::Arc;
use std::time::Duration;

use erstwhile::Engine;
use erstwhile::engine::compat::NewCollection;
use erstwhile::engine::{
    ErasureState, FactDraft, GraphUpdate, NewGraph, NewThread, NewUser, NodeDraft, TemplateRef, UserUpdate,
};
use erstwhile::model::{EpisodeId, FactEdit, Holding, Metadata, Precondition, SettingKind};
use erstwhile::ontology::{EntityType, Ontology};
use erstwhile::ports::{Claim, Extraction};
use erstwhile::store::Store;
use erstwhile::store::sqlite::Sqlite;

use crate::world::{World, claim, likes, with_statement};

/// A word that is nowhere else in the files.
const CANARY: &str = "kanarienvogel";
/// What stays, so that files are not merely empty afterwards.
const KEPT: &str = "goldhamster";

fn is_stored(world: &World, word: &str) -> bool {
    world.stored_bytes().windows(word.len()).any(|bytes| bytes == word.as_bytes())
}

/// A world with something to keep. The word to erase is in a message of this thread, which is long enough to fill
/// pages of its own, and in what was understood of it.
async fn with_canary(thread: &str) -> (World, EpisodeId) {
    let world = World::new().await;
    world.engine.project(world.project).create_thread(NewThread::of("other", "ann")).await.unwrap();
    world.script.answer(KEPT, likes(KEPT, KEPT));
    world.add_user("bea", "Bea Roe").await;
    world.engine.project(world.project).create_thread(NewThread::of("kept", "bea")).await.unwrap();
    world.say_in("kept", "2025-01-01T00:00:00Z", KEPT).await;
    let filler = "and so on ".repeat(1_000);
    let text = format!("likes {CANARY} {filler} {CANARY}");
    world.script.answer(&text, with_statement(likes(&text, CANARY), &format!("Ann Lee likes {CANARY}.")));
    world.say_in("t", "2025-01-01T00:00:00Z", "hello").await;
    let id = world.say_in(thread, "2025-01-02T00:00:00Z", &text).await;
    world.say_in("t", "2025-01-03T00:00:00Z", "bye").await;
    world.ingest().await;
    assert_eq!(world.facts().await.len(), 1, "it was understood");
    assert!(is_stored(&world, CANARY), "the files held it before");
    (world, id)
}

fn is_erased(world: &World) {
    assert!(is_stored(world, KEPT), "what is kept is there");
    assert!(!is_stored(world, CANARY), "the deleted word is still in the files");
}

#[tokio::test]
async fn a_deleted_message_leaves_no_byte_in_the_files() {
    let (world, id) = with_canary("t").await;
    world.engine.project(world.project).delete_episode(id).await.unwrap();
    is_erased(&world);
}

#[tokio::test]
async fn a_deleted_thread_leaves_no_byte_in_the_files() {
    let (world, _) = with_canary("other").await;
    world.engine.project(world.project).thread("other").delete().await.unwrap();
    is_erased(&world);
}

#[tokio::test]
async fn a_deleted_user_leaves_no_byte_in_the_files() {
    let (world, _) = with_canary("t").await;
    let project = world.engine.project(world.project);
    let user = NewUser {
        user_id: format!("user {CANARY}"),
        email: Some(format!("{CANARY}@example.org")),
        first_name: Some(CANARY.to_owned()),
        ..NewUser::default()
    };
    project.add_user(user).await.unwrap();
    project.user("ann").delete().await.unwrap();
    assert!(is_stored(&world, CANARY), "another user has the word in a name");
    project.user(format!("user {CANARY}")).delete().await.unwrap();
    is_erased(&world);
}

/// Waits until workers have removed the word from the files.
async fn until_erased(world: &World) {
    let mut rounds = 0;
    while is_stored(world, CANARY) {
        rounds += 1;
        assert!(rounds < 300, "it is never removed");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// What a backup tool does: a transaction that reads, and stays open.
fn snapshot(world: &World) -> rusqlite::Connection {
    let reader = rusqlite::Connection::open(world.database_file()).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM graph").unwrap();
    reader
}

#[tokio::test]
async fn a_deletion_that_a_reader_holds_up_is_pending_and_completed_when_the_reader_ends() {
    let (world, id) = with_canary("t").await;
    let reader = snapshot(&world);
    let project = world.engine.project(world.project);
    assert_eq!(project.delete_episode(id).await.unwrap(), ErasureState::Pending);
    assert!(is_stored(&world, CANARY), "the reader can still see it");
    world.say("2025-01-04T00:00:00Z", "writers go on").await;
    drop(reader);
    assert_eq!(project.delete_episode(world.say("2025-01-05T00:00:00Z", "x").await).await.unwrap(), ErasureState::Done);
    is_erased(&world);
}

#[tokio::test]
async fn workers_complete_what_was_interrupted_by_a_crash() {
    let (world, id) = with_canary("t").await;
    let reader = snapshot(&world);
    assert_eq!(world.engine.project(world.project).delete_episode(id).await.unwrap(), ErasureState::Pending);
    drop(reader);
    // As the process ended here, so that nobody waits for the erasure any more; another begins.
    let workers = world.another_engine().await.spawn_workers(1);
    until_erased(&world).await;
    workers.stop().await;
    is_erased(&world);
}

fn with_note(note: &str) -> Metadata {
    Metadata::from_iter([("note".to_owned(), note.into())])
}

/// What an application can replace.
#[derive(Debug, Clone, Copy)]
enum Replaced {
    Template,
    Instruction,
    Types,
    User,
    Message,
    Graph,
    Thread,
    Collection,
    Group,
}

async fn replace(world: &World, what: Replaced, message: EpisodeId, text: &str) {
    let project = world.engine.project(world.project);
    match what {
        Replaced::Template => {
            project.change_template(TemplateRef::Named("layout"), None, Some(text)).await.unwrap();
        }
        Replaced::Instruction => {
            let instruction = (SettingKind::CustomInstruction, "tone");
            project.put_setting(Some(&world.graph()), instruction, text.into(), Precondition::None).await.unwrap();
        }
        Replaced::Types => {
            let (name, description) = ("Bird".to_owned(), text.to_owned());
            let entity_types = vec![EntityType { name, description, ..EntityType::default() }];
            project.set_ontology(None, &Ontology { entity_types, ..Ontology::default() }).await.unwrap();
        }
        Replaced::User => {
            let email = Some(format!("{text}@example.org"));
            let update = UserUpdate { email, metadata: Some(with_note(text)), ..UserUpdate::default() };
            project.user("ann").update(update).await.map(drop).unwrap();
        }
        Replaced::Message => project.update_episode(message, &with_note(text)).await.map(drop).unwrap(),
        Replaced::Graph => {
            let update = GraphUpdate { description: Some(text.to_owned()), ..GraphUpdate::default() };
            project.graph("shared").update(update).await.map(drop).unwrap();
        }
        Replaced::Thread => project.thread("t").update(with_note(text)).await.map(drop).unwrap(),
        Replaced::Collection => {
            project.collection("papers").update(Some(text.to_owned()), None).await.map(drop).unwrap();
        }
        Replaced::Group => {
            let group = project.list_groups("").await.unwrap().remove(0);
            project.group(group.uuid).update(group.version, Some(text.to_owned()), None).await.map(drop).unwrap();
        }
    }
}

#[tokio::test]
async fn replaced_text_leaves_no_byte_in_the_files() {
    for what in [
        Replaced::Template,
        Replaced::Instruction,
        Replaced::Types,
        Replaced::User,
        Replaced::Message,
        Replaced::Graph,
        Replaced::Thread,
        Replaced::Collection,
        Replaced::Group,
    ] {
        let world = World::new().await;
        let project = world.engine.project(world.project);
        let message = world.say("2025-01-01T00:00:00Z", "hello").await;
        project.create_graph(NewGraph { graph_id: "shared".to_owned(), ..NewGraph::default() }).await.unwrap();
        project.add_collection(NewCollection { name: "papers".to_owned(), ..NewCollection::default() }).await.unwrap();
        project.create_group("first", None).await.unwrap();
        project.create_template("layout", "first").await.unwrap();
        replace(&world, what, message, CANARY).await;
        assert!(is_stored(&world, CANARY), "{what:?} was stored");
        replace(&world, what, message, KEPT).await;
        let workers = world.engine.spawn_workers(1);
        until_erased(&world).await;
        workers.stop().await;
        is_erased(&world);
    }
}

#[tokio::test]
async fn removed_declarations_leave_no_byte_in_the_files() {
    let world = World::new().await;
    let project = world.engine.project(world.project);
    project.create_group(KEPT, None).await.unwrap();
    let group = project.create_group(CANARY, None).await.unwrap();
    project.create_template("layout", CANARY).await.unwrap();
    let instruction = (SettingKind::CustomInstruction, CANARY);
    project.put_setting(None, instruction, "polite".into(), Precondition::None).await.unwrap();
    let done = Some(ErasureState::Done);
    assert_eq!(project.remove_setting(None, SettingKind::ContextTemplate, "layout").await.unwrap(), done);
    assert_eq!(project.remove_setting(None, SettingKind::CustomInstruction, CANARY).await.unwrap(), done);
    assert_eq!(project.group(group.uuid).delete().await.unwrap(), ErasureState::Done);
    is_erased(&world);
}

/// What is understood of a text about somebody by this name.
fn read_about(name: &str, statement: &str) -> Extraction {
    let claim = Claim { subject: name.to_owned(), span: 0..1, ..claim(statement, "LIKES", "tea", Holding::Shared) };
    with_statement(Extraction { claims: vec![claim], ..Extraction::default() }, &format!("{name} likes tea a lot."))
}

/// A world whose user has the word to erase as a first name, from which it got into what was understood of these texts.
async fn with_name(texts: &[&str]) -> (World, Vec<EpisodeId>) {
    let world = World::new().await;
    world.add_user("bea", "goldhamster Roe").await;
    rename(&world, CANARY).await;
    let mut said = Vec::new();
    for text in texts {
        world.script.answer(text, read_about(&format!("{CANARY} Lee"), &format!("{CANARY} Lee: {text}")));
        said.push(world.say("2025-01-01T00:00:00Z", text).await);
    }
    world.ingest().await;
    (world, said)
}

async fn rename(world: &World, first_name: &str) {
    let update = UserUpdate { first_name: Some(first_name.to_owned()), ..UserUpdate::default() };
    world.engine.project(world.project).user("ann").update(update).await.unwrap();
}

#[tokio::test]
async fn an_old_name_leaves_no_byte_and_what_was_understood_has_the_new_one() {
    let (world, _) = with_name(&["I like tea", "Tea, please"]).await;
    let other = world.another_engine().await;
    let facts_of = async |engine: &Engine| {
        let facts = engine.project(world.project).graph(world.graph()).facts(&Default::default()).await.unwrap();
        facts.into_iter().map(|found| found.fact).collect::<Vec<_>>()
    };
    let before = facts_of(&other).await;
    assert_eq!(before[0].statement, format!("{CANARY} Lee: I like tea"));
    let edit = FactEdit { statement: Some(format!("{CANARY} Lee loves tea")), ..FactEdit::default() };
    world.engine.project(world.project).update_fact(before[0].id, edit).await.unwrap();
    rename(&world, "Lena").await;
    for engine in [&world.engine, &other] {
        let facts = facts_of(engine).await;
        assert_eq!((facts[0].id, facts[0].statement.as_str()), (before[0].id, "Lena Lee loves tea"));
        let user = engine.project(world.project).user("ann").entity().await.unwrap();
        assert_eq!((user.name.as_str(), user.aliases), ("Lena Lee", Vec::new()));
    }
    let workers = world.engine.spawn_workers(1);
    until_erased(&world).await;
    workers.stop().await;
    is_erased(&world);
}

#[tokio::test]
async fn an_old_name_that_was_said_stays_until_its_message_is_deleted() {
    let text = format!("I am {CANARY} Lee, and I like tea");
    let (world, said) = with_name(&[&text]).await;
    rename(&world, "Lena").await;
    let project = world.engine.project(world.project);
    assert_eq!(world.facts().await, [format!("Lena Lee: {text} 2025-01-01/…")]);
    assert_eq!(project.user("ann").entity().await.unwrap().aliases, [format!("{CANARY} Lee")]);
    project.delete_episode(said[0]).await.unwrap();
    is_erased(&world);
}

/// A fact that the application states, with data of its own.
fn stated(source: &str, target: &str) -> FactDraft {
    let node = |name: &str| NodeDraft { name: Some(name.to_owned()), ..NodeDraft::default() };
    FactDraft {
        predicate: "VISITED".to_owned(),
        statement: format!("{source} visited {target} with a {CANARY}."),
        source: node(source),
        target: node(target),
        metadata: with_note(CANARY),
        ..FactDraft::default()
    }
}

#[tokio::test]
async fn a_deleted_fact_goes_with_what_was_stored_when_it_was_stated_but_its_entities_stay() {
    let world = World::new().await;
    let project = world.engine.project(world.project);
    let (added, _) = project.graph(world.graph()).add_fact(stated(KEPT, "Oslo")).await.unwrap();
    let fact = added.fact;
    project.delete_fact(fact.id).await.unwrap();
    is_erased(&world);
    assert!(project.episodes_of(fact.subject).await.unwrap().is_empty());
    assert_eq!(project.entity(fact.object).await.unwrap().name, "Oslo");
}

#[tokio::test]
async fn a_deleted_entity_goes_with_what_was_stored_about_it() {
    let world = World::new().await;
    let project = world.engine.project(world.project);
    let (added, _) = project.graph(world.graph()).add_fact(stated(CANARY, KEPT)).await.unwrap();
    let node = NodeDraft { name: Some(CANARY.to_owned()), metadata: with_note(CANARY), ..NodeDraft::default() };
    project.graph(world.graph()).add_entities(&[node]).await.unwrap();
    project.delete_entity(added.fact.subject).await.unwrap();
    is_erased(&world);
    assert_eq!(project.entity(added.fact.object).await.unwrap().name, KEPT);
}

#[tokio::test]
async fn an_erasure_is_finished_when_the_files_are_clean_and_no_earlier() {
    let world = World::new().await;
    // Another connection, which leaves the bytes of a deleted row, as a page that was split does.
    let left = format!(
        "PRAGMA secure_delete = OFF; INSERT INTO locator (id, kind, scope, graph_id) VALUES ('{CANARY}', 9, x'00', x'00'); \
         DELETE FROM locator WHERE id = '{CANARY}'; \
         INSERT INTO erasure (graph_id, erasure_id, project_id, tables, requested_at) \
         VALUES (zeroblob(16), zeroblob(16), zeroblob(16), 'locator', 1)"
    );
    rusqlite::Connection::open(world.database_file()).unwrap().execute_batch(&left).unwrap();
    let store = Store::open(Arc::new(Sqlite::open(&world.database_file()).unwrap())).await.unwrap();
    let pending = store.pending_erasures().await.unwrap();
    assert!(!pending.is_empty() && is_stored(&world, CANARY));
    let now = || {
        assert!(!is_stored(&world, CANARY), "the time is taken after the files are clean");
        jiff::Timestamp::UNIX_EPOCH
    };
    store.complete_erasures(pending, &[], now).await.unwrap();
    assert!(store.pending_erasures().await.unwrap().is_empty());
}
