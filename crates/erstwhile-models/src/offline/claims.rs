//! Creates claims from matches: statements, dates and consequences.

use erstwhile::model::{ClaimKind, Holding, Precision, TimePoint};
use erstwhile::ports::Claim;

use super::dates::{DatedSpan, Extent, Grain};
use super::lexicon::{CONSEQUENCES, Object, Rule, kinship};
use super::phrases::Phrase;
use super::relations::{Actor, CONFIDENCE_RULE, Match, Reading};
use super::syntax::{Clause, Tense};
use super::verbs::Form;
use super::words::Class;

/// Confidence of claims about a resolved pronoun, and of claims without a matching rule.
const CONFIDENCE_PRONOUN: f64 = 0.6;
const CONFIDENCE_GENERIC: f64 = 0.5;

impl Reading<'_> {
    fn claim(&self, subject: &str, predicate: &str, object: &str, holding: Holding) -> Claim {
        Claim {
            subject: subject.to_owned(),
            subject_type: Some("Person".to_owned()),
            predicate: predicate.to_owned(),
            object: Some(object.to_owned()),
            object_type: None,
            statement: self.statement.to_owned(),
            span: self.span.clone(),
            kind: ClaimKind::Asserts,
            holding,
            valid_from: None,
            valid_until: None,
            confidence: CONFIDENCE_RULE,
        }
    }

    /// Returns the date of a clause, if any.
    pub(super) fn date(&self, clause: &Clause) -> Option<&DatedSpan> {
        let dates = self.phrases.dates;
        let start = self.tokens().get(clause.tokens.start)?.span.start;
        let end = self.tokens().get(clause.tokens.end.checked_sub(1)?)?.span.end;
        dates
            .iter()
            .find(|date| date.span.start >= start && date.span.start < end)
            // "Last week Anna and I went": the date is before the first subject.
            .or_else(|| {
                dates.iter().find(|date| {
                    date.span.end <= start && self.clauses.first().is_some_and(|first| first.tokens == clause.tokens)
                })
            })
    }

    pub(super) fn push(&self, clause: &Clause, actor: &Actor, found: &Match<'_>, claims: &mut Vec<Claim>) {
        let date = self.date(clause);
        for phrase in &found.phrases {
            let rule = found.rule;
            let kin = matches!(rule.object, Object::Kin).then(|| self.kin_of(phrase)).flatten();
            let (predicate, holding) = kin.unwrap_or((rule.predicate, rule.holding));
            let mut claim = self.claim(&actor.name, predicate, &phrase.name, holding);
            claim.subject_type.clone_from(&actor.entity_type);
            claim.object_type = phrase.entity_type.clone().or_else(|| rule.object.entity_type().map(ToOwned::to_owned));
            claim.kind = found.kind;
            claim.confidence = if actor.resolved { CONFIDENCE_PRONOUN } else { CONFIDENCE_RULE };
            set_validity(&mut claim, date);
            past_state(&mut claim, clause, date);
            closed_state(&mut claim, date);
            if claims.iter().any(|other| other.statement == self.statement) {
                claim.statement = short_statement(&actor.name, rule, &phrase.name, found.kind);
            }
            let asserted = claim.kind == ClaimKind::Asserts;
            self.push_workplace(clause, phrase, &claim, claims);
            self.push_pet(actor, phrase, &claim, claims);
            let from = claim.valid_from;
            claims.push(claim);
            for (_, then) in CONSEQUENCES.iter().filter(|(event, _)| asserted && *event == rule.predicate) {
                if then.predicate == "LIVES_IN" && !phrase.named {
                    continue;
                }
                let mut next = self.claim(&actor.name, then.predicate, &phrase.name, then.holding);
                next.subject_type.clone_from(&actor.entity_type);
                next.object_type =
                    phrase.entity_type.clone().or_else(|| then.object.entity_type().map(ToOwned::to_owned));
                next.statement = short_statement(&actor.name, then, &phrase.name, ClaimKind::Asserts);
                next.valid_from = from;
                next.confidence = if actor.resolved { CONFIDENCE_PRONOUN } else { CONFIDENCE_RULE };
                claims.push(next);
            }
        }
    }

    /// "a nurse at X": adds the workplace.
    fn push_workplace(&self, clause: &Clause, job: &Phrase, claim: &Claim, claims: &mut Vec<Claim>) {
        let at = job.tokens.end;
        if claim.predicate != "WORKS_AS" || !matches!(self.word(at), "at" | "for") {
            return;
        }
        let Some(place) = self.phrases.read(at + 1, clause.tokens.end).filter(|place| place.named) else { return };
        let verb = if claim.kind == ClaimKind::Asserts { "works" } else { "no longer works" };
        let statement = format!("{} {verb} at {}.", claim.subject, place.name);
        let object_type = place.entity_type.or_else(|| Some("Organization".to_owned()));
        let predicate = "WORKS_AT".to_owned();
        claims.insert(0, Claim { predicate, object: Some(place.name), object_type, statement, ..claim.clone() });
    }

    /// "adopted a puppy named Biscuit": adds the pet.
    fn push_pet(&self, actor: &Actor, phrase: &Phrase, claim: &Claim, claims: &mut Vec<Claim>) {
        let head = self.word(phrase.tokens.end.saturating_sub(1)).to_owned();
        let role = phrase.role.clone().unwrap_or(head);
        let gained = matches!(claim.predicate.as_str(), "ADOPTED" | "BOUGHT") && claim.kind == ClaimKind::Asserts;
        if gained && self.words().has(&role, Class::Pet) {
            let named = if phrase.named {
                format!(" a {role} named {}.", phrase.name)
            } else {
                format!(" a pet: {}.", phrase.name)
            };
            let statement = format!("{} has{named}", actor.name);
            claims.insert(
                0,
                Claim { predicate: "HAS_PET".to_owned(), holding: Holding::Shared, statement, ..claim.clone() },
            );
        }
    }

    fn kin_of(&self, phrase: &Phrase) -> Option<(&'static str, Holding)> {
        kinship(phrase.role.as_deref().unwrap_or_else(|| self.word(phrase.tokens.end.saturating_sub(1))))
    }

    /// Returns one claim for a sentence that no rule covers, if it has enough content.
    pub(super) fn generic(&self) -> Option<Claim> {
        let tokens = self.tokens();
        let content = tokens.iter().filter(|token| self.words().is_content(&token.lower)).count();
        let anchored = !self.phrases.dates.is_empty()
            || self
                .phrases
                .names
                .iter()
                .any(|name| Some(name.name.as_str()) != self.speaker && Some(name.name.as_str()) != self.addressee);
        if content < if anchored { 2 } else { 3 } {
            return None;
        }
        let clause = self.clauses.iter().find(|clause| self.actor(&clause.subject).is_some());
        let actor = clause
            .and_then(|clause| self.actor(&clause.subject))
            .or_else(|| {
                self.speaker.map(|name| Actor {
                    name: name.to_owned(),
                    entity_type: Some("Person".to_owned()),
                    resolved: false,
                })
            })
            .or_else(|| {
                let name = self.phrases.names.first()?;
                Some(Actor { name: name.name.clone(), entity_type: name.entity_type.clone(), resolved: false })
            })?;
        let predicate = match clause {
            Some(clause) if clause.lemma == "be" => "IS".to_owned(),
            Some(clause) => relation_name(&clause.lemma),
            None => "SAID".to_owned(),
        };
        let (object, object_type) =
            self.salient(clause, &actor.name).or_else(|| Some((clause?.lemma.clone(), Some("Topic".to_owned()))))?;
        let mut claim = self.claim(&actor.name, &predicate, &object, Holding::Event);
        claim.subject_type = actor.entity_type;
        claim.object_type = object_type;
        claim.confidence = CONFIDENCE_GENERIC;
        let date = clause.and_then(|clause| self.date(clause)).or_else(|| self.phrases.dates.first());
        set_validity(&mut claim, date);
        Some(claim)
    }

    /// Whether a phrase is a noun phrase and not a single verb such as "grow".
    fn is_noun(&self, phrase: &Phrase) -> bool {
        let lone = phrase.tokens.len() == 1 && !phrase.named;
        !lone || !matches!(self.phrases.verbs.form(self.word(phrase.tokens.start)), Some((_, Form::Base | Form::Third)))
    }

    /// Returns the main object of a sentence: a name after the verb, else the first or longest noun phrase.
    fn salient(&self, clause: Option<&Clause>, actor: &str) -> Option<(String, Option<String>)> {
        let from = clause.map_or(0, |clause| clause.rest);
        let end = self.tokens().len();
        let named =
            self.phrases.names.iter().find(|name| {
                name.tokens.start >= from && name.name != actor && Some(name.name.as_str()) != self.addressee
            });
        if let Some(name) = named {
            let phrase = self.phrases.read(name.tokens.start, end);
            return Some(phrase.map_or_else(
                || (name.name.clone(), name.entity_type.clone()),
                |phrase| (phrase.name, phrase.entity_type),
            ));
        }
        let mut best: Option<(usize, Phrase)> = None;
        for start in [from, 0] {
            let mut at = start;
            while at < end {
                let Some(phrase) =
                    self.phrases.read(at, end).filter(|phrase| phrase.name != actor && self.is_noun(phrase))
                else {
                    at += 1;
                    continue;
                };
                at = phrase.tokens.end.max(at + 1);
                let weight = self.tokens()[phrase.tokens.clone()]
                    .iter()
                    .filter(|token| self.words().is_content(&token.lower))
                    .count();
                if weight > best.as_ref().map_or(0, |(weight, _)| *weight) {
                    best = Some((weight.min(2), phrase));
                }
            }
            if best.is_some() {
                break;
            }
        }
        best.map(|(_, phrase)| (phrase.name, phrase.entity_type.or_else(|| Some("Topic".to_owned()))))
    }

    /// "My favourite X is Y": the subject is the speaker.
    pub(super) fn favorite(&self, clause: &Clause, mine: std::ops::Range<usize>, claims: &mut Vec<Claim>) {
        let said: Vec<&str> = mine.clone().map(|at| self.word(at)).collect();
        let (Some(speaker), Some(head)) = (self.speaker, said.last()) else { return };
        let favorite = said.iter().position(|word| matches!(*word, "favorite" | "favourite" | "fave"));
        let predicate = match favorite {
            Some(at) if at + 1 < said.len() => format!("FAVORITE_{}", relation_name(&said[at + 1..].join(" "))),
            None if matches!(
                *head,
                "birthday" | "hometown" | "nickname" | "age" | "major" | "hobby" | "profession" | "occupation" | "job"
            ) =>
            {
                format!("HAS_{}", relation_name(head))
            }
            _ => return,
        };
        if clause.lemma != "be" || clause.negated || clause.tense == Tense::Modal {
            return;
        }
        let Some(object) = self.phrases.read(clause.rest, clause.tokens.end) else { return };
        let was = clause.tense == Tense::Past;
        let mut claim = self.claim(speaker, &predicate, &object.name, Holding::Exclusive);
        claim.object_type = object.entity_type;
        claim.kind = if was { ClaimKind::Ends } else { ClaimKind::Asserts };
        claims.push(claim);
    }

    /// "my sister Anna", "my dog Max", anywhere in the sentence.
    pub(super) fn relatives(&self, claims: &mut Vec<Claim>) {
        let Some(speaker) = self.speaker else { return };
        for at in 0..self.tokens().len() {
            if !matches!(self.word(at), "my" | "our") {
                continue;
            }
            let Some(phrase) = self.phrases.read(at, self.tokens().len()) else { continue };
            let Some(role) = phrase.role.filter(|_| phrase.named) else { continue };
            let pet = self.words().has(&role, Class::Pet);
            let (predicate, holding) = if pet {
                ("HAS_PET", Holding::Shared)
            } else if let Some(kinship) = kinship(&role) {
                kinship
            } else {
                continue;
            };
            let mut claim = self.claim(speaker, predicate, &phrase.name, holding);
            claim.statement = format!("{speaker} has a {role} named {}.", phrase.name);
            claim.object_type = Some(if pet { "Object" } else { "Person" }.to_owned());
            if !claims.iter().any(|other| other.predicate == claim.predicate && other.object == claim.object) {
                claims.push(claim);
            }
        }
    }
}

/// Sets the validity of a claim from the date of its clause.
fn set_validity(claim: &mut Claim, date: Option<&DatedSpan>) {
    let Some(date) = date else { return };
    let state = claim.holding != Holding::Event;
    match date.extent {
        Extent::During | Extent::Since => claim.valid_from = Some(rounded(date)),
        Extent::Between => {
            claim.valid_from = Some(rounded(date));
            claim.valid_until = date.until.filter(|_| state);
        }
        Extent::Until if state => claim.valid_until = Some(rounded(date)),
        Extent::Until | Extent::Before | Extent::After => {}
    }
}

/// The start of a date; parts of a day have day precision.
fn rounded(date: &DatedSpan) -> TimePoint {
    match date.grain {
        Grain::Part => TimePoint { precision: Precision::Day, at: date.from.at },
        _ => date.from,
    }
}

/// "I lived in X" ends a state; "I lived in X in 2015" limits it to that year.
fn past_state(claim: &mut Claim, clause: &Clause, date: Option<&DatedSpan>) {
    let state = claim.holding == Holding::Exclusive
        && !matches!(claim.predicate.as_str(), "BORN_IN" | "COMES_FROM" | "GREW_UP_IN" | "MARRIED_TO" | "ENGAGED_TO");
    if claim.kind != ClaimKind::Asserts
        || !state
        || clause.tense != Tense::Past
        || matches!(clause.lemma.as_str(), "become" | "start" | "begin")
    {
        return;
    }
    match date {
        None => claim.kind = ClaimKind::Ends,
        Some(date) if date.extent == Extent::During && claim.valid_until.is_none() => claim.valid_until = date.until,
        Some(_) => {}
    }
}

/// "used to live in X until 2015" asserts a state with a known end.
fn closed_state(claim: &mut Claim, date: Option<&DatedSpan>) {
    let Some(date) = date.filter(|_| claim.kind == ClaimKind::Ends && claim.holding != Holding::Event) else { return };
    if matches!(date.extent, Extent::Until | Extent::Between) {
        claim.kind = ClaimKind::Asserts;
    }
}

/// A statement made from the words of a rule, not from the sentence.
fn short_statement(subject: &str, rule: &Rule, object: &str, kind: ClaimKind) -> String {
    let article = match object.chars().next() {
        Some('a' | 'e' | 'i' | 'o' | 'u') => "an ",
        _ => "a ",
    };
    let bare = rule.object == Object::Job && !rule.phrase.ends_with(" a") && object.chars().all(|c| !c.is_uppercase());
    let object = if bare { format!("{article}{object}") } else { object.to_owned() };
    match kind {
        ClaimKind::Asserts => format!("{subject} {} {object}.", rule.phrase),
        ClaimKind::Ends if rule.phrase.contains("no longer") => format!("{subject} {} {object}.", rule.phrase),
        ClaimKind::Ends => format!("It is no longer true that {subject} {} {object}.", rule.phrase),
        ClaimKind::Denies => format!("It is not true that {subject} {} {object}.", rule.phrase),
    }
}

/// Converts words to a relation name in `UPPER_SNAKE_CASE`.
pub(super) fn relation_name(words: &str) -> String {
    let name: String =
        words.chars().flat_map(char::to_uppercase).map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    let parts: Vec<&str> = name.split('_').filter(|part| !part.is_empty()).take(6).collect();
    if parts.is_empty() { "SAID".to_owned() } else { parts.join("_") }
}
