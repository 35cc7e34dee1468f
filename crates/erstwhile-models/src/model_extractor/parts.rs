//! Cuts long texts at their own structure into parts that fit into one call.

use std::ops::Range;

use erstwhile::ports::Turn;
use erstwhile::text::sentences::split;

/// Maximum number of characters of a part.
pub(super) const PART_CHARACTERS: usize = 12_000;
/// Number of characters at the end of a part that the next part repeats, so that a sentence finds its subject.
const OVERLAP_CHARACTERS: usize = 600;
/// Maximum number of parts of one text; the rest is left out and counted.
pub(super) const PARTS_MAX: usize = 12;

/// A part of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part<'a> {
    /// The number of the turn in its request.
    pub(super) turn: usize,
    /// The byte at which the part starts in the turn's text.
    pub(super) start: usize,
    /// The text.
    pub(super) text: &'a str,
}

/// The parts of all turns, grouped into calls that fit; and for each turn, how many characters are left out.
pub(super) fn calls(turns: &[Turn]) -> (Vec<Vec<Part<'_>>>, Vec<usize>) {
    let mut calls: Vec<Vec<Part<'_>>> = Vec::new();
    let mut left_out = Vec::with_capacity(turns.len());
    let mut room = 0;
    for (number, turn) in turns.iter().enumerate() {
        let (ranges, rest) = ranges(&turn.text);
        left_out.push(rest);
        for range in ranges {
            let start = range.start;
            let Some(text) = turn.text.get(range) else { continue };
            let length = text.chars().count();
            match calls.last_mut().filter(|_| length <= room) {
                Some(call) => call.push(Part { turn: number, start, text }),
                None => {
                    calls.push(vec![Part { turn: number, start, text }]);
                    room = PART_CHARACTERS;
                }
            }
            room = room.saturating_sub(length);
        }
    }
    (calls, left_out)
}

/// The byte ranges of the parts of a text, and how many characters at its end are left out.
fn ranges(text: &str) -> (Vec<Range<usize>>, usize) {
    if text.chars().count() <= PART_CHARACTERS {
        return (std::iter::once(0..text.len()).collect(), 0);
    }
    let mut ranges = Vec::new();
    let mut start = 0;
    while start < text.len() && ranges.len() < PARTS_MAX {
        let limit = byte_after(text, start, PART_CHARACTERS);
        let end = if limit < text.len() { break_before(text, start, limit) } else { limit };
        ranges.push(start..end);
        if end >= text.len() {
            return (ranges, 0);
        }
        let overlap = byte_before(text, end, OVERLAP_CHARACTERS);
        start = first_break_after(text, overlap, end);
    }
    let read = ranges.last().map_or(0, |last| last.end);
    (ranges, text.get(read..).unwrap_or_default().chars().count())
}

fn byte_after(text: &str, from: usize, characters: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    rest.char_indices().nth(characters).map_or(text.len(), |(at, _)| from + at)
}

fn byte_before(text: &str, to: usize, characters: usize) -> usize {
    let rest = text.get(..to).unwrap_or_default();
    rest.char_indices().rev().nth(characters.saturating_sub(1)).map_or(0, |(at, _)| at)
}

/// The last good place to end a part: a heading or an empty line, else a line, else a sentence, else a word.
fn break_before(text: &str, start: usize, limit: usize) -> usize {
    let window = text.get(start..limit).unwrap_or_default();
    // Not in the first half, so that parts do not become many and small.
    let half = byte_after(window, 0, PART_CHARACTERS / 2);
    let late = |at: Option<usize>| at.filter(|at| *at >= half).map(|at| start + at);
    let heading = window.rfind("\n#").map(|at| at + 1);
    let paragraph = window.rfind("\n\n").map(|at| at + 2);
    let row = window.rfind('\n').map(|at| at + 1);
    let sentence = split(window).last().map(|sentence| sentence.span.start);
    let word = window.rfind(char::is_whitespace).map(|at| at + 1);
    [heading, paragraph, row, sentence, word].into_iter().find_map(late).unwrap_or(limit)
}

/// The first line, sentence or word that starts between two places.
fn first_break_after(text: &str, from: usize, to: usize) -> usize {
    let window = text.get(from..to).unwrap_or_default();
    let found = window.find('\n').or_else(|| window.find(". ").map(|at| at + 1)).or_else(|| window.find(' '));
    found.map_or(to, |at| from + at + 1).min(to)
}

#[cfg(test)]
mod tests {
    use erstwhile::model::EpisodeKind;
    use jiff::Timestamp;

    use super::*;

    fn turn(text: &str) -> Turn {
        Turn {
            kind: EpisodeKind::Text,
            role: None,
            speaker: None,
            text: text.to_owned(),
            reference_time: Timestamp::UNIX_EPOCH,
            thread: None,
        }
    }

    #[test]
    fn short_turns_share_a_call() {
        let turns = [turn("I like tea."), turn("I like jazz.")];
        let (calls, left_out) = calls(&turns);
        assert_eq!((calls.len(), calls[0].len(), left_out), (1, 2, vec![0, 0]));
        assert_eq!(calls[0][1], Part { turn: 1, start: 0, text: "I like jazz." });
    }

    #[test]
    fn a_long_text_is_cut_at_paragraphs_with_some_overlap_and_nothing_is_missing() {
        let paragraph = "Ünï wrote a long letter about the garden. ".repeat(30);
        let text = vec![paragraph.trim(); 25].join("\n\n");
        let turns = [turn(&text)];
        let (calls, left_out) = calls(&turns);
        assert_eq!(left_out, [0]);
        assert!(calls.len() >= 3, "{}", calls.len());
        let mut read = 0;
        for part in calls.iter().flatten() {
            assert!(part.start <= read, "a gap before byte {}", part.start);
            assert!(part.text.chars().count() <= PART_CHARACTERS);
            assert!(part.start == 0 || text[..part.start].ends_with(['\n', ' ']), "cut inside a word");
            read = part.start + part.text.len();
        }
        assert_eq!(read, text.len());
    }

    #[test]
    fn what_exceeds_the_limit_is_counted_and_text_without_spaces_is_cut_anywhere() {
        let text = "ü".repeat(PART_CHARACTERS * (PARTS_MAX + 1));
        let turns = [turn(&text)];
        let (calls, left_out) = calls(&turns);
        assert_eq!(calls.len(), PARTS_MAX);
        let read = calls.last().and_then(|call| call.last()).map_or(0, |part| part.start + part.text.len());
        assert_eq!(left_out, [text[read..].chars().count()]);
        assert!(left_out[0] > 0);
    }
}
