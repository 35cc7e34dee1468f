//! Settings of the language model.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Deserialize;

/// The language model, what it reads, and what that may cost.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ModelSettings {
    /// The protocol of the server: `openai` (and everything compatible), `anthropic` or `gemini`.
    pub provider: Provider,
    /// Base URL of the server, such as `http://127.0.0.1:8080/v1`; the provider's own if absent.
    pub url: Option<String>,
    /// The model's name. There is no language model without it.
    pub name: Option<String>,
    /// The API key for that server.
    pub key: Option<String>,
    /// A file that holds the key.
    pub key_file: Option<PathBuf>,
    /// Who reads what is added: `offline`, `model`, or `both` (the default with a model).
    pub extractor: Option<ExtractorChoice>,
    /// Timeout of a request in seconds.
    pub timeout_s: u64,
    /// Timeout of a call with all its retries in seconds.
    pub timeout_total_s: u64,
    /// How often a failed request is sent again.
    pub retries: u32,
    /// Maximum number of concurrent requests, and of graphs that are read concurrently.
    pub concurrency: usize,
    /// Maximum number of requests per minute; no limit if absent.
    pub requests_per_minute: Option<u32>,
    /// Maximum number of tokens per minute; no limit if absent.
    pub tokens_per_minute: Option<u32>,
    /// How the model is made to answer with JSON: `auto`, `json_schema`, `json_mode`, `tool` or `prompt`.
    pub structured_output: StructuredOutputChoice,
    /// URL of a proxy, or `none`; that of the environment if absent.
    pub proxy: Option<String>,
    /// A PEM file with the certificate authorities to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// Extra headers of every request.
    pub headers: BTreeMap<String, String>,
    /// Extra query parameters of every request, such as `api-version`.
    pub query: BTreeMap<String, String>,
    /// How long a graph waits for more messages, so that one call reads several, in seconds.
    pub wait_s: u64,
    /// Maximum number of episodes that one call reads.
    pub episodes_max: usize,
    /// Maximum number of characters that one call reads.
    pub characters_max: usize,
    /// Number of attempts at an episode that the model cannot read.
    pub attempts_max: u64,
    /// Whether the model writes summaries of users, threads and entities.
    pub summaries: bool,
    /// Price of a million tokens of prompts. Costs are counted only if it is set.
    pub price_input: Option<f64>,
    /// Price of a million cached tokens of prompts; that of other tokens if absent.
    pub price_cached: Option<f64>,
    /// Price of a million tokens of answers.
    pub price_output: Option<f64>,
    /// What a project may spend on a day, in the currency of the prices.
    pub budget_cost: Option<f64>,
    /// How many tokens a project may use on a day.
    pub budget_tokens: Option<u64>,
    /// How many calls a project may make on a day.
    pub budget_calls: Option<u64>,
    /// A file with instructions for extraction instead of the built-in ones.
    pub instructions_file: Option<PathBuf>,
    /// A file with a relation vocabulary instead of the built-in one.
    pub vocabulary_file: Option<PathBuf>,
}

/// The protocol of the model's server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Chat completions of `OpenAI` and compatible servers.
    #[default]
    Openai,
    /// Anthropic.
    Anthropic,
    /// Gemini.
    Gemini,
}

/// Who reads what is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExtractorChoice {
    /// Rules only, at once.
    Offline,
    /// The model only.
    Model,
    /// Rules at once, then the model, whose reading replaces theirs.
    Both,
}

/// How the model is made to answer with JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StructuredOutputChoice {
    /// The strictest way that the server accepts.
    #[default]
    Auto,
    /// The server enforces the schema.
    JsonSchema,
    /// The server enforces JSON.
    JsonMode,
    /// The answer is the argument of a tool.
    Tool,
    /// The schema is part of the prompt.
    Prompt,
}

impl Default for ModelSettings {
    fn default() -> Self {
        Self {
            provider: Provider::default(),
            url: None,
            name: None,
            key: None,
            key_file: None,
            extractor: None,
            timeout_s: 60,
            timeout_total_s: 180,
            retries: 3,
            concurrency: 4,
            requests_per_minute: None,
            tokens_per_minute: None,
            structured_output: StructuredOutputChoice::default(),
            proxy: None,
            ca_file: None,
            headers: BTreeMap::new(),
            query: BTreeMap::new(),
            wait_s: 5,
            episodes_max: 32,
            characters_max: 12_000,
            attempts_max: 3,
            summaries: true,
            price_input: None,
            price_cached: None,
            price_output: None,
            budget_cost: None,
            budget_tokens: None,
            budget_calls: None,
            instructions_file: None,
            vocabulary_file: None,
        }
    }
}

impl std::fmt::Debug for ModelSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // URLs, headers and parameters may hold secrets.
        f.debug_struct("ModelSettings")
            .field("provider", &self.provider)
            .field("name", &self.name)
            .field("extractor", &self.extractor)
            .finish_non_exhaustive()
    }
}

impl ModelSettings {
    /// Reads the key from its file, and checks what belongs together.
    pub(super) fn complete(&mut self) -> anyhow::Result<()> {
        complete_access("model", (&mut self.name, &mut self.url), &mut self.key, self.key_file.as_deref())?;
        if self.name.is_none() && (self.url.is_some() || self.key.is_some()) {
            bail!("model.name must be set with model.url or model.key");
        }
        if self.name.is_some() && self.url.is_none() && self.key.is_none() {
            bail!("model.name needs model.url (of a server without keys) or model.key");
        }
        if self.name.is_none() && matches!(self.extractor, Some(ExtractorChoice::Model | ExtractorChoice::Both)) {
            bail!("model.extractor needs model.name");
        }
        if self.price_input.is_some() != self.price_output.is_some() {
            bail!("model.price_input and model.price_output must be set together");
        }
        let prices = [self.price_input, self.price_cached, self.price_output, self.budget_cost];
        if prices.into_iter().flatten().any(|price| !price.is_finite() || price < 0.0) {
            bail!("prices and budgets of model must be 0 or more");
        }
        if self.budget_cost.is_some() && self.price_input.is_none() {
            bail!("model.budget_cost needs model.price_input and model.price_output");
        }
        for (name, number) in [
            ("concurrency", self.concurrency),
            ("episodes_max", self.episodes_max),
            ("characters_max", self.characters_max),
        ] {
            if number == 0 {
                bail!("model.{name} must be at least 1");
            }
        }
        Ok(())
    }

    /// Who reads what is added.
    pub fn extractor(&self) -> ExtractorChoice {
        let default = if self.name.is_some() { ExtractorChoice::Both } else { ExtractorChoice::Offline };
        self.extractor.unwrap_or(default)
    }
}

/// Reads the key of a model from its file, if it has one; a blank name, URL or key counts as absent.
pub(super) fn complete_access(
    section: &str,
    (name, url): (&mut Option<String>, &mut Option<String>),
    key: &mut Option<String>,
    key_file: Option<&Path>,
) -> anyhow::Result<()> {
    if let Some(file) = key_file {
        *key = Some(read(&format!("{section}.key_file"), file)?.trim().to_owned());
    }
    for text in [name, url, key] {
        text.take_if(|text| text.trim().is_empty());
    }
    Ok(())
}

/// Reads a file that a setting names.
pub(crate) fn read(setting: &str, file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {setting} `{}`", file.display()))
}
