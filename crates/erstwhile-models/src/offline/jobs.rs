//! Job titles and the workplaces beside them.

use erstwhile_nlp::{Dep, Pos, Tag};

use super::claims::{Object, entity_type};
use super::clauses::LASTING;
use super::fitness::Context;
use super::lexicon::{Frame, Kind, Kinds};
use super::mood::{Mood, Reading};
use super::nouns::{self, Vague};
use super::people::Person;
use super::reader::{FactParts, SentenceReader};

/// Maximum number of words of a title.
const TITLE_WORDS_MAX: usize = 6;

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

    /// Whether a noun tells how well one does something, or what one is not: "a reasonable cook but not a baker".
    pub(super) fn is_no_trade(&self, noun: usize) -> bool {
        const SKILLED: &[&str] = &["reasonable", "decent", "terrible", "hopeless", "keen", "mean"];
        let s = self.s;
        let first = if s.dep(noun) == Dep::Conj { s.head(noun) } else { noun };
        let is_denied = (first..noun).any(|token| s.is(token, &["not"]));
        is_denied || s.child(noun, |c| s.dep(c) == Dep::Amod && s.is(c, SKILLED)).is_some()
    }

    /// The fitness of a job or of what one is; `None` if the types decide.
    pub(super) fn fits_title(
        &self,
        context: &Context<'_>,
        frame: &Frame,
        object: usize,
        kinds: Kinds,
        wanted: Kinds,
    ) -> Option<u8> {
        let s = self.s;
        let name = frame.relation.name.as_str();
        if wanted.has(Kind::Title) && kinds.has(Kind::Title) {
            let own =
                s.child(object, |c| s.is(c, &["the", "my", "your"])).is_some() && !s.has_child_word(object, &["of"]);
            // "Wife is homemaker": other varieties of English leave the article out.
            let vague = s.is_lemma(
                object,
                &[
                    "boss", "lead", "chief", "partner", "model", "host", "star", "guide", "captain", "head", "pro",
                    "champion",
                ],
            );
            let bare = vague
                && !s.has_child(object, &[Dep::Det, Dep::Compound, Dep::Amod])
                && !s.has_child_word(object, &["of"])
                && frame.slot != "as";
            let several = s.tag(object) == Tag::Nns && !context.subject.plural && s.lower(object) != "head";
            return Some(if own && frame.slot == "attr" || bare || several { 0 } else { 10 });
        }
        // "Started as a picker": what one starts as is a job, whatever its name.
        if name == "WORKS_AS"
            && frame.slot == "as"
            && s.pos(object) == Pos::Noun
            && kinds.has(Kind::Thing)
            && s.child(object, |c| s.is(c, &["a", "an"])).is_some()
        {
            return Some(7);
        }
        if wanted.has(Kind::Identity) && kinds.has(Kind::Identity) {
            return Some(8);
        }
        None
    }

    /// "I got promoted to staff engineer at Acme": the parser takes some titles for verbs. Whether it is said of the subject.
    pub(super) fn promotion(&mut self, verb: usize, subject: &Person, reading: Reading) -> bool {
        let s = self.s;
        let is_passive = s.lemma(verb) == "promote" && s.has_child(verb, &[Dep::Auxpass, Dep::Nsubjpass]);
        let to = (verb + 1..s.end.min(verb + 3)).find(|token| s.is(*token, &["to"]));
        let Some(first) = to.map(|to| to + 1).filter(|_| is_passive && reading.mood == Mood::Actual) else {
            return false;
        };
        let ends = |token: &usize| {
            matches!(s.pos(*token), Pos::Punct | Pos::Sconj | Pos::Cconj | Pos::Adv)
                || s.pos(*token) == Pos::Adp && s.lower(*token) != "of"
                || self.date_at(*token).is_some()
        };
        let end = (first..s.end).find(ends).unwrap_or(s.end);
        let title = nouns::strip_article(nouns::span_text(&s, first, end.saturating_sub(1))).to_owned();
        let title = title.replace(" my ", " their ").replace(" our ", " their ");
        if end <= first || end - first > TITLE_WORDS_MAX || title.is_empty() {
            return false;
        }
        let date = self.date_of(verb);
        let when =
            date.and_then(|date| self.date_words(date, false)).map(|when| format!(" {when}")).unwrap_or_default();
        let employer = Some(end).filter(|at| *at + 1 < s.end && s.is(*at, &["at", "with"]));
        let employer = employer.filter(|at| s.is_proper(at + 1)).map(|at| nouns::name(&s, at + 1));
        let place = employer.as_ref().map(|employer| format!(" at {employer}")).unwrap_or_default();
        let fact = |relation, object, statement| FactParts {
            subject,
            relation,
            object,
            statement,
            mood: Mood::Actual,
            negated: reading.negated,
            past: false,
            date,
        };
        let role = Object::entity(title.clone(), Some("Role"));
        self.add(fact("PROMOTED_TO", role, format!("{} was promoted to {title}{place}{when}", subject.name)));
        if let Some(employer) = employer {
            let object = Object::entity(employer.clone(), Some("Organization"));
            self.state(subject, "WORKS_AT", object, format!("{} works at {employer}", subject.name));
        }
        true
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
            let works = match context.reading.mood {
                Mood::Planned => "will work",
                Mood::Wanted => "wants to work",
                Mood::Considered => "may work",
                _ => "works",
            };
            self.add(FactParts {
                subject: context.subject,
                relation,
                object,
                statement: format!(
                    "{} {works} {} {name}",
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
