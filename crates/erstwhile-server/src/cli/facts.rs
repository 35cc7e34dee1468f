//! Facts on the terminal.

use std::io;

use erstwhile::engine::FactTriple;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::output::print_data;

/// Whether facts are printed with their ids, for `erstwhile why`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ids {
    Shown,
    Hidden,
}

/// Prints the facts of a graph in the order of time.
pub(super) fn print_facts(mut facts: Vec<FactTriple>, ids: Ids) -> io::Result<()> {
    sort(&mut facts);
    print_data(&format!("# Facts of the graph ({})\n", facts.len()))?;
    facts.iter().try_for_each(|triple| print_fact(triple, ids))
}

/// Prints facts in the order of time, one JSON object a line.
pub(super) fn print_facts_as_json(mut facts: Vec<FactTriple>) -> io::Result<()> {
    sort(&mut facts);
    facts.iter().try_for_each(|triple| print_data(&json_of(triple).to_string()))
}

fn sort(facts: &mut [FactTriple]) {
    facts.sort_by_key(|triple| (triple.fact.valid_from, triple.fact.id));
}

/// Prints a fact: from when to when, the relation, and the sentence.
pub(super) fn print_fact(triple: &FactTriple, ids: Ids) -> io::Result<()> {
    let FactTriple { fact, source, target, .. } = triple;
    let from = fact.valid_from.map_or_else(|| "…".to_owned(), day);
    let until = fact.valid_until.map_or_else(|| "present".to_owned(), day);
    print_data(&format!("{from:>10} – {until:<10}  {} —{}→ {}", source.name, fact.predicate, target.name))?;
    print_data(&format!("{:27}{}", "", fact.statement))?;
    match ids {
        Ids::Shown => print_data(&format!("{:27}{}", "", fact.id)),
        Ids::Hidden => Ok(()),
    }
}

/// A day in UTC.
pub(super) fn day(at: Timestamp) -> String {
    TimeZone::UTC.to_datetime(at).date().to_string()
}

/// A fact as JSON, with the names of the API.
pub(super) fn json_of(triple: &FactTriple) -> Value {
    let FactTriple { fact, source, target, .. } = triple;
    json!({
        "uuid": fact.id.0,
        "name": fact.predicate,
        "fact": fact.statement,
        "source_node_name": source.name,
        "target_node_name": target.name,
        "valid_at": fact.valid_from,
        "invalid_at": fact.valid_until,
        "created_at": fact.created_at,
        "expired_at": fact.expired_at,
        "episodes": fact.episodes.iter().map(|id| id.0).collect::<Vec<_>>(),
    })
}
