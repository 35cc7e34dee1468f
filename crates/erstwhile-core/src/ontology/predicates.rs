//! Matches relations with declared fact types.

use super::kinship::{akin, akin_to_any, name_stems};
use super::phrases;
use super::types::{comparison_key, stems};
use super::{ANY_TYPE, EdgeType, Ontology, PropertyKind, SourceTarget, side_fits};

/// Words that do not change the meaning of a relation: `WORKS_AT` and `WORKS_FOR` mean the same. "As" is not
/// among them, because `WORKS_AS` means something else.
const FUNCTION_WORDS: [&str; 11] = ["at", "in", "for", "to", "of", "by", "is", "has", "with", "on", "from"];
/// Stems of words beside which another word tells the relation: `FOLLOWS_DIET` is about a diet. Other words may turn
/// the meaning around: `LEFT_JOB` is no `JOB`.
const NEUTRAL_WORDS: [&str; 9] = ["follow", "have", "do", "did", "make", "take", "type", "current", "go"];
/// Stems of nouns that say only that there is a relation: a dietary preference is about a diet.
const GENERIC_NOUNS: [&str; 9] =
    ["prefer", "relat", "relationship", "status", "inform", "detail", "fact", "record", "histori"];

/// A relation as an extractor stated it.
#[derive(Debug, Clone, Copy, Default)]
pub struct StatedRelation<'a> {
    /// Its name: `VISITED`.
    pub name: &'a str,
    /// The type of the subject.
    pub source_type: Option<&'a str>,
    /// The type of the object.
    pub target_type: Option<&'a str>,
    /// The sentence that states it.
    pub statement: &'a str,
}

impl Ontology {
    /// Returns the declared fact type of a relation between entities of these types, if any.
    ///
    /// Only fact types with matching sources and targets are considered. The first rule that matches decides:
    ///
    /// 1. The same name, ignoring case and separators.
    /// 2. The same words in any order, ignoring function words.
    /// 3. The same verb, if exactly one fact type with declared sources and targets has it.
    /// 4. The same meaning (see `means`), if it is exactly one of the fact types with the most specific sources and
    ///    targets. Doubt leaves the relation as it is.
    pub fn predicate<'a>(&'a self, said: StatedRelation<'_>) -> Option<&'a str> {
        let wanted = comparison_key(said.name);
        if wanted.is_empty() {
            return None;
        }
        let candidates: Vec<&'a EdgeType> =
            self.edge_types.iter().filter(|kind| kind.fits(said.source_type, said.target_type)).collect();
        if let Some(same) = candidates.iter().find(|kind| comparison_key(&kind.name) == wanted) {
            return Some(&same.name);
        }
        let content = content_words(said.name);
        let verb = content.first()?;
        let sorted = sorted(content.clone());
        if let Some(same) = candidates.iter().find(|kind| self::sorted(content_words(&kind.name)) == sorted) {
            return Some(&same.name);
        }
        let with_verb = candidates
            .iter()
            .filter(|kind| !kind.source_targets.is_empty() && content_words(&kind.name).first() == Some(verb));
        if let Some(only) = only(with_verb) {
            return Some(&only.name);
        }
        let specific = |kind: &EdgeType| kind.specificity(said.source_type, said.target_type);
        let meant: Vec<&&EdgeType> =
            candidates.iter().filter(|kind| specific(kind) > 0 && kind.means(said, said.target_type)).collect();
        let most = meant.iter().map(|kind| specific(kind)).max()?;
        only(meant.into_iter().filter(|kind| specific(kind) == most)).map(|kind| kind.name.as_str())
    }

    /// Whether a fact type with this name is declared, for other sources or targets.
    pub fn declares_predicate(&self, said: &str) -> bool {
        let wanted = comparison_key(said);
        self.edge_types.iter().any(|kind| comparison_key(&kind.name) == wanted)
    }

    /// The declared fact type with this name, in any spelling of case and words.
    pub(super) fn edge_type(&self, name: &str) -> Option<&EdgeType> {
        let wanted = comparison_key(name);
        self.edge_types.iter().find(|kind| comparison_key(&kind.name) == wanted)
    }
}

impl EdgeType {
    /// Whether a relation means the same as this fact type, by one of these rules:
    ///
    /// 1. The words of the name are those of the relation, without the names of the connected types, and without
    ///    generic nouns: `RESTAURANT_VISIT` to a restaurant is `VISITED`, `DIETARY_PREFERENCE` is `FOLLOWS_DIET`.
    /// 2. All words of the name are in the relation or its sentence, and one in the relation: `DIETARY_PREFERENCE` is
    ///    `PREFERS` in "Ann prefers a vegan diet".
    /// 3. The description says that the source does it: "the user listened to or played an audiobook" is `PLAYS`.
    /// 4. The vocabulary has one relation for both: "went to" for `VISITED`.
    /// 5. A property that is true or false is named like the relation: `allergy` for `ALLERGIC_TO`.
    pub(super) fn means(&self, said: StatedRelation<'_>, target_type: Option<&str>) -> bool {
        let relation = content_words(said.name);
        if relation.is_empty() {
            return false;
        }
        let of_types: Vec<String> =
            [said.source_type, target_type].into_iter().flatten().flat_map(name_stems).collect();
        let name: Vec<String> =
            content_words(&self.name).into_iter().filter(|word| !akin_to_any(word, &of_types)).collect();
        let specific: Vec<&String> = name.iter().filter(|word| !is_one_of(word, &GENERIC_NOUNS)).collect();
        let required: Vec<&String> = if specific.is_empty() { name.iter().collect() } else { specific };
        let by_name = !required.is_empty()
            && required.iter().all(|word| akin_to_any(word, &relation))
            && relation.iter().all(|word| akin_to_any(word, &name) || is_one_of(word, &NEUTRAL_WORDS));
        let statement = stems(said.statement);
        let by_statement = !name.is_empty()
            && relation.iter().all(|word| akin_to_any(word, &name))
            && name.iter().all(|word| akin_to_any(word, &relation) || akin_to_any(word, &statement));
        let sources: Vec<&str> = self.source_targets.iter().filter_map(|pair| pair.source.as_deref()).collect();
        let deeds = phrases::deeds(&self.description, &sources);
        let by_description = relation.iter().all(|word| deeds.iter().any(|deed| akin(&deed.stem, word)));
        let to_type = self.source_targets.iter().any(|pair| is_specific(pair.target.as_deref()));
        by_name
            || by_statement
            || by_description
            || to_type && phrases::shares_relation(said.name, &self.name, &deeds)
            || self.properties.iter().filter(|property| property.kind == PropertyKind::Boolean).any(|property| {
                let words = name_stems(&property.name);
                relation.iter().all(|word| akin_to_any(word, &words))
            })
    }

    /// How many sides of the fitting source-target pair name a type, at most two.
    fn specificity(&self, source_type: Option<&str>, target_type: Option<&str>) -> usize {
        let fits = |pair: &&SourceTarget| {
            side_fits(pair.source.as_deref(), source_type) && side_fits(pair.target.as_deref(), target_type)
        };
        let sides = |pair: &SourceTarget| {
            [&pair.source, &pair.target].into_iter().filter(|side| is_specific(side.as_deref())).count()
        };
        self.source_targets.iter().filter(fits).map(sides).max().unwrap_or_default()
    }
}

/// Whether a side of a fact type names a type other than that of any entity.
pub(super) fn is_specific(side: Option<&str>) -> bool {
    side.is_some_and(|side| !side.is_empty() && !side.eq_ignore_ascii_case(ANY_TYPE))
}

/// The only item.
pub(super) fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    items.next().is_none().then_some(first)
}

fn is_one_of(word: &str, list: &[&str]) -> bool {
    list.contains(&word)
}

/// The stems of a relation's words without function words, in order.
fn content_words(name: &str) -> Vec<String> {
    name_stems(name).into_iter().filter(|word| !FUNCTION_WORDS.contains(&word.as_str())).collect()
}

fn sorted(mut words: Vec<String>) -> Vec<String> {
    words.sort();
    words
}
