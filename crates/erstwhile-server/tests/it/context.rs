//! The size of a context block, by setting and by request.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::process::Process;

fn server_with_a_long_thread(folder: &std::path::Path, settings: &[(&str, &str)]) -> Process {
    let server = Process::start_with(folder, settings);
    assert_eq!(server.call("POST", "/users", Some(&json!({ "user_id": "ann", "first_name": "Ann" }))).status, 201);
    server.call("POST", "/threads", Some(&json!({ "user_id": "ann", "thread_id": "t" })));
    for town in ["Lyon", "Porto", "Turin", "Ghent", "Cork", "Oslo", "Graz", "Bern", "Malmö", "Nantes"] {
        let said =
            format!("I visited {town} last year with my sister Maud, and we tasted the cheese of the market there.");
        let said = json!({ "messages": [{ "role": "user", "content": said }] });
        assert_eq!(server.call("POST", "/threads/t/messages", Some(&said)).status, 200);
    }
    let said = json!({ "messages": [{ "role": "user", "content": "What a visit: the towns were foggy and the wipers broke." }] });
    assert_eq!(server.call("POST", "/threads/t/messages", Some(&said)).status, 200);
    for line in ["Lovely!", "Thanks.", "So many towns."] {
        let said = json!({ "messages": [{ "role": "assistant", "content": line }] });
        assert_eq!(server.call("POST", "/threads/t/messages", Some(&said)).status, 200);
    }
    let deadline = Instant::now() + Duration::from_mins(1);
    while !context(&server, "?max_tokens=3000").contains("Ann visited Lyon") && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(50));
    }
    let asked = json!({ "messages": [{ "role": "user", "content": "Which towns did I visit, and with whom?" }] });
    assert_eq!(server.call("POST", "/threads/t/messages", Some(&asked)).status, 200);
    server
}

fn context(server: &Process, query: &str) -> String {
    let answer = server.call("GET", &format!("/threads/t/context{query}"), None);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body["context"].as_str().expect("a context").to_owned()
}

#[test]
fn a_request_may_have_a_smaller_block_and_other_shares() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = server_with_a_long_thread(folder.path(), &[]);
    let whole = context(&server, "");
    let small = context(&server, "?max_tokens=150");
    assert!(small.len() < whole.len() && small.len() < 1_200, "{small}");
    let no_messages = context(&server, "?facts_percent=90&entities_percent=10&episodes_percent=0");
    assert!(whole.contains("<EPISODES>") && !no_messages.contains("<EPISODES>"), "{no_messages}");
    for (query, reason) in [
        ("?max_tokens=0", "max_tokens"),
        ("?max_tokens=1000000", "max_tokens"),
        ("?facts_percent=50", "together"),
        ("?facts_percent=90&entities_percent=90&episodes_percent=0", "100"),
    ] {
        let refused = server.call("GET", &format!("/threads/t/context{query}"), None);
        assert_eq!(refused.status, 400, "{query}: {refused:?}");
        assert!(refused.body["message"].as_str().is_some_and(|message| message.contains(reason)), "{refused:?}");
    }
}

#[test]
fn a_setting_gives_the_size_of_all_blocks() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let settings = [("ERSTWHILE_CONTEXT__TOKENS_MAX", "150")];
    let server = server_with_a_long_thread(folder.path(), &settings);
    let block = context(&server, "");
    assert!(block.len() < 1_200, "{block}");
    assert!(context(&server, "?max_tokens=3000").len() > block.len());
}

#[test]
fn a_block_says_that_nothing_is_known_instead_of_showing_noise() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = server_with_a_long_thread(folder.path(), &[]);
    // A small graph is always shown.
    for batch in 0..2 {
        let line = |number| json!({ "role": "assistant", "content": format!("Postcard {batch}-{number} was pretty.") });
        let said = json!({ "messages": (0..20).map(line).collect::<Vec<_>>() });
        assert_eq!(server.call("POST", "/threads/t/messages", Some(&said)).status, 200);
    }
    // The messages of the end of the conversation are asked about together, so the question is asked in a new thread.
    server.call("POST", "/threads", Some(&json!({ "user_id": "ann", "thread_id": "new" })));
    let context = |question: &str| {
        let said = json!({ "messages": [{ "role": "user", "content": question }], "ignore_roles": ["user"] });
        assert_eq!(server.call("POST", "/threads/new/messages", Some(&said)).status, 200);
        let answer = server.call("GET", "/threads/new/context", None);
        answer.body["context"].as_str().expect("a context").to_owned()
    };
    let unknown = context("Which vaccinations does my hamster Pim still need?");
    assert!(unknown.contains("No memory seems to be") && !unknown.contains("<EPISODES>"), "{unknown}");
    assert!(unknown.contains("<USER_SUMMARY>") && unknown.contains("Ann"), "who the user is stays: {unknown}");
    let known = context("What did I taste at the market in Ghent with Maud?");
    assert!(known.contains("Ann visited Ghent") && !known.contains("No memory seems to be"), "{known}");
}
