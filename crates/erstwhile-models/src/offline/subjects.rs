//! Sentences without a subject: "Just signed up for a class" is about the speaker.

use std::ops::Range;

use erstwhile_nlp::{Dep, Pos, Tag};

use super::lexicon::Kind;
use super::sentence::Sentence;

/// Words before the verb that are no subject.
const LEADS: &[&str] = &[
    "just",
    "also",
    "actually",
    "recently",
    "finally",
    "lately",
    "yesterday",
    "yeah",
    "yep",
    "yes",
    "so",
    "still",
    "currently",
    "only",
    "really",
    ",",
    "thanks",
    "oh",
    "and",
    "even",
    "now",
    "today",
    "then",
    "already",
    "always",
    "never",
    "mostly",
    "mainly",
    "usually",
    "normally",
    "generally",
    "sometimes",
];

/// Past forms that begin such sentences.
const PAST: &[&str] = &[
    "lost",
    "got",
    "went",
    "had",
    "made",
    "took",
    "bought",
    "saw",
    "met",
    "ran",
    "won",
    "found",
    "left",
    "began",
    "wrote",
    "came",
    "gave",
    "felt",
    "kept",
    "spent",
    "sold",
    "taught",
    "told",
    "built",
    "caught",
    "chose",
    "drove",
    "ate",
    "flew",
    "grew",
    "held",
    "knew",
    "led",
    "rode",
    "rose",
    "sang",
    "spoke",
    "swam",
    "threw",
    "wore",
    "tried",
    "finished",
    "started",
    "joined",
    "signed",
    "adopted",
    "visited",
    "attended",
    "watched",
    "painted",
    "moved",
    "worked",
    "loved",
    "enjoyed",
    "volunteered",
    "switched",
    "booked",
    "quit",
    "broke",
    "graduated",
    "passed",
    "ordered",
    "received",
    "interviewed",
    "applied",
    "lived",
    "studied",
    "cancelled",
    "canceled",
    "ended",
    "was",
    "used",
    "stopped",
    "became",
    "married",
    "turned",
    "planted",
    "played",
    "coached",
    "trained",
    "served",
    "qualified",
    "completed",
    "passed",
    "learned",
    "cycled",
    "hiked",
    "baked",
    "cooked",
    "renewed",
    "upgraded",
    "managed",
    "chaired",
    "captained",
    "landed",
    "travelled",
    "traveled",
    "exchanged",
    "dropped",
    "picked",
    "popped",
    "nipped",
    "stayed",
    "resumed",
    "handed",
    "resigned",
    "filed",
    "sent",
    "paid",
    "gained",
    "earned",
    "scored",
    "hired",
    "rented",
    "retrained",
    "separated",
    "split",
    "cracked",
    "cleared",
    "opened",
    "launched",
    "published",
    "submitted",
    "defended",
    "hosted",
    "injured",
    "tore",
    "sprained",
    "dislocated",
    "twisted",
    "fractured",
    "recovered",
    "smoked",
    "swapped",
    "inherited",
];

/// Present forms that begin such sentences.
const PRESENT: &[&str] = &[
    "love", "hate", "live", "work", "prefer", "need", "want", "have", "play", "enjoy", "hope", "plan", "own", "drive",
    "am", "study", "speak", "use", "collect", "miss",
];

/// Adverbs of what one does as a rule.
const HABITUAL: &[&str] = &["mostly", "mainly", "usually", "normally", "generally", "sometimes"];

/// The edit that gives a sentence its missing subject, if it has none.
pub(super) fn missing(s: &Sentence<'_>) -> Option<(Range<usize>, String)> {
    if s.is_question() {
        return None;
    }
    let mut first = s.start;
    while first + 1 < s.end
        && (matches!(s.dep(first), Dep::Intj | Dep::Punct | Dep::Cc) && !s.is_verb(first)
            || s.is(first, LEADS)
            || s.pos(first) == Pos::Space)
    {
        first += 1;
    }
    if let Some(edit) = job(s) {
        return Some(edit);
    }
    if s.end - first < 3 || s.has_child(first, &[Dep::Nsubj, Dep::Nsubjpass, Dep::Csubj, Dep::Expl]) {
        return None;
    }
    let sentence_end = s.doc.sentences().find(|range| range.contains(&first)).map_or(s.end, |range| range.end);
    let here = first..sentence_end.min(s.end);
    let root_subject = here.clone().filter(|t| s.dep(*t) == Dep::Root).any(|root| {
        // "Got home late, kids destroyed": what follows a comma has a subject of its own.
        let apart = s.tag(first) == Tag::Vbd && (first..root).any(|t| s.is(t, &[","]));
        root > first
            && !apart
            && s.has_child(root, &[Dep::Nsubj, Dep::Nsubjpass])
            && s.child_of(root, &[Dep::Nsubj, Dep::Nsubjpass]) != Some(first)
    });
    let finite_elsewhere = here.clone().any(|t| {
        t != first
            && matches!(s.tag(t), Tag::Vbz | Tag::Vbp | Tag::Vbd | Tag::Md)
            && matches!(s.dep(t), Dep::Root | Dep::Aux | Dep::Auxpass)
    });
    let lower = s.lower(first);
    // "Still at the council", "now with Acme".
    let stays =
        first > s.start && s.is(first - 1, &["still", "now", "currently"]) && s.is(first, &["at", "with", "in", "on"]);
    // "Work as a nurse" is no order, "mostly listen to jazz" neither.
    let says_where =
        first + 1 < s.end && s.is(first, &["work", "study"]) && s.is(first + 1, &["as", "at", "for", "in"]);
    let habitual = first > s.start && s.is(first - 1, HABITUAL);
    let asserts = PAST.contains(&lower) && s.tag(first) != Tag::Nn
        || s.tag(first) == Tag::Vbd && s.dep(first) == Dep::Root
        || PRESENT.contains(&lower)
            && matches!(s.dep(first), Dep::Root)
            && matches!(s.tag(first), Tag::Vb | Tag::Vbp)
            && s.has_child(first, &[Dep::Dobj, Dep::Prep, Dep::Xcomp])
            && (!imperative_of(lower) || says_where)
        || habitual && matches!(s.tag(first), Tag::Vb | Tag::Vbp) && s.dep(first) == Dep::Root;
    let lead = if stays && !finite_elsewhere {
        "I am "
    } else if lower == "been" {
        "I've "
    } else if lower == "going" && first + 1 < s.end && s.lower(first + 1) == "to" && !root_subject {
        "I'm "
    } else if asserts && !root_subject {
        "I "
    } else if lower.ends_with("ing")
        && s.tag(first) == Tag::Vbg
        && matches!(s.dep(first), Dep::Root | Dep::Amod)
        && !finite_elsewhere
    {
        "I'm "
    } else {
        return None;
    };
    // "Just got home" is "I just got home".
    if lead == "I " && first > s.start && s.is(first - 1, &["just", "finally", "recently", "also", "already"]) {
        first -= 1;
    }
    let start = s.doc.tokens().get(first)?.start as usize;
    let capital = s.text(first).chars().next()?;
    let word = s.text(first);
    let rest = &word[capital.len_utf8()..];
    let rest = if rest.chars().any(char::is_lowercase) { rest.to_owned() } else { rest.to_lowercase() };
    let lowered = format!("{lead}{}{rest}", capital.to_lowercase());
    Some((start..start + word.len(), lowered))
}

/// "Head of Ops at Lumen Freight": what one works as, and where.
fn job(s: &Sentence<'_>) -> Option<(Range<usize>, String)> {
    let mut tokens = s.tokens();
    let root = tokens.clone().find(|token| s.dep(*token) == Dep::Root)?;
    let at = s.child(root, |c| s.dep(c) == Dep::Prep && s.is(c, &["at"]))?;
    let named = s.object_of(at).is_some_and(|place| s.pos(place) == Pos::Propn && s.is_capital(place));
    let verbless = !tokens.any(|token| s.is_verb(token));
    let determined = s.has_child(root, &[Dep::Poss, Dep::Nummod]) || s.child(root, |c| s.is(c, &["the"])).is_some();
    if !named || !verbless || determined || !s.is_a(root, Kind::Title) || root > s.start + 3 {
        return None;
    }
    let first = s.doc.tokens().get(s.start)?;
    let (start, end) = (first.start as usize, first.end as usize);
    let word = s.doc.text().get(start..end)?;
    let lead = if s.is(s.start, &["a", "an"]) { "I work as " } else { "I work as a " };
    Some((start..end, format!("{lead}{word}")))
}

/// Verbs that more often begin an order: "have fun".
fn imperative_of(word: &str) -> bool {
    matches!(word, "have" | "use" | "play" | "work" | "enjoy" | "plan" | "study" | "drive")
}
