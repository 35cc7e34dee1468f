//! Facts as their declared types name and describe them.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use super::{Knowledge, Touched};
use crate::model::{Assertion, AssertionId, Entity, Fact, Precision};
use crate::ontology::{StatedFact, StatedRelation};
use crate::time;

/// The predicate of a fact whose own predicate is declared for other types only, as Graphiti names it.
const OTHER_RELATION: &str = "RELATES_TO";

impl Knowledge {
    /// Sets the declared predicates and properties of the changed facts, and of the facts of entities whose
    /// type or name changed.
    pub(super) fn apply_declared_predicates(&mut self, of_changed_ends: BTreeSet<AssertionId>, touched: &mut Touched) {
        if self.ontology.edge_types.is_empty() {
            return;
        }
        for id in of_changed_ends.into_iter().chain(touched.facts.clone()) {
            let Some(before) = self.facts.get(&id) else { continue };
            let mut fact = before.clone();
            self.declare(&mut fact);
            if fact != *before {
                self.facts.insert(Box::new(fact));
                touched.facts.insert(id);
            }
        }
    }

    /// Gives a fact its declared predicate and the properties that it shows; what the operator wrote remains.
    pub(super) fn declare(&self, fact: &mut Fact) {
        fact.predicate = self.predicate_of(fact);
        let claims: Vec<&Assertion> = fact.assertions.iter().filter_map(|id| self.assertions.get(id)).collect();
        let statements: Vec<&str> = claims.iter().map(|claim| claim.statement.as_str()).collect();
        let object = self.entity_or_value(fact.object);
        let is_value = self.is_value(fact.object);
        let from = fact.valid_from.filter(|_| fact.precision != Precision::Instant);
        let from = from.map(|from| date(from, fact.precision));
        let until = claims.iter().rev().find_map(|claim| claim.valid_until);
        let until = until.filter(|until| until.precision != Precision::Instant);
        let until = until.map(|until| date(until.at, until.precision));
        let shown = self.ontology.fact_attributes(
            &fact.predicate,
            &StatedFact {
                relation: self.stated_predicate(fact),
                statements: &statements,
                object: object.map_or("", |object| &object.name),
                target_type: object.and_then(|object| object.entity_type.as_deref()),
                is_value,
                from: from.as_deref(),
                until: until.as_deref(),
            },
        );
        // Computed anew, because another predicate has other properties.
        fact.attributes = shown;
        time::add_attributes(&mut fact.attributes, &claims, &self.fact_edits);
    }

    /// The predicate of a fact: from an edit, else a declared type that matches, else as extracted.
    ///
    /// A fact between other types than a declared predicate connects is only a relation.
    fn predicate_of(&self, fact: &Fact) -> String {
        let edited = fact.assertions.iter().find_map(|id| self.fact_edits.get(id)?.predicate.clone());
        let said = self.assertions.get(&fact.id).map_or(&fact.predicate, |assertion| &assertion.predicate);
        let entity_type = |id| self.entity_or_value(id).and_then(|entity: &Entity| entity.entity_type.as_deref());
        let declared = || {
            self.ontology.predicate(StatedRelation {
                name: said,
                source_type: entity_type(fact.subject),
                target_type: entity_type(fact.object),
                statement: &fact.statement,
            })
        };
        edited.or_else(|| declared().map(str::to_owned)).unwrap_or_else(|| {
            if self.ontology.declares_predicate(said) { OTHER_RELATION.to_owned() } else { said.clone() }
        })
    }
}

/// A date as precise as it is known: `2024-05`.
fn date(at: jiff::Timestamp, precision: Precision) -> String {
    let format = match precision {
        Precision::Year => "%Y",
        Precision::Month => "%Y-%m",
        Precision::Day | Precision::Instant => "%Y-%m-%d",
    };
    at.to_zoned(TimeZone::UTC).strftime(format).to_string()
}
