//! Removes undeclared types from extractions, for strict ontologies. Pure.

use crate::extraction::{Claim, DroppedClaim, Extraction};
use crate::identity::{ASSISTANT_NAME, normalise};
use crate::knowledge::attribute_name;
use crate::model::VALUE_TYPE;
use crate::ontology::{Ontology, StatedRelation};
use crate::text::contains_word;

/// Why claims are dropped here.
const UNDECLARED: &str = "the ontology is strict and declares no such type";

/// Drops claims and mentions whose types are not declared.
///
/// A value keeps its type. A claim about a value is also kept if the subject's declared type has a property that is
/// named like the relation. `owner` is the name of the user who owns the graph, who is always admitted, like the assistant.
pub fn admit(ontology: &Ontology, owner: Option<&str>, extraction: &mut Extraction) {
    let owner = owner.map(normalise);
    // What one sentence says of a name counts for every claim and mention of it.
    let said_of = extraction.statements.iter().map(|said| said.text.clone());
    let sentences: Vec<String> = said_of.chain(extraction.claims.iter().map(|claim| claim.statement.clone())).collect();
    let type_of = |name: &str, said: Option<&str>| {
        let known = normalise(name);
        if owner.as_ref() == Some(&known) {
            return Some("User".to_owned());
        }
        if known == normalise(ASSISTANT_NAME) {
            return Some(ASSISTANT_NAME.to_owned());
        }
        let naming: Vec<&str> =
            sentences.iter().map(String::as_str).filter(|text| contains_word(&normalise(text), &known)).collect();
        ontology.entity_type(said, &[name], &naming).or(said).map(str::to_owned)
    };
    let admits = |claim: &mut Claim| {
        let subject = type_of(&claim.subject, claim.subject_type.as_deref());
        let object = claim.object.as_deref();
        let is_value = claim.object_type.as_deref() == Some(VALUE_TYPE);
        if is_value && ontology.property(subject.as_deref(), &attribute_name(&claim.predicate)).is_some() {
            return true;
        }
        let object = match object {
            Some(_) if is_value => claim.object_type.clone(),
            object => object.and_then(|object| type_of(object, claim.object_type.as_deref())),
        };
        let said = StatedRelation {
            name: &claim.predicate,
            source_type: subject.as_deref(),
            target_type: None,
            statement: &claim.statement,
        };
        let used = || ontology.type_by_use(object.as_deref(), claim.object.as_deref()?, said).map(str::to_owned);
        let object = if ontology.admits_entity(object.as_deref()) || is_value { object } else { used().or(object) };
        let said = StatedRelation { target_type: object.as_deref(), ..said };
        let Some(declared) = ontology.predicate(said).map(str::to_owned) else { return false };
        let admitted = ontology.admits_fact(&declared, subject.as_deref(), object.as_deref());
        // The types of the application rename its facts whenever they are read; the default types apply only here.
        if Ontology::default_types().declares_predicate(&declared) {
            claim.predicate = declared;
        }
        admitted
    };
    let dropped = &mut extraction.dropped;
    extraction.claims.retain_mut(|claim| {
        let admitted = admits(claim);
        if !admitted {
            dropped.push(DroppedClaim { statement: claim.statement.clone(), reason: UNDECLARED });
        }
        admitted
    });
    extraction.aliases.retain(|alias| {
        let entity_type = type_of(&alias.name, alias.entity_type.as_deref());
        ontology.admits_entity(entity_type.as_deref())
    });
    extraction.mentions.retain(|mention| {
        let entity_type = type_of(&mention.name, mention.entity_type.as_deref());
        ontology.admits_entity(entity_type.as_deref())
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extraction::{ExtractedAlias, ExtractedMention, ExtractedStatement};
    use crate::model::{ClaimKind, Holding, Metadata};
    use crate::ontology::{EdgeType, EntityType, Property, PropertyKind, SourceTarget};

    fn claim(predicate: &str, object: &str, object_type: &str) -> Claim {
        Claim {
            subject: "Ann".to_owned(),
            subject_type: Some("Person".to_owned()),
            predicate: predicate.to_owned(),
            object: Some(object.to_owned()),
            object_type: Some(object_type.to_owned()),
            statement: format!("Ann {predicate} {object}"),
            span: 0..1,
            kind: ClaimKind::Asserts,
            holding: Holding::Shared,
            valid_from: None,
            valid_until: None,
            confidence: 1.0,
            attributes: Metadata::new(),
        }
    }

    #[test]
    fn a_value_is_never_retyped_and_kept_for_a_declared_attribute() {
        let age = Property { name: "Age".to_owned(), description: String::new(), kind: PropertyKind::Int };
        let kind = |name: &str, properties| EntityType { name: name.to_owned(), properties, ..EntityType::default() };
        let to_places = SourceTarget { source: None, target: Some("Location".to_owned()) };
        let ontology = Ontology {
            entity_types: vec![kind("Location", Vec::new()), kind("Person", vec![age])],
            edge_types: vec![EdgeType {
                name: "LIVES_IN".to_owned(),
                source_targets: vec![to_places],
                ..EdgeType::default()
            }],
        };
        let claims = vec![
            claim("LIVES_IN", "Old Location", VALUE_TYPE),
            claim("HAS_AGE", "34", VALUE_TYPE),
            claim("HAS_HEIGHT", "1.8", VALUE_TYPE),
        ];
        let mut extraction = Extraction { claims, ..Extraction::default() };
        admit(&ontology, None, &mut extraction);
        let kept: Vec<&str> = extraction.claims.iter().map(|claim| claim.predicate.as_str()).collect();
        assert_eq!(kept, ["HAS_AGE"]);
    }

    #[test]
    fn only_declared_types_are_kept() {
        let ontology = Ontology {
            entity_types: vec![EntityType { name: "Location".to_owned(), ..EntityType::default() }],
            edge_types: vec![EdgeType { name: "LIVES_IN".to_owned(), ..EdgeType::default() }],
        };
        let mention = |name: &str, entity_type: &str| ExtractedMention {
            name: name.to_owned(),
            entity_type: Some(entity_type.to_owned()),
            span: 0..1,
        };
        let alias = |name: &str, entity_type: &str| ExtractedAlias {
            name: name.to_owned(),
            alias: format!("old {name}"),
            entity_type: Some(entity_type.to_owned()),
            span: 0..1,
        };
        let mut extraction = Extraction {
            claims: vec![claim("LIVES_IN", "Oslo", "Location"), claim("LIKES", "tea", "Topic")],
            mentions: vec![mention("Oslo", "Location"), mention("tea", "Topic"), mention("Ann", "Person")],
            aliases: vec![alias("Oslo", "Location"), alias("tea", "Topic")],
            ..Extraction::default()
        };
        admit(&ontology, Some("Ann"), &mut extraction);
        let kept: Vec<&str> = extraction.claims.iter().map(|claim| claim.predicate.as_str()).collect();
        assert_eq!(kept, ["LIVES_IN"]);
        assert_eq!(extraction.dropped, [DroppedClaim { statement: "Ann LIKES tea".to_owned(), reason: UNDECLARED }]);
        assert_eq!(extraction.aliases, [alias("Oslo", "Location")]);
        let named: Vec<&str> = extraction.mentions.iter().map(|mention| mention.name.as_str()).collect();
        assert_eq!(named, ["Oslo", "Ann"]);
    }

    #[test]
    fn a_claim_that_means_a_declared_type_is_kept() {
        let pair = |target: &str| SourceTarget { source: Some("User".to_owned()), target: Some(target.to_owned()) };
        let edge = |name: &str, description: &str, target: &str| EdgeType {
            name: name.to_owned(),
            description: description.to_owned(),
            source_targets: vec![pair(target)],
            ..EdgeType::default()
        };
        let kind = |name: &str| EntityType { name: name.to_owned(), ..EntityType::default() };
        let ontology = Ontology {
            entity_types: vec![kind("Restaurant"), kind("Audiobook")],
            edge_types: vec![
                edge("RESTAURANT_VISIT", "The user visited a restaurant", "Restaurant"),
                edge("AUDIOBOOK_LISTEN", "The user listened to an audiobook", "Audiobook"),
            ],
        };
        let statement = ExtractedStatement {
            text: "Nopa is a restaurant.".to_owned(),
            span: 0..1,
            subject: None,
            valid_from: None,
        };
        let mut extraction = Extraction {
            claims: vec![
                claim("VISITED", "Nopa", "Location"),
                claim("VISITED", "Oslo", "Location"),
                claim("LISTENS_TO", "Dune", "Work"),
                claim("LIKES", "Nopa", "Location"),
            ],
            statements: vec![statement],
            ..Extraction::default()
        };
        admit(&ontology, Some("Ann"), &mut extraction);
        let kept = |claim: &Claim| format!("{} {}", claim.predicate, claim.object.clone().unwrap_or_default());
        let kept: Vec<String> = extraction.claims.iter().map(kept).collect();
        assert_eq!(kept, ["VISITED Nopa", "LISTENS_TO Dune"]);
    }
}
