//! Successful responses whose status is part of their type.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use crate::openapi::{Answer, Description};

/// 201 with JSON.
#[derive(Debug)]
pub struct Created<T>(pub T);

/// 202 with JSON.
#[derive(Debug)]
pub struct Accepted<T>(pub T);

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, Json(self.0)).into_response()
    }
}

impl<T: Serialize> IntoResponse for Accepted<T> {
    fn into_response(self) -> Response {
        (StatusCode::ACCEPTED, Json(self.0)).into_response()
    }
}

impl<T: JsonSchema> Answer for Created<T> {
    fn describe(description: &mut Description<'_>) {
        description.answer::<T>("201", "Created.");
    }
}

impl<T: JsonSchema> Answer for Accepted<T> {
    fn describe(description: &mut Description<'_>) {
        description.answer::<T>("202", "Accepted.");
    }
}

/// 202 without a body.
#[derive(Debug)]
pub struct AcceptedWithoutBody;

impl IntoResponse for AcceptedWithoutBody {
    fn into_response(self) -> Response {
        StatusCode::ACCEPTED.into_response()
    }
}

impl Answer for AcceptedWithoutBody {
    fn describe(description: &mut Description<'_>) {
        description.empty_answer("202");
    }
}
