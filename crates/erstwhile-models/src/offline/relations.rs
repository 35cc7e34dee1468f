//! Matches clauses with the lexicon and makes claims.

use erstwhile::model::{ClaimKind, Holding, Instant, Precision, Span};
use erstwhile::ports::Claim;

use super::dates::{DatedSpan, Extent, Grain};
use super::lexicon::{CONSEQUENCES, ENDINGS, Object, RULES, Rule, kinship};
use super::names::Name;
use super::phrases::{Phrase, PhraseReader};
use super::syntax::{Clause, Subject, Tense};
use super::tokens::Token;
use super::verbs::Form;
use super::words::{Class, Words};

/// Who a claim is about, by name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Actor {
    /// The name.
    pub(super) name: String,
    /// Its type, when known.
    pub(super) entity_type: Option<String>,
    /// Whether a pronoun was resolved to it.
    pub(super) resolved: bool,
}

/// One sentence, read, ready for matching.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    /// How to read noun phrases of the sentence.
    pub(super) phrases: PhraseReader<'a>,
    /// Its clauses.
    pub(super) clauses: &'a [Clause],
    /// The sentence as a self-contained statement.
    pub(super) statement: &'a str,
    /// Where it stands in the turn.
    pub(super) span: Span,
    /// Who speaks.
    pub(super) speaker: Option<&'a str>,
    /// Who is spoken to.
    pub(super) addressee: Option<&'a str>,
    /// Whom a pronoun at the start means, with the type.
    pub(super) antecedent: Option<&'a Name>,
    /// When it was said.
    pub(super) now: jiff::Timestamp,
}

/// How sure each sort of claim is.
pub(super) const SURE: f64 = 0.9;
const RESOLVED: f64 = 0.6;
const GENERIC: f64 = 0.5;

/// What a rule found in a clause.
struct Match<'r> {
    rule: &'r Rule,
    phrases: Vec<Phrase>,
    kind: ClaimKind,
}

impl Reading<'_> {
    fn tokens(&self) -> &[Token] {
        self.phrases.tokens
    }

    fn words(&self) -> &Words {
        self.phrases.words
    }

    fn word(&self, at: usize) -> &str {
        self.tokens().get(at).map_or("", |token| token.lower.as_str())
    }

    /// The claims of the sentence: what the lexicon knows, else one generic claim.
    pub(super) fn claims(&self) -> Vec<Claim> {
        let mut claims = Vec::new();
        for clause in self.clauses {
            let Some(actor) = self.actor(&clause.subject) else { continue };
            if let Subject::Mine(range) = &clause.subject {
                self.favorite(clause, range.clone(), &mut claims);
            }
            if let Some(found) = self.lexical(clause) {
                self.push(clause, &actor, &found, &mut claims);
            }
        }
        self.relatives(&mut claims);
        // The sentence itself is the statement of what it mainly says.
        if !claims.iter().any(|claim| claim.statement == self.statement)
            && let Some(generic) = self.generic()
        {
            claims.insert(0, generic);
        }
        claims
    }

    /// Who a subject is.
    fn actor(&self, subject: &Subject) -> Option<Actor> {
        let person = |name: &str| Actor { name: name.to_owned(), entity_type: Some("Person".to_owned()), resolved: false };
        match subject {
            Subject::Speaker | Subject::Group => self.speaker.map(person),
            Subject::Addressee => self.addressee.map(person),
            Subject::Antecedent => self.antecedent.map(|name| Actor {
                name: name.name.clone(),
                entity_type: name.entity_type.clone(),
                resolved: true,
            }),
            Subject::Named(name) => {
                Some(Actor { name: name.name.clone(), entity_type: name.entity_type.clone(), resolved: false })
            }
            Subject::Mine(range) => {
                let phrase = self.phrases.read(range.start.saturating_sub(1), range.end)?;
                let person = phrase.role.is_some() || self.words().has(self.word(phrase.tokens.end.saturating_sub(1)), Class::Kin);
                let entity_type = phrase.entity_type.or_else(|| person.then(|| "Person".to_owned()));
                Some(Actor { name: phrase.name, entity_type, resolved: false })
            }
            Subject::Phrase(range) => {
                let phrase = self.phrases.read(range.start, range.end)?;
                Some(Actor { name: phrase.name, entity_type: phrase.entity_type, resolved: false })
            }
        }
    }

    /// The first rule that fits a clause.
    fn lexical(&self, clause: &Clause) -> Option<Match<'static>> {
        if clause.tense == Tense::Modal {
            return None;
        }
        let end = clause.tokens.end;
        if let Some(found) = self.ending(clause).or_else(|| self.inner(clause)) {
            return Some(found);
        }
        if let Some(found) = self.intention(clause) {
            return Some(found);
        }
        let kind = kind_of(clause, self.says_any_more(clause));
        RULES.iter().filter(|rule| rule.verb == clause.lemma).find_map(|rule| {
            let at = self.after(rule.then, clause.rest)?;
            let phrases = self.objects(rule, at, end)?;
            // "didn't go": nothing happened that could stop holding.
            let usable = rule.holding != Holding::Event || kind == ClaimKind::Asserts;
            (usable && tense_fits(rule, clause)).then_some(Match { rule, phrases, kind })
        })
    }

    fn says_any_more(&self, clause: &Clause) -> bool {
        self.tokens()[clause.tokens.clone()].iter().any(|token| token.is("anymore"))
    }

    /// The token after the words of one alternative.
    fn after(&self, then: &str, rest: usize) -> Option<usize> {
        let mut at = rest;
        while self.words().is_adverb(self.word(at)) && !then.split('|').any(|words| words.starts_with(self.word(at))) {
            at += 1;
        }
        then.split('|').find_map(|words| {
            let mut next = at;
            for word in words.split_whitespace() {
                if self.word(next) != word {
                    return None;
                }
                next += 1;
            }
            Some(if words.is_empty() { rest } else { next })
        })
    }

    /// The objects of a rule at `at`, when they are what the rule wants.
    fn objects(&self, rule: &Rule, at: usize, end: usize) -> Option<Vec<Phrase>> {
        let mut phrases = self.phrases.list(at, end);
        phrases.retain(|phrase| self.suits(rule.object, phrase));
        if matches!(rule.object, Object::Job | Object::Pet) || rule.holding == Holding::Exclusive {
            phrases.truncate(1);
        }
        (!phrases.is_empty()).then_some(phrases)
    }

    fn suits(&self, object: Object, phrase: &Phrase) -> bool {
        let head = self.word(phrase.tokens.end.saturating_sub(1)).to_owned();
        let role = phrase.role.as_deref().unwrap_or(&head);
        match object {
            Object::Job => !phrase.named && is_job(&head, self.words()),
            Object::Named => phrase.named,
            Object::Person => phrase.named && phrase.entity_type.as_deref().is_none_or(|t| t == "Person") || self.words().has(role, Class::Kin),
            Object::Kin => self.words().has(role, Class::Kin),
            Object::Pet => self.words().has(role, Class::Pet),
            Object::Place => !phrase.named || phrase.entity_type.as_deref() != Some("Person"),
            Object::Organization | Object::Thing | Object::Topic => true,
        }
    }

    /// "quit X", "broke up with X".
    fn ending(&self, clause: &Clause) -> Option<Match<'static>> {
        let told = matches!(clause.tense, Tense::Past | Tense::Perfect) && !clause.negated;
        ENDINGS.iter().filter(|rule| told && rule.verb == clause.lemma).find_map(|rule| {
            let at = self.after(rule.then, clause.rest)?;
            let phrases = self.objects(rule, at, clause.tokens.end)?;
            // "left the party", "quit smoking": only names of organizations and "my job".
            let fits = rule.object != Object::Organization || phrases[0].named && phrases[0].entity_type.as_deref().is_none_or(|t| t == "Organization");
            let place = rule.verb != "leave" || phrases[0].entity_type.is_none() || phrases[0].entity_type.as_deref() == Some("Organization");
            let kind = if rule.predicate == "OWNS" { return None } else { ClaimKind::Ends };
            (fits && place).then_some(Match { rule, phrases, kind })
        })
    }

    /// "stopped liking X", "started working at X", "keep playing X": the inner verb says the relation.
    fn inner(&self, clause: &Clause) -> Option<Match<'static>> {
        let kind = match clause.lemma.as_str() {
            "stop" | "quit" => ClaimKind::Ends,
            "start" | "begin" | "keep" => ClaimKind::Asserts,
            _ => return None,
        };
        if clause.negated || clause.tense == Tense::Future {
            return None;
        }
        let (lemma, form) = self.phrases.verbs.form(self.word(clause.rest))?;
        let rest = clause.rest + 1;
        if form != Form::Gerund {
            return None;
        }
        RULES.iter().filter(|rule| rule.verb == lemma && rule.holding != Holding::Event).find_map(|rule| {
            let phrases = self.objects(rule, self.after(rule.then, rest)?, clause.tokens.end)?;
            Some(Match { rule, phrases, kind })
        })
    }

    /// "want to visit X", "am going to move", "plan to": what somebody means to do.
    fn intention(&self, clause: &Clause) -> Option<Match<'static>> {
        let wants = matches!(clause.lemma.as_str(), "want" | "hope" | "plan" | "wish" | "aim" | "wanna" | "intend" | "think" | "look" | "consider" | "dream");
        let dated = self.date(clause).is_some_and(|date| date.from.at > self.now);
        let rule = if clause.tense == Tense::Future && !dated { &PLANS } else if wants && clause.lemma == "want" { &WANTS } else { &PLANS };
        let mut at = if clause.tense == Tense::Future && !dated && !wants {
            clause.rest.checked_sub(1)?
        } else if wants {
            match self.word(clause.rest) {
                "to" => clause.rest + 1,
                "on" | "of" | "about" | "forward" if clause.lemma != "look" => clause.rest + 1,
                _ if clause.lemma == "wanna" || clause.lemma == "consider" => clause.rest,
                _ => return None,
            }
        } else {
            return None;
        };
        if clause.negated || matches!(clause.tense, Tense::Past | Tense::UsedTo) && clause.lemma != "plan" {
            return None;
        }
        let from = at;
        while at < clause.tokens.end && at - from < 7 && self.in_verb_phrase(at) {
            at += 1;
        }
        while at > from && self.words().has(self.word(at - 1), Class::Function) {
            at -= 1;
        }
        let content = (from..at).filter(|at| self.words().is_content(self.word(*at))).count();
        if at - from < 2 || content < 2 {
            return None;
        }
        let said = self.phrases.text.get(self.tokens()[from].span.start..self.tokens()[at - 1].span.end)?;
        let name = said.split_whitespace().collect::<Vec<_>>().join(" ");
        let phrase = Phrase { tokens: from..at, name, entity_type: None, named: false, role: None };
        Some(Match { rule, phrases: vec![phrase], kind: ClaimKind::Asserts })
    }

    fn in_verb_phrase(&self, at: usize) -> bool {
        let token = &self.tokens()[at];
        let dated = self.phrases.dates.iter().any(|date| date.span.contains(&token.span.start));
        !dated
            && !token.is_mark()
            && !token.is_any(&["i", "you", "we", "he", "she", "they", "because", "so", "if", "when", "but", "and", "that", "this", "me", "my", "our", "your", "it", "us", "since", "while", "as"])
    }

    /// "My favourite X is Y": the subject is the speaker.
    fn favorite(&self, clause: &Clause, mine: std::ops::Range<usize>, claims: &mut Vec<Claim>) {
        let said: Vec<&str> = mine.clone().map(|at| self.word(at)).collect();
        let (Some(speaker), Some(head)) = (self.speaker, said.last()) else { return };
        let favorite = said.iter().position(|word| matches!(*word, "favorite" | "favourite" | "fave"));
        let predicate = match favorite {
            Some(at) if at + 1 < said.len() => format!("FAVORITE_{}", snake(&said[at + 1..].join(" "))),
            None if matches!(*head, "birthday" | "hometown" | "nickname" | "age" | "major" | "hobby" | "profession" | "occupation" | "job") => {
                format!("HAS_{}", snake(head))
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
    fn relatives(&self, claims: &mut Vec<Claim>) {
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
            confidence: SURE,
        }
    }

    /// The date that belongs to a clause.
    fn date(&self, clause: &Clause) -> Option<&DatedSpan> {
        let dates = self.phrases.dates;
        let start = self.tokens().get(clause.tokens.start)?.span.start;
        let end = self.tokens().get(clause.tokens.end.checked_sub(1)?)?.span.end;
        dates
            .iter()
            .find(|date| date.span.start >= start && date.span.start < end)
            // "Last week Anna and I went": before the first subject.
            .or_else(|| dates.iter().find(|date| date.span.end <= start && self.clauses.first().is_some_and(|first| first.tokens == clause.tokens)))
    }

    fn push(&self, clause: &Clause, actor: &Actor, found: &Match<'_>, claims: &mut Vec<Claim>) {
        let date = self.date(clause);
        for phrase in &found.phrases {
            let rule = found.rule;
            let kin = matches!(rule.object, Object::Kin).then(|| self.kin_of(phrase)).flatten();
            let (predicate, holding) = kin.unwrap_or((rule.predicate, rule.holding));
            let mut claim = self.claim(&actor.name, predicate, &phrase.name, holding);
            claim.subject_type.clone_from(&actor.entity_type);
            claim.object_type = phrase.entity_type.clone().or_else(|| rule.object.entity_type().map(ToOwned::to_owned));
            claim.kind = found.kind;
            claim.confidence = if actor.resolved { RESOLVED } else { SURE };
            times(&mut claim, date);
            past_state(&mut claim, clause, date);
            if claims.iter().any(|other| other.statement == self.statement) {
                claim.statement = short(&actor.name, rule, &phrase.name, found.kind);
            }
            let asserted = claim.kind == ClaimKind::Asserts;
            let from = claim.valid_from;
            claims.push(claim);
            for (_, then) in CONSEQUENCES.iter().filter(|(event, _)| asserted && *event == rule.predicate) {
                if then.predicate == "LIVES_IN" && !phrase.named {
                    continue;
                }
                let mut next = self.claim(&actor.name, then.predicate, &phrase.name, then.holding);
                next.subject_type.clone_from(&actor.entity_type);
                next.object_type = phrase.entity_type.clone().or_else(|| then.object.entity_type().map(ToOwned::to_owned));
                next.statement = short(&actor.name, then, &phrase.name, ClaimKind::Asserts);
                next.valid_from = from;
                next.confidence = if actor.resolved { RESOLVED } else { SURE };
                claims.push(next);
            }
        }
    }

    fn kin_of(&self, phrase: &Phrase) -> Option<(&'static str, Holding)> {
        kinship(phrase.role.as_deref().unwrap_or_else(|| self.word(phrase.tokens.end.saturating_sub(1))))
    }

    /// One claim for a sentence that says something the lexicon does not know.
    fn generic(&self) -> Option<Claim> {
        let tokens = self.tokens();
        let content = tokens.iter().filter(|token| self.words().is_content(&token.lower)).count();
        let anchored = !self.phrases.dates.is_empty()
            || self.phrases.names.iter().any(|name| Some(name.name.as_str()) != self.speaker && Some(name.name.as_str()) != self.addressee);
        if content < if anchored { 2 } else { 3 } {
            return None;
        }
        let clause = self.clauses.iter().find(|clause| self.actor(&clause.subject).is_some());
        let actor = clause
            .and_then(|clause| self.actor(&clause.subject))
            .or_else(|| self.speaker.map(|name| Actor { name: name.to_owned(), entity_type: Some("Person".to_owned()), resolved: false }))
            .or_else(|| {
                let name = self.phrases.names.first()?;
                Some(Actor { name: name.name.clone(), entity_type: name.entity_type.clone(), resolved: false })
            })?;
        let predicate = match clause {
            Some(clause) if clause.lemma == "be" => "IS".to_owned(),
            Some(clause) => snake(&clause.lemma),
            None => "SAID".to_owned(),
        };
        let (object, object_type) = self.salient(clause, &actor.name)?;
        let mut claim = self.claim(&actor.name, &predicate, &object, Holding::Event);
        claim.subject_type = actor.entity_type;
        claim.object_type = object_type;
        claim.confidence = GENERIC;
        let date = clause.and_then(|clause| self.date(clause)).or_else(|| self.phrases.dates.first());
        times(&mut claim, date);
        Some(claim)
    }

    /// What a sentence is mostly about: a name after the verb, else the first or longest noun phrase.
    fn salient(&self, clause: Option<&Clause>, actor: &str) -> Option<(String, Option<String>)> {
        let from = clause.map_or(0, |clause| clause.rest);
        let end = self.tokens().len();
        let named = self.phrases.names.iter().find(|name| name.tokens.start >= from && name.name != actor && Some(name.name.as_str()) != self.addressee);
        if let Some(name) = named {
            let phrase = self.phrases.read(name.tokens.start, end);
            return Some(phrase.map_or_else(|| (name.name.clone(), name.entity_type.clone()), |phrase| (phrase.name, phrase.entity_type)));
        }
        let mut best: Option<(usize, Phrase)> = None;
        for start in [from, 0] {
            let mut at = start;
            while at < end {
                let Some(phrase) = self.phrases.read(at, end).filter(|phrase| phrase.name != actor) else {
                    at += 1;
                    continue;
                };
                at = phrase.tokens.end.max(at + 1);
                let weight = self.tokens()[phrase.tokens.clone()].iter().filter(|token| self.words().is_content(&token.lower)).count();
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
}

static PLANS: Rule = Rule { verb: "", then: "", predicate: "PLANS_TO", holding: Holding::Shared, object: Object::Topic, phrase: "plans to" };
static WANTS: Rule = Rule { verb: "", then: "", predicate: "WANTS_TO", holding: Holding::Shared, object: Object::Topic, phrase: "wants to" };

/// What a clause does to the fact that its words state.
fn kind_of(clause: &Clause, any_more: bool) -> ClaimKind {
    if clause.no_longer || clause.tense == Tense::UsedTo && !clause.negated {
        ClaimKind::Ends
    } else if clause.negated {
        ClaimKind::Denies
    } else if any_more {
        ClaimKind::Ends
    } else {
        ClaimKind::Asserts
    }
}

/// "I will like it", "I have lived": whether a rule may be told in this tense.
fn tense_fits(rule: &Rule, clause: &Clause) -> bool {
    match (rule.holding, clause.tense) {
        // Habits ("I read a lot") are no events.
        (Holding::Event, Tense::Present) => clause.lemma == "be",
        (_, Tense::Modal) => false,
        _ => true,
    }
}

/// Puts the date of a clause on its claim.
fn times(claim: &mut Claim, date: Option<&DatedSpan>) {
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

/// The start of a date; parts of days count as the day.
fn rounded(date: &DatedSpan) -> Instant {
    match date.grain {
        Grain::Part => Instant { precision: Precision::Day, at: date.from.at },
        _ => date.from,
    }
}

/// "I lived in X": it is over; "in 2015": it held in that year.
fn past_state(claim: &mut Claim, clause: &Clause, date: Option<&DatedSpan>) {
    let state = claim.holding == Holding::Exclusive && !matches!(claim.predicate.as_str(), "BORN_IN" | "COMES_FROM" | "GREW_UP_IN" | "MARRIED_TO" | "ENGAGED_TO");
    if claim.kind != ClaimKind::Asserts || !state || clause.tense != Tense::Past || matches!(clause.lemma.as_str(), "become" | "start" | "begin") {
        return;
    }
    match date {
        None => claim.kind = ClaimKind::Ends,
        Some(date) if date.extent == Extent::During && claim.valid_until.is_none() => claim.valid_until = date.until,
        Some(_) => {}
    }
}

fn short(subject: &str, rule: &Rule, object: &str, kind: ClaimKind) -> String {
    match kind {
        ClaimKind::Asserts => format!("{subject} {} {object}.", rule.phrase),
        ClaimKind::Ends if rule.phrase.contains("no longer") => format!("{subject} {} {object}.", rule.phrase),
        ClaimKind::Ends => format!("It is no longer true that {subject} {} {object}.", rule.phrase),
        ClaimKind::Denies => format!("It is not true that {subject} {} {object}.", rule.phrase),
    }
}

/// Words as a relation name.
pub(super) fn snake(words: &str) -> String {
    let name: String = words
        .chars()
        .flat_map(char::to_uppercase)
        .map(|c| if c.is_alphanumeric() { c } else { '_' })
        .collect();
    let parts: Vec<&str> = name.split('_').filter(|part| !part.is_empty()).take(6).collect();
    if parts.is_empty() { "SAID".to_owned() } else { parts.join("_") }
}

fn is_job(head: &str, words: &Words) -> bool {
    const ENDS: [&str; 9] = ["ologist", "grapher", "ographer", "engineer", "developer", "manager", "designer", "analyst", "therapist"];
    words.has(head, Class::Occupation) || ENDS.iter().any(|end| head.ends_with(end))
}
