//! A text that remembers where each of its bytes stands in the original.

use std::ops::Range;

use regex::Regex;

/// A rewritten text with the position of each byte in the original.
#[derive(Debug, Clone, Default)]
pub(super) struct Mapped {
    text: String,
    origin: Vec<u32>,
}

impl Mapped {
    /// A part of the original text, unchanged.
    pub(super) fn slice(original: &str, range: Range<usize>) -> Self {
        let Some(text) = original.get(range.clone()) else { return Self::default() };
        Self { text: text.to_owned(), origin: range.map(|at| at as u32).collect() }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// The range in the original text of a range in this one.
    pub(super) fn origin(&self, range: Range<usize>) -> Range<usize> {
        let start = self.origin.get(range.start).copied().unwrap_or_default() as usize;
        let last =
            range.end.checked_sub(1).and_then(|last| self.origin.get(last)).copied().unwrap_or_default() as usize;
        start..(last + 1).max(start)
    }

    /// Replaces parts; `edits` are in order and do not overlap.
    pub(super) fn replace(&mut self, edits: &[(Range<usize>, &str)]) {
        if edits.is_empty() {
            return;
        }
        let mut text = String::with_capacity(self.text.len());
        let mut origin = Vec::with_capacity(self.origin.len());
        let mut done = 0;
        for (range, with) in edits {
            if range.start < done || self.text.get(range.clone()).is_none() {
                continue;
            }
            text.push_str(&self.text[done..range.start]);
            origin.extend_from_slice(&self.origin[done..range.start]);
            text.push_str(with);
            let first = self.origin.get(range.start).or(self.origin.last()).copied().unwrap_or_default();
            // The first and the last byte stand where the replaced part begins and ends.
            let last = range.end.checked_sub(1).and_then(|last| self.origin.get(last)).copied().unwrap_or(first);
            origin.extend(std::iter::repeat_n(first, with.len().saturating_sub(1)));
            origin.extend((!with.is_empty()).then_some(last.max(first)));
            done = range.end;
        }
        text.push_str(&self.text[done..]);
        origin.extend_from_slice(&self.origin[done..]);
        self.text = text;
        self.origin = origin;
    }

    /// Where the text begins and ends without white space and marks around it.
    pub(super) fn bounds(&self) -> Range<usize> {
        let start = self.text.len() - self.text.trim_start().len();
        start..self.text.trim_end_matches(['.', '!', ' ']).len().max(start)
    }

    /// Replaces the matches of a pattern, except those that begin or end inside an address or identifier: the "b" of
    /// "to b@example.com" is no word. `finish` is applied to each replacement.
    pub(super) fn rewrite(&mut self, pattern: &Regex, with: &str, finish: impl Fn(String) -> String) {
        let bounds = self.bounds();
        let text = &self.text[bounds.clone()];
        let joins = |c: char| matches!(c, '@' | '/' | '_' | '#');
        let edits: Vec<(Range<usize>, String)> = pattern
            .captures_iter(text)
            .filter_map(|found| {
                let place = found.get(0)?.range();
                let is_inside = text[..place.start].ends_with(joins) || text[place.end..].starts_with(joins);
                let mut full = String::new();
                found.expand(with, &mut full);
                (!is_inside).then(|| (bounds.start + place.start..bounds.start + place.end, finish(full)))
            })
            .collect();
        let edits: Vec<_> = edits.iter().map(|(range, full)| (range.clone(), full.as_str())).collect();
        self.replace(&edits);
    }

    /// A part of this text.
    pub(super) fn part(&self, range: Range<usize>) -> Self {
        match (self.text.get(range.clone()), self.origin.get(range)) {
            (Some(text), Some(origin)) => Self { text: text.to_owned(), origin: origin.to_vec() },
            _ => Self::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_those_of_the_original() {
        let mut text = Mapped::slice("I'm gonna go", 0..12);
        text.replace(&[(4..9, "going to")]);
        assert_eq!(text.text(), "I'm going to go");
        assert_eq!(text.origin(13..15), 10..12);
        assert_eq!(text.origin(4..12), 4..9);
    }

    #[test]
    fn patterns_do_not_rewrite_identifiers() {
        let pattern = Regex::new(r"\bto b\b").unwrap();
        let rewritten = |text: &str| {
            let mut text = Mapped::slice(text, 0..text.len());
            text.rewrite(&pattern, "to be", |full| full);
            text.text().to_owned()
        };
        assert_eq!(rewritten(" want to b here."), " want to be here.");
        assert_eq!(rewritten("changed to b@example.com"), "changed to b@example.com");
    }

    #[test]
    fn edits_that_overlap_are_skipped() {
        let mut text = Mapped::slice("abcdef", 0..6);
        text.replace(&[(0..3, "x"), (2..4, "y"), (4..5, "")]);
        assert_eq!(text.text(), "xdf");
    }
}
