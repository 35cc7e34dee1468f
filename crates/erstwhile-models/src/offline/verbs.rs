//! Forms of English verbs: lemmas, tenses, agreement.

use std::collections::{HashMap, HashSet};

/// Which form of a verb a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// "go".
    Base,
    /// "goes".
    Third,
    /// "went", also forms that are both past and participle.
    Past,
    /// "gone", only where it differs from the past.
    Participle,
    /// "going".
    Gerund,
}

/// Base, past and (when it differs) participle.
const IRREGULAR: &str = "be was been|be were been|become became become|begin began begun|bend bent|bet bet|bite bit bitten|bleed bled|\
blow blew blown|break broke broken|bring brought|build built|burn burnt|buy bought|catch caught|choose chose chosen|\
come came come|cost cost|cut cut|deal dealt|dig dug|do did done|draw drew drawn|dream dreamt|drink drank drunk|\
drive drove driven|eat ate eaten|fall fell fallen|feed fed|feel felt|fight fought|find found|fly flew flown|\
forget forgot forgotten|forgive forgave forgiven|freeze froze frozen|get got gotten|give gave given|go went gone|\
grow grew grown|hang hung|have had|hear heard|hide hid hidden|hit hit|hold held|hurt hurt|keep kept|know knew known|\
lay laid|lead led|learn learnt|leave left|lend lent|let let|light lit|lose lost|make made|mean meant|meet met|\
pay paid|put put|quit quit|read read|ride rode ridden|ring rang rung|rise rose risen|run ran run|say said|see saw seen|\
seek sought|sell sold|send sent|set set|sew sewed sewn|shake shook shaken|shine shone|shoot shot|show showed shown|\
shut shut|sing sang sung|sink sank sunk|sit sat|sleep slept|speak spoke spoken|spend spent|spread spread|stand stood|\
steal stole stolen|stick stuck|strike struck|swear swore sworn|swim swam swum|swing swung|take took taken|teach taught|\
tear tore torn|tell told|think thought|throw threw thrown|understand understood|wake woke woken|wear wore worn|\
weave wove woven|win won|wind wound|write wrote written";

/// Frequent regular verbs, and those whose lemma does not follow from the form alone.
const REGULAR: &str = "accept achieve acquire add admire adopt adore agree aim allow amaze announce answer apply appreciate arrange arrive ask \
attend avoid bake believe belong bike book bounce breathe browse call camp capture care carry cause celebrate challenge change \
chase chat check clean climb close collect combine come compete complete compose concentrate connect consider continue \
cook cope create dance date decide decorate define delete deserve design despise destroy develop die discover discuss \
dislike donate drop earn encourage engage enjoy enroll escape exercise expand experience explain explore express face fail \
finish fix focus follow found gain garden graduate guess handle happen hate head help hike hire hope host identify imagine \
improve include increase inspire interest interview introduce invest invite involve join jog juggle jump kayak knit land last laugh \
launch learn lift like listen live look love manage marry mention mentor miss move name need notice offer open order organize \
organise own pack paint participate pass perform phone photograph pick place plan plant play post practice practise prefer \
prepare present produce promise promote propose provide publish pull purchase push raise reach realize receive recommend record \
recover reduce refuse rehearse relate relax release remember remind remove renovate rent repair replace report rescue research reside \
resign retire return save schedule score search serve settle share shop sign ski skate skydive smile snowboard solve sound specialize start stay \
stop store stress stretch struggle study submit suffer suggest support surf surprise survive talk taste tour train transfer \
travel treat try turn type update upgrade use value visit volunteer vote wait walk want wash waste watch wish wonder work \
worry wrap";

/// Auxiliaries and modals that do not change with the person.
const FIXED: [&str; 33] = [
    "was",
    "were",
    "had",
    "did",
    "can",
    "could",
    "will",
    "would",
    "shall",
    "should",
    "may",
    "might",
    "must",
    "used",
    "can't",
    "cannot",
    "couldn't",
    "won't",
    "wouldn't",
    "shouldn't",
    "mightn't",
    "mustn't",
    "didn't",
    "hadn't",
    "wasn't",
    "weren't",
    "gonna",
    "gotta",
    "ought",
    "better",
    "wanna",
    "be",
    "been",
];

/// Words in -ed and -ing that are not verb forms.
const NOT_VERBS: [&str; 23] = [
    "need",
    "feed",
    "seed",
    "speed",
    "indeed",
    "red",
    "bed",
    "shed",
    "hundred",
    "thing",
    "nothing",
    "something",
    "everything",
    "anything",
    "morning",
    "evening",
    "during",
    "spring",
    "king",
    "string",
    "wedding",
    "building",
    "sibling",
];

/// The verb forms that the extractor knows.
#[derive(Debug)]
pub(super) struct Verbs {
    irregular: HashMap<&'static str, (&'static str, Form)>,
    bases: HashSet<&'static str>,
}

impl Verbs {
    /// Reads the tables.
    pub(super) fn new() -> Self {
        let mut irregular = HashMap::new();
        let mut bases: HashSet<&'static str> = REGULAR.split_whitespace().collect();
        for row in IRREGULAR.split('|') {
            let forms: Vec<&'static str> = row.split_whitespace().collect();
            if let [base, past, rest @ ..] = forms.as_slice() {
                bases.insert(base);
                if let Some(participle) = rest.first() {
                    irregular.entry(*participle).or_insert((*base, Form::Participle));
                }
                irregular.insert(past, (base, Form::Past));
            }
        }
        for (form, base) in [("am", "be"), ("are", "be"), ("is", "be"), ("has", "have"), ("does", "do")] {
            irregular.insert(form, (base, Form::Third));
        }
        Self { irregular, bases }
    }

    /// Returns lemma and form if the word looks like a verb; guesses for unknown words in -ed and -ing.
    pub(super) fn form(&self, word: &str) -> Option<(String, Form)> {
        if let Some((base, form)) = self.irregular.get(word) {
            return Some(((*base).to_owned(), *form));
        }
        if self.bases.contains(word) {
            return Some((word.to_owned(), Form::Base));
        }
        if NOT_VERBS.contains(&word) || !word.is_ascii() || word.contains(['-', '\'']) {
            return None;
        }
        if let Some(stem) = word.strip_suffix("ied").filter(|stem| stem.len() > 1) {
            return Some((format!("{stem}y"), Form::Past));
        }
        if let Some(stem) = word.strip_suffix("ed").filter(|stem| stem.len() > 1) {
            return Some((self.restore(stem), Form::Past));
        }
        if let Some(stem) = word.strip_suffix("ing").filter(|stem| stem.len() > 1) {
            return Some((self.restore(stem), Form::Gerund));
        }
        self.third(word).map(|base| (base, Form::Third))
    }

    /// Whether the word is a verb in the past tense.
    pub(super) fn is_past(&self, word: &str) -> bool {
        self.form(word).is_some_and(|(_, form)| form == Form::Past)
    }

    /// Returns the base of "plays", "watches", "studies"; only for known verbs, because plurals look the same.
    fn third(&self, word: &str) -> Option<String> {
        let stem = word.strip_suffix('s')?;
        let known = |base: &str| self.bases.contains(base).then(|| base.to_owned());
        known(stem)
            .or_else(|| known(stem.strip_suffix('e')?))
            .or_else(|| known(&format!("{}y", stem.strip_suffix("ie")?)))
    }

    /// Restores the base form of a stem without "ed" or "ing".
    fn restore(&self, stem: &str) -> String {
        let silent = format!("{stem}e");
        if self.bases.contains(silent.as_str()) && !self.bases.contains(stem) {
            return silent;
        }
        if self.bases.contains(stem) {
            return stem.to_owned();
        }
        let bytes = stem.as_bytes();
        if let [.., before, last] = bytes
            && before == last
            && !b"lsfz".contains(last)
        {
            return stem[..stem.len() - 1].to_owned();
        }
        let mutes = ["v", "c", "u", "dg", "at", "iz", "az", "is", "as", "os", "ur", "ir", "or", "rg", "ng"];
        let keeps = ["ing", "ung", "ang", "ong", "our", "air"];
        if mutes.iter().any(|end| stem.ends_with(end)) && !keeps.iter().any(|end| stem.ends_with(end)) && stem.len() > 2
        {
            return silent;
        }
        stem.to_owned()
    }

    /// Converts a verb after "I" or "you" to the third person; `None` if it does not change.
    pub(super) fn agree(&self, lower: &str) -> Option<String> {
        let special = match lower {
            "am" | "are" | "'m" | "'re" => Some("is"),
            "have" | "'ve" => Some("has"),
            "do" => Some("does"),
            "don't" | "dont" => Some("doesn't"),
            "haven't" => Some("hasn't"),
            "aren't" => Some("isn't"),
            "were" => Some("was"),
            "weren't" => Some("wasn't"),
            _ => None,
        };
        if let Some(special) = special {
            return Some(special.to_owned());
        }
        if FIXED.contains(&lower) || !lower.chars().all(|c| c.is_ascii_lowercase()) {
            return None;
        }
        match self.form(lower) {
            Some((_, Form::Base)) => Some(third_person(lower)),
            // A word directly after "I" or "you" is a verb even if it is unknown.
            None if lower.len() > 2 => Some(third_person(lower)),
            _ => None,
        }
    }
}

/// Converts a base form to the third person: "go" to "goes", "study" to "studies".
pub(super) fn third_person(base: &str) -> String {
    match base {
        "be" => return "is".to_owned(),
        "have" => return "has".to_owned(),
        _ => {}
    }
    if ["s", "x", "z", "ch", "sh", "o"].iter().any(|end| base.ends_with(end)) {
        return format!("{base}es");
    }
    match base.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{base}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lemmas_are_found() {
        let verbs = Verbs::new();
        for (word, base) in [
            ("went", "go"),
            ("moved", "move"),
            ("stopped", "stop"),
            ("hiking", "hike"),
            ("studies", "study"),
            ("visited", "visit"),
            ("acquired", "acquire"),
            ("running", "run"),
            ("called", "call"),
            ("watches", "watch"),
        ] {
            assert_eq!(verbs.form(word).map(|(lemma, _)| lemma).as_deref(), Some(base), "{word}");
        }
        assert_eq!(verbs.form("morning"), None);
    }

    #[test]
    fn verbs_agree_with_a_name() {
        let verbs = Verbs::new();
        for (first, third) in
            [("love", "loves"), ("have", "has"), ("'m", "is"), ("study", "studies"), ("teach", "teaches")]
        {
            assert_eq!(verbs.agree(first).as_deref(), Some(third));
        }
        for same in ["went", "can't", "moved", "read", "will"] {
            assert_eq!(verbs.agree(same), None, "{same}");
        }
    }
}
