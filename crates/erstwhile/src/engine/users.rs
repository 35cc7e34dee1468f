//! Users: people who talk to the application. Each owns a graph.

use jiff::Timestamp;

use super::audit::Target;
use super::checks::{check_id, check_time_zone, merge_deeply};
use super::content_policies::{NewPolicy, binding};
use super::writes::Tries;
use super::{GraphHandle, Listing, ProjectHandle, SortBy, UserHandle};
use crate::store::{ErasureReceipt, Locate};
use erstwhile_core::change::{BatchPrecondition, Change};
use erstwhile_core::error::{Error, Result};
use erstwhile_core::identity::{initial_evidence, name_links, user_node};
use erstwhile_core::model::{
    AuditAction, AuditTargetKind, Entity, GraphId, Metadata, Partition, PartitionOwner, Thread, User, UserUuid,
};
use erstwhile_core::renaming::reword;

/// Maximum number of threads of one user in a list.
const THREADS_MAX: i64 = 10_000;

/// A user to add.
#[derive(Debug, Clone, Default)]
pub struct NewUser {
    /// The application's own id.
    pub user_id: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// The application's own data.
    pub metadata: Metadata,
    /// Whether the default types are disabled.
    pub disable_default_ontology: bool,
    /// What the content policy of the user's graph has besides that of the project.
    pub policy: Option<NewPolicy>,
}

impl NewUser {
    /// A user with a given and a family name.
    pub fn named(user_id: impl Into<String>, first_name: impl Into<String>, last_name: impl Into<String>) -> Self {
        Self {
            user_id: user_id.into(),
            first_name: Some(first_name.into()),
            last_name: Some(last_name.into()),
            ..Self::default()
        }
    }
}

/// Changes to a user; absent fields are left unchanged.
#[derive(Debug, Clone, Default)]
pub struct UserUpdate {
    /// New e-mail address.
    pub email: Option<String>,
    /// New given name.
    pub first_name: Option<String>,
    /// New family name.
    pub last_name: Option<String>,
    /// New time zone; `Some(None)` clears it.
    pub time_zone: Option<Option<String>>,
    /// Data to merge, including nested objects; a null deletes its key.
    pub metadata: Option<Metadata>,
    /// Whether the default types are disabled.
    pub disable_default_ontology: Option<bool>,
}

impl ProjectHandle {
    /// Adds a user with a graph that holds a node for the user and one for the assistant (I1).
    ///
    /// # Errors
    /// `AlreadyExists` when the id is taken, `Invalid` for an empty id or an unknown time zone.
    pub async fn add_user(&self, new: NewUser) -> Result<User> {
        check_id("user_id", &new.user_id)?;
        let user_id = new.user_id.clone();
        self.add_user_named(new, |_| user_id.clone()).await
    }

    /// Adds a user whose own id is the server's uuid; the `user_id` is ignored. See [`add_user`](Self::add_user).
    pub async fn add_user_without_id(&self, new: NewUser) -> Result<User> {
        self.add_user_named(new, |user| user.0.to_string()).await
    }

    async fn add_user_named(&self, new: NewUser, own_id: impl Fn(UserUuid) -> String) -> Result<User> {
        check_time_zone(new.time_zone.as_deref())?;
        let now = self.now();
        let ids = [self.ids().next(), self.ids().next()];
        let bound = self.policy_of_new_graph(new.policy.clone()).await?.as_ref().map(binding).transpose()?;
        let make = |graph: GraphId| {
            let uuid = graph.within(ids[0]).into();
            let user = User {
                graph,
                project: self.id,
                user_id: own_id(uuid),
                uuid,
                email: new.email.clone(),
                first_name: new.first_name.clone(),
                last_name: new.last_name.clone(),
                time_zone: new.time_zone.clone(),
                metadata: new.metadata.clone(),
                disable_default_ontology: new.disable_default_ontology,
                created_at: now,
                updated_at: now,
                thread_count: 0,
            };
            let row = Partition::new(graph.into(), self.id, PartitionOwner::User(user.user_id.clone()), now);
            let mut changes = initial_evidence(&user);
            changes.insert(0, Change::AddPartition(row, Some(user)));
            changes.extend(bound.clone());
            changes
        };
        let graph = self.add_graph(make).await?;
        self.store().find_user(graph).await?.ok_or_else(|| Error::not_found("user"))
    }

    /// A page of users, and how many there are.
    pub async fn list_users(&self, listing: &Listing) -> Result<(Vec<User>, i64)> {
        let page = listing.page(&[SortBy::CreatedAt, SortBy::Id, SortBy::Email])?;
        self.store().list_users(self.whole()?, &listing.search, page).await
    }

    /// The user whose graph a caller of one graph is bound to; `None` for a standalone graph, and for a caller who reaches
    /// the whole project.
    pub async fn bound_user(&self) -> Result<Option<User>> {
        match self.bound {
            Some(graph) => self.store().find_user(graph).await,
            None => Ok(None),
        }
    }

    /// The receipts of deleted users, the newest first.
    pub async fn erasure_receipts(&self, offset: i64, limit: i64) -> Result<Vec<ErasureReceipt>> {
        self.store().receipts(self.whole()?, offset, limit).await
    }

    /// Whether a complete erasure means that no byte is left in the database's own files; otherwise, that the rows are gone
    /// and their tables vacuumed.
    pub fn overwrites_removed_rows(&self) -> bool {
        self.store().overwrites_removed_rows()
    }

    /// Whether what the project deleted before a time may still be in the database's own files.
    pub async fn has_pending_erasures(&self, before: Timestamp) -> Result<bool> {
        self.store().has_pending_erasures(self.id, before).await
    }

    /// Users added after a time, oldest first.
    pub async fn users_after(&self, after: Timestamp, limit: i64) -> Result<Vec<User>> {
        self.store().users_after(self.whole()?, after, limit).await
    }
}

impl UserHandle {
    /// A user.
    pub async fn get(&self) -> Result<User> {
        let graph = self.project.locate_graph(Locate::User, self.id(), "user").await?;
        self.project.store().find_user(graph).await?.ok_or_else(|| Error::not_found("user"))
    }

    /// Changes a user; metadata is merged, other fields are replaced.
    ///
    /// A new name takes the place of the old one in everything that was derived from what was said, except where somebody
    /// said the old name.
    pub async fn update(&self, update: UserUpdate) -> Result<User> {
        check_time_zone(update.time_zone.as_ref().and_then(Option::as_deref))?;
        let mut tries = Tries::new();
        loop {
            let mut user = self.get().await?;
            let (before, update) = (user.clone(), update.clone());
            user.email = update.email.or(user.email);
            user.first_name = update.first_name.or(user.first_name);
            user.last_name = update.last_name.or(user.last_name);
            user.time_zone = update.time_zone.unwrap_or(user.time_zone);
            merge_deeply(&mut user.metadata, update.metadata.unwrap_or_default());
            user.disable_default_ontology = update.disable_default_ontology.unwrap_or(user.disable_default_ontology);
            user.updated_at = self.project.after(before.updated_at);
            match self.put(&before, &user).await {
                Ok(()) => return Ok(user),
                Err(error) => tries.again(error)?,
            }
        }
    }

    /// Stores a user who was `before`, with their names in the graph.
    async fn put(&self, before: &User, user: &User) -> Result<()> {
        let mut changes = vec![Change::UpdateUser(user.clone(), before.updated_at)];
        let names = |user: &User| [&user.first_name, &user.last_name, &user.email].map(Clone::clone);
        if names(before) == names(user) {
            return self.project.apply(user.graph, changes).await.map(|_| ());
        }
        let store = self.project.store();
        // Read before the evidence, so that the batch is refused if something was read under the old name meanwhile.
        let missing = || Error::not_found("user");
        let revision = store.find_partition(user.graph.into()).await?.ok_or_else(missing)?.revision;
        let evidence = store.evidence_since(user.graph, 0).await?.ok_or_else(missing)?;
        changes.extend(reword(&evidence, before, user));
        changes.extend(name_links(user));
        let target = Target { partition: Some(user.graph.into()), id: Some(user.uuid.0), name: &user.user_id };
        changes.extend(self.project.record(AuditAction::Rename, AuditTargetKind::User, target));
        let mut batch = self.project.batch(Some(user.graph.into()), changes);
        batch.expect = BatchPrecondition::Revision(revision);
        self.project.apply_batch(&batch).await?;
        self.project.engine.summaries.forget(user.graph);
        Ok(())
    }

    /// Removes a user with their threads, graph and everything else that belongs to them.
    pub async fn delete(&self) -> Result<ErasureReceipt> {
        let graph = self.project.locate_graph(Locate::User, self.id(), "user").await?;
        let owner = PartitionOwner::User(self.id().to_owned());
        let (erasure, _) = self.project.remove_partition(graph, owner).await?;
        let receipt = self.project.store().find_receipt(self.project.id, graph.into(), erasure).await?;
        receipt.ok_or_else(|| Error::internal("the receipt of a deletion is missing"))
    }

    /// A user's threads, oldest first; damaged ones are left out.
    pub async fn threads(&self) -> Result<Vec<Thread>> {
        let graph = self.project.locate_graph(Locate::User, self.id(), "user").await?;
        self.project.store().threads_of(graph, THREADS_MAX).await
    }

    /// The node that represents the user in their graph.
    pub async fn entity(&self) -> Result<Entity> {
        let graph = self.project.locate_graph(Locate::User, self.id(), "user").await?;
        let index = self.project.index(graph).await?;
        let node = index.read(|index| index.knowledge.entity(user_node(graph)).cloned())?;
        let mut node = node.ok_or_else(|| Error::not_found("entity"))?;
        node.summary = self.project.user_summary(graph).await?.unwrap_or_default();
        Ok(node)
    }
}

impl GraphHandle {
    /// Loads the index of the graph, so that the next search does not wait for it.
    pub async fn warm(&self) -> Result<()> {
        let graph = self.partition().await?;
        self.project.index(graph).await.map(|_| ())
    }
}
