//! Ingestion goes on through failures, and its effects happen once.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use erstwhile::engine::{ListedTasks, NewMessage, NewThread, Search};
use erstwhile::model::{EpisodeId, EpisodeState, ProjectId, Role, TaskState};
use erstwhile::ports::{Extraction, ExtractionRequest, Extractor};
use erstwhile::{Engine, ErrorKind, Result};
use erstwhile_testkit::ScriptedExtractor;

use crate::world::{World, likes};

#[tokio::test]
async fn one_bad_episode_fails_alone_with_its_reason_and_can_be_tried_again() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for text in ["likes tea", "poison", "likes jazz"] {
        world.script.answer(text, likes(text, text.trim_start_matches("likes ")));
        ids.push(world.say("2025-01-01T00:00:00Z", text).await);
    }
    world.script.fail("poison", Some(ErrorKind::Invalid));
    world.ingest().await;
    let state = async |id| world.engine.project(world.project).find_episode(id).await.unwrap().state;
    assert_eq!(state(ids[0]).await, EpisodeState::Processed);
    assert_eq!(state(ids[1]).await, EpisodeState::Failed("the script says so".to_owned()));
    assert_eq!(state(ids[2]).await, EpisodeState::Processed);
    assert_eq!(world.facts().await.len(), 2);
    let task = world.engine.project(world.project).find_episode(ids[1]).await.unwrap().task.unwrap();
    assert_eq!(world.engine.project(world.project).task(task).await.unwrap().state, TaskState::Failed);

    world.script.fail("poison", None);
    world.engine.project(world.project).retry_episode(ids[1]).await.unwrap();
    world.ingest().await;
    assert_eq!(world.facts().await.len(), 3);
    assert_eq!(world.engine.project(world.project).task(task).await.unwrap().state, TaskState::Succeeded);
}

#[tokio::test]
async fn one_of_32_episodes_that_cannot_be_read_costs_ten_more_calls_and_fails_alone() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for number in 0..32 {
        let text = format!("likes thing {number}");
        world.script.answer(&text, likes(&text, &format!("thing {number}")));
        ids.push(world.say("2025-01-01T00:00:00Z", &text).await);
    }
    world.script.fail("likes thing 13", Some(ErrorKind::Invalid));
    world.ingest().await;
    assert_eq!(world.script.calls(), 11, "all 32 first, then two halves of 32, 16, 8, 4 and 2");
    for (number, id) in ids.into_iter().enumerate() {
        let state = world.engine.project(world.project).find_episode(id).await.unwrap().state;
        let expected = match number {
            13 => EpisodeState::Failed("the script says so".to_owned()),
            _ => EpisodeState::Processed,
        };
        assert_eq!(state, expected, "episode {number}");
    }
    assert_eq!(world.facts().await.len(), 31);
}

#[tokio::test]
async fn an_extractor_that_is_down_is_waited_for() {
    let world = World::new().await;
    world.script.answer("likes tea", likes("likes tea", "tea"));
    world.script.fail("likes tea", Some(ErrorKind::Unavailable));
    let id = world.say("2025-01-01T00:00:00Z", "likes tea").await;
    world.ingest().await;
    assert_eq!(world.engine.project(world.project).find_episode(id).await.unwrap().state, EpisodeState::Pending);
    assert_eq!(world.engine.queue_depth().await.unwrap().attempts_max, 1);
    world.script.fail("likes tea", None);
    world.ingest().await;
    assert!(world.facts().await.is_empty(), "not before the pause is over");
    world.clock.advance_s(10);
    world.ingest().await;
    assert_eq!(world.facts().await.len(), 1);
}

#[tokio::test]
async fn an_extractor_that_panics_fails_the_episode_and_not_the_worker() {
    let world = World::new().await;
    world.script.panic_on("boom");
    let id = world.say("2025-01-01T00:00:00Z", "boom").await;
    world.ingest().await;
    let state = world.engine.project(world.project).find_episode(id).await.unwrap().state;
    assert!(matches!(state, EpisodeState::Failed(_)), "{state:?}");
}

#[tokio::test]
async fn ingesting_the_same_episode_again_changes_nothing() {
    let world = World::new().await;
    world.script.answer("likes tea", likes("likes tea", "tea"));
    world.script.fail("likes tea", Some(ErrorKind::Invalid));
    let id = world.say("2025-01-01T00:00:00Z", "likes tea").await;
    world.ingest().await;
    world.script.fail("likes tea", None);
    world.engine.project(world.project).retry_episode(id).await.unwrap();
    world.ingest().await;
    let first = world.engine.project(world.project).graph(world.graph()).facts(&Default::default()).await.unwrap();
    assert_eq!(first.len(), 1);
    assert_eq!(world.engine.project(world.project).retry_episode(id).await.unwrap_err().kind(), ErrorKind::Invalid);
}

#[tokio::test]
async fn a_claim_without_ground_is_dropped() {
    let world = World::new().await;
    let mut outside = likes("likes tea", "tea");
    outside.claims[0].span = 5..500;
    world.script.answer("likes tea", outside);
    let mut invented = likes("hello", "submarines");
    invented.claims[0].statement = "hello".to_owned();
    world.script.answer("hello", invented);
    world.say("2025-01-01T00:00:00Z", "likes tea").await;
    world.say("2025-01-01T00:00:00Z", "hello").await;
    world.ingest().await;
    assert!(world.facts().await.is_empty());
}

/// Deletes an episode while it is being read, as a user might.
#[derive(Debug, Default)]
struct Meddler {
    script: Arc<ScriptedExtractor>,
    doomed: Mutex<Option<(Engine, ProjectId, EpisodeId)>>,
}

#[async_trait]
impl Extractor for Meddler {
    fn name(&self) -> &'static str {
        "meddler"
    }

    async fn extract(&self, request: ExtractionRequest) -> Result<Vec<Extraction>> {
        let doomed = self.doomed.lock().unwrap().take();
        if let Some((engine, project, episode)) = doomed {
            engine.project(project).delete_episode(episode).await?;
        }
        self.script.extract(request).await
    }
}

#[tokio::test]
async fn an_episode_that_is_deleted_while_it_is_read_leaves_no_residue() {
    let script = Arc::new(ScriptedExtractor::default());
    let meddler = Arc::new(Meddler { script: Arc::clone(&script), doomed: Mutex::default() });
    let world = World::with_extractor(Arc::clone(&meddler) as Arc<dyn Extractor>, script).await;
    for text in ["likes tea", "likes jazz"] {
        world.script.answer(text, likes(text, text.trim_start_matches("likes ")));
    }
    let doomed = world.say("2025-01-01T00:00:00Z", "likes tea").await;
    world.say("2025-01-02T00:00:00Z", "likes jazz").await;
    *meddler.doomed.lock().unwrap() = Some((world.engine.clone(), world.project, doomed));
    world.ingest().await;
    assert_eq!(world.facts().await, ["likes jazz 2025-01-02/…"]);
    let nodes =
        world.engine.project(world.project).graph(world.graph()).search_entities(Search::new("tea", 5)).await.unwrap();
    assert!(nodes.is_empty(), "{nodes:?}");
}

#[tokio::test]
async fn many_episodes_of_many_users_are_all_understood_in_order() {
    let world = World::new().await;
    world.add_user("bea", "Bea Roe").await;
    world.engine.project(world.project).create_thread(NewThread::of("b", "bea")).await.unwrap();
    for number in 0..70 {
        let text = format!("likes thing {number}");
        world.script.answer(&text, likes(&text, &format!("thing {number}")));
        world.say("2025-01-01T00:00:00Z", &text).await;
        if number % 10 == 0 {
            world.say_in("b", "2025-01-01T00:00:00Z", &text).await;
        }
    }
    world.ingest().await;
    assert_eq!(world.facts().await.len(), 70);
    assert_eq!(world.engine.queue_depth().await.unwrap().episodes, 0);
}

#[tokio::test]
async fn tasks_are_listed_by_their_state() {
    let world = World::new().await;
    let project = world.engine.project(world.project);
    world.script.fail("cannot be read", Some(ErrorKind::Invalid));
    let mut tasks = Vec::new();
    for text in ["I like tea.", "cannot be read", "I like figs."] {
        world.clock.advance_s(1);
        let message = NewMessage::new(Role::User, text);
        tasks.push(project.thread("t").add_messages(vec![message], &[], false).await.unwrap().task);
    }
    let list = async |states: &[TaskState], limit| {
        let listed = ListedTasks { states, ..ListedTasks::default() };
        project.list_tasks(listed, limit).await.unwrap().into_iter().map(|task| task.id).collect::<Vec<_>>()
    };
    assert_eq!(list(&[TaskState::Pending], 9).await, [tasks[2], tasks[1], tasks[0]]);
    assert_eq!(list(&[TaskState::Succeeded], 9).await, []);
    while world.engine.ingest_next().await.unwrap() {}
    assert_eq!(list(&[TaskState::Pending], 9).await, []);
    assert_eq!(list(&[TaskState::Failed], 9).await, [tasks[1]]);
    // The page is full although a task in between is in another state.
    assert_eq!(list(&[TaskState::Succeeded], 2).await, [tasks[2], tasks[0]]);
    assert_eq!(list(&[], 2).await, [tasks[2], tasks[1]]);
    let other = world.engine.project(world.engine.ensure_project("other").await.unwrap().id);
    assert_eq!(other.list_tasks(ListedTasks::default(), 9).await.unwrap(), []);
}
