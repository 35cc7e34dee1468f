//! Reads one sentence: its clauses and noun phrases become claims.

use std::ops::Range;

use erstwhile_nlp::{Dep, Pos, Scratch, Tag};
use jiff::Timestamp;

use super::claims::{Claims, Fact, Object};
use super::dates::{DatedSpan, Extent, Grain};
use super::lexicon::Kind;
use super::mapped::Mapped;
use super::mood::Mood;
use super::nouns::Vague;
use super::people::{People, Person};
use super::salience::{OpenFact, Salience};
use super::sentence::Sentence;
use super::trace::Recorder;

/// Whose words are read, and how far they are believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// A person speaks of themself and their world.
    Speaker,
    /// A document tells of others.
    Document,
    /// An assistant or a tool: only what it says that was done for the user.
    Assistant,
}

/// Reads one sentence.
pub(super) struct SentenceReader<'r, 'a> {
    pub(super) s: Sentence<'a>,
    pub(super) people: &'r mut People,
    pub(super) claims: &'r mut Claims<'a>,
    /// The time expressions of the sentence; their spans are in the parsed text.
    pub(super) dates: &'r [DatedSpan],
    /// The sentence's place in the turn.
    pub(super) span: Range<usize>,
    /// The parsed text with the places of its bytes in the turn.
    pub(super) mapped: &'r Mapped,
    pub(super) trust: Trust,
    /// When it was said.
    pub(super) now: Timestamp,
    /// Verbs that another clause has covered.
    pub(super) covered: Vec<usize>,
    pub(super) trace: &'r mut Recorder,
    /// The vectors of the tokens.
    pub(super) vectors: &'r Scratch,
    /// Decides which open facts are kept.
    pub(super) salience: &'r Salience,
    /// Receives every open fact, kept or not, if wanted.
    pub(super) considered: Option<&'r mut Vec<OpenFact>>,
}

impl SentenceReader<'_, '_> {
    /// Reads all noun phrases and clauses.
    pub(super) fn read(&mut self) {
        self.people.next_sentence();
        let (mut stated, mut silent) = (Vec::new(), Vec::new());
        for token in self.s.tokens() {
            let gerund = self.s.tag(token) == Tag::Vbg;
            if gerund && !self.s.in_quote(token) {
                self.people.at = token;
                self.remember_thing(token);
            }
            let is_phrase = self.s.is_noun(token) || self.is_kin_word(token) && self.s.has_child(token, &[Dep::Poss]);
            if is_phrase && !self.s.in_quote(token) {
                self.place_at(token);
                self.remember_thing(token);
                let before = self.claims.stated();
                // A phrase about someone unknown states nothing.
                let outcome = self.noun_phrase(token);
                stated.extend((self.claims.stated() > before).then_some(token));
                self.trace_phrase(token, outcome);
            }
        }
        if self.trust == Trust::Assistant {
            self.errands();
        }
        self.measures();
        for verb in self.s.tokens() {
            let helper = matches!(
                self.s.dep(verb),
                Dep::Aux | Dep::Auxpass | Dep::Amod | Dep::Compound | Dep::Mark | Dep::Prep | Dep::Case
            );
            if self.s.is_verb(verb) && !helper && !self.s.in_quote(verb) {
                self.place_at(verb);
                let before = self.mark();
                let outcome = self.clause(verb);
                if self.mark() == before {
                    silent.push((verb, outcome));
                } else if self.mark().is_stated_since(before) {
                    stated.push(verb);
                }
            }
        }
        let open = self.open_relations(&stated);
        for (verb, outcome) in silent {
            // "I have to rewrite it": one clause has both verbs.
            let is_complement = |of: usize| self.s.dep(verb) == Dep::Xcomp && self.s.head(verb) == of;
            match open.iter().find(|clause| clause.verb == verb || is_complement(clause.verb)) {
                Some(clause) => self.trace_open(clause),
                None => self.trace_clause(verb, outcome),
            }
        }
    }

    /// Whether a word means a relative: "eldest" does, though its lemma is "old".
    fn is_kin_word(&self, token: usize) -> bool {
        self.s.is_a(token, Kind::Kin) || self.s.lexicon.is(self.s.lower(token), Kind::Kin)
    }

    /// Places the next claims at a token, up to the end of the sentence: of two claims, the later one counts.
    pub(super) fn place_at(&mut self, token: usize) {
        self.people.at = token;
        let Some(token) = self.s.doc.tokens().get(token) else { return };
        let place = self.mapped.origin(token.start as usize..token.end as usize);
        self.span.start = place.start.min(self.span.end.saturating_sub(1));
    }

    /// Adds a fact about a subject.
    pub(super) fn add(&mut self, fact: FactParts<'_>) {
        self.claims.add(Fact {
            subject: fact.subject,
            relation: fact.relation,
            object: fact.object,
            statement: fact.statement,
            mood: fact.mood,
            negated: fact.negated,
            past: fact.past,
            date: fact.date.filter(|date| !self.is_aim(*date, fact.mood)).and_then(|date| self.dates.get(date)).filter(
                |date| {
                    // "I'm working on a project due on 5 April": the date of something else.
                    let is_under_way = fact.mood == Mood::Actual
                        && matches!(fact.relation, "WORKS_ON" | "USES" | "OWNS" | "LEARNS" | "STUDIES" | "TRAINS_FOR");
                    !is_under_way || date.extent != Extent::During || date.from.at <= self.now
                },
            ),
            span: self.span.clone(),
            has_consequences: true,
        });
    }

    /// Adds a fact that simply holds, without consequences.
    pub(super) fn state(&mut self, subject: &Person, relation: &str, object: Object, statement: String) {
        self.claims.add(Fact {
            subject,
            relation,
            object,
            statement,
            mood: Mood::Actual,
            negated: false,
            past: false,
            date: None,
            span: self.span.clone(),
            has_consequences: false,
        });
    }

    /// The time expression of a clause, as an index into `dates`.
    pub(super) fn date_of(&self, verb: usize) -> Option<usize> {
        if self.dates.is_empty() {
            return None;
        }
        let s = self.s;
        let mut top = verb;
        while (s.dep(top) == Dep::Xcomp || s.dep(top) == Dep::Advcl && s.tag(top) == Tag::Vb)
            && s.tokens().contains(&s.head(top))
        {
            top = s.head(top);
        }
        let mut near = Vec::new();
        self.collect_near(top, &mut near);
        // "Went to see Hamilton yesterday": the parser hangs the day on the second verb.
        if !near.contains(&verb) {
            self.collect_near(verb, &mut near);
        }
        // Time adverbs and prepositions of the verb itself count more than dates inside its objects.
        let rank = |token: usize| {
            let direct = s.dep(token) == Dep::Npadvmod
                || s.dep(token) == Dep::Pobj && matches!(s.head(s.head(token)), head if head == top || head == verb)
                || s.head(token) == top;
            u8::from(!direct)
        };
        near.sort_by_key(|token| (rank(*token), *token));
        near.into_iter().find_map(|token| self.date_at(token))
    }

    /// The time expression that covers a token.
    pub(super) fn date_at(&self, token: usize) -> Option<usize> {
        let start = self.s.doc.tokens().get(token)?.start as usize;
        self.dates.iter().position(|date| date.span.contains(&start))
    }

    fn collect_near(&self, token: usize, found: &mut Vec<usize>) {
        // "Our Sunday morning yoga" is on every Sunday.
        let s = self.s;
        let habit = matches!(s.dep(token), Dep::Compound | Dep::Nmod)
            && !s.is_date(s.head(token))
            && s.is_noun(s.head(token))
            && s.lower(token).ends_with(|c: char| c.is_ascii_lowercase())
            && !s.subtree(s.head(token)).any(|other| s.is(other, &["last", "next", "this", "yesterday", "tomorrow"]));
        if habit && token > s.start && self.date_at(token).is_some_and(|date| !self.has_number(date)) {
            return;
        }
        found.push(token);
        for child in self.s.children(token) {
            // "Broke my wrist skateboarding in August": a gerund says when, too.
            let gerund = matches!(self.s.dep(child), Dep::Acl | Dep::Advcl)
                && self.s.tag(child) == Tag::Vbg
                && !self.s.has_child(child, &[Dep::Nsubj, Dep::Mark]);
            // "A review scheduled for 15 October": when it is.
            let scheduled = self.s.dep(child) == Dep::Acl
                && self.s.is_lemma(child, &["schedule", "book", "plan", "arrange", "set", "line"]);
            if self.s.is_behind_relative_clause(child) {
                continue;
            }
            let apart = !gerund
                && !scheduled
                && matches!(
                    self.s.dep(child),
                    Dep::Relcl | Dep::Advcl | Dep::Ccomp | Dep::Conj | Dep::Parataxis | Dep::Acl | Dep::Nsubj
                );
            if !apart && found.len() < 60 {
                self.collect_near(child, found);
            }
        }
    }

    /// Whether a time expression has a number: "2019", "3 May".
    fn has_number(&self, date: usize) -> bool {
        let said = self.dates.get(date).and_then(|date| self.s.doc.text().get(date.span.clone()));
        said.is_some_and(|said| said.contains(|c: char| c.is_ascii_digit()))
    }

    /// A time expression as absolute words; `bare` leaves the preposition out.
    pub(super) fn date_words(&self, date: usize, bare: bool) -> Option<String> {
        let date = self.dates.get(date)?;
        let text = self.s.doc.text();
        let words = date.describe(text.get(date.span.clone())?, bare);
        // "By 5 June" is no later than that day.
        let by = !bare && text.get(..date.span.start).is_some_and(|before| before.ends_with(" by "));
        Some(match words.strip_prefix("on ") {
            Some(day) if by => format!("by {day}"),
            _ => words,
        })
    }

    /// Whether a date says until when something is intended: "planning to finish it by Friday".
    pub(super) fn is_aim(&self, date: usize, mood: Mood) -> bool {
        let Some(span) = self.dates.get(date).map(|date| date.span.clone()) else { return false };
        let text = self.s.doc.text();
        let by = text.get(span.clone()).is_some_and(|said| said.to_lowercase().starts_with("by "))
            || text.get(..span.start).is_some_and(|before| before.ends_with(" by "));
        by && matches!(mood, Mood::Considered | Mood::Wanted)
    }

    /// "I eat eggs at lunch": an hour in the present tense is that of every day.
    pub(super) fn is_of_every_day(&self, verb: usize, date: usize) -> bool {
        matches!(self.s.tag(verb), Tag::Vbp | Tag::Vbz)
            && !self.is_ahead(verb)
            && self.dates.get(date).is_some_and(|date| matches!(date.grain, Grain::Clock | Grain::Part))
            && self.s.is_lemma(
                verb,
                &["eat", "drink", "take", "use", "play", "do", "work", "swim", "run", "walk", "watch", "read", "sing"],
            )
    }

    /// "We've rented it for 12 months", "booking tickets for July": for when, and not when, one does it.
    pub(super) fn is_term(&self, verb: usize, date: usize) -> bool {
        let Some(date) = self.dates.get(date) else { return false };
        let text = self.s.doc.text();
        let said = text.get(date.span.clone()).unwrap_or_default().to_lowercase();
        let before = text.get(..date.span.start).unwrap_or_default().to_lowercase();
        // "Offered the job, start 1 Oct".
        if !self.s.is_lemma(verb, &["start", "begin"])
            && ["start ", "starting ", "starts "].iter().any(|lead| before.ends_with(lead) || said.starts_with(lead))
        {
            return true;
        }
        (said.starts_with("for ") || before.ends_with("for "))
            && (self.s.is_lemma(verb, &["rent", "hire", "lease", "sign", "borrow"])
                || self.s.child(verb, |c| self.s.is_lemma(c, &["ticket", "flight"])).is_some())
    }

    /// "I have an interview on the 3rd of Feb", said in January: what one has is not past, so the date was misread.
    pub(super) fn is_past_of_present(&self, verb: usize, date: usize) -> bool {
        let s = self.s;
        let Some(date) = self.dates.get(date) else { return false };
        let is_over = date.extent == Extent::During && date.until.is_some_and(|until| until.at < self.now);
        let has = s.lemma(verb) == "have" && matches!(s.tag(verb), Tag::Vbp | Tag::Vbz) && date.grain == Grain::Day;
        // "I'm writing a novel that is set in 1962".
        let present = |c: usize| s.dep(c) == Dep::Aux && s.is(c, &["am", "'m", "is", "'s", "are", "'re"]);
        let under_way = s.tag(verb) == Tag::Vbg && s.child(verb, present).is_some() && date.grain >= Grain::Year;
        is_over && (has || under_way)
    }

    /// "I bought a boat from 1968": how old the thing is.
    pub(super) fn is_origin(&self, verb: usize, date: usize) -> bool {
        let since = |date: &&DatedSpan| date.extent == Extent::Since && date.from.at <= self.now;
        let Some(date) = self.dates.get(date).filter(since) else { return false };
        let s = self.s;
        let said = s.doc.text().get(date.span.clone()).unwrap_or_default();
        // "On a laptop from 2015".
        let from =
            s.tokens().find(|token| s.doc.tokens().get(*token).is_some_and(|t| t.start as usize == date.span.start));
        let of_thing = |from: usize| s.is(from, &["from"]) && s.pos(s.head(from)) == Pos::Noun;
        if from.is_some_and(of_thing) {
            return true;
        }
        said.to_lowercase().starts_with("from ")
            && (self.s.is_past(verb) || self.s.lemma(verb) == "be")
            && self.s.is_lemma(
                verb,
                &["be", "buy", "get", "find", "sell", "receive", "inherit", "pick", "restore", "see", "order"],
            )
    }

    /// A day of each year, without the year that nobody said: "3 May".
    pub(super) fn yearly_words(&self, date: usize, bare: bool) -> Option<String> {
        let words = self.date_words(date, bare)?;
        let said = self.s.doc.text().get(self.dates.get(date)?.span.clone())?;
        let with_year = said.split(|c: char| !c.is_ascii_digit()).any(|number| number.len() == 4);
        let year = |word: &str| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
        Some(match words.rsplit_once(' ') {
            Some((day, last)) if !with_year && year(last) => day.to_owned(),
            _ => words,
        })
    }

    pub(super) fn person(&mut self, token: usize) -> Option<Person> {
        let sentence = self.s;
        self.people.person(&sentence, token)
    }

    pub(super) fn phrase(&mut self, token: usize, subject: Option<&str>) -> Result<String, Vague> {
        let sentence = self.s;
        super::nouns::phrase(&sentence, self.people, token, subject)
    }

    /// "not any more", "no longer".
    pub(super) fn is_no_longer(&self, verb: usize) -> bool {
        let s = self.s;
        s.tokens().any(|token| {
            s.is(token, &["anymore", "longer"]) && s.doc.ancestors(token).any(|above| above == verb)
                || s.is(token, &["any"]) && token + 1 < s.end && s.is(token + 1, &["more"])
        })
    }

    /// "I fly back on Monday", "we're moving in May": the present tense with a date to come is a plan.
    pub(super) fn is_ahead(&self, verb: usize) -> bool {
        const EVENTS: &[&str] = &[
            "fly", "start", "begin", "leave", "go", "move", "become", "return", "travel", "drive", "finish", "retire",
            "join", "marry", "arrive", "graduate", "head", "sit", "take", "attend", "visit", "host", "run", "perform",
            "launch", "get", "turn", "put", "come", "organize", "organise", "hold", "throw", "give",
        ];
        let s = self.s;
        let being = |c| matches!(s.dep(c), Dep::Aux) && s.is(c, &["am", "is", "are", "'m", "'re", "'s"]);
        let present =
            matches!(s.tag(verb), Tag::Vbp | Tag::Vbz) || s.tag(verb) == Tag::Vbg && s.child(verb, being).is_some();
        let ahead = |date: usize| {
            self.dates
                .get(date)
                .is_some_and(|date| matches!(date.extent, Extent::During | Extent::Between) && date.from.at > self.now)
        };
        let has = s.lemma(verb) == "have" && s.tag(verb) == Tag::Vbg;
        // "We usually go to Wales in August".
        if s.has_child_word(verb, &["usually", "always", "often", "normally", "sometimes", "generally", "typically"]) {
            return false;
        }
        // "I'm unemployed from 1 July".
        let from = |date: usize| {
            self.dates.get(date).is_some_and(|date| date.extent == Extent::Since && date.from.at > self.now)
        };
        if present && s.lemma(verb) == "be" && self.date_of(verb).is_some_and(from) {
            return true;
        }
        // "The physio starts on Monday", "Dad comes home on 3 May": in the simple present, any verb of an action.
        let on_day = |date: usize| self.dates.get(date).is_some_and(|date| date.grain == Grain::Day);
        let simple = s.tag(verb) != Tag::Vbg
            && !s.is_lemma(verb, super::habits::EMPTY)
            && !s.is_lemma(verb, &["celebrate", "observe", "mark"])
            && !self.is_repeated(verb)
            && self.date_of(verb).is_some_and(on_day);
        present
            && (has || simple || s.is_lemma(verb, EVENTS))
            && s.lemma(verb) != "turn"
            && self.date_of(verb).is_some_and(ahead)
    }

    pub(super) fn has_now(&self, verb: usize) -> bool {
        self.s
            .child(verb, |child| self.s.pos(child) == Pos::Adv && self.s.is(child, &["now", "nowadays", "currently"]))
            .is_some()
    }
}

/// What a clause or a noun phrase states.
#[derive(Debug)]
pub(super) struct FactParts<'f> {
    pub(super) subject: &'f Person,
    pub(super) relation: &'f str,
    pub(super) object: Object,
    pub(super) statement: String,
    pub(super) mood: Mood,
    pub(super) negated: bool,
    pub(super) past: bool,
    /// The index of its time expression.
    pub(super) date: Option<usize>,
}
