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

/// The stems of the words of a query that name a topic, in order.
pub(super) fn topic(query: &str) -> Vec<String> {
    let mut topic = words(query);
    topic.retain(|word| !ASKING_STEMS.contains(word));
    topic
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
}

impl Question {
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
    fn a_question_is_about_the_user_unless_it_addresses_the_assistant() {
        let about = |query| (Question::new(query).is_about_user, Question::new(query).is_about_assistant);
        assert_eq!(about("Where do I live?"), (true, false));
        assert_eq!(about("What did you tell me about Rome?"), (false, true));
        assert_eq!(about("Where does Mira live?"), (false, false));
    }
}
