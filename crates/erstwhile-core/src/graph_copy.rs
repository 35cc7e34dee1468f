//! Copies a graph: converts the evidence of one graph to changes of another. Pure.
//!
//! Ids start with the tag of their graph, so most ids of the copy are those of the original with the other
//! tag. Ids of names are hashes that include the id of the graph, and data ingested into the copy later must
//! get the same ids. So they are computed again from the names ([`name_id`]); only an id that belongs to no
//! known name gets the other tag.

use std::collections::HashMap;

use crate::change::Change;
use crate::evidence::{Edit, Evidence};
use crate::identity::{assistant_node, name_id, namesake_id, no_subject, user_node, value_id};
use crate::model::{
    Assertion, AssertionId, EntityId, Episode, EpisodeId, GraphId, Link, LinkId, Mention, User, VALUE_TYPE,
};

/// Types that names of a graph's owner may have in links without occurring in any text.
const OWN_NAME_TYPES: [Option<&str>; 2] = [None, Some("Person")];

/// The owners of the two graphs.
#[derive(Debug, Clone, Copy, Default)]
pub struct GraphOwners<'a> {
    /// The user who owns the original: some of a user's names occur only in links, never in a mention.
    pub original: Option<&'a User>,
    /// Whether the target has its own user and assistant, whose names are kept.
    pub target_has_people: bool,
}

/// Returns the changes that copy `evidence`, which is all of graph `from`, into graph `to`.
///
/// Episodes keep their order, content, times and state, but not their thread and task; pending ones are
/// ingested in the copy. The user's node becomes the target's user node, with everything about it. The
/// store requires this order of the changes: episodes precede what was derived from them. Copying twice
/// gives the same ids.
pub fn copy_graph(evidence: &Evidence, from: GraphId, to: GraphId, owners: GraphOwners<'_>) -> Vec<Change> {
    let ids = Ids::new(evidence, from, to, owners.original);
    let own = [user_node(from), assistant_node(from)];
    let replaced =
        |mention: &&Mention| owners.target_has_people && mention.episode.is_none() && own.contains(&mention.entity);
    let mut episodes: Vec<&Episode> = evidence.episodes.iter().collect();
    episodes.sort_by_key(|episode| (episode.seq, episode.id));
    let episodes: Vec<Episode> = episodes.into_iter().map(|episode| ids.of_episode(episode)).collect();
    let mentions = evidence.mentions.iter().filter(|mention| !replaced(mention));
    let add_episodes = (!episodes.is_empty()).then_some(Change::AddEpisodes(episodes));
    add_episodes
        .into_iter()
        .chain(mentions.map(|mention| Change::AddMention(ids.of_mention(mention))))
        .chain(evidence.assertions.iter().map(|assertion| Change::AddAssertion(ids.of_assertion(assertion))))
        .chain(evidence.links.iter().map(|link| Change::AddLink(ids.of_link(link))))
        .chain(evidence.edits.iter().map(|edit| ids.of_edit(edit)))
        .collect()
}

/// Maps ids of the original to ids of the copy.
struct Ids {
    to: GraphId,
    names: HashMap<EntityId, EntityId>,
}

impl Ids {
    fn new(evidence: &Evidence, from: GraphId, to: GraphId, owner: Option<&User>) -> Self {
        let mut names = HashMap::new();
        let mut add = |name: &str, entity_type: Option<&str>| {
            names.insert(name_id(from, name, entity_type), name_id(to, name, entity_type));
        };
        for mention in &evidence.mentions {
            add(&mention.name, mention.entity_type.as_deref());
            for entity_type in OWN_NAME_TYPES {
                add(&mention.name, entity_type);
            }
        }
        if let Some(owner) = owner {
            let display = owner.display_name();
            let own = [Some(&display), owner.first_name.as_ref(), owner.email.as_ref(), Some(&owner.user_id)];
            for name in own.into_iter().flatten() {
                for entity_type in OWN_NAME_TYPES {
                    add(name, entity_type);
                }
            }
        }
        for mention in &evidence.mentions {
            if mention.entity == namesake_id(from, &mention.name) {
                names.insert(mention.entity, namesake_id(to, &mention.name));
            }
        }
        let values: HashMap<EntityId, &str> = evidence
            .mentions
            .iter()
            .filter(|mention| mention.entity_type.as_deref() == Some(VALUE_TYPE))
            .map(|mention| (mention.entity, mention.name.as_str()))
            .collect();
        for assertion in &evidence.assertions {
            let value = assertion.object.and_then(|id| Some((id, *values.get(&id)?)));
            if let Some((id, value)) = value.filter(|(id, value)| *id == value_id(from, &assertion.predicate, value)) {
                names.insert(id, value_id(to, &assertion.predicate, value));
            }
        }
        names.insert(no_subject(from), no_subject(to));
        names.insert(user_node(from), user_node(to));
        names.insert(assistant_node(from), assistant_node(to));
        Self { to, names }
    }

    fn name(&self, id: EntityId) -> EntityId {
        self.names.get(&id).copied().unwrap_or_else(|| EntityId(self.to.within(id.0)))
    }

    fn episode(&self, id: Option<EpisodeId>) -> Option<EpisodeId> {
        id.map(|id| EpisodeId(self.to.within(id.0)))
    }

    fn assertion(&self, id: AssertionId) -> AssertionId {
        AssertionId(self.to.within(id.0))
    }

    fn of_episode(&self, episode: &Episode) -> Episode {
        Episode { id: EpisodeId(self.to.within(episode.id.0)), thread: None, task: None, ..episode.clone() }
    }

    fn of_mention(&self, mention: &Mention) -> Mention {
        Mention { episode: self.episode(mention.episode), entity: self.name(mention.entity), ..mention.clone() }
    }

    fn of_assertion(&self, assertion: &Assertion) -> Assertion {
        Assertion {
            id: self.assertion(assertion.id),
            episode: self.episode(assertion.episode),
            subject: self.name(assertion.subject),
            object: assertion.object.map(|object| self.name(object)),
            ..assertion.clone()
        }
    }

    fn of_link(&self, link: &Link) -> Link {
        Link {
            id: LinkId(self.to.within(link.id.0)),
            left: self.name(link.left),
            right: self.name(link.right),
            episode: self.episode(link.episode),
            ..link.clone()
        }
    }

    fn of_edit(&self, edit: &Edit) -> Change {
        match edit {
            Edit::Fact(id, edit) => Change::PutFactEdit(self.assertion(*id), edit.clone()),
            Edit::Entity(id, patch) => Change::PutEntityEdit(self.name(*id), patch.clone()),
        }
    }
}

#[cfg(test)]
mod tests;
