//! Routes that know what their handlers take and answer.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{self, MethodRouter};

use super::{Described, Description, Operation};
use crate::app::App;

/// Takes the place of axum's router, and remembers the operations.
#[derive(Debug, Default)]
pub struct Routes {
    router: Router<App>,
    operations: Vec<Operation>,
}

impl Routes {
    /// No routes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the methods of a path.
    #[must_use]
    pub fn route(mut self, path: &str, methods: Methods) -> Self {
        let operations = methods.handlers.into_iter();
        self.operations.extend(operations.map(|handler| {
            let path = if handler.path.is_empty() { path.to_owned() } else { handler.path };
            Operation { path, ..handler }
        }));
        Self { router: self.router.route(path, methods.router), ..self }
    }

    /// Adds other routes.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.operations.extend(other.operations);
        Self { router: self.router.merge(other.router), ..self }
    }

    /// The same routes, described as such that new programs should not call.
    #[must_use]
    pub fn deprecated(mut self) -> Self {
        self.operations.iter_mut().for_each(|operation| operation.deprecated = true);
        self
    }

    /// The operations, in the order in which they were added.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The router that serves them.
    pub fn into_router(self) -> Router<App> {
        self.router
    }
}

/// The handlers of one path.
#[derive(Debug)]
pub struct Methods {
    router: MethodRouter<App>,
    handlers: Vec<Operation>,
}

fn operation<H, D>(verb: &'static str, _: &H) -> Operation
where
    H: Described<D>,
{
    let names: Vec<&str> = std::any::type_name::<H>().split("::").collect();
    let handler = names.iter().rev().take(2).rev().copied().collect::<Vec<_>>().join("_");
    let describe: fn(&mut Description<'_>) = H::describe;
    Operation { verb, path: String::new(), handler, deprecated: false, describe }
}

impl Methods {
    /// Describes them at another path than that by which they are routed: a document has no wildcards.
    #[must_use]
    pub fn described_at(mut self, path: &str) -> Self {
        self.handlers.iter_mut().for_each(|handler| path.clone_into(&mut handler.path));
        self
    }
}

macro_rules! verbs {
    ($($verb:ident $doc:literal)*) => {
        $(
            #[doc = $doc]
            pub fn $verb<H, T, D>(handler: H) -> Methods
            where
                H: Handler<T, App> + Described<D>,
                T: 'static,
            {
                let operation = operation(stringify!($verb), &handler);
                Methods { router: routing::$verb(handler), handlers: vec![operation] }
            }
        )*

        impl Methods {
            $(
                #[doc = $doc]
                #[must_use]
                pub fn $verb<H, T, D>(mut self, handler: H) -> Self
                where
                    H: Handler<T, App> + Described<D>,
                    T: 'static,
                {
                    self.handlers.push(operation(stringify!($verb), &handler));
                    Self { router: self.router.$verb(handler), ..self }
                }
            )*
        }
    };
}

verbs! {
    get "Answers GET with a handler."
    post "Answers POST with a handler."
    put "Answers PUT with a handler."
    patch "Answers PATCH with a handler."
    delete "Answers DELETE with a handler."
}
