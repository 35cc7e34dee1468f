use erstwhile::model::{ClaimKind, Holding, Role};
use erstwhile::ports::{Claim, Turn};
use jiff::Timestamp;
use proptest::prelude::*;

use super::*;

/// Texts and the claims expected from them, one per line: `KIND subject PREDICATE object from..until`.
mod cases;

/// A Friday.
fn reference() -> Timestamp {
    "2023-05-12T10:00:00Z".parse().unwrap()
}

fn turn(kind: EpisodeKind, role: Role, speaker: Option<&str>, text: &str) -> Turn {
    Turn {
        kind,
        role: Some(role).filter(|_| kind == EpisodeKind::Message),
        speaker: speaker.map(ToOwned::to_owned),
        text: text.to_owned(),
        reference_time: reference(),
        thread: Some("t".to_owned()),
    }
}

/// A request with a turn of Nora, who talks to Omar.
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
    };
    let day =
        |at: Option<erstwhile::model::TimePoint>| at.map(|at| at.at.to_string()[..10].to_owned()).unwrap_or_default();
    let mut line = format!("{kind} {} {} {}", claim.subject, claim.predicate, claim.object.as_deref().unwrap_or("*"));
    if claim.valid_from.is_some() || claim.valid_until.is_some() {
        line = format!("{line} @ {}..{}", day(claim.valid_from), day(claim.valid_until));
    }
    line
}

fn claims(extractor: &OfflineExtractor, request: &ExtractionRequest) -> Vec<Claim> {
    extractor.read(request).remove(0).claims
}

#[test]
fn messages_become_claims_about_the_speaker() {
    let extractor = OfflineExtractor::new();
    for (text, expected) in cases::SPOKEN {
        let found: Vec<String> = claims(&extractor, &said_by_nora(text)).iter().map(line).collect();
        assert_eq!(found, *expected, "{text}");
    }
}

#[test]
fn documents_are_read_in_the_third_person() {
    let extractor = OfflineExtractor::new();
    for (text, expected) in cases::WRITTEN {
        let found: Vec<String> = claims(&extractor, &document(text)).iter().map(line).collect();
        assert_eq!(found, *expected, "{text}");
    }
}

#[test]
fn statements_are_self_contained() {
    let extractor = OfflineExtractor::new();
    for (text, expected) in cases::STATEMENTS {
        let found = claims(&extractor, &said_by_nora(text));
        assert_eq!(found.first().map(|claim| claim.statement.as_str()), Some(*expected), "{text}");
    }
}

#[test]
fn polite_phrases_and_questions_make_no_claims() {
    let extractor = OfflineExtractor::new();
    for text in cases::WITHOUT_CLAIMS {
        let found: Vec<String> = claims(&extractor, &said_by_nora(text)).iter().map(line).collect();
        assert!(found.is_empty(), "{text}: {found:?}");
    }
}

#[test]
fn aliases_are_found() {
    let extractor = OfflineExtractor::new();
    for (text, name, alias) in cases::ALIASES {
        let found = extractor.read(&said_by_nora(text)).remove(0).aliases;
        let pairs: Vec<(&str, &str)> = found.iter().map(|found| (found.name.as_str(), found.alias.as_str())).collect();
        assert_eq!(pairs, [(*name, *alias)], "{text}");
    }
}

#[test]
fn names_have_the_type_that_their_context_reveals() {
    let extractor = OfflineExtractor::new();
    for (text, expected) in cases::NAMES {
        let found = extractor.read(&said_by_nora(text)).remove(0).mentions;
        let names: Vec<(&str, &str)> =
            found.iter().map(|name| (name.name.as_str(), name.entity_type.as_deref().unwrap_or("-"))).collect();
        assert_eq!(names, *expected, "{text}");
    }
}

#[test]
fn an_assistant_addresses_the_owner_and_makes_few_claims() {
    let extractor = OfflineExtractor::new();
    let mut request = said_by_nora("");
    let item = |number: u8| format!("- Your project number {number} covers several important topics");
    let list = (0..40).map(item).collect::<Vec<_>>().join("\n");
    request.turns = vec![turn(EpisodeKind::Message, Role::Assistant, None, &list)];
    let found = claims(&extractor, &request);
    assert_eq!(found.len(), 12);
    assert_eq!(found[0].statement, "Nora's project number 0 covers several important topics.");
}

#[test]
fn a_nameless_user_is_called_user() {
    let extractor = OfflineExtractor::new();
    let turns = vec![turn(EpisodeKind::Message, Role::User, None, "I live in Oslo.")];
    let found = claims(&extractor, &ExtractionRequest { turns, ..ExtractionRequest::default() });
    assert_eq!(found.iter().map(line).collect::<Vec<_>>(), ["+ User LIVES_IN Oslo"]);
}

#[test]
fn scripts_are_split_by_speaker() {
    let extractor = OfflineExtractor::new();
    let found = claims(&extractor, &document("Ines: I live in Porto.\nOmar: I love chess."));
    assert_eq!(found.iter().map(line).collect::<Vec<_>>(), ["+ Ines LIVES_IN Porto", "+ Omar LOVES chess"]);
}

#[test]
fn pronouns_refer_to_the_only_person_named_before() {
    let extractor = OfflineExtractor::new();
    let found = claims(&extractor, &said_by_nora("My sister Ines called me yesterday. She lives in Lisbon."));
    let last = found.last().unwrap();
    assert_eq!(line(last), "+ Ines LIVES_IN Lisbon");
    assert!(last.confidence < 0.9);
    let both = claims(&extractor, &said_by_nora("Ines met Omar Duarte and Pedro. She lives in Lisbon."));
    assert!(!both.iter().any(|claim| claim.predicate == "LIVES_IN" && claim.subject != "Nora"), "{both:?}");
}

#[test]
fn json_fields_become_claims() {
    let extractor = OfflineExtractor::new();
    let text = r#"{"name":"Acme Pro","homeCity":"Oslo","plan":{"tier":"gold","start_date":"2023-01-01","expires":"2024-01-01"},"tags":["vip","eu"]}"#;
    let turns = vec![turn(EpisodeKind::Json, Role::Norole, None, text)];
    let found = claims(&extractor, &ExtractionRequest { turns, ..ExtractionRequest::default() });
    let lines: Vec<String> = found.iter().map(line).collect();
    for expected in [
        "+ Acme Pro HOME_CITY Oslo",
        "+ Acme Pro HAS_PLAN Acme Pro's plan @ 2023-01-01..2024-01-01",
        "+ Acme Pro's plan TIER gold @ 2023-01-01..2024-01-01",
        "+ Acme Pro TAGS vip",
        "+ Acme Pro TAGS eu",
    ] {
        assert!(lines.iter().any(|line| line == expected), "{expected} in {lines:#?}");
    }
    let city = found.iter().find(|claim| claim.predicate == "HOME_CITY").unwrap();
    assert_eq!((&text[city.span.clone()], city.holding), ("Oslo", Holding::Exclusive));
}

#[test]
fn broken_json_is_read_as_text() {
    let extractor = OfflineExtractor::new();
    let turns = vec![turn(EpisodeKind::Json, Role::Norole, None, "{broken: Ines lives in Porto.")];
    assert_eq!(extractor.read(&ExtractionRequest { turns, ..ExtractionRequest::default() }).len(), 1);
}

#[tokio::test]
async fn extract_returns_one_extraction_per_turn() {
    let extractor = OfflineExtractor::new();
    let mut request = said_by_nora("I live in Oslo.");
    request.turns.push(turn(EpisodeKind::Message, Role::User, Some("Omar"), ""));
    let answer = extractor.extract(request.clone()).await.unwrap();
    assert_eq!(answer.len(), 2);
    assert_eq!(answer, extractor.extract(request).await.unwrap());
    assert_eq!(extractor.name(), "offline@1");
}

/// Asserts that all spans are within the text and that no field is empty.
fn assert_valid(text: &str, extraction: &Extraction) {
    let spans = extraction.mentions.iter().map(|mention| &mention.span);
    let spans = spans.chain(extraction.claims.iter().map(|claim| &claim.span));
    for span in spans.chain(extraction.aliases.iter().map(|alias| &alias.span)) {
        assert!(text.get(span.clone()).is_some_and(|part| !part.is_empty()), "{span:?} in {text:?}");
    }
    for claim in &extraction.claims {
        assert!(!claim.subject.trim().is_empty() && !claim.statement.trim().is_empty(), "{claim:?}");
        assert!(claim.predicate.chars().all(|c| !c.is_lowercase() && !c.is_whitespace()), "{claim:?}");
        assert!(claim.object.as_ref().is_none_or(|object| !object.trim().is_empty()), "{claim:?}");
    }
}

/// Words and punctuation that the rules look for, in any order.
fn fragments() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "I",
        "I'm",
        "my",
        "sister",
        "Anna",
        "live",
        "in",
        "Berlin",
        "last",
        "week",
        "before",
        "the",
        "day",
        "ago",
        "two",
        "used",
        "to",
        "'s",
        "\"",
        "and",
        ",",
        ".",
        "...",
        "!",
        "?",
        "\n",
        "- ",
        "```",
        "won't",
        "no",
        "longer",
        "named",
        "Max",
        "from",
        "until",
        "2019",
        "between",
        "3",
        "of",
        "September",
        "been",
        "for",
        "years",
        "🎉",
        "I’ve",
        "é",
        "call",
        "me",
        "Mr.",
        ":",
        "…",
        "was",
        "born",
        "may",
        "Sun",
        "my",
        "favorite",
        "is",
        "İ",
        "ß",
        "ǅ",
        "１２",
        "99999999999999999999",
        "-",
        "/",
        "5/7",
    ]);
    prop::collection::vec(words, 0..60).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_text_causes_a_panic(text in prop_oneof![".{0,200}", fragments(), "\\PC{0,100}"], role in 0..3) {
        thread_local!(static EXTRACTOR: OfflineExtractor = OfflineExtractor::new());
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
