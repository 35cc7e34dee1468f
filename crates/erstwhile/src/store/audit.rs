//! The audit log: a chain of records for each project.
//!
//! The digest of a record covers the digest of the one before, so a changed, removed or inserted record breaks the chain.
//! It covers a salted digest of the target, not the target: what connects a record with a person is erased when the
//! person is, and the chain stays whole.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::codes::Code;
use super::rows::{id, read_time, time, uuid_of};
use super::sql::{Row, RowReader, Value};
use super::{Store, statements as sql_text};
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{Actor, ApiKeyId, AuditAction, AuditRecord, AuditTargetKind, PartitionId, ProjectId};

/// Number of records that are checked together.
const CHECKED_TOGETHER: i64 = 1_000;

/// Which records of a log are listed, newest first.
#[derive(Debug, Clone, Copy)]
pub struct AuditListing<'a> {
    /// Only records before this number.
    pub before: i64,
    /// How many.
    pub limit: i64,
    /// Only records about some target; all when absent.
    pub about: Option<AuditSubject<'a>>,
}

/// What records are about.
#[derive(Debug, Clone, Copy)]
pub enum AuditSubject<'a> {
    /// The data of this partition, which exists.
    Partition(PartitionId),
    /// What the application calls by this name, or called so before it was deleted.
    Name(&'a str),
}

/// The end of a project's audit log: who has kept it can tell that nothing before it was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditHead {
    /// The number of the newest record; 0 in an empty log.
    pub number: i64,
    /// Its digest.
    pub digest: [u8; 32],
}

/// The first record of a log that is not what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenRecord {
    /// Its number.
    pub number: i64,
    /// What is wrong with it.
    pub problem: &'static str,
}

/// The digest with which the log of a project begins.
pub(super) fn first_digest(project: ProjectId) -> [u8; 32] {
    Sha256::new().chain_update("erstwhile audit log").chain_update(project.0).finalize().into()
}

/// The digest of a name that the application chose, which nobody can guess who does not know the salt.
pub(super) fn name_digest(salt: Uuid, name: &str) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(name).finalize().into()
}

/// The digest of a target, which nobody can guess who does not know the salt.
pub(super) fn target_digest(
    salt: Uuid,
    partition: Option<PartitionId>,
    target: Option<Uuid>,
    name_digest: Option<[u8; 32]>,
) -> [u8; 32] {
    let partition = partition.map_or(Uuid::nil(), |partition| partition.0);
    let digest = Sha256::new().chain_update(salt).chain_update(partition).chain_update(target.unwrap_or_default());
    digest.chain_update(name_digest.unwrap_or_default()).finalize().into()
}

/// The digest of everything in a record that can never be erased, except its place in the chain.
pub(super) fn content_digest(
    at: Timestamp,
    actor: &Actor,
    (action, kind): (AuditAction, AuditTargetKind),
    target_digest: &[u8; 32],
) -> [u8; 32] {
    let (code, key, prefix) = actor_columns(actor);
    let prefix = prefix.unwrap_or_default();
    let numbers = [at.as_microsecond(), code, action.code(), kind.code(), prefix.len() as i64];
    let digest = numbers.iter().fold(Sha256::new(), |digest, number| digest.chain_update(number.to_be_bytes()));
    digest.chain_update(key.unwrap_or_default()).chain_update(prefix).chain_update(target_digest).finalize().into()
}

/// The stored code of an actor, with its key.
pub(super) fn actor_columns(actor: &Actor) -> (i64, Option<Uuid>, Option<&str>) {
    match actor {
        Actor::Key { id, prefix } => (0, Some(id.0), Some(prefix)),
        Actor::CommandLine => (1, None, None),
        Actor::Server => (2, None, None),
        Actor::Library => (3, None, None),
    }
}

/// Whether what a record says of its target is what was written, or all of it was erased.
fn names_its_target(record: &AuditRecord) -> bool {
    let AuditRecord { partition, id, name_digest, .. } = *record;
    match record.salt {
        Some(salt) => target_digest(salt, partition, id, name_digest) == record.target_digest,
        None => partition.is_none() && id.is_none() && name_digest.is_none(),
    }
}

/// What is wrong with a record that follows this one.
fn problem_of(record: &AuditRecord, last: AuditHead) -> Option<&'static str> {
    let content = content_digest(record.at, &record.actor, (record.action, record.kind), &record.target_digest);
    let digest: [u8; 32] = Sha256::new().chain_update(last.digest).chain_update(content).finalize().into();
    if record.number <= last.number {
        Some("a record was inserted before it")
    } else if record.number != last.number + 1 {
        Some("a record is missing before it")
    } else if record.previous != last.digest {
        Some("it does not follow the record before it")
    } else if record.digest != digest || !names_its_target(record) {
        Some("it was changed")
    } else {
        None
    }
}

impl Store {
    /// A page of a project's audit log.
    pub async fn audit(&self, project: ProjectId, listing: AuditListing<'_>) -> Result<Vec<AuditRecord>> {
        let mut params = vec![id(project.0), Value::Int(listing.before), Value::Int(listing.limit)];
        let statement = match listing.about {
            None => &sql_text::AUDIT,
            Some(AuditSubject::Partition(partition)) => {
                params.push(id(partition.0));
                &sql_text::AUDIT_OF_PARTITION
            }
            Some(AuditSubject::Name(name)) => {
                params.push(Value::Blob(name.as_bytes().to_vec()));
                &sql_text::AUDIT_OF_NAME
            }
        };
        self.many(statement, params, read_record).await
    }

    /// The end of a project's audit log.
    pub async fn audit_head(&self, project: ProjectId) -> Result<AuditHead> {
        let read = |row: Row| {
            let mut row = row.reader();
            Ok(AuditHead { number: row.int()?, digest: read_digest(&mut row)? })
        };
        let head = self.one(&sql_text::AUDIT_HEAD, vec![id(project.0)], read).await?;
        Ok(head.unwrap_or(AuditHead { number: 0, digest: first_digest(project) }))
    }

    /// Computes the chain of a project's audit log again, and returns its end; or the first record that is not what was
    /// written. With `known`, an end that was returned before must still be in it.
    pub async fn verify_audit(
        &self,
        project: ProjectId,
        known: Option<AuditHead>,
    ) -> Result<std::result::Result<AuditHead, BrokenRecord>> {
        let broken = |number, problem| Ok(Err(BrokenRecord { number, problem }));
        let mut last = AuditHead { number: 0, digest: first_digest(project) };
        let mut read_until = i64::MIN;
        let mut head = self.audit_head(project).await?;
        loop {
            let params = vec![id(project.0), Value::Int(read_until), Value::Int(CHECKED_TOGETHER)];
            let records = self.many(&sql_text::AUDIT_AFTER, params, |row| Ok(read_record(row))).await?;
            for record in &records {
                let Ok(record) = record else { return broken(last.number + 1, "it cannot be read") };
                if let Some(problem) = problem_of(record, last) {
                    return broken(last.number + 1, problem);
                }
                last = AuditHead { number: record.number, digest: record.digest };
                if known.is_some_and(|known| known.number == last.number && known.digest != last.digest) {
                    return broken(last.number, "it is not the record that was known");
                }
            }
            read_until = last.number;
            if !records.is_empty() {
                continue;
            }
            // The head was read before the records, so it names none that they do not contain.
            if last.number < head.number {
                return broken(last.number + 1, "it is missing");
            }
            // Others may have written meanwhile.
            head = self.audit_head(project).await?;
            if head.number <= last.number {
                break;
            }
        }
        if head.number < last.number || head.digest != last.digest {
            return broken(last.number, "it is not the last record that was written");
        }
        match known {
            Some(known) if known.number > head.number => broken(head.number + 1, "it is missing"),
            _ => Ok(Ok(head)),
        }
    }

    /// The numbers of the records of deleted users, by the ids of their receipts, of a span of time.
    pub(super) async fn audit_of_deleted_users(
        &self,
        project: ProjectId,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<BTreeMap<Uuid, i64>> {
        let (action, kind) = (AuditAction::Delete.value(), AuditTargetKind::User.value());
        let params = vec![id(project.0), time(from), time(until), action, kind];
        let read = |row: Row| {
            let mut row = row.reader();
            Ok((uuid_of(&row.blob()?)?, row.int()?))
        };
        Ok(self.many(&sql_text::AUDIT_OF_DELETED_USERS, params, read).await?.into_iter().collect())
    }
}

fn digest_of(bytes: Vec<u8>) -> Result<[u8; 32]> {
    bytes.try_into().map_err(|_| Error::corrupt("a digest of the audit log has the wrong length"))
}

fn read_digest(row: &mut RowReader) -> Result<[u8; 32]> {
    digest_of(row.blob()?)
}

fn read_optional_id(row: &mut RowReader) -> Result<Option<Uuid>> {
    row.optional_blob()?.map(|bytes| uuid_of(&bytes)).transpose()
}

fn read_actor(row: &mut RowReader) -> Result<Actor> {
    match (row.int()?, read_optional_id(row)?, row.optional_text()?) {
        (0, Some(key), Some(prefix)) => Ok(Actor::Key { id: ApiKeyId(key), prefix }),
        (1, ..) => Ok(Actor::CommandLine),
        (2, ..) => Ok(Actor::Server),
        (3, ..) => Ok(Actor::Library),
        (code, ..) => Err(super::codes::unknown_code("actor", code)),
    }
}

fn read_record(row: Row) -> Result<AuditRecord> {
    let mut row = row.reader();
    Ok(AuditRecord {
        number: row.int()?,
        at: read_time(row.int()?)?,
        actor: read_actor(&mut row)?,
        action: AuditAction::from_code(row.int()?)?,
        kind: AuditTargetKind::from_code(row.int()?)?,
        partition: read_optional_id(&mut row)?.map(PartitionId),
        id: read_optional_id(&mut row)?,
        name_digest: row.optional_blob()?.map(digest_of).transpose()?,
        salt: read_optional_id(&mut row)?,
        target_digest: read_digest(&mut row)?,
        previous: read_digest(&mut row)?,
        digest: read_digest(&mut row)?,
    })
}
