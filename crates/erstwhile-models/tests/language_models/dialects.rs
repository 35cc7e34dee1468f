//! Each dialect on the wire: path, headers, answer, usage.

use erstwhile::ErrorKind;

use super::*;

fn in_dialect(server: &Server, dialect: Dialect) -> LanguageModelClient {
    LanguageModelClient::new(LanguageModelSettings { dialect, ..settings(server) }).expect("a client")
}

#[tokio::test]
async fn openai_answers_a_prompt() {
    let server = Server::answering(&answer("Ada lives in Porto.")).await;
    let completion = complete(&server, prompt()).await;
    assert_eq!(completion.outcome.expect("an answer"), "Ada lives in Porto.");
    assert_eq!(completion.usage, usage(1, 0, 1));
    let received = &server.received()[0];
    assert_eq!(received.line, "POST /v1/chat/completions HTTP/1.1");
    assert!(received.headers.contains("authorization: bearer sk-geheim"), "{}", received.headers);
    assert_eq!(received.body["messages"][0]["content"], "List the facts.");
}

#[tokio::test]
async fn azure_gets_its_own_path_header_and_version() {
    let server = Server::answering(&answer("yes")).await;
    let mut settings = settings(&server);
    settings.url = Some(format!("{}/openai/deployments/{{model}}/chat/completions", server.url));
    settings.connection.query = vec![("api-version".to_owned(), "2024-10-21".to_owned())];
    let client = LanguageModelClient::new(settings).expect("a client");
    client.complete(prompt()).await.outcome.expect("an answer");
    let received = &server.received()[0];
    assert_eq!(received.line, "POST /openai/deployments/small/chat/completions?api-version=2024-10-21 HTTP/1.1");
    assert!(received.headers.contains("api-key: sk-geheim"), "{}", received.headers);
    assert!(!received.headers.contains("authorization"), "{}", received.headers);
}

#[tokio::test]
async fn extra_headers_are_sent() {
    let server = Server::answering(&answer("yes")).await;
    let mut settings = settings(&server);
    settings.connection.headers = vec![("http-referer".to_owned(), "https://example.org".to_owned())];
    let client = LanguageModelClient::new(settings).expect("a client");
    client.complete(prompt()).await.outcome.expect("an answer");
    let headers = &server.received()[0].headers;
    assert!(headers.contains("http-referer: https://example.org"), "{headers}");
}

#[tokio::test]
async fn a_proxy_in_the_settings_gets_the_request() {
    let proxy = Server::answering(&answer("yes")).await;
    let mut settings = settings(&proxy);
    settings.url = Some("http://model.invalid/v1".to_owned());
    settings.connection.proxy = Some(proxy.url.clone());
    let client = LanguageModelClient::new(settings).expect("a client");
    client.complete(prompt()).await.outcome.expect("an answer");
    assert_eq!(proxy.received()[0].line, "POST http://model.invalid/v1/chat/completions HTTP/1.1");
}

#[tokio::test]
async fn a_local_server_needs_no_key() {
    let server = Server::answering(&answer("yes")).await;
    let client = LanguageModelClient::new(LanguageModelSettings { key: None, ..settings(&server) }).expect("a client");
    client.complete(prompt()).await.outcome.expect("an answer");
    assert!(!server.received()[0].headers.contains("authorization"));
}

#[tokio::test]
async fn anthropic_answers_with_a_tool_and_counts_cached_tokens() {
    let server = Server::answering(&json!({
        "content": [{ "type": "tool_use", "name": "answer", "input": { "name": "Ada" } }],
        "stop_reason": "tool_use",
        "usage": {
            "input_tokens": 5, "cache_read_input_tokens": 90, "cache_creation_input_tokens": 5, "output_tokens": 7,
        },
    }))
    .await;
    let completion = in_dialect(&server, Dialect::Anthropic).complete(prompt_for_json()).await;
    assert_eq!(completion.outcome.expect("an answer"), "{\"name\":\"Ada\"}");
    let usage = ModelUsage { calls: 1, retries: 0, tokens_in: 100, tokens_cached: 90, tokens_out: 7 };
    assert_eq!(completion.usage, usage);
    let received = &server.received()[0];
    assert_eq!(received.line, "POST /v1/messages HTTP/1.1");
    assert!(received.headers.contains("x-api-key: sk-geheim"), "{}", received.headers);
    assert!(received.headers.contains("anthropic-version: 2023-06-01"), "{}", received.headers);
    assert_eq!(received.body["system"][0]["cache_control"]["type"], "ephemeral");
}

#[tokio::test]
async fn anthropic_refuses_to_answer() {
    let server = Server::answering(&json!({ "content": [], "stop_reason": "refusal" })).await;
    let completion = in_dialect(&server, Dialect::Anthropic).complete(prompt()).await;
    let error = completion.outcome.expect_err("a refusal");
    assert_eq!((error.kind(), error.message()), (ErrorKind::Internal, "the model refused to answer (refusal)"));
}

#[tokio::test]
async fn an_overloaded_anthropic_is_asked_again() {
    let overloaded = json!({ "type": "error", "error": { "type": "overloaded_error", "message": "Overloaded" } });
    let text = json!({ "content": [{ "type": "text", "text": "yes" }], "stop_reason": "end_turn" });
    let server = Server::start([Reply::json(529, &overloaded), Reply::json(200, &text)]).await;
    let completion = in_dialect(&server, Dialect::Anthropic).complete(prompt()).await;
    assert_eq!(completion.outcome.expect("an answer"), "yes");
    assert_eq!((completion.usage.calls, completion.usage.retries), (2, 1));
}

#[tokio::test]
async fn gemini_answers_with_a_document_for_the_converted_schema() {
    let server = Server::answering(&json!({
        "candidates": [{ "content": { "parts": [{ "text": "{\"name\": \"Ada\"}" }] }, "finishReason": "STOP" }],
        "usageMetadata": { "promptTokenCount": 20, "cachedContentTokenCount": 8, "candidatesTokenCount": 6 },
    }))
    .await;
    let completion = in_dialect(&server, Dialect::Gemini).complete(prompt_for_json()).await;
    assert_eq!(completion.outcome.expect("an answer"), "{\"name\": \"Ada\"}");
    let usage = ModelUsage { calls: 1, retries: 0, tokens_in: 20, tokens_cached: 8, tokens_out: 6 };
    assert_eq!(completion.usage, usage);
    let received = &server.received()[0];
    assert_eq!(received.line, "POST /v1/models/small:generateContent HTTP/1.1");
    assert!(received.headers.contains("x-goog-api-key: sk-geheim"), "{}", received.headers);
    let schema = &received.body["generationConfig"]["responseSchema"];
    assert!(schema["properties"]["name"].is_object() && schema.get("additionalProperties").is_none(), "{schema}");
}

#[tokio::test]
async fn gemini_blocks_a_prompt() {
    let blocked = json!({ "promptFeedback": { "blockReason": "SAFETY" }, "usageMetadata": { "promptTokenCount": 20 } });
    let server = Server::answering(&blocked).await;
    let completion = in_dialect(&server, Dialect::Gemini).complete(prompt()).await;
    let error = completion.outcome.expect_err("a refusal");
    assert_eq!((error.kind(), error.message()), (ErrorKind::Internal, "the model refused to answer (safety)"));
    assert_eq!((completion.usage.calls, completion.usage.tokens_in), (1, 20));
}

#[tokio::test]
async fn gemini_is_not_asked_to_repair_an_answer_that_was_cut() {
    let cut = json!({ "candidates": [{ "content": { "parts": [{ "text": "{" }] }, "finishReason": "MAX_TOKENS" }] });
    let server = Server::answering(&cut).await;
    let error = in_dialect(&server, Dialect::Gemini).complete(prompt_for_json()).await.outcome.expect_err("an error");
    assert!(error.message().contains("cut off at the limit of 200 tokens"), "{error}");
    assert_eq!(server.received().len(), 1);
}
