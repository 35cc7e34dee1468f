//! Vectors of embedding models.

use super::{batch, message, with_thread};
use erstwhile::store::{Store, TextDigest};
use erstwhile_core::change::Change;
use erstwhile_core::model::PartitionOwner;

/// A vector is stored only while nothing has changed since its text was read, and is removed with its graph.
pub async fn a_vector_is_stored_for_an_unchanged_graph_only(store: &Store) {
    let graph = with_thread(store).await;
    let said = message(graph, "t", 10);
    let episode = said.id;
    store.apply(&batch(2, graph, vec![Change::AddEpisodes(vec![said])])).await.unwrap();
    let revision = store.find_partition(graph.into()).await.unwrap().unwrap().revision;
    let [tea, jazz] = ["tea", "jazz"].map(|text| TextDigest::of(graph, text));
    assert!(store.put_vectors(graph, revision, "m", &[(tea, vec![0.6, 0.8])]).await.unwrap());
    store.apply(&batch(3, graph, vec![Change::RemoveEpisode(episode)])).await.unwrap();
    assert!(!store.put_vectors(graph, revision, "m", &[(jazz, vec![1.0, 0.0])]).await.unwrap());
    let found = store.vectors(graph, "m", &[jazz, tea]).await.unwrap();
    assert_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), [false, true]);
    assert_eq!(store.vectors(graph, "another", &[tea]).await.unwrap(), [None]);
    store.apply(&batch(4, graph, vec![Change::RemovePartition(PartitionOwner::User("ann".to_owned()))])).await.unwrap();
    assert!(!store.has_vectors(graph.into()).await.unwrap());
}
