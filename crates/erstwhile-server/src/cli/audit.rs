//! `erstwhile audit`

use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use erstwhile::engine::{AUDIT_PAGE_MAX, AuditHead, AuditQuery, AuditScope, Audited, GraphRef, ProjectHandle};
use erstwhile::model::Actor;
use serde_json::json;

use super::DataArgs;
use super::output::{print_data, print_status};
use crate::http::audit::{WireAudit, text_of_digest};
use crate::serve::{DEFAULT_PROJECT, open_existing_engine};
use crate::settings::Settings;

/// Show who did what to whose data, newest first; or verify that no record was changed, which exits with 3 if one was.
#[derive(Debug, Args)]
pub(super) struct Audit {
    #[command(flatten)]
    data: DataArgs,
    /// Project of the log
    #[arg(long, default_value = DEFAULT_PROJECT)]
    project: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Number of records to show
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..))]
    limit: i64,
    /// Only records about the data of the user with this id
    #[arg(long, value_name = "ID", conflicts_with_all = ["graph", "name"])]
    user: Option<String>,
    /// Only records about the data of the standalone graph with this id
    #[arg(long, value_name = "ID", conflicts_with = "name")]
    graph: Option<String>,
    /// Only records about what the application calls by this name, also if it was deleted
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Compute the chain of digests again, and print the end of the log or the first record that is wrong
    #[arg(long, conflicts_with_all = ["user", "graph", "name", "limit"])]
    verify: bool,
    /// An end of the log that was printed before: it must still be in the log
    #[arg(long, value_name = "NUMBER:DIGEST", requires = "verify", value_parser = head_of)]
    known: Option<AuditHead>,
}

fn head_of(text: &str) -> anyhow::Result<AuditHead> {
    let (number, digest) = text.split_once(':').context("a number, a colon and a digest are needed")?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(digest.strip_prefix("sha256:").unwrap_or(digest), &mut bytes).context("no SHA-256 digest")?;
    let number = number.parse().ok().filter(|number| *number > 0).context("no number of a record")?;
    Ok(AuditHead { number, digest: bytes })
}

impl Audit {
    pub(super) async fn run(self, mut settings: Settings) -> anyhow::Result<ExitCode> {
        self.data.apply(&mut settings);
        let engine = open_existing_engine(&settings).await?;
        let project = engine.find_project(&self.project).await?;
        let project = engine.project(project.with_context(|| format!("there is no project `{}`", self.project))?.id);
        if self.verify { self.verify(&project).await } else { self.list(&project).await }
    }

    async fn list(self, project: &ProjectHandle) -> anyhow::Result<ExitCode> {
        let about = match (self.user, self.graph, self.name) {
            (Some(user), ..) => Some(AuditScope::Graph(GraphRef::User(user))),
            (_, Some(graph), _) => Some(AuditScope::Graph(GraphRef::Graph(graph))),
            (_, _, name) => name.map(AuditScope::Name),
        };
        let (mut left, mut before) = (self.limit, None);
        while left > 0 {
            let limit = left.min(AUDIT_PAGE_MAX);
            let page = project.audit(&AuditQuery { before, limit, about: about.clone() }).await?;
            left = if (page.len() as i64) < limit { 0 } else { left - limit };
            before = page.last().map(|last| last.record.number);
            for audited in page {
                let line =
                    if self.json { serde_json::to_string(&WireAudit::from(audited))? } else { line_of(&audited) };
                print_data(&line)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn verify(self, project: &ProjectHandle) -> anyhow::Result<ExitCode> {
        match project.verify_audit(self.known).await? {
            Ok(AuditHead { number, digest }) => {
                let digest = text_of_digest(&digest);
                print_data(&if self.json {
                    json!({ "ok": true, "number": number, "digest": digest }).to_string()
                } else {
                    format!("{number}:{digest}")
                })?;
                if !self.json {
                    print_status(&format!("{number} records follow one another unchanged"));
                }
                Ok(ExitCode::SUCCESS)
            }
            Err(broken) => {
                let (number, problem) = (broken.number, broken.problem);
                print_data(&if self.json {
                    json!({ "ok": false, "number": number, "problem": problem }).to_string()
                } else {
                    format!("record {number}: {problem}")
                })?;
                Ok(ExitCode::from(3))
            }
        }
    }
}

fn line_of(Audited { record, owner }: &Audited) -> String {
    let actor = match &record.actor {
        Actor::Key { id, prefix } => format!("key {id} {prefix}…"),
        actor @ (Actor::CommandLine | Actor::Server | Actor::Library) => actor.name().to_owned(),
    };
    let target = record.id.map_or_else(String::new, |id| format!(" {id}"));
    let owner = match owner {
        Some(owner) => format!("  of {} {}", erstwhile::model::AuditTargetKind::from(owner).name(), owner.id()),
        None if record.salt.is_none() => "  of somebody who was deleted".to_owned(),
        None => String::new(),
    };
    let (number, at, action, kind) = (record.number, record.at, record.action.name(), record.kind.name());
    format!("{number}  {at}  {actor}  {action} {kind}{target}{owner}")
}
