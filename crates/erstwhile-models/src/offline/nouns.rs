//! Noun phrases: their types, whether they are concrete, and their text without pronouns.

use erstwhile_nlp::{Dep, EntityKind, Pos, Tag};

use super::lexicon::{Kind, Kinds};
use super::people::{FIRST, People, PersonKind};
pub(super) use super::phrases::{phrase, pronoun_free, tidy};
use super::sentence::Sentence;
use super::word_forms::{is_company_name, is_distance, is_grade, is_medicine, is_profession, is_school_name};

/// A phrase that cannot stand alone, because it needs a pronoun that refers to nothing known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Vague;

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
        EntityKind::Person | EntityKind::Fac | EntityKind::Gpe | EntityKind::Product if is_company_name(text) => {
            Kinds::of(&[Kind::Org, Kind::OrgName, Kind::Propn])
        }
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

/// What the recogniser says of a token.
enum Recognised {
    /// Types besides those of the lists.
    More(Kinds),
    /// The only types.
    Only(Kinds),
}

/// The types that the entity of a token gives.
fn recognised_kinds(sentence: &Sentence<'_>, token: usize, listed: Kinds) -> Recognised {
    const MOVES: &[&str] = &["run", "walk", "swim", "cycle", "do", "row", "jog"];
    if sentence.is_given_name(token) {
        // The recogniser knows few given names.
        return Recognised::More(Kinds::of(&[Kind::Person, Kind::Name]));
    }
    // "I earn 55k".
    let paid = sentence.is_lemma(sentence.head(token), &["earn", "make", "pay", "owe"]);
    let owed = sentence.lemma(sentence.head(token)) == "owe"
        && sentence.pos(token) == Pos::Num
        && sentence.text(token).starts_with(|c: char| c.is_ascii_digit());
    if owed || paid && is_distance(sentence.lower(token)) && sentence.lower(token).ends_with('k') {
        return Recognised::Only(Kinds::of(&[Kind::Money, Kind::Any]));
    }
    let Some(entity) = sentence.entity(token) else { return Recognised::More(Kinds::default()) };
    let head = sentence.head(token);
    // "I ran 10k", "he runs the 400".
    let distance = is_distance(sentence.lower(token)) && sentence.is_lemma(head, MOVES)
        || entity.kind == EntityKind::Cardinal
            && sentence.is_lemma(head, &["run", "swim"])
            && sentence.has_child_word(token, &["the"]);
    match entity.kind {
        EntityKind::Date | EntityKind::Cardinal if distance => {
            Recognised::Only(Kinds::of(&[Kind::Distance, Kind::Any]))
        }
        // "Node 18" is no date, and "Python" nobody.
        EntityKind::Date | EntityKind::Person | EntityKind::Gpe if listed.has(Kind::Tech) => {
            Recognised::More(Kinds::default())
        }
        EntityKind::Date => Recognised::Only(Kinds::of(&[Kind::Date])),
        EntityKind::Cardinal if sentence.pos(token) != Pos::Noun => {
            let age = sentence.dep(token) == Dep::Attr;
            Recognised::Only(if age { Kinds::of(&[Kind::Age]) } else { Kinds::default() })
        }
        EntityKind::Time | EntityKind::Ordinal => Recognised::Only(Kinds::default()),
        // A well-known place is one, whatever the recogniser calls it.
        _ if listed.has(Kind::Gpe) && entity.tokens.len() == 1 => Recognised::More(Kinds::of(&[Kind::Place])),
        kind => Recognised::More(kinds_of_entity(kind, sentence.entity_text(entity))),
    }
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
    if listed.has(Kind::Gpe) && sentence.is_capital(token) {
        found = found.with(Kinds::of(&[Kind::Place, Kind::Propn]));
    }
    if is_grade(sentence, token) {
        return Kinds::of(&[Kind::Grade, Kind::Any]);
    }
    match recognised_kinds(sentence, token, listed) {
        Recognised::More(more) => found = found.with(more),
        Recognised::Only(only) => return only,
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
    // "A Garmin Forerunner 265".
    let numbered = |c: usize| c > token && sentence.dep(c) == Dep::Nummod;
    if sentence.is_proper(token) && sentence.child(token, numbered).is_some() && !found.has(Kind::Date) {
        found = found.with(Kinds::of(&[Kind::Product, Kind::Tech]));
    }
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

/// Whether a noun has another noun or a telling adjective before it, or a place with a name behind it: "roles at Hulu".
fn is_qualified(sentence: &Sentence<'_>, token: usize) -> bool {
    let qualifies = |child: usize| {
        sentence.dep(child) == Dep::Compound
            || sentence.dep(child) == Dep::Amod && !sentence.is_a(child, Kind::Evaluative)
            || sentence.dep(child) == Dep::Prep
                && sentence.is(child, &["at", "near", "by"])
                && sentence.object_of(child).is_some_and(|place| sentence.is_proper(place))
            // "I burned my hand".
            || sentence.dep(child) == Dep::Poss && sentence.is_a(token, Kind::BodyPart)
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
        && !is_shouted(sentence, token)
}

/// "JUST DOING IT": a word in capitals among others.
fn is_shouted(sentence: &Sentence<'_>, token: usize) -> bool {
    let before = token.checked_sub(1).filter(|before| sentence.tokens().contains(before));
    before.is_some_and(|before| {
        let text = sentence.text(before);
        text.len() > 2 && text.chars().all(|c| c.is_ascii_uppercase())
    })
}

/// Whether a phrase says which one it means.
pub(super) fn is_specific(sentence: &Sentence<'_>, people: &mut People, token: usize) -> bool {
    const QUALIFYING: &[&str] = &["of", "for", "about", "with", "from", "on", "in", "to", "at", "as", "near"];
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
    if sentence.is_given_name(token) {
        return sentence.text(token).to_owned();
    }
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
    // "A secondhand Golf" is no kind of Golf.
    const CONDITIONS: &[&str] =
        &["secondhand", "second-hand", "hand", "vintage", "used", "mint", "spare", "budget", "bargain"];
    let common = |other: usize| {
        sentence.pos(other) == Pos::Noun && !sentence.is_capital(other) && !sentence.is(other, CONDITIONS)
    };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_are_stripped() {
        assert_eq!(strip_article("the Hague"), "Hague");
        assert_eq!(strip_article("Their dog"), "dog");
        assert_eq!(strip_article("apple"), "apple");
    }
}
