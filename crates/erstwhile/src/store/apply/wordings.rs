//! Changes of the words of evidence.

use super::super::mention_id;
use super::{Steps, sql};
use crate::store::checksums;
use crate::store::rows::{entity_patch_json, fact_edit_json, id};
use crate::store::sql::Value;
use erstwhile_core::change::Wording;
use erstwhile_core::error::Result;
use erstwhile_core::evidence::{Edit, TombstoneKind};

impl Steps {
    pub(super) fn reword(&mut self, wordings: &[Wording]) -> Result<()> {
        let partition = self.partition()?;
        let graph = id(partition.0);
        for wording in wordings {
            match wording {
                Wording::Mention(old, new) => {
                    self.may(&sql::REMOVE_MENTION, vec![graph.clone(), id(mention_id(partition, old))]);
                    self.add_mention(new)?;
                }
                Wording::Assertion(assertion) => {
                    self.may(&sql::REMOVE_ASSERTION, vec![graph.clone(), id(assertion.id.0)]);
                    self.add_assertion(assertion)?;
                }
                Wording::Edit(edit) => {
                    let (kind, target, patch) = match edit {
                        Edit::Fact(assertion, edit) => (0, assertion.0, fact_edit_json(edit)),
                        Edit::Entity(entity, patch) => (1, entity.0, entity_patch_json(patch)),
                    };
                    let checksum = Value::Int(checksums::of_attached(&patch));
                    let params = vec![graph.clone(), Value::Int(kind), id(target), Value::Text(patch), checksum];
                    self.may(&sql::REWORD_EDIT, params);
                }
            }
        }
        self.add_tombstone(TombstoneKind::Wording, graph)
    }
}
