//! The command that shows what was read and not kept.

use std::io;
use std::process::ExitCode;

use clap::Args;
use erstwhile::engine::EpisodeTrace;
use erstwhile::model::{Episode, EpisodeState, ModelReport, Role};
use erstwhile::ports::DroppedWords;
use serde_json::{Value, json};

use super::facts::day;
use super::inspect::InspectArgs;
use super::output::{print_data, print_status};
use crate::settings::Settings;

/// Show what was read in a thread and not kept, with the reasons.
///
/// Nothing of this is stored: the extractor reads the messages again. What language models dropped is only known by
/// number and reason.
#[derive(Debug, Args)]
pub(super) struct Dropped {
    #[command(flatten)]
    args: InspectArgs,
    /// The thread
    thread: String,
}

impl Dropped {
    pub(super) async fn run(self, settings: Settings) -> anyhow::Result<ExitCode> {
        let thread = self.args.open(settings).await?.thread(self.thread);
        let (mut messages, mut dropped, mut offset) = (0_usize, 0_usize, 0);
        loop {
            let traces = thread.dropped(offset).await?;
            if traces.is_empty() {
                break;
            }
            for traced in &traces {
                messages += 1;
                dropped += traced.trace.dropped.len() + traced.trace.left_out;
                if self.args.json { print_data(&json_of(traced).to_string()) } else { print(traced) }?;
            }
            offset += i64::try_from(traces.len())?;
        }
        print_status(&format!("dropped {dropped} times in {messages} messages"));
        Ok(ExitCode::SUCCESS)
    }
}

/// What became of an episode that was not read.
fn unread(state: &EpisodeState) -> Option<String> {
    match state {
        EpisodeState::Processed => None,
        EpisodeState::Pending => Some("it waits to be read".to_owned()),
        EpisodeState::Ignored => Some("it is not read, because its role is excluded from the graph".to_owned()),
        EpisodeState::Failed(reason) => Some(format!("it could not be read: {reason}")),
    }
}

fn print(EpisodeTrace { episode, trace }: &EpisodeTrace) -> io::Result<()> {
    let report = episode.model_reading.as_ref().map(|reading| &reading.report).filter(|report| has_read(report));
    let unread = unread(&episode.state);
    if trace.dropped.is_empty() && report.is_none() && unread.is_none() {
        return Ok(());
    }
    let said = day(episode.reference_time);
    print_data(&format!("{said}  {}  {}", speaker(episode).unwrap_or("somebody"), episode.id.0))?;
    if let Some(unread) = unread {
        print_data(&format!("  {unread}"))?;
    }
    trace.dropped.iter().try_for_each(print_dropped)?;
    if trace.left_out > 0 {
        print_data(&format!("  and {} more", trace.left_out))?;
    }
    if let Some(report) = report {
        print_data(&format!("  {} read it again", report.model))?;
        for (reason, count) in &report.dropped {
            print_data(&format!("    and dropped {count}: {reason}"))?;
        }
    }
    Ok(())
}

fn print_dropped(dropped: &DroppedWords) -> io::Result<()> {
    if !dropped.words.is_empty() {
        print_data(&format!("  “{}”", dropped.words))?;
    }
    let reading = dropped.reading.as_ref().map(|reading| format!("  (read as: {reading})")).unwrap_or_default();
    print_data(&format!("    {}: {}{reading}", dropped.stage.as_str(), dropped.reason))
}

fn has_read(report: &ModelReport) -> bool {
    report.read_at.is_some()
}

fn speaker(episode: &Episode) -> Option<&str> {
    episode.name.as_deref().or_else(|| episode.role.map(Role::as_str))
}

fn json_of(EpisodeTrace { episode, trace }: &EpisodeTrace) -> Value {
    let entry = |dropped: &DroppedWords| {
        json!({
            "words": dropped.words,
            "stage": dropped.stage.as_str(),
            "reason": dropped.reason,
            "reading": dropped.reading,
        })
    };
    let report = episode.model_reading.as_ref().map(|reading| &reading.report).filter(|report| has_read(report));
    json!({
        "episode_uuid": episode.id.0,
        "said_at": episode.reference_time,
        "speaker": speaker(episode),
        "unread": unread(&episode.state),
        "dropped": trace.dropped.iter().map(entry).collect::<Vec<_>>(),
        "left_out": trace.left_out,
        "model": report.map(|report| json!({ "name": report.model, "dropped": report.dropped })),
    })
}
