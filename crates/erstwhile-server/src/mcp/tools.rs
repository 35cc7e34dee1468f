//! The tools. Their names and arguments are those of Graphiti's and of Zep's MCP servers, so that a configuration can
//! move here without a change; `search_as_of`, `why`, `what_changed` and `forget` are our own.

use super::toolbox::Entry;

mod adding;
mod forgetting;
mod origin;
mod reading;
mod search;
mod users;

/// All tools, in the order in which they are listed.
pub(super) fn all() -> Vec<Entry> {
    let of_each =
        [adding::tools(), search::tools(), users::tools(), reading::tools(), origin::tools(), forgetting::tools()];
    of_each.into_iter().flatten().collect()
}
