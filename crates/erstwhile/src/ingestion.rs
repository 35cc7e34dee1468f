//! Ingestion: pending episodes become evidence.
//!
//! A worker claims a graph, takes its oldest pending episodes in order, has them extracted, grounds
//! what comes back, and applies it in one batch that also takes them off the queue. A crash at any
//! point leaves them pending; the lease's epoch keeps a worker that overslept from applying twice.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

mod imports;

use crate::ports::{Extraction, ExtractionRequest, KnownEntity, Turn};
use crate::state::State;
use crate::store::Lease;
use erstwhile_core::change::{Batch, Change, Expect};
use erstwhile_core::error::{Error, ErrorKind, Result};
use erstwhile_core::identity::anonymous_user;
use erstwhile_core::model::{BatchId, Episode, EpisodeState, Graph, GraphId, GraphOwner, User};
use erstwhile_core::reading::{self, Reading};

/// Episodes that are extracted together, at most.
const EPISODES_MAX: i64 = 32;
/// Earlier episodes that the extractor may look back at.
const CONTEXT_EPISODES: i64 = 4;
/// Known entities that the extractor is told about, at most.
const KNOWN_MAX: usize = 400;
/// How long a claim lasts unless it is extended: so long a graph waits after its worker was killed.
const LEASE: SignedDuration = SignedDuration::from_secs(10);
/// How often a worker extends its claim while it works.
const HEARTBEAT: Duration = Duration::from_secs(3);
/// Batches of one graph before other graphs have their turn.
const BATCHES_PER_CLAIM: usize = 16;
/// The longest pause between two tries of a graph whose extractor is down.
const BACKOFF_MAX: SignedDuration = SignedDuration::from_secs(300);
/// Announced graphs that a worker tries to claim before it sees whether it should stop or look at the queue.
const TRIES_MAX: usize = 64;
/// How often a worker looks at the queue.
const POLL: Duration = Duration::from_millis(500);
/// How long a graph must have waited to be taken by a look: the others are left to the process in which their messages
/// came in, where their index is.
const LEFT_FOR: SignedDuration = SignedDuration::from_millis(500);

/// Ingestion workers that run in the background.
///
/// Dropping them stops them, too, without waiting.
#[derive(Debug)]
pub struct Workers {
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

impl Workers {
    pub(crate) fn spawn(state: &Arc<State>, count: usize) -> Self {
        let (stop, mut tasks) = (CancellationToken::new(), JoinSet::new());
        for _ in 0..count {
            tasks.spawn(run(Arc::clone(state), stop.clone()));
        }
        Self { stop, tasks }
    }

    /// Stops the workers, each after it has finished the graph in hand.
    pub async fn stop(mut self) {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Ingests until cancelled; finishes the graph in hand first.
async fn run(state: Arc<State>, stop: CancellationToken) {
    let mut poller = Poller::new(LEFT_FOR);
    loop {
        let worked = match work_on_one(&state, &mut poller).await {
            Ok(worked) => worked,
            Err(error) => {
                tracing::warn!(%error, "ingestion pauses");
                false
            }
        };
        if stop.is_cancelled() {
            return;
        }
        if !worked {
            tokio::select! {
                () = stop.cancelled() => return,
                () = state.announcements().wait() => {}
                () = tokio::time::sleep_until(poller.next) => {}
            }
        }
    }
}

/// Claims one graph and ingests what is pending in it; false when nothing was pending.
pub(crate) async fn run_once(state: &Arc<State>) -> Result<bool> {
    work_on_one(state, &mut Poller::new(SignedDuration::ZERO)).await
}

/// When a worker looks at the queue. It need not for what was stored in its own process.
struct Poller {
    next: Instant,
    /// Whether the last look found something, so that the next one may as well.
    found: bool,
    /// How long a graph must have waited.
    left_for: SignedDuration,
}

impl Poller {
    fn new(left_for: SignedDuration) -> Self {
        Self { next: Instant::now(), found: true, left_for }
    }

    /// Claims a graph: when a look is due, one that it finds; else one that came in here.
    async fn claim(&mut self, state: &Arc<State>) -> Result<Option<Lease>> {
        let is_due = self.next <= Instant::now();
        if !is_due && let Some(lease) = claim_announced(state).await? {
            return Ok(Some(lease));
        }
        if !is_due && !self.found {
            return Ok(None);
        }
        self.next = Instant::now() + POLL;
        let now = state.now();
        let looked = state.store().claim(later(now, -self.left_for), later(now, LEASE)).await;
        self.found = matches!(looked, Ok(Some(_)));
        match looked {
            Ok(Some(lease)) => Ok(Some(lease)),
            // Also when the queue cannot be looked at, as when one shard of many is down.
            nothing => claim_announced(state).await?.map_or(nothing, |lease| Ok(Some(lease))),
        }
    }
}

/// Claims the next graph that was announced in this process and is free.
async fn claim_announced(state: &Arc<State>) -> Result<Option<Lease>> {
    for _ in 0..TRIES_MAX {
        let Some(graph) = state.announcements().next() else { return Ok(None) };
        let now = state.now();
        if let Some(lease) = state.store().claim_graph(graph, now, later(now, LEASE)).await? {
            return Ok(Some(lease));
        }
    }
    state.announcements().wake();
    Ok(None)
}

/// Announces a graph again in this process, when it may be claimed again.
fn announce_after(state: &Arc<State>, graph: GraphId, rest: SignedDuration) {
    let state = Arc::clone(state);
    tokio::spawn(async move {
        tokio::time::sleep(rest.unsigned_abs()).await;
        state.announcements().add(graph);
    });
}

async fn work_on_one(state: &Arc<State>, poller: &mut Poller) -> Result<bool> {
    let Some(lease) = poller.claim(state).await? else { return Ok(false) };
    let outcome = tokio::select! {
        outcome = work(state, lease) => outcome,
        lost = heartbeat(state, lease) => Err(lost),
    };
    let now = state.now();
    let more = match outcome {
        Ok(Next::Now) => state.store().release(lease, now, None).await?,
        Ok(Next::After(rest)) => {
            state.store().release(lease, later(now, rest), None).await?;
            announce_after(state, lease.graph, rest);
            false
        }
        // Somebody deleted or edited meanwhile: what was read is old, so it is read again.
        Err(error) if matches!(error.kind(), ErrorKind::Conflict | ErrorKind::NotFound) => {
            state.store().release(lease, now, None).await?
        }
        Err(error) => {
            tracing::warn!(graph.id = %lease.graph, attempts = lease.attempts, %error, "ingestion of a graph is put off");
            let pause = backoff(lease.attempts);
            state.store().release(lease, later(now, pause), Some(&error.message().to_owned())).await?;
            false
        }
    };
    // It came while nobody else could claim the graph, and may have been announced for nothing.
    if more {
        state.announcements().add(lease.graph);
    }
    Ok(true)
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// One second, doubled for each failure in a row.
fn backoff(attempts: i64) -> SignedDuration {
    let seconds = 1_i64 << attempts.clamp(0, 16);
    SignedDuration::from_secs(seconds).min(BACKOFF_MAX)
}

/// Extends a lease until it is lost.
async fn heartbeat(state: &Arc<State>, lease: Lease) -> Error {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        match state.store().extend(lease, later(state.now(), LEASE)).await {
            Ok(true) => {}
            Ok(false) => return Error::new(ErrorKind::Conflict, "another worker holds the graph's lease"),
            // The store does not answer now; the work in hand will notice if that lasts.
            Err(error) => tracing::debug!(%error, "a lease was not extended"),
        }
    }
}

async fn work(state: &Arc<State>, lease: Lease) -> Result<Next> {
    for _ in 0..BATCHES_PER_CLAIM {
        let Some(graph) = state.store().find_graph(lease.graph).await? else { return Ok(Next::Now) };
        if graph.owner == GraphOwner::ImportJob {
            let over = imports::advance(state, lease, &graph).await?;
            return Ok(if over { Next::Now } else { Next::After(imports::REST) });
        }
        let episodes = state.store().pending_episodes(lease.graph, EPISODES_MAX).await?;
        if episodes.is_empty() {
            return Ok(Next::Now);
        }
        let user = match graph.owner {
            GraphOwner::Thread(_) => Some(anonymous_user(graph.id, graph.project, graph.created_at)),
            _ => state.store().find_user(lease.graph).await?,
        };
        ingest(state, lease, &graph, user.as_ref(), &episodes).await?;
    }
    Ok(Next::Now)
}

/// When a graph may be claimed again.
enum Next {
    Now,
    After(SignedDuration),
}

/// Ingests episodes together; when the extractor cannot read them, one by one, so that one bad episode
/// fails alone.
async fn ingest(
    state: &Arc<State>,
    lease: Lease,
    graph: &Graph,
    user: Option<&User>,
    episodes: &[Episode],
) -> Result<()> {
    match extract(state, graph, user, episodes).await {
        Ok(mut extractions) => {
            if episodes.iter().any(|episode| episode.strict) {
                let with_default = user.is_some_and(|user| !user.disable_default_ontology);
                let ontology = state.ontology_of(graph.project, graph.id, with_default).await?;
                let owner = user.map(User::display_name);
                let strict = episodes.iter().zip(&mut extractions).filter(|(episode, _)| episode.strict);
                strict.for_each(|(_, extraction)| reading::admit(&ontology, owner.as_deref(), extraction));
            }
            let extractor = state.extractor();
            let reading_of = Reading { graph: graph.id, user, extractor: extractor.name(), recorded_at: state.now() };
            let mut changes = Vec::new();
            for (episode, extraction) in episodes.iter().zip(extractions) {
                let (evidence, dropped) = reading::evidence(&reading_of, episode, extraction);
                if !dropped.is_empty() {
                    tracing::debug!(episode.id = %episode.id, count = dropped.len(), "claims without ground dropped");
                }
                changes.extend(evidence);
                changes.push(Change::SetEpisodeState(episode.id, EpisodeState::Processed));
            }
            apply(state, lease, graph, changes).await
        }
        Err(error) if error.kind() == ErrorKind::Unavailable => Err(error),
        Err(error) if episodes.len() > 1 => {
            tracing::debug!(%error, "episodes are read one by one");
            // The revision moves with each; the next one is read by the next round.
            Box::pin(ingest(state, lease, graph, user, &episodes[..1])).await
        }
        Err(error) => {
            let failed = EpisodeState::Failed(error.message().to_owned());
            let changes = episodes.iter().map(|episode| Change::SetEpisodeState(episode.id, failed.clone()));
            apply(state, lease, graph, changes.collect()).await
        }
    }
}

async fn apply(state: &Arc<State>, lease: Lease, graph: &Graph, changes: Vec<Change>) -> Result<()> {
    let batch = Batch {
        id: BatchId(state.ids().next()),
        project: graph.project,
        graph: Some(graph.id),
        expect: Expect::Lease { epoch: lease.epoch, revision: graph.revision },
        at: state.now(),
        changes,
    };
    state.store().apply(&batch).await.map(|_| ())
}

async fn extract(
    state: &Arc<State>,
    graph: &Graph,
    user: Option<&User>,
    episodes: &[Episode],
) -> Result<Vec<Extraction>> {
    let Some(first) = episodes.first() else { return Ok(Vec::new()) };
    let before = state.store().episodes_before(graph.id, first.seq, CONTEXT_EPISODES).await?;
    let index = state.index(graph.id).await?;
    let known = index.read(|index| index.knowledge.known_names(KNOWN_MAX))?;
    let request = ExtractionRequest {
        owner: user.map(User::display_name),
        context: before.iter().map(turn).collect(),
        turns: episodes.iter().map(turn).collect(),
        known: known.into_iter().map(|(name, entity_type)| KnownEntity { name, entity_type }).collect(),
        time_zone: user.and_then(|user| user.time_zone.clone()).or_else(|| graph.time_zone.clone()),
    };
    let extractor = state.extractor();
    // On a thread of its own: an extractor may compute for long, and may even panic.
    let handle = tokio::runtime::Handle::current();
    let extractions = tokio::task::spawn_blocking(move || handle.block_on(extractor.extract(request)))
        .await
        .map_err(|_| Error::internal("the extractor stopped unexpectedly"))??;
    if extractions.len() == episodes.len() {
        Ok(extractions)
    } else {
        Err(Error::internal("the extractor did not answer for every turn"))
    }
}

fn turn(episode: &Episode) -> Turn {
    Turn {
        kind: episode.kind,
        role: episode.role,
        speaker: episode.speaker().cloned(),
        text: episode.content.clone(),
        reference_time: episode.reference_time,
        thread: episode.thread.clone(),
    }
}
