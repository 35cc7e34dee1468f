//! Which declared fact type a relation means.

use super::types::{key, spaced, stems};
use super::{EdgeType, Ontology};

/// Words that say how, not what: `WORKS_AT` and `WORKS_FOR` mean the same. "As" is none of them, since
/// whom one works for and what one works as differ.
const SMALL_WORDS: [&str; 11] = ["at", "in", "for", "to", "of", "by", "is", "has", "with", "on", "from"];

impl Ontology {
    /// The declared fact type that a relation between entities of these types means, if any.
    ///
    /// Only fact types whose sources and targets fit are looked at. The first that decides: the same
    /// name whatever its case and separators; the same words in any order, small ones aside; the same
    /// verb, when exactly one fact type that names its sources and targets has it.
    pub fn predicate<'a>(
        &'a self,
        said: &str,
        source_type: Option<&str>,
        target_type: Option<&str>,
    ) -> Option<&'a str> {
        let wanted = key(said);
        if wanted.is_empty() {
            return None;
        }
        let candidates: Vec<&'a EdgeType> =
            self.edge_types.iter().filter(|kind| kind.fits(source_type, target_type)).collect();
        if let Some(same) = candidates.iter().find(|kind| key(&kind.name) == wanted) {
            return Some(&same.name);
        }
        let content = content_words(said);
        let verb = content.first()?;
        let sorted = sorted(content.clone());
        if let Some(same) = candidates.iter().find(|kind| self::sorted(content_words(&kind.name)) == sorted) {
            return Some(&same.name);
        }
        let mut with_verb = candidates
            .iter()
            .filter(|kind| !kind.source_targets.is_empty() && content_words(&kind.name).first() == Some(verb));
        match (with_verb.next(), with_verb.next()) {
            (Some(only), None) => Some(&only.name),
            _ => None,
        }
    }
}

/// The stems of the words of a relation that say what it is, in order.
fn content_words(name: &str) -> Vec<String> {
    stems(&spaced(name)).into_iter().filter(|word| !SMALL_WORDS.contains(&word.as_str())).collect()
}

fn sorted(mut words: Vec<String>) -> Vec<String> {
    words.sort();
    words
}
