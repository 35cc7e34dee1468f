//! Names in a sentence: of people, places, organisations, products, events and works, and of unknown type.

use std::ops::Range;

use erstwhile::ports::ExtractedMention;
use erstwhile_nlp::{Dep, English, EntityKind, Pos};

use super::lexicon::{Kind, Kinds};
use super::mapped::Mapped;
use super::nouns;
use super::people;
use super::sentence::Sentence;

/// Maximum number of names per turn.
const MENTIONS_MAX: usize = 500;

/// Words that are names even in lower case.
pub(super) const NAMES: Kinds = Kinds::of(&[Kind::KnownName, Kind::FirstName, Kind::Gpe]);

/// Capitalised exclamations and forms of address, which are no names.
const EXCLAMATIONS: &[&str] = &[
    "omg",
    "lol",
    "lmao",
    "lmfao",
    "rofl",
    "xd",
    "af",
    "ftw",
    "wtf",
    "smh",
    "tbh",
    "btw",
    "imo",
    "idk",
    "kk",
    "ok",
    "yo",
    "hey",
    "hi",
    "hello",
    "bye",
    "wow",
    "damn",
    "fuck",
    "shit",
    "dude",
    "bro",
    "sis",
    "boo",
    "mr",
    "mrs",
    "ms",
    "miss",
    "sir",
    "madam",
    "haha",
    "ugh",
    "yay",
    "aww",
    "north",
    "south",
    "east",
    "west",
    "wanna",
    "gonna",
    "gotta",
    "lemme",
    "gimme",
    "dunno",
    "kinda",
    "sorta",
    "woohoo",
    "woo",
    "hoo",
    "yep",
    "yup",
    "yeah",
    "yea",
    "nope",
    "nah",
    "whoa",
    "whoah",
    "y'know",
    "phew",
    "whew",
    "yikes",
    "oops",
    "hmm",
    "hooray",
    "hurray",
    "congrats",
    "congratulations",
    "thx",
    "cheers",
    "kudos",
    "welp",
    "gosh",
    "jeez",
    "geez",
    "duh",
    "meh",
    "ooh",
    "aha",
    "ahh",
    "uh",
    "um",
    "eh",
    "ew",
    "mmm",
    "hehe",
    "heh",
    "bravo",
    "amen",
    "lmk",
    "fyi",
    "asap",
];

/// Words that may stand with a capital before a name at the start of a sentence: "Love Jamila!".
const BEFORE_NAMES: &[&str] = &[
    "love",
    "thanks",
    "thank",
    "dump",
    "go",
    "watch",
    "see",
    "meet",
    "dear",
    "poor",
    "stop",
    "vote",
    "happy",
    "good",
    "great",
    "cute",
    "awesome",
    "beautiful",
    "perfect",
    "best",
    "only",
    "why",
    "when",
    "where",
    "what",
    "how",
];

/// Part of a sentence that may be a name.
struct Candidate {
    tokens: Range<usize>,
    entity_type: Option<&'static str>,
}

/// Adds the names of a sentence.
pub(super) fn read(s: &Sentence<'_>, mapped: &Mapped, english: &English, found: &mut Vec<ExtractedMention>) {
    let mut candidates: Vec<Candidate> = recognised(s).into_iter().map(|candidate| whole_name(s, candidate)).collect();
    candidates.extend(unrecognised(s, english));
    candidates.extend(given_name_at_start(s));
    for candidate in candidates {
        let candidate = with_number(s, without_exclamation(s, candidate));
        if candidate.tokens.clone().any(|token| s.identifier(token).is_some()) || found.len() >= MENTIONS_MAX {
            continue;
        }
        let tokens = candidate.tokens.clone();
        let Some(last) = tokens.end.checked_sub(1).filter(|last| *last >= tokens.start) else { continue };
        let name = nouns::strip_article(nouns::span_text(s, tokens.start, last));
        if !is_proper(s, &candidate, name, english) {
            continue;
        }
        let all = s.doc.tokens();
        let (Some(first), Some(last)) = (all.get(tokens.start), all.get(last)) else { continue };
        let span = mapped.origin(first.start as usize..last.end as usize);
        let entity_type = candidate.entity_type.map(str::to_owned);
        let mention = ExtractedMention { name: name.to_owned(), entity_type, span };
        if !mention.span.is_empty() && !found.iter().any(|other| other.name == mention.name) {
            found.push(mention);
        }
    }
}

/// The names that the recogniser found; a list of people is several.
fn recognised(s: &Sentence<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for entity in s.doc.entities().iter().filter(|entity| s.tokens().contains(&entity.tokens.start)) {
        let is_list = entity.kind == EntityKind::Person;
        let parts: Vec<Range<usize>> =
            if is_list { names_of_list(s, &entity.tokens) } else { vec![entity.tokens.clone()] };
        for tokens in parts {
            let listed = (tokens.len() == 1).then(|| listed_type(s, &tokens)).flatten();
            if let Some(entity_type) = listed.or_else(|| mention_type(entity.kind)) {
                let is_place = entity_type == "Person" && is_called_a_place(s, &tokens);
                let by_kind = if is_place { "Location" } else { entity_type };
                let by_kind = Some(by_kind).filter(|_| listed.is_some() || !is_technical(s, &tokens));
                found.push(Candidate { entity_type: type_by_use(s, &tokens).or(by_kind), tokens });
            }
        }
    }
    found
}

/// Adds the words before that belong to a name: the recogniser finds "Thrones" in "Game of Thrones", and "Holmes" in
/// "Sherlock Holmes".
fn whole_name(s: &Sentence<'_>, mut candidate: Candidate) -> Candidate {
    const WORDS_MAX: usize = 5;
    let is_name = |token: usize| {
        s.pos(token) == Pos::Propn
            && s.is_capital(token)
            && s.entity(token).is_none()
            && token > s.start
            && !EXCLAMATIONS.contains(&s.lower(token).trim_end_matches('.'))
            && !matches!(s.lower(token).trim_end_matches('.'), "dr" | "prof" | "professor" | "doctor")
    };
    let alone = !s.is(candidate.tokens.start, &["the"]) && s.is_capital(candidate.tokens.start);
    for _ in 0..WORDS_MAX {
        let first = candidate.tokens.start;
        let Some(before) = first.checked_sub(1).filter(|before| *before >= s.start && alone) else { break };
        let joins = s.is(before, &["of"]) && before > s.start && is_name(before - 1) && s.dep(before) == Dep::Prep;
        if joins && candidate.entity_type != Some("Location") && candidate.entity_type != Some("Person") {
            candidate.tokens.start = before - 1;
        } else if is_name(before) && matches!(s.dep(before), Dep::Compound | Dep::Nmod) && s.head(before) >= first {
            candidate.tokens.start = before;
        } else {
            break;
        }
    }
    candidate
}

/// "Lily I love your photos", "Bill is here": a given name at the start, whatever the tagger makes of it.
fn given_name_at_start(s: &Sentence<'_>) -> Option<Candidate> {
    let first = s.start;
    let next = Some(first + 1).filter(|next| s.tokens().contains(next))?;
    let is_name = s.is_capital(first)
        && s.entity(first).is_none()
        && s.lexicon.kinds(s.lower(first)).has(Kind::FirstName)
        && s.is(next, &["i", "you", ",", "we", "your", "please", "is", "was", "has", "'s"])
        && s.pos(first) != Pos::Verb
        && s.pos(first) != Pos::Aux;
    is_name.then_some(Candidate { tokens: first..next, entity_type: Some("Person") })
}

/// "Dwayne, Ty": two names.
fn names_of_list(s: &Sentence<'_>, tokens: &Range<usize>) -> Vec<Range<usize>> {
    let mut names: Vec<Range<usize>> = Vec::new();
    for token in tokens.clone().filter(|token| !s.is(*token, &[",", "and", "&", "/"])) {
        match names.last_mut() {
            Some(last) if last.end == token => last.end = token + 1,
            _ => names.push(token..token + 1),
        }
    }
    names
}

/// Proper nouns that the recogniser leaves out: runs of capitalised ones.
fn unrecognised(s: &Sentence<'_>, english: &English) -> Vec<Candidate> {
    let is_name = |token: usize| {
        s.pos(token) == Pos::Propn
            && s.is_capital(token)
            && s.entity(token).is_none()
            && s.text(token).chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '\'' | '&'))
    };
    let mut names: Vec<Range<usize>> = Vec::new();
    for token in s.tokens().filter(|token| is_name(*token)) {
        match names.last_mut() {
            Some(last) if last.end == token => last.end = token + 1,
            // "Keeper of Shadows".
            Some(last) if last.end + 1 == token && s.is(last.end, &["of"]) => last.end = token + 1,
            _ => names.push(token..token + 1),
        }
    }
    // At the start, a capital says nothing; and a name beside a recognised one is part of it.
    names.retain(|name| {
        let touches =
            |token: Option<usize>| token.is_some_and(|token| s.tokens().contains(&token) && s.entity(token).is_some());
        let is_known = s.lexicon.kinds(s.lower(name.start)).intersects(NAMES);
        // "Shaq had me": a subject that is no word of English is a name, unless the tagger only takes it for one.
        let is_subject = s.dep(name.start) == Dep::Nsubj
            && !english.is_word(s.lower(name.start))
            && s.text(name.start).chars().skip(1).all(char::is_lowercase)
            && s.text(name.start).len() > 3;
        (name.start > s.start || name.len() > 1 || is_known || is_subject)
            && !touches(name.start.checked_sub(1))
            && !touches(Some(name.end))
    });
    names.into_iter().map(|tokens| Candidate { entity_type: listed_type(s, &tokens), tokens }).collect()
}

/// The type of a name by its first word, if a list has it: a first name or a place.
fn listed_type(s: &Sentence<'_>, tokens: &Range<usize>) -> Option<&'static str> {
    let kinds = s.lexicon.kinds(s.lower(tokens.start));
    let is_name = tokens.clone().all(|token| s.is_capital(token));
    match (kinds.has(Kind::FirstName), kinds.has(Kind::Gpe)) {
        (true, _) if is_name => Some("Person"),
        (_, true) if is_name && tokens.len() == 1 => Some("Location"),
        _ => None,
    }
}

/// "Love Jamila!" names Jamila.
fn without_exclamation(s: &Sentence<'_>, mut candidate: Candidate) -> Candidate {
    while candidate.tokens.len() > 1 {
        let first = candidate.tokens.start;
        // "North Korea" is a name, "north" is none.
        let direction = s.is(first, &["north", "south", "east", "west"]) && s.is_capital(first);
        let exclaims = s.is(first, EXCLAMATIONS) && !direction || is_drawn_out(s.text(first));
        let leads =
            s.is(first, BEFORE_NAMES) && first == s.start && s.lexicon.kinds(s.lower(first + 1)).intersects(NAMES);
        if !exclaims && !leads {
            break;
        }
        candidate.tokens.start += 1;
    }
    candidate
}

/// "Saab 900": the number of a model is part of its name.
fn with_number(s: &Sentence<'_>, mut candidate: Candidate) -> Candidate {
    let end = candidate.tokens.end;
    let is_thing = !matches!(candidate.entity_type, Some("Person" | "Location" | "Event"));
    let is_model = |token: usize| {
        let text = s.text(token);
        let is_year = text.len() == 4 && (text.starts_with("19") || text.starts_with("20"));
        let counts = token + 1 < s.end && s.is_noun(token + 1) && s.head(token) == token + 1;
        text.len() <= 4 && text.chars().all(|c| c.is_ascii_digit()) && !is_year && !counts && !s.is_date(token)
    };
    if is_thing && end < s.end && is_model(end) && s.text(end - 1).chars().all(char::is_alphabetic) {
        candidate.tokens.end += 1;
    }
    candidate
}

/// "Works at Nordlys Studio", "lives in Lyon", "Salma works": the type of a name by what the sentence does with it.
fn type_by_use(s: &Sentence<'_>, tokens: &Range<usize>) -> Option<&'static str> {
    let last = tokens.end.checked_sub(1)?;
    let preposition = s.head(last);
    if s.dep(last) == Dep::Pobj {
        let verb = s.head(preposition);
        if s.is(preposition, &["at", "for"]) && s.is_lemma(verb, &["work", "intern"]) {
            return Some("Organization");
        }
        if s.is(preposition, &["in", "to", "from"]) && s.is_lemma(verb, &["live", "move", "reside"]) {
            return Some("Location");
        }
    }
    people::acts_like_a_person(s, last).then_some("Person")
}

/// "Green Leaf Cafe": its last word says that it is a place; "Grace Park" is a person.
fn is_called_a_place(s: &Sentence<'_>, tokens: &Range<usize>) -> bool {
    let named = tokens.len() > 1 && !s.lexicon.kinds(s.lower(tokens.start)).has(Kind::FirstName);
    named && tokens.end.checked_sub(1).is_some_and(|last| s.lexicon.kinds(s.lower(last)).has(Kind::Place))
}

/// Whether the recogniser, which learnt from newspapers, cannot tell what a name is: it has a capital inside, or is short and
/// all in capitals ("UI"), or stands beside a technology.
fn is_technical(s: &Sentence<'_>, tokens: &Range<usize>) -> bool {
    const INITIALS_MAX: usize = 5;
    let is_known = |token: usize| s.lexicon.kinds(s.lower(token)).intersects(NAMES);
    let is_odd = |token: usize| {
        let text = s.text(token);
        let inner_capital = text.chars().skip(1).any(char::is_uppercase) && text.chars().any(char::is_lowercase);
        inner_capital || text.len() <= INITIALS_MAX && text.chars().all(char::is_uppercase)
    };
    if tokens.clone().any(is_known) {
        return false;
    }
    (tokens.len() == 1 && is_odd(tokens.start))
        || s.tokens().any(|token| !tokens.contains(&token) && s.is_a(token, Kind::Tech))
}

/// The type of an entity that a name may have; `None` for what is no entity.
fn mention_type(kind: EntityKind) -> Option<&'static str> {
    Some(match kind {
        EntityKind::Person => "Person",
        EntityKind::Gpe | EntityKind::Loc | EntityKind::Fac => "Location",
        EntityKind::Org => "Organization",
        EntityKind::Product => "Object",
        EntityKind::Event => "Event",
        EntityKind::WorkOfArt => "Work",
        _ => return None,
    })
}

/// Whether a candidate is a name: it has a capital, and is not a word of ordinary English.
fn is_proper(s: &Sentence<'_>, candidate: &Candidate, name: &str, english: &English) -> bool {
    let tokens = candidate.tokens.clone();
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let has_capital = tokens.clone().any(|token| s.is_capital(token));
    let shouting = s.source().chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase) && s.len() > 3;
    let is_known = tokens.clone().any(|token| s.lexicon.kinds(s.lower(token)).intersects(NAMES));
    letters > 1
        && has_capital
        && !shouting
        && name.len() <= 80
        && !name.contains(['\n', '"', '@', '#', '/', '(', ')', '*', '`', '='])
        && (is_known || !tokens.clone().all(|token| is_drawn_out(s.text(token)) || s.is(token, EXCLAMATIONS)))
        && (is_known || tokens.len() > 1 || !is_ordinary(s, candidate, english))
}

/// Whether a single word with a capital is more likely a word than a name.
fn is_ordinary(s: &Sentence<'_>, candidate: &Candidate, english: &English) -> bool {
    let token = candidate.tokens.start;
    let (text, lower) = (s.text(token), s.lower(token));
    let is_listed = s.lexicon.kinds(lower) != Kinds::default();
    if is_listed || !matches!(s.pos(token), Pos::Propn | Pos::X) {
        return true;
    }
    let is_shouted = text.len() > 3 && text.chars().all(char::is_uppercase);
    let is_first = (s.start..token).all(|before| matches!(s.pos(before), Pos::Punct | Pos::Intj | Pos::Space));
    let is_untyped = candidate.entity_type.is_none();
    english.is_word(lower) && (is_shouted || is_untyped || is_first && !people::acts_like_a_person(s, token))
}

/// "Awwww", "SHIIIT", "Hahahahha": the same letter three times, or laughter.
fn is_drawn_out(text: &str) -> bool {
    const LAUGHTER_MIN: usize = 4;
    let lower = text.to_lowercase();
    if lower.len() >= LAUGHTER_MIN && lower.starts_with("ha") && lower.chars().all(|c| matches!(c, 'h' | 'a')) {
        return true;
    }
    let letters: Vec<char> = lower.chars().collect();
    letters.windows(3).any(|three| three[0].is_alphabetic() && three.iter().all(|c| *c == three[0]))
}
