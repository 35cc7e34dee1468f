//! Why a request has no usable answer, and what to do about it.

use std::error::Error as StdError;
use std::time::Duration;

use erstwhile::{Error, ErrorKind};
use serde_json::Value;

use super::provider_message;

/// A failed request.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The error for the caller.
    pub(crate) error: Error,
    /// Whether the server answered at all.
    pub(crate) answered: bool,
    /// Whether the same request may succeed soon.
    pub(crate) may_succeed: bool,
    /// Whether the server is in trouble, rather than the request.
    pub(crate) server_down: bool,
    /// When the server rejected the request: everything that it said about that, in lower case, never to be shown.
    pub(crate) rejection: Option<String>,
}

/// What must not appear in messages, and the section of the settings to name in them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Redaction<'a> {
    /// The section of the settings that describes the server.
    pub(crate) section: &'static str,
    /// Keys and the like.
    pub(crate) secrets: &'a [String],
    /// Texts of the prompt.
    pub(crate) private: &'a [&'a str],
}

impl Failure {
    /// A response that cannot be used and would not get better.
    pub(crate) fn unusable(message: impl Into<String>) -> Self {
        Self { answered: true, ..Self::internal(Error::internal(message)) }
    }

    /// A request that was not sent.
    pub(crate) fn internal(error: Error) -> Self {
        Self { error, answered: false, may_succeed: false, server_down: false, rejection: None }
    }

    /// A request that was not sent, because too many failed.
    pub(crate) fn breaker_open(section: &str) -> Self {
        let message = format!("too many requests to {section}.url failed; they are held back for a short time");
        Self::internal(Error::unavailable(message))
    }

    /// A response that ended early or never came.
    pub(crate) fn network(error: reqwest::Error, answered: bool, redaction: Redaction<'_>) -> Self {
        let section = redaction.section;
        let error = error.without_url();
        let cause = provider_message::quotable(&innermost(&error), redaction.secrets, &[]).unwrap_or_default();
        let certificate = cause.contains("certificate");
        let message = if error.is_timeout() {
            format!("the server at {section}.url did not answer in time; {section}.timeout_s can be raised")
        } else if certificate {
            format!("the server at {section}.url is not trusted: {cause}; set {section}.ca_file to its authority")
        } else if error.is_connect() {
            format!("the server at {section}.url cannot be reached: {cause}")
        } else {
            format!("the connection to the server at {section}.url broke: {cause}")
        };
        let error = Error::unavailable(message);
        Self { error, answered, may_succeed: !certificate, server_down: true, rejection: None }
    }

    /// A response with a status that is no success.
    pub(crate) fn status(status: u16, body: &Value, retry_after: Option<Duration>, redaction: Redaction<'_>) -> Self {
        let section = redaction.section;
        let said = match provider_message::read(body) {
            // A server may repeat a part of a wrong key.
            _ if status == 401 => String::new(),
            None => String::new(),
            Some(message) => match provider_message::quotable(&message, redaction.secrets, redaction.private) {
                Some(message) => format!(": {message}"),
                None => "; its message repeats the prompt and is not shown".to_owned(),
            },
        };
        let code = body.pointer("/error/code").and_then(Value::as_str).unwrap_or_default();
        let (kind, message) = match (status, code) {
            (401, _) => (ErrorKind::Unauthenticated, format!("the server rejected the API key; set {section}.key")),
            (403, _) => {
                let message = format!("the API key does not allow this; set {section}.key to one that does{said}");
                (ErrorKind::Unauthenticated, message)
            }
            (402, _) | (429, "insufficient_quota") => {
                let message = format!("the account of {section}.key has no credit left; add credit to it{said}");
                (ErrorKind::Unavailable, message)
            }
            (400, "content_filter") => (ErrorKind::Internal, "the model refused to answer (content_filter)".to_owned()),
            (404, _) => {
                let message = format!("the server has no such model or path; check {section}.url and {section}.name");
                // Not the prompt's fault: it can be sent again once the setting is right.
                (ErrorKind::Unavailable, format!("{message}{said}"))
            }
            (429, _) => (ErrorKind::Unavailable, format!("the server limits the rate of requests{said}")),
            (408 | 409 | 425 | 500.., _) => {
                (ErrorKind::Unavailable, format!("the server failed with status {status}{said}"))
            }
            (300..400, _) => {
                let message = format!("the server redirects elsewhere with status {status}; set {section}.url to that");
                (ErrorKind::Unavailable, message)
            }
            _ => (ErrorKind::Invalid, format!("the server rejected the request with status {status}{said}")),
        };
        let mut error = Error::new(kind, message);
        if let Some(wait) = retry_after.filter(|_| kind == ErrorKind::Unavailable) {
            error = error.with_retry_after(wait);
        }
        Self {
            may_succeed: kind == ErrorKind::Unavailable
                && !matches!(status, 300..=402 | 404)
                && code != "insufficient_quota",
            server_down: status >= 500,
            rejection: matches!(status, 400 | 422).then(|| provider_message::all_text(body)),
            answered: true,
            error,
        }
    }
}

/// The innermost cause of an error.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn StdError = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(status: u16, body: &Value) -> Failure {
        let secrets = ["geheim".to_owned()];
        let private = ["my sister Ada lives in Porto"];
        let redaction = Redaction { section: "model", secrets: &secrets, private: &private };
        Failure::status(status, body, Some(Duration::from_secs(7)), redaction)
    }

    #[test]
    fn a_status_tells_the_kind_and_whether_to_try_again() {
        for (status, kind, may_succeed) in [
            (302, ErrorKind::Unavailable, false),
            (400, ErrorKind::Invalid, false),
            (401, ErrorKind::Unauthenticated, false),
            (402, ErrorKind::Unavailable, false),
            (403, ErrorKind::Unauthenticated, false),
            (404, ErrorKind::Unavailable, false),
            (408, ErrorKind::Unavailable, true),
            (409, ErrorKind::Unavailable, true),
            (413, ErrorKind::Invalid, false),
            (422, ErrorKind::Invalid, false),
            (425, ErrorKind::Unavailable, true),
            (429, ErrorKind::Unavailable, true),
            (500, ErrorKind::Unavailable, true),
            (503, ErrorKind::Unavailable, true),
            (529, ErrorKind::Unavailable, true),
        ] {
            let failure = of(status, &Value::Null);
            assert_eq!((failure.error.kind(), failure.may_succeed), (kind, may_succeed), "{status}");
            assert_eq!(failure.error.retry_after().is_some(), kind == ErrorKind::Unavailable, "{status}");
            assert_eq!(failure.server_down, status >= 500, "{status}");
        }
    }

    #[test]
    fn an_exhausted_quota_is_not_tried_again() {
        let failure = of(429, &json!({ "error": { "code": "insufficient_quota", "message": "no" } }));
        assert!(!failure.may_succeed);
        assert!(failure.error.message().contains("credit"), "{}", failure.error);
    }

    #[test]
    fn a_filtered_prompt_is_a_refusal() {
        let failure = of(400, &json!({ "error": { "code": "content_filter", "message": "filtered" } }));
        assert_eq!(failure.error.kind(), ErrorKind::Internal);
    }

    #[test]
    fn the_message_quotes_the_server_but_neither_the_key_nor_the_prompt() {
        let quoted = of(400, &json!({ "error": { "message": "geheim is too long" } }));
        assert!(quoted.error.message().ends_with("status 400: … is too long"), "{}", quoted.error);
        let repeated = of(422, &json!({ "detail": "invalid: my sister Ada lives in Porto" }));
        assert!(!repeated.error.message().contains("Ada"), "{}", repeated.error);
        let masked = of(401, &json!({ "error": { "message": "wrong key: geh***" } }));
        assert!(masked.error.message().ends_with("set model.key"), "{}", masked.error);
    }
}
