//! Builds requests for extractors.

use std::sync::Arc;

use crate::ports::{ExtractionRequest, KnownEntity, Turn};
use crate::state::State;
use crate::store::SettingScope;
use erstwhile_core::error::Result;
use erstwhile_core::model::{Episode, GraphId, Partition, SettingKind, User};

/// Number of earlier episodes that the offline extractor reads as context.
const CONTEXT_EPISODES: i64 = 4;
/// Number of earlier messages of the thread that a language model reads as context, among this many episodes.
const CONTEXT_MESSAGES: usize = 6;
const CONTEXT_CANDIDATES: i64 = 24;
/// Maximum number of characters of a message that is read as context.
const CONTEXT_CHARACTERS: usize = 600;
/// Maximum number of known entities in a request.
const KNOWN_MAX: usize = 400;
/// Maximum number of related entities and facts in a request for a language model: each costs about ten tokens.
const RELATED_ENTITIES: usize = 40;
const RELATED_FACTS: usize = 40;

/// The graph whose episodes are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) state: &'a Arc<State>,
    pub(super) partition: &'a Partition,
    pub(super) user: Option<&'a User>,
}

impl Source<'_> {
    pub(super) fn graph(&self) -> GraphId {
        self.partition.id.as_graph()
    }

    /// The request for the extractor that reads episodes when they arrive.
    pub(super) async fn request(&self, episodes: &[Episode]) -> Result<ExtractionRequest> {
        let first = episodes.first().map_or(0, |episode| episode.seq);
        let before = self.state.store().episodes_before(self.graph(), first, CONTEXT_EPISODES).await?;
        let index = self.state.index(self.graph()).await?;
        let known = index.read(|index| index.knowledge.known_names(KNOWN_MAX))?.into_iter();
        let known = known.map(|(name, entity_type)| KnownEntity { name, entity_type, aliases: Vec::new() });
        Ok(ExtractionRequest {
            context: before.iter().map(turn).collect(),
            known: known.collect(),
            ..self.basic_request(episodes)
        })
    }

    /// The request for the extractor that reads episodes again with a language model.
    pub(super) async fn request_for_model(&self, episodes: &[Episode]) -> Result<ExtractionRequest> {
        let first = episodes.first();
        let (seq, thread) = (first.map_or(0, |episode| episode.seq), first.and_then(|episode| episode.thread.as_ref()));
        let mut before = self.state.store().episodes_before(self.graph(), seq, CONTEXT_CANDIDATES).await?;
        before.retain(|episode| thread.is_some() && episode.thread.as_ref() == thread);
        let context = before.iter().rev().take(CONTEXT_MESSAGES).rev().map(abbreviated);
        let index = self.state.index(self.graph()).await?;
        let texts: Vec<_> = episodes.iter().map(|episode| (episode.id, episode.content.as_str())).collect();
        let now = self.state.now();
        let said_by = episodes.iter().map(|episode| episode.reference_time).max().unwrap_or(now);
        let related = index.read(|index| index.related_to(&texts, now, said_by, RELATED_ENTITIES, RELATED_FACTS))?;
        let with_default = self.user.is_some_and(|user| !user.disable_default_ontology);
        let project = self.partition.project;
        let instructions = self.state.declared_for(project, self.graph(), SettingKind::CustomInstruction).await?;
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        let of_thread = match thread {
            Some(thread) => {
                let scope = SettingScope::Graph(self.graph());
                let setting = self.state.store().setting(scope, SettingKind::ThreadInstruction, thread).await?;
                setting.and_then(|setting| text(setting.value.get("facts")?))
            }
            None => None,
        };
        Ok(ExtractionRequest {
            context: context.collect(),
            known: related.entities,
            facts: related.facts,
            ontology: Arc::new(self.state.ontology_of(project, self.graph(), with_default).await?),
            instructions: instructions.iter().filter_map(|setting| text(&setting.value)).chain(of_thread).collect(),
            ..self.basic_request(episodes)
        })
    }

    fn basic_request(&self, episodes: &[Episode]) -> ExtractionRequest {
        let time_zone = self.user.and_then(|user| user.time_zone.clone());
        ExtractionRequest {
            owner: self.user.map(User::display_name),
            turns: episodes.iter().map(turn).collect(),
            time_zone: time_zone.or_else(|| self.partition.time_zone.clone()),
            ..ExtractionRequest::default()
        }
    }
}

fn turn(episode: &Episode) -> Turn {
    Turn {
        kind: episode.kind,
        role: episode.role,
        speaker: episode.speaker().cloned(),
        text: episode.content.clone(),
        reference_time: episode.reference_time,
        thread: episode.thread.clone(),
    }
}

fn abbreviated(episode: &Episode) -> Turn {
    Turn { text: episode.content.chars().take(CONTEXT_CHARACTERS).collect(), ..turn(episode) }
}
