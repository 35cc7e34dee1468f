//! Templates of contexts in API v4: they keep their uuid when they get another name.

use serde_json::{Value, json};

use crate::content_policies::{World, uuid};

#[test]
fn a_template_keeps_its_uuid_and_text_when_it_is_renamed() {
    let world = World::new();
    let create =
        |name: &str, text: &str| world.ask("POST", "/context-templates", &json!({ "name": name, "template": text }));
    let (status, created) = create("first", "Known: %{user_summary}");
    assert_eq!(status, 201, "{created}");
    let path = format!("/context-templates/{}", uuid(&created));
    let renamed = world.make("PUT", &path, &json!({ "name": "second" }));
    let expected = json!({ "uuid": created["uuid"], "name": "second", "template": created["template"],
        "created_at": created["created_at"] });
    assert_eq!(renamed, expected);
    assert_eq!(world.make("GET", &path, &Value::Null), expected);

    // The old name is free for another template, which is not the same.
    let (status, other) = create("first", "Other: %{user_summary}");
    assert_eq!(status, 201, "{other}");
    assert_ne!(other["uuid"], created["uuid"]);
    let names = |name: Value| {
        let listed = world.list("/context-templates/list", &json!({ "name": name }));
        listed.iter().map(|one| one["name"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(Value::Null), ["first", "second"]);
    assert_eq!(names("second".into()), ["second"]);

    let (status, taken) = world.ask("PUT", &path, &json!({ "name": "first" }));
    assert_eq!((status, &taken["error"]["code"]), (409, &json!("already_exists")), "{taken}");
    for bad in [json!({ "name": " " }), json!({ "name": "a/b" }), json!({ "name": "third", "template": "%{x}" })] {
        assert_eq!(world.ask("PUT", &path, &bad).0, 400, "{bad}");
    }
    assert_eq!(world.make("GET", &path, &Value::Null), expected, "what is refused changes nothing");

    // Both at once; older generations know it by its new name, and a thread's context by its uuid.
    world.make("PUT", &path, &json!({ "name": "third", "template": "Now: %{user_summary}" }));
    let read = world.server.call("GET", "/context-templates/third", None);
    assert_eq!((read.status, &read.body["uuid"]), (200, &created["uuid"]), "{read:?}");
    assert_eq!(world.server.call("GET", "/context-templates/second", None).status, 404);
    let user = world.make("POST", "/users", &json!({ "first_name": "Noor" }));
    let thread = uuid(&world.make("POST", "/threads", &json!({ "user_uuid": user["uuid"] })));
    let context = format!("/threads/{thread}/context?template_uuid={}", uuid(&created));
    let context = world.make("GET", &context, &Value::Null);
    assert!(context["context"].as_str().is_some_and(|text| text.starts_with("Now: ")), "{context}");
    assert_eq!(world.ask("DELETE", &path, &json!({})).0, 204);
    assert_eq!(world.ask("PUT", &path, &json!({ "name": "fourth" })).0, 404);
    assert_eq!(names(Value::Null), ["first"]);
}
