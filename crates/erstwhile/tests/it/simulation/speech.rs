//! What people say, and what the extractors of the simulation read in it.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use erstwhile::model::{ClaimKind, Holding, Metadata};
use erstwhile::ports::{Claim, ExtractedAlias, Extraction, ExtractionRequest, Extractor};
use erstwhile::{Error, Result};
use tokio::time::sleep;

use super::chance::Chance;
use super::link::Life;

const PLACES: [&str; 4] = ["Oslo", "Paris", "Lima", "Rome"];
const THINGS: [&str; 5] = ["tea", "figs", "jazz", "Robert Smith", "Bob"];
/// The sentence that no extractor can read.
const UNREADABLE: &str = "This cannot be read.";

/// A text that begins with a number, so that it is said only once.
pub(super) fn text(number: usize, chance: &mut Chance) -> String {
    let sentences: Vec<String> = (0..chance.number(1..3)).map(|_| sentence(chance)).collect();
    format!("#{number}: {}", sentences.join(" "))
}

fn sentence(chance: &mut Chance) -> String {
    match chance.number(0..10) {
        0..4 => format!("I live in {}.", chance.pick(&PLACES)),
        4..6 => format!("I like {}.", chance.pick(&THINGS)),
        6..8 => format!("I no longer like {}.", chance.pick(&THINGS)),
        8 => "Robert Smith is called Bob.".to_owned(),
        _ => UNREADABLE.to_owned(),
    }
}

/// Whether the extractors can read a text.
pub(super) fn is_readable(text: &str) -> bool {
    !text.contains(UNREADABLE)
}

/// Who reads: rules at once, or later a language model, which words what it reads in another way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    Rules,
    Model,
}

impl Reader {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Model => "model",
        }
    }

    /// What a text says about somebody.
    pub(super) fn read(self, who: &str, text: &str) -> Extraction {
        let mut extraction = Extraction::default();
        let start = text.find(": ").map_or(0, |at| at + 2);
        let mut at = start;
        for sentence in text[start..].split_inclusive('.') {
            let words = sentence.trim();
            let from = at + sentence.find(words).unwrap_or(0);
            let span = from..from + words.len();
            at += sentence.len();
            let object = |before: &str| words.strip_prefix(before).and_then(|rest| rest.strip_suffix('.'));
            if let Some(place) = object("I live in ") {
                let words = if self == Self::Rules { "lives in" } else { "has a home in" };
                extraction
                    .claims
                    .push(Claim { holding: Holding::Exclusive, ..claim(who, "LIVES_IN", words, place, span) });
            } else if let Some(thing) = object("I like ") {
                let words = if self == Self::Rules { "likes" } else { "is fond of" };
                extraction.claims.push(claim(who, "LIKES", words, thing, span));
            } else if let Some(thing) = object("I no longer like ") {
                let ends = Claim { kind: ClaimKind::Ends, ..claim(who, "LIKES", "no longer likes", thing, span) };
                extraction.claims.push(ends);
            } else if words == "Robert Smith is called Bob." {
                let (name, alias) = ("Robert Smith".to_owned(), "Bob".to_owned());
                extraction.aliases.push(ExtractedAlias { name, alias, entity_type: None, span });
            }
        }
        extraction
    }
}

fn claim(who: &str, predicate: &str, words: &str, object: &str, span: Range<usize>) -> Claim {
    Claim {
        subject: who.to_owned(),
        subject_type: Some("Person".to_owned()),
        predicate: predicate.to_owned(),
        object: Some(object.to_owned()),
        object_type: None,
        statement: format!("{who} {words} {object}."),
        span,
        kind: ClaimKind::Asserts,
        holding: Holding::Shared,
        valid_from: None,
        valid_until: None,
        confidence: 0.9,
        attributes: Metadata::new(),
    }
}

/// An extractor that is down at times.
pub(super) struct SimulatedExtractor {
    reader: Reader,
    life: Arc<Life>,
    chance: Mutex<Chance>,
}

impl SimulatedExtractor {
    pub(super) fn new(reader: Reader, life: Arc<Life>, chance: Chance) -> Self {
        Self { reader, life, chance: Mutex::new(chance) }
    }

    fn is_down(&self) -> bool {
        let weather = self.life.weather();
        !weather.is_calm() && self.chance.lock().expect("chance").per_mille(weather.rates.extractor_down)
    }
}

impl fmt::Debug for SimulatedExtractor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimulatedExtractor").field("reader", &self.reader).finish_non_exhaustive()
    }
}

#[async_trait]
impl Extractor for SimulatedExtractor {
    fn name(&self) -> &str {
        self.reader.name()
    }

    async fn extract(&self, request: ExtractionRequest) -> Result<Vec<Extraction>> {
        if self.reader == Reader::Model {
            // Sometimes longer than a lease that is not extended. The rules compute on a thread, where time stands still.
            let thinks = self.chance.lock().expect("chance").millis(1..15_000);
            sleep(thinks).await;
        }
        if self.is_down() {
            return Err(Error::unavailable("the extractor is down"));
        }
        if !request.turns.iter().all(|turn| is_readable(&turn.text)) {
            return Err(Error::invalid("this cannot be read"));
        }
        let owner = request.owner.unwrap_or_default();
        Ok(request.turns.iter().map(|turn| self.reader.read(&owner, &turn.text)).collect())
    }
}
