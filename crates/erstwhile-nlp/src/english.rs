//! The pipeline: tokenizer, tagger, parser, attribute rules, lemmatizer, entity recogniser.

use std::sync::{Mutex, PoisonError};

use crate::attributes::{AttributeRules, RuleToken};
use crate::cache::WordCache;
use crate::characters::Characters;
use crate::document::{Document, Entity, Piece, Token};
use crate::labels::{Dep, Pos, Tag};
use crate::lemmatizer::{Lemma, Lemmatizer};
use crate::lexeme::{FeatureInput, Features, Lexicon, is_space};
use crate::matrix::ROWS;
use crate::ner::Recogniser;
use crate::parser::{Parser, ParserScratch};
use crate::tagger::{Tagger, TaggerScratch};
use crate::tok2vec::{Encoder, EncoderScratch, WIDTH};
use crate::tokenizer::{RawToken, Tokenizer, TokenizerScratch};
use crate::transitions::ScorerScratch;
use crate::weights::{LoadError, Reader};

/// The weights and tables.
static DATA: &[u8] = include_bytes!("../data/english.bin");

/// Longer texts are parsed in blocks of at most this many tokens, because a parse needs memory for every token. A block
/// ends at a line break or at the end of a sentence if there is one in its second half.
pub(crate) const BLOCK: usize = 2000;

/// The number of unused scratches that are kept.
const POOL: usize = 16;

/// The English pipeline.
///
/// It can be shared between threads: it keeps memory for one parse per thread that parses at the same time.
#[derive(Debug)]
pub struct English {
    characters: Characters,
    lexicon: Lexicon,
    tokenizer: Tokenizer,
    encoder: Encoder,
    tagger: Tagger,
    parser: Parser,
    rules: AttributeRules,
    lemmatizer: Lemmatizer,
    entity_encoder: Encoder,
    recogniser: Recogniser,
    pool: Mutex<Vec<Scratch>>,
}

/// Memory for one parse at a time, and the vectors of about 4,000 words that occurred before.
///
/// A new one is small; it grows to about 4 MB, with a text of thousands of words to about 16 MB.
#[derive(Debug, Default)]
pub struct Scratch {
    tokenizer: TokenizerScratch,
    raw: Vec<RawToken>,
    cache: WordCache,
    encoder: EncoderScratch,
    vectors: Vec<f32>,
    entity_vectors: Vec<f32>,
    mixed: Vec<f32>,
    /// The vectors from which the last text was parsed.
    parsed: Vec<f32>,
    tagger: TaggerScratch,
    parser: ParserScratch,
    entities: ScorerScratch,
    rule_tokens: Vec<RuleToken>,
    is_space: Vec<bool>,
    buffer: String,
}

impl Scratch {
    /// The vector of a token of the text that was last parsed with this memory: the token among its neighbours, as the tagger
    /// and the parser see it. `None` behind the last token.
    pub fn vector(&self, token: usize) -> Option<&[f32; WIDTH]> {
        self.parsed.as_chunks().0.get(token)
    }
}

impl English {
    /// Loads the pipeline from the data that is part of the program.
    pub fn load() -> Result<Self, LoadError> {
        Self::from_data(DATA)
    }

    fn from_data(data: &'static [u8]) -> Result<Self, LoadError> {
        let reader = &mut Reader::open(data)?;
        let mut lexicon = Lexicon::read(reader)?;
        let characters = Characters::read(reader)?;
        let tokenizer = Tokenizer::read(reader, &characters)?;
        lexicon.read_norms(reader)?;
        let (tags, deps) = (reader.texts()?, reader.texts()?);
        let same = tags.iter().eq(Tag::ALL.iter().map(|tag| tag.as_str()).collect::<Vec<_>>().iter())
            && deps.iter().eq(Dep::ALL.iter().map(|dep| dep.as_str()).collect::<Vec<_>>().iter());
        if !same {
            return Err(LoadError::Invalid("labels"));
        }
        let (parser_moves, entity_moves) = (reader.texts()?, reader.texts()?);
        let rules = AttributeRules::read(reader)?;
        let lemmatizer = Lemmatizer::read(reader)?;
        let encoder = Encoder::read(reader)?;
        let tagger = Tagger::read(reader)?;
        let parser = Parser::read(reader, &parser_moves)?;
        let entity_encoder = Encoder::read(reader)?;
        let recogniser = Recogniser::read(reader, &entity_moves)?;
        reader.finish()?;
        let pool = Mutex::default();
        Ok(Self {
            characters,
            lexicon,
            tokenizer,
            encoder,
            tagger,
            parser,
            rules,
            lemmatizer,
            entity_encoder,
            recogniser,
            pool,
        })
    }

    /// Whether a word in lower case is in the dictionary of the lemmatizer, in any inflection. It has about 90,000 nouns, verbs,
    /// adjectives and adverbs, among them many names of places and people.
    pub fn is_word(&self, lower: &str) -> bool {
        self.lemmatizer.knows(lower)
    }

    /// Parses a text. Of a text of more than 4 GiB, only the first 4 GiB are parsed.
    pub fn parse<'t>(&self, text: &'t str) -> Document<'t> {
        let kept = self.pool.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut scratch = kept.unwrap_or_default();
        let document = self.parse_with(text, &mut scratch);
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if pool.len() < POOL {
            pool.push(scratch);
        }
        document
    }

    /// Parses a text with memory of the caller.
    pub fn parse_with<'t>(&self, text: &'t str, scratch: &mut Scratch) -> Document<'t> {
        let text = &text[..text.floor_char_boundary(u32::MAX as usize)];
        let mut raw = std::mem::take(&mut scratch.raw);
        raw.clear();
        scratch.parsed.clear();
        self.tokenizer.tokenize(&self.characters, text, &mut raw, &mut scratch.tokenizer);
        let mut output =
            Output { text, tokens: Vec::with_capacity(raw.len()), strings: String::new(), entities: Vec::new() };
        let mut rest = raw.as_slice();
        while !rest.is_empty() {
            let (block, behind) = rest.split_at(block_length(text, rest));
            self.parse_block(block, &mut output, scratch);
            rest = behind;
        }
        scratch.raw = raw;
        Document::new(text, output.tokens, output.strings, output.entities)
    }

    fn parse_block(&self, block: &[RawToken], output: &mut Output, scratch: &mut Scratch) {
        let first = output.tokens.len();
        scratch.is_space.clear();
        for token in block {
            scratch.is_space.push(is_space(&self.characters, token.text(output.text)));
            output.push_token(*token);
        }
        self.embed(block, first, output, scratch);
        self.encoder.mix_neighbours(&scratch.vectors, &mut scratch.mixed, &mut scratch.encoder);
        scratch.parsed.extend_from_slice(&scratch.mixed[..block.len() * WIDTH]);
        self.parser.parse(&scratch.mixed, &scratch.is_space, &mut scratch.parser);
        let tree = &scratch.parser.tree;
        let tags = self.tagger.tag(&scratch.mixed, &mut scratch.tagger);
        scratch.rule_tokens.clear();
        for (at, tag) in tags.enumerate() {
            let word = self.rules.word(output.lower(first + at));
            let (dep, is_space) = (tree.deps[at], scratch.is_space[at]);
            scratch.rule_tokens.push(RuleToken { tag, dep, word, is_space });
        }
        for at in 0..block.len() {
            let attributes = self.rules.attributes(&scratch.rule_tokens, at);
            let token = &mut output.tokens[first + at];
            token.tag = attributes.tag;
            token.pos = attributes.pos;
            token.dep = attributes.dep;
            token.head = first as u32 + tree.heads[at];
            token.left_edge = first as u32 + tree.left_edges[at];
            token.right_edge = first as u32 + tree.right_edges[at];
            token.sentence_start = tree.sentence_starts[at];
            let (pos, morphology) = (attributes.pos, attributes.morphology);
            let lemma = match attributes.lemma {
                Some(lemma) => Lemma::Word(lemma),
                None => {
                    let lower = output.lower(first + at);
                    self.lemmatizer.lemma(&self.characters, lower, pos, morphology, &mut scratch.buffer)
                }
            };
            output.set_lemma(first + at, lemma);
        }
        self.entity_encoder.mix_neighbours(&scratch.entity_vectors, &mut scratch.mixed, &mut scratch.encoder);
        let found = |tokens: std::ops::Range<usize>, kind| {
            output.entities.push(Entity { tokens: first + tokens.start..first + tokens.end, kind });
        };
        let (starts, is_space) = (&tree.sentence_starts, &scratch.is_space);
        self.recogniser.recognise(&scratch.mixed, is_space, starts, &mut scratch.entities, found);
    }

    /// Computes the vectors of the tokens of a block for both encoders, without their neighbours.
    fn embed(&self, block: &[RawToken], first: usize, output: &Output, scratch: &mut Scratch) {
        let Scratch { cache, encoder, vectors, entity_vectors, buffer, .. } = scratch;
        vectors.clear();
        vectors.resize(block.len() * WIDTH, 0.0);
        entity_vectors.clear();
        entity_vectors.resize(block.len() * WIDTH, 0.0);
        let input = |at: usize| FeatureInput {
            text: block[at].text(output.text),
            lower: output.lower(first + at),
            norm: block[at].norm,
            space_after: block[at].space_after,
        };
        let mut missing = [0; ROWS];
        let mut features: [Features; ROWS] = Default::default();
        let mut count = 0;
        for at in 0..block.len() {
            match cache.get(input(at)) {
                Some([vector, entity_vector]) => {
                    vectors[at * WIDTH..][..WIDTH].copy_from_slice(vector);
                    entity_vectors[at * WIDTH..][..WIDTH].copy_from_slice(entity_vector);
                }
                None => {
                    missing[count] = at;
                    features[count] = self.lexicon.features(&self.characters, input(at), buffer);
                    count += 1;
                }
            }
            if count == ROWS || (count > 0 && at + 1 == block.len()) {
                let mut results = [[[0.0; WIDTH]; ROWS]; 2];
                let [results, entity_results] = &mut results;
                self.encoder.embed(&features[..count], results, encoder);
                self.entity_encoder.embed(&features[..count], entity_results, encoder);
                for (at, (vector, entity_vector)) in missing[..count].iter().zip(results.iter().zip(entity_results)) {
                    vectors[at * WIDTH..][..WIDTH].copy_from_slice(vector);
                    entity_vectors[at * WIDTH..][..WIDTH].copy_from_slice(entity_vector);
                    cache.insert(input(*at), &[*vector, *entity_vector]);
                }
                count = 0;
            }
        }
    }
}

/// What is known of a document so far.
struct Output<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    strings: String,
    entities: Vec<Entity>,
}

impl Output<'_> {
    fn lower(&self, at: usize) -> &str {
        let piece = self.tokens.get(at).map(|token| token.lower).unwrap_or_default();
        let source = if piece.in_text { self.text } else { self.strings.as_str() };
        source.get(piece.start as usize..piece.end as usize).unwrap_or_default()
    }

    /// Appends a token that is not tagged yet.
    fn push_token(&mut self, raw: RawToken) {
        let text = raw.text(self.text);
        let as_written = Piece { start: raw.start, end: raw.end, in_text: true };
        let lower = if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
            as_written
        } else if text.is_ascii() {
            let start = self.strings.len();
            self.strings.push_str(text);
            self.strings[start..].make_ascii_lowercase();
            self.piece_from(start)
        } else {
            let lower = text.to_lowercase();
            if lower == text { as_written } else { self.store(&lower) }
        };
        let at = self.tokens.len() as u32;
        self.tokens.push(Token {
            start: raw.start,
            end: raw.end,
            space_after: raw.space_after,
            tag: Tag::Xx,
            pos: Pos::X,
            dep: Dep::Root,
            head: at,
            left_edge: at,
            right_edge: at,
            sentence_start: false,
            size: 1,
            lower,
            lemma: as_written,
        });
    }

    fn set_lemma(&mut self, at: usize, lemma: Lemma<'_>) {
        let token = self.tokens[at];
        let lemma = match lemma {
            Lemma::AsWritten => Piece { start: token.start, end: token.end, in_text: true },
            Lemma::Lower => token.lower,
            Lemma::Word(word) if word == self.lower(at) => token.lower,
            Lemma::Word(word) => self.store(word),
        };
        self.tokens[at].lemma = lemma;
    }

    fn store(&mut self, word: &str) -> Piece {
        let start = self.strings.len();
        self.strings.push_str(word);
        self.piece_from(start)
    }

    fn piece_from(&self, start: usize) -> Piece {
        Piece { start: start as u32, end: self.strings.len() as u32, in_text: false }
    }
}

/// The number of tokens of the next block.
fn block_length(text: &str, tokens: &[RawToken]) -> usize {
    if tokens.len() <= BLOCK {
        return tokens.len();
    }
    let half = BLOCK / 2;
    let second_half = &tokens[half..BLOCK];
    let line = second_half.iter().rposition(|token| token.text(text).contains('\n'));
    let sentence = || second_half.iter().rposition(|token| matches!(token.text(text), "." | "!" | "?"));
    line.or_else(sentence).map_or(BLOCK, |at| half + at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::murmur64;

    fn load(data: Vec<u8>) -> Result<(), LoadError> {
        English::from_data(data.leak()).map(|_| ())
    }

    #[test]
    fn a_damaged_data_file_is_refused() {
        let mut damaged = DATA.to_vec();
        damaged[DATA.len() / 2] ^= 1;
        assert_eq!(load(damaged), Err(LoadError::Damaged));
        assert_eq!(load(DATA[..DATA.len() - 1].to_vec()), Err(LoadError::Damaged));
        assert_eq!(load(Vec::new()), Err(LoadError::Format));
    }

    #[test]
    fn a_data_file_that_ends_early_is_refused() {
        for length in [0, 1, 500, 20_000, 100_000, 300_000, 1_000_000, 1_200_000, 4_000_000] {
            let body = &DATA[16..16 + length];
            let checksum = murmur64(body).to_le_bytes();
            let loaded = load([&DATA[..8], &checksum, body].concat());
            assert!(matches!(loaded, Err(LoadError::Invalid(_))), "{length}: {loaded:?}");
        }
    }

    #[test]
    fn words_of_the_cache_have_the_same_analysis() {
        let english = English::load().expect("the pipeline");
        let text = "Anna's brother didn't like the second-hand bike that she had found in Bath.";
        let mut scratch = Scratch::default();
        let first = english.parse_with(text, &mut scratch);
        assert_eq!(english.parse_with(text, &mut scratch), first);
        assert_eq!(english.parse(text), first);
    }
}
