//! Document collections.

use erstwhile_core::change::CollectionChange;
use erstwhile_core::error::Result;
use erstwhile_core::model::{Collection, Document};

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
                let params = vec![
                    id(collection.id.0),
                    optional_text(collection.description.as_ref()),
                    json(&collection.metadata),
                    time(collection.updated_at),
                    time(*seen),
                ];
                self.must(&sql::UPDATE_COLLECTION, params, Refusal::Stale);
            }
            CollectionChange::AddDocument(document) => self.add_document(document)?,
            CollectionChange::UpdateDocument(document, seen) => {
                let graph = id(self.partition()?.0);
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
            CollectionChange::RemoveDocument(document) => {
                let params = vec![id(self.partition()?.0), id(document.0)];
                self.must(&sql::REMOVE_DOCUMENT, params, Refusal::Missing("document"));
            }
        }
        Ok(())
    }

    fn add_collection(&mut self, collection: &Collection) {
        let params = vec![
            id(collection.id.0),
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
            id(self.partition()?.0),
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
}

fn taken(document: &Document) -> Refusal {
    let name = document.document_id.as_deref().unwrap_or_default();
    Refusal::Taken(format!("document already exists with document_id: {name}"))
}
