//! Text and documents that a fuzzer makes up, and answers of a language model: nothing panics, everything ends, and every
//! claim lies in its text.
//!
//! `cargo test` tries a few hundred inputs of each target, others in every run. More are tried for ten minutes with
//! `BOLERO_RANDOM_ITERATIONS=1000000000 BOLERO_RANDOM_TEST_TIME_MS=600000`, or with coverage with `cargo bolero test`.

#![cfg(feature = "model-extractor")]
#![expect(clippy::expect_used, reason = "a failing test should stop immediately")]

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use bolero::check;
use erstwhile::model::{EpisodeKind, ModelUsage, Role};
use erstwhile::ports::{Completion, Extraction, ExtractionRequest, Extractor, LanguageModel, Prompt, Turn};
use erstwhile_models::model_extractor::{ModelExtractor, PromptOverrides};
use erstwhile_models::offline::OfflineExtractor;
use erstwhile_models::offline::dates;
use jiff::Timestamp;
use jiff::tz::TimeZone;

static OFFLINE: LazyLock<OfflineExtractor> = LazyLock::new(|| OfflineExtractor::new().expect("it starts"));

/// Words and marks of conversations, from which inputs are made.
const WORDS: [&str; 72] = [
    "I",
    " live",
    " in",
    " Lyon",
    ". ",
    " my",
    " sister",
    " Anna",
    "'s",
    " moved",
    " to",
    " last",
    " week",
    ", ",
    "and ",
    "not ",
    "no longer ",
    "My name is ",
    "Noor Haddad",
    "? ",
    "! ",
    "\n",
    "\r\n",
    " - ",
    "work at ",
    "Acme",
    " since ",
    "2019",
    "-03-",
    "05",
    "T10:00:00Z",
    "next ",
    "Friday",
    " ago",
    " 3 ",
    "years",
    "months",
    "from ",
    "until ",
    "tomorrow",
    "the ",
    "a ",
    "dog ",
    "Rex",
    " is ",
    "was ",
    "will be ",
    "used to ",
    "\"",
    "'",
    "(",
    ")",
    ":",
    "; ",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    "/",
    "@",
    "#",
    "😀",
    "\u{200d}",
    "\u{202e}",
    "é",
    "ß",
    "你好",
    "привет",
    "\t",
    "0",
];

/// Pieces of JSON documents.
const JSON: [&str; 34] = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"name\"",
    "\"id\"",
    "\"email\"",
    "\"a@b.c\"",
    "\"Anna\"",
    "\"status\"",
    "\"shipped\"",
    "1",
    "-2.5",
    "true",
    "null",
    "\"date\"",
    "\"2025-03-05\"",
    "\"messages\"",
    "\"role\"",
    "\"user\"",
    "\"content\"",
    "\"I live in Lyon.\"",
    "\"\\ud800\"",
    "{\"name\":\"",
    "\"}",
    "[{",
    "}]",
    "\"resourceType\":\"Patient\"",
    "\"properties\"",
    " ",
    "\"\\u0000\"",
    "\"x\":",
];

fn text(bytes: &[u8], pieces: &[&str]) -> String {
    let mut text = String::new();
    for byte in bytes {
        match pieces.get(usize::from(*byte)) {
            Some(piece) => text.push_str(piece),
            None => text.push(char::from_u32(u32::from(*byte) * 129).unwrap_or('\u{fffd}')),
        }
    }
    text
}

fn request(kind: EpisodeKind, text: &str) -> ExtractionRequest {
    let turn = |text: &str| Turn {
        kind,
        role: (kind == EpisodeKind::Message).then_some(Role::User),
        speaker: None,
        text: text.to_owned(),
        reference_time: Timestamp::UNIX_EPOCH,
        thread: Some("talk".to_owned()),
    };
    let half = text.floor_char_boundary(text.len() / 2);
    let turns = vec![turn(&text[..half]), turn(&text[half..]), turn(text)];
    ExtractionRequest { owner: Some("Noor Haddad".to_owned()), turns, ..ExtractionRequest::default() }
}

fn read(extractor: &dyn Extractor, request: ExtractionRequest) -> Vec<Extraction> {
    let turns = request.turns.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("it starts");
    let Ok(read) = runtime.block_on(extractor.extract(request)) else { return Vec::new() };
    assert_eq!(read.len(), turns.len());
    for (extraction, turn) in read.iter().zip(&turns) {
        for claim in &extraction.claims {
            assert!(turn.text.get(claim.span.clone()).is_some(), "{claim:?} does not lie in {:?}", turn.text);
        }
    }
    read
}

#[test]
fn conversations() {
    check!().for_each(|bytes: &[u8]| {
        read(&*OFFLINE, request(EpisodeKind::Message, &text(bytes, &WORDS)));
    });
}

#[test]
fn documents() {
    check!().for_each(|bytes: &[u8]| {
        read(&*OFFLINE, request(EpisodeKind::Json, &text(bytes, &JSON)));
        read(&*OFFLINE, request(EpisodeKind::Text, &text(bytes, &WORDS)));
    });
}

#[test]
fn time_expressions() {
    check!().for_each(|bytes: &[u8]| {
        let (text, seconds) = (
            text(bytes, &WORDS),
            bytes.iter().fold(0, |sum: i64, byte| sum.wrapping_mul(31).wrapping_add(i64::from(*byte))),
        );
        let reference = Timestamp::from_second(seconds % 250_000_000_000).unwrap_or(Timestamp::UNIX_EPOCH);
        for dated in dates::resolve(&text, reference, &TimeZone::UTC) {
            assert!(text.get(dated.span.clone()).is_some(), "{dated:?}");
        }
    });
}

/// A language model that gives one answer.
#[derive(Debug)]
struct Answering(Mutex<String>);

#[async_trait::async_trait]
impl LanguageModel for Answering {
    fn name(&self) -> &'static str {
        "a model"
    }

    async fn complete(&self, _prompt: Prompt) -> Completion {
        let answer = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Completion { outcome: Ok(answer), usage: ModelUsage::default() }
    }
}

#[test]
fn answers_of_a_model() {
    let pieces = [
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"entities\"",
        "\"claims\"",
        "\"turn\"",
        "1",
        "0",
        "-1",
        "99",
        "\"subject\"",
        "\"Noor Haddad\"",
        "\"predicate\"",
        "\"LIVES_IN\"",
        "\"object\"",
        "\"Lyon\"",
        "\"statement\"",
        "\"quote\"",
        "\"I live in Lyon.\"",
        "\"kind\"",
        "\"asserts\"",
        "\"ends\"",
        "\"from\"",
        "\"2025-02-30\"",
        "\"until\"",
        "null",
        "true",
        "\"object_is\"",
        "\"entity\"",
        "\"value\"",
        "\"name\"",
        "\"type\"",
        "\"aliases\"",
        "\"ends_facts\"",
        "\"properties\"",
        "{\"entities\":[],\"claims\":[{",
        "\"turn\":1,\"subject\":\"Noor Haddad\",\"predicate\":\"LIVES_IN\",\"object\":\"Lyon\",\"object_is\":\"entity\",",
        "}]}",
        "```json\n",
    ];
    let model = Arc::new(Answering(Mutex::default()));
    let offline = OfflineExtractor::new().expect("the extractor's data");
    let extractor =
        ModelExtractor::new(Arc::clone(&model) as Arc<dyn LanguageModel>, offline, PromptOverrides::default());
    // An input that panics fails the test; nothing is used after it.
    let (model, extractor) = (AssertUnwindSafe(model), AssertUnwindSafe(extractor));
    check!().for_each(|bytes: &[u8]| {
        *(*model).0.lock().unwrap_or_else(PoisonError::into_inner) = text(bytes, &pieces);
        read(&*extractor, request(EpisodeKind::Message, "I live in Lyon. My sister Anna moved to Oslo last week."));
    });
}
