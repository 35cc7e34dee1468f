//! What an application declares: settings and the groups that users belong to.

use super::super::rows::{id, setting_kind_code, text, time};
use super::super::sql::{Refusal, Value};
use super::super::statements as sql;
use super::Steps;
use crate::change::Change;
use crate::error::Result;
use crate::model::{Over, Setting, SettingKind};

impl Steps {
    /// The steps of a change that declares something.
    pub(super) fn declare(&mut self, change: &Change) -> Result<()> {
        match change {
            Change::PutSetting(setting, over) => self.put_setting(setting, over),
            Change::RemoveSetting(kind, name) => {
                let params = vec![self.scope(), Value::Int(setting_kind_code(*kind)), text(name)];
                self.must(&sql::REMOVE_SETTING, params, Refusal::Missing(kind.noun()));
            }
            Change::AddMembership(group) => {
                let params = vec![id(self.graph()?.0), id(group.0), time(self.at)];
                self.may(&sql::ADD_MEMBERSHIP, params);
            }
            Change::RemoveMembership(group) => {
                let params = vec![id(self.graph()?.0), id(group.0)];
                self.may(&sql::REMOVE_MEMBERSHIP, params);
            }
            Change::DissolveGroup(group) => self.may(&sql::DISSOLVE_GROUP, vec![id(group.0)]),
            _ => {}
        }
        Ok(())
    }

    /// The graph of the batch, or else its project.
    fn scope(&self) -> Value {
        id(self.graph.map_or(self.project.0, |graph| graph.0))
    }

    fn put_setting(&mut self, setting: &Setting, over: &Over) {
        let kind = Value::Int(setting_kind_code(setting.kind));
        let mut params =
            vec![self.scope(), kind, text(&setting.name), text(&setting.value.to_string()), time(setting.updated_at)];
        match over {
            Over::Anything => self.may(&sql::PUT_SETTING, params),
            Over::Nothing => {
                let taken = format!("{} already exists: {}", setting.kind.noun(), told(setting));
                self.must(&sql::ADD_SETTING, params, Refusal::Taken(taken));
            }
            Over::Value(before) => {
                params.push(text(&before.to_string()));
                self.must(&sql::SWAP_SETTING, params, Refusal::Stale);
            }
        }
    }
}

/// How a message names a setting: a group by what people call it.
fn told(setting: &Setting) -> &str {
    let name = setting.value.get("name").and_then(serde_json::Value::as_str);
    let is_group = matches!(setting.kind, SettingKind::UserGroup | SettingKind::UserGroupName);
    name.filter(|_| is_group).unwrap_or(&setting.name)
}
