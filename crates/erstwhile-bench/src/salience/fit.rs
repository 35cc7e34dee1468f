//! Fits the model: logistic regression with a ridge penalty, by accelerated gradient descent (Nesterov 1983). The problem is
//! convex, so the result does not depend on the start.

/// The strength of the ridge penalty.
const RIDGE: f64 = 0.006;
/// Number of steps of the descent, and their size: less than the inverse of the largest curvature.
const STEPS: usize = 600;
const STEP: f64 = 0.08;

/// A fact that a reader would keep or not.
#[derive(Debug)]
pub(super) struct Example<'e> {
    /// The numbers of the signs that it has.
    pub(super) signs: Vec<usize>,
    pub(super) vector: &'e [f32],
    pub(super) is_kept: bool,
}

/// The weights.
#[derive(Debug, Clone, Default)]
pub(super) struct Fitted {
    pub(super) intercept: f64,
    pub(super) signs: Vec<f64>,
    pub(super) vector: Vec<f64>,
}

impl Fitted {
    fn zeros(signs: usize, width: usize) -> Self {
        Self { intercept: 0.0, signs: vec![0.0; signs], vector: vec![0.0; width] }
    }

    fn odds(&self, example: &Example<'_>) -> f64 {
        let of_signs: f64 = example.signs.iter().map(|sign| self.signs[*sign]).sum();
        let of_vector: f64 =
            self.vector.iter().zip(example.vector).map(|(weight, value)| weight * f64::from(*value)).sum();
        self.intercept + of_signs + of_vector
    }

    /// The slope of the loss, which has no penalty on the intercept.
    fn slope(&self, examples: &[Example<'_>]) -> Self {
        let mut slope = Self {
            intercept: 0.0,
            signs: self.signs.iter().map(|weight| RIDGE * weight).collect(),
            vector: self.vector.iter().map(|weight| RIDGE * weight).collect(),
        };
        for example in examples {
            let probability = 1.0 / (1.0 + (-self.odds(example)).exp());
            let excess = (probability - f64::from(u8::from(example.is_kept))) / examples.len() as f64;
            slope.intercept += excess;
            example.signs.iter().for_each(|sign| slope.signs[*sign] += excess);
            slope.vector.iter_mut().zip(example.vector).for_each(|(slope, value)| *slope += excess * f64::from(*value));
        }
        slope
    }

    /// These weights and some of the others.
    fn plus(&self, share: f64, other: &Self) -> Self {
        let add = |one: &[f64], other: &[f64]| one.iter().zip(other).map(|(one, other)| one + share * other).collect();
        Self {
            intercept: self.intercept + share * other.intercept,
            signs: add(&self.signs, &other.signs),
            vector: add(&self.vector, &other.vector),
        }
    }
}

/// Fits the weights of `signs` signs and of the components of the vectors.
pub(super) fn fit(examples: &[Example<'_>], signs: usize) -> Fitted {
    let width = examples.first().map_or(0, |example| example.vector.len());
    let mut weights = Fitted::zeros(signs, width);
    let mut ahead = weights.clone();
    for step in 0..STEPS {
        let next = ahead.plus(-STEP, &ahead.slope(examples));
        let momentum = step as f64 / (step as f64 + 3.0);
        ahead = next.plus(momentum, &next.plus(-1.0, &weights));
        weights = next;
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_the_kept_from_the_others_has_weight() {
        let vectors: Vec<[f32; 2]> = (0..200).map(|at| [(at % 10) as f32 / 10.0, (at % 7) as f32 / 7.0]).collect();
        let examples: Vec<Example<'_>> = vectors
            .iter()
            .enumerate()
            .map(|(at, vector)| Example {
                signs: if at % 4 == 0 { vec![0, 1] } else { vec![1] },
                vector,
                is_kept: at % 4 == 0 || vector[0] > 0.7,
            })
            .collect();
        let fitted = fit(&examples, 2);
        assert!(
            fitted.signs[0] > 1.0 && fitted.vector[0] > 0.3 && fitted.vector[0] > 3.0 * fitted.vector[1].abs(),
            "{fitted:?}"
        );
        assert!(fitted.odds(&examples[0]) > 0.0 && fitted.odds(&examples[1]) < 0.0, "{fitted:?}");
    }
}
