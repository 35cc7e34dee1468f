//! The dependency parser: a greedy arc-eager transition system that also breaks sentences.

use crate::data::{Data, LoadError};
use crate::labels::Dep;
use crate::matrix::arg_max;
use crate::scorer::{Scorer, ScorerScratch};

/// Number of tokens that the scorer looks at: three of the buffer and stack each, and some of their children.
const SLOTS: usize = 8;

/// An arc's label. A lifted arc names the label of the token below which it belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Label {
    dep: Dep,
    lifted_from: Option<Dep>,
}

#[derive(Debug, Clone, Copy)]
enum Action {
    Shift,
    Reduce,
    Left(Label),
    Right(Label),
    Break,
}

/// The parser.
#[derive(Debug)]
pub(crate) struct Parser {
    scorer: Scorer,
    actions: Vec<Action>,
}

/// The result: a head and a label for each token.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub(crate) heads: Vec<u32>,
    pub(crate) deps: Vec<Dep>,
}

impl Parser {
    pub(crate) fn new(data: &Data<'_>) -> Result<Self, LoadError> {
        let actions = data.lines("parser.actions")?.map(parse_action).collect::<Option<Vec<_>>>();
        let actions = actions.ok_or_else(|| LoadError::Content("parser.actions".to_owned()))?;
        Ok(Self { scorer: Scorer::new(data, "parser", SLOTS, actions.len())?, actions })
    }

    /// Parses a document from the vectors of its tokens.
    pub(crate) fn parse(&self, vectors: &[f32], tokens: usize, scratch: &mut ScorerScratch) -> Tree {
        self.scorer.prepare(vectors, scratch);
        let mut state = State::new(tokens);
        // Every action shortens the buffer or the stack, or is possible once per token.
        for _ in 0..tokens * 8 + 8 {
            if state.stack.is_empty() && state.buffer_len() == 0 {
                break;
            }
            self.scorer.score(&state.slots(), scratch);
            let best = arg_max(&scratch.scores, |action| state.admits(self.actions[action]));
            let Some(best) = best else { break };
            state.apply(self.actions[best]);
        }
        state.finish()
    }
}

fn parse_action(name: &str) -> Option<Action> {
    let label = |text: &str| {
        let (dep, lifted_from) = text.split_once("||").map_or((text, None), |(dep, from)| (dep, Some(from)));
        Some(Label {
            dep: Dep::parse(dep)?,
            lifted_from: match lifted_from {
                Some(from) => Some(Dep::parse(from)?),
                None => None,
            },
        })
    };
    match name.split_at_checked(2) {
        Some(("L-", text)) => Some(Action::Left(label(text)?)),
        Some(("R-", text)) => Some(Action::Right(label(text)?)),
        Some(("B-", _)) => Some(Action::Break),
        _ => match name {
            "S" => Some(Action::Shift),
            "D" => Some(Action::Reduce),
            _ => None,
        },
    }
}

struct State {
    tokens: u32,
    stack: Vec<u32>,
    /// Tokens put back before the rest of the buffer.
    returned: Vec<u32>,
    next: u32,
    heads: Vec<Option<u32>>,
    labels: Vec<Label>,
    /// Children to the left and right of each token, in the order in which they were attached.
    left: Vec<Vec<u32>>,
    right: Vec<Vec<u32>>,
    starts_sentence: Vec<bool>,
    unshiftable: Vec<bool>,
}

const ROOT: Label = Label { dep: Dep::Root, lifted_from: None };

impl State {
    fn new(tokens: usize) -> Self {
        Self {
            tokens: tokens as u32,
            stack: Vec::new(),
            returned: Vec::new(),
            next: 0,
            heads: vec![None; tokens],
            labels: vec![ROOT; tokens],
            left: vec![Vec::new(); tokens],
            right: vec![Vec::new(); tokens],
            starts_sentence: vec![false; tokens],
            unshiftable: vec![false; tokens],
        }
    }

    fn buffer_len(&self) -> usize {
        (self.tokens - self.next) as usize + self.returned.len()
    }

    fn buffer(&self, index: usize) -> Option<u32> {
        if let Some(at) = self.returned.len().checked_sub(index + 1) {
            return Some(self.returned[at]);
        }
        let token = self.next + (index - self.returned.len()) as u32;
        (token < self.tokens).then_some(token)
    }

    fn stack(&self, index: usize) -> Option<u32> {
        self.stack.len().checked_sub(index + 1).map(|at| self.stack[at])
    }

    fn slots(&self) -> [Option<u32>; SLOTS] {
        let last = |children: &[Vec<u32>], token: Option<u32>| {
            token.and_then(|token| children.get(token as usize)?.last().copied())
        };
        let (first, top) = (self.buffer(0), self.stack(0));
        [
            first,
            self.buffer(1),
            top,
            self.stack(1),
            self.stack(2),
            last(&self.left, first),
            last(&self.left, top),
            last(&self.right, top),
        ]
    }

    fn admits(&self, action: Action) -> bool {
        let first = self.buffer(0);
        let starts = first.is_some_and(|token| self.starts_sentence[token as usize]);
        match action {
            Action::Shift => {
                first.is_some()
                    && (self.stack.is_empty()
                        || self.buffer_len() >= 2
                            && !starts
                            && !first.is_some_and(|token| self.unshiftable[token as usize]))
            }
            Action::Reduce => !self.stack.is_empty(),
            Action::Left(_) | Action::Right(_) => !self.stack.is_empty() && first.is_some() && !starts,
            Action::Break => match (first, self.buffer(1)) {
                (Some(first), Some(second)) => {
                    self.buffer_len() >= 2 && second == first + 1 && !self.starts_sentence[second as usize]
                }
                _ => false,
            },
        }
    }

    fn attach(&mut self, head: u32, child: u32, label: Label) {
        if let Some(old) = self.heads[child as usize] {
            let children = if old > child { &mut self.left } else { &mut self.right };
            let children = &mut children[old as usize];
            if children.last() == Some(&child) {
                children.pop();
            }
        }
        let children = if head > child { &mut self.left } else { &mut self.right };
        children[head as usize].push(child);
        self.heads[child as usize] = Some(head);
        self.labels[child as usize] = label;
    }

    fn push(&mut self) {
        let token = self.returned.pop().or_else(|| {
            let token = self.next;
            (token < self.tokens).then(|| {
                self.next += 1;
                token
            })
        });
        self.stack.extend(token);
    }

    fn apply(&mut self, action: Action) {
        match action {
            Action::Shift => self.push(),
            Action::Reduce => {
                let alone = self.stack.len() == 1;
                if let Some(top) = self.stack.pop()
                    && self.heads[top as usize].is_none()
                    && !alone
                {
                    self.unshiftable[top as usize] = true;
                    self.returned.push(top);
                }
            }
            Action::Left(label) => {
                if let (Some(first), Some(top)) = (self.buffer(0), self.stack.pop()) {
                    self.attach(first, top, label);
                    self.unshiftable[first as usize] = false;
                }
            }
            Action::Right(label) => {
                if let (Some(first), Some(top)) = (self.buffer(0), self.stack(0)) {
                    self.attach(top, first, label);
                    self.push();
                }
            }
            Action::Break => {
                if let Some(second) = self.buffer(1) {
                    self.starts_sentence[second as usize] = true;
                }
            }
        }
    }

    fn finish(self) -> Tree {
        let mut heads: Vec<u32> =
            self.heads.iter().enumerate().map(|(token, head)| head.unwrap_or(token as u32)).collect();
        for token in 0..heads.len() {
            if let Some(from) = self.labels[token].lifted_from {
                heads[token] = lower(&heads, &self.labels, token as u32, from);
            }
        }
        Tree { heads, deps: self.labels.iter().map(|label| label.dep).collect() }
    }
}

/// The head of a lifted token: the first token labelled `from` below its present head, breadth first.
fn lower(heads: &[u32], labels: &[Label], token: u32, from: Dep) -> u32 {
    let present = heads[token as usize];
    let mut level = vec![present];
    while !level.is_empty() {
        let mut next = Vec::new();
        for head in &level {
            for child in (0..heads.len() as u32)
                .filter(|child| heads[*child as usize] == *head && child != head && *child != token)
            {
                let label = labels[child as usize];
                if label.dep == from && label.lifted_from.is_none() {
                    return child;
                }
                next.push(child);
            }
        }
        level = next;
    }
    present
}
