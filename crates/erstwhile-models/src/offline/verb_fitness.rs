//! How well an object fits verbs that take one of any kind: what one buys, wins, does, completes or uses.

use erstwhile_nlp::{Dep, Tag};

use super::fitness::Context;
use super::lexicon::{Frame, Kind, Kinds};
use super::mood::Mood;
use super::people::MINE;
use super::reader::SentenceReader;

impl SentenceReader<'_, '_> {
    /// The fitness of what some verbs take of all kinds; `None` if the types decide.
    pub(super) fn fits_verb(
        &mut self,
        context: &Context<'_>,
        frame: &Frame,
        object: usize,
        kinds: Kinds,
    ) -> Option<u8> {
        let s = self.s;
        let name = frame.relation.name.as_str();
        let lemma = s.lemma(context.verb);
        if self.misfits_verb(context, frame, object) {
            return Some(0);
        }
        if name == "BOUGHT"
            && matches!(lemma, "buy" | "purchase" | "order")
            && kinds.intersects(Kinds::of(&[Kind::Thing, Kind::Ownable, Kind::Propn]))
            && s.is_noun(object)
        {
            return Some(8);
        }
        // "My goal is to reduce my sugar intake".
        if name == "ACHIEVED"
            && matches!(context.reading.mood, Mood::Planned | Mood::Wanted)
            && matches!(lemma, "reduce" | "improve" | "increase" | "lower" | "cut" | "boost" | "grow")
            && s.child(object, |c| s.dep(c) == Dep::Poss && s.is(c, MINE)).is_some()
        {
            return Some(6);
        }
        // "I've completed 90% of my course".
        if name == "ACHIEVED" && s.is(object, &["%", "percent"]) && matches!(lemma, "complete" | "finish") {
            let of = s.child(object, |c| s.dep(c) == Dep::Prep && s.is(c, &["of"])).and_then(|of| s.object_of(of));
            return Some(if of.is_some_and(|whole| self.is_specific(whole)) { 6 } else { 0 });
        }
        // "I use a habit tracker": a tool that its name describes.
        if name == "USES"
            && lemma == "use"
            && (!matches!(s.tag(context.verb), Tag::Vbg | Tag::Vbd) || s.has_child_word(context.verb, &["been"]))
            && context.reading.mood == Mood::Actual
            && kinds.has(Kind::Thing)
            && s.has_child_word(object, &["a", "an"])
            && s.has_child(object, &[Dep::Compound])
        {
            return Some(4);
        }
        if name == "USES" && self.is_used_for_a_while(context, object) {
            return Some(5);
        }
        // "We sing at Easter": a time.
        if name == "PARTICIPATED_IN"
            && frame.slot == "at"
            && s.is(object, &["easter", "christmas", "thanksgiving", "diwali", "eid", "hanukkah"])
        {
            return Some(0);
        }
        // "I want to run a marathon": no small thing.
        if name == "PARTICIPATED_IN"
            && matches!(lemma, "run" | "do" | "complete" | "finish")
            && s.is_lemma(object, &["marathon", "triathlon", "ironman", "ultramarathon"])
        {
            return Some(5);
        }
        // "I built a website for my mother's salon": for somebody.
        if name == "CREATED"
            && s.is_past(context.verb)
            && s.has_child_word(object, &["a", "an"])
            && kinds.intersects(Kinds::of(&[Kind::Artwork, Kind::Work, Kind::Media]))
            && (s.has_child_word(object, &["for"]) || s.has_child_word(context.verb, &["for"]))
        {
            return Some(5);
        }
        // "Sold my Golf": a name, although golf is a game.
        if name == "SOLD" && lemma == "sell" && s.is_capital(object) && s.has_child(object, &[Dep::Det, Dep::Poss]) {
            return Some(6);
        }
        // "Won the Wirral Open": contests have names of all kinds.
        if name == "WON"
            && kinds.intersects(Kinds::of(&[Kind::Thing, Kind::Propn]))
            && self.is_specific(object)
            && lemma == "win"
        {
            return Some(5);
        }
        // "Doing Couch to 5k": what one does and has a name.
        if name == "PARTICIPATED_IN"
            && lemma == "do"
            && kinds.has(Kind::Propn)
            && !kinds.intersects(Kinds::of(&[Kind::Person, Kind::Gpe, Kind::Degree, Kind::Language, Kind::Date]))
        {
            return Some(4);
        }
        // "Was at Greggs for three years": a place with a name, for years, is where one works.
        if name == "WORKS_AT"
            && lemma == "be"
            && frame.slot == "at"
            && kinds.has(Kind::Propn)
            && !kinds.intersects(Kinds::of(&[Kind::Gpe, Kind::School, Kind::Date]))
            && self.lasts(context.verb)
        {
            return Some(7);
        }
        // Who quits a company leaves a job; clubs and teams have their own words.
        if name == "LEFT_GROUP" && kinds.has(Kind::Propn) && !kinds.intersects(Kinds::of(&[Kind::Club, Kind::Team])) {
            return Some(0);
        }
        None
    }

    /// Whether the verb with such an object says something else than the relation.
    fn misfits_verb(&self, context: &Context<'_>, frame: &Frame, object: usize) -> bool {
        const CHARITIES: &[&str] =
            &["bank", "kitchen", "shelter", "hospice", "charity", "refuge", "pantry", "sanctuary", "church", "library"];
        const CARERS: &[&str] =
            &["doctor", "dr", "dr.", "gp", "dentist", "surgery", "clinic", "practice", "hospital", "midwife", "health"];
        let s = self.s;
        let verb = context.verb;
        let among = |words: &[&str]| s.subtree(object).any(|token| s.is(token, words));
        match (frame.relation.name.as_str(), s.lemma(verb)) {
            // "I do the late shift at the call centre", but "at the food bank".
            ("VOLUNTEERS_AT", "do") if s.has_child_word(verb, &["shift", "shifts"]) => !among(CHARITIES),
            ("WORKS_AT", "do") => among(CHARITIES),
            // "I'm making a podcast", but "I made the meeting".
            ("ATTENDED", "make") => s.tag(verb) == Tag::Vbg,
            // "Registered with the Institute of Surveyors".
            ("HAS_CARE_PROVIDER", "register") => !among(CARERS),
            _ => false,
        }
    }

    /// "Wrote OET in May": an exam.
    pub(super) fn is_exam_sat(&self, context: &Context<'_>, object: usize) -> bool {
        let s = self.s;
        s.is_lemma(context.verb, &["write", "sit"])
            && s.text(object).len() < 6
            && s.text(object).chars().all(char::is_uppercase)
    }

    /// "I've been using Apple TV+", "I'm currently using a physical notebook".
    fn is_used_for_a_while(&self, context: &Context<'_>, object: usize) -> bool {
        let s = self.s;
        let verb = context.verb;
        let uses = s.lemma(verb) == "use"
            && s.tag(verb) == Tag::Vbg
            && context.reading.mood == Mood::Actual
            && s.has_child_word(verb, &["been", "currently"]);
        let brand = s.child(object, |c| s.dep(c) == Dep::Compound && s.is_proper(c)).is_some();
        let described = s.has_child_word(object, &["a", "an"]) && s.has_child(object, &[Dep::Compound, Dep::Amod]);
        uses && (s.is_proper(object) || brand || described)
    }
}
