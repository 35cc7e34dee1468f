//! What the memory does for those who use it.

use erstwhile::ErrorKind;
use erstwhile::engine::{
    ContextRequest, FactDraft, GraphRef, Listing, NewMessage, NewThread, NodeDraft, Search, SortBy,
};
use erstwhile::model::{FactEdit, Holding, Metadata, Role};
use erstwhile::ports::{Claim, ExtractedMention, Extraction};

use crate::world::{World, also_called, at, claim, dated, likes, lives_in};

#[tokio::test]
async fn a_raw_message_is_findable_before_it_is_understood() {
    let world = World::new().await;
    let id = world.say("2025-05-01T10:00:00Z", "the zebra ate my homework").await;
    let found = world
        .engine
        .project(world.project)
        .graph(world.graph())
        .search_episodes(Search::new("zebra", 5))
        .await
        .unwrap();
    assert_eq!(found[0].item.id, id);
}

#[tokio::test]
async fn the_graph_does_not_depend_on_the_order_of_arrival() {
    let texts =
        [("2025-01-01T00:00:00Z", "lives in Paris", "Paris"), ("2025-03-01T00:00:00Z", "lives in Oslo", "Oslo")];
    let mut graphs = Vec::new();
    for order in [[0, 1], [1, 0]] {
        let world = World::new().await;
        for index in order {
            let (said, text, place) = texts[index];
            world.script.answer(text, lives_in(text, place));
            world.say(said, text).await;
            world.ingest().await;
        }
        graphs.push(world.facts().await);
    }
    assert_eq!(graphs[0], ["lives in Oslo 2025-03-01/…", "lives in Paris 2025-01-01/2025-03-01"]);
    assert_eq!(graphs[0], graphs[1]);
}

#[tokio::test]
async fn deleting_the_episode_that_closed_a_fact_reopens_it() {
    let world = World::new().await;
    world.script.answer("lives in Paris", lives_in("lives in Paris", "Paris"));
    world.script.answer("lives in Oslo", lives_in("lives in Oslo", "Oslo"));
    world.say("2025-01-01T00:00:00Z", "lives in Paris").await;
    let second = world.say("2025-03-01T00:00:00Z", "lives in Oslo").await;
    world.ingest().await;
    assert_eq!(world.facts().await.len(), 2);
    world.engine.project(world.project).delete_episode(second).await.unwrap();
    assert_eq!(world.facts().await, ["lives in Paris 2025-01-01/…"]);
    let nodes =
        world.engine.project(world.project).graph(world.graph()).search_entities(Search::new("Oslo", 5)).await.unwrap();
    assert!(nodes.iter().all(|node| node.item.name != "Oslo" && !node.item.summary.contains("Oslo")));
    assert_eq!(world.engine.project(world.project).find_episode(second).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn deleting_a_thread_removes_what_came_from_it_and_nothing_else() {
    let world = World::new().await;
    world.engine.project(world.project).create_thread(NewThread::of("other", "ann")).await.unwrap();
    world.script.answer("likes tea", likes("likes tea", "tea"));
    world.script.answer("likes jazz", likes("likes jazz", "jazz"));
    world.say("2025-01-01T00:00:00Z", "likes tea").await;
    world.say_in("other", "2025-01-02T00:00:00Z", "likes jazz").await;
    world.say_in("other", "2025-01-03T00:00:00Z", "likes tea").await;
    world.ingest().await;
    world.engine.project(world.project).thread("other").delete().await.unwrap();
    assert_eq!(world.facts().await, ["likes tea 2025-01-01/…"]);
    let found =
        world.engine.project(world.project).graph(world.graph()).search_episodes(Search::new("jazz", 5)).await.unwrap();
    assert!(found.iter().all(|found| !found.item.content.contains("jazz")));
    let error = world.engine.project(world.project).thread("other").messages(0, 10).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_deleted_user_is_gone_and_the_id_is_free_again() {
    let world = World::new().await;
    world.script.answer("likes tea", likes("likes tea", "tea"));
    let said = world.say("2025-01-01T00:00:00Z", "likes tea").await;
    world.ingest().await;
    world.engine.project(world.project).user("ann").delete().await.unwrap();
    for error in [
        world.engine.project(world.project).user("ann").get().await.err(),
        world.engine.project(world.project).thread("t").get().await.err(),
        world.engine.project(world.project).find_episode(said).await.err(),
        world.engine.project(world.project).user("ann").delete().await.err(),
    ] {
        assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::NotFound));
    }
    world.add_user("ann", "Ann Lee").await;
    world.engine.project(world.project).create_thread(NewThread::of("t", "ann")).await.unwrap();
    assert!(world.facts().await.is_empty());
}

#[tokio::test]
async fn another_project_sees_nothing_of_this_one() {
    let world = World::new().await;
    world.script.answer("likes tea", likes("likes tea", "tea"));
    let said = world.say("2025-01-01T00:00:00Z", "likes tea").await;
    world.ingest().await;
    let other = world.engine.ensure_project("other").await.unwrap().id;
    let facts = world.engine.project(world.project).graph(world.graph()).facts(&Default::default()).await.unwrap();
    let node = world.engine.project(world.project).user("ann").entity().await.unwrap();
    for error in [
        world.engine.project(other).user("ann").get().await.err(),
        world.engine.project(other).thread("t").get().await.err(),
        world.engine.project(other).find_episode(said).await.err(),
        world.engine.project(other).fact(facts[0].fact.id).await.err(),
        world.engine.project(other).entity(node.id).await.err(),
        world.engine.project(other).delete_episode(said).await.err(),
        world.engine.project(other).graph(world.graph()).search_facts(Search::new("tea", 5)).await.err(),
    ] {
        assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::NotFound));
    }
}

#[tokio::test]
async fn reads_as_of_a_moment_and_as_known_at_a_moment() {
    let world = World::new().await;
    world.script.answer("lives in Paris", lives_in("lives in Paris", "Paris"));
    world.script.answer("moved to Oslo in March", dated("moved to Oslo in March", "Oslo", "2025-03-01T00:00:00Z"));
    world.say("2025-01-01T00:00:00Z", "lives in Paris").await;
    world.ingest().await;
    let between = world.engine.now();
    world.clock.advance_s(3600);
    world.say("2025-05-01T00:00:00Z", "moved to Oslo in March").await;
    world.ingest().await;
    let ask = async |as_of: &str, known_at| -> Vec<String> {
        let facts =
            world.engine.project(world.project).graph(world.graph()).facts_at(Some(at(as_of)), known_at).await.unwrap();
        facts.into_iter().map(|fact| fact.statement).collect()
    };
    assert_eq!(ask("2025-02-01T00:00:00Z", None).await, ["lives in Paris"]);
    assert_eq!(ask("2025-04-01T00:00:00Z", None).await, ["moved to Oslo in March"]);
    assert_eq!(ask("2025-04-01T00:00:00Z", Some(between)).await, ["lives in Paris"], "nobody knew better then");
    assert!(ask("2024-12-01T00:00:00Z", None).await.is_empty());
}

#[tokio::test]
async fn late_evidence_joins_names_and_its_deletion_parts_them() {
    let world = World::new().await;
    let tells = |text: &str, name: &str| Extraction {
        claims: vec![Claim { subject: name.to_owned(), ..claim(text, "LIKES", "chess", Holding::Shared) }],
        ..Extraction::default()
    };
    for (text, name) in [("Robert Smith likes chess", "Robert Smith"), ("Bob likes chess", "Bob")] {
        world.script.answer(text, tells(text, name));
        world.say("2025-01-01T00:00:00Z", text).await;
    }
    world.ingest().await;
    assert_eq!(world.facts().await.len(), 2);
    let link = "Robert Smith, everyone calls him Bob";
    world.script.answer(link, also_called(link, "Robert Smith", "Bob"));
    let said = world.say("2025-02-01T00:00:00Z", link).await;
    world.ingest().await;
    assert_eq!(world.facts().await.len(), 1, "one entity, one fact, two episodes");
    let found =
        world.engine.project(world.project).graph(world.graph()).search_entities(Search::new("Bob", 3)).await.unwrap();
    assert_eq!((found[0].item.name.as_str(), &found[0].item.aliases[..]), ("Robert Smith", &["Bob".to_owned()][..]));
    world.engine.project(world.project).delete_episode(said).await.unwrap();
    assert_eq!(world.facts().await.len(), 2);
}

#[tokio::test]
async fn the_operator_merges_and_splits_and_the_last_word_counts() {
    let world = World::new().await;
    for thing in ["tea", "green tea"] {
        let text = format!("likes {thing}");
        world.script.answer(&text, likes(&text, thing));
        world.say("2025-01-01T00:00:00Z", &text).await;
    }
    world.ingest().await;
    let facts = world.engine.project(world.project).graph(world.graph()).facts(&Default::default()).await.unwrap();
    let (one, other) = (facts[0].target.id, facts[1].target.id);
    world.engine.project(world.project).merge_entities(one, other).await.unwrap();
    assert_eq!(world.facts().await.len(), 1);
    world.engine.project(world.project).split_entities(one, other).await.unwrap();
    assert_eq!(world.facts().await.len(), 2);
}

#[tokio::test]
async fn first_person_is_the_user_and_the_user_has_a_node_from_the_start() {
    let world = World::new().await;
    let node = world.engine.project(world.project).user("ann").entity().await.unwrap();
    assert_eq!((node.name.as_str(), node.summary.as_str()), ("Ann Lee", ""));
    world.script.answer("likes tea", likes("likes tea", "tea"));
    world.say("2025-01-01T00:00:00Z", "likes tea").await;
    world.ingest().await;
    let after = world.engine.project(world.project).user("ann").entity().await.unwrap();
    assert_eq!((after.id, after.summary.as_str()), (node.id, "likes tea."));
}

#[tokio::test]
async fn a_name_that_stands_for_the_user_is_the_user() {
    let world = World::new().await;
    let mention = |name: &str| ExtractedMention { name: name.to_owned(), entity_type: None, span: 0..3 };
    let text = "Ann is here, says Ann Lee";
    let extraction = Extraction { mentions: vec![mention("Ann"), mention("Ann Lee")], ..Extraction::default() };
    world.script.answer(text, extraction);
    world.say("2025-01-01T00:00:00Z", text).await;
    world.ingest().await;
    let nodes = world.engine.project(world.project).graph(world.graph()).entities(&Default::default()).await.unwrap();
    let mut names: Vec<String> = nodes.into_iter().map(|(node, _)| node.name).collect();
    names.sort();
    assert_eq!(names, ["Ann Lee", "Assistant"]);
}

#[tokio::test]
async fn a_fact_stated_edited_and_deleted_by_the_operator() {
    let world = World::new().await;
    let node = |name: &str| NodeDraft { name: Some(name.to_owned()), ..NodeDraft::default() };
    let draft = FactDraft {
        predicate: "OWNS".to_owned(),
        statement: "Acme owns a factory".to_owned(),
        source: node("Acme"),
        target: node("factory"),
        ..FactDraft::default()
    };
    let stated = world.engine.project(world.project).graph(world.graph()).add_fact(draft).await.unwrap();
    let edit = FactEdit { valid_until: Some(Some(at("2025-02-01T00:00:00Z"))), ..FactEdit::default() };
    world.engine.project(world.project).update_fact(stated.0.fact.id, edit).await.unwrap();
    let edit =
        FactEdit { attributes: Metadata::from_iter([("colour".to_owned(), "red".into())]), ..FactEdit::default() };
    let edited = world.engine.project(world.project).update_fact(stated.0.fact.id, edit).await.unwrap().fact;
    assert_eq!(edited.valid_until, Some(at("2025-02-01T00:00:00Z")), "an edit leaves earlier edits of other fields");
    assert_eq!(edited.attributes["colour"], "red");
    world.engine.project(world.project).delete_fact(stated.0.fact.id).await.unwrap();
    assert_eq!(
        world.engine.project(world.project).fact(stated.0.fact.id).await.unwrap_err().kind(),
        ErrorKind::NotFound
    );
}

#[tokio::test]
async fn ignored_messages_stay_in_the_thread_and_out_of_the_graph() {
    let world = World::new().await;
    let message = NewMessage {
        id: None,
        role: Role::System,
        name: None,
        content: "you are a helpful zebra".to_owned(),
        created_at: None,
        metadata: Metadata::new(),
    };
    world.engine.project(world.project).thread("t").add_messages(vec![message], &[Role::System], false).await.unwrap();
    assert_eq!(world.engine.project(world.project).thread("t").messages(0, 10).await.unwrap().1, 1);
    let found = world
        .engine
        .project(world.project)
        .graph(world.graph())
        .search_episodes(Search::new("zebra", 5))
        .await
        .unwrap();
    assert!(found.is_empty());
    assert_eq!(world.engine.queue_depth().await.unwrap().episodes, 0);
}

#[tokio::test]
async fn the_context_block_has_what_was_said_and_what_holds() {
    let world = World::new().await;
    world.script.answer("lives in Paris", lives_in("lives in Paris", "Paris"));
    world.script.answer("lives in Oslo", lives_in("lives in Oslo", "Oslo"));
    world.say("2025-01-01T00:00:00Z", "lives in Paris").await;
    world.say("2025-03-01T00:00:00Z", "lives in Oslo").await;
    world.ingest().await;
    world.engine.project(world.project).create_thread(NewThread::of("now", "ann")).await.unwrap();
    world.say_in("now", "2025-05-01T00:00:00Z", "where do I live in these days?").await;
    let block =
        world.engine.project(world.project).thread("now").context(ContextRequest::default()).await.unwrap().text;
    assert!(block.contains("<USER_SUMMARY>\nlives in Oslo.\n</USER_SUMMARY>"), "{block}");
    assert!(block.contains("  - lives in Oslo (Date range: 2025-03-01 00:00:00 - present)"), "{block}");
    assert!(!block.contains("lives in Paris (Date range"), "what no longer holds is left out\n{block}");
    assert!(!block.contains("where do I live"), "what is in front of the agent is not repeated\n{block}");
    let again =
        world.engine.project(world.project).thread("now").context(ContextRequest::default()).await.unwrap().text;
    assert_eq!(block, again);
}

#[tokio::test]
async fn lists_refuse_numbers_that_make_no_sense() {
    let world = World::new().await;
    let listing = |page_number, page_size| Listing {
        page_number,
        page_size,
        search: String::new(),
        sort_by: SortBy::CreatedAt,
        ascending: true,
    };
    for (number, size) in [(0, 10), (1, 0), (1, 100_000)] {
        let error = world.engine.project(world.project).list_users(&listing(number, size)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
    }
    assert_eq!(world.engine.project(world.project).list_users(&listing(1, 10)).await.unwrap().1, 1);
}

#[tokio::test]
async fn an_unknown_graph_is_not_found_and_an_empty_query_is_refused() {
    let world = World::new().await;
    let nobody = GraphRef::User("nobody".to_owned());
    let error =
        world.engine.project(world.project).graph(&nobody).search_facts(Search::new("tea", 5)).await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::NotFound, "user not found"));
    let error =
        world.engine.project(world.project).graph(world.graph()).search_facts(Search::new("  ", 5)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
}
