//! Job titles and the workplaces beside them.

use erstwhile_nlp::{Dep, Tag};

use super::claims::{Object, entity_type};
use super::clauses::LASTING;
use super::fitness::Context;
use super::lexicon::{Kind, Kinds};
use super::nouns::{self, Vague};
use super::reader::{FactParts, SentenceReader};

impl SentenceReader<'_, '_> {
    /// A job without where it is done: "vet" of "vet in Leeds".
    pub(super) fn title(&self, token: usize) -> String {
        let s = self.s;
        let before = s.children(token).filter(|c| {
            *c < token
                && matches!(s.dep(*c), Dep::Compound | Dep::Amod | Dep::Nmod | Dep::Npadvmod | Dep::Punct)
                && !s.is_a(*c, Kind::Evaluative)
        });
        let mut words: Vec<&str> = Vec::new();
        for child in before {
            words.extend(s.subtree(child).map(|t| s.text(t)));
        }
        words.push(s.text(token));
        for of in s.children(token).filter(|c| s.dep(*c) == Dep::Prep && s.is(*c, &["of"])) {
            words.extend(s.subtree(of).map(|t| s.text(t)));
        }
        nouns::tidy(&words.join(" "))
    }

    /// "a vet in Leeds", "as a producer at StreamWave": the workplace beside the job.
    pub(super) fn workplace(&mut self, context: &Context<'_>, title: usize) -> Result<(), Vague> {
        let s = self.s;
        for preposition in s
            .children(title)
            .filter(|c| s.dep(*c) == Dep::Prep && s.is(*c, &["at", "for", "in", "with"]))
            .collect::<Vec<_>>()
        {
            let Some(place) = s.child_of(preposition, &[Dep::Pobj]) else { continue };
            let kinds = self.kinds(place);
            let at_place = kinds.has(Kind::Place) && s.is(preposition, &["at", "for"]);
            let employs = kinds.intersects(Kinds::of(&[Kind::Propn, Kind::Org, Kind::Gpe, Kind::School]));
            if !(employs || at_place) || kinds.has(Kind::Date) {
                continue;
            }
            let name = self.phrase(place, Some(&context.subject.name))?;
            let employer = Kinds::of(&[Kind::Org, Kind::School]);
            let located = s.is(preposition, &["in"])
                && (kinds.has(Kind::Gpe) || !s.lexicon.kinds(s.lemma(place)).intersects(employer));
            let relation = if located { "WORKS_IN" } else { "WORKS_AT" };
            let joined = s.lower(preposition);
            let object = Object::entity(name.clone(), entity_type(kinds, s.lexicon.objects(relation)));
            self.add(FactParts {
                subject: context.subject,
                relation,
                object,
                statement: format!(
                    "{} works {} {name}",
                    context.subject.name,
                    if located {
                        "in"
                    } else if joined == "for" {
                        "for"
                    } else {
                        "at"
                    }
                ),
                mood: context.reading.mood,
                negated: context.reading.negated,
                past: s.tag(context.verb) == Tag::Vbd && s.is_lemma(context.verb, LASTING),
                date: context.date,
            });
        }
        Ok(())
    }
}
