//! Transcripts and exported chats in plain text: `WhatsApp`, `WebVTT` and `SubRip` subtitles, Zoom, and lines with names.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use regex::{Captures, Regex};

use super::chats::{ChatMessage, MESSAGES_MAX};

/// "[03/04/2026, 18:22:10] Dan: …", "18/05/2025, 09:14 - Gwen: …", "2026-04-03 18:22 - Dan: …".
static DATED_LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^\[?(?P<a>\d{1,4})[./-](?P<b>\d{1,2})[./-](?P<c>\d{2,4}),?\s+
          (?P<h>\d{1,2})[:.](?P<m>\d{2})(?:[:.](?P<s>\d{2}))?\s?(?P<half>[ap])?\.?(?:m\.?)?\]?\s*(?:-\s*)?(?P<rest>.*)$",
    )
    .ok()
});
/// "00:00:01.000 --> 00:00:04.000" of subtitles.
static CUE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^(\d+:)?\d{2}:\d{2}[.,]\d{3} --> ").ok());
/// "<v Lena Brook>Hi." of `WebVTT`.
static VOICE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^<v(?:\.[^ >]*)? ([^>]+)>(.*)$").ok());
/// "09:12:33 From Ann Lee to Everyone: …" of Zoom's chat.
static ZOOM_CHAT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\d{1,2}:\d{2}:\d{2}\s+From\s+(.+?)\s+to\s+[^:]+:\s*(.*)$").ok());
/// "Ann Lee  00:12" alone on a line, before what she says.
static NAME_AND_TIME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?P<name>\p{Lu}[\p{L}'.-]*(?: [\p{Lu}\d][\p{L}'.-]*){0,3})\s+[(\[]?\d{1,2}:\d{2}(?::\d{2})?[)\]]?$")
        .ok()
});
/// What `WhatsApp` writes in place of a message.
const PLACEHOLDERS: &[&str] =
    &["<media omitted>", "image omitted", "video omitted", "audio omitted", "this message was deleted"];
/// Longer names before a colon are no names.
const NAME_BYTES_MAX: usize = 60;

/// The messages of a transcript in order, each with its line; empty if the text is none.
///
/// `now` is when the text was sent: of two readings of "03/04/2026", one in its future is wrong.
pub(super) fn messages(text: &str, now: Timestamp, zone: &TimeZone) -> Vec<ChatMessage> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with("WEBVTT") || captures(&CUE, text.lines().nth(1).unwrap_or_default()).is_some() {
        return subtitles(text);
    }
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if captures(&DATED_LINE, bare(first)).is_some() {
        return dated(text, now, zone);
    }
    if captures(&ZOOM_CHAT, first).is_some() {
        return chat(text);
    }
    if captures(&NAME_AND_TIME, first.trim()).is_some() {
        return headed(text);
    }
    Vec::new()
}

fn captures<'t>(pattern: &LazyLock<Option<Regex>>, line: &'t str) -> Option<Captures<'t>> {
    pattern.as_ref()?.captures(line)
}

/// A line without the direction marks of exports.
fn bare(line: &str) -> &str {
    line.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{feff}'))
}

/// A message that grows by the lines that follow it.
fn begin(found: &mut Vec<ChatMessage>, speaker: &str, text: &str, at: Option<Timestamp>) {
    found.push(ChatMessage { speaker: Some(speaker.to_owned()), role: None, text: text.trim().to_owned(), at });
}

fn grow(found: &mut [ChatMessage], line: &str) {
    if let Some(last) = found.last_mut() {
        last.text.push('\n');
        last.text.push_str(line);
    }
}

fn dated(text: &str, now: Timestamp, zone: &TimeZone) -> Vec<ChatMessage> {
    let order = Order::of(text, now, zone);
    let mut found: Vec<ChatMessage> = Vec::new();
    for line in text.lines() {
        let line = bare(line);
        let Some(parts) = captures(&DATED_LINE, line) else {
            grow(&mut found, line);
            continue;
        };
        let rest = bare(parts.name("rest").map_or("", |rest| rest.as_str()));
        let Some((name, said)) = rest.split_once(": ").filter(|(name, _)| name.len() <= NAME_BYTES_MAX) else {
            continue;
        };
        if PLACEHOLDERS.contains(&bare(said).to_lowercase().as_str()) || found.len() >= MESSAGES_MAX {
            continue;
        }
        let at = order.time(&parts).and_then(|time| zone.to_ambiguous_zoned(time).compatible().ok());
        begin(&mut found, name, said, at.map(|zoned| zoned.timestamp()));
    }
    found
}

/// Which number of a date is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    DayFirst,
    MonthFirst,
}

impl Order {
    /// The order in which every date of an export exists, times never go back and none is in the future.
    fn of(text: &str, now: Timestamp, zone: &TimeZone) -> Self {
        let latest = now.to_zoned(zone.clone()).datetime();
        let faults = |order: Self| {
            let mut before: Option<DateTime> = None;
            let mut count = 0;
            for line in text.lines() {
                let Some(parts) = captures(&DATED_LINE, bare(line)) else { continue };
                let time = order.time(&parts);
                let in_order = time.is_some_and(|time| before.is_none_or(|before| before <= time));
                count += usize::from(!in_order) + usize::from(time.is_some_and(|time| time > latest));
                before = time.or(before);
            }
            count
        };
        if faults(Self::MonthFirst) < faults(Self::DayFirst) { Self::MonthFirst } else { Self::DayFirst }
    }

    fn time(self, parts: &Captures<'_>) -> Option<DateTime> {
        let number = |name| parts.name(name).and_then(|found| found.as_str().parse::<i16>().ok());
        let small = |name| number(name).and_then(|number| i8::try_from(number).ok());
        let (a, b, c) = (number("a")?, number("b")?, number("c")?);
        let (year, month, day) = match self {
            _ if a > 31 => (a, b, c),
            Self::DayFirst => (c, b, a),
            Self::MonthFirst => (c, a, b),
        };
        let year = if year < 100 { 2000 + year } else { year };
        let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        let hour = small("h")?;
        let hour = match parts.name("half").map(|half| half.as_str().to_ascii_lowercase()).as_deref() {
            Some("p") if hour < 12 => hour + 12,
            Some("a") if hour == 12 => 0,
            _ => hour,
        };
        Some(date.to_datetime(Time::new(hour, small("m")?, small("s").unwrap_or(0), 0).ok()?))
    }
}

/// The cues of `WebVTT` and `SubRip`; consecutive cues of one speaker are one message.
fn subtitles(text: &str) -> Vec<ChatMessage> {
    let mut found: Vec<ChatMessage> = Vec::new();
    let mut within = false;
    for line in text.lines().map(bare) {
        if captures(&CUE, line).is_some() {
            within = true;
            continue;
        }
        if line.is_empty() || !within {
            within = false;
            continue;
        }
        let voice = captures(&VOICE, line);
        let (name, said) = match &voice {
            Some(parts) => (parts.get(1).map(|name| name.as_str()), parts.get(2).map_or("", |said| said.as_str())),
            None => match line.split_once(": ") {
                Some((name, said)) if name.len() <= NAME_BYTES_MAX && name.starts_with(char::is_uppercase) => {
                    (Some(name), said)
                }
                _ => (None, line),
            },
        };
        let said = said.trim_end_matches("</v>");
        match name {
            Some(name) if found.last().is_none_or(|last| last.speaker.as_deref() != Some(name)) => {
                if found.len() >= MESSAGES_MAX {
                    break;
                }
                begin(&mut found, name, said, None);
            }
            _ => {
                if let Some(last) = found.last_mut() {
                    last.text.push(' ');
                    last.text.push_str(said);
                }
            }
        }
    }
    found
}

fn chat(text: &str) -> Vec<ChatMessage> {
    let mut found = Vec::new();
    for line in text.lines().map(bare) {
        match captures(&ZOOM_CHAT, line) {
            Some(parts) if found.len() < MESSAGES_MAX => {
                let part = |at| parts.get(at).map_or("", |part| part.as_str());
                begin(&mut found, part(1), part(2), None);
            }
            _ => grow(&mut found, line),
        }
    }
    found
}

fn headed(text: &str) -> Vec<ChatMessage> {
    let mut found = Vec::new();
    for line in text.lines().map(bare) {
        match captures(&NAME_AND_TIME, line) {
            Some(parts) if found.len() < MESSAGES_MAX => begin(&mut found, &parts["name"], "", None),
            _ => grow(&mut found, line),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String, String)> {
        let now = "2026-06-01T00:00:00Z".parse().unwrap();
        let found = messages(text, now, &TimeZone::UTC);
        let time = |message: &ChatMessage| message.at.map(|at| at.to_string()).unwrap_or_default();
        found.iter().map(|m| (m.speaker.clone().unwrap_or_default(), m.text.trim().to_owned(), time(m))).collect()
    }

    #[test]
    fn whatsapp_exports_of_both_systems_are_read() {
        let phone = read("[03/04/2026, 18:22:10] Dan Wicks: just got home\nlate again\n[03/04/2026, 18:23:41] Mel: ok");
        assert_eq!(
            phone[0],
            ("Dan Wicks".to_owned(), "just got home\nlate again".to_owned(), "2026-04-03T18:22:10Z".to_owned())
        );
        let android = read(
            "18/05/2025, 09:12 - Messages are end-to-end encrypted.\n18/05/2025, 09:14 - Gwen: morning!\n\
             18/05/2025, 09:16 - Gwen: <Media omitted>",
        );
        assert_eq!(android, [("Gwen".to_owned(), "morning!".to_owned(), "2025-05-18T09:14:00Z".to_owned())]);
    }

    #[test]
    fn the_order_of_day_and_month_is_that_of_the_whole_file() {
        let american = read("4/3/26, 9:12 PM - Ann: hi\n4/15/26, 9:12 AM - Bob: hello");
        assert_eq!(american[0].2, "2026-04-03T21:12:00Z");
        let backwards = read("5/1/26, 08:00 - Ann: one\n4/2/26, 08:00 - Bob: two");
        assert_eq!(backwards[0].2, "2026-01-05T08:00:00Z");
        let future = read("5/7/26, 08:00 - Ann: one");
        assert_eq!(future[0].2, "2026-05-07T08:00:00Z");
    }

    #[test]
    fn subtitles_are_joined_by_speaker() {
        let text = "WEBVTT\n\n00:00:01.000 --> 00:00:04.000\n<v Lena Brook>Hi Marcel.\n\n1\n00:00:04.500 --> 00:00:09.000\n\
                    Marcel Dupin: I lead\n\n00:00:09.500 --> 00:00:13.000\nprocurement.";
        let found = read(text);
        assert_eq!((found[0].0.as_str(), found[0].1.as_str()), ("Lena Brook", "Hi Marcel."));
        assert_eq!((found[1].0.as_str(), found[1].1.as_str()), ("Marcel Dupin", "I lead procurement."));
    }

    #[test]
    fn chats_and_transcripts_of_meetings_are_read() {
        let chat = read("09:12:33 From Ann Lee to Everyone: hello\n09:13:00 From Bob to Everyone: hi");
        assert_eq!((chat[0].0.as_str(), chat[0].1.as_str()), ("Ann Lee", "hello"));
        let transcript = read("Ann Lee  0:12\nI moved to Bergen.\n\nSpeaker 2  0:15\nNice.");
        assert_eq!((transcript[0].0.as_str(), transcript[0].1.as_str()), ("Ann Lee", "I moved to Bergen."));
        assert_eq!(transcript[1].0, "Speaker 2");
    }

    #[test]
    fn prose_is_no_transcript() {
        for text in ["I live in Porto.", "Ann: I live in Porto.", "2026-04-03 was a Friday", "12:30 is fine"] {
            assert_eq!(read(text), [], "{text}");
        }
    }
}
