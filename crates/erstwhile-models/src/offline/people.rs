//! Who is spoken of: the speaker, the addressee, people and animals in the speaker's life, pronouns.

use erstwhile_nlp::{Dep, EntityKind, Pos, Tag};
use foldhash::{HashMap, HashMapExt};

use super::given_names::{gender_of_name, probable_gender};
use super::kin::{animal_word, called, kin_relation, kin_word, name_beside};
use super::lexicon::Kind;
use super::nouns;
use super::sentence::Sentence;
use super::things::Thing;

/// First-person words.
pub(super) const FIRST: &[&str] = &["i", "me", "my", "mine", "myself", "we", "us", "our", "ours", "ourselves"];
/// Second-person words.
pub(super) const SECOND: &[&str] = &["you", "your", "yours", "yourself", "u", "ur"];
/// Possessive pronouns of the speaker.
pub(super) const MINE: &[&str] = &["my", "our"];

/// For how many turns a pronoun may refer back.
const RECENT_TURNS: usize = 2;
const RECENT_MAX: usize = 12;

/// What kind of subject someone or something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PersonKind {
    /// A person.
    Person,
    /// An animal.
    Pet,
    /// A group of people: "our team".
    Group,
    /// A company, a school, …
    Organization,
    /// A thing or a place with a name.
    Thing,
}

/// Grammatical gender, as far as known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gender {
    /// "she".
    Female,
    /// "he".
    Male,
}

/// Whose relative, friend or pet someone is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Kinship {
    /// The name of the other person.
    pub(super) owner: String,
    /// The noun: "sister", "dog"; of several for one relative, always the same.
    pub(super) word: String,
    /// The noun as the speaker says it: "nan".
    pub(super) said: String,
    /// The relation from the owner: `HAS_SIBLING`, `HAS_PET`.
    pub(super) relation: &'static str,
    /// Whether the text gives the name.
    pub(super) named: bool,
}

/// Someone of whom facts may be stated.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) gender: Option<Gender>,
    pub(super) plural: bool,
    /// Whether facts about them are wanted; strangers only block pronouns.
    pub(super) known: bool,
    pub(super) kind: PersonKind,
    pub(super) kinship: Option<Kinship>,
}

impl Person {
    pub(super) fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), gender: None, plural: false, known: true, kind: PersonKind::Person, kinship: None }
    }

    pub(super) fn plural(self, plural: bool) -> Self {
        Self { plural, ..self }
    }

    /// The type of the entity.
    pub(super) fn entity_type(&self) -> Option<&'static str> {
        match self.kind {
            PersonKind::Person => Some("Person"),
            PersonKind::Pet => Some("Pet"),
            PersonKind::Organization => Some("Organization"),
            PersonKind::Group | PersonKind::Thing => None,
        }
    }
}

/// Relatives of whom the speaker has told the number, and some of whom may be named next.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Several {
    /// Whose they are, and what.
    pub(super) kinship: Kinship,
    /// How many are not named yet.
    pub(super) left: u32,
    /// The turn in which the number was told.
    pub(super) turn: usize,
}

/// Where someone was mentioned.
#[derive(Debug, Clone, Copy)]
struct Place {
    turn: usize,
    sentence: usize,
    token: usize,
    /// Whether only something of theirs was spoken of: "my niece's party".
    in_passing: bool,
}

/// Who takes part in a conversation and who was mentioned lately.
#[derive(Debug, Clone, Default)]
pub(super) struct People {
    /// The speaker of the present turn; `None` in documents that belong to nobody.
    pub(super) speaker: Option<String>,
    /// The addressee, if unambiguous.
    pub(super) addressee: Option<String>,
    /// All speakers.
    pub(super) speakers: Vec<String>,
    /// People whose name was given, by name.
    known: HashMap<String, Person>,
    /// The last ones of whom there are several, by the relation and the noun: "two sisters".
    pub(super) several: Option<Several>,
    /// The last people mentioned, with where.
    recent: Vec<(Place, Person)>,
    /// The last thing mentioned, with where.
    thing: Option<(Place, Thing)>,
    pub(super) turn: usize,
    /// The number of the present sentence.
    sentence: usize,
    /// The token that is being read.
    pub(super) at: usize,
}

impl People {
    pub(super) fn new(speakers: Vec<String>) -> Self {
        Self { speakers, known: HashMap::new(), ..Self::default() }
    }

    pub(super) fn next_turn(&mut self, speaker: Option<String>, addressee: Option<String>) {
        self.turn += 1;
        self.speaker = speaker;
        self.addressee = addressee;
    }

    pub(super) fn next_sentence(&mut self) {
        self.sentence += 1;
        self.at = 0;
    }

    /// Whether the present turn has told of nobody but the speaker.
    pub(super) fn is_nobody_else_spoken_of(&self) -> bool {
        self.recent.iter().all(|(place, _)| place.turn != self.turn)
    }

    pub(super) fn is_speaker(&self, name: &str) -> bool {
        self.speakers.iter().any(|speaker| speaker == name)
    }

    /// Whether a name is a speaker's own, or the given name of one.
    pub(super) fn is_namesake(&self, name: &str) -> bool {
        self.speakers.iter().any(|speaker| speaker == name || first_word(speaker) == name)
    }

    pub(super) fn remember(&mut self, person: &Person) {
        self.remember_as(person, false);
    }

    /// Remembers someone of whose thing is spoken: pronouns mean others rather than them.
    pub(super) fn remember_in_passing(&mut self, person: &Person) {
        self.remember_as(person, true);
    }

    fn remember_as(&mut self, person: &Person, in_passing: bool) {
        if self.is_speaker(&person.name) {
            return;
        }
        self.recent.retain(|(_, other)| other.name != person.name);
        if self.recent.len() >= RECENT_MAX {
            self.recent.remove(0);
        }
        let place = Place { turn: self.turn, sentence: self.sentence, token: self.at, in_passing };
        self.recent.push((place, person.clone()));
    }

    pub(super) fn remember_thing(&mut self, thing: Thing) {
        let place = Place { turn: self.turn, sentence: self.sentence, token: self.at, in_passing: false };
        self.thing = Some((place, thing));
    }

    pub(super) fn forget_thing(&mut self) {
        self.thing = None;
    }

    /// The last thing mentioned in this turn or the one before, if that is not behind a token.
    pub(super) fn thing(&self, token: usize) -> Option<Thing> {
        let before = |place: &Place| place.sentence != self.sentence || place.token < token;
        let near = |place: &Place| self.turn - place.turn <= 1 && before(place);
        self.thing.as_ref().filter(|(place, _)| near(place)).map(|(_, thing)| thing.clone())
    }

    pub(super) fn introduce(&mut self, person: Person) {
        self.known.insert(person.name.clone(), person);
    }

    pub(super) fn known(&self, name: &str) -> Option<&Person> {
        self.known.get(name)
    }

    /// The last mention that a third-person pronoun can refer to, unless it is a stranger or ambiguous.
    ///
    /// `other` is who acts on whom the pronoun stands for: "Mali rides her" is not of Mali.
    fn antecedent(&self, pronoun: &str, other: Option<&str>, token: usize) -> Option<Person> {
        let wanted = match pronoun {
            "he" | "him" | "his" | "himself" => Some(Gender::Male),
            "she" | "her" | "hers" | "herself" => Some(Gender::Female),
            "they" | "them" | "their" | "theirs" => None,
            _ => return None,
        };
        let plural = wanted.is_none();
        let fits = |(place, person): &&(Place, Person)| {
            // "She lives in Perth, and Jackie …": a name that follows is not meant.
            let follows = place.sentence == self.sentence && place.token > token;
            let is_thing = matches!(person.kind, PersonKind::Thing | PersonKind::Organization) && !plural;
            let gender = person.gender.or_else(|| gender_of_name(&person.name).filter(|_| is_named(person)));
            !follows
                && !is_thing
                && plural == person.plural
                && other != Some(person.name.as_str())
                && (plural || gender.is_none() || gender == wanted)
        };
        let near = self.recent.iter().rev().take_while(|(place, _)| self.turn - place.turn <= RECENT_TURNS);
        let found: Vec<&(Place, Person)> = near.filter(fits).collect();
        let (last, _) = found.first()?;
        let (place, person) =
            found.iter().find(|(place, _)| !place.in_passing && place.turn == last.turn).or_else(|| found.first())?;
        // Of two who may be meant, and of whom the name does not tell "he" from "she", neither is.
        let is_sure = |person: &Person| {
            plural || person.kinship.is_some() || person.gender.is_some() || probable_gender(&person.name) == wanted
        };
        let is_here = place.sentence == self.sentence;
        let rival = found.iter().any(|(other_place, other)| {
            let beside = if is_here { other_place.sentence == place.sentence } else { other_place.turn == place.turn };
            let differs = is_named(other) && probable_gender(&other.name).is_some_and(|gender| Some(gender) != wanted);
            other.name != person.name && beside && !differs && other.kind != PersonKind::Pet
        });
        (person.known && (is_sure(person) || !rival)).then(|| person.clone())
    }

    /// Whom a third-person pronoun stands for, if it is not who has this name.
    pub(super) fn other_than(&self, name: &str, pronoun: &str) -> Option<Person> {
        let pronoun = if pronoun == "its" { "his" } else { pronoun };
        self.antecedent(pronoun, Some(name), usize::MAX)
    }

    /// The speaker's relative of the kind that was spoken of last.
    fn same_of_mine(&self) -> Option<Person> {
        let owner = self.speaker.clone()?;
        let (_, last) = self.recent.iter().rev().find(|(_, person)| person.kinship.is_some())?;
        let kinship = last.kinship.clone().filter(|kinship| kinship.owner != owner)?;
        Some(Person {
            name: format!("{owner}'s {}", kinship.word),
            kinship: Some(Kinship { owner, named: false, ..kinship }),
            ..last.clone()
        })
    }

    /// The person that a token stands for, if it is someone of whom facts may be stated.
    pub(super) fn person(&mut self, sentence: &Sentence<'_>, token: usize) -> Option<Person> {
        let word = sentence.lower(token);
        if nouns::is_acronym(sentence, token) {
            return self.named_thing(sentence, token);
        }
        // "My mother's 80." - "Mine's only 66": the speaker's own.
        if matches!(word, "mine" | "ours") && matches!(sentence.dep(token), Dep::Nsubj | Dep::Nsubjpass) {
            return self.same_of_mine();
        }
        if FIRST.contains(&word) {
            return self.speaker.clone().map(Person::named);
        }
        // "My family moved to San Jose": the speaker, too.
        let mine = || sentence.child(token, |c| sentence.is(c, MINE)).is_some();
        let moves = || sentence.is_lemma(sentence.head(token), &["move", "relocate", "emigrate", "live", "immigrate"]);
        if word == "family" && sentence.dep(token) == Dep::Nsubj && mine() && moves() {
            return self.speaker.clone().map(Person::named);
        }
        if SECOND.contains(&word) {
            return self.addressee.clone().map(Person::named);
        }
        if sentence.pos(token) == Pos::Pron && is_third_person(word) {
            let other = actor(sentence, token).and_then(|actor| self.person(sentence, actor));
            if let Some(person) = self.antecedent(word, other.as_ref().map(|other| other.name.as_str()), token) {
                return Some(person);
            }
        }
        if matches!(word, "who" | "that" | "which") && sentence.dep(sentence.head(token)) == Dep::Relcl {
            let head = sentence.head(sentence.head(token));
            if head == token {
                return None;
            }
            // "My dad's a plumber who loves fishing".
            let described = || {
                let verb = sentence.head(head);
                let is = sentence.dep(head) == Dep::Attr && sentence.lemma(verb) == "be" && word == "who";
                sentence.subject(verb).filter(|subject| is && *subject != token)
            };
            let named = self.person(sentence, head);
            return named.or_else(|| described().and_then(|subject| self.person(sentence, subject)));
        }
        if let Some(person) = self.kin(sentence, token) {
            return Some(person);
        }
        let name = sentence.entity(token).map(|entity| sentence.entity_text(entity));
        let speaker = self.speakers.iter().find(|speaker| {
            let said = [Some(sentence.text(token)).filter(|_| name.is_none()), name];
            said.into_iter().flatten().any(|said| said == speaker.as_str() || said == first_word(speaker))
        });
        if let Some(speaker) = speaker
            && !is_someone_else(sentence, token)
        {
            return Some(Person::named(speaker.clone()));
        }
        if let Some(person) = self.known(sentence.text(token)).or_else(|| self.known(name?)) {
            return Some(person.clone());
        }
        if sentence.is_a(token, Kind::Team)
            && matches!(sentence.dep(token), Dep::Nsubj | Dep::Nsubjpass)
            && sentence.child(token, |child| sentence.dep(child) == Dep::Poss && sentence.is(child, MINE)).is_some()
            && let Some(speaker) = self.speaker.clone()
        {
            let name = nouns::phrase(sentence, self, token, Some(&speaker)).ok()?;
            let name = format!("{speaker}'s {}", name.trim_start_matches("their "));
            return Some(Person { kind: PersonKind::Group, ..Person::named(name) });
        }
        self.named_thing(sentence, token)
    }

    /// A person, an organisation or a thing with a proper name.
    fn named_thing(&self, sentence: &Sentence<'_>, token: usize) -> Option<Person> {
        let recognised = sentence.pos(token) == Pos::Propn && sentence.entity(token).is_some();
        // "Harpreet lives in Leeds": to the parser, an adjective.
        let unfamiliar = sentence.is_probable_name(token) && acts_like_a_person(sentence, token);
        if !sentence.is_proper(token) && !recognised && !unfamiliar {
            return None;
        }
        let kind = match sentence.entity_kind(token) {
            _ if super::word_forms::is_company_name(&nouns::name(sentence, token)) => PersonKind::Organization,
            _ if sentence.is_given_name(token) => PersonKind::Person,
            Some(EntityKind::Person) => PersonKind::Person,
            Some(_) if acts_like_a_person(sentence, token) => PersonKind::Person,
            Some(EntityKind::Org | EntityKind::Norp) => PersonKind::Organization,
            Some(
                EntityKind::Date | EntityKind::Time | EntityKind::Money | EntityKind::Cardinal | EntityKind::Percent,
            ) => {
                return None;
            }
            Some(_) => PersonKind::Thing,
            // "Her BP is high".
            None if sentence.text(token).chars().all(char::is_uppercase) => PersonKind::Thing,
            None if sentence.len() > 2 => PersonKind::Person,
            None => return None,
        };
        let name = nouns::name(sentence, token);
        let name = if self.is_namesake(&name) { format!("{name} ({})", description(sentence, token)) } else { name };
        (!self.is_speaker(&name)).then(|| Person { kind, ..Person::named(name) })
    }

    /// "my sister Anna", "our dog Max", "my sister's husband", "Tom's wife".
    pub(super) fn kin(&mut self, sentence: &Sentence<'_>, token: usize) -> Option<Person> {
        let is_kin_word = |other: usize| {
            let kinds =
                sentence.lexicon.kinds(sentence.lemma(other)).with(sentence.lexicon.kinds(sentence.lower(other)));
            (kinds.has(Kind::Kin) || kinds.has(Kind::Animal)) && !sentence.is_capital(other)
        };
        // The parser takes some for adjectives: "stepdad".
        let noun_like = |other: usize| {
            sentence.is_noun(other)
                || sentence.pos(other) == Pos::Adj && matches!(sentence.dep(other), Dep::Nsubj | Dep::Dobj | Dep::Pobj)
        };
        // A hen do is no hen.
        let party = |other: usize| {
            sentence.is_lemma(other, &["hen", "stag"])
                && other + 1 < sentence.end
                && sentence.is(other + 1, &["do", "party", "night", "weekend"])
        };
        if party(token) {
            return None;
        }
        let noun = if is_kin_word(token) && noun_like(token) {
            token
        } else if sentence.pos(token) == Pos::Propn {
            sentence.child(token, |child| {
                // "Lasagna, especially my grandmother's" is hers.
                matches!(sentence.dep(child), Dep::Compound | Dep::Appos | Dep::Nmod | Dep::Amod)
                    && is_kin_word(child)
                    && !sentence.has_child(child, &[Dep::Case])
            })?
        } else {
            return None;
        };
        // "our hiking partner" is no partner, "my project manager" no boss.
        let lower_compound = |child: usize| sentence.dep(child) == Dep::Compound && !sentence.is_capital(child);
        let other = sentence.is_lemma(noun, &["partner", "manager", "trainer"])
            && sentence.child(noun, lower_compound).is_some();
        // "My first wife" or "my late wife" is the wife no longer.
        let former = sentence.is_lemma(noun, &["wife", "husband", "girlfriend", "boyfriend"])
            && sentence.has_child_word(noun, &["first", "former", "ex", "late"]);
        if other || former {
            return None;
        }
        let possessor = sentence
            .child_of(token, &[Dep::Poss])
            .or_else(|| sentence.child_of(noun, &[Dep::Poss]))
            .filter(|possessor| *possessor != token)?;
        let owner = self.person(sentence, possessor)?;
        if owner.plural {
            return None;
        }
        let name = if token == noun {
            let apposition = |child: usize| {
                sentence.dep(child) == Dep::Appos
                    && (sentence.pos(child) == Pos::Propn
                        || sentence.pos(child) == Pos::Noun && sentence.is_capital(child))
                    // "The kids, even Aarav": one of them, or none.
                    && !sentence.has_child_word(child, &["even", "especially", "including", "except", "like"])
            };
            sentence
                .child(noun, apposition)
                .map(|child| nouns::name(sentence, child))
                .or_else(|| called(sentence, noun))
                .or_else(|| name_beside(sentence, noun))
        } else {
            Some(nouns::name(sentence, token))
        };
        let lemma = sentence.lexicon.kin(sentence.lemma(noun)).map_or(sentence.lower(noun), |_| sentence.lemma(noun));
        // "My twin": the parser saw a placeholder; the original word is remembered.
        let lemma = sentence.identifiers.original(lemma).unwrap_or(lemma);
        let animal = sentence.is_a(noun, Kind::Animal);
        let word = if animal { animal_word(sentence, noun) } else { kin_word(lemma).to_owned() };
        // A friend with the speaker's own name is somebody else.
        let name = name.map(|name| if self.is_namesake(&name) { format!("{name} ({word})") } else { name });
        let plural = matches!(sentence.tag(noun), Tag::Nns | Tag::Nnps) && name.is_none();
        let label = if plural { sentence.lower(noun).to_owned() } else { word.clone() };
        let relation = if animal { "HAS_PET" } else { kin_relation(sentence, noun)? };
        let person = Person {
            gender: gender(sentence, noun).filter(|_| lemma != "twin"),
            plural,
            known: true,
            kind: if animal { PersonKind::Pet } else { PersonKind::Person },
            kinship: Some(Kinship {
                owner: owner.name.clone(),
                word: label.clone(),
                // The lemma of "youngest" is "young".
                said: match sentence.lower(noun) {
                    word if plural => word.to_owned(),
                    word if word.ends_with("est") => format!("{word} child"),
                    _ if animal => word.clone(),
                    _ => lemma.to_owned(),
                },
                relation,
                named: name.is_some(),
            }),
            name: name.unwrap_or_else(|| format!("{}'s {label}", owner.name)),
        };
        if person.kinship.as_ref().is_some_and(|kinship| kinship.named) {
            self.introduce(person.clone());
        }
        Some(person)
    }
}

fn is_third_person(word: &str) -> bool {
    matches!(
        word,
        "he" | "him" | "his" | "himself" | "she" | "her" | "hers" | "herself" | "they" | "them" | "their" | "theirs"
    )
}

/// The subject of the verb whose object a pronoun is.
fn actor(sentence: &Sentence<'_>, pronoun: usize) -> Option<usize> {
    let verb = match sentence.dep(pronoun) {
        Dep::Dobj | Dep::Dative => sentence.head(pronoun),
        Dep::Pobj => sentence.head(sentence.head(pronoun)),
        _ => return None,
    };
    let third = !sentence.is(pronoun, &["himself", "herself"]);
    let subject = sentence.is_verb(verb).then(|| sentence.subject(verb)).flatten();
    subject.filter(|subject| third && *subject < pronoun && sentence.in_subtree(verb, *subject))
}

/// The gender of a noun, if it has one.
pub(super) fn gender(sentence: &Sentence<'_>, noun: usize) -> Option<Gender> {
    if sentence.is_a(noun, Kind::Female) {
        Some(Gender::Female)
    } else if sentence.is_a(noun, Kind::Male) {
        Some(Gender::Male)
    } else {
        None
    }
}

/// Whether someone is known by a name, and not as "Anna's sister".
fn is_named(person: &Person) -> bool {
    person.kind == PersonKind::Person && person.kinship.as_ref().is_none_or(|kinship| kinship.named)
}

/// "another Noor", "the actress Noor", "Dr. Noor", "Noor Jr.": not the speaker of that name.
fn is_someone_else(sentence: &Sentence<'_>, token: usize) -> bool {
    sentence.children(token).any(|child| {
        matches!(sentence.dep(child), Dep::Det | Dep::Compound | Dep::Amod | Dep::Poss | Dep::Appos)
            && !sentence.is(child, &["poor", "dear"])
    })
}

/// "Salma works at …", "Lisa lives in …": whatever the recogniser calls a single name, a person does that.
pub(super) fn acts_like_a_person(sentence: &Sentence<'_>, token: usize) -> bool {
    const VERBS: &[&str] = &[
        "live", "love", "like", "hate", "enjoy", "study", "marry", "speak", "prefer", "retire", "play", "collect",
        "cook", "bake", "knit", "paint", "sing", "swim", "ride", "sleep", "laugh", "cry", "graduate", "propose",
        "teach",
    ];
    let verb = sentence.head(token);
    let works_at = || {
        sentence.lemma(verb) == "work"
            && sentence.child(verb, |c| sentence.dep(c) == Dep::Prep && sentence.is(c, &["at", "for", "as"])).is_some()
    };
    // "Toby finished his PhD and now works for Arup".
    let works_then = || sentence.child(verb, |c| sentence.dep(c) == Dep::Conj && sentence.lemma(c) == "work").is_some();
    // "Kasper is a chef".
    let has_title = || {
        sentence.lemma(verb) == "be"
            && sentence.child_of(verb, &[Dep::Attr]).is_some_and(|attribute| sentence.is_a(attribute, Kind::Title))
    };
    let has_own = || {
        sentence.child_of(verb, &[Dep::Dobj]).is_some_and(|object| {
            sentence.child(object, |c| sentence.dep(c) == Dep::Poss && sentence.is(c, &["his", "her"])).is_some()
        })
    };
    sentence.dep(token) == Dep::Nsubj
        && (sentence.entity(token).is_some_and(|entity| entity.tokens.len() == 1) || sentence.is_probable_name(token))
        && !sentence.text(token).chars().all(char::is_uppercase)
        && sentence.text(token).chars().all(char::is_alphabetic)
        && (sentence.is_lemma(verb, VERBS) || works_at() || works_then() || has_title() || has_own())
}

/// What tells a namesake apart: "actress" of "the actress Noor".
fn description<'a>(sentence: &Sentence<'a>, token: usize) -> &'a str {
    let noun = sentence
        .child(token, |child| matches!(sentence.dep(child), Dep::Compound | Dep::Amod) && !sentence.is_capital(child));
    noun.map_or("other", |noun| sentence.lower(noun))
}

fn first_word(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or_default()
}
