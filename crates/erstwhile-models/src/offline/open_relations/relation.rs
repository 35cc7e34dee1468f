//! The relation of a clause and its first argument.

use erstwhile_nlp::{Dep, Pos, Tag};

use super::super::claims::relation_name;
use super::super::habits::EMPTY;
use super::super::mood::Mood;
use super::super::nouns::{self, Vague};
use super::super::reader::SentenceReader;
use super::super::verb_forms::{gerund, third_person};
use super::OpenClause;
use super::wording::EMPTY_ADVERBS;

/// Adverbs that belong to their verb as particles do.
const PARTICLES: &[&str] = &["down", "up", "back", "out", "off", "over", "away", "home", "around", "abroad", "alone"];
/// Present forms that are said of the past.
const PAST_FORMS: &[&str] = &["got", "quit", "hurt", "put", "cut", "hit", "let", "set", "shut"];
/// Nouns that are nothing in particular without a word before them.
const EMPTY_OBJECTS: &[&str] =
    &["thing", "stuff", "lot", "bit", "way", "time", "part", "rest", "deal", "point", "news", "question", "idea"];
/// Words of the object of a fact.
const OBJECT_WORDS_MAX: usize = 9;

/// What a verb takes: a phrase, with the preposition before it. Some clauses say enough without.
#[derive(Debug, Default)]
pub(super) struct FirstArgument {
    preposition: Option<String>,
    phrase: Option<String>,
}

impl FirstArgument {
    /// `None` if the phrase is empty or longer than the name of an object may be.
    fn new(preposition: Option<&str>, phrase: &str) -> Option<Self> {
        let phrase = nouns::strip_article(phrase);
        let short = !phrase.is_empty() && phrase.split(' ').count() <= OBJECT_WORDS_MAX;
        short.then(|| Self { preposition: preposition.map(str::to_owned), phrase: Some(phrase.to_owned()) })
    }
}

impl SentenceReader<'_, '_> {
    /// The first argument of a verb; `None` if the clause says too little without one.
    ///
    /// # Errors
    /// If its text needs a pronoun that refers to nobody known.
    pub(super) fn first_argument(&mut self, clause: &OpenClause<'_>) -> Result<Option<FirstArgument>, Vague> {
        let s = self.s;
        let verb = clause.verb;
        let direct = s.child(verb, |c| {
            matches!(s.dep(c), Dep::Dobj | Dep::Attr | Dep::Oprd) && (s.is_noun(c) || s.pos(c) == Pos::Num)
        });
        if let Some(object) = direct {
            // "A thing", "a lot" are nothing in particular.
            if s.is_lemma(object, EMPTY_OBJECTS) && !s.has_child(object, &[Dep::Compound, Dep::Amod]) {
                return Ok(None);
            }
            let text = self.phrase(object, Some(&clause.subject.name))?;
            return Ok(FirstArgument::new(None, &text));
        }
        if let Some(complement) = s.child_of(verb, &[Dep::Acomp, Dep::Xcomp]) {
            let (first, last) = (s.doc.left_edge(complement), s.subtree(complement).max().unwrap_or(complement));
            if s.subtree(complement).any(|token| s.pos(token) == Pos::Pron) {
                return Ok(None);
            }
            let text = nouns::span_text(&s, first, last);
            return Ok(match text.strip_prefix("to ") {
                Some(action) => FirstArgument::new(Some("to"), action),
                None => FirstArgument::new(None, text),
            });
        }
        for preposition in s.children(verb).filter(|c| matches!(s.dep(*c), Dep::Prep | Dep::Agent)) {
            let noun = s.object_of(preposition).filter(|noun| s.is_noun(*noun) && self.date_at(*noun).is_none());
            if let Some(noun) = noun {
                let text = self.phrase(noun, Some(&clause.subject.name))?;
                return Ok(FirstArgument::new(Some(s.lower(preposition)), &text));
            }
        }
        let adverb = s.child(verb, |c| {
            s.dep(c) == Dep::Advmod && c > verb && !s.is(c, EMPTY_ADVERBS) && self.date_at(c).is_none()
        });
        let says_enough =
            s.has_child(verb, &[Dep::Prt]) || self.is_repeated(verb) || clause.date.is_some() || clause.reading.negated;
        Ok(match adverb {
            Some(adverb) => FirstArgument::new(None, s.lower(adverb)),
            None => says_enough.then(FirstArgument::default),
        })
    }

    /// The relation and the object of a clause. What was done, is planned, or cannot be done has the action as its value; in
    /// the present, the verb is the relation.
    pub(super) fn open_relation(&self, clause: &OpenClause<'_>, argument: FirstArgument) -> Option<(String, String)> {
        let s = self.s;
        let verb = clause.verb;
        let FirstArgument { preposition, phrase } = argument;
        let particle = s
            .child(verb, |c| s.dep(c) == Dep::Prt || s.dep(c) == Dep::Advmod && c > verb && s.is(c, PARTICLES))
            .map(|particle| s.lower(particle))
            .filter(|particle| phrase.as_deref() != Some(particle));
        let joined = |verb: &str, phrase: Option<&str>| {
            [Some(verb), particle, preposition.as_deref(), phrase].into_iter().flatten().collect::<Vec<_>>().join(" ")
        };
        // "Would like to add an import", "would like an import": what is wished is the import.
        let wishes = s.is_lemma(verb, &["like", "love", "want", "prefer", "wish"]);
        let wished = clause.reading.mood == Mood::Wanted && (preposition.as_deref() == Some("to") || wishes);
        // "Was hit by a flood", "got the": a bare verb tells little.
        let passive = s.has_child(verb, &[Dep::Auxpass]);
        if phrase.is_none() && particle.is_none() && (passive && clause.date.is_none() || s.is_lemma(verb, EMPTY)) {
            return None;
        }
        let base = if passive { format!("be {}", s.lower(verb)) } else { s.lemma(verb).to_owned() };
        let action = if wished { phrase.clone()? } else { joined(&base, phrase.as_deref()) };
        let can = s.child(verb, |c| s.is(c, &["can", "ca", "could"])).is_some();
        // "I've got a boat": one has it.
        let has_got = s.is(verb, &["got"]) && s.has_child_word(verb, &["have", "has", "'ve", "'s"]);
        let is_so = s.tag(verb) == Tag::Vbn && s.has_child_word(verb, &["am", "is", "are", "'m", "'re"]);
        let past = !has_got && !is_so && s.is_past(verb)
            || !has_got && s.is(verb, PAST_FORMS) && !s.has_child(verb, &[Dep::Aux])
            || s.has_child_word(verb, &["was", "were", "did", "had", "could"])
            || !has_got && s.tag(verb) == Tag::Vbn && s.has_child_word(verb, &["has", "have", "'ve", "'s"]);
        let is = s.lemma(verb) == "be";
        // "I was tired": over when it is said.
        if is && past && clause.date.is_none() && s.tag(verb) == Tag::Vbd {
            return None;
        }
        let with_action = |relation: &str| Some((relation.to_owned(), action.clone()));
        match (clause.reading.mood, clause.reading.negated) {
            (Mood::Planned, false) => with_action("PLANS"),
            (Mood::Planned, true) => with_action("WILL_NOT"),
            (Mood::Wanted, false) => with_action("WANTS"),
            (Mood::Actual, true) if can => with_action("CANNOT"),
            (Mood::Actual, true) if past => with_action("DID_NOT"),
            (Mood::Actual, true) if is => Some((relation_name(&joined("is not", None)), phrase?)),
            (Mood::Actual, true) => with_action("DOES_NOT"),
            (Mood::Actual, false) if can => with_action("CAN"),
            (Mood::Actual, false) if past => with_action("DID"),
            (Mood::Actual, false) => {
                let form = match s.tag(verb) {
                    // One has to do what one needs to do, and what is had is no attribute with one value.
                    _ if s.lemma(verb) == "have" && preposition.as_deref() == Some("to") => "needs".to_owned(),
                    _ if has_got || s.lemma(verb) == "have" => return Some(("HAS".to_owned(), phrase?)),
                    Tag::Vbz => s.lower(verb).to_owned(),
                    Tag::Vbg | Tag::Vbn => format!("is {}", s.lower(verb)),
                    _ => third_person(s.lemma(verb)),
                };
                match phrase {
                    Some(phrase) => {
                        let words = [Some(form.as_str()), particle, preposition.as_deref()];
                        let words: Vec<&str> = words.into_iter().flatten().collect();
                        Some((relation_name(&words.join(" ")), phrase))
                    }
                    // "I water every evening".
                    None => Some(("DOES_ACTIVITY".to_owned(), joined(&gerund(s.lemma(verb)), None))),
                }
            }
            _ => None,
        }
    }
}
