//! The stack, the buffer and the arcs of the parser.

use super::{Label, SLOTS};

/// The state of a parse.
#[derive(Debug, Default)]
pub(super) struct State {
    length: u32,
    /// The first token that was never shifted.
    next: u32,
    stack: Vec<u32>,
    /// Tokens that were returned to the buffer; the last is the next token.
    returned: Vec<u32>,
    /// Tokens that were returned and must not be shifted again.
    unshiftable: Vec<bool>,
    sentence_starts: Vec<bool>,
    pub(super) heads: Vec<Option<u32>>,
    pub(super) labels: Vec<Label>,
    /// The child to the left of each token that was attached last.
    last_left: Vec<Option<u32>>,
    /// The child to the right of each token that was attached last.
    last_right: Vec<Option<u32>>,
    /// The child to the right of its head that was attached before each token.
    right_before: Vec<Option<u32>>,
}

/// Which kinds of actions are allowed.
#[expect(clippy::struct_excessive_bools, reason = "each kind is allowed or not")]
#[derive(Debug, Clone, Copy)]
pub(super) struct ValidMoves {
    pub(super) shift: bool,
    pub(super) reduce: bool,
    pub(super) arc: bool,
    pub(super) sentence_break: bool,
}

fn refill<T: Clone>(list: &mut Vec<T>, value: T, length: usize) {
    list.clear();
    list.resize(length, value);
}

impl State {
    pub(super) fn reset(&mut self, length: usize) {
        self.length = length as u32;
        self.next = 0;
        self.stack.clear();
        self.returned.clear();
        refill(&mut self.unshiftable, false, length);
        refill(&mut self.sentence_starts, false, length);
        refill(&mut self.heads, None, length);
        refill(&mut self.labels, Label::ROOT, length);
        refill(&mut self.last_left, None, length);
        refill(&mut self.last_right, None, length);
        refill(&mut self.right_before, None, length);
    }

    fn stack(&self, depth: usize) -> Option<u32> {
        self.stack.len().checked_sub(depth + 1).map(|at| self.stack[at])
    }

    fn buffer(&self, ahead: usize) -> Option<u32> {
        match self.returned.len().checked_sub(ahead + 1) {
            Some(at) => Some(self.returned[at]),
            None => Some(self.next + (ahead - self.returned.len()) as u32).filter(|token| *token < self.length),
        }
    }

    fn buffer_length(&self) -> usize {
        (self.length - self.next) as usize + self.returned.len()
    }

    pub(super) fn is_final(&self) -> bool {
        self.stack.is_empty() && self.buffer_length() == 0
    }

    /// The tokens that the scores depend on.
    pub(super) fn slots(&self) -> [Option<u32>; SLOTS] {
        let (next, top) = (self.buffer(0), self.stack(0));
        let child = |children: &[Option<u32>], token: Option<u32>| token.and_then(|token| children[token as usize]);
        [
            next,
            self.buffer(1),
            top,
            self.stack(1),
            self.stack(2),
            child(&self.last_left, next),
            child(&self.last_left, top),
            child(&self.last_right, top),
        ]
    }

    pub(super) fn valid_moves(&self) -> ValidMoves {
        let (buffered, next) = (self.buffer_length(), self.buffer(0));
        let starts = |token: Option<u32>| token.is_some_and(|token| self.sentence_starts[token as usize]);
        let unshiftable = next.is_some_and(|token| self.unshiftable[token as usize]);
        let second = self.buffer(1);
        ValidMoves {
            shift: self.stack.is_empty() || (buffered >= 2 && !starts(next) && !unshiftable),
            reduce: !self.stack.is_empty(),
            arc: !self.stack.is_empty() && buffered > 0 && !starts(next),
            sentence_break: second.is_some() && second == next.map(|next| next + 1) && !starts(second),
        }
    }

    pub(super) fn shift(&mut self) {
        if let Some(token) = self.returned.pop() {
            self.stack.push(token);
        } else if self.next < self.length {
            self.stack.push(self.next);
            self.next += 1;
        }
    }

    pub(super) fn reduce(&mut self) {
        let alone = self.stack.len() == 1;
        let Some(top) = self.stack.pop() else { return };
        if !alone && self.heads[top as usize].is_none() {
            self.unshiftable[top as usize] = true;
            self.returned.push(top);
        }
    }

    pub(super) fn draw_left(&mut self, label: Label) {
        if let (Some(head), Some(child)) = (self.buffer(0), self.stack.pop()) {
            self.attach(child, head, label);
            self.unshiftable[head as usize] = false;
        }
    }

    pub(super) fn draw_right(&mut self, label: Label) {
        if let (Some(head), Some(child)) = (self.stack(0), self.buffer(0)) {
            self.attach(child, head, label);
            self.shift();
        }
    }

    pub(super) fn break_sentence(&mut self) {
        if let Some(start) = self.buffer(1) {
            self.sentence_starts[start as usize] = true;
        }
    }

    /// Draws an arc. An older head of the child loses it.
    fn attach(&mut self, child: u32, head: u32, label: Label) {
        let at = child as usize;
        if let Some(old) = self.heads[at].filter(|old| *old < child)
            && self.last_right[old as usize] == Some(child)
        {
            self.last_right[old as usize] = self.right_before[at];
        }
        self.heads[at] = Some(head);
        self.labels[at] = label;
        if head > child {
            self.last_left[head as usize] = Some(child);
        } else {
            self.right_before[at] = self.last_right[head as usize].replace(child);
        }
    }
}
