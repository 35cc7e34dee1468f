//! The registry of every SQL statement, in the portable subset (see [`super::sql`]).
//!
//! The shard lint in the tests checks each one: an equality on one distribution column in every statement except the
//! listed fan-outs, no locks, no sequences.

use super::sql::{Reach, Statement};
use super::tables;

#[macro_use]
mod queues;

macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident, $reach:expr, $sql:expr;)*) => {
        $($(#[$doc])* pub(crate) static $name: Statement =
            Statement { name: stringify!($name), sql: $sql, reach: $reach };)*

        pub(super) const OWN: &[&Statement] = &[$(&$name),*];
    };
}

/// Every statement, for the shard lint and for metrics.
pub static ALL: &[&Statement] = &{
    const PARTS: [&[&Statement]; 13] = [
        OWN,
        audit::OWN,
        collections::OWN,
        erasures::OWN,
        imports::OWN,
        model_readings::OWN,
        projects::OWN,
        repeated::OWN,
        tasks::OWN,
        vectors::OWN,
        webhooks::OWN,
        tables::STATEMENTS,
        tables::DERIVED_READS,
    ];
    const LEN: usize = {
        let (mut part, mut len) = (0, 0);
        while part < PARTS.len() {
            (part, len) = (part + 1, len + PARTS[part].len());
        }
        len
    };
    let mut all = [OWN[0]; LEN];
    let (mut part, mut at, mut into) = (0, 0, 0);
    while part < PARTS.len() {
        if at == PARTS[part].len() {
            (part, at) = (part + 1, 0);
            continue;
        }
        all[into] = PARTS[part][at];
        (at, into) = (at + 1, into + 1);
    }
    all
};

const GRAPH: Reach = Reach::One("graph_id");
const LOCATOR: Reach = Reach::One("id");
/// Small tables that a sharded database replicates on every node.
const REFERENCE: Reach = Reach::One("reference");

/// The columns of a user; `$key` is the id of their graph, as a parameter where there is one, so that the planner can
/// determine the shard of their threads.
macro_rules! account_columns {
    () => {
        account_columns!("a.graph_id")
    };
    ($key:literal) => {
        concat!(
            "a.graph_id, a.project_id, a.user_id, a.uuid, a.email, a.first_name, a.last_name, a.time_zone, \
             a.metadata, a.disable_default_ontology, a.created_at, a.updated_at, a.folded, a.checksum, \
             (SELECT count(*) FROM thread t WHERE t.graph_id = ",
            $key,
            ")"
        )
    };
}

macro_rules! accounts_page {
    ($order:literal) => {
        concat!(
            "SELECT ",
            account_columns!(),
            " FROM account a WHERE a.project_id = $1 AND ($2 = '' OR a.folded LIKE $2 ESCAPE '\\') ORDER BY ",
            $order,
            " LIMIT $3 OFFSET $4"
        )
    };
}

macro_rules! graph_columns {
    () => {
        "graph_id, project_id, owner_kind, owner_id, created_at, name, description, time_zone, updated_at, folded, \
         checksum, version, revision"
    };
}

macro_rules! graphs_page {
    ($order:literal) => {
        concat!(
            "SELECT ",
            graph_columns!(),
            " FROM graph WHERE project_id = $1 AND owner_kind = 1 AND \
             ($2 = '' OR folded LIKE $2 ESCAPE '\\') ORDER BY ",
            $order,
            " LIMIT $3 OFFSET $4"
        )
    };
}

macro_rules! threads {
    ($rest:literal) => {
        concat!(
            "SELECT t.graph_id, t.thread_id, t.project_id, t.uuid, t.metadata, t.classifications, t.created_at, \
             t.updated_at, t.ended_at, t.checksum, a.user_id, a.uuid FROM thread t LEFT JOIN account a ON a.graph_id = t.graph_id ",
            $rest
        )
    };
}

macro_rules! episodes {
    ($rest:literal) => {
        concat!(
            "SELECT episode_id, seq, thread_id, kind, role, name, content, metadata, source_description, document_id, \
             reference_time, recorded_at, state, failure, task_id, strict, model_state, \
             model_report, checksum FROM episode ",
            $rest
        )
    };
}

macro_rules! members_page {
    ($what:expr, $rest:literal) => {
        concat!(
            "SELECT ",
            $what,
            " FROM account a JOIN membership m ON m.graph_id = a.graph_id WHERE a.project_id = $1 AND m.group_id = $2 \
             AND ($3 = '' OR a.folded LIKE $3 ESCAPE '\\') ",
            $rest
        )
    };
}

macro_rules! candidates_page {
    ($what:expr, $rest:literal) => {
        concat!(
            "SELECT ",
            $what,
            " FROM account a WHERE a.project_id = $1 AND a.graph_id NOT IN \
             (SELECT m.graph_id FROM membership m WHERE m.group_id = $2) \
             AND ($3 = '' OR a.folded LIKE $3 ESCAPE '\\') ",
            $rest
        )
    };
}

/// The version of the current batch, which marks the rows that it writes. Rows that are inserted get it from the graph's
/// row: a database that shards by the key does not plan sub-selects in `VALUES`.
macro_rules! version {
    () => {
        "(SELECT version FROM graph WHERE graph_id = $1)"
    };
}

mod audit;
mod collections;
mod erasures;
mod imports;
mod model_readings;
mod projects;
mod repeated;
mod tasks;
mod vectors;
mod webhooks;

pub(crate) use audit::*;
pub(crate) use collections::*;
pub(crate) use erasures::*;
pub(crate) use imports::*;
pub(crate) use model_readings::*;
pub(crate) use projects::*;
pub(crate) use repeated::*;
pub(crate) use tasks::*;
pub(crate) use vectors::*;
pub(crate) use webhooks::*;

statements! {
    LOCATE, LOCATOR, "SELECT graph_id FROM locator WHERE id = $1 AND kind = $2 AND scope = $3";
    ADD_LOCATOR, LOCATOR,
        "INSERT INTO locator (id, kind, scope, graph_id) VALUES ($1, $2, $3, $4) ON CONFLICT (id, kind, scope) DO NOTHING";
    REMOVE_LOCATOR, LOCATOR,
        "DELETE FROM locator WHERE id = $1 AND kind = $2 AND scope = $3";
    REMOVE_THREAD_LOCATORS, Reach::FanOut,
        "DELETE FROM locator WHERE kind = $2 AND scope = $3 AND graph_id = $1 \
         AND id IN (SELECT thread_id FROM thread WHERE graph_id = $1)";

    MARK_APPLIED, GRAPH,
        "INSERT INTO applied_batch (graph_id, batch_id, applied_at) VALUES ($1, $2, $3) \
         ON CONFLICT (graph_id, batch_id) DO NOTHING";
    PROBE, GRAPH,
        "INSERT INTO applied_batch (graph_id, batch_id, applied_at) VALUES ($1, $2, $3) \
         ON CONFLICT (graph_id, batch_id) DO UPDATE SET applied_at = excluded.applied_at";
    FORGET_APPLIED, Reach::FanOut, "DELETE FROM applied_batch WHERE applied_at < $1";

    ADD_GRAPH, GRAPH,
        "INSERT INTO graph (graph_id, project_id, owner_kind, owner_id, name, description, time_zone, created_at, \
         updated_at, version, revision, next_seq, folded, checksum) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 0, 0, 1, $9, $10)";
    RAISE_VERSION, GRAPH,
        "UPDATE graph SET version = version + 1, revision = revision + $2, next_seq = next_seq + $3 \
         WHERE graph_id = $1 RETURNING version";
    EXPECT_REVISION, GRAPH, "UPDATE graph SET revision = revision WHERE graph_id = $1 AND revision = $2";
    EXPECT_LEASE, GRAPH, "UPDATE ingest_queue SET epoch = epoch WHERE graph_id = $1 AND epoch = $2";
    UPDATE_GRAPH, GRAPH,
        "UPDATE graph SET name = $2, description = $3, time_zone = $4, updated_at = $5, folded = $7, \
         checksum = (checksum & 4294967295) + $8 WHERE graph_id = $1 AND updated_at = $6";
    GRAPH_BY_ID, GRAPH, concat!("SELECT ", graph_columns!(), " FROM graph WHERE graph_id = $1");
    GRAPH_VERSION, GRAPH, "SELECT version FROM graph WHERE graph_id = $1";
    GRAPHS_BY_CREATED, Reach::FanOut, graphs_page!("created_at, graph_id");
    GRAPHS_BY_CREATED_DESC, Reach::FanOut, graphs_page!("created_at DESC, graph_id DESC");
    GRAPHS_BY_OWNER, Reach::FanOut, graphs_page!("owner_id");
    GRAPHS_BY_OWNER_DESC, Reach::FanOut, graphs_page!("owner_id DESC");
    GRAPHS_BY_NAME, Reach::FanOut, graphs_page!("coalesce(name, ''), owner_id");
    GRAPHS_BY_NAME_DESC, Reach::FanOut, graphs_page!("coalesce(name, '') DESC, owner_id DESC");
    COUNT_GRAPHS, Reach::FanOut,
        "SELECT count(*) FROM graph WHERE project_id = $1 AND owner_kind = 1 AND \
         ($2 = '' OR folded LIKE $2 ESCAPE '\\')";

    GRAPHS_AFTER, Reach::FanOut,
        "SELECT graph_id, owner_kind FROM graph WHERE graph_id > $1 ORDER BY graph_id LIMIT $2";

    ADD_ACCOUNT, GRAPH,
        "INSERT INTO account (graph_id, project_id, user_id, uuid, email, first_name, last_name, time_zone, metadata, \
         disable_default_ontology, created_at, updated_at, folded, checksum) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    UPDATE_ACCOUNT, GRAPH,
        "UPDATE account SET email = $2, first_name = $3, last_name = $4, time_zone = $5, metadata = $6, \
         disable_default_ontology = $7, updated_at = $8, folded = $10, checksum = $11 \
         WHERE graph_id = $1 AND updated_at = $9";
    ACCOUNT_BY_GRAPH, GRAPH, concat!("SELECT ", account_columns!("$1"), " FROM account a WHERE a.graph_id = $1");
    ACCOUNTS_BY_CREATED, Reach::FanOut, accounts_page!("a.created_at, a.graph_id");
    ACCOUNTS_BY_CREATED_DESC, Reach::FanOut, accounts_page!("a.created_at DESC, a.graph_id DESC");
    ACCOUNTS_BY_USER_ID, Reach::FanOut, accounts_page!("a.user_id");
    ACCOUNTS_BY_USER_ID_DESC, Reach::FanOut, accounts_page!("a.user_id DESC");
    ACCOUNTS_BY_EMAIL, Reach::FanOut, accounts_page!("coalesce(a.email, ''), a.user_id");
    ACCOUNTS_BY_EMAIL_DESC, Reach::FanOut, accounts_page!("coalesce(a.email, '') DESC, a.user_id DESC");
    COUNT_ACCOUNTS, Reach::FanOut,
        "SELECT count(*) FROM account a WHERE a.project_id = $1 AND \
         ($2 = '' OR a.folded LIKE $2 ESCAPE '\\')";

    ACCOUNTS_AFTER, Reach::FanOut,
        concat!("SELECT ", account_columns!(), " FROM account a WHERE a.project_id = $1 AND a.created_at > $2 \
         ORDER BY a.created_at, a.graph_id LIMIT $3");
    ACCOUNT_BY_UUID, GRAPH,
        concat!("SELECT ", account_columns!("$1"), " FROM account a WHERE a.graph_id = $1 AND a.uuid = $2");

    ADD_THREAD, GRAPH,
        "INSERT INTO thread (graph_id, thread_id, project_id, uuid, metadata, classifications, created_at, updated_at, \
         ended_at, checksum) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    UPDATE_THREAD, GRAPH,
        "UPDATE thread SET metadata = $3, classifications = $4, updated_at = $5, ended_at = $6, \
         checksum = $8 WHERE graph_id = $1 AND thread_id = $2 AND updated_at = $7";
    EXPECT_THREAD, GRAPH,
        "UPDATE thread SET uuid = uuid WHERE graph_id = $1 AND thread_id = $2 AND ended_at IS NULL";
    REMOVE_THREAD, GRAPH, "DELETE FROM thread WHERE graph_id = $1 AND thread_id = $2";
    THREAD_BY_ID, GRAPH, threads!("WHERE t.graph_id = $1 AND t.thread_id = $2");
    THREAD_BY_UUID, GRAPH, threads!("WHERE t.graph_id = $1 AND t.uuid = $2");
    THREADS_OF_GRAPH, GRAPH, threads!("WHERE t.graph_id = $1 ORDER BY t.created_at, t.thread_id LIMIT $2");
    THREADS_BY_CREATED, Reach::FanOut,
        threads!("WHERE t.project_id = $1 ORDER BY t.created_at, t.graph_id, t.thread_id LIMIT $2 OFFSET $3");
    THREADS_BY_CREATED_DESC, Reach::FanOut,
        threads!("WHERE t.project_id = $1 ORDER BY t.created_at DESC, t.graph_id DESC, t.thread_id DESC LIMIT $2 OFFSET $3");
    THREADS_BY_ID, Reach::FanOut, threads!("WHERE t.project_id = $1 ORDER BY t.thread_id LIMIT $2 OFFSET $3");
    THREADS_BY_ID_DESC, Reach::FanOut, threads!("WHERE t.project_id = $1 ORDER BY t.thread_id DESC LIMIT $2 OFFSET $3");
    THREADS_BY_USER, Reach::FanOut,
        threads!("WHERE t.project_id = $1 ORDER BY coalesce(a.user_id, ''), t.thread_id LIMIT $2 OFFSET $3");
    THREADS_BY_USER_DESC, Reach::FanOut,
        threads!("WHERE t.project_id = $1 ORDER BY coalesce(a.user_id, '') DESC, t.thread_id DESC LIMIT $2 OFFSET $3");
    THREADS_BY_UPDATED, Reach::FanOut,
        threads!("WHERE t.project_id = $1 ORDER BY t.updated_at, t.graph_id, t.thread_id LIMIT $2 OFFSET $3");
    THREADS_BY_UPDATED_DESC, Reach::FanOut,
        threads!("WHERE t.project_id = $1 ORDER BY t.updated_at DESC, t.graph_id DESC, t.thread_id DESC LIMIT $2 OFFSET $3");
    THREADS_AFTER, Reach::FanOut,
        threads!("WHERE t.project_id = $1 AND t.created_at > $2 ORDER BY t.created_at, t.graph_id, t.thread_id LIMIT $3");
    COUNT_THREADS, Reach::FanOut, "SELECT count(*) FROM thread WHERE project_id = $1";

    ADD_EPISODE, GRAPH,
        "INSERT INTO episode (graph_id, seq, episode_id, thread_id, kind, role, name, content, metadata, \
         source_description, document_id, reference_time, recorded_at, state, failure, settled_at, task_id, strict, \
         checksum, version) SELECT graph_id, next_seq - $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, \
         $16, $17, $18, $19, version FROM graph WHERE graph_id = $1";
    SET_EPISODE_METADATA, GRAPH,
        concat!("UPDATE episode SET metadata = $3, checksum = (checksum & 4294967295) + $4, version = ", version!(),
         " WHERE graph_id = $1 AND episode_id = $2");
    SET_EPISODE_STATE, GRAPH,
        concat!("UPDATE episode SET state = $3, failure = $4, settled_at = $5, version = ", version!(),
         " WHERE graph_id = $1 AND episode_id = $2");
    REMOVE_EPISODE, GRAPH, "DELETE FROM episode WHERE graph_id = $1 AND episode_id = $2";
    REMOVE_EPISODE_MENTIONS, GRAPH, "DELETE FROM mention WHERE graph_id = $1 AND episode_id = $2";
    REMOVE_EPISODE_EDITS, GRAPH,
        "DELETE FROM edit WHERE graph_id = $1 AND kind = 0 AND target_id IN \
         (SELECT assertion_id FROM assertion WHERE graph_id = $1 AND episode_id = $2)";
    REMOVE_EPISODE_ASSERTIONS, GRAPH, "DELETE FROM assertion WHERE graph_id = $1 AND episode_id = $2";
    REMOVE_EPISODE_LINKS, GRAPH, "DELETE FROM link WHERE graph_id = $1 AND episode_id = $2";
    BURY_THREAD, GRAPH,
        concat!("INSERT INTO tombstone (graph_id, version, kind, id) SELECT graph_id, ", version!(),
         ", 0, episode_id FROM episode WHERE graph_id = $1 AND thread_id = $2");
    REMOVE_THREAD_MENTIONS, GRAPH,
        "DELETE FROM mention WHERE graph_id = $1 AND episode_id IN \
         (SELECT episode_id FROM episode WHERE graph_id = $1 AND thread_id = $2)";
    REMOVE_THREAD_EDITS, GRAPH,
        "DELETE FROM edit WHERE graph_id = $1 AND kind = 0 AND target_id IN \
         (SELECT assertion_id FROM assertion WHERE graph_id = $1 AND episode_id IN \
         (SELECT episode_id FROM episode WHERE graph_id = $1 AND thread_id = $2))";
    REMOVE_THREAD_ASSERTIONS, GRAPH,
        "DELETE FROM assertion WHERE graph_id = $1 AND episode_id IN \
         (SELECT episode_id FROM episode WHERE graph_id = $1 AND thread_id = $2)";
    REMOVE_THREAD_LINKS, GRAPH,
        "DELETE FROM link WHERE graph_id = $1 AND episode_id IN \
         (SELECT episode_id FROM episode WHERE graph_id = $1 AND thread_id = $2)";
    REMOVE_THREAD_EPISODES, GRAPH, "DELETE FROM episode WHERE graph_id = $1 AND thread_id = $2";
    EPISODE_BY_ID, GRAPH, episodes!("WHERE graph_id = $1 AND episode_id = $2");
    EPISODES_OF_THREAD, GRAPH,
        episodes!("WHERE graph_id = $1 AND thread_id = $2 AND kind = 0 AND seq > $3 ORDER BY seq LIMIT $4 OFFSET $5");
    LAST_EPISODES_OF_THREAD, GRAPH,
        episodes!("WHERE graph_id = $1 AND thread_id = $2 AND kind = 0 ORDER BY seq DESC LIMIT $3");
    COUNT_EPISODES_OF_THREAD, GRAPH,
        "SELECT count(*) FROM episode WHERE graph_id = $1 AND thread_id = $2 AND kind = 0";
    LAST_EPISODES, GRAPH, episodes!("WHERE graph_id = $1 ORDER BY seq DESC LIMIT $2");
    PENDING_EPISODES, GRAPH, episodes!("WHERE graph_id = $1 AND state = 0 ORDER BY seq LIMIT $2");
    EPISODES_BEFORE, GRAPH, episodes!("WHERE graph_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3");
    EPISODES_OF_TASK, GRAPH,
        "SELECT count(CASE WHEN state <> 0 THEN 1 END), count(CASE WHEN state = 3 THEN 1 END), max(settled_at), \
         max(failure), count(*) FROM episode WHERE graph_id = $1 AND seq >= $2 AND seq < $3";

    ADD_MENTION, GRAPH,
        "INSERT INTO mention (graph_id, mention_id, episode_id, entity_id, name, entity_type, span_start, span_end, \
         recorded_at, checksum, version) SELECT graph_id, $2, $3, $4, $5, $6, $7, $8, $9, $10, version FROM graph WHERE graph_id = $1 \
         ON CONFLICT (graph_id, mention_id) DO NOTHING";
    ADD_ASSERTION, GRAPH,
        "INSERT INTO assertion (graph_id, assertion_id, episode_id, subject, predicate, object, statement, \
         span_start, span_end, kind, holding, valid_from, from_precision, valid_until, until_precision, \
         reference_time, recorded_at, confidence, extractor, attributes, checksum, version) SELECT graph_id, $2, $3, \
         $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, version FROM graph WHERE graph_id = $1 \
         ON CONFLICT (graph_id, assertion_id) DO NOTHING";
    ADD_LINK, GRAPH,
        "INSERT INTO link (graph_id, link_id, left_id, right_id, kind, episode_id, recorded_at, checksum, version) \
         SELECT graph_id, $2, $3, $4, $5, $6, $7, $8, version FROM graph WHERE graph_id = $1 \
         ON CONFLICT (graph_id, link_id) DO NOTHING";
    PUT_EDIT, GRAPH,
        "INSERT INTO edit (graph_id, kind, target_id, patch, recorded_at, checksum, version) \
         SELECT graph_id, $2, $3, $4, $5, $6, version FROM graph WHERE graph_id = $1 \
         ON CONFLICT (graph_id, kind, target_id) DO UPDATE SET patch = excluded.patch, \
         recorded_at = excluded.recorded_at, checksum = excluded.checksum, version = excluded.version";
    REWORD_EDIT, GRAPH,
        concat!("UPDATE edit SET patch = $4, checksum = (checksum & 4294967295) + $5, version = ", version!(),
         " WHERE graph_id = $1 AND kind = $2 AND target_id = $3");
    BURY, GRAPH,
        "INSERT INTO tombstone (graph_id, version, kind, id) SELECT graph_id, version, $2, $3 FROM graph \
         WHERE graph_id = $1 ON CONFLICT (graph_id, version, kind, id) DO NOTHING";
    REMOVE_ASSERTION, GRAPH, "DELETE FROM assertion WHERE graph_id = $1 AND assertion_id = $2";
    REMOVE_MENTION, GRAPH, "DELETE FROM mention WHERE graph_id = $1 AND mention_id = $2";
    REMOVE_EDIT, GRAPH, "DELETE FROM edit WHERE graph_id = $1 AND kind = $2 AND target_id = $3";
    REMOVE_LINK, GRAPH, "DELETE FROM link WHERE graph_id = $1 AND link_id = $2";
    REMOVE_NAME_MENTIONS, GRAPH, "DELETE FROM mention WHERE graph_id = $1 AND entity_id = $2";
    REMOVE_NAME_EDITS, GRAPH,
        "DELETE FROM edit WHERE graph_id = $1 AND kind = 0 AND target_id IN \
         (SELECT assertion_id FROM assertion WHERE graph_id = $1 AND (subject = $2 OR object = $2))";
    REMOVE_NAME_ASSERTIONS, GRAPH, "DELETE FROM assertion WHERE graph_id = $1 AND (subject = $2 OR object = $2)";
    REMOVE_NAME_LINKS, GRAPH, "DELETE FROM link WHERE graph_id = $1 AND (left_id = $2 OR right_id = $2)";

    EPISODES_SINCE, GRAPH, episodes!("WHERE graph_id = $1 AND version > $2 ORDER BY seq");
    MENTIONS_SINCE, GRAPH,
        "SELECT episode_id, name, entity_id, entity_type, span_start, span_end, recorded_at, checksum FROM mention \
         WHERE graph_id = $1 AND version > $2 ORDER BY recorded_at, mention_id";
    ASSERTIONS_SINCE, GRAPH,
        "SELECT a.assertion_id, a.episode_id, e.seq, a.subject, a.predicate, a.object, a.statement, a.span_start, \
         a.span_end, a.kind, a.holding, a.valid_from, a.from_precision, a.valid_until, a.until_precision, \
         a.reference_time, a.recorded_at, a.confidence, a.extractor, a.attributes, a.checksum FROM assertion a \
         LEFT JOIN episode e ON e.graph_id = a.graph_id AND e.episode_id = a.episode_id \
         WHERE a.graph_id = $1 AND a.version > $2 ORDER BY a.recorded_at, a.assertion_id";
    LINKS_SINCE, GRAPH,
        "SELECT graph_id, link_id, left_id, right_id, kind, episode_id, recorded_at, checksum FROM link \
         WHERE graph_id = $1 AND version > $2 ORDER BY recorded_at, link_id";
    EDITS_SINCE, GRAPH,
        "SELECT graph_id, kind, target_id, recorded_at, patch, checksum FROM edit WHERE graph_id = $1 AND version > $2 \
         ORDER BY recorded_at, target_id";
    TOMBSTONES_SINCE, GRAPH,
        "SELECT kind, id FROM tombstone WHERE graph_id = $1 AND version > $2 ORDER BY version";

    ADD_SETTING, GRAPH,
        "INSERT INTO setting (graph_id, kind, name, value, updated_at, checksum) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (graph_id, kind, name) DO NOTHING";
    PUT_SETTING, GRAPH,
        "INSERT INTO setting (graph_id, kind, name, value, updated_at, checksum) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (graph_id, kind, name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at, \
         checksum = excluded.checksum";
    SWAP_SETTING, GRAPH,
        "UPDATE setting SET value = $4, updated_at = $5, checksum = $6 \
         WHERE graph_id = $1 AND kind = $2 AND name = $3 AND value = $7";
    REMOVE_SETTING, GRAPH, "DELETE FROM setting WHERE graph_id = $1 AND kind = $2 AND name = $3";
    SETTINGS, GRAPH,
        "SELECT graph_id, kind, name, value, updated_at, checksum FROM setting WHERE graph_id = $1 AND kind = $2 ORDER BY name";
    LAST_SETTING, GRAPH,
        "SELECT graph_id, kind, name, value, updated_at, checksum FROM setting WHERE graph_id = $1 AND kind = $2 ORDER BY name DESC LIMIT 1";
    SETTING_BY_NAME, GRAPH,
        "SELECT graph_id, kind, name, value, updated_at, checksum FROM setting WHERE graph_id = $1 AND kind = $2 AND name = $3";

    ADD_MEMBERSHIP, GRAPH,
        "INSERT INTO membership (graph_id, group_id, added_at, checksum) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (graph_id, group_id) DO NOTHING";
    REMOVE_MEMBERSHIP, GRAPH, "DELETE FROM membership WHERE graph_id = $1 AND group_id = $2";
    DISSOLVE_GROUP, Reach::FanOut, "DELETE FROM membership WHERE group_id = $1";
    GROUPS_OF_GRAPH, GRAPH,
        "SELECT graph_id, group_id, added_at, checksum FROM membership WHERE graph_id = $1 ORDER BY added_at, group_id";
    MEMBERS, Reach::FanOut,
        members_page!(account_columns!(), "ORDER BY a.user_id LIMIT $4 OFFSET $5");
    COUNT_MEMBERS, Reach::FanOut, members_page!("count(*)", "");
    CANDIDATES, Reach::FanOut,
        candidates_page!(account_columns!(), "ORDER BY a.user_id LIMIT $4 OFFSET $5");
    COUNT_CANDIDATES, Reach::FanOut, candidates_page!("count(*)", "");

    ENQUEUE, GRAPH, enqueue!("ingest_queue");
    ENQUEUE_MOVED, GRAPH,
        "INSERT INTO ingest_queue (graph_id, pending, ready_at, lease_until, epoch, attempts, last_error) \
         VALUES ($1, $2, $3, 0, 0, 0, NULL) ON CONFLICT (graph_id) DO NOTHING";
    COUNT_PENDING, GRAPH,
        "UPDATE ingest_queue SET pending = (SELECT count(*) FROM episode WHERE graph_id = $1 AND state = 0), \
         attempts = 0, last_error = NULL WHERE graph_id = $1";
    CLAIMABLE, Reach::FanOut, claimable!("ingest_queue");
    CLAIMABLE_OF_PROJECT, Reach::FanOut, claimable_of_project!("ingest_queue");
    CLAIMABLE_PROJECTS, Reach::FanOut, claimable_projects!("ingest_queue");
    CLAIM, GRAPH, claim!("ingest_queue");
    CLAIM_GRAPH, GRAPH, claim_graph!("ingest_queue");
    RELEASE, GRAPH, release!("ingest_queue");
    EXTEND_LEASE, GRAPH, extend!("ingest_queue");
    QUEUE_DEPTH, Reach::FanOut, depth!("ingest_queue");
    LOST_EPISODES, Reach::FanOut, lost!("ingest_queue", "e.state = 0");
    COUNT_ALL_ACCOUNTS, Reach::FanOut, "SELECT count(*) FROM account";
    COUNT_ALL_THREADS, Reach::FanOut, "SELECT count(*) FROM thread";
    COUNT_ALL_EPISODES, Reach::FanOut, "SELECT count(*) FROM episode";
    COUNT_ALL_ASSERTIONS, Reach::FanOut, "SELECT count(*) FROM assertion";
    COUNT_ALL_DOCUMENTS, Reach::FanOut, "SELECT count(*) FROM document";
    WAITING_EPISODES_BY_PROJECT, Reach::FanOut,
        "SELECT g.project_id, CAST(sum(q.pending) AS BIGINT) FROM ingest_queue q JOIN graph g ON g.graph_id = q.graph_id \
         LEFT JOIN bulk b ON b.graph_id = q.graph_id WHERE q.pending > 0 AND b.graph_id IS NULL GROUP BY g.project_id";
    WAITING_EPISODES_OF_GRAPH, GRAPH, "SELECT pending FROM ingest_queue WHERE graph_id = $1";
}
