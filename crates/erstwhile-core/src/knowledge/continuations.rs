//! Statements that go on about what the statement before them names last: "Ann finished Dune." "It's science fiction."

use super::Knowledge;
use crate::model::{Assertion, AssertionId};

/// Maximum number of statements that go on about one thing.
const CONTINUATIONS_MAX: usize = 4;
/// Maximum number of bytes between two neighbouring statements: a mark and spaces.
const GAP_MAX: usize = 3;
/// Words that a noun phrase begins with.
const DETERMINERS: [&str; 10] = ["a", "an", "the", "my", "his", "her", "their", "our", "this", "that"];

impl Knowledge {
    /// The statements after one that names an entity and nothing else that "it" could mean, with the name in the place of
    /// "it".
    pub(super) fn continued(&self, statement: &Assertion, name: &str) -> Vec<(AssertionId, String)> {
        if !leaves_no_doubt(&statement.statement, name) {
            return Vec::new();
        }
        let mut found = Vec::new();
        let mut last = statement;
        while let Some(next) = self.next_statement(last).filter(|_| found.len() < CONTINUATIONS_MAX) {
            let Some(text) = with_name(&next.statement, name) else { break };
            found.push((next.id, text));
            last = next;
        }
        found
    }

    /// The statement that directly follows another one in their episode.
    fn next_statement(&self, statement: &Assertion) -> Option<&Assertion> {
        let end = statement.span.end;
        let follows =
            |other: &&Assertion| (end..=end + GAP_MAX).contains(&other.span.start) && other.id != statement.id;
        self.statements_from(statement.episode?).filter(follows).min_by_key(|other| (other.span.start, other.id))
    }
}

/// Whether a statement goes on about what another one names.
pub(super) fn is_continuation(statement: &str) -> bool {
    with_name(statement, "").is_some()
}

/// A statement about "it", with a name in its place; `None` if it does not begin with "it".
fn with_name(statement: &str, name: &str) -> Option<String> {
    if let Some(rest) = statement.strip_prefix("Its ") {
        return Some(format!("{name}'s {rest}"));
    }
    let rest = statement.strip_prefix("It")?.replacen('\u{2019}', "'", 1);
    match rest.strip_prefix("'s ") {
        Some(rest) => Some(format!("{name} is {rest}")),
        None => rest.starts_with(' ').then(|| format!("{name}{rest}")),
    }
}

/// Whether "it" after a statement can only mean what has this name: the statement says what somebody does with it and ends
/// with it, or says what it is.
fn leaves_no_doubt(statement: &str, name: &str) -> bool {
    let text = statement.trim_end_matches(['.', '!', ' ']);
    if let Some(rest) = text.strip_prefix(name) {
        return [" is ", " was "].iter().any(|verb| rest.starts_with(verb));
    }
    let Some(before) = text.strip_suffix(name).filter(|before| before.ends_with(' ')) else { return false };
    let is_named = |word: &&str| word.starts_with(char::is_uppercase);
    let is_determiner = |word: &&str| DETERMINERS.contains(&word.to_lowercase().as_str());
    let mut words = before.split_whitespace().peekable();
    let is_somebody = words.peek().is_some_and(|first| is_named(first) && !is_determiner(first));
    let deed: Vec<&str> = words.skip_while(is_named).collect();
    let nouns = deed.iter().filter(|word| is_determiner(word)).count();
    // "Ann's phone plays …", "Ann gave Rex …", "Ann read … and …".
    let has_others = deed.iter().any(|word| is_named(word) || *word == "and") || before.contains("'s ");
    is_somebody && nouns <= 1 && !has_others
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::evidence::{Evidence, TombstoneKind};
    use crate::knowledge::sample::{Sample, graph};
    use crate::model::{ClaimKind, Holding, STATEMENT};
    use crate::ontology::{EntityType, Ontology, Property, PropertyKind};

    #[test]
    fn what_goes_on_about_a_thing_fills_its_properties() {
        let mut sample = Sample::new(graph(1));
        sample.add_fact(1, ("Ann:Person", "FINISHED", "Dune:Audiobook"), Holding::Event);
        let told = sample.evidence.assertions[0].clone();
        let statement = |number: u128, start: usize, text: &str| Assertion {
            id: AssertionId(Uuid::from_u128(number)),
            predicate: STATEMENT.to_owned(),
            object: None,
            statement: text.to_owned(),
            kind: ClaimKind::States,
            span: start..start + 20,
            ..told.clone()
        };
        let genre = Property { name: "genre".to_owned(), description: String::new(), kind: PropertyKind::Text };
        let chapters = Property { name: "chapters".to_owned(), kind: PropertyKind::Int, ..genre.clone() };
        let properties = vec![genre, chapters];
        let kind = EntityType { name: "Audiobook".to_owned(), properties, ..EntityType::default() };
        let ontology = Ontology { entity_types: vec![kind], ..Ontology::default() };
        let mut knowledge = Knowledge::with_ontology(ontology, graph(1));
        knowledge.apply(sample.evidence.clone());
        let add = |knowledge: &mut Knowledge, assertions| {
            knowledge.apply(Evidence { assertions, ..Evidence::default() });
            let dune = knowledge.entity(sample.entity("Dune:Audiobook")).expect("Dune");
            serde_json::Value::from(dune.attributes.clone())
        };
        let named = statement(1, 0, "Ann finished the audiobook Dune.");
        let later = statement(3, 60, "It has 48 chapters.");
        assert_eq!(add(&mut knowledge, vec![named, later]), serde_json::json!({}), "something was said in between");
        let between = statement(2, 22, "It's science fiction.");
        assert_eq!(add(&mut knowledge, vec![between]), serde_json::json!({ "genre": "science fiction" }));
        let next = statement(4, 43, "It has 48 chapters.");
        let both = serde_json::json!({ "genre": "science fiction", "chapters": 48 });
        assert_eq!(add(&mut knowledge, vec![next]), both);
        let tombstones = vec![(TombstoneKind::Assertion, Uuid::from_u128(2))];
        knowledge.apply(Evidence { tombstones, ..Evidence::default() });
        assert_eq!(add(&mut knowledge, Vec::new()), serde_json::json!({}), "nothing leads to the chapters any more");
    }

    #[test]
    fn it_means_the_only_thing_that_was_named() {
        let is_clear = |statement| leaves_no_doubt(statement, "Dune");
        for statement in
            ["Ann Lee just finished the audiobook Dune.", "Ann Lee loves Dune!", "Dune is a long book.", "Dune was fun"]
        {
            assert!(is_clear(statement), "{statement}");
        }
        for statement in [
            "Ann Lee bought a phone for the audiobook Dune.",
            "Ann Lee read Emma and Dune.",
            "Ann Lee gave Rex Dune.",
            "Ann Lee's phone plays Dune.",
            "Ann Lee finished Dune on the phone.",
            "The phone plays Dune.",
            "Dune arrived with the phone.",
            "Ann Lee saw Kadune",
        ] {
            assert!(!is_clear(statement), "{statement}");
        }
    }

    #[test]
    fn a_name_takes_the_place_of_it() {
        let named = |statement| with_name(statement, "Dune");
        assert_eq!(named("It's long.").as_deref(), Some("Dune is long."));
        assert_eq!(named("It\u{2019}s long.").as_deref(), Some("Dune is long."));
        assert_eq!(named("It has chapters.").as_deref(), Some("Dune has chapters."));
        assert_eq!(named("Its author is dead.").as_deref(), Some("Dune's author is dead."));
        assert_eq!(named("Italy is hot."), None);
        assert_eq!(named("Itself"), None);
    }
}
