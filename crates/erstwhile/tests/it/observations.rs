//! Which observations come first.

use erstwhile::model::{Holding, Precondition, SettingKind};
use erstwhile::ports::Extraction;
use erstwhile::search::filter::Filter;
use serde_json::json;

use crate::world::{World, claim, lives_in};

#[tokio::test]
async fn the_observations_that_an_application_asks_for_come_first() {
    let world = World::new().await;
    for text in ["My dog is Rex.", "My cat is Tom."] {
        let pet = text.trim_end_matches('.').rsplit(' ').next().expect("a name");
        let claims = vec![claim(text, "HAS_PET", pet, Holding::Shared)];
        world.script.answer(text, Extraction { claims, ..Extraction::default() });
        world.say("2025-01-01T00:00:00Z", text).await;
    }
    for (day, place) in [("2025-02-01T00:00:00Z", "Paris"), ("2025-03-01T00:00:00Z", "Oslo")] {
        let text = format!("I live in {place}.");
        world.script.answer(&text, lives_in(&text, place));
        world.say(day, &text).await;
    }
    world.ingest().await;
    let project = world.engine.project(world.project);
    let first = async || {
        project.graph(world.graph()).observations(&Filter::default()).await.expect("observations")[0].kind.as_str()
    };
    assert_eq!(first().await, "change", "the newest evidence");
    let steer = async |scope, value| {
        let setting = (SettingKind::ObservationSteering, "");
        project.put_setting(scope, setting, value, Precondition::None).await.expect("a setting");
    };
    steer(None, json!({ "types": [{ "name": "Animals", "description": "The pets of the user" }] })).await;
    assert_eq!(first().await, "family");
    let graph = world.graph();
    steer(Some(&graph), json!({ "instruction": "Where somebody lives: Paris, Oslo", "types": null })).await;
    assert_eq!(first().await, "change", "the graph's own steering replaces that of the project");
}
