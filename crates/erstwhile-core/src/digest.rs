//! Extractive summaries of conversations and documents: selected sentences of the text itself. Pure.
//!
//! There are two steps, because embedding happens in between: [`sentences`] returns the candidates, the
//! caller embeds them, and [`digest`] selects the most informative ones that fit.

use std::collections::HashSet;

use jiff::Timestamp;

mod candidates;

use crate::model::{Episode, EpisodeId, EpisodeKind, Role};
use crate::text::inert;

/// Maximum number of candidate sentences.
pub const SENTENCES_MAX: usize = 400;
/// Maximum number of characters of a sentence; longer ones are truncated.
const SENTENCE_CHARACTERS_MAX: usize = 400;
/// Weight of relevance against difference from the sentences selected so far.
const LAMBDA: f32 = 0.7;
/// Bonus of the newest sentence; the oldest gets none. Smaller than typical differences of cosines.
const RECENCY: f32 = 0.05;

/// A candidate sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// The sentence on one line, or a leaf of a JSON document as "key: value".
    pub text: String,
    /// The speaker, if known.
    pub speaker: Option<String>,
    /// When it was said.
    pub at: Timestamp,
    /// The episode that contains it.
    pub episode: EpisodeId,
}

/// Returns the candidate sentences of episodes, in the order in which they were said.
///
/// Courtesies, questions, sentences of fewer than four words and repetitions by the same speaker are
/// omitted. More than [`SENTENCES_MAX`] are sampled evenly, always with the newest.
pub fn sentences(episodes: &[Episode]) -> Vec<Sentence> {
    let mut ordered: Vec<&Episode> = episodes.iter().collect();
    ordered.sort_by_key(|episode| (episode.reference_time, episode.seq, episode.id));
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for episode in ordered {
        let speaker = speaker_of(episode);
        for text in texts_of(episode) {
            if seen.insert((speaker.clone(), text.to_lowercase())) {
                let (at, episode) = (episode.reference_time, episode.id);
                found.push(Sentence { text: truncated(text), speaker: speaker.clone(), at, episode });
            }
        }
    }
    sample_evenly(found)
}

fn texts_of(episode: &Episode) -> Vec<String> {
    let document = (episode.kind == EpisodeKind::Json).then(|| serde_json::from_str(&episode.content).ok()).flatten();
    match document {
        Some(document) => candidates::leaves(&document),
        None => {
            let sentences = candidates::sentences(&episode.content).into_iter();
            sentences.filter(|text| candidates::is_informative(text)).collect()
        }
    }
}

fn speaker_of(episode: &Episode) -> Option<String> {
    let name = episode.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let role = match episode.role {
        Some(Role::User) => Some("User"),
        Some(Role::Assistant) => Some("Assistant"),
        _ => None,
    };
    name.or(role).map(str::to_owned)
}

fn truncated(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(SENTENCE_CHARACTERS_MAX) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Samples at most [`SENTENCES_MAX`] sentences evenly, including the first and the last.
fn sample_evenly(found: Vec<Sentence>) -> Vec<Sentence> {
    let count = found.len();
    if count <= SENTENCES_MAX {
        return found;
    }
    let kept: HashSet<usize> = (0..SENTENCES_MAX).map(|step| step * (count - 1) / (SENTENCES_MAX - 1)).collect();
    found.into_iter().enumerate().filter(|(at, _)| kept.contains(at)).map(|(_, sentence)| sentence).collect()
}

/// A candidate sentence with its scores.
#[derive(Debug)]
struct Candidate<'a> {
    /// Normalized; `None` if the vector is unusable.
    vector: Option<Vec<f32>>,
    at: Timestamp,
    position: usize,
    line: String,
    sentence: &'a Sentence,
    relevance: f32,
    similarity: f32,
}

impl Candidate<'_> {
    fn score(&self) -> f32 {
        LAMBDA * self.relevance - (1.0 - LAMBDA) * self.similarity
    }
}

/// Selects the most informative sentences, in the order in which they were said, each on a line of its own
/// as "Speaker: sentence".
///
/// `vectors` are those of the sentences, in the same order; one that is missing, all zeros or of another
/// length than the first has no relevance. The digest has at most `characters_max` characters; a sentence
/// that does not fit is omitted.
pub fn digest(sentences: &[Sentence], vectors: &[Vec<f32>], characters_max: usize) -> String {
    let mut rest = candidates(sentences, vectors);
    let mut selected: Vec<Candidate<'_>> = Vec::new();
    let mut room = characters_max;
    loop {
        let separator = usize::from(!selected.is_empty());
        rest.retain(|candidate| candidate.line.chars().count() + separator <= room);
        let best = rest.iter().enumerate().max_by(|(_, left), (_, right)| {
            left.score().total_cmp(&right.score()).then_with(|| left.position.cmp(&right.position))
        });
        let Some((index, _)) = best else { break };
        let taken = rest.swap_remove(index);
        room -= taken.line.chars().count() + separator;
        rest.retain(|candidate| candidate.sentence.text != taken.sentence.text);
        for candidate in &mut rest {
            candidate.similarity =
                candidate.similarity.max(cosine(taken.vector.as_deref(), candidate.vector.as_deref()));
        }
        selected.push(taken);
    }
    selected.sort_by_key(|candidate| (candidate.at, candidate.position));
    selected.into_iter().map(|candidate| candidate.line).collect::<Vec<_>>().join("\n")
}

fn candidates<'a>(sentences: &'a [Sentence], vectors: &[Vec<f32>]) -> Vec<Candidate<'a>> {
    let dimensions = vectors.iter().map(Vec::len).find(|length| *length > 0).unwrap_or(0);
    let normalized_vectors = vectors.iter().map(|vector| normalized(vector, dimensions)).chain(std::iter::repeat(None));
    let normalized_vectors: Vec<Option<Vec<f32>>> = normalized_vectors.take(sentences.len()).collect();
    let mut sum = vec![0.0_f32; dimensions];
    for vector in normalized_vectors.iter().flatten() {
        for (total, component) in sum.iter_mut().zip(vector) {
            *total += component;
        }
    }
    let centre = normalized(&sum, dimensions);
    let last = sentences.len().saturating_sub(1).max(1) as f32;
    let candidate = |(position, (sentence, vector)): (usize, (&'a Sentence, Option<Vec<f32>>))| {
        let relevance = cosine(centre.as_deref(), vector.as_deref()) + RECENCY * position as f32 / last;
        Candidate { vector, at: sentence.at, position, line: line_of(sentence), sentence, relevance, similarity: 0.0 }
    };
    sentences.iter().zip(normalized_vectors).enumerate().map(candidate).collect()
}

fn line_of(sentence: &Sentence) -> String {
    let text = inert(&sentence.text);
    match &sentence.speaker {
        Some(speaker) => format!("{}: {text}", inert(speaker)),
        None => text.into_owned(),
    }
}

/// Normalizes a vector; `None` if it is zero, not finite or has another number of components.
fn normalized(vector: &[f32], dimensions: usize) -> Option<Vec<f32>> {
    let length = vector.iter().map(|component| f64::from(*component).powi(2)).sum::<f64>().sqrt();
    let usable = vector.len() == dimensions && length.is_finite() && length > 0.0;
    usable.then(|| vector.iter().map(|component| (f64::from(*component) / length) as f32).collect())
}

fn cosine(left: Option<&[f32]>, right: Option<&[f32]>) -> f32 {
    let (Some(left), Some(right)) = (left, right) else { return 0.0 };
    left.iter().zip(right).map(|(one, other)| one * other).sum()
}

#[cfg(test)]
mod tests;
