//! Resources: users, threads, and the context of each, for clients that attach them to a conversation.

use erstwhile::engine::{ContextRequest, Listing, SortBy};
use erstwhile::model::User;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use rmcp::ErrorData;
use rmcp::model::{ListResourcesResult, ReadResourceResult, Resource, ResourceContents, ResourceTemplate};
use serde::Serialize;

use super::arguments::LIST_MAX;
use super::caller::Caller;
use super::failure::Failure;
use super::wire::{WireEpisode, WireThread, WireUser};

const SCHEME: &str = "erstwhile://";
const JSON: &str = "application/json";
const TEXT: &str = "text/plain";
/// Number of users on one page of the list.
const PAGE: i64 = 100;
/// What stays as it is in an id in an URI.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A resource, as its URI names it.
#[derive(Debug, PartialEq, Eq)]
enum Named {
    User(String),
    UserThreads(String),
    UserContext(String),
    ThreadMessages(String),
    ThreadContext(String),
}

impl Named {
    fn parse(uri: &str) -> Option<Self> {
        let decode = |id: &str| percent_decode_str(id).decode_utf8().ok().map(std::borrow::Cow::into_owned);
        let parts: Vec<&str> = uri.strip_prefix(SCHEME)?.split('/').collect();
        match *parts.as_slice() {
            ["users", id] => Some(Self::User(decode(id)?)),
            ["users", id, "threads"] => Some(Self::UserThreads(decode(id)?)),
            ["users", id, "context"] => Some(Self::UserContext(decode(id)?)),
            ["threads", id, "messages"] => Some(Self::ThreadMessages(decode(id)?)),
            ["threads", id, "context"] => Some(Self::ThreadContext(decode(id)?)),
            _ => None,
        }
    }
}

/// The URI of a user's context.
pub(super) fn user_context_uri(user_id: &str) -> String {
    format!("{SCHEME}users/{}/context", utf8_percent_encode(user_id, KEPT))
}

/// One page of the users; for a caller who is bound to a user, what there is about that user.
pub(super) async fn list(caller: &Caller, cursor: Option<String>) -> Result<ListResourcesResult, ErrorData> {
    let invalid = || ErrorData::invalid_params("the cursor is not one of this list", None);
    let page_number = cursor.map_or(Ok(1), |cursor| cursor.parse().map_err(|_| invalid()))?;
    let listing =
        Listing { page_number, page_size: PAGE, search: String::new(), sort_by: SortBy::CreatedAt, ascending: true };
    let failed = |error: erstwhile::Error| Failure::from(error).into_error();
    if caller.project.is_bound() {
        let user = caller.project.bound_user().await.map_err(failed)?;
        return Ok(ListResourcesResult::with_all_items(user.iter().flat_map(about).collect()));
    }
    let (users, total) = caller.project.list_users(&listing).await.map_err(failed)?;
    let mut page = ListResourcesResult::with_all_items(users.iter().map(of_user).collect());
    page.next_cursor = (page_number.saturating_mul(PAGE) < total).then(|| (page_number + 1).to_string());
    Ok(page)
}

fn of_user(user: &User) -> Resource {
    let uri = format!("{SCHEME}users/{}", utf8_percent_encode(&user.user_id, KEPT));
    Resource::new(uri, &user.user_id).with_title(user.display_name()).with_mime_type(JSON)
}

/// A user, their threads, and what matters most about them.
fn about(user: &User) -> [Resource; 3] {
    let own = of_user(user);
    let threads = Resource::new(format!("{}/threads", own.uri), "threads").with_mime_type(JSON);
    let context = Resource::new(user_context_uri(&user.user_id), "context").with_mime_type(TEXT);
    [own, threads, context]
}

/// The forms of URIs that can be read.
pub(super) fn templates() -> Vec<ResourceTemplate> {
    let template = |path: &str, name: &str, description: &str, mime_type: &str| {
        let template = ResourceTemplate::new(format!("{SCHEME}{path}"), name);
        template.with_description(description).with_mime_type(mime_type)
    };
    vec![
        template("users/{user_id}", "user", "A user.", JSON),
        template("users/{user_id}/threads", "threads of a user", "The threads of a user, oldest first.", JSON),
        template("users/{user_id}/context", "summary of a user", "What matters most about a user.", TEXT),
        template("threads/{thread_id}/messages", "messages of a thread", "The last messages of a thread.", JSON),
        template(
            "threads/{thread_id}/context",
            "context of a thread",
            "The block of context to read before answering in a thread.",
            TEXT,
        ),
    ]
}

/// Reads a resource.
pub(super) async fn read(caller: &Caller, uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let named = Named::parse(uri).ok_or_else(|| ErrorData::resource_not_found("there is no such resource", None))?;
    let (text, mime_type) = contents(caller, named).await.map_err(Failure::into_error)?;
    Ok(ReadResourceResult::new(vec![ResourceContents::text(text, uri).with_mime_type(mime_type)]))
}

async fn contents(caller: &Caller, named: Named) -> Result<(String, &'static str), Failure> {
    let project = &caller.project;
    Ok(match named {
        Named::User(user_id) => (json(&WireUser::from(project.user(user_id).get().await?))?, JSON),
        Named::UserThreads(user_id) => {
            let threads = project.user(user_id).threads().await?.into_iter();
            let listed = threads.take(usize::try_from(LIST_MAX).unwrap_or(usize::MAX));
            (json(&listed.map(WireThread::from).collect::<Vec<_>>())?, JSON)
        }
        Named::UserContext(user_id) => {
            (project.user(user_id).graph().context("", ContextRequest::default()).await?.text, TEXT)
        }
        Named::ThreadMessages(thread_id) => {
            let (messages, _) = project.thread(thread_id).last_messages(LIST_MAX).await?;
            (json(&messages.into_iter().map(WireEpisode::from).collect::<Vec<_>>())?, JSON)
        }
        Named::ThreadContext(thread_id) => {
            (project.thread(thread_id).context(ContextRequest::default()).await?.text, TEXT)
        }
    })
}

fn json<T: Serialize>(value: &T) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|_| erstwhile::Error::internal("a resource cannot be written").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_with_slashes_and_spaces_keep_their_meaning_in_a_uri() {
        let uri = user_context_uri("team/Noor Haddad");
        assert_eq!(uri, "erstwhile://users/team%2FNoor%20Haddad/context");
        assert_eq!(Named::parse(&uri), Some(Named::UserContext("team/Noor Haddad".to_owned())));
        assert_eq!(Named::parse("erstwhile://users/a/b/c"), None);
        assert_eq!(Named::parse("file:///etc/passwd"), None);
    }
}
