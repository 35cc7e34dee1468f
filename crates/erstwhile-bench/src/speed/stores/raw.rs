//! The same statements on the raw drivers, without the store.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use erstwhile::change::{Batch, BatchPrecondition, Change};
use erstwhile::model::{
    BatchId, Episode, EpisodeId, EpisodeKind, EpisodeState, GraphId, Metadata, Partition, PartitionOwner, ProjectId,
    Role, TaskId, Thread,
};
use erstwhile::ports::{Clock, Ids, SystemClock, TimeOrderedIds};
use erstwhile::store::{Store, statements};
use erstwhile_postgres::PostgresSettings;
use futures::future::try_join_all;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::super::load::Measured;

/// The statements of one message, in the order of its transaction.
const WRITES: [&str; 6] = ["MARK_APPLIED", "RAISE_VERSION", "ADD_TASK", "EXPECT_THREAD", "ADD_EPISODE", "ENQUEUE"];
/// The statements of a warm search.
const READS: [&str; 2] = ["LOCATE", "GRAPH_VERSION"];
const TEXT: &str = "Mira Tolkes lives in Branvik and works at the Seldale Foundry.";

fn sql(name: &str) -> anyhow::Result<&'static str> {
    let statement = statements::ALL.iter().find(|statement| statement.name == name);
    Ok(statement.with_context(|| format!("there is no statement {name}"))?.sql)
}

fn graph(number: usize) -> GraphId {
    // The first bytes are the tag.
    GraphId(Uuid::from_u128((number as u128 + 1) << 100))
}

fn project() -> ProjectId {
    ProjectId(Uuid::from_u128(1))
}

/// Creates graphs with an empty thread.
async fn prepare(store: &Store, graphs: usize) -> anyhow::Result<()> {
    let now = SystemClock.now();
    for number in 0..graphs {
        let id = graph(number);
        let owner = PartitionOwner::Standalone(format!("graph {number}"));
        let thread = Thread {
            graph: id,
            project: project(),
            thread_id: format!("thread {number}"),
            uuid: id.within(Uuid::from_u128(2)).into(),
            user_id: None,
            user_uuid: None,
            metadata: Metadata::new(),
            classifications: Metadata::new(),
            created_at: now,
            updated_at: now,
            ended_at: None,
        };
        let changes = vec![
            Change::AddPartition(Partition::new(id.into(), project(), owner, now), None),
            Change::AddThread(thread),
        ];
        store.apply(&batch(id, changes)).await?;
    }
    Ok(())
}

fn batch(graph: GraphId, changes: Vec<Change>) -> Batch {
    let (id, at) = (BatchId(TimeOrderedIds.next()), SystemClock.now());
    Batch { id, project: project(), partition: Some(graph.into()), expect: BatchPrecondition::None, at, changes }
}

/// Writes messages sequentially through the store's port.
pub(super) async fn through_the_port(store: &Store, during: Duration) -> anyhow::Result<Measured> {
    let graph = graph(0);
    let mut latencies = Vec::new();
    let started = Instant::now();
    while started.elapsed() < during {
        let (now, task) = (SystemClock.now(), TaskId(graph.within(TimeOrderedIds.next())));
        let episode = Episode {
            id: EpisodeId(graph.within(TimeOrderedIds.next())),
            seq: 0,
            thread: Some("thread 0".to_owned()),
            kind: EpisodeKind::Message,
            role: Some(Role::User),
            name: None,
            content: TEXT.to_owned(),
            metadata: Metadata::new(),
            source_description: None,
            document_id: None,
            reference_time: now,
            recorded_at: now,
            state: EpisodeState::Pending,
            task: Some(task),
            strict: false,
            model_reading: None,
        };
        let task = Change::AddTask { task, kind: "add_messages".to_owned(), total: 1 };
        let batch = batch(graph, vec![task, Change::AddEpisodes(vec![episode])]);
        let asked = Instant::now();
        store.apply(&batch).await?;
        latencies.push(asked.elapsed().as_secs_f64() * 1e3);
    }
    Ok(Measured::of(latencies, started.elapsed()))
}

/// The parameters of one message's statements.
struct Message {
    graph: Vec<u8>,
    batch: Vec<u8>,
    episode: Vec<u8>,
    task: Vec<u8>,
    thread: String,
    now: i64,
}

impl Message {
    fn new(number: usize) -> Self {
        let graph = graph(number);
        let fresh = || graph.within(TimeOrderedIds.next()).as_bytes().to_vec();
        let (batch, episode, task) = (fresh(), fresh(), fresh());
        let now = SystemClock.now().as_microsecond();
        Self { graph: graph.0.as_bytes().to_vec(), batch, episode, task, thread: format!("thread {number}"), now }
    }
}

/// The raw embedded database: one connection, one commit per message.
pub(super) struct Sqlite {
    connection: rusqlite::Connection,
    store: Store,
}

impl Sqlite {
    pub(super) async fn open(file: &Path) -> anyhow::Result<Self> {
        let store = Store::open(Arc::new(erstwhile::store::sqlite::Sqlite::open(file)?)).await?;
        prepare(&store, 1).await?;
        let connection = rusqlite::Connection::open(file)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Self { connection, store })
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    pub(super) fn writes(&self, during: Duration) -> anyhow::Result<Measured> {
        use rusqlite::types::Null;
        let texts = WRITES.iter().map(|name| Ok(sql(name)?.replace('$', "?"))).collect::<anyhow::Result<Vec<_>>>()?;
        let mut latencies = Vec::new();
        let started = Instant::now();
        while started.elapsed() < during {
            let m = Message::new(0);
            let asked = Instant::now();
            self.connection.execute_batch("BEGIN IMMEDIATE")?;
            let run = |at: usize, params: &[&dyn rusqlite::ToSql]| -> rusqlite::Result<()> {
                let mut statement = self.connection.prepare_cached(&texts[at])?;
                let mut rows = statement.query(params)?;
                while rows.next()?.is_some() {}
                Ok(())
            };
            run(0, &[&m.graph, &m.batch, &m.now])?;
            run(1, &[&m.graph, &0, &1])?;
            run(2, &[&m.graph, &m.task, &"add_messages", &1, &m.now])?;
            run(3, &[&m.graph, &m.thread])?;
            let (empty, metadata) = (Null, "{}");
            run(
                4,
                &[
                    &m.graph, &1, &m.episode, &m.thread, &0, &0, &empty, &TEXT, &metadata, &empty, &empty, &m.now,
                    &m.now, &0, &empty, &empty, &m.task, &0,
                ],
            )?;
            run(5, &[&m.graph, &1, &m.now])?;
            self.connection.execute_batch("COMMIT")?;
            latencies.push(asked.elapsed().as_secs_f64() * 1e3);
        }
        Ok(Measured::of(latencies, started.elapsed()))
    }

    pub(super) fn reads(&self, during: Duration) -> anyhow::Result<Measured> {
        let texts = READS.iter().map(|name| Ok(sql(name)?.replace('$', "?"))).collect::<anyhow::Result<Vec<_>>>()?;
        let (key, scope) = (graph(0).0.as_bytes().to_vec(), project().0.as_bytes().to_vec());
        let mut latencies = Vec::new();
        let started = Instant::now();
        while started.elapsed() < during {
            let asked = Instant::now();
            let found: Vec<u8> =
                self.connection.prepare_cached(&texts[0])?.query_row((&"graph 0", 1, &scope), |row| row.get(0))?;
            self.connection.prepare_cached(&texts[1])?.query_row([&key], |row| row.get::<_, i64>(0))?;
            anyhow::ensure!(found == key, "the graph was not found");
            latencies.push(asked.elapsed().as_secs_f64() * 1e3);
        }
        Ok(Measured::of(latencies, started.elapsed()))
    }
}

/// Raw PostgreSQL: one connection per caller, with pipelined statements.
pub(super) struct Postgres {
    url: String,
    store: Store,
}

impl Postgres {
    /// Number of graphs, one per concurrent caller.
    pub(super) async fn open(url: &str) -> anyhow::Result<Self> {
        let database = erstwhile_postgres::Postgres::new(url, PostgresSettings::default())?;
        let store = Store::open(Arc::new(database)).await?;
        prepare(&store, super::CONNECTIONS).await?;
        Ok(Self { url: url.to_owned(), store })
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    async fn client(&self) -> anyhow::Result<tokio_postgres::Client> {
        let (client, connection) = tokio_postgres::connect(&self.url, tokio_postgres::NoTls).await?;
        tokio::spawn(async move { drop(connection.await) });
        Ok(client)
    }

    pub(super) async fn writes(&self, callers: usize, during: Duration) -> anyhow::Result<Measured> {
        let callers = (0..callers).map(|number| async move {
            let client = self.client().await?;
            let prepared =
                try_join_all(WRITES.iter().map(|name| async { anyhow::Ok(client.prepare(sql(name)?).await?) })).await?;
            let mut latencies = Vec::new();
            let started = Instant::now();
            while started.elapsed() < during {
                let m = Message::new(number);
                let (none, nobody) = (None::<String>, None::<i64>);
                let (zero, one, text, metadata, kind) = (0_i64, 1_i64, TEXT, "{}", "add_messages");
                let params: [&[&(dyn ToSql + Sync)]; 6] = [
                    &[&m.graph, &m.batch, &m.now],
                    &[&m.graph, &zero, &one],
                    &[&m.graph, &m.task, &kind, &one, &m.now],
                    &[&m.graph, &m.thread],
                    &[
                        &m.graph, &one, &m.episode, &m.thread, &zero, &zero, &none, &text, &metadata, &none, &none,
                        &m.now, &m.now, &zero, &none, &nobody, &m.task, &zero,
                    ],
                    &[&m.graph, &one, &m.now],
                ];
                let asked = Instant::now();
                let begin = client.batch_execute("BEGIN");
                let steps = prepared.iter().zip(params).map(|(statement, params)| client.query(statement, params));
                let (begun, done) = futures::future::join(begin, try_join_all(steps)).await;
                begun?;
                done?;
                client.batch_execute("COMMIT").await?;
                latencies.push(asked.elapsed().as_secs_f64() * 1e3);
            }
            anyhow::Ok(Measured::of(latencies, during))
        });
        Ok(Measured::together(try_join_all(callers).await?))
    }

    pub(super) async fn reads(&self, callers: usize, during: Duration) -> anyhow::Result<Measured> {
        let callers = (0..callers).map(|number| async move {
            let client = self.client().await?;
            let (locate, version) = (client.prepare(sql(READS[0])?).await?, client.prepare(sql(READS[1])?).await?);
            let (key, scope) = (graph(number).0.as_bytes().to_vec(), project().0.as_bytes().to_vec());
            let (name, kind) = (format!("graph {number}"), 1_i64);
            let mut latencies = Vec::new();
            let started = Instant::now();
            while started.elapsed() < during {
                let asked = Instant::now();
                client.query_one(&locate, &[&name, &kind, &scope]).await?;
                client.query_one(&version, &[&key]).await?;
                latencies.push(asked.elapsed().as_secs_f64() * 1e3);
            }
            anyhow::Ok(Measured::of(latencies, during))
        });
        Ok(Measured::together(try_join_all(callers).await?))
    }
}
