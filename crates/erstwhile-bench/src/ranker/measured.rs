//! The features of the candidates of questions, and how well a ranking finds the evidence.

use erstwhile::Engine;
use erstwhile::engine::Search;
use erstwhile::model::ProjectId;
use erstwhile::search::Features;

use crate::conversations::{DataSet, Question};

/// Number of candidates measured for each question; more than most conversations have turns.
const CANDIDATES: usize = 1_000;

/// A question with its candidates.
pub(super) struct Measured {
    /// The number of its data set.
    pub(super) set: usize,
    /// The number of its conversation in the data set.
    pub(super) conversation: usize,
    pub(super) question: Question,
    pub(super) candidates: Vec<Candidate>,
}

pub(super) struct Candidate {
    pub(super) message: String,
    pub(super) is_gold: bool,
    pub(super) features: Features,
}

/// Measures the candidates of all questions.
pub(super) async fn measure(engine: &Engine, project: ProjectId, sets: &[DataSet]) -> anyhow::Result<Vec<Measured>> {
    let mut measured = Vec::new();
    for (set, data_set) in sets.iter().enumerate() {
        for (conversation, stored) in data_set.conversations.iter().enumerate() {
            let graph = engine.project(project).graph(&stored.graph);
            for question in &stored.questions {
                let search = Search { explain: true, ..Search::new(&question.query, CANDIDATES) };
                let mut found = graph.search_episodes(search).await?;
                // The order must not depend on the ranker in use.
                found.sort_by_key(|found| found.item.id);
                let candidate = |found: erstwhile::search::Scored<erstwhile::model::Episode>| {
                    let message = stored.messages.get(&found.item.id)?.clone();
                    let is_gold = question.gold.contains(&message);
                    Some(Candidate { message, is_gold, features: found.explanation?.features })
                };
                let candidates = found.into_iter().filter_map(candidate).collect();
                measured.push(Measured { set, conversation, question: question.clone(), candidates });
            }
        }
    }
    Ok(measured)
}

/// How well rankings find the evidence, averaged over questions.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Quality {
    questions: f64,
    recall: [f64; 3],
    /// Share of questions whose whole evidence is among the first ten.
    whole: f64,
    reciprocal_rank: f64,
    /// Questions about something that was brought up to date, and those whose newer evidence comes first.
    updates: f64,
    newer_first: f64,
}

impl Quality {
    /// The heads of the columns of [`Self::cells`].
    pub(crate) const HEADS: [&'static str; 6] = ["r@5", "r@10", "r@20", "all@10", "MRR", "newer first"];

    /// Counts a ranking of messages, best first; parts of a long message count once.
    pub(crate) fn add<'a>(&mut self, question: &Question, ranked: impl Iterator<Item = &'a String>) {
        let gold = &question.gold;
        let mut distinct: Vec<&String> = Vec::new();
        for message in ranked {
            if !distinct.contains(&message) {
                distinct.push(message);
            }
        }
        let found = |count: usize| {
            let hits = gold.iter().filter(|gold| distinct.iter().take(count).any(|message| message == gold)).count();
            hits as f64 / gold.len().max(1) as f64
        };
        self.questions += 1.0;
        for (sum, count) in self.recall.iter_mut().zip([5, 10, 20]) {
            *sum += found(count);
        }
        self.whole += f64::from(u8::from(found(10) >= 1.0));
        let first = distinct.iter().position(|message| gold.contains(message));
        self.reciprocal_rank += first.map_or(0.0, |first| 1.0 / (first as f64 + 1.0));
        if !question.old.is_empty() && !question.new.is_empty() {
            let rank = |of: &[String]| distinct.iter().position(|message| of.contains(message)).unwrap_or(usize::MAX);
            self.updates += 1.0;
            self.newer_first += f64::from(u8::from(rank(&question.new) < rank(&question.old)));
        }
    }

    /// The averages, in the order of [`Self::HEADS`].
    pub(crate) fn values(&self) -> [f64; 6] {
        let [five, ten, twenty] = self.recall.map(|sum| sum / self.questions.max(1.0));
        let of_all = [self.whole, self.reciprocal_rank].map(|sum| sum / self.questions.max(1.0));
        [five, ten, twenty, of_all[0], of_all[1], self.newer_first / self.updates.max(1.0)]
    }

    /// The averages as cells of a table.
    pub(crate) fn cells(&self) -> impl Iterator<Item = String> {
        self.values().into_iter().map(|value| format!("{value:.3}"))
    }
}
