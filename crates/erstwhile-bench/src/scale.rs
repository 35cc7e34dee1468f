//! One very large shared graph: time to load, memory, latency, and recall of the approximate search.

use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use erstwhile::Engine;
use erstwhile::EngineSettings;
use erstwhile::change::{Batch, BatchPrecondition, Change};
use erstwhile::engine::{ContextRequest, GraphRef, NewEpisode, NewGraph, Search};
use erstwhile::model::{
    BatchId, ClaimKind, Episode, EpisodeId, EpisodeKind, EpisodeState, Holding, Metadata, ProjectId,
};
use erstwhile::ports::{Claim, Embedder, ExtractedStatement, Extraction, Ids, TimeOrderedIds};
use erstwhile::reading::{Reading, evidence};
use erstwhile::search::{EXACT_MAX, GraphIndex};
use erstwhile::store::Store;
use erstwhile::store::sqlite::Sqlite;
use erstwhile_models::offline::OfflineExtractor;
use erstwhile_models::static_embedder::StaticEmbedder;
use indicatif::ProgressBar;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::table;

/// A shared graph of growing size.
#[derive(Debug, Args)]
pub(crate) struct Scale {
    /// Numbers of facts of the graph, in increasing order
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [10_000, 100_000, 1_000_000])]
    facts: Vec<usize>,
    /// Number of small graphs whose memory is measured, too
    #[arg(long, value_name = "N", default_value_t = 0)]
    small: usize,
    /// Each message also has a sentence that makes no fact
    #[arg(long)]
    statements: bool,
}

/// Facts per batch.
const BATCH_FACTS: usize = 500;
/// Number of measured searches.
const SEARCHES: usize = 200;
/// Number of facts, each from an episode of its own, of a small graph.
const SMALL_FACTS: usize = 20;
/// The graph's id.
const GRAPH: &str = "everyone";

impl Scale {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(self.measure())
    }

    async fn measure(self) -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let progress = ProgressBar::new_spinner();
        progress.enable_steady_tick(Duration::from_millis(200));
        let mut rows = Vec::new();
        let mut there = 0;
        for facts in self.facts {
            progress.set_message(format!("a graph of {facts} facts"));
            let engine = open(folder.path(), EXACT_MAX).await?;
            let project = engine.ensure_project("scale").await?.id;
            if there == 0 {
                let new = NewGraph { graph_id: GRAPH.to_owned(), ..NewGraph::default() };
                engine.project(project).create_graph(new).await?;
            }
            let started = Instant::now();
            fill(&engine, folder.path(), project, GRAPH, there..facts, self.statements).await?;
            let stored = (facts - there) as f64 / started.elapsed().as_secs_f64();
            there = facts;
            drop(engine);
            rows.push(measure_graph(folder.path(), facts, stored).await?);
        }
        progress.set_message(format!("{} small graphs", self.small));
        let small = if self.small > 0 { Some(small_graphs(self.small).await?) } else { None };
        progress.finish_and_clear();
        table::print(
            "A shared graph; of searches, time of the processor",
            &[
                "facts",
                "stored/s",
                "cold load s",
                "memory MiB",
                "KiB a fact",
                "reading s",
                "facts and text s",
                "vectors s",
                "facts p50 ms",
                "p95 ms",
                "episodes p50 ms",
                "p95 ms",
                "entities p50 ms",
                "p95 ms",
                "context p50 ms",
                "p95 ms",
                "recall@10",
                "ingesting a message ms",
                "with new names ms",
            ],
            &rows,
        );
        if let Some(row) = small {
            table::print("Small graphs", &["graphs", "episodes and facts of each", "KiB a graph", "load ms"], &[row]);
        }
        Ok(())
    }
}

/// Opens an engine on a folder, with exact vector search for up to `exact_max` documents.
async fn open(folder: &Path, exact_max: usize) -> anyhow::Result<Engine> {
    Ok(Engine::builder(store(folder).await?)
        .embedder(StaticEmbedder::new()?)
        .extractor(OfflineExtractor::new()?)
        .settings(EngineSettings { index_bytes_max: 16 << 30, exact_max, ..EngineSettings::default() })
        .build())
}

async fn store(folder: &Path) -> anyhow::Result<Store> {
    Ok(Store::open(Arc::new(Sqlite::open(&folder.join("scale.db"))?)).await?)
}

const GIVEN: &[&str] = &["Mira", "Tobias", "Ines", "Omar", "Lena", "Pavel", "Rosa", "Hugo", "Nadia", "Felix", "Clara"];
const SYLLABLES: &[&str] =
    &["bran", "tol", "kes", "mor", "vel", "har", "lin", "dor", "sel", "gar", "pel", "wren", "tis", "ond", "mar", "zu"];
const RELATIONS: &[(&str, &str, Holding)] = &[
    ("WORKS_AT", "works at", Holding::Exclusive),
    ("LIVES_IN", "lives in", Holding::Exclusive),
    ("LOVES", "loves", Holding::Shared),
    ("VISITED", "visited", Holding::Shared),
    ("KNOWS", "knows", Holding::Shared),
];

/// A random number generator seeded with a number.
fn seeded(number: usize) -> SmallRng {
    SmallRng::seed_from_u64(number as u64)
}

/// An invented word of two to four syllables.
fn word(random: &mut SmallRng) -> String {
    let count = random.random_range(2..=4);
    let word: String = (0..count).map(|_| one(SYLLABLES, random)).collect();
    word[..1].to_uppercase() + &word[1..]
}

fn person(number: usize) -> String {
    let mut random = seeded(number);
    format!("{} {}", one(GIVEN, &mut random), word(&mut random))
}

fn one<T: Copy>(of: &[T], random: &mut SmallRng) -> T {
    of[random.random_range(0..of.len())]
}

/// The fact with a number. A person has about four facts.
fn fact(number: usize) -> Claim {
    let mut random = seeded(number);
    let people = number / 4 + 1_000;
    let subject = person(random.random_range(0..people));
    let (predicate, verb, holding) = one(RELATIONS, &mut random);
    let object = match predicate {
        "KNOWS" => person(random.random_range(0..people)),
        _ => word(&mut seeded(random.random_range(0..50_000))),
    };
    let statement = format!("{subject} {verb} {object}");
    Claim {
        span: 0..statement.len(),
        subject,
        subject_type: Some("Person".to_owned()),
        predicate: predicate.to_owned(),
        object: Some(object),
        object_type: None,
        statement,
        kind: ClaimKind::Asserts,
        holding,
        valid_from: None,
        valid_until: None,
        confidence: 1.0,
        attributes: Metadata::new(),
    }
}

/// A sentence that makes no fact, said after the fact with the same number.
fn statement(number: usize, before: &Claim) -> ExtractedStatement {
    let mut random = seeded(number + 500_000_000);
    let text = format!(
        "{} talked about {} and {}",
        person(random.random_range(0..50_000)),
        word(&mut random),
        word(&mut random)
    );
    let first = before.statement.len() + 2;
    ExtractedStatement { span: first..first + text.len(), text, subject: None, valid_from: None }
}

/// Stores facts with their episodes, as ingestion would.
async fn fill(
    engine: &Engine,
    folder: &Path,
    project: ProjectId,
    graph: &str,
    numbers: Range<usize>,
    has_statements: bool,
) -> anyhow::Result<()> {
    let store = store(folder).await?;
    let graph = engine.project(project).graph(GraphRef::Graph(graph.to_owned())).get().await?;
    let ids = TimeOrderedIds;
    for first in numbers.clone().step_by(BATCH_FACTS) {
        let now = engine.now();
        let reading = Reading { graph: graph.id, user: None, extractor: "made up", recorded_at: now };
        let (mut episodes, mut read) = (Vec::new(), Vec::new());
        for number in first..(first + BATCH_FACTS).min(numbers.end) {
            let claim = fact(number);
            let statement = has_statements.then(|| statement(number, &claim));
            let said = statement.iter().fold(claim.statement.clone(), |said, more| format!("{said}. {}", more.text));
            let episode = Episode {
                id: EpisodeId(graph.id.within(ids.next())),
                seq: 0,
                thread: None,
                kind: EpisodeKind::Text,
                role: None,
                name: None,
                content: said,
                metadata: Metadata::new(),
                source_description: None,
                document_id: None,
                reference_time: now,
                recorded_at: now,
                state: EpisodeState::Processed,
                task: None,
                strict: false,
                model_reading: None,
            };
            let extraction = Extraction {
                claims: vec![claim],
                statements: statement.into_iter().collect(),
                ..Extraction::default()
            };
            read.extend(evidence(&reading, &episode, extraction).0);
            episodes.push(episode);
        }
        let changes = std::iter::once(Change::AddEpisodes(episodes)).chain(read).collect();
        let id = BatchId(ids.next());
        let batch =
            Batch { id, project, partition: Some(graph.id.into()), expect: BatchPrecondition::None, at: now, changes };
        store.apply(&batch).await?;
    }
    Ok(())
}

fn question(number: usize, facts: usize) -> String {
    let claim = fact(seeded(number).random_range(0..facts));
    match number % 3 {
        0 => format!("What do you know about {}?", claim.subject),
        1 => format!("Where does {} work or live?", claim.subject),
        _ => format!("Who {} {}?", claim.predicate.to_lowercase().replace('_', " "), claim.object.unwrap_or_default()),
    }
}

/// The milliseconds of processor time that this thread has used: other programs on the machine do not change how many a
/// search takes.
fn used() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// Resident memory of this process in MiB.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or_default() / 1024.0
}

fn percentile(mut times: Vec<f64>, share: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1))).copied().unwrap_or_default()
}

async fn measure_graph(folder: &Path, facts: usize, stored: f64) -> anyhow::Result<Vec<String>> {
    let engine = open(folder, EXACT_MAX).await?;
    let project = engine.ensure_project("scale").await?.id;
    let graph = GraphRef::Graph(GRAPH.to_owned());
    let before = resident();
    let started = Instant::now();
    engine.project(project).graph(&graph).warm().await?;
    let cold = started.elapsed().as_secs_f64();
    let memory = resident() - before;
    let parts = parts_of_loading(folder, &engine, project, &graph).await?;
    let (mut of_facts, mut of_episodes, mut of_entities) = (Vec::new(), Vec::new(), Vec::new());
    let mut of_context = Vec::new();
    for number in 0..SEARCHES {
        let search = || Search::new(question(number, facts), 10);
        let before = used();
        engine.project(project).graph(&graph).search_facts(search()).await?;
        of_facts.push(used() - before);
        let before = used();
        engine.project(project).graph(&graph).search_episodes(search()).await?;
        of_episodes.push(used() - before);
        let before = used();
        engine.project(project).graph(&graph).search_entities(search()).await?;
        of_entities.push(used() - before);
        let before = used();
        engine.project(project).graph(&graph).context(&question(number, facts), ContextRequest::default()).await?;
        of_context.push(used() - before);
    }
    let recall = recall(folder, &engine, project, &graph, facts).await?;
    let mut after = Vec::new();
    for data in ["The weather was fine all day.", "Quentin Marblehead-Fotheringay lives in Port Marblehead."] {
        let episode = NewEpisode {
            kind: EpisodeKind::Text,
            data: data.to_owned(),
            created_at: None,
            source_description: None,
            document_id: None,
            metadata: Metadata::new(),
            strict: false,
        };
        let started = Instant::now();
        engine.project(project).graph(&graph).add_episodes(vec![episode]).await?;
        while engine.ingest_next().await? {}
        engine.project(project).graph(&graph).search_facts(Search::new("Quentin", 10)).await?;
        after.push(started.elapsed().as_secs_f64() * 1e3);
    }
    let shown = |number: f64| format!("{number:.2}");
    Ok(vec![
        facts.to_string(),
        format!("{stored:.0}"),
        shown(cold),
        format!("{memory:.0}"),
        shown(memory * 1024.0 / facts as f64),
        shown(parts[0]),
        shown(parts[1]),
        shown(parts[2]),
        shown(percentile(of_facts.clone(), 0.5)),
        shown(percentile(of_facts, 0.95)),
        shown(percentile(of_episodes.clone(), 0.5)),
        shown(percentile(of_episodes, 0.95)),
        shown(percentile(of_entities.clone(), 0.5)),
        shown(percentile(of_entities, 0.95)),
        shown(percentile(of_context.clone(), 0.5)),
        shown(percentile(of_context, 0.95)),
        recall.map_or("exact".to_owned(), |recall| format!("{recall:.3}")),
        shown(after[0]),
        shown(after[1]),
    ])
}

/// The memory of small graphs that are all in use, and how long one of them takes to load.
async fn small_graphs(count: usize) -> anyhow::Result<Vec<String>> {
    let folder = tempfile::tempdir()?;
    let name = |number: usize| format!("small {number}");
    let engine = open(folder.path(), EXACT_MAX).await?;
    let project = engine.ensure_project("small").await?.id;
    for number in 0..count {
        engine.project(project).create_graph(NewGraph { graph_id: name(number), ..NewGraph::default() }).await?;
        let facts = number * SMALL_FACTS..(number + 1) * SMALL_FACTS;
        fill(&engine, folder.path(), project, &name(number), facts, false).await?;
    }
    drop(engine);
    let engine = open(folder.path(), EXACT_MAX).await?;
    let warm = async |number: usize| engine.project(project).graph(name(number)).warm().await;
    // The first graph also loads what all graphs share.
    warm(0).await?;
    let (before, started) = (resident(), Instant::now());
    for number in 1..count {
        warm(number).await?;
    }
    let others = count.saturating_sub(1).max(1) as f64;
    let (each, load) = ((resident() - before) * 1024.0 / others, started.elapsed().as_secs_f64() * 1e3 / others);
    Ok(vec![count.to_string(), SMALL_FACTS.to_string(), format!("{each:.1}"), format!("{load:.2}")])
}

/// Seconds of each step of loading a graph: reading its evidence; computing facts and entities and indexing text;
/// embedding, on one core.
async fn parts_of_loading(
    folder: &Path,
    engine: &Engine,
    project: ProjectId,
    graph: &GraphRef,
) -> anyhow::Result<[f64; 3]> {
    let graph = engine.project(project).graph(graph).get().await?.id;
    let (store, embedder) = (store(folder).await?, StaticEmbedder::new()?);
    let started = Instant::now();
    let evidence = store.evidence_since(graph, 0).await?.unwrap_or_default();
    let read = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let mut index = GraphIndex::new(graph, embedder.dimensions());
    let texts = index.apply(evidence);
    let computed = started.elapsed().as_secs_f64();
    let started = Instant::now();
    for texts in texts.chunks(BATCH_FACTS) {
        let vectors = embedder.embed(&texts.iter().map(|text| text.text.as_str()).collect::<Vec<_>>()).await?;
        index.embed(texts, &vectors);
    }
    Ok([read, computed, started.elapsed().as_secs_f64()])
}

/// The share of the exact search's top ten facts that the search finds; `None` if the search is exact.
async fn recall(
    folder: &Path,
    engine: &Engine,
    project: ProjectId,
    graph: &GraphRef,
    facts: usize,
) -> anyhow::Result<Option<f64>> {
    if facts <= EXACT_MAX {
        return Ok(None);
    }
    let exact = open(folder, usize::MAX).await?;
    let (mut found, mut wanted) = (0, 0);
    for number in 0..SEARCHES {
        let search = || Search::new(question(number, facts), 10);
        let all: HashSet<_> = exact
            .project(project)
            .graph(graph)
            .search_facts(search())
            .await?
            .into_iter()
            .map(|found| found.item.fact.id)
            .collect();
        let some = engine.project(project).graph(graph).search_facts(search()).await?;
        wanted += all.len();
        found += some.iter().filter(|found| all.contains(&found.item.fact.id)).count();
    }
    Ok(Some(found as f64 / wanted.max(1) as f64))
}
