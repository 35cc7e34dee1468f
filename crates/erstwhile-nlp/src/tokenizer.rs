//! Splits text into tokens.
//!
//! Text is split at white space. From each chunk, prefixes and suffixes are cut off one after the other until a special
//! case remains or nothing matches; the rest is a URL, or is cut at infixes. Everything takes time linear in the text.

mod affixes;
mod special;
mod url;

use crate::characters::{Characters, Class};
use crate::weights::{LoadError, Reader};
use affixes::Affixes;
use special::{Part, SpecialCases};

/// A token before tagging.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RawToken {
    /// The first byte.
    pub(crate) start: u32,
    /// The byte behind the last.
    pub(crate) end: u32,
    /// Whether a space follows that is not a token.
    pub(crate) space_after: bool,
    /// The id of the norm of a special case, or 0.
    pub(crate) norm: u64,
}

impl RawToken {
    /// The text of the token.
    pub(crate) fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// The rules of the tokenizer.
#[derive(Debug)]
pub(crate) struct Tokenizer {
    affixes: Affixes,
    special: SpecialCases,
}

/// Memory for one text.
#[derive(Debug, Default)]
pub(crate) struct TokenizerScratch {
    suffixes: Vec<(usize, usize)>,
    spans: special::SpanScratch,
}

impl Tokenizer {
    pub(crate) fn read(reader: &mut Reader<'static>, characters: &Characters) -> Result<Self, LoadError> {
        let mut tokenizer = Self { affixes: Affixes::read(reader)?, special: SpecialCases::read(reader)? };
        let mut scratch = TokenizerScratch::default();
        let mut tokens = Vec::new();
        for case in 0..tokenizer.special.len() {
            let text = tokenizer.special.text(case);
            tokens.clear();
            let mut run = Run { rules: &tokenizer, characters, text, special: false, tokens: &mut tokens };
            run.split(&mut scratch);
            if tokenizer.affixes.touches(characters, text) {
                tokenizer.special.add_sequence(case, &tokens);
            }
        }
        Ok(tokenizer)
    }

    /// Appends the tokens of a text of less than 4 GiB.
    pub(crate) fn tokenize(
        &self,
        characters: &Characters,
        text: &str,
        tokens: &mut Vec<RawToken>,
        scratch: &mut TokenizerScratch,
    ) {
        let mut run = Run { rules: self, characters, text, special: true, tokens };
        run.split(scratch);
        self.special.apply_to_sequences(text, tokens, &mut scratch.spans);
    }
}

/// One pass over a text.
struct Run<'r> {
    rules: &'r Tokenizer,
    characters: &'r Characters,
    text: &'r str,
    /// Whether special cases are looked up.
    special: bool,
    tokens: &'r mut Vec<RawToken>,
}

impl<'r> Run<'r> {
    /// Splits the text at white space. A single space between two tokens is noted at the first; other white space makes
    /// tokens.
    fn split(&mut self, scratch: &mut TokenizerScratch) {
        let Some(first) = self.text.chars().next() else { return };
        let mut in_space = self.characters.is(first, Class::SPACE);
        let mut start = 0;
        for (at, character) in self.text.char_indices() {
            if self.characters.is(character, Class::SPACE) == in_space {
                continue;
            }
            if start < at {
                self.chunk(start, at, scratch);
            }
            start = at;
            if character == ' ' {
                self.mark_space();
                start += 1;
            }
            in_space = !in_space;
        }
        if start < self.text.len() {
            self.chunk(start, self.text.len(), scratch);
        }
    }

    fn mark_space(&mut self) {
        if let Some(last) = self.tokens.last_mut() {
            last.space_after = true;
        }
    }

    fn push(&mut self, start: usize, end: usize, norm: u64) {
        self.tokens.push(RawToken { start: start as u32, end: end as u32, space_after: false, norm });
    }

    /// The parts of a special case that is exactly this piece of the text.
    fn special(&self, start: usize, end: usize) -> Option<&'r [Part]> {
        if self.special { self.rules.special.get(&self.text[start..end]) } else { None }
    }

    fn push_special(&mut self, mut start: usize, parts: &[Part]) {
        for part in parts {
            let end = start + usize::from(part.length);
            self.push(start, end, part.norm);
            start = end;
        }
    }

    /// Splits a chunk without white space, or one of white space.
    fn chunk(&mut self, start: usize, end: usize, scratch: &mut TokenizerScratch) {
        let (mut start, mut end) = (start, end);
        let affixes = &self.rules.affixes;
        scratch.suffixes.clear();
        while start < end && self.special(start, end).is_none() {
            let prefix = Affixes::prefix(self.characters, &self.text[start..end]);
            if prefix > 0 && start + prefix < end && self.special(start + prefix, end).is_some() {
                self.push(start, start + prefix, 0);
                start += prefix;
                break;
            }
            let suffix = affixes.suffix(self.characters, &self.text[start + prefix..end]);
            if suffix > 0 && start + suffix < end && self.special(start, end - suffix).is_some() {
                scratch.suffixes.push((end - suffix, end));
                end -= suffix;
                break;
            }
            if prefix + suffix == 0 {
                break;
            }
            if prefix > 0 {
                self.push(start, start + prefix, 0);
                start += prefix;
            }
            if suffix > 0 {
                scratch.suffixes.push((end - suffix, end));
                end -= suffix;
            }
        }
        if start < end {
            self.middle(start, end);
        }
        while let Some((start, end)) = scratch.suffixes.pop() {
            self.push(start, end, 0);
        }
    }

    /// Splits what remains when the affixes are cut off.
    fn middle(&mut self, start: usize, end: usize) {
        if let Some(parts) = self.special(start, end) {
            self.push_special(start, parts);
            return;
        }
        let piece = &self.text[start..end];
        if url::is_url(self.characters, piece) {
            self.push(start, end, 0);
            return;
        }
        let mut done = 0;
        let mut at = 0;
        let mut previous = None;
        while let Some(character) = piece[at..].chars().next() {
            let infix = Affixes::infix(self.characters, previous, &piece[at..]);
            if infix > 0 && at > 0 {
                if done < at {
                    self.push(start + done, start + at, 0);
                }
                self.push(start + at, start + at + infix, 0);
                done = at + infix;
            }
            let step = if infix > 0 { infix } else { character.len_utf8() };
            previous = piece[at..at + step].chars().next_back();
            at += step;
        }
        if done < piece.len() {
            self.push(start + done, end, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::English;

    fn tokens(text: &str) -> Vec<String> {
        let english = English::load().expect("the pipeline");
        let document = english.parse(text);
        (0..document.tokens().len()).map(|i| document.token_text(i).to_owned()).collect()
    }

    #[test]
    fn contractions_are_split() {
        assert_eq!(tokens("I can't, she'd've."), ["I", "ca", "n't", ",", "she", "'d", "'ve", "."]);
        assert_eq!(tokens("gonna let's y'all"), ["gon", "na", "let", "'s", "y'", "all"]);
        assert_eq!(tokens("the children's and James' toys"), ["the", "children", "'s", "and", "James", "'", "toys"]);
    }

    #[test]
    fn abbreviations_and_emoticons_stay_whole() {
        assert_eq!(
            tokens("Mr. Lee, Ph.D., left at 5 p.m."),
            ["Mr.", "Lee", ",", "Ph.D.", ",", "left", "at", "5", "p.m."]
        );
        assert_eq!(tokens("nice:) (see :-D)"), ["nice", ":)", "(", "see", ":-D", ")"]);
    }

    #[test]
    fn affixes_and_infixes_are_cut() {
        assert_eq!(tokens("(\"well-known\")..."), ["(", "\"", "well", "-", "known", "\"", ")", "..."]);
        assert_eq!(
            tokens("5kg at 10km/h costs 20€ or US$7"),
            ["5", "kg", "at", "10", "km/h", "costs", "20", "€", "or", "US$", "7"]
        );
        assert_eq!(
            tokens("1,000 a,b 3-4 yes/no +5 5+"),
            ["1,000", "a", ",", "b", "3", "-", "4", "yes", "/", "no", "+5", "5", "+"]
        );
        assert_eq!(tokens("end.Start 20°C. ok🙂"), ["end", ".", "Start", "20", "°", "C", ".", "ok", "🙂"]);
    }

    #[test]
    fn urls_and_addresses_stay_whole() {
        let urls = [
            "https://a.example.com/x?y=1#z",
            "john.doe@mail.example.org",
            "www.example.co.uk:8080/a-b",
            "8.8.8.8:80/x",
        ];
        for url in urls {
            assert_eq!(tokens(&format!("({url}).")), ["(", url, ")", "."]);
        }
        assert_eq!(tokens("a/b=c"), ["a", "/", "b", "=", "c"]);
    }

    #[test]
    fn white_space_beyond_one_space_makes_tokens() {
        assert_eq!(tokens(" a  b\n\nc "), [" ", "a", " ", "b", "\n\n", "c"]);
    }
}
