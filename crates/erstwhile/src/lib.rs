//! Memory for AI agents, as a library.
//!
//! An [`Engine`] stores what an application sends about its users (*episodes*: messages, texts, JSON documents),
//! extracts *entities* and *facts* with the time during which they are true, searches all three, and builds the context
//! block that an agent should read before it answers.
//!
//! ```
//! use std::sync::Arc;
//!
//! use erstwhile::Engine;
//! use erstwhile::engine::{ContextRequest, NewMessage, NewThread, NewUser};
//! use erstwhile::model::Role;
//! use erstwhile::store::{Store, sqlite::Sqlite};
//! use erstwhile_models::{offline::OfflineExtractor, static_embedder::StaticEmbedder};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! let store = Store::open(Arc::new(Sqlite::open(&folder.path().join("memory.db"))?)).await?;
//! let engine = Engine::builder(store).embedder(StaticEmbedder::new()?).extractor(OfflineExtractor::new()?).build();
//! let project = engine.project(engine.ensure_project("assistant").await?.id);
//!
//! project.add_user(NewUser::named("noor", "Noor", "Haddad")).await?;
//! project.create_thread(NewThread::of("monday", "noor")).await?;
//! let message = NewMessage::new(Role::User, "I moved to Copenhagen.");
//! project.thread("monday").add_messages(vec![message], &[], false).await?;
//!
//! // A server would call `engine.spawn_workers(2)` once instead.
//! while engine.ingest_next().await? {}
//!
//! let context = project.thread("monday").context(ContextRequest::default()).await?;
//! assert!(context.text.contains("Copenhagen"));
//! # Ok(())
//! # }
//! ```
//!
//! # Finding your way
//!
//! - [`Engine::builder`] takes a [`store::Store`] and the [`ports`]: an embedder, an extractor, a language model, a
//!   clock.
//! - [`Engine::project`] returns a [`ProjectHandle`](engine::ProjectHandle), whose methods return handles to users,
//!   threads, graphs, groups, document collections and import jobs. A handle never finds objects of other projects.
//! - [`Engine::spawn_workers`] ingests in the background; [`Engine::ingest_next`] does it in the caller's task.
//! - [`model`] has the domain types, [`search`] and [`context`] the options of requests, [`Error`] the kinds of errors.
//! - [`engine::compat`] has the features of old generations of the API.
//!
//! The library contains no HTTP, no command line, no environment variables and no global state. Everything that can be
//! computed without a store, a clock or a model is in the crate `erstwhile-core`, whose public types are re-exported
//! here.
#![warn(missing_docs)]

pub mod engine;
pub mod export;
mod ingestion;
mod parts;
pub mod ports;
mod prompts;
mod state;
pub mod store;

pub use erstwhile_core::{
    change, compat, content_policy, context, digest, error, evidence, identity, knowledge, model, observations,
    ontology, patterns, reading, search, subgraph, template, text, time, vocabulary,
};

pub use engine::Engine;
pub use erstwhile_core::error::{Error, ErrorKind, Result};
pub use ingestion::Workers;
pub use parts::{EmbeddingModelSettings, EngineSettings, ModelBudget, ModelReadingSettings, RerankingModelSettings};
pub use state::{EmbeddingTotals, ModelTotals, QueryTotals, RerankingTotals};
