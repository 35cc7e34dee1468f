//! Prints the tokens of a text, given as arguments or on the standard input: text, lemma, part of speech, tag, relation,
//! head and entity, separated by tabs.

use std::io::{Read, Write};

use erstwhile_nlp::English;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut text = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        std::io::stdin().read_to_string(&mut text)?;
    }
    let english = English::load()?;
    let document = english.parse(&text);
    let mut out = std::io::stdout().lock();
    for (i, token) in document.tokens().iter().enumerate() {
        let entity = document.entity_at(i).map_or("", |entity| entity.kind.as_str());
        let (word, lemma) = (document.token_text(i).escape_debug(), document.lemma(i).escape_debug());
        let head = document.token_text(document.head(i)).escape_debug();
        writeln!(out, "{word}\t{lemma}\t{}\t{}\t{}\t{head}\t{entity}", token.pos, token.tag, token.dep)?;
    }
    Ok(())
}
