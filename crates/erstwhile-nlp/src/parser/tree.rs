//! From arcs to a tree.

use super::Label;
use crate::labels::Dep;

/// The trees of the sentences in a block of tokens.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// The head of each token; a root is its own head.
    pub(crate) heads: Vec<u32>,
    pub(crate) deps: Vec<Dep>,
    /// The first token of each subtree.
    pub(crate) left_edges: Vec<u32>,
    /// The last token of each subtree.
    pub(crate) right_edges: Vec<u32>,
    /// Whether each token begins a sentence: it is the first in the subtree of a root.
    pub(crate) sentence_starts: Vec<bool>,
    first_child: Vec<Option<u32>>,
    next_child: Vec<Option<u32>>,
    pending: Vec<u32>,
    queue: Vec<u32>,
}

impl Tree {
    /// Builds the tree from the arcs of the parser.
    pub(super) fn build(&mut self, heads: &[Option<u32>], labels: &[Label], is_space: &[bool]) {
        self.heads.clear();
        self.heads.extend(heads.iter().zip(0..).map(|(head, token)| head.unwrap_or(token)));
        self.deps.clear();
        self.deps.extend(heads.iter().zip(labels).map(|(head, label)| head.map_or(Dep::Root, |_| label.dep)));
        self.compute_edges();
        if heads.iter().zip(labels).any(|(head, label)| head.is_some() && label.lifted.is_some()) {
            self.lower_lifted(labels, is_space);
            self.compute_edges();
        }
        self.sentence_starts.clear();
        self.sentence_starts.resize(heads.len(), false);
        for (token, head) in self.heads.iter().enumerate() {
            if *head as usize == token {
                self.sentence_starts[self.left_edges[token] as usize] = true;
            }
        }
    }

    /// Computes the first and last token of every subtree, from the leaves to the roots.
    fn compute_edges(&mut self) {
        let length = self.heads.len();
        self.left_edges.clear();
        self.left_edges.extend(0..length as u32);
        self.right_edges.clone_from(&self.left_edges);
        self.pending.clear();
        self.pending.resize(length, 0);
        for (head, token) in self.heads.iter().zip(0..) {
            if *head != token {
                self.pending[*head as usize] += 1;
            }
        }
        self.queue.clear();
        self.queue.extend((0..length as u32).filter(|token| self.pending[*token as usize] == 0));
        while let Some(token) = self.queue.pop() {
            let head = self.heads[token as usize];
            if head == token {
                continue;
            }
            let (from, to) = (token as usize, head as usize);
            self.left_edges[to] = self.left_edges[to].min(self.left_edges[from]);
            self.right_edges[to] = self.right_edges[to].max(self.right_edges[from]);
            self.pending[to] -= 1;
            if self.pending[to] == 0 {
                self.queue.push(head);
            }
        }
    }

    /// Gives tokens whose arcs were lifted their heads: the first descendant of the present head, breadth first, with the
    /// label that the arc names.
    fn lower_lifted(&mut self, labels: &[Label], is_space: &[bool]) {
        self.first_child.clear();
        self.first_child.resize(labels.len(), None);
        self.next_child.clear();
        self.next_child.resize(labels.len(), None);
        for token in (0..labels.len()).rev() {
            let head = self.heads[token] as usize;
            if head != token {
                self.next_child[token] = self.first_child[head].replace(token as u32);
            }
        }
        for (token, label) in (0..).zip(labels) {
            let head = self.heads[token as usize];
            if let Some(wanted) = label.lifted.filter(|_| head != token)
                && let Some(found) = self.find_below(head, token, wanted, is_space)
            {
                self.move_child(token, head, found);
            }
        }
    }

    fn find_below(&mut self, head: u32, except: u32, wanted: Dep, is_space: &[bool]) -> Option<u32> {
        self.queue.clear();
        self.queue.push(head);
        let mut at = 0;
        while let Some(&parent) = self.queue.get(at) {
            at += 1;
            // A child that was moved here is seen only inside the old edges.
            let edges = self.left_edges[parent as usize]..=self.right_edges[parent as usize];
            let mut next = self.first_child[parent as usize];
            while let Some(child) = next {
                next = self.next_child[child as usize];
                if child == except || is_space[child as usize] || !edges.contains(&child) {
                    continue;
                }
                if self.deps[child as usize] == wanted {
                    return Some(child);
                }
                self.queue.push(child);
            }
        }
        None
    }

    /// Moves a child to another head, in the order of the tokens.
    fn move_child(&mut self, child: u32, from: u32, to: u32) {
        let behind = self.next_child[child as usize];
        match self.child_before(from, child) {
            Some(before) => self.next_child[before as usize] = behind,
            None => self.first_child[from as usize] = behind,
        }
        self.next_child[child as usize] = match self.child_before(to, child) {
            Some(before) => self.next_child[before as usize].replace(child),
            None => self.first_child[to as usize].replace(child),
        };
        self.heads[child as usize] = to;
    }

    /// The last child of a head before a token.
    fn child_before(&self, head: u32, token: u32) -> Option<u32> {
        let mut found = None;
        let mut next = self.first_child[head as usize];
        while let Some(child) = next.filter(|child| *child < token) {
            found = Some(child);
            next = self.next_child[child as usize];
        }
        found
    }
}
