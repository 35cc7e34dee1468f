//! Sends one request and reads its response.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use erstwhile::{Error, Result};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Proxy, Response, Url};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;

use super::failure::{Failure, Redaction};
use super::retry;
use super::settings::ConnectionSettings;

/// How long a server may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The setting of a proxy that stands for no proxy.
const NO_PROXY: &str = "none";

/// A pool of connections to one server, and the headers of all requests. It has no `Debug`: it holds keys.
pub(crate) struct Transport {
    client: Client,
    headers: HeaderMap,
    bytes_max: usize,
}

impl Transport {
    /// Prepares the connection; nothing is sent yet.
    ///
    /// `headers` are those of the protocol, `bytes_max` limits the size of a response, and `section` is the section of
    /// the settings that describes the server.
    pub(crate) fn new(
        settings: &ConnectionSettings,
        headers: &[(&str, String)],
        bytes_max: usize,
        section: &str,
        url: &Url,
    ) -> Result<Self> {
        // A redirect could send the key to another server.
        let builder = client_builder(settings, section, url.scheme() == "https")?.redirect(Policy::none());
        let client = builder
            .timeout(settings.timeout)
            .build()
            .map_err(|error| Error::internal("cannot create an HTTP client").with_source(error.without_url()))?;
        let extra = settings.headers.iter().map(|(name, value)| (name.as_str(), value.clone()));
        let headers = header_map(headers.iter().cloned().chain(extra), section)?;
        Ok(Self { client, headers, bytes_max })
    }

    /// Sends a JSON document and returns the response's.
    pub(crate) async fn post(&self, url: &Url, body: Vec<u8>, redaction: Redaction<'_>) -> Result<Value, Failure> {
        let request = self.client.post(url.clone()).headers(self.headers.clone()).body(body);
        let response = request.send().await.map_err(|error| Failure::network(error, false, redaction))?;
        let (status, retry_after) = (response.status(), retry::retry_after(response.headers(), SystemTime::now()));
        let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or("no content type").to_owned();
        let body = self.read(response, redaction).await?;
        let parsed = serde_json::from_slice::<Value>(&body);
        if !status.is_success() {
            return Err(Failure::status(status.as_u16(), &parsed.unwrap_or_default(), retry_after, redaction));
        }
        let Ok(parsed) = parsed else {
            let message = format!("the server answered with {content_type} that is no JSON document");
            return Err(Failure::unusable(format!("{message}; check {}.url", redaction.section)));
        };
        match failure_inside(&parsed) {
            Some((status, part)) => Err(Failure::status(status, part, retry_after, redaction)),
            None => Ok(parsed),
        }
    }

    async fn read(&self, mut response: Response, redaction: Redaction<'_>) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        let broken = |error| Failure::network(error, true, redaction);
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
            if body.len() + chunk.len() > self.bytes_max {
                let message = format!("the server's response is larger than {} bytes", self.bytes_max);
                return Err(Failure::unusable(message));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

/// What all clients have in common: certificates, proxy and name.
pub(crate) fn client_builder(
    settings: &ConnectionSettings,
    section: &str,
    needs_certificates: bool,
) -> Result<ClientBuilder> {
    let tls = tls_config(settings.ca_file.as_deref(), section, needs_certificates)?;
    let builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .connect_timeout(CONNECT_TIMEOUT.min(settings.timeout))
        .user_agent(concat!("erstwhile/", env!("CARGO_PKG_VERSION")));
    match settings.proxy.as_deref() {
        None => Ok(builder),
        Some(NO_PROXY) => Ok(builder.no_proxy()),
        Some(proxy) => {
            // The source would show the URL, which may hold a password.
            let invalid = |_| Error::invalid(format!("{section}.proxy is no URL: set it to http://host:port"));
            Ok(builder.proxy(Proxy::all(proxy).map_err(invalid)?))
        }
    }
}

/// A failure that a gateway delivers as a success: its status, and the part of the response that tells it.
fn failure_inside(body: &Value) -> Option<(u16, &Value)> {
    let part = body.pointer("/choices/0").unwrap_or(body);
    let code = part.pointer("/error/code")?.as_u64()?;
    let status = u16::try_from(code).ok().filter(|code| (400..600).contains(code))?;
    Some((status, part))
}

/// The headers of all requests; their values are hidden in logs.
fn header_map<'a>(headers: impl Iterator<Item = (&'a str, String)>, section: &str) -> Result<HeaderMap> {
    let mut map = HeaderMap::new();
    map.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in headers {
        // The messages leave values out, and the errors' texts are not needed.
        let name_invalid = |_| Error::invalid(format!("{section}.headers has an invalid name `{name}`"));
        let value_invalid = |_| {
            let message = format!("the value for the header `{name}` has characters that no header may have");
            Error::invalid(format!("{message}: check {section}.key and {section}.headers"))
        };
        let mut value = HeaderValue::from_str(value.trim()).map_err(value_invalid)?;
        value.set_sensitive(true);
        map.insert(HeaderName::try_from(name).map_err(name_invalid)?, value);
    }
    Ok(map)
}

fn tls_config(ca_file: Option<&Path>, section: &str, required: bool) -> Result<ClientConfig> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::internal("cannot configure TLS").with_source(error))?;
    let mut roots = RootCertStore::empty();
    match ca_file {
        Some(file) => {
            let unreadable = |error: &dyn std::fmt::Display| {
                Error::invalid(format!("cannot read {section}.ca_file `{}`: {error}", file.display()))
            };
            for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unreadable(&error))? {
                let certificate = certificate.map_err(|error| unreadable(&error))?;
                roots.add(certificate).map_err(|error| unreadable(&error))?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if roots.is_empty() && (required || ca_file.is_some()) {
        let message = format!("found no certificate authority: set {section}.ca_file to a PEM file");
        return Err(Error::invalid(message));
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_failure_inside_a_success_is_a_failure() {
        let status = |body: &Value| failure_inside(body).map(|(status, _)| status);
        assert_eq!(status(&json!({ "error": { "code": 429 } })), Some(429));
        assert_eq!(status(&json!({ "choices": [{ "error": { "code": 502 } }] })), Some(502));
        assert_eq!(status(&json!({ "error": { "code": "x" } })), None);
        assert_eq!(status(&json!({ "choices": [], "error": null })), None);
    }

    #[test]
    fn a_header_with_a_line_break_is_an_error_that_does_not_show_it() {
        let headers = [("authorization", "Bearer geheim\nx".to_owned())];
        let error = header_map(headers.into_iter(), "model").expect_err("an error");
        assert!(error.message().contains("model.key") && !format!("{error:?}").contains("geheim"), "{error:?}");
    }
}
