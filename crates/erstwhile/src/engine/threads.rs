//! Threads: the conversations of users.

use super::{Engine, Listing, SortBy, check_id};
use crate::change::Change;
use crate::error::{Error, Result};
use crate::model::{ProjectId, Thread};
use crate::store::Locate;

impl Engine {
    /// Begins a thread of a user.
    ///
    /// # Errors
    /// `AlreadyExists` when the id is taken in the project, `NotFound` for an unknown user.
    pub async fn create_thread(&self, project: ProjectId, thread_id: &str, user_id: &str) -> Result<Thread> {
        check_id("thread_id", thread_id)?;
        check_id("user_id", user_id)?;
        let user = self.user(project, user_id).await?;
        let thread = Thread {
            graph: user.graph,
            project,
            thread_id: thread_id.to_owned(),
            uuid: self.object_id(user.graph),
            user_id: user.user_id,
            user_uuid: user.uuid,
            created_at: self.now(),
        };
        self.apply(project, thread.graph, vec![Change::AddThread(thread.clone())]).await?;
        Ok(thread)
    }

    /// A thread.
    pub async fn thread(&self, project: ProjectId, thread_id: &str) -> Result<Thread> {
        let graph = self.locate(project, Locate::Thread, thread_id, "thread").await?;
        self.store().find_thread(graph, thread_id).await?.ok_or_else(|| Error::not_found("thread"))
    }

    /// Removes a thread with its messages and everything that came from them (T8).
    pub async fn delete_thread(&self, project: ProjectId, thread_id: &str) -> Result<()> {
        let graph = self.locate(project, Locate::Thread, thread_id, "thread").await?;
        self.apply(project, graph, vec![Change::RemoveThread(thread_id.to_owned())]).await?;
        self.store().scrub().await
    }

    /// A page of threads, and how many there are.
    pub async fn list_threads(&self, project: ProjectId, listing: &Listing) -> Result<(Vec<Thread>, i64)> {
        let page = listing.page(&[SortBy::CreatedAt, SortBy::Id, SortBy::UserId])?;
        self.store().list_threads(project, page).await
    }
}
