//! Exporting and importing units: each is read in one snapshot, written in one transaction, read back and compared.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::Store;
use super::codes::Code;
use super::export_unit::{ExportUnit, ExportUnitId};
use super::rows::{id, owner_code, read_id, text};
use super::sql::{Outcome, Refusal, Row, Statement, Value};
use super::statements as sql_text;
use super::tables::ExportUnitKind;
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::PartitionOwner;

/// Number of ids in a page of units.
const PAGE: i64 = 1_000;
/// Delay after an import until workers can claim its pending episodes, so that the unit is read back unchanged.
const REST: SignedDuration = SignedDuration::from_secs(30);

/// The outcome of importing one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportOutcome {
    /// It was written, and what was read back is equal.
    Written,
    /// The destination already had it with the same content.
    Unchanged,
    /// The destination has it with different content, which was left unchanged; the text says how they differ.
    Different(String),
    /// Something at the destination prevents the import; the text says what.
    Blocked(String),
}

impl Store {
    /// The ids of all units: projects, then import jobs, then graphs.
    pub async fn list_units(&self) -> Result<Vec<ExportUnitId>> {
        let project = |row: Row| Ok(ExportUnitId { kind: ExportUnitKind::Project, id: read_id(row)? });
        let bulk = owner_code(&PartitionOwner::ImportJob).0;
        let graph = |row: Row| {
            let mut row = row.reader();
            let id = read_id(Row(vec![Value::Blob(row.blob()?)]))?;
            Ok(ExportUnitId {
                kind: if row.int()? == bulk { ExportUnitKind::ImportJob } else { ExportUnitKind::Graph },
                id,
            })
        };
        let mut units = self.all_after(&sql_text::PROJECTS_AFTER, project).await?;
        let (imports, graphs): (Vec<_>, Vec<_>) = self
            .all_after(&sql_text::GRAPHS_AFTER, graph)
            .await?
            .into_iter()
            .partition(|unit: &ExportUnitId| unit.kind == ExportUnitKind::ImportJob);
        units.extend(imports.into_iter().chain(graphs));
        Ok(units)
    }

    async fn all_after(
        &self,
        statement: &'static Statement,
        read: impl Fn(Row) -> Result<ExportUnitId>,
    ) -> Result<Vec<ExportUnitId>> {
        let mut units: Vec<ExportUnitId> = Vec::new();
        loop {
            let after = units.last().map_or_else(|| Value::Blob(Vec::new()), |last| id(last.id));
            let page = self.many(statement, vec![after, Value::Int(PAGE)], &read).await?;
            let is_last = (page.len() as i64) < PAGE;
            units.extend(page);
            if is_last {
                return Ok(units);
            }
        }
    }

    /// All rows of a unit in one snapshot; `None` when it does not exist.
    pub async fn read_unit(&self, unit: ExportUnitId) -> Result<Option<ExportUnit>> {
        let reads = unit.kind.tables().map(|table| (table.read, vec![id(unit.id)])).collect();
        let rows = self.sql.snapshot(reads).await?;
        let head = unit.kind.tables().position(|table| table.name == unit.kind.head());
        match head.and_then(|head| rows.get(head)) {
            Some(rows) if rows.is_empty() => Ok(None),
            _ => ExportUnit::new(unit, rows).map(Some),
        }
    }

    /// Writes a unit in one transaction unless it exists; its pending episodes can be claimed shortly after `now`. An
    /// existing unit is compared and left unchanged.
    ///
    /// # Errors
    /// `Corrupt` when the unit that is read back differs from what was written.
    pub async fn write_unit(&self, unit: ExportUnit, now: Timestamp) -> Result<ImportOutcome> {
        let (unit_id, name, digest) = (unit.id(), unit.display_name()?, unit.digest());
        if self.has_unit(unit_id).await?
            && let Some(there) = self.read_unit(unit_id).await?
        {
            let is_same = there.digest() == digest;
            return Ok(if is_same {
                ImportOutcome::Unchanged
            } else {
                ImportOutcome::Different(difference(&unit, &there))
            });
        }
        let names = unit.locators()?;
        let scope = if names.is_empty() { Value::Null } else { unit.scope()? };
        let ready_at = now.saturating_add(REST).unwrap_or(Timestamp::MAX);
        if let Outcome::Refused(refusal) = self.sql.transact(unit.into_steps(ready_at)?).await? {
            // Another import, or an earlier interrupted one, may have written it.
            return Ok(match (self.read_unit(unit_id).await?, refusal) {
                (Some(there), _) if there.digest() == digest => ImportOutcome::Unchanged,
                (Some(_), _) => ImportOutcome::Different("it was created during the import".to_owned()),
                (None, Refusal::Taken(message)) => ImportOutcome::Blocked(message),
                (None, _) => ImportOutcome::Blocked(format!("rows of {name} exist without it")),
            });
        }
        let back = self.read_unit(unit_id).await?;
        let is_same = back.is_some_and(|back| back.digest() == digest);
        if !is_same || !self.finds(unit_id.id, &names, &scope).await? {
            let message = format!("{name} differs from what was written: is it being changed at the destination?");
            return Err(Error::corrupt(message));
        }
        Ok(ImportOutcome::Written)
    }

    /// Whether each of these locators leads to this graph.
    async fn finds(&self, graph: Uuid, names: &[(super::Locate, String)], scope: &Value) -> Result<bool> {
        let params = |(kind, name): &(super::Locate, String)| vec![text(name), kind.value(), scope.clone()];
        let reads = names.iter().map(|name| (&sql_text::LOCATE, params(name))).collect();
        let expected = [Row(vec![id(graph)])];
        Ok(self.sql.snapshot(reads).await?.iter().all(|rows| rows.as_slice() == expected.as_slice()))
    }

    async fn has_unit(&self, unit: ExportUnitId) -> Result<bool> {
        match unit.kind {
            ExportUnitKind::Project => Ok(self.find_project(unit.id.into()).await?.is_some()),
            ExportUnitKind::Graph | ExportUnitKind::ImportJob => {
                Ok(self.partition_version(unit.id.into()).await?.is_some())
            }
        }
    }
}

/// The tables in which two copies differ.
fn difference(here: &ExportUnit, there: &ExportUnit) -> String {
    let pairs = here.tables().zip(there.tables());
    let differing = pairs.filter(|((table, here), (_, there))| table.is_compared && here != there);
    let descriptions = differing.map(|((table, here), (_, there))| match (here.len(), there.len()) {
        (here, there) if here == there => format!("{}: other values", table.name),
        (here, there) => format!("{}: {there} rows there, {here} here", table.name),
    });
    descriptions.collect::<Vec<_>>().join("; ")
}
