//! Tests of digests.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::knowledge::sample::{day, episode};

fn turn(number: u128, content: &str) -> Episode {
    episode(EpisodeId(Uuid::from_u128(number)), number as i64, content, day(number as i64))
}

fn sentence(number: i64, text: &str) -> Sentence {
    Sentence { text: text.to_owned(), speaker: None, at: day(number), episode: EpisodeId(Uuid::nil()) }
}

#[test]
fn turns_become_sentences_with_their_speaker() {
    let mut answer = turn(2, "Great! Oslo has many good museums.");
    answer.name = None;
    answer.role = Some(Role::Assistant);
    let found = sentences(&[answer, turn(1, "Hi! I moved to Oslo last week. What do you think?")]);
    let said: Vec<(&str, Option<&str>)> =
        found.iter().map(|sentence| (sentence.text.as_str(), sentence.speaker.as_deref())).collect();
    let expected = [("I moved to Oslo last week.", Some("Ann")), ("Oslo has many good museums.", Some("Assistant"))];
    assert_eq!(said, expected);
}

#[test]
fn invalid_json_is_treated_as_text() {
    let mut document = turn(1, r#"{"city": "Oslo"}"#);
    document.kind = EpisodeKind::Json;
    document.name = None;
    document.role = None;
    assert_eq!(sentences(std::slice::from_ref(&document))[0].text, "city: Oslo");
    document.content = "The city is called Oslo.".to_owned();
    assert_eq!(sentences(&[document])[0].text, "The city is called Oslo.");
}

#[test]
fn many_sentences_are_sampled_evenly_with_the_newest() {
    let turns: Vec<Episode> = (0..1_234).map(|number| turn(number, &format!("I saw {number} birds today."))).collect();
    let found = sentences(&turns);
    assert_eq!(found.len(), SENTENCES_MAX);
    assert_eq!(found[0].text, "I saw 0 birds today.");
    assert_eq!(found[SENTENCES_MAX - 1].text, "I saw 1233 birds today.");
    assert!(found.windows(2).all(|pair| pair[1].at.duration_since(pair[0].at).as_hours() <= 4 * 24));
}

#[test]
fn long_sentences_are_truncated_on_character_boundaries() {
    let found = sentences(&[turn(1, &"ünser ".repeat(200))]);
    assert_eq!(found[0].text.chars().count(), SENTENCE_CHARACTERS_MAX + 1);
    assert!(found[0].text.ends_with('…'));
}

#[test]
fn an_empty_input_or_budget_gives_an_empty_digest() {
    assert!(sentences(&[]).is_empty());
    assert_eq!(digest(&[], &[], 100), "");
    assert_eq!(digest(&[sentence(1, "Ann lives in Oslo.")], &[vec![1.0]], 0), "");
}

#[test]
fn central_sentences_are_selected_before_outliers_and_repetitions() {
    let said = [
        sentence(1, "Ann paints the sea."),
        sentence(2, "Ann paints the sea a lot."),
        sentence(3, "Ann sells pictures."),
        sentence(4, "It rained."),
    ];
    let vectors = [vec![1.0, 0.1, 0.0], vec![1.0, 0.1, 0.0], vec![0.8, 0.9, 0.0], vec![0.0, -0.2, 1.0]];
    // Room for two of them.
    assert_eq!(digest(&said, &vectors, 47), "Ann paints the sea a lot.\nAnn sells pictures.");
}

#[test]
fn without_vectors_the_newest_sentences_are_selected() {
    let said = [sentence(1, "Ann lives in Rome."), sentence(2, "Ann lives in Oslo.")];
    assert_eq!(digest(&said, &[], 20), "Ann lives in Oslo.");
    assert_eq!(digest(&said, &[vec![f32::NAN]], 99), "Ann lives in Rome.\nAnn lives in Oslo.");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// The digest keeps its budget, consists of given sentences in order of time, and omits none that fits.
    #[test]
    fn a_digest_is_a_selection_within_its_budget(
        drawn in proptest::collection::vec((0_u8..60, 1_usize..30, proptest::array::uniform3(-2_i8..3), any::<bool>()), 0..30),
        characters_max in 0_usize..300,
    ) {
        let mut said = Vec::new();
        let mut vectors = Vec::new();
        for (number, (hour, length, vector, spoken)) in drawn.into_iter().enumerate() {
            let mut one = sentence(i64::from(hour), &format!("{number} {}", "é".repeat(length)));
            one.speaker = spoken.then(|| "Ann".to_owned());
            said.push(one);
            vectors.push(vector.map(f32::from).to_vec());
        }
        let picked = digest(&said, &vectors, characters_max);
        let size = picked.chars().count();
        prop_assert!(size <= characters_max);
        let positions: Vec<usize> = picked
            .lines()
            .map(|line| said.iter().position(|sentence| line_of(sentence) == line).expect("a given sentence"))
            .collect();
        prop_assert!(positions.windows(2).all(|pair| (said[pair[0]].at, pair[0]) < (said[pair[1]].at, pair[1])));
        let separator = usize::from(!picked.is_empty());
        for (position, sentence) in said.iter().enumerate().filter(|(position, _)| !positions.contains(position)) {
            let fits = size + separator + line_of(sentence).chars().count() <= characters_max;
            prop_assert!(!fits, "{position} would fit");
        }
    }
}
