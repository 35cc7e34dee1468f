//! What is known about an entity, in sentences: picked from its facts, never invented.

use crate::model::{EntityId, Fact, Holding};

/// Characters of a summary, at most.
const CHARACTERS_MAX: usize = 800;
/// Sentences of a summary, at most.
const SENTENCES_MAX: usize = 10;

/// A summary of an entity.
///
/// Facts that are open come first: what holds exclusively, then what was said most often, then what
/// happened last. Depends on the set of facts only, not on their order.
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
    // A user may be the subject of very many facts, of which few are told.
    let told = SENTENCES_MAX * 2;
    if open.len() > told {
        open.select_nth_unstable_by(told, order);
        open.truncate(told);
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
