//! What was dropped when episodes were read. A trace is not stored: it is computed from the stored text whenever somebody
//! asks, so nothing has to be forgotten with the episode.

use std::sync::Arc;

use super::requests::Source;
use super::{extract, user_of};
use crate::ports::{ExtractionRequest, Trace};
use crate::state::State;
use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{Episode, GraphId};
use erstwhile_core::reading::{self, Reading};

/// What would be dropped if the extractor that reads new episodes read these together now, one trace each.
///
/// Episodes that are no part of the graph are only context. What was dropped when they arrived can differ at the edges:
/// other turns may have been read together, and settings may have changed since.
pub(crate) async fn trace(state: &Arc<State>, graph: GraphId, episodes: &[Episode]) -> Result<Vec<Trace>> {
    let partition = state.store().find_partition(graph.into()).await?.ok_or_else(|| Error::not_found("graph"))?;
    let user = user_of(state, &partition).await?;
    let source = Source { state, partition: &partition, user: user.as_ref() };
    let request = ExtractionRequest { trace: true, ..source.request(episodes).await? };
    // One at a time, so that whoever asks for traces does not slow ingestion down much; also of those who no longer wait,
    // because the extractor goes on when they leave.
    let turn = state.trace_turn().await?;
    let shared = Arc::clone(state);
    let computed = tokio::spawn(async move {
        let extractions = extract(&shared, request).await;
        drop(turn);
        extractions
    });
    let extractions = computed.await.map_err(|_| Error::internal("the extractor stopped unexpectedly"))??;
    let places: Vec<_> = extractions.iter().map(reading::places).collect();
    let mut extractions: Vec<_> = extractions.into_iter().map(Ok).collect();
    super::drop_prohibited(source, episodes, &mut extractions).await?;
    let extractor = state.extractor();
    let reading = Reading { graph, user: user.as_ref(), extractor: extractor.name(), recorded_at: state.now() };
    let read = episodes.iter().zip(extractions).zip(&places);
    Ok(read
        .map(|((episode, extraction), places)| match extraction {
            Ok(extraction) => reading::trace(&reading, episode, extraction, places),
            Err(_) => Trace::default(),
        })
        .collect())
}
