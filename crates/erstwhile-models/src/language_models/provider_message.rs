//! What a server says about a failed request, in a form that may be logged.

use serde_json::Value;

/// Maximum number of characters of a quoted message.
const CHARACTERS_MAX: usize = 300;
/// A message that shares this many characters in a row with the prompt repeats it.
const SHARED_CHARACTERS: usize = 20;
/// Shorter texts occur in messages by chance.
const PRIVATE_CHARACTERS_MIN: usize = 6;

/// Fields that repeat the prompt or its answer.
const ECHOES: [&str; 3] = ["input", "ctx", "failed_generation"];

/// The message in the body of a failed request; each server has its own place for it.
pub(crate) fn read(body: &Value) -> Option<String> {
    let body = body.get(0).unwrap_or(body);
    let places = ["/error/message", "/error", "/message", "/detail", "/detail/message", "/errors/0/message"];
    let found = places.iter().find_map(|place| body.pointer(place)?.as_str().map(str::to_owned));
    let found = found.or_else(|| body.get("detail")?.as_array().map(|details| validation_errors(details)));
    found.map(|message| message.trim().to_owned()).filter(|message| !message.is_empty())
}

/// Every text in the body except echoes, in lower case, to find the parameter or the feature that the server refuses.
pub(crate) fn all_text(body: &Value) -> String {
    match body {
        Value::String(text) => text.to_lowercase(),
        Value::Array(items) => items.iter().map(all_text).collect::<Vec<_>>().join(" "),
        Value::Object(fields) => {
            let own = fields.iter().filter(|(name, _)| !ECHOES.contains(&name.as_str()));
            own.map(|(_, value)| all_text(value)).collect::<Vec<_>>().join(" ")
        }
        _ => String::new(),
    }
}

/// The errors of a validating server, without the inputs that they repeat.
fn validation_errors(details: &[Value]) -> String {
    let place = |detail: &Value| {
        let parts = detail.get("loc").and_then(Value::as_array).into_iter().flatten();
        parts.map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned)).collect::<Vec<_>>().join(".")
    };
    let errors = details.iter().filter_map(|detail| Some(format!("{}: {}", place(detail), detail["msg"].as_str()?)));
    errors.collect::<Vec<_>>().join("; ")
}

/// A server's message for people: one line, shortened, without secrets. `None` when it repeats one of the private texts.
pub(crate) fn quotable(message: &str, secrets: &[String], private: &[&str]) -> Option<String> {
    let mut message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        message = message.replace(secret, "…");
    }
    if message.chars().count() > CHARACTERS_MAX {
        message = message.chars().take(CHARACTERS_MAX - 1).chain(['…']).collect();
    }
    if private.iter().any(|text| repeats(&message, text)) {
        return None;
    }
    Some(message)
}

/// Whether a message contains a part of the text, or all of a short one.
fn repeats(message: &str, text: &str) -> bool {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = text.chars().count();
    if length < SHARED_CHARACTERS {
        return length >= PRIVATE_CHARACTERS_MIN && message.contains(&text);
    }
    let starts: Vec<usize> = message.char_indices().map(|(at, _)| at).chain([message.len()]).collect();
    let window = |bounds: &[usize]| text.contains(&message[bounds[0]..bounds[SHARED_CHARACTERS]]);
    starts.windows(SHARED_CHARACTERS + 1).any(window)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_server_has_its_own_place_for_the_message() {
        for body in [
            json!({ "error": { "message": "no" } }),
            json!([{ "error": { "message": "no" } }]),
            json!({ "error": "no" }),
            json!({ "message": " no " }),
            json!({ "detail": "no" }),
        ] {
            assert_eq!(read(&body).as_deref(), Some("no"), "{body}");
        }
        let detail = json!({ "detail": [{ "loc": ["body", 0], "msg": "wrong", "input": "private" }] });
        assert_eq!(read(&detail).as_deref(), Some("body.0: wrong"));
        assert_eq!(read(&json!({ "status": "bad" })), None);
    }

    #[test]
    fn all_text_leaves_out_what_repeats_the_prompt() {
        let body = json!({ "detail": [{ "loc": ["Temperature", 0], "msg": "Wrong", "input": "private" }] });
        assert_eq!(all_text(&body).trim(), "temperature  wrong");
    }

    #[test]
    fn a_quoted_message_is_short_and_on_one_line() {
        assert_eq!(quotable("too\n  bad", &[], &[]).as_deref(), Some("too bad"));
        let long = quotable(&"é".repeat(1_000), &[], &[]).expect("a message");
        assert_eq!(long.chars().count(), CHARACTERS_MAX);
    }

    #[test]
    fn a_quoted_message_never_shows_the_key() {
        let message = quotable("key sk-geheim is wrong", &["sk-geheim".to_owned(), String::new()], &[]);
        assert_eq!(message.as_deref(), Some("key … is wrong"));
    }

    #[test]
    fn a_message_that_repeats_the_prompt_is_not_quoted() {
        let prompt = "My sister Ada lives\nin Porto since the spring.";
        assert_eq!(quotable("invalid: sister Ada lives in Porto …", &[], &[prompt]), None);
        assert_eq!(quotable("invalid: Noor B.", &[], &["Noor B."]), None);
        assert!(quotable("invalid: in Porto", &[], &[prompt, "a", ""]).is_some());
    }
}
