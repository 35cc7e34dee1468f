//! Every statement can run on a database that is sharded by graph: the rules of the portable subset.

use erstwhile::store::sql::Reach;
use erstwhile::store::{MIGRATIONS, statements};

/// Statements that may look at every shard, by name: listings, the queue's candidates, housekeeping.
const FAN_OUTS: &[&str] = &[
    "ACCOUNTS_AFTER",
    "ACCOUNTS_BY_CREATED",
    "ACCOUNTS_BY_CREATED_DESC",
    "ACCOUNTS_BY_EMAIL",
    "ACCOUNTS_BY_EMAIL_DESC",
    "ACCOUNTS_BY_USER_ID",
    "ACCOUNTS_BY_USER_ID_DESC",
    "IMPORTS",
    "CANDIDATES",
    "CLAIMABLE",
    "CLAIMABLE_FOR_MODEL",
    "COLLECTIONS",
    "COUNT_ACCOUNTS",
    "COUNT_CANDIDATES",
    "COUNT_GRAPHS",
    "COUNT_MEMBERS",
    "COUNT_THREADS",
    "DISSOLVE_GROUP",
    "FORGET_APPLIED",
    "ERASE_IMPORT_ITEMS_OF_GRAPH",
    "ERASE_IMPORT_ITEMS_OF_THREAD",
    "GRAPHS_AFTER",
    "GRAPHS_BY_CREATED",
    "GRAPHS_BY_CREATED_DESC",
    "GRAPHS_BY_NAME",
    "GRAPHS_BY_NAME_DESC",
    "GRAPHS_BY_OWNER",
    "GRAPHS_BY_OWNER_DESC",
    "LOST_EPISODES",
    "LOST_READINGS",
    "MEMBERS",
    "MODEL_QUEUE_DEPTH",
    "PENDING_ERASURES",
    "QUEUE_DEPTH",
    "RECEIPTS",
    "REMOVE_THREAD_LOCATORS",
    "THREADS_AFTER",
    "THREADS_BY_CREATED",
    "THREADS_BY_CREATED_DESC",
    "THREADS_BY_ID",
    "THREADS_BY_ID_DESC",
    "THREADS_BY_UPDATED",
    "THREADS_BY_UPDATED_DESC",
    "THREADS_BY_USER",
    "THREADS_BY_USER_DESC",
];

#[test]
fn every_statement_names_its_shard_or_is_a_listed_fan_out() {
    for statement in statements::ALL {
        match statement.reach {
            Reach::FanOut => assert!(FAN_OUTS.contains(&statement.name), "{} is not listed", statement.name),
            Reach::One("reference") => {}
            Reach::One(key) => {
                let equality = statement.sql.contains(&format!("{key} = $"));
                let inserts_it = statement.sql.starts_with("INSERT") && statement.sql.contains(key);
                assert!(equality || inserts_it, "{} has no equality on {key}", statement.name);
            }
        }
    }
    let fan_outs = statements::ALL.iter().filter(|statement| statement.reach == Reach::FanOut).count();
    assert_eq!(fan_outs, FAN_OUTS.len(), "a listed fan-out is gone");
}

#[test]
fn no_statement_uses_what_some_database_lacks() {
    for statement in statements::ALL {
        let sql = statement.sql.to_uppercase();
        for forbidden in
            ["FOR UPDATE", "SKIP LOCKED", "ADVISORY", "SERIAL", "NEXTVAL", "LISTEN ", "NOTIFY ", "ROWID", "NOW()"]
        {
            assert!(!sql.contains(forbidden), "{} uses {forbidden}", statement.name);
        }
    }
}

#[test]
fn columns_have_portable_types_only() {
    for migration in MIGRATIONS {
        let tables = migration.sql.lines().filter(|line| line.starts_with("    ") && !line.contains("PRIMARY KEY ("));
        for line in tables.filter(|line| !line.trim_start().starts_with("--")) {
            let portable = ["BIGINT", "TEXT", "BLOB", "DOUBLE PRECISION"].iter().any(|name| line.contains(name));
            assert!(portable, "{line}");
        }
    }
}
