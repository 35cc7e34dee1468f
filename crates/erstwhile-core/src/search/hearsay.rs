//! What was said about the user by others than the user: it is found, behind what the user said. Pure.

use super::GraphIndex;
use super::turns::Turns;
use crate::knowledge::Knowledge;
use crate::model::{Assertion, EpisodeKind, Fact, Role, STATEMENT};

/// Where facts and statements come from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sources<'a> {
    pub(super) knowledge: &'a Knowledge,
    pub(super) turns: &'a Turns,
}

impl Sources<'_> {
    /// Whether all that supports a fact is hearsay.
    pub(super) fn is_hearsay(self, fact: &Fact) -> bool {
        let mut claims = fact.assertions.iter().filter_map(|id| self.knowledge.assertion(*id)).peekable();
        claims.peek().is_some() && claims.all(|claim| self.is_claim_hearsay(claim))
    }

    /// Whether an assertion or a statement is hearsay.
    pub(super) fn is_claim_hearsay(self, claim: &Assertion) -> bool {
        // The words of an assistant are no fact about the user by themselves. What its words claim of others is one.
        claim.is_hearsay() || (claim.predicate == STATEMENT && self.is_said_by_a_machine(claim))
    }

    fn is_said_by_a_machine(self, claim: &Assertion) -> bool {
        let episode = claim.episode.and_then(|id| self.turns.episode(id));
        episode.is_some_and(|episode| {
            let is_machine = matches!(episode.role, Some(Role::Assistant | Role::System | Role::Function | Role::Tool));
            episode.kind == EpisodeKind::Message && is_machine
        })
    }
}

/// Which documents of an index are hearsay, by number: a search asks this of thousands.
#[derive(Debug, Default)]
pub(super) struct HearsayMarks(Vec<bool>);

impl HearsayMarks {
    /// Sets whether a document is hearsay.
    pub(super) fn set(&mut self, number: u32, is_hearsay: bool) {
        let slot = number as usize;
        if self.0.len() <= slot {
            self.0.resize(slot + 1, false);
        }
        self.0[slot] = is_hearsay;
    }

    /// Whether a document is hearsay.
    pub(super) fn has(&self, number: u32) -> bool {
        self.0.get(number as usize).copied().unwrap_or(false)
    }
}

impl GraphIndex {
    /// Whether a fact or a statement is hearsay: all that supports it is what an assistant, a tool or the system said, or
    /// what somebody else said about the user.
    pub fn is_hearsay(&self, fact: &Fact) -> bool {
        self.sources().is_hearsay(fact)
    }

    /// The same of one assertion or statement.
    pub(super) fn is_claim_hearsay(&self, claim: &Assertion) -> bool {
        self.sources().is_claim_hearsay(claim)
    }

    fn sources(&self) -> Sources<'_> {
        Sources { knowledge: &self.knowledge, turns: &self.turns }
    }
}
