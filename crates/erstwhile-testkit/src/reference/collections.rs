//! Document collections.

use erstwhile_core::change::{Batch, CollectionChange};
use erstwhile_core::error::ErrorKind;
use erstwhile_core::model::{Collection, Document};
use jiff::Timestamp;

use super::{PartitionState, Reference};

impl Reference {
    pub(super) fn change_collection(&mut self, batch: &Batch, change: &CollectionChange) -> Result<(), ErrorKind> {
        match change {
            CollectionChange::Add(collection) => {
                let state = self.partitions.get_mut(&collection.id.into()).ok_or(ErrorKind::Internal)?;
                if state.collection.is_some() {
                    return Err(ErrorKind::Internal);
                }
                state.collection = Some(Collection { updated_at: collection.created_at, ..collection.clone() });
                Ok(())
            }
            CollectionChange::Update(collection, seen) => {
                let stored = self.changed(collection.id.into())?.collection.as_mut();
                let stored = stored.filter(|stored| stored.updated_at == *seen).ok_or(ErrorKind::Conflict)?;
                stored.description.clone_from(&collection.description);
                stored.metadata.clone_from(&collection.metadata);
                stored.updated_at = collection.updated_at;
                Ok(())
            }
            CollectionChange::AddDocument(document) => self.own(batch)?.add_document(document),
            CollectionChange::UpdateDocument(document, seen) => self.own(batch)?.update_document(document, *seen),
            CollectionChange::RemoveDocument(id) => {
                let documents = &mut self.own(batch)?.documents;
                let place = documents.iter().position(|document| document.id == *id).ok_or(ErrorKind::NotFound)?;
                documents.remove(place);
                Ok(())
            }
        }
    }
}

impl PartitionState {
    /// The collection, with its documents counted.
    pub fn collection(&self) -> Option<Collection> {
        let document_count = self.documents.len() as i64;
        let embedded_count = self.documents.iter().filter(|document| document.embedding.is_some()).count() as i64;
        self.collection.as_ref().map(|one| Collection { document_count, embedded_count, ..one.clone() })
    }

    /// The documents, by their uuid.
    pub fn documents(&self) -> Vec<Document> {
        let mut documents = self.documents.clone();
        documents.sort_by_key(|document| document.id);
        documents
    }

    fn is_taken(&self, document: &Document) -> bool {
        let has_its_id = |other: &&Document| other.id != document.id && other.document_id == document.document_id;
        document.document_id.is_some() && self.documents.iter().any(|other| has_its_id(&other))
    }

    fn add_document(&mut self, document: &Document) -> Result<(), ErrorKind> {
        let itself = self.documents.iter().find(|other| other.id == document.id);
        let is_same =
            itself.is_some_and(|itself| itself.document_id.is_some() && itself.document_id == document.document_id);
        if self.is_taken(document) || is_same {
            return Err(ErrorKind::AlreadyExists);
        }
        if itself.is_some() {
            return Err(ErrorKind::Internal);
        }
        self.documents.push(Document { updated_at: document.created_at, ..document.clone() });
        Ok(())
    }

    fn update_document(&mut self, document: &Document, seen: Timestamp) -> Result<(), ErrorKind> {
        let is_as_seen = |stored: &&Document| stored.id == document.id && stored.updated_at == seen;
        self.documents.iter().find(is_as_seen).ok_or(ErrorKind::Conflict)?;
        if self.is_taken(document) {
            return Err(ErrorKind::AlreadyExists);
        }
        for stored in self.documents.iter_mut().filter(|stored| stored.id == document.id) {
            stored.document_id.clone_from(&document.document_id);
            stored.metadata.clone_from(&document.metadata);
            stored.updated_at = document.updated_at;
        }
        Ok(())
    }
}
