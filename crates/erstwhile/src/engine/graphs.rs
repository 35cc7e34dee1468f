//! Standalone graphs, shared by many users.

use super::{Engine, GraphRef, Listing, SortBy, Tries, check_id, check_time_zone};
use crate::store::Locate;
use erstwhile_core::change::Change;
use erstwhile_core::error::Result;
use erstwhile_core::model::{Graph, Partition, PartitionId, PartitionOwner, ProjectId};

/// A graph to make.
#[derive(Debug, Clone, Default)]
pub struct NewGraph {
    /// The application's own id.
    pub graph_id: String,
    /// Display name.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// IANA time zone.
    pub time_zone: Option<String>,
}

/// What changes about a graph; absent fields are left alone.
#[derive(Debug, Clone, Default)]
pub struct GraphUpdate {
    /// New name.
    pub name: Option<String>,
    /// New description.
    pub description: Option<String>,
    /// New time zone; `Some(None)` clears it.
    pub time_zone: Option<Option<String>>,
}

impl Engine {
    /// Makes a standalone graph.
    pub async fn create_graph(&self, project: ProjectId, new: NewGraph) -> Result<Graph> {
        check_id("graph_id", &new.graph_id)?;
        check_time_zone(new.time_zone.as_deref())?;
        let now = self.now();
        let make = |id: PartitionId| {
            let graph = Partition {
                name: new.name.clone(),
                description: new.description.clone(),
                time_zone: new.time_zone.clone(),
                ..Partition::new(id, project, PartitionOwner::Standalone(new.graph_id.clone()), now)
            };
            vec![Change::AddPartition(graph, None)]
        };
        self.add_partition(project, make).await?;
        self.graph(project, &GraphRef::Graph(new.graph_id.clone())).await
    }

    /// Changes a standalone graph's own fields.
    pub async fn update_graph(&self, project: ProjectId, graph_id: &str, update: GraphUpdate) -> Result<Graph> {
        check_time_zone(update.time_zone.as_ref().and_then(Option::as_deref))?;
        let reference = GraphRef::Graph(graph_id.to_owned());
        let mut tries = Tries::new();
        loop {
            let mut graph = self.graph_partition(project, &reference).await?;
            let (seen, update) = (graph.updated_at, update.clone());
            graph.name = update.name.or(graph.name);
            graph.description = update.description.or(graph.description);
            graph.time_zone = update.time_zone.unwrap_or(graph.time_zone);
            graph.updated_at = self.after(seen);
            match self.apply(project, graph.id, vec![Change::UpdatePartition(graph.clone(), seen)]).await {
                Ok(_) => return Ok(graph.into()),
                Err(error) => tries.again(error)?,
            }
        }
    }

    /// Removes a standalone graph with everything in it.
    pub async fn delete_graph(&self, project: ProjectId, graph_id: &str) -> Result<()> {
        let graph = self.locate_graph(project, Locate::Graph, graph_id, "graph").await?;
        self.remove_partition(project, graph, PartitionOwner::Standalone(graph_id.to_owned())).await
    }

    /// A page of standalone graphs, and how many there are.
    pub async fn list_graphs(&self, project: ProjectId, listing: &Listing) -> Result<(Vec<Graph>, i64)> {
        let page = listing.page(&[SortBy::CreatedAt, SortBy::Id, SortBy::Name])?;
        let (graphs, total) = self.store().list_graphs(project, &listing.search, page).await?;
        Ok((graphs.into_iter().map(Into::into).collect(), total))
    }
}
