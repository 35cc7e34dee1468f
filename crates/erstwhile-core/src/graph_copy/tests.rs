//! A copy has the same facts and entities as the original, and ingests new data in the same way.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::extraction::{Claim, ExtractedMention, ExtractedStatement, Extraction};
use crate::knowledge::Knowledge;
use crate::knowledge::sample::{Sample, day, episode, graph};
use crate::model::{ClaimKind, EntityPatch, EpisodeState, FactEdit, Holding, LinkKind, Metadata, ProjectId, UserUuid};
use crate::reading::{Reading, evidence};

fn from() -> GraphId {
    graph(3)
}

fn to() -> GraphId {
    graph(5)
}

fn owner() -> User {
    User {
        graph: from(),
        project: ProjectId(Uuid::nil()),
        user_id: "ann-1".to_owned(),
        uuid: UserUuid(from().within(Uuid::nil())),
        email: Some("ann@example.org".to_owned()),
        first_name: Some("Ann".to_owned()),
        last_name: Some("Lee".to_owned()),
        time_zone: None,
        metadata: Metadata::new(),
        disable_default_ontology: false,
        created_at: day(0),
        updated_at: day(0),
        thread_count: 0,
    }
}

/// The evidence in a new graph after the changes.
fn evidence_of(changes: &[Change]) -> Evidence {
    let mut evidence = Evidence::default();
    for change in changes.iter().cloned() {
        match change {
            Change::AddEpisodes(episodes) => evidence.episodes.extend(episodes),
            Change::AddMention(mention) => evidence.mentions.push(mention),
            Change::AddAssertion(assertion) => evidence.assertions.push(assertion),
            Change::AddLink(link) => evidence.links.push(link),
            Change::PutFactEdit(id, edit) => evidence.edits.push(Edit::Fact(id, edit)),
            Change::PutEntityEdit(id, patch) => evidence.edits.push(Edit::Entity(id, patch)),
            other => panic!("a copy only adds: {other:?}"),
        }
    }
    evidence
}

fn known(graph: GraphId, evidence: &Evidence) -> Knowledge {
    let mut knowledge = Knowledge::new(graph);
    knowledge.apply(evidence.clone());
    knowledge
}

/// Facts and entities without ids.
fn without_ids(knowledge: &Knowledge) -> (Vec<String>, Vec<String>) {
    let name = |id| knowledge.entity(id).map_or("?", |entity| entity.name.as_str()).to_owned();
    let mut facts: Vec<String> = knowledge
        .facts()
        .map(|fact| {
            let span = (fact.valid_from, fact.valid_until, fact.created_at, fact.expired_at, fact.episodes.len());
            format!(
                "{} | {} | {} | {} | {span:?}",
                name(fact.subject),
                fact.predicate,
                name(fact.object),
                fact.statement
            )
        })
        .collect();
    facts.sort();
    let mut entities: Vec<String> = knowledge
        .entities()
        .map(|entity| {
            let count = entity.episodes.len();
            format!("{} {:?} {:?} {} {count}", entity.name, entity.entity_type, entity.aliases, entity.summary)
        })
        .collect();
    entities.sort();
    (facts, entities)
}

fn link(left: EntityId, right: EntityId, key: &str) -> Link {
    let id = LinkId(from().derive(key.as_bytes()));
    Link { id, left, right, kind: LinkKind::Same, episode: None, recorded_at: day(0) }
}

fn operator_mention(entity: EntityId, name: &str, entity_type: &str) -> Mention {
    Mention {
        episode: None,
        name: name.to_owned(),
        entity,
        entity_type: Some(entity_type.to_owned()),
        span: 0..0,
        recorded_at: day(0),
    }
}

/// A user's graph with the user, the assistant, aliases, a change and edits.
fn sample() -> Sample {
    let mut sample = Sample::new(from());
    sample.add_fact(1, ("Robert Smith:Person", "LIVES_IN", "Oslo:Location"), Holding::Exclusive);
    sample.add_fact(2, ("Robert:Person", "LIVES_IN", "Rome"), Holding::Exclusive);
    sample.add_fact(3, ("Ann Lee:Person", "LIKES", "Tea:Topic"), Holding::Shared);
    sample.add_fact(4, ("ann-1", "LIKES", "Cake:Topic"), Holding::Shared);
    let (user, assistant) = (user_node(from()), assistant_node(from()));
    for mention in [operator_mention(user, "Ann Lee", "User"), operator_mention(assistant, "Assistant", "Assistant")] {
        sample.evidence.mentions.push(mention);
    }
    for (number, name) in ["Ann Lee", "Ann", "ann@example.org", "ann-1"].into_iter().enumerate() {
        for entity_type in OWN_NAME_TYPES {
            let right = name_id(from(), name, entity_type);
            sample.evidence.links.push(link(user, right, &format!("own {number} {entity_type:?}")));
        }
    }
    let edited = sample.evidence.assertions[2].id;
    let edit =
        FactEdit { statement: Some("Ann Lee loves tea".to_owned()), recorded_at: Some(day(5)), ..FactEdit::default() };
    sample.evidence.edits.push(Edit::Fact(edited, edit));
    let patch = EntityPatch { summary: Some("A city in the north.".to_owned()), ..EntityPatch::default() };
    sample.evidence.edits.push(Edit::Entity(sample.entity("Oslo:Location"), patch));
    sample
}

#[test]
fn a_copy_has_the_facts_and_entities_of_the_original() {
    let (sample, owner) = (sample(), owner());
    let owners = GraphOwners { original: Some(&owner), target_has_people: false };
    let copy = evidence_of(&copy_graph(&sample.evidence, from(), to(), owners));
    assert_eq!(without_ids(&known(to(), &copy)), without_ids(&sample.knowledge()));
    assert!(without_ids(&sample.knowledge()).0.iter().any(|fact| fact.contains("Ann Lee loves tea")));
}

#[test]
fn every_id_of_a_copy_is_inside_the_copy() {
    let (sample, owner) = (sample(), owner());
    let copy = evidence_of(&copy_graph(
        &sample.evidence,
        from(),
        to(),
        GraphOwners { original: Some(&owner), ..GraphOwners::default() },
    ));
    let mentioned =
        copy.mentions.iter().flat_map(|mention| mention.episode.map(|id| id.0).into_iter().chain([mention.entity.0]));
    let claimed = copy.assertions.iter().flat_map(|claim| [claim.id.0, claim.subject.0]);
    let linked = copy.links.iter().flat_map(|link| [link.id.0, link.left.0, link.right.0]);
    let ids = copy.episodes.iter().map(|episode| episode.id.0).chain(mentioned).chain(claimed).chain(linked);
    assert!(ids.map(crate::model::tag_of).all(|tag| tag == to().tag()));
}

#[test]
fn names_ingested_into_a_copy_resolve_to_copied_entities() {
    let (sample, owner) = (sample(), owner());
    let original = sample.knowledge();
    let owners = GraphOwners { original: Some(&owner), target_has_people: false };
    let copy = evidence_of(&copy_graph(&sample.evidence, from(), to(), owners));
    let mut knowledge = known(to(), &copy);
    let entities = knowledge.entities().count();
    let names = [("Robert Smith", Some("Person")), ("rome", None), ("Ann", Some("Person")), ("ann@example.org", None)];
    for (number, (name, entity_type)) in names.into_iter().enumerate() {
        let was = original.entity(name_id(from(), name, entity_type)).expect("known before").name.clone();
        let turn = episode(EpisodeId(to().within(Uuid::from_u128(99 + number as u128))), 99, name, day(9));
        let reading = Reading { graph: to(), user: None, extractor: "test", recorded_at: day(9) };
        let mention = ExtractedMention {
            name: name.to_owned(),
            entity_type: entity_type.map(str::to_owned),
            span: 0..name.len(),
        };
        let (changes, _) = evidence(&reading, &turn, Extraction { mentions: vec![mention], ..Extraction::default() });
        let arrived = evidence_of(&changes);
        knowledge.apply(arrived.clone());
        assert_eq!(knowledge.entity(arrived.mentions[0].entity).map(|entity| entity.name.as_str()), Some(was.as_str()));
        assert_eq!(knowledge.entities().count(), entities, "{name} is not a new entity");
    }
}

#[test]
fn a_copy_keeps_the_user_of_the_target() {
    let (sample, owner) = (sample(), owner());
    let owners = GraphOwners { original: Some(&owner), target_has_people: true };
    let mut copy = evidence_of(&copy_graph(&sample.evidence, from(), to(), owners));
    assert!(copy.mentions.iter().all(|mention| mention.episode.is_some()));
    copy.mentions.push(operator_mention(user_node(to()), "Ann's double", "User"));
    let knowledge = known(to(), &copy);
    let user = knowledge.entity(user_node(to())).expect("the user");
    assert_eq!(user.name, "Ann's double");
    let likes: Vec<&str> = knowledge.facts_about(user.id).map(|fact| fact.predicate.as_str()).collect();
    assert_eq!(likes, ["LIKES", "LIKES"], "facts about the original's user are about the copy's user");
}

#[test]
fn episodes_keep_their_order_and_state_but_no_thread_and_no_task() {
    let mut sample = sample();
    sample.evidence.episodes[1].state = EpisodeState::Pending;
    sample.evidence.episodes[2].task = Some(from().within(Uuid::from_u128(7)).into());
    sample.evidence.episodes.reverse();
    let changes = copy_graph(&sample.evidence, from(), to(), GraphOwners::default());
    let Some(Change::AddEpisodes(episodes)) = changes.first() else { panic!("episodes come first") };
    assert!(episodes.is_sorted_by_key(|episode| episode.seq));
    assert!(episodes.iter().all(|episode| episode.thread.is_none() && episode.task.is_none()));
    assert_eq!(episodes[1].state, EpisodeState::Pending);
    assert_eq!(episodes[0].content, "Robert Smith lives in Oslo");
}

#[test]
fn copying_an_empty_graph_changes_nothing() {
    assert!(copy_graph(&Evidence::default(), from(), to(), GraphOwners::default()).is_empty());
}

#[test]
fn an_id_of_no_known_name_gets_the_other_tag() {
    let stranger = EntityId(from().derive(b"an older way to make ids"));
    let ids = Ids::new(&Evidence::default(), from(), to(), None);
    assert_eq!(ids.name(stranger).0.as_bytes()[6..], stranger.0.as_bytes()[6..]);
    assert_eq!(crate::model::tag_of(ids.name(stranger).0), to().tag());
}

#[test]
fn namesakes_and_values_are_those_that_later_data_names() {
    let user = owner();
    let turn = Episode {
        name: None,
        ..episode(EpisodeId(from().within(Uuid::from_u128(1))), 1, "My friend Ann is 34.", day(1))
    };
    let claim = Claim {
        subject: "Ann".to_owned(),
        subject_type: Some("Person".to_owned()),
        predicate: "HAS_AGE".to_owned(),
        object: Some("34".to_owned()),
        object_type: Some(VALUE_TYPE.to_owned()),
        statement: "Ann is 34.".to_owned(),
        span: 0..5,
        kind: ClaimKind::Asserts,
        holding: Holding::Exclusive,
        valid_from: None,
        valid_until: None,
        confidence: 1.0,
        attributes: Metadata::new(),
    };
    let statement = ExtractedStatement { text: "It rains.".to_owned(), span: 0..5, subject: None, valid_from: None };
    let extraction = Extraction { claims: vec![claim], statements: vec![statement], ..Extraction::default() };
    let read = |graph: GraphId| {
        let user = User { graph, ..user.clone() };
        let reading = Reading { graph, user: Some(&user), extractor: "test", recorded_at: day(1) };
        evidence_of(&evidence(&reading, &turn, extraction.clone()).0)
    };
    let copied =
        copy_graph(&read(from()), from(), to(), GraphOwners { original: Some(&user), ..GraphOwners::default() });
    let ends = |evidence: &Evidence| {
        evidence.assertions.iter().map(|assertion| (assertion.subject, assertion.object)).collect::<Vec<_>>()
    };
    assert_eq!(ends(&evidence_of(&copied)), ends(&read(to())));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// The copy of any graph has the same facts and names, and copying it back gives the original.
    #[test]
    fn copying_is_lossless_and_reversible(
        claims in proptest::collection::vec((0_usize..6, 0_usize..6, any::<bool>(), 0_i64..9), 0..15),
        ties in proptest::collection::vec((0_usize..6, 0_usize..6), 0..4),
    ) {
        let names = ["Ann:Person", "Ann Lee:Person", "Bob", "BOB:Topic", "Java:Location", "Java:Topic"];
        let mut sample = Sample::new(from());
        for (subject, object, exclusive, on) in claims {
            let (predicate, holding) = if exclusive { ("LIVES_IN", Holding::Exclusive) } else { ("LIKES", Holding::Shared) };
            sample.add_fact(on, (names[subject], predicate, names[object]), holding);
        }
        for (left, right) in ties.into_iter().filter(|(left, right)| left != right) {
            let (left, right) = (sample.entity(names[left]), sample.entity(names[right]));
            sample.evidence.links.push(link(left, right, &format!("tie {left} {right}")));
        }
        let copy = evidence_of(&copy_graph(&sample.evidence, from(), to(), GraphOwners::default()));
        prop_assert_eq!(without_ids(&known(to(), &copy)).0, without_ids(&sample.knowledge()).0);
        prop_assert_eq!(without_ids(&known(to(), &copy)).1, without_ids(&sample.knowledge()).1);
        let back = evidence_of(&copy_graph(&copy, to(), from(), GraphOwners::default()));
        let mentioned: std::collections::HashSet<EntityId> =
            sample.evidence.mentions.iter().map(|mention| mention.entity).collect();
        prop_assert_eq!(&back.mentions, &sample.evidence.mentions);
        prop_assert_eq!(&back.assertions, &sample.evidence.assertions);
        for (was, is) in sample.evidence.links.iter().zip(&back.links) {
            prop_assert!(was == is || !mentioned.contains(&was.left) || !mentioned.contains(&was.right));
        }
    }
}
