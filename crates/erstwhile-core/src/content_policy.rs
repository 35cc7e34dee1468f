//! Content policies: what must not be derived from episodes. Pure.
//!
//! A rule is applied by its examples: to words and phrases as they stand, and to kinds of data that can be recognised by
//! their form. A rule that neither can apply is refused, because what a policy forbids must not be kept silently.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::identity::normalise;
use crate::text::{contains_word, position_of_word};
use kinds::Kind;

mod enforcement;
mod kinds;

pub use enforcement::enforce;

/// Maximum number of categories, rules, and examples of a kind of one rule (documented).
const CATEGORIES_MAX: usize = 16;
const RULES_MAX: usize = 32;
const EXAMPLES_MAX: usize = 8;
/// Maximum numbers of characters (documented).
const CATEGORY_CHARACTERS_MAX: usize = 500;
const RULE_CHARACTERS_MAX: usize = 1_000;
const EXAMPLE_CHARACTERS_MAX: usize = 500;
/// An example of at most this many words is a phrase that is looked for as it stands.
const PHRASE_WORDS_MAX: usize = 4;

/// A subject that rules are about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Identity, the same in every revision that has the key.
    pub id: Uuid,
    /// Its key.
    pub key: String,
    /// What it covers.
    pub description: Option<String>,
}

/// What must not be derived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Identity, the same in every revision that has the category and the description.
    pub id: Uuid,
    /// The key of its category.
    pub category_key: String,
    /// What it prohibits, in plain language.
    pub description: String,
    /// What it prohibits, by example.
    pub prohibited_examples: Vec<String>,
    /// What it permits, by example.
    pub permitted_examples: Vec<String>,
}

/// The declared part of a policy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyText {
    /// The categories.
    pub categories: Vec<Category>,
    /// The rules.
    pub rules: Vec<Rule>,
}

impl PolicyText {
    /// Whether it prohibits nothing.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Checks limits and references, and that every rule can be applied.
    ///
    /// # Errors
    /// `Invalid` names what is wrong.
    pub fn check(&self) -> Result<()> {
        at_most("categories", self.categories.len(), CATEGORIES_MAX)?;
        at_most("rules", self.rules.len(), RULES_MAX)?;
        for (number, category) in self.categories.iter().enumerate() {
            let name = format!("categories[{number}]");
            check_key(&name, &category.key)?;
            let description = category.description.as_deref().unwrap_or_default();
            characters(&format!("{name}.description"), description, CATEGORY_CHARACTERS_MAX)?;
            if self.categories.iter().filter(|other| other.key == category.key).count() > 1 {
                return Err(Error::invalid(format!("{name}.key is not unique: {}", category.key)));
            }
        }
        for (number, rule) in self.rules.iter().enumerate() {
            self.check_rule(&format!("rules[{number}]"), rule)?;
        }
        Ok(())
    }

    fn check_rule(&self, name: &str, rule: &Rule) -> Result<()> {
        if !self.categories.iter().any(|category| category.key == rule.category_key) {
            return Err(Error::invalid(format!("{name}.category_key names no category: {}", rule.category_key)));
        }
        if rule.description.trim().is_empty() {
            return Err(Error::invalid(format!("{name}.description must not be empty")));
        }
        characters(&format!("{name}.description"), &rule.description, RULE_CHARACTERS_MAX)?;
        if rule.prohibited_examples.is_empty() {
            return Err(Error::invalid(format!("{name}.prohibited_examples must have from 1 to {EXAMPLES_MAX} items")));
        }
        for (field, examples) in
            [("prohibited_examples", &rule.prohibited_examples), ("permitted_examples", &rule.permitted_examples)]
        {
            at_most(&format!("{name}.{field}"), examples.len(), EXAMPLES_MAX)?;
            for example in examples {
                if !normalise(example).chars().any(char::is_alphanumeric) {
                    return Err(Error::invalid(format!(
                        "{name}.{field} must not have an item without a letter or digit"
                    )));
                }
                characters(&format!("{name}.{field}"), example, EXAMPLE_CHARACTERS_MAX)?;
            }
        }
        let applied = CompiledRule::of(rule);
        match rule.prohibited_examples.iter().position(|example| !applied.prohibits(&ComparedText::new(example))) {
            None => Ok(()),
            Some(at) => Err(Error::invalid(format!(
                "{name}.prohibited_examples[{at}] cannot be recognised without a language model: give a word or a phrase of \
                 at most {PHRASE_WORDS_MAX} words, or an example of {}",
                Kind::names()
            ))),
        }
    }
}

fn at_most(name: &str, count: usize, max: usize) -> Result<()> {
    if count <= max { Ok(()) } else { Err(Error::invalid(format!("{name} can have at most {max} items"))) }
}

fn characters(name: &str, text: &str, max: usize) -> Result<()> {
    if text.chars().count() <= max {
        Ok(())
    } else {
        Err(Error::invalid(format!("{name} must have at most {max} characters")))
    }
}

fn check_key(name: &str, key: &str) -> Result<()> {
    let is_fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if (2..=64).contains(&key.chars().count()) && key.chars().all(is_fine) {
        Ok(())
    } else {
        let message = format!("{name}.key must have from 2 to 64 lowercase letters, digits and underscores");
        Err(Error::invalid(message))
    }
}

/// One version of the policy of a project. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyRevision {
    /// Identity.
    pub uuid: Uuid,
    /// Its number: 0 for the empty policy that every project begins with.
    pub number: i64,
    /// What it declares.
    #[serde(flatten)]
    pub text: PolicyText,
    /// When it was created.
    pub created_at: Timestamp,
}

/// The policy of a graph, which it keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoundPolicy {
    /// The revision of the project, with what was added for the graph.
    #[serde(flatten)]
    pub revision: PolicyRevision,
    /// When the graph was created.
    pub bound_at: Timestamp,
}

/// A text in the forms in which it is compared with rules.
struct ComparedText<'a> {
    written: &'a str,
    normalised: String,
}

impl<'a> ComparedText<'a> {
    fn new(written: &'a str) -> Self {
        Self { written, normalised: normalise(written) }
    }
}

/// A rule in the form in which texts are compared with it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CompiledRule {
    /// Prohibited phrases, normalised.
    phrases: Vec<String>,
    /// Permitted phrases, normalised: what they cover counts for nothing.
    permitted: Vec<String>,
    /// Prohibited kinds of data.
    kinds: Vec<Kind>,
}

impl CompiledRule {
    fn of(rule: &Rule) -> Self {
        let kinds_in = |examples: &[String]| -> Vec<Kind> {
            let occurs = |kind: &Kind| examples.iter().any(|example| kind.occurs_in(example));
            Kind::ALL.into_iter().filter(occurs).collect()
        };
        let permitted_kinds = kinds_in(&rule.permitted_examples);
        let kinds: Vec<Kind> =
            kinds_in(&rule.prohibited_examples).into_iter().filter(|kind| !permitted_kinds.contains(kind)).collect();
        let is_phrase = |example: &&String| example.split_whitespace().count() <= PHRASE_WORDS_MAX;
        let phrases = |examples: &[String]| examples.iter().filter(is_phrase).map(|one| normalise(one)).collect();
        Self { phrases: phrases(&rule.prohibited_examples), permitted: phrases(&rule.permitted_examples), kinds }
    }

    fn prohibits(&self, text: &ComparedText<'_>) -> bool {
        if self.kinds.iter().any(|kind| kind.occurs_in(text.written)) {
            return true;
        }
        if !self.phrases.iter().any(|phrase| contains_word(&text.normalised, phrase)) {
            return false;
        }
        let without = |text: String, permitted: &String| without_phrase(&text, permitted);
        let left = self.permitted.iter().fold(text.normalised.clone(), without);
        self.phrases.iter().any(|phrase| contains_word(&left, phrase))
    }
}

/// A text with a mark in the places of a phrase, so that what stood around it does not touch.
fn without_phrase(text: &str, phrase: &str) -> String {
    let mut left = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) =
        position_of_word(rest, phrase).and_then(|at| Some((rest.get(..at)?, rest.get(at + phrase.len()..)?)))
    {
        left.push_str(before);
        left.push('|');
        rest = after;
    }
    left.push_str(rest);
    left
}

/// A policy that texts are compared with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContentPolicy {
    text: PolicyText,
    compiled: Vec<CompiledRule>,
}

impl ContentPolicy {
    /// Prepares a policy.
    pub fn new(text: PolicyText) -> Self {
        let compiled = text.rules.iter().map(CompiledRule::of).collect();
        Self { text, compiled }
    }

    /// The rules that prohibit a text.
    pub fn violated_by<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a Rule> + 'a {
        let rules = self.text.rules.iter().zip(&self.compiled);
        let text = ComparedText::new(text);
        rules.filter(move |(_, compiled)| compiled.prohibits(&text)).map(|(rule, _)| rule)
    }

    /// Whether any rule prohibits a text.
    pub fn prohibits(&self, text: &str) -> bool {
        let text = ComparedText::new(text);
        self.compiled.iter().any(|rule| rule.prohibits(&text))
    }
}

#[cfg(test)]
mod tests;
