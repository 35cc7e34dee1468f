//! The client of reranking servers.

use erstwhile::ErrorKind;
use erstwhile::ports::RerankingModel;
use erstwhile_models::remote_reranker::{RemoteReranker, RemoteRerankerSettings};

use super::*;

fn reranker(server: &Server) -> RemoteReranker {
    let settings = RemoteRerankerSettings {
        url: Some(format!("{}/v1", server.url)),
        name: "tiny".to_owned(),
        key: Some("sk-geheim".to_owned()),
        connection: connection(),
        ..RemoteRerankerSettings::default()
    };
    RemoteReranker::new(settings).expect("a reranker")
}

fn results(scores: &[(u64, f64)]) -> Value {
    let results = scores.iter().map(|(index, score)| json!({ "index": index, "relevance_score": score }));
    json!({ "results": results.collect::<Vec<_>>(), "usage": { "total_tokens": 90 } })
}

#[tokio::test]
async fn scores_are_in_the_order_of_the_texts() {
    let server = Server::start([Reply::json(200, &results(&[(1, 0.9), (0, 0.25)]))]).await;
    let answer = reranker(&server).scores("who?", &["a", "b"]).await;
    assert_eq!((answer.usage.calls, answer.usage.tokens_in), (1, 90));
    assert_eq!(answer.checked(2).expect("scores"), [0.25, 0.9]);
    let received = &server.received()[0];
    assert_eq!(received.line, "POST /v1/rerank HTTP/1.1");
    let expected = json!({ "model": "tiny", "query": "who?", "documents": ["a", "b"], "top_n": 2 });
    assert_eq!(received.body, expected);
}

#[tokio::test]
async fn logarithms_of_odds_become_scores_from_0_to_1() {
    let server = Server::start([Reply::json(200, &results(&[(0, -2.0), (1, 3.5)]))]).await;
    let scores = reranker(&server).scores("who?", &["a", "b"]).await.checked(2).expect("scores");
    assert!(scores[0] > 0.1 && scores[0] < 0.2 && scores[1] > 0.9 && scores[1] < 1.0, "{scores:?}");
}

#[tokio::test]
async fn unusable_scores_are_errors() {
    let missing = results(&[(0, 0.5)]);
    let elsewhere = results(&[(0, 0.5), (7, 0.5)]);
    let none = json!({ "results": [{ "index": 0, "relevance_score": null }, { "index": 1, "relevance_score": 1 }] });
    for body in [missing, elsewhere, none, json!({}), json!({ "results": [] })] {
        let server = Server::answering(&body).await;
        let error = reranker(&server).scores("who?", &["a", "b"]).await.checked(2).expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::Internal, "{body}: {error}");
    }
}

#[tokio::test]
async fn errors_name_the_settings_of_the_reranker_and_hide_key_and_texts() {
    let server = Server::start([Reply::json(401, &json!({}))]).await;
    let error = reranker(&server).scores("who?", &["a"]).await.checked(1).expect_err("an error");
    assert!(error.message().contains("reranker.key"), "{error}");
    let said = json!({ "error": "bad input: Ada lives in Porto, sk-geheim" });
    let server = Server::start([Reply::json(400, &said)]).await;
    let error = reranker(&server).scores("who?", &["Ada lives in Porto"]).await.checked(1).expect_err("an error");
    assert!(!error.message().contains("Ada") && !format!("{error:?}").contains("geheim"), "{error:?}");
}
