//! Business data in a graph of its own, and questions about the past: what was true then, what was known then.
//!
//! ```text
//! cargo run -p erstwhile --example business_data
//! ```

use std::error::Error;
use std::sync::Arc;

use erstwhile::Engine;
use erstwhile::engine::{GraphHandle, NewEpisode, NewGraph};
use erstwhile::store::{Store, sqlite::Sqlite};
use erstwhile_models::offline::OfflineExtractor;
use jiff::Timestamp;

#[expect(clippy::print_stdout, reason = "an example shows what it does")]
#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    for (question, facts) in run().await? {
        println!("{question}\n  {}", facts.join("\n  "));
    }
    Ok(())
}

/// Stores two reports, and returns the facts that answer each question.
pub(crate) async fn run() -> Result<Vec<(&'static str, Vec<String>)>, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let store = Store::open(Arc::new(Sqlite::open(&folder.path().join("memory.db"))?)).await?;
    let engine = Engine::builder(store).extractor(OfflineExtractor::new()?).build();
    let project = engine.project(engine.ensure_project("crm").await?.id);
    project.create_graph(NewGraph { graph_id: "accounts".to_owned(), ..NewGraph::default() }).await?;
    let graph = project.graph("accounts");

    // The later report arrives first: the graph depends on what was said, not on the order in which it came.
    for (at, text) in [
        ("2024-06-03T09:00:00Z", "Dana Whitfield works for Borealis Labs."),
        ("2023-02-01T09:00:00Z", "Dana Whitfield works for Acme Corporation."),
    ] {
        let episode = NewEpisode { created_at: Some(time(at)?), ..NewEpisode::text(text) };
        graph.add_episodes(vec![episode]).await?;
    }
    while engine.ingest_next().await? {}

    let questions = [
        ("What was true in March 2023?", Some("2023-03-01T00:00:00Z"), None),
        ("What was true in July 2024?", Some("2024-07-01T00:00:00Z"), None),
        ("What was known in 2020, before anything was stored?", None, Some("2020-01-01T00:00:00Z")),
    ];
    let mut answers = Vec::new();
    for (question, as_of, known_at) in questions {
        let facts = facts(&graph, as_of.map(time).transpose()?, known_at.map(time).transpose()?).await?;
        answers.push((question, facts));
    }
    Ok(answers)
}

/// The facts that were true in the world at `as_of`, as far as the system knew at `known_at`.
async fn facts(
    graph: &GraphHandle,
    as_of: Option<Timestamp>,
    known_at: Option<Timestamp>,
) -> Result<Vec<String>, erstwhile::Error> {
    let facts = graph.facts_at(as_of, known_at).await?;
    Ok(facts.into_iter().map(|fact| fact.statement).collect())
}

fn time(text: &str) -> Result<Timestamp, jiff::Error> {
    text.parse()
}
