//! Hyperedges: statements that relate more than two entities.
//!
//! A hyperedge is an episode of a kind of its own, whose assertions are its edges: they share its statement and its dates.
//! What else is said of the same entities joins or ends the facts that its edges belong to, but not the hyperedge.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::audit::Target;
use super::entities::{NodeDraft, resolve_entity};
use super::{LocatedGraph, ProjectHandle, stated};
use crate::store::ErasureState;
use erstwhile_core::change::Change;
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{
    Assertion, AssertionId, AuditAction, AuditTargetKind, ClaimKind, EntityId, Episode, EpisodeId, EpisodeKind,
    EpisodeState, FactEdit, Holding, Metadata, OPERATOR, Precision, TimePoint,
};
use erstwhile_core::search::GraphIndex;

/// Minimum number of entities that a hyperedge relates.
const ENTITIES_MIN: usize = 3;

/// An edge of a hyperedge to add.
#[derive(Debug, Clone, Default)]
pub struct HyperedgeEnd {
    /// The relation's name.
    pub predicate: String,
    /// Its subject.
    pub source: NodeDraft,
    /// Its object.
    pub target: NodeDraft,
}

/// A hyperedge to add.
#[derive(Debug, Clone, Default)]
pub struct HyperedgeDraft {
    /// What it says, as a sentence.
    pub statement: String,
    /// Its edges.
    pub edges: Vec<HyperedgeEnd>,
    /// When it became true.
    pub valid_from: Option<Timestamp>,
    /// When it stopped being true.
    pub valid_until: Option<Timestamp>,
    /// When the system learned that it had stopped being true.
    pub expired_at: Option<Timestamp>,
    /// Attributes of every edge.
    pub attributes: Metadata,
    /// The application's own data, stored in the episode.
    pub metadata: Metadata,
}

/// An edge of a hyperedge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HyperedgeEdge {
    /// The assertion.
    pub id: AssertionId,
    /// The fact that it supports, which may be supported by others, too.
    pub fact: AssertionId,
    /// The relation's name.
    pub predicate: String,
    /// Its subject.
    pub source: EntityId,
    /// Its object.
    pub target: EntityId,
}

/// A statement that relates more than two entities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hyperedge {
    /// Identity; its episode has the same.
    pub id: EpisodeId,
    /// What it says.
    pub statement: String,
    /// Its edges, ordered by id.
    pub edges: Vec<HyperedgeEdge>,
    /// When it became true.
    pub valid_from: Option<Timestamp>,
    /// When it stopped being true.
    pub valid_until: Option<Timestamp>,
    /// When the system learned that it had stopped being true.
    pub expired_at: Option<Timestamp>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// The hyperedge of an episode; `None` for any other episode, or without edges.
fn hyperedge(index: &GraphIndex, episode: &Episode) -> Option<Hyperedge> {
    if episode.kind != EpisodeKind::Hyperedge {
        return None;
    }
    let mut own: Vec<&Assertion> = index.knowledge.assertions_from(episode.id).collect();
    own.sort_by_key(|assertion| assertion.id);
    let first = *own.first()?;
    // Its own: another hyperedge may support the same fact.
    let edit = own.iter().find_map(|assertion| index.knowledge.edit_of(assertion.id)).cloned().unwrap_or_default();
    let edge = |assertion: &&Assertion| {
        Some(HyperedgeEdge {
            id: assertion.id,
            fact: index.knowledge.fact(assertion.id)?.id,
            predicate: assertion.predicate.clone(),
            source: index.knowledge.entity_of(assertion.subject),
            target: index.knowledge.entity_of(assertion.object?),
        })
    };
    Some(Hyperedge {
        id: episode.id,
        statement: edit.statement.unwrap_or_else(|| first.statement.clone()),
        edges: own.iter().filter_map(edge).collect(),
        valid_from: first.valid_from.map(|point| point.at),
        valid_until: first.valid_until.map(|point| point.at),
        expired_at: edit.expired_at.flatten(),
        recorded_at: episode.recorded_at,
    })
}

/// The hyperedge with an id.
fn find(index: &GraphIndex, id: EpisodeId) -> Result<Hyperedge> {
    let found = index.episode(id).and_then(|episode| hyperedge(index, episode));
    found.ok_or_else(|| Error::not_found("hyperedge"))
}

/// What all edges of a hyperedge share.
struct Shared<'a> {
    hyperedge: EpisodeId,
    statement: &'a str,
    valid_from: Option<Timestamp>,
    valid_until: Option<Timestamp>,
    expired_at: Option<Timestamp>,
    said_at: Timestamp,
    attributes: &'a Metadata,
}

impl Shared<'_> {
    /// The assertion of an edge, and the edit that expires it.
    fn assertion(
        &self,
        (id, predicate): (AssertionId, &str),
        (subject, object): (EntityId, EntityId),
        now: Timestamp,
    ) -> Vec<Change> {
        let instant = |at: Option<Timestamp>| at.map(|at| TimePoint { at, precision: Precision::Instant });
        let added = Change::AddAssertion(Assertion {
            id,
            episode: Some(self.hyperedge),
            sequence: None,
            subject,
            predicate: predicate.to_owned(),
            object: Some(object),
            statement: self.statement.to_owned(),
            span: 0..0,
            kind: ClaimKind::Asserts,
            holding: Holding::Shared,
            valid_from: instant(self.valid_from),
            valid_until: instant(self.valid_until),
            reference_time: self.said_at,
            recorded_at: now,
            confidence: 1.0,
            extractor: OPERATOR.to_owned(),
            attributes: self.attributes.clone(),
        });
        let expired = self.expired_at.map(|at| {
            Change::PutFactEdit(
                id,
                FactEdit { expired_at: Some(Some(at)), recorded_at: Some(now), ..FactEdit::default() },
            )
        });
        std::iter::once(added).chain(expired).collect()
    }
}

impl ProjectHandle {
    /// Adds a hyperedge, and its entities unless they exist. Returns the ids of its edges in the order in which they were
    /// given.
    ///
    /// # Errors
    /// `Invalid` if it relates fewer than three entities, or has the same edge twice.
    pub async fn add_hyperedge(
        &self,
        located: &LocatedGraph,
        draft: HyperedgeDraft,
    ) -> Result<(Hyperedge, Vec<AssertionId>)> {
        let (graph, now) = (located.graph.id, self.now());
        let episode = Episode {
            metadata: draft.metadata.clone(),
            state: EpisodeState::Processed,
            ..self.episode(graph, EpisodeKind::Hyperedge, draft.statement.clone(), None)
        };
        let ids: Vec<AssertionId> = draft.edges.iter().map(|_| AssertionId(graph.within(self.ids().next()))).collect();
        let shared = Shared {
            hyperedge: episode.id,
            statement: &draft.statement,
            valid_from: draft.valid_from,
            valid_until: draft.valid_until,
            expired_at: draft.expired_at,
            said_at: now,
            attributes: &draft.attributes,
        };
        let decide = |index: &GraphIndex| {
            let mut changes = vec![Change::AddEpisodes(vec![episode.clone()])];
            let (mut entities, mut edges) = (BTreeSet::new(), BTreeSet::new());
            for (edge, id) in draft.edges.iter().zip(&ids) {
                let (source, more) = resolve_entity(index, graph, &edge.source, Some(episode.id), now)?;
                changes.extend(more);
                let (target, more) = resolve_entity(index, graph, &edge.target, Some(episode.id), now)?;
                changes.extend(more);
                entities.extend([source, target].map(|end| index.knowledge.entity_of(end)));
                if !edges.insert((source, edge.predicate.clone(), target)) {
                    return Err(Error::invalid("a hyperedge cannot have the same edge twice"));
                }
                changes.extend(shared.assertion((*id, &edge.predicate), (source, target), now));
            }
            if entities.len() < ENTITIES_MIN {
                return Err(Error::invalid(format!("a hyperedge relates at least {ENTITIES_MIN} different nodes")));
            }
            Ok((changes, ()))
        };
        self.change_knowledge(graph, decide).await?;
        Ok((self.hyperedge(located, episode.id).await?, ids))
    }

    /// A hyperedge.
    pub async fn hyperedge(&self, located: &LocatedGraph, id: EpisodeId) -> Result<Hyperedge> {
        self.index(located.graph.id).await?.read(|index| find(index, id))?
    }

    /// The hyperedges of a graph, in no particular order.
    pub async fn hyperedges(&self, located: &LocatedGraph) -> Result<Vec<Hyperedge>> {
        let index = self.index(located.graph.id).await?;
        index.read(|index| index.episodes().filter_map(|episode| hyperedge(index, episode)).collect())
    }

    /// Changes what a hyperedge says, and with it all its edges.
    pub async fn update_hyperedge(
        &self,
        located: &LocatedGraph,
        id: EpisodeId,
        statement: Option<String>,
    ) -> Result<Hyperedge> {
        let now = self.now();
        let decide = |index: &GraphIndex| {
            let found = find(index, id)?;
            let Some(statement) = &statement else { return Ok((Vec::new(), ())) };
            Ok((restated(index, &found, statement, now), ()))
        };
        if statement.is_some() {
            self.change_knowledge(located.graph.id, decide).await?;
        }
        self.hyperedge(located, id).await
    }

    /// Removes a hyperedge with its edges and its episode. Its entities stay, and so does what else supports the same facts.
    pub async fn delete_hyperedge(&self, located: &LocatedGraph, id: EpisodeId) -> Result<ErasureState> {
        let graph = located.graph.id;
        let decide = |index: &GraphIndex| {
            let found = find(index, id)?;
            let mut changes = without(index, id, &found.edges.iter().map(|edge| edge.id).collect());
            changes.extend(self.record(AuditAction::Delete, AuditTargetKind::Fact, Target::of(graph, id.0)));
            Ok((changes, ()))
        };
        self.change_knowledge(graph, decide).await?;
        Ok(self.erased().await)
    }

    /// Adds an edge to a hyperedge.
    pub async fn add_hyperedge_edge(
        &self,
        located: &LocatedGraph,
        id: EpisodeId,
        edge: HyperedgeEnd,
    ) -> Result<(Hyperedge, AssertionId)> {
        let (graph, now) = (located.graph.id, self.now());
        let added = AssertionId(graph.within(self.ids().next()));
        let decide = |index: &GraphIndex| {
            let found = find(index, id)?;
            let said_at = index.episode(id).map_or(now, |episode| episode.reference_time);
            let (source, mut changes) = resolve_entity(index, graph, &edge.source, Some(id), now)?;
            let (target, more) = resolve_entity(index, graph, &edge.target, Some(id), now)?;
            changes.extend(more);
            let ends = [source, target].map(|end| index.knowledge.entity_of(end));
            if found.edges.iter().any(|one| [one.source, one.target] == ends && one.predicate == edge.predicate) {
                return Err(Error::invalid("a hyperedge cannot have the same edge twice"));
            }
            let shared = Shared {
                hyperedge: id,
                statement: &found.statement,
                valid_from: found.valid_from,
                valid_until: found.valid_until,
                expired_at: found.expired_at,
                said_at,
                attributes: &Metadata::new(),
            };
            changes.extend(shared.assertion((added, &edge.predicate), (source, target), now));
            Ok((changes, ()))
        };
        self.change_knowledge(graph, decide).await?;
        Ok((self.hyperedge(located, id).await?, added))
    }

    /// Removes an edge of a hyperedge; with its last edge, the hyperedge goes.
    pub async fn delete_hyperedge_edge(
        &self,
        located: &LocatedGraph,
        id: EpisodeId,
        edge: AssertionId,
    ) -> Result<ErasureState> {
        let graph = located.graph.id;
        let decide = |index: &GraphIndex| {
            let found = find(index, id)?;
            let own = found.edges.iter().find(|one| one.id == edge || one.fact == edge);
            let own = own.ok_or_else(|| Error::not_found("edge"))?;
            let mut changes = without(index, id, &BTreeSet::from([own.id]));
            changes.extend(self.record(AuditAction::Delete, AuditTargetKind::Fact, Target::of(graph, own.id.0)));
            Ok((changes, ()))
        };
        self.change_knowledge(graph, decide).await?;
        Ok(self.erased().await)
    }
}

/// The changes that remove edges of a hyperedge, and its episode if none are left.
fn without(index: &GraphIndex, id: EpisodeId, edges: &BTreeSet<AssertionId>) -> Vec<Change> {
    let mut changes: Vec<Change> = edges.iter().map(|edge| Change::RemoveAssertion(*edge)).collect();
    changes.extend(stated::forget(index, [id], edges, &[]));
    changes
}

/// The changes that give all edges of a hyperedge another statement.
pub(super) fn restated(index: &GraphIndex, found: &Hyperedge, statement: &str, now: Timestamp) -> Vec<Change> {
    // Two edges of one hyperedge may be one fact, if their ends are.
    let mut edits: BTreeMap<AssertionId, (AssertionId, FactEdit)> = BTreeMap::new();
    for edge in &found.edges {
        if let Some(fact) = index.knowledge.fact(edge.fact) {
            let before = index.knowledge.edit_of(edge.id).cloned().unwrap_or_default();
            let edit = FactEdit { statement: Some(statement.to_owned()), recorded_at: Some(now), ..before };
            // Of the edge's own assertion, with which it goes.
            edits.entry(fact.id).or_insert((edge.id, edit));
        }
    }
    edits.into_values().map(|(id, edit)| Change::PutFactEdit(id, edit)).collect()
}

/// The hyperedges that a fact is an edge of.
pub(super) fn of_fact(index: &GraphIndex, episodes: &[EpisodeId]) -> Vec<Hyperedge> {
    let episodes = episodes.iter().filter_map(|id| index.episode(*id));
    episodes.filter_map(|episode| hyperedge(index, episode)).collect()
}
