//! Makes questions that a conversation answers and questions about things never said in it, from the questions of several
//! conversations. Nothing is written by hand, so the same files give the same questions.

use std::collections::HashSet;

use crate::conversations::{Conversation, Question, Session, Stored};

/// Number of other conversations whose questions are asked of a conversation.
const OTHERS: usize = 2;
/// Number of conversations of a data set that are also divided into parts.
const DIVIDED_MAX: usize = 6;
/// Number of parts.
const PARTS: usize = 4;

/// Why a question has an answer, or has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// The graph has the evidence.
    Said,
    /// It was asked of another conversation, about its people; their names are exchanged for those of this one.
    Elsewhere,
    /// The evidence is in another part of the same conversation, whose other parts may speak of the same things.
    OtherPart,
    /// The evidence was taken out; the turns around it, which may repeat it, were not.
    TakenOut,
    /// The author of the data set asked it because nothing answers it.
    Unanswerable,
}

impl Kind {
    pub(super) const ALL: [Self; 5] =
        [Self::Said, Self::Elsewhere, Self::OtherPart, Self::TakenOut, Self::Unanswerable];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Said => "said",
            Self::Elsewhere => "never said",
            Self::OtherPart => "said in another part",
            Self::TakenOut => "evidence taken out",
            Self::Unanswerable => "unanswerable by design",
        }
    }
}

/// A question for one graph.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) kind: Kind,
    pub(super) query: String,
    /// Messages that do not count.
    pub(super) ignored: Vec<String>,
    /// The number of the conversation that the question comes from.
    pub(super) source: usize,
}

/// The questions for each conversation of a data set.
pub(super) fn for_conversations(conversations: &[Stored]) -> Vec<Vec<Asked>> {
    let of = |(own, conversation): (usize, &Stored)| {
        let mut asked: Vec<Asked> = Vec::new();
        for question in &conversation.questions {
            asked.push(new(Kind::Said, &question.query, own));
            asked.push(Asked { ignored: question.gold.clone(), ..new(Kind::TakenOut, &question.query, own) });
        }
        asked.extend(conversation.unanswerable.iter().map(|query| new(Kind::Unanswerable, query, own)));
        for step in (1..conversations.len()).take(OTHERS) {
            let other = (own + step) % conversations.len();
            asked.extend(elsewhere(conversation, &conversations[other], other));
        }
        asked
    };
    conversations.iter().enumerate().map(of).collect()
}

/// The questions for each part of conversations; a part has the questions whose whole evidence it has.
pub(super) fn for_parts(parts: &[Stored], conversations: &[Stored], part_of: &[usize]) -> Vec<Vec<Asked>> {
    let of = |(part, own): (&Stored, &usize)| {
        let mut asked: Vec<Asked> =
            part.questions.iter().map(|question| new(Kind::Said, &question.query, *own)).collect();
        let said: HashSet<&String> = part.messages.values().collect();
        let not_said = conversations[*own]
            .questions
            .iter()
            .filter(|question| !question.gold.iter().any(|gold| said.contains(gold)));
        asked.extend(not_said.map(|question| new(Kind::OtherPart, &question.query, *own)));
        let other = (*own + 1) % conversations.len();
        if other != *own {
            asked.extend(elsewhere(part, &conversations[other], other));
        }
        asked
    };
    parts.iter().zip(part_of).map(of).collect()
}

/// The parts of the first conversations, and the number of the conversation of each.
pub(super) fn divide(conversations: &[Conversation]) -> (Vec<Conversation>, Vec<usize>) {
    let mut parts = Vec::new();
    let mut part_of = Vec::new();
    for (number, conversation) in conversations.iter().take(DIVIDED_MAX).enumerate() {
        let length = conversation.sessions.len().div_ceil(PARTS).max(1);
        for (part, sessions) in conversation.sessions.chunks(length).enumerate() {
            let said: HashSet<&String> =
                sessions.iter().flat_map(|session| &session.messages).map(|message| &message.id).collect();
            let is_answered = |question: &&Question| question.gold.iter().all(|gold| said.contains(gold));
            parts.push(Conversation {
                id: format!("{} part {part}", conversation.id),
                questions: conversation.questions.iter().filter(is_answered).cloned().collect(),
                unanswerable: Vec::new(),
                sessions: sessions.to_vec(),
                user_name: conversation.user_name.clone(),
            });
            part_of.push(number);
        }
    }
    (parts, part_of)
}

fn new(kind: Kind, query: &str, source: usize) -> Asked {
    Asked { kind, query: query.to_owned(), ignored: Vec::new(), source }
}

/// The questions of another conversation about things that were not said in this one, about the people of this one.
fn elsewhere(own: &Stored, other: &Stored, source: usize) -> Vec<Asked> {
    let said: HashSet<&String> = contents(&own.sessions).map(|(_, content)| content).collect();
    let (own_names, other_names) = (names(&own.sessions), names(&other.sessions));
    let is_new = |question: &&Question| {
        contents(&other.sessions).all(|(id, content)| !question.gold.contains(id) || !said.contains(content))
    };
    let exchange = |question: &Question| {
        let query = other_names
            .iter()
            .zip(&own_names)
            .fold(question.query.clone(), |query, (from, to)| query.replace(from.as_str(), to));
        new(Kind::Elsewhere, &query, source)
    };
    other.questions.iter().filter(is_new).map(exchange).collect()
}

fn contents(sessions: &[Session]) -> impl Iterator<Item = (&String, &String)> {
    sessions.iter().flat_map(|session| &session.messages).map(|message| (&message.id, &message.content))
}

/// The names of those who talk, users first.
fn names(sessions: &[Session]) -> Vec<&String> {
    let mut names: Vec<(bool, &String)> = Vec::new();
    for message in sessions.iter().flat_map(|session| &session.messages) {
        if let Some(name) = &message.name
            && !names.iter().any(|(_, known)| *known == name)
        {
            names.push((message.role != "user", name));
        }
    }
    names.sort_by_key(|(is_other, _)| *is_other);
    names.into_iter().map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use erstwhile::engine::GraphRef;

    use super::*;

    /// A conversation of a user and an assistant of these names, in which each text is a message and a session of its own
    /// that answers the question "What about", followed by it.
    fn conversation(names: [&str; 2], texts: &[&str]) -> Conversation {
        let session = |(at, text): (usize, &&str)| {
            let role = ["user", "assistant"][at % 2];
            serde_json::json!({"id": format!("s{at}"), "messages": [
                {"id": format!("{}{at}", names[0]), "role": role, "name": names[at % 2], "content": text, "created_at": "2025-01-01T00:00:00Z"},
            ]})
        };
        let sessions: Vec<_> = texts.iter().enumerate().map(session).collect();
        let questions: Vec<_> = texts.iter().enumerate().map(|(at, text)| {
            serde_json::json!({"query": format!("What does {} say of {text}?", names[0]), "gold": [format!("{}{at}", names[0])]})
        }).collect();
        let whole =
            serde_json::json!({"id": names[0], "user_name": names[0], "sessions": sessions, "questions": questions});
        serde_json::from_value(whole).unwrap()
    }

    fn stored(conversation: Conversation) -> Stored {
        let messages = contents(&conversation.sessions)
            .map(|(id, _)| {
                (
                    erstwhile::model::EpisodeId(uuid::Uuid::from_u128(
                        id.bytes().fold(0, |sum, byte| sum * 256 + u128::from(byte)),
                    )),
                    id.clone(),
                )
            })
            .collect::<HashMap<_, _>>();
        Stored {
            graph: GraphRef::User(String::new()),
            questions: conversation.questions,
            unanswerable: conversation.unanswerable,
            sessions: conversation.sessions,
            messages,
        }
    }

    #[test]
    fn questions_of_other_conversations_are_asked_with_names_exchanged_unless_their_evidence_was_said_here_too() {
        let sets = [conversation(["Ann", "Bob"], &["tea", "kayaks"]), conversation(["Cid", "Dee"], &["tea", "choirs"])];
        let sets = sets.map(stored);
        let asked = for_conversations(&sets);
        let of = |kind| {
            asked[0].iter().filter(|asked| asked.kind == kind).map(|asked| asked.query.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(of(Kind::Said), ["What does Ann say of tea?", "What does Ann say of kayaks?"]);
        assert_eq!(of(Kind::Elsewhere), ["What does Ann say of choirs?"]);
        assert_eq!(asked[0].iter().filter(|asked| asked.ignored == ["Ann1"]).count(), 1);
    }

    #[test]
    fn a_part_has_the_questions_that_it_answers_and_is_asked_those_of_the_others() {
        let whole = conversation(["Ann", "Bob"], &["tea", "kayaks", "choirs", "maps"]);
        let (parts, part_of) = divide(std::slice::from_ref(&whole));
        assert_eq!((parts.len(), part_of), (4, vec![0, 0, 0, 0]));
        let parts: Vec<Stored> = parts.into_iter().map(stored).collect();
        let asked = for_parts(&parts, &[stored(whole)], &[0, 0, 0, 0]);
        let count = |kind| asked[1].iter().filter(|asked| asked.kind == kind).count();
        assert_eq!((count(Kind::Said), count(Kind::OtherPart)), (1, 3));
    }
}
