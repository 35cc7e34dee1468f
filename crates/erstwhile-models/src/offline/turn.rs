//! Reads one turn: passages, sentences, claims, statements and names.

use std::cell::Cell;
use std::ops::Range;

use erstwhile::model::{ClaimKind, EpisodeKind, Precision, Role, TimePoint};
use erstwhile::ports::{Claim, ExtractedAlias, ExtractedMention, ExtractedStatement, Extraction, Stage, Turn};
use erstwhile::text::sentences;
use erstwhile_nlp::{Document, Scratch};
use jiff::tz::TimeZone;
use serde_json::Value;

use super::Tools;
use super::calendars;
use super::chats::{self, ChatMessage};
use super::claims::{Claims, Fact, Object, relation_name};
use super::codes;
use super::dates::{DatedSpan, FALLBACK_CALLS_MAX};
use super::dialogue::{self, Said};
use super::forms;
use super::fragments;
use super::identifiers::Identifiers;
use super::instructions;
use super::language;
use super::mapped::Mapped;
use super::mentions::{self, NAMES};
use super::mood::Mood;
use super::openings;
use super::other_languages;
use super::passages::{self, Passage};
use super::people::{People, Person, PersonKind};
use super::phrasings;
use super::reader::{SentenceReader, Trust};
use super::records;
use super::repair;
use super::requests;
use super::resumes;
use super::salience::OpenFact;
use super::sentence::Sentence;
use super::speakers::ASSISTANT;
use super::statement;
use super::subjects;
use super::trace::Recorder;
use super::transcripts;

/// Longer turns are read up to this length.
pub(super) const TURN_BYTES_MAX: usize = 200_000;
/// Longer sentences are no prose, or are read wrongly.
const SENTENCE_WORDS_MAX: usize = 90;
const SENTENCE_BYTES_MAX: usize = 2_000;
/// For how many turns a play of roles lasts, as nobody says that it ends.
const PLAY_TURNS: u8 = 8;

/// Reads the turns of one request in order.
pub(super) struct TurnReader<'t> {
    pub(super) tools: &'t Tools,
    pub(super) people: People,
    pub(super) zone: &'t TimeZone,
    pub(super) scratch: Scratch,
    /// What the last turns of the conversation said, for answers and corrections.
    pub(super) said: Vec<Said>,
    /// For how many turns more what is said is a play.
    pub(super) plays: u8,
    /// Whether the present document is told by its owner: "I", "my".
    pub(super) first_person: bool,
    /// What is dropped.
    pub(super) trace: Recorder,
    /// The open facts of the present turn, kept or not, if wanted.
    pub(super) considered: Option<Vec<OpenFact>>,
}

/// One sentence before it is parsed.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    pub(super) text: Mapped,
    pub(super) question: bool,
    /// What stood before it and is not part of it, in lower case: "no, ".
    pub(super) lead: String,
    /// The sentence that it corrects, and whose facts it takes back.
    pub(super) corrects: Option<Box<Mapped>>,
}

impl TurnReader<'_> {
    /// Reads a turn of plain text, which may be a transcript of several speakers.
    pub(super) fn read_text(&mut self, turn: &Turn, speaker: Option<&str>, addressee: Option<&str>) -> Extraction {
        let text = &turn.text[..turn.text.floor_char_boundary(TURN_BYTES_MAX)];
        if let Some(events) = calendars::events(text) {
            return self.read_document(turn, &events, speaker);
        }
        let messages = transcripts::messages(text, turn.reference_time, self.zone);
        if messages.is_empty() {
            return self.read(turn, speaker, addressee);
        }
        let mut extraction = Extraction::default();
        self.read_messages(turn, messages, speaker, &mut extraction);
        extraction
    }

    /// Reads a turn; `speaker` and `addressee` are the names of who speaks to whom.
    fn read(&mut self, turn: &Turn, speaker: Option<&str>, addressee: Option<&str>) -> Extraction {
        let mut extraction = self.read_prose(turn, speaker, addressee);
        let read = turn.text.floor_char_boundary(TURN_BYTES_MAX);
        if read < turn.text.len() {
            self.trace.note(read..turn.text.len(), Stage::Text, "the text is longer than what is read");
        }
        extraction.trace = self.trace.take(&turn.text);
        extraction
    }

    fn read_prose(&mut self, turn: &Turn, speaker: Option<&str>, addressee: Option<&str>) -> Extraction {
        let text = &turn.text[..turn.text.floor_char_boundary(TURN_BYTES_MAX)];
        let trust = trust(turn);
        self.people.next_turn(speaker.map(str::to_owned), addressee.map(str::to_owned));
        let mut resume = Claims::new(&self.tools.lexicon);
        if trust != Trust::Assistant && resumes::read(text, self.zone, &mut resume) {
            self.said.push(Said::default());
            return Extraction { claims: resume.claims, ..Extraction::default() };
        }
        if trust != Trust::Document && passages::is_keyword_lines(text) {
            self.said.push(Said::default());
            self.trace.note(0..text.len(), Stage::Text, "it is a list of keywords");
            return Extraction::default();
        }
        if !language::is_english(text) {
            self.said.push(Said::default());
            let extraction = other_languages::read(text, speaker);
            if extraction.claims.is_empty() {
                self.trace.note(0..text.len(), Stage::Text, "it is not English, and no plain sentence that is read");
            }
            return extraction;
        }
        self.first_person = speaker.is_some() && is_first_person(text);
        let mut extraction = Extraction::default();
        let tools = self.tools;
        let mut claims = Claims::new(&tools.lexicon);
        let calls = Cell::new(FALLBACK_CALLS_MAX);
        if turn.kind == EpisodeKind::Text {
            form(text, &mut claims);
        }
        // A word and a colon in a message whose speaker is known begin an answer: "Four: Monday, ...".
        let unsigned = turn.kind == EpisodeKind::Message && turn.role.is_none() && turn.speaker.is_none();
        let labelled = turn.kind == EpisodeKind::Text || unsigned;
        let (mut units, mut full) = (Vec::new(), Vec::new());
        let passages = passages::split(text, labelled);
        self.trace.lines_outside(text, &passages);
        for passage in passages {
            let place = passage.place();
            if passage.quoted {
                self.trace.note(place, Stage::Text, "it quotes someone else");
                continue;
            }
            self.people.speaker = passage.label.clone().or_else(|| speaker.map(str::to_owned));
            let passage_units = self.units(passage);
            if trust == Trust::Speaker && passage_units.iter().any(|unit| passages::begins_play(unit.text.text())) {
                self.plays = PLAY_TURNS;
            }
            if self.plays > 0 {
                self.trace.note(place, Stage::Text, "it is said in a play of roles");
                continue;
            }
            if passage_units.first().is_some_and(|unit| passages::asks_for_work(unit.text.text())) {
                self.trace.note(place.start..text.len(), Stage::Text, "it asks for work on a text, which follows");
                break;
            }
            for unit in passage_units {
                let speaker = self.people.speaker.clone();
                if trust == Trust::Assistant && !unit.question {
                    self.confirmed_request(&unit, &mut claims);
                }
                for unit in dialogue::resolve(&unit, speaker.as_deref(), &self.said, &units, trust) {
                    let before = claims.claims.len();
                    self.sentence(&unit, turn, trust, &calls, (&mut claims, &mut extraction));
                    full.push(unit.text.text().to_owned());
                    if let Some(corrected) = &unit.corrects {
                        let old = Unit { text: (**corrected).clone(), corrects: None, ..unit.clone() };
                        self.take_back(&old, turn, &calls, (&mut claims, before));
                    }
                }
                units.push(unit);
            }
        }
        self.plays = self.plays.saturating_sub(1);
        self.people.speaker = speaker.map(str::to_owned);
        self.said.push(Said::new(speaker, units, full));
        if self.said.len() > dialogue::TURNS_MAX {
            self.said.remove(0);
        }
        extraction.claims = claims.claims;
        extraction.mentions.extend(claims.mentions);
        extraction.aliases = claims.aliases;
        extraction
    }

    /// Reads a JSON document: its records, and what people say in it.
    pub(super) fn read_document(&mut self, turn: &Turn, document: &Value, owner: Option<&str>) -> Extraction {
        let mut extraction = records::read(&turn.text, document, owner, self.zone);
        let is_full = extraction.claims.len() >= records::CLAIMS_MAX;
        self.read_messages(turn, chats::messages(document), owner, &mut extraction);
        if is_full {
            self.trace.note(0..0, Stage::Text, "the document has more values than are read");
            extraction.trace.append(self.trace.take(&turn.text));
        }
        extraction
    }

    /// Reads the messages that a turn contains, each as said by its speaker at its time.
    fn read_messages(
        &mut self,
        turn: &Turn,
        messages: Vec<ChatMessage>,
        owner: Option<&str>,
        extraction: &mut Extraction,
    ) {
        for message in messages {
            let assistant = matches!(message.role, Some(Role::Assistant | Role::System | Role::Tool));
            let speaker = message.speaker.as_deref().or(if assistant { Some(ASSISTANT) } else { owner });
            let said = Turn {
                kind: EpisodeKind::Message,
                role: Some(message.role.unwrap_or(Role::User)),
                speaker: speaker.map(str::to_owned),
                text: message.text,
                reference_time: message.at.unwrap_or(turn.reference_time),
                thread: None,
            };
            let whole = 0..turn.text.len();
            let found = self.read(&said, Some(speaker.unwrap_or("User")), None);
            // Positions in a decoded string are not those in the document.
            let place = |text: &str| turn.text.find(text).map_or(whole.clone(), |at| at..at + text.len());
            let span = place(said.text.lines().next().unwrap_or_default());
            let at = message.at.map(|at| TimePoint { at, precision: Precision::Instant });
            extraction.claims.extend(found.claims.into_iter().map(|claim| Claim {
                span: span.clone(),
                valid_from: claim.valid_from.or(at.filter(|_| claim.valid_until.is_none())),
                ..claim
            }));
            extraction.trace.append(found.trace);
            extraction
                .aliases
                .extend(found.aliases.into_iter().map(|alias| ExtractedAlias { span: span.clone(), ..alias }));
            extraction
                .mentions
                .extend(found.mentions.into_iter().map(|name| ExtractedMention { span: span.clone(), ..name }));
            let statements = found.statements.into_iter();
            extraction.statements.extend(statements.map(|said| ExtractedStatement {
                span: span.clone(),
                valid_from: said.valid_from.or(at),
                ..said
            }));
        }
    }

    /// The repaired sentences of a passage.
    fn units(&mut self, passage: Passage) -> Vec<Unit> {
        let mut text = passage.text;
        let lexicon = &self.tools.lexicon;
        repair::repair(&mut text, &self.people.speakers, |word| lexicon.kinds(word).intersects(NAMES));
        let mut units = Vec::new();
        for sentence in sentences::split(text.text()) {
            let source = &text.text()[sentence.span.clone()];
            let too_long = source.len() > SENTENCE_BYTES_MAX || source.split_whitespace().count() > SENTENCE_WORDS_MAX;
            if too_long || passages::is_keyword_list(source) {
                let place = text.origin(sentence.span);
                let reason =
                    if too_long { "the sentence is longer than what is read" } else { "it is a list of keywords" };
                self.trace.note(place, Stage::Text, reason);
                continue;
            }
            let opening = openings::opening_length(source);
            let start = sentence.span.start + opening;
            let end = sentence.span.start + openings::length_without_closing(source).max(opening);
            let lead = source[..opening].to_lowercase();
            let question = sentence.question || super::questions::asks(&source[opening.min(source.len())..]);
            units.push(Unit { text: text.part(start..end), question, lead, corrects: None });
        }
        units
    }

    /// Denies what a corrected sentence stated and its correction does not; `from` is where the claims of that begin.
    fn take_back(&mut self, old: &Unit, turn: &Turn, calls: &Cell<u8>, (claims, from): (&mut Claims<'_>, usize)) {
        let mut before = Claims::new(&self.tools.lexicon);
        // What it drops was said in an earlier turn.
        let (trace, considered) = (std::mem::take(&mut self.trace), self.considered.take());
        self.sentence(old, turn, Trust::Speaker, calls, (&mut before, &mut Extraction::default()));
        (self.trace, self.considered) = (trace, considered);
        if claims.claims.len() == from {
            return;
        }
        // A wrong name is no other name of the right one.
        claims
            .aliases
            .retain(|alias| !before.aliases.iter().any(|wrong| wrong.name == alias.name && wrong.alias == alias.alias));
        for claim in before.claims {
            let kept = claims.claims[from..].iter().any(|new| {
                new.subject == claim.subject && new.predicate == claim.predicate && new.object == claim.object
            });
            if claim.kind == ClaimKind::Asserts && !kept {
                claims
                    .claims
                    .insert(from, Claim { kind: ClaimKind::Denies, valid_from: None, valid_until: None, ..claim });
            }
        }
    }

    /// States the codes of a sentence as the speaker's, or of the addressee whose they are.
    fn codes(&self, text: &Mapped, trust: Trust, claims: &mut Claims<'_>) {
        let yours = || text.text().to_lowercase().split(' ').any(|word| matches!(word, "your" | "you"));
        let owner = match trust {
            Trust::Speaker => self.people.speaker.clone(),
            Trust::Assistant if yours() || self.said.last().is_some_and(Said::asks_of_own) => {
                self.people.addressee.clone()
            }
            _ => None,
        };
        let Some(owner) = owner.map(Person::named) else { return };
        for code in codes::read(text.text()) {
            claims.add(Fact {
                subject: &owner,
                relation: &format!("HAS_{}", relation_name(&code.noun)),
                object: Object::entity(code.value.clone(), Some("Identifier")),
                statement: format!("{}'s {} is {}", owner.name, code.noun, code.value),
                mood: Mood::Actual,
                negated: false,
                past: false,
                date: None,
                span: text.origin(code.place),
                has_consequences: false,
            });
        }
    }

    /// States what the user asked for if the assistant says that it does it.
    fn confirmed_request(&self, unit: &Unit, claims: &mut Claims<'_>) {
        let asked = self.said.last().filter(|said| said.speaker == self.people.addressee);
        let (Some(asked), Some(user)) = (asked, self.people.addressee.clone().map(Person::named)) else { return };
        let Some(request) = requests::confirmed(unit.text.text(), &asked.units) else { return };
        claims.add(Fact {
            subject: &user,
            relation: request.deed.relation,
            statement: format!("{} {} {}", user.name, request.deed.verb, request.phrase),
            object: Object::entity(request.name, Some(request.deed.object_type)),
            mood: Mood::Actual,
            negated: false,
            past: true,
            date: None,
            span: unit.text.origin(0..unit.text.text().len()),
            has_consequences: false,
        });
    }

    /// States a lasting instruction of the speaker to the assistant; returns whether the sentence is one.
    fn instruction(&self, text: &Mapped, claims: &mut Claims<'_>) -> bool {
        let Some(order) = instructions::read(text.text()) else { return false };
        let Some(speaker) = self.people.speaker.clone().map(Person::named) else { return false };
        claims.add(Fact {
            subject: &speaker,
            relation: "INSTRUCTION",
            statement: format!("{} asks: {order}", speaker.name),
            object: Object::value(order),
            mood: Mood::Actual,
            negated: false,
            past: false,
            date: None,
            span: text.origin(0..text.text().len()),
            has_consequences: false,
        });
        true
    }

    fn sentence(
        &mut self,
        unit: &Unit,
        turn: &Turn,
        trust: Trust,
        calls: &Cell<u8>,
        (claims, extraction): (&mut Claims<'_>, &mut Extraction),
    ) {
        if unit.text.is_blank() {
            return;
        }
        let tools = self.tools;
        let said_before = claims.stated();
        let mut mapped = unit.text.clone();
        let speaks = trust == Trust::Speaker || trust == Trust::Document && self.first_person;
        if speaks && !unit.question {
            fragments::complete(&mut mapped);
        }
        if trust == Trust::Assistant && !unit.question {
            phrasings::report(&mut mapped);
        }
        if !unit.question {
            self.codes(&mapped, trust, claims);
        }
        let is_instruction = trust == Trust::Speaker && self.instruction(&mapped, claims);
        // Its clauses are not dropped: the whole sentence is kept.
        let wants_trace = self.trace.wanted;
        self.trace.wanted &= !is_instruction;
        // What is stated of a sentence as a whole, before its clauses are read.
        let is_stated = claims.stated() > said_before;
        let identifiers = Identifiers::mask(&mut mapped);
        let mut document = tools.english.parse_with(mapped.text(), &mut self.scratch);
        let repaired;
        if !unit.question
            && speaks
            && let Some(edit) = subjects::missing(&whole(&document, tools, &identifiers))
        {
            mapped.replace(&[(edit.0, edit.1.as_str())]);
            repaired = mapped.text().to_owned();
            document = tools.english.parse_with(&repaired, &mut self.scratch);
        }
        let ranges: Vec<Range<usize>> = document.sentences().collect();
        for range in ranges {
            let sentence = Sentence { start: range.start, end: range.end, ..whole(&document, tools, &identifiers) };
            let span = mapped.origin(sentence.span());
            if span.is_empty() {
                continue;
            }
            if trust != Trust::Assistant {
                mentions::read(&sentence, &mapped, &tools.english, &mut extraction.mentions);
            }
            let before = claims.claims.len();
            let noted = self.trace.len();
            // Each sentence by itself: its tense decides which Friday is meant.
            let within = sentence.span();
            let mut dates_here: Vec<DatedSpan> =
                tools.dates.resolve_within(document.text(), within, turn.reference_time, (self.zone, calls));
            dates_here.retain(|date| !is_meal(document.text().get(date.span.clone()).unwrap_or_default()));
            // The parse borrows the turn's text; claims are copied out of it.
            let mut reader_claims = Claims::new(&tools.lexicon);
            let mut reader = SentenceReader {
                s: sentence,
                people: &mut self.people,
                claims: &mut reader_claims,
                dates: &dates_here,
                span: span.clone(),
                mapped: &mapped,
                trust,
                now: turn.reference_time,
                covered: Vec::new(),
                trace: &mut self.trace,
                vectors: &self.scratch,
                salience: &tools.salience,
                considered: self.considered.as_mut(),
            };
            let start = reader.mark();
            reader.read();
            if !is_stated {
                reader.trace_sentence(start, unit.question);
            }
            self.trace.rewrite_since(noted, |reading| identifiers.restore(reading));
            claims.append(reader_claims, &identifiers);
            if !unit.question && statement::is_telling(&sentence) {
                let mut text = statement::write(&sentence, &mut self.people, &dates_here);
                identifiers.restore(&mut text);
                let repeats = claims.claims[before..].iter().any(|claim| claim.statement == text);
                if !repeats {
                    extraction.statements.push(ExtractedStatement {
                        text,
                        span: span.clone(),
                        subject: self.people.speaker.clone(),
                        valid_from: dates_here.first().map(super::claims::rounded),
                    });
                }
            }
        }
        self.trace.wanted = wants_trace;
    }
}

/// States the fields of a document as attributes of what its title names.
fn form(text: &str, claims: &mut Claims<'_>) {
    let Some((title, fields)) = forms::read(text) else { return };
    // A form about one person is about that person.
    let holders: Vec<&forms::Field> = fields.iter().filter(|field| forms::is_holder(field)).collect();
    let document = match holders.as_slice() {
        [holder] => Person::named(holder.value.clone()),
        _ => Person { kind: PersonKind::Thing, ..Person::named(title) },
    };
    for field in fields.iter().filter(|field| field.value != document.name) {
        let name = field.value.split(' ').all(|word| word.starts_with(char::is_uppercase));
        let object = if name { Object::entity(field.value.clone(), None) } else { Object::value(field.value.clone()) };
        claims.add(Fact {
            subject: &document,
            relation: &format!("HAS_{}", relation_name(&field.label)),
            object,
            statement: format!("{}: {} is {}", document.name, field.label.to_lowercase(), field.value),
            mood: Mood::Actual,
            negated: false,
            past: false,
            date: None,
            span: field.place.clone(),
            has_consequences: false,
        });
    }
}

/// Whether a text is told by someone who says "I".
fn is_first_person(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|word| matches!(word, "I" | "my" | "My" | "me"))
}

/// The whole document as one sentence.
fn whole<'a>(document: &'a Document<'a>, tools: &'a Tools, identifiers: &'a Identifiers) -> Sentence<'a> {
    Sentence { doc: document, lexicon: &tools.lexicon, identifiers, start: 0, end: document.tokens().len() }
}

/// Whether a turn is a message of a person.
pub(super) fn is_said_by_person(turn: &Turn) -> bool {
    turn.kind == EpisodeKind::Message && trust(turn) == Trust::Speaker
}

fn trust(turn: &Turn) -> Trust {
    /// Names of programs; an assistant with another name may be a person.
    const PROGRAMS: &[&str] =
        &["assistant", "ai", "bot", "agent", "chatbot", "chatgpt", "gpt", "claude", "gemini", "copilot", "support"];
    let person = turn
        .speaker
        .as_deref()
        .is_some_and(|name| !name.split_whitespace().any(|word| PROGRAMS.contains(&word.to_lowercase().as_str())));
    match (turn.kind, turn.role) {
        (EpisodeKind::Message, Some(Role::Assistant)) if person => Trust::Speaker,
        (EpisodeKind::Message, Some(Role::Assistant | Role::System | Role::Tool | Role::Function)) => Trust::Assistant,
        (EpisodeKind::Message, _) => Trust::Speaker,
        _ => Trust::Document,
    }
}

/// "£12 on lunch": a meal that is no time.
fn is_meal(said: &str) -> bool {
    let last = said.rsplit(' ').next().unwrap_or_default().to_lowercase();
    let timed = ["at ", "before ", "after ", "over ", "during ", "by "]
        .iter()
        .any(|lead| said.to_lowercase().starts_with(lead));
    matches!(last.as_str(), "breakfast" | "lunch" | "dinner") && !timed && said.split(' ').count() <= 2
}
