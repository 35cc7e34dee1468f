//! However a model phrases what it has read before, the graph has one fact, not two.
#![cfg(feature = "model-extractor")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "this is a test")]

use std::sync::{Arc, LazyLock, Mutex};

use async_trait::async_trait;
use erstwhile::change::Change;
use erstwhile::evidence::Evidence;
use erstwhile::identity::initial_evidence;
use erstwhile::knowledge::Knowledge;
use erstwhile::model::{
    Episode, EpisodeId, EpisodeKind, EpisodeState, GraphId, Metadata, ModelUsage, ProjectId, Role, User, UserUuid,
};
use erstwhile::ports::{Completion, ExtractionRequest, Extractor, KnownFact, LanguageModel, Prompt, Turn};
use erstwhile::reading::{Reading, evidence};
use erstwhile_models::model_extractor::{ModelExtractor, PromptOverrides};
use erstwhile_models::offline::OfflineExtractor;
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

static OFFLINE: LazyLock<OfflineExtractor> = LazyLock::new(|| OfflineExtractor::new().expect("the parser"));

/// A model that gives one prepared answer.
#[derive(Debug)]
struct Scripted(Mutex<Value>);

#[async_trait]
impl LanguageModel for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }

    async fn complete(&self, _: Prompt) -> Completion {
        Completion { outcome: Ok(self.0.lock().unwrap().to_string()), usage: ModelUsage::default() }
    }
}

fn at(day: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + day * 86_400).unwrap()
}

fn user() -> User {
    User {
        graph: GraphId(Uuid::from_u128(1 << 80)),
        project: ProjectId(Uuid::nil()),
        user_id: "ann".to_owned(),
        uuid: UserUuid(Uuid::nil()),
        email: None,
        first_name: Some("Ann".to_owned()),
        last_name: Some("Lee".to_owned()),
        time_zone: None,
        metadata: Metadata::new(),
        disable_default_ontology: false,
        created_at: at(0),
        updated_at: at(0),
        thread_count: 0,
    }
}

fn episode(number: i64, text: &str) -> Episode {
    Episode {
        id: EpisodeId(user().graph.within(Uuid::from_u128(number as u128))),
        seq: number,
        thread: Some("t".to_owned()),
        kind: EpisodeKind::Message,
        role: Some(Role::User),
        name: None,
        content: text.to_owned(),
        metadata: Metadata::new(),
        source_description: None,
        document_id: None,
        reference_time: at(number),
        recorded_at: at(number),
        state: EpisodeState::Pending,
        task: None,
        strict: false,
        model_reading: None,
    }
}

fn add(knowledge: &mut Knowledge, changes: Vec<Change>) {
    let mut evidence = Evidence::default();
    for change in changes {
        match change {
            Change::AddMention(mention) => evidence.mentions.push(mention),
            Change::AddAssertion(assertion) => evidence.assertions.push(assertion),
            Change::AddLink(link) => evidence.links.push(link),
            other => panic!("unexpected: {other:?}"),
        }
    }
    knowledge.apply(evidence);
}

/// What the model reads in one message, when it knows the graph's facts.
fn read(knowledge: &mut Knowledge, number: i64, text: &str, claim: &Value) {
    let user = user();
    let episode = episode(number, text);
    let name = |id| knowledge.entity_or_value(id).map(|entity| entity.name.clone()).unwrap_or_default();
    let facts = knowledge.facts().map(|fact| KnownFact {
        subject: name(fact.subject),
        predicate: fact.predicate.clone(),
        object: name(fact.object),
        object_type: None,
        statement: fact.statement.clone(),
        holding: fact.holding,
        valid_from: fact.valid_from,
    });
    let turn = Turn {
        kind: episode.kind,
        role: episode.role,
        speaker: None,
        text: text.to_owned(),
        reference_time: episode.reference_time,
        thread: episode.thread.clone(),
    };
    let request = ExtractionRequest {
        owner: Some(user.display_name()),
        facts: facts.collect(),
        turns: vec![turn],
        ..ExtractionRequest::default()
    };
    let model = Arc::new(Scripted(Mutex::new(json!({ "claims": [claim] }))));
    let extractor = ModelExtractor::new(model, OFFLINE.clone(), PromptOverrides::default());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let extraction = runtime.block_on(extractor.extract(request)).unwrap().remove(0);
    let reading = Reading { graph: user.graph, user: Some(&user), extractor: "test", recorded_at: at(number) };
    add(knowledge, evidence(&reading, &episode, extraction).0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn paraphrases_of_a_fact_are_one_fact(
        phrasings in prop::collection::vec(
            (
                prop::sample::select(vec!["WORKS_AT", "works at", "WORKS_FOR", "Works-At", "WORKS AT"]),
                prop::sample::select(vec!["Acme", "ACME", " acme ", "Acme\u{a0}"]),
                prop::sample::select(vec!["user", "I", "Ann Lee", "ann lee", "Ann"]),
                prop::sample::select(vec!["", "Ann Lee works at Acme.", "Ann is employed by ACME!", "Ann Lee is with Acme now."]),
                any::<bool>(),
            ),
            1..6,
        ),
    ) {
        let mut knowledge = Knowledge::new(user().graph);
        add(&mut knowledge, initial_evidence(&user()));
        let count = phrasings.len();
        for (number, (predicate, object, subject, statement, restates)) in phrasings.into_iter().enumerate() {
            let claim = json!({
                "turn": 1, "quote": "I work at Acme", "subject": subject, "predicate": predicate, "object": object,
                "object_is": "entity", "statement": statement, "kind": "asserts", "from": "", "until": "",
                "restates": if restates { vec![1] } else { vec![] }, "ends": [],
            });
            read(&mut knowledge, number as i64 + 1, "Well, I work at Acme.", &claim);
        }
        let facts: Vec<_> = knowledge.facts().collect();
        prop_assert_eq!(facts.len(), 1, "{:#?}", facts);
        prop_assert_eq!(facts[0].episodes.len(), count);
    }
}
