//! Objects without a name that tell enough by what they are: "I work at a bakery", "I sing in a choir".

use erstwhile_nlp::{Dep, Pos, Tag};

use super::fitness::Context;
use super::lexicon::{Kind, Kinds};
use super::reader::SentenceReader;

/// Nouns for a workplace that do not say what it is.
const TELLS_NOTHING: &[&str] = &[
    "company",
    "firm",
    "office",
    "place",
    "home",
    "desk",
    "site",
    "business",
    "organization",
    "organisation",
    "house",
    "facility",
    "centre",
    "center",
    "location",
    "building",
    "room",
    "kitchen",
    "subject",
    "department",
    "branch",
];

impl SentenceReader<'_, '_> {
    /// Whether the kind of an object says enough, without a name: "my aunt runs a pub".
    pub(super) fn is_telling_kind(&self, context: &Context<'_>, name: &str, object: usize, hit: Kinds) -> bool {
        let s = self.s;
        let founded = name == "FOUNDED"
            && s.has_child_word(object, &["a", "an", "the", "my"])
            && hit.intersects(Kinds::of(&[Kind::Media, Kind::Business, Kind::Club]));
        let needed = name == "WANTS" && hit.has(Kind::Ownable) && s.has_child_word(object, &["new"]);
        let indefinite = s.has_child_word(object, &["a", "an"]);
        let member = name == "MEMBER_OF"
            && indefinite
            && hit.intersects(Kinds::of(&[Kind::Club, Kind::Team]))
            && !s.is_lemma(object, &["group", "team", "club", "society", "member"]);
        let rented = name == "RENTS" && indefinite && hit.has(Kind::Place);
        founded
            || needed
            || member
            || rented
            || (matches!(name, "WORKS_AT" | "VOLUNTEERS_AT")
                || name == "OWNS_BUSINESS" && s.is_lemma(context.verb, &["run", "own", "open", "manage"]))
                && s.pos(object) == Pos::Noun
                && s.tag(object) == Tag::Nn
                && hit.intersects(Kinds::of(&[Kind::Org, Kind::Business, Kind::School]))
                && s.has_child(object, &[Dep::Det])
                && !s.has_child_word(object, &["this", "that", "no", "any", "every", "another"])
                && !s.is_lemma(object, TELLS_NOTHING)
    }
}
