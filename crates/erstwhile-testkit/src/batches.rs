//! Random batches of every kind of change that collide often: few projects, partitions, threads, episodes and names.
//!
//! The reference model tracks what exists while batches are generated, so that most of them change something; the
//! others refer to objects that are missing, already exist, or have changed since they were read.

mod apart;
mod draw;
mod graph;
mod kinds;

use erstwhile_core::change::{Batch, BatchPrecondition, Change};
use erstwhile_core::model::{BatchId, PartitionId};
use proptest::prelude::*;
use uuid::Uuid;

use super::Reference;
use draw::Draw;
pub(crate) use draw::{GROUPS, PROJECTS, WEBHOOKS, digest_of, given_uuids, project_id, project_name, task_id};
use draw::{PARTITIONS, partition_id};

/// A sequence of batches over the partitions of two projects; some are sent twice, and some preconditions fail.
pub fn batches() -> impl Strategy<Value = Vec<Batch>> {
    let bytes = proptest::collection::vec(any::<u8>(), 64);
    proptest::collection::vec(bytes, 1..80).prop_map(|drawn| {
        let (mut batches, mut reference) = (Vec::new(), Reference::default());
        for (index, bytes) in drawn.into_iter().enumerate() {
            let batch = one_batch(&mut Draw::new(bytes, index as u64), &reference);
            // A rejected batch stays in the sequence.
            drop(reference.apply(&batch));
            let is_repeated = index % 17 == 5;
            batches.extend(is_repeated.then(|| batch.clone()));
            batches.push(batch);
        }
        batches
    })
}

fn one_batch(draw: &mut Draw, reference: &Reference) -> Batch {
    let id = BatchId(Uuid::from_u128(u128::from(draw.index) + 1));
    let more: Vec<Change> = [draw.one_in(12).then(|| draw.use_key()), draw.one_in(12).then(|| draw.notify())]
        .into_iter()
        .flatten()
        .collect();
    let is_audited = draw.one_in(8);
    if draw.one_in(7) {
        let project = project_id(draw.below(2) == 1);
        let changes = (0..=draw.below(4) / 3).map(|_| apart::change_of_project(draw, project, reference));
        let changes: Vec<Change> = changes.chain(more).collect();
        let changes = changes.into_iter().chain(is_audited.then(|| draw.audit(None))).collect();
        return Batch { id, project, partition: None, expect: BatchPrecondition::None, at: draw.now, changes };
    }
    let number = draw::WEIGHTED_PARTITIONS[usize::from(draw.below(20))];
    let (partition, project) = (partition_id(number), draw::project_of(number));
    let state = reference.partition(partition);
    let mut changes = match state {
        None if !draw.one_in(8) => apart::new_partition(draw, number),
        // Adds an existing partition again, with the same owner or another one.
        Some(_) if draw.one_in(32) => apart::new_partition(draw, number),
        Some(state) if draw.one_in(48) => vec![Change::RemovePartition(state.row().owner.clone())],
        _ => (0..=draw.below(4) / 2).map(|_| one_change(draw, number, reference)).collect(),
    };
    changes.extend(more);
    if is_audited {
        let about = draw.maybe(|_| partition);
        changes.push(draw.audit(about));
    }
    let revision = state.map_or(0, |state| state.row().revision) + i64::from(draw.one_in(3));
    let expect = match draw.below(12) {
        0 => BatchPrecondition::Revision(revision),
        1 => BatchPrecondition::Lease { epoch: i64::from(draw.one_in(4)), revision },
        _ => BatchPrecondition::None,
    };
    Batch { id, project, partition: Some(partition), expect, at: draw.now, changes }
}

fn one_change(draw: &mut Draw, number: u8, reference: &Reference) -> Change {
    // A few changes are meant for a partition of another kind.
    let kind = if draw.one_in(20) { draw.below(PARTITIONS) } else { number };
    match kind {
        draw::COLLECTION => apart::change_of_collection(draw, number, reference),
        draw::IMPORT | draw::IMPORT_OF_OTHER => apart::change_of_import(draw, number, reference),
        _ => graph::change_of_graph(draw, number, reference),
    }
}

/// The partitions of random batches.
pub(crate) fn partitions() -> impl Iterator<Item = PartitionId> {
    (0..PARTITIONS).map(partition_id)
}
