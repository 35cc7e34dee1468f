//! Distributing the items of an import job to their graphs, and tracking their ingestion.
//!
//! Runs under the lease of the job's partition. Every step is idempotent: items are always divided into the same
//! batches, whose ids follow from their items.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::json;

use super::apply;
use crate::state::State;
use crate::store::Lease;
use erstwhile_core::change::{Applied, Batch, BatchPrecondition, Change, ImportChange};
use erstwhile_core::error::{ErrorKind, Result};
use erstwhile_core::model::{
    BatchId, Episode, EpisodeKind, EpisodeState, GraphId, ImportItem, ImportItemState, ImportJob, ImportJobId,
    ImportState, ImportTarget, Partition, TaskId, WebhookEvent,
};

/// Number of items that are read together.
const READ: i64 = 500;
/// How long a job waits before it checks again whether its items are ingested.
pub(super) const REST: SignedDuration = SignedDuration::from_millis(500);

/// Advances an import job as far as possible; true when the job is finished.
pub(super) async fn advance(state: &Arc<State>, lease: Lease, partition: &Partition) -> Result<bool> {
    let id = ImportJobId(partition.id.0);
    let Some(job) = state.store().find_import(id).await? else { return Ok(true) };
    if job.state == ImportState::Queued {
        apply(
            state,
            lease,
            partition,
            vec![Change::Import(ImportChange::SetState(ImportState::Queued, ImportState::Processing))],
        )
        .await?;
    }
    'items: loop {
        let mut items = state.store().import_items(id, 0, Some(&ImportItemState::Pending), READ).await?;
        let Some(first) = items.first().map(|item| item.seq) else { break };
        // Reading stops at the next boundary, so that the last batch is complete wherever reading started.
        items.retain(|item| (item.seq - 1) / READ == (first - 1) / READ);
        for chunk in items.chunk_by(belong_together) {
            // While there is no room in the queue, the items wait here, where they keep nobody else from adding to it.
            let Some(graph) = chunk.first().map(|item| item.graph) else { continue };
            if !state.admit_items(partition.project, graph, chunk.len()).await {
                break 'items;
            }
            distribute(state, lease, partition, &job, chunk).await?;
        }
    }
    settle(state, lease, partition).await?;
    let id = ImportJobId(partition.id.0);
    let Some(job) = state.store().find_import(id).await? else { return Ok(true) };
    if job.counts.pending + job.counts.processing > 0 {
        return Ok(false);
    }
    let end = match (job.counts.succeeded, job.counts.failed) {
        (_, 0) => ImportState::Succeeded,
        (0, _) => ImportState::Failed,
        _ => ImportState::Partial,
    };
    let data = json!({
        "batch_uuid": job.id.0, "status": end.as_str(),
        "succeeded": job.counts.succeeded, "failed": job.counts.failed,
    });
    let event = (WebhookEvent::ImportFinished, job.id.0, data);
    let notifications = state.notifications(partition.project, [event]).await?;
    let mut changes = vec![Change::Import(ImportChange::SetState(ImportState::Processing, end))];
    changes.extend(notifications.into_iter().map(Change::Notify));
    apply(state, lease, partition, changes).await?;
    Ok(true)
}

/// Whether two items belong to one batch: adjacent items with one target, between fixed boundaries, so that a retry
/// after a crash sends identical batches.
fn belong_together(left: &ImportItem, right: &ImportItem) -> bool {
    left.target == right.target && left.seq + 1 == right.seq && left.seq % READ != 0
}

/// Adds items with one target to its graph; they fail if it no longer exists.
async fn distribute(
    state: &Arc<State>,
    lease: Lease,
    partition: &Partition,
    job: &ImportJob,
    items: &[ImportItem],
) -> Result<()> {
    let (Some(first), Some(last)) = (items.first(), items.last()) else { return Ok(()) };
    let task = TaskId(first.graph.derive(format!("bulk\0{}\0{}", partition.id, first.seq).as_bytes()));
    let episodes = items.iter().map(|item| episode(state, job, item, task)).collect();
    let kind = if matches!(first.target, ImportTarget::Thread(_)) { "add_messages" } else { "add_batch" };
    let batch = Batch {
        id: BatchId(partition.id.derive(format!("spread\0{}\0{}", first.seq, last.seq).as_bytes())),
        project: partition.project,
        partition: Some(first.graph.into()),
        expect: BatchPrecondition::None,
        at: state.now(),
        changes: vec![
            Change::AddTask { task, kind: kind.to_owned(), total: items.len() },
            Change::AddEpisodes(episodes),
        ],
    };
    let outcome = match state.store().apply(&batch).await {
        Ok(Applied::Now { .. } | Applied::Before) => {
            state.announcements().add(partition.project, first.graph.into());
            ImportItemState::Processing
        }
        Err(error) if error.kind() == ErrorKind::NotFound => ImportItemState::Failed(error.message().to_owned()),
        Err(error) => return Err(error),
    };
    let moved =
        items.iter().map(|item| Change::Import(ImportChange::SetItemState(item.seq, outcome.clone(), Some(task))));
    apply(state, lease, partition, moved.collect()).await
}

fn episode(state: &Arc<State>, job: &ImportJob, item: &ImportItem, task: TaskId) -> Episode {
    let now = state.now();
    let thread = match &item.target {
        ImportTarget::Thread(thread_id) => Some(thread_id.clone()),
        ImportTarget::User(_) | ImportTarget::Graph(_) | ImportTarget::Deleted => None,
    };
    let ignored = item.role.is_some_and(|role| job.ignore_roles.contains(&role));
    Episode {
        id: item.episode,
        seq: 0,
        kind: if thread.is_some() { EpisodeKind::Message } else { item.kind },
        thread,
        role: item.role,
        name: item.name.clone(),
        content: item.content.clone(),
        metadata: item.metadata.clone(),
        source_description: item.source_description.clone(),
        document_id: item.document_id.clone(),
        reference_time: item.reference_time.unwrap_or(now),
        recorded_at: now,
        state: if ignored { EpisodeState::Ignored } else { EpisodeState::Pending },
        task: Some(task),
        strict: job.strict_ontology,
        model_reading: None,
    }
}

/// Settles the items whose episodes are ingested, in order, up to the first that is pending.
async fn settle(state: &Arc<State>, lease: Lease, partition: &Partition) -> Result<()> {
    let id = ImportJobId(partition.id.0);
    loop {
        let items = state.store().import_items(id, 0, Some(&ImportItemState::Processing), READ).await?;
        let mut settled = Vec::new();
        for item in &items {
            match outcome(state, item.graph, item).await? {
                Some(state) => settled.push(Change::Import(ImportChange::SetItemState(item.seq, state, None))),
                None => break,
            }
        }
        let all = settled.len() == items.len();
        if !settled.is_empty() {
            apply(state, lease, partition, settled).await?;
        }
        if !all || items.is_empty() {
            return Ok(());
        }
    }
}

async fn outcome(state: &Arc<State>, graph: GraphId, item: &ImportItem) -> Result<Option<ImportItemState>> {
    let episode = state.store().find_episode(graph, item.episode).await?;
    Ok(match episode.map(|episode| episode.state) {
        Some(EpisodeState::Pending) => None,
        Some(EpisodeState::Processed | EpisodeState::Ignored) => Some(ImportItemState::Succeeded),
        Some(EpisodeState::Failed(reason)) => Some(ImportItemState::Failed(reason)),
        None => Some(ImportItemState::Failed("the episode was deleted".to_owned())),
    })
}
