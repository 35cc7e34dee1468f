//! The kinds of change, so that a test detects kinds that random batches never contain.
#![cfg(test)]

use std::collections::BTreeMap;

use erstwhile_core::change::{Change, CollectionChange, GroupChange, ImportChange, ProjectChange, SettingChange};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::Reference;

macro_rules! kinds {
    ($($pattern:pat => $name:literal,)*) => {
        const KINDS: &[&str] = &[$($name),*];

        /// Without a wildcard arm, so that a new kind does not compile before it is named here.
        fn kind(change: &Change) -> &'static str {
            match change {
                $($pattern => $name,)*
            }
        }
    };
}

kinds! {
    Change::Project(ProjectChange::Add(_)) => "add a project",
    Change::Project(ProjectChange::Update(_)) => "update a project",
    Change::Project(ProjectChange::AddKey(_)) => "add a key",
    Change::Project(ProjectChange::RevokeKey(_)) => "revoke a key",
    Change::UseKey { .. } => "use a key",
    Change::Notify(_) => "notify a webhook",
    Change::Audit(_) => "record in the audit log",
    Change::AddPartition(..) => "add a partition",
    Change::UpdatePartition(..) => "update a partition",
    Change::UpdateUser(..) => "update a user",
    Change::RemovePartition(_) => "remove a partition",
    Change::AddThread(_) => "add a thread",
    Change::UpdateThread(..) => "update a thread",
    Change::RemoveThread(_) => "remove a thread",
    Change::AddEpisodes(_) => "add episodes",
    Change::SetEpisodeMetadata(..) => "set an episode's metadata",
    Change::SetEpisodeState(..) => "set an episode's state",
    Change::AwaitModel(..) => "await the language model",
    Change::ReplaceReading(..) => "replace a reading",
    Change::SetModelReading(..) => "set the state of a reading",
    Change::PutWrittenSummary(_) => "write a summary",
    Change::RemoveEpisode(_) => "remove an episode",
    Change::AddTask { .. } => "add a task",
    Change::AddMention(_) => "add a mention",
    Change::AddAssertion(_) => "add an assertion",
    Change::RemoveAssertion(_) => "remove an assertion",
    Change::AddLink(_) => "add a link",
    Change::RemoveLink(_) => "remove a link",
    Change::PutFactEdit(..) => "edit a fact",
    Change::PutEntityEdit(..) => "edit an entity",
    Change::RemoveName(_) => "remove a name",
    Change::Reword(_) => "reword evidence",
    Change::Setting(SettingChange::Put(..)) => "put a setting",
    Change::Setting(SettingChange::Remove(..)) => "remove a setting",
    Change::Group(GroupChange::Join(_)) => "join a group",
    Change::Group(GroupChange::Leave(_)) => "leave a group",
    Change::Group(GroupChange::Dissolve(_)) => "dissolve a group",
    Change::Collection(CollectionChange::Add(_)) => "add a collection",
    Change::Collection(CollectionChange::Update(..)) => "update a collection",
    Change::Collection(CollectionChange::AddDocument(_)) => "add a document",
    Change::Collection(CollectionChange::UpdateDocument(..)) => "update a document",
    Change::Collection(CollectionChange::RemoveDocument(_)) => "remove a document",
    Change::Import(ImportChange::Add(_)) => "add an import job",
    Change::Import(ImportChange::AddItems(_)) => "add items",
    Change::Import(ImportChange::SetState(..)) => "set the state of an import job",
    Change::Import(ImportChange::SetItemState(..)) => "set the state of an item",
    Change::Import(ImportChange::EraseItem(_)) => "forget an item",
}

#[test]
fn random_batches_hold_every_kind_of_change_and_most_are_applied() {
    let mut runner = TestRunner::deterministic();
    let (mut applied, mut refused) = (BTreeMap::new(), 0);
    for _ in 0..900 {
        let batches = super::batches().new_tree(&mut runner).unwrap().current();
        let mut reference = Reference::default();
        for batch in batches {
            if reference.apply(&batch).is_err() {
                refused += 1;
                continue;
            }
            for change in &batch.changes {
                *applied.entry(kind(change)).or_insert(0) += 1;
            }
        }
    }
    let rare: Vec<&&str> = KINDS.iter().filter(|kind| applied.get(**kind).is_none_or(|count| *count < 10)).collect();
    assert!(rare.is_empty(), "rarely applied: {rare:?} of {applied:?}");
    assert!(refused > 300, "only {refused} batches were rejected");
}
