//! Policy sets: which standalone graphs the members of user groups reach, besides their own.
//!
//! A caller who is bound to a user reaches that user's graph, and what the policy sets of the user's groups grant. What
//! nobody granted is not found.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use super::checks::check_display_name;
use super::{GraphRef, ProjectHandle};
use crate::store::SettingScope;
use erstwhile_core::change::Change;
use erstwhile_core::error::{Error, ErrorKind, Result};
use erstwhile_core::model::{
    Grant, GraphAction, GraphId, PartitionId, PartitionOwner, PolicyMode, PolicySet, Precondition, Setting,
    SettingKind, UserGroup,
};

/// Maximum number of policy sets of a project.
const POLICY_SETS_MAX: usize = 1_000;
/// Maximum number of graphs in one policy set.
const GRANTS_MAX: usize = 1_000;

/// A policy set to create, or that replaces another one.
#[derive(Debug, Clone)]
pub struct NewPolicySet {
    /// Display name.
    pub name: String,
    /// Whether it counts.
    pub mode: PolicyMode,
    /// The grants: standalone graphs, and the most that may be done with each.
    pub grants: Vec<(GraphRef, GraphAction)>,
}

/// The graphs that a caller reaches because the groups of a user grant it.
#[derive(Debug, Clone, Default)]
pub struct GrantedGraphs(Arc<BTreeMap<GraphId, GraphAction>>);

impl GrantedGraphs {
    /// Whether any graph is granted.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The graphs.
    pub(super) fn graphs(&self) -> impl Iterator<Item = GraphId> {
        self.0.keys().copied()
    }

    /// What may be done with a partition.
    pub(super) fn action_on(&self, partition: PartitionId) -> Option<GraphAction> {
        self.0.get(&partition.as_graph()).copied()
    }
}

/// Whether changes only add data to a graph: nothing that is there changes or goes.
pub(super) fn only_add(changes: &[Change]) -> bool {
    changes.iter().all(|change| match change {
        Change::AddEpisodes(_)
        | Change::AddTask { .. }
        | Change::AddMention(_)
        | Change::AddAssertion(_)
        | Change::UseKey { .. }
        | Change::Notify(_)
        | Change::Audit(_) => true,
        // Edits of what is stated, too: it may have been there before.
        _ => false,
    })
}

fn read(setting: Setting) -> Result<PolicySet> {
    serde_json::from_value(setting.value)
        .map_err(|error| Error::corrupt("a stored policy set is malformed").with_source(error))
}

fn written(set: &PolicySet) -> Result<serde_json::Value> {
    serde_json::to_value(set).map_err(|error| Error::internal("a policy set cannot be serialised").with_source(error))
}

impl ProjectHandle {
    /// Creates a policy set, or replaces the one with this uuid.
    ///
    /// # Errors
    /// `NotFound` for a graph that does not exist; `Invalid` for the graph of a user, which nobody else may be granted.
    pub async fn put_policy_set(&self, uuid: Uuid, new: NewPolicySet) -> Result<PolicySet> {
        check_display_name(&new.name)?;
        if new.grants.len() > GRANTS_MAX {
            return Err(Error::invalid(format!("a policy set can have at most {GRANTS_MAX} grants")));
        }
        let mut grants: BTreeMap<Uuid, GraphAction> = BTreeMap::new();
        for (reference, action) in &new.grants {
            if !matches!(reference, GraphRef::Graph(_)) {
                return Err(Error::invalid("only standalone graphs can be granted"));
            }
            let graph = self.graph(reference).partition().await?;
            let granted = grants.entry(graph.0).or_insert(*action);
            *granted = (*granted).max(*action);
        }
        let sets = self.policy_sets().await?;
        let before = sets.iter().find(|set| set.uuid == uuid);
        if before.is_none() && sets.len() >= POLICY_SETS_MAX {
            return Err(Error::invalid(format!("a project can have at most {POLICY_SETS_MAX} policy sets")));
        }
        let now = self.now();
        let set = PolicySet {
            uuid,
            name: new.name,
            mode: new.mode,
            version: before.map_or(1, |before| before.version + 1),
            grants: grants.into_iter().map(|(graph, action)| Grant { graph, action }).collect(),
            created_at: before.map_or(now, |before| before.created_at),
            updated_at: now,
        };
        let precondition = match before {
            Some(before) => Precondition::Equals(written(before)?),
            None => Precondition::Absent,
        };
        self.put_setting(None, (SettingKind::PolicySet, &uuid.to_string()), written(&set)?, precondition).await?;
        Ok(set)
    }

    /// The policy sets, by name.
    pub async fn policy_sets(&self) -> Result<Vec<PolicySet>> {
        let settings = self.settings(None, SettingKind::PolicySet).await?;
        let mut sets = settings.into_iter().map(read).collect::<Result<Vec<_>>>()?;
        sets.sort_by_cached_key(|set| (set.name.to_lowercase(), set.uuid));
        Ok(sets)
    }

    /// A policy set.
    pub async fn policy_set(&self, uuid: Uuid) -> Result<PolicySet> {
        let scope = SettingScope::Project(self.whole()?);
        let setting = self.store().setting(scope, SettingKind::PolicySet, &uuid.to_string()).await?;
        read(setting.ok_or_else(|| Error::not_found("policy set"))?)
    }

    /// The policy sets that are attached to a group; one that was deleted meanwhile is left out.
    pub async fn policy_sets_of(&self, group: &UserGroup) -> Result<Vec<PolicySet>> {
        let mut sets = Vec::with_capacity(group.policy_sets.len());
        for uuid in &group.policy_sets {
            match self.policy_set(*uuid).await {
                Ok(set) => sets.push(set),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(sets)
    }

    /// Deletes a policy set.
    ///
    /// # Errors
    /// `Conflict` while it is attached to a user group.
    pub async fn remove_policy_set(&self, uuid: Uuid) -> Result<()> {
        self.policy_set(uuid).await?;
        if let Some(group) = self.list_groups("").await?.iter().find(|group| group.policy_sets.contains(&uuid)) {
            let message = format!("the policy set is attached to the user group {}; detach it first", group.uuid);
            return Err(Error::new(ErrorKind::Conflict, message));
        }
        let removed = self.remove_setting(None, SettingKind::PolicySet, &uuid.to_string()).await?;
        removed.map(|_| ()).ok_or_else(|| Error::not_found("policy set"))
    }

    /// The graphs that the groups of a user grant to the user, by the user's graph. They are read afresh, so that what is
    /// revoked is out of reach at once, on every server.
    pub async fn granted_to(&self, user_graph: GraphId) -> Result<GrantedGraphs> {
        let groups = self.store().groups_of(user_graph).await?;
        if groups.is_empty() {
            return Ok(GrantedGraphs::default());
        }
        let mut granted: BTreeMap<GraphId, GraphAction> = BTreeMap::new();
        for group in groups {
            // A group that was deleted meanwhile grants nothing.
            let group = match self.group(group).get().await {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                group => group?,
            };
            let sets = self.policy_sets_of(&group).await?;
            for grant in sets.iter().filter(|set| set.mode == PolicyMode::Enforce).flat_map(|set| &set.grants) {
                let action = granted.entry(GraphId(grant.graph)).or_insert(grant.action);
                *action = (*action).max(grant.action);
            }
        }
        // Only graphs of this project that belong to nobody: the grants may have been imported, or the graph deleted.
        let mut reached = BTreeMap::new();
        for (graph, action) in granted {
            let found = self.store().find_partition(graph.into()).await?;
            let is_standalone = |owner: &PartitionOwner| matches!(owner, PartitionOwner::Standalone(_));
            if found.is_some_and(|found| found.project == self.id && is_standalone(&found.owner)) {
                reached.insert(graph, action);
            }
        }
        Ok(GrantedGraphs(Arc::new(reached)))
    }
}

#[cfg(test)]
mod tests {
    use erstwhile_core::model::{EntityId, EntityPatch, EpisodeId, Mention, PartitionOwner};
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn what_changes_or_removes_something_is_no_addition() {
        let (entity, at) = (EntityId(Uuid::from_u128(1)), Timestamp::UNIX_EPOCH);
        let mention = Change::AddMention(Mention {
            episode: None,
            name: "Oslo".to_owned(),
            entity,
            entity_type: None,
            span: 0..0,
            recorded_at: at,
        });
        let edit = Change::PutEntityEdit(entity, EntityPatch::default());
        assert!(!only_add(&[mention.clone(), edit.clone()]), "the name may be that of what is there");
        assert!(!only_add(&[edit]), "what is there does not change");
        assert!(!only_add(&[mention, Change::RemoveEpisode(EpisodeId(Uuid::from_u128(2)))]));
        assert!(!only_add(&[Change::RemovePartition(PartitionOwner::Standalone("g".to_owned()))]));
    }
}
