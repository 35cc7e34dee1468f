//! Objects that tell nothing: a kind of things, and not which one.

use erstwhile_nlp::{Dep, Pos, Tag};

use super::fitness::Context;
use super::reader::SentenceReader;

impl SentenceReader<'_, '_> {
    /// Whether a fact of a relation says nothing with such an object.
    pub(super) fn says_nothing(&self, context: &Context<'_>, relation: &str, object: usize) -> bool {
        let s = self.s;
        // "I've completed 12 permutation and combination problems": permutations are not what was completed.
        let counted = s.child(object, |c| s.dep(c) == Dep::Nummod && !s.is(c, &["1", "one"])).is_some();
        if counted && s.tag(object) == Tag::Nn && s.has_child(object, &[Dep::Conj]) {
            return true;
        }
        match relation {
            "WATCHED" | "READ" | "LISTENS_TO" | "EATS" | "TRIED" | "WANTS" | "HAS_APPOINTMENT" | "ATTENDED"
            | "COOKS" => context.date.is_none() && self.is_any_of_a_kind(object),
            // "I do all kinds of dances".
            "DOES_ACTIVITY" => {
                s.is_lemma(object, &["kind", "sort", "type"]) || s.is(s.head(s.head(object)), &["kinds", "sorts"])
            }
            "PLAYS" => s.is_lemma(object, &["game"]) && self.is_any_of_a_kind(object),
            "USES" | "OWNS" | "CONSIDERS" | "MEMBER_OF" => self.is_anything(object),
            // "Love the blue vase in the pic": a picture that is shown.
            "LIKES" | "LOVES" | "DISLIKES" => {
                s.subtree(object).any(|token| s.is_lemma(token, &["pic", "picture", "photo"]))
            }
            // "Films that tackle injustice" are not all films.
            "INTERESTED_IN" => s.tag(object) == Tag::Nns && s.has_child(object, &[Dep::Relcl]),
            _ => false,
        }
    }

    /// "An AI tool", "a new project", "a peer group": nothing that one could tell from another.
    pub(super) fn is_anything(&self, object: usize) -> bool {
        const GENERIC: &[&str] = &[
            "machine",
            "tool",
            "api",
            "software",
            "library",
            "framework",
            "system",
            "platform",
            "service",
            "device",
            "app",
            "website",
            "server",
            "database",
            "environment",
            "project",
            "feature",
            "script",
        ];
        let s = self.s;
        let telling = |token: usize| {
            token != object
                && (s.is_capital(token) && token > s.start && s.text(token).len() > 2
                    || s.is_proper(token) && s.text(token).len() > 2
                    || s.identifier(token).is_some()
                    || s.dep(token) == Dep::Prep
                    || s.dep(token) == Dep::Acl)
        };
        let one = s
            .child(object, |c| s.dep(c) == Dep::Compound || s.dep(c) == Dep::Amod)
            .is_none_or(|first| s.text(first).len() < 4 || s.is(first, &["new", "current", "own"]));
        (s.pos(object) == Pos::Noun || s.is(object, &["api"]))
            && (s.is_lemma(object, GENERIC) && one && !s.subtree(object).any(telling)
                || s.is_lemma(object, &["group"]) && s.has_child_word(object, &["peer", "large", "small", "new"]))
    }

    /// "The shows", "some food", "different recipes": a kind of things, and not which.
    fn is_any_of_a_kind(&self, object: usize) -> bool {
        const KINDS: &[&str] = &[
            "show", "movie", "film", "series", "book", "song", "music", "food", "recipe", "meal", "thing", "stuff",
            "service", "event", "meeting", "game", "dinner", "lunch", "video", "playlist", "salad", "class",
        ];
        const EMPTY: &[&str] = &[
            "the",
            "some",
            "any",
            "few",
            "a",
            "an",
            "yummy",
            "delicious",
            "different",
            "various",
            "several",
            "many",
            "other",
            "more",
            "new",
            "these",
            "those",
            "good",
            "great",
            "my",
            "our",
            "tasty",
            "much",
            "so",
            "one",
            "this",
            "that",
        ];
        let s = self.s;
        // "A lot of movies", "different types of rice".
        if s.is_lemma(object, &["lot", "bunch", "ton", "load", "couple", "type", "kind", "sort", "variety"])
            && let Some(of) = s.child(object, |c| s.is(c, &["of"]))
            && let Some(thing) = s.object_of(of)
        {
            let types = s.is_lemma(object, &["type", "kind", "sort", "variety"]);
            return types && s.tag(object) == Tag::Nns || self.is_any_of_a_kind(thing);
        }
        s.pos(object) == Pos::Noun
            && s.is_lemma(object, KINDS)
            && s.children(object)
                .all(|child| s.is(child, EMPTY) || matches!(s.dep(child), Dep::Relcl | Dep::Acl | Dep::Punct | Dep::Cc))
    }
}
