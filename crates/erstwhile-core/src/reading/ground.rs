//! Grounding: every claim points at text that says it, or it is dropped.

use crate::extraction::Claim;
use crate::identity::normalise;
use crate::model::{Episode, Span};

/// A claim that was not kept, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// What it said.
    pub statement: String,
    /// Why it was not kept.
    pub reason: &'static str,
}

/// Whether a span lies in a text, on character boundaries, and is not empty.
pub(super) fn lies_in(span: &Span, text: &str) -> bool {
    span.start < span.end && text.get(span.clone()).is_some()
}

/// Checks a claim against the episode that is said to make it.
///
/// The span must lie in the text, and the object must be named in the text or be somebody whom the
/// conversation knows: `participants` are the names of the user, the assistant and the speakers.
///
/// # Errors
/// The reason why it is dropped.
pub fn ground(claim: &Claim, episode: &Episode, participants: &[String]) -> Result<(), &'static str> {
    if !lies_in(&claim.span, &episode.content) {
        return Err("its span does not lie in the text");
    }
    if claim.statement.trim().is_empty() || claim.predicate.is_empty() || normalise(&claim.subject).is_empty() {
        return Err("it says nothing");
    }
    if let Some(object) = &claim.object {
        let object = normalise(object);
        let said = normalise(&episode.content);
        // A rewritten name keeps its words: "my sister's dog" may be told as "Anna's sister's dog".
        let words: Vec<&str> = object.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1).collect();
        let named = words.iter().filter(|word| said.contains(*word)).count();
        let known = participants.iter().any(|name| normalise(name) == object);
        let statement = normalise(&claim.statement);
        if object.is_empty() {
            return Err("its object has no name");
        }
        if !known && named * 2 < words.len() && !statement.contains(&object) {
            return Err("its object is not in the text");
        }
    }
    Ok(())
}
