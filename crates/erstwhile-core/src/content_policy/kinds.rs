//! Kinds of data that can be recognised by their form.

/// A kind of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    EmailAddress,
    PhoneNumber,
    PaymentCard,
    BankAccount,
    IpAddress,
    SocialSecurityNumber,
    Secret,
}

/// Beginnings of keys and tokens that well-known services issue.
const TOKEN_PREFIXES: [&str; 14] = [
    "sk-",
    "sk_live_",
    "sk_test_",
    "pk_live_",
    "rk_live_",
    "ghp_",
    "gho_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "AKIA",
    "AIza",
    "ew_",
];
/// Maximum number of digits of the number of a payment card.
const CARD_DIGITS_MAX: usize = 19;
/// Minimum number of characters of such a token.
const TOKEN_CHARACTERS_MIN: usize = 16;
/// What is followed by a secret.
const SECRET_NAMES: [&str; 7] = ["password", "passwd", "passphrase", "passcode", "pin", "api key", "secret key"];

impl Kind {
    pub(super) const ALL: [Self; 7] = [
        Self::EmailAddress,
        Self::PhoneNumber,
        Self::PaymentCard,
        Self::BankAccount,
        Self::IpAddress,
        Self::SocialSecurityNumber,
        Self::Secret,
    ];

    /// All kinds, for messages.
    pub(super) fn names() -> String {
        let names = Self::ALL.map(|kind| match kind {
            Self::EmailAddress => "an e-mail address",
            Self::PhoneNumber => "a phone number",
            Self::PaymentCard => "the number of a payment card",
            Self::BankAccount => "an IBAN",
            Self::IpAddress => "an IP address",
            Self::SocialSecurityNumber => "a US social security number",
            Self::Secret => "a password or key",
        });
        names.join(", ")
    }

    /// Whether data of the kind occurs in a text.
    pub(super) fn occurs_in(self, text: &str) -> bool {
        match self {
            Self::EmailAddress => tokens(text).any(is_email),
            Self::PhoneNumber => numbers(text).any(is_phone),
            Self::PaymentCard => digit_groups(text).any(|groups| has_card(&groups)),
            Self::BankAccount => has_iban(text),
            Self::IpAddress => tokens(text).any(is_ip),
            Self::SocialSecurityNumber => {
                digit_groups(text).any(|groups| groups.windows(3).any(|three| is_social_security(&three.join("-"))))
            }
            Self::Secret => tokens(text).any(is_token) || names_secret(text) || text.contains("PRIVATE KEY-----"),
        }
    }
}

/// The parts of a text between spaces, quotation marks and brackets, without the punctuation around them.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let is_border = |c: char| c.is_whitespace() || "\"'`<>()[]{},;“”‘’|".contains(c);
    let trimmed = |token: &'_ str| -> usize { token.trim_end_matches(['.', '!', '?', ':']).len() };
    text.split(is_border)
        .map(move |token| token.get(..trimmed(token)).unwrap_or(token))
        .filter(|token| !token.is_empty())
}

fn is_email(token: &str) -> bool {
    let token = token.strip_prefix("mailto:").unwrap_or(token);
    let Some((local, domain)) = token.split_once('@') else { return false };
    let is_label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    let top = domain.rsplit('.').next().unwrap_or_default();
    !local.is_empty()
        && local.chars().all(|c| c.is_alphanumeric() || "._%+-!#$&*/=?^{}~".contains(c))
        && domain.contains('.')
        && domain.split('.').all(is_label)
        && top.chars().count() >= 2
        && !top.chars().all(|c| c.is_ascii_digit())
}

fn is_ip(token: &str) -> bool {
    let address = token.split('/').next().unwrap_or_default();
    let without_port = address.rsplit_once(':').map_or(address, |(host, _)| host);
    is_ip_v4(address) || is_ip_v4(without_port) || is_ip_v6(address)
}

fn is_ip_v4(text: &str) -> bool {
    let is_byte = |part: &str| part.len() <= 3 && part.parse::<u8>().is_ok() && !part.starts_with('+');
    text.split('.').count() == 4 && text.split('.').all(is_byte)
}

fn is_ip_v6(text: &str) -> bool {
    let groups: Vec<&str> = text.split(':').collect();
    let is_group = |group: &&str| group.is_empty() || group.len() <= 4 && group.chars().all(|c| c.is_ascii_hexdigit());
    let is_short = text.matches("::").count() == 1 && groups.len() <= 8 && text.len() > 4;
    groups.iter().all(is_group) && (is_short || groups.len() == 8 && !text.contains("::"))
}

/// The longest runs of digits and of what groups the digits of one number.
fn numbers(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_ascii_digit() || " +()-./\u{a0}".contains(c);
    let parts = text.split(move |c: char| !is_part(c));
    parts.map(|run| run.trim_matches([' ', '-', '.', '/', ')', '\u{a0}'])).filter(|run| !run.is_empty())
}

/// The groups of digits of each part of a text in which only spaces and hyphens stand between them.
fn digit_groups(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let is_part = |c: char| c.is_ascii_digit() || " -\u{a0}".contains(c);
    text.split(move |c: char| !is_part(c)).map(groups_of).filter(|groups| !groups.is_empty())
}

fn groups_of(part: &str) -> Vec<&str> {
    part.split([' ', '-', '\u{a0}']).filter(|group| !group.is_empty()).collect()
}

/// Whether some groups in a row are the number of a card, among others: "4111 1111 1111 1111 12".
fn has_card(groups: &[&str]) -> bool {
    (0..groups.len()).any(|start| {
        let mut joined = String::new();
        for group in groups.get(start..).unwrap_or_default() {
            if joined.len() + group.len() > CARD_DIGITS_MAX {
                return false;
            }
            joined.push_str(group);
            if is_card(&joined) {
                return true;
            }
        }
        false
    })
}

fn digits(run: &str) -> Vec<u32> {
    run.chars().filter_map(|c| c.to_digit(10)).collect()
}

/// A number in the form of a phone number: an international one, or one of at least nine digits in groups.
fn is_phone(run: &str) -> bool {
    let count = digits(run).len();
    if !(7..=15).contains(&count) || run.matches('+').count() > 1 {
        return false;
    }
    let groups: Vec<&str> = run.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
    let is_date = groups.windows(3).any(|parts| {
        let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        matches!(lengths.as_slice(), [4, 1 | 2, 1 | 2] | [1 | 2, 1 | 2, 4]) && !run.contains('+')
    });
    let is_decimal = groups.len() == 2 && run.contains('.');
    if run.starts_with('+') || run.starts_with("00") {
        return !is_date;
    }
    let is_grouped = groups.len() >= 2 && groups.iter().all(|group| group.len() <= 7);
    let is_national = run.starts_with('0') && groups.len() == 1 && count >= 9;
    let is_short = run.starts_with('(') || groups.len() == 2 && groups.first().is_some_and(|first| first.len() == 3);
    !is_date && !is_decimal && !is_social_security(run) && (is_grouped && (count >= 9 || is_short) || is_national)
}

/// The digits of the number of a payment card, which satisfy the check of Luhn.
fn is_card(run: &str) -> bool {
    let digits = digits(run);
    if !(13..=CARD_DIGITS_MAX).contains(&digits.len()) || digits.iter().all(|digit| *digit == 0) {
        return false;
    }
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| match (place % 2, digit * 2) {
            (0, _) => digit,
            (_, double) if double > 9 => double - 9,
            (_, double) => double,
        })
        .sum();
    sum.is_multiple_of(10)
}

fn is_social_security(run: &str) -> bool {
    let groups: Vec<&str> = run.split(['-', ' ']).collect();
    let [area, group, serial] = groups.as_slice() else { return false };
    let all_digits = [area, group, serial].iter().all(|part| part.chars().all(|c| c.is_ascii_digit()));
    all_digits
        && (area.len(), group.len(), serial.len()) == (3, 2, 4)
        && !matches!(*area, "000" | "666")
        && !area.starts_with('9')
        && *group != "00"
        && *serial != "0000"
}

/// Whether an IBAN occurs: two letters, two digits and up to thirty more characters, possibly in groups, whose check digits
/// are right.
fn has_iban(text: &str) -> bool {
    const LENGTHS: std::ops::RangeInclusive<usize> = 15..=34;
    let words: Vec<&str> = tokens(text).collect();
    (0..words.len()).any(|start| {
        let mut joined = String::new();
        for word in words.get(start..).unwrap_or_default() {
            if !word.chars().all(|c| c.is_ascii_alphanumeric()) || joined.len() + word.len() > *LENGTHS.end() {
                return false;
            }
            joined.push_str(word);
            if LENGTHS.contains(&joined.len()) && is_iban(&joined) {
                return true;
            }
        }
        false
    })
}

fn is_iban(joined: &str) -> bool {
    let (head, tail) = joined.split_at(4);
    let begins =
        head.chars().take(2).all(|c| c.is_ascii_uppercase()) && head.chars().skip(2).all(|c| c.is_ascii_digit());
    let value = |c: char| c.to_digit(36).unwrap_or_default();
    let remainder = tail.chars().chain(head.chars()).map(value).fold(0_u32, |remainder, digit| {
        if digit > 9 { (remainder * 100 + digit) % 97 } else { (remainder * 10 + digit) % 97 }
    });
    begins && remainder == 1
}

/// A token as services issue them, or a JSON web token.
fn is_token(token: &str) -> bool {
    let is_issued = TOKEN_PREFIXES.iter().any(|prefix| token.starts_with(prefix));
    let is_signed = token.starts_with("eyJ") && token.matches('.').count() == 2;
    token.len() >= TOKEN_CHARACTERS_MIN && token.chars().any(|c| c.is_ascii_digit()) && (is_issued || is_signed)
}

/// Whether a text gives a secret by its name: "password is hunter2", "PIN: 1234".
fn names_secret(text: &str) -> bool {
    let text = text.to_lowercase();
    SECRET_NAMES.iter().any(|name| {
        text.match_indices(name).any(|(at, _)| {
            // Before anything else, so that a text of nothing but names is read once.
            if text.get(..at).and_then(|before| before.chars().next_back()).is_some_and(char::is_alphanumeric) {
                return false;
            }
            let after = text.get(at + name.len()..).unwrap_or_default();
            // The key of a JSON object stands in quotation marks.
            let after = after.trim_start_matches(['"', '\'']).trim_start();
            let value = [":", "=", "is "].iter().find_map(|sign| after.strip_prefix(sign)).map(str::trim_start);
            let first = value.and_then(|value| tokens(value).next());
            first.is_some_and(|first| {
                let has_digit_or_sign = first.chars().any(|c| !c.is_alphabetic());
                has_digit_or_sign && first.chars().count() >= 4
            })
        })
    })
}
