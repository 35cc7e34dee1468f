-- The audit log: who did what to whose data. One head for each project, whose row decides the order of the records.
CREATE TABLE audit_head (
    project_id BLOB   NOT NULL PRIMARY KEY,
    number     BIGINT NOT NULL,
    previous   BLOB   NOT NULL,
    digest     BLOB   NOT NULL
);

-- `partition_id`, `target_id`, `name_digest` and `salt` connect a record with a person. They are null when the partition was deleted since;
-- the chain of digests does not depend on them.
CREATE TABLE audit (
    project_id    BLOB   NOT NULL,
    number        BIGINT NOT NULL,
    at            BIGINT NOT NULL,
    actor         BIGINT NOT NULL,
    key_id        BLOB,
    key_prefix    TEXT,
    action        BIGINT NOT NULL,
    kind          BIGINT NOT NULL,
    partition_id  BLOB,
    target_id     BLOB,
    name_digest   BLOB,
    salt          BLOB,
    target_digest BLOB   NOT NULL,
    previous      BLOB   NOT NULL,
    digest        BLOB   NOT NULL,
    PRIMARY KEY (project_id, number)
);
CREATE INDEX audit_by_partition ON audit (project_id, partition_id) WHERE partition_id IS NOT NULL;
CREATE INDEX audit_by_time ON audit (project_id, at);
