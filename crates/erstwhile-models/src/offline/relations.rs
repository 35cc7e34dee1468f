//! Matches clauses against the lexicon and creates claims.

use erstwhile::model::{ClaimKind, Holding, Span};
use erstwhile::ports::Claim;

use super::lexicon::{ENDINGS, Object, RULES, Rule};
use super::names::ProperName;
use super::phrases::{Phrase, PhraseReader};
use super::syntax::{Clause, Subject, Tense};
use super::tokens::Token;
use super::verbs::Form;
use super::words::{Class, Words};

/// The subject of a claim.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Actor {
    /// The name.
    pub(super) name: String,
    /// Its type, when known.
    pub(super) entity_type: Option<String>,
    /// Whether a pronoun was resolved to it.
    pub(super) resolved: bool,
}

/// A parsed sentence.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    /// Reads the noun phrases of the sentence.
    pub(super) phrases: PhraseReader<'a>,
    /// Its clauses.
    pub(super) clauses: &'a [Clause],
    /// The sentence as a self-contained statement.
    pub(super) statement: &'a str,
    /// Its span in the turn.
    pub(super) span: Span,
    /// The speaker.
    pub(super) speaker: Option<&'a str>,
    /// The addressee.
    pub(super) addressee: Option<&'a str>,
    /// The referent of a pronoun at the start.
    pub(super) antecedent: Option<&'a ProperName>,
    /// When it was said.
    pub(super) now: jiff::Timestamp,
}

/// Confidence of claims that a rule matched.
pub(super) const CONFIDENCE_RULE: f64 = 0.9;

/// A rule that matched a clause.
#[derive(Debug)]
pub(super) struct Match<'r> {
    /// The rule.
    pub(super) rule: &'r Rule,
    /// The objects.
    pub(super) phrases: Vec<Phrase>,
    /// Whether the clause asserts, ends or denies the fact.
    pub(super) kind: ClaimKind,
}

impl Reading<'_> {
    /// The tokens of the sentence.
    pub(super) fn tokens(&self) -> &[Token] {
        self.phrases.tokens
    }

    /// Classes of words.
    pub(super) fn words(&self) -> &Words {
        self.phrases.words
    }

    /// The word at a token; empty if out of range.
    pub(super) fn word(&self, at: usize) -> &str {
        self.tokens().get(at).map_or("", |token| token.lower.as_str())
    }

    /// Returns the claims of the sentence: those from the lexicon, and a generic claim if none of them has the
    /// whole sentence as its statement.
    pub(super) fn claims(&self) -> Vec<Claim> {
        let mut claims = Vec::new();
        for clause in self.clauses {
            let Some(actor) = self.actor(&clause.subject) else { continue };
            if let Subject::Mine(range) = &clause.subject {
                self.favorite(clause, range.clone(), &mut claims);
            }
            if let Some(found) = self.match_lexicon(clause) {
                self.push(clause, &actor, &found, &mut claims);
            }
        }
        self.relatives(&mut claims);
        // The whole sentence must be the statement of one claim.
        if !claims.iter().any(|claim| claim.statement == self.statement)
            && let Some(generic) = self.generic()
        {
            claims.insert(0, generic);
        }
        claims
    }

    /// Resolves a subject to an entity.
    pub(super) fn actor(&self, subject: &Subject) -> Option<Actor> {
        let person =
            |name: &str| Actor { name: name.to_owned(), entity_type: Some("Person".to_owned()), resolved: false };
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
                let person = phrase.role.is_some()
                    || self.words().has(self.word(phrase.tokens.end.saturating_sub(1)), Class::Kin);
                let entity_type = phrase.entity_type.or_else(|| person.then(|| "Person".to_owned()));
                Some(Actor { name: phrase.name, entity_type, resolved: false })
            }
            Subject::Phrase(range) => {
                let phrase = self.phrases.read(range.start, range.end)?;
                Some(Actor { name: phrase.name, entity_type: phrase.entity_type, resolved: false })
            }
        }
    }

    /// Returns the first rule that matches a clause.
    fn match_lexicon(&self, clause: &Clause) -> Option<Match<'static>> {
        // What an assistant says about itself is a figure of speech.
        let figurative =
            self.speaker == Some("Assistant") && matches!(clause.subject, Subject::Speaker | Subject::Group);
        if clause.tense == Tense::Modal || figurative {
            return None;
        }
        let end = clause.tokens.end;
        if let Some(found) = self.match_ending(clause).or_else(|| self.match_inner_verb(clause)) {
            return Some(found);
        }
        let speaks_for_self = clause.subject != Subject::Addressee;
        if let Some(found) = self.match_intention(clause).filter(|_| speaks_for_self) {
            return Some(found);
        }
        let kind = kind_of(clause, self.says_any_more(clause));
        RULES.iter().filter(|rule| rule.verb == clause.lemma).find_map(|rule| {
            let at = self.after(rule.then, clause.rest)?;
            let phrases = self.objects(rule, at, end)?;
            // "didn't go": an event that did not happen cannot end.
            let usable = rule.holding != Holding::Event || kind == ClaimKind::Asserts;
            (usable && tense_fits(rule, clause, self.date(clause).is_some())).then_some(Match { rule, phrases, kind })
        })
    }

    fn says_any_more(&self, clause: &Clause) -> bool {
        self.tokens()[clause.tokens.clone()].iter().any(|token| token.is("anymore"))
    }

    /// Returns the token after the first alternative of `then` that matches.
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

    /// Returns the objects at `at` that the rule accepts, if any.
    fn objects(&self, rule: &Rule, at: usize, end: usize) -> Option<Vec<Phrase>> {
        let mut phrases = self.phrases.list(at, end);
        phrases.retain(|phrase| self.suits(rule.object, phrase));
        // "want children to be safe" is not a wish for children.
        if matches!(rule.predicate, "WANTS" | "NEEDS")
            && phrases.last().is_some_and(|last| self.word(last.tokens.end) == "to")
        {
            return None;
        }
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
            Object::Person => {
                phrase.named && phrase.entity_type.as_deref().is_none_or(|t| t == "Person")
                    || self.words().has(role, Class::Kin)
            }
            Object::Kin => self.words().has(role, Class::Kin),
            Object::Pet => self.words().has(role, Class::Pet),
            Object::Place => !phrase.named || phrase.entity_type.as_deref() != Some("Person"),
            Object::Organization | Object::Thing | Object::Topic => true,
        }
    }

    /// "quit X", "broke up with X".
    fn match_ending(&self, clause: &Clause) -> Option<Match<'static>> {
        let ended = matches!(clause.tense, Tense::Past | Tense::Perfect) && !clause.negated;
        ENDINGS.iter().filter(|rule| ended && rule.verb == clause.lemma).find_map(|rule| {
            let at = self.after(rule.then, clause.rest)?;
            let phrases = self.objects(rule, at, clause.tokens.end)?;
            // Excludes "left the party" and "quit smoking": only names of organizations qualify.
            let fits = rule.object != Object::Organization
                || phrases[0].named && phrases[0].entity_type.as_deref().is_none_or(|t| t == "Organization");
            let place = rule.verb != "leave"
                || phrases[0].entity_type.is_none()
                || phrases[0].entity_type.as_deref() == Some("Organization");
            let kind = if rule.predicate == "OWNS" { return None } else { ClaimKind::Ends };
            (fits && place).then_some(Match { rule, phrases, kind })
        })
    }

    /// "stopped liking X", "started working at X", "keep playing X": the inner verb determines the relation.
    fn match_inner_verb(&self, clause: &Clause) -> Option<Match<'static>> {
        let kind = match clause.lemma.as_str() {
            "stop" | "quit" => ClaimKind::Ends,
            "start" | "begin" | "keep" | "finish" => ClaimKind::Asserts,
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
        // "finished reading X" is about X.
        if clause.lemma == "finish" {
            let rule = RULES.iter().find(|rule| rule.predicate == "FINISHED")?;
            let phrases = self.objects(rule, rest, clause.tokens.end)?;
            return Some(Match { rule, phrases, kind });
        }
        RULES.iter().filter(|rule| rule.verb == lemma && rule.holding != Holding::Event).find_map(|rule| {
            let phrases = self.objects(rule, self.after(rule.then, rest)?, clause.tokens.end)?;
            Some(Match { rule, phrases, kind })
        })
    }

    /// "want to visit X", "am going to move", "plan to": intentions.
    fn match_intention(&self, clause: &Clause) -> Option<Match<'static>> {
        let wants = matches!(
            clause.lemma.as_str(),
            "want" | "hope" | "plan" | "wish" | "aim" | "wanna" | "intend" | "think" | "look" | "consider" | "dream"
        );
        let dated = self.date(clause).is_some_and(|date| date.from.at > self.now);
        let rule = if clause.tense == Tense::Future && !dated {
            &PLANS
        } else if wants && clause.lemma == "want" {
            &WANTS
        } else {
            &PLANS
        };
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
            && !token.is_any(&[
                "i", "you", "we", "he", "she", "they", "because", "so", "if", "when", "but", "and", "that", "this",
                "me", "my", "our", "your", "it", "us", "since", "while", "as",
            ])
    }
}

static PLANS: Rule = Rule {
    verb: "",
    then: "",
    predicate: "PLANS_TO",
    holding: Holding::Shared,
    object: Object::Topic,
    phrase: "plans to",
};
static WANTS: Rule = Rule {
    verb: "",
    then: "",
    predicate: "WANTS_TO",
    holding: Holding::Shared,
    object: Object::Topic,
    phrase: "wants to",
};

/// Whether a clause asserts, ends or denies its fact.
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

/// Whether a rule applies to a clause in this tense: "I will like it", "I have lived".
fn tense_fits(rule: &Rule, clause: &Clause, dated: bool) -> bool {
    match (rule.holding, clause.tense) {
        // Habits ("I read a lot") are not events.
        (Holding::Event, Tense::Present) => clause.lemma == "be",
        (Holding::Event, Tense::Progressive) => dated,
        (_, Tense::Modal) => false,
        _ => true,
    }
}

fn is_job(head: &str, words: &Words) -> bool {
    const ENDS: [&str; 9] =
        ["ologist", "grapher", "ographer", "engineer", "developer", "manager", "designer", "analyst", "therapist"];
    words.has(head, Class::Occupation) || ENDS.iter().any(|end| head.ends_with(end))
}
