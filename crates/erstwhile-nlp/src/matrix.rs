//! Products with matrices of weights.
//!
//! Four rows are multiplied at a time, by sixteen columns: enough independent sums to keep the multipliers busy, few
//! enough to stay in registers. The compiler vectorizes the loops, for the instructions of the processor that the
//! program runs on (`pulp`).

use pulp::{Arch, Simd, WithSimd};

use crate::weights::{LoadError, Reader, single};

/// The number of rows that are multiplied together.
pub(crate) const ROWS: usize = 4;
/// The number of outputs in a panel.
pub(crate) const LANES: usize = 16;

/// Four rows, transposed: the four values of the first column, then those of the second, …
pub(crate) type Packed = [[f32; ROWS]];
/// The results of one panel, for four rows.
pub(crate) type Tile = [[f32; LANES]; ROWS];

/// A matrix with a bias.
#[derive(Debug)]
pub(crate) struct Matrix {
    inputs: usize,
    /// The weights of sixteen outputs for the first input, for the second, …; then those of the next sixteen outputs.
    panels: Vec<[f32; LANES]>,
    bias: Vec<[f32; LANES]>,
}

impl Matrix {
    /// Reads the number of outputs and inputs, the rows in half precision and the bias.
    pub(crate) fn read(reader: &mut Reader) -> Result<Self, LoadError> {
        let (mut matrix, bias) = Self::read_weights(reader)?;
        matrix.bias = into_lanes(&reader.singles(bias)?);
        Ok(matrix)
    }

    /// Reads a matrix and a separate bias of another size.
    pub(crate) fn read_without_bias(reader: &mut Reader, size: usize) -> Result<(Self, Vec<f32>), LoadError> {
        let (matrix, _) = Self::read_weights(reader)?;
        Ok((matrix, reader.singles(size)?))
    }

    fn read_weights(reader: &mut Reader) -> Result<(Self, usize), LoadError> {
        let (outputs, inputs) = (reader.u32()? as usize, reader.u32()? as usize);
        let count = outputs.checked_mul(inputs).filter(|count| *count > 0).ok_or(LoadError::Invalid("matrix"))?;
        let weights = reader.halves(count)?;
        let mut panels = vec![[0.0; LANES]; outputs.div_ceil(LANES) * inputs];
        for (output, row) in weights.chunks_exact(inputs).enumerate() {
            let panel = &mut panels[output / LANES * inputs..][..inputs];
            for (to, from) in panel.iter_mut().zip(row) {
                to[output % LANES] = single(*from);
            }
        }
        let bias = vec![[0.0; LANES]; outputs.div_ceil(LANES)];
        Ok((Self { inputs, panels, bias }, outputs))
    }

    pub(crate) fn inputs(&self) -> usize {
        self.inputs
    }

    /// The number of outputs, rounded up to whole panels: the width of a row of results.
    pub(crate) fn width(&self) -> usize {
        self.bias.len() * LANES
    }

    /// Multiplies four packed rows; `tiles` has one tile for each panel.
    pub(crate) fn multiply(&self, rows: &Packed, tiles: &mut [Tile]) {
        Arch::new().dispatch(Product { matrix: self, rows, tiles });
    }

    #[expect(clippy::inline_always, reason = "only inlined code is compiled for the processor's vector instructions")]
    #[inline(always)]
    fn multiply_loops<const FUSED: bool>(&self, rows: &Packed, tiles: &mut [Tile]) {
        let panels = self.panels.chunks_exact(self.inputs);
        for ((panel, bias), tile) in panels.zip(&self.bias).zip(tiles) {
            let mut sums = [*bias; ROWS];
            for (weights, values) in panel.iter().zip(rows) {
                for (sum, value) in sums.iter_mut().zip(values) {
                    for (sum, weight) in sum.iter_mut().zip(weights) {
                        *sum = if FUSED { value.mul_add(*weight, *sum) } else { value * weight + *sum };
                    }
                }
            }
            *tile = sums;
        }
    }

    /// Multiplies one row.
    pub(crate) fn multiply_one(&self, row: &[f32], results: &mut [[f32; LANES]]) {
        let panels = self.panels.chunks_exact(self.inputs);
        for ((panel, bias), result) in panels.zip(&self.bias).zip(results) {
            let mut even = *bias;
            let mut odd = [0.0; LANES];
            let (pairs, _) = panel.as_chunks::<2>();
            let (values, _) = row.as_chunks::<2>();
            for (weights, values) in pairs.iter().zip(values) {
                for lane in 0..LANES {
                    even[lane] += values[0] * weights[0][lane];
                    odd[lane] += values[1] * weights[1][lane];
                }
            }
            for lane in 0..LANES {
                result[lane] = even[lane] + odd[lane];
            }
        }
    }

    /// Multiplies every row of `rows` and writes rows of [`Self::width`] to `results`.
    pub(crate) fn multiply_all(&self, rows: &[f32], results: &mut Vec<f32>, buffers: &mut Buffers) {
        let count = rows.len() / self.inputs;
        let width = self.width();
        results.clear();
        results.resize(count * width, 0.0);
        buffers.packed.resize(self.inputs, [0.0; ROWS]);
        buffers.tiles.resize(self.bias.len(), [[0.0; LANES]; ROWS]);
        for (rows, results) in rows.chunks(ROWS * self.inputs).zip(results.chunks_mut(ROWS * width)) {
            for (lane, row) in rows.chunks_exact(self.inputs).enumerate() {
                pack(row, lane, &mut buffers.packed);
            }
            self.multiply(&buffers.packed, &mut buffers.tiles);
            for (lane, result) in results.chunks_exact_mut(width).enumerate() {
                for (to, tile) in result.as_chunks_mut::<LANES>().0.iter_mut().zip(&buffers.tiles) {
                    *to = tile[lane];
                }
            }
        }
    }
}

/// A product, compiled for each set of vector instructions.
struct Product<'p> {
    matrix: &'p Matrix,
    rows: &'p Packed,
    tiles: &'p mut [Tile],
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[expect(clippy::inline_always, reason = "see `multiply_loops`")]
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        // All vector instructions that `pulp` knows of have fused products; without them, they are slow.
        if S::F32_LANES > 1 {
            self.matrix.multiply_loops::<true>(self.rows, self.tiles);
        } else {
            self.matrix.multiply_loops::<false>(self.rows, self.tiles);
        }
    }
}

/// Memory for one product.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    pub(crate) packed: Vec<[f32; ROWS]>,
    pub(crate) tiles: Vec<Tile>,
}

/// Writes a row to its place among four packed rows.
pub(crate) fn pack(row: &[f32], lane: usize, packed: &mut Packed) {
    for (to, from) in packed.iter_mut().zip(row) {
        to[lane] = *from;
    }
}

/// Numbers in groups of sixteen, filled up with zeros.
pub(crate) fn into_lanes(numbers: &[f32]) -> Vec<[f32; LANES]> {
    numbers
        .chunks(LANES)
        .map(|chunk| {
            let mut lanes = [0.0; LANES];
            lanes[..chunk.len()].copy_from_slice(chunk);
            lanes
        })
        .collect()
}
