//! A store with a row of every kind, filled through the facade, and the results of every query.

use std::fmt::Debug;
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use crate::{FixedClock, ScriptedExtractor, SeededIds, WordEmbedder};
use erstwhile::Engine;
use erstwhile::engine::compat::{DocumentSearch, NewCollection, NewDocument, RatingScope};
use erstwhile::engine::{
    ContextRequest, FactDraft, GraphRef, Listing, NewEpisode, NewGraph, NewImportItem, NewKey, NewMessage, NewThread,
    NewUser, NodeDraft, ProjectHandle, Search, SortBy, TemplateRef,
};
use erstwhile::ports::{Claim, ExtractedAlias, ExtractedStatement, Extraction};
use erstwhile::store::{DayUsage, Locate, Store, TextDigest};
use erstwhile_core::change::{Batch, BatchPrecondition, Change};
use erstwhile_core::compat::fact_rating::RatingInstruction;
use erstwhile_core::error::ErrorKind;
use erstwhile_core::model::{
    Actor, BatchId, ClaimKind, EntityPatch, EpisodeId, EpisodeKind, FactEdit, Holding, ImportJobId, ImportTarget,
    KeyRole, Metadata, ModelReading, ModelReadingState, ModelReport, ModelUsage, ProjectId, Role, SummarySubject,
    VALUE_TYPE, WebhookEvent, WrittenSummary,
};
use erstwhile_core::ontology::{EdgeType, EntityType, Ontology};
use erstwhile_core::search::Moment;

/// The secret of a key.
pub(crate) const SECRET: &str = "a-key-for-tests-0123456789";
/// The project's name.
pub(crate) const PROJECT: &str = "moved";
/// A text of Bob's with a vector of the model `fake`.
pub(crate) const EMBEDDED: &str = "likes tea";
/// The time at which the world is created.
const BEGIN: &str = "2025-06-01T00:00:00Z";

/// An engine on a store, with its test data.
pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) project: ProjectId,
    /// An import job that is queued.
    pub(crate) bulk: ImportJobId,
    /// A time at which the system knew half of the facts.
    between: Timestamp,
}

/// The uuid that the application gave to a message.
pub(crate) const GIVEN: EpisodeId = EpisodeId(Uuid::from_u128(0x1234_5678_9abc_4def_8123_4567_89ab_cdef));

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// Ann's graph.
pub(crate) fn ann() -> GraphRef {
    GraphRef::User("ann".to_owned())
}

/// A context request for a fixed time, so that source and destination receive the same request.
fn then() -> ContextRequest {
    let moment = Some(at("2025-06-02T00:00:00Z"));
    ContextRequest { as_of: moment, as_known_at: moment, ..ContextRequest::default() }
}

fn metadata(value: &str) -> Metadata {
    Metadata::from_iter([("from".to_owned(), value.into())])
}

/// An extractor script: one claim for each message about where Ann lives or what she likes.
fn script() -> ScriptedExtractor {
    let script = ScriptedExtractor::default();
    let claim = |text: &str, predicate: &str, object: &str, holding| Claim {
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
        confidence: 0.1 + 0.2,
        attributes: Metadata::new(),
    };
    for city in ["Paris", "Oslo"] {
        let text = format!("lives in {city}");
        let height = Claim {
            object_type: Some(VALUE_TYPE.to_owned()),
            ..claim(&text, "LIVES_ON_FLOOR", &city.len().to_string(), Holding::Exclusive)
        };
        let claims = vec![claim(&text, "LIVES_IN", city, Holding::Exclusive), height];
        let statements = vec![ExtractedStatement {
            text: format!("Ann Lee has the wool in {city}."),
            span: 0..text.len(),
            subject: None,
            valid_from: None,
        }];
        script.answer(&text, Extraction { claims, statements, ..Extraction::default() });
    }
    for thing in ["tea", "jazz", "chess", "figs", "wool", "salt"] {
        let text = format!("likes {thing}");
        let claims = vec![claim(&text, "LIKES", thing, Holding::Shared)];
        script.answer(&text, Extraction { claims, ..Extraction::default() });
    }
    let text = "Robert Smith, called Bob";
    let alias = ExtractedAlias {
        name: "Robert Smith".to_owned(),
        alias: "Bob".to_owned(),
        entity_type: Some("Person".to_owned()),
        span: 0..text.len(),
    };
    script.answer(text, Extraction { aliases: vec![alias], ..Extraction::default() });
    script.fail("cannot be read", Some(ErrorKind::Invalid));
    script
}

fn engine(store: &Store, clock: &Arc<FixedClock>, first_id: u64) -> Engine {
    Engine::builder(store.clone())
        .clock(Arc::clone(clock) as Arc<dyn erstwhile::ports::Clock>)
        .ids(SeededIds::starting_at(first_id))
        .embedder(WordEmbedder)
        .extractor(script())
        .build()
}

impl World {
    /// An engine on an empty store, the destination of an import.
    pub(crate) fn empty(store: &Store, from: &Self) -> Self {
        let clock = Arc::new(FixedClock::at(from.engine.now()));
        let (project, bulk, between) = (from.project, from.bulk, from.between);
        // The ids start beyond those that the source generated.
        Self { engine: engine(store, &clock, 1 << 32), clock, project, bulk, between }
    }

    /// An engine on a store that was filled earlier.
    pub(crate) async fn found(store: &Store) -> Self {
        let clock = Arc::new(FixedClock::at(at("2025-07-01T00:00:00Z")));
        let engine = engine(store, &clock, 1 << 32);
        let project = store.find_project_by_name(PROJECT).await.unwrap().expect("the project").id;
        let jobs = engine.project(project).list_imports(None, 10, 0).await.unwrap();
        // The first import job; the oldest schema has none.
        let bulk = jobs.last().map_or(ImportJobId(Uuid::nil()), |job| job.id);
        let between = engine.now();
        Self { engine, clock, project, bulk, between }
    }

    /// Fills a store with a row of every kind.
    pub(crate) async fn full(store: &Store) -> Self {
        let clock = Arc::new(FixedClock::at(at(BEGIN)));
        let engine = engine(store, &clock, 0);
        let project = engine.ensure_project(PROJECT).await.unwrap().id;
        engine.ensure_project("another, empty").await.unwrap();
        let bulk =
            engine.project(project).create_import(metadata("a load"), vec![Role::System], false).await.unwrap().id;
        let between = engine.now();
        let mut world = Self { engine, clock, project, bulk, between };
        world.declare().await;
        world.add_user("ann").await;
        world.add_user("bob").await;
        world.add_group().await;
        world.converse().await;
        world.edit().await;
        world.state().await;
        world.collect().await;
        world.wait_for_a_model(store).await;
        world.fill_bulk().await;
        world.add_user("cy").await;
        world.engine.project(project).user("cy").delete().await.unwrap();
        // These messages stay pending. The application may send one of them again.
        world.say("t", "likes figs").await;
        world.say_once("nobody's", "likes salt").await;
        world
    }

    pub(crate) async fn ingest(&self) {
        while self.engine.ingest_next().await.expect("a round of ingestion") {
            // A worker checks an import job only after a delay.
            self.clock.advance_s(1);
        }
    }

    pub(crate) async fn add_user(&self, user_id: &str) {
        let user = NewUser {
            user_id: user_id.to_owned(),
            first_name: Some(user_id[..1].to_uppercase() + &user_id[1..]),
            // One name needs Unicode case conversion.
            last_name: Some(if user_id == "bob" { "Öberg" } else { "Lee" }.to_owned()),
            email: Some(format!("{user_id}@example.org")),
            metadata: metadata("ünï 🙂"),
            ..NewUser::default()
        };
        self.engine.project(self.project).add_user(user).await.unwrap();
    }

    pub(crate) async fn say(&self, thread: &str, content: &str) -> EpisodeId {
        self.say_in(self.engine.project(self.project), None, thread, content).await
    }

    /// Adds a message with a uuid and a key of the application.
    pub(crate) async fn say_once(&self, thread: &str, content: &str) -> EpisodeId {
        let project = self.engine.project(self.project).repeatable_with_key(GIVEN.0, GIVEN.0);
        self.say_in(project, Some(GIVEN), thread, content).await
    }

    async fn say_in(&self, project: ProjectHandle, id: Option<EpisodeId>, thread: &str, content: &str) -> EpisodeId {
        let message = NewMessage {
            id,
            role: Role::User,
            name: None,
            content: content.to_owned(),
            created_at: None,
            metadata: metadata(thread),
        };
        project.thread(thread).add_messages(vec![message], &[], false).await.unwrap().messages[0]
    }

    pub(crate) async fn facts(&self, graph: &GraphRef) -> Vec<String> {
        let facts = self.engine.project(self.project).graph(graph).facts(&Default::default()).await.unwrap();
        let told =
            |triple: erstwhile::engine::FactTriple| (triple.fact.statement, triple.fact.predicate, triple.target.name);
        let mut facts: Vec<String> = facts.into_iter().map(|triple| format!("{:?}", told(triple))).collect();
        facts.sort();
        facts
    }

    async fn declare(&self) {
        let (engine, project) = (&self.engine, self.project);
        let secret = Some(SECRET.to_owned());
        let key = NewKey { name: "one".to_owned(), role: KeyRole::Write, expires_at: None, secret, graph: None };
        engine.project(project).create_key(key, [1; 32]).await.unwrap();
        let expires_at = Some(at("2035-01-01T00:00:00Z"));
        let key = NewKey { name: "two".to_owned(), role: KeyRole::Read, expires_at, secret: None, graph: None };
        let revoked = engine.project(project).create_key(key, [2; 32]).await.unwrap();
        let itself = Actor::Key { id: revoked.key.id, prefix: revoked.key.prefix };
        engine.project(project).acting_as(itself).revoke_key(revoked.key.id).await.unwrap();
        let ontology = Ontology {
            entity_types: vec![EntityType { name: "City".to_owned(), ..EntityType::default() }],
            edge_types: vec![EdgeType { name: "LIVES_AT".to_owned(), ..EdgeType::default() }],
        };
        engine.project(project).set_ontology(None, &ontology).await.unwrap();
        engine.project(project).create_template("short", "%{user_summary}").await.unwrap();
        engine.project(project).set_time_zone(Some("Europe/Oslo".to_owned())).await.unwrap();
        let (url, secret) = ("https://example.org/hook", "whsec_c2VjcmV0");
        engine.project(project).add_webhook(url, WebhookEvent::ALL.to_vec(), secret.to_owned()).await.unwrap();
    }

    async fn add_group(&self) {
        let group =
            self.engine.project(self.project).create_group("friends", Some("of ours".to_owned())).await.unwrap().uuid;
        let ann = self.engine.project(self.project).user("ann").get().await.unwrap().uuid.0;
        self.engine.project(self.project).group(group).change_members(&[ann], true).await.unwrap();
    }

    async fn converse(&mut self) {
        let (engine, project) = (&self.engine, self.project);
        for thread in ["t", "loaded", "gone"] {
            engine.project(project).create_thread(NewThread::of(thread, "ann")).await.unwrap();
        }
        engine.project(project).create_thread(NewThread::of("of bob", "bob")).await.unwrap();
        let alone = NewThread { thread_id: "nobody's".to_owned(), metadata: metadata("alone"), user_id: None };
        engine.project(project).create_thread(alone).await.unwrap();
        self.say("t", "lives in Paris").await;
        self.say("t", "Robert Smith, called Bob").await;
        self.say("nobody's", "likes chess").await;
        self.ingest().await;
        self.between = self.engine.now();
        self.clock.advance_s(3_600);
        self.say("t", "lives in Oslo").await;
        self.say("t", "likes tea").await;
        self.say("t", "cannot be read").await;
        self.say("gone", "likes jazz").await;
        self.say("of bob", "hello there").await;
        self.ingest().await;
        let (engine, project) = (&self.engine, self.project);
        engine.project(project).thread("gone").delete().await.unwrap();
        engine.project(project).thread("t").set_classification("mood", "calm").await.unwrap();
        engine.project(project).thread("of bob").end().await.unwrap();
        let rating = RatingInstruction { instruction: Some("what Ann drinks".to_owned()), ..Default::default() };
        engine.project(project).set_rating(&RatingScope::Thread("t".to_owned()), &rating).await.unwrap();
    }

    async fn edit(&self) {
        let (engine, project) = (&self.engine, self.project);
        let facts = engine.project(project).graph(ann()).facts(&Default::default()).await.unwrap();
        let tea = facts.iter().find(|triple| triple.fact.statement == "likes tea").expect("the fact about tea");
        let edit = FactEdit { statement: Some("likes green tea".to_owned()), ..FactEdit::default() };
        engine.project(project).update_fact(tea.fact.id, edit).await.unwrap();
        let patch = EntityPatch { summary: Some("A hot drink.".to_owned()), ..EntityPatch::default() };
        engine.project(project).update_entity(tea.target.id, patch).await.unwrap();
    }

    async fn state(&self) {
        let (engine, project) = (&self.engine, self.project);
        let new = NewGraph {
            graph_id: "the company".to_owned(),
            name: Some("Company".to_owned()),
            description: Some("what everybody knows".to_owned()),
            time_zone: None,
            ..NewGraph::default()
        };
        engine.project(project).create_graph(new).await.unwrap();
        let company = GraphRef::Graph("the company".to_owned());
        let episode = |kind, data: &str| NewEpisode {
            kind,
            data: data.to_owned(),
            created_at: Some(at("2025-05-01T00:00:00Z")),
            source_description: Some("the intranet".to_owned()),
            document_id: Some("handbook".to_owned()),
            metadata: metadata("data"),
            strict: true,
        };
        let new = vec![episode(EpisodeKind::Text, "likes wool"), episode(EpisodeKind::Json, "{\"a\": [1, 2.5]}")];
        engine.project(project).graph(&company).add_episodes(new).await.unwrap();
        let named = |name: &str| NodeDraft { name: Some(name.to_owned()), ..NodeDraft::default() };
        let draft = FactDraft {
            predicate: "OWNS".to_owned(),
            statement: "Acme owns Bolt".to_owned(),
            source: named("Acme"),
            target: named("Bolt"),
            valid_from: Some(at("2020-01-01T00:00:00Z")),
            metadata: metadata("stated"),
            ..FactDraft::default()
        };
        engine.project(project).graph(&company).add_fact(draft).await.unwrap();
        self.ingest().await;
    }

    async fn collect(&self) {
        let (engine, project) = (&self.engine, self.project);
        let new = NewCollection {
            name: "papers".to_owned(),
            description: Some("to read".to_owned()),
            metadata: metadata("papers"),
            dimensions: Some(8),
            is_auto_embedded: false,
        };
        engine.project(project).add_collection(new).await.unwrap();
        let document = |number: u8| NewDocument {
            document_id: (number > 0).then(|| format!("paper {number}")),
            content: format!("the content of {number}"),
            metadata: metadata("a paper"),
            embedding: Some((0..8_u8).map(|component| f32::from(number) + 0.1 * f32::from(component)).collect()),
        };
        engine.project(project).collection("papers").add_documents((0..3).map(document).collect()).await.unwrap();
    }

    /// One of Bob's messages waits for a language model, which could not read another.
    async fn wait_for_a_model(&self, store: &Store) {
        self.engine.project(self.project).create_thread(NewThread::of("read again", "bob")).await.unwrap();
        let waiting = self.say("read again", "likes tea").await;
        let unreadable = self.say("read again", "likes jazz").await;
        self.ingest().await;
        let (graph, at) =
            (store.locate(self.project, Locate::Thread, "read again").await.unwrap().unwrap(), self.engine.now());
        let usage = ModelUsage { calls: 2, retries: 1, tokens_in: 300, tokens_cached: 100, tokens_out: 20 };
        let failure = Some("the answer is not JSON".to_owned());
        let report = ModelReport { model: "fake".to_owned(), usage, attempts: 3, failure, ..ModelReport::default() };
        let failed = ModelReading { state: ModelReadingState::Failed, report };
        let batch = Batch {
            id: BatchId(Uuid::from_u128(0x004d_0de1)),
            project: self.project,
            partition: Some(graph),
            expect: BatchPrecondition::None,
            at,
            changes: vec![
                Change::AwaitModel(waiting, at),
                Change::AwaitModel(unreadable, at),
                Change::SetModelReading(unreadable, failed),
                Change::PutWrittenSummary(WrittenSummary {
                    subject: SummarySubject::User,
                    text: "Bob drinks tea.".to_owned(),
                    // No such fact: the summary is stored, but not shown.
                    basis: vec![Uuid::from_u128(7)],
                    instructions: "what Bob drinks".to_owned(),
                    model: "fake".to_owned(),
                    written_at: at,
                }),
            ],
        };
        store.apply(&batch).await.unwrap();
        let spent = DayUsage { day: 20_240, model: "fake".to_owned(), usage, cost: 0.25 };
        store.add_model_usage(self.project, &spent).await.unwrap();
        let graph = graph.as_graph();
        let revision = store.find_partition(graph.into()).await.unwrap().unwrap().revision;
        let vector = (TextDigest::of(graph, EMBEDDED), vec![0.6, 0.8]);
        assert!(store.put_vectors(graph, revision, "fake", &[vector]).await.unwrap());
    }

    async fn fill_bulk(&self) {
        let item = |content: &str| NewImportItem {
            target: ImportTarget::Thread("loaded".to_owned()),
            episode: NewEpisode {
                kind: EpisodeKind::Message,
                data: content.to_owned(),
                created_at: None,
                source_description: None,
                document_id: None,
                metadata: metadata("an item"),
                strict: false,
            },
            role: Some(Role::User),
            name: None,
        };
        let draft =
            self.engine.project(self.project).create_import(Metadata::new(), Vec::new(), true).await.unwrap().id;
        self.engine.project(self.project).import_job(draft).add_items(vec![item("a draft")]).await.unwrap();
        let items = vec![item("likes wool"), item("likes salt"), item("hello")];
        self.engine.project(self.project).import_job(self.bulk).add_items(items).await.unwrap();
        self.engine.project(self.project).import_job(self.bulk).start().await.unwrap();
    }

    /// The results of every query.
    pub(crate) async fn answers(&self) -> Vec<String> {
        let mut answers = Vec::new();
        self.listings(&mut answers).await;
        let of_thread = self.engine.project(self.project).thread("nobody's").get().await.unwrap();
        answers.push(format!("{of_thread:?}"));
        for graph in [ann(), GraphRef::Graph("the company".to_owned())] {
            self.knowledge(&graph, &mut answers).await;
        }
        for thread in ["t", "nobody's"] {
            let messages = self.engine.project(self.project).thread(thread).messages(0, 100).await.unwrap();
            answers.push(format!("{messages:?}"));
            let context = self.engine.project(self.project).thread(thread).context(then()).await.unwrap();
            answers.push(context.text);
        }
        answers
    }

    async fn listings(&self, answers: &mut Vec<String>) {
        let (engine, project) = (&self.engine, self.project);
        let by = |sort_by| Listing { page_number: 1, page_size: 100, search: String::new(), sort_by, ascending: true };
        let created = by(SortBy::CreatedAt);
        add(answers, engine.project(project).info().await.unwrap());
        add(answers, engine.project(project).list_keys().await.unwrap());
        add(answers, engine.project(project).list_users(&created).await.unwrap());
        add(answers, engine.project(project).list_graphs(&created).await.unwrap());
        add(answers, engine.project(project).list_threads(&by(SortBy::Id)).await.unwrap());
        add(answers, engine.project(project).list_threads(&by(SortBy::UpdatedAt)).await.unwrap());
        add(answers, engine.project(project).list_imports(None, 100, 0).await.unwrap());
        add(answers, engine.project(project).import_job(self.bulk).items(0, None, 100).await.unwrap());
        add(answers, engine.project(project).declared_ontology(None).await.unwrap());
        add(answers, engine.project(project).template(TemplateRef::Named("short")).await.unwrap());
        add(answers, engine.project(project).rating(&RatingScope::Thread("t".to_owned())).await.unwrap());
        let groups = engine.project(project).list_groups("").await.unwrap();
        for group in &groups {
            add(answers, engine.project(project).group(group.uuid).users(true, &by(SortBy::Id)).await.unwrap());
        }
        add(answers, groups);
        let collections = engine.project(project).list_collections().await.unwrap();
        add(answers, &collections);
        let search = DocumentSearch { embedding: Some(vec![0.5; 8]), limit: 10, ..DocumentSearch::default() };
        let found = engine.project(project).collection("papers").search(search).await.unwrap();
        add(answers, found.documents);
    }

    async fn knowledge(&self, graph: &GraphRef, answers: &mut Vec<String>) {
        let (engine, project) = (&self.engine, self.project);
        add(answers, engine.project(project).graph(graph).get().await.unwrap());
        let mut facts = engine.project(project).graph(graph).facts(&Default::default()).await.unwrap();
        facts.sort_by_key(|triple| triple.fact.id);
        add(answers, facts);
        let mut entities = engine.project(project).graph(graph).entities(&Default::default()).await.unwrap();
        entities.sort_by_key(|(entity, _)| entity.id);
        add(answers, entities);
        let episodes = engine.project(project).graph(graph).last_episodes(100).await.unwrap();
        for task in episodes.iter().filter_map(|episode| episode.task) {
            add(answers, engine.project(project).task(task).await.unwrap());
        }
        add(answers, episodes);
        for (as_of, known_at) in [(None, None), (Some(self.between), None), (None, Some(self.between))] {
            let mut facts = engine.project(project).graph(graph).facts_at(as_of, known_at).await.unwrap();
            facts.sort_by_key(|fact| fact.id);
            add(answers, facts);
        }
        for query in ["lives in Oslo", "tea", "who owns Bolt", "wool"] {
            let at_then = |moment| Search { moment, ..Search::new(query, 20) };
            add(answers, engine.project(project).graph(graph).search_facts(at_then(Moment::Always)).await.unwrap());
            add(
                answers,
                engine.project(project).graph(graph).search_facts(at_then(Moment::At(self.between))).await.unwrap(),
            );
            add(answers, engine.project(project).graph(graph).search_entities(Search::new(query, 20)).await.unwrap());
            add(answers, engine.project(project).graph(graph).search_episodes(Search::new(query, 20)).await.unwrap());
            answers.push(engine.project(project).graph(graph).context(query, then()).await.unwrap().text);
        }
    }
}

fn add(answers: &mut Vec<String>, answer: impl Debug) {
    answers.push(format!("{answer:?}"));
}
