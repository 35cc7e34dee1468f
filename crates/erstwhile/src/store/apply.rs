//! Converts a batch of changes to the steps of one transaction. Pure.

mod audit;
mod collections;
mod erasures;
mod imports;
mod model_readings;
mod projects;
mod repeated;
mod settings;
mod wordings;

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::checksums;
use super::codes::Code;
use super::rows::{
    entity_patch_json, fact_edit_json, fixed_columns, id, json, json_text, optional_id, optional_text, optional_time,
    owner_code, state_code, text, time,
};
use super::sql::{Refusal, Rows, Statement, Step, Value};
use super::statements as sql;
use super::webhooks::add_delivery;
use super::{Locate, tables};
use erstwhile_core::change::{Batch, BatchPrecondition, Change};
use erstwhile_core::error::{Error, Result};
use erstwhile_core::evidence::TombstoneKind;
use erstwhile_core::model::{
    Assertion, Episode, EpisodeId, EpisodeState, Link, Mention, Metadata, Partition, PartitionId, PartitionOwner,
    ProjectId, SettingKind, Thread, TimePoint, User,
};

/// The steps of a batch; `RAISE_VERSION` returns the partition's new version.
///
/// # Errors
/// `Internal` when a change needs or names a partition that is not the batch's, or a partition is added by a change
/// other than the first.
pub(super) fn steps(batch: &Batch) -> Result<Vec<Step>> {
    if batch.changes.iter().skip(1).any(|change| matches!(change, Change::AddPartition(..))) {
        return Err(Error::internal("a partition must be added by the first change of its batch"));
    }
    if batch.changes.iter().filter_map(Change::partition).any(|partition| batch.partition != Some(partition)) {
        return Err(Error::internal("a batch contains a change of another partition"));
    }
    let scope = batch.partition.map_or(batch.project.0, |graph| graph.0);
    let arriving = batch.changes.iter().map(Change::episode_count).sum();
    let mut steps =
        Steps { project: batch.project, partition: batch.partition, at: batch.at, arriving, steps: Vec::new() };
    let applied = vec![id(scope), id(batch.id.0), time(batch.at)];
    steps.must(&sql::MARK_APPLIED, applied, Refusal::AppliedBefore);
    if let Some(graph) = batch.partition {
        steps.raise_version(graph, batch);
    }
    let before_changes = steps.steps.len();
    for change in &batch.changes {
        steps.change(change)?;
    }
    if batch.changes.iter().any(Change::removes_written_summaries) {
        let graph = steps.partition()?;
        steps.may(tables::CLEAR_WRITTEN_SUMMARIES, vec![id(graph.0)]);
    }
    if batch.changes.iter().any(Change::changes_pending_episodes) {
        let graph = steps.partition()?;
        steps.may(&sql::COUNT_PENDING, vec![id(graph.0)]);
    }
    if batch.changes.iter().any(Change::changes_awaiting_episodes) {
        let graph = steps.partition()?;
        steps.may(&sql::COUNT_AWAITING, vec![id(graph.0)]);
    }
    if batch.changes.iter().any(Change::advances_import) {
        let graph = steps.partition()?;
        steps.may(&sql::COUNT_PENDING_IMPORT_ITEMS, vec![id(graph.0)]);
    }
    if batch.changes.iter().any(Change::erases) {
        // Before the changes, because a receipt counts what they remove.
        let erasure = erasures::step(batch, &steps.steps);
        steps.steps.insert(before_changes, erasure);
    }
    Ok(steps.steps)
}

struct Steps {
    project: ProjectId,
    partition: Option<PartitionId>,
    at: Timestamp,
    /// The number of episodes of the batch that have no sequence number yet.
    arriving: usize,
    steps: Vec<Step>,
}

impl Steps {
    fn partition(&self) -> Result<PartitionId> {
        self.partition.ok_or_else(|| Error::internal("a batch without a partition contains a change of one"))
    }

    fn may(&mut self, statement: &'static Statement, params: Vec<Value>) {
        self.steps.push(Step { statement, params, expect: Rows::Any });
    }

    fn must(&mut self, statement: &'static Statement, params: Vec<Value>, otherwise: Refusal) {
        self.steps.push(Step { statement, params, expect: Rows::One(otherwise) });
    }

    fn raise_version(&mut self, graph: PartitionId, batch: &Batch) {
        match batch.expect {
            // The model's lease is checked below, when the partition's row is locked: deletions lock it first, too.
            BatchPrecondition::None | BatchPrecondition::ModelLease { .. } => {}
            BatchPrecondition::Revision(revision) => {
                self.must(&sql::EXPECT_REVISION, vec![id(graph.0), Value::Int(revision)], Refusal::Stale);
            }
            BatchPrecondition::Lease { epoch, revision } => {
                self.must(&sql::EXPECT_REVISION, vec![id(graph.0), Value::Int(revision)], Refusal::Stale);
                self.must(&sql::EXPECT_LEASE, vec![id(graph.0), Value::Int(epoch)], Refusal::Fenced);
            }
        }
        if let Some(Change::AddPartition(graph, user)) = batch.changes.first() {
            self.add_partition(graph, user.as_ref());
        }
        let knowledge = i64::from(batch.changes.iter().any(Change::is_knowledge));
        let params = vec![id(graph.0), Value::Int(knowledge), Value::Int(self.arriving as i64)];
        self.must(&sql::RAISE_VERSION, params, Refusal::Missing("graph"));
        if let BatchPrecondition::ModelLease { epoch, version } = batch.expect {
            let params = vec![id(graph.0), Value::Int(epoch), Value::Int(version)];
            self.must(&sql::EXPECT_MODEL_LEASE, params, Refusal::Fenced);
        }
    }

    fn change(&mut self, change: &Change) -> Result<()> {
        match change {
            Change::Project(change) => self.change_project(change),
            Change::Notify(notification) => {
                self.steps.push(add_delivery(self.project, notification, self.at));
            }
            Change::Audit(entry) => self.audit(entry),
            Change::UseKey { key, request } => self.use_key(*key, *request),
            // Already written: the version is a column of the partition's row, so the row must exist first.
            Change::AddPartition(..) => {}
            Change::UpdatePartition(graph, seen) => {
                let replaced = graph_fields(graph, graph.updated_at);
                let checksum = Value::Int(checksums::of_replaced(&replaced));
                let [name, description, time_zone, updated_at, folded] = replaced;
                let params =
                    vec![id(graph.id.0), name, description, time_zone, updated_at, time(*seen), folded, checksum];
                self.must(&sql::UPDATE_GRAPH, params, Refusal::Stale);
            }
            Change::UpdateUser(user, seen) => self.update_user(user, *seen),
            Change::RemovePartition(owner) => self.remove_partition(owner)?,
            Change::AddThread(thread) => self.add_thread(thread),
            Change::UpdateThread(thread, seen) => self.update_thread(thread, *seen),
            Change::RemoveThread(thread_id) => self.remove_thread(thread_id)?,
            Change::AddEpisodes(episodes) => self.add_episodes(episodes)?,
            Change::SetEpisodeMetadata(episode, metadata) => self.set_episode_metadata(*episode, metadata)?,
            Change::SetEpisodeState(episode, state) => {
                let (code, failure) = state_code(state);
                let settled = (*state != EpisodeState::Pending).then_some(self.at);
                let graph = id(self.partition()?.0);
                let params =
                    vec![graph, id(episode.0), Value::Int(code), optional_text(failure), optional_time(settled)];
                // The episode may have been deleted while it was extracted, which is not an error.
                self.may(&sql::SET_EPISODE_STATE, params);
                if *state == EpisodeState::Pending {
                    let params = vec![id(self.partition()?.0), Value::Int(1), time(self.at)];
                    self.may(&sql::ENQUEUE, params);
                }
            }
            Change::AwaitModel(episode, from) => self.await_model(*episode, *from)?,
            Change::ReplaceReading(episode, report) => self.replace_reading(id(episode.0), report)?,
            Change::SetModelReading(episode, reading) => self.set_model_reading(*episode, reading)?,
            Change::PutWrittenSummary(summary) => self.put_written_summary(summary)?,
            Change::RemoveEpisode(episode) => self.remove_episode(*episode)?,
            Change::AddTask { task, kind, total } => {
                let params = checksums::with(vec![
                    id(self.partition()?.0),
                    id(task.0),
                    text(kind),
                    Value::Int(*total as i64),
                    time(self.at),
                ]);
                self.may(&sql::ADD_TASK, params);
            }
            Change::AddMention(mention) => self.add_mention(mention)?,
            Change::AddAssertion(assertion) => self.add_assertion(assertion)?,
            Change::RemoveAssertion(assertion) => {
                let graph = id(self.partition()?.0);
                let params = vec![graph.clone(), id(assertion.0)];
                self.may(&sql::CANCEL_READING_OF_ASSERTION, params.clone());
                self.must(&sql::REMOVE_ASSERTION, params, Refusal::Missing("fact"));
                self.may(&sql::REMOVE_EDIT, vec![graph, Value::Int(0), id(assertion.0)]);
                self.add_tombstone(TombstoneKind::Assertion, id(assertion.0))?;
            }
            Change::AddLink(link) => self.add_link(link)?,
            Change::RemoveLink(link) => {
                let params = vec![id(self.partition()?.0), id(link.0)];
                self.must(&sql::REMOVE_LINK, params, Refusal::Missing("link"));
                self.add_tombstone(TombstoneKind::Link, id(link.0))?;
            }
            Change::PutFactEdit(assertion, edit) => {
                let graph = id(self.partition()?.0);
                self.may(&sql::CANCEL_READING_OF_ASSERTION, vec![graph, id(assertion.0)]);
                self.put_edit(Value::Int(0), id(assertion.0), fact_edit_json(edit))?;
            }
            Change::PutEntityEdit(entity, patch) => {
                let graph = id(self.partition()?.0);
                self.may(&sql::CANCEL_READINGS_OF_NAME, vec![graph, id(entity.0)]);
                self.put_edit(Value::Int(1), id(entity.0), entity_patch_json(patch))?;
            }
            Change::RemoveName(entity) => self.remove_name(id(entity.0))?,
            Change::Reword(wordings) => self.reword(wordings)?,
            Change::Setting(change) => self.change_setting(change),
            Change::Group(change) => self.change_group(change)?,
            Change::Collection(change) => self.change_collection(change)?,
            Change::Import(change) => self.change_import(change)?,
        }
        Ok(())
    }

    fn locate(&mut self, kind: Locate, name: &str, graph: PartitionId, taken: Refusal) {
        let params = vec![text(name), kind.value(), id(self.project.0), id(graph.0)];
        self.must(&sql::ADD_LOCATOR, params, taken);
    }

    fn unlocate(&mut self, kind: Locate, name: &str) {
        let params = vec![text(name), kind.value(), id(self.project.0)];
        self.may(&sql::REMOVE_LOCATOR, params);
    }

    fn add_partition(&mut self, graph: &Partition, user: Option<&User>) {
        let (kind, owner) = owner_code(&graph.owner);
        let located = match &graph.owner {
            PartitionOwner::User(user_id) => {
                Some((Locate::User, format!("user already exists with user_id: {user_id}")))
            }
            PartitionOwner::Standalone(graph_id) => {
                Some((Locate::Graph, format!("graph already exists with graph_id: {graph_id}")))
            }
            PartitionOwner::Collection(name) => {
                Some((Locate::Collection, format!("collection already exists with name: {name}")))
            }
            // The change that adds a thread adds its locator; an import job is located by its uuid.
            PartitionOwner::Thread(_) | PartitionOwner::ImportJob => None,
        };
        if let Some((locate, taken)) = located {
            self.locate(locate, owner, graph.id, Refusal::Taken(taken));
        }
        self.locate(Locate::Tag, &graph.id.tag(), graph.id, Refusal::TagTaken);
        let replaced = graph_fields(graph, graph.created_at);
        let checksum = Value::Int(checksums::of_halves(&fixed_columns(graph), &replaced));
        let [name, description, time_zone, created_at, folded] = replaced;
        let params = vec![
            id(graph.id.0),
            id(graph.project.0),
            Value::Int(kind),
            text(owner),
            name,
            description,
            time_zone,
            created_at,
            folded,
            checksum,
        ];
        self.may(&sql::ADD_GRAPH, params);
        if let Some(user) = user {
            self.may(&sql::ADD_ACCOUNT, checksums::with(user_values(user)));
        }
    }

    fn update_user(&mut self, user: &User, seen: Timestamp) {
        let params = vec![
            id(user.graph.0),
            optional_text(user.email.as_ref()),
            optional_text(user.first_name.as_ref()),
            optional_text(user.last_name.as_ref()),
            optional_text(user.time_zone.as_ref()),
            json(&user.metadata),
            Value::Int(i64::from(user.disable_default_ontology)),
            time(user.updated_at),
            time(seen),
            folded_user(user),
            Value::Int(checksums::of_row(&user_values(user))),
        ];
        self.must(&sql::UPDATE_ACCOUNT, params, Refusal::Stale);
    }

    fn remove_partition(&mut self, owner: &PartitionOwner) -> Result<()> {
        let graph = self.partition()?;
        match owner {
            PartitionOwner::User(user_id) => self.unlocate(Locate::User, user_id),
            PartitionOwner::Standalone(graph_id) => self.unlocate(Locate::Graph, graph_id),
            PartitionOwner::Collection(name) => self.unlocate(Locate::Collection, name),
            PartitionOwner::Thread(_) | PartitionOwner::ImportJob => {}
        }
        let params = vec![id(graph.0), Locate::Thread.value(), id(self.project.0)];
        self.may(&sql::REMOVE_THREAD_LOCATORS, params);
        self.may(&sql::ERASE_IMPORT_ITEMS_OF_GRAPH, vec![id(graph.0)]);
        self.unlocate(Locate::Tag, &graph.tag());
        self.may(&sql::REMOVE_GIVEN_UUIDS, vec![id(graph.0)]);
        self.erase_audit(graph);
        // The ids of applied batches stay until housekeeping removes them: a batch that arrives again revives nothing.
        for clear in tables::clears() {
            self.may(clear, vec![id(graph.0)]);
        }
        Ok(())
    }

    fn add_thread(&mut self, thread: &Thread) {
        let taken = format!("thread already exists with thread_id: {}", thread.thread_id);
        self.locate(Locate::Thread, &thread.thread_id, thread.graph.into(), Refusal::Taken(taken));
        self.may(&sql::ADD_THREAD, checksums::with(thread_values(thread)));
    }

    fn update_thread(&mut self, thread: &Thread, seen: Timestamp) {
        let params = vec![
            id(thread.graph.0),
            text(&thread.thread_id),
            json(&thread.metadata),
            json(&thread.classifications),
            time(thread.updated_at),
            optional_time(thread.ended_at),
            time(seen),
            Value::Int(checksums::of_row(&thread_values(thread))),
        ];
        self.must(&sql::UPDATE_THREAD, params, Refusal::Stale);
    }

    fn remove_thread(&mut self, thread_id: &str) -> Result<()> {
        let graph = id(self.partition()?.0);
        for statement in [
            &sql::REMOVE_GIVEN_UUIDS_OF_THREAD,
            &sql::BURY_THREAD,
            &sql::REMOVE_THREAD_EDITS,
            &sql::REMOVE_THREAD_MENTIONS,
            &sql::REMOVE_THREAD_ASSERTIONS,
            &sql::REMOVE_THREAD_LINKS,
            &sql::REMOVE_THREAD_EPISODES,
        ] {
            self.may(statement, vec![graph.clone(), text(thread_id)]);
        }
        for kind in [SettingKind::RatingInstruction, SettingKind::ThreadInstruction] {
            self.may(&sql::REMOVE_SETTING, vec![graph.clone(), kind.value(), text(thread_id)]);
        }
        self.may(&sql::ERASE_IMPORT_ITEMS_OF_THREAD, vec![graph.clone(), text(thread_id)]);
        self.must(&sql::REMOVE_THREAD, vec![graph, text(thread_id)], Refusal::Missing("thread"));
        self.unlocate(Locate::Thread, thread_id);
        Ok(())
    }

    fn add_episodes(&mut self, episodes: &[Episode]) -> Result<()> {
        let graph = self.partition()?;
        // Fails if the thread is deleted concurrently, so that no message outlives its thread.
        let threads: BTreeSet<&String> = episodes.iter().filter_map(|episode| episode.thread.as_ref()).collect();
        for thread in threads {
            self.must(&sql::EXPECT_THREAD, vec![id(graph.0), text(thread)], Refusal::Missing("thread"));
        }
        for episode in episodes {
            self.add_given_uuid(graph, episode);
            let (state, failure) = state_code(&episode.state);
            let settled = (episode.state != EpisodeState::Pending).then_some(self.at);
            let metadata = json_text(&episode.metadata);
            let checksum = checksums::of_episode(episode) | checksums::of_attached(&metadata);
            let params = vec![
                id(graph.0),
                Value::Int(self.arriving as i64),
                id(episode.id.0),
                optional_text(episode.thread.as_ref()),
                episode.kind.value(),
                episode.role.map_or(Value::Null, Code::value),
                optional_text(episode.name.as_ref()),
                text(&episode.content),
                Value::Text(metadata),
                optional_text(episode.source_description.as_ref()),
                optional_text(episode.document_id.as_ref()),
                time(episode.reference_time),
                time(episode.recorded_at),
                Value::Int(state),
                optional_text(failure),
                optional_time(settled),
                optional_id(episode.task.map(|task| task.0)),
                Value::Int(i64::from(episode.strict)),
                Value::Int(checksum),
            ];
            self.may(&sql::ADD_EPISODE, params);
            self.arriving -= 1;
        }
        let pending = episodes.iter().filter(|episode| episode.state == EpisodeState::Pending).count();
        if pending > 0 {
            self.may(&sql::ENQUEUE, vec![id(graph.0), Value::Int(pending as i64), time(self.at)]);
        }
        Ok(())
    }

    fn set_episode_metadata(&mut self, episode: EpisodeId, metadata: &Metadata) -> Result<()> {
        let metadata = json_text(metadata);
        let checksum = Value::Int(checksums::of_attached(&metadata));
        let params = vec![id(self.partition()?.0), id(episode.0), Value::Text(metadata), checksum];
        self.must(&sql::SET_EPISODE_METADATA, params, Refusal::Missing("episode"));
        Ok(())
    }

    /// Removes everything derived from an episode.
    fn remove_reading(&mut self, episode: &Value) -> Result<()> {
        let graph = id(self.partition()?.0);
        for statement in [
            &sql::REMOVE_EPISODE_EDITS,
            &sql::REMOVE_EPISODE_MENTIONS,
            &sql::REMOVE_EPISODE_ASSERTIONS,
            &sql::REMOVE_EPISODE_LINKS,
        ] {
            self.may(statement, vec![graph.clone(), episode.clone()]);
        }
        Ok(())
    }

    fn remove_episode(&mut self, episode: EpisodeId) -> Result<()> {
        self.remove_given_uuid(episode)?;
        let (graph, episode) = (id(self.partition()?.0), id(episode.0));
        self.remove_reading(&episode)?;
        self.must(&sql::REMOVE_EPISODE, vec![graph, episode.clone()], Refusal::Missing("episode"));
        self.add_tombstone(TombstoneKind::Episode, episode)
    }

    fn add_tombstone(&mut self, kind: TombstoneKind, object: Value) -> Result<()> {
        let params = vec![id(self.partition()?.0), kind.value(), object];
        self.may(&sql::BURY, params);
        Ok(())
    }

    fn add_mention(&mut self, mention: &Mention) -> Result<()> {
        let graph = self.partition()?;
        let params = vec![
            id(graph.0),
            id(super::mention_id(graph, mention)),
            optional_id(mention.episode.map(|episode| episode.0)),
            id(mention.entity.0),
            text(&mention.name),
            optional_text(mention.entity_type.as_ref()),
            Value::Int(mention.span.start as i64),
            Value::Int(mention.span.end as i64),
            time(mention.recorded_at),
            Value::Int(checksums::of_mention(mention)),
        ];
        self.may(&sql::ADD_MENTION, params);
        Ok(())
    }

    fn add_assertion(&mut self, assertion: &Assertion) -> Result<()> {
        let at = |instant: Option<TimePoint>| optional_time(instant.map(|instant| instant.at));
        let precision = |instant: Option<TimePoint>| instant.map_or(Value::Null, |instant| instant.precision.value());
        let attributes = json_text(&assertion.attributes);
        let checksum = checksums::of_assertion(assertion) | checksums::of_attached(&attributes);
        let params = vec![
            id(self.partition()?.0),
            id(assertion.id.0),
            optional_id(assertion.episode.map(|episode| episode.0)),
            id(assertion.subject.0),
            text(&assertion.predicate),
            optional_id(assertion.object.map(|object| object.0)),
            text(&assertion.statement),
            Value::Int(assertion.span.start as i64),
            Value::Int(assertion.span.end as i64),
            assertion.kind.value(),
            assertion.holding.value(),
            at(assertion.valid_from),
            precision(assertion.valid_from),
            at(assertion.valid_until),
            precision(assertion.valid_until),
            time(assertion.reference_time),
            time(assertion.recorded_at),
            Value::Real(assertion.confidence),
            text(&assertion.extractor),
            Value::Text(attributes),
            Value::Int(checksum),
        ];
        self.may(&sql::ADD_ASSERTION, params);
        Ok(())
    }

    fn add_link(&mut self, link: &Link) -> Result<()> {
        let params = vec![
            id(self.partition()?.0),
            id(link.id.0),
            id(link.left.0),
            id(link.right.0),
            link.kind.value(),
            optional_id(link.episode.map(|episode| episode.0)),
            time(link.recorded_at),
        ];
        self.may(&sql::ADD_LINK, checksums::with(params));
        Ok(())
    }

    fn put_edit(&mut self, kind: Value, target: Value, patch: String) -> Result<()> {
        let (graph, at) = (id(self.partition()?.0), time(self.at));
        let key = [graph.clone(), kind.clone(), target.clone(), at.clone()];
        let checksum = checksums::of_row(&key) | checksums::of_attached(&patch);
        self.may(&sql::PUT_EDIT, vec![graph, kind, target, Value::Text(patch), at, Value::Int(checksum)]);
        Ok(())
    }

    fn remove_name(&mut self, name: Value) -> Result<()> {
        let graph = id(self.partition()?.0);
        self.may(&sql::CANCEL_READINGS_OF_NAME, vec![graph.clone(), name.clone()]);
        for statement in
            [&sql::REMOVE_NAME_EDITS, &sql::REMOVE_NAME_MENTIONS, &sql::REMOVE_NAME_ASSERTIONS, &sql::REMOVE_NAME_LINKS]
        {
            self.may(statement, vec![graph.clone(), name.clone()]);
        }
        self.may(&sql::REMOVE_EDIT, vec![graph, Value::Int(1), name.clone()]);
        self.add_tombstone(TombstoneKind::Name, name)
    }
}

/// The columns of a user.
fn user_values(user: &User) -> Vec<Value> {
    vec![
        id(user.graph.0),
        id(user.project.0),
        text(&user.user_id),
        id(user.uuid.0),
        optional_text(user.email.as_ref()),
        optional_text(user.first_name.as_ref()),
        optional_text(user.last_name.as_ref()),
        optional_text(user.time_zone.as_ref()),
        json(&user.metadata),
        Value::Int(i64::from(user.disable_default_ontology)),
        time(user.created_at),
        time(user.updated_at),
        folded_user(user),
    ]
}

/// The columns of a thread.
fn thread_values(thread: &Thread) -> Vec<Value> {
    vec![
        id(thread.graph.0),
        text(&thread.thread_id),
        id(thread.project.0),
        id(thread.uuid.0),
        json(&thread.metadata),
        json(&thread.classifications),
        time(thread.created_at),
        time(thread.updated_at),
        optional_time(thread.ended_at),
    ]
}

/// The text by which users are searched, in lower case. This program converts it, because databases differ in how they
/// convert to lower case.
fn folded_user(user: &User) -> Value {
    let name = [user.first_name.as_deref(), user.last_name.as_deref()].map(Option::unwrap_or_default).join(" ");
    folded(&[&user.user_id, user.email.as_deref().unwrap_or_default(), &name])
}

/// The text by which graphs are searched, in lower case.
/// The columns of a partition that are replaced together.
fn graph_fields(graph: &Partition, updated_at: Timestamp) -> [Value; 5] {
    [
        optional_text(graph.name.as_ref()),
        optional_text(graph.description.as_ref()),
        optional_text(graph.time_zone.as_ref()),
        time(updated_at),
        folded_graph(graph),
    ]
}

fn folded_graph(graph: &Partition) -> Value {
    let (name, description) = (graph.name.as_deref(), graph.description.as_deref());
    folded(&[owner_code(&graph.owner).1, name.unwrap_or_default(), description.unwrap_or_default()])
}

fn folded(parts: &[&str]) -> Value {
    Value::Text(parts.join("\n").to_lowercase())
}
