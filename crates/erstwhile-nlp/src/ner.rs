//! The entity recogniser: a state machine that opens and closes entities from left to right.

use std::ops::Range;

use crate::labels::EntityKind;
use crate::transitions::{Scorer, ScorerScratch, best_action};
use crate::weights::{LoadError, Reader};

/// The tokens that a score depends on: the current one, the first of the open entity and the one before the current one.
const SLOTS: usize = 3;

/// What the recogniser does with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Move {
    /// The token begins an entity of several tokens.
    Begin(EntityKind),
    /// The token is inside.
    Inside(EntityKind),
    /// The token ends the entity.
    Last(EntityKind),
    /// The token is an entity by itself.
    Unit(EntityKind),
    /// The token is in no entity.
    Outside,
    /// Not used.
    Never,
}

impl Move {
    fn from_name(name: &str) -> Option<Self> {
        match name.split_once('-') {
            Some(("U", "")) => Some(Self::Never),
            Some(("B", kind)) => EntityKind::from_name(kind).map(Self::Begin),
            Some(("I", kind)) => EntityKind::from_name(kind).map(Self::Inside),
            Some(("L", kind)) => EntityKind::from_name(kind).map(Self::Last),
            Some(("U", kind)) => EntityKind::from_name(kind).map(Self::Unit),
            None if name == "O" => Some(Self::Outside),
            _ => None,
        }
    }
}

/// The actions and their weights.
#[derive(Debug)]
pub(crate) struct Recogniser {
    moves: Vec<Move>,
    scorer: Scorer,
}

impl Recogniser {
    /// Reads the weights. The names of the actions stand elsewhere in the data.
    pub(crate) fn read(reader: &mut Reader, moves: &[&str]) -> Result<Self, LoadError> {
        let moves: Option<Vec<Move>> = moves.iter().map(|name| Move::from_name(name)).collect();
        let moves = moves.ok_or(LoadError::Invalid("action of the entity recogniser"))?;
        let scorer = Scorer::read(reader, SLOTS, moves.len())?;
        Ok(Self { moves, scorer })
    }

    /// Finds the entities of a block: ranges of its tokens. An entity lies inside a sentence and does not begin with white
    /// space.
    pub(crate) fn recognise(
        &self,
        vectors: &[f32],
        is_space: &[bool],
        sentence_starts: &[bool],
        scratch: &mut ScorerScratch,
        mut found: impl FnMut(Range<usize>, EntityKind),
    ) {
        self.scorer.prepare(vectors, scratch);
        let mut open: Option<(usize, EntityKind)> = None;
        for (token, is_space) in is_space.iter().enumerate() {
            let goes_on = sentence_starts.get(token + 1).is_some_and(|starts| !starts);
            let first = open.map(|(first, _)| first as u32);
            let slots = [Some(token as u32), first, first.and((token as u32).checked_sub(1))];
            let scores = self.scorer.score(&slots, scratch);
            let kind_of_open = open.map(|(_, kind)| kind);
            let allowed = self.moves.iter().map(|action| match action {
                Move::Begin(_) => open.is_none() && goes_on && !is_space,
                Move::Inside(kind) => kind_of_open == Some(*kind) && goes_on,
                Move::Last(kind) => kind_of_open == Some(*kind),
                Move::Unit(_) => open.is_none() && !is_space,
                Move::Outside => open.is_none(),
                Move::Never => false,
            });
            match best_action(&scores, allowed).and_then(|action| self.moves.get(action)) {
                Some(Move::Begin(kind)) => open = Some((token, *kind)),
                Some(Move::Last(kind)) => {
                    found(open.map_or(token, |(first, _)| first)..token + 1, *kind);
                    open = None;
                }
                Some(Move::Unit(kind)) => found(token..token + 1, *kind),
                _ => {}
            }
        }
    }
}
