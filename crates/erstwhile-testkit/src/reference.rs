//! The store as it should be: plain collections, no database, obvious code.

use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;

use erstwhile_core::change::{Applied, Batch, Change, Expect, ProjectChange};
use erstwhile_core::error::ErrorKind;
use erstwhile_core::evidence::Edit;
use erstwhile_core::model::{
    Assertion, AssertionId, EntityId, Episode, EpisodeId, EpisodeState, Link, LinkId, Mention, Partition, PartitionId,
    PartitionOwner, ProjectId, Thread, User,
};

/// What the store must look like after a sequence of batches.
#[derive(Debug, Clone, Default)]
pub struct Reference {
    graphs: BTreeMap<PartitionId, GraphState>,
    applied: HashSet<(Uuid, Uuid)>,
}

/// One graph.
#[derive(Debug, Clone)]
pub struct GraphState {
    /// Its row.
    pub graph: Partition,
    /// Its user.
    pub user: Option<User>,
    /// Its threads, by id.
    pub threads: BTreeMap<String, Thread>,
    /// Its episodes, in order.
    pub episodes: Vec<Episode>,
    /// Its mentions, in order of arrival.
    pub mentions: Vec<Mention>,
    /// Its assertions.
    pub assertions: BTreeMap<AssertionId, Assertion>,
    /// Its links.
    pub links: BTreeMap<LinkId, Link>,
    /// Its edits.
    pub edits: HashMap<(i64, Uuid), Edit>,
    next_seq: i64,
}

impl Reference {
    /// A graph, when it exists.
    pub fn graph(&self, id: PartitionId) -> Option<&GraphState> {
        self.graphs.get(&id)
    }

    /// Every graph's id.
    pub fn graph_ids(&self) -> Vec<PartitionId> {
        self.graphs.keys().copied().collect()
    }

    /// The graph of a user or a standalone graph.
    pub fn locate(&self, project: ProjectId, owner: &PartitionOwner) -> Option<PartitionId> {
        let mine = |state: &&GraphState| state.graph.project == project && state.graph.owner == *owner;
        self.graphs.values().find(mine).map(|state| state.graph.id)
    }

    /// The graph of a thread.
    pub fn locate_thread(&self, project: ProjectId, thread: &str) -> Option<PartitionId> {
        let mine = |state: &&GraphState| state.graph.project == project && state.threads.contains_key(thread);
        self.graphs.values().find(mine).map(|state| state.graph.id)
    }

    /// Applies a batch, whole or not at all.
    pub fn apply(&mut self, batch: &Batch) -> Result<Applied, ErrorKind> {
        let scope = batch.partition.map_or(batch.project.0, |graph| graph.0);
        if self.applied.contains(&(scope, batch.id.0)) {
            return Ok(Applied::Before);
        }
        let mut next = self.clone();
        next.applied.insert((scope, batch.id.0));
        let version = next.apply_changes(batch)?;
        *self = next;
        Ok(Applied::Now { version })
    }

    fn apply_changes(&mut self, batch: &Batch) -> Result<i64, ErrorKind> {
        let Some(id) = batch.partition else { return Ok(0) };
        if let Expect::Revision(expected) = batch.expect
            && self.graphs.get(&id).is_none_or(|state| state.graph.revision != expected)
        {
            return Err(ErrorKind::Conflict);
        }
        if let Some(Change::AddPartition(graph, user)) = batch.changes.first() {
            if self.locate(graph.project, &graph.owner).is_some() {
                return Err(ErrorKind::AlreadyExists);
            }
            self.graphs.insert(id.as_graph().into(), GraphState::new(graph, user.as_ref()));
        }
        let knows = batch.changes.iter().any(knowledge);
        let state = self.graphs.get_mut(&id).ok_or(ErrorKind::NotFound)?;
        state.graph.version += 1;
        state.graph.revision += i64::from(knows);
        let version = state.graph.version;
        for change in &batch.changes {
            match change {
                Change::RemovePartition(_) => {
                    self.graphs.remove(&id);
                    self.applied.retain(|(scope, applied)| *scope != id.0 || *applied == batch.id.0);
                }
                Change::AddThread(thread) => {
                    if self.locate_thread(batch.project, &thread.thread_id).is_some() {
                        return Err(ErrorKind::AlreadyExists);
                    }
                    let state = self.graphs.get_mut(&id).ok_or(ErrorKind::NotFound)?;
                    state.threads.insert(thread.thread_id.clone(), thread.clone());
                }
                change => self.graphs.get_mut(&id).ok_or(ErrorKind::NotFound)?.change(change)?,
            }
        }
        Ok(version)
    }
}

fn knowledge(change: &Change) -> bool {
    !matches!(
        change,
        Change::Project(ProjectChange::Add(_) | ProjectChange::AddKey(_) | ProjectChange::RevokeKey(_))
            | Change::AddPartition(..)
            | Change::UpdatePartition(..)
            | Change::UpdateUser(..)
            | Change::RemovePartition(_)
            | Change::AddThread(_)
            | Change::AddEpisodes(_)
            | Change::AddTask { .. }
            | Change::SetEpisodeMetadata(..)
            | Change::SetEpisodeState(..)
            | Change::UpdateThread(..)
    )
}

impl GraphState {
    fn new(graph: &Partition, user: Option<&User>) -> Self {
        Self {
            graph: graph.clone(),
            user: user.cloned(),
            threads: BTreeMap::new(),
            episodes: Vec::new(),
            mentions: Vec::new(),
            assertions: BTreeMap::new(),
            links: BTreeMap::new(),
            edits: HashMap::new(),
            next_seq: 1,
        }
    }

    fn episode(&mut self, id: EpisodeId) -> Option<&mut Episode> {
        self.episodes.iter_mut().find(|episode| episode.id == id)
    }

    fn change(&mut self, change: &Change) -> Result<(), ErrorKind> {
        match change {
            Change::UpdatePartition(graph, seen) => {
                if self.graph.updated_at != *seen {
                    return Err(ErrorKind::Conflict);
                }
                self.graph.name.clone_from(&graph.name);
                self.graph.description.clone_from(&graph.description);
                self.graph.updated_at = graph.updated_at;
            }
            Change::AddEpisodes(episodes) => {
                for episode in episodes {
                    if episode.thread.as_ref().is_some_and(|thread| !self.threads.contains_key(thread)) {
                        return Err(ErrorKind::NotFound);
                    }
                    self.episodes.push(Episode { seq: self.next_seq, ..episode.clone() });
                    self.next_seq += 1;
                }
            }
            Change::SetEpisodeMetadata(id, metadata) => {
                self.episode(*id).ok_or(ErrorKind::NotFound)?.metadata.clone_from(metadata);
            }
            Change::SetEpisodeState(id, state) => {
                if let Some(episode) = self.episode(*id) {
                    episode.state.clone_from(state);
                }
            }
            Change::RemoveEpisode(id) => {
                self.episode(*id).ok_or(ErrorKind::NotFound)?;
                self.forget_episodes(&[*id]);
            }
            Change::RemoveThread(thread) => {
                self.threads.remove(thread).ok_or(ErrorKind::NotFound)?;
                let gone: Vec<EpisodeId> = self
                    .episodes
                    .iter()
                    .filter(|episode| episode.thread.as_ref() == Some(thread))
                    .map(|episode| episode.id)
                    .collect();
                self.forget_episodes(&gone);
            }
            Change::AddMention(mention) if !self.mentions.iter().any(|known| same_place(known, mention)) => {
                self.mentions.push(mention.clone());
            }
            Change::AddAssertion(assertion) => {
                self.assertions.entry(assertion.id).or_insert_with(|| assertion.clone());
            }
            Change::RemoveAssertion(id) => {
                self.assertions.remove(id).ok_or(ErrorKind::NotFound)?;
                self.edits.remove(&(0, id.0));
            }
            Change::AddLink(link) => {
                self.links.entry(link.id).or_insert_with(|| link.clone());
            }
            Change::RemoveLink(id) => {
                self.links.remove(id).ok_or(ErrorKind::NotFound)?;
            }
            Change::PutFactEdit(id, edit) => {
                self.edits.insert((0, id.0), Edit::Fact(*id, edit.clone()));
            }
            Change::PutEntityEdit(id, patch) => {
                self.edits.insert((1, id.0), Edit::Entity(*id, patch.clone()));
            }
            Change::RemoveName(id) => self.forget_name(*id),
            _ => {}
        }
        Ok(())
    }

    fn forget_episodes(&mut self, gone: &[EpisodeId]) {
        let from_gone = |episode: Option<EpisodeId>| episode.is_some_and(|episode| gone.contains(&episode));
        let doomed: Vec<AssertionId> =
            self.assertions.values().filter(|assertion| from_gone(assertion.episode)).map(|a| a.id).collect();
        self.forget_assertions(&doomed);
        self.mentions.retain(|mention| !from_gone(mention.episode));
        self.links.retain(|_, link| !from_gone(link.episode));
        self.episodes.retain(|episode| !gone.contains(&episode.id));
    }

    fn forget_name(&mut self, name: EntityId) {
        let about = |assertion: &&Assertion| assertion.subject == name || assertion.object == Some(name);
        let doomed: Vec<AssertionId> = self.assertions.values().filter(about).map(|a| a.id).collect();
        self.forget_assertions(&doomed);
        self.mentions.retain(|mention| mention.entity != name);
        self.links.retain(|_, link| link.left != name && link.right != name);
        self.edits.remove(&(1, name.0));
    }

    fn forget_assertions(&mut self, doomed: &[AssertionId]) {
        for id in doomed {
            self.assertions.remove(id);
            self.edits.remove(&(0, id.0));
        }
    }

    /// The assertions, each with the position of its episode.
    pub fn assertions(&self) -> Vec<Assertion> {
        let position = |id: EpisodeId| self.episodes.iter().find(|episode| episode.id == id).map(|episode| episode.seq);
        let placed =
            |assertion: &Assertion| Assertion { sequence: assertion.episode.and_then(position), ..assertion.clone() };
        self.assertions.values().map(placed).collect()
    }

    /// How many episodes wait to be understood.
    pub fn pending(&self) -> usize {
        self.episodes.iter().filter(|episode| episode.state == EpisodeState::Pending).count()
    }
}

/// A place names a thing once.
fn same_place(left: &Mention, right: &Mention) -> bool {
    let place = |mention: &Mention| (mention.episode, mention.entity, mention.span.clone(), mention.name.clone());
    place(left) == place(right) && (left.episode.is_some() || left.recorded_at == right.recorded_at)
}
