//! Measures how fast messages are parsed on one thread: `speed FILE [ROUNDS]`, a message per line. Prints the time that
//! loading takes, the words and tokens per second, and the resident memory.

use std::io::Write;
use std::time::Instant;

use erstwhile_nlp::{English, Scratch};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("speed FILE [ROUNDS]")?;
    let rounds: usize = arguments.next().map_or(Ok(3), |rounds| rounds.parse())?;
    let text = std::fs::read_to_string(file)?;
    let messages: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    let words: usize = messages.iter().map(|message| message.split_whitespace().count()).sum();
    let mut out = std::io::stdout().lock();

    let start = Instant::now();
    let english = English::load()?;
    writeln!(out, "loaded in {:.1} ms", start.elapsed().as_secs_f64() * 1e3)?;
    let mut scratch = Scratch::default();
    for round in 1..=rounds {
        let start = Instant::now();
        let tokens: usize = messages.iter().map(|text| english.parse_with(text, &mut scratch).tokens().len()).sum();
        let seconds = start.elapsed().as_secs_f64();
        let (words, tokens, count) = (words as f64 / seconds, tokens as f64 / seconds, messages.len());
        writeln!(out, "round {round}: {count} messages, {words:.0} words/s, {tokens:.0} tokens/s")?;
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    for line in status.lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM")) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}
