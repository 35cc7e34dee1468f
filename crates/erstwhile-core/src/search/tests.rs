//! Tests of single steps of a search, and of facts and statements in one list.

use proptest::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use super::ranking::{Among, top};
use super::*;
use crate::change::Change;
use crate::evidence::{Evidence, TombstoneKind};
use crate::identity::{initial_evidence, no_subject, user_node};
use crate::knowledge::sample::{Sample, day, graph};
use crate::model::{
    Assertion, AssertionId, ClaimKind, HEARSAY_CONFIDENCE, Holding, Metadata, ProjectId, Role, STATEMENT, User,
    UserUuid,
};

proptest! {
    /// Selecting in chunks returns the same as sorting everything.
    #[test]
    fn top_returns_the_best_that_pass_in_order(scores in proptest::collection::vec(0_u8..20, 0..300), wanted in 1_usize..40, step in 1_u32..5) {
        let scores: Vec<f32> = scores.into_iter().map(f32::from).collect();
        let passes = |number: u32| number.is_multiple_of(step);
        let mut expected: Vec<(u32, f32)> = scores.iter().enumerate().map(|(at, score)| (at as u32, *score)).collect();
        expected.retain(|(number, score)| *score > 0.0 && passes(*number));
        expected.sort_by(|left, right| right.1.total_cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
        expected.truncate(wanted);
        let tie = |left: u32, right: u32| left.cmp(&right);
        prop_assert_eq!(&top(&scores, Among::All, wanted, passes, tie), &expected);
        let numbers: Vec<u32> = (0..scores.len() as u32).rev().filter(|number| passes(*number)).collect();
        prop_assert_eq!(&top(&scores, Among::These(&numbers), wanted, |_| true, tie), &expected);
    }
}

/// A graph of Nora Berg with facts and statements, without vectors unless set.
struct Scene {
    sample: Sample,
    statements: usize,
}

impl Scene {
    fn new() -> Self {
        let user = User {
            graph: graph(1),
            project: ProjectId(Uuid::nil()),
            user_id: "nora".to_owned(),
            uuid: UserUuid(Uuid::nil()),
            email: None,
            first_name: Some("Nora".to_owned()),
            last_name: Some("Berg".to_owned()),
            time_zone: None,
            metadata: Metadata::new(),
            disable_default_ontology: false,
            created_at: day(0),
            updated_at: day(0),
            thread_count: 0,
        };
        let mut sample = Sample::new(graph(1));
        for change in initial_evidence(&user) {
            match change {
                Change::AddMention(mention) => sample.evidence.mentions.push(mention),
                Change::AddLink(link) => sample.evidence.links.push(link),
                other => panic!("unexpected: {other:?}"),
            }
        }
        Self { sample, statements: 0 }
    }

    fn fact(&mut self, predicate: &str, object: &str) -> &mut Self {
        let on = self.sample.evidence.episodes.len() as i64;
        self.sample.add_fact(on, ("Nora:Person", predicate, object), Holding::Shared);
        self
    }

    /// Adds a statement of the last episode.
    fn statement(&mut self, text: &str) -> &mut Self {
        let episode = self.sample.evidence.episodes.last().expect("an episode");
        let (id, on) = (episode.id, episode.recorded_at);
        self.statements += 1;
        let template = self.sample.evidence.assertions.last().expect("an assertion").clone();
        self.sample.evidence.assertions.push(Assertion {
            id: AssertionId(graph(1).derive(format!("statement {}", self.statements).as_bytes())),
            episode: Some(id),
            subject: user_node(graph(1)),
            predicate: STATEMENT.to_owned(),
            object: None,
            statement: text.to_owned(),
            kind: ClaimKind::States,
            holding: Holding::Shared,
            recorded_at: on,
            ..template
        });
        self
    }

    /// Somebody with this role said the last episode.
    fn said_by(&mut self, role: Role) -> &mut Self {
        self.sample.evidence.episodes.last_mut().expect("an episode").role = Some(role);
        self
    }

    fn index(&self) -> GraphIndex {
        let mut index = GraphIndex::new(graph(1), 2);
        index.apply(self.sample.evidence.clone());
        index
    }

    fn found(&self, request: &SearchRequest) -> Vec<String> {
        self.index().search_facts(request).into_iter().map(|found| found.item.statement).collect()
    }
}

fn request(query: &str, limit: usize, statements: Statements) -> SearchRequest {
    SearchRequest {
        query: query.to_owned(),
        vector: QueryVector::default(),
        limit,
        reranker: Reranker::Relevance,
        filter: Filter::default(),
        moment: Moment::Always,
        known_at: None,
        origins: Vec::new(),
        statements,
        hearsay: true,
        explain: false,
        ignored: Vec::new(),
    }
}

/// Nora likes tea and owns a bike, and spoke about her bike and her locker.
fn nora() -> Scene {
    let mut scene = Scene::new();
    scene.fact("LIKES", "tea").statement("Nora drinks her tea with lemon.");
    scene
        .fact("OWNS", "bike")
        .statement("Nora owns the bike.")
        .statement("Nora keeps a key to her locker under the bike.");
    scene
}

#[test]
fn facts_that_match_come_first_then_statements_then_the_rest() {
    let scene = nora();
    let found = scene.found(&request("Where is the bike of Nora?", 9, Statements::Auto));
    assert_eq!(
        found,
        ["Nora owns bike", "Nora keeps a key to her locker under the bike.", "Nora likes tea"],
        "a statement that repeats a returned fact is left out, and one that does not match"
    );
    let found = scene.found(&request("Where is Nora's locker?", 1, Statements::Auto));
    assert_eq!(found, ["Nora keeps a key to her locker under the bike."], "the user's name is in every fact");
    let mut found = scene.found(&request("Nora", 2, Statements::Auto));
    found.sort();
    assert_eq!(found, ["Nora likes tea", "Nora owns bike"], "unless nothing else is asked for");
}

#[test]
fn what_the_user_said_comes_before_what_a_machine_said() {
    for role in [Role::Assistant, Role::System, Role::Function, Role::Tool] {
        let mut scene = Scene::new();
        scene.fact("WORKS_AT", "Acme").statement("Nora cycles to her work.");
        scene.fact("LIKES", "tea").statement("Nora works for Umbrella.").said_by(role);
        let found = scene.found(&request("Does Nora work for Umbrella?", 9, Statements::Auto));
        assert!(found.contains(&"Nora works at Acme".to_owned()), "{role:?}: {found:?}");
        assert_eq!(found.last().map(String::as_str), Some("Nora works for Umbrella."), "{role:?}: {found:?}");
        let ranked = scene.found(&request("Umbrella", 1, Statements::Auto));
        assert_eq!(ranked, ["Nora works for Umbrella."], "it can be found");
        let own = SearchRequest { hearsay: false, ..request("Umbrella", 9, Statements::Always) };
        assert!(scene.found(&own).iter().all(|text| !text.contains("Umbrella")), "{role:?}");
        let own = SearchRequest { hearsay: false, ..request("Umbrella", 9, Statements::Auto) };
        assert!(scene.found(&own).iter().all(|text| !text.contains("Umbrella")), "{role:?}");
    }
}

#[test]
fn what_others_claim_about_the_user_comes_last() {
    let mut scene = Scene::new();
    scene.fact("WORKS_AT", "Acme works").fact("WORKS_AT", "work");
    let claim = scene.sample.evidence.assertions.last_mut().expect("the claim");
    claim.confidence = HEARSAY_CONFIDENCE;
    for statements in [Statements::Auto, Statements::Never] {
        let asked = request("Where does Nora work?", 9, statements);
        assert_eq!(scene.found(&asked), ["Nora works at Acme works", "Nora works at work"]);
        assert_eq!(scene.found(&SearchRequest { hearsay: false, ..asked }), ["Nora works at Acme works"]);
    }
}

#[test]
fn a_fact_of_a_relevant_episode_comes_first() {
    let found = |said: [&str; 2]| {
        let mut scene = Scene::new();
        scene.fact("VISITED", "lake one").fact("VISITED", "lake two");
        for (episode, said) in scene.sample.evidence.episodes.iter_mut().zip(said) {
            episode.content = said.to_owned();
        }
        scene.found(&request("Which lake is near Berlin?", 1, Statements::Never))
    };
    assert_eq!(found(["The lake was near Berlin.", "The lake was warm."]), ["Nora visited lake one"]);
    assert_eq!(found(["The lake was warm.", "The lake was near Berlin."]), ["Nora visited lake two"]);
}

#[test]
fn a_search_for_everything_finds_what_the_four_searches_find() {
    let index = nora().index();
    for known_at in [None, Some(day(1))] {
        let all = SearchRequest { known_at, ..request("Where is the bike and the tea of Nora?", 3, Statements::Never) };
        let found = Searches::new(&index, &all).everything();
        assert!(!found.facts.is_empty() && !found.statements.is_empty());
        assert_eq!(found.facts, index.search_facts(&all));
        assert_eq!(found.entities, index.search_entities(&all));
        assert_eq!(found.episodes, index.search_episodes(&all));
        assert_eq!(found.statements, index.search_statements(&all));
    }
}

#[test]
fn a_fact_that_shares_only_the_users_name_does_not_match() {
    let mut scene = Scene::new();
    scene.fact("LIKES", "tea").statement("The locker is empty.");
    assert_eq!(scene.found(&request("Nora's locker", 1, Statements::Auto)), ["The locker is empty."]);
}

#[test]
fn a_search_for_one_type_returns_its_best_even_if_nothing_is_like_the_query() {
    let scene = nora();
    let mut of_type = request("Which lunch place?", 5, Statements::Auto);
    assert_eq!(scene.found(&of_type), [""; 0]);
    of_type.filter.edge_types = vec!["likes".to_owned()];
    for reranker in [Reranker::Relevance, Reranker::Rrf, Reranker::Mmr(0.5), Reranker::EpisodeMentions] {
        of_type.reranker = reranker;
        assert_eq!(scene.found(&of_type), ["Nora likes tea"], "{reranker:?}");
    }
    of_type.filter.edge_types = vec!["VISITED".to_owned()];
    assert_eq!(scene.found(&of_type), [""; 0]);
}

#[test]
fn the_limit_counts_facts_and_statements_together() {
    let scene = nora();
    for limit in 1..5 {
        assert_eq!(scene.found(&request("bike tea", limit, Statements::Auto)).len(), limit);
    }
    let mut both = scene.found(&request("bike tea", 2, Statements::Auto));
    both.sort();
    assert_eq!(both, ["Nora likes tea", "Nora owns bike"]);
}

#[test]
fn statements_can_be_left_out_or_ranked_together_with_facts() {
    let scene = nora();
    assert_eq!(scene.found(&request("locker key bike", 9, Statements::Never)), ["Nora owns bike"]);
    let found = scene.found(&request("locker key bike", 9, Statements::Always));
    assert_eq!(found[0], "Nora keeps a key to her locker under the bike.");
    assert!(found.contains(&"Nora owns the bike.".to_owned()) && found.contains(&"Nora owns bike".to_owned()));
}

#[test]
fn filters_apply_to_statements() {
    let scene = nora();
    let found = |filter: Filter, change: fn(&mut SearchRequest)| {
        let mut request = SearchRequest { filter, ..request("bike tea locker", 9, Statements::Auto) };
        change(&mut request);
        scene.found(&request).iter().filter(|text| text.ends_with('.')).count()
    };
    let only = |types: &[&str]| Filter {
        edge_types: types.iter().map(|&name| name.to_owned()).collect(),
        ..Filter::default()
    };
    let all = SearchRequest { filter: only(&["statement"]), ..request("bike tea locker", 9, Statements::Auto) };
    assert_eq!(scene.found(&all).len(), 3, "only statements");
    assert_eq!(found(only(&["OWNS"]), |_| ()), 0);
    let without = Filter { exclude_edge_types: vec![STATEMENT.to_owned()], ..Filter::default() };
    assert_eq!(found(without, |_| ()), 0);
    let at = |at, comparison| vec![vec![filter::DateTerm { comparison, date: Some(at) }]];
    let late = Filter { created_at: at(day(1), filter::Comparison::GreaterOrEqual), ..Filter::default() };
    assert_eq!(found(late, |_| ()), 1, "one of the two repeats a fact");
    let never_ended = Filter { invalid_at: at(day(9), filter::Comparison::Less), ..Filter::default() };
    assert_eq!(found(never_ended, |_| ()), 0);
    assert_eq!(found(Filter::default(), |request| request.known_at = Some(day(0))), 1);
    assert_eq!(found(Filter::default(), |request| request.moment = Moment::At(day(0))), 1);
    let episode = scene.sample.evidence.episodes[0].id;
    assert_eq!(found(Filter { episode_uuids: vec![episode], ..Filter::default() }, |_| ()), 1);
    let people = Filter { node_labels: vec!["Entity".to_owned()], ..Filter::default() };
    assert_eq!(found(people, |_| ()), 2, "one repeats a fact");
    let places = Filter { node_labels: vec!["Location".to_owned()], ..Filter::default() };
    assert_eq!(found(places, |_| ()), 0);
}

#[test]
fn every_reranker_ranks_facts_and_statements() {
    let scene = nora();
    let user = user_node(graph(1));
    let rerankers = [
        Reranker::Rrf,
        Reranker::Mmr(0.5),
        Reranker::NodeDistance(user),
        Reranker::EpisodeMentions,
        Reranker::CrossEncoder,
        Reranker::Relevance,
    ];
    for reranker in rerankers {
        for statements in [Statements::Auto, Statements::Always] {
            let found = scene.found(&SearchRequest { reranker, ..request("bike locker", 9, statements) });
            let has = |text: &str| found.iter().any(|one| one == text);
            assert!(
                has("Nora owns bike") && has("Nora keeps a key to her locker under the bike."),
                "{reranker:?} {found:?}"
            );
        }
    }
}

#[test]
fn a_similar_fact_matches_without_a_common_word() {
    let mut scene = Scene::new();
    scene.fact("EATS", "plants").statement("Nora met the cook.");
    let mut index = GraphIndex::new(graph(1), 2);
    let pending = index.apply(scene.sample.evidence.clone());
    let vectors: Vec<Vec<f32>> =
        pending.iter().map(|text| if text.text.contains("plants") { vec![1.0, 0.0] } else { vec![0.0, 1.0] }).collect();
    index.embed(&pending, &vectors);
    let found = |vector: Vec<f32>| {
        let request = SearchRequest { vector: vector.into(), ..request("what to cook", 1, Statements::Auto) };
        index.search_facts(&request).remove(0).item.statement
    };
    assert_eq!(found(vec![1.0, 0.0]), "Nora eats plants");
    assert_eq!(found(vec![0.1, 0.99]), "Nora met the cook.");
}

#[test]
fn a_statement_of_nobody_is_found_in_a_graph_without_a_user() {
    let mut scene = Scene::new();
    scene.sample = Sample::new(graph(1));
    scene.fact("OWNS", "bike").statement("It rained in the valley.");
    let last = scene.sample.evidence.assertions.last_mut().expect("the statement");
    last.subject = no_subject(graph(1));
    let index = scene.index();
    let found = index.search_facts(&request("valley", 1, Statements::Auto)).remove(0).item;
    assert_eq!((found.statement.as_str(), found.subject), ("It rained in the valley.", no_subject(graph(1))));
    scene.sample.evidence.tombstones.clear();
    let mut emptied = index;
    let id = scene.sample.evidence.episodes[0].id.0;
    emptied.apply(Evidence { tombstones: vec![(TombstoneKind::Episode, id)], ..Evidence::default() });
    assert!(emptied.search_facts(&request("valley", 9, Statements::Auto)).is_empty());
}

#[test]
fn a_statement_that_ended_is_found_only_as_it_was_known_before() {
    let mut scene = Scene::new();
    scene.sample.add_fact(1, ("Nora:Person", "LIVES_IN", "Rome:Location"), Holding::Exclusive);
    scene.statement("Nora lives in sunny Rome.");
    scene.sample.add_fact(3, ("Nora:Person", "LIVES_IN", "Oslo:Location"), Holding::Exclusive);
    let told_at = |known_at| {
        let current =
            SearchRequest { moment: Moment::Current(day(5)), known_at, ..request("sunny Rome", 9, Statements::Always) };
        let found = scene.index().search_facts(&current).into_iter();
        found.map(|found| found.item).find(|fact| fact.statement == "Nora lives in sunny Rome.")
    };
    assert_eq!(told_at(None), None);
    let known = told_at(Some(day(2))).expect("the statement, before its end was known");
    assert_eq!((known.valid_until, known.expired_at), (None, None));
}

/// Nora moved from Rome to Oslo, and keeps a bike.
fn nora_moved() -> Scene {
    let mut scene = Scene::new();
    scene.sample.add_fact(1, ("Nora:Person", "LIVES_IN", "Rome:Location"), Holding::Exclusive);
    scene.statement("Nora lives in Rome, where her flat has a balcony.");
    scene.sample.add_fact(3, ("Nora:Person", "LIVES_IN", "Oslo:Location"), Holding::Exclusive);
    scene.fact("OWNS", "bike");
    scene
}

#[test]
fn what_matches_and_has_ended_stands_behind_what_is_current() {
    let found = |query: &str, limit: usize, statements: Statements| {
        let request = SearchRequest { moment: Moment::CurrentFirst(day(5)), ..request(query, limit, statements) };
        nora_moved().found(&request)
    };
    let (rome, oslo, told) =
        ("Nora lives in Rome", "Nora lives in Oslo", "Nora lives in Rome, where her flat has a balcony.");
    assert_eq!(found("Where does she live?", 9, Statements::Auto), [oslo, rome, told]);
    assert_eq!(found("Where does she live?", 1, Statements::Auto), [oslo], "nothing current is displaced");
    assert_eq!(found("Does she own a bike?", 9, Statements::Auto), ["Nora owns bike"], "nothing that does not match");
    assert_eq!(found("Where does she live?", 9, Statements::Never)[..2], [oslo, rome]);
    let together = found("Where does she live?", 9, Statements::Always);
    assert_eq!((together.len(), together[0].as_str()), (3, oslo));
}

#[test]
fn a_question_for_the_past_finds_what_has_ended_among_what_is_current() {
    let query = "Did Nora live in Rome before?";
    let request = SearchRequest { moment: Moment::CurrentFirst(day(5)), ..request(query, 9, Statements::Auto) };
    assert_eq!(nora_moved().found(&request).first().map(String::as_str), Some("Nora lives in Rome"));
}

#[test]
fn the_weight_of_an_index_has_the_metadata_of_its_episodes_as_long_as_they_have_it() {
    const LARGE: usize = 100_000;
    let mut scene = Scene::new();
    scene.fact("OWNS", "bike");
    let mut index = scene.index();
    let plain = index.weight();
    let mut episode = scene.sample.evidence.episodes.remove(0);
    let mut put = |metadata: Metadata| {
        episode.metadata = metadata;
        index.apply(Evidence { episodes: vec![episode.clone()], ..Default::default() });
        index.weight()
    };
    let large = Metadata::from_iter([("list".to_owned(), Value::from(vec!["x"; LARGE]))]);
    let heavy = put(large.clone());
    assert!(heavy > plain + LARGE, "{heavy}");
    assert_eq!((put(large), put(Metadata::new())), (heavy, plain));
}

/// Gives every text that waits a vector: one direction for plants, another one for the rest.
fn embed_with_model(index: &mut GraphIndex) {
    for text in index.texts_for_model(usize::MAX) {
        let vectors: Vec<Vec<f32>> = text
            .passages()
            .iter()
            .map(|passage| if passage.contains("plants") { vec![1.0, 0.0, 0.0] } else { vec![0.0, 1.0, 0.0] })
            .collect();
        index.put_model_vectors(&text, &vectors);
    }
}

#[test]
fn the_vectors_of_a_model_are_searched_beside_those_of_the_quick_embedder() {
    let mut scene = Scene::new();
    scene.fact("EATS", "plants").statement("Nora met the cook.");
    let mut index = GraphIndex::new(graph(1), 2);
    assert!(!index.has_model_vectors(), "no model is expected");
    index.expect_model_vectors();
    let pending = index.apply(scene.sample.evidence.clone());
    index.embed(&pending, &vec![vec![1.0, 0.0]; pending.len()]);
    assert!(index.awaits_model_vectors() && !index.has_model_vectors());
    embed_with_model(&mut index);
    assert!(!index.awaits_model_vectors() && index.has_model_vectors());
    let found = |vector: Vec<f32>| {
        let vector = QueryVector::of_model(vector);
        let request = SearchRequest { vector, ..request("what to cook", 1, Statements::Auto) };
        index.search_facts(&request).remove(0).item.statement
    };
    assert_eq!(found(vec![1.0, 0.0, 0.0]), "Nora eats plants");
    assert_eq!(found(vec![0.0, 1.0, 0.0]), "Nora met the cook.");
}

#[test]
fn a_vector_of_a_text_that_has_gone_or_changed_is_not_used() {
    let mut scene = Scene::new();
    scene.fact("EATS", "plants");
    let mut index = GraphIndex::new(graph(1), 2);
    index.expect_model_vectors();
    index.apply(scene.sample.evidence.clone());
    let texts = index.texts_for_model(usize::MAX);
    let id = scene.sample.evidence.episodes[0].id;
    index.apply(Evidence { tombstones: vec![(TombstoneKind::Episode, id.0)], ..Evidence::default() });
    // Its number now belongs to another episode.
    let mut other = scene.sample.evidence.episodes[0].clone();
    other.id = EpisodeId(graph(1).derive(b"another"));
    other.content = "something else".to_owned();
    index.apply(Evidence { episodes: vec![other], ..Evidence::default() });
    assert!(texts.iter().any(|text| !index.is_current(text)));
    for text in &texts {
        index.put_model_vectors(text, &[vec![1.0, 0.0, 0.0]]);
    }
    assert!(index.awaits_model_vectors(), "the new episode still waits");
    let waiting = index.texts_for_model(usize::MAX);
    assert!(waiting.iter().any(|text| text.passages().concat() == "Ann: something else"), "{waiting:?}");
}

#[test]
fn hearsay_is_marked_as_evidence_comes_and_goes() {
    let mut scene = Scene::new();
    let roles = [Role::User, Role::Assistant, Role::Tool, Role::User];
    for (role, place) in roles.iter().zip(["Oslo", "Bergen", "Lima", "Quito"]) {
        scene.fact("VISITED", place).said_by(*role).statement(&format!("{place} was sunny."));
    }
    // The same again, said by somebody else than the assistant.
    let doubted = scene.sample.evidence.assertions.len() - 2;
    scene.sample.evidence.assertions[doubted].confidence = HEARSAY_CONFIDENCE;
    let check = |index: &GraphIndex, expected: [usize; 2]| {
        let facts: Vec<u32> =
            (0..index.facts.numbers_end() as u32).filter(|at| index.facts.id(*at).is_some()).collect();
        let fact = |at: u32| index.facts.id(at).and_then(|id| index.knowledge.fact(id)).expect("a fact");
        assert!(facts.iter().all(|at| index.hearsay_facts.has(*at) == index.is_hearsay(fact(*at))));
        let statements = 0..index.statements.numbers_end() as u32;
        let statements: Vec<u32> = statements.filter(|at| index.statements.id(*at).is_some()).collect();
        let said = |at: u32| index.statements.id(at).and_then(|id| index.knowledge.statement(id)).expect("a statement");
        assert!(statements.iter().all(|at| index.hearsay_statements.has(*at) == index.is_claim_hearsay(said(*at))));
        let marked = facts.iter().filter(|at| index.hearsay_facts.has(**at)).count();
        assert_eq!([marked, statements.iter().filter(|at| index.hearsay_statements.has(**at)).count()], expected);
    };
    let mut index = scene.index();
    check(&index, [1, 2]);
    let removed = scene.sample.evidence.episodes[1].id;
    let tombstones = vec![(TombstoneKind::Episode, removed.0)];
    index.apply(Evidence { version: 2, tombstones, ..Evidence::default() });
    check(&index, [1, 1]);
    let count = scene.sample.evidence.assertions.len();
    scene.fact("VISITED", "Cairo").statement("Cairo was sunny.");
    let mut more = Scene::new().sample.evidence;
    more.version = 3;
    more.episodes = scene.sample.evidence.episodes.split_off(roles.len());
    more.mentions.clone_from(&scene.sample.evidence.mentions);
    more.assertions = scene.sample.evidence.assertions.split_off(count);
    index.apply(more);
    check(&index, [1, 1]);
}
