//! The estimate for one query, as far as it is known: words first, then cosines, which cost more.

use super::asked::AskedWords;
use super::{AnswerabilityEstimates, Signs, has_vector};
use crate::model::EpisodeId;
use crate::search::hybrid::HybridIndex;
use crate::search::vector::VectorIndex;
use crate::search::{GraphIndex, SearchRequest};

/// The kinds of documents whose vectors are compared with a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compared {
    Turns,
    Facts,
    Statements,
}

impl Compared {
    /// All kinds; those that decide most often come first.
    pub(super) const ALL: [Self; 3] = [Self::Turns, Self::Facts, Self::Statements];

    pub(super) fn vectors(self, index: &GraphIndex) -> &VectorIndex {
        match self {
            Self::Turns => &index.turns.documents.vectors,
            Self::Facts => &index.facts.vectors,
            Self::Statements => &index.statements.vectors,
        }
    }
}

/// What is known about how much of a query a graph repeats.
pub(super) struct Estimate<'a> {
    index: &'a GraphIndex,
    pub(super) request: &'a SearchRequest,
    pub(super) signs: Signs,
}

impl<'a> Estimate<'a> {
    /// The estimate without any cosine.
    pub(super) fn of_words(index: &'a GraphIndex, request: &'a SearchRequest) -> Self {
        let mut estimate = Self { index, request, signs: Signs::default() };
        let query = index.topic_of(&request.query);
        let claims = [
            share(&query, &index.facts, |number| estimate.counts(Compared::Facts, number)),
            share(&query, &index.statements, |number| estimate.counts(Compared::Statements, number)),
            share(&query, &index.entities, |number| estimate.counts_entity(number)),
        ];
        let claims = claims.into_iter().fold(0.0, f32::max);
        // What a fact says that the application added need not be in any turn.
        let turns = estimate.share_of_turns(&query).max(claims);
        estimate.signs = Signs { words: (1.0 + query.len() as f32).ln(), turns, claims, ..Signs::default() };
        estimate
    }

    /// Takes the cosines of all documents of a kind into account.
    pub(super) fn compare(&mut self, compared: Compared, cosines: &[f32]) {
        let sign = match compared {
            Compared::Turns => self.signs.turn_cosine,
            Compared::Facts | Compared::Statements => self.signs.claim_cosine,
        };
        let mut best = sign;
        for (number, cosine) in cosines.iter().enumerate() {
            if *cosine > best && self.counts(compared, number as u32) {
                best = *cosine;
            }
        }
        match compared {
            Compared::Turns => self.signs.turn_cosine = best,
            Compared::Facts | Compared::Statements => self.signs.claim_cosine = best,
        }
    }

    /// Whether the graph must be taken to say something. More cosines do not take that back: they only add to the
    /// probability.
    pub(super) fn is_known(&self) -> bool {
        AnswerabilityEstimates::trained().of(&self.signs, has_vector(&self.request.vector)).is_known
    }

    /// Whether a document counts.
    fn counts(&self, compared: Compared, number: u32) -> bool {
        let (index, request) = (self.index, self.request);
        match compared {
            Compared::Turns => {
                let episode = index.turns.documents.id(number).and_then(|id| index.turns.episode(id));
                let is_violating = |id| index.turns.is_violating(id);
                let is_shown = |id| request.filter.violations.is_none_or(|wanted| wanted == is_violating(id));
                episode.is_some_and(|episode| {
                    !self.is_ignored(&episode.id) && self.was_known(episode.recorded_at) && is_shown(episode.id)
                })
            }
            Compared::Facts => {
                let fact = index.facts.id(number).and_then(|id| index.knowledge.fact(id));
                fact.is_some_and(|fact| self.was_known(fact.created_at) && self.is_from_others(&fact.episodes))
            }
            Compared::Statements => {
                let statement = index.statements.id(number).and_then(|id| index.knowledge.statement(id));
                statement.is_some_and(|said| {
                    self.was_known(said.recorded_at) && !said.episode.as_ref().is_some_and(|id| self.is_ignored(id))
                })
            }
        }
    }

    fn counts_entity(&self, number: u32) -> bool {
        let entity = self.index.entities.id(number).and_then(|id| self.index.knowledge.entity(id));
        entity.is_some_and(|entity| self.was_known(entity.created_at) && self.is_from_others(&entity.episodes))
    }

    fn was_known(&self, recorded_at: jiff::Timestamp) -> bool {
        self.request.known_at.is_none_or(|known_at| recorded_at <= known_at)
    }

    fn is_ignored(&self, id: &EpisodeId) -> bool {
        self.request.ignored.contains(id)
    }

    /// Whether something is not only from episodes that the request ignores.
    fn is_from_others(&self, episodes: &[EpisodeId]) -> bool {
        episodes.is_empty() || !episodes.iter().all(|id| self.is_ignored(id))
    }

    /// The largest share of a query that a turn and the turns beside it repeat.
    fn share_of_turns(&self, query: &[String]) -> f32 {
        let turns = &self.index.turns.documents;
        let asked = AskedWords::new(query, turns.text(), turns.len());
        let said = asked.said_by(turns.text(), turns.numbers_end());
        let own = |number: u32| said.of(number);
        let adjacent = |number: u32| self.index.turns.adjacent(number as usize).into_iter().flatten();
        let together =
            |number: u32, own: &dyn Fn(u32) -> u64| adjacent(number).fold(own(number), |all, other| all | own(other));
        let counted = |number: u32| if self.counts(Compared::Turns, number) { own(number) } else { 0 };
        asked.largest_share(said.numbers().map(|number| (number, together(number, &own))), |number, _| {
            if counted(number) == 0 { 0 } else { together(number, &counted) }
        })
    }
}

/// The largest share of a query that a document repeats.
fn share<Id: Copy + Eq + std::hash::Hash>(
    query: &[String],
    documents: &HybridIndex<Id>,
    counts: impl Fn(u32) -> bool,
) -> f32 {
    let asked = AskedWords::new(query, documents.text(), documents.len());
    let said = asked.said_by(documents.text(), documents.numbers_end());
    let counted = |number: u32, said: u64| if counts(number) { said } else { 0 };
    asked.largest_share(said.numbers().map(|number| (number, said.of(number))), counted)
}
