//! Episodes are read again by a language model, after the offline extractor.
//!
//! A worker claims a graph of the model's queue, takes the oldest waiting episodes of one conversation, asks the model
//! about all of them at once, and replaces what the offline extractor read. While the model is down, over its budget, or
//! unable to read an episode, what the offline extractor read stays, and the episode tells why.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::leases::{self, LEASE, backoff, later};
use super::requests::Source;
use super::summaries;
use super::{add_counts, admit_declared_types, user_of};
use crate::parts::ModelReadingSettings;
use crate::ports::{DroppedClaim, Extraction, Extractor, ModelUsage, UsageMeter};
use crate::state::State;
use crate::store::{Lease, Queue};
use erstwhile_core::change::{Batch, BatchPrecondition, Change};
use erstwhile_core::error::{Error, ErrorKind, Result};
use erstwhile_core::model::{
    Assertion, BatchId, ClaimKind, EntityId, Episode, EpisodeId, EpisodeKind, ModelReading, ModelReadingState,
    ModelReport, PartitionId, ProjectId, Role,
};
use erstwhile_core::reading::{self, Reading};

/// How often a worker polls the queue.
const POLL: Duration = Duration::from_secs(1);
/// Maximum number of batches of one graph before the worker claims another graph.
const BATCHES_PER_CLAIM: usize = 8;
/// Maximum number of waiting episodes from which a batch is chosen.
const CANDIDATES: i64 = 128;
/// Attempts to apply a reading whose episodes change meanwhile.
const APPLY_ATTEMPTS: usize = 4;
/// The pause after which a project that has spent its budget is checked again: the limit may have been raised.
const BUDGET_PAUSE: SignedDuration = SignedDuration::from_secs(900);

/// Reads until cancelled; finishes the current graph.
pub(super) async fn run(state: Arc<State>, stop: CancellationToken) {
    loop {
        // A model may think for a minute: stopping does not wait for it, and the episodes keep waiting.
        let worked = tokio::select! {
            () = stop.cancelled() => return,
            worked = read_one_graph(&state) => worked,
        };
        let worked = worked.unwrap_or_else(|error| {
            tracing::warn!(%error, "reading with the language model failed and will be retried");
            false
        });
        if !worked {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }
}

/// Whether a language model should read an episode: somebody said something.
pub(crate) fn is_worth_a_call(episode: &Episode) -> bool {
    let is_instruction = episode.role == Some(Role::System);
    let words = episode.content.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic));
    episode.kind != EpisodeKind::FactTriple && !is_instruction && words.take(2).count() == 2
}

/// Claims one graph and reads what waits in it; false when nothing did.
pub(super) async fn read_one_graph(state: &Arc<State>) -> Result<bool> {
    let Some(extractor) = state.parts.model_extractor.clone() else { return Ok(false) };
    let now = state.now();
    let Some(lease) = state.store().claim(Queue::Model, now, later(now, LEASE)).await? else { return Ok(false) };
    let outcome = leases::hold(state, lease, work(state, extractor.as_ref(), lease)).await;
    let now = state.now();
    match outcome {
        Ok(()) => state.store().release(lease, now, None).await?,
        Err(error) if matches!(error.kind(), ErrorKind::Conflict | ErrorKind::NotFound) => {
            state.store().release(lease, now, None).await?
        }
        Err(error) => {
            let pause = error.retry_after().and_then(|after| SignedDuration::try_from(after).ok());
            let pause = pause.unwrap_or_default().max(backoff(lease.attempts));
            tracing::warn!(graph.id = %lease.partition, attempts = lease.attempts, pause_s = pause.as_secs(), %error,
                "the language model is not read from");
            state.store().release(lease, later(now, pause), Some(&error.message().to_owned())).await?
        }
    };
    Ok(true)
}

async fn work(state: &Arc<State>, extractor: &dyn Extractor, lease: Lease) -> Result<()> {
    let settings = &state.parts.settings.model;
    for _ in 0..BATCHES_PER_CLAIM {
        let Some(partition) = state.store().find_partition(lease.partition).await? else { return Ok(()) };
        let waiting = state.store().episodes_awaiting_model(partition.id.as_graph(), CANDIDATES).await?;
        let episodes = batch_of(waiting, settings);
        let user = user_of(state, &partition).await?;
        let source = Source { state, partition: &partition, user: user.as_ref() };
        if episodes.is_empty() {
            return summaries::write(source).await;
        }
        ModelReader { source, extractor, lease }.read(&episodes).await?;
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
    extractor: &'a dyn Extractor,
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
        while let Some(part) = parts.pop() {
            if let Err(error) = self.check_budget().await {
                self.note_failure(episodes, &error, false, &BTreeMap::new()).await?;
                return Err(error);
            }
            let usage = Arc::new(UsageMeter::default());
            let mut request = self.source.request_for_model(part).await?;
            request.usage = Arc::clone(&usage);
            let spent = self.spent(part.len(), Arc::clone(&usage));
            let extracted = self.extractor.extract(request).await;
            spent.record().await?;
            let shares = shares(part, usage.total());
            match extracted {
                Ok(extractions) if extractions.len() == part.len() => self.replace(part, extractions, &shares).await?,
                Ok(_) => return Err(Error::internal("the extractor returned no result for some turns")),
                Err(error) if is_outage(&error) => {
                    self.note_failure(part, &error, false, &shares).await?;
                    return Err(error);
                }
                Err(error) if part.len() > 1 => {
                    tracing::debug!(%error, episodes = part.len(), "bisecting episodes that failed together");
                    let (first, second) = part.split_at(part.len() / 2);
                    parts.extend([second, first]);
                }
                Err(error) => self.note_failure(part, &error, true, &shares).await?,
            }
        }
        Ok(())
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
        episodes: &[Episode],
        extractions: Vec<Extraction>,
        shares: &BTreeMap<EpisodeId, ModelUsage>,
    ) -> Result<()> {
        let Source { state, partition, user } = self.source;
        let mut extractions: Vec<Result<Extraction, String>> = extractions.into_iter().map(Ok).collect();
        admit_declared_types(self.source, episodes, &mut extractions).await?;
        let index = state.index(self.source.graph()).await?;
        let now = state.now();
        let reading = Reading { graph: self.source.graph(), user, extractor: self.extractor.name(), recorded_at: now };
        let mut of_episodes: Vec<(EpisodeId, Vec<Change>)> = Vec::new();
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
                of_episodes.push((episode.id, vec![Change::SetModelReading(episode.id, failed)]));
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
            let mut changes = vec![Change::ReplaceReading(episode.id, report)];
            changes.append(&mut evidence);
            of_episodes.push((episode.id, changes));
        }
        self.apply_to_waiting(of_episodes).await?;
        state.count_readings(ModelReadingState::Read, episodes.len() as u64 - refused);
        state.count_readings(ModelReadingState::Failed, refused);
        state.dropped_claims().add(&counts);
        tracing::debug!(graph.id = %partition.id, ?counts, "claims of the language model dropped");
        Ok(())
    }

    /// Applies the changes of those episodes that still wait. Others were deleted, or corrected by the operator, while
    /// the model was reading.
    async fn apply_to_waiting(&self, mut of_episodes: Vec<(EpisodeId, Vec<Change>)>) -> Result<()> {
        let state = self.source.state;
        let mut conflict = None;
        for _ in 0..APPLY_ATTEMPTS {
            if of_episodes.is_empty() {
                return Ok(());
            }
            let changes = of_episodes.iter().flat_map(|(_, changes)| changes.iter().cloned()).collect();
            match self.apply(changes).await {
                Ok(()) => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Conflict => conflict = Some(error),
                Err(error) => return Err(error),
            }
            let waiting = state.store().episodes_awaiting_model(self.source.graph(), i64::from(i32::MAX)).await?;
            let waiting: HashSet<EpisodeId> = waiting.into_iter().map(|episode| episode.id).collect();
            of_episodes.retain(|(id, _)| waiting.contains(id));
        }
        conflict.map_or(Ok(()), Err)
    }

    /// Records why episodes were not read; they keep waiting, unless the failure is `final` for now.
    async fn note_failure(
        &self,
        episodes: &[Episode],
        error: &Error,
        counts: bool,
        shares: &BTreeMap<EpisodeId, ModelUsage>,
    ) -> Result<()> {
        let attempts_max = self.source.state.parts.settings.model.attempts_max;
        let mut changes = Vec::new();
        for episode in episodes {
            let before = episode.model_reading.as_ref().map(|reading| &reading.report);
            let is_known = before.is_some_and(|report| report.failure.as_deref() == Some(error.message()));
            // While the model is down, the reason is written once, not with every attempt.
            if is_known && !counts && shares.is_empty() {
                continue;
            }
            let mut report = self.report(episode, episodes.len(), shares);
            report.attempts += u64::from(counts);
            report.failure = Some(error.message().to_owned());
            let is_over = counts && report.attempts >= attempts_max;
            let state = if is_over { ModelReadingState::Failed } else { ModelReadingState::Awaiting };
            changes.push(Change::SetModelReading(episode.id, ModelReading { state, report }));
        }
        if changes.is_empty() {
            return Ok(());
        }
        if counts {
            self.source.state.count_readings(ModelReadingState::Failed, changes.len() as u64);
        }
        self.apply(changes).await
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

    async fn apply(&self, changes: Vec<Change>) -> Result<()> {
        let Source { state, partition, .. } = self.source;
        let batch = Batch {
            id: BatchId(state.ids().next()),
            project: partition.project,
            partition: Some(partition.id),
            expect: BatchPrecondition::ModelLease { epoch: self.lease.epoch },
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
struct Before(HashMap<ClaimKey, (erstwhile_core::model::AssertionId, Timestamp)>);

/// What makes two claims of one episode the same.
type ClaimKey = (ClaimKind, EntityId, String, Option<EntityId>, Option<String>);

impl Before {
    fn of<'a>(assertions: impl Iterator<Item = &'a Assertion>) -> Self {
        Self(assertions.map(|assertion| (key_of(assertion), (assertion.id, assertion.recorded_at))).collect())
    }

    /// A claim that was made before keeps its id and the time at which it was recorded, so that its fact does, too.
    fn keep_identity(mut self, evidence: &mut [Change]) {
        for change in evidence {
            if let Change::AddAssertion(assertion) = change
                && let Some((id, recorded_at)) = self.0.remove(&key_of(assertion))
            {
                assertion.id = id;
                assertion.recorded_at = recorded_at;
            }
        }
    }
}

fn key_of(assertion: &Assertion) -> ClaimKey {
    let sentence = (assertion.kind == ClaimKind::States).then(|| assertion.statement.clone());
    (assertion.kind, assertion.subject, assertion.predicate.clone(), assertion.object, sentence)
}

/// Divides a usage among episodes in proportion to the length of their texts; nothing is lost by rounding.
fn shares(episodes: &[Episode], usage: ModelUsage) -> BTreeMap<EpisodeId, ModelUsage> {
    if usage.is_zero() {
        return BTreeMap::new();
    }
    let lengths: Vec<u64> = episodes.iter().map(|episode| episode.content.chars().count().max(1) as u64).collect();
    let total: u64 = lengths.iter().sum::<u64>().max(1);
    let mut before = 0;
    let mut shares = BTreeMap::new();
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
        shares.insert(episode.id, own);
        before += length;
    }
    shares
}
