//! Parses JSON lines `{"text"}` from standard input; writes what it finds as JSON lines, and the speed to standard error.

use std::io::{BufRead, Write};
use std::time::Instant;

use erstwhile_nlp::{English, Scratch};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let start = Instant::now();
    let english = English::load()?;
    let loaded = start.elapsed();
    let mut out = std::io::stdout().lock();
    let lines: Vec<String> = std::io::stdin().lock().lines().collect::<Result<_, _>>()?;
    let mut texts = Vec::new();
    for line in &lines {
        let line: Value = serde_json::from_str(line)?;
        texts.push(line["text"].as_str().unwrap_or_default().to_owned());
    }
    let mut scratch = Scratch::default();
    let start = Instant::now();
    let documents: Vec<_> = texts.iter().map(|text| english.parse_with(text, &mut scratch)).collect();
    let seconds = start.elapsed().as_secs_f64();
    let words: usize = texts.iter().map(|text| text.split_whitespace().count()).sum();
    writeln!(
        std::io::stderr(),
        "loaded in {loaded:?}; {words} words in {seconds:.2} s: {:.0} words/s",
        words as f64 / seconds
    )?;
    for document in &documents {
        let tokens: Vec<Value> = document
            .tokens()
            .iter()
            .enumerate()
            .map(|(index, token)| {
                json!([
                    document.token_text(index),
                    document.lemma(index),
                    token.pos.as_str(),
                    token.tag.as_str(),
                    token.dep.as_str(),
                    token.head
                ])
            })
            .collect();
        let entities: Vec<Value> = document
            .entities()
            .iter()
            .map(|entity| json!([entity.tokens.start, entity.tokens.end, entity.kind.as_str()]))
            .collect();
        writeln!(out, "{}", json!({"tokens": tokens, "entities": entities}))?;
    }
    Ok(())
}
