//! Document collections.

use erstwhile_core::change::CollectionChange;
use erstwhile_core::error::Result;
use erstwhile_core::model::{Collection, Document};
use jiff::Timestamp;

use super::super::checksums;
use super::super::rows::{id, json, optional_text, text, time, vector};
use super::super::sql::{Refusal, Value};
use super::super::statements as sql;
use super::Steps;

impl Steps {
    /// The steps of a change of a collection.
    pub(super) fn change_collection(&mut self, change: &CollectionChange) -> Result<()> {
        match change {
            CollectionChange::Add(collection) => self.add_collection(collection),
            CollectionChange::Update(collection, seen) => {
                let replaced = collection_fields(collection, collection.updated_at);
                let checksum = Value::Int(checksums::of_replaced(&replaced));
                let [description, metadata, updated_at] = replaced;
                let params = vec![id(collection.id.0), description, metadata, updated_at, time(*seen), checksum];
                self.must(&sql::UPDATE_COLLECTION, params, Refusal::Stale);
            }
            CollectionChange::AddDocument(document) => self.add_document(document)?,
            CollectionChange::UpdateDocument(document, seen) => {
                let graph = id(self.partition()?.0);
                let expected = vec![graph.clone(), id(document.id.0), time(*seen)];
                self.must(&sql::EXPECT_DOCUMENT, expected, Refusal::Stale);
                let replaced = document_fields(document, document.updated_at);
                let checksum = Value::Int(checksums::of_replaced(&replaced));
                let [document_id, metadata, updated_at] = replaced;
                let params = vec![graph, id(document.id.0), document_id, metadata, updated_at, checksum];
                self.must(&sql::UPDATE_DOCUMENT, params, taken(document));
            }
            CollectionChange::RemoveDocument(document) => {
                let params = vec![id(self.partition()?.0), id(document.0)];
                self.must(&sql::REMOVE_DOCUMENT, params, Refusal::Missing("document"));
            }
        }
        Ok(())
    }

    fn add_collection(&mut self, collection: &Collection) {
        let fixed = vec![
            id(collection.id.0),
            id(collection.project.0),
            text(&collection.name),
            id(collection.uuid.0),
            Value::Int(collection.dimensions as i64),
            Value::Int(i64::from(collection.is_auto_embedded)),
            time(collection.created_at),
        ];
        let params = checksums::with_halves(fixed, &collection_fields(collection, collection.created_at));
        self.may(&sql::ADD_COLLECTION, params);
    }

    fn add_document(&mut self, document: &Document) -> Result<()> {
        let fixed = vec![
            id(self.partition()?.0),
            id(document.id.0),
            text(&document.content),
            document.embedding.as_deref().map_or(Value::Null, vector),
            time(document.created_at),
        ];
        let params = checksums::with_halves(fixed, &document_fields(document, document.created_at));
        self.must(&sql::ADD_DOCUMENT, params, taken(document));
        Ok(())
    }
}

/// The columns of a collection that are replaced together.
fn collection_fields(collection: &Collection, updated_at: Timestamp) -> [Value; 3] {
    [optional_text(collection.description.as_ref()), json(&collection.metadata), time(updated_at)]
}

/// The columns of a document that are replaced together.
fn document_fields(document: &Document, updated_at: Timestamp) -> [Value; 3] {
    [optional_text(document.document_id.as_ref()), json(&document.metadata), time(updated_at)]
}

fn taken(document: &Document) -> Refusal {
    let name = document.document_id.as_deref().unwrap_or_default();
    Refusal::Taken(format!("document already exists with document_id: {name}"))
}
