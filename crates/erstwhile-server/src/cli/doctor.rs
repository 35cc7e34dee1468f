//! `erstwhile doctor`

use std::process::ExitCode;

use clap::Args;
use erstwhile::ports::Embedder;
use erstwhile_models::static_embedder::StaticEmbedder;
use serde_json::json;

use super::DataArgs;
use super::output::print_data;
use crate::serve::{DEFAULT_PROJECT, open_engine};
use crate::settings::Settings;

/// Check the settings, the database and the models; exits with 3 if a check fails.
#[derive(Debug, Args)]
pub(super) struct Doctor {
    #[command(flatten)]
    data: DataArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

struct Finding {
    name: &'static str,
    result: Result<String, String>,
}

impl Doctor {
    pub(super) async fn run(self, mut settings: Settings) -> anyhow::Result<ExitCode> {
        self.data.apply(&mut settings);
        let findings = run_checks(&settings).await;
        let healthy = findings.iter().all(|finding| finding.result.is_ok());
        for Finding { name, result } in findings {
            let (ok, detail) = match result {
                Ok(detail) => (true, detail),
                Err(detail) => (false, detail),
            };
            if self.json {
                print_data(&json!({"check": name, "ok": ok, "detail": detail}).to_string());
            } else {
                print_data(&format!("{}  {name:10}  {detail}", if ok { "ok  " } else { "FAIL" }));
            }
        }
        Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::from(3) })
    }
}

async fn run_checks(settings: &Settings) -> Vec<Finding> {
    // The settings were loaded before this command ran, so they are valid.
    let mut findings = vec![Finding { name: "settings", result: Ok(format!("API on {}", settings.server.listen)) }];
    findings.push(Finding { name: "embedder", result: check_embedder().await });
    let engine = match open_engine(settings).await {
        Ok(engine) => engine,
        Err(error) => {
            findings.push(Finding { name: "store", result: Err(format!("{error:#}")) });
            return findings;
        }
    };
    let place = settings.store.place();
    let written =
        engine.ping().await.map(|()| format!("{place} is readable and writable")).map_err(|error| error.to_string());
    findings.push(Finding { name: "store", result: written });
    let queue = engine.queue_depth().await.map_err(|error| error.to_string());
    let queue = queue.map(|depth| format!("{} episodes of {} graphs waiting", depth.episodes, depth.graphs));
    findings.push(Finding { name: "ingestion", result: queue });
    let keys = match engine.ensure_project(DEFAULT_PROJECT).await {
        Ok(project) => engine.project(project.id).list_keys().await,
        Err(error) => Err(error),
    };
    let keys = keys.map(|keys| keys.iter().filter(|key| key.revoked_at.is_none()).count());
    let keys =
        keys.map(|valid| format!("{valid} valid keys of the default project")).map_err(|error| error.to_string());
    findings.push(Finding { name: "keys", result: keys });
    findings
}

async fn check_embedder() -> Result<String, String> {
    let embedder = StaticEmbedder::new().map_err(|error| error.to_string())?;
    let vectors = embedder.embed(&["memory"]).await.map_err(|error| error.to_string())?;
    match vectors.first() {
        Some(vector) if vector.len() == embedder.dimensions() => {
            Ok(format!("{} with {} dimensions", embedder.model(), vector.len()))
        }
        _ => Err("the built-in embedding table returned no vector".to_owned()),
    }
}
