//! Searches with the reranker `CrossEncoder`: in the order of the model, or in the default order when it does not answer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use erstwhile::engine::Search;
use erstwhile::error::{Error, Result};
use erstwhile::model::ModelUsage;
use erstwhile::ports::{RerankingModel, RerankingScores};
use erstwhile::search::Reranker;
use erstwhile::{ModelBudget, RerankingModelSettings};

use crate::world::{World, likes};

/// What the model answers.
type Answer = fn(&[&str]) -> Result<Vec<f32>>;

/// A model whose answers tests control, and which remembers what it was asked.
#[derive(Debug)]
struct Scripted {
    answer: Mutex<Answer>,
    asked: Mutex<Vec<Vec<String>>>,
    is_stuck: AtomicBool,
}

/// Likes nothing as much as zebras.
#[expect(clippy::unnecessary_wraps, reason = "it is one of several answers")]
fn zebras(texts: &[&str]) -> Result<Vec<f32>> {
    Ok(texts.iter().map(|text| if text.contains("zebra") { 0.9 } else { 0.1 }).collect())
}

#[async_trait]
impl RerankingModel for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }

    async fn scores(&self, _query: &str, texts: &[&str]) -> RerankingScores {
        self.asked.lock().unwrap().push(texts.iter().map(|text| (*text).to_owned()).collect());
        if self.is_stuck.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        let answer = *self.answer.lock().unwrap();
        let usage = ModelUsage { calls: 1, tokens_in: 10, ..ModelUsage::default() };
        RerankingScores { outcome: answer(texts), usage }
    }
}

async fn world_with(settings: RerankingModelSettings) -> (World, Arc<Scripted>) {
    let model =
        Arc::new(Scripted { answer: Mutex::new(zebras), asked: Mutex::default(), is_stuck: AtomicBool::new(false) });
    let world = World::with_reranking_model(Arc::clone(&model) as Arc<dyn RerankingModel>, settings).await;
    for text in ["likes games of games", "likes games", "likes games with a zebra in them at times"] {
        world.script.answer(text, likes(text, text));
        world.say("2025-05-01T10:00:00Z", text).await;
    }
    world.ingest().await;
    (world, model)
}

fn search(reranker: Reranker) -> Search {
    Search { reranker, ..Search::new("games", 2) }
}

async fn episodes(world: &World, reranker: Reranker) -> Vec<(String, f64)> {
    let graph = world.engine.project(world.project).graph(world.graph());
    let found = graph.search_episodes(search(reranker)).await.unwrap();
    found.into_iter().map(|found| (found.item.content, found.score)).collect()
}

#[tokio::test]
async fn results_are_in_the_order_of_the_model() {
    let (world, model) = world_with(RerankingModelSettings::default()).await;
    let default = episodes(&world, Reranker::Relevance).await;
    assert!(model.asked.lock().unwrap().is_empty(), "only who wants the model pays for it");
    assert!(!default[0].0.contains("zebra"), "{default:?}");
    let ranked = episodes(&world, Reranker::CrossEncoder).await;
    assert_eq!(ranked.len(), 2);
    assert!(ranked[0].0.contains("zebra") && ranked[0].1 > 0.8 && ranked[1].1 < 0.2, "{ranked:?}");
    assert_eq!(model.asked.lock().unwrap()[0].len(), 3, "it is asked about more than the limit");
    let graph = world.engine.project(world.project).graph(world.graph());
    let facts = graph.search_facts(search(Reranker::CrossEncoder)).await.unwrap();
    assert!(facts[0].item.fact.statement.contains("zebra"));
    let entities = graph.search_entities(search(Reranker::CrossEncoder)).await.unwrap();
    assert!(entities[0].item.name.contains("zebra") || entities[0].item.summary.contains("zebra"));
    let totals = world.engine.reranking_totals();
    assert_eq!((totals.ranked, totals.usage.calls, totals.failed), (3, 3, 0));
}

#[tokio::test]
async fn a_model_that_fails_leaves_the_default_order() {
    let useless: [Answer; 3] =
        [|_| Err(Error::unavailable("down")), |_| Ok(vec![0.5]), |texts| Ok(vec![f32::NAN; texts.len()])];
    for answer in useless {
        let (world, model) = world_with(RerankingModelSettings::default()).await;
        *model.answer.lock().unwrap() = answer;
        let default = episodes(&world, Reranker::Relevance).await;
        assert_eq!(episodes(&world, Reranker::CrossEncoder).await, default);
        assert_eq!(world.engine.reranking_totals().failed, 1);
    }
}

#[tokio::test]
async fn a_search_does_not_wait_for_a_slow_model() {
    let settings = RerankingModelSettings { deadline: Duration::from_millis(10), ..RerankingModelSettings::default() };
    let (world, model) = world_with(settings).await;
    model.is_stuck.store(true, Ordering::SeqCst);
    let default = episodes(&world, Reranker::Relevance).await;
    for _ in 0..4 {
        assert_eq!(episodes(&world, Reranker::CrossEncoder).await, default);
    }
    let totals = world.engine.reranking_totals();
    assert_eq!((totals.late, totals.skipped), (3, 1), "after three it is not asked for a while");
}

#[tokio::test]
async fn a_project_that_has_spent_its_budget_searches_in_the_default_order() {
    let budget = ModelBudget { calls: Some(1), ..ModelBudget::default() };
    let settings = RerankingModelSettings { budget, price_calls: Some(2.0), ..RerankingModelSettings::default() };
    let (world, model) = world_with(settings).await;
    episodes(&world, Reranker::CrossEncoder).await;
    let default = episodes(&world, Reranker::Relevance).await;
    assert_eq!(episodes(&world, Reranker::CrossEncoder).await, default);
    assert_eq!(model.asked.lock().unwrap().len(), 1);
    let spent = world.engine.project(world.project).model_usage(1).await.unwrap();
    assert_eq!((spent[0].model.as_str(), spent[0].usage.calls, spent[0].cost), ("reranker:scripted", 1, 0.002));
}

#[tokio::test]
async fn without_a_model_the_name_means_the_default_order() {
    let world = World::new().await;
    for text in ["likes games of games", "likes games", "likes games with a zebra in them at times"] {
        world.say("2025-05-01T10:00:00Z", text).await;
    }
    assert_eq!(episodes(&world, Reranker::CrossEncoder).await, episodes(&world, Reranker::Relevance).await);
}
