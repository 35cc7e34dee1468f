//! Exact nearest neighbours over quantised vectors, by a scan that the compiler vectorises.

/// Vectors of one model, one row for each document, eight bits a component.
///
/// Rows keep their own scale: the product of two rows is the sum of the products of their bytes times
/// both scales. A scan of 10,000 rows of 256 components takes a few hundred microseconds.
#[derive(Debug)]
pub(super) struct VectorIndex {
    dimensions: usize,
    bytes: Vec<i8>,
    scales: Vec<f32>,
}

/// A quantised vector.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quantised {
    bytes: Vec<i8>,
    scale: f32,
}

impl Quantised {
    /// Rounds a vector to eight bits a component.
    pub(super) fn new(vector: &[f32]) -> Self {
        let largest = vector.iter().fold(0.0_f32, |largest, component| largest.max(component.abs()));
        if largest == 0.0 {
            return Self { bytes: vec![0; vector.len()], scale: 0.0 };
        }
        let scale = largest / 127.0;
        Self { bytes: vector.iter().map(|component| (component / scale).round() as i8).collect(), scale }
    }
}

impl VectorIndex {
    /// An empty index for vectors of so many components.
    pub(super) fn new(dimensions: usize) -> Self {
        Self { dimensions, bytes: Vec::new(), scales: Vec::new() }
    }

    /// Puts a vector under a document's number; one of another length is taken as zeros.
    pub(super) fn put(&mut self, document: u32, vector: &[f32]) {
        let slot = document as usize;
        if self.scales.len() <= slot {
            self.scales.resize(slot + 1, 0.0);
            self.bytes.resize((slot + 1) * self.dimensions, 0);
        }
        if vector.len() != self.dimensions {
            self.scales[slot] = 0.0;
            return;
        }
        let quantised = Quantised::new(vector);
        self.bytes[slot * self.dimensions..(slot + 1) * self.dimensions].copy_from_slice(&quantised.bytes);
        self.scales[slot] = quantised.scale;
    }

    /// Forgets a document.
    pub(super) fn remove(&mut self, document: u32) {
        if let Some(scale) = self.scales.get_mut(document as usize) {
            *scale = 0.0;
        }
    }

    /// The cosine of every document to a query of length one; zero for forgotten ones.
    pub(super) fn search(&self, query: &[f32]) -> Vec<f32> {
        if query.len() != self.dimensions || self.dimensions == 0 {
            return vec![0.0; self.scales.len()];
        }
        let query = Quantised::new(query);
        let rows = self.bytes.chunks_exact(self.dimensions);
        rows.zip(&self.scales).map(|(row, scale)| product(row, &query.bytes) as f32 * scale * query.scale).collect()
    }

    /// The cosine of two documents.
    pub(super) fn similarity(&self, left: u32, right: u32) -> f32 {
        let row = |document: u32| {
            let start = document as usize * self.dimensions;
            self.bytes.get(start..start + self.dimensions)
        };
        let scale = |document: u32| self.scales.get(document as usize).copied().unwrap_or(0.0);
        match (row(left), row(right)) {
            (Some(one), Some(other)) => product(one, other) as f32 * scale(left) * scale(right),
            _ => 0.0,
        }
    }

    /// Bytes that the index holds.
    pub(super) fn weight(&self) -> usize {
        self.bytes.capacity() + self.scales.capacity() * 4
    }
}

/// Sixteen sums side by side, so that no step waits for the one before it.
fn product(left: &[i8], right: &[i8]) -> i32 {
    const LANES: usize = 16;
    let mut sums = [0_i32; LANES];
    let (left, right) = (left.chunks_exact(LANES), right.chunks_exact(LANES));
    let rest: i32 =
        left.remainder().iter().zip(right.remainder()).map(|(one, other)| i32::from(*one) * i32::from(*other)).sum();
    for (one, other) in left.zip(right) {
        for lane in 0..LANES {
            sums[lane] += i32::from(one[lane]) * i32::from(other[lane]);
        }
    }
    sums.iter().sum::<i32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(components: &[f32]) -> Vec<f32> {
        let length = components.iter().map(|component| component * component).sum::<f32>().sqrt();
        components.iter().map(|component| component / length).collect()
    }

    #[test]
    fn cosines_survive_quantisation_to_a_hundredth() {
        let (one, other) = (unit(&[0.3, -0.2, 0.9, 0.1, 0.5]), unit(&[0.1, 0.8, 0.4, -0.3, 0.2]));
        let exact: f32 = one.iter().zip(&other).map(|(left, right)| left * right).sum();
        let mut index = VectorIndex::new(5);
        index.put(3, &other);
        assert!((index.search(&one)[3] - exact).abs() < 0.01);
        assert!(index.search(&one)[0] == 0.0);
    }

    #[test]
    fn a_vector_of_another_model_is_never_compared() {
        let mut index = VectorIndex::new(4);
        index.put(0, &[1.0, 0.0]);
        assert_eq!(index.search(&[1.0, 0.0, 0.0, 0.0]), [0.0]);
        assert_eq!(index.search(&[1.0, 0.0]), [0.0]);
    }

    #[test]
    fn a_forgotten_vector_scores_nothing() {
        let mut index = VectorIndex::new(2);
        index.put(0, &[1.0, 0.0]);
        index.remove(0);
        assert_eq!(index.search(&[1.0, 0.0]), [0.0]);
    }
}
