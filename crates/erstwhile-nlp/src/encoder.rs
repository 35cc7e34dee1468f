//! Token vectors: hash embeddings of the features, mixed, then four layers that look at neighbours.

use foldhash::HashMap;

use crate::data::{Data, LoadError};
use crate::hash::murmur3;
use crate::lexeme::Features;
use crate::matrix::{Affine, Norm, half_to_single};

/// Length of a token vector.
pub(crate) const WIDTH: usize = 96;
const PIECES: usize = 3;
/// Number of layers after the mixing layer; each looks one token further.
const DEPTH: usize = 4;
/// Rows and seeds of the embedding tables, in order: norm, prefix, suffix, shape, and whether a space follows or it is
/// white space.
const TABLES: [(usize, u64); 6] = [(5000, 8), (1000, 9), (2500, 10), (2500, 11), (50, 12), (50, 13)];
/// Maximum number of word forms whose embedding is kept (about 2 MB); then all are forgotten.
const CACHE_MAX: usize = 4_096;

/// A word form with what else enters its embedding.
type Key = (Features, bool, bool);

/// The encoder of one model.
#[derive(Debug)]
pub(crate) struct Encoder {
    /// The embedding tables, as 16-bit floats: few rows are read, and most of them once.
    tables: Vec<&'static [u8]>,
    mix: Layer,
    layers: Vec<Layer>,
}

#[derive(Debug)]
struct Layer {
    affine: Affine,
    norm: Norm,
}

/// Buffers of an encoder, and the embeddings of word forms.
#[derive(Debug, Default)]
pub(crate) struct EncoderScratch {
    cache: HashMap<Key, [f32; WIDTH]>,
    hidden: Vec<f32>,
    input: Vec<f32>,
    next: Vec<f32>,
}

impl Encoder {
    /// `tables` is the number of embedding tables.
    pub(crate) fn new(data: &Data<'static>, prefix: &str, tables: usize) -> Result<Self, LoadError> {
        let load =
            |(index, (rows, _)): (usize, &(usize, u64))| data.halves(&format!("{prefix}.embed{index}"), rows * WIDTH);
        let loaded = TABLES.iter().take(tables).enumerate().map(load).collect::<Result<_, _>>()?;
        let layer = |index: usize, inputs: usize| {
            let part = |name: &str, size| data.tensor(&format!("{prefix}.layer{index}.{name}"), size);
            let outputs = WIDTH * PIECES;
            Ok(Layer {
                affine: Affine::new(&part("w", outputs * inputs)?, &part("b", outputs)?, inputs),
                norm: Norm { gain: part("gain", WIDTH)?, bias: part("bias", WIDTH)? },
            })
        };
        Ok(Self {
            tables: loaded,
            mix: layer(0, tables * WIDTH)?,
            layers: (1..=DEPTH).map(|index| layer(index, 3 * WIDTH)).collect::<Result<_, _>>()?,
        })
    }

    /// Writes the vectors of all tokens to `out`, one after the other.
    pub(crate) fn encode(&self, tokens: &[Key], scratch: &mut EncoderScratch, out: &mut Vec<f32>) {
        let EncoderScratch { cache, hidden, input, next } = scratch;
        // One row of zeros on each side is the neighbour of the ends; the rows beside it are padding that the layers
        // change, as in training.
        let rows = tokens.len() + 2 * DEPTH;
        input.clear();
        input.resize((rows + 2) * WIDTH, 0.0);
        for (index, key) in tokens.iter().enumerate() {
            if cache.len() >= CACHE_MAX && !cache.contains_key(key) {
                cache.clear();
            }
            let vector = cache.entry(*key).or_insert_with(|| self.embed(key, hidden));
            input[(index + DEPTH + 1) * WIDTH..][..WIDTH].copy_from_slice(vector);
        }
        for layer in &self.layers {
            layer.affine.apply(input, WIDTH, rows, hidden);
            next.clear();
            next.extend_from_slice(input);
            for (index, values) in hidden.chunks_exact(layer.affine.width()).enumerate() {
                let mut row = [0.0; WIDTH];
                max_of_pieces(values, &mut row);
                layer.norm.apply(&mut row);
                for (value, change) in next[(index + 1) * WIDTH..][..WIDTH].iter_mut().zip(row) {
                    *value += change;
                }
            }
            std::mem::swap(input, next);
        }
        out.clear();
        out.extend_from_slice(&input[(DEPTH + 1) * WIDTH..][..tokens.len() * WIDTH]);
    }

    fn embed(&self, (features, space, is_space): &Key, hidden: &mut Vec<f32>) -> [f32; WIDTH] {
        let Features { norm, prefix, suffix, shape } = *features;
        let keys = [norm, prefix, suffix, shape, u64::from(*space), u64::from(*is_space)];
        let mut joined = vec![0.0; self.tables.len() * WIDTH];
        for ((part, table), (key, (rows, seed))) in
            joined.chunks_exact_mut(WIDTH).zip(&self.tables).zip(keys.into_iter().zip(TABLES))
        {
            for row in murmur3(key, seed) {
                let from = row as usize % rows * WIDTH * 2;
                let halves = table[from..from + WIDTH * 2].chunks_exact(2);
                for (value, half) in part.iter_mut().zip(halves) {
                    *value += half_to_single(u16::from_le_bytes([half[0], half[1]]));
                }
            }
        }
        self.mix.affine.apply(&joined, joined.len(), 1, hidden);
        let mut vector = [0.0; WIDTH];
        max_of_pieces(hidden, &mut vector);
        self.mix.norm.apply(&mut vector);
        vector
    }
}

fn max_of_pieces(values: &[f32], out: &mut [f32; WIDTH]) {
    for (out, pieces) in out.iter_mut().zip(values.chunks_exact(PIECES)) {
        *out = pieces[0].max(pieces[1]).max(pieces[2]);
    }
}
