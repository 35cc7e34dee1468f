//! Every table of the schema, described once: its columns, how it is distributed, how it is cleared, and whether its
//! rows are exported.
//!
//! Statements that read, write or clear whole rows are generated from this description, which also determines the
//! distribution over shards. A test compares it with the database's own catalogue, so that it includes every column of
//! later migrations.

use erstwhile_core::evidence::TombstoneKind;
use erstwhile_core::model::{
    ClaimKind, EpisodeKind, Holding, ImportState, KeyRole, LinkKind, Precision, Role, SettingKind,
};

use super::column_types::{
    COUNT, DIGEST, FLAG, ID, IDS, INTEGER, JSON, OBJECT, REAL, TEXT, TIME, VECTOR, code, one_of, optional,
};
use super::sql::{Reach, Statement};

pub use super::column_types::ColumnType;

/// A table whose rows are exported.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// The exported columns; the first is the id of the unit that the row belongs to.
    pub columns: &'static [&'static str],
    /// What each of them holds.
    pub types: &'static [ColumnType],
    /// Where its rows are stored.
    pub placement: Placement,
    /// Whether two copies of a unit must agree on its rows; housekeeping may remove rows of the other tables.
    pub is_compared: bool,
    /// Reads the rows of one unit.
    pub(super) read: &'static Statement,
    /// Writes one row, unless it exists.
    pub(super) write: &'static Statement,
    /// Deletes the rows of one partition, when they are deleted with it.
    clear: Option<&'static Statement>,
}

/// A table whose rows are not exported, because they follow from others.
#[derive(Debug)]
pub struct DerivedTable {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [&'static str],
    /// Where its rows are stored.
    pub placement: Placement,
    /// Why it is not exported.
    pub why: &'static str,
    /// Reads the rows with one id; absent when the key of the table is no id alone.
    pub(super) read: Option<&'static Statement>,
    clear: Option<&'static Statement>,
}

/// Where the rows of a table are stored in a sharded database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// On the shard of their partition.
    Partition,
    /// On the shard of the value of this column.
    Column(&'static str),
    /// With the rows of a table before it that have the same value of this column.
    Beside(&'static str, &'static str),
    /// On every shard, because the table is small.
    Everywhere,
}

impl Placement {
    /// The shards of a statement with an equality on the table's key.
    const fn reach(self) -> Reach {
        match self {
            Self::Partition => Reach::One("graph_id"),
            Self::Column(column) | Self::Beside(column, _) => Reach::One(column),
            Self::Everywhere => Reach::One("reference"),
        }
    }
}

macro_rules! placeholders {
    ([$number:literal $($numbers:literal)*]) => { concat!("$", $number) };
    ([$number:literal $($numbers:literal)*] $column:ident $($columns:ident)*) => {
        concat!("$", $number, ", ", placeholders!([$($numbers)*] $($columns)*))
    };
}

macro_rules! first {
    () => {
        None
    };
    ($clear:ident) => {
        Some(&$clear)
    };
}

macro_rules! tables {
    ($(
        [$read:ident $write:ident $($clear:ident)?] $placement:ident, $is_compared:literal,
        $table:ident($key:ident: $key_type:expr $(, $column:ident: $type:expr)*);
    )*) => {
        $(
            static $read: Statement = Statement {
                name: stringify!($read),
                sql: concat!("SELECT ", stringify!($key), $(", ", stringify!($column),)* " FROM ", stringify!($table),
                    " WHERE ", stringify!($key), " = $1"),
                reach: Placement::$placement.reach(),
            };
            static $write: Statement = Statement {
                name: stringify!($write),
                sql: concat!("INSERT INTO ", stringify!($table), " (", stringify!($key), $(", ", stringify!($column),)*
                    ") VALUES (",
                    placeholders!([1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24] $($column)*),
                    ") ON CONFLICT DO NOTHING"),
                reach: Placement::$placement.reach(),
            };
            $(static $clear: Statement = Statement {
                name: stringify!($clear),
                sql: concat!("DELETE FROM ", stringify!($table), " WHERE ", stringify!($key), " = $1"),
                reach: Placement::$placement.reach(),
            };)?
        )*

        /// Every table whose rows are exported, in the order in which they are written.
        pub static TABLES: &[Table] = &[$(Table {
            name: stringify!($table),
            columns: &[stringify!($key) $(, stringify!($column))*],
            types: &[$key_type $(, $type)*],
            placement: Placement::$placement,
            is_compared: $is_compared,
            read: &$read,
            write: &$write,
            clear: first!($($clear)?),
        }),*];

        /// The statements of every table, for the registry.
        pub(super) const STATEMENTS: &[&Statement] = &[$(&$read, &$write, $(&$clear,)?)*
            &CLEAR_QUEUE, &CLEAR_MODEL_QUEUE, &CLEAR_VECTORS];
    };
}

tables! {
    [READ_PROJECT WRITE_PROJECT] Everywhere, true,
        project(
            project_id: ID, name: TEXT, description: optional(TEXT), time_zone: optional(TEXT), created_at: TIME,
            checksum: optional(INTEGER));
    [READ_KEYS WRITE_KEY] Everywhere, true,
        api_key(
            project_id: ID, key_id: ID, name: TEXT, prefix: TEXT, digest: DIGEST, access: code::<KeyRole>(),
            created_at: TIME, expires_at: optional(TIME), revoked_at: optional(TIME), bound_graph: optional(ID),
            checksum: optional(INTEGER));
    [READ_GRAPH WRITE_GRAPH CLEAR_GRAPH] Partition, true,
        graph(
            graph_id: ID, project_id: ID, owner_kind: one_of(5), owner_id: TEXT, created_at: TIME, name: optional(TEXT),
            description: optional(TEXT), time_zone: optional(TEXT), updated_at: TIME, folded: TEXT,
            checksum: optional(INTEGER), version: COUNT, revision: COUNT, next_seq: COUNT);
    [READ_SETTINGS WRITE_SETTING CLEAR_SETTINGS] Partition, true,
        setting(
            graph_id: ID, kind: code::<SettingKind>(), name: TEXT, value: JSON, updated_at: TIME,
            checksum: optional(INTEGER));
    [READ_ACCOUNT WRITE_ACCOUNT CLEAR_ACCOUNT] Partition, true,
        account(
            graph_id: ID, project_id: ID, user_id: TEXT, uuid: ID, email: optional(TEXT), first_name: optional(TEXT),
            last_name: optional(TEXT), time_zone: optional(TEXT), metadata: OBJECT, disable_default_ontology: FLAG,
            created_at: TIME, updated_at: TIME, folded: TEXT, checksum: optional(INTEGER));
    [READ_MEMBERSHIPS WRITE_MEMBERSHIP CLEAR_MEMBERSHIPS] Partition, true,
        membership(graph_id: ID, group_id: ID, added_at: TIME, checksum: optional(INTEGER));
    [READ_THREADS WRITE_THREAD CLEAR_THREADS] Partition, true,
        thread(
            graph_id: ID, thread_id: TEXT, project_id: ID, uuid: ID, metadata: OBJECT, classifications: OBJECT,
            created_at: TIME, updated_at: TIME, ended_at: optional(TIME), checksum: optional(INTEGER));
    [READ_EPISODES WRITE_EPISODE CLEAR_EPISODES] Partition, true,
        episode(
            graph_id: ID, seq: COUNT, episode_id: ID, thread_id: optional(TEXT), kind: code::<EpisodeKind>(),
            role: optional(code::<Role>()), name: optional(TEXT), content: TEXT, metadata: OBJECT,
            source_description: optional(TEXT), document_id: optional(TEXT), reference_time: TIME, recorded_at: TIME,
            state: one_of(4), failure: optional(TEXT), settled_at: optional(TIME), task_id: optional(ID),
            strict: FLAG, version: COUNT, model_state: one_of(5), model_report: optional(OBJECT),
            checksum: optional(INTEGER));
    [READ_MENTIONS WRITE_MENTION CLEAR_MENTIONS] Partition, true,
        mention(
            graph_id: ID, mention_id: ID, episode_id: optional(ID), entity_id: ID, name: TEXT,
            entity_type: optional(TEXT), span_start: COUNT, span_end: COUNT, recorded_at: TIME, version: COUNT,
            checksum: optional(INTEGER));
    [READ_ASSERTIONS WRITE_ASSERTION CLEAR_ASSERTIONS] Partition, true,
        assertion(
            graph_id: ID, assertion_id: ID, episode_id: optional(ID), subject: ID, predicate: TEXT,
            object: optional(ID), statement: TEXT, span_start: COUNT, span_end: COUNT, kind: code::<ClaimKind>(),
            holding: code::<Holding>(), valid_from: optional(TIME), from_precision: optional(code::<Precision>()),
            valid_until: optional(TIME), until_precision: optional(code::<Precision>()), reference_time: TIME,
            recorded_at: TIME, confidence: REAL, extractor: TEXT, attributes: OBJECT, version: COUNT,
            checksum: optional(INTEGER));
    [READ_LINKS WRITE_LINK CLEAR_LINKS] Partition, true,
        link(
            graph_id: ID, link_id: ID, left_id: ID, right_id: ID, kind: code::<LinkKind>(), episode_id: optional(ID),
            recorded_at: TIME, version: COUNT, checksum: optional(INTEGER));
    [READ_EDITS WRITE_EDIT CLEAR_EDITS] Partition, true,
        edit(
            graph_id: ID, kind: one_of(2), target_id: ID, patch: OBJECT, recorded_at: TIME, version: COUNT,
            checksum: optional(INTEGER));
    [READ_TOMBSTONES WRITE_TOMBSTONE CLEAR_TOMBSTONES] Partition, true,
        tombstone(graph_id: ID, version: COUNT, kind: code::<TombstoneKind>(), id: ID);
    [READ_SUMMARIES WRITE_SUMMARY CLEAR_SUMMARIES] Partition, true,
        written_summary(
            graph_id: ID, kind: one_of(3), subject: TEXT, summary: TEXT, basis: IDS, instructions: TEXT, model: TEXT,
            written_at: TIME);
    [READ_TASKS WRITE_TASK CLEAR_TASKS] Partition, true,
        task(
            graph_id: ID, task_id: ID, kind: TEXT, first_seq: COUNT, total: COUNT, created_at: TIME,
            checksum: optional(INTEGER));
    [READ_COLLECTION WRITE_COLLECTION CLEAR_COLLECTION] Partition, true,
        collection(
            graph_id: ID, project_id: ID, name: TEXT, uuid: ID, description: optional(TEXT), metadata: OBJECT,
            dimensions: COUNT, is_auto_embedded: FLAG, created_at: TIME, updated_at: TIME, checksum: optional(INTEGER));
    [READ_DOCUMENTS WRITE_DOCUMENT CLEAR_DOCUMENTS] Partition, true,
        document(
            graph_id: ID, document_uuid: ID, document_id: optional(TEXT), content: TEXT, metadata: OBJECT,
            embedding: optional(VECTOR), created_at: TIME, updated_at: TIME, checksum: optional(INTEGER));
    [READ_IMPORT_JOB WRITE_IMPORT_JOB CLEAR_IMPORT_JOB] Partition, true,
        bulk(
            graph_id: ID, project_id: ID, state: code::<ImportState>(), metadata: OBJECT, ignore_roles: COUNT,
            strict_ontology: FLAG, created_at: TIME, updated_at: TIME, processed_at: optional(TIME),
            completed_at: optional(TIME), checksum: optional(INTEGER));
    [READ_IMPORT_ITEMS WRITE_IMPORT_ITEM ERASE_IMPORT_ITEMS] Partition, true,
        bulk_item(
            graph_id: ID, seq: COUNT, episode_id: ID, target_graph: ID, data: OBJECT, state: one_of(4),
            failure: optional(TEXT), task_id: optional(ID), created_at: TIME, updated_at: TIME,
            payload: optional(OBJECT), target_thread: optional(TEXT), checksum: optional(INTEGER));
    // Keeps an interrupted import job from adding its items twice. Housekeeping removes rows after a day, also those
    // of a removed partition: its batches must be recognised when they are sent again.
    [READ_APPLIED WRITE_APPLIED] Partition, false,
        applied_batch(graph_id: ID, batch_id: ID, applied_at: TIME);
}

/// Defines the statements that read tables whose rows are not exported.
macro_rules! derived_reads {
    ($($read:ident $placement:expr, $table:ident($key:ident $(, $column:ident)*);)*) => {
        $(static $read: Statement = Statement {
            name: stringify!($read),
            sql: concat!("SELECT ", stringify!($key), $(", ", stringify!($column),)* " FROM ", stringify!($table),
                " WHERE ", stringify!($key), " = $1"),
            reach: $placement.reach(),
        };)*

        /// The statements that read tables whose rows are not exported, for the registry.
        pub(super) const DERIVED_READS: &[&Statement] = &[$(&$read),*];
    };
}

derived_reads! {
    READ_QUEUE Placement::Partition,
        ingest_queue(graph_id, pending, ready_at, lease_until, epoch, attempts, last_error);
    READ_MODEL_QUEUE Placement::Partition,
        model_queue(graph_id, pending, ready_at, lease_until, epoch, attempts, last_error);
    READ_VECTORS Placement::Partition, text_vector(graph_id, model, digest, vector);
    READ_REQUEST_KEY Placement::Column("key_id"), request_key(key_id, request, used_at);
    READ_GIVEN_UUID Placement::Column("uuid"), given_uuid(uuid, project_id, graph_id);
    READ_DELIVERIES Placement::Column("project_id"),
        webhook_delivery(project_id, delivery_id, webhook_id, event, payload, created_at, ready_at, attempts,
            attempts_max, delivered_at, status, failure);
    READ_USAGE Placement::Column("project_id"),
        model_usage(project_id, day, model, calls, retries, tokens_in, tokens_cached, tokens_out, cost);
    READ_AUDIT_HEAD Placement::Column("project_id"), audit_head(project_id, number, previous, digest);
    READ_AUDIT Placement::Beside("project_id", "audit_head"),
        audit(project_id, number, at, actor, key_id, key_prefix, action, kind, partition_id, target_id, name_digest,
            salt, target_digest, previous, digest);
    READ_ERASURES Placement::Partition,
        erasure(graph_id, erasure_id, project_id, tables, requested_at, finished_at, user_digest, threads, episodes,
            mentions, assertions);
}

static CLEAR_QUEUE: Statement = Statement {
    name: "CLEAR_QUEUE",
    sql: "DELETE FROM ingest_queue WHERE graph_id = $1",
    reach: Placement::Partition.reach(),
};

static CLEAR_MODEL_QUEUE: Statement = Statement {
    name: "CLEAR_MODEL_QUEUE",
    sql: "DELETE FROM model_queue WHERE graph_id = $1",
    reach: Placement::Partition.reach(),
};

static CLEAR_VECTORS: Statement = Statement {
    name: "CLEAR_VECTORS",
    sql: "DELETE FROM text_vector WHERE graph_id = $1",
    reach: Placement::Partition.reach(),
};

/// Removes the written summaries of a graph.
pub(super) const CLEAR_WRITTEN_SUMMARIES: &Statement = &CLEAR_SUMMARIES;

/// Every table whose rows are not exported.
pub static DERIVED_TABLES: &[DerivedTable] = &[
    DerivedTable {
        name: "locator",
        columns: &["id", "kind", "scope", "graph_id"],
        placement: Placement::Column("id"),
        why: "derived from the partition and its threads, with which it is written",
        read: None,
        clear: None,
    },
    DerivedTable {
        name: "ingest_queue",
        columns: &["graph_id", "pending", "ready_at", "lease_until", "epoch", "attempts", "last_error"],
        placement: Placement::Partition,
        why: "belongs to the workers of one database; pending episodes are counted and queued again",
        read: Some(&READ_QUEUE),
        clear: Some(&CLEAR_QUEUE),
    },
    DerivedTable {
        name: "model_queue",
        columns: &["graph_id", "pending", "ready_at", "lease_until", "epoch", "attempts", "last_error"],
        placement: Placement::Partition,
        why: "as the ingestion queue",
        read: Some(&READ_MODEL_QUEUE),
        clear: Some(&CLEAR_MODEL_QUEUE),
    },
    DerivedTable {
        name: "text_vector",
        columns: &["graph_id", "model", "digest", "vector"],
        placement: Placement::Partition,
        why: "follows from the texts and the embedding model of one installation, which another need not have",
        read: Some(&READ_VECTORS),
        clear: Some(&CLEAR_VECTORS),
    },
    DerivedTable {
        name: "request_key",
        columns: &["key_id", "request", "used_at"],
        placement: Placement::Column("key_id"),
        why: "belongs to one installation: what was sent to it within a day",
        read: Some(&READ_REQUEST_KEY),
        clear: None,
    },
    DerivedTable {
        name: "given_uuid",
        columns: &["uuid", "project_id", "graph_id"],
        placement: Placement::Column("uuid"),
        why: "derived from the episodes, with which it is written",
        read: Some(&READ_GIVEN_UUID),
        clear: None,
    },
    DerivedTable {
        name: "webhook_delivery",
        columns: &[
            "project_id",
            "delivery_id",
            "webhook_id",
            "event",
            "payload",
            "created_at",
            "ready_at",
            "attempts",
            "attempts_max",
            "delivered_at",
            "status",
            "failure",
        ],
        placement: Placement::Column("project_id"),
        why: "belongs to one installation: what was told to others there",
        read: Some(&READ_DELIVERIES),
        clear: None,
    },
    DerivedTable {
        name: "model_usage",
        columns: &[
            "project_id",
            "day",
            "model",
            "calls",
            "retries",
            "tokens_in",
            "tokens_cached",
            "tokens_out",
            "cost",
        ],
        placement: Placement::Column("project_id"),
        why: "belongs to one installation: what was spent there",
        read: Some(&READ_USAGE),
        clear: None,
    },
    DerivedTable {
        name: "audit_head",
        columns: &["project_id", "number", "previous", "digest"],
        placement: Placement::Column("project_id"),
        why: "as the audit log",
        read: Some(&READ_AUDIT_HEAD),
        clear: None,
    },
    DerivedTable {
        name: "audit",
        columns: &[
            "project_id",
            "number",
            "at",
            "actor",
            "key_id",
            "key_prefix",
            "action",
            "kind",
            "partition_id",
            "target_id",
            "name_digest",
            "salt",
            "target_digest",
            "previous",
            "digest",
        ],
        placement: Placement::Beside("project_id", "audit_head"),
        why: "belongs to one installation: what was done there",
        read: Some(&READ_AUDIT),
        clear: None,
    },
    DerivedTable {
        name: "erasure",
        columns: &[
            "graph_id",
            "erasure_id",
            "project_id",
            "tables",
            "requested_at",
            "finished_at",
            "user_digest",
            "threads",
            "episodes",
            "mentions",
            "assertions",
        ],
        placement: Placement::Partition,
        why: "belongs to the files of one database; outlives its partition",
        read: Some(&READ_ERASURES),
        clear: None,
    },
];

/// Every table with its placement; the table of partitions before those that are placed with it.
pub fn placements() -> impl Iterator<Item = (&'static str, Placement)> {
    let exported = TABLES.iter().map(|table| (table.name, table.placement));
    exported.chain(DERIVED_TABLES.iter().map(|table| (table.name, table.placement)))
}

/// The statements that delete a partition, except its locators and the ids of applied batches; its own row last.
pub(super) fn clears() -> impl Iterator<Item = &'static Statement> {
    let derived = DERIVED_TABLES.iter().filter_map(|table| table.clear);
    derived.chain(TABLES.iter().rev().filter_map(|table| table.clear))
}

/// The kinds of units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportUnitKind {
    /// A project with its keys and settings.
    Project,
    /// The partition of a user, a thread without a user, a standalone graph or a collection, with everything in it.
    Graph,
    /// An import job, which refers to graphs.
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

    /// Its human-readable name.
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
