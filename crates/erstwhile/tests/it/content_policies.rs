//! What content policies hide from reads, as far as no server is needed.

use erstwhile::engine::{GraphRef, NewCategory, NewEpisode, NewPolicy, NewRule, NewThread, Search};
use erstwhile::search::filter::Filter;

use crate::world::World;

fn prohibiting(word: &str) -> NewPolicy {
    NewPolicy {
        categories: vec![NewCategory { key: "private".to_owned(), description: None }],
        rules: vec![NewRule {
            category_key: "private".to_owned(),
            description: format!("what is about {word}"),
            prohibited_examples: vec![word.to_owned()],
            permitted_examples: Vec::new(),
        }],
        expected_revision: None,
    }
}

#[tokio::test]
async fn as_many_of_the_last_episodes_are_returned_as_were_asked_for() {
    let world = World::new().await;
    let project = world.engine.project(world.project);
    project.set_content_policy(prohibiting("asthma")).await.unwrap();
    world.add_user("mia", "Mia Berg").await;
    project.create_thread(NewThread::of("m", "mia")).await.unwrap();
    for said in ["One.", "Two.", "Three.", "I have asthma.", "Asthma is hard.", "My asthma again."] {
        world.say_in("m", "2025-05-01T10:00:00Z", said).await;
    }
    let graph = project.graph(GraphRef::User("mia".to_owned()));
    let last = async |count| -> Vec<String> {
        graph.last_episodes(count).await.unwrap().into_iter().map(|episode| episode.content).collect()
    };
    assert_eq!(last(2).await, ["Three.", "Two."]);
    assert_eq!(last(9).await, ["Three.", "Two.", "One."]);
    project.include_violating_episodes(true).await.unwrap();
    assert_eq!(last(2).await, ["My asthma again.", "Asthma is hard."]);
}

#[tokio::test]
async fn listings_searches_and_threads_hide_the_same_episodes() {
    let world = World::new().await;
    let project = world.engine.project(world.project);
    world.say("2025-05-01T10:00:00Z", "I have asthma and a kayak.").await;
    project.set_content_policy(prohibiting("asthma")).await.unwrap();
    world.add_user("mia", "Mia Berg").await;
    project.create_thread(NewThread::of("m", "mia")).await.unwrap();
    world.say_in("m", "2025-05-01T10:00:00Z", "I have a red kayak.").await;
    world.say_in("m", "2025-05-01T11:00:00Z", "I have asthma and a kayak.").await;
    let all = async |user: &str, thread: &str| {
        let graph = project.graph(GraphRef::User(user.to_owned()));
        let listed = graph.episodes(&Filter::default(), &[]).await.unwrap().len();
        let found = graph.search_episodes(Search::new("kayak", 10)).await.unwrap().len();
        let of_thread = project.thread(thread).episodes(10).await.unwrap().len();
        (listed, found, of_thread)
    };
    assert_eq!(all("mia", "m").await, (1, 1, 1));
    assert_eq!(all("ann", "t").await, (1, 1, 1), "the graph is older than the policy");
    project.include_violating_episodes(true).await.unwrap();
    assert_eq!(all("mia", "m").await, (2, 2, 2));
}

#[tokio::test]
async fn a_new_graph_is_bound_to_the_newest_of_many_revisions() {
    let world = World::new().await;
    let project = world.engine.project(world.project);
    for number in 1..=12 {
        let set = project.set_content_policy(prohibiting(&format!("word{number}"))).await.unwrap();
        assert_eq!(set.number, number);
    }
    world.add_user("mia", "Mia Berg").await;
    let graph = project.graph(GraphRef::User("mia".to_owned()));
    graph.add_episodes(vec![NewEpisode::text("word11"), NewEpisode::text("word12")]).await.unwrap();
    let shown = graph.episodes(&Filter::default(), &[]).await.unwrap();
    assert_eq!(shown.iter().map(|episode| episode.content.as_str()).collect::<Vec<_>>(), ["word11"]);
}
