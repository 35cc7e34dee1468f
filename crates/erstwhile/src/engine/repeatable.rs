//! Requests that may be repeated: the ids of a repetition are those of the first attempt.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use erstwhile_core::change::Change;
use uuid::Uuid;

use super::ProjectHandle;
use crate::ports::Ids;

/// Ids that follow from a seed, in the order in which they are asked for.
#[derive(Debug)]
pub(super) struct SeededIds {
    seed: Uuid,
    given: AtomicU64,
    /// Records the key that the caller chose, with every batch.
    use_key: Option<Change>,
}

impl SeededIds {
    pub(super) fn use_key(&self) -> Option<&Change> {
        self.use_key.as_ref()
    }
}

impl Ids for SeededIds {
    fn next(&self) -> Uuid {
        let number = self.given.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let mut bytes = *Uuid::new_v5(&self.seed, &number).as_bytes();
        // Later ids sort after earlier ones; no request needs more than 2^32.
        bytes[..4].copy_from_slice(&number[4..]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }
}

impl ProjectHandle {
    /// A handle whose writes may be repeated: what is written through two handles with the same seed, in the same way,
    /// is written once, because its batches have the same ids.
    ///
    /// Batches are remembered for at least a day (see [`Engine::remove_obsolete_rows`](super::Engine)), and the
    /// handle is for one request.
    #[must_use]
    pub fn repeatable(self, seed: Uuid) -> Self {
        self.seeded(seed, None)
    }

    /// A handle for a request with an idempotency key: as [`repeatable`](Self::repeatable), and a write fails with
    /// `KeyReused` when the key was used for another request within a day. Both are digests.
    #[must_use]
    pub fn repeatable_with_key(self, key: Uuid, request: Uuid) -> Self {
        let seed = Uuid::new_v5(&key, request.as_bytes());
        // Other projects may have chosen the same key.
        let use_key = Change::UseKey { key: Uuid::new_v5(&self.id.0, key.as_bytes()), request };
        self.seeded(seed, Some(use_key))
    }

    fn seeded(mut self, seed: Uuid, use_key: Option<Change>) -> Self {
        // Other projects may have chosen the same seed.
        let seed = Uuid::new_v5(&self.id.0, seed.as_bytes());
        self.seeded = Some(Arc::new(SeededIds { seed, given: AtomicU64::new(0), use_key }));
        self
    }
}
