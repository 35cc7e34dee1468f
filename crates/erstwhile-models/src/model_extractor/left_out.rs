//! What the rules read and the application's instructions exclude: a model must name it, with the words of the instructions.
//! So neither its silence nor an instruction about something else removes a fact.

use erstwhile::model::ClaimKind;
use erstwhile::ports::{Claim, DroppedClaim, Extraction};
use serde_json::json;

use super::answer::AnsweredExclusion;
use super::claims::is_same_pair;
use super::parts::Part;
use super::quotes;

/// Maximum number of facts that a model is shown in one call; the others stay.
const SHOWN_MAX: usize = 100;

/// The facts of the rules that one call may leave out, numbered from 1.
#[derive(Debug, Default)]
pub(super) struct RuleFacts(Vec<RuleFact>);

/// A fact that the rules read.
#[derive(Debug, Clone)]
pub(super) struct RuleFact {
    /// The number of its part among those of the call.
    part: usize,
    /// The number of its turn in the request.
    turn: usize,
    claim: Claim,
}

impl RuleFacts {
    /// The facts that the rules read in the parts of a call.
    pub(super) fn of(parts: &[Part<'_>], by_rules: &[Extraction]) -> Self {
        let in_part = |(number, part): (usize, &Part<'_>)| {
            let range = part.start..part.start + part.text.len();
            let claims = by_rules.get(part.turn).into_iter().flat_map(|extraction| &extraction.claims);
            let facts = claims.filter(|claim| claim.kind == ClaimKind::Asserts && claim.object.is_some());
            let here = facts.filter(|claim| range.contains(&claim.span.start));
            here.map(|claim| RuleFact { part: number, turn: part.turn, claim: claim.clone() }).collect::<Vec<_>>()
        };
        Self(parts.iter().enumerate().flat_map(in_part).take(SHOWN_MAX).collect())
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A line for each fact.
    pub(super) fn lines(&self) -> impl Iterator<Item = String> {
        self.0.iter().enumerate().map(|(number, RuleFact { part, claim, .. })| {
            let (subject, object) = (json!(claim.subject), json!(claim.object));
            format!("{}. in turn {}: {subject} {} {object}", number + 1, part + 1, claim.predicate)
        })
    }

    /// The facts that a model names with their turn and with words of the instructions.
    pub(super) fn named(&self, answered: &[AnsweredExclusion], instructions: &str) -> Vec<RuleFact> {
        let place = |number: i64| usize::try_from(number).ok()?.checked_sub(1);
        let named = answered.iter().filter_map(|exclusion| {
            let fact = self.0.get(place(exclusion.fact)?)?;
            let is_quoted = quotes::find(instructions, &exclusion.instruction).is_some();
            (place(exclusion.turn) == Some(fact.part) && is_quoted).then(|| fact.clone())
        });
        named.collect()
    }
}

impl RuleFact {
    /// Removes the fact from what the rules read, with what only it needs, and notes that in the extraction of its turn.
    pub(super) fn leave_out(&self, by_rules: &mut [Extraction], extractions: &mut [Extraction]) {
        let Some((rules, extraction)) = by_rules.get_mut(self.turn).zip(extractions.get_mut(self.turn)) else { return };
        // What it denies or ends goes with it.
        let is_of_it = |claim: &Claim| {
            *claim == self.claim || claim.kind != ClaimKind::Asserts && is_same_pair(claim, &self.claim)
        };
        rules.claims.retain(|claim| !is_of_it(claim));
        let names = [Some(&self.claim.subject), self.claim.object.as_ref()];
        let is_needed = |name: &String| {
            !names.contains(&Some(name))
                || rules.claims.iter().any(|claim| claim.subject == *name || claim.object.as_ref() == Some(name))
        };
        rules.mentions.retain(|mention| is_needed(&mention.name));
        rules.aliases.retain(|alias| is_needed(&alias.name));
        let statement = self.claim.statement.clone();
        extraction.dropped.push(DroppedClaim { statement, reason: "the application's instructions exclude it" });
    }
}
