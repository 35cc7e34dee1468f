//! Noun phrases: their types, whether they are concrete, and their text without pronouns.

use erstwhile_nlp::{Dep, EntityKind, Pos, Tag};

use super::lexicon::{Kind, Kinds};
use super::people::{FIRST, People, PersonKind, SECOND};
use super::sentence::Sentence;
use super::word_forms::{is_grade, is_medicine, is_profession, is_school_name};

/// A phrase that cannot stand alone, because it needs a pronoun that refers to nothing known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Vague;

/// Words after a preposition that say nothing.
const EMPTY_OBJECTS: &[&str] = &[
    "it", "that", "this", "them", "these", "those", "which", "there", "you", "thing", "fact", "way", "time", "lot",
    "one", "moment", "what", "all", "today",
];

/// Adverbs and adjectives that only add feeling.
const INTENSIFIERS: &[&str] =
    &["really", "so", "too", "just", "even", "super", "pretty", "very", "also", "especially", "actually", "quite"];
const PRAISE: &[&str] =
    &["awesome", "amazing", "great", "cool", "nice", "lovely", "super", "such", "wonderful", "fantastic"];

/// Nouns in these endings are seldom things.
const ABSTRACT_ENDINGS: &[&str] =
    &["ness", "ity", "tion", "sion", "ance", "ence", "ment", "ship", "ism", "hood", "dom", "ure"];

/// Types that a noun may have besides being a thing one can own or buy.
const NO_THINGS: Kinds = Kinds::of(&[
    Kind::Date,
    Kind::Money,
    Kind::Title,
    Kind::Identity,
    Kind::Condition,
    Kind::Event,
    Kind::Activity,
    Kind::Field,
    Kind::Place,
]);

/// Types that only describe a word, and make no object concrete.
const DESCRIPTIVE: Kinds =
    Kinds::of(&[Kind::Vague, Kind::Evaluative, Kind::Female, Kind::Male, Kind::Human, Kind::ThingOk]);

/// Units whose "of" names the thing itself: "a cup of tea".
pub(super) fn measured(sentence: &Sentence<'_>, token: usize) -> Option<usize> {
    if !sentence.is_a(token, Kind::MeasureHead) || sentence.is_lemma(token, &["collection", "bowl", "series"]) {
        return None;
    }
    let of = sentence.child(token, |child| sentence.dep(child) == Dep::Prep && sentence.lower(child) == "of")?;
    sentence.child_of(of, &[Dep::Pobj])
}

pub(super) fn is_abstract(word: &str) -> bool {
    ABSTRACT_ENDINGS.iter().any(|ending| word.ends_with(ending))
}

/// The types that the entity recogniser's kind gives.
fn kinds_of_entity(kind: EntityKind, text: &str) -> Kinds {
    match kind {
        EntityKind::Person => Kinds::of(&[Kind::Person, Kind::Name]),
        EntityKind::Gpe => Kinds::of(&[Kind::Place, Kind::Gpe]),
        EntityKind::Loc => Kinds::of(&[Kind::Place, Kind::Sight, Kind::Gpe]),
        EntityKind::Fac => Kinds::of(&[Kind::Place, Kind::Org, Kind::Sight]),
        EntityKind::Org => {
            let lower = text.to_lowercase();
            let school = is_school_name(&lower);
            let org = Kinds::of(&[Kind::Org, Kind::OrgName, Kind::Product, Kind::Tech]);
            if school { org.with(Kinds::of(&[Kind::School])) } else { org }
        }
        EntityKind::Event => Kinds::of(&[Kind::Event]),
        EntityKind::WorkOfArt => Kinds::of(&[Kind::Work]),
        EntityKind::Language => Kinds::of(&[Kind::Language]),
        EntityKind::Product => Kinds::of(&[Kind::Product, Kind::Ownable, Kind::Tech]),
        EntityKind::Norp => Kinds::of(&[Kind::Identity, Kind::Language]),
        EntityKind::Money => Kinds::of(&[Kind::Money]),
        EntityKind::Date => Kinds::of(&[Kind::Date]),
        EntityKind::Quantity => Kinds::of(&[Kind::Distance]),
        EntityKind::Cardinal | EntityKind::Ordinal | EntityKind::Percent | EntityKind::Time | EntityKind::Law => {
            Kinds::default()
        }
    }
}

/// The types that the word lists give a noun, alone or with the word before it.
fn listed_kinds(sentence: &Sentence<'_>, token: usize) -> Kinds {
    let word = sentence.lemma(token);
    let two = (token > sentence.start).then(|| format!("{} {word}", sentence.lower(token - 1)));
    // "python 3.12" is what "python" is.
    let named = sentence.identifier(token).and_then(|name| name.split(' ').next()).map(str::to_lowercase);
    let typed = typed_name(sentence, token).map(|(noun, _)| noun);
    // A gerund is what its form says: "playing" is no play.
    let base = (sentence.tag(token) != Tag::Vbg).then_some(word);
    let lists = [typed, base, two.as_deref(), Some(sentence.lower(token)), named.as_deref()].into_iter().flatten();
    lists.fold(Kinds::default(), |all, word| all.with(sentence.lexicon.kinds(word)))
}

/// The types of the noun phrase of a head; empty if it is not concrete.
pub(super) fn kinds(sentence: &Sentence<'_>, people: &mut People, token: usize) -> Kinds {
    let word = sentence.lemma(token);
    let acronym = is_acronym(sentence, token);
    if !acronym && (sentence.pos(token) == Pos::Pron && !sentence.is_capital(token) || matches!(word, "who" | "which"))
    {
        return match people.person(sentence, token).map(|person| person.kind) {
            Some(PersonKind::Person) if !FIRST.contains(&sentence.lower(token)) => Kinds::of(&[Kind::Person]),
            Some(PersonKind::Pet) => Kinds::of(&[Kind::Animal]),
            _ => Kinds::default(),
        };
    }
    if let Some(thing) = measured(sentence, token) {
        return kinds(sentence, people, thing);
    }
    let mut found = Kinds::default();
    let dep = sentence.dep(token);
    if sentence.tag(token) == Tag::Vbg && is_place_of_noun(dep) {
        found.insert(Kind::Activity);
    }
    let listed = listed_kinds(sentence, token);
    found = found.with(listed);
    if is_grade(sentence, token) {
        return Kinds::of(&[Kind::Grade, Kind::Any]);
    }
    if let Some(entity) = sentence.entity(token) {
        match entity.kind {
            // "Node 18" is no date.
            EntityKind::Date if listed.has(Kind::Tech) => {}
            EntityKind::Date => return Kinds::of(&[Kind::Date]),
            // "He runs the 400".
            EntityKind::Cardinal
                if sentence.is_lemma(sentence.head(token), &["run", "swim"])
                    && sentence.has_child_word(token, &["the"]) =>
            {
                return Kinds::of(&[Kind::Distance, Kind::Any]);
            }
            EntityKind::Cardinal if sentence.pos(token) != Pos::Noun => {
                return if dep == Dep::Attr { Kinds::of(&[Kind::Age]) } else { Kinds::default() };
            }
            EntityKind::Time | EntityKind::Ordinal => return Kinds::default(),
            // A well-known place is one, whatever the recogniser calls it.
            _ if listed.has(Kind::Gpe) && entity.tokens.len() == 1 => found.insert(Kind::Place),
            kind => found = found.with(kinds_of_entity(kind, sentence.entity_text(entity))),
        }
    }
    if sentence.pos(token) == Pos::Propn && is_school_name(&name(sentence, token).to_lowercase()) {
        found = found.with(Kinds::of(&[Kind::School, Kind::Org]));
    }
    if sentence.is_proper(token)
        || sentence.identifier(token).is_some_and(|name| name.contains(|c: char| !c.is_lowercase()))
    {
        found.insert(Kind::Propn);
    }
    found = without_people_of_pets(found, people, sentence.text(token));
    if acronym {
        found = found.with(Kinds::of(&[Kind::Propn, Kind::OrgName, Kind::Org]));
    }
    if is_quoted(sentence, token) {
        found.insert(Kind::Work);
    }
    if listed.has(Kind::Kin) || listed.has(Kind::Human) {
        found = found.with(Kinds::of(&[Kind::Person, Kind::HumanNp]));
    }
    if listed.is_empty() && is_profession(sentence, token) {
        found.insert(Kind::Title);
    }
    if is_medicine(sentence.lower(token)) {
        found = found.without(Kinds::of(&[Kind::Language, Kind::Identity])).with(Kinds::of(&[Kind::Medication]));
    }
    if found.has(Kind::Title) {
        found.insert(Kind::HumanNp);
    }
    if is_measured(sentence, token) {
        found.insert(Kind::Measure);
    }
    let vague = listed.has(Kind::Vague) && !acronym && sentence.identifier(token).is_none();
    let thing_ok = listed.has(Kind::ThingOk);
    found = found.without(DESCRIPTIVE);
    let known = found.without(Kinds::of(&[Kind::Measure, Kind::Kin]));
    let named = found.intersects(Kinds::of(&[Kind::Propn, Kind::Work])) && sentence.entity(token).is_some();
    if vague && !named && (known.is_empty() || !is_qualified(sentence, token)) {
        return Kinds::default();
    }
    // Chat writes names in lower case.
    let noun = matches!(sentence.pos(token), Pos::Noun | Pos::X)
        || sentence.pos(token) == Pos::Propn && !sentence.is_capital(token);
    if noun && known.is_empty() && (thing_ok || !is_abstract(word)) {
        found = found.with(Kinds::of(&[Kind::Thing, Kind::Any]));
    } else if !known.is_empty() {
        found.insert(Kind::Any);
        if sentence.is_noun(token) && !found.intersects(NO_THINGS) {
            found.insert(Kind::Thing);
        }
    }
    found
}

/// Whether a word stands where nouns stand, so that a gerund is what one does.
fn is_place_of_noun(dep: Dep) -> bool {
    matches!(dep, Dep::Xcomp | Dep::Pcomp | Dep::Dobj | Dep::Pobj | Dep::Conj | Dep::Ccomp | Dep::Csubj | Dep::Attr)
}

/// A name that a pet was given is no person's and no place.
fn without_people_of_pets(kinds: Kinds, people: &People, name: &str) -> Kinds {
    let pet = kinds.has(Kind::Propn) && people.known(name).is_some_and(|known| known.kind == PersonKind::Pet);
    if !pet {
        return kinds;
    }
    let others = Kinds::of(&[Kind::Person, Kind::Gpe, Kind::Place, Kind::Org, Kind::OrgName]);
    kinds.without(others).with(Kinds::of(&[Kind::Animal]))
}

/// Whether a noun has another noun or a telling adjective before it.
fn is_qualified(sentence: &Sentence<'_>, token: usize) -> bool {
    let qualifies = |child: usize| {
        sentence.dep(child) == Dep::Compound
            || sentence.dep(child) == Dep::Amod && !sentence.is_a(child, Kind::Evaluative)
    };
    sentence.child(token, qualifies).is_some()
}

/// "20 miles", "a 5% rise": a noun with an amount in a short phrase.
fn is_measured(sentence: &Sentence<'_>, token: usize) -> bool {
    let counted = |other| {
        matches!(
            sentence.entity_kind(other),
            Some(EntityKind::Percent | EntityKind::Quantity | EntityKind::Money | EntityKind::Cardinal)
        )
    };
    let phrase = || sentence.subtree(token).take(12);
    sentence.pos(token) == Pos::Noun && sentence.text(token) != "%" && phrase().count() < 12 && phrase().any(counted)
}

/// Whether the phrase stands in quotation marks.
pub(super) fn is_quoted(sentence: &Sentence<'_>, token: usize) -> bool {
    let first = sentence.doc.left_edge(token).max(sentence.start);
    let is_mark = |token: usize| matches!(sentence.text(token), "\"" | "``" | "“");
    is_mark(first) || first > sentence.start && is_mark(first - 1)
}

/// "US", "WHO" and "IT" in capitals are names, not pronouns.
pub(super) fn is_acronym(sentence: &Sentence<'_>, token: usize) -> bool {
    matches!(sentence.text(token), "US" | "WHO" | "IT" | "ME" | "HE" | "WE" | "CAN")
        && sentence.source().chars().any(char::is_lowercase)
}

/// Whether a phrase says which one it means.
pub(super) fn is_specific(sentence: &Sentence<'_>, people: &mut People, token: usize) -> bool {
    const QUALIFYING: &[&str] = &["of", "for", "about", "with", "from", "on", "in", "to", "at", "as"];
    if let Some(thing) = measured(sentence, token) {
        return is_specific(sentence, people, thing);
    }
    if sentence.pos(token) == Pos::Propn
        || sentence.is_proper(token)
        || is_acronym(sentence, token)
        || sentence.entity(token).is_some()
        || is_quoted(sentence, token)
        || sentence.tag(token) == Tag::Vbg
        || sentence.identifier(token).is_some()
    {
        return true;
    }
    let children: Vec<usize> = sentence.children(token).collect();
    children.into_iter().any(|child| match sentence.dep(child) {
        Dep::Compound | Dep::Acl => true,
        Dep::Amod | Dep::Nmod => !sentence.is_a(child, Kind::Evaluative),
        Dep::Poss => sentence.pos(child) != Pos::Pron,
        Dep::Prep if sentence.is(child, QUALIFYING) => sentence
            .object_of(child)
            .is_some_and(|object| sentence.tag(object) == Tag::Vbg || !kinds(sentence, people, object).is_empty()),
        _ => false,
    })
}

/// The name at a proper noun: the whole recognised entity, or the noun with its compounds.
pub(super) fn name(sentence: &Sentence<'_>, token: usize) -> String {
    const NAMES: &[EntityKind] = &[
        EntityKind::Person,
        EntityKind::Org,
        EntityKind::Gpe,
        EntityKind::Product,
        EntityKind::WorkOfArt,
        EntityKind::Fac,
        EntityKind::Event,
        EntityKind::Loc,
        EntityKind::Language,
        EntityKind::Norp,
    ];
    if let Some(entity) = sentence.entity(token)
        && NAMES.contains(&entity.kind)
    {
        let text = strip_article(sentence.entity_text(entity));
        // "Lad Ben": a noun in lower case is no part of a name.
        let bare = text.split_once(' ').filter(|(first, rest)| {
            first.starts_with(char::is_lowercase)
                && rest.starts_with(char::is_uppercase)
                && sentence.lexicon.is(first, Kind::Kin)
        });
        return bare.map_or(text, |(_, rest)| rest).to_owned();
    }
    let mut first = token;
    while first > sentence.start
        && sentence.pos(first - 1) == Pos::Propn
        && matches!(sentence.dep(first - 1), Dep::Compound | Dep::Nmod)
        && sentence.in_subtree(token, first - 1)
    {
        first -= 1;
    }
    span_text(sentence, first, token).to_owned()
}

/// "the restaurant Bella Roma": the noun and the name.
pub(super) fn typed_name<'a>(sentence: &Sentence<'a>, token: usize) -> Option<(&'a str, String)> {
    let common = |other: usize| sentence.pos(other) == Pos::Noun && !sentence.is_capital(other);
    let proper = |other: usize| sentence.pos(other) == Pos::Propn && sentence.is_capital(other);
    if proper(token) {
        let noun = sentence
            .child(token, |c| matches!(sentence.dep(c), Dep::Compound | Dep::Nmod) && common(c) && c < token)?;
        // "the Acme office" is no name with its noun.
        let between = (noun + 1..token).all(proper);
        return between.then(|| (sentence.lemma(noun), span_text(sentence, noun + 1, token).to_owned()));
    }
    if common(token) && !sentence.is_a(token, Kind::Kin) && !sentence.is_a(token, Kind::Animal) {
        let name = sentence.child(token, |c| {
            sentence.dep(c) == Dep::Appos
                && proper(c)
                && c == token + 1 + sentence.children(c).filter(|x| *x < c).count()
        })?;
        return Some((sentence.lemma(token), self::name(sentence, name)));
    }
    None
}

/// The text from one token to another.
pub(super) fn span_text<'a>(sentence: &Sentence<'a>, first: usize, last: usize) -> &'a str {
    let tokens = sentence.doc.tokens();
    match (tokens.get(first), tokens.get(last)) {
        (Some(first), Some(last)) => {
            sentence.doc.text().get(first.start as usize..last.end as usize).unwrap_or_default()
        }
        _ => "",
    }
}

/// Removes a leading article.
pub(super) fn strip_article(text: &str) -> &str {
    let lower = text.to_lowercase();
    for article in ["a ", "an ", "the ", "some ", "their ", "his ", "her ", "its "] {
        if lower.starts_with(article) && lower.len() == text.len() {
            return text[article.len()..].trim_start();
        }
    }
    text
}

/// The text of a noun phrase, without pronouns and without what a reader of the phrase alone does not need.
///
/// Possessives of `subject` become "their".
///
/// # Errors
/// If the phrase needs a pronoun that refers to nobody known.
pub(super) fn phrase(
    sentence: &Sentence<'_>,
    people: &mut People,
    token: usize,
    subject: Option<&str>,
) -> Result<String, Vague> {
    if let Some((_, name)) = typed_name(sentence, token) {
        return Ok(name);
    }
    let mut writer = PhraseWriter { sentence, people, subject, top: token, words: Vec::new() };
    writer.write(token, true)?;
    let text = tidy(&writer.words.join(" "));
    // "Widerøe, not SAS".
    let meant = text.split_once(" not ").map(|(meant, _)| meant).filter(|_| sentence.pos(token) == Pos::Propn);
    Ok(meant.map_or(text.clone(), |meant| meant.trim_end_matches(',').to_owned()))
}

/// Joins tokens as English writes them.
pub(super) fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let attached = matches!(word, "'s" | "'" | "n't" | "," | "." | "%" | ")" | "!" | "?" | ":" | ";")
            || out.ends_with(['$', '£', '€', '(', '#'])
            || out.ends_with('-') && !out.ends_with(" -")
            || word.starts_with('-') && word.len() == 1 && !out.is_empty();
        if !out.is_empty() && !attached {
            out.push(' ');
        }
        out.push_str(word);
    }
    correct_articles(&out.replace('"', ""))
}

/// "a apple" becomes "an apple".
fn correct_articles(text: &str) -> String {
    const VOWEL_SPELLED_CONSONANTS: [&str; 6] = ["one", "uni", "use", "euro", "uk", "us "];
    let mut out = String::with_capacity(text.len());
    let words: Vec<&str> = text.split(' ').collect();
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        let next = words.get(index + 1).map(|next| next.to_lowercase()).unwrap_or_default();
        let vowel = next.starts_with(['a', 'e', 'i', 'o', 'u'])
            && !VOWEL_SPELLED_CONSONANTS.iter().any(|consonant| next.starts_with(consonant))
            || next.starts_with("hour")
            || next.starts_with("honest")
            || next == "8"
            || next.starts_with("8-")
            || next == "11"
            || next == "18";
        match *word {
            "a" if vowel => out.push_str("an"),
            "an" if !next.is_empty() && !vowel && !next.starts_with(['h', 'l', 'm', 'x', 'f', 'n', 'r', 's']) => {
                out.push('a');
            }
            word => out.push_str(word),
        }
    }
    out
}

struct PhraseWriter<'s, 'a, 'p> {
    sentence: &'s Sentence<'a>,
    people: &'p mut People,
    subject: Option<&'s str>,
    top: usize,
    words: Vec<String>,
}

impl PhraseWriter<'_, '_, '_> {
    fn write(&mut self, token: usize, top: bool) -> Result<(), Vague> {
        let sentence = self.sentence;
        let children: Vec<usize> = sentence.children(token).collect();
        let mut done = false;
        for child in children {
            if child > token && !done {
                self.word(token)?;
                done = true;
            }
            // The other of two nouns that the parser hangs on one another.
            if sentence.dep(child) == Dep::Nmod && sentence.has_child(child, &[Dep::Cc]) {
                continue;
            }
            if self.is_part_of_name(child) {
                self.write(child, false)?;
            } else if self.keeps(token, child, top) {
                if sentence.dep(child) == Dep::Det && sentence.is(child, &["this", "that"]) {
                    self.words.push("a".to_owned());
                } else {
                    self.write(child, false)?;
                }
            }
        }
        if done { Ok(()) } else { self.word(token) }
    }

    /// Whether a token belongs to the same name as the head.
    fn is_part_of_name(&self, token: usize) -> bool {
        let quantity = |kind| {
            matches!(
                kind,
                EntityKind::Date | EntityKind::Time | EntityKind::Cardinal | EntityKind::Ordinal | EntityKind::Percent
            )
        };
        self.sentence.entity(self.top).is_some_and(|entity| !quantity(entity.kind) && entity.tokens.contains(&token))
    }

    /// Whether a child of a noun is needed to understand it.
    fn keeps(&mut self, token: usize, child: usize, top: bool) -> bool {
        let sentence = self.sentence;
        match sentence.dep(child) {
            Dep::Punct => matches!(sentence.text(child), "'" | "-" | "/"),
            Dep::Npadvmod => child < token,
            Dep::Relcl
            | Dep::Advcl
            | Dep::Cc
            | Dep::Conj
            | Dep::Intj
            | Dep::Parataxis
            | Dep::Preconj
            | Dep::Predet
            | Dep::Unclassified
            | Dep::Mark
            | Dep::Ccomp
            | Dep::Aux => false,
            Dep::Acl => sentence.is(child, &["named", "called"]),
            Dep::Appos => sentence.pos(child) == Pos::Propn,
            Dep::Advmod => !sentence.is_lemma(child, INTENSIFIERS),
            Dep::Det => !sentence.is(child, &["these", "those", "any", "all", "both", "such", "what", "which"]),
            Dep::Amod => sentence.is_a(token, Kind::Vague) || !sentence.is_lemma(child, PRAISE),
            Dep::Prep => {
                let Some(object) = sentence.object_of(child) else { return false };
                let pronoun = sentence.pos(object) == Pos::Pron && !sentence.is_capital(object);
                let empty = sentence.is(object, EMPTY_OBJECTS)
                    || sentence.is_date(object)
                    || pronoun && self.people.person(sentence, object).is_none();
                // "Starbucks with Mandy": whom one meets is no part of a name.
                let of_name = sentence.pos(token) == Pos::Propn
                    && sentence.is(
                        child,
                        &["with", "after", "before", "during", "near", "opposite", "behind", "off", "by", "beside"],
                    );
                !empty && !of_name && (top || sentence.subtree(object).take(10).count() <= 9)
            }
            _ => true,
        }
    }

    fn word(&mut self, token: usize) -> Result<(), Vague> {
        let word = pronoun_free(self.sentence, self.people, token, self.subject)?;
        if !word.is_empty() {
            self.words.push(word);
        }
        Ok(())
    }
}

/// A word without pronouns: "my" of the subject is "their", of another person the name.
///
/// # Errors
/// If it is a pronoun that refers to nobody known.
pub(super) fn pronoun_free(
    sentence: &Sentence<'_>,
    people: &mut People,
    token: usize,
    subject: Option<&str>,
) -> Result<String, Vague> {
    const THIRD: &[&str] = &[
        "he",
        "him",
        "his",
        "she",
        "her",
        "hers",
        "they",
        "them",
        "their",
        "theirs",
        "himself",
        "herself",
        "themselves",
    ];
    let word = sentence.lower(token);
    let personal = FIRST.contains(&word) || SECOND.contains(&word) || THIRD.contains(&word);
    let is_acronym = sentence.text(token).len() > 1 && sentence.text(token).chars().all(char::is_uppercase);
    let other_use = matches!(sentence.dep(token), Dep::Compound | Dep::Npadvmod | Dep::Amod | Dep::Nmod);
    if !personal || sentence.pos(token) != Pos::Pron || other_use || is_acronym {
        return Ok(if sentence.pos(token) == Pos::Space || word == "\"" {
            String::new()
        } else {
            sentence.text(token).to_owned()
        });
    }
    if word.ends_with("self") || word.ends_with("selves") {
        return Ok(String::new());
    }
    let Some(person) = people.person(sentence, token) else {
        return if THIRD.contains(&word) || SECOND.contains(&word) { Err(Vague) } else { Ok(String::new()) };
    };
    let possessive = sentence.dep(token) == Dep::Poss
        || matches!(word, "my" | "our" | "your" | "his" | "their" | "mine" | "ours" | "yours" | "hers" | "theirs");
    let own = subject == Some(person.name.as_str());
    Ok(match (possessive, own) {
        (true, true) => "their".to_owned(),
        (true, false) => format!("{}'s", person.name),
        (false, true) => "them".to_owned(),
        (false, false) => person.name,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_joined_as_english_writes_them() {
        assert_eq!(tidy("a old dog 's toy , $ 5 and 10 %"), "an old dog's toy, $5 and 10%");
        assert_eq!(tidy("an car"), "a car");
        assert_eq!(tidy("a university and a hour"), "a university and an hour");
        assert_eq!(tidy("part - time job"), "part-time job");
    }

    #[test]
    fn articles_are_stripped() {
        assert_eq!(strip_article("the Hague"), "Hague");
        assert_eq!(strip_article("Their dog"), "dog");
        assert_eq!(strip_article("apple"), "apple");
    }
}
