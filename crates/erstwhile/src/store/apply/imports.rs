//! Import jobs.

use erstwhile_core::change::ImportChange;
use erstwhile_core::error::Result;
use erstwhile_core::model::{ImportItem, ImportJob, ImportState};

use super::super::checksums;
use super::super::codes::Code;
use super::super::rows::{
    id, import_item_json, import_item_payload, import_item_state_code, json, optional_id, optional_text, optional_time,
    roles_code, text, time,
};
use super::super::sql::{Refusal, Value};
use super::super::statements as sql;
use super::Steps;

impl Steps {
    /// The steps of a change of an import job.
    pub(super) fn change_import(&mut self, change: &ImportChange) -> Result<()> {
        match change {
            ImportChange::Add(bulk) => self.add_import(bulk),
            ImportChange::AddItems(items) => self.add_import_items(items)?,
            ImportChange::SetState(from, to) => self.set_import_state(*from, *to)?,
            ImportChange::SetItemState(seq, state, task) => {
                let (code, failure) = import_item_state_code(state);
                let params = vec![
                    id(self.partition()?.0),
                    Value::Int(*seq),
                    Value::Int(code),
                    optional_text(failure),
                    optional_id(task.map(|task| task.0)),
                    time(self.at),
                ];
                self.may(&sql::SET_IMPORT_ITEM_STATE, params);
            }
            ImportChange::EraseItem(seq) => {
                self.may(&sql::ERASE_IMPORT_ITEM, vec![id(self.partition()?.0), Value::Int(*seq)]);
            }
        }
        Ok(())
    }

    fn add_import(&mut self, bulk: &ImportJob) {
        let mut params = checksums::with(vec![
            id(bulk.id.0),
            id(bulk.project.0),
            json(&bulk.metadata),
            Value::Int(roles_code(&bulk.ignore_roles)),
            Value::Int(i64::from(bulk.strict_ontology)),
            time(bulk.created_at),
        ]);
        params.insert(2, bulk.state.value());
        self.may(&sql::ADD_IMPORT, params);
    }

    fn add_import_items(&mut self, items: &[ImportItem]) -> Result<()> {
        let graph = id(self.partition()?.0);
        let draft = ImportState::Draft.value();
        self.must(&sql::EXPECT_IMPORT_STATE, vec![graph.clone(), draft, time(self.at)], Refusal::Stale);
        for item in items {
            let fixed =
                vec![graph.clone(), Value::Int(item.seq), id(item.episode.0), id(item.graph.0), time(item.created_at)];
            let content =
                [optional_text(item.target.thread()), text(&import_item_json(item)), text(&import_item_payload(item))];
            let params = checksums::with_halves(fixed, &content);
            self.must(&sql::ADD_IMPORT_ITEM, params, Refusal::Stale);
        }
        Ok(())
    }

    fn set_import_state(&mut self, from: ImportState, to: ImportState) -> Result<()> {
        let graph = id(self.partition()?.0);
        let over = matches!(to, ImportState::Succeeded | ImportState::Partial | ImportState::Failed);
        let params = vec![
            graph.clone(),
            from.value(),
            to.value(),
            time(self.at),
            optional_time((to == ImportState::Queued).then_some(self.at)),
            optional_time(over.then_some(self.at)),
        ];
        self.must(&sql::SET_IMPORT_STATE, params, Refusal::Stale);
        if to == ImportState::Queued {
            // One, so that a worker claims the job; unfinished items are counted whenever their states change.
            self.may(&sql::ENQUEUE, vec![graph, Value::Int(1), time(self.at)]);
        }
        Ok(())
    }
}
