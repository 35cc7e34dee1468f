//! Small graphs for tests, built one fact at a time.

use jiff::Timestamp;
use uuid::Uuid;

use super::Knowledge;
use crate::evidence::Evidence;
use crate::identity::name_id;
use crate::model::{
    Assertion, AssertionId, ClaimKind, EntityId, Episode, EpisodeId, EpisodeKind, EpisodeState, GraphId, Holding,
    Mention, Metadata, Precision, Role, TimePoint,
};

/// The start of day `day` after 1 January 2024.
pub(crate) fn day(day: i64) -> Timestamp {
    Timestamp::from_second(1_704_067_200 + day * 86_400).expect("a time within range")
}

/// A graph whose tag is its number.
pub(crate) fn graph(number: u8) -> GraphId {
    GraphId(Uuid::from_u128(u128::from(number) << 100))
}

/// Evidence of a graph. Names are given as "Name" or "Name:Type".
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    pub(crate) graph: GraphId,
    pub(crate) evidence: Evidence,
}

impl Sample {
    pub(crate) fn new(graph: GraphId) -> Self {
        Self { graph, evidence: Evidence::default() }
    }

    /// Adds an episode that states, on day `on`, that a fact holds from that day.
    pub(crate) fn add_fact(&mut self, on: i64, claim: (&str, &str, &str), holding: Holding) -> EpisodeId {
        let (subject, predicate, object) = claim;
        let number = self.evidence.episodes.len() as u128 + 1;
        let id = EpisodeId(self.graph.within(Uuid::from_u128(number)));
        let statement =
            format!("{} {} {}", plain(subject).0, predicate.to_lowercase().replace('_', " "), plain(object).0);
        self.evidence.episodes.push(episode(id, number as i64, &statement, day(on)));
        for name in [subject, object] {
            let (text, entity_type) = plain(name);
            self.evidence.mentions.push(Mention {
                episode: Some(id),
                name: text.to_owned(),
                entity: self.entity(name),
                entity_type: entity_type.map(str::to_owned),
                span: 0..statement.len(),
                recorded_at: day(on),
            });
        }
        self.evidence.assertions.push(Assertion {
            id: AssertionId(self.graph.derive(format!("assertion {number}").as_bytes())),
            episode: Some(id),
            sequence: Some(number as i64),
            subject: self.entity(subject),
            predicate: predicate.to_owned(),
            object: Some(self.entity(object)),
            span: 0..statement.len(),
            statement,
            kind: ClaimKind::Asserts,
            holding,
            valid_from: Some(TimePoint { at: day(on), precision: Precision::Day }),
            valid_until: None,
            reference_time: day(on),
            recorded_at: day(on),
            confidence: 0.9,
            extractor: "test".to_owned(),
            attributes: Metadata::new(),
        });
        id
    }

    /// The name id of "Name" or "Name:Type".
    pub(crate) fn entity(&self, name: &str) -> EntityId {
        let (text, entity_type) = plain(name);
        name_id(self.graph, text, entity_type)
    }

    pub(crate) fn knowledge(&self) -> Knowledge {
        let mut knowledge = Knowledge::new(self.graph);
        knowledge.apply(self.evidence.clone());
        knowledge
    }

    /// The time of an episode.
    pub(crate) fn time_of(&self, id: EpisodeId) -> Option<Timestamp> {
        self.evidence.episodes.iter().find(|episode| episode.id == id).map(|episode| episode.reference_time)
    }
}

fn plain(name: &str) -> (&str, Option<&str>) {
    name.split_once(':').map_or((name, None), |(text, entity_type)| (text, Some(entity_type)))
}

/// A turn of a user's conversation.
pub(crate) fn episode(id: EpisodeId, seq: i64, content: &str, at: Timestamp) -> Episode {
    Episode {
        id,
        seq,
        thread: Some("thread".to_owned()),
        kind: EpisodeKind::Message,
        role: Some(Role::User),
        name: Some("Ann".to_owned()),
        content: content.to_owned(),
        metadata: Metadata::new(),
        source_description: None,
        document_id: None,
        reference_time: at,
        recorded_at: at,
        state: EpisodeState::Processed,
        task: None,
        strict: false,
        model_reading: None,
    }
}
