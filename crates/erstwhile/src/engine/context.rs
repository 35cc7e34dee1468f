//! The context block of a thread or a query.

use jiff::Timestamp;

use super::{GraphHandle, ProjectHandle, Search, ThreadHandle};
use crate::state::IndexHandle;
use crate::store::Locate;
use erstwhile_core::context::{ContextBlock, ContextBudget, ContextParts, compose};
use erstwhile_core::error::{Error, Result};
use erstwhile_core::identity::user_node;
use erstwhile_core::model::{Entity, Episode, EpisodeId, GraphId};
use erstwhile_core::search::filter::Filter;
use erstwhile_core::search::{Found, GraphIndex, Moment, Scored, SearchRequest, Searches, Statements, is_question};

/// Number of messages at the end of a thread from which the query is built.
pub(super) const MESSAGES_READ: i64 = 4;
/// Maximum number of characters of that query; the last message is always kept whole.
const QUERY_CHARACTERS_MAX: usize = 1_500;

/// An episode is shown if its score is at minimum this share of the best.
///
/// On `LoCoMo` development questions, a third of the episodes that a block would hold are below it, and two of a hundred
/// evidence turns.
const EPISODE_RELEVANCE_MIN: f64 = 0.03;
/// The same for statements, whose scores are no probabilities and less far apart.
const STATEMENT_RELEVANCE_MIN: f64 = 0.5;

/// A graph of fewer episodes than this is shown without asking whether it knows anything: the block has room for most of
/// it, and the estimate was trained on longer conversations.
const EPISODES_MIN: usize = 50;

/// A request for context.
#[derive(Debug, Clone, Default)]
pub struct ContextRequest {
    /// The size of the block in tokens; the engine's own setting when absent.
    pub tokens_max: Option<usize>,
    /// The shares of the sections (facts, entities, episodes) in percent; the engine's own settings when absent.
    pub percent: Option<[u8; 3]>,
    /// The block holds facts that are true at this time; now when absent.
    pub as_of: Option<Timestamp>,
    /// The block holds what the system knew at this time; now when absent.
    pub as_known_at: Option<Timestamp>,
    /// What the block may hold. If the filter has conditions that no episode can meet, there are no messages; if it has any,
    /// there is no summary of the user, which is made of everything.
    pub filter: Filter,
}

impl ContextRequest {
    /// The budget of the engine with what the request changes.
    ///
    /// # Errors
    /// If the shares are more than the whole.
    fn budget(&self, mut budget: ContextBudget) -> Result<ContextBudget> {
        budget.tokens_max = self.tokens_max.unwrap_or(budget.tokens_max);
        if let Some([facts, entities, episodes]) = self.percent {
            (budget.facts_percent, budget.entities_percent, budget.episodes_percent) = (facts, entities, episodes);
        }
        if budget.is_possible() { Ok(budget) } else { Err(Error::invalid("the percentages add up to more than 100")) }
    }
}

impl ThreadHandle {
    /// The context of a thread: everything in the user's graph that is relevant to its last messages.
    pub async fn context(&self, request: ContextRequest) -> Result<ContextBlock> {
        let graph = self.project.locate_graph(Locate::Thread, self.id(), "thread").await?;
        self.project.store().find_thread(graph, self.id()).await?.ok_or_else(|| Error::not_found("thread"))?;
        let last = self.project.store().last_messages(graph, self.id(), MESSAGES_READ).await?;
        let said: Vec<EpisodeId> = last.iter().map(|message| message.id).collect();
        let texts: Vec<&str> = last.iter().rev().map(|message| message.content.as_str()).collect();
        self.project.context(graph, Conversation { query: query_of(&last), texts, said: &said }, request).await
    }
}

impl GraphHandle {
    /// The context of a query: everything in the graph that is relevant to it.
    pub async fn context(&self, query: &str, request: ContextRequest) -> Result<ContextBlock> {
        let graph = self.partition().await?;
        let conversation = Conversation { query: query.to_owned(), texts: vec![query], said: &[] };
        self.project.context(graph, conversation, request).await
    }
}

/// What a context is for.
struct Conversation<'a> {
    /// What is searched for.
    query: String,
    /// The texts of which it is made, newest first.
    texts: Vec<&'a str>,
    /// The episodes that the agent already has.
    said: &'a [EpisodeId],
}

impl ProjectHandle {
    /// Builds the context block without the episodes that the agent already has.
    async fn context(
        &self,
        graph: GraphId,
        conversation: Conversation<'_>,
        request: ContextRequest,
    ) -> Result<ContextBlock> {
        let Conversation { query, texts, said } = conversation;
        self.state().wait_for_unread(graph).await;
        let budget = request.budget(self.state().parts.settings.context)?;
        let index = self.index(graph).await?;
        let now = self.now();
        let limit = budget.episodes_max.max(budget.facts_max).max(budget.entities_max);
        let search = Search {
            moment: request.as_of.map_or(request.filter.present_moment(now), Moment::At),
            as_known_at: request.as_known_at,
            statements: Some(Statements::Never),
            ignored: said.to_vec(),
            filter: request.filter.clone(),
            ..Search::new(query, limit)
        };
        let is_filtered = !request.filter.is_empty();
        let user_summary = if is_filtered { None } else { self.user_summary(graph).await? };
        if search.query.trim().is_empty() {
            return Ok(compose(&ContextParts { user_summary, ..ContextParts::default() }, budget));
        }
        let search = self.without_violations(&index, search).await?;
        // The estimate is about the whole graph; who filters has chosen a part of it.
        let asked = if is_filtered { Vec::new() } else { self.asked(&index, &search, &texts, said).await? };
        let vector = self.query_vector(&index, &search.query).await?;
        let search = self.request_with(search, vector);
        let compose = |index: &GraphIndex| {
            let searches = Searches::new(index, &search);
            let found = if is_filtered { searches.everything_that_passes() } else { searches.everything() };
            let nothing_known = !asked.is_empty() && !searches.is_any_known(&asked);
            let parts = parts(index, graph, &search, found);
            compose(&ContextParts { user_summary, nothing_known, ..parts }, budget)
        };
        // All facts are computed again for a past state.
        if request.as_known_at.is_some() { self.state().walk(&index, compose).await } else { index.read(compose) }
    }

    /// What the last messages ask, newest first, if the graph may have nothing to say about it. A conversation whose last
    /// message asks nothing is about everything, and so is one about a small graph.
    ///
    /// A message does not answer itself or an earlier one.
    async fn asked(
        &self,
        index: &IndexHandle,
        search: &Search,
        texts: &[&str],
        said: &[EpisodeId],
    ) -> Result<Vec<SearchRequest>> {
        let is_small = index.read(|index| index.episodes().take(EPISODES_MIN).count() < EPISODES_MIN)?;
        if is_small || texts.first().is_none_or(|last| !is_question(last)) {
            return Ok(Vec::new());
        }
        let asked = texts.iter().enumerate().map(|(newer, text)| Search {
            query: (*text).to_owned(),
            ignored: said.iter().rev().take(newer + 1).copied().collect(),
            ..search.clone()
        });
        self.requests_for_signs(asked.collect()).await
    }
}

/// The query for the end of a conversation: the last message, followed by the earlier ones to which it may refer.
pub(super) fn query_of(last: &[Episode]) -> String {
    let mut query = String::new();
    for message in last.iter().rev() {
        if !query.is_empty() && query.chars().count() + message.content.chars().count() > QUERY_CHARACTERS_MAX {
            break;
        }
        query.push_str(&message.content);
        query.push('\n');
    }
    query
}

/// The parts of the block that were found.
fn parts(index: &GraphIndex, graph: GraphId, search: &SearchRequest, found: Found) -> ContextParts {
    let knowledge = &index.knowledge;
    let user = knowledge.entity_of(user_node(graph));
    // The top of the block already describes the user.
    let is_shown = |entity: &Entity| entity.id != user && knowledge.degree(entity.id) > 0;
    let entities = items(found.entities).into_iter().filter(is_shown);
    let is_new = |id: &EpisodeId| !search.ignored.contains(id);
    ContextParts {
        facts: items(found.facts),
        entities: entities
            .map(|entity| Entity { attributes: knowledge.attributes_without_values(&entity), ..entity })
            .collect(),
        named: index.entities_named_in(&search.query),
        episodes: items(relevant(found.episodes, EPISODE_RELEVANCE_MIN)),
        statements: items(relevant(found.statements, STATEMENT_RELEVANCE_MIN))
            .into_iter()
            .filter(|statement| statement.episodes.iter().all(is_new))
            .collect(),
        ..ContextParts::default()
    }
}

fn relevant<T>(mut found: Vec<Scored<T>>, relevance_min: f64) -> Vec<Scored<T>> {
    found.retain(|found| found.relevance >= relevance_min);
    found
}

fn items<T>(found: Vec<Scored<T>>) -> Vec<T> {
    found.into_iter().map(|found| found.item).collect()
}
