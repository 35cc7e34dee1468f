//! Tests of the rules of identity, by example and by property.

use std::collections::BTreeMap;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::model::{Link, LinkId, LinkKind};

fn graph() -> GraphId {
    GraphId(Uuid::from_u128(7))
}

fn name(text: &str, entity_type: Option<&str>) -> Name {
    Name::new(name_id(graph(), text, entity_type), text, entity_type, Timestamp::UNIX_EPOCH)
}

fn link(left: &Name, right: &Name, kind: LinkKind) -> Link {
    let id = LinkId(Uuid::new_v5(&left.id.0, format!("{} {kind:?}", right.id.0).as_bytes()));
    Link { id, left: left.id, right: right.id, kind, episode: None, recorded_at: Timestamp::UNIX_EPOCH }
}

fn resolve(names: &[Name], links: &[Link]) -> Identities {
    Identities::of([], names.iter().cloned(), links.iter().cloned())
}

fn same(names: &[Name], links: &[Link], left: &Name, right: &Name) -> bool {
    let identities = resolve(names, links);
    identities.entity(left.id) == identities.entity(right.id)
}

fn shown(identities: &Identities) -> BTreeMap<EntityId, Vec<EntityId>> {
    identities.entities().map(|(id, members)| (id, members.to_vec())).collect()
}

#[test]
fn case_width_and_spaces_do_not_make_another_name() {
    assert_eq!(name("ＡＣＭＥ  Corp", None).id, name("Acme Corp", None).id);
    assert_eq!(name("МОСКВА", None).id, name("москва", None).id);
    assert_ne!(name("Acme Corp", None).id, name("Acme", None).id);
}

#[test]
fn a_name_without_a_type_joins_the_same_name_with_a_type() {
    let (untyped, person) = (name("Alma", None), name("Alma", Some("Person")));
    assert!(same(&[untyped.clone(), person.clone()], &[], &untyped, &person));
}

#[test]
fn one_name_is_one_entity_whatever_types_the_text_gives_it() {
    let types = [Some("Organization"), Some("Topic"), None];
    let [organization, topic, untyped] = types.map(|entity_type| name("DGIA", entity_type));
    let names = [organization.clone(), topic.clone(), untyped.clone()];
    assert!(same(&names, &[], &organization, &topic) && same(&names, &[], &untyped, &topic));
    let split = [link(&organization, &topic, LinkKind::Different)];
    assert!(
        !same(&[organization.clone(), topic.clone()], &split, &organization, &topic),
        "unless the operator splits it"
    );
}

/// A person's name.
fn person(text: &str) -> Name {
    name(text, Some("Person"))
}

#[test]
fn a_surname_after_a_title_joins_the_only_person_with_it() {
    for (short, full) in [
        ("President Obama", "Barack Obama"),
        ("Dr. Smith", "Dr. Jane Smith"),
        ("Prof Dr Smith", "Jane Smith"),
        ("Captain Braun", "Olaf Braun Jr."),
        ("Mrs. Dalloway", "Dalloway"),
        ("Chancellor Olaf Braun", "Olaf Braun"),
    ] {
        assert!(same(&[person(short), person(full)], &[], &person(short), &person(full)), "{short} is {full}");
    }
    let (short, full, other) = (person("Dr. Smith"), person("Jane Smith"), person("Alan Smith"));
    assert!(!same(&[short.clone(), full.clone(), other], &[], &short, &full), "a second Smith separates them");
    let untyped = name("President Obama", None);
    assert!(same(&[untyped.clone(), person("Barack Obama")], &[], &untyped, &person("Barack Obama")));
}

#[test]
fn titles_that_contradict_each_other_join_nobody() {
    let (his, hers, full) = (person("Mr. Smith"), person("Mrs. Smith"), person("Jane Smith"));
    let names = [his.clone(), hers.clone(), full.clone()];
    assert!(!same(&names, &[], &his, &hers) && !same(&names, &[], &hers, &full));
    assert!(!same(&[his.clone(), hers.clone()], &[], &his, &hers));
    assert!(same(&[hers.clone(), full.clone()], &[], &hers, &full));
}

#[test]
fn a_title_in_the_name_of_something_else_is_no_title() {
    let (company, motors) = (name("General Motors", Some("Organization")), person("Ann Motors"));
    assert!(!same(&[company.clone(), motors.clone()], &[], &company, &motors));
    let (film, bird) = (name("Lady Bird", None), person("Larry Bird"));
    assert!(!same(&[film.clone(), bird.clone()], &[], &film, &bird));
}

/// The user Noor Haddad with the links of her own names.
fn user_noor() -> (EntityId, Vec<Name>, Vec<Link>) {
    let user = user_node(graph());
    let names = vec![Name::new(user, "Noor Haddad", Some("User"), Timestamp::UNIX_EPOCH)];
    let own = [person("Noor"), name("Noor", None), person("Noor Haddad"), person("noor@example.org")];
    let tie = |own: &Name| link(&Name { id: user, ..own.clone() }, own, LinkKind::Same);
    let links = own.iter().map(tie).collect();
    (user, names, links)
}

#[test]
fn somebody_else_with_the_users_given_name_is_somebody_else() {
    for other in ["Dr. Noor", "Noor Jr.", "Noor Smith", "Mr. Haddad"] {
        let (user, mut names, links) = user_noor();
        names.extend([person(other), person("Noor"), name("Noor", None)]);
        let identities = Identities::of([user], names, links);
        assert_ne!(identities.entity(person(other).id), user, "{other}");
        assert_eq!(identities.entity(person("Noor").id), user);
    }
    let (user, mut names, links) = user_noor();
    let id = namesake_id(graph(), "Noor");
    names.extend([Name::in_graph(graph(), id, "Noor", None, Timestamp::UNIX_EPOCH), person("Noor")]);
    assert_eq!(Identities::of([user], names, links).entity(id), id);
}

#[test]
fn a_name_of_the_user_is_nobody_elses_short_name() {
    let user = user_node(graph());
    let own = Name::new(user, "Noor", Some("User"), Timestamp::UNIX_EPOCH);
    let names = [own, person("Noor"), person("Noor Smith")];
    let identities = Identities::of([user], names, []);
    assert_eq!(identities.entity(person("Noor").id), user);
    assert_ne!(identities.entity(person("Noor Smith").id), user);
}

#[test]
fn a_given_name_joins_the_only_person_with_it() {
    let (given, full) = (name("Robert", Some("Person")), name("Robert Smith", Some("Person")));
    assert!(same(&[given.clone(), full.clone()], &[], &given, &full));
    let other = name("Robert Jones", Some("Person"));
    assert!(!same(&[given.clone(), full.clone(), other], &[], &given, &full), "ambiguous names stay separate");
}

#[test]
fn a_link_joins_and_removing_it_separates_again() {
    let (robert, bob) = (name("Robert Smith", Some("Person")), name("Bob", None));
    let names = [robert.clone(), bob.clone()];
    assert!(!same(&names, &[], &robert, &bob));
    assert!(same(&names, &[link(&robert, &bob, LinkKind::Same)], &robert, &bob));
}

#[test]
fn a_split_overrides_every_rule() {
    let (untyped, person) = (name("Alma", None), name("Alma", Some("Person")));
    let links = [link(&untyped, &person, LinkKind::Different), link(&untyped, &person, LinkKind::Same)];
    assert!(!same(&[untyped.clone(), person.clone()], &links, &untyped, &person));
}

#[test]
fn an_anchor_represents_its_class() {
    let (user, alice) = (user_node(graph()), name("Alice", Some("Person")));
    let tie = Link {
        id: LinkId(Uuid::nil()),
        left: alice.id,
        right: user,
        kind: LinkKind::Same,
        episode: None,
        recorded_at: Timestamp::UNIX_EPOCH,
    };
    assert_eq!(Identities::of([user], [alice.clone()], [tie]).entity(alice.id), user);
}

#[test]
fn the_fullest_name_is_the_display_name() {
    assert_eq!(fullest_name(["Bob", "Robert Smith", "Robert"]), Some("Robert Smith"));
    assert_eq!(fullest_name(["rescue greyhound", "Pickle", "Nora's dog"]), Some("Pickle"));
    assert_eq!(fullest_name(["王小明老师", "Wang"]), Some("王小明老师"));
}

fn evidence() -> impl Strategy<Value = (Vec<Name>, Vec<Link>)> {
    let names = [
        "Ann",
        "Ann Lee",
        "Ann Roe",
        "Bob",
        "Bob Ray",
        "JAVA ",
        "Java",
        "Dr. Lee",
        "Mr. Ray",
        "Mrs. Ray",
        "Lee",
        "Prof. Ann Lee",
        "Ann Jr.",
    ];
    let types = [None, Some("Person"), Some("Location"), Some("Topic")];
    let one = (0..names.len(), 0..types.len(), 0_i64..5);
    let many = proptest::collection::vec(one, 1..10);
    let ties = proptest::collection::vec((0_usize..10, 0_usize..10, any::<bool>()), 0..6);
    (many, ties).prop_map(move |(picked, ties)| {
        let mut made: Vec<Name> = Vec::new();
        for (text, entity_type, seconds) in picked {
            let fresh = name(names[text], types[entity_type]);
            let recorded_at = Timestamp::from_second(seconds).expect("a time");
            if made.iter().all(|known| known.id != fresh.id) {
                made.push(Name { recorded_at, ..fresh });
            }
        }
        let pick = |at: usize| made[at % made.len()].clone();
        let kind = |joins| if joins { LinkKind::Same } else { LinkKind::Different };
        let ties = ties.into_iter().map(|(left, right, joins)| link(&pick(left), &pick(right), kind(joins)));
        let ties = ties.filter(|tie| tie.left != tie.right).collect();
        (made, ties)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// I3: identity depends on the evidence, not on its order of arrival.
    #[test]
    fn the_order_of_evidence_does_not_matter((names, links) in evidence()) {
        let (mut reversed_names, mut reversed_links) = (names.clone(), links.clone());
        reversed_names.reverse();
        reversed_links.reverse();
        prop_assert_eq!(shown(&resolve(&names, &links)), shown(&resolve(&reversed_names, &reversed_links)));
    }

    /// Every name belongs to exactly one entity, and split names stay separate.
    #[test]
    fn classes_are_a_partition_that_respects_splits((names, links) in evidence()) {
        let identities = resolve(&names, &links);
        for name in &names {
            let homes = identities.entities().filter(|(_, members)| members.contains(&name.id)).count();
            prop_assert_eq!(homes, 1);
        }
        for split in links.iter().filter(|link| link.kind == LinkKind::Different) {
            prop_assert_ne!(identities.entity(split.left), identities.entity(split.right));
        }
    }

    /// I3: after any sequence of changes, the result equals that of resolving the remaining evidence at once, and
    /// every name whose entity changed is returned.
    #[test]
    fn incremental_resolution_equals_full_resolution(
        (names, links) in evidence(),
        steps in proptest::collection::vec((any::<bool>(), 0_usize..16, any::<bool>(), 0_i64..5), 1..40),
    ) {
        let anchors = [names[0].id];
        let mut identities = Identities::new(anchors);
        let (mut names_by_id, mut links_by_id) = (BTreeMap::new(), BTreeMap::new());
        let mut known: BTreeMap<EntityId, EntityId> = BTreeMap::new();
        for (is_name, at, stays, seconds) in steps {
            if is_name || links.is_empty() {
                let name = Name { recorded_at: Timestamp::from_second(seconds).expect("a time"), ..names[at % names.len()].clone() };
                if stays {
                    identities.put_name(name.clone());
                    names_by_id.insert(name.id, name);
                } else {
                    identities.remove_name(name.id);
                    names_by_id.remove(&name.id);
                }
            } else {
                let link = &links[at % links.len()];
                if stays {
                    identities.put_link(link.clone());
                    links_by_id.insert(link.id, link.clone());
                } else {
                    identities.remove_link(link.id);
                    links_by_id.remove(&link.id);
                }
            }
            if at % 3 == 0 {
                continue;
            }
            for (id, before) in identities.apply_pending() {
                prop_assert_eq!(known.insert(id, identities.entity(id)).unwrap_or(id), before);
            }
            let fresh = Identities::of(anchors, names_by_id.values().cloned(), links_by_id.values().cloned());
            prop_assert_eq!(shown(&identities), shown(&fresh));
            for name in &names {
                prop_assert_eq!(known.get(&name.id).copied().unwrap_or(name.id), identities.entity(name.id));
            }
        }
    }
}
