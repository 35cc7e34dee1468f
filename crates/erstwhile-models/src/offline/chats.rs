//! Chat exports in JSON: what people said is read as said, by whom and when.

use erstwhile::model::Role;
use jiff::Timestamp;
use serde_json::{Map, Value};

/// One message of an export.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ChatMessage {
    /// Who says it, if the export has a name.
    pub(super) speaker: Option<String>,
    /// The role, if the export has one.
    pub(super) role: Option<Role>,
    /// The text.
    pub(super) text: String,
    /// When it was said.
    pub(super) at: Option<Timestamp>,
}

/// Longer exports are read up to this many messages.
pub(super) const MESSAGES_MAX: usize = 5_000;
const DEPTH_MAX: usize = 24;

const TEXT_KEYS: &[&str] = &["content", "text", "body", "Body", "message", "parts"];
const SPEAKER_KEYS: &[&str] =
    &["author", "sender", "role", "user", "from", "From", "speaker", "username", "sender_name", "name"];
const TIME_KEYS: &[&str] = &["created_at", "timestamp", "create_time", "ts", "date", "time", "sent_at", "updated_at"];

/// The messages of an export, in order; empty if the document is none.
pub(super) fn messages(document: &Value) -> Vec<ChatMessage> {
    let mut found = Vec::new();
    collect(document, 0, &mut found);
    // ChatGPT's mapping has no order of its own.
    if found.iter().all(|message| message.at.is_some()) {
        found.sort_by_key(|message| message.at);
    }
    found
}

fn collect(value: &Value, depth: usize, found: &mut Vec<ChatMessage>) {
    if depth > DEPTH_MAX || found.len() >= MESSAGES_MAX {
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, depth + 1, found)),
        Value::Object(fields) => match message(fields) {
            Some(message) => found.push(message),
            None => {
                fields.values().filter(|value| !value.is_string()).for_each(|value| collect(value, depth + 1, found));
            }
        },
        _ => {}
    }
}

/// An object with a text and somebody who says it.
fn message(fields: &Map<String, Value>) -> Option<ChatMessage> {
    let text = TEXT_KEYS.iter().find_map(|key| text_of(fields.get(*key)?))?;
    let profile = fields.get("user_profile").and_then(|profile| profile.get("real_name")).and_then(Value::as_str);
    let named = SPEAKER_KEYS.iter().find_map(|key| speaker_of(fields.get(*key)?));
    let speaker = profile.map(str::to_owned).or(named)?;
    let role = role_of(&speaker);
    let kind = fields.get("author").and_then(|author| author.get("type")).and_then(Value::as_str).and_then(role_of);
    let name = fields.get("name").and_then(Value::as_str).filter(|_| role.is_some()).map(str::to_owned);
    let at = TIME_KEYS.iter().find_map(|key| time_of(fields.get(*key)?));
    let speaker = if role.is_some() { name } else { Some(speaker) };
    Some(ChatMessage {
        speaker,
        role: role.or(kind.filter(|role| *role == Role::Assistant)),
        text: without_markup(&text),
        at,
    })
}

/// Whether an object is nothing but a dated message of a chat, so that its fields are no facts.
pub(super) fn is_chat_message(fields: &Map<String, Value>) -> bool {
    const RECORD_KEYS: &[&str] = &["subject", "status", "priority", "title", "stage", "amount"];
    let dated = message(fields).is_some_and(|message| message.at.is_some());
    dated && !RECORD_KEYS.iter().any(|key| fields.contains_key(*key))
}

/// A text of at least two words, in the places where exports keep it.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => text.trim().contains(' ').then(|| text.clone()),
        Value::Array(parts) => {
            let texts = parts.iter().filter_map(|part| part.as_str().or_else(|| part.get("text")?.as_str()));
            let text = texts.collect::<Vec<_>>().join("\n");
            text.trim().contains(' ').then_some(text)
        }
        Value::Object(fields) => text_of(fields.get("parts").or_else(|| fields.get("text"))?),
        _ => None,
    }
}

fn speaker_of(value: &Value) -> Option<String> {
    match value {
        Value::String(name) => (!name.is_empty() && name.len() <= 80).then(|| name.clone()),
        Value::Object(fields) => ["name", "real_name", "display_name", "username", "role", "type", "email"]
            .iter()
            .find_map(|key| fields.get(*key)?.as_str().map(str::to_owned)),
        _ => None,
    }
}

fn role_of(speaker: &str) -> Option<Role> {
    Some(match speaker.to_lowercase().as_str() {
        "user" | "human" => Role::User,
        "assistant" | "ai" | "bot" | "model" => Role::Assistant,
        "system" | "developer" => Role::System,
        "tool" | "function" => Role::Tool,
        _ => return None,
    })
}

fn time_of(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => text.parse().ok().or_else(|| seconds(text.parse().ok()?)),
        Value::Number(number) => seconds(number.as_f64()?),
        _ => None,
    }
}

/// Unix time in seconds or milliseconds.
fn seconds(value: f64) -> Option<Timestamp> {
    let seconds = if value > 1e11 { value / 1_000.0 } else { value };
    (seconds > 1e8).then(|| Timestamp::from_microsecond((seconds * 1e6) as i64).ok()).flatten()
}

/// Removes HTML tags.
fn without_markup(text: &str) -> String {
    if !text.contains('<') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        match after.split_once('>') {
            Some((tag, next)) if tag.len() < 200 && !tag.contains('\n') => {
                out.push(' ');
                rest = next;
            }
            _ => {
                out.push('<');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(Option<String>, Option<Role>, String)> {
        let found = messages(&serde_json::from_str(text).unwrap());
        found.into_iter().map(|message| (message.speaker, message.role, message.text)).collect()
    }

    #[test]
    fn exports_of_many_programs_are_read() {
        let openai =
            read(r#"[{"role":"user","content":"I live in Porto."},{"role":"assistant","content":"I am here."}]"#);
        assert_eq!(openai[0], (None, Some(Role::User), "I live in Porto.".to_owned()));
        let slack = read(
            r#"[{"type":"message","user":"U1","text":"I live in Rome.","ts":"1741000000.1","user_profile":{"real_name":"Leo Lund"}}]"#,
        );
        assert_eq!(slack[0].0.as_deref(), Some("Leo Lund"));
        let discord = read(
            r#"{"messages":[{"content":"I live in Rome.","author":{"name":"leo"},"timestamp":"2025-03-03T09:00:00Z"}]}"#,
        );
        assert_eq!(discord[0].0.as_deref(), Some("leo"));
        let intercom = read(
            r#"{"conversation_parts":{"conversation_parts":[{"body":"<p>I live in Porto.</p>","author":{"type":"user","name":"Marta"}}]}}"#,
        );
        assert_eq!(intercom[0], (Some("Marta".to_owned()), None, "I live in Porto.".to_owned()));
        let twilio = read(r#"{"From":"+351","Body":"I live in Porto."}"#);
        assert_eq!(twilio[0].0.as_deref(), Some("+351"));
        let chatgpt = read(
            r#"{"mapping":{"b":{"message":{"author":{"role":"user"},"create_time":1741000001.0,"content":{"content_type":"text","parts":["I live in Porto."]}}}}}"#,
        );
        assert_eq!(chatgpt[0].1, Some(Role::User));
    }

    #[test]
    fn records_are_no_chats() {
        assert!(read(r#"{"name":"Acme","plan":"Pro","notes":"They like tea"}"#).is_empty());
    }
}
