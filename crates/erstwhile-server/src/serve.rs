//! Putting the parts together, and the life of a server from its start to its graceful end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::serve::ListenerExt;
use erstwhile::Engine;
use erstwhile::EngineSettings;
use erstwhile::engine::NewKey;
use erstwhile::model::{KeyAccess, Project};
use erstwhile::ports::LanguageModel;
use erstwhile::store::Store;
use erstwhile::store::sql::Sql;
use erstwhile::store::sqlite::Sqlite;
use erstwhile_models::offline::OfflineExtractor;
use erstwhile_models::openai::{OpenAiModel, OpenAiSettings};
use erstwhile_models::static_embedder::StaticEmbedder;
use erstwhile_postgres::{Postgres, PostgresSettings};
use rand::RngCore;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::router;
use crate::settings::{Settings, StoreSettings};

/// The project that exists from the start.
pub const DEFAULT_PROJECT: &str = "default";
/// The file of the embedded database in the data folder.
const DATABASE: &str = "erstwhile.db";
/// How often the store is tidied.
const TIDY_EVERY: Duration = Duration::from_hours(1);

/// The store that the settings name: PostgreSQL when there is a URL, else the embedded one in a folder.
///
/// # Errors
/// When it cannot be opened, or its schema cannot be brought up to date.
pub async fn open_store(settings: &StoreSettings) -> anyhow::Result<Store> {
    let unopened = || format!("the database in `{}` cannot be opened", settings.place());
    let database: Arc<dyn Sql> = if let Some(url) = &settings.database {
        let postgres = PostgresSettings { connections: settings.connections, ..PostgresSettings::default() };
        Arc::new(Postgres::new(url, postgres).with_context(unopened)?)
    } else {
        let folder = &settings.data;
        std::fs::create_dir_all(folder).with_context(|| format!("the folder `{}` cannot be made", folder.display()))?;
        Arc::new(Sqlite::open(&folder.join(DATABASE)).with_context(unopened)?)
    };
    Store::open(database).await.with_context(unopened)
}

/// An engine over the store that the settings name, with the models that ship.
///
/// # Errors
/// When the store cannot be opened.
pub async fn open_engine(settings: &Settings) -> anyhow::Result<Engine> {
    let store = open_store(&settings.store).await?;
    let embedder = StaticEmbedder::new().context("the built-in embedding table is damaged")?;
    let builder = Engine::builder(store)
        .embedder(embedder)
        .extractor(OfflineExtractor::new())
        .settings(EngineSettings { index_bytes_max: settings.search.index_mib_max << 20, ..EngineSettings::default() });
    Ok(match language_model(settings) {
        Some(model) => builder.language_model(model).build(),
        None => builder.build(),
    })
}

/// Whether the store is there, or an empty one would be made by opening it.
pub fn has_store(settings: &StoreSettings) -> bool {
    settings.database.is_some() || settings.data.join(DATABASE).exists()
}

/// The language model that the operator configured, if any.
fn language_model(settings: &Settings) -> Option<Arc<dyn LanguageModel>> {
    let model = &settings.model;
    let (url, name) = (model.url.clone()?, model.name.clone()?);
    let settings = OpenAiSettings { url, name, key: model.key.clone(), timeout: Duration::from_secs(model.timeout_s) };
    Some(Arc::new(OpenAiModel::new(settings)))
}

/// Fresh random bytes for the secret of a key.
pub fn random_bytes() -> [u8; 32] {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

/// The default project; at the first start it gets a key, whose secret is returned this once.
///
/// # Errors
/// When the store does not answer, or the operator's own key is too short.
pub async fn bootstrap(engine: &Engine, own_key: Option<&str>) -> erstwhile::Result<(Project, Option<String>)> {
    let project = engine.ensure_project(DEFAULT_PROJECT).await?;
    let new = NewKey {
        name: "first".to_owned(),
        access: KeyAccess::Write,
        expires_at: None,
        secret: own_key.map(str::to_owned),
    };
    let revealed = engine.project(project.id).create_first_key(new, random_bytes()).await?;
    Ok((project, revealed.map(|revealed| revealed.secret)))
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    /// Where the API answers.
    pub address: SocketAddr,
    /// Where `/metrics` answers, when it does.
    pub metrics_address: Option<SocketAddr>,
    draining: CancellationToken,
    stopped: CancellationToken,
    tasks: TaskTracker,
    drain: Duration,
}

impl Server {
    /// Starts listening and ingesting.
    ///
    /// # Errors
    /// When an address cannot be bound.
    pub async fn start(engine: Engine, settings: &Settings) -> anyhow::Result<Self> {
        let app = App::new(engine.clone(), settings);
        let (draining, stopped, tasks) = (app.draining.clone(), CancellationToken::new(), TaskTracker::new());
        let api = router::router(&app, Duration::from_secs(settings.server.timeout_s));
        let address = spawn_http(&tasks, settings.server.listen, api, &draining).await?;
        let metrics_address = match settings.telemetry.metrics_listen {
            // Metrics answer until everything else has ended.
            Some(listen) => Some(spawn_http(&tasks, listen, router::metrics_router(&app), &stopped).await?),
            None => None,
        };
        let workers = engine.spawn_workers(settings.ingest.workers);
        let shutdown = draining.clone();
        tasks.spawn(async move {
            shutdown.cancelled().await;
            workers.stop().await;
        });
        tasks.spawn(tidy(engine, draining.clone()));
        let drain = Duration::from_secs(settings.server.drain_s);
        Ok(Self { address, metrics_address, draining, stopped, tasks, drain })
    }

    /// Stops accepting, finishes what is in hand, and returns; false when that took too long.
    pub async fn stop(self) -> bool {
        self.draining.cancel();
        self.tasks.close();
        self.stopped.cancel();
        tokio::time::timeout(self.drain, self.tasks.wait()).await.is_ok()
    }
}

async fn spawn_http(
    tasks: &TaskTracker,
    listen: SocketAddr,
    router: axum::Router,
    stop: &CancellationToken,
) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    let address = listener.local_addr().context("the listener has no address")?;
    // Small answers must not wait for more to send.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps Nagle's algorithm");
        }
    });
    let stop = stop.clone();
    tasks.spawn(async move {
        let served = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await;
        if let Err(error) = served {
            tracing::error!(%error, "the listener ended");
        }
    });
    Ok(address)
}

async fn tidy(engine: Engine, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(TIDY_EVERY) => {}
        }
        if let Err(error) = engine.tidy().await {
            tracing::warn!(%error, "the store was not tidied");
        }
    }
}
