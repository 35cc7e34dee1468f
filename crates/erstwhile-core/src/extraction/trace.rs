//! What a text says and no fact was made of, with the reasons.

/// Maximum number of entries of one episode; [`Trace::left_out`] counts the others.
pub const TRACE_ENTRIES_MAX: usize = 500;
/// Maximum number of bytes of the quoted words of an entry.
const WORDS_BYTES_MAX: usize = 300;

/// Where words were dropped. The stages follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// They were not read as prose of the speaker: quoted, pasted, too long, in another language.
    Text,
    /// They do not assert anything: a question, a condition, an instruction.
    Assertion,
    /// It is not known about whom or what they speak.
    Subject,
    /// No relation of the vocabulary says it.
    Relation,
    /// The object is not concrete, or not of a type that the relation takes.
    Object,
    /// A claim was read, but cannot become evidence: the text does not support it, or a limit is reached.
    Evidence,
}

impl Stage {
    /// The name in output for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Assertion => "assertion",
            Self::Subject => "subject",
            Self::Relation => "relation",
            Self::Object => "object",
            Self::Evidence => "evidence",
        }
    }
}

/// Words of a text that became no fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedWords {
    /// The words, shortened if they are long; empty if it is not known which.
    pub words: String,
    /// Where they were dropped.
    pub stage: Stage,
    /// Why they were dropped.
    pub reason: &'static str,
    /// How they were read, if there was a reading.
    pub reading: Option<String>,
}

/// What was dropped when one episode was read, in the order in which it was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// At most [`TRACE_ENTRIES_MAX`] entries.
    pub dropped: Vec<DroppedWords>,
    /// The number of entries above that limit.
    pub left_out: usize,
}

impl Trace {
    /// Adds an entry, or counts it if there is no room.
    pub fn add(&mut self, mut entry: DroppedWords) {
        if self.dropped.len() >= TRACE_ENTRIES_MAX {
            self.left_out += 1;
            return;
        }
        let words = entry.words.trim();
        entry.words = match words.get(..words.floor_char_boundary(WORDS_BYTES_MAX)) {
            Some(start) if start.len() < words.len() => format!("{start}…"),
            _ => words.to_owned(),
        };
        self.dropped.push(entry);
    }

    /// Adds the entries of another trace.
    pub fn append(&mut self, other: Self) {
        other.dropped.into_iter().for_each(|entry| self.add(entry));
        self.left_out += other.left_out;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_bounded_and_says_how_much_it_leaves_out() {
        let entry = |words: &str| DroppedWords {
            words: words.to_owned(),
            stage: Stage::Text,
            reason: "it is quoted",
            reading: None,
        };
        let mut trace = Trace::default();
        trace.add(entry(&"é".repeat(1_000)));
        assert_eq!(trace.dropped[0].words, format!("{}…", "é".repeat(150)));
        for _ in 0..TRACE_ENTRIES_MAX + 6 {
            trace.add(entry(" short "));
        }
        assert_eq!((trace.dropped.len(), trace.left_out), (TRACE_ENTRIES_MAX, 7));
        assert_eq!(trace.dropped[1].words, "short");
        let mut other = Trace::default();
        other.add(entry("more"));
        other.append(trace);
        assert_eq!((other.dropped.len(), other.left_out), (TRACE_ENTRIES_MAX, 8));
        assert_eq!(other.dropped[0].words, "more");
    }
}
