//! Dot products of vectors of bytes, for the vector instructions of the processor that the program runs on (`pulp`).
//!
//! Arrays of a known length are what the compiler turns into such instructions, in every build; with lists of an unknown
//! length, a scan is up to twenty times as slow. Sums of integers do not depend on the instructions.

use pulp::{Arch, Simd, WithSimd};

/// Number of components that are multiplied together: the sum over them is taken once, so that more rows are under way
/// while one waits for memory.
const LANES: usize = 128;
/// The same of those that remain.
const FEW_LANES: usize = 32;

/// The dot product of two vectors.
pub(super) fn dot_product(left: &[i8], right: &[i8]) -> i32 {
    let mut product = [0];
    dot_products(left, right, &mut product);
    product[0]
}

/// Writes the dot product of each row and a vector; the rows are as long as the vector. It takes a fifth less time if the
/// components of the vector already have the width in which they are multiplied, two bytes.
pub(super) fn dot_products<T: Copy + Into<i32>>(rows: &[i8], vector: &[T], products: &mut [i32]) {
    if !vector.is_empty() {
        Arch::new().dispatch(Products { rows, vector, products });
    }
}

/// Products, compiled for each set of vector instructions.
struct Products<'p, T> {
    rows: &'p [i8],
    vector: &'p [T],
    products: &'p mut [i32],
}

impl<T: Copy + Into<i32>> WithSimd for Products<'_, T> {
    type Output = ();

    #[expect(clippy::inline_always, reason = "only inlined code is compiled for the processor's vector instructions")]
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let (chunks, rest) = self.vector.as_chunks::<LANES>();
        let (few, rest) = rest.as_chunks::<FEW_LANES>();
        // Loops instead of iterators' methods, whose closures may not be inlined.
        for (row, product) in self.rows.chunks_exact(self.vector.len()).zip(self.products) {
            let (row_chunks, row_rest) = row.as_chunks::<LANES>();
            let (row_few, row_rest) = row_rest.as_chunks::<FEW_LANES>();
            let mut sum = 0;
            for (one, other) in row_chunks.iter().zip(chunks) {
                let mut part = 0;
                for lane in 0..LANES {
                    part += i32::from(one[lane]) * other[lane].into();
                }
                sum += part;
            }
            for (one, other) in row_few.iter().zip(few) {
                let mut part = 0;
                for lane in 0..FEW_LANES {
                    part += i32::from(one[lane]) * other[lane].into();
                }
                sum += part;
            }
            for (one, other) in row_rest.iter().zip(rest) {
                sum += i32::from(*one) * (*other).into();
            }
            *product = sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_the_sums_of_products_for_any_number_of_components() {
        for components in [1, 31, 32, 33, 100, 127, 128, 129, 161, 256] {
            let component = |at: usize| (at * 37 % 255) as i64 as i8;
            let rows: Vec<i8> = (0..3 * components).map(component).collect();
            let vector: Vec<i8> = (0..components).map(|at| component(at + 11)).collect();
            let mut products = [0; 3];
            dot_products(&rows, &vector, &mut products);
            for (row, product) in rows.chunks(components).zip(products) {
                let expected: i32 =
                    row.iter().zip(&vector).map(|(one, other)| i32::from(*one) * i32::from(*other)).sum();
                assert_eq!((product, dot_product(row, &vector)), (expected, expected), "{components} components");
                let (wide, mut of_wide): (Vec<i16>, _) = (vector.iter().map(|one| i16::from(*one)).collect(), [0]);
                dot_products(row, &wide, &mut of_wide);
                assert_eq!(of_wide, [expected], "{components} components");
            }
        }
    }

    #[test]
    fn empty_vectors_have_no_product() {
        assert_eq!(dot_product(&[], &[]), 0);
    }
}
