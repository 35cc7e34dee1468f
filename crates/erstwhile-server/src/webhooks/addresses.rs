//! Where webhooks may be: not at addresses inside the operator's network, unless the operator allows it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use rustls::{ClientConfig, RootCertStore};

use crate::settings::WebhookSettings;

/// Maximum number of characters of an address.
const URL_MAX: usize = 2_000;
/// Why an address is refused.
pub(super) const PRIVATE: &str =
    "the address is private: the setting webhooks.allow_private_addresses allows such addresses";

/// Parses the address of a webhook.
///
/// # Errors
/// Why it cannot be used.
pub fn check_url(url: &str, allow_private: bool) -> Result<Url, String> {
    let parsed = Url::parse(url).ok().filter(|_| url.len() <= URL_MAX);
    let parsed = parsed.ok_or_else(|| format!("the address must be a URL of at most {URL_MAX} characters"))?;
    if !matches!(parsed.scheme(), "https" | "http") {
        return Err("the address must begin with https:// or http://".to_owned());
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err("the address must not contain a name or a password".to_owned());
    }
    let host = parsed.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let is_private = match host.parse() {
        Ok(address) => !is_public(address),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    };
    if is_private && !allow_private { Err(PRIVATE.to_owned()) } else { Ok(parsed) }
}

/// Whether an address is one of the public internet.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match embedded_v4(address) {
            Some(inner) => is_public_v4(inner),
            None => is_public_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let is_shared = first == 100 && (64..128).contains(&second);
    let is_reserved = first == 0 || first >= 240 || (first, second, third) == (192, 0, 0);
    let is_for_benchmarks = first == 198 && (second == 18 || second == 19);
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || is_shared
        || is_reserved
        || is_for_benchmarks)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // Only this range is assigned to the public internet.
    let [first, second, ..] = address.segments();
    first & 0xe000 == 0x2000 && !(first == 0x2001 && (second == 0x0db8 || second == 0))
}

/// The version 4 address to which a version 6 address leads.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let segments = address.segments();
    let of = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match segments {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            Some(of(high, low))
        }
        _ => None,
    }
}

/// Finds the addresses of names, and withholds private ones. The connection is made to what it returns, so a name
/// cannot change its address between the check and the connection.
#[derive(Debug)]
pub(super) struct Resolver {
    allow_private: bool,
}

/// All addresses of a name are private.
#[derive(Debug)]
struct Refused;

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(PRIVATE)
    }
}

impl std::error::Error for Refused {}

impl Resolver {
    /// Whether a request failed because the address is private.
    pub(super) fn refused(error: &(dyn std::error::Error + 'static)) -> bool {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if error.is::<Refused>() {
                return true;
            }
            cause = error.source();
        }
        false
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let allowed: Vec<SocketAddr> =
                found.into_iter().filter(|address| allow_private || is_public(address.ip())).collect();
            if allowed.is_empty() {
                return Err(Refused.into());
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}

/// The client that delivers: without redirects and proxies.
///
/// # Errors
/// If TLS cannot be configured.
pub(super) fn client(settings: &WebhookSettings) -> anyhow::Result<Client> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .context("cannot configure TLS")?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(settings.timeout_s))
        .dns_resolver(Arc::new(Resolver { allow_private: settings.allow_private_addresses }))
        .build()
        .context("cannot create an HTTP client")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_inside_a_network_are_refused_in_every_form() {
        for url in [
            "http://127.0.0.1/x",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://10.1.2.3",
            "http://172.16.0.1",
            "http://192.168.1.1",
            "http://169.254.169.254/latest",
            "http://100.64.0.1",
            "http://0.0.0.0",
            "http://[::1]:9000/",
            "http://[::ffff:127.0.0.1]/",
            "http://[64:ff9b::10.0.0.1]/",
            "http://[2002:a00:1::]/",
            "http://[fd00::1]/",
            "http://[fe80::1]/",
            "http://localhost:8000/",
            "http://a.localhost/",
        ] {
            assert_eq!(check_url(url, false).unwrap_err(), PRIVATE, "{url}");
            assert!(check_url(url, true).is_ok(), "{url}");
        }
        for url in ["https://example.org/hook", "http://93.184.216.34/", "https://[2606:2800:220:1::1]/"] {
            assert!(check_url(url, false).is_ok(), "{url}");
        }
        for url in ["ftp://example.org", "example.org", "https://ann:secret@example.org/", "https://", ""] {
            assert!(check_url(url, true).is_err(), "{url}");
        }
    }
}
