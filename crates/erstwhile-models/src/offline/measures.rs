//! Numbers that someone keeps track of: "coverage has improved to 78%", "a budget of $500", "I've solved 12 problems".

use erstwhile_nlp::{Dep, EntityKind, Pos, Tag};

use super::attributes::{STATES, number_of};
use super::claims::{Object, relation_name};
use super::lexicon::Kind;
use super::mood::{self, Mood};
use super::people::{MINE, Person, SECOND};
use super::reader::{SentenceReader, Trust};

/// Verbs that say what a number has become: "rose to 5", "has reached 5".
const BECOMES: &[&str] = &[
    "improve", "increase", "rise", "grow", "climb", "jump", "drop", "fall", "decrease", "reduce", "extend", "raise",
    "expand", "cut", "lower", "bring", "go", "reach", "hit", "move", "push",
];
/// Verbs whose object is the number itself.
const REACHES: &[&str] = &["reach", "hit"];
/// Verbs of what adds up.
const ADDS_UP: &[&str] = &[
    "complete", "finish", "solve", "read", "write", "visit", "make", "outline", "send", "submit", "sell", "secure",
    "collect", "win", "run", "publish", "record", "practice", "practise", "log", "gain", "raise", "save", "sell",
    "lose", "earn", "have", "get",
];
/// Verbs of what one has.
const HAS: &[&str] = &["have", "get"];
/// Verbs of time that goes into something.
const SPENDS: &[&str] = &["spend", "put"];
/// What one is on while time passes: "two hours on the phone".
const ELSEWHERE: &[&str] =
    &["phone", "call", "line", "hold", "train", "bus", "plane", "road", "way", "sofa", "average"];
/// What a number tells how far one has come in: "I'm on episode 130".
const PARTS: &[&str] = &[
    "episode", "chapter", "page", "level", "season", "lesson", "module", "unit", "volume", "stage", "grade", "draft",
    "round", "step", "phase", "mile", "belt", "book", "issue", "act", "section", "lecture", "exercise",
];
/// Words that say that a number is the sum so far.
const SO_FAR: &[&str] = &["total", "now", "already", "far", "altogether", "recently", "only"];
/// Nouns that count other things: "the number of mentees".
const COUNTS: &[&str] = &["number", "count", "total"];
/// Quantities of programs.
const TECHNICAL: &[&str] =
    &["uptime", "time", "latency", "coverage", "throughput", "size", "rate", "usage", "downtime", "traffic"];
/// Quantities that are shares of a whole.
const SHARES: &[&str] = &["coverage", "accuracy", "rate", "score", "completion", "attendance", "retention", "mastery"];
/// What people build that has such quantities.
const BUILT: &[&str] = &[
    "app",
    "application",
    "site",
    "website",
    "api",
    "project",
    "pipeline",
    "module",
    "page",
    "server",
    "service",
    "tool",
    "bot",
    "game",
    "feature",
];
/// Maximum number of words between a relative clause and the noun that it is about.
const NOUNS_MAX: usize = 6;
/// Maximum number of words from "from" to "to".
const RANGE_MAX: usize = 8;
/// Maximum number of bytes of what a quantity is of.
const COMPLEMENT_MAX: usize = 90;
const FIRST_PERSON: &[&str] = &["i", "we", "my", "our", "me", "us"];

/// Whom and what one has in numbers.
const COUNTED: &[&str] = &[
    "follower",
    "subscriber",
    "student",
    "pupil",
    "employee",
    "client",
    "customer",
    "patient",
    "listener",
    "member",
    "reader",
    "user",
    "acre",
    "tenant",
    "volunteer",
    "guest",
    "download",
];

impl SentenceReader<'_, '_> {
    /// Reads the numbers of a sentence.
    pub(super) fn measures(&mut self) {
        let s = self.s;
        if self.trust != Trust::Speaker || !s.tokens().any(|token| s.is(token, FIRST_PERSON)) {
            return;
        }
        for token in s.tokens().filter(|token| !s.in_quote(*token)) {
            self.place_at(token);
            if s.is_verb(token) {
                self.changed_number(token);
                self.sum(token);
                self.time_spent(token);
                self.part_reached(token);
            } else if s.pos(token) == Pos::Noun && s.is_a(token, Kind::Quantity) {
                self.number_with_noun(token);
            } else if s.pos(token) == Pos::Noun && s.is_a(token, Kind::Project) {
                self.parts_of_project(token);
            }
        }
    }

    /// "X, which has improved to 250 ms", "I've increased my sessions to 12".
    fn changed_number(&mut self, verb: usize) {
        let s = self.s;
        if !s.is_lemma(verb, BECOMES) || self.is_unreal(verb) {
            return;
        }
        let object = s.child_of(verb, &[Dep::Dobj]);
        let reached = object.filter(|_| s.is_lemma(verb, REACHES));
        let to = s.child(verb, |c| s.dep(c) == Dep::Prep && s.lower(c) == "to").and_then(|to| s.object_of(to));
        let Some(number) = reached.or(to).or_else(|| self.end_of_range(verb)) else { return };
        let subject = s.subject(verb).and_then(|subject| {
            let relative = s.dep(verb) == Dep::Relcl && s.is(subject, &["which", "that"]);
            if relative { self.measured_noun(s.head(verb)) } else { Some(subject) }
        });
        // "I want full test coverage, and I've reached 65%": of the quantity named before.
        let is_share = reached.is_some_and(|reached| s.entity_kind(reached) == Some(EntityKind::Percent));
        let named_before = subject.filter(|subject| is_share && s.is(*subject, &["i", "we"])).and_then(|_| {
            s.tokens().take_while(|token| *token < verb).filter(|token| s.is_lemma(*token, SHARES)).last()
        });
        if let (Some(noun), Some(number)) = (named_before, reached) {
            if self.add_measure(noun, number) {
                self.covered.push(verb);
            }
            return;
        }
        let Some(noun) = object.filter(|_| reached.is_none()).or(subject) else { return };
        // "I cut my CV from four pages to two": a number of what else is no measure of a thing.
        let in_words = !s.text(number).contains(|c: char| c.is_ascii_digit());
        if in_words && s.entity_kind(number) == Some(EntityKind::Cardinal) && !self.is_measured(noun) {
            return;
        }
        // "The fact that you reduced the load time".
        if s.subject(verb).is_some_and(|subject| SECOND.contains(&s.lower(subject))) {
            return;
        }
        // What is one's own and changes by itself is an attribute.
        let is_attribute = object.is_none() && s.is_lemma(verb, STATES) && self.is_own_thing(noun);
        // "It reduced the sizes": whose?
        let is_bare =
            s.child(noun, |c| s.is(c, MINE) || matches!(s.dep(c), Dep::Compound | Dep::Prep | Dep::Amod)).is_none();
        let is_owned = s.subject(verb).is_some_and(|subject| s.is(subject, FIRST_PERSON));
        // "I've hit 1,000 subscribers".
        if let Some(counted) = reached.filter(|counted| s.is_lemma(*counted, COUNTED) && is_owned)
            && let Some(count) = s.child_of(counted, &[Dep::Nummod])
        {
            if self.add_measure(counted, count) {
                self.covered.push(verb);
            }
            return;
        }
        if s.pos(noun) == Pos::Noun
            && !is_attribute
            && (object.is_some() || self.is_measured(noun))
            && (is_owned || !is_bare)
        {
            self.add_measure(noun, number);
        }
    }

    /// "from 450 ms to 120 ms": the second number, of which the parser makes various things.
    fn end_of_range(&self, verb: usize) -> Option<usize> {
        let s = self.s;
        let from = s.child(verb, |c| s.lower(c) == "from")?;
        let to = (from + 1..s.end.min(from + RANGE_MAX)).find(|token| s.is(*token, &["to"]))?;
        let number = Some(to + 1).filter(|number| *number < s.end)?;
        let unit = s.head(number);
        Some(if unit == number + 1 && s.entity(unit).is_some() { unit } else { number })
    }

    /// Whether a noun has a number: a quantity, or several things.
    fn is_measured(&self, noun: usize) -> bool {
        let s = self.s;
        s.is_a(noun, Kind::Quantity) || s.is_lemma(noun, COUNTS) || s.tag(noun) == Tag::Nns
    }

    /// The nearest noun with a number that a relative clause may be about: the parser often hangs the clause on the last
    /// noun, as in "coverage of my module, which has improved to 78%".
    fn measured_noun(&self, noun: usize) -> Option<usize> {
        let s = self.s;
        std::iter::once(noun)
            .chain(s.doc.ancestors(noun))
            .take_while(|token| s.tokens().contains(token))
            .take(NOUNS_MAX)
            .find(|token| s.pos(*token) == Pos::Noun && self.is_measured(*token))
    }

    /// "a deadline of 1 April", "the new quota of 1,200 calls", "95% accuracy".
    fn number_with_noun(&mut self, noun: usize) {
        let s = self.s;
        let verb = s.doc.ancestors(noun).find(|above| s.tokens().contains(above) && s.is_verb(*above));
        let known = s.child(noun, |c| s.is(c, &["new", "current"]) || s.is(c, MINE)).is_some();
        let aims = verb.is_some_and(|verb| s.is_lemma(verb, &["achieve", "aim", "reach", "want", "target"]));
        // "A 12% salary increase" is no salary.
        // "Tests with a 95% pass rate": the rate of the tests.
        let is_part = s.dep(noun) == Dep::Compound
            || s.dep(noun) == Dep::Pobj && s.lower(s.head(noun)) == "with" && !s.is_lemma(noun, &["accuracy", "score"])
            || verb.is_some_and(|verb| s.child(verb, |c| s.is(c, &["which", "that", "it"])).is_some());
        // "Got it at a price of $800": the price of the thing.
        let of_thing =
            s.dep(noun) == Dep::Pobj && s.is(s.head(noun), &["at", "for"]) && s.is_lemma(noun, &["price", "cost"]);
        if is_part || of_thing || aims || !known && verb.is_none_or(|verb| self.is_unreal(verb)) {
            return;
        }
        // "The lengths of three sides" are none of them.
        let of = s.child(noun, |c| s.dep(c) == Dep::Prep && s.lower(c) == "of" && s.tag(noun) == Tag::Nn);
        let of = of.and_then(|of| s.object_of(of));
        let percent = s.child(noun, |c| {
            matches!(s.dep(c), Dep::Compound | Dep::Nummod | Dep::Amod | Dep::Nmod)
                && s.entity_kind(c) == Some(EntityKind::Percent)
        });
        let Some(number) = of.or(percent) else { return };
        if self.add_measure(noun, number)
            && let Some(verb) = verb
            && s.dep(noun) == Dep::Dobj
            && s.head(noun) == verb
            && s.lemma(verb) == "have"
        {
            self.covered.push(verb);
        }
    }

    /// "my gallery with 8 cards": the parts of what one works on.
    fn parts_of_project(&mut self, project: usize) {
        let s = self.s;
        let is_known = s.child(project, |c| s.is(c, &["the"]) || s.is(c, MINE)).is_some();
        let with = self.preposition_after(project, "with").and_then(|with| s.object_of(with));
        let Some(parts) = with.filter(|parts| is_known && s.tag(*parts) == Tag::Nns && !s.is_date(*parts)) else {
            return;
        };
        for part in s.coordinated(parts) {
            if let Some(number) = s.child_of(part, &[Dep::Nummod]).filter(|_| s.tag(part) == Tag::Nns) {
                self.add_measure(part, number);
            }
        }
    }

    /// "I've completed 10 problems", "now I have a total of 10 cards".
    fn sum(&mut self, verb: usize) {
        let s = self.s;
        if !s.is_lemma(verb, ADDS_UP) || self.is_unreal(verb) {
            return;
        }
        let is_speaker = s.subject(verb).is_some_and(|subject| s.is(subject, &["i", "we"]));
        let perfect = s.tag(verb) == Tag::Vbn && s.has_child_word(verb, &["have", "'ve", "ve"]);
        let so_far = s.children(verb).any(|child| s.is(child, SO_FAR) || s.children(child).any(|c| s.is(c, SO_FAR)));
        // "I have 2,300 followers": whom or what one counts, and has at any time.
        let has = s.is_lemma(verb, HAS) && (s.lemma(verb) == "have" || perfect);
        if s.lemma(verb) == "get" && !has {
            return;
        }
        let counts = |noun: usize| has && s.is_lemma(noun, COUNTED);
        let object = s.child_of(verb, &[Dep::Dobj]).filter(|_| is_speaker);
        let Some(mut noun) = object.filter(|noun| perfect || so_far || counts(*noun)) else { return };
        if s.lower(noun) == "total" {
            let of = s.child(noun, |c| s.lower(c) == "of").and_then(|of| s.object_of(of));
            let Some(counted) = of else { return };
            noun = counted;
        }
        // "Three of the ten modules".
        let of_all = s.child(noun, |c| s.lower(c) == "of").and_then(|of| s.object_of(of));
        let share = of_all.filter(|all| s.pos(noun) == Pos::Num && s.tag(*all) == Tag::Nns);
        let part = share.map(|_| noun);
        noun = share.unwrap_or(noun);
        // Relatives and animals are counted with the other facts about them.
        if has && (s.is_a(noun, Kind::Kin) || s.is_a(noun, Kind::Animal)) {
            return;
        }
        // "Chapters 1 and 2" are not one.
        let written = part.or_else(|| s.child_of(noun, &[Dep::Nummod])).filter(|number| *number < noun);
        let number = written.and_then(|number| number_of(&s.lower(number).replace(',', "")));
        let number = number.filter(|_| s.tag(noun) == Tag::Nns && !s.is_date(noun));
        let (Some(number), Some(written)) = (number, written) else { return };
        let Some(me) = self.people.speaker.clone().map(Person::named) else { return };
        let things = self.quantity_name(noun);
        if s.is_lemma(verb, &["lose", "gain"]) {
            return;
        }
        let done = match s.lemma(verb) {
            "have" if !perfect => String::new(),
            "get" => String::new(),
            _ => format!("{} ", s.lower(verb)),
        };
        // "8 problems on medians": of what kind they are.
        let kind = s.child(noun, |c| s.dep(c) == Dep::Prep && c > noun && s.is(c, &["on", "about", "in", "of", "for"]));
        let of_kind = kind.and_then(|kind| s.object_of(kind)).filter(|of| s.is_noun(*of) && !s.is_date(*of));
        let counted = of_kind.and_then(|_| self.phrase(noun, Some(&me.name)).ok());
        let counted = counted.filter(|_| part.is_none()).unwrap_or_else(|| format!("{} {things}", s.text(written)));
        let statement = format!("{} has {done}{counted}", me.name);
        let relation = format!("NUMBER_OF_{}", relation_name(&things));
        self.state(&me, &relation, Object::value(number.to_string()), statement);
        self.covered.push(verb);
    }

    /// "I've spent 5 hours on my sculpture": how much time something has taken so far.
    fn time_spent(&mut self, verb: usize) {
        let s = self.s;
        let is_speaker = s.subject(verb).is_some_and(|subject| s.is(subject, &["i", "we"]));
        let perfect = s.tag(verb) == Tag::Vbn && s.has_child_word(verb, &["have", "'ve", "ve"]);
        if !s.is_lemma(verb, SPENDS) || !is_speaker || !perfect || self.is_unreal(verb) {
            return;
        }
        // "Put in 12 hours": the parser makes the hours what they are put into.
        let put_in = s.child(verb, |c| s.dep(c) == Dep::Prep && s.lower(c) == "in").and_then(|put| s.object_of(put));
        let hours = s.child_of(verb, &[Dep::Dobj]).or(put_in);
        let Some(hours) = hours.filter(|hours| s.is_lemma(*hours, &["hour", "minute"])) else { return };
        let spans_number = s.subtree(hours).any(|token| s.text(token).contains(|c: char| c.is_ascii_digit()))
            || s.child_of(hours, &[Dep::Nummod]).is_some();
        let on = [verb, hours].into_iter().flat_map(|head| s.children(head)).find(|child| {
            *child > verb
                && s.dep(*child) == Dep::Prep
                && s.is(*child, &["on", "into"])
                && s.object_of(*child).is_some()
        });
        let Some(work) = on.and_then(|on| s.object_of(on)).filter(|_| spans_number) else { return };
        // "I'm working on a sculpture, and I've spent 5 hours on it".
        let work = match s.lower(work) {
            "it" => s.tokens().take_while(|token| *token < verb).filter(|token| self.is_worked_on(*token)).last(),
            _ => Some(work).filter(|work| s.pos(*work) == Pos::Noun && !s.is_lemma(*work, ELSEWHERE)),
        };
        let (Some(work), Some(me)) = (work, self.people.speaker.clone().map(Person::named)) else { return };
        let first =
            s.subtree(hours).take_while(|token| *token <= hours).find(|token| !s.is(*token, &["around", "about"]));
        let time = super::nouns::span_text(&s, first.unwrap_or(hours), hours).to_owned();
        let name = self.bare_noun(work);
        let relation = format!("TIME_SPENT_ON_{}", relation_name(&name));
        let whose = if s.child(work, |c| s.is(c, MINE)).is_some() { "their" } else { "the" };
        let statement = format!("{} has spent {time} on {whose} {name}", me.name);
        self.state(&me, &relation, Object::value(time), statement);
        self.covered.push(verb);
    }

    /// Whether a noun is the object of "work on", "make" or the like.
    fn is_worked_on(&self, noun: usize) -> bool {
        let s = self.s;
        let head = s.head(noun);
        let made = s.dep(noun) == Dep::Dobj
            && s.is_lemma(head, &["make", "build", "paint", "write", "knit", "crochet", "restore", "play"]);
        let worked = s.dep(noun) == Dep::Pobj && s.lower(head) == "on" && s.is_lemma(s.head(head), &["work", "spend"]);
        s.pos(noun) == Pos::Noun && (made || worked)
    }

    /// "I'm on episode 130 of One Piece": how far one has come.
    fn part_reached(&mut self, verb: usize) {
        let s = self.s;
        let is_speaker = s.subject(verb).is_some_and(|subject| s.is(subject, &["i", "we"]));
        if s.lemma(verb) != "be" || !is_speaker || self.is_unreal(verb) {
            return;
        }
        let on =
            s.children(verb).find(|child| *child > verb && s.dep(*child) == Dep::Prep && s.is(*child, &["on", "at"]));
        let Some((on, part)) = on.and_then(|on| Some((on, s.object_of(on)?))) else { return };
        // The parser takes the number for the head of "chapter 14", or for what modifies it.
        let (part, number) = match s.pos(part) {
            Pos::Num => (part - 1, part),
            _ => (part, part + 1),
        };
        let is_numbered = number < s.end && s.is_lemma(part, PARTS) && number_of(s.lower(number)).is_some();
        let Some(me) = self.people.speaker.clone().map(Person::named).filter(|_| is_numbered) else { return };
        let of = [part, number]
            .into_iter()
            .flat_map(|head| s.children(head))
            .find(|child| *child > part && s.dep(*child) == Dep::Prep && s.is(*child, &["of", "in"]));
        let whole = of.and_then(|of| s.object_of(of)).filter(|whole| s.is_noun(*whole));
        // "Step 3 of your recipe" is nothing of one's own.
        if whole.is_some_and(|whole| s.child(whole, |c| SECOND.contains(&s.lower(c)) || s.lower(c) == "your").is_some())
        {
            return;
        }
        let whole = whole
            .and_then(|whole| self.phrase(whole, Some(&me.name)).ok())
            .filter(|whole| whole.len() <= COMPLEMENT_MAX);
        let (value, noun) = (s.text(number).to_owned(), s.lower(part).to_owned());
        let of_whole = whole.as_ref().map(|whole| format!(" of {whole}")).unwrap_or_default();
        let name = whole
            .map(|whole| format!("_OF_{}", relation_name(super::nouns::strip_article(&whole))))
            .unwrap_or_default();
        let statement = format!("{} is {} {noun} {value}{of_whole}", me.name, s.lower(on));
        let relation = format!("HAS_{}{name}", relation_name(&noun));
        self.state(&me, &relation, Object::value(value), statement);
        self.covered.push(verb);
    }

    /// Adds the value of a noun; whether it is one.
    fn add_measure(&mut self, noun: usize, number: usize) -> bool {
        let s = self.s;
        let has_number =
            |token: usize| s.pos(token) == Pos::Num || s.text(token).contains(|c: char| c.is_ascii_digit());
        let dated = self.date_at(number);
        if dated.is_none() && !s.subtree(number).any(has_number) {
            return false;
        }
        let possessor = s.child_of(noun, &[Dep::Poss]).filter(|possessor| !s.is(*possessor, MINE));
        let owner = match possessor {
            Some(possessor) => self.person(possessor),
            None => self.people.speaker.clone().map(Person::named),
        };
        let Some(owner) = owner else { return false };
        // "My deadline of 15 April" is still to come.
        let is_over = |date: usize| {
            s.is_lemma(noun, &["deadline"]) && self.dates.get(date).is_some_and(|d| d.relative && d.from.at < self.now)
        };
        let value = match dated {
            Some(date) if is_over(date) => None,
            // "My wake-up time of 7:45 AM": an hour of every day.
            Some(date) if self.hour_alone(date).is_some() => self.hour_alone(date),
            Some(date) => self.date_words(date, true),
            None if s.has_child(number, &[Dep::Nummod]) && s.entity(number).is_none() => self.phrase(number, None).ok(),
            None => self.plain_value(number).ok().flatten().map(|value| value.name),
        };
        // "From 70% to 90%" is 90%.
        let value = value.map(|value| value.rsplit_once(" to ").map_or(value.clone(), |(_, last)| last.to_owned()));
        let Some(value) = value else { return false };
        let of = s.child(noun, |c| s.lower(c) == "of" && s.is_lemma(noun, COUNTS)).and_then(|of| s.object_of(of));
        let is_count = value.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.' | 'k' | 'm'));
        let several = Some(noun).filter(|noun| is_count && s.tag(*noun) == Tag::Nns);
        // "I've increased my practice to 12 problems": the number of problems.
        let counted = Some(number).filter(|number| s.tag(*number) == Tag::Nns && dated.is_none() && *number > noun);
        if let Some(things) = counted.filter(|things| s.entity(*things).is_none() && s.lemma(*things) != "time")
            && let Some(count) = s.child_of(things, &[Dep::Nummod]).and_then(|count| number_of(s.lower(count)))
        {
            let name = self.quantity_name(things);
            let statement = format!("{}'s number of {name} is {count}", owner.name);
            self.state(
                &owner,
                &format!("NUMBER_OF_{}", relation_name(&name)),
                Object::value(count.to_string()),
                statement,
            );
            return true;
        }
        let (relation, name) = match of.or(several) {
            Some(things) => {
                let things = self.quantity_name(things);
                (format!("NUMBER_OF_{}", relation_name(&things)), format!("number of {things}"))
            }
            None => {
                let name = self.quantity_name(noun);
                (format!("HAS_{}", relation_name(&name)), name)
            }
        };
        let is_plural = of.is_none() && s.tag(noun) == Tag::Nns;
        let statement = match several {
            Some(_) if of.is_none() => format!("{} has {value} {}", owner.name, self.quantity_name(noun)),
            _ => {
                let of_what = if of.is_none() { self.complement(noun, number) } else { String::new() };
                let be = if is_plural { "are" } else { "is" };
                // "The sprint deadline for the first sprint" says it twice.
                let name = name
                    .split_once(' ')
                    .filter(|(first, _)| of_what.ends_with(&format!(" {first}")))
                    .map_or(name.as_str(), |(_, rest)| rest);
                // "The coverage of Ann's module" says whose it is.
                if of_what.contains(&format!("{}'s ", owner.name)) {
                    format!("the {name}{of_what} {be} {value}")
                } else {
                    format!("{}'s {name}{of_what} {be} {value}", owner.name)
                }
            }
        };
        self.state(&owner, &relation, Object::value(value), statement);
        true
    }

    /// What a quantity is of: " on a quiz", " of my app"; empty if nothing is said, or nothing without a pronoun.
    fn complement(&mut self, noun: usize, number: usize) -> String {
        let s = self.s;
        // "Eight problems with an accuracy of 85%".
        let with = s.head(noun);
        let whole = Some(s.head(with)).filter(|whole| {
            s.dep(noun) == Dep::Pobj && s.lower(with) == "with" && s.pos(*whole) == Pos::Noun && *whole < noun
        });
        if let Some(Ok(text)) = whole.map(|whole| self.phrase(whole, None))
            && let Some((of, _)) = text.split_once(" with ")
            && of.len() <= COMPLEMENT_MAX
        {
            let of = of.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
            return format!(" on {}", super::nouns::strip_article(of));
        }
        // "A deadline of 15 April to finish the app".
        let aim = s.child(noun, |c| matches!(s.dep(c), Dep::Acl | Dep::Relcl) && s.has_child_word(c, &["to"]));
        if let Some(aim) = aim.filter(|aim| s.tag(*aim) == Tag::Vb)
            && let Some(object) = s.child_of(aim, &[Dep::Dobj])
            && let Ok(text) = self.phrase(object, None)
            && text.len() <= COMPLEMENT_MAX
        {
            return format!(" to {} {text}", s.lower(aim));
        }
        let preposition = s.child(noun, |c| {
            c > noun && s.dep(c) == Dep::Prep && s.is(c, &["on", "of", "for", "in"]) && !s.in_subtree(c, number)
        });
        let beside = || ["for", "of"].into_iter().find_map(|word| self.preposition_after(noun, word));
        let preposition = preposition.or_else(beside).filter(|preposition| !s.in_subtree(*preposition, number));
        let object = preposition
            .and_then(|preposition| s.object_of(preposition))
            .filter(|object| s.is_noun(*object) && !s.is_date(*object));
        if let (Some(preposition), Some(object)) = (preposition, object) {
            return match self.phrase(object, None) {
                Ok(text) if text.len() <= COMPLEMENT_MAX => format!(" {} {text}", s.lower(preposition)),
                _ => String::new(),
            };
        }
        self.built_thing(noun).map(|thing| format!(" of {thing}")).unwrap_or_default()
    }

    /// What a technical quantity is of, if the sentence names one thing that the speaker builds: "my portfolio site".
    fn built_thing(&mut self, quantity: usize) -> Option<String> {
        let s = self.s;
        if !s.is_lemma(quantity, TECHNICAL) {
            return None;
        }
        let thing = s.tokens().find(|token| {
            s.pos(*token) == Pos::Noun && s.is_lemma(*token, BUILT) && s.child(*token, |c| s.is(c, MINE)).is_some()
        })?;
        self.phrase(thing, None).ok().filter(|text| text.len() <= COMPLEMENT_MAX)
    }

    /// A preposition behind a noun, which the parser may have hung on the verb.
    fn preposition_after(&self, noun: usize, preposition: &str) -> Option<usize> {
        let s = self.s;
        [noun, s.head(noun), s.head(s.head(noun))]
            .into_iter()
            .flat_map(|head| s.children(head))
            .find(|child| *child > noun && s.dep(*child) == Dep::Prep && s.lower(*child) == preposition)
            .filter(|child| (noun + 1..*child).all(|between| !s.is_verb(between)))
    }

    /// The noun with its modifiers that are words; a "deadline for the sprint" is a "sprint deadline".
    fn quantity_name(&self, noun: usize) -> String {
        let s = self.s;
        let mut name = self.bare_noun(noun);
        // "Congruence and similarity problems" are of both.
        if let Some(first) = s.child(noun, |c| c < noun && s.has_child(c, &[Dep::Conj]) && s.dep(c) != Dep::Nummod) {
            name = super::nouns::span_text(&s, first, noun).to_lowercase();
        }
        let name = name.split(' ').filter(|word| word.contains(char::is_alphabetic)).collect::<Vec<_>>().join(" ");
        let purpose = self.preposition_after(noun, "for").and_then(|purpose| s.object_of(purpose));
        match purpose.filter(|purpose| s.pos(*purpose) == Pos::Noun && !name.contains(' ') && !s.is_date(*purpose)) {
            Some(purpose) => format!("{} {name}", s.lower(purpose)),
            None => name,
        }
    }

    /// Whether a clause does not say that something is so; how something changed is said to be so.
    fn is_unreal(&self, verb: usize) -> bool {
        let s = self.s;
        if s.is_past(verb) && s.has_child_word(verb, &["how"]) {
            return false;
        }
        mood::read(&s, verb).is_none_or(|reading| reading.negated || reading.mood != Mood::Actual)
    }
}
