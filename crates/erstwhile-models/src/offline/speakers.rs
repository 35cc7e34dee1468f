//! The speaker and the addressee of each turn.

use std::ops::Range;

use erstwhile::model::{ClaimKind, EpisodeKind, Holding, Metadata, Role};
use erstwhile::ports::{Claim, ExtractionRequest, Turn};

use super::claims::CONFIDENCE_STATED;

/// The name of an assistant to which the messages give none.
pub(super) const ASSISTANT: &str = "Assistant";

/// The relation of two people who talk with each other.
const KNOWS: &str = "KNOWS";

/// Who takes part in one turn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Participants<'a> {
    /// The speaker; `None` in documents without an owner.
    pub(super) speaker: Option<&'a str>,
    /// The addressee, if unambiguous.
    pub(super) addressee: Option<&'a str>,
    /// Whether both speak as users, and neither as an assistant or a tool.
    both_users: bool,
}

impl<'a> Participants<'a> {
    /// Determines the participants of a turn, counted from the first turn of the context.
    pub(super) fn of(request: &'a ExtractionRequest, index: usize) -> Self {
        let owner = request.owner.as_deref();
        let all = || request.context.iter().chain(&request.turns);
        let Some(turn) = all().nth(index) else {
            return Self { speaker: None, addressee: None, both_users: false };
        };
        let speaker = speaker(turn, owner);
        let others = all().filter(|other| other.thread == turn.thread && other.kind == EpisodeKind::Message);
        let mut names: Vec<&str> = Vec::new();
        for name in others.filter_map(|other| named(other, owner)) {
            if Some(name) != speaker && !names.contains(&name) {
                names.push(name);
            }
        }
        let addressee = match (turn.kind, turn.role) {
            (EpisodeKind::Message, Some(Role::Assistant)) => {
                owner.filter(|owner| Some(*owner) != speaker).or_else(|| only(&names))
            }
            (EpisodeKind::Message, _) => only(&names),
            _ => None,
        };
        let by_addressee = || all().filter(|other| addressee.is_some() && named(other, owner) == addressee);
        let is_user = |turn: &Turn| turn.kind == EpisodeKind::Message && turn.role == Some(Role::User);
        let both_users = is_user(turn) && by_addressee().next().is_some() && by_addressee().all(is_user);
        Self { speaker, addressee, both_users }
    }

    /// That two people know each other, said of the owner of the graph, or else of the first by name.
    pub(super) fn conversation(&self, owner: Option<&str>, span: Range<usize>) -> Option<Claim> {
        let (speaker, addressee) = (self.speaker?, self.addressee.filter(|_| self.both_users)?);
        let is_turned =
            speaker != owner.unwrap_or_default() && (addressee == owner.unwrap_or_default() || addressee < speaker);
        let (one, other) = if is_turned { (addressee, speaker) } else { (speaker, addressee) };
        Some(Claim {
            subject: one.to_owned(),
            subject_type: Some("Person".to_owned()),
            predicate: KNOWS.to_owned(),
            object: Some(other.to_owned()),
            object_type: Some("Person".to_owned()),
            statement: format!("{one} knows {other}."),
            span,
            kind: ClaimKind::Asserts,
            holding: Holding::Shared,
            valid_from: None,
            valid_until: None,
            confidence: CONFIDENCE_STATED,
            attributes: Metadata::new(),
        })
    }
}

/// The names of all who speak in a request.
pub(super) fn names(request: &ExtractionRequest) -> Vec<String> {
    let owner = request.owner.as_deref();
    let mut names: Vec<String> = owner.map(str::to_owned).into_iter().collect();
    for turn in request.context.iter().chain(&request.turns) {
        if let Some(name) = speaker(turn, owner)
            && !names.iter().any(|known| known == name)
        {
            names.push(name.to_owned());
        }
    }
    names
}

fn only<'a>(names: &[&'a str]) -> Option<&'a str> {
    if let [name] = names { Some(name) } else { None }
}

/// Returns the explicit name of a turn's speaker, if any.
fn named<'a>(turn: &'a Turn, owner: Option<&'a str>) -> Option<&'a str> {
    let given = turn.speaker.as_deref().filter(|name| !name.trim().is_empty());
    given.or_else(|| owner.filter(|_| turn.role == Some(Role::User)))
}

fn speaker<'a>(turn: &'a Turn, owner: Option<&'a str>) -> Option<&'a str> {
    match (turn.kind, turn.role) {
        (EpisodeKind::Message, Some(Role::Assistant)) => named(turn, owner).or(Some(ASSISTANT)),
        (EpisodeKind::Message, Some(Role::System | Role::Function | Role::Tool)) => named(turn, owner),
        (EpisodeKind::Message, _) => named(turn, owner).or(owner).or(Some("User")),
        (EpisodeKind::Text | EpisodeKind::Json | EpisodeKind::FactTriple | EpisodeKind::Hyperedge, _) => {
            named(turn, owner).or(owner)
        }
    }
}
