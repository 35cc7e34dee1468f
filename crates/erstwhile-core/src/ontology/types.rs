//! Which declared type an entity is, by its names and by what is said about it.

use unicode_normalization::UnicodeNormalization;

use super::{Ontology, SPEAKERS};
use crate::text::words;

/// Words that may stand between an article and the type: "a small Italian restaurant".
const MODIFIERS_MAX: usize = 4;
/// Words after which a noun goes on no longer, besides those that search leaves out.
const PREPOSITIONS: [&str; 12] = [
    "across", "around", "behind", "beside", "inside", "like", "near", "opposite", "outside", "since", "under", "within",
];

impl Ontology {
    /// The declared type that an entity is, if any.
    ///
    /// `said` is the type that the extractor gave; `names` are all names of the entity and `statements`
    /// sentences about it. The first that gives a type decides: what the extractor said, then a name
    /// that ends with the words of the type ("Blue Bottle Restaurant"), then a sentence that says so
    /// ("Nopa is a small restaurant", "the restaurant Nopa", "Nopa, a restaurant"). Among several types
    /// the one with the longest name wins, then the one that was declared first. `User` and
    /// `Assistant` are only what the extractor says: they are who speaks, not who is called so.
    pub fn entity_type<'a>(&'a self, said: Option<&str>, names: &[&str], statements: &[&str]) -> Option<&'a str> {
        let declared: Vec<Declared<'a>> = self.entity_types.iter().map(|kind| Declared::new(&kind.name)).collect();
        if let Some(said) = said.filter(|said| !key(said).is_empty()) {
            let said = Declared::new(said);
            let equal = longest(&declared, |kind| kind.key == said.key);
            if let Some(name) = equal.or_else(|| longest(&declared, |kind| kind.is_plural_of(&said))) {
                return Some(name);
            }
        }
        let told: Vec<Declared<'a>> = declared
            .into_iter()
            .filter(|kind| !kind.stems.is_empty() && !SPEAKERS.iter().any(|name| key(name) == kind.key))
            .collect();
        if told.is_empty() {
            return None;
        }
        let named: Vec<Vec<String>> = names.iter().map(|name| stems(name)).collect();
        let by_name = longest(&told, |kind| named.iter().any(|name| name.ends_with(&kind.stems)));
        by_name.or_else(|| {
            let names: Vec<Vec<Token>> =
                names.iter().map(|name| tokens(name)).filter(|name| !name.is_empty()).collect();
            let sentences: Vec<Vec<Token>> = statements.iter().map(|statement| tokens(statement)).collect();
            longest(&told, |kind| {
                sentences.iter().any(|sentence| names.iter().any(|name| says(sentence, name, &kind.tokens)))
            })
        })
    }
}

/// A type in the forms in which it is looked for.
struct Declared<'a> {
    name: &'a str,
    key: String,
    stems: Vec<String>,
    tokens: Vec<Token>,
}

impl<'a> Declared<'a> {
    fn new(name: &'a str) -> Self {
        let spaced = spaced(name);
        Self { name, key: key(name), stems: stems(&spaced), tokens: tokens(&spaced) }
    }

    fn is_plural_of(&self, other: &Declared<'_>) -> bool {
        !self.stems.is_empty() && self.stems == other.stems
    }
}

fn longest<'a>(declared: &[Declared<'a>], fits: impl Fn(&Declared<'a>) -> bool) -> Option<&'a str> {
    let mut best: Option<&'a str> = None;
    for kind in declared.iter().filter(|kind| fits(kind)) {
        if best.is_none_or(|best| kind.name.chars().count() > best.chars().count()) {
            best = Some(kind.name);
        }
    }
    best
}

/// A name in the form in which names of types are compared: letters and digits only, lower case.
pub(super) fn key(name: &str) -> String {
    name.nfkc().flat_map(char::to_lowercase).filter(|character| character.is_alphanumeric()).collect()
}

/// A name with its words apart: `WorkOfArt`, `WORK_OF_ART` and `HTTPServer` have three, three and two.
pub(super) fn spaced(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let mut spaced = String::with_capacity(name.len() + 4);
    for (at, character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| characters.get(before));
        let after = characters.get(at + 1);
        let starts = character.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase() || before.is_numeric() || after.is_some_and(|after| after.is_lowercase())
            });
        if starts {
            spaced.push(' ');
        }
        spaced.push(if character.is_alphanumeric() { *character } else { ' ' });
    }
    spaced
}

/// The stems of all words of a text, also of those that search leaves out.
pub(super) fn stems(text: &str) -> Vec<String> {
    tokens(text).into_iter().filter(|token| !token.is_mark()).map(|token| token.stem).collect()
}

/// A word of a text, or the mark that separates two.
#[derive(Debug, Clone, PartialEq)]
struct Token {
    lower: String,
    stem: String,
    /// Whether search leaves it out: articles, prepositions, forms of "be".
    small: bool,
}

impl Token {
    fn is_mark(&self) -> bool {
        self.lower.chars().all(|character| !character.is_alphanumeric())
    }

    fn is_article(&self) -> bool {
        matches!(self.lower.as_str(), "a" | "an" | "the")
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut word = String::new();
    for character in text.nfkc().flat_map(char::to_lowercase) {
        if character.is_alphanumeric() {
            word.push(character);
            continue;
        }
        push_word(&mut tokens, &mut word);
        if matches!(character, '.' | ',' | ';' | ':' | '!' | '?' | '(' | ')' | '—' | '–') {
            tokens.push(Token { lower: character.to_string(), stem: String::new(), small: false });
        }
    }
    push_word(&mut tokens, &mut word);
    tokens
}

fn push_word(tokens: &mut Vec<Token>, word: &mut String) {
    if !word.is_empty() {
        let stems = words(word);
        let small = stems.is_empty();
        let stem = if small { word.clone() } else { stems.concat() };
        tokens.push(Token { lower: std::mem::take(word), stem, small });
    }
}

/// Whether a sentence says that what has this name is of this type.
fn says(sentence: &[Token], name: &[Token], kind: &[Token]) -> bool {
    sentence.windows(name.len()).enumerate().any(|(at, window)| {
        let is_name = window.iter().zip(name).all(|(one, other)| one.lower == other.lower);
        is_name && {
            let (before, rest) = sentence.split_at(at);
            let after = rest.get(name.len()..).unwrap_or_default();
            is_said_after(after, kind) || is_said_before(before, kind)
        }
    })
}

/// "… is a small restaurant", "…, a restaurant".
fn is_said_after(after: &[Token], kind: &[Token]) -> bool {
    let phrase = match after {
        [verb, article, phrase @ ..] if matches!(verb.lower.as_str(), "is" | "was") && article.is_article() => phrase,
        [comma, article, phrase @ ..] if comma.lower == "," && article.is_article() => phrase,
        _ => return false,
    };
    (0..=MODIFIERS_MAX).any(|modifiers| {
        let Some((between, from)) = phrase.split_at_checked(modifiers) else { return false };
        let modify = between.iter().all(|word| !word.is_mark() && !word.small);
        modify && begins_with(from, kind) && from.get(kind.len()).is_none_or(ends_noun)
    })
}

/// "the small restaurant …".
fn is_said_before(before: &[Token], kind: &[Token]) -> bool {
    let Some((lead, end)) = before.len().checked_sub(kind.len()).map(|at| before.split_at(at)) else { return false };
    let modifiers = lead.iter().rev().take_while(|word| !word.is_mark() && !word.small).count();
    let article = lead.iter().rev().nth(modifiers);
    begins_with(end, kind) && modifiers <= MODIFIERS_MAX && article.is_some_and(|word| word.lower == "the")
}

fn begins_with(text: &[Token], kind: &[Token]) -> bool {
    text.len() >= kind.len() && text.iter().zip(kind).all(|(word, part)| word.stem == part.stem)
}

/// Whether a word cannot belong to the noun before it: a "restaurant critic" is no restaurant, but "a
/// restaurant in", "a restaurant serving" and "a restaurant located" are.
fn ends_noun(word: &Token) -> bool {
    let goes_on =
        word.lower.ends_with("ing") || word.lower.ends_with("ed") || PREPOSITIONS.contains(&word.lower.as_str());
    word.is_mark() || word.small || goes_on
}
