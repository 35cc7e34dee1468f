//! Clients of language models behind a network: chat completions of `OpenAI` and compatible servers, Anthropic, Gemini.
//!
//! A client waits for the operator's limits, sends the prompt, sends it again when that may help, and reads the answer.
//! It learns which way to require JSON its server accepts. Text of users is marked as data (`fence`), and no error
//! shows a key or a prompt.
//!
//! | module | holds |
//! |:--|:--|
//! | `settings`, `address` | the settings; URLs |
//! | `request`, `dialect`, `openai`, `anthropic`, `gemini` | requests and answers, and how each dialect writes them |
//! | `ordered` | the order of fields in schemas |
//! | `adaptation` | what the server refused before |
//! | `fence`, `json_answer` | data in prompts; JSON in answers |
//! | `sender`, `limits`, `retry`, `breaker` | when requests are sent, and sent again |
//! | `transport`, `failure`, `provider_message` | one request, and the errors that it can end with |

mod adaptation;
pub(crate) mod address;
mod anthropic;
mod breaker;
mod dialect;
pub(crate) mod failure;
mod fence;
mod gemini;
mod json_answer;
mod limits;
mod openai;
mod ordered;
mod provider_message;
mod request;
mod retry;
pub(crate) mod sender;
mod settings;
pub(crate) mod transport;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use erstwhile::ports::{Completion, LanguageModel, Prompt};
use erstwhile::{Error, Result};
use tokio::time::timeout_at;

use self::adaptation::Adaptation;
use self::request::{Answer, End, Repair, Request};
use self::sender::{Progress, Sender, Target};
pub use self::settings::{ConnectionSettings, Dialect, LanguageModelSettings, StructuredOutput};

/// Maximum size of a response.
const RESPONSE_BYTES_MAX: usize = 4 << 20;
/// The section of the server's settings that error messages name.
const SECTION: &str = "model";

/// A client of a language model. Clones share its limits and what it learnt.
#[derive(Clone)]
pub struct LanguageModelClient {
    inner: Arc<Inner>,
}

struct Inner {
    settings: LanguageModelSettings,
    sender: Sender,
    adaptation: Mutex<Adaptation>,
}

impl std::fmt::Debug for LanguageModelClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LanguageModelClient").field("settings", &self.inner.settings).finish_non_exhaustive()
    }
}

impl LanguageModelClient {
    /// Creates a client. It connects with the first prompt.
    ///
    /// # Errors
    /// `Invalid` when a setting is: the name, the URL, the key, a header, the proxy or the file of authorities.
    pub fn new(settings: LanguageModelSettings) -> Result<Self> {
        if settings.name.trim().is_empty() {
            return Err(Error::invalid(format!("the language model has no name: set {SECTION}.name")));
        }
        let (dialect, name, connection) = (settings.dialect, &settings.name, &settings.connection);
        let base = settings.url.as_deref().unwrap_or(dialect.url());
        let key = settings.key.as_deref().map(str::trim).filter(|key| !key.is_empty());
        let target = Target {
            section: SECTION,
            url: address::operation(SECTION, base, &dialect.path(name), name, &connection.query)?,
            key,
            headers: dialect.headers(key, address::is_complete(base)),
            response_bytes_max: RESPONSE_BYTES_MAX,
        };
        let sender = Sender::new(connection, target)?;
        let adaptation = Mutex::new(Adaptation::new(dialect, settings.structured_output));
        Ok(Self { inner: Arc::new(Inner { settings, sender, adaptation }) })
    }
}

#[async_trait]
impl LanguageModel for LanguageModelClient {
    fn name(&self) -> &str {
        &self.inner.settings.name
    }

    async fn complete(&self, prompt: Prompt) -> Completion {
        let mut progress = Progress::start(&self.inner.settings.connection);
        let answer = timeout_at(progress.deadline, self.inner.answer(&prompt, &mut progress)).await;
        let outcome = answer.unwrap_or_else(|_| Err(Progress::overdue(SECTION)));
        Completion { outcome, usage: progress.usage }
    }
}

impl Inner {
    /// The answer; with a schema, one JSON document. A model that answers with anything else may repair it once.
    async fn answer(&self, prompt: &Prompt, progress: &mut Progress) -> Result<String> {
        let text = self.text(prompt, None, progress).await?;
        let Some(schema) = &prompt.schema else { return Ok(text) };
        let complaint = match json_answer::document(&text, schema) {
            Ok(document) => return Ok(document.to_owned()),
            Err(error) => {
                format!("Your answer is not the JSON document that was asked for: {error}. Answer with only it.")
            }
        };
        let repair = Repair { answer: text, complaint };
        let text = self.text(prompt, Some(&repair), progress).await?;
        let unusable =
            |error| Error::internal(format!("the model's answer is not valid JSON, also when repaired: {error}"));
        json_answer::document(&text, schema).map(str::to_owned).map_err(unusable)
    }

    /// The text of one answer, in a form that the server accepts.
    async fn text(&self, prompt: &Prompt, repair: Option<&Repair>, progress: &mut Progress) -> Result<String> {
        let data = fence::enclose(&prompt.data);
        let private = [prompt.data.as_str(), prompt.instructions.as_str()];
        loop {
            let shape = self.adaptation().shape(prompt.schema.as_ref());
            let body = self.settings.dialect.body(&Request {
                model: &self.settings.name,
                instructions: &prompt.instructions,
                data: &data,
                schema: prompt.schema.as_ref(),
                form: shape.form,
                tokens_max: prompt.tokens_max.max(1),
                parameters: shape.parameters,
                repair,
            });
            let tokens = estimated_tokens(prompt).saturating_add(prompt.tokens_max);
            match self.sender.send(&body, tokens, &private, progress).await {
                Ok(response) => {
                    self.adaptation().accept(shape);
                    let answer = self.settings.dialect.read(&response);
                    progress.usage += answer.usage;
                    return usable(answer, prompt.tokens_max);
                }
                Err(failure) => {
                    let rejection = failure.rejection.as_deref();
                    let adapted = rejection
                        .is_some_and(|rejection| self.adaptation().reject(shape, prompt.schema.as_ref(), rejection));
                    if !adapted {
                        return Err(failure.error);
                    }
                    progress.usage.retries += 1;
                }
            }
        }
    }

    fn adaptation(&self) -> MutexGuard<'_, Adaptation> {
        self.adaptation.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// About how many tokens a prompt has.
fn estimated_tokens(prompt: &Prompt) -> u32 {
    u32::try_from((prompt.instructions.len() + prompt.data.len()) / 4).unwrap_or(u32::MAX)
}

/// The text of an answer, if it is complete.
fn usable(answer: Answer, tokens_max: u32) -> Result<String> {
    match answer.end {
        End::Refused(reason) => Err(Error::internal(format!("the model refused to answer ({reason})"))),
        End::Cut => {
            let message =
                format!("the model's answer was cut off at the limit of {tokens_max} tokens; ask for less at once");
            Err(Error::internal(message))
        }
        End::Complete if answer.text.trim().is_empty() => Err(Error::internal("the model's answer is empty")),
        End::Complete => Ok(answer.text),
    }
}
