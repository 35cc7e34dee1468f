//! The entity recogniser: marks where entities begin, continue and end.

use std::ops::Range;

use crate::data::{Data, LoadError};
use crate::labels::EntityKind;
use crate::matrix::arg_max;
use crate::scorer::{Scorer, ScorerScratch};

/// The token, the first token of the open entity, and the token before.
const SLOTS: usize = 3;

#[derive(Debug, Clone, Copy)]
enum Action {
    Begin(EntityKind),
    In(EntityKind),
    Last(EntityKind),
    Unit(EntityKind),
    Out,
    /// An action without a kind, which is never possible.
    Never,
}

/// The recogniser.
#[derive(Debug)]
pub(crate) struct Recogniser {
    scorer: Scorer,
    actions: Vec<Action>,
}

impl Recogniser {
    pub(crate) fn new(data: &Data<'_>) -> Result<Self, LoadError> {
        let actions = data.lines("entities.actions")?.map(parse_action).collect::<Option<Vec<_>>>();
        let actions = actions.ok_or_else(|| LoadError::Content("entities.actions".to_owned()))?;
        Ok(Self { scorer: Scorer::new(data, "entities", SLOTS, actions.len())?, actions })
    }

    /// Finds the entities of a document: token ranges with kinds.
    pub(crate) fn find(
        &self,
        vectors: &[f32],
        starts_sentence: &[bool],
        is_space: &[bool],
        scratch: &mut ScorerScratch,
    ) -> Vec<(Range<usize>, EntityKind)> {
        let tokens = is_space.len();
        let mut found = Vec::new();
        let mut open: Option<(usize, EntityKind)> = None;
        self.scorer.prepare(vectors, scratch);
        for (token, is_space) in is_space.iter().copied().enumerate() {
            let ends_sentence = starts_sentence.get(token + 1).copied().unwrap_or(false);
            let is_last = token + 1 == tokens;
            let before = open.and(token.checked_sub(1)).map(|before| before as u32);
            self.scorer.score(&[Some(token as u32), open.map(|(first, _)| first as u32), before], scratch);
            let admits = |action: usize| match self.actions[action] {
                Action::Begin(_) => open.is_none() && !is_last && !ends_sentence && !is_space,
                Action::In(kind) => open.is_some_and(|(_, open)| open == kind) && !is_last && !ends_sentence,
                Action::Last(kind) => open.is_some_and(|(_, open)| open == kind),
                Action::Unit(_) => open.is_none() && !is_space,
                Action::Out => open.is_none(),
                Action::Never => false,
            };
            let Some(best) = arg_max(&scratch.scores, admits) else { continue };
            match self.actions[best] {
                Action::Begin(kind) => open = Some((token, kind)),
                Action::Last(kind) => {
                    if let Some((first, _)) = open.take() {
                        found.push((first..token + 1, kind));
                    }
                }
                Action::Unit(kind) => found.push((token..token + 1, kind)),
                Action::In(_) | Action::Out | Action::Never => {}
            }
        }
        found
    }
}

fn parse_action(name: &str) -> Option<Action> {
    if name == "O" {
        return Some(Action::Out);
    }
    let (action, kind) = name.split_once('-')?;
    if kind.is_empty() {
        return Some(Action::Never);
    }
    let kind = EntityKind::parse(kind)?;
    match action {
        "B" => Some(Action::Begin(kind)),
        "I" => Some(Action::In(kind)),
        "L" => Some(Action::Last(kind)),
        "U" => Some(Action::Unit(kind)),
        _ => None,
    }
}
