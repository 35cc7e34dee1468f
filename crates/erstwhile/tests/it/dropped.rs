//! What is read and not kept.

use erstwhile::ErrorKind;
use erstwhile::engine::{NewMessage, TRACED_TOGETHER};
use erstwhile::model::Role;
use erstwhile::ports::{DroppedWords, Extraction, Stage, Trace};

use crate::world::{World, lives_in};

/// What an extractor that was asked for a trace says.
fn traced(words: &str) -> Extraction {
    let mut trace = Trace::default();
    trace.add(DroppedWords { words: words.to_owned(), stage: Stage::Assertion, reason: "it asks", reading: None });
    Extraction { trace, ..Extraction::default() }
}

#[tokio::test]
async fn what_the_extractor_and_the_check_against_the_text_drop_is_shown_for_each_message() {
    let world = World::new().await;
    world.script.answer("Should I move?", traced("Should I move?"));
    let said = "I live in Oslo.";
    let mut unfounded = lives_in(said, "Rome");
    unfounded.claims[0].statement = "Ann lives abroad.".to_owned();
    world.script.answer(said, unfounded);
    let question = world.say("2025-01-01T00:00:00Z", "Should I move?").await;
    world.say("2025-01-02T00:00:00Z", said).await;
    let project = world.engine.project(world.project);
    let thread = project.thread("t");
    assert!(thread.dropped(0).await.unwrap()[0].trace.dropped.is_empty(), "it has not been read");
    world.ingest().await;

    let found = thread.dropped(0).await.unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].episode.id, question);
    assert_eq!(found[0].trace, traced("Should I move?").trace);
    let [unfounded] = found[1].trace.dropped.as_slice() else { panic!("one claim is dropped: {found:?}") };
    assert_eq!((unfounded.stage, unfounded.reason), (Stage::Evidence, "the object is not in the text"));
    assert_eq!((unfounded.words.as_str(), unfounded.reading.as_deref()), (said, Some("Ann lives abroad.")));
    assert!(thread.dropped(2).await.unwrap().is_empty());

    let located = project.graph_by_uuid(project.user("ann").get().await.unwrap().graph.0).await.unwrap();
    let one = project.dropped_in(&located, question).await.unwrap();
    assert_eq!(one.trace, found[0].trace);
    let error = project.thread("unknown").dropped(0).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_long_thread_is_read_in_parts() {
    let world = World::new().await;
    let thread = world.engine.project(world.project).thread("t");
    let message = |number| NewMessage::new(Role::User, format!("Message {number}"));
    let count = usize::try_from(TRACED_TOGETHER).unwrap() + 1;
    let messages = (0..count).map(message).collect();
    thread.add_messages(messages, &[], false).await.unwrap();
    world.script.answer(&format!("Message {}", count - 1), traced("the last"));
    world.ingest().await;
    assert_eq!(thread.dropped(0).await.unwrap().len(), count - 1);
    let rest = thread.dropped(TRACED_TOGETHER).await.unwrap();
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].trace.dropped[0].words, "the last");
}
