//! Document collections: texts with metadata, searched by vector similarity. Independent of the graphs.

use std::collections::HashMap;
use std::sync::Arc;

use moka::sync::Cache;
use uuid::Uuid;

use super::filter_work;
use crate::engine::audit::Target;
use crate::engine::checks::merge_deeply;
use crate::engine::search::check_query;
use crate::engine::writes::Tries;
use crate::engine::{CollectionHandle, ProjectHandle};
use crate::state::off_worker;
use crate::store::{ErasureState, Locate};
use erstwhile_core::budget::Budget;
use erstwhile_core::change::{Change, CollectionChange};
use erstwhile_core::compat::document_index::DocumentIndex;
use erstwhile_core::compat::metadata_filter::MetadataFilter;
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{
    AuditAction, AuditTargetKind, Collection, CollectionId, Document, DocumentUuid, Metadata, Partition, PartitionId,
    PartitionOwner, metadata_size,
};

/// Allowed numbers of characters of a collection's name.
const NAME_CHARACTERS: std::ops::RangeInclusive<usize> = 3..=40;
/// Allowed numbers of components of a vector that the application supplies.
const DIMENSIONS: std::ops::RangeInclusive<usize> = 8..=2_000;
/// Maximum number of characters of a description.
const DESCRIPTION_CHARACTERS_MAX: usize = 1_000;
/// Maximum number of characters of a document's own id.
const DOCUMENT_ID_CHARACTERS_MAX: usize = 100;
/// Maximum number of collections in a list.
const COLLECTIONS_MAX: i64 = 10_000;
/// Maximum number of documents that one call adds, changes or removes.
const DOCUMENTS_MAX: usize = 1_000;
/// Maximum number of results of a search.
const RESULTS_MAX: usize = 1_000;
/// Approximate maximum memory for cached collections, in bytes.
const BYTES_MAX: u64 = 256 << 20;

/// A collection to create.
#[derive(Debug, Clone, Default)]
pub struct NewCollection {
    /// Its name.
    pub name: String,
    /// Description.
    pub description: Option<String>,
    /// The application's own data.
    pub metadata: Metadata,
    /// Number of components of each vector; ignored when the server computes the vectors.
    pub dimensions: Option<usize>,
    /// Whether the server computes the vectors.
    pub is_auto_embedded: bool,
}

/// A document to add.
#[derive(Debug, Clone, Default)]
pub struct NewDocument {
    /// The application's own id.
    pub document_id: Option<String>,
    /// The text.
    pub content: String,
    /// The application's own data.
    pub metadata: Metadata,
    /// Its vector, in a collection whose vectors the application supplies.
    pub embedding: Option<Vec<f32>>,
}

/// A search in a collection, by text or vector, by filter, or by both; a vector takes precedence over a text.
#[derive(Debug, Clone, Default)]
pub struct DocumentSearch {
    /// The query as text of at most 10,000 characters; only in a collection whose vectors the server computes.
    pub text: Option<String>,
    /// The query as a vector.
    pub embedding: Option<Vec<f32>>,
    /// Which documents may be returned.
    pub filter: Option<MetadataFilter>,
    /// Maximum number of results.
    pub limit: usize,
    /// Ranks by maximal marginal relevance with this lambda, when present.
    pub mmr_lambda: Option<f32>,
}

/// The results of a search in a collection.
#[derive(Debug, Clone, Default)]
pub struct FoundDocuments {
    /// Documents with their cosine similarity, best first; without a query, in creation order with similarity 0.
    pub documents: Vec<(Document, f32)>,
    /// The vector of the query; empty without one.
    pub query_vector: Vec<f32>,
}

/// A cached collection at a version of its partition.
#[derive(Debug)]
struct Loaded {
    version: i64,
    documents: HashMap<Uuid, Document>,
    index: DocumentIndex,
}

/// The cached collections.
#[derive(Debug, Clone)]
pub(in crate::engine) struct LoadedCollections(Cache<CollectionId, Arc<Loaded>>);

impl LoadedCollections {
    pub(in crate::engine) fn new() -> Self {
        let weigh = |_: &CollectionId, loaded: &Arc<Loaded>| {
            let bytes = |document: &Document| {
                let vector = document.embedding.as_ref().map_or(0, |vector| size_of_val(vector.as_slice()));
                size_of::<Document>() + document.content.len() + metadata_size(&document.metadata) + vector
            };
            let documents = loaded.documents.values().map(bytes).sum::<usize>();
            u32::try_from(documents + loaded.index.weight()).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(BYTES_MAX).weigher(weigh).build())
    }
}

fn check_name(name: &str) -> Result<()> {
    let characters = name.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-'));
    if !NAME_CHARACTERS.contains(&name.len()) || !characters {
        return Err(Error::invalid("a collection's name must have from 3 to 40 letters, digits, _ or -"));
    }
    Ok(())
}

fn check_description(description: Option<&String>) -> Result<()> {
    match description {
        Some(description) if description.chars().count() > DESCRIPTION_CHARACTERS_MAX => {
            Err(Error::invalid(format!("description must have at most {DESCRIPTION_CHARACTERS_MAX} characters")))
        }
        _ => Ok(()),
    }
}

fn check_document_id(document_id: Option<&String>) -> Result<()> {
    let fits = |id: &String| {
        (1..=DOCUMENT_ID_CHARACTERS_MAX).contains(&id.len()) && id.bytes().all(|byte| (0x20..0x7f).contains(&byte))
    };
    match document_id {
        Some(id) if !fits(id) => {
            let message =
                format!("document_id must have from 1 to {DOCUMENT_ID_CHARACTERS_MAX} printable ASCII characters");
            Err(Error::invalid(message))
        }
        _ => Ok(()),
    }
}

fn check_count(count: usize) -> Result<()> {
    if count == 0 || count > DOCUMENTS_MAX {
        return Err(Error::invalid(format!("a call must have from 1 to {DOCUMENTS_MAX} documents")));
    }
    Ok(())
}

impl ProjectHandle {
    /// Creates a collection; its name is stored in lower case.
    ///
    /// # Errors
    /// `AlreadyExists` when the project has a collection of that name, `Invalid` when a value is out of range.
    pub async fn add_collection(&self, new: NewCollection) -> Result<Collection> {
        check_name(&new.name)?;
        check_description(new.description.as_ref())?;
        let own = self.embedder().dimensions();
        let dimensions = if new.is_auto_embedded { own } else { new.dimensions.unwrap_or(own) };
        if !DIMENSIONS.contains(&dimensions) {
            return Err(Error::invalid("embedding_dimensions must be from 8 to 2000"));
        }
        let (now, unique, name) = (self.now(), self.ids().next(), new.name.to_lowercase());
        let make = |partition: PartitionId| {
            let collection = Collection {
                id: CollectionId(partition.0),
                project: self.id,
                name: name.clone(),
                uuid: partition.within(unique).into(),
                description: new.description.clone(),
                metadata: new.metadata.clone(),
                dimensions,
                is_auto_embedded: new.is_auto_embedded,
                created_at: now,
                updated_at: now,
                document_count: 0,
                embedded_count: 0,
            };
            let id = Partition::new(partition, self.id, PartitionOwner::Collection(name.clone()), now);
            vec![Change::AddPartition(id, None), Change::Collection(CollectionChange::Add(collection))]
        };
        self.add_partition(make).await?;
        self.collection(&name).get().await
    }

    /// The collections of a project, oldest first.
    pub async fn list_collections(&self) -> Result<Vec<Collection>> {
        let mut collections = self.store().list_collections(self.whole()?, COLLECTIONS_MAX).await?;
        for collection in collections.iter_mut().filter(|collection| collection.is_auto_embedded) {
            collection.embedded_count = collection.document_count;
        }
        Ok(collections)
    }

    async fn document_in(&self, collection: &Collection, id: Uuid) -> Result<Document> {
        let found = self.store().find_document(collection.id, DocumentUuid(id)).await?;
        let mut document = found.ok_or_else(|| Error::not_found("document"))?;
        self.compute_vectors(collection, std::iter::once(&mut document)).await?;
        Ok(document)
    }

    /// Computes the vectors of the documents to return, because vectors computed by the server are not stored.
    async fn compute_vectors(
        &self,
        collection: &Collection,
        documents: impl Iterator<Item = &mut Document>,
    ) -> Result<()> {
        if !collection.is_auto_embedded {
            return Ok(());
        }
        let documents: Vec<&mut Document> = documents.collect();
        let texts: Vec<&str> = documents.iter().map(|document| document.content.as_str()).collect();
        let vectors = self.embed(&texts).await?;
        for (document, vector) in documents.into_iter().zip(vectors) {
            document.embedding = Some(vector);
        }
        Ok(())
    }

    /// The cached collection, including everything that was stored before the call.
    async fn loaded(&self, collection: &Collection) -> Result<Arc<Loaded>> {
        let id = collection.id;
        let version = self.store().partition_version(id.into()).await?.ok_or_else(|| Error::not_found("collection"))?;
        if let Some(loaded) = self.engine.collections.0.get(&id).filter(|loaded| loaded.version >= version) {
            return Ok(loaded);
        }
        let documents = self.store().documents(id).await?;
        let vectors: Vec<Option<Vec<f32>>> = if collection.is_auto_embedded {
            let texts: Vec<&str> = documents.iter().map(|document| document.content.as_str()).collect();
            self.embed(&texts).await?.into_iter().map(Some).collect()
        } else {
            documents.iter().map(|document| document.embedding.clone()).collect()
        };
        let index =
            DocumentIndex::build(collection.dimensions, documents.iter().map(|document| document.id.0).zip(vectors))?;
        let documents = documents.into_iter().map(|document| (document.id.0, document)).collect();
        let loaded = Arc::new(Loaded { version, documents, index });
        self.engine.collections.0.insert(id, Arc::clone(&loaded));
        Ok(loaded)
    }
}

impl CollectionHandle {
    async fn partition(&self) -> Result<CollectionId> {
        let partition = self.project.locate(Locate::Collection, &self.name().to_lowercase(), "collection").await?;
        Ok(CollectionId(partition.0))
    }

    /// A collection's own fields, without the counts of its documents, which take time proportional to their number.
    async fn get_uncounted(&self) -> Result<Collection> {
        let id = self.partition().await?;
        self.project.store().find_uncounted_collection(id).await?.ok_or_else(|| Error::not_found("collection"))
    }

    /// A collection, by its name, ignoring case.
    pub async fn get(&self) -> Result<Collection> {
        let id = self.partition().await?;
        let collection = self.project.store().find_collection(id).await?;
        let mut collection = collection.ok_or_else(|| Error::not_found("collection"))?;
        if collection.is_auto_embedded {
            collection.embedded_count = collection.document_count;
        }
        Ok(collection)
    }

    /// Changes a collection: replaces the description, merges the metadata.
    pub async fn update(&self, description: Option<String>, metadata: Option<Metadata>) -> Result<Collection> {
        check_description(description.as_ref())?;
        let mut tries = Tries::new();
        loop {
            let mut collection = self.get().await?;
            let seen = collection.updated_at;
            collection.description = description.clone().or(collection.description);
            merge_deeply(&mut collection.metadata, metadata.clone().unwrap_or_default());
            collection.updated_at = self.project.after(seen);
            let changes = vec![Change::Collection(CollectionChange::Update(collection.clone(), seen))];
            match self.project.apply(collection.id, changes).await {
                Ok(_) => return Ok(collection),
                Err(error) => tries.again(error)?,
            }
        }
    }

    /// Removes a collection with its documents.
    pub async fn delete(&self) -> Result<ErasureState> {
        let id = self.partition().await?;
        self.project.engine.collections.0.invalidate(&id);
        let owner = PartitionOwner::Collection(self.name().to_lowercase());
        Ok(self.project.remove_partition(id, owner).await?.1)
    }

    /// Adds documents, all or none; returns their ids in the same order.
    ///
    /// # Errors
    /// `AlreadyExists` when a `document_id` is taken, `Invalid` when a vector does not fit.
    pub async fn add_documents(&self, new: Vec<NewDocument>) -> Result<Vec<Uuid>> {
        check_count(new.len())?;
        let collection = self.get_uncounted().await?;
        let now = self.project.now();
        let mut changes = Vec::with_capacity(new.len());
        let mut ids = Vec::with_capacity(new.len());
        for document in new {
            check_document_id(document.document_id.as_ref())?;
            check_vector(&collection, &document)?;
            let id = DocumentUuid(collection.id.within(self.project.ids().next()));
            ids.push(id.0);
            changes.push(Change::Collection(CollectionChange::AddDocument(Document {
                id,
                document_id: document.document_id,
                content: document.content,
                metadata: document.metadata,
                embedding: document.embedding.filter(|_| !collection.is_auto_embedded),
                created_at: now,
                updated_at: now,
            })));
        }
        self.project.apply(collection.id, changes).await?;
        Ok(ids)
    }

    /// A document of a collection.
    pub async fn document(&self, id: Uuid) -> Result<Document> {
        let collection = self.get_uncounted().await?;
        self.project.document_in(&collection, id).await
    }

    /// The documents with these uuids or own ids; those that do not exist are omitted.
    pub async fn documents(&self, uuids: &[Uuid], document_ids: &[String]) -> Result<Vec<Document>> {
        check_count(uuids.len() + document_ids.len())?;
        let collection = self.get_uncounted().await?;
        let mut found = Vec::new();
        for uuid in uuids {
            found.extend(self.project.store().find_document(collection.id, DocumentUuid(*uuid)).await?);
        }
        for id in document_ids {
            found.extend(self.project.store().find_document_by_id(collection.id, id).await?);
        }
        self.project.compute_vectors(&collection, found.iter_mut()).await?;
        Ok(found)
    }

    /// Changes documents, all or none: replaces the application's own id, merges the metadata.
    pub async fn update_documents(&self, updates: Vec<(Uuid, Option<String>, Option<Metadata>)>) -> Result<()> {
        check_count(updates.len())?;
        for (_, document_id, _) in &updates {
            check_document_id(document_id.as_ref())?;
        }
        let id = self.partition().await?;
        let mut tries = Tries::new();
        loop {
            let mut changes = Vec::with_capacity(updates.len());
            // A second update of the same document starts from the result of the first.
            let mut changed: HashMap<Uuid, Document> = HashMap::new();
            for (uuid, document_id, metadata) in &updates {
                let mut document = match changed.remove(uuid) {
                    Some(document) => document,
                    None => {
                        let found = self.project.store().find_document(id, DocumentUuid(*uuid)).await?;
                        found.ok_or_else(|| Error::not_found("document"))?
                    }
                };
                let seen = document.updated_at;
                document.document_id = document_id.clone().or(document.document_id);
                merge_deeply(&mut document.metadata, metadata.clone().unwrap_or_default());
                document.updated_at = self.project.after(seen);
                changes.push(Change::Collection(CollectionChange::UpdateDocument(document.clone(), seen)));
                changed.insert(*uuid, document);
            }
            match self.project.apply(id, changes).await {
                Ok(_) => return Ok(()),
                Err(error) => tries.again(error)?,
            }
        }
    }

    /// Removes documents, all or none.
    pub async fn delete_documents(&self, ids: &[Uuid]) -> Result<ErasureState> {
        check_count(ids.len())?;
        let id = self.partition().await?;
        let remove = |document: &Uuid| {
            let removed = Change::Collection(CollectionChange::RemoveDocument(DocumentUuid(*document)));
            let target = Target::of(id, *document);
            let record = self.project.record(AuditAction::Delete, AuditTargetKind::Document, target);
            std::iter::once(removed).chain(record)
        };
        let changes = ids.iter().flat_map(remove).collect();
        self.project.apply(id, changes).await?;
        Ok(self.project.erased().await)
    }

    /// Searches a collection.
    ///
    /// # Errors
    /// `Invalid` when the search is empty or its text is too long, when it has only text but the application supplies the vectors, or when a
    /// vector has the wrong number of components.
    pub async fn search(&self, search: DocumentSearch) -> Result<FoundDocuments> {
        check_query("text", search.text.as_deref().unwrap_or_default())?;
        let collection = self.get_uncounted().await?;
        let limit = search.limit.clamp(1, RESULTS_MAX);
        let text = search.text.as_deref().filter(|text| !text.trim().is_empty());
        let query_vector = match (search.embedding, text) {
            (Some(embedding), _) => embedding,
            (None, Some(text)) if collection.is_auto_embedded => {
                self.project.embed(&[text]).await?.pop().unwrap_or_default()
            }
            (None, Some(_)) => {
                let message =
                    "the application supplies the vectors of this collection: search it by embedding, not by text";
                return Err(Error::invalid(message));
            }
            (None, None) if search.filter.is_some() => Vec::new(),
            (None, None) => return Err(Error::invalid("a search needs text, embedding or metadata")),
        };
        let loaded = self.project.loaded(&collection).await?;
        let turn = self.project.engine.filter_turns.next(search.filter.as_ref()).await?;
        let mut documents = off_worker(|| {
            nearest(&loaded, &query_vector, limit, search.mmr_lambda, search.filter.as_ref(), &filter_work::budget())
        })?;
        drop(turn);
        // Vectors are included, because callers compare the results with each other.
        self.project.compute_vectors(&collection, documents.iter_mut().map(|(document, _)| document)).await?;
        Ok(FoundDocuments { documents, query_vector })
    }
}

/// The documents that pass a filter: nearest to a vector first, or else in creation order.
fn nearest(
    loaded: &Loaded,
    query_vector: &[f32],
    limit: usize,
    mmr_lambda: Option<f32>,
    filter: Option<&MetadataFilter>,
    budget: &Budget,
) -> Result<Vec<(Document, f32)>> {
    let passes = |document: &Document| {
        filter.is_none_or(|filter| filter.matches(&document.metadata, document.created_at, budget))
    };
    let documents = if query_vector.is_empty() {
        let mut passing: Vec<&Document> = loaded.documents.values().filter(|document| passes(document)).collect();
        passing.sort_by_key(|document| (document.created_at, document.id));
        passing.into_iter().take(limit).map(|document| (document.clone(), 0.0)).collect()
    } else {
        let allowed = |id: Uuid| loaded.documents.get(&id).is_some_and(passes);
        let hits = loaded.index.search(query_vector, limit, mmr_lambda, allowed)?;
        let hit = |(id, score)| Some((loaded.documents.get(&id)?.clone(), score));
        hits.into_iter().filter_map(hit).collect()
    };
    budget.result().map(|()| documents)
}

fn check_vector(collection: &Collection, document: &NewDocument) -> Result<()> {
    let own = document.embedding.as_ref();
    if document.content.is_empty() && own.is_none() {
        return Err(Error::invalid("a document needs content or an embedding"));
    }
    match own {
        Some(vector) if !collection.is_auto_embedded && vector.len() != collection.dimensions => {
            let (given, wanted) = (vector.len(), collection.dimensions);
            Err(Error::invalid(format!("the embedding has {given} components, the collection's have {wanted}")))
        }
        Some(vector) if vector.iter().any(|component| !component.is_finite()) => {
            Err(Error::invalid("an embedding's components must be finite numbers"))
        }
        _ => Ok(()),
    }
}
