//! Responses that tell whether what was deleted is gone from the database's own files.
//!
//! In headers, because the bodies of all generations are fixed.

use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use erstwhile::engine::{ErasureReceipt, ErasureState};

use crate::openapi::{Answer, Description};

/// `done`: what was deleted is gone from the database's own files; `pending`: this is retried until it succeeds.
const ERASURE: HeaderName = HeaderName::from_static("x-erstwhile-erasure");
/// The id of a deleted user's receipt and its digest.
const RECEIPT: HeaderName = HeaderName::from_static("x-erstwhile-receipt");

/// What a complete erasure leaves where the database does not overwrite what it removes.
pub const REMAINS: &str = "The rows are deleted and their tables vacuumed, so no query returns them. Their bytes may still \
    be in free space of PostgreSQL's files, in its write-ahead log, on standbys and in backups.";

/// The name of a state in headers and bodies.
pub fn state_name(state: ErasureState) -> &'static str {
    match state {
        ErasureState::Done => "done",
        ErasureState::Pending => "pending",
    }
}

/// The digest of a receipt in headers and bodies.
pub fn digest_text(receipt: &ErasureReceipt) -> String {
    format!("sha256:{}", receipt.digest())
}

/// The response to a deletion.
#[derive(Debug)]
pub struct Erased<T>(pub ErasureState, pub T);

impl<T: IntoResponse> IntoResponse for Erased<T> {
    fn into_response(self) -> Response {
        ([(ERASURE, state_name(self.0))], self.1).into_response()
    }
}

/// The response to the deletion of a user.
#[derive(Debug)]
pub struct Forgotten<T>(pub ErasureReceipt, pub T);

impl<T: IntoResponse> IntoResponse for Forgotten<T> {
    fn into_response(self) -> Response {
        let mut response = Erased(self.0.state(), self.1).into_response();
        if let Ok(receipt) = HeaderValue::from_str(&format!("{} {}", self.0.id, digest_text(&self.0))) {
            response.headers_mut().insert(RECEIPT, receipt);
        }
        response
    }
}

impl<T: Answer> Answer for Erased<T> {
    fn describe(description: &mut Description<'_>) {
        T::describe(description);
    }
}

impl<T: Answer> Answer for Forgotten<T> {
    fn describe(description: &mut Description<'_>) {
        T::describe(description);
    }
}
