//! What the facts of a graph tell about which turns answer a query.

use foldhash::HashMap;

use crate::search::facts::FactSearch;
use crate::search::filter::Filter;
use crate::search::ranking;
use crate::search::searches::Searches;
use crate::search::{Moment, SearchRequest};

/// Number of facts that vote for their episodes.
const VOTING_FACTS: usize = 50;

/// The score of the best matching fact that each turn supports, 0 to 1, by the turn's number.
///
/// Facts of all times that were known count: a turn that tells of the past answers a question about the past.
pub(super) fn votes(searches: &Searches<'_>, request: &SearchRequest) -> HashMap<u32, f32> {
    let all = SearchRequest { filter: Filter::default(), moment: Moment::Always, ..request.clone() };
    let search = FactSearch::new(searches, &all);
    let mut votes: HashMap<u32, f32> = HashMap::default();
    for (fact, score) in ranking::best_matches(&search, VOTING_FACTS) {
        for number in fact.episodes.iter().filter_map(|id| searches.index.turns.documents.number(*id)) {
            let vote = votes.entry(number).or_default();
            *vote = vote.max(score);
        }
    }
    votes
}
