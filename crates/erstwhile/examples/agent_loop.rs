//! An agent loop: keep what is said, ask for context before each answer.
//!
//! ```text
//! cargo run -p erstwhile --example agent_loop
//! ```

use std::error::Error;
use std::fmt::Write;
use std::sync::Arc;

use erstwhile::Engine;
use erstwhile::engine::{ContextRequest, NewMessage, NewThread, NewUser};
use erstwhile::model::Role;
use erstwhile::store::{Store, sqlite::Sqlite};
use erstwhile_models::{offline::OfflineExtractor, static_embedder::StaticEmbedder};

#[expect(clippy::print_stdout, reason = "an example shows what it does")]
#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    println!("{}", run().await?);
    Ok(())
}

/// Runs the loop, and returns what was said.
pub(crate) async fn run() -> Result<String, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let store = Store::open(Arc::new(Sqlite::open(&folder.path().join("memory.db"))?)).await?;
    let engine = Engine::builder(store).embedder(StaticEmbedder::new()?).extractor(OfflineExtractor::new()?).build();
    // Workers read facts from messages in the background; this example reads them itself, to show each step.
    let project = engine.project(engine.ensure_project("assistant").await?.id);

    project.add_user(NewUser::named("noor", "Noor", "Haddad")).await?;
    project.create_thread(NewThread::of("monday", "noor")).await?;
    let thread = project.thread("monday");

    let mut transcript = String::new();
    for said in ["I live in Lyon and I love hiking.", "I moved to Copenhagen.", "What should I do on Sunday?"] {
        thread.add_messages(vec![NewMessage::new(Role::User, said)], &[], false).await?;
        while engine.ingest_next().await? {}

        let context = thread.context(ContextRequest::default()).await?;
        let answer = answer(said, &context.text);
        thread.add_messages(vec![NewMessage::new(Role::Assistant, &answer)], &[], false).await?;
        writeln!(transcript, "Noor: {said}\nAgent: {answer}\n")?;
    }
    writeln!(transcript, "What the agent knows now:\n{}", thread.context(ContextRequest::default()).await?.text)?;
    Ok(transcript)
}

/// Where a real agent would ask its language model, with the context in front of the conversation.
fn answer(said: &str, context: &str) -> String {
    let home = ["Copenhagen", "Lyon"].into_iter().find(|city| context.contains(city));
    match (said.ends_with('?'), home) {
        (true, Some(city)) => format!("How about a walk near {city}?"),
        _ => "Good to know.".to_owned(),
    }
}
