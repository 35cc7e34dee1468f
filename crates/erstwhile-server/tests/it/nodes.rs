//! Several servers on one PostgreSQL database: all return what one stored, and each can be stopped.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::process::{Process, call_at, eventually, new_schema};

/// Starts servers on a database concurrently.
fn start(database: &str, count: usize) -> Vec<Process> {
    std::thread::scope(|scope| {
        let starting: Vec<_> = (0..count).map(|_| scope.spawn(|| Process::on(database, &[]))).collect();
        starting.into_iter().map(|start| start.join().expect("a server")).collect()
    })
}

fn add_user(server: &Process, user_id: &str) {
    assert_eq!(server.call("POST", "/users", Some(&json!({"user_id": user_id, "first_name": "Ann"}))).status, 201);
    let thread = json!({"user_id": user_id, "thread_id": format!("thread of {user_id}")});
    assert_eq!(server.call("POST", "/threads", Some(&thread)).status, 201);
}

fn thread_path(user_id: &str) -> String {
    format!("/threads/thread%20of%20{}/messages", user_id.replace(' ', "%20"))
}

/// A unique word for a number; for small ones, the reader takes it for a thing that may be loved.
fn word(number: usize) -> String {
    let letter = |number: usize| char::from(b'a' + u8::try_from(number % 26).unwrap_or_default());
    format!("Zor{}{}{}", letter(number / 676), letter(number / 26), letter(number))
}

fn love(number: usize) -> Value {
    json!({"messages": [{"role": "user", "content": format!("I love {}.", word(number))}]})
}

fn loved_by(server: &Process, user_id: &str) -> Vec<String> {
    let path = format!("/graph/edge/user/{}", user_id.replace(' ', "%20"));
    let edges = server.call("POST", &path, Some(&json!({"limit": 1000}))).body;
    let edges = edges.as_array().expect("edges").iter();
    let loved = edges.filter(|edge| edge["name"] == "LOVES");
    loved.map(|edge| edge["fact"].as_str().expect("a fact").to_owned()).collect()
}

#[test]
fn concurrently_started_servers_share_one_first_key() {
    let database = new_schema();
    let servers = start(&database, 3);
    for server in &servers {
        assert_eq!(server.call("GET", "/users-ordered", None).status, 200);
    }
    let listed = std::process::Command::new(env!("CARGO_BIN_EXE_erstwhile"))
        .args(["keys", "list", "--json", "--database", &database])
        .output()
        .expect("the command runs");
    assert_eq!(String::from_utf8_lossy(&listed.stdout).lines().count(), 1);
}

#[test]
fn all_servers_immediately_return_what_one_stored() {
    let servers = start(&new_schema(), 3);
    add_user(&servers[0], "ann");
    for number in 0..30 {
        let (written, read) = (&servers[number % 3], &servers[(number + 1) % 3]);
        // With an ending that the stemmer keeps, so that the stems are unique, too.
        let word = format!("{}k", word(number));
        let said = format!("I love {word}.");
        let message = json!({"messages": [{"role": "user", "content": said}]});
        let posted = written.call("POST", &thread_path("ann"), Some(&message));
        assert_eq!(posted.status, 200, "{posted:?}");
        let last = read.call("GET", &format!("{}?lastn=1", thread_path("ann")), None);
        assert_eq!(last.body["messages"][0]["content"], said);
        let query = json!({"user_id": "ann", "query": word, "scope": "episodes", "limit": 1});
        let found = read.call("POST", "/graph/search", Some(&query));
        assert_eq!(found.body["episodes"][0]["content"], said, "{found:?}");
    }
    servers[2].call("DELETE", "/users/ann", None);
    for server in &servers {
        assert_eq!(server.call("GET", "/users/ann", None).status, 404);
        let query = json!({"user_id": "ann", "query": "love", "scope": "episodes"});
        assert_eq!(server.call("POST", "/graph/search", Some(&query)).status, 404);
    }
}

#[test]
fn declared_types_and_revoked_keys_reach_all_servers() {
    let database = new_schema();
    let servers = start(&database, 2);
    let types = json!({"entity_types": [{"name": "Instrument", "description": "Makes music.", "properties": []}]});
    assert_eq!(servers[0].call("PUT", "/entity-types", Some(&types)).status, 200);
    eventually("the other server does not see the declared type", || {
        let known = servers[1].call("GET", "/entity-types", None).body;
        known["entity_types"].as_array().is_some_and(|types| types.iter().any(|kind| kind["name"] == "Instrument"))
    });
    let keys = |args: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_erstwhile"));
        let made = command.arg("keys").args(args).args(["--json", "--database", &database]).output();
        let made = made.expect("the command runs");
        assert!(made.status.success(), "{made:?}");
        made.stdout
    };
    let made: Value = serde_json::from_slice(&keys(&["create"])).expect("a key");
    let (id, secret) = (made["id"].as_str().expect("an id"), made["key"].as_str().expect("a key"));
    let status = |server: &Process| {
        let key = format!("Authorization: Api-Key {secret}\r\n");
        let asked = crate::process::exchange(server.address, "GET", "/api/v2/users-ordered", &[&key], None);
        crate::process::status_of(&asked.expect("an answer").0)
    };
    assert!(servers.iter().all(|server| status(server) == Some(200)));
    keys(&["revoke", id]);
    for server in &servers {
        eventually("a revoked key still works", || status(server) == Some(401));
    }
}

/// During ingestion, one server is killed and one is stopped until its leases expire. The third does all the work, and
/// the stopped one, when it resumes, repeats none of it.
#[test]
fn work_of_killed_and_stopped_servers_is_done_exactly_once() {
    const USERS: usize = 6;
    const EACH: usize = 10;
    let mut servers = start(&new_schema(), 3);
    for user in 0..USERS {
        add_user(&servers[0], &format!("user {user}"));
    }
    std::thread::scope(|scope| {
        for user in 0..USERS {
            let servers = &servers;
            scope.spawn(move || {
                for number in 0..EACH {
                    let server = &servers[(user + number) % 3];
                    let path = thread_path(&format!("user {user}"));
                    assert_eq!(server.call("POST", &path, Some(&love(user * EACH + number))).status, 200);
                }
            });
        }
    });
    let stopped = servers.remove(2);
    stopped.signal("STOP");
    servers.remove(1).kill();
    let server = &servers[0];
    let all = |user: usize| -> BTreeSet<String> { (0..EACH).map(|number| word(user * EACH + number)).collect() };
    let told = |facts: &[String], word: &str| facts.iter().filter(|fact| fact.contains(word)).count();
    for user in 0..USERS {
        eventually("facts are missing", || {
            let facts = loved_by(server, &format!("user {user}"));
            all(user).iter().all(|word| told(&facts, word) == 1)
        });
    }
    stopped.signal("CONT");
    // Its old work is rejected by now; from here on it does only new work.
    add_user(&stopped, "late");
    assert_eq!(stopped.call("POST", &thread_path("late"), Some(&love(700))).status, 200);
    eventually("the stopped server does not work again", || loved_by(&stopped, "late").len() == 1);
    for user in 0..USERS {
        let user_id = format!("user {user}");
        let facts = loved_by(&stopped, &user_id);
        assert_eq!(facts.len(), EACH, "{facts:?}");
        let list = stopped.call("GET", &format!("{}?limit=100", thread_path(&user_id)), None);
        let messages = list.body["messages"].as_array().expect("messages").clone();
        let texts: Vec<&str> = messages.iter().map(|message| message["content"].as_str().expect("a text")).collect();
        let expected: Vec<String> = (0..EACH).map(|number| format!("I love {}.", word(user * EACH + number))).collect();
        assert_eq!(texts, expected, "messages keep the caller's order");
    }
}

/// Clients that retry on another server notice nothing of a rolling restart.
#[test]
fn a_rolling_restart_under_load_loses_nothing() {
    const WRITERS: usize = 4;
    let database = new_schema();
    let mut servers: Vec<Option<Process>> = start(&database, 3).into_iter().map(Some).collect();
    let addresses: std::sync::Mutex<Vec<_>> =
        std::sync::Mutex::new(servers.iter().flatten().map(|server| server.address).collect());
    let first = servers[0].as_ref().expect("a server");
    for writer in 0..WRITERS {
        add_user(first, &format!("writer {writer}"));
    }
    let (over, written) = (AtomicBool::new(false), AtomicUsize::new(0));
    let acknowledged: Vec<Vec<String>> = std::thread::scope(|scope| {
        let writing: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (over, written, addresses) = (&over, &written, &addresses);
                scope.spawn(move || {
                    let path = thread_path(&format!("writer {writer}"));
                    let mut acknowledged = Vec::new();
                    for number in 0.. {
                        if over.load(Ordering::SeqCst) {
                            break;
                        }
                        let text = format!("note {writer} {number}");
                        let body = json!({"messages": [{"role": "user", "content": text}]});
                        // Like the SDKs, retries a failed call, here on the next server.
                        let taken = (0..6).any(|attempt| {
                            let address = {
                                let addresses = addresses.lock().expect("addresses");
                                addresses[(writer + attempt) % addresses.len()]
                            };
                            let answer = call_at(address, "POST", &path, Some(&body));
                            let taken = answer.as_ref().is_ok_and(|answer| answer.status == 200);
                            if !taken {
                                std::thread::sleep(Duration::from_millis(50 << attempt));
                            }
                            taken
                        });
                        assert!(taken, "a retry fails");
                        written.fetch_add(1, Ordering::SeqCst);
                        acknowledged.push(text);
                    }
                    acknowledged
                })
            })
            .collect();
        let more = |count: usize| {
            let until = written.load(Ordering::SeqCst) + count;
            eventually("the writers make no progress", || written.load(Ordering::SeqCst) >= until);
        };
        for (at, server) in servers.iter_mut().enumerate() {
            more(40);
            let old = server.take().expect("a server");
            assert_eq!(old.terminate(), Some(0), "it stops gracefully");
            let new = Process::on(&database, &[]);
            addresses.lock().expect("addresses")[at] = new.address;
            *server = Some(new);
        }
        more(40);
        over.store(true, Ordering::SeqCst);
        writing.into_iter().map(|writer| writer.join().expect("a writer")).collect()
    });
    let server = servers[0].as_ref().expect("a server");
    for (writer, acknowledged) in acknowledged.iter().enumerate() {
        let list = server.call("GET", &format!("{}?limit=100000", thread_path(&format!("writer {writer}"))), None);
        let stored = list.body["messages"].as_array().expect("messages").clone();
        let mut stored = stored.iter().map(|message| message["content"].as_str().expect("a text"));
        // A call without a response may have been stored, too; order and completeness hold nonetheless.
        assert!(
            acknowledged.iter().all(|text| stored.any(|stored| stored == text)),
            "a note is missing or out of order"
        );
    }
}
