//! A user's new name takes the place of the old one in the evidence. Pure.
//!
//! Extractors write sentences about a user with the name in the user's profile, so most of the evidence of a graph holds
//! that name although nobody said it. When the application changes the name, it is replaced wherever it came from the
//! profile. What somebody said or added is not changed, and what was read there keeps the words of its source.

use foldhash::HashMap;
use serde_json::Value;

use crate::change::{Change, Wording};
use crate::evidence::{Edit, Evidence};
use crate::identity::{normalise, user_node};
use crate::model::{Assertion, ClaimKind, EntityId, EntityPatch, EpisodeId, FactEdit, Mention, Metadata, User};
use crate::text::{contains_word, position_of_word};

/// The change that gives everything in a graph's evidence the user's new name, except where the text itself says the old
/// one; `None` if nothing changes.
pub fn reword(evidence: &Evidence, before: &User, now: &User) -> Option<Change> {
    let names = RenamedParts::of(before, now);
    if names.parts.is_empty() {
        return None;
    }
    let texts = evidence.episodes.iter().map(|episode| (episode.id, normalise(&episode.content)));
    let renaming = Renaming { names, user: user_node(now.graph), texts: texts.collect() };
    let mentions = evidence.mentions.iter().filter_map(|mention| renaming.mention(mention));
    let assertions = evidence.assertions.iter().filter_map(|assertion| renaming.assertion(assertion));
    let edits = evidence.edits.iter().filter_map(|edit| renaming.edit(edit));
    let wordings: Vec<Wording> = mentions.chain(assertions).chain(edits).collect();
    (!wordings.is_empty()).then_some(Change::Reword(wordings))
}

/// The names of a user that change.
struct RenamedParts {
    /// Old and new names: first the whole one, then its parts.
    parts: Vec<(String, String)>,
}

impl RenamedParts {
    fn of(before: &User, now: &User) -> Self {
        let whole = now.display_name();
        let part = |old: &Option<String>, new: &Option<String>| {
            let named = |part: &Option<String>| part.as_deref().map_or_else(String::new, |part| part.trim().to_owned());
            let (old, new) = (named(old), named(new));
            (old, if new.is_empty() { whole.clone() } else { new })
        };
        let all = [
            (before.display_name(), whole.clone()),
            part(&before.first_name, &now.first_name),
            part(&before.last_name, &now.last_name),
        ];
        Self { parts: all.into_iter().filter(|(old, new)| !old.is_empty() && old != new).collect() }
    }
}

struct Renaming {
    names: RenamedParts,
    user: EntityId,
    /// The normalised texts of the episodes.
    texts: HashMap<EpisodeId, String>,
}

impl Renaming {
    /// Whether the text of an episode says a name.
    fn says(&self, episode: Option<EpisodeId>, name: &str) -> bool {
        let text = episode.and_then(|episode| self.texts.get(&episode));
        text.is_some_and(|text| contains_word(text, &normalise(name)))
    }

    /// A text with the new names, as far as the episode that it comes from does not say the old ones.
    fn text(&self, text: &str, episode: Option<EpisodeId>) -> String {
        let occurs = |(old, _): &&(String, String)| position_of_word(text, old).is_some() && !self.says(episode, old);
        let parts: Vec<&(String, String)> = self.names.parts.iter().filter(occurs).collect();
        let (mut result, mut rest) = (String::with_capacity(text.len()), text);
        loop {
            // The whole name comes before its parts, and no new name is read again.
            let found = parts.iter().filter_map(|part| Some((position_of_word(rest, &part.0)?, *part)));
            let Some((at, (old, new))) = found.min_by_key(|(at, _)| *at) else { break };
            result.push_str(&rest[..at]);
            result.push_str(new);
            rest = &rest[at + old.len()..];
        }
        result + rest
    }

    fn mention(&self, mention: &Mention) -> Option<Wording> {
        let name = self.text(&mention.name, mention.episode);
        (name != mention.name).then(|| Wording::Mention(mention.clone(), Mention { name, ..mention.clone() }))
    }

    fn assertion(&self, assertion: &Assertion) -> Option<Wording> {
        let mut statement = self.text(&assertion.statement, assertion.episode);
        // A fact about the user begins with the user's name, whatever the rest of it repeats from the text.
        let is_fact_about_user = assertion.subject == self.user && assertion.kind != ClaimKind::States;
        if let Some((old, new)) = self.names.parts.first().filter(|_| is_fact_about_user)
            && position_of_word(&statement, old) == Some(0)
            && position_of_word(&statement, new) != Some(0)
        {
            statement.replace_range(..old.len(), new);
        }
        let attributes = self.metadata(&assertion.attributes, assertion.episode);
        let is_changed = statement != assertion.statement || attributes != assertion.attributes;
        is_changed.then(|| Wording::Assertion(Assertion { statement, attributes, ..assertion.clone() }))
    }

    fn edit(&self, edit: &Edit) -> Option<Wording> {
        let text = |text: &Option<String>| text.as_ref().map(|text| self.text(text, None));
        let new = match edit {
            Edit::Fact(id, edit) => {
                let attributes = self.metadata(&edit.attributes, None);
                Edit::Fact(*id, FactEdit { statement: text(&edit.statement), attributes, ..edit.clone() })
            }
            Edit::Entity(id, patch) => {
                let (name, summary) = (text(&patch.name), text(&patch.summary));
                let attributes = self.metadata(&patch.attributes, None);
                Edit::Entity(*id, EntityPatch { name, summary, attributes, ..patch.clone() })
            }
        };
        (new != *edit).then_some(Wording::Edit(new))
    }

    fn metadata(&self, metadata: &Metadata, episode: Option<EpisodeId>) -> Metadata {
        metadata.iter().map(|(key, value)| (key.clone(), self.value(value, episode))).collect()
    }

    /// A value with the new names. The attributes of facts and entities are not nested deeply: requests have a limit.
    fn value(&self, value: &Value, episode: Option<EpisodeId>) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text, episode)),
            Value::Array(items) => items.iter().map(|item| self.value(item, episode)).collect(),
            Value::Object(fields) => Value::Object(self.metadata(fields, episode)),
            other => other.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
