//! Acknowledged writes survive `kill -9`, and ingestion resumes after the restart.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::process::{Process, call_at};

const ROUNDS: usize = 4;
const WRITERS: usize = 8;

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut acknowledged: Vec<(String, String)> = Vec::new();
    for round in 0..ROUNDS {
        let server = Process::start(folder.path());
        if round == 0 {
            for writer in 0..WRITERS {
                let user = json!({"user_id": format!("user {writer}"), "first_name": "Ann"});
                assert_eq!(server.call("POST", "/users", Some(&user)).status, 201);
                let thread = json!({"user_id": format!("user {writer}"), "thread_id": format!("thread-{writer}")});
                assert_eq!(server.call("POST", "/threads", Some(&thread)).status, 201);
            }
        }
        let killed = AtomicBool::new(false);
        let address = server.address;
        let (tell, told) = channel();
        std::thread::scope(|scope| {
            for writer in 0..WRITERS {
                let (killed, tell) = (&killed, tell.clone());
                scope.spawn(move || {
                    for number in 0.. {
                        if killed.load(Ordering::SeqCst) {
                            return;
                        }
                        let text = format!("I visited place {round}-{writer}-{number} yesterday.");
                        let body = json!({"messages": [{"role": "user", "content": text}]});
                        let path = format!("/threads/thread-{writer}/messages");
                        let Ok(answer) = call_at(address, "POST", &path, Some(&body)) else { continue };
                        if answer.status == 200 {
                            let uuid = answer.body["message_uuids"][0].as_str().expect("a uuid").to_owned();
                            tell.send((uuid, text)).expect("the receiver is open");
                        }
                    }
                });
            }
            drop(tell);
            // Wait for progress of the writers, more in each round, however slow the machine is.
            acknowledged.extend(told.iter().take(150 + 60 * round));
            server.kill();
            killed.store(true, Ordering::SeqCst);
            acknowledged.extend(told.iter());
        });
    }

    let server = Process::start(folder.path());
    let mut stored = HashSet::new();
    let mut total = 0;
    for writer in 0..WRITERS {
        let list = server.call("GET", &format!("/threads/thread-{writer}/messages?limit=100000"), None);
        let messages = list.body["messages"].as_array().expect("messages");
        assert_eq!(list.body["total_count"], json!(messages.len()));
        total += messages.len();
        let texts: Vec<&str> = messages.iter().map(|message| message["content"].as_str().expect("a text")).collect();
        let numbers: Vec<(usize, usize)> = texts.iter().map(|text| order_of(text)).collect();
        assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "messages are in order without duplicates");
        let pair = |message: &Value| {
            let text = |name: &str| message[name].as_str().expect("a text").to_owned();
            (text("uuid"), text("content"))
        };
        stored.extend(messages.iter().map(pair));
    }
    let missing = acknowledged.iter().filter(|message| !stored.contains(*message)).count();
    eprintln!("{ROUNDS} kills: {} acknowledged, {total} stored, {missing} missing", acknowledged.len());
    assert_eq!(missing, 0);
    assert!(acknowledged.len() >= 150, "enough messages were acknowledged");

    // The new workers ingest what the killed ones left.
    let deadline = Instant::now() + Duration::from_mins(2);
    loop {
        let ready = server.try_call("GET", "/threads/thread-0/messages?lastn=1", None).expect("an answer");
        if ready.body["messages"][0]["processed"] == json!(true) {
            break;
        }
        assert!(Instant::now() < deadline, "ingestion does not resume");
    }
}

/// (round, number) of a text.
fn order_of(text: &str) -> (usize, usize) {
    let place = text.split(' ').nth(3).expect("a place");
    let mut parts = place.split('-').map(|part| part.parse::<usize>().expect("a number"));
    let (round, _, number) = (parts.next(), parts.next(), parts.next());
    (round.expect("a round"), number.expect("a number"))
}

#[test]
fn a_signal_stops_the_server_gracefully() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start(folder.path());
    assert_eq!(server.call("POST", "/users", Some(&json!({"user_id": "ann"}))).status, 201);
    assert_eq!(server.terminate(), Some(0));
    let server = Process::start(folder.path());
    assert_eq!(server.call("GET", "/users/ann", None).status, 200, "the key and the data are still there");
}
