//! "My laptop got stolen": what was taken from somebody, told of the thing.

use erstwhile_nlp::Dep;

use super::claims::Object;
use super::lexicon::Kind;
use super::mood::{Mood, Reading};
use super::reader::{FactParts, SentenceReader, Trust};

/// What happens to a thing that one then has no longer.
const TAKEN: &[&str] = &["steal", "nick", "pinch", "rob", "snatch", "confiscate", "tow", "scrap"];

impl SentenceReader<'_, '_> {
    /// A thing of one's own that was taken; returns whether the clause says so.
    pub(super) fn taken_thing(&mut self, verb: usize, thing: usize, reading: Reading) -> bool {
        let s = self.s;
        let told = self.trust == Trust::Speaker && reading == (Reading { mood: Mood::Actual, negated: false });
        if !told
            || !s.is_lemma(verb, TAKEN)
            || !s.has_child(verb, &[Dep::Auxpass, Dep::Nsubjpass])
            || !s.is_a(thing, Kind::Ownable)
        {
            return false;
        }
        let Some(owner) = self.owner_of(thing) else { return false };
        let noun = self.bare_noun(thing);
        let date = self.date_of(verb);
        let when =
            date.and_then(|date| self.date_words(date, false)).map(|when| format!(" {when}")).unwrap_or_default();
        let statement = format!("{}'s {noun} was {}{when}", owner.name, s.lower(verb));
        self.add(FactParts {
            subject: &owner,
            relation: "LOST",
            object: Object::entity(noun, Some("Object")),
            statement,
            mood: Mood::Actual,
            negated: false,
            past: false,
            date,
        });
        true
    }
}
