//! Context templates: text with variables, used instead of the standard context block.
//!
//! Pure: parses templates and formats lines. The caller supplies the values of variables.

use crate::context::{attribute_lines, entity_lines, episode_line, fact_line};
use crate::error::{Error, Result};
use crate::model::{Entity, Episode, Fact};
use crate::text::inert;

/// Maximum number of characters of a template.
pub const TEMPLATE_CHARACTERS_MAX: usize = 1_200;
/// Maximum number of characters of a template's id.
pub const ID_CHARACTERS_MAX: usize = 100;
/// Maximum value of `limit` in a template; the same as Zep's, so that its templates are accepted.
pub const LIMIT_MAX: usize = 1_000;
/// Maximum number of items of a variable, whatever its `limit` is.
pub const ITEMS_MAX: usize = 50;
/// Maximum number of bytes that all variables of a template add to its text, in whole items.
pub const FILLED_BYTES_MAX: usize = 50_000;

/// The kind of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VariableKind {
    /// `user_summary`: the summary of the user.
    UserSummary,
    /// `edges`: facts.
    Edges,
    /// `entities`: entities.
    Entities,
    /// `episodes`: messages, texts and documents.
    Episodes,
    /// `observations`: observations.
    Observations,
    /// `thread_summaries`: summaries of threads.
    ThreadSummaries,
}

impl VariableKind {
    /// All kinds.
    pub const ALL: [Self; 6] =
        [Self::UserSummary, Self::Edges, Self::Entities, Self::Episodes, Self::Observations, Self::ThreadSummaries];

    /// The name in templates.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UserSummary => "user_summary",
            Self::Edges => "edges",
            Self::Entities => "entities",
            Self::Episodes => "episodes",
            Self::Observations => "observations",
            Self::ThreadSummaries => "thread_summaries",
        }
    }

    /// Parses the name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Default number of items.
    fn items_default(self) -> usize {
        match self {
            Self::UserSummary => 1,
            Self::Edges | Self::Episodes => 10,
            Self::Entities | Self::Observations | Self::ThreadSummaries => 5,
        }
    }
}

/// A variable of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its kind.
    pub kind: VariableKind,
    /// The requested number of items; [`Variable::items_max`] returns the effective one.
    pub limit: Option<usize>,
    /// Include only entities or facts of these types; empty for all.
    pub types: Vec<String>,
    /// Whether to include attributes.
    pub include_attributes: bool,
}

impl Variable {
    /// Creates a variable without parameters.
    pub fn new(kind: VariableKind) -> Self {
        Self { kind, limit: None, types: Vec::new(), include_attributes: false }
    }

    /// Maximum number of items: its limit or the default of its kind, up to [`ITEMS_MAX`].
    pub fn items_max(&self) -> usize {
        self.limit.unwrap_or(self.kind.items_default()).min(ITEMS_MAX)
    }

    /// Parses the text between `%{` and `}`.
    fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        let end = text.find(|c: char| c.is_whitespace() || matches!(c, ',' | ':')).unwrap_or(text.len());
        let (name, parameters) = text.split_at(end);
        let Some(kind) = VariableKind::parse(name) else {
            let known = VariableKind::ALL.map(VariableKind::as_str).join(", ");
            return Err(Error::invalid(format!("unknown template variable \"{name}\": use one of {known}")));
        };
        let mut variable = Self::new(kind);
        let parameters = parameters.trim_start();
        for parameter in split_parameters(parameters.strip_prefix(':').unwrap_or(parameters)) {
            variable.set(parameter)?;
        }
        Ok(variable)
    }

    fn set(&mut self, parameter: &str) -> Result<()> {
        let place = self.kind.as_str();
        let (name, value) = match parameter.split_once('=') {
            Some((name, value)) => (name.trim(), value.trim()),
            None => (parameter, ""),
        };
        match name {
            "limit" => {
                let limit = value.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
                let invalid =
                    || format!("limit of template variable \"{place}\" must be a number from 1 to {LIMIT_MAX}");
                self.limit = Some(limit.ok_or_else(|| Error::invalid(invalid()))?);
            }
            "types" => {
                let list = value.strip_prefix('[').and_then(|list| list.strip_suffix(']'));
                let invalid =
                    || format!("types of template variable \"{place}\" must be a list such as [Person, Place]");
                let list = list.ok_or_else(|| Error::invalid(invalid()))?;
                let names = list.split(',').map(|name| name.trim().trim_matches(['"', '\'']).trim());
                self.types = names.filter(|name| !name.is_empty()).map(str::to_owned).collect();
            }
            "include_attributes" => {
                self.include_attributes = match value.to_ascii_lowercase().as_str() {
                    "true" => true,
                    "false" => false,
                    _ => {
                        let message =
                            format!("include_attributes of template variable \"{place}\" must be true or false");
                        return Err(Error::invalid(message));
                    }
                }
            }
            _ => {
                return Err(Error::invalid(format!(
                    "unknown parameter \"{name}\" of template variable \"{place}\": use limit, types or \
                     include_attributes"
                )));
            }
        }
        Ok(())
    }
}

/// Splits parameters at white space or commas, except in brackets and around `=`.
fn split_parameters(text: &str) -> Vec<&str> {
    let mut parameters = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    for (at, character) in text.char_indices() {
        match character {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parameters.push(&text[start..at]);
                start = at + 1;
            }
            space if depth == 0 && space.is_whitespace() => {
                let (before, after) = (text[start..at].trim(), text[at..].trim_start());
                if !before.is_empty() && !before.ends_with('=') && !after.starts_with('=') {
                    parameters.push(&text[start..at]);
                    start = at;
                }
            }
            _ => {}
        }
    }
    parameters.push(&text[start..]);
    parameters.into_iter().map(str::trim).filter(|parameter| !parameter.is_empty()).collect()
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Text(String),
    Variable(Variable),
}

/// A parsed template.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    parts: Vec<Part>,
}

impl Template {
    /// Parses a template: `%{name parameters}` is a variable; everything else, including `%%`, is text.
    pub fn parse(text: &str) -> Result<Self> {
        if text.trim().is_empty() {
            return Err(Error::invalid("the template is empty: use text with variables such as %{edges limit=10}"));
        }
        if text.chars().count() > TEMPLATE_CHARACTERS_MAX {
            let message = format!("the template is too long: use at most {TEMPLATE_CHARACTERS_MAX} characters");
            return Err(Error::invalid(message));
        }
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('%') {
            let (before, from) = rest.split_at(at);
            plain.push_str(before);
            if let Some(after) = from.strip_prefix("%{") {
                let Some((inside, after)) = after.split_once('}') else {
                    let start: String = from.chars().take(20).collect();
                    let message = format!("the template variable that starts with \"{start}\" has no closing }}");
                    return Err(Error::invalid(message));
                };
                if !plain.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                }
                parts.push(Part::Variable(Variable::parse(inside)?));
                rest = after;
            } else {
                let kept = if from.starts_with("%%") { 2 } else { 1 };
                let (literal, after) = from.split_at(kept);
                plain.push_str(literal);
                rest = after;
            }
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self { parts })
    }

    /// Checks the id of a template.
    pub fn check_id(id: &str) -> Result<()> {
        if id.trim().is_empty() {
            return Err(Error::invalid("the template id must not be empty"));
        }
        if id.chars().count() > ID_CHARACTERS_MAX {
            return Err(Error::invalid(format!(
                "the template id is too long: use at most {ID_CHARACTERS_MAX} characters"
            )));
        }
        if id.chars().any(char::is_control) {
            return Err(Error::invalid("the template id must not contain control characters"));
        }
        // Clients put ids into paths as they are: what has such a character could be created, but never read.
        if id.contains(['/', '?', '#', '%']) || matches!(id, "." | "..") {
            return Err(Error::invalid("the template id must not contain /, ?, # or %, nor be `.` or `..`"));
        }
        Ok(())
    }

    /// The variables, in the order of the text.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.parts.iter().filter_map(|part| match part {
            Part::Variable(variable) => Some(variable),
            Part::Text(_) => None,
        })
    }

    /// The number of characters of the template's own text, without its variables.
    pub fn characters(&self) -> usize {
        let own = |part: &Part| match part {
            Part::Text(plain) => plain.chars().count(),
            Part::Variable(_) => 0,
        };
        self.parts.iter().map(own).sum()
    }

    /// Returns the text with every variable replaced by the result of `fill`, which is not parsed again. Items for which
    /// [`FILLED_BYTES_MAX`] and `characters_max`, which is about the whole text, leave no room are left out.
    pub fn render(&self, characters_max: usize, mut fill: impl FnMut(&Variable) -> Vec<String>) -> String {
        let mut text = String::new();
        let mut bytes_left = FILLED_BYTES_MAX;
        let mut characters_left = characters_max.saturating_sub(self.characters());
        for part in &self.parts {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Variable(variable) => {
                    let mut items = fill(variable);
                    let mut is_first = true;
                    items.retain(|item| {
                        let line_break = usize::from(!is_first);
                        let left = bytes_left.checked_sub(item.len() + 1);
                        let left = left.zip(characters_left.checked_sub(item.chars().count() + line_break));
                        if let Some(left) = left {
                            (bytes_left, characters_left) = left;
                            is_first = false;
                        }
                        left.is_some()
                    });
                    text.push_str(&items.join("\n"));
                }
            }
        }
        text
    }
}

/// Formats the user's summary on one line.
pub fn line_of_summary(summary: &str) -> String {
    inert(summary).into_owned()
}

/// Formats facts as in the standard block, up to the variable's limit.
pub fn lines_of_facts(facts: &[Fact], variable: &Variable) -> Vec<String> {
    let line = |fact: &Fact| {
        let attributes = if variable.include_attributes { attribute_lines(&fact.attributes) } else { String::new() };
        fact_line(fact) + &attributes
    };
    lines(facts, variable, line)
}

/// Formats entities as in the standard block, up to the variable's limit.
pub fn lines_of_entities(entities: &[Entity], variable: &Variable) -> Vec<String> {
    lines(entities, variable, |entity| entity_lines(entity, variable.include_attributes))
}

/// Formats episodes as in the standard block, up to the variable's limit.
pub fn lines_of_episodes(episodes: &[Episode], variable: &Variable) -> Vec<String> {
    lines(episodes, variable, episode_line)
}

/// Formats observations or thread summaries, one per line, up to the variable's limit.
pub fn lines_of_texts(texts: &[String], variable: &Variable) -> Vec<String> {
    lines(texts, variable, |text| format!("  - {}", inert(text)))
}

fn lines<T>(items: &[T], variable: &Variable, line: impl Fn(&T) -> String) -> Vec<String> {
    items.iter().take(variable.items_max()).map(line).collect()
}

#[cfg(test)]
mod tests;
