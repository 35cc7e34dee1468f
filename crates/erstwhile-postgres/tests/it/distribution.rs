//! Tables are distributed at the start, whatever other nodes do meanwhile. No package registry has Citus, so its functions
//! are replaced by ones that remember in sequences, which no rollback undoes, that they were called.

use std::collections::BTreeSet;
use std::sync::Arc;

use erstwhile::store::Store;
use erstwhile::store::sql::Sql;
use erstwhile::store::tables::placements;
use erstwhile_postgres::testing::TestServer;
use erstwhile_postgres::{Postgres, PostgresSettings};
use tokio_postgres::Client;

use crate::locked_rows::graph_with_pending_episode;

/// Another node is always faster: each table turns out to be distributed when this node begins with it.
const CITUS: &str = "
    CREATE FUNCTION remember(what text) RETURNS void LANGUAGE plpgsql AS
        $$ BEGIN PERFORM nextval(what); END $$;
    CREATE FUNCTION create_distributed_table(t text, c text, colocate_with text) RETURNS void LANGUAGE plpgsql AS
        $$ BEGIN PERFORM remember('distributed_' || t);
        RAISE EXCEPTION 'table % is already distributed', t USING ERRCODE = '42P16'; END $$;
    CREATE FUNCTION create_reference_table(t text) RETURNS void LANGUAGE sql AS
        $$ SELECT create_distributed_table(t, '', '') $$;
    CREATE FUNCTION truncate_local_data_after_distributing_table(t text) RETURNS void LANGUAGE plpgsql AS
        $$ BEGIN PERFORM remember('truncated_' || t); EXECUTE 'TRUNCATE ' || t; END $$;
    CREATE VIEW pg_dist_partition AS SELECT to_regclass(substr(sequencename, 13)) AS logicalrelid FROM pg_sequences
        WHERE schemaname = current_schema() AND sequencename LIKE 'distributed%' AND last_value IS NOT NULL;
";

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(async move { drop(connection.await) });
    client
}

async fn remembered(client: &Client, what: &str) -> BTreeSet<String> {
    let called = "SELECT substr(sequencename, length($1) + 2) FROM pg_sequences WHERE schemaname = current_schema() \
        AND sequencename LIKE $1 || '%' AND last_value IS NOT NULL";
    client.query(called, &[&what]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn every_table_is_distributed_although_others_are_faster_and_leaves_nothing_on_the_coordinator() {
    let url = TestServer::shared().schema().await;
    let open_with = async |is_sharded: bool| {
        let database = Postgres::new(&url, PostgresSettings { connections: 2, ..PostgresSettings::default() }).unwrap();
        let store = Store::open(Arc::new(database.clone())).await.expect("it starts");
        assert_eq!(database.is_sharded(), is_sharded);
        store
    };
    // A database in use, before it is distributed.
    graph_with_pending_episode(&open_with(false).await, 1).await;
    let client = connect(&url).await;
    client.batch_execute(CITUS).await.unwrap();
    let tables: BTreeSet<String> =
        placements().map(|(table, _)| table.to_owned()).chain(["erstwhile_schema".to_owned()]).collect();
    for table in &tables {
        let sequences = format!("CREATE SEQUENCE distributed_{table}; CREATE SEQUENCE truncated_{table}");
        client.batch_execute(&sequences).await.unwrap();
    }
    let history = "CREATE TEMP TABLE history AS SELECT * FROM erstwhile_schema";
    client.batch_execute(history).await.unwrap();
    open_with(true).await;
    assert_eq!(remembered(&client, "distributed").await, tables);
    let emptied = remembered(&client, "truncated").await;
    for table in ["graph", "episode", "ingest_queue", "locator", "erstwhile_schema"] {
        assert!(emptied.contains(table), "{table} kept its rows: {emptied:?}");
    }
    assert!(!emptied.contains("document"), "an empty table is left alone: {emptied:?}");
    // On Citus, the rows are now on the shards.
    client.batch_execute("INSERT INTO erstwhile_schema SELECT * FROM history").await.unwrap();
}
