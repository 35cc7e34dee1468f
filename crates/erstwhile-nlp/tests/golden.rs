//! Compares the pipeline with spaCy on 2,000 sentences. `scripts/parser/golden.py` wrote what spaCy finds in them.
#![expect(clippy::expect_used, reason = "a failing test should stop immediately")]

use std::collections::HashSet;

use erstwhile_nlp::{Document, English};
use serde_json::Value;

const SENTENCES: &str = include_str!("golden/sentences.jsonl");

/// How many values agree.
#[derive(Default)]
struct Agreement {
    equal: usize,
    all: usize,
}

impl Agreement {
    fn count(&mut self, equal: bool) {
        self.equal += usize::from(equal);
        self.all += 1;
    }

    fn percent(&self) -> f64 {
        100.0 * self.equal as f64 / self.all as f64
    }
}

/// The expected tokens: text, space, tag, part of speech, relation, head, lemma, start of a sentence.
fn tokens(line: &Value) -> &[Value] {
    line["tokens"].as_array().map_or(&[], Vec::as_slice)
}

/// The bytes at which each expected token begins and ends.
fn places(text: &str, tokens: &[Value]) -> Vec<(usize, usize)> {
    let mut end = 0;
    let place = |token: &Value| {
        let word = token[0].as_str().expect("a text");
        let start = end;
        end += word.len() + usize::from(token[1] == true);
        assert_eq!(text.get(start..start + word.len()), Some(word));
        (start, start + word.len())
    };
    tokens.iter().map(place).collect()
}

fn entities(line: &Value) -> HashSet<(usize, usize, String)> {
    let number = |value: &Value| value.as_u64().expect("a number") as usize;
    let listed = line["entities"].as_array().expect("entities");
    listed.iter().map(|e| (number(&e[0]), number(&e[1]), e[2].as_str().expect("a kind").to_owned())).collect()
}

fn found_entities(document: &Document) -> HashSet<(usize, usize, String)> {
    let entity = |e: &erstwhile_nlp::Entity| (e.tokens.start, e.tokens.end, e.kind.as_str().to_owned());
    document.entities().iter().map(entity).collect()
}

#[test]
fn the_analysis_is_that_of_spacy() {
    let english = English::load().expect("the pipeline");
    let mut agreements: [Agreement; 8] = Default::default();
    let [tokenized, lemmas, tags, parts, heads, labelled, starts, in_entities] = &mut agreements;
    let mut differing = String::new();
    for line in SENTENCES.lines() {
        let line: Value = serde_json::from_str(line).expect("a line");
        let text = line["text"].as_str().expect("a text");
        let document = english.parse(text);
        let expected = tokens(&line);
        let found: HashSet<(usize, usize)> =
            document.tokens().iter().map(|token| (token.start as usize, token.end as usize)).collect();
        for place in places(text, expected) {
            tokenized.count(found.contains(&place));
        }
        if document.tokens().len() != expected.len() {
            // What belongs to the tokens cannot be compared.
            continue;
        }
        for (i, (token, expected)) in document.tokens().iter().zip(expected).enumerate() {
            let dep = expected[4] == token.dep.as_str();
            lemmas.count(expected[6] == document.lemma(i));
            tags.count(expected[2] == token.tag.as_str());
            parts.count(expected[3] == token.pos.as_str());
            heads.count(expected[5] == token.head);
            labelled.count(expected[5] == token.head && dep);
            starts.count(expected[7] == token.sentence_start);
            if expected[5] != token.head || !dep || expected[2] != token.tag.as_str() {
                let word = document.token_text(i);
                differing += &format!("{word}: {} {} {} in {text:?}\n", token.tag, token.dep, token.head);
            }
        }
        let (expected, found) = (entities(&line), found_entities(&document));
        for entity in expected.union(&found) {
            in_entities.count(expected.contains(entity) && found.contains(entity));
        }
    }
    let names =
        ["tokens", "lemmas", "tags", "parts of speech", "heads", "heads and labels", "sentence starts", "entities"];
    let least = [99.5, 99.5, 99.9, 99.9, 99.9, 99.9, 99.9, 99.5];
    println!("{differing}");
    for ((name, agreement), least) in names.iter().zip(&agreements).zip(least) {
        println!("{name}: {} of {} are equal, {:.3} %", agreement.equal, agreement.all, agreement.percent());
        assert!(agreement.percent() >= least, "{name}: less than {least} % are equal");
    }
}
