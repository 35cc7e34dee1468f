//! Reads of settings, groups of users, collections and import jobs.

use jiff::Timestamp;
use uuid::Uuid;

use super::codes::Code;
use super::rows::{self, id, text, time};
use super::sql::Value;
use super::{Store, contains_pattern, statements as sql_text};
use erstwhile_core::error::Result;
use erstwhile_core::model::{
    Collection, CollectionId, Document, DocumentUuid, GraphId, GroupId, ImportItem, ImportItemState, ImportJob,
    ImportJobId, ImportState, Project, ProjectId, Setting, SettingKind, Thread, User, UserUuid,
};

/// The scope of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SettingScope {
    /// A project: applies to every graph without a setting of its own.
    Project(ProjectId),
    /// One graph.
    Graph(GraphId),
}

impl SettingScope {
    fn key(self) -> Value {
        id(match self {
            Self::Project(project) => project.0,
            Self::Graph(graph) => graph.0,
        })
    }
}

/// How much a store holds, in all projects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreSize {
    /// Users.
    pub users: i64,
    /// Threads.
    pub threads: i64,
    /// Episodes, messages among them.
    pub episodes: i64,
    /// Assertions, statements among them.
    pub assertions: i64,
    /// Documents of collections.
    pub documents: i64,
}

impl Store {
    /// The projects, by name; damaged ones are left out.
    pub async fn projects(&self, limit: i64) -> Result<Vec<Project>> {
        self.list(&sql_text::PROJECTS, vec![Value::Int(limit)], rows::read_project).await
    }

    /// How much the store holds. It reads every table once.
    pub async fn size(&self) -> Result<StoreSize> {
        Ok(StoreSize {
            users: self.count(&sql_text::COUNT_ALL_ACCOUNTS, vec![]).await?,
            threads: self.count(&sql_text::COUNT_ALL_THREADS, vec![]).await?,
            episodes: self.count(&sql_text::COUNT_ALL_EPISODES, vec![]).await?,
            assertions: self.count(&sql_text::COUNT_ALL_ASSERTIONS, vec![]).await?,
            documents: self.count(&sql_text::COUNT_ALL_DOCUMENTS, vec![]).await?,
        })
    }

    /// The settings of a kind in a scope, by name.
    pub async fn settings(&self, scope: SettingScope, kind: SettingKind) -> Result<Vec<Setting>> {
        let params = vec![scope.key(), kind.value()];
        self.many(&sql_text::SETTINGS, params, rows::read_setting).await
    }

    /// The setting of a kind whose name is the last in order.
    pub async fn last_setting(&self, scope: SettingScope, kind: SettingKind) -> Result<Option<Setting>> {
        self.one(&sql_text::LAST_SETTING, vec![scope.key(), kind.value()], rows::read_setting).await
    }

    /// One setting.
    pub async fn setting(&self, scope: SettingScope, kind: SettingKind, name: &str) -> Result<Option<Setting>> {
        let params = vec![scope.key(), kind.value(), text(name)];
        self.one(&sql_text::SETTING_BY_NAME, params, rows::read_setting).await
    }

    /// Users added after a time, oldest first; damaged ones are left out.
    pub async fn users_after(&self, project: ProjectId, after: Timestamp, limit: i64) -> Result<Vec<User>> {
        let params = vec![id(project.0), time(after), Value::Int(limit)];
        self.list(&sql_text::ACCOUNTS_AFTER, params, rows::read_user).await
    }

    /// Threads created after a time, oldest first; damaged ones are left out.
    pub async fn threads_after(&self, project: ProjectId, after: Timestamp, limit: i64) -> Result<Vec<Thread>> {
        let params = vec![id(project.0), time(after), Value::Int(limit)];
        self.list(&sql_text::THREADS_AFTER, params, rows::read_thread).await
    }

    /// The user who owns a graph, when this is the user's uuid.
    pub async fn user_by_uuid(&self, graph: GraphId, user: UserUuid) -> Result<Option<User>> {
        self.one(&sql_text::ACCOUNT_BY_UUID, vec![id(graph.0), id(user.0)], rows::read_user).await
    }

    /// The groups that a graph's user belongs to, the first joined first.
    pub async fn groups_of(&self, graph: GraphId) -> Result<Vec<Uuid>> {
        self.many(&sql_text::GROUPS_OF_GRAPH, vec![id(graph.0)], rows::read_membership).await
    }

    /// A page of the members of a group, or of the users who are not members, whose id, e-mail or name contains
    /// `search`; and their total number. Damaged ones are left out of the page, not of the number.
    pub async fn users_of_group(
        &self,
        project: ProjectId,
        group: GroupId,
        members: bool,
        search: &str,
        (limit, offset): (i64, i64),
    ) -> Result<(Vec<User>, i64)> {
        let (page, count) = if members {
            (&sql_text::MEMBERS, &sql_text::COUNT_MEMBERS)
        } else {
            (&sql_text::CANDIDATES, &sql_text::COUNT_CANDIDATES)
        };
        let mut params = vec![id(project.0), id(group.0), contains_pattern(search)];
        let total = self.count(count, params.clone()).await?;
        params.extend([Value::Int(limit), Value::Int(offset)]);
        Ok((self.list(page, params, rows::read_user).await?, total))
    }

    /// A collection.
    pub async fn find_collection(&self, graph: CollectionId) -> Result<Option<Collection>> {
        self.one(&sql_text::COLLECTION_BY_GRAPH, vec![id(graph.0)], rows::read_collection).await
    }

    /// A collection without counting its documents; the counts are 0.
    pub async fn find_uncounted_collection(&self, graph: CollectionId) -> Result<Option<Collection>> {
        self.one(&sql_text::UNCOUNTED_COLLECTION, vec![id(graph.0)], rows::read_collection).await
    }

    /// The collections of a project, oldest first; damaged ones are left out.
    pub async fn list_collections(&self, project: ProjectId, limit: i64) -> Result<Vec<Collection>> {
        let params = vec![id(project.0), Value::Int(limit)];
        self.list(&sql_text::COLLECTIONS, params, rows::read_collection).await
    }

    /// Every document of a collection.
    pub async fn documents(&self, graph: CollectionId) -> Result<Vec<Document>> {
        self.many(&sql_text::DOCUMENTS, vec![id(graph.0)], rows::read_document).await
    }

    /// A document by its uuid.
    pub async fn find_document(&self, graph: CollectionId, document: DocumentUuid) -> Result<Option<Document>> {
        self.one(&sql_text::DOCUMENT_BY_UUID, vec![id(graph.0), id(document.0)], rows::read_document).await
    }

    /// A document by the application's own id.
    pub async fn find_document_by_id(&self, graph: CollectionId, document_id: &str) -> Result<Option<Document>> {
        self.one(&sql_text::DOCUMENT_BY_ID, vec![id(graph.0), text(document_id)], rows::read_document).await
    }

    /// An import job.
    pub async fn find_import(&self, graph: ImportJobId) -> Result<Option<ImportJob>> {
        self.one(&sql_text::IMPORT_BY_GRAPH, vec![id(graph.0)], rows::read_import).await
    }

    /// Import jobs of a project, newest first; damaged ones are left out.
    pub async fn list_imports(
        &self,
        project: ProjectId,
        state: Option<ImportState>,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<ImportJob>> {
        let state = Value::Int(state.map_or(-1, Code::code));
        let params = vec![id(project.0), state, Value::Int(limit), Value::Int(offset)];
        self.list(&sql_text::IMPORTS, params, rows::read_import).await
    }

    /// Items of an import job after a position, in order.
    pub async fn import_items(
        &self,
        graph: ImportJobId,
        after: i64,
        state: Option<&ImportItemState>,
        limit: i64,
    ) -> Result<Vec<ImportItem>> {
        let state = Value::Int(state.map_or(-1, |state| rows::import_item_state_code(state).0));
        let params = vec![id(graph.0), Value::Int(after), state, Value::Int(limit)];
        self.many(&sql_text::IMPORT_ITEMS, params, rows::read_import_item).await
    }
}
