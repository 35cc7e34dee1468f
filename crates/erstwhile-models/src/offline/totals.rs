//! How many of something there are so far: "has tried four Korean restaurants", "leads a team of seven engineers". Pure.
//!
//! Such a number has one value at a time: who has tried four has no longer tried three. So the fact is a value of its own,
//! and not about "four Korean restaurants".

use std::sync::LazyLock;

use regex::Regex;

use super::attributes::number_of;
use super::claims::{Fact, Object, relation_name};
use super::dates::Extent;

/// "Four Korean restaurants", "team of seven engineers in Leeds".
static COUNTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)^(?:(?:about|around|roughly|nearly|almost|over|exactly)\s)?
          (?P<group>(?:team|group|crew|staff|class|collection|total)\sof\s)?
          (?P<count>\d[\d,]*|[a-z]+(?:-[a-z]+)?)\s(?:different\s|separate\s|unique\s)?
          (?P<things>[\p{L}'-]+(?:\s[\p{L}'-]+){0,3}?)(?P<rest>\s(?:of|in|on|at|to|for|from|with|by|about|over)\s.*)?$",
    )
    .ok()
});
/// "Has tried", "has now been watching", with the participle.
static PERFECT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b(?:has|have) (?:(?:now|already|only|also|so far|just|recently|currently) )?(?P<participle>[a-z]+)\b")
        .ok()
});

/// Relations of what one has at any time.
const STATES: &[&str] = &["HAS", "OWNS", "MANAGES", "IS_EXPECTING", "TEACHES", "CARES_FOR"];
/// What one reads, watches or plays so many of.
const PARTS_OF_WORKS: &[&str] = &[
    "episode", "season", "book", "chapter", "page", "film", "movie", "show", "game", "song", "album", "poem", "paper",
    "article", "story", "play", "level",
];
/// What a distance, a span, an amount or a rate is measured in.
const UNITS: &[&str] = &[
    "second",
    "minute",
    "min",
    "hour",
    "hr",
    "day",
    "night",
    "week",
    "weekend",
    "fortnight",
    "month",
    "year",
    "decade",
    "time",
    "mile",
    "kilometre",
    "kilometer",
    "km",
    "metre",
    "meter",
    "foot",
    "inch",
    "step",
    "lap",
    "kilo",
    "kilogram",
    "kg",
    "gram",
    "pound",
    "lb",
    "stone",
    "ounce",
    "litre",
    "liter",
    "gallon",
    "cup",
    "glass",
    "pint",
    "bottle",
    "calorie",
    "dollar",
    "buck",
    "euro",
    "quid",
    "rupee",
    "naira",
    "cent",
    "percent",
    "degree",
    "point",
    "thing",
    "one",
    "kid",
    "child",
    "son",
    "daughter",
    "brother",
    "sister",
    "sibling",
    "twin",
    "cousin",
    "grandchild",
    "grandkid",
    "thousand",
    "million",
    "grand",
    "lakh",
    "crore",
    "quarter",
    "third",
    "half",
];

/// The relation and the number of a fact that tells how many there are so far.
pub(super) fn of(fact: &Fact<'_>) -> Option<(String, Object)> {
    if fact.negated || fact.date.is_some_and(|date| date.extent != Extent::Since) {
        return None;
    }
    // An open relation has its verb in the object: "build two guitars".
    let counted = match fact.relation {
        "DID" => fact.object.name.split_once(' ')?.1,
        _ => fact.object.name.as_str(),
    };
    let found = COUNTED.as_ref()?.captures(counted)?;
    let number = number_of(&found.name("count")?.as_str().replace(',', ""))?;
    let things = found.name("things")?.as_str();
    let last = things.rsplit(' ').next()?;
    let one = match last {
        "people" | "men" | "women" => last,
        _ => last.strip_suffix('s').filter(|one| !one.ends_with('s'))?,
    };
    let is_unit = |unit: &str| UNITS.contains(&unit.to_lowercase().as_str());
    // "Two more cats", "two cups of coffee a day".
    let is_part =
        things.split(' ').any(|word| matches!(word, "more" | "other" | "additional" | "new" | "of" | "a" | "per"));
    let is_rate = [" a day", " a week", " a month", " a year", " per ", " each "]
        .iter()
        .any(|rate| fact.statement.contains(rate));
    // "7 Habits of Highly Effective People" is a book, "12 episodes" are none.
    let is_title = fact.object.entity_type.as_deref() == Some("Work") && !PARTS_OF_WORKS.contains(&one);
    if is_title {
        return None;
    }
    // "A 2016 Auris", "two juniors" whom one manages, who may be named next.
    let is_name = last.starts_with(char::is_uppercase) || fact.relation == "MANAGES" && found.name("group").is_none();
    if number < 2 || is_part || is_rate || is_name || is_unit(one) || is_unit(last) {
        return None;
    }
    let things = relation_name(things);
    let relation = if STATES.contains(&fact.relation) && !fact.past {
        format!("NUMBER_OF_{things}")
    } else {
        let told = fact.statement.strip_prefix(fact.subject.name.as_str())?;
        let participle = PERFECT.as_ref()?.captures(told)?.name("participle")?.as_str();
        if number_of(participle).is_some() {
            return None;
        }
        if matches!(participle, "been" | "to" | "had" | "got") {
            format!("NUMBER_OF_{things}")
        } else {
            format!("NUMBER_OF_{things}_{}", relation_name(participle))
        }
    };
    Some((relation, Object::value(number.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offline::mood::Mood;
    use crate::offline::people::Person;

    fn total(relation: &str, object: &str, statement: &str) -> Option<(String, String)> {
        let subject = Person::named("Nora".to_owned());
        let fact = Fact {
            subject: &subject,
            relation,
            object: Object::entity(object, None),
            statement: statement.to_owned(),
            mood: Mood::Actual,
            negated: false,
            past: false,
            date: None,
            span: 0..1,
            has_consequences: true,
        };
        of(&fact).map(|(relation, object)| (relation, object.name))
    }

    fn of_tried(object: &str) -> Option<(String, String)> {
        total("TRIED", object, &format!("Nora has tried {object}"))
    }

    #[test]
    fn what_was_done_so_far_is_counted() {
        let expected = Some(("NUMBER_OF_KOREAN_RESTAURANTS_TRIED".to_owned(), "4".to_owned()));
        assert_eq!(of_tried("four Korean restaurants"), expected);
        assert_eq!(of_tried("four different Korean restaurants in Leeds"), expected, "with a place");
        let parks = total("VISITED", "14 national parks", "Nora has been to 14 national parks");
        assert_eq!(parks, Some(("NUMBER_OF_NATIONAL_PARKS".to_owned(), "14".to_owned())));
    }

    #[test]
    fn what_one_has_is_counted_at_any_time() {
        let team = total("MANAGES", "team of seven engineers", "Nora leads a team of seven engineers");
        assert_eq!(team, Some(("NUMBER_OF_ENGINEERS".to_owned(), "7".to_owned())));
    }

    #[test]
    fn events_units_rates_and_additions_are_no_totals() {
        assert_eq!(total("TRIED", "four Korean restaurants", "Nora tried four Korean restaurants"), None, "an event");
        assert_eq!(of_tried("12 miles"), None);
        assert_eq!(of_tried("two more Korean restaurants"), None);
        assert_eq!(total("HAS", "two coffees a day", "Nora has two coffees a day"), None);
        assert_eq!(of_tried("Korean restaurants"), None);
    }
}
