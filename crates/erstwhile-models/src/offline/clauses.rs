//! Clauses become facts: the frames of the verb, the types of its arguments.

use erstwhile::vocabulary::Group;
use erstwhile_nlp::{Dep, EntityKind, Pos, Tag};

use super::arguments::{self, Argument};
use super::claims::{Object, entity_type};
use super::clause_text::{self, Clause};
use super::lexicon::{Frame, Kind, Kinds, Needs};
use super::mood::{self, Mood, Reading};
use super::nouns::{self, Vague};
use super::people::{Person, PersonKind, SECOND};
use super::reader::{FactParts, SentenceReader, Trust};

/// Relations of close people that "I have a sister" states.
const CLOSE: &[&str] = &[
    "MARRIED_TO",
    "DATING",
    "ENGAGED_TO",
    "HAS_CHILD",
    "HAS_SIBLING",
    "HAS_GRANDCHILD",
    "HAS_FRIEND",
    "HAS_RELATIVE",
    "HAS_ROOMMATE",
    "HAS_BOSS",
    "HAS_MENTOR",
];

/// Types that make an object concrete without a modifier.
const CONCRETE: Kinds = Kinds::of(&[
    Kind::Animal,
    Kind::Title,
    Kind::Identity,
    Kind::Status,
    Kind::Diet,
    Kind::Language,
    Kind::Condition,
    Kind::BodyPart,
    Kind::Medication,
    Kind::Food,
    Kind::Sport,
    Kind::Instrument,
    Kind::Game,
    Kind::Activity,
    Kind::Field,
    Kind::Plant,
    Kind::Degree,
    Kind::Baby,
    Kind::Person,
    Kind::Money,
    Kind::Distance,
    Kind::Job,
    Kind::Measure,
    Kind::Office,
    Kind::Gpe,
    Kind::Age,
    Kind::Name,
    Kind::Procedure,
    Kind::Music,
    Kind::Military,
    Kind::Tech,
    Kind::Date,
    Kind::Exam,
]);

/// Types that are concrete when the clause is dated or recent.
const DATED: Kinds = Kinds::of(&[
    Kind::Event,
    Kind::Place,
    Kind::Trip,
    Kind::Appointment,
    Kind::Class,
    Kind::Ownable,
    Kind::Project,
    Kind::Artwork,
    Kind::Business,
    Kind::Award,
    Kind::Club,
    Kind::Team,
    Kind::Gym,
    Kind::School,
    Kind::Org,
    Kind::Media,
]);

/// Verbs that make the speaker the receiver: "Grandma gave me a necklace".
const RECEIVES: &[(&str, &str, &str)] = &[
    ("give", "RECEIVED", "obj"),
    ("gift", "RECEIVED", "obj"),
    ("send", "RECEIVED", "obj"),
    ("buy", "RECEIVED", "obj"),
    ("get", "RECEIVED", "obj"),
    ("lend", "RECEIVED", "obj"),
    ("diagnose", "HAS_CONDITION", "with"),
    ("prescribe", "TAKES_MEDICATION", "obj"),
    ("teach", "LEARNS", "obj"),
];

/// The best reading of one object.
struct Candidate<'f> {
    score: u8,
    frame: Option<&'f Frame>,
    relation: &'f str,
    object: usize,
    slot: String,
}

/// The clause that a candidate is read from.
struct Context<'c> {
    verb: usize,
    subject: &'c Person,
    reading: Reading,
    date: Option<usize>,
}

impl SentenceReader<'_, '_> {
    /// Reads the clause of a verb.
    ///
    /// # Errors
    /// If its text needs a pronoun that refers to nobody known.
    pub(super) fn clause(&mut self, verb: usize) -> Result<(), Vague> {
        let s = self.s;
        if self.covered.contains(&verb) {
            return Ok(());
        }
        let Some(subject_token) = s.subject(verb) else { return Ok(()) };
        let keys = self.verb_keys(verb);
        let lexicon = s.lexicon;
        let frames: Vec<&Frame> = keys.iter().flat_map(|key| lexicon.frames(key)).collect();
        let is_own = self.is_own_thing(subject_token);
        let lemma = s.lemma(verb);
        let mut reading = match mood::read(&s, verb) {
            Some(reading) => reading,
            None => return Ok(()),
        };
        reading.negated |= s.has_child_word(verb, &["longer"]) && s.source().to_lowercase().contains("no longer");
        if is_own && self.attribute(verb, subject_token, reading)? {
            return Ok(());
        }
        if RECEIVES.iter().any(|(known, ..)| *known == lemma) && self.received(verb, subject_token, reading)? {
            return Ok(());
        }
        let Some(subject) = self.person(subject_token) else {
            return if keys.iter().any(|key| key == "be") {
                self.favourite(verb, subject_token, reading)
            } else {
                Ok(())
            };
        };
        if !self.may_speak_of(&subject, subject_token) {
            return Ok(());
        }
        self.people.remember(&subject);
        if self.personal(verb, &subject, reading)? {
            return Ok(());
        }
        if frames.is_empty() && !matches!(lemma, "have" | "get" | "be") {
            return Ok(());
        }
        let context = Context { verb, subject: &subject, reading, date: self.date_of(verb) };
        for candidate in self.candidates(&context, &frames) {
            self.state_candidate(&context, &candidate)?;
        }
        Ok(())
    }

    /// Who may state facts of whom: nobody of the addressee, an assistant only of the user's people.
    fn may_speak_of(&self, subject: &Person, token: usize) -> bool {
        if SECOND.contains(&self.s.lower(token)) {
            return false;
        }
        match self.trust {
            Trust::Speaker | Trust::Document => true,
            Trust::Assistant => subject.kinship.is_some(),
        }
    }

    /// The keys under which frames of a verb stand: "work", "break+up", "marry.pass".
    fn verb_keys(&self, verb: usize) -> Vec<String> {
        let s = self.s;
        let has_got =
            s.lower(verb) == "got" && s.child(verb, |c| s.lemma(c) == "have" && s.dep(c) == Dep::Aux).is_some();
        let mut key = if has_got { "have".to_owned() } else { s.lemma(verb).to_owned() };
        for particle in s.children(verb).filter(|c| s.dep(*c) == Dep::Prt) {
            key.push('+');
            key.push_str(s.lower(particle));
        }
        let adverb = s.child(verb, |c| s.dep(c) == Dep::Advmod && s.is(c, &["back", "up", "out", "into", "forward"]));
        let passive = s.has_child(verb, &[Dep::Auxpass, Dep::Nsubjpass]);
        let mut keys = vec![if passive { format!("{key}.pass") } else { key.clone() }];
        if let Some(adverb) = adverb {
            keys.push(format!("{key}+{}", s.lower(adverb)));
        }
        keys
    }

    /// The best reading of each object.
    fn candidates<'f>(&mut self, context: &Context<'_>, frames: &[&'f Frame]) -> Vec<Candidate<'f>> {
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
                Needs::Negated => context.reading.negated && !self.is_no_longer(context.verb),
                Needs::Wish => context.reading.mood == Mood::Wanted && !context.reading.negated,
                Needs::Inability => s.has_child_word(context.verb, &["ca"]) && context.reading.negated,
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
                let objects = if whole { vec![argument.token] } else { s.coordinated(argument.token) };
                for object in objects {
                    let score = self.fits(context, frame, object);
                    offer(Candidate {
                        score,
                        frame: Some(frame),
                        relation: &frame.relation.name,
                        object,
                        slot: frame.slot.clone(),
                    });
                }
            }
        }
        if s.is_lemma(context.verb, &["have", "get"]) && context.reading.mood == Mood::Actual {
            for argument in arguments.iter().filter(|argument| argument.slot == "obj") {
                for object in s.coordinated(argument.token) {
                    if let Some(relation) = self.kin_object(context, object) {
                        offer(Candidate { score: 10, frame: None, relation, object, slot: "obj".to_owned() });
                    }
                }
            }
        }
        best
    }

    /// Whether an argument stands in the slot of a frame.
    fn fills(&mut self, frame: &Frame, argument: &Argument) -> bool {
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

    /// "I have a sister": the relation that a noun states.
    fn kin_object(&self, context: &Context<'_>, object: usize) -> Option<&'static str> {
        let s = self.s;
        if s.dep(context.verb) == Dep::Relcl
            || s.has_child(object, &[Dep::Poss])
            || context.subject.kind != PersonKind::Person
            || context.reading.negated
        {
            return None;
        }
        let relation = s.lexicon.kin(s.lemma(object))?;
        CLOSE.contains(&relation).then_some(relation)
    }

    /// How well an object fits a frame, from 0 (not at all) to 10 (exactly).
    fn fits(&mut self, context: &Context<'_>, frame: &Frame, object: usize) -> u8 {
        let s = self.s;
        let relation = frame.relation;
        let name = relation.name.as_str();
        let reading = context.reading;
        if !self.takes_subject(relation, context.subject) {
            return 0;
        }
        match frame.slot.as_str() {
            "self" => {
                let actual = matches!(reading.mood, Mood::Actual | Mood::Planned);
                let dated = s.is_past(context.verb) || context.date.is_some();
                if name == "LOST_TO_DEATH" {
                    return if self.people.is_speaker(&context.subject.name) { 0 } else { 6 };
                }
                return if actual && dated { 6 } else { 0 };
            }
            "status" => return if s.lexicon.is(s.lower(object), Kind::Status) { 8 } else { 0 },
            "diet" => return if s.lexicon.is(s.lower(object), Kind::Diet) { 8 } else { 0 },
            "ger" | "inf" => return if self.is_concrete_action(object) { 4 } else { 0 },
            "activity" => return if s.lexicon.is(s.lower(object), Kind::Activity) { 8 } else { 0 },
            "trip" => return if s.lexicon.is(s.lower(object), Kind::Trip) { 8 } else { 0 },
            _ => {}
        }
        if name == "LIFE_EVENT" {
            return if reading.mood == Mood::Actual { 6 } else { 0 };
        }
        let kinds = self.kinds(object);
        let gerund = s.tag(object) == Tag::Vbg;
        let about_addressee = s.children(object).any(|child| SECOND.contains(&s.lower(child)));
        if kinds.is_empty()
            || gerund
                && (!self.is_concrete_action(object) || matches!(name, "READ" | "WATCHED" | "WORKS_ON" | "CREATED"))
            || about_addressee
        {
            return 0;
        }
        let wanted = frame.only.unwrap_or_else(|| s.lexicon.objects(name));
        let people = Kinds::of(&[Kind::Person, Kind::Animal, Kind::HumanNp, Kind::Baby]);
        let person = self.person(object);
        if person.as_ref().is_some_and(|person| matches!(person.kind, PersonKind::Person | PersonKind::Pet))
            && (kinds.has(Kind::Person) || kinds.has(Kind::Animal))
            && !wanted.intersects(people)
        {
            return 0;
        }
        if matches!(name, "LIKES" | "LOVES" | "DISLIKES")
            && s.tag(context.verb) == Tag::Vbd
            && !kinds.intersects(Kinds::of(&[
                Kind::Work,
                Kind::Food,
                Kind::Activity,
                Kind::Sport,
                Kind::Game,
                Kind::Animal,
                Kind::Music,
            ]))
        {
            return 0;
        }
        if wanted.has(Kind::HumanNp) && kinds.has(Kind::HumanNp) && self.is_specific(object) {
            return 4;
        }
        if wanted.has(Kind::Person) && kinds.has(Kind::Person) {
            let named = s.entity_kind(object) == Some(EntityKind::Person) || person.is_some();
            let other = person.is_none_or(|person| person.name != context.subject.name);
            return if named && other { 8 } else { 0 };
        }
        self.fits_thing(context, frame, object, kinds, wanted)
    }

    fn takes_subject(&self, relation: &erstwhile::vocabulary::Relation, subject: &Person) -> bool {
        let kind = match subject.kind {
            PersonKind::Person => "person",
            PersonKind::Pet => "pet",
            PersonKind::Group => "group",
            PersonKind::Organization => "org",
            PersonKind::Thing => "thing",
        };
        relation.subject.iter().any(|wanted| wanted == kind || wanted == "any")
    }

    fn fits_thing(&mut self, context: &Context<'_>, frame: &Frame, object: usize, kinds: Kinds, wanted: Kinds) -> u8 {
        let s = self.s;
        let name = frame.relation.name.as_str();
        let lemma = s.lemma(context.verb);
        if name == "WORKS_ON" && matches!(lemma, "finish" | "complete") && kinds.has(Kind::Work) {
            return 0;
        }
        if name == "DOES_ACTIVITY"
            && kinds.has(Kind::Artwork)
            && frame.slot == "obj"
            && s.tag(object) != Tag::Vbg
            && s.has_child(object, &[Dep::Det, Dep::Poss])
        {
            return 0;
        }
        let pointing =
            s.child(object, |c| s.dep(c) == Dep::Det && s.is(c, &["the", "that", "this", "these", "those"])).is_some();
        if matches!(name, "LIKES" | "LOVES" | "INTERESTED_IN" | "DISLIKES")
            && pointing
            && s.pos(object) != Pos::Propn
            && !kinds.has(Kind::Work)
            && !self.is_specific(object)
        {
            return 0;
        }
        if wanted.has(Kind::Title) && kinds.has(Kind::Title) {
            let own = s.child(object, |c| s.is(c, &["the", "my", "your"])).is_some();
            let bare = !s.has_child(object, &[Dep::Det, Dep::Compound, Dep::Amod]) && frame.slot != "as";
            return if own && frame.slot == "attr" || bare { 0 } else { 10 };
        }
        if wanted.has(Kind::Identity) && kinds.has(Kind::Identity) {
            return 8;
        }
        let hit = wanted.and(kinds).without(Kinds::of(&[Kind::Any, Kind::Thing]));
        if name == "BOUGHT"
            && matches!(lemma, "buy" | "purchase" | "order")
            && kinds.intersects(Kinds::of(&[Kind::Thing, Kind::Ownable, Kind::Propn]))
            && s.is_noun(object)
        {
            return 8;
        }
        let specific = self.is_specific(object);
        if !hit.is_empty() {
            let recent = s.child(context.verb, |c| s.is(c, &["recently", "just", "finally"])).is_some()
                && s.is_past(context.verb);
            let dated = (context.date.is_some() || recent || s.tag(context.verb) == Tag::Vbd)
                && hit.intersects(DATED)
                && name != "OWNS";
            let owned = hit.has(Kind::Business) && s.has_child_word(object, &["own"]);
            let new = matches!(name, "BOUGHT" | "RECEIVED")
                && context.reading.mood == Mood::Actual
                && hit.has(Kind::Ownable)
                && s.has_child_word(object, &["new"]);
            let counted = name == "OWNS"
                && s.has_child(object, &[Dep::Nummod, Dep::Det])
                && hit.has(Kind::Ownable)
                && s.has_child_word(object, &["a", "an"]);
            return if hit.intersects(CONCRETE) || specific || dated || owned || new || counted { 8 } else { 0 };
        }
        let kind = s.entity_kind(object);
        let nameable = Kinds::of(&[
            Kind::Place,
            Kind::Org,
            Kind::School,
            Kind::Event,
            Kind::Work,
            Kind::Product,
            Kind::Tech,
            Kind::Club,
            Kind::Ownable,
            Kind::Team,
            Kind::Game,
            Kind::Field,
            Kind::Business,
            Kind::Language,
        ]);
        let proper = kinds.has(Kind::Propn)
            && (matches!(
                kind,
                None | Some(EntityKind::Person | EntityKind::Org | EntityKind::Product | EntityKind::WorkOfArt)
            ) || frame.relation.group == Group::Place);
        if proper
            && wanted.intersects(nameable)
            && !kinds.intersects(Kinds::of(&[Kind::Date, Kind::Animal]))
            && !(kinds.has(Kind::Person) && self.people.known(s.text(object)).is_some())
        {
            return if kinds.intersects(Kinds::of(&[Kind::Place, Kind::Org, Kind::Event, Kind::Work])) { 5 } else { 6 };
        }
        if name == "BOUGHT"
            && lemma == "get"
            && matches!(context.reading.mood, Mood::Planned | Mood::Considered | Mood::Wanted)
            && kinds.has(Kind::Thing)
            && specific
            && !kinds.intersects(Kinds::of(&[Kind::Award, Kind::Letter, Kind::Work, Kind::Project]))
        {
            return 4;
        }
        if wanted.has(Kind::Thing) && kinds.has(Kind::Thing) && specific && !kinds.has(Kind::Person) {
            return 4;
        }
        if wanted.has(Kind::Any)
            && kinds.has(Kind::Any)
            && (specific || self.is_plain_taste(frame, context, object, kinds))
        {
            return 3;
        }
        0
    }

    /// "I love tea": a bare noun or a plural is what one likes in general.
    fn is_plain_taste(&self, frame: &Frame, context: &Context<'_>, object: usize, kinds: Kinds) -> bool {
        let s = self.s;
        let taste = matches!(
            frame.relation.name.as_str(),
            "LIKES"
                | "LOVES"
                | "DISLIKES"
                | "PREFERS"
                | "ALLERGIC_TO"
                | "AFRAID_OF"
                | "AVOIDS"
                | "EATS"
                | "COLLECTS"
                | "INTERESTED_IN"
        );
        let present = matches!(s.tag(context.verb), Tag::Vbp | Tag::Vbz | Tag::Vb);
        taste
            && present
            && kinds.has(Kind::Thing)
            && !s.has_child(object, &[Dep::Det, Dep::Poss])
            && s.dep(context.verb) != Dep::Relcl
    }

    /// A gerund or infinitive that says something: a known activity, or with a concrete object.
    pub(super) fn is_concrete_action(&mut self, verb: usize) -> bool {
        let s = self.s;
        if s.subtree(verb).any(|token| SECOND.contains(&s.lower(token))) {
            return false;
        }
        let objects: Vec<usize> = s.children(verb).filter(|c| s.dep(*c) == Dep::Dobj).collect();
        if objects.is_empty() {
            return s.lexicon.is(s.lower(verb), Kind::Activity)
                || s.lexicon.is(s.lower(verb), Kind::Trip) && s.tag(verb) == Tag::Vbg;
        }
        objects.into_iter().any(|object| {
            let kinds = self.kinds(object);
            !kinds.is_empty() && (kinds.intersects(CONCRETE) || self.is_specific(object))
        })
    }

    fn state_candidate(&mut self, context: &Context<'_>, candidate: &Candidate<'_>) -> Result<(), Vague> {
        let s = self.s;
        let object = candidate.object;
        let verbal = matches!(candidate.slot.as_str(), "ger" | "inf");
        if verbal && context.reading.mood == Mood::Wanted {
            return Ok(());
        }
        if matches!(s.tag(object), Tag::Vbg | Tag::Vb)
            && !matches!(candidate.slot.as_str(), "activity" | "trip" | "self")
        {
            if s.is_lemma(context.verb, &["like", "love", "enjoy", "prefer", "hate", "dislike", "adore"]) {
                self.covered.push(object);
            } else if self.has_own_frame(object) {
                return Ok(());
            }
        }
        let text = self.clause_words(context, Some(object))?;
        let mut reading = context.reading;
        // "don't like" as a frame of its own is a dislike, not a denial.
        if candidate.frame.is_some_and(|frame| matches!(frame.needs, Needs::Negated | Needs::Inability)) {
            reading.negated = false;
        }
        if candidate.frame.is_some_and(|frame| frame.needs == Needs::Wish) {
            reading.mood = Mood::Wanted;
        }
        let object_parts = self.object(context, candidate)?;
        let mut relation = candidate.relation;
        if matches!(relation, "LIKES" | "LOVES" | "PREFERS" | "DISLIKES") && reading.mood == Mood::Wanted {
            relation = "WANTS";
        }
        let past = s.tag(context.verb) == Tag::Vbd;
        if candidate.relation == "HAS_PET"
            && s.tag(object) == Tag::Nn
            && !reading.negated
            && reading.mood == Mood::Actual
        {
            let pet = Person { kind: PersonKind::Pet, ..Person::named(object_parts.name.clone()) };
            self.people.remember(&pet);
        }
        if relation == "PREFERS" && self.has_now(context.verb) {
            let fact = self.fact_for_ending(context, relation, &object_parts, &text);
            self.claims.end_all(&fact, "PREFERS");
        }
        self.add(FactParts {
            subject: context.subject,
            relation,
            object: object_parts,
            statement: text,
            mood: reading.mood,
            negated: reading.negated,
            past,
            date: context.date,
        });
        Ok(())
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
        }
    }

    /// Whether a verb has frames, so that its own clause says it.
    fn has_own_frame(&self, verb: usize) -> bool {
        self.verb_keys(verb).iter().any(|key| !self.s.lexicon.frames(key).is_empty())
            && self.s.has_child(verb, &[Dep::Dobj, Dep::Prep])
    }

    /// The object of a fact, named.
    fn object(&mut self, context: &Context<'_>, candidate: &Candidate<'_>) -> Result<Object, Vague> {
        let s = self.s;
        let token = candidate.object;
        let relation = s.lexicon.relation(candidate.relation);
        if candidate.slot == "self" {
            let name = s.lemma(context.verb).to_owned();
            return Ok(if candidate.relation == "LOST_TO_DEATH" { Object::value("died") } else { Object::value(name) });
        }
        if let Some(date) = self.date_at(token).filter(|_| relation.is_some_and(|relation| relation.value)) {
            let words = self.date_words(date, true).unwrap_or_default();
            return Ok(Object::value(words));
        }
        let kinds = self.kinds(token);
        let name = match candidate.slot.as_str() {
            "ger" | "inf" => self.action_name(token, context.subject)?,
            "activity" | "trip" | "status" | "diet" => s.lower(token).to_owned(),
            slot if slot.starts_with("adj:") && slot.matches(':').count() == 1 => s.text(token).to_owned(),
            _ if s.tag(token) == Tag::Vbg => self.action_name(token, context.subject)?,
            _ => match self.person(token) {
                Some(person) if kinds.has(Kind::Person) || kinds.has(Kind::Animal) => {
                    return Ok(Object::entity(person.name.clone(), person.entity_type()));
                }
                _ => self.phrase(token, Some(&context.subject.name))?,
            },
        };
        if relation.is_some_and(|relation| relation.value) {
            return Ok(Object::value(name));
        }
        if s.lexicon.kin(s.lemma(token)) == Some(candidate.relation) {
            let called = super::people::called(&s, token);
            let name = called.unwrap_or_else(|| format!("{}'s {}", context.subject.name, s.lemma(token)));
            return Ok(Object::entity(name, Some("Person")));
        }
        if candidate.relation == "HAS_PET" {
            if let Some(called) = super::people::called(&s, token) {
                return Ok(Object::entity(called, Some("Pet")));
            }
        }
        let wanted = s.lexicon.objects(candidate.relation);
        Ok(Object::entity(name, entity_type(kinds, wanted)))
    }

    /// "playing tennis" is named by its object, "swimming in the sea" by the verb.
    pub(super) fn action_name(&mut self, verb: usize, subject: &Person) -> Result<String, Vague> {
        let s = self.s;
        let object = s.child_of(verb, &[Dep::Dobj]);
        if let Some(object) = object
            && s.is_lemma(verb, &["play", "drink", "eat", "do", "practice", "practise", "watch", "read", "use"])
        {
            return self.phrase(object, Some(&subject.name));
        }
        let mut words = vec![s.lower(verb).to_owned()];
        if let Some(object) = object {
            words.push(self.phrase(object, Some(&subject.name))?);
        }
        for preposition in s.children(verb).filter(|c| s.dep(*c) == Dep::Prep).collect::<Vec<_>>() {
            if let Some(noun) = s.child_of(preposition, &[Dep::Pobj])
                && !self.kinds(noun).is_empty()
                && !s.is_date(noun)
            {
                words.push(s.lower(preposition).to_owned());
                words.push(self.phrase(noun, Some(&subject.name))?);
            }
        }
        Ok(words.join(" "))
    }

    /// The text of a clause with its date.
    fn clause_words(&mut self, context: &Context<'_>, keep: Option<usize>) -> Result<String, Vague> {
        let sentence = self.s;
        let date = context.date.and_then(|date| self.date_words(date, false));
        let clause = Clause { verb: context.verb, subject: context.subject, keep, date: date.as_deref() };
        clause_text::write(&sentence, self.people, clause)
    }

    /// "Grandma gave me a necklace", "Dr. Patel diagnosed me with asthma".
    fn received(&mut self, verb: usize, giver: usize, reading: Reading) -> Result<bool, Vague> {
        let s = self.s;
        let Some((_, relation, slot)) = RECEIVES.iter().find(|(known, ..)| *known == s.lemma(verb)) else {
            return Ok(false);
        };
        let receiver = s.child(verb, |c| matches!(s.dep(c), Dep::Dative | Dep::Dobj) && s.is(c, &["me", "us"]));
        let (Some(receiver), Some(speaker)) = (receiver, self.people.speaker.clone()) else { return Ok(false) };
        if reading.negated || reading.mood != Mood::Actual || s.is(giver, &["i", "we"]) {
            return Ok(true);
        }
        let object = if *slot == "obj" {
            s.child(verb, |c| s.dep(c) == Dep::Dobj && c != receiver)
        } else {
            s.child(verb, |c| s.dep(c) == Dep::Prep && s.lower(c) == *slot).and_then(|c| s.child_of(c, &[Dep::Pobj]))
        };
        let Some(object) = object else { return Ok(true) };
        let kinds = self.kinds(object);
        let concrete = kinds.intersects(CONCRETE) || kinds.has(Kind::Ownable) || self.is_specific(object);
        if !kinds.intersects(s.lexicon.objects(relation)) || !concrete {
            return Ok(true);
        }
        let me = Person::named(speaker.clone());
        let name = self.phrase(object, Some(&speaker))?;
        let date = self.date_of(verb);
        let said = date.and_then(|date| self.date_words(date, false)).unwrap_or_default();
        let giver_name = match self.person(giver) {
            Some(person) => Some(person.name),
            None if s.is_noun(giver) => Some(self.phrase(giver, None)?),
            None => None,
        };
        let statement = match (*relation, giver_name) {
            ("HAS_CONDITION", _) => format!("{speaker} was diagnosed with {name} {said}"),
            ("TAKES_MEDICATION", _) => format!("{speaker} was prescribed {name} {said}"),
            ("LEARNS", Some(giver)) => format!("{giver} taught {speaker} {name} {said}"),
            (_, Some(giver)) => format!("{speaker} received {name} from {giver} {said}"),
            (_, None) => format!("{speaker} received {name} {said}"),
        };
        let object = Object::entity(name, entity_type(kinds, s.lexicon.objects(relation)));
        self.add(FactParts {
            subject: &me,
            relation,
            object,
            statement: nouns::tidy(&statement),
            mood: Mood::Actual,
            negated: false,
            past: true,
            date,
        });
        Ok(true)
    }
}
