//! The searches of a graph for one request, and what they share.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::entities::EntitySearch;
use super::episodes::EpisodeSearch;
use super::hybrid::{Channels, HybridIndex};
use super::question::Question;
use super::ranking::Searchable;
use super::relevance::{self, EpisodeRelevance};
use super::statements::{self, StatementSearch};
use super::{Found, GraphIndex, Scored, SearchRequest, ranking};
use crate::model::{Assertion, AssertionId, Entity, EntityId, Episode, Fact};

/// The searches of a graph for one request.
///
/// They share the scores of all turns, facts and statements: each is computed once, when a search needs it.
#[derive(Debug)]
pub struct Searches<'a> {
    pub(super) index: &'a GraphIndex,
    pub(super) request: &'a SearchRequest,
    pub(super) turns: OnceCell<Channels>,
    pub(super) facts: OnceCell<Channels>,
    pub(super) statements: OnceCell<Channels>,
    past: OnceCell<HashMap<AssertionId, Fact>>,
    question: OnceCell<Question>,
}

impl<'a> Searches<'a> {
    /// The searches for a request.
    pub fn new(index: &'a GraphIndex, request: &'a SearchRequest) -> Self {
        Self {
            index,
            request,
            turns: OnceCell::new(),
            facts: OnceCell::new(),
            statements: OnceCell::new(),
            past: OnceCell::new(),
            question: OnceCell::new(),
        }
    }

    /// Searches for episodes: messages, texts and documents.
    pub fn episodes(&self) -> Vec<Scored<Episode>> {
        self.found_episodes(self.request)
    }

    /// Searches for facts and, as the request says, statements.
    pub fn facts(&self) -> Vec<Scored<Fact>> {
        statements::search(self, EpisodeRelevance::new(self))
    }

    /// Searches for statements, in the form of facts.
    pub fn statements(&self) -> Vec<Scored<Fact>> {
        self.relevant_statements(EpisodeRelevance::new(self))
    }

    /// Searches for entities. If the filter has conditions that only facts can meet, these are the ends of facts that meet
    /// them; the other conditions are about the entities.
    pub fn entities(&self) -> Vec<Scored<Entity>> {
        let search = EntitySearch { searches: self };
        let filter = &self.request.filter;
        if !filter.is_about_facts() {
            return ranking::search(&search, self.request);
        }
        let request = SearchRequest { filter: filter.about_facts(), ..self.request.clone() };
        let facts = Searches::new(self.index, &request).facts();
        let ends = |found: &Scored<Fact>| [found.item.subject, found.item.object].map(|end| found.clone().with(end));
        let mut seen = HashSet::new();
        let entity = |found: Scored<EntityId>| {
            let is_first = seen.insert(found.item);
            let entity = self.index.knowledge.entity(found.item).filter(|entity| is_first && search.passes(entity))?;
            Some(found.with(entity.clone()))
        };
        facts.iter().flat_map(ends).filter_map(entity).take(self.request.limit).collect()
    }

    /// Searches for everything in the default order; the request must have no filter and no other reranker.
    ///
    /// The results are those of the four searches, which share what they have in common.
    pub fn everything(&self) -> Found {
        let limit = self.request.limit;
        let wide = SearchRequest { limit: limit.max(relevance::EPISODES), ..self.request.clone() };
        let mut episodes = self.found_episodes(&wide);
        let relevance = EpisodeRelevance::of(&episodes);
        episodes.truncate(limit);
        Found {
            facts: statements::search(self, relevance.clone()),
            entities: self.entities(),
            episodes,
            statements: self.relevant_statements(relevance),
        }
    }

    /// Searches for everything that passes the request's filter.
    pub fn everything_that_passes(&self) -> Found {
        Found {
            facts: self.facts(),
            entities: self.entities(),
            episodes: self.episodes_for_context(),
            statements: self.statements(),
        }
    }

    /// Searches for episodes for a context; there are none if the filter has conditions that no episode can meet.
    pub fn episodes_for_context(&self) -> Vec<Scored<Episode>> {
        if self.request.filter.can_match_episodes() { self.episodes() } else { Vec::new() }
    }

    fn found_episodes(&self, request: &SearchRequest) -> Vec<Scored<Episode>> {
        ranking::search(&EpisodeSearch { searches: self, request }, request)
    }

    fn relevant_statements(&self, relevance: EpisodeRelevance) -> Vec<Scored<Fact>> {
        let search = StatementSearch::new(self, relevance);
        let found = ranking::search(&search, self.request).into_iter();
        let whole = |found: Scored<Assertion>| {
            let fact = search.as_fact(&found.item);
            found.with(fact)
        };
        found.map(whole).collect()
    }

    /// What the query asks for.
    pub(super) fn question(&self) -> &Question {
        self.question.get_or_init(|| Question::new(&self.request.query))
    }

    /// The scores of all documents of an index.
    pub(super) fn channels<Id: Copy + Eq + Hash>(&self, documents: &HybridIndex<Id>) -> Channels {
        documents.search(&self.question().distinct_words(), &self.request.vector)
    }

    /// The scores of all turns.
    pub(super) fn of_turns(&self) -> &Channels {
        self.turns.get_or_init(|| self.channels(&self.index.turns.documents))
    }

    /// The scores of all facts.
    pub(super) fn of_facts(&self) -> &Channels {
        self.facts.get_or_init(|| self.channels(&self.index.facts))
    }

    /// The scores of all statements.
    pub(super) fn of_statements(&self) -> &Channels {
        self.statements.get_or_init(|| self.channels(&self.index.statements))
    }

    /// A fact, as the request's time knew it.
    pub(super) fn fact(&self, id: AssertionId) -> Option<&Fact> {
        let knowledge = &self.index.knowledge;
        let Some(known_at) = self.request.known_at else { return knowledge.fact(id) };
        let facts = || knowledge.facts_known_at(known_at).into_iter().map(|fact| (fact.id, fact)).collect();
        self.past.get_or_init(facts).get(&id)
    }
}
