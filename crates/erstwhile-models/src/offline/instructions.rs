//! What a speaker tells an assistant to do always: "when you write for me, keep it short", "never use emojis".

/// Beginnings that make an order a lasting one.
const LASTING: &[&str] = &[
    "from now on ",
    "from now on, ",
    "going forward ",
    "going forward, ",
    "in future ",
    "in future, ",
    "in the future ",
    "in the future, ",
    "as a rule, ",
];

/// Beginnings of conditions under which an order is to be followed.
const WHENEVER: &[&str] = &[
    "when you ",
    "whenever you ",
    "every time you ",
    "each time you ",
    "if you ever ",
    "when i ask ",
    "when i'm wrong",
    "when i am wrong",
    "when i make ",
    "when i get ",
    "if i get ",
    "if i make ",
    "whenever i ask ",
];

/// Beginnings of orders about how to answer, which are lasting ones.
const STYLE: &[&str] = &[
    "don't ever ",
    "do not ever ",
    "answer in ",
    "reply in ",
    "respond in ",
    "make every ",
    "make each ",
    "make all your ",
    "be blunt ",
    "be direct ",
    "be honest when ",
    "be brief ",
    "be concise ",
    "keep code ",
    "keep explanations ",
    "keep examples ",
    "keep everything ",
    "keep your answers ",
    "keep your replies ",
    "keep your responses ",
    "keep your code ",
    "keep your examples ",
    "keep your explanations ",
    "keep your messages ",
    "give me distances ",
    "give me temperatures ",
    "give me measurements ",
    "give me weights ",
    "give me amounts ",
    "give me prices in ",
    "give distances ",
    "give temperatures ",
    "give measurements ",
    "give prices in ",
    "keep answers ",
    "keep replies ",
    "keep responses ",
    "stop using ",
    "don't call me ",
    "do not call me ",
    "don't use bullet",
    "don't use emoji",
    "don't use jargon",
    "do not use bullet",
    "do not use emoji",
    "no bullet points",
    "no emojis",
    "use metric ",
    "use imperial ",
    "use british ",
    "use american ",
    "use kilomet",
    "use miles",
    "use grams",
    "use celsius",
    "keep to british ",
    "keep to american ",
    "stick to british ",
    "stick to american ",
    "address me as ",
    "i'd rather you ",
    "i would rather you ",
    "i prefer that you ",
];

/// What an order begins with that asks for something of every one of its objects: "correct every mistake".
const OF_EVERY: &[&str] = &[
    "correct every ",
    "correct all ",
    "mark every ",
    "mark all ",
    "give all amounts ",
    "give all prices ",
    "give all distances ",
    "quote all prices ",
    "convert all amounts ",
    "show all amounts ",
];

/// Words for how an assistant answers: an order about them that makes an exception or none holds from then on.
const MANNERS: &[&str] = &[
    "answer",
    "answers",
    "reply",
    "replies",
    "response",
    "responses",
    "explanations",
    "spelling",
    "punctuation",
    "units",
    "metric",
    "imperial",
    "feet",
    "inches",
    "kilometre",
    "kilometres",
    "kilometers",
    "miles",
    "celsius",
    "fahrenheit",
    "bullet",
    "bullets",
    "points",
    "paragraphs",
    "jargon",
    "emoji",
    "emojis",
    "comments",
    "lectures",
    "hint",
    "hints",
    "snippets",
    "letters",
    "script",
    "transcription",
    "transliteration",
    "solution",
    "solutions",
];

/// What makes an order about them a lasting one.
const STRICT: &[&str] = &[
    "always ",
    "never ",
    "don't ",
    "do not ",
    " only",
    "only ",
    " under ",
    ", not ",
    " no longer than ",
    "unless i ask",
    " rather than ",
    " instead of ",
    " first",
    "in points",
    "in short ",
    "in bullet",
];

/// What an order points at that is about one text or question.
const AT_HAND: &[&str] =
    &["this", "these", "that", "above", "below", "following", "question", "quiz", "test", "exercise"];

/// What an assistant is not to do again.
const UNWANTED: &[&str] = &[
    "don't suggest ",
    "do not suggest ",
    "don't recommend ",
    "do not recommend ",
    "don't mention ",
    "do not mention ",
];

/// Polite beginnings of orders.
const ASKING: &[&str] = &["i'd like you to ", "i would like you to ", "i want you to ", "i need you to "];

/// Verbs of orders to an assistant.
const ORDERS: &str = "use call send write keep reply answer include add give show put remind ask tell address refer sign \
    start end format speak translate suggest avoid skip mention make respond talk be stick explain cc copy convert round \
    quote cite assume check default recommend book schedule order say summarise summarize type spell confirm list \
    provide ensure compare illustrate calculate highlight break cover simplify focus prioritize prioritise offer present \
    rewrite correct change edit translate";

/// Longer sentences say more than an instruction.
const WORDS_MAX: usize = 30;

fn is_order(text: &str) -> bool {
    let text = text.trim_start().trim_start_matches("please ").trim_start_matches("just ");
    let first = text.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    let negated = ["don't ", "do not ", "never ", "always ", "only "].iter().any(|lead| text.starts_with(lead));
    negated && !text.starts_with("never mind") || ORDERS.split_whitespace().any(|order| order == first)
}

/// The instruction that a sentence gives, if it is a lasting one.
pub(super) fn read(text: &str) -> Option<String> {
    let text = text.split(". ").next().unwrap_or(text).trim().trim_end_matches(['.', '!', ' ']);
    if text.split_whitespace().count() > WORDS_MAX || text.contains(['{', '}', '<', '>', '|', '=', '\n']) {
        return None;
    }
    // "First thing: keep your answers short, I read them on my watch."
    let text = text.split_once(": ").filter(|(lead, _)| lead.split(' ').count() <= 3).map_or(text, |(_, order)| order);
    let text = text.split_once(", I ").map_or(text, |(order, _)| order);
    let lower = text.to_ascii_lowercase();
    let bare = lower.strip_prefix("so ").unwrap_or(&lower);
    let bare = bare.strip_prefix("please ").unwrap_or(bare);
    let bare = bare.strip_suffix(", please").unwrap_or(bare);
    let bare = ASKING.iter().find_map(|lead| bare.strip_prefix(lead)).unwrap_or(bare);
    let always = ["always ", "never "].iter().find_map(|lead| bare.strip_prefix(lead)).is_some_and(|rest| {
        let first = rest.split(' ').next().unwrap_or_default();
        ORDERS.split_whitespace().any(|order| order == first) && !rest.starts_with("give up")
    });
    let lasting = LASTING.iter().find_map(|lead| bare.strip_prefix(lead)).is_some_and(is_order);
    let ends = [" from now on", " going forward", " in future", " in the future"].iter().any(|end| bare.ends_with(end));
    let whenever = WHENEVER.iter().any(|lead| bare.starts_with(lead))
        && bare.split_once(", ").is_some_and(|(_, order)| is_order(order))
        || bare.split_once(" from now on, ").is_some_and(|(order, _)| is_order(order));
    let of_style = STYLE.iter().chain(OF_EVERY).any(|lead| bare.starts_with(lead))
        || bare
            .strip_prefix("don't ")
            .or_else(|| bare.strip_prefix("do not "))
            .or_else(|| bare.strip_prefix("no more "))
            .is_some_and(|rest| rest.starts_with("send me ") && !rest.contains([':', ',']) && rest.ends_with('s'));
    let unwanted = UNWANTED.iter().any(|lead| bare.starts_with(lead));
    let is_lasting =
        always || of_style || lasting || ends && is_order(bare) || whenever || unwanted || is_of_manner(bare);
    is_lasting.then(|| text.to_owned())
}

/// "Give me paces in kilometres only", "feet and inches only", "reply in points".
fn is_of_manner(text: &str) -> bool {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty()).collect();
    let has = |list: &[&str]| words.iter().any(|word| list.contains(word));
    // "Miles only please": no verb is needed.
    let phrase = text.split(", ").next().is_some_and(|phrase| {
        phrase.split(' ').count() <= 6 && (phrase.ends_with(" only") || phrase.ends_with(" only please"))
    });
    let order = ["don't ", "do not ", "never ", "always ", "only ", "just "]
        .iter()
        .find_map(|lead| text.strip_prefix(lead))
        .unwrap_or(text)
        .split(' ')
        .next()
        .is_some_and(|first| ORDERS.split_whitespace().any(|order| order == first));
    (order || phrase) && has(MANNERS) && STRICT.iter().any(|mark| text.contains(mark)) && !has(AT_HAND)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn lasting_orders_are_instructions() {
        for text in [
            "Always sign emails with just my initials",
            "never use exclamation marks",
            "From now on reply in French",
            "When you write emails for me, keep them under 100 words",
            "call me Al from now on",
            "I'd like you to keep to British spelling in everything",
            "Please correct every mistake I make in German sentences",
            "Never rewrite my sentences unless I ask, just point out what doesn't work",
            "Give all amounts in shillings, please, not dollars",
            "Use kilometres and give me one week at a time",
            "First thing: please keep your answers under 80 words, I read them on my watch",
            "Please reply in points, I find paragraphs confusing",
            "Feet and inches only please, metric makes my eye twitch",
            "Please don't give me the solution first, only a hint",
            "Give me paces in minutes per kilometre only, please",
            "Please do not suggest any paid courses",
        ] {
            assert!(read(text).is_some(), "{text}");
        }
    }

    #[test]
    fn other_sentences_are_none() {
        for text in [
            "Never been to Peru",
            "always wanted a dog",
            "Send the email",
            "When you were young, it was fun",
            "never mind",
            "Please give me three short answers to this email",
            "Don't forget to add the answers to the quiz",
            "Only a few miles left",
            "I answered all the questions first",
            "The comments are only for me",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
