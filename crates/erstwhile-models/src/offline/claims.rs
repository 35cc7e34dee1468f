//! Builds claims: validity from dates and tense, what a fact ends and starts.

use std::ops::Range;

use erstwhile::model::{ClaimKind, Holding, Metadata, Precision, TimePoint, VALUE_TYPE};
use erstwhile::ports::{Claim, ExtractedAlias, ExtractedMention};
use erstwhile::vocabulary::Group;

use super::attributes::number_of;
use super::dates::{DatedSpan, Extent, Grain};
use super::identifiers::Identifiers;
use super::lexicon::{Kind, Kinds, Lexicon};
use super::mood::Mood;
use super::people::Person;
use super::speakers::ASSISTANT;
use super::totals;

/// Confidence in what is said in so many words, and in what is inferred.
pub(super) const CONFIDENCE_STATED: f64 = 0.9;
pub(super) const CONFIDENCE_INFERRED: f64 = 0.6;

/// Relations that a change of taste or habit ends together: who no longer likes coffee no longer loves it.
const HABITS: &[&str] = &["LIKES", "LOVES", "PREFERS", "INTERESTED_IN", "PLAYS", "DOES_ACTIVITY", "EATS", "USES"];

/// The object of a fact.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Object {
    pub(super) name: String,
    pub(super) entity_type: Option<String>,
}

impl Object {
    pub(super) fn value(text: impl Into<String>) -> Self {
        Self { name: text.into(), entity_type: Some(VALUE_TYPE.to_owned()) }
    }

    pub(super) fn entity(name: impl Into<String>, entity_type: Option<&str>) -> Self {
        Self { name: name.into(), entity_type: entity_type.map(str::to_owned) }
    }
}

/// A fact as read from a clause, before its consequences.
#[derive(Debug, Clone)]
pub(super) struct Fact<'f> {
    pub(super) subject: &'f Person,
    pub(super) relation: &'f str,
    pub(super) object: Object,
    pub(super) statement: String,
    pub(super) mood: Mood,
    /// Whether the clause denies it.
    pub(super) negated: bool,
    /// Whether the clause is in the simple past.
    pub(super) past: bool,
    pub(super) date: Option<&'f DatedSpan>,
    /// The position of the clause in the turn.
    pub(super) span: Range<usize>,
    /// Whether it happened or began, so that it ends and starts other facts; a mere mention does not.
    pub(super) has_consequences: bool,
}

/// Collects the claims of one turn.
#[derive(Debug)]
pub(super) struct Claims<'l> {
    lexicon: &'l Lexicon,
    pub(super) claims: Vec<Claim>,
    pub(super) aliases: Vec<ExtractedAlias>,
    /// Names whose type the text states: "Nobu is a restaurant".
    pub(super) mentions: Vec<ExtractedMention>,
    /// How often something was stated, repetitions included.
    stated: usize,
}

impl<'l> Claims<'l> {
    pub(super) fn new(lexicon: &'l Lexicon) -> Self {
        Self { lexicon, claims: Vec::new(), aliases: Vec::new(), mentions: Vec::new(), stated: 0 }
    }

    /// How often something was stated, repetitions included.
    pub(super) fn stated(&self) -> usize {
        self.stated
    }

    /// Adds a fact with what it ends and starts.
    pub(super) fn add(&mut self, mut fact: Fact<'_>) {
        fact.object.name = clean_name(&fact.object.name);
        // A draft that an assistant writes for somebody tells of nobody's brother.
        let of_assistant = fact.subject.name.strip_prefix(ASSISTANT).is_some_and(|rest| rest.starts_with("'s "));
        if of_assistant || !is_name(&fact.object.name) || fact.object.name == fact.subject.name {
            return;
        }
        if is_amount(&fact.object) {
            fact.object.entity_type = Some(VALUE_TYPE.to_owned());
        }
        fact.statement = sentence_of(&whole_clause(&fact));
        if fact.negated {
            self.deny(&fact);
            return;
        }
        let total = if fact.mood == Mood::Actual { totals::of(&fact) } else { None };
        if let Some((relation, object)) = total {
            self.assert(&Fact { relation: &relation, object, ..fact });
            return;
        }
        let relation = fact.relation;
        match fact.mood {
            Mood::Actual => {}
            Mood::Former => {
                self.push_end(&fact, relation, Some(&fact.object));
                if HABITS.contains(&relation) {
                    self.deny(&fact);
                }
                return;
            }
            Mood::Stopped => {
                // "I stopped teaching at Bandra school": a job.
                let stops = if relation == "WORKS_AT" { "LEFT_JOB" } else { "STOPPED" };
                let stopped = Fact { relation: stops, mood: Mood::Actual, date: fact.date, ..fact.clone() };
                self.push_end(&fact, relation, Some(&fact.object));
                self.assert(&stopped);
                return;
            }
            // Who is to become one's teacher is no plan.
            Mood::Planned | Mood::Wanted | Mood::Considered
                if matches!(relation, "HAS_MENTOR" | "HAS_BOSS" | "KNOWS" | "HAS_FRIEND" | "HAS_COLLEAGUE") =>
            {
                return;
            }
            Mood::Planned | Mood::Wanted | Mood::Considered => {
                let plan = self.lexicon.group(relation) == Some(Group::Plan);
                let relation = match fact.mood {
                    _ if plan => relation,
                    Mood::Planned => "PLANS",
                    Mood::Wanted => "WANTS",
                    _ => "CONSIDERS",
                };
                self.assert(&Fact { relation, mood: Mood::Actual, ..fact.clone() });
                return;
            }
        }
        self.assert(&fact);
    }

    fn assert(&mut self, fact: &Fact<'_>) {
        let mut claim = self.claim(fact);
        if let Some(date) = fact.date {
            set_validity(&mut claim, date, fact.past && self.is_state(fact.relation));
        } else if fact.past && self.is_past_state(fact.relation) {
            claim.kind = ClaimKind::Ends;
        }
        let (kind, from) = (claim.kind, claim.valid_from);
        self.push(claim);
        if kind != ClaimKind::Asserts || !fact.has_consequences {
            return;
        }
        let Some(relation) = self.lexicon.relation(fact.relation) else { return };
        for ending in &relation.ends {
            let object = ending.same_object.then_some(&fact.object);
            // Who leaves a job had it; of others, what is ended need not have been, as an end would imply.
            let role = ending.relation == "WORKS_AS" && fact.object.entity_type.as_deref() == Some("Role");
            let object = if role { Some(&fact.object) } else { object };
            let mut end = self.ending(fact, &ending.relation, object);
            let was = role
                || fact.relation == "LEFT_GROUP"
                || object.is_some_and(|object| object.name.starts_with(char::is_uppercase))
                    && matches!(
                        (fact.relation, ending.relation.as_str()),
                        ("LEFT_JOB", "WORKS_AT")
                            | ("LEFT_GROUP", "MEMBER_OF")
                            | ("DIVORCED", "MARRIED_TO")
                            | ("MOVED_FROM", "LIVES_IN")
                    );
            end.kind = if was { ClaimKind::Ends } else { ClaimKind::Denies };
            end.valid_from = from;
            self.push(end);
        }
        for started in &relation.starts {
            let Some(object) = started_object(started, fact) else { continue };
            let holding = self.lexicon.holding(started);
            let statement = start_statement(fact, started);
            self.push(Claim {
                predicate: started.clone(),
                object_type: object.entity_type,
                object: Some(object.name),
                statement,
                holding,
                valid_from: from,
                confidence: CONFIDENCE_INFERRED + 0.1,
                attributes: Metadata::new(),
                ..self.claim(fact)
            });
        }
    }

    /// A denied fact: what it denies does not hold, nor does what comes to the same.
    fn deny(&mut self, fact: &Fact<'_>) {
        let habit = HABITS.contains(&fact.relation);
        let relations: Vec<&str> = if habit { HABITS.to_vec() } else { vec![fact.relation] };
        for relation in relations {
            if self.lexicon.holding(relation) == Holding::Event {
                continue;
            }
            let mut claim = self.ending(fact, relation, Some(&fact.object));
            claim.kind = ClaimKind::Denies;
            self.push(claim);
        }
    }

    fn push_end(&mut self, fact: &Fact<'_>, relation: &str, object: Option<&Object>) {
        let mut claim = self.ending(fact, relation, object);
        if let Some(date) = fact.date {
            match date.extent {
                Extent::Until | Extent::Between => {
                    claim.kind = ClaimKind::Asserts;
                    set_validity(&mut claim, date, true);
                }
                _ => claim.valid_from = Some(rounded(date)),
            }
        }
        self.push(claim);
    }

    /// Ends every fact of a relation, at the start of the span, so that a claim of the same sentence comes after it.
    pub(super) fn end_all(&mut self, fact: &Fact<'_>, relation: &str) {
        let mut claim = self.ending(fact, relation, None);
        claim.span.end = claim.span.start + 1;
        self.push(claim);
    }

    fn ending(&self, fact: &Fact<'_>, relation: &str, object: Option<&Object>) -> Claim {
        Claim {
            predicate: relation.to_owned(),
            object: object.map(|object| object.name.clone()),
            object_type: object.and_then(|object| object.entity_type.clone()),
            kind: ClaimKind::Ends,
            holding: match self.lexicon.holding(relation) {
                Holding::Event => Holding::Shared,
                holding => holding,
            },
            ..self.claim(fact)
        }
    }

    fn claim(&self, fact: &Fact<'_>) -> Claim {
        Claim {
            subject: fact.subject.name.clone(),
            subject_type: fact.subject.entity_type().map(str::to_owned),
            predicate: fact.relation.to_owned(),
            object: Some(fact.object.name.clone()),
            object_type: fact.object.entity_type.clone(),
            statement: fact.statement.clone(),
            span: fact.span.clone(),
            kind: ClaimKind::Asserts,
            holding: self.holding(fact),
            valid_from: None,
            valid_until: None,
            confidence: CONFIDENCE_STATED,
            attributes: Metadata::new(),
        }
    }

    fn holding(&self, fact: &Fact<'_>) -> Holding {
        match self.lexicon.relation(fact.relation) {
            Some(relation) => relation.holding,
            // An attribute outside the vocabulary has one value at a time, also when that is an identifier.
            None if ["HAS_", "FAVORITE_", "NUMBER_"].iter().any(|attribute| fact.relation.starts_with(attribute)) => {
                Holding::Exclusive
            }
            None => Holding::Shared,
        }
    }

    fn is_state(&self, relation: &str) -> bool {
        self.lexicon.holding(relation) != Holding::Event
    }

    /// Whether the simple past says that a fact of this relation is over: "I lived in Rome".
    fn is_past_state(&self, relation: &str) -> bool {
        self.lexicon.holding(relation) == Holding::Exclusive
            && matches!(self.lexicon.group(relation), Some(Group::Place | Group::Work | Group::Education))
            && !matches!(relation, "BORN_IN" | "GREW_UP_IN")
            || matches!(
                relation,
                "MEMBER_OF"
                    | "MANAGES"
                    | "VOLUNTEERS_AT"
                    | "TAKES_MEDICATION"
                    | "LIVES_WITH"
                    | "WORKS_IN"
                    | "OWNS_BUSINESS"
                    | "OWNS"
                    | "HAS_PET"
            )
    }

    /// Adds the claims of another sentence, with its identifiers put back.
    pub(super) fn append(&mut self, other: Claims<'_>, identifiers: &Identifiers) {
        for mut claim in other.claims {
            identifiers.restore(&mut claim.subject);
            identifiers.restore(&mut claim.statement);
            identifiers.restore_relation(&mut claim.predicate);
            if let Some(object) = &mut claim.object {
                identifiers.restore(object);
            }
            self.push(claim);
        }
        self.mentions.extend(other.mentions.into_iter().map(|mut mention| {
            identifiers.restore(&mut mention.name);
            mention
        }));
        self.aliases.extend(other.aliases.into_iter().map(|mut alias| {
            identifiers.restore(&mut alias.name);
            identifiers.restore(&mut alias.alias);
            alias
        }));
    }

    fn push(&mut self, claim: Claim) {
        self.stated += 1;
        let same = |other: &Claim| {
            other.subject == claim.subject
                && other.predicate == claim.predicate
                && other.object == claim.object
                && other.kind == claim.kind
                && other.valid_from == claim.valid_from
        };
        match self.claims.iter().position(same) {
            // "Rome. No, Oslo. No, Rome.": of values that exclude each other, the last one said counts.
            Some(earlier) if claim.holding == Holding::Exclusive => {
                self.claims.remove(earlier);
                self.claims.push(claim);
            }
            Some(_) => {}
            None => self.claims.push(claim),
        }
    }
}

/// The type of an entity, from the types of its noun phrase.
pub(super) fn entity_type(kinds: Kinds, wanted: Kinds) -> Option<&'static str> {
    const TYPES: &[(Kind, &str)] = &[
        (Kind::Person, "Person"),
        (Kind::Gpe, "Location"),
        (Kind::School, "Organization"),
        (Kind::OrgName, "Organization"),
        (Kind::Org, "Organization"),
        (Kind::Club, "Organization"),
        (Kind::Team, "Organization"),
        (Kind::Business, "Organization"),
        (Kind::Place, "Location"),
        (Kind::Event, "Event"),
        (Kind::Trip, "Event"),
        (Kind::Appointment, "Event"),
        (Kind::Class, "Event"),
        (Kind::Work, "Work"),
        (Kind::Music, "Work"),
        (Kind::Condition, "Condition"),
        (Kind::Medication, "Medication"),
        (Kind::Food, "Topic"),
        (Kind::Activity, "Topic"),
        (Kind::Sport, "Topic"),
        (Kind::Field, "Topic"),
        (Kind::Title, "Role"),
        (Kind::Language, "Language"),
        (Kind::Ownable, "Object"),
        (Kind::Product, "Object"),
        (Kind::Tech, "Object"),
    ];
    let find = |kinds: Kinds| TYPES.iter().find(|(kind, _)| kinds.has(*kind)).map(|(_, name)| *name);
    // "Lives in Lyon" makes Lyon a place, "works at Atelier Bleu" an organisation, whatever the recogniser calls it.
    let open = Kinds::of(&[Kind::Person, Kind::HumanNp, Kind::Any, Kind::Propn, Kind::Thing]);
    let only =
        match (wanted.intersects(open), wanted.has(Kind::Org) || wanted.has(Kind::School), wanted.has(Kind::Place)) {
            (false, true, _) => Some("Organization"),
            (true, true, false) if kinds.has(Kind::Gpe) => Some("Organization"),
            (false, false, true) => Some("Location"),
            _ => None,
        };
    find(kinds.and(wanted)).or(only).or_else(|| find(kinds))
}

/// Whether an object is an amount or a number of things, and no entity: "85% test coverage", "$75,000 job offer", "3 online
/// courses"; but not "2016 Auris" and "12 Main Street".
fn is_amount(object: &Object) -> bool {
    let is_thing = object.entity_type.as_deref().is_none_or(|kind| matches!(kind, "Object" | "Event" | "Topic"));
    let Some((first, rest)) = object.name.split_once(' ').filter(|_| is_thing) else { return false };
    let number = first.trim_start_matches(['$', '£', '€', '₹', '₦']).trim_end_matches('%').replace([',', '.'], "");
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let has_unit = first.len() != first.trim_matches(['$', '£', '€', '₹', '₦', '%']).len();
    let is_count = number_of(first).is_some_and(|count| count > 1) || is_number;
    (is_number && has_unit) || is_count && rest.starts_with(char::is_lowercase)
}

/// Removes articles and possessives at the start and punctuation at the end of a name.
fn clean_name(name: &str) -> String {
    let name = with_numbered_type(super::nouns::strip_article(name.trim()));
    let name = [" then ", " not ", ", not "]
        .into_iter()
        .fold(name.as_str(), |name, mark| name.split_once(mark).map_or(name, |(first, _)| first));
    let name = [" now", " before", " there", " lately", " in the meantime", " at the moment"]
        .iter()
        .fold(name, |name, adverb| name.strip_suffix(adverb).unwrap_or(name));
    // "Smoking two years ago".
    let name = name.strip_suffix(" ago").map_or(name, |before| before.rsplitn(3, ' ').nth(2).unwrap_or(before));
    let name = name.trim_matches(|c: char| matches!(c, ',' | ';' | ':' | '"' | '“' | '”') || c.is_whitespace());
    name.strip_suffix("'s").unwrap_or(name).to_owned()
}

/// "Type 2 diabetes": the parser takes "type" for a verb, so it reads "type-two".
fn with_numbered_type(text: &str) -> String {
    text.replace("type-two diabetes", "type 2 diabetes").replace("type-one diabetes", "type 1 diabetes")
}

/// Whether a text can be the name of an object.
fn is_name(name: &str) -> bool {
    let letters = name.chars().filter(|c| c.is_alphanumeric()).count();
    // "P(B" is half of something.
    let whole = name.matches('(').count() == name.matches(')').count();
    // "A record of when them get" has lost its subject.
    let cut = [" when ", " that ", " which ", " what "].iter().any(|word| name.contains(&format!("{word}them ")));
    letters > 0
        && whole
        && !cut
        && name.len() <= 160
        && !name.contains(['|', '{', '}', '<', '>', '=', '\\', '\n', '[', ']'])
}

/// The statement as a main clause: "who I met" is "I met", and of "I'd love to hike and explore" the second half is a wish.
fn whole_clause(fact: &Fact<'_>) -> String {
    let name = &fact.subject.name;
    let text = fact.statement.replacen(&format!("{name} who "), &format!("{name} "), 1);
    let is_wish =
        ["like", "love", "prefer", "rather", "be"].iter().any(|verb| text.contains(&format!(" would {verb}")));
    if fact.mood == Mood::Wanted && !is_wish { text.replacen(" would ", " wants to ", 1) } else { text }
}

/// A statement with a capital letter at its start and a full stop.
pub(super) fn sentence_of(text: &str) -> String {
    let text = with_numbered_type(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    let text = text.trim_matches(|c: char| matches!(c, ',' | ';' | ':') || c.is_whitespace()).trim_end_matches('.');
    // "A retired surveyor, not a programmer": what it is not was left out.
    let text = [" not", " and", " but", " or"].iter().find_map(|left| text.strip_suffix(left)).unwrap_or(text);
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => {
            let end = if text.ends_with(['!', '?', '…']) { "" } else { "." };
            format!("{}{}{end}", first.to_uppercase(), chars.as_str())
        }
        None => String::new(),
    }
}

/// "Ann lives in Bergen" of "Ann moved to Bergen".
fn start_statement(fact: &Fact<'_>, started: &str) -> String {
    let verb = match started {
        "LIVES_IN" => "lives in",
        "WORKS_AT" => "works at",
        "WORKS_AS" => "works as",
        _ => "is a member of",
    };
    sentence_of(&format!("{} {verb} {}", fact.subject.name, fact.object.name))
}

/// Sets the validity of a claim from a date; a past state is over at its end.
fn set_validity(claim: &mut Claim, date: &DatedSpan, past_state: bool) {
    let state = claim.holding != Holding::Event;
    match date.extent {
        Extent::During | Extent::Since => {
            claim.valid_from = Some(rounded(date));
            if past_state && date.extent == Extent::During {
                claim.valid_until = date.until;
            }
        }
        Extent::Between => {
            claim.valid_from = Some(rounded(date));
            claim.valid_until = date.until.filter(|_| state);
        }
        Extent::Until if state => claim.valid_until = Some(rounded(date)),
        Extent::Until | Extent::Before | Extent::After => {}
    }
}

/// The start of a date; parts of a day have day precision.
pub(super) fn rounded(date: &DatedSpan) -> TimePoint {
    match date.grain {
        Grain::Part => TimePoint { precision: Precision::Day, at: date.from.at },
        _ => date.from,
    }
}

/// Converts words to a relation name in `UPPER_SNAKE_CASE`.
pub(super) fn relation_name(words: &str) -> String {
    let name: String =
        words.chars().flat_map(char::to_uppercase).map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    name.split('_').filter(|part| !part.is_empty()).take(6).collect::<Vec<_>>().join("_")
}

/// The object of what a fact starts; `None` if it cannot have that object, as a job has no employer's name.
fn started_object(started: &str, fact: &Fact<'_>) -> Option<Object> {
    let named = fact.object.name.starts_with(char::is_uppercase);
    (started == "WORKS_AS" || named).then(|| fact.object.clone())
}
