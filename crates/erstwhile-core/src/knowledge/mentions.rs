//! Where a name is mentioned, kept small: a large graph mentions names millions of times.

use jiff::Timestamp;

use crate::identity::Name;
use crate::model::{EntityId, EpisodeId, Mention};

/// Every mention of one name id.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    /// The different ways in which the name is written and typed; most names have one.
    writings: Vec<Writing>,
    /// Sorted.
    places: Vec<Place>,
    last_at: Option<Timestamp>,
}

/// A name as it is written, with the type that is given there.
#[derive(Debug, PartialEq)]
pub(super) struct Writing {
    pub(super) name: String,
    pub(super) entity_type: Option<String>,
}

/// Where a name stands.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) episode: Option<EpisodeId>,
    start: u32,
    end: u32,
    writing: u32,
    pub(super) recorded_at: Timestamp,
}

impl Mentions {
    /// Takes a mention in; false when it is there already.
    pub(super) fn add(&mut self, mention: Mention) -> bool {
        let writing = Writing { name: mention.name, entity_type: mention.entity_type };
        let number = self.writings.iter().position(|known| *known == writing).unwrap_or_else(|| {
            self.writings.push(writing);
            self.writings.len() - 1
        });
        let place = Place {
            episode: mention.episode,
            start: mention.span.start as u32,
            end: mention.span.end as u32,
            writing: number as u32,
            recorded_at: mention.recorded_at,
        };
        let at = self.places.partition_point(|known| *known < place);
        let beside = [at.checked_sub(1), Some(at)].into_iter().flatten();
        if beside.filter_map(|at| self.places.get(at)).any(|known| known.is(&place)) {
            return false;
        }
        self.last_at = self.last_at.max(Some(place.recorded_at));
        self.places.insert(at, place);
        true
    }

    /// Forgets where an episode mentions the name, and ways of writing it that only stood there.
    pub(super) fn forget(&mut self, episode: EpisodeId) {
        let from = self.places.partition_point(|place| place.episode < Some(episode));
        let to = self.places.partition_point(|place| place.episode <= Some(episode));
        self.places.drain(from..to);
        self.last_at = self.places.iter().map(|place| place.recorded_at).max();
        let mut used = vec![false; self.writings.len()];
        for place in &self.places {
            used[place.writing as usize] = true;
        }
        if used.contains(&false) {
            let before = |number: u32| used[..number as usize].iter().filter(|used| **used).count() as u32;
            for place in &mut self.places {
                place.writing = before(place.writing);
            }
            let mut used = used.iter();
            self.writings.retain(|_| used.next().is_some_and(|used| *used));
        }
    }

    /// Every place, with how the name is written there.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Place, &Writing)> {
        self.places.iter().filter_map(|place| Some((place, self.writings.get(place.writing as usize)?)))
    }

    /// The ways in which the name is written.
    pub(super) fn writings(&self) -> &[Writing] {
        &self.writings
    }

    /// The name as its earliest mention gives it; `None` when nothing mentions it any more.
    pub(super) fn earliest(&self, name: EntityId) -> Option<Name> {
        let earliest = self.places.iter().map(|place| place.recorded_at).min()?;
        let then = self.iter().filter(|(place, _)| place.recorded_at == earliest);
        then.map(|(_, writing)| writing.as_name(name, earliest)).reduce(Name::earlier)
    }

    /// The episodes that mention the name; one may come several times.
    pub(super) fn episodes(&self) -> impl Iterator<Item = EpisodeId> {
        self.places.iter().filter_map(|place| place.episode)
    }

    /// When the name was mentioned last.
    pub(super) fn last_at(&self) -> Option<Timestamp> {
        self.last_at
    }
}

impl Place {
    /// Whether two places are one; the operator's, who has no place in a text, are told apart by their time.
    fn is(&self, other: &Self) -> bool {
        let key = |place: &Self| (place.episode, place.start, place.end, place.writing);
        key(self) == key(other) && (self.episode.is_some() || self.recorded_at == other.recorded_at)
    }
}

impl Writing {
    /// What it tells, for comparing.
    pub(super) fn told(&self) -> (&str, Option<&str>) {
        (&self.name, self.entity_type.as_deref())
    }

    /// This as the name of an id.
    pub(super) fn as_name(&self, id: EntityId, recorded_at: Timestamp) -> Name {
        Name::new(id, &self.name, self.entity_type.as_deref(), recorded_at)
    }
}
