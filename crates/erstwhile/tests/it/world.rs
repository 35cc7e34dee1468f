//! A small world for tests: an engine over a temporary database, with scripted ports.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use erstwhile::engine::{EngineBuilder, GraphRef, NewMessage, NewThread, NewUser};
use erstwhile::model::{ClaimKind, EpisodeId, Holding, Metadata, Precision, ProjectId, Role, TimePoint, VALUE_TYPE};
use erstwhile::ports::{
    Claim, Embedder, EmbeddingModel, ExtractedAlias, ExtractedStatement, Extraction, Extractor, LanguageModel,
    RerankingModel,
};
use erstwhile::store::Store;
use erstwhile::store::sql::Sql;
use erstwhile::store::sqlite::Sqlite;
use erstwhile::{EmbeddingModelSettings, Engine, EngineSettings, ModelReadingSettings, RerankingModelSettings};
use erstwhile_testkit::{FixedClock, ScriptedExtractor, SeededIds, WordEmbedder};
use jiff::Timestamp;
use tempfile::TempDir;

use crate::between::Between;

/// An engine with a project, a user `ann` (Ann Lee) and a thread `t`.
pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) project: ProjectId,
    pub(crate) script: Arc<ScriptedExtractor>,
    pub(crate) clock: Arc<FixedClock>,
    user_id: &'static str,
    folder: TempDir,
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

impl World {
    pub(crate) async fn new() -> Self {
        let script = Arc::new(ScriptedExtractor::default());
        Self::with_extractor(Arc::clone(&script) as Arc<dyn Extractor>, script).await
    }

    pub(crate) async fn with_extractor(extractor: Arc<dyn Extractor>, script: Arc<ScriptedExtractor>) -> Self {
        Self::with(extractor, script, Arc::new(WordEmbedder), |database| Arc::new(database)).await
    }

    pub(crate) async fn with_embedder(embedder: Arc<dyn Embedder>) -> Self {
        let script = Arc::new(ScriptedExtractor::default());
        Self::with(Arc::clone(&script) as Arc<dyn Extractor>, script, embedder, |database| Arc::new(database)).await
    }

    /// A world whose database is reached through something that a test can tell what to do.
    pub(crate) async fn with_between() -> (Self, Arc<Between>) {
        let script = Arc::new(ScriptedExtractor::default());
        let mut between = None;
        let put_between = |database| {
            let made = Arc::new(Between::new(Arc::new(database)));
            between = Some(Arc::clone(&made));
            made as Arc<dyn Sql>
        };
        let extractor = Arc::clone(&script) as Arc<dyn Extractor>;
        let world = Self::with(extractor, script, Arc::new(WordEmbedder), put_between).await;
        (world, between.expect("it was put between"))
    }

    /// A world in which a language model reads what was said again.
    pub(crate) async fn with_model(model: Arc<dyn Extractor>, settings: ModelReadingSettings) -> Self {
        let script = Arc::new(ScriptedExtractor::default());
        let settings = EngineSettings { model: settings, ..EngineSettings::default() };
        let configure = |builder: EngineBuilder| builder.model_extractor(model).settings(settings);
        let extractor = Arc::clone(&script) as Arc<dyn Extractor>;
        Self::configured(extractor, script, Arc::new(WordEmbedder), |database| Arc::new(database), configure).await
    }

    /// A world in which a language model reads what was said again, and writes summaries.
    pub(crate) async fn with_models(
        extractor: Arc<dyn Extractor>,
        model: Arc<dyn LanguageModel>,
        settings: ModelReadingSettings,
    ) -> Self {
        let script = Arc::new(ScriptedExtractor::default());
        let settings = EngineSettings { model: settings, ..EngineSettings::default() };
        let configure =
            |builder: EngineBuilder| builder.model_extractor(extractor).language_model(model).settings(settings);
        let offline = Arc::clone(&script) as Arc<dyn Extractor>;
        Self::configured(offline, script, Arc::new(WordEmbedder), |database| Arc::new(database), configure).await
    }

    /// A world in which an embedding model embeds what the word embedder has embedded.
    pub(crate) async fn with_embedding_model(model: Arc<dyn EmbeddingModel>, settings: EmbeddingModelSettings) -> Self {
        let script = Arc::new(ScriptedExtractor::default());
        let settings = EngineSettings { embedding: settings, ..EngineSettings::default() };
        let configure = |builder: EngineBuilder| builder.embedding_model(model).settings(settings);
        let extractor = Arc::clone(&script) as Arc<dyn Extractor>;
        Self::configured(extractor, script, Arc::new(WordEmbedder), |database| Arc::new(database), configure).await
    }

    /// A world whose reads wait this long for what was just added.
    pub(crate) async fn with_read_wait(read_wait: Duration) -> Self {
        let script = Arc::new(ScriptedExtractor::default());
        let settings = EngineSettings { read_wait, ..EngineSettings::default() };
        let configure = |builder: EngineBuilder| builder.settings(settings);
        let extractor = Arc::clone(&script) as Arc<dyn Extractor>;
        Self::configured(extractor, script, Arc::new(WordEmbedder), |database| Arc::new(database), configure).await
    }

    /// A world in which a model orders the results of searches that want it.
    pub(crate) async fn with_reranking_model(model: Arc<dyn RerankingModel>, settings: RerankingModelSettings) -> Self {
        let script = Arc::new(ScriptedExtractor::default());
        let settings = EngineSettings { reranking: settings, ..EngineSettings::default() };
        let configure = |builder: EngineBuilder| builder.reranking_model(model).settings(settings);
        let extractor = Arc::clone(&script) as Arc<dyn Extractor>;
        Self::configured(extractor, script, Arc::new(WordEmbedder), |database| Arc::new(database), configure).await
    }

    async fn with(
        extractor: Arc<dyn Extractor>,
        script: Arc<ScriptedExtractor>,
        embedder: Arc<dyn Embedder>,
        reach: impl FnOnce(Sqlite) -> Arc<dyn Sql>,
    ) -> Self {
        Self::configured(extractor, script, embedder, reach, |builder| builder).await
    }

    async fn configured(
        extractor: Arc<dyn Extractor>,
        script: Arc<ScriptedExtractor>,
        embedder: Arc<dyn Embedder>,
        reach: impl FnOnce(Sqlite) -> Arc<dyn Sql>,
        configure: impl FnOnce(EngineBuilder) -> EngineBuilder,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = Sqlite::open(&folder.path().join("test.db")).expect("a database");
        let clock = Arc::new(FixedClock::at(at("2025-06-01T00:00:00Z")));
        let builder = Engine::builder(Store::open(reach(database)).await.expect("a store"))
            .clock(Arc::clone(&clock) as Arc<dyn erstwhile::ports::Clock>)
            .ids(SeededIds::default())
            .embedder(embedder)
            .extractor(extractor);
        let engine = configure(builder).build();
        let project = engine.ensure_project("test").await.expect("a project").id;
        let world = Self { engine, project, script, clock, user_id: "ann", folder };
        world.add_user("ann", "Ann Lee").await;
        world.engine.project(project).create_thread(NewThread::of("t", "ann")).await.expect("a thread");
        world
    }

    /// The file of the database.
    pub(crate) fn database_file(&self) -> PathBuf {
        self.folder.path().join("test.db")
    }

    /// Another engine on the same database, as after a restart.
    pub(crate) async fn another_engine(&self) -> Engine {
        self.another_builder().await.build()
    }

    /// Another engine on the same database, with an embedding model.
    pub(crate) async fn another_engine_with(&self, model: Arc<dyn EmbeddingModel>) -> Engine {
        self.another_builder().await.embedding_model(model).build()
    }

    async fn another_builder(&self) -> EngineBuilder {
        let database = Sqlite::open(&self.database_file()).expect("the database opens again");
        Engine::builder(Store::open(Arc::new(database)).await.expect("a store"))
            .clock(Arc::clone(&self.clock) as Arc<dyn erstwhile::ports::Clock>)
            .ids(SeededIds::default())
            .embedder(Arc::new(WordEmbedder) as Arc<dyn Embedder>)
            .extractor(Arc::clone(&self.script) as Arc<dyn Extractor>)
    }

    /// Everything that lies in the database's own files, byte by byte.
    pub(crate) fn stored_bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).expect("the folder of the database");
        files.flat_map(|file| std::fs::read(file.expect("a file").path()).expect("its bytes")).collect()
    }

    pub(crate) async fn add_user(&self, user_id: &str, name: &str) {
        let (first, last) = name.split_once(' ').expect("two names");
        let user = NewUser {
            user_id: user_id.to_owned(),
            first_name: Some(first.to_owned()),
            last_name: Some(last.to_owned()),
            ..NewUser::default()
        };
        self.engine.project(self.project).add_user(user).await.expect("a user");
    }

    /// Posts a message that Ann says at a time.
    pub(crate) async fn say(&self, said: &str, content: &str) -> EpisodeId {
        self.say_in("t", said, content).await
    }

    pub(crate) async fn say_in(&self, thread: &str, said: &str, content: &str) -> EpisodeId {
        self.say_through(&self.engine, thread, said, content).await
    }

    /// Posts a message through another engine on the same database.
    pub(crate) async fn say_through(&self, engine: &Engine, thread: &str, said: &str, content: &str) -> EpisodeId {
        let message = NewMessage {
            id: None,
            role: Role::User,
            name: None,
            content: content.to_owned(),
            created_at: Some(at(said)),
            metadata: Metadata::new(),
        };
        engine
            .project(self.project)
            .thread(thread)
            .add_messages(vec![message], &[], false)
            .await
            .expect("a message")
            .messages[0]
    }

    /// Ingests until nothing is left that can be ingested now.
    pub(crate) async fn ingest(&self) {
        while self.engine.ingest_next().await.expect("a round of ingestion") {}
    }

    pub(crate) fn graph(&self) -> GraphRef {
        GraphRef::User(self.user_id.to_owned())
    }

    /// Ann's facts as "statement from/until", sorted.
    pub(crate) async fn facts(&self) -> Vec<String> {
        let facts =
            self.engine.project(self.project).graph(self.graph()).facts(&Default::default()).await.expect("facts");
        let day = |at: Option<Timestamp>| at.map_or("…".to_owned(), |at| at.to_string()[..10].to_owned());
        let mut lines: Vec<String> = facts
            .into_iter()
            .map(|t| format!("{} {}/{}", t.fact.statement, day(t.fact.valid_from), day(t.fact.valid_until)))
            .collect();
        lines.sort();
        lines
    }
}

/// A claim that a text makes as a whole.
pub(crate) fn claim(text: &str, predicate: &str, object: &str, holding: Holding) -> Claim {
    Claim {
        subject: "Ann Lee".to_owned(),
        subject_type: Some("Person".to_owned()),
        predicate: predicate.to_owned(),
        object: Some(object.to_owned()),
        object_type: None,
        statement: text.to_owned(),
        span: 0..text.len(),
        kind: ClaimKind::Asserts,
        holding,
        valid_from: None,
        valid_until: None,
        confidence: 0.9,
        attributes: Metadata::new(),
    }
}

pub(crate) fn lives_in(text: &str, place: &str) -> Extraction {
    Extraction { claims: vec![claim(text, "LIVES_IN", place, Holding::Exclusive)], ..Extraction::default() }
}

pub(crate) fn likes(text: &str, thing: &str) -> Extraction {
    Extraction { claims: vec![claim(text, "LIKES", thing, Holding::Shared)], ..Extraction::default() }
}

pub(crate) fn dated(text: &str, place: &str, from: &str) -> Extraction {
    let valid_from = Some(TimePoint { at: at(from), precision: Precision::Day });
    let claim = Claim { valid_from, ..claim(text, "LIVES_IN", place, Holding::Exclusive) };
    Extraction { claims: vec![claim], ..Extraction::default() }
}

pub(crate) fn also_called(text: &str, name: &str, alias: &str) -> Extraction {
    let person = Some("Person".to_owned());
    let alias =
        ExtractedAlias { name: name.to_owned(), alias: alias.to_owned(), entity_type: person, span: 0..text.len() };
    Extraction { aliases: vec![alias], ..Extraction::default() }
}

/// An extraction with one more statement.
pub(crate) fn with_statement(extraction: Extraction, text: &str) -> Extraction {
    let statement = ExtractedStatement { text: text.to_owned(), span: 0..1, subject: None, valid_from: None };
    let statements = extraction.statements.iter().cloned().chain([statement]).collect();
    Extraction { statements, ..extraction }
}

/// An extraction with one claim about a value.
pub(crate) fn has_value(text: &str, predicate: &str, value: &str) -> Extraction {
    let claim = Claim { object_type: Some(VALUE_TYPE.to_owned()), ..claim(text, predicate, value, Holding::Exclusive) };
    Extraction { claims: vec![claim], ..Extraction::default() }
}
