//! Converts extractions to evidence. Pure.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::change::Change;
use crate::extraction::{DroppedClaim, DroppedWords, Extraction, Stage, Trace};
use crate::identity::normalise;
use crate::model::{Episode, GraphId, Span, User, VALUE_TYPE};
use ground::lies_in;
use names::Names;

mod ground;
mod names;
mod strict;

pub use ground::ground;
pub use strict::admit;

/// Maximum number of claims of one episode: a table of 200 rows with 20 fields has 4,000.
pub const CLAIMS_MAX: usize = 8_192;
/// Maximum number of statements of one episode: a text of 10,000 words has about 1,000 sentences.
pub const STATEMENTS_MAX: usize = 4_096;

/// Why claims and statements above the limits are dropped.
const TOO_MANY: &str = "the episode has more claims or statements than the limit";

/// The context of an extraction.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// The graph.
    pub graph: GraphId,
    /// The user who owns it.
    pub user: Option<&'a User>,
    /// The extractor's name and version.
    pub extractor: &'a str,
    /// When the evidence is recorded.
    pub recorded_at: Timestamp,
}

/// Converts the extraction of one episode to evidence; also returns the dropped claims and statements.
///
/// The same extraction of the same episode always gives the same evidence with the same ids.
pub fn evidence(reading: &Reading<'_>, episode: &Episode, extraction: Extraction) -> (Vec<Change>, Vec<DroppedClaim>) {
    let names = Names::new(reading, episode, &extraction);
    let mut changes = names.speaker_link();
    let mut dropped = extraction.dropped;
    // A value is no entity, so only the claim about it mentions it.
    let is_entity = |entity_type: Option<&str>| entity_type != Some(VALUE_TYPE);
    for mention in extraction.mentions.into_iter().filter(|mention| lies_in(&mention.span, &episode.content)) {
        if is_entity(mention.entity_type.as_deref()) {
            changes.extend(names.mention(&mention.name, mention.entity_type.as_deref(), &mention.span));
        }
    }
    for alias in extraction.aliases.into_iter().filter(|alias| lies_in(&alias.span, &episode.content)) {
        let entity_type = alias.entity_type.as_deref();
        if !is_entity(entity_type) || names.is_known_of_user(&alias) || names.is_claimed_of_user(&alias) {
            continue;
        }
        changes.extend(names.mention(&alias.name, entity_type, &alias.span));
        changes.extend(names.mention(&alias.alias, entity_type, &alias.span));
        let (left, right) = (names.id(&alias.name, entity_type), names.id(&alias.alias, entity_type));
        if left != right {
            changes.push(Change::AddLink(names.link(left, right)));
        }
    }
    let content = normalise(&episode.content);
    for (number, claim) in extraction.claims.into_iter().enumerate() {
        let checked =
            if number < CLAIMS_MAX { ground(&claim, episode, &content, &names.participants) } else { Err(TOO_MANY) };
        match checked.and_then(|()| names.ends(&claim)) {
            Err(reason) => dropped.push(DroppedClaim { statement: claim.statement, reason }),
            Ok((subject, object)) => {
                changes.extend(names.mention(&claim.subject, claim.subject_type.as_deref(), &claim.span));
                if let (Some(name), Some(id)) = (&claim.object, object) {
                    changes.extend(names.mention_as(id, name, claim.object_type.as_deref(), &claim.span));
                }
                changes.push(Change::AddAssertion(names.assertion(claim, subject, object)));
            }
        }
    }
    let mut stated = HashSet::new();
    for statement in extraction.statements {
        let checked =
            if stated.len() < STATEMENTS_MAX { ground::statement(&statement, episode) } else { Err(TOO_MANY) };
        match checked {
            Err(reason) => dropped.push(DroppedClaim { statement: statement.text, reason }),
            Ok(()) => {
                if stated.insert(normalise(&statement.text)) {
                    changes.push(Change::AddAssertion(names.statement(statement)));
                }
            }
        }
    }
    // One mention of each name per episode is enough.
    let mut named = HashSet::new();
    changes.retain(|change| match change {
        Change::AddMention(mention) => named.insert((mention.entity, mention.name.clone())),
        _ => true,
    });
    (changes, dropped)
}

/// What of an episode did not become evidence: what its extraction traced, and the claims and statements that are dropped
/// here. `places` are where those are said, by their sentences, as [`places`] has them.
pub fn trace(
    reading: &Reading<'_>,
    episode: &Episode,
    mut extraction: Extraction,
    places: &HashMap<String, Span>,
) -> Trace {
    let mut trace = std::mem::take(&mut extraction.trace);
    for DroppedClaim { statement, reason } in evidence(reading, episode, extraction).1 {
        let words = places.get(&statement).and_then(|place| episode.content.get(place.clone()));
        let words = words.unwrap_or_default().to_owned();
        trace.add(DroppedWords { words, stage: Stage::Evidence, reason, reading: Some(statement) });
    }
    trace
}

/// Where the claims and statements of an extraction are said, by their sentences.
pub fn places(extraction: &Extraction) -> HashMap<String, Span> {
    let claims = extraction.claims.iter().map(|claim| (claim.statement.clone(), claim.span.clone()));
    let statements = extraction.statements.iter().map(|said| (said.text.clone(), said.span.clone()));
    statements.chain(claims).collect()
}

#[cfg(test)]
mod tests;
