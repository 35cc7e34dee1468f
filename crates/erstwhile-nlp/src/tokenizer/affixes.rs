//! Punctuation at the start, at the end and within a word: what spaCy describes by regular expressions.

use std::ops::Range;

/// Punctuation that is split off at both ends.
const PUNCTUATION: &str = "…,:;!?¿؟¡()[]{}<>_#*&。？！，、；：～·।،۔؛٪";
const QUOTES: &str = "'\"”“`‘´’‚,„»«「」『』（）〔〕【】《》〈〉\u{2329}\u{232a}⟦⟧";
const CURRENCIES: &str = "$£€¥฿₽﷼₴₠₡₢₣₤₥₦₧₨₩₪₫₭₮₯₰₱₲₳₵₶₷₸₹₺₻₼₾₿";
const DOLLARS: [&str; 3] = ["US$", "C$", "A$"];
/// Units after a number, the longest first where one ends another.
const UNITS: &[&str] = &[
    "km", "km²", "km³", "m", "m²", "m³", "dm", "dm²", "dm³", "cm", "cm²", "cm³", "mm", "mm²", "mm³", "ha", "µm", "nm",
    "yd", "in", "ft", "kg", "g", "mg", "µg", "t", "lb", "oz", "m/s", "km/h", "kmh", "mph", "hPa", "Pa", "mbar", "mb",
    "MB", "kb", "KB", "gb", "GB", "tb", "TB", "T", "G", "M", "K", "%",
];

fn is_quote(c: char) -> bool {
    QUOTES.contains(c)
}

/// Lower-case letters, and letters of scripts without case.
fn is_lower(c: char) -> bool {
    c.is_lowercase() || c.is_alphabetic() && !c.is_uppercase()
}

/// Upper-case letters, and letters of scripts without case.
fn is_upper(c: char) -> bool {
    c.is_uppercase() || c.is_alphabetic() && !c.is_lowercase()
}

/// The length of the run of full stops at the start.
fn dots(text: &str) -> usize {
    text.len() - text.trim_start_matches('.').len()
}

/// The length in bytes of the prefix of a word; 0 if it has none.
pub(super) fn prefix(text: &str, is_icon: impl Fn(char) -> bool) -> usize {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return 0 };
    let one = first.len_utf8();
    if first == '+' {
        return if chars.next().is_some_and(|next| next.is_ascii_digit()) { 0 } else { one };
    }
    if first == '.' {
        let count = dots(text);
        return if count > 1 { count } else { 0 };
    }
    if let Some(dollar) = DOLLARS.iter().find(|dollar| text.starts_with(**dollar)) {
        return dollar.len();
    }
    let splits = matches!(first, '§' | '%' | '=' | '—' | '–')
        || PUNCTUATION.contains(first)
        || is_quote(first)
        || CURRENCIES.contains(first)
        || is_icon(first);
    if splits { one } else { 0 }
}

/// The length in bytes of the suffix of a word; 0 if it has none.
pub(super) fn suffix(text: &str, is_icon: impl Fn(char) -> bool) -> usize {
    let mut chars = text.chars().rev();
    let Some(last) = chars.next() else { return 0 };
    let before = chars.next();
    let third = chars.next();
    if matches!(last, 's' | 'S') && matches!(before, Some('\'' | '’')) {
        return last.len_utf8() + before.map_or(0, char::len_utf8);
    }
    if last == '.' {
        let count = text.len() - text.trim_end_matches('.').len();
        if count > 1 {
            return count;
        }
        let after_word = before.is_some_and(|c| {
            c.is_ascii_digit()
                || is_lower(c)
                || matches!(c, '%' | '²' | '-' | '+' | '|' | '?' | ':')
                || PUNCTUATION.contains(c)
                || is_quote(c)
        });
        let after_capitals = before.is_some_and(is_upper) && third.is_some_and(is_upper);
        let after_degrees = matches!(before, Some('F' | 'f' | 'C' | 'c' | 'K' | 'k')) && third == Some('°');
        return usize::from(after_word || after_capitals || after_degrees);
    }
    if last == '…' && before == Some('…') {
        return 6;
    }
    if let Some(length) = unit(text) {
        return length;
    }
    if last == '+' && before.is_some_and(|c| c.is_ascii_digit()) {
        return 1;
    }
    let splits = PUNCTUATION.contains(last) || is_quote(last) || matches!(last, '—' | '–') || is_icon(last);
    if splits { last.len_utf8() } else { 0 }
}

/// The longest unit or currency at the end that follows a digit.
fn unit(text: &str) -> Option<usize> {
    let after_digit = |length: usize| text[..text.len() - length].ends_with(|c: char| c.is_ascii_digit());
    let units = UNITS.iter().chain(&DOLLARS).filter(|unit| text.ends_with(**unit)).map(|unit| unit.len());
    let currency = text.chars().next_back().filter(|c| CURRENCIES.contains(*c)).map(char::len_utf8);
    units.chain(currency).filter(|length| after_digit(*length)).max()
}

/// Calls `found` for each place within a word where it is split.
pub(super) fn infixes(text: &str, is_icon: impl Fn(char) -> bool, mut found: impl FnMut(Range<usize>)) {
    let mut before: Option<char> = None;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at + c.len_utf8()..];
        let next = rest.chars().next();
        let length = match c {
            '.' if next == Some('.') => dots(&text[at..]),
            '…' => c.len_utf8(),
            _ if is_icon(c) => c.len_utf8(),
            '+' | '-' | '*' | '^'
                if before.is_some_and(|c| c.is_ascii_digit())
                    && next.is_some_and(|c| c.is_ascii_digit() || c == '-') =>
            {
                1
            }
            '.' if before.is_some_and(|c| is_lower(c) || is_quote(c))
                && next.is_some_and(|c| is_upper(c) || is_quote(c)) =>
            {
                1
            }
            ',' if before.is_some_and(char::is_alphabetic) && next.is_some_and(char::is_alphabetic) => 1,
            ':' | '<' | '>' | '=' | '/'
                if before.is_some_and(is_letter_or_digit) && next.is_some_and(char::is_alphabetic) =>
            {
                1
            }
            '-' | '–' | '—' | '~' if before.is_some_and(is_letter_or_digit) => hyphen(&text[at..]),
            _ => 0,
        };
        if length > 0 {
            found(at..at + length);
            before = text[..at + length].chars().next_back();
            at += length;
        } else {
            before = Some(c);
            at += c.len_utf8();
        }
    }
}

fn is_letter_or_digit(c: char) -> bool {
    c.is_alphabetic() || c.is_ascii_digit()
}

/// The length of a hyphen before a letter.
fn hyphen(text: &str) -> usize {
    ["-", "–", "—", "--", "---", "——", "~"]
        .iter()
        .find(|mark| text.strip_prefix(**mark).is_some_and(|rest| rest.starts_with(char::is_alphabetic)))
        .map_or(0, |mark| mark.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_and_suffixes_are_measured() {
        let none = |_: char| false;
        assert_eq!((prefix("(a", none), prefix("+1", none), prefix("...a", none), prefix("US$5", none)), (1, 0, 3, 3));
        assert_eq!(
            (suffix("it's", none), suffix("10km", none), suffix("end.", none), suffix("U.S.", none)),
            (2, 2, 1, 0)
        );
        assert_eq!((suffix("5%", none), suffix("USA.", none), suffix("a.m.", none)), (1, 1, 1));
    }
}
