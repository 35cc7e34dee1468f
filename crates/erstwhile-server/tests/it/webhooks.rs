//! Webhooks: what receivers get, also from several servers and after one was killed.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::process::{Process, new_schema};

const LOCAL: [(&str, &str); 2] =
    [("ERSTWHILE_WEBHOOKS__ALLOW_PRIVATE_ADDRESSES", "true"), ("ERSTWHILE_WEBHOOKS__RETRY_MS", "50")];

/// A message as a receiver gets it.
#[derive(Debug, Clone)]
struct Message {
    headers: BTreeMap<String, String>,
    body: String,
}

impl Message {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

/// A receiver, which answers the n-th message as a test says.
struct Receiver {
    url: String,
    messages: Arc<Mutex<Vec<Message>>>,
}

impl Receiver {
    fn start(answer: impl Fn(usize) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let messages = Arc::new(Mutex::new(Vec::new()));
        let (received, answer) = (Arc::clone(&messages), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (received, answer) = (Arc::clone(&received), Arc::clone(&answer));
                std::thread::spawn(move || {
                    let mut reader = BufReader::new(stream);
                    let (mut headers, mut line) = (BTreeMap::new(), String::new());
                    while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                        if let Some((name, value)) = line.split_once(':') {
                            headers.insert(name.to_lowercase(), value.trim().to_owned());
                        }
                        line.clear();
                    }
                    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
                    let mut body = vec![0; length];
                    drop(reader.read_exact(&mut body));
                    let body = String::from_utf8_lossy(&body).into_owned();
                    let number = {
                        let mut received = received.lock().expect("no panic");
                        received.push(Message { headers, body });
                        received.len()
                    };
                    drop(reader.get_mut().write_all(answer(number).as_bytes()));
                });
            }
        });
        Self { url, messages }
    }

    fn messages(&self) -> Vec<Message> {
        self.messages.lock().expect("no panic").clone()
    }

    /// Waits until messages are there.
    fn wait(&self, what: &str, is_enough: impl Fn(&[Message]) -> bool) -> Vec<Message> {
        let deadline = Instant::now() + Duration::from_mins(2);
        loop {
            let messages = self.messages();
            if is_enough(&messages) {
                return messages;
            }
            assert!(Instant::now() < deadline, "{what}: {messages:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn answer(status: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

fn add(server: &Process, url: &str, events: &[&str]) -> (String, String) {
    let added = server.call("POST", "/webhooks", Some(&json!({ "url": url, "events": events })));
    assert_eq!(added.status, 201, "{added:?}");
    let text = |name: &str| added.body[name].as_str().expect("a text").to_owned();
    (text("uuid"), text("secret"))
}

fn say(server: &Process, text: &str) -> String {
    let said = json!({ "messages": [{ "role": "user", "content": text }] });
    server.call("POST", "/users", Some(&json!({ "user_id": "ann" })));
    server.call("POST", "/threads", Some(&json!({ "thread_id": "t", "user_id": "ann" })));
    let posted = server.call("POST", "/threads/t/messages", Some(&said));
    posted.body["task_id"].as_str().expect("a task").to_owned()
}

fn deliveries(server: &Process, webhook: &str) -> Vec<Value> {
    let listed = server.call("GET", &format!("/webhooks/{webhook}/deliveries"), None);
    listed.body["deliveries"].as_array().expect("deliveries").clone()
}

/// Waits until the only delivery of a webhook is in a state, and returns it.
fn delivery(server: &Process, webhook: &str, state: &str) -> Value {
    let deadline = Instant::now() + Duration::from_mins(2);
    loop {
        let listed = deliveries(server, webhook);
        if listed.len() == 1 && listed[0]["state"] == state {
            return listed[0].clone();
        }
        assert!(Instant::now() < deadline, "{listed:?} instead of {state}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_message_is_signed_repeated_until_it_is_accepted_and_has_no_words_of_users() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Process::start_with(folder.path(), &LOCAL);
    let receiver = Receiver::start(|number| answer(if number < 3 { "503 Busy" } else { "204 None" }));
    let (webhook, secret) = add(&server, &receiver.url, &["task.finished"]);
    let task = say(&server, "I live in Lyon.");
    let delivered = delivery(&server, &webhook, "delivered");
    assert_eq!((&delivered["attempts"], &delivered["status"]), (&3.into(), &204.into()), "{delivered}");
    let messages = receiver.messages();
    assert_eq!(messages.len(), 3);
    let id = messages[0].header("webhook-id");
    assert!(messages.iter().all(|message| message.header("webhook-id") == id));
    assert_eq!(delivered["uuid"], id, "it is listed with the id that the receiver gets");
    let message = messages[2].json();
    assert_eq!((&message["type"], &message["data"]["task_uuid"]), (&"task.finished".into(), &task.into()));
    assert!(!messages[2].body.contains("Lyon") && !messages[2].body.contains("ann"));
    let key = STANDARD.decode(secret.strip_prefix("whsec_").expect("a prefix")).expect("base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
    mac.update(format!("{id}.{}.{}", messages[2].header("webhook-timestamp"), messages[2].body).as_bytes());
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    assert_eq!(messages[2].header("webhook-signature"), expected);

    let delivery_id = delivered["uuid"].as_str().expect("an id");
    let again = server.call("POST", &format!("/webhooks/{webhook}/deliveries/{delivery_id}/redeliver"), None);
    assert_eq!(again.status, 202);
    let messages = receiver.wait("it is delivered again", |messages| messages.len() == 4);
    assert_eq!((messages[3].header("webhook-id"), &messages[3].body), (id, &messages[2].body));

    let listed = server.call("GET", "/webhooks", None).body;
    assert!(!listed.to_string().contains("whsec_"), "{listed}");
    assert_eq!(server.call("DELETE", &format!("/webhooks/{webhook}"), None).status, 204);
    assert_eq!(server.call("GET", &format!("/webhooks/{webhook}/deliveries"), None).status, 404);
}

#[test]
fn redirects_are_not_followed_and_a_slow_receiver_is_not_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings =
        [&LOCAL[..1], &[("ERSTWHILE_WEBHOOKS__TIMEOUT_S", "1"), ("ERSTWHILE_WEBHOOKS__RETRY_MS", "1")]].concat();
    let server = Process::start_with(folder.path(), &settings);
    let secret_place = Receiver::start(|_| answer("204 None"));
    let place = secret_place.url.clone();
    let redirecting = Receiver::start(move |_| {
        format!("HTTP/1.1 307 Away\r\nLocation: {place}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    });
    let slow = Receiver::start(|number| {
        if number == 1 {
            std::thread::sleep(Duration::from_secs(5));
        }
        answer("200 OK")
    });
    let (redirected, _) = add(&server, &redirecting.url, &["task.finished"]);
    let (waited, _) = add(&server, &slow.url, &["task.finished"]);
    say(&server, "I live in Lyon.");
    assert_eq!(delivery(&server, &waited, "delivered")["attempts"], 2);
    redirecting.wait("it is tried", |messages| messages.len() >= 3);
    assert_eq!(deliveries(&server, &redirected)[0]["status"], 307);
    assert_eq!(secret_place.messages().len(), 0);
}

#[test]
fn private_addresses_are_refused_unless_they_are_allowed() {
    let folder = tempfile::tempdir().expect("a folder");
    let receiver = Receiver::start(|_| answer("204 None"));
    let server = Process::start_with(folder.path(), &[]);
    for url in [receiver.url.as_str(), "http://localhost/x", "ftp://example.org/", "http://ann:x@example.org/"] {
        let refused = server.call("POST", "/webhooks", Some(&json!({ "url": url })));
        assert_eq!(refused.status, 400, "{url}: {refused:?}");
    }
    let unknown = json!({ "url": "https://example.org/", "events": ["user.born"] });
    assert_eq!(server.call("POST", "/webhooks", Some(&unknown)).status, 400);
    server.terminate();
    // It was added while that was allowed.
    let server = Process::start_with(folder.path(), &LOCAL);
    let (webhook, _) = add(&server, &receiver.url, &["task.finished"]);
    server.terminate();
    let server = Process::start_with(folder.path(), &[("ERSTWHILE_WEBHOOKS__RETRY_MS", "1")]);
    say(&server, "I live in Lyon.");
    let deadline = Instant::now() + Duration::from_mins(1);
    let is_refused = |delivery: &Value| delivery["failure"].as_str().is_some_and(|why| why.contains("private"));
    while !deliveries(&server, &webhook).iter().any(is_refused) {
        assert!(Instant::now() < deadline, "{:?}", deliveries(&server, &webhook));
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(receiver.messages().len(), 0);
}

#[test]
fn webhooks_are_managed_on_the_command_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let receiver = Receiver::start(|_| answer("204 None"));
    let server = Process::start_embedded_with(folder.path(), &LOCAL);
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_erstwhile"));
        command.arg("webhooks").args(args).arg("--json").arg("--data").arg(folder.path()).envs(LOCAL);
        let output = command.output().expect("the command runs");
        let lines = String::from_utf8_lossy(&output.stdout).into_owned();
        let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        (output.status.success(), lines)
    };
    let (_, added) = run(&["add", &receiver.url, "--event", "task.finished"]);
    let id = added[0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(run(&["list"]).1[0]["events"], json!(["task.finished"]));
    // A server sees it within a second.
    std::thread::sleep(Duration::from_millis(1_100));
    say(&server, "I live in Lyon.");
    receiver.wait("it is delivered", |messages| messages.len() == 1);
    delivery(&server, &id, "delivered");
    let (_, listed) = run(&["deliveries", &id]);
    assert_eq!(listed[0]["state"], "delivered");
    assert!(run(&["redeliver", &id, listed[0]["id"].as_str().expect("an id")]).0);
    receiver.wait("it is delivered again", |messages| messages.len() == 2);
    assert!(run(&["remove", &id]).0);
    assert!(!run(&["remove", &id]).0);
    assert_eq!(run(&["list"]).1, Vec::<Value>::new());
}

/// Each message is received once, although several servers look for it; and once a server was killed in the middle of its
/// deliveries, the others make them.
#[test]
fn several_servers_deliver_each_message_and_finish_what_a_killed_one_began() {
    let database = new_schema();
    let settings = [&LOCAL[..], &[("ERSTWHILE_WEBHOOKS__TIMEOUT_S", "5")]].concat();
    let mut servers: Vec<Process> = (0..3).map(|_| Process::on(&database, &settings)).collect();
    let receiver = Receiver::start(|_| answer("204 None"));
    add(&servers[0], &receiver.url, &["task.finished"]);
    std::thread::sleep(Duration::from_millis(1_100));
    let tasks: Vec<String> = (0..30).map(|number| say(&servers[number % 3], "I live in Lyon.")).collect();
    let messages = receiver.wait("all are delivered", |messages| messages.len() >= tasks.len());
    let mut told: Vec<String> = messages
        .iter()
        .map(|message| message.json()["data"]["task_uuid"].as_str().expect("a task").to_owned())
        .collect();
    told.sort_unstable();
    let mut expected = tasks;
    expected.sort_unstable();
    assert_eq!(told, expected);

    // The last server is killed while receivers keep it waiting.
    let stuck = Receiver::start(|number| {
        if number == 1 {
            std::thread::sleep(Duration::from_secs(20));
        }
        answer("204 None")
    });
    let survivors = servers.split_off(1);
    let first = servers.remove(0);
    for server in survivors {
        server.terminate();
    }
    let (webhook, _) = add(&first, &stuck.url, &["task.finished"]);
    say(&first, "I live in Oslo.");
    let began = stuck.wait("it is tried", |messages| messages.len() == 1);
    first.kill();
    let other = Process::on(&database, &settings);
    let messages = stuck.wait("another server delivers it", |messages| messages.len() == 2);
    assert_eq!(messages[1].header("webhook-id"), began[0].header("webhook-id"));
    assert_eq!(delivery(&other, &webhook, "delivered")["attempts"], 2);
}
