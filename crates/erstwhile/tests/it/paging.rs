//! Pages of listings follow each other without gap or repetition, also among equals and while rows are added.

use erstwhile::engine::{Listing, NewGraph, NewThread, NewUser, SortBy};
use erstwhile::model::{ImportTarget, Metadata};
use jiff::Timestamp;

use crate::doubt::said;
use crate::world::World;

/// Names in an order that is not their own.
const NAMES: [&str; 7] = ["d", "b", "g", "a", "f", "c", "e"];

fn page(page_number: i64, sort_by: SortBy, ascending: bool) -> Listing {
    Listing { page_number, page_size: 3, search: String::new(), sort_by, ascending }
}

/// What pages of three hold, one after another, which must be everything in this order.
fn follow_each_other(pages: Vec<(Vec<String>, i64)>, ascending: bool) {
    let total = NAMES.len() as i64;
    assert!(pages.iter().all(|(_, of)| *of == total), "{pages:?}");
    let mut expected = NAMES.to_vec();
    expected.sort_unstable();
    if !ascending {
        expected.reverse();
    }
    let listed: Vec<String> = pages.into_iter().flat_map(|(names, _)| names).collect();
    assert_eq!(listed, expected);
}

#[tokio::test]
async fn users_with_the_same_address_are_listed_by_their_id() {
    let world = World::new().await;
    let project = world.engine.project(world.engine.ensure_project("other").await.unwrap().id);
    for name in NAMES {
        let user =
            NewUser { user_id: name.to_owned(), email: Some("all@example.org".to_owned()), ..NewUser::default() };
        project.add_user(user).await.unwrap();
    }
    for ascending in [true, false] {
        let mut pages = Vec::new();
        for number in 1..=3 {
            let (users, total) = project.list_users(&page(number, SortBy::Email, ascending)).await.unwrap();
            pages.push((users.into_iter().map(|user| user.user_id).collect(), total));
        }
        follow_each_other(pages, ascending);
    }
}

#[tokio::test]
async fn graphs_with_the_same_name_are_listed_by_their_id() {
    let world = World::new().await;
    let project = world.engine.project(world.project);
    for name in NAMES {
        let graph = NewGraph { graph_id: name.to_owned(), name: Some("same".to_owned()), ..NewGraph::default() };
        project.create_graph(graph).await.unwrap();
    }
    for ascending in [true, false] {
        let mut pages = Vec::new();
        for number in 1..=3 {
            let (graphs, total) = project.list_graphs(&page(number, SortBy::Name, ascending)).await.unwrap();
            pages.push((graphs.into_iter().map(|graph| graph.own_id).collect(), total));
        }
        follow_each_other(pages, ascending);
    }
}

#[tokio::test]
async fn threads_of_the_same_user_are_listed_by_their_id() {
    let world = World::new().await;
    let project = world.engine.project(world.engine.ensure_project("other").await.unwrap().id);
    project.add_user(NewUser { user_id: "bea".to_owned(), ..NewUser::default() }).await.unwrap();
    for name in NAMES {
        project.create_thread(NewThread::of(name, "bea")).await.unwrap();
    }
    for ascending in [true, false] {
        let mut pages = Vec::new();
        for number in 1..=3 {
            let (threads, total) = project.list_threads(&page(number, SortBy::UserId, ascending)).await.unwrap();
            pages.push((threads.into_iter().map(|thread| thread.thread_id).collect(), total));
        }
        follow_each_other(pages, ascending);
    }
}

#[tokio::test]
async fn users_and_threads_after_a_moment_neither_repeat_nor_miss_any_while_more_are_added() {
    let world = World::new().await;
    let project = world.engine.project(world.engine.ensure_project("other").await.unwrap().id);
    let (mut users, mut threads) = (Vec::new(), Vec::new());
    let (mut after_user, mut after_thread) = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
    for name in NAMES {
        // Two more come before each page of three.
        for name in [name.to_owned(), format!("{name} too")] {
            project.add_user(NewUser { user_id: name.clone(), ..NewUser::default() }).await.unwrap();
            project.create_thread(NewThread::of(name.clone(), name)).await.unwrap();
        }
        for user in project.users_after(after_user, 3).await.unwrap() {
            after_user = user.created_at;
            users.push(user.user_id);
        }
        for thread in project.threads_after(after_thread, 3).await.unwrap() {
            after_thread = thread.created_at;
            threads.push(thread.thread_id);
        }
    }
    let expected: Vec<String> = NAMES.iter().flat_map(|name| [(*name).to_owned(), format!("{name} too")]).collect();
    assert_eq!((users, threads), (expected.clone(), expected));
}

#[tokio::test]
async fn items_after_a_position_neither_repeat_nor_miss_any_while_more_are_added() {
    let world = World::new().await;
    let project = world.engine.project(world.project);
    let job = project.create_import(Metadata::new(), Vec::new(), false).await.unwrap().id;
    let (mut listed, mut after) = (Vec::new(), 0);
    for name in NAMES {
        let item = |text: String| said(ImportTarget::Thread("t".to_owned()), text);
        let two = vec![item(name.to_owned()), item(format!("{name} too"))];
        project.import_job(job).add_items(two).await.unwrap();
        for item in project.import_job(job).items(after, None, 3).await.unwrap() {
            after = item.seq;
            listed.push(item.content);
        }
    }
    let expected: Vec<String> = NAMES.iter().flat_map(|name| [(*name).to_owned(), format!("{name} too")]).collect();
    assert_eq!(listed, expected);
}

#[tokio::test]
async fn a_text_that_is_too_long_to_be_searched_for_is_refused() {
    let world = World::new().await;
    let project = world.engine.project(world.project);
    let search = |search: String| Listing { search, ..page(1, SortBy::CreatedAt, true) };
    // The characters that take most place in a pattern.
    let longest = search("\u{130}%_".repeat(2_000 / 3));
    assert!(project.list_users(&longest).await.is_ok() && project.list_graphs(&longest).await.is_ok());
    let longer = search("long ".repeat(20_000));
    for refused in [project.list_users(&longer).await.err(), project.list_graphs(&longer).await.err()] {
        assert_eq!(refused.map(|error| error.kind()), Some(erstwhile::ErrorKind::Invalid));
    }
}
