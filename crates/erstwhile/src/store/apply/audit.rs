//! Records of the audit log.

use super::super::audit::{actor_columns, content_digest, first_digest, name_digest, target_digest};
use super::super::codes::Code;
use super::super::rows::{id, optional_id, time};
use super::super::sql::{Refusal, Value};
use super::super::statements as sql;
use super::Steps;
use erstwhile_core::model::{AuditEntry, PartitionId};

impl Steps {
    /// Appends a record. The database computes the chain, because a transaction cannot read the record before it.
    pub(super) fn audit(&mut self, entry: &AuditEntry) {
        let project = id(self.project.0);
        let digest = |digest: [u8; 32]| Value::Blob(digest.to_vec());
        let name = (!entry.name.is_empty()).then(|| name_digest(entry.salt, &entry.name));
        let target = target_digest(entry.salt, entry.partition, entry.id, name);
        let content = content_digest(self.at, &entry.actor, (entry.action, entry.kind), &target);
        self.may(&sql::ADD_AUDIT_HEAD, vec![project.clone(), digest(first_digest(self.project))]);
        let missing = || Refusal::Missing("audit log");
        self.must(&sql::ADVANCE_AUDIT_HEAD, vec![project.clone(), digest(content)], missing());
        let (actor, key, prefix) = actor_columns(&entry.actor);
        let params = vec![
            project,
            time(self.at),
            Value::Int(actor),
            optional_id(key),
            prefix.map_or(Value::Null, |prefix| Value::Text(prefix.to_owned())),
            entry.action.value(),
            entry.kind.value(),
            optional_id(entry.partition.map(|partition| partition.0)),
            optional_id(entry.id),
            name.map_or(Value::Null, digest),
            id(entry.salt),
            digest(target),
        ];
        self.must(&sql::ADD_AUDIT, params, missing());
    }

    /// Erases what connects records with the owner of a partition.
    pub(super) fn erase_audit(&mut self, partition: PartitionId) {
        self.may(&sql::ERASE_AUDIT, vec![id(self.project.0), id(partition.0)]);
    }
}
