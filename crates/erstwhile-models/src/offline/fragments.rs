//! Telegraphic sentences of chats, completed before they are parsed: "wife hasn't slept" is "my wife hasn't slept",
//! "allergic to cats" is "I am allergic to cats".

use super::mapped::Mapped;
use super::phrasings;

/// Relatives that the speaker calls by the bare noun at the start of a sentence.
const BARE_KIN: &str = "wife husband hubby missus mum mom mam dad nan nana gran granny grandma grandad granddad grandpa \
    daughter son sister brother stepdad stepmum stepmom stepson stepdaughter girlfriend boyfriend fiance \
    fiancee flatmate roommate housemate mother-in-law father-in-law sister-in-law brother-in-law \
    grandson granddaughter niece nephew cousin";

/// Relatives whom one calls so as if by name: "told Mum".
const NAMELIKE_KIN: &str = "mum mom dad nan nana gran granny grandma grandad granddad grandpa";

/// "The wife" is the speaker's.
const THE_KIN: &str = "wife husband missus hubby kids mrs inlaws in-laws grandkids";

/// Words before a relative that make it somebody's already, or an address.
const NOT_BARE: &str = "my our your his her their its the a an this that hi hey hello dear thanks bye night no and or love \
    morning every any some be become new whose one two three both single first old late another is was \
    as yes from: to:";

/// Beginnings of predicates without "I am".
const PREDICATES: &[&str] = &[
    "allergic to ",
    "obsessed with ",
    "addicted to ",
    "scared of ",
    "terrified of ",
    "afraid of ",
    "married to ",
    "engaged to ",
    "based in ",
    "fluent in ",
    "interested in ",
    "hooked on ",
    "keen on ",
    "fond of ",
    "partial to ",
    "back from ",
    "just back from ",
    "home from ",
    "just home from ",
    "off to ",
    "new to ",
    "pregnant",
    "vegan",
    "vegetarian",
    "pescatarian",
    "coeliac",
    "celiac",
    "diabetic",
    "lactose intolerant",
    "teetotal",
    "retired ",
    "not vegan",
    "not vegetarian",
    "not married",
    "not into ",
    "not a fan of ",
    "not a big fan of ",
    "not a huge fan of ",
    "not keen on ",
    "not fond of ",
    "not allergic to ",
    "crazy about ",
    "mad about ",
    "mad on ",
    "fed up with ",
    "sick of ",
    "tired of ",
    "good at ",
    "rubbish at ",
    "stuck on ",
    "big fan of ",
    "huge fan of ",
    "responsible for ",
    "in charge of ",
    "originally from ",
    "proud owner of ",
];

/// Progressive forms that begin a sentence about the speaker.
const PROGRESSIVES: &str = "renting selling buying coming helping returning \
    launching sitting retaking revising cutting hosting organising organizing preparing practising practicing swapping \
    hiring selling teaching coaching hoping planning saving thinking looking waiting trying considering training leaving moving flying \
    heading going working living renting doing playing learning studying reading watching getting taking \
    seeing dating starting visiting driving making using staying travelling traveling celebrating \
    applying recovering volunteering writing growing building expecting switching quitting joining \
    running teaching sharing lodging selling buying minding fostering";

/// Past forms that, with what follows them, begin a sentence about the speaker.
const PAST: &str = "saw swapped traded rode hosted threw caught wore wrote sang watched smashed nailed scored climbed \
    ran raised donated lent borrowed collected chose organised organized hiked camped fixed sorted shifted relocated resumed chaired lived moved worked went bought sold made started joined finished met saw won ran gave got had took \
    visited watched booked ordered picked dropped swapped renamed adopted quit left lost told passed did \
    landed hired drove read ate cooked baked kept cancelled canceled renewed upgraded switched found \
    failed paid came grew studied volunteered played celebrated broke popped signed applied defended \
    completed retrained split worked qualified exchanged dropped cycled hiked walked swam tried spent planted painted built knitted retired flew arrived \
    returned stayed rented repaired fixed earned wrote published submitted graduated saved inherited \
    received dumped proposed forgot stopped supported coached taught served";

/// Present forms that, after a comma and with what follows them, have the subject of the clause before.
const PRESENT: &str = "want need love hate prefer sell collect hope live bake cook own";

/// Words after such a form.
const AFTER_PAST: &str = "in at to from on for with as out up off down over back by my our a an the two three four some \
    to everything something every most at another his her their him it this that all both half around through first second third into about \
    using there here again last yesterday today";

/// What shows that a sentence has a finite verb of its own.
const FINITE: &str = "is was are were isn't wasn't has helps helped makes made takes took can could would sounds feels \
    seems works costs means will won't keeps kept sucks";

/// Whether a list of words has a word.
fn has_word(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|known| known == word)
}

/// Whether a sentence in lower case begins with the predicate of the speaker.
pub(super) fn begins_without_subject(lower: &str) -> bool {
    let mut words = lower.split_whitespace();
    let first = words.find(|word| !has_word("just finally recently also already currently now still", word));
    let first = first.unwrap_or_default();
    has_word(PAST, first) || has_word(PROGRESSIVES, first)
}

/// Completes the beginning of a sentence that a speaker says of himself or herself.
pub(super) fn complete(sentence: &mut Mapped) {
    phrasings::in_plain_words(sentence);
    kin(sentence);
    spread(sentence);
    appointment(sentence);
    preference(sentence);
    changes(sentence);
    let text = sentence.text().to_owned();
    let offset = text.len() - text.trim_start().len();
    let rest = &text[offset..];
    let lead = subject_of(rest);
    if let (Some(lead), Some(first)) = (lead, rest.chars().next()) {
        let word = rest.split_whitespace().next().unwrap_or_default();
        let shouted = word.len() > 1 && word.chars().all(char::is_uppercase);
        let length = if shouted { word.len() } else { first.len_utf8() };
        let lowered: String = format!("{lead}{}", rest[..length].to_lowercase());
        sentence.replace(&[(offset..offset + length, lowered.as_str())]);
    }
    let lower = sentence.text().trim_start().to_ascii_lowercase();
    let short = lower.split_once(", ").is_some_and(|(first, _)| first.split_whitespace().count() <= 2);
    if short || ["i ", "i'm ", "i've ", "we "].iter().any(|subject| lower.starts_with(subject)) {
        splices(sentence);
    }
}

/// "I sold the Harley, bought a Vespa", "I bake at weekends, sell the cakes": each with its subject.
fn splices(sentence: &mut Mapped) {
    let text = sentence.text().to_owned();
    let mut edits = Vec::new();
    for mark in [", then ", ", "] {
        for (at, mark) in text.match_indices(mark) {
            let rest = &text[at + mark.len()..];
            // Who else is spoken of before it did it: "she cried, then made soup".
            let before = text[..at].to_ascii_lowercase();
            if [" she ", " he ", " they ", " who ", ";"].iter().any(|other| before.contains(other)) {
                continue;
            }
            // "My youngest, Ada, failed her test": the name belongs to who is before it.
            let beside = text[..at].rsplit_once(", ").is_some_and(|(kin, name)| {
                name.starts_with(char::is_uppercase)
                    && !name.contains(' ')
                    && kin.to_ascii_lowercase().split_whitespace().any(|word| matches!(word, "my" | "our"))
            });
            if beside {
                continue;
            }
            let rest = ["mostly ", "mainly ", "currently ", "now ", "just ", "still ", "also "]
                .iter()
                .find_map(|adverb| rest.strip_prefix(adverb))
                .unwrap_or(rest);
            let mut words = rest.split_whitespace();
            let (Some(first), Some(second)) = (words.next(), words.next()) else { continue };
            let told = second != "by" && has_word(AFTER_PAST, second)
                || second.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
            let lead = if has_word(PAST, first) && (told || mark.len() > 2) || has_word(PRESENT, first) && told {
                ". I "
            } else if has_word(PROGRESSIVES, first) && told {
                ". I am "
            } else if matches!(first, "been" | "done") {
                ". I have "
            } else {
                continue;
            };
            let span = at..at + mark.len();
            if !edits.iter().any(|(other, _): &(std::ops::Range<usize>, &str)| other.contains(&at)) {
                edits.push((span, lead));
            }
        }
    }
    edits.sort_by_key(|(span, _)| span.start);
    sentence.replace(&edits);
}

/// "Soya for me", "lime soda all the way": what one prefers.
fn preference(sentence: &mut Mapped) {
    let text = sentence.text().trim_end_matches(['.', '!', ' ']).to_owned();
    let lower = text.to_ascii_lowercase();
    let ends = [" only for me", " for me", " all the way now", " all the way", " every time", " any day"];
    let Some(end) = ends.iter().find(|end| lower.ends_with(**end)) else { return };
    let body = &text[..text.len() - end.len()];
    let start = body.rfind(", ").map_or(0, |comma| comma + 2);
    let thing = body[start..].trim();
    let words = thing.split(' ').count();
    let bare = (1..=4).contains(&words)
        && !super::questions::has_verb(thing)
        && ![
            "no ", "not ", "pray ", "thanks", "same", "too ", "that ", "it ", "this ", "ok", "good ", "great", "works",
            "do ", "what", "counts", "sounds", "fine", "enough", "pray", "looks", "suits", "done", "cook", "bring",
            "buy", "make",
        ]
        .iter()
        .any(|word| format!("{} ", thing.to_lowercase()).starts_with(word))
        && !thing
            .split(' ')
            .any(|word| has_word(PROGRESSIVES, word) || has_word(PAST, &word.to_lowercase()) || has_word(FINITE, word));
    if bare {
        let full = format!("{}I prefer {thing}", if start > 0 { ". " } else { "" });
        let from = start.saturating_sub(if start > 0 { 2 } else { 0 });
        sentence.replace(&[(from..text.len(), full.as_str())]);
    }
}

/// "Used to be an analyst, now it's manager", "eight years married to Tom": what one was, is, or has been.
fn changes(sentence: &mut Mapped) {
    let text = sentence.text().to_owned();
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("used to ") {
        let mut edits = vec![(0..1, "I u")];
        for lead in [", now it's ", ", now its ", ", now I'm ", ", now i'm "] {
            if let Some(at) = text.find(lead).filter(|_| lower.starts_with("used to be ")) {
                edits.push((at..at + lead.len(), ". I am "));
                break;
            }
        }
        sentence.replace(&edits);
        return;
    }
    for lead in ["day job at ", "second job at ", "part time at ", "full time at ", "full-time at ", "part-time at "] {
        if lower.starts_with(lead) {
            sentence.replace(&[(0..lead.len(), "I work at ")]);
            return;
        }
    }
    let words: Vec<&str> = text.trim_end_matches(['.', '!', ' ']).split_whitespace().collect();
    if let [
        count,
        years @ ("years" | "months" | "weeks"),
        state @ ("married" | "sober" | "together" | "clean" | "vegan"),
        rest @ ..,
    ] = words.as_slice()
    {
        let rest: Vec<&str> = rest.iter().copied().filter(|word| !word.eq_ignore_ascii_case("today")).collect();
        let full = format!("I have been {state} {} for {} {years}", rest.join(" "), count.to_lowercase());
        sentence.replace(&[(0..text.len(), full.as_str())]);
    }
}

/// What is to be put before a sentence without a subject.
fn subject_of(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let mut words = lower.split_whitespace();
    let mut first = words.next()?;
    if has_word("just finally also recently already then only so still yesterday and", first) {
        first = words.next().unwrap_or(first);
    }
    let second = words.next().unwrap_or_default().trim_end_matches([',', '.', '!']);
    if first.ends_with([',', ':', '.', '!', '?', ';']) {
        return None;
    }
    // What follows up to the end of the clause must have no verb of its own.
    let clause = lower.split([',', '.', '!', ';']).next().unwrap_or(&lower);
    let clause = [" because ", " but ", " so ", " when ", " while ", " and ", " since "]
        .iter()
        .fold(clause, |clause, join| clause.split_once(join).map_or(clause, |(first, _)| first));
    let finite = clause.split_whitespace().skip(1).any(|word| has_word(FINITE, word) || word.ends_with("n't"));
    let own_subject = [", i ", ", we ", ", i'm ", ", he ", ", she ", ", they ", ", it "]
        .iter()
        .any(|subject| lower.contains(subject));
    if PREDICATES.iter().any(|predicate| lower.starts_with(predicate)) && !finite && !own_subject {
        let fan = ["big fan", "huge fan", "proud owner"].iter().any(|fan| lower.starts_with(fan));
        return Some(if fan {
            "I am a "
        } else if lower.contains(" since ") && lower.starts_with("veg") {
            "I have been "
        } else {
            "I am "
        });
    }
    if first == "on" && !finite && takes_something(&lower) {
        return Some("I am ");
    }
    if has_word(PROGRESSIVES, first) && !finite && !own_subject {
        return Some("I am ");
    }
    let settled = match first {
        "earn" | "earning" => second.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '£' | '$' | '€' | '₹')),
        "live" => matches!(second, "in" | "on" | "with" | "near" | "alone"),
        "work" => matches!(second, "at" | "for" | "as" | "in"),
        "own" | "rent" => matches!(second, "a" | "an" | "two" | "my" | "our"),
        _ => false,
    };
    if settled && !own_subject {
        return Some("I ");
    }
    if matches!(first, "might" | "may")
        && !own_subject
        && second != "be"
        && !second.is_empty()
        && lower.starts_with("might")
    {
        return Some("I ");
    }
    if matches!(first, "haven't" | "didn't" | "can't" | "couldn't" | "won't") && !own_subject {
        return Some("I ");
    }
    if has_word(PAST, first)
        && (has_word(AFTER_PAST, second) || begins_name(text, second))
        && !own_subject
        && !matches!(first, "read" | "quit" | "lost" if second == "in")
    {
        return Some("I ");
    }
    None
}

/// Whether a word of a text, given in lower case, begins with a capital there: "saw Paper Otters".
fn begins_name(text: &str, lower: &str) -> bool {
    text.split_whitespace()
        .skip(1)
        .find(|word| word.to_lowercase().starts_with(lower))
        .is_some_and(|word| word.starts_with(char::is_uppercase))
}

/// "On metformin since May", "on antibiotics until Thursday": what one is on for a time.
fn takes_something(lower: &str) -> bool {
    let words: Vec<&str> = lower.split_whitespace().collect();
    let period = words.iter().position(|word| matches!(*word, "since" | "until" | "till" | "now" | "for"));
    let article = matches!(words.get(1), Some(&"the" | &"a" | &"my" | &"monday" | &"friday" | &"sunday" | &"saturday"));
    period.is_some_and(|at| (2..=4).contains(&at)) && !article
}

/// "She's a radiographer, from Leicester, obsessed with chess": one sentence for each.
fn spread(sentence: &mut Mapped) {
    const SUBJECTS: &[(&str, &str)] = &[
        ("she's ", "She is "),
        ("he's ", "He is "),
        ("i'm ", "I am "),
        ("she is ", "She is "),
        ("he is ", "He is "),
        ("i am ", "I am "),
    ];
    let text = sentence.text().to_owned();
    let lower = text.to_ascii_lowercase();
    let Some((_, subject)) = SUBJECTS.iter().find(|(lead, _)| lower.trim_start().starts_with(lead)) else { return };
    let mut edits: Vec<(std::ops::Range<usize>, String)> = Vec::new();
    for (at, _) in lower.match_indices(", ") {
        let rest = &lower[at + 2..];
        let describes = rest.starts_with("from ") && text[at + 7..].starts_with(char::is_uppercase)
            || PREDICATES.iter().any(|predicate| rest.starts_with(predicate));
        if describes {
            edits.push((at..at + 2, format!(". {subject}")));
        }
    }
    let edits: Vec<_> = edits.iter().map(|(range, with)| (range.clone(), with.as_str())).collect();
    sentence.replace(&edits);
}

/// "Dentist Thursday at 2:30", "rent is 38k", "wish I had a boat": set phrases for an appointment, a thing, a wish.
fn appointment(sentence: &mut Mapped) {
    const VISITS: &str = "dentist doctor doctors gp physio optician vet therapist hairdresser haircut scan checkup";
    const MEETINGS: &str = "exam interview viewing meeting appointment surgery";
    const WHEN: &str = "on at tomorrow today tonight monday tuesday wednesday thursday friday saturday sunday next this \
        mon tue tues wed thu thurs fri sat sun";
    const THINGS: &str = "rent salary budget mortgage height weight birthday wedding flight exam interview surgery appointment \
        goal target savings phone email address number title visa lease contract degree team landlord commute job";
    let text = sentence.text().to_owned();
    let lower = text.to_ascii_lowercase();
    let mut words = lower.split_whitespace();
    let (Some(first), Some(second)) = (words.next(), words.next()) else { return };
    let offset = text.len() - text.trim_start().len();
    let lead = if lower.trim_start().starts_with("wish i had ") {
        sentence.replace(&[(offset..offset + "wish i had ".len(), "I want ")]);
        return;
    } else if has_word(VISITS, first) && has_word(WHEN, second) {
        let place = offset..offset + first.len();
        let full = format!("I have a {first} appointment");
        sentence.replace(&[(place, full.as_str())]);
        return;
    } else if has_word(MEETINGS, first) && has_word(WHEN, second) {
        "I have a "
    } else if has_word(THINGS, first) && matches!(second, "is" | "was" | "starts" | "reached" | "ends" | "are") {
        "my "
    } else {
        return;
    };
    let lowered = format!("{lead}{}", &lower[offset..=offset]);
    sentence.replace(&[(offset..offset + 1, lowered.as_str())]);
}

/// Whether a sentence tells of the speaker and not of the addressee.
fn speaks_of_self(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    let has = |list: &str| lower.split(|c: char| !c.is_alphanumeric()).any(|word| has_word(list, word));
    words.any(|word| has_word("i me my we us our im", word)) && !has("you your yours")
}

/// "A talent show for the kids", "playing with the kids at the shelter", "all the kids": whether the words before "kids" say that they are
/// other people's.
fn is_for_others(before: &str) -> bool {
    const WITH_OTHERS: &str = "play playing played work working worked volunteer volunteering volunteered help helping helped \
        teach teaching taught visit visiting visited";
    let lower = before.trim_end().trim_end_matches("the").trim_end().to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
    match words.last() {
        // "I can grab the kids from school" offers to.
        Some(&"grab" | &"fetch" | &"mind" | &"watch" | &"collect" | &"have") => {
            words.iter().any(|word| matches!(*word, "can" | "could" | "ll" | "happy"))
        }
        Some(&"for" | &"all" | &"about") => true,
        Some(&"with") => words.iter().any(|word| has_word(WITH_OTHERS, word)),
        _ => false,
    }
}

/// Whether a word goes on to tell of the relative before it: ", mum worked in a shop".
fn says_of_kin(next: &str) -> bool {
    super::past::is_past(next) || matches!(next, "is" | "was" | "has" | "works" | "lives" | "loves" | "likes")
}

/// Gives relatives without a possessor the speaker as one.
fn kin(sentence: &mut Mapped) {
    let text = sentence.text().to_owned();
    let base = text.as_ptr() as usize;
    let words: Vec<(usize, &str)> = text.split_whitespace().map(|word| (word.as_ptr() as usize - base, word)).collect();
    let mut edits: Vec<(std::ops::Range<usize>, String)> = Vec::new();
    for (index, (at, word)) in words.iter().enumerate() {
        let bare = word.trim_end_matches([',', '.', '!', '?', ';', ':', ')']);
        let stem = bare.strip_suffix("'s").or_else(|| bare.strip_suffix("'d")).unwrap_or(bare);
        let lower = stem.to_lowercase();
        let next = words.get(index + 1).map_or("", |(_, next)| *next);
        let before = index.checked_sub(1).and_then(|before| words.get(before)).map_or("", |(_, before)| *before);
        let before = before.to_lowercase();
        // "You and the kids", "the kids look so cute!": somebody's.
        let anybodys = matches!(lower.as_str(), "kids" | "grandkids")
            && (!speaks_of_self(&text) || is_for_others(&text[..*at]))
            && !next.starts_with('(');
        if before == "the" && has_word(THE_KIN, &lower) && !anybodys {
            let the = words[index - 1].0;
            let noun = match lower.as_str() {
                "missus" | "mrs" => "wife",
                _ => stem,
            };
            edits.push((the..at + stem.len(), format!("my {noun}")));
            continue;
        }
        // "Mum, can you …" and "Dad!" address; "Dad Jokes" is a name.
        let address = word.len() > bare.len() && bare == stem && index == 0;
        let title =
            !lower.starts_with(stem) && next.starts_with(char::is_uppercase) && !next.starts_with('I') && bare == stem;
        // "Bro I am crying" addresses, too.
        let to_whom = index == 0
            && bare == stem
            && has_word(
                "i i'm i've we you u what how why when where did do are can please don't",
                &next.to_lowercase(),
            );
        if address || to_whom || title || next.is_empty() && index == 0 {
            continue;
        }
        let opens = index == 0
            || before.ends_with(['.', '!'])
            || index == 1 && matches!(before.as_str(), "and" | "also" | "but");
        let spouse = matches!(lower.as_str(), "wife" | "hubby" | "husband" | "missus")
            && !has_word(NOT_BARE, &before)
            && !before.ends_with("'s")
            && before.ends_with([',', '.', '!', ')']);
        let is_kin = spouse
            || opens && has_word(BARE_KIN, &lower)
            || {
                has_word(NAMELIKE_KIN, &lower)
                && !has_word(NOT_BARE, &before)
                && !before.ends_with("'s")
                && (!before.ends_with([',', '"']) || says_of_kin(next))
                && index > 0
                // "A stay-at-home dad".
                && !before.contains('-')
                && (before.ends_with(',') || !words[index.saturating_sub(3)..index].iter().any(|(_, word)| matches!(*word, "a" | "an" | "A")))
            };
        if is_kin {
            edits.push((*at..at + stem.len(), format!("my {lower}")));
        }
    }
    let edits: Vec<_> = edits.iter().map(|(range, with)| (range.clone(), with.as_str())).collect();
    sentence.replace(&edits);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(text: &str) -> String {
        let mut sentence = Mapped::slice(text, 0..text.len());
        complete(&mut sentence);
        sentence.text().to_owned()
    }

    #[test]
    fn bare_relatives_are_the_speakers() {
        assert_eq!(completed("Wife hasn't spoken to me"), "my wife hasn't spoken to me");
        assert_eq!(completed("Told Mum we're leaving"), "I told my mum we're leaving");
        assert_eq!(completed("also the wife likes it"), "also my wife likes it");
        assert_eq!(completed("Her mum flew in"), "Her mum flew in");
        assert_eq!(completed("Mum, can you call?"), "Mum, can you call?");
    }

    #[test]
    fn predicates_without_subject_are_of_the_speaker() {
        assert_eq!(completed("Allergic to cats"), "I am allergic to cats");
        assert_eq!(completed("on metformin since May"), "I am on metformin since May");
        assert_eq!(completed("Lived in Busan till I was 12"), "I lived in Busan till I was 12");
        assert_eq!(completed("Moving house is stressful"), "Moving house is stressful");
        assert_eq!(completed("Lost in thought, I missed it"), "Lost in thought, I missed it");
    }
}
