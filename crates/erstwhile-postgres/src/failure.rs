//! Classifies failures by whether a retry can help.

use std::error::Error as StdError;

use erstwhile::{Error, ErrorKind};
use tokio_postgres::error::{DbError, SqlState};

use crate::value::ConversionError;

/// A failure of one attempt.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Another attempt on another connection may succeed.
    Retryable(Error),
    /// Another transaction holds a row lock; another attempt may succeed.
    Locked(Error),
    /// The server did not respond in time; another attempt on another connection may succeed.
    Timeout,
    /// A retry would not help.
    Final(Error),
}

impl Failure {
    /// Classifies an error by its SQLSTATE. Without one, the request did not reach the server, or the connection
    /// was lost. `action` completes the message "the database cannot …".
    pub(crate) fn of(action: &str, error: &tokio_postgres::Error) -> Self {
        let Some(state) = error.code() else {
            let message = format!("the database cannot {action}: {}", message_of(error));
            // An encoding error is a bug of this program; all other errors are network errors.
            return if ConversionError::is_cause_of(error) {
                Self::Final(Error::internal(message))
            } else {
                Self::Retryable(Error::unavailable(message))
            };
        };
        let message = format!("the database cannot {action}: {}{}", message_of(error), advice(state));
        let routine = error.as_db_error().and_then(DbError::routine);
        match kind_of(state, routine) {
            Kind::Locked => Self::Locked(Error::unavailable(message)),
            Kind::Temporary => Self::Retryable(Error::unavailable(message)),
            Kind::Operator => Self::Final(Error::unavailable(message)),
            Kind::Input => Self::Final(Error::invalid(message)),
            Kind::Corrupt => Self::Final(Error::new(ErrorKind::Corrupt, message)),
            Kind::Bug => Self::Final(Error::internal(message)),
        }
    }

    pub(crate) fn into_error(self) -> Error {
        match self {
            Self::Retryable(error) | Self::Locked(error) | Self::Final(error) => error,
            Self::Timeout => Error::unavailable("the database does not respond"),
        }
    }
}

enum Kind {
    /// Another transaction held a row lock for too long.
    Locked,
    /// It resolves without intervention.
    Temporary,
    /// An operator must fix the configuration or the server.
    Operator,
    /// The request contains data that cannot be stored.
    Input,
    /// Stored data is corrupt.
    Corrupt,
    /// A bug of this program.
    Bug,
}

/// Reports that a prepared statement's plan is outdated, as the routine in the server's source: its message may be in any
/// language, and its SQLSTATE also says that the server lacks a feature.
const OUTDATED_PLAN: &str = "RevalidateCachedQuery";

/// Classifies a SQLSTATE (PostgreSQL manual, appendix A) from a routine of the server.
fn kind_of(state: &SqlState, routine: Option<&str>) -> Kind {
    match state.code() {
        "55P03" => Kind::Locked,
        "0A000" if routine == Some(OUTDATED_PLAN) => Kind::Temporary,
        // A conflict with another transaction; a server that has become a standby, is shutting down or starting up, or
        // has no free connections. XX000 is how Citus reports that a worker shut down during a commit: whether the
        // transaction was committed is in doubt, as after a lost connection.
        "40001" | "40P01" | "25006" | "25P03" | "57P01" | "57P02" | "57P03" | "57P05" | "53300" | "XX000" => {
            Kind::Temporary
        }
        "42501" => Kind::Operator,
        // A null character in a text; a key that is too long for an index.
        "22021" | "22P05" | "54000" => Kind::Input,
        "XX001" | "XX002" => Kind::Corrupt,
        code => match code.get(..2) {
            Some("08") => Kind::Temporary,
            Some("28" | "3D" | "3F" | "53" | "57" | "58") => Kind::Operator,
            _ => Kind::Bug,
        },
    }
}

/// Advice to the operator, to be appended to the message.
fn advice(state: &SqlState) -> &'static str {
    match state.code() {
        "28P01" => " (check the user and the password in the URL)",
        "28000" => " (check the user in the URL, and the server's pg_hba.conf)",
        "3D000" => " (create it, or use another one in the URL)",
        "42501" => " (the user needs the right to create tables in the schema: GRANT CREATE, USAGE ON SCHEMA …)",
        "3F000" => " (create the schema, or use another one in search_path)",
        "53100" => " (the server's disk is full)",
        "53300" => " (raise the server's max_connections, or lower store.connections)",
        "25006" => " (it is a standby: list the hosts of all servers in the URL)",
        _ => "",
    }
}

/// How rustls names a certificate of X.509 version 1, which it cannot read, not even where any certificate will do.
const OLD_CERTIFICATE: &str = "UnsupportedCertVersion";
const OLD_CERTIFICATE_ADVICE: &str = " (the server's certificate is of X.509 version 1, as Citus makes one by itself: issue \
    one of version 3 for the server, such as with `openssl req -x509 -addext subjectAltName=…`, or set sslmode=disable in \
    a network that you trust)";

/// Returns the message of an error, including its causes.
pub(crate) fn message_of(error: &tokio_postgres::Error) -> String {
    if let Some(error) = error.as_db_error() {
        return error.message().to_owned();
    }
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    if text.contains(OLD_CERTIFICATE) { text + OLD_CERTIFICATE_ADVICE } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temporary_errors_are_distinguished_from_permanent_ones() {
        let is_temporary = |code: &str| matches!(kind_of(&SqlState::from_code(code), None), Kind::Temporary);
        for code in ["40001", "40P01", "08006", "57P01", "57P03", "25006", "XX000"] {
            assert!(is_temporary(code), "{code}");
        }
        for code in ["28P01", "3D000", "42501", "53100", "23505", "42P01", "22021", "0A000"] {
            assert!(!is_temporary(code), "{code}");
        }
        assert!(matches!(kind_of(&SqlState::FEATURE_NOT_SUPPORTED, Some(OUTDATED_PLAN)), Kind::Temporary));
    }
}
