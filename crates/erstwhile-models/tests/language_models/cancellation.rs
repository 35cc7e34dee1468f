//! Dropping a call cancels its request.

use super::*;

#[tokio::test]
async fn the_server_sees_the_connection_close_when_the_call_is_dropped() {
    let server = Server::start([Reply::silent()]).await;
    let client = client(&server);
    let call = tokio::spawn(async move { client.complete(prompt()).await });
    server.wait_for(|counts| counts.received == 1).await;
    call.abort();
    assert_eq!(server.wait_for(|counts| counts.closed_by_client == 1).await.received, 1);
}

#[tokio::test]
async fn a_dropped_call_gives_its_place_to_the_next_one() {
    let server = Server::start([Reply::silent(), Reply::json(200, &answer("yes"))]).await;
    let mut settings = settings(&server);
    settings.connection.concurrency = 1;
    let client = LanguageModelClient::new(settings).expect("a client");
    let first = tokio::spawn({
        let client = client.clone();
        async move { client.complete(prompt()).await }
    });
    server.wait_for(|counts| counts.received == 1).await;
    first.abort();
    assert_eq!(client.complete(prompt()).await.outcome.expect("an answer"), "yes");
}
