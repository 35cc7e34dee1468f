//! Random batches that collide often: few projects, graphs, threads, episodes and names.

use jiff::Timestamp;
use proptest::prelude::*;
use uuid::Uuid;

use erstwhile_core::change::{Batch, Change, Expect};
use erstwhile_core::model::{
    Assertion, AssertionId, BatchId, ClaimKind, EntityId, EntityPatch, Episode, EpisodeId, EpisodeKind, EpisodeState,
    FactEdit, GraphId, Holding, Link, LinkId, LinkKind, Mention, Metadata, Partition, PartitionOwner, ProjectId, Role,
    TaskId, Thread, User,
};

fn graph_id(number: u8) -> GraphId {
    // The tag lies in the first bytes.
    GraphId(Uuid::from_u128((u128::from(number) + 1) << 100))
}

fn within(graph: u8, number: u8) -> Uuid {
    graph_id(graph).within(Uuid::from_u128(u128::from(number) + 1))
}

fn at(microseconds: i64) -> Timestamp {
    Timestamp::from_microsecond(1_700_000_000_000_000 + microseconds).expect("a time within range")
}

fn owner_of(graph: u8) -> PartitionOwner {
    if graph.is_multiple_of(2) {
        PartitionOwner::User(format!("user {graph}"))
    } else {
        PartitionOwner::Standalone(format!("graph {graph}"))
    }
}

fn new_graph(graph: u8, now: Timestamp) -> Change {
    let (id, project) = (graph_id(graph), ProjectId(Uuid::from_u128(1)));
    let row = Partition {
        id: id.into(),
        project,
        owner: owner_of(graph),
        name: None,
        description: None,
        time_zone: None,
        created_at: now,
        updated_at: now,
        version: 0,
        revision: 0,
    };
    let user = User {
        graph: id,
        project,
        user_id: format!("user {graph}"),
        uuid: within(graph, 250).into(),
        email: None,
        first_name: Some("Ann".to_owned()),
        last_name: None,
        time_zone: None,
        metadata: Metadata::new(),
        disable_default_ontology: false,
        created_at: now,
        updated_at: now,
        thread_count: 0,
    };
    let user = matches!(row.owner, PartitionOwner::User(_)).then_some(user);
    Change::AddPartition(row, user)
}

fn episode(graph: u8, number: u8, thread: Option<u8>, now: Timestamp) -> Episode {
    Episode {
        id: EpisodeId(within(graph, number)),
        seq: 0,
        thread: thread.map(|thread| format!("thread {thread}")),
        kind: EpisodeKind::Message,
        role: Some(Role::User),
        name: Some("Ann".to_owned()),
        content: format!("words {number}"),
        metadata: Metadata::new(),
        source_description: None,
        document_id: None,
        reference_time: now,
        recorded_at: now,
        state: EpisodeState::Pending,
        task: Some(TaskId(within(graph, 251))),
        strict: false,
    }
}

fn assertion(graph: u8, numbers: (u8, u8, u8, u8), now: Timestamp) -> Assertion {
    let (number, episode, subject, object) = numbers;
    Assertion {
        id: AssertionId(within(graph, number)),
        episode: Some(EpisodeId(within(graph, episode))),
        sequence: None,
        subject: EntityId(within(graph, subject)),
        predicate: "LIKES".to_owned(),
        object: Some(EntityId(within(graph, object))),
        statement: format!("statement {number}"),
        span: 0..3,
        kind: ClaimKind::Asserts,
        holding: Holding::Shared,
        valid_from: None,
        valid_until: None,
        reference_time: now,
        recorded_at: now,
        confidence: 0.5,
        extractor: "test".to_owned(),
        attributes: Metadata::new(),
    }
}

/// One change of graph `graph`, drawn by four small numbers.
fn change(graph: u8, what: u8, numbers: (u8, u8, u8, u8), now: Timestamp) -> Vec<Change> {
    let (one, two, three, _) = numbers;
    let (small, thread) = (one % 6, two % 3);
    let name = |number: u8| EntityId(within(graph, 100 + number % 5));
    let thread_id = format!("thread {}", thread + graph * 3);
    match what % 17 {
        0 | 1 => vec![Change::AddThread(Thread {
            graph: graph_id(graph),
            project: ProjectId(Uuid::from_u128(1)),
            thread_id,
            uuid: within(graph, 200 + thread).into(),
            user_id: matches!(owner_of(graph), PartitionOwner::User(_)).then(|| format!("user {graph}")),
            user_uuid: matches!(owner_of(graph), PartitionOwner::User(_)).then(|| within(graph, 250).into()),
            metadata: Metadata::new(),
            classifications: Metadata::new(),
            created_at: now,
            updated_at: now,
            ended_at: None,
        })],
        2..=5 => {
            let thread = two.is_multiple_of(2).then_some(thread + graph * 3);
            // Fresh numbers, so that ids stay unique as the engine keeps them.
            vec![Change::AddEpisodes(vec![episode(graph, one, thread, now)])]
        }
        6 => vec![Change::SetEpisodeState(EpisodeId(within(graph, one)), EpisodeState::Processed)],
        7 => vec![Change::RemoveEpisode(EpisodeId(within(graph, one)))],
        8 => vec![Change::RemoveThread(thread_id)],
        9 => vec![Change::AddMention(Mention {
            episode: Some(EpisodeId(within(graph, one))),
            name: format!("name {}", two % 5),
            entity: name(two),
            entity_type: None,
            span: 0..usize::from(three % 2 + 1),
            recorded_at: now,
        })],
        10 | 11 => {
            vec![Change::AddAssertion(assertion(graph, (150 + small, one, 100 + two % 5, 100 + three % 5), now))]
        }
        12 => vec![Change::RemoveAssertion(AssertionId(within(graph, 150 + small)))],
        13 => {
            let id = LinkId(within(graph, 180 + small));
            let episode = Some(EpisodeId(within(graph, one)));
            let (left, right) = (name(two), name(three));
            vec![Change::AddLink(Link { id, left, right, kind: LinkKind::Same, episode, recorded_at: now })]
        }
        14 => {
            let edit = FactEdit { statement: Some("edited".to_owned()), recorded_at: Some(now), ..FactEdit::default() };
            vec![Change::PutFactEdit(AssertionId(within(graph, 150 + small)), edit)]
        }
        15 => {
            let patch = EntityPatch { summary: Some(format!("summary {one}")), ..EntityPatch::default() };
            vec![Change::PutEntityEdit(name(two), patch)]
        }
        _ => vec![Change::RemoveName(name(two))],
    }
}

/// A sequence of batches over three graphs of one project; some come twice, some expect too much.
pub fn batches() -> impl Strategy<Value = Vec<Batch>> {
    let numbers = (any::<u8>(), any::<u8>(), any::<u8>(), any::<u8>());
    let one = (0_u8..3, any::<u8>(), numbers, 0_u8..20);
    proptest::collection::vec(one, 1..40).prop_map(|drawn| {
        let mut batches: Vec<Batch> = Vec::new();
        let mut episodes = std::collections::HashSet::new();
        for (index, (graph, what, numbers, oddity)) in drawn.into_iter().enumerate() {
            let now = at(index as i64);
            let mut changes = match oddity {
                0..=3 => vec![new_graph(graph, now)],
                4 => vec![Change::RemovePartition(owner_of(graph))],
                _ => change(graph, what, (numbers.0 % 40, numbers.1, numbers.2, numbers.3), now),
            };
            // The engine never gives an episode's id twice.
            changes.retain(|change| match change {
                Change::AddEpisodes(added) => added.iter().all(|episode| episodes.insert(episode.id)),
                _ => true,
            });
            let expect = if oddity == 5 { Expect::Revision(i64::from(numbers.3 % 4)) } else { Expect::Nothing };
            let batch = Batch {
                id: BatchId(Uuid::from_u128(index as u128 + 1)),
                project: ProjectId(Uuid::from_u128(1)),
                partition: Some(graph_id(graph).into()),
                expect,
                at: now,
                changes,
            };
            if oddity == 6 {
                batches.push(batch.clone());
            }
            batches.push(batch);
        }
        batches
    })
}
