//! Conversion between domain types and rows.

mod records;

pub(super) use records::{
    TaskRow, import_item_json, import_item_payload, import_item_state_code, read_collection, read_document,
    read_import, read_import_item, read_membership, read_setting, read_task, roles_code, vector,
};

use jiff::Timestamp;
use uuid::Uuid;

use super::checksums;
use super::codes::{Code, unknown_code};
use super::sql::{Row, RowReader, Value};
use erstwhile_core::error::{Error, Result};
use erstwhile_core::evidence::Edit;
use erstwhile_core::model::{
    ApiKey, Assertion, ClaimKind, EntityPatch, Episode, EpisodeKind, EpisodeState, FactEdit, GraphId, Holding, KeyRole,
    Link, LinkKind, Mention, Metadata, ModelReading, ModelReadingState, ModelReport, Partition, PartitionId,
    PartitionOwner, Precision, Project, Role, Span, SummarySubject, Thread, TimePoint, User, WrittenSummary,
};

/// A uuid as a value.
pub(super) fn id(uuid: Uuid) -> Value {
    Value::Blob(uuid.as_bytes().to_vec())
}

/// A uuid or null.
pub(super) fn optional_id(uuid: Option<Uuid>) -> Value {
    uuid.map_or(Value::Null, id)
}

/// A time as microseconds since 1970.
pub(super) fn time(at: Timestamp) -> Value {
    Value::Int(at.as_microsecond())
}

/// A time or null.
pub(super) fn optional_time(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, time)
}

/// A text.
pub(super) fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

/// A text or null.
pub(super) fn optional_text(value: Option<&String>) -> Value {
    value.map_or(Value::Null, |value| Value::Text(value.clone()))
}

/// A JSON object as text.
pub(super) fn json(value: &Metadata) -> Value {
    Value::Text(json_text(value))
}

/// The text of a JSON object, as it is stored.
pub(super) fn json_text(value: &Metadata) -> String {
    serde_json::Value::Object(value.clone()).to_string()
}

trait ReadDomain {
    fn uuid(&mut self) -> Result<Uuid>;
    fn optional_uuid(&mut self) -> Result<Option<Uuid>>;
    fn time(&mut self) -> Result<Timestamp>;
    fn optional_time(&mut self) -> Result<Option<Timestamp>>;
    fn json(&mut self) -> Result<Metadata>;
    fn span(&mut self) -> Result<Span>;
    fn instant(&mut self) -> Result<Option<TimePoint>>;
}

pub(super) fn uuid_of(bytes: &[u8]) -> Result<Uuid> {
    Uuid::from_slice(bytes).map_err(|error| Error::corrupt("a stored id is not a uuid").with_source(error))
}

pub(super) fn read_time(microseconds: i64) -> Result<Timestamp> {
    Timestamp::from_microsecond(microseconds)
        .map_err(|error| Error::corrupt("a stored time is out of range").with_source(error))
}

fn object_of(json: &str) -> Result<Metadata> {
    serde_json::from_str(json).map_err(|error| Error::corrupt("stored JSON does not parse").with_source(error))
}

impl ReadDomain for RowReader {
    fn uuid(&mut self) -> Result<Uuid> {
        uuid_of(&self.blob()?)
    }

    fn optional_uuid(&mut self) -> Result<Option<Uuid>> {
        self.optional_blob()?.map(|bytes| uuid_of(&bytes)).transpose()
    }

    fn time(&mut self) -> Result<Timestamp> {
        read_time(self.int()?)
    }

    fn optional_time(&mut self) -> Result<Option<Timestamp>> {
        self.optional_int()?.map(read_time).transpose()
    }

    fn json(&mut self) -> Result<Metadata> {
        object_of(&self.text()?)
    }

    fn span(&mut self) -> Result<Span> {
        let (start, end) = (self.int()?, self.int()?);
        Ok(usize::try_from(start).unwrap_or(0)..usize::try_from(end).unwrap_or(0))
    }

    fn instant(&mut self) -> Result<Option<TimePoint>> {
        let (at, precision) = (self.optional_time()?, self.optional_int()?);
        let Some(at) = at else { return Ok(None) };
        // A time without a precision is exact.
        let precision = precision.map_or(Ok(Precision::Instant), Precision::from_code)?;
        Ok(Some(TimePoint { at, precision }))
    }
}

/// Reads a single uuid.
pub(super) fn read_id(row: Row) -> Result<Uuid> {
    row.reader().uuid()
}

/// The stored code of a state; `PENDING_EPISODES` and its index rely on pending being 0.
pub(super) fn state_code(state: &EpisodeState) -> (i64, Option<&String>) {
    match state {
        EpisodeState::Pending => (0, None),
        EpisodeState::Processed => (1, None),
        EpisodeState::Ignored => (2, None),
        EpisodeState::Failed(reason) => (3, Some(reason)),
    }
}

pub(super) fn read_project(row: Row) -> Result<Project> {
    checksums::check_halves(&row, (3, 2), || checksums::name_of(row.0.first(), "project"))?;
    let mut row = row.reader();
    Ok(Project {
        id: row.uuid()?.into(),
        name: row.text()?,
        created_at: row.time()?,
        description: row.optional_text()?,
        time_zone: row.optional_text()?,
    })
}

pub(super) fn read_key(row: Row) -> Result<ApiKey> {
    checksums::check_halves(&row, (9, 1), || checksums::name_of(row.0.first(), "API key"))?;
    let mut row = row.reader();
    Ok(ApiKey {
        id: row.uuid()?.into(),
        project: row.uuid()?.into(),
        name: row.text()?,
        prefix: row.text()?,
        digest: row.blob()?.try_into().map_err(|_| Error::corrupt("a stored key digest has the wrong length"))?,
        role: KeyRole::from_code(row.int()?)?,
        created_at: row.time()?,
        expires_at: row.optional_time()?,
        graph: row.optional_uuid()?.map(GraphId),
        revoked_at: row.optional_time()?,
    })
}

/// The stored code of an owner, and the application's id.
pub(super) fn owner_code(owner: &PartitionOwner) -> (i64, &str) {
    match owner {
        PartitionOwner::User(user_id) => (0, user_id),
        PartitionOwner::Standalone(graph_id) => (1, graph_id),
        PartitionOwner::Thread(thread_id) => (2, thread_id),
        PartitionOwner::Collection(name) => (3, name),
        PartitionOwner::ImportJob => (4, ""),
    }
}

/// The columns of a partition that never change.
pub(super) fn fixed_columns(partition: &Partition) -> Vec<Value> {
    let (kind, owner) = owner_code(&partition.owner);
    vec![id(partition.id.0), id(partition.project.0), Value::Int(kind), text(owner), time(partition.created_at)]
}

pub(super) fn read_partition(row: Row) -> Result<Partition> {
    checksums::check_halves(&row, (5, 5), || checksums::name_of(row.0.first(), "graph"))?;
    let mut row = row.reader();
    Ok(Partition {
        id: row.uuid()?.into(),
        project: row.uuid()?.into(),
        owner: match (row.int()?, row.text()?) {
            (0, user_id) => PartitionOwner::User(user_id),
            (1, graph_id) => PartitionOwner::Standalone(graph_id),
            (2, thread_id) => PartitionOwner::Thread(thread_id),
            (3, name) => PartitionOwner::Collection(name),
            (4, _) => PartitionOwner::ImportJob,
            (code, _) => return Err(unknown_code("graph owner", code)),
        },
        created_at: row.time()?,
        name: row.optional_text()?,
        description: row.optional_text()?,
        time_zone: row.optional_text()?,
        updated_at: row.time()?,
        version: row.skip(2).int()?,
        revision: row.int()?,
    })
}

pub(super) fn read_user(row: Row) -> Result<User> {
    let graph = row.0.first().cloned();
    let name = || checksums::name_of(graph.as_ref(), "the user of graph");
    checksums::check_row(&row, 13, name)?;
    user_of(row).map_err(|error| checksums::malformed(&name(), &error))
}

fn user_of(row: Row) -> Result<User> {
    let mut row = row.reader();
    Ok(User {
        graph: row.uuid()?.into(),
        project: row.uuid()?.into(),
        user_id: row.text()?,
        uuid: row.uuid()?.into(),
        email: row.optional_text()?,
        first_name: row.optional_text()?,
        last_name: row.optional_text()?,
        time_zone: row.optional_text()?,
        metadata: row.json()?,
        disable_default_ontology: row.int()? != 0,
        created_at: row.time()?,
        updated_at: row.time()?,
        thread_count: row.skip(2).int()?,
    })
}

pub(super) fn read_thread(row: Row) -> Result<Thread> {
    let uuid = row.0.get(3).cloned();
    let name = || checksums::name_of(uuid.as_ref(), "thread");
    checksums::check_row(&row, 9, name)?;
    thread_of(row).map_err(|error| checksums::malformed(&name(), &error))
}

fn thread_of(row: Row) -> Result<Thread> {
    let mut row = row.reader();
    Ok(Thread {
        graph: row.uuid()?.into(),
        thread_id: row.text()?,
        project: row.uuid()?.into(),
        uuid: row.uuid()?.into(),
        metadata: row.json()?,
        classifications: row.json()?,
        created_at: row.time()?,
        updated_at: row.time()?,
        ended_at: row.optional_time()?,
        user_id: row.skip(1).optional_text()?,
        user_uuid: row.optional_uuid()?.map(Into::into),
    })
}

pub(super) fn read_episode(row: Row) -> Result<Episode> {
    let mut row = row.reader();
    let metadata;
    let episode = Episode {
        id: row.uuid()?.into(),
        seq: row.int()?,
        thread: row.optional_text()?,
        kind: EpisodeKind::from_code(row.int()?)?,
        role: row.optional_int()?.map(Role::from_code).transpose()?,
        name: row.optional_text()?,
        content: row.text()?,
        metadata: {
            metadata = row.text()?;
            object_of(&metadata)?
        },
        source_description: row.optional_text()?,
        document_id: row.optional_text()?,
        reference_time: row.time()?,
        recorded_at: row.time()?,
        state: match (row.int()?, row.optional_text()?) {
            (0, _) => EpisodeState::Pending,
            (1, _) => EpisodeState::Processed,
            (2, _) => EpisodeState::Ignored,
            (3, reason) => EpisodeState::Failed(reason.unwrap_or_default()),
            (code, _) => return Err(unknown_code("episode state", code)),
        },
        task: row.optional_uuid()?.map(Into::into),
        strict: row.int()? != 0,
        model_reading: read_model_reading(row.int()?, row.optional_text()?)?.map(Box::new),
    };
    let (stored, name) = (row.optional_int()?, || format!("episode {}", episode.id));
    checksums::check(stored, checksums::of_episode(&episode), name)?;
    checksums::check_attached(stored, &metadata, || format!("the metadata of {}", name()))?;
    Ok(episode)
}

/// The columns of a written summary.
pub(super) fn written_summary_values(graph: PartitionId, summary: &WrittenSummary) -> Vec<Value> {
    let (kind, subject) = match &summary.subject {
        SummarySubject::User => (0, String::new()),
        SummarySubject::Entity(entity) => (1, entity.0.to_string()),
        SummarySubject::Thread(thread) => (2, thread.clone()),
    };
    let basis = summary.basis.iter().flat_map(|id| id.into_bytes()).collect();
    vec![
        id(graph.0),
        Value::Int(kind),
        Value::Text(subject),
        text(&summary.text),
        Value::Blob(basis),
        text(&summary.instructions),
        text(&summary.model),
        time(summary.written_at),
    ]
}

pub(super) fn read_written_summary(row: Row) -> Result<WrittenSummary> {
    let mut row = row.reader();
    let (kind, subject) = (row.int()?, row.text()?);
    let malformed = || Error::corrupt("a stored written summary has a malformed subject or basis");
    let subject = match kind {
        0 => SummarySubject::User,
        1 => SummarySubject::Entity(Uuid::parse_str(&subject).map_err(|_| malformed())?.into()),
        2 => SummarySubject::Thread(subject),
        code => return Err(unknown_code("kind of a written summary", code)),
    };
    let (text, basis) = (row.text()?, row.blob()?);
    let basis = basis.chunks(16).map(|id| Uuid::from_slice(id).map_err(|_| malformed())).collect::<Result<_>>()?;
    Ok(WrittenSummary { subject, text, basis, instructions: row.text()?, model: row.text()?, written_at: row.time()? })
}

/// The code 0 is that of an episode that no model was asked to read.
pub(super) fn read_model_reading(state: i64, report: Option<String>) -> Result<Option<ModelReading>> {
    if state == 0 {
        return Ok(None);
    }
    Ok(Some(ModelReading { state: ModelReadingState::from_code(state)?, report: read_model_report(report)? }))
}

fn read_model_report(report: Option<String>) -> Result<ModelReport> {
    let malformed = |error| Error::corrupt("a stored report of a language model does not parse").with_source(error);
    report.map_or(Ok(ModelReport::default()), |report| serde_json::from_str(&report).map_err(malformed))
}

pub(super) fn model_report_json(report: &ModelReport) -> Result<Value> {
    let unwritable = |error| Error::internal("a report of a language model cannot be stored").with_source(error);
    serde_json::to_string(report).map(Value::Text).map_err(unwritable)
}

pub(super) fn read_mention(row: Row) -> Result<Mention> {
    let mut row = row.reader();
    let mention = Mention {
        episode: row.optional_uuid()?.map(Into::into),
        name: row.text()?,
        entity: row.uuid()?.into(),
        entity_type: row.optional_text()?,
        span: row.span()?,
        recorded_at: row.time()?,
    };
    checksums::check(row.optional_int()?, checksums::of_mention(&mention), || format!("name {}", mention.entity))?;
    Ok(mention)
}

pub(super) fn read_assertion(row: Row) -> Result<Assertion> {
    let mut row = row.reader();
    let attributes;
    let assertion = Assertion {
        id: row.uuid()?.into(),
        episode: row.optional_uuid()?.map(Into::into),
        sequence: row.optional_int()?,
        subject: row.uuid()?.into(),
        predicate: row.text()?,
        object: row.optional_uuid()?.map(Into::into),
        statement: row.text()?,
        span: row.span()?,
        kind: ClaimKind::from_code(row.int()?)?,
        holding: Holding::from_code(row.int()?)?,
        valid_from: row.instant()?,
        valid_until: row.instant()?,
        reference_time: row.time()?,
        recorded_at: row.time()?,
        confidence: row.real()?,
        extractor: row.text()?,
        attributes: {
            attributes = row.text()?;
            object_of(&attributes)?
        },
    };
    let (stored, name) = (row.optional_int()?, || format!("fact {}", assertion.id));
    checksums::check(stored, checksums::of_assertion(&assertion), name)?;
    checksums::check_attached(stored, &attributes, || format!("the attributes of {}", name()))?;
    Ok(assertion)
}

pub(super) fn read_link(row: Row) -> Result<Link> {
    checksums::check_row(&row, 7, || checksums::name_of(row.0.first(), "a link of"))?;
    let mut row = row.reader();
    Ok(Link {
        id: row.skip(1).uuid()?.into(),
        left: row.uuid()?.into(),
        right: row.uuid()?.into(),
        kind: LinkKind::from_code(row.int()?)?,
        episode: row.optional_uuid()?.map(Into::into),
        recorded_at: row.time()?,
    })
}

pub(super) fn read_edit(row: Row) -> Result<Edit> {
    checksums::check_edit(&row)?;
    let mut row = row.reader();
    let (kind, target, recorded_at, patch) = (row.skip(1).int()?, row.uuid()?, row.time()?, row.json()?);
    match kind {
        0 => Ok(Edit::Fact(target.into(), fact_edit_of(&patch, recorded_at)?)),
        1 => Ok(Edit::Entity(target.into(), entity_patch_of(&patch))),
        code => Err(unknown_code("edit kind", code)),
    }
}

fn some_text(patch: &Metadata, key: &str) -> Option<String> {
    patch.get(key).and_then(serde_json::Value::as_str).map(str::to_owned)
}

fn some_object(patch: &Metadata, key: &str) -> Metadata {
    patch.get(key).and_then(serde_json::Value::as_object).cloned().unwrap_or_default()
}

fn some_time(patch: &Metadata, key: &str) -> Result<Option<Option<Timestamp>>> {
    match patch.get(key) {
        None => Ok(None),
        Some(value) => value.as_i64().map(read_time).transpose().map(Some),
    }
}

fn put_time(patch: &mut Metadata, key: &str, value: Option<Option<Timestamp>>) {
    if let Some(value) = value {
        patch.insert(key.to_owned(), value.map(Timestamp::as_microsecond).into());
    }
}

fn put_text(patch: &mut Metadata, key: &str, value: Option<&String>) {
    if let Some(value) = value {
        patch.insert(key.to_owned(), value.clone().into());
    }
}

/// The text of an edit of a fact, as it is stored.
pub(super) fn fact_edit_json(edit: &FactEdit) -> String {
    let mut patch = Metadata::new();
    put_text(&mut patch, "statement", edit.statement.as_ref());
    put_text(&mut patch, "predicate", edit.predicate.as_ref());
    put_time(&mut patch, "valid_from", edit.valid_from);
    put_time(&mut patch, "valid_until", edit.valid_until);
    put_time(&mut patch, "expired_at", edit.expired_at);
    patch.insert("attributes".to_owned(), edit.attributes.clone().into());
    json_text(&patch)
}

fn fact_edit_of(patch: &Metadata, recorded_at: Timestamp) -> Result<FactEdit> {
    Ok(FactEdit {
        statement: some_text(patch, "statement"),
        predicate: some_text(patch, "predicate"),
        valid_from: some_time(patch, "valid_from")?,
        valid_until: some_time(patch, "valid_until")?,
        expired_at: some_time(patch, "expired_at")?,
        attributes: some_object(patch, "attributes"),
        recorded_at: Some(recorded_at),
    })
}

/// The text of an edit of an entity, as it is stored.
pub(super) fn entity_patch_json(edit: &EntityPatch) -> String {
    let mut patch = Metadata::new();
    put_text(&mut patch, "name", edit.name.as_ref());
    put_text(&mut patch, "summary", edit.summary.as_ref());
    if let Some(entity_type) = &edit.entity_type {
        patch.insert("entity_type".to_owned(), entity_type.clone().into());
    }
    patch.insert("attributes".to_owned(), edit.attributes.clone().into());
    json_text(&patch)
}

fn entity_patch_of(patch: &Metadata) -> EntityPatch {
    EntityPatch {
        name: some_text(patch, "name"),
        summary: some_text(patch, "summary"),
        entity_type: patch.get("entity_type").map(|value| value.as_str().map(str::to_owned)),
        attributes: some_object(patch, "attributes"),
    }
}
