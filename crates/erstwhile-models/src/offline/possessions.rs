//! What one has not: "I don't have a car"; and what is neither owned nor used, bought or given, although a verb of having
//! takes it.

use erstwhile_nlp::{Dep, EntityKind, Pos, Tag};

use super::claims::Object;
use super::fitness::Context;
use super::lexicon::{Kind, Kinds};
use super::mood::Mood;
use super::nouns::{self, Vague};
use super::reader::{SentenceReader, Trust};

/// What one may say that one has not: "I don't have a car".
const LACKED: Kinds = Kinds::of(&[Kind::Ownable, Kind::Animal, Kind::Kin, Kind::Degree]);

impl SentenceReader<'_, '_> {
    /// "I don't have a car", "he has no siblings": what somebody has not.
    ///
    /// # Errors
    /// If its text needs a pronoun that refers to nobody known.
    pub(super) fn lacks(&mut self, context: &Context<'_>) -> Result<(), Vague> {
        let s = self.s;
        let verb = context.verb;
        let Some(object) = s.child_of(verb, &[Dep::Dobj]) else { return Ok(()) };
        let no = s.has_child_word(object, &["no"]);
        let denied = context.reading.mood == Mood::Actual && (context.reading.negated != no);
        let present = matches!(s.tag(verb), Tag::Vb | Tag::Vbp | Tag::Vbz) && s.child_of(verb, &[Dep::Xcomp]).is_none();
        // "I don't have the book": a certain one may be elsewhere.
        let any = s.pos(object) == Pos::Noun
            && s.child(object, |c| matches!(s.dep(c), Dep::Det | Dep::Poss) && !s.is(c, &["a", "an", "any", "no"]))
                .is_none()
            && !s.has_child(object, &[Dep::Nummod]);
        let listed = s.lexicon.kinds(s.lemma(object)).intersects(LACKED) && !s.is_a(object, Kind::Vague);
        // "We have no chairs" says little of one's life.
        let listed = listed && (s.tag(object) == Tag::Nn || !s.is_a(object, Kind::Ownable));
        let own = self.people.is_speaker(&context.subject.name) || context.subject.kinship.is_some();
        let momentary =
            s.has_child_word(verb, &["today", "yet", "now"]) || s.has_child_word(object, &["more", "enough"]);
        if !denied || !present || !any || !listed || !own || momentary || self.trust != Trust::Speaker {
            return Ok(());
        }
        let name = self.phrase(object, Some(&context.subject.name))?;
        let name = ["any ", "no "].iter().find_map(|lead| name.strip_prefix(lead)).unwrap_or(&name).to_owned();
        let article = if s.tag(object) == Tag::Nn { "a " } else { "" };
        let bare = nouns::strip_article(&name).to_owned();
        let statement = nouns::tidy(&format!("{} does not have {article}{bare}", context.subject.name));
        self.state(context.subject, "LACKS", Object::entity(bare, None), statement);
        Ok(())
    }

    /// Whether an object is no possession, and nothing that one uses, buys or gives.
    pub(super) fn is_no_possession(&self, context: &Context<'_>, name: &str, object: usize, kinds: Kinds) -> bool {
        let s = self.s;
        match name {
            // "Renting six headsets from a shop in Kona".
            "RENTS" if s.lemma(context.verb) == "rent" => {
                s.dep(object) == Dep::Pobj && s.has_child(context.verb, &[Dep::Dobj])
            }
            // "Saving $100 with a student discount" puts nothing aside.
            "SET_ASIDE" => s.subtree(context.verb).any(|token| s.is(token, &["discount", "coupon", "deal", "voucher"])),
            // "Flask-WTF 1.1.1": a version alone is no tool.
            // "Moved to Amarillo": a town, whatever else the name may be.
            "USES" => {
                !s.text(object).contains(char::is_alphabetic)
                    // "On the PTA".
                    || s.lemma(context.verb) == "be"
                        && s.has_child_word(object, &["the"])
                        && !s.lexicon.kinds(s.lower(object)).has(Kind::Tech)
                        && s.entity_kind(object) != Some(EntityKind::Product)
                    // "I tried the Vivobook" in the shop.
                    || s.is_lemma(context.verb, &["try", "write", "sit"])
                    || s.is_lemma(context.verb, &["move"])
                        && s.is_proper(object)
                        && !s.lexicon.kinds(s.lower(object)).has(Kind::Tech)
            }
            // One has no people. "I drive a forklift at a warehouse" is a job.
            "OWNS" => {
                // "I've got Wonderwall and half of Dreams".
                let named = s.pos(object) == Pos::Propn
                    && !s.has_child(object, &[Dep::Det, Dep::Poss, Dep::Nummod, Dep::Amod])
                    && !matches!(s.entity_kind(object), Some(EntityKind::Product))
                    && !kinds.intersects(Kinds::of(&[Kind::Ownable]))
                    && !s.lexicon.kinds(s.lower(object)).intersects(Kinds::of(&[Kind::Tech, Kind::KnownName]));
                named && s.is_lemma(context.verb, &["have", "get"])
                    || kinds.has(Kind::Money)
                    || kinds.has(Kind::Degree)
                    || s.subtree(object).any(|token| s.is(token, &["grand", "quid", "bucks", "dollars", "pounds"]))
                    || s.is_given_name(object)
                    // The recogniser takes cars for people.
                    || kinds.has(Kind::Person)
                        && !(s.lemma(context.verb) == "drive" && s.has_child_word(object, &["a", "an"]))
                    || self.people.known(s.text(object)).is_some()
                    || s.lemma(context.verb) == "drive"
                        && s.is_lemma(
                            object,
                            &["forklift", "bus", "truck", "lorry", "taxi", "cab", "train", "crane", "ambulance", "van"],
                        )
                        && s.has_child_word(object, &["a", "an"])
            }
            // "Got to see Joker".
            // A doctor who orders an X-ray does not buy it.
            "BOUGHT" => {
                // "I buy yarn" says what one does again and again, "got the van on Fridays" what one has.
                let weekly = s.tokens().find(|token| {
                    s.is(*token, &["on"]) && s.object_of(*token).is_some_and(|day| s.lower(day).ends_with("days"))
                });
                let again = s.lemma(context.verb) == "buy" && matches!(s.tag(context.verb), Tag::Vbp | Tag::Vbz);
                if weekly.is_some() || again && context.reading.mood == Mood::Actual {
                    return true;
                }
                // "I get a KeyError": what one gets again and again is not bought.
                s.lemma(context.verb) == "get"
                    && (s.has_child(context.verb, &[Dep::Xcomp])
                        || matches!(s.tag(context.verb), Tag::Vbp | Tag::Vbz)
                        || s.is_lemma(
                            object,
                            &["card", "visa", "licence", "license", "permit", "passport", "certificate", "citizenship"],
                        ))
                    || kinds.has(Kind::Procedure)
                    || kinds.has(Kind::Money)
                    // "Booked Ranganathittu for the 4th": an outing.
                    || s.lemma(context.verb) == "book" && s.is_proper(object)
                    // "A longboard, nine foot two".
                    || s.is_lemma(object, &["foot", "feet", "inch", "cm", "metre", "meter", "litre", "mile", "year", "month"])
                    || s.is_lemma(object, &["tattoo", "piercing", "haircut", "sense", "chance", "point", "joke", "idea"])
                    // "I'll get Terrell to help".
                    || s.is_given_name(object) && context.reading.mood != Mood::Actual
                    || s.is_lemma(object, &["pound", "dollar", "euro", "quid", "buck"])
                    // "Ordered pizza" is eaten.
                    || s.lemma(context.verb) == "order" && kinds.has(Kind::Food) && context.date.is_none()
                    || s.lemma(context.verb) == "order" && s.is_lemma(object, &["x", "ray", "test", "scan", "x-ray"])
            }
            // "I lent Tom my drill": the drill.
            "GAVE" => {
                s.pos(object) == Pos::Propn && s.children(context.verb).any(|c| s.dep(c) == Dep::Dobj && c > object)
            }
            _ => false,
        }
    }

    /// Whether a noun names a product by its model: "Fitbit Charge 3", "Sony A7R IV".
    pub(super) fn is_product(&self, token: usize) -> bool {
        let s = self.s;
        let numbered = s.pos(token) == Pos::Propn
            && s.identifier(token).is_some_and(|name| name.contains(|c: char| c.is_ascii_digit()))
            && (s.has_child(token, &[Dep::Compound]) || s.identifier(token).is_some_and(|name| name.contains(' ')));
        numbered
            || matches!(s.entity_kind(token), Some(EntityKind::Product))
            // "My Sony A7R IV", "my iPhone 13 Pro".
            || matches!(s.entity_kind(token), Some(EntityKind::Org) | None)
                && s.pos(token) == Pos::Propn
                && s.subtree(token).any(|t| {
                    let written = s.identifier(t).unwrap_or_else(|| s.text(t));
                    written.contains(|c: char| c.is_ascii_digit()) && !s.is_date(t)
                })
    }
}
