//! The client of embedding servers.

use erstwhile::ErrorKind;
use erstwhile::Result;
use erstwhile::ports::EmbeddingModel;
use erstwhile_models::remote_embedder::{EmbeddingDialect, RemoteEmbedder, RemoteEmbedderSettings};

use super::*;

fn embedder_settings(server: &Server) -> RemoteEmbedderSettings {
    RemoteEmbedderSettings {
        url: Some(format!("{}/v1", server.url)),
        name: "tiny".to_owned(),
        key: Some("sk-geheim".to_owned()),
        dimensions: Some(2),
        connection: connection(),
        ..RemoteEmbedderSettings::default()
    }
}

fn embedder(server: &Server) -> RemoteEmbedder {
    RemoteEmbedder::new(embedder_settings(server)).expect("an embedder")
}

async fn embed(embedder: &RemoteEmbedder, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
    embedder.embed(texts).await.outcome
}

/// A response with these vectors, in the order of the texts.
fn vectors(vectors: &Value) -> Reply {
    let vectors = vectors.as_array().expect("a list").iter().enumerate();
    let data: Vec<Value> = vectors.map(|(index, v)| json!({ "index": index, "embedding": v })).collect();
    Reply::json(200, &json!({ "data": data }))
}

#[tokio::test]
async fn texts_become_vectors_of_length_one() {
    let server = Server::start([vectors(&json!([[3, 4], [0, 2]]))]).await;
    let embedder = embedder(&server);
    assert_eq!((embedder.name(), embedder.dimensions()), ("tiny/2", Some(2)));
    assert_eq!(embed(&embedder, &["a", "b"]).await.expect("vectors"), [[0.6, 0.8], [0.0, 1.0]]);
    let received = &server.received()[0];
    assert_eq!(received.line, "POST /v1/embeddings HTTP/1.1");
    assert_eq!((&received.body["input"], &received.body["dimensions"]), (&json!(["a", "b"]), &json!(2)));
}

#[tokio::test]
async fn ollama_has_its_own_path_and_response() {
    let server = Server::start([Reply::json(200, &json!({ "embeddings": [[0, 5]] }))]).await;
    let settings = RemoteEmbedderSettings {
        dialect: EmbeddingDialect::Ollama,
        url: Some(server.url.clone()),
        ..embedder_settings(&server)
    };
    let embedder = RemoteEmbedder::new(settings).expect("an embedder");
    assert_eq!(embed(&embedder, &["a"]).await.expect("vectors"), [[0.0, 1.0]]);
    assert_eq!(server.received()[0].line, "POST /api/embed HTTP/1.1");
}

#[tokio::test]
async fn unknown_dimensions_are_those_of_the_first_answer() {
    let server = Server::start([vectors(&json!([[1, 0, 0]])), vectors(&json!([[1, 0]]))]).await;
    let settings = RemoteEmbedderSettings { dimensions: None, ..embedder_settings(&server) };
    let embedder = RemoteEmbedder::new(settings).expect("an embedder");
    assert_eq!((embedder.name(), embedder.dimensions()), ("tiny", None));
    embed(&embedder, &["a"]).await.expect("vectors");
    assert_eq!(embedder.dimensions(), Some(3));
    let error = embed(&embedder, &["b"]).await.expect_err("other dimensions");
    assert!(error.message().contains("2 dimensions rather than 3; set embedder.dimensions"), "{error}");
}

#[tokio::test]
async fn tokens_are_those_that_the_server_counts_or_estimated() {
    let data = json!([{ "index": 0, "embedding": [1, 0] }]);
    let counted = Reply::json(200, &json!({ "data": data, "usage": { "prompt_tokens": 7, "total_tokens": 7 } }));
    let server = Server::start([counted, vectors(&json!([[1, 0]]))]).await;
    let embedder = embedder(&server);
    let usage = embedder.embed(&["eight letters"]).await.usage;
    assert_eq!((usage.calls, usage.tokens_in), (1, 7));
    assert_eq!(embedder.embed(&["twelve chars"]).await.usage.tokens_in, 3);
}

#[tokio::test]
async fn a_server_that_cannot_choose_the_dimensions_is_not_asked_again() {
    let refusal = Reply::json(400, &json!({ "message": "Model does not support matryoshka representation" }));
    let server = Server::start([refusal, vectors(&json!([[1, 0]])), vectors(&json!([[0, 1]]))]).await;
    let embedder = embedder(&server);
    embed(&embedder, &["a"]).await.expect("vectors");
    embed(&embedder, &["b"]).await.expect("vectors");
    let sent: Vec<bool> = server.received().iter().map(|request| request.body.get("dimensions").is_some()).collect();
    assert_eq!(sent, [true, false, false]);
}

#[tokio::test]
async fn many_texts_are_sent_in_batches_and_keep_their_order() {
    let replies = [json!([[1, 0], [0, 1]]), json!([[-1, 0]])].map(|reply| vectors(&reply));
    let server = Server::start(replies).await;
    let mut settings = RemoteEmbedderSettings { batch_texts_max: 2, ..embedder_settings(&server) };
    settings.connection.concurrency = 1;
    let embedder = RemoteEmbedder::new(settings).expect("an embedder");
    let received = embed(&embedder, &["a", "b", "c"]).await.expect("vectors");
    assert_eq!(received, [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]);
}

#[tokio::test]
async fn blank_texts_are_zeros_and_are_not_sent() {
    let server = Server::start([vectors(&json!([[0, 1]]))]).await;
    let embedder = embedder(&server);
    let received = embed(&embedder, &["", "a", " \n"]).await.expect("vectors");
    assert_eq!(received, [[0.0, 0.0], [0.0, 1.0], [0.0, 0.0]]);
    assert_eq!(server.received()[0].body["input"], json!(["a"]));
    assert!(embed(&embedder, &[]).await.expect("no vectors").is_empty());
}

#[tokio::test]
async fn unusable_vectors_are_errors() {
    let data = |embedding: Value| json!({ "data": [{ "index": 0, "embedding": embedding }] });
    for body in
        [data(json!([1, 2, 3])), data(json!([1, null])), data(json!([1e300, 1])), json!({ "data": [] }), json!({})]
    {
        let server = Server::answering(&body).await;
        let error = embed(&embedder(&server), &["a"]).await.expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::Internal, "{body}: {error}");
    }
}

#[tokio::test]
async fn errors_name_the_settings_of_the_embedder_and_hide_key_and_texts() {
    let server = Server::start([Reply::json(401, &json!({}))]).await;
    let error = embed(&embedder(&server), &["a"]).await.expect_err("an error");
    assert_eq!((error.kind(), error.message().contains("embedder.key")), (ErrorKind::Unauthenticated, true), "{error}");
    let server =
        Server::start([Reply::json(400, &json!({ "error": "bad input: Ada lives in Porto, sk-geheim" }))]).await;
    let error = embed(&embedder(&server), &["Ada lives in Porto"]).await.expect_err("an error");
    assert!(!format!("{error:?} {:?}", embedder_settings(&server)).contains("geheim"), "{error:?}");
    assert!(!error.message().contains("Ada"), "{error}");
}

#[tokio::test]
async fn a_failing_server_is_asked_again() {
    let server = Server::start([Reply::json(503, &json!({})), vectors(&json!([[0, 1]]))]).await;
    assert_eq!(embed(&embedder(&server), &["a"]).await.expect("vectors"), [[0.0, 1.0]]);
}
