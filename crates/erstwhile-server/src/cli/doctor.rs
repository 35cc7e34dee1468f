//! `erstwhile doctor`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use erstwhile::Engine;
use erstwhile::engine::{BrokenRecord, DamageSearch};
use erstwhile::ports::{Embedder, EmbeddingModel, RerankingModel};
use erstwhile_models::static_embedder::StaticEmbedder;
use serde_json::json;

use super::DataArgs;
use super::output::print_data;
use crate::models;
use crate::serve::{DEFAULT_PROJECT, open_existing_engine};
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
                print_data(&json!({"check": name, "ok": ok, "detail": detail}).to_string())?;
            } else {
                print_data(&format!("{}  {name:10}  {detail}", if ok { "ok  " } else { "FAIL" }))?;
            }
        }
        Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::from(3) })
    }
}

async fn run_checks(settings: &Settings) -> Vec<Finding> {
    // The settings were loaded before this command ran, so they are valid.
    let mut findings = vec![Finding { name: "settings", result: Ok(format!("API on {}", settings.server.listen)) }];
    findings.push(Finding { name: "embedder", result: check_embedder().await });
    if let Some(result) = check_reranking_model(settings).await {
        findings.push(Finding { name: "reranker", result });
    }
    if let Some(result) = check_embedding_model(settings).await {
        findings.push(Finding { name: "embeddings", result });
    }
    if settings.store.database.is_none() {
        findings.push(Finding { name: "folder", result: check_folder(&settings.store.data) });
    }
    let engine = match open_existing_engine(settings).await {
        Ok(engine) => engine,
        Err(error) => {
            findings.push(Finding { name: "store", result: Err(format!("{error:#}")) });
            return findings;
        }
    };
    findings.extend(check_store(&engine, &settings.store.place()).await);
    findings
}

async fn check_store(engine: &Engine, place: &str) -> Vec<Finding> {
    let damage = engine.find_damage(DamageSearch::Thorough).await;
    let damage = damage.map_err(|error| error.to_string()).and_then(|damage| match damage.len() {
        0 => Ok("none found".to_owned()),
        problems => {
            let first = damage.into_iter().next().unwrap_or_default();
            Err(format!(
                "{problems} problems, the first: {first}; restore a backup, or export what can be read to a new database"
            ))
        }
    });
    let tables = match engine.check_store().await {
        Ok(None) => Ok(format!("{place} can be written, and its tables can be read")),
        Ok(Some(error)) | Err(error) => Err(error),
    };
    let graph = engine.check_graph().await.map(|()| "a graph was written, read and removed".to_owned());
    let lost = engine.lost_episodes().await.map_err(|error| error.to_string()).and_then(|lost| match lost {
        0 => Ok("every waiting episode is queued".to_owned()),
        lost => Err(format!("{lost} waiting episodes are in no queue; a start of the server queues them again")),
    });
    let depth = engine.queue_depth().await;
    let depth = depth.map(|depth| format!("{} episodes of {} graphs waiting", depth.episodes, depth.graphs));
    vec![
        Finding { name: "store", result: tables.map_err(|error| error.to_string()) },
        Finding { name: "graph", result: graph.map_err(|error| error.to_string()) },
        Finding { name: "damage", result: damage },
        Finding { name: "queue", result: lost },
        Finding { name: "ingestion", result: depth.map_err(|error| error.to_string()) },
        Finding { name: "audit", result: check_audit(engine).await.unwrap_or_else(|error| Err(error.to_string())) },
        Finding { name: "keys", result: check_keys(engine).await.map_err(|error| error.to_string()) },
    ]
}

/// Verifies the audit log of every project.
async fn check_audit(engine: &Engine) -> erstwhile::Result<Result<String, String>> {
    let mut records = 0;
    for project in engine.projects().await? {
        match engine.project(project.id).verify_audit(None).await? {
            Ok(head) => records += head.number,
            Err(BrokenRecord { number, problem }) => {
                let name = project.name;
                return Ok(Err(format!("record {number} of project {name}: {problem}; docs/audit.md says what to do")));
            }
        }
    }
    Ok(Ok(format!("{records} records follow one another unchanged")))
}

async fn check_keys(engine: &Engine) -> erstwhile::Result<String> {
    let Some(project) = engine.find_project(DEFAULT_PROJECT).await? else {
        return Ok("no default project yet: the first start of the server creates it".to_owned());
    };
    let keys = engine.project(project.id).list_keys().await?;
    let valid = keys.iter().filter(|key| key.revoked_at.is_none()).count();
    Ok(format!("{valid} valid keys of the default project"))
}

/// Asks the configured embedding model, if any, about one word.
async fn check_embedding_model(settings: &Settings) -> Option<Result<String, String>> {
    let model = match models::embedding_model(settings) {
        Ok(model) => model?,
        Err(error) => return Some(Err(format!("{error:#}"))),
    };
    let vectors = model.embed(&["memory"]).await.checked(1, model.dimensions());
    let found = vectors.map(|_| format!("{} with {} dimensions", model.name(), model.dimensions().unwrap_or_default()));
    Some(found.map_err(|error| error.to_string()))
}

/// Asks the configured reranking model, if any, about one word.
async fn check_reranking_model(settings: &Settings) -> Option<Result<String, String>> {
    let model = match models::reranking_model(settings) {
        Ok(model) => model?,
        Err(error) => return Some(Err(format!("{error:#}"))),
    };
    let scores = model.scores("memory", &["memory"]).await.checked(1);
    Some(scores.map(|_| format!("{} answers", model.name())).map_err(|error| error.to_string()))
}

/// Checks that files can be created in the folder: the database needs new ones at every start.
fn check_folder(folder: &Path) -> Result<String, String> {
    let place = folder.display();
    if !folder.is_dir() {
        return Err(format!("there is no folder `{place}`: correct --data, or start the server once"));
    }
    let file = tempfile_in(folder);
    let written = std::fs::write(&file, "a check").and_then(|()| std::fs::remove_file(&file));
    written.map_err(|error| format!("no file can be written in `{place}`: {error}; check its owner and the disk"))?;
    Ok(format!("files can be written in `{place}`"))
}

/// A name for a file in the folder that nothing else has.
fn tempfile_in(folder: &Path) -> PathBuf {
    folder.join(format!(".check-{}", std::process::id()))
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
