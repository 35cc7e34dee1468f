//! Resolves the names of one episode to ids, and builds the evidence that contains them.

use std::collections::HashMap;

use super::Reading;
use crate::change::Change;
use crate::extraction::{Claim, ExtractedAlias, ExtractedStatement, Extraction};
use crate::identity::{
    ASSISTANT_NAME, assistant_node, name_id, namesake_id, no_subject, normalise, user_node, value_id,
};
use crate::model::{
    Assertion, AssertionId, ClaimKind, EntityId, Episode, EpisodeKind, HEARSAY_CONFIDENCE, Holding, Link, LinkId,
    LinkKind, Mention, Metadata, Role, STATEMENT, Span, User, VALUE_TYPE,
};
use crate::text::contains_word;

/// Resolves the names of one episode.
pub(super) struct Names<'a> {
    reading: &'a Reading<'a>,
    episode: &'a Episode,
    /// The names of the user, the assistant and the speakers.
    pub(super) participants: Vec<String>,
    /// The types that the extraction gives to names.
    types: HashMap<String, String>,
    /// The user's given name, if it denotes somebody else in this episode.
    namesake: Option<String>,
}

impl<'a> Names<'a> {
    pub(super) fn new(reading: &'a Reading<'a>, episode: &'a Episode, extraction: &Extraction) -> Self {
        let owner = reading.user.map(User::display_name);
        let participants =
            owner.into_iter().chain(episode.speaker().cloned()).chain([ASSISTANT_NAME.to_owned()]).collect();
        let mut names = Self { reading, episode, participants, types: types_in(extraction), namesake: None };
        names.namesake = names.namesake_in(extraction);
        names
    }

    /// The user's given name, if it denotes somebody else.
    ///
    /// The first person of the user's own messages is read as the user's whole name, so a bare given name that takes
    /// part in a claim, or has a type, is somebody else's ("my friend Noor"). In JSON, a shared given name does not
    /// suffice to identify the user, either. Everybody else calls the user by it.
    fn namesake_in(&self, extraction: &Extraction) -> Option<String> {
        let user = self.reading.user?;
        let given = normalise(user.first_name.as_deref()?);
        let is_own = self.is_spoken_by(user) || self.episode.kind == EpisodeKind::Json;
        if given.is_empty() || given == normalise(&user.display_name()) || !is_own {
            return None;
        }
        let speaker = self.episode.speaker().map(|name| normalise(name));
        if speaker.as_ref() == Some(&given) && !contains_word(&normalise(&self.episode.content), &given) {
            // The extractor calls the speaker by name.
            return None;
        }
        let claimed = extraction.claims.iter().flat_map(|claim| {
            let object = claim.object.as_ref().filter(|_| claim.object_type.as_deref() != Some(VALUE_TYPE));
            std::iter::once(&claim.subject).chain(object)
        });
        let typed = extraction.mentions.iter().filter(|mention| mention.entity_type.is_some());
        let aliases = extraction.aliases.iter().filter(|alias| !self.is_known_of_user(alias));
        let named = claimed
            .chain(typed.map(|mention| &mention.name))
            .chain(aliases.flat_map(|alias| [&alias.name, &alias.alias]));
        named.map(|name| normalise(name)).any(|name| name == given).then_some(given)
    }

    /// Whether the episode is a message of the user: the role says so, and a speaker, if named, has one of the user's
    /// names.
    fn is_spoken_by(&self, user: &User) -> bool {
        let is_own = |name: &String| is_name_of(user, name);
        self.episode.role == Some(Role::User) && self.episode.speaker().is_none_or(is_own)
    }

    /// Whether somebody else than the user speaks: another participant of the conversation, the assistant or a tool.
    fn is_spoken_by_another(&self) -> bool {
        let Some(user) = self.reading.user.filter(|_| self.episode.kind == EpisodeKind::Message) else { return false };
        match self.episode.role {
            Some(Role::Assistant | Role::System | Role::Function | Role::Tool) => true,
            // The speaker of a user without a name is the user.
            _ => !is_nameless(user) && self.episode.speaker().is_some_and(|name| !is_name_of(user, name)),
        }
    }

    /// Whether an alias claims that somebody has a name of the user, but the user does not say so.
    pub(super) fn is_claimed_of_user(&self, alias: &ExtractedAlias) -> bool {
        let is_own = |name: &str| self.reading.user.is_some_and(|user| is_name_of(user, name));
        (is_own(&alias.name) || is_own(&alias.alias)) && self.is_spoken_by_another()
    }

    /// Whether two names are already known as names of the user.
    pub(super) fn is_known_of_user(&self, alias: &ExtractedAlias) -> bool {
        let is_own = |name: &str| self.reading.user.is_some_and(|user| is_name_of(user, name));
        is_own(&alias.name) && is_own(&alias.alias)
    }

    /// The name id of a name in this episode (I1); the owner's name is that of the user.
    pub(super) fn id(&self, name: &str, entity_type: Option<&str>) -> EntityId {
        let graph = self.reading.graph;
        let normal = normalise(name);
        if let Some(user) = self.reading.user {
            if normalise(&user.display_name()) == normal {
                return user_node(graph);
            }
            if self.namesake.as_ref() == Some(&normal) {
                return namesake_id(graph, name);
            }
            let speaks = self.episode.speaker().is_some_and(|speaker| normalise(speaker) == normal);
            if speaks && self.is_spoken_by(user) {
                return user_node(graph);
            }
        }
        let assistant = self.reading.user.is_some() && self.episode.speaker().is_none();
        if assistant && self.episode.role == Some(Role::Assistant) && normal == normalise(ASSISTANT_NAME) {
            return assistant_node(graph);
        }
        name_id(graph, name, entity_type)
    }

    /// The ids of a claim's subject and object.
    ///
    /// # Errors
    /// The reason for dropping the claim.
    pub(super) fn ends(&self, claim: &Claim) -> Result<(EntityId, Option<EntityId>), &'static str> {
        if claim.kind == ClaimKind::States {
            return Err("a claim must not be a statement");
        }
        if claim.subject_type.as_deref() == Some(VALUE_TYPE) {
            return Err("the subject is a value");
        }
        let subject = self.id(&claim.subject, claim.subject_type.as_deref());
        let object = claim.object.as_ref().map(|object| match claim.object_type.as_deref() {
            Some(VALUE_TYPE) => value_id(self.reading.graph, &claim.predicate, object),
            entity_type => self.id(object, entity_type),
        });
        if object == Some(subject) { Err("the subject and the object are the same") } else { Ok((subject, object)) }
    }

    /// Links the speaker of a user's message to the user, if the application gave the user no name.
    pub(super) fn speaker_link(&self) -> Vec<Change> {
        let Some(user) = self.reading.user else { return Vec::new() };
        let nameless = is_nameless(user);
        match (self.episode.speaker(), self.episode.role) {
            (Some(name), Some(Role::User)) if nameless && !normalise(name).is_empty() => {
                let speaker = name_id(self.reading.graph, name, Some("Person"));
                let link = self.link(user_node(self.reading.graph), speaker);
                let whole = 0..self.episode.content.len();
                let mention = Change::AddMention(self.mention_of(name, speaker, Some("Person"), &whole));
                vec![mention, Change::AddLink(link)]
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn mention(&self, name: &str, entity_type: Option<&str>, span: &Span) -> Option<Change> {
        self.mention_as(self.id(name, entity_type), name, entity_type, span)
    }

    pub(super) fn mention_as(
        &self,
        id: EntityId,
        name: &str,
        entity_type: Option<&str>,
        span: &Span,
    ) -> Option<Change> {
        let is_named = !normalise(name).is_empty();
        is_named.then(|| Change::AddMention(self.mention_of(name, id, entity_type, span)))
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

    pub(super) fn link(&self, left: EntityId, right: EntityId) -> Link {
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

    pub(super) fn assertion(&self, claim: Claim, subject: EntityId, object: Option<EntityId>) -> Assertion {
        let key = format!(
            "assertion\0{}\0{subject}\0{}\0{object:?}\0{:?}\0{:?}\0{}\0{}",
            self.episode.id, claim.predicate, claim.kind, claim.valid_from, claim.statement, claim.span.start
        );
        let is_of_user = self.reading.user.is_some_and(|user| is_name_of(user, &claim.subject));
        let confidence_max = if is_of_user && self.is_spoken_by_another() { HEARSAY_CONFIDENCE } else { 1.0 };
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
            confidence: claim.confidence.clamp(0.0, confidence_max),
            extractor: self.reading.extractor.to_owned(),
            attributes: claim.attributes,
        }
    }

    /// The assertion that stores a statement.
    pub(super) fn statement(&self, statement: ExtractedStatement) -> Assertion {
        let named = statement.subject.filter(|name| !normalise(name).is_empty());
        let subject = match (named, self.reading.user) {
            (Some(name), _) => {
                let entity_type = self.types.get(&normalise(&name)).map_or("Person", String::as_str);
                self.id(&name, Some(entity_type))
            }
            (None, Some(_)) => user_node(self.reading.graph),
            (None, None) => no_subject(self.reading.graph),
        };
        let key = format!("statement\0{}\0{}\0{}", self.episode.id, statement.text, statement.span.start);
        Assertion {
            id: AssertionId(self.reading.graph.derive(key.as_bytes())),
            episode: Some(self.episode.id),
            sequence: Some(self.episode.seq),
            subject,
            predicate: STATEMENT.to_owned(),
            object: None,
            statement: statement.text,
            span: statement.span,
            kind: ClaimKind::States,
            holding: Holding::Shared,
            valid_from: statement.valid_from,
            valid_until: None,
            reference_time: self.episode.reference_time,
            recorded_at: self.reading.recorded_at,
            confidence: 1.0,
            extractor: self.reading.extractor.to_owned(),
            attributes: Metadata::new(),
        }
    }
}

/// Whether the application gave a user no name.
fn is_nameless(user: &User) -> bool {
    user.first_name.is_none() && user.last_name.is_none()
}

/// Whether a name is one of a user's own: whole, first or last name, e-mail or id.
fn is_name_of(user: &User, name: &str) -> bool {
    let (name, display) = (normalise(name), user.display_name());
    let own =
        [Some(&display), user.first_name.as_ref(), user.last_name.as_ref(), user.email.as_ref(), Some(&user.user_id)];
    !name.is_empty() && own.into_iter().flatten().any(|own| normalise(own) == name)
}

/// The first type that an extraction gives to each name.
fn types_in(extraction: &Extraction) -> HashMap<String, String> {
    let mentions = extraction.mentions.iter().map(|mention| (&mention.name, &mention.entity_type));
    let claims = extraction.claims.iter().flat_map(|claim| {
        let object = claim.object.as_ref().map(|object| (object, &claim.object_type));
        std::iter::once((&claim.subject, &claim.subject_type)).chain(object)
    });
    let mut types = HashMap::new();
    for (name, entity_type) in mentions.chain(claims) {
        if let Some(entity_type) = entity_type.as_ref().filter(|entity_type| *entity_type != VALUE_TYPE) {
            types.entry(normalise(name)).or_insert_with(|| entity_type.clone());
        }
    }
    types
}
