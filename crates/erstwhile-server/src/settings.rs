//! Settings: a flag over the environment over `erstwhile.toml` over the default.
//!
//! Environment variables are `ERSTWHILE_SECTION__KEY`; a secret may also stand in a file that
//! `ERSTWHILE_SECTION__KEY_FILE` names. Unknown keys are errors.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use config::{Config, Environment, File, FileFormat};
use erstwhile_postgres::Postgres;
use serde::Deserialize;

/// Everything that an operator may set.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where the server listens.
    pub server: ServerSettings,
    /// Where data is kept.
    pub store: StoreSettings,
    /// Keys.
    pub auth: AuthSettings,
    /// What requests may ask for.
    pub limits: Limits,
    /// How episodes are understood.
    pub ingest: IngestSettings,
    /// Which language model answers what cannot be answered without one; none by default.
    pub model: ModelSettings,
    /// How much memory indexes may take.
    pub search: SearchSettings,
    /// What is logged and counted.
    pub telemetry: TelemetrySettings,
}

/// Where the server listens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerSettings {
    /// Address of the API.
    pub listen: SocketAddr,
    /// Seconds that a request may take.
    pub timeout_s: u64,
    /// Seconds that requests in hand may take after the signal to stop.
    pub drain_s: u64,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 8000)), timeout_s: 60, drain_s: 30 }
    }
}

/// Where data is kept.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreSettings {
    /// Folder of the embedded database.
    pub data: PathBuf,
    /// URL of a PostgreSQL database, `postgres://user:password@host/database`, in place of the embedded one.
    pub database: Option<String>,
    /// A file that holds the URL.
    pub database_file: Option<PathBuf>,
    /// Connections of this process to PostgreSQL, at most.
    pub connections: usize,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self { data: PathBuf::from("data"), database: None, database_file: None, connections: 16 }
    }
}

impl std::fmt::Debug for StoreSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The URL may hold a password.
        f.debug_struct("StoreSettings").field("data", &self.data).finish_non_exhaustive()
    }
}

impl StoreSettings {
    /// What a person calls the place: the folder, or the database's address without who opens it.
    pub fn place(&self) -> String {
        match &self.database {
            None => self.data.display().to_string(),
            Some(url) => Postgres::place(url),
        }
    }
}

/// Keys.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuthSettings {
    /// The default project's first key, when the data folder is new; otherwise one is made and printed.
    pub bootstrap_key: Option<String>,
    /// A file that holds the bootstrap key.
    pub bootstrap_key_file: Option<PathBuf>,
}

impl std::fmt::Debug for AuthSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthSettings").finish_non_exhaustive()
    }
}

/// What requests may ask for. The defaults are the documented limits of the API.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Bytes of a request body.
    pub body_bytes_max: usize,
    /// Messages in one call.
    pub messages_max: usize,
    /// Characters of a message.
    pub message_characters_max: usize,
    /// Characters of a message in the session generations, whose servers took longer ones.
    pub session_message_characters_max: usize,
    /// Characters of data that is added to a graph.
    pub data_characters_max: usize,
    /// Episodes in one batch.
    pub batch_episodes_max: usize,
    /// Keys of metadata on messages and episodes.
    pub metadata_keys_max: usize,
    /// Characters of a search query.
    pub query_characters_max: usize,
    /// Results of a search.
    pub search_results_max: usize,
    /// Requests each second for each key; 0 for no limit.
    pub requests_per_second: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes_max: 5 * 1024 * 1024,
            messages_max: 30,
            message_characters_max: 4_096,
            session_message_characters_max: 100_000,
            data_characters_max: 10_000,
            batch_episodes_max: 20,
            metadata_keys_max: 10,
            query_characters_max: 400,
            search_results_max: 50,
            requests_per_second: 0,
        }
    }
}

/// How episodes are understood.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IngestSettings {
    /// Graphs that are ingested at the same time.
    pub workers: usize,
}

impl Default for IngestSettings {
    fn default() -> Self {
        Self { workers: 2 }
    }
}

/// Which language model is asked.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ModelSettings {
    /// Base address of an `OpenAI`-compatible server, such as `http://127.0.0.1:8080/v1`.
    pub url: Option<String>,
    /// The model's name.
    pub name: Option<String>,
    /// The server's key.
    pub key: Option<String>,
    /// A file that holds the key.
    pub key_file: Option<PathBuf>,
    /// Seconds that an answer may take.
    pub timeout_s: u64,
}

impl Default for ModelSettings {
    fn default() -> Self {
        Self { url: None, name: None, key: None, key_file: None, timeout_s: 60 }
    }
}

impl std::fmt::Debug for ModelSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ModelSettings").field("url", &self.url).field("name", &self.name).finish_non_exhaustive()
    }
}

/// How much memory indexes may take.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SearchSettings {
    /// Mebibytes of indexes, roughly.
    pub index_mib_max: u64,
}

impl Default for SearchSettings {
    fn default() -> Self {
        Self { index_mib_max: 1024 }
    }
}

/// What is logged and counted.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetrySettings {
    /// Which log lines are kept, in the syntax of `tracing-subscriber`'s filter.
    pub log: String,
    /// Whether log lines are JSON.
    pub log_json: bool,
    /// Address of `/metrics`; off when absent.
    pub metrics_listen: Option<SocketAddr>,
}

impl Default for TelemetrySettings {
    fn default() -> Self {
        Self { log: "info".to_owned(), log_json: false, metrics_listen: None }
    }
}

impl Settings {
    /// Reads the file (when there is one) and the environment.
    ///
    /// # Errors
    /// When a file that was asked for is missing, or a value does not fit, or a key is unknown.
    pub fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let mut sources = Config::builder();
        match file {
            Some(file) => sources = sources.add_source(File::from(file).format(FileFormat::Toml)),
            None => sources = sources.add_source(File::new("erstwhile.toml", FileFormat::Toml).required(false)),
        }
        // Only names with a section are settings; `ERSTWHILE_CONFIG` and the like are not.
        let named = std::env::vars().filter(|(name, _)| name.starts_with("ERSTWHILE_") && name.contains("__"));
        let environment = Environment::with_prefix("ERSTWHILE")
            .prefix_separator("_")
            .separator("__")
            .try_parsing(true)
            .source(Some(named.collect()));
        let read = sources.add_source(environment).build().context("the settings cannot be read")?;
        let mut settings: Self = read.try_deserialize().context("the settings are wrong")?;
        if let Some(file) = &settings.auth.bootstrap_key_file {
            let key = std::fs::read_to_string(file)
                .with_context(|| format!("auth.bootstrap_key_file `{}` cannot be read", file.display()))?;
            settings.auth.bootstrap_key = Some(key.trim().to_owned());
        }
        if let Some(file) = &settings.store.database_file {
            let url = std::fs::read_to_string(file)
                .with_context(|| format!("store.database_file `{}` cannot be read", file.display()))?;
            settings.store.database = Some(url.trim().to_owned());
        }
        settings.store.database = settings.store.database.take().filter(|url| !url.is_empty());
        if let Some(file) = &settings.model.key_file {
            let key = std::fs::read_to_string(file)
                .with_context(|| format!("model.key_file `{}` cannot be read", file.display()))?;
            settings.model.key = Some(key.trim().to_owned());
        }
        if settings.model.url.is_some() != settings.model.name.is_some() {
            bail!("model.url and model.name belong together: set both or neither");
        }
        settings.auth.bootstrap_key = settings.auth.bootstrap_key.take().filter(|key| !key.is_empty());
        if settings.store.connections == 0 {
            bail!("store.connections must be at least 1");
        }
        if settings.ingest.workers == 0 {
            bail!("ingest.workers must be at least 1");
        }
        Ok(settings)
    }
}
