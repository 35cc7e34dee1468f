//! Whether a clause asserts something: read by walking up the tree to the root of the sentence.

use erstwhile_nlp::{Dep, Pos, Tag};

use super::dates::weekday;
use super::mood_words::{ACTUAL, ATTEMPTS, CONSIDERS, FACTIVE, LIKES, MODALS, PLANS, POLITE, SUPPOSES, UNREAL, WANTS};
use super::sentence::Sentence;

/// What a clause says about the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    /// It is or was so.
    Actual,
    /// It was so and is so no longer: "used to".
    Former,
    /// It stopped: "stopped smoking".
    Stopped,
    /// It is intended.
    Planned,
    /// It is wished.
    Wanted,
    /// It is being considered.
    Considered,
}

/// A mood with its polarity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    /// What the clause says.
    pub(super) mood: Mood,
    /// Whether it is negated.
    pub(super) negated: bool,
}

const DEPTH_MAX: u8 = 6;

/// The mood of the clause of a verb; `None` if it asserts nothing.
pub(super) fn read(sentence: &Sentence<'_>, verb: usize) -> Option<Reading> {
    MoodReader { sentence }.clause(verb, 0)
}

/// Why a question is no fact.
pub(super) const QUESTION: &str = "it asks";

/// Why a clause for which [`read`] gives no mood asserts nothing.
pub(super) fn why_not_asserted(sentence: &Sentence<'_>, verb: usize) -> &'static str {
    let (s, reader) = (sentence, MoodReader { sentence });
    let auxiliaries = reader.auxiliaries(verb);
    let instructs = s.tag(verb) == Tag::Vb && auxiliaries.is_empty() && s.subject(verb).is_none();
    if reader.asks(verb) {
        QUESTION
    } else if instructs {
        "it asks somebody to do something"
    } else if reader.has_condition(verb) || reader.marks(verb, &["if", "unless"]) {
        "it is a condition, or holds under one"
    } else if reader.is_fiction(verb) {
        "it belongs to a story or a joke"
    } else if reader.mood_of_auxiliaries(verb, &auxiliaries).is_none() {
        "a modal verb takes it back: \"would\", \"could\", \"should\""
    } else {
        "it is supposed, advised or thought, not asserted"
    }
}

struct MoodReader<'s, 'a> {
    sentence: &'s Sentence<'a>,
}

impl MoodReader<'_, '_> {
    fn clause(&self, verb: usize, depth: u8) -> Option<Reading> {
        let s = self.sentence;
        if depth > DEPTH_MAX {
            return None;
        }
        let negated = s.child(verb, |c| s.dep(c) == Dep::Neg || s.is(c, &["never", "hardly", "rarely"])).is_some();
        // "Neither my wife nor I drink" denies of two what one claim cannot.
        let of_neither = |subject: usize| s.subtree(subject).any(|token| s.is(token, &["neither"]));
        if s.child_of(verb, &[Dep::Nsubj]).is_some_and(of_neither) {
            return None;
        }
        let auxiliaries = self.auxiliaries(verb);
        if s.tag(verb) == Tag::Vb
            && auxiliaries.is_empty()
            && matches!(s.dep(verb), Dep::Root | Dep::Conj)
            && s.subject(verb).is_none()
        {
            return None;
        }
        if s.child(verb, |c| s.dep(c) == Dep::Advmod && s.is(c, UNREAL)).is_some() || self.asks(verb) {
            return None;
        }
        let mut mood = self.mood_of_auxiliaries(verb, &auxiliaries)?;
        if self.has_condition(verb) || self.is_fiction(verb) {
            return None;
        }
        let mut reading = Reading { mood, negated };
        let head = s.head(verb);
        match s.dep(verb) {
            Dep::Advcl => mood = self.adverbial(verb, head, mood, depth)?,
            Dep::Ccomp => self.complement(verb, head, depth)?,
            Dep::Xcomp => {
                reading = self.open_complement(verb, head, reading, depth)?;
                mood = reading.mood;
            }
            Dep::Pcomp => {
                let above = self.after_preposition(head, depth)?;
                mood = above.mood;
                // "I'm not thinking of moving".
                reading.negated = negated != above.negated;
            }
            Dep::Conj if s.is_verb(head) => {
                reading = self.coordinated(verb, head, reading, !auxiliaries.is_empty(), depth)?;
                mood = reading.mood;
            }
            Dep::Acl if s.tag(verb) == Tag::Vb && self.is_taken_chance(head) => {
                mood = self.clause(s.head(head), depth + 1)?.mood;
            }
            Dep::Acl if s.is_lemma(head, &["fact", "news"]) && self.marks(verb, &["that"]) => {}
            Dep::Acl | Dep::Csubj | Dep::Unclassified | Dep::Appos | Dep::Pobj => return None,
            // The clause around a relative clause must not be supposed.
            Dep::Relcl if self.is_supposed(head) => return None,
            // "Write a story in which I live in Paris".
            Dep::Relcl if s.is_lemma(head, &["story", "scene", "poem", "scenario", "sketch", "joke", "world"]) => {
                return None;
            }
            _ => {}
        }
        if mood == Mood::Actual && self.is_scheduled(verb) {
            mood = Mood::Planned;
        }
        Some(Reading { mood, negated: reading.negated })
    }

    /// Auxiliaries as written if contracted, else as lemmas.
    fn auxiliaries(&self, verb: usize) -> Vec<&str> {
        let s = self.sentence;
        s.children(verb)
            .filter(|c| s.dep(*c) == Dep::Aux)
            .map(|c| if s.is(c, &["'d", "wo", "ca"]) { s.lower(c) } else { s.lemma(c) })
            .collect()
    }

    /// The mood that modal verbs give; `None` if they take back the assertion.
    fn mood_of_auxiliaries(&self, verb: usize, auxiliaries: &[&str]) -> Option<Mood> {
        let s = self.sentence;
        let would = auxiliaries.iter().any(|aux| matches!(*aux, "would" | "'d"));
        let liking = s.is_lemma(verb, &["love", "like", "prefer"]);
        if would && liking {
            return Some(Mood::Wanted);
        }
        // "I can play the guitar".
        if auxiliaries == ["can"]
            && s.is_lemma(verb, &["play", "speak", "swim", "drive"])
            && s.child_of(verb, &[Dep::Nsubj]).is_some_and(|subject| s.is(subject, &["i"]))
            && !s.is_question()
            && !s.has_child(verb, &[Dep::Advcl, Dep::Neg])
        {
            return Some(Mood::Actual);
        }
        if (auxiliaries.contains(&"ca") || s.has_child_word(verb, &["not"]) && auxiliaries.contains(&"can"))
            && s.is_lemma(verb, &["stand", "wait"])
        {
            return Some(Mood::Actual);
        }
        let perfect = auxiliaries.contains(&"'d") && s.tag(verb) == Tag::Vbn;
        if auxiliaries.iter().any(|aux| MODALS.contains(aux)) && !perfect {
            // "I might sell the caravan".
            let mine = s.child_of(verb, &[Dep::Nsubj]).is_some_and(|subject| s.is(subject, &["i", "we"]));
            let polite = s.is_lemma(verb, POLITE) && !s.is_lemma(verb, &["take", "get", "start"]);
            let acts = !polite && !s.is_lemma(verb, &["know", "feel", "seem", "sound", "want", "come"]);
            let might = auxiliaries.iter().any(|aux| matches!(*aux, "might" | "may"));
            let asked = s.is_question() || s.has_child(verb, &[Dep::Advcl, Dep::Neg]);
            return (mine && acts && might && !asked && auxiliaries.len() == 1).then_some(Mood::Considered);
        }
        // "My daughter won't eat fish" says what she does.
        let refuses = auxiliaries.contains(&"wo")
            && s.is_lemma(verb, &["eat", "drink", "touch", "wear", "fly", "drive"])
            && !s.tokens().any(|token| s.is_date(token));
        if refuses {
            return Some(Mood::Actual);
        }
        if auxiliaries.iter().any(|aux| matches!(*aux, "will" | "wo" | "'ll")) {
            let dated = s.tokens().any(|token| s.is_date(token));
            let polite =
                s.child_of(verb, &[Dep::Nsubj]).is_none_or(|subject| s.is(subject, &["i", "we", "that", "it"]));
            // "I'll use Flutter".
            let uses = s.lemma(verb) == "use" && s.child_of(verb, &[Dep::Dobj]).is_some_and(|tool| s.is_proper(tool));
            return (dated || uses || !polite || !s.is_lemma(verb, POLITE)).then_some(Mood::Planned);
        }
        Some(Mood::Actual)
    }

    fn marks(&self, verb: usize, words: &[&str]) -> bool {
        let s = self.sentence;
        s.child(verb, |c| (s.dep(c) == Dep::Mark || s.dep(c) == Dep::Advmod && s.tag(c) == Tag::Wrb) && s.is(c, words))
            .is_some()
    }

    fn has_marks(&self, verb: usize) -> bool {
        let s = self.sentence;
        s.child(verb, |c| s.dep(c) == Dep::Mark || s.dep(c) == Dep::Advmod && s.tag(c) == Tag::Wrb).is_some()
    }

    /// "…, if it rains".
    fn has_condition(&self, verb: usize) -> bool {
        let s = self.sentence;
        s.children(verb).any(|c| s.dep(c) == Dep::Advcl && self.marks(c, &["if", "unless"]))
    }

    /// "In my novel I live in Paris", "as a joke".
    fn is_fiction(&self, verb: usize) -> bool {
        const FICTION: &[&str] = &[
            "novel",
            "story",
            "dream",
            "nightmare",
            "game",
            "fanfic",
            "screenplay",
            "joke",
            "example",
            "poem",
            "script",
        ];
        let s = self.sentence;
        s.children(verb).any(|c| {
            s.dep(c) == Dep::Prep
                && s.is(c, &["in", "as", "for"])
                && s.child_of(c, &[Dep::Pobj]).is_some_and(|object| {
                    // "I prefer a full cast for novels" is no fiction.
                    let one = s.tag(object) != Tag::Nns || s.has_child(object, &[Dep::Poss]);
                    s.is_lemma(object, FICTION) && one && (!s.is(c, &["in"]) || s.has_child(object, &[Dep::Poss]))
                })
        })
    }

    fn adverbial(&self, verb: usize, head: usize, mood: Mood, depth: u8) -> Option<Mood> {
        let s = self.sentence;
        if self.is_supposed(head) {
            return None;
        }
        // "… until I had my stroke in 2024": what ended it happened.
        if self.marks(verb, &["until", "till"]) && s.tag(verb) == Tag::Vbd && mood == Mood::Actual {
            return Some(mood);
        }
        let now_that = self.marks(verb, &["that"]) && s.has_child_word(verb, &["now"]);
        if !now_that
            && self.marks(verb, &["if", "unless", "whether", "until", "once", "that", "so", "like", "whenever", "case"])
        {
            return None;
        }
        // "I went to see the play".
        if s.tag(verb) == Tag::Vb
            && s.is_lemma(head, &["go", "come"])
            && matches!(s.tag(head), Tag::Vbd | Tag::Vbn)
            && s.child(verb, |c| s.dep(c) == Dep::Aux && s.is(c, &["to"])).is_some()
        {
            return self.clause(head, depth + 1).map(|above| above.mood);
        }
        // "I'll scold you after I dance": not yet.
        if self.marks(verb, &["after", "before"])
            && matches!(s.tag(verb), Tag::Vbp | Tag::Vbz)
            && s.child(head, |c| s.dep(c) == Dep::Aux && s.is(c, &["will", "'ll", "wo", "can", "would", "'d"]))
                .is_some()
        {
            return None;
        }
        // "I miss pie more than I miss my bike" compares.
        if self.marks(verb, &["than"]) {
            return None;
        }
        // "As I don't eat shellfish" is finite.
        let finite = s.child(verb, |c| s.dep(c) == Dep::Aux && s.is(c, &["do", "does", "did"])).is_some();
        if self.marks(verb, &["when"]) && matches!(s.tag(verb), Tag::Vbp | Tag::Vbz | Tag::Vb)
            || s.tag(verb) == Tag::Vb && !finite
        {
            return None;
        }
        if s.tag(verb) == Tag::Vbg && !self.has_marks(verb) {
            let above = self.clause(if s.is_verb(head) { head } else { s.head(head) }, depth + 1)?.mood;
            let idle = s.lemma(head) == "be" && !s.has_child_word(head, &["busy"]);
            return (!idle && !matches!(above, Mood::Wanted | Mood::Planned | Mood::Considered)).then_some(above);
        }
        Some(mood)
    }

    /// A "that" clause: true if what introduces it is.
    fn complement(&self, verb: usize, head: usize, depth: u8) -> Option<()> {
        let s = self.sentence;
        let own_subject = s.has_child(verb, &[Dep::Nsubj, Dep::Nsubjpass]);
        if self.is_supposed(head) {
            return None;
        }
        if s.is_lemma(head, &["know", "tell", "share"])
            && matches!(s.dep(head), Dep::Xcomp | Dep::Ccomp)
            && s.is_lemma(s.head(head), &["let", "want", "wanna"])
            && !self.marks(verb, &["if", "whether"])
        {
            return Some(());
        }
        // A comma splice: "it was great, I loved it".
        if verb < head && own_subject && !self.has_marks(verb) && !s.is_lemma(head, &["say", "ask", "wonder"]) {
            return Some(());
        }
        let nobody = s.child_of(head, &[Dep::Nsubj]).is_some_and(|subject| s.is(subject, &["nobody", "none"]));
        if nobody {
            return None;
        }
        let introduced = s.is_lemma(head, FACTIVE)
            || s.pos(head) == Pos::Adj
            || s.lemma(head) == "be" && self.marks(verb, &["that"])
            || s.is_lemma(head, &["please", "remember"]);
        if !introduced
            || self.marks(verb, &["if", "whether"])
            || s.is(head, &["unlikely", "possible", "impossible", "untrue"])
        {
            return None;
        }
        // "Remember that I am allergic" is an order, but what it says is true.
        if s.tag(head) == Tag::Vb && s.is_lemma(head, &["remember", "note", "know", "forget", "keep", "tell"]) {
            return Some(());
        }
        let above = self.clause(head, depth + 1)?;
        // "I'm not sure I want it".
        let unsure = s.pos(head) == Pos::Adj && s.has_child(s.head(head), &[Dep::Neg]);
        (!above.negated && !unsure).then_some(())
    }

    fn open_complement(&self, verb: usize, head: usize, reading: Reading, depth: u8) -> Option<Reading> {
        let s = self.sentence;
        // "I'm not sure if I'll be able to": the verb of the adjective has the mood.
        let asserted = if s.dep(head) == Dep::Acomp { s.head(head) } else { head };
        let above = self.clause(asserted, depth + 1)?;
        let negated = reading.negated != above.negated;
        let adjective = s.child_of(head, &[Dep::Acomp]).filter(|acomp| s.head(verb) == *acomp);
        let word = if s.pos(head) == Pos::Adj || adjective.is_some() { s.lower(head) } else { s.lemma(head) };
        let past = s.is_past(head);
        let mood = match word {
            // "I have had to do it since May": it is done.
            "have" if past && s.child(head, |c| s.dep(c) == Dep::Aux && s.lemma(c) == "have").is_some() => above.mood,
            "use" if s.tag(head) == Tag::Vbd => return Some(Reading { mood: Mood::Former, negated }),
            // "I want to stop smoking": a wish, whose object says what is to stop.
            // "I quit my job to start a food truck": what for, not what ended.
            "stop" | "quit" if s.tag(verb) == Tag::Vb => Mood::Planned,
            "stop" | "quit" if matches!(above.mood, Mood::Wanted | Mood::Planned | Mood::Considered) => return None,
            "stop" | "quit" => return Some(Reading { mood: Mood::Stopped, negated }),
            "go" if s.tag(verb) == Tag::Vbg || matches!(s.tag(head), Tag::Vbd | Tag::Vbn) => above.mood,
            // "I was going to take the train": it did not happen, or nobody says.
            "go" if s.child(head, |c| s.dep(c) == Dep::Aux && s.is(c, &["was", "were"])).is_some() => return None,
            // "I had planned to run": nobody says that it is still so.
            _ if PLANS.contains(&word) && s.has_child_word(head, &["had", "'d"]) => return None,
            _ if PLANS.contains(&word) => Mood::Planned,
            _ if WANTS.contains(&word) || matches!(word, "love" | "like") && above.mood == Mood::Wanted => {
                if past && word != "try" || word == "try" && s.tag(head) != Tag::Vbg {
                    return None;
                }
                Mood::Wanted
            }
            // "I'm trying not to eat meat" is no wish to eat it.
            "try" if reading.negated => return None,
            // "I'm trying to lose weight", but not "trying to open a file".
            "try" if s.tag(head) == Tag::Vbg && s.is_lemma(verb, ATTEMPTS) => Mood::Wanted,
            _ if CONSIDERS.contains(&word) => Mood::Considered,
            _ if ACTUAL.contains(&word) || LIKES.contains(&word) => above.mood,
            "excited" | "ready" | "thrilled" | "eager" | "keen" | "looking" | "psyched" | "stoked" | "pumped" => {
                Mood::Planned
            }
            "happy" | "lucky" | "glad" | "fortunate" | "proud" | "able" | "blessed" | "busy" => above.mood,
            "have" if s.tag(verb) == Tag::Vb => {
                if s.tag(head) == Tag::Vbd {
                    above.mood
                } else {
                    Mood::Wanted
                }
            }
            _ => return None,
        };
        let hedged = matches!(above.mood, Mood::Planned | Mood::Wanted | Mood::Considered) && mood == Mood::Actual;
        Some(Reading { mood: if hedged { above.mood } else { mood }, negated })
    }

    /// "thinking of moving", "after moving", "interested in learning".
    fn after_preposition(&self, preposition: usize, depth: u8) -> Option<Reading> {
        let s = self.sentence;
        let governor = s.head(preposition);
        let word = s.lemma(governor);
        let above = if s.is_verb(governor) {
            self.clause(governor, depth + 1)?
        } else if matches!(s.dep(governor), Dep::Acomp | Dep::Attr) {
            self.clause(s.head(governor), depth + 1)?
        } else {
            return None;
        };
        let of = s.is(preposition, &["of", "about"]);
        let mood = match word {
            "think" | "talk" if of => Mood::Considered,
            "dream" if of => Mood::Wanted,
            "plan" => Mood::Planned,
            "look" if s.is(preposition, &["to"]) => Mood::Planned,
            _ if s.is(governor, &["excited", "thrilled"]) => Mood::Planned,
            _ if s.is(preposition, &["after", "since"]) => Mood::Actual,
            _ if s.is(governor, &["interested", "keen"]) => Mood::Wanted,
            _ if s.is(governor, &["good", "great", "used"]) => above.mood,
            _ => return None,
        };
        Some(Reading { mood, negated: above.negated })
    }

    /// The second of two verbs shares the mood of the first.
    fn coordinated(&self, verb: usize, head: usize, reading: Reading, has_aux: bool, depth: u8) -> Option<Reading> {
        let s = self.sentence;
        let own_subject = s.has_child(verb, &[Dep::Nsubj, Dep::Nsubjpass]);
        let above = self.clause(head, depth + 1);
        if own_subject {
            // "You can have them or we sell them": one of two things.
            if s.has_child_word(head, &["or"]) && above.is_none_or(|above| above.mood != Mood::Actual) {
                return None;
            }
            let unreal = above.is_none() && matches!(s.dep(head), Dep::Advcl | Dep::Ccomp | Dep::Xcomp) && !has_aux;
            return (!unreal).then_some(reading);
        }
        if has_aux && reading.mood != Mood::Actual
            || !(s.tag(verb) == s.tag(head) || matches!(s.tag(verb), Tag::Vb | Tag::Vbn))
        {
            // "Never deployed it or used it": neither.
            let neither = s.has_child_word(head, &["or", "nor"]) && above.is_some_and(|above| above.negated);
            return Some(Reading { negated: reading.negated || neither, ..reading });
        }
        // "I almost bought the Kia but went with the Skoda".
        let unreal = s.child(head, |c| s.dep(c) == Dep::Advmod && s.is(c, UNREAL)).is_some();
        if above.is_none() && unreal && s.has_child_word(head, &["but"]) && s.is_past(verb) {
            return Some(reading);
        }
        let above = above?;
        if s.tag(verb) == Tag::Vbg
            && (CONSIDERS.contains(&s.lemma(head)) || s.is_lemma(head, &["plan", "hope"]))
            && s.has_child_word(verb, &["then"])
        {
            return None;
        }
        let negated = reading.negated || above.negated && (s.tag(verb) == Tag::Vb || !has_aux);
        Some(Reading { mood: above.mood, negated })
    }

    /// "I got the chance to meet her".
    fn is_taken_chance(&self, noun: usize) -> bool {
        let s = self.sentence;
        s.is_lemma(
            noun,
            &[
                "chance",
                "opportunity",
                "honor",
                "honour",
                "privilege",
                "pleasure",
                "admission",
                "scholarship",
                "place",
                "offer",
                "grant",
                "funding",
                "permission",
            ],
        ) && s.is_lemma(s.head(noun), &["have", "get", "gain", "win", "receive", "secure", "take", "land", "earn"])
            && s.is_past(s.head(noun))
    }

    /// "I'm flying to Rome next week".
    fn is_scheduled(&self, verb: usize) -> bool {
        const VERBS: &[&str] = &[
            "go", "take", "attend", "visit", "meet", "have", "see", "start", "move", "fly", "head", "run", "host",
            "throw", "perform", "travel", "marry", "leave", "get", "divorce", "graduate", "retire", "sell", "buy",
        ];
        const SOON: &[&str] = &["next", "tomorrow", "this", "tonight", "soon", "upcoming", "coming"];
        // "I'm taking a class on Wednesday evenings": again and again.
        const AGAIN: &[&str] = &["every", "each", "mornings", "afternoons", "evenings", "nights"];
        let s = self.sentence;
        let progressive = s.tag(verb) == Tag::Vbg
            && s.child(verb, |c| s.dep(c) == Dep::Aux && s.lemma(c) == "be" && !s.is(c, &["was", "were", "been"]))
                .is_some();
        if !progressive || !s.is_lemma(verb, VERBS) {
            return false;
        }
        s.lemma(verb) == "go" && s.child(verb, |c| s.dep(c) == Dep::Xcomp).is_none()
            || s.is_lemma(verb, &["move", "marry", "head", "fly", "sell", "buy"])
            || s.tokens().any(|token| s.is_date(token) && (s.is(token, SOON) || weekday(s.lower(token)).is_some()))
                && !s.tokens().any(|token| s.is(token, AGAIN))
    }

    /// Whether a word, or one above it, introduces something supposed, denied or doubted.
    fn is_supposed(&self, token: usize) -> bool {
        let s = self.sentence;
        let supposes = |token: usize| {
            s.is_lemma(token, SUPPOSES)
                || s.lemma(token) == "let" && s.has_child_word(token, &["say"])
                || s.lemma(token) == "say" && (s.lemma(s.head(token)) == "let" || s.has_child_word(token, &["let"]))
                || s.has_child_word(token, &["if"]) && s.dep(token) == Dep::Advcl
        };
        supposes(token) || s.doc.ancestors(token).take(4).filter(|above| s.tokens().contains(above)).any(supposes)
    }

    /// Whether the clause itself is a question.
    fn asks(&self, verb: usize) -> bool {
        let s = self.sentence;
        let subject = s.child_of(verb, &[Dep::Nsubj, Dep::Nsubjpass, Dep::Expl]);
        let wh = s.child(verb, |c| {
            matches!(s.tag(c), Tag::Wp | Tag::Wrb | Tag::Wdt)
                && matches!(s.dep(c), Dep::Advmod | Dep::Dobj | Dep::Attr | Dep::Nsubj | Dep::Pobj | Dep::Det)
        });
        if wh.is_some() && matches!(s.dep(verb), Dep::Root | Dep::Conj | Dep::Ccomp | Dep::Unclassified) {
            return true;
        }
        if let Some(subject) = subject
            && (self.is_inverted(verb, subject) || verb < subject && s.pos(verb) == Pos::Aux)
        {
            return true;
        }
        let later_question = |token: usize| {
            token > verb
                && matches!(s.dep(token), Dep::Conj | Dep::Ccomp | Dep::Parataxis)
                && s.child_of(token, &[Dep::Nsubj, Dep::Nsubjpass])
                    .is_some_and(|subject| self.is_inverted(token, subject))
        };
        s.is_question() && s.dep(verb) == Dep::Root && !s.tokens().any(later_question)
    }

    fn is_inverted(&self, verb: usize, subject: usize) -> bool {
        let s = self.sentence;
        s.child(verb, |c| matches!(s.dep(c), Dep::Aux | Dep::Auxpass) && c < subject).is_some()
    }
}
