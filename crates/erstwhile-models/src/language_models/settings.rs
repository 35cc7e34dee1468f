//! Settings of a language model, and of the connection to its server.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::address;

/// The protocol that a server speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Chat completions as defined by `OpenAI`: also Azure, `OpenRouter`, Groq, Ollama, vLLM, llama.cpp, LM Studio.
    #[default]
    OpenAi,
    /// The messages of Anthropic.
    Anthropic,
    /// `generateContent` of Google's Gemini.
    Gemini,
}

/// How the model is made to answer with JSON that fits a schema.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StructuredOutput {
    /// The strictest way that the server accepts; the client finds it with the first prompts.
    #[default]
    Auto,
    /// The server receives the schema and enforces it.
    JsonSchema,
    /// The server enforces JSON; the schema is part of the prompt.
    JsonMode,
    /// The answer is the argument of a tool that the model has to call.
    Tool,
    /// The server enforces nothing; the schema is part of the prompt.
    Prompt,
}

/// A language model and how to reach it.
#[derive(Clone, Default)]
pub struct LanguageModelSettings {
    /// The protocol of the server.
    pub dialect: Dialect,
    /// The base URL, version included, such as `http://127.0.0.1:8080/v1`; the provider's own when absent.
    ///
    /// A URL with the placeholder `{model}`, or one that ends with `/chat/completions`, is used as it is, and the key is
    /// sent in the header `api-key`, as Azure expects.
    pub url: Option<String>,
    /// The model's name.
    pub name: String,
    /// The API key, if the server requires one.
    pub key: Option<String>,
    /// How the model is made to answer with JSON.
    pub structured_output: StructuredOutput,
    /// The connection to the server.
    pub connection: ConnectionSettings,
}

/// Limits, retries, proxy, certificates and extra parameters of the connection to a server.
#[derive(Clone)]
pub struct ConnectionSettings {
    /// Time limit of one request.
    pub timeout: Duration,
    /// Time limit of one call, with all its requests, its pauses, and what it waits for the limits below.
    pub timeout_total: Duration,
    /// Maximum number of concurrent requests; at least 1.
    pub concurrency: usize,
    /// Maximum number of requests per minute.
    pub requests_per_minute: Option<u32>,
    /// Maximum number of tokens per minute, estimated from the length of prompts.
    pub tokens_per_minute: Option<u32>,
    /// How often a failed request is sent again.
    pub retries_max: u32,
    /// The pause before the first retry; it doubles with every further one.
    pub pause_min: Duration,
    /// The longest pause before a retry. When the server asks for a longer one, the call fails at once.
    pub pause_max: Duration,
    /// After this many failures in a row, requests fail without being sent; at least 1.
    pub breaker_failures: u32,
    /// How long requests are not sent then, before one of them tries again.
    pub breaker_pause: Duration,
    /// URL of a proxy, or `none`; the environment's (`HTTPS_PROXY`, `NO_PROXY`, …) when absent.
    pub proxy: Option<String>,
    /// A PEM file with the certificate authorities to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// Extra headers.
    pub headers: Vec<(String, String)>,
    /// Extra query parameters, such as `api-version`.
    pub query: Vec<(String, String)>,
}

impl Default for ConnectionSettings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_mins(1),
            timeout_total: Duration::from_mins(3),
            concurrency: 8,
            requests_per_minute: None,
            tokens_per_minute: None,
            retries_max: 3,
            pause_min: Duration::from_millis(500),
            pause_max: Duration::from_secs(30),
            breaker_failures: 8,
            breaker_pause: Duration::from_secs(30),
            proxy: None,
            ca_file: None,
            headers: Vec::new(),
            query: Vec::new(),
        }
    }
}

impl fmt::Debug for LanguageModelSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LanguageModelSettings")
            .field("dialect", &self.dialect)
            .field("url", &self.url.as_deref().map(address::without_secrets))
            .field("name", &self.name)
            .field("structured_output", &self.structured_output)
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ConnectionSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers, parameters and the proxy's URL may hold secrets.
        f.debug_struct("ConnectionSettings")
            .field("timeout", &self.timeout)
            .field("timeout_total", &self.timeout_total)
            .field("concurrency", &self.concurrency)
            .field("requests_per_minute", &self.requests_per_minute)
            .field("tokens_per_minute", &self.tokens_per_minute)
            .field("retries_max", &self.retries_max)
            .field("ca_file", &self.ca_file)
            .finish_non_exhaustive()
    }
}
