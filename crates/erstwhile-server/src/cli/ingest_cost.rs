//! `erstwhile ingest-cost`: what a language model would cost for conversations, without asking it.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use async_trait::async_trait;
use clap::Args;
use erstwhile::engine::NewMessage;
use erstwhile::model::{EpisodeKind, ModelUsage};
use erstwhile::ports::{Completion, ExtractionRequest, LanguageModel, Prompt, Turn};
use erstwhile::{Error, model::ModelPrices};
use erstwhile_models::model_extractor::ModelExtractor;
use erstwhile_models::offline::OfflineExtractor;
use jiff::Timestamp;

use super::conversations::{self, Conversation};
use super::output::print_data;
use crate::models;
use crate::settings::Settings;

/// Characters of English text per token.
const CHARACTERS_PER_TOKEN: usize = 4;
/// Characters of known entities and facts in the prompt of a graph that is not new.
const KNOWN_CHARACTERS: usize = 3_400;
/// Words of text for each claim, and tokens of a claim in an answer.
const WORDS_PER_CLAIM: usize = 40;
const TOKENS_PER_CLAIM: u64 = 110;
/// Messages before a batch that the prompt repeats.
const CONTEXT_MESSAGES: usize = 6;

/// Estimate what the language model would cost for conversations, without asking it
#[derive(Debug, Args)]
pub(super) struct IngestCost {
    /// A file of conversations: JSON with messages or conversations, or JSON Lines
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl IngestCost {
    pub(super) fn run(self, settings: &Settings) -> anyhow::Result<ExitCode> {
        let conversations = conversations::read(&self.file)?;
        let overrides = models::prompt_overrides(&settings.model)?;
        let extractor = ModelExtractor::new(Arc::new(Unasked), OfflineExtractor::new()?, overrides);
        let reading = models::reading_settings(&settings.model);
        let mut usage = ModelUsage::default();
        let mut messages = 0;
        for conversation in &conversations {
            messages += conversation.messages.len();
            usage += estimate(&extractor, conversation, |lengths| reading.batch_len(lengths));
        }
        self.print(messages, conversations.len(), usage, reading.prices)?;
        Ok(ExitCode::SUCCESS)
    }

    fn print(
        &self,
        messages: usize,
        conversations: usize,
        usage: ModelUsage,
        prices: Option<ModelPrices>,
    ) -> std::io::Result<()> {
        let cost = prices.map(|prices| prices.cost(usage));
        if self.json {
            let report = serde_json::json!({
                "messages": messages, "conversations": conversations, "calls": usage.calls,
                "tokens_in": usage.tokens_in, "tokens_out": usage.tokens_out, "cost": cost,
            });
            return print_data(&report.to_string());
        }
        print_data(&format!("{messages} messages of {conversations} conversations"))?;
        print_data(&format!("calls       {:>12}", usage.calls))?;
        print_data(&format!("tokens in   {:>12}  about, without what the provider caches", usage.tokens_in))?;
        print_data(&format!("tokens out  {:>12}  about, with a claim for {WORDS_PER_CLAIM} words", usage.tokens_out))?;
        match cost {
            Some(cost) => print_data(&format!("cost        {cost:>12.4}  at the configured prices")),
            None => print_data("cost                    set model.price_input and model.price_output to see it"),
        }
    }
}

/// The calls that a conversation needs, with the prompts that they would have.
fn estimate(
    extractor: &ModelExtractor,
    conversation: &Conversation,
    batch_len: impl Fn(&mut dyn Iterator<Item = usize>) -> usize,
) -> ModelUsage {
    let turns: Vec<Turn> = conversation.messages.iter().map(|message| turn(message, &conversation.id)).collect();
    let mut usage = ModelUsage::default();
    let mut rest = turns.as_slice();
    let mut before: &[Turn] = &[];
    while !rest.is_empty() {
        let count = batch_len(&mut rest.iter().map(|turn| turn.text.chars().count())).clamp(1, rest.len());
        let (batch, after) = rest.split_at(count);
        let context = before.get(before.len().saturating_sub(CONTEXT_MESSAGES)..).unwrap_or_default().to_vec();
        let is_new = before.is_empty();
        let request = ExtractionRequest { context, turns: batch.to_vec(), ..ExtractionRequest::default() };
        for prompt in extractor.prompts(&request) {
            let schema = prompt.schema.map_or(0, |schema| schema.to_string().len());
            let known = if is_new { 0 } else { KNOWN_CHARACTERS };
            let characters = prompt.instructions.chars().count() + prompt.data.chars().count() + schema + known;
            usage.calls += 1;
            usage.tokens_in += (characters / CHARACTERS_PER_TOKEN) as u64;
        }
        let words: usize = batch.iter().map(|turn| turn.text.split_whitespace().count()).sum();
        usage.tokens_out += (words / WORDS_PER_CLAIM) as u64 * TOKENS_PER_CLAIM + 20;
        before = batch;
        rest = after;
    }
    usage
}

fn turn(message: &NewMessage, thread: &str) -> Turn {
    Turn {
        kind: EpisodeKind::Message,
        role: Some(message.role),
        speaker: message.name.clone(),
        text: message.content.clone(),
        reference_time: message.created_at.unwrap_or(Timestamp::UNIX_EPOCH),
        thread: Some(thread.to_owned()),
    }
}

/// A model that is never asked.
#[derive(Debug)]
struct Unasked;

#[async_trait]
impl LanguageModel for Unasked {
    fn name(&self) -> &'static str {
        "unasked"
    }

    async fn complete(&self, _: Prompt) -> Completion {
        let outcome = Err(Error::unavailable("an estimate asks no model"));
        Completion { outcome, usage: ModelUsage::default() }
    }
}
