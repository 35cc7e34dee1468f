//! Recall of evidence turns by search, for tuning the weights of the fusion.
//!
//! A file is a JSON list of conversations, `{"id", "sessions": [{"id", "messages": [{"id", "role",
//! "name", "content", "created_at"}]}], "questions": [{"query", "gold": [message id]}]}`.

use std::collections::HashMap;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use erstwhile::evidence::Evidence;
use erstwhile::model::{Episode, EpisodeId, EpisodeKind, EpisodeState, GraphId, Metadata, Role};
use erstwhile::search::filter::Filter;
use erstwhile::search::{Fusion, GraphIndex, Moment, Reranker, SearchRequest, Statements};
use erstwhile_models::static_embedder::StaticEmbedder;
use serde::Deserialize;
use uuid::Uuid;

use crate::table;

/// Recall on conversations with questions.
#[derive(Debug, Args)]
pub(crate) struct Retrieval {
    /// Conversation files
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Try a grid of fusions instead of only the default
    #[arg(long)]
    grid: bool,
}

#[derive(Debug, Deserialize)]
struct Conversation {
    sessions: Vec<Session>,
    questions: Vec<Question>,
}

#[derive(Debug, Deserialize)]
struct Session {
    id: String,
    messages: Vec<Message>,
}

#[derive(Debug, Deserialize)]
struct Message {
    id: String,
    role: String,
    name: Option<String>,
    content: String,
    created_at: jiff::Timestamp,
}

#[derive(Debug, Deserialize)]
struct Question {
    query: String,
    gold: Vec<String>,
}

/// An indexed conversation, with embedded questions.
struct Indexed {
    index: GraphIndex,
    names: HashMap<EpisodeId, String>,
    questions: Vec<(Question, Vec<f32>)>,
}

impl Retrieval {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let embedder = StaticEmbedder::new().context("the embedding table is invalid")?;
        let mut sets = Vec::new();
        for file in &self.files {
            let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
            let conversations: Vec<Conversation> = serde_json::from_str(&text)
                .with_context(|| format!("{} is not a valid conversation file", file.display()))?;
            let name = file.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            sets.push((name, conversations.into_iter().map(|talk| indexed(&embedder, talk)).collect::<Vec<_>>()));
        }
        let head: Vec<String> = ["fusion".to_owned()]
            .into_iter()
            .chain(sets.iter().flat_map(|(name, _)| [format!("{name} r@10"), format!("{name} MRR")]))
            .chain(["mean r@10".to_owned()])
            .collect();
        let mut rows = Vec::new();
        for (label, fusion, reranker) in candidates(self.grid) {
            let scores: Vec<(f64, f64)> = sets.iter().map(|(_, set)| score(set, fusion, reranker)).collect();
            let mean = scores.iter().map(|(recall, _)| recall).sum::<f64>() / scores.len() as f64;
            let cells = scores.iter().flat_map(|(recall, rank)| [format!("{recall:.3}"), format!("{rank:.3}")]);
            rows.push((mean, [label].into_iter().chain(cells).chain([format!("{mean:.4}")]).collect::<Vec<String>>()));
        }
        if self.grid {
            rows.sort_by(|left, right| right.0.total_cmp(&left.0));
            rows.truncate(25);
        }
        let head: Vec<&str> = head.iter().map(String::as_str).collect();
        table::print("Evidence turns found", &head, &rows.into_iter().map(|(_, row)| row).collect::<Vec<_>>());
        Ok(())
    }
}

fn candidates(grid: bool) -> Vec<(String, Fusion, Reranker)> {
    let default = Fusion::default();
    let without_smoothing =
        |weight| Fusion { vector_weight_short: weight, vector_weight_long: weight, adjacent_share: 0.0 };
    let mut candidates = vec![
        ("default".to_owned(), default, Reranker::Fused),
        ("rrf".to_owned(), default, Reranker::Rrf),
        ("full text only".to_owned(), without_smoothing(0.0), Reranker::Fused),
        ("vectors only".to_owned(), without_smoothing(1.0), Reranker::Fused),
    ];
    if grid {
        for short in [0.3, 0.4, 0.5, 0.6, 0.7] {
            for long in [0.5, 0.6, 0.7, 0.8, 0.9] {
                for adjacent_share in [0.0, 0.05, 0.1, 0.15] {
                    let fusion = Fusion { vector_weight_short: short, vector_weight_long: long, adjacent_share };
                    candidates.push((format!("{short}/{long} adjacent {adjacent_share}"), fusion, Reranker::Fused));
                }
            }
        }
    }
    candidates
}

fn indexed(embedder: &StaticEmbedder, talk: Conversation) -> Indexed {
    let graph = GraphId(Uuid::from_u128(1));
    let mut names = HashMap::new();
    let mut episodes = Vec::new();
    for session in &talk.sessions {
        for message in &session.messages {
            let id = EpisodeId(graph.within(Uuid::from_u128(episodes.len() as u128)));
            names.insert(id, message.id.clone());
            episodes.push(Episode {
                id,
                seq: episodes.len() as i64,
                thread: Some(session.id.clone()),
                kind: EpisodeKind::Message,
                role: Role::parse(&message.role),
                name: message.name.clone(),
                content: message.content.clone(),
                metadata: Metadata::new(),
                source_description: None,
                document_id: None,
                reference_time: message.created_at,
                recorded_at: message.created_at,
                state: EpisodeState::Processed,
                task: None,
                strict: false,
                model_reading: None,
            });
        }
    }
    let mut index = GraphIndex::new(graph, 256);
    let texts = index.apply(Evidence { episodes, ..Evidence::default() });
    let vectors: Vec<Vec<f32>> = texts.iter().map(|text| embedder.embed_text(&text.text)).collect();
    index.embed(&texts, &vectors);
    let questions = talk.questions.into_iter().map(|question| {
        let vector = embedder.embed_text(&question.query);
        (question, vector)
    });
    Indexed { index, names, questions: questions.collect() }
}

/// Mean recall at 10, and mean reciprocal rank of the first hit.
fn score(set: &[Indexed], fusion: Fusion, reranker: Reranker) -> (f64, f64) {
    let (mut recall, mut rank, mut count) = (0.0, 0.0, 0.0);
    for talk in set {
        for (question, vector) in &talk.questions {
            let request = SearchRequest {
                query: question.query.clone(),
                vector: vector.clone(),
                limit: 50,
                reranker,
                filter: Filter::default(),
                moment: Moment::Always,
                known_at: None,
                origins: Vec::new(),
                fusion,
                statements: Statements::Never,
            };
            let found = talk.index.search_episodes(&request);
            // Parts of a long message count as one message.
            let mut ranked: Vec<&String> = Vec::new();
            for name in found.iter().filter_map(|found| talk.names.get(&found.item.id)) {
                if !ranked.contains(&name) {
                    ranked.push(name);
                }
            }
            let hits = question.gold.iter().filter(|gold| ranked.iter().take(10).any(|name| name == gold)).count();
            recall += hits as f64 / question.gold.len().max(1) as f64;
            let first = ranked.iter().position(|name| question.gold.contains(name));
            rank += first.map_or(0.0, |first| 1.0 / (first as f64 + 1.0));
            count += 1.0;
        }
    }
    (recall / f64::max(count, 1.0), rank / f64::max(count, 1.0))
}
