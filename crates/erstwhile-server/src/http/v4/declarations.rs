//! What an application declares about its project or one graph: types, instructions, and which observations to make. A
//! graph without a declaration of its own inherits that of the project.

use axum::Json;
use erstwhile::engine::{GraphRef, ProjectHandle};
use erstwhile::model::{Precondition, SettingKind};
use erstwhile::ontology::{EdgeType, EntityType, Ontology};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::checks;
use super::path::PathUuids;
use crate::http::body::{Body, ObjectOnly};
use crate::http::caller::{Reader, Writer};
use crate::http::error::ApiError;
use crate::openapi::domain;

/// Maximum number of instructions or types of observations.
const ITEMS_MAX: usize = 50;
/// Maximum numbers of characters of a name and of a text.
const NAME_CHARACTERS_MAX: usize = 100;
const TEXT_CHARACTERS_MAX: usize = 5_000;

/// The graph of the path.
async fn graph_of(project: &ProjectHandle, uuid: uuid::Uuid) -> Result<Option<GraphRef>, ApiError> {
    Ok(Some(project.graph_by_uuid(uuid).await?.reference))
}

/// The graph of the user of the path.
async fn user_of(project: &ProjectHandle, uuid: uuid::Uuid) -> Result<Option<GraphRef>, ApiError> {
    Ok(Some(GraphRef::User(project.user_by_uuid(uuid).await?.user_id)))
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireOntology {
    #[schemars(with = "Vec<domain::EntityType>")]
    entity_types: Vec<EntityType>,
    #[schemars(with = "Vec<domain::EdgeType>")]
    edge_types: Vec<EdgeType>,
    inherited: bool,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct SetOntology {
    #[schemars(with = "Option<Vec<domain::EntityType>>")]
    entity_types: Option<Vec<EntityType>>,
    #[schemars(with = "Option<Vec<domain::EdgeType>>")]
    edge_types: Option<Vec<EdgeType>>,
    entity_type_hierarchy: Option<Value>,
    inherited: Option<bool>,
}

async fn ontology(project: &ProjectHandle, graph: Option<&GraphRef>) -> Result<Json<WireOntology>, ApiError> {
    let inherited = match graph {
        Some(_) => project.setting(graph, SettingKind::Ontology, "").await?.is_none(),
        None => false,
    };
    let from = graph.filter(|_| !inherited);
    let Ontology { entity_types, edge_types } = project.declared_ontology(from).await?;
    Ok(Json(WireOntology { entity_types, edge_types, inherited }))
}

async fn put_ontology(
    project: &ProjectHandle,
    graph: Option<&GraphRef>,
    body: SetOntology,
) -> Result<Json<WireOntology>, ApiError> {
    if body.entity_type_hierarchy.is_some_and(|hierarchy| hierarchy.as_object().is_none_or(|levels| !levels.is_empty()))
    {
        return Err(checks::unsupported("entity_type_hierarchy"));
    }
    if body.inherited == Some(true) && graph.is_some() {
        project.remove_setting(graph, SettingKind::Ontology, "").await?;
    } else {
        let (entity_types, edge_types) = (body.entity_types.unwrap_or_default(), body.edge_types.unwrap_or_default());
        project.set_ontology(graph, &Ontology { entity_types, edge_types }).await?;
    }
    ontology(project, graph).await
}

pub(super) async fn project_ontology(Reader(project): Reader) -> Result<Json<WireOntology>, ApiError> {
    ontology(&project, None).await
}

pub(super) async fn set_project_ontology(
    Writer(project): Writer,
    Body(body): Body<SetOntology>,
) -> Result<Json<WireOntology>, ApiError> {
    put_ontology(&project, None, body).await
}

pub(super) async fn graph_ontology(
    Reader(project): Reader,
    PathUuids([uuid]): PathUuids<1>,
) -> Result<Json<WireOntology>, ApiError> {
    ontology(&project, graph_of(&project, uuid).await?.as_ref()).await
}

pub(super) async fn set_graph_ontology(
    Writer(project): Writer,
    PathUuids([uuid]): PathUuids<1>,
    Body(body): Body<SetOntology>,
) -> Result<Json<WireOntology>, ApiError> {
    put_ontology(&project, graph_of(&project, uuid).await?.as_ref(), body).await
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct Instruction {
    name: String,
    text: String,
    #[serde(flatten, skip_serializing)]
    _object: ObjectOnly,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireInstructions {
    instructions: Vec<Instruction>,
    inherited: bool,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct SetInstructions {
    instructions: Option<Vec<Instruction>>,
    inherited: Option<bool>,
}

/// Instructions of one kind; a graph without any inherits those of the project.
async fn instructions(
    project: &ProjectHandle,
    kind: SettingKind,
    graph: Option<&GraphRef>,
) -> Result<Json<WireInstructions>, ApiError> {
    let mut settings = project.settings(graph, kind).await?;
    let inherited = graph.is_some() && settings.is_empty();
    if inherited {
        settings = project.inherited_settings(kind).await?;
    }
    let instruction = |setting: erstwhile::model::Setting| Instruction {
        text: setting.value.as_str().unwrap_or_default().to_owned(),
        name: setting.name,
        _object: ObjectOnly {},
    };
    Ok(Json(WireInstructions { instructions: settings.into_iter().map(instruction).collect(), inherited }))
}

/// Replaces the instructions of one kind.
async fn put_instructions(
    project: &ProjectHandle,
    kind: SettingKind,
    graph: Option<&GraphRef>,
    body: SetInstructions,
) -> Result<Json<WireInstructions>, ApiError> {
    let given = if body.inherited == Some(true) { Vec::new() } else { body.instructions.unwrap_or_default() };
    if given.len() > ITEMS_MAX {
        let message = format!("instructions must have at most {ITEMS_MAX} items");
        return Err(ApiError::bad_request(message).with_param("instructions"));
    }
    for instruction in &given {
        checks::characters("instructions.name", &instruction.name, NAME_CHARACTERS_MAX)?;
        checks::characters("instructions.text", &instruction.text, TEXT_CHARACTERS_MAX)?;
        if instruction.name.trim().is_empty() || instruction.text.trim().is_empty() {
            return Err(ApiError::bad_request("instructions must have a name and a text").with_param("instructions"));
        }
    }
    for before in project.settings(graph, kind).await? {
        if given.iter().all(|instruction| instruction.name != before.name) {
            project.remove_setting(graph, kind, &before.name).await?;
        }
    }
    for instruction in given {
        let name = (kind, instruction.name.as_str());
        project.put_setting(graph, name, instruction.text.into(), Precondition::None).await?;
    }
    instructions(project, kind, graph).await
}

pub(super) async fn project_instructions(Reader(project): Reader) -> Result<Json<WireInstructions>, ApiError> {
    instructions(&project, SettingKind::CustomInstruction, None).await
}

pub(super) async fn set_project_instructions(
    Writer(project): Writer,
    Body(body): Body<SetInstructions>,
) -> Result<Json<WireInstructions>, ApiError> {
    put_instructions(&project, SettingKind::CustomInstruction, None, body).await
}

pub(super) async fn graph_instructions(
    Reader(project): Reader,
    PathUuids([uuid]): PathUuids<1>,
) -> Result<Json<WireInstructions>, ApiError> {
    instructions(&project, SettingKind::CustomInstruction, graph_of(&project, uuid).await?.as_ref()).await
}

pub(super) async fn set_graph_instructions(
    Writer(project): Writer,
    PathUuids([uuid]): PathUuids<1>,
    Body(body): Body<SetInstructions>,
) -> Result<Json<WireInstructions>, ApiError> {
    let graph = graph_of(&project, uuid).await?;
    put_instructions(&project, SettingKind::CustomInstruction, graph.as_ref(), body).await
}

pub(super) async fn project_summary_instructions(Reader(project): Reader) -> Result<Json<WireInstructions>, ApiError> {
    instructions(&project, SettingKind::UserSummaryInstruction, None).await
}

pub(super) async fn set_project_summary_instructions(
    Writer(project): Writer,
    Body(body): Body<SetInstructions>,
) -> Result<Json<WireInstructions>, ApiError> {
    put_instructions(&project, SettingKind::UserSummaryInstruction, None, body).await
}

pub(super) async fn user_summary_instructions(
    Reader(project): Reader,
    PathUuids([uuid]): PathUuids<1>,
) -> Result<Json<WireInstructions>, ApiError> {
    instructions(&project, SettingKind::UserSummaryInstruction, user_of(&project, uuid).await?.as_ref()).await
}

pub(super) async fn set_user_summary_instructions(
    Writer(project): Writer,
    PathUuids([uuid]): PathUuids<1>,
    Body(body): Body<SetInstructions>,
) -> Result<Json<WireInstructions>, ApiError> {
    let graph = user_of(&project, uuid).await?;
    put_instructions(&project, SettingKind::UserSummaryInstruction, graph.as_ref(), body).await
}

/// Which observations to make, as it is stored.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct Steering {
    instruction: Option<String>,
    types: Option<Vec<ObservationType>>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
struct ObservationType {
    name: String,
    description: String,
    #[serde(flatten, skip_serializing)]
    _object: ObjectOnly,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireSteering {
    #[serde(flatten)]
    steering: Steering,
    inherited: bool,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct SetSteering {
    instruction: Option<String>,
    types: Option<Vec<ObservationType>>,
    inherited: Option<bool>,
}

async fn steering(project: &ProjectHandle, graph: Option<&GraphRef>) -> Result<Json<WireSteering>, ApiError> {
    let mut value = project.setting(graph, SettingKind::ObservationSteering, "").await?;
    let inherited = graph.is_some() && value.is_none();
    if inherited {
        let inherited = project.inherited_settings(SettingKind::ObservationSteering).await?;
        value = inherited.into_iter().next().map(|setting| setting.value);
    }
    let corrupt = |error| erstwhile::Error::corrupt("a stored observation steering is malformed").with_source(error);
    let steering: Option<Steering> = value.map(serde_json::from_value).transpose().map_err(corrupt)?;
    Ok(Json(WireSteering { steering: steering.unwrap_or_default(), inherited }))
}

async fn put_steering(
    project: &ProjectHandle,
    graph: Option<&GraphRef>,
    body: SetSteering,
) -> Result<Json<WireSteering>, ApiError> {
    if body.inherited == Some(true) && graph.is_some() {
        project.remove_setting(graph, SettingKind::ObservationSteering, "").await?;
        return steering(project, graph).await;
    }
    checks::characters("instruction", body.instruction.as_deref().unwrap_or_default(), TEXT_CHARACTERS_MAX)?;
    let types = body.types.as_deref().unwrap_or_default();
    if types.len() > ITEMS_MAX {
        let message = format!("types must have at most {ITEMS_MAX} items");
        return Err(ApiError::bad_request(message).with_param("types"));
    }
    for declared in types {
        checks::characters("types.description", &declared.description, TEXT_CHARACTERS_MAX)?;
        if declared.name.trim().is_empty() {
            return Err(ApiError::bad_request("types.name must not be empty").with_param("types"));
        }
    }
    let value = serde_json::json!(Steering { instruction: body.instruction, types: body.types });
    project.put_setting(graph, (SettingKind::ObservationSteering, ""), value, Precondition::None).await?;
    steering(project, graph).await
}

pub(super) async fn project_steering(Reader(project): Reader) -> Result<Json<WireSteering>, ApiError> {
    steering(&project, None).await
}

pub(super) async fn set_project_steering(
    Writer(project): Writer,
    Body(body): Body<SetSteering>,
) -> Result<Json<WireSteering>, ApiError> {
    put_steering(&project, None, body).await
}

pub(super) async fn graph_steering(
    Reader(project): Reader,
    PathUuids([uuid]): PathUuids<1>,
) -> Result<Json<WireSteering>, ApiError> {
    steering(&project, graph_of(&project, uuid).await?.as_ref()).await
}

pub(super) async fn set_graph_steering(
    Writer(project): Writer,
    PathUuids([uuid]): PathUuids<1>,
    Body(body): Body<SetSteering>,
) -> Result<Json<WireSteering>, ApiError> {
    put_steering(&project, graph_of(&project, uuid).await?.as_ref(), body).await
}
