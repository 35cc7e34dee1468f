//! What is gathered outside the graphs: documents of collections and items of bulk loads.

use super::super::rows::{
    bulk_item_json, bulk_item_payload, bulk_item_state_code, bulk_state_code, id, json, optional_id, optional_text,
    optional_time, roles_code, text, time, vector,
};
use super::super::sql::{Refusal, Value};
use super::super::statements as sql;
use super::Steps;
use crate::change::Change;
use crate::error::Result;
use crate::model::{Bulk, BulkItem, BulkState, Collection, Document};

impl Steps {
    /// The steps of a change of a collection or a bulk load.
    pub(super) fn gather(&mut self, change: &Change) -> Result<()> {
        match change {
            Change::AddCollection(collection) => self.add_collection(collection),
            Change::UpdateCollection(collection, seen) => {
                let params = vec![
                    id(collection.graph.0),
                    optional_text(collection.description.as_ref()),
                    json(&collection.metadata),
                    time(collection.updated_at),
                    time(*seen),
                ];
                self.must(&sql::UPDATE_COLLECTION, params, Refusal::Stale);
            }
            Change::AddDocument(document) => self.add_document(document)?,
            Change::UpdateDocument(document, seen) => {
                let graph = id(self.graph()?.0);
                let expected = vec![graph.clone(), id(document.id.0), time(*seen)];
                self.must(&sql::EXPECT_DOCUMENT, expected, Refusal::Stale);
                let params = vec![
                    graph,
                    id(document.id.0),
                    optional_text(document.document_id.as_ref()),
                    json(&document.metadata),
                    time(document.updated_at),
                ];
                self.must(&sql::UPDATE_DOCUMENT, params, taken(document));
            }
            Change::RemoveDocument(document) => {
                let params = vec![id(self.graph()?.0), id(document.0)];
                self.must(&sql::REMOVE_DOCUMENT, params, Refusal::Missing("document"));
            }
            Change::AddBulk(bulk) => self.add_bulk(bulk),
            Change::AddBulkItems(items) => self.add_bulk_items(items)?,
            Change::SetBulkState(from, to) => self.set_bulk_state(*from, *to)?,
            Change::SetBulkItemState(seq, state, task) => {
                let (code, failure) = bulk_item_state_code(state);
                let params = vec![
                    id(self.graph()?.0),
                    Value::Int(*seq),
                    Value::Int(code),
                    optional_text(failure),
                    optional_id(task.map(|task| task.0)),
                    time(self.at),
                ];
                self.may(&sql::SET_BULK_ITEM_STATE, params);
            }
            Change::ForgetBulkItem(seq) => {
                self.may(&sql::FORGET_BULK_ITEM, vec![id(self.graph()?.0), Value::Int(*seq)]);
            }
            _ => {}
        }
        Ok(())
    }

    fn add_collection(&mut self, collection: &Collection) {
        let params = vec![
            id(collection.graph.0),
            id(collection.project.0),
            text(&collection.name),
            id(collection.uuid.0),
            optional_text(collection.description.as_ref()),
            json(&collection.metadata),
            Value::Int(collection.dimensions as i64),
            Value::Int(i64::from(collection.is_auto_embedded)),
            time(collection.created_at),
        ];
        self.may(&sql::ADD_COLLECTION, params);
    }

    fn add_document(&mut self, document: &Document) -> Result<()> {
        let params = vec![
            id(self.graph()?.0),
            id(document.id.0),
            optional_text(document.document_id.as_ref()),
            text(&document.content),
            json(&document.metadata),
            document.embedding.as_deref().map_or(Value::Null, vector),
            time(document.created_at),
        ];
        self.must(&sql::ADD_DOCUMENT, params, taken(document));
        Ok(())
    }

    fn add_bulk(&mut self, bulk: &Bulk) {
        let params = vec![
            id(bulk.graph.0),
            id(bulk.project.0),
            Value::Int(bulk_state_code(bulk.state)),
            json(&bulk.metadata),
            Value::Int(roles_code(&bulk.ignore_roles)),
            Value::Int(i64::from(bulk.strict_ontology)),
            time(bulk.created_at),
        ];
        self.may(&sql::ADD_BULK, params);
    }

    fn add_bulk_items(&mut self, items: &[BulkItem]) -> Result<()> {
        let graph = id(self.graph()?.0);
        let draft = Value::Int(bulk_state_code(BulkState::Draft));
        self.must(&sql::EXPECT_BULK_STATE, vec![graph.clone(), draft, time(self.at)], Refusal::Stale);
        for item in items {
            let params = vec![
                graph.clone(),
                Value::Int(item.seq),
                id(item.episode.0),
                id(item.graph.0),
                optional_text(item.target.thread()),
                text(&bulk_item_json(item)),
                text(&bulk_item_payload(item)),
                time(item.created_at),
            ];
            self.must(&sql::ADD_BULK_ITEM, params, Refusal::Stale);
        }
        Ok(())
    }

    fn set_bulk_state(&mut self, from: BulkState, to: BulkState) -> Result<()> {
        let graph = id(self.graph()?.0);
        let over = matches!(to, BulkState::Succeeded | BulkState::Partial | BulkState::Failed);
        let params = vec![
            graph.clone(),
            Value::Int(bulk_state_code(from)),
            Value::Int(bulk_state_code(to)),
            time(self.at),
            optional_time((to == BulkState::Queued).then_some(self.at)),
            optional_time(over.then_some(self.at)),
        ];
        self.must(&sql::SET_BULK_STATE, params, Refusal::Stale);
        if to == BulkState::Queued {
            // One, so that a worker looks; how many are left is counted when items move.
            self.may(&sql::ENQUEUE, vec![graph, Value::Int(1), time(self.at)]);
        }
        Ok(())
    }
}

fn taken(document: &Document) -> Refusal {
    let name = document.document_id.as_deref().unwrap_or_default();
    Refusal::Taken(format!("document already exists with document_id: {name}"))
}
