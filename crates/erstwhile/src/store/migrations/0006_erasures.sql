-- Deletions and replacements of text whose remains may be in the database's own files. The row of a deleted user stays as
-- the receipt: what was removed, and a digest of the user's id, never the id itself.
CREATE TABLE erasure (
    graph_id     BLOB   NOT NULL,
    erasure_id   BLOB   NOT NULL,
    project_id   BLOB   NOT NULL,
    tables       TEXT   NOT NULL,
    requested_at BIGINT NOT NULL,
    finished_at  BIGINT,
    user_digest  BLOB,
    threads      BIGINT,
    episodes     BIGINT,
    mentions     BIGINT,
    assertions   BIGINT,
    PRIMARY KEY (graph_id, erasure_id)
);
CREATE INDEX erasure_pending ON erasure (requested_at) WHERE finished_at IS NULL;
CREATE INDEX erasure_by_project ON erasure (project_id, requested_at) WHERE user_digest IS NOT NULL;
