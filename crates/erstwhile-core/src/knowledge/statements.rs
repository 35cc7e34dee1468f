//! Statements: self-contained sentences of the episodes. They are for search only, and part of no fact or entity.

use std::collections::BTreeSet;

use super::Knowledge;
use crate::identity::{normalise, user_node};
use crate::model::{
    Assertion, AssertionId, ClaimKind, Closing, EntityId, EpisodeId, Fact, FactEdit, Holding, Metadata, Precision,
    STATEMENT,
};
use crate::text::{inert, position_of_word};

/// The attribute that marks a statement in search results for facts.
const MARK: &str = "statement";

impl Knowledge {
    /// The operator's edit that goes with an assertion.
    pub fn edit_of(&self, assertion: AssertionId) -> Option<&FactEdit> {
        self.fact_edits.get(&assertion)
    }

    /// All statements, in arbitrary order.
    pub fn statements(&self) -> impl Iterator<Item = &Assertion> {
        self.statements.values()
    }

    /// A statement.
    pub fn statement(&self, id: AssertionId) -> Option<&Assertion> {
        self.statements.get(&id)
    }

    /// The statements of an episode, ordered by id.
    pub fn statements_from(&self, episode: EpisodeId) -> impl Iterator<Item = &Assertion> {
        self.asserted.of(episode).filter_map(|id| self.statement(id))
    }

    /// The entities that a statement names, in the order of its text: those that its episode mentions and whose name
    /// stands in the statement.
    pub fn named_in_statement(&self, statement: &Assertion) -> Vec<EntityId> {
        let Some(episode) = statement.episode else { return Vec::new() };
        let text = normalise(&statement.statement);
        let position = |id: EntityId| {
            let entity = self.entities.get(&id)?;
            let names = std::iter::once(&entity.name).chain(&entity.aliases);
            names.filter_map(|name| position_of_word(&text, &normalise(name))).min()
        };
        let named: BTreeSet<(usize, EntityId)> =
            self.mentioned_in(episode).into_iter().filter_map(|id| Some((position(id)?, id))).collect();
        named.into_iter().map(|(_, id)| id).collect()
    }

    /// A statement in the form of a fact, for search results that contain both.
    ///
    /// Its relation is [`STATEMENT`], and its only attribute marks it. Its subject is the entity who says or does it,
    /// else the first entity that it names, else the user, else an id without an entity; its object is the first
    /// other entity that it names, else the subject.
    pub fn statement_as_fact(&self, statement: &Assertion) -> Fact {
        let named = self.named_in_statement(statement);
        let exists = |id: EntityId| self.entity(id).map(|entity| entity.id);
        let subject = exists(statement.subject).or_else(|| named.first().copied());
        let subject = subject.or_else(|| exists(user_node(self.graph))).unwrap_or(statement.subject);
        let object = named.into_iter().find(|id| *id != subject).unwrap_or(subject);
        Fact { subject, object, ..self.without_subject_and_object(statement) }
    }

    /// A statement in the form of a fact whose subject and object are not resolved, which is much faster to compute.
    ///
    /// A statement is no longer true when a state that it tells has ended by what was said later.
    pub(crate) fn without_subject_and_object(&self, statement: &Assertion) -> Fact {
        let ended = self.ended_facts(statement).min_by_key(|fact| fact.valid_until);
        Fact {
            id: statement.id,
            subject: statement.subject,
            predicate: STATEMENT.to_owned(),
            object: statement.subject,
            statement: inert(&statement.statement).into_owned(),
            // It does not close anything, and what it tells may be still to come.
            holding: Holding::Event,
            valid_from: Some(statement.valid_from.map_or(statement.reference_time, |from| from.at)),
            precision: statement.valid_from.map_or(Precision::Instant, |from| from.precision),
            valid_until: ended.and_then(|fact| fact.valid_until),
            created_at: statement.recorded_at,
            expired_at: ended.and_then(|fact| fact.expired_at),
            closed_by: ended.and_then(|fact| fact.closed_by),
            episodes: statement.episode.into_iter().collect(),
            assertions: vec![statement.id],
            attributes: Metadata::from_iter([(MARK.to_owned(), true.into())]),
        }
    }

    /// The states that a statement tells and that something said later ended.
    fn ended_facts(&self, statement: &Assertion) -> impl Iterator<Item = &Fact> {
        let claims = statement.episode.into_iter().flat_map(|episode| self.asserted.of(episode));
        let claims = claims.filter_map(|id| self.assertions.get(&id));
        let told = claims.filter(|claim| {
            claim.kind == ClaimKind::Asserts
                && statement.span.start <= claim.span.start
                && claim.span.end <= statement.span.end
        });
        told.filter_map(|claim| self.facts.get(&self.fact_id(claim.id))).filter(|fact| {
            let ended_later = match fact.closed_by {
                Some(Closing::Assertion(by)) => {
                    self.assertions.get(&by).is_none_or(|by| by.episode != statement.episode)
                }
                Some(Closing::Operator) => true,
                None => false,
            };
            ended_later && fact.valid_until.is_some() && fact.holding != Holding::Event
        })
    }
}
