//! Tests of the rules of time, by example and by properties of generated sets of assertions.

use jiff::Timestamp;
use jiff::civil::date;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::model::{EpisodeId, HEARSAY_CONFIDENCE, Metadata, TimePoint};

const HOME: &str = "LIVES_IN";

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn day(year: i16, month: i8, day: i8) -> Timestamp {
    date(year, month, day).to_zoned(TimeZone::UTC).expect("a day").timestamp()
}

fn on_day(at: Timestamp) -> TimePoint {
    TimePoint { at, precision: Precision::Day }
}

/// "The user lives in `object`", stated and recorded on `said`.
fn claim(number: u128, object: u128, said: Timestamp) -> Assertion {
    Assertion {
        id: AssertionId(id(number)),
        episode: Some(EpisodeId(id(1000 + number))),
        sequence: None,
        subject: EntityId(id(1)),
        predicate: HOME.to_owned(),
        object: Some(EntityId(id(object))),
        statement: format!("claim {number}"),
        span: 0..1,
        kind: ClaimKind::Asserts,
        holding: Holding::Exclusive,
        valid_from: None,
        valid_until: None,
        reference_time: said,
        recorded_at: said,
        confidence: 0.9,
        extractor: "test".to_owned(),
        attributes: Metadata::new(),
    }
}

fn compute(assertions: &[Assertion]) -> Vec<Fact> {
    facts(assertions, &HashMap::default(), |name| name, None)
}

fn only(facts: Vec<Fact>) -> Fact {
    assert_eq!(facts.len(), 1, "{facts:#?}");
    facts.into_iter().next().expect("one fact")
}

const PARIS: u128 = 101;
const OSLO: u128 = 102;

fn of(facts: &[Fact], object: u128) -> &Fact {
    facts.iter().find(|fact| fact.object == EntityId(id(object))).expect("a fact about it")
}

#[test]
fn an_undated_claim_starts_when_it_was_said() {
    let fact = only(compute(&[claim(1, PARIS, day(2020, 5, 1))]));
    assert_eq!((fact.valid_from, fact.valid_until, fact.expired_at), (Some(day(2020, 5, 1)), None, None));
}

#[test]
fn a_dated_claim_starts_at_its_date() {
    let dated = Assertion { valid_from: Some(on_day(day(2018, 1, 1))), ..claim(1, PARIS, day(2020, 5, 1)) };
    let fact = only(compute(&[dated]));
    assert_eq!((fact.valid_from, fact.precision), (Some(day(2018, 1, 1)), Precision::Day));
}

/// A claim at a position of an episode's text, stated at the same moment as all others.
fn said_at(number: u128, object: u128, sequence: i64, start: usize) -> Assertion {
    let episode = Some(EpisodeId(id(5_000 + sequence as u128)));
    Assertion { episode, sequence: Some(sequence), span: start..start + 10, ..claim(number, object, day(2020, 5, 1)) }
}

/// The object of the open fact.
fn last_object(assertions: &[Assertion]) -> EntityId {
    let open: Vec<EntityId> =
        compute(assertions).into_iter().filter(|fact| fact.valid_until.is_none()).map(|fact| fact.object).collect();
    assert_eq!(open.len(), 1);
    open[0]
}

#[test]
fn the_later_claim_in_a_text_wins_regardless_of_ids() {
    for (first, second) in [(1, 2), (2, 1)] {
        let (rome, oslo) = (said_at(first, PARIS, 7, 0), said_at(second, OSLO, 7, 16));
        assert_eq!(last_object(&[rome, oslo]), EntityId(id(OSLO)));
    }
}

#[test]
fn the_later_message_of_a_moment_wins_regardless_of_recording() {
    for (first, second) in [(1, 2), (2, 1)] {
        let earlier = Assertion { recorded_at: day(2021, 1, 1), ..said_at(first, PARIS, 7, 0) };
        let later = said_at(second, OSLO, 8, 0);
        assert_eq!(last_object(&[earlier, later]), EntityId(id(OSLO)));
    }
}

proptest! {
    /// The last of any number of corrections at one moment wins, regardless of ids and order of arrival.
    #[test]
    fn the_last_of_many_corrections_wins(
        objects in proptest::collection::vec(0_u128..4, 1..8),
        ids in Just((1..=8_u128).collect::<Vec<_>>()).prop_shuffle(),
        order in Just((0..8_usize).collect::<Vec<_>>()).prop_shuffle(),
        per_text in 1_usize..4,
    ) {
        let corrections: Vec<Assertion> = objects
            .iter()
            .enumerate()
            .map(|(at, object)| said_at(ids[at], 100 + object, (at / per_text) as i64, (at % per_text) * 20))
            .collect();
        let arrived: Vec<Assertion> = order.iter().filter_map(|at| corrections.get(*at)).cloned().collect();
        let last = objects.last().copied().unwrap_or(0);
        prop_assert_eq!(last_object(&arrived), EntityId(id(100 + last)));
    }
}

#[test]
fn the_next_object_of_an_exclusive_slot_closes_the_previous_one() {
    let facts = compute(&[claim(1, PARIS, day(2020, 1, 1)), claim(2, OSLO, day(2021, 1, 1))]);
    let paris = of(&facts, PARIS);
    assert_eq!(paris.valid_until, Some(day(2021, 1, 1)));
    assert_eq!(paris.expired_at, Some(day(2021, 1, 1)));
    assert_eq!(paris.closed_by, Some(Closing::Assertion(AssertionId(id(2)))));
    assert_eq!(of(&facts, OSLO).valid_until, None);
}

#[test]
fn hearsay_neither_replaces_nor_ends_what_is_known_better() {
    let hearsay = |claim: Assertion| Assertion { confidence: HEARSAY_CONFIDENCE, ..claim };
    let own = claim(1, PARIS, day(2020, 1, 1));
    let moved = hearsay(claim(2, OSLO, day(2021, 1, 1)));
    let left = hearsay(Assertion { kind: ClaimKind::Ends, ..claim(3, PARIS, day(2021, 2, 1)) });
    let until = Some(on_day(day(2021, 3, 1)));
    let leaves = hearsay(Assertion { valid_until: until, ..claim(4, PARIS, day(2021, 3, 1)) });
    let facts = compute(&[leaves, left, moved.clone(), own.clone()]);
    assert_eq!(only(facts).valid_until, None);
    // It counts where nothing better is known, until it is.
    let facts = compute(&[moved, Assertion { reference_time: day(2022, 1, 1), ..own }]);
    assert_eq!(of(&facts, OSLO).valid_until, Some(day(2022, 1, 1)));
    assert_eq!(of(&facts, PARIS).valid_until, None);
}

#[test]
fn the_later_of_two_claims_with_the_same_start_wins() {
    let start = day(2020, 1, 1);
    let first = Assertion { valid_from: Some(on_day(start)), ..claim(1, PARIS, day(2020, 2, 1)) };
    let second = Assertion { valid_from: Some(on_day(start)), ..claim(2, OSLO, day(2020, 3, 1)) };
    let facts = compute(&[second, first]);
    assert_eq!(of(&facts, PARIS).valid_until, Some(start));
    assert!(of(&facts, OSLO).holds_at(day(2020, 4, 1)) && !of(&facts, PARIS).holds_at(day(2020, 4, 1)));
}

#[test]
fn a_backfilled_claim_is_inserted_in_the_past() {
    let now = claim(1, OSLO, day(2021, 1, 1));
    let late = Assertion {
        valid_from: Some(on_day(day(2015, 1, 1))),
        recorded_at: day(2022, 1, 1),
        ..claim(2, PARIS, day(2015, 1, 1))
    };
    let facts = compute(&[now, late]);
    let paris = of(&facts, PARIS);
    assert_eq!(paris.valid_until, Some(day(2021, 1, 1)));
    assert_eq!(paris.expired_at, Some(day(2022, 1, 1)), "closed on arrival");
    assert_eq!((of(&facts, OSLO).valid_until, of(&facts, OSLO).expired_at), (None, None), "the present is untouched");
}

#[test]
fn a_future_start_does_not_expire_the_current_fact() {
    let plan = Assertion { valid_from: Some(on_day(day(2030, 1, 1))), ..claim(2, OSLO, day(2021, 1, 1)) };
    let facts = compute(&[claim(1, PARIS, day(2020, 1, 1)), plan]);
    let (paris, oslo) = (of(&facts, PARIS), of(&facts, OSLO));
    assert!(paris.holds_at(day(2029, 12, 31)) && !oslo.holds_at(day(2029, 12, 31)));
    assert_eq!((paris.valid_until, paris.expired_at), (Some(day(2030, 1, 1)), None), "a known end does not expire");
}

#[test]
fn shared_objects_do_not_close_each_other() {
    let likes = |number, object, said| Assertion { holding: Holding::Shared, ..claim(number, object, said) };
    let facts = compute(&[likes(1, PARIS, day(2020, 1, 1)), likes(2, OSLO, day(2021, 1, 1))]);
    assert!(facts.iter().all(|fact| fact.valid_until.is_none()));
}

#[test]
fn an_end_closes_only_its_own_object() {
    let shared = |number, object, said| Assertion { holding: Holding::Shared, ..claim(number, object, said) };
    let end = Assertion { kind: ClaimKind::Ends, ..shared(3, PARIS, day(2022, 1, 1)) };
    let facts = compute(&[shared(1, PARIS, day(2020, 1, 1)), shared(2, OSLO, day(2020, 1, 1)), end]);
    assert_eq!(of(&facts, PARIS).valid_until, Some(day(2022, 1, 1)));
    assert_eq!(of(&facts, OSLO).valid_until, None);
}

#[test]
fn an_end_without_an_object_closes_all_objects() {
    let end = Assertion { kind: ClaimKind::Ends, object: None, ..claim(2, 0, day(2021, 1, 1)) };
    let fact = only(compute(&[claim(1, PARIS, day(2020, 1, 1)), end]));
    assert_eq!(fact.valid_until, Some(day(2021, 1, 1)));
}

#[test]
fn an_end_implies_an_earlier_fact() {
    let end = Assertion { kind: ClaimKind::Ends, ..claim(1, PARIS, day(2021, 1, 1)) };
    let fact = only(compute(&[end]));
    assert_eq!((fact.valid_from, fact.valid_until), (None, Some(day(2021, 1, 1))));
    let denial = Assertion { kind: ClaimKind::Denies, ..claim(1, PARIS, day(2021, 1, 1)) };
    assert!(compute(&[denial]).is_empty(), "a denial implies no fact");
}

#[test]
fn a_claim_with_only_an_end_lies_before_it() {
    let until = Assertion { valid_until: Some(on_day(day(2015, 1, 1))), ..claim(1, PARIS, day(2020, 1, 1)) };
    let fact = only(compute(&[until]));
    assert!(fact.holds_at(day(2014, 1, 1)) && !fact.holds_at(day(2015, 1, 1)));
    assert_eq!(fact.expired_at, Some(day(2020, 1, 1)));
}

#[test]
fn a_restatement_adds_an_episode_but_no_fact() {
    let fact = only(compute(&[claim(1, PARIS, day(2020, 1, 1)), claim(2, PARIS, day(2021, 1, 1))]));
    assert_eq!(fact.episodes, [EpisodeId(id(1001)), EpisodeId(id(1002))]);
    assert_eq!(fact.valid_from, Some(day(2020, 1, 1)));
}

#[test]
fn restating_an_ended_fact_adds_a_second_fact() {
    let end = Assertion { kind: ClaimKind::Ends, ..claim(2, PARIS, day(2021, 1, 1)) };
    let facts = compute(&[claim(1, PARIS, day(2020, 1, 1)), end, claim(3, PARIS, day(2022, 1, 1))]);
    let spans: Vec<_> = facts.iter().map(|fact| (fact.valid_from, fact.valid_until)).collect();
    assert_eq!(spans, [(Some(day(2020, 1, 1)), Some(day(2021, 1, 1))), (Some(day(2022, 1, 1)), None)]);
}

#[test]
fn events_are_one_fact_per_day() {
    let visit = |number, said| Assertion { holding: Holding::Event, ..claim(number, PARIS, said) };
    assert_eq!(compute(&[visit(1, day(2020, 1, 1)), visit(2, day(2020, 1, 2))]).len(), 2);
    assert_eq!(compute(&[visit(1, day(2020, 1, 1)), visit(2, day(2020, 1, 1))]).len(), 1);
}

#[test]
fn facts_known_at_a_moment_exclude_later_evidence() {
    let assertions = [claim(1, PARIS, day(2020, 1, 1)), claim(2, OSLO, day(2021, 1, 1))];
    let then = facts(&assertions, &HashMap::default(), |name| name, Some(day(2020, 6, 1)));
    assert_eq!(only(then).valid_until, None);
}

#[test]
fn an_edit_by_the_operator_overrides_the_text() {
    let edit = FactEdit {
        statement: Some("edited".to_owned()),
        valid_until: Some(Some(day(2020, 2, 1))),
        recorded_at: Some(day(2020, 3, 1)),
        ..FactEdit::default()
    };
    let edits = HashMap::from_iter([(AssertionId(id(1)), edit)]);
    let assertions = [claim(1, PARIS, day(2020, 1, 1))];
    let fact = only(facts(&assertions, &edits, |name| name, None));
    assert_eq!((fact.statement.as_str(), fact.valid_until), ("edited", Some(day(2020, 2, 1))));
    assert_eq!((fact.expired_at, fact.closed_by), (Some(day(2020, 3, 1)), Some(Closing::Operator)));
    let before = only(facts(&assertions, &edits, |name| name, Some(day(2020, 2, 1))));
    assert_eq!(before.statement, "claim 1");
}

#[test]
fn a_statement_is_no_fact_and_changes_none() {
    let home = claim(1, PARIS, day(2020, 1, 1));
    let statement = Assertion { kind: ClaimKind::States, object: None, ..claim(2, 0, day(2021, 1, 1)) };
    assert_eq!(compute(&[home.clone(), statement]), compute(&[home]));
}

#[test]
fn nothing_is_related_to_itself() {
    let home = claim(1, PARIS, day(2020, 1, 1));
    let reflexive = claim(2, 1, day(2021, 1, 1));
    assert_eq!(compute(&[home.clone(), reflexive.clone()]), compute(&[home]), "nor does it close a fact");
    let stated = Assertion { extractor: OPERATOR.to_owned(), ..reflexive };
    assert_eq!(compute(&[stated]).len(), 1, "unless the operator says so");
}

type Drawn = (u128, Option<u128>, (i64, i64), ClaimKind, (Holding, bool), (Option<i64>, Option<i64>));

/// Claims about few subjects, objects and days, so that they collide often.
fn assertions() -> impl Strategy<Value = Vec<Assertion>> {
    let said = (0_i64..60, 0_i64..400);
    let kinds = prop_oneof![4 => Just(ClaimKind::Asserts), 1 => Just(ClaimKind::Ends), 1 => Just(ClaimKind::Denies)];
    let holdings = prop_oneof![Just(Holding::Exclusive), Just(Holding::Shared), Just(Holding::Event)];
    let holdings = (holdings, proptest::bool::weighted(0.3));
    let dates = (proptest::option::of(0_i64..60), proptest::option::weighted(0.2, 0_i64..60));
    let one = (1_u128..3, proptest::option::weighted(0.95, 101_u128..105), said, kinds, holdings, dates);
    proptest::collection::vec(one, 1..14).prop_map(|claims| {
        let on = |days: i64| day(2020, 1, 1).checked_add(jiff::SignedDuration::from_hours(24 * days)).expect("a day");
        let build = |(number, drawn): (usize, Drawn)| {
            let (subject, object, (said, learned), kind, (holding, is_hearsay), (from, until)) = drawn;
            let predicate = match holding {
                Holding::Exclusive => "LIVES_IN",
                Holding::Shared => "LIKES",
                Holding::Event => "VISITED",
            };
            // Only an end or a denial may have no object.
            let object = if kind == ClaimKind::Asserts { object.or(Some(101)) } else { object };
            Assertion {
                subject: EntityId(id(subject)),
                predicate: predicate.to_owned(),
                object: object.map(|object| EntityId(id(object))),
                kind,
                holding,
                valid_from: from.map(|days| on_day(on(days))),
                valid_until: until.map(|days| on_day(on(days))),
                recorded_at: on(learned),
                confidence: if is_hearsay { HEARSAY_CONFIDENCE } else { 0.9 },
                ..claim(number as u128 + 1, 101, on(said))
            }
        };
        claims.into_iter().enumerate().map(build).collect()
    })
}

type WorldFact = (EntityId, String, EntityId, Option<Timestamp>, Option<Timestamp>, Vec<EpisodeId>);

/// Facts without ids and the system's times.
fn world(facts: &[Fact]) -> Vec<WorldFact> {
    let mut world: Vec<_> = facts
        .iter()
        .map(|fact| {
            let span = (fact.valid_from, fact.valid_until);
            (fact.subject, fact.predicate.clone(), fact.object, span.0, span.1, fact.episodes.clone())
        })
        .collect();
    world.sort();
    world
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// T1: neither order nor repetition of assertions changes any fact.
    #[test]
    fn order_and_repetition_do_not_matter(assertions in assertions(), seed in any::<u64>()) {
        let expected = compute(&assertions);
        let mut shuffled = assertions.clone();
        let mut state = seed | 1;
        for at in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            shuffled.swap(at, (state >> 33) as usize % (at + 1));
        }
        prop_assert_eq!(compute(&shuffled), expected);
    }

    /// T1: another order of arrival gives the same facts about the world (except for ties, which T3 decides by the
    /// time of recording).
    #[test]
    fn the_order_of_arrival_does_not_change_the_world(assertions in assertions(), delays in proptest::collection::vec(0_i64..400, 14)) {
        let mut unique = assertions;
        for (at, assertion) in unique.iter_mut().enumerate() {
            // No two claims have the same start and the same reference time.
            assertion.reference_time = assertion.reference_time.checked_add(jiff::SignedDuration::from_secs(at as i64)).expect("a time");
        }
        let mut late = unique.clone();
        for (assertion, delay) in late.iter_mut().zip(&delays) {
            assertion.recorded_at = assertion.reference_time.checked_add(jiff::SignedDuration::from_hours(*delay)).expect("a time");
        }
        prop_assert_eq!(world(&compute(&unique)), world(&compute(&late)));
    }

    /// T3: facts of an exclusive slot never overlap.
    #[test]
    fn exclusive_facts_tile_time(assertions in assertions()) {
        let facts = compute(&assertions);
        let spans: Vec<&Fact> = facts.iter().filter(|fact| fact.holding == Holding::Exclusive).collect();
        for (at, left) in spans.iter().enumerate() {
            for right in &spans[at + 1..] {
                if left.subject != right.subject {
                    continue;
                }
                let begins = left.valid_from.max(right.valid_from);
                let ends = match (left.valid_until, right.valid_until) {
                    (Some(one), Some(other)) => Some(one.min(other)),
                    (one, other) => one.or(other),
                };
                let overlap = ends.is_none_or(|ends| begins.is_none_or(|begins| begins < ends));
                prop_assert!(!overlap, "{left:#?} overlaps {right:#?}");
            }
        }
    }

    /// T7: an expired fact had ended in the world by then and was recorded before.
    #[test]
    fn nothing_expires_before_it_ends_or_is_learned(assertions in assertions()) {
        for fact in compute(&assertions) {
            if let Some(expired_at) = fact.expired_at {
                prop_assert!(fact.valid_until.is_some_and(|until| until <= expired_at));
                prop_assert!(fact.created_at <= expired_at);
            }
            prop_assert!(fact.valid_from.is_none() || fact.valid_until.is_none() || fact.valid_from <= fact.valid_until);
        }
    }

    /// T8: removing assertions gives the same facts as never having had them.
    #[test]
    fn retraction_leaves_no_trace(assertions in assertions(), keep in any::<u16>()) {
        let kept: Vec<Assertion> = assertions
            .iter()
            .enumerate()
            .filter(|(at, _)| keep & (1 << at) != 0)
            .map(|(_, assertion)| assertion.clone())
            .collect();
        let all = compute(&assertions);
        let after = compute(&kept);
        let gone: Vec<AssertionId> = assertions.iter().map(|a| a.id).filter(|id| kept.iter().all(|a| a.id != *id)).collect();
        for fact in &after {
            prop_assert!(fact.assertions.iter().all(|id| !gone.contains(id)));
            let closer_is_gone = matches!(fact.closed_by, Some(Closing::Assertion(closer)) if gone.contains(&closer));
            prop_assert!(!closer_is_gone);
        }
        if gone.is_empty() {
            prop_assert_eq!(all, after);
        }
    }

    /// T9: the facts known at a moment are those computed from the evidence recorded by then.
    #[test]
    fn facts_known_at_a_moment_equal_those_of_earlier_evidence(assertions in assertions(), days in 0_i64..400) {
        let then = day(2020, 1, 1).checked_add(jiff::SignedDuration::from_hours(24 * days)).expect("a day");
        let known: Vec<Assertion> = assertions.iter().filter(|assertion| assertion.recorded_at <= then).cloned().collect();
        let asked = facts(&assertions, &HashMap::default(), |name| name, Some(then));
        prop_assert_eq!(asked, compute(&known));
    }
}
