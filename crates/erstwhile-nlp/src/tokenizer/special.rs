//! Special cases: contractions, abbreviations and emoticons whose tokens are listed.

use super::RawToken;
use crate::hash::{HashedMap, murmur64};
use crate::weights::{LoadError, Reader};

/// A token of a special case.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// The number of bytes.
    pub(super) length: u8,
    /// The id of its norm, or 0.
    pub(super) norm: u64,
}

/// A text with its tokens.
#[derive(Debug, Clone, Copy)]
struct Case {
    text: &'static str,
    first: usize,
    count: usize,
}

/// The list of special cases.
#[derive(Debug)]
pub(super) struct SpecialCases {
    cases: Vec<Case>,
    parts: Vec<Part>,
    by_text: HashedMap<usize>,
    /// The greatest number of bytes of a special case.
    longest: usize,
    /// Cases that the rules for affixes split. They are found again as sequences of tokens, by the hash of the first.
    sequences: HashedMap<Vec<Sequence>>,
}

/// The tokens into which the affixes split a special case, as lengths in bytes.
#[derive(Debug)]
struct Sequence {
    case: usize,
    lengths: Vec<usize>,
}

/// Memory for one text.
#[derive(Debug, Default)]
pub(super) struct SpanScratch {
    /// Number of tokens, first token, special case.
    spans: Vec<(usize, usize, usize)>,
    taken: Vec<bool>,
    chosen: Vec<(usize, usize, usize)>,
    tokens: Vec<RawToken>,
}

impl SpecialCases {
    pub(super) fn read(reader: &mut Reader<'static>) -> Result<Self, LoadError> {
        let mut cases = Vec::new();
        let mut parts = Vec::new();
        let mut by_text = HashedMap::default();
        for case in 0..reader.count()? {
            let (text, first) = (reader.text()?, parts.len());
            for _ in 0..reader.u8()? {
                parts.push(Part { length: reader.u8()?, norm: reader.u64()? });
            }
            let mut at = 0;
            let whole = parts[first..].iter().all(|part| {
                at += usize::from(part.length);
                part.length > 0 && text.is_char_boundary(at)
            });
            if !whole || at != text.len() || text.is_empty() {
                return Err(LoadError::Invalid("special case"));
            }
            by_text.insert(murmur64(text.as_bytes()), case);
            cases.push(Case { text, first, count: parts.len() - first });
        }
        let longest = cases.iter().map(|case| case.text.len()).max().unwrap_or(0);
        Ok(Self { cases, parts, by_text, longest, sequences: HashedMap::default() })
    }

    pub(super) fn len(&self) -> usize {
        self.cases.len()
    }

    pub(super) fn text(&self, case: usize) -> &'static str {
        self.cases.get(case).map_or("", |case| case.text)
    }

    fn parts(&self, case: usize) -> &[Part] {
        self.cases.get(case).map_or(&[], |case| &self.parts[case.first..][..case.count])
    }

    /// The tokens of a text if it is a special case.
    pub(super) fn get(&self, text: &str) -> Option<&[Part]> {
        if text.len() > self.longest {
            return None;
        }
        let case = *self.by_text.get(&murmur64(text.as_bytes()))?;
        (self.text(case) == text).then(|| self.parts(case))
    }

    /// Notes the tokens into which the affixes split a special case.
    pub(super) fn add_sequence(&mut self, case: usize, tokens: &[RawToken]) {
        let unchanged = matches!(self.parts(case), [part] if part.norm == 0) && tokens.len() == 1;
        let Some(first) = tokens.first().filter(|_| !unchanged) else { return };
        let key = murmur64(first.text(self.text(case)).as_bytes());
        let lengths = tokens.iter().map(|token| (token.end - token.start) as usize).collect();
        self.sequences.entry(key).or_default().push(Sequence { case, lengths });
    }

    /// Replaces sequences of tokens that together are a special case.
    pub(super) fn apply_to_sequences(&self, text: &str, tokens: &mut Vec<RawToken>, scratch: &mut SpanScratch) {
        scratch.spans.clear();
        for (start, token) in tokens.iter().enumerate() {
            let first = token.text(text);
            if first.len() > self.longest {
                continue;
            }
            for sequence in self.sequences.get(&murmur64(first.as_bytes())).into_iter().flatten() {
                let mut rest = self.text(sequence.case);
                let found = tokens.get(start..start + sequence.lengths.len()).is_some_and(|tokens| {
                    tokens.iter().all(|token| match rest.strip_prefix(token.text(text)) {
                        Some(behind) => {
                            rest = behind;
                            true
                        }
                        None => false,
                    })
                });
                if found && rest.is_empty() {
                    scratch.spans.push((sequence.lengths.len(), start, sequence.case));
                }
            }
        }
        if !scratch.spans.is_empty() {
            self.replace(tokens, scratch);
        }
    }

    /// Replaces the longest spans that do not overlap.
    fn replace(&self, tokens: &mut Vec<RawToken>, scratch: &mut SpanScratch) {
        let SpanScratch { spans, taken, chosen, tokens: replaced } = scratch;
        spans.sort_unstable_by_key(|(count, start, _)| (std::cmp::Reverse(*count), *start));
        taken.clear();
        taken.resize(tokens.len(), false);
        chosen.clear();
        for &(count, start, case) in spans.iter() {
            let span = &mut taken[start..start + count];
            if span.first() == Some(&false) && span.last() == Some(&false) {
                chosen.push((start, count, case));
            }
            span.fill(true);
        }
        chosen.sort_unstable();
        replaced.clear();
        let mut done = 0;
        for &(start, count, case) in chosen.iter() {
            let span = &tokens[start..start + count];
            let (Some(first), Some(last)) = (span.first(), span.last()) else { continue };
            // A sequence with spaces between its tokens is not the special case.
            if (last.end - first.start) as usize != self.text(case).len() {
                continue;
            }
            replaced.extend_from_slice(&tokens[done..start]);
            let mut at = first.start;
            for part in self.parts(case) {
                let end = at + u32::from(part.length);
                replaced.push(RawToken { start: at, end, space_after: false, norm: part.norm });
                at = end;
            }
            if let Some(replacement) = replaced.last_mut() {
                replacement.space_after = last.space_after;
            }
            done = start + count;
        }
        replaced.extend_from_slice(&tokens[done..]);
        std::mem::swap(tokens, replaced);
    }
}
