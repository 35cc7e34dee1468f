//! Embeds lines of standard input and prints their vectors as JSON, or with `--time` how many texts a second that is.
//!
//! ```sh
//! cargo run --release -p erstwhile-models --features sentence-encoder --example embed -- FOLDER < lines
//! ```
//!
//! The folder is that of a sentence encoder; `table` stands for the built-in table.

use std::io::{BufRead, Write};
use std::time::Instant;

use erstwhile_models::sentence_encoder::SentenceEncoder;
use erstwhile_models::static_embedder::StaticEmbedder;

/// Number of texts that are embedded together.
const TOGETHER: usize = 32;

type Embed = Box<dyn Fn(&[&str]) -> Vec<Vec<f32>>>;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("name the folder of a model, or `table`")?;
    let embed: Embed = if folder == "table" {
        let table = StaticEmbedder::new()?;
        Box::new(move |texts| texts.iter().map(|text| table.embed_text(text)).collect())
    } else {
        let encoder = SentenceEncoder::load(folder.as_ref(), "example")?;
        Box::new(move |texts| encoder.encode(texts))
    };
    let lines = std::io::stdin().lock().lines().collect::<Result<Vec<String>, _>>()?;
    let texts: Vec<&str> = lines.iter().map(String::as_str).collect();
    let begin = Instant::now();
    let vectors: Vec<Vec<f32>> = texts.chunks(TOGETHER).flat_map(embed).collect();
    let seconds = begin.elapsed().as_secs_f64();
    let mut out = std::io::stdout().lock();
    if arguments.next().as_deref() == Some("--time") {
        writeln!(out, "{} texts in {seconds:.3} s: {:.1} a second", texts.len(), texts.len() as f64 / seconds)?;
    } else {
        writeln!(out, "{}", serde_json::to_string(&vectors)?)?;
    }
    Ok(())
}
