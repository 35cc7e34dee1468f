//! Changes of a graph: its row, user, threads, episodes and evidence.

use erstwhile_core::change::{Change, GroupChange, SettingChange, Wording};
use erstwhile_core::evidence::Edit;
use erstwhile_core::model::{
    Assertion, AssertionId, ClaimKind, EntityId, EntityPatch, Episode, EpisodeId, EpisodeKind, EpisodeState, FactEdit,
    GraphId, Holding, Link, LinkId, LinkKind, Mention, Metadata, ModelReading, ModelReadingState, ModelReport,
    Partition, Precision, Role, Setting, SettingKind, SummarySubject, Thread, TimePoint, User, WrittenSummary,
};
use serde_json::json;

use super::apart;
use super::draw::{Draw, GROUPS, at, given_uuids, owner_of, partition_id, project_of, task_id, within};
use crate::reference::{PartitionState, Reference};

/// A random change of a graph; half of them add the objects that most of the others need.
pub(super) fn change_of_graph(draw: &mut Draw, number: u8, reference: &Reference) -> Change {
    let state = reference.partition(partition_id(number));
    let episode = |draw: &mut Draw| {
        let known: Vec<EpisodeId> =
            state.into_iter().flat_map(|state| state.episodes().map(|episode| episode.id)).collect();
        let other = EpisodeId(within(number, draw.below(80)));
        draw.known(&known, other)
    };
    let thread = |draw: &mut Draw| {
        let known: Vec<String> =
            state.into_iter().flat_map(PartitionState::threads).map(|thread| thread.thread_id).collect();
        let other = thread_id(draw, number);
        draw.known(&known, other)
    };
    match draw.below(65) {
        0..=5 => Change::AddThread(new_thread(draw, number)),
        6..=16 => Change::AddEpisodes(
            (0..=draw.below(3))
                .map(|_| {
                    let of_thread = draw.maybe(thread);
                    new_episode(draw, number, of_thread)
                })
                .collect(),
        ),
        17..=19 => Change::SetEpisodeState(episode(draw), episode_state(draw)),
        20 => Change::SetEpisodeMetadata(episode(draw), metadata(draw)),
        21 => Change::RemoveEpisode(episode(draw)),
        22 => Change::RemoveThread(thread(draw)),
        23 | 24 => {
            let total = usize::from(draw.below(4));
            Change::AddTask { task: task_id(partition_id(number), draw.below(4)), kind: draw.word(), total }
        }
        25..=27 => {
            let from = draw.maybe(|draw| episode(draw));
            Change::AddMention(new_mention(draw, number, from))
        }
        28..=30 => {
            let from = draw.maybe(|draw| episode(draw));
            Change::AddAssertion(new_assertion(draw, number, from))
        }
        31 | 48 => Change::RemoveAssertion(known_assertion(draw, number, state)),
        32 | 33 => {
            let from = draw.maybe(|draw| episode(draw));
            Change::AddLink(new_link(draw, number, from))
        }
        34 | 50 => Change::RemoveLink(known_link(draw, number, state)),
        35 | 36 => Change::PutFactEdit(known_assertion(draw, number, state), fact_edit(draw)),
        37 | 38 => Change::PutEntityEdit(entity(draw, number), entity_patch(draw)),
        39 | 51 => Change::RemoveName(entity(draw, number)),
        40 => {
            let seen = draw.seen(state.map(|state| state.row().updated_at));
            Change::UpdatePartition(changed_partition(draw, number), seen)
        }
        41 => update_of_user(draw, number, state.and_then(PartitionState::user)),
        42 => {
            let thread_id = thread(draw);
            update_of_thread(draw, number, thread_id, state)
        }
        43 | 49 => apart::change_of_setting(draw, partition_id(number).0, reference),
        // What a thread declares is removed with it.
        44 => {
            let name = thread(draw);
            let (kind, value) = (SettingKind::RatingInstruction, json!(draw.word()));
            let setting = Setting { kind, name, value, updated_at: draw.now };
            Change::Setting(SettingChange::Put(setting, erstwhile_core::model::Precondition::None))
        }
        63.. => Change::Reword((0..=draw.below(2)).map(|_| wording(draw, number, state)).collect()),
        52.. => change_by_model(draw, number, state, episode),
        _ => {
            let group = GROUPS[usize::from(draw.below(2))];
            Change::Group(match draw.below(8) {
                0 => GroupChange::Dissolve(group),
                1 | 2 => GroupChange::Leave(group),
                _ => GroupChange::Join(group),
            })
        }
    }
}

/// An update of the user, which keeps what never changes.
fn update_of_user(draw: &mut Draw, number: u8, known: Option<User>) -> Change {
    let seen = draw.seen(known.as_ref().map(|user| user.updated_at));
    let new = new_user(draw, number, "user 0");
    let changed = match known {
        Some(User { user_id, uuid, project, created_at, .. }) => User { user_id, uuid, project, created_at, ..new },
        None => new,
    };
    Change::UpdateUser(changed, seen)
}

/// An update of a thread, which keeps what never changes.
fn update_of_thread(draw: &mut Draw, number: u8, thread_id: String, state: Option<&PartitionState>) -> Change {
    let ended_at = draw.one_in(6).then_some(draw.now);
    let new = Thread { thread_id, ended_at, ..new_thread(draw, number) };
    let mut known = state.into_iter().flat_map(PartitionState::threads);
    let known = known.find(|known| known.thread_id == new.thread_id);
    let seen = draw.seen(known.as_ref().map(|known| known.updated_at));
    let changed = match known {
        Some(known) => Thread { uuid: known.uuid, project: known.project, created_at: known.created_at, ..new },
        None => new,
    };
    Change::UpdateThread(changed, seen)
}

/// Other words of evidence, usually of some that exists.
fn wording(draw: &mut Draw, number: u8, state: Option<&PartitionState>) -> Wording {
    match draw.below(4) {
        0 => {
            let other = new_mention(draw, number, None);
            let known: Vec<Mention> = state.map(|state| state.evidence_since(0).mentions).unwrap_or_default();
            let old = draw.known(&known, other);
            let name = format!("name {}", draw.below(4));
            Wording::Mention(old.clone(), Mention { name, ..old })
        }
        1 => {
            let other = new_assertion(draw, number, None);
            let known: Vec<Assertion> = state.map(|state| state.evidence_since(0).assertions).unwrap_or_default();
            let old = draw.known(&known, other);
            Wording::Assertion(Assertion { statement: draw.word(), attributes: metadata(draw), ..old })
        }
        2 => Wording::Edit(Edit::Fact(known_assertion(draw, number, state), fact_edit(draw))),
        _ => Wording::Edit(Edit::Entity(entity(draw, number), entity_patch(draw))),
    }
}

/// A random change by a language model.
fn change_by_model(
    draw: &mut Draw,
    number: u8,
    state: Option<&PartitionState>,
    episode: impl Fn(&mut Draw) -> EpisodeId,
) -> Change {
    let awaiting = |draw: &mut Draw| {
        let waits = |episode: &&Episode| {
            episode.model_reading.as_ref().is_some_and(|reading| reading.state == ModelReadingState::Awaiting)
        };
        let known: Vec<EpisodeId> =
            state.into_iter().flat_map(|state| state.episodes().filter(waits).map(|episode| episode.id)).collect();
        let other = episode(draw);
        draw.known(&known, other)
    };
    match draw.below(11) {
        0..=3 => Change::AwaitModel(episode(draw), draw.now),
        4..=7 => Change::ReplaceReading(awaiting(draw), model_report(draw)),
        8 => Change::SetModelReading(awaiting(draw), model_reading(draw)),
        _ => Change::PutWrittenSummary(written_summary(draw, number)),
    }
}

pub(super) fn metadata(draw: &mut Draw) -> Metadata {
    let deep = json!({ "a": [draw.index, "two", null], "b": draw.word() });
    draw.maybe(|_| Metadata::from_iter([("deep".to_owned(), deep)])).unwrap_or_default()
}

fn graph_id(number: u8) -> GraphId {
    partition_id(number).as_graph()
}

/// The id of a thread; some ids occur in several graphs.
fn thread_id(draw: &mut Draw, number: u8) -> String {
    format!("thread {}", draw.below(3) + number % 3)
}

fn entity(draw: &mut Draw, number: u8) -> EntityId {
    EntityId(within(number, 100 + draw.below(5)))
}

fn assertion_id(draw: &mut Draw, number: u8) -> AssertionId {
    AssertionId(within(number, 150 + draw.below(6)))
}

fn known_assertion(draw: &mut Draw, number: u8, state: Option<&PartitionState>) -> AssertionId {
    let known = state.map(PartitionState::assertion_ids).unwrap_or_default();
    let other = assertion_id(draw, number);
    draw.known(&known, other)
}

fn known_link(draw: &mut Draw, number: u8, state: Option<&PartitionState>) -> LinkId {
    let known = state.map(PartitionState::link_ids).unwrap_or_default();
    let other = link_id(draw, number);
    draw.known(&known, other)
}

fn link_id(draw: &mut Draw, number: u8) -> LinkId {
    LinkId(within(number, 180 + draw.below(4)))
}

fn changed_partition(draw: &mut Draw, number: u8) -> Partition {
    let row = Partition::new(partition_id(number), project_of(number), owner_of(number, false), draw.now);
    Partition {
        name: draw.maybe(Draw::word),
        description: draw.maybe(Draw::word),
        time_zone: draw.maybe(|_| "Europe/Berlin".to_owned()),
        ..row
    }
}

pub(super) fn new_user(draw: &mut Draw, number: u8, user_id: &str) -> User {
    User {
        graph: graph_id(number),
        project: project_of(number),
        user_id: user_id.to_owned(),
        uuid: within(number, 250).into(),
        email: draw.maybe(|draw| format!("{}@example.org", draw.index)),
        first_name: draw.maybe(Draw::word),
        last_name: draw.maybe(Draw::word),
        time_zone: draw.maybe(|_| "Asia/Tokyo".to_owned()),
        metadata: metadata(draw),
        disable_default_ontology: draw.one_in(2),
        created_at: draw.now,
        updated_at: draw.now,
        thread_count: 0,
    }
}

fn new_thread(draw: &mut Draw, number: u8) -> Thread {
    Thread {
        graph: graph_id(number),
        project: project_of(number),
        thread_id: thread_id(draw, number),
        uuid: within(number, 200 + draw.below(3)).into(),
        user_id: None,
        user_uuid: None,
        metadata: metadata(draw),
        classifications: metadata(draw),
        created_at: draw.now,
        updated_at: draw.now,
        ended_at: None,
    }
}

fn episode_state(draw: &mut Draw) -> EpisodeState {
    match draw.below(6) {
        0 => EpisodeState::Pending,
        1 => EpisodeState::Ignored,
        2 => EpisodeState::Failed(draw.word()),
        _ => EpisodeState::Processed,
    }
}

fn written_summary(draw: &mut Draw, number: u8) -> WrittenSummary {
    let subject = match draw.below(3) {
        0 => SummarySubject::User,
        1 => SummarySubject::Entity(entity(draw, number)),
        _ => SummarySubject::Thread(thread_id(draw, number)),
    };
    WrittenSummary {
        subject,
        text: draw.word(),
        basis: (0..draw.below(3)).map(|index| within(number, index)).collect(),
        instructions: draw.word(),
        model: draw.word(),
        written_at: draw.now,
    }
}

fn model_report(draw: &mut Draw) -> ModelReport {
    ModelReport { model: draw.word(), attempts: u64::from(draw.below(3)), ..ModelReport::default() }
}

fn model_reading(draw: &mut Draw) -> ModelReading {
    let state = if draw.one_in(2) { ModelReadingState::Awaiting } else { ModelReadingState::Failed };
    ModelReading { state, report: model_report(draw) }
}

fn new_episode(draw: &mut Draw, number: u8, thread: Option<String>) -> Episode {
    let given = draw.one_in(8).then(|| given_uuids().nth(usize::from(draw.below(5)))).flatten();
    Episode {
        id: given.unwrap_or_else(|| EpisodeId(within(number, draw.below(80)))),
        seq: 0,
        thread,
        kind: draw
            .one_of(&[EpisodeKind::Message, EpisodeKind::Text, EpisodeKind::Json, EpisodeKind::Hyperedge])
            .unwrap_or(EpisodeKind::Message),
        role: draw.maybe(|_| Role::User),
        name: draw.maybe(Draw::word),
        content: draw.word(),
        metadata: metadata(draw),
        source_description: draw.maybe(Draw::word),
        document_id: draw.maybe(Draw::word),
        reference_time: at(i64::from(draw.below(9))),
        recorded_at: draw.now,
        state: if draw.below(3) == 0 { episode_state(draw) } else { EpisodeState::Pending },
        task: draw.maybe(|draw| task_id(partition_id(number), draw.below(4))),
        strict: draw.one_in(2),
        model_reading: None,
    }
}

fn new_mention(draw: &mut Draw, number: u8, episode: Option<EpisodeId>) -> Mention {
    Mention {
        episode,
        name: format!("name {}", draw.below(3)),
        entity: entity(draw, number),
        entity_type: draw.maybe(|_| "Person".to_owned()),
        span: 0..usize::from(draw.below(2) + 1),
        recorded_at: draw.now,
    }
}

fn new_assertion(draw: &mut Draw, number: u8, episode: Option<EpisodeId>) -> Assertion {
    let moment = |draw: &mut Draw| {
        let precision = draw.one_of(&[Precision::Instant, Precision::Day, Precision::Month, Precision::Year]);
        TimePoint { at: at(i64::from(draw.below(9))), precision: precision.unwrap_or(Precision::Instant) }
    };
    Assertion {
        id: assertion_id(draw, number),
        episode,
        sequence: None,
        subject: entity(draw, number),
        predicate: "LIKES".to_owned(),
        object: draw.maybe(|draw| entity(draw, number)),
        statement: draw.word(),
        span: 0..3,
        kind: draw
            .one_of(&[ClaimKind::Asserts, ClaimKind::Ends, ClaimKind::Denies, ClaimKind::States])
            .unwrap_or(ClaimKind::Asserts),
        holding: draw.one_of(&[Holding::Exclusive, Holding::Shared, Holding::Event]).unwrap_or(Holding::Shared),
        valid_from: draw.maybe(moment),
        valid_until: draw.maybe(moment),
        reference_time: at(i64::from(draw.below(9))),
        recorded_at: draw.now,
        confidence: f64::from(draw.below(100)) / 100.0,
        extractor: "test".to_owned(),
        attributes: metadata(draw),
    }
}

fn new_link(draw: &mut Draw, number: u8, episode: Option<EpisodeId>) -> Link {
    Link {
        id: link_id(draw, number),
        left: entity(draw, number),
        right: entity(draw, number),
        kind: if draw.one_in(2) { LinkKind::Different } else { LinkKind::Same },
        episode,
        recorded_at: draw.now,
    }
}

fn fact_edit(draw: &mut Draw) -> FactEdit {
    let moment = |draw: &mut Draw| draw.maybe(|draw| at(i64::from(draw.below(9))));
    FactEdit {
        statement: draw.maybe(Draw::word),
        predicate: draw.maybe(|_| "LOVES".to_owned()),
        valid_from: draw.maybe(moment),
        valid_until: draw.maybe(moment),
        expired_at: draw.maybe(moment),
        attributes: metadata(draw),
        recorded_at: draw.maybe(|_| at(-7)),
    }
}

fn entity_patch(draw: &mut Draw) -> EntityPatch {
    EntityPatch {
        name: draw.maybe(Draw::word),
        summary: draw.maybe(Draw::word),
        entity_type: draw.maybe(|draw| draw.maybe(|_| "Place".to_owned())),
        attributes: metadata(draw),
    }
}
