//! What the description of a fact type says that its source does: "the user listened to or played an audiobook".

use std::collections::BTreeSet;

use super::kinship::name_stems;
use crate::text::stem;
use crate::vocabulary;

/// Words that a noun phrase begins with, which ends the verbs before it.
const DETERMINERS: [&str; 14] =
    ["a", "an", "the", "any", "some", "their", "his", "her", "its", "this", "these", "one", "another", "specific"];
/// Words that take back what a verb says, or whose verb says something else.
const REVERSALS: [&str; 6] = ["not", "never", "no", "longer", "without", "stopped"];
/// Words between verbs that say nothing.
const AUXILIARIES: [&str; 13] =
    ["is", "was", "are", "were", "has", "have", "had", "been", "or", "and", "be", "does", "did"];
const PREPOSITIONS: [&str; 9] = ["to", "at", "in", "for", "with", "on", "from", "of", "by"];
/// Words for the source of a fact, besides its type.
const SOMEBODY: [&str; 4] = ["someone", "somebody", "person", "who"];
/// Frequent past tenses that stemming does not lead back to their verb.
const PAST_TENSES: [(&str, &str); 12] = [
    ("went", "go"),
    ("ate", "eat"),
    ("bought", "buy"),
    ("saw", "see"),
    ("drank", "drink"),
    ("drove", "drive"),
    ("wrote", "write"),
    ("taught", "teach"),
    ("met", "meet"),
    ("sold", "sell"),
    ("won", "win"),
    ("heard", "hear"),
];
/// Verbs that mean too many things.
const LIGHT_VERBS: [&str; 8] = ["be", "have", "do", "get", "take", "make", "use", "hit"];
/// The most words that a description's verbs may span.
const SPAN_MAX: usize = 8;

/// A verb, with the preposition after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Deed {
    pub(super) stem: String,
    preposition: Option<String>,
}

/// The verbs of a description: those between the name of the source, or its beginning, and the next noun phrase.
///
/// None if another verb governs them ("wants to visit") or they are negated.
pub(super) fn deeds(description: &str, sources: &[&str]) -> Vec<Deed> {
    let lower = description.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty()).collect();
    let types: Vec<String> = sources.iter().flat_map(|source| name_stems(source)).collect();
    let is_source = |word: &&str| SOMEBODY.contains(word) || stem(word).is_some_and(|stem| types.contains(&stem));
    let from = words.iter().position(&is_source).unwrap_or_default();
    let verbs: Vec<&str> = words
        .iter()
        .skip(from)
        .skip_while(|word| is_source(word))
        .take_while(|word| !DETERMINERS.contains(word))
        .take(SPAN_MAX)
        .copied()
        .collect();
    let is_infinitive =
        |pair: &[&str]| pair[0] == "to" && !AUXILIARIES.contains(&pair[1]) && !PREPOSITIONS.contains(&pair[1]);
    if verbs.iter().any(|word| REVERSALS.contains(word)) || verbs.windows(2).any(is_infinitive) {
        return Vec::new();
    }
    phrase(&verbs)
}

/// The verbs of a list of words.
fn phrase(words: &[&str]) -> Vec<Deed> {
    let mut deeds: Vec<Deed> = Vec::new();
    let mut follows_verb = false;
    for word in words {
        if PREPOSITIONS.contains(word) {
            if let Some(last) = deeds.last_mut().filter(|_| follows_verb) {
                last.preposition = Some((*word).to_owned());
            }
            follows_verb = false;
        } else if AUXILIARIES.contains(word) {
            follows_verb = false;
        } else {
            let verb = PAST_TENSES.iter().find(|(past, _)| past == word).map_or(*word, |(_, verb)| *verb);
            deeds.push(Deed { stem: stem(verb).unwrap_or_else(|| verb.to_owned()), preposition: None });
            follows_verb = true;
        }
    }
    deeds
}

/// Whether the vocabulary has one relation for a stated relation and for the name or the verbs of a fact type.
pub(super) fn shares_relation(said: &str, name: &str, deeds: &[Deed]) -> bool {
    let of_said = match vocabulary::relation(said) {
        Some(relation) => BTreeSet::from([relation.name.as_str()]),
        None => relations(&of_name(said)),
    };
    if of_said.is_empty() {
        return false;
    }
    let declared = relations(&of_name(name));
    declared.into_iter().chain(relations(deeds)).any(|relation| of_said.contains(relation))
}

/// The verbs of a relation's name: `WENT_TO`.
fn of_name(name: &str) -> Vec<Deed> {
    let spaced = super::types::split_words(name).to_lowercase();
    phrase(&spaced.split_whitespace().collect::<Vec<_>>())
}

/// The relations of the vocabulary that verbs express.
fn relations(deeds: &[Deed]) -> BTreeSet<&'static str> {
    deeds.iter().flat_map(relations_of).collect()
}

/// The relations that a verb expresses: those that are named after it, else all that have a frame with it.
fn relations_of(deed: &Deed) -> Vec<&'static str> {
    let expressed = |frame: &str| {
        let Some((verb, slot)) = frame.split_once(' ') else { return false };
        if !verb.chars().all(char::is_alphabetic) || LIGHT_VERBS.contains(&verb) {
            return false;
        }
        // "=type" restricts the object to a type, which the fact type does by itself.
        let slot = slot.split('=').next().unwrap_or(slot);
        let fits = match &deed.preposition {
            None => slot == "obj",
            Some(preposition) => slot.split('/').any(|slot| slot == preposition),
        };
        fits && stem(verb).is_some_and(|verb| verb == deed.stem)
    };
    let all = vocabulary::built_in().relations.iter();
    let found = all.filter(|relation| relation.frames.iter().any(|frame| expressed(frame)));
    let (named, others): (Vec<&str>, Vec<&str>) =
        found.map(|relation| relation.name.as_str()).partition(|name| name_stems(name).contains(&deed.stem));
    if named.is_empty() { others } else { named }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stems(description: &str) -> Vec<String> {
        deeds(description, &["User"]).into_iter().map(|deed| deed.stem).collect()
    }

    #[test]
    fn the_verbs_of_a_description_are_those_of_its_source() {
        assert_eq!(stems("Represents the fact that the user visited a restaurant."), ["visit"]);
        assert_eq!(stems("Represents the fact that the user listened to or played an audiobook."), ["listen", "play"]);
        assert_eq!(stems("Who somebody works for."), ["work"]);
        assert_eq!(stems("The user is allergic to a food"), ["allerg"]);
        assert_eq!(stems("Represents the fact that the user has a dietary preference"), [""; 0]);
    }

    #[test]
    fn wishes_and_denials_are_no_deeds() {
        for description in ["The user wants to visit a city", "The user does not like a food", "A user no longer likes"]
        {
            assert_eq!(stems(description), [""; 0], "{description}");
        }
    }

    #[test]
    fn the_vocabulary_knows_phrases_for_one_relation() {
        let shares = |said, description| shares_relation(said, "X", &deeds(description, &["User"]));
        assert!(shares("VISITED", "The user went to a restaurant"));
        assert!(shares("WENT_TO", "The user visited a restaurant"));
        assert!(!shares("READ", "The user listened to an audiobook"));
        assert!(!shares("LIKES", "The user visited a restaurant"));
        assert!(!shares("OWNS", "The user has a restaurant"));
    }
}
