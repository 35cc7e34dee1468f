//! Telegraphic sentences that a pattern completes: "34 years as a midwife" is "I worked 34 years as a midwife".
//!
//! The patterns match whole sentences, or a part behind a comma that begins a sentence of its own.

use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};

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
pub(super) const TITLES: &str = "analyst engineer manager director officer executive developer designer consultant lead head teacher \
    nurse supervisor coordinator assistant administrator scientist architect partner associate accountant editor \
    producer lecturer professor chef driver technician specialist adviser advisor planner";
/// A number with its unit.
const AMOUNT: &str =
    r"[£$€₹]?\d[\d.,:/]*\s?(?:k|m|kg|kgs|lbs?|lb|stone|st|mg|mm|cm|bpm|%|miles|km|million|lakhs?|crore|mmol)?";
/// Years, months or weeks in words or digits.
const COUNT: &str = r"\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty";

/// Patterns, what they need and what they become, in the order in which they are tried; "%OWN%" stands for a list.
const PATTERNS: &[(&str, When, &str)] = &[
    // Contractions that the parser does not know.
    (r"\bI've (a|an|two|three|four|five|six|no|my|the|\d+) ", When::Always, "I have $1 "),
    (r"\btouche?d? a drop\b", When::Always, "drunk alcohol"),
    (r"\b(\d+|five|six|seven|eight|nine|eleven)[- ]a[- ]side(?: football)?\b", When::Always, "$1-a-side football"),
    (r"^I (?:(also|still|now|currently) )?tutor ", When::Always, "I teach "),
    (
        r"\b(I'm|I am) acting (head|manager|director|chair|principal|captain|deputy|leader|editor)\b",
        When::Always,
        "$1 an acting $2",
    ),
    (
        r"\b(?:my )?(a1c|hba1c|b12|psa|tsh|ldl|hdl|egfr|inr) (?:level )?(?:is |was )?(?:(?:down|up|back) to )?(%AMOUNT%)",
        When::Always,
        "my $1 level is $2",
    ),
    (
        r"^(?:my|the) (car|van|bike|motorbike|laptop|phone|house|flat|boat|caravan) (.*?)\. (?:it's|it is) (an?) ",
        When::Always,
        "my $1 $2. My $1 is $3 ",
    ),
    (r"^((?:[\w-]+ ){0,3}[\w-]+) from ((?:\d|[A-Z]|next|this).*)$", When::Title, "I am $1 from $2"),
    (
        r"^(?:presently |currently |now )?on the (\w.*) (account|project|team) as ",
        When::Always,
        "I work on the $1 $2 as ",
    ),
    (r"\b(did|do|doing|does) coaching\b", When::Always, "attended coaching"),
    (r", plus ", When::Always, " and "),
    (
        r"^(boy|girl|elder one|younger one|eldest|youngest) (is|was|has|goes|studies|started) ",
        When::Always,
        "my $1 $2 ",
    ),
    (
        r",? and (boy|girl|daughter|son|wife|husband|eldest|youngest) (is|was|has|works|goes|studies) ",
        When::Always,
        ". My $1 $2 ",
    ),
    (
        r",? with ([A-Z]\w+(?:(?:, | and |, and )[A-Z]\w+)*) as (?:my )?(?:co-?authors?|co-writers?|partners?|collaborators?)",
        When::Always,
        ". I collaborate with $1",
    ),
    (
        r"^my new (?:job|role|position|gig) (?:starts|started|begins|began) (.+?) ?, (?:at |with )?([A-Z][\w&'. -]+)$",
        When::Always,
        "I start at $2 $1",
    ),
    (
        r", (moving|flying|heading|driving|starting) (to|flat|house|home|back|in|at|on) ",
        When::FirstPerson,
        ". I am $1 $2 ",
    ),
    (r"\bmoving (?:flat|house|home) to ", When::Always, "moving to "),
    (
        r"^(?:my )?((?:left |right |bad )?(?:knee|back|ankle|shoulder|hip|neck|wrist|elbow|foot|throat|heel)) (?:is )?(?:still )?(sore|stiff|swollen|painful|aching)\b",
        When::Always,
        "I have a $2 $1",
    ),
    (
        r",? (?:and )?before that,? (?:I|we) (was|worked|lived|studied|taught|ran|had|used)\b",
        When::Always,
        ". I previously $1",
    ),
    (r"^retired (last|in|from|after|on|at|yesterday|this|early)\b", When::Always, "I retired $1"),
    (
        r"\b(retired|left|quit|resigned)(\b.*?) after (?:nearly |almost |over )?(?:%COUNT%) years (?:at|with|from|in) ",
        When::Always,
        "$1$2 from ",
    ),
    (
        r"\b(retired|left|quit|resigned)(\b.*?) after (?:nearly |almost |over )?(?:%COUNT%) years\b",
        When::Always,
        "$1$2",
    ),
    (
        r", (?:and )?now (?:I )?(run|work|live|teach|own|manage|study|play|drive|use|freelance|volunteer) ",
        When::FirstPerson,
        ". I $1 ",
    ),
    (
        r", (?:now |currently )?(seeing|dating|married to|engaged to|living with|living in|working at|working as|working for) ",
        When::FirstPerson,
        ". I am $1 ",
    ),
    (
        r"^(?:just |recently |newly |finally )?(diagnosed|prescribed|promoted|fired|sacked|hired|elected|appointed|selected|shortlisted|born|raised|brought up|admitted|discharged|vaccinated|made redundant|laid off|accepted|nominated) (with|as|to|by|from|for|in|into|onto|at|on|last|yesterday|today|and) ",
        When::Always,
        "I was $1 $2 ",
    ),
    (r"\bhad (my|his|her|their) (\w+(?: \w+)?) (?:out|removed|taken out)\b", When::Always, "had a $2 removal"),
    (
        r"\b(?:am|'m) (lactose|gluten|dairy|fructose|histamine|wheat)[- ]intolerant\b",
        When::Always,
        " have a $1 intolerance",
    ),
    (
        r"\b(?:is|'s) (lactose|gluten|dairy|fructose|histamine|wheat)[- ]intolerant\b",
        When::Always,
        " has a $1 intolerance",
    ),
    (
        r"^(%OWN%|gym membership|car insurance|phone contract|phone number|mobile number|email address|car tax|council tax|notice period|bank balance|credit limit) (is|was|went|goes|runs|expires|ends|starts|changed|has|rose|dropped) ",
        When::Always,
        "My $1 $2 ",
    ),
    (
        r"\b(brothers|sisters|sons|daughters|kids|children|siblings|boys|girls)(?:,|:|\.) ([A-Z]\w+)(?: is|'s) ",
        When::Always,
        "$1. $2 is ",
    ),
    (
        r",? and ([A-Z]\w+) (is|lives|works|studies|has) (a |an |in |at |as |for |the |two |three )",
        When::Always,
        ". $1 $2 $3",
    ),
    (r"\bround (the|my|our|here|there|to)\b", When::Always, "around $1"),
    (
        r"^(?:me and ([A-Z]\w+)|([A-Z]\w+) and (?:I|me)) (?:got|are|were|have got) (engaged|married)\b",
        When::Always,
        "I got $3 to $1$2",
    ),
    (
        r"^(?:me and ([A-Z]\w+)|([A-Z]\w+) and (?:I|me)) (?:got|are|were) (divorced|separated)\b",
        When::Always,
        "I got $3 from $1$2",
    ),
    (
        r"\b(?:put|increased|raised|upped) (?:the|my|our) rent (?:up )?(?:again )?to (%AMOUNT%)",
        When::Always,
        "says my rent is $1",
    ),
    (
        r"^((?:hip|knee|shoulder) replacement|root canal|mri|x-ray|endoscopy|colonoscopy|biopsy|\w+ (?:surgery|operation|op|scan)) (on|tomorrow|next|this) ",
        When::Verbless,
        "I am having a $1 $2 ",
    ),
    (r"^me and ([A-Z]\w+) (got|are|were|have|had|went|bought|moved) ", When::Always, "$1 and I $2 "),
    (r"^(?:I )?got my (?:\w+ )?results?[:,]? (\d|first|a )", When::Always, "$1"),
    (r"^(?:I'm |I am )?booked (?:in )?for (?:an? |my |the )?", When::Always, "I am having a "),
    (r"^(?:I )?smoked for .*?, (?:and )?(?:quit|stopped|gave up|packed it in) ", When::Always, "I stopped smoking "),
    (r"^myself ([A-Z]\w+)(?:,|\.| and)? (working|studying|living|from|staying|doing) ", When::Always, "I am $2 "),
    (r"^offered (an?|the|my) ", When::Always, "I was offered $1 "),
    (
        r"\bmy (?:native place|native|hometown|home town|home city|home village|birthplace) is ",
        When::Always,
        "I am from ",
    ),
    (r"\b(?:I'm|I am) (?:away|off) to ([A-Z])", When::Always, "I am going to $1"),
    (r"^(second|new|first|other|weekend|saturday) job (starts|started|is|begins) ", When::Always, "my $1 job $2 "),
    (r", (doing|working|covering|temping|serving|renting) ", When::FirstPerson, ". I am $1 "),
    (r"^same (?:company|employer|firm|school|place),? \(?([A-Z][^)]*)\)?", When::Always, "I work at $1"),
    (
        r"\b(business|shop|cafe|café|bakery|salon|studio|company|brand|podcast|channel|blog|restaurant|agency)(,? (?:called )?[A-Z]\w+)?,? (?:and )?(?:I )?(opened|started|founded|launched) it in ((?:19|20)\d\d)",
        When::Always,
        "$1$2. I $3 the $1$2 in $4",
    ),
    (r"^([A-Z]\w+(?: [A-Z]\w+)?) is (?:for |where I )?work$", When::Always, "I work in $1"),
    (r"^([A-Z]\w+(?: [A-Z]\w+)?) is (?:my )?home(?: now)?$", When::Always, "I live in $1"),
    (r"^([A-Z]\w+) branch$", When::Always, "I work in $1"),
    // Parts behind a comma.
    (r",? so (I'm|I|we're|we|my) ", When::Always, ". $1 "),
    (r", on ([a-z][\w-]*(?: [a-z][\w-]*){0,2}) (since|until|till|for)\b", When::Always, ". I am on $1 $2"),
    (r", now (on|at|in|with|using|working|living|studying) ", When::FirstPerson, ". I am now $1 "),
    (r", (home|back) since ", When::Always, ". I have been $1 since "),
    (r",? then (an?) ", When::Former, ". Then I was $1 "),
    (r", ([A-Z][\w'-]+(?: [A-Z][\w'-]+)?) (since|from) (\d{4}|last|[A-Z])", When::Living, ". I have lived in $1 $2 $3"),
    (r", no (\w+),? (?:and |or )?no (\w+)(?: also| either| too)?$", When::Eating, ". I don't eat $1 or $2"),
    (r", no (\w+)(?: or (\w+))?$", When::Eating, ". I don't eat $1"),
    (r"\b(%EXPIRING%)(\b.*?), (?:and )?(?:it )?(expires|runs out|ends|is due)\b", When::Always, "$1$2. My $1 $3"),
    (r", (%OWN%) (is|was|starts|ends|went|goes)\b", When::Always, ". My $1 $2"),
    (
        r"^(I (?:really |absolutely )?(?:hate|love|like|prefer|enjoy|adore) .*?),? (?:but|and) (?:I )?(hate|love|like|prefer|enjoy|adore) ",
        When::Always,
        "$1. I $2 ",
    ),
    (r", (hate|love|prefer|adore|speak|own|drive|collect) ", When::FirstPerson, ". I $1 "),
    // Whole sentences.
    (r"^happy (\w+ing) ", When::Verbless, "I am happy $1 "),
    (
        r"^(excited|stoked|thrilled|buzzing|nervous|proud|gutted|chuffed|worried|busy) (about|for|to|with|\w+ing) ",
        When::Verbless,
        "I am $1 $2 ",
    ),
    (r"^((?:%COUNT%) (?:years|months|weeks)) as (an?|the) ", When::Always, "I worked $1 as $2 "),
    (
        r"^(torn|broken|sprained|fractured|twisted|slipped|dislocated|pulled|cracked|bruised) ([\w ]{2,30})$",
        When::Verbless,
        "I have a $1 $2",
    ),
    (
        r"^no (\w+(?: \w+)?) for my (son|daughter|wife|husband|mum|mom|dad|mother|father|brother|sister|partner|girlfriend|boyfriend|kids?)\b",
        When::Always,
        "my $2 doesn't eat $1",
    ),
    (r"^back on (\w+)", When::Verbless, "I am back on $1"),
    (
        r"^((?:hip|knee|shoulder) replacement|root canal|\w+ (?:surgery|operation|op|transplant|scan|biopsy)) (?:was|is) (on|in|at|yesterday|last|today) ?",
        When::Always,
        "I had a $1 $2 ",
    ),
    (r"^((?:\w+ )?(?:lessons|classes|training|tuition)) with (\w.*)$", When::Verbless, "I take $1 with $2"),
    (
        r"^(?:an? )?((?:wee|little|quick|short|day|weekend|business|family|road|big|camping|school|surprise)? ?(?:trip|holiday|getaway|honeymoon|cruise)) (to|in|with) ",
        When::Verbless,
        "I am going on a $1 $2 ",
    ),
    (
        r"^(?:an? )?(first(?: class)?(?: honours)?|2[:.]1|2[:.]2|distinction|merit) in ([\w ]+?) (?:from|at) (.+)$",
        When::Verbless,
        "I studied $2. I graduated from $3 with a $1",
    ),
    (r"^next(?: up)?(?: is|:|,)? ([A-Z][\w-]*.*)$", When::Verbless, "I am going to do $1"),
    (
        r"^(?:an? )?(?:baby |little |beautiful |healthy )*girl[,:]? (?:called |named )?([A-Z]\w+),? (\d[\w. ]*)$",
        When::Verbless,
        "My daughter is called $1. $1 weighs $2",
    ),
    (
        r"^(?:an? )?(?:baby |little |beautiful |healthy )*boy[,:]? (?:called |named )?([A-Z]\w+),? (\d[\w. ]*)$",
        When::Verbless,
        "My son is called $1. $1 weighs $2",
    ),
    (r"^an? (?:baby |little )*girl,? (?:called |named )?([A-Z]\w+)$", When::Verbless, "My daughter is called $1"),
    (r"^an? (?:baby |little )*boy,? (?:called |named )?([A-Z]\w+)$", When::Verbless, "My son is called $1"),
    (r"^(?:log|add|record|track) my run[:,]? ", When::Verbless, "I ran "),
    (r"^(?:log|add|record|track) my walk[:,]? ", When::Verbless, "I walked "),
    (r"^(?:log|add|record|track) my (?:ride|cycle|bike ride)[:,]? ", When::Verbless, "I cycled "),
    (r"^(?:log|add|record|track) my swim[:,]? ", When::Verbless, "I swam "),
    (
        r"^(?:my )?new (address|email|phone|number|phone number|mobile|username|handle|postcode)(?: (?:is|as of|from) ?(?:\w+)?)?: ?",
        When::Always,
        "My $1 is ",
    ),
    (
        r"^(?:my |starting |current |today's |latest |morning )*(%TRACKED%) (?:is |was |at |of |: ?|now |currently )*(?:(?:down|up|back) to )?(%AMOUNT%)\s?(today|now|this morning|yesterday)?$",
        When::Always,
        "My $1 is $2 $3",
    ),
    (r"^(%TRACKED%) (?:is )?(?:down|up|back) to (%AMOUNT%)", When::Always, "My $1 is $2"),
    (
        r"^first (paper|book|article|poem|story|novel|song|single|album) (accepted|published|out)\b",
        When::Verbless,
        "My first $1 was $2",
    ),
    (
        r"^(divorce|offer|mortgage|visa|application|loan|results?) (came|went|got|was|has|were) ",
        When::Always,
        "My $1 $2 ",
    ),
    (
        r"^(officially|now|newly|happily|recently) (retired|married|divorced|engaged|single|vegan|vegetarian)\b",
        When::Verbless,
        "I am $1 $2",
    ),
    (
        r"^the (car|van|motorbike|bike|truck|laptop|phone|boat|caravan) (has|is|needs) (.*)$",
        When::Always,
        "my $1 $2 $3",
    ),
];

/// Reports of an assistant: "Booked: Liverpool passport office, 22 August, 11:15."
const REPORTS: &[(&str, &str)] = &[
    (
        r"^(?:Booked|Scheduled|Reserved|Confirmed|All booked|Appointment booked)[:!.,]? (?:your appointment (?:at|with) )?([A-Z][\w' -]+), ((?:on )?[\w ]*\d.*)$",
        "I booked an appointment at $1 on $2 for you",
    ),
    (
        r"^(?:Done|Sorted|All set|OK|Okay|Great|Sure)[!.,]? (?:I've |I have )?(booked|cancelled|canceled|ordered|rescheduled|moved|changed|updated) ",
        "I have $1 ",
    ),
];

/// The compiled reports.
static COMPILED_REPORTS: LazyLock<Vec<(Regex, &'static str)>> =
    LazyLock::new(|| REPORTS.iter().filter_map(|(pattern, with)| Some((Regex::new(pattern).ok()?, *with))).collect());

/// Completes what an assistant reports to have done.
pub(super) fn report(sentence: &mut Mapped) {
    let text = sentence.text().trim_end_matches(['.', '!', ' ']).to_owned();
    let found = COMPILED_REPORTS.iter().find_map(|(pattern, with)| {
        let found = pattern.captures(&text)?;
        let mut full = String::new();
        found.expand(with, &mut full);
        Some((found.get(0)?.range(), full))
    });
    if let Some((range, full)) = found {
        sentence.replace(&[(range, full.replace(" on on ", " on ").as_str())]);
    }
}

/// The compiled patterns.
static COMPILED: LazyLock<Vec<(Regex, When, &'static str)>> = LazyLock::new(|| {
    let lists = [
        ("%OWN%", OWN),
        ("%EXPIRING%", EXPIRING),
        ("%TRACKED%", TRACKED),
        ("%AMOUNT%", AMOUNT),
        ("%COUNT%", COUNT),
        // Names are told by their capitals.
        ("[A-Z]", "(?-i:[A-Z])"),
    ];
    let compiled = PATTERNS.iter().filter_map(|(pattern, when, with)| {
        let full = lists.iter().fold((*pattern).to_owned(), |full, (name, list)| full.replace(name, list));
        let regex = RegexBuilder::new(&full).case_insensitive(true).build().ok()?;
        Some((regex, *when, *with))
    });
    compiled.collect()
});

/// Completes a sentence that a speaker says of himself or herself.
pub(super) fn complete(sentence: &mut Mapped) {
    for (pattern, when, with) in COMPILED.iter() {
        let text = &sentence.text()[sentence.bounds()];
        // Most patterns match nothing, and the rest costs more than a match.
        if !pattern.is_match(text) {
            continue;
        }
        let lower = text.to_lowercase();
        let holds = match when {
            When::Always => true,
            When::Verbless => !has_verb(text),
            When::Title => {
                let last = lower.split(" from ").next().and_then(|title| title.rsplit(' ').next());
                !has_verb(text) && last.is_some_and(|last| TITLES.split_whitespace().any(|title| title == last))
            }
            When::Living => ["live", "living", "stay"].iter().any(|word| lower.contains(word)),
            When::Eating => ["veg", "eat", "diet", "halal", "allerg"].iter().any(|word| lower.contains(word)),
            When::Former => lower.starts_with("i was ") || lower.starts_with("i worked"),
            When::FirstPerson => {
                lower.starts_with("my ")
                    || lower.starts_with("i ")
                    || lower.starts_with("i'")
                    || super::fragments::begins_without_subject(&lower)
            }
        };
        if holds {
            sentence.rewrite(pattern, with, with_small_noun);
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(text: &str) -> String {
        let mut sentence = Mapped::slice(text, 0..text.len());
        complete(&mut sentence);
        sentence.text().to_owned()
    }

    #[test]
    fn every_pattern_is_a_regular_expression() {
        assert_eq!(COMPILED.len(), PATTERNS.len());
        assert_eq!(COMPILED_REPORTS.len(), REPORTS.len());
    }

    #[test]
    fn telegrams_become_sentences() {
        assert_eq!(completed("34 years as a midwife"), "I worked 34 years as a midwife");
        assert_eq!(completed("torn ACL"), "I have a torn ACL");
        assert_eq!(completed("starting weight 104kg"), "My weight is 104kg ");
        assert_eq!(completed("I am pure veg, no onion no garlic also"), "I am pure veg. I don't eat onion or garlic");
        assert_eq!(completed("A girl, Margot, 7lb 2oz"), "My daughter is called Margot. Margot weighs 7lb 2oz");
    }

    #[test]
    fn sentences_stay_as_they_are() {
        for text in ["I had a trip to Rome", "Broken promises are worse", "No wine for me", "Its tail is long"] {
            assert_eq!(completed(text), text);
        }
    }
}
