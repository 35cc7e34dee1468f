//! Projects and their API keys.

use super::super::codes::Code;
use super::super::rows::{id, optional_id, optional_text, optional_time, text, time};
use super::super::sql::{Refusal, Value};
use super::super::statements as sql;
use super::Steps;
use erstwhile_core::change::ProjectChange;
use erstwhile_core::model::{ApiKey, Project};

impl Steps {
    /// The steps of a change of a project or its keys.
    pub(super) fn change_project(&mut self, change: &ProjectChange) {
        match change {
            ProjectChange::Add(project) => self.add_project(project),
            ProjectChange::Update(project) => {
                let fields = [project.description.as_ref(), project.time_zone.as_ref()].map(optional_text);
                let params = std::iter::once(id(project.id.0)).chain(fields).collect();
                self.must(&sql::UPDATE_PROJECT, params, Refusal::Missing("project"));
            }
            ProjectChange::AddKey(key) => self.add_key(key),
            ProjectChange::RevokeKey(key) => {
                let params = vec![id(self.project.0), id(key.0), time(self.at)];
                self.must(&sql::REVOKE_KEY, params, Refusal::Missing("key"));
            }
        }
    }

    fn add_project(&mut self, project: &Project) {
        let params = vec![
            id(project.id.0),
            text(&project.name),
            optional_text(project.description.as_ref()),
            optional_text(project.time_zone.as_ref()),
            time(project.created_at),
        ];
        let taken = Refusal::Taken(format!("project already exists with name: {}", project.name));
        self.must(&sql::ADD_PROJECT, params, taken);
    }

    fn add_key(&mut self, key: &ApiKey) {
        let params = vec![
            id(key.id.0),
            id(key.project.0),
            text(&key.name),
            text(&key.prefix),
            Value::Blob(key.digest.to_vec()),
            key.role.value(),
            time(key.created_at),
            optional_time(key.expires_at),
            optional_id(key.graph.map(|graph| graph.0)),
        ];
        self.must(&sql::ADD_KEY, params, Refusal::Taken("this key already exists".to_owned()));
    }
}
