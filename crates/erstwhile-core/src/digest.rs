//! Extractive summaries of conversations and documents: picked sentences, never invented. Pure.
//!
//! Two steps, because vectors are made in between: [`sentences`] tells what can be picked, the caller
//! has it embedded, and [`digest`] picks what says most in the room that there is.

use std::collections::HashSet;

use jiff::Timestamp;

mod candidates;

use crate::model::{Episode, EpisodeId, EpisodeKind, Role};

/// Sentences that are looked at, at most.
pub const SENTENCES_MAX: usize = 400;
/// Characters of one sentence, at most; a longer one is cut.
const SENTENCE_CHARACTERS_MAX: usize = 400;
/// How much being central counts against being different from what is picked already.
const LAMBDA: f32 = 0.7;
/// What the newest sentence gets for being new; the oldest gets nothing. Cosines differ by more.
const RECENCY: f32 = 0.05;

/// A sentence that a digest may pick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// The sentence on one line; of a JSON document a leaf, as "key: value".
    pub text: String,
    /// Who says it, when known.
    pub speaker: Option<String>,
    /// When it was said.
    pub at: Timestamp,
    /// The episode in which it stands.
    pub episode: EpisodeId,
}

/// What can be picked from episodes, in the order in which it was said.
///
/// Courtesies, questions and what has fewer than four words are left out, as is what the same speaker
/// says again. Of more than [`SENTENCES_MAX`] an even spread is kept, the newest always.
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
                found.push(Sentence { text: cut(text), speaker: speaker.clone(), at, episode });
            }
        }
    }
    spread(found)
}

fn texts_of(episode: &Episode) -> Vec<String> {
    let document = (episode.kind == EpisodeKind::Json).then(|| serde_json::from_str(&episode.content).ok()).flatten();
    match document {
        Some(document) => candidates::leaves(&document),
        None => candidates::sentences(&episode.content).into_iter().filter(|text| candidates::tells(text)).collect(),
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

fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(SENTENCE_CHARACTERS_MAX) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// At most [`SENTENCES_MAX`], evenly spread, the first and the last among them.
fn spread(found: Vec<Sentence>) -> Vec<Sentence> {
    let count = found.len();
    if count <= SENTENCES_MAX {
        return found;
    }
    let kept: HashSet<usize> = (0..SENTENCES_MAX).map(|step| step * (count - 1) / (SENTENCES_MAX - 1)).collect();
    found.into_iter().enumerate().filter(|(at, _)| kept.contains(at)).map(|(_, sentence)| sentence).collect()
}

/// A sentence as a digest may pick it.
#[derive(Debug)]
struct Candidate<'a> {
    /// Of length one; `None` when the text says nothing to the model.
    vector: Option<Vec<f32>>,
    at: Timestamp,
    position: usize,
    line: String,
    sentence: &'a Sentence,
    relevance: f32,
    likeness: f32,
}

impl Candidate<'_> {
    fn worth(&self) -> f32 {
        LAMBDA * self.relevance - (1.0 - LAMBDA) * self.likeness
    }
}

/// The sentences that say most, in the order in which they were said, each on a line of its own as
/// "Speaker: sentence".
///
/// `vectors` are those of the sentences, in the same order; one that is missing, all zeros or of
/// another length than the first counts as saying nothing. The digest has at most `characters_max`
/// characters; a sentence that does not fit is left out whole.
pub fn digest(sentences: &[Sentence], vectors: &[Vec<f32>], characters_max: usize) -> String {
    let mut rest = candidates(sentences, vectors);
    let mut picked: Vec<Candidate<'_>> = Vec::new();
    let mut room = characters_max;
    loop {
        let separator = usize::from(!picked.is_empty());
        rest.retain(|candidate| candidate.line.chars().count() + separator <= room);
        let best = rest.iter().enumerate().max_by(|(_, left), (_, right)| {
            left.worth().total_cmp(&right.worth()).then_with(|| left.position.cmp(&right.position))
        });
        let Some((index, _)) = best else { break };
        let taken = rest.swap_remove(index);
        room -= taken.line.chars().count() + separator;
        rest.retain(|candidate| candidate.sentence.text != taken.sentence.text);
        for candidate in &mut rest {
            candidate.likeness = candidate.likeness.max(cosine(taken.vector.as_deref(), candidate.vector.as_deref()));
        }
        picked.push(taken);
    }
    picked.sort_by_key(|candidate| (candidate.at, candidate.position));
    picked.into_iter().map(|candidate| candidate.line).collect::<Vec<_>>().join("\n")
}

fn candidates<'a>(sentences: &'a [Sentence], vectors: &[Vec<f32>]) -> Vec<Candidate<'a>> {
    let dimensions = vectors.iter().map(Vec::len).find(|length| *length > 0).unwrap_or(0);
    let units = vectors.iter().map(|vector| unit(vector, dimensions)).chain(std::iter::repeat(None));
    let units: Vec<Option<Vec<f32>>> = units.take(sentences.len()).collect();
    let mut sum = vec![0.0_f32; dimensions];
    for vector in units.iter().flatten() {
        for (total, component) in sum.iter_mut().zip(vector) {
            *total += component;
        }
    }
    let centre = unit(&sum, dimensions);
    let last = sentences.len().saturating_sub(1).max(1) as f32;
    let candidate = |(position, (sentence, vector)): (usize, (&'a Sentence, Option<Vec<f32>>))| {
        let relevance = cosine(centre.as_deref(), vector.as_deref()) + RECENCY * position as f32 / last;
        Candidate { vector, at: sentence.at, position, line: line_of(sentence), sentence, relevance, likeness: 0.0 }
    };
    sentences.iter().zip(units).enumerate().map(candidate).collect()
}

fn line_of(sentence: &Sentence) -> String {
    match &sentence.speaker {
        Some(speaker) => format!("{speaker}: {}", sentence.text),
        None => sentence.text.clone(),
    }
}

/// A vector with length one; `None` when it has no direction or another number of components.
fn unit(vector: &[f32], dimensions: usize) -> Option<Vec<f32>> {
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
