//! Finds aliases: "Robert, everyone calls him Bob".

use erstwhile::ports::ExtractedAlias;

use super::names::ProperName;
use super::tokens::Token;

/// Words before another name of the speaker: "my name is", "I go by".
const SELF: &[&[&str]] = &[
    &["my", "name", "is"],
    &["my", "name", "'s"],
    &["my", "full", "name", "is"],
    &["i", "go", "by"],
    &["call", "me"],
    &["calls", "me"],
    &["my", "nickname", "is"],
    &["i", "am", "called"],
    &["i", "'m", "called"],
    &["known", "as", "me"],
];

/// Words between two names of the same entity.
const BETWEEN: &[&[&str]] = &[
    &["also", "known", "as"],
    &["known", "as"],
    &["better", "known", "as"],
    &["aka"],
    &["a", ".", "k", ".", "a", "."],
    &["goes", "by"],
    &["nicknamed"],
    &["formerly"],
    &["formerly", "known", "as"],
    &["is", "short", "for"],
    &["short", "for"],
    &["née"],
];

/// Returns the aliases in one sentence.
pub(super) fn read(text: &str, tokens: &[Token], names: &[ProperName], speaker: Option<&str>) -> Vec<ExtractedAlias> {
    let mut aliases = Vec::new();
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return aliases };
    let span = first.span.start..last.span.end;
    for name in names {
        let at = name.tokens.start;
        if let Some(speaker) = speaker
            && (SELF.iter().any(|said| precede(tokens, at, said)) || introduces(text, tokens, name))
        {
            push(&mut aliases, speaker, name, Some("Person"), &span);
        }
        if let Some(fuller) = names.iter().rev().find(|other| other.tokens.end <= at) {
            let between = &tokens[fuller.tokens.end..at];
            if is_between(between) || is_called(between) {
                push(
                    &mut aliases,
                    &fuller.name,
                    name,
                    fuller.entity_type.as_deref().or(name.entity_type.as_deref()),
                    &span,
                );
            }
        }
    }
    aliases
}

fn precede(tokens: &[Token], at: usize, said: &[&str]) -> bool {
    at >= said.len() && tokens[at - said.len()..at].iter().zip(said).all(|(token, word)| token.is(word))
}

/// Whether the speaker gives this name near the start, followed by punctuation, "from" or the end: "I'm Nora."
fn introduces(text: &str, tokens: &[Token], name: &ProperName) -> bool {
    let (start, end) = (name.tokens.start, name.tokens.end);
    let me = precede(tokens, start, &["i", "am"])
        || precede(tokens, start, &["i", "'m"])
        || precede(tokens, start, &["this", "is"]);
    let person = name.entity_type.as_deref().is_none_or(|kind| kind == "Person");
    let ends = tokens.get(end).is_none_or(|token| token.is_any(&[".", "!", ",", "and", "from", "(", "-"]));
    let letters = text.get(tokens[start].span.clone()).is_some_and(|said| !said.chars().all(char::is_uppercase));
    me && start <= 3 && person && ends && letters
}

fn is_between(tokens: &[Token]) -> bool {
    let words: Vec<&str> = tokens
        .iter()
        .filter(|token| !token.is_any(&["(", ",", "\"", "“", "is", "the"]))
        .map(|token| token.lower.as_str())
        .collect();
    BETWEEN.iter().any(|between| {
        let plain: Vec<&str> = between.iter().copied().filter(|word| *word != "is").collect();
        words == plain
    })
}

/// Whether the words between two names say that the second is an alias: ", everyone calls him".
fn is_called(tokens: &[Token]) -> bool {
    let called = tokens.iter().position(|token| token.is_any(&["call", "calls", "called", "nicknamed"]));
    let pronoun = |at: usize| tokens.get(at).is_some_and(|token| token.is_any(&["him", "her", "them", "it"]));
    tokens.len() <= 7 && called.is_some_and(|at| pronoun(at + 1) && at + 2 == tokens.len())
}

fn push(
    aliases: &mut Vec<ExtractedAlias>,
    name: &str,
    other: &ProperName,
    entity_type: Option<&str>,
    span: &std::ops::Range<usize>,
) {
    if name.to_lowercase() == other.name.to_lowercase() {
        return;
    }
    // The longer name is the main one, unless the speaker's name is only a placeholder such as "User".
    let generic = matches!(name, "User" | "Assistant");
    let (name, alias) = if !generic && other.name.chars().count() > name.chars().count() && other.name.contains(' ') {
        (other.name.as_str(), name)
    } else {
        (name, other.name.as_str())
    };
    aliases.push(ExtractedAlias {
        name: name.to_owned(),
        alias: alias.to_owned(),
        entity_type: entity_type.map(ToOwned::to_owned),
        span: span.clone(),
    });
}
