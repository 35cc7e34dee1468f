//! The statements of tasks.

use super::{GRAPH, Reach, Statement};

macro_rules! tasks {
    ($select:literal, $join:literal, $condition:literal) => {
        concat!(
            $select,
            " t.graph_id, t.task_id, t.created_at FROM task t JOIN graph g ON g.graph_id = t.graph_id ",
            $join,
            " WHERE g.project_id = $1 AND (t.kind = $2 OR t.kind = $3 OR $2 = '') \
             AND (t.created_at < $4 OR (t.created_at = $4 AND t.task_id < $5)) ",
            $condition,
            " ORDER BY t.created_at DESC, t.task_id DESC LIMIT $6"
        )
    };
}

macro_rules! tasks_with {
    ($state:literal) => {
        tasks!(
            "SELECT DISTINCT",
            "JOIN episode e ON e.graph_id = t.graph_id AND e.seq >= t.first_seq AND e.seq < t.first_seq + t.total",
            $state
        )
    };
}

statements! {
    ADD_TASK, GRAPH,
        "INSERT INTO task (graph_id, task_id, kind, first_seq, total, created_at, checksum) \
         SELECT graph_id, $2, $3, next_seq - $4, $4, $5, $6 + (next_seq - $4) * 4294967296 FROM graph WHERE graph_id = $1";
    TASK_BY_ID, GRAPH,
        "SELECT graph_id, task_id, kind, total, created_at, first_seq, checksum FROM task \
         WHERE graph_id = $1 AND task_id = $2";
    TASKS, Reach::FanOut, tasks!("SELECT", "", "");
    TASKS_WITH_PENDING, Reach::FanOut, tasks_with!("AND e.state = 0");
    TASKS_WITH_FAILED, Reach::FanOut, tasks_with!("AND e.state = 3");
}
