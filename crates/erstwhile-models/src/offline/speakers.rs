//! The speaker and the addressee of a turn, and the turn before it.

use erstwhile::model::{EpisodeKind, Role};
use erstwhile::ports::{ExtractionRequest, Turn};

/// Who takes part in one turn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Participants<'a> {
    /// The speaker; `None` in documents without an owner.
    pub(super) speaker: Option<&'a str>,
    /// The addressee, if unambiguous.
    pub(super) addressee: Option<&'a str>,
    /// The previous message in the same thread.
    pub(super) before: Option<&'a Turn>,
}

impl<'a> Participants<'a> {
    /// Determines the participants of `request.turns[index]`.
    pub(super) fn of(request: &'a ExtractionRequest, index: usize) -> Self {
        let turn = &request.turns[index];
        let owner = request.owner.as_deref();
        let same_thread = |other: &&Turn| other.thread == turn.thread && other.kind == EpisodeKind::Message;
        let speaker = speaker(turn, owner);
        let others = request.context.iter().chain(&request.turns).filter(same_thread);
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
        let before = request.context.iter().chain(&request.turns[..index]).rev().find(same_thread);
        Self { speaker, addressee, before }
    }
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
        (EpisodeKind::Message, Some(Role::Assistant)) => named(turn, owner).or(Some("Assistant")),
        (EpisodeKind::Message, Some(Role::System | Role::Function | Role::Tool)) => named(turn, owner),
        (EpisodeKind::Message, _) => named(turn, owner).or(owner).or(Some("User")),
        (EpisodeKind::Text | EpisodeKind::Json | EpisodeKind::FactTriple, _) => named(turn, owner).or(owner),
    }
}
