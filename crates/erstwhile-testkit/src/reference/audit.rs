//! The audit log, without its digests.

use erstwhile_core::change::Batch;
use erstwhile_core::model::{AuditEntry, AuditRecord, PartitionId, ProjectId};

use super::Reference;

impl Reference {
    pub(super) fn audit(&mut self, batch: &Batch, entry: &AuditEntry) {
        let log = self.audit.entry(batch.project).or_default();
        log.push(AuditRecord {
            number: log.len() as i64 + 1,
            at: batch.at,
            actor: entry.actor.clone(),
            action: entry.action,
            kind: entry.kind,
            partition: entry.partition,
            id: entry.id,
            name_digest: (!entry.name.is_empty()).then_some([0; 32]),
            salt: Some(entry.salt),
            target_digest: [0; 32],
            previous: [0; 32],
            digest: [0; 32],
        });
    }

    /// Erases what connects records with the owner of a partition.
    pub(super) fn erase_audit(&mut self, project: ProjectId, partition: PartitionId) {
        for record in self.audit.entry(project).or_default() {
            if record.partition == Some(partition) {
                (record.partition, record.id, record.name_digest, record.salt) = (None, None, None, None);
            }
        }
    }

    /// The audit log of a project, oldest first; the digests are zeros.
    pub fn audit_of(&self, project: ProjectId) -> &[AuditRecord] {
        self.audit.get(&project).map_or(&[], Vec::as_slice)
    }
}
