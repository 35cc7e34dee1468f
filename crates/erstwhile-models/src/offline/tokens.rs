//! Splits text into words, numbers and punctuation marks, with their spans.

use std::ops::Range;

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// Letters, possibly with digits, hyphens and apostrophes inside.
    Word,
    /// Starts with a digit.
    Number,
    /// Any other single character: punctuation or a symbol.
    Mark,
}

/// One token. Clitics ("'m", "'s", "'ve") are separate tokens; "don't" is one token.
#[derive(Debug, Clone)]
pub(super) struct Token {
    /// Byte range in the source text.
    pub(super) span: Range<usize>,
    /// The token in lower case, with straight apostrophes.
    pub(super) lower: String,
    /// What it is made of.
    pub(super) kind: TokenKind,
    /// Whether its first character is an upper-case letter.
    pub(super) capital: bool,
}

impl Token {
    /// Whether it is exactly this lower-case word or mark.
    pub(super) fn is(&self, lower: &str) -> bool {
        self.lower == lower
    }

    /// Whether it is one of these lower-case words.
    pub(super) fn is_any(&self, words: &[&str]) -> bool {
        words.contains(&self.lower.as_str())
    }

    /// Whether it is a punctuation mark or symbol.
    pub(super) fn is_mark(&self) -> bool {
        self.kind == TokenKind::Mark
    }
}

/// Endings that become separate tokens.
const CLITICS: [&str; 6] = ["'s", "'m", "'ve", "'re", "'ll", "'d"];

/// Returns the tokens of `text[within]`, with spans in `text`.
pub(super) fn tokenise(text: &str, within: Range<usize>) -> Vec<Token> {
    let Some(part) = text.get(within.clone()) else { return Vec::new() };
    let chars: Vec<(usize, char)> = part.char_indices().map(|(at, c)| (at + within.start, c)).collect();
    let mut tokens = Vec::new();
    let mut index = 0;
    while let Some(&(start, first)) = chars.get(index) {
        if first.is_whitespace() {
            index += 1;
        } else if first.is_alphanumeric() {
            let mut last = index;
            while continues(&chars, last) {
                last += 1;
            }
            let end = chars.get(last + 1).map_or(within.end, |&(at, _)| at);
            push_word(text, start..end, &mut tokens);
            index = last + 1;
        } else {
            let end = chars.get(index + 1).map_or(within.end, |&(at, _)| at);
            let lower = straighten(first).to_string();
            tokens.push(Token { span: start..end, lower, kind: TokenKind::Mark, capital: false });
            index += 1;
        }
    }
    tokens
}

/// Whether the character after `last` belongs to the same word.
fn continues(chars: &[(usize, char)], last: usize) -> bool {
    let (Some(&(_, here)), Some(&(_, next))) = (chars.get(last), chars.get(last + 1)) else { return false };
    let after = chars.get(last + 2).map(|&(_, c)| c);
    if next.is_alphanumeric() {
        return true;
    }
    // A joiner belongs to the word only between two suitable characters, so never next to another joiner.
    if !here.is_alphanumeric() {
        return false;
    }
    match next {
        '-' | '\'' | '’' => after.is_some_and(char::is_alphanumeric),
        '.' | ':' | ',' | '/' => here.is_ascii_digit() && after.is_some_and(|c| c.is_ascii_digit()),
        '+' | '#' => here.is_alphabetic() && after.is_none_or(|c| !c.is_alphanumeric()),
        _ => false,
    }
}

fn push_word(text: &str, span: Range<usize>, tokens: &mut Vec<Token>) {
    let word = &text[span.clone()];
    let lower: String = word.chars().map(straighten).flat_map(char::to_lowercase).collect();
    let capital = word.chars().next().is_some_and(char::is_uppercase);
    let kind = if word.starts_with(|c: char| c.is_numeric()) { TokenKind::Number } else { TokenKind::Word };
    if let Some(quote) = word.rfind(['\'', '’'])
        && let Some(clitic) = CLITICS.iter().find(|clitic| lower.ends_with(*clitic))
        && quote > 0
    {
        let cut = span.start + quote;
        let stem = lower[..lower.len() - clitic.len()].to_owned();
        tokens.push(Token { span: span.start..cut, lower: stem, kind, capital });
        let lower = (*clitic).to_owned();
        tokens.push(Token { span: cut..span.end, lower, kind: TokenKind::Word, capital: false });
        return;
    }
    tokens.push(Token { span, lower, kind, capital });
}

fn straighten(c: char) -> char {
    if c == '’' { '\'' } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokenise(text, 0..text.len()).into_iter().map(|token| token.lower).collect()
    }

    #[test]
    fn clitics_are_separate_tokens_and_negations_are_not() {
        assert_eq!(
            words("I'm sure Ines’s dog doesn't bite."),
            ["i", "'m", "sure", "ines", "'s", "dog", "doesn't", "bite", "."]
        );
    }

    #[test]
    fn numbers_keep_their_inner_marks() {
        assert_eq!(
            words("2023-05-07, 3:30pm and 1,200 at 5/7"),
            ["2023-05-07", ",", "3:30pm", "and", "1,200", "at", "5/7"]
        );
    }
}
