//! Composes the context block that an agent reads before it answers. Pure.
//!
//! Sections and tags have the format of the SDKs' own composition, preceded by the user's summary, so that
//! prompts written for Zep keep working.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::{Entity, EntityId, Episode, Fact, Holding, Metadata, Precision};
use crate::text::inert;

mod selection;

/// The parts of a context block, each sorted by relevance.
#[derive(Debug, Clone, Default)]
pub struct ContextParts {
    /// Summary of the user.
    pub user_summary: Option<String>,
    /// Facts relevant to the conversation.
    pub facts: Vec<Fact>,
    /// Entities relevant to the conversation, with the attributes to show.
    pub entities: Vec<Entity>,
    /// The entities that the conversation names: they are shown even if no shown fact is about them.
    pub named: Vec<EntityId>,
    /// Messages relevant to the conversation.
    pub episodes: Vec<Episode>,
    /// Statements relevant to the conversation, for messages that are too long to be shown whole.
    pub statements: Vec<Fact>,
    /// Nothing seems to be known about what the conversation asks, so that most of the other parts would be noise.
    pub nothing_known: bool,
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
    /// Percentage for the facts of what the summary leaves.
    pub facts_percent: u8,
    /// The same for the entities.
    pub entities_percent: u8,
    /// The same for the episodes.
    pub episodes_percent: u8,
}

impl Default for ContextBudget {
    fn default() -> Self {
        Self {
            tokens_max: 3_000,
            facts_max: 15,
            entities_max: 6,
            episodes_max: 22,
            facts_percent: 40,
            entities_percent: 10,
            episodes_percent: 50,
        }
    }
}

impl ContextBudget {
    /// Whether the shares of the sections are at most the whole.
    pub fn is_possible(&self) -> bool {
        let percent = [self.facts_percent, self.entities_percent, self.episodes_percent];
        percent.into_iter().map(u16::from).sum::<u16>() <= 100
    }
}

/// A composed block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextBlock {
    /// The text.
    pub text: String,
    /// Number of bytes at the start of the text that are the same for every conversation with the user until the user's
    /// summary changes, so that a provider's prompt cache can keep them.
    pub stable_bytes: usize,
}

/// Approximate number of characters in a token of English text.
const CHARACTERS_PER_TOKEN: usize = 4;
/// The title of the facts. An event has the date "(on …)" instead of a range.
const FACTS_TITLE: &str = "Facts with their valid date ranges: FACT (Date range: from - to)";
/// What a block says after the summary if nothing seems to be known.
pub const NOTHING_KNOWN: &str = "No memory seems to be about the last messages of this conversation.";
/// Maximum number of facts below that line: few, but the right one if the estimate is wrong.
const NEAREST_FACTS_MAX: usize = 5;
/// Maximum number of characters of one episode, so that one long message does not crowd out the rest.
const EPISODE_CHARACTERS_MAX: usize = 1_200;

/// Composes the block.
///
/// The summary comes first. Facts, entities and episodes share the remaining characters by the percentages of the budget;
/// the unused part of a share goes to the next section that has one. Nothing is said twice: a fact that another one
/// contains, an entity of which the facts already say everything, and a turn or statement that repeats a fact are
/// left out. A turn that is shown whole stands for its statements; of a longer one, its statements are shown instead.
/// If nothing seems to be known about what the conversation asks, the block says so, and has the nearest facts only.
pub fn compose(parts: &ContextParts, mut budget: ContextBudget) -> ContextBlock {
    let mut block = String::new();
    if let Some(summary) = parts.user_summary.as_deref().filter(|summary| !summary.is_empty()) {
        section(&mut block, "What is known about the user", "USER_SUMMARY", &[inert(summary).into_owned()]);
    }
    let stable_bytes = block.len();
    if parts.nothing_known {
        if !block.is_empty() {
            block.push('\n');
        }
        block.push_str(NOTHING_KNOWN);
        block.push('\n');
        budget.facts_max = budget.facts_max.min(NEAREST_FACTS_MAX);
        (budget.entities_percent, budget.episodes_percent) = (0, 0);
    }
    let room = budget.tokens_max.saturating_mul(CHARACTERS_PER_TOKEN).saturating_sub(block.len());
    // A section without a share is left out, also when another leaves room.
    let share = |percent: u8, left: usize| {
        if percent == 0 { 0 } else { room.saturating_mul(usize::from(percent)) / 100 + left }
    };
    let candidates = selection::without_contained(&parts.facts);
    let lines = candidates.iter().take(budget.facts_max).map(|fact| (*fact, fact_line(fact)));
    let (facts, left) = fit(lines, share(budget.facts_percent, 0));
    let (shown, facts): (Vec<&Fact>, Vec<String>) = facts.into_iter().unzip();
    let entities = selection::entities(parts, &shown);
    let lines = entities.iter().take(budget.entities_max).map(|entity| ((), entity_lines(entity, true)));
    let (entities, left) = fit(lines, share(budget.entities_percent, left));
    let entities: Vec<String> = entities.into_iter().map(|((), line)| line).collect();
    let episodes = selection::said(parts, &shown, budget.episodes_max, share(budget.episodes_percent, left));
    // As the SDKs do, without facts or entities, too.
    if !parts.nothing_known || !facts.is_empty() {
        section(&mut block, FACTS_TITLE, "FACTS", &facts);
    }
    if !parts.nothing_known {
        let title = "Entities: name, label, attributes and summary as far as they are known";
        section(&mut block, title, "ENTITIES", &entities);
    }
    if !episodes.is_empty() {
        section(&mut block, "What was said: SPEAKER: words (time)", "EPISODES", &episodes);
    }
    ContextBlock { text: block, stable_bytes }
}

/// Returns the lines that fit into `characters`, each with what it shows, and the number of characters left.
fn fit<T>(lines: impl IntoIterator<Item = (T, String)>, characters: usize) -> (Vec<(T, String)>, usize) {
    let mut left = characters;
    let mut fitting = Vec::new();
    for (item, line) in lines {
        let length = line.chars().count() + 1;
        if length <= left {
            left -= length;
            fitting.push((item, line));
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

/// Formats a fact with its dates on one line: the range in which a state holds, as the SDKs write it, or the date of an
/// event.
pub(crate) fn fact_line(fact: &Fact) -> String {
    let statement = inert(&fact.statement);
    match (fact.holding, fact.valid_from, fact.valid_until) {
        (Holding::Event, Some(at), None) => format!("  - {statement} ({})", event_date(at, fact.precision)),
        (Holding::Event, None, None) => format!("  - {statement}"),
        (_, from, until) => {
            let from = from.map_or_else(|| "date unknown".to_owned(), second);
            let until = until.map_or_else(|| "present".to_owned(), second);
            format!("  - {statement} (Date range: {from} - {until})")
        }
    }
}

/// The date of an event, as precisely as it is known.
fn event_date(at: Timestamp, precision: Precision) -> String {
    let format = match precision {
        Precision::Year => "in %Y",
        Precision::Month => "in %Y-%m",
        Precision::Day | Precision::Instant => "on %Y-%m-%d",
    };
    at.to_zoned(TimeZone::UTC).strftime(format).to_string()
}

/// Formats a statement with its date on one line, and with its end if it is no longer true.
fn statement_line(statement: &Fact) -> String {
    let at = minute(statement.valid_from.unwrap_or(statement.created_at));
    let until = statement.valid_until.map(|until| format!(" - {}", minute(until))).unwrap_or_default();
    format!("  - {} ({at}{until})", inert(&statement.statement))
}

/// Formats an entity on a few lines, optionally with its attributes.
pub(crate) fn entity_lines(entity: &Entity, attributes: bool) -> String {
    let mut lines = format!("  - Name: {}", inert(&entity.name));
    if let Some(entity_type) = &entity.entity_type {
        lines.push_str(&format!("\n    Label: {}", inert(entity_type)));
    }
    if attributes {
        lines.push_str(&attribute_lines(&entity.attributes));
    }
    if !entity.summary.is_empty() {
        lines.push_str(&format!("\n    Summary: {}", inert(&entity.summary)));
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
            lines.push_str(&format!("\n      {}: {}", inert(name), inert(&value)));
        }
    }
    lines
}

/// Formats an episode with its speaker's name, or else their role, and the time on one line.
pub(crate) fn episode_line(episode: &Episode) -> String {
    let speaker = match (&episode.name, episode.role) {
        (Some(name), _) => format!("{}: ", inert(name)),
        (None, Some(role)) => format!("({}): ", role.as_str()),
        (None, None) => String::new(),
    };
    let mut content = inert(&episode.content).into_owned();
    if let Some((end, _)) = content.char_indices().nth(EPISODE_CHARACTERS_MAX) {
        content.truncate(end);
        content.push('…');
    }
    format!("  - {speaker}{content} ({})", minute(episode.reference_time))
}

fn minute(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M").to_string()
}

fn second(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests;
