//! The clients of language models and embedding servers against a scripted server.
#![expect(clippy::expect_used, reason = "a failing test should stop immediately")]

mod cancellation;
mod dialects;
mod embedder;
mod faults;
mod limits;
mod reranker;
mod secrets;
mod server;
mod structured_output;
mod tls;

use std::time::Duration;

use erstwhile::ports::{Completion, LanguageModel, ModelUsage, Prompt};
use erstwhile_models::language_models::{ConnectionSettings, Dialect, LanguageModelClient, LanguageModelSettings};
use serde_json::{Value, json};

use self::server::{Reply, Server};

/// A connection without the machine's proxy, and with pauses that nobody notices.
fn connection() -> ConnectionSettings {
    ConnectionSettings {
        timeout: Duration::from_secs(20),
        pause_min: Duration::from_millis(1),
        pause_max: Duration::from_millis(20),
        proxy: Some("none".to_owned()),
        ..ConnectionSettings::default()
    }
}

fn settings(server: &Server) -> LanguageModelSettings {
    LanguageModelSettings {
        url: Some(format!("{}/v1", server.url)),
        name: "small".to_owned(),
        key: Some("sk-geheim".to_owned()),
        connection: connection(),
        ..LanguageModelSettings::default()
    }
}

fn client(server: &Server) -> LanguageModelClient {
    LanguageModelClient::new(settings(server)).expect("a client")
}

fn prompt() -> Prompt {
    Prompt {
        instructions: "List the facts.".to_owned(),
        data: "My sister Ada lives in Porto since the spring.".to_owned(),
        schema: None,
        tokens_max: 200,
    }
}

fn prompt_for_json() -> Prompt {
    let properties = json!({ "name": { "type": "string" } });
    let schema = json!({
        "type": "object", "properties": properties, "required": ["name"], "additionalProperties": false,
    });
    Prompt { schema: Some(schema), ..prompt() }
}

async fn complete(server: &Server, prompt: Prompt) -> Completion {
    client(server).complete(prompt).await
}

/// A response of the `OpenAI` dialect, which consumed 10 tokens of the prompt and 2 of the answer.
fn answer(text: &str) -> Value {
    finished(text, "stop")
}

fn finished(text: &str, reason: &str) -> Value {
    json!({
        "choices": [{ "message": { "role": "assistant", "content": text }, "finish_reason": reason }],
        "usage": { "prompt_tokens": 10, "completion_tokens": 2 },
    })
}

/// What so many answered requests consumed, when so many of them had an answer of the model.
fn usage(calls: u64, retries: u64, answers: u64) -> ModelUsage {
    ModelUsage { calls, retries, tokens_in: 10 * answers, tokens_cached: 0, tokens_out: 2 * answers }
}
