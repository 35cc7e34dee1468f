//! Opens the models that the settings name.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use erstwhile::engine::EngineBuilder;
use erstwhile::model::ModelPrices;
use erstwhile::ports::{EmbeddingModel, LanguageModel, RerankingModel};
use erstwhile::vocabulary::Vocabulary;
use erstwhile::{EmbeddingModelSettings, ModelBudget, ModelReadingSettings, RerankingModelSettings};
use erstwhile_models::cross_encoder::{LocalReranker, LocalRerankerSettings};
use erstwhile_models::language_models::{
    ConnectionSettings, Dialect, LanguageModelClient, LanguageModelSettings, StructuredOutput,
};
use erstwhile_models::model_extractor::{ModelExtractor, PromptOverrides, WithoutFacts};
use erstwhile_models::model_folders::ModelFolders;
use erstwhile_models::offline::OfflineExtractor;
use erstwhile_models::remote_embedder::{EmbeddingDialect, RemoteEmbedder, RemoteEmbedderSettings};
use erstwhile_models::remote_reranker::{RemoteReranker, RemoteRerankerSettings, RerankingProvider};
use jiff::SignedDuration;

use crate::settings::{
    EmbedderProvider, EmbedderSettings, ExtractorChoice, ModelSettings, Provider, RerankerProvider, RerankerSettings,
    Settings, StoreSettings, StructuredOutputChoice, read_setting_file,
};

/// Gives an engine its extractors and its language model.
///
/// # Errors
/// If a setting is invalid, a file cannot be read, or the parser's data is damaged.
pub fn add_models(builder: EngineBuilder, settings: &ModelSettings) -> anyhow::Result<EngineBuilder> {
    let offline = OfflineExtractor::new()?;
    let Some(model) = language_model(settings)? else { return Ok(builder.extractor(offline)) };
    let builder = builder.language_model(Arc::clone(&model));
    if settings.extractor() == ExtractorChoice::Offline {
        return Ok(builder.extractor(offline));
    }
    let extractor = ModelExtractor::new(model, offline.clone(), prompt_overrides(settings)?);
    Ok(match settings.extractor() {
        ExtractorChoice::Model => builder.extractor(WithoutFacts(offline)).model_extractor(extractor),
        ExtractorChoice::Both | ExtractorChoice::Offline => builder.extractor(offline).model_extractor(extractor),
    })
}

/// Returns the configured language model, if any.
fn language_model(settings: &ModelSettings) -> anyhow::Result<Option<Arc<dyn LanguageModel>>> {
    let Some(name) = settings.name.clone() else { return Ok(None) };
    let connection = ConnectionSettings {
        timeout: Duration::from_secs(settings.timeout_s),
        timeout_total: Duration::from_secs(settings.timeout_total_s),
        concurrency: settings.concurrency,
        requests_per_minute: settings.requests_per_minute,
        tokens_per_minute: settings.tokens_per_minute,
        retries_max: settings.retries,
        proxy: settings.proxy.clone(),
        ca_file: settings.ca_file.clone(),
        headers: settings.headers.clone().into_iter().collect(),
        query: settings.query.clone().into_iter().collect(),
        ..ConnectionSettings::default()
    };
    let settings = LanguageModelSettings {
        dialect: match settings.provider {
            Provider::Openai => Dialect::OpenAi,
            Provider::Anthropic => Dialect::Anthropic,
            Provider::Gemini => Dialect::Gemini,
        },
        url: settings.url.clone(),
        name,
        key: settings.key.clone(),
        structured_output: match settings.structured_output {
            StructuredOutputChoice::Auto => StructuredOutput::Auto,
            StructuredOutputChoice::JsonSchema => StructuredOutput::JsonSchema,
            StructuredOutputChoice::JsonMode => StructuredOutput::JsonMode,
            StructuredOutputChoice::Tool => StructuredOutput::Tool,
            StructuredOutputChoice::Prompt => StructuredOutput::Prompt,
        },
        connection,
    };
    Ok(Some(Arc::new(LanguageModelClient::new(settings)?)))
}

/// Returns the models in the data folder.
pub fn folders(settings: &StoreSettings) -> ModelFolders {
    ModelFolders::new(settings.data.join("models"))
}

/// Returns the connection to the server of the embedding model.
pub fn embedder_connection(settings: &EmbedderSettings) -> ConnectionSettings {
    ConnectionSettings {
        timeout: Duration::from_secs(settings.timeout_s),
        timeout_total: Duration::from_secs(settings.timeout_total_s),
        concurrency: settings.concurrency,
        requests_per_minute: settings.requests_per_minute,
        tokens_per_minute: settings.tokens_per_minute,
        retries_max: settings.retries,
        proxy: settings.proxy.clone(),
        ca_file: settings.ca_file.clone(),
        headers: settings.headers.clone().into_iter().collect(),
        query: settings.query.clone().into_iter().collect(),
        ..ConnectionSettings::default()
    }
}

/// Returns the configured embedding model, if any.
///
/// # Errors
/// If a setting is invalid, or a local model is missing or cannot be used.
pub fn embedding_model(settings: &Settings) -> anyhow::Result<Option<Arc<dyn EmbeddingModel>>> {
    let Settings { store, embedder: settings, .. } = settings;
    let Some(name) = settings.name.clone() else { return Ok(None) };
    let dialect = match settings.provider {
        EmbedderProvider::Openai => EmbeddingDialect::OpenAi,
        EmbedderProvider::Ollama => EmbeddingDialect::Ollama,
        EmbedderProvider::Local => {
            let model = folders(store).load(&name).context("cannot use embedder.name")?;
            return Ok(Some(Arc::new(model)));
        }
    };
    let settings = RemoteEmbedderSettings {
        dialect,
        url: settings.url.clone(),
        name,
        key: settings.key.clone(),
        dimensions: settings.dimensions,
        batch_texts_max: settings.batch_texts,
        batch_characters_max: settings.batch_characters,
        connection: embedder_connection(settings),
    };
    Ok(Some(Arc::new(RemoteEmbedder::new(settings)?)))
}

/// Returns the configured reranking model, if any.
///
/// # Errors
/// If a setting is invalid, or a local model is missing or cannot be used.
pub fn reranking_model(settings: &Settings) -> anyhow::Result<Option<Arc<dyn RerankingModel>>> {
    let Settings { store, reranker: settings, .. } = settings;
    let Some(name) = settings.name.clone() else { return Ok(None) };
    let deadline = Duration::from_millis(settings.deadline_ms);
    let provider = match settings.provider {
        RerankerProvider::Jina => RerankingProvider::Jina,
        RerankerProvider::Cohere => RerankingProvider::Cohere,
        RerankerProvider::Local => {
            let encoder = folders(store).load_cross_encoder(&name).context("cannot use reranker.name")?;
            // More threads than processors would only make each search slower.
            let processors = std::thread::available_parallelism().map_or(1, usize::from);
            let threads = settings.concurrency.min(processors);
            return Ok(Some(Arc::new(LocalReranker::new(encoder, LocalRerankerSettings { deadline, threads }))));
        }
    };
    let connection = ConnectionSettings {
        // Nobody waits for a later answer.
        timeout: deadline,
        timeout_total: deadline,
        concurrency: settings.concurrency,
        requests_per_minute: settings.requests_per_minute,
        tokens_per_minute: settings.tokens_per_minute,
        retries_max: settings.retries,
        pause_min: deadline / 10,
        proxy: settings.proxy.clone(),
        ca_file: settings.ca_file.clone(),
        headers: settings.headers.clone().into_iter().collect(),
        query: settings.query.clone().into_iter().collect(),
        ..ConnectionSettings::default()
    };
    let (url, key) = (settings.url.clone(), settings.key.clone());
    Ok(Some(Arc::new(RemoteReranker::new(RemoteRerankerSettings { provider, url, name, key, connection })?)))
}

/// How the reranking model is used.
pub fn reranking_settings(settings: &RerankerSettings) -> RerankingModelSettings {
    RerankingModelSettings {
        deadline: Duration::from_millis(settings.deadline_ms),
        price_tokens: settings.price_tokens,
        price_calls: settings.price_calls,
        budget: ModelBudget {
            cost: settings.budget_cost,
            tokens: settings.budget_tokens,
            calls: settings.budget_calls,
        },
    }
}

/// How the embedding model is used.
pub fn embedding_settings(settings: &EmbedderSettings) -> EmbeddingModelSettings {
    EmbeddingModelSettings {
        // The others are for queries.
        workers: (settings.concurrency / 2).max(1),
        query_deadline: Duration::from_millis(settings.query_deadline_ms),
        price: settings.price,
        budget: ModelBudget {
            cost: settings.budget_cost,
            tokens: settings.budget_tokens,
            calls: settings.budget_calls,
        },
    }
}

/// When and how much the model reads.
pub fn reading_settings(settings: &ModelSettings) -> ModelReadingSettings {
    let prices = settings.price_input.zip(settings.price_output).map(|(input, output)| ModelPrices {
        input,
        cached: settings.price_cached.unwrap_or(input),
        output,
    });
    ModelReadingSettings {
        workers: settings.concurrency,
        wait: SignedDuration::from_secs(i64::try_from(settings.wait_s).unwrap_or(i64::MAX)),
        episodes_max: settings.episodes_max,
        characters_max: settings.characters_max,
        attempts_max: settings.attempts_max,
        summaries: settings.summaries,
        prices,
        budget: ModelBudget {
            cost: settings.budget_cost,
            tokens: settings.budget_tokens,
            calls: settings.budget_calls,
        },
    }
}

/// Instructions and vocabulary from files; the version is the name of the file of instructions.
///
/// # Errors
/// If a file cannot be read, or is no vocabulary.
pub fn prompt_overrides(settings: &ModelSettings) -> anyhow::Result<PromptOverrides> {
    let instructions = settings.instructions_file.as_deref();
    let vocabulary = settings.vocabulary_file.as_deref().map(|file| read_setting_file("model.vocabulary_file", file));
    let parsed = vocabulary.transpose()?.map(|text| Vocabulary::parse(&text));
    Ok(PromptOverrides {
        version: instructions.and_then(|file| Some(file.file_stem()?.to_string_lossy().into_owned())),
        instructions: instructions.map(|file| read_setting_file("model.instructions_file", file)).transpose()?,
        vocabulary: parsed.transpose().context("model.vocabulary_file is not a relation vocabulary")?,
    })
}
