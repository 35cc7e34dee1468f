//! A cross-encoder as a reranking model: computed beside the threads that serve, and only as long as somebody waits.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use erstwhile::ports::{ModelUsage, RerankingModel, RerankingScores};
use erstwhile::{Error, Result};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::{CrossEncoder, batches};
use crate::bert::Tokens;

/// How a cross-encoder is computed.
#[derive(Debug, Clone, Copy)]
pub struct LocalRerankerSettings {
    /// How long somebody waits for scores. Nothing is computed later.
    pub deadline: Duration,
    /// Maximum number of threads that compute at the same time, for all calls together.
    pub threads: usize,
}

/// A cross-encoder that this process computes.
#[derive(Debug)]
pub struct LocalReranker {
    encoder: CrossEncoder,
    deadline: Duration,
    threads: Arc<Semaphore>,
}

impl LocalReranker {
    /// Prepares a cross-encoder for calls.
    pub fn new(encoder: CrossEncoder, settings: LocalRerankerSettings) -> Self {
        let threads = Arc::new(Semaphore::new(settings.threads.clamp(1, Semaphore::MAX_PERMITS)));
        Self { encoder, deadline: settings.deadline, threads }
    }

    async fn ask(&self, query: &str, texts: &[&str], usage: &mut ModelUsage) -> Result<Vec<f32>> {
        let deadline = Instant::now() + self.deadline;
        let thread = timeout(self.deadline, Arc::clone(&self.threads).acquire_owned()).await;
        let thread = thread.map_err(|_| overdue())?.map_err(|error| stopped().with_source(error))?;
        let (encoder, query) = (self.encoder.clone(), query.to_owned());
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let (work, thread) = spawn_blocking(move || {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            (Arc::new(Work::new(encoder, &query, &texts, deadline)), thread)
        })
        .await
        .map_err(|error| stopped().with_source(error))?;
        // Threads that no other call needs help with this one.
        let others = (1..work.batches.len()).map_while(|_| Arc::clone(&self.threads).try_acquire_owned().ok());
        let threads: Vec<OwnedSemaphorePermit> = std::iter::once(thread).chain(others).collect();
        let workers: Vec<_> = threads
            .into_iter()
            .map(|thread| {
                let work = Arc::clone(&work);
                spawn_blocking(move || {
                    let _thread = thread;
                    work.compute()
                })
            })
            .collect();
        let mut scores = vec![None; work.pairs.len()];
        for worker in workers {
            for (range, found) in worker.await.map_err(|error| stopped().with_source(error))? {
                let tokens = work.pairs.get(range.clone()).unwrap_or_default().iter().map(|pair| pair.len() as u64);
                usage.tokens_in += tokens.sum::<u64>();
                usage.calls = 1;
                for (score, logit) in scores.get_mut(range).unwrap_or_default().iter_mut().zip(found) {
                    *score = Some(probability(logit));
                }
            }
        }
        scores.into_iter().collect::<Option<Vec<f32>>>().ok_or_else(overdue)
    }
}

#[async_trait]
impl RerankingModel for LocalReranker {
    fn name(&self) -> &str {
        &self.encoder.inner.name
    }

    async fn scores(&self, query: &str, texts: &[&str]) -> RerankingScores {
        let mut usage = ModelUsage::default();
        let outcome = self.ask(query, texts, &mut usage).await;
        RerankingScores { outcome, usage }
    }
}

/// The pairs of one call, which several threads compute.
struct Work {
    encoder: CrossEncoder,
    pairs: Vec<Tokens>,
    /// What is computed without a look at the time.
    batches: Vec<Range<usize>>,
    next: AtomicUsize,
    deadline: Instant,
}

impl Work {
    fn new(encoder: CrossEncoder, query: &str, texts: &[&str], deadline: Instant) -> Self {
        let pairs = encoder.pairs(query, texts);
        let ends = batches(&pairs).scan(0, |end, batch| {
            let start = *end;
            *end += batch.len();
            Some(start..*end)
        });
        let batches = ends.collect();
        Self { encoder, pairs, batches, next: AtomicUsize::new(0), deadline }
    }

    /// Computes batches that no other thread computes, until there is none or the time is over.
    fn compute(&self) -> Vec<(Range<usize>, Vec<f32>)> {
        let mut computed = Vec::new();
        while Instant::now() < self.deadline {
            let Some(range) = self.batches.get(self.next.fetch_add(1, Ordering::Relaxed)).cloned() else { break };
            let logits = self.encoder.logits_of(self.pairs.get(range.clone()).unwrap_or_default());
            computed.push((range, logits));
        }
        computed
    }
}

/// The probability with these odds.
fn probability(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

fn overdue() -> Error {
    Error::unavailable("the reranking model was not done in time: raise reranker.deadline_ms, or use a smaller model")
}

fn stopped() -> Error {
    Error::internal("the reranking model stopped unexpectedly")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[tokio::test]
    async fn no_more_threads_compute_than_are_allowed() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/tiny_cross_encoder");
        let encoder = CrossEncoder::load(&folder, "tiny").unwrap();
        let settings = LocalRerankerSettings { deadline: Duration::from_millis(50), threads: 1 };
        let reranker = LocalReranker::new(encoder, settings);
        let busy = Arc::clone(&reranker.threads).acquire_owned().await.unwrap();
        let answer = reranker.scores("oven", &["bread"]).await;
        assert!(answer.usage.is_zero());
        assert_eq!(answer.checked(1).unwrap_err().message(), overdue().message());
        drop(busy);
        assert!(reranker.scores("oven", &["bread"]).await.checked(1).is_ok());
        assert_eq!(reranker.threads.available_permits(), 1);
    }
}
