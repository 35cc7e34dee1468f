//! A request and its answer, in terms that no dialect defines.

use std::borrow::Cow;

use erstwhile::ports::ModelUsage;
use serde_json::Value;

use super::ordered::Ordered;

/// How the model is made to answer with JSON; the settings' `Auto` is resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AnswerForm {
    /// Free text.
    Text,
    /// The server receives the schema and enforces it.
    JsonSchema,
    /// The server enforces JSON; the schema is part of the prompt.
    JsonMode,
    /// The answer is the argument of a tool that the model has to call.
    Tool,
    /// The server enforces nothing; the schema is part of the prompt.
    Prompt,
}

/// Parameters that some models refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parameters {
    /// Whether the limit of tokens is called `max_completion_tokens`, as newer models of `OpenAI` require.
    pub(crate) completion_tokens: bool,
    /// Whether the temperature is sent.
    pub(crate) temperature: bool,
}

/// An unusable answer, which the model is asked to repair.
#[derive(Debug)]
pub(crate) struct Repair {
    /// The answer.
    pub(crate) answer: String,
    /// What the model is told about it.
    pub(crate) complaint: String,
}

/// What the model is asked.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) model: &'a str,
    pub(crate) instructions: &'a str,
    /// The data, already marked as such.
    pub(crate) data: &'a str,
    pub(crate) schema: Option<&'a Value>,
    pub(crate) form: AnswerForm,
    pub(crate) tokens_max: u32,
    pub(crate) parameters: Parameters,
    pub(crate) repair: Option<&'a Repair>,
}

/// What the model answered.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) end: End,
    /// The tokens of the request; calls are counted elsewhere.
    pub(crate) usage: ModelUsage,
}

/// Why an answer ends.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The model had nothing to add.
    Complete,
    /// It reached the limit of tokens.
    Cut,
    /// The model or its provider refused to answer, for this reason.
    Refused(String),
}

/// Name of the schema, or of the tool that takes the answer.
pub(crate) const ANSWER: &str = "answer";
/// Description of that tool.
pub(crate) const TOOL_DESCRIPTION: &str = "Takes the answer.";

impl<'a> Request<'a> {
    /// The instructions, followed by the schema where the server does not receive it in another way.
    pub(crate) fn system(&self) -> Cow<'a, str> {
        match (self.form, self.schema) {
            (AnswerForm::JsonMode | AnswerForm::Prompt, Some(schema)) => Cow::Owned(format!(
                "{}\n\nAnswer with one JSON document that fits this JSON schema, and with nothing else:\n{}",
                self.instructions,
                Ordered(schema).text()
            )),
            _ => Cow::Borrowed(self.instructions),
        }
    }

    /// The schema, if the server enforces it.
    pub(crate) fn enforced_schema(&self) -> Option<&'a Value> {
        self.schema.filter(|_| self.form == AnswerForm::JsonSchema)
    }

    /// The schema, if it describes the tool that takes the answer.
    pub(crate) fn tool_schema(&self) -> Option<&'a Value> {
        self.schema.filter(|_| self.form == AnswerForm::Tool)
    }

    /// The messages after the instructions: the user's and the model's in turn, the user's first.
    pub(crate) fn messages(&self) -> Vec<&'a str> {
        let repair = self.repair.map(|repair| [repair.answer.as_str(), repair.complaint.as_str()]);
        std::iter::once(self.data).chain(repair.into_iter().flatten()).collect()
    }
}

/// The number at a place of a response; 0 when there is none.
pub(crate) fn count(body: &Value, place: &str) -> u64 {
    body.pointer(place).and_then(Value::as_u64).unwrap_or_default()
}

/// The text at a place of a response; empty when there is none.
pub(crate) fn text<'a>(body: &'a Value, place: &str) -> &'a str {
    body.pointer(place).and_then(Value::as_str).unwrap_or_default()
}

/// A request for tests of the dialects.
#[cfg(test)]
pub(crate) fn example(form: AnswerForm, schema: Option<&Value>) -> Request<'_> {
    Request {
        model: "small",
        instructions: "Be brief.",
        data: "<d>hello</d>",
        schema,
        form,
        tokens_max: 50,
        parameters: Parameters { completion_tokens: false, temperature: true },
        repair: None,
    }
}
