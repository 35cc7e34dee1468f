//! A parsed text.

use std::ops::Range;

use crate::labels::{Dep, EntityKind, Pos, Tag};

/// A token: a word, a part of a contraction, a number, a punctuation mark, or white space other than a single space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// The first byte in the text.
    pub start: u32,
    /// The byte behind the last.
    pub end: u32,
    /// Whether a space follows that belongs to no token.
    pub space_after: bool,
    /// The fine-grained part of speech.
    pub tag: Tag,
    /// The coarse part of speech.
    pub pos: Pos,
    /// The relation to the head.
    pub dep: Dep,
    /// The index of the head; the root of a sentence is its own head.
    pub head: u32,
    /// The index of the first token of the subtree.
    pub left_edge: u32,
    /// The index of the last token of the subtree.
    pub right_edge: u32,
    /// Whether the token begins a sentence.
    pub sentence_start: bool,
    /// The number of tokens in the subtree.
    pub(crate) size: u32,
    pub(crate) lower: Piece,
    pub(crate) lemma: Piece,
}

/// A part of the text, or of the other strings of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Piece {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Whether it is a part of the text.
    pub(crate) in_text: bool,
}

/// A named entity, date or quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// The indices of its tokens.
    pub tokens: Range<usize>,
    /// What it is.
    pub kind: EntityKind,
}

/// A text with its tokens, dependency trees, sentences and entities.
///
/// Tokens are given by their index. An index behind the last token has no text, no children and no ancestors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    /// Lower-case forms and lemmas that do not occur in the text.
    strings: String,
    entities: Vec<Entity>,
    sentences: Vec<u32>,
    /// The children of the first token, of the second, …
    children: Vec<u32>,
    /// Where the children of each token begin.
    child_starts: Vec<u32>,
}

impl<'t> Document<'t> {
    /// Derives sentences and children from the tokens.
    pub(crate) fn new(text: &'t str, mut tokens: Vec<Token>, strings: String, entities: Vec<Entity>) -> Self {
        let count = tokens.len();
        let sentences = (0..).zip(&tokens).filter(|(_, token)| token.sentence_start).map(|(at, _)| at).collect();
        let mut child_starts = vec![0_u32; count + 2];
        for (at, token) in (0..).zip(&tokens) {
            if token.head != at {
                child_starts[token.head as usize + 2] += 1;
            }
        }
        for at in 1..child_starts.len() {
            child_starts[at] += child_starts[at - 1];
        }
        let mut children = vec![0; child_starts[count + 1] as usize];
        for (at, token) in (0..).zip(&tokens) {
            if token.head != at {
                let place = &mut child_starts[token.head as usize + 1];
                children[*place as usize] = at;
                *place += 1;
            }
        }
        child_starts.truncate(count + 1);
        count_subtrees(&mut tokens);
        Self { text, tokens, strings, entities, sentences, children, child_starts }
    }

    /// The text.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// The tokens, in order.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The text of a token.
    pub fn token_text(&self, i: usize) -> &'t str {
        self.tokens.get(i).and_then(|token| self.text.get(token.start as usize..token.end as usize)).unwrap_or_default()
    }

    fn piece(&self, piece: Piece) -> &str {
        let source = if piece.in_text { self.text } else { self.strings.as_str() };
        source.get(piece.start as usize..piece.end as usize).unwrap_or_default()
    }

    /// The base form of a token: "be" for "was", "child" for "children".
    pub fn lemma(&self, i: usize) -> &str {
        self.tokens.get(i).map_or("", |token| self.piece(token.lemma))
    }

    /// A token in lower case.
    pub fn lower(&self, i: usize) -> &str {
        self.tokens.get(i).map_or("", |token| self.piece(token.lower))
    }

    /// The entities, in order.
    pub fn entities(&self) -> &[Entity] {
        &self.entities
    }

    /// The entity that contains a token.
    pub fn entity_at(&self, i: usize) -> Option<&Entity> {
        let behind = self.entities.partition_point(|entity| entity.tokens.start <= i);
        self.entities.get(behind.checked_sub(1)?).filter(|entity| entity.tokens.contains(&i))
    }

    /// The sentences, as ranges of tokens.
    pub fn sentences(&self) -> impl Iterator<Item = Range<usize>> {
        let ends = self.sentences.iter().skip(1).map(|end| *end as usize).chain([self.tokens.len()]);
        self.sentences.iter().map(|start| *start as usize).zip(ends).map(|(start, end)| start..end)
    }

    /// The head of a token; the root of a sentence is its own head.
    pub fn head(&self, i: usize) -> usize {
        self.tokens.get(i).map_or(i, |token| token.head as usize)
    }

    /// The tokens whose head is this token, in order.
    pub fn children(&self, i: usize) -> impl DoubleEndedIterator<Item = usize> {
        let bound = |at: usize| self.child_starts.get(at).map(|start| *start as usize);
        let range = bound(i).zip(bound(i.saturating_add(1))).map_or(0..0, |(start, end)| start..end);
        self.children.get(range).unwrap_or_default().iter().map(|child| *child as usize)
    }

    /// The head of a token, the head of the head, and so on up to the root.
    pub fn ancestors(&self, i: usize) -> impl Iterator<Item = usize> {
        let above = move |token: &usize| Some(self.head(*token)).filter(|head| head != token);
        std::iter::successors(above(&i), above)
    }

    /// A token and everything below it, in order.
    pub fn subtree(&self, i: usize) -> impl Iterator<Item = usize> {
        let range = if i < self.tokens.len() { self.left_edge(i)..self.right_edge(i) + 1 } else { 0..0 };
        let contiguous = self.tokens.get(i).is_some_and(|token| token.size as usize == range.len());
        range.filter(move |at| contiguous || *at == i || self.ancestors(*at).any(|ancestor| ancestor == i))
    }

    /// The first token of the subtree of a token.
    pub fn left_edge(&self, i: usize) -> usize {
        self.tokens.get(i).map_or(i, |token| token.left_edge as usize)
    }

    /// The last token of the subtree of a token.
    pub fn right_edge(&self, i: usize) -> usize {
        self.tokens.get(i).map_or(i, |token| token.right_edge as usize)
    }
}

/// Counts the tokens of every subtree, from the leaves to the roots.
fn count_subtrees(tokens: &mut [Token]) {
    let mut pending = vec![0_u32; tokens.len()];
    for (at, token) in (0..).zip(tokens.iter()) {
        if token.head != at {
            pending[token.head as usize] += 1;
        }
    }
    let mut ready: Vec<usize> = (0..tokens.len()).filter(|at| pending[*at] == 0).collect();
    while let Some(at) = ready.pop() {
        let (head, size) = (tokens[at].head as usize, tokens[at].size);
        if head == at {
            continue;
        }
        tokens[head].size += size;
        pending[head] -= 1;
        if pending[head] == 0 {
            ready.push(head);
        }
    }
}
