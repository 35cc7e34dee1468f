//! Reading the evidence of a graph since a version: what was added and what was removed.

use uuid::Uuid;

use super::codes::Code;
use super::rows::{self, id};
use super::sql::{ReceiveRows, Row, Statement, Value};
use super::{Store, statements as sql_text};
use erstwhile_core::error::{Error, Result};
use erstwhile_core::evidence::{Evidence, TombstoneKind};
use erstwhile_core::model::GraphId;

impl Store {
    /// All changes of a graph after `version`; `None` when the graph does not exist.
    ///
    /// Read in one snapshot: an assertion never appears without its episode.
    pub async fn evidence_since(&self, graph: GraphId, version: i64) -> Result<Option<Evidence>> {
        let current = (&sql_text::GRAPH_VERSION, vec![id(graph.0)]);
        let since = READS.iter().map(|(statement, _)| (*statement, vec![id(graph.0), Value::Int(version)]));
        let mut gathering = EvidenceReader::default();
        let reads = std::iter::once(current).chain(since).collect();
        let read = self.sql.snapshot_into(reads, &mut gathering).await;
        if gathering.met_damaged_row { self.damage.of_row(read) } else { self.damage.of_structure(read) }?;
        Ok(gathering.current.map(|version| Evidence { version, ..gathering.evidence }))
    }
}

type Keep = fn(&mut Evidence, Row) -> Result<()>;

/// The reads, and the field that receives the rows of each.
const READS: [(&Statement, Keep); 6] = [
    (&sql_text::TOMBSTONES_SINCE, |evidence, row| {
        let mut row = row.reader();
        let kind = TombstoneKind::from_code(row.int()?)?;
        let id = Uuid::from_slice(&row.blob()?).map_err(|_| Error::corrupt("a stored id is not a uuid"))?;
        evidence.tombstones.push((kind, id));
        Ok(())
    }),
    (&sql_text::EPISODES_SINCE, |evidence, row| rows::read_episode(row).map(|read| evidence.episodes.push(read))),
    (&sql_text::MENTIONS_SINCE, |evidence, row| rows::read_mention(row).map(|read| evidence.mentions.push(read))),
    (&sql_text::ASSERTIONS_SINCE, |evidence, row| rows::read_assertion(row).map(|read| evidence.assertions.push(read))),
    (&sql_text::LINKS_SINCE, |evidence, row| rows::read_link(row).map(|read| evidence.links.push(read))),
    (&sql_text::EDITS_SINCE, |evidence, row| rows::read_edit(row).map(|read| evidence.edits.push(read))),
];

/// The evidence that has been read so far, with the graph's current version.
#[derive(Default)]
struct EvidenceReader {
    current: Option<i64>,
    evidence: Evidence,
    /// Whether a row could not be read; other failures are of the database.
    met_damaged_row: bool,
}

impl ReceiveRows for EvidenceReader {
    fn restart(&mut self) {
        *self = Self::default();
    }

    fn receive(&mut self, read: usize, row: Row) -> Result<()> {
        match read.checked_sub(1).and_then(|read| READS.get(read)) {
            Some((_, keep)) => {
                let kept = keep(&mut self.evidence, row);
                self.met_damaged_row = kept.is_err();
                kept
            }
            None => {
                self.current = Some(row.reader().int()?);
                Ok(())
            }
        }
    }
}
