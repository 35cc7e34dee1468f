//! How well an object fits a frame of the vocabulary: by the types of both, and whether the object is concrete.

use erstwhile::vocabulary::Group;
use erstwhile_nlp::{Dep, EntityKind, Pos, Tag};

use super::lexicon::{Frame, Kind, Kinds};
use super::mood::{Mood, Reading};
use super::people::{MINE, Person, PersonKind, SECOND};
use super::reader::SentenceReader;

/// Types that make an object concrete without a modifier.
pub(super) const CONCRETE: Kinds = Kinds::of(&[
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
    Kind::Gym,
]);

/// Types whose objects have names of their own.
const NAMEABLE: Kinds = Kinds::of(&[
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

/// Types of what one may like on one occasion: "loved the film".
const LIKED_IN_THE_PAST: Kinds =
    Kinds::of(&[Kind::Work, Kind::Food, Kind::Activity, Kind::Sport, Kind::Game, Kind::Animal, Kind::Music]);

/// The clause that a candidate is read from.
#[derive(Debug)]
pub(super) struct Context<'c> {
    pub(super) verb: usize,
    pub(super) subject: &'c Person,
    pub(super) reading: Reading,
    /// The index of its time expression.
    pub(super) date: Option<usize>,
}

impl SentenceReader<'_, '_> {
    /// How well an object fits a frame, from 0 (not at all) to 10 (exactly).
    pub(super) fn fits(&mut self, context: &Context<'_>, frame: &Frame, object: usize) -> u8 {
        let s = self.s;
        let relation = frame.relation;
        let name = relation.name.as_str();
        let reading = context.reading;
        if !takes_subject(relation, context.subject)
            || self.is_of_another_kind(context, name, object)
            || frame.slot != "self" && self.is_misread(context, frame, object)
        {
            return 0;
        }
        if let Some(fitness) = self.fits_slot(context, frame, object) {
            return fitness;
        }
        if name == "LIFE_EVENT" {
            return if matches!(reading.mood, Mood::Actual | Mood::Planned) { 6 } else { 0 };
        }
        if let Some(fitness) = self.fits_pronoun(context, name, object) {
            return fitness;
        }
        // "I prefer short answers".
        if name == "PREFERS" && s.pos(object) == Pos::Noun && s.has_child(object, &[Dep::Amod]) {
            return 4;
        }
        if name == "WORKS_FROM" && s.is(object, &["home"]) {
            return 6;
        }
        let kinds = self.kinds(object);
        let gerund = s.tag(object) == Tag::Vbg;
        let about_addressee = s.children(object).any(|child| SECOND.contains(&s.lower(child)));
        if gerund && name == "AFRAID_OF" && self.is_action_of_taste(name, object) {
            return 5;
        }
        if !about_addressee && self.is_fear_or_taste_in_general(name, context, object) {
            return 4;
        }
        if kinds.is_empty()
            || gerund
                && (!self.is_concrete_action(object) || matches!(name, "READ" | "WATCHED" | "WORKS_ON" | "CREATED"))
            || about_addressee
        {
            return 0;
        }
        let wanted = frame.only.unwrap_or_else(|| s.lexicon.objects(name));
        let people = Kinds::of(&[Kind::Person, Kind::Animal, Kind::HumanNp, Kind::Baby]);
        if let Some(fitness) = self.fits_place(name, object, kinds) {
            return fitness;
        }
        let person = self.person(object);
        let is_known = |person: &Person| {
            person.kinship.is_some()
                || self.people.is_speaker(&person.name)
                || self.people.known(&person.name).is_some()
        };
        if person
            .as_ref()
            .is_some_and(|person| matches!(person.kind, PersonKind::Person | PersonKind::Pet) && is_known(person))
            && (kinds.has(Kind::Person) || kinds.has(Kind::Animal))
            && !wanted.intersects(people)
        {
            return 0;
        }
        if matches!(name, "LIKES" | "LOVES" | "DISLIKES")
            && s.tag(context.verb) == Tag::Vbd
            && !kinds.intersects(LIKED_IN_THE_PAST)
        {
            return 0;
        }
        // "I manage six people", "I share a flat with two nurses".
        let counted = matches!(name, "MANAGES" | "LIVES_WITH" | "HAS_ROOMMATE") && s.has_child(object, &[Dep::Nummod]);
        if kinds.has(Kind::HumanNp) && (counted || wanted.has(Kind::HumanNp) && self.is_specific(object)) {
            return 4;
        }
        // "Moving in with Teo": a name that the recogniser does not know, where only a person fits.
        if wanted == Kinds::of(&[Kind::Person]) && self.is_bare_name(object) && !kinds.has(Kind::Person) {
            return if person.is_none_or(|person| person.name != context.subject.name) { 6 } else { 0 };
        }
        if wanted.has(Kind::Person) && kinds.has(Kind::Person) {
            let named = s.entity_kind(object) == Some(EntityKind::Person) || person.is_some();
            let other = person.is_none_or(|person| person.name != context.subject.name);
            return if named && other { 8 } else { 0 };
        }
        self.fits_thing(context, frame, object, kinds, wanted)
    }

    /// The fitness of a pronoun for a thing that was spoken of: "I used to hate running but now I love it".
    fn fits_pronoun(&mut self, context: &Context<'_>, name: &str, object: usize) -> Option<u8> {
        let s = self.s;
        let thing = self.thing_meant(object)?;
        match name {
            "LIKES" | "LOVES" | "DISLIKES" | "AVOIDS" | "PREFERS" | "ALLERGIC_TO" => {
                let over = s.tag(context.verb) == Tag::Vbd && !thing.kinds.intersects(LIKED_IN_THE_PAST);
                Some(if over { 0 } else { 5 })
            }
            "BOUGHT" | "SOLD" | "PARTED_WITH" | "LOST" | "FIXED" => {
                let acts = context.reading.mood == Mood::Actual && !s.is_lemma(context.verb, &["book", "get"]);
                (acts && thing.kinds.has(Kind::Ownable)).then_some(5)
            }
            _ => None,
        }
    }

    /// The fitness in a slot that takes no noun of a type: a verb alone, a gerund, a status; `None` in others.
    fn fits_slot(&mut self, context: &Context<'_>, frame: &Frame, object: usize) -> Option<u8> {
        let s = self.s;
        let name = frame.relation.name.as_str();
        let listed = |kind| if s.lexicon.is(s.lower(object), kind) { 8 } else { 0 };
        Some(match frame.slot.as_str() {
            "self" => self.fits_alone(context, name),
            "status" if s.child(object, |c| s.dep(c) == Dep::Prep && s.is(c, &["to"])).is_some() => 0,
            "status" => listed(Kind::Status),
            "diet" => listed(Kind::Diet),
            "ger" | "inf" => {
                // "I'm learning to drive".
                if name == "LEARNS" {
                    const SKILLS: &[&str] = &[
                        "drive", "swim", "code", "cook", "knit", "sew", "sail", "surf", "ski", "ride", "dance", "sing",
                        "read", "weld", "type", "fly", "crochet", "skate", "program", "draw", "paint",
                    ];
                    let alone = !s.has_child(object, &[Dep::Dobj, Dep::Prep]) && s.is_lemma(object, SKILLS);
                    return Some(if alone { 6 } else { 0 });
                }
                // "I want to stop doomscrolling": whatever one gives up is told by its name.
                let given_up = matches!(name, "AVOIDS" | "STOPPED")
                    && !s.has_child(object, &[Dep::Dobj, Dep::Prep])
                    && !s.is_lemma(object, super::exclusions::NOT_GIVEN_UP);
                let tells = given_up || self.is_action_of_taste(name, object) || self.is_concrete_action(object);
                if tells { 4 } else { 0 }
            }
            "activity" => listed(Kind::Activity),
            "trip" => listed(Kind::Trip),
            _ => return None,
        })
    }

    /// A name of one or two words with a capital each that is no known place or company.
    fn is_bare_name(&self, token: usize) -> bool {
        let s = self.s;
        let plain = |token: usize| {
            let text = s.text(token);
            let mut chars = text.chars();
            chars.next().is_some_and(char::is_uppercase)
                && chars.all(|c| c.is_lowercase() || c == '-')
                && text.len() > 1
                && s.identifier(token).is_none()
        };
        let known = s.lexicon.is(s.lower(token), Kind::KnownName) || s.entity_kind(token) == Some(EntityKind::Date);
        let long = s.entity(token).is_some_and(|entity| entity.tokens.len() > 2);
        s.is_proper(token) && plain(token) && !known && !long && !s.has_child(token, &[Dep::Det])
    }

    /// The fitness of a verb that needs no object: "graduated", "my dad died".
    fn fits_alone(&self, context: &Context<'_>, name: &str) -> u8 {
        let s = self.s;
        let verb = context.verb;
        if name == "LOST_TO_DEATH" {
            // "Passed first time" is an exam.
            let exam = s.lemma(verb) == "pass"
                && (s.has_child(verb, &[Dep::Dobj]) || s.has_child_word(verb, &["time", "first", "with"]));
            return if context.subject.kinship.is_some() && !exam { 6 } else { 0 };
        }
        // "I don't smoke".
        if name == "AVOIDS" {
            // "I'm not driving" tonight.
            if s.tag(verb) == Tag::Vbg && s.is_lemma(verb, &["drive", "fly"]) {
                return 0;
            }
            let bare = !s.has_child(verb, &[Dep::Dobj]) && context.reading.mood == Mood::Actual;
            return if bare { 6 } else { 0 };
        }
        // "I knit": what one does.
        if name == "DOES_ACTIVITY" {
            // "I have been running for 5 months".
            let lasts = s.tag(verb) == Tag::Vbg && s.has_child_word(verb, &["been"]) && context.date.is_some();
            let habit = (matches!(s.tag(verb), Tag::Vbp | Tag::Vbz) || lasts) && context.reading.mood == Mood::Actual;
            // "I run into problems", "I read about it" are no habits of running and reading.
            let other = |c: usize| match s.dep(c) {
                Dep::Dobj => {
                    !s.is_date(c) && !s.is_lemma(c, &["weekend", "day", "morning", "night", "evening", "week"])
                }
                // "I run on tea".
                Dep::Prep if s.lemma(verb) == "run" && s.is(c, &["on"]) => {
                    !s.object_of(c).is_some_and(|object| s.is_date(object) || s.lower(object).ends_with("days"))
                }
                Dep::Prep => !s.is(c, &["in", "at", "on", "with", "for", "except", "before", "after", "during"]),
                Dep::Aux => !lasts,
                Dep::Advcl | Dep::Ccomp | Dep::Prt | Dep::Xcomp => true,
                _ => false,
            };
            return if habit && s.child(verb, other).is_none() { 6 } else { 0 };
        }
        let actual = matches!(context.reading.mood, Mood::Actual | Mood::Planned | Mood::Wanted);
        let dated = s.is_past(verb) || context.date.is_some() || context.reading.mood == Mood::Wanted;
        if actual && dated { 6 } else { 0 }
    }

    fn fits_thing(&mut self, context: &Context<'_>, frame: &Frame, object: usize, kinds: Kinds, wanted: Kinds) -> u8 {
        let s = self.s;
        let name = frame.relation.name.as_str();
        let lemma = s.lemma(context.verb);
        if self.is_excluded(context, frame, object, kinds) {
            return 0;
        }
        if let Some(fitness) = self.fits_title(context, frame, object, kinds, wanted) {
            return fitness;
        }
        if let Some(fitness) = self.fits_verb(context, frame, object, kinds) {
            return fitness;
        }
        let hit = wanted.and(kinds).without(Kinds::of(&[Kind::Any, Kind::Thing]));
        if !hit.is_empty() {
            return self.fits_kind(context, name, object, hit);
        }
        if s.children(object).any(|child| s.identifier(child).is_some()) && name == "USES" {
            return 4;
        }
        if let Some(fitness) = self.fits_name(frame, object, kinds, wanted) {
            return fitness;
        }
        // "I'm in Tenby till Friday": a place for a time.
        if name == "LOCATED_IN"
            && lemma == "be"
            && context.date.is_some()
            && s.is_proper(object)
            && !kinds.has(Kind::Date)
        {
            return 5;
        }
        let specific = self.is_specific(object);
        // "I work at a FedEx hub": whatever it is, one works there.
        if name == "WORKS_AT"
            && lemma == "work"
            && matches!(frame.slot.as_str(), "at" | "for")
            && kinds.has(Kind::Thing)
            && specific
            && s.has_child(object, &[Dep::Det])
        {
            return 5;
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

    /// The fitness of an object whose types are those that the relation takes.
    fn fits_kind(&mut self, context: &Context<'_>, name: &str, object: usize, hit: Kinds) -> u8 {
        let s = self.s;
        let recent =
            s.child(context.verb, |c| s.is(c, &["recently", "just", "finally"])).is_some() && s.is_past(context.verb);
        let dated = (context.date.is_some() || recent) && hit.intersects(DATED) && name != "OWNS";
        let under_way = s.tag(context.verb) == Tag::Vbg
            && hit.intersects(Kinds::of(&[Kind::Project, Kind::Artwork, Kind::Work, Kind::Business, Kind::Class]));
        let owned = under_way || hit.has(Kind::Business) && s.has_child_word(object, &["own"]);
        let new = matches!(name, "BOUGHT" | "RECEIVED")
            && context.reading.mood == Mood::Actual
            && hit.has(Kind::Ownable)
            && s.has_child_word(object, &["new"]);
        let counted = matches!(name, "OWNS" | "WAITS_FOR")
            && s.has_child(object, &[Dep::Nummod, Dep::Det])
            && hit.has(Kind::Ownable)
            && s.has_child_word(object, &["a", "an"]);
        // "I defended my thesis": one's own is a certain one.
        let mine = matches!(s.lexicon.group(name), Some(Group::Achievement | Group::Education))
            && s.is_past(context.verb)
            && s.child(object, |c| s.dep(c) == Dep::Poss).is_some();
        // "Packed in the choir": the one that one was in.
        // "I'm fasting for Ramadan".
        let fasted = name == "CELEBRATED" && s.lemma(context.verb) == "fast" && s.is_proper(object);
        // "Dropped out of college".
        let dropped = name == "STOPPED" && s.lemma(context.verb) == "drop";
        let left = matches!(
            name,
            "LEFT_GROUP" | "STOPPED" | "LEFT_JOB" | "JOINED" | "SOLD" | "PARTED_WITH" | "LOST" | "CANCELLED"
        ) || name == "OWNS" && s.lemma(context.verb) == "keep" && hit.has(Kind::Ownable);
        let definite = left && s.is_past(context.verb) && s.has_child(object, &[Dep::Det, Dep::Poss]);
        let owned = owned || mine || definite || dropped || fasted;
        // "I published a paper in Nature".
        let published = name == "PUBLISHED" && s.is_past(context.verb) && s.has_child_word(object, &["a", "an", "my"]);
        let owned = owned || published;
        let done = u8::from(name == "HAD_PROCEDURE" && s.is_past(context.verb));
        // "Sold the flat", "waiting for my visa": the one that the speaker has or is to get.
        let own =
            matches!(
                name,
                "SOLD" | "PARTED_WITH" | "WAITS_FOR" | "LOST" | "RENTS" | "FIXED" | "PREPARES_FOR" | "SWITCHED_FROM"
            ) && s.child(object, |c| s.dep(c) == Dep::Poss || s.dep(c) == Dep::Det && s.is(c, &["the"])).is_some();
        let saved_for = matches!(name, "PREPARES_FOR" | "LOOKS_FOR") && s.child_of(object, &[Dep::Det]).is_some();
        // "I watch westerns": what one does in general.
        let habit = matches!(name, "WATCHED" | "READ" | "LISTENS_TO" | "EATS")
            && matches!(s.tag(context.verb), Tag::Vbp | Tag::Vbz)
            && s.tag(object) == Tag::Nns
            && !s.has_child(object, &[Dep::Det, Dep::Poss]);
        // "I want to read 20 books".
        let counted_plan =
            matches!(context.reading.mood, Mood::Planned | Mood::Wanted) && s.has_child(object, &[Dep::Nummod]);
        // "Thinking about going back to university".
        let school_plan = context.reading.mood != Mood::Actual && name == "STUDIES_AT" && hit.has(Kind::School);
        // "I lead a team of six".
        let staffed = name == "MANAGES"
            && s.child(object, |c| s.is(c, &["of"]) && s.object_of(c).is_some_and(|of| s.pos(of) == Pos::Num))
                .is_some();
        // "I wear glasses".
        let worn = s.lemma(context.verb) == "wear" && s.tag(object) == Tag::Nns;
        // "I hate my commute".
        let taste_of_own = matches!(name, "DISLIKES" | "LIKES" | "LOVES")
            && s.tag(object) == Tag::Nn
            && s.child(object, |c| s.is(c, MINE)).is_some();
        let notable = own
            || self.is_telling_kind(context, name, object, hit)
            || taste_of_own
            || worn
            || staffed
            || school_plan
            || counted_plan
            || habit
            || saved_for
            || hit.intersects(CONCRETE)
            || dated
            || owned
            || new
            || counted
            || self.is_specific(object);
        done + if notable { 8 } else { 0 }
    }

    /// The fitness of a name whose type nothing states; `None` if the names of the relation decide nothing.
    fn fits_name(&mut self, frame: &Frame, object: usize, kinds: Kinds, wanted: Kinds) -> Option<u8> {
        let s = self.s;
        let name = frame.relation.name.as_str();
        let kind = s.entity_kind(object);
        let person = kind == Some(EntityKind::Person);
        match name {
            // "An interview with Denise": the interviewer.
            "APPLIED_FOR" if person => return Some(0),
            // An identifier is no company that one founds.
            "FOUNDED" if s.identifier(object).is_some() => return Some(0),
            // "Played at the Arts Centre", "spoke at Devcon".
            "PARTICIPATED_IN" => {
                let there = frame.only.is_none()
                    && matches!(frame.slot.as_str(), "at" | "in")
                    && kinds.has(Kind::Propn)
                    && !person;
                return Some(if there && !kinds.intersects(Kinds::of(&[Kind::Gpe, Kind::Date, Kind::Language])) {
                    5
                } else {
                    0
                });
            }
            "OWNS_BUSINESS" if kinds.has(Kind::Tech) => return Some(0),
            "LEFT_JOB" if s.is_given_name(object) || person && self.people.known(s.text(object)).is_some() => {
                return Some(0);
            }
            _ => {}
        }
        let proper = kinds.has(Kind::Propn)
            && (matches!(
                kind,
                None | Some(EntityKind::Person | EntityKind::Org | EntityKind::Product | EntityKind::WorkOfArt)
            ) || matches!(frame.relation.group, Group::Place | Group::Work)
                || matches!(name, "JOINED" | "STUDIES_AT"));
        // A frame for one type of object takes no other name.
        let open = frame.only.is_none_or(|only| only.intersects(Kinds::of(&[Kind::OrgName, Kind::Gpe])));
        let known_person = || kinds.has(Kind::Person) && self.people.known(s.text(object)).is_some();
        let fits = proper
            && open
            && wanted.intersects(NAMEABLE)
            && !kinds.intersects(Kinds::of(&[Kind::Date, Kind::Animal]))
            && !known_person();
        let typed = kinds.intersects(Kinds::of(&[Kind::Place, Kind::Org, Kind::Event, Kind::Work]));
        fits.then_some(if typed { 5 } else { 6 })
    }

    /// "I love tea": a bare noun or a plural is what one likes in general.
    fn is_plain_taste(&self, frame: &Frame, context: &Context<'_>, object: usize, kinds: Kinds) -> bool {
        let s = self.s;
        let given_up = matches!(frame.relation.name.as_str(), "AVOIDS" | "STOPPED");
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
        // "I love my job".
        let own = matches!(frame.relation.name.as_str(), "LIKES" | "LOVES" | "DISLIKES")
            && s.tag(object) == Tag::Nn
            && s.child(object, |c| s.dep(c) == Dep::Poss && s.is(c, MINE)).is_some();
        taste
            && (present || given_up)
            && kinds.has(Kind::Thing)
            && (own || !s.has_child(object, &[Dep::Det, Dep::Poss]))
            && s.dep(context.verb) != Dep::Relcl
    }

    /// "I'm afraid of electricity", "I hate gyms": a fear of anything, a taste for a kind of thing of whatever type.
    fn is_fear_or_taste_in_general(&self, relation: &str, context: &Context<'_>, object: usize) -> bool {
        let s = self.s;
        let noun = s.pos(object) == Pos::Noun
            && !s.is_a(object, Kind::Vague)
            && !s.is_date(object)
            && !s.has_child(object, &[Dep::Relcl, Dep::Acl, Dep::Prep, Dep::Poss]);
        let kind = s.tag(object) == Tag::Nns && !s.has_child(object, &[Dep::Det, Dep::Nummod]);
        let present = matches!(s.tag(context.verb), Tag::Vbp | Tag::Vbz);
        noun && match relation {
            "AFRAID_OF" => true,
            "LIKES" | "LOVES" | "DISLIKES" => present && kind && context.reading.mood == Mood::Actual,
            // "Passionate about veterans", "fascinated by lichens".
            "INTERESTED_IN" => {
                s.lemma(context.verb) == "be"
                    && !s.has_child(object, &[Dep::Det, Dep::Nummod])
                    && context.reading.mood == Mood::Actual
            }
            _ => false,
        }
    }

    /// "Scared of flying", "I hate ironing": what one fears or dislikes, in one word that says what.
    fn is_action_of_taste(&self, relation: &str, verb: usize) -> bool {
        const VAGUE: &[&str] = &[
            "be", "have", "do", "get", "go", "see", "know", "think", "feel", "try", "hear", "say", "come", "talk",
            "wait",
        ];
        let s = self.s;
        matches!(relation, "AFRAID_OF" | "DISLIKES" | "LIKES" | "LOVES")
            && s.tag(verb) == Tag::Vbg
            && !s.is_lemma(verb, VAGUE)
            && !s.has_child(verb, &[Dep::Dobj, Dep::Prep, Dep::Ccomp, Dep::Xcomp, Dep::Nsubj, Dep::Acomp, Dep::Prt])
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
}

/// Whether a relation takes a subject of its kind.
pub(super) fn takes_subject(relation: &erstwhile::vocabulary::Relation, subject: &Person) -> bool {
    let kind = match subject.kind {
        PersonKind::Person => "person",
        PersonKind::Pet => "pet",
        PersonKind::Group => "group",
        PersonKind::Organization => "org",
        PersonKind::Thing => "thing",
    };
    relation.subject.iter().any(|wanted| wanted == kind || wanted == "any")
}
