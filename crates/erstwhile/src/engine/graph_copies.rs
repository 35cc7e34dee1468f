//! Copying a graph to another owner; the copy is independent.

use super::content_policies::binding;
use super::{GraphRef, ProjectHandle};
use erstwhile_core::change::Change;
use erstwhile_core::error::{Error, Result};
use erstwhile_core::graph_copy::{GraphOwners, copy_graph};
use erstwhile_core::identity::initial_evidence;
use erstwhile_core::model::{EpisodeState, GraphId, Partition, PartitionOwner, TaskId, User};

/// Maximum number of rows of a graph that can be copied, because the copy is one transaction.
const ROWS_MAX: usize = 500_000;

impl ProjectHandle {
    /// Copies a graph to a new user or a new standalone graph in one transaction. Returns the task that tracks the
    /// ingestion of the episodes that were still pending.
    ///
    /// # Errors
    /// `AlreadyExists` when the target exists, `Invalid` when only one of the two graphs belongs to a user, or
    /// when the graph is too large.
    pub async fn copy_graph(&self, source: &GraphRef, target: &GraphRef) -> Result<TaskId> {
        let from = self.graph(source).get_partition().await?;
        let evidence = self.store().evidence_since(from.id.as_graph(), 0).await?;
        let mut evidence = evidence.ok_or_else(|| Error::not_found("graph"))?;
        let rows = evidence.episodes.len() + evidence.mentions.len() + evidence.assertions.len();
        if rows > ROWS_MAX {
            return Err(Error::invalid(format!("a graph of more than {ROWS_MAX} rows cannot be copied")));
        }
        // Messages that were excluded from the graph belong to their threads, which are not copied.
        evidence.episodes.retain(|episode| episode.state != EpisodeState::Ignored);
        let original = self.store().find_user(from.id.as_graph()).await?;
        let (now, unique, task) = (self.now(), self.ids().next(), self.ids().next());
        let owner = match target {
            GraphRef::User(user_id) => {
                super::checks::check_id("target_user_id", user_id)?;
                PartitionOwner::User(user_id.clone())
            }
            GraphRef::Graph(graph_id) => {
                super::checks::check_id("target_graph_id", graph_id)?;
                PartitionOwner::Standalone(graph_id.clone())
            }
            GraphRef::Thread(_) => return Err(Error::invalid("a graph cannot be copied to a thread")),
        };
        if original.is_some() != matches!(owner, PartitionOwner::User(_)) {
            return Err(Error::invalid("a user's graph is copied to a user, a standalone graph to a standalone graph"));
        }
        // What is copied was derived under the policy of the original.
        let bound = self.state().bound_policy(from.id.as_graph()).await?.as_ref().map(binding).transpose()?;
        let make = |to: GraphId| {
            let user = original.as_ref().map(|original| User {
                graph: to,
                user_id: owner.id().to_owned(),
                uuid: to.within(unique).into(),
                created_at: now,
                updated_at: now,
                thread_count: 0,
                ..original.clone()
            });
            let row = Partition {
                name: from.name.clone(),
                description: from.description.clone(),
                time_zone: from.time_zone.clone(),
                ..Partition::new(to.into(), self.id, owner.clone(), now)
            };
            let beginning = user.as_ref().map(initial_evidence).unwrap_or_default();
            let total = evidence.episodes.len();
            let owners = GraphOwners { original: original.as_ref(), target_has_people: user.is_some() };
            let mut changes = vec![Change::AddPartition(row, user)];
            changes.extend(beginning);
            changes.push(Change::AddTask { task: TaskId(to.within(task)), kind: "clone_graph".to_owned(), total });
            changes.extend(bound.clone());
            changes.extend(copy_graph(&evidence, from.id.as_graph(), to, owners));
            changes
        };
        let to = self.add_graph(make).await?;
        self.state().announcements().add(self.id, to.into());
        Ok(TaskId(to.within(task)))
    }
}
