//! Hyperedges: statements that relate more than two nodes.

use serde_json::{Value, json};

use crate::content_policies::{World, uuid};

/// A graph with a hyperedge of three edges; returns the graph's path and the answer.
fn founded(world: &World) -> (String, Value) {
    let graph = format!("/graphs/{}", uuid(&world.make("POST", "/graphs", &json!({}))));
    let founder = |name: &str| {
        json!({ "name": "FOUNDED", "source_node": { "name": name, "labels": ["Person"] },
                                       "target_node": { "name": "Acme" } })
    };
    let body = json!({
        "fact": "Ana, Ben and Carl founded Acme in 2019.", "edges": [founder("Ana"), founder("Ben"), founder("Carl")],
        "valid_at": "2019-01-01T00:00:00Z", "attributes": { "round": 1 }, "metadata": { "source": "register" },
    });
    let added = world.make("POST", &format!("{graph}/hyperedges"), &body);
    assert_eq!(
        (&added["task"]["status"], &added["task"]["type"]),
        (&json!("succeeded"), &json!("graph.hyperedge.add"))
    );
    (graph, added["hyperedge"].clone())
}

fn edge(world: &World, graph: &str, edge: &Value) -> (u16, Value) {
    world.ask("GET", &format!("{graph}/edges/{}", edge.as_str().expect("a uuid")), &Value::Null)
}

#[test]
fn a_hyperedge_is_added_read_listed_and_its_edges_are_edges_of_the_graph() {
    let world = World::new();
    let (graph, added) = founded(&world);
    let path = format!("{graph}/hyperedges/{}", uuid(&added));
    let found = world.make("GET", &path, &Value::Null);
    assert_eq!(found["fact"], "Ana, Ben and Carl founded Acme in 2019.");
    assert_eq!((&found["valid_at"], &found["invalid_at"]), (&json!("2019-01-01T00:00:00Z"), &Value::Null));
    let edges = found["edges"].as_array().expect("edges");
    let mut ids: Vec<&str> = edges.iter().filter_map(|edge| edge["uuid"].as_str()).collect();
    assert!(edges.len() == 3 && ids.is_sorted(), "{found}");
    let mut given: Vec<&str> =
        added["edges"].as_array().expect("edges").iter().filter_map(|edge| edge["uuid"].as_str()).collect();
    given.sort_unstable();
    ids.sort_unstable();
    assert_eq!(ids, given);
    for one in edges {
        let (status, read) = edge(&world, &graph, &one["uuid"]);
        assert_eq!((status, &read["fact"], &read["hyperedge_uuid"]), (200, &found["fact"], &found["uuid"]), "{read}");
        assert_eq!(read["attributes"]["round"], 1);
    }
    let list = |filters: Value| world.list(&format!("{graph}/hyperedges/list"), &json!({ "filters": filters })).len();
    let other = "00000000-0000-4000-8000-000000000000";
    assert_eq!(list(json!({})), 1);
    assert_eq!(list(json!({ "node_uuids": [edges[0]["source_node_uuid"]] })), 1);
    assert_eq!(list(json!({ "edge_uuids": [edges[2]["uuid"]], "episode_uuids": [found["uuid"]] })), 1);
    assert_eq!(list(json!({ "edge_uuids": [edges[2]["uuid"]], "node_uuids": [other] })), 0);
    assert_eq!(list(json!({ "episode_uuids": [other] })), 0);
    let query = json!({ "query": "Who founded Acme?" });
    let hits = world.list(&format!("{graph}/search/edges"), &query);
    assert!(hits.iter().all(|hit| hit["hyperedge_uuid"] == found["uuid"]) && !hits.is_empty(), "{hits:?}");
    let episodes = world.list(&format!("{graph}/episodes/list"), &json!({}));
    assert_eq!((&episodes[0]["uuid"], &episodes[0]["metadata"]["source"]), (&found["uuid"], &json!("register")));
}

#[test]
fn a_change_of_what_a_hyperedge_says_reaches_all_its_edges_also_through_one_of_them() {
    let world = World::new();
    let (graph, added) = founded(&world);
    let path = format!("{graph}/hyperedges/{}", uuid(&added));
    let changed = world.make("PATCH", &path, &json!({ "fact": "The three founded Acme." }));
    assert_eq!(changed["fact"], "The three founded Acme.");
    let first = added["edges"][0]["uuid"].as_str().expect("a uuid");
    world.make("PATCH", &format!("{graph}/edges/{first}"), &json!({ "fact": "They founded Acme." }));
    assert_eq!(world.make("GET", &path, &Value::Null)["fact"], "They founded Acme.");
    for one in added["edges"].as_array().expect("edges") {
        assert_eq!(edge(&world, &graph, &one["uuid"]).1["fact"], "They founded Acme.");
    }
    assert_eq!(world.make("PATCH", &path, &json!({}))["fact"], "They founded Acme.");
}

#[test]
fn edges_join_and_leave_a_hyperedge_which_goes_with_the_last_one() {
    let world = World::new();
    let (graph, added) = founded(&world);
    let path = format!("{graph}/hyperedges/{}", uuid(&added));
    let dora = json!({ "name": "FOUNDED", "source_node": { "name": "Dora" }, "target_node": { "name": "Acme" } });
    let joined = world.make("POST", &format!("{path}/edges"), &dora);
    assert_eq!((&joined["edge"]["fact"], &joined["edge"]["valid_at"]), (&added["fact"], &added["valid_at"]));
    assert_eq!(world.ask("POST", &format!("{path}/edges"), &dora).0, 400, "the same edge twice");
    // Ana is also said to have founded Acme by somebody else: that stays when the hyperedge goes.
    let said = json!({ "edges": [{ "fact": "Ana founded Acme.", "fact_name": "FOUNDED",
                                   "source_node": { "name": "Ana", "labels": ["Person"] },
                                   "target_node": { "name": "Acme" } }] });
    world.make("POST", &format!("{graph}/edges"), &said);
    let ids: Vec<Value> = world.make("GET", &path, &Value::Null)["edges"]
        .as_array()
        .expect("edges")
        .iter()
        .map(|edge| edge["uuid"].clone())
        .collect();
    assert_eq!(ids.len(), 4);
    for (left, id) in ids.iter().enumerate() {
        let of = format!("{path}/edges/{}", id.as_str().expect("a uuid"));
        assert_eq!(world.make("DELETE", &of, &json!({}))["task"]["status"], "succeeded");
        let (status, found) = world.ask("GET", &path, &Value::Null);
        let expected = ids.len() - left - 1;
        assert_eq!(status, if expected == 0 { 404 } else { 200 }, "{found}");
        assert_eq!(found["edges"].as_array().map_or(0, Vec::len), expected);
        assert_eq!(world.ask("DELETE", &of, &json!({})).0, 404);
    }
    let edges = world.list(&format!("{graph}/edges/list"), &json!({}));
    assert!(edges.len() == 1 && edges[0]["hyperedge_uuid"].is_null(), "{edges:?}");
}

#[test]
fn a_hyperedge_is_deleted_with_its_edges_and_its_episode() {
    let world = World::new();
    let (graph, added) = founded(&world);
    let path = format!("{graph}/hyperedges/{}", uuid(&added));
    let task = world.make("DELETE", &path, &json!({}))["task"].clone();
    assert_eq!((&task["type"], &task["status"]), (&json!("graph.hyperedge.delete"), &json!("succeeded")));
    assert_eq!(world.ask("GET", &path, &Value::Null).0, 404);
    assert!(world.list(&format!("{graph}/edges/list"), &json!({})).is_empty());
    assert!(world.list(&format!("{graph}/episodes/list"), &json!({})).is_empty());
    // An edge that is deleted as an edge leaves the hyperedge, too; with the last one, the episode goes.
    let (graph, added) = founded(&world);
    for one in added["edges"].as_array().expect("edges") {
        world.make("DELETE", &format!("{graph}/edges/{}", uuid(one)), &json!({}));
    }
    assert!(world.list(&format!("{graph}/hyperedges/list"), &json!({})).is_empty());
    assert!(world.list(&format!("{graph}/episodes/list"), &json!({})).is_empty());
}

#[test]
fn a_malformed_hyperedge_is_refused_and_nothing_is_written() {
    let world = World::new();
    let graph = format!("/graphs/{}", uuid(&world.make("POST", "/graphs", &json!({}))));
    let of = |source: &str, target: &str| json!({ "name": "KNOWS", "source_node": { "name": source }, "target_node": { "name": target } });
    let nobody = json!({ "name": "KNOWS", "source_node": { "uuid": "00000000-0000-4000-8000-000000000000" },
                         "target_node": { "name": "Ben" } });
    for (edges, status) in [
        (json!([]), 400),
        (json!([of("Ana", "Ben"), of("Ben", "Ana")]), 400),
        (json!([of("Ana", "Ben"), of("Ana", "Ben"), of("Ana", "Carl")]), 400),
        (json!([of("Ana", "Ben"), { "name": "KNOWS", "source_node": { "name": "Carl" } }]), 400),
        (json!([of("Ana", "Ben"), of("Ana", "Carl"), nobody]), 404),
    ] {
        let (found, body) = world.ask("POST", &format!("{graph}/hyperedges"), &json!({ "fact": "x", "edges": edges }));
        assert_eq!(found, status, "{edges}: {body}");
    }
    let fine = json!([of("Ana", "Ben"), of("Ana", "Carl")]);
    for fact in [" ".to_owned(), "x".repeat(251)] {
        let (status, _) = world.ask("POST", &format!("{graph}/hyperedges"), &json!({ "fact": fact, "edges": fine }));
        assert_eq!(status, 400);
    }
    assert!(world.list(&format!("{graph}/nodes/list"), &json!({})).is_empty());
    assert!(world.list(&format!("{graph}/episodes/list"), &json!({})).is_empty());
}
