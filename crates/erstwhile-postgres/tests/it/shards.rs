//! Every statement with a distribution key reaches only one shard. The test asks PostgreSQL's planner, with tables that
//! are partitioned over two servers by the distribution key.

use std::collections::BTreeSet;
use std::sync::Arc;

use erstwhile::store::sql::Reach;
use erstwhile::store::tables::{Placement, placements};
use erstwhile::store::{Store, statements};
use erstwhile_postgres::testing::{NOT_DURABLE, TestServer};
use erstwhile_postgres::{Postgres, PostgresSettings};
use tokio_postgres::Client;
use tokio_postgres::types::Type;

/// Returns the columns of a table with their types, as a list for `CREATE TABLE`.
async fn columns(shard: &Client, table: &str) -> String {
    let columns = "SELECT string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum) \
        FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped";
    shard.query_one(columns, &[&table]).await.expect("columns").get(0)
}

/// Creates a coordinator whose tables are hash-partitioned over two shards by their distribution key.
async fn coordinator(shards: [&TestServer; 2]) -> Client {
    let url = TestServer::shared().schema().await;
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.expect("a connection");
    tokio::spawn(async move { drop(connection.await) });
    client.batch_execute("CREATE EXTENSION IF NOT EXISTS postgres_fdw SCHEMA public").await.expect("the extension");
    for (at, shard) in shards.iter().enumerate() {
        let port = shard.port();
        let server = format!(
            "CREATE SERVER shard_{at} FOREIGN DATA WRAPPER postgres_fdw \
             OPTIONS (host '127.0.0.1', port '{port}', dbname 'postgres'); \
             CREATE USER MAPPING FOR CURRENT_USER SERVER shard_{at} OPTIONS (user 'postgres')"
        );
        client.batch_execute(&server).await.expect("a shard");
    }
    let shard = shards[0].client().await;
    for (table, placement) in placements() {
        let key = match placement {
            Placement::Partition => "graph_id",
            Placement::Column(column) | Placement::Beside(column, _) => column,
            Placement::Everywhere => continue,
        };
        let columns = columns(&shard, table).await;
        client
            .batch_execute(&format!("CREATE TABLE {table} ({columns}) PARTITION BY HASH ({key})"))
            .await
            .expect("a table");
        for at in 0..shards.len() {
            let partition = format!(
                "CREATE FOREIGN TABLE {table}_on_{at} PARTITION OF {table} \
                 FOR VALUES WITH (MODULUS {}, REMAINDER {at}) SERVER shard_{at} OPTIONS (schema_name 'public', table_name '{table}')",
                shards.len()
            );
            client.batch_execute(&partition).await.expect("a partition");
        }
    }
    client.batch_execute("SET plan_cache_mode = force_custom_plan").await.expect("a setting");
    client
}

fn literal(ty: &Type) -> &'static str {
    match *ty {
        Type::BYTEA => "'\\x0102030405060708090a0b0c0d0e0f10'::bytea",
        Type::TEXT => "'some text'",
        Type::FLOAT8 => "0.5",
        _ => "7",
    }
}

/// Returns the shards in the plan of a statement.
async fn planned_shards(client: &Client, sql: &str) -> BTreeSet<char> {
    let prepared = client.prepare(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    let params: Vec<&str> = prepared.params().iter().map(literal).collect();
    let params = if params.is_empty() { String::new() } else { format!("({})", params.join(", ")) };
    client.batch_execute(&format!("DEALLOCATE ALL; PREPARE explained AS {sql}")).await.expect("a statement");
    let plan = client.simple_query(&format!("EXPLAIN (VERBOSE) EXECUTE explained{params}")).await;
    let plan = plan.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    let mut shards = BTreeSet::new();
    for message in plan {
        if let tokio_postgres::SimpleQueryMessage::Row(row) = message {
            let line = row.get(0).unwrap_or_default().to_owned();
            shards.extend(line.match_indices("_on_").filter_map(|(at, _)| line[at + 4..].chars().next()));
        }
    }
    shards
}

#[tokio::test]
async fn each_statement_with_a_key_reaches_one_shard() {
    let shards = [TestServer::start(NOT_DURABLE), TestServer::start(NOT_DURABLE)];
    for shard in &shards {
        let database = Postgres::new(&shard.url(), PostgresSettings::default()).expect("a database");
        Store::open(Arc::new(database)).await.expect("a store");
    }
    let client = coordinator([&shards[0], &shards[1]]).await;
    let (mut one, mut inserts, mut fan_outs) = (0, 0, 0);
    let mut on_several_shards = Vec::new();
    for statement in statements::ALL {
        match statement.reach {
            Reach::One("reference") => {}
            Reach::FanOut => fan_outs += 1,
            // Foreign tables do not support `ON CONFLICT`, so these cannot be planned here. They write only the row
            // with their key, which a lint over the statements checks.
            Reach::One(_) if statement.sql.contains("ON CONFLICT") => inserts += 1,
            Reach::One(_) => {
                let shards = planned_shards(&client, statement.sql).await;
                // Empty for an INSERT, which is routed by its row, and if the planner knows that the result is empty.
                if shards.len() <= 1 {
                    one += 1;
                } else {
                    on_several_shards.push(statement.name);
                }
            }
        }
    }
    let total = statements::ALL.len();
    eprintln!("{total} statements: {one} planned on one shard, {inserts} upserts by key, {fan_outs} declared fan-outs");
    assert!(on_several_shards.is_empty(), "not planned on one shard: {on_several_shards:?}");
    assert!(one > 100, "only {one} statements were planned");
}
