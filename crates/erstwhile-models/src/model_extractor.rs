//! Extracts entities and dated claims with a language model, and keeps only what the text itself carries.
//!
//! One call reads many turns. The prompt starts with instructions that stay the same, so that providers cache them; then
//! comes what the graph already knows, what was said before, and the turns. The answer is checked claim by claim
//! (`claims`): quotations must stand in their turn, dates must have words (`validity`), relations must be known or said
//! (`relations`). So a model that makes things up, or that obeys a text which tells it to, changes little.
//!
//! Sentences for search, and the records of JSON documents, are those of the offline extractor.

mod answer;
mod claims;
mod left_out;
mod names;
mod parts;
mod prompt;
mod quotes;
mod relations;
mod said_values;
mod validity;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use erstwhile::model::{ClaimKind, EpisodeKind};
use erstwhile::ports::{Claim, Extraction, ExtractionRequest, Extractor, LanguageModel, Prompt};
use erstwhile::vocabulary::{self, Vocabulary};
use erstwhile::{Error, Result};
use jiff::tz::TimeZone;

use crate::offline::OfflineExtractor;
use answer::Answer;
use claims::{Call, Carried, Worth};
use left_out::RuleFacts;
use parts::Part;
pub use prompt::PROMPT_VERSION;
use relations::Relations;

/// Why an answer is not used.
const NOT_CARRIED: &str = "most claims of the model's answer are not carried by the text";

/// The rules' reading is worth keeping from this many claims on: silence about a single one may correct it.
const KEPT_MIN: usize = 2;

/// Instructions and vocabulary in the place of the built-in ones.
#[derive(Debug, Default)]
pub struct PromptOverrides {
    /// The name of the version, stored with every assertion; absent for the built-in instructions.
    pub version: Option<String>,
    /// The instructions before the list of relations.
    pub instructions: Option<String>,
    /// The relation vocabulary.
    pub vocabulary: Option<Vocabulary>,
}

/// An extractor that asks a language model, and checks its answers.
///
/// Cheap to clone.
#[derive(Debug, Clone)]
pub struct ModelExtractor {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    name: String,
    model: Arc<dyn LanguageModel>,
    offline: OfflineExtractor,
    overrides: PromptOverrides,
}

impl ModelExtractor {
    /// Creates an extractor.
    pub fn new(model: Arc<dyn LanguageModel>, offline: OfflineExtractor, overrides: PromptOverrides) -> Self {
        let version = overrides.version.as_deref().unwrap_or(PROMPT_VERSION);
        let name = format!("{} ({version})", model.name());
        Self { shared: Arc::new(Shared { name, model, offline, overrides }) }
    }

    /// The prompts of a request, in the order in which they are sent, without sending them.
    pub fn prompts(&self, request: &ExtractionRequest) -> Vec<Prompt> {
        let zone = zone_of(request);
        let (calls, _) = parts::calls(&request.turns);
        let by_rules = if request.instructions.is_empty() { Vec::new() } else { self.shared.offline.read(request) };
        let prompt = |call: &Vec<Part<'_>>| self.prompt(request, call, &RuleFacts::of(call, &by_rules), &zone);
        calls.iter().map(prompt).collect()
    }

    fn prompt(
        &self,
        request: &ExtractionRequest,
        parts: &[Part<'_>],
        rule_facts: &RuleFacts,
        zone: &TimeZone,
    ) -> Prompt {
        let overrides = &self.shared.overrides;
        let characters: usize = parts.iter().map(|part| part.text.chars().count()).sum();
        Prompt {
            instructions: prompt::instructions(overrides.instructions.as_deref(), self.vocabulary(), request),
            data: prompt::data(request, parts, rule_facts, zone),
            schema: Some(prompt::schema(&request.ontology, rule_facts, characters)),
            tokens_max: u32::try_from(500 + characters / 2).unwrap_or(u32::MAX).clamp(1_500, 8_000),
        }
    }

    fn vocabulary(&self) -> &Vocabulary {
        self.shared.overrides.vocabulary.as_ref().unwrap_or_else(|| vocabulary::built_in())
    }
}

/// The offline extractor without what a language model reads later: for messages and texts, only sentences for search.
#[derive(Debug, Clone)]
pub struct WithoutFacts(pub OfflineExtractor);

#[async_trait]
impl Extractor for WithoutFacts {
    fn name(&self) -> &str {
        self.0.name()
    }

    async fn extract(&self, request: ExtractionRequest) -> Result<Vec<Extraction>> {
        let mut extractions = self.0.read(&request);
        for (extraction, turn) in extractions.iter_mut().zip(&request.turns) {
            if turn.kind != EpisodeKind::Json {
                take_facts(extraction);
            }
        }
        Ok(extractions)
    }
}

/// Takes what the rules found besides sentences for search.
fn take_facts(extraction: &mut Extraction) -> Extraction {
    Extraction {
        claims: std::mem::take(&mut extraction.claims),
        mentions: std::mem::take(&mut extraction.mentions),
        aliases: std::mem::take(&mut extraction.aliases),
        ..Extraction::default()
    }
}

/// The turns of a call, each once, although a long turn has several parts.
fn turns_of(parts: &[Part<'_>]) -> BTreeSet<usize> {
    parts.iter().map(|part| part.turn).collect()
}

/// Whether a model found fewer than half as many claims in some turns as the rules. Then it is a weak one, or has skipped
/// them: it adds to what the rules found, and replaces nothing.
fn says_little(turns: &BTreeSet<usize>, by_rules: &[Extraction], by_model: &[Extraction]) -> bool {
    let count = |of: &[Extraction]| {
        let claims = turns.iter().filter_map(|turn| of.get(*turn)).flat_map(|one| &one.claims);
        claims.filter(|claim| claim.kind == ClaimKind::Asserts).count()
    };
    count(by_rules) >= KEPT_MIN && 2 * count(by_model) < count(by_rules)
}

/// Puts what the rules found before what the model found, unless it is there already.
fn add_facts(extraction: &mut Extraction, rules: &Extraction) {
    let is_there = |claim: &Claim| rules.claims.iter().any(|known| claims::is_same_pair(known, claim));
    let mut more = std::mem::take(&mut extraction.claims);
    more.retain(|claim| !is_there(claim));
    extraction.claims = rules.claims.iter().cloned().chain(more).collect();
    add_names(extraction, rules);
}

/// Adds what the rules found and the model said nothing about.
fn add_unanswered(extraction: &mut Extraction, rules: &Extraction) {
    let is_answered = |rule: &&Claim| extraction.claims.iter().any(|read| claims::is_about(read, rule));
    let unanswered: Vec<Claim> = rules.claims.iter().filter(|rule| !is_answered(rule)).cloned().collect();
    extraction.claims.extend(unanswered);
    add_names(extraction, rules);
}

/// Adds the names that the rules found, unless they are there already.
fn add_names(extraction: &mut Extraction, rules: &Extraction) {
    for mention in &rules.mentions {
        if !extraction.mentions.contains(mention) {
            extraction.mentions.push(mention.clone());
        }
    }
    for alias in &rules.aliases {
        if !extraction.aliases.contains(alias) {
            extraction.aliases.push(alias.clone());
        }
    }
}

fn zone_of(request: &ExtractionRequest) -> TimeZone {
    request.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
}

#[async_trait]
impl Extractor for ModelExtractor {
    fn name(&self) -> &str {
        &self.shared.name
    }

    async fn extract(&self, request: ExtractionRequest) -> Result<Vec<Extraction>> {
        let zone = zone_of(&request);
        let (offline, read) = (self.shared.offline.clone(), request.clone());
        let read = tokio::task::spawn_blocking(move || offline.read(&read)).await;
        let mut extractions = read.map_err(|_| Error::internal("the offline extractor stopped unexpectedly"))?;
        let mut by_rules: Vec<Extraction> = extractions.iter_mut().map(take_facts).collect();
        let is_instructed = !request.instructions.is_empty();
        let (calls, left_out) = parts::calls(&request.turns);
        let mut carried = Vec::with_capacity(calls.len());
        let mut excluded = Vec::new();
        for parts in &calls {
            let rule_facts = if is_instructed { RuleFacts::of(parts, &by_rules) } else { RuleFacts::default() };
            let completion = self.shared.model.complete(self.prompt(&request, parts, &rule_facts, &zone)).await;
            request.usage.add(completion.usage);
            let answer = Answer::read(&completion.outcome?)?;
            excluded.extend(rule_facts.named(&answer.left_out, &prompt::custom_instructions(&request)));
            let relations = Relations::new(self.vocabulary(), &request.ontology);
            let call = Call::new(&request, parts, relations, (self.shared.offline.dates(), &zone));
            let read = call.add(answer, &mut extractions);
            let is_refused = read.worth == Worth::Refused;
            carried.push(read);
            if is_refused {
                for part in parts {
                    if let Some(extraction) = extractions.get_mut(part.turn) {
                        extraction.refused = Some(NOT_CARRIED);
                    }
                }
            }
        }
        for fact in excluded {
            fact.leave_out(&mut by_rules, &mut extractions);
        }
        for (parts, Carried { worth, incomplete }) in calls.iter().zip(carried) {
            let turns = turns_of(parts);
            let is_silent = |turn: &usize| extractions.get(*turn).is_some_and(|read| read.claims.is_empty());
            // Under instructions, a model names what it leaves out: then silence is no answer, not even about little.
            let skips = |turns: &BTreeSet<usize>| {
                is_instructed && turns.iter().all(is_silent) || says_little(turns, &by_rules, &extractions)
            };
            let is_weak = worth == Worth::Doubtful || skips(&turns);
            let skipped: BTreeSet<usize> =
                turns.iter().copied().filter(|turn| skips(&BTreeSet::from([*turn]))).collect();
            for turn in turns {
                let kind = request.turns.get(turn).map(|turn| turn.kind);
                let is_kept = is_weak || skipped.contains(&turn);
                let Some((extraction, rules)) = extractions.get_mut(turn).zip(by_rules.get(turn)) else { continue };
                // The fields of a document are read exactly; the model adds what they do not say.
                if extraction.refused.is_some() {
                    continue;
                }
                if is_kept || kind == Some(EpisodeKind::Json) {
                    add_facts(extraction, rules);
                } else if incomplete.contains(&turn) {
                    // What was dropped may be what the rules found.
                    add_unanswered(extraction, rules);
                }
            }
        }
        for (extraction, left_out) in extractions.iter_mut().zip(left_out) {
            extraction.characters_left_out = left_out;
        }
        Ok(extractions)
    }
}

#[cfg(test)]
mod tests;
