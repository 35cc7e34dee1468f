//! Extractive summaries of entities: statements of their facts, ordered by what matters about somebody.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

use crate::model::{EntityId, Fact, Holding};
use crate::text::MONTHS;
use crate::vocabulary::{Group, began, relation};
use join::{join, without_end};

mod join;

/// The size of the user's summary: characters and sentences.
const OF_USER: (usize, usize) = (800, 12);
/// The size of another entity's summary.
const OF_OTHERS: (usize, usize) = (500, 8);
/// Maximum number of events in a summary.
const EVENTS_MAX: usize = 3;
/// Maximum number of sentences about one relation that cannot be joined.
const APART_MAX: usize = 3;
/// Maximum number of facts of one section that are examined; a user may have very many facts.
const FACTS_MAX: usize = 40;

/// What a summary is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject {
    /// The entity.
    pub(super) entity: EntityId,
    /// The user who owns the graph.
    pub(super) user: EntityId,
    /// The present; `None` to consider every open fact as present.
    pub(super) now: Option<Timestamp>,
}

/// The parts of a summary, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    /// What relates another entity to the user.
    ToUser,
    Identity,
    Occupation,
    Home,
    People,
    Health,
    Interests,
    Other,
    /// What others say about another entity.
    FromOthers,
    Plans,
    Given,
    Events,
}

/// Summarises an entity by facts that hold; each comes with its relation.
///
/// A user's summary says who this is: identity, work and education, home, people and animals, health, preferences,
/// plans, then the latest events. That of another entity begins with what relates it to the user. In each section, what
/// says most about somebody comes first, then what was stated most often, then the newest. Sentences about one relation are joined where they differ only in
/// their object. The result does not depend on the order of `facts`.
pub(super) fn summarise<'a>(subject: Subject, facts: impl Iterator<Item = (&'a Fact, &'a str)>) -> String {
    let mut sections: BTreeMap<Section, Vec<(&Fact, &str)>> = BTreeMap::new();
    for (fact, predicate) in facts {
        if let Some(section) = subject.section(fact, predicate) {
            sections.entry(section).or_default().push((fact, predicate));
        }
    }
    without_what_they_began(&mut sections);
    let (characters_max, sentences_max) = if subject.entity == subject.user { OF_USER } else { OF_OTHERS };
    let mut summary = String::new();
    let mut count = 0;
    for (section, facts) in sections {
        for sentence in sentences(section, facts) {
            let length = summary.chars().count() + sentence.chars().count() + 1;
            if count >= sentences_max || length > characters_max || summary.contains(without_end(&sentence)) {
                continue;
            }
            if !summary.is_empty() {
                summary.push(' ');
            }
            summary.push_str(&sentence);
            count += 1;
        }
    }
    summary.shrink_to_fit();
    summary
}

/// Leaves out events of which the state that they began is shown.
fn without_what_they_began(sections: &mut BTreeMap<Section, Vec<(&Fact, &str)>>) {
    let Some(mut events) = sections.remove(&Section::Events) else { return };
    events.retain(|(event, _)| !sections.values().flatten().any(|(state, _)| began(event, state)));
    sections.insert(Section::Events, events);
}

/// The sentences of a section.
fn sentences(section: Section, mut facts: Vec<(&Fact, &str)>) -> Vec<String> {
    let order = |(left, left_predicate): &(&Fact, &str), (right, right_predicate): &(&Fact, &str)| {
        let often = |fact: &Fact| Reverse(if section == Section::Events { 0 } else { fact.episodes.len() });
        let key = |fact: &Fact| (often(fact), Reverse(fact.valid_from));
        let importance = |predicate: &str| if section == Section::Events { 0 } else { importance(predicate) };
        importance(left_predicate)
            .cmp(&importance(right_predicate))
            .then_with(|| key(left).cmp(&key(right)))
            .then_with(|| left.statement.cmp(&right.statement))
            .then(left.id.cmp(&right.id))
    };
    let needed = if section == Section::Events { EVENTS_MAX } else { FACTS_MAX };
    if facts.len() > needed {
        facts.select_nth_unstable_by(needed, order);
        facts.truncate(needed);
    }
    facts.sort_by(order);
    let mut sentences = Vec::new();
    let mut done: Vec<(EntityId, &str)> = Vec::new();
    for (fact, predicate) in &facts {
        let slot = (fact.subject, *predicate);
        if done.contains(&slot) {
            continue;
        }
        done.push(slot);
        let same = facts.iter().filter(|(other, predicate)| (other.subject, *predicate) == slot);
        let statements: Vec<&str> = same.map(|(other, _)| other.statement.as_str()).collect();
        // One object at a time: the newest.
        let apart_max = if fact.holding == Holding::Exclusive { 1 } else { APART_MAX };
        let joined = if apart_max == 1 { &statements[..1] } else { &statements[..] };
        sentences.extend(join(joined, apart_max));
    }
    sentences
}

/// How much a relation says about somebody beside others of its section: a job more than a class, what one loves more than
/// what one asked about. Smaller is more.
fn importance(predicate: &str) -> u8 {
    match predicate {
        "HAS_NAME"
        | "HAS_AGE"
        | "WORKS_AS"
        | "WORKS_AT"
        | "OWNS_BUSINESS"
        | "STUDIES_AT"
        | "STUDIES"
        | "HAS_EMPLOYMENT_STATUS"
        | "LIVES_IN"
        | "MARRIED_TO"
        | "ENGAGED_TO"
        | "DATING"
        | "HAS_CHILD"
        | "HAS_CONDITION"
        | "ALLERGIC_TO"
        | "FOLLOWS_DIET"
        | "TAKES_MEDICATION"
        | "LOVES"
        | "PREFERS"
        | "DISLIKES" => 0,
        "TAKES_CLASS" | "WORKS_ON" | "LOCATED_IN" | "KNOWS" | "HAS_COLLEAGUE" | "INTERESTED_IN" | "EATS" | "TRIED"
        | "COOKS" | "USES" | "LISTENS_TO" => 2,
        _ => 1,
    }
}

impl Subject {
    /// The section of a fact; `None` if it does not belong to the summary.
    fn section(self, fact: &Fact, predicate: &str) -> Option<Section> {
        let group = relation(predicate).map(|relation| relation.group);
        let is_future = self.now.is_some_and(|now| fact.valid_from.is_some_and(|from| from > now));
        let has_ended = fact.valid_until.is_some_and(|until| self.now.is_none_or(|now| until <= now));
        if fact.holding == Holding::Event {
            return Some(if is_future { Section::Plans } else { Section::Events });
        }
        if has_ended || is_future {
            return None;
        }
        if self.entity != self.user {
            let ends = [fact.subject, fact.object];
            return Some(match group {
                _ if ends.contains(&self.user) => Section::ToUser,
                _ if fact.subject == self.entity => section_of(group),
                _ => Section::FromOthers,
            });
        }
        let section = section_of(group);
        if fact.subject != self.user {
            // What is true of others is not what is known about the user, except who they are.
            return Some(if group.is_some() { section } else { Section::Other })
                .filter(|section| matches!(section, Section::People | Section::Other));
        }
        if section == Section::Plans && self.now.is_some_and(|now| is_over(&fact.statement, now)) {
            return None;
        }
        Some(section)
    }
}

/// The section of a user's own facts that hold.
fn section_of(group: Option<Group>) -> Section {
    match group {
        Some(Group::Identity) => Section::Identity,
        Some(Group::Work | Group::Education) => Section::Occupation,
        Some(Group::Place) => Section::Home,
        Some(Group::People | Group::Pet) => Section::People,
        Some(Group::Health) => Section::Health,
        Some(Group::Preference | Group::Hobby) => Section::Interests,
        Some(Group::Plan) => Section::Plans,
        Some(Group::Status) => Section::Given,
        Some(Group::Event | Group::Achievement) => Section::Events,
        Some(Group::Membership | Group::Possession) | None => Section::Other,
    }
}

/// Whether the last date that a statement names is over.
fn is_over(statement: &str, now: Timestamp) -> bool {
    let today = now.to_zoned(TimeZone::UTC).date();
    last_date(statement).is_some_and(|last| last < today)
}

/// The end of the last date that a text names: "2025-05-03", "3 May 2025", "May 2025" or "in 2025".
fn last_date(text: &str) -> Option<Date> {
    let words: Vec<String> =
        text.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()).collect();
    let number = |at: Option<usize>| words.get(at?)?.parse::<i16>().ok();
    let date_at = |at: usize| -> Option<Date> {
        let word = words.get(at)?;
        if let Ok(date) = word.parse::<Date>() {
            return Some(date);
        }
        if let Some(month) = MONTHS.iter().position(|month| month == word) {
            let year = number(Some(at + 1)).filter(|year| (1900..2200).contains(year))?;
            let month = date(year, month as i8 + 1, 1);
            let day = number(at.checked_sub(1)).filter(|day| (1..=i16::from(month.days_in_month())).contains(day));
            return Some(day.map_or(month.last_of_month(), |day| date(year, month.month(), day as i8)));
        }
        let is_alone = at.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|before| before == "in");
        let year = number(Some(at)).filter(|year| is_alone && (1900..2200).contains(year))?;
        Some(date(year, 12, 31))
    };
    (0..words.len()).filter_map(date_at).max()
}

#[cfg(test)]
mod tests;
