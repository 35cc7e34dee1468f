//! Ingestion: pending episodes become evidence.
//!
//! A worker claims a graph, reads its oldest pending episodes in order, calls the extractor, grounds the result, and
//! applies it in one batch that also removes the episodes from the queue. A crash at any point leaves them pending; the
//! lease's epoch keeps a worker whose lease has expired from applying its result.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

mod imports;
mod leases;
mod lost;
mod model_readings;
mod notifications;
mod poller;
mod requests;
mod summaries;
mod traces;

pub(crate) use model_readings::is_worth_a_call;
pub(crate) use summaries::request as request_summaries;
pub(crate) use traces::trace;

use crate::ports::{DroppedClaim, Extraction, ExtractionRequest};
use crate::state::{State, embedding, erasures};
use crate::store::Lease;
use erstwhile_core::change::{Batch, BatchPrecondition, Change};
use erstwhile_core::content_policy;
use erstwhile_core::error::{Error, ErrorKind, Result};
use erstwhile_core::identity::anonymous_user;
use erstwhile_core::model::{BatchId, Episode, EpisodeState, Partition, PartitionId, PartitionOwner, ProjectId, User};
use erstwhile_core::reading::{self, Reading};
use leases::{backoff, later};
use poller::Poller;
use requests::Source;

/// Maximum number of episodes that are extracted together.
const EPISODES_MAX: i64 = 32;
/// Maximum number of batches of one graph before the worker claims another graph.
const BATCHES_PER_CLAIM: usize = 16;
/// How long a graph must have waited before polling claims it. Until then, only the process that received its messages
/// and holds its index claims it.
const POLL_MIN_WAIT: SignedDuration = SignedDuration::from_millis(500);

/// Workers that run in the background: they ingest, queue again what is in no queue, and complete erasures.
///
/// Dropping this stops them without waiting.
#[derive(Debug)]
pub struct Workers {
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

impl Workers {
    pub(crate) fn spawn(state: &Arc<State>, count: usize) -> Self {
        let (stop, mut tasks) = (CancellationToken::new(), JoinSet::new());
        if count > 0 {
            state.workers_are_running();
        }
        for _ in 0..count {
            tasks.spawn(run(Arc::clone(state), stop.clone()));
        }
        tasks.spawn(lost::run(Arc::clone(state), stop.clone()));
        tasks.spawn(erasures::run(Arc::clone(state), stop.clone()));
        if state.parts.embedding_model.is_some() {
            for _ in 0..state.parts.settings.embedding.workers {
                tasks.spawn(embedding::run(Arc::clone(state), stop.clone()));
            }
        }
        if state.parts.model_extractor.is_some() {
            tasks.spawn(model_readings::end_pauses(Arc::clone(state)));
            for _ in 0..state.parts.settings.model.workers {
                tasks.spawn(model_readings::run(Arc::clone(state), stop.clone()));
            }
        }
        Self { stop, tasks }
    }

    /// Stops the workers; each finishes its current graph.
    pub async fn stop(mut self) {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Ingests until cancelled; finishes the current graph.
async fn run(state: Arc<State>, stop: CancellationToken) {
    let mut poller = Poller::new(POLL_MIN_WAIT);
    loop {
        let worked = match ingest_one_graph(&state, &mut poller).await {
            Ok(worked) => worked,
            Err(error) => {
                tracing::warn!(%error, "ingestion failed and will be retried");
                false
            }
        };
        if stop.is_cancelled() {
            return;
        }
        if !worked {
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = state.announcements().wait() => {}
                () = tokio::time::sleep_until(poller.next()) => {}
            }
        }
    }
}

/// Claims one graph and ingests what is pending in it; false when nothing was pending.
pub(crate) async fn run_once(state: &Arc<State>) -> Result<bool> {
    ingest_one_graph(state, &mut Poller::new(SignedDuration::ZERO)).await
}

/// Reads some waiting episodes of one graph with the language model; false when none were waiting.
pub(crate) async fn read_once_with_model(state: &Arc<State>) -> Result<bool> {
    model_readings::read_one_graph(state).await
}

/// Announces a graph again in this process at the time when it may be claimed again.
fn announce_after(state: &Arc<State>, project: ProjectId, partition: PartitionId, rest: SignedDuration) {
    let state = Arc::clone(state);
    tokio::spawn(async move {
        tokio::time::sleep(rest.unsigned_abs()).await;
        state.announcements().add(project, partition);
    });
}

async fn ingest_one_graph(state: &Arc<State>, poller: &mut Poller) -> Result<bool> {
    let Some(lease) = poller.claim(state).await? else { return Ok(false) };
    let mut project = None;
    let outcome = leases::hold(state, lease, work(state, lease, &mut project)).await;
    let now = state.now();
    let more = match outcome {
        Ok(Next::Now) => state.store().release(lease, now, None).await?,
        Ok(Next::After(rest)) => {
            state.store().release(lease, later(now, rest), None).await?;
            if let Some(project) = project {
                announce_after(state, project, lease.partition, rest);
            }
            false
        }
        // The graph was edited concurrently, so it is read again.
        Err(error) if matches!(error.kind(), ErrorKind::Conflict | ErrorKind::NotFound) => {
            state.store().release(lease, now, None).await?
        }
        Err(error) => {
            tracing::warn!(graph.id = %lease.partition, attempts = lease.attempts, %error, "ingestion is delayed");
            let pause = backoff(lease.attempts);
            state.store().release(lease, later(now, pause), Some(&error.message().to_owned())).await?;
            false
        }
    };
    // Episodes that arrived during the lease may have been announced when no worker could claim the graph.
    if let Some(project) = project.filter(|_| more) {
        state.announcements().add(project, lease.partition);
    }
    Ok(true)
}

/// Ingests what is pending in a leased partition, and tells its project.
async fn work(state: &Arc<State>, lease: Lease, project: &mut Option<ProjectId>) -> Result<Next> {
    for _ in 0..BATCHES_PER_CLAIM {
        let Some(partition) = state.store().find_partition(lease.partition).await? else { return Ok(Next::Now) };
        *project = Some(partition.project);
        if partition.owner == PartitionOwner::ImportJob {
            let over = imports::advance(state, lease, &partition).await?;
            return Ok(if over { Next::Now } else { Next::After(imports::REST) });
        }
        let graph = partition.id.as_graph();
        let episodes = state.store().pending_episodes(graph, EPISODES_MAX).await?;
        if episodes.is_empty() {
            return Ok(Next::Now);
        }
        let user = user_of(state, &partition).await?;
        let source = Source { state, partition: &partition, user: user.as_ref() };
        Reader { source, lease }.ingest(&episodes).await?;
        // Projects and graphs take turns: one with much to read does not keep others waiting.
        if state.announcements().has_other_than(lease.partition) || state.has_turns(lease.queue) {
            break;
        }
    }
    Ok(Next::Now)
}

/// The user who owns a graph.
async fn user_of(state: &Arc<State>, partition: &Partition) -> Result<Option<User>> {
    let graph = partition.id.as_graph();
    match partition.owner {
        PartitionOwner::Thread(_) => Ok(Some(anonymous_user(graph, partition.project, partition.created_at))),
        _ => state.store().find_user(graph).await,
    }
}

/// When a partition may be claimed again.
enum Next {
    Now,
    After(SignedDuration),
}

/// Applies changes to a leased partition if the lease is still held and the knowledge is unchanged since it was read.
async fn apply(state: &Arc<State>, lease: Lease, partition: &Partition, changes: Vec<Change>) -> Result<()> {
    let batch = Batch {
        id: BatchId(state.ids().next()),
        project: partition.project,
        partition: Some(partition.id),
        expect: BatchPrecondition::Lease { epoch: lease.epoch, revision: partition.revision },
        at: state.now(),
        changes,
    };
    state.store().apply(&batch).await.map(|_| ())
}

/// Reads the pending episodes of one graph.
struct Reader<'a> {
    source: Source<'a>,
    lease: Lease,
}

impl Reader<'_> {
    /// Ingests episodes in one batch; only those that the extractor cannot process fail.
    async fn ingest(&self, episodes: &[Episode]) -> Result<()> {
        let Source { state, partition, user } = self.source;
        let mut extractions = self.extract_or_bisect(episodes).await?;
        drop_prohibited(self.source, episodes, &mut extractions).await?;
        let extractor = state.extractor();
        let now = state.now();
        let reading = Reading { graph: self.source.graph(), user, extractor: extractor.name(), recorded_at: now };
        let mut changes = Vec::new();
        let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
        for (episode, extraction) in episodes.iter().zip(extractions) {
            let episode_state = match extraction {
                Ok(extraction) => {
                    let (evidence, dropped) = reading::evidence(&reading, episode, extraction);
                    add_counts(&mut counts, &dropped);
                    changes.extend(evidence);
                    EpisodeState::Processed
                }
                Err(reason) => EpisodeState::Failed(reason),
            };
            changes.push(Change::SetEpisodeState(episode.id, episode_state));
            if state.parts.model_extractor.is_some() && is_worth_a_call(episode) {
                changes.push(Change::AwaitModel(episode.id, later(now, state.parts.settings.model.wait)));
            }
        }
        changes.extend(notifications::of_episodes(self.source, episodes, &changes).await?);
        apply(state, self.lease, partition, changes).await?;
        state.episodes_were_read(self.source.graph(), episodes.iter().map(|episode| episode.id));
        state.dropped_claims().add(&counts);
        Ok(())
    }

    /// The extraction of each episode, or why it failed.
    ///
    /// When extraction fails for several episodes together, each half is tried separately: one bad episode of 32
    /// costs ten more calls, and only it fails.
    ///
    /// # Errors
    /// `Unavailable` when the extractor is down.
    async fn extract_or_bisect(&self, episodes: &[Episode]) -> Result<Vec<Result<Extraction, String>>> {
        let mut extractions = Vec::with_capacity(episodes.len());
        let mut parts = vec![episodes];
        while let Some(part) = parts.pop() {
            match self.extract(part).await {
                Ok(read) => extractions.extend(read.into_iter().map(Ok)),
                Err(error) if error.kind() == ErrorKind::Unavailable => return Err(error),
                Err(error) if part.len() > 1 => {
                    tracing::debug!(%error, episodes = part.len(), "bisecting episodes that failed together");
                    let (first, second) = part.split_at(part.len() / 2);
                    parts.extend([second, first]);
                }
                Err(error) => extractions.push(Err(error.message().to_owned())),
            }
        }
        Ok(extractions)
    }

    async fn extract(&self, episodes: &[Episode]) -> Result<Vec<Extraction>> {
        extract(self.source.state, self.source.request(episodes).await?).await
    }
}

/// Calls the extractor, and checks that it returns a result for each turn.
async fn extract(state: &State, request: ExtractionRequest) -> Result<Vec<Extraction>> {
    let (extractor, turns) = (state.extractor(), request.turns.len());
    // In a separate task: an extractor may compute for a long time, and may panic.
    let handle = tokio::runtime::Handle::current();
    let extractions = tokio::task::spawn_blocking(move || handle.block_on(extractor.extract(request)))
        .await
        .map_err(|_| Error::internal("the extractor stopped unexpectedly"))??;
    if extractions.len() == turns {
        Ok(extractions)
    } else {
        Err(Error::internal("the extractor returned no result for some turns"))
    }
}

/// Counts dropped claims by reason.
fn add_counts(counts: &mut BTreeMap<&'static str, u64>, dropped: &[DroppedClaim]) {
    for claim in dropped {
        *counts.entry(claim.reason).or_default() += 1;
    }
}

/// Removes what the content policy of the graph prohibits and, under a strict ontology, what has no declared type.
async fn drop_prohibited(
    source: Source<'_>,
    episodes: &[Episode],
    extractions: &mut [Result<Extraction, String>],
) -> Result<()> {
    admit_declared_types(source, episodes, extractions).await?;
    if let Some(policy) = source.state.content_policy(source.graph()).await? {
        for extraction in extractions.iter_mut().filter_map(|extraction| extraction.as_mut().ok()) {
            content_policy::enforce(&policy, extraction);
        }
    }
    Ok(())
}

async fn admit_declared_types(
    source: Source<'_>,
    episodes: &[Episode],
    extractions: &mut [Result<Extraction, String>],
) -> Result<()> {
    if !episodes.iter().any(|episode| episode.strict) {
        return Ok(());
    }
    let with_default = source.user.is_some_and(|user| !user.disable_default_ontology);
    let ontology = source.state.ontology_of(source.partition.project, source.graph(), with_default).await?;
    let owner = source.user.map(User::display_name);
    let strict = episodes.iter().zip(extractions).filter(|(episode, _)| episode.strict);
    for extraction in strict.filter_map(|(_, extraction)| extraction.as_mut().ok()) {
        reading::admit(&ontology, owner.as_deref(), extraction);
    }
    Ok(())
}
