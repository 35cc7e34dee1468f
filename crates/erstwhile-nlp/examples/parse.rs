//! Prints one line per token of the text in the arguments.

use std::io::Write;

use erstwhile_nlp::English;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
    let english = English::load()?;
    let document = english.parse(&text);
    let mut out = std::io::stdout().lock();
    for (index, token) in document.tokens().iter().enumerate() {
        let (word, lemma, head) =
            (document.token_text(index), document.lemma(index), document.token_text(token.head as usize));
        let entity = document.entity_at(index).map_or("", |entity| entity.kind.as_str());
        writeln!(
            out,
            "{index:3} {word:16} {lemma:16} {:6} {:5} {:10} {head:16} {entity}",
            token.pos, token.tag, token.dep
        )?;
    }
    Ok(())
}
