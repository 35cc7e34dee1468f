//! Requests to a path of another generation than that of their SDK: the answer says which base URL to use.

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::client::Client;
use super::error::ApiError;
use super::v4;

/// The code of an error about the base URL of an SDK.
const WRONG_BASE_URL: &str = "wrong_base_url";

/// Middleware that refuses requests which an SDK sends to the paths of another generation, because some of them would
/// be understood as something else.
pub async fn refuse(request: Request, next: Next) -> Response {
    match misdirected(request.headers(), request.uri()) {
        Some(error) => error.into_response(),
        None => next.run(request).await,
    }
}

/// The answer to a request that no route takes.
pub async fn route_not_found(headers: HeaderMap, uri: Uri) -> ApiError {
    let path = uri.path();
    if path.starts_with("/api/v") && !path.get(7..).unwrap_or_default().contains("/api/") {
        return ApiError::new(StatusCode::NOT_FOUND, format!("route not found: {path}"));
    }
    let server = server(&headers);
    let message = format!(
        "route not found: {path}; the base URL is {server}/api/v4 for zep-cloud 4, {server}/api/v2 for zep-cloud 1 to \
         3, and {server} for zep-python and zep-js"
    );
    ApiError::new(StatusCode::NOT_FOUND, message).with_code(WRONG_BASE_URL)
}

/// The error, when the SDK and the path are of different generations.
fn misdirected(headers: &HeaderMap, uri: &Uri) -> Option<ApiError> {
    let path = uri.path();
    let is_v4_path = path == v4::PREFIX || path.starts_with("/api/v4/");
    let (sdk, base) = match Client::of_sdk(headers)? {
        Client::CloudV4 if !is_v4_path => ("this SDK (zep-cloud 4)", v4::PREFIX),
        Client::CloudV1 | Client::CloudV2 | Client::CloudV3 if is_v4_path => ("this SDK (zep-cloud 1 to 3)", "/api/v2"),
        Client::Community if is_v4_path => ("this SDK (zep-python or zep-js 2)", ""),
        _ => return None,
    };
    let message = format!("{sdk} cannot use the path {path}; set its base URL to {}{base}", server(headers));
    Some(ApiError::new(StatusCode::NOT_FOUND, message).with_code(WRONG_BASE_URL))
}

/// The address under which the client reached this server, as far as the request says.
fn server(headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let scheme = text("x-forwarded-proto").filter(|scheme| *scheme == "https");
    let host = text(header::HOST.as_str()).unwrap_or("SERVER");
    format!("{}://{host}", scheme.unwrap_or("http"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(sdk: &'static str, version: &'static str, path: &'static str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert("host", "memory:8000".parse().unwrap());
        headers.insert("x-fern-sdk-name", sdk.parse().unwrap());
        headers.insert("x-fern-sdk-version", version.parse().unwrap());
        misdirected(&headers, &path.parse().unwrap()).map(|error| error.message().to_owned())
    }

    #[test]
    fn an_sdk_at_the_paths_of_another_generation_is_told_its_base_url() {
        let told = answer("zep-cloud", "4.0.1", "/api/v2/users").unwrap();
        assert!(told.ends_with("http://memory:8000/api/v4"), "{told}");
        let told = answer("zep-cloud", "4.0.1", "/users").unwrap();
        assert!(told.ends_with("http://memory:8000/api/v4"), "{told}");
        let told = answer("@getzep/zep-cloud", "3.30.0", "/api/v4/users").unwrap();
        assert!(told.ends_with("http://memory:8000/api/v2"), "{told}");
        let told = answer("zep-python", "2.0.2", "/api/v4/users").unwrap();
        assert!(told.ends_with("http://memory:8000"), "{told}");
    }

    #[test]
    fn an_sdk_at_its_own_paths_is_not_refused() {
        assert_eq!(answer("zep-cloud", "4.0.1", "/api/v4/users"), None);
        assert_eq!(answer("zep-cloud", "3.30.0", "/api/v2/users"), None);
        assert_eq!(answer("zep-cloud", "1.0.9", "/api/v2/sessions"), None);
        assert_eq!(answer("zep-python", "2.0.2", "/api/v2/sessions"), None);
    }
}
