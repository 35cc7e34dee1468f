//! Phrasings of chat in plain words: "been in Leeds 4 years" is "I have lived in Leeds for 4 years".
//!
//! Each rule rewrites a construction that the parser cannot read, whatever the words in it are.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::mapped::Mapped;

/// Patterns, ignoring case, with what they say in full. They are tried in order, each on the text that the others left.
const PHRASINGS: &[(&str, &str)] = &[
    // Words that chat leaves out or runs together.
    (r"\bi m\b", "I'm"),
    (r"\b(on|this|next|last) sat\b", "$1 Saturday"),
    (r"\b(on|this|next|last) sun\b", "$1 Sunday"),
    (r"\b(on|this|next|last) mon\b", "$1 Monday"),
    (r"\b(on|this|next|last) wed\b", "$1 Wednesday"),
    (r"\b(on|this|next|last) (?:tue|tues)\b", "$1 Tuesday"),
    (r"\b(on|this|next|last) (?:thu|thur|thurs)\b", "$1 Thursday"),
    (r"\b(go|going|went|gone) (\p{Lu}\p{L}{2,})\b", "$1 to $2"),
    (
        r"^(?:don't|do not) (drink|smoke|eat|drive|like|own|want|vape|gamble|watch|cook|speak|wear|fly|swim|dance)\b",
        "I don't $1",
    ),
    (
        r", (?:don't|do not) (drink|smoke|eat|drive|like|own|want|vape|gamble|watch|cook|speak|wear|fly|swim|dance)\b",
        ". I don't $1",
    ),
    (r"\b(mother|father|sister|brother|son|daughter) in law\b", "$1-in-law"),
    (
        r"\bback from (?:a |an |\p{L}+ |\d+ )?(?:long |lovely |quick )?(?:week|weeks|days|month|months|fortnight|weekend|nights)(?: away)? (?:in|at|on) ",
        "back from ",
    ),
    (r"(^|\b(?:i'm|we're|he's|she's|they're|am|are|is) )off to (\p{Lu})", "$1 going to $2"),
    (
        r"\b(?:i'd|i would|we'd) (?:rather|sooner) (?:have|drink|eat|take|get) ([\p{L} ]+?) than [\p{L} ]+",
        "I prefer $1",
    ),
    (r"\bi (?:take|have|drink|like) my (coffee|tea|steak|eggs|curry|pizza) ([\p{L} ]+)$", "I prefer $2 $1"),
    (r"^(?:please |just )?(?:call me|i go by|everyone calls me|people call me) (\p{Lu}\p{L}+)\b", "I go by $1"),
    (
        r"^((?:two|three|four|five|six|a couple of|\d) (?:cats|dogs|rabbits|guinea pigs|hamsters|gerbils|ferrets|rats|kids|children|sons|daughters|brothers|sisters|chickens|hens|horses|ponies|goats|fish|goldfish|budgies|parrots|tortoises|snakes|lizards|kittens|puppies))(,| and |$)",
        "I have $1$2",
    ),
    (r"\b(to|will|'ll) b\b", "$1 be"),
    (r"^(?:going to|gonna) be (\d{1,2}) (on|next|this|tomorrow|in)\b", "I am turning $1 $2"),
    (r"\bgoing to be (\d{1,2}) (on|next|this|tomorrow|in)\b", "turning $1 $2"),
    (r"\ba (?:bit|little bit|touch) of (\p{Lu}\p{L}+)", "$1"),
    // Where and with whom one lives.
    (r"^(?:for now |now |still )?(?:it's |its |it is )?(?:still )?just (?:me and|us and) ", "I live with "),
    (r", (?:it's|its|it is) (?:still )?just me and ", ". I live with "),
    (
        r"^(?:i've |i have )?been in (\p{Lu}[\p{L}' -]*?) (?:for )?(?:about |nearly |almost |over )?(\w+) (years|yrs|months|weeks)\b",
        "I have lived in $1 for $2 $3",
    ),
    (r"^(?:i've |i have )?been in (\p{Lu}[\p{L}' -]*?) since ", "I have lived in $1 since "),
    (
        r"^(?:i've |i have )?been (?:at|with) (\p{Lu}[\p{L}'& -]*?) (?:for )?(?:about |nearly |almost |over )?(\w+) (years|yrs|months|weeks)\b",
        "I have worked at $1 for $2 $3",
    ),
    (
        r"^(?:i've |i have |we've |we have )?been together (?:with (\p{Lu}\p{L}*) )?(?:for )?(\w+ (?:years|yrs|months|weeks))\b",
        "We have been together $1 for $2",
    ),
    (r"\b(come|stay|crash|head) (?:to|with|at|round to) me in (\p{Lu}[\p{L}-]+)", "$1 to me in $2. I live in $2. "),
    (r"^living (on|in) my (boat|narrowboat|van|motorhome|caravan) in ", "I live $1 my $2. I live in "),
    (r", living (on|in) my (boat|narrowboat|van|motorhome|caravan) in ", ". I live in "),
    // Where one works.
    (
        r"^(?:got an? |doing an? |on an? |on )?(?:(?:arvo|night|early|late|day|morning|evening|afternoon|double|back|weekend) )?shifts? at ([\p{L}'&-]+)",
        "I work at $1",
    ),
    (r"\b(?:at|to) ([\p{L}'&-]+),? (?:for )?(?:my )?(?:2nd|second|other) job\b", "$0. I work at $1. "),
    (r"^(?:much |so much |far |way )?(?:happier|better off) (?:now )?(?:at|with) ", "I work at "),
    (
        r"^starts? (on |next |in |this )?(monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|week|month|january|february|march|april|june|july|august|september|october|november|december)\b",
        "I start $1$2",
    ),
    (r"^(?:ei!? |ah |oh )?me,? (i'm|i am) ", "$1 "),
    (r"\beat (?:everything|anything|most things) (?:except|but|apart from|bar) ([\p{L} ]+)", "don't eat $1"),
    (
        r"^(?:yep,? |yes,? )?back (climbing|running|swimming|cycling|rowing|dancing|playing|training|lifting|skiing|surfing|riding|sailing|hiking|walking|boxing|painting|writing|gardening|knitting|baking)\b",
        "I went back to $1",
    ),
    (r"^(?:no,? )?((?:the |my )?\p{L}+(?: \p{L}+)?) from now on$", "I prefer $1"),
    // Whom one means.
    (
        r"\bme (ma|mam|mum|da|dad|nan|gran|brother|sister|mate|wife|husband|missus|boss|house|car|dog|cat|bike)\b",
        "my $1",
    ),
    (r"\bmy old man\b", "my dad"),
    (r"\bmy old (?:lady|dear)\b", "my mum"),
    (r"\b(?:my|the) (?:other|better) half\b", "my partner"),
    (
        r"^(?:a )?(?:huge |big |massive |lifelong |proud |diehard |die-hard )?(\p{Lu}[\p{L}']+(?: \p{Lu}[\p{L}']+)?) (fan|supporter)\b",
        "I am a $1 $2",
    ),
    (
        r"\b(?:a |an )?(\d{1,2})[ -](?:year|yr)s?[ -]old (?:son |daughter |boy |girl |kid )?(?:called|named) (\p{Lu}\p{L}+)$",
        "a child called $2. $2 is $1 years old",
    ),
    (
        r"\b(?:have|'ve|got|have got|'ve got|having) (?:a|another) (?:baby|little one) on the way\b",
        "am expecting a baby",
    ),
    (r"(?:,| and) (?:a|another) (?:baby|little one) on the way\b", ". I am expecting a baby"),
    (r"\b(?:i'm|i am) not (?:really )?(?:a|much of an?) (\p{L}+) person\b", "I don't like $1s"),
    (r"\b(?:i'm|i am) (?:very much |more of |such )?a (\p{L}+) person\b", "I like $1s"),
    // Ages and birthdays.
    (
        r"\b(my [\p{L}-]+)(?:'s| is) (\d{1,3})(?:st|nd|rd|th)(?: birthday)?(?: is| was)? (tomorrow|today|on |next |this |in )",
        "$1 turns $2 $3",
    ),
    (
        r"\b(?:a |an |the )?(surprise |big )?(\d{2})(?:st|nd|rd|th)(?: birthday)?(?: party| do)? for (my [\p{L}-]+),?(?: on)? ([^,.]+)",
        "a $1$2th party for $3 on $4. $3 turns $2 on $4. ",
    ),
    (r"^(?:my )?(?:birthday|bday) (tomorrow|today|on \w+|next \w+|this \w+)\b", "my birthday is $1."),
    (r"\bthe big (\d) ?(0)\b", "I am about to turn $1$2"),
    (r"^(?:only |just )?(\d{1,3}) (?:years?|yrs?) old$", "he is $1 years old"),
    // Pets that are no more.
    (
        r"\b(?:had|have) to (?:put|have) (?:our |my )?(?:poor |old |dear |lovely |little )*(\p{Lu}\p{L}+) (?:to sleep|down|put down|put to sleep)\b",
        "lost my beloved pet $1",
    ),
    // What one did, got and has.
    (
        r"^(?:the |my |our )?new ([\p{L} -]{2,24}?) (?:has |have |just |finally )*(?:arrived|came|turned up|landed|is here|are here|was delivered)\b",
        "I got a new $1",
    ),
    (r"\bsaw (\p{Lu}[\p{L}&' ]*?) live\b", "attended the $1 concert"),
    (
        r"\bmy (?:first|second|third|fourth|last|\d+(?:st|nd|rd|th)) (\p{Lu}[\p{L}' ]*?) was (?:in )?(\d{4})\b",
        "I did $1 in $2",
    ),
    (r"^(?:a )?(?:bit|spot|touch) of (\p{L}+ing)\b", "I enjoy $1"),
    (r"\bsanta (?:brought|got|gave) (?:me |us )?", "I received "),
    (
        r"\b(?:a |an )(plumber|electrician|builder|engineer|cleaner|locksmith|midwife|decorator|roofer|gardener) (?:is |'s )?coming\b",
        "I have a $1 appointment",
    ),
    (
        r"(^|, )(?:the )?(plumber|electrician|builder|engineer|cleaner|locksmith|midwife|decorator|roofer|gardener|gas man|boiler man|removal men|movers)(?: is|'s)? coming\b",
        "$1 I have a $2 appointment",
    ),
    (
        r"^(\p{Lu}[\p{L}' ]{2,30}? (?:in|on|next|this) [\p{L}' ]+?),? (?:hopefully|fingers crossed|all being well)$",
        "I hope to go to $1",
    ),
    (r"\bdid (?:a )?(\d+(?:\.\d+)?) ?(?:k|km|kms)\b", "covered $1 km"),
    // What one prefers.
    (r"^(?:the )?(\p{Lu}[\p{L}-]+) it is$", "I prefer $1"),
    (r"^((?:the )?[\p{L}-]+(?: [\p{L}-]+){0,2}) it is(?: from now on| then| for me)$", "I prefer $1"),
    (
        r"^([\p{L}' -]{2,30}?) (?:is|are|tastes?) (?:way |much |so much |far |a lot )?(?:better|nicer|tastier) than ([\p{L}' -]{2,30})$",
        "I prefer $1",
    ),
    (
        r"\bchanged my mind(?: about [^,.]+)?[,.] ?(?:i will |i'll |let's |lets |we'll )?(?:go|going) (?:with|for) ",
        "changed my mind. I prefer ",
    ),
    (r"^(?:let's |lets |i will |i'll |we'll )?go(?:ing)? with the ", "I prefer the "),
    (
        r"^((?:[\p{L}-]+ )?(?:mode|units|celsius|fahrenheit|metric|imperial|format|spelling|notation)),? (?:please|pls)\b(?:,? and ([\p{L} -]+))?",
        "I prefer $1. I prefer $2",
    ),
    (r"\bprefer the (\p{L}+) ones? for (?:the |my |our )([\p{L} ]+)", "prefer $1 $2"),
    // What one plans.
    (
        r"^([\p{L}' ]{3,40}? (?:in|on|next|this) [\p{L}' ]+?),? (?:hopefully|fingers crossed|all being well)$",
        "I hope to do $1",
    ),
    (
        r"\b(?:not|haven't|isn't|hasn't) (?:sure|decided) (?:if|whether) (?:i should |i'll |to )(.+?) or (.+)$",
        "I might $1. I might $2",
    ),
    (r"\b(?:going|off|away|heading) to (my [\p{L}-]+)'s in (\p{Lu}[\p{L}-]+)", "going to $2 to see $1"),
    (r"^(?:i'm |i am )?off to (teach|work|study|live) in ", "I am going to $1 in "),
    (r"\b((?:\p{Lu}[\p{L}.]+ )?\p{Lu}\p{L}+) is off to (teach|work|study|live) in ", "$1 is going to move to "),
];

static RULES: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    let compiled = |(pattern, full): &(&str, &'static str)| {
        // Names are told by their capitals, so only what is no class of capitals ignores case.
        let pattern = format!("(?i){}", pattern.replace(r"\p{Lu}", r"(?-i:\p{Lu})"));
        Regex::new(&pattern).ok().map(|rule| (rule, *full))
    };
    PHRASINGS.iter().filter_map(compiled).collect()
});

/// A list of things to do or to get, after what they are: "New year goals: learn Cantonese, read 20 books".
static GOALS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^(?:my |our )?(?:new year'?s? |\d{4} |this year'?s? |life |fitness |main |big |summer )?(?:goals?|resolutions?|bucket ?list|wish ?list|targets?)(?: for [\w ]+?)?(?: this year)?(?: are| is)?: ?(.+)$",
    )
    .ok()
});

/// Writes the phrasings of a sentence in plain words.
pub(super) fn in_plain_words(sentence: &mut Mapped) {
    goals(sentence);
    for (rule, full) in RULES.iter() {
        sentence.rewrite(rule, full, |text| text.replace("  ", " "));
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
    fn every_rule_is_a_pattern() {
        assert_eq!(RULES.len(), PHRASINGS.len());
    }

    #[test]
    fn phrasings_are_written_in_plain_words() {
        assert_eq!(plain("been in Leeds 4 yrs now"), "I have lived in Leeds for 4 yrs now");
        assert_eq!(plain("it's just me and my sister"), "I live with my sister");
        assert_eq!(plain("my grandad's 90th tomorrow"), "my grandad turns 90 tomorrow");
        assert_eq!(plain("Zoom it is from now on."), "I prefer Zoom.");
        assert_eq!(
            plain("New year goals: learn Welsh, read 20 books"),
            "I want to learn Welsh. I want to read 20 books"
        );
        assert_eq!(plain("I love how it is"), "I love how it is");
    }
}
