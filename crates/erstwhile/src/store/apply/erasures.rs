//! Records that a batch deletes or replaces text.

use std::collections::BTreeSet;

use super::super::erasures::user_digest;
use super::super::rows::{id, text, time};
use super::super::sql::{Rows, Statement, Step, Value};
use super::super::statements as sql;
use erstwhile_core::change::{Batch, Change};
use erstwhile_core::model::PartitionOwner;

/// The step that records the erasure of a batch with these steps; of a deleted user, as a receipt.
pub(super) fn step(batch: &Batch, steps: &[Step]) -> Step {
    let scope = batch.partition.map_or(batch.project.0, |partition| partition.0);
    let tables: BTreeSet<&str> = steps.iter().filter_map(|step| table_with_remains(step.statement)).collect();
    let tables = tables.into_iter().collect::<Vec<_>>().join(" ");
    let mut params = vec![id(scope), id(batch.id.0), id(batch.project.0), text(&tables), time(batch.at)];
    let user = batch.changes.iter().find_map(|change| match change {
        Change::RemovePartition(PartitionOwner::User(user_id)) => Some(user_id),
        _ => None,
    });
    let statement = match user {
        Some(user_id) => {
            params.push(Value::Blob(user_digest(batch.id, user_id).to_vec()));
            &sql::ADD_RECEIPT
        }
        None => &sql::ADD_ERASURE,
    };
    Step { statement, params, expect: Rows::Any }
}

/// The table in which the statement deletes or replaces rows.
fn table_with_remains(statement: &Statement) -> Option<&'static str> {
    let sql = statement.sql;
    let inserted = || sql.strip_prefix("INSERT INTO ").filter(|sql| sql.contains(" DO UPDATE "));
    let named = sql.strip_prefix("DELETE FROM ").or_else(|| sql.strip_prefix("UPDATE ")).or_else(inserted);
    named?.split_whitespace().next()
}
