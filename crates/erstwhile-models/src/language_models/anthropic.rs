//! The messages of Anthropic.

use erstwhile::ports::ModelUsage;
use serde_json::{Value, json};

use super::request::{ANSWER, Answer, End, Request, TOOL_DESCRIPTION, count, text};

/// Base URL of the provider.
pub(crate) const URL: &str = "https://api.anthropic.com/v1";
/// Path of the operation.
pub(crate) const PATH: &str = "/messages";
/// Version of the protocol.
const VERSION: &str = "2023-06-01";

/// The headers of the protocol, and the key.
pub(crate) fn headers(key: Option<&str>) -> Vec<(&'static str, String)> {
    let key = key.map(|key| ("x-api-key", key.to_owned()));
    std::iter::once(("anthropic-version", VERSION.to_owned())).chain(key).collect()
}

/// The body of a request. The instructions are marked as the part to cache.
pub(crate) fn body(request: &Request<'_>) -> Value {
    let roles = ["user", "assistant"].into_iter().cycle();
    let messages = roles.zip(request.messages()).map(|(role, text)| json!({ "role": role, "content": text }));
    let mut body = json!({
        "model": request.model,
        "max_tokens": request.tokens_max,
        "messages": messages.collect::<Vec<_>>(),
    });
    if request.parameters.temperature {
        body["temperature"] = json!(0);
    }
    let system = request.system();
    if !system.is_empty() {
        body["system"] = json!([{ "type": "text", "text": system, "cache_control": { "type": "ephemeral" } }]);
    }
    if let Some(schema) = request.tool_schema() {
        body["tools"] = json!([{ "name": ANSWER, "description": TOOL_DESCRIPTION, "input_schema": schema }]);
        body["tool_choice"] = json!({ "type": "tool", "name": ANSWER });
    }
    if let Some(schema) = request.enforced_schema() {
        body["output_config"] = json!({ "format": { "type": "json_schema", "schema": schema } });
    }
    body
}

/// Reads a response.
pub(crate) fn read(body: &Value) -> Answer {
    let end = match text(body, "/stop_reason") {
        "max_tokens" | "model_context_window_exceeded" => End::Cut,
        "refusal" => End::Refused("refusal".to_owned()),
        _ => End::Complete,
    };
    let blocks = body.get("content").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let argument = blocks.iter().find(|block| block["type"] == "tool_use").map(|block| block["input"].to_string());
    let texts = blocks.iter().filter(|block| block["type"] == "text").map(|block| text(block, "/text"));
    let cached = count(body, "/usage/cache_read_input_tokens");
    let written = count(body, "/usage/cache_creation_input_tokens");
    Answer {
        text: argument.unwrap_or_else(|| texts.collect()),
        end,
        usage: ModelUsage {
            tokens_in: count(body, "/usage/input_tokens") + cached + written,
            tokens_cached: cached,
            tokens_out: count(body, "/usage/output_tokens"),
            ..ModelUsage::default()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::request::{AnswerForm, example};
    use super::*;

    #[test]
    fn instructions_are_cached_and_data_is_a_message_of_the_user() {
        let expected = json!({
            "model": "small",
            "max_tokens": 50,
            "temperature": 0,
            "system": [{ "type": "text", "text": "Be brief.", "cache_control": { "type": "ephemeral" } }],
            "messages": [{ "role": "user", "content": "<d>hello</d>" }],
        });
        assert_eq!(body(&example(AnswerForm::Text, None)), expected);
    }

    #[test]
    fn a_tool_takes_the_answer() {
        let schema = json!({ "type": "object" });
        let body = body(&example(AnswerForm::Tool, Some(&schema)));
        assert_eq!(body["tools"][0]["input_schema"], schema);
        assert_eq!(body["tool_choice"], json!({ "type": "tool", "name": ANSWER }));
    }

    #[test]
    fn the_input_of_the_tool_is_the_answer() {
        let answer = read(&json!({
            "content": [{ "type": "text", "text": "Here." }, { "type": "tool_use", "input": { "a": 1 } }],
            "stop_reason": "tool_use",
        }));
        assert_eq!((answer.text.as_str(), answer.end), ("{\"a\":1}", End::Complete));
    }

    #[test]
    fn cached_tokens_are_part_of_the_prompt() {
        let usage = json!({
            "input_tokens": 3, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 20, "output_tokens": 5,
        });
        let read = read(&json!({ "content": [{ "type": "text", "text": "hi" }], "usage": usage }));
        let expected = ModelUsage { tokens_in: 123, tokens_cached: 100, tokens_out: 5, ..ModelUsage::default() };
        assert_eq!((read.text.as_str(), read.usage), ("hi", expected));
    }

    #[test]
    fn a_response_says_why_it_ends() {
        let end = |reason: &str| read(&json!({ "stop_reason": reason })).end;
        assert_eq!(end("end_turn"), End::Complete);
        assert_eq!(end("max_tokens"), End::Cut);
        assert_eq!(end("refusal"), End::Refused("refusal".to_owned()));
    }
}
