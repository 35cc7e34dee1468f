//! Changes of projects, settings, whole partitions, document collections and import jobs.

use erstwhile::store::SettingScope;
use erstwhile_core::change::{Change, CollectionChange, GroupChange, ImportChange, ProjectChange, SettingChange};
use erstwhile_core::model::{
    ApiKey, ApiKeyId, Collection, CollectionId, Document, EpisodeId, EpisodeKind, ImportCounts, ImportItem,
    ImportItemState, ImportJob, ImportJobId, ImportState, ImportTarget, KeyRole, LinkId, Partition, PartitionOwner,
    Precondition, Project, ProjectId, Role, Setting, SettingKind,
};
use serde_json::json;
use uuid::Uuid;

use super::draw::{
    COLLECTION, Draw, GROUPS, IMPORT, IMPORT_OF_OTHER, at, digest_of, owner_of, partition_id, project_id, project_name,
    project_of, task_id, within,
};
use super::graph::{metadata, new_user};
use crate::reference::{PartitionState, Reference};

/// A new partition with its initial contents.
pub(super) fn new_partition(draw: &mut Draw, number: u8) -> Vec<Change> {
    let row = Partition::new(partition_id(number), project_of(number), owner_of(number, draw.one_in(4)), draw.now);
    let row = Partition { name: draw.maybe(Draw::word), description: draw.maybe(Draw::word), ..row };
    let user =
        if let PartitionOwner::User(user_id) = &row.owner { Some(new_user(draw, number, user_id)) } else { None };
    let mut changes = vec![Change::AddPartition(row, user)];
    match number {
        COLLECTION => changes.push(Change::Collection(CollectionChange::Add(new_collection(draw, number)))),
        IMPORT | IMPORT_OF_OTHER => changes.push(Change::Import(ImportChange::Add(new_import(draw, number)))),
        _ => {}
    }
    if draw.one_in(16) {
        // Invalid: only the first change may add a partition.
        changes.rotate_left(1);
    }
    changes
}

pub(super) fn change_of_project(draw: &mut Draw, project: ProjectId, reference: &Reference) -> Change {
    match draw.below(20) {
        0..=4 => {
            let id = project_id(draw.below(2) == 1);
            Change::Project(ProjectChange::Add(new_project(draw, id)))
        }
        5 | 6 => {
            let id = project_id(draw.below(2) == 1);
            Change::Project(ProjectChange::Update(new_project(draw, id)))
        }
        7..=10 => Change::Project(ProjectChange::AddKey(new_key(draw, project))),
        11..=13 => {
            let known: Vec<ApiKeyId> = reference.keys_of(project).into_iter().map(|key| key.id).collect();
            let other = key_id(draw);
            Change::Project(ProjectChange::RevokeKey(draw.known(&known, other)))
        }
        14 => Change::Group(GroupChange::Dissolve(GROUPS[usize::from(draw.below(2))])),
        // Invalid: a change of a graph in a batch without a partition.
        15 => Change::RemoveLink(LinkId(within(0, 180))),
        _ => change_of_setting(draw, project.0, reference),
    }
}

fn new_project(draw: &mut Draw, id: ProjectId) -> Project {
    Project {
        id,
        name: project_name(draw.below(3)),
        description: draw.maybe(Draw::word),
        time_zone: draw.maybe(|_| "Europe/Paris".to_owned()),
        created_at: draw.now,
    }
}

fn key_id(draw: &mut Draw) -> ApiKeyId {
    ApiKeyId(Uuid::from_u128(u128::from(draw.below(4)) + 30))
}

fn new_key(draw: &mut Draw, project: ProjectId) -> ApiKey {
    ApiKey {
        id: key_id(draw),
        project,
        name: draw.word(),
        prefix: "ew_".to_owned(),
        digest: digest_of(draw.below(5)),
        role: if draw.one_in(2) { KeyRole::Read } else { KeyRole::Write },
        graph: draw.maybe(|draw| partition_id(draw.below(3)).as_graph()),
        created_at: draw.now,
        expires_at: draw.maybe(|_| at(1_000)),
        revoked_at: None,
    }
}

/// A change of a setting of a project or graph.
pub(super) fn change_of_setting(draw: &mut Draw, scope: Uuid, reference: &Reference) -> Change {
    let kind = SettingKind::ALL[usize::from(draw.below(3))];
    let name = format!("setting {}", draw.below(2));
    // The model does not distinguish scopes of projects from scopes of graphs.
    let settings = |kind| reference.settings(SettingScope::Project(scope.into()), kind);
    if draw.below(3) == 0 {
        let known: Vec<(SettingKind, String)> =
            SettingKind::ALL.into_iter().flat_map(settings).map(|setting| (setting.kind, setting.name)).collect();
        let (kind, name) = draw.known(&known, (kind, name));
        return Change::Setting(SettingChange::Remove(kind, name));
    }
    let current = settings(kind);
    let current = current.into_iter().find(|setting| setting.name == name).map(|setting| setting.value);
    let precondition = match draw.below(6) {
        0..=2 => Precondition::None,
        3 => Precondition::Absent,
        4 => Precondition::Equals(json!({ "other": true })),
        _ => Precondition::Equals(current.unwrap_or_default()),
    };
    let value = json!({ "name": draw.word(), "list": [1, 2.5, null] });
    Change::Setting(SettingChange::Put(Setting { kind, name, value, updated_at: draw.now }, precondition))
}

fn new_collection(draw: &mut Draw, number: u8) -> Collection {
    Collection {
        id: CollectionId(partition_id(number).0),
        project: project_of(number),
        name: "collection".to_owned(),
        uuid: within(number, 1).into(),
        description: draw.maybe(Draw::word),
        metadata: metadata(draw),
        dimensions: 2,
        is_auto_embedded: draw.one_in(2),
        created_at: draw.now,
        updated_at: draw.now,
        document_count: 0,
        embedded_count: 0,
    }
}

pub(super) fn change_of_collection(draw: &mut Draw, number: u8, reference: &Reference) -> Change {
    let state = reference.partition(partition_id(number));
    let documents = state.map(PartitionState::documents).unwrap_or_default();
    Change::Collection(match draw.below(12) {
        0 => CollectionChange::Add(new_collection(draw, number)),
        1 | 2 => {
            let current = state.and_then(PartitionState::collection);
            let seen = draw.seen(current.map(|collection| collection.updated_at));
            CollectionChange::Update(new_collection(draw, number), seen)
        }
        3..=7 => CollectionChange::AddDocument(new_document(draw, number)),
        8..=10 => {
            let document = new_document(draw, number);
            let known = draw.known(&documents, document.clone());
            let seen = draw.seen(Some(known.updated_at));
            CollectionChange::UpdateDocument(Document { id: known.id, ..document }, seen)
        }
        _ => {
            let other = new_document(draw, number);
            CollectionChange::RemoveDocument(draw.known(&documents, other).id)
        }
    })
}

fn new_document(draw: &mut Draw, number: u8) -> Document {
    Document {
        id: within(number, draw.below(5)).into(),
        document_id: draw.maybe(|draw| format!("document {}", draw.below(3))),
        content: draw.word(),
        metadata: metadata(draw),
        embedding: draw.maybe(|draw| vec![f32::from(draw.below(9)) / 7.0, -3.5e-8]),
        created_at: draw.now,
        updated_at: draw.now,
    }
}

fn new_import(draw: &mut Draw, number: u8) -> ImportJob {
    ImportJob {
        id: ImportJobId(partition_id(number).0),
        project: project_of(number),
        state: ImportState::Draft,
        metadata: metadata(draw),
        ignore_roles: draw.maybe(|_| vec![Role::Tool, Role::System]).unwrap_or_default(),
        strict_ontology: draw.one_in(2),
        created_at: draw.now,
        updated_at: draw.now,
        processed_at: None,
        completed_at: None,
        counts: ImportCounts::default(),
    }
}

pub(super) fn change_of_import(draw: &mut Draw, number: u8, reference: &Reference) -> Change {
    let state = reference.partition(partition_id(number));
    let known: Vec<i64> = state.into_iter().flat_map(|state| state.items().iter().map(|item| item.seq)).collect();
    let item = |draw: &mut Draw| {
        let other = i64::from(draw.below(8));
        draw.known(&known, other)
    };
    Change::Import(match draw.below(16) {
        0 => ImportChange::Add(new_import(draw, number)),
        1..=6 => ImportChange::AddItems((0..=draw.below(3)).map(|_| new_item(draw, number)).collect()),
        7..=9 => {
            let current = state.and_then(PartitionState::import).map(|job| job.state);
            let from = if draw.one_in(6) { ImportState::Partial } else { current.unwrap_or(ImportState::Draft) };
            let to = match from {
                ImportState::Draft => ImportState::Queued,
                ImportState::Queued => ImportState::Processing,
                _ => draw.one_of(&[ImportState::Succeeded, ImportState::Partial, ImportState::Failed]).unwrap_or(from),
            };
            ImportChange::SetState(from, to)
        }
        10..=13 => {
            let failed = ImportItemState::Failed(draw.word());
            let states = [ImportItemState::Processing, ImportItemState::Succeeded, failed, ImportItemState::Pending];
            let state = draw.one_of(&states).unwrap_or(ImportItemState::Pending);
            let task = draw.maybe(|draw| task_id(partition_id(0), draw.below(4)));
            ImportChange::SetItemState(item(draw), state, task)
        }
        _ => ImportChange::EraseItem(item(draw)),
    })
}

fn new_item(draw: &mut Draw, number: u8) -> ImportItem {
    // A graph of the same project.
    let graph = if number == IMPORT { draw.below(4) } else { 6 };
    let target = match draw.below(4) {
        0 => ImportTarget::User("user 0".to_owned()),
        1 => ImportTarget::Graph("graph 1".to_owned()),
        _ => ImportTarget::Thread(format!("thread {}", draw.below(3) + graph % 3)),
    };
    ImportItem {
        seq: i64::from(draw.below(8)),
        episode: EpisodeId(within(graph, draw.below(80))),
        target,
        graph: partition_id(graph).as_graph(),
        kind: if draw.one_in(2) { EpisodeKind::Json } else { EpisodeKind::Message },
        role: draw.maybe(|_| Role::Assistant),
        name: draw.maybe(Draw::word),
        content: draw.word(),
        metadata: metadata(draw),
        source_description: draw.maybe(Draw::word),
        document_id: draw.maybe(Draw::word),
        reference_time: draw.maybe(|draw| at(-i64::from(draw.below(9)))),
        created_at: draw.now,
        updated_at: draw.now,
        state: ImportItemState::Pending,
        task: None,
    }
}
