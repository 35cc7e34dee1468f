//! Grounding: claims that the text does not support are dropped.

use crate::extraction::{Claim, ExtractedStatement};
use crate::identity::normalise;
use crate::model::{Episode, Span};

/// Whether a span is not empty and lies within a text, on character boundaries.
pub(super) fn lies_in(span: &Span, text: &str) -> bool {
    span.start < span.end && text.get(span.clone()).is_some()
}

/// Checks a statement against its episode: the span must lie within the text.
///
/// # Errors
/// The reason for dropping the statement.
pub(super) fn statement(statement: &ExtractedStatement, episode: &Episode) -> Result<(), &'static str> {
    if !lies_in(&statement.span, &episode.content) {
        return Err("the span is not within the text");
    }
    if statement.text.trim().is_empty() { Err("the statement is empty") } else { Ok(()) }
}

/// Checks a claim against its episode.
///
/// The span must lie within the text, and the object must occur in the text or be one of `participants`: the
/// names of the user, the assistant and the speakers. `content` is the normalized text of the episode.
///
/// # Errors
/// The reason for dropping the claim.
pub fn ground(claim: &Claim, episode: &Episode, content: &str, participants: &[String]) -> Result<(), &'static str> {
    if !lies_in(&claim.span, &episode.content) {
        return Err("the span is not within the text");
    }
    if claim.statement.trim().is_empty() || claim.predicate.is_empty() || normalise(&claim.subject).is_empty() {
        return Err("the statement, the subject or the predicate is empty");
    }
    if let Some(object) = &claim.object {
        let object = normalise(object);
        // Whose someone or something is need not be named: "my sister" is "Anna's sister".
        let owner = participants.iter().find_map(|name| object.strip_prefix(&format!("{}'s ", normalise(name))));
        let object = owner.map_or(object.clone(), str::to_owned);
        // Half of the words suffice: "my sister's dog" may be extracted as "Anna's sister's dog".
        let words: Vec<&str> = object.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1).collect();
        // "Baking" is in "I bake".
        let stem = |word: &'_ str| word.strip_suffix("ing").filter(|stem| stem.len() > 2).unwrap_or(word).to_owned();
        let named = words.iter().filter(|word| content.contains(&stem(word))).count();
        let known = participants.iter().any(|name| normalise(name) == object);
        let statement = normalise(&claim.statement);
        if object.is_empty() {
            return Err("the object has no name");
        }
        if !known && named * 2 < words.len() && !statement.contains(&object) {
            return Err("the object is not in the text");
        }
    }
    Ok(())
}
