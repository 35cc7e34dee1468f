//! What goes wrong on the wire, and the error that it becomes.

use erstwhile::{Error, ErrorKind};
use tokio::net::TcpListener;

use super::*;

/// The error of a prompt, and what the prompt consumed.
async fn error_of(server: &Server) -> (Error, ModelUsage) {
    let completion = complete(server, prompt()).await;
    (completion.outcome.expect_err("an error"), completion.usage)
}

fn failing(status: u16) -> Reply {
    Reply::json(status, &json!({ "error": { "message": "it does not work" } }))
}

#[tokio::test]
async fn a_rejected_key_is_unauthenticated_and_not_tried_again() {
    let server = Server::start([failing(401)]).await;
    let (error, consumed) = error_of(&server).await;
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert_eq!(error.message(), "the server rejected the API key; set model.key");
    assert_eq!(consumed, usage(1, 0, 0));
}

#[tokio::test]
async fn a_rejected_request_is_invalid_and_quotes_the_server() {
    for status in [400, 413, 422] {
        let server = Server::start([failing(status)]).await;
        let (error, consumed) = error_of(&server).await;
        assert_eq!(error.kind(), ErrorKind::Invalid, "{status}");
        assert!(error.message().ends_with(": it does not work"), "{error}");
        assert_eq!(consumed, usage(1, 0, 0));
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = Server::start([failing(307).with_header("location", "http://127.0.0.1:9/v1")]).await;
    let (error, _) = error_of(&server).await;
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.message().contains("redirects"), "{error}");
}

#[tokio::test]
async fn a_failing_server_is_asked_again() {
    let server = Server::start([failing(500), failing(408), Reply::json(200, &answer("yes"))]).await;
    let completion = complete(&server, prompt()).await;
    assert_eq!(completion.outcome.expect("an answer"), "yes");
    assert_eq!(completion.usage, usage(3, 2, 1));
}

#[tokio::test]
async fn a_server_that_keeps_failing_is_unavailable() {
    let server = Server::start((0..9).map(|_| failing(503))).await;
    let (error, consumed) = error_of(&server).await;
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.message().contains("status 503: it does not work"), "{error}");
    assert_eq!(consumed, usage(4, 3, 0));
}

#[tokio::test]
async fn a_limited_rate_without_a_time_is_tried_again() {
    let server = Server::start([failing(429), Reply::json(200, &answer("yes"))]).await;
    let completion = complete(&server, prompt()).await;
    assert_eq!(completion.outcome.expect("an answer"), "yes");
    assert_eq!(completion.usage, usage(2, 1, 1));
}

#[tokio::test]
async fn a_short_time_that_the_server_asks_for_is_waited() {
    let limited = failing(429).with_header("retry-after-ms", "3");
    let server = Server::start([limited, Reply::json(200, &answer("yes"))]).await;
    assert_eq!(complete(&server, prompt()).await.outcome.expect("an answer"), "yes");
}

#[tokio::test]
async fn a_long_time_that_the_server_asks_for_is_left_to_the_caller() {
    let server = Server::start([failing(429).with_header("retry-after", "3600")]).await;
    let (error, consumed) = error_of(&server).await;
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::Unavailable, Some(Duration::from_hours(1))));
    assert_eq!(consumed, usage(1, 0, 0));
}

#[tokio::test]
async fn the_server_may_ask_for_a_date() {
    let limited = failing(429)
        .with_header("date", "Sun, 06 Nov 1994 08:49:37 GMT")
        .with_header("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT");
    let (error, _) = error_of(&Server::start([limited]).await).await;
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
}

#[tokio::test]
async fn an_exhausted_quota_is_not_tried_again() {
    let body = json!({ "error": { "message": "You exceeded your current quota", "code": "insufficient_quota" } });
    let server = Server::start([Reply::json(429, &body)]).await;
    let (error, consumed) = error_of(&server).await;
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.message().contains("no credit left"), "{error}");
    assert_eq!(consumed, usage(1, 0, 0));
}

#[tokio::test]
async fn a_refused_connection_is_unavailable() {
    // The port is free again as soon as the listener is dropped.
    let address = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    let settings = LanguageModelSettings {
        url: Some(format!("http://{address}/v1")),
        name: "small".to_owned(),
        connection: ConnectionSettings { retries_max: 1, ..connection() },
        ..LanguageModelSettings::default()
    };
    let completion = LanguageModelClient::new(settings).expect("a client").complete(prompt()).await;
    let error = completion.outcome.expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.message().contains("cannot be reached: Connection refused"), "{error}");
    assert_eq!(completion.usage, usage(0, 1, 0));
}

#[tokio::test]
async fn a_server_that_does_not_answer_in_time_is_unavailable() {
    let server = Server::start([Reply::silent()]).await;
    let mut settings = settings(&server);
    settings.connection.timeout = Duration::from_millis(50);
    settings.connection.retries_max = 0;
    let completion = LanguageModelClient::new(settings).expect("a client").complete(prompt()).await;
    let error = completion.outcome.expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.message().contains("did not answer in time"), "{error}");
    assert_eq!(completion.usage, usage(0, 0, 0));
}

#[tokio::test]
async fn the_time_of_a_whole_call_is_limited_and_what_it_consumed_is_known() {
    let server = Server::start([failing(500), Reply::silent()]).await;
    let mut settings = settings(&server);
    settings.connection.timeout_total = Duration::from_secs(1);
    let completion = LanguageModelClient::new(settings).expect("a client").complete(prompt()).await;
    assert_eq!(completion.outcome.expect_err("an error").kind(), ErrorKind::Unavailable);
    assert_eq!(completion.usage, usage(1, 1, 0));
}

#[tokio::test]
async fn a_response_that_ends_in_the_middle_is_asked_for_again() {
    let server = Server::start([Reply::json(200, &answer("no")).cut(), Reply::json(200, &answer("yes"))]).await;
    let completion = complete(&server, prompt()).await;
    assert_eq!(completion.outcome.expect("an answer"), "yes");
    assert_eq!(completion.usage, usage(2, 1, 1));
}

#[tokio::test]
async fn a_web_page_is_no_answer() {
    let server = Server::start([Reply::text(200, "text/html", "<html>Welcome!</html>")]).await;
    let (error, consumed) = error_of(&server).await;
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert_eq!(error.message(), "the server answered with text/html that is no JSON document; check model.url");
    assert_eq!(consumed, usage(1, 0, 0));
}

#[tokio::test]
async fn an_oversized_response_is_not_read_to_its_end() {
    let server = Server::answering(&answer(&"long ".repeat(1 << 20))).await;
    let (error, _) = error_of(&server).await;
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert!(error.message().contains("larger than 4194304 bytes"), "{error}");
}

#[tokio::test]
async fn an_empty_answer_is_an_error() {
    for body in [answer(""), answer(" \n"), json!({ "choices": [] }), json!({})] {
        let server = Server::answering(&body).await;
        let (error, consumed) = error_of(&server).await;
        assert_eq!((error.kind(), error.message()), (ErrorKind::Internal, "the model's answer is empty"), "{body}");
        assert_eq!(consumed.calls, 1);
    }
}

#[tokio::test]
async fn a_refusal_is_an_error_and_its_tokens_are_counted() {
    let server = Server::answering(&finished("", "content_filter")).await;
    let (error, consumed) = error_of(&server).await;
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert_eq!(error.message(), "the model refused to answer (content_filter)");
    assert_eq!(consumed, usage(1, 0, 1));
}

#[tokio::test]
async fn an_answer_cut_by_the_limit_of_tokens_says_so() {
    let server = Server::answering(&finished("Ada lives in", "length")).await;
    let (error, consumed) = error_of(&server).await;
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert!(error.message().contains("cut off at the limit of 200 tokens"), "{error}");
    assert_eq!(consumed, usage(1, 0, 1));
}

#[tokio::test]
async fn a_failure_that_a_gateway_delivers_as_a_success_is_tried_again() {
    let failure = json!({ "error": { "code": 502, "message": "the provider is down" } });
    let server = Server::start([Reply::json(200, &failure), Reply::json(200, &answer("yes"))]).await;
    assert_eq!(complete(&server, prompt()).await.outcome.expect("an answer"), "yes");
}

#[test]
fn invalid_settings_are_errors_that_name_them() {
    let valid = || LanguageModelSettings { name: "small".to_owned(), ..LanguageModelSettings::default() };
    let with = |connection| LanguageModelSettings { connection, ..valid() };
    for (settings, name) in [
        (LanguageModelSettings { name: String::new(), ..valid() }, "model.name"),
        (LanguageModelSettings { url: Some("localhost".to_owned()), ..valid() }, "model.url"),
        (LanguageModelSettings { key: Some("a\nb".to_owned()), ..valid() }, "model.key"),
        (with(ConnectionSettings { proxy: Some("http://".to_owned()), ..connection() }), "model.proxy"),
        (with(ConnectionSettings { ca_file: Some("/does/not/exist".into()), ..connection() }), "model.ca_file"),
        (with(ConnectionSettings { headers: vec![(" ".to_owned(), String::new())], ..connection() }), "model.headers"),
    ] {
        let error = LanguageModelClient::new(settings).expect_err(name);
        assert_eq!(error.kind(), ErrorKind::Invalid, "{name}");
        assert!(error.message().contains(name), "{error}");
    }
}
