//! Features of a word form: its normal form, first and last characters, and shape, as numbers.

use foldhash::{HashMap, HashMapExt};

use crate::data::{Data, LoadError};
use crate::hash::{StringIds, murmur2};

/// Shapes are the same from this length on.
const LONG: usize = 100;

/// The features of a token that the embedding tables use, in the order of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Features {
    pub(crate) norm: u64,
    pub(crate) prefix: u64,
    pub(crate) suffix: u64,
    pub(crate) shape: u64,
}

/// Computes features.
#[derive(Debug)]
pub(crate) struct Lexicon {
    ids: StringIds,
    /// Normal forms by the hash of the word.
    norms: HashMap<u64, String>,
}

impl Lexicon {
    pub(crate) fn new(data: &Data<'_>) -> Result<Self, LoadError> {
        let mut symbols = HashMap::new();
        for line in data.lines("symbols")? {
            let damaged = || LoadError::Content("symbols".to_owned());
            let (name, number) = line.split_once('\t').ok_or_else(damaged)?;
            symbols.insert(name.to_owned(), number.parse().map_err(|_| damaged())?);
        }
        let mut norms = HashMap::new();
        for line in data.lines("norms")? {
            let damaged = || LoadError::Content("norms".to_owned());
            let (hash, norm) = line.split_once('\t').ok_or_else(damaged)?;
            norms.insert(hash.parse().map_err(|_| damaged())?, norm.to_owned());
        }
        Ok(Self { ids: StringIds::new(symbols), norms })
    }

    /// The features of a token; `norm` is the normal form that an exception of the tokenizer gives it.
    pub(crate) fn features(&self, text: &str, norm: Option<&str>, scratch: &mut String) -> Features {
        let norm = match norm {
            Some(norm) => self.ids.id(norm),
            None => match self.norms.get(&murmur2(text)) {
                Some(norm) => self.ids.id(norm),
                None => {
                    lower_into(text, scratch);
                    self.ids.id(scratch)
                }
            },
        };
        let first = text.chars().next().map_or(0, char::len_utf8);
        let last = text.char_indices().rev().nth(2).map_or(0, |(at, _)| at);
        shape_into(text, scratch);
        Features {
            norm,
            prefix: self.ids.id(&text[..first]),
            suffix: self.ids.id(&text[last..]),
            shape: self.ids.id(scratch),
        }
    }
}

/// The text in lower case.
pub(crate) fn lower_into(text: &str, out: &mut String) {
    out.clear();
    if text.is_ascii() {
        out.push_str(text);
        out.make_ascii_lowercase();
    } else {
        out.push_str(&text.to_lowercase());
    }
}

/// Letters as X and x, digits as d, others as they are; runs are cut after four.
fn shape_into(text: &str, out: &mut String) {
    out.clear();
    if text.len() >= LONG && text.chars().count() >= LONG {
        out.push_str("LONG");
        return;
    }
    let mut last = None;
    let mut run = 0;
    for c in text.chars() {
        let class = if c.is_alphabetic() {
            if c.is_uppercase() { 'X' } else { 'x' }
        } else if c.is_ascii_digit() {
            'd'
        } else {
            c
        };
        run = if Some(class) == last { run + 1 } else { 0 };
        last = Some(class);
        if run < 4 {
            out.push(class);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::shape_into;

    #[test]
    fn shapes_are_cut_after_four() {
        let mut shape = String::new();
        for (text, expected) in
            [("Apple", "Xxxxx"), ("international", "xxxx"), ("C3PO", "XdXX"), ("I", "X"), ("2024-05", "dddd-dd")]
        {
            shape_into(text, &mut shape);
            assert_eq!(shape, expected);
        }
        shape_into(&"a".repeat(100), &mut shape);
        assert_eq!(shape, "LONG");
    }
}
