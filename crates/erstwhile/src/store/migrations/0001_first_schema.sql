-- Projects and keys are small and read everywhere (reference tables on a sharded database).
CREATE TABLE project (
    project_id  BLOB   NOT NULL PRIMARY KEY,
    name        TEXT   NOT NULL UNIQUE,
    description TEXT,
    time_zone   TEXT,
    created_at  BIGINT NOT NULL
);

CREATE TABLE api_key (
    key_id     BLOB   NOT NULL PRIMARY KEY,
    project_id BLOB   NOT NULL,
    name       TEXT   NOT NULL,
    prefix     TEXT   NOT NULL,
    digest     BLOB   NOT NULL UNIQUE,
    access     BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
);

-- Which graph holds what the application names itself: users, graphs and threads by the application's
-- id, and every other object by the tag that its uuid begins with. Distributed by `id`.
CREATE TABLE locator (
    id       TEXT   NOT NULL,
    kind     BIGINT NOT NULL,
    scope    BLOB   NOT NULL,
    graph_id BLOB   NOT NULL,
    PRIMARY KEY (id, kind, scope)
);

-- Everything below is distributed by `graph_id`.
CREATE TABLE graph (
    graph_id    BLOB   NOT NULL PRIMARY KEY,
    project_id  BLOB   NOT NULL,
    owner_kind  BIGINT NOT NULL,
    owner_id    TEXT   NOT NULL,
    name        TEXT,
    description TEXT,
    time_zone   TEXT,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    revision    BIGINT NOT NULL,
    next_seq    BIGINT NOT NULL
);
CREATE INDEX graph_by_project ON graph (project_id, owner_kind, created_at, graph_id);
CREATE INDEX graph_by_owner ON graph (project_id, owner_kind, owner_id);

CREATE TABLE ingest_queue (
    graph_id    BLOB   NOT NULL PRIMARY KEY,
    pending     BIGINT NOT NULL,
    ready_at    BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    epoch       BIGINT NOT NULL,
    attempts    BIGINT NOT NULL,
    last_error  TEXT
);
CREATE INDEX ingest_queue_ready ON ingest_queue (ready_at) WHERE pending > 0;

CREATE TABLE applied_batch (
    graph_id   BLOB   NOT NULL,
    batch_id   BLOB   NOT NULL,
    applied_at BIGINT NOT NULL,
    PRIMARY KEY (graph_id, batch_id)
);

CREATE TABLE account (
    graph_id                 BLOB   NOT NULL PRIMARY KEY,
    project_id               BLOB   NOT NULL,
    user_id                  TEXT   NOT NULL,
    uuid                     BLOB   NOT NULL,
    email                    TEXT,
    first_name               TEXT,
    last_name                TEXT,
    time_zone                TEXT,
    metadata                 TEXT   NOT NULL,
    disable_default_ontology BIGINT NOT NULL,
    created_at               BIGINT NOT NULL,
    updated_at               BIGINT NOT NULL
);
CREATE INDEX account_by_project ON account (project_id, created_at, graph_id);
CREATE INDEX account_by_user_id ON account (project_id, user_id);

CREATE TABLE thread (
    graph_id   BLOB   NOT NULL,
    thread_id  TEXT   NOT NULL,
    project_id BLOB   NOT NULL,
    uuid       BLOB   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (graph_id, thread_id)
);
CREATE INDEX thread_by_project ON thread (project_id, created_at, graph_id, thread_id);
CREATE INDEX thread_by_id ON thread (project_id, thread_id);

CREATE TABLE episode (
    graph_id           BLOB   NOT NULL,
    seq                BIGINT NOT NULL,
    episode_id         BLOB   NOT NULL,
    thread_id          TEXT,
    kind               BIGINT NOT NULL,
    role               BIGINT,
    name               TEXT,
    content            TEXT   NOT NULL,
    metadata           TEXT   NOT NULL,
    source_description TEXT,
    document_id        TEXT,
    reference_time     BIGINT NOT NULL,
    recorded_at        BIGINT NOT NULL,
    state              BIGINT NOT NULL,
    failure            TEXT,
    settled_at         BIGINT,
    task_id            BLOB,
    version            BIGINT NOT NULL,
    PRIMARY KEY (graph_id, seq)
);
CREATE UNIQUE INDEX episode_by_id ON episode (graph_id, episode_id);
CREATE INDEX episode_by_thread ON episode (graph_id, thread_id, seq);
CREATE INDEX episode_by_version ON episode (graph_id, version);
CREATE INDEX episode_pending ON episode (graph_id, seq) WHERE state = 0;

CREATE TABLE mention (
    graph_id    BLOB   NOT NULL,
    mention_id  BLOB   NOT NULL,
    episode_id  BLOB,
    entity_id   BLOB   NOT NULL,
    name        TEXT   NOT NULL,
    entity_type TEXT,
    span_start  BIGINT NOT NULL,
    span_end    BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    PRIMARY KEY (graph_id, mention_id)
);
CREATE INDEX mention_by_episode ON mention (graph_id, episode_id);
CREATE INDEX mention_by_entity ON mention (graph_id, entity_id);
CREATE INDEX mention_by_version ON mention (graph_id, version);

CREATE TABLE assertion (
    graph_id        BLOB             NOT NULL,
    assertion_id    BLOB             NOT NULL,
    episode_id      BLOB,
    subject         BLOB             NOT NULL,
    predicate       TEXT             NOT NULL,
    object          BLOB,
    statement       TEXT             NOT NULL,
    span_start      BIGINT           NOT NULL,
    span_end        BIGINT           NOT NULL,
    kind            BIGINT           NOT NULL,
    holding         BIGINT           NOT NULL,
    valid_from      BIGINT,
    from_precision  BIGINT,
    valid_until     BIGINT,
    until_precision BIGINT,
    reference_time  BIGINT           NOT NULL,
    recorded_at     BIGINT           NOT NULL,
    confidence      DOUBLE PRECISION NOT NULL,
    extractor       TEXT             NOT NULL,
    attributes      TEXT             NOT NULL,
    version         BIGINT           NOT NULL,
    PRIMARY KEY (graph_id, assertion_id)
);
CREATE INDEX assertion_by_episode ON assertion (graph_id, episode_id);
CREATE INDEX assertion_by_subject ON assertion (graph_id, subject);
CREATE INDEX assertion_by_object ON assertion (graph_id, object);
CREATE INDEX assertion_by_version ON assertion (graph_id, version);

CREATE TABLE link (
    graph_id    BLOB   NOT NULL,
    link_id     BLOB   NOT NULL,
    left_id     BLOB   NOT NULL,
    right_id    BLOB   NOT NULL,
    kind        BIGINT NOT NULL,
    episode_id  BLOB,
    recorded_at BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    PRIMARY KEY (graph_id, link_id)
);
CREATE INDEX link_by_episode ON link (graph_id, episode_id);
CREATE INDEX link_by_version ON link (graph_id, version);

-- Direct edits by the operator: `kind` 0 edits a fact by an assertion of it, 1 an entity by a name id.
CREATE TABLE edit (
    graph_id    BLOB   NOT NULL,
    kind        BIGINT NOT NULL,
    target_id   BLOB   NOT NULL,
    patch       TEXT   NOT NULL,
    recorded_at BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    PRIMARY KEY (graph_id, kind, target_id)
);
CREATE INDEX edit_by_version ON edit (graph_id, version);

-- What an index must forget: ids only, never content.
CREATE TABLE tombstone (
    graph_id BLOB   NOT NULL,
    version  BIGINT NOT NULL,
    kind     BIGINT NOT NULL,
    id       BLOB   NOT NULL,
    PRIMARY KEY (graph_id, version, kind, id)
);

-- The episodes of a task are next to each other, so its progress is read from their states.
CREATE TABLE task (
    graph_id   BLOB   NOT NULL,
    task_id    BLOB   NOT NULL,
    kind       TEXT   NOT NULL,
    first_seq  BIGINT NOT NULL,
    total      BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (graph_id, task_id)
);
