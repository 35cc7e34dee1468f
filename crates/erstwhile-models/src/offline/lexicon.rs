//! The relation vocabulary, compiled for fast lookup: types of words, and frames by verb.

use foldhash::{HashMap, HashMapExt};

use erstwhile::model::Holding;
use erstwhile::vocabulary::{Group, Relation, Vocabulary};

/// Defines the types of noun phrases with their names in the vocabulary.
macro_rules! kinds {
    ($($kind:ident = $name:literal),* $(,)?) => {
        /// A type of noun phrase.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub(super) enum Kind { $(#[doc = concat!("`", $name, "`")] $kind),* }

        impl Kind {
            const ALL: &'static [(&'static str, Self)] = &[$(($name, Self::$kind)),*];

            fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
            }
        }
    };
}

kinds! {
    Activity = "activity", Age = "age", Animal = "animal", Any = "any", Appointment = "appointment", Artwork = "artwork",
    Award = "award", Baby = "baby", Bill = "bill", BodyPart = "bodypart", Business = "business", Class = "class",
    Club = "club", Condition = "condition", Date = "date", Degree = "degree", Diet = "diet", Distance = "distance",
    Evaluative = "evaluative", Event = "event", Exam = "exam", Female = "female", Field = "field", FirstName = "first_name", Food = "food",
    Game = "game", Gpe = "gpe", Grade = "grade", Gym = "gym", Human = "human", HumanNp = "human_np", Identity = "identity",
    Inner = "inner", Instrument = "instrument", Job = "job", Kin = "kin", KnownName = "known_name", Language = "language", Letter = "letter",
    Leave = "leave", Male = "male", Measure = "measure", MeasureHead = "measure_head", Media = "media", Medication = "medication",
    Milestone = "milestone", Military = "military", Money = "money", Music = "music", Name = "name", Office = "office",
    Org = "org", OrgName = "orgname", Ownable = "ownable", Person = "person", Place = "place", Plan = "plan", Plant = "plant",
    Procedure = "procedure", Product = "product", Project = "project", Propn = "propn", Quantity = "quantity", Record = "record", School = "school",
    SelfOnly = "self", Sight = "sight", Skill = "skill", Sport = "sport", Status = "status", Team = "team",
    Tech = "tech", Thing = "thing", ThingOk = "thing_ok", Tickets = "tickets", Title = "title", Trip = "trip",
    Vague = "vague", Work = "work",
}

/// A set of types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Kinds(u128);

impl Kinds {
    pub(super) const fn of(kinds: &[Kind]) -> Self {
        let mut bits = 0;
        let mut index = 0;
        while index < kinds.len() {
            bits |= 1 << kinds[index] as u8;
            index += 1;
        }
        Self(bits)
    }

    pub(super) const fn has(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(super) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The names of the types.
    pub(super) fn names(self) -> impl Iterator<Item = &'static str> {
        Kind::ALL.iter().filter(move |(_, kind)| self.has(*kind)).map(|(name, _)| *name)
    }

    pub(super) fn insert(&mut self, kind: Kind) {
        self.0 |= 1 << kind as u8;
    }
}

/// What a clause must be for a frame to match it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// Affirmed.
    Affirmed,
    /// Negated: "don't like".
    Negated,
    /// A wish: "would love".
    Wish,
    /// An inability: "can't wait".
    Inability,
}

/// A sentence pattern of a relation, found by its verb.
#[derive(Debug)]
pub(super) struct Frame {
    /// The grammatical slot of the object.
    pub(super) slot: String,
    /// The relation.
    pub(super) relation: &'static Relation,
    /// What the clause must be.
    pub(super) needs: Needs,
    /// The types that the object may have, if the frame restricts them further.
    pub(super) only: Option<Kinds>,
}

/// The compiled vocabulary.
#[derive(Debug)]
pub(super) struct Lexicon {
    vocabulary: &'static Vocabulary,
    kinds: HashMap<String, Kinds>,
    frames: HashMap<String, Vec<Frame>>,
    objects: HashMap<&'static str, Kinds>,
    kin: HashMap<&'static str, &'static str>,
}

impl Lexicon {
    pub(super) fn new(vocabulary: &'static Vocabulary) -> Self {
        let mut kinds: HashMap<String, Kinds> = HashMap::new();
        for (list, words) in &vocabulary.words {
            if let Some(kind) = Kind::parse(list) {
                for word in words {
                    kinds.entry(word.clone()).or_default().insert(kind);
                }
            }
        }
        let mut kin = HashMap::new();
        for (relation, words) in &vocabulary.kin {
            for word in words {
                kinds.entry(word.clone()).or_default().insert(Kind::Kin);
                kin.insert(word.as_str(), relation.as_str());
            }
        }
        let mut frames: HashMap<String, Vec<Frame>> = HashMap::new();
        for relation in &vocabulary.relations {
            for text in &relation.frames {
                for (verb, frame) in parse_frame(text, relation) {
                    frames.entry(verb).or_default().push(frame);
                }
            }
        }
        let objects = vocabulary.relations.iter();
        let objects = objects.map(|relation| (relation.name.as_str(), kinds_of(&relation.object))).collect();
        Self { vocabulary, kinds, frames, objects, kin }
    }

    /// The types of a word, from the lists.
    pub(super) fn kinds(&self, word: &str) -> Kinds {
        self.kinds.get(word).copied().unwrap_or_default()
    }

    /// Whether a list has a word.
    pub(super) fn is(&self, word: &str, kind: Kind) -> bool {
        self.kinds(word).has(kind)
    }

    /// Whether any list has a word, other than those of names.
    pub(super) fn is_word(&self, word: &str) -> bool {
        !self.kinds(word).without(Kinds::of(&[Kind::KnownName, Kind::FirstName, Kind::Gpe])).is_empty()
    }

    /// The frames of a verb, in the order of the vocabulary.
    pub(super) fn frames(&self, verb: &str) -> &[Frame] {
        self.frames.get(verb).map_or(&[], Vec::as_slice)
    }

    /// The relation that a noun for a person in one's life states.
    pub(super) fn kin(&self, word: &str) -> Option<&'static str> {
        self.kin.get(word).copied()
    }

    /// A relation by its name.
    pub(super) fn relation(&self, name: &str) -> Option<&'static Relation> {
        self.vocabulary.relation(name)
    }

    /// The types that the object of a relation may have.
    pub(super) fn objects(&self, relation: &str) -> Kinds {
        self.objects.get(relation).copied().unwrap_or_default()
    }

    /// How a relation holds; relations outside the vocabulary are shared.
    pub(super) fn holding(&self, relation: &str) -> Holding {
        self.relation(relation).map_or(Holding::Shared, |relation| relation.holding)
    }

    /// What a relation is about.
    pub(super) fn group(&self, relation: &str) -> Option<Group> {
        self.relation(relation).map(|relation| relation.group)
    }
}

fn kinds_of(names: &[String]) -> Kinds {
    let mut kinds = Kinds::default();
    for kind in names.iter().filter_map(|name| Kind::parse(name)) {
        kinds.insert(kind);
    }
    kinds
}

/// Parses `[not:|would:|can_not:]verb slot[/slot][=type+type]`; a frame without a slot is about the subject itself.
fn parse_frame(text: &str, relation: &'static Relation) -> Vec<(String, Frame)> {
    let (verb, slots) = text.trim().split_once(' ').unwrap_or((text.trim(), "self"));
    let (needs, verb) = match verb.split_once(':') {
        Some(("not", verb)) => (Needs::Negated, verb),
        Some(("would", verb)) => (Needs::Wish, verb),
        Some(("can_not", verb)) => (Needs::Inability, verb),
        _ => (Needs::Affirmed, verb),
    };
    let (slots, only) = match slots.split_once('=') {
        Some((slots, types)) => (slots, Some(kinds_of(&types.split('+').map(ToOwned::to_owned).collect::<Vec<_>>()))),
        None => (slots, None),
    };
    // "noun:lesson:with/from" is two slots, too.
    let (stem, ends) = slots.rsplit_once(':').map_or(("", slots), |(stem, ends)| (stem, ends));
    let joint = if stem.is_empty() { "" } else { ":" };
    ends.split('/')
        .map(|end| format!("{stem}{joint}{}", end.trim()))
        .map(|slot| (verb.to_owned(), Frame { slot: slot.trim().to_owned(), relation, needs, only }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use erstwhile::vocabulary::built_in;

    #[test]
    fn a_frame_is_found_by_its_verb() {
        let lexicon = Lexicon::new(built_in());
        let slots: Vec<&str> = lexicon.frames("live").iter().map(|frame| frame.slot.as_str()).collect();
        assert!(slots.contains(&"in") && slots.contains(&"at"), "{slots:?}");
        assert!(lexicon.frames("like").iter().any(|frame| frame.needs == Needs::Negated));
    }

    #[test]
    fn words_have_the_types_of_their_lists() {
        let lexicon = Lexicon::new(built_in());
        assert!(lexicon.is("dog", Kind::Animal) && lexicon.is("sister", Kind::Kin));
        assert_eq!(lexicon.kin("sister"), Some("HAS_SIBLING"));
        assert!(lexicon.objects("LIVES_IN").has(Kind::Place));
        assert!(lexicon.kinds("qwertz").is_empty());
    }

    #[test]
    fn every_word_list_is_a_known_type() {
        for list in built_in().words.keys() {
            assert!(Kind::parse(list).is_some(), "{list}");
        }
    }
}
