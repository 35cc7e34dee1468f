//! A minimal HTTP/1.1 client on one keep-alive connection, with as little overhead as possible.

use std::net::SocketAddr;

use anyhow::{Context, bail};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The API key of every server that the benchmark starts.
pub(super) const KEY: &str = "a-key-for-benchmarks-0123456789";

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Request {
    method: &'static str,
    path: String,
    body: String,
}

impl Request {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), body: String::new() }
    }

    pub(super) fn post(path: impl Into<String>, body: &Value) -> Self {
        Self { method: "POST", path: path.into(), body: body.to_string() }
    }
}

/// A response.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

impl Response {
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body of a successful response.
    pub(super) fn json(&self) -> anyhow::Result<Value> {
        if !self.is_success() {
            bail!("the server responded with {}: {}", self.status, String::from_utf8_lossy(&self.body));
        }
        serde_json::from_slice(&self.body).context("the response is not JSON")
    }
}

/// A keep-alive connection.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    address: SocketAddr,
    sent: Vec<u8>,
    received: Vec<u8>,
}

impl Connection {
    pub(super) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, address, sent: Vec::new(), received: Vec::new() })
    }

    pub(super) async fn call(&mut self, request: &Request) -> anyhow::Result<Response> {
        self.sent.clear();
        let Request { method, path, body } = request;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Api-Key {KEY}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        self.sent.extend_from_slice(head.as_bytes());
        self.sent.extend_from_slice(body.as_bytes());
        self.stream.write_all(&self.sent).await.context("cannot send the request")?;
        self.receive().await
    }

    async fn receive(&mut self) -> anyhow::Result<Response> {
        self.received.clear();
        let head_end = loop {
            if let Some(at) = self.received.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break at;
            }
            self.more().await?;
        };
        let head = std::str::from_utf8(&self.received[..head_end]).context("the head of a response is not text")?;
        let status =
            head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("the response has no status")?;
        let length = header(head, "content-length").and_then(|length| length.parse::<usize>().ok());
        let length = length.context("the response has no content length")?;
        let body_start = head_end + 4;
        while self.received.len() < body_start + length {
            self.more().await?;
        }
        Ok(Response { status, body: self.received[body_start..body_start + length].to_vec() })
    }

    async fn more(&mut self) -> anyhow::Result<()> {
        let read = self.stream.read_buf(&mut self.received).await.context("cannot read the response")?;
        if read == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut fields = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}
