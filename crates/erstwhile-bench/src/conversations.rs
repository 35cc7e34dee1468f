//! Conversations with questions whose evidence is known, read from files into an engine.
//!
//! A file is a JSON list of conversations, `{"id", "user_name", "sessions": [{"id", "messages": [{"id", "role", "name",
//! "content", "created_at"}]}], "questions": [{"query", "gold": [message id], "category",
//! "old": [message id], "new": [message id]}], "unanswerable": [query]}`. A message that is sent in several parts
//! repeats its id. `unanswerable` are queries about the conversation that nothing in it answers.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use erstwhile::engine::{GraphRef, NewMessage, NewThread, NewUser, Search};
use erstwhile::model::{EpisodeId, Metadata, ProjectId, Role};
use erstwhile::store::Store;
use erstwhile::store::sqlite::Sqlite;
use erstwhile::{EmbeddingModelSettings, Engine, EngineSettings};
use erstwhile_models::offline::OfflineExtractor;
use erstwhile_models::static_embedder::StaticEmbedder;
use indicatif::ProgressBar;
use serde::Deserialize;

use crate::encoder::MemoizedEncoder;
use crate::facts_only::FactsOnly;

/// How many messages are sent at once.
const MESSAGES_PER_CALL: usize = 30;
/// Pause between two looks at the ingestion queue.
const PAUSE: Duration = Duration::from_millis(50);

/// Where a command reads conversations, and where it stores them.
#[derive(Debug, Args)]
pub(crate) struct ConversationOptions {
    /// Conversation files, one per data set
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Folder that keeps the stored conversations between runs
    #[arg(long)]
    data: PathBuf,
}

impl ConversationOptions {
    /// An engine with the built-in models on the folder, and the sentence encoder in another folder.
    pub(crate) async fn open(&self, model: Option<&Path>) -> anyhow::Result<Engine> {
        std::fs::create_dir_all(&self.data)?;
        let store = Store::open(Arc::new(Sqlite::open(&self.data.join("retrieval.db"))?)).await?;
        // Quality is measured, not speed.
        let embedding =
            EmbeddingModelSettings { query_deadline: Duration::from_mins(1), ..EmbeddingModelSettings::default() };
        let settings = EngineSettings { index_bytes_max: 4 << 30, embedding, ..EngineSettings::default() };
        let builder = Engine::builder(store).embedder(StaticEmbedder::new()?);
        let builder = match model {
            Some(model) => builder.extractor(FactsOnly::new()?).embedding_model(MemoizedEncoder::load(model)?),
            None => builder.extractor(OfflineExtractor::new()?),
        };
        Ok(builder.settings(settings).build())
    }
}

/// Conversations of one kind.
pub(crate) struct DataSet {
    pub(crate) name: String,
    pub(crate) conversations: Vec<Stored>,
}

/// A conversation in the engine.
pub(crate) struct Stored {
    pub(crate) graph: GraphRef,
    pub(crate) questions: Vec<Question>,
    pub(crate) unanswerable: Vec<String>,
    pub(crate) sessions: Vec<Session>,
    /// The message of each episode.
    pub(crate) messages: HashMap<EpisodeId, String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Question {
    pub(crate) query: String,
    pub(crate) gold: Vec<String>,
    #[serde(default)]
    pub(crate) category: String,
    /// Evidence that later evidence has brought up to date, and that later evidence.
    #[serde(default)]
    pub(crate) old: Vec<String>,
    #[serde(default)]
    pub(crate) new: Vec<String>,
}

/// A conversation of a file.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Conversation {
    pub(crate) id: String,
    pub(crate) user_name: Option<String>,
    pub(crate) sessions: Vec<Session>,
    pub(crate) questions: Vec<Question>,
    #[serde(default)]
    pub(crate) unanswerable: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Session {
    id: String,
    pub(crate) messages: Vec<Message>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) role: String,
    pub(crate) name: Option<String>,
    pub(crate) content: String,
    created_at: jiff::Timestamp,
}

/// Waits until every text of every conversation has the vectors of the embedding model, if there is one. It is an error if
/// some stay without: searches would use the built-in table instead, and measure that.
pub(crate) async fn embed(engine: &Engine, project: ProjectId, sets: &[DataSet]) -> anyhow::Result<()> {
    load_indexes(engine, project, sets).await?;
    let graphs_at_once = std::thread::available_parallelism().map_or(1, usize::from);
    let embed = async |_| while engine.embed_next().await {};
    futures::future::join_all((0..graphs_at_once).map(embed)).await;
    let totals = engine.embedding_totals();
    if totals.failures > 0 {
        bail!("the model failed {} times", totals.failures);
    }
    if totals.refused > 0 {
        bail!("the model did not take {} texts", totals.refused);
    }
    load_indexes(engine, project, sets).await?;
    if engine.embed_next().await {
        bail!("the indexes of the conversations do not fit into memory together, so some lost their vectors");
    }
    Ok(())
}

/// Reads from every conversation: the first read loads an index, after which its texts wait for vectors.
async fn load_indexes(engine: &Engine, project: ProjectId, sets: &[DataSet]) -> anyhow::Result<()> {
    for stored in sets.iter().flat_map(|set| &set.conversations) {
        engine.project(project).graph(&stored.graph).search_episodes(Search::new("hello", 1)).await?;
    }
    Ok(())
}

/// Stores the conversations of files, unless the folder of the engine has them already.
pub(crate) async fn store(engine: &Engine, files: &[PathBuf]) -> anyhow::Result<(ProjectId, Vec<DataSet>)> {
    store_all(engine, files.iter().map(|file| read(file)).collect::<anyhow::Result<_>>()?).await
}

/// The name of a data set and its conversations.
pub(crate) fn read(file: &Path) -> anyhow::Result<(String, Vec<Conversation>)> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let conversations =
        serde_json::from_str(&text).with_context(|| format!("{} is not a valid conversation file", file.display()))?;
    Ok((file.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(), conversations))
}

/// Stores the conversations of data sets, unless the folder of the engine has them already.
pub(crate) async fn store_all(
    engine: &Engine,
    data_sets: Vec<(String, Vec<Conversation>)>,
) -> anyhow::Result<(ProjectId, Vec<DataSet>)> {
    let project = engine.ensure_project("retrieval").await?.id;
    let workers = engine.spawn_workers(2);
    let mut sets = Vec::new();
    for (name, conversations) in data_sets {
        let progress = ProgressBar::new(conversations.len() as u64);
        let mut stored = Vec::new();
        for conversation in conversations {
            let user = format!("{name} {}", conversation.id);
            let messages = store_one(engine, project, &user, &conversation).await?;
            stored.push(Stored {
                graph: GraphRef::User(user),
                questions: conversation.questions,
                unanswerable: conversation.unanswerable,
                sessions: conversation.sessions,
                messages,
            });
            progress.inc(1);
        }
        progress.finish_and_clear();
        sets.push(DataSet { name, conversations: stored });
    }
    while engine.queue_depth().await?.episodes > 0 {
        tokio::time::sleep(PAUSE).await;
    }
    workers.stop().await;
    Ok((project, sets))
}

/// Stores one conversation as the graph of a user, a thread per session; returns the message of each episode.
async fn store_one(
    engine: &Engine,
    project: ProjectId,
    user: &str,
    conversation: &Conversation,
) -> anyhow::Result<HashMap<EpisodeId, String>> {
    let project = engine.project(project);
    let is_new = project.user(user).get().await.is_err();
    if is_new {
        let new =
            NewUser { user_id: user.to_owned(), first_name: conversation.user_name.clone(), ..NewUser::default() };
        project.add_user(new).await?;
    }
    let mut messages = HashMap::new();
    for session in &conversation.sessions {
        let thread = project.thread(format!("{user} {}", session.id));
        let ids = if is_new {
            project.create_thread(NewThread::of(thread.id(), user)).await?;
            let mut ids = Vec::new();
            for part in session.messages.chunks(MESSAGES_PER_CALL) {
                ids.extend(thread.add_messages(part.iter().map(new_message).collect(), &[], false).await?.messages);
            }
            ids
        } else {
            let (stored, _) = thread.messages(0, session.messages.len() as i64).await?;
            stored.into_iter().map(|message| message.id).collect()
        };
        messages.extend(ids.into_iter().zip(session.messages.iter().map(|message| message.id.clone())));
    }
    Ok(messages)
}

fn new_message(message: &Message) -> NewMessage {
    NewMessage {
        id: None,
        role: Role::parse(&message.role).unwrap_or(Role::Norole),
        name: message.name.clone(),
        content: message.content.clone(),
        created_at: Some(message.created_at),
        metadata: Metadata::new(),
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use erstwhile::ports::{EmbeddingModel, Embeddings, ModelUsage};
    use erstwhile::{Error, Result};

    use super::*;

    /// Embeds every text but those that contain a word.
    #[derive(Debug)]
    struct Picky(&'static str);

    #[async_trait]
    impl EmbeddingModel for Picky {
        fn name(&self) -> &'static str {
            "picky"
        }

        fn dimensions(&self) -> Option<usize> {
            Some(2)
        }

        fn texts_together(&self) -> usize {
            64
        }

        async fn embed(&self, texts: &[&str]) -> Embeddings {
            let refused = texts.iter().any(|text| text.contains(self.0));
            let outcome: Result<Vec<Vec<f32>>> =
                if refused { Err(Error::invalid("refused")) } else { Ok(vec![vec![0.6, 0.8]; texts.len()]) };
            Embeddings { outcome, usage: ModelUsage::default() }
        }
    }

    /// Stores two conversations, and embeds them with a model that does not take texts with a word.
    async fn embedded(refused: &'static str, index_bytes_max: u64) -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let store = async || Store::open(Arc::new(Sqlite::open(&folder.path().join("test.db"))?)).await;
        let builder = async || {
            let builder = Engine::builder(store().await?).embedder(StaticEmbedder::new()?);
            anyhow::Ok(builder.extractor(OfflineExtractor::new()?))
        };
        let message = |id: &str, content: &str| Message {
            id: id.to_owned(),
            role: "user".to_owned(),
            name: None,
            content: content.to_owned(),
            created_at: jiff::Timestamp::UNIX_EPOCH,
        };
        let conversation = |id: &str| Conversation {
            id: id.to_owned(),
            user_name: None,
            sessions: vec![Session {
                id: "1".to_owned(),
                messages: ["The weather was fine.", "It rained.", "Quinces are ripe.", "Then it snowed."]
                    .map(|content| message(content, content))
                    .into(),
            }],
            questions: Vec::new(),
            unanswerable: Vec::new(),
        };
        let data_set = ("small".to_owned(), vec![conversation("one"), conversation("two")]);
        // The workers of an engine with a model would embed each message alone.
        store_all(&builder().await?.build(), vec![data_set.clone()]).await?;
        let settings = EngineSettings { index_bytes_max, ..EngineSettings::default() };
        let engine = builder().await?.embedding_model(Picky(refused)).settings(settings).build();
        let (project, sets) = store_all(&engine, vec![data_set]).await?;
        embed(&engine, project, &sets).await
    }

    #[tokio::test]
    async fn a_text_without_a_vector_is_an_error() {
        assert!(embedded("zebra", 1 << 30).await.is_ok());
        let error = embedded("Quinces", 1 << 30).await.expect_err("a text was refused").to_string();
        assert!(error.contains("did not take 2 texts"), "{error}");
    }

    #[tokio::test]
    async fn indexes_that_do_not_fit_into_memory_are_an_error() {
        let error = embedded("zebra", 1).await.expect_err("one index displaces the other").to_string();
        assert!(error.contains("do not fit"), "{error}");
    }
}
