//! Tests of single steps of a search.

use proptest::prelude::*;

use super::ranking::top;

proptest! {
    /// Selecting in chunks returns the same as sorting everything.
    #[test]
    fn top_returns_the_best_that_pass_in_order(scores in proptest::collection::vec(0_u8..20, 0..300), wanted in 1_usize..40, step in 1_u32..5) {
        let scores: Vec<f32> = scores.into_iter().map(f32::from).collect();
        let passes = |number: u32| number.is_multiple_of(step);
        let mut expected: Vec<(u32, f32)> = scores.iter().enumerate().map(|(at, score)| (at as u32, *score)).collect();
        expected.retain(|(number, score)| *score > 0.0 && passes(*number));
        expected.sort_by(|left, right| right.1.total_cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
        expected.truncate(wanted);
        prop_assert_eq!(top(&scores, wanted, passes, |left, right| left.cmp(&right)), expected);
    }
}
