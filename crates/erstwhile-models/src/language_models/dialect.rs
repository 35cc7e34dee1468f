//! Dispatches to the dialects.

use serde_json::Value;

use super::request::{Answer, Request};
use super::settings::Dialect;
use super::{anthropic, gemini, openai};

impl Dialect {
    /// Base URL of the provider whose protocol it is.
    pub(super) fn url(self) -> &'static str {
        match self {
            Self::OpenAi => openai::URL,
            Self::Anthropic => anthropic::URL,
            Self::Gemini => gemini::URL,
        }
    }

    /// Path of the operation below the base URL.
    pub(super) fn path(self, model: &str) -> String {
        match self {
            Self::OpenAi => openai::PATH.to_owned(),
            Self::Anthropic => anthropic::PATH.to_owned(),
            Self::Gemini => gemini::path(model),
        }
    }

    /// The headers of all requests.
    pub(super) fn headers(self, key: Option<&str>, complete_url: bool) -> Vec<(&'static str, String)> {
        match self {
            Self::OpenAi => openai::headers(key, complete_url),
            Self::Anthropic => anthropic::headers(key),
            Self::Gemini => gemini::headers(key),
        }
    }

    /// The body of a request.
    pub(super) fn body(self, request: &Request<'_>) -> Value {
        match self {
            Self::OpenAi => openai::body(request),
            Self::Anthropic => anthropic::body(request),
            Self::Gemini => gemini::body(request),
        }
    }

    /// Reads a response.
    pub(super) fn read(self, body: &Value) -> Answer {
        match self {
            Self::OpenAi => openai::read(body),
            Self::Anthropic => anthropic::read(body),
            Self::Gemini => gemini::read(body),
        }
    }
}
