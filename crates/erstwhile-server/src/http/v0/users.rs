//! `user.*`

use axum::Json;
use axum::http::StatusCode;
use erstwhile::engine::{NewUser, UserUpdate};
use erstwhile::model::Metadata;
use serde::Deserialize;

use super::listing::{ListQuery, Start, page};
use super::wire::{OK, WireSession, WireUser};
use crate::http::body::{Body, PathId, Query};
use crate::http::caller::{Reader, Writer};
use crate::http::erasure::Forgotten;
use crate::http::error::ApiError;

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct AddUser {
    user_id: String,
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    metadata: Option<Metadata>,
}

pub(super) async fn add(
    Writer(project): Writer,
    Body(body): Body<AddUser>,
) -> Result<(StatusCode, Json<WireUser>), ApiError> {
    let new = NewUser {
        user_id: body.user_id,
        email: body.email,
        first_name: body.first_name,
        last_name: body.last_name,
        metadata: body.metadata.unwrap_or_default(),
        ..NewUser::default()
    };
    Ok((StatusCode::CREATED, Json(project.add_user(new).await?.into())))
}

pub(super) async fn get(Reader(project): Reader, PathId(user_id): PathId) -> Result<Json<WireUser>, ApiError> {
    Ok(Json(project.user(&user_id).get().await?.into()))
}

/// The body also holds ids, which are ignored: they repeat the one in the path.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct UpdateUser {
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    metadata: Option<Metadata>,
}

pub(super) async fn update(
    Writer(project): Writer,
    PathId(user_id): PathId,
    Body(body): Body<UpdateUser>,
) -> Result<Json<WireUser>, ApiError> {
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let update = UserUpdate {
        email: given(body.email),
        first_name: given(body.first_name),
        last_name: given(body.last_name),
        metadata: body.metadata,
        ..UserUpdate::default()
    };
    Ok(Json(project.user(&user_id).update(update).await?.into()))
}

pub(super) async fn delete(
    Writer(project): Writer,
    PathId(user_id): PathId,
) -> Result<Forgotten<&'static str>, ApiError> {
    Ok(Forgotten(project.user(&user_id).delete().await?, OK))
}

pub(super) async fn list(
    Reader(project): Reader,
    Query(query): Query<ListQuery>,
) -> Result<Json<Vec<WireUser>>, ApiError> {
    let users = match query.start()? {
        (Start::Skip(skipped), limit) => {
            let (mut users, _) = project.list_users(&page(skipped, limit)).await?;
            users.drain(..usize::try_from(skipped % limit).unwrap_or(0).min(users.len()));
            users
        }
        (Start::After(after), limit) => project.users_after(after, limit).await?,
    };
    Ok(Json(users.into_iter().map(Into::into).collect()))
}

pub(super) async fn sessions(
    Reader(project): Reader,
    PathId(user_id): PathId,
) -> Result<Json<Vec<WireSession>>, ApiError> {
    let threads = project.user(&user_id).threads().await?;
    Ok(Json(threads.into_iter().map(Into::into).collect()))
}
