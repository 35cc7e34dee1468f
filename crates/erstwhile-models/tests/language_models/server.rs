//! A server that answers with a script, and records what it receives.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

/// What the server does with a request.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    manner: Manner,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Manner {
    /// Sends everything.
    Whole,
    /// Closes the connection in the middle of the body.
    Cut,
    /// Sends everything once the test releases it.
    Held,
    /// Sends nothing and waits for the client to close the connection.
    Silent,
}

/// A request as it came over the wire.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// The first line, such as `POST /v1/chat/completions HTTP/1.1`.
    pub(crate) line: String,
    /// The headers, in lower case.
    pub(crate) headers: String,
    pub(crate) body: Value,
}

/// Numbers that a test waits for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) received: usize,
    pub(crate) in_flight: usize,
    pub(crate) in_flight_max: usize,
    pub(crate) closed_by_client: usize,
}

#[derive(Debug)]
struct State {
    script: Mutex<VecDeque<Reply>>,
    received: Mutex<Vec<Received>>,
    release: Semaphore,
    counts: watch::Sender<Counts>,
}

/// The server. It stops when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) url: String,
    state: Arc<State>,
    task: JoinHandle<()>,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", &body.to_string())
    }

    pub(crate) fn text(status: u16, content_type: &str, body: &str) -> Self {
        let headers = vec![("content-type", content_type.to_owned())];
        Self { status, headers, body: body.as_bytes().to_vec(), manner: Manner::Whole }
    }

    pub(crate) fn silent() -> Self {
        Self { manner: Manner::Silent, ..Self::text(200, "", "") }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn cut(self) -> Self {
        Self { manner: Manner::Cut, ..self }
    }

    pub(crate) fn held(self) -> Self {
        Self { manner: Manner::Held, ..self }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Scripted\r\nconnection: close\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", self.body.len()));
        let body = if self.manner == Manner::Cut { &self.body[..self.body.len() / 2] } else { &self.body };
        [head.as_bytes(), body].concat()
    }
}

impl Server {
    /// Starts a server that answers its requests with these replies, one each.
    pub(crate) async fn start(script: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(State {
            script: Mutex::new(script.into_iter().collect()),
            received: Mutex::default(),
            release: Semaphore::new(0),
            counts: watch::Sender::default(),
        });
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { url, state, task }
    }

    /// Starts a server that answers one request with this document.
    pub(crate) async fn answering(body: &Value) -> Self {
        Self::start([Reply::json(200, body)]).await
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.state.received.lock().expect("a lock").clone()
    }

    /// Lets so many held replies go.
    pub(crate) fn release(&self, replies: usize) {
        self.state.release.add_permits(replies);
    }

    /// Waits until the numbers are as expected, and returns them.
    pub(crate) async fn wait_for(&self, expected: impl FnMut(&Counts) -> bool) -> Counts {
        *self.state.counts.subscribe().wait_for(expected).await.expect("the server runs")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, state: Arc<State>) {
    let Some(received) = read(&mut stream).await else { return };
    state.received.lock().expect("a lock").push(received);
    state.counts.send_modify(|counts| {
        counts.received += 1;
        counts.in_flight += 1;
        counts.in_flight_max = counts.in_flight_max.max(counts.in_flight);
    });
    let reply = state.script.lock().expect("a lock").pop_front();
    let reply = reply.unwrap_or_else(|| Reply::text(418, "text/plain", "the script has no further reply"));
    if reply.manner == Manner::Silent {
        let end = stream.read(&mut [0]).await;
        assert!(matches!(end, Ok(0) | Err(_)), "the client sent more than a request");
        state.counts.send_modify(|counts| counts.closed_by_client += 1);
        return;
    }
    if reply.manner == Manner::Held {
        state.release.acquire().await.expect("a permit").forget();
    }
    state.counts.send_modify(|counts| counts.in_flight -= 1);
    if stream.write_all(&reply.bytes()).await.is_ok() {
        let _closed = stream.shutdown().await;
    }
}

async fn read(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let end_of_head = loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
    };
    let head = String::from_utf8(bytes[..end_of_head].to_vec()).expect("a head of text");
    let (line, headers) = head.split_once("\r\n").expect("headers");
    let headers = headers.to_lowercase();
    let length = headers.lines().find_map(|header| header.strip_prefix("content-length: "));
    let length: usize = length.expect("a length").trim().parse().expect("a number");
    while bytes.len() < end_of_head + 4 + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = serde_json::from_slice(&bytes[end_of_head + 4..]).expect("a body of JSON");
    Some(Received { line: line.to_owned(), headers, body })
}
