//! Which relation a model's predicate means.

use erstwhile::identity::normalise;
use erstwhile::model::Holding;
use erstwhile::ontology::{EdgeType, Ontology, StatedRelation};
use erstwhile::text::words;
use erstwhile::vocabulary::Vocabulary;

use super::quotes::Words;

/// Maximum number of characters of a relation.
const CHARACTERS_MAX: usize = 60;
/// Types of objects of which the vocabulary lists every one.
const CLOSED: [&str; 2] = ["status", "leave"];
/// The relation of plans and wishes.
pub(super) const PLANS: &str = "PLANS";

/// The relations that claims may have.
#[derive(Debug)]
pub(super) struct Relations<'a> {
    vocabulary: &'a Vocabulary,
    /// The vocabulary in the form of an ontology, which compares relations by their words.
    as_ontology: Ontology,
    declared: &'a Ontology,
}

/// A relation with how its facts hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Relation {
    pub(super) name: String,
    pub(super) holding: Holding,
}

impl<'a> Relations<'a> {
    pub(super) fn new(vocabulary: &'a Vocabulary, declared: &'a Ontology) -> Self {
        let edge = |name: &String| EdgeType { name: name.clone(), ..EdgeType::default() };
        let edge_types = vocabulary.relations.iter().map(|relation| edge(&relation.name)).collect();
        Self { vocabulary, as_ontology: Ontology { edge_types, ..Ontology::default() }, declared }
    }

    /// The relation that a predicate means: one of the same name, else one of the same words (`WORKS_FOR` is
    /// `WORKS_AT`), else a new one, if its words are those of the quotation.
    pub(super) fn find(&self, predicate: &str, is_value: bool, quoted: &Words) -> Option<Relation> {
        let name = relation_name(predicate)?;
        let declared = self.declared.edge_types.iter().find(|kind| relation_name(&kind.name).as_ref() == Some(&name));
        if let Some(kind) = declared {
            let holding = self.vocabulary.relation(&name).map_or(Holding::Shared, |relation| relation.holding);
            return Some(Relation { name: kind.name.clone(), holding });
        }
        let known = self.vocabulary.relation(&name).or_else(|| {
            let same_words = self.as_ontology.predicate(StatedRelation { name: &name, ..StatedRelation::default() })?;
            self.vocabulary.relation(same_words)
        });
        if let Some(known) = known {
            return Some(Relation { name: known.name.clone(), holding: known.holding });
        }
        let in_words = name.to_lowercase().replace('_', " ");
        let has_content = !words(&in_words).is_empty();
        let is_denial = in_words.split(' ').any(|word| matches!(word, "not" | "no" | "never" | "without"));
        let is_said = has_content && !is_denial && quoted.share(&in_words) >= 1.0;
        let holding = if is_value { Holding::Exclusive } else { Holding::Shared };
        is_said.then_some(Relation { name, holding })
    }

    /// The relations whose facts a new fact of a relation ends; with `true`, only the fact with the same object.
    pub(super) fn ended_by(&self, relation: &str) -> impl Iterator<Item = (&str, bool)> {
        let known = self.vocabulary.relation(relation).into_iter();
        known.flat_map(|known| &known.ends).map(|ending| (ending.relation.as_str(), ending.same_object))
    }

    /// The relations that begin to hold with the same object as a new fact of a relation.
    pub(super) fn started_by(&self, relation: &str) -> impl Iterator<Item = &str> {
        let known = self.vocabulary.relation(relation).into_iter();
        known.flat_map(|known| &known.starts).map(String::as_str)
    }

    /// Whether a relation takes an object: one whose values are a closed list, such as a marital status, takes only what
    /// names one of them.
    pub(super) fn takes(&self, relation: &str, object: &str) -> bool {
        let Some(known) = self.vocabulary.relation(relation).filter(|known| known.value) else { return true };
        if !known.object.iter().any(|kind| CLOSED.contains(&kind.as_str())) {
            return true;
        }
        let listed = known.object.iter().filter(|kind| CLOSED.contains(&kind.as_str()));
        let listed = listed.flat_map(|kind| self.vocabulary.list(kind)).map(String::as_str);
        // "be adj:unemployed": a value that a pattern names.
        let in_frames = known.frames.iter().filter_map(|frame| frame.split_once("adj:")).map(|(_, word)| word);
        let object = normalise(object);
        let said: Vec<&str> = object.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        listed.chain(in_frames).any(|value| {
            let value: Vec<&str> = value.split(|c: char| !c.is_alphanumeric()).collect();
            said.windows(value.len()).any(|words| words == value)
        })
    }

    /// Whether the vocabulary has a relation.
    pub(super) fn knows(&self, relation: &str) -> bool {
        self.vocabulary.relation(relation).is_some()
    }

    pub(super) fn holding(&self, relation: &str) -> Holding {
        self.vocabulary.relation(relation).map_or(Holding::Shared, |known| known.holding)
    }
}

/// A name in `SCREAMING_SNAKE_CASE`; `None` if nothing is left of it.
fn relation_name(predicate: &str) -> Option<String> {
    let upper: String = predicate
        .trim()
        .chars()
        .take(CHARACTERS_MAX)
        .map(|character| if character.is_alphanumeric() { character } else { '_' })
        .flat_map(char::to_uppercase)
        .collect();
    let name = upper.split('_').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_");
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use erstwhile::vocabulary;

    use super::*;

    fn find(predicate: &str, quote: &str) -> Option<(String, Holding)> {
        let declared = Ontology {
            edge_types: vec![EdgeType { name: "RESTAURANT_VISIT".to_owned(), ..EdgeType::default() }],
            ..Ontology::default()
        };
        let mut quoted = Words::default();
        quoted.add(quote);
        let relations = Relations::new(vocabulary::built_in(), &declared);
        relations.find(predicate, false, &quoted).map(|relation| (relation.name, relation.holding))
    }

    #[test]
    fn predicates_are_known_relations_in_any_spelling() {
        let found = |predicate| find(predicate, "").map(|(name, _)| name);
        assert_eq!(find("lives in", ""), Some(("LIVES_IN".to_owned(), Holding::Exclusive)));
        assert_eq!(found("works-for").as_deref(), Some("WORKS_AT"));
        assert_eq!(found("restaurant visit").as_deref(), Some("RESTAURANT_VISIT"));
    }

    #[test]
    fn a_relation_with_a_list_of_values_takes_only_these() {
        let declared = Ontology::default();
        let relations = Relations::new(vocabulary::built_in(), &declared);
        for (relation, object, is_taken) in [
            ("HAS_RELATIONSHIP_STATUS", "Married", true),
            ("HAS_RELATIONSHIP_STATUS", "recently divorced", true),
            ("HAS_RELATIONSHIP_STATUS", "vet", false),
            ("HAS_RELATIONSHIP_STATUS", "unmarriedly", false),
            ("HAS_EMPLOYMENT_STATUS", "self-employed", true),
            ("HAS_EMPLOYMENT_STATUS", "on maternity leave", true),
            ("HAS_EMPLOYMENT_STATUS", "Oslo", false),
            ("HAS_AGE", "34", true),
            ("LIVES_IN", "Oslo", true),
            ("SPONSORS", "the choir", true),
        ] {
            assert_eq!(relations.takes(relation, object), is_taken, "{relation} {object}");
        }
    }

    #[test]
    fn a_new_relation_must_be_made_of_words_that_were_said() {
        let name = |predicate, quote| find(predicate, quote).map(|(name, _)| name);
        assert_eq!(name("SPONSORS", "We sponsor the village choir.").as_deref(), Some("SPONSORS"));
        assert_eq!(name("CONFESSED_MURDER_OF", "I met Bob."), None);
        assert_eq!(name("__", "I met Bob."), None);
    }
}
