//! What must hold when all is calm.

use std::collections::BTreeSet;

use erstwhile::engine::{AuditQuery, GraphRef};
use erstwhile::model::{AuditAction, AuditTargetKind, Episode, EpisodeState, ModelReadingState, TaskState};
use erstwhile::search::filter::Filter;
use erstwhile::store::Queue;
use erstwhile::{ErrorKind, Result};

use super::chance::Chance;
use super::cluster::Cluster;
use super::expected;
use super::node::Node;
use super::person::{Fate, Person};
use super::speech;

/// Checks everything.
pub(super) async fn all(cluster: &Cluster, people: &mut [Person], chance: &mut Chance) {
    let store = cluster.store().await;
    for queue in [Queue::Ingestion, Queue::Model] {
        let lost = store.lost_episodes(queue).await.expect("the queue");
        assert!(lost.is_empty(), "{lost:?} wait in no queue");
    }
    let fresh = cluster.fresh_node(chance).await;
    let nodes = [&cluster.nodes[0], &cluster.nodes[1], &fresh];
    for person in people {
        if person.is_present {
            present(cluster, &nodes, person).await;
        } else {
            for node in nodes {
                let found = node.ask(cluster.project, async |project| project.user(&person.user_id).get().await).await;
                assert_eq!(
                    found.err().map(|error| error.kind()),
                    Some(ErrorKind::NotFound),
                    "{} is back",
                    person.user_id
                );
            }
        }
        deleted_is_gone(cluster, &nodes, person).await;
    }
    audit_log_is_whole(cluster, &fresh).await;
}

/// What a node answers now that nothing goes wrong.
fn answered<T>(node: &Node, answer: Result<T>) -> T {
    answer.unwrap_or_else(|error| panic!("{}: {error}", node.name))
}

async fn present(cluster: &Cluster, nodes: &[&Node], person: &mut Person) {
    let mut seen = BTreeSet::new();
    for node in nodes {
        let (user_id, thread_id) = (&person.user_id, &person.thread_id);
        let answer = node.ask(cluster.project, async |project| {
            let user = project.user(user_id).get().await?;
            let (stored, count) = project.thread(thread_id).messages(0, 10_000).await?;
            assert_eq!(stored.len() as i64, count);
            let mut facts = project.graph(GraphRef::User(user_id.clone())).facts(&Filter::default()).await?;
            facts.sort_by_key(|triple| triple.fact.id);
            Ok((user, stored, facts))
        });
        let (user, stored, facts) = answered(node, answer.await);
        assert_eq!(user.first_name.as_deref(), Some(person.first_name), "{} has another name", person.user_id);
        let messages = stored.iter().map(|message| (message.id, message.content.as_str(), message.reference_time));
        person.compare(messages);
        settled(cluster, &stored);
        let lines = expected::lines(facts.iter().map(|triple| &triple.fact));
        assert_eq!(lines, expected::facts(&user, &stored), "the facts of {} at {}", person.user_id, node.name);
        seen.insert(format!("{user:?}\n{stored:?}\n{facts:?}"));
    }
    assert_eq!(seen.len(), 1, "not all nodes tell the same of {}: {seen:#?}", person.user_id);
    for task in &person.tasks {
        let answer = nodes[0].ask(cluster.project, async |project| project.task(*task).await).await;
        let task = answered(nodes[0], answer);
        assert!(matches!(task.state, TaskState::Succeeded | TaskState::Failed), "a task is not over: {task:?}");
        assert_eq!(task.done, task.total);
    }
}

/// Every episode is read, by the language model too if there is one, or has failed because it cannot be read.
fn settled(cluster: &Cluster, episodes: &[Episode]) {
    for episode in episodes {
        let is_read = episode.state == EpisodeState::Processed;
        let is_failed = matches!(episode.state, EpisodeState::Failed(_));
        let is_readable = speech::is_readable(&episode.content);
        assert!(if is_readable { is_read } else { is_failed }, "{} is {:?}", episode.content, episode.state);
        let reading = episode.model_reading.as_ref().map(|reading| reading.state);
        let expected = if is_readable { ModelReadingState::Read } else { ModelReadingState::Failed };
        let expected = cluster.weather.has_model.then_some(expected);
        assert_eq!(reading, expected, "{}: {:?}", episode.content, episode.model_reading);
    }
}

async fn deleted_is_gone(cluster: &Cluster, nodes: &[&Node], person: &Person) {
    for id in person.said.iter().filter(|said| said.fate == Fate::Gone).filter_map(|said| said.id) {
        for node in nodes {
            let found = node.ask(cluster.project, async |project| project.find_episode(id).await).await;
            assert_eq!(found.err().map(|error| error.kind()), Some(ErrorKind::NotFound), "{id:?} is back");
        }
    }
}

/// The chain of the audit log is whole, and no deletion of a message is in it twice.
async fn audit_log_is_whole(cluster: &Cluster, node: &Node) {
    let answer = node.ask(cluster.project, async |project| {
        let verified = project.verify_audit(None).await?;
        assert!(verified.is_ok(), "{verified:?}");
        project.audit(&AuditQuery { about: None, before: None, limit: 1_000 }).await
    });
    let mut deleted = BTreeSet::new();
    for audited in answered(node, answer.await) {
        let record = audited.record;
        if (record.action, record.kind) == (AuditAction::Delete, AuditTargetKind::Episode) && record.id.is_some() {
            assert!(deleted.insert(record.id), "the deletion of an episode is recorded twice: {record:?}");
        }
    }
}
