//! Trains the ranker of turns on conversations with questions, and reports how well it works on others.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use erstwhile::search::{Feature, Features, Ranker, Rankers};
use serde::Serialize;

use crate::conversations::{self, ConversationOptions};
use crate::table;
use fit::{List, fit};
pub(crate) use measured::Quality;
use measured::{Measured, measure};

mod fit;
mod measured;

/// Number of parts of the cross-validation; the conversations of a part are never seen in training for it.
const FOLDS: usize = 6;
/// Features that are zero without vectors.
const OF_VECTORS: &[Feature] =
    &[Feature::Cosine, Feature::CosineBefore, Feature::CosineAfter, Feature::ThreadCosine, Feature::LongCosine];

/// Options of the training.
#[derive(Debug, Args)]
pub(crate) struct TrainRanker {
    #[command(flatten)]
    conversations: ConversationOptions,
    /// File to write the weights and the report to; with a model, its weights and report are added to those of the file
    #[arg(long)]
    write: Option<PathBuf>,
    /// Folder of a sentence encoder: train the ranker for vectors of embedding models
    #[arg(long)]
    model: Option<PathBuf>,
    /// Also report what each feature adds
    #[arg(long)]
    ablation: bool,
}

/// The data file.
#[derive(Debug, Serialize)]
struct File {
    report: Report,
    #[serde(flatten)]
    rankers: Rankers,
}

#[derive(Debug, Serialize)]
struct Report {
    columns: [&'static str; 6],
    questions: BTreeMap<String, usize>,
    /// Trained on the other conversations of all data sets.
    cross_validated: BTreeMap<String, [f64; 6]>,
    /// Trained on the other data sets.
    transferred: BTreeMap<String, [f64; 6]>,
    cross_validated_without_vectors: BTreeMap<String, [f64; 6]>,
}

impl TrainRanker {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Runtime::new()?;
        let (names, questions) = runtime.block_on(async {
            let engine = self.conversations.open(self.model.as_deref()).await?;
            let (project, sets) = conversations::store(&engine, &self.conversations.files).await?;
            conversations::embed(&engine, project, &sets).await?;
            let questions = measure(&engine, project, &sets).await?;
            anyhow::Ok((sets.into_iter().map(|set| set.name).collect::<Vec<_>>(), questions))
        })?;
        let training = Training { names, questions };
        let all = |_| true;
        let without_vectors = |feature| !OF_VECTORS.contains(&feature);
        let (sums, transferred) = (training.cross_validated(all), training.transferred(all));
        let sums_without = training.cross_validated(without_vectors);
        let mut rows = training.rows("cross-validated", &sums);
        rows.extend(training.rows("trained on the other sets", &transferred));
        rows.extend(training.rows("cross-validated, without vectors", &sums_without));
        rows.extend(training.rows("other sets, without vectors", &training.transferred(without_vectors)));
        if self.ablation {
            for feature in Feature::ALL {
                let others = |other: Feature| other != *feature;
                rows.extend(training.rows(&format!("without {}", feature.name()), &training.cross_validated(others)));
                rows.extend(training.rows("  trained on the other sets", &training.transferred(others)));
            }
        }
        let heads: Vec<&str> = ["ranker", "data set"].into_iter().chain(Quality::HEADS).collect();
        table::print("Evidence turns found", &heads, &rows);
        training.print_categories(&sums);
        if let (Some(file), Some(model)) = (&self.write, &self.model) {
            let report = ModelReport {
                model: model.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
                columns: Quality::HEADS,
                questions: training.counts(),
                cross_validated: training.values(&sums),
                transferred: training.values(&transferred),
            };
            add_model(file, &report, &training.ranker(all, &sums))?;
        } else if let Some(file) = &self.write {
            let report = Report {
                columns: Quality::HEADS,
                questions: training.counts(),
                cross_validated: training.values(&sums),
                transferred: training.values(&transferred),
                cross_validated_without_vectors: training.values(&sums_without),
            };
            let rankers = Rankers {
                with_vectors: training.ranker(all, &sums),
                without_vectors: training.ranker(without_vectors, &sums_without),
                with_model_vectors: None,
            };
            write(file, &value_of(&File { report, rankers })?)?;
        }
        Ok(())
    }
}

/// What is reported of the ranker for vectors of embedding models.
#[derive(Debug, Serialize)]
struct ModelReport {
    model: String,
    columns: [&'static str; 6],
    questions: BTreeMap<String, usize>,
    cross_validated: BTreeMap<String, [f64; 6]>,
    transferred: BTreeMap<String, [f64; 6]>,
}

/// Adds the ranker for vectors of embedding models to a data file.
fn add_model(file: &Path, report: &ModelReport, ranker: &Ranker) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut whole: serde_json::Value = serde_json::from_str(&text)?;
    whole["report"]["with_model"] = value_of(report)?;
    whole["with_model_vectors"] = value_of(ranker)?;
    write(file, &whole)
}

/// A value in which numbers of single precision have no more digits than they need.
fn value_of(written: &impl Serialize) -> anyhow::Result<serde_json::Value> {
    Ok(serde_json::from_str(&serde_json::to_string(written)?)?)
}

fn write(file: &Path, whole: &serde_json::Value) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(whole)? + "\n";
    std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

struct Training {
    /// The names of the data sets.
    names: Vec<String>,
    questions: Vec<Measured>,
}

impl Training {
    /// Number of questions by data set.
    fn counts(&self) -> BTreeMap<String, usize> {
        let count = |set| self.questions.iter().filter(|question| question.set == set).count();
        self.names.iter().enumerate().map(|(set, name)| (name.clone(), count(set))).collect()
    }

    /// The quality of a ranking by data set, rounded.
    fn values(&self, sums: &[Vec<f32>]) -> BTreeMap<String, [f64; 6]> {
        let qualities = self.quality(sums).into_iter().map(|quality| quality.values());
        let rounded = qualities.map(|values| values.map(|value| (value * 1e3).round() / 1e3));
        self.names.iter().cloned().zip(rounded).collect()
    }

    /// Fits on the questions that `is_seen`; each data set counts the same.
    fn fit(&self, is_seen: impl Fn(&Measured) -> bool, uses: impl Fn(Feature) -> bool) -> Vec<f32> {
        let seen: Vec<&Measured> = self.questions.iter().filter(|question| is_seen(question)).collect();
        let lists: Vec<List<'_>> = seen
            .iter()
            .map(|question| {
                let same = seen.iter().filter(|other| other.set == question.set).count();
                let candidates = question.candidates.iter().map(|candidate| (&candidate.features, candidate.is_gold));
                List { weight: 1.0 / same as f64, candidates: candidates.collect() }
            })
            .collect();
        fit(&lists, uses)
    }

    /// The sums of all candidates, each by a ranker that has not seen the conversation.
    fn cross_validated(&self, uses: impl Fn(Feature) -> bool + Copy) -> Vec<Vec<f32>> {
        let fold = |question: &Measured| question.conversation % FOLDS;
        let weights: Vec<Vec<f32>> = (0..FOLDS).map(|part| self.fit(|question| fold(question) != part, uses)).collect();
        self.questions.iter().map(|question| sums(question, &weights[fold(question)])).collect()
    }

    /// The sums of all candidates, each by a ranker that has not seen the data set.
    fn transferred(&self, uses: impl Fn(Feature) -> bool + Copy) -> Vec<Vec<f32>> {
        let sets = 0..self.names.len();
        let weights: Vec<Vec<f32>> = sets.map(|set| self.fit(|question| question.set != set, uses)).collect();
        self.questions.iter().map(|question| sums(question, &weights[question.set])).collect()
    }

    /// The ranker that has seen everything; `sums` are cross-validated, so that its probabilities hold for others.
    fn ranker(&self, uses: impl Fn(Feature) -> bool, sums: &[Vec<f32>]) -> Ranker {
        let weights = self.fit(|_| true, uses);
        let labelled = self.questions.iter().zip(sums).flat_map(|(question, sums)| {
            question.candidates.iter().zip(sums).map(|(candidate, sum)| (*sum, candidate.is_gold))
        });
        let (slope, intercept) = fit::odds(&labelled.collect::<Vec<_>>());
        let mut rounded = Features::default();
        for (feature, weight) in Feature::ALL.iter().zip(weights) {
            rounded.set(*feature, (weight * 1e3).round() / 1e3);
        }
        Ranker::new(rounded, slope, intercept)
    }

    /// The quality of a ranking by data set.
    fn quality(&self, sums: &[Vec<f32>]) -> Vec<Quality> {
        let mut qualities = vec![Quality::default(); self.names.len()];
        for (question, sums) in self.questions.iter().zip(sums) {
            qualities[question.set].add(&question.question, ranked(question, sums));
        }
        qualities
    }

    /// A row for each data set.
    fn rows(&self, label: &str, sums: &[Vec<f32>]) -> Vec<Vec<String>> {
        let named = self.names.iter().zip(self.quality(sums));
        named
            .map(|(name, quality)| [label.to_owned(), name.clone()].into_iter().chain(quality.cells()).collect())
            .collect()
    }

    fn print_categories(&self, sums: &[Vec<f32>]) {
        let mut by_category: BTreeMap<(usize, &str), Quality> = BTreeMap::new();
        for (question, sums) in self.questions.iter().zip(sums) {
            let quality = by_category.entry((question.set, question.question.category.as_str())).or_default();
            quality.add(&question.question, ranked(question, sums));
        }
        let rows: Vec<Vec<String>> = by_category
            .iter()
            .map(|((set, category), quality)| {
                std::iter::once(format!("{} {category}", self.names[*set])).chain(quality.cells()).collect()
            })
            .collect();
        let heads: Vec<&str> = std::iter::once("kind of question").chain(Quality::HEADS).collect();
        table::print("Cross-validated, by kind of question", &heads, &rows);
    }
}

fn sums(question: &Measured, weights: &[f32]) -> Vec<f32> {
    let sum = |candidate: &measured::Candidate| {
        weights.iter().zip(Feature::ALL).map(|(weight, feature)| weight * candidate.features.get(*feature)).sum()
    };
    question.candidates.iter().map(sum).collect()
}

/// The messages of the candidates, best first.
fn ranked<'a>(question: &'a Measured, sums: &[f32]) -> impl Iterator<Item = &'a String> {
    let mut order: Vec<usize> = (0..sums.len()).collect();
    order.sort_by(|left, right| sums[*right].total_cmp(&sums[*left]));
    order.into_iter().map(|at| &question.candidates[at].message)
}
