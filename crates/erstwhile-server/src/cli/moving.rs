//! `erstwhile export` and `erstwhile import`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use erstwhile::export::{Exported, Imported, Progress};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::DataArgs;
use super::output::{show, tell};
use crate::serve::{has_store, open_engine};
use crate::settings::Settings;

/// Problems that are told one by one; the others are counted.
const PROBLEMS_TOLD: usize = 20;

/// Write everything to a folder, graph by graph; a server may go on serving. Run again, it goes on where
/// it was cut off, or brings an older export up to date.
#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(flatten)]
    data: DataArgs,
    /// Folder to write to: new, empty, or an export
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Read an export into a database, graph by graph, and compare what arrived. Run again, it goes on where
/// it was cut off. What is there with other content is never overwritten; exits with 1 then.
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
        // Opening would make an empty one.
        if !has_store(&settings.store) {
            bail!("there is no database in `{}`: name it with --data or --database", settings.store.place());
        }
        let engine = open_engine(&settings).await?;
        let bar = Bar::new("exporting")?;
        let exported = engine.export_to(&self.to, &bar).await;
        bar.0.finish_and_clear();
        let exported = exported.with_context(|| format!("the export to `{}` is not finished", self.to.display()))?;
        show(&if self.json { json_of_export(&exported).to_string() } else { line_of_export(&exported) });
        Ok(ExitCode::SUCCESS)
    }
}

impl Import {
    pub(super) async fn run(self, mut settings: Settings) -> anyhow::Result<ExitCode> {
        self.data.apply(&mut settings);
        // Before a database is made for it.
        erstwhile::export::check(&self.from)?;
        let engine = open_engine(&settings).await?;
        let bar = Bar::new("importing")?;
        let imported = engine.import_from(&self.from, &bar).await;
        bar.0.finish_and_clear();
        let imported = imported.with_context(|| format!("the import of `{}` is not finished", self.from.display()))?;
        show(&if self.json { json_of_import(&imported).to_string() } else { line_of_import(&imported) });
        for problem in imported.problems.iter().take(PROBLEMS_TOLD) {
            tell(&format!("{}: {}", problem.name, problem.message));
        }
        let untold = imported.problems.len().saturating_sub(PROBLEMS_TOLD);
        if untold > 0 {
            tell(&format!("and {untold} more; --json lists them all"));
        }
        Ok(if imported.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// A bar on stderr, when that is a terminal.
struct Bar(ProgressBar);

impl Bar {
    fn new(doing: &'static str) -> anyhow::Result<Self> {
        let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} {per_sec} {eta} left")?;
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        Ok(Self(bar.with_style(style).with_message(doing)))
    }
}

impl Progress for Bar {
    fn begin(&self, units: u64) {
        self.0.set_length(units);
    }

    fn advance(&self) {
        self.0.inc(1);
    }
}

fn line_of_export(exported: &Exported) -> String {
    let Exported { projects, graphs, rows, bytes, written, kept, removed } = exported;
    format!(
        "{projects} projects and {graphs} graphs with {rows} rows in {bytes} bytes: {written} written, {kept} as they \
         were, {removed} gone"
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
    let Imported { written, kept, rows, problems, untried } = imported;
    let left_out = problems.len();
    format!(
        "{written} projects and graphs written and compared, {kept} there already, {rows} rows in all: {left_out} \
         left out, {untried} not tried"
    )
}

fn json_of_import(imported: &Imported) -> serde_json::Value {
    let Imported { written, kept, rows, problems, untried } = imported;
    let problems = problems.iter().map(|problem| json!({"name": problem.name, "message": problem.message}));
    json!({
        "written": written, "kept": kept, "rows": rows, "untried": untried,
        "problems": problems.collect::<Vec<_>>(),
    })
}
