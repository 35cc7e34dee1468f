//! Addresses of servers.

use erstwhile::{Error, Result};
use reqwest::Url;

/// A base URL for messages and logs, without credentials and parameters.
pub(crate) fn without_secrets(url: &str) -> String {
    let Ok(url) = Url::parse(url) else { return "(an invalid URL)".to_owned() };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
}

/// Whether a URL is complete, so that no path is appended to it.
pub(crate) fn is_complete(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    url.contains("{model}") || path.trim_end_matches('/').ends_with("/chat/completions")
}

/// The URL of an operation: a complete URL as it is, else the base URL with `path`; both with the extra parameters.
///
/// `section` is the section of the settings that holds the URL.
pub(crate) fn operation(section: &str, base: &str, path: &str, model: &str, query: &[(String, String)]) -> Result<Url> {
    let joined = if is_complete(base) {
        base.replace("{model}", &path_segment(model))
    } else {
        match base.split_once('?') {
            Some((address, parameters)) => format!("{}{path}?{parameters}", address.trim_end_matches('/')),
            None => format!("{}{path}", base.trim_end_matches('/')),
        }
    };
    // The message leaves the URL out: it may hold a password.
    let invalid = || {
        let message = format!("{section}.url is invalid: set it to the server's base URL, such as http://host:8080/v1");
        Error::invalid(message)
    };
    let mut url = Url::parse(&joined).map_err(|_| invalid())?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(invalid());
    }
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Ok(url)
}

/// Encodes a model's name for the path of a URL.
pub(crate) fn path_segment(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:@".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chat(base: &str) -> String {
        let version = [("api-version".to_owned(), "2024-10-21".to_owned())];
        let query = if base.contains("azure") { &version[..] } else { &[] };
        operation("model", base, "/chat/completions", "gpt 4", query).expect("a URL").to_string()
    }

    #[test]
    fn a_base_url_gets_the_path_of_the_operation() {
        assert_eq!(chat("http://localhost:8080/v1"), "http://localhost:8080/v1/chat/completions");
        assert_eq!(chat("http://localhost:8080/v1/"), "http://localhost:8080/v1/chat/completions");
        assert_eq!(chat("http://localhost/v1?a=b"), "http://localhost/v1/chat/completions?a=b");
    }

    #[test]
    fn a_complete_url_is_used_as_it_is() {
        assert_eq!(
            chat("https://x.azure.com/openai/deployments/{model}/chat/completions"),
            "https://x.azure.com/openai/deployments/gpt%204/chat/completions?api-version=2024-10-21"
        );
        assert_eq!(chat("https://gateway/chat/completions"), "https://gateway/chat/completions");
    }

    #[test]
    fn an_invalid_url_is_an_error_that_does_not_show_it() {
        for url in ["localhost:8080/v1", "https://:geheim@/v1", "ftp://user:geheim@host/v1", "geheim"] {
            let error = operation("model", url, "/x", "m", &[]).expect_err(url);
            assert!(error.message().contains("model.url"), "{error}");
            assert!(!error.message().contains("geheim"), "{error}");
        }
    }

    #[test]
    fn an_address_for_messages_has_no_secrets() {
        assert_eq!(without_secrets("https://user:pass@host:81/v1?key=secret#x"), "https://host:81/v1");
    }
}
