//! Episodes, by id or by graph; and the tasks that track their ingestion.

use std::collections::HashSet;

use jiff::Timestamp;

use super::audit::Target;
use super::facts::{FactDraft, FactTriple, triple};
use super::{GraphHandle, LocatedGraph, Posted, ProjectHandle, ThreadHandle};
use crate::store::{ErasureState, Locate};
use erstwhile_core::change::Change;
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{
    AuditAction, AuditTargetKind, Entity, EntityId, Episode, EpisodeId, EpisodeKind, EpisodeState, Metadata, Role,
    Task, TaskId,
};
use erstwhile_core::search::GraphIndex;
use erstwhile_core::search::filter::Filter;
use erstwhile_core::time::merge;

/// Data to add to a graph.
#[derive(Debug, Clone)]
pub struct NewEpisode {
    /// Its kind.
    pub kind: EpisodeKind,
    /// The text or JSON document.
    pub data: String,
    /// When it was said or written; now when absent.
    pub created_at: Option<Timestamp>,
    /// A description of the source.
    pub source_description: Option<String>,
    /// The document that it is a part of.
    pub document_id: Option<String>,
    /// The application's own data.
    pub metadata: Metadata,
    /// Whether only entities and facts of declared types are extracted.
    pub strict: bool,
}

impl NewEpisode {
    /// A text written now.
    pub fn text(data: impl Into<String>) -> Self {
        Self::of(EpisodeKind::Text, data.into())
    }

    /// A JSON document written now.
    pub fn json(data: impl Into<String>) -> Self {
        Self::of(EpisodeKind::Json, data.into())
    }

    fn of(kind: EpisodeKind, data: String) -> Self {
        Self {
            kind,
            data,
            created_at: None,
            source_description: None,
            document_id: None,
            metadata: Metadata::new(),
            strict: false,
        }
    }
}

impl GraphHandle {
    /// Adds data to a graph, in order. The episodes are durable and searchable when this returns.
    pub async fn add_episodes(&self, new: Vec<NewEpisode>) -> Result<Vec<Episode>> {
        let graph = self.partition().await?;
        if new.is_empty() {
            return Err(Error::invalid("episodes must not be empty"));
        }
        let kind = if new.len() == 1 { "add_data" } else { "add_batch" };
        let mut episodes = Vec::with_capacity(new.len());
        for data in new {
            if data.kind == EpisodeKind::Json && serde_json::from_str::<serde_json::Value>(&data.data).is_err() {
                return Err(Error::invalid("data must be valid JSON when type is json"));
            }
            let (name, role, content) = match data.kind {
                EpisodeKind::Message => speaker_of(data.data),
                EpisodeKind::Text | EpisodeKind::Json | EpisodeKind::FactTriple | EpisodeKind::Hyperedge => {
                    (None, None, data.data)
                }
            };
            episodes.push(Episode {
                name,
                role,
                metadata: data.metadata,
                strict: data.strict,
                source_description: data.source_description,
                document_id: data.document_id,
                ..self.project.episode(graph, data.kind, content, data.created_at)
            });
        }
        let Posted { task, .. } = self.project.add_pending(graph, kind, episodes.clone()).await?;
        for episode in &mut episodes {
            episode.task = Some(task);
        }
        Ok(episodes)
    }

    /// Adds an episode that states a fact directly.
    pub async fn add_triple_episode(&self, new: NewEpisode, draft: FactDraft) -> Result<Episode> {
        let graph = self.partition().await?;
        let episode = Episode {
            metadata: new.metadata,
            source_description: new.source_description,
            document_id: new.document_id,
            state: EpisodeState::Processed,
            ..self.project.episode(graph, EpisodeKind::FactTriple, new.data, new.created_at)
        };
        let (_, task) = self.project.state_triple(graph, draft, Some(episode.clone())).await?;
        Ok(Episode { task: Some(task), ..episode })
    }

    /// The last episodes of a graph, newest first, without those that are excluded from the graph.
    pub async fn last_episodes(&self, count: i64) -> Result<Vec<Episode>> {
        /// Number of episodes read at once after the first read has left some out.
        const PAGE: i64 = 500;
        let (graph, store) = (self.partition().await?, self.project.store());
        let wanted = usize::try_from(count).unwrap_or(0);
        let mut found = Vec::new();
        let mut page = store.last_episodes(graph, count).await?;
        while let Some(oldest) = page.last().map(|episode| episode.seq) {
            page.retain(Episode::is_in_graph);
            found.extend(self.project.shown_episodes(graph, page).await?);
            if found.len() >= wanted {
                break;
            }
            page = store.episodes_before(graph, oldest, PAGE).await?;
            page.reverse();
        }
        found.truncate(wanted);
        Ok(found)
    }

    /// The episodes of a graph that pass a filter and mention any of these entities, newest first; without
    /// entities, all that pass the filter.
    pub async fn episodes(&self, filter: &Filter, mentioning: &[EntityId]) -> Result<Vec<Episode>> {
        let graph = self.partition().await?;
        let index = self.project.index(graph).await?;
        let mut filter = filter.clone();
        self.project.hide_violations(&index, &mut filter).await?;
        index.read(|index| {
            let wanted: HashSet<EntityId> = mentioning.iter().map(|id| index.knowledge.entity_of(*id)).collect();
            let mentions = |episode: &&Episode| {
                // The API also accepts uuids of episodes.
                wanted.is_empty()
                    || wanted.contains(&EntityId(episode.id.0))
                    || index.knowledge.mentioned_in(episode.id).iter().any(|id| wanted.contains(id))
            };
            index.episodes().filter(|episode| index.passes(&filter, episode)).filter(mentions).cloned().collect()
        })
    }
}

impl ThreadHandle {
    /// The first messages of a thread as episodes, oldest first, without those that are excluded from the graph or hidden by
    /// its content policy.
    pub async fn episodes(&self, limit: i64) -> Result<Vec<Episode>> {
        let graph = self.project.locate_graph(Locate::Thread, self.id(), "thread").await?;
        let mut episodes = self.project.store().messages(graph, self.id(), 0, limit).await?;
        episodes.retain(Episode::is_in_graph);
        self.project.shown_episodes(graph, episodes).await
    }
}

impl ProjectHandle {
    /// An episode of a graph that was found by a uuid.
    pub async fn episode_in(&self, located: &LocatedGraph, id: EpisodeId) -> Result<Episode> {
        let found = self.store().find_episode(located.graph.id, id).await?;
        found.ok_or_else(|| Error::not_found("episode"))
    }

    /// An episode.
    pub async fn find_episode(&self, id: EpisodeId) -> Result<Episode> {
        let graph = self.graph_of_episode(id).await?;
        self.store().find_episode(graph, id).await?.ok_or_else(|| Error::not_found("episode"))
    }

    /// Merges data into an episode's metadata; a null deletes its key.
    pub async fn update_episode(&self, id: EpisodeId, patch: &Metadata) -> Result<Episode> {
        let graph = self.graph_of_episode(id).await?;
        let mut episode = self.find_episode(id).await?;
        merge(&mut episode.metadata, patch);
        self.apply(graph, vec![Change::SetEpisodeMetadata(id, episode.metadata.clone())]).await?;
        Ok(episode)
    }

    /// Removes an episode with everything extracted from it (T8).
    pub async fn delete_episode(&self, id: EpisodeId) -> Result<ErasureState> {
        let graph = self.graph_of_episode(id).await?;
        let record = || self.record(AuditAction::Delete, AuditTargetKind::Episode, Target::of(graph, id.0));
        let is_stated = |index: &GraphIndex| index.episode(id).is_some_and(|episode| episode.kind.is_stated());
        if self.index(graph).await?.read(is_stated)? {
            // What the application stated about an entity goes with the only episode that names it.
            let decide = |index: &GraphIndex| {
                let names = index.knowledge.names_only_in(id);
                let removed = names.into_iter().map(Change::RemoveName).chain([Change::RemoveEpisode(id)]);
                Ok((removed.chain(record()).collect(), ()))
            };
            self.change_knowledge(graph, decide).await?;
        } else {
            let removed = std::iter::once(Change::RemoveEpisode(id)).chain(record());
            self.apply(graph, removed.collect()).await?;
        }
        self.engine.summaries.forget(graph);
        Ok(self.erased().await)
    }

    /// Queues an episode again after its ingestion failed.
    pub async fn retry_episode(&self, id: EpisodeId) -> Result<()> {
        let graph = self.graph_of_episode(id).await?;
        let episode = self.find_episode(id).await?;
        if !matches!(episode.state, EpisodeState::Failed(_)) {
            return Err(Error::invalid("only a failed episode can be retried"));
        }
        self.apply(graph, vec![Change::SetEpisodeState(id, EpisodeState::Pending)]).await?;
        self.state().announcements().add(self.id, graph.into());
        Ok(())
    }

    /// The entities and facts extracted from an episode.
    pub async fn mentions(&self, id: EpisodeId) -> Result<(Vec<Entity>, Vec<FactTriple>)> {
        let graph = self.graph_of_episode(id).await?;
        let index = self.index(graph).await?;
        index.read(|index| {
            index.episode(id).ok_or_else(|| Error::not_found("episode"))?;
            let mentioned = index.knowledge.mentioned_in(id);
            let entities = mentioned.into_iter().filter_map(|id| index.knowledge.entity(id)).cloned().collect();
            let facts = index.knowledge.facts_from(id).into_iter();
            Ok((entities, facts.map(|fact| triple(index, Some(fact))).collect::<Result<_>>()?))
        })?
    }

    /// A task with its progress.
    pub async fn task(&self, id: TaskId) -> Result<Task> {
        let graph = self.graph_of(id.0, "task").await?;
        self.store().find_task(graph, id).await?.ok_or_else(|| Error::not_found("task"))
    }
}

/// Whether what follows the first "Name: " are messages of others: every line begins with a name, and somebody speaks of
/// themself or to another.
fn is_conversation(words: &str) -> bool {
    const DAYS: &[&str] = &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    const SPOKEN: &[&str] = &["i", "i'm", "i've", "my", "we", "we're", "our", "you", "your", "me"];
    let said: Option<Vec<&str>> = words
        .lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let (name, said) = line.split_once(": ")?;
            let is_name = name.split(' ').count() <= 3 && name.starts_with(char::is_uppercase) && !DAYS.contains(&name);
            is_name.then_some(said)
        })
        .collect();
    let speaks = |said: &&str| said.split_whitespace().any(|word| SPOKEN.contains(&word.to_lowercase().as_str()));
    said.is_some_and(|said| said.iter().any(speaks))
}

/// Parses "Name (role): text" or "Name: text", the form of message data. Several such lines are a conversation, which is
/// read as a whole.
fn speaker_of(data: String) -> (Option<String>, Option<Role>, String) {
    /// Maximum number of characters of a speaker's name; a longer prefix is not a name.
    const SPEAKER_MAX: usize = 60;
    let Some((speaker, words)) = data.split_once(": ") else { return (None, Some(Role::User), data) };
    let is_name = !speaker.is_empty() && speaker.chars().count() <= SPEAKER_MAX && !speaker.contains(['\n', '.', '?']);
    if !is_name || is_conversation(words) {
        return (None, Some(Role::User), data);
    }
    let (name, role) = match speaker.strip_suffix(')').and_then(|speaker| speaker.rsplit_once('(')) {
        Some((name, role)) => (name.trim(), Role::parse(role.trim())),
        None => (speaker.trim(), None),
    };
    match (Role::parse(&name.to_lowercase()), role) {
        (Some(role), None) => (None, Some(role), words.to_owned()),
        (_, role) => (Some(name.to_owned()), role.or(Some(Role::Norole)), words.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_the_name_before_it_and_a_conversation_is_whole() {
        let parsed = |data: &str| speaker_of(data.to_owned());
        let of_anna = |words: &str| (Some("Anna".to_owned()), Some(Role::Norole), words.to_owned());
        assert_eq!(parsed("Anna: I live in Oslo."), of_anna("I live in Oslo."));
        assert_eq!(parsed("Anna (user): hello"), (Some("Anna".to_owned()), Some(Role::User), "hello".to_owned()));
        let list = "Please buy:\nMilk: 2 l\nEggs: 6";
        assert_eq!(parsed(&format!("Anna: {list}")), of_anna(list));
        let week = "My plans:\nMonday: see my mother\nTuesday: go to the gym";
        assert_eq!(parsed(&format!("Anna: {week}")), of_anna(week));
        let conversation = "Anna Berg: I live in Oslo.\nBob Lund: I live in Bergen.";
        assert_eq!(parsed(conversation), (None, Some(Role::User), conversation.to_owned()));
    }
}
