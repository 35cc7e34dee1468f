//! Settings. Command line flags override environment variables, which override `erstwhile.toml`, which
//! overrides the defaults.
//!
//! Environment variables are named `ERSTWHILE_SECTION__KEY`; a secret can also be read from the file named
//! by `ERSTWHILE_SECTION__KEY_FILE`. Unknown keys are errors.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use config::{Config, Environment, File, FileFormat};
use erstwhile::context::ContextBudget;
use erstwhile::search::Statements;
use erstwhile_postgres::Postgres;
use serde::Deserialize;

mod embedder;
mod model;
mod reranker;
mod webhooks;

pub use embedder::{EmbedderProvider, EmbedderSettings};
pub(crate) use model::read as read_setting_file;
pub use model::{ExtractorChoice, ModelSettings, Provider, StructuredOutputChoice};
pub use reranker::{RerankerProvider, RerankerSettings};
pub use webhooks::WebhookSettings;

/// All settings of the server.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where the server listens.
    pub server: ServerSettings,
    /// Where data is stored.
    pub store: StoreSettings,
    /// API keys.
    pub auth: AuthSettings,
    /// Limits on requests.
    pub limits: Limits,
    /// Ingestion of episodes.
    pub ingest: IngestSettings,
    /// The language model; none by default.
    pub model: ModelSettings,
    /// The embedding model; none by default.
    pub embedder: EmbedderSettings,
    /// The reranking model; none by default.
    pub reranker: RerankerSettings,
    /// Search: memory of indexes, and statements.
    pub search: SearchSettings,
    /// The size of context blocks.
    pub context: ContextSettings,
    /// The MCP server.
    pub mcp: McpSettings,
    /// Webhooks.
    pub webhooks: WebhookSettings,
    /// Logging and metrics.
    pub telemetry: TelemetrySettings,
}

/// Where the server listens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerSettings {
    /// Address of the API.
    pub listen: SocketAddr,
    /// A PEM file with the server's certificate and those that lead to its authority; without one, there is no TLS.
    pub tls_certificate_file: Option<PathBuf>,
    /// A PEM file with the key of the certificate.
    pub tls_key_file: Option<PathBuf>,
    /// Timeout of a request in seconds.
    pub timeout_s: u64,
    /// Seconds that requests in progress may take after the signal to stop.
    pub drain_s: u64,
    /// Maximum number of open connections, which is lowered to what the limit of open files allows.
    pub connections_max: usize,
    /// Seconds that a connection may wait for its next request.
    pub idle_timeout_s: u64,
    /// Seconds that the headers of a request may take.
    pub header_timeout_s: u64,
    /// Seconds that the body of a request may take.
    pub body_timeout_s: u64,
    /// Seconds that a client may take to receive a response.
    pub write_timeout_s: u64,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8000)),
            tls_certificate_file: None,
            tls_key_file: None,
            timeout_s: 60,
            drain_s: 30,
            connections_max: 4_096,
            // Longer than clients and proxies keep idle connections, so that it is they who close them.
            idle_timeout_s: 120,
            header_timeout_s: 15,
            body_timeout_s: 30,
            write_timeout_s: 60,
        }
    }
}

/// Where data is stored.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreSettings {
    /// Folder of the embedded database.
    pub data: PathBuf,
    /// URL of a PostgreSQL database, `postgres://user:password@host/database`, to use instead.
    pub database: Option<String>,
    /// A file that holds the URL.
    pub database_file: Option<PathBuf>,
    /// Maximum number of connections of this process to PostgreSQL.
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
    /// Returns the location for messages: the folder, or the database's address without credentials.
    pub fn place(&self) -> String {
        match &self.database {
            None => self.data.display().to_string(),
            Some(url) => Postgres::place(url),
        }
    }
}

/// API keys.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuthSettings {
    /// Secret of the default project's first key; if absent, the first start creates a key and prints it.
    pub bootstrap_key: Option<String>,
    /// A file that holds the bootstrap key.
    pub bootstrap_key_file: Option<PathBuf>,
}

impl std::fmt::Debug for AuthSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthSettings").finish_non_exhaustive()
    }
}

/// Limits on requests. The defaults are the documented limits of the API.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Maximum number of bytes of a request body.
    pub body_bytes_max: usize,
    /// Maximum number of mebibytes of all request bodies that are handled at the same time.
    pub bodies_mib_max: usize,
    /// Maximum number of messages in one call.
    pub messages_max: usize,
    /// Maximum number of characters of a message.
    pub message_characters_max: usize,
    /// Maximum number of characters of a message in the session generations, which allow longer ones.
    pub session_message_characters_max: usize,
    /// Maximum number of characters of data that is added to a graph.
    pub data_characters_max: usize,
    /// Maximum number of episodes in one batch.
    pub batch_episodes_max: usize,
    /// Maximum number of metadata keys of messages and episodes.
    pub metadata_keys_max: usize,
    /// Maximum number of characters of a search query.
    pub query_characters_max: usize,
    /// Maximum number of results of a search.
    pub search_results_max: usize,
    /// Maximum number of requests per second and API key; 0 for no limit.
    pub requests_per_second: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes_max: 5 * 1024 * 1024,
            bodies_mib_max: 128,
            messages_max: 30,
            message_characters_max: 4_096,
            session_message_characters_max: 100_000,
            data_characters_max: 10_000,
            batch_episodes_max: 20,
            metadata_keys_max: 10,
            query_characters_max: 400,
            search_results_max: 50,
            requests_per_second: 1_000,
        }
    }
}

impl Limits {
    /// Maximum number of bytes of all request bodies that are handled at the same time.
    pub fn body_memory(&self) -> usize {
        self.bodies_mib_max.saturating_mul(1 << 20)
    }
}

/// Ingestion of episodes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IngestSettings {
    /// Number of graphs that are ingested concurrently.
    pub workers: usize,
    /// Maximum number of episodes that wait; requests that add more are answered with 429.
    pub queue_episodes_max: i64,
    /// The share of the queue that one project may take up, in percent of what it holds and what is free.
    pub queue_project_percent: u8,
    /// The share that one graph may take up, in percent of what it holds and what is free for its project.
    pub queue_graph_percent: u8,
}

impl Default for IngestSettings {
    fn default() -> Self {
        Self { workers: 2, queue_episodes_max: 100_000, queue_project_percent: 90, queue_graph_percent: 50 }
    }
}

impl IngestSettings {
    /// Refuses shares of the queue that are no percentages.
    fn check_shares(&self) -> anyhow::Result<()> {
        for (name, percent) in
            [("queue_project_percent", self.queue_project_percent), ("queue_graph_percent", self.queue_graph_percent)]
        {
            anyhow::ensure!((1..=100).contains(&percent), "ingest.{name} must be from 1 to 100");
        }
        Ok(())
    }
}

/// Search: memory of indexes, and statements.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SearchSettings {
    /// Approximate maximum size of all indexes in mebibytes.
    pub index_mib_max: u64,
    /// When searches for facts return statements: `auto`, `always` or `never`.
    pub statements: StatementsSetting,
    /// Maximum number of milliseconds after something was added that a search or a context waits for its facts; 0 for
    /// never.
    pub wait_ms: u64,
}

/// When searches for facts return statements.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StatementsSetting {
    /// Behind the facts that match.
    #[default]
    Auto,
    /// Ranked together with the facts.
    Always,
    /// Never.
    Never,
}

impl From<StatementsSetting> for Statements {
    fn from(setting: StatementsSetting) -> Self {
        match setting {
            StatementsSetting::Auto => Self::Auto,
            StatementsSetting::Always => Self::Always,
            StatementsSetting::Never => Self::Never,
        }
    }
}

impl Default for SearchSettings {
    fn default() -> Self {
        Self { index_mib_max: 1024, statements: StatementsSetting::default(), wait_ms: 500 }
    }
}

/// The size of context blocks. The shares of the sections are percentages of what the summary of the user leaves; what a
/// section does not use goes to the next.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContextSettings {
    /// Maximum number of tokens, assuming four characters per token.
    pub tokens_max: usize,
    /// Share of the facts.
    pub facts_percent: u8,
    /// Share of the entities.
    pub entities_percent: u8,
    /// Share of the messages.
    pub episodes_percent: u8,
}

impl Default for ContextSettings {
    fn default() -> Self {
        let budget = ContextBudget::default();
        Self {
            tokens_max: budget.tokens_max,
            facts_percent: budget.facts_percent,
            entities_percent: budget.entities_percent,
            episodes_percent: budget.episodes_percent,
        }
    }
}

impl ContextSettings {
    /// The budget of a block.
    ///
    /// # Errors
    /// If the percentages add up to more than 100.
    pub fn budget(&self) -> anyhow::Result<ContextBudget> {
        let budget = ContextBudget {
            tokens_max: self.tokens_max,
            facts_percent: self.facts_percent,
            entities_percent: self.entities_percent,
            episodes_percent: self.episodes_percent,
            ..ContextBudget::default()
        };
        anyhow::ensure!(budget.is_possible(), "the percentages of `context` add up to more than 100");
        Ok(budget)
    }
}

/// The MCP server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct McpSettings {
    /// The graph of tools that are called without one.
    pub group_id: String,
}

impl Default for McpSettings {
    fn default() -> Self {
        Self { group_id: "main".to_owned() }
    }
}

/// Logging and metrics.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetrySettings {
    /// Log filter, in the syntax of `tracing-subscriber`.
    pub log: String,
    /// Whether to log JSON lines.
    pub log_json: bool,
    /// Address of `/metrics`; disabled if absent.
    pub metrics_listen: Option<SocketAddr>,
}

impl Default for TelemetrySettings {
    fn default() -> Self {
        Self { log: "info".to_owned(), log_json: false, metrics_listen: None }
    }
}

impl Settings {
    /// Loads the settings from the file, if any, and the environment.
    ///
    /// # Errors
    /// If a named file is missing, a value is invalid, or a key is unknown.
    pub fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let mut sources = Config::builder();
        match file {
            Some(file) => sources = sources.add_source(File::from(file).format(FileFormat::Toml)),
            None => sources = sources.add_source(File::new("erstwhile.toml", FileFormat::Toml).required(false)),
        }
        // Settings have a section in their name; other variables, such as `ERSTWHILE_CONFIG`, do not.
        let named = std::env::vars().filter(|(name, _)| name.starts_with("ERSTWHILE_") && name.contains("__"));
        let environment = Environment::with_prefix("ERSTWHILE")
            .prefix_separator("_")
            .separator("__")
            .try_parsing(true)
            .source(Some(named.collect()));
        let read = sources.add_source(environment).build().context("cannot read the settings")?;
        let mut settings: Self = read.try_deserialize().context("invalid settings")?;
        if let Some(file) = &settings.auth.bootstrap_key_file {
            let key = std::fs::read_to_string(file)
                .with_context(|| format!("cannot read auth.bootstrap_key_file `{}`", file.display()))?;
            settings.auth.bootstrap_key = Some(key.trim().to_owned());
        }
        if let Some(file) = &settings.store.database_file {
            let url = std::fs::read_to_string(file)
                .with_context(|| format!("cannot read store.database_file `{}`", file.display()))?;
            settings.store.database = Some(url.trim().to_owned());
        }
        settings.store.database = settings.store.database.take().filter(|url| !url.is_empty());
        settings.model.complete()?;
        settings.embedder.complete()?;
        settings.reranker.complete()?;
        settings.auth.bootstrap_key = settings.auth.bootstrap_key.take().filter(|key| !key.is_empty());
        if settings.store.connections == 0 {
            bail!("store.connections must be at least 1");
        }
        if settings.server.connections_max == 0 {
            bail!("server.connections_max must be at least 1");
        }
        if settings.limits.body_memory() < settings.limits.body_bytes_max {
            bail!("limits.bodies_mib_max must have room for one body of limits.body_bytes_max");
        }
        if settings.ingest.workers == 0 {
            bail!("ingest.workers must be at least 1");
        }
        settings.ingest.check_shares()?;
        Ok(settings)
    }
}
