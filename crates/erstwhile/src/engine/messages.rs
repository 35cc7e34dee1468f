//! Messages: the turns of a thread. Each is also an episode with the same uuid.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::{ProjectHandle, ThreadHandle};
use crate::store::Locate;
use erstwhile_core::change::Change;
use erstwhile_core::error::{Error, ErrorKind, Result};
use erstwhile_core::model::{Episode, EpisodeId, EpisodeKind, EpisodeState, GraphId, Metadata, Role, TaskId};

/// How often the messages of a request are looked up again because another request adds them at the same time.
const GIVEN_TRIES: usize = 8;

/// A message to add.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// The uuid that the application gives it, so that it may be sent again; the server assigns one when absent.
    pub id: Option<EpisodeId>,
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
        Self { id: None, role, name: None, content: content.into(), created_at: None, metadata: Metadata::new() }
    }
}

/// A speaker's name, unless it is blank.
fn spoken_name(name: Option<String>) -> Option<String> {
    name.filter(|name| !name.trim().is_empty())
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

    /// Adds messages to a thread; they are durable and searchable when this returns. A message with a uuid that the
    /// thread already has is not added again.
    ///
    /// Messages with a role in `ignore_roles` are stored in the thread and excluded from the graph. With `strict`,
    /// only entities and facts of declared types are extracted.
    ///
    /// # Errors
    /// `Conflict` when the thread has ended, and when a uuid is that of another message.
    pub async fn add_messages(&self, messages: Vec<NewMessage>, ignore_roles: &[Role], strict: bool) -> Result<Posted> {
        let graph = self.get_open().await?.graph;
        if messages.is_empty() {
            return Err(Error::invalid("messages must not be empty"));
        }
        let ignored: HashSet<Role> = ignore_roles.iter().copied().collect();
        let episode = |message: NewMessage| {
            let assigned = self.project.episode(graph, EpisodeKind::Message, message.content, message.created_at);
            Episode {
                id: message.id.unwrap_or(assigned.id),
                thread: Some(self.id().to_owned()),
                role: Some(message.role),
                name: spoken_name(message.name),
                metadata: message.metadata,
                strict,
                state: if ignored.contains(&message.role) { EpisodeState::Ignored } else { EpisodeState::Pending },
                ..assigned
            }
        };
        if messages.iter().all(|message| message.id.is_none()) {
            let episodes = messages.into_iter().map(episode).collect();
            return self.project.add_pending(graph, "add_messages", episodes).await;
        }
        let mut tries = GIVEN_TRIES;
        loop {
            let known = self.repeated(graph, &messages).await?;
            let is_known = |message: &&NewMessage| message.id.is_some_and(|id| known.contains_key(&id));
            let first_task = messages.iter().find(is_known).and_then(|message| known.get(&message.id?)?.task);
            let (repeated, new): (Vec<_>, Vec<_>) = messages.iter().partition(is_known);
            if let (Some(task), true) = (first_task, new.is_empty()) {
                let ids = repeated.iter().filter_map(|message| message.id).collect();
                return Ok(Posted { messages: ids, task });
            }
            let episodes = new.into_iter().cloned().map(episode).collect();
            match self.project.add_pending(graph, "add_messages", episodes).await {
                Ok(added) => {
                    let mut added_ids = added.messages.into_iter();
                    let id = |message: &NewMessage| match message.id {
                        Some(id) if known.contains_key(&id) => Some(id),
                        _ => added_ids.next(),
                    };
                    return Ok(Posted { messages: messages.iter().filter_map(id).collect(), task: added.task });
                }
                // Another request has just added a message with the same uuid.
                Err(error) if error.kind() == ErrorKind::AlreadyExists && tries > 0 => tries -= 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// The messages that the thread already has, by the uuids that the application gave.
    async fn repeated(&self, graph: GraphId, messages: &[NewMessage]) -> Result<HashMap<EpisodeId, Episode>> {
        let (mut seen, mut known) = (HashSet::new(), HashMap::new());
        for message in messages {
            let Some(id) = message.id else { continue };
            if !seen.insert(id) {
                return Err(Error::invalid(format!("two messages have the uuid {}", id.0)));
            }
            let taken = || Error::new(ErrorKind::Conflict, format!("another message has the uuid {}", id.0));
            match self.project.graph_of_episode(id).await {
                // It belongs to another graph, whatever it is there.
                Ok(other) if other != graph => return Err(taken()),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            }
            if let Some(stored) = self.project.store().find_episode(graph, id).await? {
                if !self.is_repeated(&stored, message) {
                    return Err(taken());
                }
                known.insert(id, stored);
            }
        }
        Ok(known)
    }

    /// Whether a stored message is the one that is sent again. Its metadata does not count: it can be changed later.
    fn is_repeated(&self, stored: &Episode, message: &NewMessage) -> bool {
        let time = message.created_at.is_none_or(|at| at.as_microsecond() == stored.reference_time.as_microsecond());
        stored.thread.as_deref() == Some(self.id())
            && stored.role == Some(message.role)
            && stored.name == spoken_name(message.name.clone())
            && stored.content == message.content
            && time
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
    /// `Limited` when too many episodes wait for ingestion: of the graph, of the project, or altogether.
    pub(super) async fn add_pending(&self, graph: GraphId, kind: &str, mut episodes: Vec<Episode>) -> Result<Posted> {
        let pending = episodes.iter().filter(|episode| episode.state == EpisodeState::Pending);
        let pending: Vec<EpisodeId> = pending.map(|episode| episode.id).collect();
        self.state().admit_episodes(self.id, graph, pending.len()).await?;
        let task = TaskId(graph.within(self.ids().next()));
        for episode in &mut episodes {
            episode.task = Some(task);
        }
        let messages = episodes.iter().map(|episode| episode.id).collect();
        let add_task = Change::AddTask { task, kind: kind.to_owned(), total: episodes.len() };
        self.apply(graph, vec![add_task, Change::AddEpisodes(episodes)]).await?;
        // Before they are announced, so that they cannot have been read yet.
        self.state().episodes_were_added(graph, &pending);
        self.state().announcements().add(self.id, graph.into());
        Ok(Posted { messages, task })
    }
}
