//! "My favourite author is X".

use erstwhile_nlp::{Dep, Pos};

use super::attributes::FAVOURITE;
use super::claims::{Object, entity_type, relation_name};
use super::lexicon::{Kind, Kinds};
use super::mood::{Mood, Reading};
use super::nouns::Vague;
use super::people::Person;
use super::reader::{SentenceReader, Trust};

impl SentenceReader<'_, '_> {
    /// "My favourite author is X", "X is my favourite author", "one of my favourite films is X".
    ///
    /// # Errors
    /// If the text needs a pronoun that refers to nobody known.
    pub(super) fn favourite(&mut self, verb: usize, subject: usize, reading: Reading) -> Result<(), Vague> {
        let s = self.s;
        let Some(attribute) = s.child_of(verb, &[Dep::Attr, Dep::Acomp]) else { return Ok(()) };
        // "Festivals are great for hearing your favourite bands" says nothing of them.
        if self.trust == Trust::Assistant {
            return Ok(());
        }
        if reading.negated || reading.mood != Mood::Actual || s.lemma(verb) != "be" {
            return Ok(());
        }
        for (described, named) in [(subject, attribute), (attribute, subject)] {
            let Some(favourite) = s.subtree(described).find(|token| s.is(*token, FAVOURITE)) else { continue };
            let possessor = s.subtree(described).find(|token| s.dep(*token) == Dep::Poss);
            // "Favourite band is …" is the speaker's.
            let mine = possessor.is_none() && favourite <= s.start + 1;
            let speaker = self.people.speaker.clone().filter(|_| mine).map(Person::named);
            let owner = possessor.and_then(|token| self.person(token)).or(speaker);
            let Some(owner) = owner else { continue };
            let noun = if s.dep(favourite) == Dep::Amod { s.head(favourite) } else { favourite };
            if s.pos(named) == Pos::Pron && !s.is_capital(named) {
                return Ok(());
            }
            let category = if FAVOURITE.contains(&s.lower(noun)) { "thing" } else { s.lower(noun) };
            let one_of = s.subtree(described).any(|token| s.lower(token) == "of" && s.head(token) != noun);
            let kinds = self.kinds(named);
            let thanks = s.is_lemma(named, &["thanks", "thank", "part", "thing"]);
            if thanks || matches!(s.pos(named), Pos::Intj | Pos::Adv | Pos::Punct | Pos::Sconj) {
                return Ok(());
            }
            let name = self.phrase(named, Some(&owner.name))?;
            let (relation, statement) = if one_of {
                ("FAVORITE".to_owned(), {
                    let several = if category == "thing" { "things" } else { category };
                    format!("{name} is one of {}'s favorite {several}", owner.name)
                })
            } else {
                let relation = format!("FAVORITE_{}", relation_name(s.lemma(noun)));
                let relation = if category == "thing" { "FAVORITE".to_owned() } else { relation };
                (relation, format!("{}'s favorite {category} is {name}", owner.name))
            };
            let kind = type_of_category(s.lexicon.kinds(category)).or_else(|| entity_type(kinds, kinds));
            let object = Object::entity(name, kind);
            self.state(&owner, &relation, object, statement);
            return Ok(());
        }
        Ok(())
    }
}

/// The type of what is one's favourite of a category: of authors a person, of bands an organisation.
fn type_of_category(category: Kinds) -> Option<&'static str> {
    if category.intersects(Kinds::of(&[Kind::Team, Kind::Club, Kind::Org, Kind::Business])) {
        Some("Organization")
    } else if category.has(Kind::Title) {
        Some("Person")
    } else {
        None
    }
}
