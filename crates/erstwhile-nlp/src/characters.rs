//! The classes of characters that the tokenizer and the features test.

use crate::weights::{LoadError, Reader};

/// A set of classes. The exporter has the same bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Class(u16);

impl Class {
    /// White space.
    pub(crate) const SPACE: Self = Self(1);
    /// Letter, by its Unicode category.
    pub(crate) const LETTER: Self = Self(1 << 1);
    /// Upper-case letter.
    pub(crate) const UPPER: Self = Self(1 << 2);
    /// Digit, superscripts included.
    pub(crate) const DIGIT: Self = Self(1 << 3);
    /// Decimal digit.
    pub(crate) const DECIMAL: Self = Self(1 << 4);
    /// Letter, digit or underscore.
    pub(crate) const WORD: Self = Self(1 << 5);
    /// Letter of the scripts that the tokenizer knows.
    pub(crate) const ALPHA: Self = Self(1 << 6);
    /// Such a letter that is lower-case or has no case.
    pub(crate) const ALPHA_LOWER: Self = Self(1 << 7);
    /// Such a letter that is upper-case or has no case.
    pub(crate) const ALPHA_UPPER: Self = Self(1 << 8);
    /// Emoji and other symbols.
    pub(crate) const ICON: Self = Self(1 << 9);
    /// Character that is cut off at the start of a word.
    pub(crate) const PREFIX: Self = Self(1 << 10);
    /// Character that is cut off at the end of a word.
    pub(crate) const SUFFIX: Self = Self(1 << 11);
    /// Character behind which a full stop is cut off.
    pub(crate) const DOT_BEFORE: Self = Self(1 << 12);
    /// Quotation mark.
    pub(crate) const QUOTE: Self = Self(1 << 13);
}

/// The classes of every character.
#[derive(Debug)]
pub(crate) struct Characters {
    small: [u16; 0x250],
    /// The first character of each run of characters with the same classes, and the classes.
    runs: Vec<(u32, u16)>,
}

impl Characters {
    pub(crate) fn read(reader: &mut Reader) -> Result<Self, LoadError> {
        let runs: Vec<(u32, u16)> =
            (0..reader.count()?).map(|_| Ok((reader.u32()?, reader.u16()?))).collect::<Result<_, LoadError>>()?;
        if runs.first().is_none_or(|run| run.0 != 0) || !runs.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(LoadError::Invalid("character classes"));
        }
        let mut characters = Self { small: [0; 0x250], runs };
        for code in 0..0x250 {
            characters.small[code] = characters.search(code as u32);
        }
        Ok(characters)
    }

    fn search(&self, code: u32) -> u16 {
        let behind = self.runs.partition_point(|run| run.0 <= code);
        self.runs.get(behind.wrapping_sub(1)).map_or(0, |run| run.1)
    }

    /// Whether a character is in at least one of the classes.
    pub(crate) fn is(&self, character: char, class: Class) -> bool {
        let code = character as u32;
        let mask = self.small.get(code as usize).copied().unwrap_or_else(|| self.search(code));
        mask & class.0 != 0
    }
}
