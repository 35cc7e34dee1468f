use super::*;
use crate::extraction::{Claim, ExtractedMention, ExtractedStatement, Extraction};
use crate::model::{ClaimKind, Holding, Metadata};

fn rule(prohibited: &[&str], permitted: &[&str]) -> Rule {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Rule {
        id: Uuid::nil(),
        category_key: "private".to_owned(),
        description: "private data".to_owned(),
        prohibited_examples: owned(prohibited),
        permitted_examples: owned(permitted),
    }
}

fn text(rules: Vec<Rule>) -> PolicyText {
    let category = Category { id: Uuid::nil(), key: "private".to_owned(), description: None };
    PolicyText { categories: vec![category], rules }
}

fn policy(prohibited: &[&str], permitted: &[&str]) -> ContentPolicy {
    let text = text(vec![rule(prohibited, permitted)]);
    text.check().unwrap();
    ContentPolicy::new(text)
}

#[test]
fn an_example_of_a_kind_of_data_prohibits_all_data_of_the_kind() {
    let cases: [(&str, &[&str], &[&str]); 7] = [
        (
            "Write to me at ann@example.org.",
            &["bob.lee+x@mail.example.co.uk", "<mailto:a@b.io>", "{\"email\": \"a@b.io\"}"],
            &["@ann said hi", "see a@b", "user@10.0.0.1", "five @ five"],
        ),
        (
            "Call +45 12 34 56 78",
            &["My number is (555) 010-9999.", "020 7946 0958", "555-0199", "0172 1234567"],
            &[
                "on 2024-05-17",
                "on 17.05.2024 12:30",
                "2024/5/17 10",
                "in 2024",
                "it costs 1000000",
                "3.14159265",
                "1,200,300",
                "78-05-1120",
                "078-05-1120",
            ],
        ),
        (
            "card 4111 1111 1111 1111",
            &["5500-0000-0000-0004", "340000000000009 expires 05/30"],
            &["4111 1111 1111 1112", "order 1234567890123", "0000000000000000"],
        ),
        (
            "GB82 WEST 1234 5698 7654 32",
            &["pay to DE89370400440532013000, please"],
            &["DE89370400440532013001", "FLIGHT AB12 tomorrow morning early enough"],
        ),
        (
            "10.0.0.1",
            &["from 192.168.1.20:8080", "2001:db8::1", "fe80:0:0:0:1:2:3:4/64"],
            &["version 1.2.3", "at 10:30:15", "1.2.3.4.5", "300.1.1.1", "a::b"],
        ),
        ("078-05-1120", &["SSN 219-09-9999"], &["000-12-3456", "666-12-3456", "2024-05-17"]),
        (
            "my password is hunter2",
            &["PIN: 1234", "{\"password\": \"abc12!\"}", "key sk-abcdefgh12345678", "-----BEGIN RSA PRIVATE KEY-----"],
            &["I forgot my password", "the password is wrong", "pink: 1234 roses", "sk-ip"],
        ),
    ];
    for (example, others, different) in cases {
        let policy = policy(&[example], &[]);
        for other in others {
            assert!(policy.prohibits(other), "{other} is like {example}");
        }
        for text in different {
            assert!(!policy.prohibits(text), "{text} is not like {example}");
        }
    }
}

#[test]
fn phrases_are_prohibited_as_whole_words_unless_a_permitted_phrase_covers_them() {
    let policy = policy(&["diabetes", "HIV positive"], &["diabetes charity"]);
    for text in ["Ann has Diabetes.", "She is HIV  positive", "ＤＩＡＢＥＴＥＳ", "diabetes charity and diabetes"]
    {
        assert!(policy.prohibits(text), "{text}");
    }
    for text in ["Ann runs for a diabetes charity.", "prediabetes", "HIV negative and positive"] {
        assert!(!policy.prohibits(text), "{text}");
    }
}

#[test]
fn a_kind_that_a_permitted_example_shows_is_permitted() {
    let policy = policy(&["a@b.org", "+45 12 34 56 78"], &["write to support@shop.example"]);
    assert!(!policy.prohibits("c@d.org"), "addresses are permitted");
    assert!(policy.prohibits("a@b.org"), "except this one, which is a phrase");
    assert!(policy.prohibits("+46 12 34 56 78"));
}

#[test]
fn a_policy_that_is_malformed_or_cannot_be_applied_is_refused() {
    let fails = |text: PolicyText, part: &str| {
        let error = text.check().unwrap_err();
        assert!(error.message().contains(part), "{}", error.message());
    };
    fails(text(vec![rule(&["Ann earns ninety thousand a year."], &[])]), "without a language model");
    fails(text(vec![rule(&["salary", "Ann earns ninety thousand a year."], &[])]), "prohibited_examples[1]");
    fails(text(vec![rule(&["salary"], &["salary"])]), "without a language model");
    fails(text(vec![rule(&[], &[])]), "from 1 to 8");
    fails(text(vec![rule(&["  "], &[])]), "without a letter or digit");
    fails(text(vec![rule(&["x"; 9], &[])]), "at most 8");
    fails(text(vec![rule(&["x"], &["x ".repeat(300).as_str()])]), "at most 500 characters");
    fails(text(vec![rule(&["x"], &[]); 33]), "rules can have at most 32");
    fails(text(vec![Rule { category_key: "other".to_owned(), ..rule(&["x"], &[]) }]), "names no category");
    fails(text(vec![Rule { description: " ".to_owned(), ..rule(&["x"], &[]) }]), "description");
    let category = |key: &str| Category { id: Uuid::nil(), key: key.to_owned(), description: None };
    fails(PolicyText { categories: vec![category("A")], rules: Vec::new() }, "from 2 to 64");
    fails(PolicyText { categories: vec![category("aa"), category("aa")], rules: Vec::new() }, "not unique");
}

#[test]
fn what_is_prohibited_is_dropped_and_the_rest_stays() {
    let claim = |object: &str, statement: &str| Claim {
        subject: "Ann".to_owned(),
        subject_type: None,
        predicate: "HAS".to_owned(),
        object: Some(object.to_owned()),
        object_type: None,
        statement: statement.to_owned(),
        span: 0..1,
        kind: ClaimKind::Asserts,
        holding: Holding::Shared,
        valid_from: None,
        valid_until: None,
        confidence: 1.0,
        attributes: Metadata::new(),
    };
    let mention = |name: &str| ExtractedMention { name: name.to_owned(), entity_type: None, span: 0..1 };
    let said = |text: &str| ExtractedStatement { text: text.to_owned(), span: 0..1, subject: None, valid_from: None };
    let mut extraction = Extraction {
        claims: vec![claim("diabetes", "Ann has diabetes."), claim("a cat", "Ann has a cat.")],
        mentions: vec![mention("diabetes"), mention("Ann")],
        statements: vec![said("Ann has had diabetes since May."), said("Ann has a cat called Tom.")],
        ..Extraction::default()
    };
    enforce(&policy(&["diabetes"], &[]), &mut extraction);
    let kept: Vec<&str> = extraction.claims.iter().map(|claim| claim.statement.as_str()).collect();
    assert_eq!(kept, ["Ann has a cat."]);
    assert_eq!(extraction.mentions, [mention("Ann")]);
    assert_eq!(extraction.statements, [said("Ann has a cat called Tom.")]);
    let dropped: Vec<&str> = extraction.dropped.iter().map(|dropped| dropped.statement.as_str()).collect();
    assert_eq!(dropped, ["Ann has diabetes.", "Ann has had diabetes since May."]);
}

#[test]
fn cards_and_numbers_are_found_among_other_digits() {
    let card = policy(&["4111 1111 1111 1111"], &[]);
    let number = policy(&["078-05-1120"], &[]);
    for text in [
        "(4111 1111 1111 1111)",
        "4111 1111 1111 1111 (Visa)",
        "4111 1111 1111 1111 12/27",
        "4111 1111 1111 1111. 2 of them",
        "pay 20 4111-1111-1111-1111",
    ] {
        assert!(card.prohibits(text), "{text}");
    }
    for text in ["(078-05-1120)", "078-05-1120 (SSN)", "078-05-1120 2024"] {
        assert!(number.prohibits(text), "{text}");
    }
    assert!(!card.prohibits("4111 1111 1111 1112") && !number.prohibits("78-05-1120"));
}

#[test]
fn a_long_text_of_nothing_but_examples_is_read_in_one_pass() {
    let repeated = "ab ".repeat(30_000);
    assert!(!policy(&["secret plan"], &["ab"]).prohibits(&repeated));
    assert!(policy(&["secret plan"], &["ab"]).prohibits(&format!("{repeated} secret plan")));
    // Not "secret plan": something stood between the words.
    assert!(!policy(&["secret plan"], &["ab"]).prohibits("secret ab plan"));
    assert!(!policy(&["my password is hunter2"], &[]).prohibits(&"apin=".repeat(20_000)));
}

#[test]
fn an_example_needs_a_letter_or_a_digit() {
    for sign in ["|", "｜", "--"] {
        assert!(text(vec![rule(&["a plan"], &[sign])]).check().is_err(), "{sign}");
    }
}
