//! What went wrong, and whether it is worth trying again.

use std::error::Error as StdError;

use erstwhile::{Error, ErrorKind};
use tokio_postgres::error::SqlState;

/// A failure of one attempt.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Another attempt, on another connection, may succeed.
    Again(Error),
    /// Somebody's transaction holds a row; another attempt may succeed.
    Held(Error),
    /// The server did not answer; another attempt, on another connection, may succeed.
    Silent,
    /// Trying again would not help.
    Final(Error),
}

impl Failure {
    /// Sorts a failure by its SQLSTATE; one without never reached the server or lost it on the way.
    pub(crate) fn of(what: &str, error: &tokio_postgres::Error) -> Self {
        let Some(state) = error.code() else {
            let unavailable = Error::unavailable(format!("the database cannot {what}: {}", told(error)));
            // What the program itself cannot send or read stays wrong; everything else is the network.
            let is_ours = error.to_string().starts_with("error serializing")
                || error.to_string().starts_with("error deserializing");
            return if is_ours {
                Self::Final(Error::internal(format!("the database cannot {what}: {}", told(error))))
            } else {
                Self::Again(unavailable)
            };
        };
        let message = format!("the database cannot {what}: {}{}", told(error), advice(state));
        match kind_of(state) {
            Kind::Held => Self::Held(Error::unavailable(message)),
            Kind::Passing => Self::Again(Error::unavailable(message)),
            Kind::Operator => Self::Final(Error::unavailable(message)),
            Kind::Input => Self::Final(Error::invalid(message)),
            Kind::Damage => Self::Final(Error::new(ErrorKind::Corrupt, message)),
            Kind::Bug => Self::Final(Error::internal(message)),
        }
    }

    pub(crate) fn into_error(self) -> Error {
        match self {
            Self::Again(error) | Self::Held(error) | Self::Final(error) => error,
            Self::Silent => Error::unavailable("the database does not answer"),
        }
    }
}

enum Kind {
    /// Somebody's transaction was in the way for too long.
    Held,
    /// It passes by itself.
    Passing,
    /// Somebody must do something about the server.
    Operator,
    /// The request cannot be stored.
    Input,
    /// Stored data does not make sense.
    Damage,
    /// The program is wrong.
    Bug,
}

/// What to do about an error, by its SQLSTATE (PostgreSQL's manual, appendix A).
fn kind_of(state: &SqlState) -> Kind {
    match state.code() {
        "55P03" => Kind::Held,
        // Another transaction was in the way; a plan is out of date; the server is a standby by now; it is
        // going down, coming up, or full of connections.
        "40001" | "40P01" | "0A000" | "25006" | "25P03" | "57P01" | "57P02" | "57P03" | "57P05" | "53300" => {
            Kind::Passing
        }
        "42501" => Kind::Operator,
        // A null character in a text; a key that is too long for an index.
        "22021" | "22P05" | "54000" => Kind::Input,
        "XX001" | "XX002" => Kind::Damage,
        code => match code.get(..2) {
            Some("08") => Kind::Passing,
            Some("28" | "3D" | "3F" | "53" | "57" | "58") => Kind::Operator,
            _ => Kind::Bug,
        },
    }
}

/// What an operator can do about it.
fn advice(state: &SqlState) -> &'static str {
    match state.code() {
        "28P01" => " (check the user and the password in the URL)",
        "28000" => " (check the user in the URL, and the server's pg_hba.conf)",
        "3D000" => " (create it, or name another in the URL)",
        "42501" => " (the user needs the right to create tables in the schema: GRANT CREATE, USAGE ON SCHEMA …)",
        "3F000" => " (create the schema, or name another in search_path)",
        "53100" => " (the server's disk is full)",
        "53300" => " (raise the server's max_connections, or lower store.connections)",
        "25006" => " (it is a standby: name the hosts of all servers in the URL)",
        _ => "",
    }
}

/// The message of an error with what caused it.
pub(crate) fn told(error: &tokio_postgres::Error) -> String {
    if let Some(error) = error.as_db_error() {
        return error.message().to_owned();
    }
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_by_itself_is_told_from_what_does_not() {
        let passing = |code: &str| matches!(kind_of(&SqlState::from_code(code)), Kind::Passing);
        for code in ["40001", "40P01", "08006", "57P01", "57P03", "25006"] {
            assert!(passing(code), "{code}");
        }
        for code in ["28P01", "3D000", "42501", "53100", "23505", "42P01", "22021"] {
            assert!(!passing(code), "{code}");
        }
    }
}
