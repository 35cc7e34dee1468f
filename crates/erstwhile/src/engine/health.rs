//! Whether the store can be relied on.

use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::ProjectId;
use uuid::Uuid;

use super::{Engine, NewEpisode, NewGraph};
use crate::store::Queue;
use crate::store::sql::DamageSearch;

impl Engine {
    /// Checks that the store can be written, and that every table can be read. Returns what does not answer of a sharded
    /// store that answers otherwise.
    pub async fn check_store(&self) -> Result<Option<Error>> {
        self.store().check(self.now()).await
    }

    /// Checks a graph's whole way through the store: adds a graph with an episode, reads the episode and removes the graph.
    /// It belongs to no project, so that nobody sees it.
    pub async fn check_graph(&self) -> Result<()> {
        let nobody = self.project(ProjectId(Uuid::nil()));
        let graph_id = format!("check {}", self.ids().next());
        nobody.create_graph(NewGraph { graph_id: graph_id.clone(), ..NewGraph::default() }).await?;
        let graph = nobody.graph(&graph_id);
        graph.add_episodes(vec![NewEpisode::text("a check of the store")]).await?;
        let read = graph.last_episodes(1).await;
        graph.delete().await?;
        if read?.is_empty() { Err(Error::internal("an episode that was added cannot be read")) } else { Ok(()) }
    }

    /// Reads the whole store and returns what is damaged. [`known_damage`](Self::known_damage) then returns the same.
    pub async fn find_damage(&self, search: DamageSearch) -> Result<Vec<String>> {
        let damage = self.store().find_damage(search).await?;
        self.state.set_damage(&damage);
        Ok(damage)
    }

    /// The damage that was found when it was last searched for, and damage of the structure that reads met since then.
    pub fn known_damage(&self) -> Vec<String> {
        let mut damage = self.state.damage();
        damage.extend(self.store().met_damage());
        damage
    }

    /// A damaged row that a read met, if any. Only who it belongs to is concerned.
    pub fn known_damaged_row(&self) -> Option<String> {
        self.store().met_damaged_row()
    }

    /// The number of different damaged rows that reads met since the start.
    pub fn damaged_rows_met(&self) -> u64 {
        self.store().damaged_rows_met()
    }

    /// The number of waiting episodes that are in no queue, so that no worker would find them.
    pub async fn lost_episodes(&self) -> Result<i64> {
        let mut lost = self.store().lost_episodes(Queue::Ingestion).await?;
        lost.extend(self.store().lost_episodes(Queue::Model).await?);
        Ok(lost.iter().map(|lost| lost.episodes).sum())
    }

    /// Queues episodes that are in no queue, and returns their number; the workers do so every minute.
    pub async fn queue_lost_episodes(&self) -> Result<i64> {
        self.store().queue_lost_episodes(self.now()).await
    }
}
