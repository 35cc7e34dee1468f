//! Checks vectors and scales them to length one.

use erstwhile::{Error, Result};

/// The vectors with length one; a vector of zeros stays as it is.
///
/// # Errors
/// `Internal` when they are empty, differ in their dimensions, or have components that are no finite numbers.
pub(super) fn checked(mut vectors: Vec<Vec<f32>>) -> Result<Vec<Vec<f32>>> {
    let dimensions = vectors.first().map_or(0, Vec::len);
    if vectors.iter().any(|vector| vector.is_empty() || vector.len() != dimensions) {
        return Err(Error::internal("the embedding server returned vectors of different or no dimensions"));
    }
    for vector in &mut vectors {
        // In double precision the square of no `f32` overflows.
        let length = vector.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
        if !length.is_finite() {
            return Err(Error::internal("the embedding server returned a vector with infinite components"));
        }
        if length > 0.0 {
            for component in vector.iter_mut() {
                *component = (f64::from(*component) / length) as f32;
            }
        }
    }
    Ok(vectors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_get_length_one() {
        assert_eq!(checked(vec![vec![3.0, 4.0], vec![0.0, 0.0]]).expect("vectors"), [[0.6, 0.8], [0.0, 0.0]]);
        assert_eq!(checked(vec![vec![f32::MAX, 0.0]]).expect("vectors"), [[1.0, 0.0]]);
    }

    #[test]
    fn unusable_vectors_are_errors() {
        for vectors in [vec![vec![1.0], vec![1.0, 2.0]], vec![vec![]], vec![vec![f32::INFINITY]], vec![vec![f32::NAN]]]
        {
            assert!(checked(vectors.clone()).is_err(), "{vectors:?}");
        }
    }
}
