//! Converts extractions to evidence. Pure.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::change::Change;
use crate::extraction::{Claim, ExtractedStatement, Extraction};
use crate::identity::{ASSISTANT_NAME, assistant_node, name_id, normalise, user_node};
use crate::model::{
    Assertion, AssertionId, ClaimKind, EntityId, Episode, GraphId, Holding, Link, LinkId, LinkKind, Mention, Metadata,
    Role, STATEMENT, Span, User, VALUE_TYPE,
};
use ground::lies_in;

mod ground;
mod strict;

pub use ground::{DroppedClaim, ground};
pub use strict::admit;

/// Maximum number of claims of one episode, and of statements: enough for an array of 200 records with 20 fields, or a
/// document of 10,000 words.
const CLAIMS_MAX: usize = 6_000;
const STATEMENTS_MAX: usize = 6_000;
/// Why claims and statements beyond the limits are dropped.
const TOO_MANY: &str = "the episode has more claims than are read of one episode";

/// The context of an extraction.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// The graph.
    pub graph: GraphId,
    /// The user who owns it.
    pub user: Option<&'a User>,
    /// The extractor's name and version.
    pub extractor: &'a str,
    /// When the evidence is recorded.
    pub recorded_at: Timestamp,
}

/// Converts the extraction of one episode to evidence; also returns the dropped claims.
///
/// The same extraction of the same episode always gives the same evidence with the same ids.
pub fn evidence(reading: &Reading<'_>, episode: &Episode, extraction: Extraction) -> (Vec<Change>, Vec<DroppedClaim>) {
    let names = Names::new(reading, episode);
    let mut changes = names.speaker_link(episode);
    let mut dropped = Vec::new();
    for mention in extraction.mentions.into_iter().filter(|mention| lies_in(&mention.span, &episode.content)) {
        changes.extend(names.mention(&mention.name, mention.entity_type.as_deref(), &mention.span));
    }
    for alias in extraction.aliases.into_iter().filter(|alias| lies_in(&alias.span, &episode.content)) {
        let entity_type = alias.entity_type.as_deref();
        changes.extend(names.mention(&alias.name, entity_type, &alias.span));
        changes.extend(names.mention(&alias.alias, entity_type, &alias.span));
        let (left, right) = (names.id(&alias.name, entity_type), names.id(&alias.alias, entity_type));
        if left != right {
            changes.push(Change::AddLink(names.link(left, right)));
        }
    }
    let content = normalise(&episode.content);
    for (index, claim) in extraction.claims.into_iter().enumerate() {
        let grounded =
            if index < CLAIMS_MAX { ground(&claim, episode, &content, &names.participants) } else { Err(TOO_MANY) };
        match grounded {
            Err(reason) => dropped.push(DroppedClaim { statement: claim.statement, reason }),
            Ok(()) => {
                let assertion = names.assertion(claim.clone());
                if assertion.object == Some(assertion.subject) {
                    let reason = "the subject and the object are the same entity";
                    dropped.push(DroppedClaim { statement: claim.statement, reason });
                    continue;
                }
                changes.extend(names.mention(&claim.subject, claim.subject_type.as_deref(), &claim.span));
                changes.extend(names.object_mention(&claim));
                changes.push(Change::AddAssertion(assertion));
            }
        }
    }
    for (index, statement) in extraction.statements.into_iter().enumerate() {
        if index >= STATEMENTS_MAX {
            dropped.push(DroppedClaim { statement: statement.text, reason: TOO_MANY });
        } else if lies_in(&statement.span, &episode.content) && !statement.text.trim().is_empty() {
            changes.extend(names.statement(statement));
        }
    }
    // One mention of each name per episode is enough.
    let mut named = HashSet::new();
    changes.retain(|change| match change {
        Change::AddMention(mention) => named.insert((mention.entity, mention.name.clone())),
        _ => true,
    });
    (changes, dropped)
}

/// Resolves the names of one episode.
struct Names<'a> {
    reading: &'a Reading<'a>,
    episode: &'a Episode,
    participants: Vec<String>,
}

impl<'a> Names<'a> {
    fn new(reading: &'a Reading<'a>, episode: &'a Episode) -> Self {
        let owner = reading.user.map(User::display_name);
        let participants =
            owner.into_iter().chain(episode.speaker().cloned()).chain([ASSISTANT_NAME.to_owned()]).collect();
        Self { reading, episode, participants }
    }

    /// The name id of a name in this episode (I1); the owner's name is that of the user.
    fn id(&self, name: &str, entity_type: Option<&str>) -> EntityId {
        let graph = self.reading.graph;
        let normal = normalise(name);
        if self.reading.user.is_some_and(|user| normalise(&user.display_name()) == normal) {
            return user_node(graph);
        }
        let assistant = self.reading.user.is_some() && self.episode.speaker().is_none();
        if assistant && self.episode.role == Some(Role::Assistant) && normal == normalise(ASSISTANT_NAME) {
            return assistant_node(graph);
        }
        name_id(graph, name, entity_type)
    }

    /// Links the speaker of a user's message to the user, if the application gave the user no name.
    fn speaker_link(&self, episode: &Episode) -> Vec<Change> {
        let Some(user) = self.reading.user else { return Vec::new() };
        let nameless = user.first_name.is_none() && user.last_name.is_none();
        match (episode.speaker(), episode.role) {
            (Some(name), Some(Role::User)) if nameless && !normalise(name).is_empty() => {
                let speaker = name_id(self.reading.graph, name, Some("Person"));
                let link = self.link(user_node(self.reading.graph), speaker);
                let whole = 0..episode.content.len();
                let mention = Change::AddMention(self.mention_of(name, speaker, Some("Person"), &whole));
                vec![mention, Change::AddLink(link)]
            }
            _ => Vec::new(),
        }
    }

    /// The id of an object: that of an entity, or that of a value, which belongs to its relation only.
    fn object_id(&self, claim: &Claim) -> Option<EntityId> {
        let object = claim.object.as_ref()?;
        if claim.object_type.as_deref() != Some(VALUE_TYPE) {
            return Some(self.id(object, claim.object_type.as_deref()));
        }
        let key = format!("value\0{}\0{}", claim.predicate, normalise(object));
        Some(EntityId(self.reading.graph.derive(key.as_bytes())))
    }

    fn object_mention(&self, claim: &Claim) -> Option<Change> {
        let object = claim.object.as_ref().filter(|object| !normalise(object).is_empty())?;
        let id = self.object_id(claim)?;
        Some(Change::AddMention(self.mention_of(object, id, claim.object_type.as_deref(), &claim.span)))
    }

    /// A statement as evidence: an assertion that supports no fact, and the mention of who says it.
    fn statement(&self, statement: ExtractedStatement) -> Vec<Change> {
        let speaker = statement.subject.or_else(|| self.reading.user.map(User::display_name));
        let (subject, mention) = match &speaker {
            Some(speaker) => (self.id(speaker, Some("Person")), self.mention(speaker, Some("Person"), &statement.span)),
            // A document that belongs to nobody is a value: no list shows it.
            None => {
                let id = EntityId(self.reading.graph.derive(b"document"));
                let mention = self.mention_of("Document", id, Some(VALUE_TYPE), &statement.span);
                (id, Some(Change::AddMention(mention)))
            }
        };
        let claim = Claim {
            subject: String::new(),
            subject_type: None,
            predicate: STATEMENT.to_owned(),
            object: None,
            object_type: None,
            statement: statement.text,
            span: statement.span,
            kind: ClaimKind::States,
            holding: Holding::Shared,
            valid_from: statement.valid_from,
            valid_until: None,
            confidence: 1.0,
        };
        mention.into_iter().chain([Change::AddAssertion(self.assertion_of(subject, claim))]).collect()
    }

    fn mention(&self, name: &str, entity_type: Option<&str>, span: &Span) -> Option<Change> {
        if normalise(name).is_empty() {
            return None;
        }
        let entity = self.id(name, entity_type);
        Some(Change::AddMention(self.mention_of(name, entity, entity_type, span)))
    }

    fn mention_of(&self, name: &str, entity: EntityId, entity_type: Option<&str>, span: &Span) -> Mention {
        Mention {
            episode: Some(self.episode.id),
            name: name.split_whitespace().collect::<Vec<_>>().join(" "),
            entity,
            entity_type: entity_type.map(str::to_owned),
            span: span.clone(),
            recorded_at: self.reading.recorded_at,
        }
    }

    fn link(&self, left: EntityId, right: EntityId) -> Link {
        let key = format!("link\0{}\0{left}\0{right}", self.episode.id);
        Link {
            id: LinkId(self.reading.graph.derive(key.as_bytes())),
            left,
            right,
            kind: LinkKind::Same,
            episode: Some(self.episode.id),
            recorded_at: self.reading.recorded_at,
        }
    }

    fn assertion(&self, claim: Claim) -> Assertion {
        let subject = self.id(&claim.subject, claim.subject_type.as_deref());
        self.assertion_of(subject, claim)
    }

    fn assertion_of(&self, subject: EntityId, claim: Claim) -> Assertion {
        let object = self.object_id(&claim);
        let key = format!(
            "assertion\0{}\0{subject}\0{}\0{object:?}\0{:?}\0{:?}\0{}\0{}",
            self.episode.id, claim.predicate, claim.kind, claim.valid_from, claim.statement, claim.span.start
        );
        Assertion {
            id: AssertionId(self.reading.graph.derive(key.as_bytes())),
            episode: Some(self.episode.id),
            sequence: Some(self.episode.seq),
            subject,
            predicate: claim.predicate,
            object,
            statement: claim.statement,
            span: claim.span,
            kind: claim.kind,
            holding: claim.holding,
            valid_from: claim.valid_from,
            valid_until: claim.valid_until,
            reference_time: self.episode.reference_time,
            recorded_at: self.reading.recorded_at,
            confidence: claim.confidence.clamp(0.0, 1.0),
            extractor: self.reading.extractor.to_owned(),
            attributes: Metadata::new(),
        }
    }
}
