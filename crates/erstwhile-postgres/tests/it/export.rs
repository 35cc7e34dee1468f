//! Export and import from the embedded database to PostgreSQL, back, and from one PostgreSQL to another.

use std::sync::Arc;

use erstwhile::store::Store;
use erstwhile::store::sqlite::Sqlite;
use tempfile::TempDir;

use crate::conformance::open;

async fn open_embedded() -> (Store, TempDir) {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let database = Sqlite::open(&folder.path().join("test.db")).expect("a database");
    (Store::open(Arc::new(database)).await.expect("a store"), folder)
}

mod embedded_to_postgres {
    erstwhile_testkit::export_conformance!(from: super::open_embedded, to: super::open);
}

mod postgres_to_embedded {
    erstwhile_testkit::export_conformance!(from: super::open, to: super::open_embedded);
}

mod postgres_to_postgres {
    erstwhile_testkit::export_conformance!(from: super::open, to: super::open);
}
