//! A language model writes summaries of users, threads and entities, in the background.
//!
//! Once nothing of a graph waits for the model any more, one call writes all summaries whose basis has changed enough. A
//! summary is kept only if it is made of words of its basis, and only if nothing was removed meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::requests::Source;
use crate::ports::{LanguageModel, Prompt};
use crate::prompts::SUMMARIES;
use crate::state::State;
use crate::store::SettingScope;
use erstwhile_core::change::{Batch, BatchPrecondition, Change};
use erstwhile_core::error::{ErrorKind, Result};
use erstwhile_core::identity::{assistant_node, user_node};
use erstwhile_core::model::{
    AssertionId, BatchId, EntityId, EpisodeKind, Fact, GraphId, ProjectId, Role, SettingKind, SummarySubject,
    WrittenSummary,
};
use erstwhile_core::search::GraphIndex;
use erstwhile_core::text::words;
use jiff::Timestamp;

/// Minimum number of facts of a user or an entity with a summary.
const FACTS_MIN: usize = 4;
/// Number of added or ended facts after which a summary is written again.
const FACTS_CHANGED: usize = 3;
/// Minimum number of messages of a thread with a summary, and of new ones after which it is written again.
const MESSAGES_MIN: usize = 6;
const MESSAGES_CHANGED: usize = 12;
/// Maximum number of facts and messages that the model is shown for a summary: the newest.
const FACTS_MAX: usize = 60;
const MESSAGES_MAX: usize = 60;
/// Maximum number of characters of a message that the model is shown.
const MESSAGE_CHARACTERS_MAX: usize = 400;
/// Maximum number of summaries that are written together.
const TOGETHER_MAX: usize = 8;
/// Maximum number of characters of a summary.
const SUMMARY_CHARACTERS_MAX: usize = 1_200;
/// The share of a summary's words that must be words of its basis.
const CARRIED: f64 = 0.6;
/// Number of graphs of a project whose summaries are requested together.
const REQUESTED_TOGETHER: i64 = 500;
/// Tokens that a summary may have.
const TOKENS_PER_SUMMARY: u32 = 220;

/// A summary to write.
struct Draft {
    subject: SummarySubject,
    basis: Vec<Uuid>,
    instructions: String,
    /// What the model is shown.
    line: Value,
    /// The words of the basis.
    words: BTreeSet<String>,
}

/// Lets the summaries be written again that other instructions of the application apply to: of one graph at once, or in the
/// background of all users of a project. Without a model that writes summaries, nothing happens.
pub(crate) async fn request(state: &Arc<State>, scope: SettingScope) -> Result<()> {
    let parts = &state.parts;
    if parts.language_model.is_none() || parts.model_extractor.is_none() || !parts.settings.model.summaries {
        return Ok(());
    }
    match scope {
        SettingScope::Graph(graph) => state.store().request_summaries(&[graph], state.now()).await,
        SettingScope::Project(project) => {
            let state = Arc::clone(state);
            tokio::spawn(async move {
                if let Err(error) = request_of_project(&state, project).await {
                    tracing::warn!(%error, "some summaries follow new instructions only after the next message");
                }
            });
            Ok(())
        }
    }
}

async fn request_of_project(state: &Arc<State>, project: ProjectId) -> Result<()> {
    let mut after = GraphId(Uuid::nil());
    loop {
        let graphs = state.store().graphs_with_user_summary(project, after, REQUESTED_TOGETHER).await?;
        let Some(last) = graphs.last() else { return Ok(()) };
        after = *last;
        state.store().request_summaries(&graphs, state.now()).await?;
    }
}

/// Writes the summaries of a graph that are due, at most [`TOGETHER_MAX`]; returns whether there were any.
///
/// # Errors
/// If the model is not available, or the budget is spent.
pub(super) async fn write(source: Source<'_>) -> Result<bool> {
    let Source { state, partition, .. } = source;
    let Some(model) = state.parts.language_model.clone().filter(|_| state.parts.settings.model.summaries) else {
        return Ok(false);
    };
    let graph = source.graph();
    // Read before the index: what is removed later raises the revision, and the batch is refused.
    let Some(current) = state.store().find_partition(partition.id).await? else { return Ok(false) };
    let written = state.store().written_summaries(graph).await?;
    let written: BTreeMap<SummarySubject, WrittenSummary> =
        written.into_iter().map(|summary| (summary.subject.clone(), summary)).collect();
    let of_user = instructions(source, SettingKind::UserSummaryInstruction).await?;
    let of_threads = state.store().settings(SettingScope::Graph(graph), SettingKind::ThreadInstruction).await?;
    let of_threads: BTreeMap<String, String> = of_threads
        .into_iter()
        .filter_map(|setting| Some((setting.name, setting.value.get("summary")?.as_str()?.to_owned())))
        .collect();
    let now = state.now();
    let index = state.index(graph).await?;
    let drafts = index.read(|index| drafts(index, now, &written, &of_user, &of_threads))?;
    if drafts.is_empty() {
        return Ok(false);
    }
    state.check_model_budget(partition.project).await?;
    let texts = ask(source, model.as_ref(), &drafts).await?;
    let policy = state.content_policy(graph).await?;
    let is_permitted = |text: &str| policy.as_ref().is_none_or(|policy| !policy.prohibits(text));
    let changes: Vec<Change> = drafts
        .into_iter()
        .zip(texts)
        .map(|(draft, text)| {
            // An answer that is not used is stored without its text, so that it is not asked for again at once.
            let text = text.filter(|text| is_carried(text, &draft.words) && is_permitted(text)).unwrap_or_default();
            Change::PutWrittenSummary(WrittenSummary {
                subject: draft.subject,
                text,
                basis: draft.basis,
                instructions: draft.instructions,
                model: SUMMARIES.stamped(model.name()),
                written_at: now,
            })
        })
        .collect();
    if changes.is_empty() {
        return Ok(false);
    }
    let batch = Batch {
        id: BatchId(state.ids().next()),
        project: partition.project,
        partition: Some(partition.id),
        expect: BatchPrecondition::Revision(current.revision),
        at: state.now(),
        changes,
    };
    match state.store().apply(&batch).await {
        // What the summaries rest on has changed meanwhile: they are written later.
        Err(error) if matches!(error.kind(), ErrorKind::Conflict | ErrorKind::NotFound) => Ok(false),
        applied => applied.map(|_| true),
    }
}

/// The application's instructions of a kind for a graph, as one text.
async fn instructions(source: Source<'_>, kind: SettingKind) -> Result<String> {
    let settings = source.state.declared_for(source.partition.project, source.graph(), kind).await?;
    let texts: Vec<&str> = settings.iter().filter_map(|setting| setting.value.as_str()).collect();
    Ok(texts.join("\n"))
}

fn drafts(
    index: &GraphIndex,
    now: Timestamp,
    written: &BTreeMap<SummarySubject, WrittenSummary>,
    of_user: &str,
    of_threads: &BTreeMap<String, String>,
) -> Vec<Draft> {
    let graph = index.knowledge.graph();
    let user = index.knowledge.entity_of(user_node(graph));
    let mut drafts = Vec::new();
    if let Some(entity) = index.knowledge.entity(user) {
        let subject = SummarySubject::User;
        drafts.extend(of_facts(index, now, subject, (user, "user", &entity.name), of_user, written));
    }
    drafts.extend(of_messages(index, written, of_threads));
    let mut entities: Vec<(usize, EntityId, &str)> = index
        .knowledge
        .entities()
        .filter(|entity| entity.id != user && entity.id != assistant_node(graph))
        .map(|entity| (index.knowledge.degree(entity.id), entity.id, entity.name.as_str()))
        .filter(|(degree, ..)| *degree >= FACTS_MIN)
        .collect();
    entities.sort_by(|left, right| right.cmp(left));
    for (_, id, name) in entities {
        if drafts.len() >= TOGETHER_MAX {
            break;
        }
        drafts.extend(of_facts(index, now, SummarySubject::Entity(id), (id, "entity", name), "", written));
    }
    drafts.truncate(TOGETHER_MAX);
    drafts
}

/// The summary of a user or an entity, if it is due.
fn of_facts(
    index: &GraphIndex,
    now: Timestamp,
    subject: SummarySubject,
    (id, kind, name): (EntityId, &str, &str),
    instructions: &str,
    written: &BTreeMap<SummarySubject, WrittenSummary>,
) -> Option<Draft> {
    let mut facts: Vec<&Fact> = index.knowledge.facts_about(id).filter(|fact| fact.is_current_at(now)).collect();
    facts.sort_by_key(|fact| std::cmp::Reverse((fact.valid_from, fact.id)));
    facts.truncate(FACTS_MAX);
    if facts.len() < FACTS_MIN {
        return None;
    }
    let mut basis: Vec<Uuid> = facts.iter().map(|fact| fact.id.0).collect();
    basis.sort();
    if let Some(known) = written.get(&subject)
        && known.instructions == instructions
    {
        // What no longer holds makes the summary wrong, so it is written again at once.
        let holds = |id: &Uuid| {
            let fact = index.knowledge.fact(AssertionId(*id));
            fact.is_some_and(|fact| fact.id.0 == *id && fact.is_current_at(now))
        };
        let is_new = |id: &&Uuid| !known.basis.contains(*id);
        if known.basis.iter().all(holds) && basis.iter().filter(is_new).count() < FACTS_CHANGED {
            return None;
        }
    }
    let day = |at: Option<Timestamp>| at.map(|at| at.strftime("%Y-%m-%d").to_string());
    let lines: Vec<Value> =
        facts.iter().map(|fact| json!({ "fact": fact.statement, "since": day(fact.valid_from) })).collect();
    let words = facts.iter().flat_map(|fact| words(&fact.statement)).chain(words(name)).collect();
    let line = json!({ "kind": kind, "name": name, "facts": lines });
    Some(Draft { subject, basis, instructions: instructions.to_owned(), line, words })
}

/// The summaries of threads that are due.
fn of_messages(
    index: &GraphIndex,
    written: &BTreeMap<SummarySubject, WrittenSummary>,
    instructions: &BTreeMap<String, String>,
) -> Vec<Draft> {
    let mut threads: BTreeMap<&String, Vec<_>> = BTreeMap::new();
    for episode in index.episodes().filter(|episode| episode.kind == EpisodeKind::Message) {
        if let Some(thread) = &episode.thread {
            threads.entry(thread).or_default().push(episode);
        }
    }
    let mut drafts = Vec::new();
    for (thread, mut episodes) in threads {
        episodes.sort_by_key(|episode| episode.seq);
        let own = instructions.get(thread).cloned().unwrap_or_default();
        let subject = SummarySubject::Thread(thread.clone());
        let is_due = match written.get(&subject).filter(|known| known.instructions == own) {
            Some(known) => {
                let last = episodes.iter().rposition(|episode| known.basis.contains(&episode.id.0));
                episodes.len() - last.map_or(0, |last| last + 1) >= MESSAGES_CHANGED
            }
            None => episodes.len() >= MESSAGES_MIN,
        };
        if !is_due {
            continue;
        }
        let shown = || episodes.iter().rev().take(MESSAGES_MAX).rev();
        let mut basis: Vec<Uuid> = shown().map(|episode| episode.id.0).collect();
        basis.sort();
        let mut of_basis = BTreeSet::new();
        let lines: Vec<Value> = shown()
            .map(|episode| {
                let text: String = episode.content.chars().take(MESSAGE_CHARACTERS_MAX).collect();
                of_basis.extend(words(&text));
                let speaker = episode.speaker().map(String::as_str);
                of_basis.extend(speaker.map(words).unwrap_or_default());
                json!({ "role": episode.role.map(Role::as_str), "speaker": speaker, "text": text })
            })
            .collect();
        let user = index.knowledge.entity(user_node(index.knowledge.graph()));
        of_basis.extend(user.map(|user| words(&user.name)).unwrap_or_default());
        let line = json!({ "kind": "thread", "messages": lines, "user": user.map(|user| &user.name) });
        drafts.push(Draft { subject, basis, instructions: own, line, words: of_basis });
    }
    drafts
}

/// The instructions, with those of the application for single summaries.
fn instructions_for(drafts: &[Draft]) -> String {
    let mut text = SUMMARIES.instructions().to_owned();
    for (number, draft) in drafts.iter().enumerate().filter(|(_, draft)| !draft.instructions.is_empty()) {
        text = format!("{text}\n\nFor summary {}, the application asks:\n{}", number + 1, draft.instructions);
    }
    text
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    summaries: Vec<AnsweredSummary>,
}

#[derive(Deserialize)]
struct AnsweredSummary {
    number: usize,
    summary: String,
}

/// The model's summaries, in the order of the drafts.
async fn ask(source: Source<'_>, model: &dyn LanguageModel, drafts: &[Draft]) -> Result<Vec<Option<String>>> {
    let lines: Vec<String> =
        drafts.iter().enumerate().map(|(number, draft)| format!("{}. {}", number + 1, draft.line)).collect();
    let prompt = Prompt {
        instructions: instructions_for(drafts),
        data: lines.join("\n"),
        schema: Some(SUMMARIES.schema("summaries", drafts.len())?),
        tokens_max: TOKENS_PER_SUMMARY * u32::try_from(drafts.len()).unwrap_or(1) + 100,
    };
    let completion = model.complete(prompt).await;
    let state = Arc::clone(source.state);
    if !completion.usage.is_zero() {
        state.record_model_usage(source.partition.project, model.name(), completion.usage).await?;
    }
    let answer = completion.outcome?;
    let mut texts = vec![None; drafts.len()];
    let answered = serde_json::from_str::<Answer>(&answer).map(|answer| answer.summaries).unwrap_or_default();
    for AnsweredSummary { number, summary } in answered {
        if let Some(slot) = number.checked_sub(1).and_then(|number| texts.get_mut(number)) {
            *slot = Some(summary.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
    Ok(texts)
}

/// Whether a summary is made of words of its basis.
fn is_carried(text: &str, of_basis: &BTreeSet<String>) -> bool {
    let all = words(text);
    let carried = all.iter().filter(|word| of_basis.contains(*word)).count();
    let length = text.chars().count();
    !all.is_empty() && length <= SUMMARY_CHARACTERS_MAX && carried as f64 >= CARRIED * all.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_made_of_words_of_its_basis() {
        let basis: BTreeSet<String> =
            words("Ann Lee lives in Oslo. Ann Lee works at Acme as a baker.").into_iter().collect();
        assert!(is_carried("Ann Lee, a baker at Acme, lives in Oslo.", &basis));
        assert!(!is_carried("Ann Lee robbed a bank in Rome and hid the money.", &basis));
        assert!(!is_carried("", &basis));
        assert!(!is_carried(&"Ann Lee ".repeat(300), &basis));
    }
}
