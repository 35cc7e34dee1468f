//! What is planned, wanted or considered: a thing, or what one wants to do with it.

use erstwhile_nlp::Dep;

use super::claims::Object;
use super::clauses::Candidate;
use super::fitness::Context;
use super::lexicon::Kind;
use super::mood::{Mood, Reading};
use super::people::MINE;
use super::reader::SentenceReader;

impl SentenceReader<'_, '_> {
    /// The object of a plan or wish: "stop smoking", "meet Alexis", but "Rome" of "I want to see Rome".
    pub(super) fn planned_object(
        &mut self,
        context: &Context<'_>,
        candidate: &Candidate<'_>,
        reading: Reading,
        object: Object,
    ) -> Object {
        if !matches!(reading.mood, Mood::Planned | Mood::Wanted | Mood::Considered) {
            return object;
        }
        let verb = self.s.lemma(context.verb);
        // "Is getting married", "will retire".
        if candidate.relation == "LIFE_EVENT" {
            let passive = self.s.has_child(context.verb, &[Dep::Auxpass]) || candidate.slot.starts_with("adj");
            return Object::value(if passive { format!("get {}", object.name) } else { verb.to_owned() });
        }
        let gives_up = matches!(candidate.relation, "AVOIDS" | "STOPPED");
        if !gives_up && !self.is_action_on(context, candidate) {
            return object;
        }
        let preposition = Some(candidate.slot.as_str()).filter(|slot| !gives_up && *slot != "obj");
        // "Cut down on salt".
        let (s, gives_up_on) = (self.s, Some(candidate.slot.as_str()).filter(|slot| gives_up && *slot == "on"));
        let is_particle = |c: usize| s.dep(c) == Dep::Prt || s.dep(c) == Dep::Advmod && s.is(c, &["back", "down"]);
        let particle = s.child(context.verb, is_particle).map(|particle| s.lower(particle));
        let words = [Some(verb), particle, gives_up_on.or(preposition), Some(object.name.as_str())];
        Object::value(words.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }

    /// "I plan to use my road bike", "I'm excited to meet Alexis": what is planned is not the bike and not the person.
    fn is_action_on(&mut self, context: &Context<'_>, candidate: &Candidate<'_>) -> bool {
        let s = self.s;
        let object = candidate.object;
        let kinds = self.kinds(object);
        let own = s.child(object, |c| s.dep(c) == Dep::Poss && s.is(c, MINE)).is_some() && kinds.has(Kind::Ownable);
        let person = (kinds.has(Kind::Person) || candidate.relation == "MET") && !s.is_a(object, Kind::Baby);
        let acts = s.is_verb(context.verb) && !s.is_lemma(context.verb, &["be", "have", "want", "plan", "get"]);
        // "We leave Milwaukee in August".
        // "We're moving from Bristol to Cardiff": Bristol is not what is planned.
        let leaves = s.lemma(context.verb) == "leave" && candidate.relation == "LEFT_JOB"
            || matches!(candidate.relation, "MOVED_FROM" | "SOLD" | "PARTED_WITH" | "DECLINED" | "CANCELLED")
            || s.is_lemma(context.verb, &["drop", "ditch", "abandon"])
            || s.lemma(context.verb) == "lose";
        // "I'm trying to reduce my sugar intake", "to optimize my resume": what one wants is the change, not the thing.
        let mine = s.child(object, |c| s.dep(c) == Dep::Poss && s.is(c, MINE)).is_some();
        let changes = candidate.relation == "ACHIEVED" || candidate.relation == "WORKS_ON";
        acts && (leaves
            || mine && changes && candidate.slot == "obj"
            || own && s.lemma(context.verb) == "use"
            || person
                && matches!(
                    candidate.relation,
                    "MET" | "COLLABORATES_WITH" | "HAS_COLLEAGUE" | "WORKS_AT" | "WORKS_IN" | "WORKS_ON"
                ))
    }
}
