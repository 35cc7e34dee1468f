//! Load: concurrent connections for some time, or a list of requests. Records every latency.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::bail;
use tokio::task::JoinSet;

use super::client::{Connection, Request};

/// Creates a request from the number of the connection and the number of requests it has sent.
pub(super) type Make = Arc<dyn Fn(usize, u64) -> Request + Send + Sync>;

/// A closed-loop load: each connection sends its next request after the last response.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    pub(super) address: SocketAddr,
    pub(super) connections: usize,
    /// Duration of the warm-up, which is not measured.
    pub(super) warm_up: Duration,
    pub(super) measured: Duration,
}

/// The result of a load.
#[derive(Debug, Clone, Default)]
pub(super) struct Measured {
    /// Sorted latencies in milliseconds.
    latencies: Vec<f64>,
    window: Duration,
    /// Number of responses, including the warm-up.
    pub(super) responses: u64,
    /// Number of failed requests, including the warm-up.
    pub(super) failed: u64,
}

impl Measured {
    pub(super) fn of(mut latencies: Vec<f64>, window: Duration) -> Self {
        latencies.sort_by(f64::total_cmp);
        let responses = latencies.len() as u64;
        Self { latencies, window, responses, failed: 0 }
    }

    /// Combines the results of concurrent loads.
    pub(super) fn together(all: Vec<Self>) -> Self {
        let window = all.iter().map(|measured| measured.window).max().unwrap_or_default();
        let (responses, failed) = all.iter().fold((0, 0), |sums, one| (sums.0 + one.responses, sums.1 + one.failed));
        let latencies = all.into_iter().flat_map(|measured| measured.latencies).collect();
        Self { window, responses, failed, ..Self::of(latencies, window) }
    }

    /// Responses per second.
    pub(super) fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.window.as_secs_f64()
    }

    /// A percentile of the latency in milliseconds (nearest rank).
    pub(super) fn percentile(&self, share: f64) -> f64 {
        let rank = (share * self.latencies.len() as f64).ceil() as usize;
        self.latencies.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
    }
}

impl Load {
    pub(super) async fn run(self, make: Make) -> anyhow::Result<Measured> {
        let mut tasks = JoinSet::new();
        let started = Instant::now();
        let (from, until) = (started + self.warm_up, started + self.warm_up + self.measured);
        for number in 0..self.connections {
            let make = Arc::clone(&make);
            tasks.spawn(async move {
                let mut connection = Connection::open(self.address).await?;
                let (mut latencies, mut sent, mut failed) = (Vec::new(), 0, 0);
                while Instant::now() < until {
                    let request = make(number, sent);
                    let asked = Instant::now();
                    let answer = connection.call(&request).await?;
                    let answered = Instant::now();
                    sent += 1;
                    failed += u64::from(!answer.is_success());
                    if answered >= from && answered < until {
                        latencies.push((answered - asked).as_secs_f64() * 1e3);
                    }
                }
                anyhow::Ok((latencies, sent, failed))
            });
        }
        let mut all = Measured { window: self.measured, ..Measured::default() };
        while let Some(done) = tasks.join_next().await {
            let (latencies, sent, failed) = done??;
            all.latencies.extend(latencies);
            all.responses += sent;
            all.failed += failed;
        }
        all.latencies.sort_by(f64::total_cmp);
        Ok(all)
    }
}

/// Sends a list of requests over concurrent connections; fails if a request fails.
pub(super) async fn send_all(address: SocketAddr, connections: usize, requests: Vec<Request>) -> anyhow::Result<()> {
    let (requests, next) = (Arc::new(requests), Arc::new(AtomicUsize::new(0)));
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
        tasks.spawn(async move {
            let mut connection = Connection::open(address).await?;
            while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                let answer = connection.call(request).await?;
                if !answer.is_success() {
                    bail!("the server responded with {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
                }
            }
            Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}
