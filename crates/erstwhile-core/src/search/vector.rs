//! Nearest neighbours over quantised vectors: an exact scan while there are few, and above that a scan of
//! sketches whose best are compared exactly.
//!
//! A sketch is one bit a component, its sign: two vectors that point the same way share most signs, so the
//! few that differ least from the query hold nearly all of its neighbours (Charikar 2002). Which those are
//! depends on the vectors alone, not on the order in which they came, so every node finds the same.

/// Rows up to which every row is compared exactly, unless told otherwise.
///
/// Measured with `erstwhile-bench scale`: at this size a scan takes about as long as the rest of a search.
pub const EXACT_MAX: usize = 100_000;
/// Rows whose sketches are nearest that are compared exactly, at least.
const NEAREST_MIN: usize = 4_000;
/// One row in so many is compared exactly.
const NEAREST_SHARE: usize = 100;
/// Rows found by their words that are compared exactly as well, at most.
const FOUND_MAX: usize = 20_000;

/// Vectors of one model, one row for each document, eight bits a component.
///
/// Rows keep their own scale: the product of two rows is the sum of the products of their bytes times
/// both scales. A scan of 10,000 rows of 256 components takes a few hundred microseconds.
#[derive(Debug)]
pub(super) struct VectorIndex {
    dimensions: usize,
    exact_max: usize,
    bytes: Vec<i8>,
    scales: Vec<f32>,
    /// The signs of each row's components.
    sketches: Vec<u64>,
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
    /// An empty index for vectors of so many components, exact up to so many rows.
    pub(super) fn new(dimensions: usize, exact_max: usize) -> Self {
        Self { dimensions, exact_max, bytes: Vec::new(), scales: Vec::new(), sketches: Vec::new() }
    }

    /// Puts a vector under a document's number; one of another length is taken as zeros.
    pub(super) fn put(&mut self, document: u32, vector: &[f32]) {
        let (slot, words) = (document as usize, self.words());
        if self.scales.len() <= slot {
            self.scales.resize(slot + 1, 0.0);
            self.bytes.resize((slot + 1) * self.dimensions, 0);
            self.sketches.resize((slot + 1) * words, 0);
        }
        if vector.len() != self.dimensions {
            self.scales[slot] = 0.0;
            return;
        }
        let quantised = Quantised::new(vector);
        self.bytes[slot * self.dimensions..(slot + 1) * self.dimensions].copy_from_slice(&quantised.bytes);
        self.sketches[slot * words..(slot + 1) * words].copy_from_slice(&sketch(&quantised.bytes));
        self.scales[slot] = quantised.scale;
    }

    /// Words of 64 signs that a sketch takes.
    fn words(&self) -> usize {
        self.dimensions.div_ceil(64)
    }

    /// Forgets a document.
    pub(super) fn remove(&mut self, document: u32) {
        if let Some(scale) = self.scales.get_mut(document as usize) {
            *scale = 0.0;
        }
    }

    /// The cosine of every document to a query of length one; zero for forgotten ones.
    ///
    /// In a large index only those that may be near are compared, and those with a score in `found`, because
    /// what was found by its words must not lose to what was not; the others are zero, too.
    pub(super) fn search(&self, query: &[f32], found: &[f32]) -> Vec<f32> {
        if query.len() != self.dimensions || self.dimensions == 0 {
            return vec![0.0; self.scales.len()];
        }
        let query = Quantised::new(query);
        if self.scales.len() <= self.exact_max {
            let rows = self.bytes.chunks_exact(self.dimensions);
            return rows
                .zip(&self.scales)
                .map(|(row, scale)| product(row, &query.bytes) as f32 * scale * query.scale)
                .collect();
        }
        let mut cosines = vec![0.0; self.scales.len()];
        for row in self.nearest(&query).into_iter().chain(best_found(found)) {
            if let (Some(cosine), Some(bytes)) = (cosines.get_mut(row), self.row(row)) {
                *cosine = product(bytes, &query.bytes) as f32 * self.scales[row] * query.scale;
            }
        }
        cosines
    }

    /// The rows whose sketches differ least from the query's: a share of all, and all that differ as little.
    fn nearest(&self, query: &Quantised) -> Vec<usize> {
        let (sketch, words) = (sketch(&query.bytes), self.words());
        let differing =
            |row: &[u64]| row.iter().zip(&sketch).map(|(one, other)| (one ^ other).count_ones()).sum::<u32>() as u16;
        let distances: Vec<u16> = self.sketches.chunks_exact(words).map(differing).collect();
        let mut counts = vec![0_usize; words * 64 + 1];
        for (distance, scale) in distances.iter().zip(&self.scales) {
            counts[usize::from(*distance)] += usize::from(*scale > 0.0);
        }
        let wanted = (self.scales.len() / NEAREST_SHARE).max(NEAREST_MIN);
        let mut within = 0;
        let enough = counts.iter().position(|count| {
            within += count;
            within >= wanted
        });
        let farthest = enough.unwrap_or(words * 64) as u16;
        let near = distances.iter().enumerate().filter(|(_, distance)| **distance <= farthest);
        near.map(|(row, _)| row).collect()
    }

    fn row(&self, row: usize) -> Option<&[i8]> {
        self.bytes.get(row * self.dimensions..(row + 1) * self.dimensions)
    }

    /// The cosine of two documents.
    pub(super) fn similarity(&self, left: u32, right: u32) -> f32 {
        let row = |document: u32| self.row(document as usize);
        let scale = |document: u32| self.scales.get(document as usize).copied().unwrap_or(0.0);
        match (row(left), row(right)) {
            (Some(one), Some(other)) => product(one, other) as f32 * scale(left) * scale(right),
            _ => 0.0,
        }
    }

    /// Bytes that the index holds.
    pub(super) fn weight(&self) -> usize {
        self.bytes.capacity() + self.scales.capacity() * 4 + self.sketches.capacity() * 8
    }
}

/// The signs of components, 64 to a word.
fn sketch(components: &[i8]) -> Vec<u64> {
    let word = |components: &[i8]| {
        components.iter().enumerate().fold(0_u64, |word, (at, component)| word | (u64::from(*component > 0) << at))
    };
    components.chunks(64).map(word).collect()
}

/// The rows with the best scores.
fn best_found(found: &[f32]) -> Vec<usize> {
    let mut rows: Vec<usize> =
        found.iter().enumerate().filter(|(_, score)| **score > 0.0).map(|(row, _)| row).collect();
    if rows.len() > FOUND_MAX {
        rows.select_nth_unstable_by(FOUND_MAX, |left, right| found[*right].total_cmp(&found[*left]));
        // All that are as good as the worst of them, so that the choice does not depend on their order.
        let worst = rows.get(FOUND_MAX).map_or(0.0, |row| found[*row]);
        rows.retain(|row| found[*row] > worst);
    }
    rows
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
        let mut index = VectorIndex::new(5, EXACT_MAX);
        index.put(3, &other);
        assert!((index.search(&one, &[])[3] - exact).abs() < 0.01);
        assert!(index.search(&one, &[])[0] == 0.0);
    }

    #[test]
    fn a_vector_of_another_model_is_never_compared() {
        let mut index = VectorIndex::new(4, EXACT_MAX);
        index.put(0, &[1.0, 0.0]);
        assert_eq!(index.search(&[1.0, 0.0, 0.0, 0.0], &[]), [0.0]);
        assert_eq!(index.search(&[1.0, 0.0], &[]), [0.0]);
    }

    #[test]
    fn a_forgotten_vector_scores_nothing() {
        let mut index = VectorIndex::new(2, EXACT_MAX);
        index.put(0, &[1.0, 0.0]);
        index.remove(0);
        assert_eq!(index.search(&[1.0, 0.0], &[]), [0.0]);
    }

    /// Directions that are spread out, the same in every run.
    fn direction(seed: u64, dimensions: usize) -> Vec<f32> {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let components: Vec<f32> = std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1_u64 << 24) as f32 - 0.5
        })
        .take(dimensions)
        .collect();
        unit(&components)
    }

    fn near(vector: &[f32], seed: u64) -> Vec<f32> {
        let noise = direction(seed, vector.len());
        unit(&vector.iter().zip(&noise).map(|(own, noise)| own + 0.6 * noise).collect::<Vec<_>>())
    }

    fn best(cosines: &[f32], count: usize) -> std::collections::BTreeSet<usize> {
        let mut rows: Vec<usize> = (0..cosines.len()).collect();
        rows.sort_by(|left, right| cosines[*right].total_cmp(&cosines[*left]));
        rows.into_iter().take(count).collect()
    }

    #[test]
    fn a_large_index_finds_what_an_exact_scan_finds_whatever_the_order() {
        let (rows, topics) = (20_000_u32, 200);
        let vector = |row: u32| near(&direction(u64::from(row) % topics, 256), u64::from(row) + 1_000);
        let (mut exact, mut large, mut turned) =
            (VectorIndex::new(256, usize::MAX), VectorIndex::new(256, 1_000), VectorIndex::new(256, 1_000));
        for row in 0..rows {
            let vector = vector(row);
            exact.put(row, &vector);
            large.put(row, &vector);
            turned.put(rows - 1 - row, &vector);
        }
        let mut found = 0;
        for topic in 0..20 {
            let query = near(&direction(topic, 256), topic + 900_000);
            let (all, some) = (exact.search(&query, &[]), large.search(&query, &[]));
            found += best(&all, 10).intersection(&best(&some, 10)).count();
            let other = turned.search(&query, &[]);
            assert!(some.iter().eq(other.iter().rev()), "numbers do not matter");
        }
        assert!(found >= 195, "{found} of 200");
    }

    #[test]
    fn what_was_found_by_its_words_is_compared_in_a_large_index_too() {
        let mut index = VectorIndex::new(64, 10);
        for row in 0..10_000 {
            index.put(row, &direction(u64::from(row) + 7, 64));
        }
        let query = direction(3, 64);
        let far = index.search(&query, &[]).iter().position(|cosine| *cosine == 0.0).expect("a row that is not near");
        let mut found = vec![0.0; 10_000];
        found[far] = 1.0;
        assert!(index.search(&query, &found)[far] != 0.0);
    }
}
