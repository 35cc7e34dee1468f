//! `memory.add_session`, `get_session`, `list_sessions`, `update_session`, `end_session(s)`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use erstwhile::ErrorKind;
use erstwhile::compat::fact_rating::RatingInstruction;
use erstwhile::engine::compat::RatingScope;
use erstwhile::engine::{Listing, NewThread, ProjectHandle, SortBy};
use erstwhile::model::{Metadata, Thread};
use serde::{Deserialize, Serialize};

use super::inference::{Classification, Classify, classify_thread};
use super::wire::WireSession;
use crate::app::App;
use crate::http::body::{Body, PathId, Query};
use crate::http::caller::{Reader, Writer};
use crate::http::client::Client;
use crate::http::error::ApiError;

/// Default number of sessions on a page.
const PAGE_SIZE: i64 = 100;
/// Maximum number of sessions that one call ends.
const ENDED_MAX: usize = 100;

/// A session with its fact rating instruction.
pub(super) async fn session(app: &App, thread: Thread) -> Result<WireSession, ApiError> {
    let rating = app.engine.project(thread.project).rating(&RatingScope::Thread(thread.thread_id.clone())).await?;
    Ok(WireSession::new(thread, rating))
}

async fn sessions(app: &App, threads: Vec<Thread>) -> Result<Vec<WireSession>, ApiError> {
    let mut sessions = Vec::with_capacity(threads.len());
    for thread in threads {
        sessions.push(session(app, thread).await?);
    }
    Ok(sessions)
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct AddSession {
    session_id: String,
    user_id: Option<String>,
    metadata: Option<Metadata>,
    fact_rating_instruction: Option<RatingInstruction>,
}

pub(super) async fn add(
    State(app): State<App>,
    Writer(project): Writer,
    Body(body): Body<AddSession>,
) -> Result<(StatusCode, Json<WireSession>), ApiError> {
    if let Some(instruction) = &body.fact_rating_instruction {
        instruction.check()?;
    }
    let session_id = body.session_id;
    let new = NewThread {
        thread_id: session_id.clone(),
        user_id: body.user_id.filter(|user_id| !user_id.is_empty()),
        metadata: body.metadata.unwrap_or_default(),
    };
    let thread = project.create_thread(new).await.map_err(|error| match error.kind() {
        // Only the user can be missing here; these generations respond with 400.
        ErrorKind::NotFound => ApiError::bad_request(error.message()),
        ErrorKind::AlreadyExists => {
            ApiError::bad_request(format!("session already exists with session_id: {session_id}"))
        }
        _ => error.into(),
    })?;
    if let Some(instruction) = &body.fact_rating_instruction {
        project.set_rating(&RatingScope::Thread(thread.thread_id.clone()), instruction).await?;
    }
    Ok((StatusCode::CREATED, Json(session(&app, thread).await?)))
}

pub(super) async fn get(
    State(app): State<App>,
    Reader(project): Reader,
    PathId(session_id): PathId,
) -> Result<Json<WireSession>, ApiError> {
    let thread = project.thread(&session_id).get().await?;
    Ok(Json(session(&app, thread).await?))
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct UpdateSession {
    metadata: Option<Metadata>,
    fact_rating_instruction: Option<RatingInstruction>,
}

pub(super) async fn update(
    State(app): State<App>,
    Writer(project): Writer,
    PathId(session_id): PathId,
    Body(body): Body<UpdateSession>,
) -> Result<Json<WireSession>, ApiError> {
    let thread = project.thread(&session_id).update(body.metadata.unwrap_or_default()).await?;
    if let Some(instruction) = &body.fact_rating_instruction {
        project.set_rating(&RatingScope::Thread(session_id), instruction).await?;
    }
    Ok(Json(session(&app, thread).await?))
}

/// Both spellings of the parameters: the one that the SDKs send, and the one that the community server read.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct ListSessions {
    page_number: Option<i64>,
    page_size: Option<i64>,
    #[serde(rename = "pageNumber")]
    camel_page_number: Option<i64>,
    #[serde(rename = "pageSize")]
    camel_page_size: Option<i64>,
    order_by: Option<String>,
    asc: Option<bool>,
}

#[derive(Debug, Serialize)]
pub(super) struct SessionList {
    sessions: Vec<WireSession>,
    total_count: i64,
    response_count: usize,
}

pub(super) async fn list(
    State(app): State<App>,
    Reader(project): Reader,
    Query(query): Query<ListSessions>,
) -> Result<Json<SessionList>, ApiError> {
    let sort_by = match query.order_by.as_deref() {
        None | Some("created_at") => SortBy::CreatedAt,
        Some("updated_at") => SortBy::UpdatedAt,
        Some("user_id") => SortBy::UserId,
        Some("session_id") => SortBy::Id,
        Some(_) => {
            return Err(ApiError::bad_request("order_by must be one of created_at, updated_at, user_id, session_id"));
        }
    };
    let size = query.page_size.or(query.camel_page_size).filter(|size| *size != 0);
    let listing = Listing {
        page_number: query.page_number.or(query.camel_page_number).filter(|number| *number != 0).unwrap_or(1),
        page_size: size.unwrap_or(PAGE_SIZE),
        search: String::new(),
        sort_by,
        ascending: query.asc.unwrap_or(false),
    };
    let (threads, total_count) = project.list_threads(&listing).await?;
    let sessions = sessions(&app, threads).await?;
    Ok(Json(SessionList { response_count: sessions.len(), sessions, total_count }))
}

/// The community edition's SDK expects a list of lists, the others a list.
pub(super) async fn of_user(
    State(app): State<App>,
    Reader(project): Reader,
    client: Client,
    PathId(user_id): PathId,
) -> Result<Response, ApiError> {
    let threads = project.user(&user_id).threads().await?;
    let sessions = sessions(&app, threads).await?;
    Ok(match client {
        Client::Community if sessions.is_empty() => Json(Vec::<WireSession>::new()).into_response(),
        Client::Community => Json([sessions]).into_response(),
        _ => Json(sessions).into_response(),
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct EndSession {
    classify: Option<Classify>,
    /// For the summary, if a language model writes it.
    instruction: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Ended {
    session: WireSession,
    classification: Option<Classification>,
}

pub(super) async fn end(
    State(app): State<App>,
    Writer(project): Writer,
    PathId(session_id): PathId,
    Body(body): Body<EndSession>,
) -> Result<Json<Ended>, ApiError> {
    project.thread(&session_id).get().await?;
    let classification = match body.classify {
        Some(classify) => Some(classify_thread(&project, &session_id, classify).await?),
        None => None,
    };
    let thread = end_thread(&project, &session_id, body.instruction.as_deref()).await?;
    Ok(Json(Ended { session: session(&app, thread).await?, classification }))
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct EndSessions {
    session_ids: Vec<String>,
    /// For the summaries, if a language model writes them.
    instruction: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct EndedSessions {
    sessions: Vec<WireSession>,
}

pub(super) async fn end_many(
    State(app): State<App>,
    Writer(project): Writer,
    Body(body): Body<EndSessions>,
) -> Result<Json<EndedSessions>, ApiError> {
    if body.session_ids.is_empty() || body.session_ids.len() > ENDED_MAX {
        return Err(ApiError::bad_request(format!("session_ids must have from 1 to {ENDED_MAX} items")));
    }
    // If one session does not exist, none is ended.
    check_sessions_exist(&project, &body.session_ids).await?;
    let mut ended = Vec::with_capacity(body.session_ids.len());
    for session_id in &body.session_ids {
        let thread = end_thread(&project, session_id, body.instruction.as_deref()).await?;
        ended.push(session(&app, thread).await?);
    }
    Ok(Json(EndedSessions { sessions: ended }))
}

/// Ends a session; the instruction is for its summary.
async fn end_thread(project: &ProjectHandle, session_id: &str, instruction: Option<&str>) -> Result<Thread, ApiError> {
    let thread = project.thread(session_id);
    if instruction.is_some() {
        thread.set_instructions(None, instruction).await?;
    }
    Ok(thread.end().await?)
}

async fn check_sessions_exist(project: &ProjectHandle, session_ids: &[String]) -> Result<(), ApiError> {
    for session_id in session_ids {
        project.thread(session_id).get().await?;
    }
    Ok(())
}
