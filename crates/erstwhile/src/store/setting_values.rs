//! Whether the value of a setting has the form of its kind. Pure.
//!
//! A setting is written by the code that declares it, and read as JSON; its form is checked where rows come from elsewhere.

use serde::Deserialize;
use uuid::Uuid;

use erstwhile_core::compat::fact_rating::RatingInstruction;
use erstwhile_core::content_policy::{BoundPolicy, PolicyRevision};
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{ContextTemplate, PolicySet, Setting, SettingKind, UserGroup, Webhook};
use erstwhile_core::ontology::Ontology;

/// Which observations to make.
#[derive(Deserialize)]
#[expect(dead_code, reason = "only its form matters")]
struct Steering {
    instruction: Option<String>,
    types: Option<Vec<Described>>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only its form matters")]
struct Described {
    name: String,
    description: String,
}

/// What a language model is told about a thread.
#[derive(Deserialize)]
#[expect(dead_code, reason = "only its form matters")]
struct ThreadInstruction {
    facts: Option<String>,
    summary: Option<String>,
}

/// The group that has a name.
#[derive(Deserialize)]
#[expect(dead_code, reason = "only its form matters")]
struct GroupName {
    name: String,
    uuid: Uuid,
}

/// Checks that the value of a setting has the form of its kind.
///
/// # Errors
/// `Corrupt` when it has not; the message names the kind, but nothing of the value.
pub(super) fn check(setting: &Setting) -> Result<()> {
    match setting.kind {
        SettingKind::Ontology => is::<Ontology>(setting),
        SettingKind::CustomInstruction | SettingKind::UserSummaryInstruction => is::<String>(setting),
        // Earlier versions stored only the text.
        SettingKind::ContextTemplate if setting.value.is_string() => Ok(()),
        SettingKind::ContextTemplate => is::<ContextTemplate>(setting),
        SettingKind::ObservationSteering => is::<Steering>(setting),
        SettingKind::RatingInstruction => is::<RatingInstruction>(setting),
        SettingKind::ThreadInstruction => is::<ThreadInstruction>(setting),
        SettingKind::UserGroup => is::<UserGroup>(setting),
        SettingKind::UserGroupName => is::<GroupName>(setting),
        SettingKind::Webhook => is::<Webhook>(setting),
        SettingKind::PolicySet => is::<PolicySet>(setting),
        // A graph has one, without a name: what it is bound to. Those of a project are named by their numbers.
        SettingKind::ContentPolicy if setting.name.is_empty() => is::<BoundPolicy>(setting),
        SettingKind::ContentPolicy => is::<PolicyRevision>(setting),
        SettingKind::ProjectFlag => is::<bool>(setting),
    }
}

fn is<'a, T: Deserialize<'a>>(setting: &'a Setting) -> Result<()> {
    // The error of the parser would quote the value.
    T::deserialize(&setting.value)
        .map(drop)
        .map_err(|_| Error::corrupt(format!("the value is not that of a setting of the kind {}", setting.kind.noun())))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::{Value, json};

    use super::*;

    fn setting(kind: SettingKind, name: &str, value: Value) -> Setting {
        Setting { kind, name: name.to_owned(), value, updated_at: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn a_setting_has_the_form_of_its_kind() {
        let (uuid, at) = (Uuid::nil(), Timestamp::UNIX_EPOCH);
        let group = json!({ "uuid": uuid, "name": "friends", "description": null, "version": 1, "policy_sets": [],
            "created_at": at, "updated_at": at });
        let webhook = json!({ "id": uuid, "url": "https://a.example", "secret": "s", "events": ["episode.processed"], "created_at": at });
        let set = json!({ "uuid": uuid, "name": "all", "mode": "enforce", "version": 1,
            "grants": [{ "graph": uuid, "action": "search" }], "created_at": at, "updated_at": at });
        let revision = json!({ "uuid": uuid, "number": 1, "categories": [], "rules": [], "created_at": at });
        let bound =
            json!({ "uuid": uuid, "number": 1, "categories": [], "rules": [], "created_at": at, "bound_at": at });
        let cases = [
            (SettingKind::Ontology, "", json!({ "entity_types": [], "edge_types": [] })),
            (SettingKind::CustomInstruction, "a", json!("be brief")),
            (SettingKind::UserSummaryInstruction, "a", json!("be brief")),
            (SettingKind::ObservationSteering, "", json!({ "types": [{ "name": "a", "description": "b" }] })),
            (SettingKind::ContextTemplate, "a", json!("%{user_summary}")),
            (SettingKind::ContextTemplate, "a", json!({ "uuid": uuid, "text": "%{user_summary}", "created_at": at })),
            (SettingKind::RatingInstruction, "", json!({ "instruction": "what Ann drinks" })),
            (SettingKind::ThreadInstruction, "t", json!({ "facts": "all", "summary": null })),
            (SettingKind::UserGroup, "a", group),
            (SettingKind::UserGroupName, "friends", json!({ "name": "friends", "uuid": uuid })),
            (SettingKind::Webhook, "a", webhook),
            (SettingKind::PolicySet, "a", set),
            (SettingKind::ContentPolicy, "000001", revision),
            (SettingKind::ContentPolicy, "", bound),
            (SettingKind::ProjectFlag, "a", json!(true)),
        ];
        for kind in SettingKind::ALL {
            assert!(cases.iter().any(|(tried, ..)| *tried == kind), "{kind:?} is tried");
        }
        for (kind, name, value) in cases {
            check(&setting(kind, name, value)).unwrap_or_else(|error| panic!("{kind:?}: {error}"));
            let object = json!({ "entity_types": 7, "name": 7, "types": 7, "instruction": 7, "facts": 7 });
            for wrong in [json!(7), json!([7]), object] {
                let error = check(&setting(kind, name, wrong)).expect_err("a wrong form");
                assert!(error.message().contains(kind.noun()), "{kind:?}: {error}");
            }
        }
    }
}
