//! `erstwhile export` and `erstwhile import`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use erstwhile::export::{Exported, Imported, Progress};
use erstwhile::model::AuditAction;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::DataArgs;
use super::output::{print_data, print_status};
use crate::serve::{open_engine, open_existing_engine};
use crate::settings::Settings;

/// Problems printed one by one; the rest are only counted.
const PROBLEMS_PRINTED_MAX: usize = 20;

/// Export all data to a folder, graph by graph; the server may keep running. Running it again resumes an
/// interrupted export or updates an older one.
#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(flatten)]
    data: DataArgs,
    /// Folder to write to: a new one, an empty one, or an existing export
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Import an export into a database, graph by graph, and verify it. Running it again resumes an
/// interrupted import. Existing data with other content is never overwritten; the exit code is 1 then.
#[derive(Debug, Args)]
pub(super) struct Import {
    #[command(flatten)]
    data: DataArgs,
    /// Folder of the export
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Export {
    pub(super) async fn run(self, mut settings: Settings) -> anyhow::Result<ExitCode> {
        self.data.apply(&mut settings);
        let engine = open_existing_engine(&settings).await?;
        // Before anything is copied: no copy without its record.
        engine.record_of_store(AuditAction::Export).await?;
        let bar = Bar::new("exporting")?;
        let exported = engine.export_to(&self.to, &bar).await;
        bar.0.finish_and_clear();
        let exported = exported.with_context(|| format!("the export to `{}` did not finish", self.to.display()))?;
        print_data(&if self.json { json_of_export(&exported).to_string() } else { line_of_export(&exported) })?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Import {
    pub(super) async fn run(self, mut settings: Settings) -> anyhow::Result<ExitCode> {
        self.data.apply(&mut settings);
        // Checked before opening the database, which would create it.
        erstwhile::export::check(&self.from)?;
        let engine = open_engine(&settings).await?;
        let bar = Bar::new("importing")?;
        let imported = engine.import_from(&self.from, &bar).await;
        bar.0.finish_and_clear();
        // Also of an import that did not finish; its projects may be new.
        let recorded = engine.record_of_store(AuditAction::Import).await;
        let imported = imported.with_context(|| format!("the import of `{}` did not finish", self.from.display()))?;
        recorded?;
        print_data(&if self.json { json_of_import(&imported).to_string() } else { line_of_import(&imported) })?;
        for problem in imported.problems.iter().take(PROBLEMS_PRINTED_MAX) {
            print_status(&format!("{}: {}", problem.name, problem.message));
        }
        let unprinted = imported.problems.len().saturating_sub(PROBLEMS_PRINTED_MAX);
        if unprinted > 0 {
            print_status(&format!("and {unprinted} more; --json lists them all"));
        }
        Ok(if imported.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// A progress bar on stderr, if that is a terminal.
struct Bar(ProgressBar);

impl Bar {
    fn new(message: &'static str) -> anyhow::Result<Self> {
        let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} {per_sec} {eta} left")?;
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        Ok(Self(bar.with_style(style).with_message(message)))
    }
}

impl Progress for Bar {
    fn start(&self, units: u64) {
        self.0.set_length(units);
    }

    fn advance(&self) {
        self.0.inc(1);
    }
}

fn line_of_export(exported: &Exported) -> String {
    let Exported { projects, graphs, rows, bytes, written, kept, removed } = exported;
    format!(
        "{projects} projects and {graphs} graphs with {rows} rows in {bytes} bytes: {written} written, {kept} kept, \
         {removed} removed"
    )
}

fn json_of_export(exported: &Exported) -> serde_json::Value {
    let Exported { projects, graphs, rows, bytes, written, kept, removed } = exported;
    json!({
        "projects": projects, "graphs": graphs, "rows": rows, "bytes": bytes, "written": written, "kept": kept,
        "removed": removed,
    })
}

fn line_of_import(imported: &Imported) -> String {
    let Imported { written, kept, rows, problems, skipped } = imported;
    let failed = problems.len();
    format!(
        "{written} projects and graphs written and verified, {kept} already present, {rows} rows in total: {failed} \
         failed, {skipped} skipped"
    )
}

fn json_of_import(imported: &Imported) -> serde_json::Value {
    let Imported { written, kept, rows, problems, skipped } = imported;
    let problems = problems.iter().map(|problem| json!({"name": problem.name, "message": problem.message}));
    json!({
        "written": written, "kept": kept, "rows": rows, "skipped": skipped,
        "problems": problems.collect::<Vec<_>>(),
    })
}
