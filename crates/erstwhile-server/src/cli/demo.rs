//! `erstwhile demo`: a sample conversation, from the first message to the context block.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use erstwhile::Engine;
use erstwhile::engine::{ContextRequest, GraphRef, NewMessage, NewThread, NewUser};
use erstwhile::model::{Metadata, ProjectId, Role};
use erstwhile::search::filter::Filter;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;
use serde::Deserialize;

use super::facts::{Ids, print_facts};
use super::output::{print_data, print_status};
use crate::serve::{DEFAULT_PROJECT, Server, open_engine};
use crate::settings::Settings;

/// Ingest a sample conversation and show the extracted facts and the context.
#[derive(Debug, Args)]
pub(super) struct Demo {}

#[derive(Debug, Deserialize)]
struct Conversation {
    user: SampleUser,
    question: String,
    threads: Vec<SampleThread>,
}

#[derive(Debug, Deserialize)]
struct SampleUser {
    user_id: String,
    first_name: String,
    last_name: String,
}

#[derive(Debug, Deserialize)]
struct SampleThread {
    id: String,
    messages: Vec<SampleMessage>,
}

#[derive(Debug, Deserialize)]
struct SampleMessage {
    role: String,
    at: Timestamp,
    content: String,
}

impl Demo {
    pub(super) async fn run(self, mut settings: Settings) -> anyhow::Result<ExitCode> {
        let folder = std::env::temp_dir().join(format!("erstwhile-demo-{}", std::process::id()));
        settings.store.data.clone_from(&folder);
        settings.store.database = None;
        settings.server.listen.set_port(0);
        let shown = demonstrate(&settings).await;
        std::fs::remove_dir_all(&folder).with_context(|| format!("cannot remove the folder `{}`", folder.display()))?;
        shown.map(|()| ExitCode::SUCCESS)
    }
}

async fn demonstrate(settings: &Settings) -> anyhow::Result<()> {
    let sample: Conversation = serde_json::from_str(include_str!("demo/conversation.json"))
        .context("the built-in sample conversation is invalid")?;
    let engine = open_engine(settings).await?;
    let project = engine.ensure_project(DEFAULT_PROJECT).await?.id;
    let server = Server::start(engine.clone(), settings).await?;
    ingest(&engine, project, &sample).await?;
    let graph = GraphRef::User(sample.user.user_id.clone());
    print_facts(engine.project(project).graph(&graph).facts(&Filter::default()).await?, Ids::Hidden)?;
    let context =
        engine.project(project).graph(&graph).context(&sample.question, ContextRequest::default()).await?.text;
    print_data(&format!("\n# Context for: {}\n", sample.question))?;
    print_data(&context)?;
    server.stop().await;
    Ok(())
}

/// Adds the messages and waits until all are ingested.
async fn ingest(engine: &Engine, project: ProjectId, sample: &Conversation) -> anyhow::Result<()> {
    let user = NewUser {
        user_id: sample.user.user_id.clone(),
        first_name: Some(sample.user.first_name.clone()),
        last_name: Some(sample.user.last_name.clone()),
        ..NewUser::default()
    };
    engine.project(project).add_user(user).await?;
    let mut tasks = Vec::new();
    for thread in &sample.threads {
        engine.project(project).create_thread(NewThread::of(&thread.id, &sample.user.user_id)).await?;
        let messages = thread.messages.iter().map(message).collect::<anyhow::Result<_>>()?;
        tasks.push(engine.project(project).thread(&thread.id).add_messages(messages, &[], false).await?.task);
    }
    let total: usize = sample.threads.iter().map(|thread| thread.messages.len()).sum();
    let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr())
        .with_style(ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} messages {elapsed}")?)
        .with_message("ingesting");
    loop {
        let (mut done, mut failed) = (0, 0);
        for task in &tasks {
            let task = engine.project(project).task(*task).await?;
            done += task.done;
            failed += task.failed;
        }
        bar.set_position(done.unsigned_abs());
        if failed > 0 {
            bail!("{failed} messages could not be ingested");
        }
        if done as usize == total {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    bar.finish_and_clear();
    print_status(&format!("{total} messages of {} threads ingested", sample.threads.len()));
    Ok(())
}

fn message(sample: &SampleMessage) -> anyhow::Result<NewMessage> {
    let role = Role::parse(&sample.role).with_context(|| format!("`{}` is not a role", sample.role))?;
    let (content, created_at) = (sample.content.clone(), Some(sample.at));
    Ok(NewMessage { id: None, role, name: None, content, created_at, metadata: Metadata::new() })
}
