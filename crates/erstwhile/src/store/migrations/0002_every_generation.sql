-- What the older generations of the API keep: sessions with data of their own, document collections,
-- bulk loads, settings and groups of users.
ALTER TABLE thread ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}';
ALTER TABLE thread ADD COLUMN classifications TEXT NOT NULL DEFAULT '{}';
ALTER TABLE thread ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE thread ADD COLUMN ended_at BIGINT;
UPDATE thread SET updated_at = created_at;
ALTER TABLE episode ADD COLUMN strict BIGINT NOT NULL DEFAULT 0;

-- Declared by the application: of a graph, or of a project (then `graph_id` is the project's id).
CREATE TABLE setting (
    graph_id   BLOB   NOT NULL,
    kind       BIGINT NOT NULL,
    name       TEXT   NOT NULL,
    value      TEXT   NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (graph_id, kind, name)
);

-- Lives with the user, so that it goes with the user.
CREATE TABLE membership (
    graph_id BLOB   NOT NULL,
    group_id BLOB   NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (graph_id, group_id)
);
CREATE INDEX membership_by_group ON membership (group_id, graph_id);

CREATE TABLE collection (
    graph_id         BLOB   NOT NULL PRIMARY KEY,
    project_id       BLOB   NOT NULL,
    name             TEXT   NOT NULL,
    uuid             BLOB   NOT NULL,
    description      TEXT,
    metadata         TEXT   NOT NULL,
    dimensions       BIGINT NOT NULL,
    is_auto_embedded BIGINT NOT NULL,
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL
);
CREATE INDEX collection_by_project ON collection (project_id, created_at, graph_id);

CREATE TABLE document (
    graph_id      BLOB   NOT NULL,
    document_uuid BLOB   NOT NULL,
    document_id   TEXT,
    content       TEXT   NOT NULL,
    metadata      TEXT   NOT NULL,
    embedding     BLOB,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    PRIMARY KEY (graph_id, document_uuid)
);
CREATE UNIQUE INDEX document_by_id ON document (graph_id, document_id);

CREATE TABLE bulk (
    graph_id        BLOB   NOT NULL PRIMARY KEY,
    project_id      BLOB   NOT NULL,
    state           BIGINT NOT NULL,
    metadata        TEXT   NOT NULL,
    ignore_roles    BIGINT NOT NULL,
    strict_ontology BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    processed_at    BIGINT,
    completed_at    BIGINT
);
CREATE INDEX bulk_by_project ON bulk (project_id, created_at, graph_id);

CREATE TABLE bulk_item (
    graph_id     BLOB   NOT NULL,
    seq          BIGINT NOT NULL,
    episode_id   BLOB   NOT NULL,
    target_graph BLOB   NOT NULL,
    data         TEXT   NOT NULL,
    state        BIGINT NOT NULL,
    failure      TEXT,
    task_id      BLOB,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    PRIMARY KEY (graph_id, seq)
);
CREATE INDEX bulk_item_by_state ON bulk_item (graph_id, state, seq);
