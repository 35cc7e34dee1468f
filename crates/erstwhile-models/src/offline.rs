//! Extracts entities and claims without a language model: rules, word lists and a parser for time expressions.
//!
//! A turn is split into `sentences`. For each sentence, the extractor finds tokens, `names`, [`dates`] and
//! clauses (`syntax`); `relations` matches the clauses against the `lexicon`; `rewrite` turns the sentence into
//! a self-contained statement. Extraction is deterministic: it depends on neither the clock nor randomness.

mod aliases;
mod claims;
pub mod dates;
mod json;
mod lexicon;
mod names;
mod phrases;
mod relations;
mod rewrite;
mod speakers;
mod syntax;
mod tokens;
mod turn;
mod verbs;
mod words;

use std::sync::Arc;

use async_trait::async_trait;
use erstwhile::Result;
use erstwhile::model::EpisodeKind;
use erstwhile::ports::{Extraction, ExtractionRequest, Extractor};
use jiff::tz::TimeZone;

use dates::DateReader;
use names::Gazetteer;
use speakers::Participants;
use tokens::tokenise;
use turn::TurnReader;
use verbs::Verbs;
use words::Words;

/// A deterministic, rule-based extractor of entities and dated claims.
///
/// Cheap to clone: clones share their tables.
#[derive(Debug, Clone)]
pub struct OfflineExtractor {
    tools: Arc<Tools>,
}

/// Lookup tables that all turns share.
#[derive(Debug)]
struct Tools {
    words: Words,
    verbs: Verbs,
    dates: DateReader,
}

/// Longer turns are truncated to this length.
const TURN_BYTES_MAX: usize = 20_000;
/// How much of the surrounding turns is searched for capitalised words.
const GAZETTEER_BYTES_MAX: usize = 100_000;

impl Default for OfflineExtractor {
    fn default() -> Self {
        Self::new()
    }
}

impl OfflineExtractor {
    /// Builds the tables. This takes a third of a second: create one extractor and clone it.
    pub fn new() -> Self {
        Self { tools: Arc::new(Tools { words: Words::new(), verbs: Verbs::new(), dates: DateReader::new() }) }
    }

    /// Returns one extraction per turn, in order.
    fn read(&self, request: &ExtractionRequest) -> Vec<Extraction> {
        let zone = request.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
        let gazetteer = build_gazetteer(request);
        (0..request.turns.len())
            .map(|index| {
                let turn = &request.turns[index];
                let text = &turn.text[..turn.text.floor_char_boundary(TURN_BYTES_MAX)];
                if turn.kind == EpisodeKind::Json
                    && let Some(extraction) = json::read(&turn.text, request.owner.as_deref(), &zone)
                {
                    return extraction;
                }
                let participants = Participants::of(request, index);
                TurnReader { tools: &self.tools, gazetteer: &gazetteer, participants, turn, text, zone: &zone }.read()
            })
            .collect()
    }
}

/// Collects known names, speakers, and words that are capitalised in the middle of a sentence.
fn build_gazetteer(request: &ExtractionRequest) -> Gazetteer {
    let turns = || request.context.iter().chain(&request.turns);
    let speakers = turns().filter_map(|turn| turn.speaker.as_deref()).chain(request.owner.as_deref());
    let mut gazetteer = Gazetteer::new(speakers, &request.known);
    let mut left = GAZETTEER_BYTES_MAX;
    for turn in turns().filter(|turn| turn.kind != EpisodeKind::Json) {
        let end = turn.text.floor_char_boundary(left.min(TURN_BYTES_MAX));
        left -= end;
        gazetteer.learn(&turn.text, &tokenise(&turn.text, 0..end));
    }
    gazetteer
}

#[async_trait]
impl Extractor for OfflineExtractor {
    fn name(&self) -> &'static str {
        "offline@1"
    }

    async fn extract(&self, request: ExtractionRequest) -> Result<Vec<Extraction>> {
        Ok(self.read(&request))
    }
}

#[cfg(test)]
mod tests;
