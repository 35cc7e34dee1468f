//! A parsed text: tokens, their tree, entities and sentences.

use std::ops::Range;

use crate::labels::{Dep, EntityKind, Pos, Tag};

/// One token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// The first byte in the text.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
    /// Whether a space follows.
    pub space_after: bool,
    /// The fine part-of-speech tag.
    pub tag: Tag,
    /// The universal part of speech.
    pub pos: Pos,
    /// The relation to the head.
    pub dep: Dep,
    /// The index of the head; the token itself if it is a root.
    pub head: u32,
    /// Whether it is the first token of a sentence.
    pub starts_sentence: bool,
}

/// A named entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// Its tokens.
    pub tokens: Range<usize>,
    /// Its kind.
    pub kind: EntityKind,
}

/// A parsed text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    /// Lower-case words and lemmas, one after the other.
    words: String,
    lowers: Vec<Range<u32>>,
    lemmas: Vec<Range<u32>>,
    entities: Vec<Entity>,
    /// The entity of each token, counted from one; zero for none.
    entity_of: Vec<u32>,
    /// Where the children of each token begin in `children`; one more than there are tokens.
    child_starts: Vec<u32>,
    children: Vec<u32>,
    edges: Vec<[u32; 2]>,
}

impl<'t> Document<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, ..Self::default() }
    }

    /// Appends a token with its lower-case form and lemma.
    pub(crate) fn push(&mut self, token: Token, lower: &str, lemma: &str) {
        self.tokens.push(token);
        let at = self.words.len() as u32;
        self.words.push_str(lower);
        let end = self.words.len() as u32;
        self.lowers.push(at..end);
        if lemma == lower {
            self.lemmas.push(at..end);
        } else {
            self.words.push_str(lemma);
            self.lemmas.push(end..self.words.len() as u32);
        }
    }

    pub(crate) fn push_entity(&mut self, entity: Entity) {
        self.entities.push(entity);
    }

    /// Computes children and edges, after the last token.
    pub(crate) fn finish(&mut self) {
        let count = self.tokens.len();
        let mut starts = vec![0_u32; count + 1];
        let has_head = |token: usize, data: &Token| data.head as usize != token && (data.head as usize) < count;
        for (token, data) in self.tokens.iter().enumerate().filter(|(token, data)| has_head(*token, data)) {
            starts[data.head as usize + 1] += u32::from(token != data.head as usize);
        }
        for token in 0..count {
            starts[token + 1] += starts[token];
        }
        let mut next = starts.clone();
        self.children = vec![0; starts.last().copied().unwrap_or_default() as usize];
        for (token, data) in self.tokens.iter().enumerate().filter(|(token, data)| has_head(*token, data)) {
            let slot = &mut next[data.head as usize];
            self.children[*slot as usize] = token as u32;
            *slot += 1;
        }
        self.child_starts = starts;
        self.edges = edges_of(&self.tokens.iter().map(|token| token.head).collect::<Vec<_>>());
        self.entity_of = vec![0; count];
        for (number, entity) in self.entities.iter().enumerate() {
            for token in entity.tokens.clone() {
                if let Some(slot) = self.entity_of.get_mut(token) {
                    *slot = number as u32 + 1;
                }
            }
        }
    }

    /// The text.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// All tokens.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// A token as written; empty if there is no such token.
    pub fn token_text(&self, token: usize) -> &'t str {
        self.tokens
            .get(token)
            .and_then(|token| self.text.get(token.start as usize..token.end as usize))
            .unwrap_or_default()
    }

    /// The base form of a token.
    pub fn lemma(&self, token: usize) -> &str {
        self.word(&self.lemmas, token)
    }

    /// A token in lower case.
    pub fn lower(&self, token: usize) -> &str {
        self.word(&self.lowers, token)
    }

    fn word(&self, ranges: &[Range<u32>], token: usize) -> &str {
        let range = ranges.get(token).cloned().unwrap_or_default();
        self.words.get(range.start as usize..range.end as usize).unwrap_or_default()
    }

    /// The named entities, in order.
    pub fn entities(&self) -> &[Entity] {
        &self.entities
    }

    /// The entity that a token is part of.
    pub fn entity_at(&self, token: usize) -> Option<&Entity> {
        let number = self.entity_of.get(token)?.checked_sub(1)?;
        self.entities.get(number as usize)
    }

    /// The token ranges of the sentences, in order.
    pub fn sentences(&self) -> impl Iterator<Item = Range<usize>> {
        let starts = self.tokens.iter().enumerate().filter(|(_, token)| token.starts_sentence).map(|(index, _)| index);
        let mut starts = starts.peekable();
        let end = self.tokens.len();
        std::iter::from_fn(move || {
            let start = starts.next()?;
            Some(start..starts.peek().copied().unwrap_or(end))
        })
    }

    /// The head of a token; itself if it is a root.
    pub fn head(&self, token: usize) -> usize {
        self.tokens.get(token).map_or(token, |token| token.head as usize)
    }

    /// The children of a token, in order.
    pub fn children(&self, token: usize) -> impl DoubleEndedIterator<Item = usize> + '_ {
        let bound = |index: usize| self.child_starts.get(index).map_or(0, |start| *start as usize);
        let range = bound(token)..bound(token.saturating_add(1)).max(bound(token));
        self.children.get(range).unwrap_or_default().iter().map(|child| *child as usize)
    }

    /// The heads above a token, nearest first.
    pub fn ancestors(&self, token: usize) -> impl Iterator<Item = usize> + '_ {
        let mut current = token;
        // A damaged tree could have a cycle; no tree is deeper than its number of tokens.
        (0..self.tokens.len()).map_while(move |_| {
            let head = self.head(current);
            (head != current).then(|| {
                current = head;
                head
            })
        })
    }

    /// A token and all below it, in order.
    pub fn subtree(&self, token: usize) -> impl Iterator<Item = usize> + '_ {
        let range = if token < self.tokens.len() { self.left_edge(token)..self.right_edge(token) + 1 } else { 0..0 };
        range.filter(move |other| *other == token || self.ancestors(*other).any(|above| above == token))
    }

    /// The first token of a subtree.
    pub fn left_edge(&self, token: usize) -> usize {
        self.edges.get(token).map_or(token, |[left, _]| *left as usize)
    }

    /// The last token of a subtree.
    pub fn right_edge(&self, token: usize) -> usize {
        self.edges.get(token).map_or(token, |[_, right]| *right as usize)
    }
}

/// The first and the last token below each token.
pub(crate) fn edges_of(heads: &[u32]) -> Vec<[u32; 2]> {
    let mut edges: Vec<[u32; 2]> = (0..heads.len() as u32).map(|token| [token, token]).collect();
    // Every pass carries edges one step up; trees of sentences are shallow.
    for _ in 0..heads.len() {
        let mut changed = false;
        for (token, head) in heads.iter().enumerate() {
            let [left, right] = edges[token];
            if let Some([head_left, head_right]) = edges.get_mut(*head as usize) {
                if left < *head_left {
                    *head_left = left;
                    changed = true;
                }
                if right > *head_right {
                    *head_right = right;
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::edges_of;

    #[test]
    fn edges_reach_over_the_whole_subtree() {
        // "the old dog barked": all hang on "barked".
        assert_eq!(edges_of(&[2, 2, 3, 3]), [[0, 0], [1, 1], [0, 2], [0, 3]]);
    }
}
