//! `user_group.*`: groups of users.

use axum::Json;
use axum::response::NoContent;
use erstwhile::engine::{Listing, MembershipChange, ProjectHandle, SortBy};
use erstwhile::model::UserGroup;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::page::{CursorQuery, Page, PageQuery, SIZE_MAX};
use super::path::{PathUuids, identifier};
use super::wire::WireUser;
use crate::http::answers::Created;
use crate::http::body::{Body, Field, Query};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Erased;
use crate::http::error::ApiError;

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireUserGroup {
    uuid: Uuid,
    name: String,
    description: Option<String>,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<UserGroup> for WireUserGroup {
    fn from(group: UserGroup) -> Self {
        Self {
            uuid: group.uuid,
            name: group.name,
            description: group.description,
            version: group.version,
            created_at: group.created_at,
            updated_at: group.updated_at,
        }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct CreateGroup {
    name: String,
    description: Option<String>,
}

pub(super) async fn create(
    Writer(project): Writer,
    Body(body): Body<CreateGroup>,
) -> Result<Created<WireUserGroup>, ApiError> {
    let group = project.create_group(&body.name, body.description).await?;
    Ok(Created(group.into()))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct SearchBody {
    search: Option<String>,
}

pub(super) async fn list(
    Reader(project): Reader,
    Query(query): Query<CursorQuery>,
    Body(body): Body<SearchBody>,
) -> Result<Json<Page<WireUserGroup>>, ApiError> {
    let query = PageQuery::from(query);
    let groups = project.list_groups(&body.search.unwrap_or_default()).await?;
    Ok(Json(query.slice(groups, SIZE_MAX)?.map(Into::into)))
}

pub(super) async fn get(
    Reader(project): Reader,
    PathUuids([group]): PathUuids<1>,
) -> Result<Json<WireUserGroup>, ApiError> {
    Ok(Json(project.group(group).get().await?.into()))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct UpdateGroup {
    expected_version: Option<i64>,
    name: Option<String>,
    #[serde(default)]
    description: Field<String>,
}

pub(super) async fn update(
    Writer(project): Writer,
    PathUuids([group]): PathUuids<1>,
    Body(body): Body<UpdateGroup>,
) -> Result<Json<WireUserGroup>, ApiError> {
    let description = body.description.update(Ok)?;
    let group = project.group(group);
    let version = match body.expected_version {
        Some(version) => version,
        None => group.get().await?.version,
    };
    Ok(Json(group.update(version, body.name, description).await?.into()))
}

pub(super) async fn delete(
    Writer(project): Writer,
    PathUuids([group]): PathUuids<1>,
) -> Result<Erased<NoContent>, ApiError> {
    Ok(Erased(project.group(group).delete().await?, NoContent))
}

async fn users(
    project: &ProjectHandle,
    group: Uuid,
    members: bool,
    query: &PageQuery,
    search: Option<String>,
) -> Result<Json<Page<WireUser>>, ApiError> {
    let size = query.size(SIZE_MAX)?;
    let listing = Listing {
        page_number: query.number(size)?,
        page_size: size,
        search: search.unwrap_or_default(),
        sort_by: SortBy::Id,
        ascending: true,
    };
    let (users, total) = project.group(group).users(members, &listing).await?;
    Ok(Json(Page::of(users.into_iter().map(Into::into).collect(), &listing, total)))
}

pub(super) async fn members(
    Reader(project): Reader,
    PathUuids([group]): PathUuids<1>,
    Query(query): Query<CursorQuery>,
    Body(body): Body<SearchBody>,
) -> Result<Json<Page<WireUser>>, ApiError> {
    let query = PageQuery::from(query);
    users(&project, group, true, &query, body.search).await
}

pub(super) async fn candidates(
    Reader(project): Reader,
    PathUuids([group]): PathUuids<1>,
    Query(query): Query<CursorQuery>,
    Body(body): Body<SearchBody>,
) -> Result<Json<Page<WireUser>>, ApiError> {
    let query = PageQuery::from(query);
    users(&project, group, false, &query, body.search).await
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct MutateMembers {
    user_uuids: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Mutated {
    added_count: usize,
    removed_count: usize,
    no_op_count: usize,
}

impl From<MembershipChange> for Mutated {
    fn from(change: MembershipChange) -> Self {
        Self { added_count: change.added, removed_count: change.removed, no_op_count: change.unchanged }
    }
}

async fn change(
    project: &ProjectHandle,
    group: Uuid,
    body: &MutateMembers,
    join: bool,
) -> Result<Json<Mutated>, ApiError> {
    let uuids = body.user_uuids.iter().map(|text| identifier("user_uuids", text)).collect::<Result<Vec<_>, _>>()?;
    Ok(Json(project.group(group).change_members(&uuids, join).await?.into()))
}

pub(super) async fn add_members(
    Writer(project): Writer,
    PathUuids([group]): PathUuids<1>,
    Body(body): Body<MutateMembers>,
) -> Result<Json<Mutated>, ApiError> {
    change(&project, group, &body, true).await
}

pub(super) async fn remove_members(
    Writer(project): Writer,
    PathUuids([group]): PathUuids<1>,
    Body(body): Body<MutateMembers>,
) -> Result<Json<Mutated>, ApiError> {
    change(&project, group, &body, false).await
}

pub(super) async fn remove_member(
    Writer(project): Writer,
    PathUuids([group, user]): PathUuids<2>,
) -> Result<NoContent, ApiError> {
    project.group(group).change_members(&[user], false).await?;
    Ok(NoContent)
}

pub(super) async fn of_user(
    Reader(project): Reader,
    PathUuids([user]): PathUuids<1>,
    Query(query): Query<CursorQuery>,
) -> Result<Json<Page<WireUserGroup>>, ApiError> {
    let query = PageQuery::from(query);
    let groups = project.groups_of_user(user).await?;
    Ok(Json(query.slice(groups, SIZE_MAX)?.map(Into::into)))
}
