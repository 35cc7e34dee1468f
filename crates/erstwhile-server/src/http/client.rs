//! The calling SDK, for the few routes whose responses differ between the generations under `/api/v2`, and for clients
//! that call the paths of another generation.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;

/// A generation of clients, detected from the headers of their SDK.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    /// zep-python and @getzep/zep-js 2: the community edition.
    Community,
    /// zep-cloud 1.
    CloudV1,
    /// zep-cloud 2.
    CloudV2,
    /// zep-cloud 3, and requests without these headers.
    CloudV3,
    /// zep-cloud 4 and later.
    CloudV4,
}

impl Client {
    /// Detects the client, if it is an SDK that sends these headers.
    pub fn of_sdk(headers: &HeaderMap) -> Option<Self> {
        headers.contains_key("x-fern-sdk-name").then(|| Self::of(headers))
    }

    /// Detects the client from `X-Fern-SDK-Name` and `X-Fern-SDK-Version`.
    pub fn of(headers: &HeaderMap) -> Self {
        let header = |name| headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok());
        let name = header("x-fern-sdk-name").unwrap_or_default();
        let major = header("x-fern-sdk-version").and_then(|version| version.split('.').next()).unwrap_or_default();
        match (name.contains("zep-cloud"), major) {
            (true, "1") => Self::CloudV1,
            (true, "2") => Self::CloudV2,
            (true, major) if major.parse::<u32>().is_ok_and(|major| major >= 4) => Self::CloudV4,
            (false, _) if name.ends_with("zep-python") || name.ends_with("zep-js") => Self::Community,
            _ => Self::CloudV3,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(name: &'static str, version: &'static str) -> Client {
        let mut headers = HeaderMap::new();
        headers.insert("x-fern-sdk-name", name.parse().unwrap());
        headers.insert("x-fern-sdk-version", version.parse().unwrap());
        Client::of(&headers)
    }

    #[test]
    fn sdks_are_detected_from_their_headers() {
        assert_eq!(client("zep-cloud", "1.0.11"), Client::CloudV1);
        assert_eq!(client("@getzep/zep-cloud", "2.22.0"), Client::CloudV2);
        assert_eq!(client("zep-cloud", "3.30.0"), Client::CloudV3);
        assert_eq!(client("zep-cloud", "4.0.1"), Client::CloudV4);
        assert_eq!(client("zep-python", "2.0.2"), Client::Community);
        assert_eq!(client("@getzep/zep-js", "2.0.2"), Client::Community);
        assert_eq!(client("github.com/getzep/zep-go/v3", "3.21.0"), Client::CloudV3);
        assert_eq!(Client::of(&HeaderMap::new()), Client::CloudV3);
    }
}
