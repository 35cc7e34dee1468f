//! Threads: conversations, with or without a user.

use jiff::Timestamp;

use super::audit::Target;
use super::checks::{check_id, merge_deeply};
use super::content_policies::binding;
use super::writes::Tries;
use super::{Listing, ProjectHandle, SortBy, ThreadHandle};
use crate::store::{ErasureState, Locate};
use erstwhile_core::change::Change;
use erstwhile_core::error::{Error, ErrorKind, Result};
use erstwhile_core::identity::{anonymous_user, initial_evidence};
use erstwhile_core::model::{
    AuditAction, AuditTargetKind, GraphId, Metadata, Partition, PartitionOwner, Thread, ThreadUuid, User,
};

/// The key in the metadata that applications may read but not set.
const RESERVED: &str = "system";

/// A thread to create.
#[derive(Debug, Clone, Default)]
pub struct NewThread {
    /// The application's own id.
    pub thread_id: String,
    /// The user to whom it belongs; a thread without one has its own graph.
    pub user_id: Option<String>,
    /// The application's own data.
    pub metadata: Metadata,
}

impl NewThread {
    /// A user's thread without metadata.
    pub fn of(thread_id: impl Into<String>, user_id: impl Into<String>) -> Self {
        Self { thread_id: thread_id.into(), user_id: Some(user_id.into()), ..Self::default() }
    }
}

impl ProjectHandle {
    /// Creates a thread.
    ///
    /// # Errors
    /// `AlreadyExists` when the id is taken in the project, `NotFound` for an unknown user.
    pub async fn create_thread(&self, new: NewThread) -> Result<Thread> {
        check_id("thread_id", &new.thread_id)?;
        let user = match &new.user_id {
            Some(user_id) => {
                check_id("user_id", user_id)?;
                Some(self.user(user_id).get().await?)
            }
            None => None,
        };
        let (now, unique) = (self.now(), self.ids().next());
        let thread = |graph: GraphId| Thread {
            graph,
            project: self.id,
            thread_id: new.thread_id.clone(),
            uuid: graph.within(unique).into(),
            user_id: new.user_id.clone(),
            user_uuid: user.as_ref().map(|user| user.uuid),
            metadata: new.metadata.clone(),
            classifications: Metadata::new(),
            created_at: now,
            updated_at: now,
            ended_at: None,
        };
        if let Some(user) = &user {
            let thread = thread(user.graph);
            self.apply(user.graph, vec![Change::AddThread(thread.clone())]).await?;
            return Ok(thread);
        }
        let bound = self.policy_of_new_graph(None).await?.as_ref().map(binding).transpose()?;
        let make = |id: GraphId| {
            let owner = PartitionOwner::Thread(new.thread_id.clone());
            let mut changes = vec![Change::AddPartition(Partition::new(id.into(), self.id, owner, now), None)];
            changes.extend(initial_evidence(&anonymous_user(id, self.id, now)));
            changes.push(Change::AddThread(thread(id)));
            changes.extend(bound.clone());
            changes
        };
        Ok(thread(self.add_graph(make).await?))
    }

    /// Creates a thread of a user, whose own id is the server's uuid.
    pub async fn create_thread_without_id(&self, user: &User) -> Result<Thread> {
        let (now, uuid) = (self.now(), ThreadUuid(user.graph.within(self.ids().next())));
        let thread = Thread {
            graph: user.graph,
            project: self.id,
            thread_id: uuid.0.to_string(),
            uuid,
            user_id: Some(user.user_id.clone()),
            user_uuid: Some(user.uuid),
            metadata: Metadata::new(),
            classifications: Metadata::new(),
            created_at: now,
            updated_at: now,
            ended_at: None,
        };
        self.apply(user.graph, vec![Change::AddThread(thread)]).await?;
        self.thread(uuid.0.to_string()).get().await
    }

    /// Threads created after a time, oldest first.
    pub async fn threads_after(&self, after: Timestamp, limit: i64) -> Result<Vec<Thread>> {
        self.store().threads_after(self.whole()?, after, limit).await
    }

    /// A page of threads, and how many there are.
    pub async fn list_threads(&self, listing: &Listing) -> Result<(Vec<Thread>, i64)> {
        let page = listing.page(&[SortBy::CreatedAt, SortBy::UpdatedAt, SortBy::Id, SortBy::UserId])?;
        self.store().list_threads(self.whole()?, page).await
    }
}

impl ThreadHandle {
    /// Creates the thread, without a user, unless it exists.
    pub async fn ensure(&self) -> Result<()> {
        match self.get().await {
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let new = NewThread { thread_id: self.id.clone(), ..NewThread::default() };
        match self.project.create_thread(new).await {
            // Another caller created it first.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            created => created.map(|_| ()),
        }
    }

    /// A thread.
    pub async fn get(&self) -> Result<Thread> {
        let graph = self.project.locate_graph(Locate::Thread, self.id(), "thread").await?;
        self.project.store().find_thread(graph, self.id()).await?.ok_or_else(|| Error::not_found("thread"))
    }

    /// Merges data into a thread's metadata, including nested objects; the application cannot set the key `system`.
    ///
    /// # Errors
    /// `Conflict` when the thread has ended.
    pub async fn update(&self, mut patch: Metadata) -> Result<Thread> {
        patch.remove(RESERVED);
        self.change(|thread| {
            check_is_open(thread)?;
            merge_deeply(&mut thread.metadata, patch.clone());
            Ok(())
        })
        .await
    }

    /// Stores the class of a thread in the classification with this name.
    pub async fn set_classification(&self, name: &str, class: &str) -> Result<Thread> {
        self.change(|thread| {
            thread.classifications.insert(name.to_owned(), class.into());
            Ok(())
        })
        .await
    }

    /// Ends a thread: nothing can be added afterwards. Ending it again changes nothing.
    pub async fn end(&self) -> Result<Thread> {
        self.change(|thread| {
            thread.ended_at = thread.ended_at.or(Some(self.project.now()));
            Ok(())
        })
        .await
    }

    async fn change(&self, change: impl Fn(&mut Thread) -> Result<()>) -> Result<Thread> {
        let mut tries = Tries::new();
        loop {
            let before = self.get().await?;
            let mut after = before.clone();
            change(&mut after)?;
            if after == before {
                return Ok(after);
            }
            after.updated_at = self.project.after(before.updated_at);
            let changes = vec![Change::UpdateThread(after.clone(), before.updated_at)];
            match self.project.apply(after.graph, changes).await {
                Ok(_) => return Ok(after),
                Err(error) => tries.again(error)?,
            }
        }
    }

    /// A thread that has not ended.
    pub(super) async fn get_open(&self) -> Result<Thread> {
        let thread = self.get().await?;
        check_is_open(&thread)?;
        Ok(thread)
    }

    /// Removes a thread with its messages and everything extracted from them (T8).
    pub async fn delete(&self) -> Result<ErasureState> {
        let graph = self.project.locate_graph(Locate::Thread, self.id(), "thread").await?;
        let owner = self.project.store().find_partition(graph.into()).await?.map(|graph| graph.owner);
        if let Some(owner @ PartitionOwner::Thread(_)) = owner {
            return Ok(self.project.remove_partition(graph, owner).await?.1);
        }
        let uuid = match self.project.store().find_thread(graph, self.id()).await {
            // Damage keeps nothing from being forgotten.
            Err(error) if error.kind() == ErrorKind::Corrupt => None,
            found => found?.map(|thread| thread.uuid.0),
        };
        let target = Target { partition: Some(graph.into()), id: uuid, name: self.id() };
        let mut changes = vec![Change::RemoveThread(self.id().to_owned())];
        changes.extend(self.project.record(AuditAction::Delete, AuditTargetKind::Thread, target));
        self.project.apply(graph, changes).await?;
        self.project.engine.summaries.forget(graph);
        Ok(self.project.erased().await)
    }
}

fn check_is_open(thread: &Thread) -> Result<()> {
    match thread.ended_at {
        Some(_) => Err(Error::new(ErrorKind::Conflict, "the thread has ended")),
        None => Ok(()),
    }
}
