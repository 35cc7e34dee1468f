//! `erstwhile replay`: what the configured language model makes of conversations, beside the offline extractor.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;
use erstwhile::Engine;
use erstwhile::engine::{FactTriple, GraphRef, NewThread, NewUser, ProjectHandle};
use erstwhile::model::{EpisodeId, ModelReadingState};
use erstwhile::search::filter::Filter;

use super::conversations::{self, Conversation};
use super::output::{print_data, print_status};
use crate::serve::{DEFAULT_PROJECT, open_engine};
use crate::settings::{ExtractorChoice, Settings};

/// The user to whom the conversations are replayed.
const USER: &str = "replay";
/// The reason that counts dates which the words do not have.
const DATE_REASON: &str = "the date is not in the words";

/// Replay conversations through the configured language model and show what becomes of them
#[derive(Debug, Args)]
pub(super) struct Replay {
    /// A file of conversations: JSON with messages or conversations, or JSON Lines
    file: PathBuf,
    /// Name of the user to whom the conversations belong, such as "Ann Lee"
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Also print the facts before and after the model
    #[arg(long)]
    facts: bool,
}

impl Replay {
    pub(super) async fn run(self, mut settings: Settings) -> anyhow::Result<ExitCode> {
        if settings.model.name.is_none() {
            bail!("no language model is configured: set model.name, and model.url or model.key");
        }
        let conversations = conversations::read(&self.file)?;
        let folder = std::env::temp_dir().join(format!("erstwhile-replay-{}", std::process::id()));
        settings.store.data.clone_from(&folder);
        settings.store.database = None;
        settings.model.extractor = Some(ExtractorChoice::Both);
        settings.model.wait_s = 0;
        let replayed = self.replay(&settings, conversations).await;
        if folder.exists() {
            let cannot_remove = || format!("cannot remove the folder `{}`", folder.display());
            std::fs::remove_dir_all(&folder).with_context(cannot_remove)?;
        }
        replayed.map(|()| ExitCode::SUCCESS)
    }

    async fn replay(&self, settings: &Settings, conversations: Vec<Conversation>) -> anyhow::Result<()> {
        let engine = open_engine(settings).await?;
        let project = engine.project(engine.ensure_project(DEFAULT_PROJECT).await?.id);
        let episodes = self.add(&project, conversations).await?;
        while engine.ingest_next().await? {}
        let offline = Graph::of(&project).await?;
        if self.facts {
            offline.print_facts("offline")?;
        }
        let started = Instant::now();
        read_all(&engine).await?;
        let seconds = started.elapsed().as_secs_f64();
        let model = Graph::of(&project).await?;
        if self.facts {
            model.print_facts("model")?;
        }
        let readings = Readings::of(&project, &episodes).await?;
        let totals = engine.model_totals();
        print_data(&format!("\n{:<34}{:>12}{:>12}", "", "offline", "model"))?;
        for (name, before, after) in [
            ("facts", offline.facts.len(), model.facts.len()),
            ("entities", offline.entities, model.entities),
            ("other names of entities", offline.aliases, model.aliases),
        ] {
            print_data(&format!("{name:<34}{before:>12}{after:>12}"))?;
        }
        let dates = readings.dropped.get(DATE_REASON).copied().unwrap_or_default();
        for (name, value) in [
            ("messages", episodes.len().to_string()),
            ("messages read", readings.read.to_string()),
            ("messages not read", readings.failed.to_string()),
            ("dates that the words do not have", dates.to_string()),
            ("calls", totals.usage.calls.to_string()),
            ("retries", totals.usage.retries.to_string()),
            ("tokens in", totals.usage.tokens_in.to_string()),
            ("tokens cached", totals.usage.tokens_cached.to_string()),
            ("tokens out", totals.usage.tokens_out.to_string()),
            ("cost", format!("{:.4}", totals.cost)),
            ("seconds", format!("{seconds:.1}")),
        ] {
            print_data(&format!("{name:<34}{value:>24}"))?;
        }
        print_counts("claims dropped", &readings.dropped)?;
        print_counts("messages not read", &readings.failures)?;
        Ok(())
    }

    async fn add(&self, project: &ProjectHandle, conversations: Vec<Conversation>) -> anyhow::Result<Vec<EpisodeId>> {
        let (first, last) = match self.user.as_deref().map(|name| name.split_once(' ').unwrap_or((name, ""))) {
            Some((first, last)) => (Some(first.to_owned()), Some(last.to_owned()).filter(|last| !last.is_empty())),
            None => (None, None),
        };
        let user = NewUser { user_id: USER.to_owned(), first_name: first, last_name: last, ..NewUser::default() };
        project.add_user(user).await?;
        let mut episodes = Vec::new();
        for conversation in conversations {
            project.create_thread(NewThread::of(&conversation.id, USER)).await?;
            let thread = project.thread(&conversation.id);
            episodes.extend(thread.add_messages(conversation.messages, &[], false).await?.messages);
        }
        Ok(episodes)
    }
}

/// Reads until nothing waits, or the model cannot be reached.
async fn read_all(engine: &Engine) -> anyhow::Result<()> {
    loop {
        if engine.read_next_with_model().await? {
            continue;
        }
        let depth = engine.model_queue_depth().await?;
        if depth.episodes == 0 {
            return Ok(());
        }
        if depth.attempts_max > 2 {
            print_status("the language model cannot be reached; what it read so far is shown");
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// What a graph holds.
struct Graph {
    facts: Vec<FactTriple>,
    entities: usize,
    aliases: usize,
}

impl Graph {
    async fn of(project: &ProjectHandle) -> anyhow::Result<Self> {
        let graph = project.graph(GraphRef::User(USER.to_owned()));
        let mut facts = graph.facts(&Filter::default()).await?;
        facts.sort_by_key(|triple| (triple.fact.valid_from, triple.fact.id));
        let entities = graph.entities(&Filter::default()).await?;
        let aliases = entities.iter().map(|(entity, _)| entity.aliases.len()).sum();
        Ok(Self { facts, entities: entities.len(), aliases })
    }

    fn print_facts(&self, title: &str) -> std::io::Result<()> {
        print_data(&format!("\n# {title}: {} facts\n", self.facts.len()))?;
        for FactTriple { fact, source, target, .. } in &self.facts {
            print_data(&format!("{} —{}→ {}    {}", source.name, fact.predicate, target.name, fact.statement))?;
        }
        Ok(())
    }
}

/// The readings of the model, counted.
#[derive(Default)]
struct Readings {
    read: usize,
    failed: usize,
    dropped: BTreeMap<String, u64>,
    failures: BTreeMap<String, u64>,
}

impl Readings {
    async fn of(project: &ProjectHandle, episodes: &[EpisodeId]) -> anyhow::Result<Self> {
        let mut readings = Self::default();
        for id in episodes {
            let Some(reading) = project.find_episode(*id).await?.model_reading else { continue };
            match reading.state {
                ModelReadingState::Read => readings.read += 1,
                ModelReadingState::Awaiting | ModelReadingState::Failed => readings.failed += 1,
                ModelReadingState::Cancelled => {}
            }
            for (reason, count) in reading.report.dropped {
                *readings.dropped.entry(reason).or_default() += count;
            }
            if let Some(failure) = reading.report.failure {
                *readings.failures.entry(failure).or_default() += 1;
            }
        }
        Ok(readings)
    }
}

fn print_counts(title: &str, counts: &BTreeMap<String, u64>) -> std::io::Result<()> {
    if counts.is_empty() {
        return Ok(());
    }
    print_data(&format!("\n{title}:"))?;
    for (reason, count) in counts {
        print_data(&format!("{count:>6}  {reason}"))?;
    }
    Ok(())
}
