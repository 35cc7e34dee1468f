//! The index of a graph's episodes.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use super::hybrid::HybridIndex;
use crate::boxed::BoxedMap;
use crate::content_policy::ContentPolicy;
use crate::model::{Episode, EpisodeId, Role, metadata_size};
use crate::text::words;
use form::TurnForm;

mod form;

/// Number of characters of a turn that the quick embedder embeds.
///
/// The start of a long message states its topic: embedding the whole message lowers recall at 10 by 3 points
/// on `LongMemEval` and on BEAM development questions.
const LEAD_CHARACTERS: usize = 400;

/// Maximum number of speakers told apart in one graph.
const SPEAKERS_MAX: usize = 1_000;

/// The episodes of a graph, with the adjacent turns of each.
#[derive(Debug)]
pub(super) struct Turns {
    episodes: BoxedMap<Episode>,
    sequence: BTreeMap<i64, EpisodeId>,
    pub(super) documents: HybridIndex<EpisodeId>,
    /// The previous and the next turn of the same thread, by number.
    adjacent: Vec<[Neighbour; 2]>,
    /// What ranking needs of each turn, by number.
    rows: Vec<TurnRow>,
    threads: HashMap<String, u32>,
    /// Number of words of each thread.
    thread_words: Vec<u64>,
    speakers: Vec<Speaker>,
    /// Words and turns of users and of assistants.
    spoken: [Spoken; 2],
    /// What must not be derived from the episodes, and those that violate it.
    policy: Option<Arc<ContentPolicy>>,
    violating: HashSet<EpisodeId>,
    /// The size of the texts and metadata.
    content_bytes: usize,
}

/// The number of a turn plus one, if there is one: half the size of an optional number.
#[derive(Debug, Clone, Copy, Default)]
struct Neighbour(Option<NonZeroU32>);

impl Neighbour {
    fn of(number: Option<u32>) -> Self {
        Self(number.and_then(|number| NonZeroU32::MIN.checked_add(number)))
    }

    fn number(self) -> Option<u32> {
        self.0.map(|above| above.get() - 1)
    }
}

/// What ranking needs of a turn.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TurnRow {
    pub(super) form: TurnForm,
    /// The number of its thread.
    pub(super) thread: Option<u32>,
    /// The number of its speaker, if it has a name.
    pub(super) speaker: Option<u16>,
    pub(super) role: Option<Role>,
    /// Number of words, without stop words.
    words: u32,
}

/// Somebody who talks.
#[derive(Debug)]
struct Speaker {
    written: String,
    /// The words of the name.
    words: Vec<String>,
}

/// How much a role has said.
#[derive(Debug, Clone, Copy, Default)]
struct Spoken {
    turns: u64,
    words: u64,
}

impl Turns {
    pub(super) fn new(dimensions: usize, exact_max: usize) -> Self {
        Self {
            episodes: BoxedMap::default(),
            sequence: BTreeMap::new(),
            documents: HybridIndex::new(dimensions, exact_max),
            adjacent: Vec::new(),
            rows: Vec::new(),
            threads: HashMap::default(),
            thread_words: Vec::new(),
            speakers: Vec::new(),
            spoken: [Spoken::default(); 2],
            policy: None,
            violating: HashSet::default(),
            content_bytes: 0,
        }
    }

    /// Sets the content policy of episodes that are added from now on.
    pub(super) fn set_policy(&mut self, policy: Arc<ContentPolicy>) {
        self.policy = Some(policy);
    }

    /// Whether the graph has a content policy.
    pub(super) fn has_policy(&self) -> bool {
        self.policy.is_some()
    }

    /// Whether an episode violates the content policy.
    pub(super) fn is_violating(&self, id: EpisodeId) -> bool {
        self.violating.contains(&id)
    }

    /// Removes an episode, if present.
    pub(super) fn remove(&mut self, id: EpisodeId) {
        if let Some(episode) = self.episodes.remove(&id) {
            self.sequence.remove(&episode.seq);
            self.violating.remove(&id);
            self.content_bytes -= content_size(&episode);
            if let Some(number) = self.documents.number(id) {
                self.clear_row(number);
            }
            self.documents.remove(id);
            for other in self.around(episode.seq).into_iter().flatten() {
                self.update_adjacent(other);
            }
        }
    }

    /// Adds or replaces an episode; returns its number and the text to embed, unless the text did not change.
    pub(super) fn put(&mut self, episode: Episode) -> Option<(u32, String)> {
        // Episodes that the application excluded from the graph are not searchable.
        if !episode.is_in_graph() {
            return None;
        }
        let (id, seq) = (episode.id, episode.seq);
        let text = text_of(&episode);
        self.content_bytes += content_size(&episode);
        let known = self.episodes.insert(Box::new(episode));
        if let Some(known) = &known {
            self.content_bytes -= content_size(known);
            if self.episodes.get(&id).is_some_and(|episode| episode.content == known.content) {
                return None;
            }
        }
        self.sequence.insert(seq, id);
        self.compare_with_policy(id);
        let number = self.documents.put(id, &text);
        self.update_row(number, id);
        self.update_adjacent(id);
        for other in self.around(seq).into_iter().flatten() {
            self.update_adjacent(other);
        }
        Some((number, text.chars().take(LEAD_CHARACTERS).collect()))
    }

    /// Compares an episode with the content policy, once: reads only ask for the result.
    fn compare_with_policy(&mut self, id: EpisodeId) {
        let (Some(policy), Some(episode)) = (&self.policy, self.episodes.get(&id)) else { return };
        if policy.prohibits(&episode.content) {
            self.violating.insert(id);
        } else {
            self.violating.remove(&id);
        }
    }

    /// The text by which an episode is found.
    pub(super) fn text(&self, id: EpisodeId) -> Option<String> {
        self.episode(id).map(text_of)
    }

    /// An episode.
    pub(super) fn episode(&self, id: EpisodeId) -> Option<&Episode> {
        self.episodes.get(&id)
    }

    /// All episodes, newest first.
    pub(super) fn episodes(&self) -> impl DoubleEndedIterator<Item = &Episode> {
        self.sequence.values().rev().filter_map(|id| self.episode(*id))
    }

    /// The episodes just before and after a position.
    fn around(&self, seq: i64) -> [Option<EpisodeId>; 2] {
        let before = self.sequence.range(..seq).next_back().map(|(_, id)| *id);
        let after = self.sequence.range(seq + 1..).next().map(|(_, id)| *id);
        [before, after]
    }

    /// Updates the adjacent turns of a turn.
    fn update_adjacent(&mut self, id: EpisodeId) {
        let (Some(number), Some(episode)) = (self.documents.number(id), self.episodes.get(&id)) else { return };
        let adjacent = self.around(episode.seq).map(|other| {
            let other =
                other.filter(|other| episode.thread.is_some() && self.thread_of(*other) == episode.thread.as_ref());
            Neighbour::of(other.and_then(|other| self.documents.number(other)))
        });
        let slot = number as usize;
        if self.adjacent.len() <= slot {
            self.adjacent.resize(slot + 1, Default::default());
        }
        self.adjacent[slot] = adjacent;
    }

    fn thread_of(&self, id: EpisodeId) -> Option<&String> {
        self.episodes.get(&id)?.thread.as_ref()
    }

    /// Sets what ranking needs of a turn.
    fn update_row(&mut self, number: u32, id: EpisodeId) {
        self.clear_row(number);
        let Some(episode) = self.episodes.get(&id) else { return };
        let threads = self.threads.len() as u32;
        let thread = episode.thread.as_ref().map(|thread| *self.threads.entry(thread.clone()).or_insert(threads));
        let row = TurnRow {
            form: TurnForm::of(&episode.content),
            thread,
            speaker: episode.speaker().and_then(|name| speaker_number(&mut self.speakers, name)),
            role: episode.role,
            words: self.documents.words(number),
        };
        if self.rows.len() <= number as usize {
            self.rows.resize(number as usize + 1, TurnRow::default());
        }
        self.rows[number as usize] = row;
        self.thread_words.resize(self.threads.len(), 0);
        if let Some(thread) = thread {
            self.thread_words[thread as usize] += u64::from(row.words);
        }
        if let Some(role) = role_index(row.role) {
            self.spoken[role].turns += 1;
            self.spoken[role].words += u64::from(row.words);
        }
    }

    fn clear_row(&mut self, number: u32) {
        let Some(row) = self.rows.get_mut(number as usize).map(std::mem::take) else { return };
        if let Some(thread) = row.thread {
            self.thread_words[thread as usize] -= u64::from(row.words);
        }
        if let Some(role) = role_index(row.role) {
            self.spoken[role].turns -= 1;
            self.spoken[role].words -= u64::from(row.words);
        }
    }

    /// What ranking needs of a turn.
    pub(super) fn row(&self, number: u32) -> TurnRow {
        self.rows.get(number as usize).copied().unwrap_or_default()
    }

    /// What ranking needs of each turn, by number; may be shorter than the documents.
    pub(super) fn rows(&self) -> &[TurnRow] {
        &self.rows
    }

    /// Number of words of each thread, by number.
    pub(super) fn thread_words(&self) -> &[u64] {
        &self.thread_words
    }

    /// The numbers of the speakers whom some words name, by any word of their names, and all words of these names.
    pub(super) fn speakers_named(&self, query: &[String]) -> (Vec<u16>, Vec<&str>) {
        let named = self
            .speakers
            .iter()
            .enumerate()
            .filter(|(_, speaker)| speaker.words.iter().any(|word| query.contains(word)));
        let (numbers, words): (Vec<u16>, Vec<&Vec<String>>) =
            named.map(|(number, speaker)| (number as u16, &speaker.words)).unzip();
        (numbers, words.into_iter().flatten().map(String::as_str).collect())
    }

    /// How much longer the assistants' turns are than the users': 0 for the same length, 1 for four times it and more.
    pub(super) fn assistant_excess(&self) -> f32 {
        let [user, assistant] = self.spoken.map(|spoken| spoken.words as f32 / spoken.turns.max(1) as f32);
        if user == 0.0 || assistant == 0.0 { 0.0 } else { (assistant / user).log(4.0).clamp(0.0, 1.0) }
    }

    /// The previous and the next turn of the same thread, by number.
    pub(super) fn adjacent(&self, number: usize) -> [Option<u32>; 2] {
        self.adjacent.get(number).copied().unwrap_or_default().map(Neighbour::number)
    }

    /// Gives back memory that the present episodes do not need, after many were added.
    pub(super) fn shrink(&mut self) {
        self.documents.shrink();
        self.sequence = std::mem::take(&mut self.sequence).into_iter().collect();
        self.adjacent.shrink_to_fit();
        self.rows.shrink_to_fit();
    }

    /// Approximate size in bytes.
    pub(super) fn weight(&self) -> usize {
        /// Approximate size of an episode without its text.
        const FIELDS: usize = 320;
        self.documents.weight() + self.content_bytes + self.episodes.len() * FIELDS
    }
}

/// The number of a speaker, who is added if new; `None` if there are too many.
fn speaker_number(speakers: &mut Vec<Speaker>, written: &str) -> Option<u16> {
    if let Some(known) = speakers.iter().position(|speaker| speaker.written == written) {
        return u16::try_from(known).ok();
    }
    let number = u16::try_from(speakers.len()).ok().filter(|number| usize::from(*number) < SPEAKERS_MAX)?;
    speakers.push(Speaker { written: written.to_owned(), words: words(written) });
    Some(number)
}

/// The text by which an episode is found: who speaks, and what.
fn text_of(episode: &Episode) -> String {
    match &episode.name {
        Some(name) => format!("{name}: {}", episode.content),
        None => episode.content.clone(),
    }
}

fn role_index(role: Option<Role>) -> Option<usize> {
    match role? {
        Role::User => Some(0),
        Role::Assistant => Some(1),
        _ => None,
    }
}

/// The approximate size of what the application put into an episode.
fn content_size(episode: &Episode) -> usize {
    episode.content.len() + metadata_size(&episode.metadata)
}
