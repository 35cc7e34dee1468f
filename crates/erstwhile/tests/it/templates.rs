//! Context that an application's own template lays out.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use erstwhile::error::Result;
use erstwhile::model::{Precondition, SettingKind};
use erstwhile::ports::Embedder;
use erstwhile_testkit::WordEmbedder;

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
            world.engine.project(world.project).put_template(&id, &text, true).await.unwrap();
            // What is remembered of the graph is made at the first time.
            world.engine.project(world.project).thread("t").context_by_template(&id).await.unwrap();
            let before = embedder.0.load(Ordering::SeqCst);
            let context = world.engine.project(world.project).thread("t").context_by_template(&id).await.unwrap();
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
