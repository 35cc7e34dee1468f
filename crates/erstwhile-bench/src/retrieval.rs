//! How well search finds evidence turns, by reranker.

use std::path::PathBuf;

use clap::Args;
use erstwhile::engine::{GraphRef, Search};
use erstwhile::search::Reranker;
use serde_json::json;

use crate::conversations::{self, ConversationOptions};
use crate::ranker::Quality;
use crate::table;

/// Number of results per search.
const LIMIT: usize = 50;

/// Recall on conversations with questions.
#[derive(Debug, Args)]
pub(crate) struct Retrieval {
    #[command(flatten)]
    conversations: ConversationOptions,
    /// Folder of a sentence encoder, by whose vectors episodes are searched instead of the built-in table's
    #[arg(long)]
    model: Option<PathBuf>,
    /// File to write the ranking of every question in the default order to
    #[arg(long)]
    write_rankings: Option<PathBuf>,
}

impl Retrieval {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        tokio::runtime::Runtime::new()?.block_on(self.measure())
    }

    async fn measure(self) -> anyhow::Result<()> {
        let engine = self.conversations.open(self.model.as_deref()).await?;
        let (project, sets) = conversations::store(&engine, &self.conversations.files).await?;
        conversations::embed(&engine, project, &sets).await?;
        let mut rows = Vec::new();
        let mut rankings = Vec::new();
        let rerankers = [
            ("default", Reranker::Relevance),
            ("rrf", Reranker::Rrf),
            ("mmr 0.7", Reranker::Mmr(0.7)),
            ("episode_mentions", Reranker::EpisodeMentions),
        ];
        for (label, reranker) in rerankers {
            for set in &sets {
                let mut quality = Quality::default();
                for stored in &set.conversations {
                    let graph = engine.project(project).graph(&stored.graph);
                    for question in &stored.questions {
                        let search = Search { reranker, ..Search::new(&question.query, LIMIT) };
                        let found = graph.search_episodes(search).await?;
                        let ranked = || found.iter().filter_map(|found| stored.messages.get(&found.item.id));
                        quality.add(question, ranked());
                        if reranker == Reranker::Relevance {
                            let GraphRef::User(conversation) = &stored.graph else { continue };
                            let messages: Vec<&String> = ranked().collect();
                            let scores: Vec<f64> = found.iter().map(|found| found.score).collect();
                            let line = json!({ "conversation": conversation, "query": question.query, "messages": messages, "scores": scores });
                            rankings.push(line.to_string());
                        }
                    }
                }
                rows.push([label.to_owned(), set.name.clone()].into_iter().chain(quality.cells()).collect());
            }
        }
        let heads: Vec<&str> = ["reranker", "data set"].into_iter().chain(Quality::HEADS).collect();
        table::print("Evidence turns found", &heads, &rows);
        if let Some(file) = self.write_rankings {
            std::fs::write(file, rankings.join("\n"))?;
        }
        Ok(())
    }
}
