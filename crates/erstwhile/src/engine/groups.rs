//! Groups of users: named sets, to which policy sets are attached.

use uuid::Uuid;

use super::audit::Target;
use super::checks::check_display_name;
use super::writes::Tries;
use super::{GroupHandle, ProjectHandle};
use crate::store::{ErasureState, SettingScope};
use erstwhile_core::change::{Change, GroupChange, SettingChange};
use erstwhile_core::error::{Error, ErrorKind, Result};
use erstwhile_core::model::{
    AuditAction, AuditTargetKind, Precondition, Setting, SettingKind, User, UserGroup, UserUuid,
};

/// Maximum number of groups of one project.
const GROUPS_MAX: usize = 1_000;
/// Maximum number of users that one call adds or removes.
const MUTATED_MAX: usize = 1_000;

/// The outcome of a change of a group's members.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MembershipChange {
    /// Users who joined.
    pub added: usize,
    /// Users who left.
    pub removed: usize,
    /// Users for whom nothing changed.
    pub unchanged: usize,
}

fn of(setting: Setting) -> Result<UserGroup> {
    serde_json::from_value(setting.value)
        .map_err(|error| Error::corrupt("a stored group is malformed").with_source(error))
}

impl ProjectHandle {
    /// Creates a group.
    ///
    /// # Errors
    /// `AlreadyExists` when the project has a group of that name.
    pub async fn create_group(&self, name: &str, description: Option<String>) -> Result<UserGroup> {
        check_display_name(name)?;
        if self.list_groups("").await?.len() >= GROUPS_MAX {
            return Err(Error::invalid(format!("there can be at most {GROUPS_MAX} user groups")));
        }
        let now = self.now();
        let group = UserGroup {
            uuid: Uuid::new_v5(&self.id.0, self.ids().next().as_bytes()),
            name: name.to_owned(),
            description,
            version: 1,
            policy_sets: Vec::new(),
            created_at: now,
            updated_at: now,
        };
        let mut changes = vec![claim_name(&group), put(&group, Precondition::Absent)?];
        changes.extend(self.record_group(AuditAction::Create, group.uuid));
        self.apply_batch(&self.batch(None, changes)).await?;
        Ok(group)
    }

    /// The groups of a project whose name contains `search`, sorted by name.
    pub async fn list_groups(&self, search: &str) -> Result<Vec<UserGroup>> {
        let settings = self.store().settings(SettingScope::Project(self.whole()?), SettingKind::UserGroup).await?;
        let mut groups = settings.into_iter().map(of).collect::<Result<Vec<_>>>()?;
        let search = search.to_lowercase();
        groups.retain(|group| group.name.to_lowercase().contains(&search));
        groups.sort_by_cached_key(|group| (group.name.to_lowercase(), group.uuid));
        Ok(groups)
    }

    async fn change_group(&self, before: UserGroup, change: impl FnOnce(&mut UserGroup)) -> Result<UserGroup> {
        let mut after = before.clone();
        change(&mut after);
        after.version += 1;
        after.updated_at = self.now();
        let mut changes = Vec::new();
        if key_of(&after.name) != key_of(&before.name) {
            changes.extend([release_name(&before), claim_name(&after)]);
        }
        changes.push(put(&after, Precondition::Equals(json(&before)?))?);
        changes.extend(self.record_group(AuditAction::Change, after.uuid));
        self.apply_batch(&self.batch(None, changes)).await?;
        Ok(after)
    }

    /// A user by the server's uuid.
    pub async fn user_by_uuid(&self, user: Uuid) -> Result<User> {
        let graph = self.graph_of(user, "user").await?;
        self.store().user_by_uuid(graph, UserUuid(user)).await?.ok_or_else(|| Error::not_found("user"))
    }

    fn record_group(&self, action: AuditAction, group: Uuid) -> Option<Change> {
        self.record(action, AuditTargetKind::UserGroup, Target { id: Some(group), ..Target::default() })
    }

    /// The groups that a user belongs to.
    pub async fn groups_of_user(&self, user: Uuid) -> Result<Vec<UserGroup>> {
        let graph = self.user_by_uuid(user).await?.graph;
        let mut groups = Vec::new();
        for group in self.store().groups_of(graph).await? {
            match self.group(group).get().await {
                Ok(group) => groups.push(group),
                // The group was deleted while the user was being added.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(groups)
    }
}

impl GroupHandle {
    /// A group.
    pub async fn get(&self) -> Result<UserGroup> {
        let scope = SettingScope::Project(self.project.whole()?);
        let setting = self.project.store().setting(scope, SettingKind::UserGroup, &self.id.to_string()).await?;
        of(setting.ok_or_else(|| Error::not_found("user group"))?)
    }

    /// Changes a group; absent fields are left unchanged.
    ///
    /// # Errors
    /// `Conflict` when the group is not at `expected_version`.
    pub async fn update(
        &self,
        expected_version: i64,
        name: Option<String>,
        description: Option<Option<String>>,
    ) -> Result<UserGroup> {
        let before = self.get().await?;
        if before.version != expected_version {
            let message = format!("the user group is at version {}, not {expected_version}", before.version);
            return Err(Error::new(ErrorKind::Conflict, message));
        }
        if let Some(name) = &name {
            check_display_name(name)?;
        }
        let change = |group: &mut UserGroup| {
            group.name = name.unwrap_or(std::mem::take(&mut group.name));
            group.description = description.unwrap_or(group.description.take());
        };
        self.project.change_group(before, change).await
    }

    /// Removes a group; its members are kept.
    ///
    /// # Errors
    /// `NotFound` when there is no such group, or it is renamed concurrently.
    pub async fn delete(&self) -> Result<ErasureState> {
        let named = release_name(&self.get().await?);
        let removed = Change::Setting(SettingChange::Remove(SettingKind::UserGroup, self.id.to_string()));
        let mut changes = vec![named, removed, Change::Group(GroupChange::Dissolve(self.id))];
        changes.extend(self.project.record_group(AuditAction::Delete, self.id.0));
        self.project.apply_batch(&self.project.batch(None, changes)).await?;
        Ok(self.project.erased().await)
    }

    /// Attaches a policy set to a group: its members then reach what it grants.
    ///
    /// # Errors
    /// `NotFound` for an unknown group or policy set.
    pub async fn attach_policy_set(&self, policy_set: Uuid) -> Result<UserGroup> {
        self.project.policy_set(policy_set).await?;
        let mut tries = Tries::new();
        loop {
            let before = self.get().await?;
            if before.policy_sets.contains(&policy_set) {
                return Ok(before);
            }
            match self.project.change_group(before, |group| group.policy_sets.push(policy_set)).await {
                Ok(after) => return Ok(after),
                Err(error) => tries.again(error)?,
            }
        }
    }

    /// Detaches a policy set from a group.
    pub async fn detach_policy_set(&self, policy_set: Uuid) -> Result<UserGroup> {
        let mut tries = Tries::new();
        loop {
            let before = self.get().await?;
            if !before.policy_sets.contains(&policy_set) {
                return Err(Error::not_found("policy set"));
            }
            let detach = |group: &mut UserGroup| group.policy_sets.retain(|attached| *attached != policy_set);
            match self.project.change_group(before, detach).await {
                Ok(after) => return Ok(after),
                Err(error) => tries.again(error)?,
            }
        }
    }

    /// Adds users to a group, or removes them unless `join`.
    ///
    /// # Errors
    /// `NotFound` for an unknown group or user; then nothing has changed.
    pub async fn change_members(&self, users: &[Uuid], join: bool) -> Result<MembershipChange> {
        if users.is_empty() || users.len() > MUTATED_MAX {
            return Err(Error::invalid(format!("user_uuids must have from 1 to {MUTATED_MAX} items")));
        }
        self.get().await?;
        let mut found = Vec::with_capacity(users.len());
        for user in users {
            found.push(self.project.user_by_uuid(*user).await?);
        }
        let mut outcome = MembershipChange::default();
        for user in found {
            let belongs = self.project.store().groups_of(user.graph).await?.contains(&self.id.0);
            if belongs == join {
                outcome.unchanged += 1;
                continue;
            }
            let change = if join { GroupChange::Join(self.id) } else { GroupChange::Leave(self.id) };
            let mut changes = vec![Change::Group(change)];
            // Who may see what depends on it.
            let target = Target::of(user.graph, self.id.0);
            changes.extend(self.project.record(AuditAction::Change, AuditTargetKind::UserGroup, target));
            self.project.apply(user.graph, changes).await?;
            *(if join { &mut outcome.added } else { &mut outcome.removed }) += 1;
        }
        Ok(outcome)
    }

    /// A page of the members of a group, or of the users who are not members, whose id, e-mail or name contains the
    /// listing's `search`; and their total number.
    pub async fn users(&self, members: bool, listing: &super::Listing) -> Result<(Vec<User>, i64)> {
        self.get().await?;
        let page = listing.page(&[super::SortBy::Id])?;
        let page = (page.limit, page.offset);
        self.project.store().users_of_group(self.project.whole()?, self.id, members, &listing.search, page).await
    }

    /// How many members a group has.
    pub async fn count_members(&self) -> Result<i64> {
        Ok(self.project.store().users_of_group(self.project.whole()?, self.id, true, "", (1, 0)).await?.1)
    }
}

/// The form in which names of groups are compared.
fn key_of(name: &str) -> String {
    name.to_lowercase()
}

/// Claims a name for a group, unless another group has it.
fn claim_name(group: &UserGroup) -> Change {
    let value = serde_json::json!({ "name": group.name, "uuid": group.uuid });
    let (kind, name) = (SettingKind::UserGroupName, key_of(&group.name));
    Change::Setting(SettingChange::Put(
        Setting { kind, name, value, updated_at: group.updated_at },
        Precondition::Absent,
    ))
}

/// Releases the name of a group.
fn release_name(group: &UserGroup) -> Change {
    Change::Setting(SettingChange::Remove(SettingKind::UserGroupName, key_of(&group.name)))
}

fn put(group: &UserGroup, over: Precondition) -> Result<Change> {
    let (kind, name) = (SettingKind::UserGroup, group.uuid.to_string());
    let setting = Setting { kind, name, value: json(group)?, updated_at: group.updated_at };
    Ok(Change::Setting(SettingChange::Put(setting, over)))
}

fn json(group: &UserGroup) -> Result<serde_json::Value> {
    serde_json::to_value(group).map_err(|error| Error::internal("a group cannot be serialised").with_source(error))
}
