//! The user and the assistant: initial entities of a user's graph (I1).

use jiff::Timestamp;

use super::{assistant_node, name_id, normalise, user_node};
use crate::change::Change;
use crate::model::{EntityId, GraphId, Link, LinkId, LinkKind, Mention, Metadata, ProjectId, User};

/// The name of an assistant that the application did not name.
pub const ASSISTANT_NAME: &str = "Assistant";

/// Returns the initial evidence of a user's graph: the user and the assistant (I1).
pub fn initial_evidence(user: &User) -> Vec<Change> {
    let mut changes = name_links(user);
    changes.push(Change::AddMention(name_mention(user, ASSISTANT_NAME, assistant_node(user.graph), "Assistant")));
    changes
}

/// Returns a placeholder for the user of a thread without a user.
pub fn anonymous_user(graph: GraphId, project: ProjectId, created_at: Timestamp) -> User {
    User {
        graph,
        project,
        user_id: "User".to_owned(),
        uuid: user_node(graph).0.into(),
        email: None,
        first_name: None,
        last_name: None,
        time_zone: None,
        metadata: Metadata::new(),
        disable_default_ontology: false,
        created_at,
        updated_at: created_at,
        thread_count: 1,
    }
}

/// Returns the evidence that links a user's names to the user's entity.
pub fn name_links(user: &User) -> Vec<Change> {
    let node = user_node(user.graph);
    let display = user.display_name();
    let mut changes = vec![Change::AddMention(name_mention(user, &display, node, "User"))];
    let own = [Some(&display), user.first_name.as_ref(), user.email.as_ref(), Some(&user.user_id)];
    for name in own.into_iter().flatten().filter(|name| !normalise(name).is_empty()) {
        for entity_type in [None, Some("Person")] {
            let id = name_id(user.graph, name, entity_type);
            let key = format!("own name\0{id}");
            changes.push(Change::AddLink(Link {
                id: LinkId(user.graph.derive(key.as_bytes())),
                left: node,
                right: id,
                kind: LinkKind::Same,
                episode: None,
                recorded_at: user.updated_at,
            }));
        }
    }
    changes
}

fn name_mention(user: &User, name: &str, entity: EntityId, entity_type: &str) -> Mention {
    Mention {
        episode: None,
        name: name.to_owned(),
        entity,
        entity_type: Some(entity_type.to_owned()),
        span: 0..0,
        recorded_at: user.updated_at,
    }
}
