//! A compact list of the mentions of a name: a large graph has millions of mentions.

use jiff::Timestamp;

use super::Knowledge;
use crate::boxed::Keyed;
use crate::compact::{CompactSet, insert, push};
use crate::identity::Name;
use crate::model::{AssertionId, EntityId, EpisodeId, GraphId, Mention};

/// The mentions of one name id.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    /// The distinct spellings and types of the name; most names have one.
    written_names: Vec<WrittenName>,
    /// Sorted.
    occurrences: Vec<Occurrence>,
    last_at: Option<Timestamp>,
}

/// A name as written, with its type.
#[derive(Debug, PartialEq)]
pub(super) struct WrittenName {
    pub(super) name: Box<str>,
    pub(super) entity_type: Option<Box<str>>,
}

/// One occurrence of a name.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Occurrence {
    pub(super) episode: Option<EpisodeId>,
    start: u32,
    end: u32,
    written: u32,
    pub(super) recorded_at: Timestamp,
}

impl Mentions {
    /// Adds a mention; returns false if it is already present.
    pub(super) fn add(&mut self, mention: Mention) -> bool {
        let written = WrittenName {
            name: mention.name.into_boxed_str(),
            entity_type: mention.entity_type.map(String::into_boxed_str),
        };
        let number = self.written_names.iter().position(|known| *known == written).unwrap_or_else(|| {
            push(&mut self.written_names, written);
            self.written_names.len() - 1
        });
        let occurrence = Occurrence {
            episode: mention.episode,
            start: mention.span.start as u32,
            end: mention.span.end as u32,
            written: number as u32,
            recorded_at: mention.recorded_at,
        };
        let at = self.occurrences.partition_point(|known| *known < occurrence);
        let adjacent = [at.checked_sub(1), Some(at)].into_iter().flatten();
        if adjacent.filter_map(|at| self.occurrences.get(at)).any(|known| known.is_same(&occurrence)) {
            return false;
        }
        self.last_at = self.last_at.max(Some(occurrence.recorded_at));
        insert(&mut self.occurrences, at, occurrence);
        true
    }

    /// Removes an episode's mentions, and spellings that occur in no other.
    pub(super) fn remove_episode(&mut self, episode: EpisodeId) {
        let from = self.occurrences.partition_point(|occurrence| occurrence.episode < Some(episode));
        let to = self.occurrences.partition_point(|occurrence| occurrence.episode <= Some(episode));
        self.occurrences.drain(from..to);
        self.last_at = self.occurrences.iter().map(|occurrence| occurrence.recorded_at).max();
        let mut used = vec![false; self.written_names.len()];
        for occurrence in &self.occurrences {
            used[occurrence.written as usize] = true;
        }
        if used.contains(&false) {
            let before = |number: u32| used[..number as usize].iter().filter(|used| **used).count() as u32;
            for occurrence in &mut self.occurrences {
                occurrence.written = before(occurrence.written);
            }
            let mut used = used.iter();
            self.written_names.retain(|_| used.next().is_some_and(|used| *used));
        }
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.occurrences.is_empty()
    }

    /// All occurrences with the name as written.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Occurrence, &WrittenName)> {
        self.occurrences
            .iter()
            .filter_map(|occurrence| Some((occurrence, self.written_names.get(occurrence.written as usize)?)))
    }

    /// The distinct spellings and types of the name.
    pub(super) fn written_names(&self) -> &[WrittenName] {
        &self.written_names
    }

    /// The name according to its earliest mention; `None` without mentions.
    pub(super) fn earliest(&self, graph: GraphId, name: EntityId) -> Option<Name> {
        let earliest = self.first_at()?;
        let then = self.iter().filter(|(occurrence, _)| occurrence.recorded_at == earliest);
        then.map(|(_, written)| written.to_name(graph, name, earliest)).reduce(Name::earlier)
    }

    /// The episodes that mention the name, possibly with repetitions.
    pub(super) fn episodes(&self) -> impl Iterator<Item = EpisodeId> {
        self.occurrences.iter().filter_map(|occurrence| occurrence.episode)
    }

    /// The time of the first mention.
    pub(super) fn first_at(&self) -> Option<Timestamp> {
        self.occurrences.iter().map(|occurrence| occurrence.recorded_at).min()
    }

    /// The time of the last mention.
    pub(super) fn last_at(&self) -> Option<Timestamp> {
        self.last_at
    }
}

/// The evidence about a name or a value, and the facts of its entity.
#[derive(Debug)]
pub(super) struct NameEvidence {
    id: EntityId,
    /// Those of a name; see [`Value`](super::values::Value) for those of a value.
    pub(super) mentions: Mentions,
    /// The assertions that have it as subject or object.
    pub(super) about: CompactSet<AssertionId>,
    /// The facts that have the entity as subject or object, if the name represents one.
    pub(super) facts: CompactSet<AssertionId>,
}

impl NameEvidence {
    pub(super) fn new(id: EntityId) -> Self {
        Self { id, mentions: Mentions::default(), about: CompactSet::default(), facts: CompactSet::default() }
    }
}

impl NameEvidence {
    /// Gives back memory that lists reserved while they grew.
    pub(super) fn shrink(&mut self) {
        self.mentions.written_names.shrink_to_fit();
        self.mentions.occurrences.shrink_to_fit();
        self.about.shrink();
        self.facts.shrink();
    }

    fn is_unused(&self) -> bool {
        self.mentions.is_empty() && self.about.is_empty() && self.facts.is_empty()
    }
}

impl Keyed for NameEvidence {
    type Key = EntityId;

    fn key(&self) -> &EntityId {
        &self.id
    }
}

impl Knowledge {
    /// The mentions of a name; `None` if there are none.
    pub(super) fn mentions_of(&self, name: EntityId) -> Option<&Mentions> {
        self.names.get(&name).map(|known| &known.mentions).filter(|mentions| !mentions.is_empty())
    }

    /// The evidence about a name or value, which is added if it is new.
    pub(super) fn evidence_of(&mut self, name: EntityId) -> &mut NameEvidence {
        self.names.get_or_insert_with(&name, || NameEvidence::new(name))
    }

    /// Removes the evidence about a name or value, and returns it.
    pub(super) fn take_evidence(&mut self, name: EntityId) -> (Mentions, CompactSet<AssertionId>) {
        let Some(known) = self.names.get_mut(&name) else { return Default::default() };
        let taken = (std::mem::take(&mut known.mentions), std::mem::take(&mut known.about));
        self.remove_unused(name);
        taken
    }

    /// Removes a name or value of which nothing remains.
    pub(super) fn remove_unused(&mut self, name: EntityId) {
        if self.names.get(&name).is_some_and(NameEvidence::is_unused) {
            self.names.remove(&name);
        }
    }

    /// The names that nothing but an episode mentions.
    pub fn names_only_in(&self, episode: EpisodeId) -> Vec<EntityId> {
        let names = self.mentioned.of(episode);
        let is_only_here = |name: &EntityId| {
            let mut mentions = self.mentions_of(*name).into_iter().flat_map(Mentions::iter);
            mentions.all(|(occurrence, _)| occurrence.episode == Some(episode))
        };
        names.filter(is_only_here).collect()
    }

    /// The mentions of names in an episode, without values, in no particular order.
    pub fn mentions_from(&self, episode: EpisodeId) -> Vec<Mention> {
        let mentions = self.mentioned.of(episode).filter_map(|name| Some((name, self.mentions_of(name)?)));
        let of_episode = mentions.flat_map(|(entity, mentions)| {
            let here = mentions.iter().filter(|(occurrence, _)| occurrence.episode == Some(episode));
            here.map(move |(occurrence, written)| Mention {
                episode: occurrence.episode,
                name: written.name.to_string(),
                entity,
                entity_type: written.entity_type.as_deref().map(str::to_owned),
                span: occurrence.start as usize..occurrence.end as usize,
                recorded_at: occurrence.recorded_at,
            })
        });
        of_episode.collect()
    }

    /// The assertions and statements that have one of these names as subject or object, possibly with repetitions.
    pub fn assertions_about(&self, names: &[EntityId]) -> impl Iterator<Item = AssertionId> {
        names.iter().filter_map(|name| self.names.get(name)).flat_map(|known| &known.about).copied()
    }
}

impl Occurrence {
    /// Whether two occurrences are the same; the operator's, which have no position in a text, differ by time.
    fn is_same(&self, other: &Self) -> bool {
        let key = |occurrence: &Self| (occurrence.episode, occurrence.start, occurrence.end, occurrence.written);
        key(self) == key(other) && (self.episode.is_some() || self.recorded_at == other.recorded_at)
    }
}

impl WrittenName {
    /// A key for sorting.
    pub(super) fn sort_key(&self) -> (&str, Option<&str>) {
        (&self.name, self.entity_type.as_deref())
    }

    /// Converts to the name of an id.
    pub(super) fn to_name(&self, graph: GraphId, id: EntityId, recorded_at: Timestamp) -> Name {
        Name::in_graph(graph, id, &self.name, self.entity_type.as_deref(), recorded_at)
    }
}
