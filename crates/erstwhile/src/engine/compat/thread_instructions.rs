//! What a language model is told about one thread: how to read its messages, and how to summarise it.

use serde_json::json;

use crate::engine::ThreadHandle;
use crate::ingestion::request_summaries;
use crate::store::{Locate, SettingScope};
use erstwhile_core::change::{Change, SettingChange};
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{Precondition, Setting, SettingKind};

/// Maximum number of characters of an instruction.
const CHARACTERS_MAX: usize = 5_000;

impl ThreadHandle {
    /// Sets the instructions for the facts and the summary of the thread; an absent one is left as it is.
    ///
    /// # Errors
    /// `Invalid` when one is too long.
    pub async fn set_instructions(&self, facts: Option<&str>, summary: Option<&str>) -> Result<()> {
        for (name, text) in [("fact_instruction", facts), ("summary_instruction", summary)] {
            if text.is_some_and(|text| text.chars().nth(CHARACTERS_MAX).is_some()) {
                return Err(Error::invalid(format!("{name} must have at most {CHARACTERS_MAX} characters")));
            }
        }
        let graph = self.project.locate_graph(Locate::Thread, self.id(), "thread").await?;
        let scope = SettingScope::Graph(graph);
        let before = self.project.store().setting(scope, SettingKind::ThreadInstruction, self.id()).await?;
        let kept = |name: &str| before.as_ref().and_then(|setting| setting.value.get(name)?.as_str());
        let (facts, summary) = (facts.or(kept("facts")), summary.or(kept("summary")));
        let setting = Setting {
            kind: SettingKind::ThreadInstruction,
            name: self.id().to_owned(),
            value: json!({ "facts": facts, "summary": summary }),
            updated_at: self.project.now(),
        };
        let is_other = summary != kept("summary");
        let changes = vec![Change::Setting(SettingChange::Put(setting, Precondition::None))];
        self.project.apply(graph, changes).await?;
        if is_other {
            request_summaries(self.project.state(), scope).await?;
        }
        Ok(())
    }
}
