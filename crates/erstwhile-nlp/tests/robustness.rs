//! Any text can be parsed.
#![expect(clippy::expect_used, reason = "a failing test should stop immediately")]

use erstwhile_nlp::{Dep, Document, English, EntityKind, Pos, Tag};
use proptest::prelude::*;
use std::sync::LazyLock;

static ENGLISH: LazyLock<English> = LazyLock::new(|| English::load().expect("the pipeline"));

/// Checks what holds for every document.
fn check(document: &Document) {
    let mut text = String::new();
    let mut end = 0;
    for (i, token) in document.tokens().iter().enumerate() {
        assert_eq!(token.start as usize, end, "the tokens cover the text");
        assert!(token.start < token.end, "no token is empty");
        text.push_str(document.token_text(i));
        end = token.end as usize;
        if token.space_after {
            text.push(' ');
            end += 1;
        }
        let head = document.head(i);
        assert!(head < document.tokens().len());
        assert_eq!(head == i, token.dep == Dep::Root || document.ancestors(i).count() == 0);
        assert!(head == i || document.children(head).any(|child| child == i));
        assert!(document.left_edge(i) <= i && i <= document.right_edge(i));
    }
    assert_eq!(text, document.text());
    let sentences: Vec<_> = document.sentences().collect();
    assert_eq!(sentences.iter().map(ExactSizeIterator::len).sum::<usize>(), document.tokens().len());
    for (i, entity) in document.entities().iter().enumerate() {
        assert!(entity.tokens.start < entity.tokens.end && entity.tokens.end <= document.tokens().len());
        assert!(document.entities().get(i + 1).is_none_or(|next| entity.tokens.end <= next.tokens.start));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tokens_and_spaces_are_the_text(text in any::<String>()) {
        check(&ENGLISH.parse(&text));
    }

    #[test]
    fn tokens_and_spaces_are_the_text_with_punctuation(text in "[ a-cA-C0-2.,:;'’\"()$€%@/+*^&_…🙂é \t\n-]{0,60}") {
        check(&ENGLISH.parse(&text));
    }
}

#[test]
fn hostile_texts_are_parsed() {
    let repeated = [
        "a", "(", ".", "-", "a-", "a.", "@", "a@", ".a", "://", "…", "🙂", "\u{200b}", "\u{301}", "\u{0}", "\n", " ",
        "' ",
    ];
    for piece in repeated {
        for text in [piece.repeat(1100), format!("{})", piece.repeat(1100)), format!("x{}1", piece.repeat(1100))] {
            check(&ENGLISH.parse(&text));
        }
    }
    for text in
        ["", " ", "\n", "\u{feff}", "\u{202e}abc\u{202c}", "é", "\u{301}", "👩‍👩‍👧‍👦", "\u{1f}\u{7f}\u{85}", "ﷺ", "a\u{0}b"]
    {
        check(&ENGLISH.parse(text));
    }
}

#[test]
fn long_tokens_and_long_texts_are_parsed() {
    check(&ENGLISH.parse(&"x".repeat(100_000)));
    check(&ENGLISH.parse(&"http://a.b@".repeat(10_000)));
    check(&ENGLISH.parse(&"((((.....".repeat(10_000)));
    check(&ENGLISH.parse(&"Is it? ".repeat(5_000)));
    check(&ENGLISH.parse(&"and ".repeat(10_000)));
}

#[test]
fn a_text_of_several_blocks_is_split_at_line_breaks() {
    let text = "Maria lives in Lisbon with her two cats.\n".repeat(500);
    let document = ENGLISH.parse(&text);
    check(&document);
    let verbs = document.tokens().iter().filter(|token| token.tag == Tag::Vbz && token.dep == Dep::Root).count();
    assert_eq!(verbs, 500, "no sentence is cut");
    assert_eq!(document.entities().iter().filter(|entity| entity.kind == EntityKind::Gpe).count(), 500);
}

#[test]
fn threads_share_the_pipeline() {
    let expected = ENGLISH.parse("She bought three kilos of rice.");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(ENGLISH.parse("She bought three kilos of rice."), expected));
        }
    });
}

#[test]
fn trees_can_be_walked() {
    let document = ENGLISH.parse("My tall neighbour bought two red bikes in Leeds.");
    let word = |i: usize| document.token_text(i);
    let root = document.tokens().iter().position(|token| token.dep == Dep::Root).expect("a root");
    assert_eq!((word(root), document.lemma(root), document.tokens()[root].pos), ("bought", "buy", Pos::Verb));
    let children: Vec<&str> = document.children(root).map(word).collect();
    assert_eq!(children, ["neighbour", "bikes", "in", "."]);
    let reversed: Vec<&str> = document.children(root).rev().map(word).collect();
    assert_eq!(reversed, [".", "in", "bikes", "neighbour"]);
    let object = document.children(root).find(|child| document.tokens()[*child].dep == Dep::Dobj).expect("an object");
    assert_eq!(document.subtree(object).map(word).collect::<Vec<_>>(), ["two", "red", "bikes"]);
    assert_eq!(document.ancestors(object - 1).map(word).collect::<Vec<_>>(), ["bikes", "bought"]);
    assert_eq!((word(document.left_edge(object)), word(document.right_edge(object))), ("two", "bikes"));
    assert_eq!(document.entity_at(object + 2).map(|entity| entity.kind), Some(EntityKind::Gpe));
    assert_eq!(document.entity_at(0), None);
    assert_eq!(document.lower(0), "my");
}

#[test]
fn an_index_behind_the_last_token_is_harmless() {
    let document = ENGLISH.parse("Hi");
    assert_eq!((document.token_text(9), document.lemma(9), document.lower(9)), ("", "", ""));
    assert_eq!((document.head(9), document.left_edge(9), document.right_edge(9)), (9, 9, 9));
    assert_eq!(document.children(9).count() + document.ancestors(9).count() + document.subtree(9).count(), 0);
    assert_eq!(document.children(usize::MAX).count(), 0);
    assert_eq!(document.entity_at(9), None);
}
