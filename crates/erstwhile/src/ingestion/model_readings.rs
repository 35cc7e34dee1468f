//! Episodes are read again by a language model, after the offline extractor.
//!
//! A worker claims a graph of the model's queue, takes the oldest waiting episodes of one conversation, asks the model
//! about all of them at once, and replaces what the offline extractor read. While the model is down, over its budget, or
//! unable to read an episode, what the offline extractor read stays, and the episode tells why.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::leases::{self, LEASE, backoff, later};
use super::requests::Source;
use super::summaries;
use super::{add_counts, drop_prohibited, user_of};
use crate::parts::ModelReadingSettings;
use crate::ports::{DroppedClaim, Extraction, ExtractionRequest, Extractor, ModelUsage, UsageMeter};
use crate::state::State;
use crate::store::{Lease, Queue};
use erstwhile_core::change::{Batch, BatchPrecondition, Change};
use erstwhile_core::error::{Error, ErrorKind, Result};
use erstwhile_core::model::{
    Assertion, AssertionId, BatchId, ClaimKind, EntityId, Episode, EpisodeId, ModelReading, ModelReadingState,
    ModelReport, PartitionId, ProjectId, Role,
};
use erstwhile_core::reading::{self, Reading};
use erstwhile_core::text::words;

/// How often a worker polls the queue.
const POLL: Duration = Duration::from_secs(1);
/// Maximum number of batches of one graph before the worker claims another graph.
const BATCHES_PER_CLAIM: usize = 8;
/// Maximum number of waiting episodes from which a batch is chosen.
const CANDIDATES: i64 = 128;
/// The longest pause that a provider may ask for.
const PAUSE_MAX: SignedDuration = SignedDuration::from_hours(1);
/// The pause after which a project that has spent its budget is checked again: the limit may have been raised.
const BUDGET_PAUSE: SignedDuration = SignedDuration::from_secs(900);

/// Lets graphs that wait after a failure be read at once: the process may have started with other settings.
pub(super) async fn end_pauses(state: Arc<State>) {
    if let Err(error) = state.store().end_model_pauses(state.now()).await {
        tracing::warn!(%error, "graphs that wait for the language model are read when their pause is over");
    }
}

/// Reads until cancelled; finishes the current graph.
pub(super) async fn run(state: Arc<State>, stop: CancellationToken) {
    loop {
        // A model may think for a minute: stopping does not wait for it, and the episodes keep waiting.
        let worked = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            worked = read_one_graph(&state) => worked,
        };
        let worked = worked.unwrap_or_else(|error| {
            tracing::warn!(%error, "reading with the language model failed and will be retried");
            false
        });
        if !worked {
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }
}

/// Whether a language model should read an episode: somebody said something.
pub(crate) fn is_worth_a_call(episode: &Episode) -> bool {
    let is_instruction = episode.role == Some(Role::System);
    let is_said = |word: &&str| word.chars().any(char::is_alphabetic);
    let spaced = episode.content.split_whitespace().filter(is_said).take(2).count();
    // Some scripts have no spaces between words.
    let is_unspaced = spaced == 1 && words(&episode.content).len() > 1;
    !episode.kind.is_stated() && !is_instruction && (spaced == 2 || is_unspaced)
}

/// Claims one graph and reads what waits in it; false when nothing did.
pub(super) async fn read_one_graph(state: &Arc<State>) -> Result<bool> {
    let Some(extractor) = state.parts.model_extractor.clone() else { return Ok(false) };
    let now = state.now();
    let Some(lease) = state.claim_in_turn(Queue::Model, now, later(now, LEASE)).await? else { return Ok(false) };
    let outcome = leases::hold(state, lease, work(state, &extractor, lease)).await;
    let now = state.now();
    match outcome {
        Ok(()) => state.store().release(lease, now, None).await?,
        Err(error) => {
            let pause = error.retry_after().and_then(|after| SignedDuration::try_from(after).ok());
            let pause = pause.unwrap_or_default().min(PAUSE_MAX).max(backoff(lease.attempts));
            tracing::warn!(graph.id = %lease.partition, attempts = lease.attempts, pause_s = pause.as_secs(), %error,
                "reading with the language model is delayed");
            state.store().release(lease, later(now, pause), Some(&error.message().to_owned())).await?
        }
    };
    Ok(true)
}

async fn work(state: &Arc<State>, extractor: &Arc<dyn Extractor>, lease: Lease) -> Result<()> {
    let settings = &state.parts.settings.model;
    let mut is_counted = false;
    for batch in 0..BATCHES_PER_CLAIM {
        let Some(partition) = state.store().find_partition(lease.partition).await? else { return Ok(()) };
        let waiting = state.store().episodes_awaiting_model(partition.id.as_graph(), CANDIDATES).await?;
        let episodes = batch_of(waiting, settings);
        let source = Source { state, partition: &partition, user: None };
        if episodes.is_empty() {
            // Requests for summaries count as waiting episodes. They are fulfilled now; later ones are left waiting.
            if !std::mem::replace(&mut is_counted, true) {
                state.store().count_awaiting_episodes(partition.id.as_graph()).await?;
            }
            // Few are written together, so this repeats while some are due.
            match summaries::write(source).await {
                Ok(true) => continue,
                Ok(false) => return Ok(()),
                Err(error) => {
                    if is_outage(&error) {
                        state.store().request_summaries(&[partition.id.as_graph()], state.now()).await?;
                    }
                    return Err(error);
                }
            }
        }
        if batch > 0 && state.has_turns(Queue::Model) {
            return Ok(());
        }
        ModelReader { source, extractor: Arc::clone(extractor), lease }.read(&episodes).await?;
    }
    Ok(())
}

/// The oldest episodes of the conversation that has waited longest, as many as are read together.
fn batch_of(waiting: Vec<Episode>, settings: &ModelReadingSettings) -> Vec<Episode> {
    let Some(thread) = waiting.first().map(|episode| episode.thread.clone()) else { return Vec::new() };
    let mut batch: Vec<Episode> = waiting.into_iter().filter(|episode| episode.thread == thread).collect();
    let count = settings.batch_len(&mut batch.iter().map(|episode| episode.content.chars().count()));
    batch.truncate(count);
    batch
}

/// Reads the waiting episodes of one graph.
struct ModelReader<'a> {
    source: Source<'a>,
    extractor: Arc<dyn Extractor>,
    lease: Lease,
}

impl ModelReader<'_> {
    /// Reads episodes together. When that fails, each half is read separately, so that only what the model cannot read
    /// stays as it is.
    ///
    /// # Errors
    /// If the model is not available.
    async fn read(&self, episodes: &[Episode]) -> Result<()> {
        let mut parts = vec![episodes];
        // What the calls so far consumed, also those that failed.
        let mut spent_on = BTreeMap::new();
        while let Some(part) = parts.pop() {
            if let Err(error) = self.check_budget().await {
                self.note_failure(episodes, &error, false, &spent_on).await?;
                return Err(error);
            }
            // What is removed from the graph or renamed from here on makes the answer worthless: it may repeat what was
            // removed, or the old name.
            let version = self.version().await?;
            let user = user_of(self.source.state, self.source.partition).await?;
            let source = Source { user: user.as_ref(), ..self.source };
            let usage = Arc::new(UsageMeter::default());
            let mut request = source.request_for_model(part).await?;
            request.usage = Arc::clone(&usage);
            let spent = self.spent(part.len(), Arc::clone(&usage));
            let extracted = self.extract(request).await;
            if let Err(error) = spent.record().await {
                tracing::warn!(%error, "what a call of the language model consumed was not recorded");
            }
            add_shares(&mut spent_on, part, usage.total());
            let replaced = match extracted {
                Ok(extractions) if extractions.len() == part.len() => {
                    self.replace(source, part, extractions, &spent_on, version).await
                }
                Ok(_) => Err(Error::internal("the extractor returned no result for some turns")),
                Err(error) => Err(error),
            };
            match replaced {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::Conflict => return Err(error),
                Err(error) if is_outage(&error) => {
                    self.note_failure(part, &error, false, &spent_on).await?;
                    return Err(error);
                }
                Err(error) if part.len() > 1 => {
                    tracing::debug!(%error, episodes = part.len(), "bisecting episodes that failed together");
                    let (first, second) = part.split_at(part.len() / 2);
                    parts.extend([second, first]);
                }
                Err(error) => self.note_failure(part, &error, true, &spent_on).await?,
            }
        }
        Ok(())
    }

    /// Asks in a task of its own: an extractor computes for a while and may panic. Dropping the future cancels the task.
    async fn extract(&self, request: ExtractionRequest) -> Result<Vec<Extraction>> {
        let extractor = Arc::clone(&self.extractor);
        let mut task = JoinSet::new();
        task.spawn(async move { extractor.extract(request).await });
        let stopped = || Error::internal("the extractor stopped unexpectedly");
        task.join_next().await.ok_or_else(stopped)?.map_err(|_| stopped())?
    }

    async fn version(&self) -> Result<i64> {
        let version = self.source.state.store().partition_version(self.source.partition.id).await?;
        version.ok_or_else(|| Error::not_found("graph"))
    }

    async fn check_budget(&self) -> Result<()> {
        let Source { state, partition, .. } = self.source;
        let checked = state.check_model_budget(partition.project).await;
        checked.map_err(|error| match error.kind() {
            ErrorKind::Limited => error.with_retry_after(BUDGET_PAUSE.unsigned_abs()),
            _ => error,
        })
    }

    fn spent(&self, episodes: usize, usage: Arc<UsageMeter>) -> Spent {
        Spent {
            state: Arc::clone(self.source.state),
            project: self.source.partition.project,
            partition: self.source.partition.id,
            model: self.extractor.name().to_owned(),
            episodes,
            usage,
            is_recorded: false,
        }
    }

    /// Replaces what was read in the episodes.
    async fn replace(
        &self,
        source: Source<'_>,
        episodes: &[Episode],
        extractions: Vec<Extraction>,
        shares: &BTreeMap<EpisodeId, ModelUsage>,
        version: i64,
    ) -> Result<()> {
        let Source { state, partition, user } = source;
        let mut extractions: Vec<Result<Extraction, String>> = extractions.into_iter().map(Ok).collect();
        drop_prohibited(source, episodes, &mut extractions).await?;
        let index = state.index(source.graph()).await?;
        let now = state.now();
        let reading = Reading { graph: source.graph(), user, extractor: self.extractor.name(), recorded_at: now };
        let mut changes: Vec<Change> = Vec::new();
        let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
        let mut refused = 0;
        for (episode, extraction) in episodes.iter().zip(extractions) {
            let Ok(extraction) = extraction else { continue };
            if let Some(reason) = extraction.refused {
                add_counts(&mut counts, &extraction.dropped);
                let dropped = counts_by_name(&extraction.dropped);
                let failure = Some(reason.to_owned());
                let report = ModelReport { dropped, failure, ..self.report(episode, episodes.len(), shares) };
                let failed = ModelReading { state: ModelReadingState::Failed, report };
                changes.push(Change::SetModelReading(episode.id, failed));
                refused += 1;
                continue;
            }
            let characters_left_out = extraction.characters_left_out as u64;
            let (mut evidence, dropped) = reading::evidence(&reading, episode, extraction);
            let before = index.read(|index| Before::of(index.knowledge.assertions_from(episode.id)))?;
            before.keep_identity(&mut evidence);
            add_counts(&mut counts, &dropped);
            let report = ModelReport {
                read_at: Some(now),
                characters_left_out,
                dropped: counts_by_name(&dropped),
                ..self.report(episode, episodes.len(), shares)
            };
            changes.push(Change::ReplaceReading(episode.id, report));
            changes.append(&mut evidence);
        }
        self.apply(changes, version).await?;
        state.count_readings(ModelReadingState::Read, episodes.len() as u64 - refused);
        state.count_readings(ModelReadingState::Failed, refused);
        state.dropped_claims().add(&counts);
        tracing::debug!(graph.id = %partition.id, ?counts, "claims of the language model dropped");
        Ok(())
    }

    /// Records why episodes were not read. They keep waiting; if it is the fault of their text, only for some attempts.
    async fn note_failure(
        &self,
        episodes: &[Episode],
        error: &Error,
        is_fault_of_text: bool,
        shares: &BTreeMap<EpisodeId, ModelUsage>,
    ) -> Result<()> {
        let attempts_max = self.source.state.parts.settings.model.attempts_max;
        let mut changes = Vec::new();
        for episode in episodes {
            let before = episode.model_reading.as_ref().map(|reading| &reading.report);
            // While the model is down, the reason is written once, not with every attempt that consumed nothing.
            let is_known = before.is_some_and(|report| report.failure.is_some());
            let is_free = shares.get(&episode.id).is_none_or(ModelUsage::is_zero);
            if is_known && is_free && !is_fault_of_text {
                continue;
            }
            let mut report = self.report(episode, episodes.len(), shares);
            report.attempts += u64::from(is_fault_of_text);
            report.failure = Some(error.message().to_owned());
            let is_over = is_fault_of_text && report.attempts >= attempts_max;
            let state = if is_over { ModelReadingState::Failed } else { ModelReadingState::Awaiting };
            changes.push(Change::SetModelReading(episode.id, ModelReading { state, report }));
        }
        if changes.is_empty() {
            return Ok(());
        }
        if is_fault_of_text {
            self.source.state.count_readings(ModelReadingState::Failed, changes.len() as u64);
        }
        let version = self.version().await?;
        self.apply(changes, version).await
    }

    /// The report of an episode so far, with its share of a usage.
    fn report(&self, episode: &Episode, episodes: usize, shares: &BTreeMap<EpisodeId, ModelUsage>) -> ModelReport {
        let before = episode.model_reading.as_ref().map(|reading| reading.report.clone()).unwrap_or_default();
        let mut usage = before.usage;
        usage += shares.get(&episode.id).copied().unwrap_or_default();
        let prices = self.source.state.parts.settings.model.prices;
        ModelReport {
            model: self.extractor.name().to_owned(),
            episodes: episodes as u64,
            usage,
            cost: prices.map(|prices| prices.cost(usage)),
            failure: None,
            ..before
        }
    }

    /// Applies changes, unless the lease was lost or something was removed from the graph since it had `version`.
    async fn apply(&self, changes: Vec<Change>, version: i64) -> Result<()> {
        let Source { state, partition, .. } = self.source;
        let batch = Batch {
            id: BatchId(state.ids().next()),
            project: partition.project,
            partition: Some(partition.id),
            expect: BatchPrecondition::ModelLease { epoch: self.lease.epoch, version },
            at: state.now(),
            changes,
        };
        state.store().apply(&batch).await.map(|_| ())
    }
}

/// Whether the model itself, not the text, is the reason of a failure.
fn is_outage(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Unavailable | ErrorKind::Unauthenticated | ErrorKind::Forbidden | ErrorKind::Limited
    )
}

/// What a call of the model consumes; recorded also when the call is cancelled, because its lease is lost or the server
/// stops.
struct Spent {
    state: Arc<State>,
    project: ProjectId,
    partition: PartitionId,
    model: String,
    episodes: usize,
    usage: Arc<UsageMeter>,
    is_recorded: bool,
}

impl Spent {
    /// Adds the usage to the project's counts, and logs it.
    async fn record(mut self) -> Result<()> {
        self.is_recorded = true;
        let usage = self.usage.total();
        if usage.is_zero() {
            return Ok(());
        }
        let cost = self.state.record_model_usage(self.project, &self.model, usage).await?;
        tracing::info!(
            graph.id = %self.partition, model = self.model, episodes = self.episodes, calls = usage.calls,
            retries = usage.retries, tokens_in = usage.tokens_in, tokens_cached = usage.tokens_cached,
            tokens_out = usage.tokens_out, cost, "the language model was asked about episodes"
        );
        Ok(())
    }
}

impl Drop for Spent {
    fn drop(&mut self) {
        if self.is_recorded {
            return;
        }
        let interrupted = Self {
            state: Arc::clone(&self.state),
            model: std::mem::take(&mut self.model),
            usage: Arc::clone(&self.usage),
            is_recorded: true,
            ..*self
        };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = interrupted.record().await {
                    tracing::warn!(%error, "what an interrupted call of the language model consumed was not recorded");
                }
            });
        }
    }
}

/// The number of dropped claims by reason.
fn counts_by_name(dropped: &[DroppedClaim]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for claim in dropped {
        *counts.entry(claim.reason.to_owned()).or_default() += 1;
    }
    counts
}

/// What was read in an episode before.
struct Before {
    recorded: HashMap<AssertionId, Timestamp>,
    /// By what makes two claims of one episode the same.
    same: HashMap<ClaimKey, Vec<AssertionId>>,
}

type ClaimKey = (ClaimKind, EntityId, String, Option<EntityId>, Option<String>);

impl Before {
    fn of<'a>(assertions: impl Iterator<Item = &'a Assertion>) -> Self {
        let mut before = Self { recorded: HashMap::new(), same: HashMap::new() };
        for assertion in assertions {
            before.recorded.insert(assertion.id, assertion.recorded_at);
            before.same.entry(key_of(assertion)).or_default().push(assertion.id);
        }
        before
    }

    /// A claim that was made before keeps its id and the time at which it was recorded, so that its fact does, too.
    fn keep_identity(self, evidence: &mut [Change]) {
        let Self { recorded, mut same } = self;
        let mut used = HashSet::new();
        let mut others = Vec::new();
        for change in evidence {
            let Change::AddAssertion(assertion) = change else { continue };
            match recorded.get(&assertion.id) {
                Some(recorded_at) => {
                    assertion.recorded_at = *recorded_at;
                    used.insert(assertion.id);
                }
                None => others.push(assertion),
            }
        }
        for assertion in others {
            let known = same.get_mut(&key_of(assertion)).into_iter().flatten();
            if let Some(id) = known.map(|id| *id).find(|id| !used.contains(id)) {
                used.insert(id);
                assertion.recorded_at = recorded.get(&id).copied().unwrap_or(assertion.recorded_at);
                assertion.id = id;
            }
        }
    }
}

fn key_of(assertion: &Assertion) -> ClaimKey {
    let sentence = (assertion.kind == ClaimKind::States).then(|| assertion.statement.clone());
    (assertion.kind, assertion.subject, assertion.predicate.clone(), assertion.object, sentence)
}

/// Divides a usage among episodes in proportion to the length of their texts; nothing is lost by rounding.
fn add_shares(shares: &mut BTreeMap<EpisodeId, ModelUsage>, episodes: &[Episode], usage: ModelUsage) {
    if usage.is_zero() {
        return;
    }
    let lengths: Vec<u64> = episodes.iter().map(|episode| episode.content.chars().count().max(1) as u64).collect();
    let total: u64 = lengths.iter().sum::<u64>().max(1);
    let mut before = 0;
    for (number, (episode, length)) in episodes.iter().zip(lengths).enumerate() {
        let share = |amount: u64| amount * (before + length) / total - amount * before / total;
        // Calls are not divided: the first episode of a batch has them, so that sums over episodes are right.
        let whole = |amount: u64| if number == 0 { amount } else { 0 };
        let own = ModelUsage {
            calls: whole(usage.calls),
            retries: whole(usage.retries),
            tokens_in: share(usage.tokens_in),
            tokens_cached: share(usage.tokens_cached),
            tokens_out: share(usage.tokens_out),
        };
        *shares.entry(episode.id).or_default() += own;
        before += length;
    }
}
