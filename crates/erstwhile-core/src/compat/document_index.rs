//! Exact vector search over the documents of a collection, whose vectors the caller may supply.
//!
//! Unlike the index of a graph, nothing is rounded: a caller who brings vectors of another model
//! expects the cosines that the model promises. One scan over a flat array; no approximation.

use std::cmp::Ordering;
use std::collections::HashMap;

use uuid::Uuid;

use crate::error::{Error, Result};
use crate::search::rerank;

/// Candidates that maximal marginal relevance looks at, at least.
const CANDIDATES_MIN: usize = 100;
/// Sums side by side, so that no step of a product waits for the one before it.
const LANES: usize = 16;

/// The vectors of one collection, each of length one, one row for each document that has one.
#[derive(Debug, Clone, Default)]
pub struct DocumentIndex {
    dimensions: usize,
    ids: Vec<Uuid>,
    rows: HashMap<Uuid, usize>,
    vectors: Vec<f32>,
}

impl DocumentIndex {
    /// An empty index for vectors of so many components.
    pub fn new(dimensions: usize) -> Self {
        Self { dimensions, ..Self::default() }
    }

    /// An index over documents; one without a vector is never found.
    ///
    /// # Errors
    /// `Invalid` when a vector has another number of components or one that is not a finite number.
    pub fn build(dimensions: usize, documents: impl IntoIterator<Item = (Uuid, Option<Vec<f32>>)>) -> Result<Self> {
        let mut index = Self::new(dimensions);
        for (id, vector) in documents {
            index.insert(id, vector.as_deref())?;
        }
        Ok(index)
    }

    /// Puts a document in, or replaces the vector that it had; without a vector, or with one that is
    /// all zeros, it is not found any more.
    ///
    /// # Errors
    /// `Invalid` as for [`build`](Self::build); what was there stays.
    pub fn insert(&mut self, id: Uuid, vector: Option<&[f32]>) -> Result<()> {
        let unit = vector.map(|vector| self.unit(vector)).transpose()?.flatten();
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

    /// Takes a document out; whether it was there.
    pub fn remove(&mut self, id: Uuid) -> bool {
        let Some(row) = self.rows.remove(&id) else { return false };
        let last = self.ids.len().saturating_sub(1);
        // The last row takes the free place, so that the scan never meets a hole.
        self.ids.swap_remove(row);
        self.vectors.copy_within(last * self.dimensions..(last + 1) * self.dimensions, row * self.dimensions);
        self.vectors.truncate(last * self.dimensions);
        if let Some(moved) = self.ids.get(row) {
            self.rows.insert(*moved, row);
        }
        true
    }

    /// Components of each vector.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Documents that can be found.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether nothing can be found.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Bytes that the index holds, roughly.
    pub fn weight(&self) -> usize {
        self.vectors.capacity() * size_of::<f32>() + self.ids.len() * (2 * size_of::<Uuid>() + 3 * size_of::<usize>())
    }

    /// The documents nearest to a query with their cosines, best first; equal ones by id.
    ///
    /// With `mmr_lambda` (0 to 1) the best `max(100, limit)` are put in the order of maximal marginal
    /// relevance: 1 looks for likeness to the query only, 0 for difference from each other only.
    ///
    /// # Errors
    /// `Invalid` when the query has another number of components than the documents or one that is
    /// not a finite number, or when lambda is not between 0 and 1.
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
        let Some(query) = self.unit(query)? else { return Ok(Vec::new()) };
        let rows = self.vectors.chunks_exact(self.dimensions).zip(0_u32..);
        let cosines = rows.map(|(row, number)| (number, product(row, &query).clamp(-1.0, 1.0))).collect();
        let ranked = match mmr_lambda {
            None => self.best(cosines, limit, passes),
            Some(lambda) => {
                let candidates = self.best(cosines, limit.max(CANDIDATES_MIN), passes);
                rerank::marginal_relevance(&candidates, lambda, limit, |one, other| self.likeness(one, other))
            }
        };
        Ok(ranked.into_iter().filter_map(|(row, cosine)| Some((self.id(row)?, cosine))).collect())
    }

    /// The best rows that pass, best first. The filter is asked only about what could be returned.
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

    fn likeness(&self, one: u32, other: u32) -> f32 {
        product(self.row(one), self.row(other))
    }

    /// A vector with length one; `None` when it is all zeros.
    fn unit(&self, vector: &[f32]) -> Result<Option<Vec<f32>>> {
        if vector.len() != self.dimensions {
            let (given, wanted) = (vector.len(), self.dimensions);
            return Err(Error::invalid(format!("the vector has {given} components, the collection's have {wanted}")));
        }
        if vector.iter().any(|component| !component.is_finite()) {
            return Err(Error::invalid("a component of the vector is not a finite number"));
        }
        // In double precision, so that the square of no component is too large or too small.
        let length = vector.iter().map(|component| f64::from(*component).powi(2)).sum::<f64>().sqrt();
        let scaled = |component: &f32| (f64::from(*component) / length) as f32;
        Ok((length > 0.0).then(|| vector.iter().map(scaled).collect()))
    }
}

/// The sum of the products of two rows' components.
fn product(left: &[f32], right: &[f32]) -> f32 {
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
    fn the_length_of_a_vector_does_not_count() {
        let index = index(&[&[10.0, 10.0], &[0.1, 0.0], &[0.0, -5.0]]);
        let hits = index.search(&[3.0, 0.0], 3, None, |_| true).expect("a query");
        let expected = [(2, 1.0), (1, 0.5_f32.sqrt()), (3, 0.0)];
        for ((id, cosine), (number, exact)) in hits.into_iter().zip(expected) {
            assert!(id.as_u128() == number && (cosine - exact).abs() < 1e-6);
        }
    }

    #[test]
    fn documents_without_a_direction_are_never_hits() {
        let documents = [(id(1), None), (id(2), Some(vec![0.0, 0.0])), (id(3), Some(vec![-1.0, 0.0]))];
        let index = DocumentIndex::build(2, documents).expect("an index");
        assert_eq!(found(&index, &[1.0, 0.0], 10, None), [3]);
        assert!(found(&index, &[0.0, 0.0], 10, None).is_empty(), "nor does a query without one find any");
        assert!(found(&DocumentIndex::new(2), &[1.0, 0.0], 10, None).is_empty());
        assert!(found(&index, &[1.0, 0.0], 0, None).is_empty());
    }

    #[test]
    fn another_dimension_and_numbers_without_a_value_are_refused() {
        let mut index = index(&[&[1.0, 0.0]]);
        let refused = |result: Result<()>| result.is_err_and(|error| error.kind() == ErrorKind::Invalid);
        assert!(refused(index.search(&[1.0], 1, None, |_| true).map(|_| ())));
        assert!(refused(index.search(&[1.0, f32::NAN], 1, None, |_| true).map(|_| ())));
        assert!(refused(index.search(&[1.0, 0.0], 1, Some(1.5), |_| true).map(|_| ())));
        assert!(refused(index.insert(id(1), Some(&[1.0, 0.0, 0.0]))));
        assert_eq!(found(&index, &[1.0, 0.0], 1, None), [1], "what was there stays");
        assert!(found(&DocumentIndex::new(0), &[], 1, None).is_empty());
    }

    #[test]
    fn equal_documents_come_by_id_and_only_those_that_pass() {
        let index = index(&[&[1.0, 0.0][..]; 9]);
        assert_eq!(found(&index, &[1.0, 0.0], 3, None), [1, 2, 3]);
        let even = index.search(&[1.0, 0.0], 3, None, |id| id.as_u128().is_multiple_of(2)).expect("a query");
        assert_eq!(even.into_iter().map(|(id, _)| id.as_u128()).collect::<Vec<_>>(), [2, 4, 6]);
    }

    #[test]
    fn diversity_puts_a_different_document_before_a_repetition() {
        let index = index(&[&[1.0, 0.1], &[1.0, 0.1], &[1.0, -0.6]]);
        assert_eq!(found(&index, &[1.0, 0.0], 3, None), [1, 2, 3]);
        assert_eq!(found(&index, &[1.0, 0.0], 3, Some(0.5)), [1, 3, 2]);
        assert_eq!(found(&index, &[1.0, 0.0], 3, Some(1.0)), [1, 2, 3]);
    }

    #[test]
    fn vectors_at_the_edge_of_the_numbers_keep_their_direction() {
        let index = index(&[&[f32::MAX, f32::MAX], &[f32::MIN_POSITIVE, 0.0]]);
        assert_eq!(found(&index, &[1e-30, 0.0], 2, None), [2, 1]);
    }

    proptest! {
        /// Whatever came and went, the index finds what one built from the rest finds, and in the order
        /// of a full sort.
        #[test]
        fn what_is_found_depends_on_what_is_there(
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
