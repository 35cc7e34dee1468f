//! Who and what an answer names: speakers, people and things of the conversation, their types and other names.

use erstwhile::identity::{ASSISTANT_NAME, normalise};
use erstwhile::model::{EpisodeKind, Role};
use erstwhile::ontology::Ontology;
use erstwhile::ports::{ExtractedAlias, ExtractedMention, Extraction, ExtractionRequest, Turn};
use erstwhile::text::{contains_word, position_of_word, words};

use super::answer::AnsweredEntity;
use super::claims::{Call, Checked, Place};
use super::quotes::{self, NAMED};
use super::said_values::numbers;

/// Types that need no declaration.
const BASIC_TYPES: [&str; 11] = [
    "Person",
    "Organization",
    "Location",
    "Event",
    "Object",
    "Work",
    "Animal",
    "Topic",
    "Document",
    "Role",
    "Preference",
];
/// How a model may call the speaker.
pub(super) const FIRST_PERSON: [&str; 8] = ["i", "me", "myself", "my", "user", "the user", "speaker", "the speaker"];

impl Call<'_> {
    /// Whom a model means by "I" or "the user": the speaker; in what an assistant or a tool says, its user is the owner.
    pub(super) fn first_person(&self, word: &str, turn: &Turn) -> Option<String> {
        if word.contains("user") && !speaks_for_people(turn) {
            return self.request.owner.clone();
        }
        speaker(self.request, turn)
    }

    /// The name of the subject: the speaker, or someone whom the turn or what was said before names.
    pub(super) fn subject(&self, answered: &str, place: Place<'_>) -> Checked<String> {
        let wanted = normalise(answered);
        if wanted.is_empty() {
            return Err("the subject has no name");
        }
        let speaker = speaker(self.request, place.turn);
        if FIRST_PERSON.contains(&wanted.as_str()) {
            return self.first_person(&wanted, place.turn).ok_or("the speaker has no name");
        }
        if let Some(speaker) = &speaker {
            let whole = normalise(speaker);
            // "My cousin Ann" of Ann Lee is somebody else.
            let is_given = whole.split(' ').next() == Some(wanted.as_str());
            if whole == wanted || is_given && !contains_word(&normalise(place.part.text), &wanted) {
                return Ok(speaker.clone());
            }
        }
        let is_user_of_assistant = self.request.owner.as_ref().is_some_and(|owner| normalise(owner) == wanted)
            && matches!(place.turn.role, Some(Role::Assistant | Role::Function | Role::Tool));
        if is_user_of_assistant || self.is_named(answered, place) {
            Ok(answered.split_whitespace().collect::<Vec<_>>().join(" "))
        } else {
            Err("the subject is not named in the turn")
        }
    }

    /// Whether a name is said. Somebody who takes part in the conversation must be named in the turn itself: others do not
    /// speak for them.
    pub(super) fn is_named(&self, name: &str, place: Place<'_>) -> bool {
        let (wanted, text) = (normalise(name), normalise(place.part.text));
        let participants = &self.participants;
        if let Some(participant) = participants.iter().find(|participant| **participant == wanted) {
            let given = participant.split(' ').next().unwrap_or_default();
            return contains_word(&text, participant) || contains_word(&text, given);
        }
        // "Anna Weber's sister": whose someone is need not be named.
        let of_participant = participants.iter().find_map(|owner| wanted.strip_prefix(&format!("{owner}'s ")));
        let name = of_participant.unwrap_or(&wanted);
        let is_known = || self.request.known.iter().any(|known| normalise(&known.name) == wanted);
        // What only stands in an earlier turn must be referred to in this one.
        let said = if refers_back(&text) { place.near } else { place.own };
        let share = said.share_exactly(name);
        is_name(name) && said.has_numbers(name) && (share > NAMED || share >= NAMED && is_known())
    }

    /// The type of a name: the one that the model gives it, if it is declared or basic, or the one that is known.
    pub(super) fn type_of(&self, name: &str, entities: &[AnsweredEntity]) -> Option<String> {
        let wanted = normalise(name);
        if self.participants.contains(&wanted) {
            return Some("Person".to_owned());
        }
        let answered = entities.iter().find(|entity| normalise(&entity.name) == wanted);
        let given = answered.and_then(|entity| admitted_type(&self.request.ontology, &entity.entity_type));
        given.or_else(|| {
            let known = self.request.known.iter().find(|known| normalise(&known.name) == wanted)?;
            known.entity_type.clone()
        })
    }

    pub(super) fn add_entity(&self, entity: &AnsweredEntity, place: Place<'_>, extraction: &mut Extraction) {
        let Some(found) = quotes::find(place.part.text, &entity.name).filter(|_| is_name(&entity.name)) else { return };
        let span = place.part.start + found.start..place.part.start + found.end;
        let entity_type = admitted_type(&self.request.ontology, &entity.entity_type);
        let text = normalise(place.part.text);
        let participants = &self.participants;
        for alias in entity.aliases.iter().take(8) {
            let (name, other) = (normalise(&entity.name), normalise(alias));
            // Two who take part are two people, and names with different numbers are two things.
            let are_two =
                participants.contains(&name) && participants.contains(&other) || numbers(&name) != numbers(&other);
            // Either a part of the name, or introduced as another name.
            let shares = other.split(' ').any(|part| is_name(part) && contains_word(&name, part));
            let is_introduced = is_introduced(&text, &name, &other);
            let are_said = contains_word(&text, &other) && contains_word(&text, &name);
            if name != other && !are_two && is_name(alias) && are_said && (shares || is_introduced) {
                extraction.aliases.push(ExtractedAlias {
                    name: entity.name.clone(),
                    alias: alias.clone(),
                    entity_type: entity_type.clone(),
                    span: span.clone(),
                });
            }
        }
        extraction.mentions.push(ExtractedMention { name: entity.name.clone(), entity_type, span });
    }
}

/// The names of all who take part, normalised.
pub(super) fn participants(request: &ExtractionRequest) -> Vec<String> {
    let turns = request.context.iter().chain(&request.turns);
    let speakers = turns.filter_map(|turn| speaker(request, turn)).chain(request.owner.clone());
    let mut names: Vec<String> = speakers.map(|name| normalise(&name)).collect();
    names.sort();
    names.dedup();
    names
}

/// The name of who speaks in a turn; a document without a speaker is the owner's.
fn speaker(request: &ExtractionRequest, turn: &Turn) -> Option<String> {
    let owner = || request.owner.clone();
    match (turn.kind, turn.role) {
        (EpisodeKind::Message, Some(Role::Assistant)) => {
            Some(turn.speaker.clone().unwrap_or_else(|| ASSISTANT_NAME.to_owned()))
        }
        (EpisodeKind::Message, Some(Role::User | Role::Norole) | None) => turn.speaker.clone().or_else(owner),
        (EpisodeKind::Message, _) => turn.speaker.clone(),
        _ => owner(),
    }
}

/// Whether a turn is of someone who speaks for themself, not of an assistant, a tool or the system.
pub(super) fn speaks_for_people(turn: &Turn) -> bool {
    !matches!(turn.role, Some(Role::Assistant | Role::Function | Role::Tool | Role::System))
}

/// Whether a text introduces one name after the other: "Robert Smith, called Rob".
fn is_introduced(text: &str, name: &str, other: &str) -> bool {
    const BETWEEN: [&str; 8] = ["called", "known as", "aka", "a.k.a", "nickname", "short for", "goes by", "call"];
    let places = |name: &str| position_of_word(text, name).map(|at| (at, at + name.len()));
    let Some(((from, to), (other_from, other_to))) = places(name).zip(places(other)) else { return false };
    let between = if to <= other_from { text.get(to..other_from) } else { text.get(other_to..from) };
    between.is_some_and(|between| {
        between.len() < 40 && (BETWEEN.iter().any(|word| between.contains(word)) || between.trim() == "(")
    })
}

/// Whether a text refers to something that was said before it.
fn refers_back(text: &str) -> bool {
    const WORDS: [&str; 27] = [
        "yes", "yeah", "yep", "no", "nope", "he", "him", "his", "she", "her", "hers", "it", "its", "they", "them",
        "their", "that", "this", "these", "those", "there", "here", "one", "same", "both", "we", "us",
    ];
    WORDS.iter().any(|word| contains_word(text, word))
}

/// Whether a text can be a name: pronouns and other small words cannot.
fn is_name(text: &str) -> bool {
    !words(text).is_empty() && !FIRST_PERSON.contains(&normalise(text).as_str())
}

/// A type that is declared or basic.
fn admitted_type(ontology: &Ontology, given: &str) -> Option<String> {
    let declared = ontology.entity_types.iter().map(|kind| kind.name.as_str());
    declared.chain(BASIC_TYPES).find(|name| name.eq_ignore_ascii_case(given.trim())).map(str::to_owned)
}
