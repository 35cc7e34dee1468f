//! The tokenizer of a model: word pieces between tokens that mark start and end.

use std::collections::HashMap;

use erstwhile::Result;
use serde::Deserialize;

use super::ModelFiles;
use super::config::Config;
use crate::wordpiece::WordPiece;

/// The number of tokens that mark the start of two texts and the end of each.
const MARKS_OF_PAIR: usize = 3;

/// The tokens of a text, or of two texts that are read together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tokens {
    ids: Vec<u32>,
    /// How many of them belong to the first text.
    first: usize,
}

impl Tokens {
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Each token with the text to which it belongs, 0 or 1, and its position.
    pub(super) fn places(&self) -> impl Iterator<Item = (u32, usize, usize)> {
        self.ids.iter().enumerate().map(|(position, id)| (*id, usize::from(position >= self.first), position))
    }
}

#[derive(Debug)]
pub(crate) struct Tokenizer {
    pieces: WordPiece,
    start: u32,
    end: u32,
}

#[derive(Deserialize)]
struct Model {
    vocab: HashMap<String, u32>,
    unk_token: String,
    continuing_subword_prefix: String,
}

impl Tokenizer {
    pub(crate) fn read(files: &ModelFiles<'_>, config: &Config) -> Result<Self> {
        const FILE: &str = "tokenizer.json";
        let mut tokenizer = files.json(FILE)?;
        let refuse = |why: &str| files.refuse(FILE, why);
        if tokenizer["model"]["type"] != "WordPiece" || tokenizer["normalizer"]["type"] != "BertNormalizer" {
            return Err(refuse("only word pieces of BERT are supported"));
        }
        let normalizer = &tokenizer["normalizer"];
        let keeps_accents = normalizer["strip_accents"].as_bool() == Some(false);
        if normalizer["lowercase"] != true || keeps_accents {
            return Err(refuse("only models that ignore case and accents are supported"));
        }
        let model: Model =
            serde_json::from_value(tokenizer["model"].take()).map_err(|error| files.refuse(FILE, error))?;
        let id = |token: &str| model.vocab.get(token).copied();
        let (Some(start), Some(end)) = (id("[CLS]"), id("[SEP]")) else {
            return Err(refuse("it has no tokens for the start and the end of a text"));
        };
        if model.unk_token != "[UNK]" || model.continuing_subword_prefix != "##" {
            return Err(refuse("its word pieces are not written as those of BERT"));
        }
        if model.vocab.values().any(|id| *id as usize >= config.vocabulary) {
            return Err(refuse("it has more tokens than the model"));
        }
        let pieces = WordPiece::of_pieces(model.vocab.into_iter());
        let pieces = pieces.ok_or_else(|| refuse("it has no token for unknown words"))?;
        Ok(Self { pieces, start, end })
    }

    /// The tokens of a text, at most `max` with those that mark its start and end.
    pub(crate) fn tokens(&self, text: &str, max: usize) -> Tokens {
        let mut ids = vec![self.start];
        let max = max.saturating_sub(1);
        self.pieces.each_id(text, |id| {
            if ids.len() < max {
                ids.push(id);
            }
        });
        ids.push(self.end);
        Tokens { first: ids.len(), ids }
    }

    /// The word pieces of a text without a mark, for [`pair`](Self::pair).
    pub(crate) fn pieces(&self, text: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        self.pieces.each_id(text, |id| ids.push(id));
        ids
    }

    /// The tokens of two texts that are read together, at most `max`: the longer one is cut first.
    pub(crate) fn pair(&self, first: &[u32], second: &[u32], max: usize) -> Tokens {
        let (first_length, second_length) = lengths(first.len(), second.len(), max.saturating_sub(MARKS_OF_PAIR));
        let mut ids = Vec::with_capacity(first_length + second_length + MARKS_OF_PAIR);
        ids.push(self.start);
        ids.extend(first.iter().take(first_length));
        ids.push(self.end);
        let first = ids.len();
        ids.extend(second.iter().take(second_length));
        ids.push(self.end);
        Tokens { ids, first }
    }
}

/// How much of two texts of these lengths is kept in this room: as if tokens were taken from the longer one until it fits.
fn lengths(first: usize, second: usize, room: usize) -> (usize, usize) {
    if first + second <= room {
        return (first, second);
    }
    let (shorter, longer) = (room / 2, room - room / 2);
    if first.min(second) <= shorter {
        return if first <= second { (first, room - first) } else { (room - second, second) };
    }
    if first <= second { (shorter, longer) } else { (longer, shorter) }
}

#[cfg(test)]
mod tests {
    use super::lengths;

    #[test]
    fn the_longer_text_is_cut_first() {
        assert_eq!(lengths(3, 6, 9), (3, 6));
        assert_eq!(lengths(3, 60, 9), (3, 6));
        assert_eq!(lengths(60, 3, 9), (6, 3));
        assert_eq!(lengths(60, 70, 9), (4, 5));
        assert_eq!(lengths(70, 60, 9), (5, 4));
        assert_eq!(lengths(60, 60, 9), (4, 5));
        assert_eq!(lengths(0, 60, 0), (0, 0));
    }
}
