//! Rates how relevant a fact is to the application, from 0 to 1, by an instruction.
//!
//! No language model reads the instruction: the fact's vector is compared with those of the examples, or
//! else of the instruction itself. Pure: the caller embeds the texts.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Maximum number of characters of an instruction or an example.
pub const TEXT_CHARACTERS_MAX: usize = 1_000;
/// Softmax temperature: cosines that differ by this much are weighted 1 to *e*.
const TEMPERATURE: f64 = 0.1;
/// Ratings of the examples.
const HIGH: f64 = 1.0;
const MEDIUM: f64 = 0.5;
const LOW: f64 = 0.0;
/// Ratings are rounded to thousandths, so that they are equal on all machines.
const STEPS: f64 = 1_000.0;

/// Describes which facts are relevant to the application.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RatingInstruction {
    /// Description in natural language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instruction: Option<String>,
    /// Example facts.
    #[serde(default, deserialize_with = "or_none", skip_serializing_if = "RatingExamples::is_empty")]
    pub examples: RatingExamples,
}

/// One example fact for each degree of relevance.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RatingExamples {
    /// An example rated 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<String>,
    /// An example rated 0.5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medium: Option<String>,
    /// An example rated 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<String>,
}

impl RatingExamples {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// SDKs send null for missing examples.
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

    /// Returns the texts to embed, in the order in which [`Anchors::new`] takes their vectors.
    ///
    /// If empty, facts have no rating.
    pub fn texts(&self) -> Vec<&str> {
        self.named().into_iter().filter_map(|(_, text)| non_blank(text)).collect()
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

fn non_blank(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// Vectors that facts are compared with.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Anchors {
    /// Vector of the instruction.
    pub instruction: Option<Vec<f32>>,
    /// Vector of the example rated 1.
    pub high: Option<Vec<f32>>,
    /// Vector of the example rated 0.5.
    pub medium: Option<Vec<f32>>,
    /// Vector of the example rated 0.
    pub low: Option<Vec<f32>>,
}

impl Anchors {
    /// Creates anchors from the vectors of an instruction's [`texts`](RatingInstruction::texts), in order.
    ///
    /// `None` if there are no texts, or if the numbers of vectors and texts differ.
    pub fn new(instruction: &RatingInstruction, vectors: Vec<Vec<f32>>) -> Option<Self> {
        let mut vectors = vectors.into_iter();
        let mut anchors = Self::default();
        let slots = [&mut anchors.instruction, &mut anchors.high, &mut anchors.medium, &mut anchors.low];
        for (slot, (_, text)) in slots.into_iter().zip(instruction.named()) {
            if non_blank(text).is_some() {
                *slot = Some(vectors.next()?);
            }
        }
        (vectors.next().is_none() && anchors != Self::default()).then_some(anchors)
    }
}

/// Rates the relevance of a fact from 0 to 1, in thousandths.
///
/// With two or three examples: the mean of their ratings, weighted by similarity. With a single example:
/// the similarity to a high one, or the distance from a low one. Otherwise: the similarity to the
/// instruction, or 0.5 without anchors.
pub fn rate(fact: &[f32], anchors: &Anchors) -> f64 {
    let near = |anchor: &Option<Vec<f32>>| anchor.as_deref().map(|anchor| cosine(fact, anchor));
    let (high, medium, low) = (near(&anchors.high), near(&anchors.medium), near(&anchors.low));
    let examples: Vec<(f64, f64)> = [(high, HIGH), (medium, MEDIUM), (low, LOW)]
        .into_iter()
        .filter_map(|(near, rate)| Some((near?, rate)))
        .collect();
    let rating = match (examples.len(), high, low) {
        (2.., _, _) => softmax_mean(&examples),
        (1, Some(high), _) => high,
        (1, _, Some(low)) => 1.0 - low,
        _ => near(&anchors.instruction).unwrap_or(MEDIUM),
    };
    (rating.clamp(0.0, 1.0) * STEPS).round() / STEPS
}

/// The mean of ratings, weighted by the softmax of their cosines.
fn softmax_mean(examples: &[(f64, f64)]) -> f64 {
    // Subtracting the maximum does not change the softmax and keeps the weights at most one.
    let nearest = examples.iter().map(|(near, _)| *near).fold(f64::MIN, f64::max);
    let (mut sum, mut weights) = (0.0, 0.0);
    for (near, rate) in examples {
        let weight = ((near - nearest) / TEMPERATURE).exp();
        sum += weight * rate;
        weights += weight;
    }
    sum / weights
}

/// The cosine of two vectors; 0 if they cannot be compared (different lengths, zeros, not finite).
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
    fn facts_are_rated_like_the_closest_example() {
        let rating = |angle| rate(&unit(angle), &by_examples());
        assert!(rating(0.0) > 0.9 && rating(1.6) < 0.1);
        assert!((rating(0.8) - 0.5).abs() < 0.01);
        assert!(rating(0.2) > rating(0.6) && rating(0.6) > rating(1.2));
    }

    #[test]
    fn an_instruction_alone_rates_by_similarity() {
        let anchors = Anchors { instruction: Some(vec![1.0, 0.0]), ..Anchors::default() };
        assert_eq!([thousandths(&[2.0, 0.0], &anchors), thousandths(&[-1.0, 0.0], &anchors)], [1_000, 0]);
        assert_eq!(thousandths(&[3.0, 4.0], &anchors), 600);
    }

    #[test]
    fn a_single_example_distinguishes_facts() {
        let high = Anchors { high: Some(vec![1.0, 0.0]), ..Anchors::default() };
        let low = Anchors { low: Some(vec![1.0, 0.0]), ..Anchors::default() };
        assert_eq!([thousandths(&[3.0, 4.0], &high), thousandths(&[3.0, 4.0], &low)], [600, 400]);
        let medium = Anchors { medium: Some(vec![1.0, 0.0]), instruction: Some(vec![0.0, 1.0]), ..Anchors::default() };
        assert_eq!(thousandths(&[3.0, 4.0], &medium), 800);
    }

    #[test]
    fn incomparable_vectors_have_cosine_zero() {
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
    fn the_wire_format_omits_missing_fields() {
        let wire = json!({"instruction": "by poignancy", "examples": {"medium": "Ann moved"}});
        let instruction: RatingInstruction = from_value(wire.clone()).unwrap();
        assert_eq!(to_value(&instruction).unwrap(), wire);
        let empty: RatingInstruction = from_value(json!({"instruction": null, "examples": null})).unwrap();
        assert_eq!(to_value(&empty).unwrap(), json!({}));
    }

    #[test]
    fn long_texts_are_rejected_with_the_field_name() {
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
            let with = |high| softmax_mean(&[(high, HIGH), (medium, MEDIUM), (low, LOW)]);
            prop_assert!(with(near + more) >= with(near) - 1e-12);
        }
    }
}
