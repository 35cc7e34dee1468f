//! Sends requests to one server within the operator's limits, and again when that may help.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use erstwhile::ports::ModelUsage;
use erstwhile::{Error, Result};
use rand::Rng;
use reqwest::Url;
use serde_json::Value;
use tokio::time::Instant;

use super::breaker::Breaker;
use super::failure::{Failure, Redaction};
use super::limits::Limits;
use super::ordered::Ordered;
use super::retry;
use super::settings::ConnectionSettings;
use super::transport::Transport;

/// A client of one server. It has no `Debug`: it holds keys.
pub(crate) struct Sender {
    transport: Transport,
    limits: Limits,
    breaker: Mutex<Breaker>,
    url: Url,
    section: &'static str,
    secrets: Vec<String>,
    retries_max: u32,
    pause_min: Duration,
    pause_max: Duration,
}

/// What a client sends to, and what every request carries.
pub(crate) struct Target<'a> {
    /// The section of the settings that describes the server.
    pub(crate) section: &'static str,
    /// Where requests go.
    pub(crate) url: Url,
    /// The API key, to keep it out of messages.
    pub(crate) key: Option<&'a str>,
    /// The headers of the protocol.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Maximum size of a response.
    pub(crate) response_bytes_max: usize,
}

/// How far a call has come.
#[derive(Debug)]
pub(crate) struct Progress {
    /// What was consumed so far.
    pub(crate) usage: ModelUsage,
    /// When the call has to end.
    pub(crate) deadline: Instant,
}

impl Progress {
    /// The start of a call.
    pub(crate) fn start(settings: &ConnectionSettings) -> Self {
        Self { usage: ModelUsage::default(), deadline: Instant::now() + settings.timeout_total }
    }

    /// The error of a call that did not end in time.
    pub(crate) fn overdue(section: &str) -> Error {
        let message = format!(
            "the limits of {section}, its pauses and its retries left no time for an answer; raise its limits, or send less"
        );
        Error::unavailable(message)
    }
}

impl Sender {
    /// Prepares the connection; nothing is sent yet.
    pub(crate) fn new(settings: &ConnectionSettings, target: Target<'_>) -> Result<Self> {
        let Target { section, url, key, headers, response_bytes_max } = target;
        let transport = Transport::new(settings, &headers, response_bytes_max, section, &url)?;
        let extra = settings.headers.iter().chain(&settings.query).map(|(_, value)| value.as_str());
        // Short values are no secrets, and would make messages unreadable.
        let secrets = extra.filter(|value| value.len() >= 8).chain(key).map(str::to_owned).collect();
        Ok(Self {
            transport,
            limits: Limits::new(settings),
            breaker: Mutex::new(Breaker::new(settings.breaker_failures, settings.breaker_pause)),
            url,
            section,
            secrets,
            retries_max: settings.retries_max,
            pause_min: settings.pause_min,
            pause_max: settings.pause_max,
        })
    }

    /// Sends a request, and sends it again while that may help.
    ///
    /// `tokens` estimates what it consumes; `private` are its texts, which no message may repeat.
    pub(crate) async fn send(
        &self,
        body: &Value,
        tokens: u32,
        private: &[&str],
        progress: &mut Progress,
    ) -> Result<Value, Failure> {
        let redaction = Redaction { section: self.section, secrets: &self.secrets, private };
        let mut last: Option<Failure> = None;
        let mut attempt = 0;
        loop {
            if let Err(wait) = self.breaker().admit(Instant::now()) {
                let failure = last.unwrap_or_else(|| Failure::breaker_open(self.section));
                return Err(Failure { error: failure.error.with_retry_after(wait), ..failure });
            }
            let permit = self.limits.wait(tokens).await.map_err(Failure::internal)?;
            progress.usage.retries += u64::from(attempt > 0);
            let sent = self.transport.post(&self.url, Ordered(body).bytes(), redaction).await;
            drop(permit);
            progress.usage.calls += u64::from(sent.as_ref().err().is_none_or(|failure| failure.answered));
            self.record(&sent);
            let failure = match sent {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let Some(pause) = self.pause(&failure, attempt, progress.deadline) else { return Err(failure) };
            tokio::time::sleep(pause).await;
            attempt += 1;
            last = Some(failure);
        }
    }

    /// Tells the breaker how a request ended.
    fn record(&self, sent: &Result<Value, Failure>) {
        match sent {
            Err(failure) if failure.server_down => self.breaker().fail(Instant::now()),
            _ => self.breaker().succeed(),
        }
    }

    /// How long to wait before the request is sent again; `None` when it is not.
    fn pause(&self, failure: &Failure, attempt: u32, deadline: Instant) -> Option<Duration> {
        if !failure.may_succeed || attempt >= self.retries_max {
            return None;
        }
        let own = retry::pause(attempt, self.pause_min, self.pause_max, rand::rng().random());
        let pause = failure.error.retry_after().unwrap_or(own);
        (pause <= self.pause_max && Instant::now() + pause < deadline).then_some(pause)
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
