//! The rules of time: facts as a pure function of a set of assertions.
//!
//! The result does not depend on a store, a clock or the order of arrival. The rules (T1–T10 in
//! ARCHITECTURE.md) in short: assertions with the same subject and predicate form a *slot*. The assertions of a
//! slot are placed on timelines (one for the whole slot if the predicate is exclusive, one per object if it is
//! shared, one per object and day for events), which are swept from the past to the future. Restatements extend
//! the open run; in an exclusive slot, another object closes it; so does an end or a denial. Every closing
//! records when the system learned of it.

use std::collections::BTreeMap;

use foldhash::HashMap;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::{
    Assertion, AssertionId, ClaimKind, Closing, EntityId, Fact, FactEdit, Holding, Metadata, OPERATOR, Precision,
};
use crate::text::inert;

/// The key of a slot: all assertions that can affect each other's facts have the same key.
///
/// The key of an event includes its object, because events never close each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SlotKey {
    /// The entity of the subject.
    pub subject: EntityId,
    /// The relation.
    pub predicate: Box<str>,
    /// The object of an event; `None` for other facts.
    pub event_object: Option<EntityId>,
}

impl SlotKey {
    /// Returns the slot of an assertion; `resolve` maps name ids to entities.
    pub fn of(assertion: &Assertion, resolve: impl Fn(EntityId) -> EntityId) -> Self {
        Self {
            subject: resolve(assertion.subject),
            predicate: assertion.predicate.as_str().into(),
            event_object: match assertion.holding {
                Holding::Event => assertion.object.map(&resolve),
                Holding::Exclusive | Holding::Shared => None,
            },
        }
    }
}

/// Computes the facts of a set of assertions and the operator's edits.
///
/// `resolve` maps name ids to entities; `known_at` excludes evidence recorded later (T9). The result is sorted
/// by start, then id, and does not depend on the order of `assertions` (T1).
pub fn facts<'a>(
    assertions: impl IntoIterator<Item = &'a Assertion>,
    edits: &HashMap<AssertionId, FactEdit>,
    resolve: impl Fn(EntityId) -> EntityId,
    known_at: Option<Timestamp>,
) -> Vec<Fact> {
    let mut slots: BTreeMap<SlotKey, Vec<&Assertion>> = BTreeMap::new();
    for assertion in assertions {
        let is_known = known_at.is_none_or(|known_at| assertion.recorded_at <= known_at);
        if is_known && assertion.kind != ClaimKind::States {
            slots.entry(SlotKey::of(assertion, &resolve)).or_default().push(assertion);
        }
    }
    let mut facts: Vec<Fact> =
        slots.into_values().flat_map(|claims| slot_facts(&claims, edits, &resolve, known_at)).collect();
    facts.sort_by_key(|left| (left.valid_from, left.id));
    facts
}

/// Computes the facts of one slot; `claims` are all its assertions, in any order.
pub fn slot_facts(
    claims: &[&Assertion],
    edits: &HashMap<AssertionId, FactEdit>,
    resolve: impl Fn(EntityId) -> EntityId,
    known_at: Option<Timestamp>,
) -> Vec<Fact> {
    let claims: Vec<&Assertion> = claims.iter().copied().filter(|claim| !is_reflexive(claim, &resolve)).collect();
    timelines(&claims, &resolve)
        .into_iter()
        .flat_map(|(exclusive, timeline)| sweep(timeline, exclusive))
        .map(|run| run.into_fact(&resolve))
        .map(|fact| edited(fact, edits, known_at))
        .collect()
}

/// Whether a claim of an extractor relates an entity to itself, which is never meant: one of the names was resolved
/// wrongly.
fn is_reflexive(claim: &Assertion, resolve: impl Fn(EntityId) -> EntityId) -> bool {
    let subject = resolve(claim.subject);
    claim.extractor != OPERATOR && claim.object.is_some_and(|object| resolve(object) == subject)
}

/// One claim placed on a timeline.
#[derive(Debug, Clone, Copy)]
struct Placed<'a> {
    at: Timestamp,
    /// Whether the start is known: "until 2015" states only the end.
    start_known: bool,
    object: Option<EntityId>,
    claim: &'a Assertion,
}

impl<'a> Placed<'a> {
    fn new(claim: &'a Assertion, resolve: impl Fn(EntityId) -> EntityId) -> Self {
        let object = claim.object.map(resolve);
        let until = claim.valid_until.map(|until| until.at);
        match (claim.valid_from, until) {
            (Some(from), _) => Self { at: from.at, start_known: true, object, claim },
            (None, Some(until)) if claim.kind == ClaimKind::Asserts && until <= claim.reference_time => {
                Self { at: until, start_known: false, object, claim }
            }
            (None, _) => Self { at: claim.reference_time, start_known: true, object, claim },
        }
    }

    /// The order of the sweep: time in the world, then the order of statement (T3).
    fn order(&self) -> (Timestamp, StatementOrder) {
        (self.at, StatementOrder::of(self.claim))
    }
}

/// The order in which claims were stated: by reference time, then by position of the episode in its graph, then by
/// position in the episode's text.
///
/// Claims of the operator, which have no episode, come last. The remaining fields only make the order total: they
/// never decide between two claims at different positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct StatementOrder {
    reference_time: Timestamp,
    sequence: i64,
    place: (usize, usize),
    recorded_at: Timestamp,
    id: AssertionId,
}

impl StatementOrder {
    fn of(claim: &Assertion) -> Self {
        Self {
            reference_time: claim.reference_time,
            sequence: claim.sequence.unwrap_or(i64::MAX),
            place: (claim.span.start, claim.span.end),
            recorded_at: claim.recorded_at,
            id: claim.id,
        }
    }
}

/// Splits a slot's claims into independent timelines, each sorted for the sweep.
fn timelines<'a>(claims: &[&'a Assertion], resolve: impl Fn(EntityId) -> EntityId) -> Vec<(bool, Vec<Placed<'a>>)> {
    let exclusive = claims.iter().any(|claim| claim.holding == Holding::Exclusive);
    let placed: Vec<Placed<'a>> = claims.iter().map(|claim| Placed::new(claim, &resolve)).collect();
    let mut lanes: BTreeMap<(Option<EntityId>, Option<jiff::civil::Date>), Vec<Placed<'a>>> = BTreeMap::new();
    for claim in &placed {
        let day = (claim.claim.holding == Holding::Event).then(|| TimeZone::UTC.to_datetime(claim.at).date());
        let lane = if exclusive { None } else { claim.object };
        lanes.entry((lane, day)).or_default().push(*claim);
    }
    if !exclusive {
        spread_objectless(&mut lanes);
    }
    let mut timelines: Vec<_> = lanes.into_values().map(|lane| (exclusive, lane)).collect();
    for (_, lane) in &mut timelines {
        lane.sort_by_key(Placed::order);
    }
    timelines
}

/// In a shared slot, an end or denial without an object applies to every object.
fn spread_objectless(lanes: &mut BTreeMap<(Option<EntityId>, Option<jiff::civil::Date>), Vec<Placed<'_>>>) {
    if let Some(objectless) = lanes.remove(&(None, None)) {
        for lane in lanes.values_mut() {
            lane.extend(objectless.iter().copied());
        }
    }
}

/// A period in which one object holds, with the supporting claims.
#[derive(Debug)]
struct Run<'a> {
    object: EntityId,
    start: Option<Timestamp>,
    precision: Precision,
    end: Option<End>,
    claims: Vec<&'a Assertion>,
}

#[derive(Debug, Clone, Copy)]
struct End {
    at: Timestamp,
    closer: AssertionId,
    recorded_at: Timestamp,
}

impl End {
    fn new(at: Timestamp, closer: &Assertion) -> Self {
        Self { at, closer: closer.id, recorded_at: closer.recorded_at }
    }
}

impl Run<'_> {
    fn is_open_at(&self, at: Timestamp) -> bool {
        self.end.is_none_or(|end| end.at > at)
    }

    /// Whether a claim may end it (T3): hearsay ends nothing that a surer claim supports.
    fn yields_to(&self, claim: &Assertion) -> bool {
        !claim.is_hearsay() || self.claims.iter().all(|own| own.is_hearsay())
    }
}

/// Sweeps a sorted timeline from the past to the future and splits it into runs.
fn sweep(timeline: Vec<Placed<'_>>, exclusive: bool) -> Vec<Run<'_>> {
    let mut runs: Vec<Run<'_>> = Vec::new();
    for placed in timeline {
        match placed.claim.kind {
            ClaimKind::Asserts => assert_run(&mut runs, placed, exclusive),
            ClaimKind::Ends | ClaimKind::Denies => end_run(&mut runs, placed),
            ClaimKind::States => {}
        }
    }
    runs
}

fn assert_run<'a>(runs: &mut Vec<Run<'a>>, placed: Placed<'a>, exclusive: bool) {
    let Some(object) = placed.object else { return };
    let until = placed.claim.valid_until.map(|until| End::new(until.at.max(placed.at), placed.claim));
    if let Some(run) = runs.last_mut()
        && run.object == object
        && run.is_open_at(placed.at)
    {
        if until.is_some() && run.yields_to(placed.claim) {
            run.end = until;
        }
        run.claims.push(placed.claim);
        return;
    }
    let start = if placed.start_known { Some(placed.at) } else { unknown_start(runs, placed.at) };
    if exclusive
        && placed.start_known
        && let Some(previous) = runs.last_mut()
        && previous.is_open_at(placed.at)
    {
        if !previous.yields_to(placed.claim) {
            return;
        }
        previous.end = Some(End::new(placed.at, placed.claim));
    }
    let precision = placed.claim.valid_from.map_or(Precision::Instant, |from| from.precision);
    let run = Run { object, start, precision, end: until, claims: vec![placed.claim] };
    if placed.start_known { runs.push(run) } else { insert_past(runs, run, placed.at) }
}

/// Inserts a run that has ended at `at` before the open run, which must remain the last one.
fn insert_past<'a>(runs: &mut Vec<Run<'a>>, run: Run<'a>, at: Timestamp) {
    let position = runs.iter().position(|run| run.is_open_at(at)).unwrap_or(runs.len());
    runs.insert(position, run);
}

fn end_run<'a>(runs: &mut Vec<Run<'a>>, placed: Placed<'a>) {
    let about = |run: &Run<'_>| placed.object.is_none_or(|object| object == run.object);
    if let Some(run) = runs.iter_mut().rev().find(|run| about(run)) {
        if run.is_open_at(placed.at) && run.yields_to(placed.claim) {
            run.end = Some(End::new(placed.at, placed.claim));
        }
        return;
    }
    // "I no longer work at X" implies that it was so, even if nothing stated it before.
    if let (ClaimKind::Ends, Some(object)) = (placed.claim.kind, placed.object) {
        let start = unknown_start(runs, placed.at);
        let end = Some(End::new(placed.at, placed.claim));
        let implied = Run { object, start, precision: Precision::Instant, end, claims: vec![placed.claim] };
        insert_past(runs, implied, placed.at);
    }
}

/// The earliest possible start of a run of which only the end is known: the end of the preceding run.
fn unknown_start(runs: &[Run<'_>], end: Timestamp) -> Option<Timestamp> {
    runs.iter().map(|run| run.end.map_or(end, |known| known.at.min(end))).max()
}

impl Run<'_> {
    fn into_fact(mut self, resolve: impl Fn(EntityId) -> EntityId) -> Fact {
        self.claims.sort_by_key(|claim| StatementOrder::of(claim));
        let mut oldest = self.claims[0];
        let mut best = self.claims[0];
        for claim in &self.claims {
            if (claim.recorded_at, claim.id) < (oldest.recorded_at, oldest.id) {
                oldest = claim;
            }
            if claim.confidence > best.confidence {
                best = claim;
            }
        }
        let mut episodes = Vec::new();
        let mut attributes = Metadata::new();
        for claim in &self.claims {
            if let Some(episode) = claim.episode
                && !episodes.contains(&episode)
            {
                episodes.push(episode);
            }
            attributes.extend(claim.attributes.clone());
        }
        // T7: the system learned of the end when it had recorded both the fact and the closing assertion; an end
        // that was then in the future does not count.
        let learned = self.end.map(|end| (end.at, end.recorded_at.max(oldest.recorded_at)));
        Fact {
            id: oldest.id,
            subject: resolve(best.subject),
            predicate: best.predicate.clone(),
            object: self.object,
            statement: inert(&best.statement).into_owned(),
            holding: best.holding,
            valid_from: self.start,
            precision: self.precision,
            valid_until: self.end.map(|end| end.at),
            created_at: oldest.recorded_at,
            expired_at: learned.filter(|(at, learned)| at <= learned).map(|(_, learned)| learned),
            closed_by: self.end.map(|end| Closing::Assertion(end.closer)),
            episodes,
            assertions: self.claims.iter().map(|claim| claim.id).collect(),
            attributes,
        }
    }
}

/// Applies the operator's edits to a fact, oldest first.
fn edited(mut fact: Fact, edits: &HashMap<AssertionId, FactEdit>, known_at: Option<Timestamp>) -> Fact {
    let mut applicable: Vec<&FactEdit> = fact
        .assertions
        .iter()
        .filter_map(|id| edits.get(id))
        .filter(|edit| known_at.is_none() || edit.recorded_at <= known_at)
        .collect();
    applicable.sort_by_key(|edit| edit.recorded_at);
    for edit in applicable {
        if let Some(statement) = &edit.statement {
            fact.statement = inert(statement).into_owned();
        }
        if let Some(predicate) = &edit.predicate {
            fact.predicate.clone_from(predicate);
        }
        if let Some(valid_from) = edit.valid_from {
            fact.valid_from = valid_from;
        }
        if let Some(valid_until) = edit.valid_until {
            fact.valid_until = valid_until;
            fact.closed_by = valid_until.map(|_| Closing::Operator);
            fact.expired_at = match (valid_until, edit.recorded_at) {
                (Some(until), Some(recorded)) if until <= recorded => Some(recorded),
                _ => None,
            };
        }
        if let Some(expired_at) = edit.expired_at {
            fact.expired_at = expired_at;
        }
        merge(&mut fact.attributes, &edit.attributes);
    }
    fact
}

/// Adds the attributes that claims of one fact, oldest first, and the operator's edits of it give it.
pub fn add_attributes(attributes: &mut Metadata, claims: &[&Assertion], edits: &HashMap<AssertionId, FactEdit>) {
    for claim in claims {
        attributes.extend(claim.attributes.clone());
    }
    let mut applicable: Vec<&FactEdit> = claims.iter().filter_map(|claim| edits.get(&claim.id)).collect();
    applicable.sort_by_key(|edit| edit.recorded_at);
    for edit in applicable {
        merge(attributes, &edit.attributes);
    }
}

/// Merges a patch into a map; a null deletes its key.
pub fn merge(target: &mut Metadata, patch: &Metadata) {
    for (key, value) in patch {
        if value.is_null() {
            target.remove(key);
        } else {
            target.insert(key.clone(), value.clone());
        }
    }
}

#[cfg(test)]
mod tests;
