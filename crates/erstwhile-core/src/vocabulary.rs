//! The relation vocabulary: which relations facts may have, read from one data file.
//!
//! `data/vocabulary.json` says for each relation what its subject and object may be, how its facts hold in time,
//! what it ends and starts, and which sentence patterns ("frames") express it. It also has the lists of words
//! that give noun phrases their types. The offline extractor, the summaries and the prompts of language models
//! use the same file.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::model::{Fact, Holding};

/// What a relation is about; summaries are ordered by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// Name, age, origin, languages.
    Identity,
    /// Jobs, employers, businesses, projects.
    Work,
    /// Schools, degrees, classes.
    Education,
    /// Where someone lives or lived.
    Place,
    /// Family, partners, friends, colleagues.
    People,
    /// Animals.
    Pet,
    /// Conditions, allergies, diets, medication.
    Health,
    /// Likes, dislikes, interests.
    Preference,
    /// Activities, instruments, games, what one reads and makes.
    Hobby,
    /// Clubs, teams, causes.
    Membership,
    /// What one owns, buys and uses.
    Possession,
    /// What is to come.
    Plan,
    /// What was given up.
    Status,
    /// What one attended, visited or hosted.
    Event,
    /// Prizes, records, amounts raised.
    Achievement,
}

/// One relation of the vocabulary.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// Its name, `SCREAMING_SNAKE_CASE`.
    pub name: String,
    /// What it is about.
    pub group: Group,
    /// How its facts may overlap in time.
    pub holding: Holding,
    /// Types of the subject.
    pub subject: Vec<String>,
    /// Types of the object; names of word lists, or types that the extractor knows.
    pub object: Vec<String>,
    /// Sentence patterns: `verb[+particle][.pass] slot`; the slot is `obj`, `attr`, a preposition, `adj:WORD[:prep]` or
    /// `noun:WORD[:prep]`; `a/b` means any of them, `=type+type` restricts the type of the object.
    #[serde(default)]
    pub frames: Vec<String>,
    /// What a fact of this relation ends.
    #[serde(default)]
    pub ends: Vec<Ending>,
    /// Relations that begin to hold with the same object.
    #[serde(default)]
    pub starts: Vec<String>,
    /// Whether the object is a value (an amount, a date, a status), not an entity.
    #[serde(default)]
    pub value: bool,
}

/// What a fact of another relation ends.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Ending {
    /// The relation whose facts end.
    pub relation: String,
    /// Whether only the fact with the same object ends, not every fact of the subject.
    pub same_object: bool,
}

impl TryFrom<String> for Ending {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.split_once(' ') {
            Some((relation, "same")) => Ok(Self { relation: relation.to_owned(), same_object: true }),
            Some((relation, "any")) => Ok(Self { relation: relation.to_owned(), same_object: false }),
            _ => Err(format!("`{text}` is not `RELATION same` or `RELATION any`")),
        }
    }
}

/// The whole vocabulary.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vocabulary {
    /// All relations.
    pub relations: Vec<Relation>,
    /// Nouns for people in one's life, by the relation that they state: `HAS_SIBLING` has "sister".
    pub kin: HashMap<String, Vec<String>>,
    /// Lists of words, by the type that they give a noun phrase.
    pub words: HashMap<String, Vec<String>>,
    /// Lists of values of properties: genres, cuisines, colours.
    #[serde(default)]
    pub values: HashMap<String, Vec<String>>,
    #[serde(skip)]
    by_name: HashMap<String, usize>,
}

impl Vocabulary {
    /// Parses a vocabulary.
    ///
    /// # Errors
    /// If the text is not a vocabulary in JSON.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let mut vocabulary: Self = serde_json::from_str(text)?;
        let names = vocabulary.relations.iter().enumerate().map(|(index, relation)| (relation.name.clone(), index));
        vocabulary.by_name = names.collect();
        Ok(vocabulary)
    }

    /// A relation by its name.
    pub fn relation(&self, name: &str) -> Option<&Relation> {
        self.relations.get(*self.by_name.get(name)?)
    }

    /// The words of a list; empty if there is no such list.
    pub fn list(&self, name: &str) -> &[String] {
        self.words.get(name).map_or(&[], Vec::as_slice)
    }
}

static BUILT_IN: LazyLock<Vocabulary> =
    // A test proves that the file can be parsed.
    LazyLock::new(|| Vocabulary::parse(include_str!("../data/vocabulary.json")).unwrap_or_default());

/// The built-in vocabulary.
pub fn built_in() -> &'static Vocabulary {
    &BUILT_IN
}

/// A relation of the built-in vocabulary by its name.
pub fn relation(name: &str) -> Option<&'static Relation> {
    BUILT_IN.relation(name)
}

/// Whether a state is what an event began: beside "lives in Oslo" since March, "moved to Oslo in March" says nothing more.
pub(crate) fn began(event: &Fact, state: &Fact) -> bool {
    event.subject == state.subject
        && event.object == state.object
        && event.valid_from == state.valid_from
        && relation(&event.predicate).is_some_and(|relation| relation.starts.contains(&state.predicate))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed() -> Vocabulary {
        Vocabulary::parse(include_str!("../data/vocabulary.json")).unwrap()
    }

    #[test]
    fn every_relation_is_unique_and_refers_to_relations_that_exist() {
        let vocabulary = parsed();
        assert_eq!(vocabulary.by_name.len(), vocabulary.relations.len(), "two relations have one name");
        for relation in &vocabulary.relations {
            let ended = relation.ends.iter().map(|ending| &ending.relation);
            for other in ended.chain(&relation.starts) {
                assert!(vocabulary.relation(other).is_some(), "{} refers to {other}", relation.name);
                assert_ne!(other, &relation.name);
            }
        }
        for relation in vocabulary.kin.keys() {
            assert!(vocabulary.relation(relation).is_some(), "{relation} of a kin word");
        }
    }

    #[test]
    fn every_object_type_is_a_word_list_or_known_to_the_extractor() {
        const OTHER: [&str; 12] = [
            "age", "any", "date", "distance", "gpe", "human_np", "inner", "language", "money", "name", "orgname",
            "person",
        ];
        const MORE: [&str; 3] = ["self", "thing", "tickets"];
        let vocabulary = parsed();
        for relation in &vocabulary.relations {
            for object in &relation.object {
                let known = vocabulary.words.contains_key(object) || OTHER.contains(&object.as_str());
                assert!(known || MORE.contains(&object.as_str()), "{} has the object type {object}", relation.name);
            }
        }
    }

    #[test]
    fn words_are_lower_case_and_unique_in_their_list() {
        let vocabulary = parsed();
        for (name, words) in vocabulary.words.iter().chain(&vocabulary.values) {
            for (index, word) in words.iter().enumerate() {
                assert_eq!(&word.to_lowercase(), word, "{name}");
                assert!(!words[..index].contains(word), "{word} stands twice in {name}");
            }
        }
    }

    #[test]
    fn an_ending_names_a_relation_and_its_objects() {
        let ending = |text: &str| Ending::try_from(text.to_owned());
        assert_eq!(ending("LIVES_IN any"), Ok(Ending { relation: "LIVES_IN".to_owned(), same_object: false }));
        assert!(ending("LIVES_IN").is_err());
    }
}
