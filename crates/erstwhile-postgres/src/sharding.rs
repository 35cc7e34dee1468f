//! Distributes the tables over the shards of Citus, if the extension is installed.

use deadpool_postgres::Object;

use crate::failure::Failure;

/// Distributed tables with their distribution columns. All rows of a graph are on one shard.
pub const DISTRIBUTED: &[(&str, &str)] = &[
    ("locator", "id"),
    ("graph", "graph_id"),
    ("ingest_queue", "graph_id"),
    ("applied_batch", "graph_id"),
    ("account", "graph_id"),
    ("thread", "graph_id"),
    ("episode", "graph_id"),
    ("mention", "graph_id"),
    ("assertion", "graph_id"),
    ("link", "graph_id"),
    ("edit", "graph_id"),
    ("tombstone", "graph_id"),
    ("task", "graph_id"),
    ("setting", "graph_id"),
    ("membership", "graph_id"),
    ("collection", "graph_id"),
    ("document", "graph_id"),
    ("bulk", "graph_id"),
    ("bulk_item", "graph_id"),
];
/// Small tables of which every shard has a full copy.
pub const REFERENCE: &[&str] = &["project", "api_key"];

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
    for table in REFERENCE {
        distribute_table(connection, table, &format!("SELECT create_reference_table('{table}')")).await?;
    }
    for (table, column) in DISTRIBUTED {
        let with = match *table {
            "locator" => "none",
            "graph" => "default",
            _ => "graph",
        };
        let statement = format!("SELECT create_distributed_table('{table}', '{column}', colocate_with => '{with}')");
        distribute_table(connection, table, &statement).await?;
    }
    Ok(())
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
    fn every_table_is_either_distributed_or_a_reference_table() {
        let is_listed = |name: &str| REFERENCE.contains(&name) || DISTRIBUTED.iter().any(|(table, _)| *table == name);
        let lines = MIGRATIONS.iter().flat_map(|migration| migration.sql.lines());
        let names: Vec<&str> =
            lines.filter_map(|line| line.strip_prefix("CREATE TABLE ")?.split_whitespace().next()).collect();
        assert_eq!(names.len(), REFERENCE.len() + DISTRIBUTED.len());
        assert!(names.iter().all(|name| is_listed(name)), "{names:?}");
    }
}
