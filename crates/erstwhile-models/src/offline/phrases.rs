//! The text of a noun phrase, without pronouns.

use erstwhile_nlp::{Dep, EntityKind, Pos};

use super::lexicon::Kind;
use super::nouns::{Vague, span_text, typed_name};
use super::people::{FIRST, People, SECOND};
use super::sentence::Sentence;

/// Words after a preposition that say nothing.
const EMPTY_OBJECTS: &[&str] = &[
    "it", "that", "this", "them", "these", "those", "which", "there", "you", "thing", "fact", "way", "time", "lot",
    "one", "moment", "what", "all", "today",
];

/// Adverbs and adjectives that only add feeling.
const INTENSIFIERS: &[&str] = &[
    "really",
    "so",
    "too",
    "just",
    "even",
    "super",
    "pretty",
    "very",
    "also",
    "especially",
    "actually",
    "quite",
    "whole",
];

/// Adverbs behind a noun that belong to the verb.
const LOOSE: &[&str] = &["there", "here", "together", "indoors", "outdoors", "outside", "inside", "online", "alone"];

const PRAISE: &[&str] =
    &["awesome", "amazing", "great", "cool", "nice", "lovely", "super", "such", "wonderful", "fantastic"];

/// The text of a noun phrase, without pronouns and without what a reader of the phrase alone does not need.
///
/// Possessives of `subject` become "their".
///
/// # Errors
/// If the phrase needs a pronoun that refers to nobody known.
pub(super) fn phrase(
    sentence: &Sentence<'_>,
    people: &mut People,
    token: usize,
    subject: Option<&str>,
) -> Result<String, Vague> {
    if let Some((_, name)) = typed_name(sentence, token) {
        return Ok(name);
    }
    let mut writer = PhraseWriter { sentence, people, subject, top: token, words: Vec::new() };
    writer.write(token, true)?;
    let text = tidy(&writer.words.join(" "));
    // "Widerøe, not SAS".
    let meant = text.split_once(" not ").map(|(meant, _)| meant).filter(|_| sentence.pos(token) == Pos::Propn);
    Ok(meant.map_or(text.clone(), |meant| meant.trim_end_matches(',').to_owned()))
}

/// Joins tokens as English writes them.
pub(super) fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let words: Vec<&str> = text.split_whitespace().collect();
    let (mut quoted, mut opened) = (false, false);
    for (at, word) in words.iter().copied().enumerate() {
        let opens = word == "'" && !quoted && opens_quote(&words, at);
        // The other end of the quotation is not a part of the phrase.
        if word == "'" && !quoted && !opens && !is_possessive(&words, at) {
            continue;
        }
        let attached = !opens && matches!(word, "'s" | "'ve" | "'re" | "'ll" | "'d" | "'m" | "'" | "n't" | "," | "." | "%" | ")" | "!" | "?" | ":" | ";")
            || opened
            || out.ends_with(['$', '£', '€', '(', '#'])
            || out.ends_with('-') && !out.ends_with(" -")
            || word.starts_with('-') && word.len() == 1 && !out.is_empty()
            // "5K" is two tokens.
            || matches!(word, "K" | "k") && out.ends_with(|c: char| c.is_ascii_digit());
        if !out.is_empty() && !attached {
            out.push(' ');
        }
        out.push_str(word);
        quoted = word == "'" && opens && !is_short_year(&words, at + 1) || quoted && word != "'";
        opened = opens;
    }
    correct_articles(&out.replace('"', "").replace(" can not ", " cannot "))
}

/// Whether an apostrophe that stands alone begins a quotation or a short year, and is no possessive: "the 'user' role",
/// "a '69 Camaro", but "my parents' house".
fn opens_quote(words: &[&str], at: usize) -> bool {
    let closed = || words.get(at + 2..).is_some_and(|rest| rest.contains(&"'"));
    is_short_year(words, at + 1) || !is_possessive(words, at) && closed()
}

/// Whether an apostrophe follows a word that ends in an s.
fn is_possessive(words: &[&str], at: usize) -> bool {
    at.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|word| word.ends_with(['s', 'S', 'x', 'z']))
}

fn is_short_year(words: &[&str], at: usize) -> bool {
    words.get(at).is_some_and(|word| word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_digit()))
}

/// "a apple" becomes "an apple".
fn correct_articles(text: &str) -> String {
    const VOWEL_SPELLED_CONSONANTS: [&str; 13] =
        ["one", "uni", "use", "euro", "uk", "us ", "uti", "urin", "usb", "ufo", "ukulele", "ux", "ui "];
    let mut out = String::with_capacity(text.len());
    let words: Vec<&str> = text.split(' ').collect();
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        let next = words.get(index + 1).map(|next| next.to_lowercase()).unwrap_or_default();
        let vowel = next.starts_with(['a', 'e', 'i', 'o', 'u'])
            && !VOWEL_SPELLED_CONSONANTS.iter().any(|consonant| next.starts_with(consonant))
            || next.starts_with("hour")
            || next.starts_with("honest")
            || next == "8"
            || next.starts_with("8-")
            || next == "11"
            || next == "18";
        match *word {
            "a" if vowel => out.push_str("an"),
            "an" if !next.is_empty() && !vowel && !next.starts_with(['h', 'l', 'm', 'x', 'f', 'n', 'r', 's']) => {
                out.push('a');
            }
            word => out.push_str(word),
        }
    }
    out
}

struct PhraseWriter<'s, 'a, 'p> {
    sentence: &'s Sentence<'a>,
    people: &'p mut People,
    subject: Option<&'s str>,
    top: usize,
    words: Vec<String>,
}

impl PhraseWriter<'_, '_, '_> {
    fn write(&mut self, token: usize, top: bool) -> Result<(), Vague> {
        let sentence = self.sentence;
        let quotation = sentence.quotation(token).filter(|quotation| !quotation.contains(&sentence.head(token)));
        if let Some(quotation) = &quotation {
            self.words.push(span_text(sentence, quotation.start, quotation.end - 1).to_owned());
        }
        let within = |child: &usize| quotation.as_ref().is_some_and(|quotation| *child <= quotation.end);
        let children: Vec<usize> = sentence.children(token).filter(|child| !within(child)).collect();
        let mut done = quotation.is_some();
        for child in children {
            if child > token && !done {
                self.word(token)?;
                done = true;
            }
            // "For box models and layouts".
            if sentence.dep(child) == Dep::Prep
                && child > token
                && let Some(words) = sentence.object_of(child).and_then(|object| coordinated_text(sentence, object))
                && self.keeps(token, child, top)
            {
                self.words.push(sentence.text(child).to_owned());
                self.words.push(words.to_owned());
                continue;
            }
            // "2-3 episodes", "24-70 mm".
            if sentence.dep(child) == Dep::Nummod && sentence.subtree(child).any(|t| sentence.text(t) == "-") {
                let last = sentence.subtree(child).max().unwrap_or(child);
                self.words.push(span_text(sentence, sentence.doc.left_edge(child), last).to_owned());
                continue;
            }
            if child > token && sentence.is_behind_relative_clause(child) {
                continue;
            }
            // "Tomorrow's opening": the date says when.
            if sentence.dep(child) == Dep::Poss && sentence.is(child, &["today", "tomorrow", "yesterday", "tonight"]) {
                self.words.push("the".to_owned());
                continue;
            }
            // The other of two nouns that the parser hangs on one another.
            if sentence.dep(child) == Dep::Nmod && sentence.has_child(child, &[Dep::Cc]) {
                // "Cable and TV services": both nouns are before the one.
                if let Some(other) = sentence.child_of(child, &[Dep::Conj]).filter(|other| *other < token) {
                    for word in sentence.doc.left_edge(child).max(sentence.start)..=other {
                        self.word(word)?;
                    }
                }
                continue;
            }
            // "A woman, Jean": a name beside what she is.
            if sentence.dep(child) == Dep::Appos
                && child > token
                && sentence.has_child_word(token, &["a", "an", "this", "some"])
                && (sentence.is_a(token, Kind::Human)
                    || sentence.is_a(token, Kind::Title)
                    || sentence.is_a(token, Kind::Animal))
                && self.keeps(token, child, top)
            {
                self.words.push("named".to_owned());
            }
            if self.is_part_of_name(child) {
                self.write(child, false)?;
            } else if self.keeps(token, child, top) {
                if sentence.dep(child) == Dep::Det && sentence.is(child, &["this", "that"]) {
                    self.words.push("a".to_owned());
                } else {
                    self.write(child, false)?;
                }
            }
        }
        if done { Ok(()) } else { self.word(token) }
    }

    /// Whether a token belongs to the same name as the head.
    fn is_part_of_name(&self, token: usize) -> bool {
        let quantity = |kind| {
            matches!(
                kind,
                EntityKind::Date | EntityKind::Time | EntityKind::Cardinal | EntityKind::Ordinal | EntityKind::Percent
            )
        };
        self.sentence.entity(self.top).is_some_and(|entity| !quantity(entity.kind) && entity.tokens.contains(&token))
    }

    /// Whether a child of a noun is needed to understand it.
    fn keeps(&mut self, token: usize, child: usize, top: bool) -> bool {
        let sentence = self.sentence;
        match sentence.dep(child) {
            // "Black and white sneakers".
            Dep::Conj | Dep::Cc
                if sentence.dep(token) == Dep::Amod
                    && sentence
                        .child(token, |c| sentence.dep(c) == Dep::Conj && sentence.pos(c) == Pos::Adj)
                        .is_some() =>
            {
                true
            }
            Dep::Punct => matches!(sentence.text(child), "'" | "-" | "/"),
            Dep::Npadvmod => child < token || sentence.is_rate(token, child),
            Dep::Relcl
            | Dep::Advcl
            | Dep::Cc
            | Dep::Conj
            | Dep::Intj
            | Dep::Parataxis
            | Dep::Preconj
            | Dep::Predet
            | Dep::Unclassified
            | Dep::Mark
            | Dep::Ccomp
            | Dep::Aux => false,
            Dep::Acl => sentence.is(child, &["named", "called"]),
            Dep::Appos => {
                sentence.pos(child) == Pos::Propn
                    && !sentence.has_child_word(child, &["especially", "particularly", "mainly", "mostly"])
            }
            // "A convention together".
            Dep::Advmod => !sentence.is_lemma(child, INTENSIFIERS) && (child < token || !sentence.is(child, LOOSE)),
            // "Chuck Taylor All Star".
            Dep::Det if child > sentence.start && sentence.is_capital(child) && sentence.pos(token) == Pos::Propn => {
                true
            }
            Dep::Det => !sentence.is(child, &["these", "those", "any", "all", "such", "what", "which"]),
            // "A movie or two".
            Dep::Nummod if child > token && sentence.is(child, &["two", "three"]) => false,
            // "An adjuster, hail damage mostly".
            Dep::Dobj | Dep::Nmod | Dep::Attr | Dep::Acomp
                if child > token
                    && sentence.doc.left_edge(child) > token + 1
                    && sentence.text(sentence.doc.left_edge(child) - 1) == "," =>
            {
                false
            }
            // "A nurse, very calm".
            Dep::Amod if child > token && sentence.doc.left_edge(child) > token + 1 => false,
            Dep::Amod => {
                sentence.is_a(token, Kind::Vague)
                    || !sentence.is_lemma(child, PRAISE) && !sentence.is_lemma(child, INTENSIFIERS)
            }
            Dep::Prep => {
                let Some(object) = sentence.object_of(child) else { return false };
                let pronoun = sentence.pos(object) == Pos::Pron && !sentence.is_capital(object);
                // "A hip replacement on the 3rd".
                let ordinal = sentence.is(child, &["on"])
                    && sentence.text(object).starts_with(|c: char| c.is_ascii_digit())
                    && ["st", "nd", "rd", "th"].iter().any(|end| sentence.lower(object).ends_with(end));
                let empty = ordinal
                    || sentence.is(object, &["ours", "mine", "yours", "hers", "theirs"])
                    || sentence.is(object, EMPTY_OBJECTS)
                    || sentence.is_date(object)
                    || pronoun && self.people.person(sentence, object).is_none();
                // "Starbucks with Mandy": whom one meets is no part of a name.
                let of_name = sentence.pos(token) == Pos::Propn
                    && sentence.is(
                        child,
                        &["with", "after", "before", "during", "near", "opposite", "behind", "off", "by", "beside"],
                    );
                !empty && !of_name && (top || sentence.subtree(object).take(10).count() <= 9)
            }
            _ => true,
        }
    }

    fn word(&mut self, token: usize) -> Result<(), Vague> {
        let word = pronoun_free(self.sentence, self.people, token, self.subject)?;
        if !word.is_empty() {
            self.words.push(word);
        }
        Ok(())
    }
}

/// "Paris and Rome": the text of a noun with those coordinated with it, if it is short and needs no other words.
pub(super) fn coordinated_text<'a>(sentence: &Sentence<'a>, noun: usize) -> Option<&'a str> {
    const WORDS_MAX: usize = 7;
    let first = sentence.doc.left_edge(noun).max(sentence.start);
    let words: Vec<usize> = sentence.subtree(noun).take(WORDS_MAX + 1).collect();
    let last = words.iter().copied().max()?;
    let plain = |token: usize| {
        !matches!(sentence.pos(token), Pos::Pron | Pos::Verb | Pos::Aux | Pos::Adp)
            && !sentence.is(token, &["-", "–", "—", "\"", "etc", "(", ")", ":", "these", "those", "this", "that"])
            && !sentence.is_date(token)
            && !sentence.text(token).starts_with('\'')
    };
    let joined = sentence.child(noun, |c| sentence.dep(c) == Dep::Conj && sentence.is_noun(c)).is_some()
        && sentence.has_child(noun, &[Dep::Cc]);
    (joined && words.len() <= WORDS_MAX && last - first < WORDS_MAX && (first..=last).all(plain))
        .then(|| span_text(sentence, first, last))
}

/// A word without pronouns: "my" of the subject is "their", of another person the name.
///
/// # Errors
/// If it is a pronoun that refers to nobody known.
pub(super) fn pronoun_free(
    sentence: &Sentence<'_>,
    people: &mut People,
    token: usize,
    subject: Option<&str>,
) -> Result<String, Vague> {
    const THIRD: &[&str] = &[
        "he",
        "him",
        "his",
        "she",
        "her",
        "hers",
        "they",
        "them",
        "their",
        "theirs",
        "himself",
        "herself",
        "themselves",
    ];
    let word = sentence.lower(token);
    let personal = FIRST.contains(&word) || SECOND.contains(&word) || THIRD.contains(&word);
    let is_acronym = sentence.text(token).len() > 1 && sentence.text(token).chars().all(char::is_uppercase);
    let other_use = matches!(sentence.dep(token), Dep::Compound | Dep::Npadvmod | Dep::Amod | Dep::Nmod);
    if !personal || sentence.pos(token) != Pos::Pron || other_use || is_acronym {
        return Ok(if sentence.pos(token) == Pos::Space || word == "\"" {
            String::new()
        } else {
            sentence.text(token).to_owned()
        });
    }
    if word.ends_with("self") || word.ends_with("selves") {
        return Ok(String::new());
    }
    let Some(person) = people.person(sentence, token) else {
        // "No nuts, she's allergic to them".
        if let Some(thing) = people.thing(token).filter(|thing| word == "them" && thing.is_plural()) {
            return Ok(thing.name);
        }
        return if THIRD.contains(&word) || SECOND.contains(&word) { Err(Vague) } else { Ok(String::new()) };
    };
    let possessive = sentence.dep(token) == Dep::Poss
        || matches!(word, "my" | "our" | "your" | "his" | "their" | "mine" | "ours" | "yours" | "hers" | "theirs");
    let own = subject == Some(person.name.as_str());
    let verb = sentence.head(token);
    // "Where I teach" is "where they teach", "that I sold too few" is "that they sold too few"; "where I was born" needs the
    // name, and nothing agrees with "am".
    let nominative = matches!(word, "i" | "we" | "he" | "she" | "they");
    if own && nominative && matches!(sentence.dep(token), Dep::Nsubj | Dep::Nsubjpass) {
        let is = |words: &[&str]| sentence.is(verb, words) || sentence.has_child_word(verb, words);
        return match word {
            "he" | "she" => Ok(person.name),
            "they" if sentence.has_child_word(verb, &["where"]) => Ok(person.name),
            _ if is(&["am", "'m", "\u{2019}m"]) => Err(Vague),
            _ if is(&["was"]) && sentence.has_child_word(verb, &["where"]) => Ok(person.name),
            _ if is(&["was"]) => Err(Vague),
            _ => Ok("they".to_owned()),
        };
    }
    Ok(match (possessive, own) {
        (true, true) => "their".to_owned(),
        (true, false) => format!("{}'s", person.name),
        (false, true) => "them".to_owned(),
        (false, false) => person.name,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_joined_as_english_writes_them() {
        assert_eq!(tidy("a old dog 's toy , $ 5 and 10 %"), "an old dog's toy, $5 and 10%");
        assert_eq!(tidy("an car"), "a car");
        assert_eq!(tidy("a university and a hour"), "a university and an hour");
        assert_eq!(tidy("part - time job"), "part-time job");
        assert_eq!(tidy("a ' 69 Camaro in my parents ' garage"), "a '69 Camaro in my parents' garage");
        assert_eq!(tidy("a default value of ' Uncategorized"), "a default value of Uncategorized");
        assert_eq!(tidy("' user ' role"), "'user' role");
        assert_eq!(tidy("access for the ' user ' role"), "access for the 'user' role");
    }
}
