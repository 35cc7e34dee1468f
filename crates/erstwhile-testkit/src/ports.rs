//! Deterministic ports, controlled by tests.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use erstwhile::ports::{Clock, Embedder, Extraction, ExtractionRequest, Extractor, Ids, ModelUsage};
use erstwhile_core::error::{Error, ErrorKind, Result};
use erstwhile_core::text::words;

/// A clock that advances by a microsecond each time it is read, and by [`advance_s`](Self::advance_s).
#[derive(Debug)]
pub struct FixedClock {
    microseconds: AtomicI64,
}

impl FixedClock {
    /// A clock that starts at a time.
    pub fn at(at: Timestamp) -> Self {
        Self { microseconds: AtomicI64::new(at.as_microsecond()) }
    }

    /// Advances the clock by a number of seconds.
    pub fn advance_s(&self, seconds: i64) {
        self.microseconds.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        let microseconds = self.microseconds.fetch_add(1, Ordering::SeqCst);
        Timestamp::from_microsecond(microseconds).expect("a clock within range")
    }
}

/// Ids that are the same in every run.
#[derive(Debug, Default)]
pub struct SeededIds {
    next: AtomicU64,
}

impl SeededIds {
    /// Ids that start at this number.
    pub fn starting_at(next: u64) -> Self {
        Self { next: AtomicU64::new(next) }
    }
}

impl Ids for SeededIds {
    fn next(&self) -> Uuid {
        let number = self.next.fetch_add(1, Ordering::SeqCst);
        // The number is in the last bits, which neither the uuid version nor a graph's tag overwrites.
        Uuid::from_u128(0x7000_8000_0000_0000_0000 | u128::from(number))
    }
}

/// An embedder whose vectors are similar when texts share words.
#[derive(Debug, Default)]
pub struct WordEmbedder;

#[async_trait]
impl Embedder for WordEmbedder {
    fn model(&self) -> &'static str {
        "words"
    }

    fn dimensions(&self) -> usize {
        64
    }

    async fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
        let one = |text: &&str| {
            let mut vector = vec![0.0_f32; 64];
            for word in words(text) {
                let place = word.bytes().fold(7_usize, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
                vector[place % 64] += 1.0;
            }
            let length = vector.iter().map(|component| component * component).sum::<f32>().sqrt().max(1.0);
            vector.iter().map(|component| component / length).collect()
        };
        Ok(texts.iter().map(one).collect())
    }
}

/// An extractor that returns the scripted result for each text, and fails or panics on request.
#[derive(Debug, Default)]
pub struct ScriptedExtractor {
    script: Mutex<HashMap<String, Extraction>>,
    failures: Mutex<HashMap<String, ErrorKind>>,
    panics: Mutex<Vec<String>>,
    usage: Mutex<ModelUsage>,
    calls: AtomicUsize,
}

impl ScriptedExtractor {
    /// Sets the result for a text.
    pub fn answer(&self, text: &str, extraction: Extraction) {
        self.script.lock().unwrap().insert(text.to_owned(), extraction);
    }

    /// Makes extraction of a text fail with this kind of error; `None` lets it succeed again.
    pub fn fail(&self, text: &str, kind: Option<ErrorKind>) {
        let mut failures = self.failures.lock().unwrap();
        match kind {
            Some(kind) => failures.insert(text.to_owned(), kind),
            None => failures.remove(text),
        };
    }

    /// How often it was called.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// Makes every call consume this much, as if a language model extracted.
    pub fn consume(&self, usage: ModelUsage) {
        *self.usage.lock().unwrap() = usage;
    }

    /// Makes extraction of a text panic.
    pub fn panic_on(&self, text: &str) {
        self.panics.lock().unwrap().push(text.to_owned());
    }
}

#[async_trait]
impl Extractor for ScriptedExtractor {
    fn name(&self) -> &'static str {
        "scripted"
    }

    async fn extract(&self, request: ExtractionRequest) -> Result<Vec<Extraction>> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        request.usage.add(*self.usage.lock().unwrap());
        let mut extractions = Vec::new();
        for turn in &request.turns {
            if let Some(kind) = self.failures.lock().unwrap().get(&turn.text) {
                return Err(Error::new(*kind, "the script says so"));
            }
            assert!(!self.panics.lock().unwrap().contains(&turn.text), "a scripted panic");
            extractions.push(self.script.lock().unwrap().get(&turn.text).cloned().unwrap_or_default());
        }
        Ok(extractions)
    }
}
