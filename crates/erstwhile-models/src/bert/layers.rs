//! The layers of the encoder.
//!
//! The tokens of several texts are rows of one matrix, without padding: all multiplications with weights are done for all of
//! them together, only attention for each text on its own.

use std::ops::Range;

use erstwhile::Result;
use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, Axis, Slice};

use super::config::Config;
use super::tokens::Tokens;
use super::weights::Weights;

/// Number of texts that the model reads together.
const TEXTS_TOGETHER_MAX: usize = 2;

/// The layers with their weights.
#[derive(Debug)]
pub(crate) struct Encoder {
    words: Array2<f32>,
    /// The vectors of positions in the first and in the second of two texts: each with that of its type of token added.
    positions: Vec<Array2<f32>>,
    norm: Norm,
    layers: Vec<Layer>,
    heads: usize,
}

#[derive(Debug)]
struct Layer {
    query: Linear,
    key: Linear,
    value: Linear,
    attended: Linear,
    attended_norm: Norm,
    inner: Linear,
    outer: Linear,
    outer_norm: Norm,
}

impl Encoder {
    pub(crate) fn read(weights: &Weights<'_>, config: &Config) -> Result<Self> {
        let size = config.hidden_size;
        let types = weights.matrix("embeddings.token_type_embeddings.weight", config.token_types, size)?;
        let positions = weights.matrix("embeddings.position_embeddings.weight", config.positions, size)?;
        Ok(Self {
            words: weights.matrix("embeddings.word_embeddings.weight", config.vocabulary, size)?,
            positions: types.outer_iter().take(TEXTS_TOGETHER_MAX).map(|row| &positions + &row).collect(),
            norm: Norm::read(weights, "embeddings.LayerNorm", config)?,
            layers: (0..config.layers).map(|layer| Layer::read(weights, layer, config)).collect::<Result<_>>()?,
            heads: config.heads,
        })
    }

    /// The states of all tokens of the texts, one row for each token.
    pub(crate) fn encode(&self, texts: &[Tokens]) -> Array2<f32> {
        let count = texts.iter().map(Tokens::len).sum();
        let mut states = Array2::zeros((count, self.words.ncols()));
        let tokens = texts.iter().flat_map(Tokens::places);
        for (mut row, (id, part, position)) in states.outer_iter_mut().zip(tokens) {
            row += &self.words.row(id as usize);
            if let Some(positions) = self.positions.get(part) {
                row += &positions.row(position);
            }
        }
        self.norm.apply(&mut states);
        for layer in &self.layers {
            states = layer.apply(states, texts, self.heads);
        }
        states
    }
}

impl Layer {
    fn read(weights: &Weights<'_>, number: usize, config: &Config) -> Result<Self> {
        let name = |part: &str| format!("encoder.layer.{number}.{part}");
        let (size, inner) = (config.hidden_size, config.inner_size);
        let linear = |part: &str, from: usize, to: usize| Linear::read(weights, &name(part), from, to);
        Ok(Self {
            query: linear("attention.self.query", size, size)?,
            key: linear("attention.self.key", size, size)?,
            value: linear("attention.self.value", size, size)?,
            attended: linear("attention.output.dense", size, size)?,
            attended_norm: Norm::read(weights, &name("attention.output.LayerNorm"), config)?,
            inner: linear("intermediate.dense", size, inner)?,
            outer: linear("output.dense", inner, size)?,
            outer_norm: Norm::read(weights, &name("output.LayerNorm"), config)?,
        })
    }

    fn apply(&self, states: Array2<f32>, texts: &[Tokens], heads: usize) -> Array2<f32> {
        let [query, key, value] = [&self.query, &self.key, &self.value].map(|linear| linear.apply(&states));
        let mut attended = Array2::zeros(states.raw_dim());
        let width = states.ncols() / heads;
        let mut first = 0;
        for text in texts {
            let rows = first..first + text.len();
            first = rows.end;
            for head in 0..heads {
                let columns = head * width..(head + 1) * width;
                let part = |states| part(states, rows.clone(), columns.clone());
                let found = attention(&part(&query), &part(&key), &part(&value));
                part_mut(&mut attended, rows.clone(), columns).assign(&found);
            }
        }
        let mut attended = self.attended.apply(&attended) + states;
        self.attended_norm.apply(&mut attended);
        let mut inner = self.inner.apply(&attended);
        inner.mapv_inplace(gelu);
        let mut outer = self.outer.apply(&inner) + attended;
        self.outer_norm.apply(&mut outer);
        outer
    }
}

/// Some rows and columns of a matrix.
fn part(matrix: &Array2<f32>, rows: Range<usize>, columns: Range<usize>) -> ArrayView2<'_, f32> {
    let rows = matrix.slice_axis(Axis(0), Slice::from(rows));
    rows.slice_axis_move(Axis(1), Slice::from(columns))
}

/// See [`part`].
fn part_mut(matrix: &mut Array2<f32>, rows: Range<usize>, columns: Range<usize>) -> ArrayViewMut2<'_, f32> {
    let rows = matrix.slice_axis_mut(Axis(0), Slice::from(rows));
    rows.slice_axis_move(Axis(1), Slice::from(columns))
}

/// What each token takes from the values of all tokens of its text.
fn attention(query: &ArrayView2<'_, f32>, key: &ArrayView2<'_, f32>, value: &ArrayView2<'_, f32>) -> Array2<f32> {
    let mut scores = query.dot(&key.t());
    let scale = (query.ncols() as f32).sqrt().recip();
    for mut row in scores.outer_iter_mut() {
        let greatest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        row.mapv_inplace(|score| ((score - greatest) * scale).exp());
        let sum = row.sum();
        row /= sum;
    }
    scores.dot(value)
}

/// A multiplication with weights, and an addition.
#[derive(Debug)]
pub(crate) struct Linear {
    /// One row for each component of the result.
    weights: Array2<f32>,
    bias: Array1<f32>,
}

impl Linear {
    pub(crate) fn read(weights: &Weights<'_>, name: &str, from: usize, to: usize) -> Result<Self> {
        let bias = weights.vector(&format!("{name}.bias"), to)?;
        Ok(Self { weights: weights.matrix(&format!("{name}.weight"), to, from)?, bias })
    }

    pub(crate) fn apply(&self, states: &Array2<f32>) -> Array2<f32> {
        states.dot(&self.weights.t()) + &self.bias
    }
}

/// Scales each row to mean zero and deviation one, then by weights.
#[derive(Debug)]
struct Norm {
    weights: Array1<f32>,
    bias: Array1<f32>,
    epsilon: f32,
}

impl Norm {
    fn read(weights: &Weights<'_>, name: &str, config: &Config) -> Result<Self> {
        let vector = |part: &str| weights.vector(&format!("{name}.{part}"), config.hidden_size);
        Ok(Self { weights: vector("weight")?, bias: vector("bias")?, epsilon: config.epsilon })
    }

    fn apply(&self, states: &mut Array2<f32>) {
        for mut row in states.axis_iter_mut(Axis(0)) {
            let count = row.len() as f32;
            let mean = row.sum() / count;
            row -= mean;
            let variance = row.iter().map(|value| value * value).sum::<f32>() / count;
            row *= (variance + self.epsilon).sqrt().recip();
            row *= &self.weights;
            row += &self.bias;
        }
    }
}

/// The activation of Hendrycks and Gimpel (2016).
fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// The error function, within a millionth: a quotient of polynomials, which the compiler turns into vector instructions.
fn erf(x: f32) -> f32 {
    /// Beyond, the function is one in single precision.
    const END: f32 = 3.925;
    /// Coefficients of odd powers above and of even powers below, the highest first; those that the library Eigen uses.
    const ABOVE: [f32; 7] =
        [-2.726_142e-10, 2.770_681_4e-8, -2.101_024e-6, -5.692_506_5e-5, -7.349_906e-4, -2.954_6e-3, -1.609_603_3e-2];
    /// See above.
    const BELOW: [f32; 5] = [-1.456_607_2e-5, -2.133_740_6e-4, -1.682_827e-3, -7.373_329e-3, -1.426_474e-2];
    let x = x.clamp(-END, END);
    let square = x * x;
    let polynomial = |coefficients: &[f32]| coefficients.iter().fold(0.0_f32, |sum, next| sum * square + next);
    x * polynomial(&ABOVE) / polynomial(&BELOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_function_is_that_of_the_tables() {
        // Abramowitz and Stegun (1964), table 7.1.
        let table = [(0.0, 0.0), (0.1, 0.112_462_9), (0.5, 0.520_499_9), (1.0, 0.842_700_8), (2.0, 0.995_322_3)];
        for (x, expected) in table {
            assert!((erf(x) - expected).abs() < 1e-6, "{x}: {}", erf(x));
            assert!((erf(-x) + expected).abs() < 1e-6, "{x}: {}", erf(-x));
        }
        assert!((erf(9.0) - 1.0).abs() < 1e-6);
    }
}
