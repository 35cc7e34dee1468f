//! Projects, keys, settings and the members of groups.

use erstwhile_core::change::{Batch, GroupChange, ProjectChange, SettingChange};
use erstwhile_core::error::ErrorKind;
use erstwhile_core::model::{ApiKey, GroupId, Precondition, Project, ProjectId, Setting, SettingKind, User};
use uuid::Uuid;

use super::Reference;

impl Reference {
    pub(super) fn change_project(&mut self, batch: &Batch, change: &ProjectChange) -> Result<(), ErrorKind> {
        match change {
            ProjectChange::Add(project) => {
                if self.project_by_name(&project.name).is_some() {
                    return Err(ErrorKind::AlreadyExists);
                }
                if self.projects.contains_key(&project.id) {
                    return Err(ErrorKind::Internal);
                }
                self.projects.insert(project.id, project.clone());
            }
            ProjectChange::Update(project) => {
                let stored = self.projects.get_mut(&project.id).ok_or(ErrorKind::NotFound)?;
                // The name of a project cannot be changed.
                *stored =
                    Project { name: stored.name.clone(), created_at: stored.created_at, ..Project::clone(project) };
            }
            ProjectChange::AddKey(key) => {
                if self.keys.iter().any(|other| other.digest == key.digest) {
                    return Err(ErrorKind::AlreadyExists);
                }
                if self.keys.iter().any(|other| other.id == key.id) {
                    return Err(ErrorKind::Internal);
                }
                self.keys.push(ApiKey { revoked_at: None, ..key.clone() });
            }
            ProjectChange::RevokeKey(id) => {
                let is_meant = |key: &&mut ApiKey| key.id == *id && key.project == batch.project;
                let key = self.keys.iter_mut().find(is_meant).ok_or(ErrorKind::NotFound)?;
                key.revoked_at.get_or_insert(batch.at);
            }
        }
        Ok(())
    }

    pub(super) fn change_setting(&mut self, scope: Uuid, change: &SettingChange) -> Result<(), ErrorKind> {
        match change {
            SettingChange::Put(setting, precondition) => {
                let place = self.setting_place(scope, setting.kind, &setting.name);
                match precondition {
                    Precondition::Absent if place.is_some() => return Err(ErrorKind::AlreadyExists),
                    Precondition::Absent | Precondition::None => {}
                    Precondition::Equals(value) => {
                        place.filter(|place| self.settings[*place].1.value == *value).ok_or(ErrorKind::Conflict)?;
                    }
                }
                match place {
                    Some(place) => self.settings[place].1.clone_from(setting),
                    None => self.settings.push((scope, Setting::clone(setting))),
                }
            }
            SettingChange::Remove(kind, name) => {
                let place = self.setting_place(scope, *kind, name).ok_or(ErrorKind::NotFound)?;
                self.settings.remove(place);
            }
        }
        Ok(())
    }

    fn setting_place(&self, scope: Uuid, kind: SettingKind, name: &str) -> Option<usize> {
        self.settings.iter().position(|(of, setting)| *of == scope && setting.kind == kind && setting.name == name)
    }

    pub(super) fn change_group(&mut self, batch: &Batch, change: &GroupChange) -> Result<(), ErrorKind> {
        match change {
            GroupChange::Join(group) => {
                self.own(batch)?.memberships.entry(*group).or_insert(batch.at);
            }
            GroupChange::Leave(group) => {
                self.own(batch)?.memberships.remove(group);
            }
            GroupChange::Dissolve(group) => {
                for state in self.partitions.values_mut() {
                    state.memberships.remove(group);
                }
            }
        }
        Ok(())
    }

    /// The users of a project who belong to a group (or do not), by their id.
    pub fn users_of_group(&self, project: ProjectId, group: GroupId, members: bool) -> Vec<User> {
        let wanted = self.partitions_of(project).filter(|state| state.memberships.contains_key(&group) == members);
        let mut users: Vec<User> = wanted.filter_map(super::PartitionState::user).collect();
        users.sort_by(|left, right| left.user_id.cmp(&right.user_id));
        users
    }
}
