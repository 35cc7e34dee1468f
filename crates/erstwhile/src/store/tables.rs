//! Every table of the schema: what of it moves to another database, and what deliberately does not.
//!
//! Statements to read and to write whole rows follow from the columns. A test compares this with the
//! database's own catalogue, so that no column of a later migration is forgotten.

use super::sql::{Reach, Statement};

/// A table whose rows move.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// The columns that are carried, the one that says to which unit a row belongs first.
    pub columns: &'static [&'static str],
    /// Whether two copies of a unit must agree on it; housekeeping may thin out the others.
    pub is_compared: bool,
    /// Reads the rows of one unit.
    pub(super) read: &'static Statement,
    /// Writes one row, unless it is there.
    pub(super) write: &'static Statement,
}

/// Columns that do not move.
#[derive(Debug)]
pub struct NotExported {
    /// The table.
    pub table: &'static str,
    /// The columns.
    pub columns: &'static [&'static str],
    /// Why.
    pub why: &'static str,
}

macro_rules! placeholders {
    ([$number:literal $($numbers:literal)*]) => { concat!("$", $number) };
    ([$number:literal $($numbers:literal)*] $column:ident $($columns:ident)*) => {
        concat!("$", $number, ", ", placeholders!([$($numbers)*] $($columns)*))
    };
}

macro_rules! tables {
    ($($read:ident $write:ident $reach:expr, $is_compared:literal, $table:ident($key:ident $(, $column:ident)*);)*) => {
        $(
            static $read: Statement = Statement {
                name: stringify!($read),
                sql: concat!("SELECT ", stringify!($key), $(", ", stringify!($column),)* " FROM ", stringify!($table),
                    " WHERE ", stringify!($key), " = $1"),
                reach: $reach,
            };
            static $write: Statement = Statement {
                name: stringify!($write),
                sql: concat!("INSERT INTO ", stringify!($table), " (", stringify!($key), $(", ", stringify!($column),)*
                    ") VALUES (",
                    placeholders!([1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24] $($column)*),
                    ") ON CONFLICT DO NOTHING"),
                reach: $reach,
            };
        )*

        /// Every table whose rows move.
        pub static TABLES: &[Table] = &[$(Table {
            name: stringify!($table),
            columns: &[stringify!($key) $(, stringify!($column))*],
            is_compared: $is_compared,
            read: &$read,
            write: &$write,
        }),*];

        /// The statements of every table, for the registry.
        pub(super) const STATEMENTS: &[&Statement] = &[$(&$read, &$write),*];
    };
}

const GRAPH: Reach = Reach::One("graph_id");
const REFERENCE: Reach = Reach::One("reference");

tables! {
    READ_PROJECT WRITE_PROJECT REFERENCE, true, project(project_id, name, description, time_zone, created_at);
    READ_KEYS WRITE_KEY REFERENCE, true,
        api_key(project_id, key_id, name, prefix, digest, access, created_at, expires_at, revoked_at);
    READ_GRAPH WRITE_GRAPH GRAPH, true,
        graph(graph_id, project_id, owner_kind, owner_id, name, description, time_zone, created_at, updated_at,
            version, revision, next_seq, folded);
    READ_SETTINGS WRITE_SETTING GRAPH, true, setting(graph_id, kind, name, value, updated_at);
    READ_ACCOUNT WRITE_ACCOUNT GRAPH, true,
        account(graph_id, project_id, user_id, uuid, email, first_name, last_name, time_zone, metadata,
            disable_default_ontology, created_at, updated_at, folded);
    READ_MEMBERSHIPS WRITE_MEMBERSHIP GRAPH, true, membership(graph_id, group_id, added_at);
    READ_THREADS WRITE_THREAD GRAPH, true,
        thread(graph_id, thread_id, project_id, uuid, metadata, classifications, created_at, updated_at, ended_at);
    READ_EPISODES WRITE_EPISODE GRAPH, true,
        episode(graph_id, seq, episode_id, thread_id, kind, role, name, content, metadata, source_description,
            document_id, reference_time, recorded_at, state, failure, settled_at, task_id, strict, version);
    READ_MENTIONS WRITE_MENTION GRAPH, true,
        mention(graph_id, mention_id, episode_id, entity_id, name, entity_type, span_start, span_end, recorded_at,
            version);
    READ_ASSERTIONS WRITE_ASSERTION GRAPH, true,
        assertion(graph_id, assertion_id, episode_id, subject, predicate, object, statement, span_start, span_end,
            kind, holding, valid_from, from_precision, valid_until, until_precision, reference_time, recorded_at,
            confidence, extractor, attributes, version);
    READ_LINKS WRITE_LINK GRAPH, true,
        link(graph_id, link_id, left_id, right_id, kind, episode_id, recorded_at, version);
    READ_EDITS WRITE_EDIT GRAPH, true, edit(graph_id, kind, target_id, patch, recorded_at, version);
    READ_TOMBSTONES WRITE_TOMBSTONE GRAPH, true, tombstone(graph_id, version, kind, id);
    READ_TASKS WRITE_TASK GRAPH, true, task(graph_id, task_id, kind, first_seq, total, created_at);
    READ_COLLECTION WRITE_COLLECTION GRAPH, true,
        collection(graph_id, project_id, name, uuid, description, metadata, dimensions, is_auto_embedded, created_at,
            updated_at);
    READ_DOCUMENTS WRITE_DOCUMENT GRAPH, true,
        document(graph_id, document_uuid, document_id, content, metadata, embedding, created_at, updated_at);
    READ_BULK WRITE_BULK GRAPH, true,
        bulk(graph_id, project_id, state, metadata, ignore_roles, strict_ontology, created_at, updated_at,
            processed_at, completed_at);
    READ_BULK_ITEMS WRITE_BULK_ITEM GRAPH, true,
        bulk_item(graph_id, seq, episode_id, target_graph, data, state, failure, task_id, created_at, updated_at,
            payload, target_thread);
    // Keeps a bulk load that was cut off from handing over its items twice; tidied away after a day.
    READ_APPLIED WRITE_APPLIED GRAPH, false, applied_batch(graph_id, batch_id, applied_at);
}

/// Every table and column that does not move.
pub static NOT_EXPORTED: &[NotExported] = &[
    NotExported {
        table: "locator",
        columns: &["id", "kind", "scope", "graph_id"],
        why: "follows from the graph and its threads, and is written anew with them",
    },
    NotExported {
        table: "ingest_queue",
        columns: &["graph_id", "pending", "ready_at", "lease_until", "epoch", "attempts", "last_error"],
        why: "belongs to the workers of one database; what is pending is counted and queued anew",
    },
];

/// What kind of unit rows move in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportUnitKind {
    /// A project with its keys and what it declares.
    Project,
    /// A graph with everything in it: of a user or of a thread of nobody, standalone, or a collection.
    Graph,
    /// A bulk load, which refers to graphs.
    ImportJob,
}

impl ExportUnitKind {
    /// The table that has one row for each unit.
    pub fn head(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Graph | Self::ImportJob => "graph",
        }
    }

    /// What people call it.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Graph => "graph",
            Self::ImportJob => "bulk",
        }
    }

    /// The tables that hold its rows, in the order in which they are written.
    pub fn tables(self) -> impl Iterator<Item = &'static Table> + Clone {
        TABLES.iter().filter(move |table| match self {
            Self::Project => matches!(table.name, "project" | "api_key" | "setting"),
            Self::Graph | Self::ImportJob => !matches!(table.name, "project" | "api_key"),
        })
    }
}
