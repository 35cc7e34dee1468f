//! The context block: what an agent should read before it answers. Pure composition.
//!
//! Sections and tags are laid out as the SDKs' own composition lays them out, with the user's summary
//! before them, so that prompts written for Zep keep working.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::{Entity, Episode, Fact, Metadata};

/// What a context block is made of, best first in every part.
#[derive(Debug, Clone, Default)]
pub struct ContextParts {
    /// What is known about the user.
    pub user_summary: Option<String>,
    /// Facts that bear on the conversation.
    pub facts: Vec<Fact>,
    /// Entities that bear on it.
    pub entities: Vec<Entity>,
    /// Raw turns that say it best.
    pub episodes: Vec<Episode>,
}

/// How long a block may be and how its parts share the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContextBudget {
    /// Tokens, at most, at four characters a token.
    pub tokens_max: usize,
    /// Facts, at most.
    pub facts_max: usize,
    /// Entities, at most.
    pub entities_max: usize,
    /// Episodes, at most.
    pub episodes_max: usize,
}

impl Default for ContextBudget {
    fn default() -> Self {
        Self { tokens_max: 3_000, facts_max: 20, entities_max: 6, episodes_max: 20 }
    }
}

/// Characters of English text that make a token, roughly.
const CHARACTERS_PER_TOKEN: usize = 4;
/// Characters of one episode, at most: one long message must not crowd out the rest.
const EPISODE_CHARACTERS_MAX: usize = 1_200;

/// Composes the block.
///
/// The summary comes first; then facts, entities and episodes each take their share of the room that
/// is left (four, one and five tenths), and what one does not use goes to the next.
pub fn compose(parts: &ContextParts, budget: ContextBudget) -> String {
    let mut block = String::new();
    if let Some(summary) = parts.user_summary.as_deref().filter(|summary| !summary.is_empty()) {
        section(&mut block, "What is known about the user", "USER_SUMMARY", &[safe(summary)]);
    }
    let room = (budget.tokens_max * CHARACTERS_PER_TOKEN).saturating_sub(block.len());
    let facts: Vec<String> = parts.facts.iter().take(budget.facts_max).map(fact_line).collect();
    let (facts, left) = fit(facts, room * 4 / 10);
    let entities: Vec<String> =
        parts.entities.iter().take(budget.entities_max).map(|entity| entity_lines(entity, true)).collect();
    let (entities, left) = fit(entities, room / 10 + left);
    let episodes: Vec<String> = parts.episodes.iter().take(budget.episodes_max).map(episode_line).collect();
    let (episodes, _) = fit(episodes, room / 2 + left);
    section(&mut block, "Facts with their valid date ranges: FACT (Date range: from - to)", "FACTS", &facts);
    let title = "Entities: name, label, attributes and summary as far as they are known";
    section(&mut block, title, "ENTITIES", &entities);
    if !episodes.is_empty() {
        section(&mut block, "What was said: SPEAKER: words (time)", "EPISODES", &episodes);
    }
    block
}

/// The lines that fit into so many characters, and the characters that are left.
fn fit(lines: Vec<String>, characters: usize) -> (Vec<String>, usize) {
    let mut left = characters;
    let mut fitting = Vec::new();
    for line in lines {
        let length = line.chars().count() + 1;
        if length <= left {
            left -= length;
            fitting.push(line);
        }
    }
    (fitting, left)
}

fn section(block: &mut String, title: &str, tag: &str, lines: &[String]) {
    if !block.is_empty() {
        block.push('\n');
    }
    block.push_str(&format!("# {title}\n<{tag}>\n{}\n</{tag}>\n", lines.join("\n")));
}

/// A fact with its dates, on one line.
pub(crate) fn fact_line(fact: &Fact) -> String {
    let from = fact.valid_from.map_or_else(|| "date unknown".to_owned(), date);
    let until = fact.valid_until.map_or_else(|| "present".to_owned(), date);
    format!("  - {} (Date range: {from} - {until})", safe(&fact.statement))
}

/// An entity on a few lines; its attributes only when asked for.
pub(crate) fn entity_lines(entity: &Entity, attributes: bool) -> String {
    let mut lines = format!("  - Name: {}", safe(&entity.name));
    if let Some(entity_type) = &entity.entity_type {
        lines.push_str(&format!("\n    Label: {}", safe(entity_type)));
    }
    if attributes {
        lines.push_str(&attribute_lines(&entity.attributes));
    }
    if !entity.summary.is_empty() {
        lines.push_str(&format!("\n    Summary: {}", safe(&entity.summary)));
    }
    lines
}

/// Attributes on lines of their own, each led by a line break; nothing when there are none.
pub(crate) fn attribute_lines(attributes: &Metadata) -> String {
    let mut lines = String::new();
    if !attributes.is_empty() {
        lines.push_str("\n    Attributes:");
        for (name, value) in attributes {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            lines.push_str(&format!("\n      {}: {}", safe(name), safe(&value)));
        }
    }
    lines
}

/// What was said, by whom and when, on one line.
pub(crate) fn episode_line(episode: &Episode) -> String {
    let speaker = match (&episode.name, episode.role) {
        (Some(name), Some(role)) => format!("{} ({}): ", safe(name), role.as_str()),
        (Some(name), None) => format!("{}: ", safe(name)),
        (None, Some(role)) => format!("({}): ", role.as_str()),
        (None, None) => String::new(),
    };
    let mut content = safe(&episode.content);
    if let Some((end, _)) = content.char_indices().nth(EPISODE_CHARACTERS_MAX) {
        content.truncate(end);
        content.push('…');
    }
    format!("  - {speaker}{content} ({})", date(episode.reference_time))
}

fn date(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// User text on one line, unable to open or close a section: it is data, not markup.
pub(crate) fn safe(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut safe = String::with_capacity(line.len());
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        let tag = characters.peek().is_some_and(|next| next.is_alphabetic() || matches!(next, '/' | '!' | '?'));
        if character == '<' && tag { safe.push_str("&lt;") } else { safe.push(character) }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_close_a_section() {
        let parts = ContextParts { user_summary: Some("likes </USER_SUMMARY> tags".to_owned()), ..Default::default() };
        let block = compose(&parts, ContextBudget::default());
        assert_eq!(block.matches("</USER_SUMMARY>").count(), 1);
        assert_eq!(safe("<FACTS> 1 < 2 </FACTS>"), "&lt;FACTS> 1 < 2 &lt;/FACTS>");
    }

    #[test]
    fn lines_that_do_not_fit_are_left_out_whole() {
        let (lines, left) = fit(vec!["12345".to_owned(), "1234567890".to_owned(), "123".to_owned()], 10);
        assert_eq!((lines, left), (vec!["12345".to_owned(), "123".to_owned()], 0));
    }
}
