//! The arguments of a verb, named by the slots that frames use.

use erstwhile_nlp::{Dep, EntityKind, Pos, Tag};

use super::lexicon::Kind;
use super::sentence::Sentence;
use super::word_forms::is_grade;

/// A word in a grammatical slot of a verb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Argument {
    /// `obj`, `attr`, a preposition, `adj:WORD[:prep]`, `noun:WORD[:prep]`, `ger`, `inf`, `activity`, `self`.
    pub(super) slot: String,
    /// The word.
    pub(super) token: usize,
}

/// Particles that are parsed as adverbs.
const PARTICLES: &[&str] = &["back", "out", "away", "home", "over", "up", "down", "on", "off"];

/// The arguments of a verb.
pub(super) fn of(sentence: &Sentence<'_>, verb: usize) -> Vec<Argument> {
    let mut reader = ArgumentReader { s: sentence, found: Vec::new() };
    reader.push("self", verb);
    let children: Vec<usize> = sentence.children(verb).collect();
    for child in children {
        reader.read(verb, child);
    }
    reader.relative(verb);
    reader.found
}

struct ArgumentReader<'s, 'a> {
    s: &'s Sentence<'a>,
    found: Vec<Argument>,
}

impl ArgumentReader<'_, '_> {
    fn push(&mut self, slot: impl Into<String>, token: usize) {
        self.found.push(Argument { slot: slot.into(), token });
    }

    fn read(&mut self, verb: usize, child: usize) {
        let s = self.s;
        match s.dep(child) {
            // "Mark, who I met": the noun before the clause is the object.
            Dep::Dobj if s.dep(verb) == Dep::Relcl && matches!(s.tag(child), Tag::Wdt | Tag::Wp) => {}
            Dep::Dobj => {
                self.push("obj", child);
                self.noun(child);
                let prepositions: Vec<usize> =
                    s.children(verb).chain(s.children(child)).filter(|c| s.dep(*c) == Dep::Prep).collect();
                let kinds = s.lexicon.kinds(s.lemma(child));
                let subject = kinds.has(Kind::Field) || kinds.has(Kind::Degree) || kinds.has(Kind::Class);
                for preposition in prepositions {
                    for object in s.children(preposition).filter(|c| s.dep(*c) == Dep::Pobj) {
                        if subject {
                            self.push(format!("noun:subject:{}", s.lower(preposition)), object);
                        }
                        self.push(format!("noun:{}:{}", s.lemma(child), s.lower(preposition)), object);
                    }
                }
                if s.lemma(verb) == "go" && s.lower(child).ends_with("ing") {
                    self.push("activity", child);
                    self.push("trip", child);
                }
            }
            // "I ran 8 km": the parser takes a distance for an adverb.
            Dep::Npadvmod if s.entity_kind(child) == Some(EntityKind::Quantity) => self.push("obj", child),
            // "I speak Korean": a name of a language, whatever the parser calls its place.
            Dep::Oprd if s.entity_kind(child) == Some(EntityKind::Language) => self.push("obj", child),
            Dep::Oprd => {
                self.push("oprd", child);
                // "I was made redundant".
                if s.pos(child) == Pos::Adj {
                    self.complements(&format!("adj:{}", s.lower(child)), child);
                }
            }
            // "My wife is Kenyan": the parser takes it for a name.
            Dep::Acomp if s.pos(child) == Pos::Propn && s.entity_kind(child) == Some(EntityKind::Norp) => {
                self.push("attr", child);
            }
            Dep::Dative if s.is_noun(child) => self.push("dative", child),
            Dep::Attr => {
                self.push("attr", child);
                self.noun(child);
            }
            Dep::Acomp | Dep::Amod if matches!(s.pos(child), Pos::Adj | Pos::Verb) => {
                for adjective in s.coordinated(child) {
                    self.push("adjective", adjective);
                    // "I'm Irish".
                    let denied = s.has_child_word(child, &["neither", "nor"]);
                    if s.entity_kind(adjective) == Some(EntityKind::Norp) && !denied {
                        self.push("attr", adjective);
                    }
                    let key = format!("adj:{}", s.lower(adjective));
                    self.complements(&key, adjective);
                }
            }
            Dep::Prep | Dep::Agent | Dep::Dative => {
                for preposition in if s.dep(child) == Dep::Prep { s.coordinated(child) } else { vec![child] } {
                    self.preposition(preposition);
                }
            }
            Dep::Advmod if s.is(child, PARTICLES) => {
                let prepositions: Vec<usize> = s.children(child).filter(|c| s.dep(*c) == Dep::Prep).collect();
                for preposition in prepositions {
                    self.preposition(preposition);
                }
            }
            // "I love hiking and pottery": nouns, whatever the parser calls their place.
            Dep::Xcomp if s.pos(child) == Pos::Noun => self.push("obj", child),
            Dep::Xcomp => self.verb(verb, child),
            Dep::Advcl if s.tag(child) == Tag::Vbg && s.lemma(verb) == "go" => self.verb(verb, child),
            _ => {}
        }
    }

    fn verb(&mut self, verb: usize, child: usize) {
        let gerund = self.s.tag(child) == Tag::Vbg;
        self.push(if gerund { "ger" } else { "inf" }, child);
        if self.s.lemma(verb) == "go" && gerund {
            self.push("activity", child);
            self.push("trip", child);
        }
    }

    fn preposition(&mut self, preposition: usize) {
        let s = self.s;
        let children: Vec<usize> = s.children(preposition).collect();
        for child in children {
            match s.dep(child) {
                Dep::Pobj | Dep::Pcomp => {
                    self.push(s.lower(preposition), child);
                    // "In year 6 at St Mary's".
                    let at = s.child(child, |c| s.dep(c) == Dep::Prep && s.is(c, &["at"]));
                    if let Some(place) = at.and_then(|at| s.object_of(at)).filter(|_| is_grade(s, child)) {
                        self.push("at", place);
                    }
                }
                Dep::Prep => {
                    let objects: Vec<usize> =
                        s.children(child).filter(|c| matches!(s.dep(*c), Dep::Pobj | Dep::Pcomp)).collect();
                    for object in objects {
                        self.push(format!("{} {}", s.lower(preposition), s.lower(child)), object);
                        self.push(s.lower(child), object);
                    }
                }
                _ => {}
            }
        }
    }

    fn noun(&mut self, noun: usize) {
        // "A Bears fan" is a fan of the Bears.
        if self.s.is_lemma(noun, &["fan", "supporter"])
            && let Some(of) = self.s.child(noun, |c| matches!(self.s.dep(c), Dep::Compound | Dep::Nmod))
        {
            self.push("noun:fan:of", of);
        }
        let key = format!("noun:{}", self.s.lemma(noun));
        self.complements(&key, noun);
    }

    /// "interested in music" gives `adj:interested:in`; also the word alone.
    fn complements(&mut self, key: &str, word: usize) {
        let s = self.s;
        let prepositions: Vec<usize> = s.children(word).filter(|c| s.dep(*c) == Dep::Prep).collect();
        for preposition in prepositions {
            let objects: Vec<usize> =
                s.children(preposition).filter(|c| matches!(s.dep(*c), Dep::Pobj | Dep::Pcomp)).collect();
            for object in objects {
                self.push(format!("{key}:{}", s.lower(preposition)), object);
            }
        }
        self.push(key, word);
    }

    /// "the parade I went to": the noun before a relative clause fills its gap.
    fn relative(&mut self, verb: usize) {
        let s = self.s;
        let head = s.head(verb);
        // "Back to Auckland where I live": the place before "where".
        let place = s.child(verb, |c| s.is(c, &["where"])).and_then(|wh| wh.checked_sub(1)).filter(|place| {
            s.tokens().contains(place) && s.is_noun(*place) && matches!(s.dep(verb), Dep::Relcl | Dep::Advcl)
        });
        if let Some(place) = place {
            self.push("in", place);
            self.push("at", place);
            return;
        }
        let own_subject = s.child(verb, |c| s.dep(c) == Dep::Nsubj && matches!(s.tag(c), Tag::Wdt | Tag::Wp)).is_some();
        if s.dep(verb) != Dep::Relcl || !s.is_noun(head) || own_subject || has_adverb(s, verb) {
            return;
        }
        if let Some(preposition) = stranded_preposition(s, verb) {
            self.push(s.lower(preposition), head);
        } else if s
            .child(verb, |c| matches!(s.dep(c), Dep::Dobj | Dep::Attr) && !matches!(s.tag(c), Tag::Wdt | Tag::Wp))
            .is_none()
        {
            self.push("obj", head);
        }
    }
}

/// "the year when …", "the place where …".
fn has_adverb(sentence: &Sentence<'_>, verb: usize) -> bool {
    sentence.child(verb, |child| sentence.tag(child) == Tag::Wrb).is_some()
}

/// The preposition without a noun in a relative clause: "the parade I went to".
pub(super) fn stranded_preposition(sentence: &Sentence<'_>, verb: usize) -> Option<usize> {
    if has_adverb(sentence, verb) {
        return None;
    }
    let filled = |preposition: usize| {
        sentence.children(preposition).any(|c| {
            matches!(sentence.dep(c), Dep::Pobj | Dep::Pcomp) && !matches!(sentence.tag(c), Tag::Wdt | Tag::Wp)
        })
    };
    sentence.child(verb, |child| sentence.dep(child) == Dep::Prep && !filled(child))
}
