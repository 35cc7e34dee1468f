//! Input of applications that a fuzzer makes up: nothing panics, everything ends, and what is returned keeps its rules.
//!
//! `cargo test` tries a few hundred inputs of each target, others in every run. More are tried for ten minutes with
//! `BOLERO_RANDOM_ITERATIONS=1000000000 BOLERO_RANDOM_TEST_TIME_MS=600000`, or with coverage with `cargo bolero test`.

use bolero::check;
use erstwhile_core::budget::Budget;
use erstwhile_core::compat::metadata_filter::MetadataFilter;
use erstwhile_core::model::Metadata;
use erstwhile_core::template::Template;
use erstwhile_core::text::{inert, words};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Text made of words that mean something to a parser, and of characters that mean nothing to it.
fn text(bytes: &[u8], tokens: &[&str]) -> String {
    let mut text = String::new();
    for byte in bytes {
        match tokens.get(usize::from(*byte)) {
            Some(token) => text.push_str(token),
            None => text.push(char::from_u32(u32::from(*byte) * 257).unwrap_or('\u{fffd}')),
        }
    }
    text
}

#[test]
fn templates() {
    let tokens = [
        "%{",
        "}",
        "user_summary",
        "edges",
        "entities",
        "episodes",
        " ",
        "limit=",
        "types=",
        "[",
        "]",
        "1",
        "9999999999999999999",
        "-1",
        ",",
        "=",
        "%",
        "{",
        "\n",
        "\"",
        "custom",
        "LIKES",
    ];
    check!().for_each(|bytes: &[u8]| {
        if let Ok(template) = Template::parse(&text(bytes, &tokens)) {
            let rendered =
                template.render(usize::MAX, |variable| vec!["x".repeat(1_000); variable.items_max().min(2_000)]);
            assert!(rendered.len() < 400_000, "{} bytes", rendered.len());
        }
    });
}

#[test]
fn filters_by_path() {
    let tokens = [
        "$",
        ".",
        "..",
        "*",
        "**",
        "[",
        "]",
        "?",
        "(",
        ")",
        "@",
        "a",
        "b",
        "'",
        "\"",
        "==",
        "!=",
        "<",
        ">",
        " && ",
        " || ",
        "!",
        "1",
        "-1",
        "1e309",
        "null",
        "true",
        " ",
        ",",
        ":",
        "0",
        "like_regex",
        " starts with ",
        "exists",
        "$.**",
        "\\",
    ];
    let metadata = Metadata::from_iter([
        ("a".to_owned(), json!([{ "b": 1, "c": [1, 2, [3]] }, { "b": "x" }, null])),
        ("b".to_owned(), json!({ "a": { "b": { "a": -1.5 } } })),
    ]);
    check!().for_each(|bytes: &[u8]| {
        let (path, other) = bytes.split_at(bytes.len() / 2);
        let conditions = [text(path, &tokens), text(other, &tokens)].map(|path| json!({ "jsonpath": path }));
        let filter = json!({ "where": { "or": [conditions[0], { "and": conditions }] } });
        if let Ok(filter) = MetadataFilter::parse(&filter) {
            filter.matches(&metadata, Timestamp::UNIX_EPOCH, &Budget::new(100_000, || false));
        }
    });
}

#[test]
fn filters_of_any_shape() {
    check!().for_each(|bytes: &[u8]| {
        let tokens = [
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"where\"",
            "\"and\"",
            "\"or\"",
            "\"jsonpath\"",
            "\"start_date\"",
            "\"end_date\"",
            "\"$\"",
            "null",
            "\"2025-01-01\"",
            "\"9999-12-31T23:59:59Z\"",
            "1",
            "\"where\":{\"or\":[",
            "]}",
            "true",
        ];
        if let Ok(filter) = serde_json::from_str::<Value>(&text(bytes, &tokens)) {
            drop(MetadataFilter::parse(&filter));
        }
    });
}

#[test]
fn texts_that_are_shown() {
    check!().for_each(|bytes: &[u8]| {
        let tokens = [
            "<", "</", "FACTS", ">", "\n", "\u{200b}", "\u{200d}", "\u{ff1c}", "\u{202e}", " ", "/", "\u{2039}", "!",
            "\r", "a",
        ];
        let given = text(bytes, &tokens);
        let shown = inert(&given).into_owned();
        assert_eq!(inert(&shown).as_ref() as &str, shown);
        assert!(!shown.contains(['\n', '\r', '\u{202e}']) && !shown.contains("</") && !shown.contains("<FACTS"));
        // A character is at most 18 after normalisation.
        assert!(words(&given).len() <= 18 * given.chars().count());
    });
}
