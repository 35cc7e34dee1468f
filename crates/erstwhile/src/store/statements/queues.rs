//! The statements of a queue; there are several queues with the same columns.

/// Adds waiting items to a partition's row.
macro_rules! enqueue {
    ($queue:literal) => {
        concat!(
            "INSERT INTO ",
            $queue,
            " (graph_id, pending, ready_at, lease_until, epoch, attempts, last_error) VALUES ($1, $2, $3, 0, 0, 0, NULL) \
             ON CONFLICT (graph_id) DO UPDATE SET ready_at = CASE WHEN ",
            $queue,
            ".pending = 0 THEN excluded.ready_at ELSE ",
            $queue,
            ".ready_at END, pending = ",
            $queue,
            ".pending + excluded.pending"
        )
    };
}

macro_rules! claimable {
    ($queue:literal) => {
        concat!(
            "SELECT graph_id, epoch FROM ",
            $queue,
            " WHERE pending > 0 AND ready_at <= $1 AND lease_until < $1 ORDER BY ready_at LIMIT $2"
        )
    };
}

/// `CROSS JOIN`, because SQLite would else begin with the graphs of the project, of which there may be a million.
macro_rules! claimable_of_project {
    ($queue:literal) => {
        concat!(
            "SELECT q.graph_id, q.epoch FROM ",
            $queue,
            " q CROSS JOIN graph g WHERE g.graph_id = q.graph_id AND q.pending > 0 AND q.ready_at <= $1 \
             AND q.lease_until < $1 AND g.project_id = $3 ORDER BY q.ready_at LIMIT $2"
        )
    };
}

macro_rules! claimable_projects {
    ($queue:literal) => {
        concat!(
            "SELECT DISTINCT g.project_id FROM ",
            $queue,
            " q CROSS JOIN graph g WHERE g.graph_id = q.graph_id AND q.pending > 0 AND q.ready_at <= $1 \
             AND q.lease_until < $1"
        )
    };
}

macro_rules! claim {
    ($queue:literal) => {
        concat!(
            "UPDATE ",
            $queue,
            " SET lease_until = $3, epoch = epoch + 1 WHERE graph_id = $1 AND epoch = $2 AND lease_until < $4 \
             AND pending > 0 RETURNING epoch, attempts"
        )
    };
}

macro_rules! claim_graph {
    ($queue:literal) => {
        concat!(
            "UPDATE ",
            $queue,
            " SET lease_until = $2, epoch = epoch + 1 WHERE graph_id = $1 AND lease_until < $3 AND ready_at <= $3 \
             AND pending > 0 RETURNING epoch, attempts"
        )
    };
}

macro_rules! release {
    ($queue:literal) => {
        concat!(
            "UPDATE ",
            $queue,
            " SET lease_until = 0, ready_at = $3, attempts = attempts + $4, last_error = $5 \
             WHERE graph_id = $1 AND epoch = $2 RETURNING pending"
        )
    };
}

macro_rules! extend {
    ($queue:literal) => {
        concat!("UPDATE ", $queue, " SET lease_until = $3 WHERE graph_id = $1 AND epoch = $2 RETURNING epoch")
    };
}

macro_rules! depth {
    ($queue:literal) => {
        concat!(
            "SELECT CAST(coalesce(sum(pending), 0) AS BIGINT), count(*), min(ready_at), max(attempts) FROM ",
            $queue,
            " WHERE pending > 0"
        )
    };
}

/// Graphs with waiting episodes without a row in the queue by which a worker would find them.
macro_rules! lost {
    ($queue:literal, $waits:literal) => {
        concat!(
            "SELECT e.graph_id, count(*) FROM episode e LEFT JOIN ",
            $queue,
            " q ON q.graph_id = e.graph_id WHERE ",
            $waits,
            " AND coalesce(q.pending, 0) <= 0 GROUP BY e.graph_id ORDER BY e.graph_id LIMIT $1"
        )
    };
}
