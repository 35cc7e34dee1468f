//! Numbers: 16-bit floats, affine layers, normalisation.

/// Number of outputs that are computed together.
const LANES: usize = 16;
/// Number of rows that are computed together.
const ROWS: usize = 4;

/// Converts an IEEE 754 half-precision float.
pub(crate) fn half_to_single(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let exponent = u32::from(bits >> 10 & 0x1f);
    let fraction = u32::from(bits & 0x3ff);
    match exponent {
        0 => {
            let value = fraction as f32 / 16_777_216.0;
            if sign == 0 { value } else { -value }
        }
        31 => f32::from_bits(sign | 0x7f80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

/// An affine layer, `x ↦ W x + b`, stored so that several outputs are computed at once.
#[derive(Debug)]
pub(crate) struct Affine {
    inputs: usize,
    outputs: usize,
    /// `[block of LANES outputs][input][LANES]`; padded with zeros.
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Affine {
    /// `weights` are in row order, one row per output.
    pub(crate) fn new(weights: &[f32], bias: &[f32], inputs: usize) -> Self {
        let outputs = bias.len();
        let blocks = outputs.div_ceil(LANES);
        let mut packed = vec![0.0; blocks * inputs * LANES];
        for (output, row) in weights.chunks_exact(inputs).enumerate() {
            for (input, weight) in row.iter().enumerate() {
                packed[(output / LANES * inputs + input) * LANES + output % LANES] = *weight;
            }
        }
        let mut padded = bias.to_vec();
        padded.resize(blocks * LANES, 0.0);
        Self { inputs, outputs, weights: packed, bias: padded }
    }

    /// Number of outputs with padding: the length of a row of the result.
    pub(crate) fn width(&self) -> usize {
        self.bias.len()
    }

    pub(crate) fn outputs(&self) -> usize {
        self.outputs
    }

    /// Applies the layer to `rows` rows that begin `stride` numbers apart. Rows may overlap: a window over a matrix is
    /// one row after the other. The order of additions does not depend on the machine.
    pub(crate) fn apply(&self, input: &[f32], stride: usize, rows: usize, output: &mut Vec<f32>) {
        let width = self.width();
        output.clear();
        output.resize(rows * width, 0.0);
        let row = |index: usize| &input[index * stride..index * stride + self.inputs];
        for (block, weights) in self.weights.chunks_exact(self.inputs * LANES).enumerate() {
            let at = block * LANES;
            let mut bias = [0.0; LANES];
            bias.copy_from_slice(&self.bias[at..at + LANES]);
            let mut index = 0;
            while index + ROWS <= rows {
                let sums = dot4([row(index), row(index + 1), row(index + 2), row(index + 3)], weights, bias);
                for (offset, sum) in sums.iter().enumerate() {
                    output[(index + offset) * width + at..][..LANES].copy_from_slice(sum);
                }
                index += ROWS;
            }
            while index < rows {
                let sum = dot1(row(index), weights, bias);
                output[index * width + at..][..LANES].copy_from_slice(&sum);
                index += 1;
            }
        }
    }
}

#[inline]
fn dot4(rows: [&[f32]; ROWS], weights: &[f32], bias: [f32; LANES]) -> [[f32; LANES]; ROWS] {
    let mut sums = [bias; ROWS];
    let [first, second, third, fourth] = rows;
    for ((((weights, a), b), c), d) in weights.chunks_exact(LANES).zip(first).zip(second).zip(third).zip(fourth) {
        for lane in 0..LANES {
            sums[0][lane] += a * weights[lane];
            sums[1][lane] += b * weights[lane];
            sums[2][lane] += c * weights[lane];
            sums[3][lane] += d * weights[lane];
        }
    }
    sums
}

#[inline]
fn dot1(row: &[f32], weights: &[f32], bias: [f32; LANES]) -> [f32; LANES] {
    let mut sum = bias;
    for (weights, value) in weights.chunks_exact(LANES).zip(row) {
        for lane in 0..LANES {
            sum[lane] += value * weights[lane];
        }
    }
    sum
}

/// Layer normalisation: mean 0 and variance 1, then gain and bias.
#[derive(Debug)]
pub(crate) struct Norm {
    pub(crate) gain: Vec<f32>,
    pub(crate) bias: Vec<f32>,
}

impl Norm {
    pub(crate) fn apply(&self, row: &mut [f32]) {
        let count = row.len() as f32;
        let mean = row.iter().sum::<f32>() / count;
        let variance = row.iter().map(|value| (value - mean) * (value - mean)).sum::<f32>() / count + 1e-8;
        let scale = variance.sqrt().recip();
        for ((value, gain), bias) in row.iter_mut().zip(&self.gain).zip(&self.bias) {
            *value = (*value - mean) * scale * gain + bias;
        }
    }
}

/// The index of the greatest number among those that a condition admits; of equals, the first.
pub(crate) fn arg_max(values: &[f32], admits: impl Fn(usize) -> bool) -> Option<usize> {
    let mut best: Option<(usize, f32)> = None;
    for (index, value) in values.iter().enumerate() {
        if best.is_none_or(|(_, greatest)| *value > greatest) && admits(index) {
            best = Some((index, *value));
        }
    }
    best.map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_floats_are_converted() {
        for (bits, value) in
            [(0x3c00, 1.0), (0xc000, -2.0), (0x0000, 0.0), (0x3555, 0.333_251_95), (0x0001, 5.960_464_5e-8)]
        {
            assert_eq!(half_to_single(bits).to_bits(), f32::to_bits(value));
        }
        assert!(half_to_single(0x7c00).is_infinite());
    }

    #[test]
    fn a_layer_is_applied_to_rows_that_overlap() {
        let layer = Affine::new(&[1.0, 2.0, 0.0, 1.0], &[0.5, 0.0], 2);
        let mut out = Vec::new();
        layer.apply(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 1, 5, &mut out);
        let firsts: Vec<f32> = out.chunks_exact(layer.width()).map(|row| row[0]).collect();
        assert_eq!(firsts, [5.5, 8.5, 11.5, 14.5, 17.5]);
        assert_eq!(out[1].to_bits(), f32::to_bits(2.0));
    }

    #[test]
    fn of_equal_numbers_the_first_wins() {
        assert_eq!(arg_max(&[1.0, 3.0, 3.0], |_| true), Some(1));
        assert_eq!(arg_max(&[1.0, 3.0], |index| index == 0), Some(0));
        assert_eq!(arg_max(&[1.0], |_| false), None);
    }
}
