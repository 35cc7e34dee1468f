//! Messages: the turns of a thread. Each is also an episode with the same uuid.

use std::collections::HashSet;

use jiff::Timestamp;

use super::Engine;
use crate::store::Locate;
use erstwhile_core::change::Change;
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{
    Episode, EpisodeId, EpisodeKind, EpisodeState, GraphId, Metadata, ProjectId, Role, TaskId,
};

/// A message to add.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Who speaks.
    pub role: Role,
    /// The speaker's name.
    pub name: Option<String>,
    /// What is said.
    pub content: String,
    /// When it was said; now when absent.
    pub created_at: Option<Timestamp>,
    /// The application's own data.
    pub metadata: Metadata,
}

/// What posting messages gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// The messages' ids, in the order in which they were sent.
    pub messages: Vec<EpisodeId>,
    /// The task that follows their ingestion.
    pub task: TaskId,
}

impl Engine {
    /// Adds messages to a thread; they are durable and findable when this returns.
    ///
    /// Messages of `ignore_roles` are kept in the thread, and left out of the graph. With `strict`, only
    /// declared types are kept of what the messages say.
    pub async fn add_messages(
        &self,
        project: ProjectId,
        thread_id: &str,
        messages: Vec<NewMessage>,
        ignore_roles: &[Role],
        strict: bool,
    ) -> Result<Posted> {
        let graph = self.open_thread(project, thread_id).await?.graph;
        if messages.is_empty() {
            return Err(Error::invalid("messages must not be empty"));
        }
        let ignored: HashSet<Role> = ignore_roles.iter().copied().collect();
        let episode = |message: NewMessage| Episode {
            thread: Some(thread_id.to_owned()),
            role: Some(message.role),
            name: message.name.filter(|name| !name.trim().is_empty()),
            metadata: message.metadata,
            strict,
            state: if ignored.contains(&message.role) { EpisodeState::Ignored } else { EpisodeState::Pending },
            ..self.episode(graph, EpisodeKind::Message, message.content, message.created_at)
        };
        let episodes = messages.into_iter().map(episode).collect();
        self.add_pending(project, graph, "add_messages", episodes).await
    }

    /// An episode that has just arrived.
    pub(super) fn episode(
        &self,
        graph: GraphId,
        kind: EpisodeKind,
        content: String,
        created_at: Option<Timestamp>,
    ) -> Episode {
        let now = self.now();
        Episode {
            id: EpisodeId(graph.within(self.ids().next())),
            seq: 0,
            thread: None,
            kind,
            role: None,
            name: None,
            content,
            metadata: Metadata::new(),
            source_description: None,
            document_id: None,
            reference_time: created_at.unwrap_or(now),
            recorded_at: now,
            state: EpisodeState::Pending,
            task: None,
            strict: false,
        }
    }

    /// Stores episodes with a task, and wakes a worker.
    pub(super) async fn add_pending(
        &self,
        project: ProjectId,
        graph: GraphId,
        kind: &str,
        mut episodes: Vec<Episode>,
    ) -> Result<Posted> {
        let task = TaskId(graph.within(self.ids().next()));
        for episode in &mut episodes {
            episode.task = Some(task);
        }
        let messages = episodes.iter().map(|episode| episode.id).collect();
        let add_task = Change::AddTask { task, kind: kind.to_owned(), total: episodes.len() };
        self.apply(project, graph, vec![add_task, Change::AddEpisodes(episodes)]).await?;
        self.state.announcements().add(graph.into());
        Ok(Posted { messages, task })
    }

    /// Messages of a thread, oldest first, leaving out the first `offset`; and how many there are.
    pub async fn messages(
        &self,
        project: ProjectId,
        thread_id: &str,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<Episode>, i64)> {
        let graph = self.locate_graph(project, Locate::Thread, thread_id, "thread").await?;
        let messages = self.store().messages(graph, thread_id, offset, limit).await?;
        Ok((messages, self.store().count_messages(graph, thread_id).await?))
    }

    /// The last messages of a thread, oldest first; and how many there are.
    pub async fn last_messages(&self, project: ProjectId, thread_id: &str, count: i64) -> Result<(Vec<Episode>, i64)> {
        let graph = self.locate_graph(project, Locate::Thread, thread_id, "thread").await?;
        let messages = self.store().last_messages(graph, thread_id, count).await?;
        Ok((messages, self.store().count_messages(graph, thread_id).await?))
    }
}
