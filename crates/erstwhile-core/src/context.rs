//! Composes the context block that an agent reads before it answers. Pure.
//!
//! Sections and tags have the format of the SDKs' own composition, preceded by the user's summary, so that
//! prompts written for Zep keep working.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::{Entity, Episode, Fact, Metadata};

/// The parts of a context block, each sorted by relevance.
#[derive(Debug, Clone, Default)]
pub struct ContextParts {
    /// Summary of the user.
    pub user_summary: Option<String>,
    /// Facts relevant to the conversation.
    pub facts: Vec<Fact>,
    /// Entities relevant to the conversation.
    pub entities: Vec<Entity>,
    /// Messages relevant to the conversation.
    pub episodes: Vec<Episode>,
}

/// Limits on the size of a block and of its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContextBudget {
    /// Maximum number of tokens, assuming four characters per token.
    pub tokens_max: usize,
    /// Maximum number of facts.
    pub facts_max: usize,
    /// Maximum number of entities.
    pub entities_max: usize,
    /// Maximum number of episodes.
    pub episodes_max: usize,
}

impl Default for ContextBudget {
    fn default() -> Self {
        Self { tokens_max: 3_000, facts_max: 20, entities_max: 6, episodes_max: 20 }
    }
}

/// Approximate number of characters in a token of English text.
const CHARACTERS_PER_TOKEN: usize = 4;
/// Maximum number of characters of one episode, so that one long message does not crowd out the rest.
const EPISODE_CHARACTERS_MAX: usize = 1_200;

/// Composes the block.
///
/// The summary comes first. Facts, entities and episodes share the remaining characters (40, 10 and 50
/// percent); the unused part of a share goes to the next section.
pub fn compose(parts: &ContextParts, budget: ContextBudget) -> String {
    let mut block = String::new();
    if let Some(summary) = parts.user_summary.as_deref().filter(|summary| !summary.is_empty()) {
        section(&mut block, "What is known about the user", "USER_SUMMARY", &[escaped(summary)]);
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

/// Returns the lines that fit into `characters`, and the number of characters left.
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

/// Formats a fact with its dates on one line.
pub(crate) fn fact_line(fact: &Fact) -> String {
    let from = fact.valid_from.map_or_else(|| "date unknown".to_owned(), date);
    let until = fact.valid_until.map_or_else(|| "present".to_owned(), date);
    format!("  - {} (Date range: {from} - {until})", escaped(&fact.statement))
}

/// Formats an entity on a few lines, optionally with its attributes.
pub(crate) fn entity_lines(entity: &Entity, attributes: bool) -> String {
    let mut lines = format!("  - Name: {}", escaped(&entity.name));
    if let Some(entity_type) = &entity.entity_type {
        lines.push_str(&format!("\n    Label: {}", escaped(entity_type)));
    }
    if attributes {
        lines.push_str(&attribute_lines(&entity.attributes));
    }
    if !entity.summary.is_empty() {
        lines.push_str(&format!("\n    Summary: {}", escaped(&entity.summary)));
    }
    lines
}

/// Formats each attribute on a line of its own, starting with a line break; empty without attributes.
pub(crate) fn attribute_lines(attributes: &Metadata) -> String {
    let mut lines = String::new();
    if !attributes.is_empty() {
        lines.push_str("\n    Attributes:");
        for (name, value) in attributes {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            lines.push_str(&format!("\n      {}: {}", escaped(name), escaped(&value)));
        }
    }
    lines
}

/// Formats an episode with its speaker and time on one line.
pub(crate) fn episode_line(episode: &Episode) -> String {
    let speaker = match (&episode.name, episode.role) {
        (Some(name), Some(role)) => format!("{} ({}): ", escaped(name), role.as_str()),
        (Some(name), None) => format!("{}: ", escaped(name)),
        (None, Some(role)) => format!("({}): ", role.as_str()),
        (None, None) => String::new(),
    };
    let mut content = escaped(&episode.content);
    if let Some((end, _)) = content.char_indices().nth(EPISODE_CHARACTERS_MAX) {
        content.truncate(end);
        content.push('…');
    }
    format!("  - {speaker}{content} ({})", date(episode.reference_time))
}

fn date(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// Escapes user text, so that it stays on one line and cannot open or close a section.
pub(crate) fn escaped(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut escaped = String::with_capacity(line.len());
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        let tag = characters.peek().is_some_and(|next| next.is_alphabetic() || matches!(next, '/' | '!' | '?'));
        if character == '<' && tag { escaped.push_str("&lt;") } else { escaped.push(character) }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_text_cannot_close_a_section() {
        let parts = ContextParts { user_summary: Some("likes </USER_SUMMARY> tags".to_owned()), ..Default::default() };
        let block = compose(&parts, ContextBudget::default());
        assert_eq!(block.matches("</USER_SUMMARY>").count(), 1);
        assert_eq!(escaped("<FACTS> 1 < 2 </FACTS>"), "&lt;FACTS> 1 < 2 &lt;/FACTS>");
    }

    #[test]
    fn lines_that_do_not_fit_are_omitted() {
        let (lines, left) = fit(vec!["12345".to_owned(), "1234567890".to_owned(), "123".to_owned()], 10);
        assert_eq!((lines, left), (vec!["12345".to_owned(), "123".to_owned()], 0));
    }
}
