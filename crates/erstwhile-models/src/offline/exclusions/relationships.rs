//! Who is no partner, relative, friend or pet.

use erstwhile_nlp::{Dep, EntityKind, Pos, Tag};

use crate::offline::dates::Extent;
use crate::offline::fitness::Context;
use crate::offline::lexicon::{Frame, Kind, Kinds};
use crate::offline::listed_names;
use crate::offline::reader::SentenceReader;

/// What one shares or rents to work in.
const DESKS: &[&str] = &["studio", "office", "desk", "workspace", "car"];
/// Homes that one rents for a holiday.
const HOLIDAY_HOMES: &[&str] = &["cabin", "cottage", "villa", "chalet", "lodge", "hut", "caravan", "campervan", "boat"];

impl SentenceReader<'_, '_> {
    /// Whether an object is nobody whom one dates, cares for or has lost, and no pet.
    pub(super) fn is_no_relationship(
        &mut self,
        context: &Context<'_>,
        frame: &Frame,
        object: usize,
        kinds: Kinds,
    ) -> bool {
        let s = self.s;
        match frame.relation.name.as_str() {
            // "She has come to look after him".
            "CARES_FOR" => s.dep(context.verb) == Dep::Advcl,
            // "My calf is fine": a part of the leg.
            "HAS_PET" if s.lemma(object) == "calf" => true,
            // "We have fish on Fridays": a dish.
            "HAS_PET"
                if s.is_lemma(context.verb, &["have", "eat", "get"])
                    && s.tag(object) == Tag::Nn
                    && s.children(object).all(|c| matches!(s.dep(c), Dep::Cc | Dep::Conj | Dep::Punct | Dep::Prep)) =>
            {
                true
            }
            // "Our neighbour's cat … we got her": another one.
            "HAS_PET"
                if s.pos(object) == Pos::Pron
                    && self
                        .person(object)
                        .and_then(|pet| pet.kinship)
                        .is_some_and(|kinship| kinship.owner != context.subject.name) =>
            {
                true
            }
            "DATING" if s.lemma(context.verb) == "be" => {
                let lasts =
                    context.date.and_then(|date| self.dates.get(date)).is_some_and(|date| date.extent == Extent::Since);
                !lasts || !self.is_single_person(object)
            }
            // "Lost the dog" may be found; "lost our old dog" is not.
            "LOST_TO_DEATH" => {
                kinds.has(Kind::Animal)
                    && !s.subtree(object).any(|token| s.is(token, &["old", "beloved", "dear", "poor", "sweet"]))
                    && !s.has_child_word(context.verb, &["to"])
                    // "We lost our cat Salem".
                    && s.child(object, |c| s.dep(c) == Dep::Appos && s.is_proper(c)).is_none()
            }
            _ => false,
        }
    }

    /// Whether a token is the given name of one person.
    pub(super) fn is_single_person(&self, token: usize) -> bool {
        let s = self.s;
        s.is_given_name(token) || s.is_capital(token) && s.lexicon.is(s.lower(token), Kind::FirstName)
    }

    /// "Todd Phillips": a given name with another one.
    pub(super) fn is_full_name(&self, token: usize) -> bool {
        let s = self.s;
        s.entity(token).is_some_and(|entity| {
            entity.tokens.len() > 1 && s.lexicon.is(s.lower(entity.tokens.start), Kind::FirstName)
        })
    }

    /// A company "based in" a town does not live there; "two cats, Thelma and Louise" are two pets and not one.
    pub(in crate::offline) fn is_of_another_kind(&self, context: &Context<'_>, name: &str, object: usize) -> bool {
        let s = self.s;
        match name {
            // Whom one leaves is a partner, or it is a job.
            "BROKE_UP_WITH" => {
                let kinship = self.people.known(s.text(object)).and_then(|person| person.kinship.as_ref());
                let kin = s.lexicon.kin(s.lemma(object)).or(kinship.map(|kinship| kinship.relation));
                let partner = kin.is_some_and(|kin| matches!(kin, "MARRIED_TO" | "DATING" | "ENGAGED_TO"));
                let by_name = s.is_given_name(object) && !s.has_child_word(context.verb, &["at", "with"]);
                s.lemma(context.verb) == "leave" && !partner && !by_name
            }
            // "I share a studio with two artists" to work in.
            "LIVES_WITH" => s.child_of(context.verb, &[Dep::Dobj]).is_some_and(|shared| s.is_lemma(shared, DESKS)),
            "LIVES_IN" => {
                let rented = s.child_of(context.verb, &[Dep::Dobj]).filter(|_| s.lemma(context.verb) == "rent");
                rented.is_some_and(|rented| s.is_lemma(rented, HOLIDAY_HOMES) || s.is_lemma(rented, DESKS))
                    || s.lemma(context.verb) == "base" && context.subject.kinship.is_none() && !self.is_human(context)
            }
            // "My husband is 6'5": a height.
            "HAS_AGE" if s.text(object).contains(['\'', '"', '’', '”']) => true,
            // "Was 37": no present age.
            // "We're 11 now" counts people.
            "HAS_AGE" => {
                s.lemma(context.verb) == "be"
                    && (s.is_past(context.verb)
                        // "I'm half Greek".
                        || s.is(object, &["half"])
                        || s.text(object).parse::<u32>().is_ok_and(|years| years > 120)
                        || s.has_child(object, &[Dep::Det])
                        || s.subject(context.verb).is_some_and(|subject| s.is(subject, &["we"])))
            }
            // "Seeing someone", not "saw Dr Lund".
            // "I was in the rain with my nephew".
            "DATING" => {
                let kin = s.lexicon.kin(s.lemma(object));
                kin.is_some_and(|kin| !matches!(kin, "DATING" | "MARRIED_TO" | "ENGAGED_TO"))
                    || s.is_lemma(context.verb, &["see"])
                        && (s.tag(context.verb) != Tag::Vbg || s.child(object, |c| is_title(s.lower(c))).is_some())
            }
            "VISITED_PERSON" => {
                s.is_lemma(context.verb, &["see"]) && s.child(object, |c| is_title(s.lower(c))).is_none()
            }
            // "Took lessons with my friends".
            "HAS_MENTOR" => s.is_lemma(object, &["friend", "family", "kid", "child", "husband", "wife", "partner"]),
            // "I missed you".
            "LIKES" | "LOVES" => s.lemma(context.verb) == "miss" && s.pos(object) == Pos::Pron,
            "HAS_PET" | "MET" | "KNOWS" => {
                matches!(s.tag(object), Tag::Nns | Tag::Nnps) && listed_names::has_names(&s, object)
            }
            _ => false,
        }
    }

    /// Whether the subject of a clause is surely a person, and no company.
    pub(in crate::offline) fn is_human(&self, context: &Context<'_>) -> bool {
        let s = self.s;
        self.people.is_speaker(&context.subject.name)
            || s.subject(context.verb).is_some_and(|subject| {
                s.entity_kind(subject) == Some(EntityKind::Person)
                    || s.pos(subject) == Pos::Pron && !s.is(subject, &["it", "which", "that"])
            })
    }
}

fn is_title(word: &str) -> bool {
    matches!(word.trim_end_matches('.'), "dr" | "doctor" | "prof" | "professor")
}
