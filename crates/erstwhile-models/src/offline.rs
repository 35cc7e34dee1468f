//! Understands turns without any model: rules, word lists and a reader of time expressions.
//!
//! A turn is split into `sentences`; each is read in tokens, `names`, [`dates`] and clauses
//! (`syntax`); `relations` matches the clauses with the `lexicon`; `rewrite` makes the
//! statement that stands on its own. Same turns, same claims: nothing here knows a clock or chance.

mod aliases;
mod claims;
pub mod dates;
mod json;
mod lexicon;
mod names;
mod phrases;
mod relations;
mod rewrite;
mod sentences;
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
use speakers::Scene;
use tokens::tokenise;
use turn::TurnReader;
use verbs::Verbs;
use words::Words;

/// Draws entities and dated claims from turns by rules; deterministic, no network, no model.
///
/// Cheap to clone: clones share their tables.
#[derive(Debug, Clone)]
pub struct OfflineExtractor {
    tools: Arc<Tools>,
}

/// The tables that all turns are read with.
#[derive(Debug)]
struct Tools {
    words: Words,
    verbs: Verbs,
    dates: DateReader,
}

/// Longer turns are read up to here.
const LONGEST: usize = 20_000;
/// How much of the surrounding turns is searched for names.
const LEARNED: usize = 100_000;

impl Default for OfflineExtractor {
    fn default() -> Self {
        Self::new()
    }
}

impl OfflineExtractor {
    /// Builds the tables; takes a third of a second, so build one and clone it.
    pub fn new() -> Self {
        Self { tools: Arc::new(Tools { words: Words::new(), verbs: Verbs::new(), dates: DateReader::new() }) }
    }

    /// One extraction for each turn, in order.
    fn read(&self, request: &ExtractionRequest) -> Vec<Extraction> {
        let zone = request.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
        let gazetteer = learned(request);
        (0..request.turns.len())
            .map(|index| {
                let turn = &request.turns[index];
                let text = &turn.text[..turn.text.floor_char_boundary(LONGEST)];
                if turn.kind == EpisodeKind::Json
                    && let Some(extraction) = json::read(&turn.text, request.owner.as_deref(), &zone)
                {
                    return extraction;
                }
                let scene = Scene::of(request, index);
                TurnReader { tools: &self.tools, gazetteer: &gazetteer, scene, turn, text, zone: &zone }.read()
            })
            .collect()
    }
}

/// Known names, the people who speak, and the words that are capitalised inside sentences.
fn learned(request: &ExtractionRequest) -> Gazetteer {
    let turns = || request.context.iter().chain(&request.turns);
    let speakers = turns().filter_map(|turn| turn.speaker.as_deref()).chain(request.owner.as_deref());
    let mut gazetteer = Gazetteer::new(speakers, &request.known);
    let mut left = LEARNED;
    for turn in turns().filter(|turn| turn.kind != EpisodeKind::Json) {
        let end = turn.text.floor_char_boundary(left.min(LONGEST));
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
