//! The relation of a clause and its first argument.

use erstwhile_nlp::{Dep, Pos, Tag};

use super::super::claims::relation_name;
use super::super::habits::EMPTY;
use super::super::mood::Mood;
use super::super::nouns::{self, Vague};
use super::super::reader::SentenceReader;
use super::super::verb_forms::{expanded, gerund, third_person};
use super::OpenClause;
use super::wording::EMPTY_ADVERBS;

/// Adverbs that belong to their verb as particles do.
const PARTICLES: &[&str] = &["down", "up", "back", "out", "off", "over", "away", "home", "around", "abroad", "alone"];
/// Present forms that are said of the past.
pub(super) const PAST_FORMS: &[&str] =
    &["got", "quit", "hurt", "put", "cut", "hit", "let", "set", "shut", "forgot", "cost", "beat"];
/// Nouns that are nothing in particular without a word before them.
const EMPTY_OBJECTS: &[&str] =
    &["thing", "stuff", "lot", "bit", "way", "time", "part", "rest", "deal", "point", "news", "question", "idea"];
/// Nouns of stretches of time.
const TIMES: &[&str] = &["minute", "hour", "day", "week", "month", "year"];
/// Verbs of which a stretch of time is the object.
const TAKE_TIME: &[&str] =
    &["have", "get", "take", "spend", "need", "save", "lose", "do", "study", "work", "be", "want"];
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
            // "I had to book three months in advance": how long before, and not what.
            let how_long = s.is_lemma(object, TIMES) && !s.is_lemma(verb, TAKE_TIME);
            if how_long && s.children(object).any(|c| s.pos(c) == Pos::Num) {
                return Ok(None);
            }
            // "A thing", "a lot" are nothing in particular.
            if s.is_lemma(object, EMPTY_OBJECTS) && !s.has_child(object, &[Dep::Compound, Dep::Amod]) {
                return Ok(None);
            }
            let owner = Some(clause.subject.name.as_str());
            let whole = self.text_of(&self.words_of_phrase(clause, object), owner)?;
            if let Some(argument) = FirstArgument::new(None, &whole) {
                return Ok(Some(argument));
            }
            let core: Vec<usize> = (s.doc.left_edge(object)..=object).collect();
            return Ok(FirstArgument::new(None, &self.text_of(&core, owner)?));
        }
        let complement =
            s.child(verb, |child| matches!(s.dep(child), Dep::Acomp | Dep::Xcomp) || self.is_small_clause(child));
        if let Some(complement) = complement {
            let text = self.words_of_complement(clause, complement)?;
            return Ok(match text.strip_prefix("to ") {
                Some(action) => FirstArgument::new(Some("to"), action),
                None => FirstArgument::new(None, &text),
            });
        }
        for preposition in s.children(verb).filter(|c| matches!(s.dep(*c), Dep::Prep | Dep::Agent)) {
            // "Is about showing my story".
            if let Some(action) = s.child_of(preposition, &[Dep::Pcomp]).filter(|action| s.is_verb(*action)) {
                let text = self.words_of_complement(clause, action)?;
                return Ok(FirstArgument::new(Some(s.lower(preposition)), &text));
            }
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

    /// The words of what completes a verb, or only of its core if they are many.
    fn words_of_complement(&mut self, clause: &OpenClause<'_>, complement: usize) -> Result<String, Vague> {
        let s = self.s;
        let of_complement =
            |token: &usize| *token == complement || s.doc.ancestors(*token).any(|above| above == complement);
        let mut words: Vec<usize> = clause.tokens.iter().copied().filter(of_complement).collect();
        if words.len() > OBJECT_WORDS_MAX {
            let core = self.core(complement);
            words.retain(|word| core.contains(word));
        }
        self.text_of(&words, Some(&clause.subject.name))
    }

    /// A verb with its particle and what it takes, without what says more of that.
    fn core(&self, verb: usize) -> Vec<usize> {
        let s = self.s;
        let mut core = vec![verb];
        let object = s.child_of(verb, &[Dep::Dobj, Dep::Attr, Dep::Acomp]);
        for child in s.children(verb) {
            match s.dep(child) {
                Dep::Aux | Dep::Neg | Dep::Prt => core.push(child),
                Dep::Dobj | Dep::Attr | Dep::Acomp => core.extend(s.doc.left_edge(child)..=child),
                Dep::Nsubj if self.is_small_clause(verb) => core.extend(s.doc.left_edge(child)..=child),
                Dep::Xcomp => core.extend(self.core(child)),
                _ if self.is_small_clause(child) => core.extend(self.core(child)),
                Dep::Prep if s.child_of(child, &[Dep::Pcomp]).is_some_and(|action| s.is_verb(action)) => {
                    core.push(child);
                    core.extend(s.child_of(child, &[Dep::Pcomp]).into_iter().flat_map(|action| self.core(action)));
                }
                Dep::Prep if object.is_none() => {
                    core.extend(s.object_of(child).map_or(child..=child, |object| child..=object));
                }
                _ => {}
            }
        }
        core
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
        // "Was rejected and published": the auxiliary of both.
        let helped = self.lender(verb).unwrap_or(verb);
        let passive = s.has_child(helped, &[Dep::Auxpass]);
        // "Was hit by a flood", "got the": a bare verb tells little.
        if phrase.is_none() && particle.is_none() && (passive && clause.date.is_none() || s.is_lemma(verb, EMPTY)) {
            return None;
        }
        let base = if passive { format!("be {}", s.lower(verb)) } else { base_form(s.lemma(verb)).to_owned() };
        let action = if wished { phrase.clone()? } else { joined(&base, phrase.as_deref()) };
        let can = s.child(helped, |c| s.is(c, &["can", "ca", "could"])).is_some();
        // "I've got a boat": one has it.
        let has_got = s.is(verb, &["got"]) && s.has_child_word(verb, &["have", "has", "'ve", "'s"]);
        let is_so = s.tag(verb) == Tag::Vbn && s.has_child_word(verb, &["am", "is", "are", "'m", "'re"]);
        let past = !has_got && !is_so && s.is_past(verb)
            || !has_got && s.is(verb, PAST_FORMS) && !s.has_child(verb, &[Dep::Aux])
            || s.has_child_word(helped, &["was", "were", "did", "had", "could"])
            || !has_got && s.tag(verb) == Tag::Vbn && s.has_child_word(helped, &["has", "have", "'ve", "'s"]);
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
            (Mood::Considered, false) => with_action("CONSIDERS"),
            (Mood::Actual, false)
                if s.is_lemma(verb, &["consider", "think"]) && matches!(s.tag(verb), Tag::Vbg | Tag::Vbp) =>
            {
                Some(("CONSIDERS".to_owned(), phrase?))
            }
            // "I want to learn Welsh": the verb itself says the mood.
            (Mood::Actual, false) if s.lemma(verb) == "want" && !past && preposition.as_deref() == Some("to") => {
                Some(("WANTS".to_owned(), phrase?))
            }
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
                    Tag::Vbz => expanded(&s, verb),
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

/// The base form of a verb that the lemmatizer leaves as it is.
fn base_form(lemma: &str) -> &str {
    match lemma {
        "forgot" => "forget",
        other => other,
    }
}
