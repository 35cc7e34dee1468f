//! The lexer of paths.

use serde_json::{Number, Value};

use super::{SyntaxError, number};

/// A token, with the number of characters before it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) at: usize,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A bare word: a key or a keyword.
    Word(String),
    /// Text in double quotes.
    Text(String),
    Number(Value),
    Mark(&'static str),
    End,
}

/// Punctuation; longer marks precede their prefixes.
const MARKS: [&str; 29] = [
    "**", "&&", "||", "==", "!=", "<>", "<=", ">=", "=", "<", ">", "!", "$", "@", ".", ",", "*", "/", "%", "+", "-",
    "?", "(", ")", "[", "]", "{", "}", ":",
];

/// Splits a path into tokens; the last one is `End`.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, SyntaxError> {
    let mut lexer = Lexer { rest: text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip(lexer.rest.len() - lexer.rest.trim_start().len());
        let at = lexer.at;
        let kind = lexer.token()?;
        let end = kind == Kind::End;
        tokens.push(Token { at, kind });
        if end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    rest: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn error<T>(&self, message: &str) -> Result<T, SyntaxError> {
        Err(SyntaxError { at: self.at, message: message.to_owned() })
    }

    /// Skips `bytes` bytes, which must end on a character boundary.
    fn skip(&mut self, bytes: usize) -> &'a str {
        let (skipped, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.at += skipped.chars().count();
        self.rest = rest;
        skipped
    }

    fn token(&mut self) -> Result<Kind, SyntaxError> {
        let Some(first) = self.rest.chars().next() else { return Ok(Kind::End) };
        if first == '"' {
            return self.text().map(Kind::Text);
        }
        let second = self.rest.chars().nth(1);
        if first.is_ascii_digit() || first == '.' && second.is_some_and(|second| second.is_ascii_digit()) {
            return self.number().map(Kind::Number);
        }
        if let Some(mark) = MARKS.iter().find(|mark| self.rest.starts_with(**mark)) {
            self.skip(mark.len());
            return Ok(Kind::Mark(mark));
        }
        let length = self.rest.find(|character| !is_word(character)).unwrap_or(self.rest.len());
        if length == 0 {
            return self.error("unexpected character; put keys that contain it in double quotes");
        }
        Ok(Kind::Word(self.skip(length).to_owned()))
    }

    fn number(&mut self) -> Result<Value, SyntaxError> {
        let mut length = 0;
        let mut exponent = false;
        for character in self.rest.chars() {
            let sign = matches!(character, '+' | '-')
                && self.rest.get(..length).is_some_and(|before| before.ends_with(['e', 'E']));
            if !(character.is_ascii_digit() || character == '.' && !exponent || matches!(character, 'e' | 'E') || sign)
            {
                break;
            }
            exponent |= matches!(character, 'e' | 'E');
            length += character.len_utf8();
        }
        let text = self.rest.get(..length).unwrap_or_default();
        let value = text
            .parse::<i64>()
            .map(|whole| Value::Number(Number::from(whole)))
            .ok()
            .or_else(|| number(text.parse().ok()?));
        let is_followed_by_word = self.rest.get(length..).and_then(|after| after.chars().next()).is_some_and(is_word);
        match value {
            Some(value) if !is_followed_by_word => {
                self.skip(length);
                Ok(value)
            }
            _ => self.error("this is not a number"),
        }
    }

    /// Lexes text in double quotes, with the escapes of JavaScript.
    fn text(&mut self) -> Result<String, SyntaxError> {
        let begin = self.at;
        self.skip(1);
        let mut text = String::new();
        loop {
            let length = self.rest.find(['"', '\\']).unwrap_or(self.rest.len());
            text.push_str(self.skip(length));
            match self.rest.chars().next() {
                Some('"') => {
                    self.skip(1);
                    return Ok(text);
                }
                Some(_) => {
                    self.skip(1);
                    text.push(self.escape()?);
                }
                None => return Err(SyntaxError { at: begin, message: "missing closing double quote".to_owned() }),
            }
        }
    }

    /// Lexes an escape after its backslash.
    fn escape(&mut self) -> Result<char, SyntaxError> {
        let Some(character) = self.rest.chars().next() else { return self.error("incomplete escape") };
        self.skip(character.len_utf8());
        Ok(match character {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            'x' => self.code_point(2)?,
            'u' => self.code_unit()?,
            other => other,
        })
    }

    /// Lexes what follows `\u`: four digits, a pair of surrogates of four each, or one to six digits in braces.
    fn code_unit(&mut self) -> Result<char, SyntaxError> {
        if self.rest.starts_with('{') {
            self.skip(1);
            let digits = self.rest.find('}').filter(|digits| (1..=6).contains(digits));
            let Some(digits) = digits else { return self.error("an escape in braces must have one to six digits") };
            let character = self.code_point(digits)?;
            self.skip(1);
            return Ok(character);
        }
        let first = self.hex(4)?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first).map_or_else(|| self.error("this escape is not a character"), Ok);
        }
        if !self.rest.starts_with("\\u") {
            return self.error("a high surrogate must be followed by a low surrogate");
        }
        self.skip(2);
        let second = self.hex(4)?;
        let both = char::decode_utf16([first as u16, second as u16]).next().and_then(Result::ok);
        both.map_or_else(|| self.error("a high surrogate must be followed by a low surrogate"), Ok)
    }

    fn code_point(&mut self, digits: usize) -> Result<char, SyntaxError> {
        let code = self.hex(digits)?;
        char::from_u32(code).map_or_else(|| self.error("this escape is not a character"), Ok)
    }

    fn hex(&mut self, digits: usize) -> Result<u32, SyntaxError> {
        let text = self.rest.get(..digits).filter(|text| text.chars().all(|digit| digit.is_ascii_hexdigit()));
        let code = text.and_then(|text| u32::from_str_radix(text, 16).ok());
        let Some(code) = code else { return self.error("an escape must have hexadecimal digits") };
        self.skip(digits);
        Ok(code)
    }
}

fn is_word(character: char) -> bool {
    !character.is_whitespace() && !character.is_control() && !"?%$.[]{}()|&!=<>@#,*:-+/\"\\".contains(character)
}
