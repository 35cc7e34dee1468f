//! `graph.*_custom_instructions` and `user.*_user_summary_instructions`: named texts of a project, of users
//! or of graphs.

use axum::Json;
use axum::http::StatusCode;
use erstwhile::engine::{ErasureState, GraphRef, ProjectHandle};
use erstwhile::model::{Precondition, SettingKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::checks;
use super::wire::Success;
use crate::http::body::{Body, ObjectOnly, Query};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Erased;
use crate::http::error::ApiError;

/// Maximum number of instructions in one call.
const INSTRUCTIONS_MAX: usize = 50;
/// Maximum numbers of characters of an instruction's name and text.
const NAME_CHARACTERS_MAX: usize = 100;
const TEXT_CHARACTERS_MAX: usize = 5_000;

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct Instruction {
    name: String,
    text: String,
    #[serde(flatten, skip_serializing)]
    _object: ObjectOnly,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct AddInstructions {
    instructions: Vec<Instruction>,
    user_ids: Option<Vec<String>>,
    graph_ids: Option<Vec<String>>,
}

/// Returns the scopes to write: those of the given users and graphs, or the project's if none is given.
pub(super) fn scopes(user_ids: Option<Vec<String>>, graph_ids: Option<Vec<String>>) -> Vec<Option<GraphRef>> {
    let users = user_ids.unwrap_or_default().into_iter().map(|id| Some(GraphRef::User(id)));
    let graphs = graph_ids.unwrap_or_default().into_iter().map(|id| Some(GraphRef::Graph(id)));
    let scopes: Vec<Option<GraphRef>> = users.chain(graphs).collect();
    if scopes.is_empty() { vec![None] } else { scopes }
}

/// Returns the scope to read: that of the given user or graph, or the project's if none is given.
pub(super) fn scope(user_id: Option<String>, graph_id: Option<String>) -> Result<Option<GraphRef>, ApiError> {
    match (user_id, graph_id) {
        (None, None) => Ok(None),
        (user_id, graph_id) => checks::graph_of(user_id, graph_id).map(Some),
    }
}

/// Checks that every scope exists, so that a failing call changes nothing.
pub(super) async fn check_scopes(project: &ProjectHandle, scopes: &[Option<GraphRef>]) -> Result<(), ApiError> {
    for scope in scopes.iter().flatten() {
        project.graph(scope).get().await?;
    }
    Ok(())
}

async fn put(project: &ProjectHandle, kind: SettingKind, body: AddInstructions) -> Result<(), ApiError> {
    if body.instructions.is_empty() || body.instructions.len() > INSTRUCTIONS_MAX {
        let message = format!("instructions must have from 1 to {INSTRUCTIONS_MAX} items");
        return Err(ApiError::bad_request(message));
    }
    for instruction in &body.instructions {
        for (field, text, max) in
            [("name", &instruction.name, NAME_CHARACTERS_MAX), ("text", &instruction.text, TEXT_CHARACTERS_MAX)]
        {
            checks::characters(&format!("instructions.{field}"), text, max)?;
            if text.trim().is_empty() {
                return Err(ApiError::bad_request(format!("instructions.{field} must not be empty")));
            }
        }
    }
    let scopes = scopes(body.user_ids, body.graph_ids);
    check_scopes(project, &scopes).await?;
    for scope in &scopes {
        for instruction in &body.instructions {
            let (name, text) = (&instruction.name, instruction.text.clone().into());
            project.put_setting(scope.as_ref(), (kind, name), text, Precondition::None).await?;
        }
    }
    Ok(())
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct InstructionList {
    instructions: Vec<Instruction>,
}

async fn list(
    project: &ProjectHandle,
    kind: SettingKind,
    scope: Option<GraphRef>,
) -> Result<Json<InstructionList>, ApiError> {
    let settings = project.settings(scope.as_ref(), kind).await?.into_iter();
    let instructions = settings.map(|setting| Instruction {
        text: setting.value.as_str().unwrap_or_default().to_owned(),
        name: setting.name,
        _object: ObjectOnly {},
    });
    Ok(Json(InstructionList { instructions: instructions.collect() }))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct RemoveInstructions {
    instruction_names: Option<Vec<String>>,
    user_ids: Option<Vec<String>>,
    graph_ids: Option<Vec<String>>,
}

/// Removes the named instructions, or all instructions of each scope.
async fn remove(
    project: &ProjectHandle,
    kind: SettingKind,
    body: RemoveInstructions,
) -> Result<Erased<Json<Success>>, ApiError> {
    let scopes = scopes(body.user_ids, body.graph_ids);
    check_scopes(project, &scopes).await?;
    let mut found = body.instruction_names.is_none();
    let mut erasure = ErasureState::Done;
    for scope in &scopes {
        let names = match &body.instruction_names {
            Some(names) => names.clone(),
            None => {
                let all = project.settings(scope.as_ref(), kind).await?;
                all.into_iter().map(|setting| setting.name).collect()
            }
        };
        for name in names {
            if let Some(last) = project.remove_setting(scope.as_ref(), kind, &name).await? {
                // Also of those before: an erasure is complete only when all earlier ones are.
                (found, erasure) = (true, last);
            }
        }
    }
    if !found {
        return Err(ApiError::new(StatusCode::NOT_FOUND, format!("{} not found", kind.noun())));
    }
    Ok(Erased(erasure, Json(Success::OK)))
}

pub(super) async fn add_custom(
    Writer(project): Writer,
    Body(body): Body<AddInstructions>,
) -> Result<Json<Success>, ApiError> {
    put(&project, SettingKind::CustomInstruction, body).await?;
    Ok(Json(Success::OK))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct ScopeQuery {
    pub(super) user_id: Option<String>,
    pub(super) graph_id: Option<String>,
}

pub(super) async fn list_custom(
    Reader(project): Reader,
    Query(query): Query<ScopeQuery>,
) -> Result<Json<InstructionList>, ApiError> {
    list(&project, SettingKind::CustomInstruction, scope(query.user_id, query.graph_id)?).await
}

pub(super) async fn delete_custom(
    Writer(project): Writer,
    Body(body): Body<RemoveInstructions>,
) -> Result<Erased<Json<Success>>, ApiError> {
    remove(&project, SettingKind::CustomInstruction, body).await
}

pub(super) async fn add_summary(
    Writer(project): Writer,
    Body(body): Body<AddInstructions>,
) -> Result<Json<Success>, ApiError> {
    put(&project, SettingKind::UserSummaryInstruction, AddInstructions { graph_ids: None, ..body }).await?;
    Ok(Json(Success::OK))
}

pub(super) async fn list_summary(
    Reader(project): Reader,
    Query(query): Query<ScopeQuery>,
) -> Result<Json<InstructionList>, ApiError> {
    list(&project, SettingKind::UserSummaryInstruction, scope(query.user_id, None)?).await
}

pub(super) async fn delete_summary(
    Writer(project): Writer,
    Body(body): Body<RemoveInstructions>,
) -> Result<Erased<Json<Success>>, ApiError> {
    remove(&project, SettingKind::UserSummaryInstruction, RemoveInstructions { graph_ids: None, ..body }).await
}
