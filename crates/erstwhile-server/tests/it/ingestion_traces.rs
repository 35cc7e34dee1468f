//! Ingestion traces: what an episode added to its graph, step by step.

use serde_json::{Value, json};

use crate::content_policies::{World, uuid};
use crate::isolation::settle;

/// The traces of what a user says after what they said before, by step; and the graph's path.
fn traced(world: &World, said: &[(&str, &str)]) -> (String, Vec<Value>) {
    let user = world.make("POST", "/users", &json!({ "first_name": "Mia", "last_name": "Berg" }));
    let graph = format!("/graphs/{}", user["graph_uuid"].as_str().expect("a graph"));
    let thread = uuid(&world.make("POST", "/threads", &json!({ "user_uuid": user["uuid"] })));
    let mut last = Value::Null;
    for (text, day) in said {
        let message = json!({ "role": "user", "content": text, "reference_time": format!("{day}T09:00:00Z") });
        last = world.make("POST", &format!("/threads/{thread}/messages"), &json!({ "messages": [message] }));
        settle(&world.server);
    }
    let path = format!("{graph}/episodes/{}/ingestion-traces", uuid(&last["messages"][0]));
    let page = world.make("GET", &path, &Value::Null);
    (graph, page["items"].as_array().cloned().expect("traces"))
}

#[test]
fn the_steps_of_an_episode_name_what_it_added_what_it_ended_and_the_words() {
    let world = World::new();
    let enabled = world.make("POST", "/debug-logs/enable", &json!({}));
    assert_eq!(enabled["ingestion_trace_enabled"], true, "{enabled}");
    let said = [("I live in Lyon.", "2025-03-03"), ("I moved to Oslo. My sister is Ida.", "2025-09-15")];
    let (graph, steps) = traced(&world, &said);
    let names: Vec<&Value> = steps.iter().map(|step| &step["step"]).collect();
    assert_eq!(names, ["combined_extraction", "resolve_nodes", "resolve_edges"]);
    assert!(steps.iter().all(|step| step["status"] == "recorded" && step["error"].is_null()), "{steps:?}");
    assert_eq!(steps[0]["input"]["episodes"][0]["content"], said[1].0);

    let extracted = steps[0]["output"]["extracted_edges"].as_array().expect("edges");
    let oslo = extracted.iter().find(|edge| edge["fact"] == "Mia Berg lives in Oslo.").expect("the move");
    let why = oslo["explanation"].as_str().expect("an explanation");
    assert!(why.starts_with("“I moved to Oslo.”, read by offline@"), "{why}");
    assert!(!json!(extracted).to_string().contains("Lyon"), "of an earlier episode: {extracted:?}");
    let nodes = steps[0]["output"]["extracted_nodes"].as_array().expect("nodes");
    assert!(
        nodes.iter().any(|node| node["name"] == "Ida" && node["explanation"] == "“My sister is Ida.”"),
        "{nodes:?}"
    );

    let ends: Vec<Value> = world.list(&format!("{graph}/nodes/list"), &json!({}));
    let resolutions = steps[1]["output"]["node_resolutions"].as_array().expect("resolutions");
    for resolution in resolutions {
        assert!(ends.iter().any(|node| node["uuid"] == resolution["resolved_node_uuid"]), "{resolution}");
    }
    assert_eq!(resolutions.len(), nodes.len());
    let duplicates = steps[1]["output"]["node_duplicates"].as_array().expect("duplicates");
    let known: Vec<&Value> = duplicates.iter().map(|duplicate| &duplicate["existing_node"]["name"]).collect();
    assert_eq!(known, ["Mia Berg"], "only the user was known before");

    let edges = world.list(&format!("{graph}/edges/list"), &json!({}));
    let by_fact = |fact: &str| edges.iter().find(|edge| edge["fact"] == fact).expect("an edge")["uuid"].clone();
    let output = &steps[2]["output"];
    let new: Vec<&Value> = output["new_edges"].as_array().expect("edges").iter().map(|edge| &edge["uuid"]).collect();
    assert!(new.contains(&&by_fact("Mia Berg lives in Oslo.")), "{output}");
    let ended = &output["edge_invalidations"][0];
    assert_eq!(ended["invalidated_edge_uuid"], by_fact("Mia Berg lives in Lyon."), "{output}");
    assert_eq!(ended["invalidating_edges"][0]["uuid"], by_fact("Mia Berg lives in Oslo."));
    assert_eq!(output["edge_invalidations"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_is_said_again_is_no_new_edge() {
    let world = World::new();
    let (_, steps) = traced(&world, &[("I live in Lyon.", "2025-03-03"), ("I live in Lyon.", "2025-04-04")]);
    let output = &steps[2]["output"];
    assert_eq!(output["edges"][0]["fact"], "Mia Berg lives in Lyon.", "{output}");
    assert_eq!((&output["new_edges"], &output["edge_invalidations"]), (&json!([]), &json!([])), "{output}");
}
