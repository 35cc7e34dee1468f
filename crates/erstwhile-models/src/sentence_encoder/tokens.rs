//! The tokenizer of a model: word pieces between two tokens that mark start and end.

use std::collections::HashMap;

use erstwhile::Result;
use serde::Deserialize;

use super::ModelFiles;
use super::config::Config;
use crate::wordpiece::WordPiece;

#[derive(Debug)]
pub(super) struct Tokenizer {
    pieces: WordPiece,
    start: u32,
    end: u32,
    tokens_max: usize,
}

#[derive(Deserialize)]
struct Model {
    vocab: HashMap<String, u32>,
    unk_token: String,
    continuing_subword_prefix: String,
}

impl Tokenizer {
    pub(super) fn read(files: &ModelFiles<'_>, config: &Config) -> Result<Self> {
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
        Ok(Self { pieces, start, end, tokens_max: config.tokens_max })
    }

    /// The tokens of a text, as many as the model takes.
    pub(super) fn ids(&self, text: &str) -> Vec<u32> {
        let mut ids = vec![self.start];
        let max = self.tokens_max - 1;
        self.pieces.each_id(text, |id| {
            if ids.len() < max {
                ids.push(id);
            }
        });
        ids.push(self.end);
        ids
    }
}
