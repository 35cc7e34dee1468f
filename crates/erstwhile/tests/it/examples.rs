//! The programs in `examples/` do what they say.
#![expect(dead_code, reason = "the examples' own `main` is not called")]

#[path = "../../examples/agent_loop.rs"]
mod agent_loop;
#[path = "../../examples/business_data.rs"]
mod business_data;
#[path = "../../examples/erasure.rs"]
mod erasure;

#[tokio::test]
async fn an_agent_answers_by_what_it_learned() {
    let transcript = agent_loop::run().await.unwrap();
    assert!(transcript.contains("How about a walk near Copenhagen?"), "{transcript}");
}

#[tokio::test]
async fn business_data_answers_questions_about_the_past() {
    let answers = business_data::run().await.unwrap();
    let facts: Vec<String> = answers.into_iter().map(|(_, facts)| facts.join(" ")).collect();
    assert!(facts[0].contains("Acme") && !facts[0].contains("Borealis"), "{facts:?}");
    assert!(facts[1].contains("Borealis") && !facts[1].contains("Acme"), "{facts:?}");
    assert!(facts[2].is_empty(), "{facts:?}");
}

#[tokio::test]
async fn nothing_is_left_of_an_erased_person() {
    let (before, after) = erasure::run().await.unwrap();
    assert!(before > 0);
    assert_eq!(after, 0);
}
