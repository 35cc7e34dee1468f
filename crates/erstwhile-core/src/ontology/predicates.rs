//! Matches relations with declared fact types.

use super::types::{comparison_key, split_words, stems};
use super::{EdgeType, Ontology};

/// Words that do not change the meaning of a relation: `WORKS_AT` and `WORKS_FOR` mean the same. "As" is not
/// among them, because `WORKS_AS` means something else.
const FUNCTION_WORDS: [&str; 11] = ["at", "in", "for", "to", "of", "by", "is", "has", "with", "on", "from"];

impl Ontology {
    /// Returns the declared fact type of a relation between entities of these types, if any.
    ///
    /// Only fact types with matching sources and targets are considered. The first rule that matches decides: the
    /// same name, ignoring case and separators; the same words in any order, ignoring function words; the same
    /// verb, if exactly one fact type with declared sources and targets has it.
    pub fn predicate<'a>(
        &'a self,
        said: &str,
        source_type: Option<&str>,
        target_type: Option<&str>,
    ) -> Option<&'a str> {
        let wanted = comparison_key(said);
        if wanted.is_empty() {
            return None;
        }
        let candidates: Vec<&'a EdgeType> =
            self.edge_types.iter().filter(|kind| kind.fits(source_type, target_type)).collect();
        if let Some(same) = candidates.iter().find(|kind| comparison_key(&kind.name) == wanted) {
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

    /// Whether a fact type with this name is declared, for other sources or targets.
    pub fn declares_predicate(&self, said: &str) -> bool {
        let wanted = comparison_key(said);
        self.edge_types.iter().any(|kind| comparison_key(&kind.name) == wanted)
    }
}

/// The stems of a relation's words without function words, in order.
fn content_words(name: &str) -> Vec<String> {
    stems(&split_words(name)).into_iter().filter(|word| !FUNCTION_WORDS.contains(&word.as_str())).collect()
}

fn sorted(mut words: Vec<String>) -> Vec<String> {
    words.sort();
    words
}
