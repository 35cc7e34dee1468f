//! The encoder: from the features of tokens to vectors that know their neighbours.

use crate::hash::row_hashes;
use crate::lexeme::Features;
use crate::matrix::{Buffers, LANES, Matrix, ROWS, into_lanes, pack};
use crate::weights::{LoadError, Reader, single};

/// The number of components of the vector of a token.
pub const WIDTH: usize = 96;
/// The number of sums of which a layer takes the maximum.
const PIECES: usize = 3;
/// The number of groups of lanes in a vector.
const GROUPS: usize = WIDTH / LANES;

/// A table of vectors, indexed by hashes.
#[derive(Debug)]
struct Table {
    seed: u32,
    rows: u32,
    /// The vectors in half precision.
    vectors: &'static [[u8; 2]],
}

impl Table {
    /// Adds the four vectors of a feature to `sum`.
    fn add(&self, feature: u64, sum: &mut [f32]) {
        for hash in row_hashes(feature, self.seed) {
            let start = (hash % self.rows) as usize * WIDTH;
            for (sum, value) in sum.iter_mut().zip(&self.vectors[start..start + WIDTH]) {
                *sum += single(*value);
            }
        }
    }
}

/// Maximum of three products, then normalization.
#[derive(Debug)]
struct Layer {
    matrix: Matrix,
    gain: Vec<[f32; LANES]>,
    shift: Vec<[f32; LANES]>,
}

impl Layer {
    fn read(reader: &mut Reader, inputs: usize) -> Result<Self, LoadError> {
        let matrix = Matrix::read(reader)?;
        if matrix.inputs() != inputs || matrix.width() != PIECES * WIDTH {
            return Err(LoadError::Invalid("layer"));
        }
        Ok(Self { matrix, gain: into_lanes(&reader.singles(WIDTH)?), shift: into_lanes(&reader.singles(WIDTH)?) })
    }

    /// Computes the vectors of the four packed rows in `buffers`.
    fn apply(&self, buffers: &mut Buffers, results: &mut [[f32; WIDTH]; ROWS]) {
        buffers.tiles.resize(PIECES * GROUPS, [[0.0; LANES]; ROWS]);
        self.matrix.multiply(&buffers.packed, &mut buffers.tiles);
        let (first, rest) = buffers.tiles.split_at(GROUPS);
        let (second, third) = rest.split_at(GROUPS);
        for (row, result) in results.iter_mut().enumerate() {
            let groups = result.as_chunks_mut::<LANES>().0;
            for (group, ((a, b), c)) in groups.iter_mut().zip(first.iter().zip(second).zip(third)) {
                for lane in 0..LANES {
                    group[lane] = a[row][lane].max(b[row][lane]).max(c[row][lane]);
                }
            }
            self.normalize(groups);
        }
    }

    /// Subtracts the mean and divides by the standard deviation.
    fn normalize(&self, groups: &mut [[f32; LANES]]) {
        let mut sums = [0.0_f32; LANES];
        for group in groups.iter() {
            for lane in 0..LANES {
                sums[lane] += group[lane];
            }
        }
        let mean = sums.iter().sum::<f32>() / WIDTH as f32;
        let mut squares = [0.0_f32; LANES];
        for group in groups.iter_mut() {
            for lane in 0..LANES {
                group[lane] -= mean;
                squares[lane] += group[lane] * group[lane];
            }
        }
        let variance = squares.iter().sum::<f32>() / WIDTH as f32 + 1e-8;
        let factor = 1.0 / variance.sqrt();
        for ((group, gain), shift) in groups.iter_mut().zip(&self.gain).zip(&self.shift) {
            for lane in 0..LANES {
                group[lane] = group[lane] * factor * gain[lane] + shift[lane];
            }
        }
    }
}

/// An encoder: tables of features, a layer that mixes them, and layers that each see one token to the left and right.
#[derive(Debug)]
pub(crate) struct Encoder {
    tables: Vec<Table>,
    mix: Layer,
    windows: Vec<Layer>,
}

/// Memory for one block of tokens.
#[derive(Debug, Default)]
pub(crate) struct EncoderScratch {
    sums: Vec<f32>,
    rows: Vec<f32>,
    next: Vec<f32>,
    buffers: Buffers,
}

impl Encoder {
    pub(crate) fn read(reader: &mut Reader<'static>) -> Result<Self, LoadError> {
        let mut tables = Vec::new();
        for _ in 0..reader.count()? {
            let (seed, rows) = (reader.u32()?, reader.u32()?);
            if rows == 0 {
                return Err(LoadError::Invalid("table"));
            }
            tables.push(Table { seed, rows, vectors: reader.halves((rows as usize).saturating_mul(WIDTH))? });
        }
        if !(1..=6).contains(&tables.len()) {
            return Err(LoadError::Invalid("number of tables"));
        }
        let layers = reader.count()?;
        let mix = Layer::read(reader, tables.len() * WIDTH)?;
        let windows = (1..layers).map(|_| Layer::read(reader, 3 * WIDTH)).collect::<Result<_, _>>()?;
        Ok(Self { tables, mix, windows })
    }

    /// The vectors of up to four tokens without their neighbours, by their features.
    pub(crate) fn embed(&self, tokens: &[Features], results: &mut [[f32; WIDTH]; ROWS], scratch: &mut EncoderScratch) {
        let inputs = self.tables.len() * WIDTH;
        let EncoderScratch { sums, buffers, .. } = scratch;
        sums.resize(inputs, 0.0);
        buffers.packed.resize(inputs, [0.0; ROWS]);
        for (row, features) in tokens.iter().take(ROWS).enumerate() {
            sums.fill(0.0);
            for ((table, feature), sum) in self.tables.iter().zip(features).zip(sums.chunks_exact_mut(WIDTH)) {
                table.add(*feature, sum);
            }
            pack(sums, row, &mut buffers.packed);
        }
        self.mix.apply(buffers, results);
    }

    /// Mixes each vector with those of its neighbours: from the vectors of the tokens of one block to as many vectors.
    ///
    /// The block is padded with zeros, as many as there are layers on each side. The vectors of the padding change from
    /// layer to layer, so they are computed too, as far as later layers need them.
    pub(crate) fn mix_neighbours(&self, vectors: &[f32], results: &mut Vec<f32>, scratch: &mut EncoderScratch) {
        let EncoderScratch { rows, next, buffers, .. } = scratch;
        let depth = self.windows.len();
        let count = vectors.len() / WIDTH + 2 * depth;
        rows.clear();
        rows.resize(count * WIDTH, 0.0);
        rows[depth * WIDTH..][..vectors.len()].copy_from_slice(vectors);
        next.clear();
        next.resize(count * WIDTH, 0.0);
        buffers.packed.resize(3 * WIDTH, [0.0; ROWS]);
        let mut mixed = [[0.0; WIDTH]; ROWS];
        for (layer, above) in self.windows.iter().zip(1..) {
            let last = count - above;
            for start in (above..last).step_by(ROWS) {
                let group = ROWS.min(last - start);
                for row in 0..group {
                    pack(&rows[(start + row - 1) * WIDTH..][..3 * WIDTH], row, &mut buffers.packed);
                }
                layer.apply(buffers, &mut mixed);
                let at = start * WIDTH..(start + group) * WIDTH;
                let mixed = mixed.as_flattened();
                for ((to, from), change) in next[at.clone()].iter_mut().zip(&rows[at]).zip(mixed) {
                    *to = from + change;
                }
            }
            std::mem::swap(rows, next);
        }
        results.clear();
        results.extend_from_slice(&rows[depth * WIDTH..(count - depth) * WIDTH]);
    }
}
