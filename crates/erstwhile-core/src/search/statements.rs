//! Search for statements, and for facts and statements together.

use std::borrow::Cow;

use foldhash::HashSet;

use super::facts::FactSearch;
use super::fuse::fuse;
use super::hybrid::{Channels, HybridIndex};
use super::ranking::{Among, Candidates, Distances, Ranking, Scores, Searchable};
use super::relevance::EpisodeRelevance;
use super::searches::Searches;
use super::updates::newer_first;
use super::{GraphIndex, Moment, Scored, SearchRequest, Statements, VectorSpace, dense};
use crate::identity::{assistant_node, user_node};
use crate::knowledge::Knowledge;
use crate::model::{Assertion, AssertionId, EntityId, Fact, STATEMENT};
use crate::text::{for_each_word, stem, words};

/// Minimum cosine similarity of a fact and a query that have no word in common, for the fact to match the query.
const SIMILARITY_MIN: f32 = 0.5;
/// Minimum score of a fact that matches, as a share of the best score of all facts and statements.
const RELEVANT_SHARE: f32 = 0.3;
/// A statement repeats a fact of its episode that says this share of its words.
const REPEATED_SHARE: f64 = 0.8;
/// The boost of statements that name an origin of the search, as a share of the best score.
const ORIGIN_SHARE: f32 = 0.1;
/// Maximum number of episodes of one origin whose statements are boosted.
const ORIGIN_EPISODES_MAX: usize = 500;

pub(super) struct StatementSearch<'a> {
    pub(super) searches: &'a Searches<'a>,
    pub(super) relevance: EpisodeRelevance,
    moment: Moment,
}

impl<'a> StatementSearch<'a> {
    /// A search for the request of `searches`, in which statements of relevant episodes are boosted.
    pub(super) fn new(searches: &'a Searches<'a>, relevance: EpisodeRelevance) -> Self {
        Self { searches, relevance, moment: searches.request.moment }
    }

    /// The same search for statements of another time.
    fn at(&self, moment: Moment) -> Self {
        Self { relevance: self.relevance.clone(), moment, ..*self }
    }

    pub(super) fn as_fact(&self, statement: &Assertion) -> Fact {
        self.as_known(self.searches.index.knowledge.statement_as_fact(statement))
    }

    /// A statement as it was known: without an end that was learned later.
    fn as_known(&self, statement: Fact) -> Fact {
        let learned_later =
            self.searches.request.known_at.is_some_and(|at| statement.expired_at.is_none_or(|end| end > at));
        if learned_later {
            return Fact { valid_until: None, expired_at: None, closed_by: None, ..statement };
        }
        statement
    }

    /// Boosts statements that name an entity from which the request starts, and statements of relevant episodes.
    fn boost(&self, fused: &mut [f32]) {
        let knowledge = &self.searches.index.knowledge;
        let best = dense::best(fused);
        for origin in self.searches.request.origins.iter().filter_map(|id| knowledge.entity(*id)) {
            let episodes = origin.episodes.iter().rev().take(ORIGIN_EPISODES_MAX);
            for statement in episodes.flat_map(|episode| knowledge.statements_from(*episode)) {
                let is_named = knowledge.entity_of(statement.subject) == origin.id
                    || knowledge.named_in_statement(statement).contains(&origin.id);
                if let Some(number) = self.searches.index.statements.number(statement.id).filter(|_| is_named) {
                    fused[number as usize] += ORIGIN_SHARE * best;
                }
            }
        }
        self.relevance.boost(fused, |episode| {
            let statements = knowledge.statements_from(episode);
            statements.filter_map(|statement| self.searches.index.statements.number(statement.id))
        });
    }
}

impl Searchable for StatementSearch<'_> {
    type Id = AssertionId;
    type Item = Assertion;

    fn documents(&self) -> &HybridIndex<AssertionId> {
        &self.searches.index.statements
    }

    fn knowledge(&self) -> &Knowledge {
        &self.searches.index.knowledge
    }

    fn item(&self, id: AssertionId) -> Option<&Assertion> {
        self.searches.index.knowledge.statement(id)
    }

    fn channels(&self) -> Cow<'_, Channels> {
        Cow::Borrowed(self.searches.of_statements())
    }

    fn scores(&self, channels: &Channels) -> Scores {
        let mut fused = fuse(channels);
        self.boost(&mut fused);
        fused.into()
    }

    fn passes(&self, statement: &Assertion) -> bool {
        let request = self.searches.request;
        if request.known_at.is_some_and(|known_at| statement.recorded_at > known_at)
            || !request.hearsay && self.searches.index.is_claim_hearsay(statement)
        {
            return false;
        }
        let fact = if self.searches.request.filter.restricts_ends() {
            self.as_fact(statement)
        } else {
            self.as_known(self.searches.index.knowledge.without_subject_and_object(statement))
        };
        let metadata = |id| self.searches.index.episode(id).map(|episode| &episode.metadata);
        self.moment.admits(&fact) && self.searches.request.filter.fact(&fact, &self.searches.index.knowledge, metadata)
    }

    fn mentions(&self, _statement: &Assertion) -> usize {
        1
    }

    fn distance(&self, statement: &Assertion, distances: &Distances) -> Option<usize> {
        let subject = self.searches.index.knowledge.statement_as_fact(statement).subject;
        let named = self.searches.index.knowledge.named_in_statement(statement);
        std::iter::once(subject).chain(named).filter_map(|end| distances.get(&end)).min().copied()
    }
}

/// Facts, and behind them statements, numbered together.
struct Both<'a> {
    facts: FactSearch<'a>,
    statements: StatementSearch<'a>,
    /// The number of the first statement.
    first: u32,
}

/// Where a document is found.
enum Place {
    Fact(u32),
    Statement(u32),
}

impl Both<'_> {
    /// The same facts and statements, of which others pass.
    fn at(&self, moment: Moment) -> Self {
        Self { facts: self.facts.at(moment), statements: self.statements.at(moment), first: self.first }
    }

    fn place(&self, number: u32) -> Place {
        if number < self.first { Place::Fact(number) } else { Place::Statement(number - self.first) }
    }

    fn is_hearsay(&self, number: u32) -> bool {
        let searches = self.statements.searches;
        match self.place(number) {
            // What supports a fact may have been other assertions in the past.
            Place::Fact(number) if searches.request.known_at.is_some() => {
                let fact = self.facts.documents().id(number).and_then(|id| Searchable::item(&self.facts, id));
                fact.is_some_and(|fact| searches.index.is_hearsay(fact))
            }
            Place::Fact(number) => searches.index.hearsay_facts.has(number),
            Place::Statement(number) => searches.index.hearsay_statements.has(number),
        }
    }
}

impl Candidates for Both<'_> {
    type Id = AssertionId;
    type Item = Fact;

    fn knowledge(&self) -> &Knowledge {
        Searchable::knowledge(&self.facts)
    }

    fn channels(&self) -> Cow<'_, Channels> {
        let (facts, statements) = (self.facts.documents(), self.statements.documents());
        let mut both = Searchable::channels(&self.facts).into_owned();
        let more = Searchable::channels(&self.statements);
        let (count, more_count) = (facts.len() as f32, statements.len() as f32);
        let total = both.text.average_length * count + more.text.average_length * more_count;
        both.text.average_length = total / (count + more_count).max(1.0);
        both.text.scores.extend(&more.text.scores);
        both.cosines.extend(&more.cosines);
        Cow::Owned(both)
    }

    fn id(&self, number: u32) -> Option<AssertionId> {
        match self.place(number) {
            Place::Fact(number) => self.facts.documents().id(number),
            Place::Statement(number) => self.statements.documents().id(number),
        }
    }

    fn item(&self, number: u32) -> Option<Fact> {
        match self.place(number) {
            Place::Fact(number) => Candidates::item(&self.facts, number),
            Place::Statement(number) => {
                let statement = Candidates::item(&self.statements, number)?;
                Some(self.statements.as_fact(&statement))
            }
        }
    }

    fn scores(&self, channels: &Channels) -> Scores {
        let mut fused = fuse(channels);
        let (facts, statements) = fused.split_at_mut(self.first as usize);
        self.facts.boost(facts);
        self.statements.boost(statements);
        fused.into()
    }

    fn adjust(&self, ranked: &mut [(u32, f32)]) {
        if self.facts.prefers_newer() {
            newer_first(ranked, |newer, older| match (self.place(newer), self.place(older)) {
                (Place::Fact(newer), Place::Fact(older)) => self.facts.replaces(newer, older),
                _ => false,
            });
        }
    }

    fn passes(&self, number: u32) -> bool {
        match self.place(number) {
            Place::Fact(number) => Candidates::passes(&self.facts, number),
            Place::Statement(number) => Candidates::passes(&self.statements, number),
        }
    }

    fn mentions(&self, number: u32) -> usize {
        match self.place(number) {
            Place::Fact(number) => Candidates::mentions(&self.facts, number),
            Place::Statement(number) => Candidates::mentions(&self.statements, number),
        }
    }

    fn distance(&self, number: u32, distances: &Distances) -> Option<usize> {
        match self.place(number) {
            Place::Fact(number) => Candidates::distance(&self.facts, number, distances),
            Place::Statement(number) => Candidates::distance(&self.statements, number, distances),
        }
    }

    fn similarity(&self, space: VectorSpace, left: u32, right: u32) -> f32 {
        let (facts, statements) = (self.facts.documents(), self.statements.documents());
        match (self.place(left), self.place(right)) {
            (Place::Fact(left), Place::Fact(right)) => facts.similarity(space, left, right),
            (Place::Statement(left), Place::Statement(right)) => statements.similarity(space, left, right),
            (Place::Fact(fact), Place::Statement(statement)) | (Place::Statement(statement), Place::Fact(fact)) => {
                facts.similarity_to(space, fact, statements, statement)
            }
        }
    }
}

/// Searches for facts and, as the request says, statements.
///
/// With [`Statements::Always`], all are ranked together by the requested reranker. With [`Statements::Auto`], there are
/// four groups, each ranked by it: the facts that match the query, the statements that match and do not merely repeat
/// one of these facts, the other facts, the other statements that are not far worse than the best result. A fact matches if
/// it has a word in common with the query, besides the names of the user and other hubs, or is clearly similar, and is not
/// far worse than the best result. With [`Moment::CurrentFirst`], facts and statements that match and have ended stand behind
/// those that are current; among them if the query asks for the past.
///
/// Hearsay comes behind everything else that is returned. It takes the place of facts only if they do not match and are
/// far worse, so that what an assistant said can be found.
pub(super) fn search(searches: &Searches<'_>, relevance: EpisodeRelevance) -> Vec<Scored<Fact>> {
    let Searches { index, request, .. } = searches;
    let facts = FactSearch::new(searches, request).with_relevance(relevance.clone());
    let types = &request.filter.edge_types;
    let is_excluded = !types.is_empty() && !types.iter().any(|name| name.eq_ignore_ascii_case(STATEMENT));
    if request.statements == Statements::Never || index.statements.is_empty() || is_excluded {
        let ranking = Ranking::new(&facts, request);
        let mut found = current_first(&ranking, request, |moment| facts.at(moment));
        let is_hearsay = |number: u32| Candidates::item(&facts, number).is_some_and(|fact| index.is_hearsay(&fact));
        found.sort_by_cached_key(|(number, _)| is_hearsay(*number));
        return ranking.scored(&with_falling_scores(found));
    }
    let first = index.facts.numbers_end() as u32;
    let both = Both { facts, statements: StatementSearch::new(searches, relevance), first };
    let ranking = Ranking::new(&both, request);
    let mut found = match request.statements {
        Statements::Always => current_first(&ranking, request, |moment| both.at(moment)),
        _ => in_groups(&both, &ranking),
    };
    found.sort_by_cached_key(|(number, _)| both.is_hearsay(*number));
    ranking.scored(&with_falling_scores(found))
}

/// The results with scores that never rise: what stands behind another result counts at most as much.
fn with_falling_scores(mut found: Vec<(u32, f32)>) -> Vec<(u32, f32)> {
    let mut least = f32::INFINITY;
    for (_, score) in &mut found {
        least = least.min(*score);
        *score = least;
    }
    found
}

/// The best of all, with what has ended behind them if the request says so.
fn current_first<C: Candidates>(
    ranking: &Ranking<'_, C>,
    request: &SearchRequest,
    searched_at: impl Fn(Moment) -> C,
) -> Vec<(u32, f32)> {
    let mut found = ranking.best(request.limit, Among::All);
    if let Moment::CurrentFirst(at) = request.moment {
        found.extend(ranking.best_of(&searched_at(Moment::Ended(at)), request.limit - found.len(), Among::All));
    }
    found
}

/// The best facts and statements, group by group.
fn in_groups(both: &Both<'_>, ranking: &Ranking<'_, Both<'_>>) -> Vec<(u32, f32)> {
    let request = both.statements.searches.request;
    let groups = Groups::new(both, ranking);
    let matching = match request.moment {
        Moment::CurrentFirst(_) if both.facts.asks_for_past() => both.at(Moment::Always),
        moment => both.at(moment),
    };
    let ended = match matching.facts.moment() {
        Moment::CurrentFirst(at) => Some(both.at(Moment::Ended(at))),
        _ => None,
    };
    let mut found = ranking.best_of(&matching, request.limit, groups.of(Group::MatchingFacts));
    if let Some(ended) = &ended {
        found.extend(ranking.best_of(ended, request.limit - found.len(), groups.of(Group::MatchingFacts)));
    }
    let returned: Vec<Fact> = found.iter().filter_map(|(number, _)| both.item(*number)).collect();
    let mut add = |searched: &Both<'_>, group: Group| {
        if found.len() < request.limit {
            let more = ranking.best_of(searched, request.limit + returned.len(), groups.of(group));
            found.extend(without_repetitions(both, &returned, more));
            found.truncate(request.limit);
        }
    };
    add(&matching, Group::MatchingStatements);
    if let Some(ended) = &ended {
        add(ended, Group::MatchingStatements);
    }
    for group in Group::BEHIND_MATCHES {
        add(both, group);
    }
    found
}

/// The groups of a search for facts, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    MatchingFacts,
    MatchingStatements,
    NearFacts,
    MatchingHearsay,
    OtherFacts,
    NearStatements,
    NearHearsay,
}

impl Group {
    /// All groups behind the first two.
    const BEHIND_MATCHES: [Self; 5] =
        [Self::NearFacts, Self::MatchingHearsay, Self::OtherFacts, Self::NearStatements, Self::NearHearsay];

    /// The group of a document; `None` for statements and hearsay that are far worse than the best result.
    fn of(is_fact: bool, likeness: Likeness, is_hearsay: bool) -> Option<Self> {
        match (likeness, is_hearsay) {
            (Likeness::Match, true) => Some(Self::MatchingHearsay),
            (Likeness::Match, false) => Some(if is_fact { Self::MatchingFacts } else { Self::MatchingStatements }),
            (Likeness::Near, true) => Some(Self::NearHearsay),
            (Likeness::Near, false) => Some(if is_fact { Self::NearFacts } else { Self::NearStatements }),
            (Likeness::Far, is_hearsay) => (is_fact && !is_hearsay).then_some(Self::OtherFacts),
        }
    }
}

/// How much a document is like the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Likeness {
    /// It matches, and is not far worse than the best result.
    Match,
    /// It is not far worse than the best result.
    Near,
    Far,
}

/// The documents of each group, by number.
struct Groups([Vec<u32>; 7]);

impl Groups {
    fn new(both: &Both<'_>, ranking: &Ranking<'_, Both<'_>>) -> Self {
        let Searches { index, request, .. } = both.statements.searches;
        let query = words(&without_hubs(index, &request.query));
        let mut shares_word = index.facts.with_any(&query);
        shares_word.extend(index.statements.with_any(&query));
        let least = RELEVANT_SHARE * dense::best(&ranking.scores.values);
        let documents = ranking.scores.values.iter().zip(&ranking.channels.cosines).zip(shares_word);
        let mut groups: [Vec<u32>; 7] = Default::default();
        for (number, ((score, cosine), shares_word)) in (0_u32..).zip(documents) {
            let likeness = match *score >= least {
                true if shares_word || *cosine >= SIMILARITY_MIN => Likeness::Match,
                true => Likeness::Near,
                false => Likeness::Far,
            };
            let group = Group::of(number < both.first, likeness, both.is_hearsay(number));
            if let Some(group) = group.and_then(|group| groups.get_mut(group as usize)) {
                group.push(number);
            }
        }
        Self(groups)
    }

    fn of(&self, group: Group) -> Among<'_> {
        Among::These(self.0.get(group as usize).map_or(&[], Vec::as_slice))
    }
}

/// The query without the names of the user, the assistant and other entities of very many facts, which distinguish
/// nothing; the whole query if nothing else remains.
fn without_hubs(index: &GraphIndex, query: &str) -> String {
    let knowledge = &index.knowledge;
    let anchors = [user_node(knowledge.graph()), assistant_node(knowledge.graph())];
    let named = index.names.named_in(query).into_iter().filter_map(|number| index.entities.id(number));
    let hubs = named.filter(|id| knowledge.degree(*id) * 4 > index.facts.len().max(16));
    let ids: Vec<EntityId> = anchors.into_iter().chain(hubs).collect();
    let entities = ids.iter().filter_map(|id| knowledge.entity(*id));
    let names = entities.flat_map(|entity| std::iter::once(&entity.name).chain(&entity.aliases));
    let common: HashSet<String> = names.flat_map(|name| words(name)).collect();
    let mut rest = String::new();
    for_each_word(query, |word| {
        if stem(word).is_some_and(|stem| !common.contains(&stem)) {
            rest.push_str(word);
            rest.push(' ');
        }
    });
    if rest.is_empty() { query.to_owned() } else { rest }
}

/// What was found, without statements that repeat a returned fact of their episode, or another statement.
fn without_repetitions(both: &Both<'_>, returned: &[Fact], found: Vec<(u32, f32)>) -> Vec<(u32, f32)> {
    let facts: Vec<(&Fact, HashSet<String>)> =
        returned.iter().map(|fact| (fact, words(&fact.statement).into_iter().collect())).collect();
    let mut seen: HashSet<Vec<String>> = HashSet::default();
    let mut is_new = |number: u32| {
        if number < both.first {
            return true;
        }
        let Some(statement) = both.item(number) else { return false };
        let own = words(&statement.statement);
        let says = |words: &HashSet<String>| {
            own.iter().filter(|word| words.contains(*word)).count() as f64 >= own.len() as f64 * REPEATED_SHARE
        };
        let is_repeated = facts.iter().any(|(fact, words)| {
            fact.episodes.iter().any(|episode| statement.episodes.contains(episode)) && says(words)
        });
        !is_repeated && (own.is_empty() || seen.insert(own))
    };
    found.into_iter().filter(|(number, _)| is_new(*number)).collect()
}
