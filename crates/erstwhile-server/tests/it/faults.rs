//! Failures of the network between a server and its database: requests fail in bounded time, and the server recovers.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use erstwhile_postgres::testing::TestServer;
use serde_json::json;

use crate::process::{Process, call_at, new_schema};

const PASS: u8 = 0;
/// Closes all connections, including new ones.
const DISCONNECT: u8 = 1;
/// Receives everything and forwards nothing.
const BLACKHOLE: u8 = 2;
/// Forwards everything up to the first commit and nothing after it, so that the commit succeeds but its response is
/// lost.
const LOSE_COMMIT_RESPONSE: u8 = 3;

/// A simulated network between a server and its database.
struct Network {
    address: SocketAddr,
    mode: Arc<AtomicU8>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Network {
    fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let network = Self {
            address: listener.local_addr().expect("an address"),
            mode: Arc::new(AtomicU8::new(PASS)),
            open: Arc::default(),
        };
        let (mode, open) = (Arc::clone(&network.mode), Arc::clone(&network.open));
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                if mode.load(Ordering::SeqCst) == DISCONNECT {
                    continue;
                }
                let Ok(far) = TcpStream::connect(("127.0.0.1", port)) else { continue };
                for (from, to) in [(&near, &far), (&far, &near)] {
                    let (from, to) = (from.try_clone().expect("a stream"), to.try_clone().expect("a stream"));
                    let mode = Arc::clone(&mode);
                    std::thread::spawn(move || forward(from, to, &mode));
                }
                open.lock().expect("connections").extend([near, far]);
            }
        });
        network
    }

    fn set(&self, mode: u8) {
        self.mode.store(mode, Ordering::SeqCst);
        if mode != BLACKHOLE {
            // Data received in this mode is lost, as after a timeout in a real network.
            for stream in self.open.lock().expect("connections").drain(..) {
                drop(stream.shutdown(Shutdown::Both));
            }
        }
    }
}

fn forward(mut from: TcpStream, mut to: TcpStream, mode: &AtomicU8) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count) = from.read(&mut buffer) {
        if count == 0 {
            break;
        }
        let read = &buffer[..count];
        let ends = read.windows(6).any(|word| word == b"COMMIT");
        let swap = |to| mode.compare_exchange(LOSE_COMMIT_RESPONSE, to, Ordering::SeqCst, Ordering::SeqCst).is_ok();
        let passes = mode.load(Ordering::SeqCst) == PASS || swap(if ends { BLACKHOLE } else { LOSE_COMMIT_RESPONSE });
        if passes && to.write_all(read).is_err() {
            break;
        }
    }
    drop(to.shutdown(Shutdown::Both));
}

/// A server whose database is behind a network.
fn behind_a_network() -> (Process, Network) {
    behind_a_network_to(&new_schema())
}

fn behind_a_network_to(database: &str) -> (Process, Network) {
    let port = TestServer::shared().port();
    let network = Network::to(port);
    let url = database.replace(&format!(":{port}/"), &format!(":{}/", network.address.port()));
    let server = Process::on(&url, &[]);
    assert_eq!(server.call("POST", "/users", Some(&json!({"user_id": "ann"}))).status, 201);
    assert_eq!(server.call("POST", "/threads", Some(&json!({"user_id": "ann", "thread_id": "t"}))).status, 201);
    (server, network)
}

fn post_message(address: SocketAddr, text: &str) -> u16 {
    let body = json!({"messages": [{"role": "user", "content": text}]});
    call_at(address, "POST", "/threads/t/messages", Some(&body)).expect("an answer in time").status
}

fn texts(server: &Process) -> Vec<String> {
    let list = server.call("GET", "/threads/t/messages?limit=1000", None);
    let messages = list.body["messages"].as_array().expect("messages").clone();
    messages.iter().map(|message| message["content"].as_str().expect("a text").to_owned()).collect()
}

fn wait_until_recovered(server: &Process, text: &str) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while post_message(server.address, text) != 200 {
        assert!(Instant::now() < deadline, "the server does not recover");
    }
}

#[test]
fn a_short_interruption_causes_no_error() {
    let (server, network) = behind_a_network();
    std::thread::scope(|scope| {
        network.set(DISCONNECT);
        let waiting = scope.spawn(|| post_message(server.address, "during"));
        std::thread::sleep(Duration::from_secs(2));
        network.set(PASS);
        assert_eq!(waiting.join().expect("an answer"), 200);
    });
    assert_eq!(texts(&server), ["during"], "once");
}

#[test]
fn an_unreachable_database_fails_requests_in_bounded_time() {
    let (server, network) = behind_a_network();
    assert_eq!(post_message(server.address, "before"), 200);
    network.set(DISCONNECT);
    assert_eq!(post_message(server.address, "lost"), 503);
    let ready = crate::process::exchange(server.address, "GET", "/readyz", &[], None).expect("an answer");
    assert_eq!(crate::process::status_of(&ready.0), Some(503));
    network.set(PASS);
    wait_until_recovered(&server, "after");
    assert_eq!(texts(&server), ["before", "after"]);
}

#[test]
fn a_black_hole_fails_requests_in_bounded_time() {
    let (server, network) = behind_a_network();
    assert_eq!(post_message(server.address, "before"), 200);
    network.set(BLACKHOLE);
    assert_eq!(post_message(server.address, "lost"), 503);
    network.set(PASS);
    wait_until_recovered(&server, "after");
    let texts = texts(&server);
    assert!(texts.starts_with(&["before".to_owned()]) && texts.ends_with(&["after".to_owned()]), "{texts:?}");
    assert!(times(&texts, "lost") <= 1, "{texts:?}");
}

fn times(texts: &[String], text: &str) -> usize {
    texts.iter().filter(|stored| *stored == text).count()
}

#[test]
fn a_message_with_a_lost_commit_response_is_stored_once() {
    let database = new_schema();
    let (server, network) = behind_a_network_to(&database);
    let other = Process::on(&database, &[]);
    std::thread::scope(|scope| {
        network.set(LOSE_COMMIT_RESPONSE);
        let waiting = scope.spawn(|| post_message(server.address, "in doubt"));
        let deadline = Instant::now() + Duration::from_mins(1);
        while texts(&other).is_empty() {
            assert!(Instant::now() < deadline, "the message is not stored");
        }
        network.set(PASS);
        assert_eq!(waiting.join().expect("an answer"), 200);
    });
    assert_eq!(texts(&server), ["in doubt"]);
}

/// A client that gets an error cannot know whether the message was stored. It is stored at most once, however often
/// the server retried; sending it again adds another message.
#[test]
fn a_failed_message_is_stored_at_most_once() {
    let (server, network) = behind_a_network();
    network.set(LOSE_COMMIT_RESPONSE);
    assert_eq!(post_message(server.address, "in doubt"), 503);
    network.set(PASS);
    wait_until_recovered(&server, "after");
    assert_eq!(times(&texts(&server), "in doubt"), 1, "the lost commit succeeded");
    assert_eq!(post_message(server.address, "in doubt"), 200);
    assert_eq!(times(&texts(&server), "in doubt"), 2);
}
