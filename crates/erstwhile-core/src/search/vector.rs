//! Nearest neighbour search over quantized vectors: an exact scan of a small index; in a large one, a scan of binary
//! codes selects the rows to compare exactly.
//!
//! Binary quantization keeps only the sign of each component. Similar vectors share most signs, so the rows whose
//! codes differ least from the query's include nearly all of its nearest neighbours (Charikar 2002). They depend
//! only on the vectors, not on the order of insertion, so all nodes return the same results.

use products::{dot_product, dot_products};

mod products;

/// Default maximum number of rows for an exact scan.
///
/// Measured with `erstwhile-bench scale`: at this size, a scan takes about as long as the rest of a search.
pub const EXACT_MAX: usize = 100_000;
/// Minimum number of rows selected by binary codes.
const NEAREST_MIN: usize = 4_000;
/// Binary codes select one row in this many.
const NEAREST_SHARE: usize = 100;
/// Maximum number of rows found by full-text search that are also compared exactly.
const FOUND_MAX: usize = 20_000;

/// Vectors of one model, one row per document, quantized to eight bits per component.
///
/// Every row has its own scale: the dot product of two rows is that of their bytes times both scales. A scan of
/// 10,000 rows of 256 components takes less than two hundred microseconds.
#[derive(Debug)]
pub(super) struct VectorIndex {
    dimensions: usize,
    exact_max: usize,
    bytes: Vec<i8>,
    scales: Vec<f32>,
    /// The signs of each row's components; empty as long as all rows are compared.
    codes: Vec<u64>,
}

/// A quantized vector.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quantized {
    bytes: Vec<i8>,
    scale: f32,
}

impl Quantized {
    /// The components with two bytes each, for products with many rows.
    fn wide(&self) -> Vec<i16> {
        self.bytes.iter().map(|component| i16::from(*component)).collect()
    }

    /// Quantizes a vector to eight bits per component.
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
    /// Creates an empty index for vectors with `dimensions` components, exact up to `exact_max` rows.
    pub(super) fn new(dimensions: usize, exact_max: usize) -> Self {
        Self { dimensions, exact_max, bytes: Vec::new(), scales: Vec::new(), codes: Vec::new() }
    }

    /// The number of components of a vector.
    pub(super) fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Sets the vector of a document; one of another length counts as zeros.
    pub(super) fn put(&mut self, document: u32, vector: &[f32]) {
        let slot = document as usize;
        if self.scales.len() <= slot {
            grow(&mut self.scales, slot + 1, 0.0);
            grow(&mut self.bytes, (slot + 1) * self.dimensions, 0);
        }
        if vector.len() == self.dimensions {
            let quantized = Quantized::new(vector);
            self.bytes[slot * self.dimensions..(slot + 1) * self.dimensions].copy_from_slice(&quantized.bytes);
            self.scales[slot] = quantized.scale;
        } else {
            self.scales[slot] = 0.0;
        }
        if !self.is_exact() && self.dimensions > 0 {
            self.update_codes(slot);
        }
    }

    /// Makes room for exactly so many rows, if there are none.
    pub(super) fn make_room(&mut self, rows: usize) {
        if self.scales.is_empty() {
            self.scales.reserve_exact(rows);
            self.bytes.reserve_exact(rows * self.dimensions);
        }
    }

    /// Computes the code of a row, and of all rows that have none.
    fn update_codes(&mut self, slot: usize) {
        let (rows, code_words) = (self.scales.len(), self.code_words());
        let known = self.codes.len() / code_words.max(1);
        grow(&mut self.codes, rows * code_words, 0);
        for row in (known..rows).chain([slot]) {
            let code = self.row(row).map(binary_code).unwrap_or_default();
            self.codes[row * code_words..(row + 1) * code_words].copy_from_slice(&code);
        }
    }

    /// Number of 64-bit words of a binary code.
    fn code_words(&self) -> usize {
        self.dimensions.div_ceil(64)
    }

    /// Removes a document.
    pub(super) fn remove(&mut self, document: u32) {
        if let Some(scale) = self.scales.get_mut(document as usize) {
            *scale = 0.0;
        }
    }

    /// Returns the cosine of every document to a normalized query; zero for removed documents.
    ///
    /// A large index compares only the rows selected by their binary codes and those with a score in `found`, so that
    /// documents found by full-text search have no disadvantage; the others get zero.
    pub(super) fn search(&self, query: &[f32], found: &[f32]) -> Vec<f32> {
        if query.len() != self.dimensions || self.dimensions == 0 {
            return vec![0.0; self.scales.len()];
        }
        let query = Quantized::new(query);
        if self.is_exact() {
            let mut products = vec![0; self.scales.len()];
            dot_products(&self.bytes, &[&query.wide()], &mut [&mut products]);
            return self.cosines(&query, products);
        }
        let mut cosines = vec![0.0; self.scales.len()];
        for row in self.nearest(&query).into_iter().chain(best_found(found)) {
            if let (Some(cosine), Some(bytes)) = (cosines.get_mut(row), self.row(row)) {
                *cosine = dot_product(bytes, &query.bytes) as f32 * self.scales[row] * query.scale;
            }
        }
        cosines
    }

    /// The cosines of every document to each of some normalized queries: those of [`Self::search`] without documents found
    /// by full-text search.
    pub(super) fn search_each(&self, queries: &[&[f32]]) -> Vec<Vec<f32>> {
        let is_comparable = |query: &&[f32]| query.len() == self.dimensions && self.dimensions > 0;
        if queries.len() < 2 || !self.is_exact() || !queries.iter().all(is_comparable) {
            return queries.iter().map(|query| self.search(query, &[])).collect();
        }
        let queries: Vec<Quantized> = queries.iter().map(|query| Quantized::new(query)).collect();
        let wide: Vec<Vec<i16>> = queries.iter().map(Quantized::wide).collect();
        let mut products = vec![vec![0; self.scales.len()]; queries.len()];
        let wide: Vec<&[i16]> = wide.iter().map(Vec::as_slice).collect();
        let mut of_each: Vec<&mut [i32]> = products.iter_mut().map(Vec::as_mut_slice).collect();
        dot_products(&self.bytes, &wide, &mut of_each);
        let cosines = |(query, products): (&Quantized, Vec<i32>)| self.cosines(query, products);
        queries.iter().zip(products).map(cosines).collect()
    }

    /// Whether every search compares all rows.
    pub(super) fn is_exact(&self) -> bool {
        self.scales.len() <= self.exact_max
    }

    /// The cosine of every document from its dot product with the query.
    fn cosines(&self, query: &Quantized, products: Vec<i32>) -> Vec<f32> {
        let cosine = |(product, scale): (i32, &f32)| product as f32 * scale * query.scale;
        products.into_iter().zip(&self.scales).map(cosine).collect()
    }

    /// Returns the rows whose codes differ least from the query's, including all ties.
    fn nearest(&self, query: &Quantized) -> Vec<usize> {
        let (binary_code, code_words) = (binary_code(&query.bytes), self.code_words());
        let hamming_distance = |row: &[u64]| {
            row.iter().zip(&binary_code).map(|(one, other)| (one ^ other).count_ones()).sum::<u32>() as u16
        };
        let distances: Vec<u16> = self.codes.chunks_exact(code_words).map(hamming_distance).collect();
        let mut counts = vec![0_usize; code_words * 64 + 1];
        for (distance, scale) in distances.iter().zip(&self.scales) {
            counts[usize::from(*distance)] += usize::from(*scale > 0.0);
        }
        let wanted = (self.scales.len() / NEAREST_SHARE).max(NEAREST_MIN);
        let mut within = 0;
        let enough = counts.iter().position(|count| {
            within += count;
            within >= wanted
        });
        let farthest = enough.unwrap_or(code_words * 64) as u16;
        let near = distances.iter().enumerate().filter(|(_, distance)| **distance <= farthest);
        near.map(|(row, _)| row).collect()
    }

    fn row(&self, row: usize) -> Option<&[i8]> {
        self.bytes.get(row * self.dimensions..(row + 1) * self.dimensions)
    }

    /// The cosine of a document and one of another index with vectors of the same model.
    pub(super) fn similarity_to(&self, own: u32, other: &Self, number: u32) -> f32 {
        let scale = |index: &Self, document: u32| index.scales.get(document as usize).copied().unwrap_or(0.0);
        match (self.row(own as usize), other.row(number as usize)) {
            (Some(one), Some(another)) => dot_product(one, another) as f32 * scale(self, own) * scale(other, number),
            _ => 0.0,
        }
    }

    /// Size in bytes.
    pub(super) fn weight(&self) -> usize {
        self.bytes.capacity() + self.scales.capacity() * 4 + self.codes.capacity() * 8
    }
}

/// Makes a list longer, with room for an eighth more: vectors are most of the memory of an index, and doubling would waste
/// a quarter of it on average.
fn grow<T: Clone>(values: &mut Vec<T>, length: usize, filler: T) {
    if values.capacity() < length {
        values.reserve_exact(length + length / 8 - values.len());
    }
    values.resize(length, filler);
}

/// The signs of components, 64 per word.
fn binary_code(components: &[i8]) -> Vec<u64> {
    let word = |components: &[i8]| {
        components.iter().enumerate().fold(0_u64, |word, (at, component)| word | (u64::from(*component > 0) << at))
    };
    components.chunks(64).map(word).collect()
}

/// Returns the rows with the best scores.
fn best_found(found: &[f32]) -> Vec<usize> {
    let mut rows: Vec<usize> =
        found.iter().enumerate().filter(|(_, score)| **score > 0.0).map(|(row, _)| row).collect();
    if rows.len() > FOUND_MAX {
        rows.select_nth_unstable_by(FOUND_MAX, |left, right| found[*right].total_cmp(&found[*left]));
        // Drops all ties with the first row over the limit, so that the selection does not depend on their order.
        let worst = rows.get(FOUND_MAX).map_or(0.0, |row| found[*row]);
        rows.retain(|row| found[*row] > worst);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(components: &[f32]) -> Vec<f32> {
        let length = components.iter().map(|component| component * component).sum::<f32>().sqrt();
        components.iter().map(|component| component / length).collect()
    }

    #[test]
    fn quantization_changes_cosines_by_less_than_a_hundredth() {
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
    fn a_removed_vector_has_score_zero() {
        let mut index = VectorIndex::new(2, EXACT_MAX);
        index.put(0, &[1.0, 0.0]);
        index.remove(0);
        assert_eq!(index.search(&[1.0, 0.0], &[]), [0.0]);
    }

    /// A pseudorandom direction, the same in every run.
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
    fn a_large_index_finds_nearly_all_of_an_exact_scan_in_any_order() {
        let (rows, topics) = (20_000_u32, 200);
        let vector = |row: u32| near(&direction(u64::from(row) % topics, 256), u64::from(row) + 1_000);
        let (mut exact, mut large, mut reversed) =
            (VectorIndex::new(256, usize::MAX), VectorIndex::new(256, 1_000), VectorIndex::new(256, 1_000));
        for row in 0..rows {
            let vector = vector(row);
            exact.put(row, &vector);
            large.put(row, &vector);
            reversed.put(rows - 1 - row, &vector);
        }
        let mut found = 0;
        for topic in 0..20 {
            let query = near(&direction(topic, 256), topic + 900_000);
            let (all, some) = (exact.search(&query, &[]), large.search(&query, &[]));
            found += best(&all, 10).intersection(&best(&some, 10)).count();
            let other = reversed.search(&query, &[]);
            assert!(some.iter().eq(other.iter().rev()), "numbers do not matter");
        }
        assert!(found >= 195, "{found} of 200");
    }

    #[test]
    fn several_queries_have_the_cosines_that_each_has_alone() {
        for exact_max in [EXACT_MAX, 100] {
            let mut index = VectorIndex::new(40, exact_max);
            for row in 0..150 {
                index.put(row, &direction(u64::from(row) + 7, 40));
            }
            let queries = [direction(3, 40), direction(4, 40), vec![1.0]];
            for count in 0..=queries.len() {
                let queries: Vec<&[f32]> = queries.iter().take(count).map(Vec::as_slice).collect();
                let alone: Vec<Vec<f32>> = queries.iter().map(|query| index.search(query, &[])).collect();
                assert_eq!(index.search_each(&queries), alone);
            }
            assert!(index.search(&queries[0], &[])[149] != 0.0);
        }
    }

    #[test]
    fn a_large_index_also_compares_rows_found_by_full_text_search() {
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
