//! Context that an application's own template lays out.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use erstwhile::engine::TemplateRef;
use erstwhile::error::Result;
use erstwhile::model::{ContextTemplate, Precondition, SettingKind};
use erstwhile::ports::Embedder;
use erstwhile_testkit::WordEmbedder;
use uuid::Uuid;

use crate::world::{World, likes};

/// Counts how often it is asked, which is once for each search by meaning.
#[derive(Debug, Default)]
struct Counting(AtomicUsize);

#[async_trait]
impl Embedder for Counting {
    fn model(&self) -> &'static str {
        "counting"
    }

    fn dimensions(&self) -> usize {
        WordEmbedder.dimensions()
    }

    async fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        WordEmbedder.embed(texts).await
    }
}

/// A model may be slow and dear: what a template repeats costs no more than what it names once.
#[tokio::test]
async fn a_variable_that_is_repeated_is_searched_once_and_filled_each_time_as_it_asks() {
    let embedder = Arc::new(Counting::default());
    let world = World::with_embedder(Arc::clone(&embedder) as Arc<dyn Embedder>).await;
    for thing in ["tea", "jazz", "chess"] {
        let text = format!("likes {thing}");
        world.script.answer(&text, likes(&text, thing));
        world.say("2025-01-01T00:00:00Z", &text).await;
    }
    let instruction = (SettingKind::UserSummaryInstruction, "likes");
    world
        .engine
        .project(world.project)
        .put_setting(None, instruction, "What Ann likes".into(), Precondition::Absent)
        .await
        .unwrap();
    world.ingest().await;
    for kind in ["observations", "thread_summaries", "user_summary", "edges", "entities", "episodes"] {
        let laid_out = async |id: &str, text: String| {
            let id = format!("{kind} {id}");
            world.engine.project(world.project).create_template(&id, &text).await.unwrap();
            // What is remembered of the graph is made at the first time.
            world.engine.project(world.project).thread("t").context_by_template(TemplateRef::Named(&id)).await.unwrap();
            let before = embedder.0.load(Ordering::SeqCst);
            let context = world
                .engine
                .project(world.project)
                .thread("t")
                .context_by_template(TemplateRef::Named(&id))
                .await
                .unwrap();
            (context, embedder.0.load(Ordering::SeqCst) - before)
        };
        let (one, searches) = laid_out("once", format!("%{{{kind}}}")).await;
        let (three, searches_of_three) =
            laid_out("often", format!("%{{{kind}}}|%{{{kind} limit=1}}|%{{{kind}}}")).await;
        assert_eq!(searches_of_three, searches, "{kind}");
        let filled: Vec<&str> = three.split('|').collect();
        assert_eq!((filled[0], filled[2]), (one.as_str(), one.as_str()), "{kind}");
        assert!(filled[1].len() <= one.len() && one.starts_with(filled[1]), "{kind}: {three}");
    }
}

/// Earlier versions stored only the text of a template, and its uuid followed from its name.
#[tokio::test]
async fn a_template_of_an_earlier_version_keeps_its_uuid_when_it_is_renamed() {
    let world = World::new().await;
    let project = world.engine.project(world.project);
    let stored = (SettingKind::ContextTemplate, "old");
    project.put_setting(None, stored, "%{user_summary}".into(), Precondition::Absent).await.unwrap();
    let before = project.template(TemplateRef::Named("old")).await.unwrap();
    assert_eq!(before.uuid, Uuid::new_v5(&world.project.0, b"context template\0old"));
    let renamed = project.change_template(TemplateRef::Uuid(before.uuid), Some("new"), None).await.unwrap();
    let expected = ContextTemplate { name: "new".to_owned(), ..before.clone() };
    assert_eq!(renamed, expected);
    let another = project.create_template("old", "%{edges}").await.unwrap();
    assert_ne!(another.uuid, before.uuid);
    assert_eq!(project.template(TemplateRef::Uuid(before.uuid)).await.unwrap(), expected);
    assert_eq!(project.templates().await.unwrap(), [expected, another]);
}

#[tokio::test]
async fn concurrent_changes_of_a_template_are_all_kept() {
    let world = World::new().await;
    let project = world.engine.project(world.project);
    let uuid = project.create_template("a", "%{edges}").await.unwrap().uuid;
    let renames = (0..8).map(|number| {
        let project = project.clone();
        let change = async move {
            let (name, text) = (format!("a{number}"), format!("{number} %{{edges}}"));
            let name = (number % 2 == 0).then_some(name.as_str());
            let text = (number % 2 == 1).then_some(text.as_str());
            project.change_template(TemplateRef::Uuid(uuid), name, text).await
        };
        tokio::spawn(change)
    });
    let changes: Vec<_> = renames.collect();
    let mut ended = Vec::new();
    for change in changes {
        ended.push(change.await.unwrap().unwrap());
    }
    let last = project.template(TemplateRef::Uuid(uuid)).await.unwrap();
    assert_eq!(project.templates().await.unwrap(), std::slice::from_ref(&last));
    assert!(last.name.len() == 2 && last.text.ends_with(" %{edges}"), "{last:?}");
    assert!(ended.contains(&last), "{ended:?}");
}
