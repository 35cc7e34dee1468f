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

/// Number of parts of the rows of which one row each is read in turn. Rows that come from memory are waited for, and the
/// processor fetches ahead for each place at which it is read: eight places take half as long as one, sixteen no less.
const PARTS: usize = 8;

/// The dot product of two vectors.
pub(super) fn dot_product(left: &[i8], right: &[i8]) -> i32 {
    let mut product = [0];
    dot_products(left, &[right], &mut [&mut product]);
    product[0]
}

/// Writes the dot product of each row and each of some vectors, which are as long as a row: for each vector, a list of as
/// many products as there are rows. It takes a fifth less time if the components of the vectors already have the width in
/// which they are multiplied, two bytes.
pub(super) fn dot_products<T: Copy + Into<i32>>(rows: &[i8], vectors: &[&[T]], products: &mut [&mut [i32]]) {
    Arch::new().dispatch(Products { rows, vectors, products });
}

/// Products, compiled for each set of vector instructions.
struct Products<'p, 'o, T> {
    rows: &'p [i8],
    vectors: &'p [&'p [T]],
    products: &'p mut [&'o mut [i32]],
}

impl<T: Copy + Into<i32>> WithSimd for Products<'_, '_, T> {
    type Output = ();

    #[expect(clippy::inline_always, reason = "only inlined code is compiled for the processor's vector instructions")]
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let components = self.vectors.first().map_or(0, |vector| vector.len());
        let count = self.rows.len().checked_div(components).unwrap_or(0);
        let parts = count.clamp(1, PARTS);
        let of_part = count.div_ceil(parts);
        // Loops instead of iterators' methods, whose closures may not be inlined.
        for at in 0..of_part {
            for part in 0..parts {
                let number = part * of_part + at;
                let Some(row) = self.rows.get(number * components..(number + 1) * components) else { continue };
                for (vector, products) in self.vectors.iter().zip(self.products.iter_mut()) {
                    if let Some(slot) = products.get_mut(number) {
                        *slot = product(row, vector);
                    }
                }
            }
        }
    }
}

/// The dot product of a row and a vector.
#[expect(clippy::inline_always, reason = "only inlined code is compiled for the processor's vector instructions")]
#[inline(always)]
fn product<T: Copy + Into<i32>>(row: &[i8], vector: &[T]) -> i32 {
    let (chunks, rest) = vector.as_chunks::<LANES>();
    let (few, rest) = rest.as_chunks::<FEW_LANES>();
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
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_the_sums_of_products_for_any_number_of_components_rows_and_vectors() {
        let component = |at: usize| (at * 37 % 255) as i64 as i8;
        for (components, count) in
            [1, 31, 32, 33, 100, 127, 128, 129, 161, 256].into_iter().zip([3, 7, 8, 9, 17].into_iter().cycle())
        {
            let rows: Vec<i8> = (0..count * components).map(component).collect();
            let vectors = [11, 5].map(|first| (first..first + components).map(component).collect::<Vec<i8>>());
            let wide = vectors.each_ref().map(|vector| vector.iter().map(|one| i16::from(*one)).collect::<Vec<i16>>());
            let (mut one, mut other) = (vec![0; count], vec![0; count]);
            dot_products(&rows, &[&wide[0], &wide[1]], &mut [&mut one, &mut other]);
            for (vector, products) in vectors.iter().zip([one, other]) {
                for (row, product) in rows.chunks(components).zip(products) {
                    let expected: i32 =
                        row.iter().zip(vector).map(|(one, other)| i32::from(*one) * i32::from(*other)).sum();
                    assert_eq!((product, dot_product(row, vector)), (expected, expected), "{components} components");
                }
            }
        }
    }

    #[test]
    fn empty_vectors_have_no_product() {
        assert_eq!(dot_product(&[], &[]), 0);
        dot_products::<i8>(&[1, 2], &[], &mut []);
    }
}
