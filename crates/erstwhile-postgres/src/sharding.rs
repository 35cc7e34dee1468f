//! Distributes the tables over the shards of Citus, if the extension is installed.

use deadpool_postgres::Object;
use erstwhile::store::tables::{Placement, placements};
use tokio_postgres::types::ToSql;

use crate::failure::Failure;

/// The column that distributes the rows of a partition.
const PARTITION_KEY: &str = "graph_id";
/// The table with the history of the schema.
pub(crate) const HISTORY_TABLE: &str = "erstwhile_schema";

/// Whether Citus is there, as one of its functions: it is there only in databases with the extension.
const IS_CITUS: &str = "SELECT EXISTS (SELECT 1 FROM pg_proc WHERE proname = 'create_distributed_table' \
    AND pg_function_is_visible(oid))";

/// Distributes the tables that are not distributed yet, and removes the rows that distributing left on the coordinator.
/// Does nothing without Citus; returns whether it is there.
///
/// Many nodes may start at the same time: a table that another node distributes meanwhile is distributed.
pub(crate) async fn distribute(connection: &Object) -> Result<bool, Failure> {
    if !ask(connection, IS_CITUS, &[]).await? {
        return Ok(false);
    }
    // Every node reads the history, also one that is connected to a worker.
    distribute_table(connection, HISTORY_TABLE, &reference(HISTORY_TABLE)).await?;
    for (table, placement) in placements() {
        let statement = match placement {
            Placement::Everywhere => reference(table),
            Placement::Column(column) => distributed(table, column, "none"),
            Placement::Beside(column, other) => distributed(table, column, other),
            // The table of the partitions starts the group that the others join.
            Placement::Partition if table == "graph" => distributed(table, PARTITION_KEY, "default"),
            Placement::Partition => distributed(table, PARTITION_KEY, "graph"),
        };
        distribute_table(connection, table, &statement).await?;
    }
    Ok(true)
}

fn reference(table: &str) -> String {
    format!("SELECT create_reference_table('{table}')")
}

fn distributed(table: &str, column: &str, colocate_with: &str) -> String {
    format!("SELECT create_distributed_table('{table}', '{column}', colocate_with => '{colocate_with}')")
}

async fn distribute_table(connection: &Object, table: &str, statement: &str) -> Result<(), Failure> {
    let known = "SELECT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = to_regclass($1))";
    if !ask(connection, known, &[&table]).await? {
        tracing::info!("distributing table {table}");
        if let Err(error) = connection.batch_execute(statement).await {
            // Another node may have been faster.
            if !ask(connection, known, &[&table]).await? {
                return Err(failed(&error));
            }
        }
    }
    // What was stored before the table was distributed was copied to the shards; the original would never be deleted.
    if ask(connection, "SELECT pg_relation_size(to_regclass($1)) > 0", &[&table]).await? {
        tracing::info!("removing the rows of table {table} that were copied to its shards");
        let truncate = format!("SELECT truncate_local_data_after_distributing_table('{table}')");
        connection.batch_execute(&truncate).await.map_err(|error| failed(&error))?;
    }
    Ok(())
}

fn failed(error: &tokio_postgres::Error) -> Failure {
    Failure::of("distribute its tables", error)
}

async fn ask(connection: &Object, question: &str, params: &[&(dyn ToSql + Sync)]) -> Result<bool, Failure> {
    let answer = connection.query_one(question, params).await;
    answer.and_then(|row| row.try_get(0)).map_err(|error| failed(&error))
}

#[cfg(test)]
mod tests {
    use erstwhile::store::MIGRATIONS;

    use super::*;

    #[test]
    fn every_table_is_placed_once_and_after_the_partitions() {
        let lines = MIGRATIONS.iter().flat_map(|migration| migration.sql.lines());
        let names: Vec<&str> =
            lines.filter_map(|line| line.strip_prefix("CREATE TABLE ")?.split_whitespace().next()).collect();
        let placed: Vec<&str> = placements().map(|(table, _)| table).collect();
        assert_eq!(names.len(), placed.len());
        assert!(names.iter().all(|name| placed.contains(name)), "{names:?}");
        let with_partition = placements().filter(|(_, placement)| *placement == Placement::Partition);
        assert_eq!(with_partition.map(|(table, _)| table).next(), Some("graph"));
    }
}
