//! Nouns for relatives: the relation that they name, one word for each, and the names beside them.

use erstwhile_nlp::{Dep, Pos, Tag};

use super::nouns;
use super::sentence::Sentence;

/// The relation of a noun for a relative: "twins" are children, a "twin" a sibling, and a "baby boy" is a child.
pub(super) fn kin_relation(sentence: &Sentence<'_>, noun: usize) -> Option<&'static str> {
    if sentence.is(noun, &["boy", "girl"]) && sentence.has_child_word(noun, &["baby"]) {
        return Some("HAS_CHILD");
    }
    // "My girl Keisha" may be a girlfriend.
    if sentence.is(noun, &["girl"])
        && name_beside(sentence, noun).is_some()
        && !sentence.has_child_word(noun, &["little", "eldest", "youngest", "oldest"])
    {
        return None;
    }
    // "My twins" are one's children, "my twin" is none.
    if sentence.is(noun, &["twins", "triplets"]) {
        return Some("HAS_CHILD");
    }
    sentence.lexicon.kin(sentence.lower(noun)).or_else(|| sentence.lexicon.kin(sentence.lemma(noun)))
}

/// "a dog called Rex", "my daughter named Mia".
pub(super) fn called(sentence: &Sentence<'_>, noun: usize) -> Option<String> {
    let naming = |noun: usize| sentence.child(noun, |child| sentence.is(child, &["named", "called"]));
    // "Our first kid, a boy called Arlo".
    let beside = || sentence.child_of(noun, &[Dep::Appos]).and_then(naming);
    let clause = naming(noun).or_else(beside)?;
    let name = sentence.child(clause, |child| sentence.is_proper(child) || sentence.pos(child) == Pos::Propn)?;
    Some(nouns::name(sentence, name))
}

/// "my granddaughter Seren is …", "my cousin Tunde lives …": the name behind a relative, whatever the parser makes of it.
pub(super) fn name_beside(sentence: &Sentence<'_>, noun: usize) -> Option<String> {
    let name = noun + 1;
    let beside = name < sentence.end
        // To the parser, "Raj" of "my friend Raj bought a car" is an adverb.
        && sentence.pos(name) != Pos::Verb
        && sentence.tag(noun) != Tag::Nns
        && sentence.is_capital(name)
        && sentence.text(name).len() > 2
        && sentence.text(name).chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\''))
        && !sentence.lexicon.is_word(sentence.lower(name))
        && !sentence.is_date(name)
        && !sentence.has_child(noun, &[Dep::Case]);
    beside.then(|| nouns::name(sentence, name))
}

/// The word for an animal: its lemma, or "guinea pig".
pub(super) fn animal_word(sentence: &Sentence<'_>, animal: usize) -> String {
    let guinea = sentence.child(animal, |c| sentence.dep(c) == Dep::Compound && sentence.is(c, &["guinea"]));
    match guinea {
        Some(_) => format!("guinea {}", sentence.lemma(animal)),
        None => sentence.lemma(animal).to_owned(),
    }
}

/// One word for the same relative, so that "my mum" and "my mother" are one.
pub(super) fn kin_word(word: &str) -> &str {
    match word {
        "mum" | "mom" | "mama" | "mam" | "ma" | "mummy" | "mommy" => "mother",
        "dad" | "papa" | "daddy" | "da" | "pa" => "father",
        "missus" | "wifey" => "wife",
        "hubby" => "husband",
        "sis" => "sister",
        "bro" => "brother",
        "granny" | "nana" | "nan" | "nanna" | "gran" | "grandma" => "grandmother",
        "grandad" | "granddad" | "grandpa" | "gramps" => "grandfather",
        "boy" | "lad" => "son",
        "girl" | "lass" => "daughter",
        "motherinlaw" => "mother-in-law",
        "fatherinlaw" => "father-in-law",
        "sisterinlaw" => "sister-in-law",
        "brotherinlaw" => "brother-in-law",
        "soninlaw" => "son-in-law",
        "daughterinlaw" => "daughter-in-law",
        word => word,
    }
}
