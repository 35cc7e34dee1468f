//! Incremental computation gives the same result as computing from the remaining evidence.

use proptest::prelude::*;

use super::*;
use crate::model::{ClaimKind, Holding, LinkKind, Metadata};

fn graph() -> GraphId {
    GraphId(Uuid::from_u128(9 << 100))
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_600_000_000 + seconds * 86_400).expect("a time")
}

fn name(number: u8) -> EntityId {
    identity::name_id(graph(), &format!("name {number}"), None)
}

fn episode(number: u8) -> EpisodeId {
    EpisodeId(graph().within(Uuid::from_u128(u128::from(number) + 1)))
}

fn mention(episode_number: u8, number: u8) -> Mention {
    Mention {
        episode: Some(episode(episode_number)),
        name: format!("name {number}"),
        entity: name(number),
        entity_type: None,
        span: 0..1,
        recorded_at: at(i64::from(episode_number)),
    }
}

fn assertion(episode_number: u8, draw: (u8, u8, u8, u8)) -> Assertion {
    let (subject, object, holding, kind) = draw;
    let key = format!("{episode_number} {draw:?}");
    Assertion {
        id: AssertionId(graph().derive(key.as_bytes())),
        episode: Some(episode(episode_number)),
        sequence: None,
        subject: name(subject % 3),
        predicate: if holding.is_multiple_of(2) { "LIVES_IN" } else { "LIKES" }.to_owned(),
        object: Some(name(3 + object % 3)),
        statement: key,
        span: 0..1,
        kind: if kind.is_multiple_of(4) { ClaimKind::Ends } else { ClaimKind::Asserts },
        holding: if holding.is_multiple_of(2) { Holding::Exclusive } else { Holding::Shared },
        valid_from: None,
        valid_until: None,
        reference_time: at(i64::from(episode_number)),
        recorded_at: at(i64::from(episode_number)),
        confidence: 0.9,
        extractor: "test".to_owned(),
        attributes: Metadata::new(),
    }
}

fn link(episode_number: u8, left: u8, right: u8) -> Link {
    Link {
        id: LinkId(graph().derive(format!("link {episode_number} {left} {right}").as_bytes())),
        left: name(left % 6),
        right: name(right % 6),
        kind: LinkKind::Same,
        episode: Some(episode(episode_number)),
        recorded_at: at(i64::from(episode_number)),
    }
}

/// The evidence of one episode: one or two claims and sometimes a link.
fn evidence_of(number: u8, draw: (u8, u8, u8, u8)) -> Evidence {
    let assertion = assertion(number, draw);
    let mentions = vec![mention(number, draw.0 % 3), mention(number, 3 + draw.1 % 3)];
    let links = if draw.3.is_multiple_of(3) { vec![link(number, draw.1, draw.2)] } else { Vec::new() };
    let links: Vec<Link> = links.into_iter().filter(|link| link.left != link.right).collect();
    let linked = links.iter().flat_map(|link| [link.left, link.right]);
    let numbers: Vec<u8> = linked.filter_map(|id| (0..6).find(|number| name(*number) == id)).collect();
    let mentions = mentions.into_iter().chain(numbers.into_iter().map(|other| mention(number, other))).collect();
    Evidence { assertions: vec![assertion], mentions, links, ..Evidence::default() }
}

fn shown(knowledge: &Knowledge) -> (Vec<Fact>, Vec<Entity>) {
    let mut facts: Vec<Fact> = knowledge.facts().cloned().collect();
    facts.sort_by_key(|fact| fact.id);
    (facts, knowledge.entities().cloned().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// T8: after any sequence of additions and removals, the result is that of the remaining episodes.
    #[test]
    fn incremental_computation_equals_recomputation(
        draws in proptest::collection::vec(any::<(u8, u8, u8, u8)>(), 1..12),
        removals in proptest::collection::vec(any::<u8>(), 0..8),
    ) {
        let mut grown = Knowledge::new(graph());
        for (number, draw) in draws.iter().enumerate() {
            grown.apply(evidence_of(number as u8, *draw));
        }
        let mut left: BTreeSet<u8> = (0..draws.len() as u8).collect();
        for removal in removals {
            let doomed = removal % draws.len() as u8;
            left.remove(&doomed);
            let tombstones = vec![(TombstoneKind::Episode, episode(doomed).0)];
            grown.apply(Evidence { tombstones, ..Evidence::default() });
        }
        let mut fresh = Knowledge::new(graph());
        for number in left.iter().rev() {
            fresh.apply(evidence_of(*number, draws[usize::from(*number)]));
        }
        prop_assert_eq!(shown(&grown), shown(&fresh));
        for limit in [0, 2, 4, 100] {
            prop_assert_eq!(grown.known_names(limit), fresh.known_names(limit));
        }
    }

    /// The returned changes suffice to keep a copy up to date.
    #[test]
    fn all_changes_are_returned(draws in proptest::collection::vec(any::<(u8, u8, u8, u8)>(), 1..12)) {
        let mut knowledge = Knowledge::new(graph());
        let mut copy: BTreeMap<AssertionId, Fact> = BTreeMap::new();
        let mut names: BTreeMap<EntityId, Entity> = BTreeMap::new();
        for (number, draw) in draws.iter().enumerate() {
            let touched = knowledge.apply(evidence_of(number as u8, *draw));
            for id in touched.facts {
                match knowledge.fact(id).filter(|fact| fact.id == id) {
                    Some(fact) => copy.insert(id, fact.clone()),
                    None => copy.remove(&id),
                };
            }
            for id in touched.entities {
                match knowledge.entity(id).filter(|entity| entity.id == id) {
                    Some(entity) => names.insert(id, entity.clone()),
                    None => names.remove(&id),
                };
            }
            let (facts, entities) = shown(&knowledge);
            prop_assert_eq!(copy.values().cloned().collect::<Vec<_>>(), facts);
            prop_assert_eq!(names.values().cloned().collect::<Vec<_>>(), entities);
        }
    }
}

#[test]
fn a_name_that_was_deleted_is_new_when_it_is_mentioned_again() {
    let mut warm = Knowledge::new(graph());
    let mentions_of =
        |number| Evidence { mentions: vec![mention(number, 1), mention(number, 2)], ..Evidence::default() };
    warm.apply(mentions_of(1));
    warm.apply(Evidence { tombstones: vec![(TombstoneKind::Name, name(1).0)], ..Evidence::default() });
    warm.apply(mentions_of(2));
    let mut cold = Knowledge::new(graph());
    cold.apply(Evidence { mentions: vec![mention(1, 2), mention(2, 1), mention(2, 2)], ..Evidence::default() });
    assert_eq!(shown(&warm), shown(&cold));
    for number in [1, 2] {
        assert_eq!(warm.mentioned_in(episode(number)), cold.mentioned_in(episode(number)));
    }
}
