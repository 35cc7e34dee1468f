//! What an application declares: settings and the groups that users belong to.

use super::super::checksums;
use super::super::codes::Code;
use super::super::rows::{id, text, time};
use super::super::sql::{Refusal, Value};
use super::super::statements as sql;
use super::Steps;
use erstwhile_core::change::{GroupChange, SettingChange};
use erstwhile_core::error::Result;
use erstwhile_core::model::{Precondition, Setting, SettingKind};

impl Steps {
    /// The steps of a change of a setting.
    pub(super) fn change_setting(&mut self, change: &SettingChange) {
        match change {
            SettingChange::Put(setting, precondition) => self.put_setting(setting, precondition),
            SettingChange::Remove(kind, name) => {
                let params = vec![self.scope(), kind.value(), text(name)];
                self.must(&sql::REMOVE_SETTING, params, Refusal::Missing(kind.noun()));
            }
        }
    }

    /// The steps of a change of the members of a group.
    pub(super) fn change_group(&mut self, change: &GroupChange) -> Result<()> {
        match change {
            GroupChange::Join(group) => {
                let params = checksums::with(vec![id(self.partition()?.0), id(group.0), time(self.at)]);
                self.may(&sql::ADD_MEMBERSHIP, params);
            }
            GroupChange::Leave(group) => {
                let params = vec![id(self.partition()?.0), id(group.0)];
                self.may(&sql::REMOVE_MEMBERSHIP, params);
            }
            GroupChange::Dissolve(group) => self.may(&sql::DISSOLVE_GROUP, vec![id(group.0)]),
        }
        Ok(())
    }

    /// The partition of the batch, or its project when the batch has none.
    fn scope(&self) -> Value {
        id(self.partition.map_or(self.project.0, |partition| partition.0))
    }

    fn put_setting(&mut self, setting: &Setting, precondition: &Precondition) {
        let kind = setting.kind.value();
        let (name, value) = (text(&setting.name), text(&setting.value.to_string()));
        let mut params = checksums::with(vec![self.scope(), kind, name, value, time(setting.updated_at)]);
        match precondition {
            Precondition::None => self.may(&sql::PUT_SETTING, params),
            Precondition::Absent => {
                let taken = format!("{} already exists: {}", setting.kind.noun(), display_name(setting));
                self.must(&sql::ADD_SETTING, params, Refusal::Taken(taken));
            }
            Precondition::Equals(before) => {
                params.push(text(&before.to_string()));
                self.must(&sql::SWAP_SETTING, params, Refusal::Stale);
            }
        }
    }
}

/// The name of a setting in messages: of a group, its display name.
fn display_name(setting: &Setting) -> &str {
    let name = setting.value.get("name").and_then(serde_json::Value::as_str);
    let is_group = matches!(setting.kind, SettingKind::UserGroup | SettingKind::UserGroupName);
    name.filter(|_| is_group).unwrap_or(&setting.name)
}
