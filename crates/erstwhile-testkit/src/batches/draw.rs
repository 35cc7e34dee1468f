//! Small numbers drawn from bytes, and the ids that they represent.

use erstwhile_core::change::Change;
use erstwhile_core::model::{
    Actor, AuditAction, AuditEntry, AuditTargetKind, EpisodeId, GroupId, Notification, PartitionId, PartitionOwner,
    ProjectId, TaskId, WebhookEvent,
};
use jiff::Timestamp;
use uuid::Uuid;

/// Number of partitions.
pub(super) const PARTITIONS: u8 = 8;
/// The partitions to draw from, with repetitions as weights.
pub(super) const WEIGHTED_PARTITIONS: [u8; 20] = [
    0,
    0,
    0,
    0,
    0,
    1,
    1,
    1,
    2,
    2,
    3,
    COLLECTION,
    COLLECTION,
    COLLECTION,
    IMPORT,
    IMPORT,
    IMPORT,
    IMPORT,
    6,
    IMPORT_OF_OTHER,
];
/// The number of the collection's partition.
pub(super) const COLLECTION: u8 = 4;
/// The numbers of the partitions of the import job, and of the import job of the other project.
pub(super) const IMPORT: u8 = 5;
pub(super) const IMPORT_OF_OTHER: u8 = 7;
/// Number of projects.
pub(crate) const PROJECTS: u8 = 2;
/// The groups that users join.
pub(crate) const GROUPS: [GroupId; 2] = [GroupId(Uuid::from_u128(71)), GroupId(Uuid::from_u128(72))];

/// The webhooks that are notified.
pub(crate) const WEBHOOKS: [Uuid; 2] = [Uuid::from_u128(81), Uuid::from_u128(82)];

/// The bytes that a batch is drawn from; zeros when they are used up, so that shrinking makes batches simpler.
#[derive(Debug)]
pub(super) struct Draw {
    bytes: std::vec::IntoIter<u8>,
    /// The number of the batch.
    pub(super) index: u64,
    /// The time of the batch.
    pub(super) now: Timestamp,
}

impl Draw {
    pub(super) fn new(bytes: Vec<u8>, index: u64) -> Self {
        Self { bytes: bytes.into_iter(), index, now: at(index as i64) }
    }

    /// A number below `limit`.
    pub(super) fn below(&mut self, limit: u8) -> u8 {
        self.bytes.next().unwrap_or(0) % limit
    }

    /// True in about one of `count` draws; never for the byte 0, which shrinking prefers, unless `count` is 1.
    pub(super) fn one_in(&mut self, count: u8) -> bool {
        self.below(count) == count - 1
    }

    /// One of a few idempotency keys, used for one of a few requests.
    pub(super) fn use_key(&mut self) -> Change {
        let (key, request) = (self.below(6), self.below(2));
        Change::UseKey { key: Uuid::from_u128(u128::from(key)), request: Uuid::from_u128(u128::from(request)) }
    }

    /// A notification of one of a few webhooks.
    pub(super) fn notify(&mut self) -> Change {
        let webhook = WEBHOOKS[usize::from(self.below(2))];
        let subject = Uuid::from_u128(u128::from(self.below(40)));
        let data = serde_json::json!({ "number": self.below(9) });
        Change::Notify(Notification::new(webhook, WebhookEvent::EpisodeProcessed, subject, data))
    }

    /// A record of an action, about a partition or none.
    pub(super) fn audit(&mut self, partition: Option<PartitionId>) -> Change {
        let id = Uuid::from_u128(u128::from(self.below(40)));
        let actor = match self.below(4) {
            0 => Actor::CommandLine,
            1 => Actor::Server,
            2 => Actor::Library,
            _ => Actor::Key { id: id.into(), prefix: "ew_".to_owned() },
        };
        Change::Audit(AuditEntry {
            actor,
            action: self.one_of(AuditAction::ALL).unwrap_or(AuditAction::Delete),
            kind: self.one_of(AuditTargetKind::ALL).unwrap_or(AuditTargetKind::User),
            partition,
            id: self.maybe(|_| id),
            name: self.word(),
            salt: Uuid::from_u128(u128::from(self.index)),
        })
    }

    /// One of these.
    pub(super) fn one_of<T: Clone>(&mut self, choices: &[T]) -> Option<T> {
        let last = choices.len().checked_sub(1)?;
        let place = usize::from(self.below(u8::MAX)) % (last + 1);
        choices.get(place).cloned()
    }

    /// Usually one of the known values, otherwise `other`.
    pub(super) fn known<T: Clone>(&mut self, known: &[T], other: T) -> T {
        if self.one_in(6) { other } else { self.one_of(known).unwrap_or(other) }
    }

    /// Something or nothing.
    pub(super) fn maybe<T>(&mut self, some: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(2) == 0).then(|| some(self))
    }

    /// A word that no other batch draws.
    pub(super) fn word(&mut self) -> String {
        let variant = self.below(5);
        format!("Wörd {} {variant}", self.index)
    }

    /// The `updated_at` on which a change is based; sometimes an outdated one.
    pub(super) fn seen(&mut self, current: Option<Timestamp>) -> Timestamp {
        if self.one_in(5) { at(-1) } else { current.unwrap_or(at(-1)) }
    }
}

pub(super) fn at(microseconds: i64) -> Timestamp {
    Timestamp::from_microsecond(1_700_000_000_000_000 + microseconds).expect("a time within range")
}

/// One of the two projects.
pub(crate) fn project_id(other: bool) -> ProjectId {
    ProjectId(Uuid::from_u128(if other { 2 } else { 1 }))
}

/// One of the names that projects are added under.
pub(crate) fn project_name(number: u8) -> String {
    format!("project {}", number % 3)
}

/// The project of a partition.
pub(super) fn project_of(number: u8) -> ProjectId {
    project_id(number >= 6)
}

/// A partition by its number.
pub(crate) fn partition_id(number: u8) -> PartitionId {
    // The tag lies in the first bytes.
    PartitionId(Uuid::from_u128((u128::from(number) + 1) << 100))
}

/// An id inside a partition.
pub(super) fn within(partition: u8, number: u8) -> Uuid {
    partition_id(partition).within(Uuid::from_u128(u128::from(number) + 1))
}

/// The uuids that applications give to messages, which say no partition.
pub(crate) fn given_uuids() -> impl Iterator<Item = EpisodeId> {
    (0..5).map(|number| EpisodeId(Uuid::from_u128(number + 1)))
}

/// One of the tasks of a partition.
pub(crate) fn task_id(partition: PartitionId, number: u8) -> TaskId {
    TaskId(partition.within(Uuid::from_u128(u128::from(number % 4) + 240)))
}

/// The digest of one of the keys.
pub(crate) fn digest_of(number: u8) -> [u8; 32] {
    [number % 5; 32]
}

/// The owner of a partition. Sometimes two partitions are added for the same user.
pub(super) fn owner_of(number: u8, is_shared: bool) -> PartitionOwner {
    match number {
        0 | 6 => PartitionOwner::User("user 0".to_owned()),
        1 => PartitionOwner::Standalone("graph 1".to_owned()),
        2 => PartitionOwner::User(if is_shared { "user 0" } else { "user 2" }.to_owned()),
        3 => PartitionOwner::Thread("thread 9".to_owned()),
        COLLECTION => PartitionOwner::Collection("collection".to_owned()),
        _ => PartitionOwner::ImportJob,
    }
}
