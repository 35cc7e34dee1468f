-- The vectors of an embedding model, by a digest of the text within its graph. They are stored because they cost money or
-- time; the quick embedder's are not. Several models' vectors may lie side by side.
CREATE TABLE text_vector (
    graph_id BLOB NOT NULL,
    model    TEXT NOT NULL,
    digest   BLOB NOT NULL,
    vector   BLOB NOT NULL,
    PRIMARY KEY (graph_id, model, digest)
);
