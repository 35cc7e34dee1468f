//! Tests of paths, based on PostgreSQL's documentation and tests, and of malicious paths.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn finds(path: &str, document: &Value) -> bool {
    Path::parse(path)
        .unwrap_or_else(|error| panic!("{path}: {error}"))
        .finds(document, &Budget::new(u64::MAX, || false))
}

fn document() -> Value {
    json!({
        "system": {"entities": [
            {"Label": "WORK_OF_ART", "Name": "Dusk", "Matches": [{"Start": 3, "End": 7}]},
            {"Label": "PERSON", "Name": "Ann", "Matches": []}
        ]},
        "n": 10, "f": 2.5, "neg": -3, "t": "text", "yes": true, "no": false, "nil": null,
        "list": [1, 2, 3], "mixed": ["a", 1, null], "nested": [[1, 2], [3]], "odd key": {"a-b": 1}
    })
}

fn check(found: &[&str], not_found: &[&str]) {
    for path in found {
        assert!(finds(path, &document()), "{path} should find something");
    }
    for path in not_found {
        assert!(!finds(path, &document()), "{path} should find nothing");
    }
}

#[test]
fn filters_apply_to_the_items_of_arrays() {
    check(
        &[
            r#"$.system.entities[*] ? (@.Label == "WORK_OF_ART")"#,
            r#"$.system.entities ? (@.Label == "PERSON" && @.Name == "Ann")"#,
            r#"$.system.entities[*] ? (@.Label == "PLACE" || @.Name starts with "Du")"#,
            r#"$.system.entities[*] ? (!(@.Label == "PERSON")).Name ? (@ == "Dusk")"#,
            r"$.system.entities[*] ? (exists(@.Matches[*] ? (@.Start > 2))).Label",
            r#"$ ? (@.system.entities.Label == "PERSON")"#,
            r"$ ? ($.n == 10 && @.f < 3)",
        ],
        &[
            r#"$.system.entities[*] ? (@.Label == "PLACE")"#,
            r#"$.system.entities[*] ? (@.Label == "WORK_OF_ART" && @.Name == "Ann")"#,
            r#"$.system.entities[*] ? (@.label == "PERSON")"#,
            r"$.system.entities[*] ? (exists(@.Matches[*] ? (@.Start > 3)))",
        ],
    );
}

#[test]
fn members_and_elements_are_found() {
    check(
        &[
            "$",
            "$.n",
            "$ . n",
            "$.nil",
            r#"$."odd key"."a-b""#,
            "$.list[0]",
            "$.list[last]",
            "$.list[last - 2]",
            "$.list[0, 9]",
            "$.list[1 to 9]",
            "$.list[0.9] ? (@ == 1)",
            "$.*.entities",
            "$.n[0]",
            "$.n[*]",
            "$.nested[*][1]",
            "$.nested[1][0] ? (@ == 3)",
            "$.list[$.neg + 4]",
            "lax $.n",
            "STRICT $.n",
        ],
        &[
            "$.missing",
            "$.N",
            "$.n.x",
            "$.list[3]",
            "$.list[-1]",
            "$.list[9 to 1]",
            "$.n[1]",
            "$.list[\"a\"]",
            "$.list[$.list]",
            "$.list[99999999999]",
            "$.mixed.x",
            "$.nested[2]",
        ],
    );
}

#[test]
fn in_strict_mode_missing_parts_are_errors() {
    check(
        &["strict $.list[*]", "strict $.list[0 to last]", "strict $.** ? (@.Label == \"PERSON\")", "strict $.**.Label"],
        &[
            "strict $.missing",
            "strict $.system.entities.Label",
            "strict $.n[*]",
            "strict $.n[0]",
            "strict $.list[3]",
            "strict $.list[2 to 3]",
            "strict $.n.size()",
            "strict $.*.entities",
            "strict $.mixed[*].double()",
        ],
    );
}

#[test]
fn comparisons_are_true_false_or_unknown() {
    check(
        &[
            "$ ? (@.n >= 10)",
            "$ ? (@.n <= 1e1)",
            "$ ? (@.n != 9)",
            "$ ? (@.n <> 9)",
            "$ ? (@.nil == null)",
            "$ ? (@.n != null)",
            "$ ? (@.yes == true)",
            "$ ? (@.no < @.yes)",
            "$ ? (@.t > \"tex\")",
            "$ ? (@.list == 2)",
            "$ ? (@.list > 2)",
            "$ ? (@.mixed == 1)",
            "$ ? ((@.n == \"10\") is unknown)",
            "$ ? ((@.system == 1) is unknown)",
            "$ ? (!(@.n == 9))",
            "$ ? (!exists(@.missing))",
            "$ ? (10 == @.n)",
            "$ ? ((@.n == \"10\") is unknown || @.n == 1)",
            "$ ? (@.missing == 1 || @.n == 10)",
        ],
        &[
            "$ ? (@.n > 10)",
            "$ ? (@.n == \"10\")",
            "$ ? (!(@.n == \"10\"))",
            "$ ? (@.nil < 1)",
            "$ ? (@.n == null)",
            "$ ? (@.missing == null)",
            "$ ? (@.missing != 1)",
            "$ ? (@.system == @.system)",
            "strict $ ? (@.mixed[*] == 1)",
            "$ ? (@.n == \"10\" && @.n == 10)",
            "$ ? ((@.n == 1) is unknown)",
        ],
    );
}

#[test]
fn arithmetic_has_the_usual_precedence() {
    check(
        &[
            "$ ? (@.n + 2 * 3 == 16)",
            "$ ? ((@.n + 2) * 3 == 36)",
            "$ ? (-@.neg == 3)",
            "$ ? (+@.neg == -3)",
            "$ ? (@.n / 4 == 2.5)",
            "$ ? (@.n % 3 == 1)",
            "$ ? (@.n - 1 - 1 == 8)",
            "$ ? (- -@.n == 10)",
            "$ ? (9223372036854775807 + 1 > 9223372036854775807)",
            "$ ? (-@.list == -2)",
            "$.n - 3",
        ],
        &[
            "$.n / 0",
            "$.n % 0",
            "$.n + $.t",
            "-$.t",
            "$.list + 1",
            "$.missing + 1",
            "$.n * 1e308 * 1e308",
            "$ ? (@.n / 0 == 1)",
            "$ ? (!(@.n / 0 == 1))",
        ],
    );
}

#[test]
fn methods_compute_items() {
    check(
        &[
            "$.list.size() ? (@ == 3)",
            "$.n.size() ? (@ == 1)",
            "$.list.type() ? (@ == \"array\")",
            "$.nil.type() ? (@ == \"null\")",
            "$.f.ceiling() ? (@ == 3)",
            "$.f.floor() ? (@ == 2)",
            "$.neg.abs() ? (@ == 3)",
            "$ ? (@.n.double() == 10)",
            "$.list.double() ? (@ == 2)",
            "$.system.keyvalue() ? (@.key == \"entities\").value[*].Name",
            "$.keyvalue().value.entities.Name",
            "$ ? ((@.n == 1).type() == \"boolean\")",
            "$.size() ? (@ == 1)",
        ],
        &["$.t.double()", "$.t.abs()", "$.n.keyvalue()", "$.nil.floor()", "$.list.type().x", "$.n.type"],
    );
}

#[test]
fn descent_finds_descendants() {
    check(
        &[
            "$.** ? (@.Label == \"PERSON\")",
            "$.**.Start ? (@ == 3)",
            "$.**{4} ? (@ == \"Ann\")",
            "$.**{0}.n",
            "$.**{last} ? (@ == 7)",
            "$.**{1 to 2}.entities",
            "$.**{2 to last} ? (@ == 7)",
        ],
        &["$.** ? (@ == 8)", "$.**{1} ? (@ == \"Ann\")", "$.**{9}", "$.n.**{last}", "$.**{3 to 1}"],
    );
}

#[test]
fn texts_are_matched_by_plain_patterns() {
    check(
        &[
            r#"$ ? (@.t like_regex "ex")"#,
            r#"$ ? (@.t like_regex "^te")"#,
            r#"$ ? (@.t like_regex "xt$")"#,
            r#"$ ? (@.t like_regex "^TEXT$" flag "i")"#,
            r#"$ ? (@.mixed like_regex "a")"#,
            r#"$ ? ("a.b" like_regex "a.b" flag "q")"#,
            r#"$ ? (@.t starts with "te")"#,
        ],
        &[
            r#"$ ? (@.t like_regex "^ex")"#,
            r#"$ ? (@.t like_regex "te$")"#,
            r#"$ ? (@.t like_regex "TEXT")"#,
            r#"$ ? ("axb" like_regex "a.b" flag "q")"#,
            r#"$ ? (@.n like_regex "1")"#,
            r#"$ ? (@.t starts with "ex")"#,
        ],
    );
}

#[test]
fn items_found_before_an_error_count_in_lax_mode() {
    let document = json!({"a": [1, "x"], "b": ["x", 1]});
    assert!(finds("$.a[*].double()", &document));
    assert!(!finds("$.b[*].double()", &document));
    assert!(!finds("strict $.a[*].double()", &document));
    assert!(finds("$ ? (exists(@.a[*].double()))", &document));
    assert!(finds("$ ? ((@.a[*].double() == 1) is unknown)", &document));
}

#[test]
fn a_comparison_as_the_whole_path_is_always_found() {
    assert!(finds("$.n == 11", &document()) && finds("$.n == \"x\"", &document()));
}

#[test]
fn escapes_are_decoded() {
    let document = json!({"k": "a\"\\/\n\t\u{8}é😀A-B"});
    let path = r#"$ ? (@."\u006b" == "a\"\\\/\n\t\b\u00e9\ud83d\ude00\x41\-\u{42}")"#;
    assert!(finds(path, &document));
}

#[test]
fn syntax_errors_name_their_place() {
    for (path, at, message) in [
        ("", 0, "expected a value"),
        ("n", 0, "must start with"),
        ("$.", 2, "name of a member"),
        ("$.n = 1", 4, "use =="),
        ("$ ? (@.n = 1)", 9, "use =="),
        ("$ ? (@.n)", 5, "expected a condition"),
        ("$ ? (@.n == 1", 13, "expected \")\""),
        ("$ ? (@.n == )", 12, "expected a value"),
        ("$ ? (@.n == Ann)", 12, "double quotes"),
        ("$ ? @.n == 1", 4, "expected \"(\""),
        ("@.n", 0, "in a filter"),
        ("$[last] + last", 10, "in brackets"),
        ("$name", 1, "variables are not supported"),
        ("$\"name\"", 1, "variables are not supported"),
        ("$.n $.f", 4, "expected the end"),
        ("$.a-é ? (@ == \"x)", 14, "closing double quote"),
        ("$.n.datetime()", 4, "not supported"),
        ("$.n.type(1)", 9, "expected \")\""),
        ("$ ? (@.t like_regex \"a.*b\")", 20, "not supported"),
        ("$ ? (@.t like_regex \"^a\" flag \"m\")", 20, "not supported"),
        ("$ ? (@.t like_regex \"a\" flag \"z\")", 20, "flags must be"),
        ("$ ? (@.t starts \"a\")", 16, "\"with\""),
        ("$ ? ((@.n == 1) == true)", 5, "expected a value, not a condition"),
        ("$ ? (!@.n == 1)", 6, "parentheses"),
        ("$.**{x}", 5, "a level"),
        ("$.**{1.5}", 5, "a level"),
        ("$.**{99999999999}", 5, "a level"),
        ("1a", 0, "not a number"),
        ("1e999", 0, "not a number"),
        ("1.2.3", 0, "not a number"),
        ("nan", 0, "must start with"),
        ("$ # 1", 2, "unexpected character"),
        ("\"\\x4\"", 3, "hexadecimal"),
        ("\"\\ud800\"", 7, "surrogate"),
        ("\"\\u{110000}\"", 10, "not a character"),
        ("\"\\u{}\"", 4, "one to six"),
    ] {
        let error = Path::parse(path).expect_err(path);
        assert!(error.message.contains(message), "{path}: {error}");
        assert_eq!(error.at, at, "{path}: {error}");
    }
}

#[test]
fn length_and_nesting_are_limited() {
    let member = |length: usize| format!("$.{}", "ü".repeat(length - 2));
    assert!(Path::parse(&member(PATH_CHARACTERS_MAX)).is_ok());
    assert!(Path::parse(&member(PATH_CHARACTERS_MAX + 1)).unwrap_err().message.contains("too long"));
    let nested = |depth: usize| format!("{}$.n{}", "(".repeat(depth), ")".repeat(depth));
    assert!(finds(&nested(NESTING_MAX), &document()));
    assert!(Path::parse(&nested(NESTING_MAX + 1)).unwrap_err().message.contains("nested too deeply"));
    for opening in ["(", "-", "$[", "$?(", "!(", "$?(exists(", "("] {
        assert!(Path::parse(&opening.repeat(80)).is_err());
    }
}

#[test]
fn long_chains_are_not_nested() {
    for part in [".a", "[*]", "+1", "-1", ".type()", "?(@==1)", ".**", "[0]"] {
        let path = format!("${}", part.repeat((PATH_CHARACTERS_MAX - 1) / part.len()));
        let _found = finds(&path, &document());
    }
    for joint in ["||", "&&"] {
        let _found = finds(&vec!["1==1"; 160].join(joint), &document());
    }
}

#[test]
fn malicious_paths_exhaust_the_budget_and_find_nothing() {
    let many: Vec<Value> = (0..1_000).map(|number| json!({"n": number, "s": "x".repeat(1_000)})).collect();
    let document = json!({"list": many, "long": "x".repeat(1_000_000)});
    for path in [
        format!("$.list{}", "[0,0,0,0,0,0,0,0]".repeat(50)),
        "$.** ? (@.** ? (@.** == 1) == 2)".to_owned(),
        "$ ? (@.**.n != @.**.s && @.**.n > @.**.n + 0 || @.list.n == -@.list.n)".to_owned(),
        format!("${}", ".keyvalue()".repeat(80)),
        format!("$.list{}", "[*].keyvalue()".repeat(60)),
        // Running out of budget does not count as unknown.
        "$ ? ((@.**.s < @.**.s) is unknown)".to_owned(),
        "$ ? (!(@.**.s < @.**.s))".to_owned(),
        "$ ? (@.long[0,0,0,0,0,0] like_regex \"y\" || 1 == 1)".to_owned(),
    ] {
        assert!(!finds(&path, &document), "{path}");
    }
}

proptest! {
    #[test]
    fn parsing_never_panics(text in "\\PC{0,60}") {
        let _read = Path::parse(&text);
    }

    #[test]
    fn parsing_path_like_text_never_panics(
        parts in prop::collection::vec(prop::sample::select(vec![
            "$", "@", ".", "*", "**", ".a", ".b", "[", "]", "(", ")", "?", "? (", "==", "<", "&&", "||", "!", "+", "-",
            "/", "%", " ", "1", "9223372036854775807", "1e308", "0", "\"", "\"x\"", "\\", "\\u", "{", "}", "last", "to",
            "exists(", "is unknown", "starts with", "like_regex", "flag", "strict", "lax", ".size()", ".keyvalue()",
            ".type()", ".double()", ".abs()", "null", "true", ",", "é",
        ]), 0..24),
    ) {
        let document = json!({"a": [1, {"b": "x"}, [2.5, null]], "b": i64::MIN, "c": u64::MAX});
        if let Ok(path) = Path::parse(&parts.concat()) {
            let _found = path.finds(&document, &Budget::new(u64::MAX, || false));
        }
    }

    #[test]
    fn any_key_and_value_are_found_by_their_quoted_path(key in "\\PC{0,12}", value in "\\PC{0,12}") {
        let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        let path = format!("$.{} ? (@ == {})", quoted(&key), quoted(&value));
        let mut document = serde_json::Map::new();
        document.insert(key, Value::String(value));
        prop_assert!(finds(&path, &Value::Object(document)));
    }
}
