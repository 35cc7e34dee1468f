//! Errors that the agent sees, so that it can correct its call.

use erstwhile::{Error, ErrorKind};
use rmcp::ErrorData;
use rmcp::model::{CallToolResult, ContentBlock};
use serde::Serialize;

use crate::http::error::DAMAGED;

/// Why a tool, resource or prompt did not work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Failure {
    /// What kind of error it is, for programs.
    pub(super) code: &'static str,
    /// What is wrong, for people and models.
    pub(super) message: String,
}

impl Failure {
    /// An error of the arguments.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self { code: "invalid_arguments", message: message.into() }
    }

    /// The result of a tool that failed. It is text only, because structured content must have the form of a success.
    pub(super) fn into_result(self) -> CallToolResult {
        let text = serde_json::to_string(&self).unwrap_or(self.message);
        CallToolResult::error(vec![ContentBlock::text(text)])
    }

    /// The error of a resource or a prompt, for which the protocol has no other form.
    pub(super) fn into_error(self) -> ErrorData {
        let data = serde_json::json!({ "code": self.code });
        match self.code {
            "not_found" => ErrorData::resource_not_found(self.message, Some(data)),
            "internal" | "unavailable" => ErrorData::internal_error(self.message, Some(data)),
            _ => ErrorData::invalid_params(self.message, Some(data)),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let (code, message) = match error.kind() {
            ErrorKind::Invalid => ("invalid_arguments", error.message()),
            ErrorKind::Unauthenticated => ("unauthenticated", error.message()),
            ErrorKind::Forbidden => ("forbidden", error.message()),
            ErrorKind::NotFound => ("not_found", error.message()),
            ErrorKind::AlreadyExists => ("already_exists", error.message()),
            ErrorKind::Conflict | ErrorKind::KeyReused => ("conflict", error.message()),
            ErrorKind::Limited => ("limited", error.message()),
            ErrorKind::Unavailable => ("unavailable", "the storage is unavailable; try again later"),
            // Internal details stay in the log.
            ErrorKind::Corrupt => ("internal", DAMAGED),
            ErrorKind::Internal => ("internal", "internal server error"),
        };
        if matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::Corrupt | ErrorKind::Internal) {
            tracing::error!(error = %error, source = ?std::error::Error::source(&error), "request failed");
        }
        Self { code, message: message.to_owned() }
    }
}
