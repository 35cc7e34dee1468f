//! The database in memory passes the conformance suite.

use std::sync::Arc;

use erstwhile::store::Store;
use erstwhile::store::sqlite::InMemory;

async fn open() -> (Store, ()) {
    let database = InMemory::open().expect("a database");
    (Store::open(Arc::new(database)).await.expect("a store"), ())
}

erstwhile_testkit::store_conformance!(open);
