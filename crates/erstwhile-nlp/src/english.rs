//! The pipeline.

use std::ops::Range;

use crate::attributes::{self, Word};
use crate::data::{DATA, Data, LoadError};
use crate::document::{Document, Entity, Token, edges_of};
use crate::encoder::{Encoder, EncoderScratch, WIDTH};
use crate::entities::Recogniser;
use crate::labels::{Dep, Pos, Tag};
use crate::lemmatizer::Lemmatizer;
use crate::lexeme::{Features, Lexicon, lower_into};
use crate::matrix::{Affine, arg_max};
use crate::parser::{Parser, Tree};
use crate::scorer::ScorerScratch;
use crate::tokenizer::{RawToken, Tokenizer};

/// Longer texts are parsed in blocks of at most this many tokens, split at a line end or a full stop where one is near.
const BLOCK_TOKENS: usize = 1_000;

/// The English pipeline: reads text, gives [`Document`]s. Immutable; share it between threads.
#[derive(Debug)]
pub struct English {
    tokenizer: Tokenizer,
    lexicon: Lexicon,
    encoder: Encoder,
    entity_encoder: Encoder,
    tags: Vec<Tag>,
    tagger: Affine,
    parser: Parser,
    recogniser: Recogniser,
    lemmatizer: Lemmatizer,
}

/// Buffers that parsing reuses, and the embeddings of recent words (at most about 4 MB). Keep one per thread.
#[derive(Debug, Default)]
pub struct Scratch {
    tokens: Vec<RawToken>,
    keys: Vec<(Features, bool, bool)>,
    shared: EncoderScratch,
    own: EncoderScratch,
    vectors: Vec<f32>,
    scores: Vec<f32>,
    scorer: ScorerScratch,
    text: String,
    lowers: Vec<String>,
}

impl English {
    /// Loads the built-in weights and tables.
    ///
    /// # Errors
    /// If the built-in data is damaged.
    pub fn load() -> Result<Self, LoadError> {
        let data = Data::parse(DATA)?;
        let tags = data.lines("tagger.tags")?.map(Tag::parse).collect::<Option<Vec<_>>>();
        let tags = tags.ok_or_else(|| LoadError::Content("tagger.tags".to_owned()))?;
        Ok(Self {
            tokenizer: Tokenizer::new(&data)?,
            lexicon: Lexicon::new(&data)?,
            encoder: Encoder::new(&data, "shared", 6)?,
            entity_encoder: Encoder::new(&data, "ner", 4)?,
            tagger: Affine::new(
                &data.tensor("tagger.w", tags.len() * WIDTH)?,
                &data.tensor("tagger.b", tags.len())?,
                WIDTH,
            ),
            tags,
            parser: Parser::new(&data)?,
            recogniser: Recogniser::new(&data)?,
            lemmatizer: Lemmatizer::new(&data)?,
        })
    }

    /// Parses a text. For many texts, [`parse_with`](Self::parse_with) is faster.
    pub fn parse<'t>(&self, text: &'t str) -> Document<'t> {
        self.parse_with(text, &mut Scratch::default())
    }

    /// Parses a text with buffers that are reused.
    pub fn parse_with<'t>(&self, text: &'t str, scratch: &mut Scratch) -> Document<'t> {
        let mut tokens = std::mem::take(&mut scratch.tokens);
        self.tokenizer.tokenise(text, &mut tokens);
        let mut document = Document::new(text);
        let mut start = 0;
        while start < tokens.len() {
            let end = block_end(text, &tokens, start);
            self.block(text, &tokens[start..end], start, &mut document, scratch);
            start = end;
        }
        document.finish();
        scratch.tokens = tokens;
        document
    }

    fn block(&self, text: &str, tokens: &[RawToken], first: usize, document: &mut Document<'_>, scratch: &mut Scratch) {
        let is_space: Vec<bool> = tokens.iter().map(|token| text[token.span.clone()].trim().is_empty()).collect();
        scratch.keys.clear();
        scratch.lowers.clear();
        for (token, is_space) in tokens.iter().zip(&is_space) {
            let word = &text[token.span.clone()];
            let norm = token.norm.map(|norm| self.tokenizer.norm(norm));
            let features = self.lexicon.features(word, norm, &mut scratch.text);
            scratch.keys.push((features, token.space_after, *is_space));
            lower_into(word, &mut scratch.text);
            scratch.lowers.push(scratch.text.clone());
        }
        self.encoder.encode(&scratch.keys, &mut scratch.shared, &mut scratch.vectors);
        let tags = self.tags(tokens.len(), &is_space, scratch);
        let tree = self.parser.parse(&scratch.vectors, tokens.len(), &mut scratch.scorer);
        let starts = sentence_starts(&tree.heads);
        self.entity_encoder.encode(&scratch.keys, &mut scratch.own, &mut scratch.vectors);
        let entities = self.recogniser.find(&scratch.vectors, &starts, &is_space, &mut scratch.scorer);
        self.push_tokens(document, (text, tokens, first), (&tags, &tree, &starts, &is_space), &scratch.lowers);
        for (range, kind) in entities {
            document.push_entity(Entity { tokens: first + range.start..first + range.end, kind });
        }
    }

    fn tags(&self, count: usize, is_space: &[bool], scratch: &mut Scratch) -> Vec<Tag> {
        self.tagger.apply(&scratch.vectors, WIDTH, count, &mut scratch.scores);
        let rows = scratch.scores.chunks_exact(self.tagger.width());
        let best = |row: &[f32]| arg_max(&row[..self.tags.len()], |_| true).and_then(|best| self.tags.get(best));
        rows.zip(is_space)
            .map(|(row, is_space)| if *is_space { Tag::Space } else { best(row).copied().unwrap_or(Tag::Xx) })
            .collect()
    }

    fn push_tokens(
        &self,
        document: &mut Document<'_>,
        (text, tokens, first): (&str, &[RawToken], usize),
        (tags, tree, starts, is_space): (&[Tag], &Tree, &[bool], &[bool]),
        lowers: &[String],
    ) {
        let word = |index: usize| Word {
            lower: &lowers[index],
            tag: tags[index],
            dep: tree.deps[index],
            is_space: is_space[index],
        };
        for (index, raw) in tokens.iter().enumerate() {
            let this = word(index);
            let before = index.checked_sub(1).map(word);
            let pos = attributes::pos(this, before);
            let dep = if this.is_space { Dep::Unclassified } else { this.dep };
            let after = lowers.get(index + 1).map(String::as_str);
            let source = &text[raw.span.clone()];
            let owned;
            let lemma = if let Some(lemma) = attributes::lemma(this, before.map(|before| before.lower), after) {
                lemma
            } else if pos == Pos::Space || attributes::is_base_form(this, pos) {
                this.lower
            } else {
                owned = self.lemmatizer.lemma(source, this.lower, pos);
                &owned
            };
            let token = Token {
                start: raw.span.start as u32,
                end: raw.span.end as u32,
                space_after: raw.space_after,
                tag: this.tag,
                pos,
                dep,
                head: first as u32 + tree.heads[index],
                starts_sentence: starts[index],
            };
            document.push(token, this.lower, lemma);
        }
    }
}

/// A sentence starts where the subtree of a root begins.
fn sentence_starts(heads: &[u32]) -> Vec<bool> {
    let mut starts = vec![false; heads.len()];
    for (token, [left, _]) in edges_of(heads).into_iter().enumerate() {
        if heads[token] as usize == token {
            starts[left as usize] = true;
        }
    }
    if let Some(first) = starts.first_mut() {
        *first = true;
    }
    starts
}

/// The end of the block that begins at a token.
fn block_end(text: &str, tokens: &[RawToken], start: usize) -> usize {
    let limit = start + BLOCK_TOKENS;
    if tokens.len() <= limit {
        return tokens.len();
    }
    let ends = |range: &Range<usize>| {
        text.get(range.clone()).is_some_and(|word| word.contains('\n') || matches!(word, "." | "!" | "?"))
    };
    let near = (start + BLOCK_TOKENS / 2..limit).rev().find(|index| ends(&tokens[*index].span));
    near.map_or(limit, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_parsed() {
        let english = English::load().unwrap();
        let document = english.parse("Anna Berg didn't move to Berlin.");
        let lemmas: Vec<&str> = (0..document.tokens().len()).map(|token| document.lemma(token)).collect();
        assert_eq!(lemmas, ["Anna", "Berg", "do", "not", "move", "to", "Berlin", "."]);
        let verb = 4;
        assert_eq!(document.tokens()[verb].dep, Dep::Root);
        let subject = document.children(verb).find(|child| document.tokens()[*child].dep == Dep::Nsubj);
        assert_eq!(subject.map(|token| document.token_text(token)), Some("Berg"));
        assert_eq!(document.subtree(5).collect::<Vec<_>>(), [5, 6]);
        assert_eq!(document.sentences().count(), 1);
    }

    #[test]
    fn hostile_text_is_parsed_in_bounded_time() {
        let english = English::load().unwrap();
        for text in [
            "a".repeat(100_000),
            "(".repeat(20_000),
            ".".repeat(20_000),
            "\u{200b}\u{301}\u{202e}".repeat(2_000),
            "😀".repeat(3_000),
            "\u{0}\u{7}\u{1b}".repeat(2_000),
            " ".repeat(10_000),
            "x. ".repeat(5_000),
        ] {
            let document = english.parse(&text);
            assert!(document.tokens().iter().all(|token| text.get(token.start as usize..token.end as usize).is_some()));
        }
    }
}
