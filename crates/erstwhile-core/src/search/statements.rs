//! Search for statements, and their place among facts.

use foldhash::HashSet;

use super::hybrid::HybridIndex;
use super::ranking::{Distances, Searchable};
use super::{GraphIndex, Moment, Scored, SearchRequest, Statements};
use crate::knowledge::Knowledge;
use crate::model::{Assertion, AssertionId, Fact};
use crate::text::words;

/// Facts below this share of the best fact's score only seem to match: statements come before them.
const RELEVANCE_MIN: f64 = 0.5;
/// A statement of which a returned fact of the same episode says this share of the words repeats it.
const REPEATED_SHARE: f64 = 0.8;

pub(super) struct StatementSearch<'a> {
    pub(super) index: &'a GraphIndex,
    pub(super) request: &'a SearchRequest,
}

impl Searchable for StatementSearch<'_> {
    type Id = AssertionId;
    type Item = Assertion;

    fn documents(&self) -> &HybridIndex<AssertionId> {
        &self.index.statements
    }

    fn knowledge(&self) -> &Knowledge {
        &self.index.knowledge
    }

    fn item(&self, id: AssertionId) -> Option<&Assertion> {
        self.index.knowledge.statement(id)
    }

    fn passes(&self, statement: &Assertion) -> bool {
        let said_before = |at| statement.valid_from.map_or(statement.reference_time, |from| from.at) <= at;
        let holds = match self.request.moment {
            Moment::Always | Moment::Current(_) => true,
            Moment::At(at) => said_before(at),
        };
        let is_known = self.request.known_at.is_none_or(|known_at| statement.recorded_at <= known_at);
        let metadata = |id| self.index.episode(id).map(|episode| episode.metadata.clone());
        let fact = self.index.knowledge.statement_as_fact(statement);
        holds && is_known && self.request.filter.fact(&fact, &self.index.knowledge, metadata)
    }

    fn mentions(&self, _statement: &Assertion) -> usize {
        1
    }

    fn distance(&self, statement: &Assertion, distances: &Distances) -> Option<usize> {
        let fact = self.index.knowledge.statement_as_fact(statement);
        [fact.subject, fact.object].iter().filter_map(|end| distances.get(end)).min().copied()
    }
}

/// Puts statements among facts: behind those that match, or by score. Statements that repeat a fact are left out.
pub(super) fn merge(
    facts: Vec<Scored<Fact>>,
    statements: Vec<Scored<Assertion>>,
    knowledge: &Knowledge,
    request: &SearchRequest,
) -> Vec<Scored<Fact>> {
    let told: Vec<(&Fact, HashSet<String>)> =
        facts.iter().map(|fact| (&fact.item, words(&fact.item.statement).into_iter().collect())).collect();
    let repeats = |statement: &Assertion| {
        let mut own: HashSet<String> = HashSet::default();
        told.iter().filter(|(fact, _)| statement.episode.is_some_and(|episode| fact.episodes.contains(&episode))).any(
            |(_, fact_words)| {
                if own.is_empty() {
                    own.extend(words(&statement.statement));
                }
                let shared = own.iter().filter(|word| fact_words.contains(*word)).count();
                shared as f64 >= own.len() as f64 * REPEATED_SHARE
            },
        )
    };
    let kept = statements.into_iter().filter(|statement| !repeats(&statement.item));
    let statements: Vec<Scored<Fact>> = kept
        .map(|found| Scored {
            item: knowledge.statement_as_fact(&found.item),
            score: found.score,
            relevance: found.relevance,
        })
        .filter(|found| knowledge.entity(found.item.subject).is_some())
        .collect();
    let mut merged: Vec<Scored<Fact>> = match request.statements {
        Statements::Never => facts,
        Statements::Always => {
            let mut all: Vec<Scored<Fact>> = facts.into_iter().chain(statements).collect();
            all.sort_by(|left, right| {
                right.score.total_cmp(&left.score).then_with(|| left.item.id.cmp(&right.item.id))
            });
            all
        }
        Statements::Auto => {
            let (matching, rest): (Vec<_>, Vec<_>) =
                facts.into_iter().partition(|fact| fact.relevance >= RELEVANCE_MIN);
            matching.into_iter().chain(statements).chain(rest).collect()
        }
    };
    merged.truncate(request.limit);
    merged
}
