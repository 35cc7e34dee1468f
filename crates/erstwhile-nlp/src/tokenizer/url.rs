//! Recognises URLs, e-mail addresses and host names.

use crate::characters::{Characters, Class};

/// The greatest length of a label of a host name.
const LABEL: usize = 64;
/// The greatest length of a top-level domain.
const TOP_LEVEL: usize = 63;

/// Whether a piece of text without white space is a URL: an optional scheme and user, a public IP address or host name, an
/// optional port, and anything behind `/`, `?` or `#`.
///
/// The host may begin at the start, behind the scheme, or behind any `@`.
pub(super) fn is_url(characters: &Characters, text: &str) -> bool {
    if !text.contains('.') {
        return false;
    }
    let scheme = text.find("://").filter(|end| {
        let scheme = &text[..*end];
        let allowed = |character| matches!(character, '+' | '-' | '.') || characters.is(character, Class::WORD);
        scheme.chars().nth(1).is_some() && scheme.chars().all(allowed)
    });
    let behind_users = text.match_indices('@').filter(|(at, _)| *at > 0).map(|(at, _)| at + 1);
    let starts = [Some(0), scheme.map(|end| end + 3)].into_iter().flatten().chain(behind_users);
    starts.into_iter().any(|start| {
        let rest = &text[start..];
        let behind = address(rest).or_else(|| host(characters, rest));
        behind.is_some_and(|behind| is_tail(characters, &rest[behind..]))
    })
}

/// The length of a public IP address at the start.
fn address(text: &str) -> Option<usize> {
    let mut octets = [""; 4];
    let mut at = 0;
    for (place, octet) in octets.iter_mut().enumerate() {
        let rest = &text[at..];
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        *octet = &rest[..length];
        at += length;
        let value = Some(length).filter(|length| (1..=3).contains(length)).and_then(|_| octet.parse::<u16>().ok())?;
        let allowed = match place {
            0 => (1..=223).contains(&value) && !octet.starts_with('0'),
            3 => (1..=254).contains(&value) && !octet.starts_with('0'),
            // Two digits may begin with a zero, three only with a one or a two.
            _ => value <= 255 && (length < 3 || !octet.starts_with('0')),
        };
        if !allowed {
            return None;
        }
        if place < 3 {
            at += text[at..].strip_prefix('.').map(|_| 1)?;
        }
    }
    let private = match (octets[0], octets[1]) {
        ("10" | "127", _) | ("169", "254") | ("192", "168") => true,
        ("172", second) => second.len() == 2 && ("16".."32").contains(&second),
        _ => false,
    };
    (!private).then_some(at)
}

/// The length of a host name at the start: labels, each with a full stop, and a top-level domain.
fn host(characters: &Characters, text: &str) -> Option<usize> {
    let mut at = 0;
    let mut labels = 0;
    loop {
        let rest = &text[at..];
        match label(rest) {
            Some(length) => {
                at += length;
                labels += 1;
            }
            None if labels > 0 => {
                let top_level = rest.chars().take_while(|character| characters.is(*character, Class::ALPHA_LOWER));
                let (count, length) =
                    top_level.fold((0, 0), |(count, length), character| (count + 1, length + character.len_utf8()));
                return (2..=TOP_LEVEL).contains(&count).then_some(at + length);
            }
            None => return None,
        }
    }
}

/// The length of a label with the full stop behind it.
fn label(text: &str) -> Option<usize> {
    let mut last = None;
    for (count, (at, character)) in text.char_indices().enumerate().take(LABEL + 1) {
        if character == '.' {
            return last.is_some_and(is_inner).then_some(at + 1);
        }
        let allowed = is_inner(character) || (count > 0 && matches!(character, '_' | '-'));
        if !allowed {
            return None;
        }
        last = Some(character);
    }
    None
}

/// Whether a character may begin and end a label.
fn is_inner(character: char) -> bool {
    character.is_ascii_alphanumeric() || ('\u{a1}'..='\u{ffff}').contains(&character)
}

/// Whether the text behind the host is a port, a path or nothing.
fn is_tail(characters: &Characters, text: &str) -> bool {
    let mut rest = text;
    if let Some(port) = text.strip_prefix(':') {
        let digits = port.chars().take_while(|character| characters.is(*character, Class::DECIMAL));
        let (count, length) = digits.fold((0, 0), |(count, length), digit| (count + 1, length + digit.len_utf8()));
        if !(2..=5).contains(&count) {
            return false;
        }
        rest = &port[length..];
    }
    rest.is_empty() || rest.starts_with(['/', '?', '#'])
}
