//! Trains the model of which open facts are worth keeping, and reports how well it works on conversations and data sets that
//! it was not trained on.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use erstwhile::model::{EpisodeKind, Role};
use erstwhile::ports::{ExtractionRequest, Turn};
use erstwhile_models::offline::OfflineExtractor;
use erstwhile_models::offline::salience::{OpenFact, SalienceModel};
use erstwhile_models::static_embedder::StaticEmbedder;
use serde::{Deserialize, Serialize};

use crate::table;
use fit::Example;

mod fit;

/// Number of parts of the cross-validation; the conversations of a part are never seen in training for it.
const FOLDS: usize = 10;
/// Signs of fewer facts are left out: they would be learned by heart.
const FACTS_OF_SIGN_MIN: usize = 4;
/// How many turns are read at once, and how many of those before them.
const TURNS: usize = 32;
const CONTEXT: usize = 4;
/// The parts of the facts, from the most probable on, of which the share worth keeping is reported.
const PARTS: [usize; 4] = [10, 20, 30, 50];

/// Options of the training.
#[derive(Debug, Args)]
pub(crate) struct TrainSalience {
    /// Judged conversations, one file for each data set: JSON lines with `user`, `turns` and `judged`
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Leave a file out of the training, and only report on it
    #[arg(long)]
    only_measure: Vec<PathBuf>,
    /// The share worth keeping that the facts at the threshold are to have
    #[arg(long, default_value_t = 0.5)]
    kept_min: f32,
    /// File to write the weights and the report to
    #[arg(long)]
    write: Option<PathBuf>,
}

/// A conversation with the classes of the facts that were read from it.
#[derive(Debug, Deserialize)]
struct Conversation {
    user: Option<String>,
    turns: Vec<Said>,
    judged: Vec<Judged>,
}

#[derive(Debug, Deserialize)]
struct Said {
    role: String,
    name: Option<String>,
    content: String,
    created_at: jiff::Timestamp,
}

/// A fact with the class that a reader gave it: A is worth keeping; B says nothing that matters, C is wrong, D is garbled.
#[derive(Debug, Deserialize)]
struct Judged {
    turn: usize,
    fact: String,
    class: String,
}

/// A judged fact, as the model sees it.
#[derive(Debug)]
struct Measured {
    set: usize,
    fold: usize,
    fact: OpenFact,
    vector: Vec<f32>,
    class: String,
}

impl Measured {
    fn is_kept(&self) -> bool {
        self.class == "A"
    }
}

/// The data file.
#[derive(Debug, Serialize)]
struct File {
    report: Report,
    #[serde(flatten)]
    model: SalienceModel,
}

#[derive(Debug, Serialize)]
struct Report {
    columns: Vec<String>,
    /// Trained on the other conversations of the sets that are trained on.
    cross_validated: BTreeMap<String, Vec<f64>>,
    /// Trained on the other data sets.
    transferred: BTreeMap<String, Vec<f64>>,
}

impl TrainSalience {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let (extractor, embedder) = (OfflineExtractor::new()?, StaticEmbedder::new()?);
        let files: Vec<&PathBuf> = self.files.iter().chain(&self.only_measure).collect();
        let mut facts = Vec::new();
        for (set, file) in files.iter().enumerate() {
            facts.extend(measured(&extractor, &embedder, file, set)?);
        }
        let names: Vec<String> = files.iter().map(|file| name_of(file)).collect();
        let trained = |fact: &Measured| fact.set < self.files.len();
        let validated: Vec<f32> = {
            let models: Vec<SalienceModel> =
                (0..FOLDS).map(|fold| train(&facts, |fact| trained(fact) && fact.fold != fold)).collect();
            facts.iter().map(|fact| probability(&models[fact.fold], fact)).collect()
        };
        let transferred: Vec<f32> = {
            let models: Vec<SalienceModel> =
                (0..names.len()).map(|set| train(&facts, |fact| trained(fact) && fact.set != set)).collect();
            facts.iter().map(|fact| probability(&models[fact.set], fact)).collect()
        };
        let report = Report {
            columns: columns(),
            cross_validated: self.rows(&facts, &validated, &names),
            transferred: self.rows(&facts, &transferred, &names),
        };
        print("Cross-validated", &report.cross_validated);
        print("Trained on the other data sets", &report.transferred);
        if let Some(file) = &self.write {
            let mut model = train(&facts, trained);
            model.kept_min = self.kept_min;
            let text = serde_json::to_string_pretty(&File { report, model })?;
            std::fs::write(file, text + "\n").with_context(|| format!("cannot write {}", file.display()))?;
        }
        Ok(())
    }

    /// Of each data set: the facts, the share worth keeping of all, of the most probable parts, and at the threshold, where
    /// the share of those worth keeping that are kept is reported, too.
    fn rows(&self, facts: &[Measured], probabilities: &[f32], names: &[String]) -> BTreeMap<String, Vec<f64>> {
        let row = |set: usize| {
            let mut of_set: Vec<(f32, bool)> = facts
                .iter()
                .zip(probabilities)
                .filter(|(fact, _)| fact.set == set)
                .map(|(fact, probability)| (*probability, fact.is_kept()))
                .collect();
            of_set.sort_by(|one, other| other.0.total_cmp(&one.0));
            let worth = |part: &[(f32, bool)]| part.iter().filter(|(_, kept)| *kept).count();
            let share = |part: &[(f32, bool)]| worth(part) as f64 / part.len().max(1) as f64;
            let kept = &of_set[..of_set.partition_point(|(probability, _)| *probability >= self.kept_min)];
            let mut row = vec![of_set.len() as f64, share(&of_set)];
            row.extend(PARTS.map(|percent| share(&of_set[..of_set.len() * percent / 100])));
            row.extend([
                kept.len() as f64 / of_set.len().max(1) as f64,
                share(kept),
                worth(kept) as f64 / worth(&of_set).max(1) as f64,
            ]);
            row.iter().map(|value| (value * 1000.0).round() / 1000.0).collect()
        };
        names.iter().enumerate().map(|(set, name)| (name.clone(), row(set))).collect()
    }
}

fn columns() -> Vec<String> {
    let mut columns = vec!["facts".to_owned(), "worth keeping".to_owned()];
    columns.extend(PARTS.map(|percent| format!("of the first {percent} %")));
    columns.extend(["kept", "worth keeping of the kept", "kept of those worth keeping"].map(str::to_owned));
    columns
}

fn print(title: &str, rows: &BTreeMap<String, Vec<f64>>) {
    let columns = columns();
    let head: Vec<&str> = std::iter::once("data set").chain(columns.iter().map(String::as_str)).collect();
    let line = |(name, values): (&String, &Vec<f64>)| {
        std::iter::once(name.clone()).chain(values.iter().map(|value| format!("{value:.3}"))).collect()
    };
    table::print(title, &head, &rows.iter().map(line).collect::<Vec<Vec<String>>>());
}

fn name_of(file: &Path) -> String {
    file.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The judged facts of a file, read again.
fn measured(
    extractor: &OfflineExtractor,
    embedder: &StaticEmbedder,
    file: &Path,
    set: usize,
) -> anyhow::Result<Vec<Measured>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let (mut found, mut judged) = (Vec::new(), 0);
    for (number, line) in text.lines().enumerate() {
        let conversation: Conversation =
            serde_json::from_str(line).with_context(|| format!("{}, line {}", file.display(), number + 1))?;
        let classes: HashMap<(usize, &str), &str> = conversation
            .judged
            .iter()
            .map(|judged| ((judged.turn, judged.fact.as_str()), judged.class.as_str()))
            .collect();
        judged += classes.len();
        for (turn, facts) in open_facts(extractor, &conversation)?.into_iter().enumerate() {
            for fact in facts {
                if let Some(class) = classes.get(&(turn, fact.statement.as_str())) {
                    let vector = fact.vector(embedder);
                    let class = (*class).to_owned();
                    found.push(Measured { set, fold: number % FOLDS, fact, vector, class });
                }
            }
        }
    }
    println!("{}: {} of {judged} judged facts are still read", name_of(file), found.len());
    Ok(found)
}

fn open_facts(extractor: &OfflineExtractor, conversation: &Conversation) -> anyhow::Result<Vec<Vec<OpenFact>>> {
    let turns: Vec<Turn> = conversation.turns.iter().map(turn).collect::<anyhow::Result<_>>()?;
    let mut facts = Vec::new();
    for (chunk, read) in turns.chunks(TURNS).zip((0_usize..).step_by(TURNS)) {
        let request = ExtractionRequest {
            owner: conversation.user.clone(),
            context: turns[read.saturating_sub(CONTEXT)..read].to_vec(),
            turns: chunk.to_vec(),
            ..ExtractionRequest::default()
        };
        facts.extend(extractor.open_facts(&request));
    }
    Ok(facts)
}

fn turn(said: &Said) -> anyhow::Result<Turn> {
    Ok(Turn {
        kind: EpisodeKind::Message,
        role: Some(Role::parse(&said.role).with_context(|| format!("unknown role {}", said.role))?),
        speaker: said.name.clone(),
        text: said.content.clone(),
        reference_time: said.created_at,
        thread: Some("conversation".to_owned()),
    })
}

/// Fits a model to some of the facts.
fn train(facts: &[Measured], is_seen: impl Fn(&Measured) -> bool) -> SalienceModel {
    let seen: Vec<&Measured> = facts.iter().filter(|fact| is_seen(fact)).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for sign in seen.iter().flat_map(|fact| &fact.fact.signs) {
        *counts.entry(sign).or_default() += 1;
    }
    let signs: Vec<&str> =
        counts.iter().filter(|(_, count)| **count >= FACTS_OF_SIGN_MIN).map(|(sign, _)| *sign).collect();
    let place: HashMap<&str, usize> = signs.iter().enumerate().map(|(place, sign)| (*sign, place)).collect();
    let examples: Vec<Example<'_>> = seen
        .iter()
        .map(|fact| Example {
            signs: fact.fact.signs.iter().filter_map(|sign| place.get(sign.as_str()).copied()).collect(),
            vector: &fact.vector,
            is_kept: fact.is_kept(),
        })
        .collect();
    let fitted = fit::fit(&examples, signs.len());
    let rounded = |weight: f64| (weight * 1e4).round() as f32 / 1e4;
    SalienceModel {
        intercept: rounded(fitted.intercept),
        kept_min: 0.0,
        signs: signs.iter().zip(&fitted.signs).map(|(sign, weight)| ((*sign).to_owned(), rounded(*weight))).collect(),
        vector: fitted.vector.iter().map(|weight| rounded(*weight)).collect(),
    }
}

fn probability(model: &SalienceModel, fact: &Measured) -> f32 {
    model.probability(&fact.fact.signs, &fact.vector)
}
