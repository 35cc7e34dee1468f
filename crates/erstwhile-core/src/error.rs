//! The one error type of the engine: what the caller should do next decides the kind.

use std::error::Error as StdError;
use std::fmt;

/// What went wrong, by what the caller should do about it.
///
/// The enum is exhaustive on purpose: shells match every kind, so a new one cannot be forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The request is wrong; change it.
    Invalid,
    /// No credentials, or wrong ones.
    Unauthenticated,
    /// The credentials do not allow this.
    Forbidden,
    /// The object does not exist in this project.
    NotFound,
    /// An object with this id exists already; choose another or use the one that is there.
    AlreadyExists,
    /// The state changed meanwhile; read again, then retry.
    Conflict,
    /// Too much; wait or send less.
    Limited,
    /// A store or a model is down; retry with backoff.
    Unavailable,
    /// Stored data does not make sense; call the operator.
    Corrupt,
    /// A bug.
    Internal,
}

/// An error of the engine: a kind to act on, a message for people, and the source when there is one.
pub struct Error {
    kind: ErrorKind,
    message: String,
    object: Option<&'static str>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// Shorthand for results of the engine.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Makes an error of a kind; messages are lower case without a full stop.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), object: None, source: None }
    }

    /// The request is wrong.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }

    /// The object does not exist; `object` is a noun of the domain, such as "user".
    pub fn not_found(object: &'static str) -> Self {
        Self { object: Some(object), ..Self::new(ErrorKind::NotFound, format!("{object} not found")) }
    }

    /// Stored data does not make sense.
    pub fn corrupt(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Corrupt, message)
    }

    /// A store or model cannot answer now.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unavailable, message)
    }

    /// A bug.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// Keeps the error that caused this one.
    #[must_use]
    pub fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// What the caller should do.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The noun of the object that was not found; `None` for errors of other kinds.
    ///
    /// A shell that calls the domain's objects by other names can write a message of its own.
    pub fn object(&self) -> Option<&'static str> {
        self.object
    }

    /// The message for people.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind)
            .field("message", &self.message)
            .field("object", &self.object)
            .field("source", &self.source)
            .finish()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
