//! Rows that are not what was stored are found, and never returned.

use std::sync::Arc;

use erstwhile::store::sql::{DamageSearch, Reach, Rows, Sql, Statement, Step};
use erstwhile::store::tables::{ExportUnitKind, TABLES, Table};
use erstwhile::store::{ListOrder, ListPage, SettingScope, Store, TaskListing};
use erstwhile_core::error::{ErrorKind, Result};
use erstwhile_core::model::{CollectionId, GraphId, ImportJobId, ProjectId, SettingKind};

use super::world::World;

/// The tables with a checksum of the row, each with the columns that it does not cover.
const GUARDED: [(&str, &[&str]); 11] = [
    ("account", &[]),
    ("thread", &[]),
    ("link", &[]),
    ("edit", &[]),
    ("setting", &[]),
    ("membership", &[]),
    ("task", &[]),
    ("collection", &[]),
    ("document", &[]),
    ("bulk", &["state", "updated_at", "processed_at", "completed_at"]),
    // This one waits; the content of others is cleared.
    ("bulk_item", &["state", "failure", "task_id", "updated_at"]),
];

/// Whatever is changed in a row with a checksum is found by a thorough search, and by the next read of the row. `database` is
/// empty.
pub async fn changed_rows_are_found_and_never_returned(database: Arc<dyn Sql>) {
    let store = Store::open(Arc::clone(&database)).await.unwrap();
    World::full(&store).await;
    assert_eq!(damage(&store).await, Vec::<String>::new());
    assert!(read_everything(&store).await.unwrap() > 0);
    for (name, uncovered) in GUARDED {
        let table = TABLES.iter().find(|table| table.name == name).expect("a table");
        let is_covered = |column: &str| !matches!(column, "graph_id" | "version") && !uncovered.contains(&column);
        let columns = table.columns.iter().zip(table.types).filter(|(column, _)| is_covered(column));
        for (column, holds) in columns {
            let other = match holds.sql_type() {
                "BLOB" => "graph_id".to_owned(),
                // JSON stays JSON.
                "TEXT" => format!("coalesce({column}, '') || ' '"),
                _ => format!("coalesce({column}, 0) + 1"),
            };
            changed(&database, &store, table, &format!("UPDATE {name} SET {column} = {other}")).await;
        }
    }
    assert_eq!(damage(&store).await, Vec::<String>::new());
}

async fn changed(database: &Arc<dyn Sql>, store: &Store, table: &Table, change: &str) {
    let name = table.name;
    run(database, format!("CREATE TABLE saved AS SELECT * FROM {name}")).await;
    // One row, so that changed keys do not collide.
    run(database, format!("DELETE FROM {name}")).await;
    run(database, format!("INSERT INTO {name} SELECT * FROM saved LIMIT 1")).await;
    run(database, change.to_owned()).await;
    let found = damage(store).await;
    assert!(found.iter().any(|problem| problem.contains(name)), "{change}: {found:?}");
    match read_everything(store).await {
        // Lists leave it out.
        Ok(threads) => assert_eq!((name, threads), ("thread", 0), "{change}"),
        Err(error) => assert_eq!(error.kind(), ErrorKind::Corrupt, "{change}: {error}"),
    }
    assert!(store.met_damaged_row().is_some(), "{change}");
    assert_eq!(store.met_damage(), None, "{change}");
    run(database, format!("DELETE FROM {name}")).await;
    run(database, format!("INSERT INTO {name} SELECT * FROM saved")).await;
    run(database, "DROP TABLE saved".to_owned()).await;
}

async fn damage(store: &Store) -> Vec<String> {
    store.find_damage(DamageSearch::Thorough).await.unwrap()
}

/// Reads every row of these tables, as the program does. Returns how often a thread was listed.
async fn read_everything(store: &Store) -> Result<usize> {
    let mut threads = 0;
    let page = ListPage { order: ListOrder::Id, ascending: true, offset: 0, limit: 100 };
    for unit in store.list_units().await? {
        let graph = GraphId(unit.id);
        let scope = match unit.kind {
            ExportUnitKind::Project => {
                store.list_users(ProjectId(unit.id), "", page).await?;
                threads += store.list_threads(ProjectId(unit.id), page).await?.0.len();
                let all = TaskListing { kinds: &[], with: None, after: None, limit: 100 };
                for (graph, task, _) in store.list_tasks(ProjectId(unit.id), all).await? {
                    store.find_task(graph, task).await?;
                }
                SettingScope::Project(ProjectId(unit.id))
            }
            ExportUnitKind::Graph | ExportUnitKind::ImportJob => {
                store.find_user(graph).await?;
                store.groups_of(graph).await?;
                store.find_collection(CollectionId(unit.id)).await?;
                store.documents(CollectionId(unit.id)).await?;
                store.find_import(ImportJobId(unit.id)).await?;
                store.import_items(ImportJobId(unit.id), -1, None, 100).await?;
                threads += store.threads_of(graph, 100).await?.len();
                store.evidence_since(graph, 0).await?;
                SettingScope::Graph(graph)
            }
        };
        for kind in SettingKind::ALL {
            store.settings(scope, kind).await?;
        }
    }
    Ok(threads)
}

/// Runs SQL that no program would.
async fn run(database: &Arc<dyn Sql>, sql: String) {
    let sql: &'static str = Box::leak(sql.into_boxed_str());
    let statement = Box::leak(Box::new(Statement { name: sql, sql, reach: Reach::FanOut }));
    database.transact(vec![Step { statement, params: Vec::new(), expect: Rows::Any }]).await.unwrap();
}
