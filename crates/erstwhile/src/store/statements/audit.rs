//! The statements of the audit log.

use super::{Reach, Statement};

const PROJECT: Reach = Reach::One("project_id");

macro_rules! records {
    ($rest:literal) => {
        concat!(
            "SELECT number, at, actor, key_id, key_prefix, action, kind, partition_id, target_id, name_digest, salt, \
             target_digest, previous, digest FROM audit WHERE project_id = $1 AND ",
            $rest
        )
    };
}

statements! {
    ADD_AUDIT_HEAD, PROJECT,
        "INSERT INTO audit_head (project_id, number, previous, digest) VALUES ($1, 0, $2, $2) \
         ON CONFLICT (project_id) DO NOTHING";
    /// Locks the head, so the records of concurrent transactions follow one another.
    ADVANCE_AUDIT_HEAD, PROJECT,
        "UPDATE audit_head SET number = number + 1, previous = digest, digest = sha256(digest || $2) \
         WHERE project_id = $1";
    ADD_AUDIT, PROJECT,
        "INSERT INTO audit (project_id, number, at, actor, key_id, key_prefix, action, kind, partition_id, target_id, \
         name_digest, salt, target_digest, previous, digest) SELECT project_id, number, $2, $3, $4, $5, $6, $7, $8, $9, $10, \
         $11, $12, previous, digest FROM audit_head WHERE project_id = $1";
    ERASE_AUDIT, PROJECT,
        "UPDATE audit SET partition_id = NULL, target_id = NULL, name_digest = NULL, salt = NULL \
         WHERE project_id = $1 AND partition_id = $2";
    AUDIT_HEAD, PROJECT, "SELECT number, digest FROM audit_head WHERE project_id = $1";
    AUDIT, PROJECT, records!("number < $2 ORDER BY number DESC LIMIT $3");
    AUDIT_OF_PARTITION, PROJECT, records!("number < $2 AND partition_id = $4 ORDER BY number DESC LIMIT $3");
    AUDIT_OF_NAME, PROJECT,
        records!("number < $2 AND name_digest = sha256(salt || $4) ORDER BY number DESC LIMIT $3");
    AUDIT_AFTER, PROJECT, records!("number > $2 ORDER BY number LIMIT $3");
    AUDIT_OF_DELETED_USERS, PROJECT,
        "SELECT target_id, number FROM audit WHERE project_id = $1 AND at >= $2 AND at <= $3 AND action = $4 AND kind = $5 \
         AND target_id IS NOT NULL";
}
