//! Trains the estimate of whether a graph says anything about what a query asks, and reports how well it works on
//! conversations that it was not trained on.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use erstwhile::Engine;
use erstwhile::model::ProjectId;
use erstwhile::ports::Embedder;
use erstwhile::search::{AnswerabilityEstimate, AnswerabilityEstimates, Signs};
use erstwhile_models::static_embedder::StaticEmbedder;
use serde::Serialize;

use crate::conversations::{self, ConversationOptions, DataSet, Stored};
use crate::table;
use fit::{Example, area, fit, known_min};
use questions::{Asked, Kind};

mod fit;
mod questions;

/// Number of parts of the cross-validation; the conversations of a part are never seen in training for it.
const FOLDS: usize = 6;
/// The share of the answered questions of a data set that may be taken for unanswered ones.
const LOST_MAX: f64 = 0.02;

/// Options of the training.
#[derive(Debug, Args)]
pub(crate) struct TrainAnswerability {
    #[command(flatten)]
    conversations: ConversationOptions,
    /// File to write the weights and the report to
    #[arg(long)]
    write: Option<PathBuf>,
    /// File to write every question with its signs to
    #[arg(long)]
    write_questions: Option<PathBuf>,
}

/// A question with what was measured.
#[derive(Debug)]
struct Measured {
    set: usize,
    /// The number of the conversation that is asked, or of which a part is asked.
    conversation: usize,
    is_part: bool,
    asked: Asked,
    signs: Signs,
}

/// The data file.
#[derive(Debug, Serialize)]
struct File {
    report: Report,
    #[serde(flatten)]
    estimates: AnswerabilityEstimates,
}

#[derive(Debug, Serialize)]
struct Report {
    columns: [&'static str; 3],
    /// Trained on the other conversations of all data sets.
    cross_validated: BTreeMap<String, [f64; 3]>,
    /// Trained on the other data sets.
    transferred: BTreeMap<String, [f64; 3]>,
    cross_validated_without_vectors: BTreeMap<String, [f64; 3]>,
}

const COLUMNS: [&str; 3] = ["questions", "area", "taken for unanswered"];

impl TrainAnswerability {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let training = tokio::runtime::Runtime::new()?.block_on(self.measure())?;
        if let Some(file) = &self.write_questions {
            let line = |measured: &Measured| {
                let Asked { kind, query, source, .. } = &measured.asked;
                let part = measured.is_part;
                let set = &training.names[measured.set];
                serde_json::json!({"set": set, "conversation": measured.conversation, "part": part, "kind": kind.name(), "source": source, "query": query, "signs": measured.signs}).to_string()
            };
            std::fs::write(file, training.questions.iter().map(line).collect::<Vec<_>>().join("\n"))?;
        }
        let with = Training::whole_signs as fn(&Measured) -> Signs;
        let without = Training::signs_of_words as fn(&Measured) -> Signs;
        let (validated, point) = training.probabilities(with, Seen::OtherConversations);
        let (transferred, transferred_point) = training.probabilities(with, Seen::OtherSets);
        let (by_words, words_point) = training.probabilities(without, Seen::OtherConversations);
        let report = Report {
            columns: COLUMNS,
            cross_validated: training.report(&validated, point),
            transferred: training.report(&transferred, transferred_point),
            cross_validated_without_vectors: training.report(&by_words, words_point),
        };
        print("Cross-validated", &report.cross_validated);
        print("Trained on the other data sets", &report.transferred);
        print("Cross-validated, without vectors", &report.cross_validated_without_vectors);
        if let Some(file) = &self.write {
            let estimates = AnswerabilityEstimates {
                embedder: StaticEmbedder::new()?.model().to_owned(),
                with_vectors: AnswerabilityEstimate { known_min: point, ..training.fit(with, |_| true) },
                without_vectors: AnswerabilityEstimate { known_min: words_point, ..training.fit(without, |_| true) },
            };
            let text = serde_json::to_string_pretty(&File { report, estimates })?;
            std::fs::write(file, text + "\n").with_context(|| format!("cannot write {}", file.display()))?;
        }
        Ok(())
    }

    async fn measure(&self) -> anyhow::Result<Training> {
        let engine = self.conversations.open(None).await?;
        let mut sets = Vec::new();
        let mut part_of = Vec::new();
        for file in &self.conversations.files {
            let (name, conversations) = conversations::read(file)?;
            let (parts, numbers) = questions::divide(&conversations);
            sets.extend([(name.clone(), conversations), (name, parts)]);
            part_of.push(numbers);
        }
        let (project, sets) = conversations::store_all(&engine, sets).await?;
        let mut training = Training { names: Vec::new(), questions: Vec::new() };
        for (number, (pair, part_of)) in sets.chunks(2).zip(&part_of).enumerate() {
            let [DataSet { name, conversations }, DataSet { conversations: parts, .. }] = pair else { continue };
            training.names.push(name.clone());
            let whole = (0..conversations.len()).zip(questions::for_conversations(conversations));
            for ((conversation, asked), stored) in whole.zip(conversations) {
                training
                    .questions
                    .extend(measured(&engine, project, stored, asked, (number, conversation, false)).await?);
            }
            let divided = part_of.iter().zip(questions::for_parts(parts, conversations, part_of));
            for ((conversation, asked), stored) in divided.zip(parts) {
                training
                    .questions
                    .extend(measured(&engine, project, stored, asked, (number, *conversation, true)).await?);
            }
        }
        Ok(training)
    }
}

async fn measured(
    engine: &Engine,
    project: ProjectId,
    stored: &Stored,
    asked: Vec<Asked>,
    (set, conversation, is_part): (usize, usize, bool),
) -> anyhow::Result<Vec<Measured>> {
    let graph = engine.project(project).graph(&stored.graph);
    let mut measured = Vec::new();
    for asked in asked {
        let ignored = stored.messages.iter().filter(|(_, message)| asked.ignored.contains(message));
        let ignored: Vec<_> = ignored.map(|(id, _)| *id).collect();
        let signs = graph.signs(&asked.query, &ignored).await?;
        measured.push(Measured { set, conversation, is_part, asked, signs });
    }
    Ok(measured)
}

/// What an estimate has been trained on when it is tested.
#[derive(Clone, Copy)]
enum Seen {
    OtherConversations,
    OtherSets,
}

struct Training {
    /// The names of the data sets.
    names: Vec<String>,
    questions: Vec<Measured>,
}

impl Training {
    fn whole_signs(measured: &Measured) -> Signs {
        measured.signs
    }

    fn signs_of_words(measured: &Measured) -> Signs {
        Signs { turn_cosine: 0.0, claim_cosine: 0.0, ..measured.signs }
    }

    /// Fits on the questions that `is_seen`. Each data set counts the same, and answered and unanswered questions do.
    fn fit(&self, signs: fn(&Measured) -> Signs, is_seen: impl Fn(&Measured) -> bool) -> AnswerabilityEstimate {
        let is_trained = |kind| matches!(kind, Kind::Said | Kind::Elsewhere);
        let seen: Vec<&Measured> = self
            .questions
            .iter()
            .filter(|question| is_trained(question.asked.kind) && question.signs.words > 0.0 && is_seen(question))
            .collect();
        let group = |question: &Measured| (question.set, question.asked.kind);
        let mut counts: BTreeMap<(usize, Kind), f64> = BTreeMap::new();
        for question in &seen {
            *counts.entry(group(question)).or_default() += 1.0;
        }
        let groups = counts.len() as f64;
        let example = |question: &&Measured| {
            let weight = 1.0 / (groups * counts[&group(question)]);
            Example { signs: signs(question), is_said: question.asked.kind == Kind::Said, weight }
        };
        fit(&seen.iter().map(example).collect::<Vec<_>>())
    }

    /// The probability of each question by an estimate that has not seen its conversation, and the point below which nothing is
    /// known: no data set loses more than [`LOST_MAX`] of its answered questions.
    fn probabilities(&self, signs: fn(&Measured) -> Signs, seen: Seen) -> (Vec<f32>, f32) {
        let part = |question: &Measured| match seen {
            Seen::OtherConversations => question.conversation % FOLDS,
            Seen::OtherSets => question.set,
        };
        let parts = self.questions.iter().map(part).max().map_or(0, |part| part + 1);
        let estimate = |part: usize| {
            self.fit(signs, |question| match seen {
                Seen::OtherConversations => {
                    question.conversation % FOLDS != part && question.asked.source % FOLDS != part
                }
                Seen::OtherSets => question.set != part,
            })
        };
        let estimates: Vec<AnswerabilityEstimate> = (0..parts).map(estimate).collect();
        // Without a word that names a topic there is nothing to estimate.
        let probability = |question: &Measured| {
            if question.signs.words == 0.0 { 1.0 } else { estimates[part(question)].probability(&signs(question)) }
        };
        let probabilities: Vec<f32> = self.questions.iter().map(probability).collect();
        let point = |set: usize| {
            let own = self.questions.iter().zip(&probabilities);
            let own = own.filter(|(question, _)| question.set == set && question.asked.kind == Kind::Said);
            known_min(&own.map(|(_, probability)| *probability).collect::<Vec<f32>>(), LOST_MAX)
        };
        let point = (0..self.names.len()).map(point).fold(1.0, f32::min);
        (probabilities, point)
    }

    /// For each data set and kind of question: their number, the area under the curve against the answered ones, and the
    /// share that is taken for unanswered.
    fn report(&self, probabilities: &[f32], point: f32) -> BTreeMap<String, [f64; 3]> {
        let mut report = BTreeMap::new();
        let of = |set: usize, kind: Kind, is_part: bool| -> Vec<f32> {
            let all = self.questions.iter().zip(probabilities);
            let is_wanted =
                |question: &Measured| question.set == set && question.asked.kind == kind && question.is_part == is_part;
            all.filter(|(question, _)| is_wanted(question)).map(|(_, probability)| *probability).collect()
        };
        for (set, name) in self.names.iter().enumerate() {
            for is_part in [false, true] {
                let answered = of(set, Kind::Said, is_part);
                for kind in Kind::ALL {
                    let own = of(set, kind, is_part);
                    if own.is_empty() || answered.is_empty() {
                        continue;
                    }
                    let below = own.iter().filter(|probability| **probability < point).count();
                    let values = [own.len() as f64, area(&answered, &own), below as f64 / own.len() as f64];
                    let size = if is_part { "quarters of " } else { "" };
                    report.insert(
                        format!("{size}{name}: {}", kind.name()),
                        values.map(|value| (value * 1e3).round() / 1e3),
                    );
                }
            }
        }
        report
    }
}

fn print(title: &str, report: &BTreeMap<String, [f64; 3]>) {
    let row = |(name, values): (&String, &[f64; 3])| {
        let [questions, area, below] = values;
        vec![name.clone(), format!("{questions}"), format!("{area:.3}"), format!("{below:.3}")]
    };
    let heads: Vec<&str> = std::iter::once("questions").chain(COLUMNS).collect();
    table::print(title, &heads, &report.iter().map(row).collect::<Vec<_>>());
}
