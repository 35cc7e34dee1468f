//! Filters of API v4 over what follows from episodes: observations, summaries and contexts.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::content_policies::{World, uuid};
use crate::isolation::settle;

const NONE: &str = "00000000-0000-4000-8000-000000000000";

/// A user who visited Lyon three times, as one thread tells, and likes tea, as another does.
struct Talk {
    world: World,
    user: String,
    graph: String,
    trips: String,
    drinks: String,
}

impl Talk {
    fn new() -> Self {
        let world = World::new();
        let user = world.make("POST", "/users", &json!({ "first_name": "Noor", "last_name": "Haddad" }));
        let graph = format!("/graphs/{}", user["graph_uuid"].as_str().expect("a graph"));
        let thread = |about: &str, texts: &[&str]| {
            let thread = uuid(&world.make("POST", "/threads", &json!({ "user_uuid": user["uuid"] })));
            let message = |(month, text): (usize, &&str)| {
                json!({ "role": "user", "content": text, "metadata": { "about": about },
                    "reference_time": format!("2024-0{}-01T00:00:00Z", month + 1) })
            };
            let messages: Vec<Value> = texts.iter().enumerate().map(message).collect();
            world.make("POST", &format!("/threads/{thread}/messages"), &json!({ "messages": messages }));
            thread
        };
        let trips = thread("trips", &["I visited Lyon."; 3]);
        let drinks = thread("drinks", &["I like tea.", "I live in Oslo."]);
        settle(&world.server);
        let user = uuid(&user);
        Self { world, user, graph, trips, drinks }
    }

    /// The items of a list or search with these filters.
    fn list(&self, path: &str, filters: &Value) -> Vec<Value> {
        let body = json!({ "query": "Where did Noor go?", "filters": filters });
        self.world.list(&format!("{}/{path}", self.graph), &body)
    }

    /// Refuses each of these filters by its name.
    fn refuses(&self, path: &str, filters: &[(&str, Value)]) {
        for (field, value) in filters {
            let filter = if field.ends_with("_at") {
                date(field, "gt", "2020-01-01T00:00:00Z")
            } else {
                json!({ *field: value })
            };
            let body = json!({ "query": "Lyon", "filters": filter });
            let (status, body) = self.world.ask("POST", &format!("{}/{path}", self.graph), &body);
            let error = &body["error"];
            let found = (status, error["code"].as_str(), error["param"].as_str());
            assert_eq!(found, (400, Some("unsupported_filter"), Some("filters")), "{path} {field}: {body}");
            assert!(error["message"].as_str().is_some_and(|message| message.contains(field)), "{path}: {body}");
        }
    }

    /// The context for a query, with other arguments.
    fn context(&self, more: &Value) -> Value {
        let mut body = json!({ "query": "Where did Noor go, and what does she drink?", "include_results": true });
        let given = body.as_object_mut().expect("an object");
        given.extend(more.as_object().cloned().unwrap_or_default());
        self.world.make("POST", &format!("{}/context", self.graph), &body)
    }
}

fn date(field: &str, operator: &str, value: &str) -> Value {
    json!({ "date_filters": { "any_of": [{ "all_of": [{ "field": field, "operator": operator, "value": value }] }] } })
}

fn about(what: &str) -> Value {
    json!({ "metadata_filters": { "filters": [{ "property_name": "about", "operator": "eq", "value": what }] } })
}

fn property(name: &str, value: &Value) -> Value {
    json!({ "property_filters": [{ "property_name": name, "operator": "eq", "value": value }] })
}

#[test]
fn observations_are_filtered_by_their_dates_attributes_and_episodes() {
    let talk = Talk::new();
    let all = talk.list("observations/list", &json!({}));
    assert_eq!(all.len(), 1, "{all:?}");
    let (episode, node) = (&all[0]["episode_uuids"][0], &all[0]["attributes"]["node_uuids"][0]);
    let created = all[0]["created_at"].as_str().expect("a date");
    let passing = [
        date("created_at", "lte", created),
        property("kind", &"recurring".into()),
        property("node_uuids", node),
        about("trips"),
        json!({ "episode_uuids": [episode, NONE] }),
        json!({ "episode_uuids": null }),
    ];
    let failing = [
        date("created_at", "gt", created),
        property("kind", &"family".into()),
        about("drinks"),
        json!({ "episode_uuids": [NONE] }),
    ];
    for path in ["observations/list", "search/observations"] {
        for filters in &passing {
            assert_eq!(talk.list(path, filters).len(), 1, "{path} {filters}");
        }
        for filters in &failing {
            assert_eq!(talk.list(path, filters), [Value::Null; 0], "{path} {filters}");
        }
        let others = [
            ("edge_types", json!(["VISITED"])),
            ("node_labels", json!(["Person"])),
            ("content_policy_violated", json!(true)),
            ("valid_at", Value::Null),
        ];
        talk.refuses(path, &others);
    }
}

#[test]
fn summaries_are_filtered_by_their_dates_and_by_the_metadata_of_their_episodes() {
    let talk = Talk::new();
    for (number, topic) in ["tea", "figs"].iter().enumerate() {
        let data = json!({ "data": format!("Noor sells {topic}."), "document_id": topic, "metadata": { "k": number } });
        talk.world.make("POST", &format!("{}/episodes", talk.graph), &data);
    }
    settle(&talk.world.server);
    let documents = |filters: &Value| {
        let found = talk.list("document-summaries/list", filters);
        found.iter().map(|one| one["document_id"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let more = json!({ "metadata_filters": { "filters": [{ "property_name": "k", "operator": "gte", "value": 1 }] } });
    assert_eq!(documents(&more), ["figs"]);
    assert_eq!(documents(&date("created_at", "lt", "2020-01-01T00:00:00Z")), [""; 0]);
    assert_eq!(documents(&date("created_at", "gt", "2020-01-01T00:00:00Z")).len(), 2);
    talk.refuses("document-summaries/list", &[("property_filters", json!([])), ("edge_uuids", json!([NONE]))]);

    let message = talk.world.make("GET", &format!("/threads/{}/messages", talk.trips), &Value::Null);
    let message = &message["items"][0]["uuid"];
    for path in ["thread-summaries/list", "search/thread-summaries"] {
        let threads = |filters: &Value| {
            let found = talk.list(path, filters);
            found.iter().map(|one| one["thread_uuid"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(threads(&json!({})).len(), 2, "{path}");
        assert_eq!(threads(&about("trips")), [talk.trips.as_str()], "{path}");
        assert_eq!(threads(&about("drinks")), [talk.drinks.as_str()], "{path}");
        assert_eq!(threads(&json!({ "episode_uuids": [message] })), [talk.trips.as_str()], "{path}");
        assert_eq!(threads(&date("created_at", "lt", "2020-01-01T00:00:00Z")), [""; 0], "{path}");
        talk.refuses(
            path,
            &[("property_filters", json!([])), ("node_labels", json!(["A"])), ("valid_at", Value::Null)],
        );
    }
}

#[test]
fn a_context_holds_only_what_passes_its_filters() {
    let talk = Talk::new();
    let whole = talk.context(&json!({}));
    let text = |context: &Value| context["context"].as_str().expect("a context").to_owned();
    let names = |nodes: &Value| {
        let names = nodes.as_array().into_iter().flatten().map(|node| node["name"].as_str().unwrap_or_default());
        names.map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let both = |place: &str| BTreeSet::from(["Noor Haddad".to_owned(), place.to_owned()]);
    assert!(text(&whole).contains("USER_SUMMARY") && text(&whole).contains("tea"), "{whole}");

    // What a condition on episodes selects: facts, entities and messages, and no summary of everything.
    let found = talk.context(&json!({ "filters": about("trips") }));
    let results = &found["results"];
    for shown in [&found["context"], &results["edges"], &results["episodes"]] {
        let shown = shown.to_string();
        assert!(shown.contains("Lyon") && !shown.contains("tea") && !shown.contains("Oslo"), "{shown}");
    }
    assert!(!text(&found).contains("USER_SUMMARY"), "{found}");
    assert_eq!((names(&results["nodes"]), results["episodes"].as_array().map(Vec::len)), (both("Lyon"), Some(3)));

    // A condition on facts leaves no messages, and only what the facts are about.
    let found = talk.context(&json!({ "filters": { "edge_types": ["LIVES_IN"] } }));
    let (shown, results) = (text(&found), &found["results"]);
    assert!(shown.contains("Oslo") && !shown.contains("tea") && !shown.contains("Lyon"), "{found}");
    assert!(!shown.contains("<EPISODES>") && results["episodes"] == json!([]), "{found}");
    assert_eq!(names(&results["nodes"]), both("Oslo"), "{found}");

    // A condition on dates of facts selects those that have ended, too.
    let moved = json!({ "messages": [{ "role": "user", "content": "I moved to Porto.", "reference_time": "2024-06-01T00:00:00Z" }] });
    talk.world.make("POST", &format!("/threads/{}/messages", talk.drinks), &moved);
    settle(&talk.world.server);
    let found = talk.context(&json!({ "filters": date("invalid_at", "is_not_null", "2024-01-01T00:00:00Z") }));
    let shown = text(&found);
    assert!(shown.contains("lives in Oslo") && !shown.contains("Porto"), "{found}");

    let none = talk.context(&json!({ "filters": about("nothing") }));
    let results = json!({ "edges": [], "nodes": [], "episodes": [] });
    assert_eq!(none["results"], results, "{none}");
    talk.refuses("context", &[("content_policy_violated", json!(true)), ("made_up", json!(["x"]))]);
}

#[test]
fn a_template_lays_out_the_context_of_a_query() {
    let talk = Talk::new();
    let layout = "About: %{user_summary}|%{edges}|%{entities}|%{episodes}|%{observations}|%{thread_summaries}";
    let template = uuid(&talk.world.make("POST", "/context-templates", &json!({ "name": "all", "template": layout })));
    let context = |more: Value| {
        let mut given = json!({ "template_uuid": template });
        given.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        talk.context(&given)["context"].as_str().expect("a context").to_owned()
    };
    let parts = |context: &str| context.split('|').map(str::to_owned).collect::<Vec<_>>();
    let whole = context(json!({}));
    assert!(whole.starts_with("About: ") && parts(&whole).len() == 6, "{whole}");
    assert!(parts(&whole).iter().all(|part| part.len() > 10), "{whole}");
    for by_user in [json!({}), json!({ "max_characters": 50_000 })] {
        let mut body = json!({ "query": "Where did Noor go, and what does she drink?", "template_uuid": template });
        body.as_object_mut().expect("an object").extend(by_user.as_object().cloned().unwrap_or_default());
        let same = talk.world.make("POST", &format!("/graphs/{}/context", talk.user), &body);
        assert_eq!(same["context"], whole.as_str());
    }

    let of_trips = parts(&context(json!({ "filters": about("trips") })));
    assert_eq!(of_trips[0], "About: ", "{of_trips:?}");
    assert!(of_trips[1..5].iter().all(|part| part.contains("Lyon")), "{of_trips:?}");
    assert!(!of_trips.concat().contains("tea"), "{of_trips:?}");
    let of_homes = parts(&context(json!({ "filters": { "edge_types": ["LIVES_IN"] } })));
    assert!(of_homes[1].contains("Oslo") && of_homes[2].contains("Oslo"), "{of_homes:?}");
    assert!(of_homes[3..].iter().all(String::is_empty), "{of_homes:?}");

    let short = context(json!({ "max_characters": 80 }));
    assert!(short.chars().count() <= 80 && short.starts_with("About: ") && parts(&short).len() == 6, "{short}");
    let graph = &talk.graph;
    for (more, status, code) in [
        (json!({ "max_characters": 5, "template_uuid": template }), 400, "invalid_request"),
        (json!({ "template_uuid": NONE }), 404, "not_found"),
        (json!({ "template_uuid": "all" }), 400, "invalid_identifier"),
    ] {
        let mut body = json!({ "query": "tea" });
        body.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        let (found, error) = talk.world.ask("POST", &format!("{graph}/context"), &body);
        assert_eq!((found, error["error"]["code"].as_str()), (status, Some(code)), "{body}: {error}");
    }
}
