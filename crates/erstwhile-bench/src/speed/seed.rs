//! A large graph of one user, written directly to the store: extracted as in ingestion, but without updating an index
//! after every few messages.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use erstwhile::Engine;
use erstwhile::change::{Batch, BatchPrecondition, Change};
use erstwhile::engine::{GraphRef, NewThread, NewUser};
use erstwhile::model::{BatchId, Episode, EpisodeId, EpisodeKind, EpisodeState, Metadata, Role, User};
use erstwhile::ports::{ExtractionRequest, Extractor, Ids, TimeOrderedIds, Turn};
use erstwhile::reading::{Reading, evidence};
use erstwhile::search::filter::Filter;
use erstwhile::store::Store;
use erstwhile::store::sqlite::Sqlite;
use erstwhile_models::offline::OfflineExtractor;
use erstwhile_server::serve::{bootstrap, open_engine};
use erstwhile_server::settings::Settings;
use jiff::SignedDuration;

use super::client::KEY;
use super::text::Words;

/// The user of the graph.
pub(super) const USER: &str = "user-0";
/// Messages per thread.
const THREAD: usize = 500;
/// Messages per batch.
const BATCH_MESSAGES: usize = 125;

/// A graph that can grow while no server uses its folder.
#[derive(Debug)]
pub(super) struct Seed {
    engine: Engine,
    store: Store,
    user: User,
    ids: TimeOrderedIds,
    pub(super) messages: usize,
}

impl Seed {
    /// Creates a database with the user in a folder.
    pub(super) async fn new(folder: &Path) -> anyhow::Result<Self> {
        let mut settings = Settings::default();
        settings.store.data = folder.to_path_buf();
        let engine = open_engine(&settings).await?;
        let (project, _) = bootstrap(&engine, Some(KEY)).await?;
        let (first_name, last_name) = (Some("Nora".to_owned()), Some("Lindholm".to_owned()));
        let new = NewUser { user_id: USER.to_owned(), first_name, last_name, ..NewUser::default() };
        let user = engine.project(project.id).add_user(new).await?;
        let database = std::fs::read_dir(folder)?.filter_map(Result::ok).map(|file| file.path());
        let database = database.into_iter().find(|file| file.extension().is_some_and(|extension| extension == "db"));
        let store = Store::open(Arc::new(Sqlite::open(&database.context("the folder has no database")?)?)).await?;
        Ok(Self { engine, store, user, ids: TimeOrderedIds, messages: 0 })
    }

    /// The last thread.
    pub(super) fn thread(&self) -> String {
        format!("talk-{}", self.messages.saturating_sub(1) / THREAD)
    }

    /// Adds messages with their extracted evidence.
    pub(super) async fn add(&mut self, count: usize) -> anyhow::Result<()> {
        let until = self.messages + count;
        while self.messages < until {
            let first = self.messages;
            let thread = format!("talk-{}", first / THREAD);
            if first.is_multiple_of(THREAD) {
                self.engine.project(self.user.project).create_thread(NewThread::of(&thread, USER)).await?;
            }
            // A batch does not span threads.
            let here = BATCH_MESSAGES.min(until - first).min(THREAD - first % THREAD);
            let episodes: Vec<Episode> = (first..first + here).map(|number| self.episode(&thread, number)).collect();
            let changes = self.extracted(episodes).await?;
            let batch = Batch {
                id: BatchId(self.ids.next()),
                project: self.user.project,
                partition: Some(self.user.graph.into()),
                expect: BatchPrecondition::None,
                at: self.engine.now(),
                changes,
            };
            self.store.apply(&batch).await?;
            self.messages += here;
        }
        Ok(())
    }

    async fn extracted(&self, episodes: Vec<Episode>) -> anyhow::Result<Vec<Change>> {
        let turn = |episode: &Episode| Turn {
            kind: episode.kind,
            role: episode.role,
            speaker: episode.name.clone(),
            text: episode.content.clone(),
            reference_time: episode.reference_time,
            thread: episode.thread.clone(),
        };
        let turns = episodes.iter().map(turn).collect();
        let request =
            ExtractionRequest { owner: Some(self.user.display_name()), turns, ..ExtractionRequest::default() };
        let extractor = OfflineExtractor::new()?;
        let extractions = extractor.extract(request).await?;
        let (user, recorded_at) = (Some(&self.user), self.engine.now());
        let reading = Reading { graph: self.user.graph, user, extractor: extractor.name(), recorded_at };
        let mut read = Vec::new();
        for (episode, extraction) in episodes.iter().zip(extractions) {
            read.extend(evidence(&reading, episode, extraction).0);
        }
        Ok(std::iter::once(Change::AddEpisodes(episodes)).chain(read).collect())
    }

    fn episode(&self, thread: &str, number: usize) -> Episode {
        let now = self.engine.now();
        // One message every ten minutes, the last one not in the future.
        let ago = SignedDuration::from_mins(10).saturating_mul(200_000_i32.saturating_sub(number as i32));
        Episode {
            id: EpisodeId(self.user.graph.within(self.ids.next())),
            seq: 0,
            thread: Some(thread.to_owned()),
            kind: EpisodeKind::Message,
            role: Some(Role::User),
            name: Some("Nora".to_owned()),
            content: Words::new(0x5eed_0000 + number as u64).message(),
            metadata: Metadata::new(),
            source_description: None,
            document_id: None,
            reference_time: now.saturating_sub(ago).unwrap_or(now),
            recorded_at: now,
            state: EpisodeState::Processed,
            task: None,
            strict: false,
            model_reading: None,
        }
    }

    /// Number of facts of the graph.
    async fn facts(&self) -> anyhow::Result<usize> {
        let graph = GraphRef::User(USER.to_owned());
        Ok(self.engine.project(self.user.project).graph(&graph).facts(&Filter::default()).await?.len())
    }

    /// Adds messages until the graph has about `wanted` facts; returns the actual number.
    pub(super) async fn grow(&mut self, wanted: usize, show_progress: impl Fn(&str)) -> anyhow::Result<usize> {
        let mut there = self.facts().await?;
        while there < wanted * 97 / 100 {
            let each = if self.messages == 0 { 1.0 } else { there as f64 / self.messages as f64 };
            let more = ((wanted - there) as f64 / each).ceil() as usize;
            // In steps, because the number of new facts per message decreases as the graph grows.
            let more = more.min(self.messages.max(200)).max(20);
            show_progress(&format!("{there} of {wanted} facts, from {} messages", self.messages));
            self.add(more).await?;
            there = self.facts().await?;
        }
        Ok(there)
    }
}
