//! What lies between a server and its database fails: bounded answers, and recovery by itself.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use erstwhile_postgres::testing::TestServer;
use serde_json::json;

use crate::process::{Process, call_at, new_schema};

const PASS: u8 = 0;
/// Connections are closed, and new ones as soon as they are made.
const CUT: u8 = 1;
/// Everything is taken and nothing passed on.
const SWALLOW: u8 = 2;
/// Everything is passed on up to the first end of a transaction; from then on nothing, so that it is done and nobody
/// hears of it.
const DOUBT: u8 = 3;

/// A network between a server and its database that does as it is told.
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
                if mode.load(Ordering::SeqCst) == CUT {
                    continue;
                }
                let Ok(far) = TcpStream::connect(("127.0.0.1", port)) else { continue };
                for (from, to) in [(&near, &far), (&far, &near)] {
                    let (from, to) = (from.try_clone().expect("a stream"), to.try_clone().expect("a stream"));
                    let mode = Arc::clone(&mode);
                    std::thread::spawn(move || carry(from, to, &mode));
                }
                open.lock().expect("connections").extend([near, far]);
            }
        });
        network
    }

    fn set(&self, mode: u8) {
        self.mode.store(mode, Ordering::SeqCst);
        if mode != SWALLOW {
            // What was swallowed is lost, as it is when a real network comes back after its time limits.
            for stream in self.open.lock().expect("connections").drain(..) {
                drop(stream.shutdown(Shutdown::Both));
            }
        }
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, mode: &AtomicU8) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count) = from.read(&mut buffer) {
        if count == 0 {
            break;
        }
        let read = &buffer[..count];
        let ends = read.windows(6).any(|word| word == b"COMMIT");
        let swap = |to| mode.compare_exchange(DOUBT, to, Ordering::SeqCst, Ordering::SeqCst).is_ok();
        let passes = mode.load(Ordering::SeqCst) == PASS || swap(if ends { SWALLOW } else { DOUBT });
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

fn say(address: SocketAddr, text: &str) -> u16 {
    let body = json!({"messages": [{"role": "user", "content": text}]});
    call_at(address, "POST", "/threads/t/messages", Some(&body)).expect("an answer in time").status
}

fn texts(server: &Process) -> Vec<String> {
    let list = server.call("GET", "/threads/t/messages?limit=1000", None);
    let messages = list.body["messages"].as_array().expect("messages").clone();
    messages.iter().map(|message| message["content"].as_str().expect("a text").to_owned()).collect()
}

fn recovers(server: &Process, text: &str) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while say(server.address, text) != 200 {
        assert!(Instant::now() < deadline, "it never recovers");
    }
}

#[test]
fn a_short_interruption_is_no_error() {
    let (server, network) = behind_a_network();
    std::thread::scope(|scope| {
        network.set(CUT);
        let waiting = scope.spawn(|| say(server.address, "during"));
        std::thread::sleep(Duration::from_secs(2));
        network.set(PASS);
        assert_eq!(waiting.join().expect("an answer"), 200);
    });
    assert_eq!(texts(&server), ["during"], "once");
}

#[test]
fn a_database_that_is_gone_is_told_in_bounded_time_and_found_again() {
    let (server, network) = behind_a_network();
    assert_eq!(say(server.address, "before"), 200);
    network.set(CUT);
    assert_eq!(say(server.address, "lost"), 503);
    let ready = crate::process::exchange(server.address, "GET", "/readyz", &[], None).expect("an answer");
    assert_eq!(crate::process::status_of(&ready.0), Some(503));
    network.set(PASS);
    recovers(&server, "after");
    assert_eq!(texts(&server), ["before", "after"]);
}

#[test]
fn a_network_that_swallows_everything_is_told_in_bounded_time_and_recovered_from() {
    let (server, network) = behind_a_network();
    assert_eq!(say(server.address, "before"), 200);
    network.set(SWALLOW);
    assert_eq!(say(server.address, "lost"), 503);
    network.set(PASS);
    recovers(&server, "after");
    let texts = texts(&server);
    assert!(texts.starts_with(&["before".to_owned()]) && texts.ends_with(&["after".to_owned()]), "{texts:?}");
    assert!(times(&texts, "lost") <= 1, "{texts:?}");
}

fn times(texts: &[String], text: &str) -> usize {
    texts.iter().filter(|stored| *stored == text).count()
}

#[test]
fn a_message_whose_end_was_not_heard_of_is_stored_once_and_told_so() {
    let database = new_schema();
    let (server, network) = behind_a_network_to(&database);
    let other = Process::on(&database, &[]);
    std::thread::scope(|scope| {
        network.set(DOUBT);
        let waiting = scope.spawn(|| say(server.address, "in doubt"));
        let deadline = Instant::now() + Duration::from_mins(1);
        while texts(&other).is_empty() {
            assert!(Instant::now() < deadline, "it never arrives");
        }
        network.set(PASS);
        assert_eq!(waiting.join().expect("an answer"), 200);
    });
    assert_eq!(texts(&server), ["in doubt"]);
}

/// Who is told that it failed cannot know whether it did; but it is there once at most, however often the server
/// tried, and what is said again is a message of its own.
#[test]
fn a_message_that_stays_in_doubt_is_stored_at_most_once_each_time_that_it_is_said() {
    let (server, network) = behind_a_network();
    network.set(DOUBT);
    assert_eq!(say(server.address, "in doubt"), 503);
    network.set(PASS);
    recovers(&server, "after");
    assert_eq!(times(&texts(&server), "in doubt"), 1, "the database had it, and nobody heard");
    assert_eq!(say(server.address, "in doubt"), 200);
    assert_eq!(times(&texts(&server), "in doubt"), 2);
}
