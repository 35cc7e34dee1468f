//! Rows of settings, collections and import jobs.

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{Code, ReadDomain, Row, Value, checksums, unknown_code};
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{
    Collection, Document, EpisodeKind, GraphId, ImportCounts, ImportItem, ImportItemState, ImportJob, ImportState,
    ImportTarget, Metadata, Role, Setting, SettingKind,
};

/// The stored code of an item's state; SQL statements rely on unfinished states having codes below 2.
pub(in super::super) fn import_item_state_code(state: &ImportItemState) -> (i64, Option<&String>) {
    match state {
        ImportItemState::Pending => (0, None),
        ImportItemState::Processing => (1, None),
        ImportItemState::Succeeded => (2, None),
        ImportItemState::Failed(reason) => (3, Some(reason)),
    }
}

/// A set of roles as bits.
pub(in super::super) fn roles_code(roles: &[Role]) -> i64 {
    roles.iter().fold(0, |code, role| code | 1 << role.code())
}

fn roles_of(code: i64) -> Vec<Role> {
    Role::ALL.into_iter().filter(|role| code & (1 << role.code()) != 0).collect()
}

/// A vector as little-endian 32-bit floats.
pub(in super::super) fn vector(components: &[f32]) -> Value {
    Value::Blob(components.iter().flat_map(|component| component.to_le_bytes()).collect())
}

fn components_of(bytes: &[u8]) -> Result<Vec<f32>> {
    let (components, rest) = bytes.as_chunks::<4>();
    if !rest.is_empty() {
        return Err(Error::corrupt("a stored vector is not a whole number of 32-bit floats"));
    }
    Ok(components.iter().map(|component| f32::from_le_bytes(*component)).collect())
}

pub(in super::super) fn read_setting(row: Row) -> Result<Setting> {
    checksums::check_row(&row, 5, || checksums::name_of(row.0.first(), "a setting of"))?;
    let mut row = row.reader();
    Ok(Setting {
        kind: SettingKind::from_code(row.skip(1).int()?)?,
        name: row.text()?,
        value: read_json(&row.text()?)?,
        updated_at: row.time()?,
    })
}

fn read_json(text: &str) -> Result<Json> {
    serde_json::from_str(text).map_err(|error| Error::corrupt("stored JSON does not parse").with_source(error))
}

/// Reads the group of a membership.
pub(in super::super) fn read_membership(row: Row) -> Result<Uuid> {
    checksums::check_row(&row, 3, || checksums::name_of(row.0.first(), "a membership of"))?;
    row.reader().skip(1).uuid()
}

/// A task, without its progress.
pub(in super::super) struct TaskRow {
    pub(in super::super) kind: String,
    /// The position of its first episode.
    pub(in super::super) first: i64,
    /// The number of its episodes.
    pub(in super::super) total: i64,
    pub(in super::super) created_at: i64,
}

pub(in super::super) fn read_task(row: Row) -> Result<TaskRow> {
    checksums::check_task(&row)?;
    let mut row = row.reader();
    row.skip(2);
    let (kind, total, created_at) = (row.text()?, row.int()?, row.int()?);
    Ok(TaskRow { kind, total, created_at, first: row.int()? })
}

pub(in super::super) fn read_collection(row: Row) -> Result<Collection> {
    checksums::check_halves(&row, (7, 3), || checksums::name_of(row.0.first(), "collection"))?;
    let mut row = row.reader();
    Ok(Collection {
        id: row.uuid()?.into(),
        project: row.uuid()?.into(),
        name: row.text()?,
        uuid: row.uuid()?.into(),
        dimensions: usize::try_from(row.int()?).unwrap_or(0),
        is_auto_embedded: row.int()? != 0,
        created_at: row.time()?,
        description: row.optional_text()?,
        metadata: row.json()?,
        updated_at: row.time()?,
        document_count: row.skip(1).int()?,
        embedded_count: row.int()?,
    })
}

pub(in super::super) fn read_document(row: Row) -> Result<Document> {
    checksums::check_halves(&row, (5, 3), || checksums::name_of(row.0.get(1), "document"))?;
    let mut row = row.reader();
    Ok(Document {
        id: row.skip(1).uuid()?.into(),
        content: row.text()?,
        embedding: row.optional_blob()?.map(|bytes| components_of(&bytes)).transpose()?,
        created_at: row.time()?,
        document_id: row.optional_text()?,
        metadata: row.json()?,
        updated_at: row.time()?,
    })
}

pub(in super::super) fn read_import(row: Row) -> Result<ImportJob> {
    checksums::check_row(&row, 6, || checksums::name_of(row.0.first(), "import job"))?;
    let mut row = row.reader();
    Ok(ImportJob {
        id: row.uuid()?.into(),
        project: row.uuid()?.into(),
        metadata: row.json()?,
        ignore_roles: roles_of(row.int()?),
        strict_ontology: row.int()? != 0,
        created_at: row.time()?,
        state: ImportState::from_code(row.skip(1).int()?)?,
        updated_at: row.time()?,
        processed_at: row.optional_time()?,
        completed_at: row.optional_time()?,
        counts: ImportCounts { pending: row.int()?, processing: row.int()?, succeeded: row.int()?, failed: row.int()? },
    })
}

/// The target and document id of an item as JSON, stored as long as its import job.
pub(in super::super) fn import_item_json(item: &ImportItem) -> String {
    json!({ "target": item.target, "document_id": item.document_id }).to_string()
}

/// The content of an item as JSON, cleared once it is stored in an episode.
pub(in super::super) fn import_item_payload(item: &ImportItem) -> String {
    json!({
        "kind": item.kind.as_str(),
        "role": item.role.map(Role::as_str),
        "name": item.name,
        "content": item.content,
        "metadata": item.metadata,
        "source_description": item.source_description,
        "reference_time": item.reference_time.map(jiff::Timestamp::as_microsecond),
    })
    .to_string()
}

pub(in super::super) fn read_import_item(row: Row) -> Result<ImportItem> {
    checksums::check_halves(&row, (5, 3), || checksums::name_of(row.0.first(), "an item of import job"))?;
    let mut row = row.reader();
    let (seq, episode, graph) = (row.skip(1).int()?, row.uuid()?, row.uuid()?);
    let created_at = row.time()?;
    row.skip(1);
    let mut data = read_json(&row.text()?)?;
    let mut payload = row.optional_text()?.map_or(Ok(Json::Null), |text| read_json(&text))?;
    let state = match (row.skip(1).int()?, row.optional_text()?) {
        (0, _) => ImportItemState::Pending,
        (1, _) => ImportItemState::Processing,
        (2, _) => ImportItemState::Succeeded,
        (3, reason) => ImportItemState::Failed(reason.unwrap_or_default()),
        (code, _) => return Err(unknown_code("bulk item state", code)),
    };
    let task = row.optional_uuid()?;
    let updated_at = row.time()?;
    // An earlier version of the schema stored all fields in `data`.
    let mut field = |name: &str| {
        let place = payload.get_mut(name).or_else(|| data.get_mut(name));
        place.map(Json::take).unwrap_or_default()
    };
    let text = |value: Json| value.as_str().map(str::to_owned);
    let broken = |_| Error::corrupt("a stored item of an import job is malformed");
    let reference_time = field("reference_time").as_i64();
    let metadata = match field("metadata") {
        Json::Object(metadata) => metadata,
        _ => Metadata::new(),
    };
    Ok(ImportItem {
        seq,
        episode: episode.into(),
        target: match field("target") {
            Json::Null => ImportTarget::Deleted,
            target => serde_json::from_value(target).map_err(broken)?,
        },
        graph: GraphId(graph),
        kind: text(field("kind")).and_then(|kind| EpisodeKind::parse(&kind)).unwrap_or(EpisodeKind::Text),
        role: text(field("role")).and_then(|role| Role::parse(&role)),
        name: text(field("name")),
        content: text(field("content")).unwrap_or_default(),
        metadata,
        source_description: text(field("source_description")),
        document_id: text(field("document_id")),
        reference_time: reference_time.and_then(|at| jiff::Timestamp::from_microsecond(at).ok()),
        created_at,
        updated_at,
        state,
        task: task.map(|task: Uuid| task.into()),
    })
}
