//! What is cut off at the start and end of a chunk and inside it.

use crate::characters::{Characters, Class};
use crate::weights::{LoadError, Reader};

/// The rules for prefixes, suffixes and infixes.
#[derive(Debug)]
pub(super) struct Affixes {
    /// Units and currency signs, which are cut off behind a digit.
    units: Vec<&'static str>,
    /// The greatest number of characters of a unit.
    longest: usize,
}

/// Prefixes of more than one character.
const SIGNS: [&str; 3] = ["US$", "C$", "A$"];
const POSSESSIVES: [&str; 4] = ["'s", "'S", "’s", "’S"];

impl Affixes {
    pub(super) fn read(reader: &mut Reader<'static>) -> Result<Self, LoadError> {
        let units = reader.texts()?;
        let longest = units.iter().map(|unit| unit.chars().count()).max().unwrap_or(0);
        Ok(Self { units, longest })
    }

    /// The length of the prefix of a chunk, or 0.
    pub(super) fn prefix(characters: &Characters, chunk: &str) -> usize {
        let mut rest = chunk.chars();
        let Some(first) = rest.next() else { return 0 };
        if first == '+' && rest.next().is_some_and(|next| next.is_ascii_digit()) {
            return 0;
        }
        if characters.is(first, Class::PREFIX) {
            return first.len_utf8();
        }
        if first == '.' {
            return dots(chunk);
        }
        SIGNS.into_iter().find(|sign| chunk.starts_with(sign)).map_or(0, str::len)
    }

    /// The length of the longest suffix of a chunk, or 0.
    pub(super) fn suffix(&self, characters: &Characters, chunk: &str) -> usize {
        let mut before = chunk.chars().rev();
        let Some(last) = before.next() else { return 0 };
        let (second, third) = (before.next(), before.next());
        let mut longest = 0;
        if characters.is(last, Class::SUFFIX) {
            longest = last.len_utf8();
        }
        if last == '…' && second == Some('…') {
            longest = 2 * last.len_utf8();
        }
        if matches!(last, 's' | 'S')
            && let Some(ending) = POSSESSIVES.into_iter().find(|ending| chunk.ends_with(ending))
        {
            longest = ending.len();
        }
        if last == '.' {
            longest = match second {
                Some('.') => chunk.len() - chunk.trim_end_matches('.').len(),
                Some(second) if Self::dot_is_cut(characters, second, third) => 1,
                _ => 0,
            };
        }
        longest.max(self.unit(chunk))
    }

    /// Whether a full stop is cut off behind these two characters, given last to first.
    fn dot_is_cut(characters: &Characters, last: char, second: Option<char>) -> bool {
        let degrees = second == Some('°') && matches!(last, 'F' | 'f' | 'C' | 'c' | 'K' | 'k');
        let capitals = characters.is(last, Class::ALPHA_UPPER)
            && second.is_some_and(|second| characters.is(second, Class::ALPHA_UPPER));
        degrees || capitals || characters.is(last, Class::DOT_BEFORE)
    }

    /// The length of a unit, a currency sign or a plus sign behind the last digit of a chunk.
    fn unit(&self, chunk: &str) -> usize {
        let tail = chunk.char_indices().rev().take(self.longest + 1).find(|(_, character)| character.is_ascii_digit());
        let Some((digit, _)) = tail else { return 0 };
        let tail = &chunk[digit + 1..];
        if tail == "+" || self.units.binary_search(&tail).is_ok() { tail.len() } else { 0 }
    }

    /// The length of the infix at the start of `rest`, or 0. `previous` is the character before it.
    pub(super) fn infix(characters: &Characters, previous: Option<char>, rest: &str) -> usize {
        let mut following = rest.chars();
        let Some(first) = following.next() else { return 0 };
        if first == '.' && dots(rest) > 0 {
            return dots(rest);
        }
        if first == '…' || characters.is(first, Class::ICON) {
            return first.len_utf8();
        }
        if first.is_ascii_alphanumeric() {
            return 0;
        }
        let (Some(previous), Some(next)) = (previous, following.next()) else { return 0 };
        let operator = matches!(first, '+' | '-' | '*' | '^');
        if operator && previous.is_ascii_digit() && (next.is_ascii_digit() || next == '-') {
            return 1;
        }
        let between_quotes =
            |character, class| characters.is(character, class) || characters.is(character, Class::QUOTE);
        let is_letter = |character| characters.is(character, Class::ALPHA);
        match first {
            '.' => {
                usize::from(between_quotes(previous, Class::ALPHA_LOWER) && between_quotes(next, Class::ALPHA_UPPER))
            }
            ',' => usize::from(is_letter(previous) && is_letter(next)),
            '-' | '–' | '—' | '~' | ':' | '<' | '>' | '=' | '/' if is_letter(previous) || previous.is_ascii_digit() =>
            {
                let longest = match first {
                    '-' => 3,
                    '—' => 2,
                    _ => 1,
                };
                let count = rest.chars().take_while(|character| *character == first).take(longest + 1).count();
                let length = count * first.len_utf8();
                let before_letter = rest[length..].chars().next().is_some_and(is_letter);
                if count <= longest && before_letter { length } else { 0 }
            }
            _ => 0,
        }
    }

    /// Whether a prefix, suffix or infix rule matches anywhere in a text.
    pub(super) fn touches(&self, characters: &Characters, text: &str) -> bool {
        let mut previous = None;
        let mut infix = text.char_indices().any(|(at, character)| {
            let found = Self::infix(characters, previous, &text[at..]) > 0;
            previous = Some(character);
            found
        });
        infix |= text.contains(' ');
        infix || Self::prefix(characters, text) > 0 || self.suffix(characters, text) > 0
    }
}

/// The number of full stops at the start, if there are at least two.
fn dots(text: &str) -> usize {
    let dots = text.bytes().take_while(|byte| *byte == b'.').count();
    if dots >= 2 { dots } else { 0 }
}
