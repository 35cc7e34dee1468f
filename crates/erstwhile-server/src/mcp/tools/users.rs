//! Users, their threads, and the context of a thread.

use erstwhile::engine::{ContextRequest, TemplateRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::mcp::arguments::{LIST_MAX, items, optional_time};
use crate::mcp::caller::Caller;
use crate::mcp::failure::Failure;
use crate::mcp::toolbox::Effect::Reads;
use crate::mcp::toolbox::{Entry, entry};
use crate::mcp::wire::{WireEpisode, WireThread, WireUser};

/// Number of messages, if the caller gives none.
const MESSAGES: i64 = 100;

pub(super) fn tools() -> Vec<Entry> {
    vec![
        entry(
            Reads,
            "get_user_context",
            "The block of context to read before answering in a thread: the user's summary, and the facts, \
             entities and messages that matter to its last messages.",
            get_user_context,
        ),
        entry(Reads, "get_user", "A user.", get_user),
        entry(Reads, "list_threads", "The threads of a user, oldest first.", list_threads),
        entry(Reads, "get_thread_messages", "Messages of a thread.", get_thread_messages),
    ]
}

/// The arguments of `get_user_context`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GetUserContext {
    /// The thread.
    thread_id: String,
    /// A context template that lays the block out.
    template_id: Option<String>,
    /// Facts that were true at this time, RFC 3339 or a date; now if absent.
    as_of: Option<String>,
    /// Facts as the memory knew them at this time; now if absent.
    as_known_at: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct UserContext {
    context: String,
}

async fn get_user_context(caller: Caller, arguments: GetUserContext) -> Result<UserContext, Failure> {
    let request = ContextRequest {
        as_of: optional_time("as_of", arguments.as_of.as_ref())?,
        as_known_at: optional_time("as_known_at", arguments.as_known_at.as_ref())?,
        ..ContextRequest::default()
    };
    let is_past = request.as_of.is_some() || request.as_known_at.is_some();
    let thread = caller.project.thread(arguments.thread_id);
    let context = match arguments.template_id.filter(|id| !id.is_empty()) {
        Some(_) if is_past => return Err(Failure::invalid("a template shows the present; leave the times out")),
        Some(template) => thread.context_by_template(TemplateRef::Named(&template)).await?,
        None => thread.context(request).await?.text,
    };
    Ok(UserContext { context })
}

/// The arguments of `get_user`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GetUser {
    /// The user.
    user_id: String,
}

async fn get_user(caller: Caller, arguments: GetUser) -> Result<WireUser, Failure> {
    Ok(caller.project.user(arguments.user_id).get().await?.into())
}

#[derive(Debug, Serialize, JsonSchema)]
struct Threads {
    threads: Vec<WireThread>,
    /// How many there are; at most 1,000 are listed.
    #[schemars(with = "i64")]
    total: usize,
}

async fn list_threads(caller: Caller, arguments: GetUser) -> Result<Threads, Failure> {
    let threads = caller.project.user(arguments.user_id).threads().await?;
    let total = threads.len();
    let listed = threads.into_iter().take(usize::try_from(LIST_MAX).unwrap_or(usize::MAX));
    Ok(Threads { threads: listed.map(Into::into).collect(), total })
}

/// The arguments of `get_thread_messages`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GetThreadMessages {
    /// The thread.
    thread_id: String,
    /// The last messages, this many.
    lastn: Option<i64>,
    /// The first messages, at most this many (default: 100).
    limit: Option<i64>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Messages {
    /// The messages, oldest first.
    messages: Vec<WireEpisode>,
    /// How many the thread has.
    total: i64,
}

async fn get_thread_messages(caller: Caller, arguments: GetThreadMessages) -> Result<Messages, Failure> {
    let thread = caller.project.thread(arguments.thread_id);
    // Some callers send 0 for an argument that they leave out.
    let (messages, total) = match arguments.lastn.filter(|lastn| *lastn != 0) {
        Some(lastn) => thread.last_messages(items("lastn", Some(lastn), MESSAGES)?).await?,
        None => {
            let limit = arguments.limit.filter(|limit| *limit != 0);
            thread.messages(0, items("limit", limit, MESSAGES)?).await?
        }
    };
    Ok(Messages { messages: messages.into_iter().map(Into::into).collect(), total })
}
