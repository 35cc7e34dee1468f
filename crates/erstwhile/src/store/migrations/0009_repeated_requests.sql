-- The request for which an application used an idempotency key, so that the key is refused for another one.
CREATE TABLE request_key (
    key_id  BLOB   NOT NULL PRIMARY KEY,
    request BLOB   NOT NULL,
    used_at BIGINT NOT NULL
);

-- The uuids that applications gave to their messages. Those that the server assigns begin with the tag of their graph.
CREATE TABLE given_uuid (
    uuid       BLOB NOT NULL,
    project_id BLOB NOT NULL,
    graph_id   BLOB NOT NULL,
    PRIMARY KEY (uuid, project_id)
);
CREATE INDEX given_uuid_by_graph ON given_uuid (graph_id);

-- Tasks are listed newest first.
CREATE INDEX task_by_age ON task (created_at, task_id);
