//! Splits text into tokens as spaCy's English tokenizer does: white space, exceptions, prefixes, suffixes, infixes.

use std::ops::Range;

use foldhash::{HashMap, HashMapExt};

use crate::data::{Data, LoadError};

mod affixes;
mod url;

/// A token's place in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawToken {
    pub(crate) span: Range<usize>,
    pub(crate) space_after: bool,
    /// The index of its normal form in [`Tokenizer::norms`], if an exception gives it one.
    pub(crate) norm: Option<u32>,
}

/// The tokenizer with its exceptions.
#[derive(Debug)]
pub(crate) struct Tokenizer {
    exceptions: HashMap<String, Vec<Piece>>,
    longest_exception: usize,
    norms: Vec<String>,
    icons: Vec<(u32, u32)>,
}

/// A part of an exception: its length in bytes, and its normal form.
#[derive(Debug, Clone, Copy)]
struct Piece {
    length: usize,
    norm: Option<u32>,
}

impl Tokenizer {
    pub(crate) fn new(data: &Data<'_>) -> Result<Self, LoadError> {
        let damaged = || LoadError::Content("exceptions".to_owned());
        let mut tokenizer =
            Self { exceptions: HashMap::new(), longest_exception: 0, norms: Vec::new(), icons: Vec::new() };
        for line in data.lines("exceptions")? {
            let mut fields = line.split('\t');
            let text = fields.next().ok_or_else(damaged)?;
            let mut pieces = Vec::new();
            for field in fields {
                let (orth, norm) = field.split_once('\u{1f}').map_or((field, None), |(orth, norm)| (orth, Some(norm)));
                let norm = norm.map(|norm| {
                    tokenizer.norms.push(norm.to_owned());
                    (tokenizer.norms.len() - 1) as u32
                });
                pieces.push(Piece { length: orth.len(), norm });
            }
            if pieces.iter().map(|piece| piece.length).sum::<usize>() != text.len() {
                return Err(damaged());
            }
            tokenizer.longest_exception = tokenizer.longest_exception.max(text.len());
            tokenizer.exceptions.insert(text.to_owned(), pieces);
        }
        for line in data.lines("icons")? {
            let (first, last) = line.split_once('\t').ok_or_else(damaged)?;
            let range = (first.parse().map_err(|_| damaged())?, last.parse().map_err(|_| damaged())?);
            tokenizer.icons.push(range);
        }
        Ok(tokenizer)
    }

    /// The normal form that an exception gives a token.
    pub(crate) fn norm(&self, index: u32) -> &str {
        self.norms.get(index as usize).map_or("", String::as_str)
    }

    /// The tokens of a text; together with the spaces after them they are the whole text.
    pub(crate) fn tokenise(&self, text: &str, tokens: &mut Vec<RawToken>) {
        tokens.clear();
        let mut start = 0;
        let mut in_space = text.chars().next().is_some_and(char::is_whitespace);
        for (at, c) in text.char_indices() {
            if c.is_whitespace() == in_space {
                continue;
            }
            if start < at {
                self.chunk(text, start..at, tokens);
            }
            if c == ' ' && !tokens.is_empty() {
                if let Some(last) = tokens.last_mut() {
                    last.space_after = true;
                }
                start = at + 1;
            } else {
                start = at;
            }
            in_space = !in_space;
        }
        if start < text.len() {
            self.chunk(text, start..text.len(), tokens);
            // A text that ends in one space has none left for a token.
            if text.ends_with(' ')
                && !in_space
                && let Some(last) = tokens.last_mut()
            {
                last.space_after = true;
            }
        }
    }

    fn exception(&self, text: &str) -> Option<&[Piece]> {
        if text.len() > self.longest_exception { None } else { self.exceptions.get(text).map(Vec::as_slice) }
    }

    fn is_icon(&self, c: char) -> bool {
        let code = c as u32;
        let after = self.icons.partition_point(|(first, _)| *first <= code);
        after > 0 && self.icons[after - 1].1 >= code
    }

    /// Splits a run of characters without white space, or of white space.
    fn chunk(&self, text: &str, span: Range<usize>, tokens: &mut Vec<RawToken>) {
        if self.push_exception(text, span.clone(), tokens) {
            return;
        }
        let mut inner = span;
        let mut suffixes: Vec<Range<usize>> = Vec::new();
        loop {
            let part = &text[inner.clone()];
            if part.is_empty() || self.exception(part).is_some() {
                break;
            }
            let prefix = affixes::prefix(part, |c| self.is_icon(c));
            if prefix > 0 && prefix < part.len() && self.exception(&part[prefix..]).is_some() {
                push(tokens, inner.start..inner.start + prefix);
                inner.start += prefix;
                break;
            }
            let suffix = affixes::suffix(&part[prefix..], |c| self.is_icon(c));
            if suffix > 0 && suffix < part.len() && self.exception(&part[..part.len() - suffix]).is_some() {
                suffixes.push(inner.end - suffix..inner.end);
                inner.end -= suffix;
                break;
            }
            if prefix == 0 && suffix == 0 {
                break;
            }
            if prefix > 0 {
                push(tokens, inner.start..inner.start + prefix);
                inner.start += prefix;
            }
            if suffix > 0 {
                suffixes.push(inner.end - suffix..inner.end);
                inner.end -= suffix;
            }
        }
        if !inner.is_empty() && !self.push_exception(text, inner.clone(), tokens) {
            let part = &text[inner.clone()];
            if url::is_match(part) {
                push(tokens, inner);
            } else {
                let mut start = 0;
                affixes::infixes(
                    part,
                    |c| self.is_icon(c),
                    |infix| {
                        if infix.start == 0 {
                            return;
                        }
                        if infix.start != start {
                            push(tokens, inner.start + start..inner.start + infix.start);
                        }
                        push(tokens, inner.start + infix.start..inner.start + infix.end);
                        start = infix.end;
                    },
                );
                if start < part.len() {
                    push(tokens, inner.start + start..inner.end);
                }
            }
        }
        for suffix in suffixes.into_iter().rev() {
            push(tokens, suffix);
        }
    }

    fn push_exception(&self, text: &str, span: Range<usize>, tokens: &mut Vec<RawToken>) -> bool {
        let Some(pieces) = self.exception(&text[span.clone()]) else { return false };
        let mut at = span.start;
        for piece in pieces {
            tokens.push(RawToken { span: at..at + piece.length, space_after: false, norm: piece.norm });
            at += piece.length;
        }
        true
    }
}

fn push(tokens: &mut Vec<RawToken>, span: Range<usize>) {
    tokens.push(RawToken { span, space_after: false, norm: None });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::DATA;
    use proptest::prelude::*;

    fn tokenizer() -> Tokenizer {
        Tokenizer::new(&Data::parse(DATA).unwrap()).unwrap()
    }

    fn words(text: &str) -> Vec<&str> {
        let mut tokens = Vec::new();
        tokenizer().tokenise(text, &mut tokens);
        tokens.into_iter().map(|token| &text[token.span]).collect()
    }

    #[test]
    fn text_is_split_as_english_is() {
        assert_eq!(
            words("I can't go, Dr. Who's here."),
            ["I", "ca", "n't", "go", ",", "Dr.", "Who", "'s", "here", "."]
        );
        assert_eq!(words("(see a.b@c.org)..."), ["(", "see", "a.b@c.org", ")", "..."]);
        assert_eq!(words("$40, 10km and 5%"), ["$", "40", ",", "10", "km", "and", "5", "%"]);
        assert_eq!(words("well-known end.Next one"), ["well", "-", "known", "end", ".", "Next", "one"]);
        assert_eq!(words("U.S. e.g. 10.5 3-4"), ["U.S.", "e.g.", "10.5", "3", "-", "4"]);
        assert_eq!(words("a  b\n\nc"), ["a", " ", "b", "\n\n", "c"]);
        assert_eq!(words(""), Vec::<&str>::new());
    }

    proptest! {
        #[test]
        fn tokens_cover_the_text(text in "\\PC{0,60}|[a-z .,'\\n\\-()]{0,60}") {
            let mut tokens = Vec::new();
            thread_local!(static TOKENIZER: Tokenizer = tokenizer());
            TOKENIZER.with(|tokenizer| tokenizer.tokenise(&text, &mut tokens));
            let mut at = 0;
            for token in &tokens {
                // Only a space at the very start belongs to no token.
                prop_assert!(token.span.start == at || at == 0 && text[..token.span.start].trim().is_empty());
                prop_assert!(!token.span.is_empty());
                at = token.span.end + usize::from(token.space_after);
            }
            prop_assert!(tokens.is_empty() && text.trim().is_empty() || at == text.len());
        }
    }
}
