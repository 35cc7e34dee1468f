//! The MCP server, over HTTP and on stdin and stdout.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::process::{KEY, Process, exchange, status_of};

/// A client over HTTP, with a key.
struct Client<'a> {
    server: &'a Process,
    key: String,
}

impl Client<'_> {
    fn send(&self, message: &Value) -> (u16, String) {
        let key = format!("Authorization: Bearer {}\r\n", self.key);
        let accept = "Accept: application/json, text/event-stream\r\n";
        let (head, body) =
            exchange(self.server.address, "POST", "/mcp", &[&key, accept], Some(message)).expect("a response");
        (status_of(&head).expect("a status"), body)
    }

    fn request(&self, method: &str, params: &Value) -> Value {
        let message = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let (status, body) = self.send(&message);
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).expect("JSON")
    }

    /// Calls a tool and returns its result.
    fn result(&self, tool: &str, arguments: &Value) -> Value {
        self.request("tools/call", &json!({ "name": tool, "arguments": arguments }))["result"].clone()
    }

    /// Calls a tool that succeeds and returns its structured content.
    fn call(&self, tool: &str, arguments: &Value) -> Value {
        let result = self.result(tool, arguments);
        assert_eq!(result["isError"], false, "{tool}: {result}");
        result["structuredContent"].clone()
    }

    /// Calls a tool that fails and returns the code and the message of its error.
    fn failure(&self, tool: &str, arguments: &Value) -> (String, String) {
        let result = self.result(tool, arguments);
        assert_eq!(result["isError"], true, "{tool}: {result}");
        let text = result["content"][0]["text"].as_str().expect("a text");
        let error: Value = serde_json::from_str(text).expect("JSON");
        (text_of(&error["code"]), text_of(&error["message"]))
    }

    /// Calls a tool until its structured content satisfies a condition.
    fn call_until(&self, tool: &str, arguments: &Value, is_there: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            let content = self.call(tool, arguments);
            if is_there(&content) {
                return content;
            }
            assert!(Instant::now() < deadline, "{tool}: {content}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn client(server: &Process) -> Client<'_> {
    Client { server, key: KEY.to_owned() }
}

/// A server whose user Noor lived in Lyon and moved to Copenhagen.
fn with_noor(folder: &Path) -> Process {
    let server = Process::start(folder);
    let user = json!({ "user_id": "noor", "first_name": "Noor", "last_name": "Haddad" });
    assert_eq!(server.call("POST", "/users", Some(&user)).status, 201);
    let thread = json!({ "thread_id": "t", "user_id": "noor" });
    assert_eq!(server.call("POST", "/threads", Some(&thread)).status, 201);
    let messages = json!({ "messages": [
        { "role": "user", "content": "I live in Lyon.", "created_at": "2025-03-03T09:00:00Z" },
        { "role": "user", "content": "I moved to Copenhagen.", "created_at": "2025-09-15T09:00:00Z" },
    ] });
    assert!(server.call("POST", "/threads/t/messages", Some(&messages)).status < 300);
    client(&server).call_until("get_user_edges", &json!({ "user_id": "noor" }), |content| {
        content["edges"].as_array().is_some_and(|edges| edges.len() >= 2)
    });
    server
}

#[test]
fn an_agent_finds_out_what_is_true_now_what_was_true_and_why() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = with_noor(folder.path());
    let client = client(&server);
    let names = |content: &Value| -> Vec<String> {
        content["facts"].as_array().expect("facts").iter().map(|fact| text_of(&fact["target_node_name"])).collect()
    };
    let query = json!({ "user_id": "noor", "query": "Where does Noor live?" });
    let now = client.call("search_memory_facts", &query);
    assert_eq!(names(&now).first().map(String::as_str), Some("Copenhagen"), "{now}");
    assert!(!names(&now).contains(&"Lyon".to_owned()), "{now}");

    let then = json!({ "user_id": "noor", "query": "Where does Noor live?", "as_of": "2025-05-01" });
    let then = client.call("search_as_of", &then);
    assert_eq!(names(&then), ["Lyon"], "{then}");

    let why = client.call("why", &json!({ "uuid": then["facts"][0]["uuid"] }));
    assert_eq!(why["claims"][0]["words"], "I live in Lyon.", "{why}");
    assert_eq!(why["claims"][0]["said_at"], "2025-03-03T09:00:00Z", "{why}");
    assert_eq!(why["ended_by"]["words"], "I moved to Copenhagen.", "{why}");

    let context = client.call("get_user_context", &json!({ "thread_id": "t" }));
    assert!(text_of(&context["context"]).contains("Copenhagen"), "{context}");
    let changes = client.call("what_changed", &json!({ "user_id": "noor", "since": "2020-01-01" }));
    assert!(changes["learned_total"].as_i64().expect("a number") >= 2, "{changes}");
}

#[test]
fn what_an_agent_adds_is_found_and_can_be_forgotten() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start(folder.path());
    let client = client(&server);
    let memory = json!({ "name": "note", "episode_body": "Ada Lovelace lives in London.", "group_id": "notes",
                         "uuid": "11111111-1111-4111-8111-111111111111", "saga": "people" });
    let added = client.call("add_memory", &memory);
    assert_eq!(client.call("add_memory", &memory)["episode_uuid"], added["episode_uuid"], "it was added once");
    let query = json!({ "group_ids": "notes", "query": "Where does Ada live?" });
    let found = client.call_until("search_memory_facts", &query, |content| {
        content["facts"].as_array().is_some_and(|facts| !facts.is_empty())
    });
    assert_eq!(found["facts"][0]["target_node_name"], "London", "{found}");
    let episodes = client.call("get_episodes", &json!({ "group_ids": ["notes"], "max_episodes": 5 }));
    assert_eq!(episodes["episodes"].as_array().map(Vec::len), Some(1), "{episodes}");
    let saga = client.call("summarize_saga", &json!({ "saga_name": "people", "group_id": "notes" }));
    assert!(text_of(&saga["summary"]).contains("London"), "{saga}");

    client.call("forget", &json!({ "episode_uuid": added["episode_uuid"] }));
    assert_eq!(client.call("search_memory_facts", &query)["facts"], json!([]));
    assert_eq!(client.failure("get_episode", &json!({ "uuid": added["episode_uuid"] })).0, "not_found");
    client.call("clear_graph", &json!({ "group_ids": "notes" }));
    assert_eq!(client.failure("search_memory_facts", &query).0, "not_found");
}

#[test]
fn a_request_without_a_key_is_refused_and_a_read_only_key_cannot_write() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = with_noor(folder.path());
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    for path in ["/mcp", "/mcp/"] {
        let (head, body) = exchange(server.address, "POST", path, &[], Some(&message)).expect("a response");
        assert_eq!(status_of(&head), Some(401), "{body}");
    }
    let own = client(&server);
    let (status, body) = Client { server: &server, key: "a-key-that-nobody-has".to_owned() }.send(&message);
    assert_eq!(status, 401, "{body}");

    let reader = Client { server: &server, key: key(folder.path(), &["--role", "read"]) };
    let listed = |client: &Client<'_>| -> Vec<String> {
        let tools = client.request("tools/list", &json!({}))["result"]["tools"].clone();
        tools.as_array().expect("tools").iter().map(|tool| text_of(&tool["name"])).collect()
    };
    assert!(listed(&own).contains(&"add_memory".to_owned()));
    assert!(!listed(&reader).contains(&"add_memory".to_owned()));
    let memory = json!({ "name": "n", "episode_body": "Noor lives in Rome.", "user_id": "noor" });
    assert_eq!(reader.failure("add_memory", &memory).0, "forbidden");
    assert_eq!(reader.failure("forget", &json!({ "user_id": "noor" })).0, "forbidden");
    assert_eq!(reader.call("get_user", &json!({ "user_id": "noor" }))["first_name"], "Noor");

    let other = Client { server: &server, key: key(folder.path(), &["--project", "other", "--create-project"]) };
    assert_eq!(other.failure("get_user", &json!({ "user_id": "noor" })).0, "not_found");
}

/// Creates a key.
fn key(folder: &Path, options: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_erstwhile"));
    command.args(["keys", "create", "--data"]).arg(folder).args(options);
    String::from_utf8(command.output().expect("the program runs").stdout).expect("text").trim().to_owned()
}

#[test]
fn wrong_calls_say_what_is_wrong() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = with_noor(folder.path());
    let client = client(&server);
    let unknown = client.request("tools/call", &json!({ "name": "search_everything", "arguments": {} }));
    assert_eq!(unknown["error"]["code"], -32602, "{unknown}");
    let unknown = client.request("tools/everything", &json!({}));
    assert_eq!(unknown["error"]["code"], -32601, "{unknown}");
    for (tool, arguments, told) in [
        ("search_graph", json!({ "user_id": "noor", "query": 5 }), "query"),
        ("search_graph", json!({ "user_id": "noor" }), "query"),
        ("search_graph", json!({ "user_id": "noor", "query": "x", "limitt": 5 }), "limitt"),
        ("search_graph", json!({ "user_id": "noor", "query": "x", "limit": 5000 }), "limit"),
        ("search_graph", json!({ "user_id": "noor", "query": "x".repeat(5000) }), "query"),
        ("search_graph", json!({ "user_id": "noor", "query": "x", "scope": "everything" }), "scope"),
        ("add_memory", json!({ "name": "n", "episode_body": "x".repeat(20_000) }), "episode_body"),
        ("add_memory", json!({ "name": "n", "episode_body": "{", "source": "json" }), "JSON"),
        ("search_as_of", json!({ "user_id": "noor", "query": "x", "as_of": "yesterday" }), "as_of"),
        ("search_nodes", json!({ "group_ids": vec!["g"; 100], "query": "x" }), "group_ids"),
        ("get_node", json!({ "uuid": "Noor" }), "uuid"),
        ("forget", json!({}), "exactly one"),
        ("forget", json!({ "user_id": "noor", "thread_id": "t" }), "exactly one"),
    ] {
        let (code, message) = client.failure(tool, &arguments);
        assert_eq!(code, "invalid_arguments", "{tool}: {message}");
        assert!(message.contains(told), "{tool} {arguments}: {message}");
    }
    let nobody = client.failure("search_graph", &json!({ "user_id": "nobody", "query": "x" }));
    assert_eq!(nobody, ("not_found".to_owned(), "user not found".to_owned()));
    let unknown = client.failure("search_memory_facts", &json!({ "group_ids": ["notes"], "query": "x" }));
    assert_eq!(unknown, ("not_found".to_owned(), "notes: graph not found".to_owned()));
    // A memory to which nothing has been added yet is empty, and no mistake.
    assert_eq!(client.call("search_memory_facts", &json!({ "query": "x" }))["facts"], json!([]));
    assert_eq!(client.call("get_episodes", &json!({}))["episodes"], json!([]));
    assert_eq!(client.call("what_changed", &json!({ "since": "2025-01-01" }))["learned_total"], 0);
    let noor = client.call("get_user_edges", &json!({ "user_id": "noor" }));
    assert!(noor["total"].as_i64().expect("a number") >= 2, "nothing was forgotten: {noor}");
    let (status, body) = client.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": "add_memory", "arguments": { "name": "n", "episode_body": "x".repeat(6 << 20) } } }));
    assert_eq!(status, 413, "{body}");
}

#[test]
fn tools_describe_what_they_do_and_what_they_return() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start(folder.path());
    let listed = client(&server).request("tools/list", &json!({}))["result"]["tools"].clone();
    for tool in listed.as_array().expect("tools") {
        assert_eq!(tool["inputSchema"]["type"], "object", "{tool}");
        assert_eq!(tool["outputSchema"]["type"], "object", "{tool}");
        assert!(!tool.to_string().contains("\"type\":["), "some clients read single types only: {tool}");
        assert!(text_of(&tool["description"]).ends_with('.'), "{tool}");
        let name = text_of(&tool["name"]);
        let removes = ["forget", "clear_graph", "delete_episode", "delete_entity_edge"].contains(&name.as_str());
        let adds = ["add_memory", "add_triplet"].contains(&name.as_str());
        assert_eq!(tool["annotations"]["destructiveHint"], removes, "{name}");
        assert_eq!(tool["annotations"]["readOnlyHint"], !removes && !adds, "{name}");
    }
}

#[test]
fn users_threads_and_contexts_are_resources_and_prompts_attach_them() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = with_noor(folder.path());
    let client = client(&server);
    let listed = client.request("resources/list", &json!({}))["result"]["resources"].clone();
    assert_eq!(listed[0]["uri"], "erstwhile://users/noor", "{listed}");
    let read = |uri: &str| client.request("resources/read", &json!({ "uri": uri }));
    let context = read("erstwhile://threads/t/context");
    assert!(text_of(&context["result"]["contents"][0]["text"]).contains("Copenhagen"), "{context}");
    let threads = read("erstwhile://users/noor/threads");
    assert!(text_of(&threads["result"]["contents"][0]["text"]).contains("\"thread_id\":\"t\""), "{threads}");
    assert_eq!(read("erstwhile://users/nobody")["error"]["code"], -32002);
    let arguments = json!({ "user_id": "noor", "question": "Where does Noor live?" });
    let prompt = client.request("prompts/get", &json!({ "name": "answer_from_memory", "arguments": arguments }));
    let messages = &prompt["result"]["messages"];
    assert!(text_of(&messages[0]["content"]["resource"]["text"]).contains("Copenhagen"), "{prompt}");
    assert!(!text_of(&messages[1]["content"]["text"]).contains("Copenhagen"), "the words of users are apart: {prompt}");
    let wrong = client.request("prompts/get", &json!({ "name": "answer_from_memory", "arguments": {} }));
    assert_eq!(wrong["error"]["code"], -32602, "{wrong}");
}

/// `erstwhile mcp` with its stdin and stdout.
struct Agent {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Agent {
    fn start(folder: &Path, options: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_erstwhile"))
            .args(["mcp", "--data"])
            .arg(folder)
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let stdin = child.stdin.take().expect("its stdin");
        let stdout = BufReader::new(child.stdout.take().expect("its stdout"));
        let mut this = Self { child, stdin, stdout };
        let client = json!({ "protocolVersion": "2025-06-18", "capabilities": {},
                             "clientInfo": { "name": "test", "version": "1" } });
        let started = this.request("initialize", &client);
        assert_eq!(started["result"]["serverInfo"]["name"], "erstwhile", "{started}");
        this.write(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        this
    }

    fn write(&mut self, message: &Value) {
        writeln!(self.stdin, "{message}").expect("a message is sent");
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("a line");
        serde_json::from_str(&line).expect("JSON")
    }

    fn request(&mut self, method: &str, params: &Value) -> Value {
        self.write(&json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }));
        self.read()
    }

    fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        self.request("tools/call", &json!({ "name": tool, "arguments": arguments }))["result"].clone()
    }

    /// Closes its stdin and returns its exit code.
    fn end(mut self) -> Option<i32> {
        drop(self.stdin);
        self.child.wait().expect("the program ends").code()
    }
}

#[test]
fn an_agent_can_start_the_server_itself_while_another_runs_on_the_same_data() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start_embedded(folder.path());
    let mut agent = Agent::start(folder.path(), &["--group-id", "shared"]);
    let added = agent.call("add_memory", &json!({ "name": "n", "episode_body": "Ada Lovelace lives in London." }));
    assert_eq!(added["structuredContent"]["group_id"], "shared", "{added}");
    let query = json!({ "group_ids": "shared", "query": "Where does Ada live?" });
    client(&server)
        .call_until("search_memory_facts", &query, |content| content["facts"][0]["target_node_name"] == "London");
    assert_eq!(agent.end(), Some(0), "the end of its input is no failure");

    let mut reader = Agent::start(folder.path(), &["--read-only"]);
    let refused = reader.call("clear_graph", &json!({ "group_ids": "shared" }));
    assert_eq!(refused["isError"], true, "{refused}");
    // A message that is no request is not answered, or answered with an error, and the next request is.
    reader.write(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 99 } }));
    let status = reader.call("get_status", &json!({}));
    assert_eq!(status["structuredContent"]["status"], "ok", "{status}");
}

#[test]
fn an_agent_that_is_started_for_a_user_reaches_that_user_and_what_the_groups_grant() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start_embedded(folder.path());
    for user in ["ann", "bob"] {
        server.call("POST", "/users", Some(&json!({ "user_id": user, "first_name": user })));
        server.call("POST", "/threads", Some(&json!({ "thread_id": format!("{user}-1"), "user_id": user })));
    }
    server.call("POST", "/graph/create", Some(&json!({ "graph_id": "team" })));
    let mut agent = Agent::start(folder.path(), &["--user", "ann"]);
    let own = agent.call("get_user", &json!({ "user_id": "ann" }));
    assert_eq!(own["structuredContent"]["user_id"], "ann", "{own}");
    let listed = agent.request("resources/list", &json!({}))["result"]["resources"].clone();
    let uris: Vec<String> = listed.as_array().expect("a list").iter().map(|one| text_of(&one["uri"])).collect();
    let own = ["erstwhile://users/ann", "erstwhile://users/ann/threads", "erstwhile://users/ann/context"];
    assert_eq!(uris, own, "{listed}");
    for (tool, arguments) in [
        ("get_user", json!({ "user_id": "bob" })),
        ("get_thread_messages", json!({ "thread_id": "bob-1" })),
        ("search_memory_facts", json!({ "group_ids": ["team"], "query": "Mia" })),
        ("add_memory", json!({ "name": "n", "episode_body": "Mia lives in Oslo.", "group_id": "team" })),
    ] {
        let refused = agent.call(tool, &arguments);
        assert_eq!(refused["isError"], true, "{tool}: {refused}");
    }
    let group =
        crate::bound_keys::grant(&server, "ann", "00000000-0000-4000-8000-00000000000c", "enforce", &["graph.search"]);
    assert!(group.is_string());
    let found = agent.call("search_memory_facts", &json!({ "group_ids": ["team"], "query": "Mia" }));
    assert_eq!(found["isError"], false, "what a group grants is reached at once: {found}");
    let added =
        agent.call("add_memory", &json!({ "name": "n", "episode_body": "Mia lives in Oslo.", "group_id": "team" }));
    assert_eq!(added["isError"], true, "{added}");
    assert_eq!(agent.end(), Some(0));
    let unknown = Command::new(env!("CARGO_BIN_EXE_erstwhile"))
        .args(["mcp", "--user", "nobody", "--data"])
        .arg(folder.path())
        .stdin(Stdio::null())
        .output()
        .expect("the program runs");
    assert!(!unknown.status.success() && String::from_utf8_lossy(&unknown.stderr).contains("nobody"), "{unknown:?}");
}
