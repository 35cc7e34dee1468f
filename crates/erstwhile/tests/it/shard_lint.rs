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
    "CLAIMABLE_OF_PROJECT",
    "CLAIMABLE_OF_PROJECT_FOR_MODEL",
    "CLAIMABLE_PROJECTS",
    "CLAIMABLE_PROJECTS_FOR_MODEL",
    "COLLECTIONS",
    "COUNT_ACCOUNTS",
    "COUNT_ALL_ACCOUNTS",
    "COUNT_ALL_ASSERTIONS",
    "COUNT_ALL_DOCUMENTS",
    "COUNT_ALL_EPISODES",
    "COUNT_ALL_THREADS",
    "COUNT_CANDIDATES",
    "COUNT_GRAPHS",
    "COUNT_MEMBERS",
    "COUNT_PENDING_ERASURES",
    "COUNT_THREADS",
    "DISSOLVE_GROUP",
    "FORGET_APPLIED",
    "FORGET_DELIVERIES",
    "FORGET_KEYS",
    "END_MODEL_PAUSES",
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
    "READY_DELIVERIES",
    "RECEIPTS",
    "REMOVE_GIVEN_UUIDS",
    "REMOVE_GIVEN_UUIDS_OF_THREAD",
    "REMOVE_THREAD_LOCATORS",
    "TASKS",
    "TASKS_WITH_FAILED",
    "TASKS_WITH_PENDING",
    "THREADS_AFTER",
    "THREADS_BY_CREATED",
    "THREADS_BY_CREATED_DESC",
    "THREADS_BY_ID",
    "THREADS_BY_ID_DESC",
    "THREADS_BY_UPDATED",
    "THREADS_BY_UPDATED_DESC",
    "THREADS_BY_USER",
    "THREADS_BY_USER_DESC",
    "USER_SUMMARIES_AFTER",
    "WAITING_EPISODES_BY_PROJECT",
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
        for forbidden in [
            "FOR UPDATE",
            "SKIP LOCKED",
            "ADVISORY",
            "SERIAL",
            "NEXTVAL",
            "LISTEN ",
            "NOTIFY ",
            "ROWID",
            "NOW()",
            "RANDOM",
            "UUID(",
            "CURRENT_",
        ] {
            assert!(!sql.contains(forbidden), "{} uses {forbidden}", statement.name);
        }
    }
}

/// The parenthesis that begins at this place, with what is in it.
fn parenthesis(sql: &str, begin: usize) -> &str {
    let mut depth = 0;
    let closes = |character: char| {
        depth += match character {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    };
    let end = sql[begin..].find(closes).expect("a parenthesis is closed");
    &sql[begin..=begin + end]
}

/// Citus refuses sub-selects in `VALUES`; a row's shard must be known when the statement is planned, so its key must be a
/// plain parameter there, or the key of the row that is selected.
#[test]
fn inserted_rows_are_plain_values_or_selected_with_their_key() {
    for statement in statements::ALL.iter().filter(|statement| statement.sql.starts_with("INSERT")) {
        let (name, sql) = (statement.name, statement.sql);
        if let Some(begin) = sql.find("VALUES (") {
            let values = parenthesis(sql, begin + "VALUES ".len());
            assert!(!values[1..].contains('('), "{name} computes a value: {values}");
        } else if let Reach::One(key) = statement.reach {
            let selected = sql.find(&format!("SELECT {key}")).is_some();
            assert!(selected, "{name} must select the key as the first column");
        }
    }
}

/// The places where sub-selects begin.
fn sub_selects(sql: &str) -> impl Iterator<Item = usize> {
    sql.match_indices("(SELECT ").map(|(at, _)| at)
}

/// The names of tables in `alias.column`, with the whole text.
fn qualified(sql: &str) -> impl Iterator<Item = (&str, &str)> {
    let words = sql.split(|character: char| !character.is_ascii_alphanumeric() && !"_.".contains(character));
    words.filter_map(|word| word.split_once('.').map(|(alias, _)| (alias, word)))
}

/// Sharding databases plan a sub-select that refers to the statement around it only if it does so by the key of both.
#[test]
fn sub_selects_refer_to_the_statement_around_them_by_the_key_only() {
    for statement in statements::ALL {
        let sql = statement.sql;
        for inner in sub_selects(sql).map(|begin| parenthesis(sql, begin)) {
            let own =
                |alias: &str| inner.contains(&format!(" {alias} WHERE")) || inner.contains(&format!(" {alias} JOIN"));
            let outer = qualified(inner).filter(|(alias, _)| !own(alias));
            for (_, column) in outer {
                let by_key = inner.contains(&format!(".graph_id = {column}")) && column.ends_with(".graph_id");
                assert!(by_key, "{}: {inner} refers to {column}", statement.name);
            }
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
