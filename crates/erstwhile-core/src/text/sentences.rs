//! Splits a text into sentences with their spans; skips code blocks and tables.

use std::ops::Range;

/// One sentence or list item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Its span, without surrounding whitespace and list markers.
    pub span: Range<usize>,
    /// Whether it is a question.
    pub question: bool,
}

/// Longer text without a sentence end is split at a space.
const SENTENCE_BYTES_MAX: usize = 800;

/// Words, without their last full stop, after which a sentence goes on.
const ABBREVIATIONS: [&str; 40] = [
    "mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr", "vs", "etc", "e.g", "i.e", "approx", "dept", "est", "fig",
    "inc", "ltd", "corp", "co", "no", "mt", "ave", "a.m", "p.m", "u.s", "feat", "vol", "jan", "feb", "mar", "apr",
    "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
];

/// Question tags: a sentence that ends in one of these is a statement.
const TAGS: [&str; 9] =
    [", huh?", ", right?", ", eh?", ", you know?", ", isn't it?", ", don't you think?", " huh?", ", ok?", ", yeah?"];

/// The sentences of a text, in order: of prose, of list items and of headings. Code blocks and tables are skipped.
///
/// A sentence ends at its terminator with the quotes and brackets that close there, at the end of its line, or after a
/// pictograph. It goes on after an abbreviation, an initial, a full stop before a lower-case word, and a quotation
/// before one.
pub fn split(text: &str) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    let mut code = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let span = start..start + line.len();
        start = span.end;
        let trimmed = line.trim_start();
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            code = !code;
            continue;
        }
        if code || trimmed.starts_with('|') {
            continue;
        }
        split_line(text, strip_list_marker(text, span), &mut sentences);
    }
    sentences
}

/// Returns the span of a line without its list or heading marker.
fn strip_list_marker(text: &str, span: Range<usize>) -> Range<usize> {
    let line = &text[span.clone()];
    let rest = line.trim_start();
    let marks = rest.trim_start_matches(['-', '*', '#', '>', '•', '+', '–']);
    let marks =
        if marks.len() < rest.len() && (marks.starts_with(' ') || rest.starts_with("**")) { marks } else { rest };
    let digits = marks.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = digits.strip_prefix(['.', ')']).filter(|after| digits.len() < marks.len() && after.starts_with(' '));
    let rest = number.unwrap_or(marks).trim_start().trim_start_matches("**");
    span.end - rest.len()..span.end
}

fn split_line(text: &str, line: Range<usize>, sentences: &mut Vec<Sentence>) {
    let part = &text[line.clone()];
    let mut from = line.start;
    let mut chars = part.char_indices().map(|(at, c)| (at + line.start, c)).peekable();
    while let Some((at, c)) = chars.next() {
        let mut end = at + c.len_utf8();
        if is_terminator(c) {
            while let Some(&(next, c)) = chars.peek() {
                if !is_terminator(c) && !is_closer(c) {
                    break;
                }
                end = next + c.len_utf8();
                chars.next();
            }
            if !ends_sentence(text, from, at, end, line.end) {
                continue;
            }
        } else if !(c == ' ' && end - from > SENTENCE_BYTES_MAX) {
            continue;
        }
        push(text, from..end, sentences);
        from = end;
    }
    push(text, from..line.end, sentences);
}

fn is_terminator(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？') || is_pictograph(c)
}

fn is_pictograph(c: char) -> bool {
    matches!(c as u32, 0x1F300..=0x1FAFF | 0x2600..=0x27BF | 0xFE0F)
}

fn is_closer(c: char) -> bool {
    matches!(c, '"' | '”' | '’' | ')' | ']' | '»' | '*' | '」' | '』' | '）')
}

/// Whether the marks at `at..end` end a sentence that began at `from`.
fn ends_sentence(text: &str, from: usize, at: usize, end: usize, line_end: usize) -> bool {
    let after = &text[end..line_end];
    let marks = &text[at..end];
    if after.trim().is_empty() || marks.starts_with(['。', '！', '？']) {
        return true;
    }
    let Some(next) = after.trim_start().chars().next() else { return true };
    if marks.chars().any(is_pictograph) {
        return !next.is_lowercase();
    }
    if !after.starts_with(char::is_whitespace) {
        return false;
    }
    // "Is it true?" he asked.
    let quotes = marks.ends_with(['"', '”', '’', '»']);
    if (marks.starts_with(['.', '…']) || quotes) && next.is_lowercase() {
        return false;
    }
    if marks != "." {
        return true;
    }
    let word = text[from..at].rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    let lower = word.to_lowercase();
    let initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase) && word != "I";
    !(initial || ABBREVIATIONS.contains(&lower.as_str()) && !is_last_abbreviation(&lower, next))
}

/// Whether an abbreviation also ends the sentence: "at 5 p.m. We left".
fn is_last_abbreviation(lower: &str, next: char) -> bool {
    next.is_uppercase() && matches!(lower, "a.m" | "p.m" | "etc" | "inc" | "ltd" | "corp" | "co" | "u.s" | "no")
}

fn push(text: &str, span: Range<usize>, sentences: &mut Vec<Sentence>) {
    let part = &text[span.clone()];
    let left = part.trim_start();
    let start = span.end - left.len();
    let trimmed = left.trim_end().trim_end_matches(|c: char| is_pictograph(c) || c.is_whitespace());
    if !trimmed.chars().any(char::is_alphanumeric) {
        return;
    }
    let lower = trimmed.trim_end_matches(['"', '”', ')', '*', '!']).to_lowercase();
    let question = lower.ends_with('?') && !TAGS.iter().any(|tag| lower.ends_with(tag));
    sentences.push(Sentence { span: start..start + trimmed.len(), question });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = split(text).into_iter().map(|sentence| &text[sentence.span]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn sentences_end_at_punctuation() {
        check(
            "Hi! I met Dr. Okafor at 5 p.m. We talked... and laughed.",
            &["Hi!", "I met Dr. Okafor at 5 p.m.", "We talked... and laughed."],
        );
        check("It cost 3.50 at J. Doe's. \"Fine!\" he said", &["It cost 3.50 at J. Doe's.", "\"Fine!\" he said"]);
        check("Got the job 🎉 So happy ☀️", &["Got the job", "So happy"]);
    }

    #[test]
    fn list_markers_are_removed_and_code_is_skipped() {
        check(
            "Plan:\n- **Buy** milk\n2. Call Ana\n```\nlet x = 1;\n```\nDone",
            &["Plan:", "Buy** milk", "Call Ana", "Done"],
        );
    }

    #[test]
    fn question_tags_do_not_make_a_question() {
        let text = "Pretty cool, huh? Where is it?";
        let questions: Vec<bool> = split(text).iter().map(|sentence| sentence.question).collect();
        assert_eq!(questions, [false, true]);
    }

    #[test]
    fn quotations_and_abbreviations_do_not_end_a_sentence() {
        check(
            "Dr. Lee paid 3.5 million for it, e.g. in cash. She lives at No. 5! \"Is it true?\" he asked. Yes…",
            &[
                "Dr. Lee paid 3.5 million for it, e.g. in cash.",
                "She lives at No. 5!",
                "\"Is it true?\" he asked.",
                "Yes…",
            ],
        );
        check("He said \"I am leaving.\" Then he left.", &["He said \"I am leaving.\"", "Then he left."]);
    }

    #[test]
    fn scripts_without_spaces_have_sentences() {
        check("我住在北京。我喜欢喝茶！", &["我住在北京。", "我喜欢喝茶！"]);
        check("## Plan\n- buy milk\n\n* call Ann\n---", &["Plan", "buy milk", "call Ann"]);
        check(" \n ", &[]);
    }
}
