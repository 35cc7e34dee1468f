//! `generateContent` of Google's Gemini.

mod schema;

use erstwhile::ports::ModelUsage;
use serde_json::{Value, json};

use super::address;
use super::request::{ANSWER, Answer, AnswerForm, End, Request, TOOL_DESCRIPTION, count, text};

/// Base URL of the provider.
pub(crate) const URL: &str = "https://generativelanguage.googleapis.com/v1beta";

/// Path of the operation.
pub(crate) fn path(model: &str) -> String {
    let model = model.strip_prefix("models/").unwrap_or(model);
    format!("/models/{}:generateContent", address::path_segment(model))
}

/// The header with the key.
pub(crate) fn headers(key: Option<&str>) -> Vec<(&'static str, String)> {
    key.map(|key| ("x-goog-api-key", key.to_owned())).into_iter().collect()
}

/// The body of a request.
pub(crate) fn body(request: &Request<'_>) -> Value {
    let roles = ["user", "model"].into_iter().cycle();
    let contents =
        roles.zip(request.messages()).map(|(role, text)| json!({ "role": role, "parts": [{ "text": text }] }));
    let mut config = json!({ "maxOutputTokens": request.tokens_max });
    if request.parameters.temperature {
        config["temperature"] = json!(0);
    }
    if request.enforced_schema().is_some() || request.form == AnswerForm::JsonMode {
        config["responseMimeType"] = json!("application/json");
    }
    if let Some(schema) = request.enforced_schema() {
        config["responseSchema"] = schema::converted(schema);
    }
    let mut body = json!({ "contents": contents.collect::<Vec<_>>(), "generationConfig": config });
    let system = request.system();
    if !system.is_empty() {
        body["systemInstruction"] = json!({ "parts": [{ "text": system }] });
    }
    if let Some(schema) = request.tool_schema() {
        let parameters = schema::converted(schema);
        let function = json!({ "name": ANSWER, "description": TOOL_DESCRIPTION, "parameters": parameters });
        body["tools"] = json!([{ "functionDeclarations": [function] }]);
        body["toolConfig"] = json!({ "functionCallingConfig": { "mode": "ANY", "allowedFunctionNames": [ANSWER] } });
    }
    body
}

/// Reads a response.
pub(crate) fn read(body: &Value) -> Answer {
    let blocked = text(body, "/promptFeedback/blockReason");
    let end = match text(body, "/candidates/0/finishReason") {
        _ if !blocked.is_empty() => End::Refused(reason(blocked)),
        "MAX_TOKENS" => End::Cut,
        "" | "STOP" | "FINISH_REASON_UNSPECIFIED" | "MALFORMED_FUNCTION_CALL" => End::Complete,
        other => End::Refused(reason(other)),
    };
    let parts = body.pointer("/candidates/0/content/parts").and_then(Value::as_array);
    let parts = parts.map(Vec::as_slice).unwrap_or_default();
    let argument = parts.iter().find_map(|part| part.pointer("/functionCall/args")).map(Value::to_string);
    let texts = parts.iter().filter(|part| part["thought"] != true).map(|part| text(part, "/text"));
    Answer {
        text: argument.unwrap_or_else(|| texts.collect()),
        end,
        usage: ModelUsage {
            tokens_in: count(body, "/usageMetadata/promptTokenCount")
                + count(body, "/usageMetadata/toolUsePromptTokenCount"),
            tokens_cached: count(body, "/usageMetadata/cachedContentTokenCount"),
            tokens_out: count(body, "/usageMetadata/candidatesTokenCount")
                + count(body, "/usageMetadata/thoughtsTokenCount"),
            ..ModelUsage::default()
        },
    }
}

/// A reason of the provider, as far as it is a plain word.
fn reason(word: &str) -> String {
    word.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::super::request::example;
    use super::*;

    #[test]
    fn instructions_come_first_and_data_is_a_message_of_the_user() {
        let expected = json!({
            "systemInstruction": { "parts": [{ "text": "Be brief." }] },
            "contents": [{ "role": "user", "parts": [{ "text": "<d>hello</d>" }] }],
            "generationConfig": { "maxOutputTokens": 50, "temperature": 0 },
        });
        assert_eq!(body(&example(AnswerForm::Text, None)), expected);
    }

    #[test]
    fn the_schema_goes_where_the_form_says() {
        let schema = json!({ "type": "object", "additionalProperties": false });
        let of = |form| body(&example(form, Some(&schema)));
        let strict = of(AnswerForm::JsonSchema);
        assert_eq!(strict["generationConfig"]["responseMimeType"], "application/json");
        assert_eq!(strict["generationConfig"]["responseSchema"], json!({ "type": "OBJECT" }));
        let plain = of(AnswerForm::JsonMode);
        assert_eq!(plain["generationConfig"]["responseMimeType"], "application/json");
        assert!(plain["generationConfig"].get("responseSchema").is_none(), "{plain}");
        let tool = of(AnswerForm::Tool);
        assert_eq!(tool["tools"][0]["functionDeclarations"][0]["parameters"], json!({ "type": "OBJECT" }));
    }

    #[test]
    fn thoughts_are_counted_but_are_no_part_of_the_answer() {
        let answer = read(&json!({
            "candidates": [{
                "content": { "parts": [{ "text": "hm", "thought": true }, { "text": "h" }, { "text": "i" }] },
                "finishReason": "STOP",
            }],
            "usageMetadata": {
                "promptTokenCount": 9, "cachedContentTokenCount": 4, "candidatesTokenCount": 2, "thoughtsTokenCount": 7,
            },
        }));
        let usage = ModelUsage { tokens_in: 9, tokens_cached: 4, tokens_out: 9, ..ModelUsage::default() };
        assert_eq!(answer, Answer { text: "hi".to_owned(), end: End::Complete, usage });
    }

    #[test]
    fn a_response_says_why_it_ends() {
        let end = |reason: &str| read(&json!({ "candidates": [{ "finishReason": reason }] })).end;
        assert_eq!(end("STOP"), End::Complete);
        assert_eq!(end("MAX_TOKENS"), End::Cut);
        assert_eq!(end("SAFETY"), End::Refused("safety".to_owned()));
        let blocked = read(&json!({ "promptFeedback": { "blockReason": "PROHIBITED_CONTENT" } }));
        assert_eq!(blocked.end, End::Refused("prohibited_content".to_owned()));
    }

    #[test]
    fn the_path_names_the_model() {
        assert_eq!(path("models/gemini-flash"), "/models/gemini-flash:generateContent");
    }
}
