//! Things of one's own: what "it" means, their names, and where they are or what they are about.

use std::sync::LazyLock;

use erstwhile_nlp::{Dep, Pos};
use regex::Regex;

use super::claims::{Object, relation_name};
use super::mood::Mood;
use super::nouns;
use super::reader::{FactParts, SentenceReader};

/// Things of which one goes on to speak as "it": each has a date, a place, a name or a size of its own.
const LASTING: &[&str] = &[
    "apartment",
    "app",
    "appointment",
    "bakery",
    "band",
    "bike",
    "blog",
    "boat",
    "book",
    "business",
    "café",
    "cafe",
    "camper",
    "car",
    "channel",
    "choir",
    "class",
    "club",
    "company",
    "concert",
    "conference",
    "contract",
    "course",
    "deadline",
    "dissertation",
    "essay",
    "exam",
    "exhibition",
    "farm",
    "flat",
    "flight",
    "game",
    "garden",
    "gym",
    "house",
    "interview",
    "lease",
    "marathon",
    "novel",
    "office",
    "operation",
    "paper",
    "podcast",
    "practice",
    "project",
    "race",
    "recital",
    "report",
    "restaurant",
    "salon",
    "school",
    "shop",
    "show",
    "startup",
    "start-up",
    "stall",
    "store",
    "studio",
    "surgery",
    "test",
    "thesis",
    "tournament",
    "train",
    "trip",
    "van",
    "viva",
    "website",
    "wedding",
    "workshop",
];

/// A thing of the speaker's: "my old flat", "I'm writing a crime novel".
static OWN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(
        r"(?i)\b(?:(?:my|our) |(?:^|[,;] |and |but )(?:I|we|I'm|I've|we're|we've)\b[^.?!,;]*? an? )(?:[\w'-]+ ){{0,3}}?({})\b",
        LASTING.join("|")
    ))
    .ok()
});

/// A sentence that says something of the thing before it.
static OF_IT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?:[Aa]nd |[Bb]ut |[Ss]o )?(?:(?:I|i)t's|(?:I|i)t(?: is| was| has| will| \w+s)?)\b").ok()
});

/// A sentence about "it" with the speaker's thing in its place, if the sentence before names exactly one.
pub(super) fn named(text: &str, before: &str) -> Option<String> {
    let start = OF_IT.as_ref()?.find(text)?;
    let mut things = OWN.as_ref()?.captures_iter(before).filter_map(|found| found.get(1));
    let thing = things.next()?.as_str();
    let others = LASTING.iter().filter(|other| {
        !other.eq_ignore_ascii_case(thing)
            && before.to_lowercase().split(|c: char| !c.is_alphanumeric() && c != '-').any(|word| word == **other)
    });
    if others.count() > 0 || things.any(|other| !other.as_str().eq_ignore_ascii_case(thing)) {
        return None;
    }
    let said = start.as_str();
    let it = said.find("it").or_else(|| said.find("It"))?;
    let after = text.get(it + 2..)?;
    let verb = after.strip_prefix("'s ").map_or_else(|| after.to_owned(), |rest| format!(" is {rest}"));
    Some(format!("My {}{verb}", thing.to_lowercase()))
}

impl SentenceReader<'_, '_> {
    /// "My boat is called Petrel": returns whether the clause gives a thing its name.
    pub(super) fn name_of_thing(&mut self, verb: usize, thing: usize) -> bool {
        let s = self.s;
        if !s.is_lemma(verb, &["call", "name"]) || s.dep(thing) != Dep::Nsubjpass {
            return false;
        }
        let Some(name) = s.child_of(verb, &[Dep::Oprd, Dep::Attr, Dep::Dobj]).filter(|name| s.is_capital(*name)) else {
            return false;
        };
        let (first, last) = (s.subtree(name).min().unwrap_or(name), s.subtree(name).max().unwrap_or(name));
        let last =
            (first..=last).rev().find(|token| s.pos(*token) != Pos::Punct && !s.is(*token, &["now"])).unwrap_or(name);
        let Some(owner) = self.owner_of(thing) else { return false };
        let (noun, name) = (self.bare_noun(thing), nouns::span_text(&s, first, last).to_owned());
        let statement = format!("{}'s {noun} is called {name}", owner.name);
        let relation = format!("HAS_{}_NAME", relation_name(&noun));
        self.add(FactParts {
            subject: &owner,
            relation: &relation,
            object: Object::value(name),
            statement,
            mood: Mood::Actual,
            negated: false,
            past: false,
            date: None,
        });
        true
    }

    /// Where a lasting thing is, or what it is about: the preposition of "my flat is on the third floor".
    pub(super) fn place_or_topic(&self, verb: usize, thing: usize) -> Option<usize> {
        let s = self.s;
        if s.lemma(verb) != "be" || !s.is_lemma(thing, LASTING) {
            return None;
        }
        s.child(verb, |c| {
            c > verb
                && s.dep(c) == Dep::Prep
                && s.is(c, &["about", "on", "in", "near", "at", "by", "above", "opposite", "behind", "for"])
                && s.object_of(c)
                    .is_some_and(|object| s.is_noun(object) && !s.is_date(object) && !s.is(object, &["mind"]))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn it_is_the_one_thing_of_ones_own_in_the_sentence_before() {
        let cases = [
            ("It's due on Friday.", "My thesis is about lichens.", Some("My thesis is due on Friday.")),
            ("It is called Suzume.", "I bought a bakery in Kyoto.", Some("My bakery is called Suzume.")),
            ("and it leaves at seven", "My flight is with Tarom.", Some("My flight leaves at seven")),
            ("It's raining.", "My sister rang.", None),
            ("It's tiny.", "My flat is next to a bakery.", None),
            ("It was fun.", "There's a concert in the park.", None),
        ];
        for (text, before, wanted) in cases {
            assert_eq!(named(text, before).as_deref(), wanted, "{text} after {before}");
        }
    }
}
