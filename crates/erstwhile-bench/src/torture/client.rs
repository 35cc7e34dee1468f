//! Requests of several generations of the API.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, ensure};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

/// The key of the first project.
pub(super) const KEY: &str = "a-key-for-torture-0123456789";

/// What came of a request.
pub(super) enum Answer {
    /// The server answered.
    Given(StatusCode, Value),
    /// It was killed before it answered: the request may have been executed.
    Lost,
    /// It cannot store anything at the moment, and says so.
    Refused,
}

impl Answer {
    /// The answer of a server that is not killed meanwhile.
    pub(super) fn given(self) -> anyhow::Result<(StatusCode, Value)> {
        match self {
            Self::Given(status, body) => Ok((status, body)),
            Self::Lost => anyhow::bail!("the server does not answer"),
            Self::Refused => anyhow::bail!("the server is not available"),
        }
    }
}

#[derive(Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    url: String,
}

impl Client {
    pub(super) fn new(address: SocketAddr) -> anyhow::Result<Self> {
        // The client wants one even for connections without TLS; it fails only if there is one already.
        drop(rustls::crypto::ring::default_provider().install_default());
        Ok(Self { http: reqwest::Client::builder().build()?, url: format!("http://{address}") })
    }

    /// Sends a request; `path` begins with the prefix of its generation.
    pub(super) async fn call(&self, method: Method, path: &str, body: &Value) -> Answer {
        let request = self.http.request(method, format!("{}{path}", self.url));
        let request = request
            .header("Authorization", format!("Api-Key {KEY}"))
            .header("Content-Type", "application/json")
            .body(body.to_string());
        let Ok(response) = request.send().await else { return Answer::Lost };
        let status = response.status();
        let Ok(text) = response.bytes().await else { return Answer::Lost };
        let body: Value = serde_json::from_slice(&text).unwrap_or(Value::Null);
        let says_why = ["message", "error"].iter().any(|field| !body[field].is_null());
        if status == StatusCode::SERVICE_UNAVAILABLE && says_why {
            Answer::Refused
        } else {
            Answer::Given(status, body)
        }
    }

    /// Waits until the server says that it is ready.
    pub(super) async fn until_ready(&self, patience: Duration) -> anyhow::Result<()> {
        let deadline = Instant::now() + patience;
        loop {
            let (status, checks) = self.call(Method::GET, "/readyz", &json!({})).await.given()?;
            if status == StatusCode::OK {
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "the server does not recover: {checks}");
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// How many episodes wait for ingestion.
    pub(super) async fn waiting_episodes(&self) -> anyhow::Result<u64> {
        let (_, checks) = self.call(Method::GET, "/readyz", &json!({})).await.given()?;
        let checks = checks.as_array().context("no checks")?.iter();
        let ingestion = checks.filter(|check| check["name"] == "ingestion").find_map(|check| check["detail"].as_str());
        let number = ingestion.and_then(|detail| detail.split(' ').next()).context("no depth of the queue")?;
        number.parse().context("the depth of the queue is no number")
    }
}
