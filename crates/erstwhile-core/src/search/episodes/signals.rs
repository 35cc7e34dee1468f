//! What is known about all turns for one query, and the features of each.

use std::borrow::Cow;
use std::collections::BTreeSet;

use foldhash::HashMap;
use pulp::Arch;

use super::EpisodeSearch;
use super::facts::votes;
use super::threads::Threads;
use crate::model::{Episode, Role};
use crate::search::dense::relative;
use crate::search::features::{Feature, Features};
use crate::search::hybrid::Channels;
use crate::search::question::Question;
use crate::search::turns::{TurnRow, Turns};

/// Cosines are divided by this many standard deviations.
const DEVIATIONS: f32 = 4.0;
/// The usual standard deviation of cosines in a large graph, for the static table and for sentence encoders alike.
const USUAL_DEVIATION: f64 = 0.1;
/// The usual deviation counts as that of this many turns: in a graph of a few turns, one good match must not make the
/// deviation large and itself small.
const USUAL_COUNT: f64 = 20.0;
/// Average number of words of a turn, without stop words, from which on turns count as long.
const LONG_WORDS: f32 = 100.0;

/// What is known about all turns for a query, by number.
pub(super) struct Signals<'a> {
    turns: &'a Turns,
    question: &'a Question,
    /// BM25 without the names of speakers, divided by the best.
    content: Vec<f32>,
    raw_cosines: Cow<'a, [f32]>,
    /// Standardized cosines.
    cosines: Vec<f32>,
    threads: Threads,
    /// Scores of the best matching facts.
    votes: HashMap<u32, f32>,
    /// Speakers that the query names.
    speakers: Vec<u16>,
    /// How much more assistants write than users: 0 to 1.
    assistant_excess: f32,
    /// How long turns are: 0 to 1.
    length: f32,
    /// The logarithm of the average length.
    average: f32,
}

impl<'a> Signals<'a> {
    pub(super) fn new(search: &'a EpisodeSearch<'a>, channels: &'a Channels) -> Self {
        let turns = &search.searches.index.turns;
        let index = turns.documents.text();
        let question = search.searches.question();
        let (speakers, names) = turns.speakers_named(&question.words);
        let mut words = question.distinct_words();
        let terms = |words: &[&str]| words.iter().filter_map(|word| index.term(word)).collect::<Vec<u32>>();
        let all_terms = terms(&words);
        words.retain(|word| !names.contains(word));
        let ignored: BTreeSet<u32> =
            search.request.ignored.iter().filter_map(|id| turns.documents.number(*id)).collect();
        let content = if speakers.is_empty() {
            Cow::Borrowed(channels.text.scores.as_slice())
        } else {
            Cow::Owned(index.scores(&terms(&words)))
        };
        let content = relative(&without(content, &ignored));
        let raw_cosines = without(Cow::Borrowed(channels.cosines.as_slice()), &ignored);
        let average = index.average_length();
        Self {
            threads: Threads::new(turns, &all_terms, &content, &raw_cosines),
            turns,
            question,
            content,
            cosines: standardized(&raw_cosines, turns.documents.len() - ignored.len()),
            raw_cosines,
            votes: votes(search.searches, search.request),
            speakers,
            assistant_excess: turns.assistant_excess(),
            length: (average / LONG_WORDS).min(1.0),
            average: (1.0 + average).ln(),
        }
    }

    /// A rough score of every turn, by which the candidates for the ranker are chosen; zero for one that has nothing in
    /// common with the query: no word, meaning or fact, and no word in the turns around it.
    pub(super) fn rough(&self) -> Vec<f32> {
        /// Cosines may be negative.
        const LEAST: f32 = 2.0;
        let rows = self.turns.rows();
        let mut votes = vec![0.0; rows.len()];
        for (number, vote) in &self.votes {
            if let Some(slot) = votes.get_mut(*number as usize) {
                *slot = *vote;
            }
        }
        let is_said = self.said_nearby(rows.len());
        let score = |(number, (row, is_said)): (usize, (&TurnRow, &bool))| {
            let own = Some(number as u32);
            let (content, vote) = (at(&self.content, own), votes[number]);
            let [before, after] =
                if *is_said { self.turns.adjacent(number).map(|other| at(&self.content, other)) } else { [0.0, 0.0] };
            if content + vote + before + after + at(&self.raw_cosines, own).max(0.0) <= 0.0 {
                return 0.0;
            }
            let thread = at(&self.threads.best, row.thread);
            LEAST + content + at(&self.cosines, own) + vote + 0.3 * (before + after) + 0.5 * thread
        };
        rows.iter().zip(&is_said).enumerate().map(score).collect()
    }

    /// For each turn, whether it or one beside it has a word of the query. Most have not, so the turns beside them need not
    /// be looked up.
    fn said_nearby(&self, turns: usize) -> Vec<bool> {
        let mut is_said = vec![false; turns];
        for (number, _) in self.content.iter().enumerate().filter(|(_, content)| **content > 0.0) {
            let adjacent = self.turns.adjacent(number).into_iter().flatten().map(|other| other as usize);
            for near in adjacent.chain([number]) {
                if let Some(is_said) = is_said.get_mut(near) {
                    *is_said = true;
                }
            }
        }
        is_said
    }

    /// The features of a turn.
    pub(super) fn features(&self, number: u32, episode: &Episode) -> Features {
        let mut features = Features::default();
        let mut set = |feature: Feature, value: f32| features.set(feature, value);
        let flag = |value: bool| f32::from(u8::from(value));
        let question = self.question;
        let row = self.turns.row(number);
        let cosine = at(&self.cosines, Some(number));
        set(Feature::Content, at(&self.content, Some(number)));
        set(Feature::Cosine, cosine);
        set(Feature::LongCosine, self.length * cosine);

        let [before, after] = self.turns.adjacent(number as usize);
        set(Feature::Before, at(&self.content, before));
        set(Feature::After, at(&self.content, after));
        if before.is_some_and(|before| self.turns.row(before).form.ends_with_question) {
            set(Feature::AnswersBefore, at(&self.content, before));
        }
        set(Feature::CosineBefore, at(&self.cosines, before));
        set(Feature::CosineAfter, at(&self.cosines, after));

        set(Feature::Thread, at(&self.threads.text, row.thread));
        set(Feature::ThreadBest, at(&self.threads.best, row.thread));
        set(Feature::ThreadCosine, at(&self.threads.cosines, row.thread));

        if let Some(speaker) = row.speaker.filter(|_| !self.speakers.is_empty()) {
            let is_named = self.speakers.contains(&speaker);
            set(Feature::Speaker, if is_named { 1.0 / self.speakers.len() as f32 } else { -1.0 });
        }
        let user = if row.role == Some(Role::User) { self.assistant_excess } else { 0.0 };
        set(Feature::UserSpeaks, user);
        set(Feature::UserSpeaksOfUser, user * flag(question.is_about_user));
        set(Feature::UserSpeaksOfAssistant, user * flag(question.is_about_assistant));

        set(Feature::TimeAsked, flag(row.form.has_time && question.asks_when));
        set(Feature::EndsWithQuestion, flag(row.form.ends_with_question));
        let length = (1.0 + self.turns.documents.words(number) as f32).ln() - self.average;
        set(Feature::LongLength, self.length * length);
        if !question.dates.is_empty() {
            let day = episode.reference_time.to_zoned(jiff::tz::TimeZone::UTC).date();
            set(Feature::DateNamed, question.dates.iter().map(|named| named.matches(day)).fold(0.0, f32::max));
        }
        set(Feature::Fact, self.vote(number));
        features
    }

    fn vote(&self, number: u32) -> f32 {
        self.votes.get(&number).copied().unwrap_or(0.0)
    }
}

/// Scores in which some are zero.
fn without<'a>(mut scores: Cow<'a, [f32]>, ignored: &BTreeSet<u32>) -> Cow<'a, [f32]> {
    for number in ignored {
        if let Some(score) = scores.to_mut().get_mut(*number as usize) {
            *score = 0.0;
        }
    }
    scores
}

/// A value by number; zero if there is none.
fn at(values: &[f32], number: Option<u32>) -> f32 {
    number.and_then(|number| values.get(number as usize)).copied().unwrap_or(0.0)
}

/// Differences from the mean, in standard deviations, divided by [`DEVIATIONS`]. The mean is that of `count` values; those
/// that do not count must be zero.
pub(super) fn standardized(values: &[f32], count: usize) -> Vec<f32> {
    let (sum, squares) = Arch::new().dispatch(|| {
        let (mut sum, mut squares) = (0_i64, 0_i64);
        for value in values {
            let fixed = fixed(*value);
            sum += fixed;
            squares += fixed * fixed;
        }
        (sum, squares)
    });
    let mean = sum as f64 / count.max(1) as f64;
    let differences = (squares as f64 - count as f64 * mean * mean).max(0.0);
    let usual = USUAL_DEVIATION * fixed(1.0) as f64;
    let deviation = ((differences + USUAL_COUNT * usual * usual) / (count as f64 + USUAL_COUNT)).sqrt();
    let scale = deviation * f64::from(DEVIATIONS);
    let (mean, scale) = (mean / fixed(1.0) as f64, scale / fixed(1.0) as f64);
    let mut standardized = vec![0.0; values.len()];
    Arch::new().dispatch(|| {
        for (standardized, value) in standardized.iter_mut().zip(values) {
            *standardized = ((f64::from(*value) - mean) / scale) as f32;
        }
    });
    standardized
}

/// A cosine as an integer: the sum of integers does not depend on the order of turns, which differs between nodes.
pub(super) fn fixed(cosine: f32) -> i64 {
    const ONE: f32 = 1_048_576.0;
    i64::from((cosine.clamp(-2.0, 2.0) * ONE) as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standardized_values_have_mean_zero_and_do_not_depend_on_the_order() {
        let values = [0.1, 0.7, -0.2, 0.4];
        let all = standardized(&values, 4);
        assert!(all.iter().sum::<f32>().abs() < 1e-5 && all[1] > all[3] && all[3] > all[0]);
        let mut turned = values;
        turned.reverse();
        let mut back = standardized(&turned, 4);
        back.reverse();
        assert_eq!(all, back);
        assert!(standardized(&[0.5, 0.5], 2).iter().all(|value| *value == 0.0));
    }
}
