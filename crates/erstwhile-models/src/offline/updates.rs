//! Sentences that need an earlier one of the same speaker: "it's 555-0199 now", "no, that's my sister", "my dad
//! studied there".

use std::sync::LazyLock;

use regex::Regex;

use super::mapped::Mapped;
use super::verb_forms::third_person;

/// "It's the 27th now", "down to 97.5 this morning", "128/82 today": what a number has become.
static CHANGED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^(?P<lead>(?:it's|it\ is|its|now|now\ it's|down\ to|up\ to|back\ to|moved\ to)\s)?(?:now\s)?
          (?:(?:down|up|back)\ to\s)?(?:on\s)?
          (?P<value>(?:the\s)?[£$€₹₦]?\d[\w.,:/%-]*(?:\s(?:k|kg|kilos|lbs?|stone|million|miles|%))?)
          (?P<end>\s(?:now|today|this\ morning))?(?:,\s.*)?$",
    )
    .ok()
});
/// "No, that's my sister", "not me, my sister".
static SOMEBODY_ELSE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:no,? |wait,? |sorry,? |actually,? )*(?:that's|that is|thats|that was|it's|not me,? it's|not me,?) my (?P<kin>[\w-]+)(?:,? not me)?$").ok()
});
/// "I moved here", "my dad studied there".
static PLACE_WORD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)\b(?P<verb>moved|came|relocated|shifted|emigrated|went|go|goes|going|live|lives|lived|living|been|stayed|staying
          |work|works|worked|working|study|studies|studied|studying|teach|teaches|taught|born|grew\ up|trained|volunteers?
          |volunteered|graduated|started|intern|interned)\s(?:over\s|back\s|out\s)?(?P<place>here|there)\b",
    )
    .ok()
});
/// "in Denver", "at Bath", "to Salt Lake City".
static NAMED_PLACE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b(in|at|to|for) ((?:the )?[A-Z][\w'&.-]*(?: (?:of |the )?[A-Z][\w'&-]*)*)").ok());
/// Names of times are no places.
const TIMES: &str = "january february march april may june july august september october november december monday tuesday \
    wednesday thursday friday saturday sunday jan feb mar apr jun jul aug sept oct nov dec christmas easter year";

/// A sentence that tells the new value of what an earlier one told: that with the new number.
pub(super) fn changed(text: &str, earlier: &[&str]) -> Option<String> {
    let found = CHANGED.as_ref()?.captures(text)?;
    if found.name("lead").is_none() && found.name("end").is_none() {
        return None;
    }
    let value = found.name("value")?.as_str().trim_end_matches(['.', ',']);
    let before = earlier.iter().rev().take(3).find_map(|before| {
        let mut full = Mapped::slice(before, 0..before.len());
        super::phrasings::in_plain_words(&mut full);
        let lower = full.text().to_lowercase();
        let states = lower.starts_with("my ") && (lower.contains(" is ") || lower.contains(" was "));
        let measures =
            ["i weigh ", "i earn ", "i pay ", "i take ", "i'm on "].iter().any(|lead| lower.starts_with(lead));
        (states || measures).then(|| full.text().to_owned())
    })?;
    let place = last_number(&before)?;
    let bare = value.strip_prefix("the ").filter(|_| before[..place.start].ends_with("the ")).unwrap_or(value);
    // "80 kilos" to "78 kilos": the unit once.
    let (number, unit) = bare.split_once(' ').unwrap_or((bare, ""));
    let bare = if !unit.is_empty() && before[place.end..].starts_with(&format!(" {unit}")) { number } else { bare };
    // "My weight was 104": it is now.
    let head = before[..place.start].replace(" was ", " is ");
    let end = before[place.end..].split(" today").next().unwrap_or_default();
    Some(format!("{head}{bare}{}", end.trim_end()))
}

/// The last word of a sentence with a digit.
fn last_number(text: &str) -> Option<std::ops::Range<usize>> {
    let base = text.as_ptr() as usize;
    let word = text.split(' ').rev().find(|word| word.contains(|c: char| c.is_ascii_digit()))?;
    let start = word.as_ptr() as usize - base;
    Some(start..start + word.trim_end_matches([',', '.']).len())
}

/// A sentence that says that an earlier one is true of somebody else: that with the right subject.
pub(super) fn of_somebody_else(text: &str, before: &str) -> Option<String> {
    let kin = SOMEBODY_ELSE.as_ref()?.captures(text)?.name("kin")?.as_str().to_owned();
    let rest = |leads: &[&str]| leads.iter().find_map(|lead| before.strip_prefix(lead));
    if let Some(rest) = rest(&["I'm ", "I am "]) {
        return Some(format!("my {kin} is {rest}"));
    }
    if let Some(rest) = rest(&["I've got ", "I have "]) {
        return Some(format!("my {kin} has {rest}"));
    }
    let (verb, tail) = rest(&["I "])?.split_once(' ')?;
    let past = verb.ends_with("ed") || verb.ends_with("'t") || matches!(verb, "can" | "had" | "was" | "went" | "got");
    Some(format!("my {kin} {} {tail}", if past { verb.to_owned() } else { third_person(verb) }))
}

/// A sentence with "here" or "there" replaced by the place that an earlier one names.
pub(super) fn placed(text: &str, earlier: &[&str]) -> Option<String> {
    let found = PLACE_WORD.as_ref()?.captures(text)?;
    let (verb, word) = (found.name("verb")?.as_str().to_lowercase(), found.name("place")?);
    let (preposition, name) = earlier.iter().rev().take(4).find_map(|before| last_place(before))?;
    let moves = matches!(
        verb.as_str(),
        "moved" | "came" | "relocated" | "shifted" | "emigrated" | "went" | "go" | "goes" | "going"
    );
    let preposition = match preposition {
        _ if moves => "to",
        "to" | "for" => "in",
        preposition => preposition,
    };
    Some(format!("{}{preposition} {name}{}", &text[..word.start()], &text[word.end()..]))
}

fn last_place(text: &str) -> Option<(&str, &str)> {
    let time = |name: &str| {
        let first = name.split(' ').next().unwrap_or_default().to_lowercase();
        TIMES.split_whitespace().any(|time| time == first)
    };
    let places = NAMED_PLACE.as_ref()?.captures_iter(text);
    let places = places.filter_map(|found| Some((found.get(1)?.as_str(), found.get(2)?.as_str())));
    places.filter(|(_, name)| !time(name)).last().map(|(preposition, name)| (preposition, name.trim_end_matches('.')))
}

/// "Arav or Aarav?" - "Aarav": of two names, the right one and the other.
pub(super) fn chosen<'t>(question: &'t str, answer: &str) -> Option<(&'t str, &'t str)> {
    let (one, other) = question.trim_end_matches(['?', ' ']).split_once(" or ")?;
    let one = one.rsplit([' ', ',']).next()?;
    let other = other.split([' ', ',']).next()?;
    let first = answer.split(|c: char| !c.is_alphanumeric() && c != '-').next()?;
    let is = |word: &str| word.eq_ignore_ascii_case(first) && !word.is_empty();
    if is(other) { Some((other, one)) } else { is(one).then_some((one, other)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_brought_up_to_date() {
        let full = |text: &str, before: &str| changed(text, &[before]).unwrap_or_default();
        assert_eq!(full("its 555-0199 now", "my phone is 555-0142"), "my phone is 555-0199");
        assert_eq!(full("128/82 today, it works", "blood pressure 142/91 today"), "My blood pressure is 128/82");
        assert_eq!(full("it's the 27th now", "my wedding is on the 20th of June"), "my wedding is on the 27th of June");
        assert_eq!(changed("12 people came", &["my phone is 555-0142"]), None);
    }

    #[test]
    fn facts_are_given_to_whom_they_are_of() {
        let full = |text: &str, before: &str| of_somebody_else(text, before).unwrap_or_default();
        assert_eq!(full("no that's my sister", "I'm allergic to cats"), "my sister is allergic to cats");
        assert_eq!(full("that's my brother, not me", "I live in Rome"), "my brother lives in Rome");
    }

    #[test]
    fn places_are_named() {
        let full = |text: &str, before: &str| placed(text, &[before]).unwrap_or_default();
        assert_eq!(full("I moved here in 2018", "I live in Denver now"), "I moved to Denver in 2018");
        assert_eq!(full("my dad studied there", "I want to do law at Bath"), "my dad studied at Bath");
        assert_eq!(placed("I moved here", &["we met in March"]), None);
        assert_eq!(chosen("Arav or Aarav?", "Aarav, double a"), Some(("Aarav", "Arav")));
    }
}
