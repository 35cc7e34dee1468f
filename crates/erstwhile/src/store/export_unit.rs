//! A unit: a project, graph or import job with all its rows, which is exported and imported as a whole. Pure.

use std::cmp::Ordering;
use std::fmt;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Locate;
use super::codes::Code;
use super::rows::{id, read_partition, text, time};
use super::sql::{Refusal, Row, Rows, Step, Value};
use super::statements as sql;
use super::tables::{ExportUnitKind, Table};
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{ImportState, ModelReadingState, Partition, PartitionOwner, tag_of};

/// The stored states of a pending episode and of a settled item of an import job.
const EPISODE_PENDING: i64 = 0;
const ITEM_SETTLED: i64 = 2;

/// A unit's identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExportUnitId {
    /// Its kind.
    pub kind: ExportUnitKind,
    /// The id of the project, graph or import job.
    pub id: Uuid,
}

impl fmt::Display for ExportUnitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.noun(), self.id)
    }
}

/// All rows of a unit in one snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportUnit {
    id: ExportUnitId,
    /// The rows of each table of its kind, sorted.
    rows: Vec<Vec<Row>>,
}

impl ExportUnit {
    /// A unit with these rows, one list for each table of its kind.
    ///
    /// # Errors
    /// `Corrupt` when the rows do not belong to this unit.
    pub fn new(id: ExportUnitId, mut rows: Vec<Vec<Row>>) -> Result<Self> {
        if rows.len() != id.kind.tables().count() {
            return Err(Error::corrupt(format!("{id} has rows of too few or too many tables")));
        }
        let key = Value::Blob(id.id.as_bytes().to_vec());
        for (table, rows) in id.kind.tables().zip(&mut rows) {
            let fits = |row: &Row| row.0.len() == table.columns.len() && row.0.first() == Some(&key);
            if !rows.iter().all(fits) {
                return Err(Error::corrupt(format!("{id} has a row of `{}` that belongs to another unit", table.name)));
            }
            // Sorted here, because databases differ in their order of texts.
            rows.sort_by(compare_rows);
        }
        let unit = Self { id, rows };
        match unit.rows_of(id.kind.head()).len() {
            1 => unit.check_project().map(|()| unit),
            count => Err(Error::corrupt(format!("{id} has {count} rows in `{}`, not one", id.kind.head()))),
        }
    }

    /// Checks that all rows belong to the project of the unit.
    fn check_project(&self) -> Result<()> {
        let place = |table: &Table| table.columns.iter().position(|column| *column == "project_id");
        let mut projects = self.tables().filter_map(|(table, rows)| Some((table, place(table)?, rows)));
        let head = self.tables().find(|(table, _)| table.name == self.id.kind.head());
        let project = head.and_then(|(table, rows)| rows.first()?.0.get(place(table)?));
        match projects.find(|(_, place, rows)| rows.iter().any(|row| row.0.get(*place) != project)) {
            None => Ok(()),
            Some((table, ..)) => Err(Error::corrupt(format!(
                "{} has a row of `{}` that belongs to another project",
                self.id, table.name
            ))),
        }
    }

    /// Its identity.
    pub fn id(&self) -> ExportUnitId {
        self.id
    }

    /// Its tables with their rows, sorted.
    pub fn tables(&self) -> impl Iterator<Item = (&'static Table, &[Row])> {
        self.id.kind.tables().zip(&self.rows).map(|(table, rows)| (table, rows.as_slice()))
    }

    /// How many rows it has.
    pub fn row_count(&self) -> u64 {
        self.rows.iter().map(|rows| rows.len() as u64).sum()
    }

    /// A human-readable name, such as "user ann".
    ///
    /// # Errors
    /// `Corrupt` when its first row is malformed.
    pub fn display_name(&self) -> Result<String> {
        if self.id.kind == ExportUnitKind::Project {
            let name = column(self.id.kind, "project", "name")?;
            return match self.rows_of("project").first().and_then(|row| row.0.get(name)) {
                Some(Value::Text(name)) => Ok(format!("project {name}")),
                _ => Err(Error::corrupt(format!("{} has no name", self.id))),
            };
        }
        Ok(match self.graph()?.owner {
            PartitionOwner::User(user_id) => format!("user {user_id}"),
            PartitionOwner::Standalone(graph_id) => format!("graph {graph_id}"),
            PartitionOwner::Thread(thread_id) => format!("thread {thread_id}"),
            PartitionOwner::Collection(name) => format!("collection {name}"),
            PartitionOwner::ImportJob => format!("import job {}", self.id.id),
        })
    }

    /// SHA-256 of every row on which two copies must agree: values with their types, preceded by their lengths.
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for (table, rows) in self.tables().filter(|(table, _)| table.is_compared) {
            put_bytes(&mut hash, table.name.as_bytes());
            hash.update((table.columns.len() as u64).to_be_bytes());
            table.columns.iter().for_each(|column| put_bytes(&mut hash, column.as_bytes()));
            hash.update((rows.len() as u64).to_be_bytes());
            rows.iter().flat_map(|row| &row.0).for_each(|value| put_value(&mut hash, value));
        }
        hash.finalize().into()
    }

    /// The locators that lead to it; none for a project.
    pub(super) fn locators(&self) -> Result<Vec<(Locate, String)>> {
        if self.id.kind == ExportUnitKind::Project {
            return Ok(Vec::new());
        }
        let graph = self.graph()?;
        let own = match graph.owner {
            PartitionOwner::User(user_id) => Some((Locate::User, user_id)),
            PartitionOwner::Standalone(graph_id) => Some((Locate::Graph, graph_id)),
            PartitionOwner::Collection(name) => Some((Locate::Collection, name)),
            PartitionOwner::Thread(_) | PartitionOwner::ImportJob => None,
        };
        let name = column(self.id.kind, "thread", "thread_id")?;
        let threads = self.rows_of("thread").iter().filter_map(|row| match row.0.get(name) {
            Some(Value::Text(thread_id)) => Some((Locate::Thread, thread_id.clone())),
            _ => None,
        });
        Ok(std::iter::once((Locate::Tag, graph.id.tag())).chain(own).chain(threads).collect())
    }

    /// The uuids that the application gave to messages.
    fn given_uuids(&self) -> Result<Vec<Uuid>> {
        let (place, tag) = (column(self.id.kind, "episode", "episode_id")?, self.graph()?.id.tag());
        let ids = self.rows_of("episode").iter().filter_map(|row| match row.0.get(place) {
            Some(Value::Blob(bytes)) => Uuid::from_slice(bytes).ok(),
            _ => None,
        });
        Ok(ids.filter(|id| tag_of(*id) != tag).collect())
    }

    /// The project of a graph as a value.
    pub(super) fn scope(&self) -> Result<Value> {
        Ok(id(self.graph()?.project.0))
    }

    /// The steps that write it unless it exists; pending episodes can be claimed from `ready_at` on.
    pub(super) fn into_steps(self, ready_at: Timestamp) -> Result<Vec<Step>> {
        let (display_name, key, waiting) = (self.display_name()?, id(self.id.id), self.waiting()?);
        let awaiting = self.awaiting_model()?;
        let taken = |name: &str| {
            Rows::One(Refusal::Taken(format!("the name of {display_name} is taken at the destination: {name}")))
        };
        let mut steps = Vec::new();
        if self.id.kind != ExportUnitKind::Project {
            let scope = self.scope()?;
            for (kind, name) in self.locators()? {
                let params = vec![text(&name), kind.value(), scope.clone(), key.clone()];
                steps.push(Step { statement: &sql::ADD_LOCATOR, params, expect: taken(&name) });
            }
            for message in self.given_uuids()? {
                let expect = taken(&message.to_string());
                let params = vec![id(message), scope.clone(), key.clone()];
                steps.push(Step { statement: &sql::ADD_GIVEN_UUID, params, expect });
            }
        }
        for (table, rows) in self.id.kind.tables().zip(self.rows) {
            let is_head = table.name == self.id.kind.head();
            for Row(params) in rows {
                let expect = match (is_head, table.is_compared) {
                    (true, _) => taken(&display_name),
                    (false, true) => Rows::One(Refusal::Stale),
                    // Some may be there still, of a unit with this id that was removed.
                    (false, false) => Rows::Any,
                };
                steps.push(Step { statement: table.write, params, expect });
            }
        }
        if waiting > 0 {
            let params = vec![key.clone(), Value::Int(waiting), time(ready_at)];
            steps.push(Step { statement: &sql::ENQUEUE_MOVED, params, expect: Rows::Any });
        }
        if awaiting > 0 {
            let params = vec![key, Value::Int(awaiting), time(ready_at)];
            steps.push(Step { statement: &sql::ENQUEUE_MOVED_FOR_MODEL, params, expect: Rows::Any });
        }
        Ok(steps)
    }

    /// The number of its episodes that wait for the language model.
    fn awaiting_model(&self) -> Result<i64> {
        match self.id.kind {
            ExportUnitKind::Graph => {
                self.count("episode", "model_state", &|state| state == ModelReadingState::Awaiting.code())
            }
            ExportUnitKind::Project | ExportUnitKind::ImportJob => Ok(0),
        }
    }

    /// The number of rows of a table whose state, stored in a column, is of a kind.
    fn count(&self, table: &str, state: &str, is_counted: &dyn Fn(i64) -> bool) -> Result<i64> {
        let state = column(self.id.kind, table, state)?;
        let counts = |row: &&Row| matches!(row.0.get(state), Some(Value::Int(state)) if is_counted(*state));
        Ok(self.rows_of(table).iter().filter(counts).count() as i64)
    }

    /// The number of its pending episodes or unsettled items.
    fn waiting(&self) -> Result<i64> {
        let count = |table: &str, is_waiting: &dyn Fn(i64) -> bool| self.count(table, "state", is_waiting);
        match self.id.kind {
            ExportUnitKind::Project => Ok(0),
            ExportUnitKind::Graph => count("episode", &|state| state == EPISODE_PENDING),
            ExportUnitKind::ImportJob => {
                let in_hand = [ImportState::Queued, ImportState::Processing].map(Code::code);
                let items = count("bulk_item", &|state| state < ITEM_SETTLED)?;
                // At least one until the job is finished, so that a worker claims it.
                Ok(if count("bulk", &|state| in_hand.contains(&state))? > 0 { items.max(1) } else { 0 })
            }
        }
    }

    fn graph(&self) -> Result<Partition> {
        // The exported columns of a graph have the order in which `read_partition` reads them.
        let row = self.rows_of("graph").first().cloned();
        read_partition(row.ok_or_else(|| Error::corrupt(format!("{} has no row for its partition", self.id)))?)
    }

    fn rows_of(&self, name: &str) -> &[Row] {
        self.tables().find(|(table, _)| table.name == name).map_or(&[], |(_, rows)| rows)
    }
}

/// The position of a column in the rows of a table.
fn column(kind: ExportUnitKind, table: &str, column: &str) -> Result<usize> {
    let found = kind.tables().find(|found| found.name == table);
    let at = found.and_then(|table| table.columns.iter().position(|name| *name == column));
    at.ok_or_else(|| Error::internal(format!("`{table}.{column}` is not exported")))
}

fn compare_rows(left: &Row, right: &Row) -> Ordering {
    let values = left.0.iter().zip(&right.0);
    values.map(|(left, right)| compare(left, right)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

fn compare(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => left.cmp(right),
        (Value::Real(left), Value::Real(right)) => left.total_cmp(right),
        (Value::Text(left), Value::Text(right)) => left.cmp(right),
        (Value::Blob(left), Value::Blob(right)) => left.cmp(right),
        (left, right) => tag(left).cmp(&tag(right)),
    }
}

fn tag(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Int(_) => 1,
        Value::Real(_) => 2,
        Value::Text(_) => 3,
        Value::Blob(_) => 4,
    }
}

fn put_value(hash: &mut Sha256, value: &Value) {
    hash.update([tag(value)]);
    match value {
        Value::Null => {}
        Value::Int(value) => hash.update(value.to_be_bytes()),
        Value::Real(value) => hash.update(value.to_bits().to_be_bytes()),
        Value::Text(value) => put_bytes(hash, value.as_bytes()),
        Value::Blob(value) => put_bytes(hash, value),
    }
}

fn put_bytes(hash: &mut Sha256, bytes: &[u8]) {
    hash.update((bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
}
