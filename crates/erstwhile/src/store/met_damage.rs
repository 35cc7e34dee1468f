//! Damage that a read met, so that the operator learns of it before the next search for damage.

use std::sync::{Arc, Mutex, PoisonError};

use erstwhile_core::error::{ErrorKind, Result};

/// The damage that a read of this process met last.
#[derive(Debug, Clone, Default)]
pub(super) struct MetDamage(Arc<Mutex<Option<String>>>);

impl MetDamage {
    /// Keeps what the result of a read says of damage, and returns the result.
    pub(super) fn noted<T>(&self, read: Result<T>) -> Result<T> {
        if let Err(error) = &read
            && error.kind() == ErrorKind::Corrupt
        {
            self.set(Some(error.message().to_owned()));
        }
        read
    }

    /// The damage, if a read met any.
    pub(super) fn get(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets the damage, before all evidence is read again.
    pub(super) fn forget(&self) {
        self.set(None);
    }

    fn set(&self, damage: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = damage;
    }
}
