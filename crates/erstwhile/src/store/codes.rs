//! The integers that represent enums in stored rows, each defined in one place.

use erstwhile_core::error::{Error, Result};
use erstwhile_core::evidence::TombstoneKind;
use erstwhile_core::model::{
    AuditAction, AuditTargetKind, ClaimKind, EpisodeKind, Holding, ImportState, KeyRole, LinkKind, ModelReadingState,
    Precision, Role, SettingKind,
};

use super::Locate;
use super::sql::Value;

/// An enum that is stored as an integer.
pub(super) trait Code: Copy + Sized {
    /// The stored integer.
    fn code(self) -> i64;

    /// Reads a stored integer.
    ///
    /// # Errors
    /// `Corrupt` when no variant has it.
    fn from_code(code: i64) -> Result<Self>;

    /// The stored integer as a value.
    fn value(self) -> Value {
        Value::Int(self.code())
    }
}

/// The error for a stored integer that represents no variant.
pub(super) fn unknown_code(what: &str, code: i64) -> Error {
    Error::corrupt(format!("a stored {what} has the unknown code {code}"))
}

macro_rules! codes {
    ($($enum:ident $what:literal { $($variant:ident = $code:literal),* $(,)? })*) => {$(
        impl Code for $enum {
            fn code(self) -> i64 {
                match self {
                    $(Self::$variant => $code),*
                }
            }

            fn from_code(code: i64) -> Result<Self> {
                match code {
                    $($code => Ok(Self::$variant),)*
                    _ => Err(unknown_code($what, code)),
                }
            }
        }
    )*};
}

codes! {
    Precision "precision" { Instant = 0, Day = 1, Month = 2, Year = 3 }
    ClaimKind "claim kind" { Asserts = 0, Ends = 1, Denies = 2, States = 3 }
    Holding "holding" { Exclusive = 0, Shared = 1, Event = 2 }
    EpisodeKind "episode kind" { Message = 0, Text = 1, Json = 2, FactTriple = 3, Hyperedge = 4 }
    Role "role" { Norole = 0, System = 1, Assistant = 2, User = 3, Function = 4, Tool = 5 }
    KeyRole "role of a key" { Read = 0, Write = 1, Admin = 2 }
    AuditAction "audited action" {
        Create = 0,
        Revoke = 1,
        Rename = 2,
        Change = 3,
        Delete = 4,
        Export = 5,
        Import = 6,
        Restore = 7,
    }
    AuditTargetKind "audited kind" {
        Project = 0,
        Key = 1,
        User = 2,
        Thread = 3,
        Episode = 4,
        Entity = 5,
        Fact = 6,
        Graph = 7,
        Collection = 8,
        Document = 9,
        ImportJob = 10,
        UserGroup = 11,
        Webhook = 12,
        Ontology = 13,
        CustomInstruction = 14,
        UserSummaryInstruction = 15,
        ObservationSteering = 16,
        ContextTemplate = 17,
        RatingInstruction = 18,
        ThreadInstruction = 19,
        PolicySet = 20,
        ContentPolicy = 21,
    }
    LinkKind "link kind" { Same = 0, Different = 1 }
    TombstoneKind "tombstone kind" { Episode = 0, Assertion = 1, Link = 2, Name = 3, Reading = 4, Wording = 5 }
    ModelReadingState "state of a reading" { Awaiting = 1, Read = 2, Failed = 3, Cancelled = 4 }
    Locate "locator kind" { User = 0, Graph = 1, Thread = 2, Tag = 3, Collection = 4 }
    SettingKind "setting kind" {
        Ontology = 0,
        CustomInstruction = 1,
        UserSummaryInstruction = 2,
        ObservationSteering = 3,
        ContextTemplate = 4,
        RatingInstruction = 5,
        UserGroup = 6,
        UserGroupName = 7,
        ThreadInstruction = 8,
        Webhook = 9,
        PolicySet = 10,
        ContentPolicy = 11,
        ProjectFlag = 12,
    }
    ImportState "import state" { Draft = 0, Queued = 1, Processing = 2, Succeeded = 3, Partial = 4, Failed = 5 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_code_is_corrupt() {
        for code in [-1, 4, i64::MAX] {
            let error = Precision::from_code(code).unwrap_err();
            assert_eq!(error.kind(), erstwhile_core::ErrorKind::Corrupt);
        }
        assert_eq!(Precision::from_code(Precision::Year.code()).unwrap(), Precision::Year);
    }
}
