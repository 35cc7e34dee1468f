//! Episodes that the application did not add, but that hold the words and metadata of a fact or entity that it stated
//! directly. They go with it.

use std::collections::BTreeSet;

use erstwhile_core::change::Change;
use erstwhile_core::model::{AssertionId, EntityId, EpisodeId, Mention};
use erstwhile_core::search::GraphIndex;

/// The changes that remove those of some episodes that stated only what is removed: these assertions, and these names.
///
/// The other entities that they stated stay, and are then mentioned by the operator.
pub(super) fn forget(
    index: &GraphIndex,
    episodes: impl IntoIterator<Item = EpisodeId>,
    assertions: &BTreeSet<AssertionId>,
    names: &[EntityId],
) -> Vec<Change> {
    let is_over = |id: &EpisodeId| {
        let is_direct = index.episode(*id).is_some_and(|episode| episode.kind.is_stated());
        is_direct && index.knowledge.assertions_from(*id).all(|assertion| assertions.contains(&assertion.id))
    };
    let over: BTreeSet<EpisodeId> = episodes.into_iter().filter(is_over).collect();
    let mut changes = Vec::new();
    for episode in over {
        changes.push(Change::RemoveEpisode(episode));
        let mentions = index.knowledge.mentions_from(episode);
        let staying = mentions.into_iter().filter(|mention| !names.contains(&mention.entity));
        changes.extend(staying.map(|mention| Change::AddMention(Mention { episode: None, ..mention })));
    }
    changes
}
