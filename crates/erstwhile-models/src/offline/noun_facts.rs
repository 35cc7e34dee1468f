//! What noun phrases state by themselves: "my sister Anna", "my job at Acme", "our new kitchen".

use erstwhile_nlp::{Dep, EntityKind, Pos, Tag};

use super::claims::{Object, entity_type};
use super::given_names::gender_of_name;
use super::kin;
use super::lexicon::{Kind, Kinds};
use super::mood::{self, Mood};
use super::nouns::{self, Vague, is_abstract};
use super::people::{self, MINE, Person};
use super::reader::{FactParts, SentenceReader, Trust};
use super::speakers::ASSISTANT;

/// Relatives worth a fact without a name.
const CLOSE: &[&str] = &["MARRIED_TO", "DATING", "ENGAGED_TO", "HAS_CHILD", "HAS_SIBLING", "HAS_GRANDCHILD"];

/// Animals that are seldom one's own: "our birds came back".
const WILD: &[&str] =
    &["lab", "calf", "pet", "pets", "chicken", "fish", "cow", "pig", "bird", "spider", "bug", "insect", "bee"];

/// Verbs whose object is not yet, or no longer, one's own.
const NOT_OWNING: &[&str] = &[
    "buy",
    "get",
    "sell",
    "lose",
    "design",
    "plan",
    "want",
    "build",
    "create",
    "find",
    "replace",
    "upgrade",
    "need",
    "receive",
    "expect",
    "await",
    "cancel",
    "return",
    "end",
    "drop",
    "quit",
    "terminate",
];

/// Things that have no number.
const UNCOUNTED: &[&str] =
    &["furniture", "equipment", "gear", "luggage", "software", "hardware", "jewelry", "jewellery", "clothing"];

/// What practices with clients are of.
const PRACTICES: &[&str] =
    &["law", "dental", "medical", "veterinary", "private", "accounting", "therapy", "architecture", "gp", "legal"];

impl SentenceReader<'_, '_> {
    /// Reads a noun phrase.
    ///
    /// # Errors
    /// If its text needs a pronoun that refers to nobody known.
    pub(super) fn noun_phrase(&mut self, token: usize) -> Result<(), Vague> {
        let s = self.s;
        let sentence = s;
        if self.listed_names(token) || self.named_animal(token) {
            return Ok(());
        }
        // "My great-grandfather" is no grandfather.
        let great = token.checked_sub(2).is_some_and(|great| s.tokens().contains(&great) && s.is(great, &["great"]))
            && s.text(token - 1) == "-";
        if great || self.is_told_of_another(token) {
            return Ok(());
        }
        self.companion(token);
        if self.trust != Trust::Assistant {
            self.dwelling(token);
        }
        if let Some(person) = self.people.kin(&sentence, token) {
            if s.dep(token) == Dep::Poss {
                self.people.remember_in_passing(&person);
            } else {
                self.people.remember(&person);
            }
            // "We lost our old spaniel Meg": whom one no longer has.
            let lost = s.dep(token) == Dep::Dobj && s.is_lemma(s.head(token), &["lose", "bury", "rehome", "sell"]);
            // "Teo is my partner" names the partner.
            let named_by_subject = s.dep(token) == Dep::Attr
                && s.subject(s.head(token)).is_some_and(|subject| s.pos(subject) == Pos::Propn);
            // "Our kids are our future": everybody's, as far as is known.
            let anybodys = person.plural
                && person.kinship.as_ref().is_some_and(|kinship| !kinship.named && kinship.relation == "HAS_CHILD")
                && s.child(token, |c| s.is(c, &["our", "the"])).is_some();
            // "My roommate Jake moved out", "when my father died": whom one has no longer.
            let verb = s.head(token);
            let gone = matches!(s.dep(token), Dep::Nsubj)
                && s.is_past(verb)
                && (s.lemma(verb) == "move" && s.has_child_word(verb, &["out"])
                    || s.is_lemma(verb, &["die", "pass"])
                        && person.kinship.as_ref().is_some_and(|kinship| !kinship.named));
            if !lost && !gone && !named_by_subject && !anybodys {
                self.relative(&person);
            }
            self.name_of_pet_or_relative(token, &person);
            self.place_of_relative(token, &person);
            self.age_of_relative(token, &person);
            return Ok(());
        }
        self.remember_stranger(token);
        self.our_name(token);
        self.doctor(token);
        self.ailment(token);
        let possessor = s.child(token, |c| s.dep(c) == Dep::Poss && s.is(c, MINE));
        if possessor.is_none() || self.trust == Trust::Assistant {
            return Ok(());
        }
        let Some(speaker) = self.people.speaker.clone() else { return Ok(()) };
        let me = Person::named(speaker);
        self.hometown(token, &me);
        self.job(token, &me)?;
        self.group(token, &me)?;
        self.class(token, &me)?;
        self.business(token, &me)?;
        self.plant(token, &me);
        self.possession(token, &me)
    }

    /// "She is my best friend": who she is, and nobody else; the clause says it.
    fn is_told_of_another(&mut self, token: usize) -> bool {
        let s = self.s;
        let verb = s.head(token);
        let subject = s.child_of(verb, &[Dep::Nsubj]).filter(|_| s.dep(token) == Dep::Attr && s.lemma(verb) == "be");
        // "That truck is basically your child".
        let compared = s.has_child_word(verb, &["basically", "practically", "like", "literally", "virtually"]);
        subject.is_some_and(|subject| {
            s.is(subject, &["he", "she"]) && self.person(subject).is_some()
                || compared && (s.is_a(subject, Kind::Ownable) || s.is_a(subject, Kind::Animal))
        })
    }

    /// States a relative or a pet; of parents and grandparents, whom everybody has, only those with a name.
    fn relative(&mut self, person: &Person) {
        let Some(kinship) = person.kinship.clone() else { return };
        let owner = Person::named(kinship.owner.clone());
        let animal = kinship.relation == "HAS_PET";
        // "Captions for photos with your dog": an assistant has none.
        let of_assistant = kinship.owner == ASSISTANT && !self.people.is_speaker(&kinship.owner);
        if of_assistant
            || self.trust == Trust::Assistant
            || animal && !kinship.named && WILD.contains(&kinship.word.as_str())
        {
            return;
        }
        // "It will be our first grandchild", "my grandchild is due in May": not yet born.
        let unborn = ["due ", "expect", "on the way", "will be our first", "will be my first", "delivery"];
        let source = self.s.source().to_lowercase();
        if kinship.relation == "HAS_GRANDCHILD" && unborn.iter().any(|sign| source.contains(sign)) {
            return;
        }
        let article = if person.plural { String::new() } else { "a ".to_owned() };
        let statement = match (animal, kinship.named) {
            (true, true) => format!("{} has a {} named {}", kinship.owner, kinship.said, person.name),
            (false, true) => format!("{} is {}'s {}", person.name, kinship.owner, kinship.said),
            // Both words, as the relative is named by the one and the speaker says the other.
            (_, false) if kinship.said != kinship.word => {
                format!("{} has {article}{}", kinship.owner, kinship.said)
            }
            (_, false) => format!("{} has {article}{}", kinship.owner, kinship.word),
        };
        let close = CLOSE.contains(&kinship.relation) && self.people.is_speaker(&kinship.owner);
        if animal || kinship.named || close {
            let object = Object::entity(person.name.clone(), person.entity_type());
            self.state(&owner, kinship.relation, object, nouns::tidy(&statement));
            if animal && kinship.named {
                self.species(person);
            }
        }
    }

    /// "my dog, called Rex": the name belongs to whom was spoken of without one, too.
    fn name_of_pet_or_relative(&mut self, token: usize, person: &Person) {
        let named = person.kinship.as_ref().is_some_and(|kinship| kinship.named);
        if named || person.plural {
            if let Some(kinship) = person.kinship.as_ref().filter(|_| named) {
                // "my brother Robert" is the one who was "my brother" before.
                let unique = !matches!(
                    kinship.relation,
                    "HAS_FRIEND" | "HAS_COLLEAGUE" | "HAS_CHILD" | "HAS_PET" | "HAS_RELATIVE"
                );
                let alias = format!("{}'s {}", kinship.owner, kinship.word);
                if unique || kinship.relation == "HAS_PET" {
                    self.claims.aliases.push(erstwhile::ports::ExtractedAlias {
                        name: person.name.clone(),
                        alias,
                        entity_type: person.entity_type().map(str::to_owned),
                        span: self.span.clone(),
                    });
                }
            }
            return;
        }
        if let Some(name) = kin::called(&self.s, token) {
            self.introduce(person, &name);
        }
    }

    /// "My 12-year-old nephew": how old somebody is.
    fn age_of_relative(&mut self, token: usize, person: &Person) {
        let s = self.s;
        let old = s.child(token, |c| s.dep(c) == Dep::Amod && s.is(c, &["old"]));
        let unit = old.and_then(|old| s.child(old, |c| s.is_lemma(c, &["year", "month", "week"])));
        let Some((unit, number)) = unit.and_then(|unit| Some((unit, s.child_of(unit, &[Dep::Nummod])?))) else {
            return;
        };
        if person.plural || person.kinship.is_none() || self.trust != Trust::Speaker {
            return;
        }
        let (number, unit) = (s.lower(number), s.lemma(unit));
        let value = if unit == "year" { number.to_owned() } else { format!("{number} {unit}s") };
        let statement = format!("{} is {number} {unit}s old", person.name);
        self.state(person, "HAS_AGE", Object::value(value), statement);
    }

    /// "My sister in Houston": where somebody lives.
    fn place_of_relative(&mut self, token: usize, person: &Person) {
        let s = self.s;
        let own = person.kinship.as_ref().is_some_and(|kinship| kinship.relation != "HAS_PET") && !person.plural;
        let place = (token + 1 < s.end && s.is(token + 1, &["in"]) && s.head(token + 1) == token)
            .then(|| s.object_of(token + 1))
            .flatten()
            .filter(|place| s.is_proper(*place) && self.date_at(*place).is_none());
        // "My uncle's tyre place in Clayton": where the place is.
        let place = place.filter(|_| s.dep(token) != Dep::Poss);
        let Some(place) = place.filter(|_| own && self.trust == Trust::Speaker) else { return };
        let known = s.entity_kind(place) == Some(EntityKind::Gpe) || s.lexicon.is(s.lower(place), Kind::Gpe);
        if known {
            let name = nouns::name(&s, place);
            let statement = format!("{} lives in {name}", person.name);
            self.state(person, "LIVES_IN", Object::entity(name, Some("Location")), statement);
        }
    }

    /// "His asthma is bad": an illness that somebody has.
    fn ailment(&mut self, token: usize) {
        const STATES: &[&str] =
            &["bad", "terrible", "awful", "worse", "better", "severe", "back", "horrible", "mild", "chronic"];
        let s = self.s;
        let verb = s.head(token);
        let said = s.dep(token) == Dep::Nsubj
            && (s.lemma(verb) == "be" && s.child(verb, |c| s.is(c, STATES)).is_some()
                || s.is_lemma(verb, &["flare", "act", "play", "worsen", "return"]));
        let Some(possessor) = s.child_of(token, &[Dep::Poss]).filter(|_| said && s.is_a(token, Kind::Condition)) else {
            return;
        };
        let real = mood::read(&s, verb).is_some_and(|reading| reading.mood == Mood::Actual && !reading.negated);
        let Some(person) = self.person(possessor).filter(|person| real && !person.plural) else { return };
        if self.trust == Trust::Assistant {
            return;
        }
        let name = self.bare_noun(token);
        let statement = format!("{} has {name}", person.name);
        self.state(&person, "HAS_CONDITION", Object::entity(name, Some("Condition")), statement);
    }

    /// "Our Paul", as one says of family in the north of England.
    fn our_name(&mut self, token: usize) {
        let s = self.s;
        let ours = s.child(token, |c| s.dep(c) == Dep::Poss && s.is(c, &["our"])).is_some();
        let person =
            s.is_given_name(token) || s.entity_kind(token) == Some(EntityKind::Person) && s.pos(token) == Pos::Propn;
        let single = s.entity(token).is_none_or(|entity| entity.tokens.len() == 1);
        let Some(speaker) = self.people.speaker.clone().filter(|_| ours && person && single) else { return };
        if self.trust != Trust::Speaker || s.has_child(token, &[Dep::Compound, Dep::Amod]) {
            return;
        }
        let name = nouns::name(&s, token);
        if self.people.known(&name).is_none() {
            let statement = format!("{name} is of {speaker}'s family");
            self.state(&Person::named(speaker), "HAS_RELATIVE", Object::entity(name, Some("Person")), statement);
        }
    }

    /// Someone who is named or described, so that pronouns do not skip them.
    fn remember_stranger(&mut self, token: usize) {
        let s = self.s;
        if s.is_given_name(token) {
            let name = s.text(token);
            if !self.people.is_speaker(name) {
                let known = self.people.known(name).cloned();
                self.people.remember(&known.unwrap_or_else(|| Person::named(name)));
            }
            return;
        }
        if let Some(entity) = s.entity(token).filter(|entity| entity.kind == EntityKind::Person)
            && s.entity_root(entity) == token
        {
            let name = s.entity_text(entity);
            // "Se me escapó": a word of another language.
            let is_name = name.len() > 2 || s.lexicon.is(&name.to_lowercase(), Kind::FirstName);
            if is_name && !self.people.is_speaker(name) {
                let known = self.people.known(name).cloned();
                let gender = people::gender(&s, token).or_else(|| gender_of_name(name));
                // The recogniser takes composers and towns for people: of them "she" says nothing.
                let first = name.split(' ').next().unwrap_or_default().to_lowercase();
                let is_here = s.is_probable_name(token) && s.is_place_of_person(token);
                let is_known = gender.is_some() || is_here || s.lexicon.is(&first, Kind::FirstName);
                let stranger = Person { gender, known: is_known, ..Person::named(name) };
                self.people.remember(&known.unwrap_or(stranger));
            }
            return;
        }
        // "How is Harpreet?", "I saw Thandi".
        if s.is_proper(token) && s.is_probable_name(token) && s.is_place_of_person(token) {
            let name = s.text(token);
            if !self.people.is_namesake(name) {
                let known = self.people.known(name).cloned();
                self.people.remember(&known.unwrap_or_else(|| Person::named(name)));
            }
            return;
        }
        let kinds = s.lexicon.kinds(s.lemma(token));
        if kinds.has(Kind::Human) || kinds.has(Kind::Kin) {
            let stranger = Person {
                gender: people::gender(&s, token),
                known: false,
                ..Person::named(format!("?{token}")).plural(s.tag(token) == Tag::Nns)
            };
            self.people.remember(&stranger);
        }
    }

    fn hometown(&mut self, token: usize, me: &Person) {
        let s = self.s;
        let home = s.lemma(token) == "hometown" || s.lemma(token) == "country" && s.has_child_word(token, &["home"]);
        if !home {
            return;
        }
        let name = s.child(token, |c| s.dep(c) == Dep::Appos && s.pos(c) == Pos::Propn).or_else(|| {
            let of = s.child(token, |c| s.lower(c) == "of")?;
            s.child(of, |c| s.pos(c) == Pos::Propn)
        });
        if let Some(name) = name {
            let name = nouns::name(&s, name);
            self.state(
                me,
                "FROM",
                Object::entity(name.clone(), Some("Location")),
                format!("{} is from {name}", me.name),
            );
        }
    }

    /// "my job at Acme", "my role as manager".
    fn job(&mut self, token: usize, me: &Person) -> Result<(), Vague> {
        let s = self.s;
        // "My team at Flipkart", "my contract at Discovery ended".
        let of_work = s.is_lemma(
            token,
            &[
                "team",
                "manager",
                "boss",
                "colleague",
                "supervisor",
                "contract",
                "desk",
                "probation",
                "shift",
                "coworker",
            ],
        );
        if !s.is_a(token, Kind::Job) && !of_work {
            return Ok(());
        }
        let ends = s.dep(token) == Dep::Nsubj && s.is_lemma(s.head(token), &["end", "finish", "expire"]);
        let real = self.is_real(token);
        let ended = real && s.is_lemma(s.head(token), &["lose", "leave", "quit"]) || ends && s.is_past(s.head(token));
        // "Lunch with my team at Flipkart": the parser may hang the place on the noun before.
        let beside = (token + 1 < s.end && s.dep(token + 1) == Dep::Prep).then_some(token + 1);
        let own = s.children(token).filter(|c| s.dep(*c) == Dep::Prep && Some(*c) != beside);
        for preposition in own.chain(beside).collect::<Vec<_>>() {
            let Some(object) = s.child_of(preposition, &[Dep::Pobj]) else { continue };
            let kinds = self.kinds(object);
            let role = s.lower(preposition) == "as";
            let fits = if role { kinds.has(Kind::Title) } else { kinds.has(Kind::Org) || kinds.has(Kind::Propn) };
            if !fits || !s.is(preposition, &["at", "as", "with"]) {
                continue;
            }
            let name = self.phrase(object, Some(&me.name))?;
            let relation = if role { "WORKS_AS" } else { "WORKS_AT" };
            let statement = format!("{} works {} {name}", me.name, if role { "as" } else { "at" });
            let wanted = s.lexicon.objects(relation);
            if !real && !ended {
                // "I'd quit my job at Acme if …": the job is real, the clause is not.
                let object = Object::entity(name, entity_type(kinds, wanted));
                self.state(me, relation, object, statement);
                continue;
            }
            self.add(FactParts {
                subject: me,
                relation,
                object: Object::entity(name, entity_type(kinds, wanted)),
                statement,
                mood: if ended { Mood::Former } else { Mood::Actual },
                negated: false,
                past: false,
                date: self.date_of(s.head(token)).filter(|_| ends && ended),
            });
        }
        Ok(())
    }

    /// Whether the clause of a noun asserts something.
    fn is_real(&self, token: usize) -> bool {
        let s = self.s;
        let verb = s.doc.ancestors(token).filter(|above| s.tokens().contains(above)).find(|above| s.is_verb(*above));
        // "A place to open my studio": it is not open yet.
        let to_come = |verb: &usize| {
            matches!(s.dep(*verb), Dep::Relcl | Dep::Acl)
                && s.child(*verb, |c| s.is(c, &["to"]) && s.dep(c) == Dep::Aux).is_some()
        };
        verb.filter(|verb| !to_come(verb))
            .and_then(|verb| mood::read(&s, verb))
            .is_some_and(|reading| reading.mood == Mood::Actual && !reading.negated)
    }

    fn bare_phrase(&mut self, token: usize, me: &Person) -> Result<String, Vague> {
        let text = self.phrase(token, Some(&me.name))?;
        let text = nouns::strip_article(&text);
        Ok(text.strip_prefix("own ").unwrap_or(text).to_owned())
    }

    fn group(&mut self, token: usize, me: &Person) -> Result<(), Vague> {
        const GROUPS: &[&str] = &["group", "club", "team", "band", "choir", "league", "orchestra"];
        let s = self.s;
        // "My blood group is O negative" is no club.
        let faith = s.subtree(token).any(|word| s.is(word, &["bible", "prayer", "quran"]));
        let is_kind = s.has_child_word(token, &["blood", "age", "ethnic", "focus", "control"])
            || s.has_child_word(token, &["study"]) && !faith;
        if s.is_lemma(token, GROUPS) && s.has_child(token, &[Dep::Compound]) && !is_kind {
            let name = self.bare_phrase(token, me)?;
            let statement = nouns::tidy(&format!("{} is in a {name}", me.name));
            self.state(me, "MEMBER_OF", Object::entity(name, Some("Organization")), statement);
        }
        Ok(())
    }

    /// "My yoga class".
    fn class(&mut self, token: usize, me: &Person) -> Result<(), Vague> {
        let s = self.s;
        let learnt = Kinds::of(&[Kind::Activity, Kind::Sport, Kind::Instrument, Kind::Language]);
        let of_what = |c: usize| {
            s.dep(c) == Dep::Compound
                && (s.lexicon.kinds(s.lower(c)).intersects(learnt) || s.lexicon.kinds(s.lemma(c)).intersects(learnt))
        };
        // "I teach my pottery class".
        let gives = s.is_lemma(s.head(token), &["teach", "run", "lead", "give", "start", "open"]);
        if !gives && s.is_lemma(token, &["class", "lesson"]) && s.child(token, of_what).is_some() {
            let name = self.bare_phrase(token, me)?;
            let article = if s.tag(token) == Tag::Nns { "" } else { "a " };
            let statement = nouns::tidy(&format!("{} takes {article}{name}", me.name));
            self.state(me, "TAKES_CLASS", Object::entity(name, Some("Event")), statement);
        }
        Ok(())
    }

    fn business(&mut self, token: usize, me: &Person) -> Result<(), Vague> {
        let s = self.s;
        if s.is_a(token, Kind::Business)
            && !s.is_lemma(token, &["company", "channel", "line", "firm"])
            && s.has_child(token, &[Dep::Compound])
            && !s.has_child(token, &[Dep::Case])
            && self.is_real(token)
            // "My yoga practice" is no business.
            && (s.lemma(token) != "practice" || s.has_child_word(token, PRACTICES))
            // "Looking for a spot for my dance studio": there is none yet.
            && !(s.dep(token) == Dep::Pobj
                && s.is(s.head(token), &["for"])
                && s.is_lemma(s.head(s.head(token)), &["spot", "place", "space", "location", "name", "idea", "look", "funding"]))
        {
            let name = self.bare_phrase(token, me)?;
            let statement = nouns::tidy(&format!("{} has a {name}", me.name));
            self.state(me, "OWNS_BUSINESS", Object::entity(name, Some("Organization")), statement);
        }
        Ok(())
    }

    fn plant(&mut self, token: usize, me: &Person) {
        let s = self.s;
        if s.is_a(token, Kind::Plant)
            && !s.is_lemma(token, &["plant", "tree", "seeds"])
            && matches!(s.dep(token), Dep::Dobj | Dep::Pobj | Dep::Nsubj | Dep::Conj)
        {
            let name = self.bare_noun(token);
            let statement = format!("{} grows {name}", me.name);
            self.state(me, "GROWS", Object::entity(name, Some("Object")), statement);
        }
    }

    /// "my Fitbit Charge 3", "my new mountain bike".
    fn possession(&mut self, token: usize, me: &Person) -> Result<(), Vague> {
        let s = self.s;
        let kinds = self.kinds(token);
        // "He asked if it is my new house"; "my BP", "my 5k PB".
        let asked = s
            .doc
            .ancestors(token)
            .take_while(|above| s.tokens().contains(above))
            .any(|above| s.child(above, |c| s.dep(c) == Dep::Mark && s.is(c, &["if", "whether"])).is_some());
        // "I'm waiting for my new hearing aids".
        let awaited = s.dep(token) == Dep::Pobj
            && s.is(s.head(token), &["for"])
            && s.is_lemma(s.head(s.head(token)), &["wait", "look", "search", "hope", "ask", "queue", "fit", "measure"]);
        // "My new phone stays charged": the parser takes the verb for a noun.
        if asked || awaited || s.is(token, &["bp", "pb", "pr", "stays", "keeps"]) {
            return Ok(());
        }
        let place = matches!(s.dep(token), Dep::Dobj | Dep::Pobj | Dep::Nsubj | Dep::Conj | Dep::Nsubjpass | Dep::Attr);
        if !place || !s.is_noun(token) || s.is_lemma(s.head(token), NOT_OWNING) || self.is_anything(token) {
            return Ok(());
        }
        // "My old borrowed amp", "my dream car".
        if s.has_child_word(token, &["borrowed", "rented", "hired", "rental", "dream", "future"]) {
            return Ok(());
        }
        let product = self.is_product(token);
        let ownable = s.is_a(token, Kind::Ownable);
        let brand = s.pos(token) == Pos::Propn
            || s.child(token, |c| s.dep(c) == Dep::Compound && s.pos(c) == Pos::Propn).is_some();
        let described = s
            .child(token, |c| {
                s.dep(c) == Dep::Compound
                    || s.dep(c) == Dep::Amod && (s.lower(c) == "new" || !s.is_a(c, Kind::Evaluative))
            })
            .is_some();
        let none = Kinds::of(&[
            Kind::Project,
            Kind::Work,
            Kind::Job,
            Kind::Person,
            Kind::Org,
            Kind::Club,
            Kind::Animal,
            Kind::Measure,
            Kind::Artwork,
        ]);
        let new_thing = s.has_child_word(token, &["new"])
            && kinds.has(Kind::Thing)
            && s.pos(token) == Pos::Noun
            && !kinds.intersects(none)
            && !s.is_lemma(
                token,
                &[
                    "resume",
                    "portfolio",
                    "role",
                    "plan",
                    "approach",
                    "routine",
                    "skill",
                    "hobby",
                    "friend",
                    "career",
                    "version",
                    "feature",
                    "name",
                    "test",
                    "year",
                    "baby",
                    "chapter",
                    "number",
                    "email",
                    "address",
                    "job",
                    "place",
                ],
            )
            && !is_abstract(s.lemma(token));
        if (product || ownable) && (brand || described && ownable) || new_thing && !ownable {
            let mut name = self.bare_phrase(token, me)?;
            s.identifiers.restore(&mut name);
            let name = name.strip_prefix("current ").unwrap_or(&name).to_owned();
            let several = matches!(s.tag(token), Tag::Nns | Tag::Nnps) || s.is_lemma(token, UNCOUNTED);
            let article = match name.chars().next() {
                _ if several => "",
                // "An iPhone".
                Some(first) if "aeioAEIO".contains(first) => "an ",
                _ => "a ",
            };
            let statement = nouns::tidy(&format!("{} has {article}{name}", me.name));
            self.state(me, "OWNS", Object::entity(name, Some("Object")), statement);
        }
        Ok(())
    }
}
