//! Messages: the turns of a thread. Each is also an episode with the same uuid.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{ProjectHandle, ThreadHandle};
use crate::store::Locate;
use erstwhile_core::change::Change;
use erstwhile_core::error::{Error, ErrorKind, Result};
use erstwhile_core::model::{Episode, EpisodeId, EpisodeKind, EpisodeState, GraphId, Metadata, Role, TaskId};

/// A message to add.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// The speaker's role.
    pub role: Role,
    /// The speaker's name.
    pub name: Option<String>,
    /// The text of the message.
    pub content: String,
    /// When it was said; now when absent.
    pub created_at: Option<Timestamp>,
    /// The application's own data.
    pub metadata: Metadata,
}

impl NewMessage {
    /// A message said now, by a speaker without a name.
    pub fn new(role: Role, content: impl Into<String>) -> Self {
        Self { role, name: None, content: content.into(), created_at: None, metadata: Metadata::new() }
    }
}

/// The result of adding messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// The messages' ids, in the order in which they were sent.
    pub messages: Vec<EpisodeId>,
    /// The task that tracks their ingestion.
    pub task: TaskId,
}

impl ThreadHandle {
    /// A message of the thread.
    ///
    /// # Errors
    /// `NotFound` for an unknown thread, and for an episode that is not one of its messages.
    pub async fn message(&self, id: EpisodeId) -> Result<Episode> {
        self.get().await?;
        let not_found = || Error::not_found("message");
        match self.project.find_episode(id).await {
            Ok(episode) if episode.thread.as_deref() == Some(self.id()) => Ok(episode),
            Ok(_) => Err(not_found()),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(not_found()),
            Err(error) => Err(error),
        }
    }

    /// Adds messages to a thread; they are durable and searchable when this returns.
    ///
    /// Messages with a role in `ignore_roles` are stored in the thread and excluded from the graph. With `strict`,
    /// only entities and facts of declared types are extracted.
    pub async fn add_messages(&self, messages: Vec<NewMessage>, ignore_roles: &[Role], strict: bool) -> Result<Posted> {
        let graph = self.get_open().await?.graph;
        if messages.is_empty() {
            return Err(Error::invalid("messages must not be empty"));
        }
        let ignored: HashSet<Role> = ignore_roles.iter().copied().collect();
        let episode = |message: NewMessage| Episode {
            thread: Some(self.id().to_owned()),
            role: Some(message.role),
            name: message.name.filter(|name| !name.trim().is_empty()),
            metadata: message.metadata,
            strict,
            state: if ignored.contains(&message.role) { EpisodeState::Ignored } else { EpisodeState::Pending },
            ..self.project.episode(graph, EpisodeKind::Message, message.content, message.created_at)
        };
        let episodes = messages.into_iter().map(episode).collect();
        self.project.add_pending(graph, "add_messages", episodes).await
    }

    /// Messages of a thread after the first `offset`, oldest first; and how many the thread has.
    pub async fn messages(&self, offset: i64, limit: i64) -> Result<(Vec<Episode>, i64)> {
        let graph = self.project.locate_graph(Locate::Thread, self.id(), "thread").await?;
        let messages = self.project.store().messages(graph, self.id(), offset, limit).await?;
        Ok((messages, self.project.store().count_messages(graph, self.id()).await?))
    }

    /// The last messages of a thread, oldest first; and how many the thread has.
    pub async fn last_messages(&self, count: i64) -> Result<(Vec<Episode>, i64)> {
        let graph = self.project.locate_graph(Locate::Thread, self.id(), "thread").await?;
        let messages = self.project.store().last_messages(graph, self.id(), count).await?;
        Ok((messages, self.project.store().count_messages(graph, self.id()).await?))
    }
}

impl ProjectHandle {
    /// A new episode.
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
            model_reading: None,
        }
    }

    /// Stores episodes with a task, and wakes a worker.
    ///
    /// # Errors
    /// `Limited` when too many episodes wait for ingestion.
    pub(super) async fn add_pending(&self, graph: GraphId, kind: &str, mut episodes: Vec<Episode>) -> Result<Posted> {
        self.state().admit_episodes(episodes.len()).await?;
        let task = TaskId(graph.within(self.ids().next()));
        for episode in &mut episodes {
            episode.task = Some(task);
        }
        let pending = episodes.iter().filter(|episode| episode.state == EpisodeState::Pending);
        let pending: Vec<EpisodeId> = pending.map(|episode| episode.id).collect();
        let messages = episodes.iter().map(|episode| episode.id).collect();
        let add_task = Change::AddTask { task, kind: kind.to_owned(), total: episodes.len() };
        self.apply(graph, vec![add_task, Change::AddEpisodes(episodes)]).await?;
        // Before they are announced, so that they cannot have been read yet.
        self.state().episodes_were_added(graph, &pending);
        self.state().announcements().add(graph.into());
        Ok(Posted { messages, task })
    }
}
