//! `erstwhile webhooks add | list | remove | deliveries | redeliver`

use std::process::ExitCode;

use anyhow::{Context, anyhow};
use clap::{Args, Subcommand};
use erstwhile::model::{Actor, WebhookEvent};
use serde_json::json;
use uuid::Uuid;

use super::DataArgs;
use super::output::{print_data, print_status};
use crate::serve::{DEFAULT_PROJECT, open_existing_engine, random_bytes};
use crate::settings::Settings;
use crate::webhooks::{check_url, new_secret};

/// How many deliveries are shown.
const SHOWN: i64 = 100;

/// Add, list and remove webhooks, and see what was delivered.
#[derive(Debug, Args)]
pub(super) struct Webhooks {
    #[command(flatten)]
    data: DataArgs,
    /// Project of the webhooks
    #[arg(long, global = true, default_value = DEFAULT_PROJECT)]
    project: String,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: WebhooksCommand,
}

#[derive(Debug, Subcommand)]
enum WebhooksCommand {
    /// Add a webhook and print its secret, which is not shown again
    Add {
        /// Address that is told about events
        url: String,
        /// Event to tell about: episode.processed, task.finished, batch.finished, erasure.finished [default: all]
        #[arg(long = "event", value_name = "EVENT", value_parser = event)]
        events: Vec<WebhookEvent>,
    },
    /// List webhooks without their secrets
    List,
    /// Remove a webhook with its deliveries
    Remove {
        /// Id of the webhook, as listed
        id: Uuid,
    },
    /// List the last deliveries of a webhook
    Deliveries {
        /// Id of the webhook, as listed
        id: Uuid,
    },
    /// Deliver something again
    Redeliver {
        /// Id of the webhook, as listed
        id: Uuid,
        /// Id of the delivery, as listed
        delivery: Uuid,
    },
}

fn event(name: &str) -> anyhow::Result<WebhookEvent> {
    WebhookEvent::parse(name).ok_or_else(|| anyhow!("there is no event `{name}`"))
}

impl Webhooks {
    pub(super) async fn run(self, mut settings: Settings) -> anyhow::Result<ExitCode> {
        self.data.apply(&mut settings);
        let engine = open_existing_engine(&settings).await?;
        let project = engine.find_project(&self.project).await?;
        let project = project.with_context(|| format!("there is no project `{}`", self.project))?;
        let project = engine.project(project.id).acting_as(Actor::CommandLine);
        match self.command {
            WebhooksCommand::Add { url, events } => {
                check_url(&url, settings.webhooks.allow_private_addresses).map_err(|reason| anyhow!(reason))?;
                let events = if events.is_empty() { WebhookEvent::ALL.to_vec() } else { events };
                let webhook = project.add_webhook(&url, events, new_secret(random_bytes())).await?;
                if self.json {
                    print_data(&json!({ "id": webhook.id, "secret": webhook.secret }).to_string())?;
                } else {
                    print_data(&webhook.secret)?;
                    print_status(&format!("added webhook {}; the secret is not shown again", webhook.id));
                }
            }
            WebhooksCommand::List => {
                let webhooks = project.webhooks().await?;
                if webhooks.is_empty() {
                    print_status("there are no webhooks");
                }
                for webhook in webhooks {
                    let events: Vec<&str> = webhook.events.iter().map(|event| event.as_str()).collect();
                    let line = if self.json {
                        json!({ "id": webhook.id, "url": webhook.url, "events": events,
                                "created_at": webhook.created_at })
                        .to_string()
                    } else {
                        format!("{}  {}  {}", webhook.id, webhook.url, events.join(", "))
                    };
                    print_data(&line)?;
                }
            }
            WebhooksCommand::Remove { id } => {
                project.remove_webhook(id).await.context("the webhook was not removed")?;
                print_status(&format!("removed webhook {id}"));
            }
            WebhooksCommand::Deliveries { id } => {
                for delivery in project.deliveries(id, 0, SHOWN).await? {
                    let (notification, state) = (&delivery.notification, delivery.state());
                    let line = if self.json {
                        json!({ "id": notification.id, "event": notification.event, "state": state,
                                "attempts": delivery.attempts, "created_at": delivery.created_at,
                                "delivered_at": delivery.delivered_at, "next_attempt_at": delivery.ready_at,
                                "status": delivery.status, "failure": delivery.failure })
                        .to_string()
                    } else {
                        let failure = delivery.failure.as_deref().unwrap_or_default();
                        let event = notification.event.as_str();
                        format!("{}  {}  {event}  {state}  {failure}", notification.id, delivery.created_at)
                    };
                    print_data(&line)?;
                }
            }
            WebhooksCommand::Redeliver { id, delivery } => {
                project.redeliver(id, delivery).await.context("nothing is delivered again")?;
                print_status(&format!("a server will deliver {delivery} again"));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
