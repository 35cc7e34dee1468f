//! `user_group.*`: groups of users, and the policy sets that applications attach to them.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::NoContent;
use erstwhile::engine::{Listing, MembershipChange, ProjectHandle, SortBy};
use erstwhile::model::{self, UserGroup};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::policy_sets::mode_name;
use super::wire::WireUser;
use crate::http::answers::Created;
use crate::http::body::{Body, Field, PathUuid, Query, uuid};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Erased;
use crate::http::error::ApiError;

/// Default number of rows on a page.
const PAGE_SIZE: i64 = 50;

/// Every call names the project, which must be that of the API key.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct GroupQuery {
    #[serde(rename = "projectId")]
    project_id: Option<String>,
    #[serde(rename = "pageNumber")]
    page_number: Option<i64>,
    #[serde(rename = "pageSize")]
    page_size: Option<i64>,
    search: Option<String>,
}

impl GroupQuery {
    fn check(&self, project: &ProjectHandle) -> Result<(), ApiError> {
        let given = self.project_id.as_deref().ok_or_else(|| ApiError::bad_request("projectId is missing"))?;
        if uuid("projectId", given)? == project.id().0 {
            Ok(())
        } else {
            Err(ApiError::new(StatusCode::FORBIDDEN, "this API key does not belong to that project"))
        }
    }

    fn listing(&self) -> Listing {
        Listing {
            page_number: self.page_number.unwrap_or(1),
            page_size: self.page_size.unwrap_or(PAGE_SIZE),
            search: self.search.clone().unwrap_or_default(),
            sort_by: SortBy::Id,
            ascending: true,
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WireUserGroup {
    uuid: Uuid,
    project_uuid: Uuid,
    name: String,
    description: Option<String>,
    kind: &'static str,
    member_count: i64,
    attached_policy_set_count: usize,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

async fn wire(project: &ProjectHandle, group: UserGroup) -> Result<WireUserGroup, ApiError> {
    Ok(WireUserGroup {
        member_count: project.group(group.uuid).count_members().await?,
        uuid: group.uuid,
        project_uuid: project.id().0,
        name: group.name,
        description: group.description,
        kind: "managed",
        attached_policy_set_count: group.policy_sets.len(),
        version: group.version,
        created_at: group.created_at,
        updated_at: group.updated_at,
    })
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct GroupList {
    user_groups: Vec<WireUserGroup>,
    total_count: usize,
    row_count: usize,
    quota: Quota,
}

/// This server has no quotas.
#[derive(Debug, Serialize, JsonSchema)]
struct Quota {
    active_managed: usize,
    allocation: usize,
    has_feature: bool,
    resolved: bool,
    unlimited: bool,
}

pub(super) async fn list(
    Reader(project): Reader,
    Query(query): Query<GroupQuery>,
) -> Result<Json<GroupList>, ApiError> {
    query.check(&project)?;
    let listing = query.listing();
    if listing.page_number < 1 || listing.page_size < 1 {
        return Err(ApiError::bad_request("pageNumber and pageSize must be at least 1"));
    }
    let groups = project.list_groups(&listing.search).await?;
    let total_count = groups.len();
    let skipped = usize::try_from((listing.page_number - 1).saturating_mul(listing.page_size)).unwrap_or(usize::MAX);
    let page_size = usize::try_from(listing.page_size).unwrap_or(0);
    let mut user_groups = Vec::new();
    for group in groups.into_iter().skip(skipped).take(page_size) {
        user_groups.push(wire(&project, group).await?);
    }
    let quota =
        Quota { active_managed: total_count, allocation: 0, has_feature: true, resolved: true, unlimited: true };
    Ok(Json(GroupList { row_count: user_groups.len(), user_groups, total_count, quota }))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct CreateGroup {
    name: String,
    description: Option<String>,
}

pub(super) async fn create(
    Writer(project): Writer,
    Query(query): Query<GroupQuery>,
    Body(body): Body<CreateGroup>,
) -> Result<Created<WireUserGroup>, ApiError> {
    query.check(&project)?;
    let created = project.create_group(&body.name, body.description).await;
    let group = created.map_err(conflict)?;
    Ok(Created(wire(&project, group).await?))
}

/// These routes respond with 409 if a name already exists.
fn conflict(error: erstwhile::Error) -> ApiError {
    match error.kind() {
        erstwhile::ErrorKind::AlreadyExists => ApiError::new(StatusCode::CONFLICT, error.message()),
        _ => error.into(),
    }
}

pub(super) async fn get(
    Reader(project): Reader,
    PathUuid(group): PathUuid,
    Query(query): Query<GroupQuery>,
) -> Result<Json<WireUserGroup>, ApiError> {
    query.check(&project)?;
    let group = project.group(group).get().await?;
    Ok(Json(wire(&project, group).await?))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct UpdateGroup {
    expected_version: i64,
    name: Option<String>,
    #[serde(default)]
    description: Field<String>,
}

pub(super) async fn update(
    Writer(project): Writer,
    PathUuid(group): PathUuid,
    Query(query): Query<GroupQuery>,
    Body(body): Body<UpdateGroup>,
) -> Result<Json<WireUserGroup>, ApiError> {
    query.check(&project)?;
    let description = body.description.update(Ok)?;
    let updated = project.group(group).update(body.expected_version, body.name, description).await;
    let group = updated.map_err(conflict)?;
    Ok(Json(wire(&project, group).await?))
}

pub(super) async fn delete(
    Writer(project): Writer,
    PathUuid(group): PathUuid,
    Query(query): Query<GroupQuery>,
) -> Result<Erased<NoContent>, ApiError> {
    query.check(&project)?;
    Ok(Erased(project.group(group).delete().await?, NoContent))
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Members {
    users: Vec<WireUser>,
    total_count: i64,
    row_count: usize,
}

async fn users(
    project: &ProjectHandle,
    group: Uuid,
    members: bool,
    query: &GroupQuery,
) -> Result<Json<Members>, ApiError> {
    query.check(project)?;
    let (users, total_count) = project.group(group).users(members, &query.listing()).await?;
    Ok(Json(Members { row_count: users.len(), users: users.into_iter().map(Into::into).collect(), total_count }))
}

pub(super) async fn members(
    Reader(project): Reader,
    PathUuid(group): PathUuid,
    Query(query): Query<GroupQuery>,
) -> Result<Json<Members>, ApiError> {
    users(&project, group, true, &query).await
}

pub(super) async fn candidates(
    Reader(project): Reader,
    PathUuid(group): PathUuid,
    Query(query): Query<GroupQuery>,
) -> Result<Json<Members>, ApiError> {
    users(&project, group, false, &query).await
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

async fn mutate(
    project: &ProjectHandle,
    group: Uuid,
    user_uuids: &[String],
    join: bool,
) -> Result<Json<Mutated>, ApiError> {
    let users = user_uuids.iter().map(|id| uuid("user_uuids", id)).collect::<Result<Vec<_>, _>>()?;
    Ok(Json(project.group(group).change_members(&users, join).await?.into()))
}

pub(super) async fn add_members(
    Writer(project): Writer,
    PathUuid(group): PathUuid,
    Query(query): Query<GroupQuery>,
    Body(body): Body<MutateMembers>,
) -> Result<Json<Mutated>, ApiError> {
    query.check(&project)?;
    mutate(&project, group, &body.user_uuids, true).await
}

pub(super) async fn remove_members(
    Writer(project): Writer,
    PathUuid(group): PathUuid,
    Query(query): Query<GroupQuery>,
    Body(body): Body<MutateMembers>,
) -> Result<Json<Mutated>, ApiError> {
    query.check(&project)?;
    mutate(&project, group, &body.user_uuids, false).await
}

/// Two uuids in the path.
type Pair = Path<(String, String)>;

fn pair(path: &(String, String)) -> Result<(Uuid, Uuid), ApiError> {
    Ok((uuid("the group's uuid", &path.0)?, uuid("the second uuid in the path", &path.1)?))
}

pub(super) async fn remove_member(
    Writer(project): Writer,
    Path(path): Pair,
    Query(query): Query<GroupQuery>,
) -> Result<Json<Mutated>, ApiError> {
    query.check(&project)?;
    let (group, user) = pair(&path)?;
    mutate(&project, group, &[user.to_string()], false).await
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Memberships {
    user_groups: Vec<WireUserGroup>,
}

pub(super) async fn of_user(
    Reader(project): Reader,
    PathUuid(user): PathUuid,
    Query(query): Query<GroupQuery>,
) -> Result<Json<Memberships>, ApiError> {
    query.check(&project)?;
    let mut user_groups = Vec::new();
    for group in project.groups_of_user(user).await? {
        user_groups.push(wire(&project, group).await?);
    }
    Ok(Json(Memberships { user_groups }))
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct PolicySets {
    policy_sets: Vec<PolicySet>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct PolicySet {
    uuid: Uuid,
    name: String,
    mode: &'static str,
    version: i64,
}

async fn attached(project: &ProjectHandle, group: &UserGroup) -> Result<Json<PolicySets>, ApiError> {
    let sets = project.policy_sets_of(group).await?.into_iter();
    let wire = |set: model::PolicySet| PolicySet {
        uuid: set.uuid,
        name: set.name,
        mode: mode_name(set.mode),
        version: set.version,
    };
    Ok(Json(PolicySets { policy_sets: sets.map(wire).collect() }))
}

pub(super) async fn policy_sets(
    Reader(project): Reader,
    PathUuid(group): PathUuid,
    Query(query): Query<GroupQuery>,
) -> Result<Json<PolicySets>, ApiError> {
    query.check(&project)?;
    attached(&project, &project.group(group).get().await?).await
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object")]
pub(super) struct Attach {
    policy_set_uuid: String,
}

pub(super) async fn attach(
    Writer(project): Writer,
    PathUuid(group): PathUuid,
    Query(query): Query<GroupQuery>,
    Body(body): Body<Attach>,
) -> Result<Json<PolicySets>, ApiError> {
    query.check(&project)?;
    let set = uuid("policy_set_uuid", &body.policy_set_uuid)?;
    attached(&project, &project.group(group).attach_policy_set(set).await?).await
}

pub(super) async fn detach(
    Writer(project): Writer,
    Path(path): Pair,
    Query(query): Query<GroupQuery>,
) -> Result<Json<PolicySets>, ApiError> {
    query.check(&project)?;
    let (group, set) = pair(&path)?;
    attached(&project, &project.group(group).detach_policy_set(set).await?).await
}
