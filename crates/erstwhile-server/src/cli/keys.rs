//! `erstwhile keys create | list | revoke`

use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use erstwhile::engine::{GraphRef, NewKey};
use erstwhile::model::{Actor, ApiKey, KeyRole};
use serde_json::json;

use super::DataArgs;
use super::output::{print_data, print_status};
use crate::serve::{DEFAULT_PROJECT, open_engine, open_existing_engine, random_bytes};
use crate::settings::Settings;

/// Create, list and revoke API keys.
#[derive(Debug, Args)]
pub(super) struct Keys {
    #[command(flatten)]
    data: DataArgs,
    /// Project of the keys
    #[arg(long, global = true, default_value = DEFAULT_PROJECT)]
    project: String,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Create a key and print its secret, which is not shown again
    Create {
        /// Name of the key
        #[arg(long, default_value = "key")]
        name: String,
        /// Create the project if it does not exist; the project `default` is always created
        #[arg(long)]
        create_project: bool,
        /// What it may do: read, write, or admin, which also reads the audit log
        #[arg(long, default_value = "write", value_parser = role_of)]
        role: KeyRole,
        /// Only the data of the user with this id
        #[arg(long, value_name = "ID", conflicts_with = "graph")]
        user: Option<String>,
        /// Only the data of the standalone graph with this id
        #[arg(long, value_name = "ID")]
        graph: Option<String>,
        /// Time at which the key expires, RFC 3339
        #[arg(long)]
        expires_at: Option<jiff::Timestamp>,
    },
    /// List keys without their secrets
    List,
    /// Revoke a key
    Revoke {
        /// Id of the key, as listed
        id: uuid::Uuid,
    },
}

impl Keys {
    pub(super) async fn run(self, mut settings: Settings) -> anyhow::Result<ExitCode> {
        self.data.apply(&mut settings);
        // Only a new key may need a new project, or a new store.
        let (engine, project) = match self.command {
            KeysCommand::Create { create_project, .. } if create_project || self.project == DEFAULT_PROJECT => {
                let engine = open_engine(&settings).await?;
                let project = engine.ensure_project(&self.project).await?;
                (engine, project)
            }
            _ => {
                let engine = open_existing_engine(&settings).await?;
                let project = engine.find_project(&self.project).await?.with_context(|| self.no_project())?;
                (engine, project)
            }
        };
        let handle = engine.project(project.id).acting_as(Actor::CommandLine);
        match self.command {
            KeysCommand::Create { name, role, user, graph, expires_at, create_project: _ } => {
                let graph = user.map(GraphRef::User).or(graph.map(GraphRef::Graph));
                let new = NewKey { name, role, expires_at, secret: None, graph };
                let created = handle.create_key(new, random_bytes()).await;
                let revealed = created.context("the key was not created")?;
                if self.json {
                    print_data(&json!({"id": revealed.key.id.0, "key": revealed.secret}).to_string())?;
                } else {
                    print_data(&revealed.secret)?;
                    print_status(&format!(
                        "created key {} of project {}; the secret is not shown again",
                        revealed.key.id, project.name
                    ));
                }
            }
            KeysCommand::List => {
                for key in handle.list_keys().await? {
                    print_data(&if self.json { json_of(&key).to_string() } else { line_of(&key) })?;
                }
            }
            KeysCommand::Revoke { id } => {
                handle.revoke_key(id.into()).await.context("the key was not revoked")?;
                print_status(&format!("revoked key {id}"));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Keys {
    fn no_project(&self) -> String {
        let hint = match self.command {
            KeysCommand::Create { .. } => ": check the name, or create it with --create-project",
            KeysCommand::List | KeysCommand::Revoke { .. } => "",
        };
        format!("there is no project `{}`{hint}", self.project)
    }
}

fn role_of(name: &str) -> anyhow::Result<KeyRole> {
    KeyRole::parse(name).with_context(|| format!("there is no role `{name}`: read, write or admin"))
}

fn line_of(key: &ApiKey) -> String {
    let state = match (key.revoked_at, key.expires_at) {
        (Some(at), _) => format!("revoked {at}"),
        (None, Some(at)) => format!("expires {at}"),
        (None, None) => "valid".to_owned(),
    };
    let reach = key.graph.map_or_else(|| "project".to_owned(), |graph| format!("graph {graph}"));
    format!("{}  {}…  {:5}  {reach}  {}  {state}", key.id, key.prefix, key.role.name(), key.name)
}

fn json_of(key: &ApiKey) -> serde_json::Value {
    json!({
        "id": key.id.0,
        "prefix": key.prefix,
        "name": key.name,
        "role": key.role.name(),
        "graph_uuid": key.graph.map(|graph| graph.0),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
    })
}
