//! Extractive summaries of entities: statements of their facts.

use crate::model::{EntityId, Fact, Holding};

/// Maximum number of characters of a summary.
const CHARACTERS_MAX: usize = 800;
/// Maximum number of sentences of a summary.
const SENTENCES_MAX: usize = 10;

/// Summarises an entity by its open facts.
///
/// Exclusive facts about it come first, then shared ones, then the rest; in each group, the most frequently
/// stated and then the newest. The result does not depend on the order of `facts`.
pub(super) fn summarise<'a>(entity: EntityId, facts: impl Iterator<Item = &'a Fact>) -> String {
    let mut open: Vec<&Fact> = facts.filter(|fact| fact.valid_until.is_none()).collect();
    let rank = |fact: &Fact| {
        let own = fact.subject == entity;
        match fact.holding {
            Holding::Exclusive if own => 0,
            Holding::Shared if own => 1,
            _ => 2,
        }
    };
    let order = |left: &&Fact, right: &&Fact| {
        rank(left)
            .cmp(&rank(right))
            .then_with(|| right.episodes.len().cmp(&left.episodes.len()))
            .then_with(|| right.valid_from.cmp(&left.valid_from))
            .then_with(|| left.statement.cmp(&right.statement))
    };
    // A user may have very many facts, of which few are needed.
    let needed = SENTENCES_MAX * 2;
    if open.len() > needed {
        open.select_nth_unstable_by(needed, order);
        open.truncate(needed);
    }
    open.sort_by(order);
    let mut summary = String::new();
    for fact in open.iter().take(SENTENCES_MAX) {
        let sentence = fact.statement.trim();
        if summary.contains(sentence) {
            continue;
        }
        if summary.chars().count() + sentence.chars().count() + 2 > CHARACTERS_MAX {
            break;
        }
        if !summary.is_empty() {
            summary.push(' ');
        }
        summary.push_str(sentence);
        if !sentence.ends_with(['.', '!', '?', '…']) {
            summary.push('.');
        }
    }
    summary
}
