//! Import jobs, declared types, copies and sessions without users, through the facade.

use std::collections::BTreeSet;

use erstwhile::ErrorKind;
use erstwhile::engine::{GraphRef, NewEpisode, NewImportItem, NewPolicySet, NewThread, UserUpdate};
use erstwhile::model::{EpisodeKind, ImportState, ImportTarget, Metadata, PolicyMode, Role};
use erstwhile::ontology::{EdgeType, EntityType, Ontology};
use uuid::Uuid;

use crate::world::{World, likes, lives_in};

fn said(thread: &str, content: &str) -> NewImportItem {
    NewImportItem {
        target: ImportTarget::Thread(thread.to_owned()),
        episode: NewEpisode {
            kind: EpisodeKind::Message,
            data: content.to_owned(),
            created_at: None,
            source_description: None,
            document_id: None,
            metadata: Metadata::new(),
            strict: false,
        },
        role: Some(Role::User),
        name: None,
    }
}

#[tokio::test]
async fn a_bulk_load_goes_on_where_a_worker_left_it_and_its_items_arrive_once() {
    let world = World::new().await;
    world.engine.project(world.project).create_thread(NewThread::of("u", "ann")).await.unwrap();
    let bulk = world.engine.project(world.project).create_import(Metadata::new(), Vec::new(), false).await.unwrap().id;
    let items = ["t", "t", "u", "t"].iter().enumerate().map(|(at, thread)| said(thread, &format!("likes {at}")));
    world.engine.project(world.project).import_job(bulk).add_items(items.collect()).await.unwrap();
    for number in 0..4 {
        let text = format!("likes {number}");
        world.script.answer(&text, likes(&text, &number.to_string()));
    }
    world.engine.project(world.project).import_job(bulk).start().await.unwrap();
    // The first round is cut off at an arbitrary point, as a crash would; its lease runs out.
    let round = tokio::time::timeout(std::time::Duration::from_millis(1), world.engine.ingest_next()).await;
    drop(round);
    for _ in 0..20 {
        world.clock.advance_s(11);
        world.ingest().await;
    }
    let done = world.engine.project(world.project).import_job(bulk).get().await.unwrap();
    assert_eq!((done.state, done.counts.succeeded), (ImportState::Succeeded, 4));
    let (in_t, _) = world.engine.project(world.project).thread("t").messages(0, 10).await.unwrap();
    let texts: Vec<&str> = in_t.iter().map(|message| message.content.as_str()).collect();
    assert_eq!(texts, ["likes 0", "likes 1", "likes 3"]);
    assert_eq!(world.facts().await.len(), 4);
}

#[tokio::test]
async fn a_new_ontology_types_what_is_known_already_and_its_removal_takes_that_back() {
    let world = World::new().await;
    world.script.answer("lives in Oslo", lives_in("lives in Oslo", "Oslo"));
    world.say("2025-01-01T00:00:00Z", "lives in Oslo").await;
    world.ingest().await;
    let predicate = async || {
        let facts = world.engine.project(world.project).graph(world.graph()).facts(&Default::default()).await.unwrap();
        facts.into_iter().map(|triple| (triple.fact.predicate, triple.fact.id)).next().unwrap()
    };
    let (before, id) = predicate().await;
    assert_eq!(before, "LIVES_IN");
    let declared = Ontology {
        entity_types: vec![EntityType { name: "City".to_owned(), ..EntityType::default() }],
        edge_types: vec![EdgeType { name: "LIVES_AT".to_owned(), ..EdgeType::default() }],
    };
    let graph = world.graph();
    world.engine.project(world.project).set_ontology(Some(&graph), &declared).await.unwrap();
    assert_eq!(predicate().await, ("LIVES_AT".to_owned(), id), "the fact stays the same fact");
    world.engine.project(world.project).set_ontology(None, &declared).await.unwrap();
    world.engine.project(world.project).set_ontology(Some(&graph), &Ontology::default()).await.unwrap();
    assert_eq!(predicate().await.0, "LIVES_AT", "the project's types count where the graph declares none");
    world.engine.project(world.project).set_ontology(None, &Ontology::default()).await.unwrap();
    assert_eq!(predicate().await, ("LIVES_IN".to_owned(), id));
}

#[tokio::test]
async fn a_copy_is_whole_or_not_there() {
    let world = World::new().await;
    world.script.answer("lives in Oslo", lives_in("lives in Oslo", "Oslo"));
    world.say("2025-01-01T00:00:00Z", "lives in Oslo").await;
    world.ingest().await;
    let copy = GraphRef::User("copy".to_owned());
    world.engine.project(world.project).copy_graph(&world.graph(), &copy).await.unwrap();
    let facts = world.engine.project(world.project).graph(&copy).facts(&Default::default()).await.unwrap();
    assert_eq!(facts.len(), 1);
    let again = world.engine.project(world.project).copy_graph(&world.graph(), &copy).await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::AlreadyExists);
    let odd = GraphRef::Graph("odd".to_owned());
    assert_eq!(
        world.engine.project(world.project).copy_graph(&world.graph(), &odd).await.unwrap_err().kind(),
        ErrorKind::Invalid
    );
    assert_eq!(world.engine.project(world.project).graph(&odd).get().await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_session_of_nobody_has_knowledge_of_its_own() {
    let world = World::new().await;
    let new = NewThread { thread_id: "alone".to_owned(), ..NewThread::default() };
    world.engine.project(world.project).create_thread(new).await.unwrap();
    world.script.answer("lives in Rome", lives_in("lives in Rome", "Rome"));
    world.say_in("alone", "2025-01-01T00:00:00Z", "lives in Rome").await;
    world.ingest().await;
    assert!(world.facts().await.is_empty(), "it is nothing that Ann said");
    assert_eq!(world.engine.project(world.project).thread("alone").facts(None).await.unwrap().len(), 1);
    world.engine.project(world.project).thread("alone").delete().await.unwrap();
    assert_eq!(
        world.engine.project(world.project).thread("alone").get().await.unwrap_err().kind(),
        ErrorKind::NotFound
    );
}

#[tokio::test]
async fn what_needs_a_language_model_says_which_settings_are_missing() {
    let world = World::new().await;
    world.say("2025-01-01T00:00:00Z", "hello").await;
    let error = world.engine.project(world.project).thread("t").synthesize_question(4).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.message().contains("model.url"), "{error}");
}

/// Callers that change one record at the same time: each sees the others' changes.
#[tokio::test]
async fn changes_of_one_record_at_the_same_time_are_all_kept() {
    let world = World::new().await;
    let engine = &world.engine;
    let patch = |number: usize| Metadata::from_iter([(format!("key {number}"), number.into())]);
    let changes = (0..40).map(|number| {
        let thread = engine.project(world.project).thread("t");
        async move { thread.update(patch(number)).await }
    });
    for changed in futures::future::join_all(changes).await {
        changed.unwrap();
    }
    assert_eq!(engine.project(world.project).thread("t").get().await.unwrap().metadata.len(), 40);
    let changes = (0..40).map(|number| {
        let update = UserUpdate { metadata: Some(patch(number)), ..UserUpdate::default() };
        let user = engine.project(world.project).user("ann");
        async move { user.update(update).await }
    });
    for changed in futures::future::join_all(changes).await {
        changed.unwrap();
    }
    assert_eq!(engine.project(world.project).user("ann").get().await.unwrap().metadata.len(), 40);
    let (ended, changed) = futures::future::join(
        engine.project(world.project).thread("t").end(),
        engine.project(world.project).thread("t").update(patch(41)),
    )
    .await;
    ended.unwrap();
    drop(changed);
    assert!(
        engine.project(world.project).thread("t").get().await.unwrap().ended_at.is_some(),
        "an end is never undone"
    );
}

#[tokio::test]
async fn a_name_belongs_to_one_group() {
    let world = World::new().await;
    let engine = &world.engine;
    let made = (0..8).map(|_| {
        let project = engine.project(world.project);
        async move { project.create_group("Staff", None).await }
    });
    let made: Vec<_> = futures::future::join_all(made).await.into_iter().filter_map(Result::ok).collect();
    assert_eq!(made.len(), 1);
    let other = engine.project(world.project).create_group("Guests", None).await.unwrap();
    let taken =
        engine.project(world.project).group(other.uuid).update(1, Some("STAFF".to_owned()), None).await.unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::AlreadyExists);
    engine.project(world.project).group(made[0].uuid).update(1, Some("Crew".to_owned()), None).await.unwrap();
    engine.project(world.project).group(other.uuid).update(1, Some("staff".to_owned()), None).await.unwrap();
    engine.project(world.project).group(made[0].uuid).delete().await.unwrap();
    engine.project(world.project).create_group("crew", None).await.unwrap();
}

#[tokio::test]
async fn policy_sets_that_are_attached_at_the_same_time_are_all_kept() {
    let world = World::new().await;
    let (engine, project) = (&world.engine, world.project);
    let group = engine.project(project).create_group("Staff", None).await.unwrap().uuid;
    let sets: Vec<Uuid> = (0..20).map(Uuid::from_u128).collect();
    for set in &sets {
        let new = NewPolicySet { name: set.to_string(), mode: PolicyMode::Enforce, grants: Vec::new() };
        engine.project(project).put_policy_set(*set, new).await.unwrap();
    }
    let attaching = sets.iter().map(|set| {
        let group = engine.project(project).group(group);
        async move { group.attach_policy_set(*set).await }
    });
    for attached in futures::future::join_all(attaching).await {
        attached.unwrap();
    }
    let attached: BTreeSet<Uuid> =
        engine.project(project).group(group).get().await.unwrap().policy_sets.into_iter().collect();
    assert_eq!(attached, sets.iter().copied().collect());
    let detaching = sets.iter().map(|set| {
        let group = engine.project(project).group(group);
        async move { group.detach_policy_set(*set).await }
    });
    for detached in futures::future::join_all(detaching).await {
        detached.unwrap();
    }
    assert!(engine.project(project).group(group).get().await.unwrap().policy_sets.is_empty());
    let stale = engine.project(project).group(group).update(1, Some("Crew".to_owned()), None).await.unwrap_err();
    assert_eq!(stale.kind(), ErrorKind::Conflict, "whoever names the version that they saw still hears of a change");
}

#[tokio::test]
async fn what_waits_in_a_bulk_load_goes_with_its_user() {
    let world = World::new().await;
    let engine = &world.engine;
    let bulk = engine.project(world.project).create_import(Metadata::new(), Vec::new(), false).await.unwrap().id;
    engine.project(world.project).create_thread(NewThread::of("u", "ann")).await.unwrap();
    let items = vec![said("t", "one"), said("u", "two"), said("t", "three")];
    engine.project(world.project).import_job(bulk).add_items(items).await.unwrap();
    engine.project(world.project).thread("u").delete().await.unwrap();
    let items = async || engine.project(world.project).import_job(bulk).items(0, None, 10).await.unwrap();
    assert_eq!(items().await.iter().map(|item| item.content.as_str()).collect::<Vec<_>>(), ["one", "", "three"]);
    assert_eq!(items().await[1].target, ImportTarget::Deleted);
    let added = engine.project(world.project).import_job(bulk).add_items(vec![said("t", "four")]).await.unwrap();
    assert_eq!(added[0].seq, 4);
    engine.project(world.project).import_job(bulk).start().await.unwrap();
    engine.project(world.project).user("ann").delete().await.unwrap();
    assert!(items().await.iter().all(|item| item.content.is_empty() && item.target == ImportTarget::Deleted));
    for _ in 0..4 {
        world.clock.advance_s(11);
        world.ingest().await;
    }
    assert_eq!(
        engine.project(world.project).import_job(bulk).get().await.unwrap().state,
        ImportState::Failed,
        "it comes to an end"
    );
}

#[tokio::test]
async fn a_user_is_called_what_they_are_called_now_also_when_an_old_name_comes_back() {
    let world = World::new().await;
    let (engine, project) = (&world.engine, world.project);
    for family in ["Lee", "Moss", "Lee", "Roe", "Moss"] {
        world.clock.advance_s(60);
        let update = UserUpdate { last_name: Some(family.to_owned()), ..UserUpdate::default() };
        engine.project(project).user("ann").update(update).await.unwrap();
        assert_eq!(engine.project(project).user("ann").entity().await.unwrap().name, format!("Ann {family}"));
    }
    let update = UserUpdate { email: Some("ann@example.org".to_owned()), ..UserUpdate::default() };
    let user = engine.project(project).user("ann").update(update).await.unwrap();
    let of_mail = erstwhile::identity::name_id(user.graph, "ann@example.org", None);
    assert_eq!(engine.project(project).entity(of_mail).await.unwrap().name, "Ann Moss", "a new e-mail is a name, too");
}

#[tokio::test]
async fn names_of_groups_and_policy_sets_have_no_control_characters() {
    let world = World::new().await;
    let project = world.engine.project(world.project);
    let group = project.create_group("Staff", None).await.unwrap();
    for name in ["Staff\u{0}", "Sta\u{7}ff", "Staff\n", "\u{9b}31mStaff"] {
        let set = NewPolicySet { name: name.to_owned(), mode: PolicyMode::Enforce, grants: Vec::new() };
        let refused = [
            project.create_group(name, None).await.map(drop).unwrap_err(),
            project.group(group.uuid).update(1, Some(name.to_owned()), None).await.map(drop).unwrap_err(),
            project.put_policy_set(Uuid::from_u128(1), set).await.map(drop).unwrap_err(),
        ];
        for error in refused {
            assert_eq!(error.kind(), ErrorKind::Invalid, "{name:?}");
            assert!(error.message().starts_with("name must not contain"), "{error}");
        }
    }
    assert_eq!(project.list_groups("").await.unwrap(), [group]);
}
