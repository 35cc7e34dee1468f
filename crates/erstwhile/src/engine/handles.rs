//! Handles to a project and to its users, threads, graphs, groups, document collections and import jobs.
//!
//! Creating a handle runs no query; each call checks that the object exists. A handle never finds objects of other
//! projects.

use std::fmt;
use std::sync::Arc;

use erstwhile_core::change::Change;
use erstwhile_core::error::{Error, ErrorKind, Result};
use erstwhile_core::model::{Actor, GraphAction, GraphId, GroupId, ImportJobId, PartitionId, ProjectId};
use jiff::Timestamp;

use super::Engine;
use super::policy_sets::{GrantedGraphs, only_add};
use super::repeatable::SeededIds;
use crate::ports::{Embedder, Ids};
use crate::state::{IndexHandle, State};
use crate::store::Store;

/// A handle to a project. Cloning it is cheap.
#[derive(Clone)]
pub struct ProjectHandle {
    pub(super) engine: Engine,
    pub(super) id: ProjectId,
    /// The ids of a request that may be repeated; those of the engine when absent.
    pub(super) seeded: Option<Arc<SeededIds>>,
    /// Who acts, for the audit log.
    pub(super) actor: Actor,
    /// The only graph that it reaches; the whole project when absent.
    pub(super) bound: Option<GraphId>,
    /// What it reaches besides that graph.
    pub(super) granted: GrantedGraphs,
}

/// Identifies a graph by the application's own ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GraphRef {
    /// The graph of this user.
    User(String),
    /// This standalone graph.
    Graph(String),
    /// The graph of this thread, which belongs to no user.
    Thread(String),
}

impl From<&GraphRef> for GraphRef {
    fn from(reference: &GraphRef) -> Self {
        reference.clone()
    }
}

impl From<&str> for GraphRef {
    /// A standalone graph, by its `graph_id`.
    fn from(graph_id: &str) -> Self {
        Self::Graph(graph_id.to_owned())
    }
}

impl From<String> for GraphRef {
    /// A standalone graph, by its `graph_id`.
    fn from(graph_id: String) -> Self {
        Self::Graph(graph_id)
    }
}

impl From<&String> for GraphRef {
    /// A standalone graph, by its `graph_id`.
    fn from(graph_id: &String) -> Self {
        Self::Graph(graph_id.clone())
    }
}

macro_rules! handles {
    ($($(#[$doc:meta])* $name:ident $field:ident: $type:ty;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name {
            pub(super) project: ProjectHandle,
            pub(super) $field: $type,
        }
    )*};
}

handles! {
    /// A handle to a user.
    UserHandle id: String;
    /// A handle to a thread.
    ThreadHandle id: String;
    /// A handle to a user's graph or a standalone graph.
    GraphHandle reference: GraphRef;
    /// A handle to a group of users.
    GroupHandle id: GroupId;
    /// A handle to a document collection.
    CollectionHandle name: String;
    /// A handle to an import job.
    ImportHandle id: ImportJobId;
}

impl Engine {
    /// A project, by its id. See [`ensure_project`](Self::ensure_project) for one by its name.
    pub fn project(&self, id: ProjectId) -> ProjectHandle {
        ProjectHandle {
            engine: self.clone(),
            id,
            seeded: None,
            actor: Actor::Library,
            bound: None,
            granted: GrantedGraphs::default(),
        }
    }
}

impl ProjectHandle {
    /// The project's id.
    pub fn id(&self) -> ProjectId {
        self.id
    }

    /// The same project for a caller who reaches only one graph: nothing else is found, listed or changed.
    #[must_use]
    pub fn bound_to(self, graph: GraphId) -> Self {
        Self { bound: Some(graph), ..self }
    }

    /// Whether the caller is bound to one graph; see [`bound_to`](Self::bound_to).
    pub fn is_bound(&self) -> bool {
        self.bound.is_some()
    }

    /// The same project for a caller who reaches these graphs besides the one that they are bound to.
    #[must_use]
    pub fn granting(self, granted: GrantedGraphs) -> Self {
        Self { granted, ..self }
    }

    /// The same project for somebody else, whom the audit log then names; a program that uses the library, by default.
    #[must_use]
    pub fn acting_as(self, actor: Actor) -> Self {
        Self { actor, ..self }
    }

    /// Whether the caller reaches a partition, at least to read it.
    pub(super) fn reaches(&self, partition: PartitionId) -> bool {
        self.owns(partition) || self.granted.action_on(partition).is_some()
    }

    /// Whether the caller may do everything with a partition that their role allows.
    fn owns(&self, partition: PartitionId) -> bool {
        self.bound.is_none_or(|graph| PartitionId::from(graph) == partition)
    }

    /// Checks that the caller may make changes of a partition, or of the project when it is absent.
    ///
    /// # Errors
    /// `Forbidden` when they may not.
    pub(super) fn check_change(&self, partition: Option<PartitionId>, changes: &[Change]) -> Result<()> {
        match partition {
            Some(partition) if self.owns(partition) => Ok(()),
            Some(partition) => match self.granted.action_on(partition) {
                Some(GraphAction::Add) if only_add(changes) => Ok(()),
                Some(GraphAction::Add) => {
                    Err(Error::new(ErrorKind::Forbidden, "this API key may only add to this graph"))
                }
                Some(GraphAction::Search) => {
                    Err(Error::new(ErrorKind::Forbidden, "this API key may only read this graph"))
                }
                None => self.whole().map(|_| ()),
            },
            None => self.whole().map(|_| ()),
        }
    }

    /// The id of the project, for what concerns more than one graph.
    ///
    /// # Errors
    /// `Forbidden` when the caller reaches only one.
    pub(super) fn whole(&self) -> Result<ProjectId> {
        match self.bound {
            None => Ok(self.id),
            Some(_) => Err(Error::new(ErrorKind::Forbidden, "this API key reaches one user or graph only")),
        }
    }

    /// A user, by the application's own id.
    pub fn user(&self, user_id: impl Into<String>) -> UserHandle {
        UserHandle { project: self.clone(), id: user_id.into() }
    }

    /// A thread, by the application's own id.
    pub fn thread(&self, thread_id: impl Into<String>) -> ThreadHandle {
        ThreadHandle { project: self.clone(), id: thread_id.into() }
    }

    /// A graph: a standalone one by its `graph_id`, or either kind by a [`GraphRef`].
    pub fn graph(&self, reference: impl Into<GraphRef>) -> GraphHandle {
        GraphHandle { project: self.clone(), reference: reference.into() }
    }

    /// A group of users.
    pub fn group(&self, id: impl Into<GroupId>) -> GroupHandle {
        GroupHandle { project: self.clone(), id: id.into() }
    }

    /// A document collection, by its name, ignoring case.
    pub fn collection(&self, name: impl Into<String>) -> CollectionHandle {
        CollectionHandle { project: self.clone(), name: name.into() }
    }

    /// An import job.
    pub fn import_job(&self, id: impl Into<ImportJobId>) -> ImportHandle {
        ImportHandle { project: self.clone(), id: id.into() }
    }

    pub(super) fn store(&self) -> &Store {
        self.engine.store()
    }

    pub(super) fn state(&self) -> &Arc<State> {
        &self.engine.state
    }

    pub(super) fn ids(&self) -> &dyn Ids {
        match &self.seeded {
            Some(seeded) => seeded.as_ref(),
            None => self.engine.ids(),
        }
    }

    pub(super) fn embedder(&self) -> &dyn Embedder {
        self.engine.embedder()
    }

    /// Vectors of texts by the embedder.
    pub(super) async fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
        self.engine.embed(texts).await
    }

    pub(super) fn now(&self) -> Timestamp {
        self.engine.now()
    }

    pub(super) async fn index(&self, graph: GraphId) -> Result<IndexHandle> {
        self.engine.state.index(graph).await
    }
}

impl UserHandle {
    /// The application's own id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The user's graph.
    pub fn graph(&self) -> GraphHandle {
        self.project.graph(GraphRef::User(self.id.clone()))
    }
}

impl ThreadHandle {
    /// The application's own id.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl CollectionHandle {
    /// The collection's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for ProjectHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProjectHandle").field("id", &self.id).finish_non_exhaustive()
    }
}
