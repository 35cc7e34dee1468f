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

-- The events for webhooks, and what became of them; `ready_at` is null when nothing is left to be tried.
CREATE TABLE webhook_delivery (
    project_id   BLOB   NOT NULL,
    delivery_id  BLOB   NOT NULL,
    webhook_id   BLOB   NOT NULL,
    event        TEXT   NOT NULL,
    payload      TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    ready_at     BIGINT,
    attempts     BIGINT NOT NULL,
    attempts_max BIGINT NOT NULL,
    delivered_at BIGINT,
    status       BIGINT,
    failure      TEXT,
    PRIMARY KEY (project_id, delivery_id)
);
CREATE INDEX webhook_delivery_ready ON webhook_delivery (ready_at) WHERE ready_at IS NOT NULL;
CREATE INDEX webhook_delivery_by_webhook ON webhook_delivery (project_id, webhook_id, created_at);

-- The only graph that a key reaches; null for the whole project.
ALTER TABLE api_key ADD COLUMN bound_graph BLOB;
