//! What is known about the threads of a graph for one query.

use foldhash::HashMap;

use super::signals::{fixed, standardized};
use crate::search::bm25::{inverse_frequency, saturated};
use crate::search::dense::relative;
use crate::search::turns::Turns;

/// Scores of threads, by number.
pub(super) struct Threads {
    /// BM25 of the thread taken as one document, divided by the best.
    pub(super) text: Vec<f32>,
    /// The best score of its turns by their words.
    pub(super) best: Vec<f32>,
    /// The mean cosine of its turns, standardized.
    pub(super) cosines: Vec<f32>,
}

impl Threads {
    /// `content` and `cosines` are the scores of turns; `terms` are those of the query.
    pub(super) fn new(turns: &Turns, terms: &[u32], content: &[f32], cosines: &[f32]) -> Self {
        let count = turns.thread_words().len();
        let mut best = vec![0.0_f32; count];
        let mut sums = vec![(0_i64, 0_i64); count];
        for (row, (content, cosine)) in turns.rows().iter().zip(content.iter().zip(cosines)) {
            let Some(thread) = row.thread.map(|thread| thread as usize) else { continue };
            best[thread] = best[thread].max(*content);
            sums[thread].0 += fixed(*cosine);
            sums[thread].1 += 1;
        }
        let means = sums.iter().map(|(sum, turns)| *sum as f32 / ((*turns).max(1) as f32 * fixed(1.0) as f32));
        let with_turns = sums.iter().filter(|(_, turns)| *turns > 0).count();
        let cosines = standardized(&means.collect::<Vec<f32>>(), with_turns);
        Self { text: text_scores(turns, terms), best, cosines }
    }
}

fn text_scores(turns: &Turns, terms: &[u32]) -> Vec<f32> {
    let index = turns.documents.text();
    let words = turns.thread_words();
    let threads = words.iter().filter(|words| **words > 0).count();
    let average = (words.iter().sum::<u64>() as f32 / threads.max(1) as f32).max(1.0);
    let mut scores = vec![0.0_f32; words.len()];
    let mut counts: HashMap<u32, f32> = HashMap::default();
    for term in terms {
        counts.clear();
        for (number, count) in index.postings(*term) {
            if let Some(thread) = turns.row(*number).thread {
                *counts.entry(thread).or_default() += f32::from(*count);
            }
        }
        let rarity = inverse_frequency(threads, counts.len());
        for (thread, count) in &counts {
            let thread = *thread as usize;
            scores[thread] += rarity * saturated(*count, words[thread] as f32 / average);
        }
    }
    relative(&scores)
}
