//! Why the graph holds a fact: the words that it rests on, and what ended it. And what it has learned since a moment.

use std::cmp::Reverse;

use super::facts::{FactTriple, triple};
use super::{GraphHandle, ProjectHandle};
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{Assertion, AssertionId, Closing, Episode, Span};
use erstwhile_core::search::GraphIndex;
use erstwhile_core::search::filter::Filter;
use erstwhile_core::text::sentences::split;
use jiff::Timestamp;

/// Maximum number of bytes of a quotation that is longer than the claim's own words.
const QUOTATION_BYTES_MAX: usize = 400;

/// Why the graph holds a fact.
#[derive(Debug, Clone)]
pub struct FactOrigin {
    /// The fact.
    pub fact: FactTriple,
    /// The claims that it rests on, oldest first.
    pub claims: Vec<Claim>,
    /// What ended it.
    pub closing: Option<FactClosing>,
}

/// A claim with the words that make it.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The claim.
    pub assertion: Assertion,
    /// The sentences of the episode that make it; empty for a claim that was made through the API.
    pub words: String,
    /// The episode; `None` for a claim that was made through the API.
    pub episode: Option<Episode>,
}

/// What ended a fact.
#[derive(Debug, Clone)]
pub enum FactClosing {
    /// A claim: a later fact that takes its place, an end, a denial, or its own known end.
    Claim(Box<Claim>),
    /// An edit through the API.
    Edit,
}

/// What the system has learned since a moment.
#[derive(Debug, Clone, Default)]
pub struct ChangesSince {
    /// Facts that it did not know then, newest first.
    pub learned: Vec<FactTriple>,
    /// Facts that it knew then and that have ended since, or were found to have ended, latest end first.
    pub ended: Vec<FactTriple>,
}

impl ProjectHandle {
    /// Why the graph holds a fact, by its id or by an assertion that supports it; a statement counts as a fact.
    pub async fn fact_origin(&self, id: AssertionId) -> Result<FactOrigin> {
        let graph = self.graph_of(id.0, "fact").await?;
        self.index(graph).await?.read(|index| origin(index, id))?
    }
}

fn origin(index: &GraphIndex, id: AssertionId) -> Result<FactOrigin> {
    let fact = match index.knowledge.statement(id) {
        Some(statement) => index.knowledge.statement_as_fact(statement),
        None => index.knowledge.fact(id).cloned().ok_or_else(|| Error::not_found("fact"))?,
    };
    let closing = match fact.closed_by {
        Some(Closing::Assertion(id)) => claim(index, id).map(|claim| FactClosing::Claim(Box::new(claim))),
        Some(Closing::Operator) => Some(FactClosing::Edit),
        None => None,
    };
    let claims = fact.assertions.iter().filter_map(|id| claim(index, *id)).collect();
    Ok(FactOrigin { fact: triple(index, Some(&fact))?, claims, closing })
}

pub(super) fn claim(index: &GraphIndex, id: AssertionId) -> Option<Claim> {
    let assertion = index.knowledge.assertion(id)?.clone();
    let episode = assertion.episode.and_then(|episode| index.episode(episode)).cloned();
    let words = episode.as_ref().map(|episode| quotation(&episode.content, &assertion.span)).unwrap_or_default();
    Some(Claim { assertion, words, episode })
}

/// The sentences in which a claim is made. What is no prose, such as JSON, has long ones, of which only the claim's own
/// words are quoted.
pub(super) fn quotation(text: &str, span: &Span) -> String {
    let sentences = split(text).into_iter().map(|sentence| sentence.span);
    let touched = sentences.filter(|sentence| sentence.start < span.end && span.start < sentence.end);
    let whole = touched.reduce(|first, last| first.start..last.end).unwrap_or_else(|| span.clone());
    let quoted =
        text.get(whole).filter(|quoted| quoted.len() <= QUOTATION_BYTES_MAX).or_else(|| text.get(span.clone()));
    quoted.unwrap_or_default().trim().to_owned()
}

impl GraphHandle {
    /// What the system has learned about a graph since a moment. What was erased is not known any more.
    pub async fn changes_since(&self, since: Timestamp) -> Result<ChangesSince> {
        let now = self.project.now();
        let (mut learned, known): (Vec<FactTriple>, Vec<FactTriple>) =
            self.facts(&Filter::default()).await?.into_iter().partition(|triple| triple.fact.created_at > since);
        // An end that was known beforehand comes without anything being learned.
        let is_new = |at: Option<Timestamp>| at.is_some_and(|at| since < at && at <= now);
        let has_ended = |triple: &FactTriple| is_new(triple.fact.valid_until) || is_new(triple.fact.expired_at);
        let mut ended: Vec<FactTriple> = known.into_iter().filter(has_ended).collect();
        learned.sort_by_key(|triple| (Reverse(triple.fact.created_at), triple.fact.id));
        ended.sort_by_key(|triple| (Reverse(triple.fact.valid_until), triple.fact.id));
        Ok(ChangesSince { learned, ended })
    }
}
