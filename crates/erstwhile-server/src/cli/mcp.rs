//! `erstwhile mcp`: the memory as an MCP server on stdin and stdout.

use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use erstwhile::model::KeyRole;
use rmcp::ServiceExt;
use rmcp::transport::stdio;

use super::DataArgs;
use super::logging;
use crate::mcp::Mcp;
use crate::serve::{DEFAULT_PROJECT, open_engine};
use crate::settings::Settings;

/// Serve the Model Context Protocol on stdin and stdout, for an agent that starts this program itself.
///
/// Whoever can start it can read the database anyway, so it asks for no key. A server may be running on the same data.
#[derive(Debug, Args)]
pub(super) struct McpCommand {
    #[command(flatten)]
    data: DataArgs,
    /// Project to serve; created if it does not exist
    #[arg(long, default_value = DEFAULT_PROJECT)]
    project: String,
    /// Graph of tools that are called without one [default: main]
    #[arg(long, value_name = "ID")]
    group_id: Option<String>,
    /// Serve only the memory of the user with this id, and what policy sets grant to the user's groups
    #[arg(long, value_name = "ID")]
    user: Option<String>,
    /// Offer only tools that read
    #[arg(long)]
    read_only: bool,
}

impl McpCommand {
    pub(super) async fn run(self, mut settings: Settings) -> anyhow::Result<ExitCode> {
        self.data.apply(&mut settings);
        settings.mcp.group_id = self.group_id.unwrap_or(settings.mcp.group_id);
        logging::start(&settings.telemetry)?;
        let engine = open_engine(&settings).await?;
        let project = engine.ensure_project(&self.project).await?;
        let user = match self.user {
            Some(id) => Some(
                engine.project(project.id).user(&id).get().await.with_context(|| format!("the user `{id}`"))?.graph,
            ),
            None => None,
        };
        let role = if self.read_only { KeyRole::Read } else { KeyRole::Write };
        let workers = engine.spawn_workers(settings.ingest.workers);
        // The client does not wait for it.
        let warming = tokio::spawn({
            let engine = engine.clone();
            async move { engine.warm_up().await }
        });
        let server = Mcp::for_one_caller(engine, &settings, project.id, role, user);
        let serving = server.serve(stdio()).await.context("the client did not begin as the protocol says")?;
        serving.waiting().await.context("the server stopped")?;
        warming.abort();
        workers.stop().await;
        Ok(ExitCode::SUCCESS)
    }
}
