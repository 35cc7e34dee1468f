//! The type of a thing by what is done with it: what a user listens to is an audiobook, if nothing else can be.

use super::predicates::{StatedRelation, is_specific, only};
use super::types::{comparison_key, split_words, tokens};
use super::{EdgeType, Ontology, side_fits};
use crate::vocabulary;

/// The type that extractors give to books, songs and films, and the list of the vocabulary with such nouns. They are
/// the only things that are called by a title, which does not say what they are.
const WORK: &str = "Work";

impl Ontology {
    /// The declared type of a work by a relation of which it is the object.
    ///
    /// Only if the extractor knows no better type than `Work`; exactly one declared type is a kind of work; exactly one
    /// fact type that leads to it means the relation; and the sentence calls the work nothing else ("the song …").
    pub fn type_by_use<'a>(&'a self, extracted: Option<&str>, name: &str, said: StatedRelation<'_>) -> Option<&'a str> {
        if !extracted.is_none_or(|extracted| extracted.eq_ignore_ascii_case(WORK)) {
            return None;
        }
        let work = only(self.entity_types.iter().filter(|kind| is_work(&kind.name)))?;
        let takes_works = vocabulary::relation(said.name)
            .is_some_and(|relation| relation.object.iter().any(|list| list.eq_ignore_ascii_case(WORK)));
        let leads = |kind: &EdgeType| {
            kind.source_targets.iter().any(|pair| {
                is_specific(pair.target.as_deref())
                    && side_fits(pair.source.as_deref(), said.source_type)
                    && side_fits(pair.target.as_deref(), Some(&work.name))
            })
        };
        let meant = self.edge_types.iter().filter(|kind| leads(kind) && kind.means(said, Some(&work.name)));
        (takes_works && only(meant).is_some() && !calls_otherwise(said.statement, name, &work.name))
            .then_some(work.name.as_str())
    }
}

/// Whether a type's name ends with a noun for works: `Audiobook`, `FavoriteMovie`.
fn is_work(name: &str) -> bool {
    split_words(name).split_whitespace().last().is_some_and(is_noun_for_works)
}

fn is_noun_for_works(word: &str) -> bool {
    vocabulary::built_in().list(&WORK.to_lowercase()).contains(&word.to_lowercase())
}

/// Whether a sentence has, outside the work's name, a noun for another kind of work.
fn calls_otherwise(sentence: &str, name: &str, kind: &str) -> bool {
    let rest = sentence.to_lowercase().replace(&name.to_lowercase(), " ");
    let kind = comparison_key(kind);
    tokens(&rest).iter().any(|token| is_noun_for_works(&token.lower) && !kind.ends_with(&token.lower))
}
