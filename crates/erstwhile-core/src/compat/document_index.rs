//! Exact vector search over the documents of a collection.
//!
//! Unlike in the index of a graph, vectors are not quantized: callers may supply vectors of another model and
//! expect that model's exact cosines. A search is one scan over a flat array.

use std::cmp::Ordering;
use std::collections::HashMap;

use uuid::Uuid;

use crate::error::{Error, Result};
use crate::search::rerank;

/// Minimum number of candidates for maximal marginal relevance.
const CANDIDATES_MIN: usize = 100;
/// Number of independent sums in a dot product, for instruction-level parallelism.
const LANES: usize = 16;

/// The normalized vectors of one collection, one row for each document with a vector.
#[derive(Debug, Clone, Default)]
pub struct DocumentIndex {
    dimensions: usize,
    ids: Vec<Uuid>,
    rows: HashMap<Uuid, usize>,
    vectors: Vec<f32>,
}

impl DocumentIndex {
    /// Creates an empty index for vectors with `dimensions` components.
    pub fn new(dimensions: usize) -> Self {
        Self { dimensions, ..Self::default() }
    }

    /// Builds an index over documents; those without a vector are never found.
    ///
    /// # Errors
    /// `Invalid` if a vector has another number of components or a component that is not finite.
    pub fn build(dimensions: usize, documents: impl IntoIterator<Item = (Uuid, Option<Vec<f32>>)>) -> Result<Self> {
        let mut index = Self::new(dimensions);
        for (id, vector) in documents {
            index.insert(id, vector.as_deref())?;
        }
        Ok(index)
    }

    /// Inserts a document or replaces its vector. A document without a vector, or with a vector of zeros, is
    /// never found.
    ///
    /// # Errors
    /// `Invalid` as for [`build`](Self::build); the index does not change.
    pub fn insert(&mut self, id: Uuid, vector: Option<&[f32]>) -> Result<()> {
        let unit = vector.map(|vector| self.normalized(vector)).transpose()?.flatten();
        let Some(unit) = unit else {
            self.remove(id);
            return Ok(());
        };
        let row = self.rows.get(&id).copied();
        match row.and_then(|row| self.vectors.get_mut(row * unit.len()..(row + 1) * unit.len())) {
            Some(place) => place.copy_from_slice(&unit),
            None => {
                self.rows.insert(id, self.ids.len());
                self.ids.push(id);
                self.vectors.extend_from_slice(&unit);
            }
        }
        Ok(())
    }

    /// Removes a document; returns whether it was present.
    pub fn remove(&mut self, id: Uuid) -> bool {
        let Some(row) = self.rows.remove(&id) else { return false };
        let last = self.ids.len().saturating_sub(1);
        // The last row moves into the gap, so that rows stay contiguous.
        self.ids.swap_remove(row);
        self.vectors.copy_within(last * self.dimensions..(last + 1) * self.dimensions, row * self.dimensions);
        self.vectors.truncate(last * self.dimensions);
        if let Some(moved) = self.ids.get(row) {
            self.rows.insert(*moved, row);
        }
        true
    }

    /// Number of components of each vector.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Number of documents with a vector.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether no document has a vector.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Approximate size in bytes.
    pub fn weight(&self) -> usize {
        self.vectors.capacity() * size_of::<f32>() + self.ids.len() * (2 * size_of::<Uuid>() + 3 * size_of::<usize>())
    }

    /// Returns the documents nearest to a query with their cosines, best first; ties are ordered by id.
    ///
    /// With `mmr_lambda` (0 to 1), the best `max(100, limit)` are reranked by maximal marginal relevance: 1
    /// considers only similarity to the query, 0 only difference from each other.
    ///
    /// # Errors
    /// `Invalid` if the query has another number of components than the documents or a component that is not
    /// finite, or if lambda is not between 0 and 1.
    pub fn search(
        &self,
        query: &[f32],
        limit: usize,
        mmr_lambda: Option<f32>,
        passes: impl Fn(Uuid) -> bool,
    ) -> Result<Vec<(Uuid, f32)>> {
        if mmr_lambda.is_some_and(|lambda| !(0.0..=1.0).contains(&lambda)) {
            return Err(Error::invalid("mmr_lambda must be between 0 and 1"));
        }
        let Some(query) = self.normalized(query)? else { return Ok(Vec::new()) };
        let rows = self.vectors.chunks_exact(self.dimensions).zip(0_u32..);
        let cosines = rows.map(|(row, number)| (number, dot_product(row, &query).clamp(-1.0, 1.0))).collect();
        let ranked = match mmr_lambda {
            None => self.best(cosines, limit, passes),
            Some(lambda) => {
                let candidates = self.best(cosines, limit.max(CANDIDATES_MIN), passes);
                rerank::marginal_relevance(&candidates, lambda, limit, |one, other| self.similarity(one, other))
            }
        };
        Ok(ranked.into_iter().filter_map(|(row, cosine)| Some((self.id(row)?, cosine))).collect())
    }

    /// Returns the best rows that pass, best first. Evaluates the filter only as far as needed.
    fn best(&self, mut rest: Vec<(u32, f32)>, wanted: usize, passes: impl Fn(Uuid) -> bool) -> Vec<(u32, f32)> {
        let order = |left: &(u32, f32), right: &(u32, f32)| self.better_first(*left, *right);
        let mut found = Vec::new();
        let mut chunk = wanted.saturating_mul(2);
        while !rest.is_empty() && found.len() < wanted {
            let later = if rest.len() > chunk {
                rest.select_nth_unstable_by(chunk, order);
                rest.split_off(chunk)
            } else {
                Vec::new()
            };
            rest.sort_unstable_by(order);
            let passing = rest.iter().copied().filter(|(row, _)| self.id(*row).is_some_and(&passes));
            found.extend(passing.take(wanted - found.len()));
            rest = later;
            chunk = chunk.saturating_mul(4);
        }
        found
    }

    fn better_first(&self, left: (u32, f32), right: (u32, f32)) -> Ordering {
        right.1.total_cmp(&left.1).then_with(|| self.id(left.0).cmp(&self.id(right.0)))
    }

    fn id(&self, row: u32) -> Option<Uuid> {
        self.ids.get(row as usize).copied()
    }

    fn row(&self, row: u32) -> &[f32] {
        let start = row as usize * self.dimensions;
        self.vectors.get(start..start + self.dimensions).unwrap_or_default()
    }

    fn similarity(&self, one: u32, other: u32) -> f32 {
        dot_product(self.row(one), self.row(other))
    }

    /// Normalizes a vector; `None` if it is all zeros.
    fn normalized(&self, vector: &[f32]) -> Result<Option<Vec<f32>>> {
        if vector.len() != self.dimensions {
            let (given, wanted) = (vector.len(), self.dimensions);
            return Err(Error::invalid(format!("the vector must have {wanted} components, not {given}")));
        }
        if vector.iter().any(|component| !component.is_finite()) {
            return Err(Error::invalid("every component of the vector must be a finite number"));
        }
        // In double precision, so that no square overflows or underflows.
        let length = vector.iter().map(|component| f64::from(*component).powi(2)).sum::<f64>().sqrt();
        let scaled = |component: &f32| (f64::from(*component) / length) as f32;
        Ok((length > 0.0).then(|| vector.iter().map(scaled).collect()))
    }
}

/// The dot product of two rows.
fn dot_product(left: &[f32], right: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (left, right) = (left.chunks_exact(LANES), right.chunks_exact(LANES));
    let rest: f32 = left.remainder().iter().zip(right.remainder()).map(|(one, other)| one * other).sum();
    for (one, other) in left.zip(right) {
        for ((sum, one), other) in sums.iter_mut().zip(one).zip(other) {
            *sum += one * other;
        }
    }
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::ErrorKind;

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn index(vectors: &[&[f32]]) -> DocumentIndex {
        let documents = vectors.iter().zip(1..).map(|(vector, number)| (id(number), Some(vector.to_vec())));
        DocumentIndex::build(2, documents).expect("vectors of two components")
    }

    fn found(index: &DocumentIndex, query: &[f32], limit: usize, lambda: Option<f32>) -> Vec<u128> {
        let hits = index.search(query, limit, lambda, |_| true).expect("a query of two components");
        hits.into_iter().map(|(id, _)| id.as_u128()).collect()
    }

    #[test]
    fn vectors_are_compared_by_direction_only() {
        let index = index(&[&[10.0, 10.0], &[0.1, 0.0], &[0.0, -5.0]]);
        let hits = index.search(&[3.0, 0.0], 3, None, |_| true).expect("a query");
        let expected = [(2, 1.0), (1, 0.5_f32.sqrt()), (3, 0.0)];
        for ((id, cosine), (number, exact)) in hits.into_iter().zip(expected) {
            assert!(id.as_u128() == number && (cosine - exact).abs() < 1e-6);
        }
    }

    #[test]
    fn zero_vectors_are_never_found() {
        let documents = [(id(1), None), (id(2), Some(vec![0.0, 0.0])), (id(3), Some(vec![-1.0, 0.0]))];
        let index = DocumentIndex::build(2, documents).expect("an index");
        assert_eq!(found(&index, &[1.0, 0.0], 10, None), [3]);
        assert!(found(&index, &[0.0, 0.0], 10, None).is_empty(), "a query of zeros finds nothing");
        assert!(found(&DocumentIndex::new(2), &[1.0, 0.0], 10, None).is_empty());
        assert!(found(&index, &[1.0, 0.0], 0, None).is_empty());
    }

    #[test]
    fn wrong_dimensions_and_non_finite_components_are_rejected() {
        let mut index = index(&[&[1.0, 0.0]]);
        let refused = |result: Result<()>| result.is_err_and(|error| error.kind() == ErrorKind::Invalid);
        assert!(refused(index.search(&[1.0], 1, None, |_| true).map(|_| ())));
        assert!(refused(index.search(&[1.0, f32::NAN], 1, None, |_| true).map(|_| ())));
        assert!(refused(index.search(&[1.0, 0.0], 1, Some(1.5), |_| true).map(|_| ())));
        assert!(refused(index.insert(id(1), Some(&[1.0, 0.0, 0.0]))));
        assert_eq!(found(&index, &[1.0, 0.0], 1, None), [1], "the index is unchanged");
        assert!(found(&DocumentIndex::new(0), &[], 1, None).is_empty());
    }

    #[test]
    fn ties_are_ordered_by_id_and_the_filter_applies() {
        let index = index(&[&[1.0, 0.0][..]; 9]);
        assert_eq!(found(&index, &[1.0, 0.0], 3, None), [1, 2, 3]);
        let even = index.search(&[1.0, 0.0], 3, None, |id| id.as_u128().is_multiple_of(2)).expect("a query");
        assert_eq!(even.into_iter().map(|(id, _)| id.as_u128()).collect::<Vec<_>>(), [2, 4, 6]);
    }

    #[test]
    fn mmr_prefers_a_different_document_to_a_duplicate() {
        let index = index(&[&[1.0, 0.1], &[1.0, 0.1], &[1.0, -0.6]]);
        assert_eq!(found(&index, &[1.0, 0.0], 3, None), [1, 2, 3]);
        assert_eq!(found(&index, &[1.0, 0.0], 3, Some(0.5)), [1, 3, 2]);
        assert_eq!(found(&index, &[1.0, 0.0], 3, Some(1.0)), [1, 2, 3]);
    }

    #[test]
    fn extreme_components_keep_the_direction() {
        let index = index(&[&[f32::MAX, f32::MAX], &[f32::MIN_POSITIVE, 0.0]]);
        assert_eq!(found(&index, &[1e-30, 0.0], 2, None), [2, 1]);
    }

    proptest! {
        /// After any inserts and removals, results equal those of a rebuilt index and of a full sort.
        #[test]
        fn results_depend_only_on_the_current_documents(
            steps in proptest::collection::vec((0_u128..12, proptest::option::of((-3_i8..4, -3_i8..4))), 0..60),
            limit in 1_usize..8,
        ) {
            let mut grown = DocumentIndex::new(2);
            let mut left = std::collections::BTreeMap::new();
            for (number, vector) in steps {
                let vector = vector.map(|(x, y)| [f32::from(x), f32::from(y)]);
                match vector {
                    Some(vector) => grown.insert(id(number), Some(&vector)).expect("two components"),
                    None => prop_assert_eq!(grown.remove(id(number)), left.contains_key(&number)),
                }
                left.remove(&number);
                left.extend(vector.filter(|vector| *vector != [0.0, 0.0]).map(|vector| (number, vector)));
            }
            prop_assert_eq!(grown.len(), left.len());
            let cosine = |vector: &[f32; 2]| vector[0] / vector[0].hypot(vector[1]);
            let mut sorted: Vec<f32> = left.values().map(cosine).collect();
            sorted.sort_by(|one, other| other.total_cmp(one));
            let hits = grown.search(&[2.0, 0.0], limit, None, |_| true).expect("two components");
            prop_assert_eq!(hits.len(), limit.min(left.len()));
            for ((id, score), expected) in hits.iter().zip(sorted) {
                prop_assert!((score - expected).abs() < 1e-5);
                prop_assert!((cosine(&left[&id.as_u128()]) - score).abs() < 1e-5);
            }
        }
    }
}
