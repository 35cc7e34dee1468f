//! Clients without a key can use only a bounded share of the server, and never all of it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::process::{KEY, Process, exchange, status_of};

/// How long a test waits for something that the server does by itself.
const WAIT: Duration = Duration::from_mins(1);

fn is_healthy(address: SocketAddr) -> bool {
    let answer = exchange(address, "GET", "/healthz", &[], None);
    answer.is_ok_and(|(head, _)| status_of(&head) == Some(200))
}

/// What a server sends until it closes the connection; fails if it does not close it.
fn read_until_closed(mut stream: &TcpStream) -> String {
    stream.set_read_timeout(Some(WAIT)).expect("a timeout");
    let mut text = Vec::new();
    match stream.read_to_end(&mut text) {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {}
        Err(error) => panic!("the connection is still open: {error}"),
    }
    String::from_utf8(text).expect("text")
}

fn post(key: &str, length: usize) -> Vec<u8> {
    format!(
        "POST /api/v2/users HTTP/1.1\r\nHost: test\r\nAuthorization: Api-Key {key}\r\nContent-Length: {length}\r\n\r\n"
    )
    .into_bytes()
}

/// A part of a body that takes much longer to arrive.
fn send_part(stream: &mut TcpStream, bytes: usize) {
    stream.write_all(&vec![b' '; bytes]).expect("a part of the body is sent");
}

#[test]
fn methods_that_clients_make_up_share_one_label() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start_with(folder.path(), &[("ERSTWHILE_TELEMETRY__METRICS_LISTEN", "127.0.0.1:0")]);
    for number in 0..20 {
        let path = format!("/no/such/route/{number}");
        exchange(server.address, &format!("ODD{number}"), &path, &[], None).expect("an answer");
        exchange(server.address, &format!("ODD{number}"), "/healthz", &[], None).expect("an answer");
    }
    let metrics = server.metrics();
    assert!(!metrics.contains("ODD") && !metrics.contains("such"), "{metrics}");
    assert!(metrics.contains(r#"erstwhile_requests_total{method="other",route="other",status="404"} 20"#), "{metrics}");
}

#[test]
fn silent_and_half_sent_requests_are_closed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let settings = [("ERSTWHILE_SERVER__IDLE_TIMEOUT_S", "1"), ("ERSTWHILE_SERVER__HEADER_TIMEOUT_S", "1")];
    let server = Process::start_with(folder.path(), &settings);
    let silent = server.send(b"");
    let half_sent = server.send(b"GET /healthz HTTP/1.1\r\nHost: te");
    let idle_after_a_response = server.send(b"GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n");
    assert_eq!(read_until_closed(&silent), "");
    assert_eq!(read_until_closed(&half_sent), "");
    assert!(read_until_closed(&idle_after_a_response).starts_with("HTTP/1.1 200"));
}

/// A connection once had its own copy of all routes, which took more than half a mebibyte.
/// Adds a message, and waits until it has been read.
fn read_a_message(server: &Process) {
    let add = |path: &str, body: Value| assert!(server.call("POST", path, Some(&body)).status < 300, "{path}");
    add("/users", json!({ "user_id": "ann" }));
    add("/threads", json!({ "user_id": "ann", "thread_id": "t" }));
    add("/threads/t/messages", json!({ "messages": [{ "role": "user", "content": "I moved to Oslo last week." }] }));
    let deadline = Instant::now() + WAIT;
    while server.call("GET", "/threads/t/messages", None).body["messages"][0]["processed"] != true {
        assert!(Instant::now() < deadline, "the message is not read");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn silent_connections_cost_little_memory() {
    const CONNECTIONS: usize = 500;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start(folder.path());
    assert!(is_healthy(server.address));
    // Its models load their tables meanwhile, which take memory, too.
    read_a_message(&server);
    let before = server.resident_kib();
    let _silent: Vec<TcpStream> = (0..CONNECTIONS).map(|_| server.send(b"")).collect();
    assert!(is_healthy(server.address), "it has accepted them all");
    let each = server.resident_kib().saturating_sub(before) / CONNECTIONS;
    assert!(each < 100, "{each} KiB for each connection");
}

#[test]
fn a_header_that_trickles_in_is_closed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start_with(folder.path(), &[("ERSTWHILE_SERVER__HEADER_TIMEOUT_S", "1")]);
    let mut stream = server.send(b"GET /healthz HTTP/1.1\r\n");
    let deadline = Instant::now() + WAIT;
    while stream.write_all(b"X-Header: 1\r\n").is_ok() {
        assert!(Instant::now() < deadline, "the connection is still open");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_body_that_does_not_arrive_is_answered_with_408() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start_with(folder.path(), &[("ERSTWHILE_SERVER__BODY_TIMEOUT_S", "1")]);
    let mut stream = server.send(&post(KEY, 100));
    send_part(&mut stream, 10);
    let answer = read_until_closed(&stream);
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains(r#""message":"#), "{answer}");
}

#[test]
fn a_client_that_does_not_receive_its_response_is_closed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start_with(folder.path(), &[("ERSTWHILE_SERVER__WRITE_TIMEOUT_S", "1")]);
    let metadata = json!({ "text": "x".repeat(2_000_000) });
    for number in 0..16 {
        let user = json!({ "user_id": format!("user-{number}"), "metadata": metadata });
        assert_eq!(server.call("POST", "/users", Some(&user)).status, 201);
    }
    let list = format!("GET /api/v2/users-ordered HTTP/1.1\r\nHost: test\r\nAuthorization: Api-Key {KEY}\r\n\r\n");
    let mut stream = server.send(list.as_bytes());
    // Nothing of the 32 MB is read, so they do not fit into the buffers of the network. A connection that the server
    // has closed accepts no more bytes.
    let deadline = Instant::now() + WAIT;
    while stream.write_all(b" ").is_ok() {
        assert!(Instant::now() < deadline, "the connection is still open");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn connections_that_wait_make_room_for_new_ones() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start_with(folder.path(), &[("ERSTWHILE_SERVER__CONNECTIONS_MAX", "3")]);
    let silent: Vec<TcpStream> = (0..3).map(|_| server.send(b"")).collect();
    assert!(is_healthy(server.address), "a client that sends a request gets a response");
    let closed = |mut stream: &TcpStream| {
        stream.set_read_timeout(Some(Duration::from_millis(10))).expect("a timeout");
        matches!(stream.read(&mut [0]), Ok(0))
    };
    let deadline = Instant::now() + WAIT;
    while !silent.iter().any(closed) {
        assert!(Instant::now() < deadline, "no connection has made room");
    }
}

#[test]
fn a_connection_for_which_there_is_no_room_is_answered_with_503() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let settings = [("ERSTWHILE_SERVER__CONNECTIONS_MAX", "2"), ("ERSTWHILE_TELEMETRY__METRICS_LISTEN", "127.0.0.1:0")];
    let server = Process::start_with(folder.path(), &settings);
    // Requests in progress are not interrupted.
    let mut busy: Vec<TcpStream> = (0..2).map(|_| server.send(&post(KEY, 16))).collect();
    for stream in &mut busy {
        send_part(stream, 1);
    }
    let refused = read_until_closed(&server.send(b""));
    assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("Retry-After: "), "{refused}");
    let (head, body) = refused.split_once("\r\n\r\n").expect("a body");
    assert!(head.contains(&format!("Content-Length: {}", body.len())) && body.contains("message"), "{refused}");
    let metrics = server.metrics();
    assert!(metrics.contains("erstwhile_connections_refused_total 1"), "{metrics}");
    for (number, stream) in busy.iter_mut().enumerate() {
        write!(stream, "{{\"user_id\":\"{number}\"}}").expect("the rest of the body");
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).expect("an answer");
        assert_eq!(&answer, b"HTTP/1.1 201");
    }
}

#[test]
fn a_wrong_key_is_refused_before_the_body_counts() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let settings = [("ERSTWHILE_LIMITS__BODIES_MIB_MAX", "1"), ("ERSTWHILE_LIMITS__BODY_BYTES_MAX", "1000000")];
    let server = Process::start_with(folder.path(), &settings);
    let mut wrong = server.send(&post("wrong-key-0123456789", 2_000_000));
    send_part(&mut wrong, 999_999);
    // The memory for bodies is free for a request with a key, in spite of the bytes that have arrived.
    let user = json!({ "user_id": "a", "metadata": { "text": "x".repeat(900_000) } });
    assert_eq!(server.call("POST", "/users", Some(&user)).status, 201);
    let answer = read_until_closed(&wrong);
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
}

#[test]
fn bodies_share_a_bounded_memory() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let settings = [("ERSTWHILE_LIMITS__BODIES_MIB_MAX", "1"), ("ERSTWHILE_LIMITS__BODY_BYTES_MAX", "1000000")];
    let server = Process::start_with(folder.path(), &settings);
    let mut half_sent = Vec::new();
    let user = json!({ "user_id": "a", "metadata": { "text": "x".repeat(900_000) } });
    let deadline = Instant::now() + WAIT;
    let refused = loop {
        // Which of two bodies is refused depends on which arrives first.
        let mut stream = server.send(&post(KEY, 1_000_000));
        send_part(&mut stream, 900_000);
        half_sent.push(stream);
        let answer = server.call("POST", "/users", Some(&user));
        if answer.status == 503 {
            break answer;
        }
        assert!(Instant::now() < deadline, "both bodies are in memory: {answer:?}");
    };
    assert!(refused.head.contains("retry-after: "), "{refused:?}");
    drop(half_sent);
    while server.call("POST", "/users", Some(&json!({ "user_id": "b", "metadata": user["metadata"] }))).status == 503 {
        assert!(Instant::now() < deadline, "the memory of a lost request is not free");
    }
}

#[test]
fn a_server_with_few_files_keeps_some_for_its_store() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start_with_open_files(folder.path(), 512);
    let mut silent = Vec::new();
    for _ in 0..600 {
        silent.push(TcpStream::connect(server.address).expect("a connection"));
    }
    assert_eq!(server.call("POST", "/users", Some(&json!({ "user_id": "a" }))).status, 201);
    let open = std::fs::read_dir(format!("/proc/{}/fd", server.id())).expect("open files").count();
    assert!(open < 400, "{open} of 512 files are open");
}

#[test]
fn unfinished_requests_do_not_delay_the_end_of_the_server() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Process::start_with(folder.path(), &[("ERSTWHILE_SERVER__DRAIN_S", "20")]);
    let _silent = server.send(b"");
    let _half_a_header = server.send(b"GET /healthz HTTP/1.1\r\nHost: te");
    let mut half_a_body = server.send(&post(KEY, 100));
    send_part(&mut half_a_body, 10);
    assert!(is_healthy(server.address));
    assert_eq!(server.terminate(), Some(0), "it ends before the time for requests in progress is over");
    let answer = read_until_closed(&half_a_body);
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}
