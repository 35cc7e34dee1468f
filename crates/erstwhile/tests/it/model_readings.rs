//! A language model reads episodes after the offline extractor, without ever standing in its way.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use erstwhile::engine::{NewThread, UserUpdate};
use erstwhile::model::{
    EpisodeId, FactEdit, Holding, ModelPrices, ModelReading, ModelReadingState, ModelUsage, Precision, Precondition,
    SettingKind, TaskState, TimePoint,
};
use erstwhile::ports::{Extraction, ExtractionRequest, Extractor};
use erstwhile::{Error, ErrorKind, ModelBudget, ModelReadingSettings, Result};
use erstwhile_testkit::ScriptedExtractor;
use jiff::SignedDuration;
use tokio::sync::Notify;

use crate::world::{World, claim, likes, lives_in, with_statement};

const MORNING: &str = "2025-01-01T00:00:00Z";
const USAGE: ModelUsage = ModelUsage { calls: 1, retries: 0, tokens_in: 1_000, tokens_cached: 400, tokens_out: 101 };

fn settings() -> ModelReadingSettings {
    let prices = ModelPrices { input: 1.0, cached: 0.5, output: 2.0 };
    ModelReadingSettings { wait: SignedDuration::ZERO, prices: Some(prices), ..ModelReadingSettings::default() }
}

async fn world() -> (World, Arc<ScriptedExtractor>) {
    world_with(settings()).await
}

async fn world_with(settings: ModelReadingSettings) -> (World, Arc<ScriptedExtractor>) {
    let model = Arc::new(ScriptedExtractor::default());
    model.consume(USAGE);
    (World::with_model(Arc::clone(&model) as Arc<dyn Extractor>, settings).await, model)
}

async fn reading(world: &World, id: EpisodeId) -> ModelReading {
    let episode = world.engine.project(world.project).find_episode(id).await.expect("the episode");
    *episode.model_reading.expect("a reading")
}

async fn read_all(world: &World) {
    while world.engine.read_next_with_model().await.expect("a round of reading") {}
}

#[tokio::test]
async fn what_the_model_read_replaces_what_the_offline_extractor_read_and_facts_of_both_keep_their_id() {
    let (world, model) = world().await;
    let text = "I moved to Oslo and I love tea";
    let offline = Extraction {
        claims: vec![
            claim(text, "LIVES_IN", "Oslo", Holding::Exclusive),
            claim(text, "LIKES", "Oslo and tea", Holding::Shared),
        ],
        ..Extraction::default()
    };
    world.script.answer(text, with_statement(offline, "Ann Lee moved to Oslo."));
    let read = Extraction {
        claims: vec![
            claim("Ann lives in Oslo", "LIVES_IN", "Oslo", Holding::Exclusive),
            claim("Ann loves tea", "LOVES", "tea", Holding::Shared),
        ]
        .into_iter()
        .map(|claim| erstwhile::ports::Claim { span: 0..text.len(), ..claim })
        .collect(),
        ..Extraction::default()
    };
    model.answer(text, read);
    let id = world.say(MORNING, text).await;
    world.ingest().await;
    let facts = async || {
        let graph = world.engine.project(world.project).graph(world.graph());
        let mut facts: Vec<_> = graph.facts(&Default::default()).await.unwrap().into_iter().map(|t| t.fact).collect();
        facts.sort_by(|left, right| left.predicate.cmp(&right.predicate));
        facts
    };
    let before = facts().await;
    let of = |facts: &[erstwhile::model::Fact]| facts.iter().map(|fact| fact.predicate.clone()).collect::<Vec<_>>();
    assert_eq!(of(&before), ["LIKES", "LIVES_IN"], "the offline extractor's facts are there at once");
    assert_eq!(reading(&world, id).await.state, ModelReadingState::Awaiting);
    world.clock.advance_s(60);
    read_all(&world).await;
    let after = facts().await;
    assert_eq!(of(&after), ["LIVES_IN", "LOVES"]);
    assert_eq!((after[0].id, after[0].created_at), (before[1].id, before[1].created_at), "the same fact as before");
    assert_eq!(after[0].statement, "Ann lives in Oslo");
    assert!(after[1].created_at > before[0].created_at);
    let ModelReading { state, report } = reading(&world, id).await;
    assert_eq!((state, report.model.as_str(), report.usage), (ModelReadingState::Read, "scripted", USAGE));
    let cost = (600.0 + 200.0 + 202.0) / 1e6;
    assert!(report.cost.is_some_and(|found| (found - cost).abs() < 1e-12), "{:?}", report.cost);
    // A server that starts afterwards sees the same.
    let other = world.engine.project(world.project);
    let task = other.find_episode(id).await.unwrap().task.unwrap();
    let readings = other.readings_of_task(task).await.unwrap();
    assert_eq!((readings.read, readings.awaiting, readings.usage), (1, 0, USAGE));
}

#[tokio::test]
async fn one_call_reads_all_waiting_turns_of_a_conversation_and_none_of_another() {
    let (world, model) = world().await;
    world.engine.project(world.project).create_thread(NewThread::of("u", "ann")).await.unwrap();
    let mut ids = Vec::new();
    for number in 0..10 {
        ids.push(world.say_in(if number % 2 == 0 { "t" } else { "u" }, MORNING, &format!("I like {number}")).await);
    }
    world.say(MORNING, "ok").await;
    world.ingest().await;
    world.clock.advance_s(60);
    read_all(&world).await;
    assert_eq!(model.calls(), 2);
    let mut sum = ModelUsage::default();
    for id in ids {
        let reading = reading(&world, id).await;
        assert_eq!(reading.report.episodes, 5);
        sum += reading.report.usage;
    }
    let spent = world.engine.project(world.project).model_usage(1).await.unwrap();
    assert_eq!(spent.len(), 1);
    assert_eq!((spent[0].usage, spent[0].model.as_str()), (sum, "scripted"), "the shares of the episodes add up");
    assert_eq!(sum.tokens_out, 2 * USAGE.tokens_out);
    assert_eq!(world.engine.model_totals().read, 10);
}

#[tokio::test]
async fn while_the_model_is_down_the_offline_facts_stay_and_the_episode_tells_why() {
    let (world, model) = world().await;
    let text = "I like tea";
    world.script.answer(text, likes(text, "tea"));
    model.answer(text, lives_in(text, "tea"));
    model.fail(text, Some(ErrorKind::Unavailable));
    let id = world.say(MORNING, text).await;
    world.ingest().await;
    read_all(&world).await;
    assert_eq!(world.facts().await, ["I like tea 2025-01-01/…"]);
    let ModelReading { state, report } = reading(&world, id).await;
    assert_eq!((state, report.failure.as_deref()), (ModelReadingState::Awaiting, Some("the script says so")));
    assert_eq!(report.attempts, 0, "an outage is not the text's fault");
    assert_eq!(report.usage, USAGE, "the call that failed is counted");
    let task = world.engine.project(world.project).find_episode(id).await.unwrap().task.unwrap();
    assert_eq!(world.engine.project(world.project).task(task).await.unwrap().state, TaskState::Succeeded);
    assert!(!world.engine.read_next_with_model().await.unwrap(), "it is asked again only after a pause");
    model.fail(text, None);
    world.clock.advance_s(600);
    read_all(&world).await;
    let ModelReading { state, report } = reading(&world, id).await;
    assert_eq!((state, report.failure), (ModelReadingState::Read, None));
    assert_eq!(report.usage.calls, 2, "so are the calls of all attempts");
    let spent = world.engine.project(world.project).model_usage(1).await.unwrap();
    assert_eq!(spent[0].usage.calls, 2, "the failed call is counted, too");
}

#[tokio::test]
async fn a_pause_ends_when_somebody_asks_for_a_reading_and_when_a_server_starts() {
    let (world, model) = world().await;
    let text = "I like tea";
    model.fail(text, Some(ErrorKind::Limited));
    let id = world.say(MORNING, text).await;
    world.ingest().await;
    read_all(&world).await;
    model.fail(text, None);
    assert!(!world.engine.read_next_with_model().await.unwrap(), "the graph waits for its next attempt");
    world.engine.project(world.project).graph(world.graph()).read_with_model().await.unwrap();
    read_all(&world).await;
    assert_eq!(reading(&world, id).await.state, ModelReadingState::Read, "on request");

    model.fail(text, Some(ErrorKind::Limited));
    world.engine.project(world.project).graph(world.graph()).read_with_model().await.unwrap();
    read_all(&world).await;
    model.fail(text, None);
    assert_eq!(reading(&world, id).await.state, ModelReadingState::Awaiting);
    let workers = world.engine.spawn_workers(0);
    for _ in 0..200 {
        if reading(&world, id).await.state == ModelReadingState::Read {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    workers.stop().await;
    assert_eq!(reading(&world, id).await.state, ModelReadingState::Read, "after a start");
}

#[tokio::test]
async fn an_episode_that_the_model_cannot_read_fails_alone_after_some_attempts() {
    let (world, model) = world().await;
    let mut ids = Vec::new();
    for text in ["I like tea", "something poisonous", "I like jazz"] {
        ids.push(world.say(MORNING, text).await);
    }
    model.fail("something poisonous", Some(ErrorKind::Internal));
    world.ingest().await;
    for _ in 0..3 {
        world.clock.advance_s(600);
        read_all(&world).await;
    }
    let mut states = Vec::new();
    for id in &ids {
        states.push(reading(&world, *id).await.state);
    }
    assert_eq!(states, [ModelReadingState::Read, ModelReadingState::Failed, ModelReadingState::Read]);
    let mut sum = ModelUsage::default();
    for id in &ids {
        sum += reading(&world, *id).await.report.usage;
    }
    let spent = world.engine.project(world.project).model_usage(1).await.unwrap();
    assert_eq!(sum, spent[0].usage, "calls about several messages that failed are shared by them");
    let report = reading(&world, ids[1]).await.report;
    assert_eq!((report.attempts, report.failure.as_deref()), (3, Some("the script says so")));
    assert_eq!(world.engine.model_queue_depth().await.unwrap().episodes, 0);
    model.fail("something poisonous", None);
    assert_eq!(world.engine.project(world.project).graph(world.graph()).read_with_model().await.unwrap(), 3);
    world.clock.advance_s(600);
    read_all(&world).await;
    assert_eq!(reading(&world, ids[1]).await.state, ModelReadingState::Read, "read again on request");
}

#[tokio::test]
async fn an_answer_that_the_extractor_refuses_replaces_nothing() {
    let (world, model) = world().await;
    let text = "I like tea";
    world.script.answer(text, likes(text, "tea"));
    model.answer(text, Extraction { refused: Some("it is made up"), ..lives_in(text, "tea") });
    let id = world.say(MORNING, text).await;
    world.ingest().await;
    read_all(&world).await;
    assert_eq!(world.facts().await, ["I like tea 2025-01-01/…"]);
    let ModelReading { state, report } = reading(&world, id).await;
    assert_eq!((state, report.failure.as_deref()), (ModelReadingState::Failed, Some("it is made up")));
    assert_eq!(report.usage, USAGE);
}

#[tokio::test]
async fn a_spent_budget_stops_the_model_and_not_the_memory() {
    let budget = ModelBudget { tokens: Some(1_500), ..ModelBudget::default() };
    let (world, model) = world_with(ModelReadingSettings { budget, episodes_max: 1, ..settings() }).await;
    let mut ids = Vec::new();
    for text in ["I like tea", "I like jazz", "I like chess"] {
        world.script.answer(text, likes(text, text.trim_start_matches("I like ")));
        ids.push(world.say(MORNING, text).await);
    }
    world.ingest().await;
    read_all(&world).await;
    assert_eq!(model.calls(), 2, "the second call exceeds the budget, the third is not made");
    assert_eq!(world.facts().await.len(), 1, "the model read nothing in two messages; the third is as it was");
    let ModelReading { state, report } = reading(&world, ids[2]).await;
    assert_eq!(state, ModelReadingState::Awaiting);
    assert!(report.failure.is_some_and(|failure| failure.contains("budget")));
    world.clock.advance_s(86_400);
    read_all(&world).await;
    assert_eq!(reading(&world, ids[2]).await.state, ModelReadingState::Read, "a new day has a new budget");
}

/// What a slow model cannot read.
const UNREADABLE: &str = "This is unreadable";

/// A model that waits until the test lets it answer.
#[derive(Debug, Default)]
struct SlowModel {
    asked: Notify,
    may_answer: Notify,
    seen: Mutex<Vec<ExtractionRequest>>,
}

#[async_trait]
impl Extractor for SlowModel {
    fn name(&self) -> &'static str {
        "slow"
    }

    async fn extract(&self, request: ExtractionRequest) -> Result<Vec<Extraction>> {
        request.usage.add(USAGE);
        let read = |text: &str| match text.strip_prefix("I like ") {
            Some(thing) => likes(text, thing),
            None => lives_in(text, text.rsplit(' ').next().unwrap_or_default()),
        };
        let extractions = request.turns.iter().map(|turn| read(&turn.text)).collect();
        let is_unreadable = request.turns.iter().any(|turn| turn.text == UNREADABLE);
        self.seen.lock().unwrap().push(request);
        self.asked.notify_one();
        self.may_answer.notified().await;
        if is_unreadable { Err(Error::invalid("this cannot be read")) } else { Ok(extractions) }
    }
}

/// Does something while the model is reading.
async fn meanwhile(world: &World, model: &SlowModel, happens: impl Future<Output = ()>) {
    let during = async {
        model.asked.notified().await;
        happens.await;
        model.may_answer.notify_one();
        // What arrived meanwhile is read, too.
        loop {
            model.asked.notified().await;
            model.may_answer.notify_one();
        }
    };
    tokio::select! {
        worked = world.engine.read_next_with_model() => assert!(worked.unwrap()),
        () = during => {}
    }
}

async fn slow_world() -> (World, Arc<SlowModel>) {
    let model = Arc::new(SlowModel::default());
    (World::with_model(Arc::clone(&model) as Arc<dyn Extractor>, settings()).await, model)
}

#[tokio::test]
async fn a_message_that_is_deleted_while_the_model_reads_leaves_nothing() {
    let (world, model) = slow_world().await;
    let doomed = world.say(MORNING, "I live in Atlantis").await;
    let other = world.say("2025-02-01T00:00:00Z", "I live in Oslo").await;
    world.ingest().await;
    meanwhile(&world, &model, async {
        world.engine.project(world.project).delete_episode(doomed).await.unwrap();
    })
    .await;
    assert_eq!(
        reading(&world, other).await.state,
        ModelReadingState::Awaiting,
        "the answer may repeat what was deleted"
    );
    world.clock.advance_s(600);
    meanwhile(&world, &model, async {}).await;
    assert_eq!(reading(&world, other).await.state, ModelReadingState::Read);
    let asked_again = model.seen.lock().unwrap()[1].clone();
    assert!(asked_again.turns.iter().chain(&asked_again.context).all(|turn| !turn.text.contains("Atlantis")));
    assert_eq!(world.facts().await, ["I live in Oslo 2025-02-01/…"]);
}

#[tokio::test]
async fn what_is_read_after_a_user_was_renamed_is_read_under_the_new_name() {
    let (world, model) = slow_world().await;
    world.say(MORNING, "I live in Oslo").await;
    world.say(MORNING, UNREADABLE).await;
    world.ingest().await;
    // The model fails on both together, and is asked about each afterwards.
    meanwhile(&world, &model, async {
        let update = UserUpdate { first_name: Some("Bea".to_owned()), ..UserUpdate::default() };
        world.engine.project(world.project).user("ann").update(update).await.unwrap();
    })
    .await;
    let owners: Vec<Option<String>> = model.seen.lock().unwrap().iter().map(|asked| asked.owner.clone()).collect();
    assert_eq!(owners[0].as_deref(), Some("Ann Lee"));
    assert!(owners.len() > 2 && owners[1..].iter().all(|owner| owner.as_deref() == Some("Bea Lee")), "{owners:?}");
}

#[tokio::test]
async fn what_the_operator_corrects_while_the_model_reads_stays_corrected() {
    let (world, model) = slow_world().await;
    let text = "I live in Oslo";
    world.script.answer(text, lives_in(text, "Oslo"));
    let id = world.say(MORNING, text).await;
    world.ingest().await;
    let project = world.engine.project(world.project);
    let fact = project.graph(world.graph()).facts(&Default::default()).await.unwrap().remove(0).fact.id;
    meanwhile(&world, &model, async {
        let edit = FactEdit { statement: Some("Ann lives near Oslo".to_owned()), ..FactEdit::default() };
        project.update_fact(fact, edit).await.unwrap();
    })
    .await;
    assert_eq!(world.facts().await, ["Ann lives near Oslo 2025-01-01/…"]);
    assert_eq!(reading(&world, id).await.state, ModelReadingState::Cancelled);
    assert_eq!(project.graph(world.graph()).read_with_model().await.unwrap(), 0, "it is not read again, either");
}

#[tokio::test]
async fn a_fact_that_was_deleted_after_the_model_read_it_does_not_come_back_with_another_reading() {
    let (world, model) = world().await;
    let text = "I live in Oslo";
    model.answer(text, lives_in(text, "Oslo"));
    world.say(MORNING, text).await;
    world.ingest().await;
    read_all(&world).await;
    let project = world.engine.project(world.project);
    let fact = project.graph(world.graph()).facts(&Default::default()).await.unwrap().remove(0).fact.id;
    project.delete_fact(fact).await.unwrap();
    assert_eq!(project.graph(world.graph()).read_with_model().await.unwrap(), 0);
    world.clock.advance_s(600);
    read_all(&world).await;
    assert!(world.facts().await.is_empty());
}

#[tokio::test]
async fn two_visits_to_one_place_stay_two_facts_when_they_are_read_again() {
    let (world, model) = world().await;
    let text = "I was in Paris in 2019 and in 2021";
    let visit = |year: &str| {
        let at = format!("{year}-01-01T00:00:00Z").parse().unwrap();
        let valid_from = Some(TimePoint { at, precision: Precision::Year });
        erstwhile::ports::Claim { valid_from, ..claim(text, "VISITED", "Paris", Holding::Event) }
    };
    let both = || Extraction { claims: vec![visit("2019"), visit("2021")], ..Extraction::default() };
    world.script.answer(text, both());
    model.answer(text, both());
    world.say(MORNING, text).await;
    world.ingest().await;
    let before = world.facts().await;
    assert_eq!(before.len(), 2, "{before:?}");
    world.clock.advance_s(60);
    read_all(&world).await;
    assert_eq!(world.facts().await, before);
}

#[tokio::test]
async fn a_deleted_fact_does_not_come_back_with_the_models_reading() {
    let (world, model) = slow_world().await;
    let text = "I live in Oslo";
    world.script.answer(text, lives_in(text, "Oslo"));
    world.say(MORNING, text).await;
    world.ingest().await;
    let project = world.engine.project(world.project);
    let fact = project.graph(world.graph()).facts(&Default::default()).await.unwrap().remove(0).fact.id;
    meanwhile(&world, &model, async {
        project.delete_fact(fact).await.unwrap();
    })
    .await;
    assert!(world.facts().await.is_empty());
}

#[tokio::test]
async fn new_messages_are_ingested_while_the_model_reads() {
    let (world, model) = slow_world().await;
    world.say(MORNING, "I live in Oslo").await;
    world.ingest().await;
    world.script.answer("I like tea", likes("I like tea", "tea"));
    let said = Box::pin(async {
        world.say("2025-03-01T00:00:00Z", "I like tea").await;
        world.ingest().await;
        assert_eq!(world.facts().await, ["I like tea 2025-03-01/…"]);
    });
    meanwhile(&world, &model, said).await;
    assert_eq!(world.facts().await, ["I like tea 2025-03-01/…", "I live in Oslo 2025-01-01/…"]);
}

#[tokio::test]
async fn a_model_is_told_what_is_known_and_what_was_said_before() {
    let (world, model) = slow_world().await;
    world.script.answer("I live in Oslo", lives_in("I live in Oslo", "Oslo"));
    world.say(MORNING, "I live in Oslo").await;
    world.ingest().await;
    meanwhile(&world, &model, async {}).await;
    let project = world.engine.project(world.project);
    let scope = Some(&world.graph());
    let custom = (SettingKind::CustomInstruction, "one");
    project.put_setting(scope, custom, "Remember moves.".into(), Precondition::None).await.unwrap();
    project.thread("t").set_instructions(Some("Remember cities."), None).await.unwrap();
    world.clock.advance_s(60);
    world.say("2025-03-01T00:00:00Z", "I am leaving Oslo").await;
    world.ingest().await;
    meanwhile(&world, &model, async {}).await;
    let seen = model.seen.lock().unwrap();
    let request = &seen[1];
    assert_eq!(request.context.iter().map(|turn| turn.text.as_str()).collect::<Vec<_>>(), ["I live in Oslo"]);
    assert!(request.known.iter().any(|known| known.name == "Oslo"), "{:?}", request.known);
    assert_eq!(request.instructions, ["Remember moves.", "Remember cities."]);
    let fact = &request.facts[0];
    let known = (fact.subject.as_str(), fact.predicate.as_str(), fact.object.as_str());
    assert_eq!(known, ("Ann Lee", "LIVES_IN", "Oslo"));
}

#[tokio::test]
async fn a_model_is_not_shown_facts_that_began_after_what_it_reads() {
    let (world, model) = slow_world().await;
    world.script.answer("I live in Oslo", lives_in("I live in Oslo", "Oslo"));
    world.script.answer("I live in Rome", lives_in("I live in Rome", "Rome"));
    for (when, text) in [("2024-01-01T00:00:00Z", "I live in Oslo"), (MORNING, "I live in Rome")] {
        world.say(when, text).await;
        world.ingest().await;
        meanwhile(&world, &model, async {}).await;
    }
    world.clock.advance_s(60);
    world.say("2024-06-01T00:00:00Z", "I am leaving the city of Rome and Oslo").await;
    world.ingest().await;
    meanwhile(&world, &model, async {}).await;
    let seen = model.seen.lock().unwrap();
    let objects: Vec<&str> = seen[2].facts.iter().map(|fact| fact.object.as_str()).collect();
    assert!(!objects.contains(&"Rome"), "Rome began in 2025: {objects:?}");
}
