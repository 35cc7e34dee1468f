//! Projects and their API keys.

use super::super::checksums;
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
                let replaced = project_fields(project);
                let checksum = Value::Int(checksums::of_replaced(&replaced));
                let [description, time_zone] = replaced;
                let params = vec![id(project.id.0), description, time_zone, checksum];
                self.must(&sql::UPDATE_PROJECT, params, Refusal::Missing("project"));
            }
            ProjectChange::AddKey(key) => self.add_key(key),
            ProjectChange::RevokeKey(key) => {
                let revoked_at = time(self.at);
                let checksum = Value::Int(checksums::of_replaced(std::slice::from_ref(&revoked_at)));
                let params = vec![id(self.project.0), id(key.0), revoked_at, checksum];
                self.must(&sql::REVOKE_KEY, params, Refusal::Missing("key"));
            }
        }
    }

    fn add_project(&mut self, project: &Project) {
        let (fixed, replaced) =
            ([id(project.id.0), text(&project.name), time(project.created_at)], project_fields(project));
        let checksum = Value::Int(checksums::of_halves(&fixed, &replaced));
        let ([project_id, name, created_at], [description, time_zone]) = (fixed, replaced);
        let params = vec![project_id, name, description, time_zone, created_at, checksum];
        let taken = Refusal::Taken(format!("project already exists with name: {}", project.name));
        self.must(&sql::ADD_PROJECT, params, taken);
    }

    fn add_key(&mut self, key: &ApiKey) {
        let mut params = vec![
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
        // It is not revoked.
        params.push(Value::Int(checksums::of_halves(&params, &[Value::Null])));
        self.must(&sql::ADD_KEY, params, Refusal::Taken("this key already exists".to_owned()));
    }
}

/// The columns of a project that are replaced together.
fn project_fields(project: &Project) -> [Value; 2] {
    [project.description.as_ref(), project.time_zone.as_ref()].map(optional_text)
}
