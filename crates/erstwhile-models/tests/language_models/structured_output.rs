//! Answers as JSON: how they are required, and read.

use erstwhile::ErrorKind;
use erstwhile_models::language_models::StructuredOutput;

use super::*;

fn refused(message: &str) -> Reply {
    Reply::json(400, &json!({ "error": { "message": message } }))
}

fn ada() -> Reply {
    Reply::json(200, &answer("{\"name\": \"Ada\"}"))
}

#[tokio::test]
async fn a_server_that_takes_the_schema_enforces_it() {
    let server = Server::start([ada()]).await;
    assert_eq!(complete(&server, prompt_for_json()).await.outcome.expect("an answer"), "{\"name\": \"Ada\"}");
    let format = &server.received()[0].body["response_format"];
    assert_eq!((&format["type"], &format["json_schema"]["strict"]), (&json!("json_schema"), &json!(true)));
}

#[tokio::test]
async fn a_server_that_refuses_the_schema_gets_it_in_the_prompt_from_then_on() {
    let script =
        [refused("response_format `json_schema` is unavailable"), refused("unknown response_format"), ada(), ada()];
    let server = Server::start(script).await;
    let client = client(&server);
    let completion = client.complete(prompt_for_json()).await;
    assert_eq!(completion.outcome.expect("an answer"), "{\"name\": \"Ada\"}");
    assert_eq!(completion.usage, usage(3, 2, 1));
    assert_eq!(client.complete(prompt_for_json()).await.usage, usage(1, 0, 1));
    let received = server.received();
    let formats: Vec<&Value> = received.iter().map(|request| &request.body["response_format"]["type"]).collect();
    assert_eq!(formats, [&json!("json_schema"), &json!("json_object"), &Value::Null, &Value::Null]);
    for request in &received[1..] {
        let system = request.body["messages"][0]["content"].as_str().expect("a text");
        assert!(system.starts_with("List the facts.") && system.contains("additionalProperties"), "{system}");
    }
}

#[tokio::test]
async fn a_form_in_the_settings_is_not_changed() {
    let server = Server::start([refused("response_format is unknown")]).await;
    let settings = LanguageModelSettings { structured_output: StructuredOutput::JsonMode, ..settings(&server) };
    let client = LanguageModelClient::new(settings).expect("a client");
    let error = client.complete(prompt_for_json()).await.outcome.expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert_eq!(server.received()[0].body["response_format"]["type"], "json_object");
}

#[tokio::test]
async fn parameters_that_a_model_refuses_are_replaced_from_then_on() {
    let script = [
        refused("Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."),
        refused("Unsupported value: 'temperature' does not support 0 with this model."),
        Reply::json(200, &answer("yes")),
        Reply::json(200, &answer("yes")),
    ];
    let server = Server::start(script).await;
    let client = client(&server);
    assert_eq!(client.complete(prompt()).await.usage, usage(3, 2, 1));
    assert_eq!(client.complete(prompt()).await.usage, usage(1, 0, 1));
    let last = &server.received()[3].body;
    assert_eq!(last["max_completion_tokens"], 200);
    assert!(last.get("max_tokens").is_none() && last.get("temperature").is_none(), "{last}");
}

#[tokio::test]
async fn fences_and_text_around_the_document_are_left_out() {
    for text in ["```json\n{\"name\": \"Ada\"}\n```", "Of course! {\"name\": \"Ada\"} Anything else?"] {
        let server = Server::answering(&answer(text)).await;
        assert_eq!(complete(&server, prompt_for_json()).await.outcome.expect("an answer"), "{\"name\": \"Ada\"}");
    }
}

#[tokio::test]
async fn a_truncated_document_is_repaired_once() {
    let server = Server::start([Reply::json(200, &answer("{\"name\": \"Ad")), ada()]).await;
    let completion = complete(&server, prompt_for_json()).await;
    assert_eq!(completion.outcome.expect("an answer"), "{\"name\": \"Ada\"}");
    assert_eq!(completion.usage, usage(2, 0, 2));
    let messages = &server.received()[1].body["messages"];
    assert_eq!(messages[2], json!({ "role": "assistant", "content": "{\"name\": \"Ad" }));
    let complaint = messages[3]["content"].as_str().expect("a text");
    assert!(complaint.contains("EOF while parsing a string at line 1 column 12"), "{complaint}");
}

#[tokio::test]
async fn a_document_that_stays_broken_is_an_error() {
    let server = Server::start((0..3).map(|_| Reply::json(200, &answer("I would rather talk.")))).await;
    let completion = complete(&server, prompt_for_json()).await;
    let error = completion.outcome.expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert!(error.message().contains("no JSON document"), "{error}");
    assert_eq!(completion.usage, usage(2, 0, 2));
}

#[tokio::test]
async fn a_document_cut_by_the_limit_of_tokens_is_not_repaired() {
    let server = Server::start([Reply::json(200, &finished("{\"name\": \"Ad", "length")), ada()]).await;
    let error = complete(&server, prompt_for_json()).await.outcome.expect_err("an error");
    assert!(error.message().contains("cut off"), "{error}");
    assert_eq!(server.received().len(), 1);
}
