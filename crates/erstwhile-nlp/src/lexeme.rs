//! The features of a word form.

use crate::characters::{Characters, Class};
use crate::hash::{HashedMap, murmur64};
use crate::weights::{LoadError, Reader};

/// The tables from which the features of a word form are computed.
#[derive(Debug)]
pub(crate) struct Lexicon {
    symbols: HashedMap<u16>,
    norms: HashedMap<u64>,
}

/// The features of a token, in the order of the tables of the encoder: norm, prefix, suffix, shape, whether a space
/// follows, whether it is white space.
pub(crate) type Features = [u64; 6];

/// Words of at least this many characters have the shape `LONG`.
const LONG: usize = 100;

impl Lexicon {
    /// Reads the symbols; [`Self::read_norms`] follows.
    pub(crate) fn read(reader: &mut Reader) -> Result<Self, LoadError> {
        let symbols = (0..reader.count()?).map(|_| Ok((reader.u64()?, reader.u16()?)));
        Ok(Self { symbols: symbols.collect::<Result<_, LoadError>>()?, norms: HashedMap::default() })
    }

    pub(crate) fn read_norms(&mut self, reader: &mut Reader) -> Result<(), LoadError> {
        let norms = (0..reader.count()?).map(|_| Ok((reader.u64()?, reader.u64()?)));
        self.norms = norms.collect::<Result<_, LoadError>>()?;
        Ok(())
    }

    /// The number that stands for a string: its hash, or a small number if it is the name of a symbol.
    pub(crate) fn id(&self, text: &str) -> u64 {
        if text.is_empty() {
            return 0;
        }
        let hash = murmur64(text.as_bytes());
        self.symbols.get(&hash).map_or(hash, |symbol| u64::from(*symbol))
    }

    /// The features of a token. `norm` is 0 unless the tokenizer gave it a norm; `buffer` is memory for its shape.
    pub(crate) fn features(&self, characters: &Characters, token: FeatureInput<'_>, buffer: &mut String) -> Features {
        let FeatureInput { text, lower, norm, space_after } = token;
        let norm = match norm {
            0 => self.norms.get(&self.id(text)).copied().unwrap_or_else(|| self.id(lower)),
            norm => norm,
        };
        let prefix = text.char_indices().nth(1).map_or(text, |(end, _)| &text[..end]);
        let suffix = text.char_indices().rev().nth(2).map_or(text, |(start, _)| &text[start..]);
        write_shape(characters, text, buffer);
        let is_space = is_space(characters, text);
        [norm, self.id(prefix), self.id(suffix), self.id(buffer), u64::from(space_after), u64::from(is_space)]
    }
}

/// A token whose features are computed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FeatureInput<'t> {
    pub(crate) text: &'t str,
    pub(crate) lower: &'t str,
    /// The norm that the tokenizer gave it, or 0.
    pub(crate) norm: u64,
    pub(crate) space_after: bool,
}

/// Whether a token is white space.
pub(crate) fn is_space(characters: &Characters, text: &str) -> bool {
    !text.is_empty() && text.chars().all(|character| characters.is(character, Class::SPACE))
}

/// The shape of a word: `Xxxxx` for "Berlin", `dd:dd` for "12:30". Runs are cut after four characters.
fn write_shape(characters: &Characters, text: &str, shape: &mut String) {
    shape.clear();
    if text.chars().nth(LONG - 1).is_some() {
        shape.push_str("LONG");
        return;
    }
    let mut last = None;
    let mut repeated = 0;
    for character in text.chars() {
        let kind = if characters.is(character, Class::LETTER) {
            if characters.is(character, Class::UPPER) { 'X' } else { 'x' }
        } else if characters.is(character, Class::DIGIT) {
            'd'
        } else {
            character
        };
        repeated = if last == Some(kind) { repeated + 1 } else { 0 };
        last = Some(kind);
        if repeated < 4 {
            shape.push(kind);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_show_case_digits_and_punctuation() {
        let mut reader = Reader::open(include_bytes!("../data/english.bin")).expect("the data");
        Lexicon::read(&mut reader).expect("the symbols");
        let characters = Characters::read(&mut reader).expect("the classes");
        let mut shape = String::new();
        let long = "x".repeat(100);
        for (text, expected) in
            [("Berlin", "Xxxxx"), ("12:30", "dd:dd"), ("iPhone15", "xXxxxxdd"), ("----------", "----"), (&long, "LONG")]
        {
            write_shape(&characters, text, &mut shape);
            assert_eq!(shape, expected);
        }
    }

    #[test]
    fn names_of_symbols_have_small_numbers() {
        let mut reader = Reader::open(include_bytes!("../data/english.bin")).expect("the data");
        let lexicon = Lexicon::read(&mut reader).expect("the symbols");
        assert_eq!(lexicon.id(""), 0);
        assert!(lexicon.id("X") < 1000 && lexicon.id("nsubj") < 1000);
        assert_eq!(lexicon.id("apple"), murmur64(b"apple"));
    }
}
