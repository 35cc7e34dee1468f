//! Statements: sentences for search, kept apart from facts.

use foldhash::{HashMap, HashSet};

use super::Knowledge;
use crate::identity::normalise;
use crate::model::{Assertion, AssertionId, ClaimKind, EntityId, EpisodeId, Fact, Metadata, Precision, STATEMENT};

/// The statements of a graph.
#[derive(Debug, Default)]
pub(super) struct Statements {
    by_id: HashMap<AssertionId, Assertion>,
    by_episode: HashMap<EpisodeId, Vec<AssertionId>>,
}

impl Statements {
    pub(super) fn add(&mut self, statement: Assertion) {
        if let Some(episode) = statement.episode {
            self.by_episode.entry(episode).or_default().push(statement.id);
        }
        self.by_id.insert(statement.id, statement);
    }

    pub(super) fn remove(&mut self, id: AssertionId) -> bool {
        let Some(statement) = self.by_id.remove(&id) else { return false };
        if let Some(said) = statement.episode.and_then(|episode| self.by_episode.get_mut(&episode)) {
            said.retain(|said| *said != id);
        }
        true
    }

    /// Removes the statements of an episode; returns their ids.
    pub(super) fn remove_episode(&mut self, episode: EpisodeId) -> Vec<AssertionId> {
        let ids = self.by_episode.remove(&episode).unwrap_or_default();
        for id in &ids {
            self.by_id.remove(id);
        }
        ids
    }
}

impl Knowledge {
    /// All statements, in arbitrary order.
    pub fn statements(&self) -> impl Iterator<Item = &Assertion> {
        self.statements.by_id.values()
    }

    /// A statement.
    pub fn statement(&self, id: AssertionId) -> Option<&Assertion> {
        self.statements.by_id.get(&id)
    }

    /// A statement in the form of a fact, for results of searches: from who says it to the first other entity that it
    /// names.
    pub fn statement_as_fact(&self, statement: &Assertion) -> Fact {
        let named: Vec<EntityId> = self.named_in(statement);
        let subject = self.entity_of(statement.subject);
        let subject = if self.entity(subject).is_some() { subject } else { named.first().copied().unwrap_or(subject) };
        let object = named.into_iter().find(|entity| *entity != subject).unwrap_or(subject);
        let mut attributes = Metadata::new();
        attributes.insert("statement".to_owned(), true.into());
        Fact {
            id: statement.id,
            subject,
            predicate: STATEMENT.to_owned(),
            object,
            statement: statement.statement.clone(),
            holding: statement.holding,
            valid_from: Some(statement.valid_from.map_or(statement.reference_time, |from| from.at)),
            precision: statement.valid_from.map_or(Precision::Instant, |from| from.precision),
            valid_until: None,
            created_at: statement.recorded_at,
            expired_at: None,
            closed_by: None,
            episodes: statement.episode.into_iter().collect(),
            assertions: vec![statement.id],
            attributes,
        }
    }

    /// The entities that a statement names: those that its episode mentions and whose name stands in it.
    fn named_in(&self, statement: &Assertion) -> Vec<EntityId> {
        let text = normalise(&statement.statement);
        let mentioned = statement.episode.map(|episode| self.mentioned_in(episode)).unwrap_or_default();
        let mut named: Vec<(usize, EntityId)> =
            mentioned.into_iter().filter_map(|id| Some((text.find(&normalise(&self.entity(id)?.name))?, id))).collect();
        named.sort_unstable();
        let mut seen = HashSet::default();
        named.into_iter().map(|(_, id)| id).filter(|id| seen.insert(*id)).collect()
    }
}

/// Whether an assertion is a statement.
pub(super) fn is_statement(assertion: &Assertion) -> bool {
    assertion.kind == ClaimKind::States
}
