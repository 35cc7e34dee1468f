//! The statements of webhooks' deliveries.

use super::{Reach, Statement};

const PROJECT: Reach = Reach::One("project_id");

macro_rules! deliveries {
    ($rest:literal) => {
        concat!(
            "SELECT project_id, delivery_id, webhook_id, event, payload, created_at, ready_at, attempts, attempts_max, \
             delivered_at, status, failure FROM webhook_delivery WHERE ",
            $rest
        )
    };
}

statements! {
    ADD_DELIVERY, PROJECT,
        "INSERT INTO webhook_delivery (project_id, delivery_id, webhook_id, event, payload, created_at, ready_at, \
         attempts, attempts_max) VALUES ($1, $2, $3, $4, $5, $6, $6, 0, $7) ON CONFLICT (project_id, delivery_id) DO NOTHING";
    READY_DELIVERIES, Reach::FanOut,
        "SELECT project_id, delivery_id, attempts FROM webhook_delivery WHERE ready_at <= $1 ORDER BY ready_at LIMIT $2";
    CLAIM_DELIVERY, PROJECT,
        "UPDATE webhook_delivery SET ready_at = $5, attempts = attempts + 1 \
         WHERE project_id = $1 AND delivery_id = $2 AND attempts = $3 AND ready_at <= $4 RETURNING attempts";
    FINISH_DELIVERY, PROJECT,
        "UPDATE webhook_delivery SET ready_at = $4, delivered_at = $5, status = $6, failure = $7 \
         WHERE project_id = $1 AND delivery_id = $2 AND attempts = $3";
    REDELIVER, PROJECT,
        "UPDATE webhook_delivery SET ready_at = $4, attempts_max = attempts + $5 \
         WHERE project_id = $1 AND webhook_id = $2 AND delivery_id = $3 RETURNING attempts";
    DELIVERY, PROJECT, deliveries!("project_id = $1 AND delivery_id = $2");
    DELIVERIES, PROJECT,
        deliveries!("project_id = $1 AND webhook_id = $2 ORDER BY created_at DESC, delivery_id DESC LIMIT $3 OFFSET $4");
    REMOVE_DELIVERIES, PROJECT, "DELETE FROM webhook_delivery WHERE project_id = $1 AND webhook_id = $2";
    FORGET_DELIVERIES, Reach::FanOut, "DELETE FROM webhook_delivery WHERE ready_at IS NULL AND created_at < $1";
}
