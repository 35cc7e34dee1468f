//! What somebody asks an assistant for: to know more, or for advice. It is the question at hand, and no wish to remember.

use erstwhile_nlp::Dep;

use super::sentence::Sentence;

/// Verbs of getting to know.
const LEARNING: &[&str] = &["know", "learn", "hear", "read", "see", "understand", "find"];
/// Verbs with which one asks for something.
const ASKING: &[&str] =
    &["look", "search", "need", "want", "get", "like", "love", "appreciate", "find", "seek", "use", "hope", "receive"];
/// What assistants give.
const HELP: &[&str] = &[
    "advice",
    "example",
    "explanation",
    "feedback",
    "guidance",
    "idea",
    "info",
    "information",
    "input",
    "insight",
    "inspiration",
    "pointer",
    "recommendation",
    "suggestion",
    "tip",
];
/// More than one of these is a request, while one can be a thing: "I'm looking for ways to save".
const HELP_IN_PLURAL: &[&str] = &["option", "resource", "strategy", "technique", "way"];

/// Whether a clause only asks for help: "I'd like to know more about Oslo", "I'm looking for some tips on baking".
pub(super) fn asks_for_help(s: &Sentence<'_>, verb: usize) -> bool {
    let of_clause = |token: usize| {
        let mut token = token;
        while token != verb {
            if !matches!(s.dep(token), Dep::Xcomp | Dep::Pcomp | Dep::Acomp | Dep::Prep) {
                return false;
            }
            token = s.head(token);
        }
        true
    };
    // Who tries to learn more about birds has a hobby.
    let tries = s.is_lemma(verb, &["try"]);
    s.subtree(verb).filter(|token| s.is_verb(*token) && of_clause(*token)).any(|token| {
        let more = |child: usize| matches!(s.dep(child), Dep::Dobj | Dep::Advmod) && s.is(child, &["more"]);
        let of_for = |child: usize| s.is(child, &["for"]).then(|| s.object_of(child)).flatten();
        let asked = s
            .children(token)
            .filter_map(|child| if s.dep(child) == Dep::Dobj { Some(child) } else { of_for(child) })
            .any(|object| is_help(s, object));
        !tries && s.is_lemma(token, LEARNING) && s.child(token, more).is_some() || s.is_lemma(token, ASKING) && asked
    })
}

fn is_help(s: &Sentence<'_>, noun: usize) -> bool {
    s.is_lemma(noun, HELP) || s.is_lemma(noun, HELP_IN_PLURAL) && s.lower(noun) != s.lemma(noun)
}
