//! Answers that are lost, crashes half way, and callers who meet: what is done is done once, and nothing stays behind.

use erstwhile::ErrorKind;
use erstwhile::engine::{GraphRef, NewEpisode, NewGraph, NewImportItem, NewKey, NewThread};
use erstwhile::model::{EpisodeKind, ImportItemState, ImportState, ImportTarget, KeyRole, Metadata, Role};

use crate::world::World;

fn first_key() -> NewKey {
    NewKey { name: "first".to_owned(), role: KeyRole::Write, expires_at: None, secret: None, graph: None }
}

pub(crate) fn said(target: ImportTarget, content: String) -> NewImportItem {
    let episode = NewEpisode {
        kind: EpisodeKind::Message,
        data: content,
        created_at: None,
        source_description: None,
        document_id: None,
        metadata: Metadata::new(),
        strict: false,
    };
    NewImportItem { target, episode, role: Some(Role::User), name: None }
}

#[tokio::test]
async fn deletions_whose_answers_were_lost_succeed() {
    let (world, between) = World::with_between().await;
    let (engine, project) = (&world.engine, world.project);
    let graph = NewGraph { graph_id: "shared".to_owned(), ..NewGraph::default() };
    engine.project(project).create_graph(graph).await.unwrap();
    engine
        .project(project)
        .create_thread(NewThread { thread_id: "alone".to_owned(), ..NewThread::default() })
        .await
        .unwrap();
    between.lose_answers();
    engine.project(project).thread("t").delete().await.unwrap();
    engine.project(project).thread("alone").delete().await.unwrap();
    engine.project(project).user("ann").delete().await.unwrap();
    engine.project(project).graph("shared").delete().await.unwrap();
    for error in [
        engine.project(project).thread("t").get().await.err(),
        engine.project(project).thread("alone").get().await.err(),
        engine.project(project).user("ann").get().await.err(),
        engine.project(project).graph(GraphRef::Graph("shared".to_owned())).get().await.err(),
    ] {
        assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::NotFound));
    }
}

#[tokio::test]
async fn a_first_key_whose_answer_was_lost_is_told_and_opens_the_project() {
    let (world, between) = World::with_between().await;
    between.lose_answers();
    let made =
        world.engine.project(world.project).create_first_key(first_key(), [1; 32]).await.unwrap().expect("the key");
    assert_eq!(world.engine.authenticate(&made.secret).await.unwrap().id, made.key.id);
    assert_eq!(world.engine.project(world.project).list_keys().await.unwrap().len(), 1);
    assert!(world.engine.project(world.project).create_first_key(first_key(), [2; 32]).await.unwrap().is_none());
}

#[tokio::test]
async fn of_many_who_make_the_first_key_one_is_told_it() {
    let (world, between) = World::with_between().await;
    for lose_answers in [false, true] {
        let project = world.engine.ensure_project(&format!("other {lose_answers}")).await.unwrap().id;
        if lose_answers {
            between.lose_answers();
        }
        let secrets = if lose_answers { 10..18 } else { 0..8 };
        let making = secrets.map(|number| {
            let project = world.engine.project(project);
            async move { project.create_first_key(first_key(), [number; 32]).await }
        });
        let made = futures::future::join_all(making).await.into_iter();
        let told: Vec<_> = made.filter_map(|made| made.unwrap()).collect();
        assert_eq!(told.len(), 1);
        assert_eq!(world.engine.authenticate(&told[0].secret).await.unwrap().id, told[0].key.id);
        assert_eq!(world.engine.project(project).list_keys().await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_group_that_is_dissolved_while_a_user_joins_is_not_among_the_users_groups() {
    let (world, between) = World::with_between().await;
    let (engine, project) = (&world.engine, world.project);
    let user = engine.project(project).user("ann").get().await.unwrap().uuid.0;
    let kept = engine.project(project).create_group("kept", None).await.unwrap();
    let gone = engine.project(project).create_group("gone", None).await.unwrap();
    engine.project(project).group(kept.uuid).change_members(&[user], true).await.unwrap();
    let (dissolving, group) = (engine.clone(), gone.uuid);
    between.before("ADD_MEMBERSHIP", async move {
        dissolving.project(project).group(group).delete().await.unwrap();
    });
    engine.project(project).group(gone.uuid).change_members(&[user], true).await.unwrap();
    assert_eq!(engine.project(project).groups_of_user(user).await.unwrap(), [kept]);
    assert_eq!(engine.project(project).group(gone.uuid).get().await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn nothing_stays_of_a_user_who_is_deleted_while_items_of_theirs_are_added_to_a_bulk_load() {
    let (world, between) = World::with_between().await;
    let (engine, project) = (&world.engine, world.project);
    world.add_user("bea", "Bea Roe").await;
    let bulk = engine.project(project).create_import(Metadata::new(), Vec::new(), false).await.unwrap().id;
    let deleting = engine.clone();
    between.before("ADD_IMPORT_ITEM", async move {
        deleting.project(project).user("ann").delete().await.unwrap();
    });
    let of = |user: &str| ImportTarget::User(user.to_owned());
    let items = vec![
        said(ImportTarget::Thread("t".to_owned()), "a secret in a thread".to_owned()),
        said(of("bea"), "hello".to_owned()),
        said(of("ann"), "a secret".to_owned()),
    ];
    engine.project(project).import_job(bulk).add_items(items).await.unwrap();
    let kept = engine.project(project).import_job(bulk).items(0, None, 10).await.unwrap();
    let texts: Vec<&str> = kept.iter().map(|item| item.content.as_str()).collect();
    assert_eq!(texts, ["", "hello", ""]);
    for item in [&kept[0], &kept[2]] {
        assert!(matches!(&item.state, ImportItemState::Failed(why) if why.contains("deleted")), "{item:?}");
        assert_eq!(item.target, ImportTarget::Deleted, "it does not even tell whose it was");
    }
    engine.project(project).import_job(bulk).start().await.unwrap();
    for _ in 0..4 {
        world.clock.advance_s(11);
        world.ingest().await;
    }
    assert_eq!(engine.project(project).import_job(bulk).get().await.unwrap().state, ImportState::Partial);
}

/// A worker reads items by the 500. One that resumes in the middle of those must hand over the same batches as
/// one that resumes anywhere else, or else items that have arrived arrive again.
#[tokio::test]
async fn a_bulk_load_that_is_resumed_anywhere_ends_with_each_item_once() {
    let (world, between) = World::with_between().await;
    let (engine, project) = (&world.engine, world.project);
    engine.project(project).create_thread(NewThread::of("u", "ann")).await.unwrap();
    // Nothing is there to be understood, so the load ends as soon as its items have arrived.
    let bulk = engine.project(project).create_import(Metadata::new(), vec![Role::User], false).await.unwrap().id;
    let parts = [("t", 0..250), ("u", 250..600), ("t", 600..800)];
    for (thread, numbers) in parts.clone() {
        let of_thread = |number: i32| said(ImportTarget::Thread(thread.to_owned()), number.to_string());
        engine.project(project).import_job(bulk).add_items(numbers.map(of_thread).collect()).await.unwrap();
    }
    engine.project(project).import_job(bulk).start().await.unwrap();
    // The first worker gets as far as item 250 and the second as far as item 600; what each handed over last
    // has arrived, but nobody has written that down.
    for count in [2, 3] {
        between.fail_at("SET_IMPORT_ITEM_STATE", count);
        engine.ingest_next().await.unwrap_err();
        between.restart();
        world.clock.advance_s(11);
    }
    for _ in 0..4 {
        world.ingest().await;
        world.clock.advance_s(11);
    }
    let done = engine.project(project).import_job(bulk).get().await.unwrap();
    assert_eq!((done.state, done.counts.succeeded, done.counts.total()), (ImportState::Succeeded, 800, 800));
    for thread in ["t", "u"] {
        let (messages, total) = engine.project(project).thread(thread).messages(0, 1_000).await.unwrap();
        let texts: Vec<String> = messages.into_iter().map(|message| message.content).collect();
        let of_thread = parts.iter().filter(|(target, _)| *target == thread).flat_map(|(_, numbers)| numbers.clone());
        assert_eq!(texts, of_thread.map(|number| number.to_string()).collect::<Vec<_>>());
        assert_eq!(total as usize, texts.len());
    }
}
