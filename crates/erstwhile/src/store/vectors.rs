//! The vectors of an embedding model, by a digest of their text.
//!
//! They are not part of a batch: they follow from texts, and are paid for whether or not a batch is applied. A vector is
//! stored only if nothing has been removed from its graph since its text was read there, so that no vector of a deleted
//! text appears after the deletion.

use std::collections::HashSet;

use sha2::{Digest, Sha256};

use super::rows::{id, text};
use super::sql::{Outcome, Refusal, Row, Rows, Step, Value};
use super::{Store, statements as sql_text};
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{GraphId, PartitionId};

/// The table of the vectors.
pub(super) const TABLE: &str = "text_vector";

/// Number of vectors that are removed in one transaction.
const REMOVED_TOGETHER: usize = 500;

/// A digest of a text within one graph: equal texts of different graphs have different digests, so that it cannot be seen
/// that two people said the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TextDigest([u8; 16]);

impl TextDigest {
    /// The digest of a text.
    pub fn of(graph: GraphId, text: &str) -> Self {
        let digest: [u8; 32] = Sha256::new().chain_update(graph.0.as_bytes()).chain_update(text).finalize().into();
        let (first, _) = digest.split_first_chunk().unwrap_or((&[0; 16], &[]));
        Self(*first)
    }

    fn value(self) -> Value {
        Value::Blob(self.0.to_vec())
    }
}

/// Identifies a stored vector of a graph.
type VectorKey = (String, TextDigest);

impl Store {
    /// The stored vectors of texts, in order.
    pub async fn vectors(&self, graph: GraphId, model: &str, digests: &[TextDigest]) -> Result<Vec<Option<Vec<f32>>>> {
        let key = |digest: &TextDigest| vec![id(graph.0), text(model), digest.value()];
        let reads = digests.iter().map(|digest| (&sql_text::VECTOR, key(digest))).collect();
        let rows = self.sql.snapshot(reads).await?.into_iter();
        rows.map(|found| found.into_iter().next().map(|row| decoded(&row.reader().blob()?)).transpose()).collect()
    }

    /// Stores vectors of texts that a graph has; false, without storing any, if the graph has changed since it had this
    /// revision.
    pub async fn put_vectors(
        &self,
        graph: GraphId,
        revision: i64,
        model: &str,
        vectors: &[(TextDigest, Vec<f32>)],
    ) -> Result<bool> {
        // Locks the graph's row, which a deletion changes: the deletion comes before or after all of this.
        let params = vec![id(graph.0), Value::Int(revision)];
        let mut steps = vec![Step { statement: &sql_text::EXPECT_REVISION, params, expect: Rows::One(Refusal::Stale) }];
        steps.extend(vectors.iter().map(|(digest, vector)| {
            let params = vec![id(graph.0), text(model), digest.value(), Value::Blob(encoded(vector))];
            Step { statement: &sql_text::PUT_VECTOR, params, expect: Rows::Any }
        }));
        Ok(matches!(self.sql.transact(steps).await?, Outcome::Committed(_)))
    }

    /// Whether any vector is stored for a graph.
    pub async fn has_vectors(&self, graph: PartitionId) -> Result<bool> {
        Ok(self.one(&sql_text::ANY_VECTOR, vec![id(graph.0)], |row| row.reader().int()).await?.is_some())
    }

    /// Removes the vectors of a graph that are of other models.
    pub(crate) async fn remove_vectors_of_other_models(&self, graph: GraphId, model: &str) -> Result<()> {
        let params = || vec![id(graph.0), text(model)];
        if self.one(&sql_text::VECTOR_OF_OTHER_MODEL, params(), |row| row.reader().int()).await?.is_some() {
            let statement = &sql_text::REMOVE_VECTORS_OF_OTHER_MODELS;
            self.sql.transact(vec![Step { statement, params: params(), expect: Rows::Any }]).await?;
        }
        Ok(())
    }

    /// The keys of all vectors of a graph, of whatever model.
    pub(crate) async fn vector_keys(&self, graph: GraphId) -> Result<Vec<VectorKey>> {
        let read = |row: Row| {
            let mut row = row.reader();
            let model = row.text()?;
            let digest = row.blob()?.try_into().map_err(|_| Error::corrupt("a digest of a text is malformed"))?;
            Ok((model, TextDigest(digest)))
        };
        self.many(&sql_text::VECTOR_KEYS, vec![id(graph.0)], read).await
    }

    /// Removes those of the vectors whose texts are not among the given ones; returns their number.
    pub(crate) async fn retain_vectors(
        &self,
        graph: GraphId,
        keys: Vec<VectorKey>,
        texts: &HashSet<TextDigest>,
    ) -> Result<usize> {
        let gone: Vec<VectorKey> = keys.into_iter().filter(|(_, digest)| !texts.contains(digest)).collect();
        for some in gone.chunks(REMOVED_TOGETHER) {
            let step = |(model, digest): &VectorKey| Step {
                statement: &sql_text::REMOVE_VECTOR,
                params: vec![id(graph.0), text(model), digest.value()],
                expect: Rows::Any,
            };
            self.sql.transact(some.iter().map(step).collect()).await?;
        }
        Ok(gone.len())
    }
}

/// A vector with one byte for each component, as the index keeps it: the scale, then the components in units of it.
fn encoded(vector: &[f32]) -> Vec<u8> {
    let largest = vector.iter().fold(0.0_f32, |largest, component| largest.max(component.abs()));
    let scale = largest / 127.0;
    let byte = |component: &f32| if scale > 0.0 { (component / scale).round() as i8 } else { 0 };
    scale.to_le_bytes().into_iter().chain(vector.iter().map(|component| byte(component).cast_unsigned())).collect()
}

fn decoded(bytes: &[u8]) -> Result<Vec<f32>> {
    let (scale, components) = bytes.split_first_chunk().ok_or_else(|| Error::corrupt("a stored vector is cut off"))?;
    let scale = f32::from_le_bytes(*scale);
    if !scale.is_finite() {
        return Err(Error::corrupt("a stored vector is malformed"));
    }
    Ok(components.iter().map(|byte| f32::from(byte.cast_signed()) * scale).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_vector_is_the_same_direction() {
        let vector = [0.6, -0.8, 0.0, 0.01];
        let back = decoded(&encoded(&vector)).unwrap();
        assert!(vector.iter().zip(&back).all(|(one, other)| (one - other).abs() < 0.004), "{back:?}");
        assert_eq!(encoded(&back), encoded(&vector), "storing it again changes nothing");
        assert_eq!(decoded(&encoded(&[0.0; 3])).unwrap(), [0.0; 3]);
        assert!(decoded(&[1, 2]).is_err() && decoded(&f32::NAN.to_le_bytes()).is_err());
    }

    #[test]
    fn the_same_text_has_another_digest_in_another_graph() {
        let [one, other] = [1, 2].map(|number| GraphId(uuid::Uuid::from_u128(number)));
        assert_eq!(TextDigest::of(one, "tea"), TextDigest::of(one, "tea"));
        assert_ne!(TextDigest::of(one, "tea"), TextDigest::of(other, "tea"));
        assert_ne!(TextDigest::of(one, "tea"), TextDigest::of(one, "coffee"));
    }
}
