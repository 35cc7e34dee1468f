//! Limits on requests, and the circuit breaker.

use std::sync::Arc;

use erstwhile::ErrorKind;
use futures::future::join_all;

use super::*;

#[tokio::test]
async fn no_more_requests_run_at_once_than_the_settings_allow() {
    let server = Server::start((0..6).map(|_| Reply::json(200, &answer("yes")).held())).await;
    let mut settings = settings(&server);
    settings.connection.concurrency = 2;
    let client = Arc::new(LanguageModelClient::new(settings).expect("a client"));
    let calls: Vec<_> = (0..6)
        .map(|_| {
            let client = Arc::clone(&client);
            tokio::spawn(async move { client.complete(prompt()).await.outcome })
        })
        .collect();
    server.wait_for(|counts| counts.in_flight >= 2).await;
    server.release(6);
    for call in join_all(calls).await {
        assert_eq!(call.expect("a call").expect("an answer"), "yes");
    }
    assert_eq!(server.wait_for(|counts| counts.received == 6).await.in_flight_max, 2);
}

#[tokio::test]
async fn requests_beyond_the_minute_wait_and_end_with_the_time_of_the_call() {
    let server = Server::start((0..2).map(|_| Reply::json(200, &answer("yes")))).await;
    let mut settings = settings(&server);
    settings.connection.requests_per_minute = Some(1);
    settings.connection.timeout_total = Duration::from_secs(1);
    let client = LanguageModelClient::new(settings).expect("a client");
    client.complete(prompt()).await.outcome.expect("an answer");
    let error = client.complete(prompt()).await.outcome.expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.message().contains("limits"), "{error}");
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn tokens_beyond_the_minute_wait_as_well() {
    let server = Server::start((0..2).map(|_| Reply::json(200, &answer("yes")))).await;
    let mut settings = settings(&server);
    settings.connection.tokens_per_minute = Some(250);
    settings.connection.timeout_total = Duration::from_secs(1);
    let client = LanguageModelClient::new(settings).expect("a client");
    client.complete(prompt()).await.outcome.expect("an answer");
    assert_eq!(client.complete(prompt()).await.outcome.expect_err("an error").kind(), ErrorKind::Unavailable);
    assert_eq!(server.received().len(), 1);
}

fn breaking(server: &Server, pause: Duration) -> LanguageModelClient {
    let mut settings = settings(server);
    settings.connection.retries_max = 0;
    settings.connection.breaker_failures = 2;
    settings.connection.breaker_pause = pause;
    LanguageModelClient::new(settings).expect("a client")
}

fn broken() -> Reply {
    Reply::json(500, &json!({}))
}

#[tokio::test]
async fn after_many_failures_requests_fail_without_being_sent() {
    let server = Server::start([broken(), broken()]).await;
    let client = breaking(&server, Duration::from_hours(1));
    for _ in 0..2 {
        client.complete(prompt()).await.outcome.expect_err("an error");
    }
    let completion = client.complete(prompt()).await;
    let error = completion.outcome.expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.retry_after().expect("a time") > Duration::from_mins(59));
    assert!(error.message().contains("held back"), "{error}");
    assert!(completion.usage.is_zero());
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn after_the_pause_a_success_lets_requests_pass_again() {
    let yes = || Reply::json(200, &answer("yes"));
    let server = Server::start([broken(), broken(), yes(), yes()]).await;
    let client = breaking(&server, Duration::from_millis(1));
    for _ in 0..2 {
        client.complete(prompt()).await.outcome.expect_err("an error");
    }
    tokio::time::sleep(Duration::from_millis(5)).await;
    for _ in 0..2 {
        client.complete(prompt()).await.outcome.expect("an answer");
    }
}

#[tokio::test]
async fn rejected_requests_are_no_failures_of_the_server() {
    let rejected = || Reply::json(400, &json!({ "error": "no" }));
    let server = Server::start([rejected(), rejected(), rejected(), Reply::json(200, &answer("yes"))]).await;
    let client = breaking(&server, Duration::from_hours(1));
    for _ in 0..3 {
        assert_eq!(client.complete(prompt()).await.outcome.expect_err("an error").kind(), ErrorKind::Invalid);
    }
    client.complete(prompt()).await.outcome.expect("an answer");
}

#[tokio::test]
async fn an_opening_breaker_ends_the_retries_with_the_last_error() {
    let server = Server::start((0..4).map(|_| broken())).await;
    let mut settings = settings(&server);
    settings.connection.breaker_failures = 2;
    settings.connection.breaker_pause = Duration::from_hours(1);
    let completion = LanguageModelClient::new(settings).expect("a client").complete(prompt()).await;
    let error = completion.outcome.expect_err("an error");
    assert!(error.message().contains("status 500") && error.retry_after().is_some(), "{error}");
    assert_eq!(completion.usage, usage(2, 1, 0));
}
