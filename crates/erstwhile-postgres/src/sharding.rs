//! Spreading the tables over the shards of Citus, when the extension is there.

use deadpool_postgres::Object;

use crate::failure::Failure;

/// Tables with the column that says on which shard a row lives; those of a graph live together.
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
/// Small tables that every shard holds whole.
pub const REFERENCE: &[&str] = &["project", "api_key"];

/// Distributes the tables that are not distributed yet; nothing without Citus.
///
/// The statement that distributes a table answers at once when another node has done it, so that many
/// nodes may start together.
pub(crate) async fn distribute(connection: &Object) -> Result<(), Failure> {
    let failed = |error| Failure::of("distribute its tables", &error);
    let citus = connection.query_one("SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus')", &[]);
    if !citus.await.and_then(|row| row.try_get::<_, bool>(0)).map_err(failed)? {
        return Ok(());
    }
    for table in REFERENCE {
        call(connection, table, &format!("SELECT create_reference_table('{table}')")).await?;
    }
    for (table, column) in DISTRIBUTED {
        let with = match *table {
            "locator" => "none",
            "graph" => "default",
            _ => "graph",
        };
        let statement = format!("SELECT create_distributed_table('{table}', '{column}', colocate_with => '{with}')");
        call(connection, table, &statement).await?;
    }
    Ok(())
}

async fn call(connection: &Object, table: &str, statement: &str) -> Result<(), Failure> {
    let failed = |error| Failure::of("distribute its tables", &error);
    let known = "SELECT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = to_regclass($1))";
    if connection.query_one(known, &[&table]).await.and_then(|row| row.try_get::<_, bool>(0)).map_err(failed)? {
        return Ok(());
    }
    tracing::info!("distributing the table {table}");
    connection.batch_execute(statement).await.map_err(failed)
}

#[cfg(test)]
mod tests {
    use erstwhile::store::MIGRATIONS;

    use super::*;

    #[test]
    fn every_table_has_its_place() {
        let placed = |name: &str| REFERENCE.contains(&name) || DISTRIBUTED.iter().any(|(table, _)| *table == name);
        let lines = MIGRATIONS.iter().flat_map(|migration| migration.sql.lines());
        let names: Vec<&str> =
            lines.filter_map(|line| line.strip_prefix("CREATE TABLE ")?.split_whitespace().next()).collect();
        assert_eq!(names.len(), REFERENCE.len() + DISTRIBUTED.len());
        assert!(names.iter().all(|name| placed(name)), "{names:?}");
    }
}
