//! Standalone graphs, shared by many users.

use super::checks::{check_id, check_time_zone};
use super::content_policies::{NewPolicy, binding};
use super::writes::Tries;
use super::{GraphHandle, GraphRef, Listing, ProjectHandle, SortBy};
use crate::store::{ErasureState, Locate};
use erstwhile_core::change::Change;
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{Graph, GraphId, Partition, PartitionId, PartitionOwner};

/// A graph to create.
#[derive(Debug, Clone, Default)]
pub struct NewGraph {
    /// The application's own id.
    pub graph_id: String,
    /// Display name.
    pub name: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// What its content policy has besides that of the project.
    pub policy: Option<NewPolicy>,
}

/// Changes to a graph; absent fields are left unchanged.
#[derive(Debug, Clone, Default)]
pub struct GraphUpdate {
    /// New name.
    pub name: Option<String>,
    /// New description.
    pub description: Option<String>,
    /// New time zone; `Some(None)` clears it.
    pub time_zone: Option<Option<String>>,
}

/// How much a graph holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GraphSize {
    /// Episodes.
    pub episodes: usize,
    /// Entities, values left out.
    pub entities: usize,
    /// Facts, ended ones among them.
    pub facts: usize,
}

impl ProjectHandle {
    /// Creates a standalone graph.
    pub async fn create_graph(&self, new: NewGraph) -> Result<Graph> {
        check_id("graph_id", &new.graph_id)?;
        let graph_id = new.graph_id.clone();
        self.create_graph_named(new, |_| graph_id.clone()).await
    }

    /// Creates a standalone graph whose own id is its uuid; the `graph_id` is ignored.
    pub async fn create_graph_without_id(&self, new: NewGraph) -> Result<Graph> {
        self.create_graph_named(new, |graph| graph.0.to_string()).await
    }

    async fn create_graph_named(&self, new: NewGraph, own_id: impl Fn(PartitionId) -> String) -> Result<Graph> {
        check_time_zone(new.time_zone.as_deref())?;
        let now = self.now();
        let bound = self.policy_of_new_graph(new.policy.clone()).await?.as_ref().map(binding).transpose()?;
        let make = |id: PartitionId| {
            let graph = Partition {
                name: new.name.clone(),
                description: new.description.clone(),
                time_zone: new.time_zone.clone(),
                ..Partition::new(id, self.id, PartitionOwner::Standalone(own_id(id)), now)
            };
            std::iter::once(Change::AddPartition(graph, None)).chain(bound.clone()).collect()
        };
        let graph = self.add_partition(make).await?;
        self.graph(GraphRef::Graph(own_id(graph))).get().await
    }

    /// A page of standalone graphs, and how many there are; for a caller who is bound to a user, of those that the user's
    /// groups grant.
    pub async fn list_graphs(&self, listing: &Listing) -> Result<(Vec<Graph>, i64)> {
        let page = listing.page(&[SortBy::CreatedAt, SortBy::Id, SortBy::Name])?;
        if self.bound.is_some() && !self.granted.is_empty() {
            return self.list_granted(listing).await;
        }
        let (graphs, total) = self.store().list_graphs(self.whole()?, &listing.search, page).await?;
        Ok((graphs.into_iter().map(Into::into).collect(), total))
    }

    async fn list_granted(&self, listing: &Listing) -> Result<(Vec<Graph>, i64)> {
        let mut graphs: Vec<Graph> = Vec::new();
        for graph in self.granted.graphs() {
            graphs.extend(self.store().find_partition(graph.into()).await?.map(Graph::from));
        }
        let search = listing.search.to_lowercase();
        let matches = |text: &str| text.to_lowercase().contains(&search);
        graphs.retain(|graph| matches(&graph.own_id) || graph.name.as_deref().is_some_and(matches));
        match listing.sort_by {
            SortBy::Id => graphs.sort_by(|a, b| a.own_id.cmp(&b.own_id)),
            SortBy::Name => graphs.sort_by(|a, b| (&a.name, &a.own_id).cmp(&(&b.name, &b.own_id))),
            _ => graphs.sort_by_key(|graph| (graph.created_at, graph.id)),
        }
        if !listing.ascending {
            graphs.reverse();
        }
        let total = i64::try_from(graphs.len()).unwrap_or(i64::MAX);
        let (offset, limit) = ((listing.page_number - 1).saturating_mul(listing.page_size), listing.page_size);
        let skipped = usize::try_from(offset).unwrap_or(usize::MAX);
        let taken = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok((graphs.into_iter().skip(skipped).take(taken).collect(), total))
    }
}

impl GraphHandle {
    /// The id of the graph.
    pub(super) async fn partition(&self) -> Result<GraphId> {
        match &self.reference {
            GraphRef::User(user_id) => self.project.locate_graph(Locate::User, user_id, "user").await,
            GraphRef::Graph(graph_id) => self.project.locate_graph(Locate::Graph, graph_id, "graph").await,
            GraphRef::Thread(thread_id) => self.project.locate_graph(Locate::Thread, thread_id, "thread").await,
        }
    }

    /// How much the graph holds.
    pub async fn size(&self) -> Result<GraphSize> {
        let graph = self.partition().await?;
        self.project.index(graph).await?.read(|index| GraphSize {
            episodes: index.episodes().count(),
            entities: index.knowledge.entities().count(),
            facts: index.facts().count(),
        })
    }

    /// The graph.
    pub async fn get(&self) -> Result<Graph> {
        Ok(self.get_partition().await?.into())
    }

    pub(super) async fn get_partition(&self) -> Result<Partition> {
        let graph = self.partition().await?;
        self.project.store().find_partition(graph.into()).await?.ok_or_else(|| Error::not_found(noun(&self.reference)))
    }

    /// Changes a standalone graph's own fields.
    ///
    /// # Errors
    /// `Invalid` for a user's graph.
    pub async fn update(&self, update: GraphUpdate) -> Result<Graph> {
        check_time_zone(update.time_zone.as_ref().and_then(Option::as_deref))?;
        self.standalone_id()?;
        let mut tries = Tries::new();
        loop {
            let mut graph = self.get_partition().await?;
            let (seen, update) = (graph.updated_at, update.clone());
            graph.name = update.name.or(graph.name);
            graph.description = update.description.or(graph.description);
            graph.time_zone = update.time_zone.unwrap_or(graph.time_zone);
            graph.updated_at = self.project.after(seen);
            match self.project.apply(graph.id, vec![Change::UpdatePartition(graph.clone(), seen)]).await {
                Ok(_) => return Ok(graph.into()),
                Err(error) => tries.again(error)?,
            }
        }
    }

    /// Removes a standalone graph with everything in it.
    ///
    /// # Errors
    /// `Invalid` for a user's graph, which is removed with its user.
    pub async fn delete(&self) -> Result<ErasureState> {
        let graph_id = self.standalone_id()?;
        let graph = self.partition().await?;
        let owner = PartitionOwner::Standalone(graph_id.to_owned());
        Ok(self.project.remove_partition(graph, owner).await?.1)
    }

    fn standalone_id(&self) -> Result<&str> {
        match &self.reference {
            GraphRef::Graph(graph_id) => Ok(graph_id),
            GraphRef::User(_) => Err(Error::invalid("a user's graph is changed and deleted with its user")),
            GraphRef::Thread(_) => Err(Error::invalid("a thread's graph is changed and deleted with its thread")),
        }
    }
}

fn noun(reference: &GraphRef) -> &'static str {
    match reference {
        GraphRef::User(_) => "user",
        GraphRef::Graph(_) => "graph",
        GraphRef::Thread(_) => "thread",
    }
}
