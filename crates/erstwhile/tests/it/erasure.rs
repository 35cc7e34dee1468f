//! What is deleted is gone from the database's files, byte by byte.

use erstwhile::engine::{NewThread, NewUser};
use erstwhile::model::EpisodeId;

use crate::world::{World, likes, with_statement};

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
