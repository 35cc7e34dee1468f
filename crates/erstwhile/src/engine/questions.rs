//! Answers of the language model to questions, from records of a graph.

use serde::Deserialize;
use serde_json::json;

use super::ProjectHandle;
use crate::ports::Prompt;
use crate::prompts::QUESTIONS;
use erstwhile_core::error::{Error, Result};

/// Maximum number of tokens of an answer.
const TOKENS_MAX: u32 = 600;

/// An answer, with the records that it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The text.
    pub text: String,
    /// The places of the records in the list that was given.
    pub cited: Vec<usize>,
}

#[derive(Deserialize)]
struct Answered {
    answer: String,
    #[serde(default)]
    records: Vec<usize>,
}

impl ProjectHandle {
    /// Whether a language model is configured.
    pub fn has_language_model(&self) -> bool {
        self.state().parts.language_model.is_some()
    }

    /// The language model's answer to a question, from these records alone. The question, the guidance for the form of
    /// the answer and the records are data: they cannot give instructions.
    ///
    /// # Errors
    /// `Invalid` when no model is configured, `Limited` when the project has spent its budget of the day.
    pub async fn answer(&self, question: &str, guidance: &str, records: &[String]) -> Result<Answer> {
        let mut lines = vec![json!({ "question": question, "guidance": guidance }).to_string()];
        lines.extend(
            records.iter().enumerate().map(|(at, record)| json!({ "number": at + 1, "record": record }).to_string()),
        );
        let prompt = Prompt {
            instructions: QUESTIONS.instructions().to_owned(),
            data: lines.join("\n"),
            schema: Some(QUESTIONS.schema("records", records.len())?),
            tokens_max: TOKENS_MAX,
        };
        let answer = self.complete(prompt).await?;
        let malformed = || Error::internal("the language model did not answer in the requested form");
        let answered: Answered = serde_json::from_str(&answer).map_err(|_| malformed())?;
        let mut cited: Vec<usize> = answered
            .records
            .into_iter()
            .filter_map(|number| number.checked_sub(1))
            .filter(|at| *at < records.len())
            .collect();
        cited.sort_unstable();
        cited.dedup();
        Ok(Answer { text: answered.answer, cited })
    }
}
