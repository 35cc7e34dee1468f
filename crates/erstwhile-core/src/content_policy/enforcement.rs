//! Drops from extractions what a policy prohibits.

use super::ContentPolicy;
use crate::extraction::{DroppedClaim, Extraction};

/// Why something is dropped here.
const PROHIBITED: &str = "the content policy of the graph prohibits it";

/// Drops what a policy prohibits: claims by their sentences, names and attributes; names; statements.
pub fn enforce(policy: &ContentPolicy, extraction: &mut Extraction) {
    let mut dropped = Vec::new();
    let mut keeps = |texts: &[&str], statement: &str| {
        let is_prohibited = texts.iter().any(|text| policy.prohibits(text));
        if is_prohibited {
            dropped.push(DroppedClaim { statement: statement.to_owned(), reason: PROHIBITED });
        }
        !is_prohibited
    };
    extraction.claims.retain(|claim| {
        let attributes: Vec<String> = claim.attributes.values().map(ToString::to_string).collect();
        let mut texts: Vec<&str> = attributes.iter().map(String::as_str).collect();
        texts.extend([claim.statement.as_str(), &claim.subject]);
        texts.extend(claim.object.as_deref());
        keeps(&texts, &claim.statement)
    });
    extraction.statements.retain(|statement| keeps(&[&statement.text], &statement.text));
    // A name alone is no claim.
    extraction.mentions.retain(|mention| !policy.prohibits(&mention.name));
    extraction.aliases.retain(|alias| !policy.prohibits(&alias.name) && !policy.prohibits(&alias.alias));
    extraction.dropped.extend(dropped);
}
