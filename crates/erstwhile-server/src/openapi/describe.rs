//! What handlers take and answer, by their types.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::NoContent;
use schemars::JsonSchema;

use super::Description;
use crate::app::App;

/// What a handler takes from a request.
pub trait Input {
    /// Describes it.
    fn describe(description: &mut Description<'_>);
}

/// What a handler answers with when it succeeds.
pub trait Answer {
    /// Describes it.
    fn describe(description: &mut Description<'_>);
}

/// A handler; `D` are the types of what it takes.
pub trait Described<D> {
    /// Describes what it takes and answers.
    fn describe(description: &mut Description<'_>);
}

macro_rules! handlers {
    ($(($($input:ident)*))*) => {$(
        impl<F, Fut, A, $($input,)*> Described<($($input,)*)> for F
        where
            F: Fn($($input),*) -> Fut,
            Fut: Future<Output = A>,
            A: Answer,
            $($input: Input,)*
        {
            fn describe(description: &mut Description<'_>) {
                $($input::describe(description);)*
                A::describe(description);
            }
        }
    )*};
}

handlers! { () (I1) (I1 I2) (I1 I2 I3) (I1 I2 I3 I4) (I1 I2 I3 I4 I5) (I1 I2 I3 I4 I5 I6) }

impl Input for State<App> {
    fn describe(_: &mut Description<'_>) {}
}

impl Input for HeaderMap {
    fn describe(_: &mut Description<'_>) {}
}

impl Input for Path<(String, String)> {
    fn describe(_: &mut Description<'_>) {}
}

impl<A: Answer, E> Answer for Result<A, E> {
    fn describe(description: &mut Description<'_>) {
        A::describe(description);
    }
}

impl<T: JsonSchema> Answer for Json<T> {
    fn describe(description: &mut Description<'_>) {
        description.answer::<T>("200", "Success.");
    }
}

impl<A: Answer> Answer for (HeaderMap, A) {
    fn describe(description: &mut Description<'_>) {
        A::describe(description);
    }
}

impl Answer for NoContent {
    fn describe(description: &mut Description<'_>) {
        description.empty_answer("204");
    }
}
