//! The episodes that matter to a query, for ranking what they support.

use foldhash::HashMap;

use super::EpisodeSearch;
use crate::model::EpisodeId;
use crate::search::filter::Filter;
use crate::search::ranking::best_matches;
use crate::search::{GraphIndex, Moment, SearchRequest};

/// Number of episodes that count.
const COUNT: usize = 100;

/// The best episodes for a query with their scores divided by the best, whatever the request's filter.
pub(in crate::search) fn relevance(index: &GraphIndex, request: &SearchRequest) -> HashMap<EpisodeId, f32> {
    let all = SearchRequest { filter: Filter::default(), moment: Moment::Always, ..request.clone() };
    let search = EpisodeSearch { index, request: &all };
    best_matches(&search, &all, COUNT).into_iter().map(|(episode, score)| (episode.id, score)).collect()
}
