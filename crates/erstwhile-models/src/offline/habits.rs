//! What somebody does every so often, or has to do by a day, where no relation of the vocabulary says it: "I check my sugar
//! four times a day", "I need to renew my visa by March".

use erstwhile_nlp::{Dep, Pos, Tag};

use super::claims::Object;
use super::dates::{Extent, weekday};
use super::fitness::Context;
use super::lexicon::Kind;
use super::mood::{Mood, Reading};
use super::nouns::{self, Vague};
use super::people::{PersonKind, SECOND};
use super::reader::{FactParts, SentenceReader, Trust};
use super::verb_forms::{gerund, third_person};
use super::word_forms::is_distance;

/// Verbs for what people do as a rule: in the simple present they tell a habit, also without how often.
const EVERYDAY: &[&str] = &[
    "clean",
    "commute",
    "cook",
    "cycle",
    "deliver",
    "drive",
    "fix",
    "foster",
    "haul",
    "import",
    "export",
    "iron",
    "knit",
    "make",
    "mend",
    "mentor",
    "milk",
    "paint",
    "repair",
    "restore",
    "ride",
    "sell",
    "sew",
    "tow",
    "translate",
    "tutor",
    "walk",
    "weld",
    "wire",
    "babysit",
    "breed",
    "dj",
    "raise",
    "brew",
    "carve",
    "film",
    "edit",
    "photograph",
    "foster",
    "farm",
    "rear",
    "carry",
    "wash",
    "groom",
    "train",
    "coach",
    "mow",
    "press",
    "cut",
    "bake",
    "print",
    "design",
    "build",
];
/// Where one goes as a rule: "I go to church".
const REGULAR_PLACES: &[&str] = &["church", "mass", "mosque", "temple", "synagogue", "bed", "work", "school"];
/// Ways to get there: "I take the bus to work".
const TRANSPORT: &[&str] = &["bus", "train", "tube", "tram", "metro", "subway", "ferry", "car", "taxi", "bike"];
/// Verbs that tell nothing of somebody's life, however often.
pub(super) const EMPTY: &[&str] = &[
    "be", "have", "think", "say", "tell", "ask", "mean", "know", "hear", "feel", "seem", "look", "happen", "hope",
    "want", "need", "wish", "swear", "bet", "guess", "laugh", "cry", "scream", "die", "forget", "remember", "wonder",
    "love", "like", "hate", "let", "keep", "try", "start", "stop", "thank", "joke", "lie", "wait", "miss", "complain",
    "get", "give", "find", "lose", "change", "come",
];
/// Units of "every …" and "… a …".
const UNITS: &[&str] = &[
    "day",
    "days",
    "night",
    "nights",
    "morning",
    "mornings",
    "evening",
    "evenings",
    "afternoon",
    "afternoons",
    "week",
    "weeks",
    "weekend",
    "weekends",
    "weekday",
    "weekdays",
    "month",
    "months",
    "year",
    "years",
    "hour",
    "hours",
    "shift",
    "time",
    "summer",
    "winter",
    "spring",
    "autumn",
    "fall",
    "christmas",
];
/// Days and times in the plural: "on Mondays", "at weekends".
const PLURAL_TIMES: &[&str] = &[
    "mondays",
    "tuesdays",
    "wednesdays",
    "thursdays",
    "fridays",
    "saturdays",
    "sundays",
    "weekends",
    "weekdays",
    "mornings",
    "evenings",
    "nights",
];
/// Verbs that need no object: "I wake up at five every day".
const ALONE: &[&str] = &["wake", "sleep", "swim", "run", "train", "fast", "pray"];
/// Verbs that need no object when somebody means to do it on a day: "she lands on Friday".
const MOVES: &[&str] = &[
    "arrive", "begin", "come", "depart", "emigrate", "finish", "fly", "go", "graduate", "land", "leave", "march",
    "move", "perform", "resign", "retire", "return", "sail", "start", "travel",
];
/// A habit in more words is cut at its first comma.
const WORDS_MAX: usize = 16;
/// Adverbs that make a habit of what one does.
const CUSTOMARY: &[&str] = &["always", "usually", "normally", "typically"];
/// What makes the present tense one of this moment.
const NOW: &[&str] = &["now", "today", "tonight", "currently", "atm", "again", "yesterday", "tomorrow", "then"];

/// Whether a word is a unit of "every …" and "… a …".
fn is_unit(word: &str) -> bool {
    UNITS.contains(&word) || weekday(word).is_some()
}

impl SentenceReader<'_, '_> {
    /// States what a clause tells without a relation: a habit, or what is to be done by a day.
    ///
    /// # Errors
    /// If its text needs a pronoun that refers to nobody known.
    pub(super) fn action(&mut self, context: &Context<'_>) -> Result<(), Vague> {
        if self.trust != Trust::Speaker || !self.is_somebody_telling(context) {
            return Ok(());
        }
        match context.reading {
            Reading { mood: Mood::Actual, negated: false } if self.is_habit(context.verb) => self.habit(context),
            Reading { mood: Mood::Planned | Mood::Wanted, negated: false }
                if self.is_due(context) && !self.is_repeated(context.verb) && self.is_intended(context.verb) =>
            {
                self.intention(context)
            }
            _ => Ok(()),
        }
    }

    /// Whether the subject is the speaker or somebody of the speaker's, and nobody else is needed to understand the clause.
    fn is_somebody_telling(&self, context: &Context<'_>) -> bool {
        let s = self.s;
        let subject = context.subject;
        let known = self.people.is_speaker(&subject.name) || subject.kinship.is_some();
        known
            && matches!(subject.kind, PersonKind::Person | PersonKind::Pet)
            && !s.is_question()
            && matches!(s.dep(context.verb), Dep::Root | Dep::Conj | Dep::Ccomp | Dep::Xcomp | Dep::Parataxis)
            && !s.subtree(context.verb).any(|token| SECOND.contains(&s.lower(token)))
    }

    fn is_habit(&self, verb: usize) -> bool {
        let s = self.s;
        let perfect =
            s.tag(verb) == Tag::Vbg && s.has_child_word(verb, &["am", "is", "are", "'m", "'s", "'re", "been"]);
        let present = matches!(s.tag(verb), Tag::Vbp | Tag::Vbz);
        if !(present || perfect) || s.is_lemma(verb, EMPTY) && !self.is_done_regularly(verb) {
            return false;
        }
        if self.is_repeated(verb) {
            return !s.is_lemma(verb, EMPTY);
        }
        present
            && !s.subtree(verb).any(|token| s.is(token, NOW))
            && self.date_of(verb).is_none()
            && (s.is_lemma(verb, EVERYDAY) && self.acts_on_kind(verb)
                || self.is_done_regularly(verb)
                || self.is_customary(verb))
    }

    /// "I always carry an inhaler", "I usually work from the library".
    fn is_customary(&self, verb: usize) -> bool {
        let s = self.s;
        let acts = s.has_child(verb, &[Dep::Dobj])
            || s.child(verb, |c| s.dep(c) == Dep::Prep && s.is(c, &["from", "at", "in", "to", "with"])).is_some();
        acts && s.has_child_word(verb, CUSTOMARY)
    }

    /// "I clean offices", "I drive a school bus": the object is a kind of thing, and not one thing at hand.
    fn acts_on_kind(&self, verb: usize) -> bool {
        let s = self.s;
        let object = s.child_of(verb, &[Dep::Dobj]);
        let general = |object: usize| {
            s.pos(object) == Pos::Noun
                && !s.is_a(object, Kind::Vague)
                && (s.tag(object) == Tag::Nns || !s.has_child(object, &[Dep::Det]))
                && s.child(object, |c| s.is(c, &["the", "this", "that", "these", "those", "some", "any"])).is_none()
        };
        object.map_or_else(|| self.to_regular_place(verb), general)
    }

    /// "I take the bus to work", "I go to bed at ten", "I wake up at five", "I work with children".
    fn is_done_regularly(&self, verb: usize) -> bool {
        let s = self.s;
        if s.lemma(verb) == "commute" {
            return s.has_child(verb, &[Dep::Prep]);
        }
        let rides = || s.child_of(verb, &[Dep::Dobj]).is_some_and(|object| s.is_lemma(object, TRANSPORT));
        let at_an_hour =
            || s.child(verb, |c| s.dep(c) == Dep::Prep && s.is(c, &["at", "around", "before", "by"])).is_some();
        match s.lemma(verb) {
            "take" | "get" | "catch" => rides() && self.to_regular_place(verb),
            "go" => self.to_regular_place(verb) && (at_an_hour() || self.is_repeated(verb)),
            "wake" => at_an_hour(),
            "leave" => {
                let home = s.child_of(verb, &[Dep::Dobj]).is_some_and(|object| s.is(object, &["house", "home"]));
                home && at_an_hour()
            }
            "work" => s
                .child(verb, |c| {
                    s.is(c, &["with"])
                        && s.object_of(c).is_some_and(|object| s.tag(object) == Tag::Nns && s.pos(object) == Pos::Noun)
                })
                .is_some(),
            _ => false,
        }
    }

    fn to_regular_place(&self, verb: usize) -> bool {
        let s = self.s;
        // The parser takes "to work" for an infinitive.
        let to = |token: usize| s.is(token, &["to"]) && token + 1 < s.end && s.is(token + 1, REGULAR_PLACES);
        s.subtree(verb).any(to)
    }

    /// Whether a clause says how often: "four times a day", "every Thursday", "on Mondays", "for a living".
    pub(super) fn is_repeated(&self, verb: usize) -> bool {
        let s = self.s;
        let mut tokens: Vec<usize> = s.subtree(verb).filter(|token| *token > verb).collect();
        tokens.sort_unstable();
        let word = |at: usize| tokens.get(at).map_or("", |token| s.lower(*token));
        // "Monday, Wednesday, Friday".
        if tokens.iter().filter(|token| weekday(s.lower(**token)).is_some()).count() > 1 {
            return true;
        }
        (0..tokens.len()).any(|at| match word(at) {
            // "The daily limit" is none.
            "daily" | "nightly" | "weekly" | "fortnightly" | "monthly" => {
                tokens.get(at).is_some_and(|token| s.dep(*token) == Dep::Advmod)
            }
            "every" | "each" | "most" => {
                let unit = |offset: usize| is_unit(word(at + offset));
                unit(1)
                    || unit(2) && (word(at + 1) == "other" || tokens.get(at + 1).is_some_and(|t| s.pos(*t) == Pos::Num))
            }
            "a" | "per" => {
                let counted = at.checked_sub(1).is_some_and(|before| {
                    matches!(word(before), "once" | "twice" | "times" | "x")
                        || tokens.get(before).is_some_and(|token| s.pos(*token) == Pos::Num)
                        || tokens
                            .get(before)
                            .is_some_and(|token| s.tag(*token) == Tag::Nns || s.has_child(*token, &[Dep::Nummod]))
                });
                counted && is_unit(word(at + 1)) || word(at + 1) == "living" && at > 0 && word(at - 1) == "for"
            }
            word => PLURAL_TIMES.contains(&word),
        })
    }

    fn habit(&mut self, context: &Context<'_>) -> Result<(), Vague> {
        let Some(name) = self.action_in_words(context, gerund)? else { return Ok(()) };
        let statement = self.habit_in_words(context)?;
        let object = Object::entity(name, Some("Topic"));
        self.add(FactParts {
            subject: context.subject,
            relation: "DOES_ACTIVITY",
            object,
            statement,
            mood: Mood::Actual,
            negated: false,
            past: false,
            date: None,
        });
        Ok(())
    }

    /// The sentence of a habit: as it was said from the verb on, with its hours and days.
    fn habit_in_words(&mut self, context: &Context<'_>) -> Result<String, Vague> {
        let s = self.s;
        let verb = context.verb;
        let apart = |child: &usize| {
            matches!(
                s.dep(*child),
                Dep::Nsubj | Dep::Aux | Dep::Advcl | Dep::Ccomp | Dep::Conj | Dep::Cc | Dep::Punct | Dep::Parataxis
            )
        };
        let last =
            s.children(verb).filter(|child| *child > verb && !apart(child)).flat_map(|child| s.subtree(child)).max();
        let always = s.child(verb, |c| s.dep(c) == Dep::Advmod && s.is(c, CUSTOMARY));
        let mut words: Vec<String> = always.map(|always| s.lower(always).to_owned()).into_iter().collect();
        words.push(match s.tag(verb) {
            Tag::Vbg if s.has_child_word(verb, &["been"]) => format!("has been {}", s.lower(verb)),
            Tag::Vbg => format!("{} {}", if context.subject.plural { "are" } else { "is" }, s.lower(verb)),
            _ if context.subject.plural => s.lemma(verb).to_owned(),
            _ => third_person(s.lemma(verb)),
        });
        let (sentence, subject) = (s, context.subject.name.as_str());
        let last = last.unwrap_or(verb);
        // What follows in a long clause says more than the habit.
        let comma = (verb + 1..last).find(|token| last - verb > WORDS_MAX && s.is(*token, &[",", "which", "because"]));
        let end = comma.unwrap_or(last + 1);
        for token in verb + 1..end {
            words.push(nouns::pronoun_free(&sentence, self.people, token, Some(subject))?);
        }
        Ok(nouns::tidy(&format!("{subject} {}", words.join(" "))))
    }

    /// "I need to go", "I will go", "I am going": the bare present may be a habit, unless it has a day to come.
    fn is_intended(&self, verb: usize) -> bool {
        let s = self.s;
        s.dep(verb) == Dep::Xcomp
            || s.tag(verb) == Tag::Vbg
            || s.has_child_word(verb, &["will", "'ll"])
            || self.is_ahead(verb)
    }

    /// Whether a day to come is named, on or by which something is to be done.
    fn is_due(&self, context: &Context<'_>) -> bool {
        let date = context.date.and_then(|date| self.dates.get(date));
        date.is_some_and(|date| {
            let until = date.until.is_some_and(|until| until.at > self.now);
            !matches!(date.extent, Extent::Since | Extent::After) && (date.from.at > self.now || until)
        }) && (!self.s.is_lemma(context.verb, EMPTY) || self.s.is_lemma(context.verb, MOVES))
    }

    fn intention(&mut self, context: &Context<'_>) -> Result<(), Vague> {
        let Some(name) = self.action_in_words(context, str::to_owned)? else { return Ok(()) };
        let mut statement = self.clause_words(context, None)?;
        // The clause leaves out by when something is intended.
        let day = context.date.filter(|date| self.is_aim(*date, context.reading.mood));
        if let Some(day) = day.and_then(|date| self.date_words(date, true)) {
            let by = if day.starts_with("by ") { "" } else { "by " };
            statement.push_str(&format!(" {by}{day}"));
        }
        self.add(FactParts {
            subject: context.subject,
            relation: "PLANS",
            object: Object::value(name),
            statement,
            mood: Mood::Actual,
            negated: false,
            past: false,
            date: context.date,
        });
        Ok(())
    }

    /// The verb in some form with its particle and the first noun that it acts on: "checking sugar"; `None` if it acts on
    /// nothing in particular.
    pub(super) fn action_in_words(
        &mut self,
        context: &Context<'_>,
        form: impl Fn(&str) -> String,
    ) -> Result<Option<String>, Vague> {
        let s = self.s;
        let verb = context.verb;
        let mut words = vec![form(s.lemma(verb))];
        words.extend(s.child_of(verb, &[Dep::Prt]).map(|particle| s.lower(particle).to_owned()));
        let object = s.child_of(verb, &[Dep::Dobj]);
        let mut prepositions = s.children(verb).filter(|c| s.dep(*c) == Dep::Prep);
        let mut place = || {
            prepositions.find_map(|preposition| {
                let noun = s.object_of(preposition).filter(|noun| s.is_noun(*noun) && self.date_at(*noun).is_none())?;
                Some((preposition, noun))
            })
        };
        let (preposition, noun) = match (object, object.map_or_else(&mut place, |_| None)) {
            (Some(object), _) => (None, object),
            (None, Some((preposition, noun))) if s.lemma(verb) != "do" => (Some(preposition), noun),
            _ => {
                let home =
                    s.child(verb, |c| s.dep(c) == Dep::Advmod && s.is(c, &["home", "back", "abroad", "out", "in"]));
                words.extend(home.map(|home| s.lower(home).to_owned()));
                // "I'll come on Friday" tells no one where to.
                let deictic = s.is_lemma(verb, &["come", "go"]) && words.len() == 1;
                let moves = s.is_lemma(verb, MOVES) && !deictic && context.date.is_some();
                return Ok((s.is_lemma(verb, ALONE) || moves).then(|| words.join(" ")));
            }
        };
        // "That", "it" and "a lot" are nothing in particular.
        let counted = s.pos(noun) == Pos::Num && s.is_lemma(verb, &["smoke", "drink", "eat"]);
        let named = s.is_noun(noun) && (self.date_at(noun).is_none() || s.is_a(noun, Kind::Quantity))
            || counted
            || is_distance(s.lower(noun));
        let seen = s.lemma(verb) == "see" && !s.is_a(noun, Kind::Title) && !s.is_a(noun, Kind::Kin);
        let vague = s
            .is_lemma(noun, &["thing", "stuff", "lot", "one", "bit", "way", "time", "everything", "something", "part"]);
        if !named || seen || vague && !s.has_child(noun, &[Dep::Compound, Dep::Amod]) {
            return Ok(None);
        }
        words.extend(preposition.map(|preposition| s.lower(preposition).to_owned()));
        let text = self.phrase(noun, Some(&context.subject.name))?;
        // "Six loaves a week": how often is no part of the name.
        let text = text.split_once(" a ").filter(|(_, unit)| is_unit(unit)).map_or(text.as_str(), |(name, _)| name);
        words.push(nouns::strip_article(text).to_owned());
        Ok(Some(words.join(" ")))
    }
}
