//! Opens the engine from the settings, and starts and stops the server.

use std::fs::{File, TryLockError};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use erstwhile::Engine;
use erstwhile::EngineSettings;
use erstwhile::engine::{DamageSearch, EngineBuilder, NewKey};
use erstwhile::model::{Actor, KeyRole, Project};
use erstwhile::store::Store;
use erstwhile::store::sql::Sql;
use erstwhile::store::sqlite::{Sqlite, create_private_folder};
use erstwhile_models::static_embedder::StaticEmbedder;
use erstwhile_postgres::{Postgres, PostgresSettings};
use rand::RngCore;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::connections::tls::Tls;
use crate::connections::{self, ConnectionLimits, open_files};
use crate::models;
use crate::router;
use crate::settings::{Settings, StoreSettings};
use crate::webhooks;

/// The project that is created at the first start.
pub const DEFAULT_PROJECT: &str = "default";
/// File name of the embedded database in the data folder.
const DATABASE: &str = "erstwhile.db";
/// Maximum number of connections to the listener of `/metrics`.
const METRICS_CONNECTIONS_MAX: usize = 64;
/// Interval between clean-ups of the store.
const CLEAN_UP_INTERVAL: Duration = Duration::from_hours(1);
/// Number of clean-ups between two searches for damage, which read the whole embedded database.
const DAMAGE_INTERVAL: u64 = 24;

/// Opens the configured store, and creates it if it does not exist: PostgreSQL if a URL is set, else the embedded database
/// in the data folder.
///
/// # Errors
/// If it cannot be opened or its schema cannot be migrated.
pub async fn open_store(settings: &StoreSettings) -> anyhow::Result<Store> {
    if settings.database.is_none() {
        create_private_folder(&settings.data)?;
    }
    Store::open(open_database(settings)?).await.with_context(|| cannot_open(settings))
}

/// Opens the configured store, if it exists.
///
/// # Errors
/// If there is none, it cannot be opened, or its schema cannot be migrated.
pub async fn open_existing_store(settings: &StoreSettings) -> anyhow::Result<Store> {
    if !has_store(settings) {
        bail!("there is no database in `{}`: set it with --data or --database", settings.place());
    }
    Store::open_existing(open_database(settings)?).await.with_context(|| cannot_open(settings))
}

fn open_database(settings: &StoreSettings) -> anyhow::Result<Arc<dyn Sql>> {
    if let Some(postgres) = open_postgres(settings)? {
        return Ok(Arc::new(postgres));
    }
    Ok(Arc::new(Sqlite::open(&embedded_database(settings)).with_context(|| cannot_open(settings))?))
}

/// The configured PostgreSQL database, if the store is one. It is connected to when it is first used.
///
/// # Errors
/// If its URL cannot be read.
pub fn open_postgres(settings: &StoreSettings) -> anyhow::Result<Option<Postgres>> {
    let Some(url) = &settings.database else { return Ok(None) };
    let postgres = PostgresSettings { connections: settings.connections, ..PostgresSettings::default() };
    Postgres::new(url, postgres).map(Some).with_context(|| cannot_open(settings))
}

/// The file of the embedded database.
pub fn embedded_database(settings: &StoreSettings) -> PathBuf {
    settings.data.join(DATABASE)
}

fn cannot_open(settings: &StoreSettings) -> String {
    format!("cannot open the database in `{}`", settings.place())
}

/// Opens an engine on the configured store, with the built-in models. Creates the store if it does not exist.
///
/// # Errors
/// If the store cannot be opened.
pub async fn open_engine(settings: &Settings) -> anyhow::Result<Engine> {
    Ok(engine_on(open_store(&settings.store).await?, settings)?.build())
}

/// The data folder of a server. No other server can use it until this is dropped, or the process ends in any way.
#[derive(Debug)]
pub struct FolderLock(#[expect(dead_code, reason = "it is locked as long as it is open")] File);

impl FolderLock {
    /// Locks the data folder, which is created if it does not exist; `None` if the data is elsewhere, or if the file system
    /// knows no locks.
    ///
    /// # Errors
    /// If another server has locked it, or it cannot be opened.
    fn take(settings: &StoreSettings) -> anyhow::Result<Option<Self>> {
        if settings.database.is_some() {
            return Ok(None);
        }
        create_private_folder(&settings.data)?;
        let place = settings.data.display();
        // The folder itself and not a file in it, which somebody might remove.
        let folder = File::open(&settings.data).with_context(|| format!("cannot open the folder `{place}`"))?;
        match folder.try_lock() {
            Ok(()) => Ok(Some(Self(folder))),
            Err(TryLockError::WouldBlock) => bail!(
                "another server uses the data folder `{place}`: stop it first, or choose another folder with --data"
            ),
            Err(TryLockError::Error(error)) => {
                tracing::warn!(%error, "cannot lock the data folder `{place}`: make sure that only one server uses it");
                Ok(None)
            }
        }
    }
}

/// Opens an engine on the configured store as the server uses it: also with the configured models for search, which may
/// take a second to load. Creates the store if it does not exist, and keeps other servers from using the folder.
///
/// # Errors
/// If the store cannot be opened or another server uses it, or the embedding or the reranking model cannot be used.
pub async fn open_serving_engine(settings: &Settings) -> anyhow::Result<(Engine, Option<FolderLock>)> {
    // Before the store, which a command that fails should not create.
    let embedding = models::embedding_model(settings)?;
    let reranking = models::reranking_model(settings)?;
    let lock = FolderLock::take(&settings.store)?;
    let builder = engine_on(open_store(&settings.store).await?, settings)?;
    let builder = match embedding {
        Some(model) => builder.embedding_model(model),
        None => builder,
    };
    let builder = match reranking {
        Some(model) => builder.reranking_model(model),
        None => builder,
    };
    Ok((builder.build(), lock))
}

/// Opens an engine on the configured store, for commands that must not create one.
///
/// # Errors
/// If there is no store, or it cannot be opened.
pub async fn open_existing_engine(settings: &Settings) -> anyhow::Result<Engine> {
    Ok(engine_on(open_existing_store(&settings.store).await?, settings)?.build())
}

fn engine_on(store: Store, settings: &Settings) -> anyhow::Result<EngineBuilder> {
    let embedder = StaticEmbedder::new().context("the built-in embedding table is invalid")?;
    let builder = Engine::builder(store).embedder(embedder).settings(EngineSettings {
        queue_episodes_max: settings.ingest.queue_episodes_max,
        queue_project_percent: settings.ingest.queue_project_percent,
        queue_graph_percent: settings.ingest.queue_graph_percent,
        index_bytes_max: settings.search.index_mib_max << 20,
        read_wait: Duration::from_millis(settings.search.wait_ms),
        statements: settings.search.statements.into(),
        context: settings.context.budget()?,
        model: models::reading_settings(&settings.model),
        embedding: models::embedding_settings(&settings.embedder),
        reranking: models::reranking_settings(&settings.reranker),
        ..EngineSettings::default()
    });
    models::add_models(builder, &settings.model)
}

/// Returns whether there is a store: the file of the embedded database, or its identity, which is there even if the file
/// was lost. Whether a PostgreSQL database is empty is found out when it is opened.
fn has_store(settings: &StoreSettings) -> bool {
    let database = embedded_database(settings);
    settings.database.is_some() || database.exists() || database.with_extension("id").exists()
}

/// The number of bytes of the embedded database's files; `None` if the data is elsewhere.
pub fn database_bytes(settings: &StoreSettings) -> Option<i64> {
    if settings.database.is_some() {
        return None;
    }
    let database = settings.data.join(DATABASE);
    let files = [database.clone(), database.with_extension("db-wal")];
    let sizes = files.iter().filter_map(|file| std::fs::metadata(file).ok()).map(|file| file.len());
    i64::try_from(sizes.sum::<u64>()).ok()
}

/// Returns random bytes for the secret of a key.
pub fn random_bytes() -> [u8; 32] {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

/// Returns the default project. The first start creates the project and its first key, whose secret is
/// returned only then.
///
/// # Errors
/// If the store is unavailable, or the configured key is too short.
pub async fn bootstrap(engine: &Engine, own_key: Option<&str>) -> erstwhile::Result<(Project, Option<String>)> {
    let project = engine.ensure_project(DEFAULT_PROJECT).await?;
    let new = NewKey {
        name: "first".to_owned(),
        role: KeyRole::Admin,
        expires_at: None,
        secret: own_key.map(str::to_owned),
        graph: None,
    };
    let revealed = engine.project(project.id).acting_as(Actor::Server).create_first_key(new, random_bytes()).await?;
    Ok((project, revealed.map(|revealed| revealed.secret)))
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    /// `https`, or `http` without TLS.
    pub scheme: &'static str,
    /// Address of the API.
    pub address: SocketAddr,
    /// Address of `/metrics`, if enabled.
    pub metrics_address: Option<SocketAddr>,
    draining: CancellationToken,
    stopped: CancellationToken,
    tasks: TaskTracker,
    drain: Duration,
}

impl Server {
    /// Starts the listeners and the ingestion workers.
    ///
    /// # Errors
    /// If an address cannot be bound.
    pub async fn start(engine: Engine, settings: &Settings) -> anyhow::Result<Self> {
        let app = App::new(engine.clone(), settings);
        let (draining, stopped, tasks) = (app.draining.clone(), CancellationToken::new(), TaskTracker::new());
        let mut limits = ConnectionLimits::new(&settings.server);
        limits.connections_max = open_files::connections_max(limits.connections_max);
        let api = router::router(&app, &settings.server);
        let tls = Tls::load(&settings.server)?;
        if let Some(tls) = &tls {
            tasks.spawn(Arc::clone(tls).follow_files(draining.clone()));
        }
        let scheme = if tls.is_some() { "https" } else { "http" };
        let (address, serving) = serve_on(settings.server.listen, tls, api, limits, &app, &draining).await?;
        tasks.spawn(serving);
        let metrics_address = match settings.telemetry.metrics_listen {
            // Metrics stay available while the server drains.
            Some(listen) => {
                let limits = ConnectionLimits { connections_max: METRICS_CONNECTIONS_MAX, ..limits };
                let metrics = router::metrics_router(&app);
                let (address, serving) = serve_on(listen, None, metrics, limits, &app, &stopped).await?;
                tasks.spawn(serving);
                Some(address)
            }
            None => None,
        };
        let workers = engine.spawn_workers(settings.ingest.workers);
        let shutdown = draining.clone();
        tasks.spawn(async move {
            shutdown.cancelled().await;
            workers.stop().await;
        });
        if settings.webhooks.senders > 0 {
            tasks.spawn(webhooks::deliver(engine.clone(), settings.webhooks.clone(), draining.clone()));
        }
        tasks.spawn(warm_up(engine.clone()));
        tasks.spawn(clean_up(engine, draining.clone()));
        let drain = Duration::from_secs(settings.server.drain_s);
        Ok(Self { scheme, address, metrics_address, draining, stopped, tasks, drain })
    }

    /// Stops accepting requests and completes those in progress; returns false if that timed out.
    pub async fn stop(self) -> bool {
        self.draining.cancel();
        self.tasks.close();
        self.stopped.cancel();
        tokio::time::timeout(self.drain, self.tasks.wait()).await.is_ok()
    }
}

/// Binds a listener; returns its address, and what serves the router on it.
async fn serve_on(
    listen: SocketAddr,
    tls: Option<Arc<Tls>>,
    router: axum::Router,
    limits: ConnectionLimits,
    app: &App,
    stop: &CancellationToken,
) -> anyhow::Result<(SocketAddr, impl Future<Output = ()> + use<>)> {
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    let address = listener.local_addr().context("the listener has no address")?;
    Ok((address, connections::serve(listener, tls, router, limits, app.metrics.clone(), stop.clone())))
}

async fn warm_up(engine: Engine) {
    if let Err(error) = engine.warm_up().await {
        tracing::warn!(%error, "the models cannot be warmed up");
    }
}

/// Checks and cleans up the store at the start and then regularly, until cancelled.
async fn clean_up(engine: Engine, stop: CancellationToken) {
    // Cancelled at any point, because the search for damage may take long and nothing here must be completed.
    stop.run_until_cancelled(clean_up_regularly(engine)).await;
}

async fn clean_up_regularly(engine: Engine) {
    for round in 0_u64.. {
        if round % DAMAGE_INTERVAL == 0 {
            find_damage(&engine).await;
        }
        if let Err(error) = engine.remove_obsolete_rows().await {
            tracing::warn!(%error, "cannot clean up the store");
        }
        tokio::time::sleep(CLEAN_UP_INTERVAL).await;
    }
}

async fn find_damage(engine: &Engine) {
    match engine.find_damage(DamageSearch::Quick).await {
        Ok(damage) => {
            for problem in damage {
                tracing::error!(problem, "the database is damaged: restore a backup");
            }
        }
        Err(error) => tracing::warn!(%error, "cannot check the database for damage"),
    }
}
