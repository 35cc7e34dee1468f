//! `graph.set_ontology` and `list_entity_types`: the entity and fact types of a project, users or graphs.

use axum::Json;
use erstwhile::ontology::{EdgeType, EntityType, Ontology};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::instructions::{ScopeQuery, check_scopes, scope, scopes};
use super::wire::Success;
use crate::http::body::{Body, Query};
use crate::http::caller::{Reader, Writer};
use crate::http::error::ApiError;
use crate::openapi::domain;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct SetTypes {
    #[schemars(with = "Option<Vec<domain::EntityType>>")]
    entity_types: Option<Vec<EntityType>>,
    #[schemars(with = "Option<Vec<domain::EdgeType>>")]
    edge_types: Option<Vec<EdgeType>>,
    user_ids: Option<Vec<String>>,
    graph_ids: Option<Vec<String>>,
}

pub(super) async fn set(Writer(project): Writer, Body(body): Body<SetTypes>) -> Result<Json<Success>, ApiError> {
    let ontology = Ontology {
        entity_types: body.entity_types.unwrap_or_default(),
        edge_types: body.edge_types.unwrap_or_default(),
    };
    ontology.check()?;
    let scopes = scopes(body.user_ids, body.graph_ids);
    check_scopes(&project, &scopes).await?;
    for scope in &scopes {
        project.set_ontology(scope.as_ref(), &ontology).await?;
    }
    Ok(Json(Success::OK))
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Types {
    #[schemars(with = "Vec<domain::EntityType>")]
    entity_types: Vec<EntityType>,
    #[schemars(with = "Vec<domain::EdgeType>")]
    edge_types: Vec<EdgeType>,
}

pub(super) async fn list(Reader(project): Reader, Query(query): Query<ScopeQuery>) -> Result<Json<Types>, ApiError> {
    let scope = scope(query.user_id, query.graph_id)?;
    let Ontology { entity_types, edge_types } = project.declared_ontology(scope.as_ref()).await?;
    Ok(Json(Types { entity_types, edge_types }))
}
