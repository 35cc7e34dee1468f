//! Phrasings of chat in plain words: "been in Leeds 4 years" is "I have lived in Leeds for 4 years", "34 years as a
//! midwife" is "I worked 34 years as a midwife".
//!
//! Each pattern of `data/phrasings.tsv` rewrites a construction that the parser cannot read.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};

use super::fragments;
use super::mapped::Mapped;
use super::questions::has_verb;

/// What a pattern needs to hold of the rest of the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    /// Nothing.
    Always,
    /// No verb is in it.
    Verbless,
    /// It speaks of where one lives.
    Living,
    /// It speaks of what one eats.
    Eating,
    /// It speaks of what one was.
    Former,
    /// It begins with "I".
    FirstPerson,
    /// It is a job title without a verb: "senior data analyst from 1 July".
    Title,
    /// An assistant says it: "Booked: Liverpool passport office, 22 August."
    Report,
}

impl When {
    /// Parses the name in the data file.
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "always" => Self::Always,
            "without a verb" => Self::Verbless,
            "of a home" => Self::Living,
            "of food" => Self::Eating,
            "of former jobs" => Self::Former,
            "first person" => Self::FirstPerson,
            "job title" => Self::Title,
            "report" => Self::Report,
            _ => return None,
        })
    }

    /// Whether it holds of a sentence.
    fn holds(self, text: &str) -> bool {
        let lower = text.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        match self {
            Self::Always | Self::Report => true,
            Self::Verbless => !has_verb(text),
            Self::Title => {
                let title = lower.split(" from ").next().and_then(|title| title.split(" at ").next());
                let mut words = title.unwrap_or_default().split(' ');
                !has_verb(text) && (words.clone().next_back().is_some_and(is_title) || words.next() == Some("head"))
            }
            Self::Living => has(&["live", "living", "stay"]),
            Self::Eating => has(&["veg", "eat", "diet", "halal", "allerg"]),
            Self::Former => lower.starts_with("i was ") || lower.starts_with("i worked"),
            Self::FirstPerson => {
                ["my ", "i ", "i'"].iter().any(|start| lower.starts_with(start))
                    || fragments::begins_without_subject(&lower)
            }
        }
    }
}

/// Nouns for what the speaker alone has, also without "my".
const OWN: &str = "rent|salary|wage|guide|supervisor|boss|manager|budget|deposit|landlord|landlady|mortgage|commute|tutor|\
    consultant|gp|dentist|notice period|lease|start date|due date|target|goal|thesis|dissertation|scholarship|savings";
/// Documents that expire.
const EXPIRING: &str = "passport|visa|licence|license|lease|contract|warranty|insurance|membership|subscription|permit|card|\
    mot|tenancy|policy|certificate|cert|prescription";
/// Quantities that one keeps track of.
const TRACKED: &str = "weight|blood pressure|bp|resting heart rate|heart rate|a1c|hba1c|mileage|cholesterol|blood sugar|\
    height|salary|rent|savings|bmi|body fat|credit score|gpa|pb|waist";
/// Last words of job titles.
const TITLES: &str = "analyst engineer manager director officer executive developer designer consultant lead head teacher \
    nurse supervisor coordinator assistant administrator scientist architect partner associate accountant editor \
    producer lecturer professor chef driver technician specialist adviser advisor planner";
/// A number with its unit.
const AMOUNT: &str =
    r"[£$€₹₦]?\d[\d.,:/]*\s?(?:k|m|kg|kgs|lbs?|lb|stone|st|mg|mm|cm|bpm|%|miles|km|million|lakhs?|crore|mmol)?";
/// An amount of money.
const MONEY: &str = r"[£$€₹₦]\d[\d,.]*(?:k|m)?|\d[\d,.]*k? (?:thousand |million |lakhs? )?(?:euros?|dollars|bucks|pounds|quid|rupees|\
    naira|rand|cedis|shillings|ringgit|dirhams|yen|kroner|kronor|francs|pesos|reais|zloty|lira|baht|yuan|won|grand)";
/// Years, months or weeks in words or digits.
const COUNT: &str = r"\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty";

/// Months, also abbreviated.
const MONTH: &str = "january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|\
    jun|jul|aug|sept?|oct|nov|dec";
/// Days of the week.
const DAY: &str = "monday|tuesday|wednesday|thursday|friday|saturday|sunday";

/// Breeds of pets, and words for them.
const BREED: &str = "cockapoo|labrador|lab|spaniel|poodle|greyhound|terrier|collie|beagle|tabby|kitten|puppy|pup|dog|cat|rabbit|\
    retriever|husky|pug|bulldog|whippet|dachshund|corgi|shepherd|hamster|parrot|budgie|tortoise|pony|horse|ragdoll|siamese|\
    persian|staffy|cavapoo|labradoodle|goldendoodle|rottweiler|boxer|setter|mutt|mongrel|bunny|gecko|snake|lurcher|schnauzer";

/// A pattern with what it needs and what it says in plain words.
#[derive(Debug)]
struct Phrasing {
    when: When,
    pattern: Regex,
    plain: &'static str,
}

/// The lines of the data file that are no comments.
fn lines() -> impl Iterator<Item = &'static str> {
    include_str!("../../data/phrasings.tsv").lines().filter(|line| !line.starts_with('#'))
}

static PHRASINGS: LazyLock<Vec<Phrasing>> = LazyLock::new(|| lines().filter_map(phrasing).collect());

/// Compiles the patterns, so that the first sentence does not wait for it.
pub(super) fn prepare() {
    LazyLock::force(&PHRASINGS);
}

fn phrasing(line: &'static str) -> Option<Phrasing> {
    let lists = [
        ("%OWN%", OWN),
        ("%EXPIRING%", EXPIRING),
        ("%TRACKED%", TRACKED),
        ("%AMOUNT%", AMOUNT),
        ("%MONEY%", MONEY),
        ("%COUNT%", COUNT),
        ("%MONTH%", MONTH),
        ("%DAY%", DAY),
        ("%BREED%", BREED),
        // Names are told by their capitals.
        ("[A-Z]", "(?-i:[A-Z])"),
        (r"\p{Lu}", r"(?-i:\p{Lu})"),
    ];
    let mut fields = line.split('\t');
    let (when, pattern, plain) = (fields.next()?, fields.next()?, fields.next()?);
    let pattern = lists.iter().fold(pattern.to_owned(), |pattern, (name, list)| pattern.replace(name, list));
    Some(Phrasing {
        when: When::parse(when)?,
        pattern: RegexBuilder::new(&pattern).case_insensitive(true).build().ok()?,
        plain: plain.strip_prefix('"')?.strip_suffix('"')?,
    })
}

/// A list of things to do or to get, after what they are: "New year goals: learn Cantonese, read 20 books".
static GOALS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^(?:my |our )?(?:new year'?s? |\d{4} |this year'?s? |life |fitness |main |big |summer )?(?:goals?|resolutions?|bucket ?list|wish ?list|targets?)(?: for [\w ]+?)?(?: this year)?(?: are| is)?: ?(.+)$",
    )
    .ok()
});

/// Whether a word ends job titles.
pub(super) fn is_title(word: &str) -> bool {
    TITLES.split_whitespace().any(|title| title == word)
}

/// Writes what a speaker says in plain words.
pub(super) fn in_plain_words(sentence: &mut Mapped) {
    goals(sentence);
    for phrasing in PHRASINGS.iter().filter(|phrasing| phrasing.when != When::Report) {
        apply(phrasing, sentence);
    }
}

/// Writes what an assistant reports to have done in plain words, by the first pattern that matches.
pub(super) fn report(sentence: &mut Mapped) {
    let text = &sentence.text()[sentence.bounds()];
    let reports = |phrasing: &&Phrasing| phrasing.when == When::Report && phrasing.pattern.is_match(text);
    if let Some(phrasing) = PHRASINGS.iter().find(reports) {
        apply(phrasing, sentence);
    }
}

fn apply(phrasing: &Phrasing, sentence: &mut Mapped) {
    let text = &sentence.text()[sentence.bounds()];
    // Most patterns match nothing, and what they need costs more than a match.
    if phrasing.pattern.is_match(text) && phrasing.when.holds(text) {
        sentence.rewrite(&phrasing.pattern, phrasing.plain, |full| {
            with_small_noun(full.replace("  ", " ").replace(" on on ", " on "))
        });
    }
}

/// "My Rent" as "My rent": the noun stood at the start of a sentence.
fn with_small_noun(text: String) -> String {
    let Some(at) = text.to_lowercase().find("my ").filter(|at| *at == 0 || text[..*at].ends_with(". ")) else {
        return text;
    };
    let (before, rest) = text.split_at(at + "my ".len());
    let mut chars = rest.chars();
    match chars.next() {
        Some(first) if chars.clone().next().is_some_and(char::is_lowercase) => {
            format!("{before}{}{}", first.to_lowercase(), chars.as_str())
        }
        _ => text,
    }
}

/// "Goals: learn Cantonese, read 20 books": each is something that the speaker wants.
fn goals(sentence: &mut Mapped) {
    let text = sentence.text().to_owned();
    let Range { start, end } = sentence.bounds();
    let found = GOALS.as_ref().and_then(|goals| goals.captures(&text[start..end]));
    let Some(items) = found.and_then(|found| found.get(1)) else { return };
    let first = start + items.start();
    let mut edits = vec![(start..first, "I want to ")];
    let separators = items.as_str().match_indices(", ");
    edits.extend(separators.map(|(at, mark)| (first + at..first + at + mark.len(), ". I want to ")));
    sentence.replace(&edits);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        let mut sentence = Mapped::slice(text, 0..text.len());
        in_plain_words(&mut sentence);
        sentence.text().to_owned()
    }

    #[test]
    fn every_line_is_a_phrasing() {
        let wrong: Vec<&str> = lines().filter(|line| phrasing(line).is_none()).collect();
        assert_eq!(wrong, Vec::<&str>::new());
    }

    #[test]
    fn phrasings_are_written_in_plain_words() {
        assert_eq!(plain("been in Leeds 4 yrs now"), "I have lived in Leeds for 4 yrs now");
        assert_eq!(plain("it's just me and my sister"), "I live with my sister");
        assert_eq!(plain("my grandad's 90th tomorrow"), "my grandad turns 90 tomorrow");
        assert_eq!(plain("Zoom it is from now on."), "I prefer Zoom.");
        assert_eq!(plain("34 years as a midwife"), "I worked 34 years as a midwife");
        assert_eq!(plain("torn ACL"), "I have a torn ACL");
        assert_eq!(plain("I ran a PB of 1:45:10 in the half marathon"), "my half marathon PB is 1:45:10");
        assert_eq!(plain("I beat my PB in the half marathon with 1:45"), "my half marathon PB is 1:45");
        assert_eq!(plain("I set a PB of 3:10 in the Berlin marathon"), "my marathon PB is 3:10");
        assert_eq!(plain("I'm at my brother's in Mesa"), "I am staying with my brother. My brother lives in Mesa");
        assert_eq!(plain("my son is in class 6"), "my son is in 6th class");
        assert_eq!(plain("starting weight 104kg"), "My weight is 104kg ");
        assert_eq!(plain("I am pure veg, no onion no garlic also"), "I am pure veg. I don't eat onion or garlic");
        assert_eq!(plain("A girl, Margot, 7lb 2oz"), "My daughter is called Margot. Margot weighs 7lb 2oz");
        assert_eq!(
            plain("New year goals: learn Welsh, read 20 books"),
            "I want to learn Welsh. I want to read 20 books"
        );
    }

    #[test]
    fn sentences_stay_as_they_are() {
        let texts = [
            "I love how it is",
            "I had a trip to Rome",
            "Broken promises are worse",
            "No wine for me",
            "Its tail is long",
        ];
        for text in texts {
            assert_eq!(plain(text), text);
        }
    }
}
