//! Load: many connections for a while, or a list of requests; every latency is kept.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::bail;
use tokio::task::JoinSet;

use super::client::{Connection, Request};

/// Makes the request of a connection, by the connection's number and how many it has sent.
pub(super) type Make = Arc<dyn Fn(usize, u64) -> Request + Send + Sync>;

/// Each connection sends its next request when the last was answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    pub(super) address: SocketAddr,
    pub(super) connections: usize,
    /// Not measured.
    pub(super) warm_up: Duration,
    pub(super) measured: Duration,
}

/// What came of a load.
#[derive(Debug, Clone, Default)]
pub(super) struct Measured {
    /// Milliseconds, sorted.
    latencies: Vec<f64>,
    window: Duration,
    /// Answers, with those of the warm-up.
    pub(super) answers: u64,
    /// Answers that were no success, with those of the warm-up.
    pub(super) refused: u64,
}

impl Measured {
    pub(super) fn of(mut latencies: Vec<f64>, window: Duration) -> Self {
        latencies.sort_by(f64::total_cmp);
        let answers = latencies.len() as u64;
        Self { latencies, window, answers, refused: 0 }
    }

    /// What came of several loads at the same time.
    pub(super) fn together(all: Vec<Self>) -> Self {
        let window = all.iter().map(|measured| measured.window).max().unwrap_or_default();
        let (answers, refused) = all.iter().fold((0, 0), |sums, one| (sums.0 + one.answers, sums.1 + one.refused));
        let latencies = all.into_iter().flat_map(|measured| measured.latencies).collect();
        Self { window, answers, refused, ..Self::of(latencies, window) }
    }

    /// Answers each second.
    pub(super) fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.window.as_secs_f64()
    }

    /// The latency in milliseconds that this share of requests stays within (nearest rank).
    pub(super) fn percentile(&self, share: f64) -> f64 {
        let rank = (share * self.latencies.len() as f64).ceil() as usize;
        self.latencies.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
    }
}

impl Load {
    pub(super) async fn run(self, make: Make) -> anyhow::Result<Measured> {
        let mut tasks = JoinSet::new();
        let began = Instant::now();
        let (from, until) = (began + self.warm_up, began + self.warm_up + self.measured);
        for number in 0..self.connections {
            let make = Arc::clone(&make);
            tasks.spawn(async move {
                let mut connection = Connection::open(self.address).await?;
                let (mut latencies, mut sent, mut refused) = (Vec::new(), 0, 0);
                while Instant::now() < until {
                    let request = make(number, sent);
                    let asked = Instant::now();
                    let answer = connection.call(&request).await?;
                    let answered = Instant::now();
                    sent += 1;
                    refused += u64::from(!answer.is_success());
                    if answered >= from && answered < until {
                        latencies.push((answered - asked).as_secs_f64() * 1e3);
                    }
                }
                anyhow::Ok((latencies, sent, refused))
            });
        }
        let mut all = Measured { window: self.measured, ..Measured::default() };
        while let Some(done) = tasks.join_next().await {
            let (latencies, sent, refused) = done??;
            all.latencies.extend(latencies);
            all.answers += sent;
            all.refused += refused;
        }
        all.latencies.sort_by(f64::total_cmp);
        Ok(all)
    }
}

/// Sends every request of a list, as fast as so many connections can; fails when one is refused.
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
                    bail!("the server answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
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
