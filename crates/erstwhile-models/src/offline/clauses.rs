//! Clauses become facts: the frames of the verb, the types of its arguments.

use erstwhile_nlp::{Dep, Tag};

use super::arguments::{self, Argument};
use super::attributes::FAVOURITE;

use super::claims::Object;
use super::clause_text::{self, Clause};
use super::fitness::Context;
use super::lexicon::{Frame, Kind, Kinds, Needs};
use super::mood::{self, Mood, Reading};
use super::nouns::{self, Vague};
use super::objects;
use super::people::{Person, SECOND};
use super::reader::{FactParts, SentenceReader, Trust};
use super::receivers::RECEIVES;
use super::sentence::Sentence;

/// Verbs of states and habits, whose past says that they are over: "lived", but not "joined" or "bought".
pub(super) const LASTING: &[&str] = &[
    "be",
    "live",
    "work",
    "study",
    "stay",
    "reside",
    "have",
    "own",
    "serve",
    "play",
    "teach",
    "manage",
    "lead",
    "run",
    "volunteer",
    "attend",
    "use",
    "belong",
    "date",
    "love",
    "like",
    "enjoy",
    "coach",
    "practice",
    "practise",
    "train",
    "intern",
    "freelance",
    "drive",
    "grow",
    "collect",
    "lodge",
    "board",
    "major",
    "speak",
    "sing",
    "support",
    "commute",
];

/// Words that make another adjective of the next one: "colour blind".
pub(super) const COMPOUNDING: &[&str] = &["colour", "color", "night", "left", "right", "half", "self"];

/// What is nobody, whatever the recogniser says.
const HAPPENINGS: Kinds = Kinds::of(&[Kind::Event, Kind::Appointment, Kind::Trip]);

/// The best reading of one object.
pub(super) struct Candidate<'f> {
    pub(super) score: u8,
    pub(super) frame: Option<&'f Frame>,
    pub(super) relation: &'f str,
    pub(super) object: usize,
    /// The word in whose place the object stands, for the text.
    pub(super) said: usize,
    pub(super) slot: String,
}

impl SentenceReader<'_, '_> {
    /// Reads the clause of a verb.
    ///
    /// # Errors
    /// If its text needs a pronoun that refers to nobody known.
    pub(super) fn clause(&mut self, verb: usize) -> Result<(), Vague> {
        let s = self.s;
        if self.covered.contains(&verb) || self.is_about_a_name_before(verb) || is_preposition_considering(&s, verb) {
            return Ok(());
        }
        let Some(subject_token) = s.subject(verb) else { return Ok(()) };
        let keys = self.verb_keys(verb);
        let lexicon = s.lexicon;
        let frames: Vec<&Frame> = keys.iter().flat_map(|key| lexicon.frames(key)).collect();
        let is_own = self.is_own_thing(subject_token);
        let lemma = s.lemma(verb);
        let Some(mut reading) = self.reading_of(verb) else { return Ok(()) };
        // "I don't miss the Latin" says little of what one likes.
        if lemma == "miss" && reading.negated {
            return Ok(());
        }
        if self.done_activity(verb, subject_token) || self.sized(verb, subject_token, reading) {
            return Ok(());
        }
        if is_own
            && (self.name_of_thing(verb, subject_token)
                || self.taken_thing(verb, subject_token, reading)
                || self.attribute(verb, subject_token, reading)?)
        {
            return Ok(());
        }
        if reading.mood == Mood::Actual && !reading.negated && self.is_ahead(verb) {
            reading.mood = Mood::Planned;
        }
        if RECEIVES.iter().any(|(known, ..)| *known == lemma) && self.received(verb, subject_token, reading)? {
            return Ok(());
        }
        if lemma == "be" && reading.mood == Mood::Actual && !reading.negated && self.diagnosis(verb, subject_token) {
            return Ok(());
        }
        if reading.mood == Mood::Actual
            && !reading.negated
            && (self.own_work(verb, subject_token)? || self.by_agent(verb, subject_token))
        {
            return Ok(());
        }
        // "My favourite band is …": the band is nobody.
        let is_favourite = lemma == "be" && s.subtree(subject_token).any(|token| s.is(token, FAVOURITE));
        // "Rehearsal on Sunday, the neighbour has a newborn": a rehearsal is nobody.
        let event = subject_token == s.start && s.lexicon.kinds(s.lower(subject_token)).intersects(HAPPENINGS);
        let Some(subject) = self.person(subject_token).filter(|_| !is_favourite && !event) else {
            return if keys.iter().any(|key| key == "be") {
                self.favourite(verb, subject_token, reading)
            } else {
                Ok(())
            };
        };
        if !self.may_speak_of(&subject, subject_token) {
            return Ok(());
        }
        // From its subject on, a clause speaks of it: "She's from Iran and plays the setar" has one for two verbs.
        self.people.at = subject_token;
        // A pronoun never refers to a placeholder for an identifier.
        if s.identifiers.original(&subject.name).is_none() {
            self.people.remember(&subject);
        }
        self.people.at = verb;
        self.next_of_several(&subject, subject_token);
        if self.promotion(verb, &subject, reading) || self.personal(verb, &subject, reading) {
            return Ok(());
        }
        if lemma == "be" && (self.home(verb, &subject, reading) || self.praised_place(verb, subject_token, reading)) {
            return Ok(());
        }
        let date = self.date_of(verb).filter(|date| {
            // "I eat eggs on Tuesdays", "went to Brooklyn every year for Labour Day".
            let of_habit = matches!(s.tag(verb), Tag::Vbp | Tag::Vbz)
                || s.subtree(verb).any(|token| s.is(token, &["every", "each"]));
            let repeated = of_habit && self.is_repeated(verb);
            !repeated
                && !self.is_past_of_present(verb, *date)
                && !self.is_of_every_day(verb, *date)
                && !self.is_origin(verb, *date)
                && !self.is_term(verb, *date)
        });
        let context = Context { verb, subject: &subject, reading, date };
        if s.is_lemma(verb, &["have", "own"]) {
            self.lacks(&context)?;
        }
        let typed = !frames.is_empty() || matches!(lemma, "have" | "get" | "be");
        let candidates = if typed { self.candidates(&context, &frames) } else { Vec::new() };
        // "I run 5k every morning" is no event.
        let runs = lemma == "run" && matches!(s.tag(verb), Tag::Vbp | Tag::Vbz) && self.is_repeated(verb);
        if candidates.is_empty()
            || runs && candidates.iter().all(|found| matches!(found.relation, "RAN_DISTANCE" | "DOES_ACTIVITY"))
        {
            return self.action(&context);
        }
        self.state_candidates(&context, candidates)
    }

    /// Whether a relative clause may be about more than the name before it.
    fn is_about_a_name_before(&self, verb: usize) -> bool {
        let s = self.s;
        let noun = s.head(verb);
        if s.dep(verb) != Dep::Relcl || s.dep(noun) != Dep::Pobj {
            return false;
        }
        // "… on Squarespace, which I finished": what was finished may be more than the last name.
        let which = s.subtree(verb).any(|token| s.is(token, &["which"]));
        // "A book about Rome I bought": the parser hangs the clause on what the book is about.
        let about = s.is(s.head(noun), &["about", "on"]) && s.is_noun(s.head(s.head(noun)));
        which || about
    }

    /// States the best readings of a clause.
    fn state_candidates(&mut self, context: &Context<'_>, candidates: Vec<Candidate<'_>>) -> Result<(), Vague> {
        let s = self.s;
        // "Broke up with Pedro" says more than "broke up".
        let bare = candidates.iter().any(|candidate| candidate.slot != "self");
        // "Started a job at Acme": the employer says more than "a job".
        let employer = candidates.iter().any(|other| other.relation == "STARTED_JOB" && s.is_proper(other.object));
        for candidate in candidates {
            if employer && candidate.relation == "STARTED_JOB" && s.is_a(candidate.object, Kind::Job) {
                continue;
            }
            if bare && candidate.slot == "self" {
                continue;
            }
            self.state_candidate(context, &candidate)?;
        }
        Ok(())
    }

    /// Whether and how a clause says that something is so, also with "no longer" and "before that".
    pub(super) fn reading_of(&self, verb: usize) -> Option<Reading> {
        let s = self.s;
        let mut reading = mood::read(&s, verb)?;
        reading.negated |= s.has_child_word(verb, &["longer"]) && s.source().to_lowercase().contains("no longer");
        // "No longer" and "not any more" say that it was so before.
        if reading.negated
            && reading.mood == Mood::Actual
            && self.is_no_longer(verb)
            && !s.has_child_word(verb, &["ca"])
        {
            reading = Reading { mood: Mood::Former, negated: false };
        }
        // "Before that I worked at Greggs", "earlier I was staying in Koramangala".
        let was = s.tag(verb) == Tag::Vbd || s.has_child_word(verb, &["was", "were"]);
        if reading.mood == Mood::Actual
            && !reading.negated
            && was
            && s.is_lemma(verb, LASTING)
            && self.is_earlier(verb)
            && self.date_of(verb).is_none()
        {
            reading.mood = Mood::Former;
        }
        Some(reading)
    }

    /// Who may state facts of whom: nobody of the addressee, an assistant only of the user's people.
    pub(super) fn may_speak_of(&self, subject: &Person, token: usize) -> bool {
        if SECOND.contains(&self.s.lower(token)) {
            return false;
        }
        match self.trust {
            Trust::Speaker | Trust::Document => true,
            // "A spot where Whiskers likes to rest" is advice.
            Trust::Assistant => {
                subject.kinship.is_some()
                    && !self.s.doc.ancestors(token).any(|above| {
                        self.s.dep(above) == Dep::Relcl
                            && self.s.child(above, |c| self.s.is(c, &["where", "when"])).is_some()
                    })
            }
        }
    }

    /// The keys under which frames of a verb stand: "work", "break+up", "marry.pass".
    pub(super) fn verb_keys(&self, verb: usize) -> Vec<String> {
        let s = self.s;
        let has_got =
            s.lower(verb) == "got" && s.child(verb, |c| s.lemma(c) == "have" && s.dep(c) == Dep::Aux).is_some();
        let mut key = if has_got { "have".to_owned() } else { s.lemma(verb).to_owned() };
        // "Had my appendix out": the parser may hang the particle on the object.
        let object = s.child_of(verb, &[Dep::Dobj]).filter(|_| s.is_lemma(verb, &["have", "get"]));
        let outer = s.children(verb).filter(|c| s.dep(*c) == Dep::Prt);
        let inner = object.into_iter().flat_map(|object| s.children(object)).filter(|c| s.dep(*c) == Dep::Prt);
        for particle in outer.chain(inner) {
            key.push('+');
            key.push_str(s.lower(particle));
        }
        let adverb =
            s.child(verb, |c| s.dep(c) == Dep::Advmod && s.is(c, &["back", "up", "out", "into", "forward", "home"]));
        let passive = s.has_child(verb, &[Dep::Auxpass, Dep::Nsubjpass]);
        let mut keys = vec![if passive { format!("{key}.pass") } else { key.clone() }];
        if let Some(adverb) = adverb {
            keys.push(format!("{key}+{}", s.lower(adverb)));
        }
        keys
    }

    /// The best reading of each object.
    pub(super) fn candidates<'f>(&mut self, context: &Context<'_>, frames: &[&'f Frame]) -> Vec<Candidate<'f>> {
        let s = self.s;
        let arguments = arguments::of(&s, context.verb);
        let mut best: Vec<Candidate<'f>> = Vec::new();
        let mut offer = |candidate: Candidate<'f>| {
            if candidate.score == 0 {
                return;
            }
            match best.iter_mut().find(|known| known.object == candidate.object) {
                Some(known) if known.score >= candidate.score => {}
                Some(known) => *known = candidate,
                None => best.push(candidate),
            }
        };
        for &frame in frames {
            let needed = match frame.needs {
                Needs::Negated => context.reading.negated,
                Needs::Wish => context.reading.mood == Mood::Wanted && !context.reading.negated,
                Needs::Inability => s.has_child_word(context.verb, &["ca", "can"]) && context.reading.negated,
                Needs::Affirmed => true,
            };
            if !needed {
                continue;
            }
            for argument in &arguments {
                if !self.fills(frame, argument) {
                    continue;
                }
                let whole =
                    matches!(frame.slot.as_str(), "self" | "ger" | "inf" | "activity" | "trip" | "status" | "diet")
                        || frame.slot.starts_with("adj") && frame.slot.matches(':').count() < 2;
                let said = argument.token;
                let argument = &Argument { token: self.named_beside(said), slot: argument.slot.clone() };
                let beside = argument.token != said;
                let objects = if whole { vec![argument.token] } else { s.coordinated(argument.token) };
                for object in objects {
                    let score = self.fits(context, frame, object);
                    offer(Candidate {
                        score,
                        frame: Some(frame),
                        relation: &frame.relation.name,
                        object,
                        said: if beside { said } else { object },
                        slot: frame.slot.clone(),
                    });
                }
            }
        }
        if s.is_lemma(context.verb, &["have", "get", "see", "hire", "find"]) && context.reading.mood == Mood::Actual {
            for argument in arguments.iter().filter(|argument| argument.slot == "obj") {
                for object in s.coordinated(argument.token) {
                    let counted = s.tag(object) == Tag::Nns && s.has_child(object, &[Dep::Nummod]);
                    if let Some(relation) = self.kin_object(context, object).filter(|_| !counted) {
                        offer(Candidate {
                            score: 10,
                            frame: None,
                            relation,
                            object,
                            said: object,
                            slot: "obj".to_owned(),
                        });
                    }
                }
            }
        }
        best
    }

    /// Whether an argument stands in the slot of a frame.
    pub(super) fn fills(&mut self, frame: &Frame, argument: &Argument) -> bool {
        if argument.slot == frame.slot {
            return true;
        }
        match frame.slot.as_str() {
            "status" | "diet" => argument.slot == "adjective",
            "ownable" | "food" | "event" | "baby" if argument.slot == "obj" => {
                let kind = match frame.slot.as_str() {
                    "ownable" => Kind::Ownable,
                    "food" => Kind::Food,
                    "event" => Kind::Event,
                    _ => Kind::Baby,
                };
                self.kinds(argument.token).has(kind)
            }
            _ => false,
        }
    }

    pub(super) fn kinds(&mut self, token: usize) -> Kinds {
        let sentence = self.s;
        nouns::kinds(&sentence, self.people, token)
    }

    pub(super) fn is_specific(&mut self, token: usize) -> bool {
        let sentence = self.s;
        nouns::is_specific(&sentence, self.people, token)
    }

    fn state_candidate(&mut self, context: &Context<'_>, candidate: &Candidate<'_>) -> Result<(), Vague> {
        let s = self.s;
        let object = candidate.object;
        let verbal = matches!(candidate.slot.as_str(), "ger" | "inf");
        let gives_up = matches!(candidate.relation, "AVOIDS" | "STOPPED");
        // What nobody thinks of doing is no plan.
        let unplanned = context.reading.mood == Mood::Considered && context.reading.negated;
        let learns = candidate.relation == "LEARNS";
        if verbal && context.reading.mood == Mood::Wanted && !gives_up && !learns || unplanned {
            return Ok(());
        }
        if self.is_told_by_itself(context, candidate) {
            return Ok(());
        }
        // "We celebrate Diwali": every year.
        let yearly = candidate.relation == "CELEBRATED"
            && matches!(s.tag(context.verb), Tag::Vbp | Tag::Vbz)
            && self.date_at(object) == context.date;
        let undated = Context { date: None, ..*context };
        let context = if yearly { &undated } else { context };
        let mut text = self.clause_words(context, Some(candidate.said))?;
        self.name_thing(object, &mut text);
        let mut reading = context.reading;
        // "don't like" as a frame of its own is a dislike, not a denial.
        if candidate.frame.is_some_and(|frame| matches!(frame.needs, Needs::Negated | Needs::Inability)) {
            reading.negated = false;
        }
        if candidate.frame.is_some_and(|frame| frame.needs == Needs::Wish) {
            reading.mood = Mood::Wanted;
        }
        let object_parts = self.object(context, candidate)?;
        let object_parts = self.planned_object(context, candidate, reading, object_parts);
        let text = self.sentence_of(context, candidate, &object_parts.name, text);
        let mut relation = candidate.relation;
        // "Me and Cerys split up", "Mia and I got engaged": with whom.
        if relation == "LIFE_EVENT" && self.happens_to_two(context, &text, reading) {
            return Ok(());
        }
        if matches!(relation, "LIKES" | "LOVES" | "PREFERS" | "DISLIKES") && reading.mood == Mood::Wanted {
            relation = "WANTS";
        }
        // What one thinks of cooking tonight is forgotten tomorrow.
        let meal = matches!(candidate.relation, "COOKS" | "EATS" | "TRIED" | "FIXED");
        if meal && matches!(reading.mood, Mood::Planned | Mood::Wanted | Mood::Considered) {
            return Ok(());
        }
        // "Joined as a designer" began something; only a state in the past is over. Who had a child has one.
        let kept = matches!(candidate.relation, "HAS_CHILD" | "HAS_GRANDCHILD" | "HAS_SIBLING");
        let past = s.tag(context.verb) == Tag::Vbd && s.is_lemma(context.verb, LASTING) && !kept;
        if candidate.relation == "HAS_PET"
            && s.tag(object) == Tag::Nn
            && !reading.negated
            && reading.mood == Mood::Actual
        {
            let pet = self.new_pet(context.subject, object, &object_parts.name);
            self.people.remember(&pet);
        }
        relation = self.relation_here(context, relation, (&object_parts, object));
        if relation == "WORKS_AS" {
            self.workplace(context, object)?;
        }
        if relation == "PREFERS" && self.has_now(context.verb) {
            let fact = self.fact_for_ending(context, relation, &object_parts, &text);
            self.claims.end_all(&fact, "PREFERS");
        }
        // "He had a fall and broke his hip": whose hip it is, not who is spoken of.
        let injured = (relation == "INJURED")
            .then(|| s.child_of(object, &[Dep::Poss]).and_then(|possessor| self.person(possessor)))
            .flatten();
        // Whose death it is: "my dad died" is a fact about the speaker.
        let mourner = context.subject.kinship.as_ref().map(|kinship| Person::named(kinship.owner.clone()));
        let (subject, object_parts) = match mourner.as_ref() {
            Some(mourner) if relation == "LOST_TO_DEATH" && candidate.slot == "self" => {
                (mourner, Object::entity(context.subject.name.clone(), context.subject.entity_type()))
            }
            _ => (injured.as_ref().unwrap_or(context.subject), object_parts),
        };
        if relation == "BOUGHT" && reading == (Reading { mood: Mood::Actual, negated: false }) {
            self.price(context, &object_parts.name);
        }
        // "Volunteered there until my knees gave out last autumn".
        let end = self.date_of_end(context.verb).filter(|_| past && !reading.negated && reading.mood == Mood::Actual);
        let fact = |mood, date| FactParts {
            subject,
            relation,
            object: object_parts.clone(),
            statement: text.clone(),
            mood,
            negated: reading.negated,
            past,
            date,
        };
        if end.is_none() || context.date.is_some() {
            self.add(fact(reading.mood, context.date));
        }
        if end.is_some() {
            self.add(fact(Mood::Former, end));
        }
        Ok(())
    }

    /// The sentence of a fact: the clause, unless another sentence says it better.
    fn sentence_of(&mut self, context: &Context<'_>, candidate: &Candidate<'_>, name: &str, clause: String) -> String {
        let subject = &context.subject.name;
        match candidate.relation {
            // The words of a school year look like a date, and are left out of the clause.
            "STUDIES" if self.kinds(candidate.object).has(Kind::Grade) => format!("{subject} is in {name}"),
            // "Grew up speaking Gujarati".
            "SPEAKS" if self.s.tag(context.verb) == Tag::Vbg && context.reading.mood == Mood::Actual => {
                format!("{subject} speaks {name}")
            }
            _ => objects::habit_words(&self.s, context, candidate, name, &clause).unwrap_or(clause),
        }
    }

    /// Whether the object is a verb whose own clause tells it; the clause of a taste covers its verb.
    fn is_told_by_itself(&mut self, context: &Context<'_>, candidate: &Candidate<'_>) -> bool {
        let s = self.s;
        let object = candidate.object;
        if !matches!(s.tag(object), Tag::Vbg | Tag::Vb)
            || matches!(candidate.slot.as_str(), "activity" | "trip" | "self")
        {
            return false;
        }
        if s.is_lemma(context.verb, &["like", "love", "enjoy", "prefer", "hate", "dislike", "adore"]) {
            self.covered.push(object);
            return false;
        }
        self.has_own_frame(object)
    }

    /// The date of the clause that says until when.
    fn date_of_end(&self, verb: usize) -> Option<usize> {
        let s = self.s;
        let until = |c: usize| s.child(c, |mark| s.dep(mark) == Dep::Mark && s.is(mark, &["until", "till"])).is_some();
        let clause = s.child(verb, |c| s.dep(c) == Dep::Advcl && until(c))?;
        self.date_of(clause)
    }

    fn fact_for_ending<'f>(
        &self,
        context: &Context<'f>,
        relation: &'f str,
        object: &Object,
        text: &str,
    ) -> super::claims::Fact<'f> {
        super::claims::Fact {
            subject: context.subject,
            relation,
            object: object.clone(),
            statement: super::claims::sentence_of(text),
            mood: Mood::Actual,
            negated: false,
            past: false,
            date: None,
            span: self.span.clone(),
            has_consequences: false,
        }
    }

    /// Whether a verb has frames, so that its own clause says it.
    fn has_own_frame(&self, verb: usize) -> bool {
        let s = self.s;
        // "Stopped smoking in 2012": when is no object.
        let has_object = s.children(verb).any(|child| {
            s.dep(child) == Dep::Dobj
                || s.dep(child) == Dep::Prep && !s.object_of(child).is_some_and(|object| s.is_date(object))
        });
        has_object && self.verb_keys(verb).iter().any(|key| !s.lexicon.frames(key).is_empty())
    }

    /// The text of a clause with its date.
    pub(super) fn clause_words(&mut self, context: &Context<'_>, keep: Option<usize>) -> Result<String, Vague> {
        let sentence = self.s;
        let date = context.date.filter(|date| !self.is_aim(*date, context.reading.mood));
        let date = date.and_then(|date| self.date_words(date, false));
        let clause =
            Clause { verb: context.verb, subject: context.subject, keep, date: date.as_deref(), dates: self.dates };
        clause_text::write(&sentence, self.people, clause)
    }
}

/// "Considering the recent growth, …": nobody considers growing.
fn is_preposition_considering(s: &Sentence<'_>, verb: usize) -> bool {
    s.lemma(verb) == "consider"
        && s.tag(verb) == Tag::Vbg
        && s.dep(verb) == Dep::Advcl
        && !s.has_child(verb, &[Dep::Aux, Dep::Mark])
}
