//! Rating facts by an instruction: how relevant a fact is to the application, from 0 to 1.
//!
//! No language model reads the instruction: a fact is compared with the examples (or else with the
//! instruction itself) by the distance of their vectors. Pure; who embeds the texts hands them in.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Characters of an instruction or an example, at most.
pub const TEXT_CHARACTERS_MAX: usize = 1_000;
/// How sharply the closest example decides: cosines that differ by this weigh one to *e*.
const TEMPERATURE: f64 = 0.1;
/// What facts like the examples are rated.
const HIGH: f64 = 1.0;
const MEDIUM: f64 = 0.5;
const LOW: f64 = 0.0;
/// Ratings are rounded to thousandths, so that they do not differ between machines.
const STEPS: f64 = 1_000.0;

/// What the application finds relevant.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RatingInstruction {
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instruction: Option<String>,
    /// By example.
    #[serde(default, deserialize_with = "or_none", skip_serializing_if = "RatingExamples::is_empty")]
    pub examples: RatingExamples,
}

/// A fact for each degree of relevance.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RatingExamples {
    /// One that is to be rated 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<String>,
    /// One that is to be rated one half.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medium: Option<String>,
    /// One that is to be rated 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<String>,
}

impl RatingExamples {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// SDKs send null for examples that were not given.
fn or_none<'de, D: serde::Deserializer<'de>>(source: D) -> Result<RatingExamples, D::Error> {
    Ok(Option::deserialize(source)?.unwrap_or_default())
}

impl RatingInstruction {
    /// Checks lengths.
    pub fn check(&self) -> Result<()> {
        for (name, text) in self.named() {
            if text.is_some_and(|text| text.chars().count() > TEXT_CHARACTERS_MAX) {
                return Err(Error::invalid(format!(
                    "fact_rating_instruction.{name} is too long: use at most {TEXT_CHARACTERS_MAX} characters"
                )));
            }
        }
        Ok(())
    }

    /// The texts that must be embedded, in the order in which [`Anchors::new`] takes their vectors.
    ///
    /// Empty when the instruction says nothing, and then facts have no rating.
    pub fn texts(&self) -> Vec<&str> {
        self.named().into_iter().filter_map(|(_, text)| said(text)).collect()
    }

    fn named(&self) -> [(&'static str, Option<&str>); 4] {
        let RatingExamples { high, medium, low } = &self.examples;
        [
            ("instruction", self.instruction.as_deref()),
            ("examples.high", high.as_deref()),
            ("examples.medium", medium.as_deref()),
            ("examples.low", low.as_deref()),
        ]
    }
}

fn said(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// The vectors that facts are compared with.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Anchors {
    /// Of the instruction.
    pub instruction: Option<Vec<f32>>,
    /// Of the example that is rated 1.
    pub high: Option<Vec<f32>>,
    /// Of the example that is rated one half.
    pub medium: Option<Vec<f32>>,
    /// Of the example that is rated 0.
    pub low: Option<Vec<f32>>,
}

impl Anchors {
    /// Anchors from the vectors of an instruction's [`texts`](RatingInstruction::texts), in their order.
    ///
    /// `None` when there is nothing to compare with, or another number of vectors than of texts.
    pub fn new(instruction: &RatingInstruction, vectors: Vec<Vec<f32>>) -> Option<Self> {
        let mut vectors = vectors.into_iter();
        let mut anchors = Self::default();
        let slots = [&mut anchors.instruction, &mut anchors.high, &mut anchors.medium, &mut anchors.low];
        for (slot, (_, text)) in slots.into_iter().zip(instruction.named()) {
            if said(text).is_some() {
                *slot = Some(vectors.next()?);
            }
        }
        (vectors.next().is_none() && anchors != Self::default()).then_some(anchors)
    }
}

/// How relevant a fact is, 0 to 1 in thousandths.
///
/// Two or three examples: their ratings, each weighed by how close the fact is to it. A single example:
/// how close the fact is to a high one, or how far from a low one. Otherwise, how close it is to the
/// instruction; one half when there is nothing to compare with.
pub fn rate(fact: &[f32], anchors: &Anchors) -> f64 {
    let near = |anchor: &Option<Vec<f32>>| anchor.as_deref().map(|anchor| cosine(fact, anchor));
    let (high, medium, low) = (near(&anchors.high), near(&anchors.medium), near(&anchors.low));
    let examples: Vec<(f64, f64)> = [(high, HIGH), (medium, MEDIUM), (low, LOW)]
        .into_iter()
        .filter_map(|(near, rate)| Some((near?, rate)))
        .collect();
    let rating = match (examples.len(), high, low) {
        (2.., _, _) => weighed(&examples),
        (1, Some(high), _) => high,
        (1, _, Some(low)) => 1.0 - low,
        _ => near(&anchors.instruction).unwrap_or(MEDIUM),
    };
    (rating.clamp(0.0, 1.0) * STEPS).round() / STEPS
}

/// The mean of ratings, weighed by the softmax of the cosines beside them.
fn weighed(examples: &[(f64, f64)]) -> f64 {
    // Softmax is the same after a shift; weights are then at most one, whatever the cosines.
    let nearest = examples.iter().map(|(near, _)| *near).fold(f64::MIN, f64::max);
    let (mut sum, mut weights) = (0.0, 0.0);
    for (near, rate) in examples {
        let weight = ((near - nearest) / TEMPERATURE).exp();
        sum += weight * rate;
        weights += weight;
    }
    sum / weights
}

/// The cosine of two vectors; 0 when they cannot be compared (other models, no direction, no numbers).
fn cosine(left: &[f32], right: &[f32]) -> f64 {
    if left.len() != right.len() {
        return 0.0;
    }
    let product = |one: &[f32], other: &[f32]| -> f64 {
        one.iter().zip(other).map(|(one, other)| f64::from(*one) * f64::from(*other)).sum()
    };
    let cosine = product(left, right) / (product(left, left) * product(right, right)).sqrt();
    if cosine.is_finite() { cosine } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{from_value, json, to_value};

    use super::*;

    fn unit(angle: f32) -> Vec<f32> {
        vec![angle.cos(), angle.sin()]
    }

    fn thousandths(fact: &[f32], anchors: &Anchors) -> i64 {
        (rate(fact, anchors) * STEPS).round() as i64
    }

    fn by_examples() -> Anchors {
        Anchors { high: Some(unit(0.0)), medium: Some(unit(0.8)), low: Some(unit(1.6)), ..Anchors::default() }
    }

    #[test]
    fn facts_are_rated_like_the_example_that_they_are_closest_to() {
        let rating = |angle| rate(&unit(angle), &by_examples());
        assert!(rating(0.0) > 0.9 && rating(1.6) < 0.1);
        assert!((rating(0.8) - 0.5).abs() < 0.01);
        assert!(rating(0.2) > rating(0.6) && rating(0.6) > rating(1.2));
    }

    #[test]
    fn an_instruction_alone_rates_by_its_own_distance() {
        let anchors = Anchors { instruction: Some(vec![1.0, 0.0]), ..Anchors::default() };
        assert_eq!([thousandths(&[2.0, 0.0], &anchors), thousandths(&[-1.0, 0.0], &anchors)], [1_000, 0]);
        assert_eq!(thousandths(&[3.0, 4.0], &anchors), 600);
    }

    #[test]
    fn a_single_example_still_tells_facts_apart() {
        let high = Anchors { high: Some(vec![1.0, 0.0]), ..Anchors::default() };
        let low = Anchors { low: Some(vec![1.0, 0.0]), ..Anchors::default() };
        assert_eq!([thousandths(&[3.0, 4.0], &high), thousandths(&[3.0, 4.0], &low)], [600, 400]);
        let medium = Anchors { medium: Some(vec![1.0, 0.0]), instruction: Some(vec![0.0, 1.0]), ..Anchors::default() };
        assert_eq!(thousandths(&[3.0, 4.0], &medium), 800);
    }

    #[test]
    fn vectors_that_cannot_be_compared_are_not_near() {
        let anchors = Anchors { instruction: Some(vec![1.0, 0.0]), ..Anchors::default() };
        for fact in [&[][..], &[0.0, 0.0], &[1.0], &[f32::NAN, 1.0], &[f32::INFINITY, 1.0]] {
            assert_eq!(thousandths(fact, &anchors), 0);
        }
        assert_eq!(thousandths(&[1.0], &Anchors::default()), 500);
    }

    #[test]
    fn anchors_take_vectors_in_the_order_of_the_texts() {
        let instruction: RatingInstruction =
            from_value(json!({"instruction": " by poignancy ", "examples": {"low": "it rained", "high": "  "}}))
                .unwrap();
        assert_eq!(instruction.texts(), ["by poignancy", "it rained"]);
        let anchors = Anchors::new(&instruction, vec![vec![1.0], vec![2.0]]).unwrap();
        assert_eq!((anchors.instruction, anchors.low), (Some(vec![1.0]), Some(vec![2.0])));
        assert_eq!((anchors.high, anchors.medium), (None, None));
        assert_eq!(Anchors::new(&instruction, vec![vec![1.0]]), None);
        assert_eq!(Anchors::new(&instruction, vec![vec![1.0]; 3]), None);
        assert_eq!(Anchors::new(&RatingInstruction::default(), Vec::new()), None);
    }

    #[test]
    fn the_wire_shape_leaves_out_what_is_not_said() {
        let wire = json!({"instruction": "by poignancy", "examples": {"medium": "Ann moved"}});
        let instruction: RatingInstruction = from_value(wire.clone()).unwrap();
        assert_eq!(to_value(&instruction).unwrap(), wire);
        let empty: RatingInstruction = from_value(json!({"instruction": null, "examples": null})).unwrap();
        assert_eq!(to_value(&empty).unwrap(), json!({}));
    }

    #[test]
    fn long_texts_are_refused_by_name() {
        let mut instruction = RatingInstruction { instruction: Some("ü".repeat(1_000)), ..Default::default() };
        assert!(instruction.check().is_ok());
        instruction.examples.low = Some("x".repeat(1_001));
        assert!(instruction.check().unwrap_err().message().contains("examples.low"));
    }

    proptest! {
        #[test]
        fn ratings_stay_between_zero_and_one(fact in prop::collection::vec(any::<f32>(), 2), at in -3.2_f32..3.2) {
            let anchors = Anchors { high: Some(unit(at)), low: Some(unit(at + 1.0)), ..Anchors::default() };
            let rating = rate(&fact, &anchors);
            prop_assert!((0.0..=1.0).contains(&rating));
        }

        #[test]
        fn a_fact_nearer_to_the_high_example_is_never_rated_lower(
            near in -1.0_f64..1.0, more in 0.0_f64..1.0, medium in -1.0_f64..1.0, low in -1.0_f64..1.0,
        ) {
            let with = |high| weighed(&[(high, HIGH), (medium, MEDIUM), (low, LOW)]);
            prop_assert!(with(near + more) >= with(near) - 1e-12);
        }
    }
}
