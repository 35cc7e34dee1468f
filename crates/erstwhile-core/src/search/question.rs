//! What a query asks for, as far as its words show it. Pure.

use std::sync::LazyLock;

use foldhash::HashSet;

use crate::text::words;
use dates::NamedDate;

mod dates;

/// Words after "what" or "which" that ask for a time.
const TIMES: &[&str] = &["date", "dates", "day", "month", "time", "year"];
/// Words after "how many" that ask for a length of time, too.
const DURATIONS: &[&str] = &["days", "hours", "months", "weeks", "years"];

/// Words that ask or say how to answer, and name no topic.
const ASKING: &str = "across again already answer ask aspect bring brought call chat common compare considering conversation \
    current currently date day describe description detail different discuss discussion ever example explain far find \
    general get give happen include info information instance involve kind know known last lately latest \
    likely list long main many may mention might month much name need now often one order overall \
    particular please provide question reason recall recap recent recently recommend remember remind \
    said say session sort specific still suggest suggestion summarize summary sure talk tell thing think throughout time \
    together type use used various want way week well year yet";
static ASKING_STEMS: LazyLock<HashSet<String>> = LazyLock::new(|| words(ASKING).into_iter().collect());

/// Words that ask for advice or for a guess, which rests on everything that is known of the user.
const ADVICE: &[&str] = &[
    "advice",
    "advise",
    "idea",
    "ideas",
    "might",
    "recommend",
    "recommendation",
    "recommendations",
    "recommended",
    "should",
    "suggest",
    "suggested",
    "suggestion",
    "suggestions",
    "tip",
    "tips",
    "would",
];
/// Words with which questions begin that have no question mark.
const QUESTION_STARTS: &[&str] = &[
    "am", "are", "can", "could", "did", "do", "does", "had", "has", "have", "how", "is", "remind", "should", "tell",
    "was", "were", "what", "whats", "when", "where", "which", "who", "whom", "whose", "why", "will", "would",
];

/// Whether a text asks something.
pub fn is_question(text: &str) -> bool {
    let first: String =
        text.chars().skip_while(|first| !first.is_alphanumeric()).take_while(|next| next.is_alphanumeric()).collect();
    text.contains(['?', '？', '؟']) || QUESTION_STARTS.contains(&first.to_lowercase().as_str())
}

/// The stems of the words of a query that name a topic, in order; none if it asks for advice or for a guess.
pub(super) fn topic(query: &str) -> Vec<String> {
    let mut written = query.split(|character: char| !character.is_alphanumeric());
    if written.any(|word| ADVICE.contains(&word.to_lowercase().as_str())) {
        return Vec::new();
    }
    let mut topic = words(query);
    topic.retain(|word| !ASKING_STEMS.contains(word));
    topic
}

/// Words after "what" or "which" that ask for a value of which there is one at a time.
const VALUES: &[&str] = &[
    "accuracy",
    "address",
    "age",
    "amount",
    "average",
    "budget",
    "cost",
    "count",
    "date",
    "deadline",
    "limit",
    "number",
    "percent",
    "percentage",
    "phone",
    "price",
    "quota",
    "rate",
    "salary",
    "score",
    "size",
    "time",
    "total",
    "version",
    "weight",
];
/// Words after "how" that ask for a value.
const MEASURES: &[&str] =
    &["big", "far", "fast", "heavy", "high", "large", "long", "many", "much", "often", "old", "tall"];
/// Words that ask for the past, or for more than the present.
const PAST: &[&str] = &[
    "ago",
    "all",
    "before",
    "between",
    "both",
    "change",
    "changed",
    "changes",
    "compare",
    "did",
    "earlier",
    "first",
    "had",
    "history",
    "initial",
    "initially",
    "order",
    "original",
    "originally",
    "over",
    "previous",
    "previously",
    "progress",
    "since",
    "timeline",
    "used",
    "was",
    "were",
];

/// What a query asks for, in time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Tense {
    /// The present value of something that has one value at a time.
    PresentValue,
    /// The past, or more than the present.
    Past,
    /// Anything.
    #[default]
    Any,
}

/// A query, analysed.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Question {
    /// The stems of all words but stop words, in order.
    pub(super) words: Vec<String>,
    /// The dates that it names.
    pub(super) dates: Vec<NamedDate>,
    /// It asks for a time or a length of time.
    pub(super) asks_when: bool,
    /// It is about the assistant, whom the user addresses.
    pub(super) is_about_assistant: bool,
    /// It is about the user and does not address the assistant.
    pub(super) is_about_user: bool,
    /// What it asks for, in time.
    pub(super) tense: Tense,
}

impl Question {
    /// The distinct words, sorted.
    pub(super) fn distinct_words(&self) -> Vec<&str> {
        let mut words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        words.sort_unstable();
        words.dedup();
        words
    }

    /// Analyses a query.
    pub(super) fn new(query: &str) -> Self {
        let written: Vec<&str> = query.split(|character: char| !character.is_alphanumeric()).collect();
        let written: Vec<&str> = written.into_iter().filter(|word| !word.is_empty()).collect();
        let lower: Vec<String> = written.iter().map(|word| word.to_lowercase()).collect();
        let has = |words: &[&str]| lower.iter().any(|word| words.contains(&word.as_str()));
        let follows = |first: &[&str], then: &[&str]| {
            lower.windows(2).any(|pair| first.contains(&pair[0].as_str()) && then.contains(&pair[1].as_str()))
        };
        let how_many = |of: &[&str]| {
            lower.windows(3).any(|three| three[0] == "how" && three[1] == "many" && of.contains(&three[2].as_str()))
        };
        let asks_value = follows(&["how"], MEASURES)
            || follows(&["when"], &["is", "are", "do", "does", "will"])
            || (has(&["what", "which"]) && has(VALUES));
        let is_about_assistant = has(&["you", "your"]) || follows(&["remind"], &["me"]);
        Self {
            words: words(query),
            dates: dates::named_in(&lower, &written),
            asks_when: has(&["when"])
                || follows(&["what", "which"], TIMES)
                || follows(&["how"], &["long"])
                || how_many(DURATIONS),
            is_about_assistant,
            is_about_user: !is_about_assistant && has(&["i", "my", "me", "mine"]),
            tense: match (has(PAST), asks_value) {
                (true, _) => Tense::Past,
                (false, true) => Tense::PresentValue,
                (false, false) => Tense::Any,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_shows_what_kind_of_answer_it_wants() {
        assert!(
            Question::new("When did Mira move?").asks_when && Question::new("How many weeks was she away?").asks_when
        );
        assert!(!Question::new("How many cats does she have?").asks_when);
    }

    #[test]
    fn words_that_ask_and_requests_for_advice_name_no_topic() {
        assert_eq!(topic("Can you tell me how many kayaks I own?"), ["kayak", "own"]);
        assert_eq!(topic("What should I cook for Ida?"), Vec::<String>::new());
    }

    #[test]
    fn a_question_has_a_mark_or_begins_like_one() {
        assert!(
            is_question("Nice. And the kayak?") && is_question("where is the kayak") && is_question("¿Dónde está?")
        );
        assert!(!is_question("I own a kayak.") && !is_question("") && !is_question("Whatever it is."));
    }

    #[test]
    fn a_question_asks_for_a_present_value_unless_it_asks_for_the_past() {
        let tense = |query| Question::new(query).tense;
        for query in ["How many chapters are finished?", "What is the deadline now?", "When is my exam?"] {
            assert_eq!(tense(query), Tense::PresentValue, "{query}");
        }
        assert_eq!(tense("How many chapters did I first plan?"), Tense::Past);
        assert_eq!(tense("What is a kayak?"), Tense::Any);
    }

    #[test]
    fn a_question_is_about_the_user_unless_it_addresses_the_assistant() {
        let about = |query| (Question::new(query).is_about_user, Question::new(query).is_about_assistant);
        assert_eq!(about("Where do I live?"), (true, false));
        assert_eq!(about("What did you tell me about Rome?"), (false, true));
        assert_eq!(about("Where does Mira live?"), (false, false));
    }
}
