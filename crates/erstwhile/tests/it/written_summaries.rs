//! A language model writes summaries, and nothing that was removed stays in one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use erstwhile::engine::GraphRef;
use erstwhile::model::{ModelUsage, Precondition, SettingKind};
use erstwhile::ports::{Completion, Extractor, LanguageModel, Prompt};
use erstwhile::{Error, ModelBudget, ModelReadingSettings};
use erstwhile_testkit::ScriptedExtractor;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::world::{World, likes};

/// A model that summarises a line by its instructions and the first texts in it.
#[derive(Debug, Default)]
struct Writer {
    prompts: Mutex<Vec<Prompt>>,
    /// What it writes instead, whatever the line says.
    lie: Option<&'static str>,
    /// Whether it is down.
    is_down: AtomicBool,
}

#[async_trait]
impl LanguageModel for Writer {
    fn name(&self) -> &'static str {
        "writer"
    }

    async fn complete(&self, prompt: Prompt) -> Completion {
        if self.is_down.load(Ordering::SeqCst) {
            return Completion { outcome: Err(Error::unavailable("it is down")), usage: ModelUsage::default() };
        }
        let summaries: Vec<Value> = prompt
            .data
            .lines()
            .map(|line| {
                let (number, line) = line.split_once(". ").expect("a numbered line");
                let line: Value = serde_json::from_str(line).expect("a line of JSON");
                let texts = |list: &str, key: &str| -> Vec<String> {
                    let items = line[list].as_array().into_iter().flatten();
                    items.filter_map(|item| Some(item[key].as_str()?.to_owned())).collect()
                };
                let told = [texts("facts", "fact"), texts("messages", "text")].concat().join(" ");
                let kind = line["kind"].as_str().unwrap_or_default();
                let summary = self.lie.map_or(format!("{told} ({kind})"), str::to_owned);
                json!({ "number": number.parse::<usize>().unwrap(), "summary": summary })
            })
            .collect();
        self.prompts.lock().unwrap().push(prompt);
        let usage = ModelUsage { calls: 1, tokens_in: 50, tokens_out: 20, ..ModelUsage::default() };
        Completion { outcome: Ok(json!({ "summaries": summaries }).to_string()), usage }
    }
}

async fn world(writer: Writer, budget: ModelBudget) -> (World, Arc<Writer>, Arc<ScriptedExtractor>) {
    let (writer, model) = (Arc::new(writer), Arc::new(ScriptedExtractor::default()));
    let settings = ModelReadingSettings { wait: SignedDuration::ZERO, budget, ..ModelReadingSettings::default() };
    let extractor = Arc::clone(&model) as Arc<dyn Extractor>;
    (World::with_models(extractor, Arc::clone(&writer) as Arc<dyn LanguageModel>, settings).await, writer, model)
}

/// Ann says what she likes, and the model reads it.
async fn says_that_she_likes(world: &World, model: &ScriptedExtractor, things: &[&str]) {
    for thing in things {
        let text = format!("I like {thing}");
        model.answer(&text, likes(&text, thing));
        world.say("2025-01-01T00:00:00Z", &text).await;
    }
    world.ingest().await;
    world.clock.advance_s(60);
    while world.engine.read_next_with_model().await.unwrap() {}
}

async fn user_summary(world: &World) -> String {
    world.engine.project(world.project).user("ann").entity().await.unwrap().summary
}

const SIX: [&str; 6] = ["tea", "jazz", "chess", "figs", "wool", "salt"];

#[tokio::test]
async fn users_and_threads_have_the_summaries_that_the_model_wrote_in_one_call() {
    let (world, writer, model) = world(Writer::default(), ModelBudget::default()).await;
    says_that_she_likes(&world, &model, &SIX).await;
    let summary = user_summary(&world).await;
    assert!(summary.contains("(user)") && summary.contains("chess"), "{summary}");
    let project = world.engine.project(world.project);
    let thread = project.thread("t").summary().await.unwrap().unwrap().text;
    assert!(thread.contains("(thread)"), "{thread}");
    let context = project.graph(world.graph()).context("what does she like?", Default::default()).await.unwrap();
    assert!(context.text.contains("(user)"), "{}", context.text);
    assert_eq!(writer.prompts.lock().unwrap().len(), 1);
    says_that_she_likes(&world, &model, &["rain"]).await;
    assert_eq!(writer.prompts.lock().unwrap().len(), 1, "one more fact is no reason to write it again");
    says_that_she_likes(&world, &model, &["snow", "fog"]).await;
    assert_eq!(writer.prompts.lock().unwrap().len(), 2);
    assert!(user_summary(&world).await.contains("fog"));
    let spent = project.model_usage(1).await.unwrap();
    assert_eq!(spent.iter().map(|day| day.usage.calls).sum::<u64>(), 2, "and both calls are counted");
}

#[tokio::test]
async fn a_summary_goes_with_what_it_rests_on_and_no_byte_of_it_stays() {
    let (world, _, model) = world(Writer::default(), ModelBudget::default()).await;
    says_that_she_likes(&world, &model, &SIX).await;
    assert!(user_summary(&world).await.contains("chess"));
    let project = world.engine.project(world.project);
    let (messages, _) = project.thread("t").messages(0, 100).await.unwrap();
    let chess = messages.iter().find(|message| message.content.contains("chess")).unwrap().id;
    project.delete_episode(chess).await.unwrap();
    let summary = user_summary(&world).await;
    assert!(!summary.contains("chess") && !summary.contains("(user)"), "{summary}");
    let bytes = world.stored_bytes();
    assert!(!bytes.windows(5).any(|window| window == b"chess"), "a byte of it stayed");
}

#[tokio::test]
async fn a_summary_that_is_made_up_is_not_used() {
    let lie = Writer { lie: Some("Ann Lee robbed the bank of Norway and hides in Rome."), ..Writer::default() };
    let (world, writer, model) = world(lie, ModelBudget::default()).await;
    says_that_she_likes(&world, &model, &SIX).await;
    let summary = user_summary(&world).await;
    assert!(!summary.contains("robbed") && summary.contains("tea"), "{summary}");
    says_that_she_likes(&world, &model, &["rain"]).await;
    assert_eq!(writer.prompts.lock().unwrap().len(), 1, "it is not asked for again at once");
}

#[tokio::test]
async fn instructions_reach_the_model_and_change_what_is_written() {
    let (world, writer, model) = world(Writer::default(), ModelBudget::default()).await;
    let project = world.engine.project(world.project);
    let ann = GraphRef::User("ann".to_owned());
    let put = async |kind, text: &str| {
        project.put_setting(Some(&ann), (kind, "one"), text.into(), Precondition::None).await.unwrap();
    };
    put(SettingKind::UserSummaryInstruction, "What does she drink?").await;
    project.thread("t").set_instructions(None, Some("Write like a pirate.")).await.unwrap();
    says_that_she_likes(&world, &model, &SIX).await;
    let told = writer.prompts.lock().unwrap().remove(0).instructions;
    assert!(told.contains("What does she drink?") && told.contains("Write like a pirate."), "{told}");
    let stored = world.stored_bytes();
    let version = b"writer (summaries-1)";
    assert!(stored.windows(version.len()).any(|window| window == version), "the version of the prompt is stored");
    assert!(user_summary(&world).await.contains("(user)"));
    put(SettingKind::UserSummaryInstruction, "What does she play?").await;
    world.clock.advance_s(60);
    assert!(!user_summary(&world).await.contains("(user)"), "written under other instructions");
}

/// Reads and writes with the model until nothing waits for it; returns the instructions that it got.
async fn works(world: &World, writer: &Writer) -> Vec<String> {
    world.clock.advance_s(60);
    // What is requested for a project is requested in the background.
    for _ in 0..100 {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        while world.engine.read_next_with_model().await.unwrap() {}
    }
    writer.prompts.lock().unwrap().drain(..).map(|prompt| prompt.instructions).collect()
}

#[tokio::test]
async fn a_new_instruction_is_followed_without_another_message() {
    let (world, writer, model) = world(Writer::default(), ModelBudget::default()).await;
    says_that_she_likes(&world, &model, &SIX).await;
    writer.prompts.lock().unwrap().clear();
    let project = world.engine.project(world.project);
    let ann = GraphRef::User("ann".to_owned());
    let kind = SettingKind::UserSummaryInstruction;
    let put = async |graph, text: &str| {
        project.put_setting(graph, (kind, "one"), text.into(), Precondition::None).await.unwrap();
    };
    put(None, "What does she drink?").await;
    let asked = works(&world, &writer).await;
    assert!(asked.len() == 1 && asked[0].contains("What does she drink?"), "of the project: {asked:?}");
    put(Some(&ann), "What does she play?").await;
    let asked = works(&world, &writer).await;
    assert!(asked.len() == 1 && asked[0].contains("What does she play?"), "of the user: {asked:?}");
    assert!(user_summary(&world).await.contains("(user)"));
    project.thread("t").set_instructions(None, Some("Write like a pirate.")).await.unwrap();
    let asked = works(&world, &writer).await;
    assert!(asked.len() == 1 && asked[0].contains("Write like a pirate."), "of the thread: {asked:?}");
    project.thread("t").set_instructions(Some("Dates are British."), None).await.unwrap();
    assert_eq!(works(&world, &writer).await, Vec::<String>::new(), "the summary is not concerned");
    put(None, "What does she eat?").await;
    assert_eq!(works(&world, &writer).await, Vec::<String>::new(), "the user has an instruction of her own");
    project.remove_setting(Some(&ann), kind, "one").await.unwrap();
    let asked = works(&world, &writer).await;
    assert!(asked.len() == 1 && asked[0].contains("What does she eat?"), "again of the project: {asked:?}");
    assert_eq!(world.engine.model_queue_depth().await.unwrap().episodes, 0, "nothing is left waiting");
}

#[tokio::test]
async fn an_instruction_that_comes_while_the_model_is_down_is_followed_when_it_is_back() {
    let (world, writer, model) = world(Writer::default(), ModelBudget::default()).await;
    says_that_she_likes(&world, &model, &SIX).await;
    writer.prompts.lock().unwrap().clear();
    let project = world.engine.project(world.project);
    writer.is_down.store(true, Ordering::SeqCst);
    let (ann, setting) = (GraphRef::User("ann".to_owned()), (SettingKind::UserSummaryInstruction, "one"));
    project.put_setting(Some(&ann), setting, "What does she drink?".into(), Precondition::None).await.unwrap();
    assert!(works(&world, &writer).await.is_empty());
    writer.is_down.store(false, Ordering::SeqCst);
    let asked = works(&world, &writer).await;
    assert!(asked.len() == 1 && asked[0].contains("What does she drink?"), "{asked:?}");
}

#[tokio::test]
async fn without_budget_summaries_are_those_of_the_facts() {
    let budget = ModelBudget { calls: Some(0), ..ModelBudget::default() };
    let (world, writer, model) = world(Writer::default(), budget).await;
    says_that_she_likes(&world, &model, &SIX).await;
    assert!(writer.prompts.lock().unwrap().is_empty());
    assert!(!user_summary(&world).await.contains("(user)"));
}
