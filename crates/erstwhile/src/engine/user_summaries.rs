//! Summaries of users: the facts that the application's instructions ask for, then the summary of the user's node.

use super::ProjectHandle;
use erstwhile_core::error::Result;
use erstwhile_core::identity::user_node;
use erstwhile_core::model::{GraphId, SettingKind};
use erstwhile_core::search::GraphIndex;
use erstwhile_core::text::sentences::split;

/// Maximum number of facts that one instruction chooses.
const CHOSEN_MAX: usize = 5;
/// Minimum cosine similarity of a fact and the instruction that chooses it.
const SIMILARITY_MIN: f64 = 0.2;
/// Maximum number of characters of a user's summary.
const CHARACTERS_MAX: usize = 1_200;

impl ProjectHandle {
    /// The summary of the user who owns a graph; `None` when nothing is known.
    ///
    /// A summary that a language model wrote comes first, while it holds. Without one, each instruction of the user, or else of the project, chooses the current facts that are most similar to it.
    /// The summary of the user's node follows, up to the maximum length.
    pub(super) async fn user_summary(&self, graph: GraphId) -> Result<Option<String>> {
        let instructions = self.state().declared_for(self.id, graph, SettingKind::UserSummaryInstruction).await?;
        let texts: Vec<&str> = instructions.iter().filter_map(|instruction| instruction.value.as_str()).collect();
        if let Some(written) = self.written_user_summary(graph, &texts.join("\n")).await? {
            return Ok(Some(written));
        }
        let (now, node) = (self.now(), user_node(graph));
        let index = self.index(graph).await?;
        let plain =
            |index: &GraphIndex| index.knowledge.entity(node).map(|user| index.knowledge.summary_at(user.id, now));
        let Some(plain) = index.read(plain)? else { return Ok(None) };
        if instructions.is_empty() {
            return Ok(Some(plain));
        }
        let statements: Vec<String> = index.read(|index| {
            let own = index.knowledge.facts_about(node).filter(|fact| fact.is_current_at(now));
            let mut statements: Vec<String> = own.map(|fact| sentence(&fact.statement)).collect();
            statements.sort();
            statements.dedup();
            statements
        })?;
        let mut sentences: Vec<String> = Vec::new();
        for instruction in instructions.iter() {
            let text = instruction.value.as_str().unwrap_or_default();
            let nearest = self.nearest(text, CHOSEN_MAX, statements.clone(), Clone::clone).await?;
            let chosen = nearest.into_iter().filter(|found| found.score >= SIMILARITY_MIN).map(|found| found.item);
            for statement in chosen {
                if !sentences.contains(&statement) {
                    sentences.push(statement);
                }
            }
        }
        let mut summary = sentences.join(" ");
        for sentence in split(&plain).into_iter().map(|sentence| &plain[sentence.span]) {
            if !summary.contains(sentence) && summary.chars().count() + sentence.chars().count() < CHARACTERS_MAX {
                summary = format!("{summary} {sentence}");
            }
        }
        Ok(Some(summary.trim().to_owned()))
    }
}

fn sentence(statement: &str) -> String {
    let statement = statement.trim();
    if statement.ends_with(['.', '!', '?', '…']) { statement.to_owned() } else { format!("{statement}.") }
}
