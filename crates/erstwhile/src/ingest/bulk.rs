//! Spreading a bulk load over its graphs, and watching until everything in it is understood.
//!
//! Runs under the lease of the bulk load's home. Every step can be done again: chunks are cut the same
//! way, and their batches carry ids that follow from the chunk.

use jiff::SignedDuration;

use crate::change::{Applied, Batch, Change, Expect};
use crate::engine::Engine;
use crate::error::{ErrorKind, Result};
use crate::model::{
    BatchId, Bulk, BulkItem, BulkItemState, BulkState, BulkTarget, Episode, EpisodeKind, EpisodeState, Graph, GraphId,
    TaskId,
};
use crate::store::Lease;

/// Items that are read together.
const READ: i64 = 500;
/// How long the load rests before it looks again whether its items are understood.
pub(super) const REST: SignedDuration = SignedDuration::from_millis(500);

/// Does what can be done now; true when the load is over.
pub(super) async fn advance(engine: &Engine, lease: Lease, home: &Graph) -> Result<bool> {
    let Some(bulk) = engine.store().find_bulk(home.id).await? else { return Ok(true) };
    if bulk.state == BulkState::Queued {
        apply(engine, lease, home, vec![Change::SetBulkState(BulkState::Queued, BulkState::Processing)]).await?;
    }
    loop {
        let mut items = engine.store().bulk_items(home.id, 0, Some(&BulkItemState::Pending), READ).await?;
        let Some(first) = items.first().map(|item| item.seq) else { break };
        // Never further than to the next cut, so that the last batch is whole wherever reading began.
        items.retain(|item| (item.seq - 1) / READ == (first - 1) / READ);
        for chunk in items.chunk_by(belong_together) {
            spread(engine, lease, home, &bulk, chunk).await?;
        }
    }
    watch(engine, lease, home).await?;
    let Some(bulk) = engine.store().find_bulk(home.id).await? else { return Ok(true) };
    if bulk.counts.pending + bulk.counts.processing > 0 {
        return Ok(false);
    }
    let end = match (bulk.counts.succeeded, bulk.counts.failed) {
        (_, 0) => BulkState::Succeeded,
        (0, _) => BulkState::Failed,
        _ => BulkState::Partial,
    };
    apply(engine, lease, home, vec![Change::SetBulkState(BulkState::Processing, end)]).await?;
    Ok(true)
}

/// Whether two items are handed over in one batch: neighbours with one target, cut where it does not matter
/// from which item on they were read, so that a batch that is sent again after a crash is the same batch.
fn belong_together(left: &BulkItem, right: &BulkItem) -> bool {
    left.target == right.target && left.seq + 1 == right.seq && left.seq % READ != 0
}

/// Hands items of one target to their graph; when it is gone, they fail.
async fn spread(engine: &Engine, lease: Lease, home: &Graph, bulk: &Bulk, items: &[BulkItem]) -> Result<()> {
    let (Some(first), Some(last)) = (items.first(), items.last()) else { return Ok(()) };
    let task = TaskId(first.graph.derive(format!("bulk\0{}\0{}", home.id, first.seq).as_bytes()));
    let episodes = items.iter().map(|item| episode(engine, bulk, item, task)).collect();
    let kind = if matches!(first.target, BulkTarget::Thread(_)) { "add_messages" } else { "add_batch" };
    let batch = Batch {
        id: BatchId(home.id.derive(format!("spread\0{}\0{}", first.seq, last.seq).as_bytes())),
        project: home.project,
        graph: Some(first.graph),
        expect: Expect::Nothing,
        at: engine.now(),
        changes: vec![
            Change::AddTask { task, kind: kind.to_owned(), total: items.len() },
            Change::AddEpisodes(episodes),
        ],
    };
    let state = match engine.store().apply(&batch).await {
        Ok(Applied::Now { .. } | Applied::Before) => {
            engine.arrivals().add(first.graph);
            BulkItemState::Processing
        }
        Err(error) if error.kind() == ErrorKind::NotFound => BulkItemState::Failed(error.message().to_owned()),
        Err(error) => return Err(error),
    };
    let moved = items.iter().map(|item| Change::SetBulkItemState(item.seq, state.clone(), Some(task)));
    apply(engine, lease, home, moved.collect()).await
}

fn episode(engine: &Engine, bulk: &Bulk, item: &BulkItem, task: TaskId) -> Episode {
    let now = engine.now();
    let thread = match &item.target {
        BulkTarget::Thread(thread_id) => Some(thread_id.clone()),
        BulkTarget::User(_) | BulkTarget::Graph(_) | BulkTarget::Gone => None,
    };
    let ignored = item.role.is_some_and(|role| bulk.ignore_roles.contains(&role));
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
        strict: bulk.strict_ontology,
    }
}

/// Settles the items whose episodes are understood, in order, up to the first that is not.
async fn watch(engine: &Engine, lease: Lease, home: &Graph) -> Result<()> {
    loop {
        let items = engine.store().bulk_items(home.id, 0, Some(&BulkItemState::Processing), READ).await?;
        let mut settled = Vec::new();
        for item in &items {
            match outcome(engine, item.graph, item).await? {
                Some(state) => settled.push(Change::SetBulkItemState(item.seq, state, None)),
                None => break,
            }
        }
        let all = settled.len() == items.len();
        if !settled.is_empty() {
            apply(engine, lease, home, settled).await?;
        }
        if !all || items.is_empty() {
            return Ok(());
        }
    }
}

async fn outcome(engine: &Engine, graph: GraphId, item: &BulkItem) -> Result<Option<BulkItemState>> {
    let episode = engine.store().find_episode(graph, item.episode).await?;
    Ok(match episode.map(|episode| episode.state) {
        Some(EpisodeState::Pending) => None,
        Some(EpisodeState::Processed | EpisodeState::Ignored) => Some(BulkItemState::Succeeded),
        Some(EpisodeState::Failed(reason)) => Some(BulkItemState::Failed(reason)),
        None => Some(BulkItemState::Failed("the episode was deleted".to_owned())),
    })
}

async fn apply(engine: &Engine, lease: Lease, home: &Graph, changes: Vec<Change>) -> Result<()> {
    let batch = Batch {
        id: BatchId(engine.ids().next()),
        project: home.project,
        graph: Some(home.id),
        // A bulk load's home knows nothing, so its revision never moves.
        expect: Expect::Lease { epoch: lease.epoch, revision: home.revision },
        at: engine.now(),
        changes,
    };
    engine.store().apply(&batch).await.map(|_| ())
}
