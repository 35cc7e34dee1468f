//! Work that would otherwise be done for the first message.

use erstwhile_core::error::{Error, Result};
use erstwhile_core::model::{EpisodeKind, Role};
use tokio::runtime::Handle;

use super::Engine;
use crate::ports::{ExtractionRequest, Turn};

/// What the extractor reads to warm up: a person, a place, a date and a change.
const SAMPLE: &str = "I moved to Copenhagen last week and I love hiking.";

impl Engine {
    /// Lets the extractor and the embedder build their tables, so that the first message does not wait for them.
    pub async fn warm_up(&self) -> Result<()> {
        self.embed(&[SAMPLE]).await?;
        let turn = Turn {
            kind: EpisodeKind::Message,
            role: Some(Role::User),
            speaker: None,
            text: SAMPLE.to_owned(),
            reference_time: self.now(),
            thread: None,
        };
        let request = ExtractionRequest { turns: vec![turn], ..ExtractionRequest::default() };
        let (extractor, handle) = (self.state.extractor(), Handle::current());
        let reading = tokio::task::spawn_blocking(move || handle.block_on(extractor.extract(request)));
        reading.await.map_err(|_| Error::internal("the extractor stopped unexpectedly"))?.map(|_| ())
    }
}
