//! Generated messages about fictional people and places, deterministic for a seed.

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

/// Verbs for meeting a person.
const DRAWN: &[&str] = &["met", "visited", "called"];

const GIVEN: &[&str] = &[
    "Mira", "Tobias", "Ines", "Omar", "Lena", "Pavel", "Rosa", "Hugo", "Nadia", "Felix", "Clara", "Anton", "Yara",
    "Marek", "Elsa", "Bruno", "Vera", "Simon", "Leila", "Oscar",
];
const STARTS: &[&str] = &["Bran", "Tol", "Kes", "Mor", "Vel", "Har", "Lin", "Dor", "Sel", "Gar", "Pel", "Wren"];
const ENDS: &[&str] = &["vik", "mere", "dale", "stead", "ford", "wick", "holm", "by", "well", "moor", "gate", "ton"];
const KINDS: &[&str] = &["Foundry", "Clinic", "Bakery", "Institute", "Museum", "Library", "Orchestra", "Academy"];
const JOBS: &[&str] = &["nurse", "carpenter", "teacher", "geologist", "baker", "pilot", "editor", "gardener", "tailor"];
const HOBBIES: &[&str] = &[
    "hiking",
    "pottery",
    "chess",
    "sailing",
    "archery",
    "painting",
    "climbing",
    "baking",
    "fencing",
    "cycling",
    "rowing",
    "weaving",
    "birdwatching",
    "gardening",
    "swimming",
    "photography",
];
const IDLE: &[&str] = &[
    "How was your weekend?",
    "Thanks so much for telling me about it!",
    "That sounds lovely, I hope it all works out for you.",
    "It has been raining here since the early morning and the garden is happy about it.",
    "Let me think about it and come back to you with a list of what would be needed.",
    "I can hardly believe how fast this year goes by.",
    "Could you remind me of that again before the end of the month?",
    "By the way, the train was late again and I had to wait in the cold for half an hour.",
];

/// A seeded generator.
#[derive(Debug, Clone)]
pub(super) struct Words(SmallRng);

impl Words {
    pub(super) fn new(seed: u64) -> Self {
        Self(SmallRng::seed_from_u64(seed))
    }

    /// A random number below a bound, which must not be zero.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0.random_range(0..bound)
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn composed(&mut self) -> String {
        format!("{}{}", self.one(STARTS), self.one(ENDS))
    }

    pub(super) fn person(&mut self) -> String {
        // Few family names, so that the same people recur.
        format!("{} {}{}", self.one(GIVEN), self.one(STARTS), self.one(&ENDS[..4]))
    }

    pub(super) fn place(&mut self) -> String {
        self.composed()
    }

    fn organisation(&mut self) -> String {
        format!("{} {}", self.composed(), self.one(KINDS))
    }

    fn statement(&mut self) -> String {
        let person = self.person();
        match self.below(8) {
            0 => format!("{person} lives in {}.", self.place()),
            1 => format!("{person} works at {} now.", self.organisation()),
            2 => format!("I {} {person} in {} last week.", self.one(DRAWN), self.place()),
            3 => format!("{person} works as a {}.", self.one(JOBS)),
            4 => format!("My friend {person} joined the {} last month.", self.organisation()),
            5 => format!("{person} loves {} and {}.", self.one(HOBBIES), self.one(HOBBIES)),
            6 => format!("{person} visited {} with {} in {}.", self.place(), self.person(), 1990 + self.below(33)),
            _ => format!("I finished reading \"The {} of {}\" yesterday.", self.one(KINDS), self.place()),
        }
    }

    /// A chat message of realistic length with one to three facts.
    pub(super) fn message(&mut self) -> String {
        let mut sentences: Vec<String> = (0..=self.below(3)).map(|_| self.statement()).collect();
        for _ in 0..=self.below(2) {
            let at = self.below(sentences.len() + 1);
            sentences.insert(at, self.one(IDLE).to_owned());
        }
        sentences.join(" ")
    }

    /// A question about such messages.
    pub(super) fn question(&mut self) -> String {
        match self.below(5) {
            0 => format!("Where does {} live?", self.person()),
            1 => format!("Who works at {}?", self.organisation()),
            2 => format!("What happened in {}?", self.place()),
            3 => format!("Which hobbies does {} have, and who else loves {}?", self.person(), self.one(HOBBIES)),
            _ => format!("What do you know about {}?", self.person()),
        }
    }
}
