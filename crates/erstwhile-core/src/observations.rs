//! Observations: sentences that several facts make together, each of which alone says less.
//!
//! There are three kinds: what somebody did on several days, changes of home, work or partner, and whole families. A
//! graph without these has none. Observations are not stored. The id of an observation does not change when its evidence
//! grows, so callers can keep it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;
use uuid::Uuid;

use crate::knowledge::Knowledge;
use crate::model::{EntityId, EpisodeId, Fact, Holding, Metadata, Precision};
use crate::vocabulary::relation;

/// Maximum number of observations of one graph.
pub const OBSERVATIONS_MAX: usize = 1_000;
/// Minimum number of days of a recurring event.
const DAYS_MIN: usize = 3;
/// Minimum number of objects of a change.
const CHANGE_MIN: usize = 2;
/// Minimum number of people of a family, or animals.
const FAMILY_MIN: usize = 2;
/// The relations whose changes are observed: those that change seldom and matter when they do.
const CHANGES: [&str; 8] =
    ["LIVES_IN", "WORKS_AT", "WORKS_AS", "WORKS_IN", "STUDIES_AT", "DATING", "MARRIED_TO", "HAS_BOSS"];
/// The relations whose objects are listed together, with the word for several of these.
const FAMILIES: [(&str, &str); 6] = [
    ("HAS_CHILD", "children"),
    ("HAS_SIBLING", "siblings"),
    ("HAS_PARENT", "parents"),
    ("HAS_GRANDCHILD", "grandchildren"),
    ("HAS_GRANDPARENT", "grandparents"),
    ("HAS_PET", "pets"),
];
/// Maximum number of characters of an observation's name.
const NAME_CHARACTERS_MAX: usize = 50;
/// Maximum number of objects in a sentence.
const LISTED_MAX: usize = 8;

/// The kind of an observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObservationKind {
    /// The same happened on several days.
    Recurring,
    /// One object of a relation replaced another.
    Change,
    /// All people or animals of one relation.
    Family,
}

impl ObservationKind {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recurring => "recurring",
            Self::Change => "change",
            Self::Family => "family",
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

impl Observation {
    /// What is known about it besides its words, by name.
    pub fn attributes(&self) -> Metadata {
        let date = |at: Option<Timestamp>| at.map_or(Value::Null, |at| at.to_string().into());
        let nodes: Vec<Value> = self.entities.iter().map(|id| id.0.to_string().into()).collect();
        let attributes = [
            ("kind", self.kind.as_str().into()),
            ("node_uuids", nodes.into()),
            ("start_at", date(self.start_at)),
            ("end_at", date(self.end_at)),
            ("latest_evidence_at", date(Some(self.latest_evidence_at))),
        ];
        attributes.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
    }
}

/// Returns the observations of a graph, those with the newest evidence first.
///
/// These are: an event of the vocabulary that happened on at least three days; a home, job, school or partner that was
/// replaced by another; and at least two named children, siblings, pets and so on of one subject. `episode_time`
/// returns the time of an episode; if it is unknown, the time at which the system recorded the fact is used. At most
/// [`OBSERVATIONS_MAX`] are returned.
pub fn observe(knowledge: &Knowledge, episode_time: impl Fn(EpisodeId) -> Option<Timestamp>) -> Vec<Observation> {
    let mut slots: BTreeMap<(EntityId, &str, Option<EntityId>), Vec<FactEvidence<'_>>> = BTreeMap::new();
    for fact in knowledge.facts().filter(|fact| !knowledge.is_value(fact.object)) {
        let is_event = fact.holding == Holding::Event && relation(&fact.predicate).is_some();
        let is_listed = CHANGES.contains(&fact.predicate.as_str()) || plural(&fact.predicate).is_some();
        // What was corrected at once never held.
        let held = fact.valid_from.is_none() || fact.valid_from != fact.valid_until;
        if held && (is_event || is_listed) {
            let Some(evidence) = FactEvidence::new(knowledge, fact, &episode_time) else { continue };
            let object = is_event.then_some(fact.object);
            slots.entry((fact.subject, fact.predicate.as_str(), object)).or_default().push(evidence);
        }
    }
    let mut observed = Vec::new();
    for mut slot in slots.into_values() {
        slot.sort_by_key(|evidence| (evidence.fact.valid_from, evidence.fact.created_at, evidence.fact.id));
        let Some(first) = slot.first().map(|evidence| evidence.fact) else { continue };
        observed.extend(match first.holding {
            Holding::Event => recurring_event(knowledge, &slot),
            _ if CHANGES.contains(&first.predicate.as_str()) => change(knowledge, &slot),
            _ => family(knowledge, &slot),
        });
    }
    observed.sort_by_key(|observation: &Observation| (Reverse(observation.latest_evidence_at), observation.id));
    observed.truncate(OBSERVATIONS_MAX);
    observed
}

/// The word for several objects of a relation.
fn plural(predicate: &str) -> Option<&'static str> {
    FAMILIES.iter().find(|(name, _)| *name == predicate).map(|(_, plural)| *plural)
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

    /// The id of an observation about the fact's subject and relation, and one object or all.
    fn id_of(&self, knowledge: &Knowledge, kind: &str, object: Option<EntityId>) -> Uuid {
        let Fact { subject, predicate, .. } = self.fact;
        let object = object.map(|object| format!("\0{object}")).unwrap_or_default();
        knowledge.graph().derive(format!("observation\0{kind}\0{subject}\0{predicate}{object}").as_bytes())
    }

    fn first_at(&self) -> Timestamp {
        self.dated_episodes.first().map_or(self.fact.created_at, |(at, _)| *at)
    }

    fn last_at(&self) -> Timestamp {
        self.dated_episodes.last().map_or(self.fact.created_at, |(at, _)| *at)
    }
}

fn recurring_event(knowledge: &Knowledge, slot: &[FactEvidence<'_>]) -> Option<Observation> {
    let first = slot.first()?;
    let mut days: Vec<String> = Vec::new();
    let mut created_at = Timestamp::MIN;
    for evidence in slot {
        let Some(day) = evidence.fact.valid_from.map(|at| date(at, evidence.fact.precision)) else { continue };
        if !days.contains(&day) {
            days.push(day);
            if days.len() <= DAYS_MIN {
                created_at = created_at.max(evidence.first_at());
            }
        }
    }
    if days.len() < DAYS_MIN {
        return None;
    }
    let relation = words(&first.fact.predicate);
    let listed: Vec<&str> = days.iter().rev().map(String::as_str).collect();
    Some(Observation {
        id: first.id_of(knowledge, "recurring event", Some(first.fact.object)),
        kind: ObservationKind::Recurring,
        name: title(&format!("{} {relation} {} {} times", first.subject, first.object, days.len())),
        summary: format!("{} {relation} {} on {}.", first.subject, first.object, list(&listed)),
        created_at,
        start_at: first.fact.valid_from,
        end_at: None,
        latest_evidence_at: slot.iter().map(FactEvidence::last_at).max()?,
        episodes: episodes_of(slot),
        entities: entities_of(slot),
    })
}

fn family(knowledge: &Knowledge, slot: &[FactEvidence<'_>]) -> Option<Observation> {
    let first = slot.first()?;
    let plural = plural(&first.fact.predicate)?;
    // "A dog" is no name, so it may be one of those with a name.
    let is_named = |name: &str| name.chars().next().is_some_and(|first| !first.is_lowercase() && !first.is_numeric());
    let present = |evidence: &&FactEvidence<'_>| evidence.fact.valid_until.is_none() && is_named(evidence.object);
    let mut members: Vec<&FactEvidence<'_>> = slot.iter().filter(present).collect();
    let mut seen = BTreeSet::new();
    members.retain(|evidence| seen.insert(evidence.fact.object));
    let mut times: Vec<Timestamp> = members.iter().map(|evidence| evidence.first_at()).collect();
    times.sort_unstable();
    let created_at = *times.get(FAMILY_MIN - 1)?;
    let names: Vec<&str> = members.iter().map(|evidence| evidence.object).collect();
    Some(Observation {
        id: first.id_of(knowledge, "family", None),
        kind: ObservationKind::Family,
        name: title(&format!("{} has {} {plural}", first.subject, names.len())),
        summary: format!("{} has {} {plural}: {}.", first.subject, names.len(), list(&names)),
        created_at,
        start_at: None,
        end_at: None,
        latest_evidence_at: slot.iter().map(FactEvidence::last_at).max()?,
        episodes: episodes_of(slot),
        entities: entities_of(slot),
    })
}

fn change(knowledge: &Knowledge, slot: &[FactEvidence<'_>]) -> Option<Observation> {
    // The application may state several homes that hold together.
    slot.iter().find(|evidence| evidence.fact.holding == Holding::Exclusive)?;
    let (first, last) = (slot.first()?, slot.last()?);
    let created_at = nth_object_at(slot, CHANGE_MIN)?;
    let relation = words(&first.fact.predicate);
    let before = slot.iter().rev().find(|evidence| evidence.fact.object != last.fact.object)?;
    Some(Observation {
        id: first.id_of(knowledge, "change", None),
        kind: ObservationKind::Change,
        name: title(&format!("{} {relation} {}, before {}", first.subject, last.object, before.object)),
        summary: format!("{} {relation} {}.", first.subject, describe_steps(slot)),
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

/// "A from 2020, then B from 2024-05"; of many objects, only the first and the last ones.
fn describe_steps(slot: &[FactEvidence<'_>]) -> String {
    let omitted = slot.len().saturating_sub(LISTED_MAX);
    let mut text = String::new();
    for (position, evidence) in slot.iter().enumerate() {
        match position {
            0 => {}
            position if position <= omitted => continue,
            position if position == omitted + 1 && omitted > 0 => {
                text.push_str(&format!(", then {omitted} others, then "));
            }
            _ => text.push_str(", then "),
        }
        text.push_str(evidence.object);
        if let Some(since) = evidence.fact.valid_from {
            text.push_str(&format!(" from {}", date(since, evidence.fact.precision)));
        }
    }
    text
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
    fn what_happened_on_three_days_recurs() {
        let mut sample = Sample::new(graph(1));
        for on in [1, 1, 32] {
            sample.add_fact(on, ("Ann", "VISITED", "Oslo"), Holding::Event);
        }
        assert!(observed(&sample).is_empty(), "two days are no habit");
        sample.add_fact(61, ("Ann", "VISITED", "Oslo"), Holding::Event);
        let [one] = <[Observation; 1]>::try_from(observed(&sample)).expect("one observation");
        assert_eq!((one.kind, one.name.as_str()), (ObservationKind::Recurring, "Ann visited Oslo 3 times"));
        assert_eq!(one.summary, "Ann visited Oslo on 2024-03-02, 2024-02-02 and 2024-01-02.");
        assert_eq!((one.created_at, one.latest_evidence_at, one.start_at), (day(61), day(61), Some(day(1))));
        assert_eq!((one.end_at, one.episodes.len(), one.entities.len()), (None, 4, 2));
        for number in 0..8 {
            sample.add_fact(70 + number, ("Ann", "VISITED", "Oslo"), Holding::Event);
        }
        let later = &observed(&sample)[0];
        assert_eq!((later.id, later.created_at, later.latest_evidence_at), (one.id, day(61), day(77)));
        assert!(later.summary.ends_with("2024-03-11 and 3 more."), "{}", later.summary);
    }

    #[test]
    fn a_family_is_listed_when_two_have_names() {
        let mut sample = Sample::new(graph(1));
        for (on, child) in ["Mia", "son"].into_iter().enumerate() {
            sample.add_fact(on as i64, ("Ann", "HAS_CHILD", child), Holding::Shared);
        }
        assert!(observed(&sample).is_empty());
        sample.add_fact(3, ("Ann", "HAS_CHILD", "Leo"), Holding::Shared);
        let one = &observed(&sample)[0];
        assert_eq!((one.kind, one.name.as_str()), (ObservationKind::Family, "Ann has 2 children"));
        assert_eq!((one.summary.as_str(), one.created_at), ("Ann has 2 children: Mia and Leo.", day(3)));
    }

    #[test]
    fn a_replaced_object_is_a_change() {
        let mut sample = Sample::new(graph(1));
        sample.add_fact(0, ("Ann", "LIVES_IN", "Oslo"), Holding::Exclusive);
        assert!(observed(&sample).is_empty());
        sample.add_fact(31, ("Ann", "LIVES_IN", "Rome"), Holding::Exclusive);
        let one = &observed(&sample)[0];
        assert_eq!((one.kind, one.name.as_str()), (ObservationKind::Change, "Ann lives in Rome, before Oslo"));
        assert_eq!(one.summary, "Ann lives in Oslo from 2024-01-01, then Rome from 2024-02-01.");
        assert_eq!((one.start_at, one.end_at, one.entities.len()), (Some(day(0)), None, 3));
        for number in 0..20 {
            sample.add_fact(40 + number, ("Ann", "LIVES_IN", &format!("Town {number}")), Holding::Exclusive);
        }
        let later = &observed(&sample)[0];
        assert_eq!((later.id, later.created_at), (one.id, day(31)));
        assert!(later.summary.contains("Oslo from 2024-01-01, then 14 others, then Town 13 from"), "{}", later.summary);
    }

    #[test]
    fn a_correction_is_no_change() {
        let mut sample = Sample::new(graph(1));
        for place in ["Oslo", "Rome"] {
            sample.add_fact(0, ("Ann", "LIVES_IN", place), Holding::Exclusive);
        }
        assert!(observed(&sample).is_empty());
    }

    #[test]
    fn what_is_merely_repeated_or_long_is_not_observed() {
        let mut sample = Sample::new(graph(1));
        for on in 0..5 {
            sample.add_fact(on, ("Ann", "LIKES", "Tea"), Holding::Shared);
            sample.add_fact(on, ("Ann", "LIKES", &format!("Thing {on}")), Holding::Shared);
            sample.add_fact(on, ("Order 7", "STATUS", &format!("State {on}")), Holding::Exclusive);
            sample.add_fact(on, ("Ann", "BLINKED_AT", "Ida"), Holding::Event);
            sample.add_fact(on, ("Bob", "LIVES_IN", &format!("Town {on}")), Holding::Shared);
        }
        assert!(observed(&sample).is_empty());
    }

    #[test]
    fn nothing_is_observed_in_an_empty_graph() {
        assert!(observe(&Knowledge::new(graph(1)), |_| None).is_empty());
    }

    #[test]
    fn names_and_the_number_of_observations_are_limited() {
        let mut sample = Sample::new(graph(1));
        for number in 0..=OBSERVATIONS_MAX as i64 {
            for (later, object) in ["Oslo", "Rome"].into_iter().enumerate() {
                sample.add_fact(
                    number + later as i64,
                    (&format!("Person {number} {}", "ö".repeat(60)), "LIVES_IN", object),
                    Holding::Exclusive,
                );
            }
        }
        let found = observed(&sample);
        assert_eq!(found.len(), OBSERVATIONS_MAX);
        assert_eq!(found[0].latest_evidence_at, day(OBSERVATIONS_MAX as i64 + 1));
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
                    if exclusive { ("LIVES_IN", Holding::Exclusive) } else { ("HAS_CHILD", Holding::Shared) };
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
