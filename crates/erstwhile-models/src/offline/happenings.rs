//! What somebody did or lived through, where no relation of the vocabulary says it: "I repotted the fig on Sunday".

use erstwhile_nlp::{Dep, Pos, Tag};

use super::claims::Object;
use super::dates::{Extent, Grain};
use super::fitness::Context;
use super::lexicon::{Kind, Kinds};
use super::mood::Mood;
use super::nouns::Vague;
use super::reader::{FactParts, SentenceReader};

/// Verbs that tell no event by themselves. Those of habits are others: who lost something has lived through it.
const UNEVENTFUL: &[&str] = &[
    "be",
    "have",
    "think",
    "say",
    "tell",
    "ask",
    "mean",
    "know",
    "hear",
    "feel",
    "seem",
    "look",
    "happen",
    "hope",
    "want",
    "need",
    "wish",
    "swear",
    "bet",
    "guess",
    "laugh",
    "cry",
    "scream",
    "forget",
    "remember",
    "wonder",
    "love",
    "like",
    "hate",
    "let",
    "keep",
    "try",
    "start",
    "stop",
    "thank",
    "joke",
    "lie",
    "wait",
    "miss",
    "complain",
    "get",
    "give",
    "come",
    "do",
    "see",
    "sit",
    "stand",
    "talk",
    "speak",
    "call",
    "text",
    "message",
    "write",
    "smile",
    "decide",
    "agree",
    "show",
    "notice",
    "realise",
    "realize",
    "mention",
    "explain",
    "read",
    "go",
    "use",
    "enjoy",
    "worry",
    "help",
    "work",
    "expect",
    "believe",
    "understand",
    "suggest",
    "answer",
    "reply",
    "sound",
    "taste",
    "smell",
    "turn",
    "stay",
    "sleep",
    "eat",
    "drink",
    "watch",
    "spend",
    "take",
    "make",
    "put",
    "set",
    "find",
    "check",
    "ring",
    "phone",
    "email",
    "inform",
    "mute",
    "wake",
    "shake",
    "hug",
    "kiss",
    "greet",
    "bother",
    "annoy",
    "surprise",
    "blame",
    "praise",
    "promise",
    "bring",
    "leave",
    "send",
    "post",
    "scroll",
    "click",
    "type",
    "mess",
    "bump",
    "sigh",
    "nod",
    "wave",
];

impl SentenceReader<'_, '_> {
    /// Whether a clause tells what somebody did on a day gone by, or did to something in particular.
    pub(super) fn is_happening(&mut self, context: &Context<'_>) -> bool {
        let s = self.s;
        let verb = context.verb;
        let perfect = s.tag(verb) == Tag::Vbn && s.has_child_word(verb, &["have", "has", "'ve", "'s", "had", "'d"]);
        if self.had_to(verb) {
            return !s.is_lemma(verb, UNEVENTFUL) && self.acts_on_particular(verb);
        }
        let has_subject = |verb: usize| s.has_child(verb, &[Dep::Nsubj]);
        // "Raised in Leeds": the parser may take a participle for the past tense.
        let cut = verb + 1 < s.end && s.pos(verb + 1) == Pos::Punct;
        let whole = has_subject(verb) || s.dep(verb) == Dep::Conj && has_subject(s.head(verb));
        if cut
            || !whole
            || !(s.tag(verb) == Tag::Vbd || perfect)
            || s.is_lemma(verb, UNEVENTFUL)
            || self.is_repeated(verb)
        {
            return false;
        }
        match context.date {
            Some(date) => self.is_gone_by(date) && (self.is_of_day(date) || self.acts_on_particular(verb)),
            None => self.acts_on_particular(verb),
        }
    }

    /// "I had to shut down my bank account": it was done.
    fn had_to(&self, verb: usize) -> bool {
        let s = self.s;
        let head = s.head(verb);
        s.dep(verb) == Dep::Xcomp
            && s.lemma(head) == "have"
            && s.tag(head) == Tag::Vbd
            && s.child(verb, |c| s.dep(c) == Dep::Aux && s.is(c, &["to"])).is_some()
            && !s.has_child(head, &[Dep::Neg])
    }

    /// "I've been blogging about politics": what somebody has done for some time, with its object or topic.
    pub(super) fn has_been_doing(&self, verb: usize) -> bool {
        let s = self.s;
        s.tag(verb) == Tag::Vbg
            && s.has_child_word(verb, &["been"])
            && !s.is_lemma(verb, UNEVENTFUL)
            && !s.is_lemma(verb, &["deal", "struggle", "plan", "consider", "run", "carry", "hold", "live", "sob"])
            && (s.has_child(verb, &[Dep::Dobj])
                || s.child(verb, |c| s.dep(c) == Dep::Prep && s.is(c, &["about", "to", "in", "with"])).is_some())
    }

    /// "I'm cataloguing two thousand buttons": work on something in particular that goes on for a while.
    pub(super) fn is_under_way(&self, verb: usize) -> bool {
        let s = self.s;
        let progressive = s.tag(verb) == Tag::Vbg && s.has_child_word(verb, &["am", "is", "are", "'m", "'s", "'re"]);
        progressive
            && s.has_child(verb, &[Dep::Nsubj])
            && !s.is_lemma(verb, UNEVENTFUL)
            && !s.is_lemma(verb, &["wear", "hold", "carry", "plan", "consider", "ask", "look"])
            && self.date_of(verb).is_none()
            && !s.subtree(verb).any(|token| s.is(token, &["now", "tonight", "today", "right", "still"]))
            && self.acts_on_particular(verb)
    }

    /// Whether a date is the one of an event in the past, and not what something was moved to: "to 1 October".
    fn is_gone_by(&self, date: usize) -> bool {
        self.dates.get(date).is_some_and(|date| {
            let moved_to = self.s.doc.text().get(..date.span.start).is_some_and(|before| before.ends_with(" to "));
            !moved_to && date.extent == Extent::During && date.from.at <= self.now
        })
    }

    fn is_of_day(&self, date: usize) -> bool {
        self.dates.get(date).is_some_and(|date| !matches!(date.grain, Grain::Clock | Grain::Part))
    }

    /// Whether the object of a verb is counted, or is somebody's thing.
    fn acts_on_particular(&self, verb: usize) -> bool {
        let s = self.s;
        s.child_of(verb, &[Dep::Dobj]).is_some_and(|object| {
            let kinds = s.lexicon.kinds(s.lemma(object));
            let person = kinds.intersects(Kinds::of(&[Kind::Kin, Kind::Person, Kind::BodyPart, Kind::Vague]));
            let own = s.pos(object) == Pos::Noun
                && s.has_child(object, &[Dep::Poss])
                && !person
                && !s
                    .is_lemma(object, &["mind", "life", "day", "time", "way", "eye", "voice", "name", "words", "mood"]);
            own || s.pos(object) == Pos::Noun && s.has_child(object, &[Dep::Nummod])
        })
    }

    /// States what a clause says that somebody did.
    ///
    /// # Errors
    /// If its text needs a pronoun that refers to nobody known.
    pub(super) fn happening(&mut self, context: &Context<'_>) -> Result<(), Vague> {
        // "Upgraded my home Wi-Fi router": only a part of what was upgraded.
        let object = self.s.child_of(context.verb, &[Dep::Dobj]);
        if object.is_some_and(|object| self.s.is_cut_short(context.verb, object)) {
            return Ok(());
        }
        let Some(name) = self.action_in_words(context, str::to_owned)? else { return Ok(()) };
        // "Ran out", "finished": of what is not said.
        let particle = self.s.child_of(context.verb, &[Dep::Prt]).map(|particle| self.s.lower(particle));
        let bare = [Some(self.s.lemma(context.verb)), particle].into_iter().flatten().collect::<Vec<_>>().join(" ");
        if name == bare {
            return Ok(());
        }
        let statement = self.clause_words(context, object)?;
        self.add(FactParts {
            subject: context.subject,
            relation: "DID",
            object: Object::value(name),
            statement,
            mood: Mood::Actual,
            negated: false,
            past: true,
            date: context.date,
        });
        Ok(())
    }
}
