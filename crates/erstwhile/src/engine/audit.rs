//! The audit log of a project: who did what to whose data.

use std::collections::BTreeMap;

use erstwhile_core::change::{Batch, Change};
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{
    Actor, AuditAction, AuditEntry, AuditRecord, AuditTargetKind, PartitionId, PartitionOwner, SettingKind,
};
use uuid::Uuid;

use super::{Engine, GraphRef, ProjectHandle};
use crate::store::{AuditHead, AuditListing, AuditSubject, BrokenRecord};

/// Maximum number of records on a page.
pub const AUDIT_PAGE_MAX: i64 = 1_000;

/// Which records of the audit log are listed, newest first.
#[derive(Debug, Clone, Default)]
pub struct AuditQuery {
    /// Only records before this number.
    pub before: Option<i64>,
    /// How many; at most [`AUDIT_PAGE_MAX`].
    pub limit: i64,
    /// Only records about some target.
    pub about: Option<AuditScope>,
}

/// What listed records are about.
#[derive(Debug, Clone)]
pub enum AuditScope {
    /// The data of a user or graph that exists.
    Graph(GraphRef),
    /// What the application calls by this name (a user, thread, graph, collection, template, …), or called so before it was
    /// deleted.
    Name(String),
}

/// A record of the audit log, with the present owner of the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audited {
    /// The record.
    pub record: AuditRecord,
    /// Whose data it was; absent when they were deleted since.
    pub owner: Option<PartitionOwner>,
}

/// The target of an action.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Target<'a> {
    /// The partition whose data it is, if that outlives the action.
    pub(super) partition: Option<PartitionId>,
    /// The server's own id.
    pub(super) id: Option<Uuid>,
    /// The name that the application chose.
    pub(super) name: &'a str,
}

impl Target<'_> {
    /// A part of a partition, by the server's own id.
    pub(super) fn of(partition: impl Into<PartitionId>, id: Uuid) -> Self {
        Self { partition: Some(partition.into()), id: Some(id), name: "" }
    }
}

impl ProjectHandle {
    /// The change that records an action; goes into the batch of the action.
    pub(super) fn record(&self, action: AuditAction, kind: AuditTargetKind, target: Target<'_>) -> Option<Change> {
        let Target { partition, id, name } = target;
        // Not an id that can be derived from a request, as those of repeatable requests.
        let salt = self.engine.ids().next();
        let (actor, name) = (self.actor.clone(), name.to_owned());
        self.has_audit_log().then_some(Change::Audit(AuditEntry { actor, action, kind, partition, id, name, salt }))
    }

    /// The change that records what happens to a setting of a partition, or of the project.
    pub(super) fn record_setting(
        &self,
        action: AuditAction,
        (kind, name): (SettingKind, &str),
        partition: Option<PartitionId>,
    ) -> Option<Change> {
        let id = match kind {
            SettingKind::Webhook | SettingKind::UserGroup | SettingKind::PolicySet => Uuid::parse_str(name).ok(),
            _ => None,
        };
        self.record(action, kind.into(), Target { partition, id, name: if id.is_some() { "" } else { name } })
    }

    /// Whether actions are recorded. A check of the store belongs to no project, so that nobody sees it.
    fn has_audit_log(&self) -> bool {
        !self.id.0.is_nil()
    }

    /// Checks that a batch records what it does.
    pub(super) fn check_recorded(&self, batch: &Batch) -> Result<()> {
        let is_recorded = batch.changes.iter().any(|change| matches!(change, Change::Audit(_)));
        if self.has_audit_log() && !is_recorded && batch.changes.iter().any(Change::needs_record) {
            return Err(Error::internal("a change is not recorded in the audit log"));
        }
        Ok(())
    }

    /// A page of the audit log.
    ///
    /// # Errors
    /// `NotFound` when there is no such user or graph.
    pub async fn audit(&self, query: &AuditQuery) -> Result<Vec<Audited>> {
        let project = self.whole()?;
        let about = match &query.about {
            None => None,
            Some(AuditScope::Graph(graph)) => {
                Some(AuditSubject::Partition(self.graph(graph).partition().await?.into()))
            }
            Some(AuditScope::Name(name)) => Some(AuditSubject::Name(name)),
        };
        let limit = query.limit.clamp(1, AUDIT_PAGE_MAX);
        let listing = AuditListing { before: query.before.unwrap_or(i64::MAX), limit, about };
        let records = self.store().audit(project, listing).await?;
        let mut owners: BTreeMap<PartitionId, Option<PartitionOwner>> = BTreeMap::new();
        let mut audited = Vec::with_capacity(records.len());
        for record in records {
            let owner = match record.partition {
                None => None,
                Some(partition) => match owners.get(&partition) {
                    Some(owner) => owner.clone(),
                    None => {
                        let owner = self.store().find_partition(partition).await?.map(|found| found.owner);
                        owners.entry(partition).or_insert(owner).clone()
                    }
                },
            };
            audited.push(Audited { record, owner });
        }
        Ok(audited)
    }

    /// Computes the chain of the audit log again, and returns its end; or the first record that is not what was written.
    /// With `known`, an end that was returned before must still be in the log.
    pub async fn verify_audit(&self, known: Option<AuditHead>) -> Result<std::result::Result<AuditHead, BrokenRecord>> {
        self.store().verify_audit(self.whole()?, known).await
    }
}

impl Engine {
    /// Records, in the audit log of every project, what the operator did with the whole store.
    pub async fn record_of_store(&self, action: AuditAction) -> Result<()> {
        for project in self.projects().await? {
            let handle = self.project(project.id).acting_as(Actor::CommandLine);
            let record = handle.record(action, AuditTargetKind::Project, Target::default());
            handle.apply_batch(&handle.batch(None, record.into_iter().collect())).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use erstwhile_core::change::ProjectChange;
    use erstwhile_core::error::ErrorKind;

    use super::*;
    use crate::store::Store;
    use crate::store::sqlite::Sqlite;

    #[tokio::test]
    async fn a_deletion_without_a_record_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let database = Sqlite::open(&folder.path().join("test.db")).unwrap();
        let engine = Engine::builder(Store::open(Arc::new(database)).await.unwrap()).build();
        let project = engine.project(engine.ensure_project("p").await.unwrap().id);
        let update = ProjectChange::Update(project.info().await.unwrap());
        let batch = project.batch(None, vec![Change::Project(update.clone())]);
        assert_eq!(project.apply_batch(&batch).await.unwrap_err().kind(), ErrorKind::Internal);
        let record = project.record(AuditAction::Change, AuditTargetKind::Project, Target::default()).unwrap();
        let batch = project.batch(None, vec![Change::Project(update), record]);
        project.apply_batch(&batch).await.unwrap();
    }
}
