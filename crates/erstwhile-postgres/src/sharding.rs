//! Distributes the tables over the shards of Citus, if the extension is installed.

use deadpool_postgres::Object;
use erstwhile::store::tables::{Placement, placements};

use crate::failure::Failure;

/// The column that distributes the rows of a partition.
const PARTITION_KEY: &str = "graph_id";

/// Distributes the tables that are not distributed yet. Does nothing without Citus.
///
/// The statement that distributes a table returns immediately if another node has already done so, so many nodes
/// may start at the same time.
pub(crate) async fn distribute(connection: &Object) -> Result<(), Failure> {
    let failed = |error| Failure::of("distribute its tables", &error);
    let citus = connection.query_one("SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus')", &[]);
    if !citus.await.and_then(|row| row.try_get::<_, bool>(0)).map_err(failed)? {
        return Ok(());
    }
    for (table, placement) in placements() {
        let statement = match placement {
            Placement::Everywhere => format!("SELECT create_reference_table('{table}')"),
            Placement::Column(column) => distributed(table, column, "none"),
            // The table of the partitions starts the group that the others join.
            Placement::Partition if table == "graph" => distributed(table, PARTITION_KEY, "default"),
            Placement::Partition => distributed(table, PARTITION_KEY, "graph"),
        };
        distribute_table(connection, table, &statement).await?;
    }
    Ok(())
}

fn distributed(table: &str, column: &str, colocate_with: &str) -> String {
    format!("SELECT create_distributed_table('{table}', '{column}', colocate_with => '{colocate_with}')")
}

async fn distribute_table(connection: &Object, table: &str, statement: &str) -> Result<(), Failure> {
    let failed = |error| Failure::of("distribute its tables", &error);
    let known = "SELECT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = to_regclass($1))";
    if connection.query_one(known, &[&table]).await.and_then(|row| row.try_get::<_, bool>(0)).map_err(failed)? {
        return Ok(());
    }
    tracing::info!("distributing table {table}");
    connection.batch_execute(statement).await.map_err(failed)
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
