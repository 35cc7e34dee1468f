//! The schema's history. Released steps are never edited; new ones are added at the end.

use super::sql::Migration;

/// The version of the schema that this program reads and writes.
pub fn schema_version() -> i64 {
    MIGRATIONS.last().map_or(0, |newest| newest.version)
}

/// Every step, oldest first.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "the first schema", sql: include_str!("migrations/0001_first_schema.sql") },
    Migration {
        version: 2,
        name: "every generation of the API",
        sql: include_str!("migrations/0002_every_generation.sql"),
    },
    Migration {
        version: 3,
        name: "items of import jobs are forgotten with what they became",
        sql: include_str!("migrations/0003_items_are_forgotten.sql"),
    },
    Migration {
        version: 4,
        name: "names in listings are folded by the program",
        sql: include_str!("migrations/0004_folded_names.sql"),
    },
    Migration {
        version: 5,
        name: "language models read episodes",
        sql: include_str!("migrations/0005_readings_by_models.sql"),
    },
    Migration {
        version: 6,
        name: "erasures are recorded with deletions",
        sql: include_str!("migrations/0006_erasures.sql"),
    },
    Migration {
        version: 7,
        name: "vectors of embedding models",
        sql: include_str!("migrations/0007_text_vectors.sql"),
    },
    Migration { version: 8, name: "checksums of evidence", sql: include_str!("migrations/0008_checksums.sql") },
    Migration {
        version: 9,
        name: "repeated requests are recognised, webhooks, keys of one graph",
        sql: include_str!("migrations/0009_requests_webhooks_keys.sql"),
    },
    Migration { version: 10, name: "the audit log", sql: include_str!("migrations/0010_audit_log.sql") },
    Migration {
        version: 11,
        name: "checksums of users, threads, links, edits and settings",
        sql: include_str!("migrations/0011_checksums_of_records.sql"),
    },
    Migration {
        version: 12,
        name: "checksums of projects, keys and graphs",
        sql: include_str!("migrations/0012_checksums_of_projects_keys_graphs.sql"),
    },
    Migration {
        version: 13,
        name: "checksums of memberships, tasks, collections and import jobs",
        sql: include_str!("migrations/0013_checksums_of_members_tasks_collections_imports.sql"),
    },
];
