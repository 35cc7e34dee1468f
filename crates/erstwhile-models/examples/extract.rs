//! Shows what is read in dialogues, and what is dropped and why: JSON lines `{"id", "user", "turns": [{"role", "name", "content", "created_at"}]}`.

use std::io::{BufRead, Write};

use erstwhile::model::{ClaimKind, EpisodeKind, Role, TimePoint};
use erstwhile::ports::{Claim, DroppedWords, ExtractionRequest, Extractor, Turn};
use erstwhile_models::offline::OfflineExtractor;
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let extractor = OfflineExtractor::new()?;
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let dialogue: Value = serde_json::from_str(&line?)?;
        let turns = dialogue["turns"].as_array().into_iter().flatten().map(turn).collect::<Result<Vec<_>, _>>()?;
        let owner = dialogue["user"].as_str().map(str::to_owned);
        let mut context: Vec<Turn> = Vec::new();
        let mut read = Vec::new();
        // As the engine does: up to 32 turns at a time, with the turns just before them.
        for chunk in turns.chunks(32) {
            let request = ExtractionRequest {
                owner: owner.clone(),
                context: context.clone(),
                turns: chunk.to_vec(),
                trace: true,
                ..ExtractionRequest::default()
            };
            read.extend(extractor.extract(request).await?);
            context = chunk.iter().rev().take(4).rev().cloned().collect();
        }
        let shown: Vec<Value> = turns
            .iter()
            .zip(read)
            .map(|(turn, extraction)| {
                json!({
                    "text": turn.text,
                    "claims": extraction.claims.iter().map(claim).collect::<Vec<_>>(),
                    "names": extraction.mentions.iter().map(|name| json!([name.name, name.entity_type])).collect::<Vec<_>>(),
                    "aliases": extraction.aliases.iter().map(|alias| json!([alias.name, alias.alias])).collect::<Vec<_>>(),
                    "dropped": extraction.trace.dropped.iter().map(dropped).collect::<Vec<_>>(),
                    "statements": extraction.statements.iter().map(|said| said.text.clone()).collect::<Vec<_>>(),
                })
            })
            .collect();
        writeln!(out, "{}", json!({"id": dialogue["id"], "turns": shown}))?;
    }
    Ok(())
}

fn turn(turn: &Value) -> Result<Turn, Box<dyn std::error::Error>> {
    let role = turn["role"].as_str().unwrap_or("user");
    let kind = match role {
        "json" => EpisodeKind::Json,
        "text" => EpisodeKind::Text,
        _ => EpisodeKind::Message,
    };
    Ok(Turn {
        kind,
        role: (kind == EpisodeKind::Message).then(|| Role::parse(role).unwrap_or(Role::User)),
        speaker: turn["name"].as_str().map(str::to_owned),
        text: turn["content"].as_str().unwrap_or_default().to_owned(),
        reference_time: turn["created_at"].as_str().unwrap_or("2025-03-03T09:00:00Z").parse()?,
        thread: Some("dialogue".to_owned()),
    })
}

fn dropped(dropped: &DroppedWords) -> Value {
    json!({ "words": dropped.words, "reason": dropped.reason, "reading": dropped.reading })
}

fn claim(claim: &Claim) -> Value {
    let kind = match claim.kind {
        ClaimKind::Asserts => "asserts",
        ClaimKind::Ends => "ends",
        ClaimKind::Denies => "denies",
        ClaimKind::States => "states",
    };
    let day = |at: Option<TimePoint>| at.map(|at| at.at.to_string()[..10].to_owned());
    json!({
        "kind": kind, "subject": claim.subject, "relation": claim.predicate, "object": claim.object, "type": claim.object_type,
        "fact": claim.statement, "from": day(claim.valid_from), "until": day(claim.valid_until), "span": [claim.span.start, claim.span.end],
    })
}
