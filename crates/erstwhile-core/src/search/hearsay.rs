//! What was said about the user by others than the user: it is found, behind what the user said. Pure.

use super::GraphIndex;
use crate::model::{Assertion, EpisodeKind, Fact, Role, STATEMENT};

impl GraphIndex {
    /// Whether a fact or a statement is hearsay: all that supports it is what an assistant, a tool or the system said, or
    /// what somebody else said about the user.
    pub fn is_hearsay(&self, fact: &Fact) -> bool {
        let mut claims = fact.assertions.iter().filter_map(|id| self.knowledge.assertion(*id)).peekable();
        claims.peek().is_some() && claims.all(|claim| self.is_claim_hearsay(claim))
    }

    /// The same of one assertion or statement.
    pub(super) fn is_claim_hearsay(&self, claim: &Assertion) -> bool {
        // The words of an assistant are no fact about the user by themselves. What its words claim of others is one.
        claim.is_hearsay() || (claim.predicate == STATEMENT && self.is_said_by_a_machine(claim))
    }

    fn is_said_by_a_machine(&self, claim: &Assertion) -> bool {
        let episode = claim.episode.and_then(|id| self.episode(id));
        episode.is_some_and(|episode| {
            let is_machine = matches!(episode.role, Some(Role::Assistant | Role::System | Role::Function | Role::Tool));
            episode.kind == EpisodeKind::Message && is_machine
        })
    }
}
