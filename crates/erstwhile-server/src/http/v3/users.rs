//! `user.*`

use axum::Json;
use erstwhile::compat::fact_rating::RatingInstruction;
use erstwhile::engine::compat::RatingScope;
use erstwhile::engine::{GraphRef, NewUser, ProjectHandle, SortBy, UserUpdate};
use erstwhile::model::{Metadata, User};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::listing::PageQuery;
use super::wire::{Success, WireNode, WireThread, WireUser};
use crate::http::answers::Created;
use crate::http::body::{Body, Field, PathId, Query};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Forgotten;
use crate::http::error::ApiError;
use crate::openapi::domain;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct AddUser {
    user_id: String,
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    time_zone: Option<String>,
    metadata: Option<Metadata>,
    disable_default_ontology: Option<bool>,
    // Parameter of the session generations.
    #[schemars(with = "Option<domain::RatingInstruction>")]
    fact_rating_instruction: Option<RatingInstruction>,
}

/// A user with the fact rating instruction of the user's graph.
async fn wire_user(project: &ProjectHandle, user: User) -> Result<WireUser, ApiError> {
    let of = RatingScope::Graph(GraphRef::User(user.user_id.clone()));
    let rating = project.rating(&of).await?;
    let mut wire = WireUser::from(user);
    wire.fact_rating_instruction = rating;
    Ok(wire)
}

async fn set_rating(
    project: &ProjectHandle,
    user_id: &str,
    instruction: Option<&RatingInstruction>,
) -> Result<(), ApiError> {
    if let Some(instruction) = instruction {
        project.set_rating(&RatingScope::Graph(GraphRef::User(user_id.to_owned())), instruction).await?;
    }
    Ok(())
}

pub(super) async fn add(Writer(project): Writer, Body(body): Body<AddUser>) -> Result<Created<WireUser>, ApiError> {
    let new = NewUser {
        user_id: body.user_id,
        email: body.email,
        first_name: body.first_name,
        last_name: body.last_name,
        time_zone: body.time_zone,
        metadata: body.metadata.unwrap_or_default(),
        disable_default_ontology: body.disable_default_ontology.unwrap_or(false),
        policy: None,
    };
    if let Some(instruction) = &body.fact_rating_instruction {
        instruction.check()?;
    }
    let user = project.add_user(new).await?;
    set_rating(&project, &user.user_id, body.fact_rating_instruction.as_ref()).await?;
    Ok(Created(wire_user(&project, user).await?))
}

pub(super) async fn get(Reader(project): Reader, PathId(user_id): PathId) -> Result<Json<WireUser>, ApiError> {
    let user = project.user(&user_id).get().await?;
    Ok(Json(wire_user(&project, user).await?))
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
    #[schemars(with = "Option<domain::RatingInstruction>")]
    fact_rating_instruction: Option<RatingInstruction>,
}

pub(super) async fn update(
    Writer(project): Writer,
    PathId(user_id): PathId,
    Body(body): Body<UpdateUser>,
) -> Result<Json<WireUser>, ApiError> {
    let update = UserUpdate {
        email: body.email,
        first_name: body.first_name,
        last_name: body.last_name,
        time_zone: body.time_zone.update(Ok)?,
        metadata: body.metadata,
        disable_default_ontology: body.disable_default_ontology,
    };
    let user = project.user(&user_id).update(update).await?;
    set_rating(&project, &user_id, body.fact_rating_instruction.as_ref()).await?;
    Ok(Json(wire_user(&project, user).await?))
}

pub(super) async fn delete(
    Writer(project): Writer,
    PathId(user_id): PathId,
) -> Result<Forgotten<Json<Success>>, ApiError> {
    Ok(Forgotten(project.user(&user_id).delete().await?, Json(Success::OK)))
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct UserList {
    users: Vec<WireUser>,
    total_count: i64,
    row_count: usize,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct ListUsers {
    #[serde(rename = "pageNumber")]
    page_number: Option<i64>,
    #[serde(rename = "pageSize")]
    page_size: Option<i64>,
    search: Option<String>,
    order_by: Option<String>,
    asc: Option<bool>,
}

pub(super) async fn list_ordered(
    Reader(project): Reader,
    Query(query): Query<ListUsers>,
) -> Result<Json<UserList>, ApiError> {
    let page = PageQuery { number: query.page_number, size: query.page_size, search: query.search, asc: query.asc };
    let orders = [("created_at", SortBy::CreatedAt), ("user_id", SortBy::Id), ("email", SortBy::Email)];
    let listing = page.listing(query.order_by.as_deref(), &orders)?;
    let (users, total_count) = project.list_users(&listing).await?;
    Ok(Json(UserList { row_count: users.len(), users: users.into_iter().map(Into::into).collect(), total_count }))
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct UserNode {
    node: WireNode,
}

pub(super) async fn node(Reader(project): Reader, PathId(user_id): PathId) -> Result<Json<UserNode>, ApiError> {
    Ok(Json(UserNode { node: project.user(&user_id).entity().await?.into() }))
}

pub(super) async fn threads(
    Reader(project): Reader,
    PathId(user_id): PathId,
) -> Result<Json<Vec<WireThread>>, ApiError> {
    let threads = project.user(&user_id).threads().await?;
    Ok(Json(threads.into_iter().map(Into::into).collect()))
}

pub(super) async fn warm(Reader(project): Reader, PathId(user_id): PathId) -> Result<Json<Success>, ApiError> {
    project.graph(GraphRef::User(user_id)).warm().await?;
    Ok(Json(Success::OK))
}
