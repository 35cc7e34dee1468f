//! Erasures: what a deletion or replacement of text left in the database's own files is removed from them.
//!
//! An erasure is recorded in the transaction that deletes or replaces, so that a crash does not undo the obligation. Its
//! row is removed when the files are clean; only that of a deleted user stays, as the receipt.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::rows::{id, read_time, time, uuid_of};
use super::sql::{Row, Rows, Step, Value};
use super::webhooks::add_delivery;
use super::{Store, statements as sql_text};
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{BatchId, Notification, PartitionId, ProjectId};

/// Number of erasures that are completed together.
const ERASURES_TOGETHER: i64 = 256;

/// Erasures that are not complete.
#[derive(Debug, Clone, Default)]
pub struct PendingErasures {
    erasures: Vec<PendingErasure>,
}

/// An erasure that is not complete.
#[derive(Debug, Clone)]
pub struct PendingErasure {
    /// Identity.
    pub id: Uuid,
    /// The project.
    pub project: ProjectId,
    /// The partition from which something was removed, or the project.
    pub partition: PartitionId,
    /// The tables with remains.
    tables: String,
}

impl PendingErasures {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.erasures.is_empty()
    }

    /// The partitions from which something was removed; among them may be ids of projects, which are no partitions.
    pub fn partitions(&self) -> BTreeSet<PartitionId> {
        self.erasures.iter().map(|erasure| erasure.partition).collect()
    }

    /// The erasures.
    pub fn iter(&self) -> impl Iterator<Item = &PendingErasure> {
        self.erasures.iter()
    }
}

/// Whether what was deleted or replaced is gone from the database's own files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErasureState {
    /// It is gone.
    Done,
    /// It may still be there. The obligation to remove it is stored, and is retried until it succeeds.
    Pending,
}

/// What was removed with a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureReceipt {
    /// Identity.
    pub id: Uuid,
    /// When the user was deleted.
    pub requested_at: Timestamp,
    /// When the remains were gone from the database's own files.
    pub finished_at: Option<Timestamp>,
    /// Tells whose receipt this is, see [`ErasureReceipt::is_of`].
    pub user_digest: [u8; 32],
    /// Number of threads that were removed.
    pub threads: i64,
    /// Number of episodes that were removed, messages among them.
    pub episodes: i64,
    /// Number of mentions of names that were removed.
    pub mentions: i64,
    /// Number of assertions and statements that were removed.
    pub assertions: i64,
    /// The number of the record of the deletion in the audit log; absent when the user was deleted before there was one.
    pub audit_number: Option<i64>,
}

/// A digest of a user's id, which differs in each receipt, so that receipts of one person cannot be connected by it.
pub(super) fn user_digest(erasure: BatchId, user_id: &str) -> [u8; 32] {
    Sha256::new().chain_update(erasure.0.as_bytes()).chain_update(user_id).finalize().into()
}

impl ErasureReceipt {
    /// Whether the receipt is of the user with this id. The receipt does not contain the id.
    pub fn is_of(&self, user_id: &str) -> bool {
        self.user_digest == user_digest(BatchId(self.id), user_id)
    }

    /// Whether the remains are gone.
    pub fn state(&self) -> ErasureState {
        if self.finished_at.is_some() { ErasureState::Done } else { ErasureState::Pending }
    }

    /// A digest (SHA-256, in hexadecimal) of what was removed and when, which stays the same: who has kept it can tell
    /// that the receipt was not changed.
    pub fn digest(&self) -> String {
        let counts = [self.threads, self.episodes, self.mentions, self.assertions];
        let numbers = [self.requested_at.as_microsecond()].into_iter().chain(counts);
        let digest = Sha256::new().chain_update(self.id.as_bytes()).chain_update(self.user_digest);
        hex::encode(numbers.fold(digest, |digest, number| digest.chain_update(number.to_be_bytes())).finalize())
    }
}

impl Store {
    /// Whether a complete erasure means that no byte is left in the database's own files; otherwise, that the rows are gone
    /// and their tables vacuumed.
    pub fn overwrites_removed_rows(&self) -> bool {
        self.sql.overwrites_removed_rows()
    }

    /// Some erasures that are not complete, the oldest first.
    pub async fn pending_erasures(&self) -> Result<PendingErasures> {
        let read = |row: Row| {
            let mut row = row.reader();
            let scope =
                Uuid::from_slice(&row.blob()?).map_err(|_| Error::corrupt("an erasure holds a malformed id"))?;
            Ok(PendingErasure {
                partition: PartitionId(scope),
                id: uuid_of(&row.blob()?)?,
                tables: row.text()?,
                project: ProjectId(uuid_of(&row.blob()?)?),
            })
        };
        let limit = vec![Value::Int(ERASURES_TOGETHER)];
        Ok(PendingErasures { erasures: self.many(&sql_text::PENDING_ERASURES, limit, read).await? })
    }

    /// Whether an erasure of a project that was recorded before a time is not complete.
    pub async fn has_pending_erasures(&self, project: ProjectId, before: Timestamp) -> Result<bool> {
        let params = vec![id(project.0), time(before)];
        let count = self.one(&sql_text::COUNT_PENDING_ERASURES, params, |row| row.reader().int()).await?;
        Ok(count.unwrap_or(0) > 0)
    }

    /// Removes the remains of everything that these erasures deleted or replaced, and marks them as completed, with the
    /// notifications of webhooks about it.
    ///
    /// # Errors
    /// `Unavailable` when someone still reads an older state of the database; try again later.
    pub async fn complete_erasures(
        &self,
        pending: PendingErasures,
        notifications: &[(ProjectId, Notification)],
        now: impl Fn() -> Timestamp,
    ) -> Result<()> {
        let tables = pending.erasures.iter().flat_map(|erasure| erasure.tables.split(' '));
        let tables: BTreeSet<&str> = tables.chain([super::vectors::TABLE]).collect();
        let tables: Vec<&str> = tables.into_iter().collect();
        self.sql.scrub(&tables).await?;
        // Only now: it may have taken minutes.
        let now = now();
        let mut steps = Vec::with_capacity(2 * pending.erasures.len());
        for erasure in pending.erasures {
            let key = vec![id(erasure.partition.0), id(erasure.id)];
            let finished = key.iter().cloned().chain([time(now)]).collect();
            for (statement, params) in [(&sql_text::FINISH_RECEIPT, finished), (&sql_text::FINISH_ERASURE, key)] {
                steps.push(Step { statement, params, expect: Rows::Any });
            }
        }
        steps.extend(notifications.iter().map(|(project, notification)| add_delivery(*project, notification, now)));
        self.sql.transact(steps).await.map(|_| ())
    }

    /// The receipt of a deleted user.
    pub async fn find_receipt(
        &self,
        project: ProjectId,
        partition: PartitionId,
        erasure: BatchId,
    ) -> Result<Option<ErasureReceipt>> {
        let receipts = self.many(&sql_text::RECEIPT, vec![id(partition.0), id(erasure.0)], read_receipt).await?;
        Ok(self.with_audit_numbers(project, receipts).await?.pop())
    }

    /// The receipts of a project, the newest first.
    pub async fn receipts(&self, project: ProjectId, offset: i64, limit: i64) -> Result<Vec<ErasureReceipt>> {
        let params = vec![id(project.0), Value::Int(limit), Value::Int(offset)];
        let receipts = self.many(&sql_text::RECEIPTS, params, read_receipt).await?;
        self.with_audit_numbers(project, receipts).await
    }

    async fn with_audit_numbers(
        &self,
        project: ProjectId,
        mut receipts: Vec<ErasureReceipt>,
    ) -> Result<Vec<ErasureReceipt>> {
        // A deletion and its record are of one transaction, and of one time.
        let times = || receipts.iter().map(|receipt| receipt.requested_at);
        let Some(span) = times().min().zip(times().max()) else { return Ok(receipts) };
        let numbers = self.audit_of_deleted_users(project, span).await?;
        for receipt in &mut receipts {
            receipt.audit_number = numbers.get(&receipt.id).copied();
        }
        Ok(receipts)
    }
}

fn read_receipt(row: Row) -> Result<ErasureReceipt> {
    let mut row = row.reader();
    let malformed = |_| Error::corrupt("a receipt holds a malformed id or digest");
    Ok(ErasureReceipt {
        id: Uuid::from_slice(&row.blob()?).map_err(|_| Error::corrupt("a receipt holds a malformed id"))?,
        requested_at: read_time(row.int()?)?,
        finished_at: row.optional_int()?.map(read_time).transpose()?,
        user_digest: row.blob()?.try_into().map_err(malformed)?,
        threads: row.int()?,
        episodes: row.int()?,
        mentions: row.int()?,
        assertions: row.int()?,
        audit_number: None,
    })
}
