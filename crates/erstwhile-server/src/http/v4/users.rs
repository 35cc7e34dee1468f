//! `user.*`, except groups and instructions.

use axum::Json;
use axum::extract::State;
use erstwhile::engine::{NewUser, SortBy, UserUpdate};
use erstwhile::model::Metadata;
use schemars::JsonSchema;
use serde::Deserialize;

use super::content_policies::{PolicyOfGraph, stale_revision};
use super::page::{Page, PageQuery};
use super::path::PathUuids;
use super::tasks::{Completed, TaskOnly};
use super::wire::{WireNode, WireUser};
use crate::app::App;
use crate::http::answers::{Accepted, Created};
use crate::http::body::{Body, Field, Query};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Forgotten;
use crate::http::error::ApiError;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct CreateUser {
    user_id: Option<String>,
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    time_zone: Option<String>,
    metadata: Option<Metadata>,
    disable_default_ontology: Option<bool>,
    content_policy: Option<PolicyOfGraph>,
}

pub(super) async fn create(
    Writer(project): Writer,
    Body(body): Body<CreateUser>,
) -> Result<Created<WireUser>, ApiError> {
    let has_id = body.user_id.is_some();
    let new = NewUser {
        user_id: body.user_id.unwrap_or_default(),
        email: body.email,
        first_name: body.first_name,
        last_name: body.last_name,
        time_zone: body.time_zone,
        metadata: body.metadata.unwrap_or_default(),
        disable_default_ontology: body.disable_default_ontology.unwrap_or(false),
        policy: body.content_policy.map(PolicyOfGraph::parse).transpose()?,
    };
    let added = if has_id { project.add_user(new).await } else { project.add_user_without_id(new).await };
    Ok(Created(added.map_err(stale_revision)?.into()))
}

pub(super) async fn get(Reader(project): Reader, PathUuids([uuid]): PathUuids<1>) -> Result<Json<WireUser>, ApiError> {
    Ok(Json(project.user_by_uuid(uuid).await?.into()))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct UpdateUser {
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    #[serde(default)]
    time_zone: Field<String>,
    metadata: Option<Metadata>,
    disable_default_ontology: Option<bool>,
}

pub(super) async fn update(
    Writer(project): Writer,
    PathUuids([uuid]): PathUuids<1>,
    Body(body): Body<UpdateUser>,
) -> Result<Json<WireUser>, ApiError> {
    let user = project.user_by_uuid(uuid).await?;
    let update = UserUpdate {
        email: body.email,
        first_name: body.first_name,
        last_name: body.last_name,
        time_zone: body.time_zone.update(Ok)?,
        metadata: body.metadata,
        disable_default_ontology: body.disable_default_ontology,
    };
    Ok(Json(project.user(user.user_id).update(update).await?.into()))
}

pub(super) async fn delete(
    State(app): State<App>,
    Writer(project): Writer,
    PathUuids([uuid]): PathUuids<1>,
) -> Result<Forgotten<Accepted<TaskOnly>>, ApiError> {
    let user = project.user_by_uuid(uuid).await?;
    let receipt = project.user(user.user_id).delete().await?;
    let answer = Completed::UserDelete.deleted(&project, uuid, app.engine.now(), receipt.state());
    Ok(Forgotten(receipt, answer))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct SearchUsers {
    search: Option<String>,
}

pub(super) async fn list(
    Reader(project): Reader,
    Query(query): Query<PageQuery>,
    Body(body): Body<SearchUsers>,
) -> Result<Json<Page<WireUser>>, ApiError> {
    let orders = [("created_at", SortBy::CreatedAt), ("user_id", SortBy::Id), ("email", SortBy::Email)];
    let listing = query.listing(body.search, &orders)?;
    let (users, total) = project.list_users(&listing).await?;
    Ok(Json(Page::of(users.into_iter().map(Into::into).collect(), &listing, total)))
}

pub(super) async fn node(Reader(project): Reader, PathUuids([uuid]): PathUuids<1>) -> Result<Json<WireNode>, ApiError> {
    let user = project.user_by_uuid(uuid).await?;
    let entity = project.user(&user.user_id).entity().await?;
    Ok(Json(WireNode::plain(entity, (&user).into())))
}
