//! Extracts entities, facts and statements without a language model: a dependency parser, a relation vocabulary, and
//! a parser for time expressions.
//!
//! A turn is split into `passages` and sentences, which are `repair`ed and parsed. A clause becomes a fact only if
//! it is asserted (`mood`), its subject is someone known (`people`), its verb has a frame in the vocabulary
//! (`lexicon`, `arguments`, `clauses`), and its object is concrete and of a type that the relation takes (`nouns`).
//! A clause without a frame becomes a fact of an open relation (`open_relations`) if a trained model (`salience`) finds it worth
//! keeping. Every sentence that says something is also a statement, for search. Extraction is deterministic: it depends on
//! neither the clock nor randomness.

mod arguments;
mod attributes;
mod bodies;
mod calendars;
mod chats;
mod claims;
mod clause_text;
mod clauses;
mod codes;
mod contractions;
pub mod dates;
mod days_in_words;
mod dialogue;
mod errands;
mod exclusions;
mod favourites;
mod fitness;
mod follow_ups;
mod forms;
mod fragments;
mod given_names;
mod habits;
mod help_requests;
mod identifiers;
mod instructions;
mod jobs;
mod joins;
mod kin;
mod language;
mod lexicon;
mod listed_names;
mod losses;
mod mapped;
mod measures;
mod mentions;
mod misparses;
mod mood;
mod mood_words;
mod named_things;
mod naming;
mod noun_facts;
mod nouns;
mod objects;
mod open_relations;
mod openings;
mod other_languages;
mod other_senses;
mod own_things;
mod passages;
mod past;
mod people;
mod personal;
mod phrases;
mod phrasings;
mod places;
mod plans;
mod possessions;
mod questions;
mod reader;
mod receivers;
mod records;
mod relations;
mod repair;
mod requests;
mod resumes;
pub mod salience;
mod sentence;
mod speakers;
mod spellings;
mod statement;
mod subjects;
mod telling_kinds;
mod things;
mod tokens;
mod totals;
mod trace;
mod transcripts;
mod turn;
mod unnamed_things;
mod updates;
mod values;
mod verb_fitness;
mod verb_forms;
mod visits;
mod word_forms;

use std::collections::HashSet;
use std::sync::Arc;
use std::thread;

use async_trait::async_trait;
use erstwhile::model::EpisodeKind;
use erstwhile::ports::{ExtractedMention, Extraction, ExtractionRequest, Extractor};
use erstwhile::{Error, Result, vocabulary};
use erstwhile_nlp::{English, Scratch};
use jiff::tz::TimeZone;
use serde_json::Value;

use dates::DateReader;
use lexicon::Lexicon;
use people::People;
use salience::{OpenFact, Salience};
use speakers::Participants;
use trace::Recorder;
use turn::TurnReader;

/// A deterministic extractor of entities, dated facts and statements from English text.
///
/// Cheap to clone: clones share their tables.
#[derive(Debug, Clone)]
pub struct OfflineExtractor {
    tools: Arc<Tools>,
}

/// What all turns share.
#[derive(Debug)]
struct Tools {
    english: English,
    lexicon: Lexicon,
    dates: DateReader,
    salience: Salience,
}

/// "ok" and "5 mins" are no conversation.
const TALK_WORDS_MIN: usize = 6;

/// How many turns of the context are read: pronouns and answers refer to the last ones.
const CONTEXT_TURNS: usize = 2;

impl OfflineExtractor {
    /// Loads the parser and builds the tables. This takes a third of a second: create one extractor and clone it.
    ///
    /// # Errors
    /// If the parser's built-in data is damaged.
    pub fn new() -> Result<Self> {
        let english =
            English::load().map_err(|error| Error::internal(format!("the parser's data is damaged: {error}")))?;
        let salience = Salience::load()
            .map_err(|error| Error::internal(format!("the model of what is kept cannot be loaded: {error}")))?;
        let lexicon = Lexicon::new(vocabulary::built_in());
        // If no thread can start, the first sentence waits for it.
        drop(thread::Builder::new().name("phrasings".to_owned()).spawn(phrasings::prepare));
        Ok(Self { tools: Arc::new(Tools { english, lexicon, dates: DateReader::new(), salience }) })
    }

    /// The reader of time expressions.
    #[cfg(feature = "model-extractor")]
    pub(crate) fn dates(&self) -> &DateReader {
        &self.tools.dates
    }

    /// Returns one extraction per turn, in order.
    pub(crate) fn read(&self, request: &ExtractionRequest) -> Vec<Extraction> {
        self.read_turns(request, false).into_iter().map(|(extraction, _)| extraction).collect()
    }

    /// Returns the facts of open relations of each turn, those that are not kept included: what the model of
    /// [`salience`] is trained on.
    pub fn open_facts(&self, request: &ExtractionRequest) -> Vec<Vec<OpenFact>> {
        self.read_turns(request, true).into_iter().map(|(_, considered)| considered).collect()
    }

    fn read_turns(&self, request: &ExtractionRequest, wants_open_facts: bool) -> Vec<(Extraction, Vec<OpenFact>)> {
        let zone = request.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
        let mut reader = TurnReader {
            tools: &self.tools,
            people: People::new(speakers::names(request)),
            zone: &zone,
            scratch: Scratch::default(),
            said: Vec::new(),
            plays: 0,
            first_person: false,
            trace: Recorder::default(),
            considered: None,
        };
        let mut thread = None;
        let mut talked = HashSet::new();
        let mut extractions = Vec::with_capacity(request.turns.len());
        let all = request.context.iter().chain(&request.turns);
        let first = request.context.len().saturating_sub(CONTEXT_TURNS);
        for (index, turn) in all.enumerate().skip(first) {
            if thread != Some(&turn.thread) {
                // Pronouns and answers do not refer to other conversations.
                reader.people = People::new(speakers::names(request));
                reader.said.clear();
                reader.plays = 0;
                thread = Some(&turn.thread);
            }
            let participants = Participants::of(request, index);
            reader.considered = wants_open_facts.then(Vec::new);
            reader.trace = Recorder::new(request.trace && index >= request.context.len());
            let document = (turn.kind == EpisodeKind::Json)
                .then(|| serde_json::from_str(&turn.text).ok())
                .flatten()
                .filter(|document: &Value| document.is_object() || document.is_array());
            let mut extraction = match document {
                Some(document) => reader.read_document(turn, &document, request.owner.as_deref()),
                None => reader.read_text(turn, participants.speaker, participants.addressee),
            };
            // Whoever takes part in a conversation is somebody, whatever is said.
            if let Some(name) = participants.speaker.filter(|name| Some(*name) != request.owner.as_deref())
                && turn::is_said_by_person(turn)
            {
                let entity_type = Some("Person".to_owned());
                extraction.mentions.push(ExtractedMention {
                    name: name.to_owned(),
                    entity_type,
                    span: 0..turn.text.len(),
                });
            }
            if index >= request.context.len()
                && turn.text.split_whitespace().count() >= TALK_WORDS_MIN
                && let Some(claim) = participants.conversation(request.owner.as_deref(), 0..turn.text.len())
                && talked.insert((claim.subject.clone(), claim.object.clone()))
            {
                extraction.claims.push(claim);
            }
            let extraction = on_character_boundaries(extraction, &turn.text);
            if index >= request.context.len() {
                extractions.push((extraction, reader.considered.take().unwrap_or_default()));
            }
        }
        extractions
    }
}

/// Widens spans to whole characters.
fn on_character_boundaries(mut extraction: Extraction, text: &str) -> Extraction {
    let spans = extraction.mentions.iter_mut().map(|mention| &mut mention.span);
    let spans = spans.chain(extraction.claims.iter_mut().map(|claim| &mut claim.span));
    let spans = spans.chain(extraction.aliases.iter_mut().map(|alias| &mut alias.span));
    for span in spans.chain(extraction.statements.iter_mut().map(|statement| &mut statement.span)) {
        *span = text.floor_char_boundary(span.start)..text.ceil_char_boundary(span.end);
    }
    extraction
}

#[async_trait]
impl Extractor for OfflineExtractor {
    fn name(&self) -> &'static str {
        "offline@2"
    }

    async fn extract(&self, request: ExtractionRequest) -> Result<Vec<Extraction>> {
        Ok(self.read(&request))
    }
}

#[cfg(test)]
mod tests;
