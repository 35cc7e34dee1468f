use erstwhile::model::{ClaimKind, Holding, Role, TimePoint, VALUE_TYPE};
use erstwhile::ports::{Claim, ExtractedMention, Stage, Trace, Turn};
use proptest::prelude::*;

use super::*;

mod answers;
mod cases;
mod everyday;
mod in_passing;
mod misparses;
mod numbers;
mod open_facts;
mod open_relations;
mod plain;

fn turn(kind: EpisodeKind, role: Role, speaker: Option<&str>, text: &str) -> Turn {
    Turn {
        kind,
        role: (kind == EpisodeKind::Message).then_some(role),
        speaker: speaker.map(str::to_owned),
        text: text.to_owned(),
        reference_time: "2023-05-12T10:00:00Z".parse().unwrap(),
        thread: Some("talk".to_owned()),
    }
}

/// A request with one message by Nora, who owns the graph and talks to Omar.
fn said_by_nora(text: &str) -> ExtractionRequest {
    ExtractionRequest {
        owner: Some("Nora".to_owned()),
        context: vec![turn(EpisodeKind::Message, Role::User, Some("Omar"), "Hi there!")],
        turns: vec![turn(EpisodeKind::Message, Role::User, Some("Nora"), text)],
        ..ExtractionRequest::default()
    }
}

fn document(text: &str) -> ExtractionRequest {
    let turns = vec![turn(EpisodeKind::Text, Role::Norole, None, text)];
    ExtractionRequest { turns, ..ExtractionRequest::default() }
}

/// Formats a claim on one line.
fn line(claim: &Claim) -> String {
    let kind = match claim.kind {
        ClaimKind::Asserts => "+",
        ClaimKind::Ends => "-",
        ClaimKind::Denies => "!",
        ClaimKind::States => "?",
    };
    let day = |at: Option<TimePoint>| at.map(|at| at.at.to_string()[..10].to_owned()).unwrap_or_default();
    let line = format!("{kind} {} {} {}", claim.subject, claim.predicate, claim.object.as_deref().unwrap_or("*"));
    if claim.valid_from.is_some() || claim.valid_until.is_some() {
        return format!("{line} @ {}..{}", day(claim.valid_from), day(claim.valid_until));
    }
    line
}

/// What a request states, without that its speakers know each other.
fn said(extractor: &OfflineExtractor, request: &ExtractionRequest) -> Vec<Claim> {
    let mut found = extractor.read(request).remove(0).claims;
    found.retain(|claim| claim.predicate != "KNOWS");
    found
}

/// What a request states, without what it denies.
fn claims(extractor: &OfflineExtractor, request: &ExtractionRequest) -> Vec<String> {
    let found = said(extractor, request);
    found.iter().filter(|claim| claim.kind != ClaimKind::Denies).map(line).collect()
}

fn extractor() -> OfflineExtractor {
    OfflineExtractor::new().unwrap()
}

#[test]
fn messages_become_facts_about_the_speaker() {
    let extractor = extractor();
    for (text, expected) in cases::SPOKEN {
        assert_eq!(claims(&extractor, &said_by_nora(text)), *expected, "{text}");
    }
}

#[test]
fn what_people_say_of_themselves_in_chats_becomes_facts() {
    let extractor = extractor();
    let mut missing = Vec::new();
    for (text, fact, sentence) in everyday::EVERYDAY
        .iter()
        .chain(plain::PLAIN)
        .chain(in_passing::IN_PASSING)
        .chain(numbers::NUMBERS)
        .chain(open_facts::OPEN_FACTS)
    {
        let found = said(&extractor, &said_by_nora(text));
        let facts: Vec<(String, &str)> = found.iter().map(|claim| (line(claim), claim.statement.as_str())).collect();
        if !facts.iter().any(|(found, said)| found == fact && said == sentence) {
            missing.push(format!("{text}: {facts:?}"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn answers_are_read_with_their_questions() {
    let extractor = extractor();
    for (question, answer, fact, sentence) in answers::ANSWERS {
        let mut request = said_by_nora(answer);
        request.context.push(turn(EpisodeKind::Message, Role::Assistant, None, question));
        let found = said(&extractor, &request);
        let facts: Vec<(String, &str)> = found.iter().map(|claim| (line(claim), claim.statement.as_str())).collect();
        assert!(facts.iter().any(|(found, said)| found == fact && said == sentence), "{question} {answer}: {facts:?}");
    }
}

#[test]
fn people_who_talk_with_each_other_are_tied_once() {
    let extractor = extractor();
    let mut request = said_by_nora("Hi Omar, how was the trip?");
    request.turns.push(turn(EpisodeKind::Message, Role::User, Some("Omar"), "How are you?"));
    request.turns.push(turn(EpisodeKind::Message, Role::User, Some("Nora"), "Fine, and you?"));
    let tied = |request: &ExtractionRequest| -> Vec<String> {
        extractor.read(request).iter().flat_map(|extraction| &extraction.claims).map(line).collect()
    };
    assert_eq!(tied(&request), ["+ Nora KNOWS Omar"]);
    for role in [Role::Assistant, Role::Tool] {
        request.context[0].role = Some(role);
        request.turns[1].role = Some(role);
        assert!(tied(&request).is_empty(), "{role:?}");
    }
}

#[test]
fn an_exclamation_takes_nothing_back() {
    let mut request = said_by_nora("I like Nico.");
    request.turns.push(turn(EpisodeKind::Message, Role::Assistant, None, "He dropped it."));
    request.turns.push(turn(EpisodeKind::Message, Role::User, Some("Nora"), "Oh no, not the lasagne!"));
    let found = extractor().read(&request);
    assert_eq!(found[0].claims.first().map(line).as_deref(), Some("+ Nora LIKES Nico"));
    assert!(found[2].claims.is_empty());
}

#[test]
fn misread_phrases_become_no_garbled_facts() {
    let extractor = extractor();
    let mut wrong = Vec::new();
    for (text, expected) in misparses::MISREAD {
        let found = said(&extractor, &said_by_nora(text));
        let facts: Vec<(String, &str)> = found.iter().map(|claim| (line(claim), claim.statement.as_str())).collect();
        let facts: Vec<(&str, &str)> = facts.iter().map(|(fact, said)| (fact.as_str(), *said)).collect();
        if facts != expected.iter().copied().collect::<Vec<_>>() {
            wrong.push(format!("{text}: {facts:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_no_relation_says_is_kept_if_somebody_would_keep_it() {
    let extractor = extractor();
    for (text, fact, sentence) in open_relations::OPEN {
        let found = said(&extractor, &said_by_nora(text));
        let facts: Vec<(String, &str)> = found.iter().map(|claim| (line(claim), claim.statement.as_str())).collect();
        assert!(facts.iter().any(|(found, said)| found == fact && said == sentence), "{text}: {facts:?}");
    }
    for text in open_relations::NOT_KEPT {
        let found = said(&extractor, &said_by_nora(text));
        assert!(found.is_empty(), "{text}: {:?}", found.iter().map(line).collect::<Vec<_>>());
    }
}

#[test]
fn clauses_of_many_kinds_may_become_open_facts() {
    let extractor = extractor();
    for (text, expected) in open_relations::CONSIDERED {
        let considered = extractor.open_facts(&said_by_nora(text));
        let statements: Vec<&str> = considered[0].iter().map(|fact| fact.statement.as_str()).collect();
        assert_eq!(statements, *expected, "{text}");
    }
}

#[test]
fn an_open_fact_takes_the_place_of_no_other() {
    let text = "I have to rewrite the first five chapters. I have to pay back 4,000 euros. I've got twelve weeks of severance.";
    let found = said(&extractor(), &said_by_nora(text));
    assert_eq!(found.len(), 3, "{:?}", found.iter().map(line).collect::<Vec<_>>());
    assert!(found.iter().all(|claim| claim.holding == Holding::Shared), "{found:?}");
    // A relation that ends other facts is stated by the vocabulary or not at all.
    for text in ["I live in a tent with two dogs for 14 days.", "I own 60 hives and a barn in a dream."] {
        let found = said(&extractor(), &said_by_nora(text));
        let open = |claim: &&Claim| claim.object_type.as_deref() == Some(VALUE_TYPE);
        assert_eq!(found.iter().find(open).map(line), None, "{text}");
    }
}

#[test]
fn open_facts_tell_also_what_is_not_kept() {
    let considered = extractor().open_facts(&said_by_nora("I'm glad. I have to rewrite the first five chapters."));
    let statements: Vec<&str> = considered[0].iter().map(|fact| fact.statement.as_str()).collect();
    assert_eq!(statements, ["Nora is glad", "Nora has to rewrite the first five chapters"]);
}

#[test]
fn pronouns_mean_only_whom_they_can_mean() {
    let extractor = extractor();
    for (text, expected) in misparses::PRONOUNS {
        let found = said(&extractor, &said_by_nora(text));
        let lives = found.iter().find(|claim| claim.predicate == "LIVES_IN").map(|claim| claim.subject.as_str());
        assert_eq!(lives, *expected, "{text}");
    }
}

#[test]
fn names_are_whole() {
    let extractor = extractor();
    for (text, expected) in misparses::NAMES {
        let found = extractor.read(&said_by_nora(text)).remove(0).mentions;
        let names: Vec<&str> = found.iter().map(|mention| mention.name.as_str()).collect();
        for name in *expected {
            assert!(names.contains(name), "{text}: {names:?}");
        }
    }
}

#[test]
fn documents_are_read_in_the_third_person() {
    let extractor = extractor();
    for (text, expected) in cases::WRITTEN {
        assert_eq!(claims(&extractor, &document(text)), *expected, "{text}");
    }
}

#[test]
fn what_is_not_asserted_is_no_fact() {
    let extractor = extractor();
    for text in cases::WITHOUT_FACTS {
        let found = claims(&extractor, &said_by_nora(text));
        assert!(found.is_empty(), "{text}: {found:?}");
    }
}

#[test]
fn statements_are_self_contained() {
    let extractor = extractor();
    for (text, expected) in cases::STATEMENTS {
        let found = extractor.read(&said_by_nora(text)).remove(0).statements;
        assert_eq!(found.first().map(|statement| statement.text.as_str()), Some(*expected), "{text}");
    }
}

#[test]
fn names_of_one_person_are_tied() {
    let extractor = extractor();
    for (text, name, alias) in cases::ALIASES {
        let found = extractor.read(&said_by_nora(text)).remove(0).aliases;
        let pairs: Vec<(&str, &str)> = found.iter().map(|found| (found.name.as_str(), found.alias.as_str())).collect();
        assert_eq!(pairs, [(*name, *alias)], "{text}");
    }
}

#[test]
fn names_are_mentioned_and_ordinary_words_are_not() {
    let cases: &[(&str, &[&str])] = &[
        ("I wish I grew up in Finland.", &["Finland:Location"]),
        ("met ryan in ireland lol", &["Ryan:Person", "Ireland:Location"]),
        ("Kenny, you need to rest.", &["Kenny:Person"]),
        ("I drive a Saab 900 these days.", &["Saab 900:Organization"]),
        ("OMG, what a BOMB! Sooooo good, Fire!", &[]),
    ];
    let extractor = extractor();
    for (text, wanted) in cases {
        let found = extractor.read(&said_by_nora(text)).remove(0).mentions;
        let name =
            |mention: &ExtractedMention| format!("{}:{}", mention.name, mention.entity_type.as_deref().unwrap_or(""));
        let found: Vec<String> = found.iter().filter(|mention| mention.name != "Nora").map(name).collect();
        assert_eq!(found, *wanted, "{text}");
    }
}

#[test]
fn a_pronoun_refers_to_the_person_of_the_sentence_before() {
    let found = claims(&extractor(), &said_by_nora("My sister Ines called me yesterday. She lives in Lisbon."));
    assert!(found.iter().any(|line| line == "+ Ines LIVES_IN Lisbon"), "{found:?}");
}

#[test]
fn an_answer_is_read_with_its_question() {
    let extractor = extractor();
    let mut request = said_by_nora("Porto");
    request.context = vec![turn(EpisodeKind::Message, Role::Assistant, None, "Where do you live?")];
    assert_eq!(claims(&extractor, &request), ["+ Nora LIVES_IN Porto"]);
}

#[test]
fn an_assistant_states_nothing_of_its_own() {
    let extractor = extractor();
    let mut request = said_by_nora("");
    request.turns =
        vec![turn(EpisodeKind::Message, Role::Assistant, None, "I live in the cloud. You should visit Rome.")];
    assert!(claims(&extractor, &request).is_empty());
}

#[test]
fn a_turn_gets_one_extraction_whatever_its_text() {
    let extractor = extractor();
    let mut request = said_by_nora("I live in Oslo.");
    request.turns.push(turn(EpisodeKind::Json, Role::Norole, None, "{broken: Ines lives in Porto."));
    request.turns.push(turn(EpisodeKind::Message, Role::User, Some("Omar"), ""));
    assert_eq!(extractor.read(&request).len(), 3);
    assert_eq!(extractor.read(&request), extractor.read(&request));
}

/// Asserts that all spans are within the text and that no field is empty.
fn assert_valid(text: &str, extraction: &Extraction) {
    let spans = extraction.mentions.iter().map(|mention| &mention.span);
    let spans = spans.chain(extraction.claims.iter().map(|claim| &claim.span));
    let spans = spans.chain(extraction.statements.iter().map(|statement| &statement.span));
    for span in spans.chain(extraction.aliases.iter().map(|alias| &alias.span)) {
        assert!(text.get(span.clone()).is_some_and(|part| !part.is_empty()), "{span:?} in {text:?}");
    }
    for claim in &extraction.claims {
        assert!(!claim.subject.trim().is_empty() && !claim.statement.trim().is_empty(), "{claim:?}");
        assert!(claim.predicate.chars().all(|c| !c.is_lowercase() && !c.is_whitespace()), "{claim:?}");
        assert!(claim.object.as_ref().is_none_or(|object| !object.trim().is_empty()), "{claim:?}");
    }
}

#[test]
fn hostile_text_is_read_in_bounded_time() {
    let extractor = extractor();
    let nested = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let keys = (0..50_000).map(|n| format!("\"k{n}\":{n}")).collect::<Vec<_>>().join(",");
    for text in [
        "a".repeat(100_000),
        "I live in ".repeat(5_000),
        "((((((((((".repeat(2_000),
        "\u{200b}\u{202e}\u{301}".repeat(10_000),
        "I, my, me, you, he, she, they ".repeat(2_000),
        "On Monday, Tuesday and last ".repeat(2_000),
        "\u{0}\u{1}I live in Oslo.\u{7}".repeat(100),
        format!("{{\"a\":{nested}}}"),
        format!("{{{keys}}}"),
        "{\"name\":\"\\ud800\"}".to_owned(),
    ] {
        for kind in [EpisodeKind::Message, EpisodeKind::Text, EpisodeKind::Json] {
            let mut request = said_by_nora("");
            request.turns = vec![turn(kind, Role::User, Some("Nora"), &text)];
            for extraction in extractor.read(&request) {
                assert_valid(&text, &extraction);
            }
        }
    }
}

/// Words and punctuation that the rules look for, in any order.
fn fragments() -> impl Strategy<Value = String> {
    const WORDS: &str = "I|I'm|my|sister|Anna|live|in|Berlin|last|week|before|the|day|ago|two|used|to|'s|\"|and|,|.|...|!|?|\n|- |```|\
        won't|no|longer|named|Max|from|until|2019|between|3|of|September|been|for|years|🎉|I’ve|é|call|me|Mr.|:|…|was|born|may|\
        Sun|favorite|is|İ|ß|ǅ|１２|99999999999999999999|-|/|5/7|who|which|C++|@a_b|not|if|want|would|sorry|actually|wrote:|>|Bob:";
    let words = prop::sample::select(WORDS.split('|').collect::<Vec<_>>());
    prop::collection::vec(words, 0..60).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_causes_a_panic(text in prop_oneof![".{0,200}", fragments(), "\\PC{0,100}"], role in 0..3) {
        thread_local!(static EXTRACTOR: OfflineExtractor = extractor());
        let mut request = said_by_nora(&text);
        request.turns.push(turn(EpisodeKind::Text, Role::Norole, None, &text));
        request.turns.push(turn(EpisodeKind::Json, Role::Norole, None, &text));
        if role == 0 {
            request.turns[0].role = Some(Role::Assistant);
            request.turns[0].speaker = None;
        }
        EXTRACTOR.with(|extractor| {
            for extraction in extractor.read(&request) {
                assert_valid(&text, &extraction);
            }
        });
    }
}

/// What was dropped, as the words, the stage and the reason.
fn dropped(extractor: &OfflineExtractor, request: ExtractionRequest) -> Vec<(String, Stage, &'static str)> {
    let trace = extractor.read(&ExtractionRequest { trace: true, ..request }).remove(0).trace;
    trace.dropped.into_iter().map(|entry| (entry.words, entry.stage, entry.reason)).collect()
}

#[test]
fn what_is_dropped_is_traced_with_its_reason() {
    let extractor = extractor();
    for (text, words, stage, reason) in [
        ("Should I move to Oslo?", "Should I move to Oslo", Stage::Assertion, "it asks"),
        ("If I won the lottery, I would live in Rome.", "If I won the lottery", Stage::Assertion, "condition"),
        ("He could live in Rome.", "He could live in Rome", Stage::Assertion, "modal verb"),
        ("Maybe I live in Rome.", "Maybe I live in Rome", Stage::Assertion, "not asserted"),
        ("You live in Oslo.", "You live in Oslo", Stage::Subject, "spoken to"),
        ("I pondered it.", "I pondered it", Stage::Relation, "no relation for the verb"),
        ("I pondered the matter.", "I pondered the matter", Stage::Object, "not worth keeping"),
        ("I love this view.", "I love this view", Stage::Object, "no known type"),
        ("I live in Oslo.\n> I live in Rome.", "I live in Rome.", Stage::Text, "quotes"),
        ("I live in Oslo.\n```\nlet home = 1;\n```", "let home = 1;", Stage::Text, "code"),
        ("Nice weather today!", "Nice weather today!", Stage::Relation, "no clause"),
    ] {
        let found = dropped(&extractor, said_by_nora(text));
        let is_it =
            |entry: &&(String, Stage, &str)| entry.0.starts_with(words) && entry.1 == stage && entry.2.contains(reason);
        assert!(found.iter().any(|entry| is_it(&entry)), "{text}: {found:?}");
    }
    let long = format!("I live in Oslo. {}", "word ".repeat(200));
    let found = dropped(&extractor, said_by_nora(&long));
    assert!(found.iter().any(|(_, _, reason)| *reason == "the sentence is longer than what is read"), "{found:?}");
    for kept in ["I have to rewrite the first five chapters.", "Please reply in points."] {
        let found = dropped(&extractor, said_by_nora(kept));
        assert!(found.is_empty(), "what is kept is not dropped: {found:?}");
    }
    let said = extractor.read(&ExtractionRequest { trace: true, ..said_by_nora("I live in the office.") }).remove(0);
    assert_eq!(said.trace.dropped[0].reading.as_deref(), Some("Nora LIVES_IN office"));
    assert_eq!(dropped(&extractor, said_by_nora("I live in Oslo.")), [], "what is kept is not dropped");
}

#[test]
fn reading_is_the_same_with_and_without_a_trace() {
    let extractor = extractor();
    let everyday = everyday::EVERYDAY.iter().map(|(text, ..)| *text);
    let said: Vec<&str> = cases::SPOKEN.iter().map(|(text, _)| *text).chain(everyday).collect();
    // Several turns together, as later ones refer to people of earlier ones.
    for texts in said.chunks(32) {
        let turns = texts.iter().map(|text| turn(EpisodeKind::Message, Role::User, Some("Nora"), text)).collect();
        let request = ExtractionRequest { turns, ..said_by_nora("") };
        let plain = extractor.read(&request);
        let mut traced = extractor.read(&ExtractionRequest { trace: true, ..request });
        for ((text, plain), traced) in texts.iter().zip(&plain).zip(&mut traced) {
            assert_eq!(plain.trace, Trace::default(), "no trace was asked for: {text}");
            traced.trace = Trace::default();
            assert_eq!(traced, plain, "{text}");
        }
    }
}
