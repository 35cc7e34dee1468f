-- A language model reads episodes after the offline extractor: the state of each reading, and what it cost.
ALTER TABLE episode ADD COLUMN model_state BIGINT NOT NULL DEFAULT 0;
ALTER TABLE episode ADD COLUMN model_report TEXT;
CREATE INDEX episode_awaiting_model ON episode (graph_id, seq) WHERE model_state = 1;

CREATE TABLE model_queue (
    graph_id    BLOB   NOT NULL PRIMARY KEY,
    pending     BIGINT NOT NULL,
    ready_at    BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    epoch       BIGINT NOT NULL,
    attempts    BIGINT NOT NULL,
    last_error  TEXT
);
CREATE INDEX model_queue_ready ON model_queue (ready_at) WHERE pending > 0;

-- Summaries that a language model wrote, with what they rest on.
CREATE TABLE written_summary (
    graph_id     BLOB   NOT NULL,
    kind         BIGINT NOT NULL,
    subject      TEXT   NOT NULL,
    summary      TEXT   NOT NULL,
    basis        BLOB   NOT NULL,
    instructions TEXT   NOT NULL,
    model        TEXT   NOT NULL,
    written_at   BIGINT NOT NULL,
    PRIMARY KEY (graph_id, kind, subject)
);

-- What a project spent, by day (days since 1970) and model.
CREATE TABLE model_usage (
    project_id    BLOB             NOT NULL,
    day           BIGINT           NOT NULL,
    model         TEXT             NOT NULL,
    calls         BIGINT           NOT NULL,
    retries       BIGINT           NOT NULL,
    tokens_in     BIGINT           NOT NULL,
    tokens_cached BIGINT           NOT NULL,
    tokens_out    BIGINT           NOT NULL,
    cost          DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (project_id, day, model)
);
