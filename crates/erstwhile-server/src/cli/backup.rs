//! `erstwhile backup` and `erstwhile restore`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use erstwhile::model::AuditAction;
use erstwhile::ports::{Clock, SystemClock};
use erstwhile::store::schema_version;
use erstwhile::store::sqlite::{Backup as Made, back_up, restore};
use serde_json::json;

use super::DataArgs;
use super::output::{print_data, print_status};
use crate::serve::{embedded_database, open_existing_engine};
use crate::settings::Settings;

/// Back the embedded database up to a folder and check the copy; the server may keep running. An older backup in the
/// folder is replaced when the new one is complete.
#[derive(Debug, Args)]
pub(super) struct Backup {
    #[command(flatten)]
    data: DataArgs,
    /// Folder to write to
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Restore a backup to a folder without a database, and check it.
#[derive(Debug, Args)]
pub(super) struct Restore {
    #[command(flatten)]
    data: DataArgs,
    /// Folder of the backup
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Backup {
    pub(super) async fn run(self, mut settings: Settings) -> anyhow::Result<ExitCode> {
        self.data.apply(&mut settings);
        let database = file_of(&settings)?;
        let copy = move || back_up(&database, &self.to, SystemClock.now());
        print_data(&line_of("backed up", &tokio::task::spawn_blocking(copy).await??, self.json))?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Restore {
    pub(super) async fn run(self, mut settings: Settings) -> anyhow::Result<ExitCode> {
        self.data.apply(&mut settings);
        let database = file_of(&settings)?;
        let copy = move || restore(&self.from, &database);
        let restored = tokio::task::spawn_blocking(copy).await??;
        print_data(&line_of("restored", &restored, self.json))?;
        if restored.schema == schema_version() {
            open_existing_engine(&settings).await?.record_of_store(AuditAction::Restore).await?;
        } else {
            // Opening it would migrate it, and the older program could not use it any more.
            print_status("the audit log does not record this, because the backup is of an older version");
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The embedded database.
fn file_of(settings: &Settings) -> anyhow::Result<PathBuf> {
    if settings.store.database.is_some() {
        bail!("a PostgreSQL database has backups of its own, such as pg_dump: see docs/backup.md");
    }
    Ok(embedded_database(&settings.store))
}

fn line_of(done: &str, backup: &Made, json: bool) -> String {
    let Made { created_at, schema, bytes, sha256, program, .. } = backup;
    if json {
        let facts =
            json!({ "created_at": created_at, "schema": schema, "bytes": bytes, "sha256": sha256, "program": program });
        return facts.to_string();
    }
    format!("{done}: {bytes} bytes of {created_at:.0}, schema {schema}, SHA-256 {sha256}")
}
