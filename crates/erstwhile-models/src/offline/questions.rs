//! What a fragment that answers a question says in full: "What's the dog called?" - "Guinness, obviously".

use super::verb_forms::third_person;

/// Adverbs of a question that its answer does not need.
const ADVERBS: &[&str] = &[
    "usually",
    "normally",
    "typically",
    "mostly",
    "currently",
    "actually",
    "also",
    "generally",
    "really",
    "even",
    "exactly",
    "now",
    "these",
    "days",
    "at",
    "the",
    "moment",
    "then",
    "again",
    "first",
    "next",
    "right",
];

/// Comments at the end of an answer.
const COMMENTS: &[&str] = &[
    "obviously",
    "of course",
    "no contest",
    "hopefully",
    "probably",
    "mostly",
    "badly",
    "i think",
    "i guess",
    "for now",
    "for my sins",
    "tbh",
    "lol",
    "haha",
    "please",
    "actually",
    "sadly",
    "finally",
    "really",
    "third time",
    "again",
    "always",
    "i suppose",
    "naturally",
    "duh",
    "obvs",
    "obv",
];

/// Auxiliaries and verbs in a text that is no mere fragment.
pub(super) fn has_verb(text: &str) -> bool {
    const VERBS: &[&str] =
        &["is", "are", "am", "was", "have", "has", "do", "did", "live", "work", "moved", "want", "went", "'m", "i"];
    let first = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
    matches!(first.as_str(), "he" | "she" | "we" | "they" | "you")
        || text.split(|c: char| !c.is_alphanumeric()).any(|word| VERBS.contains(&word.to_ascii_lowercase().as_str()))
        || text.contains("I'")
}

/// An answer without comments at its end.
pub(super) fn core(answer: &str) -> &str {
    let mut text = answer.trim().trim_end_matches(['.', '!', ' ']);
    for lead in
        ["probably ", "prob ", "maybe ", "mostly ", "usually ", "likely ", "i think ", "oh ", "just ", "same old, "]
    {
        if text.len() > lead.len() && text.is_char_boundary(lead.len()) && text[..lead.len()].eq_ignore_ascii_case(lead)
        {
            text = &text[lead.len()..];
        }
    }
    // "Around 40k", "£1,500 tops".
    for hedge in ["around ", "about ", "roughly ", "approx ", "circa "] {
        let rest =
            text.get(..hedge.len()).filter(|lead| lead.eq_ignore_ascii_case(hedge)).map(|lead| &text[lead.len()..]);
        text = rest.filter(|rest| rest.contains(|c: char| c.is_ascii_digit())).unwrap_or(text);
    }
    text = [" tops", " max", " maybe", " or so"].iter().find_map(|hedge| text.strip_suffix(hedge)).unwrap_or(text);
    for _ in 0..3 {
        let lower = text.to_ascii_lowercase();
        let Some(comment) =
            COMMENTS.iter().find(|comment| lower.ends_with(**comment) && lower.len() > comment.len() + 1)
        else {
            break;
        };
        let shorter = text[..text.len() - comment.len()].trim_end();
        if shorter.ends_with(|c: char| c.is_alphanumeric()) && !text[shorter.len()..].starts_with(' ') {
            break;
        }
        text = shorter.trim_end_matches([',', ' ', '.']);
    }
    text
}

/// The part of an answer before a remark: "5, he raced in Ireland before".
fn before_remark(answer: &str) -> &str {
    match answer.split_once(", ") {
        Some((first, rest))
            if ["he ", "she ", "it ", "they ", "we "].iter().any(|subject| rest.starts_with(subject))
                || has_verb(rest)
                || rest.contains("'s ") =>
        {
            first
        }
        _ => answer,
    }
}

/// "welder" as "a welder".
fn with_article(noun: &str) -> String {
    let bare = noun.starts_with(char::is_lowercase)
        && !["a ", "an ", "the ", "in ", "as "].iter().any(|lead| noun.starts_with(lead));
    let article = if noun.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    if bare { format!("{article} {noun}") } else { noun.to_owned() }
}

/// An answer with a preposition.
fn placed(answer: &str, default: &str) -> String {
    let answer = answer.strip_prefix("still ").unwrap_or(answer);
    // "The place on Mill Road".
    let place = ["the place ", "a place ", "our place ", "the flat ", "the house ", "the same place "];
    let answer = place.iter().find_map(|lead| answer.strip_prefix(lead)).unwrap_or(answer);
    let has_preposition = ["outside ", "round ", "in ", "at ", "near ", "on ", "to ", "for ", "with ", "from ", "by "]
        .iter()
        .any(|lead| answer.to_lowercase().starts_with(lead));
    if has_preposition { answer.to_owned() } else { format!("{default} {answer}") }
}

/// The addressee's words from the speaker's side: "your" becomes "my".
pub(super) fn turned(words: &[&str]) -> String {
    let turned = words.iter().map(|word| match *word {
        "your" => "my",
        "you" => "me",
        "yours" => "mine",
        "yourself" => "myself",
        word => word,
    });
    turned.collect::<Vec<_>>().join(" ").replace(" any ", " ")
}

/// A name of the question with its capital; "the dog" as "my dog".
fn subject_in<'w>(words: &[&'w str], names: &[String]) -> Option<(String, &'w str)> {
    let (first, rest) = words.split_first()?;
    let name = |word: &str| names.iter().find(|name| name.to_lowercase() == word).cloned();
    let bare = first.strip_suffix("'s").unwrap_or(first);
    match *first {
        "the" | "your" => Some((format!("my {}", rest.first()?.trim_end_matches("'s")), rest.first()?)),
        "she" | "he" | "they" | "it" => Some(((*first).to_owned(), first)),
        _ => Some((name(bare)?, first)),
    }
}

/// "What is her name?", "What's the dog called?", "Who is your boss?": the name that an answer gives.
fn naming(words: &[&str], names: &[String], answer: &str) -> Option<String> {
    let name = before_remark(answer);
    if name.split_whitespace().count() > 5 || !name.starts_with(char::is_uppercase) {
        return None;
    }
    match words {
        [owner @ ("her" | "his" | "their"), "name", "and", "phone" | "number" | "contact", ..] => {
            let (name, number) = name.split_once(", ")?;
            Some(format!("{owner} name is {name}. {name}'s phone number is {number}"))
        }
        [
            "what",
            "is",
            "your",
            owner @ ("dog's" | "cat's" | "puppy's" | "kitten's" | "horse's" | "rabbit's" | "pet's"),
            "name",
        ] => Some(format!("my {} is called {name}", owner.trim_end_matches("'s"))),
        [owner @ ("her" | "his" | "their"), "name"] | ["what", "is", owner @ ("her" | "his" | "its"), "name", ..] => {
            Some(format!("{owner} name is {name}"))
        }
        ["what", "is" | "are", rest @ .., "called"] | ["what", "is" | "are", "the", rest @ .., "name" | "names"] => {
            let (subject, _) = match rest {
                [noun] if words.contains(&"the") && words.last() != Some(&"called") => {
                    (format!("my {}", noun.trim_end_matches("'s")), *noun)
                }
                _ => subject_in(rest, names)?,
            };
            let verb =
                if subject == "they" || subject.ends_with('s') && subject.starts_with("my ") { "are" } else { "is" };
            Some(format!("{subject} {verb} called {name}"))
        }
        _ => None,
    }
}

/// What the third person of a question does: "What will he study?", "Does she take medicine?".
fn of_another(words: &[&str], names: &[String], answer: &str) -> Option<String> {
    let answer = before_remark(answer);
    match words {
        ["what", "breed" | "kind" | "type", .., "is", subject @ ("he" | "she" | "it")] => {
            Some(format!("{subject} is {}", with_article(answer)))
        }
        ["how", "old", "is", subject @ ..] => {
            let (subject, _) = subject_in(subject, names)?;
            let (age, rest) = answer.split_once(' ').unwrap_or((answer, ""));
            let dated = rest.starts_with("in ") || rest.starts_with("on ") || rest.starts_with("next ");
            age.bytes()
                .all(|byte| byte.is_ascii_digit())
                .then(|| if dated { format!("{subject} turns {age} {rest}") } else { format!("{subject} is {answer}") })
        }
        ["what", "will", subject, verb, ..] if *subject != "you" => {
            let (subject, _) = subject_in(&[subject], names)?;
            Some(format!("{subject} will {verb} {answer}"))
        }
        ["where", verb @ ("does" | "did" | "will"), subject, action, rest @ ..] if *subject != "you" => {
            let (subject, _) = subject_in(&[subject], names)?;
            let at = placed(answer, if *action == "work" || *action == "study" { "at" } else { "in" });
            let verb = if *verb == "does" { third_person(action) } else { format!("{verb} {action}") };
            Some(format!("{subject} {verb} {} {at}", turned(rest)).replace("  ", " "))
        }
        ["what", "does", subject, "do", ..] => {
            let (subject, _) = subject_in(&[subject], names)?;
            Some(format!("{subject} works as {}", with_article(answer)))
        }
        ["what", "does", subject, verb, ..] | ["does", subject, verb, ..] => {
            let (subject, _) = subject_in(&[subject], names)?;
            Some(format!("{subject} {} {answer}", third_person(verb)))
        }
        _ => None,
    }
}

/// "6 years" of "about 6 years".
fn lasts(answer: &str) -> Option<&str> {
    let bare = ["about ", "nearly ", "almost ", "over ", "around ", "like "]
        .iter()
        .find_map(|hedge| answer.strip_prefix(hedge))
        .unwrap_or(answer);
    bare.starts_with(|c: char| c.is_ascii_digit()).then_some(bare)
}

fn is_preposition(word: &str) -> bool {
    matches!(
        word,
        "with" | "in" | "at" | "for" | "to" | "on" | "from" | "about" | "towards" | "toward" | "after" | "of"
    )
}

/// Whether an answer says what one wants to do: "lose 10 kilos".
fn is_action(answer: &str) -> bool {
    const NO_VERBS: &[&str] =
        &["a", "an", "the", "my", "our", "to", "about", "around", "more", "less", "just", "under", "sub"];
    let first = answer.split(' ').next().unwrap_or_default();
    answer.contains(' ') && first.chars().all(|c| c.is_ascii_lowercase()) && !NO_VERBS.contains(&first)
}

/// Whether an answer says how often: "ten a day", "only at weekends".
fn is_frequency(answer: &str) -> bool {
    let lower = answer.to_lowercase();
    let each = [" a day", " a week", " a month", " a year", " an hour"].iter().any(|unit| lower.ends_with(unit));
    each || ["every ", "only at ", "only on ", "at weekends", "on weekends", "once ", "twice "]
        .iter()
        .any(|lead| lower.starts_with(lead))
}

/// The past form of a verb that people ask for: "grow" → "grew".
pub(super) fn past(verb: &str) -> String {
    let irregular = match verb {
        "grow" => "grew",
        "go" => "went",
        "get" => "got",
        "meet" => "met",
        "buy" => "bought",
        "leave" => "left",
        "find" => "found",
        "have" => "had",
        "do" => "did",
        "see" => "saw",
        "take" => "took",
        "begin" => "began",
        "quit" => "quit",
        "run" => "ran",
        "win" => "won",
        "sell" => "sold",
        "fly" => "flew",
        "drive" => "drove",
        "stop" => "stopped",
        _ => "",
    };
    match verb.strip_suffix('e') {
        _ if !irregular.is_empty() => irregular.to_owned(),
        Some(stem) => format!("{stem}ed"),
        None if verb.ends_with('y') && !verb.ends_with("ay") => format!("{}ied", &verb[..verb.len() - 1]),
        None => format!("{verb}ed"),
    }
}

/// Whether an answer is no more than a name.
fn names_a_place(answer: &str) -> bool {
    answer.starts_with(char::is_uppercase) && answer.split(' ').count() <= 3
}

/// Whether a sentence asks though it has no question mark: "when are you reaching Chennai".
pub(super) fn asks(text: &str) -> bool {
    const ASKING: &[&str] = &["what", "when", "where", "who", "how", "why", "which"];
    const VERBS: &[&str] =
        &["are", "is", "do", "does", "did", "was", "were", "have", "has", "will", "would", "can", "could"];
    let lower = text.trim().to_ascii_lowercase();
    let mut words = lower.split_whitespace().skip_while(|word| {
        matches!(
            word.trim_end_matches(','),
            "bro" | "brother" | "hey" | "so" | "and" | "but" | "ok" | "mate" | "hi" | "oh"
        )
    });
    let (Some(first), Some(second)) = (words.next(), words.next()) else { return false };
    let you =
        words.next().is_some_and(|word| matches!(word, "you" | "u" | "your" | "the" | "it" | "he" | "she" | "they"));
    ASKING.contains(&first) && VERBS.contains(&second) && you
        || matches!(first, "are" | "do" | "did" | "have" | "will" | "would" | "can" | "could")
            && matches!(second, "you" | "u")
}

/// Whether a word of a question is a form in -ing.
fn is_progressive(word: &str) -> bool {
    word.len() > 4 && word.ends_with("ing")
}

/// The full sentence of a fragment that answers a question; `names` are the capitalised words of the question.
pub(super) fn complete(words: &[&str], names: &[String], answer: &str) -> Option<String> {
    let answer = core(answer);
    if let Some(named) = naming(words, names, answer).or_else(|| of_another(words, names, answer)) {
        return Some(named);
    }
    let kept: Vec<&str> = match words {
        [first, rest @ ..] => {
            let tail = rest.iter().filter(|word| !matches!(**word, "usually" | "normally" | "typically" | "mostly"));
            std::iter::once(*first).chain(tail.copied()).collect()
        }
        [] => return None,
    };
    of_plans_and_habits(&kept, answer).or_else(|| of_possessions(&kept, answer)).or_else(|| of_speaker(&kept, answer))
}

/// Answers about the speaker.
fn of_speaker(words: &[&str], answer: &str) -> Option<String> {
    let is_trailing = |rest: &[&str]| rest.iter().all(|word| ADVERBS.contains(word));
    Some(match words {
        ["what", "is", "your", "job" | "profession" | "occupation" | "role", ..] => {
            format!("I work as {}", with_article(answer))
        }
        ["which" | "what", _, "are" | "do", "you", "in" | "live", ..] => format!("I live {}", placed(answer, "in")),
        ["where", "were", "you", .., "born"] => format!("I was born {}", placed(answer, "in")),
        ["how", "old", "are", "you", ..] => format!("I am {}", before_remark(answer)),
        ["how", "many", rest @ .., "do", "you", "have"] | ["how", "many", rest @ .., "have", "you", "got"]
            if answer.split(' ').count() <= 2 =>
        {
            format!("I have {} {}", answer.to_lowercase(), rest.join(" "))
        }
        ["how", "many", "hours", "do", "you", verb @ ("sleep" | "work"), ..] if answer.split(' ').count() <= 3 => {
            let unit = if *verb == "sleep" { "night" } else { "day" };
            format!("I {verb} {} hours a {unit}", answer.trim_end_matches(" hours"))
        }
        ["where", "are", "you", "from", ..] => format!("I am from {answer}"),
        ["where", "are", "you", "working" | "employed", ..] | ["where", "do", "you", "work", ..] => {
            format!("I work {}", placed(answer, "at"))
        }
        ["where", "are", "you"]
        | ["where", "are", "you", "based" | "located" | "living" | "now" | "these" | "at", ..] => {
            format!("I live {}", placed(answer, "in"))
        }
        ["where", "are", "you", "studying" | "learning" | "doing", ..]
            if ["class", "course", "lessons", "school"].iter().any(|word| answer.contains(word)) =>
        {
            format!("I am taking {}", with_article(answer))
        }
        ["where", "are", "you", verb, rest @ ..] if is_progressive(verb) => {
            let default =
                if matches!(*verb, "going" | "moving" | "flying" | "heading" | "travelling") { "to" } else { "at" };
            let rest = if is_trailing(rest) { String::new() } else { turned(rest) };
            format!("I am {verb} {rest} {}", placed(answer, default)).replace("  ", " ")
        }
        ["where", "next", ..] => format!("I am going {}", placed(answer, "to")),
        ["what", "is" | "comes", "next"] => format!("I am going to do {answer}"),
        ["what", "are", "you", verb, rest @ ..] if is_progressive(verb) && is_trailing(rest) => {
            format!("I am {verb} {answer}")
        }
        ["what", "will", "you", verb, rest @ ..] if is_trailing(rest) && *verb != "do" => {
            format!("I am going to {verb} {answer}")
        }
        ["what" | "which" | "where", "would", "you", "like" | "get" | "want" | "buy" | "choose" | "pick", ..] => {
            format!("I want {answer}")
        }
        ["where", "do", "you", "study", ..] => format!("I study {}", placed(answer, "at")),
        ["where", "do", "you", verb, rest @ ..] => {
            format!("I {verb} {} {}", turned(rest), placed(answer, "in")).replace("  ", " ")
        }
        ["where", "did", "you", verb, rest @ ..] => {
            format!("I {} {} {}", past(verb), turned(rest), placed(answer, "in")).replace("  ", " ")
        }
        ["when", "did", "you", verb, rest @ ..] => {
            format!("I {} {} {answer}", past(verb), turned(rest)).replace("  ", " ")
        }
        ["what", "do", "you", "do", ..] => format!("I work as {}", with_article(answer)),
        ["what", "is", "your", .., "goal" | "aim" | "target" | "plan" | "dream" | "resolution"]
            if is_action(answer) =>
        {
            format!("I want to {answer}")
        }
        ["what" | "who" | "where" | "when", verb @ ("is" | "are"), "your", thing @ ..] => {
            format!("My {} {verb} {answer}", turned(thing))
        }
        ["when", "is", "the", rest @ .., "due"] => format!("My {} is due {}", rest.join(" "), placed(answer, "in")),
        ["what", "kind" | "type" | "sort", "of", _, "do" | "are", "you", verb, ..]
        | ["what" | "which" | "who", "do", "you", verb, ..]
        | ["what" | "which", _, "do", "you", verb, ..] => format!("I {verb} {answer}"),
        ["do", "you", verb, article @ ("a" | "an" | "any"), .., last]
            if last != article && answer.split(' ').count() <= 5 =>
        {
            format!("I {verb} {answer}")
        }
        // "Which framework?" - "FastAPI": what one uses.
        [
            "which" | "what",
            "framework" | "language" | "editor" | "ide" | "database" | "stack" | "tool" | "tools" | "library" | "os"
            | "distro" | "browser" | "phone" | "laptop" | "model" | "version" | "app" | "software" | "platform",
        ] => format!("I use {answer}"),
        ["favourite" | "favorite", noun] => format!("My favourite {noun} is {answer}"),
        _ => return None,
    })
}

/// Answers about what the speaker has and does with it, and how often.
fn of_possessions(words: &[&str], answer: &str) -> Option<String> {
    Some(match words {
        ["what" | "which", thing, "do", "you", "have" | "own"] => format!("My {thing} is {}", with_article(answer)),
        ["what" | "which", _, "do", "you", verb, preposition] if is_preposition(preposition) => {
            format!("I {verb} {preposition} {answer}")
        }
        ["what" | "which", _, "are", "you", verb, preposition]
            if is_progressive(verb) && is_preposition(preposition) =>
        {
            format!("I am {verb} {preposition} the {answer}")
        }
        ["do", "you", verb] if is_frequency(answer) => format!("I {verb} {answer}"),
        ["do", "you", "have", thing @ ..]
            if !thing.is_empty() && answer.split(' ').count() <= 6 && !answer.to_lowercase().starts_with("no") =>
        {
            format!("I have {answer}")
        }
        [
            "when",
            "is",
            "the",
            thing @ ("wedding" | "interview" | "exam" | "appointment" | "move" | "deadline" | "operation" | "surgery"),
        ] => {
            format!("My {thing} is on {answer}")
        }
        _ => return None,
    })
}

/// Answers about the speaker's plans and habits.
fn of_plans_and_habits(words: &[&str], answer: &str) -> Option<String> {
    let is_trailing = |rest: &[&str]| rest.iter().all(|word| ADVERBS.contains(word));
    Some(match words {
        ["who", "is", "the", "lucky", ..] => format!("I am engaged to {}", before_remark(answer)),
        ["plans"]
        | ["any", "plans", ..]
        | ["what", "are", "your", "plans", ..]
        | ["what", "are", "you", "up", "to", ..] => {
            let parts = answer.split(", ").map(|part| part.trim_start_matches("then ").trim_start_matches("and "));
            parts.map(|part| format!("I am planning {part}")).collect::<Vec<_>>().join(". ")
        }
        ["what", "was", "the", "highlight" | "best", ..] if answer.starts_with("a ") || answer.starts_with("the ") => {
            format!("I went to {answer}")
        }
        ["do" | "have", "you", .., "allergies" | "allergy"] | ["any", "allergies" | "allergy"] => {
            format!("I am allergic to {answer}")
        }
        ["any", "pets" | "kids" | "children" | "siblings" | "brothers" | "sisters"] => format!("I have {answer}"),
        ["any", "hobbies" | "interests"] => format!("I enjoy {answer}"),
        ["do", "you", verb, _, "or", ..] if !answer.starts_with("both") => format!("I {verb} {answer}"),
        ["are", "you", _] if !answer.contains(' ') && answer.starts_with(char::is_lowercase) => {
            format!("I am {answer}")
        }
        ["least", "favourite" | "favorite", ..] | [.., "least", "favourite" | "favorite"] => {
            let disliked = answer.strip_prefix("anything with ").unwrap_or(answer);
            format!("I dislike {}", disliked.trim_end_matches(" in it"))
        }
        ["do" | "did", "you", "still", "live" | "work", at @ ("in" | "at" | "for"), ..] if names_a_place(answer) => {
            let verb = if words.contains(&"live") { "live" } else { "work" };
            format!("I {verb} {}", placed(answer, at))
        }
        ["how", "long", "have", "you", verb, rest @ ..] if lasts(answer).is_some() => {
            format!("I have {verb} {} for {}", turned(rest), lasts(answer).unwrap_or(answer)).replace("  ", " ")
        }
        ["how", "tall", "are", "you", ..] => format!("I am {answer} tall"),
        ["how", "much" | "often" | "far" | "long", "do", "you", verb, rest @ ..] => {
            format!("I {verb} {answer} {}", if is_trailing(rest) { String::new() } else { turned(rest) })
                .trim_end()
                .to_owned()
        }
        ["when", "are", "you", verb, rest @ ..] if is_progressive(verb) => {
            format!("I am {verb} {} {}", turned(rest), placed(answer, "on")).replace("  ", " ")
        }
        ["when", "do", "you", verb, rest @ ..] => {
            format!("I {verb} {} {}", turned(rest), placed(answer, "on")).replace("  ", " ")
        }
        ["what", "time", "do", "you", verb, rest @ ..] => {
            format!("I {verb} {} {}", turned(rest), placed(answer, "at")).replace("  ", " ")
        }
        ["what" | "who", "did", "you", verb, rest @ ..] => {
            let preposition = rest.first().filter(|word| is_preposition(word)).copied().unwrap_or_default();
            format!("I did {verb} {preposition} {answer}").replace("  ", " ")
        }
        ["what" | "who", "are", "you", verb, preposition, ..]
            if is_progressive(verb) && is_preposition(preposition) =>
        {
            format!("I am {verb} {preposition} {}", before_remark(answer))
        }
        ["what" | "which" | "who", "do", "you", verb, preposition, ..]
            if is_preposition(preposition) && *verb != "do" =>
        {
            format!("I {verb} {preposition} {answer}")
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(question: &str, answer: &str) -> Option<String> {
        let lower = question.to_lowercase();
        let words: Vec<&str> = lower.split(' ').collect();
        let names: Vec<String> =
            question.split(' ').filter(|word| word.starts_with(char::is_uppercase)).map(str::to_owned).collect();
        complete(&words, &names, answer)
    }

    #[test]
    fn fragments_are_completed_by_the_question() {
        let full = |question: &str, answer: &str| said(question, answer).unwrap_or_default();
        assert_eq!(full("what is the dog called", "Guinness, obviously"), "my dog is called Guinness");
        assert_eq!(full("what is her name", "Shreya"), "her name is Shreya");
        assert_eq!(full("how old is Pickle", "5, he raced before"), "Pickle is 5");
        assert_eq!(full("what will he study", "kinesiology"), "he will study kinesiology");
        assert_eq!(full("does she take medicine", "Telmisartan daily"), "she takes Telmisartan daily");
        assert_eq!(full("where next", "Peru"), "I am going to Peru");
        assert_eq!(full("what do you usually watch", "westerns mostly"), "I watch westerns");
        assert_eq!(said("why", "knees"), None);
    }
}
