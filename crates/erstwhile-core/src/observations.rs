//! Observations: sentences about what recurs or changed in a graph, computed from its facts.
//!
//! Observations are not stored. The id of an observation does not change when its evidence grows, so callers
//! can keep it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::knowledge::Knowledge;
use crate::model::{EntityId, EpisodeId, Fact, Holding, Precision};

/// Maximum number of observations of one graph.
pub const OBSERVATIONS_MAX: usize = 1_000;
/// Minimum number of statements of a recurring fact, or of objects of a recurring topic.
const RECURS_MIN: usize = 3;
/// Minimum number of objects of a change.
const CHANGE_MIN: usize = 2;
/// Maximum number of characters of an observation's name.
const NAME_CHARACTERS_MAX: usize = 50;
/// Maximum number of objects in a sentence.
const LISTED_MAX: usize = 8;

/// The kind of an observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObservationKind {
    /// A fact is stated repeatedly, or a subject has many objects of one relation.
    Recurring,
    /// One object of a relation replaced another.
    Change,
}

impl ObservationKind {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recurring => "recurring",
            Self::Change => "change",
        }
    }
}

/// A conclusion from several facts or episodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Identity in the graph; more evidence does not change it.
    pub id: Uuid,
    /// The kind of an observation.
    pub kind: ObservationKind,
    /// A title of at most 50 characters.
    pub name: String,
    /// One self-contained sentence.
    pub summary: String,
    /// The time of the evidence with which it could first be observed.
    pub created_at: Timestamp,
    /// Start of validity, if known.
    pub start_at: Option<Timestamp>,
    /// End of validity; `None` while open.
    pub end_at: Option<Timestamp>,
    /// The time of its newest evidence.
    pub latest_evidence_at: Timestamp,
    /// The supporting episodes, oldest first.
    pub episodes: Vec<EpisodeId>,
    /// Its entities, the subject first.
    pub entities: Vec<EntityId>,
}

/// Returns the observations of a graph, those with the newest evidence first.
///
/// These are: a fact stated by at least three episodes; a subject with at least three objects of one relation;
/// and a relation whose object was replaced by another. `episode_time` returns the time of an episode; if it
/// is unknown, the time at which the system recorded the fact is used. At most [`OBSERVATIONS_MAX`] are
/// returned.
pub fn observe(knowledge: &Knowledge, episode_time: impl Fn(EpisodeId) -> Option<Timestamp>) -> Vec<Observation> {
    let mut slots: BTreeMap<(EntityId, &str), Vec<FactEvidence<'_>>> = BTreeMap::new();
    let mut observed = Vec::new();
    for fact in knowledge.facts().filter(|fact| !knowledge.is_value(fact.object)) {
        let Some(evidence) = FactEvidence::new(knowledge, fact, &episode_time) else { continue };
        observed.extend(recurring_fact(knowledge, &evidence));
        slots.entry((fact.subject, fact.predicate.as_str())).or_default().push(evidence);
    }
    for mut slot in slots.into_values() {
        slot.sort_by_key(|evidence| (evidence.fact.valid_from, evidence.fact.created_at, evidence.fact.id));
        let exclusive = slot.iter().any(|evidence| evidence.fact.holding == Holding::Exclusive);
        observed.extend(if exclusive { change(knowledge, &slot) } else { recurring_topic(knowledge, &slot) });
    }
    observed.sort_by_key(|observation: &Observation| (Reverse(observation.latest_evidence_at), observation.id));
    observed.truncate(OBSERVATIONS_MAX);
    observed
}

/// A fact with the names of its entities and the times of its episodes.
#[derive(Debug)]
struct FactEvidence<'a> {
    fact: &'a Fact,
    subject: &'a str,
    object: &'a str,
    /// The episodes with their times, oldest first.
    dated_episodes: Vec<(Timestamp, EpisodeId)>,
}

impl<'a> FactEvidence<'a> {
    /// Returns `None` if an entity has no name.
    fn new(
        knowledge: &'a Knowledge,
        fact: &'a Fact,
        episode_time: impl Fn(EpisodeId) -> Option<Timestamp>,
    ) -> Option<Self> {
        let name = |id| knowledge.entity(id).map(|entity| entity.name.as_str());
        let time = |id: EpisodeId| (episode_time(id).unwrap_or(fact.created_at), id);
        let dated_episodes: BTreeSet<_> = fact.episodes.iter().map(|id| time(*id)).collect();
        Some(Self {
            fact,
            subject: name(fact.subject)?,
            object: name(fact.object)?,
            dated_episodes: dated_episodes.into_iter().collect(),
        })
    }

    fn first_at(&self) -> Timestamp {
        self.dated_episodes.first().map_or(self.fact.created_at, |(at, _)| *at)
    }

    fn last_at(&self) -> Timestamp {
        self.dated_episodes.last().map_or(self.fact.created_at, |(at, _)| *at)
    }
}

fn recurring_fact(knowledge: &Knowledge, evidence: &FactEvidence<'_>) -> Option<Observation> {
    let fact = evidence.fact;
    let (created_at, _) = *evidence.dated_episodes.get(RECURS_MIN - 1)?;
    let statement = fact.statement.trim().trim_end_matches(['.', '!', '?', '…']);
    Some(Observation {
        id: knowledge.graph().derive(format!("observation\0recurring fact\0{}", fact.id).as_bytes()),
        kind: ObservationKind::Recurring,
        name: title(&format!("{} {} {}", evidence.subject, words(&fact.predicate), evidence.object)),
        summary: format!("{statement} (said in {} episodes).", evidence.dated_episodes.len()),
        created_at,
        start_at: fact.valid_from,
        end_at: fact.valid_until,
        latest_evidence_at: evidence.last_at(),
        episodes: evidence.dated_episodes.iter().map(|(_, id)| *id).collect(),
        entities: vec![fact.subject, fact.object],
    })
}

fn recurring_topic(knowledge: &Knowledge, slot: &[FactEvidence<'_>]) -> Option<Observation> {
    let first = slot.first()?;
    let created_at = nth_object_at(slot, RECURS_MIN)?;
    // The objects mentioned last are the most relevant.
    let mut newest: Vec<&FactEvidence<'_>> = slot.iter().collect();
    newest.sort_by_key(|evidence| (Reverse(evidence.last_at()), evidence.fact.id));
    let mut listed = BTreeSet::new();
    newest.retain(|evidence| listed.insert(evidence.fact.object));
    let objects: Vec<&str> = newest.iter().map(|evidence| evidence.object).collect();
    let relation = words(&first.fact.predicate);
    let all_ended = slot.iter().all(|evidence| evidence.fact.valid_until.is_some());
    let ends = slot.iter().filter_map(|evidence| evidence.fact.valid_until);
    Some(Observation {
        id: slot_id(knowledge, "recurring topic", first.fact),
        kind: ObservationKind::Recurring,
        name: title(&format!("{} {relation} {} things", first.subject, objects.len())),
        summary: format!("{} {relation} {}.", first.subject, list(&objects)),
        created_at,
        start_at: slot.iter().filter_map(|evidence| evidence.fact.valid_from).min(),
        end_at: ends.max().filter(|_| all_ended),
        latest_evidence_at: slot.iter().map(FactEvidence::last_at).max()?,
        episodes: episodes_of(slot),
        entities: entities_of(slot),
    })
}

fn change(knowledge: &Knowledge, slot: &[FactEvidence<'_>]) -> Option<Observation> {
    let (first, last) = (slot.first()?, slot.last()?);
    let created_at = nth_object_at(slot, CHANGE_MIN)?;
    let relation = words(&first.fact.predicate);
    Some(Observation {
        id: slot_id(knowledge, "change", first.fact),
        kind: ObservationKind::Change,
        name: title(&format!("{} {relation}: changed", first.subject)),
        summary: format!("What {} {relation} changed: {}.", first.subject, describe_steps(slot)),
        created_at,
        start_at: first.fact.valid_from,
        end_at: last.fact.valid_until,
        latest_evidence_at: slot.iter().map(FactEvidence::last_at).max()?,
        episodes: episodes_of(slot),
        entities: entities_of(slot),
    })
}

/// When the slot first had `count` different objects; `None` if it has fewer.
fn nth_object_at(slot: &[FactEvidence<'_>], count: usize) -> Option<Timestamp> {
    let mut firsts: BTreeMap<EntityId, Timestamp> = BTreeMap::new();
    for evidence in slot {
        let at = firsts.entry(evidence.fact.object).or_insert_with(|| evidence.first_at());
        *at = evidence.first_at().min(*at);
    }
    let mut times: Vec<Timestamp> = firsts.into_values().collect();
    times.sort_unstable();
    times.get(count - 1).copied()
}

/// "first A (since 2020), then B (since May)"; of many objects, only the first and the last ones.
fn describe_steps(slot: &[FactEvidence<'_>]) -> String {
    let omitted = slot.len().saturating_sub(LISTED_MAX);
    let mut text = String::new();
    for (position, evidence) in slot.iter().enumerate() {
        match position {
            0 => text.push_str("first "),
            position if position <= omitted => continue,
            position if position == omitted + 1 && omitted > 0 => {
                text.push_str(&format!(", then {omitted} others, then "));
            }
            _ => text.push_str(", then "),
        }
        text.push_str(evidence.object);
        if let Some(since) = evidence.fact.valid_from {
            text.push_str(&format!(" (since {})", date(since, evidence.fact.precision)));
        }
    }
    text
}

fn slot_id(knowledge: &Knowledge, kind: &str, fact: &Fact) -> Uuid {
    knowledge.graph().derive(format!("observation\0{kind}\0{}\0{}", fact.subject, fact.predicate).as_bytes())
}

fn episodes_of(slot: &[FactEvidence<'_>]) -> Vec<EpisodeId> {
    let dated_episodes: BTreeSet<(Timestamp, EpisodeId)> =
        slot.iter().flat_map(|evidence| evidence.dated_episodes.iter().copied()).collect();
    let mut seen = BTreeSet::new();
    dated_episodes.into_iter().map(|(_, id)| id).filter(|id| seen.insert(*id)).collect()
}

fn entities_of(slot: &[FactEvidence<'_>]) -> Vec<EntityId> {
    let mut seen = BTreeSet::new();
    let subject = slot.first().map(|evidence| evidence.fact.subject);
    let all = subject.into_iter().chain(slot.iter().map(|evidence| evidence.fact.object));
    all.filter(|id| seen.insert(*id)).collect()
}

/// "A, B and C", or "A, B and 7 more".
fn list(names: &[&str]) -> String {
    let more = format!("{} more", names.len().saturating_sub(LISTED_MAX));
    let mut shown: Vec<&str> = names.iter().copied().take(LISTED_MAX).collect();
    if names.len() > LISTED_MAX {
        shown.push(&more);
    }
    match shown.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => shown.concat(),
    }
}

/// Converts a relation to words: `WORKS_AT` is "works at".
fn words(predicate: &str) -> String {
    predicate.to_lowercase().split('_').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn date(at: Timestamp, precision: Precision) -> String {
    let format = match precision {
        Precision::Year => "%Y",
        Precision::Month => "%Y-%m",
        Precision::Day | Precision::Instant => "%Y-%m-%d",
    };
    at.to_zoned(TimeZone::UTC).strftime(format).to_string()
}

fn title(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= NAME_CHARACTERS_MAX {
        return line;
    }
    line.chars().take(NAME_CHARACTERS_MAX - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::knowledge::sample::{Sample, day, graph};

    fn observed(sample: &Sample) -> Vec<Observation> {
        observe(&sample.knowledge(), |id| sample.time_of(id))
    }

    #[test]
    fn a_fact_stated_by_three_episodes_recurs() {
        let mut sample = Sample::new(graph(1));
        for on in [1, 4] {
            sample.add_fact(on, ("Ann", "LIKES", "Tea"), Holding::Shared);
        }
        assert!(observed(&sample).is_empty());
        sample.add_fact(9, ("Ann", "LIKES", "Tea"), Holding::Shared);
        let [one] = <[Observation; 1]>::try_from(observed(&sample)).expect("one observation");
        assert_eq!((one.kind, one.name.as_str()), (ObservationKind::Recurring, "Ann likes Tea"));
        assert_eq!(one.summary, "Ann likes Tea (said in 3 episodes).");
        assert_eq!((one.created_at, one.latest_evidence_at, one.start_at), (day(9), day(9), Some(day(1))));
        assert_eq!((one.end_at, one.episodes.len(), one.entities.len()), (None, 3, 2));
        sample.add_fact(12, ("Ann", "LIKES", "Tea"), Holding::Shared);
        let later = &observed(&sample)[0];
        assert_eq!((later.id, later.created_at, later.latest_evidence_at), (one.id, day(9), day(12)));
    }

    #[test]
    fn three_objects_of_one_relation_are_a_topic() {
        let mut sample = Sample::new(graph(1));
        for (on, object) in ["Oslo", "Rome", "Paris"].into_iter().enumerate() {
            sample.add_fact(on as i64, ("Ann", "VISITED", object), Holding::Event);
        }
        let one = &observed(&sample)[0];
        assert_eq!(one.summary, "Ann visited Paris, Rome and Oslo.");
        assert_eq!((one.name.as_str(), one.created_at, one.episodes.len()), ("Ann visited 3 things", day(2), 3));
        let more = ["Bonn", "Bern", "Wien", "Lund", "Cork", "Nice", "Bath"];
        for (on, object) in more.into_iter().enumerate() {
            sample.add_fact(10 + on as i64, ("Ann", "VISITED", object), Holding::Event);
        }
        let later = &observed(&sample)[0];
        assert_eq!(later.id, one.id);
        assert_eq!(later.summary, "Ann visited Bath, Nice, Cork, Lund, Wien, Bern, Bonn, Paris and 2 more.");
    }

    #[test]
    fn a_replaced_object_is_a_change() {
        let mut sample = Sample::new(graph(1));
        sample.add_fact(0, ("Ann", "LIVES_IN", "Oslo"), Holding::Exclusive);
        assert!(observed(&sample).is_empty());
        sample.add_fact(31, ("Ann", "LIVES_IN", "Rome"), Holding::Exclusive);
        let one = &observed(&sample)[0];
        assert_eq!((one.kind, one.name.as_str()), (ObservationKind::Change, "Ann lives in: changed"));
        let expected = "What Ann lives in changed: first Oslo (since 2024-01-01), then Rome (since 2024-02-01).";
        assert_eq!(one.summary, expected);
        assert_eq!((one.start_at, one.end_at, one.entities.len()), (Some(day(0)), None, 3));
        for number in 0..20 {
            sample.add_fact(40 + number, ("Ann", "LIVES_IN", &format!("Town {number}")), Holding::Exclusive);
        }
        let later = &observed(&sample)[0];
        assert_eq!((later.id, later.created_at), (one.id, day(31)));
        assert!(later.summary.contains("Oslo (since 2024-01-01), then 14 others, then Town 13 (since"));
    }

    #[test]
    fn nothing_is_observed_in_an_empty_graph() {
        assert!(observe(&Knowledge::new(graph(1)), |_| None).is_empty());
    }

    #[test]
    fn names_and_the_number_of_observations_are_limited() {
        let mut sample = Sample::new(graph(1));
        for number in 0..=OBSERVATIONS_MAX as i64 {
            for object in ["Oslo", "Rome"] {
                sample.add_fact(
                    number,
                    (&format!("Person {number} {}", "ö".repeat(60)), "LIVES_IN", object),
                    Holding::Exclusive,
                );
            }
        }
        let found = observed(&sample);
        assert_eq!(found.len(), OBSERVATIONS_MAX);
        assert_eq!(found[0].latest_evidence_at, day(OBSERVATIONS_MAX as i64));
        assert!(found.iter().all(|one| one.name.chars().count() == NAME_CHARACTERS_MAX));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// More evidence adds observations; it never removes one or changes its id.
        #[test]
        fn observations_are_stable_when_evidence_grows(
            claims in proptest::collection::vec((0_u8..3, 0_u8..4, any::<bool>()), 0..24),
        ) {
            let mut sample = Sample::new(graph(1));
            let mut before: BTreeSet<Uuid> = BTreeSet::new();
            for (on, (subject, object, exclusive)) in claims.into_iter().enumerate() {
                let (predicate, holding) =
                    if exclusive { ("LIVES_IN", Holding::Exclusive) } else { ("LIKES", Holding::Shared) };
                sample.add_fact(on as i64, (&format!("S{subject}"), predicate, &format!("O{object}")), holding);
                let found = observed(&sample);
                let now: BTreeSet<Uuid> = found.iter().map(|one| one.id).collect();
                prop_assert_eq!(now.len(), found.len(), "ids are unique");
                prop_assert!(now.is_superset(&before));
                prop_assert!(found.is_sorted_by_key(|one| Reverse(one.latest_evidence_at)));
                before = now;
            }
        }
    }
}
