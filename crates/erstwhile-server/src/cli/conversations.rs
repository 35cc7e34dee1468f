//! Reads conversations from a file, for commands that try a language model on them.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail};
use erstwhile::engine::NewMessage;
use erstwhile::model::{Metadata, Role};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// Maximum size of a file.
const BYTES_MAX: u64 = 256 << 20;

/// The messages of one conversation.
#[derive(Debug)]
pub(super) struct Conversation {
    pub(super) id: String,
    pub(super) messages: Vec<NewMessage>,
}

#[derive(Debug, Deserialize)]
struct FileMessage {
    #[serde(alias = "session_id", alias = "conversation_id", alias = "thread")]
    thread_id: Option<String>,
    #[serde(alias = "role_type")]
    role: Option<String>,
    #[serde(alias = "speaker")]
    name: Option<String>,
    #[serde(alias = "text")]
    content: String,
    #[serde(alias = "timestamp", alias = "date")]
    created_at: Option<Timestamp>,
}

/// Reads a file: JSON with a list of messages, or of conversations that have `messages`; or JSON Lines with a message a
/// line.
///
/// # Errors
/// If the file cannot be read or is none of these.
pub(super) fn read(file: &Path) -> anyhow::Result<Vec<Conversation>> {
    let place = || format!("cannot read `{}`", file.display());
    if std::fs::metadata(file).with_context(place)?.len() > BYTES_MAX {
        bail!("`{}` is larger than {} MiB: split it", file.display(), BYTES_MAX >> 20);
    }
    let text = std::fs::read_to_string(file).with_context(place)?;
    parse(&text).with_context(place)
}

fn parse(text: &str) -> anyhow::Result<Vec<Conversation>> {
    let list = match serde_json::from_str(text) {
        Ok(value) => list_in(value)?,
        Err(_) => lines(text)?,
    };
    let mut conversations: BTreeMap<String, (usize, Vec<NewMessage>)> = BTreeMap::new();
    for (number, item) in list.into_iter().enumerate() {
        let (id, messages) = match item {
            Value::Object(mut conversation) if conversation.contains_key("messages") => {
                let id = ["thread_id", "session_id", "conversation_id", "id"];
                let id = id.iter().find_map(|key| Some(conversation.get(*key)?.as_str()?.to_owned()));
                let messages = conversation.remove("messages").unwrap_or_default();
                (Some(id.unwrap_or_else(|| format!("conversation {}", number + 1))), list_in(messages)?)
            }
            message => (None, vec![message]),
        };
        for message in messages {
            let message: FileMessage =
                serde_json::from_value(message).with_context(|| format!("item {} is not a message", number + 1))?;
            let thread = id.clone().or_else(|| message.thread_id.clone()).unwrap_or_else(|| "conversation".to_owned());
            let order = conversations.len();
            conversations.entry(thread).or_insert_with(|| (order, Vec::new())).1.push(new_message(message));
        }
    }
    let mut ordered: Vec<(usize, Conversation)> =
        conversations.into_iter().map(|(id, (order, messages))| (order, Conversation { id, messages })).collect();
    ordered.sort_by_key(|(order, _)| *order);
    Ok(ordered.into_iter().map(|(_, conversation)| conversation).collect())
}

fn list_in(value: Value) -> anyhow::Result<Vec<Value>> {
    match value {
        Value::Array(list) => Ok(list),
        Value::Object(mut object) => {
            if object.contains_key("messages") {
                return Ok(vec![Value::Object(object)]);
            }
            for key in ["conversations", "threads", "sessions"] {
                if let Some(Value::Array(list)) = object.remove(key) {
                    return Ok(list);
                }
            }
            bail!("the document has neither `messages` nor `conversations`")
        }
        _ => bail!("the document is neither a list nor an object"),
    }
}

fn lines(text: &str) -> anyhow::Result<Vec<Value>> {
    let mut list = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        list.push(serde_json::from_str(line).with_context(|| format!("line {} is not JSON", number + 1))?);
    }
    Ok(list)
}

fn new_message(message: FileMessage) -> NewMessage {
    let role = message.role.as_deref().map(str::to_lowercase);
    let role = match role.as_deref() {
        Some("human") | None => Role::User,
        Some("ai" | "bot") => Role::Assistant,
        Some(role) => Role::parse(role).unwrap_or(Role::Norole),
    };
    NewMessage {
        id: None,
        role,
        name: message.name,
        content: message.content,
        created_at: message.created_at,
        metadata: Metadata::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> Vec<(String, usize)> {
        parse(text).unwrap().into_iter().map(|one| (one.id, one.messages.len())).collect()
    }

    #[test]
    fn messages_come_as_a_list_by_conversation_or_by_line() {
        let one = r#"{"role": "user", "content": "hi", "created_at": "2024-03-05T10:00:00Z"}"#;
        let two = r#"{"thread_id": "b", "role": "ai", "text": "hello"}"#;
        assert_eq!(shape(&format!("[{one}, {two}]")), [("conversation".to_owned(), 1), ("b".to_owned(), 1)]);
        assert_eq!(shape(&format!("{{\"messages\": [{one}, {one}]}}")), [("conversation 1".to_owned(), 2)]);
        assert_eq!(
            shape(&format!("{{\"conversations\": [{{\"id\": \"x\", \"messages\": [{one}]}}]}}")),
            [("x".to_owned(), 1)]
        );
        assert_eq!(shape(&format!("{two}\n\n{two}\n")), [("b".to_owned(), 2)]);
    }

    #[test]
    fn what_is_no_conversation_is_an_error_that_says_where() {
        for text in ["7", "{}", "[7]", "{\"a\": 1}\n{"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
