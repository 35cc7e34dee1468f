//! Chat completions as defined by `OpenAI`, which many servers and gateways speak.

use erstwhile::ports::ModelUsage;
use serde_json::{Value, json};

use super::request::{ANSWER, Answer, AnswerForm, End, Request, TOOL_DESCRIPTION, count, text};

/// Base URL of the provider.
pub(crate) const URL: &str = "https://api.openai.com/v1";
/// Path of the operation.
pub(crate) const PATH: &str = "/chat/completions";

/// The headers with the key. Azure, whose URLs are complete, has its own.
pub(crate) fn headers(key: Option<&str>, complete_url: bool) -> Vec<(&'static str, String)> {
    match key {
        Some(key) if complete_url => vec![("api-key", key.to_owned())],
        Some(key) => vec![("authorization", format!("Bearer {key}"))],
        None => Vec::new(),
    }
}

/// The body of a request.
pub(crate) fn body(request: &Request<'_>) -> Value {
    let mut messages = Vec::new();
    let system = request.system();
    if !system.is_empty() {
        messages.push(json!({ "role": "system", "content": system }));
    }
    let roles = ["user", "assistant"].into_iter().cycle();
    messages.extend(roles.zip(request.messages()).map(|(role, text)| json!({ "role": role, "content": text })));
    let mut body = json!({ "model": request.model, "messages": messages });
    let limit = if request.parameters.completion_tokens { "max_completion_tokens" } else { "max_tokens" };
    body[limit] = json!(request.tokens_max);
    if request.parameters.temperature {
        body["temperature"] = json!(0);
    }
    if let Some(schema) = request.enforced_schema() {
        let format = json!({ "name": ANSWER, "strict": is_strict(schema), "schema": schema });
        body["response_format"] = json!({ "type": "json_schema", "json_schema": format });
    }
    if let Some(schema) = request.tool_schema() {
        let function = json!({ "name": ANSWER, "description": TOOL_DESCRIPTION, "parameters": schema });
        body["tools"] = json!([{ "type": "function", "function": function }]);
        body["tool_choice"] = json!({ "type": "function", "function": { "name": ANSWER } });
    }
    if request.form == AnswerForm::JsonMode {
        body["response_format"] = json!({ "type": "json_object" });
    }
    body
}

/// Whether a schema has the form that `strict` requires: objects require all their properties and allow no others.
fn is_strict(schema: &Value) -> bool {
    let strict_object = |object: &serde_json::Map<String, Value>| {
        let Some(properties) = object.get("properties").and_then(Value::as_object) else {
            return object.get("type").and_then(Value::as_str) != Some("object");
        };
        let required = object.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        object.get("additionalProperties") == Some(&Value::Bool(false))
            && properties.keys().all(|name| required.iter().any(|required| required.as_str() == Some(name)))
    };
    match schema {
        Value::Object(object) => strict_object(object) && object.values().all(is_strict),
        Value::Array(items) => items.iter().all(is_strict),
        _ => true,
    }
}

/// Reads a response.
pub(crate) fn read(body: &Value) -> Answer {
    let refusal = text(body, "/choices/0/message/refusal");
    let end = match text(body, "/choices/0/finish_reason") {
        "length" => End::Cut,
        "content_filter" => End::Refused("content_filter".to_owned()),
        _ if !refusal.is_empty() => End::Refused("refusal".to_owned()),
        _ => End::Complete,
    };
    let argument = text(body, "/choices/0/message/tool_calls/0/function/arguments");
    let content = without_thoughts(text(body, "/choices/0/message/content"));
    Answer {
        text: if argument.is_empty() { content } else { argument }.to_owned(),
        end,
        usage: ModelUsage {
            tokens_in: count(body, "/usage/prompt_tokens"),
            tokens_cached: count(body, "/usage/prompt_tokens_details/cached_tokens"),
            tokens_out: count(body, "/usage/completion_tokens"),
            ..ModelUsage::default()
        },
    }
}

/// An answer without the thoughts that some local models write in front of it.
fn without_thoughts(content: &str) -> &str {
    let thoughts = content.trim_start().strip_prefix("<think>");
    thoughts.and_then(|thoughts| thoughts.split_once("</think>")).map_or(content, |(_, answer)| answer.trim_start())
}

#[cfg(test)]
mod tests {
    use super::super::request::{Parameters, Repair, example};
    use super::*;

    #[test]
    fn instructions_come_first_and_data_is_a_message_of_the_user() {
        let expected = json!({
            "model": "small",
            "messages": [
                { "role": "system", "content": "Be brief." },
                { "role": "user", "content": "<d>hello</d>" },
            ],
            "max_tokens": 50,
            "temperature": 0,
        });
        assert_eq!(body(&example(AnswerForm::Text, None)), expected);
    }

    #[test]
    fn refused_parameters_are_replaced_or_left_out() {
        let parameters = Parameters { completion_tokens: true, temperature: false };
        let body = body(&Request { parameters, ..example(AnswerForm::Text, None) });
        assert_eq!(body["max_completion_tokens"], 50);
        assert!(body.get("max_tokens").is_none() && body.get("temperature").is_none(), "{body}");
    }

    #[test]
    fn the_schema_goes_where_the_form_says() {
        let schema = json!({ "type": "object" });
        let of = |form| body(&example(form, Some(&schema)));
        assert_eq!(of(AnswerForm::JsonSchema)["response_format"]["json_schema"]["schema"], schema);
        assert_eq!(of(AnswerForm::Tool)["tools"][0]["function"]["parameters"], schema);
        assert_eq!(of(AnswerForm::JsonMode)["response_format"]["type"], "json_object");
        for form in [AnswerForm::JsonMode, AnswerForm::Prompt] {
            let system = of(form)["messages"][0]["content"].as_str().expect("a text").to_owned();
            assert!(system.starts_with("Be brief.\n") && system.ends_with("{\"type\":\"object\"}"), "{system}");
        }
    }

    #[test]
    fn a_schema_with_optional_properties_is_not_strict() {
        let properties = json!({ "a": { "type": "string" } });
        let closed =
            json!({ "type": "object", "properties": properties, "required": ["a"], "additionalProperties": false });
        assert!(is_strict(&closed));
        assert!(is_strict(&json!({ "type": "array", "items": closed })));
        assert!(!is_strict(&json!({ "type": "object", "properties": properties, "additionalProperties": false })));
        assert!(!is_strict(&json!({ "type": "array", "items": { "type": "object" } })));
    }

    #[test]
    fn a_repair_shows_the_model_its_answer() {
        let repair = Repair { answer: "oops".to_owned(), complaint: "no JSON".to_owned() };
        let body = body(&Request { repair: Some(&repair), ..example(AnswerForm::Text, None) });
        assert_eq!(body["messages"][2], json!({ "role": "assistant", "content": "oops" }));
        assert_eq!(body["messages"][3], json!({ "role": "user", "content": "no JSON" }));
    }

    #[test]
    fn a_response_has_text_and_usage() {
        let answer = read(&json!({
            "choices": [{ "message": { "content": "hi" }, "finish_reason": "stop" }],
            "usage": { "prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": { "cached_tokens": 4 } },
        }));
        let usage = ModelUsage { tokens_in: 9, tokens_cached: 4, tokens_out: 2, ..ModelUsage::default() };
        assert_eq!(answer, Answer { text: "hi".to_owned(), end: End::Complete, usage });
    }

    #[test]
    fn a_response_says_why_it_ends() {
        let end = |choice: Value| read(&json!({ "choices": [choice] })).end;
        assert_eq!(end(json!({ "finish_reason": "length" })), End::Cut);
        assert_eq!(end(json!({ "finish_reason": "content_filter" })), End::Refused("content_filter".to_owned()));
        let refusal = json!({ "message": { "refusal": "I cannot", "content": null }, "finish_reason": "stop" });
        assert_eq!(end(refusal), End::Refused("refusal".to_owned()));
    }

    #[test]
    fn the_argument_of_the_tool_is_the_answer() {
        let call = json!({ "function": { "name": ANSWER, "arguments": "{}" } });
        let answer = read(&json!({ "choices": [{ "message": { "content": null, "tool_calls": [call] } }] }));
        assert_eq!(answer.text, "{}");
    }

    #[test]
    fn thoughts_are_no_part_of_the_answer() {
        assert_eq!(without_thoughts("\n<think>a <b></think>\n\n{}"), "{}");
        assert_eq!(without_thoughts("say <think>"), "say <think>");
    }
}
