//! Links, hosts and e-mail addresses: they stay one token.

/// Whether a word is a link, a host name with a top-level domain, or an e-mail address.
pub(super) fn is_match(text: &str) -> bool {
    // Everything that matches has a full stop inside.
    if !text.contains('.') || text.chars().any(char::is_whitespace) {
        return false;
    }
    let candidates = [Some(text), after_scheme(text)];
    candidates.into_iter().flatten().any(|rest| is_host(rest) || after_user(rest).is_some_and(is_host))
}

/// The rest after "https://".
fn after_scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    let fits = scheme.chars().count() >= 2
        && scheme.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '+' | '-' | '.'));
    fits.then_some(rest)
}

/// The rest after "user@".
fn after_user(text: &str) -> Option<&str> {
    let (user, host) = text.rsplit_once('@')?;
    (!user.is_empty()).then_some(host)
}

/// `host.domain`, perhaps with a port and a path.
fn is_host(text: &str) -> bool {
    let end = text.find(['/', '?', '#']).unwrap_or(text.len());
    let (host, port) = text[..end].split_once(':').map_or((&text[..end], None), |(host, port)| (host, Some(port)));
    if port.is_some_and(|port| !(2..=5).contains(&port.len()) || !port.bytes().all(|b| b.is_ascii_digit())) {
        return false;
    }
    if is_public_address(host) {
        return true;
    }
    let Some((labels, domain)) = host.rsplit_once('.') else { return false };
    let lower = |c: char| c.is_lowercase() || c.is_alphabetic() && !c.is_uppercase();
    let domain_fits = (2..=63).contains(&domain.chars().count()) && domain.chars().all(lower);
    domain_fits && labels.split('.').all(is_label)
}

/// Letters and digits, with hyphens and underscores inside.
fn is_label(label: &str) -> bool {
    let alphanumeric = |c: char| c.is_ascii_alphanumeric() || ('\u{a1}'..='\u{ffff}').contains(&c);
    let length = label.chars().count();
    (1..=64).contains(&length)
        && label.starts_with(alphanumeric)
        && label.ends_with(alphanumeric)
        && label.chars().all(|c| alphanumeric(c) || matches!(c, '_' | '-'))
}

/// An IPv4 address outside the private ranges.
fn is_public_address(host: &str) -> bool {
    let octets: Vec<u8> = host.split('.').map_while(|part| part.parse().ok()).collect();
    let [first, second, _, last] = octets[..] else { return false };
    let private = matches!(first, 0 | 10 | 127 | 224..)
        || (first, second) == (169, 254)
        || (first, second) == (192, 168)
        || first == 172 && (16..=31).contains(&second);
    host.split('.').count() == 4 && !private && !matches!(last, 0 | 255)
}

#[cfg(test)]
mod tests {
    use super::is_match;

    #[test]
    fn links_and_addresses_match() {
        for text in ["noor.dev", "a.b@c.org", "https://x.example.com/a?b", "user_service.py", "8.8.8.8", "x.com:8080/y"]
        {
            assert!(is_match(text), "{text}");
        }
        for text in ["end.Next", "e.g", "10.0.0.5", "a", "3.14", "well-known", ".com", "a..b"] {
            assert!(!is_match(text), "{text}");
        }
    }
}
