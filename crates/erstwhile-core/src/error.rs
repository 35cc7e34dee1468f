//! The error type of the engine. Kinds differ by what the caller should do next.

use core::time::Duration;
use std::error::Error as StdError;
use std::fmt;

/// The kind of an error, by what the caller should do about it.
///
/// The enum is exhaustive on purpose: the server matches every kind, so that a new one cannot be forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The request is invalid; change it.
    Invalid,
    /// Credentials are missing or wrong.
    Unauthenticated,
    /// The credentials do not allow this.
    Forbidden,
    /// The object does not exist in this project.
    NotFound,
    /// An object with this id already exists; choose another id or use the existing object.
    AlreadyExists,
    /// The state changed in the meantime; read it again, then retry.
    Conflict,
    /// The idempotency key was used for another request; choose another key.
    KeyReused,
    /// A limit was exceeded; wait or send less.
    Limited,
    /// A store or a model is unavailable; retry with backoff.
    Unavailable,
    /// Stored data is corrupt; the operator must act.
    Corrupt,
    /// A bug.
    Internal,
}

/// An error of the engine: a kind, a message and an optional source.
pub struct Error {
    kind: ErrorKind,
    message: String,
    object: Option<&'static str>,
    retry_after: Option<Duration>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// Result type of the engine.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Creates an error; messages are lower case without a final period.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), object: None, retry_after: None, source: None }
    }

    /// Creates an error of kind `Invalid`.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }

    /// Creates an error of kind `NotFound`; `object` is a noun of the domain, such as "user".
    pub fn not_found(object: &'static str) -> Self {
        Self { object: Some(object), ..Self::new(ErrorKind::NotFound, format!("{object} not found")) }
    }

    /// Creates an error of kind `Corrupt`.
    pub fn corrupt(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Corrupt, message)
    }

    /// Creates an error of kind `Unavailable`.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unavailable, message)
    }

    /// Creates an error of kind `Internal`.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// Sets the error that caused this one.
    #[must_use]
    pub fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// Sets how long the caller should wait before it tries again.
    #[must_use]
    pub fn with_retry_after(mut self, retry_after: Duration) -> Self {
        self.retry_after = Some(retry_after);
        self
    }

    /// How long the caller should wait before it tries again, if that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The kind.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The noun of the object that was not found; `None` for errors of other kinds.
    ///
    /// A caller with other names for the domain's objects can write its own message.
    pub fn object(&self) -> Option<&'static str> {
        self.object
    }

    /// The message.
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
            .field("retry_after", &self.retry_after)
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
