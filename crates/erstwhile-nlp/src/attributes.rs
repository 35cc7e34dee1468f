//! The attribute rules: coarse parts of speech, corrections and some lemmas, from tags, arcs and words.

use std::collections::HashMap;

use crate::labels::{Dep, Pos, Tag};
use crate::weights::{LoadError, Reader};

/// What the lemmatizer must know of the morphology of a token. The exporter has the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Morphology(u8);

impl Morphology {
    /// Singular.
    pub(crate) const SINGULAR: Self = Self(1);
    /// Has a number, singular or plural.
    pub(crate) const NUMBER: Self = Self(1 << 1);
    /// Infinitive.
    pub(crate) const INFINITIVE: Self = Self(1 << 2);
    /// Finite verb.
    pub(crate) const FINITE: Self = Self(1 << 3);
    /// Present tense.
    pub(crate) const PRESENT: Self = Self(1 << 4);
    /// Neither comparative nor superlative.
    pub(crate) const POSITIVE: Self = Self(1 << 5);

    pub(crate) fn has(self, feature: Self) -> bool {
        self.0 & feature.0 != 0
    }
}

/// The exporter writes this instead of a morphology if a rule does not change it.
const UNCHANGED: u8 = 255;

/// The attributes of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Attributes {
    pub(crate) tag: Tag,
    pub(crate) pos: Pos,
    pub(crate) dep: Dep,
    pub(crate) morphology: Morphology,
    /// The lemma, if a rule sets one.
    pub(crate) lemma: Option<&'static str>,
}

/// A token as the rules see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RuleToken {
    pub(crate) tag: Tag,
    pub(crate) dep: Dep,
    pub(crate) word: Option<Word>,
    pub(crate) is_space: bool,
}

/// A word that some rule names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word(u16);

/// What a token must be.
#[derive(Debug)]
struct Test {
    tags: u64,
    deps: u64,
    /// One of these words, or any if there are none.
    words: Vec<Word>,
    is_space: Option<bool>,
}

impl Test {
    fn passes(&self, token: RuleToken) -> bool {
        self.tags >> token.tag as u8 & 1 == 1
            && self.deps >> token.dep as u8 & 1 == 1
            && (self.words.is_empty() || token.word.is_some_and(|word| self.words.contains(&word)))
            && self.is_space.is_none_or(|is_space| is_space == token.is_space)
    }
}

/// A rule: the tests for consecutive tokens, and what one of them becomes.
#[derive(Debug)]
struct Rule {
    tests: Vec<Test>,
    /// Which of the tokens changes.
    target: usize,
    tag: Option<Tag>,
    pos: Option<Pos>,
    dep: Option<Dep>,
    lemma: Option<&'static str>,
    morphology: Option<Morphology>,
}

/// The rules, in order: later ones override earlier ones.
#[derive(Debug)]
pub(crate) struct AttributeRules {
    rules: Vec<Rule>,
    words: HashMap<&'static str, Word>,
}

fn optional<T>(name: &str, find: impl Fn(&str) -> Option<T>) -> Result<Option<T>, LoadError> {
    if name.is_empty() { Ok(None) } else { find(name).map(Some).ok_or(LoadError::Invalid("label of a rule")) }
}

impl AttributeRules {
    pub(crate) fn read(reader: &mut Reader<'static>) -> Result<Self, LoadError> {
        let mut words = HashMap::new();
        let mut rules = Vec::new();
        for _ in 0..reader.count()? {
            let target = usize::from(reader.u8()?);
            let tag = optional(reader.text()?, Tag::from_name)?;
            let pos = optional(reader.text()?, Pos::from_name)?;
            let dep = optional(reader.text()?, Dep::from_name)?;
            let lemma = Some(reader.text()?).filter(|lemma| !lemma.is_empty());
            let morphology = Some(reader.u8()?).filter(|bits| *bits != UNCHANGED).map(Morphology);
            let tests: Vec<Test> =
                (0..reader.u8()?).map(|_| read_test(reader, &mut words)).collect::<Result<_, LoadError>>()?;
            if target >= tests.len() {
                return Err(LoadError::Invalid("rule"));
            }
            rules.push(Rule { tests, target, tag, pos, dep, lemma, morphology });
        }
        Ok(Self { rules, words })
    }

    /// The word that rules name, by its lower-case form.
    pub(crate) fn word(&self, lower: &str) -> Option<Word> {
        self.words.get(lower).copied()
    }

    /// The attributes of one of the tokens of a block.
    pub(crate) fn attributes(&self, tokens: &[RuleToken], at: usize) -> Attributes {
        let (tag, dep) = tokens.get(at).map_or((Tag::Xx, Dep::Unclassified), |token| (token.tag, token.dep));
        let mut result = Attributes { tag, pos: Pos::X, dep, morphology: Morphology::default(), lemma: None };
        for rule in &self.rules {
            let Some(span) = at.checked_sub(rule.target).and_then(|start| tokens.get(start..)) else { continue };
            let matches =
                span.len() >= rule.tests.len() && rule.tests.iter().zip(span).all(|(test, token)| test.passes(*token));
            if matches {
                result.tag = rule.tag.unwrap_or(result.tag);
                result.pos = rule.pos.unwrap_or(result.pos);
                result.dep = rule.dep.unwrap_or(result.dep);
                result.lemma = rule.lemma.or(result.lemma);
                result.morphology = rule.morphology.unwrap_or(result.morphology);
            }
        }
        result
    }
}

fn read_test(reader: &mut Reader<'static>, words: &mut HashMap<&'static str, Word>) -> Result<Test, LoadError> {
    let (tags, deps, is_space) = (reader.u64()?, reader.u64()?, reader.u8()?);
    let mut tested = Vec::new();
    for text in reader.texts()? {
        let next = Word(words.len() as u16);
        tested.push(*words.entry(text).or_insert(next));
    }
    Ok(Test { tags, deps, words: tested, is_space: (is_space < 2).then_some(is_space == 1) })
}
