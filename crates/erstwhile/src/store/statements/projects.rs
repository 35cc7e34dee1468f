//! The statements of projects and their API keys.

use super::{REFERENCE, Statement};

macro_rules! project_columns {
    () => {
        "project_id, name, created_at, description, time_zone, checksum"
    };
}

macro_rules! key_columns {
    () => {
        "key_id, project_id, name, prefix, digest, access, created_at, expires_at, bound_graph, revoked_at, checksum"
    };
}

statements! {
    ADD_PROJECT, REFERENCE,
        "INSERT INTO project (project_id, name, description, time_zone, created_at, checksum) \
         VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (name) DO NOTHING";
    PROJECTS_AFTER, REFERENCE,
        "SELECT project_id FROM project WHERE project_id > $1 ORDER BY project_id LIMIT $2";
    PROJECTS, REFERENCE,
        concat!("SELECT ", project_columns!(), " FROM project ORDER BY name LIMIT $1");
    PROJECT_BY_ID, REFERENCE,
        concat!("SELECT ", project_columns!(), " FROM project WHERE project_id = $1");
    PROJECT_BY_NAME, REFERENCE,
        concat!("SELECT ", project_columns!(), " FROM project WHERE name = $1");
    UPDATE_PROJECT, REFERENCE,
        "UPDATE project SET description = $2, time_zone = $3, checksum = (checksum & 4294967295) + $4 \
         WHERE project_id = $1";
    ADD_KEY, REFERENCE,
        "INSERT INTO api_key (key_id, project_id, name, prefix, digest, access, created_at, expires_at, bound_graph, \
         checksum) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (digest) DO NOTHING";
    REVOKE_KEY, REFERENCE,
        "UPDATE api_key SET revoked_at = coalesce(revoked_at, $3), checksum = CASE WHEN revoked_at IS NULL \
         THEN (checksum & 4294967295) + $4 ELSE checksum END WHERE project_id = $1 AND key_id = $2";
    KEY_BY_DIGEST, REFERENCE,
        concat!("SELECT ", key_columns!(), " FROM api_key WHERE digest = $1");
    KEYS, REFERENCE,
        concat!("SELECT ", key_columns!(), " FROM api_key WHERE project_id = $1 ORDER BY created_at, key_id");
    KEYS_OF_NO_PROJECT, REFERENCE,
        concat!("SELECT ", key_columns!(), " FROM api_key WHERE project_id NOT IN (SELECT project_id FROM project) \
         ORDER BY key_id LIMIT 20");
    COUNT_KEYS, REFERENCE, "SELECT count(*) FROM api_key WHERE project_id = $1";
}
