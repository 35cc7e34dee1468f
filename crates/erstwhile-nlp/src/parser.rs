//! The dependency parser: a state machine that shifts tokens to a stack and draws arcs between its top and the next token.

mod state;
mod tree;

use crate::labels::Dep;
use crate::transitions::{Scorer, ScorerScratch, best_action};
use crate::weights::{LoadError, Reader};
use state::State;
pub(crate) use tree::Tree;

/// The tokens that a score depends on: two of the buffer, three of the stack, and three children.
const SLOTS: usize = 8;
/// No parse needs as many steps for each token; the limit ends a parse even if the weights are useless.
const STEPS_PER_TOKEN: usize = 64;

/// The label of an arc.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Label {
    dep: Dep,
    /// The arc was lifted: the head is the first descendant of the present head with this label.
    lifted: Option<Dep>,
}

impl Label {
    const ROOT: Self = Self { dep: Dep::Root, lifted: None };

    fn from_name(name: &str) -> Option<Self> {
        match name.split_once("||") {
            Some((dep, head)) => Some(Self { dep: Dep::from_name(dep)?, lifted: Some(Dep::from_name(head)?) }),
            None => Some(Self { dep: Dep::from_name(name)?, lifted: None }),
        }
    }
}

/// An action of the parser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Move {
    /// Pushes the next token.
    Shift,
    /// Pops the stack; a token without a head returns to the buffer.
    Reduce,
    /// The next token becomes the head of the top of the stack, which is popped.
    Left(Label),
    /// The top of the stack becomes the head of the next token, which is pushed.
    Right(Label),
    /// A sentence begins behind the next token.
    Break,
}

impl Move {
    fn from_name(name: &str) -> Option<Self> {
        match name.split_once('-') {
            None if name == "S" => Some(Self::Shift),
            None if name == "D" => Some(Self::Reduce),
            Some(("L", label)) => Label::from_name(label).map(Self::Left),
            Some(("R", label)) => Label::from_name(label).map(Self::Right),
            Some(("B", _)) => Some(Self::Break),
            _ => None,
        }
    }
}

/// The actions and their weights.
#[derive(Debug)]
pub(crate) struct Parser {
    moves: Vec<Move>,
    scorer: Scorer,
}

/// Memory for one block of tokens, and the tree that was found in it.
#[derive(Debug, Default)]
pub(crate) struct ParserScratch {
    scorer: ScorerScratch,
    state: State,
    pub(crate) tree: Tree,
}

impl Parser {
    /// Reads the weights. The names of the actions stand elsewhere in the data.
    pub(crate) fn read(reader: &mut Reader, moves: &[&str]) -> Result<Self, LoadError> {
        let moves: Option<Vec<Move>> = moves.iter().map(|name| Move::from_name(name)).collect();
        let moves = moves.ok_or(LoadError::Invalid("action of the parser"))?;
        let scorer = Scorer::read(reader, SLOTS, moves.len())?;
        Ok(Self { moves, scorer })
    }

    /// Parses the tokens of a block. `is_space` tells which of them are white space.
    pub(crate) fn parse(&self, vectors: &[f32], is_space: &[bool], scratch: &mut ParserScratch) {
        let ParserScratch { scorer, state, tree } = scratch;
        self.scorer.prepare(vectors, scorer);
        state.reset(is_space.len());
        for _ in 0..is_space.len() * STEPS_PER_TOKEN {
            if state.is_final() {
                break;
            }
            let scores = self.scorer.score(&state.slots(), scorer);
            let valid = state.valid_moves();
            let allowed = self.moves.iter().map(|action| match action {
                Move::Shift => valid.shift,
                Move::Reduce => valid.reduce,
                Move::Left(_) | Move::Right(_) => valid.arc,
                Move::Break => valid.sentence_break,
            });
            match best_action(&scores, allowed).and_then(|action| self.moves.get(action)) {
                Some(Move::Shift) => state.shift(),
                Some(Move::Reduce) => state.reduce(),
                Some(Move::Left(label)) => state.draw_left(*label),
                Some(Move::Right(label)) => state.draw_right(*label),
                Some(Move::Break) => state.break_sentence(),
                None => break,
            }
        }
        tree.build(&state.heads, &state.labels, is_space);
    }
}
